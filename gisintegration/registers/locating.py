"""`locate_register`: a file of points, each row with the code of its area in one or more editions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gisintegration import sql
from gisintegration.areas import AreaDivision
from gisintegration.errors import CRSError, InputError, RegisterError
from gisintegration.files import atomic
from gisintegration.locate import places
from gisintegration.progress import Progress, ProgressOption, part, reporter
from gisintegration.registers.folder import WorkFolder
from gisintegration.registers.sources import Table, open_tables

EPSG = 3006
_BATCH = 1 << 19
# Text written out takes more than this.
_BYTES_A_VALUE = 3
_COUNTS = ("placed", "outside", "unusable", "on_border", "overlapping")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LocatedRows:
    """How many rows of a file lie where, exact: internal.

    Parameters
    ----------
    rows
        Rows written.
    malformed
        Lines of a text file with too few or too many fields, which are not in the output.
    editions
        Edition → ``placed``, ``outside``, ``unusable`` (no coordinate, or no possible one), which add up to the rows,
        and among the placed ``on_border`` (of several areas' border, the lowest code's) and ``overlapping``.
    """

    rows: int
    malformed: int
    editions: Mapping[str, Mapping[str, int]]

    def __str__(self) -> str:
        lines = [
            f"{key}: {count['placed']} rows in an area, {count['outside']} outside, {count['unusable']} without a "
            f"coordinate that can be used; {count['on_border']} on a border, {count['overlapping']} in several areas"
            for key, count in self.editions.items()
        ]
        malformed = [f"{self.malformed} malformed lines left out"] if self.malformed else []
        return "\n".join([*lines, *malformed])


def locate_register(
    path: str | Path,
    to: str | Path,
    *,
    areas: Sequence[AreaDivision],
    crs: int | str | None = None,
    x: str = "x",
    y: str = "y",
    progress: ProgressOption = None,
) -> LocatedRows:
    r"""Write a file's rows with the code of the area each lies in, one column an edition: internal, never to publish.

    Rows keep their order and columns. Memory does not grow with the file. A column is named by its edition,
    ``deso_2025``, and empty for rows in no area.

    Parameters
    ----------
    path
        Parquet, CSV, a GeoPackage of points (``file.gpkg|layername=…`` for one of several layers), or a folder of
        such with the same columns.
    to
        A name that ends in ``.parquet``.
    areas
        Editions to locate in.
    crs
        Coordinate reference system of x and y; default EPSG:3006, or the layer's own.
    x, y
        Columns of the coordinates. Text is read as numbers, with a decimal point or comma.

    Raises
    ------
    InputError
        The file cannot be read, has not the columns, has others of the names to be written, or a coordinate is no
        number.
    CRSError
        No row lies in any area, or ``crs`` is not the layer's own.

    Examples
    --------
    >>> import tempfile; from gisintegration.testing import grid_areas
    >>> folder = Path(tempfile.mkdtemp()); _ = (folder / "p.csv").write_text("id,x,y\n1,500,500\n2,-5,500\n")
    >>> told = locate_register(folder / "p.csv", folder / "o.parquet", areas=[grid_areas(2, 1, origin=(0, 0))])
    >>> print(told)
    deso/2018: 1 rows in an area, 1 outside, 0 without a coordinate that can be used; 0 on a border, 0 in several areas
    >>> pq.read_table(folder / "o.parquet").column("deso_2018").to_pylist()
    ['0114A0010', None]
    """
    to = Path(to)
    if to.suffix != ".parquet":
        raise InputError(f"{to} should end in .parquet.", hint=f"write to {to.with_suffix('.parquet')}.")
    if not areas:
        raise InputError("No areas were given to locate in.", hint="give at least one edition.")
    report = reporter(progress)
    work = WorkFolder()
    with sql.connect() as con:
        tables = open_tables(con, [Path(path)], work.path)
    (table,) = tables
    report(0.0 if table.parts[0].parquet == Path(path) else 0.3, f"{table.rows} rows")
    names = _names(table, areas, x, y)
    _check_crs(table, crs)
    told = _write(
        table,
        to,
        areas=list(areas),
        names=names,
        xy=(x, y),
        crs=table.crs or crs or EPSG,
        report=part(report, 0.3, 1.0),
    )
    work.remove()
    return told


def _names(table: Table, areas: Sequence[AreaDivision], x: str, y: str) -> list[str]:
    if missing := [name for name in (x, y) if name not in table.columns]:
        raise InputError.missing_columns(table.name, missing, table.columns)
    names = [one.key.replace("/", "_") for one in areas]
    if taken := sorted(set(names) & set(table.columns)):
        raise InputError(
            f"{table.name} has a column {taken[0]} already.", hint="rename it; the areas are written by that name."
        )
    return names


def _check_crs(table: Table, crs: int | str | None) -> None:
    if table.crs is not None and crs is not None and str(crs).upper().removeprefix("EPSG:") != table.crs[5:]:
        raise CRSError(f"{table.name} is in {table.crs} by its own account, and crs says {crs}.", hint="leave crs out.")


def _write(
    table: Table,
    to: Path,
    *,
    areas: list[AreaDivision],
    names: list[str],
    xy: tuple[str, str],
    crs: int | str,
    report: Progress,
) -> LocatedRows:
    codes = [pa.array(list(one.codes), pa.string()) for one in areas]
    counts = {one.key: dict.fromkeys(_COUNTS, 0) for one in areas}
    rows, expected = 0, sum(one.rows for one in table.parts)
    writer: pq.ParquetWriter | None = None
    # While one batch is written, the next is read and located.
    with atomic(to) as temporary, ThreadPoolExecutor(1) as pool:
        pending: Future[None] | None = None
        try:
            for batch in _batches(table, xy):
                located = batch
                found, _ = places(
                    (_numbers(batch, xy[0], rows), _numbers(batch, xy[1], rows)), areas, crs=crs, distinct=True
                )
                for name, code, (key, one) in zip(names, codes, found.located.items(), strict=True):
                    positions = pa.array(one.positions, mask=one.positions < 0)
                    located = located.append_column(name, pa.DictionaryArray.from_arrays(positions, code))
                    counts[key] = {what: counts[key][what] + getattr(one, what) for what in _COUNTS}
                writer = writer or _writer(temporary, located.schema)
                if pending is not None:
                    pending.result()
                pending = pool.submit(writer.write_table, _as(located, writer.schema, table.name))
                rows += len(batch)
                report(min(rows / max(expected, 1), 0.99), f"{rows} rows located")
            if pending is not None:
                pending.result()
        finally:
            if writer is not None:
                writer.close()
        if (
            rows
            and not any(count["placed"] for count in counts.values())
            and any(count["outside"] for count in counts.values())
        ):
            raise CRSError(
                f"None of the {rows} rows of {table.name} lies in any of the areas.",
                hint="x and y may be in another CRS (crs=) or each other's columns, or the areas are elsewhere.",
            )
    report(1.0, "Located")
    return LocatedRows(rows, sum(one.malformed for one in table.parts), counts)


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Numbers as they are, text by dictionary; without Arrow's own schema in the file, codes are read back as text."""
    number = {field.name: pa.types.is_integer(field.type) or pa.types.is_floating(field.type) for field in schema}
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        use_dictionary=[name for name, is_number in number.items() if not is_number],
        write_statistics=[name for name, is_number in number.items() if is_number],
        store_schema=False,
    )


