"""Area divisions: their editions, codes, hierarchy, history, and whether their polygons form a coverage."""

from gisintegration.areas.codes import official_codes, official_names
from gisintegration.areas.division import AreaDivision
from gisintegration.areas.levels import complete_parents, levels, parent_positions, region_of
from gisintegration.areas.load import load_areas, select, take
from gisintegration.areas.read import guess_level, read_areas

__all__ = [
    "AreaDivision",
    "complete_parents",
    "guess_level",
    "levels",
    "load_areas",
    "official_codes",
    "official_names",
    "parent_positions",
    "read_areas",
    "region_of",
    "select",
    "take",
]
