"""What breaks a series: every year from which figures are not comparable with those before, and why."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.areas import kommun_events, official_names
from gisintegration.areas.codes import EDITIONS
from gisintegration.areas.history import label
from gisintegration.layers import entries
from gisintegration.tables import BREAKDOWNS, Indicator, ProtectedTable, RawTable

COLUMNS = ("indicator", "division", "area", "year", "kind", "sv", "en", "source")
KINDS = ("age_limits", "coordinate_type", "definition", "edition", "kommun", "lan", "protection", "register")
AS_PUBLISHED = "as-published"

_SMALL = re.compile(r"(\d{4})(?:[ABC]\d{4}|R\d{3}|S\d{3})?")
_COORDINATES = {
    "address": {"sv": "adress", "en": "address"},
    "property": {"sv": "fastighet", "en": "property"},
    "mixed": {"sv": "adress och fastighet", "en": "address and property"},
}
_HEBY = "0331"
_LANGUAGES: tuple[Literal["sv"], Literal["en"]] = ("sv", "en")

Table = RawTable | ProtectedTable
Texts = Mapping[str, str]


@dataclass(frozen=True)
class _Series:
    """One indicator on one division.

    Parameters
    ----------
    frame
        One row a year: edition (the newest), whether some figures are recalculated, kinds of coordinate, policy.
    areas, classes
        Codes of the division's areas, and the classes of breakdowns that the indicator is given for.
    """

    indicator: str
    division: str
    frame: pd.DataFrame
    areas: Collection[str]
    classes: Collection[str]

    @property
    def years(self) -> list[int]:
        return [int(year) for year in self.frame.index]


def series_breaks(tables: Table | Iterable[Table]) -> pd.DataFrame:
    """Every break within the years of some tables, one row a break.

    Told are: another edition of the division, or figures recalculated to it on one side only; another register,
    definition or age limit, as the indicators declare and as is known of their registers; another kind of coordinate;
    another protection; kommuner that did not exist yet or whose borders changed; and Heby, which lies in Uppsala län in
    all years. What happened before the first year or after the last breaks nothing and is left out, but the year from
    which an edition has figures of its own is told of every series that is recalculated to it.

    Parameters
    ----------
    tables
        Raw or protected. Their rows say years, editions, methods, kinds of coordinate and policies; their indicators
        say which registers and breaks.

    Returns
    -------
    DataFrame
        Sorted by year. ``indicator``, ``division`` and ``area``: what is concerned, empty for all of them. ``year``:
        the first data year after the break. ``kind``: one of ``KINDS``. ``sv``, ``en``: one sentence. ``source``.

    Notes
    -----
    Stock at 31 December of year t stands on the division of 1 January t + 1, flows of year t on that of 1 January t
    (SCB, BE0101): a kommun formed on 1 January Y is seen from data year Y − 1 in stocks and from Y in flows.

    Examples
    --------
    >>> from gisintegration.testing import example_raw
    >>> old = example_raw(numerator=[6], denominator=[24], year=2023)
    >>> new = example_raw(numerator=[6], denominator=[24], year=2024, edition="2025")
    >>> series_breaks([old, new])[["year", "kind", "en"]].to_numpy().tolist()
    [[2024, 'edition', 'DeSO 2025 instead of DeSO 2018.']]
    """
    given = [tables] if isinstance(tables, RawTable | ProtectedTable) else list(tables)
    indicators = {key: item for table in given for key, item in table.indicators.items()}
    series = list(_series(given))
    found = [
        *_for_all(series, _edition_rows),
        *_for_all(series, _coordinate_rows),
        *_for_all(series, _policy_rows),
        *_declared(series, indicators),
        *_known(series, indicators),
        *_history(series, indicators),
    ]
    frame = pd.DataFrame(found, columns=list(COLUMNS)).drop_duplicates(ignore_index=True)
    frame = frame.sort_values(["year", "kind", "indicator", "division", "area", "sv"], kind="stable", ignore_index=True)
    return frame.astype({name: "int16" if name == "year" else "str" for name in COLUMNS})


def break_notes(breaks: pd.DataFrame, indicators: Mapping[str, Indicator]) -> list[dict[str, str]]:
    """Breaks as sentences in Swedish and English, each text once, with the titles of the indicators it holds for.

    Examples
    --------
    >>> row = dict.fromkeys(COLUMNS, "") | {"year": 2024, "sv": "Nytt.", "en": "New."}
    >>> break_notes(pd.DataFrame([row]), {})
    [{'sv': 'Tidsseriebrott 2024: Nytt.', 'en': 'Break in the series in 2024: New.'}]
    """
    notes = []
    for (year, sv, en), rows in breaks.groupby(["year", "sv", "en"], sort=False):
        titles = [indicators[key].title for key in dict.fromkeys(rows["indicator"]) if key in indicators]
        swedish, english = ("; ".join(title[language] for title in titles) for language in _LANGUAGES)
        heads = (
            f"Tidsseriebrott {year}{f' ({swedish})' if titles else ''}: ",
            f"Break in the series in {year}{f' ({english})' if titles else ''}: ",
        )
        # An area that is counted in the same län in all years breaks nothing: it is only told.
        told = ("", "") if set(rows["kind"]) == {"lan"} else heads
        notes.append({"sv": told[0] + str(sv), "en": told[1] + str(en)})
    return notes


def _series(tables: Sequence[Table]) -> Iterator[_Series]:
    rows = pd.concat([_marks(table) for table in tables], ignore_index=True)
    areas = _sets(tables, "division", ["area"])
    classes = _sets(tables, "indicator", BREAKDOWNS)
    by_series: dict[tuple[str, str], dict[int, list[Any]]] = {}
    row: Any
    for row in rows.itertuples(index=False):
        by_series.setdefault((row.indicator, row.division), {}).setdefault(int(row.year), []).append(row)
    for (indicator, division), years in sorted(by_series.items()):
        frame = pd.DataFrame({year: _year(years[year]) for year in sorted(years)}).T
        yield _Series(indicator, division, frame, areas[division], classes[indicator])


def _year(rows: Sequence[Any]) -> dict[str, Any]:
    return {
        "edition": max(row.edition for row in rows),
        "recalculated": any(row.method.startswith("recalculated") for row in rows),
        "coordinates": "/".join(sorted({row.coordinate_type for row in rows} - {"", "nan"})),
        "policy": max(row.policy for row in rows),
    }


def _marks(table: Table) -> pd.DataFrame:
    names = ["indicator", "division", "edition", "method", "coordinate_type"]
    policy = ["policy"] if "policy" in table.table else []
    rows = _distinct(table.table, ["year", *names, *policy])
    return rows.assign(**({} if policy else {"policy": ""}))


def _sets(tables: Sequence[Table], by: str, columns: Sequence[str]) -> dict[str, set[str]]:
    """Values of some columns for each value of another."""
    found: dict[str, set[str]] = {}
    for table in tables:
        for column in columns:
            for key, value in _distinct(table.table, [by, column]).itertuples(index=False):
                found.setdefault(key, set()).add(value)
    return found


def _distinct(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """The different combinations of some columns, texts as text; by whole numbers, for tables have millions of rows."""
    key = np.zeros(len(frame), dtype=np.int64)
    known: dict[str, npt.NDArray[Any]] = {}
    for name in names:
        column = frame[name].astype("category").cat
        known[name] = np.array([*column.categories, ""], dtype=object)
        codes = column.codes.to_numpy()
        key = key * len(known[name]) + np.where(codes < 0, len(known[name]) - 1, codes)
    found = pd.unique(key)
    columns: dict[str, npt.NDArray[Any]] = {}
    for name in reversed(names):
        found, at = np.divmod(found, len(known[name]))
        columns[name] = known[name][at]
    types = {name: "int16" if name == "year" else "str" for name in names}
    return pd.DataFrame({name: columns[name] for name in names}).astype(types)


def _row(kind: str, year: int, sv: str, en: str, **about: str) -> dict[str, Any]:
    blank = {"indicator": "", "division": "", "area": "", "source": ""}
    return {**blank, **about, "year": year, "kind": kind, "sv": sv, "en": en}


def _for_all(series: Sequence[_Series], rows_of: Any) -> Iterator[dict[str, Any]]:
    """Rows of every series; what holds for every indicator of a division is told once, for all of them."""
    by_division: dict[str, list[_Series]] = {}
    for one in series:
        by_division.setdefault(one.division, []).append(one)
    for mine in by_division.values():
        rows = {one.indicator: list(rows_of(one)) for one in mine}
        common = {_text(row): row for found in rows.values() for row in found}
        for text, row in common.items():
            having = [indicator for indicator, found in rows.items() if text in map(_text, found)]
            last = max(one.years[-1] for one in mine if one.indicator in having)
            # A year after the last is told of indicators that end before it: of all, or only of some.
            covers = [
                one.indicator for one in mine if last < row["year"] or one.years[0] < row["year"] <= one.years[-1]
            ]
            if set(having) >= set(covers):
                yield row
            else:
                yield from ({**row, "indicator": indicator} for indicator in having)


def _text(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in COLUMNS if name != "indicator")


def _edition_rows(series: _Series) -> Iterator[dict[str, Any]]:
    name, frame = label(series.division), series.frame
    for (_, before), (year, after) in pairwise(frame.iterrows()):
        if before["edition"] != after["edition"]:
            sv = f"{name} {after['edition']} i stället för {name} {before['edition']}."
            en = f"{name} {after['edition']} instead of {name} {before['edition']}."
        elif before["recalculated"] and not after["recalculated"]:
            sv = f"Före {year} omräknat från andra gränser än {name} {after['edition']}."
            en = f"Before {year} recalculated from other boundaries than {name} {after['edition']}."
        elif after["recalculated"] and not before["recalculated"]:
            sv = f"Från {year} omräknat från andra gränser än {name} {after['edition']}."
            en = f"From {year} recalculated from other boundaries than {name} {after['edition']}."
        else:
            continue
        yield _row("edition", int(str(year)), sv, en, division=series.division)
    last = frame.iloc[-1]
    first_own = _first_year(series.division, str(last["edition"]))
    if last["recalculated"] and first_own is not None and first_own > series.years[-1]:
        older = _older(series.division, str(last["edition"]))
        sv = f"Till och med {first_own - 1} omräknat från {older or 'andra gränser'}."
        en = f"Until {first_own - 1} recalculated from {older or 'other boundaries'}."
        yield _row("edition", first_own, sv, en, division=series.division)


def _first_year(division: str, edition: str) -> int | None:
    return next((entry.years[0] for entry in entries() if entry.key == f"{division}/{edition}"), None)


def _older(division: str, edition: str) -> str:
    before = [one for one in EDITIONS.get(division, ()) if one < edition]
    return f"{label(division)} {before[-1]}" if before else ""


def _coordinate_rows(series: _Series) -> Iterator[dict[str, Any]]:
    known = series.frame[series.frame["coordinates"] != ""]
    for (_, before), (year, after) in pairwise(known.iterrows()):
        if before["coordinates"] != after["coordinates"]:
            words = {language: _coordinates(after["coordinates"], language) for language in ("sv", "en")}
            older = {language: _coordinates(before["coordinates"], language) for language in ("sv", "en")}
            yield _row(
                "coordinate_type",
                int(str(year)),
                f"Personer placeras efter {words['sv']}, dessförinnan efter {older['sv']}.",
                f"Persons are placed by {words['en']}, before that by {older['en']}.",
            )


def _coordinates(kinds: str, language: str) -> str:
    words = [_COORDINATES.get(kind, {}).get(language, kind) for kind in kinds.split("/")]
    return {"sv": " och ", "en": " and "}[language].join(words)


def _policy_rows(series: _Series) -> Iterator[dict[str, Any]]:
    for (_, before), (year, after) in pairwise(series.frame.iterrows()):
        if before["policy"] != after["policy"]:
            yield _row(
                "protection",
                int(str(year)),
                f"Skyddade enligt {after['policy']}, dessförinnan {before['policy']}.",
                f"Protected under {after['policy']}, before that {before['policy']}.",
            )


def _declared(series: Sequence[_Series], indicators: Mapping[str, Indicator]) -> Iterator[dict[str, Any]]:
    """Breaks that the indicators declare, of the kind that is known of their register's."""
    for key, years in _years(series).items():
        item = indicators[key]
        for found in item.breaks:
            if min(years) < found.year <= max(years):
                known = [
                    one
                    for one in _entries()
                    if one["year"] == found.year and item.register_ in one.get("registers", ())
                ]
                kind, source = (known[0]["kind"], known[0]["source"]) if known else ("definition", "")
                kind = "age_limits" if found.year in _years_of_ages(item) else kind
                yield _row(kind, found.year, found.sv, found.en, indicator=key, source=source)


