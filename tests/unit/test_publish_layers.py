"""Plain layers, Parquet and tables for Excel: names, types, encodings, and what stands beside the figures."""

import csv
import sqlite3

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest

from gisintegration.errors import InputError
from gisintegration.publish import write_layers, write_parquet, write_tables
from gisintegration.publish.layers import short_names
from gisintegration.tables import COLUMNS


def test_one_real_layer_an_edition_and_year(small_release, tmp_path):
    path = write_layers(small_release, tmp_path / "wide.gpkg")
    assert [name for name, _ in pyogrio.list_layers(path) if name.startswith("deso")] == [
        "deso_2018_2021",
        "deso_2018_2022",
        "deso_2018_2023",
    ]
    later = gpd.read_file(path, layer="deso_2018_2023").set_index("code")
    assert later.loc["0114A0010", "example_share"] == 50.0
    assert set(later["example_mean_status"]) == {"not_applicable"}
    con = sqlite3.connect(path)
    styles = con.execute("select stylename from layer_styles where f_table_name = 'deso_2018_2022'").fetchall()
    con.close()
    assert styles == [("Exempel (share)",), ("Exempel (mean)",)]


def test_true_borders_on_demand(tmp_path, make_release, make_rest_areas):
    areas = make_rest_areas()
    areas = areas.with_(display=areas.table.geometry.buffer(-100))
    made = make_release(areas)
    drawn = gpd.read_file(write_layers(made, tmp_path / "a.gpkg"), layer="deso_2018_2022")
    true = gpd.read_file(write_layers(made, tmp_path / "b.gpkg", geometry="true"), layer="deso_2018_2022")
    assert true.area.tolist() == [1e6] * 6
    assert drawn.area.max() < 0.7e6


def test_shapefiles_keep_codes_as_text_letters_and_names(small_release, tmp_path):
    folder = write_layers(small_release, tmp_path / "shp", format="shapefile")
    frame = gpd.read_file(folder / "deso_2018_2022.shp").set_index("code")
    assert frame.loc["0114A0010", "name"] == "Åby"
    assert frame.loc["0114A0010", "kommun"] == "0114"
    assert frame.loc["0114A0010", "examshar"] == 50.0
    assert (folder / "deso_2018_2022.cpg").read_text() == "UTF-8"
    with (folder / "columns.csv").open(encoding="utf-8-sig", newline="") as stream:
        key = {row["full_name"]: row["column"] for row in csv.DictReader(stream, delimiter=";")}
    assert set(key.values()) <= {*frame.columns, "code"}
    assert all(len(name) <= 10 for name in key.values())
    assert "Endast primärskydd" in (folder / "about.txt").read_text(encoding="utf-8")


def test_a_text_too_long_for_a_shapefile_is_not_cut(tmp_path, make_release, make_rest_areas):
    areas = make_rest_areas()
    long = areas.table.assign(name=["å" * 128, *areas.table["name"][1:]])
    with pytest.raises(InputError, match=r"at most 254 bytes[\s\S]*bytes: 256"):
        write_layers(make_release(areas.with_(table=long)), tmp_path / "shp", format="shapefile")
    assert list(tmp_path.iterdir()) == []


def test_geoparquet_is_geoparquet_and_says_what_it_is(small_release, tmp_path):
    folder = write_layers(small_release, tmp_path / "gp", format="geoparquet")
    frame = gpd.read_parquet(folder / "deso_2018_2022.parquet")
    assert frame.crs.to_epsg() == 3006
    assert frame["example_share_status"].tolist()[:3] == ["not_applicable", "shown", "protected"]
    facts = pq.read_schema(folder / "deso_2018_2022.parquet").metadata
    assert facts[b"schema_version"] == b"1"
    assert facts[b"release"].decode() == small_release.id


def test_an_unknown_format_names_the_known(small_release, tmp_path):
    with pytest.raises(InputError, match=r"There is no format 'shp'[\s\S]*shapefile"):
        write_layers(small_release, tmp_path / "a", format="shp")


def test_short_names_never_clash():
    columns = ["value_of_one", "value_of_one_status", "value_of_oner", "value_of_oner_status", "code"]
    names = list(short_names(columns).values())
    assert len({name.lower() for name in names}) == len(columns)
    assert all(len(name) <= 10 for name in names)
    assert names[1] == f"{names[0]}_s"


def test_parquet_holds_every_row_with_texts_as_dictionaries(small_release, tmp_path):
    path = write_parquet(small_release, tmp_path / "all.parquet")
    table = pq.read_table(path)
    assert table.column_names == list(COLUMNS)
    assert len(table) == len(small_release.statistics) == 24
    frame = table.to_pandas()
    assert isinstance(frame["area"].dtype, pd.CategoricalDtype)
    assert frame.loc[frame["status"] == "protected", "value"].isna().all()
    assert table.schema.metadata[b"release"].decode() == small_release.id
    assert "Påhittat." in table.schema.metadata[b"about_sv"].decode()


def test_tables_open_in_swedish_excel(small_release, tmp_path):
    paths = write_tables(small_release, tmp_path / "csv")
    assert [path.name for path in paths] == ["deso_2018__example_mean.csv", "deso_2018__example_share.csv"]
    raw = paths[1].read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(raw.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert rows[0] == [
        "Kod",
        "Namn",
        "Kön",
        "2021",
        "Status 2021",
        "2022",
        "Status 2022",
        "2023",
        "Status 2023",
        "Skydd",
    ]
    assert rows[1] == ["0114A0010", "Åby", "totalt", *["50,0", "visas"] * 3, "scb-share-rule"]
    assert rows[2][3:5] == ["", "skyddas (för få personer)"]
    assert rows[5][1] == "a;b"
    types = paths[1].with_suffix(".csvt").read_text().strip().split(",")
    assert len(types) == len(rows[0])
    assert types[:4] == ['"String"', '"String"', '"String"', '"Real"']
    about = (tmp_path / "csv" / "about.txt").read_text(encoding="utf-8")
    assert "Källa: SCB. Bearbetning: Väsby kommun." in about
