"""The grammar of rules: what a rule may say, and what is wrong with one in words.

A condition on a missing value is false, and nothing in the language negates: so a person is counted only where
everything the rule asks for is known, and ``missing`` is the one way to ask for a missing value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import pairwise
from typing import Any

from gisintegration.indicators.derived import MOVED, derived
from gisintegration.registers.contract import Variable, variables
from gisintegration.tables import Rule

NEAR = ("next", "previous")
_SPAN = re.compile(r"(-?\d+)-(-?\d+)")
_YEARS = re.compile(r"(\d{4})?(-)?(\d{4})?")
_COMPARISON = re.compile(r"(<=|>=|<|>)\s*(?:(-?\d+(?:\.\d+)?)\s*(?:\*\s*([a-z][a-z0-9_]*))?|([a-z][a-z0-9_]*))")


@dataclass(frozen=True)
class Condition:
    """One condition on one variable.

    Parameters
    ----------
    variable
        Which.
    when
        ``next``: as it is a year later; ``previous``: a year earlier; empty: in the year itself.
    kind
        ``known``, ``missing``, ``equal`` (to one of ``values``), ``span`` (``values`` are both ends, inclusive),
        ``compare`` (with ``number``, times a national constant if one is named).
    """

    variable: str
    kind: str
    values: tuple[Any, ...] = ()
    operator: str = ""
    number: str = "1"
    constant: str = ""
    when: str = ""

    @property
    def column(self) -> str:
        """The column of the persons that it is asked of: ``age``, ``next.labour_status``."""
        return f"{self.when}.{self.variable}" if self.when else self.variable


@dataclass(frozen=True)
class AnyOf:
    """Rules of which one must hold."""

    rules: tuple[Parsed, ...]


@dataclass(frozen=True)
class ByYear:
    """A condition for each span of years: first and last year, both within; the first and last span may be open."""

    spans: tuple[tuple[int, int, Condition], ...]

    def of(self, year: int) -> Condition | None:
        """The condition of a year; None where the rule says nothing of it."""
        return next((test for first, last, test in self.spans if first <= year <= last), None)


Parsed = tuple[Condition | AnyOf | ByYear, ...]
_FIRST, _LAST = 0, 9999


def parse(rule: Rule) -> tuple[Parsed, list[str]]:
    """A rule's conditions, and everything that is wrong with it as sentences that say what to do.

    Examples
    --------
    >>> parse({"age": "20-64"})[0][0].values
    (20, 64)
    >>> parse({"sexe": "women", "labour_status": "employd"})[1]
    ["there is no variable 'sexe': did you mean 'sex'?",
     "labour_status has no code 'employd': did you mean 'employed'?"]
    >>> parse({"age": {"-2022": "20-64", "2024-": "20-65"}})[1]
    ['age says nothing of 2023: its spans of years leave a gap after 2022']
    """
    tests: list[Condition | AnyOf | ByYear] = []
    wrong: list[str] = []
    for key, value in rule.items():
        if key == "any":
            branch, found = _any(value)
            tests += branch
            wrong += found
            continue
        when, variable, fault = _key(key)
        if fault:
            wrong.append(fault)
        elif isinstance(value, Mapping):
            spans, found = _by_year(variable, value, when)
            tests += spans
            wrong += found
        else:
            test = _test(known_variables()[variable], value)
            if isinstance(test, Condition):
                tests.append(replace(test, when=when))
            else:
                wrong.append(test)
    return tuple(tests), wrong


def known_variables() -> Mapping[str, Variable]:
    """The register's variables and those derived from them (``days_in_sweden``).

    Examples
    --------
    >>> known_variables()["days_in_sweden"].unit
    'dagar'
    """
    return {**variables(), **{key: item.variable for key, item in derived().items()}}


def _key(key: str) -> tuple[str, str, str]:
    """Which year's variable a key of a rule names: when, variable, and what is wrong with it."""
    when, dot, variable = key.partition(".")
    if not dot:
        when, variable = "", key
    elif when not in NEAR:
        return "", key, f"'{key}': before the dot stands `next` or `previous`, not '{when}'"
    if variable not in known_variables():
        written = f" ({key})" if when else ""
        return when, variable, f"there is no variable '{variable}'{written}{_near(variable, known_variables())}"
    if when and variable == MOVED:
        return when, variable, f"'{key}': moved is of the year itself, it has no `{when}`"
    return when, variable, ""


