"""The figures of a release as publishers need them: totals and sexes apart from breakdowns, one column an indicator."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.areas import AreaDivision, display_geometry
from gisintegration.errors import InputError
from gisintegration.publish.classes import Classes, classes
from gisintegration.tables import BREAKDOWNS, TOTAL, Areas, Release, Status

PARTS = ("numerator", "denominator")
# How sure a recalculated figure is.
QUALITY = ("lower", "upper", "se", "exact_share")
RECALCULATED = "recalculated"
NORMAL_90 = 1.645  # standard errors to each side that hold 90 per cent


def totals(rows: pd.DataFrame, *, sexes: bool = False) -> pd.DataFrame:
    """The rows that are not broken down; with ``sexes``, those of women and men too."""
    by = BREAKDOWNS[1:] if sexes else BREAKDOWNS
    keep = np.logical_and.reduce([is_code(rows[name], TOTAL) for name in by])
    return rows[keep].reset_index(drop=True)


def of_edition(rows: pd.DataFrame, areas: Areas) -> pd.DataFrame:
    """The rows of one edition."""
    return rows[is_code(rows["division"], areas.division) & is_code(rows["edition"], areas.edition)]


def is_code(column: pd.Series, code: str) -> npt.NDArray[np.bool_]:
    """Where a column of categories says ``code``; compares numbers, not texts, for there are millions.

    Examples
    --------
    >>> is_code(pd.Series(["a", "b"], dtype="category"), "b").tolist()
    [False, True]
    """
    category = column.cat
    position = category.categories.get_indexer(pd.Index([code]))[0]
    found: npt.NDArray[np.bool_] = category.codes.to_numpy() == (position if position >= 0 else -2)
    return found


def is_recalculated(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Where a figure was recalculated by weights, however much of it is exact; never where areas were summed."""
    category = rows["method"].cat
    made = np.array([str(method).startswith(RECALCULATED) for method in category.categories] + [False])
    found: npt.NDArray[np.bool_] = made[category.codes.to_numpy()]
    return found


