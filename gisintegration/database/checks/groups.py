"""Sexes and classes against their total, area by area."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from gisintegration.database.checks.blocks import Block, Bools, Cell
from gisintegration.database.checks.findings import Findings, names
from gisintegration.database.checks.levels import tell_between
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
from gisintegration.indicators.classes import SEXES, classes
from gisintegration.indicators.rules import reach
from gisintegration.tables import BREAKDOWNS, TOTAL, Kind


@dataclass(frozen=True, eq=False)
class Split:
    """A cell and the cells it is divided into.

    Parameters
    ----------
    name
        The parts in words.
    whole, parts
        Positions in a block's classes.
    complete
        For each year, whether the parts are all there are.
    """

    check: str
    name: str
    whole: int
    parts: tuple[int, ...]
    complete: Bools


def check_groups(block: Block, found: Findings, limits: Limits) -> None:
    """Women and men, and classes that share no person, against what they are parts of."""
    splits = list(_splits(block))
    grids = {column: known_in(block, column) for column in quantities(block)} if splits else {}
    for split in splits:
        at = split.whole * block.shape[1] * block.shape[2] + np.arange(block.shape[1] * block.shape[2])
        members = list(split.parts)
        for column, (figures, known, small) in grids.items():
            parts = Parts(
                total=figures[members].sum(axis=0),
                known=known[members].sum(axis=0, dtype=np.int32),
                hidden=(~known[members]).sum(axis=0, dtype=np.int32),
                small=(small & ~known)[members].sum(axis=0, dtype=np.int32),
            )
            rules = rules_of((block,), column, limits)
            rules = replace(rules, half=np.asarray(rules.half)[:, None], complete=split.complete[:, None])
            words = {"column": COLUMN_WORDS[column], "list": split.name}
            whole, whole_known = figures[split.whole], known[split.whole]
            Comparison(split.check, block, at, parts, whole, whole_known, rules, words).tell(found)
        if split.complete.any() and block.indicator.kind in BETWEEN:
            _check_between(block, split, at, found)


def _check_between(block: Block, split: Split, at: npt.NDArray[np.intp], found: Findings) -> None:
    members = list(split.parts)
    value = block.value[members]
    usable = block.shown[members].all(axis=0) & block.shown[split.whole] & split.complete[:, None]
    figures = value.min(axis=0), block.value[split.whole], value.max(axis=0)
    soft = AS_PUBLISHED in block.policies or block.indicator.kind is Kind.RATIO
    tell_between(found, block, at, figures, usable, soft=soft, words={"list": split.name})


def _splits(block: Block) -> Iterator[Split]:
    every, never = (np.full(len(block.years), whole, dtype=np.bool_) for whole in (True, False))
    for position, breakdown in enumerate(BREAKDOWNS):
        given = {cell[position] for cell in block.classes}
        for whole, cell in enumerate(block.classes):
            if cell[position] != TOTAL:
                codes = _sums(breakdown).get(cell[position], ())
                parts = _members(block, cell, position, codes)
                if parts and len(parts) == len(codes):
                    yield Split("classes", names(codes), whole, parts, every)
            elif breakdown == "sex":
                parts = _members(block, cell, position, SEXES)
                if len(parts) == len(SEXES):
                    yield Split("sexes", names(SEXES), whole, parts, every)
            elif breakdown == "age":
                for codes in _chains(given):
                    parts = _members(block, cell, position, codes)
                    if len(parts) == len(codes):
                        yield Split("classes", names(codes), whole, parts, _covers(block, codes))
            else:
                for codes in _lists(breakdown):
                    if parts := _members(block, cell, position, codes):
                        yield Split("classes", names(codes), whole, parts, never)


def _members(block: Block, cell: Cell, position: int, codes: Sequence[str]) -> tuple[int, ...]:
    found = (block.class_at((*cell[:position], code, *cell[position + 1 :])) for code in codes)  # type: ignore[arg-type]
    return tuple(place for place in found if place >= 0)


def _lists(breakdown: str) -> list[tuple[str, ...]]:
    """Lists of classes that share no person; somebody may be in none of them."""
    lists: dict[str, list[str]] = {}
    for item in classes():
        if item.breakdown == breakdown and item.list:
            lists.setdefault(item.list, []).append(item.code)
    return [tuple(codes) for codes in lists.values()]


def _sums(breakdown: str) -> dict[str, tuple[str, ...]]:
    return {item.code: item.sum_of for item in classes() if item.breakdown == breakdown and item.sum_of}


def _chains(given: Collection[str]) -> list[tuple[str, ...]]:
    """Ages that follow each other without a gap, as far as they go: 20–64 is told in several ways.

    Examples
    --------
    >>> _chains({"total", "20_64", "45_54", "55_64", "55_65", "65"})
    [('20_64', '65'), ('45_54', '55_65'), ('45_54', '55_64', '65')]
    """
    spans = {code: span for code, span in _ages().items() if code in given}
    ends = {last for _, last in spans.values()}
    chains: list[tuple[str, ...]] = [(code,) for code, (first, _) in spans.items() if first - 1 not in ends]
    whole: list[tuple[str, ...]] = []
    while chains:
        chain = chains.pop(0)
        longer = [(*chain, code) for code, (first, _) in spans.items() if first == spans[chain[-1]][1] + 1]
        chains += longer
        if not longer and len(chain) > 1:
            whole.append(chain)
    return whole


def _covers(block: Block, codes: Sequence[str]) -> Bools:
    """For each year, whether ages that follow each other hold the indicator's whole population."""
    first, last = _ages()[codes[0]][0], _ages()[codes[-1]][1]
    spans = [reach(block.indicator.population, "age", int(year)) or (0, np.inf) for year in block.years]
    return np.array([first <= low and high <= last for low, high in spans], dtype=np.bool_)


@cache
def _ages() -> dict[str, tuple[float, float]]:
    found = {item.code: reach(item.rule, "age") for item in classes() if item.breakdown == "age"}
    return dict(sorted(((code, span) for code, span in found.items() if span is not None), key=lambda one: one[1]))
