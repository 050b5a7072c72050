"""Which column of a table holds the codes of an edition, told by its name or by what stands in it."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from gisintegration.areas import AreaDivision
from gisintegration.areas.codes import GRAMMAR, lost_zero, strip_suffix, well_formed

Edition = AreaDivision | str
# Of a column of codes this part at least is written as codes are: the others are told as wrong codes.
_MOST = 0.9


def code_column(
    frame: pd.DataFrame, edition: Edition, usual: Collection[str], *, never: Collection[str] = ()
) -> str | None:
    """The column of an edition's codes, None where it cannot be told.

    A column of a usual name, or named as the edition, unless it holds no code and one other column does, as where the
    names of areas stand beside their codes; without such a name the only column of codes.

    Parameters
    ----------
    usual
        Names, in lower case.
    never
        Columns that hold something else.

    Examples
    --------
    >>> key = pd.DataFrame({"RegSO_2020": ["Upplands Väsby (Bollstanäs)"], "RegSOkod_2020": ["0114R001"]})
    >>> code_column(key, "regso/2020", ["target"])
    'RegSOkod_2020'
    """
    key = edition if isinstance(edition, str) else edition.key
    names = [str(name) for name in frame.columns if str(name) not in never]
    wanted = (*usual, key.casefold(), key.replace("/", "_").casefold())
    named = [name for name in names if name.casefold() in wanted]
    named.sort(key=lambda name: wanted.index(name.casefold()))
    share = {name: share_of_codes(frame[name], edition) for name in names}
    if named and share[named[0]] > 0:
        return named[0]
    codes = [name for name in names if share[name] >= _MOST]
    return codes[0] if len(codes) == 1 else (named[0] if named else None)


def share_of_codes(column: pd.Series, edition: Edition) -> float:
    """The part of a column's values that are codes of an edition, by the grammar of its division, 0–1.

    Codes that lost a zero count. Of areas of one's own the codes themselves are compared; of a name alone nothing is
    known.

    Examples
    --------
    >>> share_of_codes(pd.Series(["0114A0010_DeSO2025", "totalt"]), "deso/2025")
    0.5
    """
    division = (edition if isinstance(edition, str) else edition.key).partition("/")[0]
    values = pd.Series(pd.unique(column)).dropna()
    texts = {strip_suffix(str(value).strip()) for value in values}
    if not texts:
        return 0.0
    if division in GRAMMAR:
        return sum(well_formed(division, text) or lost_zero(division, text) is not None for text in texts) / len(texts)
    return 0.0 if isinstance(edition, str) else len(texts & set(edition.codes)) / len(texts)
