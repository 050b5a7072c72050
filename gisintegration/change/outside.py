"""Ground of one edition that lies in no area of the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely

from gisintegration.change.pieces import Bools, Floats, Ints, Pieces, Shapes, polygonal, thin

# Less than this (m²) is what is left when float64 areas are taken from each other.
_LEAST = 0.01


@dataclass(frozen=True, eq=False)
class Outside:
    """Areas of one edition with ground in no area of the other, ascending.

    Parameters
    ----------
    positions
        Positions into the edition's codes.
    geometry
        That ground, EPSG:3006.
    area
        m².
    noise
        It is nowhere wider than the tolerance.
    """

    positions: Ints
    geometry: Shapes
    area: Floats
    noise: Bools


def outside(cut: Pieces, side: Literal["old", "new"]) -> Outside:
    """The ground of old (new) areas that lies in no new (old) area.

    Examples
    --------
    >>> from gisintegration.change.pieces import pieces
    >>> from gisintegration.testing import grid_areas
    >>> small = grid_areas(1, 1, edition="1", division="district")
    >>> large = grid_areas(1, 1, edition="2", division="district", size=1200)
    >>> found = outside(pieces(small, large), "new")
    >>> found.positions.tolist(), found.area.tolist()
    ([0], [440000.0])
    """
    own, others, rest, at, other = (
        (cut.old_polygons, cut.new_polygons, cut.old_outside, cut.old, cut.new)
        if side == "old"
        else (cut.new_polygons, cut.old_polygons, cut.new_outside, cut.new, cut.old)
    )
    rows = np.flatnonzero(rest > _LEAST)
    geometry: Shapes = np.empty(len(rows), dtype=object)
    for number, row in enumerate(rows):
        touching = others[other[at == row]]
        geometry[number] = shapely.difference(own[row], shapely.union_all(touching)) if len(touching) else own[row]
    geometry = polygonal(geometry)
    return Outside(rows, geometry, shapely.area(geometry), thin(geometry, cut.tolerance))


def on_land(found: Outside, display: npt.NDArray[np.object_]) -> Floats:
    """Share of the ground of each that is land, 0–1, by the land-clipped display geometry of all areas.

    Examples
    --------
    >>> ground = Outside(np.array([0]), np.array([shapely.box(0, 0, 2, 1)]), np.array([2.0]), np.array([False]))
    >>> on_land(ground, np.array([shapely.box(0, 0, 1, 1)])).tolist()
    [0.5]
    """
    first, second = shapely.STRtree(display).query(found.geometry, predicate="intersects")
    shared = shapely.area(shapely.intersection(found.geometry[first], display[second]))
    return np.asarray(np.bincount(first, shared, minlength=len(found.positions)) / found.area, dtype=np.float64)
