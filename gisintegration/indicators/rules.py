"""The rule language of indicators: what a rule may say, what is wrong with one, and the SQL it becomes.

A condition on a missing value is false, and nothing in the language negates: so a person is counted only where
everything the rule asks for is known, and ``missing`` is the one way to ask for a missing value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from gisintegration.errors import IndicatorError
from gisintegration.indicators.constants import Constants
from gisintegration.registers.contract import Variable, variables
from gisintegration.sql import literal, name
from gisintegration.tables import Rule

DAYS = "days_in_sweden"
DERIVED: Mapping[str, Variable] = {
    DAYS: Variable(
        name=DAYS,
        type="integer",
        sv="Dagar från senaste invandring till 31 december",
        en="Days from the latest immigration to 31 December",
        register="RTB",
        reference="31 December",
        nullable=True,
        unit="dagar",
    )
}
_SOURCE_OF = {DAYS: "immigrated"}
_SPAN = re.compile(r"(-?\d+)-(-?\d+)")
_COMPARISON = re.compile(r"(<=|>=|<|>)\s*(?:(-?\d+(?:\.\d+)?)\s*(?:\*\s*([a-z][a-z0-9_]*))?|([a-z][a-z0-9_]*))")


@dataclass(frozen=True)
class Condition:
    """One condition on one variable.

    Parameters
    ----------
    variable
        Which.
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


@dataclass(frozen=True)
class AnyOf:
    """Rules of which one must hold."""

    rules: tuple[tuple[Condition | AnyOf, ...], ...]


Parsed = tuple[Condition | AnyOf, ...]


def parse(rule: Rule) -> tuple[Parsed, list[str]]:
    """A rule's conditions, and everything that is wrong with it as sentences that say what to do.

    Examples
    --------
    >>> parse({"age": "20-64"})[0]
    (Condition(variable='age', kind='span', values=(20, 64), operator='', number='1', constant=''),)
    >>> parse({"sexe": "women", "labour_status": "employd"})[1]
    ["there is no variable 'sexe': did you mean 'sex'?",
     "labour_status has no code 'employd': did you mean 'employed'?"]
    """
    tests: list[Condition | AnyOf] = []
    wrong: list[str] = []
    for key, value in rule.items():
        if key == "any":
            branch, found = _any(value)
            tests += branch
            wrong += found
        elif key not in known_variables():
            wrong.append(f"there is no variable '{key}'{_near(key, known_variables())}")
        else:
            test = _test(known_variables()[key], value)
            if isinstance(test, Condition):
                tests.append(test)
            else:
                wrong.append(test)
    return tuple(tests), wrong


def known_variables() -> Mapping[str, Variable]:
    """The register's variables and those the compiler derives from them (``days_in_sweden``).

    Examples
    --------
    >>> known_variables()["days_in_sweden"].unit
    'dagar'
    """
    return {**variables(), **DERIVED}


def compile_sql(rule: Rule, year: int, constants: Constants) -> str:
    """A rule as an SQL condition that is true or false, never null.

    Parameters
    ----------
    rule
        A table of conditions that must all hold.
    year
        Data year: decides constants, and the 31 December to which ``days_in_sweden`` is counted.
    constants
        Where the rule compares with a national constant.

    Raises
    ------
    IndicatorError
        The rule has faults, or the year has no figure for a constant.

    Examples
    --------
    >>> from gisintegration.indicators.constants import load_constants
    >>> compile_sql({"age": "20-64", "any": [{"rooms": "missing"}, {"rooms": "< 2"}]}, 2022, load_constants())
    '("age" between 20 and 64 and (("rooms" is null) or ("rooms" < 2))) is true'
    """
    tests, wrong = parse(rule)
    if wrong:
        raise IndicatorError(
            f"The rule {dict(rule)} cannot be used: {'; '.join(wrong)}.", hint="see docs/indicators.md."
        )
    return f"({_all_sql(tests, year, constants)}) is true" if tests else "true"


def variables_in(rule: Rule) -> set[str]:
    """The register columns a rule reads.

    Examples
    --------
    >>> sorted(variables_in({"any": [{"days_in_sweden": "< 730"}, {"age": ">= 18"}]}))
    ['age', 'immigrated']
    """
    tests, _ = parse(rule)
    return {column_of(test.variable) for test in _leaves(tests)}


