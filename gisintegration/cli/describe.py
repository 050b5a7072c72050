"""The command line described as data, read from the functions behind the commands."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from enum import Enum, StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from typer.models import ArgumentInfo

import gisintegration as gi

_TYPES = {bool: "boolean", int: "integer", float: "number", str: "text", Path: "path"}


def described(verbs: Mapping[str, inspect.Signature], helps: Mapping[str, str]) -> dict[str, Any]:
    """Every command with its parameters.

    Parameters
    ----------
    verbs, helps
        Signature and help of each command by its full name, ``"areas check"``.

    Returns
    -------
    dict
        ``version`` and ``commands``: ``name``, ``help``, and ``parameters`` with ``name``, ``flags`` (empty for an
        argument), ``type`` (boolean, integer, number, text, path), ``choices``, ``required``, ``multiple``,
        ``default``, ``help``.
    """
    commands = [
        {
            "name": name,
            "help": helps[name],
            "parameters": [_parameter(item) for item in verbs[name].parameters.values()],
        }
        for name in sorted(verbs)
    ]
    return {"version": gi.__version__, "commands": commands}


def page(found: Mapping[str, Any]) -> str:
    """The description as Markdown."""
    lines = [
        "# Commands",
        "",
        "Generated from the commands by `make docs`. Every command also takes `--json` (one JSON object a line on",
        "standard output, the result last), `--progress auto|json|none` and `--debug`. Exit codes: 0 done, 1 bad input",
        "or refused, 2 wrong usage.",
    ]
    for command in found["commands"]:
        text, _, example = command["help"].partition("Example: ")
        lines += ["", f"## gisintegration {command['name']}", "", text.strip(), "", f"    {example.strip()}"]
        own = [item for item in command["parameters"] if item["name"] not in ("as_json", "progress", "debug")]
        if own:
            lines += ["", "| parameter | type | default | meaning |", "| --- | --- | --- | --- |"]
        lines += [_row(item) for item in own]
    return "\n".join(lines) + "\n"


def _row(item: Mapping[str, Any]) -> str:
    flags = " / ".join(f"`{flag}`" for flag in item["flags"]) or f"`{item['name'].upper()}`"
    kind = " \\| ".join(item["choices"]) or item["type"]
    default = "required" if item["required"] else "" if item["default"] is None else f"`{item['default']}`"
    return f"| {flags}{' (repeatable)' if item['multiple'] else ''} | {kind} | {default} | {item['help']} |"


def _parameter(item: inspect.Parameter) -> dict[str, Any]:
    annotation, info = (
        get_args(item.annotation)[:2] if get_origin(item.annotation) is Annotated else (item.annotation, None)
    )
    kind, choices, multiple = _kind(annotation)
    return {
        "name": item.name,
        "flags": _flags(item.name, kind, info),
        "type": kind,
        "choices": choices,
        "required": item.default is inspect.Parameter.empty,
        "multiple": multiple,
        "default": _plain(item.default),
        "help": (getattr(info, "help", None) or "").strip(),
    }


def _kind(annotation: Any) -> tuple[str, list[str], bool]:
    """Type in words, choices, and whether several may be given."""
    if get_origin(annotation) in (Union, UnionType):
        annotation = next(part for part in get_args(annotation) if part is not NoneType)
    if get_origin(annotation) is list:
        kind, choices, _ = _kind(get_args(annotation)[0])
        return kind, choices, True
    if get_origin(annotation) is Literal:
        return "text", [str(choice) for choice in get_args(annotation)], False
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return "text", [choice.value for choice in annotation], False
    return _TYPES[annotation], [], False


def _flags(name: str, kind: str, info: Any) -> list[str]:
    if isinstance(info, ArgumentInfo):
        return []
    # In Annotated, typer keeps the first flag where a default would stand.
    given = [getattr(info, "default", None), *(getattr(info, "param_decls", None) or ())]
    declared = [flag for flag in given if isinstance(flag, str) and flag.startswith("-")]
    if declared:
        return declared
    flag = name.replace("_", "-")
    return [f"--{flag}", f"--no-{flag}"] if kind == "boolean" else [f"--{flag}"]


def _plain(value: Any) -> Any:
    if value is inspect.Parameter.empty:
        return None
    if isinstance(value, Enum):
        return value.value
    return value.as_posix() if isinstance(value, Path) else value
