"""What the writers of office files share: their packages, the fixed moment, the order of levels, and their words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from gisintegration.areas import official_names
from gisintegration.database.selection import select_rows
from gisintegration.errors import InputError, OutputError
from gisintegration.publish.cells import is_code
from gisintegration.publish.output import moment
from gisintegration.publish.words import COUNTED, LANGUAGES, REFERENCE, Language, edition_title
from gisintegration.tables import Areas, Indicator, Release

# From the largest areas to the smallest; what is not named here stands where the dash is.
_ORDER = ("riket", "region", "lan", "kommun", "-", "regso", "deso")
# The earliest moment that a file in a ZIP can be from.
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)

WORDS: Mapping[str, Mapping[str, str]] = {
    "about": {"sv": "Om tabellen", "en": "About"},
    "definition": {"sv": "Definition", "en": "Definition"},
    "unit": {"sv": "Enhet", "en": "Unit"},
    "counted": {"sv": "Räknas på", "en": "Counted"},
    "ages": {"sv": "{ages} år", "en": "ages {ages}"},
    "older": {"sv": "{age} år och äldre", "en": "ages {age} and over"},
    "period": {"sv": "{text} ({years})", "en": "{text} ({years})"},
    "reference": {"sv": "Avser", "en": "Refers to"},
    "unknown": {"sv": "Uppgift saknas", "en": "Not known"},
    "stated_by": {"sv": "Definitionen anges av", "en": "Definition stated by"},
    "assumption": {"sv": "Antagande", "en": "Assumption"},
    "breaks": {"sv": "Tidsseriebrott", "en": "Breaks in series"},
    "register": {"sv": "Register", "en": "Register"},
    "policy": {"sv": "Skydd", "en": "Protection"},
    "source": {"sv": "Källa", "en": "Source"},
    "notes": {"sv": "Observera", "en": "Note"},
    "areas": {"sv": "Områden", "en": "Areas"},
    "release": {"sv": "Utgivning", "en": "Release"},
    "method": {"sv": "Framtaget", "en": "Made"},
}


@dataclass(frozen=True)
class Fact:
    """A line of what a reader should know of an indicator."""

    head: str
    text: str


def extra(module: str) -> Any:
    """A package that comes with the extra ``office``.

    Raises
    ------
    OutputError
        It is not installed.

    Examples
    --------
    >>> extra("xlsxwriter").__name__
    'xlsxwriter'
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        package = {"pptx": "python-pptx"}.get(module.partition(".")[0], module.partition(".")[0])
        raise OutputError(
            f"Office files are written by {package}, which is not installed.",
            hint="pip install gisintegration[office]",
        ) from error


def made_at() -> datetime:
    """The moment an office file says it was made: ``SOURCE_DATE_EPOCH``, else the first day of 1980.

    Examples
    --------
    >>> made_at().tzinfo is UTC
    True
    """
    return max(datetime.strptime(moment(), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC), _EARLIEST)


def checked(language: str) -> Language:
    """The language, if files can be written in it.

    Raises
    ------
    InputError
        It cannot.
    """
    for known in LANGUAGES:
        if language == known:
            return known
    raise InputError.unknown("language", language, LANGUAGES)


def chosen(
    release: Release, *, indicators: Collection[str] | None = None, levels: Collection[str] | None = None
) -> Release:
    """The release with some indicators and levels only. Cells are left out, never changed.

    Raises
    ------
    InputError
        The release is empty, or has no such indicator or level.
    """
    if not release.tables or release.statistics.empty:
        raise InputError("The release is empty.", hint="release at least one protected table.")
    divisions = sorted({areas.division for areas in release.areas.values()})
    for given, what, known in ((indicators, "indicator", release.indicators), (levels, "level", divisions)):
        for name in given or ():
            if name not in known:
                raise InputError.unknown(what, name, known, where=f"release {release.name}")
    tables = []
    for table in release.tables:
        keep = table.table["year"].notna()
        for given, column in ((indicators, "indicator"), (levels, "division")):
            if given is not None:
                keep &= table.table[column].isin(set(given))
        tables.append(select_rows(table, keep))
    made = replace(release, tables=tuple(table for table in tables if not table.table.empty))
    if not made.tables:
        raise InputError(
            "The release has no figures for those indicators on those levels.",
            hint=f"it has levels {', '.join(divisions)}.",
        )
    return made


