"""DuckDB as the toolkit uses it: bounded memory, a temporary folder of its own, safe quoting."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb


@contextmanager
def connect(*, memory: str = "2GB", threads: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory DuckDB that spills to a temporary folder and never reaches for the network.

    Parameters
    ----------
    memory
        Limit of DuckDB's own memory, as DuckDB writes it.
    threads
        Number of threads; default: ``OMP_NUM_THREADS``, else the cores of the machine.

    Examples
    --------
    >>> with connect() as con:
    ...     con.execute("select 1 + 1").fetchone()
    (2,)
    """
    count = threads or int(os.environ.get("OMP_NUM_THREADS") or 0) or os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="gisintegration-") as folder:
        con = duckdb.connect(
            config={
                "memory_limit": memory,
                "threads": count,
                "temp_directory": folder,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        try:
            yield con
        finally:
            con.close()


def name(identifier: str) -> str:
    """An identifier, quoted for SQL.

    Examples
    --------
    >>> name("deso")
    '"deso"'
    """
    return '"' + identifier.replace('"', '""') + '"'


def literal(value: object) -> str:
    """A text, path, number, truth value or None, written as SQL.

    Examples
    --------
    >>> literal("O'Hara"), literal(True), literal(3), literal(None)
    ("'O''Hara'", 'true', '3', 'null')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def parquet(files: list[Path]) -> str:
    """A table expression over Parquet files, in the order given.

    Examples
    --------
    >>> parquet([Path("a.parquet")])
    "read_parquet(['a.parquet'])"
    """
    return f"read_parquet([{', '.join(literal(file.as_posix()) for file in files)}])"
