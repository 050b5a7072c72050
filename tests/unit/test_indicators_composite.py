"""Indices and classes: means of unrounded shares at every level, classes by limits of the year, by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from gisintegration.errors import IndicatorError
from gisintegration.indicators import aggregate, load_indicators
from gisintegration.indicators.composite import composed
from gisintegration.indicators.constants import UnknownConstantWarning
from gisintegration.indicators.measures import Measure
from gisintegration.testing import example_indicator

sys.path.insert(0, str(Path(__file__).parents[1]))
from four_areas import counted, four_areas, row, values

# Share of women: a 1/3, b 0/1, c 1/1; town north 1/4. Share employed of those aged 20–64: a 1/2, b 1/1, c none.
PERSONS = """
person year area sex   age labour_status
1      2020 a    women 30  employed
2      2020 a    men   40  outside
3      2020 a    men   70  outside
4      2020 b    men   50  employed
5      2020 c    women 70  outside
"""
WOMEN = example_indicator("share", name="women", numerator={"sex": "women"})
WORK = example_indicator("share", name="work", population={"age": "20-64"}, numerator={"labour_status": "employed"})
INDEX = example_indicator("index", name="mix", components=("women", "work"))
WORDS = tuple({"sv": word, "en": word} for word in ("high", "middle", "low"))
KIND = example_indicator("class", name="kind", components=("mix",), cuts=(1.0, 0.0), classes=WORDS)
ALL = [WOMEN, WORK, INDEX, KIND]


def limits(mean: float, deviation: float) -> dict[str, dict[int, float]]:
    return {"mix_mean": {2020: mean}, "mix_deviation": {2020: deviation}}


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    return counted(tmp_path_factory.mktemp("r"), PERSONS, ALL, [2020], constants=limits(45.8, 4.2))


def test_an_index_is_the_mean_of_unrounded_shares_of_each_level(raw):
    # a (33.33 + 50) / 2, b (0 + 100) / 2; north (25 + 66.67) / 2; region (40 + 66.67) / 2; c has nobody of 20–64.
    assert values(raw, "mix", 2020) == {
        "a": pytest.approx(125 / 3),
        "b": 50,
        "c": "missing",
        "d": "missing",
        "north": pytest.approx(275 / 6),
        "south": "missing",
        "provet": pytest.approx(160 / 3),
    }


def test_a_class_counts_from_the_highest_limit_and_nothing_is_rounded_before(raw):
    # Limits 50 and 45.8. b stands on the upper one: class 1. North is 45.833, above 45.8: class 2. a is 41.7: class 3.
    assert values(raw, "kind", 2020) == {
        "a": 3, "b": 1, "c": "missing", "d": "missing", "north": 2, "south": "missing", "provet": 1
    }  # fmt: skip


def test_their_rows(raw):
    cell = row(raw, "mix", "a", 2020)
    assert np.isnan([cell.numerator, cell.denominator]).all()
    assert cell.contributors == 2  # three persons behind the one share, two behind the other
    assert row(raw, "kind", "c", 2020)["contributors"] == 0


@pytest.mark.parametrize(("value", "number"), [(48.0001, 1), (48, 1), (47.9999, 2), (46, 2), (45.9999, 3), (44, 3)])
def test_a_value_on_a_limit_belongs_above_it(value, number):
    figures = tuple(np.array([item]) for item in (np.nan, np.nan, value, 30.0))
    made = composed(KIND, Measure(limits=(48, 46)), lambda _: figures)
    assert made[2].tolist() == [number]


def test_a_limit_that_a_float_misses_is_still_a_limit():
    # 0.1 + 0.2 is 0.30000000000000004.
    figures = tuple(np.array([item]) for item in (np.nan, np.nan, 0.3, 30.0))
    assert composed(KIND, Measure(limits=(0.1 + 0.2, 0.0)), lambda _: figures)[2].tolist() == [1]


def test_without_the_limits_of_the_year_the_class_is_missing_and_told(tmp_path):
    constants = {"mix_mean": {2019: 45.0}, "mix_deviation": {2019: 5.0}}
    with pytest.warns(UnknownConstantWarning, match="kind: no figures for 2020"):
        raw = counted(tmp_path, PERSONS, ALL, [2020], constants=constants, missing="skip")
    assert set(values(raw, "kind", 2020).values()) == {"missing"}
    assert row(raw, "mix", "b", 2020)["value"] == 50


def test_limits_that_nobody_has_published_make_the_class_missing_or_are_asked_for(tmp_path):
    with pytest.warns(UnknownConstantWarning, match="kind: no figures for 2020"):
        raw = counted(tmp_path, PERSONS, ALL, [2020], missing="skip")
    assert set(values(raw, "kind", 2020).values()) == {"missing"}
    with pytest.raises(IndicatorError, match="not known: mix_mean, mix_deviation"):
        counted(tmp_path, PERSONS, ALL, [2020])


def test_an_index_is_missing_in_a_year_that_a_component_is(tmp_path):
    still = example_indicator("share", name="still", numerator={"next.labour_status": "employed"})
    mix = example_indicator("index", name="mix", components=("women", "still"))
    with pytest.warns(UserWarning, match="still: no figures for 2020"):
        raw = counted(tmp_path, PERSONS, [WOMEN, still, mix], [2020])
    assert set(values(raw, "mix", 2020).values()) == {"missing"}


def test_an_index_does_not_apply_in_a_year_that_a_component_does_not(tmp_path):
    later = WORK.model_copy(update={"years": (2021, None)})
    raw = counted(tmp_path, PERSONS, [WOMEN, later, INDEX], [2020])
    assert set(values(raw, "mix", 2020).values()) == {"not_applicable"}


def test_the_components_come_along():
    assert list(load_indicators(["area_type"])) == [
        "low_economic_standard_share",
        "low_education_share",
        "assistance_or_unemployment_share",
        "socioeconomic_index",
        "area_type",
    ]


@pytest.mark.parametrize(
    ("indicators", "what"),
    [
        ([INDEX, WOMEN], "names 'work', which is no indicator"),
        ([example_indicator("index", name="i", components=("i",))], "is made of itself"),
        (
            [WOMEN, example_indicator("count", name="n"), example_indicator("index", components=("women", "n"))],
            "a count",
        ),
        (
            [WOMEN, WORK.model_copy(update={"unit": {"sv": "kr", "en": "kr"}}), INDEX],
            "whose unit is another than that of 'women'",
        ),
    ],
)
def test_what_an_index_cannot_be_made_of_is_refused(indicators, what):
    with pytest.raises(IndicatorError) as error:
        aggregate(None, {item.id: item for item in indicators}, by=["block"], areas={four_areas(): [2020]})
    assert what in str(error.value.failures)
