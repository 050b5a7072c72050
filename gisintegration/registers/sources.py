"""Register files as tables that DuckDB reads: Parquet as it lies, CSV and GeoPackage by way of Parquet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyproj import CRS

from gisintegration import sql
from gisintegration.errors import CRSError, GeometryError, InputError, RegisterError
from gisintegration.registers import text

_TEXT_ENDINGS = (".csv", ".txt", ".tsv")
_ENDINGS = (".parquet", *_TEXT_ENDINGS, ".gpkg")
_BATCH = 65_536


@dataclass(frozen=True)
class Part:
    """One file of a table, readable as Parquet.

    Parameters
    ----------
    path
        The file that the user gave.
    parquet
        Where its rows lie as Parquet: the file itself, or a copy in the work folder.
    types
        DuckDB's type of each column.
    rows
        Rows in ``parquet``.
    malformed
        Lines of a text file with too few or too many fields, which are not in ``parquet``.
    year
        The year its folder is named by (``year=2018``), else None.
    """

    path: Path
    parquet: Path
    types: Mapping[str, str]
    rows: int
    malformed: int = 0
    year: int | None = None


@dataclass(frozen=True)
class Table:
    """A delivered table: one or more files with the same columns.

    Parameters
    ----------
    name
        As the user gave it.
    parts
        Its files.
    as_text
        Every column is text (CSV).
    crs
        The layer's own CRS, if the format carries one.
    notes
        How it was read, in words.
    """

    name: str
    parts: tuple[Part, ...]
    as_text: bool = False
    crs: str | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns; ``year`` too where the folders carry it."""
        names = tuple(self.parts[0].types)
        return names if self.parts[0].year is None or "year" in names else (*names, "year")

    @property
    def rows(self) -> int:
        """Rows in, malformed lines included."""
        return sum(part.rows + part.malformed for part in self.parts)


def open_tables(
    con: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    work: Path,
    *,
    encoding: str | None = None,
    separator: str | None = None,
) -> list[Table]:
    """The tables behind some paths: files with the same columns are one table, in the order they were given.

    Raises
    ------
    InputError
        A path does not exist or holds no rows, or its kind of file is not one that registers come in.
    RegisterError
        Files of one folder have different columns, or a text file cannot be read as a table.
    CRSError, GeometryError
        A layer has no known CRS, or geometries other than points.
    """
    tables: list[Table] = []
    for path in paths:
        table = _open(con, path, work, encoding=encoding, separator=separator)
        twin = next((known for known in tables if _same(known, table)), None)
        if twin is None:
            tables.append(table)
        else:
            merged = replace(twin, parts=twin.parts + table.parts, notes=twin.notes + table.notes)
            tables[tables.index(twin)] = merged
    for table in tables:
        if table.rows == 0:
            raise InputError.empty_file(table.name)
    return tables


def _same(first: Table, second: Table) -> bool:
    return set(first.columns) == set(second.columns) and first.as_text == second.as_text and first.crs == second.crs


def _open(
    con: duckdb.DuckDBPyConnection, path: Path, work: Path, *, encoding: str | None, separator: str | None
) -> Table:
    file, _, layer = str(path).partition("|")
    path = Path(file)
    if not path.exists():
        raise InputError.missing_file(path)
    if path.is_dir():
        return _open_folder(con, path, work, encoding=encoding, separator=separator)
    ending = path.suffix.casefold()
    if path.stat().st_size == 0:
        raise InputError.empty_file(path)
    if ending == ".parquet":
        return _open_parquet(path)
    if ending in _TEXT_ENDINGS:
        return _open_text(con, path, work, encoding=encoding, separator=separator)
    if ending == ".gpkg":
        return _open_layer(path, layer.removeprefix("layername="), work)
    raise InputError(
        f"{path} is not a kind of file that registers are read from.",
        hint="Parquet (.parquet), CSV (.csv, .txt, .tsv) or GeoPackage points (.gpkg); save an Excel sheet as CSV.",
    )


def _open_folder(
    con: duckdb.DuckDBPyConnection, folder: Path, work: Path, *, encoding: str | None, separator: str | None
) -> Table:
    files = [
        file
        for file in sorted(folder.rglob("*"))
        if file.is_file()
        and file.suffix.casefold() in _ENDINGS
        and not any(step.startswith((".", "_")) for step in file.relative_to(folder).parts)
    ]
    years = [_folder_year(file, folder) for file in files]
    beside: tuple[str, ...] = ()
    if any(year is not None for year in years):
        # In a folder partitioned by year, what lies beside the years is something else (places, a read-me).
        outside = [file.name for file, year in zip(files, years, strict=True) if year is None]
        beside = (f"{folder.name}: not read, beside the years: {', '.join(outside)}.",) if outside else ()
        files = [file for file, year in zip(files, years, strict=True) if year is not None]
        years = [year for year in years if year is not None]
    if not files:
        raise InputError.empty_file(folder)
    tables = [_open(con, file, work, encoding=encoding, separator=separator) for file in files]
    first = tables[0]
    for file, table in zip(files, tables, strict=True):
        if not _same(first, table):
            differing = sorted(set(first.columns) ^ set(table.columns))
            raise RegisterError(
                f"{file} and {files[0]} are in the same folder but not of the same table: "
                f"{', '.join(differing) or 'kind of file or CRS'} differs.",
                hint="give tables with different columns as separate paths; they are joined on person and year.",
            )
    parts = [replace(part, year=year) for table, year in zip(tables, years, strict=True) for part in table.parts]
    notes = dict.fromkeys(note for table in tables for note in table.notes)
    return replace(first, name=str(folder), parts=tuple(parts), notes=(*notes, *beside))


