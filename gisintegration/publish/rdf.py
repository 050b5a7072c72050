"""A small tree of RDF written as Turtle, JSON-LD and RDF/XML: the same triples, in one order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from gisintegration.publish.qml.document import clean

PREFIXES: Mapping[str, str] = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


@dataclass(frozen=True)
class Iri:
    """A reference to something else."""

    iri: str


@dataclass(frozen=True)
class Literal:
    """A text, in a language or of a type (``xsd:date``)."""

    text: str
    language: str = ""
    type: str = ""


@dataclass(frozen=True)
class Node:
    """Something that is described.

    Parameters
    ----------
    type
        Its class, ``dcat:Dataset``.
    iri
        Its name; empty: it has none.
    properties
        In order; a property may occur several times.
    """

    type: str
    iri: str = ""
    properties: tuple[tuple[str, Iri | Literal | Node], ...] = field(default=())


def turtle(nodes: Iterable[Node]) -> str:
    r"""The nodes as Turtle.

    Examples
    --------
    >>> print(turtle([Node("dcat:Dataset", "urn:a", (("dcterms:title", Literal("Å", "sv")),))]).split("\n\n")[1])
    <urn:a> a dcat:Dataset ;
        dcterms:title "Å"@sv .
    """
    heads = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    return heads + "".join(f"\n{_subject(node)} {_body(node, 1)} .\n" for node in nodes)


def json_ld(nodes: Iterable[Node]) -> str:
    """The nodes as JSON-LD."""
    content = {"@context": dict(PREFIXES), "@graph": [_object(node) for node in nodes]}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def rdf_xml(nodes: Iterable[Node]) -> str:
    """The nodes as RDF/XML."""
    for prefix, namespace in PREFIXES.items():
        ET.register_namespace(prefix, namespace)
    root = ET.Element(_tag("rdf:RDF"))
    for node in nodes:
        _element(root, node)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _subject(node: Node) -> str:
    return f"<{_iri(node.iri)}>" if node.iri else "[]"


def _body(node: Node, depth: int) -> str:
    indent = "    " * depth
    lines = [f"a {node.type}", *(f"{name} {_term(value, depth)}" for name, value in node.properties)]
    return f" ;\n{indent}".join(lines)


def _term(value: Iri | Literal | Node, depth: int) -> str:
    if isinstance(value, Iri):
        return f"<{_iri(value.iri)}>"
    if isinstance(value, Literal):
        text = json.dumps(clean(value.text), ensure_ascii=False)
        return text + (f"@{value.language}" if value.language else f"^^{value.type}" if value.type else "")
    if value.iri:
        return f"<{_iri(value.iri)}>"
    return f"[ {_body(value, depth + 1)} ]"


def _object(value: Iri | Literal | Node) -> Any:
    if isinstance(value, Iri):
        return {"@id": _iri(value.iri)}
    if isinstance(value, Literal):
        kind = {"@language": value.language} if value.language else {"@type": value.type} if value.type else {}
        return {"@value": clean(value.text), **kind}
    made: dict[str, Any] = {"@id": _iri(value.iri)} if value.iri else {}
    made["@type"] = value.type
    for name, item in value.properties:
        inner = {"@id": _iri(item.iri)} if isinstance(item, Node) and item.iri else _object(item)
        made.setdefault(name, []).append(inner)
    return made


def _element(parent: ET.Element, node: Node) -> None:
    about = {_tag("rdf:about"): _iri(node.iri)} if node.iri else {}
    made = ET.SubElement(parent, _tag(node.type), about)
    for name, value in node.properties:
        child = ET.SubElement(made, _tag(name))
        if isinstance(value, Literal):
            child.text = clean(value.text)
            if value.language:
                child.set("{http://www.w3.org/XML/1998/namespace}lang", value.language)
            elif value.type:
                child.set(_tag("rdf:datatype"), _whole(value.type))
        elif value.iri:
            child.set(_tag("rdf:resource"), _iri(value.iri))
        else:
            _element(child, value)  # type: ignore[arg-type]  # an Iri always has one


def _tag(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{PREFIXES[prefix]}}}{local}"


def _whole(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def _iri(text: str) -> str:
    """Characters that no IRI may hold, escaped."""
    return "".join(
        f"%{ord(letter):02X}" if letter in '<>"{}|\\^` ' or ord(letter) < 0x20 else letter for letter in text
    )
