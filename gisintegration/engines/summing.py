"""The kernels that sum persons by place, and find the middle of their values."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gisintegration.locate.compiled import (
    LONG_CUBE,
    LONG_ROWS,
    LONGS,
    SEEN_BYTES,
    SEEN_INTS,
    SEEN_LONGS,
    SEEN_WORDS,
    kernel,
)

Longs = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]


@kernel(SEEN_LONGS, SEEN_WORDS, LONG_ROWS, SEEN_WORDS)
def add_bits(place: Longs, word: Words, sums: Longs, bits: Words) -> None:
    """Add some bits of each person's word to the sums at the person's place; persons of an area stand together."""
    for person in range(len(place)):
        at, of = place[person], word[person]
        for k in range(len(bits)):
            sums[at, k] += np.int64((of >> bits[k]) & np.uint64(1))


@kernel(SEEN_LONGS, SEEN_LONGS, LONGS)
def add_amounts(place: Longs, amount: Longs, sums: Longs) -> None:
    """Add each person's amount to the sum at the person's place."""
    for person in range(len(place)):
        sums[place[person]] += amount[person]


@kernel(SEEN_LONGS, SEEN_INTS, SEEN_BYTES, LONG_CUBE)
def find_middles(ascending: Longs, group: npt.NDArray[np.int32], sex: npt.NDArray[np.uint8], found: Longs) -> None:
    """Count the values of each group, and take the two in the middle as they come by: number, lower, upper one."""
    number, low, high = found[0], found[1], found[2]
    for i in range(len(group)):
        if group[i] >= 0:
            number[group[i], 0] += 1
            number[group[i], 1 + sex[i]] += 1
    seen = np.zeros_like(number)
    for i in range(len(group)):
        at = group[i]
        if at < 0:
            continue
        for column in (0, 1 + sex[i]):
            rank = seen[at, column]
            if rank == (number[at, column] - 1) // 2:
                low[at, column] = ascending[i]
            if rank == number[at, column] // 2:
                high[at, column] = ascending[i]
            seen[at, column] = rank + 1
