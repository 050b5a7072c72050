"""Rows of the same person and year: the first in the order of delivery stays, later ones are refused and counted."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from gisintegration import sql


def later_rows(
    con: duckdb.DuckDBPyConnection,
    rows: str,
    columns: Sequence[str],
    *,
    keys: Sequence[str] = ("person",),
    what: str = "person, year",
) -> list[tuple[int, int, str]]:
    """Rows whose keys have stood in an earlier row, with whether the values differ from the first.

    Parameters
    ----------
    rows
        SELECT of ``source`` and ``row`` (the order of delivery) and the columns.
    columns
        Columns that are compared.
    keys
        Columns whose values may stand only once.
    what
        The keys in words.

    Returns
    -------
    list
        (source, row, reason), ascending.

    Examples
    --------
    >>> from gisintegration.sql import connect
    >>> values = "(values (0, 1, 'a', 40), (0, 2, 'b', 30), (0, 3, 'a', 41)) as t(source, row, person, age)"
    >>> with connect() as con:
    ...     later_rows(con, f"select * from {values}", ["person", "age"])
    [(0, 3, 'duplicate (person, year), other values')]
    """
    key = ", ".join(map(sql.name, keys))
    counts = con.execute(f"select count(*), count(distinct ({key})) from ({rows})").fetchall()[0]
    if counts[0] == counts[1]:
        return []
    values = f"row({', '.join(map(sql.name, columns))})"
    con.execute(f"create or replace temp table twice as select {key} from ({rows}) group by all having count(*) > 1")
    window = f'over (partition by {key} order by source, "row")'
    found = con.execute(
        f'select source, "row", differs from (select source, "row", row_number() {window} as place, '
        f"{values} is distinct from first_value({values}) {window} as differs "
        f"from ({rows}) semi join twice using ({key})) where place > 1 order by all"
    ).fetchall()
    con.execute("drop table twice")
    return [
        (source, row, f"duplicate ({what}), {'other' if differs else 'same'} values") for source, row, differs in found
    ]
