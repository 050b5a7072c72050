"""The library's figures of a register of 36 persons (tests/hand_register.py), counted by hand from docs/definitions.md."""

import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from gisintegration.indicators import aggregate, load_indicators
from gisintegration.registers import read_register

sys.path.insert(0, str(Path(__file__).parents[1]))
from hand_register import A, hand_areas, hand_persons

CONSTANTS = ["synthetic", {"median_equivalised_income": {2021: 281_000, 2022: 293_000, 2023: 303_000}}]
BASE = (
    48_300  # price base amount of 2022; 60 per cent of the median of 2022 is 175 800 kr, one and a half base 72 450 kr
)
KOMMUN, REGSO, REGION = "1904", "0114R004", "provet"

# Area A in 2022, persons 1–12 and 16. Of working age (20–64): 1 2 3 5 7 8 9 11 16, nine; employed 1 2 5 8 16, five.
IN_A = {
    "employed_share": (5, 9),
    "self_employed_of_employed_share": (1, 5),  # 2; person 6 is 65
    "registered_unemployed_share": (3, 9),  # 3 open, 7 and 9 in a programme
    "openly_unemployed_share": (1, 9),
    "programme_share": (2, 9),
    "long_term_unemployed_share": (1, 9),  # 3 has 184 days, 7 has 183
    "still_employed_share": (3, 4),  # 16 has left; of 1 2 5 8 all but 2 are employed in 2023, 8 in another area
    "still_self_employed_share": (0, 1),  # 2 is unemployed a year later
    "manager_share": (1, 5),
    "graduates_occupation_share": (2, 3),  # 2 and 5 of 2 5 16; the occupation of 16 is not known
    "graduates_skill_share": (1, 3),
    "born_in_sweden_share": (7, 13),  # 1 2 3 4 10 12 16
    "foreign_born_share": (6, 13),
    "foreign_background_share": (7, 13),  # and 10, both of whose parents were born abroad
    "born_nordic_share": (1, 13),
    "born_eu_efta_share": (1, 13),  # Croatia in 2022; the United Kingdom is not a member
    "born_other_world_share": (4, 13),  # 7 8 9 11
    "children_share": (2, 13),
    "working_age_share": (9, 13),
    "older_share": (2, 13),  # 6 and 12 are 65
    "women_share": (6, 13),
    "owner_house_share": (4, 13),  # 12 owns a flat
    "rental_share": (5, 13),
    "cooperative_share": (2, 13),
    "adult_children_at_home_share": (1, 4),  # 3 of 3 8 9 11
    "overcrowded_share": (3, 12),  # 8 9 10 have 59 m²; 7 lives alone; 11 has no household
    "only_social_assistance_share": (1, 9),  # 7; 9 has other income too
    "only_introduction_benefit_share": (1, 9),
    "only_establishment_benefit_share": (1, 9),
    "low_income_statement_share": (2, 9),  # 3 has 72 449 and 9 has 10 000; 5 has 72 450; 0 is no statement
    "low_economic_standard_share": (4, 11),  # 6 has 175 799, 8 9 11 less; 1–4 have 175 800; 7 and 10 are not known
    "assistance_or_unemployment_share": (2, 9),  # 7 in ten months, 3 in 184 days; 9 in nine months
    "studying_share": (2, 9),  # 9 11
    "neet_16_19_share": (0, 1),  # 4 studies
    "neet_20_25_share": (1, 3),  # 3 of 3 9 11
    "neet_working_age_share": (2, 9),  # 3 7
    "upper_secondary_eligible_share": (1, 1),
    "higher_education_eligible_share": (0, 1),
    "sfi_passed_share": (2, 3),  # 8 9 of 7 8 9
    "low_education_share": (2, 9),  # 1 8; 7 is not known and stays in the nine
    "upper_secondary_share": (3, 9),
    "post_secondary_share": (3, 9),
    "sick_days_contributors_share": (2, 9),
    "turnout_riksdag": (5, 6),  # 1 2 3 6 12 16, of whom 3 did not vote
    "turnout_region": (6, 8),  # 5 was in area B on the day of the roll; 3 and 8 did not vote
    "turnout_kommun": (6, 8),  # 8 and 16 did not vote
    "sickness_benefit_ratio": (44, 1625),  # thousand kronor: 20 + 24; the nine have 1 625 in net income
    "sickness_pay_ratio": (20, 1625),
    "activity_compensation_ratio": (24, 1625),  # person 6 is 65
    "unemployment_benefit_ratio": (13, 1625),
    "social_assistance_ratio": (75, 1625),
    "introduction_benefit_ratio": (60, 1625),
    "establishment_benefit_ratio": (50, 1625),
    "out_migration_risk": (1, 12),  # 15 of 1–4 6 8 9 11–15
    "stayed_share": (9, 11),  # without 13, who died; 14 emigrated, 15 moved to B
}
# What is no per cent of two numbers, and other areas.
OTHER = {
    ("population", A): 13,
    ("population", KOMMUN): 17,
    ("population", REGSO): 15,
    ("population", REGION): 32,
    ("disposable_income_mean", A): 2_175_000 / 11 / BASE,  # everyone but 4 and 10
    ("disposable_income_median", A): 200_000 / BASE,  # the sixth of 30 50 60 90 180 200 240 250 300 355 420
    ("sfi_days_median", A): 714.5,  # 700 and 729
    ("sick_days_mean", A): 100 / 9,  # 10 + 90; person 6 is 65
    ("domestic_net_migration", A): 100 * (2 - 1) / 12.5,  # 5 and 16 came, 15 left; 12 and 13 persons
    ("domestic_net_migration", KOMMUN): 100 * (1 - 0) / 16.5,  # 5 and 15 moved within it; 16 and 17 persons
    ("domestic_net_migration", REGSO): 100 * (1 - 1) / 14.5,  # 35 came, 34 left; 22 and 23 moved within it
    ("international_net_migration", A): 0,  # 7 came, 14 left
    ("international_net_migration", REGSO): 100 * 1 / 14.5,  # 26
    ("employed_movers_quotient", A): 2 / 1,  # 5 and 16; 15
    ("employed_movers_quotient", REGSO): 1 / 1,  # 35; 34
    ("out_migration_risk", "0114C1020"): 100 * 2 / 6,  # 22 and 23, to the next DeSO
    ("out_migration_risk", REGSO): 100 * 1 / 14,  # 34
    # Abroad 6 in A, 1 in B (19); in Sweden 7 in A, 3 in B (15 17 18).
    ("housing_segregation_index", KOMMUN): 50 * (abs(6 / 7 - 7 / 10) + abs(1 / 7 - 3 / 10)),
    ("socioeconomic_index", A): 100 * (4 / 11 + 2 / 9 + 2 / 9) / 3,
    ("area_type", "1904R002"): 1,  # 26.9 is above 9.4 + 2 × 5.7
    ("overcrowded_share", "1904C1010"): 100 * 3 / 4,  # three persons in two rooms; 15 alone
    ("turnout_region", "1904C1010"): 100 * 4 / 4,  # 5 15 17 19
    ("born_nordic_share", REGSO): 100 * 1 / 15,
}
CLASSES = {  # of area A in 2022: days since immigration
    "stay_00_01": 2,  # 7, and 8 with 729
    "stay_02_03": 1,  # 9 with 730
    "stay_04_09": 2,  # 11 with 1 460, 6 with 3 649
    "stay_10": 1,  # 5 with 3 650
    "foreign_born": 6,
    "reason_protection": 3,
    "reason_other": 3,
}
LATER = {  # of area A in 2023, where 65 is still of working age: 1 2 3 5 7 9 11
    "employed_share": (3, 7),  # 1 3 5
    "low_education_share": (1, 5),  # 25–65: 1 of 1 2 5 7 9; 3 is 23, 11 is 21, 12 is 66
    "older_share": (1, 10),
}


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("hand") / "persons.csv"
    hand_persons().drop(columns="area").to_csv(path, index=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return aggregate(
            read_register(path, crs=3006), "all", by=["deso", "regso", "kommun", "region"], region="Provet",
            areas={hand_areas(): [2021, 2022, 2023]}, constants=CONSTANTS, missing="skip",
        ).table  # fmt: skip


def figure(table, indicator, area=A, year=2022, **keys):
    wanted = {"indicator": indicator, "area": area, "year": year, "sex": "total", "background": "total"}
    wanted |= {"age": "total", "education": "total"} | keys
    found = table[np.logical_and.reduce([table[name] == value for name, value in wanted.items()])]
    assert len(found) == 1, f"{len(found)} rows of {wanted}"
    return found.iloc[0]


@pytest.mark.parametrize("indicator", IN_A)
def test_a_share_or_ratio_in_area_a(table, indicator):
    top, base = IN_A[indicator]
    found = figure(table, indicator)
    assert found["value"] == pytest.approx(100 * top / base, rel=1e-12)
    assert found["status"] == ("zero" if top == 0 else "shown")
    scale = 1000 if indicator.endswith("_ratio") else 1
    assert (found["numerator"], found["denominator"]) == (top * scale, base * scale)


@pytest.mark.parametrize(("indicator", "area"), OTHER)
def test_another_figure(table, indicator, area):
    assert figure(table, indicator, area)["value"] == pytest.approx(OTHER[indicator, area], rel=1e-12)


def test_every_indicator_has_a_figure_counted_by_hand():
    counted = {*IN_A, *(indicator for indicator, _ in OTHER)}
    assert counted == set(load_indicators())


@pytest.mark.parametrize("background", CLASSES)
def test_classes_of_background_by_days(table, background):
    assert figure(table, "population", background=background)["value"] == CLASSES[background]


@pytest.mark.parametrize("indicator", LATER)
def test_ages_of_2023(table, indicator):
    top, base = LATER[indicator]
    found = figure(table, indicator, year=2023)
    assert (found["numerator"], found["denominator"]) == (top, base)
