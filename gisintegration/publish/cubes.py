"""A release as tables with dimensions, one for each subject and edition: what PX and JSON-stat files are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.formats import Frame
from gisintegration.publish.cells import (
    QUALITY,
    check_areas,
    is_code,
    is_recalculated,
    of_edition,
    outwards_each,
    positions,
)
from gisintegration.publish.cube_frame import Axes, frame_of
from gisintegration.publish.words import LANGUAGES, Language, distinct, identifier, layer_names
from gisintegration.swedish import round_half_away, sort_key
from gisintegration.tables import BREAKDOWNS, TOTAL, WORDS, Areas, Indicator, Release, Status

Layout = Literal["list", "apart"]
CELLS = 1_000_000
# Education stands apart where it is crossed with the others, as in SCB's tables; the order of the list is SCB's too.
_LISTED = ("age", "education", "background")
_STATUSES = tuple(Status)
_MARKS = np.array([WORDS[status].px for status in _STATUSES])
_TOLD = np.array([status in (Status.SHOWN, Status.ZERO) for status in _STATUSES])


@dataclass(frozen=True, eq=False)
class StatTable:
    """One table of a release.

    Parameters
    ----------
    name
        Of its file, without the ending: ``arbetsmarknad_deso_2025``.
    frame
        Its dimensions, texts and notes.
    rows
        Figures of the release in it; its other cells are none.
    """

    name: str
    frame: Frame
    rows: int
    _cells: _Cells

    def blocks(self, size: int = CELLS) -> Iterator[tuple[npt.NDArray[np.float64], npt.NDArray[np.str_]]]:
        """The cells as ``formats.write_px_blocks`` takes them: whole areas, about ``size`` cells at a time."""
        return self._cells.blocks(size)


@dataclass(frozen=True, eq=False)
class _Cells:
    """The cells that there are, by position; the others are missing where their kind is given, else cannot occur."""

    position: npt.NDArray[np.int64]
    figure: npt.NDArray[np.float64]
    mark: npt.NDArray[np.int8]
    absent: npt.NDArray[np.str_]
    areas: int

    def blocks(self, size: int) -> Iterator[tuple[npt.NDArray[np.float64], npt.NDArray[np.str_]]]:
        width = self.absent.size
        step = max(1, size // width)
        for first in range(0, self.areas, step):
            last = min(first + step, self.areas)
            marks = np.tile(self.absent, last - first)
            figures = np.full(marks.size, np.nan)
            here = slice(*np.searchsorted(self.position, [first * width, last * width]).tolist())
            at = self.position[here] - first * width
            figures[at] = self.figure[here]
            marks[at] = _MARKS[self.mark[here]]
            yield figures, marks


def stat_tables(
    release: Release,
    *,
    language: Language = "sv",
    layout: Layout = "list",
    region_suffix: bool = False,
    contact: str = "",
) -> Iterator[StatTable]:
    """The tables of a release: one for each subject and edition, its indicators as contents.

    Dimensions are areas; sex; the breakdowns; contents; years. Breakdowns that are never given together share one
    dimension, as SCB's list "Bakgrund" does; those that are crossed have one each. A cell without a row is ``missing``
    where others of its year, content and class have one, and cannot occur where none has. Remainders are no areas here.
    Where figures were recalculated by weights, lower and upper bound, standard error and exact share are contents too.

    Parameters
    ----------
    language
        The main language; the other stands beside it.
    layout
        ``list``: as above. ``apart``: a dimension for each breakdown.
    region_suffix
        Codes of DeSO and RegSO with their edition, as SCB writes them: ``0114A0010_DeSO2025``.
    contact
        Whom to ask; the organisation when not said.

    Raises
    ------
    InputError
        Figures for areas that their edition lacks.
    """
    rows = release.statistics
    check_areas(rows, release)
    layers = layer_names(release)
    languages: tuple[Language, ...] = (language, *(one for one in LANGUAGES if one != language))
    names: list[str] = []
    by_subject: dict[str, list[Indicator]] = {}
    for indicator in release.indicators.values():
        by_subject.setdefault(indicator.subject, []).append(indicator)
    for subject in sorted(by_subject, key=sort_key):
        of_subject = rows[np.isin(_codes(rows["indicator"]), _wanted(rows["indicator"], by_subject[subject]))]
        for key in sorted(layers):
            here = of_edition(of_subject, release.areas[key])
            here = here[_of_areas(here["area"], release.areas[key])]
            if here.empty:
                continue
            given = set(here["indicator"].unique())
            indicators = [one for one in by_subject[subject] if one.id in given]
            axes, cells = _table(here, release.areas[key], indicators, release, layout)
            frame = frame_of(
                axes, here, release, subject=subject, layer=layers[key], languages=languages, suffix=region_suffix,
                contact=contact,
            )  # fmt: skip
            names.append(distinct(f"{identifier(subject)}_{layers[key]}", names))
            yield StatTable(names[-1], frame, len(here), cells)


def _codes(column: pd.Series) -> npt.NDArray[np.int64]:
    return column.cat.codes.to_numpy().astype(np.int64)


def _wanted(column: pd.Series, indicators: Sequence[Indicator]) -> list[int]:
    return column.cat.categories.get_indexer(pd.Index([one.id for one in indicators])).tolist()


def _table(
    rows: pd.DataFrame, areas: Areas, indicators: Sequence[Indicator], release: Release, layout: Layout
) -> tuple[Axes, _Cells]:
    used = {name: [str(code) for code in rows[name].unique()] for name in BREAKDOWNS}
    groups = _groups(rows, layout)
    recalculated = is_recalculated(rows) & rows["value"].notna().to_numpy()
    unsure = {str(code) for code in rows["indicator"][recalculated].unique()}
    contents = tuple((one, part) for one in indicators for part in ("value", *(QUALITY if one.id in unsure else ())))
    axes = Axes(
        areas=areas,
        codes=_area_codes(areas),
        sexes=() if used["sex"] == [TOTAL] else _classes(used["sex"], "sex", release),
        groups=tuple((group, _list_of(group, used, release)) for group in groups),
        contents=contents,
        years=tuple(sorted(int(year) for year in rows["year"].unique())),
    )
    return axes, _cells(rows, axes, is_recalculated(rows))


def _of_areas(column: pd.Series, areas: Areas) -> npt.NDArray[np.bool_]:
    """Where a column's code is of an area, not of a remainder."""
    codes = _area_codes(areas)
    found: npt.NDArray[np.bool_] = positions(column, codes, range(1, len(codes) + 1)) > 0
    return found


