"""The quality declaration of a release under SCB's five headings, on one page, as HTML and as Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gisintegration.database.checks.findings import Number
from gisintegration.publish.pages import page
from gisintegration.publish.quality_texts import TEXTS
from gisintegration.publish.release_facts import About, Facts, methods_of, registers_of, subjects_of
from gisintegration.publish.words import Language, internal, is_internal
from gisintegration.tables import Release

# Letters in a line of a column, and lines in both columns of the page; how many of a list are named at most.
_LINE, _LINES, _MOST = 58, 126, 14


@dataclass(frozen=True)
class Line:
    """A paragraph, with the words it begins with."""

    head: str
    text: str


@dataclass(frozen=True)
class Table:
    """A small table; all columns but the first are figures."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Section:
    """One of the five headings."""

    title: str
    lines: Sequence[Line]
    table: Table | None = None


@dataclass(frozen=True)
class Declaration:
    """A quality declaration in one language."""

    language: Language
    name: str
    internal: str
    subtitle: str
    sections: Sequence[Section]
    footer: str


@dataclass(frozen=True)
class _Of:
    """What a declaration is made of, and how many of each list there is room to name."""

    release: Release
    facts: Facts
    about: About
    words: Mapping[str, Any]
    language: Language
    named: int


def declaration(release: Release, facts: Facts, about: About, language: Language) -> Declaration:
    """The declaration of a release, made of what it says of itself; lists are cut so that it has room on a page."""
    words = TEXTS[language]
    for named in range(_MOST, 0, -1):
        sections = _sections(_Of(release, facts, about, words, language, named))
        if sum(map(_height, sections)) <= _LINES:
            break
    return Declaration(
        language=language,
        name=release.name,
        internal=internal(words["title"], language) if is_internal(release) else "",
        subtitle=words["subtitle"].format(
            first=facts.years[0], last=facts.years[1], id=release.id, levels=len(facts.levels)
        ),
        sections=sections,
        footer=" ".join(text for text in (release.source_line(language), *_contact(about, words)) if text),
    )


def quality_html(made: Declaration) -> str:
    """The declaration as a page of A4."""
    return page(
        "quality.html",
        t=TEXTS[made.language],
        language=made.language,
        name=made.name,
        internal=made.internal,
        subtitle=made.subtitle,
        sections=made.sections,
        footer=made.footer,
    )


def quality_markdown(made: Declaration) -> str:
    """The declaration as Markdown."""
    words = TEXTS[made.language]
    lines = [f"# {words['title']}: {_plain(made.name)}", "", *([f"**{made.internal}**", ""] if made.internal else [])]
    lines += [made.subtitle, ""]
    for section in made.sections:
        lines += [f"## {section.title}", ""]
        for line in section.lines:
            lines += [(f"**{line.head}.** " if line.head else "") + _plain(line.text), ""]
        if section.table is not None:
            lines += [_row(section.table.heads), _row(["---", *(["---:"] * (len(section.table.heads) - 1))])]
            lines += [*map(_row, section.table.rows), ""]
    return "\n".join([*lines, made.footer]) + "\n"


def _sections(of: _Of) -> list[Section]:
    parts = (_relevance, _reliability, _timeliness, _access, _comparability)
    return [part(title, of) for title, part in zip(of.words["headings"], parts, strict=True)]


def _height(section: Section) -> float:
    """About so many lines of a column."""
    rows = 0 if section.table is None else 1.3 * (len(section.table.rows) + 1.5)
    return 2.2 + rows + sum(math.ceil((len(line.head) + len(line.text) + 2) / _LINE) + 0.3 for line in section.lines)


def _relevance(title: str, of: _Of) -> Section:
    indicators = of.release.indicators.values()
    counted = sorted({of.words["counted"].get(item.counted, item.counted) for item in indicators})
    places = _few(of.facts.places, of.named, of.words)
    return Section(
        title,
        [
            Line(of.words["purpose"], of.words["purpose_text"]),
            Line(of.words["population"], of.words["population_text"].format(counted=", ".join(counted), places=places)),
            Line(of.words["variables"], of.words["variables_text"].format(n=len(of.release.indicators))),
            *_subjects(of),
        ],
    )


def _subjects(of: _Of) -> Iterable[Line]:
    for subject, items in subjects_of(of.release).items():
        titles = [item.title[of.language] for item in items]
        yield Line(of.words["subjects"].get(subject, subject), _few(titles, of.named, of.words, separator="; "))


