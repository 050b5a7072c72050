"""Crosswalk weights from a register: every person by the rules of placing, also by delivered codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from gisintegration import sql
from gisintegration.change.crosswalk_editions import Editions
from gisintegration.change.crosswalk_points import Counted, counts, plain
from gisintegration.change.crosswalk_rows import Kind
from gisintegration.change.crosswalk_table import POPULATION
from gisintegration.errors import InputError
from gisintegration.indicators import load_constants
from gisintegration.indicators.derived import columns_of, with_derived
from gisintegration.indicators.rules import compile_sql, reads
from gisintegration.progress import Progress, part
from gisintegration.registers import Placement, Register, place, placed_sql


def count_register(
    editions: Editions,
    register: Register,
    *,
    kinds: Mapping[str, Any] | None,
    years: Sequence[int] | int | None,
    placement: Placement | None = None,
    progress: Progress,
) -> tuple[Editions, Counted]:
    """Persons of a register by pair of areas, for each year.

    Persons without a place are left out: where a rule has put them says nothing of where an area's people live. Those
    whom the register keeps in rows apart (``separate``) stay in these.

    Parameters
    ----------
    kinds
        Name → rule in the language of indicators: ``{"age_20_64": {"age": "20-64"}}``.
    years
        Years of the register; default all.
    placement
        Where the persons belong in both editions, if that is known.

    Returns
    -------
    tuple
        The editions that the placement speaks of (under ``separate`` with an area more for each kommun), and persons.

    Raises
    ------
    InputError, RegisterError, IndicatorError
        A year, variable or code is not in the register, or a kind is no rule.
    """
    asked = [int(year) for year in np.atleast_1d(register.years if years is None else years)]
    if placement is None:
        placement = place(register, {editions.old: asked, editions.new: asked}, progress=part(progress, 0.0, 0.7))
    if placement.keyed:
        raise InputError(
            "The register is placed by keys, not by coordinates.", hint="give a placement in areas with polygons."
        )
    rules = _rules(kinds or {})
    parts = []
    with sql.connect() as con:
        for number, year in enumerate(asked):
            query = _pairs_sql(register, placement, editions, year, rules)
            parts.append(con.execute(query).df().assign(year=year))
            progress(0.7 + 0.3 * (number + 1) / len(asked), f"persons of {year} counted")
    table = pd.concat(parts, ignore_index=True)
    adrift = int(table.loc[table["adrift"], POPULATION].sum())
    table = table[~table["adrift"]].reset_index(drop=True)
    placed = Editions(placement.areas[editions.old.key], placement.areas[editions.new.key], editions.tolerance)
    pair = pd.concat([table[["old", "new"]], _unplaced(placed)]).drop_duplicates(ignore_index=True)
    at = pd.MultiIndex.from_frame(pair).get_indexer(pd.MultiIndex.from_frame(table[["old", "new"]]))
    of: dict[Kind, Any] = {}
    for kind in (POPULATION, *rules):
        for year in asked:
            rows = np.flatnonzero(table["year"] == year)
            of[kind, year] = np.zeros(len(pair))
            of[kind, year][at[rows]] = table[kind].to_numpy(np.float64)[rows]
    counted = counts(placed, pair["old"].to_numpy(np.int64), pair["new"].to_numpy(np.int64), of)
    note = f"{plain(adrift)} persons without a place in one of the editions are left out (one a year)."
    return placed, replace(counted, notes=(*counted.notes, note)) if adrift else counted


def _unplaced(editions: Editions) -> pd.DataFrame:
    """Pairs of the rows for persons without a place, a kommun each: they stay there, also where there is nobody."""
    sides = []
    for areas in (editions.old, editions.new):
        rows = np.flatnonzero(areas.table["kind"] == "unknown")
        sides.append(pd.Series(rows, index=areas.codes[rows], dtype=np.int64))
    both = sides[0].index.intersection(sides[1].index)
    return pd.DataFrame({"old": sides[0][both].to_numpy(), "new": sides[1][both].to_numpy()})


def _rules(kinds: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    rules = {}
    for kind, rule in kinds.items():
        if not isinstance(rule, Mapping):
            raise InputError(
                f"Kind '{kind}' is {type(rule).__name__}, no rule.",
                hint='a register takes conditions, as {"age_20_64": {"age": "20-64"}}; see docs/indicators.md.',
            )
        if kind == POPULATION:
            raise InputError(f"'{POPULATION}' is everybody in the register.", hint="give the kind another name.")
        rules[kind] = rule
    return rules


def _pairs_sql(
    register: Register, placement: Placement, editions: Editions, year: int, rules: Mapping[str, Mapping[str, Any]]
) -> str:
    constants = load_constants()
    has = set(register.variables)
    read: set[str] = set().union(*(reads(rule).this for rule in rules.values()))
    columns = sorted({"person", *columns_of(read, has)})
    placed = placed_sql(register, placement, editions.old.key, year, columns)
    first = with_derived(placed, read, year=year, has=has, everyone=register.select(columns, year))
    second = placed_sql(register, placement, editions.new.key, year, ["person"])
    counted = "".join(
        f", count(*) filter (where {compile_sql(rule, year, constants)}) as {sql.name(kind)}"
        for kind, rule in rules.items()
    )
    either = "or" if register.unplaced != "separate" else "<>"
    adrift = f"((o.how = 'unplaced') {either} (n.how = 'unplaced'))"
    return (
        f"select o.area as old, n.area as new, {adrift} as adrift, count(*) as {POPULATION}{counted} from ({first}) o "
        f"join (select person as same, area, how from ({second})) n on o.person = n.same "
        "group by 1, 2, 3 order by 1, 2, 3"
    )
