"""Stable areas: what several editions agree on, by hand; without polygons; the crosswalks to them sum exactly."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gisintegration.areas import AreaDivision, load_areas
from gisintegration.areas.assemble import assemble, objects
from gisintegration.change.change_log import relations_from_key, relations_from_log
from gisintegration.change.stable import stable_areas
from gisintegration.errors import InputError


def edition(name, boxes, *, division="district"):
    """Areas from ``{code: (west, east)}``: strips of 1 000 m by their eastings."""
    shapes = [None if box is None else shapely.box(box[0], 0, box[1], 1000) for box in boxes.values()]
    return assemble(division, name, list(boxes), objects(shapes))


def codes(made):
    return {code: set(made.members.get(code, (code,))) for code in made.codes}


def test_a_split_a_merge_and_a_border_that_moved():
    old = edition(
        "1", {"a": (0, 100), "b": (100, 200), "c": (200, 300), "d": (300, 400), "e": (400, 500), "f": (500, 600)}
    )
    new = edition(
        "2", {"a": (0, 50), "x": (50, 100), "b": (100, 300), "d": (300, 420), "e": (420, 500), "f": (500, 600)}
    )
    made, crosswalks = stable_areas([old, new])
    # a split in two, b and c merged, the border of d and e moved by 20 m, f is untouched.
    assert codes(made) == {"S001": {"a", "x"}, "S002": {"b", "c"}, "S003": {"d", "e"}, "f": {"f"}}
    assert made.geometry.area.tolist() == [100_000.0, 200_000.0, 200_000.0, 100_000.0]
    assert dict(zip(crosswalks["district/1"].table["source"], crosswalks["district/1"].table["target"], strict=True)) == {
        "a": "S001", "b": "S002", "c": "S002", "d": "S003", "e": "S003", "f": "f",
    }  # fmt: skip
    assert (crosswalks["district/2"].table["weight"] == 1).all()
    assert crosswalks["district/2"].target == "stable/district-1-2"


def test_a_border_drawn_twice_is_no_change():
    old = edition("1", {"a": (0, 100), "b": (100, 200)})
    new = edition("2", {"a": (0, 100.6), "b": (100.6, 200)})
    assert stable_areas([old, new])[0].codes.tolist() == ["a", "b"]


def test_a_recoded_area_keeps_its_newest_code():
    made, _ = stable_areas([edition("1", {"a": (0, 100)}), edition("2", {"b": (0, 100)})])
    assert made.codes.tolist() == ["b"]
    assert made.members == {"b": ("a", "b")}


def test_three_editions_agree_on_what_every_two_of_them_do():
    one = edition("1", {"a": (0, 100), "b": (100, 200), "c": (200, 300)})
    two = edition("2", {"a": (0, 100), "b": (100, 300)})
    three = edition("3", {"a": (0, 50), "aa": (50, 100), "b": (100, 300)})
    made, crosswalks = stable_areas([one, two, three])
    assert codes(made) == {"S001": {"a", "aa"}, "S002": {"b", "c"}}
    assert sorted(crosswalks) == ["district/1", "district/2", "district/3"]


def test_what_an_edition_lacks_is_told():
    made, crosswalks = stable_areas([edition("1", {"a": (0, 100)}), edition("2", {"a": (0, 100), "b": (100, 200)})])
    assert made.codes.tolist() == ["S001", "a"]
    assert made.notes == ("1 stable areas have no area in district/1: S001.",)
    assert crosswalks["district/1"].targets == ("S001", "a")
    assert crosswalks["district/1"].sources == ("a",)


def test_ground_that_only_one_edition_has_is_told():
    made, _ = stable_areas([edition("1", {"a": (0, 100)}), edition("2", {"a": (0, 200)})])
    assert made.codes.tolist() == ["a"]
    assert "1 stable areas are more than 1 % larger" in made.notes[0]


def with_rest():
    """An edition of which b and c have no polygon: they lie in what remains of the kommun."""
    old = edition("1", {"a": (0, 100), "b": None, "c": None})
    rest = old.table.iloc[[0]].assign(
        code="rest", name="rest", kind="remainder", geometry=[shapely.box(100, 0, 300, 1000)]
    )
    table = gpd.GeoDataFrame(pd.concat([old.table, rest], ignore_index=True), crs=old.table.crs)
    return old.with_(table=table, members={"rest": ("b", "c")})


def test_areas_that_share_a_remainder_are_one_with_what_lies_there():
    new = edition("2", {"a": (0, 100), "b": (100, 150), "c": (150, 200), "d": (200, 300)})
    made, crosswalks = stable_areas([with_rest(), new])
    assert codes(made) == {"S001": {"b", "c", "d"}, "a": {"a"}}
    assert made.geometry.area.tolist() == [200_000.0, 100_000.0]
    # The remainder itself has no figures and is no source.
    assert crosswalks["district/1"].sources == ("a", "b", "c")


def test_relations_tell_areas_of_a_remainder_apart():
    new = edition("2", {"a": (0, 100), "b": (100, 150), "c": (150, 200), "d": (200, 300)})
    key = relations_from_key(
        pd.DataFrame({"old": ["a", "b", "c", "c"], "new": ["a", "b", "c", "d"]}), old="district/1", new="district/2"
    )
    made, _ = stable_areas([with_rest(), new], relations=key)
    assert codes(made) == {"S001": {"c", "d"}, "a": {"a"}, "b": {"b"}}
    assert made.geometry.area.tolist() == [150_000.0, 100_000.0, 50_000.0]


def test_an_area_without_polygon_remainder_or_relation_is_refused_with_its_code():
    with pytest.raises(InputError, match="1 areas have no polygon") as caught:
        stable_areas([edition("1", {"a": (0, 100), "b": None}), edition("2", {"a": (0, 100)})])
    assert caught.value.failures == [{"edition": "district/1", "code": "b"}]


@pytest.mark.parametrize("given", [[], ["1"], ["1", "1"]])
def test_fewer_than_two_editions_are_refused(given):
    with pytest.raises(InputError, match=r"given more than once|Stable areas are asked for of"):
        stable_areas([edition(name, {"a": (0, 100)}) for name in given])


def test_kommuner_of_1998_1999_and_2003_without_polygons_are_told_by_their_history():
    def known(year, codes):
        return edition(year, dict.fromkeys(codes), division="kommun")

    sets = [known("1998", ["0181", "0380", "1480"]), known("1999", ["0140", "0181", "0380", "1480"])]
    sets.append(known("2003", ["0140", "0181", "0330", "0380", "1480"]))
    made, crosswalks = stable_areas(sets)
    assert codes(made) == {"0140S001": {"0140", "0181"}, "0330S001": {"0330", "0380"}, "1480": {"1480"}}
    assert made.key == "stable/kommun-1998-1999-2003"
    assert crosswalks["kommun/1998"].table["target"].tolist() == ["0140S001", "0330S001", "1480"]


@pytest.mark.parametrize("column", ["codes", "geometry", "names"])
def test_columns_of_an_edition_are_read_as_often_for_many_areas_as_for_few(monkeypatch, column):
    """Reading one takes time for every area: once for each stable area would be quadratic."""
    read = getattr(AreaDivision, column).fget
    count = []
    monkeypatch.setattr(AreaDivision, column, property(lambda areas: count.append(1) or read(areas)))
    told = []
    for number in (4, 40):
        old = edition("1", {f"a{at:02d}": (at * 100, at * 100 + 100) for at in range(number)})
        new = edition("2", {f"b{at:02d}": (at * 200, at * 200 + 200) for at in range(number // 2)})
        count.clear()
        assert len(stable_areas([old, new])[0]) == number // 2
        told.append(len(count))
    assert told[0] == told[1]


def test_ground_shared_as_noise_alone_goes_with_what_it_shares_most_with():
    """Old b is nowhere wider than a metre: it belongs to c, with which it shares most, and not to a."""
    old = edition("1", {"a": (0, 100), "b": (100, 100.9), "c": (100.9, 200)})
    new = edition("2", {"a": (0, 100.2), "c": (100.2, 200)})
    assert codes(stable_areas([old, new])[0]) == {"S001": {"b", "c"}, "a": {"a"}}


@pytest.mark.real
def test_deso_of_goteborgsregionen():
    old, new = load_areas("deso/2018"), load_areas("deso/2025")
    made, crosswalks = stable_areas([old, new])
    assert len(crosswalks["deso/2018"].sources) == 565
    assert len(crosswalks["deso/2025"].sources) == 584
    assert made.geometry.notna().all()
    assert made.geometry.area.sum() == pytest.approx(new.geometry.area.sum(), rel=1e-9)
    # A pure split: one area of 2018 and the two of 2025.
    split = next(code for code, members in made.members.items() if "1480C3221" in members)
    assert made.members[split] == ("1480C3220", "1480C3221", "1480C3222")
    assert made.names[list(made.codes).index(split)] == "C3221 + C3222 · Gamlestaden Kviberg"
    # The same in one kommun alone.
    where = {"kommun": ["1480"]}
    alone, _ = stable_areas([load_areas(key, where=where) for key in ("deso/2018", "deso/2025")])
    assert alone.members[split] == made.members[split]
    # SCB's log tells the areas of a remainder apart: at least as many stable areas.
    finer, _ = stable_areas([old, new], relations=relations_from_log("deso"))
    assert len(finer) > len(made)
    holder = {area: code for code in made.codes for area in made.members.get(code, (code,))}
    parents = [{holder[area] for area in finer.members.get(code, (code,))} for code in finer.codes]
    assert all(len(found) == 1 for found in parents)
    assert np.isclose(finer.geometry.area.sum(), made.geometry.area.sum())
