"""What changed between two editions, written: styled layers of areas and pieces, and tables for Excel."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gisintegration.change import Relation, Relations
from gisintegration.errors import InputError
from gisintegration.files import internal_name, refuse_open_name
from gisintegration.publish.change_words import (
    COLUMNS,
    CROSSED,
    CROSSED_WORDS,
    DESCRIPTION,
    FILLS,
    NOTE,
    PIECES,
    RELATIONS,
    SIDES,
    YES_NO,
)
from gisintegration.publish.csv_text import figure_text, plain_cell
from gisintegration.publish.geopackage.check import check_layers
from gisintegration.publish.geopackage.geometry import write_layer
from gisintegration.publish.geopackage.register import (
    register_layers,
    write_column_titles,
    write_metadata,
    write_styles,
)
from gisintegration.publish.geopackage.schema import Layer
from gisintegration.publish.iso19115 import Document, iso_xml
from gisintegration.publish.output import writing
from gisintegration.publish.qml.document import Rule, Style, style_document
from gisintegration.publish.qml.metadata import layer_metadata
from gisintegration.publish.words import LANGUAGES, Language, internal
from gisintegration.tables import SCHEMA_VERSION

_AREA: Mapping[str, str] = {
    "code": "text",
    "name": "text",
    "relation": "text",
    "relation_text": "text",
    "counterpart": "text",
    "renamed": "integer",
    "crossed_kommun": "integer",
    "over_water": "integer",
    "code_kept": "integer",
    "n_links": "integer",
    "area": "real",
    "shared_area": "real",
    "moved_area": "real",
    "persons": "real",
    "moved_persons": "real",
    "log": "text",
    "agrees": "integer",
}
_PIECE: Mapping[str, str] = {
    "old": "text",
    "new": "text",
    "relation": "text",
    "relation_text": "text",
    "piece": "text",
    "area": "real",
    "old_share": "real",
    "new_share": "real",
    "persons": "real",
}
_PERSONS = ("persons", "moved_persons")
_DECIMALS: Mapping[str, int] = {"old_share": 4, "new_share": 4, "persons": 1, "moved_persons": 1}
_FLAGS = ("renamed", "crossed_kommun", "over_water", "code_kept", "agrees")


def write_changes(relations: Relations, path: str | Path, *, language: Language = "sv") -> Path:
    """Write a GeoPackage: new areas that changed, old areas that did, and the pieces between them, styled for QGIS.

    Layers ``changed_areas``, ``changed_old_areas`` and ``pieces``; styles and column titles in both languages. With
    persons every title says that the file is internal.

    Parameters
    ----------
    path
        A name that ends in ``.gpkg``; with persons in ``.internal.gpkg``, or in a folder ``internal``.
    language
        Of titles, aliases and the default style.

    Raises
    ------
    InputError
        The relations have no geometry (they are made from a log or a key), or no such language.
    OutputError
        Persons are counted and the name does not say so, or it could not be written. What stood there is whole.
    """
    _known(language)
    if relations.ground is None:
        raise InputError(
            "These relations have no geometry: they were made from a log or a key.",
            hint="compare two editions with boundaries, or write the tables.",
        )
    if relations.raw:
        refuse_open_name(path, "these relations count persons, and give away how many live in each piece")
    made = _layers(relations, language)
    with writing(path, suffix=".gpkg") as temporary:
        written = [
            write_layer(temporary, frame.drop(columns="geometry"), frame.geometry, layer) for layer, frame in made
        ]
        con = sqlite3.connect(temporary, isolation_level=None)
        try:
            con.execute("begin")
            register_layers(con, [*written, Layer("layer_styles", "layer_styles", {})])
            write_column_titles(con, written)
            both: list[Language] = sorted(LANGUAGES, key=lambda item: item != language)
            write_styles(con, [_style(relations, layer, item) for layer in written for item in both])
            write_metadata(
                con, _about(relations, language), {one.name: _meta(relations, one, language) for one in written}
            )
            con.execute("commit")
            con.execute("vacuum")
        finally:
            con.close()
        check_layers(temporary, written)
    return Path(path)


def write_change_tables(
    relations: Relations, folder: str | Path, *, language: Language = "sv", parquet: bool = False
) -> list[Path]:
    """Write ``areas`` and ``links`` of relations as CSV for Excel, with ``.csvt``, or as Parquet.

    CSV has the language's headings and words; Parquet has the columns of :class:`Relations` and says in its metadata
    which editions, and that it is internal when persons are counted. With persons the files are named
    ``areas.internal.csv`` and so on, unless the folder is named ``internal``.

    Parameters
    ----------
    folder
        Made if it is not there; other files in it are left alone.

    Raises
    ------
    InputError
        No such language.
    OutputError
        A file could not be written.
    """
    _known(language)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, whole in (("areas", relations.areas), ("links", relations.links)):
        frame = whole if relations.raw else whole.drop(columns=[c for c in _PERSONS if c in whole.columns])
        path = folder / f"{name}.{'parquet' if parquet else 'csv'}"
        path = internal_name(path) if relations.raw else path
        written.append(
            _write_parquet(relations, frame, path) if parquet else _write_csv(relations, frame, path, language)
        )
    return written


def _known(language: str) -> None:
    if language not in LANGUAGES:
        raise InputError.unknown("language", language, LANGUAGES)


def _title(relations: Relations, what: Mapping[str, str], language: Language) -> str:
    title = f"{what[language]}, {relations.old} → {relations.new}"
    return internal(title, language) if relations.raw else title


def _layers(relations: Relations, language: Language) -> list[tuple[Layer, gpd.GeoDataFrame]]:
    titles = {
        "changed_areas": {"sv": "Ändrade områden", "en": "Changed areas"},
        "changed_old_areas": {"sv": "Ändrade gamla områden", "en": "Changed old areas"},
        "pieces": {"sv": "Delytor", "en": "Pieces"},
    }
    frames = {
        "changed_areas": _drawn(relations, "new"),
        "changed_old_areas": _drawn(relations, "old"),
        "pieces": relations.pieces.assign(piece=_kinds(relations.pieces)),
    }
    told = dict(zip(titles, ("changed", "ended", "pieces"), strict=True))
    found = []
    for name, frame in frames.items():
        declared = _PIECE if name == "pieces" else _AREA
        columns = {column: kind for column, kind in declared.items() if relations.raw or column not in _PERSONS}
        text = DESCRIPTION[told[name]][language].format(tolerance=f"{relations.tolerance:g}")
        layer = Layer(
            name,
            _title(relations, titles[name], language),
            columns,
            description=f"{text} {NOTE[language]}" if relations.raw else text,
            aliases={column: COLUMNS[column][language] for column in columns},
            spatial=True,
        )
        found.append((layer, _plain_columns(frame, columns, language)))
    return found


def _drawn(relations: Relations, side: str) -> gpd.GeoDataFrame:
    """Changed areas of one side that have a polygon."""
    ground = relations.ground
    if ground is None:
        raise InputError("These relations have no geometry.")
    codes, polygons = (
        (ground.old_codes, ground.cut.old_polygons) if side == "old" else (ground.new_codes, ground.cut.new_polygons)
    )
    changed = relations.changed
    own = changed[changed["side"] == side].reset_index(drop=True)
    shapes = polygons[pd.Index(codes).get_indexer(pd.Index(own["code"]))]
    frame = gpd.GeoDataFrame(own, geometry=gpd.GeoSeries(shapes, crs=relations.pieces.crs))
    return frame[frame.geometry.notna()].reset_index(drop=True)


def _plain_columns(frame: gpd.GeoDataFrame, columns: Mapping[str, str], language: Language) -> gpd.GeoDataFrame:
    """Columns as a layer holds them: texts without empty ones, flags as 0 and 1, m² to a tenth."""
    words = {relation.value: text[language] for relation, text in RELATIONS.items()}
    frame = frame.assign(relation_text=frame["relation"].map(words))
    for column, kind in columns.items():
        if kind == "text":
            frame[column] = np.array([text or None for text in frame[column]], dtype=object)
        elif kind == "integer":
            frame[column] = frame[column].astype("Int64")
        else:
            frame[column] = frame[column].round(_DECIMALS.get(column, 1))
    return frame[[*columns, "geometry"]]


def _style(relations: Relations, layer: Layer, language: Language) -> tuple[str, str, str, str]:
    aliases = {column: COLUMNS[column][language] for column in layer.columns}
    rules = (
        _piece_rules(relations, language) if layer.name == "pieces" else _area_rules(relations, layer.name, language)
    )
    style = Style(
        tuple(rules),
        ("fid", *layer.columns),
        aliases=aliases,
        map_tip=_map_tip(layer, language, persons=relations.raw),
        display="coalesce(\"old\", '–') || ' → ' || coalesce(\"new\", '–')" if layer.name == "pieces" else '"name"',
        # Borders as thin as on a map of the whole edition, or small areas drown in them.
        areas=len(relations.side("new")),
    )
    return layer.name, {"sv": "Svenska", "en": "English"}[language], layer.title, style_document(style)


def _area_rules(relations: Relations, layer: str, language: Language) -> list[Rule]:
    side = "old" if layer == "changed_old_areas" else "new"
    own = relations.side(side)
    occurring = set(own["relation"])
    rules = [
        Rule(RELATIONS[relation][language], f"\"relation\" = '{relation.value}'", FILLS[relation])
        for relation in Relation
        if relation.value in occurring and relation is not Relation.UNCHANGED
    ]
    if own["crossed_kommun"].any():
        rules.append(Rule(CROSSED_WORDS[language], '"crossed_kommun" = 1', CROSSED))
    return rules


def _piece_rules(relations: Relations, language: Language) -> list[Rule]:
    occurring = set(_kinds(relations.pieces))
    return [
        Rule(words[language], f"\"piece\" = '{kind}'", fill)
        for kind, (words, fill) in PIECES.items()
        if kind in occurring
    ]


def _kinds(pieces: gpd.GeoDataFrame) -> npt.NDArray[np.str_]:
    """What each piece is: a key of ``PIECES``."""
    whole = [relation.value for relation in (Relation.UNKNOWN_ORIGIN, Relation.SPLIT, Relation.MERGED)]
    first = [pieces["relation"] == whole[0], pieces["old"] == "", pieces["new"] == ""]
    rest = [pieces["relation"] == word for word in whole[1:]]
    return np.select([*first, *rest, pieces["moved"]], [whole[0], "added", "dropped", *whole[1:], "moved"], "stays")


def _map_tip(layer: Layer, language: Language, *, persons: bool) -> str:
    sign = f"'{language}'"
    moved = COLUMNS["moved_area" if "moved_area" in layer.columns else "area"][language]
    column = "moved_area" if "moved_area" in layer.columns else "area"
    figure = f'{moved}: [% format_number("{column}", 0, {sign}) %]'
    if layer.name == "pieces":
        head = "<b>[% coalesce(\"old\", '–') %] → [% coalesce(\"new\", '–') %]</b>"
        tip = f'{head}<br>[% "relation_text" %]<br>{figure}'
    else:
        log = f"{COLUMNS['log'][language]}: "
        tip = (
            '<b>[% "name" %]</b> ([% "code" %])<br>[% "relation_text" %]<br>'
            f"{figure}[% coalesce('<br>{log.replace(chr(39), chr(39) * 2)}' || \"log\", '') %]"
        )
    return f"{tip}<br><small>{NOTE[language]}</small>" if persons else tip


def _about(relations: Relations, language: Language) -> str:
    title = _title(relations, {"sv": "Gränsändringar", "en": "Boundary changes"}, language)
    document = Document(
        identifier=f"changes/{relations.old}/{relations.new}",
        title=title,
        abstract=DESCRIPTION["changed"][language].format(tolerance=f"{relations.tolerance:g}"),
        rights=[NOTE[language]] if relations.raw else [],
        organisation="",
        lineage=f"gisintegration, schema_version {SCHEMA_VERSION}",
        language=language,
    )
    return iso_xml(document)


def _meta(relations: Relations, layer: Layer, language: Language) -> str:
    return layer_metadata(
        name=f"changes/{relations.old}/{relations.new}/{layer.name}",
        title=layer.title,
        abstract=[layer.description],
        rights=[NOTE[language]] if relations.raw else [],
        licence="",
        keywords=[relations.old.split("/", 1)[0], relations.new.split("/", 1)[0]],
        history=[*relations.notes, f"schema_version {SCHEMA_VERSION}"],
        language=language,
    )


def _write_parquet(relations: Relations, frame: pd.DataFrame, path: Path) -> Path:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    facts = {
        "schema_version": SCHEMA_VERSION,
        "old": relations.old,
        "new": relations.new,
        "tolerance": "" if relations.tolerance is None else f"{relations.tolerance:g}",
        "policy": relations.policy,
        "notes": "\n".join(relations.notes),
    }
    table = table.replace_schema_metadata({key: text for key, text in facts.items() if text})
    with writing(path, suffix=".parquet") as temporary:
        pq.write_table(table, temporary, compression="zstd")
    return path


def _write_csv(relations: Relations, frame: pd.DataFrame, path: Path, language: Language) -> Path:
    words = {relation.value: text[language] for relation, text in RELATIONS.items()}
    cells: dict[str, list[str]] = {}
    for column in frame.columns:
        values = frame[column]
        if column == "relation":
            cells[column] = [words[text] for text in values]
        elif column == "side":
            cells[column] = [SIDES[text][language] for text in values]
        elif column in _FLAGS:
            cells[column] = ["" if pd.isna(flag) else YES_NO[language][int(flag)] for flag in values]
        elif pd.api.types.is_float_dtype(values):
            decimals = _DECIMALS.get(column, 0)
            cells[column] = [figure_text(value, decimals, language) for value in values]
        else:
            cells[column] = [plain_cell(str(value)) for value in values]
    heads = [COLUMNS["relation_text" if column == "relation" else column][language] for column in frame.columns]
    if relations.raw:
        heads.append({"sv": "Skydd", "en": "Protection"}[language])
        cells["policy"] = [relations.policy] * len(frame)
    with writing(path, suffix=".csv") as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", quoting=csv.QUOTE_MINIMAL)
        writer.writerow(heads)
        writer.writerows(zip(*cells.values(), strict=True))
    kinds = ["Real" if column in _DECIMALS or column.endswith("area") else "String" for column in cells]
    with writing(path.with_suffix(".csvt"), suffix=".csvt") as temporary:
        temporary.write_text(",".join(f'"{kind}"' for kind in kinds) + "\n", encoding="ascii")
    return path
