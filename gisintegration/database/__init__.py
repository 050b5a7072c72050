"""Releases: immutable sets of protected tables, numbered and kept in a store."""

from gisintegration.database.diff import ReleaseDiff
from gisintegration.database.info import ReleaseInfo
from gisintegration.database.inspection import StoreCheck
from gisintegration.database.release import release
from gisintegration.database.selection import select_release, select_rows, stack_tables
from gisintegration.database.store import Store, open_store

__all__ = [
    "ReleaseDiff",
    "ReleaseInfo",
    "Store",
    "StoreCheck",
    "open_store",
    "release",
    "select_release",
    "select_rows",
    "stack_tables",
]
