"""The kernels that sum persons by group and place: those of a group come together, so that its sums stay near."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gisintegration.locate.compiled import (
    LONG_ROWS,
    SEEN_BYTE_ROWS,
    SEEN_LONG_ROWS,
    SEEN_LONGS,
    kernel,
)

Longs = npt.NDArray[np.int64]


@kernel(SEEN_LONGS, SEEN_BYTE_ROWS, LONG_ROWS, SEEN_LONGS)
def add_marks(place: Longs, rows: npt.NDArray[np.uint8], sums: Longs, persons: Longs) -> None:
    """Add the row of each of some persons to the sums at the person's place."""
    for person in persons:
        at = place[person]
        for k in range(rows.shape[1]):
            sums[at, k] += rows[person, k]


@kernel(SEEN_LONGS, SEEN_LONG_ROWS, LONG_ROWS, SEEN_LONGS)
def add_amounts(place: Longs, rows: Longs, sums: Longs, persons: Longs) -> None:
    """As :func:`add_marks`, of amounts."""
    for person in persons:
        at = place[person]
        for k in range(rows.shape[1]):
            sums[at, k] += rows[person, k]
