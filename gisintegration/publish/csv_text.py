"""Figures and texts as cells of a CSV that Excel opens."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.publish.words import Language
from gisintegration.swedish import round_half_away

# A cell that begins with one of these is a formula to Excel.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def figure_text(value: float, decimals: int, language: Language) -> str:
    """A figure as a cell of a CSV, rounded half away from zero, with the language's decimal sign; "" for none.

    Examples
    --------
    >>> figure_text(0.25, 1, "sv"), figure_text(float("nan"), 1, "sv")
    ('0,3', '')
    """
    if pd.isna(value):
        return ""
    text = f"{float(round_half_away(value, decimals)):.{decimals}f}"
    return text.replace(".", ",") if language == "sv" else text


def formed(
    values: npt.NDArray[np.float64], decimals: int, language: Language, *, trimmed: bool = False
) -> npt.NDArray[np.object_]:
    """Figures as :func:`figure_text` has them, each different one formed once; ``trimmed``: without noughts at the end.

    Examples
    --------
    >>> formed(np.array([1.5, 1.5, np.nan]), 2, "sv").tolist(), formed(np.array([1.5]), 2, "sv", trimmed=True).tolist()
    (['1,50', '1,50', ''], ['1,5'])
    """
    positions, different = pd.factorize(values, use_na_sentinel=False)
    texts = [figure_text(value, decimals, language) for value in different.tolist()]
    if trimmed:
        texts = [text.rstrip("0").rstrip(",.") if "," in text or "." in text else text for text in texts]
    return np.array([*texts, ""], dtype=object)[positions]


def plain_cell(text: str) -> str:
    """A text that Excel does not take for a formula.

    Examples
    --------
    >>> plain_cell("=1+1"), plain_cell("0114A0010")
    ("'=1+1", '0114A0010')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def looked_up(column: pd.Series, words: Mapping[str, str]) -> npt.NDArray[np.object_]:
    """The words for each code, the code itself where there are none; never a formula to Excel.

    Examples
    --------
    >>> looked_up(pd.Series(["a", "=b"], dtype="category"), {"a": "A"}).tolist()
    ['A', "'=b"]
    """
    texts = [plain_cell(words.get(str(code), str(code))) for code in column.cat.categories]
    return np.array([*texts, ""], dtype=object)[column.cat.codes.to_numpy()]
