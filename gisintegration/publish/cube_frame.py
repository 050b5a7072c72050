"""What a table of a release says beside its figures: dimensions, titles, units and notes, in both languages."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from gisintegration.formats import Dimension, Frame, Kind, Measure, Note
from gisintegration.publish.cells import is_recalculated
from gisintegration.publish.office import WORDS as HEADS
from gisintegration.publish.office import facts, made_at, policies, span
from gisintegration.publish.subjects import subject_code, subject_title
from gisintegration.publish.words import FIELDS, REFERENCE, Language, class_text, edition_title, is_internal, marked
from gisintegration.tables import TOTAL, WORDS, Areas, Indicator, Labels, Release, Status, method_words
from gisintegration.tables.indicator import Kind as Measured

Texts = dict[str, str]
_LONGEST_MATRIX = 20
_DIMENSIONS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "area": ("Region", {"sv": "region", "en": "region"}),
    "sex": ("Kon", {"sv": "kön", "en": "sex"}),
    "age": ("Alder", {"sv": "ålder", "en": "age"}),
    "education": ("Utbildning", {"sv": "utbildningsnivå", "en": "level of education"}),
    "background": ("Bakgrund", {"sv": "bakgrund", "en": "background"}),
    "content": ("ContentsCode", {"sv": "tabellinnehåll", "en": "observations"}),
    "year": ("Tid", {"sv": "år", "en": "year"}),
}
_OFFICIAL = {"deso": "DeSO", "regso": "RegSO"}
_TITLE = {"sv": "{subject}, {edition}, efter {dimensions} och {last}, {years}",
          "en": "{subject}, {edition}, by {dimensions} and {last}, {years}"}  # fmt: skip
_MARKS = {"sv": "Tecken i stället för en uppgift", "en": "Marks in place of a figure"}
_RECALCULATED = {
    "sv": "Vissa uppgifter är omräknade till nya gränser och inte publicerade av källan: {methods}. Lägst, högst, "
    "medelfel och andel exakt står bredvid.",
    "en": "Some figures were recalculated to new boundaries and are not the source's own: {methods}. Lowest, highest, "
    "standard error and exact share stand beside them.",
}
_YEAR = {"sv": "Uppskattade uppgifter: {methods}.", "en": "Estimated figures: {methods}."}
_RELEASE = {"sv": "Utgivning", "en": "Release"}
_MUST_BE_SHOWN = ("assumption", "breaks")


@dataclass(frozen=True)
class Axes:
    """The values of a table's dimensions.

    Parameters
    ----------
    areas, codes
        The edition, and the codes of its areas in order.
    sexes
        Empty where figures are not given by sex.
    groups
        For each dimension of breakdowns: the breakdowns in it, and its classes as (breakdown, code), the total first.
    contents
        Indicators, each with the column of the row that is given.
    years
        Ascending.
    """

    areas: Areas
    codes: tuple[str, ...]
    sexes: tuple[str, ...]
    groups: tuple[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], ...]
    contents: tuple[tuple[Indicator, str], ...]
    years: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values of each dimension, in order."""
        sizes = (len(self.sexes) or 1, *(len(classes) for _, classes in self.groups))
        return (len(self.codes), *sizes, len(self.contents), len(self.years))

    @property
    def with_quality(self) -> list[int]:
        """Positions of the contents that bounds, standard error and exact share follow."""
        return [at - 1 for at, (_, part) in enumerate(self.contents) if part == "lower"]


def frame_of(
    axes: Axes,
    rows: pd.DataFrame,
    release: Release,
    *,
    subject: str,
    layer: str,
    languages: Sequence[Language],
    suffix: bool,
    contact: str,
) -> Frame:
    """The table but its cells. Texts have no quotation marks that PX could not hold replaced: its writer does that."""
    dimensions = tuple(_dimensions(axes, release.labels, release, languages, layer, suffix=suffix, contact=contact))
    title: Texts = {
        language: marked(
            _TITLE[language].format(
                subject=subject_title(subject)[language],
                edition=edition_title(axes.areas, language),
                dimensions=", ".join(one.label[language] for one in dimensions[:-1]),
                last=dimensions[-1].label[language],
                years=span(axes.years[0], axes.years[-1]),
            ),
            release,
            language,
        )
        for language in languages
    }
    return Frame(
        dimensions=dimensions,
        heading=2,
        languages=tuple(languages),
        matrix=f"{subject[: _LONGEST_MATRIX - 1 - len(layer)]}_{layer}"[:_LONGEST_MATRIX],
        table_id=f"{subject}_{layer}",
        title=title,
        contents={language: marked(subject_title(subject)[language], release, language) for language in languages},
        subject_code=subject_code(subject),
        subject_area=dict(subject_title(subject)),
        source={language: _source(release, language) for language in languages},
        measure=Measure(updated=_moment(release)),
        notes=tuple(_notes(axes, rows, release, languages)),
        created=_moment(release),
        aggregation=all(one.kind is Measured.COUNT for one, _ in axes.contents) and not is_internal(release),
    )


