"""Checking the published tables of a project: each by itself, and whether they can be recalculated as it says."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from gisintegration.project.findings import Findings, check_maps
from gisintegration.project.from_reported import (
    own_editions,
    read_all,
    read_one,
    recalculated,
    sums,
    sums_of_target,
)
from gisintegration.project.inputs import Editions
from gisintegration.project.settings import Project
from gisintegration.project.work import Work
from gisintegration.tables import ProtectedTable

T = TypeVar("T")


def check_reported(found: Findings, project: Project, editions: Editions) -> None:
    """Tell what is right and wrong with the published tables, with their mappings, and with the recalculation."""
    own = found.attempt("areas.own", lambda: list(own_editions(project))) or []
    known = {areas.key: areas for areas in [*editions, *own]}
    whole = True
    for name in project.settings.reported:
        where = f"reported.{name}"
        tables = _told(found, where, partial(read_one, project, name, known, editions, Work()))
        whole &= tables is not None
        for one in tables or []:
            found.add("ok", where, _what(one))
    if not whole or found.wrong("areas"):
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = found.attempt("indicators", lambda: read_all(project, known, editions, Work()))
    if table is None:
        return
    check_maps(found, project, table.indicators)
    work = Work()
    _told(found, "levels", lambda: list(sums(project, table, list(known.values()), work)))
    if project.settings.recalculate is not None:
        moved = _told(found, "recalculate", lambda: recalculated(project, table, list(known.values()), work))
        if moved is not None:
            _told(found, "levels", lambda: list(sums_of_target(project, moved, list(known.values()), work)))
        for row in work.recalculated:
            way = f"{row['source']} → {row['target']} by {row['method']}"
            found.add("ok", "recalculate", f"{way}: {row['exact']} of {row['cells']} figures are exact.")
        for message in dict.fromkeys([*work.messages, *(note for row in work.recalculated for note in row["notes"])]):
            found.add("note", "recalculate", message)


def _told(found: Findings, where: str, step: Callable[[], T]) -> T | None:
    """The result of a step, with what it warns of as notes."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = found.attempt(where, step)
    for text in dict.fromkeys(str(one.message) for one in caught if issubclass(one.category, UserWarning)):
        found.add("note", where, text)
    return result


def _what(table: ProtectedTable) -> str:
    rows = table.table
    keys = rows[["division", "edition"]].drop_duplicates().astype("str")
    on = ", ".join(f"{division}/{edition}" for division, edition in keys.itertuples(index=False))
    years = sorted({int(year) for year in rows["year"].unique()})
    span = f"{years[0]}–{years[-1]}" if len(years) > 1 else str(years[0]) if years else "no year"
    number = f"{len(rows):,}".replace(",", " ")
    return f"{number} figures of {len(table.indicators)} indicators on {on}, {span}."
