"""Crosswalks by hand: rows, weights that sum to exactly 1, put together, turned round and checked."""

import warnings
from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest

from gisintegration.change import Crosswalk, CrosswalkCheck, crosswalk, preview_crosswalks
from gisintegration.change.crosswalk_table import shares, weights
from gisintegration.errors import InputError
from gisintegration.testing import grid_areas


def made(rows, *, source="s/1", target="s/2", method="points", columns=("source", "target", "weight", "n"), **options):
    table = pd.DataFrame(rows, columns=list(columns))
    sources, targets = (tuple(sorted(set(table[side]))) for side in ("source", "target"))
    given = {"sources": sources, "targets": targets} | options
    return Crosswalk(source, target, method, table, **given)


def back(one):
    with pytest.warns(UserWarning, match="is an inverse crosswalk"):
        return one.invert()


def rows_of(one, *columns):
    return [tuple(row) for row in one.table[list(columns)].itertuples(index=False)]


@pytest.fixture
def halves():
    """A lies in x and y, 30 and 10 persons; b lies in y whole, 20 persons."""
    return made([("a", "x", 0.75, 30.0), ("a", "y", 0.25, 10.0), ("b", "y", 1.0, 20.0)], weights_year=2023)


def test_shares_sum_to_exactly_one_in_any_order_of_adding():
    group = np.repeat(np.arange(100), 7)
    found = shares(group, np.random.default_rng(1).random(700) + 1e-6)
    for order in (slice(None), slice(None, None, -1)):
        assert set(np.bincount(group[order], found[order])) == {1.0}


def test_shares_of_three_equal_thirds_differ_in_the_last_bits_only():
    assert np.abs(shares(np.zeros(3, np.int64), np.ones(3)) - 1 / 3).max() < 2**-52


def test_a_group_of_nothing_or_of_the_unknown_has_no_shares():
    assert np.isnan(shares(np.array([0, 0, 1, 1]), np.array([0.0, 0.0, 1.0, np.nan]))).all()
    assert len(shares(np.zeros(0, np.int64), np.zeros(0))) == 0


def test_the_first_choice_that_tells_is_taken_group_by_group():
    group = np.array([0, 0, 1, 1, 2, 2, 3])
    own, everybody, ground = [1, 3, 0, 0, 0, 0, 0], [5, 5, 1, 1, 0, 0, 0], [1, 1, 1, 1, 0, 0, 0]
    found, fallback = weights(group, [np.array(choice, float) for choice in (own, everybody, ground)])
    np.testing.assert_array_equal(found, [0.25, 0.75, 0.5, 0.5, np.nan, np.nan, 1.0])
    assert fallback.tolist() == [False, False, True, True, False, False, False]


def test_the_rows_are_sorted_typed_and_whole(halves):
    assert halves.table.columns.tolist() == [
        "kind", "year", "source", "target", "weight", "n", "shared_area", "fallback",
    ]  # fmt: skip
    assert rows_of(halves, "kind", "year", "source", "target") == [
        ("population", 0, "a", "x"),
        ("population", 0, "a", "y"),
        ("population", 0, "b", "y"),
    ]
    assert halves.table["weight"].dtype == np.float64
    assert halves.whole == {"b"}


def test_the_matrix_recalculates(halves):
    assert (halves.matrix() @ np.array([40.0, 20.0])).tolist() == [30.0, 30.0]
    with pytest.raises(InputError, match=r"no weights of kind 'women' for year 0"):
        halves.matrix("women")


def test_a_pair_given_twice_is_refused():
    with pytest.raises(InputError, match="a → x twice for population, 0"):
        made([("a", "x", 0.5, 1.0), ("a", "x", 0.5, 1.0)])


def test_columns_that_are_missing_are_named():
    with pytest.raises(InputError, match="lacks the column weight"):
        Crosswalk("s/1", "s/2", "table", pd.DataFrame({"source": ["a"], "target": ["x"]}), ("a",), ("x",))


