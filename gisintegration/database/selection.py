"""A part of a release, or of a table: fewer cells, the same figures."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.areas import AreaDivision, select
from gisintegration.errors import CodeError, InputError
from gisintegration.tables import ProtectedTable, Release, row_keys


def select_release(made: Release, where: Mapping[str, Collection[str]]) -> Release:
    """The figures of the areas that lie in some kommuner or län.

    Cells are left out, never changed, so that what remains is as protected as it was, and keeps the release's id.
    Divisions that do not lie in what is asked for (a region, of kommuner) are left out whole.

    Parameters
    ----------
    where
        Codes by division, ``{"kommun": ["1480"]}``.

    Raises
    ------
    InputError
        No division of the release lies in a division named.
    CodeError
        No area has one of the codes.
    """
    kept: dict[str, AreaDivision] = {}
    for key, areas in made.areas.items():
        if not isinstance(areas, AreaDivision):
            raise InputError(f"The areas of {key} are no AreaDivision.", hint="open the release from its folder.")
        if all(division == areas.division or division in areas.parents for division in where):
            kept[key] = _selected(areas, where)
    if not kept:
        raise InputError(
            f"No division of the release lies in {' and '.join(where)}.", hint=f"it has {', '.join(made.areas)}."
        )
    empty = {division: codes for division, codes in where.items() if not any(len(areas) for areas in kept.values())}
    if empty:
        raise CodeError(
            f"No area of the release lies in {', '.join(code for codes in empty.values() for code in codes)}.",
            hint="check the codes: they are text, with leading zeros.",
        )
    kept = {key: areas for key, areas in kept.items() if len(areas)}
    pairs = {(areas.division, areas.edition, code) for areas in kept.values() for code in areas.codes}
    tables = []
    for table in made.tables:
        rows = table.table
        keep = [key in pairs for key in zip(rows["division"], rows["edition"], rows["area"], strict=True)]
        tables.append(select_rows(table, np.array(keep, dtype=np.bool_)))
    return replace(made, tables=tuple(tables), areas=kept)


def select_rows(table: ProtectedTable, keep: npt.NDArray[np.bool_] | pd.Series) -> ProtectedTable:
    """Some rows of a protected table, with the indicators that are left. Cells are left out, never changed."""
    rows = table.table[np.asarray(keep, dtype=np.bool_)]
    named = {str(name) for name in rows["indicator"].unique()}
    return replace(table, table=rows, indicators={key: item for key, item in table.indicators.items() if key in named})


def stack_tables(tables: Sequence[ProtectedTable]) -> tuple[ProtectedTable, npt.NDArray[np.int64]]:
    """Protected tables under one policy as one; a cell that an earlier one has is left out of a later.

    Returns
    -------
    tuple
        The table, and how many cells of each were left out.

    Raises
    ------
    InputError
        They are under different policies, or there is none.
    """
    policies = {policy for table in tables for policy in table.stamps}
    if len(policies) != 1:
        raise InputError(
            f"The tables are under {len(policies)} policies: {', '.join(sorted(policies)) or 'none'}.",
            hint="put tables under the same policy together.",
        )
    texts = [str(name) for name in tables[0].table.select_dtypes("category")]
    frames = [table.table.astype(dict.fromkeys(texts, "str")) for table in tables]
    whole = pd.concat(frames, ignore_index=True)
    of = np.repeat(np.arange(len(tables)), [len(frame) for frame in frames])
    twice = pd.Series(row_keys(whole)).duplicated().to_numpy()
    labels: dict[str, dict[str, Mapping[str, str]]] = {}
    for table in tables:
        for breakdown, classes in table.labels.items():
            labels.setdefault(breakdown, {}).update(classes)
    made = replace(
        tables[0],
        table=whole[~twice],
        indicators={key: item for table in reversed(tables) for key, item in table.indicators.items()},
        labels=labels,
        source="; ".join(dict.fromkeys(table.source for table in tables if table.source)),
        notes=tuple({tuple(note.items()): note for table in tables for note in table.notes}.values()),
    )
    return made, np.bincount(of[twice], minlength=len(tables)).astype(np.int64)


def _selected(areas: AreaDivision, where: Mapping[str, Collection[str]]) -> AreaDivision:
    """Areas in all the conditions; none of them (a kommun that this edition lacks) is no error here."""
    found = areas
    for division, codes in where.items():
        own = set(found.codes if division == found.division else found.parent(division))
        found = select(found, {division: [code for code in codes if code in own]})
    return found
