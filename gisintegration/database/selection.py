"""A part of a release, or of a table: fewer cells, the same figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.areas import AreaDivision, take
from gisintegration.database.asked import Asked, AskedYears, asked_parts, chosen
from gisintegration.errors import CodeError, InputError
from gisintegration.swedish import sort_key
from gisintegration.tables import BREAKDOWNS, TOTAL, ProtectedTable, Release, row_keys

PARTS = ("indicator", "division", "edition", "year")


def select_release(
    made: Release,
    where: Mapping[str, Asked] | None = None,
    *,
    areas: Asked | None = None,
    indicators: Asked | None = None,
    levels: Asked | None = None,
    years: AskedYears | None = None,
    breakdowns: bool = True,
) -> Release:
    """The figures of some areas, indicators, levels and years; None: all of them.

    Cells are left out, never changed, so that what remains is as protected as it was, and keeps the release's id.
    Names may have ``*`` for any text, and one text may hold several with commas between. Editions of which no figure
    is asked for are left out.

    Parameters
    ----------
    where
        Codes by division, ``{"kommun": ["1480"]}``: areas that lie in these. Divisions that do not lie in what is asked
        for (a region, of kommuner) are left out whole.
    areas
        Codes of the areas themselves, ``"0180*"``, on whatever level they are.
    indicators
        Ids, or subjects for all their indicators.
    levels
        Divisions, ``deso`` with all its editions, or one edition, ``deso/2025``.
    years
        ``2024``, ``"2018-2024"``, ``"2018-"``, ``"2018,2020"``, ``"*"``; ``"latest"`` (``"senaste"``, ``"9999"``): the
        latest that each indicator has on each division; ``"latest-4"``: its five latest.
    breakdowns
        False: totals and sexes only.

    Raises
    ------
    InputError
        No division of the release lies in a division named, or a name or year fits nothing.
    CodeError
        No area has one of the codes.

    Examples
    --------
    >>> from gisintegration.database.release import release
    >>> from gisintegration.disclosure import protect
    >>> from gisintegration.testing import example_raw, grid_areas
    >>> areas, counts = grid_areas(3, 2), {"numerator": [50] * 6, "denominator": [100] * 6}
    >>> tables = [example_raw(**counts, year=year) for year in (2021, 2022)]
    >>> made = release(protect(tables, "scb-share-rule"), areas={areas.key: areas})
    >>> select_release(made, areas="*10", years="latest").statistics[["area", "year"]].to_numpy().tolist()
    [['0114A0010', 2022]]
    """
    if not (indicators is None and levels is None and years is None):
        made = _in_parts(made, indicators=indicators, levels=levels, years=years)
    if where:
        made = _on_areas(made, _lying_in(made, where))
    if areas is not None:
        codes = sorted({str(code) for one in made.areas.values() for code in one.table["code"]}, key=sort_key)
        names = set(chosen(areas, codes, what="area", error=CodeError))
        found = {key: take(one, np.flatnonzero([code in names for code in one.codes])) for key, one in _whole(made)}
        made = _on_areas(made, found)
    if not breakdowns:
        keeps = [
            np.logical_and.reduce([table.table[name] == TOTAL for name in BREAKDOWNS[1:]]) for table in made.tables
        ]
        made = _with_rows(made, keeps)
    return made


def _in_parts(made: Release, *, indicators: Asked | None, levels: Asked | None, years: AskedYears | None) -> Release:
    numbers, found = [], []
    for table in made.tables:
        groups = table.table.groupby(list(PARTS), observed=True)
        numbers.append(groups.ngroup().to_numpy())
        found.append(groups.size().reset_index()[list(PARTS)].astype(dict.fromkeys(PARTS[:3], "str")))
    parts = pd.concat(found, ignore_index=True)
    subjects = {code: item.subject for code, item in made.indicators.items()}
    asked = asked_parts(parts, subjects=subjects, indicators=indicators, levels=levels, years=years)
    keeps = np.split(asked, np.cumsum([len(one) for one in found])[:-1])
    pairs = set(parts[asked][["division", "edition"]].itertuples(index=False, name=None))
    left = {key: one for key, one in made.areas.items() if (one.division, one.edition) in pairs}
    return _with_rows(replace(made, areas=left), [keep[at] for keep, at in zip(keeps, numbers, strict=True)])


def _lying_in(made: Release, where: Mapping[str, Asked]) -> dict[str, AreaDivision]:
    """Areas in all the conditions, of the editions that lie in every division named."""
    kept = {key: one for key, one in _whole(made) if all(name == one.division or name in one.parents for name in where)}
    if not kept:
        raise InputError(
            f"No division of the release lies in {' and '.join(where)}.", hint=f"it has {', '.join(made.areas)}."
        )
    codes: dict[str, set[str]] = {}
    for division, asked in where.items():
        own = {code for one in kept.values() for code in _codes(one, division) if code}
        codes[division] = set(chosen(asked, sorted(own, key=sort_key), what=division, error=CodeError))
    for division, names in codes.items():
        # A kommun that one edition lacks is no error: another edition has it.
        kept = {
            key: take(one, np.flatnonzero([code in names for code in _codes(one, division)]))
            for key, one in kept.items()
        }
    if not any(len(one) for one in kept.values()):
        raise CodeError(
            f"No area of the release lies in {' and in '.join(', '.join(sorted(one)) for one in codes.values())}.",
            hint="check that the kommun lies in the län.",
        )
    return kept


def _codes(areas: AreaDivision, division: str) -> list[str]:
    codes = areas.codes if division == areas.division else areas.parent(division)
    return ["" if code is None else str(code) for code in codes]


def _whole(made: Release) -> list[tuple[str, AreaDivision]]:
    for key, areas in made.areas.items():
        if not isinstance(areas, AreaDivision):
            raise InputError(f"The areas of {key} are no AreaDivision.", hint="open the release from its folder.")
    return list(cast("Mapping[str, AreaDivision]", made.areas).items())


def _on_areas(made: Release, areas: Mapping[str, AreaDivision]) -> Release:
    kept = {key: one for key, one in areas.items() if len(one)}
    keeps = []
    for table in made.tables:
        rows = table.table
        keep = np.zeros(len(rows), dtype=np.bool_)
        for one in kept.values():
            here = (rows["division"] == one.division) & (rows["edition"] == one.edition)
            keep |= (here & rows["area"].isin([str(code) for code in one.codes])).to_numpy()
        keeps.append(keep)
    return _with_rows(replace(made, areas=kept), keeps)


def _with_rows(made: Release, keeps: Sequence[npt.NDArray[np.bool_]]) -> Release:
    """Some rows of each table; tables of which none remains are left out, unless that were all of them."""
    tables = [select_rows(table, keep) for table, keep in zip(made.tables, keeps, strict=True)]
    return replace(made, tables=tuple(table for table in tables if len(table.table)) or tuple(tables[:1]))


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
