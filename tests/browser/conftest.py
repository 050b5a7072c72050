"""Chromium for the browser tests, and the pages they read."""

from pathlib import Path
from shutil import which

import numpy as np
import pytest

from gisintegration.areas import levels, load_areas
from gisintegration.database import release
from gisintegration.disclosure import protect
from gisintegration.publish.webmap import write_map
from gisintegration.testing import example_raw, grid_areas

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SENTINEL = 4_815_162  # persons behind a protected cell: nobody may find the number
PROTECTED = "1480C1622"
HOSTILE = "<script>window.hacked=1</script><img src=x onerror=window.hacked=1>{{7*7}}"
NOTE = {"sv": "Påhittade personer.", "en": "Invented persons."}


@pytest.fixture(scope="session")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := which(name))), None)
    if chromium is None:
        pytest.skip("Chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


class Page:
    """An open page, with what it asked for and what it complained about."""

    def __init__(self, page):
        self.page, self.requests, self.complaints = page, [], []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text))

    def open(self, file, address=""):
        self.page.goto(f"file://{file}{address}")
        self.page.wait_for_selector("#gi.ready")
        return self

    def year(self, frame):
        self.page.evaluate(
            "frame => { const s = document.getElementById('gi-year'); s.value = frame;"
            " s.dispatchEvent(new Event('input')); }",
            frame,
        )

    def search(self, text):
        self.page.fill("#gi-search", text)
        self.page.keyboard.press("Enter")

    def attribute(self, selector, name):
        return self.page.get_attribute(selector, name)

    def text(self, selector):
        return self.page.inner_text(selector)


@pytest.fixture
def opened(browser):
    """Open a page without a network; every context is closed after the test."""
    contexts = []

    def open_page(file, address="", *, width=1440, height=900, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, offline=True, **options)
        contexts.append(context)
        return Page(context.new_page()).open(file, address)

    yield open_page
    for context in contexts:
        context.close()


def _shares(areas, year, *, division=None, protected=True):
    """Shares that differ between areas and rise a little every year; one of them has to be protected."""
    given = areas.table[areas.table["kind"] == "area"] if "kind" in areas.table else areas.table
    codes = [str(code) for code in given["code"]]
    base = np.full(len(codes), 1000.0)
    # A spread that any order of the areas keeps: by the digits of the code.
    spread = np.array([sum(ord(letter) * (i + 1) for i, letter in enumerate(code)) % 60 for code in codes])
    top = (300 + 10 * spread + 5 * (year - 2018)).astype(float)
    if protected and PROTECTED in codes:
        base[codes.index(PROTECTED)], top[codes.index(PROTECTED)] = SENTINEL, 5
    return example_raw(
        numerator=top,
        denominator=base,
        areas=codes,
        division=division or areas.division,
        edition=areas.edition,
        year=year,
    )


@pytest.fixture(scope="session")
def region():
    """Göteborgsregionen: DeSO 2018 for 2021–2023, DeSO 2025 for 2024, its kommuner and itself."""
    old, new = load_areas("deso/2018"), load_areas("deso/2025")
    made = levels(new, ["kommun", "region"], region="Göteborgsregionen")
    tables = [_shares(new if year == 2024 else old, year) for year in range(2021, 2025)]
    tables += [_shares(made[level], year) for level in ("kommun", "region") for year in range(2021, 2025)]
    areas = {part.key: part for part in (old, new, *made.values())}
    return release(
        protect(tables, "scb-share-rule"),
        areas=areas,
        name="Prov",
        organisation="Kommunen",
        source="Påhittat register",
        notes=[NOTE],
    )


@pytest.fixture(scope="session")
def region_map(region, tmp_path_factory) -> Path:
    return write_map(region, tmp_path_factory.mktemp("map") / "map.html", indicator="example_share")


@pytest.fixture(scope="session")
def squares():
    """Six squares: shown, zero or few, too few, missing, and a name that wants to be a script."""
    areas = grid_areas(3, 2)
    table = areas.table.copy()
    table["name"] = ["Ett", "Två", "Tre", "Fyra", "Fem", HOSTILE]
    areas = areas.with_(table=table)
    tables = [
        example_raw(
            numerator=[30 + i, 3, 10, np.nan, 50, 45 - i], denominator=[100, 100, 15, np.nan, 100, 100], year=2021 + i
        )
        for i in range(2)
    ]
    return release(protect(tables, "scb-share-rule"), areas={areas.key: areas}, name=HOSTILE, notes=[NOTE])


@pytest.fixture(scope="session")
def squares_map(squares, tmp_path_factory) -> Path:
    return write_map(squares, tmp_path_factory.mktemp("squares") / "map.html", indicator="example_share")


@pytest.fixture(scope="session")
def estimated_map(estimated_release, tmp_path_factory) -> Path:
    return write_map(estimated_release, tmp_path_factory.mktemp("estimated") / "map.html", indicator="example_count")
