"""Reading releases from a store: every file is compared with its hash before it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from gisintegration.database.areas_file import read_areas_file
from gisintegration.database.draft import Draft
from gisintegration.database.manifests import Manifest
from gisintegration.database.part import Part, read_part, rows_of
from gisintegration.errors import DisclosureError
from gisintegration.files import sha256
from gisintegration.indicators.classes import labels as known_labels
from gisintegration.tables import Areas, Indicator, ProtectedTable, Release

if TYPE_CHECKING:
    from gisintegration.database.asked import Asked


def checked(folder: Path, file: Part | str, digest: str = "", where: str = "") -> Path:
    """As :meth:`Store.checked`."""
    name, digest = (file.file, file.sha256) if isinstance(file, Part) else (file, digest)
    path = folder / name
    try:
        if sha256(path) == digest:
            return path
        state = "not as it was written"
    except FileNotFoundError:
        state = "missing"
    except OSError as error:
        state = f"not readable ({error.strerror})"
    raise _not_whole(file, name, state, where)


def read_release(
    folder: Path, found: Manifest, parts: Sequence[Part], *, levels: Asked | None = None, breakdowns: bool = True
) -> Release:
    """A release of some of its parts, on all of its areas or, when levels were asked for, on theirs."""
    where = f"Release {found.number}"
    areas = {
        entry["key"]: _areas(folder, entry, where)
        for entry in found.body["areas"]
        if levels is None or any(part.key.level == entry["key"] for part in parts)
    }
    read = [_rows(folder, part, where, breakdowns=breakdowns) for part in parts]
    return _release(found, parts, read, areas)


def read_whole(folder: Path, found: Manifest) -> tuple[Release | None, list[str]]:
    """A release of what is whole of it, None when nothing is; and what is not, each as a sentence."""
    areas: dict[str, Areas] = {}
    parts: list[Part] = []
    read: list[pa.Table] = []
    broken = []
    where = f"Release {found.number}"
    for entry in found.body["areas"]:
        try:
            areas[entry["key"]] = _areas(folder, entry, where)
        except DisclosureError as error:
            broken.append(error.message)
    for part in found.parts:
        try:
            rows = _rows(folder, part, where, breakdowns=True)
        except DisclosureError as error:
            broken.append(error.message)
            continue
        if part.key.level in areas:
            parts.append(part)
            read.append(rows)
    return (_release(found, parts, read, areas) if parts else None), broken


def read_draft(folder: Path, made: Draft, *, number: int | None, breakdowns: bool) -> Release:
    """As :meth:`Store.draft`."""
    read = [_rows(folder, part, "The draft", breakdowns=breakdowns) for part in made.parts]
    return Release(
        name=made.name,
        id=made.id,
        tables=(_table(made.parts, read, made.indicators, made.labels, made.stamps),),
        areas=made.areas,
        manifest=made.manifest,
        organisation=made.organisation,
        source=made.source,
        notes=made.notes,
        number=number,
    )


def _release(found: Manifest, parts: Sequence[Part], read: Sequence[pa.Table], areas: Mapping[str, Areas]) -> Release:
    body = found.body
    declared = {name: Indicator.model_validate(item) for name, item in body["indicators"].items()}
    return Release(
        name=body["name"],
        id=body["id"],
        tables=(_table(parts, read, declared, body["labels"], body["stamps"]),),
        areas=areas,
        manifest=body["made"],
        organisation=body["organisation"],
        source=body["source"],
        notes=tuple(body["notes"]),
        number=found.number,
    )


def _table(
    parts: Sequence[Part],
    read: Sequence[pa.Table],
    indicators: Mapping[str, Indicator],
    labels: Mapping[str, Any],
    stamps: Mapping[str, Any],
) -> ProtectedTable:
    mine = {part.key.indicator for part in parts}
    return ProtectedTable(
        rows_of(read),
        indicators={name: item for name, item in indicators.items() if name in mine},
        labels=_as_declared(labels),
        stamps=stamps,
    )


def _as_declared(labels: Mapping[str, Any]) -> dict[str, Any]:
    """Classes in the order they are declared in: a manifest has them by code. Those of published tables stand last."""
    found = {}
    for breakdown, classes in labels.items():
        order = dict.fromkeys([*known_labels().get(breakdown, ()), *classes])
        found[breakdown] = {code: classes[code] for code in order if code in classes}
    return found


def _rows(folder: Path, part: Part, where: str, *, breakdowns: bool) -> pa.Table:
    path = checked(folder, part, where=where)
    try:
        return read_part(part, path, breakdowns=breakdowns)
    except FileNotFoundError as error:  # another process removed it since
        raise _not_whole(part, part.file, "missing", where) from error


def _areas(folder: Path, entry: Mapping[str, Any], where: str) -> Areas:
    path = checked(folder, entry["file"], entry["sha256"], where)
    try:
        return read_areas_file(path, entry["said"])
    except FileNotFoundError as error:
        raise _not_whole(entry["file"], entry["file"], "missing", where) from error


def _not_whole(file: Part | str, name: str, state: str, where: str) -> DisclosureError:
    what = str(file.key) if isinstance(file, Part) else name
    return DisclosureError(
        f"{where or 'A release'} cannot be read whole: {what} is {state} ({name}).",
        hint="put the file back from a copy of the store, or run the project again: what is damaged is made anew.",
    )
