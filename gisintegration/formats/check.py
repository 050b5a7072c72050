"""What a table with dimensions must hold to before it can be written as any file."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from gisintegration.formats.cube import (
    MARKS,
    TEXTS,
    Cube,
    Dimension,
    Figures,
    Frame,
    Keyword,
    Kind,
    Marks,
    Note,
    Text,
    repeated,
)

TIMESCALES = {"A1": 4, "H1": 5, "Q1": 5, "M1": 6, "W1": 6}
"""Per timescale, the digits of one time in PX."""

MOST_DECIMALS = 15
MOST_DIMENSIONS = 64
_BARE = re.compile(r'[^";\n]*+(?:"[^"\n]*+"[^";\n]*+)*+')
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

Failure = dict[str, str]


def failures(cube: Frame) -> list[Failure]:
    """Everything that is wrong with a table; nothing if it is whole."""
    found = [*_of_languages(cube), *_of_dimensions(cube)]
    if found:
        return found  # what follows counts cells and looks up codes
    cells = of_cells(cube, cube.figures, np.asarray(cube.marks)) if isinstance(cube, Cube) else ()
    return [*cells, *_of_texts(cube), *_of_notes(cube), *_of_decimals(cube)]


def _of_languages(cube: Frame) -> Iterator[Failure]:
    if not cube.languages:
        yield {"where": "languages", "what": "there is none"}
    for language in repeated(cube.languages):
        yield {"where": "languages", "what": f"'{language}' stands twice"}
    for language in cube.languages:
        if not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", language):
            yield {"where": "languages", "what": f"'{_shown(language)}' is not a language code such as sv or en"}


def _of_dimensions(cube: Frame) -> Iterator[Failure]:
    if not 0 < len(cube.dimensions) <= MOST_DIMENSIONS:
        yield {"where": "dimensions", "what": f"there are {len(cube.dimensions)}, not 1 to {MOST_DIMENSIONS}"}
    if not 0 <= cube.heading <= len(cube.dimensions):
        yield {"where": "heading", "what": f"{cube.heading} of {len(cube.dimensions)} dimensions cannot stand in it"}
    for code in repeated(tuple(one.code for one in cube.dimensions)):
        yield {"where": "dimensions", "what": f"the code '{code}' stands twice"}
    if sum(one.kind is Kind.CONTENT for one in cube.dimensions) > 1:
        yield {"where": "dimensions", "what": "more than one is of kind content"}
    for language in cube.languages:
        for name in repeated(tuple(one.name(language) for one in cube.dimensions)):
            yield {"where": "dimensions", "what": f"the label '{name}' stands twice in language {language}"}
    named = {language for one in cube.dimensions for language in one.label}
    for dimension in cube.dimensions:
        for language in sorted(named - set(dimension.label)):
            what = f"it has no label in language {language}, where other dimensions have one"
            yield {"where": f"dimension {dimension.code}", "what": what}
        for what in _of_one(dimension, cube):
            yield {"where": f"dimension {dimension.code}", "what": what}


def _of_one(dimension: Dimension, cube: Frame) -> Iterator[str]:
    size = len(dimension.codes)
    if not dimension.code or _UNWRITABLE.search(dimension.code) or "\n" in dimension.code:
        yield "its code is empty or holds control characters"
    if not size:
        yield "it has no values"
    if not all(dimension.codes):
        yield "a value has an empty code"
    for code in dimension.codes:
        if _UNWRITABLE.search(code) or "\n" in code:
            yield f"the code '{_shown(code)}' holds control characters"
    yield from (f"the code '{code}' stands twice" for code in repeated(dimension.codes))
    main = cube.languages[0] if cube.languages else ""
    if main not in dimension.label:
        yield f"it has no label in the main language {main}"
    if main not in dimension.labels:
        yield f"its values have no labels in the main language {main}"
    yield from _unknown_languages((*dimension.label, *dimension.labels), cube)
    yield from _unwritable(dimension.label.values())
    for language, labels in dimension.labels.items():
        if len(labels) != size:
            yield f"it has {size} codes but {len(labels)} labels in language {language}"
        yield from (
            f"value '{code}' has an empty label"
            for code, label in zip(dimension.codes, labels, strict=False)
            if not label
        )
        yield from _unwritable(labels)
    if len(dimension.measures) != (size if dimension.kind is Kind.CONTENT else 0):
        yield f"it has {len(dimension.measures)} measures; the content dimension has one per value, others none"
    if isinstance(dimension.elimination, str) and dimension.elimination not in dimension.codes:
        yield f"the elimination value '{dimension.elimination}' is not one of its codes"
    if dimension.timescale and (dimension.timescale not in TIMESCALES or dimension.kind is not Kind.TIME):
        yield f"the timescale '{dimension.timescale}' is not one of {', '.join(TIMESCALES)}, or its kind is not time"
    if dimension.times and (len(dimension.times) != size or not dimension.timescale):
        yield f"it has {len(dimension.times)} times for {size} values, or no timescale"
    yield from _unwritable((dimension.domain, dimension.map, *dimension.times))


def of_cells(frame: Frame, figures: Figures, marks: Marks, *, first: int = 0) -> Iterator[Failure]:
    """What is wrong with some cells of a table, from cell ``first`` on."""
    last = first + figures.size
    if marks.size != figures.size or last > frame.cells or (isinstance(frame, Cube) and last != frame.cells):
        size = " × ".join(map(str, frame.shape))
        yield {
            "where": "figures",
            "what": f"{last} figures and {first + marks.size} marks for {size} = {frame.cells} cells",
        }
        return
    unknown = ~np.isin(marks, MARKS)
    if unknown.any():
        yield {"where": _cell(frame, unknown, first), "what": f"'{_shown(str(marks[unknown][0]))}' is not a mark"}
    plain = marks == ""
    neither = plain & ~np.isfinite(figures)
    if neither.any():
        yield {"where": _cell(frame, neither, first), "what": "there is neither a figure nor a mark"}
    hidden = ~plain & (marks != "-") & ~np.isnan(figures)
    if hidden.any():
        yield {"where": _cell(frame, hidden, first), "what": "a figure stands behind the mark; it must be NaN"}
    zero = (marks == "-") & (figures != 0)
    if zero.any():
        yield {"where": _cell(frame, zero, first), "what": "the mark '-' says zero but the figure is another"}


def _of_texts(cube: Frame) -> Iterator[Failure]:
    for where, text in _texts(cube):
        for what in (*_unknown_languages(text, cube), *_unwritable(text.values())):
            yield {"where": where, "what": what}
    for where in ("matrix", "table_id", "subject_code", "update_frequency"):
        for what in _unwritable((getattr(cube, where),)):
            yield {"where": where, "what": what}
    for mark in cube.symbols:
        if mark not in MARKS[1:]:
            yield {"where": "symbols", "what": f"'{_shown(mark)}' is not a mark"}
    for keyword in cube.other:
        for what in _of_keyword(keyword, cube):
            yield {"where": f"keyword {_shown(keyword.name)}", "what": what}


def _of_keyword(keyword: Keyword, cube: Frame) -> Iterator[str]:
    """A keyword must not be able to say more than itself: it is written as it stands."""
    if not re.fullmatch(r"[A-Z][A-Z0-9_-]*", keyword.name) or keyword.name == "DATA":
        yield "it is not a keyword's name"
    if keyword.language not in {"", *cube.languages}:
        yield f"language '{_shown(keyword.language)}' is not among {', '.join(cube.languages)}"
    if not keyword.values or len(keyword.bare) != len(keyword.values):
        yield f"it has {len(keyword.values)} values and {len(keyword.bare)} words on their quotation marks"
    for value, bare in zip(keyword.values, keyword.bare, strict=False):
        if bare and not _BARE.fullmatch(value):
            yield f"'{_shown(value)}' cannot stand without quotation marks"
    yield from _unwritable((*keyword.keys, *keyword.values))


def _of_notes(cube: Frame) -> Iterator[Failure]:
    for number, note in enumerate(cube.notes, start=1):
        for what in _of_note(note, cube):
            yield {"where": f"note {number}", "what": what}


def _of_note(note: Note, cube: Frame) -> Iterator[str]:
    if not note.text:
        yield "it has no text"
    yield from (*_unknown_languages(note.text, cube), *_unwritable(note.text.values()))
    if note.sign and note.mandatory:
        yield "a sign cannot be mandatory"
    if note.cell:
        if note.dimension or note.value or len(note.cell) != len(cube.dimensions):
            yield f"a note on cells names a code or None for each of {len(cube.dimensions)} dimensions and nothing else"
            return
        for code, dimension in zip(note.cell, cube.dimensions, strict=True):
            if code is not None and code not in dimension.codes:
                yield f"'{code}' is not a code of dimension {dimension.code}"
        return
    known = {dimension.code: dimension for dimension in cube.dimensions}
    if note.dimension and note.dimension not in known:
        yield f"there is no dimension '{note.dimension}'"
    elif note.value and not note.dimension:
        yield f"its value '{note.value}' is of no dimension"
    elif note.value and note.value not in known[note.dimension].codes:
        yield f"'{note.value}' is not a code of dimension {note.dimension}"


def _of_decimals(cube: Frame) -> Iterator[Failure]:
    measures = (*(cube.content.measures if cube.content else ()), cube.measure)
    for measure in measures:
        if not 0 <= measure.decimals <= MOST_DECIMALS:
            yield {"where": "decimals", "what": f"{measure.decimals} is not between 0 and {MOST_DECIMALS}"}
        if measure.stock not in {"", "S", "F", "A"} or measure.prices not in {"", "C", "F"}:
            yield {"where": "measure", "what": f"stock '{measure.stock}' or prices '{measure.prices}' is unknown"}
    shown = max(measure.decimals for measure in measures)
    if cube.stored_decimals is not None and not shown < cube.stored_decimals <= MOST_DECIMALS:
        what = f"{cube.stored_decimals} is not more than the {shown} shown, or more than {MOST_DECIMALS}"
        yield {"where": "stored_decimals", "what": what}


def _texts(cube: Frame) -> Iterator[tuple[str, Text]]:
    for name in TEXTS:
        yield name, getattr(cube, name)
    for mark, text in cube.symbols.items():
        yield f"symbol for {mark}", text
    content = cube.content
    measures = [("measure", cube.measure)]
    if content:
        measures += [(f"measure {code}", one) for code, one in zip(content.codes, content.measures, strict=True)]
    for where, measure in measures:
        for name in ("unit", "reference_time", "contact", "base_period"):
            yield f"{where}, {name}", getattr(measure, name)


def _unknown_languages(languages: object, cube: Frame) -> list[str]:
    given = list(dict.fromkeys(languages))  # type: ignore[call-overload]
    return [
        f"language '{_shown(one)}' is not among {', '.join(cube.languages)}"
        for one in given
        if one not in cube.languages
    ]


def _unwritable(texts: object) -> list[str]:
    return [
        f"the text '{_shown(text)}' holds a control character or half a letter (surrogate)"
        for text in texts  # type: ignore[attr-defined]
        if _UNWRITABLE.search(text)
    ]


def _cell(cube: Frame, at: np.ndarray[tuple[int], np.dtype[np.bool_]], first: int) -> str:
    where = np.flatnonzero(at)
    position = np.unravel_index(first + int(where[0]), cube.shape)
    codes = ", ".join(
        f"{dimension.code} {dimension.codes[index]}" for dimension, index in zip(cube.dimensions, position, strict=True)
    )
    return f"cell {codes}" + (f" and {where.size - 1} more" if where.size > 1 else "")


def _shown(text: str) -> str:
    return text[:60].encode("unicode_escape").decode("ascii") if _UNWRITABLE.search(text) else text[:60]
