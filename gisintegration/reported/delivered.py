"""Published tables in the formats they come in, as columns of texts or numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gisintegration.errors import ReportedError
from gisintegration.reported.cube_table import JSON_ENDING, PX_ENDING, read_cube
from gisintegration.reported.excel_table import ENDINGS as EXCEL_ENDINGS
from gisintegration.reported.excel_table import read_excel
from gisintegration.reported.mapping import File
from gisintegration.reported.text_table import Delivered, read_text

TEXT_ENDINGS = (".csv", ".txt", ".tsv")
CUBE_ENDINGS = (PX_ENDING, JSON_ENDING)
_ENDINGS = (*TEXT_ENDINGS, ".parquet", *CUBE_ENDINGS, *EXCEL_ENDINGS)


def read_delivered(path: str | Path, wanted: Sequence[str], file: File) -> Delivered:
    """The table in a file.

    Parameters
    ----------
    wanted
        Columns that it must have.

    Raises
    ------
    ReportedError
        The file does not exist, is empty, of another format or damaged, or lacks a column.
    """
    path = Path(path)
    if not path.is_file():
        raise ReportedError.missing_file(path)
    if path.stat().st_size == 0:
        raise ReportedError.empty_file(path)
    ending = path.suffix.lower()
    if ending not in _ENDINGS:
        raise ReportedError(
            f"{path.name} is of no format that published tables are read from.",
            hint=f"save it as one of {', '.join(_ENDINGS)}.",
        )
    if ending == ".parquet":
        found = _read_parquet(path)
    elif ending in CUBE_ENDINGS:
        found = read_cube(path, encoding=file.encoding)
    elif ending in EXCEL_ENDINGS:
        found = read_excel(path, wanted, file)
    else:
        found = read_text(path, wanted, encoding=file.encoding, separator=file.separator)
    missing = [name for name in wanted if name not in found.columns.column_names]
    if missing:
        raise ReportedError.missing_columns(path.name, missing, found.columns.column_names)
    if not len(found.columns):
        raise ReportedError.empty_file(path)
    return found


def _read_parquet(path: Path) -> Delivered:
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise ReportedError(
            f"{path.name} is not a Parquet file that can be read: {str(error).splitlines()[0]}",
            hint="fetch it again.",
        ) from error
    return Delivered(path.name, table, np.arange(1, len(table) + 1), notes=(f"{path.name} was read as Parquet.",))
