"""A register of 36 persons over three years, small enough to count by hand, with every variable of the contract.

Four DeSO: A and B are the whole of kommun 1904 and a RegSO each; C and D are RegSO 0114R004. The tables below are the
persons of 2022; ``CHANGES`` says what differed in the years beside it. A dot is an empty value.
"""

import io

import numpy as np
import pandas as pd
import shapely

from gisintegration.areas.assemble import assemble

YEARS = (2021, 2022, 2023)
A, B, C, D = "1904A0010", "1904C1010", "0114C1020", "0114C1070"
CODES = {"A": A, "B": B, "C": C, "D": D}
KOMMUN = {"A": "1904", "B": "1904", "C": "0114", "D": "0114"}
EAST = {"A": 500_500, "B": 501_500, "C": 700_500, "D": 701_500}
NORTH = 6_600_500

# Where they lived on 31 December of 2021, 2022 and 2023 (- is nowhere in the register).
PEOPLE = """
person at  sex   age country immigrated reason     education            household role
1   AAA women 45 SE .          .          compulsory           h1  adult
2   AAA men   47 SE .          .          post_secondary_long  h1  adult
3   AAA women 22 SE .          .          upper_secondary      h1  child
4   AAA men   16 SE .          .          compulsory           h1  child
5   BAA women 64 HR 2013-01-02 other      post_secondary_short h2  adult
6   AA- men   65 FI 2013-01-03 other      upper_secondary      h3  adult
7   -AA women 35 SY 2022-06-01 protection unknown              h4  adult
8   AAB men   28 IQ 2021-01-01 protection compulsory           h5  adult
9   AAA women 25 SO 2020-12-31 protection upper_secondary      h5  adult
10  -AA men    0 SE .          .          not_applicable       h5  child
11  AAA men   20 GB 2019-01-01 other      upper_secondary      .   .
12  AAA women 65 SE .          .          post_secondary_long  h7  adult
13  A-- women 90 SE .          .          compulsory           h13 adult
14  A-- men   40 PL 2005-05-05 other      upper_secondary      h14 adult
15  ABB men   50 SE .          .          upper_secondary      h15 adult
16  -A- men   40 SE .          .          post_secondary_long  h8  adult
17  BBB women 33 SE .          .          post_secondary_long  h9  adult
18  BBB men   15 SE .          .          not_applicable       h9  child
19  BBB men   36 PL 2014-06-01 other      upper_secondary      h9  adult
20  CCC women 19 SE .          .          upper_secondary      h20 child
21  CCC men   52 SE .          .          upper_secondary      h20 adult
22  CDD women 29 TR 2018-12-31 protection post_secondary_long  h22 adult
23  CDD men   31 SY 2018-12-30 protection unknown              h22 adult
24  CCC women 64 SE .          .          compulsory           h24 adult
25  CCC men   64 DK 1990-01-01 other      upper_secondary      h24 adult
26  -CC women 27 IN 2022-10-10 other      post_secondary_long  h26 adult
27  DDD men   16 SE .          .          compulsory           h27 child
28  DDD women 18 SE .          .          upper_secondary      h27 child
29  DDD men   44 BA 1993-07-01 protection upper_secondary      h27 adult
30  DDD women 43 BA 1993-07-01 protection upper_secondary      h27 adult
31  DD- men   23 SE .          .          upper_secondary      h31 adult
32  DDD women 71 SE .          .          compulsory           h32 adult
33  DDD men   30 .  .          .          unknown              h33 adult
34  D-- men   24 SE .          .          upper_secondary      h34 adult
35  -DD women 55 CL 1976-03-01 protection post_secondary_short h35 adult
36  --D women 38 SE .          .          post_secondary_long  h36 adult
"""
WORK = """
person labour_status self_employed manager ssyk_area skill_level registered_unemployed unemployment_days studying sick_days
1  employed       false true  5 2 none      0   false 10
2  employed       true  false 2 4 none      0   false 0
3  unemployed     false false . . open      184 false 0
4  outside        false false . . none      0   true  0
5  employed       false false 3 2 none      0   false 90
6  employed       true  true  1 4 open      200 false 366
7  outside        false false . . programme 183 false 0
8  employed       false false 9 1 none      0   false 0
9  outside        false false . . programme 0   true  0
10 not_applicable false false . . none      0   false 0
11 outside        false false . . none      0   true  0
12 outside        false false . . none      0   false 0
13 not_applicable false false . . none      0   false 0
14 outside        false false . . none      0   false 0
15 employed       false false 7 2 none      0   false 30
16 employed       false false . . none      0   false 0
17 employed       true  true  2 4 none      0   false 0
18 not_applicable false false . . none      0   true  0
19 unemployed     false false . . open      300 false 0
20 outside        false false . . none      0   false 0
21 employed       false false 8 2 none      0   false 365
22 employed       false false 5 2 none      0   false 0
23 outside        false false . . programme 184 true  0
24 outside        false false . . none      0   false 200
25 employed       true  false 6 2 none      0   false 0
26 employed       false false 2 4 none      0   false 0
27 outside        false false . . none      0   true  0
28 outside        false false . . none      0   false 0
29 employed       false true  1 4 none      0   false 1
30 outside        false false . . none      0   false 0
31 employed       false false 4 2 none      0   false 0
32 outside        false false . . none      0   false 0
33 unemployed     false false . . none      20  false 0
34 employed       false false 4 2 none      0   false 0
35 employed       false false 3 3 none      0   false 5
36 employed       true  false 2 4 none      0   false 0
"""
MONEY = """
person disposable_income net_income equivalised_income social_assistance social_assistance_months establishment_benefit introduction_benefit sickness_pay activity_compensation unemployment_benefit income_statement
1  200000 200000 175800 0     0  0     0     20000 0     0     190000
2  420000 420000 175800 0     0  0     0     0     0     0     0
3  60000  60000  175800 0     0  0     60000 0     0     13000 72449
4  0      0      175800 0     0  0     0     0     0     0     0
5  240000 240000 240000 0     0  0     0     0     24000 0     72450
6  300000 300000 175799 0     0  0     0     0     99000 0     250000
7  30000  30000  .      30000 10 0     0     0     0     0     0
8  180000 180000 120000 0     0  0     0     0     0     0     170000
9  90000  90000  120000 45000 9  0     0     0     0     0     10000
10 0      0      .      0     0  0     0     0     0     0     0
11 50000  50000  50000  0     0  50000 0     0     0     0     0
12 250000 250000 250000 0     0  0     0     0     0     0     0
13 150000 150000 150000 0     0  0     0     0     0     0     0
14 100000 100000 100000 0     0  0     0     0     0     0     0
15 310000 310000 310000 0     0  0     0     7000  0     0     300000
16 355000 355000 355000 0     0  0     0     0     0     0     360000
17 500000 500000 260000 0     0  0     0     0     0     0     20000
18 0      0      260000 0     0  0     0     0     0     0     0
19 80000  80000  260000 20000 12 0     0     0     0     40000 1
20 10000  10000  130000 0     0  0     0     0     0     0     9000
21 140000 140000 130000 0     0  0     0     50000 60000 0     30000
22 260000 260000 230000 0     0  0     0     0     0     0     250000
23 90000  90000  230000 0     0  90001 0     0     0     0     0
24 80000  80000  190000 0     0  0     0     0     80000 0     0
25 190000 190000 190000 0     0  0     0     0     0     0     50000
26 70000  70000  .      0     0  0     0     0     0     0     72450
27 0      0      150000 0     0  0     0     0     0     0     0
28 5000   5000   150000 0     0  0     0     0     0     0     4000
29 330000 330000 150000 0     0  0     0     100   0     0     320000
30 20000  20000  150000 20000 11 0     0     0     0     0     0
31 230000 230000 230000 0     0  0     0     0     0     0     240000
32 160000 160000 160000 0     0  0     0     0     0     0     0
33 0      0      0      0     0  0     0     0     0     0     0
34 250000 250000 250000 0     0  0     0     0     0     0     260000
35 280000 280000 280000 0     0  0     0     900   0     0     270000
36 400000 400000 400000 0     0  0     0     0     0     0     0
"""
HOME = """
person tenure house_type rooms living_area
1  owner       small_house     4 120
2  owner       small_house     4 120
3  owner       small_house     4 120
4  owner       small_house     4 120
5  rental      apartment_block 2 60
6  cooperative apartment_block 3 80
7  rental      apartment_block . .
8  rental      apartment_block . 59
9  rental      apartment_block . 59
10 rental      apartment_block . 59
11 unknown     unknown         . .
12 owner       apartment_block 2 70
13 rental      special         1 30
14 rental      apartment_block 1 30
15 rental      apartment_block 2 55
16 cooperative apartment_block 1 25
17 rental      apartment_block 2 65
18 rental      apartment_block 2 65
19 rental      apartment_block 2 65
20 cooperative apartment_block 2 50
21 cooperative apartment_block 2 50
22 rental      apartment_block . 40
23 rental      apartment_block . 40
24 owner       small_house     . .
25 owner       small_house     . .
26 rental      other_house     1 18
27 rental      apartment_block 3 60
28 rental      apartment_block 3 60
29 rental      apartment_block 3 60
30 rental      apartment_block 3 60
31 rental      apartment_block 1 30
32 owner       small_house     5 140
33 unknown     unknown         . .
34 rental      apartment_block 1 30
35 cooperative apartment_block 2 50
36 owner       small_house     6 160
"""
SCHOOL = """
person school_eligible university_eligible sfi_pupil sfi_passed_days voted_riksdag voted_region voted_kommun
1  .     .     false .    true  true  true
2  .     .     false .    true  true  true
3  .     .     false .    false false true
4  true  .     false .    .     .     .
5  .     .     false .    .     true  true
6  .     .     false .    true  true  true
7  .     .     true  .    .     .     .
8  .     .     true  700  .     false false
9  .     .     true  729  .     .     .
10 .     .     false .    .     .     .
11 .     false false .    .     true  true
12 .     .     false .    true  true  true
13 .     .     false .    .     .     .
14 .     .     false .    .     .     .
15 .     .     false .    false true  true
16 .     .     false .    true  true  false
17 .     .     false .    true  true  true
18 true  .     false .    .     .     .
19 .     .     false .    .     true  false
20 .     true  false .    true  false true
21 .     .     false .    false false false
22 .     .     true  1400 .     true  true
23 .     .     true  1461 .     false true
24 .     .     false .    true  true  true
25 .     .     false .    .     true  true
26 .     .     true  .    .     .     .
27 false .     false .    .     .     .
28 .     true  false .    true  true  true
29 .     .     false .    false true  true
30 .     .     false .    .     false false
31 .     .     false .    true  true  true
32 .     .     false .    true  true  true
33 .     .     false .    false false false
34 .     .     false .    .     .     .
35 .     .     false .    true  true  true
36 .     .     false .    .     .     .
"""
# What ended the registration in the year after, and how those who were not there a year before came.
DEPARTURES = {(13, 2021): "died", (14, 2021): "emigrated", (34, 2021): "domestic", (6, 2022): "emigrated"}
DEPARTURES |= {(16, 2022): "domestic", (31, 2022): "died"}
ARRIVALS = {(7, 2022): "immigrated", (10, 2022): "born", (16, 2022): "domestic", (26, 2022): "immigrated"}
ARRIVALS |= {(35, 2022): "domestic", (36, 2023): "domestic"}
CHANGES = {
    2021: {
        15: {"labour_status": "employed"},
        22: {"labour_status": "outside", "income_statement": "0"},
        23: {"labour_status": "outside"},
        9: {"education": "unknown"},
    },
    2023: {
        2: {"labour_status": "unemployed", "self_employed": "false"},
        3: {"labour_status": "employed"},
        8: {"labour_status": "employed"},
        17: {"labour_status": "employed"},
        25: {"self_employed": "false"},
        29: {"labour_status": "outside"},
        19: {"labour_status": "employed", "country": "PL"},
    },
}
VOTING = ("voted_riksdag", "voted_region", "voted_kommun")
ONLY_2022 = (*VOTING, "school_eligible", "university_eligible", "sfi_passed_days")


