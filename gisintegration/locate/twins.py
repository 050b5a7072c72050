"""The kernel that finds the edges that two polygons share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gisintegration.locate.compiled import LONG, SEEN_INTS, SEEN_LONGS, kernel
from gisintegration.locate.traces import room

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]

_NONE = -1


@kernel(SEEN_LONGS, SEEN_INTS, LONG, LONG)
def twins(bits: Longs, owner: Ints, part: int, parts: int) -> Ints:
    """For the edges of one part of the hash table: edge, its only twin in another polygon; pairs, in a flat list.

    ``bits``: the coordinates of each vertex, as the bits they are written in. An edge's twin has the same ends.
    """
    size = 1024
    while size * parts < 2 * len(owner):
        size *= 2
    table = np.full(size, _NONE, np.int32)
    found = np.empty(1024, np.int32)
    count = 0
    for edge in range(len(owner) - 1):
        if owner[edge] < 0:
            continue
        ax, ay, bx, by = bits[2 * edge], bits[2 * edge + 1], bits[2 * edge + 2], bits[2 * edge + 3]
        mixed = (ax ^ bx) * 0x9E3779B97F4A7C1 + (ay ^ by) * 0x2545F4914F6CDD1D + (ax + bx) * 0x5851F42D4C957F2D
        mixed ^= mixed >> 29
        mixed *= 0x369DEA0F31A53F85
        mixed ^= mixed >> 32
        if (mixed & 0xFF) % parts != part:
            continue
        slot = (mixed >> 8) & (size - 1)
        while table[slot] != _NONE:
            known = table[slot]
            kx, ky, lx, ly = bits[2 * known], bits[2 * known + 1], bits[2 * known + 2], bits[2 * known + 3]
            if (kx == ax and ky == ay and lx == bx and ly == by) or (kx == bx and ky == by and lx == ax and ly == ay):
                found = room(found, count + 2)
                found[count], found[count + 1] = known, edge
                count += 2
                break
            slot = (slot + 1) & (size - 1)
        if table[slot] == _NONE:
            table[slot] = edge
    return found[:count].copy()
