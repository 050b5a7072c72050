"""Texts as figures: numbers as they are written in Sweden and elsewhere, and the publisher's marks in their place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gisintegration.errors import ReportedError
from gisintegration.tables import Reason, Status

# What a cell can say, and in this order the first that one of its parts says: a sum with a missing part is missing.
STATES: tuple[tuple[Status, Reason], ...] = (
    (Status.MISSING, Reason.NONE),
    (Status.PROTECTED, Reason.PRIMARY),
    (Status.PROTECTED, Reason.SECONDARY),
    (Status.PROTECTED, Reason.SMALL_BASE),
    (Status.PROTECTED, Reason.ZERO_OR_SMALL),
    (Status.SHOWN, Reason.NONE),
    (Status.ZERO, Reason.NONE),
    (Status.DID_NOT_EXIST, Reason.NONE),
    (Status.NOT_APPLICABLE, Reason.NONE),
)
MISSING, ZERO_OR_SMALL = 0, STATES.index((Status.PROTECTED, Reason.ZERO_OR_SMALL))
SHOWN, ZERO = STATES.index((Status.SHOWN, Reason.NONE)), STATES.index((Status.ZERO, Reason.NONE))
DID_NOT_EXIST = STATES.index((Status.DID_NOT_EXIST, Reason.NONE))
NOT_APPLICABLE = STATES.index((Status.NOT_APPLICABLE, Reason.NONE))

# SCB writes ".." for what is secret, too uncertain or not available; the first is what small areas have.
MARKS: Mapping[str, str] = MappingProxyType(
    {
        "..": "protected",
        ":": "protected",
        ".": "not_applicable",
        "-": "zero",
        "–": "zero",
        "...": "missing",
        "....": "did_not_exist",
        "…": "missing",
        "": "missing",
        "NA": "missing",
        "NaN": "missing",
        "null": "missing",
    }
)
_BLANKS = re.compile("[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}]")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}( [0-9]{3})+([.,][0-9]+)?")
_PLAIN = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
_THOUSANDS = {
    ",": re.compile(r"[+-]?[0-9]{1,3}([.][0-9]{3})+(,[0-9]+)?"),
    ".": re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?"),
}


@dataclass(frozen=True, eq=False)
class Figures:
    """A column as figures.

    Parameters
    ----------
    values
        NaN where there is no figure.
    states
        Position in ``STATES`` of each row.
    decimals
        The most decimals that a figure is written with.
    wrong
        Rows with a text that is no figure, and the text.
    """

    values: npt.NDArray[np.float64]
    states: npt.NDArray[np.int8]
    decimals: int
    wrong: tuple[tuple[int, str], ...] = ()


def marks_of(said: Mapping[str, str]) -> dict[str, int]:
    """What each mark means, as a position in ``STATES``: the usual ones, and those of a mapping before them.

    Raises
    ------
    ReportedError
        A mark is said to mean something that a cell cannot say.

    Examples
    --------
    >>> STATES[marks_of({"x": "small_base"})["x"]]
    (<Status.PROTECTED: 'protected'>, <Reason.SMALL_BASE: 'small_base'>)
    """
    words = {str(reason or status): place for place, (status, reason) in enumerate(STATES)}
    words = {**words, "protected": words["primary"]}
    unknown = [meaning for meaning in said.values() if meaning not in words or meaning == Status.SHOWN]
    if unknown:
        raise ReportedError.unknown("meaning of a mark", unknown[0], sorted(set(words) - {Status.SHOWN}))
    return {mark: words[meaning] for mark, meaning in {**MARKS, **said}.items()}


def find_decimal(texts: Iterable[str]) -> str | None:
    """The decimal mark that texts are written with, "." or ","; None when they have none, or both ways are possible.

    Examples
    --------
    >>> [find_decimal([text]) for text in ("12,5", "1.234,5", "1,234.5", "1,234", "0,125", "1.234.567")]
    [',', ',', '.', None, ',', ',']
    """
    for text in texts:
        plain = _BLANKS.sub("", text)
        if not re.fullmatch(r"[+\-−]?[0-9.,]+", plain):
            continue
        for mark, other in ((",", "."), (".", ",")):
            whole, found, part = plain.rpartition(mark)
            if plain.count(other) > 1 and not found:
                return mark
            if (
                found
                and mark not in whole
                and other not in part
                and (other in whole or len(part) != 3 or whole.lstrip("+-−0") == "")
            ):
                return mark
    return None


def ambiguous(texts: Iterable[str]) -> str | None:
    """A text that is one number with a decimal comma and another with a decimal point.

    Examples
    --------
    >>> ambiguous(["5", "1,234"])
    '1,234'
    """
    return next((text for text in texts if re.fullmatch(r"[+\-−]?[1-9][0-9]{0,2}[.,][0-9]{3}", text.strip())), None)


def distinct_texts(column: pa.ChunkedArray) -> list[str]:
    """The different texts of a column, sorted; none for a column of numbers."""
    if not _is_text(column):
        return []
    return sorted(str(text) for text in pc.unique(_texts(column)).to_pylist() if text is not None)


def parse_column(column: pa.ChunkedArray, decimal: str, marks: Mapping[str, int]) -> Figures:
    """A column as figures; every different text is read once.

    Examples
    --------
    >>> parsed = parse_column(pa.chunked_array([["1 234,5", "..", "x"]]), ",", marks_of({}))
    >>> parsed.values.tolist(), parsed.decimals, parsed.wrong
    ([1234.5, nan, nan], 1, ((2, 'x'),))
    """
    if not _is_text(column):
        return _typed(column)
    encoded = _texts(column).dictionary_encode().combine_chunks()
    texts = [str(text) for text in encoded.dictionary.to_pylist()]
    read = [_read(text, decimal, marks) for text in texts]
    codes = encoded.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)
    values = np.array([*(value for value, _, _ in read), np.nan])[codes]
    states = np.array([*(state for _, state, _ in read), MISSING], dtype=np.int8)[codes]
    used = np.bincount(codes, minlength=len(texts) + 1)
    decimals = max((places for (_, _, places), n in zip(read, used, strict=False) if n), default=0)
    wrong = tuple((int(row), texts[codes[row]]) for row in np.flatnonzero(states < 0))
    return Figures(values, np.where(states < 0, MISSING, states).astype(np.int8), decimals, wrong)


def text_of(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as texts without surrounding blanks; whole numbers without a decimal point; nothing as an empty text.

    Examples
    --------
    >>> text_of(pa.chunked_array([[114, None]])).to_pylist()
    ['114', '']
    """
    if not _is_text(column) and pa.types.is_floating(column.type):
        values = column.to_pandas()
        texts = [
            "" if missing else repr(value) for value, missing in zip(column.to_pylist(), values.isna(), strict=True)
        ]
        return pa.chunked_array([pa.array([text.removesuffix(".0") for text in texts], pa.string())])
    return pc.fill_null(_texts(column if _is_text(column) else column.cast(pa.string())), "")


