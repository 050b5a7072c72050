"""Codes that are wrong for one and the same reason, told as one fault; and tables of another edition or of two."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from gisintegration.areas.codes import EDITIONS, official_codes, strip_suffix
from gisintegration.areas.history import label
from gisintegration.reported.keys import Keys
from gisintegration.reported.mapping import Rows

_SINGLY = 5
_NAMED = 3
_KINDS: Mapping[str, str] = {
    r"has lost its leading zero": "have lost their leading zero",
    r"is of edition (\d{4}) by its suffix, and the mapping says (.+)": (
        "are of edition {0} by their suffix, and the mapping says {1}"
    ),
    r"has the suffix (.+), which the mapping does not name": "have the suffix {0}, which the mapping does not name",
    r"is new in edition (\d{4})": "are new in edition {0}",
    r"ended with edition (\d{4})": "ended with edition {0}",
}


def grouped(wrong: Sequence[tuple[int, str, str]], lines: npt.NDArray[np.int64], column: str) -> list[dict[str, str]]:
    """A fault a row; where more than five rows are wrong for one reason, one fault with the first of them.

    Parameters
    ----------
    wrong
        Row, text, what is wrong.
    lines
        The file's line of each row.
    column
        The column of areas.

    Examples
    --------
    >>> rows = [(n, f"114A00{n}0", f"has lost its leading zero: it was 0114A00{n}0") for n in range(1, 8)]
    >>> grouped(rows, np.arange(10), "deso")[0]["what"]
    'and 6 other rows have lost their leading zero (it was 0114A0010)'
    """
    kinds: dict[str, list[tuple[int, str, str]]] = {}
    for number, one in enumerate(wrong):
        kinds.setdefault(_kind(one[2]) or f"\n{number}", []).append(one)
    found = []
    for kind, rows in kinds.items():
        if kind.startswith("\n") or len(rows) <= _SINGLY:
            found += [
                {"line": str(lines[row]), "column": column, "text": text[:60], "what": what} for row, text, what in rows
            ]
            continue
        row, text, what = rows[0]
        reason = re.search(r": (it was .+)$|; (.+)$", what)
        said = f" ({reason[1] or reason[2]})" if reason else ""
        what = f"and {len(rows) - 1} other rows {kind}{said}"
        found.append({"line": str(lines[row]), "column": column, "text": text[:60], "what": what})
    return found


def _kind(what: str) -> str:
    """A reason that many rows may share, said of several; empty for others."""
    for pattern, words in _KINDS.items():
        if told := re.match(pattern, what):
            return words.format(*told.groups())
    return ""


def editions_mixed(keys: Keys, wrong: Iterable[str], said: Rows) -> str:
    """That a table is of another edition than the mapping says, or of two at once; empty where it is neither.

    Areas of both editions stand in as many rows as those of one edition alone, unless the table holds both editions.
    """
    editions = list(dict.fromkeys(said.editions.values()))
    if len(editions) != 1 or editions[0].split("/")[0] not in ("deso", "regso"):
        return ""
    division, edition = editions[0].split("/", 1)
    texts = [strip_suffix(" ".join(text.split())).split(" ")[0] for text in wrong]
    own = official_codes(editions[0]) or frozenset()
    rows = np.bincount(keys.rows[keys.rows >= 0], minlength=len(keys.units))
    given = {unit[2]: int(n) for unit, n in zip(keys.units, rows, strict=True) if unit[0] == division}
    name = label(division)
    for other in (one for one in EDITIONS[division] if one != edition):
        codes = official_codes(f"{division}/{other}") or frozenset()
        new = [text for text in texts if text in codes and text not in own]
        old = [code for code in given if code not in codes]
        if not new:
            continue
        if not old:
            return f"This is {name} {other}, not {name} {edition}: no code is of {edition} alone."
        once = max([*(texts.count(text) for text in new[:_NAMED]), *(given[code] for code in old)])
        twice = sum(n > once for code, n in given.items() if code in codes)
        also = f", and {twice} that both have stand twice" if twice else ""
        return (
            f"The editions {name} {edition} and {name} {other} are mixed: {len(set(new))} codes are of {other} alone, "
            f"{len(old)} of {edition} alone{also}."
        )
    return ""
