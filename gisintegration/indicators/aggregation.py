"""From a placed register to raw statistics: every level, sex and class in one pass over each year."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from gisintegration.areas import AreaDivision, levels
from gisintegration.areas.division import CRS
from gisintegration.errors import IndicatorError, RegisterError
from gisintegration.indicators import composite
from gisintegration.indicators.cells import Axis, axis_of
from gisintegration.indicators.classes import labels
from gisintegration.indicators.constants import Constants, UnknownConstantWarning, load_constants
from gisintegration.indicators.counting import Task, counted
from gisintegration.indicators.declare import faults, lacking, load_indicators, words_without, years_without
from gisintegration.indicators.panel import words_lacking, years_lacking
from gisintegration.indicators.placing import check_years_before, place_voters, with_years_before
from gisintegration.indicators.rows import Part, table_of
from gisintegration.indicators.rules import variables_in
from gisintegration.progress import ProgressOption, part, reporter
from gisintegration.registers import Placement, Register, place
from gisintegration.sql import connect
from gisintegration.tables import Indicator, RawTable

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
    wanted = _chosen(indicators)
    _check_years(register, areas)
    kept, axis = _possible(register, wanted, _axis(wanted, by, asked=breakdowns), missing)
    national = load_constants(constants)
    unknown = _unknown(kept, national, areas) if missing == "skip" else {}
    unknown = _without_years(register, kept, areas, unknown)
    placed = places
    if placed is None:
        placed = place(register, with_years_before(kept, areas, register.years), progress=part(report, 0.0, _PLACING))
    check_years_before(kept, areas, placed, register.years)
    voting = election_places
    if voting is None and not placed.keyed:
        voting = place_voters(register, kept, areas)
    counting = part(report, 0.0 if places is not None else _PLACING, 1.0)
    frames = []
    for flow in sorted({item.flow for item in kept.values()}):
        mine = {key: item for key, item in kept.items() if item.flow is flow}
        todo = _todo(areas, placed, by, region, flow=flow)
        parts: list[Part] = []
        with connect() as con:
            for done, (division, year, made) in enumerate(todo):
                counting(done / (len(todo) + 1), f"Counting {division.key}, {year}")
                without = frozenset(key for key, lacking in unknown.items() if year in lacking)
                voted = voting if voting is not None and year in voting.years.get(division.key, ()) else None
                task = Task(register, placed, division, year, mine, axis, national, flow, without, voted)
                parts += counted(con, task, made)
        counting(len(todo) / (len(todo) + 1), "Making the table")
        frames.append(table_of(parts, mine, axis))
    table = RawTable(
        frames[0] if len(frames) == 1 else _under_each_other(frames),
        indicators=kept,
        labels=_labels(axis),
        residual=_residual(register, placed, areas),
    )
    counting(1.0, "Counted")
    return table


def _chosen(indicators: Given) -> dict[str, Indicator]:
    chosen = dict(indicators) if isinstance(indicators, Mapping) else load_indicators(indicators)
    if not chosen:
        raise IndicatorError("No indicator is asked for.", hint='name some, or pass "all".')
    wrong = [
        {"indicator": key, "field": field, "what": what} for key, item in chosen.items() for field, what in faults(item)
    ]
    wrong += [{"indicator": key, "field": field, "what": what} for key, field, what in composite.faults(chosen)]
    if wrong:
        raise IndicatorError(
            f"The indicators have {len(wrong)} faults.", hint="see docs/indicators.md.", failures=wrong
        )
    return chosen


def _check_years(register: Register, areas: Mapping[AreaDivision, Sequence[int]]) -> None:
    if not isinstance(areas, Mapping):
        raise IndicatorError(
            "areas does not say which years are wanted.", hint="give {edition: years}, as {deso: range(2018, 2024)}."
        )
    asked = sorted({int(year) for years in areas.values() for year in years})
    absent = [year for year in asked if year not in register.years]
    if not asked or absent:
        raise IndicatorError(
            f"The register has no persons for {', '.join(map(str, absent))}." if absent else "No year is asked for.",
            hint=f"its years are {', '.join(map(str, register.years))}.",
        )


def _without_years(
    register: Register,
    indicators: Mapping[str, Indicator],
    areas: Mapping[AreaDivision, Sequence[int]],
    unknown: Mapping[str, set[int]],
) -> dict[str, set[int]]:
    """Years that an indicator, or one that it is made of, has no figures for; with a warning of years not there."""
    absent = years_lacking(indicators, register.years, {int(year) for years in areas.values() for year in years})
    for text in words_lacking(absent):
        warnings.warn(text, stacklevel=3)
    own = {key: {*unknown.get(key, ()), *absent.get(key, ())} for key in indicators}
    return {key: own[key].union(*(own[part] for part in composite.all_below(key, indicators))) for key in indicators}


def _under_each_other(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(
        [frame.astype(dict.fromkeys(frame.select_dtypes("category"), "str")) for frame in frames],
        ignore_index=True,
    )


def _todo(
    areas: Mapping[AreaDivision, Sequence[int]],
    placed: Placement,
    by: Sequence[str],
    region: str | None,
    *,
    flow: bool,
) -> list[tuple[AreaDivision, int, dict[str, AreaDivision]]]:
    """Each edition and year with the levels it gives; a level above two editions is given by the one in force.

    If neither is, or both are, the newer gives it. Levels are made without polygons, which counting has no use for.
    """
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


def _axis(indicators: Mapping[str, Indicator], by: Sequence[str], *, asked: bool | Collection[str]) -> Axis:
    """The axis of the sets of classes and crossings that are declared for some divisions, and asked for."""
    if not isinstance(asked, bool):
        asked = {asked} if isinstance(asked, str) else set(asked)
        for breakdown in sorted(asked - set(BREAKDOWNS)):
            raise IndicatorError.unknown("breakdown", breakdown, BREAKDOWNS)
    wanted = set(BREAKDOWNS) if asked is True else asked or set()
    divisions = [by] if isinstance(by, str) else list(by)
    given = [
        names
        for item in indicators.values()
        for division in divisions
        if item.applies_to(division)
        for names in (*((name,) for name in item.breakdowns_on(division)), *item.crossings_on(division))
        if {name.partition("/")[0] for name in names} <= wanted
    ]
    ordered = dict.fromkeys(given)
    return axis_of([names[0] for names in ordered if len(names) == 1], [names for names in ordered if len(names) > 1])


def _possible(
    register: Register, indicators: Mapping[str, Indicator], axis: Axis, missing: str
) -> tuple[dict[str, Indicator], Axis]:
    """The indicators and classes that the register has the variables of; refuses the rest, or warns of it."""
    has = set(register.variables)
    lacks = lacking(indicators, has)
    if missing not in ("refuse", "skip"):
        raise IndicatorError.unknown("way with missing variables", missing, ["refuse", "skip"])
    poor = {item.code: sorted(variables_in(item.rule, has) - has) for members in axis.lists for item in members}
    failures = [{"indicator": key, "lacks": ", ".join(absent)} for key, absent in lacks.items()]
    failures += [{"class": code, "lacks": ", ".join(absent)} for code, absent in poor.items() if absent]
    kept = {key: item for key, item in indicators.items() if key not in lacks}
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


def _unknown(
    indicators: Mapping[str, Indicator], constants: Constants, areas: Mapping[AreaDivision, Sequence[int]]
) -> dict[str, set[int]]:
    """Years that an indicator has no figures for, since a national constant is not known; with a warning."""
    absent = years_without(indicators, constants, {int(year) for years in areas.values() for year in years})
    for text in words_without(absent):
        warnings.warn(text, UnknownConstantWarning, stacklevel=3)
    return {key: {year for years in of.values() for year in years} for key, of in absent.items()}


def _labels(axis: Axis) -> dict[str, dict[str, Mapping[str, str]]]:
    """The words for total, the sexes and the classes that are counted."""
    counted = {item.code for cell in axis.cells for item in cell}
    return {
        breakdown: {
            code: words for code, words in known.items() if breakdown == "sex" or code == "total" or code in counted
        }
        for breakdown, known in labels().items()
    }
