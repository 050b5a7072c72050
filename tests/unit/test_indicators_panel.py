"""Persons a year later and a year earlier: who is still employed, counted by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gisintegration.indicators.panel import years_lacking, years_read
from gisintegration.testing import example_indicator

sys.path.insert(0, str(Path(__file__).parents[1]))
from four_areas import counted, flow, row, values

# p1 employed in all years, moves a → c; p2 employed, then outside; p3 employed, then not in the register (died);
# p4 unemployed, then employed; p5 employed, then not in the register.
PERSONS = """
person year area sex   age labour_status disposable_income
1      2019 a    women 30  employed      100
2      2019 a    men   40  employed      200
3      2019 a    women 50  employed      300
4      2019 b    men   35  unemployed    400
5      2019 b    women 28  employed      500
1      2020 c    women 31  employed      110
2      2020 a    men   41  outside       210
4      2020 b    men   36  employed      410
1      2021 c    women 32  outside       120
2      2021 a    men   42  employed      220
4      2021 b    men   37  employed      420
"""
EMPLOYED = {"labour_status": "employed"}
STILL = example_indicator(
    "share",
    name="still",
    reference="panel",
    population={**EMPLOYED, "next.labour_status": "known"},
    numerator={"next.labour_status": "employed"},
)
BEGAN = example_indicator(
    "share", name="began", population=EMPLOYED, numerator={"previous.labour_status": ["unemployed", "outside"]}
)
OLDER = example_indicator("count", name="older", population={"next.age": ">= 41"})
AWAY = example_indicator("count", name="away", population={"next.age": "missing"})
DAYS = example_indicator("count", name="days", population={"next.days_in_sweden": ">= 730"})


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    with pytest.warns(UserWarning, match="no figures") as told:
        made = counted(
            tmp_path_factory.mktemp("r"), PERSONS, [STILL, BEGAN, OLDER, AWAY], [2019, 2020, 2021], missing="refuse"
        )
    assert [str(one.message) for one in told] == [
        "still, older, away: no figures for 2021, since they read persons of 2022 too, whom the register does not have.",
        "began: no figures for 2019, since they read persons of 2018 too, whom the register does not have.",
    ]
    return made


def test_the_cohort_and_its_area_are_of_the_year_and_the_status_of_the_year_after(raw):
    # 2019: p1 and p2 have a known status in 2020, p3 and p5 are gone; p1 is still employed, in c by then.
    cell = row(raw, "still", "a", 2019)
    assert (cell.numerator, cell.denominator, cell.value) == (1, 2, 50)
    assert values(raw, "still", 2019) == {
        "a": 50, "b": "missing", "c": "missing", "d": "missing", "north": 50, "south": "missing", "provet": 50
    }  # fmt: skip
    # 2020: p1 is outside a year later, p4 still employed.
    assert values(raw, "still", 2020, "a b c provet") == {"a": "missing", "b": 100, "c": 0, "provet": 50}


def test_a_year_earlier(raw):
    # 2020: employed are p1 (was employed) and p4 (was unemployed). 2021: p2 (was outside) and p4 (was employed).
    assert values(raw, "began", 2020, "b c provet") == {"b": 100, "c": 0, "provet": 50}
    assert values(raw, "began", 2021, "a b provet") == {"a": 100, "b": 0, "provet": 50}


def test_numbers_of_the_year_after(raw):
    assert values(raw, "older", 2019, "a b provet") == {"a": 1, "b": 0, "provet": 1}  # p2 is 41 a year later


def test_who_is_not_in_the_register_a_year_later_has_no_value(raw):
    assert values(raw, "away", 2019, "a b provet") == {"a": 1, "b": 1, "provet": 2}  # p3 and p5
    assert values(raw, "away", 2020, "a b provet") == {"a": 0, "b": 0, "provet": 0}


def test_the_last_year_is_missing_in_total_and_by_sex_and_is_no_error(raw):
    last = raw.table[(raw.table["indicator"] == "still") & (raw.table["year"] == 2021)]
    assert set(last["status"]) == {"missing"}
    assert set(last["sex"]) == {"total", "women", "men"}
    assert last["contributors"].isna().all()


def test_a_derived_variable_of_the_year_after_is_counted_to_its_own_end(tmp_path):
    # From 1 January 2019 to 31 December 2020 there are 730 days.
    text = """
person year area sex   age immigrated
1      2019 a    women 30  2019-01-01
2      2019 a    men   40  2019-01-02
1      2020 a    women 31  2019-01-01
2      2020 a    men   41  2019-01-02
"""
    assert row(counted(tmp_path, text, [DAYS], [2019]), "days", "a", 2019)["value"] == 1


@pytest.mark.parametrize(
    ("indicator", "years"),
    [
        (example_indicator("share"), (2020,)),
        (STILL, (2020, 2021)),
        (BEGAN, (2019, 2020)),
        (flow("births", population={"age": 0}), (2020,)),
        (flow("deaths", population={"departure": "died"}), (2019, 2020)),
        (flow("in", population={"moved": "in"}), (2019, 2020)),
        (flow("net", "net", numerator={"moved": "in"}, denominator={"moved": "out"}), (2019, 2020)),
        (flow("known", population={"moved": "out", "next.age": "known"}), (2019, 2020, 2021)),
    ],
)
def test_which_years_a_figure_reads(indicator, years):
    assert years_read(indicator, 2020) == years


def test_years_out_of_force_lack_nothing():
    ended = STILL.model_copy(update={"years": (None, 2020)})
    assert years_lacking({"still": ended}, {2019, 2020, 2021}, [2019, 2020, 2021]) == {}
