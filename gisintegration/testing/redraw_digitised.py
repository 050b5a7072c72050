"""Borders drawn anew: other vertices within half a metre, the same for both neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Complex = npt.NDArray[np.complex128]
Bools = npt.NDArray[np.bool_]

# Metres. A vertex that is left out lies at most _BEND from the line past it, and one that is moved moves by at most
# _SHIFT: together less than half a metre. Where borders come closer than _CLEARANCE, or turn in shorter steps than
# _SHORTEST, they stay as they are.
_BEND, _SHIFT = 0.15, 0.3
_CLEARANCE, _SHORTEST = 1.5, 2.0


@dataclass(frozen=True, eq=False)
class _Net:
    """The vertices and undirected edges of a coverage, each once."""

    vertices: Complex
    ends: npt.NDArray[np.int64]
    owner: npt.NDArray[np.int64]
    edge: npt.NDArray[np.int64]


def redigitised(
    polygons: npt.NDArray[np.object_], chosen: npt.NDArray[np.intp], rng: np.random.Generator
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.intp]]:
    """The coverage with every border of the chosen areas drawn anew, and the rows of all areas that it touched.

    No point of a border moves by more than 0.5 m. Where three areas meet, the point moves only if all the borders that
    meet there are drawn anew. A border that is not matched by its neighbour vertex by vertex stays.

    Examples
    --------
    >>> squares = np.array([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)])
    >>> made, touched = redigitised(squares, np.array([0]), np.random.default_rng(1))
    >>> touched.tolist(), bool(shapely.coverage_is_valid(made)), bool(shapely.equals(made[0], squares[0]))
    ([0, 1], True, False)
    """
    if not len(chosen):
        return polygons, chosen
    net = _net(polygons)
    edges = _chosen_edges(net, polygons, chosen)
    tight = _tight(net, edges)
    free = _movable(net, edges, tight)
    dropped = _left_out(net, free, rng)
    place = net.vertices + np.where(free, _shifts(rng, len(free), _SHIFT), 0.0)
    extra = _extra(net, edges, tight, rng)
    changed = free[net.ends].any(axis=1) | ~np.isnan(extra)
    touched = np.unique(net.owner[changed[net.edge]])
    made = polygons.copy()
    drawing = _Drawing(net, place, dropped, extra)
    for row in touched:
        made[row] = drawing.of(polygons[row])
    return made, touched


def _net(polygons: npt.NDArray[np.object_]) -> _Net:
    parts, of_part = shapely.get_parts(polygons, return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    points, at = shapely.get_coordinates(rings, return_index=True)
    position = points[:, 0] + 1j * points[:, 1]
    vertices, number = np.unique(position, return_inverse=True)
    same = at[:-1] == at[1:]
    pairs = np.sort(np.column_stack([number[:-1][same], number[1:][same]]), axis=1)
    ends, edge = np.unique(pairs, axis=0, return_inverse=True)
    return _Net(vertices, ends, of_part[of_ring[at[:-1][same]]], edge.ravel())


def _lines(ends: Complex) -> npt.NDArray[np.object_]:
    lines: npt.NDArray[np.object_] = shapely.linestrings(np.stack([ends.real, ends.imag], axis=-1))
    return lines


def _chosen_edges(net: _Net, polygons: npt.NDArray[np.object_], chosen: npt.NDArray[np.intp]) -> Bools:
    """Edges of the chosen areas; none that touches a border which does not match its neighbour's."""
    edges = np.zeros(len(net.ends), dtype=bool)
    edges[net.edge[np.isin(net.owner, chosen)]] = True
    points = shapely.get_coordinates(shapely.coverage_invalid_edges(polygons))
    unmatched = np.isin(net.vertices, points[:, 0] + 1j * points[:, 1])
    return np.asarray(edges & ~unmatched[net.ends].any(axis=1), dtype=bool)


