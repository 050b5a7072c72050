"""Changes written: layers as declared and styled, tables for Excel and Parquet, stamped when persons are counted."""

import csv
import io
import sqlite3
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

import gisintegration as gi
from gisintegration.areas.assemble import assemble, objects
from gisintegration.change import relations_from_log
from gisintegration.errors import InputError, OutputError
from gisintegration.publish.change_words import COLUMNS, PIECES, RELATIONS
from gisintegration.publish.changes import write_change_tables, write_changes


def edition(name, strips, **fields):
    shapes = [shapely.box(west, 0, east, 1000) for west, east in strips.values()]
    return assemble("district", name, list(strips), objects(shapes), **fields)


def lines(path):
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";"))


def records(path):
    head, *rows = lines(path)
    return [dict(zip(head, row, strict=True)) for row in rows]


OLD = edition(
    "1", {"a": (0, 100), "b": (100, 200), "c": (200, 300), "d": (300, 400)}, names=["=Berga", "Öst; syd", "Ceder", "D"]
)
NEW = edition("2", {"a": (0, 100), "b": (100, 210), "c": (210, 300), "d1": (300, 350), "d2": (350, 400)})
XY = np.array([[205, 500], [150, 500], [320, 500], [360, 500]])


@pytest.fixture(scope="module")
def relations():
    return gi.compare(OLD, NEW)


@pytest.fixture(scope="module")
def internal():
    return gi.compare(OLD, NEW, places=XY, persons=[3, 40, 7, 5])


@pytest.fixture(scope="module")
def package(relations, tmp_path_factory):
    return write_changes(relations, tmp_path_factory.mktemp("changes") / "changes.gpkg")


def test_three_layers_as_declared(package):
    layers = {name: kind for name, kind in pyogrio.list_layers(package) if kind}
    assert layers == dict.fromkeys(["changed_areas", "changed_old_areas", "pieces"], "MultiPolygon")
    new = pyogrio.read_dataframe(package, layer="changed_areas")
    assert new["code"].tolist() == ["b", "c", "d1", "d2"]
    assert new["relation_text"].tolist() == ["ändrad gräns", "ändrad gräns", "delad", "delad"]
    assert new["moved_area"].tolist() == [10_000, 0, 0, 0]
    assert new["agrees"].isna().all()
    assert new.crs.to_epsg() == 3006
    assert "persons" not in new.columns
    old = pyogrio.read_dataframe(package, layer="changed_old_areas")
    assert old["code"].tolist() == ["b", "c", "d"]
    found = pyogrio.read_dataframe(package, layer="pieces")
    assert found[["old", "new", "piece"]].to_numpy().tolist() == [
        ["b", "b", "stays"], ["c", "b", "moved"], ["c", "c", "stays"], ["d", "d1", "split"], ["d", "d2", "split"],
    ]  # fmt: skip
    assert found["area"].sum() == 300_000


def test_styles_and_titles_in_both_languages(package):
    con = sqlite3.connect(package)
    styles = con.execute("select f_table_name, styleName, useAsDefault, styleQML from layer_styles").fetchall()
    titles = dict(con.execute("select table_name, identifier from gpkg_contents").fetchall())
    aliases = con.execute("select title from gpkg_data_columns where table_name = 'pieces'").fetchall()
    con.close()
    assert [(layer, name, default) for layer, name, default, _ in styles] == [
        (layer, name, default)
        for layer in ("changed_areas", "changed_old_areas", "pieces")
        for name, default in (("Svenska", 1), ("English", 0))
    ]
    assert titles["changed_areas"] == "Ändrade områden, district/1 → district/2"
    assert ("Gammal kod",) in aliases
    labels = {
        (layer, name): [rule.get("label") for rule in ET.fromstring(text.split("\n", 1)[1]).iter("rule")]
        for layer, name, _, text in styles
    }
    assert labels["changed_areas", "Svenska"] == ["delad", "ändrad gräns"]
    assert labels["pieces", "English"] == ["part of a split area", "moved to another area", "stays in its area"]


def test_the_same_relations_give_the_same_bytes(package, relations, tmp_path):
    again = write_changes(relations, tmp_path / "again.gpkg")
    assert again.read_bytes() == package.read_bytes()


def test_tables_for_excel(relations, tmp_path):
    areas, links = write_change_tables(relations, tmp_path / "out")
    assert areas.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = lines(areas)
    assert rows[0][:4] == ["Upplaga", "Kod", "Namn", "Relation"]
    assert rows[1][:6] == ["gammal", "a", "'=Berga", "oförändrad", "nej", "nej"]
    assert rows[2][2] == "Öst; syd"
    assert "Personer" not in rows[0]
    assert areas.with_suffix(".csvt").read_text().count(",") == len(rows[0]) - 1
    rows = records(links)
    assert rows[2]["Del av gamla området"] == "0,1000"
    english = write_change_tables(relations, tmp_path / "en", language="en")[1]
    assert records(english)[2]["Share of the old area"] == "0.1000"


