"""One series on one set of boundaries: a project, or a single published table, recalculated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from gisintegration.errors import ProjectError
from gisintegration.progress import ProgressOption
from gisintegration.project.inputs import Where
from gisintegration.project.parts import STABLE
from gisintegration.project.run import Run, run_project
from gisintegration.project.settings import Project, checked, read_project


def recalculate_project(
    project: Project | str | Path,
    *,
    to: str | None = None,
    sources: Sequence[str] = (),
    method: str | None = None,
    weights: str | Path | None = None,
    crosswalk: str | Path | None = None,
    indicators: Sequence[str] = (),
    years: str | tuple[int, int] | None = None,
    whole: bool = False,
    where: Where | None = None,
    output: str | Path | None = None,
    progress: ProgressOption = None,
) -> Run:
    """Run a project with every year on one edition or on stable areas, whatever its file says of that.

    A register is placed on the new areas, which is exact. Published tables are recalculated by a crosswalk.

    Parameters
    ----------
    project
        A project file, its folder, or one that was read.
    to
        ``deso/2025`` or ``stable``; left out: what the file says.
    sources
        Editions to recalculate; left out: those of the same division.
    method, weights, crosswalk
        For published tables: how, by which file, or by which saved crosswalk.
    indicators, years
        Left out: what the file says.
    whole
        Whole numbers that keep every margin.
    where, output, progress
        As for :func:`run_project`.

    Raises
    ------
    ProjectError, InputError
        The project, an option or an input cannot be used; nothing was written.
    """
    project = project if isinstance(project, Project) else read_project(project)
    said = project.settings.model_dump(mode="python", by_alias=True, exclude_none=True, exclude_unset=True)
    if own := said.pop("own", None):
        said["areas"] = {**said.get("areas", {}), "own": own}
    known = dict(said.get("recalculate", {}))
    given: dict[str, Any] = {"to": to, "from": list(sources), "method": method, "whole": whole}
    given |= {"weights": _absolute(weights), "crosswalk": _absolute(crosswalk)}
    if method or crosswalk:
        known = {key: value for key, value in known.items() if key not in ("method", "weights", "crosswalk")}
    chosen = {**known, **{key: value for key, value in given.items() if value}}
    if "to" not in chosen:
        raise ProjectError(
            f"{project.path.name} does not say what to recalculate to.",
            hint='say it: --to deso/2025 or --to stable, or [recalculate] to = "deso/2025" in the file.',
        )
    said["recalculate"] = chosen
    _choose(said, indicators, years)
    _redraw(said, project, str(chosen["to"]), indicators)
    return run_project(_project(project.path, said), where=where, to=output, progress=progress)


def recalculate_table(
    table: str | Path,
    mapping: str | Path,
    *,
    to: str,
    sources: Mapping[str, str | Path | None],
    output: str | Path,
    target: str | Path | None = None,
    method: str | None = None,
    weights: str | Path | None = None,
    crosswalk: str | Path | None = None,
    indicators: Sequence[str] = (),
    years: str | tuple[int, int] | None = None,
    whole: bool = False,
    language: Literal["sv", "en"] = "sv",
    progress: ProgressOption = None,
) -> Run:
    """Recalculate one published table to one edition or to stable areas, and write layers, tables and maps.

    Parameters
    ----------
    table, mapping
        As for ``gi.read_reported``: the file, and the mapping that says what is in it.
    to
        ``deso/2025`` or ``stable``.
    sources
        Edition → its layer, None for the one that comes with the toolkit. For ``stable`` two or more.
    output
        Folder to write; it is replaced whole.
    target
        Layer of the edition ``to``.
    indicators
        Left out: all; a map is drawn of each that is named.

    Raises
    ------
    ProjectError, InputError
        An option or an input cannot be used; nothing was written.
    """
    output, table = Path(output).absolute(), Path(table).absolute()
    editions = {**sources, **({} if to in (STABLE, *sources) else {to: target})}
    recalculate: dict[str, Any] = {
        "to": to,
        "method": method,
        "weights": _absolute(weights),
        "crosswalk": _absolute(crosswalk),
    }
    if to != STABLE:
        recalculate["from"] = list(sources)
    level = to.split("/", maxsplit=1)[0]
    said: dict[str, Any] = {
        "project": {"name": table.stem, "language": language},
        "reported": {"table": {"path": str(table), "mapping": _mapping(mapping)}},
        "areas": {key: {} if path is None else {"path": _absolute(path)} for key, path in editions.items()},
        "levels": {"by": [level]},
        "recalculate": {**{key: value for key, value in recalculate.items() if value}, "whole": whole},
        "output": {
            "folder": str(output),
            "internal": str(output.with_name(f"{output.name}-internal")),
            "store": str(output.with_name(f"{output.name}-store")),
            "formats": ["csv"],
            "maps": [{"indicator": name, "level": level} for name in indicators],
        },
    }
    _choose(said, indicators, years)
    return run_project(_project(Path.cwd() / f"{table.stem}.recalculate", said), progress=progress)


def _project(path: Path, said: Mapping[str, Any]) -> Project:
    return Project(path, checked(said, where="recalculate"))


def _choose(said: dict[str, Any], indicators: Sequence[str], years: str | tuple[int, int] | None) -> None:
    chosen = {**said.get("indicators", {})}
    if indicators:
        chosen["use"] = list(indicators)
    if years is not None:
        chosen["years"] = years
    said["indicators"] = chosen


def _redraw(said: dict[str, Any], project: Project, to: str, indicators: Sequence[str]) -> None:
    """The maps of the file on the new areas, of the indicators that are wanted."""
    output = project.settings.output
    before = project.settings.recalculate
    recalculated = {key.split("/")[0] for key in project.settings.areas} | (
        {before.to.split("/")[0]} if before else set()
    )
    maps = [
        {"indicator": one.indicator, "level": to.split("/", maxsplit=1)[0] if one.level in recalculated else one.level}
        for one in output.maps
        if not indicators or one.indicator in indicators
    ]
    said["output"] = {**said.get("output", {}), "maps": maps}


def _mapping(mapping: str | Path) -> str:
    """A ready mapping by its name, one of one's own by its path."""
    return str(Path(mapping).absolute()) if str(mapping).endswith(".toml") else str(mapping)


def _absolute(path: str | Path | None) -> str | None:
    return None if path is None else str(Path(path).absolute())