def test_the_id_changes_with_whatever_matters(halves):
    def changed(**options):
        fields = {name: getattr(halves, name) for name in ("source", "target", "method", "table", "sources", "targets")}
        return Crosswalk(**{**fields, "weights_year": 2023, **options}).id

    assert changed() == halves.id
    others = [
        changed(source="s/0"),
        changed(raw=True),
        changed(weights_year=2022),
        changed(source_hash="f00"),
        changed(sources=("a", "b", "c")),
        changed(table=halves.table.assign(n=halves.table["n"] + 1)),
    ]
    assert len({halves.id, *others}) == 7


def test_the_nearest_year_is_the_later_of_two_as_near():
    rows = [("a", "x", 1.0, year) for year in (2018, 2022)]
    one = made(rows, columns=("source", "target", "weight", "year"))
    assert [one.nearest_year(year) for year in (2010, 2018, 2020, 2021, 2030)] == [2018, 2018, 2022, 2022, 2022]


# compose


def test_composed_weights_are_sums_of_products(halves):
    onward = made([("x", "p", 1.0, 30.0), ("y", "p", 0.5, 15.0), ("y", "q", 0.5, 15.0)], source="s/2", target="s/3")
    both = halves.compose(onward)
    assert (both.source, both.target, both.method) == ("s/1", "s/3", "points+points")
    assert rows_of(both, "source", "target", "weight") == [
        ("a", "p", 0.875),
        ("a", "q", 0.125),
        ("b", "p", 0.5),
        ("b", "q", 0.5),
    ]
    # Of x all is in p, so its 30 from a are known; of y nobody knows which half came from a.
    assert both.table["n"].isna().all()
    assert both.verify().ok


def test_there_and_back_through_a_finer_edition_is_the_identity():
    finer = made([("a", "1", 0.2, 2.0), ("a", "2", 0.5, 5.0), ("a", "3", 0.3, 3.0), ("b", "4", 1.0, 7.0)])
    there_and_back = finer.compose(back(finer))
    assert rows_of(there_and_back, "source", "target", "weight", "n") == [("a", "a", 1.0, 10.0), ("b", "b", 1.0, 7.0)]


def test_persons_are_not_mixed_with_other_weights_when_composed():
    finer = made([("a", "1", 0.5, 2.0), ("a", "2", 0.5, 2.0)])
    squares = made([("1", "p", 0.5, 900.0), ("1", "q", 0.5, 900.0), ("2", "q", 1.0, 1.0)],
                   source="s/2", target="s/3", method="grid")  # fmt: skip
    both = finer.compose(squares)
    assert rows_of(both, "target", "weight") == [("p", 0.25), ("q", 0.75)]
    assert both.table["n"].isna().all()


@pytest.mark.parametrize(
    ("years", "known"),
    [((None, None), False), ((2023, 2023), True), ((2022, 2023), False), ((2023, None), False)],
)
def test_persons_of_two_crosswalks_are_one_population_only_of_one_stated_year(years, known):
    """All of x lies in a, so that the second crosswalk's count of x in p and q is of a's persons, if of one year."""
    first = made([("a", "x", 1.0, 40.0)], weights_year=years[0])
    second = made([("x", "p", 0.25, 10.0), ("x", "q", 0.75, 30.0)], source="s/2", target="s/3", weights_year=years[1])
    both = first.compose(second)
    assert rows_of(both, "target", "weight") == [("p", 0.25), ("q", 0.75)]
    np.testing.assert_array_equal(both.table["n"], [10.0, 30.0] if known else [np.nan, np.nan])


def test_persons_of_one_year_are_known_by_that_year_and_another_kind_is_another_population():
    columns = ("source", "target", "weight", "n", "kind", "year")
    both_kinds = ("population", "old")
    first = made([("a", "x", 1.0, 4.0, "population", year) for year in (2020, 2021)], columns=columns)
    second = made(
        [("x", code, 0.5, 2.0, kind, 2021) for kind in both_kinds for code in ("p", "q")],
        columns=columns, source="s/2", target="s/3",
    )  # fmt: skip
    known = first.compose(second).table.groupby(["kind", "year"])["n"].count().to_dict()
    assert known == {("old", 2020): 0, ("old", 2021): 0, ("population", 2020): 0, ("population", 2021): 2}