def _reliability(title: str, of: _Of) -> Section:
    lines = [
        Line(of.words["sources"], of.words["sources_text"].format(registers=", ".join(registers_of(of.release)))),
        Line(
            of.words["method"], of.words["method_text"].format(methods=", ".join(methods_of(of.release, of.language)))
        ),
        *_placed(of.facts, of.words, of.language),
        Line(of.words["protection"], " ".join(item[of.language] for _, item in sorted(of.release.stamps.items()))),
        *_recalculated(of.facts, of.words, of.language),
        *(Line("", note[of.language]) for note in of.release.notes if len(note[of.language]) <= of.words["long"]),
    ]
    rows = [
        (
            level.title[of.language],
            Number(level.areas, 0).text(of.language),
            Number(level.cells, 0).text(of.language),
            _percent(level.protected, level.cells, of.language),
        )
        for level in of.facts.levels
    ]
    return Section(title, lines, Table(of.words["level_heads"], rows))


def _placed(facts: Facts, words: Mapping[str, Any], language: Language) -> Iterable[Line]:
    if not facts.placed:
        return []
    last = max(facts.placed, key=lambda row: (int(row["year"]), str(row["edition"])))
    figures = {name: _count(last.get(name, 0), language) for name in ("rows", "unplaced", "outside", "rejected")}
    return [Line(words["placed"], words["placed_text"].format(year=last["year"], **figures))]


def _recalculated(facts: Facts, words: Mapping[str, Any], language: Language) -> Iterable[Line]:
    made = facts.recalculated
    if made is None:
        return [Line(words["recalculated"], words["not_recalculated"])]
    text = words["recalculated_text"].format(
        cells=Number(made.cells, 0).text(language),
        methods=made.methods[language],
        exact=Number(100 * made.exact, 0).text(language),
    )
    if not math.isnan(made.error):
        text += words["error_text"].format(error=Number(made.error, 1).text(language))
    return [Line(words["recalculated"], text)]


def _timeliness(title: str, of: _Of) -> Section:
    references = {item.reference for item in of.release.indicators.values()}
    times = ", ".join(of.words["references"][name] for name in of.words["references"] if name in references)
    published = (
        of.words["published_text"].format(date=of.about.published) if of.about.published else of.words["unpublished"]
    )
    return Section(
        title,
        [
            Line(
                of.words["time"],
                of.words["time_text"].format(first=of.facts.years[0], last=of.facts.years[1], times=times),
            ),
            Line(of.words["published"], published),
        ],
    )


def _access(title: str, of: _Of) -> Section:
    where = of.about.download or of.about.landing_page
    return Section(
        title,
        [
            Line(of.words["forms"], of.words["forms_text"]),
            Line(of.words["documents"], of.words["documents_text"]),
            *([Line(of.words["address"], where)] if where else []),
            *([Line(of.words["licence"], of.about.licence)] if of.about.licence else []),
        ],
    )


def _comparability(title: str, of: _Of) -> Section:
    assumed = [item.title[of.language] for item in of.release.indicators.values() if item.assumption]
    stated = sorted({item.stated_by for item in of.release.indicators.values() if item.stated_by})
    breaks: dict[str, None] = {}
    for row in of.facts.breaks.sort_values("year", ascending=False, kind="stable").to_dict("records"):
        breaks.setdefault(f"{row['year']}: {row[of.language]}")
    told = list(breaks)
    return Section(
        title,
        [
            Line(of.words["areas"], of.words["areas_text"]),
            Line(of.words["breaks"], " ".join(told[: of.named]) if told else of.words["no_breaks"]),
            *([Line("", of.words["more_breaks"].format(n=len(told) - of.named))] if len(told) > of.named else []),
            *([Line(of.words["stated"], of.words["stated_text"].format(by=", ".join(stated)))] if stated else []),
            Line(
                of.words["assumptions"],
                of.words["assumptions_text"].format(
                    n=len(assumed), titles=_few(assumed, of.named, of.words, separator="; ")
                )
                if assumed
                else of.words["no_assumptions"],
            ),
            Line(of.words["together"], of.words["together_text"]),
        ],
    )


def _contact(about: About, words: Mapping[str, Any]) -> list[str]:
    told = ", ".join(text for text in (about.contact, about.email) if text)
    return [words["contact"].format(contact=told)] if told else []


def _few(texts: Sequence[str], shown: int, words: Mapping[str, Any], *, separator: str = ", ") -> str:
    rest = len(texts) - shown
    told = separator.join(texts[:shown])
    return f"{told} {words['more'].format(n=rest)}" if rest > 0 else told


def _percent(part: int, whole: int, language: Language) -> str:
    return f"{Number(100 * part / whole if whole else 0.0, 1).text(language)}\N{NO-BREAK SPACE}%"


def _count(value: object, language: Language) -> str:
    return value if isinstance(value, str) else Number(float(value), 0).text(language)  # type: ignore[arg-type]


def _plain(text: str) -> str:
    """A text that Markdown takes for nothing but text."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<#|" else letter for letter in " ".join(text.splitlines()))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell if set(cell) <= set('-:') else _plain(cell) for cell in cells)} |"
