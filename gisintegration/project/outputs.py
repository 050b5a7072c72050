"""What a run and an export write: layers, Parquet, tables and maps of a release."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from gisintegration.errors import InputError, OutputError, ProjectError
from gisintegration.progress import Progress, ProgressOption, part
from gisintegration.project.folder import refuse_foreign
from gisintegration.project.settings import Project
from gisintegration.publish import write_geopackage, write_layers, write_parquet, write_tables
from gisintegration.publish.webmap import write_map
from gisintegration.publish.words import identifier
from gisintegration.tables import Release

RELEASE = "release"
Format = Literal["csv", "geoparquet", "gpkg-wide", "shapefile"]
FORMATS: tuple[Format, ...] = get_args(Format)


def check_outputs(project: Project, folder: Path, internal: Path) -> None:
    """Refuse output folders that a run would spoil something with, before anything is read.

    Raises
    ------
    ProjectError
        The project file, an input or the internal log lies in the output folder.
    OutputError
        The folder holds files that no run wrote.
    """
    folder = folder.absolute()
    settings = project.settings
    inputs = [
        project.path,
        *(project.resolve(path) for path in (settings.register_.paths if settings.register_ else [])),
        *(project.resolve(part_.path) for part_ in settings.reported.values()),
        *(project.resolve(part_.path) for part_ in settings.areas.values() if part_.path),
        internal,
    ]
    inside = [path for path in inputs if path.absolute().is_relative_to(folder)]
    if inside:
        raise ProjectError(
            f"The output folder {folder.name} holds {inside[0].name}, and a run replaces the whole folder.",
            hint='name a folder of its own: [output] folder = "output".',
        )
    for wanted in (folder, internal):
        refuse_foreign(wanted)


def write_outputs(project: Project, release: Release, folder: Path, *, progress: Progress) -> None:
    """Write everything that ``[output]`` asks for into a folder."""
    output, language = project.settings.output, project.settings.project.language
    stem = identifier(project.settings.project.name)
    if output.geopackage:
        write_geopackage(
            release,
            folder / f"{stem}.gpkg",
            language=language,
            breakdowns=output.breakdowns,
            progress=part(progress, 0.0, 0.6),
        )
    if output.parquet:
        progress(0.6, "Writing Parquet")
        write_parquet(release, folder / "statistics.parquet")
    for number, wanted in enumerate(output.maps):
        progress(0.65 + 0.25 * number / len(output.maps), f"Drawing {wanted.indicator} by {wanted.level}")
        target = folder / "maps" / f"{wanted.indicator}_{wanted.level}.html"
        write_map(release, target, indicator=wanted.indicator, level=wanted.level, language=language)
    for number, wanted_format in enumerate(output.formats):
        progress(0.9 + 0.1 * number / len(output.formats), f"Writing {wanted_format}")
        export(release, folder / file_name(release.name, wanted_format), format=wanted_format, language=language)


def file_name(name: str, format: Format) -> str:  # noqa: A002 — as in export
    """What an export is called beside the other outputs of a project.

    Examples
    --------
    >>> file_name("Göteborgsregionen", "gpkg-wide"), file_name("Göteborgsregionen", "csv")
    ('goteborgsregionen_wide.gpkg', 'tables')
    """
    return {"gpkg-wide": f"{identifier(name)}_wide.gpkg", "csv": "tables"}.get(format, format)


def export(
    release: Release,
    to: str | Path,
    *,
    format: Format,  # noqa: A002 — what every tool calls it
    language: Literal["sv", "en"] = "sv",
    overwrite: bool = False,
    progress: ProgressOption = None,
) -> Path:
    """Write a release in another format.

    Parameters
    ----------
    to
        ``gpkg-wide``: a name that ends in ``.gpkg``. The others: a folder.
    format
        ``gpkg-wide``: a GeoPackage with one real layer per edition and year. ``geoparquet`` and ``shapefile``: one
        file per edition and year. ``csv``: tables for Excel (UTF-8 with BOM, semicolon, decimal comma).
    overwrite
        Replace what stands there. A folder is replaced as a whole.

    Raises
    ------
    InputError
        There is no such format.
    OutputError
        Something stands there and ``overwrite`` was not given, or it could not be written.
    """
    to = Path(to)
    if format not in FORMATS:
        raise InputError.unknown("format", format, FORMATS)
    if not overwrite and to.exists() and not (to.is_dir() and not any(to.iterdir())):
        raise OutputError(
            f"{to} exists already.", hint="choose another name, or give --overwrite: it is replaced whole."
        )
    if format == "csv":
        write_tables(release, to, language=language, progress=progress)
    else:
        write_layers(release, to, format=format, language=language, progress=progress)
    return to
