"""From a placed register to raw statistics: every level, sex and class in one pass over each year."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from gisintegration.areas import AreaDivision, levels
from gisintegration.areas.division import CRS
from gisintegration.errors import IndicatorError, RegisterError
from gisintegration.indicators.asked import Given, axis_for, check_years, chosen, possible, unknown_years, without_years
from gisintegration.indicators.cells import Axis
from gisintegration.indicators.classes import labels
from gisintegration.indicators.constants import Constants, load_constants
from gisintegration.indicators.counting import Task, counted
from gisintegration.indicators.placing import check_years_before, place_voters, with_years_before
from gisintegration.indicators.rows import Part, table_of
from gisintegration.locate.grid import threads
from gisintegration.progress import Progress, ProgressOption, part, reporter
from gisintegration.registers import Placement, Register, place
from gisintegration.sql import connect
from gisintegration.tables import Indicator, RawTable

_PLACING = 0.3
_MEMORY = "4GB"


def aggregate(
    register: Register,
    indicators: Given,
    *,
    by: Sequence[str],
    areas: Mapping[AreaDivision, Sequence[int]],
    places: Placement | None = None,
    election_places: Placement | None = None,
    region: str | None = None,
    constants: Any = None,
    breakdowns: bool | Collection[str] = True,
    missing: Literal["refuse", "skip"] = "refuse",
    progress: ProgressOption = None,
) -> RawTable:
    r"""Raw statistics of a register: every indicator for every area, year, sex and class.

    Parameters
    ----------
    register
        Point register of persons.
    indicators
        What :func:`load_indicators` returned, ids of the library's indicators, or ``"all"``. An index or a class needs
        the indicators that it is made of among them.
    by
        Divisions to give figures for: that of ``areas``, and what lies above it (``regso``, ``kommun``, ``lan``,
        ``riket``, ``region``). A parent exists only where all its children are given.
    areas
        The finest division of each edition, and the data years wanted on it. Where two editions lead to the same area
        and year above them, the edition in force that year gives the figure.
    places
        Where the persons stand, as :func:`place` gave it for these editions and years, and for the year before each
        where moves are counted; else they are placed here.
    election_places
        Where they stood on the day of the electoral roll, as :func:`place` gave it with ``at="election"``, for figures
        of election day; else they are placed here. A register that does not say, or where areas are told by a key of
        places, has them stand as on 31 December.
    region
        The user's name for the sum of everything given; needed when ``by`` has ``region``.
    constants
        National constants beside the library's, as :func:`load_constants` takes them.
    breakdowns
        True: those each indicator declares. False: total and sexes. Names: only these of background, age, education.
    missing
        What to do when the register lacks a variable: ``refuse``, or ``skip`` the indicators and classes that need it,
        with a warning that names them. When a national constant has no figure for a year, ``skip`` gives the status
        ``missing`` to the indicators that need it, in total and by sex, with a warning that names the years. Where a
        figure also reads a year that the register does not have (the year after the last, for who is still employed a
        year later; the year before the first, for moves), it is ``missing``, with such a warning, either way.
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
        The register lacks a year or a variable that is needed, a constant has no figure for a year, a declaration is
        wrong, or no area of ``by`` is complete.
    RegisterError
        ``places`` is of other editions or years.

    Notes
    -----
    Sums are of whole numbers, so that the result is the same for any number of threads. A median is recomputed from
    the register at every level; of an even number of values it is the mean of the two in the middle.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> from gisintegration.registers import read_register
    >>> from gisintegration.testing import grid_areas
    >>> path = Path(tempfile.mkdtemp()) / "persons.csv"
    >>> _ = path.write_text("person,year,kommun,sex,age,x,y\n1,2022,0114,women,40,600500,6600500\n", "utf-8")
    >>> made = aggregate(read_register(path, crs=3006), ["population"], by=["deso"], areas={grid_areas(2, 1): [2022]},
    ...     breakdowns=False)
    >>> made
    <RawTable: 6 cells, unprotected; protect(…) makes them safe to show>
    """
    report = reporter(progress)
    work = _prepared(
        register, indicators, by=by, areas=areas, places=places, election_places=election_places, region=region,
        constants=constants, breakdowns=breakdowns, missing=missing, report=report,
    )  # fmt: skip
    counting = part(report, 0.0 if places is not None else _PLACING, 1.0)
    parts: dict[bool, list[Part]] = {}
    for flow, counted_part in work.parts(counting):
        parts.setdefault(flow, []).append(counted_part)
    frames = [table_of(parts.pop(flow), work.of(flow=flow), work.axis) for flow in sorted(parts)]
    table = work.table(frames[0] if len(frames) == 1 else _under_each_other(frames), work.indicators)
    counting(1.0, "Counted")
    return table


def aggregate_parts(
    register: Register,
    indicators: Given,
    *,
    by: Sequence[str],
    areas: Mapping[AreaDivision, Sequence[int]],
    places: Placement | None = None,
    election_places: Placement | None = None,
    region: str | None = None,
    constants: Any = None,
    breakdowns: bool | Collection[str] = True,
    missing: Literal["refuse", "skip"] = "refuse",
    progress: ProgressOption = None,
) -> Iterator[RawTable]:
    r"""The tables that :func:`aggregate` puts under each other, one by one: for a country, all at once is much.

    Parameters are those of :func:`aggregate`; what is wrong with them is raised at once, not when the first is asked
    for.

    Yields
    ------
    RawTable
        One indicator on one division and edition in one year, by year, division and indicator; indicators of the
        events of the year come after the others.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> from gisintegration.registers import read_register
    >>> from gisintegration.testing import grid_areas
    >>> path = Path(tempfile.mkdtemp()) / "persons.csv"
    >>> _ = path.write_text("person,year,kommun,sex,age,x,y\n1,2022,0114,women,40,600500,6600500\n", "utf-8")
    >>> list(aggregate_parts(read_register(path, crs=3006), ["population"], by=["deso"],
    ...     areas={grid_areas(2, 1): [2022]}, breakdowns=False))
    [<RawTable: 6 cells, unprotected; protect(…) makes them safe to show>]
    """
    report = reporter(progress)
    work = _prepared(
        register, indicators, by=by, areas=areas, places=places, election_places=election_places, region=region,
        constants=constants, breakdowns=breakdowns, missing=missing, report=report,
    )  # fmt: skip
    return work.tables(part(report, 0.0 if places is not None else _PLACING, 1.0))


@dataclass(frozen=True, eq=False)
class _Work:
    """What is to be counted: everything asked for, checked, and the persons placed."""

    register: Register
    indicators: Mapping[str, Indicator]
    axis: Axis
    constants: Constants
    unknown: Mapping[str, set[int]]
    placed: Placement
    voting: Placement | None
    areas: Mapping[AreaDivision, Sequence[int]]
    by: Sequence[str]
    region: str | None

    def of(self, *, flow: bool) -> dict[str, Indicator]:
        """The indicators of events of the year, or the others."""
        return {key: item for key, item in self.indicators.items() if item.flow is flow}

    def parts(self, counting: Progress) -> Iterator[tuple[bool, Part]]:
        """What is counted on each level in each year, and whether it is of events of the year."""
        above = _levels(self.areas, self.placed, self.by, self.region)
        todo = [
            (flow, *one)
            for flow in sorted({item.flow for item in self.indicators.values()})
            for one in _todo(self.areas, self.placed, above, flow=flow)
        ]
        # What a person's row is joined with (places, households, the year after) is to stay in memory for a country.
        with connect(memory=_MEMORY) as con:
            for done, (flow, division, year, made) in enumerate(todo):
                counting(done / (len(todo) + 1), f"Counting {division.key}, {year}")
                without = frozenset(key for key, lacking in self.unknown.items() if year in lacking)
                voted = self.voting
                if voted is not None and year not in voted.years.get(division.key, ()):
                    voted = None
                task = Task(
                    self.register.coded(), self.placed, division, year, self.of(flow=flow), self.axis, self.constants,
                    flow, without, voted,
                )  # fmt: skip
                yield from ((flow, found) for found in counted(con, task, made))
        counting(len(todo) / (len(todo) + 1), "Making the table")

    def tables(self, counting: Progress) -> Iterator[RawTable]:
        """One table for each indicator of each part; a few are made at a time, on a core each."""
        side_by_side = threads()
        with ThreadPoolExecutor(side_by_side) as pool:
            for flow, found in self.parts(counting):
                mine = self.of(flow=flow)

                def made(key: str, found: Part = found, mine: Mapping[str, Indicator] = mine) -> RawTable:
                    return self.table(table_of([found], mine, self.axis, only=[key]), {key: mine[key]})

                keys = sorted(mine)
                for first in range(0, len(keys), side_by_side):
                    yield from pool.map(made, keys[first : first + side_by_side])
        counting(1.0, "Counted")

    def table(self, frame: pd.DataFrame, indicators: Mapping[str, Indicator]) -> RawTable:
        residual = _residual(self.register, self.placed, self.areas)
        return RawTable(frame, indicators=indicators, labels=_labels(self.axis), residual=residual)


def _prepared(
    register: Register,
    indicators: Given,
    *,
    by: Sequence[str],
    areas: Mapping[AreaDivision, Sequence[int]],
    places: Placement | None,
    election_places: Placement | None,
    region: str | None,
    constants: Any,
    breakdowns: bool | Collection[str],
    missing: Literal["refuse", "skip"],
    report: Progress,
) -> _Work:
    wanted = chosen(indicators)
    check_years(register, areas)
    kept, axis = possible(register, wanted, axis_for(wanted, by, asked=breakdowns), missing)
    national = load_constants(constants)
    unknown = unknown_years(kept, national, areas) if missing == "skip" else {}
    unknown = without_years(register, kept, areas, unknown)
    placed = places
    if placed is None:
        placed = place(register, with_years_before(kept, areas, register.years), progress=part(report, 0.0, _PLACING))
    check_years_before(kept, areas, placed, register.years)
    voting = election_places
    if voting is None and not placed.keyed:
        voting = place_voters(register, kept, areas)
    return _Work(register, kept, axis, national, unknown, placed, voting, areas, by, region)


def _under_each_other(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(
        [frame.astype(dict.fromkeys(frame.select_dtypes("category"), "str")) for frame in frames],
        ignore_index=True,
    )


def _levels(
    areas: Mapping[AreaDivision, Sequence[int]], placed: Placement, by: Sequence[str], region: str | None
) -> dict[str, dict[str, AreaDivision]]:
    """The levels of each edition, made without polygons, which counting has no use for."""
    wanted = [by] if isinstance(by, str) else list(by)
    for division in areas:
        if division.key not in placed.areas:
            raise RegisterError.unknown("edition", division.key, placed.areas, where="the placement")
    editions = {division.key: placed.areas[division.key] for division in areas}
    made = {key: levels(_without_polygons(edition), wanted, region=region) for key, edition in editions.items()}
    if not any(made.values()):
        raise IndicatorError(
            f"None of {', '.join(wanted)} is complete in the areas given: there is nothing to give figures for.",
            hint="ask for the areas' own division or a region; a kommun or län exists only with all its areas.",
        )
    return made


def _todo(
    areas: Mapping[AreaDivision, Sequence[int]],
    placed: Placement,
    made: Mapping[str, Mapping[str, AreaDivision]],
    *,
    flow: bool,
) -> list[tuple[AreaDivision, int, dict[str, AreaDivision]]]:
    """Each edition and year with the levels it gives; a level above two editions is given by the one in force.

    If neither is, or both are, the newer gives it.
    """
    editions = {key: placed.areas[key] for key in made}
    newest = sorted(areas, key=lambda division: division.edition, reverse=True)
    pairs = [(division.key, int(year)) for division in newest for year in sorted(set(areas[division]))]
    taken: set[tuple[str, int]] = set()
    todo = []
    for key, year in sorted(pairs, key=lambda pair: (pair[1], not editions[pair[0]].in_force(pair[1], flow=flow))):
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
    least = kept_out[kept_out["persons"] > 0].groupby(["kommun", "year"], as_index=False)["persons"].min()
    return {
        (str(kommun), int(year)): int(persons)
        for kommun, year, persons in zip(least["kommun"], least["year"], least["persons"], strict=True)
    }


def _labels(axis: Axis) -> dict[str, dict[str, Mapping[str, str]]]:
    """The words for total, the sexes and the classes that are counted."""
    counted = {item.code for cell in axis.cells for item in cell}
    return {
        breakdown: {
            code: words for code, words in known.items() if breakdown == "sex" or code == "total" or code in counted
        }
        for breakdown, known in labels().items()
    }
