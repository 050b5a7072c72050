"""Population grids: squares from a table and cells from a raster, as polygons with weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import rasterio
import rasterio.warp
import rasterio.windows
import shapely
from pyproj import CRS, Transformer
from rasterio.errors import RasterioIOError

from gisintegration.areas.read import read_table
from gisintegration.change.crosswalk_layers import weight_columns
from gisintegration.change.crosswalk_rows import Kind
from gisintegration.change.crosswalk_table import ANY_YEAR, POPULATION
from gisintegration.errors import CRSError, InputError

Floats = npt.NDArray[np.float64]
Bounds = tuple[float, float, float, float]
_CRS = 3006
_RASTER = (".tif", ".tiff", ".vrt", ".img", ".asc")
_IDS = ("rutid", "ruta", "rutid_sw", "rutid_scb", "ruta_sw", "grid_id")
_EAST, _NORTH, _SIZE = (
    ("e", "x", "easting", "ost", "öst"),
    ("n", "y", "northing", "nord"),
    ("size", "storlek", "rutstorl"),
)
_NEAR = 0.01
# Cells are read in strips of so many, and no more inhabited ones than this are kept.
_STRIP, _MOST = 4_000_000, 5_000_000


@dataclass(frozen=True, eq=False)
class Grid:
    """Squares with their weights.

    Parameters
    ----------
    shapes
        Polygons in EPSG:3006.
    values
        Weight of each, by kind.
    notes
        How they were read.
    """

    shapes: npt.NDArray[np.object_]
    values: Mapping[Kind, Floats]
    notes: tuple[str, ...]


def read_grid(source: Any, bounds: Bounds, *, kinds: Mapping[str, Any] | None, size: float) -> Grid:
    """Read a population grid.

    Parameters
    ----------
    source
        GeoTIFF or another raster (a path, or an open rasterio dataset) whose cells hold numbers of persons; or squares:
        a frame, CSV or Parquet file with the 13-digit id of the lower left corner (``rutid``, ``Ruta``) or the centre
        (``e``, ``n``), and a column of weights.
    bounds
        Of the areas, EPSG:3006: cells elsewhere are not read.
    kinds
        Kind → column of the squares, or number of the raster's band (from 1).
    size
        Side of the squares in metres, where they have no column ``size``.

    Raises
    ------
    InputError
        The file cannot be read, a column is missing, or a weight is below 0.
    CRSError
        A raster has no coordinate reference system, or lies elsewhere.
    """
    if isinstance(source, rasterio.DatasetReader):
        return _cells(source, bounds, kinds)
    if not isinstance(source, pd.DataFrame | str | Path):
        raise InputError(
            f"The grid is {type(source).__name__}.", hint="give a GeoTIFF, a CSV of squares or a frame of them."
        )
    if isinstance(source, str | Path) and Path(source).suffix.casefold() in _RASTER:
        if not Path(source).is_file():
            raise InputError.missing_file(source)
        try:
            with rasterio.open(source) as dataset:
                return _cells(dataset, bounds, kinds)
        except RasterioIOError as error:
            raise InputError(f"{source} cannot be read as a raster: {error}.", hint="give a GeoTIFF.") from error
    where = "The squares" if isinstance(source, pd.DataFrame) else Path(source).name
    return squares(read_table(source), kinds=kinds, size=size, where=where)


def squares(frame: pd.DataFrame, *, kinds: Mapping[str, str] | None, size: float, where: str = "The squares") -> Grid:
    """Squares of a table.

    Raises
    ------
    InputError
        Columns are missing, an id is no id, ids and centres disagree, or a square stands twice.

    Examples
    --------
    >>> frame = pd.DataFrame({"rutid": ["3520006860000"], "befolkning": [3]})
    >>> squares(frame, kinds=None, size=1000).shapes[0].bounds
    (352000.0, 6860000.0, 353000.0, 6861000.0)
    """
    if frame.empty:
        raise InputError.empty_file(where)
    names = {str(name).casefold(): name for name in frame.columns}
    place = {what: next((names[name] for name in usual if name in names), None) for what, usual in _USUAL.items()}
    if place["id"] is None and (place["e"] is None or place["n"] is None):
        raise InputError(
            f"{where} tell no place: neither an id of 13 digits ({', '.join(_IDS[:3])}) nor a centre (e and n).",
            hint=f"columns found: {', '.join(map(str, frame.columns))}.",
        )
    side = np.full(len(frame), float(size)) if place["size"] is None else _coordinates(frame[place["size"]], "size")
    if not (side > 0).all():
        raise InputError(f"{where}: the size of a square is {side.min()}.", hint="give metres, as size=1000.")
    west, south = _corners(frame, place, side, where)
    taken = {name for name in place.values() if name is not None}
    values = weight_columns(frame.drop(columns=list(taken)), kinds, where)
    twice = pd.DataFrame({"west": west, "south": south}).duplicated()
    if twice.any():
        rows = np.flatnonzero(twice)
        raise InputError(
            f"{where}: {len(rows)} squares stand more than once.",
            hint="give one row a square: sum years, sexes or ages apart, or drop copies.",
            failures=[{"row": int(row) + 1, "west": west[row], "south": south[row]} for row in rows],
        )
    note = f"{len(frame)} squares of {', '.join(f'{one:g}' for one in np.unique(side))} m."
    shapes = np.asarray(shapely.box(west, south, west + side, south + side), dtype=object)
    return Grid(shapes, values, (note,))


_USUAL = {"id": _IDS, "e": _EAST, "n": _NORTH, "size": _SIZE}


def _corners(frame: pd.DataFrame, place: Mapping[str, Any], side: Floats, where: str) -> tuple[Floats, Floats]:
    """Lower left corners, by the id if there is one, else by the centre."""
    centre = None
    if place["e"] is not None and place["n"] is not None:
        centre = tuple(_coordinates(frame[place[axis]], str(place[axis])) for axis in ("e", "n"))
    if place["id"] is None and centre is not None:
        if all((np.abs(axis - np.round(axis / side) * side) < 1).all() for axis in centre):
            raise InputError(
                f"{where}: e and n are whole multiples of the size, as lower left corners are, not centres.",
                hint="name the column of ids rutid, or add half the size to e and n.",
            )
        west, south = (_tidy(axis - side / 2) for axis in centre)
        return west, south
    text = frame[place["id"]].astype("str").str.strip().str.removesuffix(".0")
    wrong = np.flatnonzero(~text.str.fullmatch(r"\d{13}"))
    if len(wrong):
        raise InputError(
            f"{where}: {len(wrong)} ids are not 13 digits, six of the easting and seven of the northing.",
            hint="read the column as text; in Excel a long number loses its last digits.",
            failures=[{"row": int(row) + 1, "id": text.iloc[row]} for row in wrong],
        )
    west, south = (text.str[part].astype(np.float64).to_numpy() for part in (slice(0, 6), slice(6, 13)))
    off = np.flatnonzero((west % side != 0) | (south % side != 0))
    if centre is not None:
        off = np.union1d(
            off,
            np.flatnonzero((np.abs(centre[0] - west - side / 2) > 1) | (np.abs(centre[1] - south - side / 2) > 1)),
        )
    if len(off):
        raise InputError(
            f"{where}: {len(off)} squares are not of the size given ({side[off[0]]:g} m), or their id and centre "
            "differ.",
            hint="give their size, as size=250, or a column size.",
            failures=[{"row": int(row) + 1, "id": text.iloc[row]} for row in off],
        )
    return west, south


def _tidy(corner: Floats) -> Floats:
    """Whole metres where the corner is within a centimetre of them: centres come rounded."""
    whole = np.round(corner)
    return np.where(np.abs(corner - whole) <= _NEAR, whole, corner)


def _coordinates(column: pd.Series, name: str) -> Floats:
    text = column.str.replace(",", ".", regex=False) if pd.api.types.is_string_dtype(column) else column
    numbers = pd.to_numeric(text, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    wrong = np.flatnonzero(~np.isfinite(numbers))
    if len(wrong):
        raise InputError(
            f"{len(wrong)} values of {name} are missing or no numbers.",
            hint="correct the rows, or leave them out.",
            failures=[{"row": int(row) + 1, "value": str(column.iloc[row])} for row in wrong],
        )
    return numbers


def _cells(dataset: rasterio.DatasetReader, bounds: Bounds, kinds: Mapping[str, Any] | None) -> Grid:
    """The inhabited cells of a raster within some bounds. Nothing is resampled: cells are turned, not values."""
    name = Path(dataset.name).name
    if dataset.crs is None or dataset.transform == rasterio.Affine.identity():
        raise CRSError(
            f"{name} has no coordinate reference system or no place.",
            hint="declare it (gdal_edit.py -a_srs EPSG:3006), or export it as GeoTIFF with both.",
        )
    bands = _bands(dataset, kinds, name)
    crs = CRS.from_wkt(dataset.crs.to_wkt())
    same = crs.to_epsg() == _CRS or crs == CRS.from_epsg(_CRS)
    around = bounds if same else rasterio.warp.transform_bounds(f"EPSG:{_CRS}", dataset.crs, *bounds)
    notes = () if same else (f"{name}: the corners of its cells were transformed from {crs.name}.",)
    rows, columns, found = _inhabited(dataset, bands, around, name)
    across, down = np.array([0, 1, 1, 0, 0]), np.array([0, 0, 1, 1, 0])
    x, y = _at(dataset.transform, columns[:, None] + across, rows[:, None] + down)
    if not same:
        x, y = Transformer.from_crs(crs, _CRS, always_xy=True).transform(x, y)
    shapes = np.asarray(shapely.polygons(np.stack([x, y], axis=-1)), dtype=object)
    values = {(kind, ANY_YEAR): found[number] for number, kind in enumerate(bands)}
    return Grid(shapes, values, (*notes, f"{name}: {len(shapes)} inhabited cells; each holds a number of persons."))


def _bands(dataset: rasterio.DatasetReader, kinds: Mapping[str, Any] | None, name: str) -> dict[str, int]:
    if kinds is None:
        if dataset.count != 1:
            raise InputError(
                f"{name} has {dataset.count} bands.", hint=f'name the population\'s: kinds={{"{POPULATION}": 1}}.'
            )
        return {POPULATION: 1}
    bands = {}
    for kind in [POPULATION, *(kind for kind in kinds if kind != POPULATION)]:
        band = str(kinds.get(kind, ""))
        if not band.isdigit() or not 1 <= int(band) <= dataset.count:
            raise InputError(
                f"{name}: kind '{kind}' names the band '{band}', and there are {dataset.count}.",
                hint=f'give the number of a band, from 1, for each kind, as kinds={{"{POPULATION}": 1}}.',
            )
        bands[kind] = int(band)
    return bands


def _inhabited(
    dataset: rasterio.DatasetReader, bands: Mapping[str, int], around: Bounds, name: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], list[Floats]]:
    """Row, column and value by band of the cells that are above 0 in some band."""
    rows, columns, values = [], [], []
    kept = 0
    for window in _strips(dataset, around, name):
        read = dataset.read(list(bands.values()), window=window, masked=True)
        data = np.where(np.ma.getmaskarray(read) | ~np.isfinite(read.data), 0.0, read.data.astype(np.float64))
        if (data < 0).any():
            raise InputError(
                f"{name} has cells below 0, the lowest {data.min():g}.",
                hint="declare the value that stands for no data (gdal_edit.py -a_nodata), or correct the cells.",
            )
        row, column = np.nonzero(data.sum(axis=0))
        kept += len(row)
        if kept > _MOST:
            raise InputError(
                f"{name} has more than {_MOST:,} inhabited cells here.".replace(",", " "),
                hint="sum them to larger cells first (gdalwarp -r sum -tr 100 100).",
            )
        rows.append(row + int(window.row_off))
        columns.append(column + int(window.col_off))
        values.append(data[:, row, column])
    if not kept:
        raise InputError(
            f"Every cell of {name} within the areas is 0 or no data.", hint="check the band, and which way it codes."
        )
    return np.concatenate(rows), np.concatenate(columns), list(np.concatenate(values, axis=1))


def _strips(dataset: rasterio.DatasetReader, around: Bounds, name: str) -> Iterator[rasterio.windows.Window]:
    corners = np.array([(x, y) for x in around[::2] for y in around[1::2]])
    cells = np.array(_at(~dataset.transform, corners[:, 0], corners[:, 1]))
    low = np.maximum(np.floor(cells.min(axis=1)) - 1, 0).astype(int)
    high = np.minimum(np.ceil(cells.max(axis=1)) + 1, (dataset.width, dataset.height)).astype(int)
    if (low >= high).any():
        raise CRSError(
            f"{name} lies outside the areas.",
            hint="it is of another part of the country, or its coordinate reference system is wrongly declared.",
        )
    width = int(high[0] - low[0])
    height = max(_STRIP // width, 1)
    for top in range(int(low[1]), int(high[1]), height):
        yield rasterio.windows.Window(int(low[0]), top, width, min(height, int(high[1]) - top))


def _at(transform: rasterio.Affine, x: npt.NDArray[Any], y: npt.NDArray[Any]) -> tuple[Floats, Floats]:
    """Where a transformation takes points. Its own multiplication is written differently from version to version."""
    a, b, c, d, e, f = tuple(transform)[:6]
    return a * x + b * y + c, d * x + e * y + f
