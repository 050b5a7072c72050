"""Sorting, choosing and dealing out within areas, for all areas at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[Any]
Floats = npt.NDArray[Any]
Flags = npt.NDArray[np.bool_]

_LEVELS = 65535
_LIMIT = 16.0


def order(group: Ints, score: Floats, *, limit: float = _LIMIT) -> Ints:
    """Positions that sort rows by group, then by score ascending; ties keep their order.

    Scores are cut to ±``limit`` and compared in 65,536 steps, so that both passes are radix sorts.

    Examples
    --------
    >>> order(np.array([1, 0, 1]), np.array([0.5, 0.1, -2.0])).tolist()
    [1, 2, 0]
    """
    scaled = (np.clip(score, -limit, limit) + limit) * (_LEVELS / (2 * limit))
    first = np.argsort(scaled.astype(np.uint16), kind="stable")
    return first[np.argsort(group.astype(np.uint16)[first], kind="stable")]


def counts(group: Ints, size: int, weights: Ints | None = None) -> Ints:
    """Rows (or whole weights) per group, length ``size``."""
    if weights is None:
        return np.bincount(group, minlength=size)
    return np.bincount(group, weights=weights, minlength=size).round().astype(np.int64)


def starts(sizes: Ints) -> Ints:
    """Where each group begins when groups of these sizes lie one after the other."""
    return np.cumsum(sizes) - sizes


def rank(group: Ints, score: Floats, size: int, *, limit: float = _LIMIT) -> Ints:
    """Each row's place within its group, 0 for the lowest score.

    Examples
    --------
    >>> rank(np.array([1, 0, 1]), np.array([0.5, 0.1, -2.0]), 2).tolist()
    [1, 0, 0]
    """
    sequence = order(group, score, limit=limit)
    place = np.empty(len(group), dtype=np.int32)
    place[sequence] = ramp(counts(group, size))
    return place


def ramp(sizes: Ints) -> Ints:
    """0…n-1 for each group, one after the other.

    Examples
    --------
    >>> ramp(np.array([2, 0, 3])).tolist()
    [0, 1, 0, 1, 2]
    """
    total = int(sizes.sum())
    places: Ints = (np.arange(total) - np.repeat(starts(sizes), sizes)).astype(np.int32)
    return places


def highest(group: Ints, score: Floats, number: Ints, *, limit: float = _LIMIT) -> Flags:
    """Which rows are among the ``number[group]`` highest scores of their group.

    Examples
    --------
    >>> highest(np.array([0, 0, 1]), np.array([0.1, 0.9, 0.5]), np.array([1, 0])).tolist()
    [False, True, False]
    """
    return rank(group, -score, len(number), limit=limit) < number[group]


def deal(group: Ints, score: Floats, number: Ints, *, limit: float = _LIMIT) -> Ints:
    """Deal categories out by score: the lowest get category 0, exactly ``number[group, 0]`` of them, and so on.

    Rows beyond the given numbers get the last category.

    Examples
    --------
    >>> deal(np.array([0, 0, 0]), np.array([3.0, 1.0, 2.0]), np.array([[1, 2]])).tolist()
    [1, 0, 1]
    """
    place = rank(group, score, len(number), limit=limit)
    limits = np.cumsum(number, axis=1)
    category = np.zeros(len(group), dtype=np.int8)
    for column in range(number.shape[1] - 1):
        category += place >= limits[:, column][group]
    return category


def fill(group: Ints, weight: Ints, score: Floats, target: Ints, singles: Ints) -> Flags:
    """Choose rows, highest scores first, whose weights add up to the target of their group exactly.

    Rows of weight above one are taken while room is left for ``singles[group]`` rows of weight one; rows of weight one
    fill what remains. Where a group has too few of them the sum falls short, by less than the next row's weight.

    Examples
    --------
    >>> fill(np.zeros(4, int), np.array([3, 2, 1, 1]), np.array([4.0, 3.0, 2.0, 1.0]), np.array([4]), np.array([1]))
    array([ True, False,  True, False])
    """
    size = len(target)
    sequence = order(group, -score)
    areas, weights = group[sequence], weight[sequence]
    one = weights == 1
    available = counts(areas[one], size)
    singles = np.minimum(np.minimum(singles, available), target)
    heavy = np.where(weights > 1, weights, 0)
    running = np.cumsum(heavy)
    before = np.concatenate([[0], running])[starts(counts(areas, size))]
    chosen = (weights > 1) & (running - before[areas] <= (target - singles)[areas])
    _top_up(areas, weights, chosen, target, available)
    missing = target - counts(areas[chosen], size, weights[chosen])
    light = np.flatnonzero(one)
    place = ramp(counts(areas[light], size))
    chosen[light] = place < missing[areas[light]]
    result = np.zeros(len(group), dtype=bool)
    result[sequence] = chosen
    return result


def _top_up(areas: Ints, weights: Ints, chosen: Flags, target: Ints, available: Ints) -> None:
    """Where rows of weight one cannot fill the gap, take more of the heavy ones, area by area (few areas need it)."""
    gap = target - counts(areas[chosen], len(target), weights[chosen])
    bounds = np.concatenate([[0], np.cumsum(counts(areas, len(target)))])
    for area in np.flatnonzero(gap > available):
        rows = np.arange(bounds[area], bounds[area + 1])
        rows = rows[weights[rows] > 1]
        chosen[rows] = _subset(weights[rows], int(target[area]), int(available[area]), chosen[rows])


def _subset(weights: Ints, target: int, slack: int, preferred: Flags) -> Flags:
    """A subset whose sum is within ``slack`` below the target, changing little: preferred rows first."""
    sequence = np.argsort(~preferred, kind="stable")
    reached = np.full(target + 1, -1, dtype=np.int64)
    reached[0] = len(weights)
    for row in sequence:
        weight = int(weights[row])
        if weight <= target:
            fresh = np.flatnonzero((reached[:-weight] >= 0) & (reached[weight:] < 0)) + weight
            reached[fresh] = row
        if (reached[target - slack :] >= 0).any():
            break
    total = int(np.flatnonzero(reached >= 0)[-1])
    result = np.zeros(len(weights), dtype=bool)
    while total > 0:
        row = int(reached[total])
        result[row] = True
        total -= int(weights[row])
    return result
