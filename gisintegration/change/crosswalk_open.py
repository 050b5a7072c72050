"""What a crosswalk is made from, or persons are compared by, read from files."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.parquet as pq
from pyogrio.errors import DataSourceError

from gisintegration.areas import AreaDivision
from gisintegration.areas.read import read_table
from gisintegration.errors import InputError
from gisintegration.locate import OUTSIDE, Located, Places
from gisintegration.progress import ProgressOption
from gisintegration.registers import locate_register

_LAYERS = (".gpkg", ".geojson", ".json", ".shp", ".zip", ".fgb", ".parquet", ".geoparquet")


@dataclass(frozen=True, eq=False)
class PlacesRead:
    """Points of a file, located.

    Parameters
    ----------
    places
        One a row.
    kinds
        Kind → whether each row is of it, or how many of its persons.
    years
        Data year of each row, None if the file was not asked for any.
    """

    places: Places
    kinds: Mapping[str, npt.NDArray[np.float64]]
    years: npt.NDArray[np.int64] | None


def read_places(
    path: str | Path,
    editions: Sequence[AreaDivision],
    *,
    x: str = "x",
    y: str = "y",
    crs: int | str | None = None,
    year: str | None = None,
    kinds: Mapping[str, str] | None = None,
    progress: ProgressOption = None,
) -> PlacesRead:
    r"""Points of a file, one row a person or a place, located in some editions.

    Parameters
    ----------
    path
        As :func:`gisintegration.locate_register` takes it.
    crs
        Of ``x`` and ``y``; default EPSG:3006, or the layer's own.
    year
        Column of data years.
    kinds
        Kind → column: 0 and 1, true and false, or a number of persons.

    Raises
    ------
    InputError
        The file cannot be read, or a column is missing or holds no numbers.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> file = Path(tempfile.mkdtemp()) / "p.csv"
    >>> _ = file.write_text("x,y,year,grown\n500,500,2022,1\n1500,500,2023,0\n")
    >>> found = read_places(file, [grid_areas(2, 1, origin=(0, 0))], year="year", kinds={"adults": "grown"})
    >>> found.years.tolist(), found.kinds["adults"].tolist()
    ([2022, 2023], [1.0, 0.0])
    """
    wanted = [*([year] if year else []), *(kinds or {}).values()]
    with tempfile.TemporaryDirectory(prefix="gisintegration-") as folder:
        located = Path(folder) / "located.parquet"
        locate_register(path, located, areas=editions, crs=crs, x=x, y=y, progress=progress)
        codes = [areas.key.replace("/", "_") for areas in editions]
        known = pq.read_schema(located).names
        if missing := [name for name in wanted if name not in known]:
            raise InputError.missing_columns(str(path), missing, [name for name in known if name not in codes])
        columns = list(dict.fromkeys([x, y, *wanted, *codes]))
        table = pq.read_table(located, columns=columns, read_dictionary=codes).to_pandas()
    positions = {areas.key: _positions(table[code], areas) for areas, code in zip(editions, codes, strict=True)}
    xy = [pd.to_numeric(_text(table[name]), errors="coerce").to_numpy(np.float64, na_value=np.nan) for name in (x, y)]
    places = Places(xy[0], xy[1], {key: Located(found) for key, found in positions.items()})
    years = None if year is None else _numbers(table[year], year, path).astype(np.int64)
    return PlacesRead(places, {kind: _numbers(table[name], name, path) for kind, name in (kinds or {}).items()}, years)


def read_weights(path: str | Path, method: str) -> Any:
    """The weights of a method, from a file: a layer for ``weights``, a path for ``grid``, else a table.

    Raises
    ------
    InputError
        The file does not exist, or cannot be read.
    """
    path = Path(path)
    if not path.exists():
        raise InputError.missing_file(path)
    if method in ("target", "table"):
        return read_table(path)
    if method == "grid" or path.suffix.casefold() not in _LAYERS:
        return path
    try:
        return gpd.read_parquet(path) if path.suffix.casefold() in (".parquet", ".geoparquet") else gpd.read_file(path)
    except (DataSourceError, ValueError) as error:
        raise InputError(
            f"{path} cannot be read as a layer: {error}.", hint="give a GeoPackage or GeoParquet."
        ) from error


def _positions(codes: pd.Series, areas: AreaDivision) -> npt.NDArray[np.int32]:
    found = codes.astype("category").cat
    at = np.append(pd.Index(areas.codes).get_indexer(pd.Index(found.categories.astype(object))), OUTSIDE)
    return at[found.codes].astype(np.int32)


def _text(column: pd.Series) -> pd.Series:
    return column.str.replace(",", ".", regex=False) if pd.api.types.is_string_dtype(column) else column


def _numbers(column: pd.Series, name: str, path: str | Path) -> npt.NDArray[np.float64]:
    text = _text(column)
    if pd.api.types.is_string_dtype(text):
        text = text.str.strip().str.casefold().replace({"true": "1", "false": "0"})
    numbers = pd.to_numeric(text, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    wrong = np.flatnonzero(np.isnan(numbers))
    if len(wrong):
        raise InputError(
            f"{path}: {len(wrong)} rows have no number in column {name}.",
            hint="give 0 and 1, true and false, or a number of persons; a year in every row.",
            failures=[{"row": int(row) + 1, "value": str(column.iloc[row])} for row in wrong],
        )
    return numbers
