"""The words of a deck, in Swedish and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gisintegration.publish.classes import figure
from gisintegration.publish.office import WORDS as OFFICE
from gisintegration.publish.office import facts, policies, span
from gisintegration.publish.powerpoint_figures import Story
from gisintegration.publish.words import Language, marked, unit_text
from gisintegration.tables import Indicator, Release

T: Mapping[str, Mapping[str, str]] = {
    "in_year": {"sv": "{title}: {figure} i {area} {year}", "en": "{title}: {figure} in {area} {year}"},
    "by_level": {"sv": "{title} efter område, {year}", "en": "{title} by area, {year}"},
    "changed": {
        "sv": "{title}: från {first} år {start} till {last} år {end} i {area}",
        "en": "{title}: from {first} in {start} to {last} in {end} in {area}",
    },
    "over_time": {"sv": "{title}, {years}", "en": "{title}, {years}"},
    "highest": {"sv": "Högst", "en": "Highest"},
    "lowest": {"sv": "Lägst", "en": "Lowest"},
    "all_areas": {"sv": "Områden", "en": "Areas"},
    "count": {"sv": "{shown} av {all} områden visas", "en": "{shown} of {all} areas are shown"},
    "none": {"sv": "Inga värden visas", "en": "No values are shown"},
    "population": {"sv": "De folkrikaste områdena", "en": "The most populous areas"},
    "value": {"sv": "Områdena med högst värde", "en": "The areas with the highest figures"},
    "given": {"sv": "Valda områden", "en": "Chosen areas"},
    "release": {"sv": "Utgivning {id}", "en": "Release {id}"},
    "numbered": {"sv": "Utgivning {number} ({id})", "en": "Release {number} ({id})"},
    "map_of": {"sv": "Karta: {title}, {level}, {year}", "en": "Map: {title}, {level}, {year}"},
    "chart_of": {"sv": "Diagram: {title}, {years}", "en": "Chart: {title}, {years}"},
    "gaps": {
        "sv": "Där linjen saknas skyddas eller saknas uppgiften, eller hade området andra gränser.",
        "en": "Where a line is missing the figure is protected or not available, or the area had other borders.",
    },
    "borders": {"sv": "Förenklade gränser, bara för kartan.", "en": "Simplified borders, for the map only."},
    "year": {"sv": "År", "en": "Year"},
}


def with_unit(value: float, indicator: Indicator, language: Language) -> str:
    r"""A figure with its unit where that is short.

    Examples
    --------
    >>> from gisintegration.testing import example_indicator
    >>> with_unit(12.34, example_indicator("share"), "sv"), with_unit(12.34, example_indicator("share"), "en")
    ('12,3\xa0%', '12.3%')
    """
    text, unit = figure(value, language, indicator.decimals), unit_text(indicator, language)
    if unit == "%":
        return f"{text}\N{NO-BREAK SPACE}%" if language == "sv" else f"{text}%"
    return text


def map_title(told: Story, release: Release, language: Language) -> str:
    """What the map shows, as a sentence with the wider area's figure."""
    title, year = told.indicator.title[language], told.now.year
    if told.wider:
        area, value = told.wider
        text = T["in_year"][language].format(
            title=title, figure=with_unit(value, told.indicator, language), area=area, year=year
        )
    else:
        text = T["by_level"][language].format(title=title, year=year)
    return marked(text, release, language)


def chart_title(told: Story, release: Release, language: Language) -> str:
    """What the chart shows: from what to what, where nothing breaks the series, else the measure and its years."""
    title, years = told.indicator.title[language], span(told.years[0], told.years[-1])
    wide = next((item for item in told.series if item.wider), None)
    if wide and len(told.years) > 1 and not told.breaks:
        first, last = wide.figures[0], wide.figures[-1]
        if first is not None and last is not None:
            text = T["changed"][language].format(
                title=title,
                first=with_unit(first, told.indicator, language),
                last=with_unit(last, told.indicator, language),
                start=told.years[0],
                end=told.years[-1],
                area=wide.name,
            )
            return marked(text, release, language)
    return marked(T["over_time"][language].format(title=title, years=years), release, language)


def foot(told: Story, release: Release, language: Language, more: Sequence[str] = ()) -> list[str]:
    """What stands at the foot of every slide: the source line, how the figures are protected, and short notes."""
    rows = release.statistics
    mine = rows[rows["indicator"] == told.indicator.id]
    # Long lists of codes stand in the speaker's notes, whole.
    notes = [note[language] for note in release.notes if len(note[language]) <= 140]
    return [text for text in (release.source_line(language), *policies(release, mine, language), *more, *notes) if text]


def spoken(told: Story, release: Release, language: Language) -> list[str]:
    """The speaker's notes: definition, population, reference time, breaks, assumptions, protection, every note."""
    rows = release.statistics
    mine = rows[rows["indicator"] == told.indicator.id]
    years = span(told.years[0], told.years[-1])
    return [
        told.indicator.title[language],
        *(f"{fact.head}: {fact.text}" for fact in facts(told.indicator, language, years=years)),
        *(f"{OFFICE['breaks'][language]}: {item.text}" for item in told.breaks if item.kind != "series"),
        *(f"{OFFICE['policy'][language]}: {text}" for text in policies(release, mine, language)),
        *(f"{OFFICE['notes'][language]}: {note[language]}" for note in release.notes),
        release.source_line(language),
        release_line(release, language),
    ]


def release_line(release: Release, language: Language) -> str:
    """Which release the figures are of."""
    if release.number is not None:
        return T["numbered"][language].format(number=release.number, id=release.id)
    return T["release"][language].format(id=release.id)
