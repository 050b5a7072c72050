"""What GEOS says about points and polygons, to compare `locate` with: prepared polygons, one at a time."""

import numpy as np
import shapely


def lowest(xy, polygons):
    """Position of the first polygon that each point lies in or on, −1 for none. None among the polygons holds nothing."""
    order = np.argsort(xy[:, 0], kind="stable")
    x, y = xy[order, 0], xy[order, 1]
    placed = np.full(len(xy), -1, dtype=np.int32)
    for position in range(len(polygons) - 1, -1, -1):
        polygon = polygons[position]
        if polygon is None or polygon.is_empty:
            continue
        west, south, east, north = polygon.bounds
        first, last = np.searchsorted(x, west, side="left"), np.searchsorted(x, east, side="right")
        near = np.flatnonzero((y[first:last] >= south) & (y[first:last] <= north)) + first
        shapely.prepare(polygon)
        placed[order[near[shapely.intersects_xy(polygon, x[near], y[near])]]] = position
    return placed
