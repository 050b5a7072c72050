"""Checked rows as the rows of a statistics table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.areas import AreaDivision
from gisintegration.errors import ReportedError
from gisintegration.indicators.moves import may_exceed_whole
from gisintegration.reported.cells import Cells, Selector, Spec, cells_of, check_once, columns_of
from gisintegration.reported.extent import areas_asked, within_years
from gisintegration.reported.figures import (
    DID_NOT_EXIST,
    MISSING,
    NOT_APPLICABLE,
    SHOWN,
    STATES,
    ZERO,
    Figures,
    add,
    is_adjusted,
    take,
    zeros_as_small,
)
from gisintegration.reported.keys import Unit
from gisintegration.reported.mapping import ReportedMapping, Term
from gisintegration.reported.rows import Checked
from gisintegration.reported.text_table import Delivered
from gisintegration.tables import BREAKDOWNS, Kind, Method, Reason, Status, coded, constant

_STATUSES, _REASONS = [str(status) for status in Status], [str(reason) for reason in Reason]
_STATUS_OF = np.array([_STATUSES.index(status) for status, _ in STATES], dtype=np.int8)
_REASON_OF = np.array([_REASONS.index(reason) for _, reason in STATES], dtype=np.int8)
_METHODS = [str(Method.REPORTED), str(Method.DERIVED)]

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Built:
    """The rows, and what there is to say of them.

    Parameters
    ----------
    frame
        Columns of ``COLUMNS``.
    decimals
        How many decimals each indicator's published figures are written with, where the file tells.
    adjusted
        Columns whose 0 was taken as 0–2, with how many there are, in the order of the mapping.
    unread
        Rows of areas that no figure of the mapping selects.
    missing
        Areas asked for that the table has no row of, by edition.
    outside
        Areas of the table that were not asked for, by edition.
    absent
        Values that the mapping names as classes and that do not occur, by column.
    """

    frame: pd.DataFrame
    decimals: Mapping[str, int]
    adjusted: Mapping[str, int]
    unread: int
    missing: Mapping[str, tuple[str, ...]]
    outside: Mapping[str, int]
    absent: Mapping[str, tuple[str, ...]]


class Builder:
    """Lays every series out over the table's areas and years."""

    def __init__(self, delivered: Delivered, mapping: ReportedMapping, checked: Checked) -> None:
        self._delivered = delivered
        self._mapping = mapping
        self._checked = checked
        self._selector = Selector(delivered.columns, checked.keys.rows >= 0)
        self._at: dict[tuple[tuple[str, str], ...], npt.NDArray[np.intp]] = {}
        self.adjusted: dict[str, int] = {}
        self.failures: list[dict[str, str]] = []

    @property
    def shape(self) -> tuple[int, int]:
        return len(self._checked.keys.units), len(self._checked.years)

    @property
    def unread(self) -> int:
        """Rows of areas that no series has read."""
        return int(((self._checked.keys.rows >= 0) & ~self._selector.read).sum())

    def readable(self, specs: Sequence[Spec]) -> tuple[list[Spec], dict[str, tuple[str, ...]]]:
        """The series whose classes occur in the table, and the values that do not, by column."""
        absent: dict[str, dict[str, None]] = {}
        for spec in specs:
            for column, text in spec.by:
                if not self._selector.has(column, text):
                    absent.setdefault(column, {})[text] = None
        found = [spec for spec in specs if not any(text in absent.get(column, {}) for column, text in spec.by)]
        if not found:
            column, texts = next(iter(absent.items()))
            raise ReportedError(
                f"Column {column} of {self._delivered.name} has none of {', '.join(map(repr, texts))}.",
                hint=f"correct by.{column}.codes of the mapping.",
            )
        return found, {column: tuple(texts) for column, texts in absent.items()}

    def cells(self, spec: Spec, within: Mask) -> Cells:
        """The cells of a series over areas × years; outside the years of their edition they are not applicable."""
        counts = spec.indicator.kind is Kind.COUNT
        value = self._sum(spec.value, spec, within, counted=counts)
        parts = [self._sum(terms, spec, within, counted=True) for terms in (spec.numerator, spec.denominator)]
        return cells_of(spec, value, *parts)

    def _sum(self, terms: Sequence[Term], spec: Spec, within: Mask, *, counted: bool) -> Figures | None:
        signed = [
            (sign, self._column(name, term.where, spec, within, counted=counted))
            for term in terms
            for sign, name in map(columns_of, term.columns)
        ]
        return add(signed) if signed else None

    def _column(self, name: str, where: Mapping[str, str], spec: Spec, within: Mask, *, counted: bool) -> Figures:
        """One column's figures by area and year; a 0 that may be a small number is protected."""
        figures = self._masked(take(self._checked.figures[name], self._rows(where, spec)), within, name, spec)
        if not counted or spec.adjusted == "none" or (spec.adjusted == "detect" and not is_adjusted(figures)):
            return figures
        if zeros := int((figures.states == ZERO).sum()):
            said = ", ".join(f"{column}: {text}" for column, text in sorted(where.items()))
            self.adjusted[f"{name} ({said})" if said else name] = zeros
        return zeros_as_small(figures)

    def _masked(self, figures: Figures, within: Mask, column: str, spec: Spec) -> Figures:
        """Figures outside the edition's years: SCB writes 0 there, and any other figure is of another edition."""
        wrong = ~within & (figures.states == SHOWN)
        for cell in np.flatnonzero(wrong):
            area, year = self._cell(int(cell), spec)
            self.failures.append(
                {"area": area, "year": str(year), "column": column, "what": "has a figure outside the edition's years"}
            )
        states = np.where(within, figures.states, NOT_APPLICABLE).astype(np.int8)
        return Figures(np.where(within, figures.values, np.nan), states, figures.decimals)

    def _rows(self, where: Mapping[str, str], spec: Spec) -> npt.NDArray[np.intp]:
        """The row of each cell, -1 where there is none."""
        key = tuple(sorted(where.items()))
        if key in self._at:
            return self._at[key]
        rows = self._selector.rows(where)
        cell = self._checked.keys.rows[rows] * self.shape[1] + self._checked.year_rows[rows]
        at = np.full(self.shape[0] * self.shape[1], -1, dtype=np.intp)
        at[cell[::-1]] = rows[::-1]
        for row in rows[at[cell] != rows]:
            first = int(at[cell[np.searchsorted(rows, row)]])
            area, year = self._cell(int(cell[np.searchsorted(rows, row)]), spec)
            self.failures.append(
                {
                    "line": str(self._delivered.lines[row]),
                    "area": area,
                    **({"year": str(year)} if year else {}),
                    "what": f"stands on line {self._delivered.lines[first]} too"
                    + ("" if where else "; say which rows by where or by, if they differ in another column"),
                }
            )
        self._at[key] = at
        return at

    def _cell(self, cell: int, spec: Spec) -> tuple[str, int]:
        unit, year = divmod(cell, self.shape[1])
        return self._checked.keys.units[unit][2], spec.year or self._checked.years[year]


