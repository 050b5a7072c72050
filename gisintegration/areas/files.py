"""Layers of polygons in GeoPackage, GeoJSON, Shapefile and GeoParquet, brought to EPSG:3006."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj.exceptions import ProjError

from gisintegration.areas.columns import code_column, finest_level
from gisintegration.areas.division import CRS
from gisintegration.errors import CRSError, GeometryError, GisIntegrationError, InputError

# The bounds of Sweden with its territorial sea, with some margin: SWEREF 99 TM, easting and northing in metres.
SWEREF_99_TM = (180_000.0, 6_050_000.0, 1_150_000.0, 7_750_000.0)
FORMATS = (
    "GeoPackage (.gpkg), GeoJSON (.geojson, .json), Shapefile (.shp or zipped), GeoParquet (.parquet), "
    "file geodatabase (.gdb)"
)
# Where a GeoJSON's own members stand: before or after its features (bytes looked at from either end).
_ENDS = 4096
_IN_ZIP = (".gpkg", ".geojson", ".json", ".shp")
_PARQUET = (".parquet", ".geoparquet", ".pq")

Source = tuple[str, str, str | None]


@dataclass(frozen=True)
class Layer:
    """Rows of a polygon layer in EPSG:3006, as read: nothing dissolved or dropped."""

    path: Path
    name: str
    frame: gpd.GeoDataFrame
    notes: tuple[str, ...] = field(default=())

    @property
    def where(self) -> str:
        """File and layer, for messages."""
        return f"{self.path.name}, layer {self.name}" if self.name else self.path.name


def read_layer(
    path: str | Path, *, layer: str | None = None, level: str | None = None, code: str | None = None
) -> Layer:
    """Read one polygon layer and bring it to EPSG:3006.

    Parameters
    ----------
    layer
        Needed when the file has several; not when only one has polygons with codes of ``level``.

    Raises
    ------
    InputError
        No such file or layer, not a layer at all, no rows, or several layers (or files of a folder) to choose from.
    CRSError
        No coordinate reference system and the coordinates are not plainly SWEREF 99 TM, or the declared one
        contradicts the coordinates.
    GeometryError
        Rows that are not polygons.
    """
    path = Path(path)
    if not path.exists():
        raise InputError.missing_file(path)
    path = _only_layer_in(path)
    frame, name = _read(path, layer, level, code)
    where = f"{path.name}, layer {name}" if name else path.name
    if frame.empty:
        raise InputError.empty_file(path)
    _refuse_non_polygons(frame, where)
    frame, notes = _to_crs(frame, path, where)
    return Layer(path, name, frame, tuple(notes))


def _read(path: Path, layer: str | None, level: str | None, code: str | None) -> tuple[gpd.GeoDataFrame, str]:
    try:
        if path.suffix.lower() in _PARQUET or _is_parquet_folder(path):
            return gpd.read_parquet(path), ""
        found = _layers(path)
        source, name, _ = _choose(found, path, layer, level, code)
        frame = pyogrio.read_dataframe(source, layer=name)
    except (DataSourceError, DataLayerError, ValueError, OSError, BadZipFile, shapely.errors.GEOSException) as error:
        if "geo metadata" in str(error):
            raise InputError(
                f"{path} is a table without polygons (Parquet without geometry metadata).",
                hint="write it as GeoParquet, or use it as a key table.",
            ) from error
        raise InputError(f"{path} cannot be read as a layer: {error}", hint=f"formats: {FORMATS}.") from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise GeometryError(f"{path.name}, layer {name}: the layer has no geometry.", hint="choose another layer=.")
    return frame, name if len(found) > 1 else ""


def _only_layer_in(path: Path) -> Path:
    """The one layer file of a folder; the path itself for a file, a geodatabase or a folder of Parquet parts."""
    if not path.is_dir() or path.suffix.lower() == ".gdb" or _is_parquet_folder(path):
        return path
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in (*_IN_ZIP, *_PARQUET, ".zip"))
    if len(files) != 1:
        names = ", ".join(file.name for file in files) or "none"
        raise InputError(f"{path} is a folder with {len(files)} layer files: {names}.", hint="give one of them.")
    return files[0]


def _is_parquet_folder(path: Path) -> bool:
    return path.is_dir() and any(path.glob("*.parquet")) and not any(path.glob("*.gpkg"))


def _layers(path: Path) -> list[Source]:
    """Where each layer lies, its name and its kind of geometry; of a zip those of every file in it."""
    sources = [str(path)]
    if path.suffix.lower() == ".zip":
        with ZipFile(path) as archive:
            members = sorted(name for name in archive.namelist() if name.lower().endswith(_IN_ZIP))
        sources = [f"/vsizip/{path}/{member}" for member in members]
    return [(source, str(name), kind) for source in sources for name, kind in pyogrio.list_layers(source)]


def _choose(found: list[Source], path: Path, layer: str | None, level: str | None, code: str | None) -> Source:
    names = [name for _, name, _ in found]
    if layer is not None:
        if layer not in names:
            raise InputError.unknown("layer", layer, names, where=path.name)
        return found[names.index(layer)]
    if len(found) == 1:
        return found[0]
    polygons = [one for one in found if one[2] is None or "Polygon" in one[2] or one[2] in ("Unknown", "Geometry")]
    fitting = [one for one in polygons if level is None or _fits(one, level, code)]
    for left in (fitting, polygons):
        if len(left) == 1:
            return left[0]
    if not names:
        raise InputError(f"{path.name} holds no layer.", hint=f"formats: {FORMATS}.")
    raise InputError(f"{path.name} has several layers: {', '.join(names)}.", hint="name one with layer=.")


def _fits(one: Source, level: str, code: str | None) -> bool:
    source, name, _ = one
    rows = pyogrio.read_dataframe(source, layer=name, max_features=50, read_geometry=False)
    try:
        code_column(rows, level, where=name, column=code)
    except GisIntegrationError:
        return False
    return finest_level(rows) in (None, level)


def _refuse_non_polygons(frame: gpd.GeoDataFrame, where: str) -> None:
    kinds = frame.geometry.geom_type
    wrong = ~kinds.isin(["Polygon", "MultiPolygon"]) | frame.geometry.is_empty
    if wrong.any():
        rows = np.flatnonzero(wrong)
        raise GeometryError(
            f"{where}: {len(rows)} of {len(frame)} rows have no polygon.",
            hint="every row of an area layer is a Polygon or MultiPolygon; choose another layer=, or correct the rows.",
            failures=[
                {"row": int(row) + 1, "geometry": "none" if pd.isna(kinds.iloc[row]) else _kind(frame, int(row))}
                for row in rows
            ],
        )


def _kind(frame: gpd.GeoDataFrame, row: int) -> str:
    geometry = frame.geometry.iloc[row]
    return f"empty {geometry.geom_type}" if geometry.is_empty else str(geometry.geom_type)


def _to_crs(frame: gpd.GeoDataFrame, path: Path, where: str) -> tuple[gpd.GeoDataFrame, list[str]]:
    notes = []
    if frame.geometry.has_z.any():
        frame = frame.set_geometry(shapely.force_2d(frame.geometry.to_numpy()), crs=frame.crs)
        notes.append("Heights were left out.")
    bounds = frame.total_bounds
    declared = None if _is_bare_geojson(path) and not _degrees(bounds) else frame.crs
    if declared is None:
        if not _inside(bounds, SWEREF_99_TM):
            raise CRSError(
                f"{where} declares no coordinate reference system, and its coordinates ({_extent(bounds)}) are not "
                f"plainly SWEREF 99 TM.{_likely(bounds)}",
                hint="declare it in the file (QGIS: Assign projection), for SWEREF 99 TM as EPSG:3006.",
            )
        notes.append(
            "No coordinate reference system was declared; the coordinates are those of SWEREF 99 TM (EPSG:3006)."
        )
        return frame.set_crs(CRS, allow_override=True), notes
    contradiction = _likely(bounds) if declared.is_projected and declared.to_epsg() in (3006, None) else ""
    if declared.is_geographic and not _degrees(bounds):
        contradiction = _likely(bounds) or " They are no longitudes and latitudes."
    if contradiction:
        raise CRSError(
            f"{where} declares {declared.name}, but its coordinates are {_extent(bounds)}.{contradiction}",
            hint="declare the coordinate reference system that the coordinates are in, or swap the axes back.",
        )
    if declared.to_epsg() == 3006 or declared == CRS:
        return frame.set_crs(CRS, allow_override=True), notes
    try:
        moved = frame.to_crs(CRS)
    except ProjError as error:
        raise CRSError(
            f"{where}: {declared.name} cannot be transformed to SWEREF 99 TM (EPSG:3006).",
            hint="save the layer in EPSG:3006.",
        ) from error
    if not np.isfinite(moved.total_bounds).all():
        raise CRSError(
            f"{where} declares {declared.name}; its coordinates ({_extent(bounds)}) lie outside where that is defined.",
            hint="declare the coordinate reference system that the coordinates are in.",
        )
    notes.append(f"Transformed from {declared.name} to SWEREF 99 TM (EPSG:3006).")
    return moved, notes


def _is_bare_geojson(path: Path) -> bool:
    """A GeoJSON without a ``crs`` member: read as WGS 84 by the standard, though many hold SWEREF 99 TM."""
    if path.suffix.lower() not in (".geojson", ".json"):
        return False
    with path.open("rb") as stream:
        head = stream.read(_ENDS)
        stream.seek(max(_ENDS, path.stat().st_size - _ENDS))
        return b'"crs"' not in head + b" " + stream.read()


def _inside(bounds: np.ndarray, box: tuple[float, float, float, float]) -> bool:
    return bool(bounds[0] >= box[0] and bounds[1] >= box[1] and bounds[2] <= box[2] and bounds[3] <= box[3])


def _degrees(bounds: np.ndarray) -> bool:
    return _inside(bounds, (-180.0, -90.0, 180.0, 90.0))


def _extent(bounds: np.ndarray) -> str:
    digits = 4 if _degrees(bounds) else 0
    return f"{bounds[0]:.{digits}f}–{bounds[2]:.{digits}f} and {bounds[1]:.{digits}f}–{bounds[3]:.{digits}f}"


def _likely(bounds: np.ndarray) -> str:
    """What coordinates that are not SWEREF 99 TM plainly are, as a sentence; nothing when it is not plain."""
    west, south, east, north = bounds
    if _inside(np.array([south, west, north, east]), SWEREF_99_TM):
        return " They look like SWEREF 99 TM with northing and easting swapped."
    if _inside(bounds, (1_180_000, 6_050_000, 1_950_000, 7_750_000)):
        return " They look like RT 90 2.5 gon V (EPSG:3021)."
    if _inside(bounds, (6_050_000, 1_180_000, 7_750_000, 1_950_000)):
        return " They look like RT 90 2.5 gon V (EPSG:3021) with the axes swapped."
    if _inside(bounds, (10, 54.5, 25, 70)):
        return " They look like degrees, longitude and latitude (EPSG:4326)."
    if _inside(bounds, (54.5, 10, 70, 25)):
        return " They look like degrees with latitude first."
    return ""
