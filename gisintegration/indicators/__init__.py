"""Indicators: declarations, national constants, and from a register to raw statistics."""

from gisintegration.indicators.aggregation import aggregate, aggregate_parts
from gisintegration.indicators.constants import Constants, load_constants
from gisintegration.indicators.declare import load_indicators
from gisintegration.indicators.panel import years_read

__all__ = ["Constants", "aggregate", "aggregate_parts", "load_constants", "load_indicators", "years_read"]
