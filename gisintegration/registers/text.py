"""How a text file is written: encoding, separator and decimal mark, found in the file itself."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gisintegration.errors import InputError, RegisterError

SEPARATORS = (";", "\t", ",", "|")
SEPARATOR_WORDS = {";": "semicolon", "\t": "tab", ",": "comma", "|": "bar"}
_CHUNK = 1 << 22
_SAMPLE = 1 << 16


@dataclass(frozen=True)
class Dialect:
    """How a text file is written.

    Parameters
    ----------
    encoding
        ``utf-8``, ``utf-8-sig`` (with byte order mark), ``utf-16`` or ``cp1252``.
    separator
        What stands between the fields.
    header
        The column names, without surrounding blanks.
    skip
        Lines before the header (Excel writes ``sep=;``).
    """

    encoding: str
    separator: str
    header: tuple[str, ...]
    skip: int = 0

    def __str__(self) -> str:
        names = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 with byte order mark", "utf-16": "UTF-16"}
        return f"{names.get(self.encoding, self.encoding)}, {SEPARATOR_WORDS.get(self.separator, self.separator)}"


def find_encoding(path: Path) -> str:
    """The encoding of a text file: by its byte order mark, else UTF-8 if the whole file is valid UTF-8, else cp1252.

    Raises
    ------
    RegisterError
        The bytes are neither UTF-8 nor cp1252.

    Examples
    --------
    >>> import tempfile; path = Path(tempfile.mkdtemp()) / "a.csv"
    >>> _ = path.write_bytes("kön".encode("cp1252")); find_encoding(path)
    'cp1252'
    """
    with path.open("rb") as stream:
        start = stream.read(4)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-8", "cp1252"):
        try:
            for _ in decoded(path, encoding):
                pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise RegisterError(
        f"{path.name} is neither UTF-8 nor cp1252 text.",
        hint='is it a text file? If so, name its encoding: encoding = "…" (any name Python knows).',
    )


def decoded(path: Path, encoding: str) -> Iterator[str]:
    """The text of a file in pieces of a few megabytes."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def find_dialect(path: Path, *, encoding: str | None = None, separator: str | None = None) -> Dialect:
    r"""How a text file is written. What is given is taken as told; the rest is found.

    The separator is the one of semicolon, tab, comma and bar that splits the first lines into the same number of
    fields, two or more; of several, the one that gives most fields.

    Raises
    ------
    InputError
        The file is empty.
    RegisterError
        The encoding is unknown or wrong, no separator fits, or a column name occurs twice or is empty.

    Examples
    --------
    >>> import tempfile; path = Path(tempfile.mkdtemp()) / "a.csv"
    >>> _ = path.write_text("person;x\n1;674032,5\n", encoding="utf-8"); find_dialect(path)
    Dialect(encoding='utf-8', separator=';', header=('person', 'x'), skip=0)
    """
    encoding = encoding or find_encoding(path)
    try:
        text = next(decoded(path, encoding))
    except LookupError as error:
        raise RegisterError(f"There is no encoding '{encoding}'.", hint="use utf-8, cp1252 or utf-16.") from error
    except UnicodeDecodeError as error:
        raise RegisterError(
            f"{path.name} is not {encoding} text: byte {error.start + 1} cannot be read.",
            hint=f"leave the encoding out and it is detected; the file looks like {find_encoding(path)}.",
        ) from error
    lines = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")[:_SAMPLE].splitlines()
    if not any(line.strip() for line in lines):
        raise InputError.empty_file(path)
    skip = 0
    if told := re.fullmatch(r'"?sep=(.)"?', lines[0].strip(), flags=re.IGNORECASE):
        separator, skip = separator or told[1], 1
    lines = [line for line in lines[skip : skip + 50] if line.strip()]
    if not lines:
        raise InputError.empty_file(path)
    separator = separator or _find_separator(lines[:-1] or lines, path)
    header = tuple(field.strip() for field in next(csv.reader(lines[:1], delimiter=separator)))
    _check_header(header, path)
    return Dialect(encoding, separator, header, skip)


def _find_separator(lines: list[str], path: Path) -> str:
    counts = {}
    for separator in SEPARATORS:
        widths = [len(row) for row in csv.reader(lines, delimiter=separator)]
        if widths[0] > 1 and widths.count(widths[0]) * 2 > len(widths):
            counts[separator] = widths[0]
    if not counts:
        raise RegisterError(
            f"No separator found in {path.name}: its first line is '{lines[0][:80]}'.",
            hint='name it: separator = ";" (semicolon, tab, comma and bar were tried).',
        )
    return max(counts, key=lambda separator: counts[separator])


def _check_header(header: tuple[str, ...], path: Path) -> None:
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise RegisterError(
            f"{path.name} has the column {', '.join(twice)} more than once.", hint="rename or remove one in the file."
        )
    if not all(header):
        raise RegisterError(
            f"Column {header.index('') + 1} of {path.name} has no name.",
            hint="the first line must name every column.",
        )
    if all(re.fullmatch(r"[+-]?[0-9]+([.,][0-9]+)?", name) for name in header):
        raise RegisterError(
            f"The first line of {path.name} holds figures, not column names: '{', '.join(header)[:80]}'.",
            hint="add a line with the column names.",
        )
