"""The web map in a real browser: it fetches nothing, tells every state apart, and answers mouse, keyboard and touch."""

import csv
import io
import json
import re
import statistics
from pathlib import Path

import pytest

from gisintegration.publish.webmap import write_map
from gisintegration.publish.webmap.texts import WORDS, words

from .conftest import HOSTILE, NOTE, PROTECTED, SENTINEL

pytestmark = pytest.mark.browser

OLD_ONLY, NEW_ONLY, BOTH = "1480C1620", "1480C1622", "1480C2020"


def fill(page, code):
    return page.attribute(f'[data-code="{code}"]', "fill")


def test_it_fetches_nothing_and_complains_of_nothing(opened, region_map):
    page = opened(region_map)
    page.year(0)
    page.search(BOTH)
    assert [url for url in page.requests if not url.startswith(("data:", "blob:"))] == [f"file://{region_map}"]
    assert page.complaints == []


def test_it_is_small_and_quick(opened, region_map, record_property):
    page = opened(region_map)
    steps = page.page.evaluate(
        """() => [0, 1, 2, 1, 0, 1, 2, 1].map((frame) => {
             const slider = document.getElementById('gi-year'), from = performance.now();
             slider.value = frame; slider.dispatchEvent(new Event('input')); slider.getBoundingClientRect();
             return performance.now() - from; })"""
    )
    record_property("megabytes", round(region_map.stat().st_size / 1e6, 2))
    record_property("step_ms", round(statistics.median(steps), 1))
    assert region_map.stat().st_size <= 3_000_000
    assert statistics.median(steps) < 150


def test_the_slider_changes_the_fill_of_an_area(opened, squares_map):
    page = opened(squares_map)
    page.year(0)
    before = fill(page, "0114A0060")
    page.year(1)
    assert before != fill(page, "0114A0060")
    assert page.text(".year") == "2022"


def test_protected_missing_and_remainder_have_patterns_and_are_no_colour(opened, squares_map, region_map):
    page = opened(squares_map)
    colours = page.page.eval_on_selector_all(
        ".classes .swatch rect", "all => all.map((one) => one.getAttribute('fill'))"
    )
    assert fill(page, "0114A0020") == fill(page, "0114A0030") == "url(#gi-p)"
    assert fill(page, "0114A0040") == "url(#gi-m)"
    assert fill(page, "0114A0010") in colours
    assert not {"url(#gi-p)", "url(#gi-m)"} & set(colours)
    page = opened(region_map)
    page.year(0)
    assert fill(page, "1384-rest-1") == "url(#gi-r)"


def test_a_protected_value_is_nowhere_in_the_file(opened, region_map):
    text = region_map.read_text(encoding="utf-8")
    page = opened(region_map, f"#year=2024&area={PROTECTED}")
    assert fill(page, PROTECTED) == "url(#gi-p)"
    assert page.text(".big") == "Skyddas (för få personer)"
    assert str(SENTINEL) not in text
    data = json.loads(re.search(r'id="gi-data">(.*?)</script>', text, re.DOTALL)[1])
    row = data["editions"][1]["codes"].index(PROTECTED)
    assert data["frames"][-1]["status"][row] == "p"
    assert data["frames"][-1]["values"][row] is None


def test_the_legend_marks_the_area_pointed_at_and_the_chosen_one(opened, squares_map):
    page = opened(squares_map)
    box = page.page.locator('[data-code="0114A0050"]').bounding_box()
    page.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mark = ".mark.hover"
    assert "out" not in page.attribute(mark, "class")
    assert page.attribute(mark, "data-value") == "500"
    high = page.page.locator(mark).bounding_box()["y"]
    assert page.text("#gi-tip").splitlines() == ["Fem", "Upplands Väsby", "50,0\xa0%"]
    box = page.page.locator('[data-code="0114A0010"]').bounding_box()
    page.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.page.wait_for_timeout(300)
    assert page.page.locator(".mark.selected").bounding_box()["y"] > high
    assert page.page.locator(".leaflet-pane path.selected").count() == 1