def _source(release: Release, language: Language) -> str:
    """The source line without its first word, which PxWeb puts before it."""
    line, head = release.source_line(language), HEADS["source"][language]
    return line.removeprefix(f"{head}: ")


def _moment(release: Release) -> datetime | None:
    """``SOURCE_DATE_EPOCH``, else the date that the release was given; never the clock."""
    if os.environ.get("SOURCE_DATE_EPOCH", "").isdigit():
        return made_at().replace(tzinfo=None)
    try:
        given = date.fromisoformat(str(release.manifest.get("date", "")))
    except ValueError:
        return None
    return datetime(given.year, given.month, given.day)  # noqa: DTZ001  # PX knows no time zones


def _dimensions(
    axes: Axes,
    labels: Labels,
    release: Release,
    languages: Sequence[Language],
    layer: str,
    *,
    suffix: bool,
    contact: str,
) -> Iterator[Dimension]:
    edition = f"{_OFFICIAL.get(axes.areas.division, axes.areas.division)}{axes.areas.edition}"
    ending = f"_{edition}" if suffix and axes.areas.division in _OFFICIAL else ""
    names = _area_names(axes)
    yield Dimension(
        code=_DIMENSIONS["area"][0],
        label=_DIMENSIONS["area"][1],
        codes=tuple(code + ending for code in axes.codes),
        labels=dict.fromkeys(languages, names),
        kind=Kind.GEO,
        domain=edition,
        map=layer,
    )
    if axes.sexes:
        yield Dimension(
            code=_DIMENSIONS["sex"][0],
            label=_DIMENSIONS["sex"][1],
            codes=axes.sexes,
            labels={one: tuple(class_text(labels, "sex", code, one) for code in axes.sexes) for one in languages},
            elimination=TOTAL if TOTAL in axes.sexes else False,
        )
    alone = {group[0] for group, _ in axes.groups if len(group) == 1}
    for group, classes in axes.groups:
        # SCB calls a list of several breakdowns Bakgrund, whatever stands in it; background itself comes first.
        code, label = _DIMENSIONS["background" if len(group) > 1 and "background" not in alone else group[0]]
        yield Dimension(
            code=code,
            label=label,
            codes=tuple(code if code == TOTAL else f"{owner}_{code}" for owner, code in classes),
            labels={one: _class_names(classes, labels, one) for one in languages},
            elimination=TOTAL,
        )
    yield _content(axes, release, languages, contact)
    years = tuple(str(year) for year in axes.years)
    yield Dimension(
        code=_DIMENSIONS["year"][0],
        label=_DIMENSIONS["year"][1],
        codes=years,
        labels=dict.fromkeys(languages, years),
        kind=Kind.TIME,
        timescale="A1",
    )


def _area_names(axes: Axes) -> tuple[str, ...]:
    """Names of areas; with the code before them where two have the same, for readers that go by names."""
    found = dict(zip(axes.areas.table["code"], axes.areas.table["name"], strict=True))
    names = [_plain(str(found[code])) or code for code in axes.codes]
    if len(set(names)) < len(names):
        names = [name if name == code else f"{code} {name}" for code, name in zip(axes.codes, names, strict=True)]
    return tuple(names)


def _class_names(classes: Sequence[tuple[str, str]], labels: Labels, language: Language) -> tuple[str, ...]:
    names = [_plain(class_text(labels, owner, code, language)) for owner, code in classes]
    twice = {name for name in names if names.count(name) > 1}
    return tuple(
        f"{_DIMENSIONS[owner][1][language]}: {name}" if name in twice and code != TOTAL else name
        for name, (owner, code) in zip(names, classes, strict=True)
    )


def _content(axes: Axes, release: Release, languages: Sequence[Language], contact: str) -> Dimension:
    asked = contact or release.organisation
    years = span(axes.years[0], axes.years[-1])
    measures = []
    for indicator, part in axes.contents:
        exact = part == "exact_share"
        measures.append(
            Measure(
                unit={"sv": "procent", "en": "per cent"}
                if exact
                else {str(one): text for one, text in indicator.unit.items()},
                decimals=0 if exact else indicator.decimals,
                reference_time={one: REFERENCE[indicator.reference][one].format(year=years) for one in languages},
                contact=dict.fromkeys(languages, asked),
                updated=_moment(release),
                stock="F" if indicator.flow or indicator.reference == "calendar year" else "S",
            )
        )
    labels: dict[str, tuple[str, ...]] = {}
    for language in languages:
        names = [_content_name(indicator, part, language) for indicator, part in axes.contents]
        alike = {name for name in names if names.count(name) > 1}
        pairs = zip(names, axes.contents, strict=True)
        labels[language] = tuple(f"{name} ({one.id})" if name in alike else name for name, (one, _) in pairs)
    return Dimension(
        code=_DIMENSIONS["content"][0],
        label=_DIMENSIONS["content"][1],
        codes=tuple(content_code(one, part) for one, part in axes.contents),
        labels=labels,
        kind=Kind.CONTENT,
        measures=tuple(measures),
    )


