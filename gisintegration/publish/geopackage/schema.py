"""What a layer or table of the GeoPackage is declared to be: written from this, described by it, and checked on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

GEOMETRY = "geom"
SRID = 3006
# GDAL takes a view's column of this name for its row number. Any other, and rows are numbered as they come, so that a
# filter (the temporal controller's) gives an area another number, and QGIS selects the wrong ones.
ROW_NUMBER = "OGC_FID"
SQL_TYPES: Mapping[str, str] = {
    "text": "TEXT",
    "integer": "INTEGER",
    "year": "MEDIUMINT",
    "real": "REAL",
    "date": "DATE",
}


@dataclass(frozen=True)
class Layer:
    """One table or view.

    Parameters
    ----------
    name, title, description
        As in ``gpkg_contents``.
    columns
        Column → one of ``SQL_TYPES``, without the row number and the geometry.
    aliases
        Column → what it is called to a reader.
    spatial
        Has MultiPolygons in EPSG:3006 in a column ``geom``.
    view
        Is a view.
    rows
        Number of rows, where it is known beforehand.
    extent
        xmin, ymin, xmax, ymax in metres, EPSG:3006.
    """

    name: str
    title: str
    columns: Mapping[str, str]
    description: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)
    spatial: bool = False
    view: bool = False
    rows: int | None = None
    extent: tuple[float, float, float, float] | None = None
