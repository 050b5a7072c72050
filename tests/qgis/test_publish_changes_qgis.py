"""QGIS opens the layers of changes: valid, styled, titled, with map tips that read well."""

import pytest

import gisintegration as gi
from gisintegration.publish.changes import write_changes
from gisintegration.testing import redraw

pytestmark = pytest.mark.qgis


@pytest.fixture(scope="module")
def opened(ask_qgis, tmp_path_factory):
    areas = gi.load_areas("deso/2025", where={"kommun": ["1407", "1419", "1482"]})
    found = gi.compare(areas, redraw(areas, 5).areas)
    package = write_changes(found, tmp_path_factory.mktemp("changes") / "changes.gpkg")
    jobs = [{"layer": name} for name in ("changed_areas", "changed_old_areas", "pieces")]
    return ask_qgis(package, jobs)[0], found


def test_every_layer_opens_with_its_style_and_without_a_message(opened):
    told, _ = opened
    assert told["messages"] == []
    assert set(told["layers"]) == {"changed_areas", "changed_old_areas", "pieces"}
    for name, layer in told["layers"].items():
        assert (layer["valid"], layer["crs"], layer["renderer"]) == (True, "EPSG:3006", "RuleRenderer"), name
        assert layer["bad_filters"] == [], name
        assert layer["rules"], name


def test_the_legend_has_what_occurs_and_columns_have_names(opened):
    told, found = opened
    layer = told["layers"]["changed_areas"]
    assert layer["features"] == (found.side("new")["relation"] != "unchanged").sum()
    assert "ändrad gräns" in [rule["label"] for rule in layer["rules"]]
    assert layer["fields"]["moved_area"] == ["Real", "Flyttad area (m²)"]
    assert layer["title"] == f"Ändrade områden, {found.old} → {found.new}"
    assert "Flyttad area (m²): " in layer["tip"]
    assert "kvar i sitt område" in [rule["label"] for rule in told["layers"]["pieces"]["rules"]]
    assert " → " in told["layers"]["pieces"]["tip"]
