"""A part of a release: fewer areas, the same figures."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from gisintegration.areas import AreaDivision, select
from gisintegration.errors import CodeError, InputError
from gisintegration.tables import Release


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
        tables.append(replace(table, table=rows[keep]))
    return replace(made, tables=tuple(tables), areas=kept)


def _selected(areas: AreaDivision, where: Mapping[str, Collection[str]]) -> AreaDivision:
    """Areas in all the conditions; none of them (a kommun that this edition lacks) is no error here."""
    found = areas
    for division, codes in where.items():
        own = set(found.codes if division == found.division else found.parent(division))
        found = select(found, {division: [code for code in codes if code in own]})
    return found