def column_of(variable: str) -> str:
    """The register column a variable is read from.

    Examples
    --------
    >>> column_of("days_in_sweden"), column_of("age")
    ('immigrated', 'age')
    """
    return _SOURCE_OF.get(variable, variable)


def constants_in(rule: Rule) -> set[str]:
    """The national constants a rule compares with.

    Examples
    --------
    >>> constants_in({"equivalised_income": "< 0.6 * median_equivalised_income"})
    {'median_equivalised_income'}
    """
    tests, _ = parse(rule)
    return {test.constant for test in _leaves(tests) if test.constant}


def exclude_each_other(first: Rule, second: Rule) -> bool:
    """Whether no person can satisfy both, told from spans, comparisons and codes on the same variable.

    Examples
    --------
    >>> exclude_each_other({"age": "20-64"}, {"age": ">= 65"}), exclude_each_other({"age": "20-64"}, {"age": "0-20"})
    (True, False)
    """
    mine, yours = (
        {test.variable: test for test in parse(rule)[0] if isinstance(test, Condition)} for rule in (first, second)
    )
    return any(_apart(mine[variable], yours[variable]) for variable in mine.keys() & yours.keys())


def value_sql(variable: str, year: int) -> str:
    r"""A variable's value as SQL; ``days_in_sweden`` is counted to 31 December of the year.

    Examples
    --------
    >>> value_sql("days_in_sweden", 2022)
    'date_diff(\'day\', "immigrated", date \'2022-12-31\')'
    """
    if variable == DAYS:
        return f"date_diff('day', {name('immigrated')}, date '{year}-12-31')"
    return name(variable)


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


def _all_sql(tests: Parsed, year: int, constants: Constants) -> str:
    return " and ".join(_sql(test, year, constants) for test in tests) or "true"


def _sql(test: Condition | AnyOf, year: int, constants: Constants) -> str:
    if isinstance(test, AnyOf):
        return "(" + " or ".join(f"({_all_sql(branch, year, constants)})" for branch in test.rules) + ")"
    value = value_sql(test.variable, year)
    match test.kind:
        case "known":
            return f"{value} is not null"
        case "missing":
            return f"{value} is null"
        case "span":
            return f"{value} between {test.values[0]} and {test.values[1]}"
        case "compare":
            return f"{value} {test.operator} {_limit(test, year, constants)}"
    if len(test.values) == 1:
        return f"{value} = {literal(test.values[0])}"
    return f"{value} in ({', '.join(literal(item) for item in test.values)})"


def _limit(test: Condition, year: int, constants: Constants) -> str:
    # Decimal arithmetic: 0.6 of a whole number of kronor is a limit without a float's error.
    number = Decimal(test.number)
    if test.constant:
        number *= Decimal(str(constants.value(test.constant, year)))
    return format(number.normalize(), "f")


def _leaves(tests: Parsed) -> Iterator[Condition]:
    for test in tests:
        if isinstance(test, Condition):
            yield test
        else:
            for branch in test.rules:
                yield from _leaves(branch)


def _apart(first: Condition, second: Condition) -> bool:
    if first.kind == second.kind == "equal":
        return not set(first.values) & set(second.values)
    spans = [_reach(test) for test in (first, second)]
    if spans[0] is None or spans[1] is None:
        return {first.kind, second.kind} == {"known", "missing"}
    return max(spans[0][0], spans[1][0]) > min(spans[0][1], spans[1][1])


def _reach(test: Condition) -> tuple[float, float] | None:
    """The numbers a condition allows, from the lowest to the highest."""
    if test.kind == "span" or (test.kind == "equal" and all(type(value) is int for value in test.values)):
        return min(test.values), max(test.values)
    if test.kind == "compare" and not test.constant:
        number = float(test.number)
        least = {">=": number, ">": math.nextafter(number, math.inf)}.get(test.operator, -math.inf)
        most = {"<=": number, "<": math.nextafter(number, -math.inf)}.get(test.operator, math.inf)
        return least, most
    return None


def _near(given: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(given, list(known), n=1)
    return f": did you mean '{close[0]}'?" if close else f"; known: {', '.join(list(known)[:20])}"
