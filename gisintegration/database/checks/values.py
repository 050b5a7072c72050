"""Impossible figures: each cell by itself."""

from __future__ import annotations

import numpy as np

from gisintegration.database.checks.blocks import SHOWN, ZERO, Block, Bools, Floats
from gisintegration.database.checks.findings import Findings, Number
from gisintegration.database.checks.limits import Limits
from gisintegration.disclosure import POLICIES
from gisintegration.indicators.moves import may_exceed_whole
from gisintegration.swedish import round_half_away
from gisintegration.tables import Kind

FIGURES = ("value", "numerator", "denominator", "lower", "upper", "se")
AS_PUBLISHED = "as-published"
_INFINITE = float("inf")
# What a figure of a kind can be. A ratio of sums of money and a mean have no bounds of their own.
_POSSIBLE = {
    Kind.COUNT: (0.0, _INFINITE),
    Kind.SHARE: (0.0, 100.0),
    Kind.QUOTIENT: (0.0, _INFINITE),
    Kind.NET: (-200.0, 200.0),
    Kind.DISSIMILARITY: (0.0, 100.0),
}
# Those who came per person there before: a new housing area passes 100, and ten newcomers for each is to be looked at.
_MANY_CAME = 1000.0
# Kinds whose figure is numerator over denominator, and what it is multiplied by.
_PARTS = {Kind.SHARE: 100.0, Kind.RATIO: 100.0, Kind.MEAN: 1.0, Kind.QUOTIENT: 1.0}


def check_values(block: Block, found: Findings, limits: Limits) -> None:
    """What is impossible or contradicts itself in single cells: errors; what is implausible: warnings."""
    figures = {name: block.rows[name].to_numpy() for name in FIGURES}
    shown, value = SHOWN[block.row_status], figures["value"]
    for name in ("figure_missing", "figure_hidden", "range", "zero"):
        found.looked(name, len(shown))
    _tell(block, found, "figure_missing", shown & np.isnan(value))
    for name, column in figures.items():
        # The figure itself is not told: it is what should have been hidden.
        _tell(block, found, "figure_hidden", ~shown & ~np.isnan(column), column=name)
    _tell(block, found, "zero", (block.row_status == ZERO) & (value != 0) & ~np.isnan(value), value=value)
    _check_range(block, found, limits, value, shown)
    _check_policy(block, found, figures)
    _check_parts(block, found, limits, figures, shown)
    _check_bounds(block, found, figures, shown)


def _check_range(block: Block, found: Findings, limits: Limits, value: Floats, shown: Bools) -> None:
    kind, name = block.indicator.kind, block.indicator.id
    if kind is Kind.CLASS:
        most = len(block.indicator.classes)
        bad = shown & ~np.isnan(value) & ((value < 1) | (value > most) | (value != np.round(value)))
        _tell(block, found, "class_value", bad, value=value, high=most)
        found.looked("class_value", shown.sum())
        return
    low, high = _POSSIBLE.get(kind, (-_INFINITE, _INFINITE))
    if may_exceed_whole(block.indicator):
        high = _INFINITE
        if name not in limits.ranges:
            far = shown & (value > _MANY_CAME) & ~np.isinf(value)
            _tell(block, found, "plausible", far, value=value, low=low, high=_MANY_CAME)
            found.looked("plausible", shown.sum())
    bad = shown & ((value < low) | (value > high) | np.isinf(value))
    _tell(block, found, "range", bad, value=value, low=low, high=high)
    if name in limits.ranges:
        low, high = limits.ranges[name]
        _tell(
            block, found, "plausible", shown & ~bad & ((value < low) | (value > high)), value=value, low=low, high=high
        )
        found.looked("plausible", shown.sum())


def _check_policy(block: Block, found: Findings, figures: dict[str, Floats]) -> None:
    if block.indicator.kind is Kind.COUNT:
        return
    for name in block.policies:
        policy = POLICIES.get(name)
        if policy is None or not policy.hides_parts:
            continue
        under = np.asarray(block.rows["policy"] == name)
        found.looked("parts_given", under.sum())
        for column in ("numerator", "denominator"):
            given = under & SHOWN[block.row_status] & ~np.isnan(figures[column])
            _tell(block, found, "parts_given", given, column=column, policy=name)


def _check_parts(block: Block, found: Findings, limits: Limits, figures: dict[str, Floats], shown: Bools) -> None:
    indicator, value = block.indicator, figures["value"]
    factor = _PARTS.get(indicator.kind)
    top, base = figures["numerator"], figures["denominator"]
    if factor is None or np.isnan(top).all():
        return
    both = shown & ~np.isnan(top) & ~np.isnan(base) & ~np.isnan(value)
    expected = np.divide(top, base, out=np.full_like(top, np.nan), where=both & (base != 0)) * factor
    half = 0.5 * 10.0**-indicator.decimals
    tolerance = max(half, *(limits.tolerance.get(name, 0.0) for name in (indicator.id, *block.policies))) * (1 + 1e-6)
    # Published figures may be given with fewer decimals than are declared.
    published = np.asarray(block.rows["policy"] == AS_PUBLISHED)
    known = both & ~np.isnan(expected)
    off = np.abs(expected - value) > tolerance + 1e-9 * np.abs(np.nan_to_num(expected))
    found.looked("parts", known.sum())
    rounded = round_half_away(expected, indicator.decimals)
    _tell(block, found, "parts", known & off & ~published, value=value, expected=rounded)
    _tell(block, found, "parts", known & off & published, severity="warning", value=value, expected=rounded)


def _check_bounds(block: Block, found: Findings, figures: dict[str, Floats], shown: Bools) -> None:
    value, room = figures["value"], 10.0**-block.indicator.decimals
    exact = block.rows["exact_share"].to_numpy()
    wrong = {
        "lower": figures["lower"] > value + room,
        "upper": figures["upper"] < value - room,
        "se": figures["se"] < 0,
        "exact_share": (exact < -1e-9) | (exact > 1 + 1e-9),
    }
    given = sum(int((~np.isnan(figures[name])).sum()) for name in ("lower", "upper", "se"))
    found.looked("bounds", given)
    for name, bad in wrong.items():
        _tell(block, found, "bounds", shown & bad, value=value, column=name)


def _tell(block: Block, found: Findings, check: str, bad: Bools, *, severity: str = "", **words: object) -> None:
    at = np.flatnonzero(bad)
    if not len(at):
        return
    decimals = block.indicator.decimals

    def say(i: int) -> dict[str, object]:
        row = at[i]
        return {
            name: Number(float(word[row]), decimals)
            if isinstance(word, np.ndarray)
            else Number(word, 0)
            if isinstance(word, float)
            else word
            for name, word in words.items()
        }

    chosen = severity or ("warning" if check == "plausible" else "error")
    found.add_cells(check, chosen, block, block.at[at], say)
