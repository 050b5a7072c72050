"""One edition and year counted: the question put to the engine, and its answer by level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from gisintegration.areas import AreaDivision, did_not_exist, parent_positions
from gisintegration.engines import Question, Sample
from gisintegration.engines.duck import count
from gisintegration.indicators.cells import Axis, Counts, Figures, climb, groupings, middles, spread
from gisintegration.indicators.classes import SEXES
from gisintegration.indicators.constants import Constants
from gisintegration.indicators.declare import reads_of
from gisintegration.indicators.derived import columns_of, with_derived
from gisintegration.indicators.measures import Plan, plan
from gisintegration.indicators.rows import COORDINATE_TYPES, METHODS, Part, cells_of
from gisintegration.indicators.rules import compile_sql, reads
from gisintegration.registers import Placement, Register, placed_sql
from gisintegration.sql import literal, name
from gisintegration.tables import Indicator, Method


@dataclass(frozen=True, eq=False)
class Task:
    """One edition and year to be counted. ``unknown``: indicators that have no national constant for the year."""

    register: Register
    placement: Placement
    areas: AreaDivision
    year: int
    indicators: Mapping[str, Indicator]
    axis: Axis
    constants: Constants
    flow: bool = False
    unknown: frozenset[str] = frozenset()

    @property
    def in_force(self) -> list[Indicator]:
        """The indicators that exist for the year and can be counted."""
        return [item for key, item in self.indicators.items() if item.in_force(self.year) and key not in self.unknown]


def counted(con: duckdb.DuckDBPyConnection, task: Task, made: Mapping[str, AreaDivision]) -> Iterator[Part]:
    """The parts of every level in ``made``, from one pass over the year's persons."""
    has_types = "coordinate_type" in task.register.variables
    asked = plan(task.in_force, task.year, task.constants, coordinates=has_types)
    answer = count(con, _question(task, asked))
    sums = spread(answer, task.axis)
    samples = {
        sample: groupings(values, task.axis, _cells_with(task, asked, sample))
        for sample, values in answer.values.items()
    }
    threads = int(con.execute("select current_setting('threads')").fetchall()[0][0])
    for level in made.values():
        parents = parent_positions(task.areas, level)
        found = {
            sample: middles(values, task.axis, parents, len(level), threads=threads)
            for sample, values in samples.items()
        }
        yield _part(task, asked, (level, parents), climb(sums, parents, len(level)), found)


def _question(task: Task, asked: Plan) -> Question:
    rules = [item.rule for members in task.axis.lists for item in members]
    read = {"sex"}.union(*(reads_of(item).this for item in task.in_force), *(reads(rule).this for rule in rules))
    if asked.coordinates:
        read.add("coordinate_type")
    has = set(task.register.variables)
    columns = sorted(columns_of(read, has))
    source = placed_sql(task.register, task.placement, task.areas, task.year, columns)
    everyone = task.register.select(columns, task.year)
    return Question(
        source=with_derived(source, read, year=task.year, has=has, everyone=everyone),
        areas=len(task.areas),
        sex=f"{name('sex')} = {literal(SEXES[1])}",
        lists=tuple(
            tuple(compile_sql(item.rule, task.year, task.constants) for item in members) for members in task.axis.lists
        ),
        sums=asked.sums,
        samples=asked.samples,
    )


def _part(
    task: Task,
    asked: Plan,
    where: tuple[AreaDivision, npt.NDArray[np.int32]],
    sums: Counts,
    found: Mapping[Sample, tuple[Figures, Counts]],
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
        sums=sums[:, shown],
        middles={sample: (middle[shown], number[shown]) for sample, (middle, number) in found.items()},
        method=_methods(task.areas, level, parents)[shown],
        coordinate_type=_coordinate_types(sums, asked.coordinates)[shown],
        existed=np.array(formed, dtype=bool),
        unknown=task.unknown,
    )


def _cells_with(task: Task, asked: Plan, sample: Sample) -> set[int]:
    using = [item for item in task.in_force if asked.measures[item.id].sample == sample]
    return {cell for item in using for cell in cells_of(item, task.axis)}


def _methods(areas: AreaDivision, level: AreaDivision, parents: npt.NDArray[np.int32]) -> npt.NDArray[np.int8]:
    """Counted by the delivered code: areas whose border is not known, and the RegSO they belong to."""
    delivered = np.zeros(len(level), dtype=np.int8)
    if level.key == areas.key or level.division == "regso":
        unknown = parents[np.asarray(areas.geometry.isna()) & (parents >= 0)]
        delivered[unknown] = METHODS.index(Method.DELIVERED)
    return delivered


def _coordinate_types(sums: Counts, coordinates: tuple[int, ...]) -> npt.NDArray[np.int8]:
    if not coordinates:
        return np.zeros(sums.shape[1], dtype=np.int8)
    address, estate = (sums[position, :, 0, 0] > 0 for position in coordinates)
    names = np.select([address & estate, address, estate], ["mixed", "address", "property"], default="")
    return np.array([COORDINATE_TYPES.index(str(item)) for item in names], dtype=np.int8)
