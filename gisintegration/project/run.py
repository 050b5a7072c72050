"""The run: from the project file's inputs to protected outputs, which appear together or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gisintegration.change import break_notes, series_breaks
from gisintegration.database import release, save_release
from gisintegration.progress import Progress, ProgressOption, part, reporter
from gisintegration.project.folder import only_run, replacing
from gisintegration.project.from_register import from_register
from gisintegration.project.from_reported import from_reported
from gisintegration.project.inputs import Where
from gisintegration.project.internal import write_internal
from gisintegration.project.made import Made
from gisintegration.project.manifest import input_files, plain_paths, versions, write_manifest
from gisintegration.project.outputs import RELEASE, check_outputs, write_outputs
from gisintegration.project.settings import Project, read_project
from gisintegration.registers import PlacementReport
from gisintegration.tables import Indicator, Release

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
        ``<20``. Empty without a register.
    breaks
        What breaks the series, as :func:`gisintegration.series_breaks` tells it.
    recalculated
        One row a crosswalk that figures were recalculated by: source, target, method, id, areas, exact share.
    """

    release: Release
    folder: Path
    internal: Path
    files: tuple[str, ...]
    manifest: Mapping[str, Any]
    delivered: Mapping[str, tuple[str, ...]]
    messages: tuple[str, ...]
    placed: tuple[PlacementReport, ...]
    breaks: pd.DataFrame
    recalculated: tuple[Mapping[str, Any], ...] = ()

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
    """Read, place, aggregate, protect and publish, as the project file says; or read published tables, and recalculate.

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
    source = from_reported if settings.register_ is None else from_register
    made = source(project, where, part(report, 0.0, 0.65))
    indicators = {key: item for table in made.tables for key, item in table.indicators.items()}
    breaks = series_breaks(made.tables)
    manifest = {
        **_manifest(project, where, made),
        "messages": list(made.messages),
        "breaks": breaks.to_dict("records"),
    }
    published = release(
        made.tables,
        areas=made.areas,
        name=settings.project.name,
        # What is recalculated is never shown as the publisher's alone.
        organisation=settings.project.organisation or ("gisintegration" if made.recalculated else ""),
        source=settings.project.source,
        notes=[
            *([_SYNTHETIC] if settings.project.synthetic else []),
            *made.notes,
            *break_notes(_untold(breaks, indicators), indicators),
        ],
        manifest=manifest,
    )
    with replacing(folder) as temporary:
        write_outputs(project, published, temporary, progress=part(report, 0.65, 0.97))
        save_release(published, temporary / RELEASE)
        written = write_manifest(temporary, {**manifest, "release": published.id, "levels": level_rows(published)})
    write_internal(internal, published.id, made)
    report(1.0, "Done")
    return Run(
        release=published,
        folder=folder,
        internal=internal,
        files=tuple(written["files"]),
        manifest=written,
        delivered=made.delivered,
        messages=made.messages,
        placed=made.placed,
        breaks=breaks,
        recalculated=made.recalculated,
    )


def _manifest(project: Project, where: Where | None, made: Made) -> dict[str, Any]:
    """What the run was made from and of, before anything is written; counts 1–19 as ``"<20"``."""
    found = {
        "project": project.settings.project.name,
        "versions": versions(),
        "parameters": project.settings.model_dump(mode="json", by_alias=True),
        "where": {key: list(codes) for key, codes in (where or {}).items()},
        "inputs": input_files(project),
        "steps": made.steps,
        "delivered": {key: list(codes) for key, codes in made.delivered.items()},
    }
    plain: dict[str, Any] = plain_paths(project, found)
    return plain


def _untold(breaks: pd.DataFrame, indicators: Mapping[str, Indicator]) -> pd.DataFrame:
    """Breaks that outputs do not tell of themselves: not those that indicators declare, editions and coordinates."""
    declared = {item.sv for indicator in indicators.values() for item in indicator.breaks}
    of_rows = breaks["kind"].isin(["edition", "coordinate_type"]) & (breaks["source"] == "")
    recalculated = breaks["kind"].eq("edition") & breaks["sv"].str.contains("omräknat", regex=False)
    return breaks[(~of_rows | recalculated) & ~breaks["sv"].isin(declared)]


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
