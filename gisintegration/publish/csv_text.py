"""Figures and texts as cells of a CSV that Excel opens."""

from __future__ import annotations

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


def plain_cell(text: str) -> str:
    """A text that Excel does not take for a formula.

    Examples
    --------
    >>> plain_cell("=1+1"), plain_cell("0114A0010")
    ("'=1+1", '0114A0010')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
