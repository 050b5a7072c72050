"""Where edges go through the grid: which cells they pass, and which corners they come before.

Whether a corner of the grid is inside a polygon is decided exactly, by the signs in ``sides``; which cells an edge
passes is decided generously, by ``slack`` metres: an edge too many in a leaf changes no answer.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gisintegration.locate.compiled import helper
from gisintegration.locate.grid import STEPS
from gisintegration.locate.sides import crosses_below, crosses_left

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


@helper
def room(buffer: Ints, needed: int) -> Ints:
    """The buffer, or a longer copy of it."""
    if needed <= len(buffer):
        return buffer
    longer = np.empty(max(needed, 2 * len(buffer)), np.int32)
    longer[: len(buffer)] = buffer
    return longer


@helper
def _within(value: float, most: int) -> int:
    return int(min(max(np.floor(value), 0.0), most))


@helper
def _at_height(ax: float, ay: float, bx: float, by: float, y: float) -> float:
    """About where an edge that rises from a to b meets a height; its nearer end where it does not."""
    if ay == by:
        return ax
    share = min(max((y - ay) / (by - ay), 0.0), 1.0)
    return ax + share * (bx - ax)


@helper
def trace(
    vertices: Floats,
    edges: Ints,
    count: int,
    x0: float,
    y0: float,
    side: float,
    width: int,
    first: int,
    last: int,
    slack: float,
    start: Ints,
    passed: Ints,
    fill: bool,
) -> None:
    """Count or write the edges that pass each cell of rows ``first`` to ``last``, in the edges' order.

    Counting adds to ``start[cell + 2]``; writing goes by ``start[cell + 1]``, which ends up as the cell's end.
    """
    inverse = 1.0 / side
    for index in range(count):
        edge = edges[index]
        ax, ay, bx, by = vertices[edge, 0], vertices[edge, 1], vertices[edge + 1, 0], vertices[edge + 1, 1]
        if ay > by:
            ax, ay, bx, by = bx, by, ax, ay
        low, high = (ay - slack - y0) * inverse, (by + slack - y0) * inverse
        if high < first or low >= last:
            continue
        west, east = min(ax, bx), max(ax, bx)
        if (east + slack - x0) * inverse < 0.0 or (west - slack - x0) * inverse >= width:
            continue
        bottom, topmost = max(int(np.floor(low)), first), min(int(np.floor(high)), last - 1)
        for row in range(bottom, topmost + 1):
            one = _at_height(ax, ay, bx, by, y0 + row * side - slack)
            other = _at_height(ax, ay, bx, by, y0 + (row + 1) * side + slack)
            if ay == by:
                one, other = west, east
            begin = (min(one, other) - slack - x0) * inverse
            end = (max(one, other) + slack - x0) * inverse
            if end < 0.0 or begin >= width:
                continue
            base = (row - first) * width
            for cell in range(base + _within(begin, width - 1), base + _within(end, width - 1) + 1):
                if fill:
                    passed[start[cell + 1]] = edge
                    start[cell + 1] += 1
                else:
                    start[cell + 2] += 1


@helper
def rows_between(
    ay: float, by: float, origin: float, base: int, stride: int, step: float, rows: int
) -> tuple[int, int]:
    """First and past-last line of a grid, of those numbered 0 to ``rows`` − 1, with ay <= height < by."""
    first = int(min(max(np.ceil(((ay - origin) / step - base) / stride) - 1.0, 0.0), rows))
    while first < rows and origin + (base + first * stride) * step < ay:
        first += 1
    last = int(min(max(np.ceil(((by - origin) / step - base) / stride) - 1.0, first), rows))
    while last < rows and origin + (base + last * stride) * step < by:
        last += 1
    return first, last


@helper
def _past(about: float, origin: float, base: int, stride: int, step: float, slack: float) -> tuple[int, bool]:
    """First line of a grid beyond a value, and whether the value is too near the line before to be sure of it."""
    place = ((about - origin) / step - base) / stride
    # Far outside the grid the number of the line does not matter.
    place = min(max(place, -2.0), 2.0**30)
    near = int(np.floor(place + 0.5))
    return int(np.floor(place)) + 1, abs(about - (origin + (base + near * stride) * step)) <= slack


@helper
def column_past(
    ax: float, ay: float, bx: float, by: float, y: float, x0: float, base: int, stride: int, step: float, slack: float
) -> int:
    """Number of the first line (of constant x) that an edge rising from a to b meets the height y strictly left of."""
    about = _at_height(ax, ay, bx, by, y)
    past, unsure = _past(about, x0, base, stride, step, slack)
    if unsure:
        past = int(np.floor(((about - x0) / step - base) / stride + 0.5))
        while crosses_left(ax, ay, bx, by, x0 + (base + (past - 1) * stride) * step, y):
            past -= 1
        while not crosses_left(ax, ay, bx, by, x0 + (base + past * stride) * step, y):
            past += 1
    return past


@helper
def _line(
    ax: float, ay: float, bx: float, by: float, x: float, y0: float, base: int, stride: int, step: float, slack: float
) -> int:
    """Number of the first line (of constant y) that an edge going east from a to b passes below, just left of x."""
    about = _at_height(ay, ax, by, bx, x)
    past, unsure = _past(about, y0, base, stride, step, slack)
    if unsure:
        past = int(np.floor(((about - y0) / step - base) / stride + 0.5))
        while crosses_below(ax, ay, bx, by, x, y0 + (base + (past - 1) * stride) * step):
            past -= 1
        while not crosses_below(ax, ay, bx, by, x, y0 + (base + past * stride) * step):
            past += 1
    return past


@helper
def changes(
    vertices: Floats,
    edges: Ints,
    begin: int,
    end: int,
    inside: bool,
    x0: float,
    y0: float,
    step: float,
    slack: float,
    column: int,
    row: int,
    shift: int,
    states: npt.NDArray[np.uint8],
) -> None:
    """Where the state in one polygon changes along each row of leaves' corners; the first of a row is its state."""
    across = 1 << shift
    stride = STEPS >> shift
    states[: across * across] = 0
    rx = x0 + column * step
    states[0] = inside
    for index in range(begin, end):
        edge = edges[index]
        ax, ay, bx, by = vertices[edge, 0], vertices[edge, 1], vertices[edge + 1, 0], vertices[edge + 1, 1]
        if min(ax, bx) < rx <= max(ax, bx):
            if ax > bx:
                ax, ay, bx, by = bx, by, ax, ay
            line = _line(ax, ay, bx, by, rx, y0, row, stride, step, slack)
            if 0 < line < across:
                states[line * across] ^= 1
        if ay > by:
            ax, ay, bx, by = bx, by, ax, ay
        first, last = rows_between(ay, by, y0, row, stride, step, across)
        for line in range(first, last):
            y = y0 + (row + line * stride) * step
            past = column_past(ax, ay, bx, by, y, x0, column, stride, step, slack)
            if 0 < past < across:
                states[line * across + past] ^= 1
    for line in range(1, across):
        states[line * across] ^= states[(line - 1) * across]
