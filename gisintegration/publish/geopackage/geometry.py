"""The areas of each edition as layers: the true polygons, those to draw, and the wide layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from gisintegration.publish.cells import Wide, drawn_geometry, wide
from gisintegration.publish.geopackage.schema import GEOMETRY, Layer
from gisintegration.publish.geopackage.statistics import Keys
from gisintegration.publish.words import FIELDS, Language, edition_title, marked, unit_text
from gisintegration.tables import Areas, Release

VERSION = "1.2"  # what QGIS 3.22 (GDAL 3.6) reads without a warning
TEXTS: Mapping[str, Mapping[str, str]] = {
    "true": {"sv": "Områdenas verkliga gränser. Räkna på dessa.", "en": "The areas' true borders. Count on these."},
    "display": {
        "sv": "Områden att rita: klippta mot land där en landmask finns, förenklade. Räkna inte på dessa.",
        "en": "Areas to draw: clipped to land where there is a land mask, simplified. Do not count on these.",
    },
    "wide": {
        "sv": "En kolumn för varje indikator och en för dess status.",
        "en": "A column for each indicator and one for its status.",
    },
}
_NOTHING = Wide(pd.DataFrame(), {})


@dataclass(frozen=True)
class EditionLayers:
    """The layers of one edition; ``display`` and ``wide`` are None when there is nothing to draw or to tell."""

    key: str
    areas: Areas
    true: Layer
    display: Layer | None
    wide: Layer | None
    figures: Wide

    @property
    def all(self) -> list[Layer]:
        """Those that exist."""
        return [layer for layer in (self.true, self.display, self.wide) if layer]


def write_edition(
    path: Path,
    release: Release,
    rows: pd.DataFrame,
    key: str,
    *,
    name: str,
    keys: Keys,
    language: Language,
    tolerance: float,
) -> EditionLayers:
    """Write the layers of one edition.

    Parameters
    ----------
    rows
        Totals of the release.
    tolerance
        As in :func:`gisintegration.publish.cells.drawn_geometry`.
    """
    areas = release.areas[key]
    title = edition_title(areas, language)
    plain = area_frame(areas).assign(area_key=keys.areas[key])
    columns = area_columns(areas) | {"area_key": "integer"}
    true = Layer(
        name, title, columns, description=TEXTS["true"][language], aliases=aliases(columns, language), spatial=True
    )
    true = write_layer(path, plain, areas.table.geometry, true)
    shapes = drawn_geometry(areas, tolerance=tolerance)
    known = shapes.notna().to_numpy()
    if not known.any():
        return EditionLayers(key, areas, true, None, None, _NOTHING)
    plain, shapes = plain[known], shapes[known]
    drawn = {"sv": "att rita", "en": "to draw"}[language]
    display = Layer(
        f"{name}_display",
        f"{title}, {drawn}",
        columns,
        description=TEXTS["display"][language],
        aliases=true.aliases,
        spatial=True,
    )
    display = write_layer(path, plain, shapes, display)
    made = wide(rows, areas, list(release.indicators))
    if not made.years:
        return EditionLayers(key, areas, true, display, None, made)
    declared = wide_layer(f"{name}_wide", areas, release, made, language)
    frame = plain.join(made.table, on="code")
    return EditionLayers(key, areas, true, display, write_layer(path, frame, shapes, declared), made)


def wide_layer(name: str, areas: Areas, release: Release, made: Wide, language: Language) -> Layer:
    """Declare a wide layer: what the areas are, and for each indicator its value, its status and how exact it is."""
    columns, names = area_columns(areas), aliases(area_columns(areas), language)
    for indicator, year in made.years.items():
        declared = release.indicators[indicator]
        alias = f"{declared.title[language]} {year} ({unit_text(declared, language)})"
        columns |= {indicator: "real", f"{indicator}_status": "text"}
        names |= {indicator: alias, f"{indicator}_status": f"{declared.title[language]} {year}: status"}
        if indicator in made.estimated:
            columns[f"{indicator}_exact_share"] = "real"
            exact = FIELDS["exact_share"][language].lower()
            names[f"{indicator}_exact_share"] = f"{declared.title[language]} {year}: {exact}"
    latest = max(made.years.values())
    title = {"sv": "alla indikatorer", "en": "all indicators"}[language]
    return Layer(
        name,
        marked(f"{edition_title(areas, language)}, {title} {latest}", release, language),
        columns,
        description=TEXTS["wide"][language],
        aliases=names,
        spatial=True,
    )


def area_columns(areas: Areas) -> dict[str, str]:
    """The columns that say what an area is: code, name, kind, its parents, the areas that lie in a remainder."""
    return dict.fromkeys(["code", "name", "kind", *areas.parents, "members"], "text")


def area_frame(areas: Areas) -> pd.DataFrame:
    """Code, name, kind, parents and members of each area, as text; None where there is none."""
    columns = {
        column: np.array([None if pd.isna(text) else str(text) for text in areas.table[column]], dtype=object)
        for column in ["code", "name", "kind", *areas.parents]
    }
    members = [", ".join(areas.members.get(code, ())) or None for code in areas.table["code"]]
    return pd.DataFrame(columns | {"members": np.array(members, dtype=object)})


def aliases(columns: Mapping[str, str], language: Language) -> dict[str, str]:
    """What the columns are called to a reader."""
    return {column: FIELDS[column][language] for column in columns if column in FIELDS}


def write_layer(path: Path, frame: pd.DataFrame, shapes: gpd.GeoSeries, layer: Layer) -> Layer:
    """Write a real layer, and return it with its extent and number of rows."""
    geometry = gpd.GeoSeries(shapes.to_numpy(), index=frame.index, crs=shapes.crs)
    table = gpd.GeoDataFrame(frame[list(layer.columns)], geometry=geometry)
    pyogrio.write_dataframe(
        table,
        path,
        layer=layer.name,
        driver="GPKG",
        geometry_type="MultiPolygon",
        promote_to_multi=True,
        dataset_options={"VERSION": VERSION},
        layer_options={"GEOMETRY_NAME": GEOMETRY, "FID": "fid", "SPATIAL_INDEX": "YES"},
    )
    bounds = tuple(float(value) for value in geometry.total_bounds)
    extent = bounds if geometry.notna().any() else None
    return Layer(**(vars(layer) | {"extent": extent, "rows": len(table)}))
