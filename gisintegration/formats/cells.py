"""Cells as text, both ways: figures with their marks, fast for millions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.errors import FormatError
from gisintegration.formats.check import MOST_DECIMALS, MOST_DIMENSIONS, of_cells
from gisintegration.formats.cube import MARKS, Blocks, Cube, Figures, Frame, Marks, as_marks
from gisintegration.swedish import round_half_away

LARGEST = 1e15
"""Figures from here on cannot be written to the last unit."""

_BLOCK = 1 << 22
_LONGEST = 64
_ALLOWED = b"0123456789+-.eE"
_MARKS = tuple((mark, mark.encode()) for mark in MARKS[1:])
_TOKEN = re.compile(rb"\S+")


class CellError(ValueError):
    """A cell that is neither a figure nor a mark, and its position in the text."""

    def __init__(self, text: bytes, position: int) -> None:
        super().__init__(text[:_LONGEST].decode("ascii", "backslashreplace"))
        self.position = position


def cells_within(shape: Sequence[int], most: int, path: Path) -> int:
    """The number of cells that dimensions make, if that is not more than ``most``.

    Raises
    ------
    FormatError
        It is more, or there are more dimensions than can be counted in.
    """
    cells = 1
    for size in shape:
        cells *= size
        if cells > most or len(shape) > MOST_DIMENSIONS:
            some = " × ".join(map(str, shape[:10])) + (" × …" if len(shape) > 10 else "")  # of a message
            raise FormatError(
                f"{path}: {len(shape)} dimensions make {some[:200]} cells; at most {most} are read, in at most "
                f"{MOST_DIMENSIONS} dimensions.",
                hint="fetch a part of the table, or raise max_cells= if there is memory for 32 bytes a cell.",
            )
    return cells


def in_order(frame: Frame, blocks: Blocks) -> Iterator[tuple[Figures, Marks, npt.NDArray[np.int64]]]:
    """Blocks of cells, checked, with their figures rounded half away from zero, and the decimals of each.

    Raises
    ------
    FormatError
        A cell is none, or the blocks do not make all the table's cells.

    Examples
    --------
    >>> from gisintegration.formats import Dimension, Frame, Measure
    >>> one = Dimension(code="a", label={"sv": "a"}, codes=("1", "2"), labels={"sv": ("1", "2")})
    >>> frame = Frame(dimensions=(one,), measure=Measure(decimals=1))
    >>> [figures.tolist() for figures, _, _ in in_order(frame, [([0.25], [""]), ([-0.01], [""])])]
    [[0.3], [0.0]]
    """
    first = 0
    for given, signs in blocks:
        figures = np.asarray(given, dtype=np.float64).reshape(-1)
        marks = as_marks(signs).reshape(-1)
        found = list(of_cells(frame, figures, marks, first=first))
        if found:
            raise FormatError("The table cannot be made as it is described.", failures=found)
        decimals = frame.decimals(first, first + figures.size)
        yield rounded(figures, decimals), marks, decimals
        first += figures.size
    if first != frame.cells:
        raise FormatError(f"The blocks hold {first} cells, but the dimensions make {frame.cells}.")


def rounded(figures: Figures, decimals: npt.NDArray[np.int64]) -> Figures:
    """Figures as they are written: rounded half away from zero to their decimals. NaN stays NaN, −0 becomes 0.

    Examples
    --------
    >>> rounded(np.array([0.25, -0.01, np.nan]), np.array([1, 1, 0])).tolist()
    [0.3, 0.0, nan]
    """
    result = np.empty_like(figures)
    for number in np.unique(decimals).tolist():
        at = decimals == number
        those = figures[at]
        exact = np.abs(those) * 10.0**number >= LARGEST  # no half is left to round there
        result[at] = np.where(exact, those, round_half_away(np.where(exact, 0, those), number)) + 0.0
    return result


def all_decimals(cube: Cube) -> Cube:
    """The table as it was read, with as many stored decimals as its figures have: files say fewer than they hold.

    Examples
    --------
    >>> from gisintegration.formats import Cube, Dimension
    >>> one = Dimension(code="a", label={"sv": "a"}, codes=("1", "2"), labels={"sv": ("1", "2")})
    >>> all_decimals(Cube(dimensions=(one,), figures=[1, 2.25])).stored_decimals
    2
    """
    decimals = cube.cell_decimals()
    plain = np.isfinite(cube.figures) & (np.abs(cube.figures) < LARGEST)
    if _exact(cube.figures[plain], decimals[plain]).all():
        return cube
    most = np.arange(decimals.min() + 1, MOST_DECIMALS)
    needed = next((number for number in most.tolist() if _exact(cube.figures[plain], number).all()), MOST_DECIMALS)
    shown = max(one.decimals for one in (*(cube.content.measures if cube.content else ()), cube.measure))
    return replace(cube, stored_decimals=min(max(needed, shown + 1), MOST_DECIMALS))


def _exact(figures: Figures, decimals: int | npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    scale = 10.0**decimals
    result: npt.NDArray[np.bool_] = np.rint(figures * scale) / scale == figures
    return result


def cell_texts(figures: Figures, marks: Marks, decimals: npt.NDArray[np.int64]) -> list[str]:
    """Cells as PX writes them: ``12.5``, or a mark within quotation marks.

    Examples
    --------
    >>> cell_texts(np.array([2.5, np.nan]), np.array(["", ".."]), np.array([2, 0]))
    ['2.50', '".."']
    """
    texts = np.empty(figures.size, dtype=object)
    plain = marks == ""
    for number in np.unique(decimals).tolist():
        at = plain & (decimals == number)
        texts[at] = each_once(figures[at], f"%.{number}f".__mod__)
    for mark in MARKS[1:]:
        texts[marks == mark] = f'"{mark}"'
    result: list[str] = texts.tolist()
    return result


def each_once(figures: Figures, form: Callable[[float], str]) -> npt.NDArray[np.object_]:
    """Texts of figures, of which each different one is formed once: of millions there are only thousands.

    Examples
    --------
    >>> each_once(np.array([0.5, 1.5, 0.5]), "{:.1f}".format).tolist()
    ['0.5', '1.5', '0.5']
    """
    positions, different = pd.factorize(figures, use_na_sentinel=False)
    texts = np.empty(different.size, dtype=object)
    texts[:] = list(map(form, different.tolist()))
    found: npt.NDArray[np.object_] = texts[positions]
    return found


def cell_arrays(data: bytes, cells: int) -> tuple[Figures, Marks, int]:
    """Cells from text in which they stand apart by blanks, without quotation marks.

    Returns the figures, the marks and how many cells were there; no more than ``cells`` + 1 are counted.

    Raises
    ------
    CellError
        A cell is neither a finite number nor a mark.

    Examples
    --------
    >>> cell_arrays(b"1 .5 .. 1.5E3", 4)[0].tolist()
    [1.0, 0.5, nan, 1500.0]
    """
    figures = np.empty(cells, dtype=np.float64)
    marks = np.zeros(cells, dtype=f"<U{len(MARKS[-1])}")
    done = start = 0
    while start < len(data):
        end = _blank_from(data, start + _BLOCK)
        tokens = data[start:end].split()
        room = cells - done
        if len(tokens) > room:
            return figures, marks, cells + 1
        if tokens:
            try:
                values, signs = _convert(tokens)
            except ValueError as error:
                raise _located(data, start, end) from error
            figures[done : done + len(tokens)] = values
            marks[done : done + len(tokens)] = signs
        done += len(tokens)
        start = end
    return figures, marks, done


def _blank_from(data: bytes, position: int) -> int:
    blank = data.find(b" ", position) if position < len(data) else -1
    return len(data) if blank < 0 else blank


def _convert(tokens: list[bytes]) -> tuple[Figures, Marks]:
    if max(map(len, tokens)) > _LONGEST or b"".join(tokens).translate(None, _ALLOWED):
        raise ValueError  # "nan" and "1_000" are numbers to Python only
    array = np.array(tokens)
    marks = np.zeros(len(tokens), dtype=f"<U{len(MARKS[-1])}")
    for mark, text in _MARKS:
        marks[array == text] = mark
    plain = marks == ""
    figures = np.full(len(tokens), np.nan)
    figures[marks == "-"] = 0.0
    figures[plain] = array[plain].astype(np.float64) + 0.0  # −0 is 0
    if not np.isfinite(figures[plain]).all():
        raise ValueError
    return figures, marks


def _located(data: bytes, start: int, end: int) -> CellError:
    """The first cell of a block that cannot be converted: blocks of half the size, and half of that."""
    found = list(_TOKEN.finditer(data, start, end))
    tokens = [token.group() for token in found]
    good, bad = 0, len(tokens)  # the first `good` can be converted, the first `bad` cannot
    while bad - good > 1:
        middle = (good + bad) // 2
        try:
            _convert(tokens[good:middle])
        except ValueError:
            bad = middle
        else:
            good = middle
    return CellError(tokens[good], found[good].start())
