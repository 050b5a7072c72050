"""Writing a few settings into a project file without touching anything else in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from gisintegration.errors import ProjectError
from gisintegration.files import atomic
from gisintegration.project.parts import Settings
from gisintegration.project.settings import parse


def write_crs(path: Path, crs: str, columns: Mapping[str, str] | None = None) -> None:
    """Write the register's CRS, and columns that change, into a project file. Comments and layout stay.

    Parameters
    ----------
    columns
        Delivered column → variable, laid over those in the file.

    Raises
    ------
    ProjectError
        The file is laid out in a way that cannot be edited safely; the lines to write are told.
    """
    text = path.read_text(encoding="utf-8-sig")
    edited = with_setting(text, "register", "crs", crs)
    for column, variable in (columns or {}).items():
        edited = with_setting(edited, "register.columns", column, variable)
    if not _is_the_same_but(parse(text), edited, crs, columns or {}):
        lines = [
            f'[register] crs = "{crs}"',
            *(f'[register.columns] "{a}" = "{b}"' for a, b in (columns or {}).items()),
        ]
        raise ProjectError(
            f"{path.name} is laid out in a way that is not edited safely.", hint=f"write yourself: {'; '.join(lines)}."
        )
    with atomic(path) as temporary:
        temporary.write_text(edited, encoding="utf-8", newline="\n")


def with_setting(text: str, table: str, key: str, value: str) -> str:
    r"""The text of a TOML file with one text value set in one table.

    A line that sets the key, or a comment that shows how, is replaced; else the line comes after the table's header.
    A table that is not there is added before the next one after ``[register]``.

    Examples
    --------
    >>> text = '[register]\n# crs = "EPSG:3006"   # of x and y\nnearest = 5'
    >>> print(with_setting(text, "register", "crs", "EPSG:3021"))
    [register]
    crs = "EPSG:3021"   # of x and y
    nearest = 5
    """
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if re.match(rf"\s*\[\s*{re.escape(table)}\s*\]", line)), None)
    setting = f"{_key(key)} = {json.dumps(value, ensure_ascii=False)}"
    if start is None:
        parent = next((i for i, line in enumerate(lines) if re.match(r"\s*\[\s*register\s*\]", line)), len(lines) - 1)
        at = _end(lines, parent)
        return "\n".join([*lines[:at], "", f"[{table}]", setting, *lines[at:]]) + "\n"
    names = rf"(?:{re.escape(key)}|\"{re.escape(key)}\"|'{re.escape(key)}')"
    for i in range(start + 1, _end(lines, start)):
        if found := re.match(rf"\s*#?\s*{names}\s*=\s*(?:\"[^\"]*\"|'[^']*'|\d+)(\s*(?:#.*)?)$", lines[i]):
            lines[i] = setting + found[1]
            break
    else:
        lines.insert(start + 1, setting)
    return "\n".join(lines) + ("\n" if text.endswith("\n") else "")


def _end(lines: list[str], start: int) -> int:
    """The line of the next table's header, without blank lines and comments before it."""
    end = next((i for i in range(start + 1, len(lines)) if re.match(r"\s*\[", lines[i])), len(lines))
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def _is_the_same_but(before: Settings, edited: str, crs: str, columns: Mapping[str, str]) -> bool:
    try:
        after = parse(edited)
    except ProjectError:
        return False
    if before.register_ is None:
        return False
    wanted = before.register_.model_copy(update={"crs": crs, "columns": {**before.register_.columns, **columns}})
    return after == before.model_copy(update={"register_": wanted})
