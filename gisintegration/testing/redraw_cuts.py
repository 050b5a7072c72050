"""Cutting a polygon from one of its own vertices to another, so that no neighbour's border gets a vertex more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
import shapely.ops

Points = npt.NDArray[np.float64]
Edge = tuple[tuple[float, float], tuple[float, float]]

# A line through the inside of a polygon that meets its border at both ends and nowhere else (DE-9IM).
_INSIDE = "1FFF0F***"
_SAMPLES = 24


@dataclass(frozen=True, eq=False)
class Cut:
    """A polygon in two: ``piece`` holds the stretch of border that was asked for, ``rest`` is what is left."""

    piece: shapely.Polygon
    rest: shapely.Polygon


def ring(polygon: shapely.Polygon) -> Points:
    """The outer ring counterclockwise, without the repeated last vertex, shape (n, 2).

    Examples
    --------
    >>> ring(shapely.box(0, 0, 1, 1)).tolist()
    [[1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]
    """
    points: Points = shapely.get_coordinates(polygon.exterior)[:-1]
    return points if _signed_area(points) > 0 else points[::-1].copy()


def edges(points: Points) -> list[Edge]:
    """The directed edges of a ring, edge k from vertex k to the next.

    Examples
    --------
    >>> edges(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))[2]
    ((0.0, 1.0), (0.0, 0.0))
    """
    vertices = [(float(x), float(y)) for x, y in points]
    return list(zip(vertices, [*vertices[1:], *vertices[:1]], strict=True))


def between(points: Points, first: int, last: int) -> Points:
    """The stretch of a ring from one vertex to another, both included, going round past the end.

    Examples
    --------
    >>> between(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), 2, 0).tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    steps = (last - first) % len(points)
    return points[(first + np.arange(steps + 1)) % len(points)]


def cut(polygon: shapely.Polygon, first: int, last: int, path: Points) -> Cut | None:
    """Cut along a path from vertex ``first`` to vertex ``last`` of :func:`ring`; None if it meets the border between.

    Parameters
    ----------
    path
        The vertices between the two ends, shape (n, 2); may be empty.

    Examples
    --------
    >>> made = cut(shapely.box(0, 0, 4, 4), 0, 2, np.array([[1.0, 1.0]]))
    >>> made.piece.area, made.rest.area
    (12.0, 4.0)
    >>> cut(shapely.box(0, 0, 4, 4), 0, 2, np.array([[5.0, 5.0]])) is None
    True
    """
    points = ring(polygon)
    line = np.vstack([points[first], path.reshape(-1, 2), points[last]])
    if not shapely.relate_pattern(shapely.LineString(line), polygon, _INSIDE):
        return None
    inner = line[1:-1]
    shells = [
        np.vstack([between(points, first, last), inner[::-1]]),
        np.vstack([between(points, last, first), inner]),
    ]
    if min(len(shell) for shell in shells) < 3:
        return None
    parts = [shapely.Polygon(shell) for shell in shells]
    holes: list[list[Points]] = [[], []]
    for hole in polygon.interiors:
        within = shapely.covers(parts[0], hole)
        holes[0 if within else 1].append(shapely.get_coordinates(hole))
    piece, rest = (shapely.Polygon(shell, own) for shell, own in zip(shells, holes, strict=True))
    return Cut(piece, rest) if piece.is_valid and rest.is_valid else None


def halve(
    rng: np.random.Generator,
    polygon: shapely.Polygon,
    share: tuple[float, float],
    *,
    beside: frozenset[Edge] | None = None,
) -> Cut | None:
    """A piece with a share of the polygon's area between two limits, cut off by a bent line; None if none was found.

    Parameters
    ----------
    beside
        Edges of a neighbour: the piece must hold a good part of the border with it.

    Examples
    --------
    >>> made = halve(np.random.default_rng(1), shapely.box(0, 0, 100, 100), (0.3, 0.7))
    >>> 0.3 <= made.piece.area / 10_000 <= 0.7, made.piece.area + made.rest.area
    (True, 10000.0)
    """
    points = ring(polygon)
    wanted = _along(points, beside) if beside is not None else None
    pairs = _likely_pairs(rng, points, share, wanted)
    sections = points[pairs]
    good = shapely.relate_pattern(shapely.linestrings(sections), polygon, _INSIDE)
    for first, last in pairs[good].tolist():
        made = _bent(rng, polygon, points, first, last)
        if made is not None and share[0] <= made.piece.area / polygon.area <= share[1]:
            return made
    return None


