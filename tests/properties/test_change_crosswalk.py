"""Over random pairs of editions: weights sum to exactly 1, and no person is lost, whatever the method.

Both editions are drawn by cutting one sheet of small cells in two ways, so that there are splits, merges, shifted
borders, islands of one area in another and parts that lie apart; some borders are drawn anew by less than the tolerance,
and some areas have no polygon. What each pair truly shares is known from the cells.
"""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gisintegration.change import Crosswalk, crosswalk
from gisintegration.testing import grid_areas

SIDE, N = 100.0, 5
CELLS = np.array([shapely.box(x * SIDE, y * SIDE, (x + 1) * SIDE, (y + 1) * SIDE) for y in range(N) for x in range(N)])
LAST_UNIT = 4 * np.finfo(np.float64).eps


def division(owner, edition):
    """Areas that are unions of cells: area k has the cells whose owner is k."""
    labels = np.unique(owner)
    areas = grid_areas(len(labels), 1, division="district", edition=edition)
    shapes = [shapely.union_all(CELLS[owner == label]) for label in labels]
    table = areas.table.assign(geometry=gpd.GeoSeries(shapes, crs=3006))
    return areas.with_(table=table), np.searchsorted(labels, owner)


owners = st.lists(st.integers(0, 6), min_size=N * N, max_size=N * N).map(np.array)
homes = st.lists(st.integers(0, N * N - 1), min_size=1, max_size=60).map(np.array)


