"""Crosswalks by area, by a finer layer, by the new areas' own population and by best fit, reckoned by hand."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import gisintegration as gi
from gisintegration.change.crosswalk_editions import boundary_hash
from gisintegration.errors import CodeError, CRSError, GeometryError, InputError
from gisintegration.testing import example_raw, grid_areas


def grid(nx, ny, size, edition, **options):
    return grid_areas(nx, ny, size=size, origin=(0, 0), division="district", edition=edition, **options)


def layer(shapes, crs=3006, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def column(made, name, kind="population"):
    rows = made.rows(kind)
    return {(row.source, row.target): getattr(row, name) for row in rows.itertuples()}


@pytest.fixture
def thirds():
    """Two squares of 900 m side by side, and three strips of 600 m: the middle strip is half of each square."""
    return grid(2, 1, 900.0, "1"), strips([0, 600, 1200, 1800], 900.0, "2")


def strips(edges, height, edition):
    areas = grid(len(edges) - 1, 1, 100.0, edition)
    table = areas.table.copy()
    table["geometry"] = [shapely.box(a, 0, b, height) for a, b in pairwise(edges)]
    return areas.with_(table=table)


# area


def test_weights_by_area_are_shares_of_ground(thirds):
    made = gi.crosswalk(*thirds, method="area")
    assert column(made, "shared_area") == {
        ("a0001", "a0001"): 540_000,
        ("a0001", "a0002"): 270_000,
        ("a0002", "a0002"): 270_000,
        ("a0002", "a0003"): 540_000,
    }
    np.testing.assert_allclose(made.table["weight"], [2 / 3, 1 / 3, 1 / 3, 2 / 3], atol=1e-15)
    assert made.table["n"].isna().all()
    assert (made.raw, made.weights_year, made.kinds) == (False, None, ("population",))


def test_nine_squares_into_four_by_area():
    made = gi.crosswalk(grid(3, 3, 600.0, "1"), grid(2, 2, 900.0, "2"), method="area")
    assert made.table.groupby("source").size().tolist() == [1, 2, 1, 2, 4, 2, 1, 2, 1]
    assert set(made.table["weight"]) == {1.0, 0.5, 0.25}
    # Ten in each square: the four corners get 10 + ½·10 + ½·10 + ¼·10 each.
    assert (made.matrix() @ np.full(9, 10.0)).tolist() == [22.5] * 4


@pytest.mark.parametrize("method", ["area", "best_fit", "target", "weights", "grid"])
def test_an_area_without_a_polygon_goes_where_its_remainder_goes(make_rest_areas, method):
    """0114A0060 lies in the remainder, one square of 1 km; the new areas are four squares of 500 m in each of it."""
    old = make_rest_areas()
    new = grid_areas(6, 4, size=500.0, division="district", edition="2")
    squares = new.table[["geometry"]].assign(population=1.0)
    centres = new.geometry.centroid
    weights = {
        "target": pd.Series(1.0, index=new.codes, name="population"),
        "weights": squares,
        "grid": pd.DataFrame({"e": centres.x, "n": centres.y, "population": 1.0}),
    }.get(method)
    options = {"size": 500.0} if method == "grid" else {}
    made = gi.crosswalk(old, new, method=method, weights=weights, **options)
    assert made.verify().ok
    assert made.source_hash == boundary_hash(old)
    assert "0114-rest-1" not in made.sources
    mine = made.table[made.table["source"] == "0114A0060"]
    assert sorted(mine["weight"]) == ([0.0, 0.0, 0.0, 1.0] if method == "best_fit" else [0.25] * 4)
    assert any(note.startswith("1 areas of deso/2018 without a known border go where") for note in made.notes)
    assert not any("have no rows" in note for note in made.notes)


def test_an_area_without_polygon_or_remainder_has_no_rows_and_is_told(make_rest_areas):
    old = make_rest_areas()
    table = old.table[old.table["kind"] != "remainder"].reset_index(drop=True)
    new = grid_areas(6, 4, size=500.0, division="district", edition="2")
    made = gi.crosswalk(old.with_(table=table, members={}), new, method="area")
    assert made.verify().orphans == ("0114A0060",)
    assert "1 areas of deso/2018 have no rows, nothing tells where they lie: 0114A0060." in made.notes


def test_sources_that_lie_in_part_outside_are_warned_of():
    with pytest.warns(UserWarning, match=r"1 areas of district/1 lie with more than 10% of their ground outside"):
        made = gi.crosswalk(grid(2, 1, 1000.0, "1"), strips([0, 1000, 1400], 1000.0, "2"), method="area")
    assert made.table["weight"].tolist() == [1.0, 1.0]


# the new areas' population as Statistics Sweden publishes it


def as_published(code="Region"):
    """Rows by age and sex of two new areas, as TAB6574 is downloaded."""
    rows = [
        (f"{code_}_DeSO2025", age, sex, number)
        for code_, total in (("0114A0010", 60), ("0114A0020", 20))
        for age, sex, number in (("totalt", "1+2", total), ("65-69", "1+2", 5), ("totalt", "1", 9))
    ]
    return pd.DataFrame(rows, columns=[code, "Alder", "Kon", "000007Y7 2024"]).astype("str")


@pytest.fixture
def halves():
    """A DeSO of 2018 that became two, of equal size."""
    new = grid_areas(2, 1, edition="2025")
    west, south, east, north = new.geometry.total_bounds
    table = new.table.iloc[[0]].assign(geometry=[shapely.box(west, south, east, north)])
    return grid_areas(1, 1).with_(table=table, edition="2018"), new


def test_target_takes_a_table_as_published(halves):
    for code in ("Region", "område"):
        made = gi.crosswalk(*halves, method="target", weights=as_published(code))
        assert made.table["weight"].tolist() == [0.75, 0.25]
        assert made.table["n"].tolist() == [60, 20]
    named = gi.crosswalk(*halves, method="target", weights=as_published(), kinds={"population": "000007Y7 2024"})
    assert named.table["weight"].tolist() == [0.75, 0.25]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda table: table[table["Alder"] != "totalt"].pipe(two_ages), "the total of Alder (Alder: 65-69, 70-74)"),
        (
            lambda table: pd.concat([table.assign(år="2023"), table.assign(år="2024")]),
            "the total of år (år: 2023, 2024)",
        ),
        (lambda table: pd.concat([table, table]), "give one row for each area"),
    ],
)
def test_rows_of_which_none_is_the_total_are_refused_with_what_tells_them_apart(halves, change, told):
    with pytest.raises(InputError, match="2 codes more than once") as caught:
        gi.crosswalk(*halves, method="target", weights=change(as_published()))
    assert told in caught.value.hint


def two_ages(table):
    return pd.concat([table, table.assign(Alder="70-74")])


def test_a_table_without_codes_says_which_columns_it_has(halves):
    with pytest.raises(InputError, match="have no column of codes of deso/2025") as caught:
        gi.crosswalk(*halves, method="target", weights=pd.DataFrame({"namn": ["Åby"], "antal": [3]}))
    assert "Columns: namn, antal" in caught.value.hint


# a finer layer


def test_finer_polygons_are_divided_by_area_or_put_at_a_point(thirds):
    """Three polygons: 30 persons west, 60 across the strips' border (two thirds in the west strip), 9 in the east."""
    finer = layer(
        [shapely.box(0, 0, 300, 900), shapely.box(400, 0, 700, 900), shapely.box(1300, 0, 1800, 900)],
        population=[30, 60, 9],
    )
    divided = gi.crosswalk(*thirds, method="weights", weights=finer)
    assert column(divided, "n") == pytest.approx(
        {("a0001", "a0001"): 70, ("a0001", "a0002"): 20, ("a0002", "a0002"): 0, ("a0002", "a0003"): 9}
    )
    assert column(divided, "weight")["a0001", "a0002"] == pytest.approx(2 / 9)
    assert column(divided, "weight")["a0002", "a0002"] == 0.0
    at_a_point = gi.crosswalk(*thirds, method="weights", weights=finer, spread="point")
    assert column(at_a_point, "n")["a0001", "a0001"] == 90
    assert not divided.raw
    assert not at_a_point.raw


