"""Moves of a random register equal those counted in plain pandas, person by person, on every level and class."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gisintegration.indicators import aggregate

sys.path.insert(0, str(Path(__file__).parents[1]))
from four_areas import EAST, NORTH, TOWNS, flow, four_areas, register

PERSONS = 3_000
PLACES = [*"abcd", "far", ""]
AREA_OF = dict(zip("abcd", TOWNS, strict=True))
LEVELS = {
    "block": AREA_OF,
    "town": {letter: TOWNS[code] for letter, code in AREA_OF.items()},
    "region": dict.fromkeys("abcd", "provet"),
}
WORDS = ("in", "out", "immigrated", "emigrated", "stayed")
AGES = {"20_24": (20, 24), "25_34": (25, 34), "65": (65, 200)}
WORKING = {"age": {"-2019": "20-64", "2020-": "20-65"}}


def two_ends(seed: int) -> pd.DataFrame:
    """Both years of every person side by side, with how the one end that is missing came about."""
    rng = np.random.default_rng(seed)
    ends = pd.DataFrame(
        {
            "person": np.arange(PERSONS),
            "sex": rng.choice(["women", "men"], PERSONS),
            "age": rng.choice([0, 19, 20, 24, 25, 34, 35, 64, 65, 80], PERSONS),
            "origin": rng.choice(PLACES, PERSONS),
            "destination": rng.choice(PLACES, PERSONS),
        }
    )
    still = rng.random(PERSONS) < 0.7
    ends.loc[still, "destination"] = ends.loc[still, "origin"]
    ends["there"] = rng.random(PERSONS) < 0.85
    ends["here"] = (rng.random(PERSONS) < 0.85) | ~ends["there"]
    ends["arrival"] = np.where(ends["there"], "", rng.choice(["born", "immigrated", "domestic"], PERSONS))
    ends["departure"] = np.where(ends["here"], "", rng.choice(["died", "emigrated", "domestic"], PERSONS))
    return ends


def rows_of(ends: pd.DataFrame) -> pd.DataFrame:
    """The register: a row a person and year."""
    before = ends[ends["there"]].assign(year=2019, place=ends["origin"], arrival="")
    after = ends[ends["here"]].assign(year=2020, place=ends["destination"], departure="", age=ends["age"] + 1)
    rows = pd.concat([before, after], ignore_index=True)
    rows["x"] = rows["place"].map(EAST)
    rows["y"] = np.where(rows["x"].isna(), np.nan, NORTH)
    rows["kommun"] = "0114"
    return rows[["person", "year", "kommun", "sex", "age", "arrival", "departure", "x", "y"]]


def expected(ends: pd.DataFrame, level: dict[str, str], word: str) -> pd.DataFrame:
    """One row for each person who moved so, seen from an area: area, sex, and age of the end that counts."""
    origin, destination = ends["origin"].map(level), ends["destination"].map(level)
    both = ends["there"] & ends["here"]
    other = origin.fillna("-") != destination.fillna("-")
    arrived, departed = ~ends["there"] & ends["here"], ends["there"] & ~ends["here"]
    match word:
        case "in":
            who, area = (both & other) | (arrived & (ends["arrival"] == "domestic")), destination
        case "immigrated":
            who, area = arrived & (ends["arrival"] == "immigrated"), destination
        case "out":
            who, area = (both & other) | (departed & (ends["departure"] == "domestic")), origin
        case "emigrated":
            who, area = departed & (ends["departure"] == "emigrated"), origin
        case _:
            who, area = both & ~other, origin
    age = ends["age"] + (word in ("in", "immigrated"))
    found = pd.DataFrame({"area": area, "sex": ends["sex"], "age": age})
    return found[who & area.notna()]


@pytest.fixture(scope="module", params=[1, 2])
def made(request, tmp_path_factory):
    ends = two_ends(request.param)
    counts = [flow(word, population={"moved": word}, breakdowns=("age",)) for word in WORDS]
    working = [
        flow("net", "net", population=WORKING, numerator={"moved": "in"}, denominator={"moved": "out"}),
        flow("risk", "share", population=WORKING, numerator={"moved": "out"}),
    ]
    raw = aggregate(
        register(tmp_path_factory.mktemp("r"), rows_of(ends)),
        {item.id: item for item in [*counts, *working]},
        by=["block", "town", "region"],
        region="Provet",
        areas={four_areas(): [2020]},
    )
    return ends, raw.table


def column(table: pd.DataFrame, indicator: str, level: str, what: str = "value", **keys: str) -> pd.Series:
    wanted = {"indicator": indicator, "division": level, "sex": "total", "age": "total"} | keys
    found = table[np.logical_and.reduce([table[name] == value for name, value in wanted.items()])]
    return found.set_index(found["area"].astype(str))[what]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("level", LEVELS)
def test_movers_by_level_sex_and_age(made, level, word):
    ends, table = made
    persons = expected(ends, LEVELS[level], word)
    areas = sorted(set(LEVELS[level].values()))
    for sex in ("total", "women", "men"):
        of_sex = persons if sex == "total" else persons[persons["sex"] == sex]
        for age, (low, high) in {"total": (0, 200), **AGES}.items():
            counts = of_sex[of_sex["age"].between(low, high)].groupby("area").size().reindex(areas, fill_value=0)
            found = column(table, word, level, sex=sex, age=age).reindex(areas)
            assert found.tolist() == counts.tolist(), (sex, age)


@pytest.mark.parametrize("level", LEVELS)
def test_net_and_risk_with_the_ages_of_the_year_of_the_figure(made, level):
    # Ages of 2020, 20–65, at both ends.
    ends, table = made
    groups = LEVELS[level]
    areas = sorted(set(groups.values()))

    def counted(persons: pd.DataFrame) -> pd.Series:
        return persons[persons["age"].between(20, 65)].groupby("area").size().reindex(areas, fill_value=0)

    came, went = (counted(expected(ends, groups, word)) for word in ("in", "out"))
    before = counted(pd.DataFrame({"area": ends["origin"].map(groups), "age": ends["age"]})[ends["there"]])
    after = counted(pd.DataFrame({"area": ends["destination"].map(groups), "age": ends["age"] + 1})[ends["here"]])
    net = (came - went) / ((before + after) / 2) * 100
    np.testing.assert_allclose(column(table, "net", level).reindex(areas), net, rtol=1e-12)
    np.testing.assert_allclose(column(table, "risk", level).reindex(areas), went / before * 100, rtol=1e-12)
    assert column(table, "net", level, "contributors").reindex(areas).tolist() == np.minimum(came, went).tolist()


def test_what_leaves_one_area_comes_to_another_or_leaves_all(made):
    # Moves between the areas: the sum of in over blocks less that of the region, which sees only the border of all.
    _, table = made
    inner = [column(table, word, "block").sum() - column(table, word, "region").sum() for word in ("in", "out")]
    assert inner[0] == inner[1] > 0
