"""A new project file, commented, with what can be told from the files that are given."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import pyarrow.parquet as pq
import pyogrio

from gisintegration.areas import guess_level
from gisintegration.errors import InputError, ProjectError
from gisintegration.files import atomic
from gisintegration.project.settings import FILE_NAME, parse
from gisintegration.publish.words import identifier
from gisintegration.registers import variables
from gisintegration.registers.contract import propose
from gisintegration.registers.text import find_dialect

_BUNDLED = """[areas."deso/2018"]
# path = "deso_2018.gpkg"   # GeoPackage, GeoJSON, Shapefile (zipped too) or GeoParquet, in any CRS
# layer, code, name         # where they cannot be told
# key = "regso.csv"         # which RegSO each DeSO lies in
# land = "land.gpkg"        # what areas are clipped by when drawn
# where = { kommun = ["1480"] }
# years = "2018-2023"       # data years to count on it; left out: the edition's own

[areas."deso/2025"]
"""
_LEVELS = {"deso": ["deso", "regso", "kommun"], "regso": ["regso", "kommun"], "kommun": ["kommun"], "lan": ["lan"]}


def init_project(
    folder: str | Path = ".",
    *,
    register: Sequence[str | Path] = (),
    areas: Sequence[str | Path] = (),
    name: str | None = None,
) -> Path:
    """Write a commented project file.

    Parameters
    ----------
    folder
        Where; it is made if needed.
    register
        Files of the register. Their columns are read, and Swedish names of the toolkit's variables are written down.
    areas
        Layers of areas. Level and edition are told from their codes; a layer without official codes is one of your own.
    name
        Of the project; default the folder's.

    Returns
    -------
    Path
        The project file.

    Raises
    ------
    ProjectError
        The folder has a project file already.
    InputError
        A file that was given does not exist or cannot be read.
    """
    folder = Path(folder).absolute()
    path = folder / FILE_NAME
    if path.exists():
        raise ProjectError(f"{path} exists already.", hint="edit it, or choose another folder.")
    missing = [given for given in [*register, *areas] if not Path(str(given).partition("|")[0]).exists()]
    if missing:
        raise InputError.missing_file(missing[0])
    area_text, levels = _areas(folder, [Path(one) for one in areas])
    values = {
        "@name@": _quoted(name or folder.name or "Projekt"),
        "@register@": _listed([_relative(folder, Path(one)) for one in register] or ["register.csv"]),
        "@columns@": _columns([Path(one) for one in register]),
        "@areas@": area_text,
        "@levels@": _listed(levels),
        "@region@": '# region = "Mitt område"   # with "region" in the list above',
    }
    text = files("gisintegration.project").joinpath("template.toml").read_text(encoding="utf-8")
    for mark, value in values.items():
        text = text.replace(mark, value)
    parse(text)
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return path


def _areas(folder: Path, paths: Sequence[Path]) -> tuple[str, list[str]]:
    if not paths:
        return _BUNDLED, _LEVELS["deso"]
    blocks, levels = [], []
    for path in paths:
        told = guess_level(path)
        if told is None:
            name = identifier(path.stem)
            blocks.append(
                f'[areas.own.{name}]\npath = {_quoted(_relative(folder, path))}\n# code = "…"\n# name = "…"\n'
            )
            continue
        level, editions = told
        comment = "" if len(editions) == 1 else f"   # the codes do not tell which of {', '.join(editions)}"
        blocks.append(
            f'[areas."{level}/{editions[-1]}"]{comment}\npath = {_quoted(_relative(folder, path))}\n'
            f'# years = "2018-2023"       # data years to count on it; left out: the edition\'s own\n'
        )
        levels += [one for one in _LEVELS.get(level, [level]) if one not in levels]
    return "\n".join(blocks), levels or ["deso"]


def _columns(paths: Sequence[Path]) -> str:
    names = [name for path in paths for name in _header(path)]
    missing = [name for name in variables() if name not in names]
    found = propose(missing, names)
    lines = [f"{_quoted(column)} = {_quoted(variable)}" for column, variable in found.items()]
    return "\n".join(lines or ['# "kön" = "sex"'])


def _header(path: Path) -> Sequence[str]:
    if path.is_dir():
        inner = sorted(file for file in path.rglob("*") if file.suffix.lower() in (".parquet", ".csv"))
        return _header(inner[0]) if inner else []
    if path.suffix.lower() == ".parquet":
        return list(pq.read_schema(path).names)
    if path.suffix.lower() in (".csv", ".txt", ".tsv"):
        return find_dialect(path).header
    file, _, layer = str(path).partition("|layername=")
    return list(pyogrio.read_info(file, layer=layer or None)["fields"])


def _relative(folder: Path, path: Path) -> str:
    try:
        return Path(os.path.relpath(path.absolute(), folder)).as_posix()
    except ValueError:  # another drive of Windows
        return path.absolute().as_posix()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _listed(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"