def content_code(indicator: Indicator, part: str) -> str:
    """The code of a content: the indicator's id, and what is told of how sure its figures are after a full stop.

    Examples
    --------
    >>> from gisintegration.testing import example_indicator
    >>> [content_code(example_indicator("share"), part) for part in ("value", "se")]
    ['example_share', 'example_share.se']
    """
    return indicator.id if part == "value" else f"{indicator.id}.{part}"


def _content_name(indicator: Indicator, part: str, language: Language) -> str:
    title = _plain(indicator.title[language])
    return title if part == "value" else f"{title}: {FIELDS[part][language].lower()}"


def _notes(axes: Axes, rows: pd.DataFrame, release: Release, languages: Sequence[Language]) -> Iterator[Note]:
    told: dict[Language, list[str]] = {one: policies(release, rows, one) for one in languages}
    for texts in zip(*told.values(), strict=True):
        yield Note(text=dict(zip(told, texts, strict=True)), mandatory=True)
    for note in release.notes:
        yield Note(text={one: note[one] for one in languages if one in note}, mandatory=True)
    estimated = rows[is_recalculated(rows) & (rows["exact_share"] < 1).to_numpy()]
    if len(estimated):
        text: Texts = {one: _RECALCULATED[one].format(methods=_methods(estimated, one)) for one in languages}
        yield Note(text=text, mandatory=True)
    yield Note(text={one: _mark_words(one) for one in languages})
    origin = f"{axes.areas.source} ({axes.areas.licence})" if axes.areas.licence else axes.areas.source
    if origin:
        yield Note(
            text={one: f"{HEADS['areas'][one]}: {edition_title(axes.areas, one)}, {origin}" for one in languages}
        )
    yield Note(text={one: f"{_RELEASE[one]}: {_release_text(release)}" for one in languages})
    years = span(axes.years[0], axes.years[-1])
    for indicator, part in axes.contents:
        if part == "value":
            yield from _of_content(indicator, years, languages)
    for year, here in estimated.groupby("year"):
        told_of: Texts = {one: _YEAR[one].format(methods=_methods(here, one)) for one in languages}
        yield Note(text=told_of, dimension=_DIMENSIONS["year"][0], value=str(year), mandatory=True)


def _of_content(indicator: Indicator, years: str, languages: Sequence[Language]) -> Iterator[Note]:
    """What a figure means; assumptions and breaks apart, since they must be shown."""
    dimension = _DIMENSIONS["content"][0]
    demanded = {HEADS[name][one]: one for name in _MUST_BE_SHOWN for one in languages}
    means: Texts = {}
    must: Texts = {}
    for language in languages:
        lines = [(fact.head, f"{fact.head}: {fact.text}") for fact in facts(indicator, language, years=years)]
        classes = [f"{number} = {words[language]}" for number, words in enumerate(indicator.classes, start=1)]
        means[language] = "\n".join([*(text for head, text in lines if head not in demanded), *classes])
        must[language] = "\n".join(text for head, text in lines if head in demanded)
    yield Note(text=means, dimension=dimension, value=indicator.id)
    if any(must.values()):
        yield Note(text=must, dimension=dimension, value=indicator.id, mandatory=True)


def _methods(rows: pd.DataFrame, language: Language) -> str:
    return "; ".join(method_words(method, language) for method in sorted(set(rows["method"].astype("str"))))


def _mark_words(language: Language) -> str:
    marks: dict[str, list[str]] = {}
    for status in Status:
        if WORDS[status].px:
            marks.setdefault(WORDS[status].px, []).append(getattr(WORDS[status], language))
    return f"{_MARKS[language]}: " + ", ".join(f"{mark} {' / '.join(words)}" for mark, words in sorted(marks.items()))


def _release_text(release: Release) -> str:
    number = release.manifest.get("number")
    parts = [_plain(release.name), str(number) if number is not None else "", release.id]
    return ", ".join(part for part in parts if part)


def _plain(text: str) -> str:
    """A text on one line, as labels must be."""
    return " ".join(text.split())
