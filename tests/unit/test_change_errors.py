"""The error model: by hand, against draws, and its parameters as they are shipped."""

import numpy as np
import pytest

from gisintegration.change import ErrorModel, load_error_model

PLAIN = ErrorModel(own=0.0, per_year=0.0, per_growth=0.0)


def test_persons_one_by_one_are_binomial():
    assert PLAIN.variance([100, 100, 0], [0.5, 0.2, 0.5], 0).tolist() == pytest.approx([25, 16, 0])


def test_a_group_that_moves_as_one_has_the_largest_variance_there_is():
    together = ErrorModel(own=1.0, per_year=0.0, per_growth=0.0)
    assert float(together.variance(10, 0.5, 0)) == 25
    # 0 or 10, each half the time.
    assert np.var([0, 10]) == 25


def test_clusters_are_beta_binomial():
    rng = np.random.default_rng(1)
    n, w, rho = 40, 0.3, 0.1
    share = rng.beta(w * (1 - rho) / rho, (1 - w) * (1 - rho) / rho, size=200_000)
    drawn = rng.binomial(n, share).var()
    assert float(ErrorModel(own=rho, per_year=0, per_growth=0).variance(n, w, 0)) == pytest.approx(drawn, rel=0.02)


def test_a_share_of_drawn_groups_has_the_variance_of_the_delta_method():
    rng = np.random.default_rng(2)
    n, rest, w = 400, 600, 0.4
    x, y = rng.binomial(n, w, size=100_000), rng.binomial(rest, w, size=100_000)
    drawn = (x / (x + y)).var()
    p, base = n / (n + rest), (n + rest) * w
    made = PLAIN.quotient_variance(n, rest, p, w, 0) / base**2
    assert float(made) == pytest.approx(drawn, rel=0.03)


def test_years_and_growth_make_it_larger_up_to_the_limit():
    model = ErrorModel(own=0.0, per_year=0.1, per_growth=0.5, limit=0.4)
    assert model.common([0, 1, 2, 9, 90], 0).tolist() == pytest.approx([0, 0.1, 0.2, 0.4, 0.4])
    assert model.common(0, [-0.3, 0.3, 0]).tolist() == pytest.approx([0.045, 0.045, 0])
    assert ErrorModel(own=0, per_year=0.1, per_growth=0, unknown_years=3).common(np.nan, 0) == pytest.approx(0.3)


def test_ground_matters_between_a_tenth_and_ten_square_kilometres():
    model = ErrorModel(own=0.0, per_year=0.0, per_growth=0.0, base=0.1, size=-0.5)
    ground = [0.001, 0.1, 1, 4, 10, 1000, np.nan]
    assert model.common(0, 0, ground).tolist() == pytest.approx(
        [0.1 * 10**0.5] * 2 + [0.1, 0.05] + [0.1 * 10**-0.5] * 2 + [0.1]
    )


def test_everyone_is_no_group():
    model = ErrorModel(own=0.1, per_year=0.0, per_growth=0.0)
    made = model.variance([11, 11], 0.5, 0.0, everyone=[True, False])
    assert made.tolist() == pytest.approx([2.75, 5.5])


def test_a_weight_of_0_or_1_is_certain():
    for model in (PLAIN, load_error_model("points"), load_error_model("area")):
        assert model.variance(50, [0.0, 1.0], 0.2).tolist() == [0, 0]
        assert model.quotient_variance(20, 30, 0.4, [0.0, 1.0], 0.2).tolist() == [0, 0]
        assert model.amount_variance(1000, 30, 5, [0.0, 1.0], 0.2).tolist() == [0, 0]


@pytest.mark.parametrize("method", ["points", "target", "grid", "area", "weights", "table", "points+area", "else"])
def test_every_method_has_parameters_and_a_source(method):
    model = load_error_model(method)
    assert model.source
    assert 0 <= model.own <= model.limit <= 1
    assert model.variance(100, 0.5, model.common(np.nan, np.nan)) > 0


def test_how_wrong_whole_areas_are_cannot_be_told():
    model = load_error_model("best_fit")
    common = model.common([0, 6], 0.1)
    assert np.isnan(model.variance(100, [0.0, 1.0], common)).all()
    assert np.isnan(model.quotient_variance(20, 30, 0.4, [0.0, 1.0], common)).all()
    assert np.isnan(model.amount_variance(1000, 30, 5, [0.0, 1.0], common)).all()
