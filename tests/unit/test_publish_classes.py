"""Classes and colours: round edges, no empty class, no value outside, colours that can be told apart."""

import itertools

import numpy as np
import pytest

from gisintegration.publish.classes import Classes, _oklab, classes, natural_breaks, ramp


def test_edges_are_round_and_values_fall_where_the_labels_say():
    made = classes([4.1, 4.9, 5.2, 21.0, 22.4, 23.0, 58.1, 61.7], k=3)
    assert made.edges == (4.1, 15.0, 40.0, 61.7)
    assert made.of([4.1, 14.9, 15.0, 61.7, 99.0, -1.0]).tolist() == [0, 0, 1, 2, 2, 0]
    assert made.labels("sv") == ["under 15,0", "15,0–39,9", "40,0 eller mer"]


def test_few_or_equal_values_give_few_classes():
    assert len(classes([])) == 0
    assert classes([]).labels() == []
    assert classes([np.nan, np.nan]).edges == ()
    assert classes([5.0, 5.0, 5.0]).labels("sv", 1) == ["5,0"]
    assert len(classes([1, 2], decimals=0)) == 2


def test_negative_values_are_spelled_out_and_zero_has_no_sign():
    made = classes(np.linspace(-8, 10, 200), k=4)
    assert not any(label.startswith("−0,0") for label in made.labels("sv"))
    assert "−" in made.labels("sv")[0]
    assert " till " in Classes((-5.0, -2.0, 2.0, 5.0)).labels("sv")[1]


def test_an_outlier_gets_no_class_of_its_own():
    made = classes([*np.linspace(10, 20, 5000), 10_000.0], k=5)
    assert np.bincount(made.of(np.linspace(10, 20, 5000)), minlength=len(made)).min() > 100


def test_whole_numbers_have_whole_edges():
    made = classes(np.random.default_rng(1).gamma(4, 80_000, 3000).round(), k=6, decimals=0)
    assert all(edge == round(edge) for edge in made.edges)
    assert all(edge % 10_000 == 0 for edge in made.edges[1:-1])


@pytest.mark.parametrize("k", [1, 10])
def test_a_number_of_classes_no_reader_can_follow_is_refused(k):
    with pytest.raises(ValueError, match="2–9"):
        classes([1.0, 2.0], k=k)


def test_natural_breaks_by_hand():
    assert natural_breaks(np.array([1.0, 2.0, 9.0, 10.0]), 2) == [2.0]
    assert natural_breaks(np.array([1.0, 1.0, 1.0, 7.0]), 1) == []


@pytest.mark.parametrize("high_is", ["good", "bad", "neutral"])
@pytest.mark.parametrize("k", range(2, 8))
def test_colours_darken_in_even_steps(high_is, k):
    lightness = np.array([_oklab(colour)[0] for colour in ramp(high_is, k)])
    steps = -np.diff(lightness)
    assert (steps > 0).all()
    assert steps.max() - steps.min() < 0.02


@pytest.mark.parametrize("high_is", ["good", "bad", "neutral"])
def test_colours_differ_to_those_who_do_not_see_red_or_green(high_is):
    # Viénot, Brettel and Mollon (1999), dichromat projections in linear RGB.
    projections = {
        "protan": [[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]],
        "deutan": [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]],
    }
    for matrix in projections.values():
        seen = []
        for colour in ramp(high_is, 6):
            srgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
            linear = np.array(matrix) @ np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
            back = np.clip(linear, 0, 1)
            back = np.where(back <= 0.0031308, back * 12.92, 1.055 * back ** (1 / 2.4) - 0.055)
            seen.append(_oklab("#" + "".join(f"{round(c * 255):02x}" for c in back)))
        apart = [np.linalg.norm(a - b) for a, b in itertools.pairwise(seen)]
        assert min(apart) > 0.07  # 0.02 is about what an eye just notices
