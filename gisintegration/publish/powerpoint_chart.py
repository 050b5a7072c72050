"""The slide with a native chart: series over years that can be edited where they are, with breaks marked."""

from __future__ import annotations

import io
from typing import Any

from gisintegration.publish.classes import figure
from gisintegration.publish.excel_sheet import cell_text
from gisintegration.publish.office import extra, made_at, span
from gisintegration.publish.powerpoint_figures import Story
from gisintegration.publish.powerpoint_map import add_foot
from gisintegration.publish.powerpoint_parts import DEEP, INK, LEFT, PALE, RIGHT, Deck, describe, plain, without_effects
from gisintegration.publish.powerpoint_words import T, chart_title, foot, spoken
from gisintegration.publish.words import Language
from gisintegration.tables import Release

_TOP, _HEIGHT = 1.72, 4.35
# Where the plot stands in the chart, as parts of its width and height: the marks of breaks rely on it.
_PLOT = (0.075, 0.07, 0.615, 0.82)
# Told apart by colour-blind readers too (Okabe and Ito, 2008).
_COLOURS = ("D55E00", "0072B2", "009E73", "CC79A7", "E69F00", "56B4E9", "8C6D31", "6B4C9A")
_WIDER = (DEEP, "7A868D")


def add_chart(deck: Deck, told: Story, release: Release, *, language: Language) -> None:
    """Add the slide."""
    slide = deck.slide(chart_title(told, release, language))
    wider = ", ".join(item.name for item in told.series if item.wider)
    sub = f"{T[told.chosen_by][language]} ({told.level})" + (f", {wider}" if wider else "")
    unit = told.indicator.unit[language]
    deck.text(slide, [[(f"{sub}. {unit[:1].upper()}{unit[1:]}.", {"size": 14, "color": INK})]], (LEFT, 1.3, 12.2, 0.3))
    group = slide.shapes.add_group_shape()
    frame = _chart(deck, group, told)
    describe(
        frame,
        T["chart_of"][language].format(title=told.indicator.title[language], years=span(told.years[0], told.years[-1])),
    )
    marks = _marks(deck, group, told)
    notes = [f"{number}) {text}" for number, text in marks]
    if any(value is None for item in told.series for value in item.figures):
        notes.append(T["gaps"][language])
    deck.text(slide, [[(" ".join(notes), {"size": 11, "color": PALE})]], (LEFT, 6.1, RIGHT - LEFT, 0.5))
    add_foot(deck, slide, foot(told, release, language))
    deck.notes(slide, [*spoken(told, release, language), *_in_words(told, language)])


def _in_words(told: Story, language: Language) -> list[str]:
    """The chart's figures as text, for those who do not see it."""
    decimals = told.indicator.decimals
    return [
        f"{item.name}: "
        + ", ".join(
            f"{year} {figure(value, language, decimals)}"
            for year, value in zip(told.years, item.figures, strict=True)
            if value is not None
        )
        for item in told.series
    ]


def _chart(deck: Deck, group: Any, told: Story) -> Any:
    chart_data = extra("pptx.chart.data").CategoryChartData
    kinds, markers = extra("pptx.enum.chart").XL_CHART_TYPE, extra("pptx.enum.chart").XL_MARKER_STYLE
    decimals = told.indicator.decimals
    form = "#,##0" + ("." + "0" * decimals if decimals else "")
    data = chart_data(number_format=form)
    data.categories = [str(year) for year in told.years]
    for item in told.series:
        data.add_series(plain(item.name), item.figures)
    box = (deck.inches(part) for part in (LEFT, _TOP, RIGHT - LEFT, _HEIGHT))
    one = len(told.years) == 1
    frame = group.shapes.add_chart(kinds.COLUMN_CLUSTERED if one else kinds.LINE_MARKERS, *box, data)
    chart = frame.chart
    chart.part.chart_workbook.update_from_xlsx_blob(_workbook(told, form))
    _dress(deck, chart, form)
    narrow = iter(_COLOURS * len(told.series))
    wide = iter(_WIDER * len(told.series))
    symbols = (markers.CIRCLE, markers.SQUARE, markers.TRIANGLE, markers.DIAMOND)
    for i, (series, item) in enumerate(zip(chart.plots[0].series, told.series, strict=True)):
        colour = extra("pptx.dml.color").RGBColor.from_string(next(wide) if item.wider else next(narrow))
        if one:
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = colour
            continue
        series.smooth = False
        series.format.line.color.rgb = colour
        series.format.line.width = deck.points(3.5 if item.wider else 2.25)
        series.marker.style, series.marker.size = symbols[i % len(symbols)], 7
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = colour
        series.marker.format.line.color.rgb = colour
        for broken in told.breaks:
            if broken.kind == "series" and item.figures[broken.frame] is not None:
                # The stretch that leads to the first year after a break says nothing about change.
                dash = extra("pptx.enum.dml").MSO_LINE.ROUND_DOT
                line = series.points[broken.frame].format.line
                line.color.rgb, line.dash_style, line.width = colour, dash, deck.points(1.25)
    return frame


