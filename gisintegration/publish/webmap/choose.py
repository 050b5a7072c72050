"""Which figures a map shows: one indicator, one level and one sex, and for every year the edition it stands on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.errors import InputError
from gisintegration.publish.cells import NORMAL_90, is_code, is_estimated, outwards
from gisintegration.swedish import round_half_away
from gisintegration.tables import TOTAL, Areas, Release, Status

# One letter a cell in the page; r is a remainder, which has no figure of its own.
LETTERS = {
    Status.SHOWN: "s",
    Status.ZERO: "z",
    Status.PROTECTED: "p",
    Status.MISSING: "m",
    Status.NOT_APPLICABLE: "n",
    Status.DID_NOT_EXIST: "d",
}
REMAINDER = "r"


@dataclass(frozen=True)
class Figures:
    """The figures of one edition and year, in the order of its areas.

    Parameters
    ----------
    numbers, lower, upper
        Whole numbers of the last shown decimal (62.4 is 624), None where there is no figure. Bounds are rounded
        outwards.
    status
        A letter for each area.
    low, high
        Between which an estimated figure lies with 90 per cent probability; None of other figures.
    se
        Standard error.
    exact
        Per cent of each figure that comes from whole areas, None where it is all of it or there is no figure.
    methods
        How each figure was made; empty where there is none.
    coordinates
        Kinds of coordinate behind the figures, ascending.
    """

    year: int
    areas: Areas
    numbers: list[int | None]
    lower: list[int | None]
    upper: list[int | None]
    low: list[int | None]
    high: list[int | None]
    se: list[int | None]
    exact: list[int | None]
    status: str
    methods: list[str]
    coordinates: tuple[str, ...]


def chosen_rows(rows: pd.DataFrame, release: Release, *, indicator: str, sex: str) -> pd.DataFrame:
    """Rows of one indicator and sex on every level, not broken down further.

    Raises
    ------
    InputError
        The release has no such indicator, or no figures for that sex.
    """
    if indicator not in release.indicators:
        raise InputError.unknown("indicator", indicator, release.indicators, where=f"release {release.name}")
    mine = rows[is_code(rows["indicator"], indicator)]
    for breakdown in ("background", "age", "education"):
        mine = mine[is_code(mine[breakdown], TOTAL)]
    sexes = sorted(set(mine["sex"].astype("str")))
    if sex not in sexes:
        raise InputError.unknown("sex", sex, sexes, where=f"the figures of {indicator}")
    return mine[is_code(mine["sex"], sex)]


def figures_of_level(
    rows: pd.DataFrame, release: Release, level: str, *, years: Collection[int] | None = None
) -> list[Figures]:
    """The figures of a level by year, ascending, each year on one edition.

    Where a year has figures on several editions, the one in force that year is taken, else the latest.

    Raises
    ------
    InputError
        There are no figures for the level, or not for one of ``years``.
    """
    levels = sorted(set(rows["division"].astype("str")))
    if level not in levels:
        raise InputError.unknown("level", level, levels, where=f"release {release.name} for this indicator")
    mine = rows[is_code(rows["division"], level)]
    known = sorted({int(year) for year in mine["year"].unique()})
    absent = sorted(set(years or ()) - set(known))
    if absent:
        raise InputError(
            f"There are no figures on level {level} for {', '.join(str(year) for year in absent)}.",
            hint=f"the release has {', '.join(str(year) for year in known)}.",
        )
    decimals = _decimals(rows, release)
    found = []
    for year in sorted(set(years)) if years else known:
        of_year = mine[(mine["year"] == year).to_numpy()]
        editions = sorted(set(of_year["edition"].astype("str")))
        areas = _edition_for(year, [release.areas[f"{level}/{edition}"] for edition in editions])
        found.append(_figures(of_year[is_code(of_year["edition"], areas.edition)], areas, year, decimals))
    return found


def _edition_for(year: int, editions: Sequence[Areas]) -> Areas:
    in_force = [areas for areas in editions if _covers(areas.years, year)]
    return (in_force or list(editions))[-1]


def _covers(years: tuple[int | None, int | None], year: int) -> bool:
    first, last = years
    return (first is None or first <= year) and (last is None or year <= last)


def _decimals(rows: pd.DataFrame, release: Release) -> int:
    return release.indicators[str(rows["indicator"].iloc[0])].decimals


def _figures(rows: pd.DataFrame, areas: Areas, year: int, decimals: int) -> Figures:
    codes = [str(code) for code in areas.table["code"]]
    position = {str(code): i for i, code in enumerate(rows["area"])}
    place = np.array([position.get(code, -1) for code in codes], dtype=np.intp)
    known = place >= 0
    statuses = np.array([LETTERS[Status(status)] for status in rows["status"]] or [""], dtype=object)
    kinds = areas.table["kind"].to_numpy() if "kind" in areas.table else np.full(len(codes), "area")
    empty = np.where(kinds == "remainder", REMAINDER, LETTERS[Status.MISSING])
    methods = np.array([str(method) for method in rows["method"]] or [""], dtype=object)
    low, high = _probable(rows)
    return Figures(
        year=year,
        areas=areas,
        numbers=_whole(rows["value"], place, decimals),
        lower=_whole(rows["lower"].map(lambda value: outwards(value, decimals, up=False)), place, decimals),
        upper=_whole(rows["upper"].map(lambda value: outwards(value, decimals, up=True)), place, decimals),
        low=_whole(low, place, decimals),
        high=_whole(high, place, decimals),
        se=_whole(rows["se"], place, decimals),
        exact=_part(rows, place),
        status="".join(np.where(known, statuses[place], empty)),
        methods=[str(method) for method in np.where(known, methods[place], "")],
        coordinates=tuple(sorted({str(kind) for kind in rows["coordinate_type"].dropna()} - {"", "nan"})),
    )


def _probable(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The 90 per cent interval of estimated figures, cut to their bounds; NaN where there is no standard error."""
    value = rows["value"].where(is_estimated(rows))
    margin = NORMAL_90 * rows["se"]
    return (value - margin).clip(lower=rows["lower"]), (value + margin).clip(upper=rows["upper"])


def _part(rows: pd.DataFrame, place: npt.NDArray[np.intp]) -> list[int | None]:
    """Per cent, rounded down: what is not wholly exact is never told as 100."""
    part = rows["exact_share"].where(rows["value"].notna() & (rows["exact_share"] < 1))
    whole = np.append(np.floor(100 * part.to_numpy(dtype=np.float64)), np.nan)[place]
    return [None if np.isnan(value) else int(value) for value in whole]


def _whole(column: pd.Series, place: npt.NDArray[np.intp], decimals: int) -> list[int | None]:
    values = np.append(column.to_numpy(dtype=np.float64), np.nan)[place]
    # A place of -1 reads the NaN that was put last.
    scaled = round_half_away(values * 10**decimals)
    return [None if np.isnan(value) else int(value) for value in scaled]
