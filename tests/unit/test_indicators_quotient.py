"""Quotients of counts and counts of households, by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gisintegration.testing import example_indicator

sys.path.insert(0, str(Path(__file__).parents[1]))
from four_areas import counted, row, values

PERSONS = """
person year area sex   age labour_status net_income
1      2020 a    women 30  employed      100
2      2020 a    women 40  employed      0
3      2020 a    men   50  outside       300
4      2020 a    men   17  employed      .
5      2020 b    men   35  employed      500
6      2020 b    men   70  outside       600
7      2020 c    women 20  outside       700
"""
ADULT = {"age": "18-64"}


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    women_to_men = example_indicator(
        "quotient", name="women_to_men", population=ADULT, numerator={"sex": "women"}, denominator={"sex": "men"}
    )
    working = example_indicator(
        "quotient",
        name="working",
        population=ADULT,
        numerator={"labour_status": "employed"},
        denominator={"labour_status": "outside"},
    )
    return counted(tmp_path_factory.mktemp("r"), PERSONS, [women_to_men, working], [2020])


def test_a_quotient_is_of_two_counts_and_not_per_cent(raw):
    # Adults: a two women, one man; b one man; c one woman.
    assert values(raw, "women_to_men", 2020) == {
        "a": 2, "b": 0, "c": "missing", "d": "missing", "north": 1, "south": "missing", "provet": 1.5
    }  # fmt: skip


def test_its_row_holds_both_counts_and_the_group_behind_them(raw):
    cell = row(raw, "women_to_men", "a", 2020)
    assert (cell.numerator, cell.denominator, cell.value, cell.contributors) == (2, 1, 2, 3)
    nobody = row(raw, "women_to_men", "d", 2020)
    assert (nobody.numerator, nobody.denominator, nobody.contributors) == (0, 0, 0)


def test_by_sex_each_side_is_of_that_sex(raw):
    cells = {sex: row(raw, "working", "a", 2020, sex=sex) for sex in ("women", "men")}
    assert (cells["women"].numerator, cells["women"].denominator, cells["women"].status) == (2, 0, "missing")
    assert (cells["men"].numerator, cells["men"].denominator, cells["men"].status) == (0, 1, "zero")