def test_kinds_and_years_are_matched_when_composed():
    columns = ("source", "target", "weight", "kind", "year")
    first = made([("a", "x", 1.0, "population", 2020), ("b", "x", 1.0, "population", 2020)], columns=columns)
    second = made(
        [("x", "p", weight, kind, year)
         for kind, year, weight in [("population", 2021, 1.0), ("age_20_64", 2021, 1.0)]],
        columns=columns, source="s/2", target="s/3",
    )  # fmt: skip
    both = first.compose(second)
    assert both.kinds == ("age_20_64", "population")
    assert both.years == (2020, 2021)
    assert both.verify().ok
    assert not both.table["fallback"].any(), "a whole area goes whole, whatever the kind"


def test_a_kind_the_other_lacks_goes_by_its_population_and_is_marked():
    kinds = ("source", "target", "weight", "kind")
    first = made([("a", "x", w, kind) for kind, w in (("population", 1.0), ("old", 1.0))], columns=kinds)
    second = made([("x", "p", 0.5, "population"), ("x", "q", 0.5, "population")],
                  columns=kinds, source="s/2", target="s/3")  # fmt: skip
    both = first.compose(second)
    assert both.table.groupby("kind")["fallback"].all().to_dict() == {"old": True, "population": False}


def test_other_editions_and_other_boundaries_do_not_compose(halves):
    with pytest.raises(InputError, match=r"s/1 → s/2 cannot be followed by s/9 → s/3"):
        halves.compose(made([("x", "p", 1.0, 1.0)], source="s/9", target="s/3"))
    there = made([("a", "x", 1.0, 1.0)], target_hash="aaaa")
    with pytest.raises(InputError, match="different boundaries for s/2: aaaa and bbbb"):
        there.compose(made([("x", "p", 1.0, 1.0)], source="s/2", target="s/3", source_hash="bbbb"))


def test_what_would_be_lost_half_way_is_refused_and_what_is_lost_whole_is_an_orphan(halves):
    only_x = made([("x", "p", 1.0, 1.0)], source="s/2", target="s/3", sources=("x", "y"))
    with pytest.raises(InputError, match=r"1 areas go in part to areas of s/2") as caught:
        halves.compose(only_x)
    assert caught.value.failures == [{"area": "a", "goes_to": "y"}]
    only_y = made([("y", "p", 1.0, 1.0)], source="s/2", target="s/3", sources=("x", "y"))
    whole = made([("a", "x", 1.0, 1.0), ("b", "y", 1.0, 1.0)])
    both = whole.compose(only_y)
    assert rows_of(both, "source", "target") == [("b", "p")]
    assert both.verify().orphans == ("a",)
    assert any("1 areas of s/1 have no rows" in note for note in both.notes)


def test_nothing_can_be_composed_with_a_crosswalk_without_rows(halves):
    empty = Crosswalk("s/2", "s/3", "table", pd.DataFrame({"source": [], "target": [], "weight": []}), ("x",), ("p",))
    with pytest.raises(InputError, match="s/2 → s/3 has no rows"):
        halves.compose(empty)


def test_raw_stays_raw_and_the_earlier_year_counts(halves):
    raw = made([("x", "p", 1.0, 1.0), ("y", "p", 1.0, 1.0)], source="s/2", target="s/3", raw=True, weights_year=2025)
    both = halves.compose(raw)
    assert both.raw
    assert both.weights_year == 2023
    assert any("Weights of 2023 and then of 2025" in note for note in both.notes)


# invert


def test_the_inverse_is_by_the_persons_of_each_piece(halves):
    turned = back(halves)
    assert (turned.source, turned.target) == ("s/2", "s/1")
    assert rows_of(turned, "source", "target", "n") == [("x", "a", 30.0), ("y", "a", 10.0), ("y", "b", 20.0)]
    np.testing.assert_allclose(turned.table["weight"], [1, 1 / 3, 2 / 3], atol=1e-15)
    assert turned.raw == halves.raw
    assert "for the population of its weights only" in turned.notes[-1]


def test_an_inverse_says_which_year_it_holds_for(halves):
    with pytest.warns(UserWarning, match="of 2023"):
        halves.invert()


