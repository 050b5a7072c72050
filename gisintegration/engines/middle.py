"""Medians of many groups at once, exact and the same in any order of the values."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.integer]


def order_of(value: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    """The order that sorts the values, once for all groupings of them."""
    return np.argsort(value, kind="stable")


def medians(
    ascending: npt.NDArray[np.int64], group: Integers, groups: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Median and number of values in each group: of an even number, the mean of the two in the middle.

    Parameters
    ----------
    ascending
        Values, smallest first.
    group
        Group of each value, 0…groups-1; a negative one belongs to none.
    groups
        How many groups there are.

    Returns
    -------
    tuple
        Medians (NaN for an empty group) and numbers of values.

    Examples
    --------
    >>> medians(np.array([1, 2, 5, 9]), np.array([0, 0, 1, 0]), 3)
    (array([ 2.,  5., nan]), array([3, 1, 0]))
    """
    member = group >= 0
    if not member.all():
        ascending, group = ascending[member], group[member]
    number = np.bincount(group, minlength=groups)
    order = grouping_order(group, groups)
    first = np.cumsum(number) - number
    middle = np.full(groups, np.nan)
    some = np.flatnonzero(number)
    low = ascending[order[first[some] + (number[some] - 1) // 2]]
    high = ascending[order[first[some] + number[some] // 2]]
    middle[some] = (low + high) / 2
    return middle, number


def grouping_order(group: Integers, groups: int) -> npt.NDArray[np.intp]:
    """A stable order by group: numpy sorts 16-bit numbers by counting, so larger ones are sorted half by half.

    Examples
    --------
    >>> grouping_order(np.array([2, 0, 1, 0]), 3).tolist()
    [1, 3, 2, 0]
    """
    if groups <= 1 << 16:
        return np.argsort(group.astype(np.uint16), kind="stable")
    by_low = np.argsort((group & 0xFFFF).astype(np.uint16), kind="stable")
    by_high = np.argsort((group[by_low] >> 16).astype(np.uint16), kind="stable")
    return by_low[by_high]
