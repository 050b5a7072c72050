"""The bytes of a PX file as its keywords and its data."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gisintegration.errors import FormatError, InputError

LARGEST_FILE = 1 << 31

_DATA = re.compile(rb"(?:\A|[;\r\n])[ \t]*DATA[ \t\r\n]*=", re.IGNORECASE)
_CODEPAGE = re.compile(rb'CODEPAGE\s*=\s*"([^"]*)"', re.IGNORECASE)
_CHARSET = re.compile(rb'CHARSET\s*=\s*"ANSI"', re.IGNORECASE)
_CODEPAGES = re.compile(
    r"(utf-?8|us-ascii|ascii|latin-?1|koi8-[ru]|iso-?8859-\d{1,2}|(windows-?|cp|ibm)\d{3,4}|\d{3,4})"
)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_HEAD = re.compile(
    r'\s*+([A-Za-z][\w-]*+)\s*+(?:\[\s*+([^\]"=;]*+)\])?+\s*+(?:\(([^")]*+(?:"[^"]*+"[^")]*+)*+)\))?+\s*+='
)
_KEY = re.compile(r'\s*+(?:"([^"]*+)"|([^",]++))\s*+(,|\Z)')
_TOKEN = re.compile(r'\s*+(?:"([^"]*+)"|([,;])|([^",;\s]++))')
_VERBATIM = re.compile(r'([^";]*+(?:"[^"]*+"[^";]*+)*+);')
_RUN_ON = re.compile(r";[ \t]*\n\s*[A-Z][A-Z0-9-]*(\[[^\]\n]*\])?(\(|=)")

_VERBATIM_NAMES = frozenset({"TIMEVAL", "HIERARCHIES", "PARTITIONED"})


@dataclass(frozen=True)
class Entry:
    """One keyword of a file, with the line it begins on."""

    name: str
    language: str
    keys: tuple[str, ...]
    values: tuple[str, ...]
    bare: tuple[bool, ...]
    line: int

    def __str__(self) -> str:
        return self.name + (f"[{self.language}]" if self.language else "")


@dataclass(frozen=True)
class Parts:
    """The keywords of a file, the bytes after ``DATA=``, how these are encoded and the line they begin on."""

    entries: tuple[Entry, ...]
    data: bytes
    encoding: str
    line: int


def parts(path: Path, encoding: str | None) -> Parts:
    """Take a PX file apart.

    Raises
    ------
    FormatError
        The file is not PX, or not whole; with the line.
    """
    raw = _bytes(path)
    for mark, name in _BOMS:
        if raw.startswith(mark):
            raw, encoding = raw[len(mark) :], encoding or name
    if encoding and codecs.lookup(_known(encoding, path)).name.startswith("utf-16"):
        raw = _decoded(raw, encoding, path).encode("utf-8", "surrogatepass")
        encoding = "utf-8"
    at = _data_start(raw)
    head, data = (raw, b"") if at is None else (raw[: at[0]], raw[at[1] :])
    encoding = encoding or _encoding(head, path)
    text = _decoded(head, encoding, path)
    entries = tuple(_entries(text, path, whole=at is not None))
    line = text.count("\n") + 1
    return Parts(entries, _ended(data, path), encoding, line)


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise InputError.missing_file(path)
    size = path.stat().st_size
    if not size:
        raise FormatError(f"{path} is empty.", hint="check that it was downloaded completely.")
    if size > LARGEST_FILE:
        raise FormatError(f"{path} has {size} bytes; at most {LARGEST_FILE} are read.", hint="split the table.")
    return path.read_bytes()


def _data_start(raw: bytes) -> tuple[int, int] | None:
    """Where the keyword DATA begins and ends: the first that stands outside quotation marks."""
    counted = quotes = 0
    for match in _DATA.finditer(raw):
        quotes += raw.count(b'"', counted, match.start())
        counted = match.start()
        if quotes % 2 == 0:
            start = match.start() + (raw[match.start() : match.start() + 1] in {b";", b"\r", b"\n"})
            return start, match.end()
    return None


def _known(name: str, path: Path) -> str:
    plain = name.strip().lower()
    if re.fullmatch(r"utf-?16(-?[lb]e)?", plain):
        return plain
    if _CODEPAGES.fullmatch(plain):
        plain = f"cp{plain}" if plain.isdigit() else plain.replace("ibm", "cp")
        try:
            return codecs.lookup(plain).name
        except LookupError:
            pass
    raise FormatError(
        f"{path}: the code page '{name[:40]}' is unknown.", hint='give it, such as encoding="windows-1252".'
    )


def _encoding(head: bytes, path: Path) -> str:
    """What the file says; else UTF-8 if it can be that, else Windows text if CHARSET says so, else DOS text."""
    stated = _CODEPAGE.search(head)
    if stated:
        return _known(stated[1].decode("ascii", "replace"), path)
    try:
        head.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252" if _CHARSET.search(head) else "cp850"
    return "utf-8"


def _decoded(raw: bytes, encoding: str, path: Path) -> str:
    name = _known(encoding, path)
    if name == "iso8859-1":
        # Windows programs call their own code page by this name, and put dashes and quotes where it has none.
        try:
            text = raw.decode("cp1252")
        except UnicodeDecodeError:
            text = raw.decode("iso8859-1")
    else:
        try:
            text = raw.decode(name)
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise FormatError(
                f"{path}, line {line}: byte {raw[error.start]:#04x} is not {name}.",
                hint='the file was saved in another code page than it says; give it, such as encoding="windows-1252".',
            ) from error
    if "\0" in text:
        raise FormatError(
            f"{path} holds NUL characters: it is not a PX file, or it is UTF-16.", hint='encoding="utf-16"'
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _entries(text: str, path: Path, *, whole: bool) -> Iterator[Entry]:
    position, lines = 0, _Lines(text)
    while match := _HEAD.match(text, position):
        name = match[1].upper()
        line = lines.at(match.start(1))
        keys = _keys(match[3], name, f"{path}, line {line}")
        reader = _verbatim if name in _VERBATIM_NAMES else _values
        values, bare, position = reader(text, match.end(), name, f"{path}, line {line}")
        yield Entry(name, (match[2] or "").strip(), keys, values, bare, line)
    rest = text[position:].strip()
    if rest:
        line = lines.at(position + len(text[position:]) - len(text[position:].lstrip()))
        raise FormatError(
            f"{path}, line {line}: '{rest[:40]}' is not a PX keyword followed by '='.",
            hint="a quotation mark or a semicolon is missing, here or on an earlier line; or this is not a PX file.",
        )
    if not whole:
        raise FormatError(f"{path} has no DATA.", hint="check that it was downloaded completely.")


class _Lines:
    """Line numbers, counted onward from the last one asked for."""

    def __init__(self, text: str) -> None:
        self.text, self.position, self.line = text, 0, 1

    def at(self, position: int) -> int:
        self.line += self.text.count("\n", self.position, position)
        self.position = position
        return self.line


def _keys(text: str | None, name: str, where: str) -> tuple[str, ...]:
    if text is None:
        return ()
    keys, position = [], 0
    while position < len(text) and (match := _KEY.match(text, position)):
        keys.append(match[1] if match[1] is not None else match[2].strip())
        position = match.end()
    if position < len(text) or not keys:
        raise FormatError(f"{where}: '({text[:60]})' after {name} is not a list of names in quotation marks.")
    return tuple(keys)


def _values(text: str, position: int, name: str, where: str) -> tuple[tuple[str, ...], tuple[bool, ...], int]:
    values: list[str] = []
    bare: list[bool] = []
    parts: list[str] = []  # of one value: texts that follow each other are one text
    unquoted = False
    while match := _TOKEN.match(text, position):
        position = match.end()
        quoted, sign, word = match.groups()
        if sign:
            values.append("".join(parts))
            bare.append(unquoted)
            parts, unquoted = [], False
            if sign == ";":
                return tuple(values), tuple(bare), position
        elif (parts and (unquoted or quoted is None)) or (
            quoted is not None and "\n" in quoted and _RUN_ON.search(quoted)
        ):
            raise FormatError(
                f"{where}: a quotation mark is missing in {name}, near '{(quoted or word or '')[:40]!r}'.",
                hint="PX cannot hold a quotation mark within a text; every text begins and ends with one.",
            )
        else:
            parts.append(word if quoted is None else quoted)
            unquoted = quoted is None
    raise FormatError(f"{where}: {name} does not end with a semicolon, or a quotation mark is missing in it.")


def _verbatim(text: str, position: int, name: str, where: str) -> tuple[tuple[str, ...], tuple[bool, ...], int]:
    match = _VERBATIM.match(text, position)
    if not match:
        raise FormatError(f"{where}: {name} does not end with a semicolon, or a quotation mark is missing in it.")
    return (re.sub(r"\s*\n\s*", "", match[1]).strip(),), (True,), match.end()


def _ended(data: bytes, path: Path) -> bytes:
    data = data.rstrip(b" \t\r\n\x1a")
    if not data.endswith(b";"):
        raise FormatError(
            f"{path}: the data does not end with a semicolon.", hint="the file was cut off; fetch it again."
        )
    return data[:-1]