def test_parquet_tables_say_what_they_are(internal, tmp_path):
    areas, links = write_change_tables(internal, tmp_path, parquet=True)
    facts = pq.read_schema(areas).metadata
    assert (facts[b"old"], facts[b"new"], facts[b"policy"]) == (b"district/1", b"district/2", b"internal")
    assert pd.read_parquet(links)["persons"].sum() == 55
    assert (
        b"policy" not in pq.read_schema(write_change_tables(gi.compare(OLD, NEW), tmp_path, parquet=True)[0]).metadata
    )


def test_persons_make_every_file_internal(internal, tmp_path):
    path = write_changes(internal, tmp_path / "i.internal.gpkg", language="en")
    con = sqlite3.connect(path)
    titles = [text for (text,) in con.execute("select identifier from gpkg_contents where data_type = 'features'")]
    documents = [text for (text,) in con.execute("select metadata from gpkg_metadata")]
    con.close()
    assert all(title.startswith("INTERNAL: ") for title in titles)
    assert all("not to be published" in text for text in documents)
    assert pyogrio.read_dataframe(path, layer="pieces").set_index(["old", "new"]).loc[("c", "b"), "persons"] == 3
    areas, _ = write_change_tables(internal, tmp_path)
    rows = records(areas)
    assert {row["Skydd"] for row in rows} == {"internal"}
    assert rows[1]["Personer"] == "40,0"


def test_files_with_persons_say_so_by_name_or_folder(internal, relations, tmp_path):
    for name in ("i.gpkg", "internal.gpkg", "internal.i.gpkg", "x/i.gpkg"):
        with pytest.raises(OutputError, match=r"count persons[\s\S]*end the name in \.internal\.gpkg"):
            write_changes(internal, tmp_path / name)
    assert not list(tmp_path.iterdir())
    assert write_changes(internal, tmp_path / "internal" / "i.gpkg").exists()
    assert {path.name for path in write_change_tables(internal, tmp_path / "a")} == {
        "areas.internal.csv", "links.internal.csv",
    }  # fmt: skip
    assert (tmp_path / "a" / "areas.internal.csvt").exists()
    assert len(list((tmp_path / "a").iterdir())) == 4
    assert [path.name for path in write_change_tables(internal, tmp_path / "a", parquet=True)] == [
        "areas.internal.parquet", "links.internal.parquet",
    ]  # fmt: skip
    assert [path.name for path in write_change_tables(internal, tmp_path / "internal")] == ["areas.csv", "links.csv"]
    assert [path.name for path in write_change_tables(relations, tmp_path / "b")] == ["areas.csv", "links.csv"]


def test_relations_without_boundaries_are_written_as_tables_only(tmp_path):
    found = relations_from_log("kommun")
    with pytest.raises(InputError, match=r"no geometry[\s\S]*write the tables"):
        write_changes(found, tmp_path / "x.gpkg")
    areas, _ = write_change_tables(found, tmp_path, language="en")
    rows = records(areas)
    assert {row["Relation"] for row in rows} == {"unchanged", "split"}
    assert {row["Area (m²)"] for row in rows} == {""}


def test_nothing_changed_is_written_as_empty_layers(tmp_path):
    found = gi.compare(OLD, edition("2", {"a": (0, 100), "b": (100, 200), "c": (200, 300), "d": (300, 400)}))
    path = write_changes(found, tmp_path / "none.gpkg")
    assert [len(pyogrio.read_dataframe(path, layer=name)) for name in ("changed_areas", "changed_old_areas", "pieces")] == [
        0, 0, 0,
    ]  # fmt: skip


def test_what_cannot_be_written_is_refused(relations, tmp_path):
    with pytest.raises(InputError, match=r"should end in \.gpkg"):
        write_changes(relations, tmp_path / "x.shp")
    with pytest.raises(InputError, match="There is no language 'no'"):
        write_changes(relations, tmp_path / "x.gpkg", language="no")
    with pytest.raises(InputError, match="There is no language 'no'"):
        write_change_tables(relations, tmp_path, language="no")
    assert not list(tmp_path.iterdir())


def test_every_word_is_in_both_languages():
    for words in (*RELATIONS.values(), *COLUMNS.values(), *(words for words, _ in PIECES.values())):
        assert set(words) == {"sv", "en"}
        assert all(words.values())
