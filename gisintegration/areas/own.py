"""The user's own areas without polygons: key tables (place → code) and groups (a named list of codes)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.areas.assemble import assemble, dissolve, objects
from gisintegration.areas.codes import official_codes, plain_list
from gisintegration.areas.division import AreaDivision
from gisintegration.areas.history import label, not_in_edition
from gisintegration.areas.levels import slug
from gisintegration.areas.read import read_table
from gisintegration.errors import CodeError, InputError


@dataclass(frozen=True, eq=False)
class KeyDivision:
    """Divisions that are told by a key of each place (property, address) instead of by polygons.

    A register is counted on them by its own column of the same key: ``positions(register_column, level)`` takes the
    part that :func:`gisintegration.locate.locate` has for polygons, −1 for keys that are not in the table.

    Parameters
    ----------
    key
        Name of the key column, as ``fastighetsnyckel``.
    table
        One row a key, sorted: the key, and a column of area codes for each level (None where it has none).
    divisions
        Level → its areas, without polygons; a coarser level is a parent of a finer when it never splits it.
    """

    key: str
    table: pd.DataFrame
    divisions: Mapping[str, AreaDivision]
    notes: tuple[str, ...] = field(default=())

    def positions(self, keys: npt.ArrayLike, level: str) -> npt.NDArray[np.int32]:
        """Row of each key's area in ``divisions[level].codes``, −1 where the key or its area is not known.

        Keys are compared as text, without blanks around them.

        Raises
        ------
        InputError
            The table has no such level.
        """
        if level not in self.divisions:
            raise InputError.unknown("level", level, self.divisions, where="the key table")
        rows = {code: row for row, code in enumerate(self.divisions[level].codes)}
        owner = {
            text: rows[code]
            for text, code in zip(self.table[self.key], self.table[level], strict=True)
            if isinstance(code, str)
        }
        return np.array([owner.get(_text(value) or "", -1) for value in np.asarray(keys, dtype=object)], dtype=np.int32)

    def __len__(self) -> int:
        return len(self.table)


def read_key(
    source: str | Path | pd.DataFrame,
    *,
    key: str,
    levels: Mapping[str, str] | Sequence[str],
    edition: str | int,
    names: Mapping[str, str] | None = None,
    years: tuple[int | None, int | None] = (None, None),
    title: Mapping[str, Mapping[str, str]] | None = None,
) -> KeyDivision:
    """Read a table that tells the area of each property or address, on one or several levels.

    Parameters
    ----------
    source
        CSV (UTF-8 or cp1252; semicolon, comma or tab), Parquet, or a frame. Codes and keys are text.
    key
        Column with the key of the place. Each key stands once, or with the same codes every time.
    levels
        Level → column, ``{"nyko4": "NYKO_4"}``, or just the columns when they are named as the levels.
    edition
        As of which date or year the key holds.
    names
        Level → column with the areas' names.
    years, title
        First and last data year; level → title by language.

    Raises
    ------
    InputError
        A column is missing, a key is missing, or one key has different codes in different rows.

    Examples
    --------
    >>> frame = pd.DataFrame({"fnr": ["1", "2", "3"], "nyko4": ["a1", "a2", "b1"], "nyko3": ["a", "a", "b"]})
    >>> own = read_key(frame, key="fnr", levels=["nyko4", "nyko3"], edition=2024)
    >>> own.positions(["3", "1", "9"], "nyko4").tolist(), dict(own.divisions["nyko4"].parents)
    ([2, 0, -1], {'nyko3': 'nyko3/2024'})
    """
    where = "the key table" if isinstance(source, pd.DataFrame) else Path(source).name
    columns = dict(levels) if isinstance(levels, Mapping) else {level: level for level in levels}
    if not columns:
        raise InputError(f"{where}: no level was named.", hint="pass levels=['nyko4', …].")
    frame = read_table(source)
    wanted = [key, *columns.values(), *(names or {}).values()]
    missing = [column for column in dict.fromkeys(wanted) if column not in frame.columns]
    if missing:
        raise InputError.missing_columns(where, missing, [str(column) for column in frame.columns])
    if frame.empty:
        raise InputError.empty_file(where)
    table = pd.DataFrame({column: _texts(frame[column]) for column in dict.fromkeys(wanted)}, dtype=object)
    _refuse_no_key(table, key, where)
    notes = _numbers(frame, [key, *columns.values()])
    unique = table.drop_duplicates()
    _refuse_two_codes(unique, key, list(columns.values()), where)
    if len(unique) < len(table):
        notes.append(f"{len(table) - len(unique)} rows repeat another row and were counted once.")
    unique = unique.drop_duplicates(key).sort_values(key, kind="stable").reset_index(drop=True)
    coded = pd.DataFrame(
        {key: unique[key]} | {level: unique[column] for level, column in columns.items()}, dtype=object
    )
    divisions = {
        level: _level(
            coded,
            level,
            list(columns),
            edition=str(edition),
            names=unique[names[level]] if names and level in names else None,
            years=years,
            title=(title or {}).get(level),
        )
        for level in columns
    }
    return KeyDivision(key, coded, divisions, tuple(notes))


def groups(areas: AreaDivision, named: Mapping[str, Sequence[str]]) -> AreaDivision:
    """Areas made of others by name: ``{"Mitt område": ["1480C1010", "1480C1020"]}``. Groups may overlap.

    Parameters
    ----------
    areas
        The edition whose codes are listed.
    named
        Name of the group → codes.

    Returns
    -------
    AreaDivision
        Division ``group``, edition ``deso-2025`` after that of ``areas``; the codes are the names in small letters.
        ``members`` lists each group's codes: overlapping groups are summed by it, not located. A group has a polygon
        when all its areas have one.

    Raises
    ------
    CodeError
        A code is not in the edition (told with what became of it), not among ``areas``, or listed twice in a group.
    InputError
        A group is empty, or two names give the same code.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> made = groups(grid_areas(2, 1), {"Mitt område": ["0114A0010", "0114A0020"]})
    >>> made.codes.tolist(), made.members["mitt-omrade"], made.geometry.area.tolist()
    (['mitt-omrade'], ('0114A0010', '0114A0020'), [2000000.0])
    """
    rows = {code: row for row, code in enumerate(areas.codes)}
    made: dict[str, str] = {}
    for name, codes in named.items():
        _check_group(areas, name, codes, rows)
        code = slug(name)
        if not code or code in made:
            other = f" as '{made[code]}' does" if code else ""
            raise InputError(f"Group '{name}' gives the code '{code}'{other}.", hint="give it another name.")
        made[code] = name
    if not made:
        raise InputError("No group was named.", hint='write for example "Mitt område" = ["1480C1010", "1480C1020"].')
    members = {code: tuple(sorted(named[name])) for code, name in made.items()}
    listed = [code for codes in members.values() for code in codes]
    polygons = areas.geometry.to_numpy()
    return assemble(
        "group",
        f"{areas.division}-{areas.edition}",
        list(made),
        objects([_union(polygons[[rows[code] for code in members[group]]]) for group in made]),
        names=list(made.values()),
        members=members,
        overlaps=len(set(listed)) < len(listed),
        display=_group_display(areas, [[rows[code] for code in members[group]] for group in sorted(made)]),
        years=areas.years,
        title={"sv": "Egna grupper av områden", "en": "Own groups of areas"},
        source=areas.source,
        licence=areas.licence,
    )


def _check_group(areas: AreaDivision, name: str, codes: Sequence[str], rows: Mapping[str, int]) -> None:
    where = f"group '{name}'"
    if isinstance(codes, str) or not len(codes):
        raise InputError(f"{where} has no list of codes.", hint=f"list the codes of its {label(areas.division)}.")
    twice = sorted({code for code in codes if list(codes).count(code) > 1})
    if twice:
        raise CodeError(f"{where} lists {plain_list(twice)} more than once.", hint="list each code once.")
    absent = [code for code in codes if code not in rows]
    official = official_codes(areas.key)
    wrong = [code for code in absent if official is not None and code not in official]
    if wrong:
        raise not_in_edition(areas.division, areas.edition, wrong, where=where)
    if absent:
        raise CodeError(
            f"{where}: {plain_list(sorted(absent))} not among the {len(areas)} areas given ({areas.key}).",
            hint="remove the code, or give the areas it belongs to.",
        )


def _union(polygons: npt.NDArray[np.object_]) -> object:
    return None if any(polygon is None for polygon in polygons) else dissolve(polygons)


def _group_display(areas: AreaDivision, members: Sequence[list[int]]) -> gpd.GeoSeries | None:
    if areas.display is None:
        return None
    drawn = areas.display.to_numpy()
    return gpd.GeoSeries(objects([_union(drawn[rows]) for rows in members]), crs=areas.display.crs)


def _level(
    coded: pd.DataFrame,
    level: str,
    every: Sequence[str],
    *,
    edition: str,
    names: pd.Series[Any] | None,
    years: tuple[int | None, int | None],
    title: Mapping[str, str] | None,
) -> AreaDivision:
    """The areas of one level of a key table, without polygons."""
    known = coded[level].notna()
    first = coded[known].drop_duplicates(level).sort_values(level, kind="stable")
    codes = first[level].tolist()
    above = [other for other in every if other != level and _nests(coded[known], level, other)]
    return assemble(
        level,
        edition,
        codes,
        objects([None] * len(codes)),
        names=None if names is None else names.loc[first.index].tolist(),
        columns={other: first[other].tolist() for other in above},
        years=years,
        title=dict(title) if title else {"sv": level, "en": level},
    )


def _nests(coded: pd.DataFrame, level: str, other: str) -> bool:
    """Whether each area of ``level`` lies in one area of ``other``, and ``other`` is the coarser."""
    owners = coded.groupby(level)[other].agg(lambda codes: len(set(codes)))
    return (
        bool((owners == 1).all())
        and coded[other].nunique() < coded[level].nunique()
        and bool(coded[other].notna().all())
    )


def _refuse_no_key(table: pd.DataFrame, key: str, where: str) -> None:
    empty = np.flatnonzero(table[key].isna())
    if len(empty):
        raise InputError(
            f"{where}: {len(empty)} rows have no {key}.",
            hint="give every row its key, or remove it.",
            failures=[{"row": int(row) + 1, "column": key} for row in empty],
        )


def _refuse_two_codes(unique: pd.DataFrame, key: str, columns: list[str], where: str) -> None:
    coded = unique[[key, *columns]].drop_duplicates()
    twice = coded[coded[key].duplicated(keep=False)].sort_values(key, kind="stable")
    if len(twice):
        raise InputError(
            f"{where}: {twice[key].nunique()} keys stand in several rows with different codes.",
            hint="a place lies in one area of each level: correct the table.",
            failures=[dict(zip(twice.columns, row, strict=True)) for row in twice.itertuples(index=False, name=None)],
        )


def _numbers(frame: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    return [
        f"Numbers in column {column} were taken as text."
        for column in dict.fromkeys(columns)
        if pd.api.types.is_numeric_dtype(frame[column])
    ]


def _texts(values: pd.Series) -> list[str | None]:
    return [_text(value) for value in values]


def _text(value: object) -> str | None:
    """A key or code as text; a whole number that a float column holds loses its ".0"."""
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NA:
        return None
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    return text or None