def _years_of_ages(item: Indicator) -> set[int]:
    """The years from which an indicator's rules ask for other ages than before."""
    rules = (item.population, item.numerator or {}, item.denominator or {})
    ages = [rule["age"] for rule in rules if isinstance(rule.get("age"), Mapping)]
    return {int(years[:4]) for spans in ages for years in spans if years[:4].isdigit()}


def _known(series: Sequence[_Series], indicators: Mapping[str, Indicator]) -> Iterator[dict[str, Any]]:
    """Breaks of ``breaks.toml`` that hold for a series."""
    for one in series:
        item = indicators[one.indicator]
        declared = {found.year for found in item.breaks}
        for entry in _entries():
            year = entry["year"]
            if not min(one.years) < year <= max(one.years) or not _holds(entry, one, item):
                continue
            if {"registers", "values"} & entry.keys() and year in declared:
                continue
            whom = one.indicator if {"registers", "ages", "values"} & entry.keys() else ""
            yield _row(entry["kind"], year, entry["sv"], entry["en"], indicator=whom, source=entry["source"])


def _holds(entry: Mapping[str, Any], series: _Series, item: Indicator) -> bool:
    if "registers" in entry and item.register_ not in entry["registers"]:
        return False
    if entry.get("reported") and AS_PUBLISHED not in set(series.frame["policy"]):
        return False
    # Rows that say how persons were placed speak for themselves.
    if entry.get("small") and (
        series.division in ("kommun", "lan", "riket", "region") or any(series.frame["coordinates"])
    ):
        return False
    if "ages" in entry and not any(str(item.population.get("age", "")).endswith(f"-{age}") for age in entry["ages"]):
        return False
    said = {*series.classes, *re.findall(r"\w+", repr([item.population, item.numerator]))}
    return "values" not in entry or not said.isdisjoint(entry["values"])


