"""The classes figures are broken down by: sex, and SCB's lists of background, age and education."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from gisintegration.registers.contract import variables
from gisintegration.tables import BREAKDOWNS, TOTAL, Labels, Rule

SEXES = ("men", "women")
TOTAL_WORDS: Mapping[str, Mapping[str, str]] = {
    "sex": {"sv": "totalt", "en": "total"},
    "background": {"sv": "samtliga", "en": "all"},
    "age": {"sv": "samtliga åldrar", "en": "all ages"},
    "education": {"sv": "samtliga utbildningsnivåer", "en": "all levels of education"},
}


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
        Classes of one list share no person; empty for a class that is a sum.
    rule
        Who belongs to it.
    sum_of
        For a class that overlaps others: the classes it is the sum of.
    """

    breakdown: str
    code: str
    sv: str
    en: str
    list: str = ""
    rule: Rule = field(default_factory=dict)
    sum_of: tuple[str, ...] = ()


@cache
def classes() -> tuple[Class, ...]:
    """Every class, in the order they are shown.

    Examples
    --------
    >>> [item.code for item in classes() if item.breakdown == "education"]
    ['compulsory', 'upper_secondary', 'post_secondary', 'unknown']
    """
    text = files("gisintegration.indicators").joinpath("library/breakdowns.toml").read_text(encoding="utf-8")
    return tuple(Class(**{**entry, "sum_of": tuple(entry.get("sum_of", ()))}) for entry in tomllib.loads(text)["class"])


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
