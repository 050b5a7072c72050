"""The cells of an area and year: sexes × (total and every class), from what an engine counted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gisintegration.engines import Answer, Values
from gisintegration.engines.middle import medians, order_of
from gisintegration.indicators.classes import SEXES, Class, classes
from gisintegration.tables import TOTAL

Counts = npt.NDArray[np.int64]
Figures = npt.NDArray[np.float64]
# The order of the row's key: total first, then the classes of the breakdown that stands last in the key.
_ORDER = ("education", "age", "background")


@dataclass(frozen=True)
class Axis:
    """Which classes are counted, and the cells they fill.

    Parameters
    ----------
    lists
        Lists of classes that share no person.
    cells
        Cell → its class; None is the total, which is cell 0. Ordered as rows are.
    """

    lists: tuple[tuple[Class, ...], ...]
    cells: tuple[Class | None, ...]

    def code(self, cell: int, breakdown: str) -> str:
        """What the row of a cell says in the column of a breakdown."""
        item = self.cells[cell]
        return item.code if item is not None and item.breakdown == breakdown else TOTAL

    def without(self, codes: Collection[str]) -> Axis:
        """The axis without some classes, and without the sums they are part of."""
        gone = set(codes)
        lists = tuple(tuple(item for item in members if item.code not in gone) for members in self.lists)
        return Axis(
            lists=tuple(members for members in lists if members),
            cells=tuple(item for item in self.cells if item is None or not gone & {item.code, *item.sum_of}),
        )

    def places(self, cell: int) -> tuple[int, tuple[int, ...]]:
        """The list and the positions in it that a class is made of."""
        item = self.cells[cell]
        codes = () if item is None else item.sum_of or (item.code,)
        for i, members in enumerate(self.lists):
            here = tuple(k for k, member in enumerate(members) if member.code in codes)
            if here:
                return i, here
        return -1, ()


def axis_of(breakdowns: Collection[str]) -> Axis:
    """The axis of some breakdowns.

    Examples
    --------
    >>> axis = axis_of(["education"])
    >>> [axis.code(cell, "education") for cell in range(len(axis.cells))]
    ['total', 'compulsory', 'post_secondary', 'unknown', 'upper_secondary']
    """
    chosen = [item for item in classes() if item.breakdown in breakdowns]
    names = dict.fromkeys(item.list for item in chosen if item.list)
    ordered = sorted(chosen, key=lambda item: (_ORDER.index(item.breakdown), item.code))
    return Axis(
        lists=tuple(tuple(item for item in chosen if item.list == name) for name in names), cells=(None, *ordered)
    )


def spread(answer: Answer, axis: Axis) -> Counts:
    """Sums by cell, shape (sums, areas, total and sexes, cells): classes that overlap are added from those that do not.

    The total of the sexes is their sum.
    """
    sums, areas, sexes = answer.totals.shape
    made = np.empty((sums, areas, 1 + sexes, len(axis.cells)), dtype=np.int64)
    made[:, :, 1:, 0] = answer.totals
    for cell in range(1, len(axis.cells)):
        which, positions = axis.places(cell)
        made[:, :, 1:, cell] = answer.by_class[which][..., positions].sum(axis=-1)
    made[:, :, 0] = made[:, :, 1:].sum(axis=2)
    return made


def climb(figures: Counts, parents: npt.NDArray[np.int32], count: int) -> Counts:
    """Sums of the parents: those of their children added.

    Examples
    --------
    >>> climb(np.array([[1, 2, 4]]), np.array([1, -1, 1], dtype=np.int32), 2).tolist()
    [[0, 5]]
    """
    made = np.zeros((figures.shape[0], count, *figures.shape[2:]), dtype=np.int64)
    order = np.argsort(parents, kind="stable")
    order = order[parents[order] >= 0]
    if len(order):
        owners, starts = np.unique(parents[order], return_index=True)
        made[:, owners] = np.add.reduceat(figures[:, order], starts, axis=1)
    return made


@dataclass(frozen=True, eq=False)
class Ordered:
    """Values in ascending order, with the area, sex and classes of each."""

    value: Counts
    area: npt.NDArray[np.int32]
    sex: npt.NDArray[np.int8]
    classes: tuple[npt.NDArray[np.int8], ...]


def ordered(values: Values) -> Ordered:
    """The values sorted once, for every grouping of them."""
    order = order_of(values.value)
    return Ordered(
        values.value[order],
        values.area[order],
        values.sex[order],
        tuple(member[order] for member in values.classes),
    )


def middles(
    values: Ordered, axis: Axis, cells: Collection[int], parents: npt.NDArray[np.int32], count: int
) -> tuple[Figures, Counts]:
    """Medians and numbers of values by cell, shape (areas, total and sexes, cells), for areas or their parents."""
    shape = (count, 1 + len(SEXES), len(axis.cells))
    middle, number = np.full(shape, np.nan), np.zeros(shape, dtype=np.int64)
    owner = parents[values.area]
    nobody = np.zeros(len(owner), dtype=np.int8)
    for positions, member in _groupings(values, axis, cells, nobody):
        size = len(positions)
        for sexes, sex in ((slice(0, 1), nobody), (slice(1, 3), values.sex)):
            width = sexes.stop - sexes.start
            group = (owner * width + sex) * size + member
            group[(owner < 0) | (member < 0)] = -1
            found, counted = medians(values.value, group, count * width * size)
            middle[:, sexes, positions] = found.reshape(count, width, size)
            number[:, sexes, positions] = counted.reshape(count, width, size)
    return middle, number


def _groupings(
    values: Ordered, axis: Axis, cells: Collection[int], nobody: npt.NDArray[np.int8]
) -> list[tuple[list[int], npt.NDArray[np.int8]]]:
    """Cells that can be told apart in one sort, and which of them each value belongs to."""
    found: list[tuple[list[int], npt.NDArray[np.int8]]] = [([0], nobody)]
    single: dict[int, list[tuple[int, int]]] = {}
    for cell in sorted(set(cells) - {0}):
        which, positions = axis.places(cell)
        if len(positions) == 1:
            single.setdefault(which, []).append((cell, positions[0]))
        else:
            found.append(([cell], _lookup(values.classes[which], dict.fromkeys(positions, 0))))
    for which, pairs in single.items():
        slots = {position: i for i, (_, position) in enumerate(pairs)}
        found.append(([cell for cell, _ in pairs], _lookup(values.classes[which], slots)))
    return found


def _lookup(member: npt.NDArray[np.int8], slots: dict[int, int]) -> npt.NDArray[np.int8]:
    table = np.full(129, -1, dtype=np.int8)
    for position, slot in slots.items():
        table[position] = slot
    # Position -1, in no class, reads the table's last place.
    return table[member]
