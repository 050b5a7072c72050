"""Checking a project before it runs: everything that is wrong at once, and what was found in the files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from gisintegration.areas import AreaDivision, check_coverage, levels
from gisintegration.disclosure import POLICIES, policy_named
from gisintegration.errors import GisIntegrationError, IndicatorError, ProjectError
from gisintegration.progress import ProgressOption, part, reporter
from gisintegration.project.counting import read_own
from gisintegration.project.edit import write_crs
from gisintegration.project.inputs import (
    Editions,
    lacking,
    project_indicators,
    read_editions,
    read_project_register,
    register_paths,
    years_asked,
    years_left_out,
)
from gisintegration.project.outputs import check_outputs
from gisintegration.project.settings import Project, read_project
from gisintegration.registers import Register, examine, place
from gisintegration.tables import Indicator

Level = Literal["ok", "note", "wrong"]
T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
    """One thing that was found: ``ok``, a ``note`` to know of, or ``wrong``."""

    level: Level
    where: str
    what: str
    hint: str = ""
    failures: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class ProjectCheck:
    """What checking a project found.

    Parameters
    ----------
    findings
        In the order of the project file.
    written
        Settings that were written into the project file.
    """

    path: Path
    findings: tuple[Finding, ...]
    written: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the project can run."""
        return all(finding.level != "wrong" for finding in self.findings)

    def verify(self) -> None:
        """Raise what is wrong.

        Raises
        ------
        ProjectError
            Something is; each is listed.
        """
        wrong = [finding for finding in self.findings if finding.level == "wrong"]
        if wrong:
            raise ProjectError(
                f"{self.path.name}: {len(wrong)} things are wrong.",
                failures=[{"where": one.where, "what": one.what} for one in wrong],
            )


def check_project(
    project: Project | str | Path, *, write: bool = True, progress: ProgressOption = None
) -> ProjectCheck:
    """Check a project file and its inputs without counting or publishing anything.

    The areas are read and their coverage checked; the register is read, its rows checked against the contract, and its
    persons placed. With no CRS declared for its coordinates, the one that puts them in their registered kommun is
    looked for, and written to the project file when a single one does.

    Parameters
    ----------
    write
        Write the CRS that was found to the project file.
    progress
        True, or a callable ``(fraction, message)``.

    Raises
    ------
    ProjectError
        The project file itself cannot be read. What is wrong with the inputs is told in the result.
    """
    project = project if isinstance(project, Project) else read_project(project)
    report = reporter(progress)
    found = _Findings()
    report(0.0, "Checking the areas")
    editions = found.attempt("areas", lambda: read_editions(project))
    for areas in editions or {}:
        _check_areas(found, project, areas)
    for name, own in project.settings.own.items():
        areas_read = found.attempt(f"areas.own.{name}", partial(read_own, project, name, own))
        if areas_read is not None:
            found.add("ok", f"areas.own.{name}", f"{len(areas_read)} areas or keys.")
            _check_own_beside(found, project, name)
    indicators, _ = found.attempt("indicators", lambda: project_indicators(project)) or ({}, None)
    found.attempt("policy", lambda: policy_named(project.settings.policy.name))
    _check_maps(found, project, indicators)
    found.attempt("output", lambda: check_outputs(project, project.output, project.internal))
    report(0.2, "Checking the register")
    part_ = project.register
    written: dict[str, Any] = {}
    if part_.crs is None:
        written = found.attempt("register", lambda: _find_crs(found, project, editions or {}, write=write)) or {}
    if part_.crs is not None or written or not found.wrong("register"):
        settled = _with_crs(project, written)
        register = found.attempt("register", lambda: read_project_register(settled, progress=part(report, 0.3, 0.95)))
        if register is not None:
            _check_register(found, settled, register, editions or {}, indicators)
    report(1.0, "Checked")
    return ProjectCheck(project.path, tuple(found.rows), written if write else {})


class _Findings:
    """Findings as they are made."""

    def __init__(self) -> None:
        self.rows: list[Finding] = []

    def add(self, level: Level, where: str, what: str, hint: str = "") -> None:
        self.rows.append(Finding(level, where, what, hint))

    def attempt(self, where: str, check: Callable[[], T]) -> T | None:
        """The result of a step, or what it was refused for as a finding."""
        try:
            return check()
        except GisIntegrationError as error:
            self.rows.append(Finding("wrong", where, error.message, error.hint or "", tuple(error.failures)))
            return None

    def wrong(self, where: str) -> bool:
        return any(row.level == "wrong" and row.where == where for row in self.rows)


