"""A new project file, commented, with what can be told from the files that are given."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from gisintegration.areas import guess_level
from gisintegration.areas.codes import other_editions
from gisintegration.errors import InputError, ProjectError
from gisintegration.files import atomic
from gisintegration.project.coding import codes_of, header, is_synthetic, quoted
from gisintegration.project.recognise import is_table, recognised
from gisintegration.project.settings import FILE_NAME, parse
from gisintegration.publish.words import distinct, identifier
from gisintegration.registers import variables
from gisintegration.registers.contract import propose
from gisintegration.reported import load_mapping

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
    reported: Sequence[str | Path] = (),
    name: str | None = None,
) -> Path:
    """Write a commented project file.

    Without a register, published tables in the folder that a ready mapping fits are taken.

    Parameters
    ----------
    folder
        Where; it is made if needed.
    register
        Files of the register. Swedish names of the toolkit's variables are written down, columns that are not told
        are listed, and codes are proposed for the values that say in words what they mean.
    areas
        Layers of areas. Level and edition are told from their codes; a layer without official codes is one of your own.
    reported
        Published tables, or folders of them.
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
    missing = [given for given in [*register, *areas, *reported] if not Path(str(given).partition("|")[0]).exists()]
    if missing:
        raise InputError.missing_file(missing[0])
    registers = [Path(one) for one in register]
    beside = [folder] if not register and not reported and folder.is_dir() else []
    tables, editions = _reported(folder, [*(Path(one) for one in reported), *beside])
    area_text, levels = _areas(folder, [Path(one) for one in areas], editions)
    columns, column_text = _columns(registers)
    synthetic = any(is_synthetic(one) for one in registers)
    values = {
        "@name@": quoted(name or folder.name or "Projekt"),
        "@register@": _listed([_relative(folder, one) for one in registers] or ["register.csv"]),
        "@columns@": column_text,
        "@synthetic@": f"{'' if synthetic else '# '}synthetic = true",
        "@constants@": 'constants = "synthetic"' if synthetic else '# constants = "constants.toml"',
        "@codes@": _codes(registers, columns),
        "@reported@": tables,
        "@areas@": area_text,
        "@levels@": _listed(levels),
        "@region@": '# region = "Mitt område"   # with "region" in the list above',
    }
    text = files("gisintegration.project").joinpath("template.toml").read_text(encoding="utf-8")
    text = _chosen(text, "register" if register or not tables else "reported")
    for mark, value in values.items():
        text = text.replace(mark, value)
    parse(text)
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return path


def _chosen(text: str, source: str) -> str:
    """The template with the part of one source of figures: lines between ``#<register`` and ``#>`` or the like."""
    kept, inside = [], ""
    for line in text.splitlines():
        if found := re.fullmatch(r"#<(\w+)", line):
            inside = found[1]
        elif line == "#>":
            inside = ""
        elif not inside or inside == source:
            kept.append(line)
    return "\n".join(kept) + "\n"


def _areas(folder: Path, paths: Sequence[Path], editions: Sequence[str] = ()) -> tuple[str, list[str]]:
    if not paths and editions:
        division = editions[0].split("/")[0]
        blocks = [f'[areas."{key}"]\n' for key in editions]
        blocks += [f'# [areas."{key}"]   # to recalculate the figures to it\n' for key in other_editions(editions)]
        return "\n".join(blocks), _LEVELS.get(division, [division])
    if not paths:
        return _BUNDLED, _LEVELS["deso"]
    blocks, levels = [], []
    for path in paths:
        told = guess_level(path)
        if told is None:
            name = identifier(path.stem)
            blocks.append(f'[areas.own.{name}]\npath = {quoted(_relative(folder, path))}\n# code = "…"\n# name = "…"\n')
            continue
        level, editions = told
        comment = "" if len(editions) == 1 else f"   # the codes do not tell which of {', '.join(editions)}"
        blocks.append(
            f'[areas."{level}/{editions[-1]}"]{comment}\npath = {quoted(_relative(folder, path))}\n'
            f'# years = "2018-2023"       # data years to count on it; left out: the edition\'s own\n'
        )
        levels += [one for one in _LEVELS.get(level, [level]) if one not in levels]
    return "\n".join(blocks), levels or ["deso"]


def _columns(paths: Sequence[Path]) -> tuple[dict[str, str], str]:
    """Delivered columns that are variables by another name; and their lines, with the columns that are not used."""
    names = list(dict.fromkeys(name for path in paths for name in header(path)))
    known = variables()
    missing = [name for name in known if name not in names]
    found = propose(missing, names)
    lines = [f"{quoted(column)} = {quoted(variable)}" for column, variable in found.items()]
    unused = [name for name in names if name not in found and name not in known]
    if unused:
        lines.append("# Not used, since no variable is told from the name:")
        lines += [f'# {quoted(name)} = "…"' for name in unused]
    return found, "\n".join(lines or ['# "kön" = "sex"'])


def _codes(paths: Sequence[Path], columns: Mapping[str, str]) -> str:
    """A table of codes for every coded column that is not in the toolkit's codes."""
    found = codes_of(paths, columns)
    if not found:
        return '# [register.codes.sex]\n# "1" = "men"\n# "2" = "women"'
    parts = []
    for name, lines in found.items():
        told = any(not line.startswith("#") for line in lines)
        parts += [f"{'' if told else '# '}[register.codes.{name}]", *lines]
    return "\n".join(parts)


def _reported(folder: Path, paths: Sequence[Path]) -> tuple[str, list[str]]:
    """Parts for published tables, with the ready mapping that fits each, and the editions they are on."""
    blocks: list[str] = []
    editions: list[str] = []
    for path in _tables(paths):
        mapping = recognised(path)
        if mapping is not None:
            editions += load_mapping(mapping).said.rows.editions.values()
        told = quoted(mapping) if mapping else '"my_table.toml"   # none of the ready mappings fits: docs/reported.md'
        name = distinct(identifier(path.name.split(".")[0]), [block.split("]")[0].split(".")[1] for block in blocks])
        blocks.append(f"[reported.{name}]\npath = {quoted(_relative(folder, path))}\nmapping = {told}\n")
    return "\n".join(blocks), list(dict.fromkeys(editions))


def _tables(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        inner = sorted(file for file in path.iterdir() if is_table(file)) if path.is_dir() else [path]
        # In a folder, only what is recognised is a published table.
        found += [file for file in inner if not path.is_dir() or recognised(file) is not None]
    return found


def _relative(folder: Path, path: Path) -> str:
    try:
        return Path(os.path.relpath(path.absolute(), folder)).as_posix()
    except ValueError:  # another drive of Windows
        return path.absolute().as_posix()


def _listed(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(quoted, texts))}]"
