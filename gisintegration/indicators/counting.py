"""One edition and year counted: the question put to the engine, and its answer by level."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from gisintegration.areas import AreaDivision, did_not_exist, parent_positions
from gisintegration.engines import Lists, Question, Sample, Sums, Values
from gisintegration.engines.duck import count
from gisintegration.indicators.cells import Axis, Counts, Figures, cells_of, climb, groupings, middles, picked
from gisintegration.indicators.classes import SEXES
from gisintegration.indicators.composite import all_below
from gisintegration.indicators.constants import Constants
from gisintegration.indicators.declare import reads_of
from gisintegration.indicators.dissimilarity import dissimilarity, members_of, small_areas, too_few_areas
from gisintegration.indicators.measures import Over, Plan, plan
from gisintegration.indicators.moves import across, columns_at_ends, find, level_table
from gisintegration.indicators.panel import persons_sql
from gisintegration.indicators.rows import COORDINATE_TYPES, METHODS, Part
from gisintegration.indicators.rules import Reads, compile_sql, reads
from gisintegration.registers import Placement, Register, placed_sql
from gisintegration.sql import literal, name
from gisintegration.tables import Indicator, Kind, Method


@dataclass(frozen=True, eq=False)
class Task:
    """One edition and year to be counted.

    Parameters
    ----------
    election
        Where persons were on the day of the electoral roll; None: as on 31 December.
    unknown
        Indicators that cannot be told of the year: a national constant or a register year that they need is not known.
    """

    register: Register
    placement: Placement
    areas: AreaDivision
    year: int
    indicators: Mapping[str, Indicator]
    axis: Axis
    constants: Constants
    flow: bool = False
    unknown: frozenset[str] = frozenset()
    election: Placement | None = None

    @property
    def in_force(self) -> list[Indicator]:
        """The indicators that exist for the year and can be counted."""
        able = {
            key: item for key, item in self.indicators.items() if item.in_force(self.year) and key not in self.unknown
        }
        return [item for key, item in able.items() if all_below(key, self.indicators) <= able.keys()]


@dataclass(frozen=True, eq=False)
class _Figures:
    """What was counted on a level: sums, medians, dissimilarities."""

    sums: Sums
    middles: Mapping[Sample, tuple[Figures, Counts]]
    uneven: Mapping[str, Figures]


def counted(con: duckdb.DuckDBPyConnection, task: Task, made: Mapping[str, AreaDivision]) -> Iterator[Part]:
    """The parts of every level in ``made``, from one pass over the year's persons (two, where they moved)."""
    types = {"coordinate_type"} & set(task.register.variables)
    elsewhere = task.election is not None
    asked = plan(task.in_force, task.year, task.constants, coordinates=bool(types), election=elsewhere)
    divisions = [level.division for level in made.values()]
    sums: dict[tuple[Lists, int], Counts] = {}
    values: Mapping[Sample, Values] = {}
    for over in (Over.NOW, Over.BEFORE, Over.ELECTION):
        if asked.at(over):
            source = _persons(task, over, _reads(task, asked, over), extra=types if over is Over.NOW else ())
            answer = count(con, _question(task, asked, over, source, divisions))
            sums |= _numbered(answer.sums, asked, over)
            values = {**values, **answer.values}
    samples = {
        sample: groupings(found, task.axis, _cells_with(task, asked, sample, divisions))
        for sample, found in values.items()
    }
    del values
    _find_movers(con, task, asked)
    threads = int(con.execute("select current_setting('threads')").fetchall()[0][0])
    for level in made.values():
        parents = parent_positions(task.areas, level)
        found = {
            sample: middles(values, task.axis, parents, len(level), threads=threads)
            for sample, values in samples.items()
        }
        of_level = climb(sums, parents, len(level)) | _moved(con, task, asked, level, parents)
        figures = _Figures(of_level, found, _dissimilarities(task, asked, sums, level, parents))
        yield _part(task, asked, (level, parents), figures)


