"""PX and JSON-stat: the syntax, both ways, and the table with dimensions that both hold.

>>> from gisintegration.formats import MARKS
>>> MARKS[:4]
('', '-', '.', '..')
"""

from gisintegration.formats.cube import MARKS, Blocks, Cube, Dimension, Frame, Keyword, Kind, Measure, Note, Text
from gisintegration.formats.jsonstat_read import read_jsonstat
from gisintegration.formats.jsonstat_write import write_jsonstat, write_jsonstat_blocks
from gisintegration.formats.px_read import read_px
from gisintegration.formats.px_write import Encoding, write_px, write_px_blocks

__all__ = [
    "MARKS",
    "Blocks",
    "Cube",
    "Dimension",
    "Encoding",
    "Frame",
    "Keyword",
    "Kind",
    "Measure",
    "Note",
    "Text",
    "read_jsonstat",
    "read_px",
    "write_jsonstat",
    "write_jsonstat_blocks",
    "write_px",
    "write_px_blocks",
]