def test_the_inverse_of_areas_is_by_area():
    rows = [("a", "x", 0.5, 100.0), ("a", "y", 0.5, 100.0), ("b", "y", 1.0, 300.0)]
    turned = back(made(rows, method="area", columns=("source", "target", "weight", "shared_area")))
    assert rows_of(turned, "source", "target", "weight") == [("x", "a", 1.0), ("y", "a", 0.25), ("y", "b", 0.75)]


def test_a_merge_without_persons_or_areas_has_no_inverse_and_a_recoding_has():
    merged = made([("a", "x", 1.0), ("b", "x", 1.0)], columns=("source", "target", "weight"), method="table")
    with (
        pytest.warns(UserWarning, match="inverse crosswalk"),
        pytest.raises(InputError, match="1 targets have several sources") as caught,
    ):
        merged.invert()
    assert caught.value.failures == [{"target": "x", "not_known_of": "a, b"}]
    recoded = made([("a", "x", 1.0), ("b", "y", 1.0)], columns=("source", "target", "weight"), method="table")
    assert rows_of(back(recoded), "source", "target", "weight") == [("x", "a", 1.0), ("y", "b", 1.0)]


PARTS = ("source", "target", "weight", "n", "shared_area")


def test_an_inverse_with_persons_of_some_pieces_only_goes_by_ground_and_says_so():
    rows = [("a", "x", 1.0, 100.0, 30.0), ("b", "x", 1.0, np.nan, 10.0), ("c", "y", 1.0, 5.0, 9.0),
            ("d", "y", 1.0, 15.0, 9.0)]  # fmt: skip
    turned = back(made(rows, columns=PARTS))
    assert rows_of(turned, "source", "target", "weight", "fallback") == [
        ("x", "a", 0.75, True), ("x", "b", 0.25, True), ("y", "c", 0.25, False), ("y", "d", 0.75, False),
    ]  # fmt: skip
    assert turned.notes[-1] == "1 areas go by ground, since the persons of some of their parts are not known: x."


def test_an_inverse_that_neither_persons_nor_ground_tell_is_refused_with_target_and_source():
    rows = [("a", "x", 1.0, 100.0), ("b", "x", 1.0, np.nan)]
    with (
        pytest.warns(UserWarning, match="inverse"),
        pytest.raises(InputError, match="1 targets have several") as caught,
    ):
        made(rows).invert()
    assert caught.value.failures == [{"target": "x", "not_known_of": "b"}]


def test_an_inverse_counts_a_known_piece_whole_though_its_source_is_not_known_in_full():
    rows = [("a", "x", 0.5, np.nan), ("a", "y", 0.5, 10.0), ("b", "y", 1.0, 30.0)]
    turned = back(made(rows))
    assert rows_of(turned, "source", "target", "weight") == [("x", "a", 1.0), ("y", "a", 0.25), ("y", "b", 0.75)]


def test_an_inverse_lets_a_piece_where_nobody_lives_bring_nobody_whatever_is_unknown():
    rows = [("a", "x", 0.0, np.nan), ("a", "y", 1.0, np.nan), ("b", "x", 1.0, 7.0)]
    turned = back(made(rows))
    assert rows_of(turned, "source", "target", "weight") == [("x", "a", 0.0), ("x", "b", 1.0), ("y", "a", 1.0)]


def test_whole_areas_with_persons_in_part_unknown_do_not_pass_for_their_known_part():
    """Of a, which goes whole to y, a part of unknown size is in x: it brings more than the 10 counted in y."""
    rows = [("a", "x", 0.0, np.nan), ("a", "y", 1.0, 10.0), ("b", "y", 1.0, 30.0)]
    with pytest.warns(UserWarning, match="inverse"), pytest.raises(InputError, match="1 targets have several"):
        made(rows, method="best_fit").invert()


# verify


def test_a_crosswalk_that_is_whole_says_so(halves):
    check = halves.verify()
    assert isinstance(check, CrosswalkCheck)
    assert check.ok
    assert check.table.empty
    assert check.largest_error == 0.0
    assert str(check) == "Weights sum to 1 for every source with rows (largest error 0)."
    with pytest.raises(FrozenInstanceError):
        check.ok = False


