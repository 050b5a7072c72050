"""Plain frozen types that every room shares: statuses, the row, indicators, raw and protected tables, releases."""

from gisintegration.tables.indicator import Break, Indicator, Kind, LevelRule, Rule
from gisintegration.tables.release import Areas, Release
from gisintegration.tables.row import (
    BREAKDOWNS,
    COLUMNS,
    CONTRIBUTORS,
    KEY,
    RAW_BOUNDS,
    RAW_COLUMNS,
    SCHEMA_VERSION,
    TOTAL,
    coded,
    codes_in,
    conform,
    constant,
    in_order,
    row_keys,
)
from gisintegration.tables.status import WORDS, Method, Reason, Status, method_words
from gisintegration.tables.table import Labels, ProtectedTable, RawTable

__all__ = [
    "BREAKDOWNS",
    "COLUMNS",
    "CONTRIBUTORS",
    "KEY",
    "RAW_BOUNDS",
    "RAW_COLUMNS",
    "SCHEMA_VERSION",
    "TOTAL",
    "WORDS",
    "Areas",
    "Break",
    "Indicator",
    "Kind",
    "Labels",
    "LevelRule",
    "Method",
    "ProtectedTable",
    "RawTable",
    "Reason",
    "Release",
    "Rule",
    "Status",
    "coded",
    "codes_in",
    "conform",
    "constant",
    "in_order",
    "method_words",
    "row_keys",
]
