"""A register that must be read, joined or transformed first: written as Parquet by year in a work folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from gisintegration import sql
from gisintegration.progress import Progress
from gisintegration.registers import checks, duplicates
from gisintegration.registers.contract import variables
from gisintegration.registers.convert import storage
from gisintegration.registers.crs import TARGET, check_extent, transform
from gisintegration.registers.delivery import Delivery, Options, cells, conversions
from gisintegration.registers.register import Piece
from gisintegration.registers.report import TableReport
from gisintegration.registers.resolve import Resolved

_MALFORMED = "line with too few or too many fields"
_INTEGER = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")


@dataclass
class _Staged:
    """One table in the database: ``name`` is a view of its good rows, ``refused`` a table of the others."""

    name: str
    resolved: Resolved
    reasons: dict[str, int]
    years: dict[int | None, int]
    examples: tuple[dict[str, object], ...]
    unmatched: dict[str, int]

    @property
    def refused(self) -> str:
        return f"{self.name}_refused"

    @property
    def report(self) -> TableReport:
        table = self.resolved.table
        return TableReport(table.name, table.rows, self.reasons, self.years, self.unmatched, self.examples)


def stage(
    con: duckdb.DuckDBPyConnection, delivery: Delivery, options: Options, work: Path, progress: Progress
) -> tuple[list[Piece], list[TableReport], list[str], list[str]]:
    """Read, check, join and transform what was delivered.

    Returns
    -------
    tuple
        The pieces by year, a report a table, the variables, and notes.

    Raises
    ------
    RegisterError
        A whole column is wrong, or no row is valid.
    CRSError
        The coordinates contradict the CRS.
    """
    keys = _key_types(delivery, options)
    staged = [
        _stage_table(con, f"t{number}", table, delivery=delivery, options=options, keys=keys, work=work)
        for number, table in enumerate(delivery.resolved)
    ]
    places = None
    if delivery.places is not None:
        places = _stage_table(con, "places", delivery.places, delivery=delivery, options=options, keys=keys, work=work)
    progress(0.4, "the register is checked")
    tables = [*staged, *([places] if places else [])]
    points = [(next(t for t in tables if t.resolved is table), pair) for table, pair in delivery.points]
    notes = _transform(con, points, delivery.crs) if points else []
    _match(con, staged)
    if places:
        _match_places(con, staged[0], places)
    progress(0.6, "the coordinates are in SWEREF 99 TM")
    moved = [pair for _, pair in points] if delivery.crs not in (None, f"EPSG:{TARGET}") else []
    names, pieces = _write(con, staged, places=places, moved=moved, work=work)
    if not pieces:
        raise checks.no_valid_rows(staged[0].resolved.table.name, staged[0].reasons)
    return pieces, [table.report for table in tables], names, notes


def _key_types(delivery: Delivery, options: Options) -> dict[str, str]:
    """One type a key over all tables: whole numbers if all are, else text."""
    found: dict[str, set[str]] = {}
    for table in [*delivery.resolved, *([delivery.places] if delivery.places else [])]:
        for one in table.table.parts:
            for cell in cells(table, one, options, comma=False):
                if cell.variable.type == "id":
                    whole = cell.native and cell.type in _INTEGER
                    found.setdefault(cell.variable.name, set()).add("BIGINT" if whole else "VARCHAR")
    return {name: types.pop() if len(types) == 1 else "VARCHAR" for name, types in found.items()}


def _stage_table(
    con: duckdb.DuckDBPyConnection,
    name: str,
    resolved: Resolved,
    *,
    delivery: Delivery,
    options: Options,
    keys: dict[str, str],
    work: Path,
) -> _Staged:
    comma = delivery.comma[resolved.table.name]
    made = conversions(resolved, options, comma=comma)
    columns = ", ".join(
        f"cast({sql.name(column)} as {keys.get(column) or storage(variables()[column])}) as {sql.name(column)}"
        for column in resolved.columns
    )
    files = []
    for number, one in enumerate(made):
        file = work / f"{name}-{number}.parquet"
        con.execute(
            f'copy (select {number} as source, "row", reason, {columns} from ({one.select})) '
            f"to {sql.literal(file)} (format parquet, compression lz4)"
        )
        files.append(file)
    counted = [
        checks.count(con, f"select * from {sql.parquet([file])}", one.checks)
        for file, one in zip(files, made, strict=True)
    ]
    checks.refuse_systematic(con, resolved.table.name, made, resolved.table.rows, counted)
    some = conversions(resolved, options, comma=comma, only=[list(one.first) for one in counted])
    examples = checks.explain(con, resolved.table.name, counted, some)
    staged = _Staged(name, resolved, checks.by_reason(counted), checks.by_year(counted), tuple(examples), {})
    if malformed := sum(one.malformed for one in resolved.table.parts):
        staged.reasons[_MALFORMED] = malformed
        staged.years[None] = staged.years.get(None, 0) + malformed
    con.execute(f'create temp table {staged.refused} (source integer, "row" bigint)')
    con.execute(
        f"create temp view {name} as select s.* from (select * from {sql.parquet(files)} where reason is null) s "
        f'anti join {staged.refused} r on s.source = r.source and s."row" = r."row"'
    )
    _refuse_duplicates(con, staged)
    return staged


def _refuse(con: duckdb.DuckDBPyConnection, table: _Staged, rows: str) -> None:
    """Refuse more rows: a SELECT of source, row, year and what."""
    con.execute(f"create temp table leaving as {rows}")
    counts = con.execute("select what, year, count(*) from leaving group by all order by all").fetchall()
    for what, year, number in counts:
        table.reasons[what] = table.reasons.get(what, 0) + number
        table.years[year] = table.years.get(year, 0) + number
    con.execute(f'insert into {table.refused} select source, "row" from leaving')
    con.execute("drop table leaving")


def _refuse_duplicates(con: duckdb.DuckDBPyConnection, table: _Staged) -> None:
    columns = list(table.resolved.columns)
    key = "person" if "person" in columns else "place"
    what = ", ".join([key, *(["year"] if "year" in columns else [])])
    years: list[int | None] = [None]
    if "year" in columns:
        years = [row[0] for row in con.execute(f'select distinct "year" from {table.name} order by 1').fetchall()]
    for year in years:
        rows = f"select * from {table.name}" + ("" if year is None else f' where "year" = {year}')
        later = duplicates.later_rows(con, rows, columns, keys=[key], what=what)
        if not later:
            continue
        con.register("later", pd.DataFrame(later, columns=["source", "row", "what"]))
        _refuse(con, table, f'select source, "row", {sql.literal(year)}::integer as year, what from later')
        con.unregister("later")


def _transform(
    con: duckdb.DuckDBPyConnection, points: Sequence[tuple[_Staged, tuple[str, str]]], crs: str | None
) -> list[str]:
    """Make ``moved``: each delivered coordinate and where it is in SWEREF 99 TM. Refuse what cannot be transformed."""
    declared = crs or f"EPSG:{TARGET}"
    every = []
    for table, (x, y) in points:
        every.append(f"select {x} as x, {y} as y from {table.name} where {x} is not null")
        check_extent(con, every[-1], declared, table.resolved.table.name, names=(x, y))
    if declared == f"EPSG:{TARGET}":
        return []
    found = con.execute(f"select distinct x, y from ({' union all '.join(every)}) order by x, y").fetchnumpy()
    xy = np.column_stack([np.asarray(found["x"], dtype=float), np.asarray(found["y"], dtype=float)])
    placed = transform(xy, declared)
    moved = {"x0": xy[:, 0], "y0": xy[:, 1], "x": placed[:, 0], "y": placed[:, 1]}
    con.register("moved_points", moved)
    con.execute("create temp table moved as select * from moved_points")
    con.unregister("moved_points")
    for table, (x, y) in points:
        year = 't."year"' if "year" in table.resolved.columns else "null::integer"
        what = sql.literal(f"{x} and {y} cannot be transformed from {declared}")
        _refuse(
            con,
            table,
            f'select t.source, t."row", {year} as year, {what} as what from {table.name} t '
            f"join moved m on t.{x} = m.x0 and t.{y} = m.y0 where not isfinite(m.x) or not isfinite(m.y)",
        )
    return [f"Coordinates were transformed from {declared} to EPSG:{TARGET}."]


def _match(con: duckdb.DuckDBPyConnection, tables: Sequence[_Staged]) -> None:
    """Count rows without a counterpart in the population and the reverse; refuse persons who lack what is required."""
    first = tables[0]
    for table in tables[1:]:
        alone = _number(con, f"select count(*) from {table.name} anti join {first.name} using (person, year)")
        lacking = f"from {first.name} p anti join {table.name} using (person, year)"
        without = _number(con, f"select count(*) {lacking}")
        table.unmatched["rows without a person in the population"] = alone
        table.unmatched["persons of the population without a row"] = without
        needed = [
            name for name in table.resolved.columns if variables()[name].required and name not in ("person", "year")
        ]
        if needed and without:
            what = sql.literal(f"no row in {Path(table.resolved.table.name).name}, which gives {', '.join(needed)}")
            _refuse(con, first, f'select p.source, p."row", p."year", {what} as what {lacking}')


def _match_places(con: duckdb.DuckDBPyConnection, population: _Staged, places: _Staged) -> None:
    using = _place_keys(places)
    places.unmatched["persons without a key of place"] = _number(
        con, f"select count(*) from {population.name} where place is null"
    )
    places.unmatched["persons whose key is not in the table of places"] = _number(
        con, f"select count(*) from {population.name} p anti join places using ({using}) where p.place is not null"
    )
    places.unmatched["persons whose place has no coordinates"] = _number(
        con, f"select count(*) from {population.name} join places pl using ({using}) where pl.x is null"
    )


def _place_keys(places: _Staged) -> str:
    return "place, year" if "year" in places.resolved.columns else "place"


def _number(con: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(con.execute(query).fetchall()[0][0])


def _write(
    con: duckdb.DuckDBPyConnection,
    tables: Sequence[_Staged],
    *,
    places: _Staged | None,
    moved: Sequence[tuple[str, str]],
    work: Path,
) -> tuple[list[str], list[Piece]]:
    """Write the joined rows year by year, in the order of delivery."""
    first = tables[0].name
    giver = {name: table.name for table in reversed(tables) for name in table.resolved.columns}
    giver |= {"person": first, "year": first}
    joins = "".join(f" left join {table.name} using (person, year)" for table in tables[1:])
    if places:
        giver |= {name: "places" for name in places.resolved.columns if name not in ("place", "year")}
        keys = [f"{giver.get('place', first)}.place = places.place"]
        keys += [f'{first}."year" = places."year"'] if "year" in places.resolved.columns else []
        joins += f" left join places on {' and '.join(keys)}"
    columns = {name: f"{giver[name]}.{sql.name(name)}" for name in variables() if name in giver}
    for number, (x, y) in enumerate(moved):
        joins += f" left join moved m{number} on {columns[x]} = m{number}.x0 and {columns[y]} = m{number}.y0"
        columns |= {x: f"m{number}.x", y: f"m{number}.y"}
    select = ", ".join(f"{expression} as {sql.name(name)}" for name, expression in columns.items())
    pieces = []
    years = con.execute(f'select distinct "year" from {first} order by 1').fetchall()
    for (year,) in years:
        file = work / "register" / f"year={year}" / "persons.parquet"
        file.parent.mkdir(parents=True)
        con.execute(
            f'copy (select {select} from (select * from {first} where "year" = {year}) {first}{joins} '
            f'order by {first}.source, {first}."row") to {sql.literal(file)} (format parquet, compression lz4)'
        )
        pieces.append(Piece(str(file), year, True, {name: sql.name(name) for name in columns}))
    return list(columns), pieces
