"""A release kept as a folder, so that it can be published again without the register."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from gisintegration.areas import AreaDivision
from gisintegration.database.release import release
from gisintegration.errors import DisclosureError, InputError
from gisintegration.files import atomic, sha256
from gisintegration.tables import Areas, Indicator, ProtectedTable, Release

_INDEX = "release.json"
_FORMAT = 1
_DISPLAY = "display"


def save_release(made: Release, folder: str | Path) -> Path:
    """Keep a release as a folder: its tables and areas as Parquet, the rest as ``release.json``.

    Everything in it is protected. What stood in the folder before is replaced in one step.

    Raises
    ------
    OutputError
        The folder cannot be written; what was there before is whole.
    """
    folder = Path(folder)
    with atomic(folder) as temporary:
        temporary.mkdir()
        tables = [_save_table(table, temporary / f"table_{i}.parquet") for i, table in enumerate(made.tables, start=1)]
        areas = {key: _save_areas(made.areas[key], temporary / _area_file(key)) for key in sorted(made.areas)}
        index = {
            "format": _FORMAT,
            "id": made.id,
            "name": made.name,
            "organisation": made.organisation,
            "source": made.source,
            "notes": [dict(note) for note in made.notes],
            "tables": tables,
            "areas": areas,
            "manifest": made.manifest,
            "files": {file.name: sha256(file) for file in sorted(temporary.glob("*.parquet"))},
        }
        (temporary / _INDEX).write_text(json.dumps(index, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    return folder


def open_release(folder: str | Path) -> Release:
    """A release that :func:`save_release` kept, after a check that it is the one that was protected.

    Raises
    ------
    InputError
        There is no release in the folder, or it was kept by another version.
    DisclosureError
        A file was changed or is missing, or the figures do not give the release's id: what cannot be shown to have
        passed the policy is not published.
    """
    folder = Path(folder)
    index = _read_index(folder)
    for name, digest in index["files"].items():
        file = folder / name
        if not file.is_file() or sha256(file) != digest:
            raise _changed(folder, f"{name} is {'missing' if not file.is_file() else 'not as it was written'}")
    opened = release(
        [_open_table(folder, entry) for entry in index["tables"]],
        areas={key: _open_areas(folder / _area_file(key), entry) for key, entry in index["areas"].items()},
        name=index["name"],
        organisation=index["organisation"],
        source=index["source"],
        notes=index["notes"],
        manifest=index["manifest"],
    )
    if opened.id != index["id"]:
        raise _changed(folder, f"its figures give the id {opened.id}, not {index['id']}")
    return opened


def _read_index(folder: Path) -> dict[str, Any]:
    try:
        index: dict[str, Any] = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"There is no release in {folder}.", hint="gisintegration run makes one.") from error
    except ValueError as error:
        raise _changed(folder, f"{_INDEX} cannot be read") from error
    if index.get("format") != _FORMAT:
        raise InputError(
            f"The release in {folder} was kept in format {index.get('format')}; this version reads {_FORMAT}.",
            hint="run the project again.",
        )
    return index


def _changed(folder: Path, what: str) -> DisclosureError:
    return DisclosureError(
        f"The release in {folder} is not the one that was protected: {what}.", hint="run the project again."
    )


def _save_table(table: ProtectedTable, path: Path) -> dict[str, Any]:
    table.table.to_parquet(path, index=False, compression="zstd")
    return {
        "file": path.name,
        "indicators": [item.model_dump(mode="json", by_alias=True) for _, item in sorted(table.indicators.items())],
        "labels": _plain(table.labels),
        "stamps": _plain(table.stamps),
    }


def _open_table(folder: Path, entry: Mapping[str, Any]) -> ProtectedTable:
    indicators = [Indicator.model_validate(item) for item in entry["indicators"]]
    return ProtectedTable(
        pd.read_parquet(folder / entry["file"]),
        indicators={item.id: item for item in indicators},
        labels=entry["labels"],
        stamps=entry["stamps"],
    )


def _save_areas(areas: Areas, path: Path) -> dict[str, Any]:
    frame = areas.table if areas.display is None else areas.table.assign(**{_DISPLAY: areas.display})
    frame.to_parquet(path, index=False, compression="zstd")
    plain = {field.name: getattr(areas, field.name) for field in _plain_fields()}
    return {"file": path.name, **{name: _plain(value) for name, value in plain.items()}}


def _open_areas(path: Path, entry: Mapping[str, Any]) -> AreaDivision:
    frame = gpd.read_parquet(path)
    display = frame.pop(_DISPLAY).rename(None) if _DISPLAY in frame else None
    kept = {field.name: entry[field.name] for field in _plain_fields() if field.name in entry}
    for column in kept["parents"]:
        # A missing parent is None in memory and a null in the file.
        frame[column] = frame[column].astype(object).where(frame[column].notna(), None)
    kept |= {name: tuple(value) for name, value in kept.items() if isinstance(value, list)}
    kept["members"] = {code: tuple(codes) for code, codes in kept["members"].items()}
    return AreaDivision(table=frame, display=display, **kept)


def _plain_fields() -> list[Any]:
    return [field for field in fields(AreaDivision) if field.name not in ("table", "display")]


def _area_file(key: str) -> str:
    return f"areas_{key.replace('/', '_')}.parquet"


def _plain(value: Any) -> Any:
    """Mappings and tuples as JSON has them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