def test_weighted_points_count_where_they_lie_and_are_raw(thirds):
    points = layer(shapely.points([[100, 1], [700, 1], [1500, 1]]), befolkning=[4, 12, 5], gamla=[1, 0, 5])
    made = gi.crosswalk(
        *thirds, method="weights", weights=points, kinds={"population": "befolkning", "old": "gamla"}, years=2024
    )
    assert column(made, "weight") == {
        ("a0001", "a0001"): 0.25,
        ("a0001", "a0002"): 0.75,
        ("a0002", "a0002"): 0.0,
        ("a0002", "a0003"): 1.0,
    }
    assert column(made, "weight", "old")["a0001", "a0001"] == 1.0
    assert made.raw
    assert made.weights_year == 2024


def test_a_finer_edition_with_a_column_of_its_own_is_a_layer():
    old, new = grid(1, 1, 1000.0, "1"), grid(2, 2, 500.0, "2")
    finer = grid(4, 4, 250.0, "fine")
    table = finer.table.assign(population=np.arange(16))
    made = gi.crosswalk(old, new, method="weights", weights=finer.with_(table=table))
    assert made.table["n"].tolist() == [0 + 1 + 4 + 5, 2 + 3 + 6 + 7, 8 + 9 + 12 + 13, 10 + 11 + 14 + 15]


