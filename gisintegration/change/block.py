"""One indicator's rows on one edition, laid out as areas × cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.change.crosswalk import Crosswalk
from gisintegration.errors import InputError
from gisintegration.tables import BREAKDOWNS, TOTAL, Indicator, Status, codes_in

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]

STATUSES = [str(status) for status in Status]
SHOWN, PROTECTED, ZERO, MISSING, NOT_APPLICABLE, DID_NOT_EXIST = range(len(STATUSES))
_CELL = ("year", *BREAKDOWNS)


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of a block: a year and a class of each breakdown, in the order rows have.

    Parameters
    ----------
    year
        Data year of each cell.
    classes
        For each breakdown the class of each cell, as a position in ``words``.
    words
        The classes of each breakdown.
    """

    year: Ints
    classes: Mapping[str, Ints]
    words: Mapping[str, list[str]]

    def __len__(self) -> int:
        return len(self.year)

    @property
    def years(self) -> list[int]:
        return [int(year) for year in np.unique(self.year)]

    @property
    def total(self) -> Bools:
        """Which cells are of no class but the total."""
        plain = [
            self.classes[name] == self.words[name].index(TOTAL) for name in BREAKDOWNS if TOTAL in self.words[name]
        ]
        return np.asarray(np.logical_and.reduce(plain)) if len(plain) == len(BREAKDOWNS) else np.zeros(len(self), bool)

    def names(self, cell: int) -> dict[str, str | int]:
        """What a cell's rows say in the key."""
        return {"year": int(self.year[cell])} | {
            name: self.words[name][self.classes[name][cell]] for name in BREAKDOWNS
        }


@dataclass(frozen=True, eq=False)
class Block:
    """One indicator on the crosswalk's source edition.

    Parameters
    ----------
    indicator
        Its declaration.
    table
        Rows of the indicator on the edition.
    rows
        Row number of each area and cell, shape (sources, cells); −1 where the area has no such row.
    status
        Position in ``STATUSES``, shape (sources, cells).
    """

    indicator: Indicator
    table: pd.DataFrame
    cells: Cells
    rows: Ints
    status: Codes

    def read(self, column: str) -> Floats:
        """A column of figures, shape (sources, cells); NaN where there is no row."""
        values = self.table[column].to_numpy(dtype=np.float64)
        if self._straight:
            return values.reshape(self.rows.shape)
        return np.where(self.rows >= 0, values[self.rows], np.nan)

    def codes(self, column: str) -> tuple[Ints, list[str]]:
        """A column of texts as positions in its words, shape (sources, cells); −1 where there is no row."""
        category = self.table[column].astype("category").cat
        values = category.codes.to_numpy().astype(np.int64)
        words = [str(word) for word in category.categories]
        if self._straight:
            return values.reshape(self.rows.shape), words
        return np.where(self.rows >= 0, values[self.rows], -1), words

    @cached_property
    def _straight(self) -> bool:
        """The rows are all areas by all cells, in order: nothing is to be looked up."""
        return self.rows.size == len(self.table) and bool((np.diff(self.rows.ravel()) == 1).all())

    @cached_property
    def known(self) -> Bools:
        """Where there is a figure."""
        return np.asarray((self.status == SHOWN) | (self.status == ZERO))

    @cached_property
    def absent(self) -> Bools:
        """Where there can be none: the area or the measure did not exist."""
        return np.asarray((self.status == NOT_APPLICABLE) | (self.status == DID_NOT_EXIST))


def laid_out(table: pd.DataFrame, indicator: Indicator, place: Ints, crosswalk: Crosswalk) -> Block:
    """The block of one indicator.

    Parameters
    ----------
    table
        Its rows on the source edition.
    place
        Position of each row's area in ``crosswalk.sources``.

    Raises
    ------
    InputError
        A cell stands twice, or an area of the crosswalk lacks rows that other areas have.
    """
    cells, cell = _cells(table)
    rows = np.full((len(crosswalk.sources), len(cells)), -1, dtype=np.int64)
    rows[place, cell] = np.arange(len(table))
    if len(table) and int((rows >= 0).sum()) != len(table):
        raise InputError(
            f"'{indicator.id}' on {crosswalk.source} has {len(table) - int((rows >= 0).sum())} cells twice.",
            hint="give each area, year and class once.",
        )
    given = codes_in(table["status"], STATUSES).astype(np.int8)
    status = np.where(rows >= 0, given[rows], -1).astype(np.int8)
    return Block(indicator, table, cells, rows, _inherited(status, cells, indicator, crosswalk))


def _cells(table: pd.DataFrame) -> tuple[Cells, Ints]:
    """The cells that occur, in order, and each row's."""
    years = table["year"].to_numpy(dtype=np.int64)
    first = int(years.min(initial=0)) if len(years) else 0
    code = years - first
    words: dict[str, list[str]] = {}
    sizes: list[int] = []
    for name in BREAKDOWNS:
        category = table[name].astype("category").cat
        names = [str(word) for word in category.categories]
        words[name] = sorted(names, key=lambda word: (word != TOTAL, word))
        order = np.array([words[name].index(word) for word in names], dtype=np.int64)
        sizes.append(len(names))
        code = code * len(names) + order[category.codes.to_numpy()]
    occurs = np.flatnonzero(np.bincount(code))
    lookup = np.zeros(int(code.max(initial=0)) + 1, dtype=np.int64)
    lookup[occurs] = np.arange(len(occurs))
    *rest, year = _unpacked(occurs, sizes)
    classes = dict(zip(BREAKDOWNS, reversed(rest), strict=True))
    return Cells(year + first, classes, words), lookup[code]


def _unpacked(codes: Ints, sizes: Sequence[int]) -> list[Ints]:
    """The last breakdown's classes first, the years last."""
    parts, left = [], codes
    for size in reversed(sizes):
        parts.append(left % size)
        left = left // size
    return [*parts, left]


def _inherited(status: Codes, cells: Cells, indicator: Indicator, crosswalk: Crosswalk) -> Codes:
    """Where an area that did not exist has a row for its total alone, its classes say the same."""
    if (status >= 0).all():
        return status
    made = status.copy()
    total = {int(cells.year[cell]): cell for cell in np.flatnonzero(cells.total)}
    of_year = np.array([total.get(int(year), -1) for year in cells.year])
    whole = np.where(of_year >= 0, status[:, of_year], -1)
    void = (whole == NOT_APPLICABLE) | (whole == DID_NOT_EXIST)
    made = np.where((status < 0) & void, whole, status).astype(np.int8)
    lacking = np.argwhere(made < 0)
    if len(lacking):
        raise InputError(
            f"'{indicator.id}' lacks {len(lacking)} rows that other areas of {crosswalk.source} have: a missing row is "
            "not a zero.",
            hint=_way_out(lacking[:, 0], crosswalk),
            failures=[{"area": crosswalk.sources[area], **cells.names(cell)} for area, cell in lacking.tolist()],
        )
    return made


def _way_out(areas: Ints, crosswalk: Crosswalk) -> str:
    names = {crosswalk.sources[area] for area in areas}
    if len(names) == len(crosswalk.sources):
        return "give every class for every area, or leave the class out."
    return (
        "give rows with status 'missing' for what was not delivered, or make the crosswalk of the areas that the "
        f"table has: gi.load_areas('{crosswalk.source}', where=…)."
    )
