"""A statistics map in one HTML file that reads without a network: one indicator, one level, all its years."""

from gisintegration.publish.webmap.write import write_map

__all__ = ["write_map"]
