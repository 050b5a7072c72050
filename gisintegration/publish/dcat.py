"""DCAT-AP-SE 3: a release as a dataset in a catalogue, with a distribution for each file or folder of files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from gisintegration.files import sha256
from gisintegration.publish.iso19115 import LICENCES
from gisintegration.publish.rdf import Iri, Literal, Node
from gisintegration.publish.release_facts import About, Facts
from gisintegration.publish.words import LANGUAGES, is_internal, marked, sentences
from gisintegration.tables import Release

_EU = "http://publications.europa.eu/resource/authority"
_IANA = "https://www.iana.org/assignments/media-types"
_SPOKEN = {"sv": f"{_EU}/language/SWE", "en": f"{_EU}/language/ENG"}
# Registered media types by ending, and what a format is called; PX has none.
FORMATS = {
    ".gpkg": ("GeoPackage", "application/geopackage+sqlite3"),
    ".parquet": ("Parquet", "application/vnd.apache.parquet"),
    ".csv": ("CSV", "text/csv"),
    ".px": ("PX", ""),
    ".json": ("JSON", "application/json"),
    ".jsonstat": ("JSON-stat", "application/json"),
    ".xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".pptx": ("PowerPoint", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ".html": ("HTML", "text/html"),
    ".shp": ("Shapefile", "application/vnd.shp"),
    ".zip": ("ZIP", "application/zip"),
}
_FOLDERS = {"jsonstat": ".jsonstat", "px": ".px", "geoparquet": ".parquet", "shapefile": ".shp"}
_KEYWORDS = {
    "sv": ("integration", "segregation", "områdesstatistik"),
    "en": ("integration", "segregation", "small areas"),
}


@dataclass(frozen=True)
class Given:
    """A file or a folder of files that a release is given in.

    Parameters
    ----------
    name
        Relative to the folder of outputs, with forward slashes.
    format, media_type
        As in ``FORMATS``.
    size, digest
        Bytes and SHA-256 of a file; 0 and empty for a folder.
    """

    name: str
    format: str
    media_type: str
    size: int = 0
    digest: str = ""


def given_in(folder: Path, *, without: Sequence[str] = ()) -> list[Given]:
    """What a folder of outputs holds, one for each file or folder in it whose format is known, by name."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.name in without:
            continue
        ending = path.suffix.lower() if path.is_file() else _FOLDERS.get(path.name, _most(path))
        if ending not in FORMATS:
            continue
        name, media = FORMATS[ending]
        if path.is_file():
            found.append(Given(path.name, name, media, path.stat().st_size, sha256(path)))
        else:
            found.append(Given(f"{path.name}/", name, media))
    return found


def catalogue(release: Release, facts: Facts, about: About, given: Sequence[Given]) -> list[Node]:
    """A catalogue with one dataset, the release, as nodes of RDF.

    The dataset's name stays the same from release to release when there is a landing page; its version is the
    release's id. Without one, names are made from the id.
    """
    base = f"{about.landing_page}#" if about.landing_page else ""
    names = {part: f"{base}{part}" if base else _urn(release, part) for part in ("catalogue", "dataset", "publisher")}
    publisher = about.publisher or names["publisher"]
    contact = Node(
        "vcard:Organization",
        properties=(
            ("vcard:fn", Literal(about.contact or release.organisation or release.name)),
            *([("vcard:hasEmail", Iri(f"mailto:{about.email}"))] if about.email else []),
        ),
    )
    distributions = [_distribution(release, about, one, base) for one in given]
    dataset = Node(
        "dcat:Dataset",
        names["dataset"],
        (
            *_texts("dcterms:title", lambda language: marked(release.name, release, language)),
            *_texts("dcterms:description", lambda language: _description(release, language)),
            ("dcterms:identifier", Literal(release.id)),
            ("dcat:version", Literal(release.id)),
            ("dcterms:publisher", Iri(publisher)),
            ("dcat:contactPoint", contact),
            ("dcat:theme", Iri(f"{_EU}/data-theme/SOCI")),
            *(("dcat:keyword", Literal(word, language)) for language in LANGUAGES for word in _KEYWORDS[language]),
            ("dcterms:accessRights", Iri(f"{_EU}/access-right/{'NON_PUBLIC' if is_internal(release) else 'PUBLIC'}")),
            *_spatial(facts),
            ("dcterms:temporal", _period(facts)),
            ("dcterms:accrualPeriodicity", Iri(f"{_EU}/frequency/ANNUAL")),
            *(("dcterms:language", Iri(_SPOKEN[language])) for language in LANGUAGES),
            *(
                (
                    "dcterms:provenance",
                    Node("dcterms:ProvenanceStatement", "", (("rdfs:label", Literal(text, language)),)),
                )
                for language in LANGUAGES
                for text in [release.source_line(language)]
                if text
            ),
            *([("dcterms:issued", Literal(about.published, type="xsd:date"))] if about.published else []),
            *([("dcat:landingPage", Iri(about.landing_page))] if about.landing_page else []),
            *(("dcat:distribution", one) for one in distributions),
        ),
    )
    whole = Node(
        "dcat:Catalog",
        names["catalogue"],
        (
            *_texts("dcterms:title", lambda _: release.organisation or release.name),
            *_texts("dcterms:description", lambda language: _CATALOGUE[language]),
            ("dcterms:publisher", Iri(publisher)),
            *_licence(about),
            *(("dcterms:language", Iri(_SPOKEN[language])) for language in LANGUAGES),
            ("dcat:themeTaxonomy", Iri(f"{_EU}/data-theme")),
            *([("foaf:homepage", Iri(about.landing_page))] if about.landing_page else []),
            *([("dcterms:issued", Literal(about.published, type="xsd:date"))] if about.published else []),
            ("dcat:dataset", dataset),
        ),
    )
    agent = Node("foaf:Agent", publisher, (("foaf:name", Literal(release.organisation or release.name)),))
    return [whole, dataset, *distributions, agent]


