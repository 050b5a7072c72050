"""Comparing parts with their whole, aware of what is protected, rounded or perturbed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from gisintegration.database.checks.blocks import NEVER, Block, Bools, Floats
from gisintegration.database.checks.findings import Findings, Number
from gisintegration.database.checks.limits import Limits
from gisintegration.database.checks.values import AS_PUBLISHED
from gisintegration.disclosure import POLICIES
from gisintegration.tables import Kind

Counts = npt.NDArray[np.int32]
COLUMN_WORDS = {
    "value": {"sv": "Antal", "en": "Count"},
    "numerator": {"sv": "Täljare", "en": "Numerator"},
    "denominator": {"sv": "Nämnare", "en": "Denominator"},
}
# Money and net moves may be negative: shown parts may then exceed the whole. What they are divided by may not.
_NEVER_NEGATIVE = (Kind.COUNT, Kind.SHARE, Kind.QUOTIENT)
_OVER_PERSONS = (Kind.MEAN, Kind.NET)
# The whole's figure lies between those of its parts.
BETWEEN = (Kind.SHARE, Kind.MEAN, Kind.RATIO, Kind.QUOTIENT, Kind.MEDIAN)
# A count of a table that was adjusted by its publisher is at most so much off: 1 and 2 become 0 or 3.
_ADJUSTED = 2.0
_NOISE, _FAR_NOISE = 5.0, 10.0  # standard errors of a sum of noise that are noticed, and that cannot be


@dataclass(frozen=True, eq=False)
class Parts:
    """Parts added up: arrays of one shape.

    Parameters
    ----------
    total
        Sum of the parts that are known.
    known, hidden, small
        How many are known, how many are not, and how many of those are protected because they are small.
    """

    total: Floats
    known: Counts
    hidden: Counts
    small: Counts


@dataclass(frozen=True, eq=False)
class Rules:
    """How exactly parts and whole must agree. Arrays are broadcast against the parts'.

    Parameters
    ----------
    half, variance
        How far one figure may lie from the true one, and the variance of its noise.
    published
        Figures are as their publisher adjusted them.
    limit
        A figure that is protected because it is small is at most this; NaN: not known.
    not_negative
        No part is below zero, so that those known cannot exceed the whole.
    complete
        The parts are all there are.
    soft
        Disagreement is possible, as between figures of different sources: a warning.
    """

    half: float | Floats
    variance: float
    published: bool
    limit: float
    not_negative: bool
    complete: bool | Bools = True
    soft: bool | Bools = False


def quantities(block: Block) -> list[str]:
    """The columns of a block that add up over persons and have figures."""
    if block.indicator.kind is Kind.COUNT:
        return ["value"]
    if block.indicator.kind not in (Kind.SHARE, Kind.RATIO, Kind.MEAN, Kind.QUOTIENT, Kind.NET):
        return []
    return [name for name in ("numerator", "denominator") if block.rows[name].notna().any()]


def rules_of(blocks: Sequence[Block], column: str, limits: Limits) -> Rules:
    """How exactly figures of some blocks of one indicator must agree, year by year of the first block."""
    indicator, first = blocks[0].indicator, blocks[0]
    policies = {name for block in blocks for name in block.policies}
    half = max((limits.tolerance.get(name, 0.0) for name in (indicator.id, *policies)), default=0.0)
    rounding = 0.5 * 10.0**-indicator.decimals
    by_year = np.full(len(first.years), max(half, rounding if column == "value" and indicator.decimals else 0.0))
    by_year[first.recalculated] = np.maximum(by_year[first.recalculated], rounding)
    # Of recalculated persons the whole ones count: 5.9 is protected as 5.
    parts = float(any(block.recalculated.any() for block in blocks))
    known = [_ADJUSTED if name == AS_PUBLISHED else _small_up_to(name) + parts for name in policies]
    return Rules(
        half=by_year,
        variance=max((limits.perturbation.get(name, 0.0) for name in policies), default=0.0),
        published=AS_PUBLISHED in policies,
        limit=max(known, default=np.nan) if column == "value" else np.nan,
        not_negative=indicator.kind in _NEVER_NEGATIVE or (column == "denominator" and indicator.kind in _OVER_PERSONS),
    )


def _small_up_to(policy: str) -> float:
    limit = POLICIES[policy].small_up_to if policy in POLICIES else None
    return np.nan if limit is None else float(limit)


def known_in(block: Block, column: str) -> tuple[Floats, Bools, Bools]:
    """A column as a grid, 0 where not known; where it is known; where it is small. What never was is a known 0."""
    figures = block.grid(column)
    never = block.status == NEVER
    known = (block.shown & ~np.isnan(figures)) | never
    return np.where(known & ~never, figures, 0.0), known, block.small


def disagree(parts: Parts, whole: Floats, whole_known: Bools, rules: Rules) -> tuple[Bools, Bools]:
    """Where parts and whole contradict each other: errors, then warnings.

    All parts known: their sum is the whole. Some protected: those known do not exceed it, and when all of the others
    are small, they can make up the rest.
    """
    size = parts.known + parts.hidden + 1
    exact = 1e-6 + 1e-9 * np.abs(whole) + rules.half * size
    noise = np.sqrt(rules.variance * size)
    room = exact + _NOISE * noise
    gap = parts.total - whole
    all_known = (parts.hidden == 0) & rules.complete
    miss = np.where(all_known, np.abs(gap), -np.inf)
    if rules.not_negative:
        miss = np.where(~all_known, gap, miss)
        only_small = (parts.hidden > 0) & (parts.small == parts.hidden) & rules.complete
        if not np.isnan(rules.limit):
            miss = np.where(only_small, np.maximum(miss, -(gap + rules.limit * parts.small)), miss)
    bad = whole_known & (miss > room) & (parts.known > 0)
    adjusted = _ADJUSTED * (size - 1) if rules.published else 0.0
    error = bad & (miss > exact + _FAR_NOISE * noise + adjusted) & ~np.asarray(rules.soft, dtype=np.bool_)
    return error, bad & ~error


@dataclass(frozen=True, eq=False)
class Comparison:
    """Parts against wholes.

    Parameters
    ----------
    check
        Its name.
    block
        Where the wholes stand.
    at
        Of each whole its place in the block's grid.
    parts, whole, whole_known, rules
        As :func:`disagree` takes them.
    words
        Of the check's sentence.
    """

    check: str
    block: Block
    at: npt.NDArray[np.intp]
    parts: Parts
    whole: Floats
    whole_known: Bools
    rules: Rules
    words: Mapping[str, object]

    def tell(self, found: Findings) -> None:
        """Add what disagrees to the findings."""
        found.looked(self.check, int((self.whole_known & (self.parts.known > 0)).sum()))
        masks = disagree(self.parts, self.whole, self.whole_known, self.rules)
        for severity, mask in zip(("error", "warning"), masks, strict=True):
            at = np.flatnonzero(mask)
            if len(at):
                found.add_cells(self.check, severity, self.block, self.at.reshape(-1)[at], partial(self._words, at))

    def _words(self, at: npt.NDArray[np.intp], i: int) -> dict[str, object]:
        total, known, hidden, whole = (
            float(part.reshape(-1)[at[i]])
            for part in (self.parts.total, self.parts.known, self.parts.hidden, self.whole)
        )
        indicator = self.block.indicator
        decimals = indicator.decimals if indicator.kind is Kind.COUNT else 0
        said = {"n": Number(known, 0), "sum": Number(total, decimals), "value": Number(whole, decimals)}
        if not hidden:
            return {**self.words, **said}
        most = {"hidden": Number(hidden, 0), "most": Number(self.rules.limit * hidden, 0)}
        return {**self.words, **said, **most, "text": "over" if total > whole else "short"}
