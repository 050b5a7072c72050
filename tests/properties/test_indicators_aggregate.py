"""Aggregation of random registers equals plain pandas, cell by cell; and is the same for any number of threads."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gisintegration.indicators import aggregate
from gisintegration.registers import read_register
from gisintegration.tables import RawTable
from gisintegration.testing import grid_areas

YEAR, BASE, MEDIAN = 2022, 48_300, 293_000
FOREIGN = ["nordic", "eu_efta", "europe_other", "world"]
CODES = {
    "sex": ["women", "men"],
    "birth_region": ["sweden", *FOREIGN],
    "background": ["swedish", "foreign"],
    "immigration_reason": ["protection", "other", ""],
    "education": ["compulsory", "upper_secondary", "post_secondary_short", "post_secondary_long", "unknown"],
    "labour_status": ["employed", "unemployed", "outside"],
    "registered_unemployed": ["none", "open", "programme"],
    "tenure": ["rental", "owner", "unknown"],
    "voted_riksdag": ["true", "false", ""],
    "immigrated": ["", "2022-06-01", "2021-01-01", "2020-12-31", "2019-01-01", "2013-01-03", "2013-01-02"],
    "coordinate_type": ["address", "property", ""],
}

PLAIN = [
    "population",
    "foreign_born_share",
    "foreign_background_share",
    "employed_share",
    "registered_unemployed_share",
    "low_education_share",
    "low_economic_standard_share",
    "disposable_income_mean",
    "disposable_income_median",
    "rental_share",
    "turnout_riksdag",
    "social_assistance_ratio",
    "assistance_or_unemployment_share",
]


def draw_register(seed: int, persons: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({name: rng.choice(codes, persons) for name, codes in CODES.items()})
    frame.insert(0, "person", [str(i) for i in range(persons)])
    frame["year"], frame["kommun"] = YEAR, "0114"
    frame["age"] = rng.choice([0, 17, 18, 19, 20, 24, 25, 29, 30, 44, 45, 49, 50, 64, 65, 66, 100], persons)
    frame["social_assistance_months"] = rng.choice([0, 9, 10, 12], persons)
    frame["unemployment_days"] = rng.choice([0, 183, 184], persons)
    frame["disposable_income"] = rng.integers(-5, 400_000, persons)
    frame["net_income"] = rng.integers(0, 3, persons) * 90_001
    frame["social_assistance"] = rng.integers(0, 3, persons) * 30_001
    standards = rng.choice([175_799, 175_800, 300_000, -1], persons)
    frame["equivalised_income"] = np.where(standards < 0, "", standards.astype(str))
    frame["area"] = rng.integers(0, 2, persons)
    frame["x"], frame["y"] = 600_500 + 1000 * frame["area"], 6_600_500
    return frame


def counted(frame: pd.DataFrame, **options: object) -> RawTable:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "persons.csv"
        frame.drop(columns="area").to_csv(path, index=False)
        return aggregate(
            read_register(path, crs=3006), PLAIN, by=["deso", "region"], areas={grid_areas(2, 1): [YEAR]},
            region="Provet", constants="synthetic", **options,
        )  # fmt: skip


def masks(frame: pd.DataFrame) -> dict[str, dict[str, pd.Series]]:
    """Who is in each class, written anew."""
    born, age, education = frame["birth_region"], frame["age"], frame["education"]
    days = (pd.Timestamp(YEAR, 12, 31) - pd.to_datetime(frame["immigrated"].replace("", None))).dt.days
    foreign = born.isin(FOREIGN)
    edges = {
        "00_19": (0, 19),
        "20_24": (20, 24),
        "25_34": (25, 34),
        "35_44": (35, 44),
        "45_54": (45, 54),
        "55_64": (55, 64),
        "65": (65, 200),
        "55_65": (55, 65),
        "66": (66, 200),
        "18_29": (18, 29),
        "30_49": (30, 49),
        "50_64": (50, 64),
        "20_64": (20, 64),
    }
    return {
        "background": {
            "birth_sweden": born == "sweden",
            "birth_nordic": born == "nordic",
            "birth_eu_efta": born == "eu_efta",
            "birth_other_world": born.isin(["europe_other", "world"]),
            "foreign_born": foreign,
            "reason_protection": foreign & (frame["immigration_reason"] == "protection"),
            "reason_other": foreign & (frame["immigration_reason"] == "other"),
            "stay_00_01": foreign & (days < 730),
            "stay_02_03": foreign & (days >= 730) & (days < 1460),
            "stay_04_09": foreign & (days >= 1460) & (days < 3650),
            "stay_10": foreign & (days >= 3650),
            "stay_00_09": foreign & (days < 3650),
        },
        "age": {code: age.between(*span) for code, span in edges.items()},
        "education": {
            "compulsory": education == "compulsory",
            "upper_secondary": education == "upper_secondary",
            "post_secondary": education.str.startswith("post"),
            "unknown": education == "unknown",
        },
    }


def expected(group: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Value and contributors of every indicator over some persons, written anew."""
    working = group[group["age"].between(20, 64)]
    grown = group[group["age"] >= 20]["disposable_income"]
    voters = group[(group["age"] >= 18) & (group["voted_riksdag"] != "")]
    known = group[group["equivalised_income"] != ""]
    shares = {
        "foreign_born_share": group["birth_region"] != "sweden",
        "foreign_background_share": group["background"] == "foreign",
        "employed_share": working["labour_status"] == "employed",
        "registered_unemployed_share": working["registered_unemployed"] != "none",
        "low_education_share": working["education"] == "compulsory",
        "low_economic_standard_share": known["equivalised_income"].astype(float) < 175_800,
        "rental_share": group["tenure"] == "rental",
        "turnout_riksdag": voters["voted_riksdag"] == "true",
        "assistance_or_unemployment_share": (working["social_assistance_months"] >= 10)
        | (working["unemployment_days"] > 183),
    }
    found = {name: (100 * who.mean() if len(who) else np.nan, len(who)) for name, who in shares.items()}
    base = working["net_income"].sum()
    return found | {
        "population": (len(group), len(group)),
        "disposable_income_mean": (grown.mean() / BASE, len(grown)),
        "disposable_income_median": (grown.median() / BASE, len(grown)),
        "social_assistance_ratio": (100 * working["social_assistance"].sum() / base if base else np.nan, len(working)),
    }


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**6), persons=st.integers(1, 60))
def test_every_cell_equals_pandas(seed, persons):
    frame = draw_register(seed, persons)
    table = counted(frame).table
    places = {f"0114A00{i + 1}0": frame["area"] == i for i in range(2)} | {"provet": frame["area"] >= 0}
    classes = masks(frame)
    wanted = table.astype(dict.fromkeys(["indicator", "area", "sex", "background", "age", "education"], "str"))
    answers: dict[tuple[str, ...], dict[str, tuple[float, float]]] = {}
    for row in wanted.itertuples(index=False):
        key = (row.area, row.sex, row.background, row.age, row.education)
        if key not in answers:
            who = places[row.area].copy()
            if row.sex != "total":
                who &= frame["sex"] == row.sex
            for breakdown in ("background", "age", "education"):
                if getattr(row, breakdown) != "total":
                    who &= classes[breakdown][getattr(row, breakdown)]
            answers[key] = expected(frame[who])
        value, contributors = answers[key][row.indicator]
        assert row.value == pytest.approx(value, rel=1e-12, nan_ok=True), (row, value)
        assert row.contributors == contributors
        assert row.status == ("missing" if np.isnan(value) else "zero" if value == 0 else "shown")


def test_any_number_of_threads_gives_the_same_bytes(monkeypatch):
    frame = draw_register(7, 5_000)
    tables = []
    for threads in ("1", "2", "3"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        tables.append(counted(frame.sample(frac=1, random_state=int(threads))).table)
    first = tables[0]
    for other in tables[1:]:
        pd.testing.assert_frame_equal(first, other, check_exact=True)
        for name in ("numerator", "denominator", "value", "contributors"):
            assert first[name].to_numpy().tobytes() == other[name].to_numpy().tobytes()