_CATALOGUE = {
    "sv": "Statistik om integration för små områden, framställd med gisintegration.",
    "en": "Statistics on integration for small areas, made with gisintegration.",
}


def _description(release: Release, language: str) -> str:
    titles = "; ".join(item.title[language] for item in release.indicators.values())  # type: ignore[index]
    return "\n".join([f"{titles}.", *sentences(release, language)])  # type: ignore[arg-type]


def _texts(name: str, text: object) -> Iterable[tuple[str, Literal]]:
    return [(name, Literal(text(language), language)) for language in LANGUAGES]  # type: ignore[operator]


def _licence(about: About) -> list[tuple[str, Iri]]:
    return [("dcterms:license", Iri(LICENCES.get(about.licence, about.licence)))] if about.licence else []


def _spatial(facts: Facts) -> Iterable[tuple[str, Node]]:
    if facts.box is None and not facts.places:
        return []
    box = []
    if facts.box is not None:
        west, south, east, north = facts.box
        corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
        ring = ", ".join(f"{x:.4f} {y:.4f}" for x, y in corners)
        box = [("dcat:bbox", Literal(f"POLYGON (({ring}))", type="geo:wktLiteral"))]
    names = [("skos:prefLabel", Literal(", ".join(facts.places), "sv"))] if facts.places else []
    return [("dcterms:spatial", Node("dcterms:Location", "", (*box, *names)))]


def _period(facts: Facts) -> Node:
    first, last = facts.years
    return Node(
        "dcterms:PeriodOfTime",
        "",
        (
            ("dcat:startDate", Literal(f"{first}-01-01", type="xsd:date")),
            ("dcat:endDate", Literal(f"{last}-12-31", type="xsd:date")),
        ),
    )


def _distribution(release: Release, about: About, given: Given, base: str) -> Node:
    address = f"{about.download.rstrip('/')}/{quote(given.name)}" if about.download else ""
    name = f"{base}{quote(given.name)}" if base else _urn(release, given.name)
    digest = Node(
        "spdx:Checksum",
        "",
        (
            ("spdx:algorithm", Iri("http://spdx.org/rdf/terms#checksumAlgorithm_sha256")),
            ("spdx:checksumValue", Literal(given.digest, type="xsd:hexBinary")),
        ),
    )
    return Node(
        "dcat:Distribution",
        name,
        (
            ("dcterms:title", Literal(f"{given.format}: {given.name}")),
            # A distribution must say where it is got: the file, else the page about it, else itself.
            ("dcat:accessURL", Iri(address or about.landing_page or name)),
            *([("dcat:downloadURL", Iri(address))] if address and given.digest else []),
            ("dcterms:format", Literal(given.media_type or given.format)),
            *([("dcat:mediaType", Iri(f"{_IANA}/{given.media_type}"))] if given.media_type else []),
            *_licence(about),
            *([("dcat:byteSize", Literal(str(given.size), type="xsd:nonNegativeInteger"))] if given.size else []),
            *([("spdx:checksum", digest)] if given.digest else []),
        ),
    )


def _urn(release: Release, part: str) -> str:
    return uuid5(NAMESPACE_URL, f"gisintegration/{release.id}/{part}").urn


def _most(folder: Path) -> str:
    """The ending that most files of a folder have."""
    endings = sorted(path.suffix.lower() for path in folder.rglob("*") if path.is_file())
    return max(sorted(set(endings)), key=endings.count, default="")
