"""A sheet of an Excel workbook as a table of texts: titles before the names, names over several rows, blanks below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import pyarrow as pa

from gisintegration.errors import ReportedError
from gisintegration.reported.mapping import File
from gisintegration.reported.text_table import Delivered, name_of, refuse_header

ENDINGS = (".xlsx", ".xlsm")
_SEARCHED = 60
# Numbers from here on are not whole to the last unit in a workbook.
_WHOLE = 1e15
Cells = tuple[Any, ...]


def read_excel(path: Path, wanted: Sequence[str], file: File) -> Delivered:
    """The rows of a sheet, everything as text.

    Parameters
    ----------
    wanted
        Names of columns that the row of names must have; titles may stand before it.
    file
        ``sheet``: which; else the first that has the names. ``header_rows``: over how many rows the names stand; an
        empty cell of an upper row is the one to its left, and the parts are joined by blanks: "Folkmängd 2024".
        ``fill_down``: columns in which an empty cell means what stands above it.

    Raises
    ------
    ReportedError
        The workbook is damaged or of the old format, no sheet has the names, or the reader of workbooks is not there.
    """
    book = _opened(path)
    try:
        sheets = [file.sheet] if file.sheet is not None else book.sheetnames
        if file.sheet is not None and file.sheet not in book.sheetnames:
            raise ReportedError.unknown("sheet", file.sheet, book.sheetnames, where=path.name)
        found = [(name, *_header(book[name], wanted, file.header_rows)) for name in sheets]
        name, number, names = max(found, key=lambda one: len(set(wanted) & set(one[2])))
        if not set(wanted) <= set(names) or len(set(names)) < len(names):
            refuse_header(f"{path.name}, sheet {name}", wanted, names)
        return _table(path.name, book[name], number, names, file)
    finally:
        book.close()


def _opened(path: Path) -> Any:
    try:
        from openpyxl import load_workbook  # noqa: PLC0415 — an extra: most users read no workbooks
        from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415
    except ImportError as error:
        raise ReportedError(
            "Reading Excel workbooks needs openpyxl.", hint='pip install "gisintegration[scb]"'
        ) from error
    try:
        return load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise ReportedError(
            f"{path.name} is not an Excel workbook that can be read: {error}.",
            hint="open it in Excel and save it as .xlsx; one with a password cannot be read.",
        ) from error


def _header(sheet: Any, wanted: Sequence[str], rows: int) -> tuple[int, list[str]]:
    """The number of the last row of names, and the names: those of the wanted ones, else the widest."""
    first = [*islice(_rows(sheet), _SEARCHED)]
    best: tuple[tuple[int, int], int, list[str]] = ((-1, 0), 0, [])
    for end in range(rows, len(first) + 1):
        names = _joined(first[end - rows : end])
        found = len(set(wanted) & set(names))
        score = (found, 0 if found else sum(not name.startswith("column ") for name in names))
        if score > best[0]:
            best = (score, end, names)
    return best[1], best[2]


def _joined(rows: Sequence[Cells]) -> list[str]:
    width = max((len(row) for row in rows), default=0)
    parts: list[list[str]] = []
    for level, row in enumerate(rows):
        texts = [name_of(_text(cell)) for cell in row] + [""] * (width - len(row))
        if level < len(rows) - 1:
            for place in range(1, width):
                texts[place] = texts[place] or texts[place - 1]
        parts.append(texts)
    names = [" ".join(part for part in column if part) for column in zip(*parts, strict=True)]
    while names and not names[-1]:
        names.pop()
    return [name or f"column {place}" for place, name in enumerate(names, start=1)]


def _table(name: str, sheet: Any, header: int, names: Sequence[str], file: File) -> Delivered:
    missing = [column for column in file.fill_down if column not in names]
    if missing:
        raise ReportedError.missing_columns(name, missing, list(names))
    filled = [names.index(column) for column in file.fill_down]
    columns: list[list[str]] = [[] for _ in names]
    lines: list[int] = []
    above = [""] * len(names)
    last = header
    for last, row in enumerate(islice(_rows(sheet), header, None), start=header + 1):
        texts = [_text(cell, file.decimal) for cell in row[: len(names)]] + [""] * max(0, len(names) - len(row))
        if not any(texts):
            continue
        for place in filled:
            # A footnote below the figures fills only its own cell.
            if not texts[place] and sum(map(bool, texts)) > 1:
                texts[place] = above[place]
        above = texts
        lines.append(last)
        for column, text in zip(columns, texts, strict=True):
            column.append(text)
    table = pa.table({key: pa.array(column, pa.string()) for key, column in zip(names, columns, strict=True)})
    return Delivered(
        name,
        table,
        np.array(lines, dtype=np.int64),
        last_line=last,
        notes=(f"{name}: sheet {sheet.title}, names in row {header}.",),
        decimal=file.decimal or ".",
    )


def _rows(sheet: Any) -> Iterator[Cells]:
    # The size a workbook tells of itself may be too small: then rows would be lost without a word.
    sheet.reset_dimensions()
    return iter(sheet.iter_rows(values_only=True))


def _text(cell: object, decimal: str | None = None) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float):
        whole = cell.is_integer() and abs(cell) < _WHOLE
        return str(int(cell)) if whole else repr(cell).replace(".", decimal or ".")
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    return str(cell).strip()
