"""The engine behind ``locate``: GEOS' own test of points in prepared polygons, polygons shared among threads."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

OUTSIDE = -1
_CHUNK = 2_000_000
_THREADS = 2


class Engine:
    """Polygons prepared once, to place any number of points in.

    Parameters
    ----------
    polygons
        In the order of the codes; None where unknown, which nothing is placed in.
    """

    def __init__(self, polygons: npt.NDArray[np.object_]) -> None:
        known = np.flatnonzero([polygon is not None and not polygon.is_empty for polygon in polygons])
        # Own copies: preparing changes a polygon's inner state, which other threads may be reading.
        self._polygons = shapely.from_wkb(shapely.to_wkb(polygons[known]))
        self._positions = known
        self._bounds = shapely.bounds(self._polygons)
        self._lock = threading.Lock()
        shapely.prepare(self._polygons)

    def place(self, xy: Floats) -> npt.NDArray[np.int32]:
        """Position of the lowest polygon that each point lies in or on, −1 for none. Points must be finite."""
        placed = np.full(len(xy), OUTSIDE, dtype=np.int32)
        with self._lock:
            for start in range(0, len(xy), _CHUNK):
                placed[start : start + _CHUNK] = self._place_chunk(xy[start : start + _CHUNK])
        return placed

    def _place_chunk(self, xy: Floats) -> npt.NDArray[np.int32]:
        order = np.argsort(xy[:, 0], kind="stable")
        x, y = xy[order, 0], xy[order, 1]
        first = np.searchsorted(x, self._bounds[:, 0], side="left")
        last = np.searchsorted(x, self._bounds[:, 2], side="right")

        def hits(polygon: int) -> Rows:
            return self._hits(polygon, x, y, int(first[polygon]), int(last[polygon]))

        busy = np.flatnonzero(last > first)
        with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1)) as pool:
            found = list(pool.map(hits, busy.tolist(), chunksize=1))
        placed = np.full(len(xy), OUTSIDE, dtype=np.int32)
        # From the last polygon to the first, so that the lowest code stands where several touch a point.
        for polygon, rows in zip(busy[::-1], reversed(found), strict=True):
            placed[order[rows]] = self._positions[polygon]
        return placed

    def _hits(self, polygon: int, x: Floats, y: Floats, first: int, last: int) -> Rows:
        """Rows (in the order of x) of the points in or on one polygon."""
        _, south, _, north = self._bounds[polygon]
        strip = y[first:last]
        near = np.flatnonzero((strip >= south) & (strip <= north)) + first
        inside: npt.NDArray[np.bool_] = shapely.intersects_xy(self._polygons[polygon], x[near], y[near])
        return near[inside]