def _numbered(sums: Sums, asked: Plan, over: Over) -> Sums:
    """Sums of an answer by their numbers among all that are asked for."""
    numbers = asked.at(over)
    return {(lists, numbers[number]): counts for (lists, number), counts in sums.items()}


def _tables(
    task: Task, asked: Plan, over: Over, divisions: Collection[str]
) -> tuple[tuple[Lists, tuple[int, ...]], ...]:
    """By which lists which sums over some persons are needed for the cells on some divisions."""
    place = {number: i for i, number in enumerate(asked.at(over))}
    needed: dict[Lists, set[int]] = {(): {place[number] for number in asked.coordinates if number in place}}
    for item in task.in_force:
        parts = [item.id, *all_below(item.id, task.indicators)]
        numbers = {number for part in parts for total in asked.measures[part].sums for number in total.numbers}
        mine = {place[number] for number in numbers if number in place}
        for division in divisions:
            for cell in cells_of(item, task.axis, division, task.year) if item.applies_to(division) else ():
                needed.setdefault(task.axis.places[cell][0], set()).update(mine)
    return tuple((lists, tuple(sorted(numbers))) for lists, numbers in sorted(needed.items()))


def _reads(task: Task, asked: Plan, *of: Over) -> Reads:
    """What is read of the persons that some sums are over: by the indicators that have any, and by the classes."""
    found = Reads(this=frozenset({"sex"}))
    numbers = {number for over in of for number in asked.at(over)}
    for item in task.in_force:
        measure = asked.measures[item.id]
        sampled = measure.sample is not None and Over.NOW in of
        if sampled or any(not numbers.isdisjoint(total.numbers) for total in measure.sums):
            found |= reads_of(item)
    for rule in (item.rule for members in task.axis.lists for item in members):
        found |= reads(rule)
    return found


def _persons(task: Task, over: Over, asked: Reads, *, extra: Collection[str] = ()) -> str:
    """SELECT of the persons that sums are over, with what is read of them."""
    placement = task.election if over is Over.ELECTION and task.election else task.placement
    year = task.year - (over is Over.BEFORE)
    return persons_sql(task.register, year, asked, placed=(placement, task.areas), extra=extra)


def _question(
    task: Task, asked: Plan, over: Over, source: str, divisions: Collection[str], *, areas: int | None = None
) -> Question:
    year = task.year - (over in (Over.BEFORE, Over.WENT))
    return Question(
        source=source,
        areas=len(task.areas) if areas is None else areas,
        sex=f"{name('sex')} = {literal(SEXES[1])}",
        lists=tuple(
            tuple(compile_sql(item.rule, year, task.constants, of=task.year) for item in members)
            for members in task.axis.lists
        ),
        sums=asked.over(over),
        tables=_tables(task, asked, over, divisions),
        samples=asked.samples if over is Over.NOW else (),
    )


def _find_movers(con: duckdb.DuckDBPyConnection, task: Task, asked: Plan) -> None:
    """The movers of the year as temp tables, where something is asked of them."""
    if not asked.at(Over.CAME) and not asked.at(Over.WENT):
        return
    before, now = (
        placed_sql(task.register, task.placement, task.areas, year, ["person"]) for year in (task.year - 1, task.year)
    )
    has = task.register.variables
    sources = [
        persons_sql(task.register, year, _reads(task, asked, Over.CAME, Over.WENT), extra=extra)
        for year, extra in zip((task.year - 1, task.year), columns_at_ends(has), strict=True)
    ]
    find(con, (before, now), (sources[0], sources[1]), year=task.year, has=has)