def test_legend_counts_and_brings_out_a_class(opened, squares_map):
    page = opened(squares_map)
    counts = dict(
        page.page.eval_on_selector_all(
            ".line", "all => all.map((one) => [one.dataset.key, Number(one.querySelector('.count').textContent)])"
        )
    )
    assert counts["p"] == 2
    assert counts["m"] == 1
    assert sum(counts.values()) == 6
    page.page.click('.line[data-key="p"]')
    assert page.page.locator("path.dimmed").count() == 4
    assert page.attribute('.line[data-key="p"]', "aria-pressed") == "true"


def test_search_finds_by_name_without_accents_and_by_code(opened, region_map):
    page = opened(region_map)
    page.search("hjuvik")
    assert "Hjuvik" in page.text(".panel h2")
    page.search("tjorn")
    assert "Tjörn" in page.text(".panel .code")
    page.search(BOTH)
    assert BOTH in page.text(".panel .code")
    page.page.fill("#gi-search", "zzzz")
    assert page.text("#gi-found") == words("sv")["search_none"]


def test_an_area_without_a_polygon_is_found_and_its_remainder_marked(opened, region_map):
    page = opened(region_map, "#year=2022")
    page.search("1384C1200")
    assert "Kungsbacka, återstoden" in page.text(".panel .aside")
    assert page.page.locator(".leaflet-pane path.selected").count() == 1
    assert "%" in page.text(".big")


def test_the_edition_switches_and_the_break_is_marked(opened, region_map):
    page = opened(region_map, f"#year=2023&area={OLD_ONLY}")
    assert page.page.locator(f'[data-code="{OLD_ONLY}"]').count() == 1
    assert page.page.locator(f'[data-code="{NEW_ONLY}"]').count() == 0
    assert page.page.locator(".marks .break.edition").count() == 1
    assert page.page.locator(".chart .break.edition").count() == 1
    assert page.attribute("#gi-year", "aria-valuetext") == "2023, DeSO 2018"
    page.year(3)
    assert page.page.locator(f'[data-code="{NEW_ONLY}"]').count() == 1
    assert page.page.locator(f'[data-code="{OLD_ONLY}"]').count() == 0
    assert page.attribute("#gi-year", "aria-valuetext") == "2024, DeSO 2025"
    assert f"{OLD_ONLY} fanns inte i DeSO 2025." in page.text(".panel .aside")
    page.page.click(".panel .aside .link")
    assert "DeSO 2025" in page.text(".panel .code")


def test_history_breaks_only_where_borders_changed(opened, region_map):
    text = region_map.read_text(encoding="utf-8")
    data = json.loads(re.search(r'id="gi-data">(.*?)</script>', text, re.DOTALL)[1])
    same = data["editions"][1]["same"]
    assert same[data["editions"][1]["codes"].index(BOTH)] == 1
    assert same[data["editions"][1]["codes"].index(NEW_ONLY)] == 0
    page = opened(region_map, f"#year=2024&area={BOTH}")
    assert page.page.locator(".chart path.history.selected").count() == 1
    assert page.page.locator(".chart path.history.kommun").count() == 1
    assert page.page.locator(".chart path.history.wider").count() == 1


def test_two_areas_are_compared(opened, region_map):
    page = opened(region_map, "#year=2022")
    page.search(BOTH)
    page.page.click(f"text={words('sv')['pin']}")
    page.search("1402C1060")
    names = page.page.eval_on_selector_all(".beside tr", "all => all.map((one) => one.className)")
    assert names == ["selected", "pinned", "kommun", "wider"]
    assert page.page.locator(".leaflet-pane path.pinned").count() >= 1
    assert f"with={BOTH}" in page.page.evaluate("new Promise(done => setTimeout(() => done(location.hash), 400))")
    page.page.click(f"text={words('sv')['unpin']}")
    assert page.page.locator(".beside .pinned").count() == 0


def test_everything_works_from_the_keyboard(opened, region_map):
    page = opened(region_map, "#year=2024")
    press = page.page.keyboard.press
    page.page.focus("#gi-year")
    press("ArrowLeft")
    assert page.text(".year") == "2023"
    press("Home")
    assert page.text(".year") == "2021"
    page.page.focus("#gi-search")
    page.page.keyboard.type("partille")
    press("ArrowDown")
    active = page.attribute("#gi-search", "aria-activedescendant")
    assert page.attribute(f"#{active}", "aria-selected") == "true"
    press("Enter")
    assert "Partille" in page.text(".panel .code")
    page.page.focus("#gi-open-table")
    press("Enter")
    assert page.page.locator("dialog[open] tbody tr").count() == 573
    press("Escape")
    assert page.page.locator("dialog[open]").count() == 0
    press("Escape")
    assert page.page.locator(".panel.chosen").count() == 0


