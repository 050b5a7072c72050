"""The row of a statistics table: its columns, their types and their order, the same in memory and in every file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.errors import InputError

SCHEMA_VERSION = "1"
TOTAL = "total"

BREAKDOWNS = ("sex", "background", "age", "education")
KEY = ("indicator", "division", "edition", "area", "year", *BREAKDOWNS)
FIGURES = ("numerator", "denominator", "value", "lower", "upper", "se")
MARKS = ("status", "reason", "method")
QUALITY = ("exact_share", "n_sources", "coordinate_type")
COLUMNS = (*KEY, *FIGURES, *MARKS, *QUALITY, "policy", "release")

CONTRIBUTORS = "contributors"
RAW_COLUMNS = (*KEY, "numerator", "denominator", "value", CONTRIBUTORS, "status", "method", *QUALITY)
# Of raw tables only recalculated ones have these: what is counted is exact.
RAW_BOUNDS = ("lower", "upper", "se")

_INTEGERS = {"year": np.int16, "n_sources": np.int32}
_REALS = {*FIGURES, CONTRIBUTORS, "exact_share"}


def conform(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """A frame with exactly ``columns``, texts as categories in sorted order, figures as float64.

    Rows keep their order; the index becomes 0…n-1.

    Raises
    ------
    InputError
        A column is missing, or not one of ``columns``.

    Examples
    --------
    >>> frame = conform(pd.DataFrame({"year": [2024], "area": ["0180"]}), ("area", "year"))
    >>> frame.dtypes.astype(str).to_dict()
    {'area': 'category', 'year': 'int16'}
    """
    wanted = list(columns)
    missing = [column for column in wanted if column not in frame.columns]
    if missing:
        raise InputError.missing_columns("The statistics table", missing, list(frame.columns))
    extra = [column for column in frame.columns if column not in wanted]
    if extra:
        raise InputError(
            f"The statistics table has columns that are not part of the row: {', '.join(extra)}.",
            hint=f"the row of schema version {SCHEMA_VERSION} is {', '.join(wanted)}.",
        )
    rows = frame.reset_index(drop=True)
    # Columns are not copied together: pandas copies one when it is written to.
    return pd.DataFrame({column: _typed(rows[column], column) for column in wanted}, columns=wanted, copy=False)


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order every file has: by the key columns, ascending; ``total`` before the classes of a breakdown.

    Examples
    --------
    >>> row = dict.fromkeys(KEY, "x") | {"year": 1}
    >>> in_order(pd.DataFrame([row | {"sex": "men"}, row | {"sex": "total"}])).sex.tolist()
    ['total', 'men']
    """
    keys = row_keys(frame)
    if (keys[1:] >= keys[:-1]).all():
        return frame.reset_index(drop=True)
    return frame.iloc[np.argsort(keys, kind="stable")].reset_index(drop=True)


def row_keys(frame: pd.DataFrame) -> npt.NDArray[np.int64]:
    """One whole number a row, that sorts as the key columns do; equal numbers mean the same cell twice.

    Examples
    --------
    >>> row = dict.fromkeys(KEY, "x") | {"year": 1}
    >>> b, a, again = row_keys(pd.DataFrame([row | {"area": "b"}, row | {"area": "a"}, row | {"area": "b"}]))
    >>> bool(a < b), bool(b == again)
    (True, True)
    """
    keys = np.zeros(len(frame), dtype=np.int64)
    room = 1
    for name in KEY:
        ranks, size = _ranks(frame[name], name)
        room *= size
        if room > np.iinfo(np.int64).max:
            raise InputError("The table is too large to sort.", hint="make one table for each level.")
        keys = keys * size + ranks
    return keys


def constant(value: str, rows: int) -> pd.Categorical[object]:
    """A column that says the same in every row.

    Examples
    --------
    >>> list(constant("deso", 2))
    ['deso', 'deso']
    """
    return coded(np.zeros(rows, dtype=np.int8), [value])


def coded(codes: np.ndarray, categories: Sequence[str]) -> pd.Categorical[object]:
    """A column of texts given as positions in ``categories``.

    Examples
    --------
    >>> list(coded(np.array([1, 0]), ["a", "b"]))
    ['b', 'a']
    """
    return cast("pd.Categorical[object]", pd.Categorical.from_codes(codes, dtype=_category(tuple(categories))))


@lru_cache(maxsize=256)
def _category(names: tuple[str, ...]) -> pd.CategoricalDtype:
    # Making one takes longer than the column of a small table; the codes of areas come again and again.
    return pd.CategoricalDtype(list(names))


def codes_in(column: pd.Series, categories: Sequence[str]) -> npt.NDArray[np.int16]:
    """Positions of a text column's values in ``categories``; -1 for a value that is not among them.

    Examples
    --------
    >>> codes_in(pd.Series(["b", "c"], dtype="category"), ["a", "b"]).tolist()
    [1, -1]
    """
    category = column.astype("category").cat
    position = {name: i for i, name in enumerate(categories)}
    lookup = np.array([position.get(str(name), -1) for name in category.categories] + [-1], dtype=np.int16)
    return lookup[category.codes.to_numpy()]


def _ranks(column: pd.Series, name: str) -> tuple[npt.NDArray[np.integer], int]:
    if name == "year":
        years = column.to_numpy(dtype=np.int64)
        first, last = (int(years.min()), int(years.max())) if len(years) else (0, 0)
        return years - first, last - first + 1
    category = column.astype("category").cat
    plain = name not in BREAKDOWNS or TOTAL not in category.categories
    if plain and category.categories.is_monotonic_increasing and not column.hasnans:
        return category.codes.to_numpy(), len(category.categories) + 1
    names = [str(value) for value in category.categories]
    order = sorted(range(len(names)), key=lambda i: (names[i] != TOTAL or name not in BREAKDOWNS, names[i]))
    rank = np.empty(len(names) + 1, dtype=np.int64)
    rank[order] = np.arange(len(names))
    rank[-1] = len(names)
    return rank[category.codes.to_numpy()], len(names) + 1


def _typed(column: pd.Series, name: str) -> pd.Series:
    if name in _INTEGERS:
        return column.astype(_INTEGERS[name])
    if name in _REALS:
        return column.astype(np.float64)
    category = column if isinstance(column.dtype, pd.CategoricalDtype) else column.astype("str").astype("category")
    return pd.Series(_canonical(category), index=column.index, name=name)


def _canonical(column: pd.Series) -> pd.Categorical[object]:
    """The same texts with only the categories that occur, in sorted order."""
    codes = column.cat.codes.to_numpy()
    names = [str(name) for name in column.cat.categories]
    occurs = np.bincount(codes[codes >= 0], minlength=len(names)) > 0
    if occurs.all() and column.dtype == _category(tuple(names)) and column.cat.categories.is_monotonic_increasing:
        return cast("pd.Categorical[object]", column.array)
    order = sorted(np.flatnonzero(occurs), key=names.__getitem__)
    place = np.full(len(names) + 1, -1, dtype=np.int32)
    place[order] = np.arange(len(order))
    return coded(place[codes], [names[i] for i in order])
