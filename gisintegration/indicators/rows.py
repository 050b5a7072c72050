"""From counted areas and years to the rows of a raw table, by index arithmetic in the order files have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.engines import Sample, Sums
from gisintegration.indicators.cells import Axis, Counts, Figures, cells_of, picked
from gisintegration.indicators.classes import SEXES
from gisintegration.indicators.composite import composed
from gisintegration.indicators.measures import Figures as Measured
from gisintegration.indicators.measures import Measure, figures
from gisintegration.tables import BREAKDOWNS, CONTRIBUTORS, TOTAL, Indicator, Kind, Method, Status, coded

_STATUSES = list(Status)
_SHOWN, _ZERO = _STATUSES.index(Status.SHOWN), _STATUSES.index(Status.ZERO)
_MISSING, _NOT_APPLICABLE = _STATUSES.index(Status.MISSING), _STATUSES.index(Status.NOT_APPLICABLE)
_DID_NOT_EXIST = _STATUSES.index(Status.DID_NOT_EXIST)
METHODS = (Method.LOCATED, Method.DELIVERED)
COORDINATE_TYPES = ("", "address", "mixed", "property")
_SEX_CODES = (TOTAL, *SEXES)
_FIGURES = ("numerator", "denominator", "value", CONTRIBUTORS)

Codes = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Part:
    """One edition and year, counted: what the rows of its areas are made of.

    Parameters
    ----------
    division, edition, codes
        The areas.
    year
        Data year.
    measures
        Of the indicators in force in the year.
    sums
        By the lists that they are told apart by, and their number.
    middles
        For each sample: medians and numbers of values, shape (areas, total and sexes, cells).
    method, coordinate_type
        Position in ``METHODS`` and ``COORDINATE_TYPES`` of each area.
    existed
        Whether each area existed in the year.
    unknown
        Indicators that could not be counted for want of a national constant or a register year: their figures are
        missing.
    uneven
        By indicator, both groups and their dissimilarity, shape (areas, total and sexes, cells, 3).
    single
        Areas with less than two small areas, of which there can be no dissimilarity.
    """

    division: str
    edition: str
    codes: npt.NDArray[np.object_]
    year: int
    measures: Mapping[str, Measure]
    sums: Sums
    middles: Mapping[Sample, tuple[Figures, Counts]]
    method: Codes
    coordinate_type: Codes
    existed: npt.NDArray[np.bool_]
    unknown: frozenset[str] = frozenset()
    uneven: Mapping[str, Figures] = field(default_factory=dict)
    single: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))


@dataclass(frozen=True, eq=False)
class _Kept:
    """Which cells of areas × years × sexes × classes are rows; None: all of them."""

    shape: tuple[int, ...]
    keep: npt.NDArray[np.bool_] | None

    def flat(self, values: np.ndarray) -> np.ndarray:
        """Values of the rows, in order; the values are stretched to the shape."""
        stretched = np.broadcast_to(values, self.shape)
        return stretched.reshape(-1) if self.keep is None else stretched[self.keep]

    def along(self, axis: int, values: np.ndarray) -> np.ndarray:
        """For each row, the value at its place on one axis."""
        return self.flat(values.reshape([-1 if i == axis else 1 for i in range(len(self.shape))]))


@dataclass(frozen=True, eq=False)
class Block:
    """The parts of one edition, laid out as areas × years."""

    parts: tuple[Part, ...]
    codes: tuple[str, ...]
    years: tuple[int, ...]
    indicators: Mapping[str, Indicator]

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.codes), len(self.years)

    def places(self, part: Part) -> tuple[npt.NDArray[np.intp], int]:
        """The rows of a part's areas, and the column of its year."""
        return np.searchsorted(np.asarray(self.codes, dtype=object), part.codes), self.years.index(part.year)


def table_of(
    parts: Sequence[Part], indicators: Mapping[str, Indicator], axis: Axis, *, only: Sequence[str] | None = None
) -> pd.DataFrame:
    """The rows of every part: complete, in order, with the columns of ``RAW_COLUMNS``.

    Parameters
    ----------
    only
        Ids of the indicators to give rows of; those that they are made of are among ``indicators``. None: all.
    """
    blocks = _blocks(parts, indicators)
    wanted = [indicators[key] for key in sorted(indicators if only is None else only)]
    names = {
        "indicator": [item.id for item in wanted],
        "division": sorted({block.parts[0].division for block in blocks}),
        "edition": sorted({block.parts[0].edition for block in blocks}),
        "area": sorted({code for block in blocks for code in block.codes}),
    }
    pieces = [
        _piece(block, item, axis, {"indicator": position, **_positions(block, names)}, names["area"])
        for position, item in enumerate(wanted)
        for block in blocks
    ]
    columns = pieces[0]
    if len(pieces) > 1:
        columns = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
    del pieces
    words = names | {
        "sex": list(_SEX_CODES),
        **{name: _codes_of(axis, name) for name in BREAKDOWNS[1:]},
        "status": [str(status) for status in _STATUSES],
        "method": [str(method) for method in METHODS],
        "coordinate_type": list(COORDINATE_TYPES),
    }
    rows = len(columns["year"])
    return pd.DataFrame(
        {name: coded(values, words[name]) if name in words else values for name, values in columns.items()}
        | {"exact_share": np.ones(rows), "n_sources": np.ones(rows, dtype=np.int32)},
        copy=False,
    )


