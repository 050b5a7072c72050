"""Fill symbols: classes, and a pattern of its own for every state that is not a figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from xml.etree import ElementTree as ET

from gisintegration.tables import Status

Pattern = Literal["none", "lines", "dots"]
WHITE, INK = "#ffffff", "#8a8a86"


@dataclass(frozen=True)
class Fill:
    """An area fill; colours hexadecimal, lengths in millimetres on the page.

    Parameters
    ----------
    color
        Ground; empty: none.
    pattern, ink, angle, distance, width
        Lines (degrees from horizontal, distance between them, their width) or dots over the ground.
    halo
        Colour of a wider line below each line, so that lines are seen on light and dark ground; empty: none.
    """

    color: str
    outline: str = WHITE
    outline_width: float = 0.12
    outline_style: str = "solid"
    pattern: Pattern = "none"
    ink: str = INK
    angle: int = 45
    distance: float = 1.1
    width: float = 0.22
    halo: str = ""


@dataclass(frozen=True)
class Patterns:
    """The fill of each state, told apart by pattern and not by colour alone."""

    by_status: Mapping[Status, Fill] = field(
        default_factory=lambda: {
            Status.PROTECTED: Fill("#f1f0ec", pattern="lines", angle=45),
            Status.ZERO: Fill("#fffdf3", outline="#c9c6ba"),
            Status.MISSING: Fill("#f7f7f5", pattern="dots", distance=1.5, width=0.4),
            Status.NOT_APPLICABLE: Fill("#fbfbfa", outline="#d2d2ce"),
            Status.DID_NOT_EXIST: Fill("#fbfbfa", outline="#b4b4b0", outline_style="dash"),
        }
    )
    remainder: Fill = field(
        default_factory=lambda: Fill("#ffffff", outline=INK, pattern="lines", angle=0, distance=1.6, width=0.18)
    )
    estimated: Fill = field(
        default_factory=lambda: Fill(
            "", outline_style="no", pattern="lines", ink="#2b3a45", halo=WHITE, angle=135, distance=1.6, width=0.12
        )
    )


PATTERNS = Patterns()


def border_width(areas: int) -> float:
    """Width of the white borders in millimetres: thinner the more areas there are.

    Examples
    --------
    >>> border_width(13), border_width(584), border_width(6160)
    (0.3, 0.12, 0.06)
    """
    return 0.3 if areas <= 60 else 0.12 if areas <= 1500 else 0.06


def fill_symbol(name: str, fill: Fill, *, outline_width: float) -> ET.Element:
    """A ``<symbol>`` of the QGIS style format."""
    symbol = ET.Element("symbol", {"name": name, "type": "fill", "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"})
    ground = {"color": _rgba(fill.color), "style": "solid" if fill.color else "no", "joinstyle": "miter"}
    border = {
        "outline_color": _rgba(fill.outline),
        "outline_style": fill.outline_style,
        "outline_width": f"{outline_width:g}",
        "outline_width_unit": "MM",
    }
    if fill.pattern == "none":
        _layer(symbol, "SimpleFill", ground | border)
        return symbol
    _layer(symbol, "SimpleFill", ground | {"outline_style": "no"})
    if fill.pattern == "lines":
        if fill.halo:
            _lines(symbol, name, fill, fill.halo, 2.2 * fill.width)
        _lines(symbol, name, fill, fill.ink, fill.width)
    if fill.pattern == "dots":
        options = {f"distance_{axis}": f"{fill.distance:g}" for axis in "xy"}
        options |= {f"distance_{axis}_unit": "MM" for axis in "xy"} | {"displacement_x": f"{fill.distance / 2:g}"}
        layer = _layer(symbol, "PointPatternFill", options | {"displacement_x_unit": "MM"})
        dot = ET.SubElement(layer, "symbol", {"name": f"@{name}@1", "type": "marker", "alpha": "1"})
        size = {"size": f"{fill.width:g}", "size_unit": "MM", "outline_style": "no"}
        _layer(dot, "SimpleMarker", size | {"name": "circle", "color": _rgba(fill.ink)})
    # The border last, so that the pattern does not run over it.
    _layer(symbol, "SimpleFill", {"color": "0,0,0,0", "style": "no", "joinstyle": "miter"} | border)
    return symbol


def _lines(symbol: ET.Element, name: str, fill: Fill, color: str, width: float) -> None:
    options = {"angle": str(fill.angle), "distance": f"{fill.distance:g}", "distance_unit": "MM"}
    options |= {"color": _rgba(color), "line_width": f"{width:g}", "line_width_unit": "MM"}
    layer = _layer(symbol, "LinePatternFill", options)
    number = len(symbol) - 1  # QGIS names a symbol within one by the layer that holds it
    line = ET.SubElement(layer, "symbol", {"name": f"@{name}@{number}", "type": "line", "alpha": "1"})
    line_options = {"line_color": _rgba(color), "line_style": "solid", "line_width": f"{width:g}"}
    _layer(line, "SimpleLine", line_options | {"line_width_unit": "MM", "capstyle": "flat", "joinstyle": "miter"})


def options_element(values: Mapping[str, str]) -> ET.Element:
    """An ``<Option type="Map">`` of texts."""
    root = ET.Element("Option", {"type": "Map"})
    for key, value in values.items():
        ET.SubElement(root, "Option", {"name": key, "type": "QString", "value": value})
    return root


def _layer(symbol: ET.Element, kind: str, options: Mapping[str, str]) -> ET.Element:
    layer = ET.SubElement(symbol, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
    layer.append(options_element(options))
    return layer


def _rgba(color: str) -> str:
    if not color:
        return "255,255,255,0"
    return ",".join(str(int(color[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"
