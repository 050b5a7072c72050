"""The catalogue: a DuckDB file, made of the manifests, with which any DuckDB client reads the store."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from gisintegration import sql
from gisintegration.database.manifests import Manifest
from gisintegration.files import atomic
from gisintegration.tables import COLUMNS

CATALOGUE = "store.duckdb"
_VERSION = "1"
_RELEASES = ("number", "id", "name", "by", "date", "reason", "policy", "cells", "newest")
_PARTS = ("number", "indicator", "division", "edition", "year", "rows", "file", "sha256")
_WHOLE, _TRUTH = ("number", "cells", "year", "rows"), ("newest",)
_TYPES = {
    name: pa.int64() if name in _WHOLE else pa.bool_() if name in _TRUTH else pa.string()
    for name in (*_RELEASES, *_PARTS)
}
Row = tuple[Any, ...]


class CatalogueBusyError(Exception):
    """Another program has the catalogue open for writing."""


def state_of(folder: Path, manifests: Sequence[Manifest]) -> str:
    """What a catalogue must say to be that of the manifests, in this folder."""
    said = [_VERSION, str(folder), *(f"{one.number} {one.sha256}" for one in manifests)]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def kept_state(folder: Path) -> str | None:
    """What the catalogue says of itself; empty when there is none, None when it is damaged.

    Raises
    ------
    CatalogueBusyError
        Another program writes to it.
    """
    path = folder / CATALOGUE
    if not path.is_file():
        return ""
    try:
        with duckdb.connect(str(path), read_only=True) as con:
            found = con.execute("select state from about").fetchone()
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise CatalogueBusyError from error
        return None
    except duckdb.Error:
        return None
    return str(found[0]) if found else None


def kept_number(folder: Path) -> int:
    """The highest number of a release that the catalogue has; 0 when it cannot be asked."""
    if not (folder / CATALOGUE).is_file():
        return 0
    try:
        with duckdb.connect(str(folder / CATALOGUE), read_only=True) as con:
            found = con.execute("select max(number) from releases").fetchone()
    except duckdb.Error:
        return 0
    return int(found[0] or 0) if found else 0


def problems(folder: Path, manifests: Sequence[Manifest]) -> list[str]:
    """What the catalogue's tables say that the manifests do not.

    Raises
    ------
    CatalogueBusyError
        Another program writes to it.
    """
    state = kept_state(folder)
    if state is None:
        return ["cannot be read"]
    if state != state_of(folder, manifests):
        return ["is not that of the releases" if state else "is missing"]
    releases, parts = tables_of(manifests)
    try:
        with duckdb.connect(str(folder / CATALOGUE), read_only=True) as con:
            read = {name: con.execute(f"select * from {name}").fetchall() for name in ("releases", "parts")}
    except duckdb.Error:
        return ["cannot be read"]
    wanted = {"releases": releases, "parts": parts}
    return [f"says other things of {name} than the manifests" for name in wanted if sorted(read[name]) != wanted[name]]


def write_catalogue(folder: Path, manifests: Sequence[Manifest]) -> list[str]:
    """Make the catalogue anew; tells of releases that have no view, since files of theirs are missing.

    Raises
    ------
    OutputError
        It could not be written; the parts and releases are whole.
    """
    releases, parts = tables_of(manifests)
    there = [one for one in manifests if not one.removed]
    told = []
    with atomic(folder / CATALOGUE) as temporary, duckdb.connect(str(temporary)) as con:
        con.execute("create table about as select ? as state, ? as folder", [state_of(folder, manifests), str(folder)])
        for name, columns, rows in (("releases", _RELEASES, releases), ("parts", _PARTS, parts)):
            con.register("given", _arrow(columns, rows))
            con.execute(f"create table {name} as select * from given order by all")
            con.unregister("given")
        viewed = []
        for one in there:
            try:
                con.execute(f"create view release_{one.number} as {_release_sql(folder, one)}")
                viewed.append(one)
            except duckdb.Error:
                told.append(f"release {one.number} has no view in {CATALOGUE}: files of it are missing or damaged.")
        if viewed:
            con.execute(f"create view statistics as from release_{viewed[-1].number}")
        con.execute("create macro statistics_at(number) as table from query('from release_' || number::integer)")
        con.execute(f"create view revisions as {_revisions_sql(folder, there)}")
    return told


def _arrow(names: Sequence[str], rows: Sequence[Row]) -> pa.Table:
    return pa.table({name: pa.array([row[i] for row in rows], _TYPES[name]) for i, name in enumerate(names)})


def tables_of(manifests: Sequence[Manifest]) -> tuple[list[Row], list[Row]]:
    """The rows of the catalogue's tables of releases and parts."""
    there = [one for one in manifests if not one.removed]
    releases = [
        (
            one.number,
            *(one.body[name] for name in ("id", "name", "by", "date", "reason")),
            one.parts[0].policy if one.parts else "",
            sum(part.rows for part in one.parts),
            one is there[-1],
        )
        for one in there
    ]
    parts = [(one.number, *part.key, part.rows, part.file, part.sha256) for one in there for part in one.parts]
    return sorted(releases), sorted(parts)


def _release_sql(folder: Path, one: Manifest) -> str:
    files = sql.parquet([folder / part.file for part in one.parts])
    columns = ", ".join(sql.name(name) for name in COLUMNS if name != "release")
    return f"select {columns}, {sql.literal(one.body['id'])} as release from {files}"


def _revisions_sql(folder: Path, there: Sequence[Manifest]) -> str:
    selects = [
        f"select {one.number} as release, {sql.literal(one.body['reason'])} as reason_given, * "
        f"from {sql.parquet([folder / one.body['revisions']['file']])}"
        for one in there
        if one.body["revisions"] is not None and (folder / one.body["revisions"]["file"]).is_file()
    ]
    return " union all ".join(selects) or "select null::integer as release, null::varchar as reason_given where false"
