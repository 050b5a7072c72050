"""Totals across levels: the areas of a division against those they lie in, and two editions against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from gisintegration.areas import AreaDivision
from gisintegration.areas.levels import complete_parents
from gisintegration.database.checks.blocks import Block, Bools, Floats
from gisintegration.database.checks.findings import Findings, Number
from gisintegration.database.checks.limits import Limits
from gisintegration.database.checks.sums import (
    BETWEEN,
    COLUMN_WORDS,
    Comparison,
    Parts,
    known_in,
    quantities,
    rules_of,
)
from gisintegration.database.checks.values import AS_PUBLISHED
from gisintegration.tables import TOTAL, Areas, Indicator, Kind

_REGION = "region"


@dataclass(frozen=True, eq=False)
class Nest:
    """Which areas of one edition lie in which of another.

    Parameters
    ----------
    order
        Positions of the children that have a parent, by parent.
    starts
        Where each parent's children begin in ``order``.
    owners
        The parents' positions.
    complete
        For each of them, whether all its children are in the children's edition.
    """

    order: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp]
    owners: npt.NDArray[np.intp]
    complete: Bools

    def add(self, figures: npt.NDArray[np.float64] | Bools) -> Floats:
        """Sums by parent along the last axis."""
        return np.add.reduceat(figures[..., self.order].astype(np.float64), self.starts, axis=-1)


class Nests:
    """The nests of a release's editions, each made once."""

    def __init__(self, *, apart: bool) -> None:
        self._made: dict[tuple[str, str], Nest | None] = {}
        self._apart = apart

    def of(self, child: Areas, parent: Areas) -> Nest | None:
        """How one edition lies in another; None when it does not."""
        key = child.key, parent.key
        if key not in self._made:
            self._made[key] = _nest(child, parent, apart=self._apart)
        return self._made[key]


def check_levels(given: Sequence[Block], nests: Nests, found: Findings, limits: Limits) -> None:
    """Sums of areas against the areas they lie in, and shares between the lowest and highest of theirs."""
    indicator = given[0].indicator
    adds_up = indicator.additive == "areas" and not depends_on_level(indicator)
    between = (adds_up and indicator.kind in BETWEEN) or indicator.kind is Kind.MEDIAN
    for child, parent, years in _pairs(given):
        nest = nests.of(child.areas, parent.areas)
        pair = None if nest is None else _pair(child, parent, years, nest)
        if pair is None:
            continue
        if adds_up:
            for column in quantities(child):
                if column in quantities(parent):
                    _check_sums(pair, column, found, limits)
        if between:
            _check_between(pair, found)


def check_editions(given: Sequence[Block], found: Findings) -> None:
    """Two editions of a division counted for the same year: each kommun has the same number in both."""
    indicator = given[0].indicator
    if indicator.kind is not Kind.COUNT or indicator.additive != "areas" or depends_on_level(indicator):
        return
    for i, one in enumerate(given):
        for other in given[i + 1 :]:
            years = np.intersect1d(one.years, other.years)
            kommun = one.areas.parents.get("kommun")
            same = one.areas.division == other.areas.division and kommun == other.areas.parents.get("kommun")
            if same and kommun and len(years):
                _compare_editions(one, other, years, found)


def depends_on_level(indicator: Indicator) -> bool:
    """Whether it counts moves, which are none for an area that holds both ends."""
    rules = (indicator.population, indicator.numerator or {}, indicator.denominator or {})
    return any("moved" in rule for rule in rules)


def _pairs(given: Sequence[Block]) -> Iterator[tuple[Block, Block, npt.NDArray[np.int64]]]:
    """Blocks of which one lies in the other, with the years they share."""
    for parent in given:
        for child in given:
            years = np.intersect1d(child.years, parent.years)
            if parent.areas.division == _REGION and child.areas.division != _REGION:
                # The sum of what was given: only the finest areas of a year are sure to be all of it.
                finer = [one.years for one in given if child.key in one.areas.parents.values()]
                years = np.setdiff1d(years, np.concatenate(finer)) if finer else years
            elif child.areas.parents.get(parent.areas.division) != parent.key:
                continue
            if len(years):
                yield child, parent, years


def _nest(child: Areas, parent: Areas, *, apart: bool) -> Nest | None:
    rows = {str(code): i for i, code in enumerate(parent.table["code"])}
    is_area = np.asarray(child.table["kind"] == "area")
    if parent.division == _REGION:
        owner = np.where(is_area, 0, -1) if len(parent) == 1 else np.full(len(child), -1)
        whole = set(rows)
    else:
        owner = np.array([rows.get(str(code), -1) for code in child.table[parent.division]])
        owner[~is_area] = -1
        whole = set(rows)
        if isinstance(child, AreaDivision):
            whole = set(complete_parents(child, parent.division))
    order = np.argsort(owner, kind="stable")
    order = order[owner[order] >= 0]
    if not len(order):
        return None
    owners, starts = np.unique(owner[order], return_index=True)
    codes = np.asarray(parent.table["code"], dtype=object)
    # Persons without a place may be in the whole and in none of its areas.
    complete = np.array([str(codes[i]) in whole and not apart for i in owners], dtype=np.bool_)
    return Nest(order, starts, owners, complete)


@dataclass(frozen=True, eq=False)
class _Pair:
    """Two blocks of which one lies in the other: the classes and years they share, as places in the grids of each."""

    child: Block
    parent: Block
    nest: Nest
    here: tuple[npt.NDArray[np.intp], ...]
    there: tuple[npt.NDArray[np.intp], ...]

    @property
    def at(self) -> npt.NDArray[np.intp]:
        """Of each whole its place in the parent's grid."""
        made: npt.NDArray[np.intp] = np.ravel_multi_index(np.broadcast_arrays(*self.there), self.parent.shape)
        return made

    @property
    def soft(self) -> Bools:
        """By year: one of both was recalculated and the other not, so that their borders may differ."""
        years = self.here[1].reshape(-1), self.there[1].reshape(-1)
        mixed: Bools = self.child.recalculated[years[0]] != self.parent.recalculated[years[1]]
        return mixed[None, :, None]