def _check_areas(found: _Findings, project: Project, areas: AreaDivision) -> None:
    by, region = project.settings.levels.by, project.settings.levels.region
    report = check_coverage(areas)
    faults = {kind: count for kind, count in report.counts.items() if count and kind in ("invalid", "overlap")}
    words = ", ".join(f"{count} {kind}" for kind, count in faults.items())
    if faults and not areas.overlaps:
        found.add(
            "note", areas.key, f"{len(areas)} areas; {words}.", f"gisintegration areas check lists them: {areas.key}."
        )
    else:
        found.add("ok", areas.key, f"{len(areas)} areas that form a coverage.")
    for note in areas.notes:
        found.add("note", areas.key, note)
    made = found.attempt("levels", lambda: levels(areas, by, region=region))
    for level in by:
        if made is not None and level not in made:
            found.add("note", areas.key, f"no {level} has all its areas here: it will not be in the output.")


def _check_own_beside(found: _Findings, project: Project, name: str) -> None:
    policy = project.settings.policy.name
    if project.settings.areas and policy in POLICIES and POLICIES[policy].one_edition:
        found.add(
            "wrong",
            f"areas.own.{name}",
            f"stands beside {', '.join(project.settings.areas)}, which {policy} does not protect against subtraction.",
            'publish one of them, or ask for policy "internal" and keep the result inside.',
        )


def _check_maps(found: _Findings, project: Project, indicators: Mapping[str, Indicator]) -> None:
    for number, wanted in enumerate(project.settings.output.maps):
        if indicators and wanted.indicator not in indicators:
            error = IndicatorError.unknown("indicator", wanted.indicator, indicators)
            found.add("wrong", f"output.maps[{number}]", error.message, error.hint or "")


def _find_crs(found: _Findings, project: Project, editions: Editions, *, write: bool) -> dict[str, Any]:
    """The settings that say which CRS the register is in, written to the project file."""
    part_ = project.register
    with_kommun = [areas for areas in editions if "kommun" in areas.parents or areas.division == "kommun"]
    if not with_kommun:
        return {}
    examined = examine(
        register_paths(project),
        with_kommun[-1],
        columns=part_.columns,
        codes=part_.codes,
        places=None if part_.places is None else project.resolve(part_.places),
        encoding=part_.encoding,
        separator=part_.separator,
        decimal=part_.decimal,
    )
    if examined.chosen is None:
        return {}
    settings = examined.settings
    what = (
        f"the coordinates are in {examined.chosen.title}: {examined.chosen.share:.1%} lie in their registered kommun."
    )
    found.add("ok", "register.crs", what)
    if write:
        write_crs(project.path, settings["crs"], settings.get("columns"))
        also = f" and columns {settings['columns']}" if "columns" in settings else ""
        found.add("note", project.path.name, f'crs = "{settings["crs"]}"{also} was written under [register].')
    return settings


def _with_crs(project: Project, written: Mapping[str, Any]) -> Project:
    if not written:
        return project
    part_ = project.register
    changed = part_.model_copy(
        update={"crs": written["crs"], "columns": {**part_.columns, **written.get("columns", {})}}
    )
    return Project(project.path, project.settings.model_copy(update={"register_": changed}))


def _check_register(
    found: _Findings,
    project: Project,
    register: Register,
    editions: Editions,
    indicators: Mapping[str, Indicator],
) -> None:
    years = f"{register.years[0]}–{register.years[-1]}" if len(register.years) > 1 else str(register.years[0])
    found.add("ok", "register", f"years {years}; variables: {', '.join(register.variables)}.")
    for line in str(register.report).splitlines():
        found.add("note", "register", line.strip())
    asked = found.attempt("areas", lambda: years_asked(editions, register.years)) if editions else None
    if asked and (left := years_left_out(asked.values(), register.years, example=next(iter(editions)).key)):
        found.add("note", "areas", left)
    placed = found.attempt("register", lambda: place(register, asked)) if asked else None
    for line in str(placed.report).splitlines() if placed else []:
        found.add("note", "register", line.strip())
    for key, absent in lacking(register, indicators).items():
        what = f"{key} needs {', '.join(absent)}, which the register lacks"
        left_out = project.settings.indicators.use == "all"
        found.add("note" if left_out else "wrong", "indicators", what + (": left out." if left_out else "."))
