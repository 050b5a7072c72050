"""The rows of a crosswalk: their columns, and weights that sum to exactly 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.errors import InputError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

POPULATION = "population"
ANY_YEAR = 0
COLUMNS = ("kind", "year", "source", "target", "weight", "n", "shared_area", "fallback")
KEY = ["kind", "year", "source", "target"]
TEXTS = ("kind", "source", "target")
_GIVEN: Mapping[str, Any] = {
    "kind": POPULATION,
    "year": ANY_YEAR,
    "n": np.nan,
    "shared_area": np.nan,
    "fallback": False,
}
# Weights are whole numbers of this step: sums of them are exact in float64, in any order.
STEPS = 2**53


def conform(table: pd.DataFrame) -> pd.DataFrame:
    """A crosswalk's rows with every column, each of its type, in order.

    Raises
    ------
    InputError
        ``source``, ``target`` or ``weight`` is missing, or a pair stands twice.
    """
    missing = [name for name in ("source", "target", "weight") if name not in table.columns]
    if missing:
        raise InputError.missing_columns("The crosswalk", missing, [str(name) for name in table.columns])
    given = {name: value for name, value in _GIVEN.items() if name not in table.columns}
    frame = table.assign(**given)[list(COLUMNS)]
    numbers = dict.fromkeys(("weight", "n", "shared_area"), np.float64)
    frame = frame.astype({"year": np.int16, "fallback": "bool", **numbers, **dict.fromkeys(TEXTS, "str")})
    frame = frame.sort_values(KEY, kind="stable", ignore_index=True)
    twice = frame.duplicated(KEY)
    if twice.any():
        first = frame.loc[twice].iloc[0]
        raise InputError(
            f"The crosswalk has {first['source']} → {first['target']} twice for {first['kind']}, {first['year']}.",
            hint="give each pair once, with its whole weight.",
        )
    return frame


def shares(group: Ints, amount: Floats) -> Floats:
    """Each amount's part of its group's sum. The parts of a group sum to exactly 1: the largest takes what is left.

    A group whose amounts are all 0, or one of them NaN, gets NaN.

    Parameters
    ----------
    group
        Number of each row's group, in any order.
    amount
        Not negative.

    Examples
    --------
    >>> shares(np.array([0, 0, 1, 2]), np.array([1.0, 3.0, 5.0, 0.0])).tolist()
    [0.25, 0.75, 1.0, nan]
    >>> float(sum(shares(np.zeros(10, np.int64), np.ones(10))))
    1.0
    """
    if not len(group):
        return np.zeros(0)
    order = np.lexsort((-amount, group))
    sorted_group = group[order]
    first = np.flatnonzero(np.r_[True, sorted_group[1:] != sorted_group[:-1]])
    number = np.repeat(np.arange(len(first)), np.diff(np.r_[first, len(group)]))
    total = np.add.reduceat(amount[order], first)[number]
    known = total > 0
    part = np.divide(amount[order], total, out=np.zeros(len(group)), where=known)
    steps = np.rint(part * STEPS).astype(np.int64)
    steps[first] += STEPS - np.add.reduceat(steps, first)
    found = np.where(known, steps / STEPS, np.nan)
    result = np.empty(len(group))
    result[order] = found
    return result


def weights(group: Ints, choices: Sequence[Floats]) -> tuple[Floats, Bools]:
    """The shares by the first choice of amounts that tells them, group by group.

    Parameters
    ----------
    group
        Source of each row.
    choices
        Amounts in the order of preference. A choice says nothing of a group where its amounts are all 0 or one is NaN.

    Returns
    -------
    tuple
        Weights, NaN where no choice tells; and whether they are by another choice than the first. A group of one row
        has weight 1 whatever the choices say.

    Examples
    --------
    >>> found = weights(np.array([0, 0, 1, 1, 2]), [np.array([0.0, 0, 1, 3, 0]), np.array([1.0, 1, 1, 1, 0])])
    >>> found[0].tolist(), found[1].tolist()
    ([0.5, 0.5, 0.25, 0.75, 1.0], [True, True, False, False, False])
    """
    result = np.full(len(group), np.nan)
    fallback = np.zeros(len(group), dtype=bool)
    if not len(group):
        return result, fallback
    alone = np.bincount(group)[group] == 1
    result[alone] = 1.0
    for number, amount in enumerate(choices):
        open_ = np.isnan(result)
        if not open_.any():
            break
        found = shares(group[open_], amount[open_])
        told = np.flatnonzero(open_)[~np.isnan(found)]
        result[told] = found[~np.isnan(found)]
        fallback[told] = number > 0
    return result, fallback