def _is_text(column: pa.ChunkedArray) -> bool:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind))


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.utf8_trim_whitespace(column.cast(pa.string()))


def _typed(column: pa.ChunkedArray) -> Figures:
    if pa.types.is_boolean(column.type) or not (
        pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)
    ):
        rows = range(len(column))
        wrong = tuple((row, f"a {column.type}") for row in rows)
        return Figures(np.full(len(column), np.nan), np.zeros(len(column), dtype=np.int8), 0, wrong)
    values = column.cast(pa.float64()).to_numpy().astype(np.float64)
    states = np.select([np.isnan(values), values == 0], [MISSING, ZERO], SHOWN).astype(np.int8)
    known = values[~np.isnan(values)]
    wrong = tuple((int(row), str(values[row])) for row in np.flatnonzero(np.isinf(values)))
    decimals = next((n for n in range(5) if np.allclose(known, np.round(known, n), rtol=0, atol=1e-9)), 4)
    return Figures(np.where(np.isinf(values), np.nan, values), states, decimals, wrong)


def _read(text: str, decimal: str, marks: Mapping[str, int]) -> tuple[float, int, int]:
    """Value, state (-1: no figure) and decimals of one text."""
    if text in marks:
        state = marks[text]
        return (0.0 if state == ZERO else np.nan), state, 0
    number = _BLANKS.sub(" ", text.replace("\N{MINUS SIGN}", "-"))
    if _GROUPED.fullmatch(number):
        number = number.replace(" ", "")
    other = "." if decimal == "," else ","
    if _THOUSANDS[decimal].fullmatch(number):
        number = number.replace(other, "")
    if not _PLAIN.fullmatch(number) or other in number:
        return np.nan, -1, 0
    whole, _, part = number.partition(decimal)
    value = float(f"{whole}.{part or 0}")
    return value, ZERO if value == 0 else SHOWN, len(part)


