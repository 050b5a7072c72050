"""Where persons live in two editions, from a file of points."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gisintegration.areas import AreaDivision
from gisintegration.errors import InputError
from gisintegration.locate import Located, Places
from gisintegration.progress import ProgressOption
from gisintegration.registers import locate_register


def read_persons(
    path: str | Path,
    editions: Sequence[AreaDivision],
    *,
    persons: str | None = None,
    crs: int | str | None = None,
    x: str = "x",
    y: str = "y",
    progress: ProgressOption = None,
) -> tuple[Places, npt.NDArray[np.float64] | None]:
    r"""Places located in some editions, and the persons at each, from a file with one row a person or place.

    Parameters
    ----------
    path
        As :func:`gisintegration.locate_register` takes it. Rows of several years count once each: give one year.
    persons
        Column of the number of persons at each row; without it a row is one person, and None is returned for it.
    crs
        Of ``x`` and ``y``; default EPSG:3006, or the layer's own.

    Raises
    ------
    InputError
        The file cannot be read, or ``persons`` is no column of numbers.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> file = Path(tempfile.mkdtemp()) / "p.csv"
    >>> _ = file.write_text("x,y,n\n500,500,3\n1500,500,4\n")
    >>> found, count = read_persons(file, [grid_areas(2, 1, origin=(0, 0))], persons="n")
    >>> found.located["deso/2018"].positions.tolist(), count.tolist()
    ([0, 1], [3.0, 4.0])
    """
    with tempfile.TemporaryDirectory() as folder:
        located = Path(folder) / "located.parquet"
        locate_register(path, located, areas=editions, crs=crs, x=x, y=y, progress=progress)
        columns = [areas.key.replace("/", "_") for areas in editions]
        known = pq.read_schema(located).names
        if persons is not None and persons not in known:
            raise InputError.missing_columns(str(path), [persons], known)
        table = pq.read_table(located, columns=[x, y, *columns, *([persons] if persons else [])])
    found = {
        areas.key: Located(_positions(table.column(column), areas))
        for areas, column in zip(editions, columns, strict=True)
    }
    xy = [np.asarray(pd.to_numeric(table.column(name).to_pandas(), errors="coerce"), dtype=float) for name in (x, y)]
    return Places(xy[0], xy[1], found), None if persons is None else _numbers(table.column(persons), persons, path)


def _positions(column: pa.ChunkedArray, areas: AreaDivision) -> npt.NDArray[np.int32]:
    codes = column.combine_chunks().dictionary_encode() if not pa.types.is_dictionary(column.type) else column
    chunks = codes.chunks if isinstance(codes, pa.ChunkedArray) else [codes]
    place = pd.Index(areas.codes)
    parts = []
    for chunk in chunks:
        at = place.get_indexer(pd.Index(chunk.dictionary.to_pylist()))
        parts.append(np.append(at, -1)[chunk.indices.fill_null(len(at)).to_numpy(zero_copy_only=False)])
    return np.concatenate([*parts, np.zeros(0, dtype=np.int64)]).astype(np.int32)


def _numbers(column: pa.ChunkedArray, name: str, path: str | Path) -> npt.NDArray[np.float64]:
    values = pd.to_numeric(column.to_pandas(), errors="coerce")
    wrong = np.flatnonzero(values.isna().to_numpy())
    if len(wrong):
        raise InputError(
            f"{path}: {len(wrong)} rows have no number in column {name}.",
            hint="give 0 where nobody lives.",
            failures=[{"row": int(row) + 1} for row in wrong],
        )
    return np.asarray(values, dtype=np.float64)
