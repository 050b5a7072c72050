"""The engine behind ``locate``: an index, and threads that place points by it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gisintegration.locate.boundaries import boundaries
from gisintegration.locate.grid import LARGEST, Grid, spread
from gisintegration.locate.store import grid_of

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int32]

OUTSIDE = -1
_PIECE = 500_000


@dataclass(frozen=True)
class Located:
    """Where points lie, and how many were placed by a rule or not at all.

    Parameters
    ----------
    positions
        int32 positions into the areas' codes, −1 for none.
    unusable
        Points with a coordinate that is not finite, or 1e9 or more in size: −1.
    outside
        Other points in no area: −1.
    on_border
        Points on the border of an area: in the lowest code of those that touch it.
    overlapping
        Points inside several areas: in the lowest code.
    areas
        Content hash of the areas' codes and polygons, so that positions are not read as those of other areas; empty
        where it is not known.
    """

    positions: Positions
    unusable: int = 0
    outside: int = 0
    on_border: int = 0
    overlapping: int = 0
    areas: str = ""

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def placed(self) -> int:
        """Points in an area."""
        return len(self) - self.unusable - self.outside


class Engine:
    """Polygons indexed once, to place any number of points in.

    Parameters
    ----------
    polygons
        In the order of the codes; None where unknown, which nothing is placed in.
    """

    def __init__(self, polygons: npt.NDArray[np.object_]) -> None:
        bounds = boundaries(polygons)
        self.grid: Grid | None = grid_of(bounds) if len(bounds.vertices) else None

    def place(self, x: Floats, y: Floats) -> Located:
        """The lowest polygon that each point lies in or on. Nothing is copied, whatever the columns' strides."""
        positions = np.full(len(x), OUTSIDE, dtype=np.int32) if self.grid is None else np.empty(len(x), dtype=np.int32)
        counts = np.zeros(4, dtype=np.int64)
        if self.grid is None:
            counts[0] = np.count_nonzero(~(_usable(x) & _usable(y)))
            counts[1] = len(x) - counts[0]
        elif len(x):
            starts = range(0, len(x), _PIECE)
            counts += sum(spread(lambda start: self._place_piece(x, y, positions, start), starts))
        unusable, outside, on_border, overlapping = (int(count) for count in counts)
        return Located(positions, unusable, outside, on_border, overlapping)

    def _place_piece(self, x: Floats, y: Floats, positions: Positions, start: int) -> npt.NDArray[np.int64]:
        from gisintegration.locate import query  # noqa: PLC0415 — compiled code is loaded when it is needed

        grid, piece = self.grid, slice(start, start + _PIECE)
        counts = np.zeros(4, dtype=np.int64)
        if grid is not None:
            query.place(
                x[piece],
                y[piece],
                grid.frame,
                grid.top,
                grid.leaves,
                grid.records,
                grid.vertices,
                positions[piece],
                counts,
            )
        return counts


def _usable(values: Floats) -> npt.NDArray[np.bool_]:
    usable: npt.NDArray[np.bool_] = np.abs(values) < LARGEST
    return usable
