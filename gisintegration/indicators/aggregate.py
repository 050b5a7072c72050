"""From a placed register to raw statistics: every level, sex and class in one pass over each year."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import duckdb
import geopandas as gpd
import numpy as np
import numpy.typing as npt

from gisintegration.areas import AreaDivision, did_not_exist, levels, parent_positions
from gisintegration.areas.division import CRS
from gisintegration.engines import Question, Sample
from gisintegration.engines.duck import count
from gisintegration.errors import IndicatorError
from gisintegration.indicators.cells import Axis, Counts, Grouping, axis_of, climb, groupings, middles, spread
from gisintegration.indicators.classes import SEXES, labels
from gisintegration.indicators.constants import Constants, load_constants
from gisintegration.indicators.declare import load_indicators, variables_of
from gisintegration.indicators.measures import Plan, plan
from gisintegration.indicators.rows import COORDINATE_TYPES, METHODS, Part, cells_of, table_of
from gisintegration.indicators.rules import compile_sql, variables_in
from gisintegration.progress import ProgressOption, part, reporter
from gisintegration.registers import Placement, Register, place, placed_sql
from gisintegration.sql import connect, literal, name
from gisintegration.tables import Indicator, Method, RawTable

BREAKDOWNS = ("background", "age", "education")
_PLACING = 0.3
Given = Mapping[str, Indicator] | Sequence[str] | Literal["all"]


def aggregate(
    register: Register,
    indicators: Given,
    *,
    by: Sequence[str],
    areas: Mapping[AreaDivision, Sequence[int]],
    places: Placement | None = None,
    region: str | None = None,
    constants: Any = None,
    breakdowns: bool | Collection[str] = True,
    missing: Literal["refuse", "skip"] = "refuse",
    progress: ProgressOption = None,
) -> RawTable:
    """Raw statistics of a register: every indicator for every area, year, sex and class.

    Parameters
    ----------
    register
        Point register of persons.
    indicators
        What :func:`load_indicators` returned, ids of the library's indicators, or ``"all"``.
    by
        Divisions to give figures for: that of ``areas``, and what lies above it (``regso``, ``kommun``, ``lan``,
        ``riket``, ``region``). A parent exists only where all its children are given.
    areas
        The finest division of each edition, and the data years wanted on it. Where two editions lead to the same area
        and year above them, the edition in force that year gives the figure.
    places
        Where the persons stand, as :func:`place` gave it for these editions and years; else they are placed here.
    region
        The user's name for the sum of everything given; needed when ``by`` has ``region``.
    constants
        National constants beside the library's, as :func:`load_constants` takes them.
    breakdowns
        True: those each indicator declares. False: total and sexes. Names: only these of background, age, education.
    missing
        What to do when the register lacks a variable: ``refuse``, or ``skip`` the indicators and classes that need it,
        with a warning that names them.
    progress
        True, or a callable ``(fraction, message)``.

    Returns
    -------
    RawTable
        Complete rows: every area of a division, with each class that the indicator's population can have. Shares and
        ratios are in per cent; means and medians in the unit of the indicator. Where nobody is behind a quotient the
        value is NaN, status ``missing``, contributors 0. An indicator that does not exist in a year is
        ``not_applicable`` and a kommun not yet formed ``did_not_exist``, in total and by sex. Persons with a missing
        value are not counted as having a property, and do not contribute to a mean, median or ratio.
        Method: ``delivered`` for areas without a polygon and RegSO that contain one, else ``located``.

    Raises
    ------
    IndicatorError
        The register lacks a year or a variable that is needed, or a constant has no figure for a year.

    Notes
    -----
    Sums are of whole numbers, so that the result is the same for any number of threads. A median is recomputed from
    the register at every level; of an even number of values it is the mean of the two in the middle.
    """
    report = reporter(progress)
    wanted = _chosen(indicators)
    _check_years(register, areas)
    kept, axis = _possible(register, wanted, _breakdowns(wanted, breakdowns), missing)
    national = load_constants(constants)
    placed = places if places is not None else place(register, areas, progress=part(report, 0.0, _PLACING))
    counting = part(report, 0.0 if places is not None else _PLACING, 1.0)
    todo = _todo(areas, placed, by, region)
    parts: list[Part] = []
    with connect() as con:
        for done, (division, year, made) in enumerate(todo):
            counting(done / (len(todo) + 1), f"Counting {division.key}, {year}")
            parts += _counted(con, _Task(register, placed, division, year, kept, axis, national), made)
    counting(len(todo) / (len(todo) + 1), "Making the table")
    table = RawTable(
        table_of(parts, list(kept.values()), axis),
        indicators=kept,
        labels=_labels(axis),
        residual=_residual(register, placed, areas),
    )
    counting(1.0, "Counted")
    return table


@dataclass(frozen=True, eq=False)
class _Task:
    """One edition and year to be counted."""

    register: Register
    placement: Placement
    areas: AreaDivision
    year: int
    indicators: Mapping[str, Indicator]
    axis: Axis
    constants: Constants

    @property
    def in_force(self) -> list[Indicator]:
        return [item for item in self.indicators.values() if item.in_force(self.year)]


def _counted(con: duckdb.DuckDBPyConnection, task: _Task, made: Mapping[str, AreaDivision]) -> Iterator[Part]:
    has_types = "coordinate_type" in task.register.variables
    asked = plan(task.in_force, task.year, task.constants, coordinates=has_types)
    answer = count(con, _question(task, asked))
    sums = spread(answer, task.axis)
    samples = {
        sample: groupings(values, task.axis, _cells_with(task, asked, sample)) for sample, values in answer.values.items()
    }
    for level in made.values():
        parents = parent_positions(task.areas, level)
        yield _part(task, asked, level, parents, climb(sums, parents, len(level)), samples)


def _question(task: _Task, asked: Plan) -> Question:
    rules = [item.rule for members in task.axis.lists for item in members]
    columns = {"sex"}.union(*(variables_of(item) for item in task.in_force), *(variables_in(rule) for rule in rules))
    if asked.coordinates:
        columns.add("coordinate_type")
    return Question(
        source=placed_sql(task.register, task.placement, task.areas, task.year, sorted(columns)),
        areas=len(task.areas),
        sex=f"{name('sex')} = {literal(SEXES[1])}",
        lists=tuple(
            tuple(compile_sql(item.rule, task.year, task.constants) for item in members) for members in task.axis.lists
        ),
        sums=asked.sums,
        samples=asked.samples,
    )


def _part(
    task: _Task,
    asked: Plan,
    level: AreaDivision,
    parents: npt.NDArray[np.int32],
    sums: Counts,
    samples: Mapping[Sample, list[Grouping]],
) -> Part:
    shown = np.flatnonzero(np.asarray(level.table["kind"] != "remainder"))
    found = {sample: middles(values, task.axis, parents, len(level)) for sample, values in samples.items()}
    codes = level.codes[shown]
    formed = [not (level.division == "kommun" and did_not_exist(str(code), task.year)) for code in codes]
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
    )


def _cells_with(task: _Task, asked: Plan, sample: Sample) -> set[int]:
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


def _chosen(indicators: Given) -> dict[str, Indicator]:
    if isinstance(indicators, Mapping):
        return dict(indicators)
    return load_indicators(indicators)


def _check_years(register: Register, areas: Mapping[AreaDivision, Sequence[int]]) -> None:
    asked = sorted({int(year) for years in areas.values() for year in years})
    absent = [year for year in asked if year not in register.years]
    if not asked or absent:
        raise IndicatorError(
            f"The register has no persons for {', '.join(map(str, absent))}." if absent else "No year is asked for.",
            hint=f"its years are {', '.join(map(str, register.years))}.",
        )


def _todo(
    areas: Mapping[AreaDivision, Sequence[int]], placed: Placement, by: Sequence[str], region: str | None
) -> list[tuple[AreaDivision, int, dict[str, AreaDivision]]]:
    """Each edition and year with the levels it gives: of two editions under one level, the one in force, then the newer.

    Levels are made without polygons, which counting has no use for.
    """
    wanted = [by] if isinstance(by, str) else list(by)
    editions = {division.key: placed.areas[division.key] for division in areas}
    made = {key: levels(_without_polygons(edition), wanted, region=region) for key, edition in editions.items()}
    if not any(made.values()):
        raise IndicatorError(
            f"None of {', '.join(wanted)} is complete in the areas given: there is nothing to give figures for.",
            hint="ask for the areas' own division or a region; a kommun or län exists only with all its areas.",
        )
    newest = sorted(areas, key=lambda division: division.edition, reverse=True)
    pairs = [(division.key, int(year)) for division in newest for year in sorted(set(areas[division]))]
    taken: set[tuple[str, int]] = set()
    todo = []
    for key, year in sorted(pairs, key=lambda pair: (pair[1], not editions[pair[0]].in_force(pair[1]))):
        mine = {name: level for name, level in made[key].items() if (level.key, year) not in taken}
        taken |= {(level.key, year) for level in mine.values()}
        if mine:
            todo.append((editions[key], year, mine))
    return todo


def _without_polygons(areas: AreaDivision) -> AreaDivision:
    unknown = gpd.GeoSeries([None] * len(areas), index=areas.table.index, crs=CRS)
    return areas.with_(table=areas.table.set_geometry(unknown), display=None)


def _residual(
    register: Register, placed: Placement, areas: Mapping[AreaDivision, Sequence[int]]
) -> dict[tuple[str, int], int]:
    """Persons in no area, by kommun and year, where they are kept out of the areas on purpose."""
    if not placed.needs_residual:
        return {}
    out = ["unplaced", "outside"] if register.unplaced == "exclude" else ["unplaced"]
    counts = placed.report.internal
    mine = [
        (counts["edition"] == division.key) & counts["year"].isin([int(year) for year in years])
        for division, years in areas.items()
    ]
    kept_out = counts[np.logical_or.reduce(mine)].assign(persons=lambda frame: frame[out].sum(axis=1))
    least = kept_out[kept_out["persons"] > 0].groupby(["kommun", "year"])["persons"].min()
    return {(str(kommun), int(year)): int(persons) for (kommun, year), persons in least.items()}


def _breakdowns(indicators: Mapping[str, Indicator], asked: bool | Collection[str]) -> set[str]:
    declared = {name for item in indicators.values() for name in item.breakdowns}
    if asked is True:
        return declared
    chosen = set() if asked is False else {asked} if isinstance(asked, str) else set(asked)
    for breakdown in sorted(chosen - set(BREAKDOWNS)):
        raise IndicatorError.unknown("breakdown", breakdown, BREAKDOWNS)
    return declared & chosen


def _possible(
    register: Register, indicators: Mapping[str, Indicator], breakdowns: Collection[str], missing: str
) -> tuple[dict[str, Indicator], Axis]:
    """The indicators and classes that the register has the variables of; refuses the rest, or warns of it."""
    has = set(register.variables)
    lacks = {key: sorted(variables_of(item) - has) for key, item in indicators.items()}
    axis = axis_of(breakdowns)
    poor = {item.code: sorted(variables_in(item.rule) - has) for members in axis.lists for item in members}
    failures = [{"indicator": key, "lacks": ", ".join(absent)} for key, absent in lacks.items() if absent]
    failures += [{"class": code, "lacks": ", ".join(absent)} for code, absent in poor.items() if absent]
    kept = {key: item for key, item in indicators.items() if not lacks[key]}
    if failures and (missing == "refuse" or not kept):
        raise IndicatorError(
            f"The register lacks variables that {len(failures)} indicators or classes need.",
            hint='add the columns, choose fewer indicators or breakdowns, or pass missing="skip".',
            failures=failures,
        )
    if failures:
        left_out = "; ".join(f"{next(iter(item.values()))} (lacks {item['lacks']})" for item in failures)
        warnings.warn(f"Left out, since the register lacks variables: {left_out}.", stacklevel=3)
    return kept, axis.without({code for code, absent in poor.items() if absent})


def _labels(axis: Axis) -> dict[str, dict[str, Mapping[str, str]]]:
    """The words for total, the sexes and the classes that are counted."""
    counted = {item.code for item in axis.cells if item is not None}
    return {
        breakdown: {
            code: words for code, words in known.items() if breakdown == "sex" or code == "total" or code in counted
        }
        for breakdown, known in labels().items()
    }
