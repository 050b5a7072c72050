"""A table with dimensions as a PX file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import prod
from pathlib import Path
from typing import Literal

import numpy as np

from gisintegration.errors import FormatError
from gisintegration.files import atomic
from gisintegration.formats.cells import LARGEST, cell_texts, in_order
from gisintegration.formats.cube import (
    Blocks,
    Cube,
    Dimension,
    Figures,
    Frame,
    Kind,
    Measure,
    Note,
    Text,
    repeated,
)
from gisintegration.formats.px_keywords import ORDER, TIME, WITH_LINE_BREAKS, times_of
from gisintegration.formats.px_statement import LONGEST_NAME, Statement, lines_of, wrapped

Encoding = Literal["utf-8", "windows-1252"]

_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_END = "\r\n"
_SHOWN_DECIMALS = 6
_KINDS = {Kind.GEO: "G", Kind.TIME: "T"}


def write_px(
    cube: Cube,
    path: str | Path,
    *,
    encoding: Encoding = "utf-8",
    substitute: Mapping[str, str] | None = None,
) -> Path:
    """Write a table as a PX file, axis version 2013, and return its path.

    Keywords stand in the order the specification recommends, each followed by its other languages; lines end with CR LF
    and are folded at 256 characters. The same table gives the same bytes. `docs/px.md` lists the keywords.

    Parameters
    ----------
    cube
        The table. Figures are rounded half away from zero to their decimals, and nowhere before.
    path
        The file; it is replaced when the new one is complete.
    encoding
        ``utf-8`` (with a byte order mark, as PxWeb writes it) or ``windows-1252`` for PX-Win and older programs.
    substitute
        What to write for letters that PX cannot hold: ``{'"': "”"}``. A text in PX cannot hold a quotation mark, a
        label cannot hold a line break, and in notes ``#`` is read as a line break. Without this they are refused.

    Raises
    ------
    FormatError
        Something that PX demands is missing, or a text cannot be written; every failure is listed.

    Examples
    --------
    >>> import tempfile
    >>> from gisintegration.formats import Cube, Dimension, Kind, Measure, read_px
    >>> year = Dimension(code="Tid", label={"sv": "år"}, codes=("2023", "2024"), labels={"sv": ("2023", "2024")},
    ...                  kind=Kind.TIME, timescale="A1")
    >>> cube = Cube(dimensions=(year,), figures=[7, 8], matrix="BEF", title={"sv": "Folkmängd efter år"},
    ...             contents={"sv": "Folkmängd"}, subject_code="BE", subject_area={"sv": "Befolkning"},
    ...             measure=Measure(unit={"sv": "antal"}))
    >>> path = write_px(cube, Path(tempfile.mkdtemp()) / "bef.px")
    >>> path.read_text(encoding="utf-8-sig").splitlines()[-2:]
    ['DATA=', '7 8 ;']
    >>> read_px(path) == cube
    True
    """
    return write_px_blocks(
        cube, [(cube.figures, np.asarray(cube.marks))], path, encoding=encoding, substitute=substitute
    )


def write_px_blocks(
    frame: Frame,
    blocks: Blocks,
    path: str | Path,
    *,
    encoding: Encoding = "utf-8",
    substitute: Mapping[str, str] | None = None,
) -> Path:
    """Write a table whose cells are too many to hold, a part at a time; the same bytes as :func:`write_px`.

    Parameters
    ----------
    frame
        All that the table says but its cells.
    blocks
        Figures and marks of cells one after another, together all of them; each block holds whole rows of the data:
        all cells of the heading for some of the stub.
    path, encoding, substitute
        As in :func:`write_px`.

    Raises
    ------
    FormatError
        As :func:`write_px`, or the blocks do not make the table. What stood at ``path`` is whole.

    Examples
    --------
    >>> import tempfile
    >>> from gisintegration.formats import Dimension, Measure, read_px
    >>> area = Dimension(code="Region", label={"sv": "region"}, codes=("0114", "0180"), labels={"sv": ("a", "b")})
    >>> year = Dimension(code="Tid", label={"sv": "år"}, codes=("2024",), labels={"sv": ("2024",)})
    >>> frame = Frame(dimensions=(area, year), matrix="BEF", title={"sv": "Folkmängd"}, contents={"sv": "Folkmängd"},
    ...               subject_code="BE", subject_area={"sv": "Befolkning"}, measure=Measure(unit={"sv": "antal"}))
    >>> path = write_px_blocks(frame, (([figure], [""]) for figure in (7, 8)), Path(tempfile.mkdtemp()) / "bef.px")
    >>> read_px(path).figures.tolist()
    [7.0, 8.0]
    """
    path = Path(path)
    failures = [*_missing(frame), *_ambiguous(frame), *_too_precise(frame)]
    statements = [] if failures else [_substituted(one, substitute or {}) for one in _ordered(frame, encoding)]
    failures += [failure for statement in statements for failure in _unwritable(statement, encoding)]
    if failures:
        raise FormatError(
            f"{path} cannot be written as a PX file.",
            hint="give what is missing with dataclasses.replace, and substitute= for letters that PX cannot hold.",
            failures=failures,
        )
    lines = [line.replace("\n", "#") for statement in statements for line in lines_of(statement)]
    with atomic(path) as temporary, temporary.open("wb") as stream:
        stream.write(((_BOM if encoding == "utf-8" else "") + _END.join([*lines, "DATA=", ""])).encode(encoding))
        for rows in _data(frame, blocks):
            stream.write(_END.join([*rows, ""]).encode("ascii"))
    return path


def _missing(cube: Frame) -> Iterator[dict[str, str]]:
    main = cube.languages[0]
    for keyword, words in (
        ("MATRIX", cube.matrix),
        ("SUBJECT-CODE", cube.subject_code),
        ("SUBJECT-AREA", cube.subject_area.get(main)),
        ("CONTENTS", cube.contents.get(main)),
        ("TITLE", cube.title.get(main)),
    ):
        if not words:
            yield {"keyword": keyword, "what": f"PX demands it, in the main language {main}"}
    for where, measure in _measures(cube):
        if not measure.unit.get(main):
            yield {"keyword": f"UNITS{where}", "what": f"PX demands it, in the main language {main}"}
    if sum(bool(one.timescale) for one in cube.dimensions) > 1:
        yield {"keyword": "TIMEVAL", "what": "PX has one time dimension; give only one a timescale"}
    for dimension in cube.dimensions:
        if dimension.timescale:
            for time in times_of(dimension):
                if not TIME[dimension.timescale].fullmatch(time):
                    what = f"'{time}' is not a time of scale {dimension.timescale}; give times, or no timescale"
                    yield {"keyword": "TIMEVAL", "what": what}


def _measures(cube: Frame) -> list[tuple[str, Measure]]:
    if cube.content is None:
        return [("", cube.measure)]
    return [(f'("{code}")', one) for code, one in zip(cube.content.codes, cube.content.measures, strict=True)]


def _ambiguous(cube: Frame) -> Iterator[dict[str, str]]:
    """Values that a keyword names by their label, though another value has the same label."""
    for dimension in cube.dimensions:
        named = _named_by_label(dimension, cube)
        for language in dimension.labels:
            double = set(repeated(dimension.names(language)))
            for code in sorted(named):
                label = dimension.names(language)[dimension.codes.index(code)]
                if label in double:
                    what = f"PX names value {code} of {dimension.code} by its label '{label}', which others have too"
                    yield {"keyword": "VALUES", "what": what}
    yield from _stars(cube)


def _stars(cube: Frame) -> Iterator[dict[str, str]]:
    """Values called ``*``, which in a note on cells means every value."""
    for note in cube.notes:
        for code, dimension in zip(note.cell, cube.dimensions, strict=False):
            labels = (
                []
                if code is None or note.sign
                else [names[dimension.codes.index(code)] for names in dimension.labels.values()]
            )
            if "*" in {name.strip() for name in (code or "", *labels)}:
                yield {
                    "keyword": note.keyword,
                    "what": f"'*' is a value of {dimension.code}, but would mean every value",
                }


def _named_by_label(dimension: Dimension, cube: Frame) -> set[str]:
    named = set(dimension.codes) if dimension.kind is Kind.CONTENT else set()
    if isinstance(dimension.elimination, str):
        named.add(dimension.elimination)
    position = cube.dimensions.index(dimension)
    for note in cube.notes:
        if note.dimension == dimension.code and note.value:
            named.add(note.value)
        if note.cell and not note.sign and (code := note.cell[position]) is not None:
            named.add(code)
    return named


def _too_precise(cube: Frame) -> Iterator[dict[str, str]]:
    for where, measure in _measures(cube):
        if measure.decimals > _SHOWN_DECIMALS:
            yield {"keyword": f"SHOWDECIMALS{where}", "what": f"PX shows at most {_SHOWN_DECIMALS} decimals"}
    if isinstance(cube, Cube) and (large := _too_large(cube.figures)):
        yield {"keyword": "DATA", "what": large}


def _too_large(figures: Figures) -> str:
    large = int((np.abs(figures) >= LARGEST).sum())
    return f"{large} figures of 10^15 or more cannot be written to the unit" if large else ""


def _substituted(statement: Statement, substitute: Mapping[str, str]) -> Statement:
    names = str.maketrans({letter: words for letter, words in substitute.items() if letter != "#"})
    notes = str.maketrans({letter: words for letter, words in substitute.items() if letter != "\n"})
    table = notes if statement.name in WITH_LINE_BREAKS else names
    keys = tuple(key.translate(names) for key in statement.keys)
    values = statement.values if statement.bare else tuple(value.translate(table) for value in statement.values)
    return replace(statement, keys=keys, values=values)


def _unwritable(statement: Statement, encoding: str) -> Iterator[dict[str, str]]:
    keyword = statement.name + (f"[{statement.language}]" if statement.language else "")
    values = () if statement.bare else statement.values
    names = (*statement.keys, *(values if statement.is_list else ()))
    notes = values if statement.name in WITH_LINE_BREAKS else ()
    for text in (*statement.keys, *values):
        if '"' in text:
            yield {"keyword": keyword, "what": f"a quotation mark in '{text[:60]}'"}
    for text in (*statement.keys, *(() if notes else values)):
        if "\n" in text:
            yield {"keyword": keyword, "what": f"a line break in {text[:60]!r}"}
    for text in notes:
        if "#" in text:
            yield {"keyword": keyword, "what": f"'#' in '{text[:60]}', where it means a line break"}
    for text in (*statement.keys, *statement.values):
        if lost := _lost(text, encoding):
            yield {"keyword": keyword, "what": f"{lost!r} in '{text[:60]}' does not exist in {encoding}"}
    for name in names:
        if len(name) > LONGEST_NAME:
            what = f"'{name[:60]}…' has {len(name)} characters; at most {LONGEST_NAME} fit a line"
            yield {"keyword": keyword, "what": what}


def _lost(text: str, encoding: str) -> str:
    """The letters of a text that an encoding does not have."""
    if text.encode(encoding, "ignore").decode(encoding) == text:
        return ""
    return "".join(sorted(letter for letter in set(text) if not letter.encode(encoding, "ignore")))


def _data(frame: Frame, blocks: Blocks) -> Iterator[list[str]]:
    """The lines of the data, a block at a time."""
    width = prod(frame.shape[len(frame.dimensions) - frame.heading :])
    done = 0
    for figures, marks, decimals in in_order(frame, blocks):
        if figures.size % width or (large := _too_large(figures)):
            what = large if not figures.size % width else f"a block of {figures.size} cells cuts a row of {width}"
            raise FormatError("The data cannot be written as PX.", failures=[{"keyword": "DATA", "what": what}])
        cells = cell_texts(figures, marks, decimals)
        done += len(cells)
        rows = [" ".join(cells[start : start + width]) + " " for start in range(0, len(cells), width)]
        if done == frame.cells and rows:
            rows[-1] += ";"
        yield [line for row in rows for line in wrapped(row)]


@dataclass(frozen=True)
class _Author:
    """Makes the statements of one cube; a text becomes one statement per language it is given in."""

    cube: Frame

    def language(self, language: str) -> str:
        return "" if language == self.cube.languages[0] else language

    def text(self, name: str, text: Text, *dimensions: tuple[Dimension, str]) -> Iterator[Statement]:
        for language in self.cube.languages:
            if language in text:
                yield Statement(name, self.language(language), self.keys(language, *dimensions), (text[language],))

    def keys(self, language: str, *places: tuple[Dimension, str]) -> tuple[str, ...]:
        """Names in a language: of a dimension (no code), or of one of its values alone."""
        return tuple(
            dimension.names(language)[dimension.codes.index(code)] if code else dimension.name(language)
            for dimension, code in places
        )

    def each(
        self, name: str, dimension: Dimension, values: tuple[str, ...], *, bare: bool = False
    ) -> Iterator[Statement]:
        """The same values under the dimension's name in every language it has a name or labels in."""
        for language in self.cube.languages:
            if language == self.cube.languages[0] or language in dimension.label:
                yield Statement(name, self.language(language), (dimension.name(language),), values, bare=bare)


