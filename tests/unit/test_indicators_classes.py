"""Sets of classes: who is in them, which are given in a year, and ages that overlap as sums of the finest."""

from __future__ import annotations

import pytest

from gisintegration.indicators import load_indicators
from gisintegration.indicators.cells import axis_of, cells_of
from gisintegration.indicators.classes import can_be_given, class_sets, classes, finest, positions_in
from gisintegration.indicators.rules import exclude_each_other
from gisintegration.testing import example_indicator

BY_CODE = {item.code: item for item in classes()}


def ages(population: dict, year: int, name: str = "age") -> list[str]:
    return [item.code for item in class_sets()[name] if can_be_given(population, item, year)]


def test_every_set_is_of_classes_of_its_breakdown():
    assert set(class_sets()) == {
        "background", "background/reason", "background/two_periods", "age", "age/voters", "age/housing", "education",
    }  # fmt: skip
    for name, members in class_sets().items():
        assert {item.breakdown for item in members} == {name.partition("/")[0]}
        assert len({item.code for item in members}) == len(members)


@pytest.mark.parametrize("name", ["age/voters", "age/housing"])
def test_sets_of_ages_share_nobody_and_leave_no_gap(name):
    first = 18 if name == "age/voters" else 0
    for age in range(first, 121):
        holding = [item for item in class_sets()[name] if not exclude_each_other(item.rule, {"age": f"{age}-{age}"})]
        assert len(holding) == 1, age


@pytest.mark.parametrize(
    ("population", "year", "given"),
    [
        ({"age": "20-64"}, 2022, ["20_24", "25_34", "35_44", "45_54", "55_64"]),
        ({"age": "20-65"}, 2023, ["20_24", "25_34", "35_44", "45_54", "55_64", "55_65"]),
        ({"age": {"-2022": "20-64", "2023-": "20-65"}}, 2022, ["20_24", "25_34", "35_44", "45_54", "55_64"]),
        ({"age": {"-2022": "20-64", "2023-": "20-65"}}, 2023, ["20_24", "25_34", "35_44", "45_54", "55_64", "55_65"]),
        ({}, 2021, ["00_19", "20_24", "25_34", "35_44", "45_54", "55_64", "65"]),
        ({}, 2022, ["00_19", "20_24", "25_34", "35_44", "45_54", "55_64", "55_65", "65", "66"]),
        ({"age": "20-25"}, 2022, ["20_24"]),
        ({"age": "16-19"}, 2022, ["00_19"]),
        ({"age": ">= 20"}, 2021, ["20_24", "25_34", "35_44", "45_54", "55_64", "65"]),
        ({"age": "< 18"}, 2021, []),
    ],
)
def test_a_class_of_ages_is_given_where_the_population_holds_all_of_it(population, year, given):
    assert ages(population, year) == given


def test_voters_ages():
    assert ages({"age": ">= 18"}, 2022, "age/voters") == ["18_29", "30_49", "50_64", "65"]


def test_a_background_nobody_in_the_population_can_have_is_not_given():
    assert not can_be_given({"birth_region": "sweden"}, BY_CODE["foreign_born"], 2022)
    assert can_be_given({"birth_region": ["nordic", "world"]}, BY_CODE["foreign_born"], 2022)


def test_overlapping_ages_are_sums_of_one_list():
    members = [item for item in classes() if item.breakdown == "age"]
    parts = finest(members)
    assert [item.code for item in parts] == [
        "0-17", "18-19", "20-24", "25-29", "30-34", "35-44", "45-49", "50-54", "55-64", "65-65", "66-",
    ]  # fmt: skip
    for item in members:
        for age in range(121):
            inside = not exclude_each_other(item.rule, {"age": f"{age}-{age}"})
            here = [k for k, part in enumerate(parts) if not exclude_each_other(part.rule, {"age": f"{age}-{age}"})]
            assert len(here) == 1
            assert inside == (here[0] in positions_in(item, parts)), (item.code, age)


def test_ten_years_is_the_sum_of_the_shorter_times():
    assert BY_CODE["stay_00_09"].sum_of == ("stay_00_01", "stay_02_03", "stay_04_09")


def test_a_set_gives_its_own_cells_only():
    voters = example_indicator("share", population={"age": ">= 18"}, breakdowns=("age/voters",))
    axis = axis_of(["age", "age/voters", "background/two_periods"])
    codes = [axis.code(cell, "age") for cell in cells_of(voters, axis, "deso", 2022)]
    assert codes == ["total", "18_29", "30_49", "50_64", "65"]
    turnout = load_indicators()["turnout_riksdag"]
    axis = axis_of(["background", "background/two_periods", "background/reason"])
    backgrounds = {axis.code(cell, "background") for cell in cells_of(turnout, axis, "deso", 2022)}
    assert {"stay_00_09", "stay_10", "birth_nordic"} <= backgrounds
    assert not {"stay_00_01", "reason_other"} & backgrounds
