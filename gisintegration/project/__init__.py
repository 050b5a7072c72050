"""The project file, and what is done with it: init, check, run, demo."""

from gisintegration.project.check import ProjectCheck, check_project
from gisintegration.project.demo import demo_project
from gisintegration.project.init import init_project
from gisintegration.project.kept import open_project_release, open_project_store
from gisintegration.project.listing import list_areas
from gisintegration.project.locating import locate_project
from gisintegration.project.outputs import export, exported, file_name
from gisintegration.project.run import Run, run_project
from gisintegration.project.series import recalculate_project, recalculate_table
from gisintegration.project.settings import FILE_NAME, Project, read_project

__all__ = [
    "FILE_NAME",
    "Project",
    "ProjectCheck",
    "Run",
    "check_project",
    "demo_project",
    "export",
    "exported",
    "file_name",
    "init_project",
    "list_areas",
    "locate_project",
    "open_project_release",
    "open_project_store",
    "read_project",
    "recalculate_project",
    "recalculate_table",
    "run_project",
]
