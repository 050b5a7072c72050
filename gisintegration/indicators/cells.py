"""The cells of an area and year: sexes × (total, every class, classes crossed), from what an engine counted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from gisintegration.engines import Lists, Sums, Values
from gisintegration.engines.middle import medians, order_of
from gisintegration.indicators.classes import SEXES, Class, can_be_given, class_sets, classes, finest, positions_in
from gisintegration.tables import BREAKDOWNS, TOTAL, Indicator

Counts = npt.NDArray[np.int64]
Figures = npt.NDArray[np.float64]
Cell = tuple[Class, ...]


@dataclass(frozen=True)
class Axis:
    """Which classes are counted, and the cells they fill.

    Parameters
    ----------
    lists
        Lists of classes that share no person.
    cells
        The classes of each cell, one of each of its breakdowns; none for the total, which is cell 0. In row order.
    """

    lists: tuple[tuple[Class, ...], ...]
    cells: tuple[Cell, ...]

    def code(self, cell: int, breakdown: str) -> str:
        """What the row of a cell says in the column of a breakdown."""
        return next((item.code for item in self.cells[cell] if item.breakdown == breakdown), TOTAL)

    def without(self, codes: Collection[str]) -> Axis:
        """The axis without some classes of its lists, and without the cells that are made of them."""
        gone = set(codes)
        lists = tuple(tuple(item for item in members if item.code not in gone) for members in self.lists)
        cells = tuple(
            cell
            for i, cell in enumerate(self.cells)
            if all(
                self.lists[which][position].code not in gone
                for which, positions in zip(*self.places[i], strict=True)
                for position in positions
            )
        )
        return Axis(tuple(members for members in lists if members), cells)

    @cached_property
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """What the rows of each cell say of background, age and education."""
        return tuple(cell_key(cell) for cell in self.cells)

    @cached_property
    def known(self) -> dict[tuple[str, str, int], list[int]]:
        """The cells of indicators, by id, division and year, that have been asked for: an axis is of one run."""
        return {}

    @cached_property
    def places(self) -> tuple[tuple[Lists, tuple[tuple[int, ...], ...]], ...]:
        """For each cell, the lists it is counted by and the positions in each that it is the sum of."""
        return tuple(self._place(cell) for cell in self.cells)

    def _place(self, cell: Cell) -> tuple[Lists, tuple[tuple[int, ...], ...]]:
        found = sorted(
            next((i, places) for i, members in enumerate(self.lists) if (places := positions_in(item, members)))
            for item in cell
        )
        return tuple(i for i, _ in found), tuple(places for _, places in found)


def axis_of(sets: Collection[str], crossings: Iterable[Sequence[str]] = ()) -> Axis:
    """The axis of some sets of classes, each alone, and of some crossed.

    Examples
    --------
    >>> axis = axis_of(["education"])
    >>> [axis.code(cell, "education") for cell in range(len(axis.cells))]
    ['total', 'compulsory', 'post_secondary', 'unknown', 'upper_secondary']
    >>> len(axis_of([], [("education", "age/housing")]).cells)
    13
    """
    wanted = [(name,) for name in sets] + [tuple(names) for names in crossings]
    used = {item.code for names in wanted for name in names for item in class_sets()[name]}
    used |= {part for item in classes() if item.code in used for part in item.sum_of}
    by_list: dict[str, list[Class]] = {}
    for item in classes():
        if item.list and item.code in used:
            by_list.setdefault(item.list, []).append(item)
    cells = {cell_key(cell): cell for names in wanted for cell in product(*(class_sets()[name] for name in names))}
    return Axis(
        lists=tuple(finest(members) for members in by_list.values()),
        cells=((), *(cells[key] for key in sorted(cells))),
    )


def cell_key(cell: Cell) -> tuple[str, ...]:
    """What the columns of a cell's row say, total as an empty text: rows stand in this order."""
    said = {item.breakdown: item.code for item in cell}
    return tuple(said.get(name, "") for name in BREAKDOWNS[1:])


def cells_of(indicator: Indicator, axis: Axis, division: str, year: int) -> list[int]:
    """The cells an indicator has on a division in a year: the total, and what can be given of its classes.

    Examples
    --------
    >>> from gisintegration.indicators import load_indicators
    >>> axis, indicator = axis_of(["age"]), load_indicators()["employed_share"]
    >>> [axis.code(cell, "age") for cell in cells_of(indicator, axis, "deso", 2022)]
    ['total', '20_24', '25_34', '35_44', '45_54', '55_64']
    >>> [axis.code(cell, "age") for cell in cells_of(indicator, axis, "deso", 2023)][-2:]
    ['55_64', '55_65']
    """
    key = (indicator.id, division, year)
    if key not in axis.known:
        axis.known[key] = _cells_of(indicator, axis, division, year)
    return axis.known[key]


def _cells_of(indicator: Indicator, axis: Axis, division: str, year: int) -> list[int]:
    places = {key: i for i, key in enumerate(axis.keys)}
    asked = [(name,) for name in indicator.breakdowns_on(division)] + list(indicator.crossings_on(division))
    able: dict[str, bool] = {}
    found = {0}
    for names in asked:
        for cell in product(*(class_sets()[name] for name in names)):
            place = places.get(cell_key(cell))
            if place is None or place in found:
                continue
            for item in cell:
                if item.code not in able:
                    able[item.code] = can_be_given(indicator.population, item, year)
            if all(able[item.code] for item in cell):
                found.add(place)
    return sorted(found)