def _history(series: Sequence[_Series], indicators: Mapping[str, Indicator]) -> Iterator[dict[str, Any]]:
    """Kommuner that were formed, whose borders changed, or that moved to another län, among the areas of the tables."""
    names = official_names("kommun/2003")
    for flow in (False, True):
        mine = [one for one in series if indicators[one.indicator].flow is flow]
        if not mine:
            continue
        kommuner = {found[1] for one in mine for code in one.areas if (found := _SMALL.fullmatch(code))}
        years = {year for one in mine for year in one.years}
        for event in kommun_events():
            year = int(event["in_force"].year) - (not flow)
            here = [code for code in event["codes"] if code in kommuner]
            if not here or min(years) >= year:
                continue
            whom = [""] if not flow else sorted({one.indicator for one in mine})
            for code in here if event["what"] != "boundary" else [", ".join(here)]:
                text = _event_text(event, code, names, year)
                if text and (event["what"] == "formed" or code == _HEBY or max(years) >= year):
                    kind = "lan" if event["what"] == "moved" else "kommun"
                    for indicator in whom:
                        yield _row(
                            kind, year, *text, indicator=indicator, area=code, source="SCB, regionala indelningar"
                        )


def _event_text(event: Mapping[str, Any], code: str, names: Mapping[str, str], year: int) -> tuple[str, str] | None:
    day = event["in_force"]
    if event["what"] == "formed":
        origin = ", ".join(f"{names.get(one, one)} ({one})" for one in event["from"])
        name = f"{names.get(code, code)} ({code})"
        return (
            f"{name} bildades {day} ur {origin}: fanns inte före {year}.",
            f"{name} was formed on {day} from {origin}: it did not exist before {year}.",
        )
    if event["what"] == "boundary":
        pair = " – ".join(f"{names.get(one, one)} ({one})" for one in event["codes"])
        return (
            f"Gränsen {pair} ändrades {day}: talen är inte jämförbara med åren före.",
            f"The border {pair} changed on {day}: figures are not comparable with the years before.",
        )
    if code == _HEBY:
        return (
            f"Heby (0331) kom till Uppsala län {day} och räknas dit i alla år.",
            f"Heby (0331) came to Uppsala län on {day} and is counted there in all years.",
        )
    return None


def _years(series: Sequence[_Series]) -> dict[str, list[int]]:
    found: dict[str, set[int]] = {}
    for one in series:
        found.setdefault(one.indicator, set()).update(one.years)
    return {key: sorted(years) for key, years in found.items()}


@cache
def _entries() -> tuple[dict[str, Any], ...]:
    text = files("gisintegration.change").joinpath("breaks.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["break"])
