"""From columns to cells: every figure the mapping names, for every area and year of the table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gisintegration.errors import ReportedError
from gisintegration.reported.figures import (
    MISSING,
    SHOWN,
    STATES,
    ZERO,
    Figures,
    text_of,
)
from gisintegration.reported.mapping import Adjusted, Figure, ReportedMapping, Said, Term
from gisintegration.swedish import round_half_away
from gisintegration.tables import BREAKDOWNS, Indicator, Kind

YEAR = "{year}"
_YEAR_IN_NAME = r"((?:19|20)[0-9]{2})"
_PARTS = ("value", "numerator", "denominator")
_PER_CENT = (Kind.SHARE, Kind.RATIO)


@dataclass(frozen=True)
class Spec:
    """One series of cells to be read: an indicator, its classes, a year (None: the rows say), and where it stands.

    The terms hold the names of columns as they are in the table; ``by`` the values that classes are told by.
    """

    indicator: Indicator
    classes: tuple[str, str, str, str]
    year: int | None
    value: tuple[Term, ...]
    numerator: tuple[Term, ...]
    denominator: tuple[Term, ...]
    adjusted: Adjusted
    by: tuple[tuple[str, str], ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        return (*self.value, *self.numerator, *self.denominator)


def columns_of(name: str) -> tuple[int, str]:
    """Sign and name of a column in a sum.

    Examples
    --------
    >>> columns_of("-fodda_sverige"), columns_of("totalt")
    ((-1, 'fodda_sverige'), (1, 'totalt'))
    """
    return (-1, name[1:]) if name.startswith("-") and len(name) > 1 else (1, name)


def plain_columns(said: Said) -> list[str]:
    """The columns that a mapping names outright: those a line of names must have."""
    rows = said.rows
    found = [rows.key, *([rows.year_column] if rows.year_column else [])]
    found += [rows.edition_column.column] if rows.edition_column else []
    found += [column for figure in said.figure for column in (*figure.by, *figure.where)]
    for figure in said.figure:
        for term in (*(figure.value or ()), *(figure.numerator or ()), *(figure.denominator or ())):
            found += [*term.where, *(columns_of(name)[1] for name in term.columns)]
    return list(dict.fromkeys(name for name in found if YEAR not in name))


def specs_of(mapping: ReportedMapping, names: Sequence[str], where: str) -> list[Spec]:
    """Every series of cells that the mapping asks for, with the columns as the table names them.

    Raises
    ------
    ReportedError
        A column is missing, or a year cannot be told; every fault is listed.
    """
    found: list[Spec] = []
    failures: list[dict[str, str]] = []
    for position, figure in enumerate(mapping.said.figure, start=1):
        try:
            found += _expanded(figure, mapping, names)
        except ReportedError as error:
            failures.append({"figure": f"{position} ({figure.indicator})", "what": f"{error.message} {error.hint}"})
    if failures:
        raise ReportedError(
            f"{where} does not have what {mapping.name} says.", hint="correct the mapping.", failures=failures
        )
    return found


def check_once(specs: Sequence[Spec]) -> None:
    """That no cell is mapped twice.

    Raises
    ------
    ReportedError
        Two figures of the mapping are the same cell; every one is listed.
    """
    cells: dict[tuple[Any, ...], int] = {}
    for spec in specs:
        cell = (spec.indicator.id, spec.classes, spec.year)
        cells[cell] = cells.get(cell, 0) + 1
    twice = [
        {"figure": indicator, "classes": " ".join(classes), "year": str(year or "every"), "times": str(times)}
        for (indicator, classes, year), times in cells.items()
        if times > 1
    ]
    if twice:
        raise ReportedError("The mapping says one figure several times.", hint="remove one.", failures=twice)


def _expanded(figure: Figure, mapping: ReportedMapping, names: Sequence[str]) -> list[Spec]:
    said = mapping.said
    terms: dict[str, tuple[Term, ...]] = {part: getattr(figure, part) or () for part in _PARTS}
    years = _years(figure, said, [term for part in terms.values() for term in part], names)
    indicator = mapping.indicators[figure.indicator]
    if figure.decimals is not None:
        indicator = indicator.model_copy(update={"decimals": figure.decimals})
    found = []
    for picked in product(*(said.by[column].codes.items() for column in figure.by)):
        classes = {name: getattr(figure, name) for name in BREAKDOWNS}
        where = dict(figure.where)
        for column, (text, code) in zip(figure.by, picked, strict=True):
            classes[said.by[column].breakdown] = code
            where[column] = text
        for year in years:
            parts = {
                part: tuple(
                    Term(columns=_in_year(term.columns, year, names), where={**where, **term.where}) for term in of_part
                )
                for part, of_part in terms.items()
            }
            found.append(
                Spec(
                    indicator=indicator,
                    classes=(classes["sex"], classes["background"], classes["age"], classes["education"]),
                    year=year,
                    adjusted=figure.adjusted or said.rows.adjusted,
                    by=tuple((column, text) for column, (text, _) in zip(figure.by, picked, strict=True)),
                    **parts,
                )
            )
    return found


def _years(figure: Figure, said: Said, terms: Sequence[Term], names: Sequence[str]) -> list[int | None]:
    patterns = [columns_of(name)[1] for term in terms for name in term.columns if YEAR in name]
    if said.rows.year_column is not None:
        if patterns or figure.year is not None:
            raise ReportedError("The year stands in a column and in the mapping.", hint="Say it in one way.")
        return [None]
    if figure.year is not None:
        return [figure.year]
    if patterns:
        years = {year for pattern in patterns for year in _years_in(pattern, names)}
        if not years:
            raise ReportedError.missing_columns("The table", patterns, list(names))
        return [*sorted(years)]
    if said.rows.year is None:
        raise ReportedError("The year is not said.", hint="Say rows.year, rows.year_column or {year} in a column.")
    return [said.rows.year]


def _years_in(pattern: str, names: Sequence[str]) -> set[int]:
    regex = re.compile(_YEAR_IN_NAME.join(re.escape(part) for part in pattern.split(YEAR)))
    return {int(match[1]) for name in names if (match := regex.fullmatch(name)) and len(set(match.groups())) == 1}


def _in_year(columns: Sequence[str], year: int | None, names: Sequence[str]) -> tuple[str, ...]:
    found = [name.replace(YEAR, str(year)) for name in columns]
    missing = [columns_of(name)[1] for name in found if columns_of(name)[1] not in names]
    if missing:
        raise ReportedError.missing_columns("The table", missing, list(names))
    return tuple(found)


class Selector:
    """The rows where columns say what a term asks for, found by one sort for each set of columns."""

    def __init__(self, columns: pa.Table, kept: npt.NDArray[np.bool_]) -> None:
        self._columns = columns
        self._kept = np.flatnonzero(kept)
        self._texts: dict[str, tuple[dict[str, int], npt.NDArray[np.int64]]] = {}
        self._orders: dict[tuple[str, ...], tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]] = {}
        self.read = np.zeros(len(columns), dtype=np.bool_)

    def has(self, column: str, text: str) -> bool:
        """Whether a value occurs in a column."""
        return text.strip() in self._column(column)[0]

    def rows(self, where: Mapping[str, str]) -> npt.NDArray[np.intp]:
        """Rows, ascending.

        Raises
        ------
        ReportedError
            A value that is asked for never occurs in its column.
        """
        if not where:
            self.read[self._kept] = True
            return self._kept
        names = tuple(sorted(where))
        key = 0
        for name in names:
            positions, _ = self._column(name)
            if where[name].strip() not in positions:
                raise ReportedError.unknown("value", where[name], sorted(positions), where=f"column {name}")
            key = key * len(positions) + positions[where[name].strip()]
        order, keys = self._order(names)
        first, last = np.searchsorted(keys, [key, key + 1])
        found = order[first:last]
        self.read[found] = True
        return found

    def _column(self, name: str) -> tuple[dict[str, int], npt.NDArray[np.int64]]:
        if name not in self._texts:
            encoded = text_of(self._columns[name]).combine_chunks().dictionary_encode()
            positions = {str(value).strip(): number for number, value in enumerate(encoded.dictionary.to_pylist())}
            self._texts[name] = (positions, encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64))
        return self._texts[name]

    def _order(self, names: tuple[str, ...]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
        if names not in self._orders:
            keys = np.zeros(len(self._kept), dtype=np.int64)
            for name in names:
                positions, codes = self._column(name)
                keys = keys * len(positions) + codes[self._kept]
            order = np.argsort(keys, kind="stable")
            self._orders[names] = (self._kept[order], keys[order])
        return self._orders[names]


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of one series, one for each area and year; NaN where there is no figure."""

    numerator: npt.NDArray[np.float64]
    denominator: npt.NDArray[np.float64]
    value: npt.NDArray[np.float64]
    states: npt.NDArray[np.int8]
    derived: bool
    decimals: int | None


