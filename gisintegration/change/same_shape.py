"""Whether polygons are the same, bit by bit, told from a number for each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_X, _Y = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)


def fingerprints(polygons: npt.NDArray[np.object_]) -> npt.NDArray[np.uint64]:
    """A 64-bit number for each polygon, the same for those with the same edges and different for others.

    Where a ring begins, which way it runs and the order of rings and parts do not matter. It is the sum of a number for
    each edge, so two polygons with one number bound the same ground; that two others have one is a chance of 2⁻⁶⁴.

    Parameters
    ----------
    polygons
        Polygons and multipolygons, none missing.

    Examples
    --------
    >>> one, other = shapely.from_wkt(["POLYGON ((0 0, 1 0, 1 1, 0 0))", "POLYGON ((1 1, 1 0, 0 0, 1 1))"])
    >>> first, second = fingerprints(np.array([one, other]))
    >>> bool(first == second)
    True
    """
    if not len(polygons):
        return np.zeros(0, dtype=np.uint64)
    _, coordinates, offsets = shapely.to_ragged_array(polygons, include_z=False)
    rings = offsets[0]
    # Where each polygon's coordinates begin: ring offsets, through those of the parts.
    starts = rings
    for level in offsets[1:]:
        starts = starts[level]
    vertex = _vertices(coordinates)
    edge = np.empty_like(vertex)
    np.add(vertex[:-1], vertex[1:], out=edge[:-1])
    _scramble(edge)
    # The last vertex of a ring begins no edge.
    edge[rings[1:] - 1] = 0
    return np.add.reduceat(edge, starts[:-1])


def _vertices(coordinates: npt.NDArray[np.float64]) -> npt.NDArray[np.uint64]:
    # Adding zero makes −0.0 the same as 0.0.
    x = (coordinates[:, 0] + 0.0).view(np.uint64) * _X
    x ^= x >> np.uint64(32)
    y = (coordinates[:, 1] + 0.0).view(np.uint64) * _Y
    y ^= y >> np.uint64(29)
    x += y * _MIX[0]
    _scramble(x)
    return x


def _scramble(values: npt.NDArray[np.uint64]) -> None:
    """Splitmix64's finaliser, in place."""
    for shift, factor in ((30, _MIX[0]), (27, _MIX[1])):
        values ^= values >> np.uint64(shift)
        values *= factor
    values ^= values >> np.uint64(31)
