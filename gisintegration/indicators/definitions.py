"""``docs/definitions.md``: what each figure of the library means, and whose word it is, made from the declarations."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import groupby

from gisintegration.indicators.constants import runs
from gisintegration.indicators.declare import load_indicators
from gisintegration.indicators.derived import derived
from gisintegration.indicators.page import rule_text, years_text
from gisintegration.registers.countries import birth_region
from gisintegration.tables import Indicator, Kind, Rule

_FIRST_YEAR, _LAST_YEAR = 1997, 2025
_SUBJECTS = {
    "arbetsmarknad": "Arbetsmarknad / Labour market",
    "boende": "Boende / Housing",
    "demografi": "Demografi / Population",
    "demokrati": "Demokrati / Democracy",
    "flyttmonster": "Flyttmönster / Moves",
    "halsa": "Hälsa / Health",
    "inkomst": "Inkomst / Income",
    "transfereringar": "Transfereringar / Transfers",
    "utbildning": "Utbildning / Education",
}
_COUNTED = {
    "person": "person / person",
    "household": "hushåll / household",
    "dwelling": "bostad / dwelling",
    "pupil": "elev / pupil",
    "voter": "röstberättigad / voter",
    "krona": "krona / krona",
    "day": "dag / day",
}
_REFERENCE = {
    "31 December": "31 december / 31 December",
    "November": "november / November",
    "calendar year": "kalenderåret / calendar year",
    "school year": "läsåret / school year",
    "election day": "valdagen / election day",
    "panel": "år t och t + 1 / years t and t + 1",
}
_UNKNOWN = "Ingen särskild behandling. / No special treatment."
_COLUMNS = (
    "Mått / Indicator",
    "Räknat / Counted",
    "Befolkning / Population",
    "Mäter / Measures",
    "Ålder / Ages",
    "År / Years",
    "Tid / Time",
    "Uppgift saknas / Not known",
    "Källa / Source",
    "Sagt av / Stated by",
)
_INTRODUCTION = """# Definitioner / Definitions

<!-- Made by scripts/definitions_page.py from gisintegration/indicators. Do not edit by hand. -->

En rad för varje mått i biblioteket: vad som räknas, bland vilka, i vilka åldrar vilka år, när, vad som händer med den
vars uppgift saknas, varifrån uppgiften kommer, och vem som har sagt det. Där källan är tyst står vårt antagande; det
följer med som anmärkning i varje utdata. Variabelnamnen är [registrets](register.md); klasser, koder och tidsseriebrott
står i [måtten](indicators.md).

A row for each measure of the library: what is counted, among whom, at which ages in which years, when, what becomes of
those whose information is missing, where it comes from, and whose word it is. Where the source is silent our assumption
is given; it goes with every output as a note. Names of variables are those of [the register](register.md); classes,
codes and breaks are in [the indicators](indicators.md).
"""
_NOT_THERE = """## Inte med / Not there

- SCB:s innehåll ”Andel personer” (inkomst, 000004X2): vad andelen är av står inte i det vi har läst. / SCB's content
  "share of persons" (income, 000004X2): what it is a share of is not in what we have read.
- Koderna 000004X5–X7 (enbart försörjningsstöd m.m.): vilken kod som hör till vilken ersättning är inte känt, så måtten
  står utan kod. / Codes 000004X5–X7 (one benefit only): which belongs to which benefit is not known, so that the
  measures stand without a code.
- Boendesegregationsindex på SAMS 1997–2016, stadsdelar (LUA, URB): gränserna finns inte öppet. / The housing
  segregation index on SAMS, and city districts: their borders are not open.
