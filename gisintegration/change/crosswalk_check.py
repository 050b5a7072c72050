"""Whether a crosswalk is whole: sums, areas that lead nowhere, areas that nothing leads to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gisintegration.areas.codes import plain_list

_NEARLY = 1e-12
_SHOWN = 5
_COLUMNS = ["what", "kind", "year", "area", "sum"]


@dataclass(frozen=True, eq=False)
class CrosswalkCheck:
    """What ``Crosswalk.verify`` found.

    Parameters
    ----------
    ok
        The weights of every source sum to 1 and no source is an orphan: recalculated totals equal the source's.
        Targets that nothing leads to do not make a crosswalk wrong: an area may be new.
    table
        One row a finding, sorted: ``what`` (``sum``: weights do not sum to 1, ``weight``: one is outside 0–1,
        ``orphan``: a source without rows, ``unreached``: a target that no source goes to, ``unknown``: a code that is
        in neither edition's list), ``kind``, ``year``, ``area`` (code), ``sum`` of its weights (NaN if none).
    orphans
        Sources without rows for some kind and year: their figures go nowhere.
    unreached
        Targets that no source leads to, for any kind and year.
    largest_error
        Largest distance of a source's sum of weights from 1.
    """

    ok: bool
    table: pd.DataFrame
    orphans: tuple[str, ...]
    unreached: tuple[str, ...]
    largest_error: float

    def __str__(self) -> str:
        lines = [f"Weights sum to 1 for every source with rows (largest error {self.largest_error:.1g})."]
        wrong = self.table[self.table["what"].isin(["sum", "weight", "unknown"])]
        if len(wrong):
            lines = [f"{len(wrong)} weights or codes are wrong, the first at {_codes(wrong['area'])}."]
        if self.orphans:
            lines.append(f"{len(self.orphans)} sources have no rows; their figures go nowhere: {_codes(self.orphans)}.")
            lines.append(
                "gi.recalculate refuses to lose them: complete the key or the areas, or leave them out by select()."
            )
        if self.unreached:
            lines.append(f"{len(self.unreached)} targets get nothing from any source: {_codes(self.unreached)}.")
        return "\n".join(lines)

    def __bool__(self) -> bool:
        return self.ok


def checked(table: pd.DataFrame, sources: Sequence[str], targets: Sequence[str]) -> CrosswalkCheck:
    """Check a crosswalk's rows against the codes of both editions."""
    findings = [*_sums(table), *_orphans(table, sources), *_unknown(table, sources, targets)]
    unreached = tuple(sorted(set(targets) - set(table.loc[table["weight"] > 0, "target"])))
    findings += [_finding("unreached", area=code) for code in unreached]
    found = pd.DataFrame(findings, columns=_COLUMNS).sort_values(_COLUMNS[:4], kind="stable", ignore_index=True)
    sums = table.groupby(["kind", "year", "source"])["weight"].sum()
    worst = float(np.abs(sums - 1).max()) if len(sums) else 0.0
    orphans = tuple(sorted(set(found.loc[found["what"] == "orphan", "area"])))
    return CrosswalkCheck(bool((found["what"] == "unreached").all()), found, orphans, unreached, worst)


def _sums(table: pd.DataFrame) -> list[dict[str, object]]:
    sums = table.groupby(["kind", "year", "source"])["weight"].sum()
    off = sums[~(np.abs(sums - 1) <= _NEARLY)]
    found = [_finding("sum", kind, year, area, float(total)) for (kind, year, area), total in off.items()]
    outside = table[~table["weight"].between(0, 1)]
    found += [
        _finding("weight", row["kind"], row["year"], row["source"], row["weight"]) for row in outside.to_dict("records")
    ]
    return found


def _orphans(table: pd.DataFrame, sources: Sequence[str]) -> list[dict[str, object]]:
    found = []
    for (kind, year), rows in table.groupby(["kind", "year"]):
        found += [_finding("orphan", kind, year, code) for code in sorted(set(sources) - set(rows["source"]))]
    return found or [_finding("orphan", area=code) for code in sources if table.empty]


def _unknown(table: pd.DataFrame, sources: Sequence[str], targets: Sequence[str]) -> list[dict[str, object]]:
    strange = sorted((set(table["source"]) - set(sources)) | (set(table["target"]) - set(targets)))
    return [_finding("unknown", area=code) for code in strange]


def _finding(
    what: str, kind: object = "", year: object = 0, area: object = "", total: object = np.nan
) -> dict[str, object]:
    return dict(zip(_COLUMNS, (what, kind, year, area, total), strict=True))


def _codes(codes: Sequence[str] | pd.Series) -> str:
    shown = [str(code) for code in codes][:_SHOWN]
    more = len(codes) - len(shown)
    return ", ".join(shown) + f" and {more} more" if more else plain_list(shown)
