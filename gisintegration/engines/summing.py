"""The kernels that sum persons by place: they come in the order of areas, so that the sums of an area stay near."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gisintegration.locate.compiled import LONG_ROWS, LONGS, SEEN_LONGS, SEEN_WORDS, kernel

Longs = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]


@kernel(SEEN_LONGS, SEEN_WORDS, LONG_ROWS, SEEN_WORDS)
def add_bits(place: Longs, word: Words, sums: Longs, bits: Words) -> None:
    """Add some bits of each person's word to the sums at the person's place."""
    for person in range(len(place)):
        at, of = place[person], word[person]
        for k in range(len(bits)):
            sums[at, k] += np.int64((of >> bits[k]) & np.uint64(1))


@kernel(SEEN_LONGS, SEEN_LONGS, LONGS)
def add_amounts(place: Longs, amount: Longs, sums: Longs) -> None:
    """Add each person's amount to the sum at the person's place."""
    for person in range(len(place)):
        sums[place[person]] += amount[person]
