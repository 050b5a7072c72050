"""The sheet of one indicator in an Excel workbook."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gisintegration.publish.excel_rows import ABSENT, STATUSES, Grid
from gisintegration.publish.office import WORDS as OFFICE
from gisintegration.publish.office import capital
from gisintegration.publish.words import FIELDS, Language, unit_text
from gisintegration.tables import WORDS, Indicator, Status

HEAD_ROW = 5
FIRST_ROW = HEAD_ROW + 1
_TEXT, _PALE, _HEAD = "#1f2a30", "#6b7680", "#0d3b52"
_WIDEST, _YEAR = 46.0, 9.5
_LINE = 15.5  # points a line of text is high
# Excel's patterns (light stripes, a light grid, none) on tints of their own, for programs that draw no patterns.
_PATTERNS: Mapping[Status, tuple[int, str, str]] = {
    Status.PROTECTED: (14, "#cdbb96", "#f6efdf"),
    Status.MISSING: (18, "#a9c0cf", "#e4edf3"),
    Status.NOT_APPLICABLE: (1, "#f0f0ee", "#f0f0ee"),
    Status.DID_NOT_EXIST: (1, "#e2e2df", "#e2e2df"),
}
_LEGEND = {
    "sv": "Tom cell: statuskolumnen till höger säger varför. Beige med streck: skyddas. Blått med rutnät: uppgift "
    "saknas. Grått: kan inte förekomma eller fanns inte.",
    "en": "Empty cell: the status column on the right says why. Beige with stripes: protected. Blue with a grid: not "
    "available. Grey: not applicable or did not exist.",
}
_ESTIMATED = {
    "sv": " Blå kursiv siffra: omräknad till nya gränser, se metod och gränser till höger.",
    "en": " Figures in blue italics: recalculated to new boundaries, see method and bounds on the right.",
}


@dataclass(frozen=True)
class Page:
    """One sheet: its name, its title, and which rows of the indicator it has."""

    name: str
    title: str
    indicator: Indicator
    grid: Grid
    part: slice


class Look:
    """The formats of a workbook, each made once."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.title = self.format(bold=True, font_size=14, font_color=_HEAD, text_wrap=True, valign="top")
        self.heading = self.format(bold=True, font_size=12, font_color=_HEAD, bottom=1, bottom_color="#b9c4ca")
        self.label_wrapped = self.format(bold=True, text_wrap=True, valign="top", font_color=_TEXT)
        self.wrapped = self.format(text_wrap=True, valign="top", font_color=_TEXT)
        self.small = self.format(font_size=9, font_color=_PALE, text_wrap=True, valign="top")
        self.link = self.format(font_color="#0b57a4", underline=1, valign="top")
        plain = {"bold": True, "font_color": "#ffffff", "bg_color": _HEAD, "valign": "vcenter", "text_wrap": True}
        self.head = self.format(**plain)
        self.head_year = self.format(**plain, align="right")
        pale = plain | {"bg_color": "#5b7684"}
        self.head_more = self.format(**pale)
        self.head_first = self.format(**pale, left=2, left_color="#ffffff")
        self.code = self.format(num_format="@")
        self.status = self.format(font_size=9, font_color=_PALE)
        self.blank = {
            status: self.format(pattern=pattern, fg_color=ink, bg_color=ground)
            for status, (pattern, ink, ground) in _PATTERNS.items()
        }

    def format(self, **properties: Any) -> Any:
        """A cell format; the same properties give the same one."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format({"font_name": "Calibri", "font_size": 11} | properties)
        return self._made[key]

    def number(self, decimals: int, *, recalculated: bool = False, pale: bool = False) -> Any:
        """The format of a figure: the reader's thousands separator and decimal sign."""
        mark = {"italic": True, "font_color": "#1d5fa8"} if recalculated else {}
        mark |= {"font_size": 9, "font_color": _PALE} if pale else {}
        return self.format(num_format="#,##0" + ("." + "0" * decimals if decimals else ""), **mark)


def write_sheet(sheet: Any, page: Page, look: Look, *, notes: Sequence[str], language: Language) -> None:
    """Write a sheet row by row.

    Parameters
    ----------
    sheet
        A new worksheet of a workbook in constant memory.
    notes
        The source line and how the figures are protected.
    """
    grid, texts = page.grid, page.grid.texts[page.part]
    width, years = len(grid.heads), len(grid.years)
    last = FIRST_ROW + len(texts) - 1
    blocks = _blocks(grid, language)
    columns = width + years * (1 + len(blocks))
    room = sum(_lay_out(sheet, grid, texts, blocks, language)[: width + years])
    sheet.ignore_errors({"number_stored_as_text": f"A1:{_letters(columns - 1)}{last + 1}"})
    sheet.freeze_panes(FIRST_ROW, grid.heads.index(FIELDS["name"][language]) + 1)
    sheet.autofilter(HEAD_ROW, 0, max(last, HEAD_ROW), columns - 1)
    _print_setup(sheet, page, last, width + years, language)
    _head(sheet, page, look, notes, room=(width + years - 1, room), language=language)
    _header_row(sheet, grid, blocks, look)
    number, estimated = (look.number(page.indicator.decimals, recalculated=r) for r in (False, True))
    words = [capital(getattr(WORDS[status], language)) for status in STATUSES]
    blanks = [look.blank.get(status) for status in STATUSES]
    for i, (row, line) in enumerate(zip(texts, range(page.part.start, page.part.stop), strict=True)):
        at = FIRST_ROW + i
        for column, text in enumerate(row):
            sheet.write_string(at, column, cell_text(text), look.code)
        values, status, marks = (array[line].tolist() for array in (grid.values, grid.status, grid.recalculated))
        for j in range(years):
            if status[j] == ABSENT:
                continue
            if math.isnan(values[j]):
                sheet.write_blank(at, width + j, None, blanks[status[j]])
            else:
                sheet.write_number(at, width + j, values[j], estimated if marks[j] else number)
        for j in range(years):
            if status[j] != ABSENT:
                sheet.write_string(at, width + years + j, words[status[j]], look.status)
        if grid.quality:
            _quality_cells(sheet, (at, width + 2 * years), line, page, look)


