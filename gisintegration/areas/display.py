"""Geometry for drawing: clipped to land and simplified. Never counted on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from gisintegration.areas.assemble import objects
from gisintegration.areas.columns import code_column, finest_level
from gisintegration.areas.division import CRS, AreaDivision
from gisintegration.areas.files import read_layer
from gisintegration.errors import InputError

# A land mask that leaves less than this of an area (m², and share of it) has missed its land: people live on more.
_LEAST_LAND, _LEAST_SHARE = 100_000.0, 0.1


def display_geometry(areas: AreaDivision, tolerance: float = 25.0) -> gpd.GeoSeries:
    """Geometry to draw, in the order of ``areas.codes``: land-clipped where known, neighbours simplified alike.

    Borders between neighbours stay shared. Where the polygons do not match vertex by vertex they are first cut along
    each other's borders (ground that two areas claim is drawn as the one with the lowest code). Declared overlapping
    areas are simplified one by one.

    Parameters
    ----------
    areas
        Any edition.
    tolerance
        Metres: about the size of a detail that may go (square root of its area). 0 changes nothing.

    Returns
    -------
    geopandas.GeoSeries
        EPSG:3006, None where an area has no polygon. For drawing only: areas and counts come from ``areas.geometry``.

    Raises
    ------
    InputError
        The tolerance is negative.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> display_geometry(grid_areas(2, 1), 10).area.tolist()
    [1000000.0, 1000000.0]
    """
    if not tolerance >= 0:
        raise InputError(f"The tolerance is {tolerance}.", hint="give metres, 0 or more.")
    source = areas.geometry if areas.display is None else areas.display
    polygons = source.to_numpy().copy()
    known = np.flatnonzero([polygon is not None for polygon in polygons])
    if tolerance > 0 and len(known):
        simplify = _one_by_one if areas.overlaps else _together
        polygons[known] = simplify(polygons[known], tolerance)
    return gpd.GeoSeries(polygons, crs=CRS)


def with_land(
    areas: AreaDivision, path: str | Path, *, layer: str | None = None, code: str | None = None
) -> AreaDivision:
    """The areas with display geometry from a file: their land-clipped twins by code, or a land mask.

    Parameters
    ----------
    path
        A layer with the areas' own codes (a twin: areas it lacks are drawn whole), or any polygons of land, which the
        areas are then clipped to.
    layer, code
        As in :func:`read_areas`; ``code`` makes the layer a twin.

    Raises
    ------
    InputError, CRSError, GeometryError
        The file cannot be used, or a twin shares no code with the areas.

    Examples
    --------
    >>> import tempfile
    >>> from gisintegration.testing import grid_areas
    >>> areas = grid_areas(2, 1, origin=(600_000, 6_600_000))
    >>> file = Path(tempfile.mkdtemp()) / "land.gpkg"
    >>> gpd.GeoDataFrame(geometry=[shapely.box(600_000, 6_600_000, 600_800, 6_601_000)], crs=CRS).to_file(file)
    >>> with_land(areas, file).display.area.tolist()
    [800000.0, 1000000.0]
    """
    found = read_layer(path, layer=layer, level=areas.division, code=code)
    true = areas.geometry.to_numpy()
    if code is not None or finest_level(found.frame) == areas.division:
        codes = code_column(found.frame, areas.division, where=found.where, column=code).texts
        clipped = dict(zip(codes, found.frame.geometry.to_numpy(), strict=True))
        if not set(clipped) & set(areas.codes):
            raise InputError(f"{found.where} shares no code with {areas.key}.", hint="name the column with code=.")
        land = objects([clipped.get(text) for text in areas.codes])
    else:
        mask = shapely.union_all(found.frame.geometry.to_numpy())
        shapely.prepare(mask)
        land = objects([None if polygon is None else _surfaces(polygon, mask) for polygon in true])
    display, whole = land_twin(land, true)
    note = f"{whole} areas of which the land mask leaves next to nothing are drawn whole."
    return areas.with_(display=display, notes=(*areas.notes, note) if whole else areas.notes)


def land_twin(land: npt.NDArray[np.object_], true: npt.NDArray[np.object_]) -> tuple[gpd.GeoSeries, int]:
    """Land-clipped polygons, the true one where the clipping left next to nothing, and how many those are.

    Next to nothing: less than 0.1 km² and less than a tenth of the area, or no polygon at all.

    Examples
    --------
    >>> twin, whole = land_twin(objects([shapely.box(0, 0, 1, 1)]), objects([shapely.box(0, 0, 1000, 1000)]))
    >>> twin.area.tolist(), whole
    ([1000000.0], 1)
    """
    left, size = shapely.area(land), shapely.area(true)
    missed = ~(left > 0) | ((left < _LEAST_LAND) & (left < _LEAST_SHARE * size))
    missed &= shapely.area(true) > 0
    return gpd.GeoSeries(objects(list(np.where(missed, true, land))), crs=CRS), int(missed.sum())


def matched(polygons: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Polygons whose shared borders have the same vertices on both sides.

    Those that do not match a neighbour are cut along all their borders, and each piece goes to the first polygon it
    lies in. The others are returned as they are.

    Examples
    --------
    >>> three = objects([shapely.box(0, 0, 1, 2), shapely.box(1, 0, 2, 1), shapely.box(1, 1, 2, 2)])
    >>> print(shapely.coverage_is_valid(three), shapely.coverage_is_valid(matched(three)))
    False True
    """
    unmatched = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(polygons)))
    if not len(unmatched):
        return polygons
    lines = shapely.union_all(shapely.boundary(polygons[unmatched]))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    face, owner = shapely.STRtree(polygons[unmatched]).query(shapely.point_on_surface(faces), predicate="intersects")
    order = np.lexsort((owner, face))
    face, first = np.unique(face[order], return_index=True)
    owner = owner[order][first]
    result = polygons.copy()
    for number, row in enumerate(unmatched):
        pieces = faces[face[owner == number]]
        if len(pieces):
            result[row] = shapely.union_all(pieces)
    return result


def _together(polygons: npt.NDArray[np.object_], tolerance: float) -> Any:
    return shapely.coverage_simplify(matched(polygons), tolerance)


def _one_by_one(polygons: npt.NDArray[np.object_], tolerance: float) -> Any:
    return shapely.simplify(polygons, tolerance, preserve_topology=True)


def _surfaces(polygon: Any, mask: Any) -> Any:
    """The part of a polygon on land, without lines and points; None if there is none."""
    parts = [part for part in shapely.get_parts(shapely.intersection(polygon, mask)) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts) if len(parts) > 1 else parts[0] if parts else None