def is_estimated(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Where there is a recalculated figure that is not exact.

    Examples
    --------
    >>> method = pd.Categorical(["recalculated:area", "recalculated:area", "summed"])
    >>> is_estimated(pd.DataFrame({"method": method, "value": 1.0, "exact_share": [0.5, 1.0, 1.0]})).tolist()
    [True, False, False]
    """
    inexact = (rows["value"].notna() & (rows["exact_share"] < 1)).to_numpy()
    found: npt.NDArray[np.bool_] = is_recalculated(rows) & inexact
    return found


def outwards(value: float, decimals: int, *, up: bool) -> float:
    """A bound rounded away from what it bounds, so that it still is one; noise in the last places moves nothing.

    Examples
    --------
    >>> outwards(3.21, 1, up=False), outwards(3.21, 1, up=True), outwards(3.2 + 1e-12, 1, up=True)
    (3.2, 3.3, 3.2)
    """
    if math.isnan(value):
        return value
    scaled = round(value * 10.0**decimals, 6)
    return (math.ceil(scaled) if up else math.floor(scaled)) / 10.0**decimals


def outwards_each(
    values: npt.NDArray[np.float64], scale: npt.NDArray[np.float64] | float, *, up: bool
) -> npt.NDArray[np.float64]:
    """Bounds rounded as by :func:`outwards`, to a multiple of 1 / ``scale``.

    Examples
    --------
    >>> outwards_each(np.array([3.21, np.nan]), 10.0, up=False).tolist()
    [3.2, nan]
    """
    scaled = np.round(values * scale, 6)
    rounded: npt.NDArray[np.float64] = (np.ceil(scaled) if up else np.floor(scaled)) / scale
    return rounded


def positions(column: pd.Series, codes: Sequence[str], places: Sequence[int] | None = None) -> npt.NDArray[np.int64]:
    """Where each code of a column stands among ``codes``, or in ``places``; 0 for what is not there.

    Examples
    --------
    >>> positions(pd.Series(["b", "a"], dtype="category"), ["a", "b"]).tolist()
    [1, 0]
    """
    at: Mapping[str, int] = dict(zip(codes, places if places is not None else range(len(codes)), strict=True))
    lookup = np.array([at.get(str(name), 0) for name in column.cat.categories] + [0], dtype=np.int64)
    return lookup[column.cat.codes.to_numpy()]


def common_classes(rows: pd.DataFrame, release: Release) -> dict[tuple[str, str], Classes]:
    """Map classes of each (indicator, division): the same for every year and edition, of shown values only.

    Parameters
    ----------
    rows
        Totals, as from :func:`totals`.
    """
    shown = rows[is_code(rows["status"], Status.SHOWN)]
    found = {
        (str(indicator), str(division)): classes(
            values.to_numpy(), decimals=release.indicators[str(indicator)].decimals
        )
        for (indicator, division), values in shown.groupby(["indicator", "division"], observed=True)["value"]
    }
    pairs = rows[["indicator", "division"]].drop_duplicates().astype("str")
    return {(i, d): found.get((i, d), Classes(())) for i, d in pairs.itertuples(index=False)}


def check_areas(rows: pd.DataFrame, release: Release) -> None:
    """Refuse figures for areas that their edition does not have.

    Raises
    ------
    InputError
        Some are; each is listed.
    """
    failures: list[dict[str, object]] = []
    for key in sorted(release.areas):
        areas = release.areas[key]
        given = of_edition(rows, areas)["area"].astype("str").unique()
        failures += [{"edition": key, "area": code} for code in sorted(set(given) - set(areas.table["code"]))]
    if failures:
        raise InputError(
            f"The release has figures for {len(failures)} areas that their edition does not have.",
            hint="pass the edition the figures were made on in gi.release(areas=…).",
            failures=failures,
        )


def drawn_geometry(areas: Areas, *, tolerance: float) -> gpd.GeoSeries:
    """Polygons to draw, in the areas' order, EPSG:3006, None where there is none; never to be counted on.

    Parameters
    ----------
    tolerance
        Metres, as in :func:`gisintegration.areas.display_geometry`. 0: as they are.
    """
    return display_geometry(cast("AreaDivision", areas), tolerance)


@dataclass(frozen=True)
class Wide:
    """Areas as rows and indicators as columns.

    Parameters
    ----------
    table
        Index: the edition's codes in order. For each indicator a column of its name (NaN unless shown or zero) and
        one ``<indicator>_status``; for each of ``estimated`` one ``<indicator>_exact_share``.
    years
        The year of each indicator's figures.
    estimated
        Indicators of which some figures are estimated.
    """

    table: pd.DataFrame
    years: dict[str, int]
    estimated: tuple[str, ...] = ()


def wide(rows: pd.DataFrame, areas: Areas, indicators: Sequence[str], *, year: int | None = None) -> Wide:
    """One column an indicator for all areas of an edition.

    An area without a row is ``missing`` where others have one; a remainder, and every area when the indicator has no
    figures for that year at all, is ``not_applicable``.

    Parameters
    ----------
    rows
        Totals, as from :func:`totals`.
    year
        None: for each indicator its latest year on the edition; those without any are left out.
    """
    used = ["indicator", "division", "edition", "area", "year", "value", "status", "method", "exact_share"]
    here = of_edition(rows[used], areas)
    table = pd.DataFrame(index=pd.Index(areas.table["code"].astype("str"), name="code"))
    remainder = areas.table["kind"].to_numpy() == "remainder"
    columns: dict[str, npt.NDArray[np.float64] | npt.NDArray[np.object_]] = {}
    years: dict[str, int] = {}
    estimated = []
    for indicator in indicators:
        mine = here[is_code(here["indicator"], indicator)]
        if year is None and mine.empty:
            continue
        years[indicator] = int(mine["year"].max()) if year is None else year
        mine = mine[mine["year"] == years[indicator]].set_index("area")
        codes = mine.index.astype("str")
        none = Status.NOT_APPLICABLE if mine.empty else Status.MISSING
        status = pd.Series(mine["status"].astype("object").to_numpy(), index=codes).reindex(table.index)
        status = status.where(status.notna(), str(none)).where(~remainder, str(Status.NOT_APPLICABLE))
        values = pd.Series(mine["value"].to_numpy(), index=codes, dtype="float64").reindex(table.index)
        columns[indicator] = values.to_numpy()
        columns[f"{indicator}_status"] = np.array([str(text) for text in status], dtype=object)
        if is_estimated(mine).any():
            estimated.append(indicator)
            part = pd.Series(mine["exact_share"].to_numpy(), index=codes, dtype="float64")
            columns[f"{indicator}_exact_share"] = part.reindex(table.index).to_numpy()
    return Wide(table.assign(**columns), years, tuple(estimated))