def level_order(areas: Areas) -> tuple[int, str, str]:
    """Where an edition stands among others: the country first, the smallest areas last, older editions first."""
    place = _ORDER.index(areas.division) if areas.division in _ORDER else _ORDER.index("-")
    return place, areas.division, areas.edition


def capital(text: str) -> str:
    """The text with a capital letter first.

    Examples
    --------
    >>> capital("kommuner")
    'Kommuner'
    """
    return text[:1].upper() + text[1:]


def level_titles(release: Release, language: Language) -> dict[str, str]:
    """The words for every edition with figures, no two alike: ``Kommuner``, ``DeSO 2025``."""
    titles = {key: capital(edition_title(areas, language)) for key, areas in release.areas.items()}
    alike = [title for title in titles.values() if list(titles.values()).count(title) > 1]
    return {key: f"{title} {release.areas[key].edition}" if title in alike else title for key, title in titles.items()}


def kommun_names(areas: Areas) -> dict[str, str]:
    """The name of each area's kommun, by area code; empty where the edition does not lie in kommuner."""
    if "kommun" not in areas.table or "kommun" not in areas.parents:
        return {}
    names = official_names(areas.parents["kommun"])
    codes = areas.table["kommun"].astype("object")
    return {
        str(area): names.get(str(code), str(code))
        for area, code in zip(areas.table["code"], codes, strict=True)
        if isinstance(code, str)
    }


def facts(indicator: Indicator, language: Language, *, years: str = "") -> list[Fact]:
    """What a reader should know of an indicator, beside its title.

    Parameters
    ----------
    years
        The span of data years, put into the reference time; empty: not told.
    """
    w = {key: text[language] for key, text in WORDS.items()}
    reference = REFERENCE[indicator.reference][language].format(year=years).strip()
    told = [
        (w["definition"], indicator.description[language]),
        (w["counted"], population_text(indicator, language)),
        (w["unit"], indicator.unit[language]),
        (w["reference"], reference),
        (w["register"], indicator.register_),
        (w["unknown"], indicator.unknown[language] if indicator.unknown else ""),
        (w["stated_by"], indicator.stated_by),
        (w["assumption"], indicator.assumption[language] if indicator.assumption else ""),
        *((w["breaks"], f"{item.year}: {getattr(item, language)}") for item in indicator.breaks),
    ]
    return [Fact(head, text) for head, text in told if text]


def population_text(indicator: Indicator, language: Language) -> str:
    """Whom or what is counted, and between which ages: ``Personer, 20–64 år``.

    Examples
    --------
    >>> from gisintegration.testing import example_indicator
    >>> population_text(example_indicator("share", population={"age": "20-64"}), "sv")
    'Personer, 20–64 år'
    >>> by_year = {"-2022": "20-64", "2023-": "20-65"}
    >>> population_text(example_indicator("share", population={"age": by_year}), "en")
    'Persons, ages 20–64 (–2022), ages 20–65 (2023–)'
    """
    counted = COUNTED.get(indicator.counted, {}).get(language, indicator.counted)
    ages = indicator.population.get("age")
    if isinstance(ages, Mapping):
        spans = [
            WORDS["period"][language].format(text=_ages(text, language), years=str(years).replace("-", "–"))
            for years, text in ages.items()
        ]
    else:
        spans = [_ages(ages, language)]
    return ", ".join([counted, *(span for span in spans if span)])


def _ages(rule: object, language: Language) -> str:
    text = str(rule or "").strip()
    if text.startswith(">="):
        return WORDS["older"][language].format(age=text[2:].strip())
    first, dash, last = text.partition("-")
    spans = dash and first.isdigit() and (last.isdigit() or not last)
    return WORDS["ages"][language].format(ages=f"{first}–{last}") if spans else ""


def policies(release: Release, rows: Any, language: Language) -> list[str]:
    """How the figures of some rows are protected; with the years, where policies differ between them."""
    used = sorted({str(policy) for policy in rows["policy"].unique()})
    told = []
    for policy in used:
        sentence = release.stamps.get(policy, {}).get(language, policy)
        if len(used) > 1:
            years = rows["year"][is_code(rows["policy"], policy)]
            sentence = f"{span(int(years.min()), int(years.max()))}: {sentence}"
        told.append(sentence)
    return told


def span(first: int, last: int) -> str:
    """Years in few letters.

    Examples
    --------
    >>> span(2018, 2024), span(2024, 2024)
    ('2018–2024', '2024')
    """
    return f"{first}–{last}" if last > first else str(first)
