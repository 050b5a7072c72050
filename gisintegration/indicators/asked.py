"""What is asked of an aggregation: the indicators, years and classes a register can give, and why not the others."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from gisintegration.areas import AreaDivision
from gisintegration.errors import IndicatorError
from gisintegration.indicators import composite
from gisintegration.indicators.cells import Axis, axis_of
from gisintegration.indicators.constants import Constants, UnknownConstantWarning
from gisintegration.indicators.declare import lacking, load_indicators, words_without, years_without
from gisintegration.indicators.faults import faults
from gisintegration.indicators.panel import words_lacking, years_lacking
from gisintegration.indicators.rules import variables_in
from gisintegration.registers import Register
from gisintegration.tables import Indicator

BREAKDOWNS = ("background", "age", "education")
Given = Mapping[str, Indicator] | Sequence[str] | Literal["all"]


def chosen(indicators: Given) -> dict[str, Indicator]:
    """The indicators that are asked for, checked.

    Raises
    ------
    IndicatorError
        None is, or a declaration is wrong; each fault is listed.
    """
    made = dict(indicators) if isinstance(indicators, Mapping) else load_indicators(indicators)
    if not made:
        raise IndicatorError("No indicator is asked for.", hint='name some, or pass "all".')
    wrong = [
        {"indicator": key, "field": field, "what": what} for key, item in made.items() for field, what in faults(item)
    ]
    wrong += [{"indicator": key, "field": field, "what": what} for key, field, what in composite.faults(made)]
    if wrong:
        raise IndicatorError(
            f"The indicators have {len(wrong)} faults.", hint="see docs/indicators.md.", failures=wrong
        )
    return made


def check_years(register: Register, areas: Mapping[AreaDivision, Sequence[int]]) -> None:
    """Raise an error where the register lacks a year that is asked for."""
    if not isinstance(areas, Mapping):
        raise IndicatorError(
            "areas does not say which years are wanted.", hint="give {edition: years}, as {deso: range(2018, 2024)}."
        )
    asked = sorted({int(year) for years in areas.values() for year in years})
    absent = [year for year in asked if year not in register.years]
    if not asked or absent:
        raise IndicatorError(
            f"The register has no persons for {', '.join(map(str, absent))}." if absent else "No year is asked for.",
            hint=f"its years are {', '.join(map(str, register.years))}.",
        )


def axis_for(indicators: Mapping[str, Indicator], by: Sequence[str], *, asked: bool | Collection[str]) -> Axis:
    """The axis of the sets of classes and crossings that are declared for some divisions, and asked for."""
    if not isinstance(asked, bool):
        asked = {asked} if isinstance(asked, str) else set(asked)
        for breakdown in sorted(asked - set(BREAKDOWNS)):
            raise IndicatorError.unknown("breakdown", breakdown, BREAKDOWNS)
    wanted = set(BREAKDOWNS) if asked is True else asked or set()
    divisions = [by] if isinstance(by, str) else list(by)
    given = [
        names
        for item in indicators.values()
        for division in divisions
        if item.applies_to(division)
        for names in (*((name,) for name in item.breakdowns_on(division)), *item.crossings_on(division))
        if {name.partition("/")[0] for name in names} <= wanted
    ]
    ordered = dict.fromkeys(given)
    return axis_of([names[0] for names in ordered if len(names) == 1], [names for names in ordered if len(names) > 1])


def possible(
    register: Register, indicators: Mapping[str, Indicator], axis: Axis, missing: str
) -> tuple[dict[str, Indicator], Axis]:
    """The indicators and classes that the register has the variables of; refuses the rest, or warns of it."""
    has = set(register.variables)
    lacks = lacking(indicators, has)
    if missing not in ("refuse", "skip"):
        raise IndicatorError.unknown("way with missing variables", missing, ["refuse", "skip"])
    poor = {item.code: sorted(variables_in(item.rule, has) - has) for members in axis.lists for item in members}
    failures = [{"indicator": key, "lacks": ", ".join(absent)} for key, absent in lacks.items()]
    failures += [{"class": code, "lacks": ", ".join(absent)} for code, absent in poor.items() if absent]
    kept = {key: item for key, item in indicators.items() if key not in lacks}
    if failures and (missing == "refuse" or not kept):
        raise IndicatorError(
            f"The register lacks variables that {len(failures)} indicators or classes need.",
            hint='add the columns, choose fewer indicators or breakdowns, or pass missing="skip".',
            failures=failures,
        )
    if failures:
        left_out = "; ".join(f"{next(iter(item.values()))} (lacks {item['lacks']})" for item in failures)
        warnings.warn(f"Left out, since the register lacks variables: {left_out}.", stacklevel=4)
    return kept, axis.without({code for code, absent in poor.items() if absent})


def unknown_years(
    indicators: Mapping[str, Indicator], constants: Constants, areas: Mapping[AreaDivision, Sequence[int]]
) -> dict[str, set[int]]:
    """Years that an indicator has no figures for, since a national constant is not known; with a warning."""
    absent = years_without(indicators, constants, {int(year) for years in areas.values() for year in years})
    for text in words_without(absent):
        warnings.warn(text, UnknownConstantWarning, stacklevel=4)
    return {key: {year for years in of.values() for year in years} for key, of in absent.items()}


def without_years(
    register: Register,
    indicators: Mapping[str, Indicator],
    areas: Mapping[AreaDivision, Sequence[int]],
    unknown: Mapping[str, set[int]],
) -> dict[str, set[int]]:
    """Years that an indicator, or one that it is made of, has no figures for; with a warning of years not there."""
    absent = years_lacking(indicators, register.years, {int(year) for years in areas.values() for year in years})
    for text in words_lacking(absent):
        warnings.warn(text, stacklevel=4)
    own = {key: {*unknown.get(key, ()), *absent.get(key, ())} for key in indicators}
    return {key: own[key].union(*(own[part] for part in composite.all_below(key, indicators))) for key in indicators}
