"""The releases of a project's store, opened again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from gisintegration.database import Store, open_store, select_release
from gisintegration.database.asked import Asked, AskedYears
from gisintegration.database.manifests import FOLDER
from gisintegration.errors import ProjectError
from gisintegration.project.settings import Project, read_project
from gisintegration.tables import Release


def open_project_store(project: Project | str | Path) -> Store:
    """The store of a project.

    Raises
    ------
    ProjectError
        The project has not been run.
    """
    project = project if isinstance(project, Project) else read_project(project)
    if not (project.store / FOLDER).is_dir():
        raise ProjectError(f"{project.path.name} has not been run: there is no release.", hint="gisintegration run")
    return open_store(project.store)


def open_project_release(
    project: Project | str | Path,
    *,
    where: Mapping[str, Sequence[str]] | None = None,
    number: int | str | None = None,
    indicators: Asked | None = None,
    levels: Asked | None = None,
    years: AskedYears | None = None,
    breakdowns: bool = True,
) -> Release:
    """A release of the project, or a part of one; only what is asked for is read.

    Parameters
    ----------
    where
        Codes to keep of the areas: ``{"kommun": ["1480"]}``.
    number
        Of the release, or ``"previous"``; None: the latest.
    indicators, levels, years, breakdowns
        As for :func:`gisintegration.select_release`.

    Raises
    ------
    ProjectError
        The project has not been run.
    InputError
        There is no such release, or it has nothing of what is asked for.
    DisclosureError
        The release was changed after it was protected.
    """
    store = open_project_store(project)
    made = store.read(number, indicators=indicators, levels=levels, years=years, breakdowns=breakdowns)
    return select_release(made, where) if where else made
