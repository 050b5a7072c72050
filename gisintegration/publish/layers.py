"""A release as plain layers, one for each edition and year, for tools that know neither views nor styles."""

from __future__ import annotations

import csv
import io
import math
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio

from gisintegration.errors import InputError
from gisintegration.progress import ProgressOption, reporter
from gisintegration.publish.cells import Wide, check_areas, common_classes, drawn_geometry, of_edition, totals, wide
from gisintegration.publish.geopackage.about import layer_document, whole_file
from gisintegration.publish.geopackage.check import check_layers
from gisintegration.publish.geopackage.dress import wide_styles
from gisintegration.publish.geopackage.geometry import area_frame, wide_layer, write_layer
from gisintegration.publish.geopackage.register import (
    register_layers,
    write_column_titles,
    write_metadata,
    write_styles,
)
from gisintegration.publish.geopackage.schema import Layer
from gisintegration.publish.output import moment, writing
from gisintegration.publish.parquet import file_facts
from gisintegration.publish.words import LANGUAGES, Language, layer_names
from gisintegration.tables import Areas, Release

Format = Literal["gpkg-wide", "geoparquet", "shapefile"]
_DBF_NAME, _DBF_TEXT = 10, 254


@dataclass(frozen=True)
class YearLayer:
    """One edition in one year: its figures beside what the areas are, with the polygons in the same order."""

    key: str
    areas: Areas
    year: int
    layer: Layer
    figures: Wide
    frame: pd.DataFrame
    shapes: gpd.GeoSeries


def write_layers(
    release: Release,
    path: str | Path,
    *,
    format: Format = "gpkg-wide",  # noqa: A002  what every tool calls it
    geometry: Literal["display", "true"] = "display",
    tolerance: float = 10.0,
    language: Language = "sv",
    progress: ProgressOption = None,
) -> Path:
    """Write one layer for each edition and year, with a column for each indicator and one for its status.

    Totals only. A value is empty unless its status is ``shown`` or ``zero``; codes are text.

    Parameters
    ----------
    path
        ``gpkg-wide``: a name that ends in ``.gpkg``. Otherwise a folder, which is replaced.
    format
        ``gpkg-wide``: layers ``deso_2025_2024`` with styles. ``geoparquet``: a file each. ``shapefile``: a file each,
        UTF-8, with column names of at most ten characters, and ``columns.csv`` that says what they mean.
    geometry
        ``display``: polygons to draw (land-clipped, simplified by ``tolerance`` metres). ``true``: the real borders.
    language
        Of titles and aliases.

    Returns
    -------
    Path
        ``path``.

    Raises
    ------
    InputError
        No such format, no polygons, or figures for areas that their edition lacks.
    OutputError
        It could not be written. What stood at ``path`` is whole.
    """
    writers: Mapping[str, Callable[[Path, Release, list[YearLayer], Language], None]] = {
        "gpkg-wide": _geopackage,
        "geoparquet": _geoparquet,
        "shapefile": _shapefiles,
    }
    if format not in writers:
        raise InputError.unknown("format", format, writers)
    if language not in LANGUAGES:
        raise InputError.unknown("language", language, LANGUAGES)
    report = reporter(progress)
    rows = totals(release.statistics)
    check_areas(rows, release)
    layers = list(_year_layers(release, rows, language, tolerance if geometry == "display" else None))
    if not layers:
        raise InputError(
            "No edition of the release has both polygons and figures.",
            hint="gi.write_parquet and gi.write_tables write figures without areas.",
        )
    report(0.5, f"{len(layers)} layers")
    with writing(path, suffix=".gpkg" if format == "gpkg-wide" else "") as temporary:
        writers[format](temporary, release, layers, language)
    report(1.0, f"{Path(path).name} is written")
    return Path(path)


def short_names(columns: Sequence[str]) -> dict[str, str]:
    """Column names of at most ten characters, no two the same, in any case of letters.

    A status column has the short name of its value and ``_s``.

    Examples
    --------
    >>> short_names(["code", "employed_share", "employed_share_status", "median_disposable_income"])
    {'code': 'code', 'employed_share': 'emplshar', 'employed_share_status': 'emplshar_s',
     'median_disposable_income': 'meddisin'}
    """
    names: dict[str, str] = {}
    for column in columns:
        stem = column.removesuffix("_status")
        if stem != column and stem in names:
            names[column] = f"{names[stem]}_s"
            continue
        words = column.split("_")
        letters = math.ceil((_DBF_NAME - 2) / len(words))
        short = column if len(column) <= _DBF_NAME - 2 else "".join(word[:letters] for word in words)[: _DBF_NAME - 2]
        names[column] = _free(short, set(names.values()))
    return names


