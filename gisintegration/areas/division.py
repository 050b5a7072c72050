"""One edition of one division: its areas, codes, names, parents and years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt

CRS = "EPSG:3006"
COLUMNS = ("code", "name", "kind", "geometry")


@dataclass(frozen=True, eq=False)
class AreaDivision:
    """One edition of a division, the unit that points are placed in and figures are given for.

    Parameters
    ----------
    division
        Kind of area: ``deso``, ``regso``, ``kommun``, ``lan``, ``riket``, ``region``, ``district`` or the user's own.
    edition
        Which one, ``"2018"``. An area is identified by (division, edition, code), never by code alone.
    table
        One row an area, sorted by code, index 0…n-1. Columns ``code`` (str), ``name`` (str), ``kind``
        (``area``; ``remainder``: what is left of a kommun when its known areas are taken away, drawn but never given
        figures), one column of codes for each parent division, and ``geometry`` in EPSG:3006, None where the area's
        border is not known.
    years
        First and last data year the edition is in force for; None: open. Stock at 31 December of year t stands on the
        division of 1 January t+1.
    parents
        Which edition a parent column's codes belong to: ``{"regso": "regso/2025", "kommun": "kommun/2003"}``.
    members
        For each ``remainder``: the codes of the areas without a polygon that lie in it. For each group: the codes it
        is the sum of.
    display
        Geometry to draw instead of the true one (land-clipped), in the rows' order; None: draw the true one.
    overlaps
        The areas may overlap (declared by the user); a point is then placed in the lowest code.
    notes
        What was done or taken for granted on the way in: parts dissolved, a transformation, an assumed CRS.
    """

    division: str
    edition: str
    table: gpd.GeoDataFrame
    years: tuple[int | None, int | None] = (None, None)
    title: Mapping[str, str] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    display: gpd.GeoSeries | None = None
    overlaps: bool = False
    source: str = ""
    licence: str = ""
    notes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """``deso/2025``."""
        return f"{self.division}/{self.edition}"

    @property
    def codes(self) -> npt.NDArray[np.object_]:
        """Area codes, ascending, shape (n,)."""
        return np.asarray(self.table["code"], dtype=object)

    @property
    def names(self) -> npt.NDArray[np.object_]:
        """Area names in the order of ``codes``; the code itself where an area has no name."""
        return np.asarray(self.table["name"], dtype=object)

    @property
    def geometry(self) -> gpd.GeoSeries:
        """True polygons in the order of ``codes``, EPSG:3006, None where unknown."""
        return self.table.geometry

    def parent(self, division: str) -> npt.NDArray[np.object_]:
        """Code of the parent in ``division`` for each area, in the order of ``codes``; None where not known."""
        return np.asarray(self.table[division], dtype=object)

    def in_force(self, year: int, *, flow: bool = False) -> bool:
        """Whether figures of data year ``year`` belong on this edition.

        Stock at 31 December stands on the division of 1 January after, a flow (births, moves) on that of 1 January of
        the year: a flow of 2024 belongs where the stock of 2023 does.

        Examples
        --------
        >>> deso = AreaDivision("deso", "2025", gpd.GeoDataFrame(), years=(2024, None))
        >>> deso.in_force(2024), deso.in_force(2024, flow=True), deso.in_force(2025, flow=True)
        (True, False, True)
        """
        first, last = self.years
        year -= flow
        return (first is None or year >= first) and (last is None or year <= last)

    def with_(self, **changes: Any) -> Self:
        """A copy with some fields changed."""
        return replace(self, **changes)

    def __len__(self) -> int:
        return len(self.table)
