"""What a run or a check found, as tables for people and as data for programs. Counts 1–19 are shown as <20."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

import gisintegration as gi

_HOW = ("located", "delivered", "nearest", "unplaced", "outside", "rejected")
_STATUSES = ("shown", "zero", "protected", "missing", "not_applicable", "did_not_exist")


def run_result(made: gi.Run) -> dict[str, Any]:
    """A run as data."""
    return {
        "release": made.release.id,
        "number": made.info.number,
        "new": made.new,
        "changed": dict(made.info.changed),
        "counted": {str(year): count for year, count in made.counted.items()},
        "reused": made.reused,
        "validation": made.validation.counts,
        "store": str(made.store.folder),
        "folder": str(made.folder),
        "internal": str(made.internal),
        "files": list(made.files),
        "rows": made.rows,
        "levels": made.table,
        "delivered": {key: list(codes) for key, codes in made.delivered.items()},
        "recalculated": [dict(row) for row in made.recalculated],
        "breaks": made.breaks.to_dict("records"),
        "messages": list(made.messages),
    }


def run_summary(made: gi.Run) -> Iterator[RenderableType]:
    """A run in tables: rows, levels, areas without a border, and where the files are."""
    if made.rows:
        yield _rows(made)
    yield _levels(made)
    if made.recalculated:
        yield _recalculated(made)
    if len(made.breaks):
        yield _breaks(made)
    for key, codes in made.delivered.items():
        if not key.startswith("deso/"):
            continue
        yield Text(f"{key}: {len(codes)} areas have no known border; counted by the delivered code: {', '.join(codes)}")
    for message in made.messages:
        yield Text(message)
    for stamp in made.release.stamps.values():
        yield Text(stamp["en"])
    yield Text(f"Validation: {made.validation.summary}.")
    yield _files(made)
    yield Text(release_line(made))


def release_line(made: gi.Run) -> str:
    """Which release it is, what changed in it, and what was counted for it."""
    changed = made.info.changed
    told = ", ".join(f"{_count(changed[name])} {name}" for name in ("added", "changed", "removed") if changed[name])
    parts = made.reused + sum(made.counted.values())
    counted = ", ".join(str(year) for year in made.counted) or "nothing"
    work = f" Counted now: {counted}; {_count(made.reused)} parts were in the store." if parts else ""
    if not made.new:
        return f"Nothing is new: release {made.info.number} ({made.release.id}) says the same.{work}"
    return f"Release {made.info.number} ({made.release.id}): {told}.{work}"


def check_table(found: gi.ProjectCheck) -> Table:
    """A check, one row a finding."""
    table = Table(title=f"{found.path}", title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
    marks = {"ok": "ok", "note": "-", "wrong": "WRONG"}
    for finding in found.findings:
        lines = [finding.what]
        lines += ["  " + ", ".join(f"{k}: {v}" for k, v in failure.items()) for failure in finding.failures[:20]]
        if len(finding.failures) > 20:
            lines.append(f"  … and {len(finding.failures) - 20} more")
        if finding.hint:
            lines.append(f"Hint: {finding.hint}")
        table.add_row(marks[finding.level], finding.where, Text("\n".join(lines)))
    return table


def areas_table(rows: list[dict[str, Any]]) -> Table:
    """Editions of the catalogue."""
    table = _table("Editions in the catalogue", ("edition", "title", "years", "areas"), right=("areas",))
    table.add_column("bundled")
    for row in rows:
        table.add_row(row["edition"], row["title"], row["years"], str(row["areas"]), str(row["bundled"] or ""))
    return table


def _rows(made: gi.Run) -> Table:
    table = _table("Rows in = " + " + ".join(_HOW), ("edition", "year", "rows", *_HOW, "other kommun"), right=("*",))
    for row in made.rows:
        counts = [_count(row[name]) for name in ("rows", *_HOW, "mismatch")]
        table.add_row(str(row["edition"]), str(row["year"]), *counts)
    return table


def _levels(made: gi.Run) -> Table:
    present = [status for status in _STATUSES if any(row.get(status) for row in made.table)]
    table = _table("Figures by level", ("level", "areas", "years", "cells", *present), right=("*",))
    for row in made.table:
        counts = [_count(row.get(status, 0)) for status in present]
        table.add_row(row["level"], _count(row["areas"]), row["years"], _count(row["cells"]), *counts)
    return table


def _recalculated(made: gi.Run) -> Table:
    table = _table(
        "Recalculated, exact where whole areas are summed",
        ("from", "to", "method", "areas", "cells", "exact"),
        right=("areas", "cells", "exact"),
    )
    for row in made.recalculated:
        counts = (f"{_count(row['sources'])} → {_count(row['targets'])}", _count(row["cells"]), _count(row["exact"]))
        table.add_row(row["source"], row["target"], row["method"], *counts)
    return table


def _breaks(made: gi.Run) -> Table:
    table = _table("Breaks in the series", ("year", "kind", "indicator", "what"))
    for row in made.breaks.to_dict("records"):
        table.add_row(str(row["year"]), str(row["kind"]), str(row["indicator"] or "all"), str(row["en"]))
    return table


def _files(made: gi.Run) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    folder = _near(made.folder)
    own = [name for name in made.files if not name.startswith(("validation/", "metadata/"))]
    csv = [name for name in own if name.endswith(".csv")]
    rows = [
        *(("Layers (QGIS)", name) for name in own if name.endswith(".gpkg")),
        *(("Maps (browser)", name) for name in own if name.endswith(".html")),
        *(("Table of everything", name) for name in own if name.endswith(".parquet") and "/" not in name),
        *([("Tables (Excel)", f"{csv[0].rpartition('/')[0]} ({len(csv)} files)")] if csv else []),
        ("Manifest", "manifest.json"),
    ]
    for number, (kind, name) in enumerate(rows):
        table.add_row(kind if number == 0 or rows[number - 1][0] != kind else "", f"{folder}/{name}")
    table.add_row("Validation", f"{folder}/validation/validation.html")
    table.add_row("Releases", f"{_near(made.store.folder)} (gisintegration release list)")
    table.add_row("Internal log", f"{_near(made.internal)} (not to be released)")
    return table


def _table(title: str, columns: tuple[str, ...], *, right: tuple[str, ...] = ()) -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for number, name in enumerate(columns):
        numeric = name in right or ("*" in right and number > 0)
        table.add_column(name.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    return table


def _count(value: int | str) -> str:
    return f"{value:,}".replace(",", " ") if isinstance(value, int) else value


def _near(path: Path) -> str:
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else str(path)
