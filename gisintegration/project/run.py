"""The run: from the project file's inputs to protected outputs, which appear together or not at all."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gisintegration.change import break_notes, series_breaks
from gisintegration.database import ReleaseInfo, Store, open_store
from gisintegration.database.draft import Draft, check_parts
from gisintegration.database.part import Part
from gisintegration.database.release import distinct
from gisintegration.database.validation import Validation
from gisintegration.errors import InputError, ProjectError
from gisintegration.progress import Progress, ProgressOption, part, reporter
from gisintegration.project.folder import only_run, replacing
from gisintegration.project.from_register import from_register
from gisintegration.project.from_reported import from_reported
from gisintegration.project.inputs import Where
from gisintegration.project.internal import write_internal
from gisintegration.project.made import Made
from gisintegration.project.manifest import input_files, plain_paths, versions, write_manifest
from gisintegration.project.outputs import check_outputs, write_outputs
from gisintegration.project.settings import Project, read_project
from gisintegration.project.validating import VALIDATION, validated
from gisintegration.publish.validation_report import write_validation
from gisintegration.registers import PlacementReport
from gisintegration.tables import Areas, Indicator, Release

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
        How persons came to their areas in the years counted now, by polygons and by each key table; exact: their text
        and manifest show 1–19 as ``<20``. Empty without a register.
    breaks
        What breaks the series, as :func:`gisintegration.series_breaks` tells it.
    info, store, new
        The release in the store: when nothing is new, the latest there was.
    validation, coverage
        What was found in the figures, and what is given or why not.
    reused, counted
        Of a register: how many parts the store had already, and how many indicators were counted now, by year.
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
    info: ReleaseInfo
    store: Store
    validation: Validation
    coverage: pd.DataFrame
    new: bool
    reused: int = 0
    counted: Mapping[int, int] = field(default_factory=dict)
    recalculated: tuple[Mapping[str, Any], ...] = ()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Rows in and what became of them, one row an edition and year; 1–19 as ``"<20"``."""
        return list(self.manifest["steps"].get("placed", ()))

    @property
    def table(self) -> list[dict[str, Any]]:
        """One row a level and edition: areas, years, cells and how many of them are shown, zero or protected."""
        return list(self.manifest["levels"])


def run_project(
    project: Project | str | Path,
    *,
    where: Where | None = None,
    to: str | Path | None = None,
    by: str | None = None,
    date: str | None = None,
    reason: str | None = None,
    progress: ProgressOption = None,
) -> Run:
    """Read, place, aggregate, protect and publish, as the project file says; or read published tables, and recalculate.

    What the store has of the same input is taken from there, and not counted anew. The figures are validated, and
    become a release of the project's store; the same figures again make no new one.

    Parameters
    ----------
    project
        A project file, its folder, or one that was read.
    where
        Codes to keep of the areas: ``{"kommun": ["1480"]}``. Persons elsewhere are counted as outside. Needs ``to``.
    to
        Another output folder than the project file's; the internal log is then beside it, ``<to>-internal``, and the
        store, ``<to>-store``.
    by, date, reason
        Who makes the release, when (as 2026-04-01) and why; else what the project file says under ``[release]``.
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
    ValidationError
        The figures cannot be right: no release was made, and the report was written beside the internal log.
    OutputError
        The outputs cannot be written, or another run is writing them.
    """
    project = project if isinstance(project, Project) else read_project(project)
    if where and to is None:
        raise ProjectError(
            "Some of the areas are no release of the project, which has all of them.",
            hint="name a place of their own: gisintegration run --kommun 1480 --to goteborg.",
        )
    folder = project.output if to is None else Path(to).absolute()
    internal = project.internal if to is None else folder.with_name(f"{folder.name}-internal")
    kept = project.store if to is None else folder.with_name(f"{folder.name}-store")
    check_outputs(project, folder, internal, kept)
    said = project.settings.release
    made_by = _checked(
        by=said.by if by is None else by,
        date=said.date if date is None else date,
        reason=said.reason if reason is None else reason,
    )
    with only_run(folder, internal), _nothing_left(kept):
        store = open_store(kept, create=True)
        with store.writing(f"gisintegration run of {project.path.name}"):
            return _run(project, _Places(folder, internal, store), where, made_by, reporter(progress))


