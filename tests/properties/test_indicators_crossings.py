"""Crossed classes of random registers: every crossing sums to its margins, levels to what lies above them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gisintegration.indicators import aggregate
from gisintegration.registers import read_register
from gisintegration.testing import example_indicator, grid_areas

YEAR = 2021
EDUCATION = ["compulsory", "upper_secondary", "post_secondary", "unknown"]
AGES = ["00_19", "20_24", "25_34", "35_44", "45_54", "55_64", "65"]
REGIONS = ["birth_sweden", "birth_nordic", "birth_eu_efta", "birth_other_world"]


def crossed(seed: int, persons: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({
        "person": np.arange(persons), "year": YEAR, "kommun": "0114", "sex": rng.choice(["women", "men"], persons),
        "age": rng.integers(0, 100, persons), "disposable_income": rng.integers(-10, 10**9, persons),
        "birth_region": rng.choice(["sweden", "nordic", "eu_efta", "europe_other", "world"], persons),
        "immigration_reason": rng.choice(["protection", "other"], persons), "immigrated": "2019-05-01",
        "education": rng.choice(["compulsory", "upper_secondary", "post_secondary_short", "unknown"], persons),
        "x": 600_500 + 1000 * rng.integers(0, 3, persons), "y": 6_600_500,
    })  # fmt: skip
    indicator = example_indicator(
        "mean", breakdowns=("age", "education", "background"),
        crossings=(("education", "age"), ("education", "background"), ("education", "age", "background")),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        frame.to_csv(Path(folder) / "p.csv", index=False)
        table = aggregate(
            read_register(Path(folder) / "p.csv", crs=3006), {indicator.id: indicator}, by=["deso", "region"],
            areas={grid_areas(3, 1): [YEAR]}, region="Provet",
        ).table  # fmt: skip
    return table.astype(dict.fromkeys(["division", "area", "sex", "background", "age", "education"], "str"))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**6), persons=st.integers(1, 200))
def test_every_crossing_sums_to_its_margins(seed, persons):
    table = crossed(seed, persons)
    figures = table.set_index(["area", "sex", "background", "age", "education"])[["numerator", "denominator"]]
    areas, sexes = sorted(set(table["area"])), ["total", "men", "women"]

    def summed(background: list[str], age: list[str], education: list[str]) -> pd.DataFrame:
        rows = pd.MultiIndex.from_product([areas, sexes, background, age, education])
        return figures.loc[rows].groupby(level=[0, 1]).sum().sort_index()

    total = ["total"]
    whole = summed(total, total, total)
    assert whole.loc[(slice(None), "total"), "denominator"].groupby(level=0).sum()["provet"] == persons
    for code in EDUCATION:
        margin = summed(total, total, [code])
        for background, age in ((total, AGES), (REGIONS, total), (REGIONS, AGES)):
            pd.testing.assert_frame_equal(summed(background, age, [code]), margin)
    for code in AGES:
        pd.testing.assert_frame_equal(summed(total, [code], EDUCATION), summed(total, [code], total))
    for code in REGIONS:
        pd.testing.assert_frame_equal(summed([code], total, EDUCATION), summed([code], total, total))
        pd.testing.assert_frame_equal(summed([code], AGES, EDUCATION), summed([code], total, total))
    foreign = summed(["foreign_born"], AGES, EDUCATION)
    pd.testing.assert_frame_equal(foreign, summed(REGIONS[1:], AGES, EDUCATION))
    by_area = figures.loc[[area for area in areas if area != "provet"]].groupby(level=[1, 2, 3, 4]).sum()
    pd.testing.assert_frame_equal(by_area, figures.loc["provet"].loc[by_area.index])