def _by_year(variable: str, table: Mapping[str, object], when: str) -> tuple[list[ByYear], list[str]]:
    wrong: list[str] = []
    spans: list[tuple[int, int, Condition]] = []
    for years, value in table.items():
        ends = _years(str(years))
        test = _test(known_variables()[variable], value)
        if ends is None:
            wrong.append(f'{variable}: \'{years}\' is not years: write "-2022", "2011-2022", "2023-" or "2018"')
        if isinstance(test, str):
            wrong.append(test)
        elif ends is not None:
            spans.append((*ends, replace(test, when=when)))
    if not table:
        wrong.append(f"{variable} has an empty table of years")
    spans.sort(key=lambda span: span[:2])
    for (_, last, _), (first, _, _) in pairwise(spans):
        if first <= last:
            wrong.append(f"{variable} has two values for {first}: its spans of years overlap")
        elif first > last + 1:
            gap = str(last + 1) if first == last + 2 else f"{last + 1}–{first - 1}"
            wrong.append(f"{variable} says nothing of {gap}: its spans of years leave a gap after {last}")
    return ([ByYear(tuple(spans))] if spans else []), wrong


def _years(text: str) -> tuple[int, int] | None:
    found = _YEARS.fullmatch(text.replace(" ", ""))
    if found is None or not (found[1] or found[3]):
        return None
    if not found[2]:
        return (int(found[1]), int(found[1])) if found[1] and not found[3] else None
    first, last = int(found[1] or _FIRST), int(found[3] or _LAST)
    return (first, last) if first <= last else None


def _any(value: object) -> tuple[Parsed, list[str]]:
    if not isinstance(value, Sequence) or not value or not all(isinstance(branch, Mapping) for branch in value):
        return (), ['`any` holds a list of rules, as any = [{ age = "0-19" }, { age = ">= 65" }]']
    parsed = [parse(branch) for branch in value]
    return (AnyOf(tuple(tests for tests, _ in parsed)),), [text for _, wrong in parsed for text in wrong]


def _test(variable: Variable, value: object) -> Condition | str:
    if value in ("known", "missing"):
        return Condition(variable.name, str(value))
    if variable.type == "boolean":
        if isinstance(value, bool):
            return Condition(variable.name, "equal", (value,))
        return f"{variable.name} is true or false, not {value!r}"
    if variable.type in ("id", "date"):
        return f'{variable.name} can only be asked for as "known" or "missing", not {value!r}'
    if variable.type == "code":
        return _code_test(variable, value)
    return _number_test(variable, value)


def _code_test(variable: Variable, value: object) -> Condition | str:
    given = value if isinstance(value, list | tuple) else [value]
    if not given:
        return f"{variable.name} has an empty list: no one could satisfy it"
    for code in given:
        if not isinstance(code, str):
            return f"{variable.name} is a code, written as text, not {code!r}"
        if variable.codes and code not in variable.codes:
            return f"{variable.name} has no code '{code}'{_near(code, variable.codes)}"
        if variable.pattern and not re.fullmatch(variable.pattern, code):
            return f"{variable.name} is written as {variable.pattern.strip('^$')}, not '{code}'"
    return Condition(variable.name, "equal", tuple(given))


def _number_test(variable: Variable, value: object) -> Condition | str:
    numbers = value if isinstance(value, list | tuple) else [value]
    if numbers and all(isinstance(item, int) and not isinstance(item, bool) for item in numbers):
        return Condition(variable.name, "equal", tuple(numbers))
    text = str(value).strip()
    if span := _SPAN.fullmatch(text):
        low, high = int(span[1]), int(span[2])
        if low > high:
            return f"{variable.name} has the span '{text}', whose first number is the larger"
        return Condition(variable.name, "span", (low, high))
    if parts := _COMPARISON.fullmatch(text):
        constant = parts[3] or parts[4] or ""
        return Condition(variable.name, "compare", operator=parts[1], number=parts[2] or "1", constant=constant)
    return (
        f'{variable.name} = {value!r} is not understood: write a whole number, a list of them, a span "20-64", '
        'a comparison ">= 10" or "< 0.6 * median_equivalised_income", "known" or "missing"'
    )


def _near(given: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(given, list(known), n=1)
    return f": did you mean '{close[0]}'?" if close else f"; known: {', '.join(list(known)[:20])}"
