"""recalculate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Group

import gisintegration as gi
from gisintegration.cli.options import KommunOption, LanOption, ProjectOption, conditions, find_project
from gisintegration.cli.summary import run_result, run_summary
from gisintegration.cli.terminal import Terminal, verb

_STABLE = "stable"
Method = Literal["points", "weights", "target", "grid", "area", "best_fit", "table"]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    verb(app, "recalculate")(recalculate)


def recalculate(
    terminal: Terminal,
    table: Annotated[
        Path | None, typer.Argument(help="A published table: CSV, Parquet; left out: the project's figures.")
    ] = None,
    *,
    to: Annotated[
        str | None, typer.Option(help="Edition, as deso/2025 or deso/2025=FILE; or stable. Default: the project's.")
    ] = None,
    mapping: Annotated[
        str | None, typer.Option(help="What the table holds: a TOML file, or the name of a ready mapping.")
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--from", help="Edition to recalculate, as deso/2018 or deso/2018=FILE; may be repeated."),
    ] = None,
    method: Annotated[Method | None, typer.Option(help="Of published tables; see docs/recalculation.md.")] = None,
    weights: Annotated[Path | None, typer.Option(help="File that the method divides by.")] = None,
    crosswalk: Annotated[Path | None, typer.Option(help="A saved crosswalk, instead of a method.")] = None,
    indicator: Annotated[
        list[str] | None, typer.Option(help="Only this indicator; may be repeated. Of a table, a map of each is drawn.")
    ] = None,
    years: Annotated[str | None, typer.Option(help="Only these data years: 2018-2023.")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Whole numbers that keep every margin.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder to write; default the project's output folder.")
    ] = None,
    project: ProjectOption = None,
    kommun: KommunOption = None,
    lan: LanOption = None,
) -> None:
    """Write one series for each area on one edition, or on the areas that all editions agree on.

    Without TABLE: of the project. A register is placed on the new areas, which is exact; published tables are
    recalculated, exactly where whole areas allow, else by the method named. With TABLE: of one published table, without
    a project: --mapping, --from, --to and -o say what it is.

    Example: gisintegration recalculate deso.csv --mapping my.toml --from deso/2018 --to deso/2025 --method area -o new
    """
    if table is None:
        if mapping is not None:
            raise typer.BadParameter("--mapping goes with a TABLE; a project says its own.")
        if any("=" in one for one in [*(source or []), to or ""]):
            raise typer.BadParameter("a project names its layers itself, under [areas]: write --to deso/2025.")
        made = gi.recalculate_project(
            find_project(project),
            to=to,
            sources=source or (),
            method=method,
            weights=weights,
            crosswalk=crosswalk,
            indicators=indicator or (),
            years=years,
            whole=whole,
            where=conditions(kommun, lan),
            output=output,
            progress=terminal.progress,
        )
    else:
        if mapping is None or not source or to is None or output is None:
            raise typer.BadParameter("a TABLE needs --mapping, --from, --to and -o.")
        if project is not None or kommun or lan:
            raise typer.BadParameter("--project, --kommun and --lan go without a TABLE.")
        target, _, layer = to.partition("=")
        made = gi.recalculate_table(
            table,
            mapping,
            to=target,
            target=layer or None,
            sources={key: file or None for key, _, file in (one.partition("=") for one in source)},
            output=output,
            method=method,
            weights=weights,
            crosswalk=crosswalk,
            indicators=indicator or (),
            years=years,
            whole=whole,
            progress=terminal.progress,
        )
    terminal.result(run_result(made), Group(*run_summary(made)))