def cells_of(spec: Spec, value: Figures | None, numerator: Figures | None, denominator: Figures | None) -> Cells:
    """What is published of a series, and its quotient where only the parts are.

    A quotient whose denominator is 0 has no figure: missing. It is rounded half away from zero to the indicator's
    decimals; a published one stays as it is.
    """
    if value is not None:
        figure = np.isin(value.states, (SHOWN, ZERO))
        top, base = (_values_where(figure, part) for part in (numerator, denominator))
        several = sum(len(term.columns) for term in spec.value) > 1
        count = spec.indicator.kind is Kind.COUNT
        return Cells(value.values if count else top, base, value.values, value.states, several, value.decimals)
    return _quotient(spec.indicator, numerator or _nothing(), denominator or _nothing())


def _quotient(indicator: Indicator, top: Figures, base: Figures) -> Cells:
    both = np.isin(top.states, (SHOWN, ZERO)) & np.isin(base.states, (SHOWN, ZERO))
    figure = both & (base.values != 0)
    quotient = np.divide(top.values, base.values, out=np.full(len(figure), np.nan), where=figure)
    value = round_half_away(quotient * (100 if indicator.kind in _PER_CENT else 1), indicator.decimals)
    states = np.where(top.values == 0, ZERO, SHOWN)
    # What neither part is a figure of says why there is none; without anybody there is no quotient.
    without = np.minimum(
        *(np.where(np.isin(part.states, (SHOWN, ZERO)), len(STATES), part.states) for part in (top, base))
    )
    states = np.where(figure, states, np.where(both, MISSING, without)).astype(np.int8)
    return Cells(_values_where(figure, top), _values_where(figure, base), value, states, derived=True, decimals=None)


def _values_where(figure: npt.NDArray[np.bool_], part: Figures | None) -> npt.NDArray[np.float64]:
    unknown = np.full(len(figure), np.nan)
    return unknown if part is None else np.where(figure, part.values, unknown)


def _nothing() -> Figures:
    return Figures(np.zeros(0), np.zeros(0, dtype=np.int8), 0)
