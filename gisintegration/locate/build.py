"""The kernel that builds the index, a band of rows of cells at a time, and each cell with edges by itself."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gisintegration.locate.compiled import FLOAT, LONG, SEEN_FLOATS, SEEN_INTS, SEEN_VERTICES, helper, kernel
from gisintegration.locate.grid import COARSEST, FINE, STEPS
from gisintegration.locate.traces import changes, column_past, room, rows_between, trace

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

_NONE = -1


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


@kernel(SEEN_VERTICES, SEEN_INTS, SEEN_INTS, SEEN_FLOATS, LONG, LONG, LONG, FLOAT, FLOAT)
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
                mine = room(mine, count + 1)
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
        first, last = rows_between(min(ay, by), max(ay, by), y0, bottom * STEPS, STEPS, step, height)
        for row in range(first, last):
            met[row + 2] += 1
    for row in range(height):
        met[row + 2] += met[row + 1]
    meeting = np.empty(met[height + 1], np.int32)
    for index in range(count):
        ay, by = vertices[mine[index], 1], vertices[mine[index] + 1, 1]
        first, last = rows_between(min(ay, by), max(ay, by), y0, bottom * STEPS, STEPS, step, height)
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
                past = min(max(column_past(ax, ay, bx, by, y, x0, 0, STEPS, step, slack), 0), width)
                toggled[past] ^= 1
                west, east = min(west, past), max(east, past)
                index += 1
            inside = False
            for cell in range(west, min(east + 1, width)):
                inside ^= toggled[cell] == 1
                toggled[cell] = 0
                if inside:
                    covering, after = room(covering, covers + 1), room(after, covers + 1)
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
                vertices,
                passed[begin:end],
                end - begin,
                cx,
                cy,
                leaf_side,
                across,
                0,
                across,
                slack,
                starts,
                crossing,
                False,
            )
            for leaf in range(own):
                starts[leaf + 2] += starts[leaf + 1]
            crossing = room(crossing, starts[own + 1])
            trace(
                vertices,
                passed[begin:end],
                end - begin,
                cx,
                cy,
                leaf_side,
                across,
                0,
                across,
                slack,
                starts,
                crossing,
                True,
            )
            leaves = room(leaves, leaf_end + own)
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
                    changes(
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
                    polygon_of = room(polygon_of, entries + listed)
                    word_of, next_of = room(word_of, entries + listed), room(next_of, entries + listed)
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
                records = room(records, record_end + 3 + 2 * several + stop - edge)
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