"""


def definitions_page() -> str:
    """The page, in Markdown: a table for each subject, the rules written out, derived variables, EU and EFTA by year.

    Examples
    --------
    >>> definitions_page().splitlines()[0]
    '# Definitioner / Definitions'
    """
    subjects = groupby(load_indicators().values(), key=lambda item: item.subject)
    tables = "".join(_table(_SUBJECTS.get(subject, subject), list(items)) for subject, items in subjects)
    rules = "".join(_rule(item) for item in written_rules())
    return (
        f"{_INTRODUCTION}\n## Måtten / The indicators\n{tables}\n"
        f"## Reglerna utskrivna / The rules written out\n{rules}\n"
        f"## Härledda variabler / Derived variables\n\n{_derived()}\n"
        f"## EU och EFTA per år / EU and EFTA by year\n\n{_members()}\n{_NOT_THERE}"
    )


@cache
def written_rules() -> tuple[Mapping[str, str], ...]:
    """The rules of the figures in words: ``sv`` and ``en`` (headings), ``text_sv``, ``text_en``, ``source``.

    Examples
    --------
    >>> written_rules()[0]["en"]
    'Time and area'
    """
    text = files("gisintegration.indicators").joinpath("library/rules.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["rule"])


def ages_text(indicator: Indicator) -> str:
    """The ages of an indicator by year: of its population, else of what is counted in it.

    Examples
    --------
    >>> from gisintegration.testing import example_indicator
    >>> ages_text(example_indicator("share", population={"age": {"-2022": "20-64", "2023-": "20-65"}}))
    '20–64 (–2022), 20–65 (2023–)'
    >>> ages_text(example_indicator("share"))
    'alla / all'
    """
    for rule in (indicator.population, indicator.numerator or {}):
        if "age" in rule:
            return rule_text({"age": rule["age"]}).removeprefix("`age` ")
    return "alla / all"


def measured_text(indicator: Indicator) -> str:
    """What an indicator measures, as a formula of its rules and variables.

    Examples
    --------
    >>> from gisintegration.testing import example_indicator
    >>> measured_text(example_indicator("ratio"))
    '100 × Σ `social_assistance` / Σ `net_income`'
    """
    top, base = (rule_text(rule or {}) for rule in (indicator.numerator, indicator.denominator))
    match indicator.kind:
        case Kind.COUNT:
            return "antal / number"
        case Kind.SHARE:
            return f"100 × ({top}) / befolkningen / the population"
        case Kind.RATIO:
            return f"100 × Σ `{indicator.variable}` / Σ `{indicator.base}`"
        case Kind.QUOTIENT:
            return f"({top}) / ({base})"
        case Kind.NET:
            return f"100 × (({top}) − ({base})) / medelfolkmängden / the mean population"
        case Kind.DISSIMILARITY:
            return f"D: a = {top}; b = {base}"
        case Kind.INDEX:
            return "medelvärde av / mean of " + ", ".join(f"`{part}`" for part in indicator.components)
        case Kind.CLASS:
            cuts = ", ".join(f"{cut:+g}σ".replace("-", "−").replace("+0σ", "0") for cut in indicator.cuts)
            return f"`{indicator.components[0]}` mot / against μ {cuts}"
    words = {"mean": "medelvärde av / mean of", "median": "median av / median of"}[indicator.kind]
    return f"{words} `{indicator.variable}`" + (f" / {indicator.per}" if indicator.per else "")


def _table(subject: str, items: list[Indicator]) -> str:
    head = f"\n### {subject}\n\n| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}\n"
    return head + "".join(_row(item) for item in items)


def _row(item: Indicator) -> str:
    code = f" ({item.code})" if item.code else ""
    cells = [
        f"`{item.id}`<br>{item.title['sv']} / {item.title['en']}{code}",
        _COUNTED.get(item.counted, item.counted),
        _without_age(item.population),
        measured_text(item),
        ages_text(item),
        years_text(item),
        _REFERENCE[item.reference],
        f"{item.unknown['sv']} / {item.unknown['en']}" if item.unknown else _UNKNOWN,
        item.register_,
        _word(item),
    ]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _word(item: Indicator) -> str:
    """Whose word the definition is."""
    assumed = (
        f"vårt antagande / our assumption: {item.assumption['sv']} / {item.assumption['en']}" if item.assumption else ""
    )
    return "; ".join(text for text in (item.stated_by, assumed) if text)


def _without_age(rule: Rule) -> str:
    return rule_text({key: value for key, value in rule.items() if key != "age"}) or "alla / everyone"


def _rule(item: Mapping[str, str]) -> str:
    return (
        f"\n### {item['sv']} / {item['en']}\n\n{item['text_sv'].strip()}\n\n{item['text_en'].strip()}\n\n"
        f"Sagt av / Stated by: {item['source']}.\n"
    )


def _derived() -> str:
    head = (
        "De räknas ur registret när en regel frågar efter dem; har registret en kolumn med namnet används den. /\n"
        "They are computed from the register when a rule asks for them; a column of that name is used as it is.\n\n"
        "| Variabel / Variable | Av / From | Formel / Formula |\n|---|---|---|\n"
    )
    rows = (
        f"| `{key}` {item.variable.sv} / {item.variable.en} | {', '.join(f'`{name}`' for name in item.needs)} "
        f"| {item.formula} |\n"
        for key, item in derived().items()
    )
    return head + "".join(rows)


def _members() -> str:
    """Members outside the Nordic countries in the first year, and each year's changes."""
    lines = [
        "Medlemmar den 31 december, utom Norden, som landkoder (ISO 3166-1); ett födelselands region följer årets",
        "medlemskap. / Members on 31 December, the Nordic countries apart, as codes of countries; the region of a",
        "country of birth follows the year's membership.\n",
        "| År / Year | Medlemmar / Members |",
        "|---|---|",
    ]
    return "\n".join([*lines, *_changes()]) + "\n"


def _changes() -> Iterator[str]:
    before: set[str] = set()
    for year in range(_FIRST_YEAR, _LAST_YEAR + 1):
        now = {country for country, region in birth_region(year).items() if region == "eu_efta"}
        if year == _FIRST_YEAR:
            yield f"| {runs([year])} | {', '.join(sorted(now))} |"
        elif now != before:
            change = [f"+ {country}" for country in sorted(now - before)] + [f"− {c}" for c in sorted(before - now)]
            yield f"| {year} | {', '.join(change)} |"
        before = now
