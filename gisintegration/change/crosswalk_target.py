"""Crosswalk weights from the new areas' own population."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.areas import AreaDivision
from gisintegration.change.crosswalk_editions import Editions
from gisintegration.change.crosswalk_key import codes_of
from gisintegration.change.crosswalk_layers import NAMES
from gisintegration.change.crosswalk_rows import Kind, Pairs
from gisintegration.change.crosswalk_table import ANY_YEAR, POPULATION
from gisintegration.errors import InputError

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
    frame = by_code(population, editions.new)
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


def by_code(figures: Any, areas: AreaDivision) -> pd.DataFrame:
    """Figures by code, the edition's suffix (``_DeSO2025``) taken off.

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
        column = next(
            (name for name in figures.columns if str(name).casefold() in ("code", "area", areas.division)), None
        )
        frame = figures if column is None else figures.set_index(column)
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
            hint="give one year, and both sexes together.",
            failures=[{"code": code} for code in twice],
        )
    return frame