def test_what_is_wrong_is_listed_with_code_kind_and_year():
    one = made(
        [("a", "x", 0.5, 1.0), ("a", "y", 0.4, 1.0), ("b", "z", 1.0, 1.0)],
        sources=("a", "b", "c"), targets=("v", "x", "y"),
    )  # fmt: skip
    check = one.verify()
    assert not check.ok
    assert check.orphans == ("c",)
    assert check.unreached == ("v",)
    assert check.table[["what", "area"]].to_numpy().tolist() == [
        ["orphan", "c"],
        ["sum", "a"],
        ["unknown", "z"],
        ["unreached", "v"],
    ]
    assert check.table.loc[check.table["what"] == "sum", "sum"].item() == pytest.approx(0.9)
    assert check.largest_error == pytest.approx(0.1)
    assert not check
    assert str(check).splitlines()[0] == "2 weights or codes are wrong, the first at a and z."


def test_a_target_that_nothing_leads_to_is_told_and_is_no_fault(halves):
    one = made([("a", "x", 1.0, 1.0)], targets=("x", "y"))
    assert one.verify().ok
    assert "1 targets get nothing from any source: y." in str(one.verify())


def test_an_orphan_of_one_year_only_is_found():
    rows = [("a", "x", 1.0, 2020), ("b", "x", 1.0, 2020), ("a", "x", 1.0, 2021)]
    check = made(rows, columns=("source", "target", "weight", "year")).verify()
    assert check.table[["what", "year", "area"]].to_numpy().tolist() == [["orphan", 2021, "b"]]


def test_a_crosswalk_without_rows_has_orphans_only():
    empty = Crosswalk("s/1", "s/2", "table", pd.DataFrame({"source": [], "target": [], "weight": []}), ("a",), ("x",))
    assert not empty.verify().ok
    assert empty.verify().orphans == ("a",)


# several side by side


def test_methods_are_shown_side_by_side_with_their_largest_difference():
    old = grid_areas(1, 1, division="district", edition="1", origin=(0, 0))
    new = grid_areas(2, 2, division="district", edition="2", origin=(0, 0), size=500)
    table = preview_crosswalks(
        old,
        new,
        {
            "area": {},
            "target": {"weights": pd.Series(dict(zip(new.codes, (1, 2, 3, 4), strict=True)))},
            "homes": {"method": "points", "places": [[100, 100], [900, 900]]},
        },
    )
    assert table.columns.tolist() == ["area", "target", "homes", "largest_difference"]
    assert table.index.names == ["source", "target"]
    assert table["area"].tolist() == [0.25] * 4
    np.testing.assert_allclose(table["target"], [0.1, 0.2, 0.3, 0.4])
    assert table["homes"].tolist() == [0.5, 0.0, 0.0, 0.5]
    np.testing.assert_allclose(table["largest_difference"], [0.4, 0.25, 0.3, 0.25])


def test_nothing_to_preview_and_a_name_that_is_taken_are_refused():
    areas = [grid_areas(1, 1, division="district", edition=str(number)) for number in (1, 2)]
    with pytest.raises(InputError, match="No method was named"):
        preview_crosswalks(*areas, {})
    with pytest.raises(InputError, match="largest_difference"):
        preview_crosswalks(*areas, {"largest_difference": {"method": "area"}})


def test_a_crosswalk_warns_of_nothing_when_nothing_is_odd():
    areas = [grid_areas(2, 2, division="district", edition=str(number)) for number in (1, 2)]
    with warnings.catch_warnings(action="error"):
        assert crosswalk(*areas, method="area").verify().ok


def test_what_a_comparison_cut_is_not_cut_again(monkeypatch):
    from gisintegration.change import compare, pieces_kept

    areas = [grid_areas(2, 2, division="district", edition=str(number)) for number in (1, 2, 3)]
    compare(areas[0], areas[1])

    def cut(*_args, **_kwargs):
        raise AssertionError

    monkeypatch.setattr(pieces_kept, "pieces", cut)
    assert crosswalk(areas[0], areas[1], method="area").verify().ok
    for other, tolerance in ((areas[1], 0.5), (areas[2], 1.0)):
        with pytest.raises(AssertionError):
            crosswalk(areas[0], other, method="area", tolerance=tolerance)