def _ordered(cube: Frame, encoding: str) -> list[Statement]:
    place = {name: position for position, name in enumerate(ORDER)}
    page = Statement("CODEPAGE", values=(encoding,))
    written = [page, *_head(cube), *_dimensions(cube), *_measured(cube), *_notes(cube), *_rest(cube)]
    return sorted((one for one in written if one.values), key=lambda one: place.get(one.name, len(ORDER)))


def _head(cube: Frame) -> Iterator[Statement]:
    author = _Author(cube)
    yield Statement("CHARSET", values=("ANSI",))
    yield Statement("AXIS-VERSION", values=("2013",))
    yield Statement("LANGUAGE", values=(cube.languages[0],))
    if len(cube.languages) > 1:
        yield Statement("LANGUAGES", values=cube.languages)
    for name, moment in (("CREATION-DATE", cube.created), ("NEXT-UPDATE", cube.next_update)):
        yield Statement(name, values=_moment(moment))
    for name, words in (
        ("UPDATE-FREQUENCY", cube.update_frequency),
        ("TABLEID", cube.table_id),
        ("MATRIX", cube.matrix),
        ("SUBJECT-CODE", cube.subject_code),
    ):
        yield Statement(name, values=(words,) if words else ())
    yield Statement("DECIMALS", values=(str(_most_decimals(cube)),), bare=True)
    yield Statement("SHOWDECIMALS", values=(str(cube.measure.decimals),), bare=True)
    for name, flag in (
        ("AGGREGALLOWED", cube.aggregation),
        ("COPYRIGHT", cube.copyright),
        ("OFFICIAL-STATISTICS", cube.official),
    ):
        yield Statement(name, values=("YES" if flag else "NO",), bare=True)
    for name, text in (
        ("SUBJECT-AREA", cube.subject_area),
        ("DESCRIPTION", cube.description),
        ("TITLE", cube.title),
        ("CONTENTS", cube.contents),
        ("DATABASE", cube.database),
        ("SOURCE", cube.source),
        ("SURVEY", cube.survey),
    ):
        yield from author.text(name, text)
    for mark, text in cube.symbols.items():
        yield from author.text("DATASYMBOLNIL" if mark == "-" else f"DATASYMBOL{len(mark)}", text)


