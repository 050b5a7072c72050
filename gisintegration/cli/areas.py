"""areas list, areas check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import gisintegration as gi
from gisintegration.cli.summary import areas_table
from gisintegration.cli.terminal import Terminal, verb


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(
        help="Area divisions: what is known of them, and whether a file of them is sound.", no_args_is_help=True
    )
    verb(group, "areas list")(list_areas)
    verb(group, "areas check")(check)
    app.add_typer(group, name="areas")


def list_areas(terminal: Terminal) -> None:
    """List the editions in the catalogue: years, number of areas, and which come with the toolkit.

    Example: gisintegration areas list
    """
    rows = gi.list_areas()
    terminal.result({"editions": rows}, areas_table(rows))


def check(
    terminal: Terminal,
    file: Annotated[Path, typer.Argument(help="GeoPackage, GeoJSON, Shapefile (zipped too) or GeoParquet.")],
    *,
    level: Annotated[str | None, typer.Option(help="deso, regso, kommun, … or a name of your own.")] = None,
    edition: Annotated[str | None, typer.Option(help="As 2025; told from the codes when left out.")] = None,
    code: Annotated[str | None, typer.Option(help="Column of codes.")] = None,
    layer: Annotated[str | None, typer.Option(help="Layer of the file.")] = None,
    overlaps: Annotated[bool, typer.Option("--overlaps", help="The areas may overlap.")] = False,
    tolerance: Annotated[float, typer.Option(help="m²; overlaps and gaps up to this are noise.")] = 0.01,
    to: Annotated[Path | None, typer.Option(help="Write the findings as a layer (.gpkg).")] = None,
) -> None:
    """Check a file of areas: gaps, overlaps, slivers, invalid polygons, codes missing or foreign.

    Exit code 1 when something above the tolerance was found.

    Example: gisintegration areas check deso.gpkg --to findings.gpkg
    """
    report = gi.check_file(
        file, level=level, edition=edition, code=code, layer=layer, overlaps=overlaps, tolerance=tolerance
    )
    if to is not None:
        report.write(to)
    data = {
        "division": report.division,
        "areas": report.areas,
        "tolerance": report.tolerance,
        "clean": report.clean,
        "counts": report.counts,
        "overlaps": report.overlaps.to_dict("records"),
        "findings": report.table.drop(columns="geometry").to_dict("records"),
        "written": None if to is None else str(to),
    }
    terminal.result(data, report.summary, *([] if to is None else [f"The findings are in {to}."]))
    if not report.clean:
        raise typer.Exit(1)
