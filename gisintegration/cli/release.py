"""release list, show, diff, verify, gc."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

import gisintegration as gi
from gisintegration.cli.options import ProjectOption, find_project
from gisintegration.cli.terminal import Terminal, verb
from gisintegration.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 40
Number = Annotated[str, typer.Argument(help="Number or id of a release, latest, or previous.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(help="Releases: what there is, what changed, whether all is whole.", no_args_is_help=True)
    for command in (list_, show, diff, verify, gc):
        verb(group, f"release {command.__name__.strip('_')}")(command)
    app.add_typer(group, name="release")


def list_(terminal: Terminal, *, project: ProjectOption = None) -> None:
    """List the releases of a project, with who made them, when and why.

    Example: gisintegration release list
    """
    store = _opened(terminal, project)
    rows = [vars(one) for one in store.releases]
    table = _table(
        "Releases", ("number", "id", "by", "date", "years", "figures", "added", "changed", "removed", "reason")
    )
    for one in store.releases:
        changed = [_n(one.changed[name]) for name in ("added", "changed", "removed")]
        table.add_row(str(one.number), one.id, one.by, one.date, _years(one.years), _n(one.cells), *changed, one.reason)
    terminal.result({"store": str(store.folder), "releases": rows, "messages": list(store.messages)}, table)


def show(terminal: Terminal, number: Number = "latest", *, project: ProjectOption = None) -> None:
    """Tell what a release holds: indicators, levels and years, what it was made from, and what changed.

    Example: gisintegration release show 3
    """
    store = _opened(terminal, project)
    found = store.manifest(number)
    info = next(one for one in store.releases if one.number == found.number)
    body = found.body
    import pandas as pd  # noqa: PLC0415 — a command that only shows its help reads no tables

    given = pd.DataFrame(
        [(part.key.indicator, part.key.level, part.key.year, part.rows) for part in found.parts],
        columns=["indicator", "level", "year", "figures"],
    )
    inputs = body["made"].get("inputs", [])
    data = {
        **vars(info),
        "inputs": inputs,
        "changes": body["changes"],
        "notes": body["notes"],
        "messages": body["made"].get("messages", []),
        "given": [
            {"indicator": name, "level": level, "years": sorted(int(year) for year in mine["year"])}
            for (name, level), mine in given.groupby(["indicator", "level"])
        ],
    }
    terminal.result(data, Group(*_shown(info, body, given, inputs)))


def diff(
    terminal: Terminal,
    before: Annotated[str, typer.Argument(help="The earlier release: number, id, or previous.")] = "previous",
    after: Annotated[str, typer.Argument(help="The later one: number, id, or latest.")] = "latest",
    *,
    project: ProjectOption = None,
    cells: Annotated[int, typer.Option(help="How many of the cells that changed most to list.", min=0)] = 20,
) -> None:
    """Tell what differs between two releases: figures, areas, and by how much.

    Example: gisintegration release diff 1 2
    """
    store = _opened(terminal, project)
    found = store.diff(before, after)
    largest = found.largest(cells) if cells else found.table.head(0)
    data = {
        "before": found.before,
        "after": found.after,
        "unchanged": found.unchanged,
        "table": _records(found.table),
        "largest": _records(largest),
    }
    terminal.result(data, Group(*_differences(found, largest)))


def verify(terminal: Terminal, *, project: ProjectOption = None) -> None:
    """Read every file of every release, and compare it with its hash. Ends with code 1 when something is not whole.

    Example: gisintegration release verify
    """
    store = _opened(terminal, project)
    found = store.verify(progress=terminal.progress)
    data = {
        "ok_all": found.ok,
        "releases": found.releases,
        "files": found.files,
        "problems": _records(found.table),
        "messages": list(store.messages),
    }
    noun = "release" if found.releases == 1 else "releases"
    if found.ok:
        terminal.result(data, f"{found.releases} {noun}, {found.files} files: all are whole.")
        return
    table = _table(
        f"{len(found.table)} problems; what is not listed is whole",
        ("release", "indicator", "level", "year", "what", "file"),
    )
    for row in found.table.head(_SHOWN).to_dict("records"):
        table.add_row(*(str(row[name] or "") for name in ("release", "indicator", "level", "year", "what", "file")))
    terminal.result(data, table, *_more(len(found.table)), f"To do: {found.table['do'].iloc[0]}.")
    raise typer.Exit(1)


def gc(
    terminal: Terminal,
    *,
    project: ProjectOption = None,
    keep: Annotated[int | None, typer.Option(help="Keep only the last so many releases; left out: all.", min=1)] = None,
    give_up: Annotated[
        list[int] | None,
        typer.Option(help="Number of a release whose manifest is damaged or missing, and will not be put back.", min=1),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove files that no release names; with --keep, old releases too. Asks first.

    Example: gisintegration release gc --keep 5
    """
    store = _opened(terminal, project)
    given_up = sorted(set(give_up or ()))
    found = store.collect(keep=keep, give_up=given_up)
    releases = f"{len(found.releases)} releases ({', '.join(map(str, found.releases))}) and " if found.releases else ""
    what = f"{releases}{len(found.files)} files, {found.size / 1e6:.1f} MB"
    if found.releases or found.files:
        if not yes and not sys.stdin.isatty():
            raise InputError(f"To be removed: {what}.", hint="give --yes, since nobody can be asked here.")
        if not yes and not typer.confirm(f"Remove {what}?", err=True):
            terminal.result({**vars(found), "done": False}, "Nothing was removed.")
            return
        found = store.collect(keep=keep, give_up=given_up, dry_run=False)
    told = f"Removed: {what}." if found.done else "There is nothing to remove."
    terminal.result(vars(found), told)


