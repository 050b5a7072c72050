"""The pieces that two editions cut each other into: what ground each old area shares with each new one."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gisintegration.areas import AreaDivision
from gisintegration.areas.pairs import overlapping
from gisintegration.change.same_shape import fingerprints
from gisintegration.errors import CRSError, GeometryError, InputError
from gisintegration.locate.grid import spread

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]

TOLERANCE = 1.0
# Ground within one edition that two areas share beyond this (m²) is an overlap, not a border drawn twice.
_OVERLAP = 100.0
_CHUNK = 256


@dataclass(frozen=True, eq=False)
class Pieces:
    """What ground each old area shares with each new one, one element a pair, sorted by old, then new.

    Parameters
    ----------
    old, new
        Positions into the codes of the two editions.
    area
        m², float64. The pieces of an area and what of it lies outside the other edition add up to its area.
    noise
        The piece is nowhere wider than the tolerance: the same border drawn twice.
    geometry
        Polygons, EPSG:3006; None where an old and a new area are identical (``shapes`` fills those in).
    old_polygons, new_polygons
        The editions' polygons, None where a border is not known.
    old_outside, new_outside
        m² of each old (new) area that lies in no area of the other edition; NaN for an area without a polygon.
    tolerance
        m.
    """

    old: Ints
    new: Ints
    area: Floats
    noise: Bools
    geometry: Shapes
    old_polygons: Shapes = field(repr=False)
    new_polygons: Shapes = field(repr=False)
    old_outside: Floats = field(repr=False)
    new_outside: Floats = field(repr=False)
    tolerance: float = TOLERANCE

    def __len__(self) -> int:
        return len(self.old)

    @property
    def identical(self) -> Bools:
        """Whether the pair is one polygon, bit by bit."""
        return np.asarray(shapely.is_missing(self.geometry), dtype=bool)

    def shapes(self) -> Shapes:
        """The polygon of every piece, identical areas too."""
        filled = self.geometry.copy()
        whole = self.identical
        filled[whole] = self.new_polygons[self.new[whole]]
        return filled

    def outside_old(self, new: int | Ints) -> Floats:
        """Ground (m²) of new areas that lies in no old area, by position; NaN for one without a polygon."""
        return np.asarray(self.new_outside[new], dtype=np.float64)

    def outside_new(self, old: int | Ints) -> Floats:
        """Ground (m²) of old areas that lies in no new area, by position; NaN for one without a polygon."""
        return np.asarray(self.old_outside[old], dtype=np.float64)


def pieces(old: AreaDivision, new: AreaDivision, *, tolerance: float = TOLERANCE) -> Pieces:
    """Cut two editions by each other.

    Polygons that are the same in both, whatever vertex and direction their rings begin with, are paired without being
    cut. Lines and points where areas only touch are no pieces.

    Parameters
    ----------
    old, new
        Coverages in one CRS. Areas without a polygon take no part; remainders do.
    tolerance
        m; a piece nowhere wider is marked ``noise``. 0: every piece counts.

    Returns
    -------
    Pieces
        Sorted by old, then new.

    Raises
    ------
    InputError
        An edition is empty or declares that its areas overlap, or the tolerance is negative.
    CRSError
        The two stand in different CRSs.
    GeometryError
        Polygons are invalid, or areas of one edition overlap each other.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> left = grid_areas(2, 1, origin=(0, 0), edition="1", division="district")
    >>> right = grid_areas(1, 1, origin=(0, 0), size=1500, edition="2", division="district")
    >>> found = pieces(left, right)
    >>> found.old.tolist(), found.new.tolist(), found.area.tolist(), found.outside_old(0).item()
    ([0, 1], [0, 0], [1000000.0, 500000.0], 750000.0)
    """
    _check(old, new, tolerance)
    first, second = _polygons(old), _polygons(new)
    same_old, same_new = _identical(old, new, first, second)
    changed_old, changed_new = np.setdiff1d(_known(first), same_old), np.setdiff1d(_known(second), same_new)
    _refuse_invalid(old, first, changed_old)
    _refuse_invalid(new, second, changed_new)
    cut_old, cut_new, cut = _cut(first, second, changed_old, changed_new)
    whole: Shapes = np.full(len(same_old), None, dtype=object)
    at_old, at_new = np.concatenate([same_old, cut_old]), np.concatenate([same_new, cut_new])
    order = np.lexsort((at_new, at_old))
    area = np.concatenate([shapely.area(first[same_old]), shapely.area(cut)])[order]
    noise = np.concatenate([np.zeros(len(same_old), dtype=bool), thin(cut, tolerance)])[order]
    at_old, at_new = at_old[order], at_new[order]
    _refuse_overlaps(new, second, tolerance, at_new[_crowded(first, at_old, area)])
    _refuse_overlaps(old, first, tolerance, at_old[_crowded(second, at_new, area)])
    return Pieces(
        at_old,
        at_new,
        area,
        noise,
        np.concatenate([whole, cut])[order],
        first,
        second,
        _outside(first, at_old, area, same_old),
        _outside(second, at_new, area, same_new),
        tolerance,
    )


def thin(polygons: Shapes, width: float) -> Bools:
    """Whether each polygon is nowhere wider than ``width`` (m): no circle of that diameter fits in.

    Examples
    --------
    >>> thin(np.array([shapely.box(0, 0, 100, 0.9), shapely.box(0, 0, 100, 1.1)]), 1.0).tolist()
    [True, False]
    """
    answer = np.zeros(len(polygons), dtype=bool)
    if width <= 0:
        return answer
    # A polygon whose mean width, twice the area over the perimeter, is more than `width` is so somewhere.
    doubtful = np.flatnonzero(2 * shapely.area(polygons) <= width * shapely.length(polygons))
    chunks = [doubtful[at : at + _CHUNK] for at in range(0, len(doubtful), _CHUNK)]
    empty = spread(lambda rows: shapely.is_empty(shapely.buffer(polygons[rows], -width / 2, quad_segs=8)), chunks)
    answer[doubtful] = np.concatenate([*empty, np.zeros(0, dtype=bool)])
    return answer


def polygonal(shapes: Shapes) -> Shapes:
    """Shapes without their lines and points; None becomes an empty polygon.

    Examples
    --------
    >>> mixed = shapely.from_wkt("GEOMETRYCOLLECTION (POLYGON ((0 0, 1 0, 0 1, 0 0)), POINT (5 5))")
    >>> polygonal(np.array([mixed]))[0].wkt
    'POLYGON ((0 0, 1 0, 0 1, 0 0))'
    """
    kept = shapes.copy()
    kind = shapely.get_type_id(shapes)
    kept[~np.isin(kind, (3, 6, 7))] = shapely.Polygon()
    for row in np.flatnonzero(kind == 7):
        parts = shapely.get_parts(shapely.get_parts(shapes[row]))
        parts = parts[shapely.get_type_id(parts) == 3]
        kept[row] = parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))
    return kept


def check_pair(old: AreaDivision, new: AreaDivision) -> None:
    """Refuse two editions that cannot be set against each other.

    Raises
    ------
    InputError
        One is empty or declares that its areas overlap.
    CRSError
        The two are in different coordinate reference systems.
    """
    for areas in (old, new):
        if not len(areas):
            raise InputError(f"{areas.key} has no areas.", hint="check the file and the filter it was read with.")
        if areas.overlaps:
            raise InputError(
                f"{areas.key} declares that its areas overlap: what ground is whose cannot be told.",
                hint="take one set of areas that do not overlap at a time.",
            )
    if old.table.crs != new.table.crs:
        raise CRSError(
            f"{old.key} is in {_crs(old)}, {new.key} in {_crs(new)}.",
            hint="read both with gi.read_areas, which turns them into EPSG:3006.",
        )


def _check(old: AreaDivision, new: AreaDivision, tolerance: float) -> None:
    if not tolerance >= 0:
        raise InputError(f"The tolerance is {tolerance}.", hint="give metres, 0 or more.")
    check_pair(old, new)
    for areas in (old, new):
        if not len(_known(_polygons(areas))):
            raise InputError(f"No area of {areas.key} has a polygon.", hint="give the edition with its boundaries.")


def _crs(areas: AreaDivision) -> str:
    crs = areas.table.crs
    return "no coordinate reference system" if crs is None else str(crs.to_string())


def _polygons(areas: AreaDivision) -> Shapes:
    polygons = np.asarray(areas.geometry, dtype=object).copy()
    polygons[shapely.is_empty(polygons)] = None
    return polygons


def _known(polygons: Shapes) -> Ints:
    return np.flatnonzero(~shapely.is_missing(polygons))


def _identical(old: AreaDivision, new: AreaDivision, first: Shapes, second: Shapes) -> tuple[Ints, Ints]:
    """Positions of areas that are one polygon in both editions, in pairs, ascending by the old."""
    marks = []
    for areas, polygons in ((old, first), (new, second)):
        known = _known(polygons)
        mark = pd.Index(fingerprints(polygons[known]))
        if mark.has_duplicates:
            twice = known[mark.duplicated(keep=False)]
            raise GeometryError(
                f"{areas.key}: {len(twice)} areas have the same polygon as another.",
                hint="see that the file holds one edition, and each area once: gi.check_coverage finds them.",
                failures=[{"code": code} for code in areas.codes[twice]],
            )
        marks.append((known, mark))
    (known_old, mark_old), (known_new, mark_new) = marks
    found = mark_new.get_indexer(mark_old)
    return known_old[found >= 0], known_new[found[found >= 0]]


def _refuse_invalid(areas: AreaDivision, polygons: Shapes, rows: Ints) -> None:
    wrong = rows[~shapely.is_valid(polygons[rows])]
    if len(wrong):
        raise GeometryError(
            f"{len(wrong)} polygons of {areas.key} are invalid.",
            hint="mend them in the source (QGIS: Fix geometries); gi.check_coverage writes them as a layer.",
            failures=[{"code": areas.codes[row], "what": shapely.is_valid_reason(polygons[row])} for row in wrong],
        )


def _cut(first: Shapes, second: Shapes, old: Ints, new: Ints) -> tuple[Ints, Ints, Shapes]:
    """Pieces of the areas at some positions: old, new and polygon, sorted."""
    if not len(old) or not len(new):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, dtype=object)
    at_new, at_old = shapely.STRtree(first[old]).query(second[new], predicate="intersects")
    order = np.lexsort((at_new, at_old))
    left, right = old[at_old[order]], new[at_new[order]]
    chunks = [slice(at, at + _CHUNK) for at in range(0, len(left), _CHUNK)]
    made = spread(partial(_intersect, first, second, left, right), chunks)
    cut = np.concatenate([*made, np.zeros(0, dtype=object)])
    kept = shapely.area(cut) > 0
    return left[kept], right[kept], cut[kept]


def _intersect(first: Shapes, second: Shapes, left: Ints, right: Ints, rows: slice) -> Shapes:
    return polygonal(shapely.intersection(first[left[rows]], second[right[rows]]))


def _outside(polygons: Shapes, at: Ints, area: Floats, whole: Ints) -> Floats:
    """m² of each area that no piece covers."""
    rest = _rest(polygons, at, area)
    rest[whole] = 0.0
    return np.asarray(np.maximum(rest, 0.0), dtype=np.float64)


def _rest(polygons: Shapes, at: Ints, area: Floats) -> Floats:
    size = shapely.area(polygons)
    size[shapely.is_missing(polygons)] = np.nan
    return np.asarray(size - np.bincount(at, area, minlength=len(polygons)), dtype=np.float64)


def _crowded(polygons: Shapes, at: Ints, area: Floats) -> Bools:
    """The pieces of areas that are covered more than once."""
    return np.isin(at, np.flatnonzero(_rest(polygons, at, area) < -_OVERLAP))


def _refuse_overlaps(areas: AreaDivision, polygons: Shapes, tolerance: float, suspects: Ints) -> None:
    """Refuse areas that cover ground twice; along a border drawn twice they may."""
    suspects = np.unique(suspects)
    one, other, size = overlapping(polygons[suspects], above=_OVERLAP)
    one, other = suspects[one], suspects[other]
    real = ~thin(polygonal(shapely.intersection(polygons[one], polygons[other])), tolerance)
    if real.any():
        told = zip(areas.codes[one[real]], areas.codes[other[real]], size[real], strict=True)
        raise GeometryError(
            f"{areas.key}: {real.sum()} pairs of areas overlap.",
            hint="gi.check_coverage writes overlaps as a layer; mend them in the source.",
            failures=[{"code": a, "other": b, "m2": round(float(m2), 1)} for a, b, m2 in told],
        )
