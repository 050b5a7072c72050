"""A register that lies as the contract wants it, used without copying."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from gisintegration import sql
from gisintegration.registers import checks, duplicates
from gisintegration.registers.contract import variables
from gisintegration.registers.convert import Cell
from gisintegration.registers.crs import TARGET, check_extent
from gisintegration.registers.delivery import Delivery, Options, cells, conversions
from gisintegration.registers.register import Piece
from gisintegration.registers.report import TableReport
from gisintegration.registers.sources import Part


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
    con: duckdb.DuckDBPyConnection, delivery: Delivery, options: Options, work: Path
) -> tuple[list[Piece], list[TableReport], list[str], list[str]]:
    """Check a conforming delivery where it lies. Only the numbers of refused rows are written to the work folder.

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
    pieces = []
    for number, (one, found) in enumerate(zip(only.table.parts, counted, strict=True)):
        rejected = _write(con, found.rows["row"] - 1, work / f"rejected-{number}.parquet") if found.total else None
        pieces += _pieces(con, one, cells(only, one, options, comma=False), rejected)
    pieces, twice, years = _without_duplicates(con, pieces, work)
    reasons = checks.by_reason(counted) | twice
    if not pieces:
        raise checks.no_valid_rows(only.table.name, reasons)
    for _, (x, y) in delivery.points:
        every = " union all ".join(piece.select([x, y]) for piece in pieces)
        points = f"select {x} as x, {y} as y from ({every}) where {x} is not null"
        check_extent(con, points, delivery.crs or TARGET, only.table.name, names=(x, y))
    some = conversions(only, options, comma=False, only=[list(one.first) for one in counted])
    per_year = checks.by_year(counted)
    for year, number in years.items():
        per_year[year] = per_year.get(year, 0) + number
    explained = checks.explain(con, only.table.name, counted, some)
    report = TableReport(only.table.name, only.table.rows, reasons, per_year, {}, tuple(explained))
    return pieces, [report], [name for name in variables() if name in only.columns], []


def _write(con: duckdb.DuckDBPyConnection, rows: npt.NDArray[np.int64], file: Path) -> str:
    con.register("leaving", {"file_row_number": rows})
    con.execute(f"copy (from leaving order by 1) to {sql.literal(file)} (format parquet)")
    con.unregister("leaving")
    return str(file)


def _pieces(con: duckdb.DuckDBPyConnection, one: Part, row: list[Cell], rejected: str | None) -> list[Piece]:
    columns = {cell.variable.name: cell.value(f"({cell.cell})") for cell in row}
    if "year" not in columns and one.year is not None:
        columns["year"] = f"{one.year}::integer"
        return [Piece(str(one.parquet), one.year, whole=True, columns=columns, rejected=rejected)]
    everything = Piece(str(one.parquet), 0, whole=True, columns=columns, rejected=rejected)
    years = con.execute(f'select distinct "year" from ({everything.select(["year"])}) order by 1').fetchall()
    if len(years) == 1:
        return [replace(everything, year=years[0][0])]
    return [replace(everything, year=year, whole=False) for (year,) in years]


def _without_duplicates(
    con: duckdb.DuckDBPyConnection, pieces: list[Piece], work: Path
) -> tuple[list[Piece], dict[str, int], dict[int, int]]:
    """The pieces without later rows of the same person and year, with how many there were by reason and by year."""
    reasons: dict[str, int] = {}
    per_year: dict[int, int] = {}
    result = []
    for year in sorted({piece.year for piece in pieces}):
        mine = [piece for piece in pieces if piece.year == year]
        rows = " union all ".join(piece.rows(position) for position, piece in enumerate(mine))
        later = duplicates.later_rows(con, rows, list(mine[0].columns))
        for position, piece in enumerate(mine):
            twice = [row for source, row, _ in later if source == position]
            result.append(_leave_out(con, piece, twice, work / f"rejected-{year}-{position}.parquet"))
        for _, _, what in later:
            reasons[what] = reasons.get(what, 0) + 1
        if later:
            per_year[year] = len(later)
    return result, reasons, per_year


def _leave_out(con: duckdb.DuckDBPyConnection, piece: Piece, rows: list[int], file: Path) -> Piece:
    if not rows:
        return piece
    before = [] if piece.rejected is None else pq.read_table(piece.rejected)["file_row_number"].to_numpy()
    return replace(piece, rejected=_write(con, np.union1d(np.array(rows, dtype=np.int64), before), file))