def _free(name: str, taken: set[str]) -> str:
    number, given = 1, name
    while name in taken or f"{name}_s" in taken:
        number += 1
        name = f"{given[: _DBF_NAME - 2 - len(str(number))]}{number}"
    return name


def _year_layers(
    release: Release, rows: pd.DataFrame, language: Language, tolerance: float | None
) -> Iterator[YearLayer]:
    for key, name in sorted(layer_names(release).items()):
        areas = release.areas[key]
        shapes = areas.table.geometry if tolerance is None else drawn_geometry(areas, tolerance=tolerance)
        known = shapes.notna().to_numpy()
        years = sorted(int(year) for year in of_edition(rows, areas)["year"].unique())
        for year in years if known.any() else []:
            made = wide(rows, areas, list(release.indicators), year=year)
            layer = wide_layer(f"{name}_{year}", areas, release, made, language)
            frame = area_frame(areas).join(made.table, on="code")[list(layer.columns)]
            yield YearLayer(key, areas, year, layer, made, frame[known], shapes[known])


def _geopackage(path: Path, release: Release, layers: list[YearLayer], language: Language) -> None:
    written = [write_layer(path, item.frame, item.shapes, item.layer) for item in layers]
    classed = common_classes(totals(release.statistics), release)
    styles = [
        style
        for item in layers
        for style in wide_styles(item.layer.name, release, item.key, item.figures, classed=classed, language=language)
    ]
    con = sqlite3.connect(path, isolation_level=None)
    try:
        con.execute("begin")
        register_layers(con, [*written, Layer("layer_styles", "layer_styles", {})])
        write_column_titles(con, written)
        write_styles(con, styles)
        documents = {item.layer.name: layer_document(release, item.layer, item.areas, language) for item in layers}
        write_metadata(con, whole_file(release, language), documents)
        con.execute("commit")
        con.execute("vacuum")
    finally:
        con.close()
    check_layers(path, written)


def _geoparquet(path: Path, release: Release, layers: list[YearLayer], language: Language) -> None:
    path.mkdir()
    for item in layers:
        buffer = io.BytesIO()
        _frame(item).to_parquet(buffer, index=False, schema_version="1.1.0", write_covering_bbox=False)
        table = pq.read_table(buffer)
        facts = file_facts(release, language) | {b"title": item.layer.title.encode()}
        pq.write_table(
            table.replace_schema_metadata({**(table.schema.metadata or {}), **facts}),
            path / f"{item.layer.name}.parquet",
            compression="zstd",
        )


def _shapefiles(path: Path, release: Release, layers: list[YearLayer], language: Language) -> None:
    path.mkdir()
    key_rows = []
    for item in layers:
        _check_texts(item)
        names = short_names(list(item.layer.columns))
        pyogrio.write_dataframe(
            _frame(item).rename(columns=names),
            path / f"{item.layer.name}.shp",
            driver="ESRI Shapefile",
            geometry_type="MultiPolygon",
            promote_to_multi=True,
            layer_options={"ENCODING": "UTF-8", "DBF_DATE_LAST_UPDATE": moment()[:10]},
        )
        key_rows += [
            [item.layer.name, short, column, item.layer.aliases.get(column, column)] for column, short in names.items()
        ]
    with (path / "columns.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(["layer", "column", "full_name", "title"])
        writer.writerows(key_rows)
    lines = [part.decode() for part in file_facts(release, language).values()]
    (path / "about.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _check_texts(item: YearLayer) -> None:
    failures = [
        {"layer": item.layer.name, "area": code, "column": column, "bytes": len(text.encode())}
        for column, kind in item.layer.columns.items()
        if kind == "text"
        for code, text in zip(item.frame["code"], item.frame[column], strict=True)
        if isinstance(text, str) and len(text.encode()) > _DBF_TEXT
    ]
    if failures:
        raise InputError(
            f"A Shapefile holds texts of at most {_DBF_TEXT} bytes, and {len(failures)} are longer.",
            hint='write format="gpkg-wide" or "geoparquet", which hold any text.',
            failures=failures,
        )


def _frame(item: YearLayer) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        item.frame.reset_index(drop=True), geometry=gpd.GeoSeries(item.shapes.to_numpy(), crs=item.shapes.crs)
    )
