"""The first sheet of an Excel workbook: what the figures are, and where they stand."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from gisintegration.publish.excel_sheet import Look, Page, cell_text
from gisintegration.publish.office import WORDS as OFFICE
from gisintegration.publish.office import capital, facts, level_order, level_titles, policies, span
from gisintegration.publish.words import Language, marked
from gisintegration.tables import WORDS, Release, Status, method_words

_LINE = 15.5  # points a line of text is high
_HEAD_LETTERS, _TEXT_LETTERS = 34, 124  # letters that the columns hold on a line

_WORDS: Mapping[str, Mapping[str, str]] = {
    "sheets": {"sv": "Blad", "en": "Sheets"},
    "sheet": {"sv": "{rows} rader, {years}. {levels}", "en": "{rows} rows, {years}. {levels}"},
    "statuses": {"sv": "Vad statusen betyder", "en": "What the statuses mean"},
    "definitions": {"sv": "Vad talen betyder", "en": "What the figures mean"},
    "classes": {"sv": "Klasser", "en": "Classes"},
    "organisation": {"sv": "Organisation", "en": "Organisation"},
    "id": {"sv": "Innehållets kontrollsumma", "en": "Content hash"},
    "number": {"sv": "Utgivning nr", "en": "Release no."},
    "absent": {"sv": "(tom)", "en": "(empty)"},
    "absent_means": {
        "sv": "Året redovisas inte på den utgåvan av indelningen, eller klassen redovisas inte det året.",
        "en": "The year is not given on that edition of the division, or the class is not given for that year.",
    },
    "marks": {"sv": "Blå kursiv", "en": "Blue italics"},
    "marks_mean": {
        "sv": "Omräknad till nya gränser: uppskattad, om inte hela talet är exakt. Metod, lägsta och högsta värde "
        "(avrundade utåt), medelfel och andel exakt (avrundad nedåt) står i egna kolumner.",
        "en": "Recalculated to new boundaries: estimated, unless the whole figure is exact. Method, lowest and highest "
        "value (rounded outwards), standard error and exact share (rounded down) stand in columns of their own.",
    },
    "rounding": {"sv": "Avrundning", "en": "Rounding"},
    "rounding_means": {
        "sv": "Talen är avrundade en gång, halva uppåt (bort från noll). Koder är text, tal är tal.",
        "en": "Figures are rounded once, halves away from zero. Codes are text, figures are numbers.",
    },
}
_MEANS: Mapping[Status, Mapping[str, str]] = {
    Status.SHOWN: {"sv": "Talet visas.", "en": "The figure is shown."},
    Status.PROTECTED: {
        "sv": "Talet visas inte, för att ingen ska kunna kännas igen. Det är inte noll.",
        "en": "The figure is not shown, so that nobody can be recognised. It is not nought.",
    },
    Status.ZERO: {"sv": "Talet är noll på riktigt.", "en": "The figure is a true nought."},
    Status.MISSING: {"sv": "Det finns ingen uppgift.", "en": "There is no information."},
    Status.NOT_APPLICABLE: {
        "sv": "Måttet har ingen mening för området eller året.",
        "en": "The measure has no meaning for the area or year.",
    },
    Status.DID_NOT_EXIST: {"sv": "Området fanns inte det året.", "en": "The area did not exist that year."},
}


def write_about(
    sheet: Any, release: Release, pages: Sequence[Page], rows: pd.DataFrame, look: Look, *, language: Language
) -> None:
    """Write the first sheet: the release, its sheets with links, the statuses, and what each indicator means."""
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 1, 110)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, cell_text(marked(release.name, release, language)), look.title)
    sheet.set_row(0, 24)
    at = 1
    for head, text in _release_lines(release, rows, language):
        at = _line(sheet, at, head, text, look)
    at = _heading(sheet, at, _WORDS["sheets"][language], look)
    for page in pages:
        name = page.name.replace("'", "''")
        sheet.write_url(at, 0, f"internal:'{name}'!A1", look.link, page.name)
        about = f"{page.title}. {_of_sheet(page, language)}"
        sheet.set_row(at, _LINE * math.ceil(len(about) / _TEXT_LETTERS))
        sheet.write_string(at, 1, cell_text(about), look.wrapped)
        at += 1
    at = _heading(sheet, at, _WORDS["statuses"][language], look)
    for head, text in _status_lines(pages, language):
        at = _line(sheet, at, head, text, look)
    at = _heading(sheet, at, _WORDS["definitions"][language], look)
    for code, indicator in release.indicators.items():
        sheet.write_string(at, 0, cell_text(indicator.title[language]), look.heading)
        sheet.write_blank(at, 1, None, look.heading)
        at += 1
        years = next(page.grid.years for page in pages if page.indicator.id == code)
        for fact in facts(indicator, language, years=span(years[0], years[-1])):
            at = _line(sheet, at, fact.head, fact.text, look)
        for number, words in enumerate(indicator.classes, start=1):
            at = _line(sheet, at, f"{_WORDS['classes'][language]} {number}", words[language], look)
        at += 1


def _release_lines(release: Release, rows: pd.DataFrame, language: Language) -> Iterator[tuple[str, str]]:
    told = level_titles(release, language)
    used = {f"{d}/{e}" for d, e in rows[["division", "edition"]].drop_duplicates().itertuples(index=False)}
    if release.organisation:
        yield _WORDS["organisation"][language], release.organisation
    if release.number is not None:
        yield _WORDS["number"][language], str(release.number)
    yield _WORDS["id"][language], release.id
    if line := release.source_line(language):
        head = OFFICE["source"][language]
        yield head, line.removeprefix(f"{head}: ")
    for sentence in policies(release, rows, language):
        yield OFFICE["policy"][language], sentence
    methods = sorted({str(method).partition(":")[0] for method in rows["method"].unique()} - {"", "nan"})
    if methods:
        words = ", ".join(method_words(method, language) for method in methods)
        yield OFFICE["method"][language], f"{capital(words)}."
    for areas in sorted(release.areas.values(), key=level_order):
        if areas.key in used:
            origin = f"{areas.source} ({areas.licence})" if areas.licence else areas.source
            yield OFFICE["areas"][language], f"{told[areas.key]}: {origin}" if origin else told[areas.key]
    for note in release.notes:
        yield OFFICE["notes"][language], note[language]


def _of_sheet(page: Page, language: Language) -> str:
    lines = page.grid.texts[page.part]
    levels = ", ".join(dict.fromkeys(line[0] for line in lines))
    rows = f"{len(lines):,}".replace(",", "\N{NO-BREAK SPACE}" if language == "sv" else ",")
    years = span(page.grid.years[0], page.grid.years[-1])
    return _WORDS["sheet"][language].format(rows=rows, years=years, levels=levels)


def _status_lines(pages: Sequence[Page], language: Language) -> Iterator[tuple[str, str]]:
    for status in Status:
        yield capital(getattr(WORDS[status], language)), _MEANS[status][language]
    yield _WORDS["absent"][language], _WORDS["absent_means"][language]
    if any(page.grid.recalculated.any() for page in pages):
        yield _WORDS["marks"][language], _WORDS["marks_mean"][language]
    yield _WORDS["rounding"][language], _WORDS["rounding_means"][language]


def _line(sheet: Any, at: int, head: str, text: str, look: Look) -> int:
    # Programs differ in whether they make room for wrapped text by themselves.
    lines = max(math.ceil(len(head) / _HEAD_LETTERS), math.ceil(len(text) / _TEXT_LETTERS))
    sheet.set_row(at, _LINE * lines)
    sheet.write_string(at, 0, cell_text(head), look.label_wrapped)
    sheet.write_string(at, 1, cell_text(text), look.wrapped)
    return at + 1


def _heading(sheet: Any, at: int, text: str, look: Look) -> int:
    sheet.write_string(at + 1, 0, text, look.heading)
    sheet.write_blank(at + 1, 1, None, look.heading)
    return at + 2
