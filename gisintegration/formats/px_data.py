"""The data of a PX file as figures and marks: dense, or row by row with keys."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import prod
from pathlib import Path

import numpy as np

from gisintegration.errors import FormatError
from gisintegration.formats.cells import CellError, cell_arrays
from gisintegration.formats.cube import MARKS, Dimension, Figures, Marks
from gisintegration.formats.px_text import Parts

_BLANKS = bytes.maketrans(b",;\t\r\n\v\f", b" " * 7)
_CELL = re.compile(rb"[^,;\s]+")
_ROW_TOKEN = re.compile(r'"([^"]*+)"\s*+(,?)|([^",;\s]++)|(\S)')


def cells_of(
    whole: Parts, dimensions: Sequence[Dimension], heading: int, keys: Sequence[str], path: Path
) -> tuple[Figures, Marks]:
    """The cells of a file. ``keys`` says of each dimension in the stub whether its key is VALUES or CODES, or nothing.

    Raises
    ------
    FormatError
        There are more or fewer cells than the dimensions make, or one is neither a number nor a mark.
    """
    shape = [len(dimension.codes) for dimension in dimensions]
    cells = prod(shape)
    size = f"{' × '.join(map(str, shape))} = {cells}"
    if not any(keys):
        # A cell takes a letter and a blank: a file that declares more than it holds is refused before memory is taken.
        if cells > len(whole.data) // 2 + 1:
            held = sum(1 for _ in _CELL.finditer(whole.data))
            raise _miscounted(path, whole, str(held), size)
        return _dense(whole, cells, size, path)
    return _keyed(whole, dimensions, heading, keys, path)


def _dense(whole: Parts, cells: int, size: str, path: Path) -> tuple[Figures, Marks]:
    data = _unquoted(whole, path)
    try:
        figures, marks, count = cell_arrays(data, cells)
    except CellError as error:
        line = whole.line + _lines_before(whole.data, data, error.position)
        raise FormatError(
            f"{path}, line {line}: '{error}' is neither a number nor one of the marks {' '.join(MARKS[1:])}.",
            hint="PX writes numbers with a decimal point and without thousands separators.",
        ) from error
    if count != cells:
        raise _miscounted(path, whole, "more" if count > cells else str(count), size)
    return figures, marks


def _unquoted(whole: Parts, path: Path) -> bytes:
    if whole.data.count(b'"') % 2:
        raise FormatError(f"{path}: a quotation mark is missing in the data, after line {whole.line}.")
    return whole.data.translate(_BLANKS, b'"')


def _lines_before(raw: bytes, data: bytes, position: int) -> int:
    """Line breaks in the raw data before a position in the data without quotation marks."""
    cell = len(data[:position].split())
    start = next((token.start() for number, token in enumerate(_CELL.finditer(raw)) if number == cell), 0)
    return raw.count(b"\n", 0, start)


def _miscounted(path: Path, whole: Parts, count: str, size: str) -> FormatError:
    return FormatError(
        f"{path}, from line {whole.line}: the data hold {count} cells, but the dimensions make {size}.",
        hint="the file was cut off, a value is missing in VALUES, or figures have decimal commas.",
    )


def _keyed(
    whole: Parts, dimensions: Sequence[Dimension], heading: int, keys: Sequence[str], path: Path
) -> tuple[Figures, Marks]:
    """Rows that are not there are zero, as the specification says."""
    stub = dimensions[: len(dimensions) - heading]
    lookups = [_lookup(dimension, key, path) for dimension, key in zip(stub, keys, strict=True)]
    width = prod(len(one.codes) for one in dimensions[len(stub) :])
    shape = tuple(len(one.codes) for one in stub)
    figures = np.zeros((prod(shape), width))
    marks = np.zeros((prod(shape), width), dtype=f"<U{len(MARKS[-1])}")
    done: list[int] = []
    tokens: list[bytes] = []
    place: list[int] = []
    filled = width
    text = whole.data.decode(whole.encoding, "replace")
    for token in _ROW_TOKEN.finditer(text):
        quoted, comma, word, wrong = token.groups()
        if wrong:
            raise _in_row(path, whole, text, token.start(), f"'{wrong}' is not expected")
        if filled == width and len(place) == len(stub):
            place, filled = [], width
        if len(place) < len(stub):
            if quoted is None or quoted not in lookups[len(place)]:
                what = f"'{(word if quoted is None else quoted)[:40]}' is not a value of {stub[len(place)].code}"
                raise _in_row(path, whole, text, token.start(), what)
            place.append(lookups[len(place)][quoted])
            if len(place) == len(stub):
                done.append(int(np.ravel_multi_index(place, shape)))
                filled = 0
        elif comma:
            raise _in_row(path, whole, text, token.start(), f"the row before has fewer than {width} cells")
        else:
            tokens.append((word if quoted is None else quoted).encode())
            filled += 1
    if filled != width or (place and len(place) != len(stub)):
        raise _in_row(path, whole, text, len(text), f"the last row has fewer than {width} cells")
    if len(set(done)) != len(done):
        raise FormatError(f"{path}: a row of the data stands twice, after line {whole.line}.")
    try:
        values, signs, _ = cell_arrays(b" ".join(tokens), len(tokens))
    except CellError as error:
        raise FormatError(f"{path}: '{error}' is neither a number nor a mark, after line {whole.line}.") from error
    figures[done] = values.reshape(-1, width)
    marks[done] = signs.reshape(-1, width)
    return figures.reshape(-1), marks.reshape(-1)


def _lookup(dimension: Dimension, key: str, path: Path) -> dict[str, int]:
    if key not in {"CODES", "VALUES"}:
        raise FormatError(
            f"{path}: KEYS of {dimension.code} is '{key[:40]}', neither VALUES nor CODES.",
            hint="if one dimension of the stub has KEYS, each has.",
        )
    names = dimension.codes if key == "CODES" else next(iter(dimension.labels.values()))
    return {name: position for position, name in enumerate(names)}


def _in_row(path: Path, whole: Parts, text: str, position: int, what: str) -> FormatError:
    return FormatError(f"{path}, line {whole.line + text.count(chr(10), 0, position)}: {what}.")
