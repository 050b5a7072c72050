"""What was delivered: the files as tables, their columns named as the contract names them, and how they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from gisintegration import sql
from gisintegration.errors import CRSError, InputError, RegisterError
from gisintegration.registers.contract import POINTS, variables
from gisintegration.registers.convert import Cell, Conversion, conversion
from gisintegration.registers.crs import parse
from gisintegration.registers.resolve import PLACE_COLUMNS, Resolved, check_present, missing_columns, resolve
from gisintegration.registers.sources import Part, Table, open_tables

Paths = str | Path | Sequence[str | Path]


@dataclass(frozen=True)
class Options:
    """What the user told about the files."""

    columns: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    encoding: str | None = None
    separator: str | None = None
    decimal: str | None = None


@dataclass(frozen=True)
class Delivery:
    """The tables that were delivered, with their columns resolved, and how they are written."""

    resolved: tuple[Resolved, ...]
    places: Resolved | None
    comma: Mapping[str, bool]
    notes: tuple[str, ...]
    crs: str | None = None

    @property
    def located(self) -> Resolved | None:
        """The table that holds the coordinates of 31 December."""
        return next((table for table, pair in self.points if pair == POINTS[0]), None)

    @property
    def points(self) -> list[tuple[Resolved, tuple[str, str]]]:
        """Every pair of columns of coordinates, the first table that has it giving it."""
        tables = [*self.resolved, *([self.places] if self.places else [])]
        found = []
        for pair in POINTS:
            found += [(table, pair) for table in tables if pair[0] in table.columns][:1]
        return found

    def with_crs(self, crs: int | str | None) -> Delivery:
        """The delivery with the CRS of its coordinates: declared, or the layer's own."""
        if not self.points:
            return self
        first, (x, y) = self.points[0]
        own = next((table.table.crs for table, _ in self.points if table.table.crs is not None), None)
        if crs is None and own is None:
            raise CRSError(
                f"{first.table.name}: no CRS is declared for {x} and {y}.",
                hint='run check, which proposes one from the registered kommun, or declare it: crs = "EPSG:3006" '
                "(SWEREF 99 TM).",
            )
        for table, _ in self.points:
            says = table.table.crs
            if says is not None and parse(says) != parse(crs or own or 0):
                raise CRSError(
                    f"{table.table.name} is in {says} by its own account, and "
                    + (f"crs says {crs}." if crs is not None else f"the other coordinates are in {own}."),
                    hint="leave crs out, or correct the layer's CRS if it is wrong.",
                )
        return replace(self, crs=_epsg(own or crs or 0))


def open_delivery(
    con: duckdb.DuckDBPyConnection, paths: Paths, places: str | Path | None, work: Path, options: Options
) -> Delivery:
    """Open the files and name their columns. Nothing is checked but that what is required is there."""
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    if not given:
        raise InputError("No register was given.", hint="give at least one path.")
    how = {"encoding": options.encoding, "separator": options.separator}
    tables = open_tables(con, [Path(path) for path in given], work, **how)
    place_tables = open_tables(con, [Path(places)], work, **how) if places is not None else []
    named = {name for table in place_tables for name in table.columns}
    mine = {old: new for old, new in options.columns.items() if any(old in table.columns for table in tables)}
    left = {old: new for old, new in options.columns.items() if old in named or old not in mine}
    resolved = resolve(tables, mine if place_tables else options.columns)
    place = _resolve_places(place_tables[0], left) if place_tables else None
    check_present(resolved, with_places=place is not None)
    comma, notes = {}, []
    for table in [*resolved, *([place] if place else [])]:
        comma[table.table.name] = _decimal_comma(con, table, options.decimal)
        mark = ", decimal comma." if comma[table.table.name] else "."
        notes += [note.removesuffix(".") + mark if table.table.as_text else note for note in table.table.notes]
        for x, y in POINTS:
            if any(one.types.get(table.columns.get(x, "")) == "FLOAT" for one in table.table.parts):
                what = f"{x} and {y} are in single precision, good to about half a metre."
                notes.append(f"{Path(table.table.name).name}: {what}")
        if table.unused:
            notes.append(f"{Path(table.table.name).name}: columns not used: {', '.join(table.unused)}.")
    return Delivery(tuple(resolved), place, comma, tuple(notes))


def cells(resolved: Resolved, part_: Part, options: Options, *, comma: bool) -> list[Cell]:
    """The used columns of one file, made ready for the contract."""
    return [
        Cell(variables()[name], sql.name(column), part_.types[column], options.codes.get(name, {}), comma)
        for name, column in resolved.columns.items()
        if column in part_.types
    ]


def conversions(
    resolved: Resolved, options: Options, *, comma: bool, only: Sequence[Sequence[int]] | None = None
) -> list[Conversion]:
    """The SQL of every file of a table; with ``only``, of some rows of each file, with their texts."""
    return [
        conversion(
            str(one.parquet),
            cells(resolved, one, options, comma=comma),
            folder_year=one.year,
            only=None if only is None else only[number],
        )
        for number, one in enumerate(resolved.table.parts)
    ]


def _epsg(crs: int | str) -> str:
    code = parse(crs).to_epsg()
    if code is None:
        raise CRSError(f"The CRS '{crs}' has no EPSG code.", hint='name one by its code: crs = "EPSG:3006".')
    return f"EPSG:{code}"


def _resolve_places(table: Table, columns: Mapping[str, str]) -> Resolved:
    place = resolve([table], columns, wanted=PLACE_COLUMNS)[0]
    missing = [(place, name) for name in ("place", "x", "y") if name not in place.columns]
    if missing:
        raise missing_columns(missing)
    return place


def _decimal_comma(con: duckdb.DuckDBPyConnection, resolved: Resolved, told: str | None) -> bool:
    """Whether a text table writes numbers with a decimal comma."""
    if not resolved.table.as_text:
        return False
    if told is not None:
        return told == ","
    reals = [column for name, column in resolved.columns.items() if variables()[name].type in ("real", "integer")]
    commas: dict[str, int] = {}
    points: dict[str, int] = {}
    for column in reals:
        for one in resolved.table.parts:
            text = f"trim({sql.name(column)})"
            comma, point = con.execute(
                f"select count(*) filter (regexp_full_match({text}, '[+-]?[0-9]+,[0-9]+')), "
                f"count(*) filter (regexp_full_match({text}, '[+-]?[0-9]+[.][0-9]+')) "
                f"from read_parquet({sql.literal(one.parquet)}, hive_partitioning = false)"
            ).fetchall()[0]
            commas[column] = commas.get(column, 0) + comma
            points[column] = points.get(column, 0) + point
    if any(commas.values()) and any(points.values()):
        raise RegisterError(
            f"{resolved.table.name}: {sum(commas.values())} numbers have a decimal comma and {sum(points.values())} a "
            "decimal point.",
            hint='name the decimal mark: decimal = ","; rows with the other mark are then refused and counted.',
            failures=[
                {"column": column, "with comma": commas[column], "with point": points[column]}
                for column in reals
                if commas[column] or points[column]
            ],
        )
    return any(commas.values())
