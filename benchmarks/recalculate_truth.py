"""What is true: persons counted in the pieces that two editions cut each other into, and the tables made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

import gisintegration as gi
from gisintegration.areas import AreaDivision
from gisintegration.tables import BREAKDOWNS, CONTRIBUTORS, TOTAL

YEARS = (2018, 2021, 2023, 2024)
EARLIER, LAST = YEARS[:-1], YEARS[-1]
# Indicator: numerator, denominator (none for a count), and whom points of their own kind count.
INDICATORS: Mapping[str, tuple[str, str | None, str]] = {
    "population": ("persons", None, "population"),
    "population_20_64": ("age_20_64", None, "age_20_64"),
    "foreign_born": ("foreign_born", None, "foreign_born"),
    "employed": ("employed", None, "age_20_64"),
    "low_education": ("low_education", None, "age_20_64"),
    "low_economic_standard": ("low_standard", None, "population"),
    "foreign_born_share": ("foreign_born", "persons", "population"),
    "employed_share": ("employed", "age_20_64", "age_20_64"),
    "low_education_share": ("low_education", "age_20_64", "age_20_64"),
    "low_economic_standard_share": ("low_standard", "standard_known", "population"),
    "disposable_income_mean": ("income", "adults", "population"),
}
# Whom each column counts, as a declaration says it.
_WORKING, _ABROAD = {"age": "20-64"}, {"birth_region": ["nordic", "eu_efta", "europe_other", "world"]}
POPULATIONS: Mapping[str, Mapping[str, object]] = {
    "persons": {},
    "age_20_64": _WORKING,
    "foreign_born": _ABROAD,
    "employed": {**_WORKING, "labour_status": "employed"},
    "low_education": {**_WORKING, "education": "compulsory"},
    "low_standard": {"equivalised_income": "< 0.6 * median_equivalised_income"},
    "standard_known": {"equivalised_income": "known"},
    "adults": {"age": ">= 20"},
}
VARIABLES = tuple(dict.fromkeys(name for top, base, _ in INDICATORS.values() for name in (top, base) if name))
POPULATION = "population"
# The population that a kind of weight counts, exactly.
OWN = {POPULATION: "persons", "age_20_64": "age_20_64", "foreign_born": "foreign_born"}

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Case:
    """Two editions of a region and everybody who lived there.

    Parameters
    ----------
    persons
        One row a person and year: ``year``, ``x``, ``y``, and a column for each of ``VARIABLES``.
    """

    name: str
    old: AreaDivision
    new: AreaDivision
    persons: pd.DataFrame
    seed: int

    @cached_property
    def places(self) -> tuple[gi.Places, npt.NDArray[np.int64]]:
        """Everybody's coordinates, each located once in both editions, and the number of every row's."""
        return gi.places(self.persons[["x", "y"]].to_numpy(), [self.old, self.new])

    def located(self, areas: AreaDivision) -> npt.NDArray[np.int64]:
        """Where everybody lives in one of the editions, −1 for outside."""
        found, number = self.places
        return found.located[areas.key].positions.astype(np.int64)[number]

    @cached_property
    def pieces(self) -> pd.DataFrame:
        """Everybody counted: ``year``, ``source``, ``target``, and a column for each of ``VARIABLES``."""
        source, target = self.located(self.old), self.located(self.new)
        inside = (source >= 0) & (target >= 0)
        year, source, target = self.persons["year"].to_numpy(np.int64)[inside], source[inside], target[inside]
        key, group = np.unique((year * len(self.old) + source) * len(self.new) + target, return_inverse=True)
        sums = {
            name: np.bincount(group, weights=self.persons[name].to_numpy(np.float64)[inside], minlength=len(key))
            for name in VARIABLES
        }
        place, to = np.divmod(key, len(self.new))
        when, of = np.divmod(place, len(self.old))
        return pd.DataFrame({"year": when, "source": self.old.codes[of], "target": self.new.codes[to], **sums})

    def sums(self, side: str, codes: npt.NDArray[np.object_]) -> dict[int, pd.DataFrame]:
        """Everybody counted in the areas of one edition, a table a year with a row for each code."""
        found = self.pieces.groupby(["year", side])[list(VARIABLES)].sum()
        return {int(year): found.loc[year].reindex(codes, fill_value=0.0) for year in self.pieces["year"].unique()}

    @cached_property
    def before(self) -> dict[int, pd.DataFrame]:
        """The old areas' figures by year."""
        return self.sums("source", self.old.codes)

    @cached_property
    def after(self) -> dict[int, pd.DataFrame]:
        """The truth: the new areas' figures by year."""
        return self.sums("target", self.new.codes)

    def table(self, years: tuple[int, ...]) -> gi.RawTable:
        """The tables that were published on the old areas."""
        frames = [
            _rows(self.old, year, self.before[year], indicator=name, parts=parts[:2])
            for year in years
            for name, parts in INDICATORS.items()
        ]
        return gi.RawTable(pd.concat(frames, ignore_index=True), indicators={k: _declared(k) for k in INDICATORS})


