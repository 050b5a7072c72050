"""The figures of a release as publishers need them: totals and sexes apart from breakdowns, one column an indicator."""

from __future__ import annotations

from collections.abc import Sequence
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
        one ``<indicator>_status``.
    years
        The year of each indicator's figures.
    """

    table: pd.DataFrame
    years: dict[str, int]


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
    here = of_edition(rows[["indicator", "division", "edition", "area", "year", "value", "status"]], areas)
    table = pd.DataFrame(index=pd.Index(areas.table["code"].astype("str"), name="code"))
    remainder = areas.table["kind"].to_numpy() == "remainder"
    columns: dict[str, npt.NDArray[np.float64] | npt.NDArray[np.object_]] = {}
    years: dict[str, int] = {}
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
    return Wide(table.assign(**columns), years)
