"""Each method's figures beside the truth, and tobler's in the same run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from recalculate_truth import EARLIER, INDICATORS, LAST, OWN, VARIABLES, YEARS, Case, quotient
from tobler.area_weighted import area_interpolate

import gisintegration as gi

SQUARE = 1000.0
PUBLISHED = "befolkning_2025"
PEER = "tobler, area"
_KEYS = ["indicator", "area", "year"]


@dataclass(frozen=True, eq=False)
class Way:
    """A crosswalk and the years it is tried on; ``label`` is the method, and what its weights were made of."""

    label: str
    walk: gi.Crosswalk
    years: tuple[int, ...]
    same_year: bool = False

    def distance(self, year: int) -> int:
        """Years between a figure and the weights; 0 where the weights speak of no year."""
        return 0 if self.same_year or self.walk.weights_year is None else abs(self.walk.weights_year - year)


def squares(case: Case, year: int) -> pd.DataFrame:
    """The population of a year in squares of 1 km: ``e``, ``n`` (centre) and ``population``."""
    now = case.persons[case.persons["year"] == year]
    east, north = np.floor(now["x"] / SQUARE), np.floor(now["y"] / SQUARE)
    counts = pd.DataFrame({"e": (east + 0.5) * SQUARE, "n": (north + 0.5) * SQUARE}).value_counts(sort=False)
    return counts.rename("population").reset_index()


def changed(area_walk: gi.Crosswalk) -> frozenset[str]:
    """The new areas that get a part of an old one which was divided: those that cannot be exact by whole areas."""
    rows = area_walk.rows()
    divided = rows.loc[rows["weight"] > 0, "source"].value_counts()
    return frozenset(rows.loc[rows["source"].isin(divided.index[divided > 1]), "target"])


def compared(case: Case, way: Way) -> pd.DataFrame:
    """One row an indicator, new area and year: the figure by one method, its quality, and the truth."""
    kinds = {name: kind for name, (_, _, kind) in INDICATORS.items() if kind in way.walk.kinds}
    found = gi.recalculate(case.table(way.years), way.walk, kinds=kinds).table
    figures = found[[*_KEYS, "numerator", "denominator", "value", "lower", "upper", "se", "exact_share", "n_sources"]]
    figures = figures.astype({"indicator": "str", "area": "str"}).assign(way=way.label)
    figures["distance"] = [way.distance(year) for year in figures["year"]]
    return figures.merge(truth(case, way.years), on=_KEYS, how="left", validate="1:1")


def what(indicator: str) -> str:
    """count, share or mean."""
    top, base, _ = INDICATORS[indicator]
    return "count" if base is None else "mean" if top == "income" else "share"


def truth(case: Case, years: Sequence[int]) -> pd.DataFrame:
    """What was true in each new area: ``true_numerator``, ``true_denominator``, ``true_value``."""
    frames = []
    for year in years:
        sums = case.after[year]
        for name, (top, base, _) in INDICATORS.items():
            numerator = sums[top].to_numpy()
            denominator = np.full(len(sums), np.nan) if base is None else sums[base].to_numpy()
            value = numerator if base is None else quotient(numerator, denominator) * (1 if top == "income" else 100)
            columns = {"true_numerator": numerator, "true_denominator": denominator, "true_value": value}
            frames.append(pd.DataFrame({"indicator": name, "area": case.new.codes, "year": year, **columns}))
    made = pd.concat(frames, ignore_index=True).astype({"indicator": "str", "area": "str"})
    return made.assign(what=made["indicator"].map(what))


def peer(case: Case, years: Sequence[int]) -> pd.DataFrame:
    """The same by tobler's area weighting: numerators and denominators as extensive variables."""
    names = [f"{variable}_{year}" for year in years for variable in VARIABLES]
    values = np.column_stack([case.before[year][variable].to_numpy() for year in years for variable in VARIABLES])
    source = gpd.GeoDataFrame(values, columns=names, geometry=case.old.geometry.to_numpy(), crs=case.old.table.crs)
    target = case.new.table[["geometry"]]
    result = area_interpolate(source, target, extensive_variables=names)
    frames = []
    for year in years:
        for name, (top, base, _) in INDICATORS.items():
            numerator = result[f"{top}_{year}"].to_numpy()
            denominator = np.full(len(result), np.nan) if base is None else result[f"{base}_{year}"].to_numpy()
            value = numerator if base is None else quotient(numerator, denominator) * (1 if top == "income" else 100)
            columns = {"numerator": numerator, "denominator": denominator, "value": value}
            frames.append(pd.DataFrame({"indicator": name, "area": case.new.codes, "year": year, **columns}))
    figures = pd.concat(frames, ignore_index=True).astype({"indicator": "str", "area": "str"})
    return figures.assign(way=PEER, distance=0).merge(truth(case, years), on=_KEYS, validate="1:1")


