"""areas list, areas check, areas compare."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

import gisintegration as gi
from gisintegration.cli.editions import find_edition
from gisintegration.cli.summary import areas_table
from gisintegration.cli.terminal import Terminal, verb
from gisintegration.files import internal_name
from gisintegration.progress import part, reporter


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(
        help="Area divisions: what is known of them, whether a file is sound, what changed between two.",
        no_args_is_help=True,
    )
    verb(group, "areas list")(list_areas)
    verb(group, "areas check")(check)
    verb(group, "areas compare")(compare)
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


def compare(
    terminal: Terminal,
    old: Annotated[str, typer.Argument(help="The earlier edition: a key of the catalogue, as deso/2018, or a file.")],
    new: Annotated[str, typer.Argument(help="The later edition, likewise.")],
    *,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            "-o",
            help="Folder to write changes.gpkg and the tables areas and links in; with persons in .internal.gpkg and "
            "so on.",
        ),
    ] = None,
    tolerance: Annotated[float, typer.Option(help="m; ground nowhere wider is noise, no change.")] = 1.0,
    level: Annotated[str | None, typer.Option(help="Of files: deso, regso, kommun, … or a name of your own.")] = None,
    old_edition: Annotated[str | None, typer.Option(help="Of an old file, as 2018; told from its codes.")] = None,
    new_edition: Annotated[str | None, typer.Option(help="Of a new file.")] = None,
    code: Annotated[str | None, typer.Option(help="Column of codes in files.")] = None,
    old_layer: Annotated[str | None, typer.Option(help="Layer of an old file.")] = None,
    new_layer: Annotated[str | None, typer.Option(help="Layer of a new file.")] = None,
    places: Annotated[
        str | None, typer.Option(help="File of points where persons live, of one year; makes the result internal.")
    ] = None,
    persons: Annotated[
        str | None, typer.Option(help="Column of persons at each point; without it a row is a person.")
    ] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of the points, as EPSG:3006; default that.")] = None,
    table: Annotated[Literal["csv", "parquet"], typer.Option(help="What the tables are written as.")] = "csv",
    language: Annotated[Literal["sv", "en"], typer.Option(help="Of headings, titles and styles.")] = "sv",
) -> None:
    """Tell what became of every area between two editions: unchanged, split, merged, adjusted, recoded and so on.

    Example: gisintegration areas compare deso/2018 deso/2025 -o changes
    """
    options = {"level": level, "code": code}
    first = find_edition(old, **options, edition=old_edition, layer=old_layer, flag="--old-edition")
    second = find_edition(new, **options, edition=new_edition, layer=new_layer, flag="--new-edition")
    report = reporter(terminal.progress)
    located, count = None, None
    if places is not None:
        from gisintegration.change.crosswalk_open import read_places  # noqa: PLC0415 — help reads no heavy package

        columns = {persons: persons} if persons is not None else None
        read = read_places(places, [first, second], kinds=columns, crs=crs, progress=part(report, 0.0, 0.8))
        located, count = read.places, read.kinds.get(persons) if persons is not None else None
    elif persons is not None:
        raise typer.BadParameter("--persons goes with --places.")
    found = gi.compare(first, second, places=located, persons=count, tolerance=tolerance)
    report(0.9, "compared")
    written = []
    if to is not None:
        written = gi.write_change_tables(found, to, language=language, parquet=table == "parquet")
        package = to / "changes.gpkg"
        written.append(gi.write_changes(found, internal_name(package) if found.raw else package, language=language))
    report(1.0, "done")
    lines = [f"Written: {', '.join(map(str, written))}."] if written else []
    if written and found.raw:
        lines.append("The files are internal, as their names say: they tell how many persons live in each piece.")
    terminal.result(_told(found, written), found.summary, *lines)


def _told(found: gi.Relations, written: list[Path]) -> dict[str, Any]:
    """The outcome for programs; persons 1–19 as "<20"."""
    old, new = found.side("old"), found.side("new")
    data: dict[str, Any] = {
        "old": found.old,
        "new": found.new,
        "areas": {"old": len(old), "new": len(new)},
        "relations": found.counts.to_dict("index"),
        "codes": found.codes,
        "moved_m2": round(float(new["moved_area"].sum()), 1),
        "tolerance": found.tolerance,
        "noise": {"pieces": found.noise_pieces, "m2": round(found.noise_area, 1)},
        "log_disagrees": int((~found.areas["agrees"].fillna(value=True)).sum()),
        "policy": found.policy,
        "notes": list(found.notes),
        "written": [str(path) for path in written],
    }
    if found.raw:
        from gisintegration.registers.report import masked_all  # noqa: PLC0415 — help reads no heavy package

        counted = {"persons": old["persons"].sum(), "moved": old["moved_persons"].sum()}
        data["persons"] = masked_all({name: round(float(value)) for name, value in counted.items()})
    return data