def _pair(child: Block, parent: Block, years: npt.NDArray[np.int64], nest: Nest) -> _Pair | None:
    classes = [(child.class_at(cell), i) for i, cell in enumerate(parent.classes) if child.class_at(cell) >= 0]
    if not classes:
        return None
    c, p = np.array(classes, dtype=np.intp).T
    cy, py = (np.searchsorted(block.years, years) for block in (child, parent))
    return _Pair(child, parent, nest, np.ix_(c, cy, np.arange(len(child.areas))), np.ix_(p, py, nest.owners))


def _check_sums(pair: _Pair, column: str, found: Findings, limits: Limits) -> None:
    figures, known, small = known_in(pair.child, column)
    figures, known, small = figures[pair.here], known[pair.here], small[pair.here]
    whole, whole_known, _ = known_in(pair.parent, column)
    whole, whole_known = whole[pair.there], whole_known[pair.there]
    nest = pair.nest
    parts = Parts(
        total=nest.add(figures),
        known=nest.add(known).astype(np.int32),
        hidden=nest.add(~known).astype(np.int32),
        small=nest.add(small & ~known).astype(np.int32),
    )
    rules = rules_of((pair.child, pair.parent), column, limits)
    half = np.asarray(rules.half)[pair.here[1].reshape(-1)][None, :, None]
    rules = replace(rules, half=half, complete=nest.complete, soft=pair.soft)
    words = {"column": COLUMN_WORDS[column], "child": pair.child.key, "parent": pair.parent.key}
    Comparison("totals", pair.parent, pair.at, parts, whole, whole_known, rules, words).tell(found)


def _check_between(pair: _Pair, found: Findings) -> None:
    nest, child, parent = pair.nest, pair.child, pair.parent
    value, shown = child.value[pair.here][..., nest.order], child.shown[pair.here][..., nest.order]
    whole = parent.value[pair.there]
    usable = np.logical_and.reduceat(shown, nest.starts, axis=-1) & parent.shown[pair.there] & nest.complete
    low, high = (function.reduceat(value, nest.starts, axis=-1) for function in (np.minimum, np.maximum))
    published = any(AS_PUBLISHED in block.policies for block in (child, parent))
    soft = pair.soft | published | (child.indicator.kind is Kind.RATIO)
    tell_between(found, parent, pair.at, (low, whole, high), usable, soft=soft, words={"list": child.key})


def tell_between(
    found: Findings,
    block: Block,
    at: npt.NDArray[np.intp],
    figures: tuple[Floats, Floats, Floats],
    usable: Bools,
    *,
    soft: Bools | bool,
    words: Mapping[str, object],
) -> None:
    """Findings where the whole's figure lies outside those of its parts, by more than both are rounded."""
    low, whole, high = figures
    decimals = block.indicator.decimals
    room = 10.0**-decimals * (1 + 1e-6)
    found.looked("between", int(usable.sum()))
    with np.errstate(invalid="ignore"):
        bad = usable & ((whole < low - room) | (whole > high + room))
    gentle = np.broadcast_to(soft, bad.shape)
    for severity, mask in (("error", bad & ~gentle), ("warning", bad & gentle)):
        picked = np.flatnonzero(mask)
        if len(picked):
            columns = [part.reshape(-1)[picked] for part in (low, whole, high)]
            found.add_cells(
                "between", severity, block, at.reshape(-1)[picked], partial(_between, columns, decimals, words)
            )


def _between(columns: Sequence[Floats], decimals: int, words: Mapping[str, object], i: int) -> dict[str, object]:
    low, value, high = (Number(column[i], decimals) for column in columns)
    return {"low": low, "value": value, "high": high, **words}


def _compare_editions(one: Block, other: Block, years: npt.NDArray[np.int64], found: Findings) -> None:
    sums = []
    for block in (one, other):
        kommun = np.array([str(code) for code in block.areas.table["kommun"]], dtype=object)
        kommun[~block.is_area] = ""
        codes, owner = np.unique(kommun, return_inverse=True)
        figures, known, _ = known_in(block, "value")
        cell = block.class_at((TOTAL, TOTAL, TOTAL, TOTAL))
        if cell < 0:
            return
        complete = set(complete_parents(block.areas, "kommun")) if isinstance(block.areas, AreaDivision) else set()
        for year in years:
            y = int(np.searchsorted(block.years, year))
            total = np.bincount(owner, figures[cell, y], len(codes))
            hidden = np.bincount(owner, ~known[cell, y] & block.is_area, len(codes))
            sums.append(
                {
                    (int(year), str(code)): total[i]
                    for i, code in enumerate(codes)
                    if str(code) in complete and not hidden[i]
                }
            )
    half = len(sums) // 2
    first, second = (
        {key: value for part in parts for key, value in part.items()} for parts in (sums[:half], sums[half:])
    )
    room = 10.0**-one.indicator.decimals if one.recalculated.any() or other.recalculated.any() else 1e-6
    for year, code in sorted(first.keys() & second.keys()):
        a, b = first[year, code], second[year, code]
        found.looked("editions", 1)
        if abs(a - b) > room:
            found.add(
                "editions",
                "warning",
                indicator=one.indicator.id,
                key=one.areas.parents["kommun"],
                area=code,
                year=year,
                child=one.key,
                parent=other.key,
                sum=Number(a, one.indicator.decimals),
                value=Number(b, one.indicator.decimals),
            )
