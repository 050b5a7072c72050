"""Rates and distributions of the synthetic register: data, described in docs/synthetic.md.

They are round figures of the right size for a large Swedish city region around 2020, chosen so that the register looks
like one; none of them is an estimate, and only what `margins` holds is published fact.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Curve = npt.NDArray[np.float64]
OLDEST = 120
_YEARS = np.arange(OLDEST + 1, dtype=np.float64)


def curve(points: Mapping[int, float]) -> Curve:
    """A rate for every age 0–120, straight between the given ages, level beyond them."""
    return np.interp(_YEARS, list(points), list(points.values()))


# --- the table year: ages and households -----------------------------------------------------------------------------
_survivors = np.exp(-((np.arange(26) / 9.5) ** 1.5))
AGES_80_PLUS = _survivors / _survivors.sum()
LIVES_AT_HOME = curve(
    {
        0: 0.999,
        17: 0.99,
        18: 0.93,
        19: 0.8,
        20: 0.62,
        22: 0.42,
        24: 0.25,
        26: 0.1,
        30: 0.03,
        34: 0.004,
        38: 0.0003,
        45: 1e-6,
    }
)
PARENT = curve(
    {
        18: 1e-4,
        20: 0.01,
        24: 0.06,
        28: 0.25,
        32: 0.65,
        36: 1.0,
        46: 1.0,
        50: 0.75,
        55: 0.35,
        60: 0.12,
        66: 0.02,
        75: 0.002,
    }
)
COUPLE = curve(
    {18: 0.01, 21: 0.12, 25: 0.5, 30: 0.45, 36: 0.2, 45: 0.25, 52: 0.55, 60: 1.0, 75: 1.0, 82: 0.6, 90: 0.2, 100: 0.03}
)
SINGLE = curve({18: 0.05, 20: 0.4, 24: 0.9, 30: 0.8, 38: 0.6, 50: 0.7, 65: 0.8, 80: 1.6, 90: 3.0, 100: 4.0})
PERSONS_IN_OTHER = 2.9
MORE_CHILDREN = (0.75, 0.16, 0.035, 0.012, 0.004)
COUPLE_AGE_GAP = 2.2
SIBLING_GAP = 3.2
SAME_SEX = 0.015
WOMEN_ALONE = curve({18: 0.48, 25: 0.46, 35: 0.38, 50: 0.41, 62: 0.52, 75: 0.68, 90: 0.76})

# --- origin ----------------------------------------------------------------------------------------------------------
ORIGIN_ALIKE = 1.25
BORN_ABROAD = curve({0: -1.9, 5: -1.2, 15: -0.75, 20: -0.3, 28: 0.25, 40: 0.35, 55: 0.1, 66: -0.25, 80: -0.55})
SECOND_GENERATION = curve({0: 0.5, 18: 1.3, 25: 1.0, 35: 0.3, 45: -0.8, 60: -2.0, 80: -3.5})
IMMIGRANT_AGE = curve({0: -0.5, 5: 0.4, 15: 0.2, 22: 1.6, 30: 1.8, 38: 0.8, 50: -0.6, 65: -1.6, 90: -3.0})
STAY_SHAPE, STAY_SCALE = 1.45, 11.0
PROTECTION = (0.0, 0.0, 0.02, 0.42, 0.46)

# Countries of birth by region of the table year: Nordic, EU/EFTA, Europe outside EU/EFTA, world; weights within each.
COUNTRIES = (
    {"FI": 45, "NO": 27, "DK": 20, "IS": 8},
    {
        "PL": 27, "DE": 13, "RO": 9, "IT": 6, "GR": 6, "ES": 6, "HR": 5, "FR": 5, "NL": 5, "HU": 5, "LT": 4, "BG": 3,
        "LV": 2, "PT": 2, "CZ": 1, "CH": 1,
    },
    {"BA": 34, "RS": 13, "GB": 11, "XK": 10, "RU": 9, "MK": 8, "UA": 8, "AL": 3, "BY": 2, "MD": 1, "ME": 1},
    {
        "IQ": 15, "SY": 12, "IR": 11, "SO": 9, "IN": 8, "TR": 7, "CN": 6, "AF": 6, "LB": 5, "TH": 4, "VN": 3, "ET": 3,
        "ER": 3, "PK": 3, "US": 3, "CL": 2,
    },
)  # fmt: skip
SAME_COUNTRY = 0.85

# --- education -------------------------------------------------------------------------------------------------------
COMPULSORY, UPPER_SECONDARY, SHORT, LONG, UNKNOWN, TOO_YOUNG = range(6)
OLD_EDUCATION = 1.5

# --- change from year to year ----------------------------------------------------------------------------------------
DEATH = np.minimum(
    curve(
        {
            0: 0.0018,
            1: 0.0001,
            15: 0.0001,
            25: 0.0005,
            40: 0.0009,
            50: 0.0022,
            60: 0.0062,
            70: 0.0155,
            80: 0.045,
            90: 0.15,
            100: 0.38,
            110: 0.6,
        }
    ),
    0.6,
)
OUT = curve({0: 0.03, 18: 0.03, 22: 0.055, 28: 0.06, 34: 0.048, 40: 0.026, 50: 0.015, 65: 0.011, 90: 0.008})
ARRIVED = curve(
    {0: 0.03, 18: 0.06, 20: 0.12, 24: 0.11, 28: 0.075, 34: 0.042, 40: 0.024, 50: 0.013, 65: 0.009, 90: 0.006}
)
MOVE = curve({0: 0.08, 18: 0.2, 23: 0.24, 28: 0.19, 35: 0.11, 50: 0.06, 65: 0.04, 80: 0.035})
LEAVE_HOME = curve({17: 0.0, 18: 0.04, 19: 0.15, 20: 0.2, 23: 0.25, 28: 0.27, 40: 0.15})
FERTILITY = curve(
    {16: 0.0, 19: 0.006, 22: 0.035, 26: 0.09, 29: 0.14, 32: 0.155, 35: 0.11, 38: 0.06, 42: 0.014, 46: 0.0}
)
FERTILITY_PARTNER, FERTILITY_ALONE = 1.42, 0.26
SEPARATE = 0.0105
PAIR_UP = curve({20: 0.27, 27: 0.36, 35: 0.26, 45: 0.12, 60: 0.04, 75: 0.005})
PAIR_UP_BACK = 0.22
SEPARATE_BACK = curve({18: 0.28, 26: 0.2, 32: 0.13, 40: 0.07, 55: 0.015, 75: 0.001})
RETURN_HOME_BACK = 0.42
MOTHERS_ASKED_BACK = 0.6
NOT_YET_HERE_BACK = curve({17: 1.0, 18: 0.8, 19: 0.45, 20: 0.25, 22: 0.08, 25: 0.0})
DEATH_WEIGHT_BACK = 0.5
FROM_ABROAD_PULL = 0.55
WITHIN_KOMMUN = 0.6
MOVERS_FROM_REGION = 0.7
FROM_ABROAD = 0.9
# Of those who leave a home in the region for another than a grave: how many leave Sweden, by region of birth.
EMIGRATES = np.array([0.05, 0.35, 0.38, 0.2, 0.17])
UNPLACED = 0.003
UNPLACED_EMIGRATES = 0.3
UNPLACED_STAYS = 0.75

REGION_GROWTH_BEFORE = 0.0095
REGION_GROWTH_AFTER = 0.0065
SPLIT_NEW_SHARE = (0.30, 0.42)
SPLIT_GROWTH_AFTER = 0.02
SPLIT_FIRST_YEAR = 2016

# --- work, per year --------------------------------------------------------------------------------------------------
OUTSIDE_AGE = curve(
    {
        16: 5.5,
        17: 5.2,
        18: 3.8,
        19: 2.2,
        20: 1.4,
        23: 0.9,
        26: 0.25,
        30: -0.2,
        40: -0.35,
        52: -0.15,
        58: 0.25,
        61: 0.75,
        63: 1.4,
        64: 1.9,
    }
)
OUTSIDE_EDUCATION = np.array([0.95, 0.0, -0.25, -0.55, 1.8, 0.0])
OUTSIDE_ORIGIN = np.array([0.0, 0.05, 0.15, 0.35, 0.75])
UNEMPLOYED_ORIGIN = np.array([0.0, 0.1, 0.3, 0.7, 1.2])
UNEMPLOYED_EDUCATION = np.array([1.0, 0.15, -0.2, -0.5, 0.9, 0.0])
OUTSIDE_YEAR = {
    2010: 1.12,
    2014: 1.08,
    2018: 1.03,
    2019: 1.02,
    2020: 1.07,
    2021: 1.04,
    2022: 1.0,
    2023: 0.99,
    2024: 1.0,
    2025: 1.01,
}
UNEMPLOYED_YEAR = {
    2010: 1.35,
    2014: 1.25,
    2018: 1.08,
    2019: 1.07,
    2020: 1.4,
    2021: 1.22,
    2022: 1.0,
    2023: 1.0,
    2024: 1.1,
    2025: 1.16,
}
EMPLOYED_65_74 = curve({65: 0.36, 66: 0.29, 67: 0.22, 70: 0.15, 74: 0.08})

# --- money, kronor per year ------------------------------------------------------------------------------------------
# National median of equivalised disposable income (capital gains in, current prices); the poverty limit is 60 % of it.
MEDIAN_STANDARD = {
    2010: 208_000,
    2014: 230_000,
    2016: 242_000,
    2018: 255_000,
    2019: 261_800,
    2020: 267_000,
    2021: 281_000,
    2022: 293_000,
    2023: 303_000,
    2024: 316_000,
    2025: 327_000,
}
PRICE_LEVEL = {
    2010: 0.71,
    2014: 0.785,
    2018: 0.87,
    2019: 0.895,
    2020: 0.915,
    2021: 0.96,
    2022: 1.0,
    2023: 1.035,
    2024: 1.08,
    2025: 1.115,
}


def at_year(series: Mapping[int, float], year: int) -> float:
    """A yearly series read at a year, straight between the given years, level beyond them."""
    return float(np.interp(year, list(series), list(series.values())))


STUDIES = curve(
    {16: 0.985, 18: 0.93, 19: 0.42, 20: 0.33, 23: 0.34, 26: 0.2, 30: 0.11, 40: 0.055, 50: 0.025, 60: 0.006, 66: 0.0}
)
SELF_EMPLOYED = curve({16: 0.004, 25: 0.03, 35: 0.07, 50: 0.1, 64: 0.14, 74: 0.3})
MANAGER_EDUCATION = np.array([0.025, 0.045, 0.075, 0.1, 0.02, 0.0])
# Chance of skill level at least 2, 3, 4 by education.
SKILL = np.array(
    [
        [0.84, 0.13, 0.05],
        [0.93, 0.24, 0.09],
        [0.97, 0.62, 0.3],
        [0.985, 0.87, 0.74],
        [0.75, 0.25, 0.15],
        [0.5, 0.1, 0.0],
    ]
)
OCCUPATION_UNKNOWN = 0.05
SAME_WORK = 0.955
# Major groups of SSYK at skill level 2 (4 clerks, 5 service, 6 farming, 7 crafts, 8 machines): women, men.
SKILL_2_AREA = np.array([[0.19, 0.7, 0.01, 0.04, 0.06], [0.1, 0.29, 0.02, 0.35, 0.24]])
ARMED_FORCES = 0.004
SFI, SFI_PUPIL = 0.14, 0.3
SFI_STAY = 1800.0

# --- income ----------------------------------------------------------------------------------------------------------
WAGE = 292_000
WAGE_EDUCATION = np.array([0.86, 0.97, 1.08, 1.3, 0.8, 0.3])
WAGE_AGE = curve({16: 0.12, 18: 0.3, 20: 0.55, 24: 0.78, 30: 0.95, 40: 1.08, 50: 1.13, 60: 1.1, 66: 0.95, 74: 0.7})
PENSION = 205_000
JOBLESS = 168_000
STUDENT = 118_000
OUTSIDE_INCOME = 142_000
RICH, RICHER = 0.013, 2.2
TEEN = curve({15: 0.0, 16: 14_000, 17: 22_000, 18: 45_000, 19: 80_000})
LOW_REACH = (0.42, 0.94)
ABOVE_LIMIT = 1.07
ASSISTANCE = 0.44
JOBLESS_DAYS = 178.0
SICK_DAY, JOBLESS_DAY, ESTABLISHMENT = 430.0, 390.0, 78_000.0
ASSISTANCE_LONG = 0.36
# How many live on it alone: of those without work with assistance for ten months or more, with newcomers' benefit.
ONLY_ASSISTANCE, ONLY_NEWCOMER = 0.45, 0.3
GROSS = 1.33
WITHOUT_STATEMENT = 0.35
ODD_JOB, ODD_JOB_PAY = 0.3, 42_000
SICK = curve({16: 0.0, 20: 0.05, 35: 0.1, 50: 0.13, 64: 0.17, 66: 0.0})
FULLY_SICK = curve({16: 0.0, 19: 0.03, 30: 0.08, 45: 0.2, 60: 0.44, 64: 0.5, 66: 0.0})

# --- school and voting -----------------------------------------------------------------------------------------------
ELECTIONS = (2010, 2014, 2018, 2022)
# The roll is drawn up in the middle of August: of the year's moves, so many come after it.
AFTER_ROLL = 0.37
OTHER_REGION_VOTE = 0.012
LEAVES_SCHOOL = {19: 0.84, 20: 0.93, 21: 0.95}
TURNOUT = curve({18: 1.55, 22: 1.35, 30: 1.6, 45: 2.0, 65: 2.5, 78: 2.3, 90: 0.9})
