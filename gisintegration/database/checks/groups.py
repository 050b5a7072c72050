"""Sexes and classes against their total, area by area."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from gisintegration.database.checks.blocks import Block, Cell
from gisintegration.database.checks.findings import Findings
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
from gisintegration.tables import BREAKDOWNS, TOTAL, Indicator, Kind


@dataclass(frozen=True)
class Split:
    """A cell and the cells it is divided into.

    Parameters
    ----------
    whole, parts
        Positions in a block's classes.
    complete
        The parts are all there are.
    """

    check: str
    name: str
    whole: int
    parts: tuple[int, ...]
    complete: bool


def check_groups(block: Block, found: Findings, limits: Limits) -> None:
    """Women and men, and the classes of each list, against what they are parts of."""
    splits = list(_splits(block))
    columns = quantities(block)
    grids = {column: known_in(block, column) for column in columns} if splits else {}
    for split in splits:
        at = split.whole * block.shape[1] * block.shape[2] + np.arange(block.shape[1] * block.shape[2])
        for column, (figures, known, small) in grids.items():
            parts = Parts(
                total=figures[list(split.parts)].sum(axis=0),
                known=known[list(split.parts)].sum(axis=0, dtype=np.int32),
                hidden=(~known[list(split.parts)]).sum(axis=0, dtype=np.int32),
                small=(small & ~known)[list(split.parts)].sum(axis=0, dtype=np.int32),
            )
            rules = rules_of((block,), column, limits)
            rules = replace(rules, half=np.asarray(rules.half)[:, None], complete=split.complete)
            whole, whole_known = figures[split.whole], known[split.whole]
            words = {"column": COLUMN_WORDS[column], "list": split.name}
            Comparison(split.check, block, at, parts, whole, whole_known, rules, words).tell(found)
        if split.complete and block.indicator.kind in BETWEEN:
            _check_between(block, split, at, found)


def _check_between(block: Block, split: Split, at: npt.NDArray[np.intp], found: Findings) -> None:
    value = block.value[list(split.parts)]
    usable = block.shown[list(split.parts)].all(axis=0) & block.shown[split.whole]
    figures = value.min(axis=0), block.value[split.whole], value.max(axis=0)
    soft = AS_PUBLISHED in block.policies or block.indicator.kind is Kind.RATIO
    tell_between(found, block, at, figures, usable, soft=soft, words={"list": split.name})


def _splits(block: Block) -> Iterator[Split]:
    for position, breakdown in enumerate(BREAKDOWNS):
        wholes = [(i, cell) for i, cell in enumerate(block.classes) if cell[position] == TOTAL]
        for whole, cell in wholes:
            if breakdown == "sex":
                parts = _members(block, cell, position, SEXES)
                if len(parts) == len(SEXES):
                    yield Split("sexes", "sex", whole, parts, complete=True)
                continue
            for name, codes in _lists(breakdown).items():
                parts = _members(block, cell, position, codes)
                if parts:
                    whole_list = len(parts) == len(codes) and _covers(block.indicator, breakdown, codes)
                    yield Split("classes", name, whole, parts, complete=whole_list)
        for summed, codes in _sums(breakdown).items():
            for whole, cell in enumerate(block.classes):
                if cell[position] == summed:
                    parts = _members(block, cell, position, codes)
                    if parts:
                        yield Split("classes", summed, whole, parts, complete=len(parts) == len(codes))


def _members(block: Block, cell: Cell, position: int, codes: Sequence[str]) -> tuple[int, ...]:
    found = (block.class_at((*cell[:position], code, *cell[position + 1 :])) for code in codes)  # type: ignore[arg-type]
    return tuple(place for place in found if place >= 0)


def _lists(breakdown: str) -> dict[str, tuple[str, ...]]:
    """Lists of classes that share no person."""
    lists: dict[str, list[str]] = {}
    for item in classes():
        if item.breakdown == breakdown and item.list:
            lists.setdefault(item.list, []).append(item.code)
    return {name: tuple(codes) for name, codes in lists.items()}


def _sums(breakdown: str) -> dict[str, tuple[str, ...]]:
    return {item.code: item.sum_of for item in classes() if item.breakdown == breakdown and item.sum_of}


def _covers(indicator: Indicator, breakdown: str, codes: Sequence[str]) -> bool:
    """Whether the classes hold everyone of the indicator's population: ages that span it; others may be unknown."""
    ages = indicator.population.get("age")
    if breakdown != "age" or not isinstance(ages, str):
        return False
    members = [item for item in classes() if item.breakdown == "age" and item.code in codes]
    spans = sorted(_span(str(item.rule.get("age", ""))) for item in members)
    follows = all(later[0] == earlier[1] + 1 for earlier, later in pairwise(spans))
    return follows and _span(ages) == (spans[0][0], spans[-1][1])


def _span(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    if not first.isdigit():
        return -1, -1
    return int(first), int(last) if last.isdigit() else 999
