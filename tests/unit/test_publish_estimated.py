"""Recalculated figures that are not exact: told apart in tables, layers, styles and in what the web map is given."""

import csv
import json
import re
import sqlite3
from dataclasses import replace

import pytest

from gisintegration.publish import write_geopackage, write_layers, write_tables
from gisintegration.publish.cells import outwards
from gisintegration.publish.qml.symbols import PATTERNS, fill_symbol
from gisintegration.publish.webmap import write_map

UNSURE = ["0114A0010", "0114A0020"]
METHOD = "omräknad till nya gränser efter de nya områdenas folkmängd"


def table(folder, name):
    with (folder / name).open(encoding="utf-8-sig", newline="") as stream:
        return {row["Kod"]: row for row in csv.DictReader(stream, delimiter=";")}


def page_data(path):
    return json.loads(re.search(r'id="gi-data">(.*?)</script>', path.read_text(encoding="utf-8"), re.DOTALL)[1])


@pytest.fixture(scope="module")
def package(estimated_release, tmp_path_factory):
    return write_geopackage(estimated_release, tmp_path_factory.mktemp("gpkg") / "prov.gpkg")


def ask(path, query):
    con = sqlite3.connect(path)
    try:
        return con.execute(query).fetchall()
    finally:
        con.close()


def columns_of(path, layer):
    return [row[1] for row in ask(path, f"pragma table_info({layer})")]


@pytest.mark.parametrize(
    ("value", "decimals", "down", "up"), [(3.21, 1, 3.2, 3.3), (-3.21, 1, -3.3, -3.2), (7.0, 0, 7, 7)]
)
def test_bounds_are_rounded_outwards_and_whole_ones_stay(value, decimals, down, up):
    assert outwards(value, decimals, up=False) == down
    assert outwards(value, decimals, up=True) == up


def test_tables_say_how_a_figure_was_made_and_how_sure_it_is(estimated_release, tmp_path):
    write_tables(estimated_release, tmp_path / "csv")
    rows = table(tmp_path / "csv", "deso_2018__example_count.csv")
    asked = ["Status", "Metod", "Lägst", "Högst", "Medelfel", "Andel exakt (%)"]
    # 0.45 · 426 = 191.7 and 2.001 · 426 = 852.4, rounded outwards; 426 / 8 = 53.25.
    assert [rows["0114A0010"][f"{head} 2022"] for head in asked] == ["visas", METHOD, "191", "853", "53", "0"]
    assert rows["0114A0020"]["Andel exakt (%) 2022"] == "40"
    summed = ["visas", "summa av hela områden", "602", "602", "0", "100"]
    assert [rows["0114A0030"][f"{head} 2022"] for head in asked] == summed
    assert rows["0114A0010"]["Metod 2023"] == "publicerad uppgift"
    types = (tmp_path / "csv" / "deso_2018__example_count.csvt").read_text().strip().split(",")
    assert len(types) == len(next(iter(rows.values())))
    assert types[3:10] == ['"Real"', '"String"', '"String"', *['"Real"'] * 4]


def test_a_table_without_recalculated_figures_stays_plain(estimated_release, tmp_path):
    write_tables(estimated_release, tmp_path / "csv")
    rows = table(tmp_path / "csv", next(path.name for path in (tmp_path / "csv").glob("kommun*.csv")))
    assert list(rows["0114"]) == ["Kod", "Namn", "Kön", "2022", "Status 2022", "2023", "Status 2023", "Skydd"]


def test_english_words(estimated_release, tmp_path):
    write_tables(estimated_release, tmp_path / "csv", language="en")
    head = (tmp_path / "csv" / "deso_2018__example_share.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert head.endswith(
        "Status 2022;Method 2022;Lowest 2022;Highest 2022;Standard error 2022;Exact share (%) 2022;Protection"
    )