def middle_of(cells):
    return np.column_stack([(cells % N) * SIDE + 37.0, (cells // N) * SIDE + 53.0])


def truth(old, new, cells):
    """Persons of each pair of codes, counted from the cells."""
    pairs = pd.DataFrame({"source": old[cells], "target": new[cells]}).value_counts()
    return {(f"a{s + 1:04d}", f"a{t + 1:04d}"): int(count) for (s, t), count in pairs.items()}


def nothing_is_lost(made, figures):
    """Each source's weights sum to exactly 1, and a total that is carried over is the total, to the last unit."""
    for rows in (made.rows(kind, year) for kind in made.kinds for year in made.years):
        sums = rows.groupby("source")["weight"].agg(list)
        assert all(math.fsum(weights) == 1.0 == sum(reversed(weights)) for weights in sums)
        assert rows["weight"].between(0, 1).all()
    with_rows = np.isin(np.array(made.sources), made.table["source"].unique())
    figures = np.where(with_rows, figures, 0.0)
    carried = made.matrix(made.kinds[0], made.years[-1]) @ figures
    assert math.fsum(carried) == pytest.approx(math.fsum(figures), rel=LAST_UNIT, abs=0)


@settings(max_examples=25, deadline=None)
@given(first=owners, second=owners, cells=homes, seed=st.integers(0, 2**32 - 1))
def test_points_are_counted_exactly_and_no_figure_is_lost(first, second, cells, seed):
    old, of_old = division(first, "1")
    new, of_new = division(second, "2")
    rng = np.random.default_rng(seed)
    kinds = {"some": rng.random(len(cells)) < 0.4, "none": np.zeros(len(cells))}
    years = rng.integers(2020, 2023, len(cells))
    made = crosswalk(old, new, method="points", places=middle_of(cells), kinds=kinds, years=years)
    everybody = made.table[made.table["kind"] == "population"].groupby(["source", "target"])["n"].sum()
    assert {pair: n for pair, n in everybody.items() if n} == truth(of_old, of_new, cells)
    nothing_is_lost(made, rng.integers(0, 10_000, len(old)).astype(float))
    assert made.verify().ok


@settings(max_examples=25, deadline=None)
@given(first=owners, second=owners, cells=homes)
def test_points_carry_their_own_population_to_where_it_lives(first, second, cells):
    """The figures a crosswalk was made from come out as they truly are on the new areas."""
    old, of_old = division(first, "1")
    new, of_new = division(second, "2")
    made = crosswalk(old, new, method="points", places=middle_of(cells))
    before = np.bincount(of_old[cells], minlength=len(old)).astype(float)
    after = np.bincount(of_new[cells], minlength=len(new)).astype(float)
    np.testing.assert_allclose(made.matrix() @ before, after, rtol=0, atol=1e-12 * len(cells))


@settings(max_examples=25, deadline=None)
@given(first=owners, second=owners, seed=st.integers(0, 2**32 - 1))
def test_area_target_and_grid_lose_nothing(first, second, seed):
    old, of_old = division(first, "1")
    new, of_new = division(second, "2")
    rng = np.random.default_rng(seed)
    figures = rng.integers(0, 10_000, len(old)).astype(float)
    by_area = crosswalk(old, new, method="area")
    shared = pd.DataFrame({"s": of_old, "t": of_new}).value_counts().sort_index() * SIDE**2
    np.testing.assert_allclose(by_area.table["shared_area"], shared.to_numpy(), rtol=1e-9)
    population = pd.Series(rng.integers(0, 500, len(new)), index=new.codes)
    squares = gpd.GeoDataFrame({"population": rng.integers(0, 50, N * N)}, geometry=CELLS, crs=3006)
    squares.loc[0, "population"] += 1
    by_squares = crosswalk(old, new, method="weights", weights=squares)
    assert by_squares.table["n"].sum() == pytest.approx(squares["population"].sum())
    for made in (by_area, by_squares, crosswalk(old, new, method="target", weights=population)):
        nothing_is_lost(made, figures)
    fit = crosswalk(old, new, method="best_fit")
    assert set(fit.table["weight"]) <= {0.0, 1.0}
    assert (fit.table.groupby("source")["weight"].sum() == 1).all()


@settings(max_examples=25, deadline=None)
@given(owner=owners, missing=st.sets(st.integers(0, 6), max_size=3), cells=homes)
def test_areas_without_a_polygon_are_orphans_and_take_no_one_elses_figures(owner, missing, cells):
    old, of_old = division(owner, "1")
    new, _ = division(np.arange(N * N), "2")
    gone = [code for number, code in enumerate(old.codes) if number in missing]
    if len(gone) == len(old):
        return
    table = old.table.assign(geometry=old.geometry.where(~old.table["code"].isin(gone), None))
    made = crosswalk(old.with_(table=table), new, method="area")
    check = made.verify()
    assert check.orphans == tuple(gone)
    assert check.ok == (not gone)
    figures = np.bincount(of_old[cells], minlength=len(old)).astype(float)
    nothing_is_lost(made, figures)


@settings(max_examples=25, deadline=None)
@given(first=owners, second=owners, third=owners, cells=homes)
def test_composed_crosswalks_lose_nothing(first, second, third, cells):
    (a, of_a), (b, _), (c, _) = (division(owner, str(number)) for number, owner in enumerate((first, second, third)))
    there = crosswalk(a, b, method="points", places=middle_of(cells), years=2022)
    on = crosswalk(b, c, method="area")
    both = there.compose(on)
    assert both.verify().ok
    nothing_is_lost(both, np.bincount(of_a[cells], minlength=len(a)).astype(float))
    step_by_step = on.matrix() @ (there.matrix() @ np.arange(1.0, len(a) + 1))
    np.testing.assert_allclose(both.matrix() @ np.arange(1.0, len(a) + 1), step_by_step, rtol=1e-12)


@settings(max_examples=25, deadline=None)
@given(owner=owners, cells=homes)
def test_there_and_back_through_parts_of_each_area_is_the_identity(owner, cells):
    coarse, of_coarse = division(owner, "1")
    fine, _ = division(np.arange(N * N), "2")
    there = crosswalk(coarse, fine, method="points", places=middle_of(cells))
    with pytest.warns(UserWarning, match="inverse crosswalk"):
        back = there.invert()
    both = there.compose(back)
    assert (both.table["source"] == both.table["target"]).all()
    assert (both.table["weight"] == 1.0).all()
    persons = np.bincount(of_coarse[cells], minlength=len(coarse))
    assert both.table["n"].tolist() == persons.tolist()


@settings(max_examples=25, deadline=None)
@given(first=owners, second=owners, cells=homes)
def test_the_inverse_carries_its_own_population_back(first, second, cells):
    old, of_old = division(first, "1")
    new, of_new = division(second, "2")
    made = crosswalk(old, new, method="points", places=middle_of(cells))
    with pytest.warns(UserWarning, match="inverse crosswalk"):
        back = made.invert()
    after = np.bincount(of_new[cells], minlength=len(new)).astype(float)
    before = np.bincount(of_old[cells], minlength=len(old)).astype(float)
    np.testing.assert_allclose(back.matrix() @ after, before, rtol=0, atol=1e-12 * len(cells))
    nothing_is_lost(back, after)


@settings(max_examples=25, deadline=None)
@given(owner=owners, shift=st.floats(0.01, 0.45), seed=st.integers(0, 2**32 - 1))
def test_borders_drawn_anew_within_the_tolerance_change_no_weight(owner, shift, seed):
    """Every inner corner is moved by less than half the tolerance: each area still goes whole to its own."""
    old, _ = division(owner, "1")
    rng = np.random.default_rng(seed)
    moved = {}

    def jitter(points):
        for point in points:
            if tuple(point) not in moved:
                inner = (point > 0) & (point < N * SIDE)
                moved[tuple(point)] = point + np.where(inner, rng.uniform(-shift, shift, 2), 0.0)
        return np.array([moved[tuple(point)] for point in points])

    shapes = shapely.transform(old.geometry.to_numpy(), jitter)
    if not shapely.is_valid(shapes).all():
        return
    new = old.with_(edition="2", table=old.table.assign(geometry=gpd.GeoSeries(shapes, crs=3006)))
    made = crosswalk(old, new, method="area", tolerance=1.0)
    assert made.table["source"].tolist() == made.table["target"].tolist() == old.codes.tolist()
    assert made.whole == set(old.codes)


@settings(max_examples=25, deadline=None)
@given(
    rows=st.dictionaries(
        st.tuples(st.sampled_from("abcdef"), st.sampled_from("uvwxyz")),
        st.floats(1e-12, 1e12, allow_nan=False),
        min_size=1,
        max_size=30,
    )
)
def test_any_weights_become_rows_that_sum_to_exactly_1(rows):
    from gisintegration.change.crosswalk_table import shares

    source = np.array([key[0] for key in rows])
    weight = shares(pd.factorize(source)[0].astype(np.int64), np.array(list(rows.values())))
    table = pd.DataFrame({"source": source, "target": [key[1] for key in rows], "weight": weight})
    made = Crosswalk("s/1", "s/2", "table", table, tuple(sorted(set(source))), tuple("uvwxyz"))
    nothing_is_lost(made, np.arange(1.0, len(made.sources) + 1))
