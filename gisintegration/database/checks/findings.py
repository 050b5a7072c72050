"""The findings of a validation, gathered check by check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.database.checks.blocks import EVERYONE, Block, Cell
from gisintegration.database.checks.texts import CHECKS
from gisintegration.swedish import MINUS, NO_BREAK_SPACE, number, round_half_away
from gisintegration.tables import BREAKDOWNS, TOTAL

COLUMNS = (
    "severity",
    "check",
    "indicator",
    "division",
    "edition",
    "area",
    "year",
    *BREAKDOWNS,
    "cells",
    "what",
    "do",
    "what_sv",
    "do_sv",
)
SEVERITIES = ("error", "warning", "note")
# Of one check on one indicator and edition so many are told one by one; of the rest their number.
LISTED = 20


class Findings:
    """What the checks have found, and how much they looked at."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.compared: Counter[str] = Counter()
        self._told: Counter[tuple[str, str, str, str]] = Counter()
        self._rest: Counter[tuple[str, str, str, str]] = Counter()

    def looked(self, check: str, cells: int) -> None:
        """Count what a check has looked at."""
        self.compared[check] += int(cells)

    def add(
        self,
        check: str,
        severity: str,
        *,
        indicator: str = "",
        key: str = "",
        area: str = "",
        year: int | None = None,
        cell: Cell = EVERYONE,
        cells: int = 1,
        text: str = "",
        **words: Any,
    ) -> None:
        """Add one finding; ``words`` fill the check's sentence, those given by language are a mapping."""
        division, _, edition = key.partition("/")
        said = CHECKS[text or check].what
        self.rows.append(
            {
                "severity": severity,
                "check": check,
                "indicator": indicator,
                "division": division,
                "edition": edition,
                "area": area,
                "year": year,
                **dict(zip(BREAKDOWNS, cell, strict=True)),
                "cells": int(cells),
                "what": said["en"].format(**_in("en", words)),
                "do": CHECKS[check].do["en"],
                "what_sv": said["sv"].format(**_in("sv", words)),
                "do_sv": CHECKS[check].do["sv"],
            }
        )

    def add_cells(
        self, check: str, severity: str, block: Block, at: npt.NDArray[np.intp], say: Callable[[int], Mapping[str, Any]]
    ) -> None:
        """Add a finding for each cell of a block, the first of them one by one.

        Parameters
        ----------
        at
            Places in the block's grid.
        say
            Position in ``at`` → the words of the sentence.
        """
        of = check, severity, block.indicator.id, block.key
        room = max(LISTED - self._told[of], 0)
        for i, place in enumerate(at[:room]):
            cell, year, area = np.unravel_index(place, block.shape)
            self.add(
                check,
                severity,
                indicator=block.indicator.id,
                key=block.key,
                area=str(block.codes[area]),
                year=int(block.years[year]),
                cell=block.classes[cell],
                **say(i),
            )
        self._told[of] += min(len(at), room)
        self._rest[of] += max(len(at) - room, 0)

    def frame(self) -> pd.DataFrame:
        """Findings as a table: errors first, then by check, indicator, edition, year and area."""
        for (check, severity, indicator, key), cells in self._rest.items():
            if cells:
                self.add(check, severity, indicator=indicator, key=key, cells=cells, text="more", n=Number(cells, 0))
        self._rest.clear()
        frame = pd.DataFrame(self.rows, columns=list(COLUMNS))
        order = {name: i for i, name in enumerate([*SEVERITIES, *CHECKS])}
        frame["year"] = frame["year"].astype("Int16")
        sort = frame.assign(
            severity=frame["severity"].map(order).astype("int64"),
            check=frame["check"].map(order).astype("int64"),
            more=frame["what"].str.startswith("…") if len(frame) else False,
            year=frame["year"].fillna(0),
        ).sort_values(
            ["severity", "check", "indicator", "division", "edition", "more", "year", "area", *BREAKDOWNS, "what"],
            kind="stable",
        )
        texts = [name for name in COLUMNS if name not in ("year", "cells")]
        return frame.loc[sort.index].reset_index(drop=True).astype(dict.fromkeys(texts, "str") | {"cells": "int64"})


class Number:
    """A figure in a sentence, written as each language writes figures."""

    def __init__(self, value: float, decimals: int = 1) -> None:
        self.value, self.decimals = float(value), decimals

    def text(self, language: str) -> str:
        """As text.

        Examples
        --------
        >>> Number(-12.5).text("en"), Number(float("nan")).text("sv")
        ('−12.5', '–')
        """
        if np.isnan(self.value):
            return "–"
        if np.isinf(self.value):
            return ("" if self.value > 0 else MINUS) + "∞"
        if language == "sv":
            return number(self.value, self.decimals)
        rounded = float(round_half_away(self.value, self.decimals))
        written = f"{abs(rounded):,.{self.decimals}f}".replace(",", NO_BREAK_SPACE)
        return written if rounded >= 0 else MINUS + written


def names(codes: Sequence[str], shown: int = 10) -> str:
    """A list of codes as words, the first of them and how many more.

    Examples
    --------
    >>> names(["a", "b", "c"], 2)
    'a, b +1'
    """
    return ", ".join(codes[:shown]) + (f" +{len(codes) - shown}" if len(codes) > shown else "")


def class_of(cell: Cell) -> str:
    """A cell's classes as one text, empty for everyone.

    Examples
    --------
    >>> class_of(("women", "total", "20-24", "total"))
    'women, 20-24'
    """
    return ", ".join(name for name in cell if name != TOTAL)


def _in(language: str, words: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: word.text(language) if isinstance(word, Number) else word[language] if isinstance(word, Mapping) else word
        for name, word in words.items()
    }
