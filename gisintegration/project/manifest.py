"""The manifest: what a run was made from and of, without a clock, a path of the machine or a small count."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import pyogrio
import pyproj
import shapely

from gisintegration import __version__
from gisintegration.files import sha256
from gisintegration.project.folder import MANIFEST
from gisintegration.project.inputs import register_paths
from gisintegration.project.settings import Project

_PACKAGES = ("duckdb", "geopandas", "numpy", "pandas", "pyarrow", "pyogrio", "pyproj", "shapely")


def versions() -> dict[str, str]:
    """Versions of the toolkit and of what its figures and files depend on."""
    found = {"gisintegration": __version__, "python": ".".join(platform.python_version_tuple()[:2])}
    found |= {name: metadata.version(name) for name in _PACKAGES}
    gdal = ".".join(map(str, pyogrio.__gdal_version__))
    return found | {"GDAL": gdal, "GEOS": shapely.geos_version_string, "PROJ": pyproj.proj_version_str}


def input_files(project: Project) -> list[dict[str, Any]]:
    """Every input with its SHA-256, in the project file's order. A folder counts as one."""
    return [{"path": label, "sha256": sha256(path)} for path, label in _inputs(project).items()]


def plain_paths(project: Project, value: Any) -> Any:
    """The same value with every path of the machine written as the project file writes it."""
    names = {str(path): label for path, label in _inputs(project).items()} | {f"{project.folder}/": ""}
    ordered = sorted(names, key=len, reverse=True)

    def plain(item: Any) -> Any:
        if isinstance(item, Mapping):
            return {plain(key): plain(part) for key, part in item.items()}
        if isinstance(item, list | tuple):
            return [plain(part) for part in item]
        if isinstance(item, str):
            for text in ordered:
                item = item.replace(text, names[text])
        return item

    return plain(value)


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Write ``manifest.json`` with the hash of every other file in the folder, and return what was written."""
    files = {file.relative_to(folder).as_posix(): sha256(file) for file in sorted(folder.rglob("*")) if file.is_file()}
    written = {**manifest, "files": files}
    text = json.dumps(written, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(f"{text}\n", encoding="utf-8", newline="\n")
    return written


def _inputs(project: Project) -> dict[Path, str]:
    """Files and folders that the project file names, and how it names them."""
    settings = project.settings
    constants = settings.indicators.constants
    given = [constants] if isinstance(constants, str) else constants or []
    register, recalculate = settings.register_, settings.recalculate
    named = [
        register.places if register is not None else None,
        *(part.path for part in settings.reported.values()),
        *(part.mapping for part in settings.reported.values() if part.mapping.endswith(".toml")),
        *((recalculate.weights, recalculate.crosswalk) if recalculate is not None else ()),
        *(part.path for part in settings.areas.values()),
        *(part.key for part in settings.areas.values()),
        *(part.land for part in settings.areas.values()),
        *(part.path for part in settings.own.values()),
        *settings.indicators.folders,
        *(name for name in given if name.endswith(".toml")),
    ]
    # A project that was put together from options has no file.
    own = [project.path] if project.path.is_file() else []
    paths = [*own, *(register_paths(project) if register is not None else [])]
    paths += [project.resolve(name) for name in named if name]
    files = [Path(str(path).partition("|")[0]) for path in paths]
    return {path: _label(project, path) for path in files}


def _label(project: Project, path: Path) -> str:
    return path.relative_to(project.folder).as_posix() if path.is_relative_to(project.folder) else path.name
