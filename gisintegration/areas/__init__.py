"""Area divisions: their editions, codes, hierarchy, history, and whether their polygons form a coverage."""

from gisintegration.areas.division import AreaDivision

__all__ = ["AreaDivision"]
