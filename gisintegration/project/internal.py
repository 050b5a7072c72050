"""The run's internal log: exact counts, apart from what is published."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from gisintegration.project.folder import replacing
from gisintegration.project.manifest import write_manifest
from gisintegration.registers import PlacementReport, ReadReport

_README = """INTERNT: FÅR INTE LÄMNAS UT
INTERNAL: MUST NOT BE RELEASED

Exakta antal, även små, och exempel på rader ur registret. Mappen hör till körningen, inte till det som publiceras.
Exact counts, small ones too, and examples of register rows. The folder belongs to the run, not to what is published.

placed.csv     per edition, year and kommun of registration: how persons came to their areas (located, delivered,
               nearest, unplaced, outside), and how many stand in another kommun than they are registered in (mismatch)
reasons.csv    persons without a place, by reason
register.json  rows read and rejected, by table and reason, with examples
"""


def write_internal(folder: Path, release: str, read: ReadReport, placed: Sequence[PlacementReport]) -> None:
    """Write the internal log of a run; what stood there before is replaced in one step.

    Parameters
    ----------
    release
        Id of the release that the log belongs to.
    """
    with replacing(folder) as temporary:
        (temporary / "README.txt").write_text(_README, encoding="utf-8", newline="\n")
        _csv(pd.concat([one.internal for one in placed]), temporary / "placed.csv")
        _csv(pd.concat([one.reasons for one in placed]), temporary / "reasons.csv")
        tables = [
            {
                "name": Path(table.name).name,
                "rows": table.rows,
                "rejected": dict(table.rejected),
                "rejected_years": {str(year): count for year, count in table.rejected_years.items()},
                "unmatched": dict(table.unmatched),
                "examples": [
                    {**example, "table": Path(str(example.get("table", ""))).name} for example in table.examples
                ],
            }
            for table in read.internal
        ]
        text = json.dumps({"notes": list(read.notes), "tables": tables}, ensure_ascii=False, indent=1, default=str)
        (temporary / "register.json").write_text(f"{text}\n", encoding="utf-8", newline="\n")
        write_manifest(temporary, {"release": release, "internal": True})


def _csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, sep=";", index=False, lineterminator="\n", encoding="utf-8")
