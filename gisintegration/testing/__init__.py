"""Makers of things to test with: areas, tables, changed borders. Public, for those who build on the toolkit."""

from gisintegration.testing.examples import example_indicator, example_raw
from gisintegration.testing.grids import grid_areas
from gisintegration.testing.redrawn import Redrawn, redraw
from gisintegration.testing.small_register import small_register

__all__ = ["Redrawn", "example_indicator", "example_raw", "grid_areas", "redraw", "small_register"]
