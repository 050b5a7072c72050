"""Boundary change: relations between editions, crosswalks, recalculation, and what breaks a series."""

from gisintegration.change.crosswalk import Crosswalk

__all__ = ["Crosswalk"]
