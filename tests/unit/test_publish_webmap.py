"""The page's content without a browser: which years stand on which edition, what is refused, and the same bytes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gisintegration.database import release
from gisintegration.disclosure import protect
from gisintegration.errors import InputError
from gisintegration.publish.webmap import page, write_map
from gisintegration.testing import example_raw, grid_areas


def made(*, editions=("2018", "2025"), years=((2022, 2023), (2024,)), **tables):
    areas = [grid_areas(3, 2, edition=edition) for edition in editions]
    raw = [
        example_raw(numerator=[30, 3, 10, 40, 50, 60], denominator=[100, 100, 15, 100, 100, 100], edition=e, year=y)
        for e, of in zip(editions, years, strict=True)
        for y in of
    ]
    return release(protect(raw, "scb-share-rule"), areas={part.key: part for part in areas}, **tables)


def data_of(path):
    return json.loads(re.search(r'id="gi-data">(.*?)</script>', path.read_text(encoding="utf-8"), re.DOTALL)[1])


def test_each_year_stands_on_its_edition_and_the_break_is_told(tmp_path):
    data = data_of(write_map(made(), tmp_path / "m.html", indicator="example_share"))
    assert [(frame["year"], data["editions"][frame["edition"]]["key"]) for frame in data["frames"]] == [
        (2022, "deso/2018"),
        (2023, "deso/2018"),
        (2024, "deso/2025"),
    ]
    assert [(item["frame"], item["kind"]) for item in data["breaks"]] == [(2, "edition")]
    assert data["editions"][1]["same"] == [1] * 6


def test_cells_are_whole_numbers_and_letters(tmp_path):
    frame = data_of(write_map(made(), tmp_path / "m.html", indicator="example_share"))["frames"][0]
    assert frame["values"] == [300, None, None, 400, 500, 600]
    assert frame["status"] == "sppsss"
    assert "lower" not in frame


def test_classes_are_common_to_all_years(tmp_path):
    areas = grid_areas(2, 1)
    raw = [
        example_raw(numerator=[10 * (y - 2020), 90], denominator=[100, 100], year=y) for y in (2021, 2022, 2023, 2024)
    ]
    one = release(protect(raw, "scb-share-rule"), areas={areas.key: areas})
    data = data_of(write_map(one, tmp_path / "m.html", indicator="example_share"))
    assert data["classes"]["edges"][0] == 10.0
    assert data["classes"]["edges"][-1] == 90.0
    assert len(data["classes"]["labels"]) == len(data["classes"]["colours"])


def test_years_can_be_chosen(tmp_path):
    data = data_of(write_map(made(), tmp_path / "m.html", indicator="example_share", years=[2023]))
    assert [frame["year"] for frame in data["frames"]] == [2023]
    assert len(data["editions"]) == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"indicator": "exampel_share"}, "did you mean 'example_share'"),
        ({"level": "kommun"}, "There is no level 'kommun'"),
        ({"language": "fi"}, "Known: sv, en"),
        ({"sex": "women"}, "There is no sex 'women'"),
        ({"years": [2022, 2030]}, "no figures on level deso for 2030"),
    ],
)
def test_what_the_release_has_not_is_refused_and_nothing_written(tmp_path, wrong, told):
    with pytest.raises(InputError, match=re.escape(told)):
        write_map(made(), tmp_path / "m.html", **({"indicator": "example_share"} | wrong))
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_no_page_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"\.html"):
        write_map(made(), tmp_path / "m.png", indicator="example_share")


def test_a_release_without_a_single_shown_value_is_drawn(tmp_path):
    areas = grid_areas(2, 1)
    raw = example_raw(numerator=[1, 2], denominator=[5, 6])
    one = release(protect(raw, "scb-share-rule"), areas={areas.key: areas})
    data = data_of(write_map(one, tmp_path / "m.html", indicator="example_share"))
    assert data["classes"]["labels"] == []
    assert data["frames"][0]["status"] == "pp"


def test_areas_without_any_polygon_are_a_table_still(tmp_path):
    areas = grid_areas(2, 1)
    bare = areas.with_(table=areas.table.assign(geometry=areas.table.geometry.where(np.array([False, False]))))
    raw = example_raw(numerator=[30, 40], denominator=[100, 100])
    one = release(protect(raw, "scb-share-rule"), areas={bare.key: bare})
    data = data_of(write_map(one, tmp_path / "m.html", indicator="example_share"))
    assert data["editions"][0]["points"] == [None, None]
    assert data["frames"][0]["values"] == [300, 400]


def test_sex_is_told_in_the_page(tmp_path):
    areas = grid_areas(2, 1)
    raw = example_raw(numerator=[30, 40], denominator=[100, 100], sex="women")
    one = release(protect(raw, "scb-share-rule"), areas={areas.key: areas})
    text = write_map(one, tmp_path / "m.html", indicator="example_share", sex="women").read_text(encoding="utf-8")
    assert ", kvinnor" in text


def test_names_pass_no_template_and_close_no_script(tmp_path):
    areas = grid_areas(2, 1)
    table = areas.table.copy()
    table["name"] = ["{{ 7 * 7 }}</script><script>x", "{% for %}\u2028"]
    areas = areas.with_(table=table)
    raw = example_raw(numerator=[30, 40], denominator=[100, 100])
    one = release(
        protect(raw, "scb-share-rule"), areas={areas.key: areas}, name="</title><script>y", organisation="a&b"
    )
    path = write_map(one, tmp_path / "m.html", indicator="example_share")
    text = path.read_text(encoding="utf-8")
    assert data_of(path)["editions"][0]["names"] == ["{{ 7 * 7 }}</script><script>x", "{% for %}\u2028"]
    assert "<script>x" not in text
    assert "<script>y" not in text
    assert "a&amp;b" in text


def test_the_page_refers_to_no_other_file(tmp_path):
    text = write_map(made(), tmp_path / "m.html", indicator="example_share").read_text(encoding="utf-8")
    assert re.findall(r"""<(?:script|link|img|iframe)[^>]*(?:src|href)=[^>]*>""", text) == []
    assert "jquery" not in text.lower()
    assert "default-src 'none'" in text


def test_a_folium_that_loads_something_new_is_noticed(monkeypatch, tmp_path):
    monkeypatch.setattr(
        page, "_document", lambda rendered, language: rendered + '<script src="https://example.org/x.js"></script>'
    )
    with pytest.raises(page.OutputError, match=r"example\.org"):
        write_map(made(), tmp_path / "m.html", indicator="example_share")


def test_the_same_release_gives_the_same_bytes(tmp_path):
    program = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import test_publish_webmap as here
here.write_map(here.made(), Path(sys.argv[1]), indicator="example_share")
"""
    written = []
    for seed in ("1", "2"):
        path = tmp_path / f"{seed}.html"
        subprocess.run(
            [sys.executable, "-c", program, str(path), str(Path(__file__).parent)],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        written.append(path.read_bytes())
    assert written[0] == written[1]


def test_progress_is_told(tmp_path):
    seen = []
    write_map(made(), tmp_path / "m.html", indicator="example_share", progress=lambda part, text: seen.append(part))
    assert seen[-1] == 1.0
    assert seen == sorted(seen)


def test_vendored_scripts_are_the_pinned_ones():
    import hashlib
    from importlib.resources import files

    folder = files("gisintegration.publish.webmap") / "vendor"
    pins = json.loads((folder / "vendor.json").read_text(encoding="utf-8"))
    assert {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in pins} == {
        name: pin["sha256"] for name, pin in pins.items()
    }
    assert {pin["licence"] for pin in pins.values()} == {"BSD-2-Clause", "ISC", "OFL-1.1"}
    assert all(f"{name.rsplit('.', 1)[0]}.LICENSE" in pins for name in pins if name.endswith(".js"))
