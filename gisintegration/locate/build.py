"""The kernels that build the index, a band of rows of cells at a time, and each cell with edges by itself.

Whether a corner of the grid is inside a polygon is decided exactly, by the signs in ``sides``; which cells an edge
passes is decided generously, by ``slack`` metres: an edge too many in a leaf changes no answer.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gisintegration.locate.compiled import FLOAT, LONG, SEEN_FLOATS, SEEN_INTS, SEEN_LONGS, SEEN_VERTICES, helper, kernel
from gisintegration.locate.grid import COARSEST, FINE, STEPS
from gisintegration.locate.sides import crosses_below, crosses_left

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]

_NONE = -1


@helper
def _room(buffer: Ints, needed: int) -> Ints:
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
def _rows_between(ay: float, by: float, origin: float, base: int, stride: int, step: float, rows: int) -> tuple[int, int]:
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
def _column(
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
def _changes(
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
        first, last = _rows_between(ay, by, y0, row, stride, step, across)
        for line in range(first, last):
            y = y0 + (row + line * stride) * step
            past = _column(ax, ay, bx, by, y, x0, column, stride, step, slack)
            if 0 < past < across:
                states[line * across + past] ^= 1
    for line in range(1, across):
        states[line * across] ^= states[(line - 1) * across]


@helper
def _shift(edges: int, density: float) -> int:
    """Into how many leaves a cell is cut: about ``density`` for each edge, 4 × 4 to 256 × 256."""
    shift = COARSEST
    while shift < FINE and (1 << (2 * shift)) < density * edges:
        shift += 1
    return shift


@helper
def _is_pair(edges: Ints, begin: int, end: int, owner: Ints, partner: Ints, one: int, other: int) -> bool:
    """Whether every edge of a leaf is one that the two polygons share."""
    for index in range(begin, end):
        edge = edges[index]
        if partner[edge] != (other if owner[edge] == one else one):
            return False
    return True


@kernel(
    SEEN_VERTICES, SEEN_INTS, SEEN_INTS, SEEN_FLOATS, LONG, LONG, LONG, FLOAT, FLOAT
)
def band(
    vertices: Floats,
    owner: Ints,
    partner: Ints,
    frame: Floats,
    width: int,
    bottom: int,
    above: int,
    slack: float,
    density: float,
) -> tuple[Ints, Ints, Ints]:
    """Cells, leaves and records of the rows ``bottom`` to ``above`` − 1, with offsets from the band's own start."""
    x0, y0, step = frame[0], frame[1], frame[2]
    side = step * STEPS
    height = above - bottom
    low, high = y0 + bottom * side - 2.0 * slack, y0 + above * side + 2.0 * slack
    mine = np.empty(1024, np.int32)
    count = 0
    for edge in range(len(owner) - 1):
        if owner[edge] >= 0:
            ay, by = vertices[edge, 1], vertices[edge + 1, 1]
            if max(ay, by) >= low and min(ay, by) <= high:
                mine = _room(mine, count + 1)
                mine[count] = edge
                count += 1
    cells = height * width
    ends = np.zeros(cells + 2, np.int32)
    trace(vertices, mine, count, x0, y0, side, width, bottom, above, slack, ends, mine, False)
    for cell in range(cells):
        ends[cell + 2] += ends[cell + 1]
    passed = np.empty(ends[cells + 1], np.int32)
    trace(vertices, mine, count, x0, y0, side, width, bottom, above, slack, ends, passed, True)

    # The edges that meet each row's line of corners, in their order.
    met = np.zeros(height + 2, np.int32)
    for index in range(count):
        ay, by = vertices[mine[index], 1], vertices[mine[index] + 1, 1]
        first, last = _rows_between(min(ay, by), max(ay, by), y0, bottom * STEPS, STEPS, step, height)
        for row in range(first, last):
            met[row + 2] += 1
    for row in range(height):
        met[row + 2] += met[row + 1]
    meeting = np.empty(met[height + 1], np.int32)
    for index in range(count):
        ay, by = vertices[mine[index], 1], vertices[mine[index] + 1, 1]
        first, last = _rows_between(min(ay, by), max(ay, by), y0, bottom * STEPS, STEPS, step, height)
        for row in range(first, last):
            meeting[met[row + 1]] = mine[index]
            met[row + 1] += 1

    top = np.full(cells, _NONE, np.int32)
    leaves, records = np.empty(4096, np.int32), np.empty(4096, np.int32)
    leaf_end, record_end = 0, 0
    toggled = np.zeros(width + 1, np.uint8)
    head, tail = np.empty(width, np.int32), np.empty(width, np.int32)
    covering, after = np.empty(4096, np.int32), np.empty(4096, np.int32)
    most = STEPS * STEPS
    states = np.empty(most, np.uint8)
    starts = np.empty(most + 2, np.int32)
    crossing = np.empty(1024, np.int32)
    reached, taken = np.empty(most, np.int32), np.empty(most, np.int32)
    first_entry, last_entry = np.empty(most, np.int32), np.empty(most, np.int32)
    polygon_of, word_of, next_of = np.empty(4096, np.int32), np.empty(4096, np.int32), np.empty(4096, np.int32)

    for row in range(height):
        head[:] = _NONE
        covers = 0
        y = y0 + (bottom + row) * STEPS * step
        index = met[row]
        # Polygons over each corner of the row, ascending: an edge changes the state of every corner beyond it.
        while index < met[row + 1]:
            polygon = owner[meeting[index]]
            west, east = width, 0
            while index < met[row + 1] and owner[meeting[index]] == polygon:
                edge = meeting[index]
                ax, ay, bx, by = vertices[edge, 0], vertices[edge, 1], vertices[edge + 1, 0], vertices[edge + 1, 1]
                if ay > by:
                    ax, ay, bx, by = bx, by, ax, ay
                past = min(max(_column(ax, ay, bx, by, y, x0, 0, STEPS, step, slack), 0), width)
                toggled[past] ^= 1
                west, east = min(west, past), max(east, past)
                index += 1
            inside = False
            for cell in range(west, min(east + 1, width)):
                inside ^= toggled[cell] == 1
                toggled[cell] = 0
                if inside:
                    covering, after = _room(covering, covers + 1), _room(after, covers + 1)
                    covering[covers], after[covers] = polygon, _NONE
                    if head[cell] == _NONE:
                        head[cell] = covers
                    else:
                        after[tail[cell]] = covers
                    tail[cell] = covers
                    covers += 1
            toggled[width] = 0

        for column in range(width):
            cell = row * width + column
            begin, end = ends[cell], ends[cell + 1]
            over = head[column]
            if begin == end and (over == _NONE or after[over] == _NONE):
                top[cell] = covering[over] if over != _NONE else _NONE
                continue
            shift = _shift(end - begin, density)
            across = 1 << shift
            own = across * across
            fine_column, fine_row = column * STEPS, (bottom + row) * STEPS
            cx, cy = x0 + fine_column * step, y0 + fine_row * step
            leaf_side = step * (STEPS >> shift)
            starts[: own + 2] = 0
            trace(
                vertices, passed[begin:end], end - begin, cx, cy, leaf_side, across, 0, across, slack, starts, crossing, False
            )
            for leaf in range(own):
                starts[leaf + 2] += starts[leaf + 1]
            crossing = _room(crossing, starts[own + 1])
            trace(
                vertices, passed[begin:end], end - begin, cx, cy, leaf_side, across, 0, across, slack, starts, crossing, True
            )
            leaves = _room(leaves, leaf_end + own)
            # Leaves that edges pass are listed; where two polygons cover another leaf, all are, in a second attempt.
            listed = 0
            for leaf in range(own):
                reached[listed] = leaf
                listed += starts[leaf + 1] > starts[leaf]
            for attempt in range(2):
                leaves[leaf_end : leaf_end + own] = _NONE
                for number in range(listed):
                    first_entry[number] = _NONE
                    taken[number] = starts[reached[number]]
                entries = 0
                twice = False
                index, over = begin, head[column]
                while index < end or over != _NONE:
                    polygon = covering[over] if over != _NONE else owner[passed[index]]
                    if index < end:
                        polygon = min(polygon, owner[passed[index]])
                    inside = over != _NONE and covering[over] == polygon
                    if inside:
                        over = after[over]
                    stop = index
                    while stop < end and owner[passed[stop]] == polygon:
                        stop += 1
                    _changes(
                        vertices, passed, index, stop, inside, x0, y0, step, slack, fine_column, fine_row, shift, states
                    )
                    index = stop
                    for line in range(0, own, across):
                        state = np.uint8(0)
                        for leaf in range(line, line + across):
                            state ^= states[leaf]
                            states[leaf] = state
                            if state:
                                if leaves[leaf_end + leaf] != _NONE:
                                    twice |= starts[leaf + 1] == starts[leaf]
                                leaves[leaf_end + leaf] = polygon
                    polygon_of = _room(polygon_of, entries + listed)
                    word_of, next_of = _room(word_of, entries + listed), _room(next_of, entries + listed)
                    for number in range(listed):
                        leaf, at = reached[number], taken[number]
                        while at < starts[leaf + 1] and owner[crossing[at]] == polygon:
                            at += 1
                        edges = at - taken[number]
                        taken[number] = at
                        if edges == 0 and states[leaf] == 0:
                            continue
                        polygon_of[entries], word_of[entries] = polygon, edges << 1 | states[leaf]
                        next_of[entries] = _NONE
                        if first_entry[number] == _NONE:
                            first_entry[number] = entries
                        else:
                            next_of[last_entry[number]] = entries
                        last_entry[number] = entries
                        entries += 1
                if attempt or not twice:
                    break
                listed = own
                for leaf in range(own):
                    reached[leaf] = leaf
            top[cell] = -2 - ((leaf_end >> (2 * COARSEST)) << 3 | (shift - COARSEST))
            for number in range(listed):
                leaf, one = reached[number], first_entry[number]
                if one == _NONE:
                    continue
                other = next_of[one]
                if other == _NONE and word_of[one] == 1:
                    leaves[leaf_end + leaf] = polygon_of[one]
                    continue
                leaves[leaf_end + leaf] = -2 - record_end
                edge, stop = starts[leaf], starts[leaf + 1]
                several = 0
                while one != _NONE:
                    several += 1
                    one = next_of[one]
                one = first_entry[number]
                records = _room(records, record_end + 3 + 2 * several + stop - edge)
                if (
                    several == 2
                    and word_of[one] > 1
                    and (word_of[one] ^ word_of[other]) & 1
                    and _is_pair(crossing, edge, stop, owner, partner, polygon_of[one], polygon_of[other])
                ):
                    records[record_end], records[record_end + 1] = polygon_of[one], polygon_of[other]
                    records[record_end + 2] = word_of[one]
                    record_end += 3
                    stop = edge + (word_of[one] >> 1)
                else:
                    records[record_end] = -several
                    record_end += 1
                    while one != _NONE:
                        records[record_end], records[record_end + 1] = polygon_of[one], word_of[one]
                        record_end += 2
                        one = next_of[one]
                for at in range(edge, stop):
                    records[record_end] = crossing[at]
                    record_end += 1
            leaf_end += own
    return top, leaves[:leaf_end].copy(), records[:record_end].copy()


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
                found = _room(found, count + 2)
                found[count], found[count + 1] = known, edge
                count += 2
                break
            slot = (slot + 1) & (size - 1)
        if table[slot] == _NONE:
            table[slot] = edge
    return found[:count].copy()


