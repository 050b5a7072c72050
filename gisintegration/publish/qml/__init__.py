"""QGIS styles (QML) and layer metadata (QMD), valid for QGIS 3.22 and later."""

from gisintegration.publish.qml.document import Rule, Style, style_document
from gisintegration.publish.qml.metadata import layer_metadata

__all__ = ["Rule", "Style", "layer_metadata", "style_document"]
