"""A PX or JSON-stat file as a table: a row for each value of every dimension but the contents, which are columns."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gisintegration.errors import FormatError, ReportedError
from gisintegration.formats import Cube, Dimension, read_jsonstat, read_px
from gisintegration.reported.text_table import Delivered

PX_ENDING, JSON_ENDING = ".px", ".json"
VALUE = "value"
_TEXT = "{} (text)"


def read_cube(path: Path, *, encoding: str | None = None) -> Delivered:
    """The cells of a PX or JSON-stat file.

    Parameters
    ----------
    encoding
        Of a PX file that does not say its own.

    Returns
    -------
    Delivered
        For each dimension a column of codes, named by its code, and one of its values' names, ``"Region (text)"``. For
        each value of the contents a column of figures and marks, named by its code and again by its name; ``"value"``
        where the file has no contents. Line n is cell n of each content.

    Raises
    ------
    ReportedError
        The file is not of the format, is damaged, or two columns would have one name.
    """
    try:
        cube = read_px(path, encoding=encoding) if path.suffix.lower() == PX_ENDING else read_jsonstat(path)
    except FormatError as error:
        raise ReportedError(f"{path.name} cannot be read: {error.message}", hint=error.hint) from error
    columns, noun = _columns(cube, path.name), "PX" if path.suffix.lower() == PX_ENDING else "JSON-stat"
    rows = len(next(iter(columns.values())))
    return Delivered(
        path.name,
        pa.table(columns),
        np.arange(1, rows + 1),
        last_line=rows,
        notes=(f"{path.name} was read as {noun}: {cube!r}.",),
        decimal=".",
    )


def _columns(cube: Cube, name: str) -> dict[str, pa.Array]:
    others = [dimension for dimension in cube.dimensions if dimension is not cube.content]
    shape = [len(dimension.codes) for dimension in others]
    language = cube.languages[0]
    named: list[tuple[str, pa.Array]] = []
    positions = np.unravel_index(np.arange(prod(shape)), shape) if shape else ()
    for dimension, position in zip(others, positions, strict=True):
        named.append((dimension.code, _coded(position, dimension.codes)))
        named.append((_TEXT.format(dimension.code), _coded(position, dimension.names(language))))
    named += _contents(cube, language)
    names = [key for key, _ in named]
    twice = sorted({key for key in names if names.count(key) > 1})
    if twice:
        raise ReportedError(
            f"{name}: {', '.join(twice)} would be the name of several columns.",
            hint="save the table with codes, or as CSV with names of your own.",
        )
    return dict(named)


def _contents(cube: Cube, language: str) -> list[tuple[str, pa.Array]]:
    if cube.content is None:
        return [(VALUE, _cells(cube, np.arange(cube.cells)))]
    axis = cube.dimensions.index(cube.content)
    place = np.moveaxis(np.arange(cube.cells).reshape(cube.shape), axis, 0).reshape(len(cube.content.codes), -1)
    columns = [_cells(cube, cells) for cells in place]
    pairs = list(zip(cube.content.codes, columns, strict=True))
    return pairs + [
        (label, column) for label, column in _labelled(cube.content, columns, language) if label not in dict(pairs)
    ]


def _labelled(content: Dimension, columns: Sequence[pa.Array], language: str) -> list[tuple[str, pa.Array]]:
    """Columns by the names of the contents; a name that several have tells none of them."""
    labels = content.names(language)
    return [(label, column) for label, column in zip(labels, columns, strict=True) if labels.count(label) == 1]


def _cells(cube: Cube, at: npt.NDArray[np.int64]) -> pa.Array:
    """Figures, as texts where a mark stands in place of one."""
    figures, marks = cube.figures[at], np.asarray(cube.marks)[at]
    if not (marks != "").any():
        return pa.array(figures)
    texts = pc.cast(pa.array(np.nan_to_num(figures)), pa.string())
    return pc.if_else(pa.array(marks != ""), pa.array(marks, pa.string()), texts)


def _coded(position: npt.NDArray[np.intp], texts: Sequence[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(position.astype(np.int32)), pa.array(texts, pa.string())).cast(
        pa.string()
    )
