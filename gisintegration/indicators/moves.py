"""Moves of a year: who came to an area and who left it, on areas that a move inside one of them does not cross.

A flow of year t is told by two ends: where a person was registered on 31 December of t − 1 and of t, both on the
division of 1 January t. Who is in the register at both ends has moved when the areas differ; in no area (without a
place, or outside) counts as elsewhere in Sweden. Who is at one end only is told by ``arrival`` and ``departure``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import duckdb
import numpy as np
import numpy.typing as npt

from gisintegration.indicators.derived import MOVED
from gisintegration.indicators.rules import reads
from gisintegration.tables import Indicator, Kind, Rule

COMING, GOING, STAYED = ("in", "immigrated"), ("out", "emigrated"), "stayed"
_DEPARTURE = "departure"
_NOT_ADDED = ("in", "out", STAYED)


def split(rule: Rule) -> tuple[frozenset[str], Rule]:
    """The ways of moving that a rule asks for, and the rest of it; no ways: it does not ask.

    Examples
    --------
    >>> words, rest = split({"moved": ["in", "immigrated"], "age": "20-64"})
    >>> sorted(words), rest
    (['immigrated', 'in'], {'age': '20-64'})
    """
    asked = rule.get(MOVED, ())
    words = frozenset([asked] if isinstance(asked, str) else asked)
    return words, {key: value for key, value in rule.items() if key != MOVED}


def both(first: Rule, second: Rule) -> tuple[frozenset[str], tuple[Rule, ...]]:
    """The ways of moving that two rules leave when both must hold, and the rest of each."""
    (mine, one), (yours, other) = split(first), split(second)
    return (mine & yours if mine and yours else mine | yours), (one, other)


def reads_both_ends(indicator: Indicator) -> bool:
    """Whether a figure of a year reads where persons were at its beginning and at its end.

    Examples
    --------
    >>> from gisintegration.testing import example_indicator
    >>> reads_both_ends(example_indicator("count", flow=True, population={"moved": "in"}))
    True
    """
    return indicator.kind is Kind.NET or any(reads(rule).moved for rule in rules_of(indicator))


def counts_events(indicator: Indicator) -> bool:
    """Whether a figure is of other persons than those who stood in the areas on 31 December of its year.

    They moved in the year, or were there at its beginning and left. Anything else that is declared a flow counts the
    persons of 31 December, though on the division of 1 January. An index or class is what its components are, which
    has to be asked of them.

    Examples
    --------
    >>> from gisintegration.testing import example_indicator
    >>> counts_events(example_indicator("count", flow=True, population={"moved": "in"}))
    True
    >>> counts_events(example_indicator("count", flow=True, population={"age": 0}))
    False
    """
    if not indicator.flow or indicator.components:
        return indicator.flow

    def of_events(rule: Rule) -> bool:
        return reads(rule).moved or of_the_year_before(rule)

    sides = [rule for rule in (indicator.numerator, indicator.denominator) if rule is not None]
    return of_events(indicator.population) or (bool(sides) and all(of_events(rule) for rule in sides))


def may_exceed_whole(indicator: Indicator) -> bool:
    """Whether a share can be above 100: those who came in a year, per person who was there at its beginning.

    Examples
    --------
    >>> from gisintegration.testing import example_indicator
    >>> came, left = (example_indicator("share", flow=True, numerator={"moved": word}) for word in ("in", "out"))
    >>> may_exceed_whole(came), may_exceed_whole(left)
    (True, False)
    """
    came = split(indicator.numerator or {})[0] & set(COMING)
    return indicator.kind is Kind.SHARE and bool(came) and not split(indicator.population)[0]


def of_the_year_before(*rules: Rule) -> bool:
    """Whether rules speak of those who left the register in the year: they were there on 31 December before it."""
    return any(_DEPARTURE in reads(rule).this for rule in rules)


def rules_of(indicator: Indicator) -> tuple[Rule, ...]:
    """The rules of an indicator that are there."""
    rules = (indicator.population, indicator.numerator, indicator.denominator)
    return tuple(rule for rule in rules if rule is not None)


def lacks(indicator: Indicator, has: Collection[str]) -> set[str]:
    """The columns that the ways of moving need and a register does not have.

    ``immigrated`` and ``in`` need ``arrival``, or else ``immigrated`` (the date); ``emigrated`` needs ``departure``.

    Examples
    --------
    >>> from gisintegration.testing import example_indicator
    >>> gone = example_indicator("count", flow=True, population={"moved": "emigrated"})
    >>> lacks(gone, {"person", "immigrated"})
    {'departure'}
    """
    words = frozenset[str]().union(*(split(rule)[0] for rule in rules_of(indicator)))
    found = set()
    if words & set(COMING) and not {"arrival", "immigrated"} & set(has):
        found.add("arrival")
    if "emigrated" in words and _DEPARTURE not in has:
        found.add(_DEPARTURE)
    return found


def faults(indicator: Indicator) -> list[tuple[str, str]]:
    """What is wrong with what a declaration says of moves, as field and sentence.

    Examples
    --------
    >>> from gisintegration.testing import example_indicator
    >>> faults(example_indicator("count", population={"moved": "in"}, additive="register_only"))
    [('flow', 'is true where a rule says `moved`, or the kind is net: they are events of the year')]
    """
    found: list[tuple[str, str]] = []
    rules = {"population": indicator.population, "numerator": indicator.numerator, "denominator": indicator.denominator}
    given = {field: rule for field, rule in rules.items() if rule is not None}
    if not indicator.flow and reads_both_ends(indicator):
        found.append(("flow", "is true where a rule says `moved`, or the kind is net: they are events of the year"))
    found += [
        (field, "`moved` stands at the top of a rule, not within `any`: give it a list of words instead")
        for field, rule in given.items()
        if _within_any(rule)
    ]
    population = split(indicator.population)[0]
    if population and indicator.kind in (Kind.NET, Kind.MEDIAN, Kind.DISSIMILARITY):
        found.append(("population", f"of a {indicator.kind} cannot say `moved`"))
    if indicator.kind is Kind.DISSIMILARITY and any(split(rule)[0] for rule in given.values()):
        found.append(("numerator", "of a dissimilarity cannot say `moved`"))
    found += [
        (field, f"says `moved` = {', '.join(sorted(split(rule)[0]))}, which the population has none of")
        for field, rule in given.items()
        if field != "population" and population and split(rule)[0] and not population & split(rule)[0]
    ]
    words = frozenset[str]().union(*(split(rule)[0] for rule in given.values()))
    if indicator.kind is not Kind.NET and indicator.additive == "areas" and words & set(_NOT_ADDED):
        found.append(("additive", "is register_only: a move between two areas is none when they are one"))
    return found


def _within_any(rule: Rule) -> bool:
    branches = [branch for branch in rule.get("any", ()) if isinstance(branch, Mapping)]
    return any(MOVED in branch or _within_any(branch) for branch in branches)


def find(
    con: duckdb.DuckDBPyConnection, ends: tuple[str, str], sources: tuple[str, str], *, year: int, has: Collection[str]
) -> None:
    """Write the year's movers to the temp tables ``came`` and ``went``.

    ``came`` has those who are in an area at the end of the year and were not in the same one at its beginning: the
    columns of the second source, ``area``, ``other`` (the area at the other end, -1 for none) and ``moved``: ``in``,
    ``immigrated``, or empty (born). ``went`` has those who were in an area at the beginning and are not in the same
    one at the end, with the columns of the first source: ``out``, ``emigrated``, or empty (died, or gone without a
    word).

    Parameters
    ----------
    ends
        SELECTs of ``person`` and ``area`` (-1 for none) of everyone at the beginning and at the end.
    sources
        SELECTs of the same persons with the columns that are read of them but no area, ``person`` and those of
        :func:`columns_at_ends` among them.
    year
        The year.
    has
        Columns of the register.
    """
    con.execute(
        "create or replace temp table ends as select coalesce(b.person, n.person) as person, b.area as origin, "
        f"n.area as destination from ({ends[0]}) b full join ({ends[1]}) n on b.person = n.person "
        "where b.area is distinct from n.area"
    )
    for table, here, there, moved, source in (
        ("went", "origin", "destination", _went(has), sources[0]),
        ("came", "destination", "origin", _came(year, has), sources[1]),
    ):
        con.execute(
            f"create or replace temp table {table} as select p.*, e.{here} as area, "
            f"coalesce(e.{there}, -1) as other, {moved} as moved "
            f"from (from ends where {here} >= 0) e join ({source}) p on p.person = e.person"
        )
    con.execute("drop table ends")


def _came(year: int, has: Collection[str]) -> str:
    cases = ["when e.origin is not null then 'in'"]
    if "arrival" in has:
        cases += ["when p.arrival = 'born' then ''", "when p.arrival = 'immigrated' then 'immigrated'"]
        cases += ["when p.arrival = 'domestic' then 'in'"]
    if "immigrated" in has:
        cases.append(f"when year(p.immigrated) = {year} then 'immigrated'")
    return f"case {' '.join(cases)} when p.age = 0 then '' else 'in' end"


def _went(has: Collection[str]) -> str:
    cases = ["when e.destination is not null then 'out'"]
    if _DEPARTURE in has:
        cases += ["when p.departure = 'domestic' then 'out'", "when p.departure = 'emigrated' then 'emigrated'"]
    return f"case {' '.join(cases)} else '' end"


def columns_at_ends(has: Collection[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The variables that :func:`find` reads of persons at the beginning and at the end of the year."""
    known = frozenset(has)
    return known & {"person", _DEPARTURE}, known & {"person", "age", "arrival", "immigrated"}


def across(table: str, level: str) -> str:
    """SELECT of the movers whose move crosses a border of a level, with their area of it.

    Parameters
    ----------
    table
        ``came`` or ``went``.
    level
        What :func:`level_table` gave.
    """
    return (
        f"select m.* replace (own.parent as area) from {table} m join {level} own on own.child = m.area "
        f"left join {level} far on far.child = m.other "
        "where own.parent >= 0 and own.parent is distinct from far.parent"
    )


def level_table(con: duckdb.DuckDBPyConnection, parents: npt.NDArray[np.int32]) -> str:
    """A temp table of the areas' parents on a level, for :func:`across`; -1 where there is none."""
    con.register("given_parents", {"child": np.arange(len(parents), dtype=np.int32), "parent": parents})
    con.execute("create or replace temp table level_parents as select * from given_parents")
    con.unregister("given_parents")
    return "level_parents"