def picked(sums: Sums, axis: Axis, cells: Sequence[int], numbers: Sequence[int]) -> Counts:
    """Some sums by cell, shape (numbers, areas, total and sexes, cells): a class is the sum of its parts."""
    areas = len(next(iter(sums.values())))
    made = np.empty((len(numbers), areas, 1 + len(SEXES), len(cells)), dtype=np.int64)
    for i, number in enumerate(numbers):
        for k, cell in enumerate(cells):
            lists, places = axis.places[cell]
            made[i, :, 1:, k] = _part(sums[lists, number], places)
    made[:, :, 0] = made[:, :, 1:].sum(axis=2)
    return made


def _part(counts: Counts, places: Sequence[Sequence[int]]) -> Counts:
    for positions in reversed(places):
        counts = counts[..., positions[0]] if len(positions) == 1 else counts[..., list(positions)].sum(axis=-1)
    return counts


def climb(sums: Sums, parents: npt.NDArray[np.int32], count: int) -> dict[tuple[Lists, int], Counts]:
    """Sums of the parents: those of their children added.

    Examples
    --------
    >>> climb({((), 0): np.array([[1, 2], [2, 1], [4, 4]])}, np.array([1, -1, 1], dtype=np.int32), 2)[(), 0].tolist()
    [[0, 0], [5, 6]]
    """
    order = np.argsort(parents, kind="stable")
    order = order[parents[order] >= 0]
    alike = count == len(parents) and np.array_equal(parents, np.arange(count))
    if alike:
        return dict(sums)
    owners, starts = np.unique(parents[order], return_index=True)
    made = {}
    for key, counts in sums.items():
        made[key] = np.zeros((count, *counts.shape[1:]), dtype=np.int64)
        if len(order):
            made[key][owners] = np.add.reduceat(counts[order], starts, axis=0)
    return made


@dataclass(frozen=True, eq=False)
class Grouping:
    """Cells that share no person, told apart in one sort, and their values in ascending order.

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
    sex: npt.NDArray[np.uint8]
    member: npt.NDArray[np.int16]


def groupings(values: Values, axis: Axis, cells: Collection[int]) -> list[Grouping]:
    """The values sorted once and taken apart: all of them, and for each lists the cells that share no person."""
    order = order_of(values.value)
    value, area, sex = values.value[order], values.area[order], values.sex[order]
    by_lists: dict[Lists, list[int]] = {}
    for cell in sorted({0, *cells}):
        by_lists.setdefault(axis.places[cell][0], []).append(cell)
    made = []
    for lists, members in by_lists.items():
        sizes = [len(axis.lists[i]) + 1 for i in lists]
        slot = np.zeros(len(value), dtype=np.int32)
        for i, size in zip(lists, sizes, strict=True):
            slot = slot * size + values.classes[i][order]
        for apart in _apart(members, axis):
            table = np.full(int(np.prod(sizes)), -1, dtype=np.int16)
            for member, cell in enumerate(apart):
                table[np.ravel(np.ravel_multi_index(np.ix_(*axis.places[cell][1]), sizes)) if lists else 0] = member
            own = table[slot]
            inside = own >= 0
            if inside.all():
                made.append(Grouping(tuple(apart), value, area, sex, own))
            else:
                made.append(Grouping(tuple(apart), value[inside], area[inside], sex[inside], own[inside]))
    return made


def _apart(cells: Iterable[int], axis: Axis) -> list[list[int]]:
    """Cells of the same lists, in groups of which no two share a place."""
    groups: list[tuple[list[int], set[tuple[int, ...]]]] = []
    for cell in cells:
        places = set(product(*axis.places[cell][1]))
        for members, taken in groups:
            if not taken & places:
                members.append(cell)
                taken.update(places)
                break
        else:
            groups.append(([cell], places))
    return [members for members, _ in groups]


def middles(
    found: Collection[Grouping], axis: Axis, parents: npt.NDArray[np.int32], count: int, *, threads: int = 1
) -> tuple[Figures, Counts]:
    """Medians and numbers of values by cell, shape (areas, total and sexes, cells), for areas or their parents."""
    shape = (count, 1 + len(SEXES), len(axis.cells))
    middle, number = np.full(shape, np.nan), np.zeros(shape, dtype=np.int64)
    # The kernel runs without holding the interpreter, so that groupings are gone through side by side.
    with ThreadPoolExecutor(threads) as pool:
        for grouping, answers in zip(found, pool.map(lambda one: _by_sex(one, parents, count), found), strict=True):
            for target, answer in zip((middle, number), answers, strict=True):
                target[:, :, grouping.cells] = answer
    return middle, number


def _by_sex(grouping: Grouping, parents: npt.NDArray[np.int32], count: int) -> list[npt.NDArray[Any]]:
    """Medians, then numbers of values, shape (areas, total and sexes, cells)."""
    size = len(grouping.cells)
    owner = parents[grouping.area]
    group = owner * np.int32(size) + grouping.member
    group[owner < 0] = -1
    answers = medians(grouping.value, group, grouping.sex, count * size)
    return [answer.reshape(count, size, -1).transpose(0, 2, 1) for answer in answers]
