"""Releases: immutable sets of protected tables."""

from gisintegration.database.release import release

__all__ = ["release"]
