"""What can happen to areas, one function a kind of change; each says whether it found a way to do it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely

from gisintegration.testing.redraw_codes import shuffled
from gisintegration.testing.redraw_cuts import Cut, edges, halve, outward, ring, strip
from gisintegration.testing.redraw_log import parts_of_splits
from gisintegration.testing.redraw_sheet import SEA, Part, Sheet

_EVEN = (0.2, 0.8)
_CHUNK = (0.05, 0.55)
_NEAREST, _FARTHEST = 10.0, 500.0
_SEA_FROM, _SEA_TO = 100.0, 3000.0


def split(sheet: Sheet, row: int) -> bool:
    """An area becomes two to four new ones."""
    if not sheet.free(row):
        return False
    numbers, weights = parts_of_splits()
    wanted = int(sheet.rng.choice(numbers, p=weights))
    whole = sheet.own(row)
    polygons = [whole.polygon]
    while len(polygons) < wanted:
        largest = max(range(len(polygons)), key=lambda i: float(polygons[i].area))
        found = halve(sheet.rng, polygons[largest], _EVEN if wanted == 2 else (0.3, 0.7))
        if found is None:
            break
        polygons[largest : largest + 1] = [found.piece, found.rest]
    if len(polygons) < 2:
        return False
    made = sheet.divide(whole, *polygons)
    codes = sheet.codes.of_parts(sheet.old[row], len(made))
    for part in sheet.whole(row):
        part.new = codes[0]
    for part, code in zip(made, codes, strict=True):
        part.new = code
    sheet.done.add(row)
    return True


def merged(sheet: Sheet, row: int) -> bool:
    """Two neighbours become one, under a code of theirs or a new one."""
    other = _neighbour(sheet, row)
    if other is None:
        return False
    pair = sorted((row, other))
    code = sheet.codes.next_to(sheet.old[pair[1]]) if sheet.rng.random() < 0.5 else sheet.old[pair[0]]
    for part in sheet.whole(row) + sheet.whole(other):
        part.new = code
    sheet.done.update(pair)
    return True


def recoded(sheet: Sheet, row: int) -> bool:
    """An area gets another code and keeps its border."""
    if not sheet.free(row):
        return False
    code = sheet.codes.other_letter(sheet.old[row])
    for part in sheet.whole(row):
        part.new = code
    sheet.done.add(row)
    return True


def ended(sheet: Sheet, row: int) -> bool:
    """An area is shared out among two neighbours that keep their codes."""
    if not sheet.free(row):
        return False
    whole = sheet.own(row)
    found = halve(sheet.rng, whole.polygon, _EVEN)
    if found is None:
        return False
    first = _receivers(sheet, row, found.piece)
    second = _receivers(sheet, row, found.rest)
    pairs = [(a, b) for a in first for b in second if a != b]
    if not pairs:
        return False
    to = pairs[int(sheet.rng.integers(len(pairs)))]
    made = sheet.divide(whole, found.piece, found.rest)
    for part in sheet.whole(row):
        part.new = sheet.old[to[0]]
    for part, receiver in zip(made, to, strict=True):
        part.new = sheet.old[receiver]
    sheet.done.add(row)
    sheet.adjusted.update(to)
    return True


def rearranged(sheet: Sheet, row: int) -> bool:
    """An area becomes two new ones, one of which also gets ground of a neighbour."""
    if not sheet.free(row):
        return False
    whole = sheet.own(row)
    found = halve(sheet.rng, whole.polygon, (0.3, 0.7))
    if found is None:
        return False
    for giver in _receivers(sheet, row, found.piece):
        given = _chunk_beside(sheet, giver, found.piece)
        if given is None:
            continue
        made = sheet.divide(whole, found.piece, found.rest)
        codes = sheet.codes.of_parts(sheet.old[row], 2)
        for part in sheet.whole(row):
            part.new = codes[0]
        for part, code in zip(made, codes, strict=True):
            part.new = code
        given.new = codes[0]
        sheet.done.add(row)
        sheet.adjusted.add(giver)
        return True
    return False


def budded(sheet: Sheet, row: int) -> bool:
    """An area gives ground to a new one and keeps its code; half of the new ones also get ground of a neighbour."""
    if not sheet.free(row):
        return False
    whole = sheet.own(row)
    found = halve(sheet.rng, whole.polygon, _EVEN)
    if found is None:
        return False
    given, giver = None, -1
    if sheet.rng.random() < 0.5:
        for giver in _receivers(sheet, row, found.piece):
            given = _chunk_beside(sheet, giver, found.piece)
            if given is not None:
                break
    part, _ = sheet.divide(whole, found.piece, found.rest)
    part.new = sheet.codes.next_to(sheet.old[row])
    if given is None:
        sheet.done.add(row)
        return True
    given.new = part.new
    sheet.adjusted.update((row, giver))
    return True


def ceded(sheet: Sheet, row: int) -> bool:
    """An area gives a chunk to a neighbour in its kommun."""
    return _give(sheet, row, _chunk, across=False)


def moved(sheet: Sheet, row: int) -> bool:
    """The border between two neighbours is moved by 10–500 m along a stretch."""
    return _give(sheet, row, _strip, across=False)


def crossed(sheet: Sheet, row: int) -> bool:
    """An area gives a chunk to a neighbour in another kommun."""
    return _give(sheet, row, _chunk, across=True)


def sea(sheet: Sheet, row: int) -> bool:
    """An area is extended outwards, over ground that lay in no area; those by the water are asked first."""
    if not sheet.free(row, again=bool(sheet.rng.random() < 0.2)):
        return False
    polygon = sheet.own(row).polygon
    outer = sheet.outer(polygon)
    distance = _log_uniform(sheet.rng, _SEA_FROM, _SEA_TO)
    for _ in range(4):
        found = outward(sheet.rng, polygon, outer, distance)
        if found is not None and sheet.clear(*found, row):
            sheet.parts.append(Part(SEA, sheet.old[row], found[0]))
            sheet.done.add(row)
            return True
        distance /= 2.0
    return False


ORDER: dict[str, Callable[[Sheet, int], bool]] = {
    "crossed": crossed,
    "recoded": recoded,
    "ended": ended,
    "merged": merged,
    "rearranged": rearranged,
    "split": split,
    "budded": budded,
    "ceded": ceded,
    "moved": moved,
    "sea": sea,
}


def perform(sheet: Sheet, counts: dict[str, int]) -> dict[str, list[str]]:
    """Make as many changes of each kind as there is room for, and tell which areas each befell.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> sheet = Sheet(grid_areas(3, 3), np.random.default_rng(1))
    >>> {kind: len(codes) for kind, codes in perform(sheet, {"split": 2, "recoded": 1}).items()}
    {'recoded': 1, 'split': 2}
    """
    told: dict[str, list[str]] = {}
    for kind, change in ORDER.items():
        wanted = counts.get(kind, 0)
        found: list[str] = []
        rows = shuffled(sheet.rng, range(len(sheet.old)))
        if kind == "sea":
            rows.sort(key=lambda row: not sheet.wet[row])
        for row in rows:
            if len(found) >= wanted:
                break
            if change(sheet, row):
                found.append(sheet.old[row])
        if found:
            told[kind] = found
    return told


def _give(sheet: Sheet, row: int, take: Callable[[Sheet, int, int], Cut | None], *, across: bool) -> bool:
    if not sheet.free(row, again=True):
        return False
    whole = sheet.own(row)
    near = sheet.neighbours(whole.polygon)
    for other in shuffled(sheet.rng, near):
        pair = (min(row, other), max(row, other))
        if other == row or pair in sheet.pairs or not sheet.free(other, again=True):
            continue
        if across == sheet.together(row, other):
            continue
        found = take(sheet, row, other)
        if found is None:
            continue
        part, _ = sheet.divide(whole, found.piece, found.rest)
        part.new = sheet.old[other]
        sheet.adjusted.update(pair)
        sheet.pairs.add(pair)
        return True
    return False


def _chunk(sheet: Sheet, row: int, other: int) -> Cut | None:
    return halve(sheet.rng, sheet.own(row).polygon, _CHUNK, beside=sheet.edges_of(other))


def _strip(sheet: Sheet, row: int, other: int) -> Cut | None:
    polygon = sheet.own(row).polygon
    distance = min(_log_uniform(sheet.rng, _NEAREST, _FARTHEST), max(_NEAREST, 0.3 * float(np.sqrt(polygon.area))))
    found = strip(sheet.rng, polygon, sheet.edges_of(other), distance)
    return None if found is None else found[0]


def _chunk_beside(sheet: Sheet, giver: int, polygon: shapely.Polygon) -> Part | None:
    """Cut a chunk off a neighbour beside a polygon, still going to the neighbour."""
    whole = sheet.own(giver)
    found = halve(sheet.rng, whole.polygon, _CHUNK, beside=frozenset(edges(ring(polygon))))
    return None if found is None else sheet.divide(whole, found.piece, found.rest)[0]


def _receivers(sheet: Sheet, row: int, polygon: shapely.Polygon) -> list[int]:
    """Neighbours of a part of an area, in its kommun, that may still change."""
    near = sheet.neighbours(polygon)
    mine = [other for other in near if other != row and sheet.together(row, other) and sheet.free(other, again=True)]
    return shuffled(sheet.rng, mine)


def _neighbour(sheet: Sheet, row: int) -> int | None:
    if not sheet.free(row):
        return None
    near = sheet.neighbours(sheet.own(row).polygon)
    mine = [other for other in near if other != row and sheet.together(row, other) and sheet.free(other)]
    return shuffled(sheet.rng, mine)[0] if mine else None


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