def _folder_year(file: Path, folder: Path) -> int | None:
    for step in file.relative_to(folder).parts:
        if found := re.fullmatch(r"year=([0-9]{4})", step):
            return int(found[1])
    return None


def _open_parquet(path: Path) -> Table:
    try:
        rows = pq.read_metadata(path).num_rows
    except pa.ArrowException as error:
        raise InputError(
            f"{path} cannot be read as Parquet: {error}", hint="check that the file is whole; deliver it again."
        ) from error
    with sql.connect() as con:
        types = _types(con, path)
    return Table(str(path), (Part(path, path, types, rows),))


def _types(con: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    described = con.execute(
        f"describe select * from read_parquet({sql.literal(path)}, hive_partitioning = false)"
    ).fetchall()
    return {row[0]: row[1] for row in described}


def _open_text(
    con: duckdb.DuckDBPyConnection, path: Path, work: Path, *, encoding: str | None, separator: str | None
) -> Table:
    dialect = text.find_dialect(path, encoding=encoding, separator=separator)
    source = path
    if dialect.encoding not in ("utf-8", "utf-8-sig"):
        source = _unused(work, ".csv")
        with source.open("w", encoding="utf-8", newline="") as stream:
            for chunk in text.decoded(path, dialect.encoding):
                stream.write(chunk)
    parquet = _unused(work, ".parquet")
    columns = ", ".join(f"{sql.literal(name)}: 'VARCHAR'" for name in dialect.header)
    # With store_rejects a broken line is set aside and counted instead of ending the reading.
    con.execute(
        f"copy (select * from read_csv({sql.literal(source)}, columns = {{{columns}}}, header = true, "
        f"auto_detect = false, delim = {sql.literal(dialect.separator)}, quote = '\"', escape = '\"', "
        f"skip = {dialect.skip}, store_rejects = true, rejects_limit = 0, max_line_size = 10000000)) "
        f"to {sql.literal(parquet)} (format parquet, compression zstd)"
    )
    malformed = con.execute("select count(distinct line) from reject_errors").fetchall()[0][0]
    con.execute("drop table reject_errors")
    con.execute("drop table reject_scans")
    rows = pq.read_metadata(parquet).num_rows
    part = Part(path, parquet, dict.fromkeys(dialect.header, "VARCHAR"), rows, malformed)
    return Table(str(path), (part,), as_text=True, notes=(f"{path.name} was read as {dialect}.",))


def _open_layer(path: Path, layer: str, work: Path) -> Table:
    layers = {name: kind for name, kind in pyogrio.list_layers(path) if kind is not None}
    if not layer and len(layers) != 1:
        raise InputError(
            f"{path} holds {len(layers)} layers of points or other geometries: {', '.join(layers) or 'none'}.",
            hint=f"name one: {path}|layername=…",
        )
    layer = layer or next(iter(layers))
    if layer not in layers:
        raise InputError.unknown("layer", layer, layers, where=str(path))
    info = pyogrio.read_info(path, layer=layer)
    crs = _layer_crs(info["crs"], path, layer)
    parquet = _unused(work, ".parquet")
    rows = _copy_layer(path, layer, parquet)
    with sql.connect() as con:
        types = _types(con, parquet)
    return Table(str(path), (Part(path, parquet, types, rows),), crs=crs, notes=(f"{path.name}: CRS {crs}.",))


def _layer_crs(declared: str | None, path: Path, layer: str) -> str:
    code = CRS.from_user_input(declared).to_epsg(min_confidence=70) if declared else None
    if code is None:
        raise CRSError(
            f"Layer {layer} of {path} has no CRS that is known by an EPSG code: {declared or 'none declared'}.",
            hint="set the layer's CRS (in QGIS: Layer > Set CRS and save), or deliver x and y as columns.",
        )
    return f"EPSG:{code}"


def _copy_layer(path: Path, layer: str, parquet: Path) -> int:
    writer = None
    rows = 0
    try:
        with pyogrio.open_arrow(path, layer=layer, batch_size=_BATCH, use_pyarrow=True) as (meta, reader):
            geometry = meta["geometry_name"] or "wkb_geometry"
            for batch in reader:
                table = _with_coordinates(pa.Table.from_batches([batch]), geometry, path, layer, rows)
                writer = writer or pq.ParquetWriter(parquet, table.schema, compression="zstd")
                writer.write_table(table)
                rows += len(table)
    finally:
        if writer is not None:
            writer.close()
    if rows == 0:
        raise InputError.empty_file(f"{path}, layer {layer}")
    return rows


def _with_coordinates(table: pa.Table, geometry: str, path: Path, layer: str, before: int) -> pa.Table:
    points = shapely.from_wkb(table.column(geometry).to_numpy())
    kinds = shapely.get_type_id(points)
    wrong = (kinds > 0).nonzero()[0]
    if len(wrong):
        raise GeometryError(
            f"Layer {layer} of {path} holds other geometries than points.",
            hint="a register has one point a person; make multipoints single parts, polygons points on surface.",
            failures=[{"row": before + int(row) + 1, "geometry": points[row].geom_type} for row in wrong],
        )
    attributes = table.select([name for name in table.column_names if name not in (geometry, "x", "y")])
    # A missing or empty point has no coordinates in the table; GEOS refuses to tell an empty one's.
    points[shapely.is_empty(points)] = None
    x, y = (pa.array(get(points), from_pandas=True, type=pa.float64()) for get in (shapely.get_x, shapely.get_y))
    return attributes.append_column("x", x).append_column("y", y)


def _unused(work: Path, ending: str) -> Path:
    number = len(list(work.iterdir()))
    return work / f"source-{number}{ending}"
