"""export, map: from the last run's release, without the register."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

import gisintegration as gi
from gisintegration.cli.options import KommunOption, LanOption, ProjectOption, conditions, find_project
from gisintegration.cli.terminal import Terminal, verb


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    verb(app, "export")(export)
    verb(app, "map")(map_)


def export(
    terminal: Terminal,
    *,
    format: Annotated[Literal["csv", "geoparquet", "gpkg-wide", "shapefile"], typer.Option(help="What to write.")],  # noqa: A002
    to: Annotated[
        Path | None,
        typer.Option(help="Folder to write (for gpkg-wide a name that ends in .gpkg); default by the format."),
    ] = None,
    project: ProjectOption = None,
    kommun: KommunOption = None,
    lan: LanOption = None,
    language: Annotated[Literal["sv", "en"] | None, typer.Option(help="Default the project's.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what stands there, whole.")] = False,
) -> None:
    """Write the last run's statistics in another format: layers for ArcGIS and FME, tables for Excel.

    Example: gisintegration export --format shapefile --to for_arcgis --kommun 1480
    """
    found = find_project(project)
    release = gi.open_project_release(found, where=conditions(kommun, lan))
    path = gi.export(
        release,
        to or Path(gi.file_name(release.name, format)),
        format=format,
        language=language or found.settings.project.language,
        overwrite=overwrite,
        progress=terminal.progress,
    )
    terminal.result({"release": release.id, "path": str(path)}, f"{path} is written.")


def map_(
    terminal: Terminal,
    *,
    indicator: Annotated[str, typer.Option(help="Id of the indicator.")],
    level: Annotated[str, typer.Option(help="deso, regso, kommun, …")] = "deso",
    to: Annotated[Path | None, typer.Option(help="HTML file; default <indicator>_<level>.html.")] = None,
    project: ProjectOption = None,
    kommun: KommunOption = None,
    lan: LanOption = None,
    sex: Annotated[Literal["total", "women", "men"], typer.Option(help="Whom the figures are for.")] = "total",
    language: Annotated[Literal["sv", "en"] | None, typer.Option(help="Default the project's.")] = None,
) -> None:
    """Draw one indicator on one level of the last run, with a slider over the years, in one HTML file.

    Example: gisintegration map --indicator employed_share --level regso
    """
    found = find_project(project)
    release = gi.open_project_release(found, where=conditions(kommun, lan))
    path = gi.write_map(
        release,
        to or Path(f"{indicator}_{level}.html"),
        indicator=indicator,
        level=level,
        sex=sex,
        language=language or found.settings.project.language,
    )
    terminal.result({"release": release.id, "path": str(path)}, f"{path} is written.")
