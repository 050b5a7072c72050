"""Options that several commands take, and what they mean."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import gisintegration as gi
from gisintegration.errors import ProjectError

FILE_NAME = "integration.toml"

ProjectOption = Annotated[
    Path | None,
    typer.Option(
        "--project", help="Project file or its folder; default the nearest integration.toml upward, else demo/."
    ),
]
KommunOption = Annotated[list[str] | None, typer.Option("--kommun", help="Only this kommun (code); may be repeated.")]
LanOption = Annotated[list[str] | None, typer.Option("--lan", help="Only this län (code); may be repeated.")]
ReleaseOption = Annotated[
    str | None, typer.Option("--release", help="Number of a release, or previous; default the latest.")
]
LanguageOption = Annotated[str, typer.Option("--language", help="sv or en.")]


def find_project(given: Path | None) -> gi.Project:
    """The project named, else the nearest upward, else the demo's.

    Raises
    ------
    ProjectError
        There is none, or it cannot be read.
    """
    if given is not None:
        return gi.read_project(given)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / FILE_NAME).is_file():
            return gi.read_project(folder / FILE_NAME)
    if (here / "demo" / FILE_NAME).is_file():
        return gi.read_project(here / "demo" / FILE_NAME)
    raise ProjectError(
        f"There is no {FILE_NAME} here or in a folder above.",
        hint="gisintegration init writes one, gisintegration demo makes one to try; --project names one elsewhere.",
    )


def conditions(kommun: list[str] | None, lan: list[str] | None) -> dict[str, list[str]]:
    """``--kommun`` and ``--lan`` as conditions on areas."""
    return {level: codes for level, codes in (("kommun", kommun), ("lan", lan)) if codes}
