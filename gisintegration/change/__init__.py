"""Boundary change: relations between editions, crosswalks, recalculation, and what breaks a series."""

from gisintegration.change.breaks import break_notes, series_breaks
from gisintegration.change.change_log import relations_from_key, relations_from_log
from gisintegration.change.classify import Relation
from gisintegration.change.comparison import compare
from gisintegration.change.crosswalk import Crosswalk, load_crosswalk
from gisintegration.change.crosswalk_check import CrosswalkCheck
from gisintegration.change.crosswalk_make import crosswalk
from gisintegration.change.crosswalk_preview import preview_crosswalks
from gisintegration.change.errors import ErrorModel, load_error_model
from gisintegration.change.pieces import Pieces, pieces
from gisintegration.change.recalculate import recalculate
from gisintegration.change.relations import Relations
from gisintegration.change.stable import stable_areas

__all__ = [
    "Crosswalk",
    "CrosswalkCheck",
    "ErrorModel",
    "Pieces",
    "Relation",
    "Relations",
    "break_notes",
    "compare",
    "crosswalk",
    "load_crosswalk",
    "load_error_model",
    "pieces",
    "preview_crosswalks",
    "recalculate",
    "relations_from_key",
    "relations_from_log",
    "series_breaks",
    "stable_areas",
]
