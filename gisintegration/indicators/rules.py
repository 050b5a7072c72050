"""Rules compiled: the SQL a rule becomes, what it reads, and which rules nobody can satisfy both of."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal

from gisintegration.errors import IndicatorError
from gisintegration.indicators.constants import Constants
from gisintegration.indicators.derived import MOVED, columns_of
from gisintegration.indicators.grammar import NEAR, AnyOf, ByYear, Condition, Parsed, known_variables, parse
from gisintegration.sql import literal, name
from gisintegration.tables import Rule

__all__ = [
    "AnyOf",
    "ByYear",
    "Condition",
    "Parsed",
    "Reads",
    "compile_sql",
    "constants_in",
    "exclude_each_other",
    "known_variables",
    "parse",
    "reach",
    "reads",
    "variables_in",
    "years_not_covered",
]


@dataclass(frozen=True)
class Reads:
    """The variables a rule reads, by whose year they are of.

    Parameters
    ----------
    this, next, previous
        Variables of the year itself, of the year after, of the year before: the register's or derived ones.
    moved
        Whether it asks how the year's move looks from the area.
    """

    this: frozenset[str] = frozenset()
    next: frozenset[str] = frozenset()
    previous: frozenset[str] = frozenset()
    moved: bool = False

    def __or__(self, other: Reads) -> Reads:
        return Reads(
            self.this | other.this,
            self.next | other.next,
            self.previous | other.previous,
            self.moved or other.moved,
        )


def compile_sql(rule: Rule, year: int, constants: Constants, *, of: int | None = None) -> str:
    """A rule as an SQL condition that is true or false, never null, over persons with the columns it reads.

    Derived variables are columns as the register's own are (:func:`derived.with_derived` makes them); what is asked of
    the year after or before is the column ``"next.age"`` or ``"previous.age"``.

    Parameters
    ----------
    rule
        A table of conditions that must all hold.
    year
        Year of the persons: decides constants, and which of a table of values by year holds.
    constants
        Where the rule compares with a national constant.
    of
        Year of the figure, where the persons are of another (moves): a table of values by year is then read for it.

    Raises
    ------
    IndicatorError
        The rule has faults, says nothing of the year, or the year has no figure for a constant.

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
    return f"({_all_sql(tests, constants, (year, year if of is None else of))}) is true" if tests else "true"


def variables_in(rule: Rule, has: Collection[str] | None = None) -> set[str]:
    """The register columns a rule reads of the year itself; ``reads`` tells of the years beside it.

    Parameters
    ----------
    has
        The register's columns: a derived variable that it has is read as it is.

    Examples
    --------
    >>> sorted(variables_in({"any": [{"days_in_sweden": "< 730"}, {"age": ">= 18"}], "next.age": "known"}))
    ['age', 'immigrated']
    """
    return columns_of(reads(rule).this, has)


def reads(rule: Rule) -> Reads:
    """The variables a rule reads, those of the year after and before apart.

    Examples
    --------
    >>> found = reads({"labour_status": "employed", "next.labour_status": "employed"})
    >>> found.this == found.next, found.previous
    (True, frozenset())
    """
    leaves = list(_leaves(parse(rule)[0]))
    by_year = {
        when: frozenset(test.variable for test in leaves if test.when == when and test.variable != MOVED)
        for when in ("", *NEAR)
    }
    moved = any(test.variable == MOVED for test in leaves)
    return Reads(by_year[""], by_year["next"], by_year["previous"], moved)


def years_not_covered(rule: Rule, first: int, last: int) -> dict[str, list[int]]:
    """Variable → the years from ``first`` to ``last`` of which its table of values by year says nothing.

    Examples
    --------
    >>> years_not_covered({"age": {"2012-": "20-64"}}, 2010, 2014)
    {'age': [2010, 2011]}
    """
    tables = [test for test in _items(parse(rule)[0]) if isinstance(test, ByYear)]
    found = {
        table.spans[0][2].column: [year for year in range(first, last + 1) if table.of(year) is None]
        for table in tables
    }
    return {key: years for key, years in found.items() if years}


