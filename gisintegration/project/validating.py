"""A run's release, validated before it is kept: with the project's limits, and a report when it is refused."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from gisintegration.database.coverage import coverage
from gisintegration.database.validation import Limits, Validation, validate
from gisintegration.progress import ProgressOption
from gisintegration.project.parts import Settings
from gisintegration.project.settings import Project
from gisintegration.publish.validation_report import write_validation
from gisintegration.tables import Release

VALIDATION = "validation"


def limits_of(settings: Settings) -> Limits:
    r"""The limits of ``[validation]``, with what ``[recalculate]`` says of noise and rounding.

    Examples
    --------
    >>> from gisintegration.project.settings import parse
    >>> text = '[project]\nname = "A"\n[register]\npaths = ["a.csv"]\n[areas."deso/2025"]\n[validation]\njump = 5'
    >>> limits_of(parse(text)).jump
    5.0
    """
    wanted, recalculate = settings.validation, settings.recalculate
    noise = recalculate.perturbation if recalculate is not None else {}
    rounding = recalculate.rounding if recalculate is not None else {}
    return Limits(
        jump=wanted.jump,
        shift=wanted.shift,
        changes=wanted.changes,
        ranges=wanted.ranges,
        revised=wanted.revised,
        tolerance={**rounding, **wanted.tolerance},
        perturbation={**noise, **wanted.perturbation},
    )


def validated(
    project: Project,
    made: Release,
    *,
    previous: Release | None = None,
    refused: Path,
    progress: ProgressOption = None,
) -> tuple[Validation, pd.DataFrame]:
    """What was found in a run's release, and its coverage.

    Parameters
    ----------
    previous
        The release before it.
    refused
        Folder that the report is written to when the release is refused.

    Raises
    ------
    ValidationError
        There are errors; the text names the report.
    """
    found = validate(made, limits=limits_of(project.settings), previous=previous, progress=progress)
    covered = coverage(made)
    if not found.ok:
        write_validation(found, covered, refused, release=made, language=project.settings.project.language)
        found.verify(report=refused / "validation.html")
    return found, covered
