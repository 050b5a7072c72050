"""One stable area: its rows in each edition, and what follows from them. Columns of an edition are read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely

from gisintegration.areas import AreaDivision
from gisintegration.areas.assemble import dissolve
from gisintegration.change.crosswalk_editions import figure_areas

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Side:
    """An edition's columns.

    Parameters
    ----------
    figures
        Areas that figures are given for; remainders are not.
    missing
        Areas without a polygon.
    polygons, drawn
        True ones and those to draw.
    size
        m², 0 without a polygon.
    """

    areas: AreaDivision
    codes: npt.NDArray[np.object_]
    names: npt.NDArray[np.object_]
    figures: npt.NDArray[np.bool_]
    missing: npt.NDArray[np.bool_]
    polygons: npt.NDArray[np.object_]
    drawn: npt.NDArray[np.object_]
    size: npt.NDArray[np.float64]
    owners: Mapping[str, npt.NDArray[np.object_]]

    @classmethod
    def of(cls, areas: AreaDivision) -> Side:
        """The columns of an edition."""
        polygons = areas.geometry.to_numpy()
        return cls(
            areas,
            areas.codes,
            areas.names,
            figure_areas(areas),
            shapely.is_missing(polygons),
            polygons,
            polygons if areas.display is None else areas.display.to_numpy(),
            np.nan_to_num(shapely.area(polygons)),
            {name: areas.parent(name) for name in areas.parents},
        )

    def known(self, rows: Ints) -> bool:
        """Whether there are rows, and each has a polygon or lies in a remainder among them."""
        if not len(rows):
            return False
        missing = self.missing[rows]
        if not missing.any():
            return True
        members = self.areas.members
        covered = {member for code in self.codes[rows[~missing]] for member in members.get(code, ())}
        return all(code in covered for code in self.codes[rows[missing]])


@dataclass(frozen=True, eq=False)
class Part:
    """One stable area: its rows in each edition."""

    sides: Sequence[Side]
    rows: tuple[Ints, ...]

    @cached_property
    def codes(self) -> tuple[list[str], ...]:
        """For each edition the codes of the areas that figures are given for; remainders are not."""
        return tuple(
            [str(code) for code in side.codes[rows[side.figures[rows]]]]
            for side, rows in zip(self.sides, self.rows, strict=True)
        )

    @cached_property
    def newest(self) -> int:
        """The last edition with an area in it."""
        return max(at for at, codes in enumerate(self.codes) if codes)

    @property
    def single(self) -> bool:
        """Whether it is one area in every edition."""
        return all(len(codes) == 1 for codes in self.codes)

    @cached_property
    def kommun(self) -> str:
        """The kommun of its first area, empty where areas have none."""
        side = self.sides[self.newest]
        first = self.rows[self.newest][0]
        if side.areas.division == "kommun":
            return str(side.codes[first])
        return str(side.owners["kommun"][first] or "") if "kommun" in side.owners else ""

    @property
    def names(self) -> list[str]:
        """Names of its areas in the newest edition."""
        side, rows = self.sides[self.newest], self.rows[self.newest]
        return [str(name) for name in side.names[rows[side.figures[rows]]]]

    def members(self, code: str) -> tuple[str, ...]:
        """Codes of all editions; none if ``code`` is the only one."""
        found = {one for codes in self.codes for one in codes}
        return () if found == {code} else tuple(sorted(found))

    def parent(self, name: str) -> str | None:
        """The one parent of all its areas; None where it crosses a border between two."""
        owners = {owner for side, rows in zip(self.sides, self.rows, strict=True) for owner in side.owners[name][rows]}
        return str(owners.pop()) if len(owners) == 1 and None not in owners else None

    def polygon(self, *, drawn: bool) -> object:
        """The union in the newest edition that has all its polygons; None if none has."""
        for side, rows in zip(reversed(self.sides), reversed(self.rows), strict=True):
            if side.known(rows):
                polygons = (side.drawn if drawn else side.polygons)[rows]
                return dissolve(polygons[~shapely.is_missing(polygons)])
        return None

    def ground(self) -> list[float]:
        """m² in each edition that has all its polygons."""
        return [
            float(side.size[rows].sum()) for side, rows in zip(self.sides, self.rows, strict=True) if side.known(rows)
        ]