def _moved(
    con: duckdb.DuckDBPyConnection, task: Task, asked: Plan, level: AreaDivision, parents: npt.NDArray[np.int32]
) -> dict[tuple[Lists, int], Counts]:
    """Sums over those who moved across a border of a level."""
    found: dict[tuple[Lists, int], Counts] = {}
    for over, table in ((Over.CAME, "came"), (Over.WENT, "went")):
        if asked.at(over):
            source = across(table, level_table(con, parents))
            answer = count(con, _question(task, asked, over, source, [level.division], areas=len(level)))
            found |= _numbered(answer.sums, asked, over)
    return found


def _dissimilarities(
    task: Task, asked: Plan, sums: Sums, level: AreaDivision, parents: npt.NDArray[np.int32]
) -> dict[str, Figures]:
    """Both groups and their dissimilarity, of the areas of a level: persons without a place are in none of them."""
    inside = np.where(small_areas(task.areas), parents, -1).astype(np.int32)
    found = {}
    for item in task.in_force:
        if item.kind is Kind.DISSIMILARITY and item.applies_to(level.division):
            cells = cells_of(item, task.axis, level.division, task.year)
            numbers = [total.plus[0] for total in asked.measures[item.id].sums]
            first, second = picked(sums, task.axis, cells, numbers)
            groups = [members_of(group, inside, len(level)) for group in (first, second)]
            figures = np.stack([*groups, dissimilarity(first, second, inside, len(level))], axis=-1)
            found[item.id] = np.full((*figures.shape[:-2], len(task.axis.cells), 3), np.nan)
            found[item.id][..., cells, :] = figures
    return found


def _part(
    task: Task,
    asked: Plan,
    where: tuple[AreaDivision, npt.NDArray[np.int32]],
    found: _Figures,
) -> Part:
    level, parents = where
    shown = np.flatnonzero(np.asarray(level.table["kind"] != "remainder"))
    codes = level.codes[shown]
    formed = [not (level.division == "kommun" and did_not_exist(str(code), task.year - task.flow)) for code in codes]
    return Part(
        division=level.division,
        edition=level.edition,
        codes=codes,
        year=task.year,
        measures=asked.measures,
        sums={key: counts[shown] for key, counts in found.sums.items()},
        middles={sample: (middle[shown], number[shown]) for sample, (middle, number) in found.middles.items()},
        method=_methods(task.areas, level, parents)[shown],
        coordinate_type=_coordinate_types(task.axis, found.sums, asked.coordinates, len(level))[shown],
        existed=np.array(formed, dtype=bool),
        unknown=task.unknown,
        uneven={key: values[shown] for key, values in found.uneven.items()},
        single=too_few_areas(task.areas, parents, len(level))[shown],
    )


def _cells_with(task: Task, asked: Plan, sample: Sample, divisions: Collection[str]) -> set[int]:
    using = [
        item
        for item in task.in_force
        if any(asked.measures[part].sample == sample for part in (item.id, *all_below(item.id, task.indicators)))
    ]
    return {cell for item in using for division in divisions for cell in cells_of(item, task.axis, division, task.year)}


def _methods(areas: AreaDivision, level: AreaDivision, parents: npt.NDArray[np.int32]) -> npt.NDArray[np.int8]:
    """Counted by the delivered code: areas whose border is not known, and the RegSO they belong to."""
    delivered = np.zeros(len(level), dtype=np.int8)
    if level.key == areas.key or level.division == "regso":
        unknown = parents[np.asarray(areas.geometry.isna()) & (parents >= 0)]
        delivered[unknown] = METHODS.index(Method.DELIVERED)
    return delivered


def _coordinate_types(axis: Axis, sums: Sums, coordinates: tuple[int, ...], areas: int) -> npt.NDArray[np.int8]:
    if not coordinates:
        return np.zeros(areas, dtype=np.int8)
    address, estate = picked(sums, axis, [0], coordinates)[:, :, 0, 0] > 0
    names = np.select([address & estate, address, estate], ["mixed", "address", "property"], default="")
    return np.array([COORDINATE_TYPES.index(str(item)) for item in names], dtype=np.int8)