def _blocks(parts: Sequence[Part], indicators: Mapping[str, Indicator]) -> list[Block]:
    by_key: dict[tuple[str, str], list[Part]] = {}
    for part in parts:
        by_key.setdefault((part.division, part.edition), []).append(part)
    return [
        Block(
            tuple(members),
            tuple(sorted({str(code) for part in members for code in part.codes})),
            tuple(sorted({part.year for part in members})),
            indicators,
        )
        for _, members in sorted(by_key.items())
    ]


def _positions(block: Block, names: Mapping[str, list[str]]) -> dict[str, int]:
    return {
        "division": names["division"].index(block.parts[0].division),
        "edition": names["edition"].index(block.parts[0].edition),
    }


def _piece(
    block: Block,
    indicator: Indicator,
    axis: Axis,
    constants: Mapping[str, int],
    areas: Sequence[str],
) -> dict[str, np.ndarray]:
    """The columns of one indicator and edition, flat, in the order area, year, sex, cell."""
    division = block.parts[0].division
    by_year = {part.year: cells_of(indicator, axis, division, part.year) for part in block.parts}
    cells = sorted({cell for of_year in by_year.values() for cell in of_year})
    shape = (*block.shape, len(_SEX_CODES), len(cells))
    filled = {name: np.full(shape, np.nan) for name in _FIGURES}
    status = np.full(shape, _NOT_APPLICABLE, dtype=np.int8)
    keep = np.zeros((*block.shape, 1, len(cells)), dtype=bool)
    marks = {name: np.zeros(block.shape, dtype=np.int8) for name in ("method", "coordinate_type")}
    for part in block.parts:
        at, column = block.places(part)
        keep[at, column, :, 0] = True
        marks["method"][at, column], marks["coordinate_type"][at, column] = part.method, part.coordinate_type
        status[at[~part.existed], column] = _DID_NOT_EXIST
        if not indicator.applies_to(division):
            continue
        if indicator.id not in part.measures:
            if indicator.id in part.unknown:
                status[at[part.existed], column] = _MISSING
            continue
        here, own = at[part.existed], by_year[part.year]
        # Cells that are not given in the year are filled with the total, and left out.
        place = np.searchsorted(own, cells).clip(max=len(own) - 1)
        place[np.asarray(own)[place] != cells] = 0
        keep[here, column] = np.isin(cells, own)
        measured = [
            values[part.existed][..., place] for values in _measured(indicator, part, axis, own, block.indicators)
        ]
        for name, values in zip(_FIGURES, measured, strict=True):
            filled[name][here, column] = values
        value, contributors = measured[2:]
        # Without contributors there can be no figure; with none of them there is none.
        without = np.where(np.isnan(contributors), _NOT_APPLICABLE, _MISSING)
        status[here, column] = np.where(np.isnan(value), without, np.where(value == 0, _ZERO, _SHOWN))
    keep = np.broadcast_to(keep, shape)
    rows = _Kept(shape, None if keep.all() else keep)
    area = np.searchsorted(np.asarray(areas, dtype=object), np.asarray(block.codes, dtype=object))
    columns = {name: np.full(int(keep.sum()), position, dtype=np.int16) for name, position in constants.items()}
    columns["area"] = rows.along(0, area.astype(np.int16 if len(areas) < 2**15 else np.int32))
    columns["year"] = rows.along(1, np.asarray(block.years, dtype=np.int16))
    columns["sex"] = rows.along(2, np.arange(len(_SEX_CODES), dtype=np.int8))
    for name in BREAKDOWNS[1:]:
        known = _codes_of(axis, name)
        columns[name] = rows.along(3, np.array([known.index(axis.code(cell, name)) for cell in cells], dtype=np.int8))
    columns |= {name: rows.flat(values) for name, values in filled.items()}
    columns["status"] = rows.flat(status)
    columns |= {name: rows.flat(codes[:, :, None, None]) for name, codes in marks.items()}
    return columns


def _measured(
    indicator: Indicator, part: Part, axis: Axis, cells: Sequence[int], others: Mapping[str, Indicator]
) -> Measured:
    """Numerator, denominator, value and contributors; NaN contributors where there can be no figure."""
    measure = part.measures[indicator.id]
    if indicator.components:
        return composed(indicator, measure, lambda key: _measured(others[key], part, axis, cells, others))
    if measure.sample is not None:
        middle, number = (values[..., list(cells)] for values in part.middles[measure.sample])
        persons = number.astype(np.float64)
        return np.full_like(middle, np.nan), persons, middle / measure.per, persons
    if indicator.kind is Kind.DISSIMILARITY:
        uneven = part.uneven[indicator.id][..., list(cells), :].copy()
        uneven[part.single] = np.nan
        top, base, value = (uneven[..., i] for i in range(3))
        return top, base, value, np.minimum(top, base)
    return figures(indicator, measure, _Picked(part.sums, axis, cells))


@dataclass(frozen=True, eq=False)
class _Picked:
    """All sums of a part by cell, of which those asked for by number are picked."""

    sums: Sums
    axis: Axis
    cells: Sequence[int]

    def __getitem__(self, numbers: list[int]) -> Counts:
        return picked(self.sums, self.axis, self.cells, numbers)


def _codes_of(axis: Axis, breakdown: str) -> list[str]:
    """Total, then the codes of a breakdown in the order rows have."""
    place = BREAKDOWNS[1:].index(breakdown)
    return [TOTAL, *sorted({key[place] for key in axis.keys} - {""})]