def strip(
    rng: np.random.Generator, polygon: shapely.Polygon, beside: frozenset[Edge], distance: float
) -> tuple[Cut, float] | None:
    """Move a stretch of the border with a neighbour inwards, and the distance it took; None where it cannot be.

    Parameters
    ----------
    beside
        The neighbour's directed edges.
    distance
        Metres. Where the polygon is too narrow for it, shorter ones down to 10 m are tried.

    Examples
    --------
    >>> east = frozenset(edges(ring(shapely.box(1000, 0, 2000, 1000))))
    >>> made, moved = strip(np.random.default_rng(1), shapely.box(0, 0, 1000, 1000), east, 100.0)
    >>> moved, 50_000 < made.piece.area < 100_000
    (100.0, True)
    """
    points = ring(polygon)
    runs = _runs(_along(points, beside))
    if not runs:
        return None
    first, count = max(runs, key=lambda run: (_length(between(points, run[0], run[0] + run[1])), -run[0]))
    while distance >= 10.0:
        for _ in range(4):
            start, steps = _stretch(rng, points, first, count, 4.0 * distance)
            section = between(points, start, start + steps)
            path = offset(section, distance)
            made = None if path is None else cut(polygon, start, (start + steps) % len(points), path)
            if made is not None and _wide(made.piece, section, distance) and made.piece.area < 0.6 * polygon.area:
                return made, distance
        distance /= 2.0
    return None


def outward(
    rng: np.random.Generator, polygon: shapely.Polygon, outer: npt.NDArray[np.bool_], distance: float
) -> tuple[shapely.Polygon, shapely.LineString] | None:
    """New ground along a stretch of outer edges: the polygon of it, and its new border; None where there is no room.

    Parameters
    ----------
    outer
        Which edges of :func:`ring` no other area shares.

    Examples
    --------
    >>> ground, border = outward(np.random.default_rng(1), shapely.box(0, 0, 100, 100), np.full(4, True), 50.0)
    >>> ground.area > 1000, ground.intersection(shapely.box(0, 0, 100, 100)).area
    (True, 0.0)
    """
    points = ring(polygon)
    runs = [run for run in _runs(outer) if run[1] >= 1]
    if not runs:
        return None
    first, count = max(runs, key=lambda run: (_length(between(points, run[0], run[0] + run[1])), -run[0]))
    start, steps = _stretch(rng, points, first, count, 4.0 * distance)
    section = between(points, start, start + steps)
    path = offset(section, -distance)
    if path is None:
        return None
    ground = shapely.Polygon(np.vstack([section[::-1], path]))
    border = shapely.LineString(np.vstack([section[0], path, section[-1]]))
    alone = ground.is_valid and shapely.relate_pattern(border, polygon, "FF1F0****")
    apart = alone and shapely.relate_pattern(ground, polygon, "F***1****")
    return (ground, border) if apart and _wide(ground, section, distance) else None


def offset(section: Points, distance: float) -> Points | None:
    """A line beside another at a distance, to the left when positive, short of its ends; None where it falls apart.

    Examples
    --------
    >>> offset(np.array([[0.0, 0.0], [100.0, 0.0]]), 10.0).tolist()
    [[10.0, 10.0], [90.0, 10.0]]
    """
    line = shapely.simplify(shapely.LineString(section), abs(distance) / 10.0)
    beside = shapely.simplify(shapely.offset_curve(line, distance, quad_segs=2), abs(distance) / 10.0)
    if beside.geom_type != "LineString" or beside.is_empty:
        return None
    short = min(abs(distance), 0.25 * beside.length)
    path: Points = shapely.get_coordinates(shapely.ops.substring(beside, short, beside.length - short))
    return path


def _signed_area(points: Points) -> float:
    # About the first vertex, so that coordinates in millions do not eat the digits.
    x, y = (points - points[0]).T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2.0


