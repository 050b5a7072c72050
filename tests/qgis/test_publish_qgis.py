"""QGIS itself opens the GeoPackage: every layer valid and styled, time plays a year a frame, the picture is right.

Runs `look_in_qgis.py` with the Python that QGIS is built for, as this one's wheels must not be loaded inside QGIS.
"""

import numpy as np
import pyogrio
import pytest

from gisintegration.publish import write_geopackage
from gisintegration.publish.qml.symbols import PATTERNS
from gisintegration.tables import Status

pytestmark = pytest.mark.qgis
VIEW = "deso_2018__example_share"


@pytest.fixture(scope="module")
def opened(ask_qgis, small_release, tmp_path_factory):
    package = write_geopackage(small_release, tmp_path_factory.mktemp("gpkg") / "prov.gpkg")
    layers = [name for name, geometry in pyogrio.list_layers(package) if geometry]
    jobs = [{"layer": name, "years": [2021, 2022] if name == VIEW else []} for name in layers]
    told, folder = ask_qgis(package, jobs)
    return told, folder, layers


def test_every_layer_opens_with_its_style_and_without_a_message(opened):
    told, _, layers = opened
    assert told["messages"] == []
    assert set(told["layers"]) == set(layers)
    for name, layer in told["layers"].items():
        assert (layer["valid"], layer["crs"], layer["renderer"]) == (True, "EPSG:3006", "RuleRenderer"), name
        assert layer["rules"], name
        assert layer["bad_filters"] == [], name
        assert layer["title"], name


def test_a_view_reads_as_declared(opened):
    layer = opened[0]["layers"][VIEW]
    assert layer["fields"]["value"] == ["Real", "Exempel (share) (%)"]
    assert layer["fields"]["valid_from"][0] == "Date"
    assert layer["fields"]["year"] == ["Integer", "År"]
    assert "Källa: SCB. Bearbetning: Väsby kommun." in layer["rights"]
    assert "skyddas (för få personer)" in [rule["label"] for rule in layer["rules"]]


def test_time_plays_one_year_a_frame(opened):
    layer = opened[0]["layers"][VIEW]
    assert layer["temporal"] == [True, "valid_from", "valid_to"]
    assert layer["frames"] == {str(year): [6, [year]] for year in (2021, 2022, 2023)}


def test_the_map_tip_writes_figures_the_swedish_way(opened):
    tip = opened[0]["layers"][VIEW]["tip"]
    assert "Åby" in tip
    assert "50,0\xa0%" in tip
    assert "2021" in tip


def pixels(path):
    from matplotlib.image import imread

    return np.round(imread(path)[..., :3] * 255).astype(int)


def share_of(image, color):
    wanted = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    return float((np.abs(image - wanted).max(axis=-1) <= 3).mean())


def test_the_picture_has_classes_hatch_and_remainder(opened):
    told, folder, _ = opened
    image = pixels(folder / f"{VIEW}_2022.png")
    classes = [rule["color"] for rule in told["layers"][VIEW]["rules"] if '"value"' in rule["filter"]]
    drawn = [share_of(image, color) for color in classes]
    assert sum(part > 0.05 for part in drawn) == 2  # 50 and 75 per cent
    protected = PATTERNS.by_status[Status.PROTECTED]
    square = image[520:770, 320:580]  # well inside 0114A0020, the middle one below
    ground = share_of(square, protected.color)
    assert 0.3 < ground < 0.9  # lines over a ground: neither bare nor filled
    assert np.ptp(square, axis=-1).max() < 12  # both grey
    assert share_of(image, PATTERNS.remainder.color) > 0.03


def test_gothenburg_draws_and_plays(ask_qgis, gothenburg, tmp_path):
    package = write_geopackage(gothenburg, tmp_path / "goteborg.gpkg")
    jobs = [
        {"layer": "deso_2018__example_share", "years": [2022, 2023], "page": 2022},
        {"layer": "deso_2025__example_share", "years": [2024]},
        {"layer": "deso_2025_wide", "page": 1},
    ]
    told, folder = ask_qgis(package, jobs)
    assert told["messages"] == []
    frames = told["layers"]["deso_2018__example_share"]["frames"]
    assert frames == {"2022": [552, [2022]], "2023": [552, [2023]]}  # 544 areas with a polygon and 8 remainders
    first, second = (pixels(folder / f"deso_2018__example_share_{year}.png") for year in (2022, 2023))
    assert (first != second).any(axis=-1).mean() > 0.01
    sea = share_of(pixels(folder / "deso_2025__example_share_2024.png"), "#e6eef2")
    assert sea > 0.5  # land is drawn, not the territorial waters, which would leave a fifth


@pytest.fixture(scope="module")
def gothenburg():
    from gisintegration.areas import load_areas
    from gisintegration.database import release
    from gisintegration.disclosure import protect
    from gisintegration.testing import example_raw

    rng = np.random.default_rng(3)
    editions = {key: load_areas(key) for key in ("deso/2018", "deso/2025")}
    raws = []
    for key, years in {"deso/2018": (2022, 2023), "deso/2025": (2024,)}.items():
        areas = editions[key]
        codes = areas.codes[(areas.table["kind"] == "area").to_numpy()]
        for year in years:
            base = rng.integers(18, 900, len(codes)).astype(float)
            top = np.round(base * rng.beta(6, 4, len(codes)))
            raws.append(
                example_raw(
                    numerator=top, denominator=base, areas=codes, edition=areas.edition, division="deso", year=year
                )
            )
    return release(protect(raws, "scb-share-rule"), areas=editions, organisation="Göteborgs Stad", source="SCB")
