"""The kernel that places points: cell, leaf, and for points in a leaf with edges the crossings that decide.

A point's state in a polygon is the state of its leaf's lower left corner, changed by each edge that crosses the way
there: along x at the point's height, then along y. Corners are taken a hair to the left and up, so that each is inside
or outside; a point on an edge is told apart before.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gisintegration.locate.compiled import (
    INTS,
    LONGS,
    SEEN_COLUMN,
    SEEN_FLOATS,
    SEEN_INTS,
    SEEN_VERTICES,
    helper,
    kernel,
    prefetch,
)
from gisintegration.locate.grid import COARSEST, FINE, LARGEST
from gisintegration.locate.sides import crosses_below, crosses_left, side

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]

# Counts that the kernel adds to.
UNUSABLE, OUTSIDE, ON_BORDER, OVERLAPPING = 0, 1, 2, 3
_BATCH = 1024
_ON = 2


@helper
def state_change(ax: float, ay: float, bx: float, by: float, x: float, y: float, rx: float, ry: float) -> int:
    """1 if an edge changes the state between the corner (rx, ry) and (x, y), 0 if not, 2 if (x, y) lies on it."""
    if ay > by:
        ax, ay, bx, by = bx, by, ax, ay
    west, east = min(ax, bx), max(ax, bx)
    change = False
    if ay <= y <= by:
        left = x > east
        if west <= x <= east:
            turned = side(ax, ay, bx, by, x, y)
            if turned == 0.0:
                return _ON
            left = turned < 0.0
        if y < by:
            change = left != crosses_left(ax, ay, bx, by, rx, y)
    if west < rx <= east:
        if ax > bx:
            ax, ay, bx, by = bx, by, ax, ay
        change ^= crosses_below(ax, ay, bx, by, rx, y) != crosses_below(ax, ay, bx, by, rx, ry)
    return 1 if change else 0


@helper
def _state(vertices: Floats, edges: Ints, first: int, word: int, x: float, y: float, rx: float, ry: float) -> int:
    """1 inside, 0 outside, 2 on an edge, for the polygon with ``word >> 1`` edges from ``first`` on."""
    state = word & 1
    for place in range(first, first + (word >> 1)):
        edge = edges[place]
        change = state_change(
            vertices[edge, 0], vertices[edge, 1], vertices[edge + 1, 0], vertices[edge + 1, 1], x, y, rx, ry
        )
        if change == _ON:
            return _ON
        state ^= change
    return state


@helper
def _settle(vertices: Floats, records: Ints, at: int, x: float, y: float, rx: float, ry: float, counts: Longs) -> int:
    """Position of the lowest polygon that a point of a leaf lies in or on, −1 for none."""
    if records[at] >= 0:  # two polygons that share every edge here: who is not in the first is in the second
        state = _state(vertices, records, at + 3, records[at + 2], x, y, rx, ry)
        if state == _ON:
            counts[ON_BORDER] += 1
        first: int = records[at]
        second: int = records[at + 1]
        return first if state != 0 else second
    several = -records[at]
    edge = at + 1 + 2 * several
    lowest, inside, border = -1, 0, False
    for entry in range(several):
        position, word = records[at + 1 + 2 * entry], records[at + 2 + 2 * entry]
        state = _state(vertices, records, edge, word, x, y, rx, ry)
        edge += word >> 1
        if state != 0 and lowest < 0:
            lowest = position
        inside += state == 1
        border |= state == _ON
    counts[ON_BORDER] += border
    counts[OVERLAPPING] += inside > 1
    return lowest


@kernel(SEEN_COLUMN, SEEN_COLUMN, SEEN_FLOATS, SEEN_INTS, SEEN_INTS, SEEN_INTS, SEEN_VERTICES, INTS, LONGS)
def place(
    px: Floats,
    py: Floats,
    frame: Floats,
    top: Ints,
    leaves: Ints,
    records: Ints,
    vertices: Floats,
    placed: Ints,
    counts: Longs,
) -> None:
    """Write each point's position, and add to the counts.

    ``frame``: x and y of the grid's corner, the side of a fine step, cells eastwards, and the bounds of all polygons.
    Points go through the index in batches, a level at a time; what a level will read is fetched while the level before
    it is worked through, so that the reads wait for memory together.
    """
    x0, y0, step, width = frame[0], frame[1], frame[2], int(frame[3])
    west, south, east, north = frame[4], frame[5], frame[6], frame[7]
    inverse = 1.0 / step
    point, at = np.empty(_BATCH, np.int64), np.empty(_BATCH, np.int64)
    column, row = np.empty(_BATCH, np.int32), np.empty(_BATCH, np.int32)
    outside = 0
    for start in range(0, len(px), _BATCH):
        left = 0
        for index in range(start, min(start + _BATCH, len(px))):
            x, y = px[index], py[index]
            if not (abs(x) < LARGEST and abs(y) < LARGEST):
                counts[UNUSABLE] += 1
                placed[index] = -1
            elif west <= x <= east and south <= y <= north:
                i, j = int((x - x0) * inverse), int((y - y0) * inverse)
                point[left], column[left], row[left] = index, i, j
                at[left] = (j >> FINE) * width + (i >> FINE)
                prefetch(top, at[left])
                left += 1
            else:
                placed[index] = -1
                outside += 1
        kept = 0
        for index in range(left):
            value = top[at[index]]
            placed[point[index]] = value
            outside += value == -1
            # No branch: which cells have leaves is as good as random.
            point[kept], at[kept] = point[index], value
            column[kept], row[kept] = column[index], row[index]
            kept += value < -1
        for index in range(kept):
            code = -2 - at[index]
            shift = (code & 7) + COARSEST
            fine = FINE - shift
            i, j = column[index], row[index]
            mask = (1 << shift) - 1
            leaf = (((j >> fine) & mask) << shift) + ((i >> fine) & mask)
            at[index] = (np.int64(code >> 3) << (2 * COARSEST)) + leaf
            prefetch(leaves, at[index])
            column[index], row[index] = (i >> fine) << fine, (j >> fine) << fine
        left, kept = kept, 0
        for index in range(left):
            value = leaves[at[index]]
            placed[point[index]] = value
            outside += value == -1
            if value < -1:
                point[kept], at[kept] = point[index], -2 - value
                prefetch(records, at[kept])
                column[kept], row[kept] = column[index], row[index]
                kept += 1
        for index in range(kept):
            first = records[at[index]]
            edge = at[index] + (3 if first >= 0 else 1 - 2 * first)
            prefetch(vertices, records[min(edge, len(records) - 1)])  # a record may end without an edge
        for index in range(kept):
            one = point[index]
            rx, ry = x0 + column[index] * step, y0 + row[index] * step
            value = _settle(vertices, records, at[index], px[one], py[one], rx, ry, counts)
            placed[one] = value
            outside += value == -1
    counts[OUTSIDE] += outside
