"""The index of a division's boundaries: a grid of cells, leaves within cells that edges pass, records of edges.

``top``: per cell the position of the polygon that covers it, −1 for none, or −2 − (block << 3 | cut): the cell's leaves
begin at 16 × block of ``leaves`` and are 4 << cut a side. ``leaves``: the same, or −2 − the place of its record.
``records``: polygons ascending, each with its edges in the leaf and whether the leaf's lower left corner is inside it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from gisintegration.errors import GeometryError
from gisintegration.locate.boundaries import Boundaries

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
T = TypeVar("T")
R = TypeVar("R")

# A cell has 256 × 256 fine steps; its leaves are 4 × 4 to 256 × 256.
FINE = 8
COARSEST = 2
STEPS = 1 << FINE
# No coordinate of a place on Earth in metres is as large; registers use such values for "not known".
LARGEST = 1e9
# Cells for each vertex, and leaves for each edge in a cell: more are faster to ask and larger to keep.
CELLS = 2.5
LEAVES = 8.0
_FEWEST, _MOST = 64, 6_000_000
_BANDS = 24
_PARTS = 4
_ULPS = 64
# A fine step spans many times the doubt about where an edge passes.
_STEPS_OF_SLACK = 4.0
_LARGEST = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Grid:
    """The index. Arrays may be read-only.

    Parameters
    ----------
    frame
        x and y of the grid's corner, the side of a fine step (1/256 of a cell), cells eastwards, and the bounds of all
        polygons: west, south, east, north.
    top, leaves, records
        As the module says.
    vertices
        Shape (n, 2), which the records' edges point into.
    """

    frame: Floats
    top: Ints
    leaves: Ints
    records: Ints
    vertices: Floats

    @property
    def nbytes(self) -> int:
        """Memory it takes."""
        return sum(part.nbytes for part in (self.frame, self.top, self.leaves, self.records, self.vertices))


def threads() -> int:
    """Number of threads: ``OMP_NUM_THREADS``, else the cores of the machine."""
    return int(os.environ.get("OMP_NUM_THREADS") or 0) or os.cpu_count() or 1


def spread(function: Callable[[T], R], work: Iterable[T]) -> list[R]:
    """What the function gives for each piece of work, in order; pieces are shared among threads."""
    pieces = list(work)
    if len(pieces) < 2 or threads() < 2:
        return [function(piece) for piece in pieces]
    with ThreadPoolExecutor(threads()) as pool:
        return list(pool.map(function, pieces))


def build(bounds: Boundaries) -> Grid:
    """Build the index; the same for any number of threads.

    Raises
    ------
    GeometryError
        The boundaries are too many for one index.
    """
    from gisintegration.locate import build as kernels  # noqa: PLC0415 — compiled code is loaded when it is needed

    vertices, owner = bounds.vertices, bounds.owner
    frame, slack = _frame(vertices)
    width = int(frame[3])
    partner = _partners(bounds)
    height = _cells(frame[7] - frame[1], frame[2])
    rows = _bands(vertices, frame, height)
    made = spread(
        lambda one: kernels.band(vertices, owner, partner, frame, width, int(one[0]), int(one[1]), slack, LEAVES),
        pairwise(rows),
    )
    leaf_ends = np.cumsum([0, *(len(leaves) for _, leaves, _ in made)])
    record_ends = np.cumsum([0, *(len(records) for _, _, records in made)])
    if leaf_ends[-1] > 2 * _LARGEST or record_ends[-1] > _LARGEST - 2:
        raise GeometryError(
            f"The boundaries are too many for one index: {len(vertices)} vertices.",
            hint="locate in parts of the country.",
        )
    top = np.concatenate([part[0] for part in made])
    leaves = np.empty(leaf_ends[-1], dtype=np.int32)
    records = np.empty(record_ends[-1], dtype=np.int32)
    for number, (_, own_leaves, own_records) in enumerate(made):
        block = int(leaf_ends[number]) >> 4
        here = top[rows[number] * width : rows[number + 1] * width]
        np.subtract(here, block << 3, out=here, where=here < -1)
        np.subtract(own_leaves, int(record_ends[number]), out=own_leaves, where=own_leaves < -1)
        leaves[leaf_ends[number] : leaf_ends[number + 1]] = own_leaves
        records[record_ends[number] : record_ends[number + 1]] = own_records
    return Grid(frame, top, leaves, records, vertices)


def _frame(vertices: Floats) -> tuple[Floats, float]:
    west, south = vertices.min(axis=0)
    east, north = vertices.max(axis=0)
    largest = max(abs(west), abs(south), abs(east), abs(north))
    slack = _ULPS * float(np.spacing(largest))
    cells = min(max(CELLS * len(vertices), _FEWEST), _MOST)
    side = max(np.sqrt((east - west) / cells * (north - south)), (east - west) / cells, (north - south) / cells)
    step = max(float(side) / STEPS, _STEPS_OF_SLACK * slack)
    x0, y0 = west - 4 * slack, south - 4 * slack
    width = _cells(east - x0, step)
    return np.array([x0, y0, step, width, west, south, east, north], dtype=np.float64), slack


def _cells(length: float, step: float) -> int:
    """Cells that a length takes, counted as the query counts them."""
    return (int(length * (1.0 / step)) >> FINE) + 1


def _partners(bounds: Boundaries) -> Ints:
    """For each edge the other polygon that has it too; −1 where none or several have, or its own polygon twice."""
    from gisintegration.locate import twins as kernels  # noqa: PLC0415 — compiled code is loaded when it is needed

    bits = bounds.vertices.reshape(-1).view(np.int64)
    partner = np.full(len(bounds.owner), -1, dtype=np.int32)
    pairs = np.concatenate(spread(lambda part: kernels.twins(bits, bounds.owner, part, _PARTS), range(_PARTS)))
    first, second = pairs[::2], pairs[1::2]
    partner[first], partner[second] = bounds.owner[second], bounds.owner[first]
    # An edge that more than two have is found as the first of several.
    again = np.bincount(first, minlength=len(partner)) > 1
    partner[first[again[first]]] = -1
    partner[second[again[first]]] = -1
    partner[partner == bounds.owner] = -1
    return partner


def _bands(vertices: Floats, frame: Floats, height: int) -> npt.NDArray[np.int64]:
    """Rows that bands begin and end at, with about as many vertices in each; never by the number of threads."""
    row = ((vertices[:, 1] - frame[1]) * (1.0 / frame[2])).astype(np.int64) >> FINE
    weight = np.cumsum(np.bincount(row, minlength=height) + len(vertices) / height)
    cuts = np.searchsorted(weight, np.linspace(0, weight[-1], _BANDS + 1)[1:-1])
    return np.unique(np.concatenate([[0], cuts, [height]]))