def _as(rows: pa.Table, schema: pa.Schema, name: str) -> pa.Table:
    """The rows with the types of the first file's."""
    if rows.schema.equals(schema):
        return rows
    try:
        return rows.cast(schema)
    except pa.ArrowException as error:
        raise RegisterError(
            f"The files of {name} have columns of different types: {error}.", hint="deliver them with the same types."
        ) from error


def _few_values(path: Path) -> set[str]:
    """Text columns that the file keeps by dictionary, to be read and written as such."""
    metadata = pq.read_metadata(path)
    wide = {
        column.path_in_schema
        for group in range(metadata.num_row_groups)
        for column in map(metadata.row_group(group).column, range(metadata.num_columns))
        if column.total_uncompressed_size > _BYTES_A_VALUE * column.num_values
    }
    return {one.name for one in metadata.schema.to_arrow_schema() if pa.types.is_string(one.type)} - wide


def _batches(table: Table, xy: tuple[str, str]) -> Iterator[pa.Table]:
    few = set.intersection(*(_few_values(one.parquet) for one in table.parts)) - set(xy)
    for one in table.parts:
        with pq.ParquetFile(one.parquet, read_dictionary=sorted(few)) as file:
            for batch in file.iter_batches(_BATCH):
                rows = pa.Table.from_batches([batch])
                if one.year is not None and "year" not in rows.column_names:
                    rows = rows.append_column("year", pa.array(np.full(len(rows), one.year, dtype=np.int16)))
                yield rows.select(list(table.columns))


def _numbers(batch: pa.Table, name: str, before: int) -> Floats:
    column = batch.column(name)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        given = pc.utf8_trim_whitespace(column).to_pandas()
        numbers = pd.to_numeric(given.str.replace(",", ".", regex=False), errors="coerce")
        wrong = np.flatnonzero(numbers.isna() & given.notna() & (given != ""))
        if len(wrong):
            raise RegisterError(
                f"{name} holds what is no number.",
                hint="correct the delivery; leave the coordinate empty where there is none.",
                failures=[{"row": before + int(row) + 1, "column": name, "value": given.iloc[row]} for row in wrong],
            )
        return np.asarray(numbers, dtype=np.float64)
    try:
        return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    except pa.ArrowException as error:
        raise InputError(f"Column {name} is of type {column.type}, no number.", hint="name another column.") from error
