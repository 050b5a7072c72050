"""Crosswalks from persons' places, counted by hand: 3 × 3 squares in one edition, 2 × 2 in the other, and a register."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import gisintegration as gi
from gisintegration.errors import CRSError, IndicatorError, InputError, RegisterError
from gisintegration.locate import Located, Places
from gisintegration.registers import place
from gisintegration.testing import grid_areas


def grid(nx, ny, size, edition):
    return grid_areas(nx, ny, size=size, origin=(0, 0), division="district", edition=edition)


@pytest.fixture
def editions():
    """One square of 1,000 m, and the four of 500 m it was split into: south-west, south-east, north-west, north-east."""
    return grid(1, 1, 1000.0, "1"), grid(2, 2, 500.0, "2")


HOMES = np.array([[100, 100], [200, 100], [300, 200], [900, 900]])


def column(made, name, **of):
    rows = made.rows(of.get("kind", "population"), of.get("year", 0))
    return dict(zip(rows["target"], rows[name], strict=True))


def test_weights_are_the_persons_of_each_piece(editions):
    made = gi.crosswalk(*editions, method="points", places=HOMES)
    assert column(made, "n") == {"a0001": 3, "a0002": 0, "a0003": 0, "a0004": 1}
    assert column(made, "weight") == {"a0001": 0.75, "a0002": 0, "a0003": 0, "a0004": 0.25}
    assert set(made.table["shared_area"]) == {250_000.0}
    assert made.raw
    assert made.years == (0,)
    assert made.weights_year is None
    assert made.verify().ok


def test_nine_squares_into_four_by_hand():
    """The middle square of nine lies in all four; the corners in one each; the others in two."""
    old, new = grid(3, 3, 600.0, "1"), grid(2, 2, 900.0, "2")
    in_corner = [[100, 100]] * 3
    on_edge = [[700, 100], [1100, 100], [1100, 200]]
    in_middle = [[700, 700], [1100, 700], [700, 1100], [1100, 1100], [1100, 1150]]
    made = gi.crosswalk(old, new, method="points", places=np.array(in_corner + on_edge + in_middle))
    by_source = {code: rows.set_index("target") for code, rows in made.table.groupby("source")}
    assert by_source["a0001"]["weight"].to_dict() == {"a0001": 1.0}
    assert by_source["a0001"]["n"].to_dict() == {"a0001": 3.0}
    assert by_source["a0002"]["n"].to_dict() == {"a0001": 1.0, "a0002": 2.0}
    np.testing.assert_allclose(by_source["a0002"]["weight"], [1 / 3, 2 / 3], atol=1e-15)
    np.testing.assert_allclose(by_source["a0005"]["weight"], [0.2, 0.2, 0.2, 0.4], atol=1e-15)
    # Nobody lives in the other squares: those on an edge go by ground, half each, and are marked.
    assert by_source["a0004"]["weight"].tolist() == [0.5, 0.5]
    assert by_source["a0004"]["fallback"].all()
    assert by_source["a0009"]["weight"].tolist() == [1.0]
    assert not by_source["a0009"]["fallback"].any()
    assert made.whole == {"a0001", "a0003", "a0007", "a0009"}


def test_places_with_numbers_count_persons_not_coordinates(editions):
    found, number = gi.places(np.array([[100, 100], [100, 100], [100, 100], [900, 900]]), editions)
    assert len(found) == 2
    made = gi.crosswalk(*editions, method="points", places=(found, number))
    assert column(made, "n") == {"a0001": 3, "a0002": 0, "a0003": 0, "a0004": 1}
    each = gi.crosswalk(*editions, method="points", places=found)
    assert column(each, "n") == {"a0001": 1, "a0002": 0, "a0003": 0, "a0004": 1}
    counted = gi.crosswalk(*editions, method="points", places=found, kinds={"population": [3, 1]})
    assert counted.id == made.id


@pytest.mark.parametrize(
    "given",
    [
        HOMES,
        (HOMES[:, 0], HOMES[:, 1]),
        pd.DataFrame(HOMES, columns=["x", "y"]),
        gpd.GeoSeries(shapely.points(HOMES), crs=3006),
    ],
    ids=["array", "columns", "frame", "geometry"],
)
def test_points_come_in_whatever_locate_takes(editions, given):
    whole = gi.crosswalk(*editions, method="points", places=gi.places(HOMES, editions, distinct=True)[0])
    assert gi.crosswalk(*editions, method="points", places=given).id == whole.id


def test_places_that_lack_an_edition_are_located_in_it(editions):
    found, number = gi.places(HOMES, [editions[0]])
    made = gi.crosswalk(*editions, method="points", places=(found, number))
    assert made.id == gi.crosswalk(*editions, method="points", places=HOMES).id


def test_editions_without_polygons_are_weighed_by_positions_that_were_given(editions):
    """As a register with delivered codes of both editions has them: no ground is known, and none is needed."""
    bare = [areas.with_(table=areas.table.assign(geometry=gpd.GeoSeries([None] * len(areas), crs=3006)))
            for areas in editions]  # fmt: skip
    located = {bare[0].key: Located(np.zeros(4, np.int32)), bare[1].key: Located(np.array([0, 0, 3, -1], np.int32))}
    with pytest.warns(UserWarning, match="more than 10% of their persons outside"):
        made = gi.crosswalk(*bare, method="points", places=Places(HOMES[:, 0], HOMES[:, 1], located))
    assert column(made, "n") == {"a0001": 2, "a0004": 1}
    assert made.table["shared_area"].isna().all()
    assert (made.source_hash, made.target_hash) == ("", "")


def test_kinds_are_weighed_by_their_own_and_fall_back_on_the_population(editions):
    kinds = {"age_20_64": np.array([True, False, False, True]), "newborn": np.zeros(4, bool), "rooms": [1, 2, 0, 5]}
    made = gi.crosswalk(*editions, method="points", places=HOMES, kinds=kinds)
    assert made.kinds == ("age_20_64", "newborn", "population", "rooms")
    assert column(made, "weight", kind="age_20_64") == {"a0001": 0.5, "a0002": 0, "a0003": 0, "a0004": 0.5}
    assert column(made, "weight", kind="rooms") == {"a0001": 0.375, "a0002": 0, "a0003": 0, "a0004": 0.625}
    assert column(made, "weight", kind="newborn") == column(made, "weight")
    assert set(column(made, "n", kind="newborn").values()) == {0.0}
    assert made.table.groupby("kind")["fallback"].all().to_dict() == {
        "age_20_64": False,
        "newborn": True,
        "population": False,
        "rooms": False,
    }


def test_each_year_has_weights_of_its_own_and_falls_back_on_any_year():
    old, new = grid(2, 1, 1000.0, "1"), grid(4, 1, 500.0, "2")
    points = np.array([[100, 100], [200, 100], [700, 100], [1100, 100], [1600, 100], [1700, 100], [1800, 100]])
    years = np.array([2020, 2020, 2021, 2020, 2020, 2020, 2020])
    made = gi.crosswalk(old, new, method="points", places=points, years=years)
    assert made.years == (2020, 2021)
    assert column(made, "weight", year=2020) == {"a0001": 1.0, "a0002": 0.0, "a0003": 0.25, "a0004": 0.75}
    # In 2021 nobody lived in the second square: the weights of any year, marked.
    assert column(made, "weight", year=2021) == {"a0001": 0.0, "a0002": 1.0, "a0003": 0.25, "a0004": 0.75}
    assert column(made, "fallback", year=2021) == {"a0001": False, "a0002": False, "a0003": True, "a0004": True}
    assert column(made, "n", year=2021) == {"a0001": 0, "a0002": 1, "a0003": 0, "a0004": 0}


def test_one_year_for_all_is_the_same_as_that_year_for_each(editions):
    made = gi.crosswalk(*editions, method="points", places=HOMES, years=2023)
    assert (made.years, made.weights_year) == ((2023,), 2023)
    assert gi.crosswalk(*editions, method="points", places=HOMES, years=[2023] * 4).id == made.id
    assert made.rows().equals(made.rows(year=2023))
    with pytest.raises(InputError, match="years goes from 23 to 23"):
        gi.crosswalk(*editions, method="points", places=HOMES, years=23)


def test_points_outside_are_counted_in_notes_and_small_counts_are_not_told(editions):
    outside = np.array([[-5.0, 5.0], [5.0, -5.0]])
    made = gi.crosswalk(*editions, method="points", places=np.vstack([HOMES, outside]))
    assert made.table["n"].sum() == 4
    assert "<20 of them lie in no area of district/1, and are left out." in made.notes
    assert made.notes[0] == "Made from the places of <20 persons (one a year)."
    many = gi.crosswalk(*editions, method="points", places=np.vstack([HOMES, np.repeat(outside, 15, axis=0)]))
    assert "30 of them lie in no area of district/1, and are left out." in many.notes


def test_much_outside_the_new_edition_is_warned_of():
    old, new = grid(2, 1, 1000.0, "1"), grid(3, 1, 500.0, "2")
    points = np.array([[100, 100], [1200, 100], [1700, 100]])
    with pytest.warns(UserWarning, match=r"1 areas of district/1 lie with more than 10% of their persons outside"):
        made = gi.crosswalk(old, new, method="points", places=points)
    assert any("a0002" in note for note in made.notes)
    assert made.verify().ok


def test_borders_drawn_twice_carry_persons_and_no_ground():
    """The border moved by 0.4 m: one who lives in the strip counts where he lives; ground and bounds know no strip."""
    old = grid(2, 1, 1000.0, "1")
    table = old.table.copy()
    table["geometry"] = [shapely.box(0, 0, 1000.4, 1000), shapely.box(1000.4, 0, 2000, 1000)]
    new = old.with_(edition="2", table=table)
    made = gi.crosswalk(old, new, method="points", places=np.array([[100, 100], [1500, 100]]))
    assert made.whole == {"a0001", "a0002"}
    within = gi.crosswalk(old, new, method="points", places=np.array([[100, 100], [1500, 100], [1000.2, 100]]))
    assert within.table[["source", "target", "n"]].to_numpy().tolist() == [
        ["a0001", "a0001", 1.0],
        ["a0002", "a0001", 1.0],
        ["a0002", "a0002", 1.0],
    ]
    fine = gi.crosswalk(old, new, method="area", tolerance=0.1)
    assert fine.table["source"].tolist() == ["a0001", "a0002", "a0002"]
    assert gi.crosswalk(old, new, method="area").table["weight"].tolist() == [1.0, 1.0]


def test_the_best_fit_goes_whole_to_the_area_of_the_population_centre(editions):
    """The centre of three in the south-west and two far north-east lies in the south-west; most live there too."""
    homes = np.array([[100, 100], [100, 100], [100, 100], [900, 900], [900, 900]])
    made = gi.crosswalk(*editions, method="best_fit", places=homes)
    assert column(made, "weight") == {"a0001": 1.0, "a0002": 0.0, "a0003": 0.0, "a0004": 0.0}
    # One in the south-west, two in the south-east, two in the north-east: the centre is none of these, and decides.
    homes = np.array([[100, 400], [900, 100], [900, 100], [550, 900], [550, 900]])
    made = gi.crosswalk(*editions, method="best_fit", places=homes)
    assert column(made, "weight") == {"a0001": 0.0, "a0002": 1.0, "a0003": 0.0, "a0004": 0.0}
    assert made.whole == frozenset()
    assert column(made, "n") == {"a0001": 1, "a0002": 2, "a0003": 0, "a0004": 2}
    assert gi.crosswalk(*editions, method="best_fit", places=gi.places(homes, editions)).id == made.id


def test_the_best_fit_of_a_centre_outside_goes_where_most_live():
    """Two halves of a horseshoe: the centre lies in the hollow, in another area."""
    old = grid(1, 1, 900.0, "1")
    table = old.table.copy()
    table["geometry"] = [shapely.box(0, 0, 900, 900) - shapely.box(300, 300, 600, 900)]
    horseshoe = old.with_(table=table)
    new = grid(3, 1, 900.0, "2")
    split = new.table.copy()
    hollow = shapely.box(300, 300, 600, 900)
    split["geometry"] = [shapely.box(0, 0, 450, 900) - hollow, shapely.box(450, 0, 900, 900) - hollow, hollow]
    made = gi.crosswalk(
        horseshoe,
        new.with_(table=split),
        method="best_fit",
        places=np.array([[100, 850], [800, 850], [800, 800]]),
    )
    assert column(made, "weight") == {"a0001": 0.0, "a0002": 1.0}


# refused


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"places": np.empty((0, 2))}, "There are no points"),
        ({"places": HOMES, "years": [2020, 2021]}, r"years has the shape \(2,\), and there are 4 points"),
        ({"places": HOMES, "years": ["a", "b", "c", "d"]}, "no year"),
        ({"places": HOMES, "years": [2020, 2021, 2022, 0]}, "years goes from 0 to 2022"),
        ({"places": HOMES, "kinds": {"women": [True, False]}}, r"Kind 'women' has the shape \(2,\)"),
        ({"places": HOMES, "kinds": {"women": [1, 0, -1, 2]}}, "below 0"),
        ({"places": HOMES, "kinds": {"women": [1, 0, np.nan, 2]}}, "missing"),
        ({"places": HOMES, "kinds": {"women": {"sex": "women"}}}, "no column of the points"),
        ({"places": "persons.parquet"}, "places is a path"),
        ({"places": None}, r"Method 'points' is made from places="),
        ({"places": HOMES, "weights": HOMES}, "does not use weights"),
    ],
)
def test_points_that_do_not_fit_are_refused(editions, options, message):
    with pytest.raises(InputError, match=message):
        gi.crosswalk(*editions, method="points", **options)


def test_points_elsewhere_and_swapped_are_refused():
    old = grid_areas(1, 1, division="district", edition="1")
    new = grid_areas(2, 1, division="district", edition="2", size=500)
    with pytest.raises(CRSError, match="None of the points lies in both district/1 and district/2"):
        gi.crosswalk(old, new, method="points", places=np.array([[6_600_500.0, 600_500.0]]))


def test_places_located_in_other_areas_of_the_same_name_are_refused(editions):
    many = grid(5, 5, 100.0, "1")
    found, _ = gi.places(np.array([[450, 450]]), [many])
    with pytest.raises(InputError, match="located in another district/1"):
        gi.crosswalk(*editions, method="points", places=found)


# a register


KOMMUN = "0114"


def register_of(folder, rows, **options):
    """Persons of Väsby: number, year, age, background by place of birth, x, y and delivered code."""
    names = ["person", "year", "kommun", "sex", "age", "x", "y", "deso"]
    frame = pd.DataFrame(
        [(str(number), year, KOMMUN, "men", age, x, y, deso) for number, (year, age, x, y, deso) in enumerate(rows)],
        columns=names,
    )
    path = folder / "persons.csv"
    frame.to_csv(path, index=False)
    return gi.read_register(path, crs=3006, **options)


@pytest.fixture
def two_deso():
    """Two DeSO side by side, and the four they were split into; far from each other in name only."""
    old = grid_areas(2, 1, size=1000.0)
    new = grid_areas(4, 2, size=500.0, division="district", edition="2")
    return old, new


WEST, SOUTH = 600_000.0, 6_600_000.0


def test_a_register_counts_by_year_and_by_rule(tmp_path, two_deso):
    rows = [(2022, 30, WEST + 100, SOUTH + 100, ""), (2022, 70, WEST + 700, SOUTH + 100, "")]
    rows += [(2023, 30, WEST + 100, SOUTH + 100, ""), (2023, 40, WEST + 100, SOUTH + 100, "")]
    register = register_of(tmp_path, rows)
    made = gi.crosswalk(*two_deso, method="points", places=register, kinds={"grown": {"age": "20-64"}})
    assert made.years == (2022, 2023)
    assert made.kinds == ("grown", "population")
    first = made.rows("population", 2022)
    assert first[first["n"] > 0][["target", "n", "weight"]].to_numpy().tolist() == [
        ["a0001", 1, 0.5],
        ["a0002", 1, 0.5],
    ]
    grown = made.rows("grown", 2023)
    assert grown[grown["n"] > 0][["target", "n", "weight"]].to_numpy().tolist() == [["a0001", 2, 1.0]]
    assert made.raw
    only = gi.crosswalk(*two_deso, method="points", places=register, years=2023)
    assert (only.years, only.weights_year) == ((2023,), 2023)


def test_a_register_that_is_placed_already_is_not_placed_again(tmp_path, two_deso):
    register = register_of(tmp_path, [(2022, 30, WEST + 100, SOUTH + 100, ""), (2022, 30, WEST + 1100, SOUTH + 1, "")])
    placement = place(register, dict.fromkeys(two_deso, (2022,)))
    made = gi.crosswalk(*two_deso, method="points", places=(register, placement), years=2022)
    assert made.id == gi.crosswalk(*two_deso, method="points", places=register).id
    with pytest.raises(InputError, match="A placement alone does not count persons"):
        gi.crosswalk(*two_deso, method="points", places=placement)


def test_an_area_without_a_polygon_goes_by_its_remainder_or_by_delivered_codes(tmp_path, make_rest_areas):
    """0114A0060 has no polygon: what remains of the kommun is a remainder in which it lies."""
    old = make_rest_areas()
    new = grid_areas(6, 4, size=500.0, division="district", edition="2")
    points = np.array(
        [[WEST + 2100, SOUTH + 1100], [WEST + 2700, SOUTH + 1700], [WEST, SOUTH], [WEST + 2800, SOUTH + 1800]]
    )
    located = gi.places(points, [old, new])
    for places in (points, located):
        by_points = gi.crosswalk(old, new, method="points", places=places)
        assert by_points.verify().ok
        assert "0114-rest-1" not in by_points.sources
        mine = by_points.table[by_points.table["source"] == "0114A0060"]
        # One of three persons in the south-western quarter, two in the north-eastern; who they are is not known.
        assert mine["weight"].tolist() == pytest.approx([1 / 3, 0, 0, 2 / 3])
        assert mine["n"].isna().all()
    rows = [(2022, 30, WEST + 2100, SOUTH + 1100, "0114A0060"), (2022, 30, WEST + 2700, SOUTH + 1700, "0114A0060")]
    register = register_of(tmp_path, rows)
    delivered = gi.crosswalk(old, new, method="points", places=register)
    assert delivered.verify().ok
    own = delivered.table[delivered.table["source"] == "0114A0060"]
    assert own["weight"].tolist() == [0.5, 0.5]
    assert own["shared_area"].isna().all()


def test_rules_years_and_kinds_a_register_does_not_know_are_refused(tmp_path, two_deso):
    register = register_of(tmp_path, [(2022, 30, WEST + 100, SOUTH + 100, "")])
    for options, error, message in [
        ({"kinds": {"grown": [True]}}, InputError, "a register takes conditions"),
        ({"kinds": {"population": {"age": "20-64"}}}, InputError, "is everybody in the register"),
        ({"kinds": {"grown": {"ages": "20-64"}}}, IndicatorError, "no variable 'ages'"),
        ({"years": 1999}, RegisterError, "1999"),
    ]:
        with pytest.raises(error, match=message):
            gi.crosswalk(*two_deso, method="points", places=register, **options)


def test_persons_without_a_place_do_not_weigh(tmp_path, two_deso):
    """Under ``centralort`` they are drawn into an area of each edition: that says nothing of who lives where."""
    rows = [(2022, 30, WEST + 100, SOUTH + 100, ""), (2022, 30, WEST + 1100, SOUTH + 100, "")]
    placed = gi.crosswalk(*two_deso, method="points", places=register_of(tmp_path, rows))
    register = register_of(tmp_path, rows + [(2022, 30, "", "", "")] * 25)
    made = gi.crosswalk(*two_deso, method="points", places=register)
    assert made.id == placed.id
    assert "25 persons without a place in one of the editions are left out (one a year)." in made.notes
    one = gi.crosswalk(*two_deso, method="points", places=register_of(tmp_path, [*rows, (2022, 30, "", "", "")]))
    assert "<20 persons without a place in one of the editions are left out (one a year)." in one.notes


def test_a_register_placed_by_keys_tells_no_coordinates(tmp_path, two_deso):
    register = register_of(tmp_path, [(2022, 30, WEST + 100, SOUTH + 100, "")])
    keyed = replace(place(register, dict.fromkeys(two_deso, (2022,))), keyed=True)
    with pytest.raises(InputError, match="placed by keys"):
        gi.crosswalk(*two_deso, method="points", places=(register, keyed))


@pytest.mark.parametrize("unplaced", [0, 1])
def test_persons_without_a_place_stay_with_their_kommun_when_they_are_kept_apart(tmp_path, two_deso, unplaced):
    rows = [(2022, 30, WEST + 100, SOUTH + 100, "")] + [(2022, 30, "", "", "")] * unplaced
    register = register_of(tmp_path, rows, unplaced="separate")
    finer = grid_areas(4, 2, size=500.0, edition="2025")
    made = gi.crosswalk(two_deso[0], finer, method="points", places=register)
    apart = made.table[made.table["source"] == "0114X0000"]
    assert apart[["target", "n", "weight"]].to_numpy().tolist() == [["0114X0000", unplaced, 1.0]]
    assert made.verify().ok
