"""The crosswalk that a project file asks for: by a method and its weights, or from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gisintegration.areas import AreaDivision
from gisintegration.change import Crosswalk, crosswalk, load_crosswalk
from gisintegration.change.crosswalk_editions import boundary_hash
from gisintegration.change.crosswalk_open import read_places, read_weights
from gisintegration.errors import InputError, ProjectError
from gisintegration.project.parts import RecalculatePart
from gisintegration.project.settings import Project
from gisintegration.publish.cells import totals
from gisintegration.tables import ProtectedTable

_NEEDS = {
    "points": "a file of persons with x and y",
    "weights": "a layer of points or finer areas with a column of weights",
    "grid": "a GeoTIFF, or a table of squares",
    "table": "a key table with source, target and perhaps weight",
    "target": "a table of the new areas' population",
}
POPULATION = "population"


def made_crosswalk(
    project: Project, wanted: RecalculatePart, old: AreaDivision, new: AreaDivision, figures: ProtectedTable | None
) -> Crosswalk:
    """The crosswalk between two editions that ``[recalculate]`` asks for.

    Parameters
    ----------
    figures
        Published figures: for ``target`` without weights, the new areas' own population in their first year is taken
        from them.

    Raises
    ------
    ProjectError
        The method lacks its weights.
    InputError
        The weights cannot be used, or a saved crosswalk is of other editions or boundaries.
    """
    if wanted.crosswalk is not None:
        return _saved(project.resolve(wanted.crosswalk), old, new)
    method = wanted.method or ""
    options: dict[str, Any] = {"kinds": wanted.columns or None}
    if wanted.weights is not None and method == "points":
        found = read_places(project.resolve(wanted.weights), [], year=wanted.year_column, kinds=wanted.columns)
        points = np.column_stack([found.places.x, found.places.y])
        options = {"places": points, "kinds": dict(found.kinds) or None, "years": found.years}
    elif wanted.weights is not None:
        options["weights"] = read_weights(project.resolve(wanted.weights), method)
    elif method == "target" and figures is not None and (own := _own_population(figures, new)) is not None:
        options["weights"] = own
    elif method in _NEEDS:
        raise ProjectError(
            f'[recalculate] method "{method}" needs weights: {_NEEDS[method]}.',
            hint='name the file: weights = "…"; method "area" needs none.',
        )
    return crosswalk(old, new, method=method, **options)


def _saved(path: Path, old: AreaDivision, new: AreaDivision) -> Crosswalk:
    found = load_crosswalk(path)
    if (found.source, found.target) != (old.key, new.key):
        raise InputError(
            f"{path.name} leads from {found.source} to {found.target}, and {old.key} → {new.key} is asked for.",
            hint="name the crosswalk between these editions, or make it: gisintegration crosswalk.",
        )
    for areas, known in ((old, found.source_hash), (new, found.target_hash)):
        if known and known != boundary_hash(areas):
            raise InputError(
                f"{path.name} was made of other boundaries of {areas.key} than the project's.",
                hint="make it again from these boundaries (gisintegration crosswalk), or name that layer.",
            )
    return found


def _own_population(figures: ProtectedTable, new: AreaDivision) -> pd.Series | None:
    """The new areas' own population in the first year that is published for them, by code."""
    rows = totals(figures.table)
    mine = rows[
        (rows["indicator"] == POPULATION) & (rows["division"] == new.division) & (rows["edition"] == new.edition)
    ]
    mine = mine[mine["value"].notna()]
    if mine.empty:
        return None
    first = mine[mine["year"] == mine["year"].min()]
    return pd.Series(np.asarray(first["value"]), index=first["area"].astype("str").to_list(), name=POPULATION)