def _tight(net: _Net, edges: Bools) -> Bools:
    """Edges that another one, or the far end of the next one, comes close to; and short ones."""
    lines = _lines(net.vertices[net.ends])
    length = np.abs(net.vertices[net.ends[:, 0]] - net.vertices[net.ends[:, 1]])
    tight = length < _SHORTEST
    asked = np.flatnonzero(edges)
    mine, other = shapely.STRtree(lines).query(lines[asked], predicate="dwithin", distance=_CLEARANCE)
    mine = asked[mine]
    differ = mine != other
    mine, other = mine[differ], other[differ]
    # Of two edges that meet, what counts is how close the ends that are not common come to the other edge.
    meet = (net.ends[mine][:, :, None] == net.ends[other][:, None, :]).any(axis=(1, 2))
    close = ~meet
    for one, two in ((mine, other), (other, mine)):
        own = (net.ends[one][:, :1] == net.ends[two]).any(axis=1)
        far = net.vertices[np.where(own, net.ends[one][:, 1], net.ends[one][:, 0])]
        close |= shapely.distance(shapely.points(far.real, far.imag), lines[two]) < _CLEARANCE
    tight[mine[close]] = True
    tight[other[close]] = True
    return np.asarray(tight, dtype=bool)


def _movable(net: _Net, edges: Bools, tight: Bools) -> Bools:
    """Vertices all of whose edges are drawn anew and have room around them."""
    still = ~edges | tight
    return np.asarray(np.bincount(net.ends[still].ravel(), minlength=len(net.vertices)) == 0, dtype=bool)


def _left_out(net: _Net, free: Bools, rng: np.random.Generator) -> Bools:
    """Free vertices on a nearly straight line between two others, about half of them and no two in a row."""
    size = len(net.vertices)
    order = np.argsort(net.ends.ravel(), kind="stable")
    ends = net.ends.ravel()[order]
    other = net.ends[:, ::-1].ravel()[order]
    first = np.searchsorted(ends, np.arange(size))
    lonely = free & (np.bincount(net.ends.ravel(), minlength=size) == 2)
    rows = np.flatnonzero(lonely)
    before, after = other[first[rows]], other[first[rows] + 1]
    a, b, v = net.vertices[before], net.vertices[after], net.vertices[rows]
    across = np.abs(((b - a).conjugate() * (v - a)).imag) / np.maximum(np.abs(b - a), 1.0)
    straight = ((b - v) / (v - a)).real > 0.0
    wanted = (across <= _BEND) & straight & (rng.random(len(rows)) < 0.5)
    dropped = np.zeros(size, dtype=bool)
    for row, p, n in zip(rows[wanted], before[wanted], after[wanted], strict=True):
        dropped[row] = not (dropped[p] or dropped[n])
    return dropped


def _extra(net: _Net, edges: Bools, tight: Bools, rng: np.random.Generator) -> Complex:
    """A vertex more on each edge that has room for one, NaN on the others."""
    a, b = net.vertices[net.ends[:, 0]], net.vertices[net.ends[:, 1]]
    extra = a + rng.uniform(0.3, 0.7, len(a)) * (b - a) + _shifts(rng, len(a), _BEND)
    return np.where(edges & ~tight & (np.abs(b - a) >= 2.0 * _SHORTEST), extra, np.nan)


def _shifts(rng: np.random.Generator, size: int, most: float) -> Complex:
    shift: Complex = rng.uniform(0.2, 1.0, size) * most * np.exp(2j * np.pi * rng.random(size))
    return shift


class _Drawing:
    """Polygons drawn on a net whose vertices have a new place, are left out, or have another one after them."""

    def __init__(self, net: _Net, place: Complex, dropped: Bools, extra: Complex) -> None:
        self._number = {complex(vertex): number for number, vertex in enumerate(net.vertices)}
        self._edge = {(int(a), int(b)): number for number, (a, b) in enumerate(net.ends)}
        self._place, self._dropped, self._extra = place, dropped, extra

    def of(self, geometry: shapely.Geometry) -> shapely.Geometry:
        parts = [
            shapely.Polygon(self._ring(part.exterior), [self._ring(hole) for hole in part.interiors])
            for part in shapely.get_parts(geometry)
        ]
        return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)

    def _ring(self, line: shapely.Geometry) -> npt.NDArray[np.float64]:
        at = [self._number[complex(x, y)] for x, y in shapely.get_coordinates(line)[:-1]]
        new: list[complex] = []
        for start, end in zip(at, [*at[1:], at[0]], strict=True):
            if not self._dropped[start]:
                new.append(complex(self._place[start]))
            between = complex(self._extra[self._edge[min(start, end), max(start, end)]])
            if not np.isnan(between):
                new.append(between)
        return np.array([[point.real, point.imag] for point in new])
