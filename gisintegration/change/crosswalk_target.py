"""Crosswalk weights from the new areas' own population."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.areas import AreaDivision
from gisintegration.change.crosswalk_columns import code_column, share_of_codes
from gisintegration.change.crosswalk_editions import Editions
from gisintegration.change.crosswalk_key import codes_of
from gisintegration.change.crosswalk_layers import NAMES
from gisintegration.change.crosswalk_rows import Kind, Pairs
from gisintegration.change.crosswalk_table import ANY_YEAR, POPULATION
from gisintegration.errors import InputError

# What statistics call everybody, in lower case; 1+2 is both sexes together.
_TOTALS = ("totalt", "total", "tot", "samtliga", "alla", "båda könen", "1+2", "all", "both sexes")
_YEAR = ("year", "år", "ar", "tid", "time")
_MARKS = ("", ".", "..", "-", "–")
_SHOWN = 4
Floats = npt.NDArray[np.float64]


def count_target(
    editions: Editions, pairs: Pairs, population: Any, *, kinds: Mapping[str, str] | None
) -> tuple[dict[Kind, Floats], tuple[str, ...]]:
    """The new areas' own population, spread evenly over each one's ground within the old edition, by pair.

    Parameters
    ----------
    population
        Series by code, or a frame by code (its index, or a column ``code``) with a column for each kind.

    Returns
    -------
    tuple
        Amount of each pair, NaN where a new area's population is not known; and notes.

    Raises
    ------
    InputError
        New areas that a divided source touches are absent from the figures, or a figure is below 0.
    CodeError
        The figures are of another edition.
    """
    frame = by_code(population, editions.new, kinds)
    columns = frame.columns if kinds is None else list(kinds.values())
    if kinds is None:
        found = [name for name in columns if str(name).casefold() in NAMES] if len(columns) > 1 else list(columns)
        if len(found) != 1:
            raise InputError(
                "The figures of the new areas do not tell which column is their population.",
                hint=f'name it: kinds={{"{POPULATION}": "…"}}. Columns: {", ".join(map(str, columns)) or "none"}.',
            )
        kinds = {POPULATION: str(found[0])}
    elif missing := [str(name) for name in columns if name not in frame.columns]:
        raise InputError.missing_columns("The figures of the new areas", missing, [str(name) for name in frame.columns])
    divided = np.bincount(pairs.old, minlength=len(editions.old))[pairs.old] > 1
    codes = editions.new.codes[pairs.new]
    absent = sorted(set(codes[divided]) - set(frame.index))
    if absent:
        raise InputError(
            f"The figures lack {len(absent)} areas of {editions.new.key} that parts of divided areas go to.",
            hint="fetch the table for all of them; leave the figure empty where it is protected.",
            failures=[{"code": code} for code in absent],
        )
    ground = np.bincount(pairs.new, pairs.ground, minlength=len(editions.new))[pairs.new]
    density = np.divide(pairs.ground, ground, out=np.zeros(len(pairs.ground)), where=ground > 0)
    made: dict[Kind, Floats] = {}
    notes: list[str] = []
    for kind in [POPULATION, *(kind for kind in kinds if kind != POPULATION)]:
        if kind not in kinds:
            raise InputError(f"No column is named for '{POPULATION}'.", hint=f'add kinds={{"{POPULATION}": "…"}}.')
        figures = pd.to_numeric(frame[kinds[kind]], errors="coerce").reindex(codes).to_numpy(np.float64)
        if (below := figures < 0).any():
            raise InputError(
                f"{kinds[kind]} has figures below 0.",
                hint="give the population of each new area.",
                failures=[{"code": code} for code in sorted(set(codes[below]))],
            )
        if unknown := len(set(codes[divided & np.isnan(figures)])):
            notes.append(f"{kind}: {unknown} new areas have no figure; what touches them is divided by area.")
        made[kind, ANY_YEAR] = density * figures
    return made, tuple(notes)


def by_code(figures: Any, areas: AreaDivision, kinds: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Figures by code, the edition's suffix (``_DeSO2025``) taken off.

    Of a table with several rows a code, as of ages and sexes, those that are totals of every such column.

    Raises
    ------
    InputError
        They are no table by code, a code stands twice, or none is of the edition.
    CodeError
        Codes are of another edition.
    """
    if isinstance(figures, pd.Series):
        frame = figures.to_frame(str(figures.name or POPULATION))
    elif isinstance(figures, pd.DataFrame):
        frame = _by_codes(figures, areas, kinds or {})
    else:
        raise InputError(
            f"The figures of the new areas are {type(figures).__name__}.", hint="give a Series by code, or a frame."
        )
    if frame.empty:
        raise InputError("The figures of the new areas are empty.", hint="check the file and its filter.")
    frame = frame.set_axis(codes_of(frame.index.to_series(), areas, "The figures of the new areas"), axis=0)
    twice = sorted(set(frame.index[frame.index.duplicated()]))
    if twice:
        raise InputError(
            f"The figures of the new areas have {len(twice)} codes more than once.",
            hint=_what_differs(frame.loc[twice[0]], kinds or {}),
            failures=[{"code": code} for code in twice],
        )
    return frame


def _by_codes(figures: pd.DataFrame, areas: AreaDivision, kinds: Mapping[str, str]) -> pd.DataFrame:
    """A frame by its column of codes; of several rows a code those that every column of classes calls the total."""
    column = code_column(figures, areas, ("code", "area", areas.division), never=tuple(kinds.values()))
    if column is None:
        if not share_of_codes(figures.index.to_series(), areas):
            raise InputError(
                f"The figures of the new areas have no column of codes of {areas.key}.",
                hint=f"add it, named code. Columns: {', '.join(map(str, figures.columns))}.",
            )
        return figures
    frame = figures.set_index(column)
    classes = _classes(frame, kinds)
    if frame.index.has_duplicates:
        keep = np.ones(len(frame), dtype=np.bool_)
        for name in classes:
            total = np.asarray(frame[name].astype("str").str.strip().str.casefold().isin(_TOTALS), dtype=np.bool_)
            keep &= total if total.any() else True
        frame = frame[keep]
    return frame if frame.index.has_duplicates else frame.drop(columns=classes)


def _classes(frame: pd.DataFrame, kinds: Mapping[str, str]) -> list[str]:
    """Columns that say what a row is of, as sex, age and year, and are no figures."""
    return [
        str(name)
        for name in frame.columns
        if name not in kinds.values()
        and str(name).casefold() not in NAMES
        and (str(name).casefold() in _YEAR or not _figures(frame[name]))
    ]


def _figures(column: pd.Series) -> bool:
    """Whether a column holds figures, or marks for what is not known."""
    texts = column.dropna().astype("str").str.strip()
    return bool((pd.to_numeric(texts, errors="coerce").notna() | texts.isin(_MARKS)).all())


def _what_differs(rows: pd.DataFrame, kinds: Mapping[str, str]) -> str:
    """The hint on rows of one code: which columns tell them apart, and what they say."""
    differing = [name for name in _classes(rows, kinds) if len(pd.unique(rows[name])) > 1]
    if not differing:
        return "give one row for each area: one year, and both sexes together."
    told = "; ".join(f"{name}: {', '.join(map(str, pd.unique(rows[name])[:_SHOWN]))}" for name in differing)
    return f"keep one row for each area, the total of {' and '.join(differing)} ({told})."
