"""demo, init, check, run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Group

import gisintegration as gi
from gisintegration.cli.options import KommunOption, LanOption, ProjectOption, conditions, find_project
from gisintegration.cli.summary import check_table, run_result, run_summary
from gisintegration.cli.terminal import Terminal, verb


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (demo, init, check, run):
        verb(app, command.__name__)(command)


def demo(
    terminal: Terminal,
    *,
    folder: Annotated[Path, typer.Option(help="Where everything is written.")] = Path("demo"),
    share: Annotated[float, typer.Option(help="Part of the households to draw, above 0, at most 1.")] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same persons.")] = 1,
    language: Annotated[Literal["sv", "en"], typer.Option(help="Of titles, legends and tables.")] = "sv",
) -> None:
    """Make a synthetic register of Göteborgsregionen and its statistics, as layers, maps and tables.

    Example: gisintegration demo --folder demo
    """
    made = gi.demo_project(folder, share=share, seed=seed, language=language, progress=terminal.progress)
    terminal.result(run_result(made), Group(*run_summary(made)))


def init(
    terminal: Terminal,
    folder: Annotated[Path, typer.Argument(help="Where; made if needed.")] = Path(),
    *,
    register: Annotated[list[str] | None, typer.Option(help="A file of the register; may be repeated.")] = None,
    areas: Annotated[list[str] | None, typer.Option(help="A layer of areas; may be repeated.")] = None,
    reported: Annotated[
        list[str] | None, typer.Option(help="A published table, or a folder of them; may be repeated.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the project; default the folder's.")] = None,
) -> None:
    """Write a commented project file, filled in with what the files given tell.

    Example: gisintegration init --register personer.csv --areas deso_2025.gpkg
    """
    path = gi.init_project(folder, register=register or (), areas=areas or (), reported=reported or (), name=name)
    terminal.result(
        {"project": str(path)},
        f"{path} is written. Read it through, then:  gisintegration check --project {_shown(path.parent)}",
    )


def check(
    terminal: Terminal,
    *,
    project: ProjectOption = None,
    write: Annotated[bool, typer.Option(help="Write a CRS that was found to the project file.")] = True,
) -> None:
    """Check the project file and its inputs without running: what was found, and everything that is wrong.

    Example: gisintegration check --project my/integration.toml
    """
    found = gi.check_project(find_project(project), write=write, progress=terminal.progress)
    data = {
        "project": str(found.path),
        "can_run": found.ok,
        "written": found.written,
        "findings": [vars(finding) for finding in found.findings],
    }
    last = "The project can run:  gisintegration run" if found.ok else "The project cannot run yet."
    terminal.result(data, check_table(found), last)
    if not found.ok:
        raise typer.Exit(1)


def run(
    terminal: Terminal,
    *,
    project: ProjectOption = None,
    kommun: KommunOption = None,
    lan: LanOption = None,
    to: Annotated[
        Path | None,
        typer.Option(help="Another output folder than the project file's, with a store beside it; needed for a part."),
    ] = None,
    by: Annotated[str | None, typer.Option(help="Who makes the release; else [release] in the project file.")] = None,
    date: Annotated[str | None, typer.Option(help="When, as 2026-04-01; the clock is never asked.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why, for those who ask what changed.")] = None,
) -> None:
    """Read, place, count, protect, validate and publish, as the project file says: a new release, if figures are new.

    Example: gisintegration run --by "Statistikenheten" --date 2026-04-01 --reason "Register 2025"
    """
    made = gi.run_project(
        find_project(project),
        where=conditions(kommun, lan),
        to=to,
        by=by,
        date=date,
        reason=reason,
        progress=terminal.progress,
    )
    terminal.result(run_result(made), Group(*run_summary(made)))


def _shown(path: Path) -> str:
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else str(path)