def _most_decimals(cube: Frame) -> int:
    return max(one.decimals for _, one in _measures(cube)) if cube.stored_decimals is None else cube.stored_decimals


def _dimensions(cube: Frame) -> Iterator[Statement]:
    author, split = _Author(cube), len(cube.dimensions) - cube.heading
    for name, dimensions in (("STUB", cube.dimensions[:split]), ("HEADING", cube.dimensions[split:])):
        for language in cube.dimensions[0].label:
            yield Statement(name, author.language(language), values=tuple(one.name(language) for one in dimensions))
    for dimension in cube.dimensions:
        if dimension.kind is Kind.CONTENT:
            for language in dimension.label:
                yield Statement("CONTVARIABLE", author.language(language), values=(dimension.name(language),))
        for language in cube.languages:
            if language in dimension.labels:
                keys = (dimension.name(language),)
                yield Statement("VALUES", author.language(language), keys, dimension.labels[language])
        yield from author.each("CODES", dimension, dimension.codes)
        if dimension.code != dimension.name(cube.languages[0]):
            yield from author.each("VARIABLECODE", dimension, (dimension.code,))
        yield from _marked(dimension, author)


def _marked(dimension: Dimension, author: _Author) -> Iterator[Statement]:
    if dimension.timescale:
        times = (f'"{time}"' for time in times_of(dimension))
        yield from author.each("TIMEVAL", dimension, (f"TLIST({dimension.timescale})", *times), bare=True)
    if dimension.kind in _KINDS:
        yield from author.each("VARIABLE-TYPE", dimension, (_KINDS[dimension.kind],))
    for name, words in (("DOMAIN", dimension.domain), ("MAP", dimension.map)):
        if words:
            yield from author.each(name, dimension, (words,))
    if dimension.elimination is True:
        yield from author.each("ELIMINATION", dimension, ("YES",), bare=True)
    elif dimension.elimination:
        for statement in author.each("ELIMINATION", dimension, (dimension.elimination,)):
            language = statement.language or author.cube.languages[0]
            label = author.keys(language, (dimension, dimension.elimination))
            yield Statement("ELIMINATION", statement.language, statement.keys, label)