def _opened(terminal: Terminal, project: Any) -> gi.Store:
    store = gi.open_project_store(find_project(project))
    for message in store.messages:
        terminal.message(message)
    return store


def _shown(
    info: gi.ReleaseInfo, body: Mapping[str, Any], given: pd.DataFrame, inputs: list[dict[str, str]]
) -> Iterator[RenderableType]:
    said = [
        f"{key}: {value}" for key, value in (("by", info.by), ("date", info.date), ("reason", info.reason)) if value
    ]
    yield Text(f"Release {info.number} ({info.id}) of {info.name}. {'; '.join(said)}".strip())
    yield Text(
        f"{_n(info.cells)} figures of {len(info.indicators)} indicators, {_years(info.years)}, under {info.policy}."
    )
    levels = sorted(given["level"].unique())
    table = _table("Years by indicator and level", ("indicator", *levels))
    for name, mine in given.groupby("indicator"):
        years = {level: sorted(set(there["year"])) for level, there in mine.groupby("level")}
        table.add_row(str(name), *(_years(years.get(level, ())) for level in levels))
    yield table
    for kind in ("added", "changed", "removed"):
        rows = body["changes"][kind]
        if rows:
            table = _table(f"Parts {kind} since the release before", ("indicator", "level", "years"))
            for row in rows[:_SHOWN]:
                table.add_row(row["indicator"], row["level"], _years(row["years"]))
            yield table
            yield from map(Text, _more(len(rows)))
    if inputs:
        table = _table("Made from", ("file", "sha256"))
        for one in inputs:
            table.add_row(one["path"], one["sha256"][:16])
        yield table


def _differences(found: gi.ReleaseDiff, largest: pd.DataFrame) -> Iterator[RenderableType]:
    yield Text(
        f"Release {found.before} → {found.after}: {len(found.table)} differ, {found.unchanged} are the same "
        "(an indicator on a level in a year counts as one)."
    )
    if found.table.empty:
        return
    columns = (
        "indicator",
        "level",
        "year",
        "change",
        "figures",
        "statuses",
        "new cells",
        "gone",
        "areas",
        "largest",
        "mean",
    )
    table = _table("What differs, the largest changes first", columns)
    ordered = found.table.sort_values(["relative_change", "cells"], ascending=False, kind="stable")
    for row in ordered.head(_SHOWN).to_dict("records"):
        counts = ("figures_changed", "statuses_changed", "cells_added", "cells_removed", "areas")
        table.add_row(
            row["indicator"],
            f"{row['division']}/{row['edition']}",
            str(row["year"]),
            row["change"],
            *(_n(row[name]) for name in counts),
            *(_figure(row[name]) for name in ("max_change", "mean_change")),
        )
    yield table
    yield from map(Text, _more(len(ordered)))
    if len(largest):
        table = _table("Figures that changed most", ("indicator", "level", "area", "year", "of", "before", "after"))
        for row in largest.to_dict("records"):
            of = ", ".join(str(row[name]) for name in ("sex", "background", "age", "education") if row[name] != "total")
            level = f"{row['division']}/{row['edition']}"
            table.add_row(
                row["indicator"],
                level,
                row["area"],
                str(row["year"]),
                of or "total",
                _figure(row["value_before"]),
                _figure(row["value"]),
            )
        yield table


def _table(title: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    right = (
        "number",
        "figures",
        "added",
        "changed",
        "removed",
        "statuses",
        "new cells",
        "gone",
        "areas",
        "largest",
        "mean",
        "before",
        "after",
    )
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    return table


def _more(rows: int) -> list[str]:
    return [f"… and {rows - _SHOWN} more; --json has all."] if rows > _SHOWN else []


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON has them: what is not known is null."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


def _years(years: Any) -> str:
    found = [int(year) for year in years]
    spans: list[list[int]] = []
    for year in found:
        if spans and year == spans[-1][1] + 1:
            spans[-1][1] = year
        else:
            spans.append([year, year])
    return ", ".join(f"{first}–{last}" if last > first else str(first) for first, last in spans)


def _n(value: int) -> str:
    return f"{int(value):,}".replace(",", " ")


def _figure(value: float) -> str:
    return "" if value is None or math.isnan(value) else f"{value:,.1f}".replace(",", " ")
