"""The index of dissimilarity over the finest areas given, by hand and against the formula in plain numpy."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from gisintegration.areas import take
from gisintegration.indicators import aggregate
from gisintegration.indicators.dissimilarity import dissimilarity
from gisintegration.registers import read_register
from gisintegration.testing import example_indicator, grid_areas

sys.path.insert(0, str(Path(__file__).parents[1]))
from four_areas import counted, four_areas, people, register, row, values

# Town north: Swedish background a 3, b 1; foreign a 1, b 1. Town south: Swedish c 1; foreign c 1, d 2.
PERSONS = """
person year area sex   age background
1      2020 a    women 30  swedish
2      2020 a    women 30  swedish
3      2020 a    men   30  swedish
4      2020 b    men   30  swedish
5      2020 a    women 30  foreign
6      2020 b    women 30  foreign
7      2020 c    women 30  swedish
8      2020 c    men   30  foreign
9      2020 d    women 30  foreign
10     2020 d    men   30  foreign
11     2020 .    men   30  foreign
"""
SPREAD = example_indicator("dissimilarity", name="spread")


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    return counted(tmp_path_factory.mktemp("r"), PERSONS, [SPREAD], [2020])


def test_over_the_small_areas_of_each_larger_one(raw):
    # North: ½(|1/2 − 3/4| + |1/2 − 1/4|) = 25 %. South: ½(|1/3 − 1| + |2/3 − 0|) = 66.7 %.
    # Region, 5 of each: ½(|1/5 − 3/5| + |1/5 − 1/5| + |1/5 − 1/5| + |2/5 − 0|) = 40 %.
    assert values(raw, "spread", 2020, "north south provet") == {
        "north": 25, "south": pytest.approx(200 / 3), "provet": pytest.approx(40)
    }  # fmt: skip
    cell = row(raw, "spread", "south", 2020)
    assert (cell.numerator, cell.denominator, cell.contributors) == (3, 1, 1)  # foreign, Swedish, the fewer


def test_the_finest_areas_have_none(raw):
    assert set(values(raw, "spread", 2020, "a b c d").values()) == {"not_applicable"}
    cell = row(raw, "spread", "a", 2020)
    assert np.isnan([cell.numerator, cell.denominator, cell.contributors]).all()


def test_by_sex_and_where_a_group_has_nobody(raw):
    # Women of north: Swedish a 2, foreign a 1 and b 1: ½(|1/2 − 1| + 1/2) = 50 %. Men of north: no foreign.
    assert row(raw, "spread", "north", 2020, sex="women")["value"] == 50
    men = row(raw, "spread", "north", 2020, sex="men")
    assert (men.status, men.contributors) == ("missing", 0)


def test_an_area_of_one_small_area_has_none(tmp_path):
    three = take(four_areas(), [0, 1, 2])
    raw = aggregate(
        register(tmp_path, people(PERSONS)), {"spread": SPREAD}, by=["town"], areas={three: [2020]}, breakdowns=False
    )
    assert values(raw, "spread", 2020, "north south") == {"north": 25, "south": "not_applicable"}


def test_persons_without_a_place_are_in_neither_group(tmp_path):
    # Kept in an area of their own, they are no small area of the region: as if they were not there.
    path = tmp_path / "persons.csv"
    people(PERSONS).to_csv(path, index=False)
    apart = read_register(path, crs=3006, unplaced="separate")
    areas = grid_areas(4, 1)
    raw = aggregate(
        apart, {"spread": SPREAD}, by=["deso", "region"], region="Provet", areas={areas: [2020]}, breakdowns=False
    )
    cell = row(raw, "spread", "provet", 2020)
    assert (cell.value, cell.numerator, cell.denominator) == (pytest.approx(40), 5, 5)


def test_it_equals_the_formula_on_random_counts():
    rng = np.random.default_rng(8)
    first, second = rng.poisson(3, (60, 2, 4)), rng.poisson(5, (60, 2, 4))
    parents = rng.integers(-1, 7, 60).astype(np.int32)
    made = dissimilarity(first, second, parents, 8)
    assert np.isnan(made[7]).all()
    for parent in range(7):
        a, b = first[parents == parent], second[parents == parent]
        with np.errstate(invalid="ignore"):
            expected = np.abs(a / a.sum(axis=0) - b / b.sum(axis=0)).sum(axis=0) / 2 * 100
        np.testing.assert_allclose(made[parent], expected, rtol=1e-12)