def _measured(cube: Frame) -> Iterator[Statement]:
    author, content = _Author(cube), cube.content
    places: list[tuple[Measure, tuple[tuple[Dimension, str], ...]]] = [(cube.measure, ())]
    if content:
        places += [(one, ((content, code),)) for code, one in zip(content.codes, content.measures, strict=True)]
    for measure, place in places:
        if content and place and measure.decimals != cube.measure.decimals:
            for language in cube.languages:
                if language in content.labels or language in content.label:
                    keys = author.keys(language, (content, ""), *place)
                    yield Statement("PRECISION", author.language(language), keys, (str(measure.decimals),), bare=True)
        main = author.keys(cube.languages[0], *place)
        yield Statement("LAST-UPDATED", "", main, _moment(measure.updated))
        yield Statement("STOCKFA", "", main, (measure.stock,) if measure.stock else ())
        yield Statement("CFPRICES", "", main, (measure.prices,) if measure.prices else ())
        for name, text in (
            ("UNITS", measure.unit),
            ("CONTACT", measure.contact),
            ("REFPERIOD", measure.reference_time),
            ("BASEPERIOD", measure.base_period),
        ):
            yield from author.text(name, text, *place)


def _notes(cube: Frame) -> Iterator[Statement]:
    author = _Author(cube)
    known = {dimension.code: dimension for dimension in cube.dimensions}
    together: dict[tuple[object, ...], list[Note]] = {}
    for note in cube.notes:
        together.setdefault((note.keyword, note.dimension, note.value, note.cell), []).append(note)
    for notes in together.values():
        # The reader pairs languages by order: where one note lacks a language that its fellow has, it is written empty.
        languages = [language for language in cube.languages if any(language in note.text for note in notes)]
        for note in notes:
            for language in languages:
                keys = _note_keys(note, language, author, known)
                text = note.text.get(language, "")
                yield Statement(note.keyword, author.language(language), keys, (text,))


def _note_keys(note: Note, language: str, author: _Author, known: Mapping[str, Dimension]) -> tuple[str, ...]:
    if note.cell and note.sign:
        return tuple(code or "*" for code in note.cell)
    if note.cell:
        pairs = zip(note.cell, author.cube.dimensions, strict=True)
        return tuple("*" if code is None else author.keys(language, (one, code))[0] for code, one in pairs)
    if not note.dimension:
        return ()
    dimension = known[note.dimension]
    return author.keys(language, (dimension, ""), *([(dimension, note.value)] if note.value else []))


def _rest(cube: Frame) -> Iterator[Statement]:
    for keyword in cube.other:
        values = keyword.values
        if any(keyword.bare) and not all(keyword.bare):
            values = tuple(one if bare else f'"{one}"' for one, bare in zip(values, keyword.bare, strict=True))
        yield Statement(keyword.name, keyword.language, keyword.keys, values, bare=any(keyword.bare))


def _moment(moment: datetime | None) -> tuple[str, ...]:
    return (f"{moment.year:04d}{moment:%m%d %H:%M}",) if moment else ()
