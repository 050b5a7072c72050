"""Checking a project before it runs: everything that is wrong at once, and what was found in the files."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from gisintegration.areas import AreaDivision, check_coverage, levels
from gisintegration.disclosure import POLICIES, policy_named
from gisintegration.errors import ProjectError
from gisintegration.indicators import Constants
from gisintegration.progress import ProgressOption, part, reporter
from gisintegration.project.check_register import check_register
from gisintegration.project.check_reported import check_reported
from gisintegration.project.findings import Finding, Findings, check_maps
from gisintegration.project.inputs import project_indicators, read_editions, unused
from gisintegration.project.outputs import check_outputs
from gisintegration.project.settings import Project, read_project
from gisintegration.project.tasks import read_own


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
    found = Findings()
    report(0.0, "Checking the areas")
    editions = found.attempt("areas", lambda: read_editions(project))
    for areas in editions or {}:
        _check_areas(found, project, areas)
    for name, own in project.settings.own.items():
        areas_read = found.attempt(f"areas.own.{name}", partial(read_own, project, name, own))
        if areas_read is not None:
            found.add("ok", f"areas.own.{name}", f"{len(areas_read)} areas or keys.")
            _check_own_beside(found, project, name)
    found.attempt("policy", lambda: policy_named(project.settings.policy.name))
    found.attempt("output", lambda: check_outputs(project, project.output, project.internal, project.store))
    if project.settings.register_ is None:
        report(0.2, "Checking the published tables")
        check_reported(found, project, editions or {})
        report(1.0, "Checked")
        return ProjectCheck(project.path, tuple(found.rows))
    indicators, constants = found.attempt("indicators", lambda: project_indicators(project)) or ({}, Constants({}))
    for name in unused(project) if indicators else []:
        found.add("note", "indicators", f"{name} is declared and not asked for.", "add it to [indicators] use.")
    check_maps(found, project, indicators)
    report(0.2, "Checking the register")
    written = check_register(
        found, project, editions or {}, (indicators, constants), part(report, 0.2, 1.0), write=write
    )
    report(1.0, "Checked")
    return ProjectCheck(project.path, tuple(found.rows), written if write else {})


def _check_areas(found: Findings, project: Project, areas: AreaDivision) -> None:
    by, region = project.settings.levels.by, project.settings.levels.region
    report = check_coverage(areas)
    faults = {kind: count for kind, count in report.counts.items() if count and kind in ("invalid", "overlap")}
    words = ", ".join(f"{count} {kind}" for kind, count in faults.items())
    number = _number(areas)
    if faults and not areas.overlaps:
        found.add("note", areas.key, f"{number}; {words}.", f"gisintegration areas check lists them: {areas.key}.")
    else:
        found.add("ok", areas.key, f"{number} that form a coverage.")
    for note in areas.notes:
        found.add("note", areas.key, note)
    made = found.attempt("levels", lambda: levels(areas, by, region=region))
    for level in by:
        if made is not None and level not in made:
            found.add("note", areas.key, f"no {level} has all its areas here: it will not be in the output.")


def _number(areas: AreaDivision) -> str:
    """How many areas there are, as every table and output counts them: a remainder is no area, but ground of some."""
    rest = int((areas.table["kind"] == "remainder").sum())
    beside = f" (and {rest} remainder{'s' if rest > 1 else ''} for those without a border of their own)" if rest else ""
    return f"{len(areas) - rest} areas{beside}"


def _check_own_beside(found: Findings, project: Project, name: str) -> None:
    policy = project.settings.policy.name
    if project.settings.areas and policy in POLICIES and POLICIES[policy].one_edition:
        found.add(
            "wrong",
            f"areas.own.{name}",
            f"stands beside {', '.join(project.settings.areas)}, which {policy} does not protect against subtraction.",
            'publish one of them, or ask for policy "internal" and keep the result inside.',
        )
