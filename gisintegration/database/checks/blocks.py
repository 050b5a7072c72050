"""A release as grids: one for each indicator and edition, of classes by years by areas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.tables import BREAKDOWNS, TOTAL, Areas, Indicator, Reason, Release, Status, codes_in

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]
Positions = npt.NDArray[np.intp]
Cell = tuple[str, str, str, str]

STATUSES, REASONS = list(Status), list(Reason)
SHOWN = np.array([*(status in (Status.SHOWN, Status.ZERO) for status in STATUSES), False])  # the last: no row
PROTECTED, MISSING = STATUSES.index(Status.PROTECTED), STATUSES.index(Status.MISSING)
ZERO, NEVER = STATUSES.index(Status.ZERO), STATUSES.index(Status.DID_NOT_EXIST)
NO_ROW = -1
EVERYONE: Cell = (TOTAL, TOTAL, TOTAL, TOTAL)


@dataclass(frozen=True, eq=False)
class Block:
    """The rows of one indicator on one edition.

    Parameters
    ----------
    rows
        Rows of the release's statistics, in their order; only those whose area the edition has.
    classes
        The cells of an area and year, as (sex, background, age, education), everyone first.
    years
        Data years, ascending.
    at
        Of each row its place in a grid of classes × years × areas, counted along the last axis first.
    """

    indicator: Indicator
    areas: Areas
    rows: pd.DataFrame
    classes: tuple[Cell, ...]
    years: npt.NDArray[np.int64]
    at: Positions

    @property
    def key(self) -> str:
        return self.areas.key

    @property
    def shape(self) -> tuple[int, int, int]:
        return len(self.classes), len(self.years), len(self.areas)

    @cached_property
    def codes(self) -> npt.NDArray[np.object_]:
        """Area codes in the order of the grid."""
        return np.asarray(self.areas.table["code"], dtype=object)

    @cached_property
    def is_area(self) -> Bools:
        """False for what is left of a kommun, which is never given figures."""
        return np.asarray(self.areas.table["kind"] == "area", dtype=np.bool_)

    @cached_property
    def row_status(self) -> Codes:
        """Of each row, its position in ``STATUSES``."""
        return codes_in(self.rows["status"], STATUSES).astype(np.int8)

    @cached_property
    def status(self) -> Codes:
        """Grid of positions in ``STATUSES``; −1 where there is no row."""
        grid = np.full(self.shape, NO_ROW, dtype=np.int8)
        grid.flat[self.at] = self.row_status
        return grid

    @cached_property
    def small(self) -> Bools:
        """Grid: protected because the figure itself is small, so that it is at most the policy's limit."""
        grid = np.zeros(self.shape, dtype=np.bool_)
        grid.flat[self.at] = codes_in(self.rows["reason"], [Reason.ZERO_OR_SMALL]) == 0
        return grid

    @cached_property
    def shown(self) -> Bools:
        """Grid: there is a figure."""
        return SHOWN[self.status] & ~np.isnan(self.grid("value"))

    @cached_property
    def value(self) -> Floats:
        return self.grid("value")

    def grid(self, column: str) -> Floats:
        """A column of figures as a grid; NaN where there is none."""
        grid = np.full(self.shape, np.nan)
        grid.flat[self.at] = self.rows[column].to_numpy()
        return grid

    @cached_property
    def policies(self) -> tuple[str, ...]:
        return tuple(sorted(str(name) for name in self.rows["policy"].unique()))

    @cached_property
    def recalculated(self) -> Bools:
        """For each year, whether some figure was recalculated to other boundaries by weights."""
        methods = self.rows["method"].cat
        made = np.array([str(name).startswith("recalculated") for name in methods.categories] + [False])
        found = np.zeros(len(self.years), dtype=np.bool_)
        years = np.searchsorted(self.years, self.rows["year"].to_numpy(dtype=np.int64))
        found[np.unique(years[made[methods.codes.to_numpy()]])] = True
        return found

    def class_at(self, cell: Cell) -> int:
        """Position of a cell in ``classes``, −1 when it is not given."""
        return self._positions.get(cell, -1)

    @cached_property
    def _positions(self) -> dict[Cell, int]:
        return {cell: i for i, cell in enumerate(self.classes)}


def blocks(made: Release, statistics: pd.DataFrame) -> Iterator[list[Block]]:
    """The grids of each indicator, one for each edition that the release has areas for.

    Parameters
    ----------
    statistics
        ``made.statistics``: sorted by indicator, division and edition.
    """
    declared = made.indicators
    places = {key: _places(statistics["area"], areas) for key, areas in made.areas.items()}
    parts = [statistics[name].cat for name in ("indicator", "division", "edition")]
    group = np.zeros(len(statistics), dtype=np.int64)
    for part in parts:
        group = group * (len(part.categories) + 1) + part.codes.to_numpy()
    if not len(group):
        return
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    found: list[Block] = []
    for start, end in zip(starts, np.r_[starts[1:], len(group)], strict=True):
        rows = statistics.iloc[start:end]
        indicator, division, edition = (str(rows[name].iloc[0]) for name in ("indicator", "division", "edition"))
        if found and found[0].indicator.id != indicator:
            yield found
            found = []
        key = f"{division}/{edition}"
        if key in places and indicator in declared:
            block = _block(declared[indicator], made.areas[key], rows, places[key])
            found += [block] if len(block.rows) else []
    if found:
        yield found


def _places(column: pd.Series, areas: Areas) -> Positions:
    """For each category of the column the row of the edition's table, −1 when the edition lacks it."""
    position = {code: i for i, code in enumerate(areas.table["code"])}
    return np.array([*(position.get(str(name), -1) for name in column.cat.categories), -1], dtype=np.intp)


def _block(indicator: Indicator, areas: Areas, rows: pd.DataFrame, places: Positions) -> Block:
    area = places[rows["area"].cat.codes.to_numpy()]
    if (area < 0).any():
        rows, area = rows[area >= 0], area[area >= 0]
    classes, cell = _classes(rows)
    given = rows["year"].to_numpy(dtype=np.int64)
    years = np.unique(given)
    at = (cell * len(years) + np.searchsorted(years, given)) * len(areas) + area
    return Block(indicator, areas, rows, classes, years, at)


def _classes(rows: pd.DataFrame) -> tuple[tuple[Cell, ...], Positions]:
    parts = [rows[name].cat for name in BREAKDOWNS]
    code = np.zeros(len(rows), dtype=np.intp)
    for part in parts:
        code = code * len(part.categories) + part.codes.to_numpy()
    if not len(code):
        return (), code
    occurs = np.flatnonzero(np.bincount(code))
    categories = [part.categories for part in parts]
    cells = [_cell(int(number), categories) for number in occurs]
    order = sorted(range(len(cells)), key=lambda i: [(name != TOTAL, name) for name in cells[i]])
    place = np.zeros(int(occurs.max()) + 1, dtype=np.intp)
    place[occurs[order]] = np.arange(len(order))
    return tuple(cells[i] for i in order), place[code]


def _cell(number: int, categories: Sequence[pd.Index]) -> Cell:
    names = []
    for known in reversed(categories):
        number, position = divmod(number, len(known))
        names.append(str(known[position]))
    sex, background, age, education = reversed(names)
    return sex, background, age, education