@contextmanager
def _nothing_left(folder: Path) -> Iterator[None]:
    """Leave no store behind a first run that ends without a release."""
    new = not folder.exists()
    try:
        yield
    finally:
        if new and not any((folder / "releases").glob("*.json")):
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class _Places:
    """Where a run writes."""

    folder: Path
    internal: Path
    store: Store


def _checked(*, by: str, date: str, reason: str) -> dict[str, str]:
    if date and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", date):
        raise InputError(f"The date of the release is '{date}'.", hint="write it as 2026-04-01.")
    return {"by": by, "date": date, "reason": reason}


def _run(project: Project, places: _Places, where: Where | None, made_by: Mapping[str, str], report: Progress) -> Run:
    settings, store = project.settings, places.store
    report(0.0, "Reading the areas")
    source = from_reported if settings.register_ is None else from_register
    made = source(project, where, store, part(report, 0.0, 0.6))
    draft, breaks = _draft(project, where, made, store)
    number, new = store.number_of(draft), store.number_of(draft) == store.next_number
    published = store.draft(draft, number=number)
    earlier = [one.number for one in store.releases if one.number < number]
    report(0.6, "Validating the figures")
    found, covered = validated(
        project,
        published,
        previous=store.read_whole(earlier[-1]) if earlier else None,
        refused=places.internal.with_name(f"{places.internal.name}-refused"),
    )
    with replacing(places.folder) as temporary:
        write_outputs(project, published, temporary, progress=part(report, 0.65, 0.97))
        write_validation(found, covered, temporary / VALIDATION, release=published, language=settings.project.language)
        levels = level_rows(draft.parts, made.areas)
        said = {**draft.manifest, "release": draft.id, "number": number, "levels": levels}
        written = write_manifest(temporary, said)
        info = store.commit(draft, **made_by)
    write_internal(places.internal, published.id, made)
    report(1.0, "Done")
    return Run(
        release=published,
        folder=places.folder,
        internal=places.internal,
        files=tuple(written["files"]),
        manifest=written,
        delivered=made.delivered,
        messages=(*made.messages, *store.messages),
        placed=made.placed,
        breaks=breaks,
        info=info,
        store=store,
        validation=found,
        coverage=covered,
        new=new,
        reused=made.reused,
        counted=made.counted,
        recalculated=made.recalculated,
    )


def _draft(project: Project, where: Where | None, made: Made, store: Store) -> tuple[Draft, pd.DataFrame]:
    """What was made, as what becomes a release, with its words; and what breaks its series."""
    settings = project.settings
    check_parts(made.parts, made.areas, made.indicators)
    draft = Draft(
        parts=tuple(made.parts),
        areas=made.areas,
        indicators={key: made.indicators[key] for key in sorted({part.key.indicator for part in made.parts})},
        labels=made.labels,
        stamps=made.stamps,
        name=settings.project.name,
        # What is recalculated is never shown as the publisher's alone.
        organisation=settings.project.organisation or ("gisintegration" if made.recalculated else ""),
        source=settings.project.source or made.source,
        empty=tuple(made.empty),
    )
    breaks = series_breaks(store.draft(draft, breakdowns=False).tables)
    notes = [
        *([_SYNTHETIC] if settings.project.synthetic else []),
        *made.notes,
        *break_notes(_untold(breaks, draft.indicators), draft.indicators),
    ]
    manifest = {
        **_manifest(project, where, made),
        "messages": list(made.messages),
        "breaks": breaks.to_dict("records"),
    }
    return replace(draft, notes=distinct(notes), manifest=manifest), breaks


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


def level_rows(parts: Sequence[Part], areas: Mapping[str, Areas]) -> list[dict[str, Any]]:
    """One row a level and edition, in the order of size of its areas."""
    by_level: dict[str, list[Part]] = {}
    for one in parts:
        by_level.setdefault(one.key.level, []).append(one)
    found = []
    for level, mine in by_level.items():
        years = sorted({one.key.year for one in mine})
        statuses = sorted({name for one in mine for name in one.statuses})
        found.append(
            {
                "level": level,
                "areas": int(np.count_nonzero(areas[level].table["kind"] != "remainder")),
                "years": f"{years[0]}–{years[-1]}" if len(years) > 1 else str(years[0]),
                "cells": sum(one.rows for one in mine),
                **{name: sum(one.statuses.get(name, 0) for one in mine) for name in statuses},
            }
        )
    return sorted(found, key=lambda row: (-row["areas"], row["level"]))
