"""What is wrong with a declaration, told in words that say what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from gisintegration.errors import IndicatorError
from gisintegration.indicators import moves
from gisintegration.indicators.classes import class_sets
from gisintegration.indicators.constants import load_constants, runs
from gisintegration.indicators.rules import (
    constants_in,
    exclude_each_other,
    known_variables,
    parse,
    years_not_covered,
)
from gisintegration.tables import Indicator, Kind

_RULES = ("population", "numerator", "denominator")
# The first data year of any register, and later than any.
_FIRST, _LAST = 1997, 2100
_SHAPES = {
    "population": 'is a table of conditions, as { age = "20-64" }',
    "title": 'is a table of both languages, as { sv = "…", en = "…" }',
}
_SHAPES |= {"numerator": _SHAPES["population"], "denominator": _SHAPES["population"]}
_SHAPES |= dict.fromkeys(("unit", "description", "assumption", "unknown"), _SHAPES["title"])


def faults(indicator: Indicator) -> Iterator[tuple[str, str]]:
    """What the model cannot see is wrong with a declaration: field, and what it is.

    Examples
    --------
    >>> from gisintegration.testing import example_indicator
    >>> list(faults(example_indicator("mean", variable="sex")))
    [('variable', "'sex' is not a whole number of the register: sums are exact only over whole numbers")]
    """
    yield from text_faults(indicator)
    for field in ("population", "numerator", "denominator"):
        rule = getattr(indicator, field) or {}
        yield from ((field, what) for what in parse(rule)[1])
        known = load_constants().by_name
        for constant in sorted(constants_in(rule) - set(known)):
            yield field, f"there is no national constant '{constant}': known are {', '.join(sorted(known))}"
    if indicator.per and indicator.per not in load_constants().by_name:
        yield "per", f"there is no national constant '{indicator.per}'"
    if indicator.per and indicator.kind not in (Kind.MEAN, Kind.MEDIAN):
        yield "per", f"only a mean or a median is divided by a constant, not a {indicator.kind}"
    if indicator.kind is Kind.SHARE and not indicator.numerator:
        yield "numerator", "is empty: say who has the property"
    for field in ("variable", "base"):
        yield from ((field, what) for what in _number_faults(getattr(indicator, field)))
    yield from moves.faults(indicator)
    yield from _year_faults(indicator)
    yield from _class_faults(indicator)
    for field in ("numerator", "denominator"):
        if exclude_each_other(indicator.population, getattr(indicator, field) or {}):
            yield field, "can hold for nobody in the population: no one satisfies both"


def _year_faults(indicator: Indicator) -> Iterator[tuple[str, str]]:
    first, last = indicator.years
    if first is not None and last is not None and first > last:
        yield "years", f"{first}-{last} ends before it begins"
        return
    asked = indicator.only_years or range(first or _FIRST, (last or _LAST) + 1)
    for field in _RULES:
        for variable, years in years_not_covered(getattr(indicator, field) or {}, min(asked), max(asked)).items():
            if absent := [year for year in years if year in asked]:
                text = runs(absent).replace(f"–{_LAST}", " and on")
                yield field, f"{variable} has no value for {text}, for which the indicator is given: see `years`"


def _class_faults(indicator: Indicator) -> Iterator[tuple[str, str]]:
    given = {"breakdowns": indicator.breakdowns, "crossings": indicator.crossings}
    for division, rule in indicator.levels.items():
        if not re.fullmatch(r"[a-z]+", division):
            yield f"levels.{division}", "is not a division: they are written with the letters a–z, as deso or kommun"
        if not isinstance(rule, str):
            given |= {
                f"levels.{division}.breakdowns": rule.breakdowns or (),
                f"levels.{division}.crossings": rule.crossings or (),
            }
    for field, sets in given.items():
        for names in sets:
            crossed = [names] if isinstance(names, str) else list(names)
            unknown = [name for name in crossed if name not in class_sets()]
            yield from ((field, _no_set(name)) for name in unknown)
            kinds = {name.partition("/")[0] for name in crossed}
            if not isinstance(names, str) and (len(crossed) < 2 or len(kinds) < len(crossed)):
                yield field, f"{', '.join(crossed)}: a crossing is of two or three different breakdowns"


def _no_set(name: str) -> str:
    close = get_close_matches(name, list(class_sets()), n=1)
    near = f": did you mean '{close[0]}'?" if close else f"; known: {', '.join(class_sets())}"
    return f"there is no set of classes '{name}'{near}"


def text_faults(indicator: Indicator) -> Iterator[tuple[str, str]]:
    """Texts that one of the languages lacks: field, and which.

    Examples
    --------
    >>> from gisintegration.testing import example_indicator
    >>> list(text_faults(example_indicator("share", unit={"sv": "procent"})))
    [('unit', 'has no text in en')]
    """
    for field in ("title", "unit", "description", "assumption"):
        texts = getattr(indicator, field)
        for language in ("sv", "en"):
            if texts is not None and not texts.get(language):
                yield field, f"has no text in {language}"


def _number_faults(name: str | None) -> Iterator[str]:
    if name is None:
        return
    known = known_variables()
    if name not in known:
        yield IndicatorError.unknown("variable", name, known).args[0] + " See docs/register.md."
    elif known[name].type != "integer" or name not in set(_register_variables()):
        yield f"'{name}' is not a whole number of the register: sums are exact only over whole numbers"


def _register_variables() -> Iterable[str]:
    return (name for name, item in known_variables().items() if item.reference != "key")


def words_of(error: Any) -> str:
    r"""What the model says of a field, in words.

    Examples
    --------
    >>> words_of({"type": "missing"}), words_of({"type": "mapping_type", "loc": ("title",), "input": "Andel"})
    ('is missing', 'is a table of both languages, as { sv = "…", en = "…" } (given: \'Andel\')')
    """
    if error["type"] == "extra_forbidden":
        fields = [item.alias or name for name, item in Indicator.model_fields.items()]
        close = get_close_matches(str(error["loc"][-1]), fields, n=1)
        return "is not a field of an indicator" + (f": did you mean `{close[0]}`?" if close else "")
    if error["type"] == "missing":
        return "is missing"
    field = str(error["loc"][0]) if error.get("loc") else ""
    if error["type"] == "string_pattern_mismatch" and field in ("breakdowns", "crossings", "levels"):
        return _no_set(str(error["input"]))
    if error["type"] == "string_pattern_mismatch":
        text = "is written with small letters a–z, digits and underscores, a letter first"
    elif error["type"] in ("mapping_type", "dict_type") and field in _SHAPES:
        text = _SHAPES[field]
    elif error["type"] == "tuple_type":
        text = 'is a list, as ["age", "education"]'
    else:
        text = str(error["msg"]).removeprefix("Value error, ")
    return f"{text} (given: {error['input']!r})" if isinstance(error["input"], str | int | float) else text