def test_views_of_estimates_hold_what_bad_areas_are_filtered_by(package):
    found = ask(
        package, "select code, lower, upper, se, exact_share from deso_2018__example_count where exact_share < 1"
    )
    assert found == [
        ("0114A0010", 426 * 0.45, 426 * 2.001, 426 / 8, 0.0),
        ("0114A0020", 1001 * 0.45, 1001 * 2.001, 1001 / 8, 0.4),
    ]
    kommun = next(name for (name,) in ask(package, "select table_name from gpkg_contents") if "kommun" in name)
    assert "exact_share" not in columns_of(package, f"{kommun.split('__')[0].split('_wide')[0]}__example_count")


def test_the_wide_layer_tells_the_exact_share_where_its_year_is_estimated(package, estimated_release, tmp_path):
    # The latest count is published, the latest share recalculated.
    wide = columns_of(package, "deso_2018_wide")
    assert "example_share_exact_share" in wide
    assert "example_count_exact_share" not in wide
    assert ask(package, "select code from deso_2018_wide where example_share_exact_share < 1") == [
        (code,) for code in UNSURE
    ]
    years = write_layers(estimated_release, tmp_path / "years.gpkg")
    assert "example_count_exact_share" in columns_of(years, "deso_2018_2022")
    assert "example_count_exact_share" not in columns_of(years, "deso_2018_2023")


@pytest.mark.parametrize(("division", "marked"), [("deso", True), ("kommun", False)])
def test_styles_mark_estimates_only_where_there_are_any(package, division, marked):
    styles = ask(package, f"select styleqml from layer_styles where f_table_name like '{division}%__example_count'")
    assert len(styles) == 2
    texts = "".join(text for (text,) in styles)
    assert ("uppskattad (omräknad)" in texts and "estimated (recalculated)" in texts) == marked


def test_the_mark_lies_over_the_class_and_is_no_state():
    mark = PATTERNS.estimated
    assert mark.color == ""
    assert (mark.pattern, mark.angle) not in {(fill.pattern, fill.angle) for fill in PATTERNS.by_status.values()}
    layers = fill_symbol("7", mark, outline_width=0.1)
    assert [layer.get("class") for layer in layers] == [
        "SimpleFill",
        "LinePatternFill",
        "LinePatternFill",
        "SimpleFill",
    ]
    names = [line.get("name") for layer in layers for line in layer.findall("symbol")]
    assert names == ["@7@1", "@7@2"]


def test_the_page_is_given_probable_intervals_of_estimates_only(estimated_release, tmp_path):
    data = page_data(write_map(estimated_release, tmp_path / "m.html", indicator="example_count"))
    first, second = data["frames"]
    # 426 ± 1.645 · 53.25 = 338.4 … 513.6, within the bounds 191 … 853.
    assert (first["low"][0], first["high"][0], first["lower"][0], first["upper"][0]) == (338, 514, 191, 853)
    assert first["exact"][:3] == [0, 40, None]
    assert first["low"][2:] == [None] * 4
    assert not {"low", "high", "exact"} & set(second)
    assert (data["comparable"], data["certain"]) == (0, 1)


def test_the_probable_interval_keeps_within_the_bounds(estimated_release, tmp_path):
    def wider(part):
        frame = part.table
        return replace(part, table=frame.assign(se=frame["se"] * 100))

    wide = replace(estimated_release, tables=tuple(wider(part) for part in estimated_release.tables))
    first = page_data(write_map(wide, tmp_path / "m.html", indicator="example_count"))["frames"][0]
    assert (first["low"][0], first["high"][0]) == (192, 852)  # 191.7 … 852.4


def test_bounds_that_rest_on_noise_or_quotients_are_not_called_certain(estimated_release, tmp_path):
    note = {"sv": "Intervallen är troliga.", "en": "The intervals are likely ranges: …"}
    noisy = replace(estimated_release, notes=(note,))
    assert page_data(write_map(noisy, tmp_path / "m.html", indicator="example_count"))["certain"] == 0
    share = page_data(write_map(estimated_release, tmp_path / "s.html", indicator="example_share"))
    assert (share["certain"], share["comparable"]) == (0, 1)
