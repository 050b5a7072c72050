"""Metadata documents: QGIS's own for each layer (QMD), ISO 19139 for a whole file."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from gisintegration.publish.output import moment
from gisintegration.publish.qml.document import HEAD, clean
from gisintegration.publish.words import Language

GMD, GCO = "http://www.isotc211.org/2005/gmd", "http://www.isotc211.org/2005/gco"
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


def file_metadata(
    *,
    identifier: str,
    title: str,
    abstract: str,
    rights: Sequence[str],
    organisation: str,
    lineage: str,
    language: Language,
) -> str:
    """A file's metadata, ISO 19115 in ISO 19139's XML: the elements ISO demands, and rights and lineage."""
    ET.register_namespace("gmd", GMD)
    ET.register_namespace("gco", GCO)
    root = ET.Element(f"{{{GMD}}}MD_Metadata")
    _text(root, "fileIdentifier", identifier)
    _text(root, "language", _LANGUAGES[language])
    contact = _path(root, "contact", "CI_ResponsibleParty")
    _text(contact, "organisationName", organisation or "gisintegration")
    _code(contact, "role", "CI_RoleCode", "processor")
    ET.SubElement(ET.SubElement(root, f"{{{GMD}}}dateStamp"), f"{{{GCO}}}DateTime").text = moment()[:19]
    _text(root, "metadataStandardName", "ISO 19115:2003")
    system = _path(root, "referenceSystemInfo", "MD_ReferenceSystem", "referenceSystemIdentifier", "RS_Identifier")
    _text(system, "code", "EPSG:3006")
    data = _path(root, "identificationInfo", "MD_DataIdentification")
    citation = _path(data, "citation", "CI_Citation")
    _text(citation, "title", title)
    _text(data, "abstract", abstract)
    limits = _path(data, "resourceConstraints", "MD_LegalConstraints")
    for sentence in rights:
        _text(limits, "otherConstraints", sentence)
    _text(data, "language", _LANGUAGES[language])
    quality = _path(root, "dataQualityInfo", "DQ_DataQuality", "lineage", "LI_Lineage")
    _text(quality, "statement", lineage)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _path(parent: ET.Element, *tags: str) -> ET.Element:
    for tag in tags:
        parent = ET.SubElement(parent, f"{{{GMD}}}{tag}")
    return parent


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(ET.SubElement(parent, f"{{{GMD}}}{tag}"), f"{{{GCO}}}CharacterString").text = clean(text)


def _code(parent: ET.Element, tag: str, kind: str, value: str) -> None:
    ET.SubElement(
        ET.SubElement(parent, f"{{{GMD}}}{tag}"), f"{{{GMD}}}{kind}", {"codeList": kind, "codeListValue": value}
    ).text = value
