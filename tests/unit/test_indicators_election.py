"""Figures of election day stand where voters were on the day of the electoral roll, counted by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gisintegration.indicators import aggregate
from gisintegration.registers import place
from gisintegration.testing import example_indicator

sys.path.insert(0, str(Path(__file__).parents[1]))
from four_areas import counted, four_areas, people, register, row, values

# p2 voted in a and moved to b before the end of the year; p3 lived far away on election day; p4 came from there;
# p5 has no place at the end of the year and had one on election day.
PERSONS = """
person year area voted_in sex   age voted_riksdag
1      2022 a    .        women 30  true
2      2022 b    a        men   40  false
3      2022 b    far      women 50  true
4      2022 far  b        men   60  true
5      2022 .    c        women 70  true
6      2022 c    .        men   17  .
1      2023 b    .        women 31  .
2      2023 b    .        men   41  .
"""
TURNOUT = example_indicator(
    "share",
    name="turnout",
    reference="election day",
    only_years=(2022,),
    population={"age": ">= 18", "voted_riksdag": "known"},
    numerator={"voted_riksdag": True},
)
PEOPLE = example_indicator("count", name="people")
BOTH = example_indicator("index", name="both", components=("turnout", "women"))
WOMEN = example_indicator("share", name="women", numerator={"sex": "women"})


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    return counted(tmp_path_factory.mktemp("r"), PERSONS, [TURNOUT, PEOPLE, WOMEN, BOTH], [2022, 2023])


def test_turnout_stands_where_voters_were_and_people_where_they_are(raw):
    assert values(raw, "turnout", 2022) == {
        "a": 50, "b": 100, "c": 100, "d": "missing", "north": pytest.approx(200 / 3), "south": 100, "provet": 75
    }  # fmt: skip
    assert row(raw, "turnout", "a", 2022)["denominator"] == 2  # p1 and p2
    assert values(raw, "people", 2022, "a b c provet") == {"a": 1, "b": 2, "c": 1, "provet": 4}


def test_a_year_without_an_election_does_not_apply(raw):
    assert set(values(raw, "turnout", 2023).values()) == {"not_applicable"}
    assert values(raw, "people", 2023, "a b") == {"a": 0, "b": 2}


def test_an_index_of_both_times_takes_each_where_it_stands(raw):
    # b: turnout 100 % (p4), women 1 of 2 at the end of the year.
    assert row(raw, "both", "b", 2022)["value"] == 75


def test_without_a_place_of_election_day_voters_stand_as_at_the_end_of_the_year(tmp_path):
    frame = people(PERSONS).drop(columns=["election_x", "election_y", "election_kommun"])
    raw = aggregate(
        register(tmp_path, frame), {"turnout": TURNOUT}, by=["block"], areas={four_areas(): [2022]}, breakdowns=False
    )
    assert values(raw, "turnout", 2022, "a b c d") == {"a": 100, "b": 50, "c": "missing", "d": "missing"}


def test_placing_voters_accounts_for_every_row(tmp_path):
    persons, areas = register(tmp_path, people(PERSONS)), four_areas()
    then, now = (place(persons, {areas: [2022]}, at=at) for at in ("election", "31 December"))
    counted_then, counted_now = (one.report.totals.iloc[0] for one in (then, now))
    assert (then.at, now.at) == ("election", "31 December")
    assert counted_then[["located", "outside", "unplaced", "rows"]].tolist() == [5, 1, 0, 8 - 2]
    assert counted_now[["located", "outside", "unplaced"]].tolist() == [4, 1, 1]


def test_placed_beforehand_the_figures_are_the_same(tmp_path, raw):
    persons, areas = register(tmp_path, people(PERSONS)), four_areas()
    again = aggregate(
        persons,
        {"turnout": TURNOUT},
        by=["block"],
        areas={areas: [2022]},
        places=place(persons, {areas: [2022]}),
        election_places=place(persons, {areas: [2022]}, at="election"),
        breakdowns=False,
    )
    assert values(again, "turnout", 2022, "a b c d") == values(raw, "turnout", 2022, "a b c d")
