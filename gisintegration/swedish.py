"""How figures and names are written and sorted in Swedish, without the system's locale."""

from __future__ import annotations

import unicodedata

import numpy as np
import numpy.typing as npt

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
_AFTER_Z = {"å": "{1", "ä": "{2", "æ": "{2", "ö": "{3", "ø": "{3"}


def round_half_away(values: npt.ArrayLike, decimals: int = 0) -> npt.NDArray[np.float64]:
    """Round half away from zero: 0.05 → 0.1 and −0.5 → −1. NaN stays NaN.

    A half is recognised to within 1e-9, so that 12.25 computed as 12.249999999999998 is still a half.

    Examples
    --------
    >>> round_half_away([0.25, 2.5, -0.5], 1).tolist(), round_half_away([0.5, 1.5]).tolist()
    ([0.3, 2.5, -0.5], [1.0, 2.0])
    """
    scaled: npt.NDArray[np.float64] = np.asarray(values, dtype=np.float64) * 10.0**decimals
    result: npt.NDArray[np.float64] = np.copysign(np.floor(np.abs(scaled) + 0.5 + 1e-9), scaled) / 10.0**decimals
    return result


def number(value: float, decimals: int = 1) -> str:
    r"""A figure as Swedish text: 1 234,5 with no-break spaces and a true minus sign.

    Examples
    --------
    >>> number(1234.5), number(-0.04, 1), number(12, 0)
    ('1\xa0234,5', '0,0', '12')
    """
    rounded = float(round_half_away(value, decimals))
    text = f"{abs(rounded):,.{decimals}f}".replace(",", NO_BREAK_SPACE).replace(".", ",")
    return text if rounded >= 0 else MINUS + text


def sort_key(text: str) -> tuple[str, str]:
    """A key that sorts å, ä and ö last and other accents with their letter.

    Examples
    --------
    >>> sorted(["Örebro", "Åre", "Älmhult", "Zinkgruvan", "Alingsås"], key=sort_key)
    ['Alingsås', 'Zinkgruvan', 'Åre', 'Älmhult', 'Örebro']
    """
    folded = []
    for letter in unicodedata.normalize("NFC", text.casefold()):
        plain = _AFTER_Z.get(letter) or unicodedata.normalize("NFD", letter)[0]
        folded.append(plain)
    return "".join(folded), text
