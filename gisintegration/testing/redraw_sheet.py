"""The sheet that a second edition is drawn on: parts of the old areas, each with the new area it goes to."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from gisintegration.areas import AreaDivision
from gisintegration.testing.redraw_codes import NewCodes
from gisintegration.testing.redraw_cuts import Edge, edges, ring

SEA = -1
# An area is by the water when no more than this share of it is land.
_MOSTLY_LAND = 0.9


@dataclass(eq=False)
class Part:
    """Ground of one old area (``SEA``: of none) that goes to one new area."""

    old: int
    new: str
    polygon: shapely.Geometry


class Sheet:
    """The old areas, their neighbours, and the parts they are in by now.

    Parameters
    ----------
    areas
        A coverage; every area has a polygon.
    rng
        What everything is drawn with.
    """

    def __init__(self, areas: AreaDivision, rng: np.random.Generator) -> None:
        self.rng = rng
        self.old = [str(code) for code in areas.codes]
        self.kommun = _kommuner(areas)
        self.codes = NewCodes(areas.division, self.old)
        geometry = areas.geometry.to_numpy()
        self.parts = [
            Part(row, code, part)
            for row, (code, whole) in enumerate(zip(self.old, geometry, strict=True))
            for part in shapely.get_parts(whole)
        ]
        # An area that only changed its border may do so again; one that ended, was merged or recoded is done with.
        self.done = set(np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(geometry))).tolist())
        self.adjusted: set[int] = set()
        self.pairs: set[tuple[int, int]] = set()
        self.cut: set[int] = set()
        land = geometry if areas.display is None else areas.display.to_numpy()
        self.wet = (shapely.area(land) < _MOSTLY_LAND * shapely.area(geometry)).tolist()
        self._tree = shapely.STRtree(geometry)
        self._geometry = geometry
        self._owner = self._owners()

    def own(self, row: int) -> Part:
        """The largest part of an area that is still its own."""
        mine = [part for part in self.parts if part.old == row and part.new == self.old[row]]
        return max(mine, key=lambda part: float(part.polygon.area))

    def edges_of(self, row: int) -> frozenset[Edge]:
        """The directed outer edges of an area's own largest part."""
        return frozenset(edges(ring(self.own(row).polygon)))

    def neighbours(self, polygon: shapely.Geometry) -> Counter[int]:
        """Other areas by the number of edges they share with a polygon, as the borders were."""
        return Counter(
            owner for start, end in edges(ring(polygon)) if (owner := self._owner.get((end, start))) is not None
        )

    def outer(self, polygon: shapely.Geometry) -> npt.NDArray[np.bool_]:
        """Which edges of a polygon's outer ring are the old coverage's own border."""
        return np.array(
            [(start, end) in self._owner and (end, start) not in self._owner for start, end in edges(ring(polygon))],
            dtype=bool,
        )

    def free(self, row: int, *, again: bool = False) -> bool:
        """Whether an area may be changed; ``again``: also when its border was already."""
        return row not in self.done and (again or row not in self.adjusted)

    def together(self, first: int, second: int) -> bool:
        """Whether two areas lie in the same kommun."""
        return self.kommun[first] == self.kommun[second]

    def clear(self, ground: shapely.Polygon, border: shapely.LineString, row: int) -> bool:
        """Whether new ground touches no area but one, save in the ends of its new border, and no other new ground."""
        near = set(self._tree.query(ground, predicate="intersects").tolist()) - {row}
        common = shapely.intersection(ground, self._geometry[sorted(near)])
        new = [part.polygon for part in self.parts if part.old == SEA]
        return bool(shapely.covers(border.boundary, common).all()) and not shapely.intersects(ground, new).any()

    def divide(self, part: Part, *polygons: shapely.Polygon) -> list[Part]:
        """Put the parts of a part in its place, all going where it went."""
        made = [Part(part.old, part.new, polygon) for polygon in polygons]
        at = self.parts.index(part)
        self.parts[at : at + 1] = made
        self.cut.add(part.old)
        return made

    def whole(self, row: int) -> list[Part]:
        """Every part of an area."""
        return [part for part in self.parts if part.old == row]

    def sources(self) -> dict[str, set[int]]:
        """The old areas that each new area has ground of."""
        found: defaultdict[str, set[int]] = defaultdict(set)
        for part in self.parts:
            if part.old != SEA:
                found[part.new].add(part.old)
        return dict(found)

    def _owners(self) -> dict[Edge, int]:
        owner: dict[Edge, int] = {}
        for part in self.parts:
            for points in _rings(part.polygon):
                owner.update(dict.fromkeys(edges(points), part.old))
        return owner


def _rings(polygon: shapely.Polygon) -> list[npt.NDArray[np.float64]]:
    """The outer ring counterclockwise and the holes clockwise, so that neighbours have each edge the other way."""
    holes = [ring(shapely.Polygon(hole))[::-1] for hole in polygon.interiors]
    return [ring(polygon), *holes]


def _kommuner(areas: AreaDivision) -> list[str | None]:
    if "kommun" not in areas.parents:
        return [None] * len(areas)
    return [None if code is None else str(code) for code in areas.parent("kommun")]
