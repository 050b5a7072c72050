"""ISO 19115 metadata in ISO 19139's XML: one document, inside the GeoPackage and as a file of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from gisintegration.publish.output import moment
from gisintegration.publish.qml.document import clean
from gisintegration.publish.release_facts import About, box_of, methods_of, places_of, registers_of, years_of
from gisintegration.publish.words import Language, edition_title, marked, sentences
from gisintegration.tables import SCHEMA_VERSION, Release

GMD, GCO = "http://www.isotc211.org/2005/gmd", "http://www.isotc211.org/2005/gco"
GML, XLINK = "http://www.opengis.net/gml/3.2", "http://www.w3.org/1999/xlink"
_LISTS = "http://standards.iso.org/iso/19139/resources/gmxCodelists.xml"
_LANGUAGES = {"sv": "swe", "en": "eng"}
LICENCES = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
}


@dataclass(frozen=True)
class Document:
    """What a metadata document says; what is empty is left out.

    Parameters
    ----------
    abstract
        What the data show.
    rights
        The source line, the sentence about protection, and the notes.
    lineage, steps, sources
        How the data were made, in one sentence, step by step, and of what.
    keywords, places
        Subjects, and names of places.
    box
        West, south, east, north in degrees.
    years
        First and last.
    formats
        Names of the formats it is given in.
    """

    identifier: str
    title: str
    abstract: str
    rights: Sequence[str]
    organisation: str
    lineage: str
    language: Language
    about: About = field(default_factory=About)
    keywords: Sequence[str] = ()
    places: Sequence[str] = ()
    box: tuple[float, float, float, float] | None = None
    years: tuple[int, int] | None = None
    steps: Sequence[str] = ()
    sources: Sequence[str] = ()
    formats: Sequence[str] = ()


def release_document(
    release: Release, language: Language, *, about: About | None = None, formats: Sequence[str] = ()
) -> Document:
    """The document of a release."""
    made = {"sv": "Framställt av gisintegration, schemaversion", "en": "Made by gisintegration, schema version"}
    indicators = release.indicators.values()
    return Document(
        identifier=release.id,
        title=marked(release.name, release, language),
        abstract="; ".join(item.title[language] for item in indicators),
        rights=sentences(release, language),
        organisation=release.organisation,
        lineage=f"{made[language]} {SCHEMA_VERSION}, release {release.id}.",
        language=language,
        about=about or About(),
        keywords=sorted({item.subject for item in indicators} | {areas.division for areas in release.areas.values()}),
        places=places_of(release),
        box=box_of(release),
        years=years_of(release),
        steps=methods_of(release, language),
        sources=sorted(
            {
                *(f"{edition_title(areas, language)}: {areas.source}" for areas in release.areas.values()),
                *registers_of(release),
            }
        ),
        formats=formats,
    )


def iso_xml(document: Document) -> str:
    """The document as XML, in the order of the schema."""
    for prefix, namespace in (("gmd", GMD), ("gco", GCO), ("gml", GML), ("xlink", XLINK)):
        ET.register_namespace(prefix, namespace)
    root = ET.Element(f"{{{GMD}}}MD_Metadata")
    _text(root, "fileIdentifier", document.identifier)
    _language(root, document.language)
    _code(root, "characterSet", "MD_CharacterSetCode", "utf8")
    _code(root, "hierarchyLevel", "MD_ScopeCode", "dataset")
    _party(_path(root, "contact"), document, "pointOfContact")
    stamp = ET.SubElement(ET.SubElement(root, f"{{{GMD}}}dateStamp"), f"{{{GCO}}}DateTime")
    stamp.text = moment()[:19]
    _text(root, "metadataStandardName", "ISO 19115:2003")
    _text(root, "metadataStandardVersion", "ISO 19139:2007")
    system = _path(root, "referenceSystemInfo", "MD_ReferenceSystem", "referenceSystemIdentifier", "RS_Identifier")
    _text(system, "code", "EPSG:3006")
    _identification(_path(root, "identificationInfo", "MD_DataIdentification"), document)
    _distribution(root, document)
    quality = _path(root, "dataQualityInfo", "DQ_DataQuality")
    _code(_path(quality, "scope", "DQ_Scope"), "level", "MD_ScopeCode", "dataset")
    lineage = _path(quality, "lineage", "LI_Lineage")
    _text(lineage, "statement", document.lineage)
    for step in document.steps:
        _text(_path(lineage, "processStep", "LI_ProcessStep"), "description", step)
    for source in document.sources:
        _text(_path(lineage, "source", "LI_Source"), "description", source)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _identification(data: ET.Element, document: Document) -> None:
    about = document.about
    citation = _path(data, "citation", "CI_Citation")
    _text(citation, "title", document.title)
    date = _path(citation, "date", "CI_Date")
    day = ET.SubElement(ET.SubElement(date, f"{{{GMD}}}date"), f"{{{GCO}}}Date")
    day.text = about.published or moment()[:10]
    _code(date, "dateType", "CI_DateTypeCode", "publication")
    _text(_path(citation, "identifier", "MD_Identifier"), "code", document.identifier)
    _text(data, "abstract", document.abstract)
    _party(_path(data, "pointOfContact"), document, "publisher")
    for words, kind in ((document.keywords, "theme"), (document.places, "place")):
        if words:
            listed = _path(data, "descriptiveKeywords", "MD_Keywords")
            for word in words:
                _text(listed, "keyword", word)
            _code(listed, "type", "MD_KeywordTypeCode", kind)
    limits = _path(data, "resourceConstraints", "MD_LegalConstraints")
    _code(limits, "useConstraints", "MD_RestrictionCode", "otherRestrictions")
    for sentence in (*([LICENCES.get(about.licence, about.licence)] if about.licence else []), *document.rights):
        _text(limits, "otherConstraints", sentence)
    _code(data, "spatialRepresentationType", "MD_SpatialRepresentationTypeCode", "vector")
    _language(data, document.language)
    ET.SubElement(ET.SubElement(data, f"{{{GMD}}}topicCategory"), f"{{{GMD}}}MD_TopicCategoryCode").text = "society"
    _extent(data, document)


def _extent(data: ET.Element, document: Document) -> None:
    if document.box is None and document.years is None:
        return
    extent = _path(data, "extent", "EX_Extent")
    if document.box is not None:
        west, south, east, north = document.box
        box = _path(extent, "geographicElement", "EX_GeographicBoundingBox")
        for tag, value in (
            ("westBoundLongitude", west),
            ("eastBoundLongitude", east),
            ("southBoundLatitude", south),
            ("northBoundLatitude", north),
        ):
            ET.SubElement(ET.SubElement(box, f"{{{GMD}}}{tag}"), f"{{{GCO}}}Decimal").text = f"{value:.4f}"
    if document.years is not None:
        time = ET.SubElement(_path(extent, "temporalElement", "EX_TemporalExtent"), f"{{{GMD}}}extent")
        period = ET.SubElement(time, f"{{{GML}}}TimePeriod", {f"{{{GML}}}id": "period"})
        ET.SubElement(period, f"{{{GML}}}beginPosition").text = str(document.years[0])
        ET.SubElement(period, f"{{{GML}}}endPosition").text = str(document.years[1])


def _distribution(root: ET.Element, document: Document) -> None:
    about = document.about
    link = about.download or about.landing_page
    if not document.formats and not link:
        return
    made = _path(root, "distributionInfo", "MD_Distribution")
    for name in document.formats:
        kind = _path(made, "distributionFormat", "MD_Format")
        _text(kind, "name", name)
        ET.SubElement(kind, f"{{{GMD}}}version", {f"{{{GCO}}}nilReason": "unknown"})
    if link:
        online = _path(made, "transferOptions", "MD_DigitalTransferOptions", "onLine", "CI_OnlineResource", "linkage")
        ET.SubElement(online, f"{{{GMD}}}URL").text = link


def _party(parent: ET.Element, document: Document, role: str) -> None:
    party = _path(parent, "CI_ResponsibleParty")
    about = document.about
    _text(party, "organisationName", document.organisation or "gisintegration")
    if about.contact:
        _text(party, "positionName", about.contact)
    if about.email:
        address = _path(party, "contactInfo", "CI_Contact", "address", "CI_Address")
        _text(address, "electronicMailAddress", about.email)
    _code(party, "role", "CI_RoleCode", role)


def _language(parent: ET.Element, language: Language) -> None:
    code = _LANGUAGES[language]
    spoken = ET.SubElement(parent, f"{{{GMD}}}language")
    ET.SubElement(
        spoken,
        f"{{{GMD}}}LanguageCode",
        {"codeList": "http://www.loc.gov/standards/iso639-2/", "codeListValue": code},
    ).text = code


def _path(parent: ET.Element, *tags: str) -> ET.Element:
    for tag in tags:
        parent = ET.SubElement(parent, f"{{{GMD}}}{tag}")
    return parent


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(ET.SubElement(parent, f"{{{GMD}}}{tag}"), f"{{{GCO}}}CharacterString").text = clean(text)


def _code(parent: ET.Element, tag: str, kind: str, value: str) -> None:
    ET.SubElement(
        ET.SubElement(parent, f"{{{GMD}}}{tag}"),
        f"{{{GMD}}}{kind}",
        {"codeList": f"{_LISTS}#{kind}", "codeListValue": value},
    ).text = value
