"""Crosswalks from a key: old code, new code, and what part goes there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from gisintegration.areas import AreaDivision
from gisintegration.areas.codes import LEVELS, lost_zero, official_codes, parent_code, strip_suffix, suffix_edition
from gisintegration.areas.history import not_in_edition, other_edition
from gisintegration.areas.read import read_table
from gisintegration.change.crosswalk_columns import code_column
from gisintegration.change.crosswalk_editions import figure_codes
from gisintegration.change.crosswalk_select import named, selected
from gisintegration.change.crosswalk_table import shares
from gisintegration.errors import CodeError, InputError

Key = pd.DataFrame | str | Path
_OLD, _NEW, _WEIGHT = ("source", "old", "from", "gammal"), ("target", "new", "to", "ny"), ("weight", "vikt", "andel")
# A key's weights are written with a few decimals.
_ROUNDED = 1e-4
_WHERE = "The key"
_SHOWN_KOMMUNER = 3


def rows_of_key(key: Key, old: AreaDivision | str, new: AreaDivision | str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows of a crosswalk from a key.

    Parameters
    ----------
    key
        Frame, CSV or Parquet file: ``source``, ``target`` (or ``old``, ``new``, or columns named as the editions,
        ``deso_2018``) and, where an area is divided, ``weight``, summing to 1 an area.
    old, new
        The editions, or their keys.

    Raises
    ------
    InputError
        The key is empty, lacks a column or areas, or its weights are wrong.
    CodeError
        Codes are of another edition, or of two, or no codes.
    """
    frame = read_table(key)
    names = [str(name) for name in frame.columns]
    if frame.empty:
        raise InputError.empty_file(_WHERE if isinstance(key, pd.DataFrame) else key)
    first, second = _columns(frame, old, new)
    if missing := [wanted for found, wanted in ((first, _OLD[0]), (second, _NEW[0])) if found is None]:
        raise InputError.missing_columns(_WHERE, missing, names)
    weight = next((name for name in names if name.casefold() in _WEIGHT), None)
    rows = pd.DataFrame(
        {
            "source": codes_of(frame[first], _official(old), f"{_WHERE}, column {first}"),
            "target": codes_of(frame[second], _official(new), f"{_WHERE}, column {second}"),
            "weight": 1.0 if weight is None else _numbers(frame[weight], weight),
        }
    )
    rows, notes = _cut(rows, old, new)
    _refuse_twice(rows)
    _refuse_divided(rows, told=weight is not None)
    _refuse_lacking(rows["source"], old)
    off = rows.groupby("source")["weight"].transform("sum") - 1
    if abs(off).max() > 1e-12:
        notes = (*notes, f"Weights of the key were off 1 by up to {abs(off).max():.1g} an area.")
    rows["weight"] = shares(pd.factorize(rows["source"])[0].astype(np.int64), rows["weight"].to_numpy(np.float64))
    return rows, notes


def codes_of(column: pd.Series, edition: AreaDivision | str, where: str) -> list[str]:
    """Codes of an edition as text, its own suffix taken off.

    Raises
    ------
    CodeError
        A code is missing, a number, of another edition or of none, or names another edition in its suffix.

    Examples
    --------
    >>> codes_of(pd.Series(["0114A0010_DeSO2025"]), "deso/2025", "The key")
    ['0114A0010']
    """
    key = edition if isinstance(edition, str) else edition.key
    division, _, year = key.partition("/")
    values = column.tolist()
    texts = [value.strip() if isinstance(value, str) else "" for value in values]
    if wrong := [number for number, text in enumerate(texts) if not text]:
        zero = lost_zero(division, str(values[wrong[0]]))
        raise CodeError(
            f"{where}: {len(wrong)} codes are missing or no text.",
            hint=f"codes are text with leading zeros{f', as {zero}' if zero else ''}: read the column as text.",
            failures=[{"row": number + 1, "value": str(values[number])} for number in wrong],
        )
    named = {suffix for text in set(texts) if (suffix := suffix_edition(text))}
    if strange := sorted(named - {year}):
        raise CodeError(
            f"{where}: codes name edition {', '.join(strange)} in their suffix, and {key} was asked for.",
            hint=f"take the rows of edition {year} only, or name the edition that the codes are of.",
        )
    codes = [strip_suffix(text) for text in texts]
    _refuse_foreign(set(codes), edition, key, where)
    return codes


def _refuse_foreign(codes: set[str], edition: AreaDivision | str, key: str, where: str) -> None:
    division, _, year = key.partition("/")
    official = official_codes(key)
    known = set(official or ()) if isinstance(edition, str) else set(figure_codes(edition))
    wrong = sorted(codes - known) if known else []
    if not wrong:
        return
    of_another = other_edition(division, year, wrong)
    mixed = of_another and len(of_another) < len(codes)
    if of_another:
        place = f"{where} mixes codes of two editions" if mixed else where
        raise not_in_edition(division, year, of_another, where=place)
    outside = sorted(code for code in wrong if official and code in official)
    if len(outside) == len(wrong):
        raise CodeError(
            f"{where}: {len(wrong)} codes of {key} are not among the {len(known)} areas given.",
            hint="give the whole edition, or take the rows of these areas only.",
            failures=[{"code": code} for code in wrong],
        )
    zeros = {code: zero for code in wrong if (zero := lost_zero(division, code))}
    raise CodeError(
        f"{where}: {len(wrong)} codes are not in {key}.",
        hint="codes are text with leading zeros: read the column as text." if zeros else "check the codes.",
        failures=[{"code": code, **({"perhaps": zeros[code]} if code in zeros else {})} for code in wrong],
    )


