"""Editions of the whole country by their codes, without borders: numbers of areas, names and parents."""

import pytest

import gisintegration as gi
from gisintegration.areas import levels


@pytest.mark.parametrize(
    ("key", "count"),
    [("deso/2018", 5984), ("deso/2025", 6160), ("regso/2020", 3363), ("regso/2025", 3363), ("kommun/2003", 290)],
)
def test_every_area_of_the_country_is_there_without_a_polygon(key, count):
    areas = gi.load_areas(key, borders=False)
    assert (len(areas), bool(areas.geometry.isna().all())) == (count, True)
    assert set(areas.parent("riket")) == {"00"}
    assert len(set(areas.parent("kommun" if key[:6] != "kommun" else "lan"))) == (290 if key[:6] != "kommun" else 21)


def test_levels_are_made_of_them():
    made = levels(gi.load_areas("deso/2018", borders=False), ["regso", "kommun", "lan", "riket"])
    assert {name: len(areas) for name, areas in made.items()} == {"regso": 3363, "kommun": 290, "lan": 21, "riket": 1}


def test_a_part_is_chosen_by_parent():
    areas = gi.load_areas("regso/2020", borders=False, where={"kommun": ["0114"]})
    assert set(areas.parent("kommun")) == {"0114"}
    assert areas.names[0] == "Upplands Väsby (Bollstanäs)"