def test_a_layer_in_another_crs_is_transformed_and_noted():
    old = grid_areas(1, 1, division="district", edition="1")
    new = grid_areas(2, 2, division="district", edition="2", size=500)
    points = layer(shapely.points([[600_100, 6_600_100], [600_900, 6_600_100]]), weight=[1, 3]).to_crs(4326)
    made = gi.crosswalk(old, new, method="weights", weights=points)
    assert made.notes[0] == "The layer of weights was transformed from EPSG:4326."
    assert made.table["n"].tolist() == [1.0, 3.0, 0.0, 0.0]


def test_weight_outside_the_areas_is_told_in_per_cent(thirds):
    points = layer(shapely.points([[100, 1], [-700, 1]]), weight=[3, 1])
    made = gi.crosswalk(*thirds, method="weights", weights=points)
    assert "25.0% of the weight lies outside the areas, and is left out." in made.notes


@pytest.mark.parametrize(
    ("given", "options", "error", "message"),
    [
        ({}, {}, InputError, "does not tell its weights: it has none of"),
        ({"weight": [1], "population": [1]}, {}, InputError, "it has weight, population"),
        ({"n": [1]}, {"kinds": {"population": "m"}}, InputError, "lacks the column m"),
        ({"n": [1]}, {"kinds": {"old": "n"}}, InputError, "no column is named for 'population'"),
        ({"weight": [-1]}, {}, InputError, "1 values of weight are missing, below 0"),
        ({"weight": [np.nan]}, {}, InputError, "missing"),
        ({"weight": ["many"]}, {}, InputError, "no numbers"),
        ({"weight": [0]}, {}, InputError, "weight is 0 everywhere"),
    ],
)
def test_a_layer_that_does_not_weigh_is_refused(thirds, given, options, error, message):
    with pytest.raises(error, match=message):
        gi.crosswalk(*thirds, method="weights", weights=layer([shapely.box(0, 0, 1, 1)], **given), **options)


def test_layers_of_lines_of_bow_ties_without_crs_and_elsewhere_are_refused(thirds):
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    for shapes, crs, error, message in [
        ([shapely.LineString([(0, 0), (1, 1)])], 3006, GeometryError, "no valid polygons"),
        ([bow_tie], 3006, GeometryError, "no valid polygons"),
        ([shapely.Point(0, 0), shapely.box(0, 0, 1, 1)], 3006, GeometryError, "1 of 2 geometries"),
        ([shapely.box(0, 0, 1, 1)], None, CRSError, "no coordinate reference system"),
        ([shapely.box(5000, 0, 5001, 1)], 3006, CRSError, "lie in no area"),
    ]:
        with pytest.raises(error, match=message):
            gi.crosswalk(*thirds, method="weights", weights=layer(shapes, crs=crs, weight=[1.0] * len(shapes)))
    with pytest.raises(InputError, match="is empty"):
        gi.crosswalk(*thirds, method="weights", weights=layer([], weight=[]))
    with pytest.raises(InputError, match="weights is DataFrame, no layer"):
        gi.crosswalk(*thirds, method="weights", weights=pd.DataFrame())
    with pytest.raises(InputError, match="no spread 'centroid'"):
        gi.crosswalk(*thirds, method="weights", weights=pd.DataFrame(), spread="centroid")


