"""Area divisions: their editions, codes, hierarchy, history, and whether their polygons form a coverage."""

from gisintegration.areas.check import check_file, guess_level
from gisintegration.areas.codes import (
    did_not_exist,
    kommun_events,
    kommun_set,
    official_codes,
    official_names,
    strip_suffix,
)
from gisintegration.areas.coverage import CoverageReport, check_coverage
from gisintegration.areas.display import display_geometry, with_land
from gisintegration.areas.division import AreaDivision
from gisintegration.areas.history import describe_code, editions_of, not_in_edition, predecessors, successors
from gisintegration.areas.levels import complete_parents, levels, parent_positions, region_of
from gisintegration.areas.load import load_areas, select, take
from gisintegration.areas.own import KeyDivision, groups, read_key
from gisintegration.areas.read import read_areas

__all__ = [
    "AreaDivision",
    "CoverageReport",
    "KeyDivision",
    "check_coverage",
    "check_file",
    "complete_parents",
    "describe_code",
    "did_not_exist",
    "display_geometry",
    "editions_of",
    "groups",
    "guess_level",
    "kommun_events",
    "kommun_set",
    "levels",
    "load_areas",
    "not_in_edition",
    "official_codes",
    "official_names",
    "parent_positions",
    "predecessors",
    "read_areas",
    "read_key",
    "region_of",
    "select",
    "strip_suffix",
    "successors",
    "take",
    "with_land",
]
