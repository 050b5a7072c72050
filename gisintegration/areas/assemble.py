"""An `AreaDivision` from codes and polygons: names and parents filled from the code lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gisintegration.areas.codes import KOMMUN, LAN, LEVELS, REGSO_OF_DESO, RIKET, deso_name, official_names, regso_key
from gisintegration.areas.division import CRS, AreaDivision
from gisintegration.errors import CodeError
from gisintegration.layers import entries


def edition_text(division: str, edition: str | int) -> str:
    """The edition as the code lists name it; kommuner and län by the year, as the set in force on 1 January of it.

    Raises
    ------
    CodeError
        DeSO and RegSO: no such edition. Kommuner and län: the year is before 1998.

    Examples
    --------
    >>> edition_text("deso", 2025), edition_text("kommun", 2024), edition_text("nyko4", "2024-01")
    ('2025', '2003', '2024-01')
    """
    text = str(edition).strip()
    known = sorted(entry.edition for entry in entries() if entry.division == division)
    if division in ("kommun", "lan", "riket"):
        known = {"kommun": ["1998", "1999", "2003"]}.get(division, ["1998"])
        before = [year for year in known if text.isdigit() and int(text) >= int(year)]
        if before:
            return before[-1]
    if division in LEVELS and text not in known:
        raise CodeError.unknown(f"{division} edition", text, known)
    return text


def assemble(
    division: str,
    edition: str,
    codes: Sequence[str],
    geometry: npt.NDArray[np.object_],
    *,
    names: Sequence[str | None] | None = None,
    regso: Mapping[str, str] | None = None,
    regso_names: Mapping[str, str] | None = None,
    columns: Mapping[str, Sequence[str | None]] | None = None,
    kinds: Sequence[str] | None = None,
    **fields: Any,
) -> AreaDivision:
    """One edition from its codes and polygons (EPSG:3006, None where unknown), in any order.

    Parameters
    ----------
    names
        Name of each area; without it, or where None, the official list's name, else the code.
    regso
        RegSO code of each DeSO code; without it the official key.
    regso_names
        Name of each RegSO code, for the names of DeSO.
    columns
        Further parent columns, such as the coarser levels of a key system.
    fields
        Further fields of :class:`AreaDivision`.
    """
    key = f"{division}/{edition}"
    order = np.argsort(np.asarray(codes, dtype=str), kind="stable")
    sorted_codes = [codes[i] for i in order]
    table: dict[str, object] = {"code": pd.array(sorted_codes, dtype="str")}
    parents, parent_columns = _parents(division, edition, sorted_codes, regso)
    official = official_names(key)
    given = [None] * len(order) if names is None else [names[i] for i in order]
    owners = parent_columns.get("regso", [None] * len(order))
    table["name"] = pd.array(
        [
            name or official.get(code) or _built_name(division, code, owner, regso_names, parents.get("regso"))
            for code, name, owner in zip(sorted_codes, given, owners, strict=True)
        ],
        dtype="str",
    )
    table["kind"] = pd.array(["area"] * len(order) if kinds is None else [kinds[i] for i in order], dtype="str")
    for column, values in parent_columns.items():
        table[column] = _text_column(values)
    for column, extra in (columns or {}).items():
        table[column] = _text_column([extra[i] for i in order])
        parents[column] = f"{column}/{edition}"
    frame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometry[order], crs=CRS), crs=CRS)
    return AreaDivision(division, edition, frame, parents=parents, **(_catalogue_fields(key) | fields))


def dissolve(polygons: npt.NDArray[np.object_], *, hole: float = 0.01) -> shapely.Geometry:
    """The union of neighbouring polygons; holes below ``hole`` m² between them are noise and are closed.

    Examples
    --------
    >>> dissolve(np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])).area
    2.0
    """
    if len(polygons) == 1:
        return polygons[0]
    parts = [
        shapely.Polygon(part.exterior, [ring for ring in part.interiors if shapely.Polygon(ring).area > hole])
        for part in shapely.get_parts(shapely.union_all(polygons))
        if part.geom_type == "Polygon"
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def objects(values: Sequence[object]) -> npt.NDArray[np.object_]:
    """A one-dimensional array of objects, None kept.

    Examples
    --------
    >>> objects([shapely.Point(0, 0), None]).shape
    (2,)
    """
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _parents(
    division: str, edition: str, codes: Sequence[str], regso: Mapping[str, str] | None
) -> tuple[dict[str, str], dict[str, Sequence[str | None]]]:
    parents: dict[str, str] = {}
    columns: dict[str, Sequence[str | None]] = {}
    if division == "deso" and edition in REGSO_OF_DESO:
        key = {**regso_key(edition), **(regso or {})}
        columns["regso"] = [key.get(code) for code in codes]
        parents["regso"] = f"regso/{REGSO_OF_DESO[edition]}"
    if division in ("deso", "regso"):
        columns["kommun"] = [code[:4] for code in codes]
        parents["kommun"] = KOMMUN
    if division in ("deso", "regso", "kommun"):
        columns["lan"] = [code[:2] for code in codes]
        parents["lan"] = LAN
    if division in LEVELS[:-1]:
        columns["riket"] = ["00"] * len(codes)
        parents["riket"] = RIKET
    return parents, columns


def _built_name(
    division: str, code: str, regso: str | None, regso_names: Mapping[str, str] | None, regso_edition: str | None
) -> str:
    if division != "deso" or regso is None:
        return code
    names = regso_names or {}
    return deso_name(code, names.get(regso) or official_names(regso_edition or "").get(regso))


def _text_column(values: Sequence[str | None]) -> pd.Series:
    """A column that keeps None as None, which text columns turn into NaN."""
    return pd.Series([None if value is None else str(value) for value in values], dtype=object)


def _catalogue_fields(key: str) -> dict[str, Any]:
    for entry in entries():
        if entry.key == key:
            return {
                "years": entry.years,
                "title": dict(entry.title),
                "source": entry.source,
                "licence": entry.licence,
            }
    return {}
