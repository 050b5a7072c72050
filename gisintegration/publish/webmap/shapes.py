"""The shapes a page draws: TopoJSON of an edition, points for labels, and which areas kept their borders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from topojson.core.topology import Topology

from gisintegration.publish.cells import drawn_geometry
from gisintegration.tables import Areas

# Metres; the first that keeps a page's shapes below the number of vertices is taken.
TOLERANCES = (15.0, 25.0, 40.0, 60.0, 100.0, 160.0, 250.0)
MAX_VERTICES = 220_000
_GRID = 0.2  # width of the coordinate grid as a part of the tolerance
_SAME = 0.01  # metres a border may be off and still be the same


@dataclass(frozen=True)
class Shape:
    """What is drawn of one edition.

    Parameters
    ----------
    topology
        TopoJSON in whole numbers on a grid; the id of a geometry is the area's row.
    points
        A point inside each area, metres; None without a polygon.
    """

    topology: dict[str, Any]
    points: list[tuple[int, int] | None]


def drawn(editions: Sequence[Areas]) -> tuple[list[gpd.GeoSeries], float]:
    """Simplified polygons of every edition, as fine as a page has room for, and the tolerance in metres."""
    for tolerance in TOLERANCES:
        polygons = [drawn_geometry(areas, tolerance=tolerance) for areas in editions]
        if sum(int(shapely.get_num_coordinates(series.to_numpy()).sum()) for series in polygons) <= MAX_VERTICES:
            break
    return polygons, tolerance


def shape(polygons: gpd.GeoSeries, *, tolerance: float) -> Shape:
    """TopoJSON and label points of one edition's polygons, on a grid of a fifth of the tolerance."""
    known = np.flatnonzero(polygons.notna().to_numpy())
    points: list[tuple[int, int] | None] = [None] * len(polygons)
    if not len(known):
        return Shape({"type": "Topology", "objects": {"areas": {"type": "GeometryCollection", "geometries": []}},
                      "arcs": [], "bbox": [0, 0, 1, 1]}, points)  # fmt: skip
    there = polygons.iloc[known]
    inside = shapely.point_on_surface(there.to_numpy())
    for row, point in zip(known, inside, strict=True):
        points[row] = (round(point.x), round(point.y))
    return Shape(_topology(there, known, tolerance * _GRID), points)


def label_points(
    polygons: Sequence[gpd.GeoSeries], owners: Sequence[npt.NDArray[np.object_]], codes: Sequence[str]
) -> list[tuple[int, int] | None]:
    """For each parent area the middle of the widest place in it, where its name has most room."""
    points: list[tuple[int, int] | None] = []
    for code in codes:
        series, owner = next(
            ((s, o) for s, o in zip(polygons, owners, strict=True) if (o == code).any()), (polygons[0], owners[0])
        )
        mine = series[(owner == code) & series.notna().to_numpy()].to_numpy()
        points.append(_widest(shapely.union_all(mine)) if len(mine) else None)
    return points


def unchanged(before: Areas, after: Areas) -> list[bool]:
    """Whether each area of ``after`` has the code and, to the centimetre, the border of an area of ``before``."""
    old = dict(zip(before.table["code"], before.table.geometry, strict=True))
    pairs = [
        (old.get(code), geometry) for code, geometry in zip(after.table["code"], after.table.geometry, strict=True)
    ]
    first = shapely.normalize(np.array([pair[0] for pair in pairs], dtype=object))
    second = shapely.normalize(np.array([pair[1] for pair in pairs], dtype=object))
    return [bool(same) for same in shapely.equals_exact(first, second, tolerance=_SAME)]


def _topology(polygons: gpd.GeoSeries, ids: npt.NDArray[np.intp], grid: float) -> dict[str, Any]:
    west, south, east, north = (float(edge) for edge in polygons.total_bounds)
    cells = max(int(max(east - west, north - south) / grid), 100)
    frame = gpd.GeoDataFrame({"row": ids}, geometry=polygons.to_numpy(), crs=polygons.crs)
    made: dict[str, Any] = Topology(frame, prequantize=cells, shared_coords=True, object_name="areas").to_dict()
    geometries = made["objects"]["areas"]["geometries"]
    made["objects"] = {
        "areas": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": item["type"], "arcs": item["arcs"], "id": int(row)}
                for item, row in zip(geometries, ids, strict=True)
            ],
        }
    }
    made["bbox"] = [round(edge) for edge in (west, south, east, north)]
    return made


def _widest(polygon: shapely.Geometry) -> tuple[int, int]:
    parts = shapely.get_parts(polygon)
    largest = parts[int(np.argmax(shapely.area(parts)))]
    middle = shapely.get_coordinates(shapely.maximum_inscribed_circle(largest, tolerance=50.0))[0]
    return round(float(middle[0])), round(float(middle[1]))
