"""The rows of a published table, checked: areas, years, figures, and what is none of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gisintegration.areas import AreaDivision
from gisintegration.errors import ReportedError
from gisintegration.reported.cells import Spec, columns_of
from gisintegration.reported.figures import (
    SHOWN,
    ZERO,
    Figures,
    ambiguous,
    distinct_texts,
    find_decimal,
    marks_of,
    parse_column,
    text_of,
)
from gisintegration.reported.keys import Keys, find_areas, looks_like_area
from gisintegration.reported.mapping import ReportedMapping
from gisintegration.reported.text_table import Delivered, mis_read
from gisintegration.reported.wrong_keys import editions_mixed, grouped


@dataclass(frozen=True, eq=False)
class Checked:
    """A table whose every row is an area's, or is accounted for.

    Parameters
    ----------
    keys
        The area of each row.
    figures
        Every column that figures stand in.
    years
        The years of the column of years, ascending; (0,) where the columns' names say the year.
    year_rows
        Position in ``years`` of each row.
    messages
        What was left out, in words.
    """

    keys: Keys
    figures: Mapping[str, Figures]
    years: tuple[int, ...]
    year_rows: npt.NDArray[np.int64]
    messages: tuple[str, ...]


def check_rows(
    delivered: Delivered, mapping: ReportedMapping, specs: Sequence[Spec], areas: AreaDivision | None
) -> Checked:
    """The rows, with every failure gathered.

    Raises
    ------
    ReportedError
        A code or name is no area of the edition, a text stands where a figure should, a line is broken, a year is none.
    """
    said = mapping.said
    names = sorted({columns_of(name)[1] for spec in specs for term in spec.terms for name in term.columns})
    decimal = said.file.decimal or delivered.decimal or _decimal(delivered, names)
    marks = marks_of(said.rows.marks)
    figures = {name: parse_column(delivered.columns[name], decimal, marks) for name in names}
    keys = find_areas(delivered.columns, said.rows, areas)
    after, notes = _footnotes(delivered, keys, figures)
    wrong = [(row, text, what) for row, text, what in keys.wrong if delivered.lines[row] < after]
    failures = _broken(delivered, after) + grouped(wrong, delivered.lines, said.rows.key)
    failures += _no_key(delivered, figures, said.rows.key) + _line_breaks(delivered, after)
    failures += _wrong_figures(delivered, keys, figures)
    years, year_rows, wrong_years = _years(delivered, keys, said.rows.year_column)
    failures += wrong_years
    if failures:
        mixed = editions_mixed(keys, [text for _, text, _ in wrong], said.rows)
        raise ReportedError(
            f"{delivered.name} has {len(failures)} fault{'s' if len(failures) > 1 else ''} under {mapping.name}."
            + (f" {mixed}" if mixed else ""),
            hint=_hint(delivered, mapping, failures),
            failures=sorted(failures, key=lambda failure: int(failure["line"])),
        )
    if not keys.units:
        raise ReportedError.empty_file(delivered.name)
    unasked = [
        f"{delivered.name}: {rows} row{'s' if rows > 1 else ''} of {level} left out; rows.parents reads them."
        for level, rows in sorted(keys.unasked.items())
    ]
    return Checked(keys, figures, years, year_rows, (*notes, *unasked))


def _decimal(delivered: Delivered, names: Sequence[str]) -> str:
    texts = [text for name in names for text in distinct_texts(delivered.columns[name])]
    found = find_decimal(texts)
    if found is None and (text := ambiguous(texts)) is not None:
        raise ReportedError(
            f"'{text}' in {delivered.name} can be read in two ways.", hint='say file.decimal = "," or ".".'
        )
    return found or "."


def _footnotes(delivered: Delivered, keys: Keys, figures: Mapping[str, Figures]) -> tuple[int, list[str]]:
    """The first line that is no longer the table's, and how many lines were taken for footnotes."""
    wrong = {row: text for row, text, _ in keys.wrong}
    last = int(np.flatnonzero(keys.rows >= 0)[-1]) if (keys.rows >= 0).any() else -1
    for row in sorted(wrong):
        figure = any(parsed.states[row] in (SHOWN, ZERO) for parsed in figures.values())
        if row > last and (figure or looks_like_area(wrong[row])):
            last = row
    if last < 0:
        return delivered.last_line + 1, []
    after = int(delivered.lines[last]) + 1
    lines = sum(1 for row in wrong if delivered.lines[row] >= after)
    lines += sum(1 for line, _ in delivered.broken if line >= after)
    if not lines:
        return after, []
    lines = max(lines, delivered.last_line + 1 - after)
    return after, [f"{delivered.name}: {lines} line{'s' if lines > 1 else ''} of footnotes after the figures left out."]


