"""A register that lies as the contract wants it, used without copying."""

from __future__ import annotations

import duckdb

from gisintegration import sql
from gisintegration.registers import checks, duplicates
from gisintegration.registers.contract import variables
from gisintegration.registers.convert import Cell, Conversion
from gisintegration.registers.crs import TARGET, check_extent
from gisintegration.registers.delivery import Delivery, Options, cells, conversions
from gisintegration.registers.register import Piece
from gisintegration.registers.report import TableReport
from gisintegration.registers.sources import Part

#: More rejected rows in a file than this are left out by a copy of the file, not by a list of rows in every query.
_LISTED = 10_000


def conforms(delivery: Delivery, options: Options) -> bool:
    """Whether a delivery is one table of Parquet files with the contract's names and types, in EPSG:3006."""
    if len(delivery.resolved) > 1 or delivery.places is not None:
        return False
    if delivery.crs not in (None, f"EPSG:{TARGET}"):
        return False
    only = delivery.resolved[0]
    every = [cells(only, one, options, comma=False) for one in only.table.parts]
    types = {tuple((cell.variable.name, cell.type) for cell in row if cell.variable.type == "id") for row in every}
    in_place = all(one.path == one.parquet for one in only.table.parts)
    return in_place and len(types) == 1 and all(cell.native for row in every for cell in row)


def read_in_place(
    con: duckdb.DuckDBPyConnection, delivery: Delivery, options: Options
) -> tuple[list[Piece], list[TableReport], list[str], list[str]] | None:
    """Check a conforming delivery where it lies; None if so many rows are refused that it must be copied after all.

    Returns
    -------
    tuple
        The pieces by year, a report a table, the variables, and notes.

    Raises
    ------
    RegisterError
        A whole column is wrong, or no row is valid.
    CRSError
        The coordinates are not in EPSG:3006.
    """
    only = delivery.resolved[0]
    made = conversions(only, options, comma=False)
    counted = [checks.count(con, one.select, one.checks) for one in made]
    checks.refuse_systematic(con, only.table.name, made, only.table.rows, counted)
    if any(one.total > _LISTED for one in counted):
        return None
    rejected = [_failing(con, one) if total.total else [] for one, total in zip(made, counted, strict=True)]
    pieces = [
        piece
        for one, rows in zip(only.table.parts, rejected, strict=True)
        for piece in _pieces(con, one, cells(only, one, options, comma=False), rows)
    ]
    single, twice, years = _without_duplicates(con, pieces)
    if single is None:
        return None
    if not single:
        raise checks.no_valid_rows(only.table.name, checks.by_reason(counted))
    if delivery.located is not None:
        points = " union all ".join(piece.select(["x", "y"]) for piece in single)
        check_extent(con, f"select * from ({points}) where x is not null", delivery.crs or TARGET, only.table.name)
    reasons = checks.by_reason(counted) | twice
    explained = [
        failure
        for one, total in zip(conversions(only, options, comma=False, texts=True), counted, strict=True)
        if total.total
        for failure in checks.explain(con, only.table.name, one)
    ]
    per_year = checks.by_year(counted)
    for year, number in years.items():
        per_year[year] = per_year.get(year, 0) + number
    report = TableReport(only.table.name, only.table.rows, reasons, per_year, {}, tuple(explained))
    names = [name for name in variables() if name in only.columns]
    return single, [report], names, []


def _failing(con: duckdb.DuckDBPyConnection, one: Conversion) -> list[int]:
    rows = con.execute(f'select "row" - 1 from ({one.select}) where reason is not null order by 1').fetchall()
    return [row[0] for row in rows]


def _pieces(con: duckdb.DuckDBPyConnection, one: Part, row: list[Cell], rejected: list[int]) -> list[Piece]:
    columns = {cell.variable.name: cell.value(f"({cell.cell})") for cell in row}
    if "year" not in columns and one.year is not None:
        columns["year"] = f"{one.year}::integer"
        return [Piece(str(one.parquet), one.year, True, columns, tuple(rejected))]
    left_out = f" where file_row_number not in ({', '.join(map(str, rejected))})" if rejected else ""
    years = con.execute(
        f"select distinct {columns['year']} as y from read_parquet({sql.literal(one.parquet)}, "
        f"file_row_number = true, hive_partitioning = false){left_out} order by y"
    ).fetchall()
    whole = len(years) == 1 and not rejected
    return [Piece(str(one.parquet), year, whole, columns, tuple(rejected)) for (year,) in years]


def _without_duplicates(
    con: duckdb.DuckDBPyConnection, pieces: list[Piece]
) -> tuple[list[Piece] | None, dict[str, int], dict[int, int]]:
    """The pieces without later rows of the same person and year; None if they are too many to be listed."""
    reasons: dict[str, int] = {}
    per_year: dict[int, int] = {}
    result = []
    for year in sorted({piece.year for piece in pieces}):
        mine = [piece for piece in pieces if piece.year == year]
        rows = " union all ".join(piece.rows(position) for position, piece in enumerate(mine))
        later = duplicates.later_rows(con, rows, list(mine[0].columns))
        if len(later) > _LISTED:
            return None, {}, {}
        for position, piece in enumerate(mine):
            twice = tuple(row for source, row, _ in later if source == position)
            result.append(piece.without(twice) if twice else piece)
        for _, _, what in later:
            reasons[what] = reasons.get(what, 0) + 1
        if later:
            per_year[year] = len(later)
    return result, reasons, per_year
