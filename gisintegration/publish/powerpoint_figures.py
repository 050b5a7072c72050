"""Which figures a deck shows of an indicator: the map's year, the key figures beside it, the series of the chart."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas as pd
import shapely

from gisintegration.errors import InputError
from gisintegration.publish.cells import RECALCULATED, is_code, totals
from gisintegration.publish.office import kommun_names, level_order, level_titles
from gisintegration.publish.webmap.choose import Figures, figures_of_level
from gisintegration.publish.webmap.content import Break, breaks
from gisintegration.publish.words import Language
from gisintegration.swedish import round_half_away, sort_key
from gisintegration.tables import Areas, Indicator, Kind, Release, Status

_LARGEST, _EXTREMES = 5, 3
_SAME = 0.01  # metres a border may be off and still be the same
# Named areas that a board knows come before DeSO, which has no names of its own.
_FIRST = "regso"
_WIDER = ("region", "riket", "lan")
_MAX_CONTEXT = 2


@dataclass(frozen=True)
class Series:
    """A line of the chart: rounded figures by year, None where there is none to show."""

    name: str
    figures: Sequence[float | None]
    wider: bool


@dataclass(frozen=True)
class Story:
    """What the slides of one indicator show.

    Parameters
    ----------
    now
        The latest year's figures on the level.
    level
        The words for its edition.
    wider
        Name and figure, in that year, of the area that all of it lies in; None where it has none.
    highest, lowest
        Names and figures, from the extreme inwards.
    series
        Wider areas first.
    chosen_by
        ``given``, ``population`` or ``value``.
    """

    indicator: Indicator
    now: Figures
    level: str
    wider: tuple[str, float] | None
    highest: Sequence[tuple[str, float]]
    lowest: Sequence[tuple[str, float]]
    years: Sequence[int]
    series: Sequence[Series]
    breaks: Sequence[Break]
    chosen_by: str


def story(
    release: Release,
    indicator: Indicator,
    *,
    level: str | None,
    areas: Collection[str] | None,
    language: Language,
) -> Story | None:
    """What the slides show; None when the indicator has no figures on the level.

    A year's figures are those of the latest year's edition. Years that it lacks are taken from the edition in force
    then, for areas whose border is the same to the centimetre: an area with the same code and another border is
    another area, and its line begins where its figures do.

    Raises
    ------
    InputError
        One of ``areas`` is not on the level.
    """
    rows = totals(release.statistics)
    mine = rows[is_code(rows["indicator"], indicator.id)]
    division = level or default_level(mine, release)
    if mine.empty or division not in set(mine["division"].astype("str")):
        return None
    frames = figures_of_level(mine, release, division)
    now = frames[-1]
    codes = [str(code) for code in now.areas.table["code"]]
    for code in areas or ():
        if code not in codes:
            raise InputError.unknown("area", code, codes, where=now.areas.key)
    names = area_names(now.areas)
    figures = {code: value for code, value in _by_code(now, indicator).items() if value is not None}
    ranked = sorted(figures, key=lambda code: (-figures[code], sort_key(names[code]), code))
    chosen, chosen_by = _chosen(rows, now, ranked, areas)
    years = [frame.year for frame in frames]
    context = _context(mine, release, now, chosen)
    lines = [(name, code, above, True) for name, code, above in context]
    lines += [(names[code], code, frames, False) for code in chosen]
    series = [Series(name, _values(mine, code, on, years, indicator), wider) for name, code, on, wider in lines]
    wide = next((item for item in series if item.wider and item.figures[-1] is not None), None)
    last = wide.figures[-1] if wide else None
    if indicator.kind is Kind.COUNT:
        # Numbers of a region and of a part of it do not stand on one axis.
        series = [item for item in series if not item.wider]
    many = len(ranked) > 2 * _EXTREMES
    return Story(
        indicator=indicator,
        now=now,
        level=level_titles(release, language)[now.areas.key],
        wider=(wide.name, last) if wide and last is not None else None,
        highest=[(names[code], figures[code]) for code in (ranked[:_EXTREMES] if many else ranked)],
        lowest=[(names[code], figures[code]) for code in ranked[::-1][:_EXTREMES]] if many else [],
        years=years,
        series=[item for item in series if any(value is not None for value in item.figures)],
        breaks=_on_chart(frames, mine, now, indicator, language),
        chosen_by=chosen_by,
    )


def default_level(rows: pd.DataFrame, release: Release) -> str:
    """RegSO where the figures have it, else the smallest areas they have."""
    divisions = set(rows["division"].astype("str"))
    if _FIRST in divisions:
        return _FIRST
    editions = [areas for areas in release.areas.values() if areas.division in divisions]
    return max(editions, key=level_order).division if editions else ""


def area_names(areas: Areas) -> dict[str, str]:
    """Each area's name, with its kommun's where the name alone does not tell which area it is."""
    kommuner = kommun_names(areas)
    pairs = zip(areas.table["code"], areas.table["name"], strict=True)
    given = {str(code): str(name) for code, name in pairs}
    return {
        code: f"{kommuner[code]} {name}" if kommuner.get(code) and kommuner[code] not in name else name
        for code, name in given.items()
    }


def recalculated(figures: Figures) -> bool:
    """Whether some of the figures were recalculated by weights."""
    return any(method.startswith(RECALCULATED) for method in figures.methods)


def _by_code(figures: Figures, indicator: Indicator) -> dict[str, float | None]:
    """Rounded figures by area; None unless shown or zero."""
    scale = 10**indicator.decimals
    return {
        str(code): None if number is None else number / scale
        for code, number in zip(figures.areas.table["code"], figures.numbers, strict=True)
    }


def _chosen(
    rows: pd.DataFrame, now: Figures, ranked: Sequence[str], given: Collection[str] | None
) -> tuple[list[str], str]:
    """The areas of the chart: those given, else the most populous, else those with the highest figures."""
    if given is not None:
        return list(dict.fromkeys(given)), "given"
    persons = rows[
        is_code(rows["indicator"], "population")
        & is_code(rows["division"], now.areas.division)
        & is_code(rows["edition"], now.areas.edition)
        & is_code(rows["status"], Status.SHOWN)
    ]
    latest = persons[persons["year"] == persons["year"].max()] if not persons.empty else persons
    size = dict(zip(latest["area"].astype("str"), latest["value"], strict=True))
    if size:
        return sorted((code for code in ranked if code in size), key=lambda c: (-size[c], c))[:_LARGEST], "population"
    return list(ranked[:_LARGEST]), "value"


def _context(
    rows: pd.DataFrame, release: Release, now: Figures, chosen: Sequence[str]
) -> list[tuple[str, str, list[Figures]]]:
    """The areas that all chosen ones lie in, region, country or län, and their kommun when it is one: name and code."""
    divisions = set(rows["division"].astype("str"))
    found: list[tuple[str, str, list[Figures]]] = []
    for division in (*_WIDER, "kommun"):
        if division == now.areas.division or division not in divisions or len(found) == _MAX_CONTEXT:
            continue
        frames = figures_of_level(rows, release, division)
        above = frames[-1].areas
        codes = _owners(now.areas, division, above, chosen)
        if len(codes) == 1:
            names = dict(zip(above.table["code"], above.table["name"], strict=True))
            code = codes.pop()
            if code in names:
                found.append((str(names[code]), code, frames))
    return found


def _owners(areas: Areas, division: str, above: Areas, chosen: Sequence[str]) -> set[str]:
    if division in areas.table:
        parents = dict(zip(areas.table["code"], areas.table[division], strict=True))
        return {str(parents[code]) for code in chosen}
    # A region is the sum of what was given, and the country holds everything.
    return {str(above.table["code"].iloc[0])} if len(above) == 1 and division in ("region", "riket") else set()


def _values(
    rows: pd.DataFrame, code: str, frames: Sequence[Figures], years: Sequence[int], indicator: Indicator
) -> list[float | None]:
    """The figures of an area as its latest edition draws it, for each of ``years``."""
    areas = frames[-1].areas
    mine = rows[is_code(rows["division"], areas.division) & is_code(rows["area"], code)]
    by_edition = {
        str(edition): dict(zip(part["year"].tolist(), part["value"].tolist(), strict=True))
        for edition, part in mine.groupby("edition", observed=True)
    }
    here = by_edition.get(areas.edition, {})
    found: dict[int, float] = {}
    for frame in frames:
        other = frame.areas.edition != areas.edition and frame.year not in here
        if not other or _same_border(frame.areas, areas, code):
            values = by_edition.get(frame.areas.edition, {}) if other else here
            found[frame.year] = values.get(frame.year, math.nan)
    rounded = {year: float(round_half_away(value, indicator.decimals)) for year, value in found.items()}
    return [None if math.isnan(rounded.get(year, math.nan)) else rounded[year] for year in years]


def _same_border(before: Areas, after: Areas, code: str) -> bool:
    """Whether both editions have the area, with the same border to the centimetre."""
    found = [areas.table.geometry[(areas.table["code"] == code).to_numpy()].to_numpy() for areas in (before, after)]
    if any(len(shapes) == 0 or shapes[0] is None for shapes in found):
        return False
    first, second = (shapely.normalize(shapes[0]) for shapes in found)
    return bool(shapely.equals_exact(first, second, tolerance=_SAME))


def _on_chart(
    frames: Sequence[Figures], rows: pd.DataFrame, now: Figures, indicator: Indicator, language: Language
) -> list[Break]:
    """Breaks between the years of the chart; a change of edition is none where all years stand on the latest one."""
    here = rows[is_code(rows["division"], now.areas.division) & is_code(rows["edition"], now.areas.edition)]
    whole = set(here["year"]) >= {frame.year for frame in frames}
    found = breaks(frames, indicator, language)
    return [item for item in found if not (whole and item.kind == "edition")]
