"""The classes figures are broken down by: sex, and SCB's lists of background, age and education, in named sets."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

from gisintegration.indicators.rules import exclude_each_other, reach
from gisintegration.registers.contract import variables
from gisintegration.tables import BREAKDOWNS, TOTAL, Labels, Rule

SEXES = ("men", "women")
TOTAL_WORDS: Mapping[str, Mapping[str, str]] = {
    "sex": {"sv": "totalt", "en": "total"},
    "background": {"sv": "samtliga", "en": "all"},
    "age": {"sv": "samtliga åldrar", "en": "all ages"},
    "education": {"sv": "samtliga utbildningsnivåer", "en": "all levels of education"},
}
_FIRST, _LAST = 0, 9999


@dataclass(frozen=True)
class Class:
    """One class of a breakdown.

    Parameters
    ----------
    breakdown
        background, age or education.
    code
        As in the row. Codes sort in the order of the classes within their list.
    sv, en
        Words.
    list
        Classes of one list share no person, unless they are spans of one number; empty for a class that is a sum.
    rule
        Who belongs to it.
    sum_of
        For a class that overlaps others: the classes it is the sum of.
    years
        First and last data year it is given for.
    """

    breakdown: str
    code: str
    sv: str
    en: str
    list: str = ""
    rule: Rule = field(default_factory=dict)
    sum_of: tuple[str, ...] = ()
    years: tuple[int, int] = (_FIRST, _LAST)

    def given(self, year: int) -> bool:
        """Whether the class is given for a data year."""
        return self.years[0] <= year <= self.years[1]


@cache
def classes() -> tuple[Class, ...]:
    """Every class, in the order they are shown.

    Examples
    --------
    >>> [item.code for item in classes() if item.breakdown == "education"]
    ['compulsory', 'upper_secondary', 'post_secondary', 'unknown']
    """
    return tuple(_class(entry) for entry in _declared()["class"])


@cache
def class_sets() -> Mapping[str, tuple[Class, ...]]:
    """The sets of classes by name; without a slash, the standard set of a breakdown.

    Examples
    --------
    >>> [item.code for item in class_sets()["age/voters"]]
    ['18_29', '30_49', '50_64', '65']
    """
    by_code = {item.code: item for item in classes()}
    return {entry["name"]: tuple(by_code[code] for code in entry["classes"]) for entry in _declared()["set"]}


def finest(members: Sequence[Class]) -> tuple[Class, ...]:
    """Classes of one list that share no person, of which those given are sums: spans of ages are cut where any begins.

    Examples
    --------
    >>> [item.code for item in finest([item for item in class_sets()["age/housing"] + class_sets()["age/voters"]])]
    ['0-17', '18-19', '20-29', '30-49', '50-64', '65-']
    """
    different = tuple({item.code: item for item in members}.values())
    known = [span for item in different if (span := _span(item)) is not None]
    if len(known) < len(different):
        return different
    starts = sorted({first for first, _ in known} | {last + 1 for _, last in known if last < _LAST})
    ends = [*(start - 1 for start in starts[1:]), _LAST]
    (variable,) = members[0].rule
    return tuple(
        replace(
            members[0],
            code=f"{first}-{'' if last == _LAST else last}",
            rule={variable: f">= {first}" if last == _LAST else f"{first}-{last}"},
        )
        for first, last in zip(starts, ends, strict=True)
        if any(low <= first and last <= high for low, high in known)
    )


def positions_in(item: Class, members: Sequence[Class]) -> tuple[int, ...]:
    """The places in a list, of :func:`finest` classes, that a class is the sum of.

    Examples
    --------
    >>> ages = finest(class_sets()["age/housing"] + class_sets()["age/voters"])
    >>> positions_in(class_sets()["age/housing"][1], ages)
    (2, 3, 4)
    """
    codes = item.sum_of or (item.code,)
    alike = tuple(place for place, member in enumerate(members) if member.code in codes)
    if alike or item.list != members[0].list:
        return alike
    return tuple(place for place, member in enumerate(members) if not exclude_each_other(item.rule, member.rule))


def labels() -> Labels:
    """The words for every class: ``labels()[breakdown][class][language]``, total first.

    Examples
    --------
    >>> labels()["sex"]["women"]["sv"], labels()["background"]["foreign_born"]["sv"]
    ('kvinnor', 'samtliga utrikes födda')
    """
    words: dict[str, dict[str, Mapping[str, str]]] = {name: {TOTAL: TOTAL_WORDS[name]} for name in BREAKDOWNS}
    words["sex"] |= {code: variables()["sex"].codes[code] for code in reversed(SEXES)}
    for item in classes():
        words[item.breakdown][item.code] = {"sv": item.sv, "en": item.en}
    return words


def can_be_given(population: Rule, item: Class, year: int) -> bool:
    """Whether figures of a population are given for a class in a year.

    Somebody in the population must be able to belong to the class; and of a class of ages the population must hold all,
    but for the youngest class: those aged 16–19 of a population from 16 stand as 0–19.

    Examples
    --------
    >>> by_code = {item.code: item for item in classes()}
    >>> [code for code in ("00_19", "20_24", "55_64", "55_65", "65")
    ...     if can_be_given({"age": "16-65"}, by_code[code], 2023)]
    ['00_19', '20_24', '55_64', '55_65']
    """
    if not item.given(year):
        return False
    rules = [_by_code()[code].rule for code in item.sum_of] or [item.rule]
    if all(exclude_each_other(population, rule, year) for rule in rules):
        return False
    span, asked = _span(item), reach(population, "age", year)
    if span is None or asked is None or item.list != "age":
        return True
    youngest = span[0] == 0 or any(members[0] is item for members in class_sets().values())
    return (youngest or asked[0] <= span[0]) and asked[1] >= min(span[1], 120)


@cache
def _by_code() -> Mapping[str, Class]:
    return {item.code: item for item in classes()}


@cache
def _declared() -> Mapping[str, Any]:
    text = files("gisintegration.indicators").joinpath("library/breakdowns.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _class(entry: Mapping[str, Any]) -> Class:
    first, _, last = str(entry.get("years", "-")).partition("-")
    years = (int(first or _FIRST), int(last or _LAST))
    return Class(**{**entry, "sum_of": tuple(entry.get("sum_of", ())), "years": years})


def _span(item: Class) -> tuple[int, int] | None:
    """The whole numbers a class of one variable holds; None for classes that are told apart by codes."""
    if len(item.rule) != 1:
        return None
    ((variable, _),) = item.rule.items()
    found = reach(item.rule, variable)
    return None if found is None else (int(max(found[0], _FIRST)), int(min(found[1], _LAST)))
