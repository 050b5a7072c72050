"""What makes tables and views a GeoPackage: contents, geometry columns, column titles, metadata."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from gisintegration import sql
from gisintegration.publish.geopackage.schema import GEOMETRY, SRID, Layer
from gisintegration.publish.output import moment

QMD_URI = "http://mrcc.com/qgis.dtd"
ISO_URI = "http://www.isotc211.org/2005/gmd"

_SCHEMA_EXTENSION = """
create table gpkg_data_columns (
  table_name TEXT not null, column_name TEXT not null, name TEXT, title TEXT, description TEXT, mime_type TEXT,
  constraint_name TEXT, constraint pk_gdc primary key (table_name, column_name),
  constraint gdc_tn unique (table_name, name)
);
create table gpkg_data_column_constraints (
  constraint_name TEXT not null, constraint_type TEXT not null, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN,
  max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  constraint gdcc_ntv unique (constraint_name, constraint_type, value)
);
"""
_METADATA_EXTENSION = """
create table gpkg_metadata (
  id INTEGER constraint m_pk primary key asc not null, md_scope TEXT not null default 'dataset',
  md_standard_uri TEXT not null, mime_type TEXT not null default 'text/xml', metadata TEXT not null default ''
);
create table gpkg_metadata_reference (
  reference_scope TEXT not null, table_name TEXT, column_name TEXT, row_id_value INTEGER,
  timestamp DATETIME not null default (strftime('%Y-%m-%dT%H:%M:%fZ','now')), md_file_id INTEGER not null,
  md_parent_id INTEGER, constraint crmr_mfi_fk foreign key (md_file_id) references gpkg_metadata(id),
  constraint crmr_mpi_fk foreign key (md_parent_id) references gpkg_metadata(id)
);
"""
_STYLES = """
create table layer_styles (
  id INTEGER primary key autoincrement not null, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME default (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
);
"""
_EXTENSIONS = {
    "gpkg_data_columns": ("gpkg_schema", "http://www.geopackage.org/spec121/#extension_schema"),
    "gpkg_data_column_constraints": ("gpkg_schema", "http://www.geopackage.org/spec121/#extension_schema"),
    "gpkg_metadata": ("gpkg_metadata", "http://www.geopackage.org/spec121/#extension_metadata"),
    "gpkg_metadata_reference": ("gpkg_metadata", "http://www.geopackage.org/spec121/#extension_metadata"),
}


def register_layers(con: sqlite3.Connection, layers: Sequence[Layer]) -> None:
    """List every layer and table in ``gpkg_contents`` in the order given, views with their geometry, and date all."""
    con.execute("delete from gpkg_contents")
    for layer in layers:
        extent = layer.extent or (None, None, None, None)
        con.execute(
            "insert into gpkg_contents (table_name, data_type, identifier, description, last_change, min_x, min_y, "
            "max_x, max_y, srs_id) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                layer.name,
                "features" if layer.spatial else "attributes",
                layer.title,
                layer.description,
                moment(),
                *extent,
                SRID if layer.spatial else None,
            ),
        )
        if layer.spatial and layer.view:
            con.execute(
                "insert into gpkg_geometry_columns values (?, ?, 'MULTIPOLYGON', ?, 0, 0)", (layer.name, GEOMETRY, SRID)
            )


def write_column_titles(con: sqlite3.Connection, layers: Sequence[Layer]) -> None:
    """Write what the columns are called, where GDAL, ArcGIS and others look for it (the schema extension)."""
    _run(con, _SCHEMA_EXTENSION)
    for layer in layers:
        taken: set[str] = set()
        for column, alias in layer.aliases.items():
            if column in layer.columns and alias not in taken:
                taken.add(alias)
                con.execute(
                    "insert into gpkg_data_columns (table_name, column_name, name, title) values (?, ?, ?, ?)",
                    (layer.name, column, alias, alias),
                )


def write_metadata(con: sqlite3.Connection, whole: str, layers: Mapping[str, str]) -> None:
    """Write metadata: ISO 19139 of the whole file, and QGIS's own for each layer.

    Parameters
    ----------
    layers
        Layer name → QMD document.
    """
    _run(con, _METADATA_EXTENSION)
    documents: list[tuple[str, str | None, str, str]] = [("geopackage", None, ISO_URI, whole)]
    documents += [("table", name, QMD_URI, document) for name, document in layers.items()]
    for number, (scope, name, uri, document) in enumerate(documents, start=1):
        con.execute("insert into gpkg_metadata values (?, 'dataset', ?, 'text/xml', ?)", (number, uri, document))
        con.execute(
            "insert into gpkg_metadata_reference values (?, ?, null, null, ?, ?, null)", (scope, name, moment(), number)
        )
    for table, (extension, definition) in _EXTENSIONS.items():
        con.execute("insert into gpkg_extensions values (?, null, ?, ?, 'read-write')", (table, extension, definition))


def write_styles(con: sqlite3.Connection, styles: Sequence[tuple[str, str, str, str]]) -> None:
    """Write ``layer_styles``, where QGIS looks for a layer's style.

    Parameters
    ----------
    styles
        (layer, name of the style, its description, QML); the first of each layer is its default.
    """
    _run(con, _STYLES)
    seen: set[str] = set()
    for layer, name, description, qml in styles:
        con.execute(
            "insert into layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
            "styleQML, styleSLD, useAsDefault, description, owner, update_time) "
            "values ('', '', ?, ?, ?, ?, '', ?, ?, '', ?)",
            (layer, GEOMETRY, name[:30], qml, layer not in seen, description, moment()),
        )
        seen.add(layer)


def index_areas(con: sqlite3.Connection, display: str) -> None:
    """Let views find an area's polygon by its key."""
    con.execute(f"create index {sql.name(display + '_area_key')} on {sql.name(display)} (area_key)")


def _run(con: sqlite3.Connection, script: str) -> None:
    """Several statements inside the transaction that is open; ``executescript`` would end it."""
    for statement in script.split(";"):
        con.execute(statement)
