"""Counting what a project asks for, a year at a time, into the store; what the store has is not counted anew."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gisintegration.areas import AreaDivision
from gisintegration.database import Store
from gisintegration.database.part import Part
from gisintegration.database.release import declared, joined_labels
from gisintegration.disclosure import protect
from gisintegration.indicators import Constants, aggregate
from gisintegration.indicators.composite import all_below
from gisintegration.indicators.placing import place_voters, with_years_before
from gisintegration.progress import Progress, part
from gisintegration.project.fingerprints import Fingerprints
from gisintegration.project.settings import Project
from gisintegration.project.tasks import Asked, Task, with_groups
from gisintegration.registers import Placement, PlacementReport, Register, place, place_by_key
from gisintegration.tables import Indicator, Labels, ProtectedTable, RawTable

# A task's number, an indicator and a year: what is counted, or taken from the store, as one.
Unit = tuple[int, str, int]


@dataclass
class Counted:
    """Parts in the store, how they came there, and how persons came to their areas.

    Parameters
    ----------
    parts
        Of every indicator, edition and year.
    empty
        Fingerprints of what was counted and gave no row.
    placed
        Of the years that were counted now.
    rows
        Rows in and what became of them, by edition and year, of all years; 1–19 as ``"<20"``.
    years
        Year → number of indicators that were counted now.
    reused
        Number of parts that were taken from the store.
    """

    parts: list[Part] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    indicators: dict[str, Indicator] = field(default_factory=dict)
    labels: Labels = field(default_factory=dict)
    stamps: dict[str, Mapping[str, str]] = field(default_factory=dict)
    placed: list[PlacementReport] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    years: dict[int, int] = field(default_factory=dict)
    reused: int = 0


@dataclass(frozen=True, eq=False)
class _Count:
    """One run's counting: what is counted, from what, into which store."""

    project: Project
    register: Register
    tasks: Sequence[Task]
    constants: Constants
    store: Store
    prints: Mapping[Unit, str]
    counted: Counted


def count_all(
    project: Project,
    register: Register,
    tasks: Sequence[Task],
    constants: Constants,
    store: Store,
    *,
    progress: Progress,
) -> Counted:
    """Count what the store does not have, protect it and put it into the store.

    Raises
    ------
    DisclosureError
        The policy refuses what was asked for.
    OutputError
        The store cannot be written to.
    """
    progress(0.0, "Comparing the register with the last release")
    prints = _fingerprints(project, register, tasks, constants)
    counted = Counted()
    this = _Count(project, register, tasks, constants, store, prints, counted)
    todo = _reuse(this)
    placements = _place(this, todo, part(progress, 0.05, 0.3))
    years = sorted({year for _, _, year in todo})
    for number, year in enumerate(years):
        span = part(progress, 0.3 + 0.7 * number / len(years), 0.3 + 0.7 * (number + 1) / len(years))
        mine = {(task, name) for task, name, of in todo if of == year}
        counted.years[year] = len({name for _, name in mine})
        _count_year(this, placements, mine, year, span)
    counted.parts.sort(key=lambda one: one.key)
    return counted


def _fingerprints(project: Project, register: Register, tasks: Sequence[Task], constants: Constants) -> dict[Unit, str]:
    made = Fingerprints(project, register, constants)
    return {
        (number, name, year): made.of(task, name, year)
        for number, task in enumerate(tasks)
        for name in task.indicators
        for year in task.years
    }


def _reuse(this: _Count) -> set[Unit]:
    """Take from the store what is as it was; what is left to count, with the components of what is composed."""
    tasks, prints, store, counted = this.tasks, this.prints, this.store, this.counted
    found = store.find(prints.values())
    todo = {unit for unit, one in prints.items() if one not in found}
    # An index is protected by its components, which are counted with it.
    todo |= {
        (number, below, year)
        for number, name, year in todo
        for below in all_below(name, tasks[number].indicators)
        if below in tasks[number].indicators
    }
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    releases = set()
    for unit, one in prints.items():
        if unit in todo:
            continue
        kept, number = found[one]
        counted.parts += kept
        counted.reused += len(kept)
        if not kept:
            counted.empty.append(one)
        releases.add(number)
        year = unit[2]
        for row in store.manifest(number).body["made"].get("steps", {}).get("placed", ()):
            if row["year"] == year:
                rows[row["edition"], year] = row
    for number in sorted(releases):
        body = store.manifest(number).body
        mine = {part.key.indicator for part in counted.parts}
        declared_then = {
            name: Indicator.model_validate(item) for name, item in body["indicators"].items() if name in mine
        }
        counted.indicators |= declared_then
        counted.labels = joined_labels([counted.labels, body["labels"]])
        counted.stamps |= body["stamps"]
    counted.rows = [rows[key] for key in sorted(rows)]
    return todo


