"""The run: from the project file's inputs to protected outputs, which appear together or not at all."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gisintegration.areas import AreaDivision
from gisintegration.database import release, save_release
from gisintegration.disclosure import protect
from gisintegration.progress import Progress, ProgressOption, part, reporter
from gisintegration.project.counting import Counted, count_all
from gisintegration.project.folder import only_run, replacing
from gisintegration.project.inputs import (
    Where,
    project_indicators,
    read_editions,
    read_project_register,
    refuse_lacking,
)
from gisintegration.project.internal import write_internal
from gisintegration.project.manifest import input_files, plain_paths, versions, write_manifest
from gisintegration.project.outputs import RELEASE, check_outputs, write_outputs
from gisintegration.project.settings import Project, read_project
from gisintegration.publish.words import LANGUAGES, edition_title
from gisintegration.registers import PlacementReport, Register
from gisintegration.tables import Release

Texts = Mapping[str, str]

_SYNTHETIC = {
    "sv": "Registret är syntetiskt: personerna finns inte.",
    "en": "The register is synthetic: the persons do not exist.",
}


@dataclass(frozen=True, eq=False)
class Run:
    """What a run made.

    Parameters
    ----------
    release
        The protected statistics with their areas.
    folder, internal
        Where the outputs are, and the log that must not leave the organisation.
    files
        Outputs, relative to ``folder``.
    manifest
        As written to ``manifest.json``.
    delivered
        Areas without a polygon, by edition: their persons are counted by the code delivered with the register.
    messages
        What was left out, and why.
    placed
        How persons came to their areas, by polygons and by each key table; exact: their text and manifest show 1–19 as
        ``<20``.
    """

    release: Release
    folder: Path
    internal: Path
    files: tuple[str, ...]
    manifest: Mapping[str, Any]
    delivered: Mapping[str, tuple[str, ...]]
    messages: tuple[str, ...]
    placed: tuple[PlacementReport, ...]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Rows in and what became of them, one row an edition and year; 1–19 as ``"<20"``."""
        return [row for one in self.placed for row in one.manifest()]

    @property
    def table(self) -> list[dict[str, Any]]:
        """One row a level and edition: areas, years, cells and how many of them are shown, zero or protected."""
        return list(self.manifest["levels"])


def run_project(
    project: Project | str | Path,
    *,
    where: Where | None = None,
    to: str | Path | None = None,
    progress: ProgressOption = None,
) -> Run:
    """Read, place, aggregate, protect and publish, as the project file says.

    Parameters
    ----------
    project
        A project file, its folder, or one that was read.
    where
        Codes to keep of the areas: ``{"kommun": ["1480"]}``. Persons elsewhere are counted as outside.
    to
        Another output folder than the project file's; the internal log is then beside it, ``<to>-internal``.
    progress
        True, or a callable ``(fraction, message)``.

    Returns
    -------
    Run
        The outputs are in place; the earlier ones are replaced in one step, and are whole until then.

    Raises
    ------
    ProjectError, InputError
        The project file or an input cannot be used; nothing was written.
    DisclosureError
        The policy refuses what was asked for; nothing was written.
    OutputError
        The outputs cannot be written, or another run is writing them.
    """
    project = project if isinstance(project, Project) else read_project(project)
    folder = project.output if to is None else Path(to).absolute()
    internal = project.internal if to is None else folder.with_name(f"{folder.name}-internal")
    check_outputs(project, folder, internal)
    with only_run(folder, internal):
        return _run(project, folder, internal, where, reporter(progress))


