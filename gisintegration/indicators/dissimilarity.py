"""The index of dissimilarity: how unevenly two groups live over the small areas of a larger one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gisintegration.areas import AreaDivision

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


def dissimilarity(first: Counts, second: Counts, parents: npt.NDArray[np.int32], count: int) -> Array:
    r"""Dissimilarity of two groups over the small areas of each parent, 0–100.

    .. math:: D = \tfrac{1}{2} \sum_i \left| \frac{a_i}{A} - \frac{b_i}{B} \right| \cdot 100

    The per cent of either group that would have to change area for both to live alike (Duncan and Duncan 1955, A
    methodological analysis of segregation indexes, American Sociological Review 20).

    Parameters
    ----------
    first, second
        Members of the groups in each small area, shape (areas, …).
    parents
        Parent of each small area, 0…count-1; a negative one is in none.
    count
        How many parents there are.

    Returns
    -------
    numpy.ndarray
        Shape (count, …); NaN where one of the groups has nobody.

    Examples
    --------
    >>> native, foreign = np.array([30, 10, 5]), np.array([10, 30, 0])
    >>> dissimilarity(native, foreign, np.array([0, 0, 1], dtype=np.int32), 2).tolist()
    [50.0, nan]
    """
    made = np.full((count, *first.shape[1:]), np.nan)
    order = np.argsort(parents, kind="stable")
    order = order[parents[order] >= 0]
    if not len(order):
        return made
    owners, starts = np.unique(parents[order], return_index=True)
    place = np.repeat(np.arange(len(owners)), np.diff(np.append(starts, len(order))))
    shares = []
    for group in (first, second):
        members = group[order].astype(np.float64)
        whole = np.add.reduceat(members, starts, axis=0)[place]
        shares.append(np.divide(members, whole, out=np.full_like(members, np.nan), where=whole > 0))
    made[owners] = np.add.reduceat(np.abs(shares[0] - shares[1]), starts, axis=0) * 50
    return made


def members_of(group: Counts, parents: npt.NDArray[np.int32], count: int) -> Array:
    """Members of a group in each parent, from those in its small areas.

    Examples
    --------
    >>> members_of(np.array([3, 4, 5]), np.array([0, 0, -1], dtype=np.int32), 1).tolist()
    [7.0]
    """
    made = np.zeros((count, *group.shape[1:]))
    np.add.at(made, parents[parents >= 0], group[parents >= 0])
    return made


def too_few_areas(areas: AreaDivision, parents: npt.NDArray[np.int32], count: int) -> npt.NDArray[np.bool_]:
    """Parents with less than two small areas, over which groups cannot be spread unevenly.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> too_few_areas(grid_areas(3, 1), np.array([0, 0, 1], dtype=np.int32), 2).tolist()
    [False, True]
    """
    inside = small_areas(areas) & (parents >= 0)
    return np.asarray(np.bincount(parents[inside], minlength=count) < 2, dtype=np.bool_)


def small_areas(areas: AreaDivision) -> npt.NDArray[np.bool_]:
    """Which rows are areas: not remainders, and not the rows of persons whose place is unknown."""
    return np.asarray(areas.table["kind"] == "area", dtype=np.bool_)
