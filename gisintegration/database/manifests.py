"""Manifests: the numbered, chained files of a store that say what each release is made of."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from gisintegration.database.part import Part
from gisintegration.errors import InputError
from gisintegration.files import atomic

FORMAT = 1
FOLDER = "releases"
_UNSIGNED = "0" * 64
_NAME = re.compile(r"(\d{4,})\.json")
_SIGNED = re.compile(rb'"sha256": "([0-9a-f]{64})"\n\}\n$')


@dataclass(frozen=True, eq=False)
class Manifest:
    """What one release is made of, as its file says.

    Parameters
    ----------
    number
        Of the release; never used for another.
    sha256
        Of the file, with zeros where this hash stands in it.
    body
        What the file says.
    """

    number: int
    sha256: str
    body: Mapping[str, Any]

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The parts, in the order of their keys."""
        return tuple(Part.of_entry(entry) for entry in self.body["parts"])

    @property
    def removed(self) -> bool:
        """Whether only its number, id and reason were kept."""
        return bool(self.body.get("removed"))

    @property
    def previous(self) -> tuple[int, str] | None:
        """Number and hash of the release before; None for the first."""
        before = self.body["previous"]
        return None if before is None else (int(before["number"]), str(before["sha256"]))


@dataclass(frozen=True)
class Damaged:
    """A manifest that cannot be trusted, and why."""

    number: int
    why: str


def manifest_name(number: int) -> str:
    """Name of a release's manifest, relative to the store.

    Examples
    --------
    >>> manifest_name(7)
    'releases/0007.json'
    """
    return f"{FOLDER}/{number:04d}.json"


def read_manifests(store: Path) -> tuple[list[Manifest], list[Damaged]]:
    """Every release of a store in the order of numbers, and those that cannot be read.

    Raises
    ------
    InputError
        The store was written by a newer version.
    """
    whole: list[Manifest] = []
    damaged: list[Damaged] = []
    for path in sorted((store / FOLDER).glob("*.json"), key=lambda path: (len(path.name), path.name)):
        if found := _NAME.fullmatch(path.name):
            read = read_manifest(path, int(found[1]))
            if isinstance(read, Damaged):
                damaged.append(read)
            else:
                whole.append(read)
    return whole, damaged


def read_manifest(path: Path, number: int) -> Manifest | Damaged:
    """A manifest whose file is as it was written, or what is wrong with it.

    Raises
    ------
    InputError
        It was written by a newer version.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        return Damaged(number, f"cannot be read: {error.strerror}")
    signed = _SIGNED.search(raw)
    if signed is None:
        return Damaged(number, "is not whole: its end is missing")
    unsigned = raw[: signed.start(1)] + _UNSIGNED.encode() + raw[signed.end(1) :]
    sha256 = hashlib.sha256(unsigned).hexdigest()
    if sha256 != signed[1].decode():
        return Damaged(number, "is not as it was written: its hash differs")
    body = json.loads(raw)
    if body["format"] > FORMAT:
        raise InputError(
            f"The store {path.parent.parent} was written in format {body['format']}; this version reads {FORMAT}.",
            hint="install the newer version of gisintegration.",
        )
    if body["number"] != number:
        return Damaged(number, f"is that of release {body['number']}, under another name")
    return Manifest(number, sha256, body)


def write_manifest(store: Path, body: Mapping[str, Any]) -> Manifest:
    """Write a manifest: from the moment it has its name, the release is there."""
    number = int(body["number"])
    text = manifest_text({**body, "sha256": _UNSIGNED})
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    head, _, tail = text.rpartition(_UNSIGNED)
    with atomic(store / manifest_name(number)) as temporary:
        temporary.write_text(head + sha256 + tail, encoding="utf-8", newline="\n")
    return Manifest(number, sha256, {**body, "sha256": sha256})


def manifest_text(body: Mapping[str, Any]) -> str:
    """A member a line, and of lists an item a line, so that two manifests can be compared as text."""
    lines = []
    for name, value in body.items():
        if isinstance(value, Sequence) and not isinstance(value, str) and value:
            items = ",\n  ".join(_json(item) for item in value)
            lines.append(f"{_json(name)}: [\n  {items}\n ]")
        else:
            lines.append(f"{_json(name)}: {_json(value)}")
    return "{\n " + ",\n ".join(lines) + "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