def _broken(delivered: Delivered, after: int) -> list[dict[str, str]]:
    fields = len(delivered.columns.column_names)
    return [
        {"line": str(line), "text": text[:60], "what": f"has another number of fields than the {fields} names"}
        for line, text in delivered.broken
        if line < after
    ]


def _no_key(delivered: Delivered, figures: Mapping[str, Figures], column: str) -> list[dict[str, str]]:
    """Rows with a figure and nothing in the column of areas."""
    empty = np.array(text_of(delivered.columns[column]).to_numpy() == "", dtype=np.bool_)
    figure = np.zeros(len(empty), dtype=np.bool_)
    for parsed in figures.values():
        figure |= np.isin(parsed.states, (SHOWN, ZERO))
    return [
        {"line": str(delivered.lines[row]), "column": column, "text": "", "what": "names no area for a figure"}
        for row in np.flatnonzero(empty & figure)
    ]


def _line_breaks(delivered: Delivered, after: int) -> list[dict[str, str]]:
    """Rows with a line break inside a field: a quotation mark that is not closed swallows the lines that follow."""
    found = []
    for name in delivered.columns.column_names:
        column = delivered.columns[name]
        if not pa.types.is_string(column.type):
            continue
        for row in np.flatnonzero(pc.match_substring(column, "\n").to_numpy()):
            if delivered.lines[row] < after:
                text = str(column[int(row)].as_py())
                what = "holds a line break: is a quotation mark not closed?"
                found.append({"line": str(delivered.lines[row]), "column": name, "text": repr(text[:60]), "what": what})
    return found


def _wrong_figures(delivered: Delivered, keys: Keys, figures: Mapping[str, Figures]) -> list[dict[str, str]]:
    return [
        {
            "line": str(delivered.lines[row]),
            "column": name,
            "text": text[:60],
            "what": "is a formula, not a figure" if text.startswith("=") else "is no figure and no known mark",
        }
        for name, parsed in figures.items()
        for row, text in parsed.wrong
        if keys.rows[row] >= 0
    ]


def _years(
    delivered: Delivered, keys: Keys, column: str | None
) -> tuple[tuple[int, ...], npt.NDArray[np.int64], list[dict[str, str]]]:
    if column is None:
        return (0,), np.zeros(len(keys.rows), dtype=np.int64), []
    encoded = text_of(delivered.columns[column]).combine_chunks().dictionary_encode()
    texts = [str(text) for text in encoded.dictionary.to_pylist()]
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    told = np.array([int(text) if re.fullmatch(r"(19|20)[0-9]{2}", text) else 0 for text in texts], dtype=np.int64)[
        codes
    ]
    failures = [
        {"line": str(delivered.lines[row]), "column": column, "text": texts[codes[row]][:60], "what": "is no year"}
        for row in np.flatnonzero((told == 0) & (keys.rows >= 0)).tolist()
    ]
    years = np.unique(told[(keys.rows >= 0) & (told > 0)])
    return tuple(int(year) for year in years), np.searchsorted(years, told), failures


def _hint(delivered: Delivered, mapping: ReportedMapping, failures: Sequence[Mapping[str, str]]) -> str:
    said = mapping.said.rows
    what = " ".join(failure["what"] for failure in failures)
    texts = [str(text) for text in text_of(delivered.columns[said.key]).to_pylist()]
    if said.name is not None and (encoding := mis_read(texts)) is not None:
        return f'the letters look wrong: say file.encoding = "{encoding}", or fetch the file again.'
    if "edition" in what:
        return (
            f"an area is a code of one edition: the mapping says {', '.join(said.editions.values())}. Say the edition "
            "the table has, or where it stands (rows.edition by suffix, rows.edition_column); recalculate brings "
            "figures from one edition to another."
        )
    if "leading zero" in what:
        return "codes are text: save the table with the column of codes as text."
    if "no known mark" in what:
        return "correct the file, or say what a mark means: rows.marks."
    return "correct the file, or the mapping."