def _length(section: Points) -> float:
    return float(np.hypot(*np.diff(section, axis=0).T).sum())


def _along(points: Points, beside: frozenset[Edge]) -> npt.NDArray[np.bool_]:
    """Which edges of a ring a neighbour has the other way round."""
    return np.array([(end, start) in beside for start, end in edges(points)], dtype=bool)


def _runs(mask: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First edge and number of edges of each stretch of True round a ring, never the whole ring."""
    size = len(mask)
    if mask.all():
        return [(0, size - 1)]
    begins = np.flatnonzero(mask & ~np.roll(mask, 1))
    ends = np.flatnonzero(~mask)
    lengths = [(ends[np.searchsorted(ends, begin) % len(ends)] - begin) % size for begin in begins]
    return list(zip(begins.tolist(), map(int, lengths), strict=True))


def _stretch(rng: np.random.Generator, points: Points, first: int, count: int, least: float) -> tuple[int, int]:
    """A random part of a run of edges: all of it if it is short, else at least ``least`` metres if it has them."""
    steps = np.hypot(*np.diff(between(points, first, first + count), axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    if along[-1] <= least:
        return first % len(points), count
    length = rng.uniform(least, along[-1])
    start = rng.uniform(0.0, along[-1] - length)
    i, j = (int(np.argmin(np.abs(along - at))) for at in (start, start + length))
    return ((first + i) % len(points), j - i) if j > i else (first % len(points), count)


def _likely_pairs(
    rng: np.random.Generator,
    points: Points,
    share: tuple[float, float],
    wanted: npt.NDArray[np.bool_] | None,
) -> npt.NDArray[np.int64]:
    """Pairs of vertices whose chord cuts off the share, the shortest chords first."""
    size = len(points)
    local = points - points[0]
    x, y = np.vstack([local, local]).T
    cross = x[:-1] * y[1:] - x[1:] * y[:-1]
    swept = np.concatenate([[0.0], np.cumsum(cross)]) / 2.0
    whole = swept[size]
    firsts = np.unique(rng.integers(0, size, _SAMPLES * 2))
    lasts = np.unique(rng.integers(0, size, _SAMPLES * 4))
    i, j = (axis.ravel() for axis in np.meshgrid(firsts, lasts, indexing="ij"))
    j = np.where(j <= i, j + size, j)
    closing = (x[j] * y[i] - x[i] * y[j]) / 2.0
    part = (swept[j] - swept[i] + closing) / whole
    good = (j - i >= 2) & (j - i <= size - 1) & (part >= share[0]) & (part <= share[1])
    chord = np.hypot(x[j] - x[i], y[j] - y[i])
    if wanted is not None:
        steps = np.hypot(*(np.roll(points, -1, axis=0) - points).T)
        shared = np.concatenate([[0.0], np.cumsum(np.tile(np.where(wanted, steps, 0.0), 2))])
        good &= shared[j] - shared[i] >= np.minimum(0.5 * chord, 0.5 * shared[size])
        good &= shared[j] > shared[i]
    order = np.flatnonzero(good)
    order = order[np.argsort(chord[order], kind="stable")][: _SAMPLES * 2]
    return np.column_stack([i[order], j[order] % size])


def _bent(rng: np.random.Generator, polygon: shapely.Polygon, points: Points, first: int, last: int) -> Cut | None:
    """A cut with bends such as streets have, or straight where there is no room for them."""
    start, end = points[first], points[last]
    along = end - start
    across = np.array([-along[1], along[0]])
    for amplitude in (0.12, 0.06, 0.03):
        at = np.sort(rng.uniform(0.1, 0.9, rng.integers(1, 6)))
        aside = rng.uniform(-amplitude, amplitude, len(at))
        made = cut(polygon, first, last, start + np.outer(at, along) + np.outer(aside, across))
        if made is not None:
            return made
    return cut(polygon, first, last, np.empty((0, 2)))


def _wide(piece: shapely.Polygon, section: Points, distance: float) -> bool:
    """Whether a strip is about as wide as it was meant to be."""
    span = float(np.hypot(*(section[-1] - section[0])))
    return bool(piece.area >= 0.4 * distance * max(span, distance))
