"""The metadata of a release: ISO 19115, DCAT-AP-SE, and a quality declaration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gisintegration.publish.dcat import Given, catalogue, given_in
from gisintegration.publish.iso19115 import iso_xml, release_document
from gisintegration.publish.output import writing
from gisintegration.publish.quality_declaration import declaration, quality_html, quality_markdown
from gisintegration.publish.rdf import json_ld, rdf_xml, turtle
from gisintegration.publish.release_facts import About, facts_of
from gisintegration.publish.words import LANGUAGES
from gisintegration.tables import Release

METADATA = "metadata"
__all__ = ["METADATA", "About", "write_metadata"]


def write_metadata(
    release: Release, folder: str | Path, *, about: About | None = None, outputs: str | Path | None = None
) -> list[Path]:
    """Write what data portals and readers ask of a release, in Swedish and English.

    ``iso19115_sv.xml`` and ``iso19115_en.xml`` (ISO 19139), ``dcat.ttl``, ``dcat.jsonld`` and ``dcat.rdf``
    (DCAT-AP-SE 3: the same triples), ``kvalitetsdeklaration.html`` and ``.md`` and ``quality_declaration.html`` and
    ``.md``: a page of A4 under SCB's five headings. They are made of protected figures and the manifest only, whose
    counts of 1–19 read ``<20``; there is no clock in them.

    Parameters
    ----------
    folder
        Replaced as a whole.
    about
        Contact, licence, addresses; what is not said is left out.
    outputs
        Folder of the release's files, each of which becomes a distribution; None: there are none.

    Returns
    -------
    list of Path
        The files, by name.

    Raises
    ------
    OutputError
        The folder could not be written. What stood there is whole.
    """
    folder, about = Path(folder), about or About()
    facts = facts_of(release)
    given: Sequence[Given] = []
    if outputs is not None:
        given = given_in(Path(outputs), without=(folder.name, "validation", "manifest.json", "release"))
    nodes = catalogue(release, facts, about, given)
    formats = sorted({one.format for one in given})
    texts = {"dcat.ttl": turtle(nodes), "dcat.jsonld": json_ld(nodes), "dcat.rdf": rdf_xml(nodes)}
    for language in LANGUAGES:
        stem = {"sv": "kvalitetsdeklaration", "en": "quality_declaration"}[language]
        made = declaration(release, facts, about, language)
        texts |= {
            f"iso19115_{language}.xml": iso_xml(release_document(release, language, about=about, formats=formats)),
            f"{stem}.html": quality_html(made),
            f"{stem}.md": quality_markdown(made),
        }
    with writing(folder) as temporary:
        temporary.mkdir()
        for name, text in texts.items():
            (temporary / name).write_text(text, encoding="utf-8", newline="\n")
    return sorted(folder / name for name in texts)
