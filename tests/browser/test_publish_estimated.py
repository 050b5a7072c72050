"""The web map of recalculated figures in a real browser: estimates look like estimates, and say how sure they are."""

import csv
import io
from pathlib import Path

import pytest

from gisintegration.publish.webmap import write_map

pytestmark = pytest.mark.browser

UNSURE, SURE = "0114A0010", "0114A0030"


def fill(page, code):
    return page.attribute(f'path[data-code="{code}"]', "fill")


def facts(page):
    return [text.replace("\xa0", " ") for text in page.text(".panel .facts").splitlines()]


def test_estimates_are_hatched_over_their_class_in_their_years_only(opened, estimated_map):
    page = opened(estimated_map, "#year=2022")
    key = page.attribute(f'path[data-code="{UNSURE}"]', "data-key")
    colours = page.page.eval_on_selector_all(
        ".classes .swatch rect", "all => all.map((one) => one.getAttribute('fill'))"
    )
    assert fill(page, UNSURE) == f"url(#gi-e-{key})"
    assert page.attribute(f"#gi-e-{key} rect", "fill") in colours
    assert fill(page, SURE) in colours
    page.year(1)
    assert fill(page, UNSURE) in colours
    assert page.complaints == []


def test_the_legend_names_and_brings_out_estimates(opened, estimated_map):
    page = opened(estimated_map, "#year=2022")
    line = '.line[data-key="e"]'
    assert page.text(line).split("\n")[0] == "Uppskattad (omräknad)"
    assert page.text(f"{line} .count") == "2"
    page.page.click(line)
    assert page.page.locator("path.dimmed").count() == 4
    page.year(1)
    assert page.text(f"{line} .count") == "0"


def test_nothing_estimated_no_row_no_pattern(opened, squares_map):
    page = opened(squares_map)
    assert page.page.locator('.line[data-key="e"]').count() == 0
    assert page.page.locator('pattern[id^="gi-e-"]').count() == 0


def test_the_panel_tells_the_probable_before_the_possible(opened, estimated_map):
    page = opened(estimated_map, f"#year=2022&area={UNSURE}")
    assert facts(page)[:4] == [
        "Sannolikt mellan 338 och 514 (90 %)",
        "Säkert mellan 191 och 853",
        "Hela talet är uppskattat",
        "Ungefär plats 6 av 6, räknat från högst värde",
    ]
    page = opened(estimated_map, "#year=2022&area=0114A0020")
    assert "40 % av talet kommer från hela områden, resten är uppskattat" in facts(page)
    page = opened(estimated_map, f"#year=2022&area={SURE}")
    assert facts(page)[0] == "Plats 5 av 6, räknat från högst värde"
    assert "Sannolikt" not in page.text(".panel")


def test_bounds_of_a_share_are_not_called_certain(opened, estimated_release, tmp_path):
    page = opened(
        write_map(estimated_release, tmp_path / "m.html", indicator="example_share", language="en"), f"#area={UNSURE}"
    )
    assert facts(page)[1] == "Can lie between 19.1% and 85.3%"
    assert facts(page)[3].startswith("Rank about 6 of 6")


def test_a_count_is_not_drawn_beside_its_kommun(opened, estimated_map):
    page = opened(estimated_map, f"#year=2022&area={UNSURE}")
    assert page.page.locator(".chart path.history.selected").count() == 1
    assert page.page.locator(".chart path.history.kommun").count() == 0
    assert page.page.locator(".beside .kommun").count() == 1
    assert page.page.locator(".beside .kommun .line-key").count() == 0
    assert page.page.locator(".beside .note").count() == 0
    highest = max(
        int(text.replace("\xa0", ""))
        for text in page.page.eval_on_selector_all(".scale-text", "all => all.map((one) => one.textContent)")
    )
    assert highest < 1000


def test_the_csv_and_the_table_say_how_sure_a_figure_is(opened, estimated_map):
    page = opened(estimated_map, "#year=2022")
    with page.page.expect_download() as download:
        page.page.click("#gi-csv-all")
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    rows = {(row["Kod"], row["År"]): row for row in csv.DictReader(io.StringIO(text), delimiter=";")}
    asked = ["Lägst", "Högst", "Medelfel", "Andel exakt (%)"]
    assert [rows[UNSURE, "2022"][head] for head in asked] == ["191", "853", "53", "0"]
    assert [rows[SURE, "2022"][head] for head in asked] == ["602", "602", "0", "100"]
    assert rows[UNSURE, "2022"]["Metod"] == "omräknad till nya gränser efter de nya områdenas folkmängd"
    page.page.click("#gi-open-table")
    assert "Uppskattad (omräknad)" in page.text(f'dialog tr[data-code="{UNSURE}"]')
    assert "Uppskattad" not in page.text(f'dialog tr[data-code="{SURE}"]')
