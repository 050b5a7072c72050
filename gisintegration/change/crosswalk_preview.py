"""`preview_crosswalks`: several methods side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from gisintegration.areas import AreaDivision
from gisintegration.change.crosswalk_make import crosswalk
from gisintegration.change.crosswalk_table import POPULATION
from gisintegration.errors import InputError
from gisintegration.progress import ProgressOption, part, reporter


def preview_crosswalks(
    old: AreaDivision,
    new: AreaDivision,
    methods: Mapping[str, Mapping[str, Any]],
    *,
    tolerance: float = 1.0,
    progress: ProgressOption = None,
) -> pd.DataFrame:
    """Weights by several methods side by side, to choose between them before anything is recalculated.

    Parameters
    ----------
    old, new
        The editions.
    methods
        A name → the options of :func:`crosswalk`; ``method`` is the name itself where it is left out.

    Returns
    -------
    pandas.DataFrame
        Index ``source`` and ``target``: every pair of some method, sorted. A column of weights for each name (0 where
        the method sends nothing, NaN where the source has no rows in it), and ``largest_difference`` between two of
        them. Weights are those of ``population``, of the latest year. Raw if one of the methods is.

    Raises
    ------
    InputError
        No method was named, or one of them cannot be made.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> old = grid_areas(1, 1, division="district", origin=(0, 0), edition="1")
    >>> new = grid_areas(2, 2, division="district", origin=(0, 0), edition="2", size=500)
    >>> table = preview_crosswalks(old, new, {"area": {}, "homes": {"method": "points", "places": [[100, 100]]}})
    >>> table.head(1).reset_index(drop=True).to_dict("records")
    [{'area': 0.25, 'homes': 1.0, 'largest_difference': 0.75}]
    """
    if not methods:
        raise InputError(
            "No method was named.", hint='give for example {"area": {}, "target": {"weights": population}}.'
        )
    if "largest_difference" in methods:
        raise InputError("A method is called 'largest_difference', as a column is.", hint="give it another name.")
    report = reporter(progress)
    columns, known = {}, {}
    for number, (name, options) in enumerate(methods.items()):
        span = part(report, number / len(methods), (number + 1) / len(methods))
        made = crosswalk(old, new, **{"method": name, "tolerance": tolerance, "progress": span, **options})
        rows = made.rows(POPULATION, made.years[-1]).set_index(["source", "target"])["weight"]
        columns[name], known[name] = rows, set(rows.index.get_level_values("source"))
    table = pd.DataFrame(columns).sort_index()
    sources = table.index.get_level_values("source")
    for name in methods:
        table[name] = table[name].mask(table[name].isna() & sources.isin(known[name]), 0.0)
    weights = table[list(methods)]
    table["largest_difference"] = weights.max(axis=1) - weights.min(axis=1)
    return table
