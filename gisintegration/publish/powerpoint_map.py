"""The slide with a map, its legend, and the key figures beside it."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np

from gisintegration.publish.cells import drawn_geometry
from gisintegration.publish.classes import Classes, figure, ramp
from gisintegration.publish.office import capital, extra
from gisintegration.publish.picture import Canvas, canvas, painted
from gisintegration.publish.powerpoint_figures import Story
from gisintegration.publish.powerpoint_parts import DEEP, INK, LEFT, PALE, RIGHT, Deck, describe, without_effects
from gisintegration.publish.powerpoint_words import T, foot, map_title, spoken, with_unit
from gisintegration.publish.qml.symbols import PATTERNS, Fill
from gisintegration.publish.webmap.choose import LETTERS
from gisintegration.publish.words import ESTIMATED, Language
from gisintegration.tables import WORDS, Areas, Kind, Release, Status

_TOP, _FOOT_TOP, _FOOT = 1.4, 6.62, 0.62
_ROOM = (6.9, _FOOT_TOP - _TOP - 0.12)  # inches for the map
_GAP, _LEGEND_WIDTH = 0.45, 2.75
_STATUS = {letter: status for status, letter in LETTERS.items()}


class Maps:
    """The painted ground of each edition, made once for a deck."""

    def __init__(self) -> None:
        self._made: dict[str, Canvas] = {}

    def of(self, areas: Areas) -> Canvas:
        """The ground of an edition."""
        if areas.key not in self._made:
            self._made[areas.key] = canvas(drawn_geometry(areas, tolerance=0.0), inches=_ROOM)
        return self._made[areas.key]


def can_draw(told: Story) -> bool:
    """Whether the edition has any polygon."""
    return bool(told.now.areas.table.geometry.notna().any())


def add_map(deck: Deck, told: Story, release: Release, classed: Classes, maps: Maps, *, language: Language) -> None:
    """Add the slide."""
    slide = deck.slide(map_title(told, release, language))
    drawn = maps.of(told.now.areas)
    colours = ramp(told.indicator.high_is, max(len(classed), 1))
    fills, overlays = _fills(told, classed, colours)
    picture = painted(drawn, fills, overlays=overlays, groups=_kommuner(told.now.areas))
    west, south, east, north = drawn.box
    wide = _ROOM[0] if (east - west) / (north - south) > _ROOM[0] / _ROOM[1] else None
    left, top = deck.inches(LEFT), deck.inches(_TOP)
    size = {"width": deck.inches(_ROOM[0])} if wide else {"height": deck.inches(_ROOM[1])}
    shape = slide.shapes.add_picture(io.BytesIO(picture), left, top, **size)
    legend = LEFT + shape.width / 914_400 + _GAP
    describe(
        shape,
        T["map_of"][language].format(title=told.indicator.title[language], level=told.level, year=told.now.year),
    )
    _scale_bar(deck, slide, shape, metres=east - west)
    _legend(deck, slide, told, classed, colours, left=legend, language=language)
    _key_figures(deck, slide, told, language, left=legend + _LEGEND_WIDTH)
    add_foot(deck, slide, foot(told, release, language, [T["borders"][language]]))
    deck.notes(slide, spoken(told, release, language))


def add_foot(deck: Deck, slide: Any, texts: list[str]) -> None:
    """The source line and notes at the foot, and the slide's number."""
    text = " ".join(texts)
    size = 11 if len(text) <= 330 else 9.5
    deck.text(slide, [[(text, {"size": size, "color": PALE})]], (LEFT, _FOOT_TOP, 11.6, _FOOT), bottom=True)
    number = str(len(deck.presentation.slides))
    deck.text(slide, [[(number, {"size": 11, "color": PALE})]], (RIGHT - 0.5, 6.99, 0.5, 0.25), bottom=True, right=True)


def _fills(told: Story, classed: Classes, colours: list[str]) -> tuple[list[Fill], list[Fill | None]]:
    """The fill of each area in order, and the pattern over estimated figures."""
    now = told.now
    scale = 10**told.indicator.decimals
    values = np.array([np.nan if n is None else n / scale for n in now.numbers], dtype=np.float64)
    position = classed.of(values) if len(classed) else np.full(len(values), -1)
    fills: list[Fill] = []
    for letter, place in zip(now.status, position.tolist(), strict=True):
        status = _STATUS.get(letter)
        if status is Status.SHOWN and place >= 0:
            fills.append(Fill(colours[place]))
        else:
            fills.append(PATTERNS.remainder if status is None else PATTERNS.by_status.get(status, PATTERNS.remainder))
    estimated = [
        n is not None and part is not None and method.startswith("recalculated")
        for n, part, method in zip(now.numbers, now.exact, now.methods, strict=True)
    ]
    return fills, [PATTERNS.estimated if yes else None for yes in estimated]


def _kommuner(areas: Areas) -> np.ndarray | None:
    if areas.division == "kommun" or "kommun" not in areas.table:
        return None
    codes = areas.table["kommun"].astype("object").to_numpy()
    known = sorted({str(code) for code in codes})
    return np.array([known.index(str(code)) + 1 for code in codes], dtype=np.int64)


