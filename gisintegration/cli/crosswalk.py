"""crosswalk."""

from __future__ import annotations

import tomllib
import warnings
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

import gisintegration as gi
from gisintegration.cli.options import KommunOption, LanOption, ProjectOption, conditions, find_project
from gisintegration.cli.terminal import Terminal, verb
from gisintegration.errors import InputError
from gisintegration.progress import part, reporter

_FROM_PLACES = ("points", "best_fit")


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    verb(app, "crosswalk")(crosswalk)


def crosswalk(
    terminal: Terminal,
    old: Annotated[
        str, typer.Argument(help="Where figures come from: a key of the catalogue, as deso/2018, or a file.")
    ],
    new: Annotated[str, typer.Argument(help="Where they go, likewise.")],
    *,
    method: Annotated[
        Literal["points", "weights", "target", "grid", "area", "best_fit", "table"],
        typer.Option(help="What the weights are made from; docs/crosswalks.md tells when each one loses."),
    ],
    to: Annotated[
        Path, typer.Option("--to", "-o", help="Parquet file to write; made from persons: a name in .internal.parquet.")
    ],
    places: Annotated[
        str | None,
        typer.Option(help="For points and best_fit: file of points, one row a person; else the project's register."),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(help="Layer (weights), table by new code (target), GeoTIFF or squares (grid), key (table)."),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            help="NAME=COLUMN; of a raster NAME=BAND; of a register NAME={rule}, as 'adults={age = \"20-64\"}'. May be "
            "repeated."
        ),
    ] = None,
    year: Annotated[int | None, typer.Option(help="Data year of the weights; of a register the year to use.")] = None,
    year_column: Annotated[str | None, typer.Option(help="Column of data years in the file of points.")] = None,
    tolerance: Annotated[float, typer.Option(help="m; ground nowhere wider is a border drawn twice.")] = 1.0,
    spread: Annotated[
        Literal["area", "point"], typer.Option(help="Polygons of --weights: divided by area, or put at a point inside.")
    ] = "area",
    size: Annotated[float, typer.Option(help="Side of squares, m.")] = 1000.0,
    crs: Annotated[str | None, typer.Option(help="CRS of the points' x and y, as EPSG:3006; default that.")] = None,
    x: Annotated[str, typer.Option(help="Column of eastings in the file of points.")] = "x",
    y: Annotated[str, typer.Option(help="Column of northings.")] = "y",
    level: Annotated[str | None, typer.Option(help="Of files: deso, regso, kommun, … or a name of your own.")] = None,
    old_edition: Annotated[str | None, typer.Option(help="Of an old file, as 2018; told from its codes.")] = None,
    new_edition: Annotated[str | None, typer.Option(help="Of a new file.")] = None,
    code: Annotated[str | None, typer.Option(help="Column of codes in files.")] = None,
    project: ProjectOption = None,
    kommun: KommunOption = None,
    lan: LanOption = None,
) -> None:
    """Write what part of each area of one edition goes to each area of another, to recalculate figures with.

    Made from persons, the file is internal: not to be released.

    Example: gisintegration crosswalk deso/2018 deso/2025 --method area -o deso_2018_2025.parquet
    """
    from gisintegration.change.crosswalk_open import read_places, read_weights  # noqa: PLC0415 — help stays quick
    from gisintegration.project.inputs import read_project_register  # noqa: PLC0415

    report = reporter(terminal.progress)
    first, second = (
        _edition(given, method, conditions(kommun, lan), level=level, code=code, edition=edition, flag=flag)
        for given, edition, flag in ((old, old_edition, "--old-edition"), (new, new_edition, "--new-edition"))
    )
    options: dict[str, Any] = {"method": method, "tolerance": tolerance, "spread": spread, "size": size}
    own_register = method == "points" and places is None
    kinds = _kinds(kind or [], rules=own_register)
    if weights is not None:
        options |= {"weights": read_weights(weights, method), "kinds": kinds, "years": year}
    elif places is not None:
        if method not in _FROM_PLACES:
            raise typer.BadParameter(f"--places goes with --method points or best_fit, not {method}.")
        span = part(report, 0.0, 0.6)
        read = read_places(
            places, _areas(first, second), x=x, y=y, crs=crs, year=year_column, kinds=kinds, progress=span
        )
        years = read.years if read.years is not None else year
        options |= {"places": read.places, "kinds": dict(read.kinds) or None, "years": years}
    elif own_register:
        register = read_project_register(find_project(project), progress=part(report, 0.0, 0.4))
        options |= {"places": register, "kinds": kinds, "years": year}
    elif year is not None or kinds:
        raise typer.BadParameter("--year and --kind go with --places, --weights or the project's register.")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", UserWarning)
        made = gi.crosswalk(first, second, **options, progress=part(report, 0.6, 0.95))
    path = made.save(to)
    report(1.0, "written")
    check = made.verify()
    said = [str(one.message) for one in warned if str(one.message) not in made.notes]
    notes = [*made.notes, *said]
    data = {
        "file": str(path),
        "id": made.id,
        "source": made.source,
        "target": made.target,
        "method": made.method,
        "rows": len(made.table),
        "kinds": list(made.kinds),
        "years": list(made.years),
        "weights_year": made.weights_year,
        "internal": made.raw,
        "complete": check.ok,
        "orphans": list(check.orphans),
        "unreached": list(check.unreached),
        "notes": notes,
    }
    internal = "\nInternal: not to be released." if made.raw else ""
    lines = [repr(made).strip("<>"), *notes, str(check), f"{path} is written.{internal}"]
    terminal.result(data, "\n".join(lines))


def _edition(given: str, method: str, where: dict[str, list[str]], **options: Any) -> gi.AreaDivision | str:
    """An edition; for a key table its name is enough where its areas are not at hand."""
    from gisintegration.cli.editions import find_edition  # noqa: PLC0415 — help stays quick

    if where:
        if Path(given).exists():
            raise typer.BadParameter("--kommun and --lan go with editions of the catalogue, not with files.")
        return gi.load_areas(given, where=where)
    if method != "table" or Path(given).exists():
        return find_edition(given, **options)
    if given.count("/") != 1:
        raise InputError(f"{given} is neither a file nor an edition.", hint="name the edition as kommun/1999.")
    return given


def _areas(*editions: gi.AreaDivision | str) -> list[gi.AreaDivision]:
    return [areas for areas in editions if isinstance(areas, gi.AreaDivision)]


def _kinds(given: list[str], *, rules: bool) -> dict[str, Any] | None:
    """``NAME=COLUMN``, or of a register ``NAME={rule}``."""
    kinds: dict[str, Any] = {}
    for one in given:
        name, equals, value = (part.strip() for part in one.partition("="))
        if not (name and equals and value):
            raise typer.BadParameter(f"--kind {one}: write NAME=COLUMN, or of a register NAME={{rule}}.")
        if not rules:
            kinds[name] = value
            continue
        try:
            kinds[name] = tomllib.loads(f"rule = {value}")["rule"]
        except tomllib.TOMLDecodeError as error:
            raise InputError(
                f"--kind {name}: {value} is no rule: {error}.",
                hint='write it as in docs/indicators.md: {age = "20-64"}.',
            ) from error
    return kinds or None
