"""Derived variables, counted by hand on a few households: size, crowding, first of the household, income, benefits."""

from __future__ import annotations

import pytest

from gisintegration.indicators.derived import columns_of, derived, derived_in, with_derived
from gisintegration.sql import connect

# household 1: couple of 40 and 38 with children of 19 and 3; 2: alone; 3: mother of 50 with a son of 20; none: person 8.
PERSONS = """(values
    (1, 10, 40, 'couple_children', 300000, 3, 90), (2, 10, 38, 'couple_children', 200000, 3, 90),
    (3, 10, 19, 'couple_children', 10000, 3, 90), (4, 10, 3, 'couple_children', 0, 3, 90),
    (5, 20, 70, 'single', 180000, 1, 30),
    (6, 30, 50, 'single_children', 250000, null, 39), (7, 30, 20, 'single_children', 110000, null, 39),
    (8, null, 33, null, 99000, null, null)
) as t(person, household, age, household_type, disposable_income, rooms, living_area)"""
HAS = {"person", "household", "age", "household_type", "disposable_income", "rooms", "living_area"}


def column(variable: str, persons: str = PERSONS, *, has: set[str] = HAS, year: int = 2022, **options: str) -> list:
    source = with_derived(f"select * from {persons}", [variable], year=year, has=has, **options)
    with connect() as con:
        return [row[0] for row in con.execute(f"select {variable} from ({source}) order by person").fetchall()]


def test_persons_in_the_household():
    assert column("household_size") == [4, 4, 4, 4, 1, 2, 2, None]


def test_more_than_two_a_room_but_for_the_living_room_is_crowded():
    # Four in two rooms besides the living room are two a room. Alone never; rooms unknown: 39 m² for two is under 40.
    assert column("overcrowded") == [False] * 4 + [False, True, True, None]
    assert column("overcrowded", PERSONS.replace("3, 90)", "2, 90)"))[:4] == [True] * 4
    assert column("overcrowded", PERSONS.replace("null, 39)", "null, 40)"))[5:7] == [False, False]
    assert column("overcrowded", PERSONS.replace("null, 39)", "null, null)"))[5:7] == [None, None]
    assert column("overcrowded", PERSONS.replace("1, 30)", "1, 9)"))[4] is False


def test_the_first_is_the_oldest_and_of_equals_the_lowest():
    assert column("household_first") == [True, False, False, False, True, True, False, None]
    twins = PERSONS.replace("(2, 10, 38,", "(2, 10, 40,")
    assert column("household_first", twins)[:2] == [True, False]
    assert column("household_first", twins.replace("(1, 10, 40", "(9, 10, 40"))[:1] == [True]
    keyed = PERSONS.replace(" as t(person, household", " as t(person, dwelling")
    has = HAS - {"household"} | {"dwelling"}
    assert column("dwelling_first", keyed, has=has) == column("household_first")


def test_a_household_is_counted_whole_where_only_some_members_are_asked_for():
    some = f"(select * from {PERSONS} where age < 20)"
    assert column("household_size", some, everyone=f"select * from {PERSONS}") == [4, 4]
    assert column("household_size", some) == [2, 2]


def test_equivalised_income_by_the_consumption_scale():
    # 510 000 over 1.51 + 0.52 + 0.42 (those of 19 and 3 are children); 360 000 over 1.00 + 0.60.
    assert column("equivalised_income") == [208_163] * 4 + [180_000, 225_000, 225_000, None]


def test_without_types_of_households_two_adults_are_a_couple():
    has = HAS - {"household_type"}
    assert column("equivalised_income", has=has)[5:7] == [238_411] * 2  # 360 000 over 1.51


def test_an_income_not_known_leaves_the_household_without():
    assert column("equivalised_income", PERSONS.replace("3, 'couple_children', 0,", "3, 'couple_children', null,"))[
        :5
    ] == [None, None, None, None, 180_000]


def test_a_young_person_alone_is_one_adult():
    assert column("equivalised_income", PERSONS.replace("(5, 20, 70,", "(5, 20, 18,"))[4] == 180_000


@pytest.mark.parametrize(("year", "region"), [(2012, "europe_other"), (2013, "eu_efta")])
def test_region_of_birth_follows_membership_in_the_year(year, region):
    countries = "(values (1, 'HR'), (2, 'SE'), (3, 'NO'), (4, 'SO'), (5, null), (6, 'QQ')) as t(person, birth_country)"
    found = column("birth_region", countries, has={"person", "birth_country"}, year=year)
    assert found == [region, "sweden", "nordic", "world", None, None]


def test_what_the_register_has_is_read_as_it_is():
    has = {"person", "birth_country", "birth_region"}
    assert derived_in(["birth_region"], has) == set()
    assert columns_of(["birth_region"], has) == {"birth_region"}
    assert columns_of(["birth_region"], has - {"birth_region"}) == {"birth_country"}
    assert with_derived("select 1", ["birth_region"], year=2022, has=has) == "select 1"


def test_the_only_income_is_the_first_benefit_that_net_income_is_not_above():
    rows = """(values (1, 50000, 50000, 0, 0), (2, 50001, 50000, 0, 0), (3, 60000, 50000, 60000, 0), (4, 0, 0, 0, 0),
        (5, 70000, 0, 0, 80000), (6, null, 1, 0, 0))
        as t(person, net_income, social_assistance, establishment_benefit, introduction_benefit)"""
    has = {"person", "net_income", "social_assistance", "establishment_benefit", "introduction_benefit"}
    assert column("only_income", rows, has=has) == [
        "social_assistance", "none", "establishment_benefit", "none", "introduction_benefit", None,
    ]  # fmt: skip


def test_crowding_needs_the_columns_behind_it():
    assert columns_of(["overcrowded"], {"age"}) == {"household", "rooms", "living_area"}


def test_every_derived_variable_is_told_in_words():
    for name, item in derived().items():
        assert item.variable.name == name
        assert item.formula.endswith(".")
        assert item.variable.sv
        assert item.variable.en