def _dress(deck: Deck, chart: Any, form: str) -> None:
    colour = extra("pptx.dml.color").RGBColor.from_string
    chart.font.size, chart.font.color.rgb = deck.points(13), colour(INK)
    chart.has_title = False
    chart.has_legend = True
    chart.legend.position = extra("pptx.enum.chart").XL_LEGEND_POSITION.RIGHT
    chart.legend.include_in_layout = False
    chart.legend.font.size = deck.points(13)
    values, years = chart.value_axis, chart.category_axis
    values.has_major_gridlines = True
    values.major_gridlines.format.line.color.rgb = colour("DDE1E3")
    values.format.line.fill.background()
    values.tick_labels.number_format, values.tick_labels.number_format_is_linked = form, False
    years.format.line.color.rgb = colour("9AA4AA")
    years.has_major_gridlines = False
    chart_ns = "http://schemas.openxmlformats.org/drawingml/2006/chart"
    area = chart._chartSpace.chart.plotArea  # noqa: SLF001  the place of the plot has no other door
    for old in area.findall(f"{{{chart_ns}}}layout"):
        area.remove(old)
    layout = extra("pptx.oxml").parse_xml(
        f'<c:layout xmlns:c="{chart_ns}"><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/>'
        f'<c:yMode val="edge"/><c:x val="{_PLOT[0]}"/><c:y val="{_PLOT[1]}"/><c:w val="{_PLOT[2]}"/>'
        f'<c:h val="{_PLOT[3]}"/></c:manualLayout></c:layout>'
    )
    area.insert(0, layout)


def _marks(deck: Deck, group: Any, told: Story) -> list[tuple[int, str]]:
    """A dashed line between the years of each break, with a number; the numbers' texts."""
    colour, shapes = extra("pptx.dml.color").RGBColor.from_string, extra("pptx.enum.shapes")
    places: dict[int, list[int]] = {}
    texts = list(dict.fromkeys(item.text for item in told.breaks))
    for item in told.breaks:
        places.setdefault(item.frame, []).append(texts.index(item.text) + 1)
    wide = RIGHT - LEFT
    for frame, numbers in places.items():
        x = LEFT + wide * (_PLOT[0] + _PLOT[2] * frame / len(told.years))
        top, bottom = _TOP + _HEIGHT * _PLOT[1], _TOP + _HEIGHT * (_PLOT[1] + _PLOT[3])
        line = group.shapes.add_connector(
            shapes.MSO_CONNECTOR.STRAIGHT, *(deck.inches(part) for part in (x, top, x, bottom))
        )
        without_effects(line)
        line.line.color.rgb, line.line.width = colour(PALE), deck.points(1.25)
        line.line.dash_style = extra("pptx.enum.dml").MSO_LINE.DASH
        words = ", ".join(f"{number})" for number in sorted(set(numbers)))
        label = group.shapes.add_textbox(*(deck.inches(part) for part in (x - 0.5, top - 0.27, 1.0, 0.25)))
        label.text_frame.margin_top = label.text_frame.margin_bottom = 0
        paragraph = label.text_frame.paragraphs[0]
        paragraph.alignment = extra("pptx.enum.text").PP_ALIGN.CENTER
        run = paragraph.add_run()
        run.text, run.font.size, run.font.bold = words, deck.points(12), True
        run.font.color.rgb = colour(PALE)
    return list(enumerate(texts, start=1))


def _workbook(told: Story, form: str) -> bytes:
    """The workbook behind the chart, in the cells that the chart names; the same figures give the same bytes."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = extra("xlsxwriter").Workbook(stream, options)
    workbook.set_properties({"created": made_at()})
    sheet, number = workbook.add_worksheet("Sheet1"), workbook.add_format({"num_format": form})
    for row, year in enumerate(told.years, start=1):
        sheet.write_string(row, 0, str(year))
    for column, item in enumerate(told.series, start=1):
        sheet.write_string(0, column, cell_text(plain(item.name)))
        for row, value in enumerate(item.figures, start=1):
            if value is not None:
                sheet.write_number(row, column, value, number)
    workbook.close()
    return stream.getvalue()