def build(
    delivered: Delivered,
    mapping: ReportedMapping,
    checked: Checked,
    specs: Sequence[Spec],
    areas: AreaDivision | None,
) -> Built:
    """The rows of every series.

    Raises
    ------
    ReportedError
        An area has several rows for one figure, a figure lies outside its edition's years, a share is not one, a
        kommun that was asked for is missing; every fault is listed.
    """
    units = checked.keys.units
    wanted, missing, outside = areas_asked(units, mapping, areas)
    builder = Builder(delivered, mapping, checked)
    found, absent = builder.readable(specs)
    check_once(found)
    kept = [unit for unit, wants in zip(units, wanted, strict=True) if wants]
    for key, codes in missing.items():
        division, edition = key.split("/", 1)
        kept += [(division, edition, code) for code in codes]
    words = _words(kept, found)
    places = {name: {word: place for place, word in enumerate(known)} for name, known in words.items()}
    parts: list[dict[str, np.ndarray]] = []
    decimals: dict[str, int] = {}
    masks: dict[int | None, tuple[Mask, Mask]] = {}
    for spec in found:
        years = np.array([spec.year] if spec.year is not None else checked.years)
        if spec.year not in masks:
            masks[spec.year] = within_years(units, years, mapping, areas)
        within, formed = masks[spec.year]
        cells = builder.cells(spec, (within & formed).ravel())
        builder.failures += _impossible(cells, spec, units, years)
        if cells.decimals is not None and spec.indicator.kind is not Kind.COUNT:
            decimals[spec.indicator.id] = max(decimals.get(spec.indicator.id, 0), min(cells.decimals, 4))
        states = np.where(formed.ravel(), cells.states, DID_NOT_EXIST)
        keep = np.repeat(wanted, len(years))
        none = _states_without(kept[int(wanted.sum()) :], years, mapping, areas)
        parts.append(
            _part(spec, cells, np.concatenate([states[keep], none]), keep=keep, units=kept, years=years, places=places)
        )
    if builder.failures:
        raise _refused(delivered, builder.failures)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Built(_frame(columns, words), decimals, builder.adjusted, builder.unread, missing, outside, absent)


