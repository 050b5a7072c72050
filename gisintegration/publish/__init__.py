"""Writing releases: layers, Parquet, PX, JSON-stat, tables for Excel. Statistics come from a release only."""

from gisintegration.publish.changes import write_change_tables, write_changes
from gisintegration.publish.geopackage import write_geopackage
from gisintegration.publish.jsonstat import write_jsonstat
from gisintegration.publish.layers import write_layers
from gisintegration.publish.parquet import write_parquet
from gisintegration.publish.px import write_px
from gisintegration.publish.tables import write_tables

__all__ = [
    "write_change_tables",
    "write_changes",
    "write_geopackage",
    "write_jsonstat",
    "write_layers",
    "write_parquet",
    "write_px",
    "write_tables",
]
