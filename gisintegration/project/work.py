"""What is gathered while published tables are recalculated, and what must be left out of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gisintegration.areas import AreaDivision
from gisintegration.change import Crosswalk
from gisintegration.database import select_rows
from gisintegration.errors import ProjectError
from gisintegration.tables import Kind, ProtectedTable

_QUOTIENTS = (Kind.SHARE, Kind.RATIO, Kind.MEAN, Kind.QUOTIENT, Kind.NET)
_KEY = ("division", "edition")


@dataclass
class Work:
    """What is gathered on the way."""

    areas: dict[str, AreaDivision] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    read: list[dict[str, Any]] = field(default_factory=list)
    recalculated: list[dict[str, Any]] = field(default_factory=list)
    crosswalks: list[Crosswalk] = field(default_factory=list)


def keys_of(table: ProtectedTable) -> list[str]:
    """The editions that a table has rows on."""
    pairs = table.table[list(_KEY)].drop_duplicates().astype("str")
    return [f"{division}/{edition}" for division, edition in pairs.itertuples(index=False)]


def rows_on(table: ProtectedTable, key: str) -> ProtectedTable:
    """The rows of one edition."""
    division, edition = key.split("/", 1)
    rows = table.table
    return select_rows(table, (rows["division"] == division) & (rows["edition"] == edition))


def lacking_denominators(table: ProtectedTable, crosswalk: Crosswalk, given: Mapping[str, str]) -> list[str]:
    """Published quotients whose denominator is neither published beside them nor named."""
    mine = rows_on(table, crosswalk.source).table
    shown = mine[mine["value"].notna() & mine["denominator"].isna()]
    names = {str(name) for name in shown["indicator"].unique()} - set(given)
    return sorted(name for name in names if table.indicators[name].kind in _QUOTIENTS)


def without_denominators(
    table: ProtectedTable, crosswalk: Crosswalk, left: Sequence[str], work: Work, *, every: bool
) -> ProtectedTable:
    """Leave out published quotients whose denominator is not known, and say so.

    Raises
    ------
    ProjectError
        They are asked for by name, or nothing else is to be recalculated.
    """
    rows = table.table
    division, edition = crosswalk.source.split("/", 1)
    mine = (rows["division"] == division) & (rows["edition"] == edition)
    gone = mine & rows["indicator"].isin(left)
    if not every or gone.sum() == mine.sum():
        raise ProjectError(
            f"{crosswalk.source} → {crosswalk.target}: {', '.join(left)} cannot be recalculated. A published share "
            "or mean needs its denominator: a quotient is never recalculated itself.",
            hint='give the [[figure]] of the mapping its denominator = "column", or name a count of the same '
            f'population that the tables have: [recalculate.denominators] {left[0]} = "its id".',
            failures=[{"indicator": name, "lacks": "denominator"} for name in left],
        )
    work.messages.append(
        f"Left out on {crosswalk.target}, since their denominators are not published here: {', '.join(left)}. "
        "Name counts of the same population under [recalculate.denominators], or give the mapping's [[figure]] its "
        "denominator."
    )
    return select_rows(table, ~gone)