def _place(this: _Count, todo: set[Unit], report: Progress) -> dict[int, tuple[Placement, Placement | None]]:
    """Where persons belong, for the years that are counted: by coordinates once for all tasks, by each key once."""
    register, tasks, counted = this.register, this.tasks, this.counted
    wanted: dict[AreaDivision, set[int]] = {}
    indicators: dict[str, Indicator] = {}
    keyed: dict[int, tuple[Any, set[int]]] = {}
    for number, name, year in sorted(todo):
        task = tasks[number]
        item = task.indicators[name]
        if task.keyed is not None:
            read = with_years_before({name: item}, {key: [year] for key in task.of(year)}, register.years)
            known = keyed.setdefault(id(task.keyed), (task.keyed, set()))
            known[1].update(other for years in read.values() for other in years)
            continue
        indicators[name] = item
        for areas in task.of(year):
            wanted.setdefault(areas, set()).add(year)
    placements: dict[int, tuple[Placement, Placement | None]] = {}
    by_key = {}
    if wanted:
        asked = {areas: sorted(years) for areas, years in wanted.items()}
        placement = place(register, with_years_before(indicators, asked, register.years), progress=report)
        voters = place_voters(register, indicators, asked)
        counted.placed.append(placement.report)
        placements |= {number: (placement, voters) for number, task in enumerate(tasks) if task.keyed is None}
    for one, years in keyed.values():
        by_key[id(one)] = place_by_key(register, one, sorted(years))
        counted.placed.append(by_key[id(one)].report)
    placements |= {
        number: (by_key[id(task.keyed)], None)
        for number, task in enumerate(tasks)
        if task.keyed is not None and id(task.keyed) in by_key
    }
    fresh = {(row["edition"], row["year"]): row for one in counted.placed for row in one.manifest()}
    merged = {(row["edition"], row["year"]): row for row in counted.rows} | fresh
    counted.rows = [merged[key] for key in sorted(merged)]
    return placements


def _count_year(
    this: _Count,
    placements: Mapping[int, tuple[Placement, Placement | None]],
    wanted: set[tuple[int, str]],
    year: int,
    report: Progress,
) -> None:
    """Count a year, protect what belongs together, and put it into the store."""
    raw: list[RawTable] = []
    of: list[int] = []
    numbers = sorted({number for number, _ in wanted})
    for done, number in enumerate(numbers):
        task = this.tasks[number]
        chosen = {name: item for name, item in task.indicators.items() if (number, name) in wanted}
        span = part(report, 0.8 * done / len(numbers), 0.8 * (done + 1) / len(numbers))
        made = _aggregated(this, replace(task, indicators=chosen), placements[number], year, span)
        raw += made
        of += [number] * len(made)
    report(0.8, f"Protecting the figures of {year}")
    tables = protect(raw, this.project.settings.policy.name)
    raw.clear()
    report(0.85, f"Keeping the figures of {year}")
    for number in numbers:
        mine = {name: this.prints[number, name, year] for task, name in wanted if task == number}
        given = [table for task, table in zip(of, tables, strict=True) if task == number]
        kept = this.store.put(given, fingerprints=mine)
        this.counted.parts += kept
        this.counted.empty += sorted(set(mine.values()) - {one.fingerprint for one in kept})
        _tell(this.counted, given)


def _tell(counted: Counted, tables: Sequence[ProtectedTable]) -> None:
    counted.indicators |= declared(tables)
    counted.labels = joined_labels([counted.labels, *(table.labels for table in tables)])
    counted.stamps |= {policy: words for table in tables for policy, words in table.stamps.items()}


def _aggregated(
    this: _Count, task: Task, placed: tuple[Placement, Placement | None], year: int, report: Progress
) -> list[RawTable]:
    """The task's figures of a year; a table for each list of groups."""
    placement, voters = placed
    if not task.groups:
        return [_one(this, task, (placement, voters), task.of(year), report)]
    made = []
    for named in task.groups:
        grouped = {with_groups(placement.areas[one.key], named): years for one, years in task.of(year).items()}
        drawn = replace(placement, areas={one.key: one for one in grouped})
        made.append(_one(this, task, (drawn, voters), grouped, report))
    return made


def _one(
    this: _Count, task: Task, placed: tuple[Placement, Placement | None], areas: Asked, report: Progress
) -> RawTable:
    with warnings.catch_warnings():
        # What lacks variables, constants or years is told of once for all years, not here.
        warnings.simplefilter("ignore", UserWarning)
        return aggregate(
            this.register,
            task.indicators,
            by=task.by,
            areas=areas,
            places=placed[0],
            election_places=placed[1],
            region=this.project.settings.levels.region,
            constants=this.constants,
            missing="skip",
            progress=report,
        )
