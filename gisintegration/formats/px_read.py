"""A PX file as a table with dimensions."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from gisintegration.errors import FormatError
from gisintegration.formats.cells import all_decimals, cells_within
from gisintegration.formats.cube import MARKS, TEXTS, Cube, Dimension, Kind, Measure
from gisintegration.formats.px_data import cells_of
from gisintegration.formats.px_found import Found, Place
from gisintegration.formats.px_keywords import digits
from gisintegration.formats.px_text import parts

MAX_CELLS = 20_000_000

_KINDS = {"G": Kind.GEO, "GEOGRAPHICAL": Kind.GEO, "T": Kind.TIME, "TIME": Kind.TIME}
_LIST = re.compile(r'TLIST\(\s*([AHQMW]1)\s*\)\s*((?:,\s*"[^"]*"\s*)*)', re.IGNORECASE)
_RANGE = re.compile(r'TLIST\(\s*([AHQM]1)\s*,\s*"(\d+)"\s*-\s*"(\d+)"\s*\)', re.IGNORECASE)
_PER_YEAR = {"A1": 1, "H1": 2, "Q1": 4, "M1": 12}


def read_px(
    path: str | Path, *, encoding: str | None = None, language: str = "und", max_cells: int = MAX_CELLS
) -> Cube:
    """Read a PX file of any axis version.

    Keywords may stand in any order, texts may be folded, data may be dense or in the KEYS form. What `Cube` has no
    place for is kept in ``Cube.other``.

    Parameters
    ----------
    path
        The file.
    encoding
        In place of what CODEPAGE says. Without CODEPAGE: UTF-8 if the bytes are that, else windows-1252 if CHARSET is
        ``ANSI``, else DOS text (cp850).
    language
        The language of a file that does not say; ``und`` is undetermined.
    max_cells
        A file that declares more cells is refused before any is read.

    Raises
    ------
    FormatError
        The file is not PX, not whole, or contradicts itself; with the line.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.px"
    >>> _ = path.write_text('LANGUAGE="sv";STUB="kön";VALUES("kön")="män","kvinnor";DATA=10 "..";', encoding="utf-8")
    >>> read_px(path).table
           kön  figure mark
    0      män    10.0
    1  kvinnor     NaN   ..
    """
    path = Path(path)
    whole = parts(path, encoding)
    found = Found.of(whole.entries, path, language)
    dimensions, heading = _dimensions(found)
    cells_within([len(dimension.codes) for dimension in dimensions], max_cells, path)
    content = _content(found, dimensions)
    found.place(dimensions, content)
    keys = [found.word("KEYS", (position,)).upper() for position in range(len(dimensions) - heading)]
    figures, marks = cells_of(whole, dimensions, heading, keys, path)
    decimals = _decimals(found)
    finished = tuple(_finished(found, one, at, content, decimals) for at, one in enumerate(dimensions))
    measures = [measure for one in finished for measure in one.measures] or [Measure(decimals=decimals)]
    stored = found.number("DECIMALS")
    try:
        cube = Cube(
            dimensions=finished,
            figures=figures,
            marks=marks,
            heading=heading,
            languages=found.languages,
            **{name: found.text(name.upper().replace("_", "-")) for name in TEXTS},
            matrix=found.word("MATRIX"),
            table_id=found.word("TABLEID"),
            subject_code=found.word("SUBJECT-CODE"),
            update_frequency=found.word("UPDATE-FREQUENCY"),
            measure=_measure(found, (), decimals),
            notes=tuple(found.notes(finished)),
            symbols={mark: found.text(_symbol(mark)) for mark in MARKS[1:]},
            created=found.moment("CREATION-DATE"),
            next_update=found.moment("NEXT-UPDATE"),
            official=found.flag("OFFICIAL-STATISTICS", default=False),
            copyright=found.flag("COPYRIGHT", default=False),
            aggregation=found.flag("AGGREGALLOWED", default=True),
            stored_decimals=stored if stored and stored > max(one.decimals for one in measures) else None,
            other=found.rest(),
        )
    except FormatError as error:
        raise FormatError(f"{path}: {error.message}", hint=error.hint, failures=error.failures) from error
    return all_decimals(cube)


def _dimensions(found: Found) -> tuple[list[Dimension], int]:
    main = found.languages[0]
    names: dict[str, tuple[str, ...]] = {}
    heading = 0
    for language in found.languages:
        stub, head = found.take("STUB", language), found.take("HEADING", language)
        above = tuple(name for name in (head.values if head else ()) if name)
        names[language] = (*(name for name in (stub.values if stub else ()) if name), *above)
        if language == main:
            heading = len(above)
    if not names[main]:
        raise FormatError(f"{found.path} has neither STUB nor HEADING: it names no dimensions.")
    for language, given in names.items():
        if given and len(given) != len(names[main]):
            raise FormatError(
                f"{found.path}: STUB and HEADING name {len(names[main])} dimensions in language {main}, "
                f"{len(given)} in {language}."
            )
    labels = [
        {language: given[position] for language, given in names.items() if given}
        for position in range(len(names[main]))
    ]
    return [_dimension(found, label) for label in labels], heading


def _dimension(found: Found, label: dict[str, str]) -> Dimension:
    main = found.languages[0]
    labels: dict[str, tuple[str, ...]] = {}
    codes: tuple[str, ...] = ()
    code = label[main]
    for language in found.languages:
        for name in dict.fromkeys((label.get(language, label[main]), label[main])):
            if entry := found.take("VALUES", language, (name,)):
                labels[language] = entry.values
            if entry := found.take("CODES", language, (name,)):
                if codes and entry.values != codes:
                    raise FormatError(f"{found.path}, line {entry.line}: {entry} of '{name}' differs from CODES.")
                codes = entry.values
            if entry := found.take("VARIABLECODE", language, (name,)):
                code = entry.values[0]
    if main not in labels and not codes:
        raise FormatError(f'{found.path}: VALUES("{label[main]}") is missing.')
    labels = {main: labels.get(main, codes), **labels}
    for language, given in labels.items():
        if len(given) != len(codes or labels[main]):
            raise FormatError(
                f"{found.path}: '{label[main]}' has {len(codes or labels[main])} codes but {len(given)} labels "
                f"in language {language}."
            )
    return Dimension(code=code, label=label, codes=codes or labels[main], labels=labels)


def _content(found: Found, dimensions: list[Dimension]) -> int | None:
    content = None
    for language in found.languages:
        entry = found.take("CONTVARIABLE", language)
        if entry is None or not entry.values[0]:
            continue
        names = [position for position, one in enumerate(dimensions) if one.name(language) == entry.values[0]]
        if not names:
            where = f"{found.path}, line {entry.line}"
            raise FormatError(f"{where}: {entry} '{entry.values[0]}' stands in neither STUB nor HEADING.")
        content = names[0] if content is None else content
    return content


def _decimals(found: Found) -> int:
    shown = found.number("SHOWDECIMALS")
    if shown is not None:
        return shown
    stored = {words for entries in found.placed.get(("DECIMALS", ()), {}).values() for words in entries[0].values}
    return int(min(stored)) if stored and min(stored).isdigit() else 0


def _finished(found: Found, dimension: Dimension, at: int, content: int | None, decimals: int) -> Dimension:
    domain, shown_on = found.word("DOMAIN", (at,)), found.word("MAP", (at,))
    kind = _KINDS.get(_peek(found, "VARIABLE-TYPE", (at,)).upper(), Kind.OTHER)
    if kind is not Kind.OTHER:
        found.word("VARIABLE-TYPE", (at,))
    timescale, times = _times(found, dimension, at)
    kind = Kind.TIME if timescale else Kind.GEO if shown_on and kind is Kind.OTHER else kind
    measures: tuple[Measure, ...] = ()
    if at == content:
        kind = Kind.CONTENT
        measures = tuple(_measure(found, (at, value), decimals) for value in range(len(dimension.codes)))
    return replace(
        dimension,
        kind=kind,
        measures=measures,
        elimination=_elimination(found, dimension, at),
        timescale=timescale,
        times=() if times == digits(dimension.codes) else times,
        domain=domain,
        map=shown_on,
    )


def _peek(found: Found, name: str, place: Place) -> str:
    said = found.placed.get((name, place), {})
    return next((entries[0].values[0] for entries in said.values()), "")


def _times(found: Found, dimension: Dimension, at: int) -> tuple[str, tuple[str, ...]]:
    words = found.word("TIMEVAL", (at,))
    if not words:
        return "", ()
    if match := _LIST.fullmatch(words):
        times = tuple(re.findall(r'"([^"]*)"', match[2]))
    elif match := _RANGE.fullmatch(words):
        times = _between(match[1].upper(), match[2], match[3], len(dimension.codes))
    else:
        raise FormatError(f"{found.path}: TIMEVAL of {dimension.code} is '{words[:60]}', not TLIST(…).")
    if len(times) not in {0, len(dimension.codes)}:
        raise FormatError(
            f"{found.path}: TIMEVAL of {dimension.code} has {len(times)} times for {len(dimension.codes)} values."
        )
    return match[1].upper(), times


def _between(scale: str, first: str, last: str, most: int) -> tuple[str, ...]:
    """The times from first to last, but no more than are asked for and one."""
    times = [first]
    per_year = _PER_YEAR[scale]
    width = len(str(per_year)) if per_year > 1 else 0
    while times[-1] != last and len(times) <= most:
        year, part = int(times[-1][:4]), int(times[-1][4:] or 1)
        year, part = (year + 1, 1) if part >= per_year else (year, part + 1)
        times.append(f"{year:04d}" + (f"{part:0{width}d}" if width else ""))
    return tuple(times)


def _elimination(found: Found, dimension: Dimension, at: int) -> str | bool:
    label = _peek(found, "ELIMINATION", (at,))
    names = dimension.labels[found.languages[0]]
    if names.count(label) == 1 and not found.is_bare("ELIMINATION", (at,)):
        result: str | bool = dimension.codes[names.index(label)]
    elif label.upper() in {"YES", "NO", ""}:
        result = label.upper() == "YES"
    elif label in dimension.codes:
        result = label
    else:
        # A value that is not in this file, as in an extract of a larger table: kept among the other keywords.
        return False
    found.text("ELIMINATION", (at,))
    return result


def _measure(found: Found, place: Place, decimals: int) -> Measure:
    own = found.number("PRECISION", place) if place else None
    return Measure(
        unit=found.text("UNITS", place),
        decimals=decimals if own is None else own,
        reference_time=found.text("REFPERIOD", place),
        contact=found.text("CONTACT", place),
        base_period=found.text("BASEPERIOD", place),
        updated=found.moment("LAST-UPDATED", place),
        stock=_letter(found, "STOCKFA", place, "SFA"),
        prices=_letter(found, "CFPRICES", place, "CF"),
    )


def _letter(found: Found, name: str, place: Place, known: str) -> str:
    letter = _peek(found, name, place).upper()
    if len(letter) == 1 and letter in known:
        found.text(name, place)
        return letter
    return ""


def _symbol(mark: str) -> str:
    return "DATASYMBOLNIL" if mark == "-" else f"DATASYMBOL{len(mark)}"
