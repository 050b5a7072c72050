"""Points to areas: exact, with one documented rule for points on a border."""

from gisintegration.locate.verbs import OUTSIDE, locate, nearest

__all__ = ["OUTSIDE", "locate", "nearest"]
