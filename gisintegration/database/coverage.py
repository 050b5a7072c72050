"""What a release gives: every indicator, level, breakdown and year: yes, or why not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.database.checks.blocks import MISSING, NO_ROW, PROTECTED, Block, Cell, blocks
from gisintegration.indicators.classes import class_sets
from gisintegration.indicators.declare import lacking
from gisintegration.indicators.panel import years_read
from gisintegration.indicators.rules import variables_in
from gisintegration.tables import BREAKDOWNS, TOTAL, Areas, Indicator, Release

COLUMNS = (
    "indicator",
    "division",
    "edition",
    "breakdown",
    "year",
    "given",
    "reason",
    "why",
    "why_sv",
    "cells",
    "shown",
)
CROSSED = "×"

Texts = Mapping[str, str]
# Why something is not given, in the order the reasons are looked for.
REASONS: Mapping[str, Texts] = {
    "no_meaning": {
        "sv": "indikatorn har ingen mening på nivån",
        "en": "the indicator has no meaning on this level",
    },
    "not_declared": {"sv": "redovisas inte på nivån", "en": "not declared for this level"},
    "election": {"sv": "inget val det året", "en": "no election that year"},
    "indicator_years": {"sv": "utanför indikatorns år ({years})", "en": "outside the indicator's years ({years})"},
    "variable": {"sv": "registret saknar {what}", "en": "the register lacks {what}"},
    "constant": {
        "sv": "riksuppgiften {what} är inte känd för året",
        "en": "the national constant {what} is not known for the year",
    },
    "register": {"sv": "registret saknar året", "en": "the register does not have the year"},
    "register_beside": {"sv": "kräver registret för {what}", "en": "needs the register of {what}"},
    "edition_years": {"sv": "utanför indelningens år ({years})", "en": "outside the edition's years ({years})"},
    "incomplete": {
        "sv": "nivån går inte att bilda: alla dess områden är inte med",
        "en": "the level cannot be made: not all of its areas are given",
    },
    "protected": {"sv": "allt är skyddat ({policy})", "en": "everything is protected ({policy})"},
    "missing": {"sv": "uppgift saknas i alla områden", "en": "missing in all areas"},
    "not_applicable": {"sv": "kan inte förekomma", "en": "not applicable"},
    "not_in": {"sv": "ingår inte i releasen", "en": "not part of the release"},
}


def coverage(made: Release, *, asked: Mapping[str, Indicator] | None = None) -> pd.DataFrame:
    """One row for each indicator, level, breakdown and year: whether there is a figure, or why not.

    Parameters
    ----------
    made
        A release. Its manifest says what the register it was made from has, and what was asked for.
    asked
        More indicators that were asked for, by id; they are told of though the release has nothing of them.

    Returns
    -------
    DataFrame
        ``indicator``; ``division``, ``edition`` (empty for a level that could not be made); ``breakdown`` (``total``,
        ``sex``, a set of classes as ``age/voters``, a crossing as ``education×background``); ``year``; ``given``: a
        figure is shown or is zero in some area; ``reason``: one of ``REASONS``, empty where given; ``why``,
        ``why_sv``: the reason in words; ``cells``: rows; ``shown``: those of them with a figure. Sorted.

    Examples
    --------
    >>> from gisintegration.database import release
    >>> from gisintegration.disclosure import protect
    >>> from gisintegration.testing import example_raw, grid_areas
    >>> areas = grid_areas(2, 1)
    >>> raw = example_raw(numerator=[3, 4], denominator=[9, 9], areas=list(areas.codes), edition=areas.edition)
    >>> made = release(protect(raw, "scb-share-rule"), areas={areas.key: areas})
    >>> coverage(made)[["breakdown", "why"]].iloc[0].tolist()
    ['total', 'everything is protected (scb-share-rule)']
    """
    facts = _Facts.of(made, asked or {})
    held = {(one.indicator.id, one.key): one for given in blocks(made, made.statistics) for one in given}
    seen = {(indicator, key.split("/")[0]) for indicator, key in held}
    rows: list[tuple[Any, ...]] = []
    for name, indicator in sorted(facts.indicators.items()):
        for key in sorted(made.areas):
            rows += _of_edition(indicator, made.areas[key], held.get((name, key)), facts)
        for division in facts.levels:
            if (name, division) not in seen and not any(key.split("/")[0] == division for key in made.areas):
                reason = "incomplete" if indicator.applies_to(division) else "no_meaning"
                rows += [_row(indicator, f"{division}/", TOTAL, year, reason) for year in facts.years]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {name: "str" for name in COLUMNS if name not in ("year", "given", "cells", "shown")}
        | {"year": "int16", "given": "bool", "cells": "int64", "shown": "int64"}
    )


@dataclass(frozen=True)
class _Facts:
    """What is known of how a release came to be.

    Parameters
    ----------
    register_years, variables
        Of the register; None where the figures come from elsewhere.
    lacks
        Indicator → variables that the register lacks.
    constants
        Indicator → national constant → years without a figure.
    """

    indicators: Mapping[str, Indicator]
    years: Sequence[int]
    levels: Sequence[str]
    policy: str
    register_years: frozenset[int] | None
    variables: frozenset[str] | None
    lacks: Mapping[str, Sequence[str]]
    constants: Mapping[str, Mapping[str, Sequence[int]]]

    @classmethod
    def of(cls, made: Release, asked: Mapping[str, Indicator]) -> _Facts:
        steps = made.manifest.get("steps") or {}
        register, counted = (steps.get(name) or {} for name in ("register", "counted"))
        left_out = [Indicator.model_validate(item) for item in counted.get("left_out", [])]
        indicators = {item.id: item for item in left_out} | dict(asked) | made.indicators
        years = {int(year) for table in made.tables for year in table.table["year"].unique()}
        variables = frozenset(register["variables"]) if "variables" in register else None
        parameters = made.manifest.get("parameters") or {}
        # Years that nobody asked for are not told of.
        span = (parameters.get("indicators") or {}).get("years") or (0, 9999)
        return cls(
            indicators=indicators,
            years=sorted(years | {year for year in register.get("years", []) if span[0] <= year <= span[1]}),
            levels=(parameters.get("levels") or {}).get("by", []),
            policy=", ".join(sorted(made.stamps)),
            register_years=frozenset(register["years"]) if "years" in register else None,
            variables=variables,
            lacks=lacking(indicators, variables) if variables is not None else {},
            constants=counted.get("constants", {}),
        )


def _of_edition(indicator: Indicator, areas: Areas, block: Block | None, facts: _Facts) -> Iterable[tuple[Any, ...]]:
    counts = None if block is None else _Counts.of(block)
    for breakdown, declared in _breakdowns(indicator, areas.division, block).items():
        places = [] if block is None else _places(block.classes, breakdown)
        for year in facts.years:
            found = {} if counts is None else counts.at(places, year)
            if found.get("shown"):
                yield _row(indicator, areas.key, breakdown, year, "", counts=found)
                continue
            reason, words = _why(indicator, areas, breakdown, year, facts, declared=declared)
            if found.get("protected"):
                reason, words = "protected", {"policy": facts.policy}
            elif found.get("cells") and reason in ("not_in", "not_declared", "edition_years"):
                reason, words = ("missing" if found["missing"] else "not_applicable"), {}
            yield _row(indicator, areas.key, breakdown, year, reason, words=words, counts=found)


@dataclass(frozen=True, eq=False)
class _Counts:
    """Rows of a block by class and year: all, with a figure, protected, missing."""

    years: Mapping[int, int]
    by_name: Mapping[str, npt.NDArray[np.int64]]

    @classmethod
    def of(cls, block: Block) -> _Counts:
        grids = {
            "cells": block.status != NO_ROW,
            "shown": block.shown,
            "protected": block.status == PROTECTED,
            "missing": block.status == MISSING,
        }
        return cls(
            {int(year): i for i, year in enumerate(block.years)},
            {name: grid.sum(axis=2, dtype=np.int64) for name, grid in grids.items()},
        )

    def at(self, places: Sequence[int], year: int) -> dict[str, int]:
        if year not in self.years or not places:
            return {}
        return {name: int(grid[list(places), self.years[year]].sum()) for name, grid in self.by_name.items()}


def _why(
    indicator: Indicator, areas: Areas, breakdown: str, year: int, facts: _Facts, *, declared: bool
) -> tuple[str, dict[str, str]]:
    """Why there is no row, as far as can be told."""
    name = indicator.id
    if not indicator.applies_to(areas.division):
        return "no_meaning", {}
    if not declared:
        return "not_declared", {}
    if not indicator.in_force(year):
        if indicator.only_years and indicator.reference == "election day":
            return "election", {}
        years = ", ".join(map(str, indicator.only_years)) or _span(indicator.years)
        return "indicator_years", {"years": years}
    if name in facts.lacks:
        return "variable", {"what": ", ".join(facts.lacks[name])}
    if absent := [constant for constant, years in facts.constants.get(name, {}).items() if year in years]:
        return "constant", {"what": ", ".join(absent)}
    first, last = areas.years
    on_edition = year - indicator.flow
    if areas.division != "region" and (
        (first is not None and on_edition < first) or (last is not None and on_edition > last)
    ):
        return "edition_years", {"years": _span(areas.years)}
    if facts.register_years is not None:
        if year not in facts.register_years:
            return "register", {}
        if beside := sorted(set(years_read(indicator, year)) - facts.register_years):
            return "register_beside", {"what": ", ".join(map(str, beside))}
    if facts.variables is not None and (unknown := _unknown(breakdown, facts.variables)):
        return "variable", {"what": ", ".join(unknown)}
    return "not_in", {}


def _breakdowns(indicator: Indicator, division: str, block: Block | None) -> dict[str, bool]:
    """Every breakdown that the indicator has on some level, and whether it is declared for this one."""
    here = {*indicator.breakdowns_on(division), *(CROSSED.join(pair) for pair in indicator.crossings_on(division))}
    anywhere = {*indicator.breakdowns, *(CROSSED.join(pair) for pair in indicator.crossings)}
    for level in indicator.levels:
        anywhere |= {*indicator.breakdowns_on(level), *(CROSSED.join(pair) for pair in indicator.crossings_on(level))}
    # Published tables may have breakdowns that nobody declared.
    given = set() if block is None else {_shape(cell) for cell in block.classes} - {""}
    declared = {_plain(name) for name in here | anywhere}
    here |= {name for name in given if name not in declared}
    names = [*sorted(name for name in here | anywhere if CROSSED not in name)]
    names += sorted(name for name in here | anywhere if CROSSED in name)
    return {TOTAL: True, "sex": True, **{name: name in here for name in names}}


def _places(classes: Sequence[Cell], breakdown: str) -> list[int]:
    """Positions of the cells of a breakdown, of everyone and of both sexes."""
    if breakdown in (TOTAL, "sex"):
        return [i for i, cell in enumerate(classes) if not _shape(cell) and (cell[0] == TOTAL) == (breakdown == TOTAL)]
    sets = {name.partition("/")[0]: _codes(name) for name in breakdown.split(CROSSED)}
    return [
        i
        for i, cell in enumerate(classes)
        if _shape(cell) == _plain(breakdown)
        and all(not codes or cell[BREAKDOWNS.index(column)] in codes for column, codes in sets.items())
    ]


def _codes(name: str) -> frozenset[str]:
    known = class_sets()
    return frozenset(item.code for item in known[name]) if "/" in name and name in known else frozenset()


def _shape(cell: Cell) -> str:
    """The breakdowns of a cell beside sex: ``age``, ``background×education``."""
    return CROSSED.join(name for name, code in zip(BREAKDOWNS[1:], cell[1:], strict=True) if code != TOTAL)


def _plain(breakdown: str) -> str:
    columns = {name.partition("/")[0] for name in breakdown.split(CROSSED)}
    return CROSSED.join(name for name in BREAKDOWNS[1:] if name in columns)


def _unknown(breakdown: str, variables: Collection[str]) -> list[str]:
    """Variables that the classes of a breakdown are told by and a register lacks."""
    if breakdown in (TOTAL, "sex"):
        return sorted({"sex"} - set(variables)) if breakdown == "sex" else []
    rules = [item.rule for name in breakdown.split(CROSSED) for item in class_sets().get(name, ())]
    needed = set().union(*(variables_in(rule, variables) for rule in rules)) if rules else set()
    return sorted(needed - set(variables))


def _span(years: tuple[int | None, int | None]) -> str:
    return f"{years[0] or ''}–{years[1] or ''}"


def _row(
    indicator: Indicator,
    key: str,
    breakdown: str,
    year: int,
    reason: str,
    *,
    words: Mapping[str, str] | None = None,
    counts: Mapping[str, int] | None = None,
) -> tuple[Any, ...]:
    division, _, edition = key.partition("/")
    said = REASONS[reason] if reason else {"sv": "", "en": ""}
    found = counts or {}
    return (
        indicator.id,
        division,
        edition,
        breakdown,
        year,
        not reason,
        reason,
        said["en"].format(**(words or {})),
        said["sv"].format(**(words or {})),
        found.get("cells", 0),
        found.get("shown", 0),
    )
