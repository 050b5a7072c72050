"""What an engine is asked to count, and what it answers: plain types, so that one engine can stand in for another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SEXES = 2
Lists = tuple[int, ...]
Sums = Mapping[tuple[Lists, int], npt.NDArray[np.int64]]


@dataclass(frozen=True)
class Sample:
    """Values that cannot be summed: those of ``value`` where ``condition`` holds and there is a value (SQL)."""

    condition: str
    value: str


@dataclass(frozen=True)
class Question:
    """What to count over the persons of one year.

    Parameters
    ----------
    source
        SELECT of the placed persons: ``area`` (position, null or negative for none) and the columns the rest reads.
    areas
        Number of areas.
    sex
        SQL for 0 (men) or 1 (women).
    lists
        For each list of classes that share no person: SQL conditions, one a class; at most 254.
    sums
        SQL of what is summed: conditions, of which those that hold are counted, or whole numbers; null is nothing.
    tables
        By which lists, crossed with each other, which of the sums are told apart; no list: by area and sex alone.
    samples
        Values to be handed back person by person.
    """

    source: str
    areas: int
    sex: str
    lists: tuple[tuple[str, ...], ...]
    sums: tuple[str, ...]
    tables: tuple[tuple[Lists, tuple[int, ...]], ...]
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, eq=False)
class Values:
    """The values of one sample, a person each, in any order.

    ``classes`` has one array a list, with the position of the person's class; behind the last, for who is in none.
    """

    area: npt.NDArray[np.int32]
    sex: npt.NDArray[np.uint8]
    classes: tuple[npt.NDArray[np.uint8], ...]
    value: npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Answer:
    """Sums and samples of one year.

    Parameters
    ----------
    sums
        For the lists of each table and each of its sums, shape (areas, 2 sexes, then for each list its classes and one
        place for who is in none of them).
    values
        For each sample of the question.
    """

    sums: Sums
    values: Mapping[Sample, Values]
