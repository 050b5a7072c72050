"""The cells of an area and year: sexes × (total and every class), from what an engine counted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

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
class Grouping:
    """Cells whose members can be told apart in one sort, and their values in ascending order.

    Parameters
    ----------
    cells
        Which cells.
    value, area, sex
        Of each value that belongs to one of them.
    member
        Position in ``cells``.
    """

    cells: tuple[int, ...]
    value: Counts
    area: npt.NDArray[np.int32]
    sex: npt.NDArray[np.int8]
    member: npt.NDArray[np.int8]


def groupings(values: Values, axis: Axis, cells: Collection[int]) -> list[Grouping]:
    """The values sorted once and taken apart: all of them, those of each list, those of each summed class."""
    order = order_of(values.value)
    value, area, sex = values.value[order], values.area[order], values.sex[order]
    made = [Grouping((0,), value, area, sex, np.zeros(len(value), dtype=np.int8))]
    for which in range(len(axis.lists)):
        member = values.classes[which][order]
        alone: dict[int, int] = {}
        for cell in sorted(set(cells) - {0}):
            owner, positions = axis.places(cell)
            if owner != which:
                continue
            if len(positions) == 1:
                alone[positions[0]] = cell
            else:
                made.append(_taken(made[0], member, dict.fromkeys(positions, 0), (cell,)))
        if alone:
            slots = {position: i for i, position in enumerate(alone)}
            made.append(_taken(made[0], member, slots, tuple(alone.values())))
    return made


def middles(
    found: Collection[Grouping], axis: Axis, parents: npt.NDArray[np.int32], count: int, *, threads: int = 1
) -> tuple[Figures, Counts]:
    """Medians and numbers of values by cell, shape (areas, total and sexes, cells), for areas or their parents."""
    shape = (count, 1 + len(SEXES), len(axis.cells))
    middle, number = np.full(shape, np.nan), np.zeros(shape, dtype=np.int64)
    # numpy sorts without holding the interpreter, so that groupings are sorted side by side.
    with ThreadPoolExecutor(threads) as pool:
        for grouping, answers in zip(found, pool.map(lambda one: _by_sex(one, parents, count), found), strict=True):
            for target, (everyone, by_sex) in zip((middle, number), answers, strict=True):
                target[:, 0, grouping.cells] = everyone
                target[:, 1:, grouping.cells] = by_sex
    return middle, number


def _by_sex(
    grouping: Grouping, parents: npt.NDArray[np.int32], count: int
) -> list[tuple[npt.NDArray[Any], npt.NDArray[Any]]]:
    """Medians, then numbers of values: each of both sexes, shape (areas, cells), and by sex, (areas, sexes, cells)."""
    size, sexes = len(grouping.cells), len(SEXES)
    owner = parents[grouping.area]
    group = owner * np.int32(size) + grouping.member
    group[owner < 0] = -1
    everyone = medians(grouping.value, group, count * size)
    group = group * np.int32(sexes) + grouping.sex
    group[owner < 0] = -1
    by_sex = medians(grouping.value, group, count * size * sexes)
    return [
        (all_of.reshape(count, size), of_sex.reshape(count, size, sexes).transpose(0, 2, 1))
        for all_of, of_sex in zip(everyone, by_sex, strict=True)
    ]


def _taken(
    everyone: Grouping, member: npt.NDArray[np.int8], slots: Mapping[int, int], cells: tuple[int, ...]
) -> Grouping:
    # Position -1, in no class, reads the last place of the table.
    table = np.full(129, -1, dtype=np.int8)
    for position, slot in slots.items():
        table[position] = slot
    own = table[member]
    inside = own >= 0
    return Grouping(cells, everyone.value[inside], everyone.area[inside], everyone.sex[inside], own[inside])
