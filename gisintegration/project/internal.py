"""The run's internal log: exact counts, apart from what is published."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from gisintegration.project.folder import replacing
from gisintegration.project.made import Made
from gisintegration.project.manifest import write_manifest
from gisintegration.publish.words import identifier
from gisintegration.registers import ReadReport

_README = """INTERNT: FÅR INTE LÄMNAS UT
INTERNAL: MUST NOT BE RELEASED

Exakta antal, även små, och exempel på rader ur registret. Mappen hör till körningen, inte till det som publiceras.
Exact counts, small ones too, and examples of register rows. The folder belongs to the run, not to what is published.

Of a register, for the years that the run counted:
placed.csv     per edition, year and kommun of registration: how persons came to their areas (located, delivered,
               nearest, unplaced, outside), and how many stand in another kommun than they are registered in (mismatch)
reasons.csv    persons without a place, by reason
register.json  rows read and rejected, by table and reason, with examples
Of a recalculation:
crosswalk_*    the weights that figures were recalculated by
"""


def write_internal(folder: Path, release: str, made: Made) -> None:
    """Write the internal log of a run; what stood there is replaced in one step, unless nothing was counted anew.

    Parameters
    ----------
    release
        Id of the release that the log belongs to.
    """
    if made.read is not None and not made.placed and folder.is_dir():
        return  # nothing was counted: the log of the run that counted it stays
    with replacing(folder) as temporary:
        (temporary / "README.txt").write_text(_README, encoding="utf-8", newline="\n")
        if made.placed:
            _csv(pd.concat([one.internal for one in made.placed]), temporary / "placed.csv")
            _csv(pd.concat([one.reasons for one in made.placed]), temporary / "reasons.csv")
        if made.read is not None:
            _write_read(temporary / "register.json", made.read)
        for one in made.crosswalks:
            one.save(temporary / f"crosswalk_{identifier(one.source)}_{identifier(one.target)}.internal.parquet")
        write_manifest(temporary, {"release": release, "internal": True})


def _write_read(path: Path, read: ReadReport) -> None:
    tables = [
        {
            "name": Path(table.name).name,
            "rows": table.rows,
            "rejected": dict(table.rejected),
            "rejected_years": {str(year): count for year, count in table.rejected_years.items()},
            "unmatched": dict(table.unmatched),
            "examples": [{**example, "table": Path(str(example.get("table", ""))).name} for example in table.examples],
        }
        for table in read.internal
    ]
    text = json.dumps({"notes": list(read.notes), "tables": tables}, ensure_ascii=False, indent=1, default=str)
    path.write_text(f"{text}\n", encoding="utf-8", newline="\n")


def _csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, sep=";", index=False, lineterminator="\n", encoding="utf-8")
