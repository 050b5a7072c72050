"""Pairs of areas that share ground."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely


def overlapping(
    polygons: npt.NDArray[np.object_], *, above: float = 0.0
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Pairs of polygons whose intersection is larger than ``above`` m²: first, second and size.

    Each pair once, first < second, ascending. Missing polygons take no part.

    Examples
    --------
    >>> first, second, size = overlapping(np.array([shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)]))
    >>> first.tolist(), second.tolist(), size.tolist()
    ([0], [1], [1.0])
    """
    tree = shapely.STRtree(polygons)
    first, second = tree.query(polygons, predicate="intersects")
    once = first < second
    order = np.lexsort((second[once], first[once]))
    first, second = first[once][order], second[once][order]
    size = shapely.area(shapely.intersection(polygons[first], polygons[second]))
    keep = size > above
    return first[keep], second[keep], size[keep]
