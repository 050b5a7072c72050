"""What must not leave: raw figures of protected cells; and what must not break: hostile names, full disks, kills."""

import os
import resource
import sqlite3
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest

from gisintegration.database import release, select_release
from gisintegration.disclosure import protect
from gisintegration.errors import OutputError
from gisintegration.project.outputs import FORMATS, export, file_name
from gisintegration.publish import write_geopackage, write_layers, write_parquet, write_tables
from gisintegration.testing import example_raw

CONFTEST = Path(__file__).parents[1] / "conftest.py"
# A shown share of which the parts are hidden, and a protected mean.
HIDDEN_TOP, HIDDEN_BASE, PROTECTED_SUM, PROTECTED_BASE = 61_237_411, 98_765_433, 77_701_337, 12
SENTINELS = {
    "numerator of a shown share": HIDDEN_TOP,
    "denominator of a shown share": HIDDEN_BASE,
    "sum of a protected mean": PROTECTED_SUM,
    "protected mean": PROTECTED_SUM / PROTECTED_BASE,
    "exact share": HIDDEN_TOP / HIDDEN_BASE * 100,
}


@pytest.fixture(scope="module")
def planted():
    import runpy

    areas = runpy.run_path(str(CONFTEST))["rest_areas"]()
    codes = ["0114A0010", "0114A0020"]
    raws = [
        example_raw(numerator=[HIDDEN_TOP, 30], denominator=[HIDDEN_BASE, 70], areas=codes),
        example_raw(kind="mean", numerator=[PROTECTED_SUM, 9e6], denominator=[PROTECTED_BASE, 50], areas=codes),
    ]
    return release(protect(raws, "scb-share-rule"), areas={areas.key: areas})


def spellings(value):
    texts = {repr(value), f"{value:.0f}", f"{value:.1f}", f"{value:,.0f}".replace(",", "\xa0")}
    found = {text.encode() for text in texts if len(text) > 6} | {
        text.replace(".", ",").encode() for text in texts if len(text) > 6
    }
    found |= {struct.pack("<d", value), struct.pack(">d", value)}
    if float(value).is_integer():
        found |= {struct.pack("<i", int(value)), struct.pack(">i", int(value))}
    return found


def test_no_raw_figure_is_in_any_written_byte(planted, tmp_path):
    write_geopackage(planted, tmp_path / "a.gpkg", breakdowns=True)
    write_layers(planted, tmp_path / "wide.gpkg")
    write_layers(planted, tmp_path / "shp", format="shapefile")
    write_layers(planted, tmp_path / "gp", format="geoparquet")
    write_parquet(planted, tmp_path / "all.parquet")
    write_tables(planted, tmp_path / "csv")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in files:
        content = path.read_bytes()
        if path.suffix == ".parquet":  # compressed: what a reader gets is what counts
            content = pd.DataFrame(pq.read_table(path).to_pandas()).to_csv().encode()
        for what, value in SENTINELS.items():
            for spelling in spellings(value):
                assert spelling not in content, (path.name, what)


def test_the_search_would_find_them(tmp_path):
    con = sqlite3.connect(tmp_path / "a.db")
    con.execute("create table t (a real, b integer, c text)")
    con.executemany("insert into t values (?, ?, ?)", [(value, int(value), str(value)) for value in SENTINELS.values()])
    con.commit()
    con.close()
    content = (tmp_path / "a.db").read_bytes()
    for value in SENTINELS.values():
        assert any(spelling in content for spelling in spellings(value))


@pytest.mark.parametrize("format_", FORMATS)
def test_no_raw_figure_is_in_any_export(planted, tmp_path, format_):
    """Whatever formats there are: a new one is searched too."""
    part = select_release(planted, indicators="*", years="*", areas="*")
    to = export(part, tmp_path / file_name("a", format_), format=format_)
    files = [path for path in ([to] if to.is_file() else to.rglob("*")) if path.is_file()]
    assert files
    for path in files:
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content = pd.DataFrame(pq.read_table(path).to_pandas()).to_csv().encode()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as parts:
                content = b"".join(map(parts.read, parts.namelist()))
        for what, value in SENTINELS.items():
            for spelling in spellings(value):
                assert spelling not in content, (path.name, what)


