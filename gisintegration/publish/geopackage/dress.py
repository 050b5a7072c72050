"""Which style each layer of a GeoPackage gets, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from gisintegration.publish.cells import Wide, common_classes
from gisintegration.publish.classes import Classes
from gisintegration.publish.geopackage.geometry import EditionLayers, aliases, wide_layer
from gisintegration.publish.geopackage.schema import ROW_NUMBER
from gisintegration.publish.geopackage.views import IndicatorView, view_aliases
from gisintegration.publish.qml.document import style_document
from gisintegration.publish.styles import indicator_style, plain_style
from gisintegration.publish.words import LANGUAGES, Language, edition_title, layer_title, marked
from gisintegration.tables import Kind, Release

_NAMES = {"sv": "Svenska", "en": "English"}
StyleRow = tuple[str, str, str, str]
_ESTIMATED = '"value" is not null and "exact_share" < 1 and "method" like \'recalculated%\''


def styles(
    release: Release,
    rows: pd.DataFrame,
    editions: Sequence[EditionLayers],
    views: Sequence[IndicatorView],
    language: Language,
) -> list[StyleRow]:
    """Rows for ``write_styles``: each layer's default in ``language`` first, then the other language.

    A wide layer has one style an indicator; its default is the first share.
    """
    classed = common_classes(rows, release)
    both: list[Language] = sorted(LANGUAGES, key=lambda item: item != language)
    found = [_view(release, view, classed, item) for view in views for item in both]
    for edition in editions:
        found += [
            _plain(edition, layer_of, item)
            for layer_of in ("true", "display")
            for item in both
            if getattr(edition, layer_of)
        ]
        if edition.wide:
            name = edition.wide.name
            found += wide_styles(name, release, edition.key, edition.figures, classed=classed, language=language)
    return found


def wide_styles(
    name: str,
    release: Release,
    key: str,
    made: Wide,
    *,
    classed: Mapping[tuple[str, str], Classes],
    language: Language,
) -> list[StyleRow]:
    """A style for each indicator of a wide layer, named after it; shares first."""
    areas, years = release.areas[key], made.years
    declared = wide_layer(name, areas, release, made, language)
    order = sorted(years, key=lambda item: (release.indicators[item].kind is not Kind.SHARE, item))
    drawn = (areas.display if areas.display is not None else areas.table.geometry).notna().to_numpy()
    rest = areas.table["kind"].to_numpy() == "remainder"
    found = []
    for code in order:
        indicator = release.indicators[code]
        title = marked(f"{layer_title(indicator, areas, language)}, {years[code]}", release, language)
        style = indicator_style(
            indicator,
            title,
            classed.get((code, areas.division), Classes(())),
            release,
            columns=["fid", *declared.columns],
            aliases=declared.aliases,
            statuses=tuple(np.unique(made.table[f"{code}_status"].to_numpy(dtype=str)[drawn & ~rest])),
            remainders=bool((drawn & rest).any()),
            areas=int(drawn.sum()),
            language=language,
            value=code,
            status=f"{code}_status",
            estimated=f'"{code}" is not null and "{code}_exact_share" < 1' if code in made.estimated else "",
            temporal=False,
        )
        found.append((name, indicator.title[language], title, style_document(style)))
    return found


def _view(
    release: Release, view: IndicatorView, classed: Mapping[tuple[str, str], Classes], language: Language
) -> StyleRow:
    indicator, areas = release.indicators[view.indicator], release.areas[view.edition]
    title = marked(layer_title(indicator, areas, language), release, language)
    style = indicator_style(
        indicator,
        title,
        classed[view.indicator, areas.division],
        release,
        columns=[ROW_NUMBER, *view.layer.columns],
        aliases=view_aliases(view.layer.columns, indicator, language),
        statuses=view.statuses,
        remainders=view.remainders,
        areas=view.areas,
        language=language,
        estimated=_ESTIMATED if view.estimated else "",
        bounds=view.estimated,
    )
    return view.layer.name, _NAMES[language], title, style_document(style)


def _plain(edition: EditionLayers, which: str, language: Language) -> StyleRow:
    layer = edition.true if which == "true" or edition.display is None else edition.display
    title = edition_title(edition.areas, language)
    style = plain_style(
        columns=["fid", *layer.columns],
        aliases=aliases(layer.columns, language),
        title=title,
        remainders=bool((edition.areas.table["kind"] == "remainder").any()),
        areas=layer.rows or 0,
        language=language,
        filled=which == "display",
    )
    return layer.name, _NAMES[language], title, style_document(style)
