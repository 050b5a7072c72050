"""The application: commands gathered from their modules."""

from __future__ import annotations

from typing import Annotated

import typer

import gisintegration as gi
from gisintegration.cli import areas, crosswalk, fetch, outputs, project, recalculate, registers, release
from gisintegration.cli.describe import described, page
from gisintegration.cli.terminal import HELPS, VERBS, Terminal, verb

app = typer.Typer(
    name="gisintegration",
    help="From a point register to safe small-area statistics as styled layers, tables and maps.",
    epilog="Begin with: gisintegration demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)


def _version(value: bool) -> None:  # noqa: FBT001 — typer calls it
    if value:
        typer.echo(f"gisintegration {gi.__version__}")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it and end.")
    ] = False,
) -> None:
    """From a point register to safe small-area statistics as styled layers, tables and maps."""


project.register(app)
areas.register(app)
registers.register(app)
crosswalk.register(app)
outputs.register(app)
recalculate.register(app)
release.register(app)
fetch.register(app)


@verb(app, "describe")
def describe(terminal: Terminal) -> None:
    """List every command with its parameters, for programs (the QGIS plugin is made from it).

    Example: gisintegration describe --json
    """
    found = described(VERBS, HELPS)
    lines = [f"{command['name']:<16} {command['help'].splitlines()[0]}" for command in found["commands"]]
    terminal.result(found, "\n".join(lines))


def commands_page() -> str:
    """``docs/commands.md``: every command with its parameters."""
    return page(described(VERBS, HELPS))
