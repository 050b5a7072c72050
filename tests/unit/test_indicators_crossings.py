"""Classes crossed with each other, counted by hand; rows complete, in order and each there once."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gisintegration.indicators import aggregate, aggregate_parts
from gisintegration.registers import read_register
from gisintegration.tables import RawTable, in_order
from gisintegration.testing import example_indicator, grid_areas

PERSONS = """
person sex   age birth_region education       labour_status net_income
1      women 22  sweden       compulsory      employed      100
2      women 22  nordic       compulsory      outside       200
3      men   30  world        compulsory      employed      400
4      men   60  world        post_secondary_long employed  800
5      women 65  sweden       upper_secondary employed      1600
6      men   40  nordic       unknown         outside       3200
"""
A = "0114A0010"
CROSSED = example_indicator(
    "share", population={"age": {"-2022": "20-64", "2023-": "20-65"}}, breakdowns=("education", "age"),
    crossings=(("education", "background"), ("education", "age/housing")),
)  # fmt: skip


def register(folder: Path, year: int = 2022):
    frame = pd.read_csv(io.StringIO(PERSONS), sep=r"\s+", dtype=str)
    frame = frame.assign(year=str(year), kommun="0114", x=600_500, y=6_600_500, immigration_reason="other")
    frame["immigrated"] = np.where(frame["birth_region"] == "sweden", "", f"{year - 1}-01-01")
    frame.to_csv(folder / "persons.csv", index=False)
    return read_register(folder / "persons.csv", crs=3006)


def counted(folder: Path, indicator=CROSSED, year: int = 2022, **options: object) -> RawTable:
    return aggregate(
        register(folder, year), {indicator.id: indicator}, by=["deso"], areas={grid_areas(2, 1): [year]}, **options
    )


def cell(table: pd.DataFrame, **keys: str) -> pd.Series:
    wanted = {"area": A, **dict.fromkeys(["sex", "background", "age", "education"], "total"), **keys}
    found = table[np.logical_and.reduce([table[name] == value for name, value in wanted.items()])]
    assert len(found) == 1, f"{len(found)} rows of {wanted}"
    return found.iloc[0]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return counted(tmp_path_factory.mktemp("register")).table


@pytest.mark.parametrize(
    ("keys", "numerator", "denominator"),
    [
        ({}, 3, 5),  # who is 65 is outside in 2022
        ({"education": "compulsory"}, 2, 3),
        ({"education": "compulsory", "background": "birth_sweden"}, 1, 1),
        ({"education": "compulsory", "background": "foreign_born"}, 1, 2),
        ({"education": "compulsory", "background": "foreign_born", "sex": "women"}, 0, 1),
        ({"education": "compulsory", "background": "birth_other_world", "sex": "men"}, 1, 1),
        ({"education": "compulsory", "background": "stay_00_01"}, 1, 2),
        ({"education": "compulsory", "age": "20_64"}, 2, 3),
        ({"education": "post_secondary", "age": "20_64", "sex": "men"}, 1, 1),
        ({"education": "unknown", "background": "birth_nordic"}, 0, 1),
    ],
)
def test_crossed_cells(table, keys, numerator, denominator):
    found = cell(table, **keys)
    assert (found["numerator"], found["denominator"]) == (numerator, denominator)


def test_nobody_in_a_crossed_cell_is_missing(table):
    assert cell(table, education="unknown", background="birth_sweden")["status"] == "missing"
    assert cell(table, education="unknown", background="birth_nordic")["status"] == "zero"


def test_rows_are_complete_in_order_and_there_once(table):
    keys = ["area", "sex", "background", "age", "education"]
    assert not table.duplicated(keys).any()
    # total, 4 levels of education, 5 ages, 4 × 11 backgrounds, 4 × the ages 20–64; three sexes, two areas.
    assert len(table) == 2 * 3 * (1 + 4 + 5 + 4 * 11 + 4)
    pd.testing.assert_frame_equal(table, in_order(table))
    # Age is not given for the set crossed with education alone, nor background alone.
    alone = table[(table["education"] == "total") & (table["age"] == "total")]
    assert set(alone["background"]) == {"total"}


def test_an_age_that_comes_with_a_year_is_there_in_that_year(tmp_path):
    found = counted(tmp_path, year=2023).table
    assert cell(found, age="55_65")["denominator"] == 2
    assert cell(found, age="55_64")["denominator"] == 1
    assert cell(found)["denominator"] == 6


def test_both_years_in_one_table(tmp_path):
    frames = []
    for year in (2022, 2023):
        (tmp_path / str(year)).mkdir()
        register(tmp_path / str(year), year)
        frames.append(pd.read_csv(tmp_path / str(year) / "persons.csv", dtype=str))
    pd.concat(frames).to_csv(tmp_path / "both.csv", index=False)
    both = aggregate(
        read_register(tmp_path / "both.csv", crs=3006), {CROSSED.id: CROSSED}, by=["deso"],
        areas={grid_areas(2, 1): [2022, 2023]},
    ).table  # fmt: skip
    assert set(both.loc[both["year"] == 2022, "age"]) == {"total", "20_24", "25_34", "35_44", "45_54", "55_64", "20_64"}
    assert set(both.loc[both["year"] == 2023, "age"]) >= {"55_65"}
    sizes = both.groupby("year").size()
    assert sizes[2023] - sizes[2022] == 2 * 3  # 55–65, in two areas by three sexes
    pd.testing.assert_frame_equal(both, in_order(both))


@pytest.mark.parametrize("kind", ["mean", "median"])
def test_means_and_medians_are_crossed_too(tmp_path, kind):
    income = example_indicator(kind, variable="net_income", crossings=(("education", "background"),))
    found = counted(tmp_path, income).table
    assert cell(found, education="compulsory", background="foreign_born")["value"] == 300
    assert cell(found, education="compulsory", background="foreign_born", sex="men")["value"] == 400


def test_asking_for_one_breakdown_leaves_the_crossings_of_others_out(tmp_path):
    found = counted(tmp_path, breakdowns=["education", "age"]).table
    assert set(found["background"]) == {"total"}
    assert cell(found, education="compulsory", age="20_64")["denominator"] == 3
    assert set(counted(tmp_path, breakdowns=False).table["education"]) == {"total"}


def test_parts_are_the_table_taken_apart(tmp_path):
    others = {CROSSED.id: CROSSED, "income": example_indicator("median", name="income", variable="net_income")}
    asked = {"by": ["deso", "region"], "areas": {grid_areas(2, 1): [2022]}, "region": "Provet"}
    own = register(tmp_path)
    parts = [part.table for part in aggregate_parts(own, others, **asked)]
    assert [(str(part["indicator"].iloc[0]), str(part["division"].iloc[0])) for part in parts] == [
        ("example_share", "deso"), ("income", "deso"), ("example_share", "region"), ("income", "region"),
    ]  # fmt: skip
    texts = [part.astype(dict.fromkeys(part.select_dtypes("category"), "str")) for part in parts]
    whole = aggregate(own, others, **asked).table
    again = in_order(pd.concat(texts, ignore_index=True).astype(whole.dtypes.to_dict()))
    pd.testing.assert_frame_equal(again, whole)
