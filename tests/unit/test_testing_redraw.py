"""Each kind of change on a grid of nine squares, where a reader can tell what must come out."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gisintegration.areas import check_coverage
from gisintegration.areas.assemble import assemble, objects
from gisintegration.errors import GeometryError, InputError
from gisintegration.testing import grid_areas, redraw
from gisintegration.testing.redraw_cuts import cut, edges, ring, strip

SQUARE = 1_000_000.0
GRID = grid_areas(3, 3)


def words(made, side):
    rows = made.relations[made.relations["side"] == side]
    return dict(zip(rows["code"], rows["relation"], strict=True))


def others_unchanged(made, *codes):
    """Every other area is there as it was, bit by bit."""
    old = dict(zip(GRID.codes, GRID.geometry, strict=True))
    new = dict(zip(made.areas.codes, made.areas.geometry, strict=True))
    for code in set(old) - set(codes):
        assert words(made, "old")[code] == words(made, "new")[code] == "unchanged"
        assert old[code].wkb == new[code].wkb
    return new


def area_of(made):
    return dict(zip(made.areas.codes, made.areas.geometry.area, strict=True))


def piece(made, old, new):
    found = made.pieces[(made.pieces["old"] == old) & (made.pieces["new"] == new)]
    return float(found["area"].iloc[0])


def two_kommuner():
    west, east = grid_areas(1, 2, kommun="0114"), grid_areas(1, 2, kommun="0115", origin=(601_000.0, 6_600_000.0))
    shapes = objects([*west.geometry, *east.geometry])
    return assemble("deso", "2018", [*west.codes, *east.codes], shapes)


def only(kind):
    return {kind: 0.1}


@pytest.mark.parametrize("seed", range(5))
def test_split(seed):
    made = redraw(GRID, seed, proportions=only("split"))
    (code,) = made.done["split"]
    parts = [f"{code[:8]}{digit}" for digit in range(1, len(made.areas) - 7)]
    new = others_unchanged(made, code)
    assert words(made, "old")[code] == "split"
    assert [words(made, "new")[part] for part in parts] == ["split"] * len(parts)
    assert code not in new
    assert sum(new[part].area for part in parts) == pytest.approx(SQUARE, abs=1e-6)
    assert [piece(made, code, part) for part in parts] == [new[part].area for part in parts]
    assert all(new[part].area >= 0.08 * SQUARE for part in parts)


def test_a_merged_pair_keeps_a_code_of_its_own_or_gets_the_next_free_one():
    seen = set()
    for seed in range(6):
        made = redraw(GRID, seed, proportions=only("merged"))
        old = [code for code, word in words(made, "old").items() if word == "merged"]
        (new,) = [code for code, word in words(made, "new").items() if word == "merged"]
        others_unchanged(made, *old)
        assert len(old) == 2
        assert area_of(made)[new] == 2 * SQUARE
        assert [piece(made, code, new) for code in old] == [SQUARE, SQUARE]
        assert new == min(old) or new not in GRID.codes
        seen.add(new in old)
    assert seen == {True, False}


def test_recoded_takes_another_letter_and_the_same_border():
    made = redraw(GRID, 1, proportions=only("recoded"))
    (code,) = made.done["recoded"]
    new = code.replace("A", "B")
    assert words(made, "old")[code] == words(made, "new")[new] == "recoded"
    assert others_unchanged(made, code)[new].wkb == GRID.geometry[list(GRID.codes).index(code)].wkb


def test_an_ended_area_is_shared_out_among_neighbours():
    made = redraw(GRID, 2, proportions=only("ended"))
    (code,) = made.done["ended"]
    to = [new for new, word in words(made, "new").items() if word == "adjusted"]
    others_unchanged(made, code, *to)
    assert words(made, "old")[code] == "ended"
    assert len(made.areas) == 8
    assert len(to) == 2
    assert sum(piece(made, code, one) for one in to) == pytest.approx(SQUARE, abs=1e-6)
    assert [area_of(made)[one] - piece(made, code, one) for one in to] == pytest.approx([SQUARE, SQUARE], abs=1e-6)


def test_rearranged_makes_two_new_areas_with_ground_of_a_neighbour():
    made = redraw(GRID, 1, proportions=only("rearranged"))
    (code,) = made.done["rearranged"]
    new = [f"{code[:8]}1", f"{code[:8]}2"]
    (giver,) = [one for one, word in words(made, "old").items() if word == "adjusted"]
    others_unchanged(made, code, giver)
    assert words(made, "old")[code] == "ended"
    assert [words(made, "new")[one] for one in new] == ["new", "new"]
    assert sum(area_of(made)[one] for one in new) == pytest.approx(SQUARE + piece(made, giver, new[0]), abs=1e-6)
    assert area_of(made)[giver] == pytest.approx(SQUARE - piece(made, giver, new[0]), abs=1e-6)


def test_budded_is_a_split_when_one_area_gives_and_a_new_area_when_two_do():
    seen = {}
    for seed in range(12):
        made = redraw(GRID, seed, proportions=only("budded"))
        (code,) = made.done["budded"]
        (new,) = set(made.areas.codes) - set(GRID.codes)
        sources = made.pieces.loc[made.pieces["new"] == new, "old"].tolist()
        seen[len(sources)] = (words(made, "old")[code], words(made, "new")[code], words(made, "new")[new])
        assert area_of(made)[new] == pytest.approx(sum(piece(made, one, new) for one in sources), abs=1e-6)
        assert code in made.areas.codes
    assert seen == {1: ("split", "split", "split"), 2: ("adjusted", "adjusted", "new")}


@pytest.mark.parametrize("kind", ["ceded", "moved"])
def test_ground_given_to_a_neighbour(kind):
    made = redraw(GRID, 3, proportions=only(kind))
    (giver,) = made.done[kind]
    pair = [code for code, word in words(made, "old").items() if word == "adjusted"]
    (taker,) = set(pair) - {giver}
    others_unchanged(made, *pair)
    given = piece(made, giver, taker)
    assert (giver in pair, len(pair)) == (True, 2)
    assert area_of(made)[taker] == pytest.approx(SQUARE + given, abs=1e-6)
    assert area_of(made)[giver] == pytest.approx(SQUARE - given, abs=1e-6)
    assert not made.relations["crossed_kommun"].any()


@pytest.mark.parametrize("distance", [10.0, 60.0, 500.0])
def test_a_border_is_moved_by_the_distance_that_is_told(distance):
    west, east = shapely.box(0, 0, 2000, 2000), shapely.box(2000, 0, 4000, 2000)
    made, moved = strip(np.random.default_rng(1), west, frozenset(edges(ring(east))), distance)
    assert moved == distance
    assert made.piece.bounds[0] == pytest.approx(2000 - distance)
    assert made.piece.area + made.rest.area == pytest.approx(4_000_000)
    assert made.piece.intersection(east).length == pytest.approx(2000)


def test_ground_across_a_kommun_border():
    areas = two_kommuner()
    made = redraw(areas, 1, proportions=only("crossed"))
    (giver,) = made.done["crossed"]
    crossed = made.relations[made.relations["crossed_kommun"]]
    assert crossed["side"].tolist() == ["old", "new"]
    assert crossed["relation"].tolist() == ["adjusted", "adjusted"]
    assert crossed["code"].iloc[0] == giver
    assert piece(made, *crossed["code"]) > 10_000.0
    assert crossed["code"].iloc[1][:4] != giver[:4]
    assert made.areas.parent("kommun").tolist() == [code[:4] for code in made.areas.codes]


@pytest.mark.parametrize("kind", ["ceded", "moved", "merged", "ended", "rearranged", "budded"])
def test_nothing_else_crosses_a_kommun_border(kind):
    for seed in range(5):
        assert not redraw(two_kommuner(), seed, proportions=only(kind)).relations["crossed_kommun"].any()


def test_sea_is_ground_that_lay_in_no_area():
    made = redraw(GRID, 1, proportions=only("sea"))
    (code,) = made.done["sea"]
    new = others_unchanged(made, code)
    size = float(made.sea["area"].iloc[0])
    assert made.sea["new"].tolist() == [code]
    assert words(made, "old")[code] == words(made, "new")[code] == "extended_over_water"
    assert made.relations.loc[made.relations["over_water"], "code"].tolist() == [code, code]
    assert new[code].area == pytest.approx(SQUARE + size)
    assert piece(made, code, code) == SQUARE
    assert shapely.union_all(GRID.geometry.to_numpy()).intersection(new[code]).area == pytest.approx(SQUARE)


def test_borders_drawn_anew_are_no_change():
    made = redraw(GRID, 1, proportions={"redigitised": 1.0})
    old, new = GRID.geometry.to_numpy(), made.areas.geometry.to_numpy()
    assert set(made.relations["relation"]) == {"unchanged"}
    assert made.pieces["old"].tolist() == made.pieces["new"].tolist() == GRID.codes.tolist()
    apart = shapely.hausdorff_distance(shapely.boundary(old), shapely.boundary(new), densify=0.01)
    assert ((apart > 0.02) & (apart <= 0.5)).all()
    assert (shapely.get_num_coordinates(new) > shapely.get_num_coordinates(old)).all()
    assert not set(map(tuple, shapely.get_coordinates(old))) & set(map(tuple, shapely.get_coordinates(new)))
    assert shapely.coverage_is_valid(new)
    assert made.pieces["area"].tolist() == pytest.approx(shapely.area(shapely.intersection(old, new)).tolist())


def test_every_kind_at_once_is_a_coverage_and_the_same_for_the_same_seed():
    areas = grid_areas(12, 12)
    first, again, other = redraw(areas, 7), redraw(areas, 7), redraw(areas, 8)
    assert set(first.done) >= {"split", "merged", "recoded", "ended", "rearranged", "budded", "ceded", "moved", "sea"}
    assert check_coverage(first.areas).clean
    assert first.areas.codes.tolist() == again.areas.codes.tolist()
    assert shapely.to_wkb(first.areas.geometry).tolist() == shapely.to_wkb(again.areas.geometry).tolist()
    pd.testing.assert_frame_equal(first.relations, again.relations)
    pd.testing.assert_frame_equal(first.pieces, again.pieces)
    assert first.done != other.done


def test_one_area_can_only_be_changed_alone():
    made = redraw(grid_areas(1, 1), 1)
    assert not set(made.done) & {"merged", "ended", "ceded", "moved", "crossed"}
    assert made.done


def test_nothing_asked_is_nothing_done():
    made = redraw(GRID, 1, proportions={})
    assert set(made.relations["relation"]) == {"unchanged"}
    assert shapely.to_wkb(made.areas.geometry).tolist() == shapely.to_wkb(GRID.geometry).tolist()
    assert dict(made.done) == {}


def test_codes_of_other_divisions_and_the_edition_s_name():
    made = redraw(grid_areas(3, 3, division="regso"), 2, proportions=only("split"), edition="2030")
    assert made.areas.key == "regso/2030"
    assert all(len(code) == 8 and code[4] == "R" for code in made.areas.codes)
    own = redraw(grid_areas(3, 3, division="district"), 2, proportions=only("split"))
    assert own.areas.key == "district/redrawn-2"
    assert sum("-" in code for code in own.areas.codes) == len(own.areas) - 8


def test_ninth_digits_in_use_are_passed_over():
    codes = ["0114C1060", "0114C1061", "0114C1070"]
    areas = assemble("deso", "2018", codes, grid_areas(3, 1).geometry.to_numpy())
    made = [redraw(areas, seed, proportions=only("split")) for seed in range(8)]
    of_first = [one for one in made if one.done["split"] == ("0114C1060",)]
    assert of_first
    assert {"0114C1062", "0114C1063"} <= set(of_first[0].areas.codes)


def test_a_hole_goes_with_the_part_that_surrounds_it():
    hole = [(10, 10), (20, 10), (20, 20), (10, 20)]
    around = shapely.Polygon([(0, 0), (90, 0), (90, 90), (0, 90)], [hole])
    assert cut(around, 0, 2, np.empty((0, 2))) is None  # the straight line runs through the hole
    made = cut(around, 1, 3, np.empty((0, 2)))
    assert made.piece.equals(shapely.Polygon([(90, 0), (90, 90), (0, 90)]))
    assert made.rest.equals(shapely.Polygon([(0, 0), (90, 0), (0, 90)], [hole]))


def test_an_area_that_is_not_matched_by_its_neighbour_is_left_alone():
    loose = shapely.Polygon([(100, 0), (200, 0), (200, 100), (100, 100), (100.0, 50.0)])
    areas = assemble("district", "1", ["a", "b"], objects([shapely.box(0, 0, 100, 100), loose]))
    made = redraw(areas, 1, proportions={"split": 1.0, "moved": 1.0, "recoded": 1.0, "redigitised": 1.0})
    assert set(made.relations["relation"]) == {"unchanged"}


def test_what_cannot_be_redrawn_is_refused():
    table = GRID.table.copy()
    table.loc[0, "geometry"] = None
    with pytest.raises(GeometryError, match="1 areas have no polygon") as caught:
        redraw(GRID.with_(table=gpd.GeoDataFrame(table)), 1)
    assert caught.value.failures == [{"code": "0114A0010"}]
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    with pytest.raises(GeometryError, match="invalid"):
        redraw(assemble("district", "1", ["a"], objects([bow])), 1)
    with pytest.raises(GeometryError, match="overlaps by declaration"):
        redraw(GRID.with_(overlaps=True), 1)
    with pytest.raises(InputError, match="kind of change 'splitt'"):
        redraw(GRID, 1, proportions={"splitt": 0.1})
    with pytest.raises(InputError, match=r"proportion of split is 2"):
        redraw(GRID, 1, proportions={"split": 2.0})
