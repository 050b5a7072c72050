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
    register: Annotated[
        str | None, typer.Argument(help="Points: Parquet, CSV, GeoPackage; left out: the project's register.")
    ] = None,
    *,
    to: Annotated[Path, typer.Option("--to", "-o", help="Parquet file to write.")],
    areas: Annotated[
        list[str] | None, typer.Option(help="Edition, as deso/2025, or deso/2025=FILE for a layer; may be repeated.")
    ] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of x and y, as EPSG:3006; default that.")] = None,
    x: Annotated[str, typer.Option(help="Column of eastings.")] = "x",
    y: Annotated[str, typer.Option(help="Column of northings.")] = "y",
    project: ProjectOption = None,
) -> None:
    """Write which area each point lies in: internal, not to be released.

    With a file: its rows and a column of codes for each edition, of any size in little memory. Without: every person
    and year of the project's register, with those who have no point placed by the register's rules.

    Example: gisintegration locate persons.parquet --areas deso/2018 --areas deso/2025 -o located.parquet
    """
    if register is None:
        if areas or crs:
            raise typer.BadParameter("--areas and --crs go with a file of points; a project says its own.")
        rows = gi.locate_project(find_project(project), to, progress=terminal.progress)
        terminal.result(
            {"file": str(to), "rows": rows},
            f"{to}: {rows:,} persons and years with edition, area and how it was found. Internal: not to be released.",
        )
        return
    if not areas:
        raise typer.BadParameter("a file of points needs --areas, as deso/2025.")
    told = gi.locate_register(
        register, to, areas=[_edition(one) for one in areas], crs=crs, x=x, y=y, progress=terminal.progress
    )
    terminal.result(
        {"file": str(to), "rows": told.rows, "malformed": told.malformed, "editions": told.editions},
        f"{told}\n{to}: {told.rows:,} rows. Internal: not to be released.",
    )


def _edition(given: str) -> gi.AreaDivision:
    """``deso/2025`` from the catalogue, ``deso/2025=FILE`` from a layer."""
    key, _, file = given.partition("=")
    if not file:
        return gi.load_areas(key)
    level, _, edition = key.partition("/")
    return gi.read_areas(file, level=level, edition=edition)