def _run(project: Project, folder: Path, internal: Path, where: Where | None, report: Progress) -> Run:
    settings = project.settings
    report(0.0, "Reading the areas")
    indicators, constants = project_indicators(project)
    editions = read_editions(project, where=where)
    register = read_project_register(project, progress=part(report, 0.02, 0.1))
    refuse_lacking(project, register, indicators)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        counted = count_all(project, register, editions, indicators, constants, progress=part(report, 0.1, 0.6))
    report(0.6, "Protecting the figures")
    tables = protect(counted.tables, settings.policy.name)
    areas = counted.areas
    delivered = {key: codes for key, found in areas.items() if (codes := _without_polygon(found))}
    asked_keys = {found.key for found in editions}
    messages = tuple(str(warning.message) for warning in caught if warning.category is UserWarning)
    manifest = {**_manifest(project, where, register, counted, delivered), "messages": list(messages)}
    made = release(
        tables,
        areas=areas,
        name=settings.project.name,
        organisation=settings.project.organisation,
        source=settings.project.source,
        notes=_notes(
            {areas[key]: codes for key, codes in delivered.items() if key in asked_keys},
            synthetic=settings.project.synthetic,
        ),
        manifest=manifest,
    )
    with replacing(folder) as temporary:
        write_outputs(project, made, temporary, progress=part(report, 0.65, 0.97))
        save_release(made, temporary / RELEASE)
        written = write_manifest(temporary, {**manifest, "release": made.id, "levels": level_rows(made)})
    write_internal(internal, made.id, register.report, counted.placed)
    report(1.0, "Done")
    return Run(
        release=made,
        folder=folder,
        internal=internal,
        files=tuple(written["files"]),
        manifest=written,
        delivered=delivered,
        messages=messages,
        placed=tuple(counted.placed),
    )


def _manifest(
    project: Project,
    where: Where | None,
    register: Register,
    counted: Counted,
    delivered: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """What the run was made from and of, before anything is written; counts 1–19 as ``"<20"``."""
    settings = project.settings
    found = {
        "project": settings.project.name,
        "versions": versions(),
        "parameters": settings.model_dump(mode="json", by_alias=True),
        "where": {key: list(codes) for key, codes in (where or {}).items()},
        "inputs": input_files(project),
        "steps": {
            "register": register.report.manifest(),
            "placed": [row for one in counted.placed for row in one.manifest()],
            "counted": {
                "cells": sum(len(table.table) for table in counted.tables),
                "indicators": sorted(counted.tables[0].indicators),
            },
        },
        "delivered": {key: list(codes) for key, codes in delivered.items()},
    }
    plain: dict[str, Any] = plain_paths(project, found)
    return plain


def level_rows(made: Release) -> list[dict[str, Any]]:
    """One row a level and edition of a release, in the order of size of its areas."""
    keys = ["division", "edition", "year", "status"]
    cells = made.statistics.groupby(keys, observed=True).size().reset_index(name="n")
    found = []
    for (division, edition), here in cells.groupby(["division", "edition"], observed=True):
        areas = made.areas[f"{division}/{edition}"]
        first, last = int(here["year"].min()), int(here["year"].max())
        found.append(
            {
                "level": areas.key,
                "areas": int(np.count_nonzero(areas.table["kind"] != "remainder")),
                "years": f"{first}–{last}" if first != last else str(first),
                "cells": int(here["n"].sum()),
                **{str(status): int(n) for status, n in here.groupby("status", observed=True)["n"].sum().items()},
            }
        )
    return sorted(found, key=lambda row: (-row["areas"], row["level"]))


def _without_polygon(areas: AreaDivision) -> tuple[str, ...]:
    return tuple(str(code) for code in areas.codes[areas.geometry.isna().to_numpy()])


def _notes(delivered: Mapping[AreaDivision, Sequence[str]], *, synthetic: bool) -> list[Texts]:
    notes: list[Texts] = [_SYNTHETIC] if synthetic else []
    for division, codes in delivered.items():
        named = ", ".join(codes)
        title = {language: edition_title(division, language) for language in LANGUAGES}
        notes.append(
            {
                "sv": f"{title['sv']}: {len(codes)} områden utan känd gräns räknas efter levererad kod: {named}.",
                "en": f"{title['en']}: {len(codes)} areas without known borders, counted by delivered code: {named}.",
            }
        )
    return notes
