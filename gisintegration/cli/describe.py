"""The command line described as data, read from the application itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import gisintegration as gi


def described(root: Any) -> dict[str, Any]:
    """Every command with its parameters.

    Parameters
    ----------
    root
        The group that typer made of the application.

    Returns
    -------
    dict
        ``version`` and ``commands``: ``name`` (``"areas check"``), ``help``, and ``parameters`` with ``name``,
        ``flags`` (empty for an argument), ``type``, ``choices``, ``required``, ``multiple``, ``default``, ``help``.
    """
    return {"version": gi.__version__, "commands": list(_commands(root, ""))}


def _commands(group: Any, prefix: str) -> Iterator[dict[str, Any]]:
    for name, command in sorted(group.commands.items()):
        full = f"{prefix}{name}"
        if hasattr(command, "commands"):
            yield from _commands(command, f"{full} ")
        else:
            parameters = [_parameter(item) for item in command.params if item.name != "help"]
            yield {"name": full, "help": command.help or "", "parameters": parameters}


def _parameter(item: Any) -> dict[str, Any]:
    argument = item.param_type_name == "argument"
    return {
        "name": item.name,
        "flags": [] if argument else list(item.opts),
        "type": "boolean" if getattr(item, "is_flag", False) else item.type.name,
        "choices": [str(_plain(choice)) for choice in getattr(item.type, "choices", ())],
        "required": bool(item.required),
        "multiple": bool(getattr(item, "multiple", False) or item.nargs != 1),
        "default": _plain(item.default),
        "help": getattr(item, "help", None) or "",
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return value.as_posix()
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Mapping) or callable(value):
        return None
    return value