def take(figures: Figures, rows: npt.NDArray[np.intp]) -> Figures:
    """The figures of the rows given; row -1 is no row, and missing.

    Examples
    --------
    >>> taken = take(parse_column(pa.chunked_array([[7, 0]]), ".", {}), np.array([1, -1]))
    >>> taken.values.tolist(), [str(STATES[state][0]) for state in taken.states]
    ([0.0, nan], ['zero', 'missing'])
    """
    there = rows >= 0
    values = np.where(there, figures.values[rows], np.nan) if len(figures.values) else np.full(len(rows), np.nan)
    states = np.where(there, figures.states[rows], MISSING) if len(figures.values) else np.zeros(len(rows))
    return Figures(values, states.astype(np.int8), figures.decimals)


def add(parts: Sequence[tuple[int, Figures]]) -> Figures:
    """The signed sum of columns. What cannot occur adds nothing; a part without a figure leaves the sum without one.

    Examples
    --------
    >>> a = parse_column(pa.chunked_array([["3", "4", "."]]), ".", marks_of({}))
    >>> b = parse_column(pa.chunked_array([["3", "..", "5"]]), ".", marks_of({}))
    >>> total = add([(1, a), (-1, b)])
    >>> total.values.tolist(), [str(STATES[state][0]) for state in total.states]
    ([0.0, nan, -5.0], ['zero', 'protected', 'shown'])
    """
    states = np.stack([figures.states for _, figures in parts]).min(axis=0)
    values = np.sum([sign * np.where(_known(figures), figures.values, 0) for sign, figures in parts], axis=0)
    figure = np.isin(states, (SHOWN, ZERO))
    states = np.where(figure, np.where(values == 0, ZERO, SHOWN), states).astype(np.int8)
    return Figures(np.where(figure, values, np.nan), states, max(figures.decimals for _, figures in parts))


def is_adjusted(figures: Figures) -> bool:
    """Whether 0 occurs among whole numbers and 1 and 2 never do: the mark of a publisher that turns them into 0 or 3.

    Examples
    --------
    >>> [is_adjusted(parse_column(pa.chunked_array([column]), ".", {})) for column in ([0, 3, 7], [0, 1], [5, 7])]
    [True, False, False]
    """
    values = figures.values[_known(figures)]
    whole = bool((values == np.floor(values)).all())
    return whole and bool((values == 0).any()) and not bool(np.isin(values, (1, 2)).any())


def zeros_as_small(figures: Figures) -> Figures:
    """The same figures, where a 0 may be 0, 1 or 2 persons: protected.

    Examples
    --------
    >>> small = zeros_as_small(parse_column(pa.chunked_array([[0, 3]]), ".", {}))
    >>> small.values.tolist(), str(STATES[small.states[0]][1])
    ([nan, 3.0], 'zero_or_small')
    """
    zero = figures.states == ZERO
    return Figures(
        np.where(zero, np.nan, figures.values),
        np.where(zero, ZERO_OR_SMALL, figures.states).astype(np.int8),
        figures.decimals,
    )


def _known(figures: Figures) -> npt.NDArray[np.bool_]:
    return np.isin(figures.states, (SHOWN, ZERO))