def test_every_control_can_be_reached_and_has_a_name(opened, region_map):
    page = opened(region_map)
    nameless = page.page.evaluate(
        """() => [...document.querySelectorAll('button, input, [role=application], dialog, section')]
             .filter((one) => !(one.innerText?.trim() || one.getAttribute('aria-label') || one.getAttribute('aria-labelledby')
                 || one.labels?.length)).map((one) => one.outerHTML.slice(0, 90))"""
    )
    assert nameless == []
    seen = set()
    for _ in range(60):
        page.page.keyboard.press("Tab")
        seen.add(page.page.evaluate("document.activeElement.id || document.activeElement.className"))
    assert {"gi-search", "gi-in", "gi-year", "play", "gi-open-table", "gi-csv", "gi-print", "skip"} <= seen


def test_the_table_sorts_and_filters(opened, squares_map):
    page = opened(squares_map)
    page.page.click("#gi-open-table")
    column = "all => all.map((one) => one.children[3].textContent)"
    values = page.page.eval_on_selector_all("dialog tbody tr", column)
    assert [value.replace("\xa0", " ") for value in values] == ["50,0 %", "44,0 %", "31,0 %", "", "", ""]
    page.page.click("dialog thead th:nth-child(4) button")
    assert page.attribute("dialog thead th:nth-child(4)", "aria-sort") == "ascending"
    values = page.page.eval_on_selector_all("dialog tbody tr", column)
    assert [value.replace("\xa0", " ") for value in values][:3] == ["31,0 %", "44,0 %", "50,0 %"]
    page.page.fill("dialog input", "fyra")
    assert page.page.locator("dialog tbody tr").count() == 1
    assert "Uppgift saknas" in page.text("dialog tbody tr")


def test_the_csv_is_what_swedish_excel_reads(opened, squares_map, tmp_path):
    page = opened(squares_map)
    with page.page.expect_download() as download:
        page.page.click("#gi-csv")
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    by_code = {row[3]: row for row in rows[1:]}
    assert [len(row) for row in rows] == [14] * 7
    assert by_code["0114A0010"][8:11] == ["31,0", "%", "Visas"]
    assert by_code["0114A0020"][8] == ""
    assert by_code["0114A0020"][10] == "Skyddas (för få personer)"
    assert by_code["0114A0060"][4] == HOSTILE
    assert download.value.suggested_filename == "example_share_deso_total_2022.csv"


def test_a_hostile_name_is_a_name(opened, squares_map):
    page = opened(squares_map, "#area=0114A0060")
    page.page.fill("#gi-search", "script")
    page.page.click("#gi-open-table")
    assert page.text(".panel h2") == HOSTILE
    assert page.page.evaluate("window.hacked") is None
    assert page.page.locator("img").count() == 0
    assert "{{7*7}}" in page.text(".eyebrow")
    assert page.complaints == []


