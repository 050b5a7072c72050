"""The last run's release, opened again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from gisintegration.database import open_release, select_release
from gisintegration.errors import ProjectError
from gisintegration.project.outputs import RELEASE
from gisintegration.project.settings import Project, read_project
from gisintegration.tables import Release


def open_project_release(project: Project | str | Path, *, where: Mapping[str, Sequence[str]] | None = None) -> Release:
    """The release of the project's last run.

    Parameters
    ----------
    where
        Codes to keep of the areas: ``{"kommun": ["1480"]}``.

    Raises
    ------
    ProjectError
        The project has not been run.
    DisclosureError
        The release was changed after it was protected.
    """
    project = project if isinstance(project, Project) else read_project(project)
    folder = project.output / RELEASE
    if not folder.is_dir():
        raise ProjectError(f"{project.path.name} has not been run: there is no release.", hint="gisintegration run")
    made = open_release(folder)
    return select_release(made, where) if where else made