def cell_text(text: str) -> str:
    """A text as a cell that holds nothing but that text; what the writer would take for mark-up gets a space first.

    Examples
    --------
    >>> cell_text("=1+1"), cell_text("<r><t>x</t></r>")
    ('=1+1', ' <r><t>x</t></r>')
    """
    return f" {text}" if text.startswith("<r>") and text.endswith("</r>") else text


def _blocks(grid: Grid, language: Language) -> list[str]:
    """The words of the columns that stand after the figures, each with a column a year."""
    names = ["status", *grid.quality]
    return [FIELDS[name][language] + (" (%)" if name == "exact_share" else "") for name in names]


def _lay_out(
    sheet: Any, grid: Grid, texts: Sequence[tuple[str, ...]], blocks: Sequence[str], language: Language
) -> list[float]:
    """Set the widths of the columns, and tell them."""
    widths: list[float] = []
    for column, head in enumerate(grid.heads):
        longest = max((len(row[column]) for row in texts), default=0)
        widths.append(min(max(longest + 1.5, len(head) + 4), _WIDEST))
    years = len(grid.years)
    widest = np.nanmax(np.abs(grid.values)) if not np.isnan(grid.values).all() else 0.0
    widths += [max(_YEAR, len(f"{widest:,.0f}") + 5)] * years
    words = [getattr(WORDS[STATUSES[i]], language) for i in sorted({*grid.status.ravel().tolist()} - {ABSENT})]
    of_block = {FIELDS["status"][language]: max([14, *(0.85 * len(text) + 2 for text in words)])}
    of_block |= {FIELDS["method"][language]: 38.0}
    for block in blocks:
        widths += [of_block.get(block, 12.0)] * years
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    return widths


def _print_setup(sheet: Any, page: Page, last: int, columns: int, language: Language) -> None:
    """On paper: names and figures on the width of a page; what the patterns mean stands on top."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROW)
    sheet.print_area(0, 0, last, columns - 1)
    title = page.title.replace("&", "&&")[:120]
    sheet.set_footer(f"&L&9{title}&R&9{ {'sv': 'Sida', 'en': 'Page'}[language] } &P/&N")


def _head(
    sheet: Any, page: Page, look: Look, notes: Sequence[str], *, room: tuple[int, float], language: Language
) -> None:
    """Title, meaning, source and legend, each over the columns that are printed: ``room`` is the last and its width."""
    unit = f"{OFFICE['unit'][language]}: {unit_text(page.indicator, language)}. {page.indicator.description[language]}"
    legend = _LEGEND[language] + (_ESTIMATED[language] if page.grid.recalculated.any() else "")
    last, width = room
    lines = ((page.title, look.title, 0.6, 20.0), (unit, look.wrapped, 1.0, _LINE),
             (" ".join(notes), look.wrapped, 1.0, _LINE), (legend, look.small, 1.15, 12.5))  # fmt: skip
    for row, (text, form, letters, height) in enumerate(lines):
        sheet.set_row(row, height * max(math.ceil(len(text) / (letters * width)), 1))
        sheet.merge_range(row, 0, row, last, "", form)
        sheet.write_string(row, 0, cell_text(text), form)
    about = OFFICE["about"][language]
    sheet.write_url(4, 0, f"internal:'{about}'!A1", look.link, f"← {about}")


def _header_row(sheet: Any, grid: Grid, blocks: Sequence[str], look: Look) -> None:
    sheet.set_row(HEAD_ROW, 32)
    for column, head in enumerate(grid.heads):
        sheet.write_string(HEAD_ROW, column, head, look.head)
    at, years = len(grid.heads), len(grid.years)
    for j, year in enumerate(grid.years):
        sheet.write_string(HEAD_ROW, at + j, str(year), look.head_year)
    for i, block in enumerate(blocks):
        for j, year in enumerate(grid.years):
            form = look.head_first if j == 0 else look.head_more
            sheet.write_string(HEAD_ROW, at + years * (i + 1) + j, f"{block} {year}", form)


def _quality_cells(sheet: Any, start: tuple[int, int], line: int, page: Page, look: Look) -> None:
    (at, first), years = start, len(page.grid.years)
    whole = look.number(0, pale=True)
    figure = look.number(page.indicator.decimals, pale=True)
    for i, (name, cells) in enumerate(page.grid.quality.items()):
        form = whole if name == "exact_share" else figure
        for j, value in enumerate(cells[line].tolist()):
            if isinstance(value, str):
                sheet.write_string(at, first + i * years + j, value, look.status)
            elif value is not None and not math.isnan(value):
                sheet.write_number(at, first + i * years + j, value, form)


def _letters(column: int) -> str:
    """The letters of a column, counted from 0."""
    name, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