@pytest.mark.parametrize("width", [360, 390, 768])
def test_a_narrow_screen_scrolls_one_way_only(opened, region_map, width):
    page = opened(region_map, f"#year=2024&area={BOTH}", width=width, height=740, has_touch=True, is_mobile=True)
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width
    sizes = page.page.eval_on_selector_all(
        ".actions button, .play, .zoom button", "all => all.map((one) => one.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 40
    page.page.locator('[data-code="1480C2020"]').tap(force=True)
    assert page.page.locator(".panel h2").is_visible()


def test_english_has_no_swedish(opened, squares, tmp_path):
    page = opened(write_map(squares, tmp_path / "en.html", indicator="example_share", language="en"), "#area=0114A0010")
    page.page.evaluate("document.getElementById('gi-about').open = true")
    page.page.click("#gi-open-table")
    said = page.page.evaluate(
        """() => [document.body.innerText, document.title, ...[...document.querySelectorAll('*')].flatMap((one) =>
             ['aria-label', 'title', 'placeholder', 'aria-valuetext'].map((name) => one.getAttribute(name) || ''))].join('\\n')"""
    )
    for name in ("Två", "Ett", "Tre", "Fyra", "Fem", "Upplands Väsby"):
        said = said.replace(name, "")
    swedish = {text["sv"] for text in WORDS.values() if text["sv"] != text["en"] and "{" not in text["sv"]}
    found = {text for text in swedish if re.search(rf"\b{re.escape(text)}\b", said)}
    assert found == set()
    assert not re.search("[åäöÅÄÖ]", said)
    assert page.attribute("html", "lang") == "en"
    assert NOTE["en"] in said
    assert "Protected (too few persons)" in said


def test_the_address_brings_back_what_was_seen(opened, region_map):
    page = opened(region_map, "#year=2022")
    page.search(BOTH)
    page.page.wait_for_timeout(900)
    address = page.page.evaluate("location.hash")
    again = opened(region_map, address)
    assert again.text(".year") == "2022"
    assert BOTH in again.text(".panel .code")
    scale = ".leaflet-control-scale-line"
    assert again.text(scale) == page.text(scale) != opened(region_map).text(scale)
    broken = opened(region_map, "#year=1066&area=%E0%A4%A&view=a,b")
    assert broken.text(".year") == "2024"
    assert broken.complaints == []


def test_play_steps_through_the_years_and_stops(opened, squares_map):
    page = opened(squares_map, "#year=2022")
    page.page.click(".play")
    assert page.text(".year") == "2021"
    assert page.attribute(".play", "aria-label") == words("sv")["pause"]
    # The page's policy forbids waiting by a script of ours.
    page.page.wait_for_selector(".year:text-is('2022')")
    page.page.wait_for_selector(f".play[aria-label='{words('sv')['play']}']")


def test_motion_is_reduced_where_that_is_asked_for(opened, squares_map):
    page = opened(squares_map, reduced_motion="reduce")
    style = "getComputedStyle(document.querySelector('.area')).transitionDuration"
    assert page.page.evaluate(style) in ("0s", "0s, 0s")
    assert float(opened(squares_map).page.evaluate(f"parseFloat({style})")) > 0


def test_every_text_can_be_read(opened, region_map):
    page = opened(region_map, f"#year=2024&area={BOTH}")
    page.page.evaluate("document.getElementById('gi-about').open = true")
    low = page.page.evaluate(
        """() => {
          const light = (colour) => { const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map((c) => c / 255)
              .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          const ground = (one) => { for (let up = one; up; up = up.parentElement) {
              const colour = getComputedStyle(up).backgroundColor; const parts = colour.match(/[\\d.]+/g).map(Number);
              if (parts.length < 4 || parts[3] > 0.7) return colour; } return 'rgb(255,255,255)'; };
          return [...document.querySelectorAll('.gi *')].filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())
              && one.getClientRects().length && !one.closest('.leaflet-pane')).map((one) => {
                const style = getComputedStyle(one); const ink = one.namespaceURI.endsWith('svg') ? style.fill : style.color;
                const [a, b] = [light(ink), light(ground(one))].sort((x, y) => y - x);
                return [(a + 0.05) / (b + 0.05), one.className.baseVal ?? one.className, one.textContent.slice(0, 30)]; })
              .filter(([contrast]) => contrast < 4.5); }"""
    )
    assert low == []


def test_printing_keeps_the_map_and_drops_the_controls(opened, region_map):
    page = opened(region_map, f"#year=2024&area={BOTH}")
    page.page.emulate_media(media="print")
    page.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.page.locator(".folium-map").bounding_box()["width"] == pytest.approx(680, abs=3)
    assert not page.page.locator(".find").is_visible()
    assert page.page.locator("#gi-about dl").is_visible()
    page.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.page.emulate_media(media="screen")
    assert page.page.locator(".find").is_visible()


def test_internal_figures_say_so_first(opened, tmp_path):
    from gisintegration.database import release
    from gisintegration.disclosure import protect
    from gisintegration.testing import example_raw, grid_areas

    areas = grid_areas(2, 1)
    made = release(
        protect(example_raw(numerator=[0, 5], denominator=[10, 10]), "internal"), areas={areas.key: areas}, name="Prov"
    )
    page = opened(write_map(made, tmp_path / "map.html", indicator="example_share"), "#area=0114A0010")
    assert page.text(".banner").startswith("INTERNT")
    assert "Noll" in page.text(".facts")
    assert page.text(".big").replace("\xa0", " ") == "0,0 %"
    assert page.page.locator(".track").count() == 0
