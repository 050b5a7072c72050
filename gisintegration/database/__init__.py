"""Releases: immutable sets of protected tables."""

from gisintegration.database.release import release
from gisintegration.database.saved import open_release, save_release
from gisintegration.database.selection import select_release, select_rows, stack_tables

__all__ = ["open_release", "release", "save_release", "select_release", "select_rows", "stack_tables"]
