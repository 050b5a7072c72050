"""A text file as a table of texts: encoding, separator, lines before the names and after the figures."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as arrow_csv

from gisintegration.errors import RegisterError, ReportedError
from gisintegration.registers.text import SEPARATOR_WORDS, SEPARATORS, decoded, find_encoding

LONGEST_LINE = 1_000_000
_SEARCHED = 60
_BLOCK = 1 << 26
# UTF-8 read as cp1252, and the Swedish letters of DOS read as cp1252.
_MIS_READ = {"Ã¥": "utf-8", "Ã¤": "utf-8", "Ã¶": "utf-8", "„": "cp850", "†": "cp850", "”": "cp850"}


@dataclass(frozen=True, eq=False)
class Delivered:
    """A published table as it was delivered.

    Parameters
    ----------
    name
        File name, for messages.
    columns
        A column of texts, or of numbers where the format has them.
    lines
        Line of the file each row stands on.
    broken
        Lines with another number of fields than the names, by line.
    last_line
        The number of lines.
    notes
        How it was read.
    decimal
        The decimal mark of figures in texts, where the format fixes it.
    """

    name: str
    columns: pa.Table
    lines: npt.NDArray[np.int64]
    broken: tuple[tuple[int, str], ...] = ()
    last_line: int = 0
    notes: tuple[str, ...] = ()
    decimal: str | None = None


def read_text(
    path: Path, wanted: Sequence[str], *, encoding: str | None = None, separator: str | None = None
) -> Delivered:
    """The rows of a text file, everything as text.

    Parameters
    ----------
    wanted
        Names of columns that the line of names must have; titles may stand before it.

    Raises
    ------
    ReportedError
        The file is not text, its encoding is another, or no line has the names.
    """
    encoding = encoding or _encoding(path)
    first, last_line, per_line = _checked_lines(path, encoding)
    separator, header_line, header = _find_header(path.name, first, wanted, separator)
    broken: list[tuple[int, str]] = []

    def set_aside(row: arrow_csv.InvalidRow) -> str:
        broken.append((int(row.number or 0), str(row.text)))
        return "skip"

    try:
        table = arrow_csv.read_csv(
            path,
            read_options=arrow_csv.ReadOptions(
                use_threads=False,
                block_size=min(max(path.stat().st_size, LONGEST_LINE), _BLOCK),
                skip_rows=header_line,
                column_names=header,
                encoding="utf8" if encoding in ("utf-8", "utf-8-sig") else encoding,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=separator,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=set_aside,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.string() for name in header},
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise ReportedError(
            f"{path.name} cannot be read as a table: {str(error).splitlines()[0]}.",
            hint="look for a quotation mark that is opened and not closed.",
        ) from error
    aside = [line for line, _ in broken]
    return Delivered(
        path.name,
        table,
        _line_numbers(len(table), header_line, aside, per_line),
        tuple(
            zip(_lines(np.array(aside, dtype=np.int64), per_line).tolist(), (text for _, text in broken), strict=True)
        ),
        last_line,
        (f"{path.name} was read as {encoding}, {SEPARATOR_WORDS.get(separator, separator)}.",),
    )


def mis_read(texts: Sequence[str]) -> str | None:
    """The encoding that texts seem to be written in, when they were read in another; None when they look right.

    Examples
    --------
    >>> mis_read(["Upplands VÃ¤sby"]), mis_read(["Upplands Väsby"])
    ('utf-8', None)
    """
    joined = "\n".join(texts[:5000])
    return next((encoding for sign, encoding in _MIS_READ.items() if sign in joined), None)


def _encoding(path: Path) -> str:
    try:
        return find_encoding(path)
    except RegisterError as error:
        raise ReportedError(error.message, hint=error.hint) from error


def _checked_lines(path: Path, encoding: str) -> tuple[list[str], int, int]:
    """The first lines, the number of lines, and line ends a line, once the file was seen to be text in sane lines."""
    first, rest, line = "", "", 1
    try:
        for chunk in decoded(path, encoding):
            if (place := chunk.find("\0")) >= 0:
                raise ReportedError(
                    f"{path.name} holds a NUL byte on line {line + chunk[:place].count(chr(10))}: it is not a text "
                    "file.",
                    hint="name the format by its ending; UTF-16 without a mark is encoding = 'utf-16-le'.",
                )
            first = first if len(first) > LONGEST_LINE else first + chunk
            *lines, rest = (rest + chunk).split("\n")
            for length in map(len, (*lines, rest)):
                if length > LONGEST_LINE:
                    raise ReportedError(
                        f"Line {line} of {path.name} is longer than {LONGEST_LINE:,} characters.",
                        hint="a table has a line an area; look for a quotation mark that is not closed.",
                    )
                line += 1
            line -= 1
    except LookupError as error:
        raise ReportedError(f"There is no encoding '{encoding}'.", hint="use utf-8, cp1252 or utf-16.") from error
    except UnicodeDecodeError as error:
        raise ReportedError(
            f"{path.name} is not {encoding} text: byte {error.start + 1} cannot be read.",
            hint=f"leave the encoding out and it is found; the file looks like {_encoding(path)}.",
        ) from error
    if not first.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").strip():
        raise ReportedError.empty_file(path.name)
    # Some of SCB's extracts end their lines with CR CR LF, which a reader takes for an empty line after each.
    per_line = 2 if "\r\r\n" in first else 1
    last_line = line - (not rest)
    lines = re.split("\r\n|\r|\n", first.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"), maxsplit=_SEARCHED)
    return lines[:_SEARCHED], last_line, per_line


def _find_header(
    name: str, lines: Sequence[str], wanted: Sequence[str], separator: str | None
) -> tuple[str, int, list[str]]:
    """Separator, lines up to and with the names, and the names; an empty one is called after its place."""
    best: tuple[tuple[int, int], str, int, list[str]] = ((-1, 0), "", 0, [])
    for candidate in (separator,) if separator else SEPARATORS:
        for number, fields in _records(lines, candidate):
            names = [name_of(field) or f"column {place}" for place, field in enumerate(fields, start=1)]
            found = len(set(wanted) & set(names)) if len(names) > 1 else 0
            # Without any of the names, the line of most fields is the likeliest to be meant.
            score = (found, 0 if found else len(names))
            if score > best[0]:
                best = (score, candidate, number, names)
            if found == len(wanted):
                break
    (found, _), separator, number, names = best
    if found < len(wanted) or len(set(names)) < len(names):
        refuse_header(name, wanted, names)
    return separator, number, names


def _records(lines: Sequence[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """The records of the first lines, each with the number of its last line."""
    reader = csv.reader(lines, delimiter=separator)
    try:
        for fields in reader:
            yield reader.line_num, fields
    except csv.Error:
        # A field of more than 131,072 characters: this is not the separator, or this is no table.
        return


def name_of(field: str) -> str:
    """A column's name as it is compared: without blanks around it, letters with their dots in one character."""
    return unicodedata.normalize("NFC", field.strip())


def refuse_header(name: str, wanted: Sequence[str], names: Sequence[str]) -> None:
    """Refuse a table whose names of columns are not those wanted, or stand twice."""
    twice = sorted({column for column in names if list(names).count(column) > 1})
    missing = [column for column in wanted if column not in names]
    if missing:
        raise ReportedError.missing_columns(name, missing, names)
    raise ReportedError(f"{name} has the column {', '.join(twice)} more than once.", hint="rename one in the file.")


def _line_numbers(rows: int, header_line: int, broken: Sequence[int], per_line: int) -> npt.NDArray[np.int64]:
    """The line of each row: those after the names that were not set aside."""
    after = np.arange(header_line + 1, header_line + 1 + rows + len(broken))
    return _lines(after[~np.isin(after, broken)][:rows], per_line)


def _lines(ends: npt.NDArray[np.int64], per_line: int) -> npt.NDArray[np.int64]:
    return 1 + (ends - 1) // per_line