# the new areas' own population


def test_target_spreads_each_new_area_over_its_ground(thirds):
    """Strips of 100, 400 and 50: the middle one's 400 lie half in each square."""
    population = pd.Series({"a0001": 100, "a0002": 400, "a0003": 50})
    made = gi.crosswalk(*thirds, method="target", weights=population, years=2024)
    assert made.table["n"].tolist() == [100, 200, 200, 50]
    np.testing.assert_allclose(made.table["weight"], [1 / 3, 2 / 3, 0.8, 0.2], atol=1e-15)
    assert (made.weights_year, made.raw) == (2024, False)


def test_ground_that_no_old_area_covers_takes_no_part():
    """The new area was drawn out to sea: all its people lived on the old ground."""
    old, new = grid(1, 1, 1000.0, "1"), strips([0, 500, 5000], 1000.0, "2")
    made = gi.crosswalk(old, new, method="target", weights=pd.Series({"a0001": 30, "a0002": 10}))
    assert made.table["weight"].tolist() == [0.75, 0.25]


def test_the_first_year_of_the_new_edition_is_the_year_of_target(thirds):
    old, new = thirds
    made = gi.crosswalk(
        old, new.with_(years=(2024, None)), method="target", weights=pd.Series([1, 1, 1], index=new.codes)
    )
    assert made.weights_year == 2024


def test_figures_come_as_a_frame_with_kinds_and_with_the_suffix_of_the_interface():
    old, new = grid_areas(1, 1), grid_areas(2, 2, size=500, edition="2025")
    codes = [f"{code}_DeSO2025" for code in new.codes]
    frame = pd.DataFrame({"code": codes, "all": ["1", "1", "1", "1"], "old": [0, 0, 3, 1]})
    made = gi.crosswalk(old, new, method="target", weights=frame, kinds={"population": "all", "old": "old"})
    assert list(column(made, "weight").values()) == [0.25] * 4
    assert list(column(made, "weight", "old").values()) == [0.0, 0.0, 0.75, 0.25]


def test_a_protected_figure_leaves_what_it_touches_to_ground_and_says_so(thirds):
    population = pd.Series({"a0001": 100, "a0002": np.nan, "a0003": 50})
    made = gi.crosswalk(*thirds, method="target", weights=population)
    assert made.table["fallback"].all()
    np.testing.assert_allclose(made.table["weight"], [2 / 3, 1 / 3, 1 / 3, 2 / 3], atol=1e-15)
    assert "population: 1 new areas have no figure; what touches them is divided by area." in made.notes


def test_figures_of_the_wrong_areas_are_refused(thirds):
    whole = pd.Series({"a0001": 100, "a0002": 400, "a0003": 50})
    for figures, error, message in [
        (whole.drop("a0002"), InputError, "lack 1 areas of district/2"),
        (whole.rename({"a0003": "b0003"}), CodeError, "1 codes are not in district/2"),
        (pd.concat([whole, whole]), InputError, "3 codes more than once"),
        (-whole, InputError, "below 0"),
        (whole.iloc[:0], InputError, "are empty"),
        ({"a0001": 1}, InputError, "are dict"),
        (pd.Series([1, 2, 3], index=[1, 2, 3]), CodeError, "missing or no text"),
        (pd.DataFrame({"a": [1, 1, 1], "b": [1, 1, 1]}, index=whole.index), InputError, "do not tell which column"),
    ]:
        with pytest.raises(error, match=message):
            gi.crosswalk(*thirds, method="target", weights=figures)
    for kinds, message in [({"population": "b"}, "lacks the column b"), ({"old": "a"}, "No column is named for")]:
        with pytest.raises(InputError, match=message):
            gi.crosswalk(*thirds, method="target", weights=whole.to_frame("a"), kinds=kinds)


