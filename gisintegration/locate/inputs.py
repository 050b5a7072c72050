"""Coordinates of points, from whatever they come in, as two columns in EPSG:3006."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import shapely
from pyproj import Transformer
from pyproj.exceptions import CRSError as ProjCRSError

from gisintegration.errors import CRSError, GeometryError, InputError

Floats = npt.NDArray[np.float64]
EPSG = 3006


def columns(points: Any, crs: int | str = EPSG) -> tuple[Floats, Floats]:
    """Eastings and northings of some points in EPSG:3006; views of what was given where they can be. NaN where unknown.

    Raises
    ------
    InputError
        The points are not numbers, or not two for each.
    GeometryError
        A geometry is no point.
    CRSError
        The coordinate reference system is unknown.
    """
    if isinstance(points, gpd.GeoDataFrame):
        points = points.geometry
    if isinstance(points, gpd.GeoSeries):
        own = points.crs if points.crs is not None else crs
        return _in_3006(*_of_geometries(points), own)
    if isinstance(points, pd.DataFrame):
        _check_names([str(name) for name in points.columns])
        return _in_3006(_numbers(points["x"]), _numbers(points["y"]), crs)
    if isinstance(points, pa.Table | pa.RecordBatch):
        _check_names(points.column_names)
        return _in_3006(_numbers(points.column("x")), _numbers(points.column("y")), crs)
    if _is_pair(points):
        x, y = (_numbers(column) for column in points)
        if x.shape != y.shape or x.ndim != 1:
            raise InputError(f"x has the shape {x.shape}, y {y.shape}.", hint="give two columns of the same length.")
        return _in_3006(x, y, crs)
    both = _numbers(points)
    if both.size == 0:
        both = both.reshape(0, 2)
    if both.ndim != 2 or both.shape[1] != 2:
        raise InputError(
            f"The coordinates have the shape {both.shape}, not (n, 2).", hint="give a row a point: easting, northing."
        )
    return _in_3006(both[:, 0], both[:, 1], crs)


def _is_pair(points: Any) -> bool:
    """A tuple of two columns. A list of two is two points, and so is a tuple of two tuples."""
    kinds = (np.ndarray, pd.Series, pa.Array, pa.ChunkedArray)
    return isinstance(points, tuple) and len(points) == 2 and all(isinstance(column, kinds) for column in points)


def _check_names(names: list[str]) -> None:
    if missing := [name for name in ("x", "y") if name not in names]:
        raise InputError.missing_columns("The table of points", missing, names)


def _numbers(values: Any) -> Floats:
    try:
        if isinstance(values, pa.Array | pa.ChunkedArray):
            values = values.to_numpy() if isinstance(values, pa.ChunkedArray) else values.to_numpy(zero_copy_only=False)
        if isinstance(values, pd.Series):
            return values.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"The coordinates are not numbers: {error}.", hint="give an (n, 2) array of numbers."
        ) from error


def _of_geometries(points: gpd.GeoSeries) -> tuple[Floats, Floats]:
    shapes = points.to_numpy()
    kind = shapely.get_type_id(shapes)
    if wrong := np.flatnonzero(kind > 0).tolist():
        raise GeometryError(
            f"{len(wrong)} of {len(shapes)} geometries are no points; the first is in row {wrong[0]}.",
            hint="give points; take their centroids if that is what is meant.",
        )
    xy = np.full((len(shapes), 2), np.nan)
    there = (kind == 0) & ~shapely.is_empty(shapes)
    xy[there] = shapely.get_coordinates(shapes[there])
    return xy[:, 0], xy[:, 1]


def _in_3006(x: Floats, y: Floats, crs: Any) -> tuple[Floats, Floats]:
    if str(crs).upper().removeprefix("EPSG:") == str(EPSG):
        return x, y
    try:
        transformer = Transformer.from_crs(crs, EPSG, always_xy=True)
    except ProjCRSError as error:
        raise CRSError(f"'{crs}' is no coordinate reference system: {error}.", hint="give an EPSG code.") from error
    moved = transformer.transform(x, y)
    return np.asarray(moved[0], dtype=np.float64), np.asarray(moved[1], dtype=np.float64)
