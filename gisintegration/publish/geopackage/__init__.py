"""GeoPackage: one file with areas, figures, styled views and metadata."""

from gisintegration.publish.geopackage.write import write_geopackage

__all__ = ["write_geopackage"]