def _area_codes(areas: Areas) -> tuple[str, ...]:
    pairs = zip(areas.table["code"], areas.table["kind"], strict=True)
    return tuple(sorted((str(code) for code, kind in pairs if kind != "remainder"), key=sort_key))


def _classes(used: Sequence[str], breakdown: str, release: Release) -> tuple[str, ...]:
    """Classes that occur: the total first, women before men, others as they are declared, unknown ones last."""
    declared = ["women", "men"] if breakdown == "sex" else list(release.labels.get(breakdown, {}))
    place = {code: at for at, code in enumerate(declared)}
    return tuple(sorted(used, key=lambda code: (code != TOTAL, place.get(code, len(place)), code)))


def _list_of(group: Sequence[str], used: Mapping[str, Sequence[str]], release: Release) -> tuple[tuple[str, str], ...]:
    classes = [(name, code) for name in group for code in _classes(used[name], name, release)]
    # The total of a list of several breakdowns is everybody, not all ages.
    owner = group[0] if len(group) == 1 else "background"
    return ((owner, TOTAL), *((name, code) for name, code in classes if code != TOTAL))


def _groups(rows: pd.DataFrame, layout: Layout) -> list[tuple[str, ...]]:
    """Breakdowns that stand in one dimension: those that are never given together."""
    broken = {name: ~is_code(rows[name], TOTAL) for name in _LISTED}
    found: list[list[str]] = []
    for name in (name for name in _LISTED if broken[name].any()):
        together = [
            group
            for group in found
            if layout == "list" and not any((broken[name] & broken[other]).any() for other in group)
        ]
        if together:
            together[0].append(name)
        else:
            found.append([name])
    return [tuple(group) for group in found]


def _cells(rows: pd.DataFrame, axes: Axes, recalculated: npt.NDArray[np.bool_]) -> _Cells:
    shape = axes.shape
    area = positions(rows["area"], axes.codes)
    inner = np.zeros(len(rows), dtype=np.int64)
    if axes.sexes:
        inner = positions(rows["sex"], axes.sexes)
    for group, classes in axes.groups:
        at = np.zeros(len(rows), dtype=np.int64)
        for name in group:
            lookup = {code: place for place, (owner, code) in enumerate(classes) if owner == name and code != TOTAL}
            at += positions(rows[name], list(lookup), list(lookup.values()))
        inner = inner * len(classes) + at
    first_of = {indicator.id: place for place, (indicator, part) in enumerate(axes.contents) if part == "value"}
    content = positions(rows["indicator"], list(first_of), list(first_of.values()))
    year = np.searchsorted(axes.years, rows["year"].to_numpy())
    status = positions(rows["status"], [str(one) for one in _STATUSES]).astype(np.int8)
    told = _TOLD[status]
    decimals = np.array([one.decimals for one, _ in axes.contents], dtype=np.float64)
    width = prod(shape[1:])
    places, figures, marks = [], [], []
    for offset, part in enumerate(("value", *QUALITY)):
        mine = np.ones(len(rows), np.bool_) if part == "value" else np.isin(content, axes.with_quality)
        scale = 10.0 ** decimals[content[mine]]
        figure = _part(rows, part, mine, scale)
        state = status[mine]
        keep = told[mine]
        if part != "value":
            # Of a figure that was not recalculated there is nothing to be unsure of.
            figure = np.where(recalculated[mine], figure, np.nan)
            state = np.where(keep & np.isnan(figure), np.int8(_STATUSES.index(Status.NOT_APPLICABLE)), state)
            state = np.where(keep & ~np.isnan(figure), np.int8(_STATUSES.index(Status.SHOWN)), state)
        cell = (inner[mine] * len(axes.contents) + content[mine] + offset) * len(axes.years) + year[mine]
        places.append(area[mine] * width + cell)
        figures.append(np.where(keep, figure, np.nan))
        marks.append(state)
    position = np.concatenate(places)
    order = np.argsort(position, kind="stable")
    absent = np.full(width, WORDS[Status.NOT_APPLICABLE].px, dtype=_MARKS.dtype)
    absent[position % width] = WORDS[Status.MISSING].px
    return _Cells(
        position[order], np.concatenate(figures)[order], np.concatenate(marks)[order], absent, len(axes.codes)
    )


def _part(
    rows: pd.DataFrame, part: str, mine: npt.NDArray[np.bool_], scale: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """A column as it is written: bounds rounded outwards, the exact share in per cent and downwards."""
    values = rows[part].to_numpy(dtype=np.float64)[mine]
    if part == "exact_share":
        return outwards_each(values * 100, 1.0, up=False)
    if part in ("lower", "upper"):
        return outwards_each(values, scale, up=part == "upper")
    return round_half_away(values * scale) / scale
