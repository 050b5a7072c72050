"""Editions of areas as files of a store: content-addressed, so that releases on the same areas share one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from io import BytesIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from gisintegration.areas import AreaDivision
from gisintegration.tables import Areas

_DISPLAY = "display"


def areas_hash(areas: Areas | None) -> str:
    """SHA-256 of an edition: codes, names, parents, borders and what is said of it.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> areas_hash(grid_areas(2, 1)) == areas_hash(grid_areas(2, 1)) != areas_hash(grid_areas(1, 2))
    True
    """
    digest = hashlib.sha256()
    if areas is None:
        return digest.hexdigest()
    digest.update(_text(plain_fields(areas)).encode())
    table = areas.table
    for name in table.columns:
        if name != table.geometry.name:
            digest.update(
                _text([str(name), *(None if value is None else str(value) for value in table[name])]).encode()
            )
    for shapes in (table.geometry, areas.display):
        for shape in [] if shapes is None else shapely.to_wkb(shapes.to_numpy()):
            digest.update(b"\0" if shape is None else shape)
    return digest.hexdigest()


def areas_bytes(areas: Areas) -> bytes:
    """An edition's table as a Parquet file; :func:`plain_fields` are kept in the manifest."""
    frame = areas.table if areas.display is None else areas.table.assign(**{_DISPLAY: areas.display})
    buffer = BytesIO()
    frame.to_parquet(buffer, index=False, compression="zstd")
    return buffer.getvalue()


def read_areas_file(path: Path, said: Mapping[str, Any]) -> AreaDivision:
    """An edition as it was written."""
    frame = gpd.read_parquet(path)
    display = frame.pop(_DISPLAY).rename(None) if _DISPLAY in frame else None
    kept = {field.name: said[field.name] for field in _plain() if field.name in said}
    for column in kept["parents"]:
        # A missing parent is None in memory and a null in the file.
        frame[column] = frame[column].astype(object).where(frame[column].notna(), None)
    kept |= {name: tuple(value) for name, value in kept.items() if isinstance(value, list)}
    kept["members"] = {code: tuple(codes) for code, codes in kept["members"].items()}
    return AreaDivision(table=frame, display=display, **kept)


def plain_fields(areas: Areas) -> dict[str, Any]:
    """Everything of an edition but its table and what is drawn."""
    return {field.name: plain(getattr(areas, field.name)) for field in _plain()}


def plain(value: Any) -> Any:
    """Mappings and tuples as JSON has them."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def _plain() -> list[Any]:
    return [field for field in fields(AreaDivision) if field.name not in ("table", "display")]


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