def new_building(case: Case) -> pd.DataFrame:
    """Of each old area's persons in the last year, the largest part that lives in one new area at new addresses.

    A new address is a coordinate where nobody lived in the first year. ``source``, ``share``.
    """
    _, number = case.places
    year = case.persons["year"].to_numpy()
    last = year == LAST
    lived_in = np.zeros(len(case.places[0]), dtype=bool)
    lived_in[number[year == YEARS[0]]] = True
    fresh = ~lived_in[number[last]]
    found = pd.DataFrame(
        {"source": case.located(case.old)[last], "target": case.located(case.new)[last], "fresh": fresh}
    )
    found = found[(found["source"] >= 0) & (found["target"] >= 0)]
    largest = found.groupby(["source", "target"])["fresh"].sum().groupby("source").max()
    share = (largest / found.groupby("source").size()).reset_index(name="share")
    return share.assign(source=case.old.codes[share["source"]])


def _rows(
    areas: AreaDivision, year: int, sums: pd.DataFrame, *, indicator: str, parts: tuple[str, str | None]
) -> pd.DataFrame:
    top, base = parts
    numerator = sums[top].to_numpy()
    denominator = np.full(len(sums), np.nan) if base is None else sums[base].to_numpy()
    value = numerator if base is None else quotient(numerator, denominator) * (1 if top == "income" else 100)
    status = np.where(np.isnan(value), "missing", np.where(numerator == 0, "zero", "shown"))
    return pd.DataFrame(
        {
            "indicator": indicator,
            "division": areas.division,
            "edition": areas.edition,
            "area": areas.codes,
            "year": year,
            **dict.fromkeys(BREAKDOWNS, TOTAL),
            "numerator": numerator,
            "denominator": denominator,
            "value": value,
            CONTRIBUTORS: numerator if base is None else denominator,
            "status": status,
            "method": "located",
            "exact_share": 1.0,
            "n_sources": 1,
            "coordinate_type": "address",
        }
    )


def quotient(top: Floats, base: Floats) -> Floats:
    """The one by the other; NaN where the base is 0."""
    return np.divide(top, base, out=np.full(len(top), np.nan), where=base > 0)


def _declared(name: str) -> gi.Indicator:
    top, base, _ = INDICATORS[name]
    kind = "count" if base is None else "mean" if top == "income" else "share"
    return gi.Indicator.model_validate(
        {
            "id": name,
            "title": {"sv": name, "en": name},
            "unit": {"sv": "", "en": ""},
            "description": {"sv": name, "en": name},
            "subject": "benchmark",
            "kind": kind,
            "population": POPULATIONS[base or top],
            "counted": "krona" if kind == "mean" else "person",
            "reference": "31 December",
            "additive": "areas",
            "register": "RTB",
            **({"numerator": POPULATIONS[top]} if kind == "share" else {}),
            **({"variable": "disposable_income"} if kind == "mean" else {}),
        }
    )


def measured(register: pd.DataFrame) -> pd.DataFrame:
    """The columns of a case's persons, from columns of the register."""
    adult, working = register["age"] >= 20, register["age"].between(20, 64)
    known = register["equivalised_income"].notna()
    constants = gi.load_constants("synthetic")
    line = {year: 0.6 * constants.value("median_equivalised_income", year) for year in YEARS}
    return pd.DataFrame(
        {
            "year": register["year"],
            "x": register["x"],
            "y": register["y"],
            "persons": True,
            "age_20_64": working,
            "foreign_born": register["birth_region"] != "sweden",
            "employed": working & (register["labour_status"] == "employed"),
            "low_education": working & (register["education"] == "compulsory"),
            "low_standard": known & (register["equivalised_income"] < register["year"].map(line)),
            "standard_known": known,
            "adults": adult,
            "income": np.where(adult, register["disposable_income"], 0),
        }
    )


def real_change(persons: pd.DataFrame, *, seed: int) -> Case:
    """Göteborgsregionen as it changed in 2025: the areas of 2018 whose polygon is known, and those that cover them."""
    old, new = gi.load_areas("deso/2018"), gi.load_areas("deso/2025")
    known = old.geometry.notna().to_numpy() & (old.table["kind"] == "area").to_numpy()
    old = gi.load_areas("deso/2018", where={"deso": list(old.codes[known])})
    middle = new.geometry.representative_point()
    inside = gi.locate(np.column_stack([middle.x, middle.y]), old) >= 0
    new = gi.load_areas("deso/2025", where={"deso": list(new.codes[inside])})
    return Case("Göteborgsregionen, 2025", old, new, persons, seed)
