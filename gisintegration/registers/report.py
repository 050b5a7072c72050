"""What was found in a register: rows in, rows rejected by reason, and how the file was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gisintegration.swedish import number

SMALL = 20


def masked(count: int) -> str:
    r"""A count as it may stand outside the internal log: 1–19 become ``<20``.

    Examples
    --------
    >>> masked(0), masked(19), masked(1234)
    ('0', '<20', '1\xa0234')
    """
    return f"<{SMALL}" if 0 < count < SMALL else number(count, 0)


def masked_all(counts: Mapping[str, int]) -> dict[str, int | str]:
    """Counts for a manifest: whole numbers, and ``"<20"`` for 1–19.

    Examples
    --------
    >>> masked_all({"rows": 40, "rejected": 3})
    {'rows': 40, 'rejected': '<20'}
    """
    return {name: f"<{SMALL}" if 0 < count < SMALL else count for name, count in counts.items()}


def masked_parts(parts: Mapping[str, int]) -> dict[str, int | str]:
    """Counts whose sum is told too: where one of 1–19 is masked, the largest is told as at least so many.

    Else the one would be what is left of the sum. What the largest is at least follows from what is told of the
    others, each masked one taken for 19; it is given as a multiple of 20.

    Examples
    --------
    >>> masked_parts({"located": 397, "unplaced": 3, "outside": 0})
    {'located': '≥380', 'unplaced': '<20', 'outside': 0}
    >>> masked_parts({"located": 400, "unplaced": 0})
    {'located': 400, 'unplaced': 0}
    """
    shown = masked_all(parts)
    if sum(parts.values()) < SMALL:
        return shown
    largest = max(parts, key=lambda name: parts[name])
    few = [count for name, count in parts.items() if name != largest and 0 < count < SMALL]
    if few:
        least = parts[largest] + sum(few) - (SMALL - 1) * len(few)
        shown[largest] = f"≥{max(least // SMALL * SMALL, 0)}"
    return shown


@dataclass(frozen=True)
class TableReport:
    """What became of the rows of one delivered table. All figures are exact: internal.

    Parameters
    ----------
    name
        The table, as the user gave it.
    rows
        Rows in, malformed lines included.
    rejected
        Rows refused, by reason. Each row is counted once, under its first reason in the contract's order.
    rejected_years
        The same rows by year; None where the year itself could not be read.
    unmatched
        Rows left out of a joined table, or persons without a row there, by reason. They are not rejected persons.
    examples
        Up to five failures a reason: ``row`` (counted from 1), ``column``, ``value``, ``what``.
    """

    name: str
    rows: int
    rejected: Mapping[str, int] = field(default_factory=dict)
    rejected_years: Mapping[int | None, int] = field(default_factory=dict)
    unmatched: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class ReadReport:
    """What reading a register found.

    Its text and its manifest show counts 1–19 as ``<20``, and the most common reason then as ``≥``; exact figures stand
    in ``internal`` only, which belongs in the run's internal log and nowhere else.

    Parameters
    ----------
    notes
        How the files were read (encoding, separator, decimal mark, coordinates), in words.
    internal
        One report a table, the population first, with exact figures.

    Examples
    --------
    >>> print(ReadReport(("read as cp1252",), (TableReport("p.csv", 100, {"age is empty": 3}),)))
    p.csv: 100 rows, <20 rejected
      age is empty: <20
    read as cp1252
    """

    notes: tuple[str, ...]
    internal: tuple[TableReport, ...]

    def __str__(self) -> str:
        lines = []
        for table in self.internal:
            lines.append(f"{table.name}: {plain(table.rows)} rows, {plain(sum(table.rejected.values()))} rejected")
            lines += [f"  {reason}: {plain(count)}" for reason, count in masked_parts(table.rejected).items()]
            lines += [f"  {reason}: {plain(count)}" for reason, count in table.unmatched.items()]
        return "\n".join([*lines, *self.notes])

    def manifest(self) -> dict[str, Any]:
        """Counts in and out for the run's manifest, 1–19 as ``"<20"``."""
        return {
            "tables": [
                {
                    "name": table.name,
                    **masked_all({"rows": table.rows}),
                    "rejected": masked_parts(table.rejected),
                    "unmatched": masked_all(table.unmatched),
                }
                for table in self.internal
            ],
            "notes": list(self.notes),
        }


def plain(count: int | str) -> str:
    """A count as text with common spaces; what is masked already stays."""
    return count if isinstance(count, str) else masked(count).replace("\N{NO-BREAK SPACE}", " ")