def measures(rows: pd.DataFrame) -> pd.Series:
    """How wrong some figures of one indicator are, over areas and years.

    ``mean_error``: mean absolute error of the count (persons, or sum of money); ``misallocated``: per cent of what was
    counted that stands in the wrong area; ``value_error``: mean absolute error of the value (percentage points or
    kronor).
    """
    off = (rows["numerator"] - rows["true_numerator"]).abs()
    return pd.Series(
        {
            "mean_error": off.mean(),
            "misallocated": 100 * off.sum() / 2 / rows["true_numerator"].sum(),
            "value_error": (rows["value"] - rows["true_value"]).abs().mean(),
        }
    )


def change_of(cases: pd.Series) -> pd.Series:
    """The change that each case is an example of: made editions of a region are one."""
    return cases.str.replace(r" \d$", "", regex=True)


def summary(figures: pd.DataFrame) -> pd.DataFrame:
    """Measures of every indicator by change, way and distance, over changed areas (``part`` = changed) and all."""
    figures = figures.assign(change=change_of(figures["case"]))
    parts = [("changed", figures[figures["changed"]]), ("all", figures)]
    return pd.concat(
        [
            rows.groupby(["change", "way", "distance", "indicator", "what"], sort=False)
            .apply(measures, include_groups=False)
            .assign(part=part)
            for part, rows in parts
        ]
    ).reset_index()


def ways(case: Case, *, other_squares: pd.DataFrame | None = None) -> list[Way]:
    """Every crosswalk of a case, made by the toolkit.

    ``other_squares``: a published grid of the region, tried beside squares made of the case's own persons.
    """
    persons = case.persons
    (places, number), year = case.places, persons["year"].to_numpy()
    kinds = {kind: persons[column].to_numpy() for kind, column in OWN.items() if kind != "population"}
    last = year == LAST
    now = (places, number[last])
    later = {kind: column[last] for kind, column in kinds.items()}

    def walk(method: str, **options: object) -> gi.Crosswalk:
        return gi.crosswalk(case.old, case.new, method=method, **options)

    made = [
        Way(
            "points, same year", walk("points", places=(places, number), years=year, kinds=kinds), YEARS, same_year=True
        ),
        Way("points", walk("points", places=now, years=LAST), EARLIER),
        Way("points by kind", walk("points", places=now, years=LAST, kinds=later), EARLIER),
        Way("target", walk("target", weights=case.after[LAST]["persons"], years=LAST), EARLIER),
        Way("grid", walk("grid", weights=squares(case, LAST), years=LAST, size=SQUARE), EARLIER),
        Way("area", walk("area"), EARLIER),
    ]
    if other_squares is not None:
        column = {"population": PUBLISHED}
        published = walk("grid", weights=other_squares, kinds=column, years=LAST + 1, size=SQUARE)
        made.insert(-1, Way("grid, published", published, EARLIER))
    return made
