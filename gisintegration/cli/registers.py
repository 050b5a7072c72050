"""synthetic, locate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import gisintegration as gi
from gisintegration.cli.options import ProjectOption, find_project
from gisintegration.cli.terminal import Terminal, verb


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    verb(app, "synthetic")(synthetic)
    verb(app, "locate")(locate)


def synthetic(
    terminal: Terminal,
    to: Annotated[Path, typer.Argument(help="Folder to write; replaced whole.")] = Path("register"),
    *,
    first: Annotated[int, typer.Option(help="First year.")] = 2018,
    last: Annotated[int, typer.Option(help="Last year.")] = 2024,
    share: Annotated[float, typer.Option(help="Part of the households to draw, above 0, at most 1.")] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    bad_rows: Annotated[int, typer.Option(help="Bad rows to plant.")] = 0,
) -> None:
    """Write a register of persons who do not exist, whose numbers are the published ones.

    Example: gisintegration synthetic register --first 2022 --last 2022
    """
    report = gi.synthetic_register(
        to,
        areas_2018=gi.load_areas("deso/2018"),
        areas_2025=gi.load_areas("deso/2025"),
        years=range(first, last + 1),
        seed=seed,
        share=share,
        bad_rows=bad_rows,
        progress=terminal.progress,
    )
    rows = sum(report.rows.values())
    terminal.result(
        {"folder": str(report.path), "rows": report.rows, "planted": len(report.planted)},
        f"{report.path}: {rows:,} rows, {first}–{last}. The persons do not exist.".replace(",", " "),
    )


def locate(
    terminal: Terminal,
    to: Annotated[Path, typer.Argument(help="Parquet file to write.")],
    *,
    project: ProjectOption = None,
) -> None:
    """Write the area of every person and year of the project's register: internal, not to be released.

    Example: gisintegration locate located.parquet --project my
    """
    rows = gi.locate_project(find_project(project), to, progress=terminal.progress)
    terminal.result(
        {"file": str(to), "rows": rows},
        f"{to}: {rows:,} persons and years with edition, area and how it was found. Internal: not to be released.",
    )
