"""export, map: from the last run's release, without the register."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

import gisintegration as gi
from gisintegration.cli.options import KommunOption, LanOption, ProjectOption, ReleaseOption, conditions, find_project
from gisintegration.cli.terminal import Terminal, verb

# Those of gi.export, written out: a command that only shows its help reads no tables.
Format = Literal[
    "px",
    "jsonstat",
    "csv",
    "csv-long",
    "excel",
    "powerpoint",
    "parquet",
    "geoparquet",
    "gpkg-wide",
    "shapefile",
]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    verb(app, "export")(export)
    verb(app, "map")(map_)


def export(
    terminal: Terminal,
    *,
    format: Annotated[Format, typer.Option(help="What to write.")],  # noqa: A002
    to: Annotated[
        Path | None,
        typer.Option(
            help="Folder to write (a file for excel, powerpoint, parquet and gpkg-wide); default by the format."
        ),
    ] = None,
    project: ProjectOption = None,
    number: ReleaseOption = None,
    indicator: Annotated[
        list[str] | None, typer.Option(help="Ids or subjects, * for any text, commas between; may be repeated.")
    ] = None,
    level: Annotated[
        list[str] | None, typer.Option(help="deso, deso/2025, kommun, …; * and commas; may be repeated.")
    ] = None,
    years: Annotated[
        list[str] | None,
        typer.Option(help="2018-2024, 2018,2020, latest (senaste, 9999), latest-4: the five latest, or *."),
    ] = None,
    kommun: KommunOption = None,
    lan: LanOption = None,
    area: Annotated[
        list[str] | None, typer.Option(help="Codes of the areas themselves, 0180*; commas; may be repeated.")
    ] = None,
    breakdowns: Annotated[
        bool, typer.Option("--breakdowns/--no-breakdowns", help="Backgrounds, ages and education, or totals and sexes.")
    ] = True,
    language: Annotated[Literal["sv", "en"] | None, typer.Option(help="Default the project's.")] = None,
    region_suffix: Annotated[
        bool, typer.Option("--region-suffix", help="px, jsonstat: codes as SCB writes them, 0114A0010_DeSO2025.")
    ] = False,
    encoding: Annotated[
        Literal["utf-8", "windows-1252"], typer.Option(help="px: windows-1252 for older programs.")
    ] = "utf-8",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what stands there, whole.")] = False,
) -> None:
    """Write figures of the last release in another format: tables for PxWeb, Excel and scripts, layers for ArcGIS.

    Example: gisintegration export --format px --indicator "employed*" --level deso --years latest-4 --kommun 1480
    """
    found = find_project(project)
    release = gi.open_project_release(
        found,
        where=conditions(kommun, lan),
        number=number,
        indicators=indicator or None,
        levels=level or None,
        years=years or None,
        breakdowns=breakdowns,
    )
    release = gi.select_release(release, areas=area) if area else release
    path = gi.export(
        release,
        to or Path(gi.file_name(release.name, format)),
        format=format,
        language=language or found.settings.project.language,
        region_suffix=region_suffix,
        encoding=encoding,
        overwrite=overwrite,
        progress=terminal.progress,
    )
    wrote = gi.exported(release, path, format)
    files = f"{len(wrote['files'])} files" if len(wrote["files"]) > 1 else "one file"
    terminal.result(
        {"release": release.id, "path": str(path), "format": format, **wrote},
        f"{path} is written: {wrote['cells']} figures in {files}, {wrote['bytes'] / 1e6:.1f} MB.",
    )


def map_(
    terminal: Terminal,
    *,
    indicator: Annotated[str, typer.Option(help="Id of the indicator.")],
    level: Annotated[str, typer.Option(help="deso, regso, kommun, …")] = "deso",
    to: Annotated[Path | None, typer.Option(help="HTML file; default <indicator>_<level>.html.")] = None,
    project: ProjectOption = None,
    number: ReleaseOption = None,
    kommun: KommunOption = None,
    lan: LanOption = None,
    sex: Annotated[Literal["total", "women", "men"], typer.Option(help="Whom the figures are for.")] = "total",
    language: Annotated[Literal["sv", "en"] | None, typer.Option(help="Default the project's.")] = None,
) -> None:
    """Draw one indicator on one level of the last run, with a slider over the years, in one HTML file.

    Example: gisintegration map --indicator employed_share --level regso
    """
    found = find_project(project)
    release = gi.open_project_release(
        found, where=conditions(kommun, lan), number=number, indicators=indicator, breakdowns=False
    )
    path = gi.write_map(
        release,
        to or Path(f"{indicator}_{level}.html"),
        indicator=indicator,
        level=level,
        sex=sex,
        language=language or found.settings.project.language,
    )
    terminal.result({"release": release.id, "path": str(path)}, f"{path} is written.")
