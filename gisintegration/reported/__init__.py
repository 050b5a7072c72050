"""Published tables as a source: read as they were published, with their publisher's protection."""

from gisintegration.reported.mapping import ReportedMapping, load_mapping, ready_mappings
from gisintegration.reported.pxweb import Fetched, fetch_pxweb
from gisintegration.reported.read import AS_PUBLISHED, read_reported

__all__ = [
    "AS_PUBLISHED",
    "Fetched",
    "ReportedMapping",
    "fetch_pxweb",
    "load_mapping",
    "read_reported",
    "ready_mappings",
]
