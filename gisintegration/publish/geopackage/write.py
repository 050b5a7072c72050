"""A release as one GeoPackage: areas, figures, spatial views, wide layers, styles and metadata."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from gisintegration.errors import InputError
from gisintegration.progress import Progress, ProgressOption, part, reporter
from gisintegration.publish.cells import check_areas, totals
from gisintegration.publish.geopackage.about import documents, whole_file
from gisintegration.publish.geopackage.check import check_layers
from gisintegration.publish.geopackage.dress import styles
from gisintegration.publish.geopackage.geometry import EditionLayers, write_edition
from gisintegration.publish.geopackage.register import (
    index_areas,
    register_layers,
    write_column_titles,
    write_metadata,
    write_styles,
)
from gisintegration.publish.geopackage.schema import Layer
from gisintegration.publish.geopackage.statistics import (
    make_keys,
    write_keys,
    write_remainders,
    write_statistics,
    write_years,
)
from gisintegration.publish.geopackage.views import IndicatorView, write_readable, write_views
from gisintegration.publish.output import writing
from gisintegration.publish.words import LANGUAGES, Language, layer_names
from gisintegration.tables import Release

TOLERANCE = 10.0
ROW_BYTES = 59  # measured: a row of the long table with its place in the index


def write_geopackage(
    release: Release,
    path: str | Path,
    *,
    language: Language = "sv",
    breakdowns: bool = False,
    tolerance: float = TOLERANCE,
    progress: ProgressOption = None,
) -> Path:
    """Write a release as a GeoPackage that QGIS opens styled and its temporal controller plays.

    Parameters
    ----------
    path
        A name that ends in ``.gpkg``. What stood there is replaced when the new file is whole and checked.
    language
        Of titles, aliases, legends and map tips. Styles in the other language lie beside the default ones.
    breakdowns
        Also write the figures by background, age and education, not totals and sexes alone. The number of rows and
        the likely size are the first thing ``progress`` is told.
    tolerance
        Metres, for the polygons to draw: see ``docs/format.md``. 0: as they are.

    Returns
    -------
    Path
        ``path``.

    Raises
    ------
    InputError
        No edition of the release has polygons, figures are given for areas that their edition lacks, or the name
        does not end in ``.gpkg``.
    OutputError
        The file could not be written, or read back was not what it should be. The earlier file is whole.

    Notes
    -----
    Protected and missing figures are empty with a status beside them. Coordinates are SWEREF 99 TM (EPSG:3006),
    metres. The same release gives the same bytes. ``docs/format.md`` describes every table.
    """
    report = reporter(progress)
    path = Path(path)
    if language not in LANGUAGES:
        raise InputError.unknown("language", language, LANGUAGES)
    if not any(areas.table.geometry.notna().any() for areas in release.areas.values()):
        raise InputError(
            f"No edition of the release has polygons ({', '.join(sorted(release.areas)) or 'it has no areas'}).",
            hint="gi.write_parquet and gi.write_tables write figures without areas.",
        )
    rows = release.statistics
    rows = rows if breakdowns else totals(rows, sexes=True)
    check_areas(rows, release)
    report(0.0, f"{len(rows):,} rows, about {size_of(rows, release) / 1e6:,.0f} MB")
    with writing(path, suffix=".gpkg") as temporary:
        layers = _write(temporary, release, rows, language=language, tolerance=tolerance, report=part(report, 0.0, 0.8))
        report(0.8, "reading every layer back")
        check_layers(temporary, layers)
    report(1.0, f"{path.name} is written")
    return path


def size_of(rows: pd.DataFrame, release: Release) -> int:
    """Likely size in bytes of a GeoPackage of these rows, within a few tens of per cent."""
    coordinates = sum(int(areas.table.geometry.count_coordinates().sum()) for areas in release.areas.values())
    return len(rows) * ROW_BYTES + coordinates * 16 * 2 + 2_000_000


def _write(
    path: Path, release: Release, rows: pd.DataFrame, *, language: Language, tolerance: float, report: Progress
) -> list[Layer]:
    keys, names, shown = make_keys(release, rows), layer_names(release), totals(rows)
    editions = []
    for i, (key, name) in enumerate(sorted(names.items())):
        report(0.5 * i / len(names), f"areas of {key}")
        editions.append(
            write_edition(path, release, shown, key, name=name, keys=keys, language=language, tolerance=tolerance)
        )
    with _database(path) as con:
        report(0.5, "statistics")
        tables = [write_statistics(con, rows, release, keys), write_years(con, rows)]
        rest = write_remainders(con, rows, release, keys)
        tables += [*([rest] if rest else []), *write_keys(con, release, keys, names), write_readable(con, language)]
        views: list[IndicatorView] = []
        for edition in editions:
            if edition.display:
                index_areas(con, edition.display.name)
            views += write_views(con, release, shown, edition, keys, language=language)
        report(0.8, "styles and metadata")
        layers = _in_order(editions, views, tables)
        register_layers(con, [*layers, Layer("layer_styles", "layer_styles", {})])
        write_column_titles(con, layers)
        write_styles(con, styles(release, shown, editions, views, language))
        write_metadata(con, whole_file(release, language), documents(release, shown, editions, views, language))
    return layers


@contextmanager
def _database(path: Path) -> Iterator[sqlite3.Connection]:
    con = sqlite3.connect(path, isolation_level=None)
    try:
        # The file is a new one beside the old: nothing is lost if this is interrupted.
        for statement in ("pragma journal_mode = off", "pragma synchronous = off", "begin"):
            con.execute(statement)
        yield con
        con.execute("commit")
        con.execute("vacuum")
    finally:
        con.close()


def _in_order(
    editions: Sequence[EditionLayers], views: Sequence[IndicatorView], tables: Sequence[Layer]
) -> list[Layer]:
    """The order layers are listed in: for each edition its wide layer and views, then areas, then tables."""
    found: list[Layer] = []
    for edition in editions:
        found += [edition.wide] if edition.wide else []
        found += [view.layer for view in views if view.edition == edition.key]
    for edition in editions:
        found += [layer for layer in (edition.display, edition.true) if layer]
    return found + list(tables)
