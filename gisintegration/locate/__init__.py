"""Points to areas: exact, with one documented rule for points on a border."""

from gisintegration.locate.engine import OUTSIDE, Located
from gisintegration.locate.places import Places, places
from gisintegration.locate.verbs import locate, nearest

__all__ = ["OUTSIDE", "Located", "Places", "locate", "nearest", "places"]
