"""Releases: immutable sets of protected tables, numbered and kept in a store."""

from gisintegration.database.release import release
from gisintegration.database.saved import open_release, save_release
from gisintegration.database.selection import select_release, select_rows, stack_tables
from gisintegration.database.store import ReleaseInfo, Store, open_store

__all__ = [
    "ReleaseInfo",
    "Store",
    "open_release",
    "open_store",
    "release",
    "save_release",
    "select_release",
    "select_rows",
    "stack_tables",
]
