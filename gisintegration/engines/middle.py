"""Medians of many groups at once, exact and the same in any order of the values."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gisintegration.engines.cube import SEXES
from gisintegration.engines.summing import find_middles

Integers = npt.NDArray[np.integer]


def order_of(value: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    """The order that sorts the values, once for all groupings of them."""
    return np.argsort(value, kind="stable")


def medians(
    ascending: npt.NDArray[np.int64],
    group: Integers,
    sex: npt.NDArray[np.uint8],
    groups: int,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Median and number of values in each group, of both sexes and of each; of an even number, the mean of two.

    Parameters
    ----------
    ascending
        Values, smallest first.
    group
        Group of each value, 0…groups-1; a negative one belongs to none.
    sex
        0 or 1 of each value.
    groups
        How many groups there are.

    Returns
    -------
    tuple
        Medians (NaN where there is no value) and numbers of values, shape (groups, 3): both, then each sex.

    Examples
    --------
    >>> values, group, sex = np.array([1, 2, 5, 9]), np.array([0, 0, 1, 0]), np.array([0, 1, 1, 0], dtype=np.uint8)
    >>> middle, number = medians(values, group, sex, 3)
    >>> middle.tolist(), number[:, 0].tolist()
    ([[2.0, 5.0, 2.0], [5.0, nan, 5.0], [nan, nan, nan]], [3, 1, 0])
    """
    found = np.zeros((3, groups, 1 + SEXES), dtype=np.int64)
    find_middles(ascending, group.astype(np.int32, copy=False), sex, found)
    number, low, high = found
    return np.where(number > 0, (low + high) / 2, np.nan), number


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
