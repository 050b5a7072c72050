"""Crosswalk weights from a layer of points or finer polygons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gisintegration.areas import AreaDivision
from gisintegration.change.crosswalk_editions import Editions, figure_areas
from gisintegration.change.crosswalk_points import point_sums
from gisintegration.change.crosswalk_rows import Amounts, Kind
from gisintegration.change.crosswalk_table import ANY_YEAR, POPULATION
from gisintegration.change.pieces import Pieces
from gisintegration.errors import CRSError, GeometryError, InputError
from gisintegration.locate.grid import spread as share_out

Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]
Spread = Literal["area", "point"]
#: Columns that a weight is looked for in when ``kinds`` names none.
NAMES = ("weight", "population", "befolkning", "persons", "value", "vikt", "antal")
_CRS = 3006
_POLYGONS = (3, 6)
_CHUNK = 4_096


@dataclass(frozen=True, eq=False)
class Weighed:
    """Weights by pair of areas.

    Parameters
    ----------
    amounts
        Weight of each pair, by kind.
    notes
        What was done on the way.
    raw
        Made from points, which may be persons' places.
    """

    amounts: Amounts
    notes: tuple[str, ...] = ()
    raw: bool = False


def count_layer(
    editions: Editions,
    pieces: Pieces,
    layer: AreaDivision | gpd.GeoDataFrame,
    *,
    kinds: Mapping[str, str] | None,
    spread: Spread,
) -> Weighed:
    """Weights of a layer of points or finer polygons, by pair of areas.

    Parameters
    ----------
    layer
        With a column of weights. Points count where they lie. Polygons are divided over the pieces by area, or counted
        whole where a point inside them lies (``spread="point"``).
    kinds
        Kind → column.

    Raises
    ------
    InputError
        A column is missing, or holds what is no weight.
    CRSError, GeometryError
        The layer has no coordinate reference system, lies elsewhere, or holds lines or invalid polygons.
    """
    frame = layer.table if isinstance(layer, AreaDivision) else layer
    if frame.empty:
        raise InputError("The layer of weights is empty.", hint="check the file and the filter it was read with.")
    notes: tuple[str, ...] = ()
    if frame.crs is None:
        raise CRSError("The layer of weights has no coordinate reference system.", hint="declare it: set_crs(3006).")
    if frame.crs.to_epsg() != _CRS:
        notes = (f"The layer of weights was transformed from {frame.crs.to_string()}.",)
        frame = frame.to_crs(_CRS)
    values = weight_columns(pd.DataFrame(frame.drop(columns=frame.geometry.name)), kinds, "The layer of weights")
    shapes = frame.geometry.to_numpy()
    kind = shapely.get_type_id(shapes)
    if (kind == 0).all():
        amounts, outside = point_sums(frame.geometry, editions, values)
        return Weighed(amounts, notes + outside_weight(outside, values), raw=True)
    _refuse_shapes(shapes, kind)
    if spread == "point":
        inside = gpd.GeoSeries(shapely.point_on_surface(shapes), crs=_CRS)
        amounts, outside = point_sums(inside, editions, values)
        return Weighed(amounts, notes + outside_weight(outside, values))
    amounts, outside = cut_sums(editions, pieces, shapes, values)
    return Weighed(amounts, notes + outside_weight(outside, values))


def _refuse_shapes(shapes: Shapes, kind: npt.NDArray[np.int32]) -> None:
    wrong = np.flatnonzero(~np.isin(kind, _POLYGONS) | ~shapely.is_valid(shapes))
    if len(wrong):
        raise GeometryError(
            f"{len(wrong)} of {len(shapes)} geometries of the layer of weights are no valid polygons.",
            hint="give points only, or polygons only; mend invalid ones first (QGIS: Fix geometries).",
            failures=[{"row": int(row), "type": _type(shapes[row])} for row in wrong],
        )


def _type(shape: Any) -> str:
    return "missing" if shape is None else str(shape.geom_type)


def weight_columns(
    frame: pd.DataFrame, kinds: Mapping[str, str] | None, where: str, *, year: int = ANY_YEAR
) -> dict[Kind, Floats]:
    """The weights of each row by kind, the population first.

    Raises
    ------
    InputError
        A column is missing or not told, or holds numbers below 0, missing or endless.
    """
    names = [str(name) for name in frame.columns]
    if kinds is None:
        found = [name for name in names if name.casefold() in NAMES]
        if len(found) != 1:
            which = f"has {', '.join(found)}" if found else f"has none of {', '.join(NAMES)}"
            raise InputError(
                f"{where} does not tell its weights: it {which}.",
                hint=f'name the column: kinds={{"{POPULATION}": "…"}}. Columns: {", ".join(names) or "none"}.',
            )
        kinds = {POPULATION: found[0]}
    if POPULATION not in kinds:
        raise InputError(
            f"{where}: no column is named for '{POPULATION}'.",
            hint=f'add kinds={{"{POPULATION}": "…"}}: sources with nobody of another kind go by it.',
        )
    if missing := [column for column in kinds.values() if column not in names]:
        raise InputError.missing_columns(where, missing, names)
    order = [POPULATION, *(kind for kind in kinds if kind != POPULATION)]
    return {(kind, year): _weights(frame[kinds[kind]], kinds[kind], where) for kind in order}


def _weights(column: pd.Series, name: str, where: str) -> Floats:
    text = column.str.replace(",", ".", regex=False) if pd.api.types.is_string_dtype(column) else column
    numbers = pd.to_numeric(text, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    wrong = np.flatnonzero(~np.isfinite(numbers) | (numbers < 0))
    if len(wrong):
        raise InputError(
            f"{where}: {len(wrong)} values of {name} are missing, below 0 or no numbers.",
            hint="give 0 where nobody lives, and leave rows that are not known out.",
            failures=[{"row": int(row) + 1, "value": str(column.iloc[row])} for row in wrong],
        )
    if not numbers.any():
        raise InputError(f"{where}: {name} is 0 everywhere.", hint="name the column that holds the weights.")
    return numbers


def outside_weight(outside: float, values: Mapping[Kind, Floats]) -> tuple[str, ...]:
    """A note on the part of the weights that lies in no pair of areas."""
    total = float(values[next(iter(values))].sum())
    if not total or outside <= total * 1e-9:
        return ()
    return (f"{outside / total:.1%} of the weight lies outside the areas, and is left out.",)


def cut_sums(
    editions: Editions, pieces: Pieces, shapes: Shapes, values: Mapping[Kind, Floats]
) -> tuple[Amounts, float]:
    """Weights of polygons, divided evenly over their ground, by pair of areas; and the weight in no pair.

    Raises
    ------
    CRSError
        No polygon meets an area.
    """
    use = np.flatnonzero(
        ~pieces.noise & figure_areas(editions.old)[pieces.old] & figure_areas(editions.new)[pieces.new]
    )
    piece, shape, part = _parts(pieces.shapes()[use], shapes)
    if not len(piece):
        raise CRSError(
            f"The weights lie in no area of {editions.old.key} and {editions.new.key}.",
            hint="they are of another part of the country, or their coordinates of another CRS.",
        )
    size = len(use)
    sums = {key: np.bincount(piece, part * of[shape], minlength=size).astype(float) for key, of in values.items()}
    first = next(iter(values))
    outside = float(values[first].sum() - sums[first].sum())
    return Amounts(pieces.old[use].astype(np.int64), pieces.new[use].astype(np.int64), sums), outside


def _parts(pieces: Shapes, shapes: Shapes) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Floats]:
    """Pairs of a piece and a polygon that share ground, and the part of the polygon that does."""
    tree = shapely.STRtree(shapes)
    shapely.prepare(pieces)
    whole = tree.query(pieces, predicate="covers")
    touched = tree.query(pieces, predicate="intersects")
    shapely.destroy_prepared(pieces)
    width = len(shapes)
    cut = touched[:, ~np.isin(touched[0] * width + touched[1], whole[0] * width + whole[1])]
    size = shapely.area(shapes)
    chunks = np.array_split(cut, max(cut.shape[1] // _CHUNK, 1), axis=1)
    made = share_out(lambda both: shapely.area(shapely.intersection(pieces[both[0]], shapes[both[1]])), chunks)
    shared = np.concatenate(made)
    piece, shape = np.concatenate([whole, cut], axis=1)
    ground = np.concatenate([size[whole[1]], shared])
    part = np.divide(ground, size[shape], out=np.zeros(len(ground)), where=size[shape] > 0)
    order = np.lexsort((shape, piece))
    kept = order[part[order] > 0]
    return piece[kept], shape[kept], part[kept]
