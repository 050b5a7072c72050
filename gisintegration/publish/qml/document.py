"""A QML document: rule-based renderer, time, aliases, map tips, labels off."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from gisintegration.publish.qml.symbols import Fill, border_width, fill_symbol

HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_NAMESPACE = uuid.UUID("7d1a2f0e-5b1c-5c38-9a55-0f6f3c8b2a11")
# What XML 1.0 cannot hold at all, even escaped.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Rule:
    """A rule of the legend: what it is called, which features it draws (a QGIS expression), and how.

    ``fill`` None: a heading, which draws nothing. Rules are not nested, as QGIS folds what lies under another.
    """

    label: str
    filter: str
    fill: Fill | None = None


@dataclass(frozen=True)
class Style:
    """All that a layer's style says.

    Parameters
    ----------
    rules
        In the order of the legend.
    columns
        The layer's columns in order, the row number first.
    aliases
        Column → what it is called.
    map_tip
        HTML with QGIS expressions in ``[% %]``.
    display
        The expression a feature is called by.
    areas
        Number of areas: decides the width of their borders.
    temporal
        Has columns ``valid_from`` and ``valid_to``, and ``year`` to be drawn in the order of.
    """

    rules: tuple[Rule, ...]
    columns: tuple[str, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    map_tip: str = ""
    display: str = '"name"'
    areas: int = 0
    temporal: bool = False


def style_document(style: Style) -> str:
    """The QML text, the same bytes for the same style.

    Examples
    --------
    >>> text = style_document(Style((Rule("a", "true", Fill("#336699")),), ("fid", "name")))
    >>> text.count("<rule ") , "RuleRenderer" in text
    (1, True)
    """
    categories = "Symbology|Fields|MapTips|Temporal|AttributeTable|Forms"
    root = ET.Element("qgis", {"version": "3.22.16", "styleCategories": categories, "readOnly": "0"})
    if style.temporal:
        root.append(_temporal())
    root.append(_renderer(style))
    aliases = ET.SubElement(root, "aliases")
    for index, column in enumerate(style.columns):
        name = clean(style.aliases.get(column, ""))
        ET.SubElement(aliases, "alias", {"field": column, "index": str(index), "name": name})
    ET.SubElement(root, "previewExpression").text = style.display
    ET.SubElement(root, "mapTip", {"enabled": "1"}).text = clean(style.map_tip)
    ET.SubElement(root, "layerGeometryType").text = "2"
    return HEAD + ET.tostring(root, encoding="unicode")


def quoted(text: str) -> str:
    """A text as a string of a QGIS expression.

    Examples
    --------
    >>> quoted("O'Hara")
    "'O''Hara'"
    """
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def plain_html(text: str) -> str:
    """A text that neither HTML nor a map tip's expressions can take for anything but text.

    Examples
    --------
    >>> plain_html("a < b [% now() %]")
    'a &lt; b &#91;% now() %&#93;'
    """
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("[", "&#91;").replace("]", "&#93;")


def clean(text: str) -> str:
    """A text without what XML cannot hold at all, each replaced by the sign for "not a character"."""
    return _CONTROL.sub("\ufffd", text)


def _temporal() -> ET.Element:
    # From expressions, not from the fields themselves: QGIS hands the latter's filter to SQLite, where the text
    # "2020-01-01" comes before "2020-01-01T00:00:00", and the frame of 2019 shows 2020 too.
    element = ET.Element(
        "temporal",
        {
            "enabled": "1",
            "mode": "4",
            "startField": "valid_from",
            "endField": "valid_to",
            "startExpression": 'to_datetime("valid_from")',
            "endExpression": 'to_datetime("valid_to")',
            "durationField": "",
            "durationUnit": "days",
            "fixedDuration": "0",
            "accumulate": "0",
            "limitMode": "1",
        },
    )
    fixed = ET.SubElement(element, "fixedRange")
    ET.SubElement(fixed, "start")
    ET.SubElement(fixed, "end")
    return element


def _renderer(style: Style) -> ET.Element:
    renderer = ET.Element(
        "renderer-v2",
        {
            "type": "RuleRenderer",
            "enableorderby": "1" if style.temporal else "0",
            "forceraster": "0",
            "referencescale": "-1",
            "symbollevels": "0",
        },
    )
    rules = ET.SubElement(renderer, "rules", {"key": _key("root")})
    symbols = ET.SubElement(renderer, "symbols")
    width = border_width(style.areas)
    for rule in style.rules:
        _add_rule(rules, symbols, rule, width)
    if style.temporal:
        # Without the temporal controller all years lie on each other: the latest is drawn last.
        order = ET.SubElement(renderer, "orderby")
        ET.SubElement(order, "orderByClause", {"asc": "1", "nullsFirst": "0"}).text = '"year"'
    return renderer


def _add_rule(parent: ET.Element, symbols: ET.Element, rule: Rule, width: float) -> None:
    attributes = {"key": _key(f"{rule.label}|{rule.filter}"), "label": clean(rule.label), "filter": rule.filter}
    if rule.fill:
        name = str(len(symbols))
        attributes["symbol"] = name
        symbols.append(fill_symbol(name, rule.fill, outline_width=width))
    ET.SubElement(parent, "rule", attributes)


def _key(text: str) -> str:
    return f"{{{uuid.uuid5(_NAMESPACE, text)}}}"