def hand_areas():
    """The four areas: squares of a kilometre, A beside B, and C beside D in another part of the country."""
    squares = [shapely.box(EAST[i] - 500, NORTH - 500, EAST[i] + 500, NORTH + 500) for i in CODES]
    return assemble("deso", "2018", list(CODES.values()), np.array(squares, dtype=object))


def hand_persons() -> pd.DataFrame:
    """The register: a row a person and year, values as they stand in a file (empty is missing); ``area`` is the truth."""
    made = pd.concat([_of_year(year, at) for at, year in enumerate(YEARS)], ignore_index=True)
    # On the day of the electoral roll person 5 was still in B; nobody else is told to have been elsewhere.
    voter = (made["person"] == "5") & (made["year"] == 2022)
    made["election_x"] = np.where(voter, EAST["B"], np.nan)
    made["election_y"] = np.where(voter, NORTH, np.nan)
    made["election_kommun"] = np.where(voter, KOMMUN["B"], "")
    return made


def _of_year(year: int, at: int) -> pd.DataFrame:
    tables = [_read(text) for text in (PEOPLE, WORK, MONEY, HOME, SCHOOL)]
    frame = pd.concat(tables, axis=1).reset_index()
    frame["letter"] = frame.pop("at").str[at]
    for person, changed in CHANGES.get(year, {}).items():
        for name, value in changed.items():
            frame.loc[frame["person"] == str(person), name] = value
    frame["age"] = frame["age"].astype(int) + year - 2022
    if year != 2022:
        frame[list(ONLY_2022)] = ""
    frame["year"] = year
    frame["arrival"] = [ARRIVALS.get((int(person), year), "") for person in frame["person"]]
    frame["departure"] = [DEPARTURES.get((int(person), year), "") for person in frame["person"]]
    frame["sickness_benefit"] = frame["sickness_pay"].astype(int) + frame["activity_compensation"].astype(int)
    foreign = frame["country"].ne("SE") | frame["person"].isin(["10", "28"])
    frame["background"] = np.where(foreign, "foreign", "swedish")
    frame = frame[frame["letter"] != "-"].rename(columns={"country": "birth_country"})
    frame = frame.rename(columns={"reason": "immigration_reason", "role": "household_role"})
    frame["area"] = frame["letter"].map(CODES)
    frame["kommun"] = frame["letter"].map(KOMMUN)
    frame["x"], frame["y"] = frame["letter"].map(EAST), NORTH
    return frame.drop(columns="letter")


def _read(text: str) -> pd.DataFrame:
    frame = pd.read_csv(io.StringIO(text), sep=r"\s+", dtype=str, keep_default_na=False)
    return frame.replace(".", "").set_index("person")