@pytest.mark.parametrize("name", ["x'; drop table statistics; --", "../../etc/passwd", "åäö \U0001f600", "a\x00b", ""])
def test_hostile_release_names_are_only_names(make_release, tmp_path, name):
    made = make_release(name=name)
    path = write_geopackage(made, tmp_path / "a.gpkg")
    con = sqlite3.connect(path)
    assert con.execute("select count(*) from statistics").fetchone() == (24,)
    assert con.execute("select name from key_release").fetchone() == (name,)
    con.close()
    write_tables(made, tmp_path / "csv")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.gpkg", "csv"]


def test_hostile_division_names_give_plain_layer_names(make_rest_areas, tmp_path):
    areas = make_rest_areas().with_(division='own"; drop', edition="1 'x' å")
    rows = [
        example_raw(
            numerator=[50], denominator=[100], areas=["0114A0010"], division=areas.division, edition=areas.edition
        )
    ]
    made = release(protect(rows, "scb-share-rule"), areas={areas.key: areas})
    path = write_geopackage(made, tmp_path / "a.gpkg")
    assert len(gpd.read_file(path, layer="own_drop_1_x_a__example_share")) == 2  # the area and the remainder


def test_a_name_that_is_a_formula_is_text_in_excel(make_release, make_rest_areas, tmp_path):
    areas = make_rest_areas()
    named = areas.table.assign(name=["x", '=HYPERLINK("http://x")', *areas.table["name"][2:]])
    path = write_tables(make_release(areas.with_(table=named)), tmp_path / "csv")[0]
    assert "'=HYPERLINK" in path.read_text(encoding="utf-8-sig")


def test_a_folder_that_cannot_be_made_is_one_kind_of_error(small_release, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    for write, name in (
        (write_geopackage, "a.gpkg"),
        (write_layers, "w.gpkg"),
        (write_parquet, "a.parquet"),
        (write_tables, "csv"),
    ):
        with pytest.raises(OutputError, match=r"was not written|cannot be written"):
            write(small_release, tmp_path / "file" / name)


def _limited():
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))


@pytest.mark.parametrize("verb", ["write_geopackage", "write_layers"])
def test_a_full_disk_leaves_the_old_file_whole(tmp_path, verb):
    target = tmp_path / "a.gpkg"
    target.write_bytes(b"the earlier file")
    script = (
        "import runpy, sys, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "made = runpy.run_path(sys.argv[2])['example_release']()\n"
        "import gisintegration.publish as publish, gisintegration.errors as errors\n"
        "try:\n"
        f"    publish.{verb}(made, sys.argv[1])\n"
        "except errors.OutputError as error:\n"
        "    sys.stdout.write(f'OutputError {error}')\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", script, str(target), str(CONFTEST)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=_limited,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "NUMBA_DISABLE_JIT": "1"},
    )
    assert found.stdout.startswith("OutputError"), found.stderr[-2000:]
    assert target.read_bytes() == b"the earlier file"
    assert [item.name for item in tmp_path.iterdir()] == ["a.gpkg"]


def test_internal_is_said_in_every_output(make_release, tmp_path):
    made = make_release(policy="internal")
    stamp = "INTERNT: uppgifterna är inte skyddade"
    path = write_geopackage(made, tmp_path / "a.gpkg")
    con = sqlite3.connect(path)
    documents = con.execute(
        "select m.metadata from gpkg_metadata m join gpkg_metadata_reference r on r.md_file_id = m.id"
    ).fetchall()
    styles = con.execute("select styleqml from layer_styles where f_table_name like '%\\_\\_%' escape '\\'").fetchall()
    con.close()
    assert all(stamp in document for (document,) in documents)
    assert all("INTERN" in style for (style,) in styles)
    for folder in (
        write_tables(made, tmp_path / "csv")[0].parent,
        write_layers(made, tmp_path / "s", format="shapefile"),
    ):
        assert stamp in (folder / "about.txt").read_text(encoding="utf-8")
    assert stamp in pq.read_schema(write_parquet(made, tmp_path / "a.parquet")).metadata[b"about_sv"].decode()