def test_figures_of_another_edition_are_refused_with_what_became_of_the_code():
    old = grid_areas(1, 1, division="district", edition="1")
    codes = ["0114C1061", "0114C1062"]
    new = grid_areas(2, 1, size=500, edition="2025")
    new = new.with_(table=new.table.assign(code=codes))
    with pytest.raises(CodeError, match="mixes codes of two editions: DeSO code '0114C1060' ended with edition 2018"):
        gi.crosswalk(old, new, method="target", weights=pd.Series([1, 2], index=["0114C1061", "0114C1060"]))
    with pytest.raises(CodeError, match="name edition 2018 in their suffix, and deso/2025 was asked for"):
        gi.crosswalk(old, new, method="target", weights=pd.Series([1, 2], index=[f"{c}_DeSO2018" for c in codes]))


# best fit


def test_the_best_fit_goes_to_most_ground_or_most_weight(thirds):
    by_ground = gi.crosswalk(*thirds, method="best_fit")
    assert column(by_ground, "weight") == {
        ("a0001", "a0001"): 1.0,
        ("a0001", "a0002"): 0.0,
        ("a0002", "a0002"): 0.0,
        ("a0002", "a0003"): 1.0,
    }
    points = layer(shapely.points([[700, 1], [1000, 1]]), weight=[3, 1])
    by_weight = gi.crosswalk(*thirds, method="best_fit", weights=points)
    assert [key for key, weight in column(by_weight, "weight").items() if weight] == [
        ("a0001", "a0002"),
        ("a0002", "a0002"),
    ]
    assert by_weight.whole == frozenset()


def test_equal_halves_go_to_the_lowest_code():
    made = gi.crosswalk(grid(1, 1, 1000.0, "1"), grid(2, 2, 500.0, "2"), method="best_fit")
    assert made.table["weight"].tolist() == [1.0, 0.0, 0.0, 0.0]


# editions


def test_editions_that_do_not_go_together_are_refused(thirds):
    old, new = thirds
    empty = old.with_(table=old.table.iloc[:0])
    twice = old.with_(table=pd.concat([old.table, old.table.iloc[:1]], ignore_index=True))
    unknown = old.with_(table=old.table.assign(geometry=gpd.GeoSeries([None, None], crs=3006)))
    for first, second, error, message in [
        (old, old, InputError, "Both editions are district/1"),
        (empty, new, InputError, "district/1 has no areas"),
        (twice, new, InputError, "1 codes more than once"),
        (old, new.with_(overlaps=True), InputError, "district/2 declares that its areas overlap"),
        (unknown, new, InputError, "district/1 has no polygons, and method 'area' needs them"),
        (old, grid_areas(1, 1, division="district", edition="2"), CRSError, "share no ground"),
        (old.with_(table=old.table.set_crs(3021, allow_override=True)), new, CRSError, "district/2 in EPSG:3006"),
        ("deso/2018", new, InputError, "is only the name of an edition"),
    ]:
        with pytest.raises(error, match=message):
            gi.crosswalk(first, second, method="area")


def test_an_unknown_method_and_options_it_does_not_use_are_refused(thirds):
    with pytest.raises(InputError, match=r"There is no method 'areas'") as caught:
        gi.crosswalk(*thirds, method="areas")
    assert "did you mean 'area'?" in caught.value.hint
    for method, options, message in [
        ("area", {"weights": 1}, "does not use weights"),
        ("area", {"kinds": {"a": "b"}}, "does not use kinds"),
        ("grid", {"places": 1, "weights": 1}, "does not use places"),
        ("weights", {}, "is made from weights="),
        ("best_fit", {"places": 1, "weights": 1}, "places and weights"),
        ("best_fit", {"places": 1, "years": [2020, 2021]}, "takes one year"),
        ("area", {"years": [2020, 2021]}, "takes one year"),
    ]:
        with pytest.raises(InputError, match=message):
            gi.crosswalk(*thirds, method=method, **options)


def test_the_bundled_editions_go_on_into_a_recalculation():
    """Areas whose border is not known are not lost on the way, and no total changes."""
    old, new = gi.load_areas("deso/2018"), gi.load_areas("deso/2025")
    walk = gi.crosswalk(old, new, method="area")
    codes = walk.sources
    table = example_raw(
        numerator=[1000] * len(codes), denominator=[1000] * len(codes), kind="count", areas=codes, edition="2018"
    )
    made = gi.recalculate(table, walk, areas=old)
    assert made.table["value"].sum() == 1000 * len(codes)
