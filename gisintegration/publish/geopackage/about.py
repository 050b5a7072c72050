"""The metadata documents of a GeoPackage: what each layer shows, how it was made, and under which terms."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from gisintegration.publish.cells import is_code, of_edition
from gisintegration.publish.geopackage.geometry import EditionLayers
from gisintegration.publish.geopackage.schema import Layer
from gisintegration.publish.geopackage.views import IndicatorView
from gisintegration.publish.iso19115 import iso_xml, release_document
from gisintegration.publish.qml.metadata import layer_metadata
from gisintegration.publish.words import Language, explanation, sentences
from gisintegration.tables import SCHEMA_VERSION, Areas, Release, method_words


def documents(
    release: Release,
    rows: pd.DataFrame,
    editions: Sequence[EditionLayers],
    views: Sequence[IndicatorView],
    language: Language,
) -> dict[str, str]:
    """QMD of every spatial layer, by its name."""
    found = {}
    for edition in editions:
        here = of_edition(rows, edition.areas)
        for view in views:
            if view.edition != edition.key:
                continue
            indicator = release.indicators[view.indicator]
            mine = here[is_code(here["indicator"], view.indicator)]
            found[view.layer.name] = layer_document(
                release,
                view.layer,
                edition.areas,
                language,
                abstract=explanation(indicator, language),
                history=_methods(mine, language),
                keywords=[indicator.subject],
            )
        for layer in edition.all:
            history = _methods(here, language) if layer is edition.wide else []
            found[layer.name] = layer_document(release, layer, edition.areas, language, history=history)
    return found


def whole_file(release: Release, language: Language) -> str:
    """ISO 19139 of the whole file."""
    return iso_xml(release_document(release, language))


def layer_document(
    release: Release,
    layer: Layer,
    areas: Areas,
    language: Language,
    *,
    abstract: Sequence[str] = (),
    history: Sequence[str] = (),
    keywords: Sequence[str] = (),
) -> str:
    """QMD of one layer; ``abstract`` defaults to the layer's description."""
    borders = {"sv": "Gränser", "en": "Borders"}[language]
    return layer_metadata(
        name=f"{release.id}/{layer.name}",
        title=layer.title,
        abstract=abstract or [layer.description],
        rights=[*sentences(release, language), f"{borders}: {areas.source}."],
        licence=areas.licence,
        keywords=[areas.division, *keywords],
        history=[*history, f"release {release.id}, schema_version {SCHEMA_VERSION}"],
        language=language,
    )


def _methods(rows: pd.DataFrame, language: Language) -> list[str]:
    words = {"sv": "Metod", "en": "Method"}[language]
    return [
        f"{words}: {method_words(text, language)}" for text in sorted(rows["method"].astype("str").unique()) if text
    ]