def _scale_bar(deck: Deck, slide: Any, picture: Any, *, metres: float) -> None:
    """A bar of a round length, about a fifth of the map, under its lower left corner."""
    rough = metres / 5
    unit = 10.0 ** math.floor(math.log10(rough))
    length = max(step * unit for step in (1, 2, 5) if step * unit <= rough)
    width = length / metres * picture.width / 914_400
    top = min(_TOP + picture.height / 914_400 + 0.3, _TOP + _ROOM[1] - 0.02)
    shapes = extra("pptx.enum.shapes")
    bar = slide.shapes.add_shape(shapes.MSO_SHAPE.RECTANGLE, *(deck.inches(part) for part in (LEFT, top, width, 0.035)))
    _plain_fill(bar, PALE)
    text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    deck.text(slide, [[(text, {"size": 10, "color": PALE})]], (LEFT, top - 0.2, 1.0, 0.18), bottom=True)


def _legend(
    deck: Deck, slide: Any, told: Story, classed: Classes, colours: list[str], *, left: float, language: Language
) -> None:
    """Class edges with their colours, highest first, and a swatch for each state that occurs."""
    indicator = told.indicator
    deck.text(
        slide,
        [[(capital(indicator.unit[language]), {"size": 14, "bold": True, "color": DEEP})]],
        (left, _TOP, _LEGEND_WIDTH, 0.3),
    )
    labels = classed.labels(language, indicator.decimals)
    if indicator.kind is Kind.CLASS:
        labels = [_class_words(told, classed, i, language) for i in range(len(classed))]
    entries = [(Fill(colour), label) for colour, label in zip(colours, labels, strict=False)][::-1]
    occurring = {_STATUS[letter] for letter in told.now.status if letter in _STATUS} - {Status.SHOWN}
    entries += [
        (PATTERNS.by_status[status], capital(getattr(WORDS[status], language)))
        for status in Status
        if status in occurring
    ]
    if any(part is not None for part in told.now.exact):
        entries.append((PATTERNS.estimated, capital(ESTIMATED[language])))
    at = _TOP + 0.38
    for fill, label in entries:
        _swatch(deck, slide, fill, left, at)
        deck.text(slide, [[(label, {"size": 13})]], (left + 0.45, at - 0.01, _LEGEND_WIDTH - 0.65, 0.26))
        at += 0.33 if len(label) <= 22 else 0.5


def _class_words(told: Story, classed: Classes, i: int, language: Language) -> str:
    words = told.indicator.classes
    # The lowest value of the class i is the class it shows.
    number = round(classed.edges[i] + (0.49 if i else 0.0))
    return f"{number} {words[number - 1][language]}" if 1 <= number <= len(words) else str(number)


def _swatch(deck: Deck, slide: Any, fill: Fill, left: float, top: float) -> None:
    shapes, dml = extra("pptx.enum.shapes"), extra("pptx.dml.color")
    box = slide.shapes.add_shape(shapes.MSO_SHAPE.RECTANGLE, *(deck.inches(part) for part in (left, top, 0.34, 0.23)))
    if fill.pattern == "none":
        _plain_fill(box, (fill.color or "#ffffff").lstrip("#").upper())
    else:
        kinds = extra("pptx.enum.dml").MSO_PATTERN
        pattern = {"lines": kinds.WIDE_UPWARD_DIAGONAL, "dots": kinds.DOTTED_GRID}[fill.pattern]
        if fill.angle == 0:
            pattern = kinds.NARROW_HORIZONTAL
        if fill.halo:
            pattern = kinds.WIDE_DOWNWARD_DIAGONAL
        box.fill.patterned()
        box.fill.pattern = pattern
        box.fill.fore_color.rgb = dml.RGBColor.from_string(fill.ink.lstrip("#").upper())
        box.fill.back_color.rgb = dml.RGBColor.from_string((fill.color or "#ffffff").lstrip("#").upper())
        without_effects(box)
    box.line.color.rgb = dml.RGBColor.from_string("B4B9BC")
    box.line.width = deck.points(0.75)


def _plain_fill(shape: Any, colour: str) -> None:
    shape.fill.solid()
    shape.fill.fore_color.rgb = extra("pptx.dml.color").RGBColor.from_string(colour)
    shape.line.fill.background()
    without_effects(shape)


def _key_figures(deck: Deck, slide: Any, told: Story, language: Language, *, left: float) -> None:
    indicator = told.indicator
    head = {"size": 14, "bold": True, "color": DEEP}
    lines: list[list[tuple[str, dict[str, Any]]]] = []
    if told.wider:
        area, value = told.wider
        lines.append([(with_unit(value, indicator, language), {"size": 40, "bold": True, "color": DEEP})])
        lines.append([(f"{area} {told.now.year}", {"size": 14, "color": INK, "after": 10})])
    for name, pairs in (("highest" if told.lowest else "all_areas", told.highest), ("lowest", told.lowest)):
        if pairs:
            lines.append([(T[name][language], head)])
            lines += [
                [
                    (figure(value, language, indicator.decimals), {"size": 13, "bold": True}),
                    (f"  {_short(area)}", {"size": 13, "after": 3}),
                ]
                for area, value in pairs
            ]
            lines.append([("", {"size": 5})])
    shown = sum(number is not None for number in told.now.numbers)
    areas = sum(letter in _STATUS for letter in told.now.status)
    text = T["count"][language].format(shown=figure(shown, language, 0), all=figure(areas, language, 0))
    lines.append([(f"{told.level}: {text[:1].lower() + text[1:]}", {"size": 12, "color": PALE})])
    deck.text(slide, lines, (left, _TOP, RIGHT - left, _ROOM[1]))


def _short(name: str) -> str:
    return name if len(name) <= 46 else f"{name[:45].rstrip()}…"
