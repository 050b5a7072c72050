"""QGIS's own metadata document of a layer (QMD)."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from gisintegration.publish.qml.document import HEAD, clean
from gisintegration.publish.words import Language

_LANGUAGES = {"sv": "swe", "en": "eng"}


def layer_metadata(
    *,
    name: str,
    title: str,
    abstract: Sequence[str],
    rights: Sequence[str],
    licence: str,
    keywords: Sequence[str],
    history: Sequence[str],
    language: Language,
) -> str:
    """A layer's metadata as QGIS reads it from a GeoPackage.

    Parameters
    ----------
    abstract
        Sentences about what the layer shows.
    rights
        The source line, the sentence about protection, and the notes.
    history
        How the figures were made.
    """
    root = ET.Element("qgis", {"version": "3.22.16"})
    for tag, text in (
        ("identifier", name),
        ("parentidentifier", ""),
        ("language", _LANGUAGES[language].upper()),
        ("type", "dataset"),
        ("title", title),
        ("abstract", "\n".join(abstract)),
    ):
        ET.SubElement(root, tag).text = clean(text)
    listed = ET.SubElement(root, "keywords", {"vocabulary": "gisintegration"})
    for keyword in keywords:
        ET.SubElement(listed, "keyword").text = clean(keyword)
    ET.SubElement(root, "links")
    for sentence in history:
        ET.SubElement(root, "history").text = clean(sentence)
    ET.SubElement(root, "fees")
    for sentence in rights:
        ET.SubElement(root, "rights").text = clean(sentence)
    ET.SubElement(root, "license").text = clean(licence)
    ET.SubElement(root, "encoding").text = "UTF-8"
    crs = ET.SubElement(ET.SubElement(root, "crs"), "spatialrefsys")
    ET.SubElement(crs, "authid").text = "EPSG:3006"
    ET.SubElement(root, "extent")
    return HEAD + ET.tostring(root, encoding="unicode")