def _columns(frame: pd.DataFrame, old: AreaDivision | str, new: AreaDivision | str) -> tuple[str | None, str | None]:
    """The columns of old and of new codes; neither is what the other is named."""
    keys = [(one if isinstance(one, str) else one.key).casefold() for one in (old, new)]
    theirs: list[set[str]] = [
        {str(name) for name in frame.columns if str(name).casefold() in (*usual, key, key.replace("/", "_"))}
        for usual, key in zip((_OLD, _NEW), keys, strict=True)
    ]
    first = code_column(frame, old, _OLD, never=theirs[1] - theirs[0])
    never = (theirs[0] - theirs[1]) | ({first} if first else set())
    return first, code_column(frame, new, _NEW, never=never)


def _official(edition: AreaDivision | str) -> AreaDivision | str:
    """What codes of a key may be of: the whole official edition, also where only some of its areas are given."""
    if isinstance(edition, str):
        return edition
    official = official_codes(edition.key)
    return edition.key if official and set(figure_codes(edition)) <= official else edition


def _cut(rows: pd.DataFrame, old: AreaDivision | str, new: AreaDivision | str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows of the old areas given.

    Raises
    ------
    CodeError
        None is in the key, they lead to areas that were not given, or to areas that others lead to as well.
    """
    notes: tuple[str, ...] = ()
    if not isinstance(old, str):
        key = old.key
        mine = rows["source"].isin(figure_codes(old))
        if not mine.any():
            raise CodeError(
                f"{_WHERE} has none of the {len(figure_codes(old))} areas of {key} that were given.",
                hint="they are of another part of the country than the key.",
                failures=[{"code": code} for code in figure_codes(old)],
            )
        if not mine.all():
            whole = (tuple(sorted(set(rows["source"]))), tuple(sorted(set(rows["target"]))))
            keys = (key, new if isinstance(new, str) else new.key)
            found = selected(rows, whole, set(rows.loc[mine, "source"]), partial="refuse", keys=keys)
            rows, notes = found.table.reset_index(drop=True), found.notes
    if not isinstance(new, str) and (outside := sorted(set(rows["target"]) - set(figure_codes(new)))):
        raise CodeError(
            f"{_WHERE}: {len(outside)} codes of {new.key} are not among the {len(figure_codes(new))} areas given.",
            hint="give the whole edition, or as old only the areas that lead to these.",
            failures=[{"code": code} for code in outside],
        )
    return rows, notes


def _numbers(column: pd.Series, name: str) -> pd.Series:
    numbers = pd.to_numeric(column.astype("str").str.replace(",", ".", regex=False), errors="coerce")
    wrong = numbers.isna() | (numbers < 0) | np.isinf(numbers)
    if wrong.any():
        raise InputError(
            f"{_WHERE}: {int(wrong.sum())} weights in {name} are missing, below 0 or no numbers.",
            hint="give the part of the old area that goes to the new, from 0 to 1.",
            failures=[{"row": int(row) + 1, "value": str(column.iloc[row])} for row in np.flatnonzero(wrong)],
        )
    return numbers.astype(np.float64)


def _refuse_twice(rows: pd.DataFrame) -> None:
    twice = rows[rows.duplicated(["source", "target"])]
    if len(twice):
        raise InputError(
            f"{_WHERE} has {len(twice)} pairs more than once.",
            hint="give each pair once, with its whole weight.",
            failures=[{"source": row.source, "target": row.target} for row in twice.drop_duplicates().itertuples()],
        )


def _refuse_divided(rows: pd.DataFrame, *, told: bool) -> None:
    sums = rows.groupby("source")["weight"].sum()
    off = sums[abs(sums - 1) > _ROUNDED]
    if off.empty:
        return
    if not told:
        raise InputError(
            f"{_WHERE} sends {len(off)} areas to several without saying what part goes where.",
            hint="add a column weight that sums to 1 an area, or make the crosswalk from places, target or area.",
            failures=[{"source": code, "targets": int(count)} for code, count in off.items()],
        )
    percent = "the weights are per cent: divide by 100" if np.allclose(off, 100, atol=1) else "complete the key"
    raise InputError(
        f"{_WHERE}: the weights of {len(off)} areas do not sum to 1.",
        hint=f"{percent}; what a key leaves out would be lost.",
        failures=[{"source": code, "sum": round(float(total), 6)} for code, total in off.items()],
    )


def _refuse_lacking(sources: pd.Series, old: AreaDivision | str) -> None:
    """Refuse a key that lacks areas of the edition, and tell whole kommuner as such."""
    key = old if isinstance(old, str) else old.key
    every = (official_codes(key) or frozenset()) if isinstance(old, str) else set(figure_codes(old))
    lacking = sorted(set(every) - set(sources))
    if not lacking:
        return
    division = key.split("/", 1)[0]
    owner = {code: parent_code(division, code, "kommun") if division in LEVELS else None for code in every}
    present = {owner[code] for code in set(sources) & set(every)}
    kommuner = sorted({kommun for code in lacking if (kommun := owner[code]) and kommun not in present})
    all_of = f", all of kommun {named(kommuner)}" if kommuner else ""
    covers = ", ".join(f'"{code}"' for code in sorted(code for code in present if code)[:_SHOWN_KOMMUNER])
    part = f': gi.load_areas("{key}", where={{"kommun": [{covers}{", …" if len(present) > _SHOWN_KOMMUNER else ""}]}})'
    raise CodeError(
        f"{_WHERE} lacks {len(lacking)} of the {len(every)} areas of {key}{all_of}.",
        hint="complete the key, or give as old only the areas that it covers"
        f"{part if kommuner and covers else ''} (--kommun).",
        failures=[{"code": code, **({"kommun": owner[code]} if owner[code] else {})} for code in lacking],
    )
