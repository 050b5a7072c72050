"""One statement of a PX file and the lines it is written on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

LINE = 256
LONGEST_NAME = LINE - len('"",')

_LISTS = frozenset({"STUB", "HEADING", "VALUES", "CODES", "LANGUAGES"})


@dataclass(frozen=True)
class Statement:
    """``NAME[language]("key","key")="value","value";`` — with ``bare``, values without quotation marks.

    Examples
    --------
    >>> str(Statement("VALUES", "en", ("sex",), ("men", "women")))
    'VALUES[en]("sex")="men","women";'
    """

    name: str
    language: str = ""
    keys: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    bare: bool = False

    @property
    def is_list(self) -> bool:
        """Its values are names, which must not be cut."""
        return self.name in _LISTS or len(self.values) > 1

    @property
    def head(self) -> str:
        """All before the values."""
        language = f"[{self.language}]" if self.language else ""
        keys = f"({','.join(_quoted(key) for key in self.keys)})" if self.keys else ""
        return f"{self.name}{language}{keys}="

    def __str__(self) -> str:
        return self.head + ",".join(value if self.bare else _quoted(value) for value in self.values) + ";"


def lines_of(statement: Statement) -> Iterator[str]:
    """The statement folded at 256 characters: lists after a comma, texts into parts with quotation marks of their own.

    A name within brackets stands on one line, as the specification wants it, however long that is.

    Examples
    --------
    >>> [len(line) for line in lines_of(Statement("NOTE", values=("x" * 500,)))]
    [256, 254]
    """
    whole = str(statement)
    if len(whole) <= LINE:
        yield whole
        return
    pieces = list(_items(statement) if statement.is_list or statement.bare else _parts(statement))
    line = statement.head
    for piece in pieces:
        if len(line) + len(piece) > LINE:
            yield line
            line = ""
        line += piece
    yield line


def wrapped(row: str) -> Iterator[str]:
    """A row of data, broken at blanks where it is longer than a line. Each line but the last ends with a blank.

    Examples
    --------
    >>> [len(line) for line in wrapped("123 " * 100 + ";")]
    [256, 145]
    """
    while len(row) > LINE:
        end = row.rfind(" ", 0, LINE) + 1 or row.find(" ") + 1 or len(row)
        yield row[:end]
        row = row[end:]
    if row:
        yield row


def _items(statement: Statement) -> Iterator[str]:
    last = len(statement.values) - 1
    for position, value in enumerate(statement.values):
        yield (value if statement.bare else _quoted(value)) + (";" if position == last else ",")


def _parts(statement: Statement) -> Iterator[str]:
    text = statement.values[0]
    # The first part stands beside the keyword if a fair piece of the text fits there.
    used = len(statement.head) if len(statement.head) <= LINE * 3 // 4 else 0
    while used + len(text) + len('"";') > LINE:
        size = LINE - used - len('""')
        blank = text.rfind(" ", size // 2, size) + 1
        end = min(blank or size, len(text) - 1)
        yield _quoted(text[:end])
        text, used = text[end:], 0
    yield _quoted(text) + ";"


def _quoted(text: str) -> str:
    return f'"{text}"'
