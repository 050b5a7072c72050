"""Which column of a layer holds its codes and names, whatever its publisher calls it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gisintegration.areas.codes import FORM, GRAMMAR, LEVELS, lost_zero, strip_suffix, well_formed
from gisintegration.areas.history import label
from gisintegration.errors import CodeError, InputError

_CODE_NAMES = {
    "deso": ("desokod", "deso", "desocode", "desoid", "kodeso"),
    "regso": ("regsokod", "regso", "regsocode", "regsoid"),
    "kommun": ("kommunkod", "komkod", "kommun", "kom", "knkod", "kommunnr", "municipalitycode", "kommunid"),
    "lan": ("lanskod", "lankod", "lan", "lnkod", "lansnr", "countycode", "lanid"),
    "riket": ("riket", "landskod", "rikskod"),
}
_NAME_NAMES = {
    "regso": ("regsonamn", "regso", "regsoname"),
    "kommun": ("kommunnamn", "komnamn", "knnamn", "kommun", "municipalityname"),
    "lan": ("lansnamn", "lannamn", "lnnamn", "lan", "countyname"),
}
_OWN_CODE = ("kod", "code", "omradeskod", "id", "omrade")
_OWN_NAME = ("namn", "name", "omradesnamn", "benamning")


@dataclass(frozen=True)
class Codes:
    """A column of codes as text, suffixes stripped, and which column it was."""

    column: str
    texts: list[str]
    suffixed: bool
    numeric: bool


def simple(column: str) -> str:
    """A column name without case, accents, signs and a year at its end.

    Examples
    --------
    >>> simple("KOM_KOD"), simple("RegSOkod_2025"), simple("Länskod")
    ('komkod', 'regsokod', 'lanskod')
    """
    plain = unicodedata.normalize("NFKD", column.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"(19|20)\d\d$", "", re.sub(r"[^a-z0-9]", "", plain))


def code_column(frame: pd.DataFrame, level: str, *, where: str, column: str | None = None) -> Codes:
    """The codes of a level: from the column named, or from the recognised column that holds most codes as written.

    Raises
    ------
    InputError
        The column named is not there, or none is recognised.
    CodeError
        Codes are missing, are numbers, have lost a leading zero, or are not written as the level's codes are.

    Examples
    --------
    >>> code_column(pd.DataFrame({"Deso": ["0114A0010"]}), "deso", where="a.gpkg").column
    'Deso'
    """
    available = [str(name) for name in frame.columns]
    if column is not None:
        if column not in available:
            raise InputError.missing_columns(where, [column], available)
        candidates = [column]
    else:
        candidates = _candidates(available, _CODE_NAMES.get(level, (simple(level), f"{simple(level)}kod", *_OWN_CODE)))
    if not candidates:
        raise InputError.missing_columns(
            where, [_CODE_NAMES.get(level, (level,))[0]], [f"{name}" for name in available]
        )
    best = max(candidates, key=lambda name: _share_written(frame[name], level))
    return _checked(frame[best], best, level, where=where)


def name_column(frame: pd.DataFrame, level: str, *, where: str, column: str | None, codes: str) -> list[str | None]:
    """Names of the areas: from the column named, or a recognised one; all None if there is none."""
    available = [str(name) for name in frame.columns]
    if column is not None and column not in available:
        raise InputError.missing_columns(where, [column], available)
    found = [column] if column else _candidates(available, _NAME_NAMES.get(level, () if level == "deso" else _OWN_NAME))
    for candidate in found:
        values = [None if pd.isna(value) else str(value).strip() or None for value in frame[candidate]]
        if column or (candidate != codes and not _are_codes(values)):
            return values
    return [None] * len(frame)


def recognised(frame: pd.DataFrame, level: str) -> str | None:
    """The column that holds well-formed codes of a level in every row, None if there is none.

    Examples
    --------
    >>> recognised(pd.DataFrame({"KOMMUNKOD": [114], "KOM_KOD": ["0114"]}), "kommun")
    'KOM_KOD'
    """
    for candidate in _candidates([str(name) for name in frame.columns], _CODE_NAMES.get(level, ())):
        if len(frame) and _share_written(frame[candidate], level) == 1.0:
            return candidate
    return None


def finest_level(frame: pd.DataFrame) -> str | None:
    """The finest official level whose codes the rows carry.

    Examples
    --------
    >>> finest_level(pd.DataFrame({"regsokod": ["0114R001"], "kommunkod": ["0114"]}))
    'regso'
    """
    return next((level for level in LEVELS if recognised(frame, level)), None)


def _candidates(available: Sequence[str], names: Sequence[str]) -> list[str]:
    """Columns with one of the names, in the order of the names and then as they stand."""
    return [column for name in names for column in available if simple(column) == name]


def _texts(values: pd.Series) -> list[str]:
    return ["" if pd.isna(value) else strip_suffix(str(value).strip()) for value in values]


def _share_written(values: Any, level: str) -> float:
    if not len(values):
        return 0.0
    if pd.api.types.is_numeric_dtype(values) and level in GRAMMAR:
        return 0.0
    return sum(well_formed(level, text) for text in _texts(values)) / len(values)


def _are_codes(values: Sequence[str | None]) -> bool:
    texts = [value for value in values if value]
    return bool(texts) and all(any(g.fullmatch(text) for g in GRAMMAR.values()) for text in texts)


def _checked(values: pd.Series, column: str, level: str, *, where: str) -> Codes:
    numeric = pd.api.types.is_numeric_dtype(values)
    texts = _texts(values)
    if numeric:
        texts = [text.removesuffix(".0") for text in texts]
    _refuse_missing(texts, column, where)
    if numeric and level in GRAMMAR:
        raise _numbers(texts, column, level, where)
    bad = [(row, text) for row, text in enumerate(texts, start=1) if not well_formed(level, text)]
    if bad:
        raise _badly_written(bad, column, level, where)
    raw = ["" if pd.isna(value) else str(value).strip() for value in values]
    return Codes(column, texts, suffixed=raw != texts and not numeric, numeric=bool(numeric))


def _refuse_missing(texts: Sequence[str], column: str, where: str) -> None:
    empty = [row for row, text in enumerate(texts, start=1) if not text]
    if empty:
        raise CodeError(
            f"{where}: {len(empty)} rows have no code in column {column}.",
            hint="give every area a code, or remove the rows.",
            failures=[{"row": row, "column": column} for row in empty],
        )


def _numbers(texts: Sequence[str], column: str, level: str, where: str) -> CodeError:
    failures = [
        {"row": row, "column": column, "value": text, "the code list says": lost_zero(level, text) or "no such code"}
        for row, text in enumerate(texts, start=1)
        if not well_formed(level, text)
    ]
    detail = f"{len(failures)} of them have lost a leading zero" if failures else "none has lost a zero here"
    return CodeError(
        f"{where}: column {column} holds numbers, and codes of {label(level)} are text ({FORM[level]}); {detail}.",
        hint=f"save column {column} as text with its leading zeros, or name another column with code=.",
        failures=failures,
    )


def _badly_written(bad: Sequence[tuple[int, str]], column: str, level: str, where: str) -> CodeError:
    zeros = [(row, text, fixed) for row, text in bad if (fixed := lost_zero(level, text))]
    if len(zeros) == len(bad):
        return CodeError(
            f"{where}: {len(bad)} codes in column {column} have lost their leading zero.",
            hint="keep the column as text where the file was made (spreadsheets drop zeros); nothing is filled in.",
            failures=[{"row": row, "code": text, "the code list says": fixed} for row, text, fixed in zeros],
        )
    return CodeError(
        f"{where}: {len(bad)} values in column {column} are not written as {label(level)} codes are ({FORM[level]}).",
        hint="correct the values, or name another column with code=, or another level=.",
        failures=[{"row": row, "value": text} for row, text in bad],
    )
