"""The GeoPackage of a small release: its tables, views, registration, and that it is the same every time."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import fiona
import pyogrio
import pytest

from gisintegration.errors import InputError, OutputError
from gisintegration.publish import write_geopackage
from gisintegration.publish.geopackage.check import check_layers
from gisintegration.publish.geopackage.schema import Layer

VIEW = "deso_2018__example_share"
CONFTEST = Path(__file__).parents[1] / "conftest.py"


@pytest.fixture(scope="module")
def package(small_release, tmp_path_factory):
    return write_geopackage(small_release, tmp_path_factory.mktemp("gpkg") / "prov.gpkg")


def ask(path, query):
    con = sqlite3.connect(path)
    try:
        return con.execute(query).fetchall()
    finally:
        con.close()


def test_a_view_has_a_row_for_each_area_and_year_that_can_be_drawn(package):
    rows = ask(package, f"select code, value, status, kind from {VIEW} where year = 2022 order by code")
    assert rows == [
        ("0114-rest-1", None, "not_applicable", "remainder"),
        ("0114A0010", 50.0, "shown", "area"),
        ("0114A0020", None, "protected", "area"),
        ("0114A0030", 50.0, "shown", "area"),
        ("0114A0040", None, "protected", "area"),
        ("0114A0050", 75.0, "shown", "area"),
    ]
    assert ask(package, f"select count(*), count(distinct OGC_FID) from {VIEW}") == [(18, 18)]


def test_an_area_without_a_polygon_keeps_its_figures_and_its_row(package):
    query = "select status, reason from statistics_text where area = '0114A0060' and indicator = 'example_share'"
    assert set(ask(package, query)) == {("protected", "small_base")}
    assert ask(package, "select geom from deso_2018 where code = '0114A0060'") == [(None,)]
    assert ask(package, "select count(*) from deso_2018_display where code = '0114A0060'") == [(0,)]
    assert ask(package, "select members from deso_2018_display where kind = 'remainder'") == [("0114A0060",)]


def test_the_wide_layer_holds_each_indicators_latest_year(package):
    rows = ask(
        package,
        "select code, example_share, example_share_status, example_mean, example_mean_status "
        "from deso_2018_wide order by code limit 3",
    )
    assert rows == [
        ("0114-rest-1", None, "not_applicable", None, "not_applicable"),
        ("0114A0010", 50.0, "shown", 200_000.0, "shown"),
        ("0114A0020", None, "protected", None, "protected"),
    ]
    titles = dict(ask(package, "select column_name, title from gpkg_data_columns where table_name = 'deso_2018_wide'"))
    assert titles["example_share"] == "Exempel (share) 2023 (%)"
    assert titles["example_mean"] == "Exempel (mean) 2022 (%)"


def test_names_with_swedish_letters_quotes_and_semicolons_come_through(package):
    names = [row[0] for row in ask(package, "select name from deso_2018 order by code")]
    assert names == ["Väsby, återstoden (1)", "Åby", "Örby O'Hara", "Ängby", 'Norra "x"', "a;b", "Utan gräns"]


def test_titles_are_in_contents_and_every_layer_has_a_default_style_and_metadata(package):
    contents = dict(ask(package, "select table_name, identifier from gpkg_contents"))
    assert contents[VIEW] == "Exempel (share), DeSO 2018"
    spatial = {row[0] for row in ask(package, "select table_name from gpkg_contents where data_type = 'features'")}
    defaults = ask(package, "select f_table_name, count(*) from layer_styles where useAsDefault group by 1")
    assert dict(defaults) == dict.fromkeys(spatial, 1)
    described = {row[0] for row in ask(package, "select table_name from gpkg_metadata_reference")}
    assert described == spatial | {None}


def test_types_survive_the_view(package):
    with fiona.open(package, layer=VIEW) as source:
        types = source.schema["properties"]
    assert (types["year"], types["valid_from"], types["value"]) == ("int32", "date", "float")


def test_english_on_demand(small_release, tmp_path):
    path = write_geopackage(small_release, tmp_path / "en.gpkg", language="en")
    assert ask(path, f"select identifier from gpkg_contents where table_name = '{VIEW}'") == [
        ("Example (share), DeSO 2018",)
    ]
    assert ask(path, f"select distinct status_text from {VIEW} where status = 'protected'") == [
        ("protected (too few persons)",)
    ]


def test_the_same_bytes_for_any_number_of_threads(tmp_path):
    script = (
        "import runpy, sys; "
        "made = runpy.run_path(sys.argv[2]); "
        "from gisintegration.publish import write_geopackage; "
        "write_geopackage(made['example_release'](), sys.argv[1])"
    )
    outputs = []
    for threads in ("1", "2"):
        target = tmp_path / threads / "a.gpkg"
        environment = os.environ | {"OMP_NUM_THREADS": threads, "PYTHONHASHSEED": threads}
        subprocess.run(
            [sys.executable, "-c", script, str(target), str(CONFTEST)], check=True, env=environment, timeout=120
        )
        outputs.append(target.read_bytes())
    assert outputs[0] == outputs[1]


def test_validate_gpkg_has_nothing_to_say(package):
    call = [sys.executable, "-m", "osgeo_utils.samples.validate_gpkg", "--extra", "--warning-as-error", str(package)]
    found = subprocess.run(call, check=False, capture_output=True, text=True, timeout=60)
    assert (found.returncode, found.stdout + found.stderr) == (0, "")


def test_parts_are_written_only_where_the_policy_shows_them(small_release, make_release, tmp_path):
    hidden = write_geopackage(small_release, tmp_path / "a.gpkg")
    assert "denominator" not in pyogrio.read_info(hidden, layer=VIEW)["fields"]
    internal = write_geopackage(make_release(policy="internal"), tmp_path / "b.gpkg")
    assert ask(internal, f"select numerator, denominator from {VIEW} where code = '0114A0020' limit 1") == [(4, 90)]
    titles = [
        row[0]
        for row in ask(internal, "select identifier from gpkg_contents where table_name like '%\\_\\_%' escape '\\'")
    ]
    assert titles
    assert all(title.startswith("INTERNT: ") for title in titles)


def test_breakdowns_only_on_demand_and_the_size_comes_first(tmp_path, make_rest_areas):
    from gisintegration.database import release
    from gisintegration.disclosure import protect
    from gisintegration.testing import example_raw

    codes = ["0114A0010", "0114A0010"]
    raw = example_raw(numerator=[50, 30], denominator=[100, 60], areas=codes, age=["total", "20-24"])
    made = release(protect(raw, "scb-share-rule"), areas={"deso/2018": make_rest_areas()})
    told = []
    few = write_geopackage(made, tmp_path / "a.gpkg")
    all_ = write_geopackage(made, tmp_path / "b.gpkg", breakdowns=True, progress=lambda *step: told.append(step))
    assert ask(few, "select count(*) from statistics") == [(1,)]
    assert ask(all_, "select age from statistics_text order by 1") == [("20-24",), ("total",)]
    assert ask(all_, f"select count(*) from {VIEW} where kind = 'area'") == [(1,)]
    assert told[0][0] == 0.0
    assert told[0][1].startswith("2 rows, about ")


def test_an_indicator_that_is_all_protected_still_has_a_layer(make_release, tmp_path):
    path = write_geopackage(make_release(shares=[1, 2, 3, 4, 5, 0]), tmp_path / "a.gpkg")
    assert ask(path, f"select distinct status from {VIEW} where kind = 'area'") == [("protected",)]
    qml = ask(path, f"select styleqml from layer_styles where f_table_name = '{VIEW}' and useAsDefault")[0][0]
    assert "skyddas (för få personer)" in qml


def test_an_edition_without_figures_has_its_areas_and_no_views(make_release, tmp_path):
    from gisintegration.testing import grid_areas

    made = make_release()
    other = grid_areas(2, 1, division="kommun", edition="2003", origin=(0.0, 0.0))
    path = write_geopackage(
        type(made)(**(vars(made) | {"areas": {**made.areas, other.key: other}})), tmp_path / "a.gpkg"
    )
    names = [
        row[0]
        for row in ask(path, "select table_name from gpkg_contents where table_name like 'kommun%' order by rowid")
    ]
    assert names == ["kommun_2003_display", "kommun_2003"]


def test_without_any_polygon_it_says_what_to_write_instead(make_release, make_rest_areas, tmp_path):
    areas = make_rest_areas()
    bare = areas.with_(table=areas.table.assign(geometry=None).set_geometry("geometry", crs=3006))
    with pytest.raises(InputError, match=r"No edition of the release has polygons[\s\S]*write_parquet"):
        write_geopackage(make_release(bare), tmp_path / "a.gpkg")
    assert list(tmp_path.iterdir()) == []


def test_a_figure_for_an_area_that_is_not_there_is_refused(make_release, make_rest_areas, tmp_path):
    made, areas = make_release(), make_rest_areas()
    fewer = areas.with_(table=areas.table.iloc[:-1])
    with pytest.raises(InputError, match=r"1 areas that their edition does not have[\s\S]*0114A0060"):
        write_geopackage(type(made)(**(vars(made) | {"areas": {areas.key: fewer}})), tmp_path / "a.gpkg")


def test_the_check_names_every_difference(package):
    wrong = [
        Layer(VIEW, "", {"code": "integer", "name": "text"}, spatial=True),
        Layer("key_status", "", {"code": "text", "sv": "text", "en": "text"}, rows=7),
        Layer("elsewhere", "", {}),
    ]
    with pytest.raises(OutputError) as caught:
        check_layers(package, wrong)
    problems = [failure["problem"] for failure in caught.value.failures]
    assert problems[0] == "not in the file"
    assert problems[1].startswith("columns code, name, kind, year")
    assert problems[2:] == ["column code is str instead of int", "6 rows instead of 7"]


def test_a_wrong_ending_or_language_is_told(small_release, tmp_path):
    with pytest.raises(InputError, match=r"should end in \.gpkg"):
        write_geopackage(small_release, tmp_path / "a.shp")
    with pytest.raises(InputError, match="There is no language 'fi'"):
        write_geopackage(small_release, tmp_path / "a.gpkg", language="fi")
