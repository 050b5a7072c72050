"""What a run and an export write: layers, Parquet, tables and maps of a release."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from gisintegration.errors import InputError, OutputError, ProjectError
from gisintegration.formats import Encoding
from gisintegration.progress import Progress, ProgressOption, part
from gisintegration.project.folder import refuse_foreign
from gisintegration.project.parts import Format
from gisintegration.project.settings import Project
from gisintegration.publish import (
    write_geopackage,
    write_jsonstat,
    write_layers,
    write_parquet,
    write_px,
    write_tables,
)
from gisintegration.publish.cells import totals
from gisintegration.publish.excel import write_excel
from gisintegration.publish.metadata import METADATA, About, write_metadata
from gisintegration.publish.powerpoint import write_powerpoint
from gisintegration.publish.webmap import write_map
from gisintegration.publish.words import identifier
from gisintegration.tables import Release

FORMATS: tuple[Format, ...] = get_args(Format)


def check_outputs(project: Project, folder: Path, internal: Path, store: Path) -> None:
    """Refuse output folders that a run would spoil something with, before anything is read.

    Raises
    ------
    ProjectError
        The project file, an input, the internal log or the store lies in the output folder.
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
        store,
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
    about = About(**project.settings.metadata.model_dump())
    write_metadata(release, folder / METADATA, about=about, outputs=folder)


def file_name(name: str, format: Format) -> str:  # noqa: A002 — as in export
    """What an export is called beside the other outputs of a project.

    Examples
    --------
    >>> file_name("Göteborgsregionen", "gpkg-wide"), file_name("Göteborgsregionen", "csv")
    ('goteborgsregionen_wide.gpkg', 'tables')
    """
    kind, ending = _KINDS[format].name, _KINDS[format].ending
    return f"{identifier(name)}{kind}{ending}" if ending else kind


@dataclass(frozen=True)
class _Kind:
    """How a format is written.

    Parameters
    ----------
    name, ending
        Of what is written by default: a folder's name; or what stands after the release's, and the file's ending.
    rows
        Which of a release's figures it holds: ``all``, ``totals``, or ``sexes`` (totals and sexes).
    """

    name: str
    ending: str = ""
    rows: Literal["all", "totals", "sexes"] = "all"


_KINDS: dict[Format, _Kind] = {
    "px": _Kind("px"),
    "jsonstat": _Kind("jsonstat"),
    "csv": _Kind("tables", rows="sexes"),
    "csv-long": _Kind("tables_long"),
    "excel": _Kind("", ".xlsx"),
    "powerpoint": _Kind("", ".pptx", rows="totals"),
    "parquet": _Kind("", ".parquet"),
    "geoparquet": _Kind("geoparquet", rows="totals"),
    "gpkg-wide": _Kind("_wide", ".gpkg", rows="totals"),
    "shapefile": _Kind("shapefile", rows="totals"),
}


def export(
    release: Release,
    to: str | Path,
    *,
    format: Format,  # noqa: A002 — what every tool calls it
    language: Literal["sv", "en"] = "sv",
    region_suffix: bool = False,
    encoding: Encoding = "utf-8",
    overwrite: bool = False,
    progress: ProgressOption = None,
) -> Path:
    """Write a release, or a part of one from :func:`select_release`, in another format.

    Parameters
    ----------
    to
        A folder; a file for ``excel`` (``.xlsx``), ``powerpoint`` (``.pptx``), ``parquet`` and ``gpkg-wide``
        (``.gpkg``).
    format
        ``px`` and ``jsonstat``: a table for each subject and edition. ``csv``: tables for Excel (UTF-8 with BOM,
        semicolon, decimal comma), years beside each other. ``csv-long``: every row, codes and texts. ``excel``: a
        workbook, a sheet for each indicator. ``powerpoint``: a deck, a map and a chart for each. ``parquet``: every row
        as one table. ``gpkg-wide``: a GeoPackage with one real layer per edition and year. ``geoparquet`` and
        ``shapefile``: one file per edition and year. `docs/exports.md` says which is for whom.
    region_suffix
        Of ``px`` and ``jsonstat``: codes of DeSO and RegSO with their edition, ``0114A0010_DeSO2025``.
    encoding
        Of ``px``: ``windows-1252`` for older programs.
    overwrite
        Replace what stands there. A folder is replaced as a whole.

    Raises
    ------
    InputError
        There is no such format, or it does not have one of the options.
    FormatError
        A text cannot be written in the format.
    OutputError
        Something stands there and ``overwrite`` was not given, or it could not be written.
    """
    to = Path(to)
    if format not in FORMATS:
        raise InputError.unknown("format", format, FORMATS)
    if region_suffix and format not in ("px", "jsonstat"):
        raise InputError("Only px and jsonstat have codes with a suffix.", hint="leave region_suffix out.")
    if encoding != "utf-8" and format != "px":
        raise InputError("Only px is written in another encoding than UTF-8.", hint="leave encoding out.")
    if not overwrite and to.exists() and not (to.is_dir() and not any(to.iterdir())):
        raise OutputError(
            f"{to} exists already.", hint="choose another name, or give --overwrite: it is replaced whole."
        )
    if format == "px":
        write_px(release, to, language=language, encoding=encoding, region_suffix=region_suffix, progress=progress)
    elif format == "jsonstat":
        write_jsonstat(release, to, language=language, region_suffix=region_suffix, progress=progress)
    elif format == "csv":
        write_tables(release, to, language=language, progress=progress)
    elif format == "csv-long":
        write_tables(release, to, language=language, layout="long", progress=progress)
    elif format == "excel":
        write_excel(release, to, language=language, progress=progress)
    elif format == "powerpoint":
        write_powerpoint(release, to, language=language, progress=progress)
    elif format == "parquet":
        write_parquet(release, to)
    else:
        write_layers(release, to, format=format, language=language, progress=progress)
    return to


def exported(release: Release, to: Path, format: Format) -> dict[str, Any]:  # noqa: A002 — as in export
    """What an export wrote: its files, relative to the folder, their bytes, and how many of the release's figures."""
    files = sorted(path for path in to.rglob("*") if path.is_file()) if to.is_dir() else [to]
    rows, kind = release.statistics, _KINDS[format].rows
    return {
        "files": [path.relative_to(to).as_posix() if to.is_dir() else path.name for path in files],
        "bytes": sum(path.stat().st_size for path in files),
        "cells": len(rows if kind == "all" else totals(rows, sexes=kind == "sexes")),
    }