def constants_in(rule: Rule) -> set[str]:
    """The national constants a rule compares with.

    Examples
    --------
    >>> constants_in({"equivalised_income": "< 0.6 * median_equivalised_income"})
    {'median_equivalised_income'}
    """
    tests, _ = parse(rule)
    return {test.constant for test in _leaves(tests) if test.constant}


def exclude_each_other(first: Rule, second: Rule, year: int | None = None) -> bool:
    """Whether no person can satisfy both, told from spans, comparisons and codes on the same variable.

    Values by year are those of ``year``; without one, both rules must be apart in every year.

    Examples
    --------
    >>> exclude_each_other({"age": "20-64"}, {"age": ">= 65"}), exclude_each_other({"age": "20-64"}, {"age": "0-20"})
    (True, False)
    """
    mine, yours = (dict(_alternatives(parse(rule)[0], year)) for rule in (first, second))
    return any(
        all(_apart(one, other) for one in mine[column] for other in yours[column])
        for column in mine.keys() & yours.keys()
    )


def reach(rule: Rule, variable: str, year: int | None = None) -> tuple[float, float] | None:
    """The lowest and highest number of a variable that a rule allows; None where it does not limit the variable.

    Values by year are those of ``year``; without one, of any year.

    Examples
    --------
    >>> reach({"age": ">= 20"}, "age"), reach({"age": {"-2022": "20-64", "2023-": "20-65"}}, "age", 2023)
    ((20.0, inf), (20, 65))
    """
    tests = dict(_alternatives(parse(rule)[0], year)).get(variable, [])
    spans = [span for test in tests if (span := _reach(test)) is not None]
    if not spans or len(spans) < len(tests):
        return None
    return min(low for low, _ in spans), max(high for _, high in spans)


def _alternatives(tests: Parsed, year: int | None) -> Iterator[tuple[str, list[Condition]]]:
    """Each column with the conditions of which one holds: that of the year, or of any year."""
    for test in tests:
        if isinstance(test, Condition):
            yield test.column, [test]
        elif isinstance(test, ByYear):
            of_year = None if year is None else test.of(year)
            yield test.spans[0][2].column, [span for _, _, span in test.spans] if of_year is None else [of_year]


def _all_sql(tests: Parsed, constants: Constants, years: tuple[int, int]) -> str:
    return " and ".join(_sql(test, constants, years) for test in tests) or "true"


def _sql(test: Condition | AnyOf | ByYear, constants: Constants, years: tuple[int, int]) -> str:
    """``years``: of the persons, and of the figure, which a table of values by year is read for."""
    if isinstance(test, AnyOf):
        return "(" + " or ".join(f"({_all_sql(branch, constants, years)})" for branch in test.rules) + ")"
    if isinstance(test, ByYear):
        test = _of_year(test, years[1])
    value = name(test.column)
    match test.kind:
        case "known":
            return f"{value} is not null"
        case "missing":
            return f"{value} is null"
        case "span":
            return f"{value} between {test.values[0]} and {test.values[1]}"
        case "compare":
            return f"{value} {test.operator} {_limit(test, years[0], constants)}"
    if len(test.values) == 1:
        return f"{value} = {literal(test.values[0])}"
    return f"{value} in ({', '.join(literal(item) for item in test.values)})"


def _limit(test: Condition, year: int, constants: Constants) -> str:
    # Decimal arithmetic: 0.6 of a whole number of kronor is a limit without a float's error.
    number = Decimal(test.number)
    if test.constant:
        # What is asked of another year is compared with that year's constant.
        number *= Decimal(str(constants.value(test.constant, year + {"next": 1, "previous": -1}.get(test.when, 0))))
    return format(number.normalize(), "f")


def _of_year(table: ByYear, year: int) -> Condition:
    test = table.of(year)
    if test is None:
        raise IndicatorError(
            f"A rule says nothing of {table.spans[0][2].column} for {year}.",
            hint="give its table of values by year a span that holds the year.",
        )
    return test


def _items(tests: Parsed) -> Iterator[Condition | ByYear]:
    for test in tests:
        if isinstance(test, AnyOf):
            for branch in test.rules:
                yield from _items(branch)
        else:
            yield test


def _leaves(tests: Parsed) -> Iterator[Condition]:
    for test in _items(tests):
        if isinstance(test, Condition):
            yield test
        else:
            yield from (span for _, _, span in test.spans)


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