def _impossible(cells: Cells, spec: Spec, units: Sequence[Unit], years: npt.NDArray[np.int64]) -> list[dict[str, str]]:
    if spec.indicator.kind not in (Kind.SHARE, Kind.COUNT):
        return []
    wrong = cells.value < 0
    if spec.indicator.kind is Kind.SHARE and not may_exceed_whole(spec.indicator):
        wrong |= cells.value > 100
    return [
        {
            "area": units[cell // len(years)][2],
            "year": str(years[cell % len(years)]),
            "indicator": spec.indicator.id,
            "what": f"{cells.value[cell]:g} is no {spec.indicator.kind}",
        }
        for cell in np.flatnonzero(wrong).tolist()
    ]


def _refused(delivered: Delivered, failures: Sequence[Mapping[str, str]]) -> ReportedError:
    what = " ".join(failure["what"] for failure in failures)
    hint = "correct the file, or the mapping."
    if "outside the edition's years" in what:
        hint = (
            "the figures are of another edition than rows.edition says; or, if their publisher placed them on it all "
            'the same, say the years: rows.years = "2018-2024".'
        )
    # A column that several figures are made of is at fault once.
    once = list({tuple(failure.items()): failure for failure in failures}.values())
    return ReportedError(
        f"{delivered.name} has {len(once)} fault{'s' if len(once) > 1 else ''}.", hint=hint, failures=once
    )


def _states_without(
    units: Sequence[Unit], years: npt.NDArray[np.int64], mapping: ReportedMapping, areas: AreaDivision | None
) -> npt.NDArray[np.int8]:
    """What the cells say of areas that were asked for and that the table does not have."""
    within, formed = within_years(units, years, mapping, areas)
    states = np.select([~formed.ravel(), ~within.ravel()], [DID_NOT_EXIST, NOT_APPLICABLE], MISSING)
    return states.astype(np.int8)


def _words(units: Sequence[Unit], specs: Sequence[Spec]) -> dict[str, list[str]]:
    """Every text that a column of texts can hold, sorted."""
    said = {name: {unit[place] for unit in units} for place, name in enumerate(("division", "edition", "area"))}
    said["indicator"] = {spec.indicator.id for spec in specs}
    said |= {name: {spec.classes[place] for spec in specs} for place, name in enumerate(BREAKDOWNS)}
    return {name: sorted(texts) for name, texts in said.items()}


def _part(
    spec: Spec,
    cells: Cells,
    states: npt.NDArray[np.int8],
    *,
    keep: Mask,
    units: Sequence[Unit],
    years: npt.NDArray[np.int64],
    places: Mapping[str, Mapping[str, int]],
) -> dict[str, np.ndarray]:
    """The columns of one series, texts as positions among their words."""
    n = len(states)
    figure = np.isin(states, (SHOWN, ZERO))
    made = {"indicator": np.full(n, places["indicator"][spec.indicator.id], dtype=np.int16)}
    for place, name in enumerate(("division", "edition", "area")):
        made[name] = np.repeat(np.array([places[name][unit[place]] for unit in units], dtype=np.int32), len(years))
    made["year"] = np.tile(years, len(units))
    for name, code in zip(BREAKDOWNS, spec.classes, strict=True):
        made[name] = np.full(n, places[name][code], dtype=np.int16)
    for name in ("numerator", "denominator", "value"):
        known = np.full(n, np.nan)
        known[: int(keep.sum())] = getattr(cells, name)[keep]
        made[name] = np.where(figure, known, np.nan)
    return made | {"state": states, "method": (figure & cells.derived).astype(np.int8)}


def _frame(columns: Mapping[str, np.ndarray], words: Mapping[str, list[str]]) -> pd.DataFrame:
    n = len(columns["year"])
    unknown = np.full(n, np.nan)
    states = columns["state"]
    return pd.DataFrame(
        {
            **{name: coded(columns[name], words[name]) for name in words},
            **{name: columns[name] for name in ("year", "numerator", "denominator", "value")},
            "lower": unknown,
            "upper": unknown,
            "se": unknown,
            "status": coded(_STATUS_OF[states], _STATUSES),
            "reason": coded(_REASON_OF[states], _REASONS),
            "method": coded(columns["method"], _METHODS),
            "exact_share": np.ones(n),
            "n_sources": np.ones(n, dtype=np.int32),
            "coordinate_type": constant("", n),
        }
    )
