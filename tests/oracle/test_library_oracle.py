"""Every indicator of the library on every level, sex and class: the engine's figures equal plain pandas.

The oracle (tests/library_oracle.py) is written from docs/definitions.md and shares no code with the engine. It is asked
of the register of 36 persons, and of a synthetic register of a few thousand whose points are located by GEOS.
"""

import sys
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from gisintegration.areas import load_areas
from gisintegration.indicators import aggregate, load_indicators
from gisintegration.registers import read_register

sys.path.insert(0, str(Path(__file__).parents[1]))
from hand_register import CODES, EAST, hand_areas, hand_persons
from library_oracle import World, classes, names, prepared, values

YEARS = (2021, 2022, 2023)
LOW = {2021: 281_000, 2022: 293_000, 2023: 303_000}
CONSTANTS = ["synthetic", {"median_equivalised_income": LOW}]
BREAKDOWNS = ("sex", "background", "age", "education")
LEVELS = ["deso", "regso", "kommun", "region"]
INDICATORS = sorted(load_indicators())


class Compared:
    """A register counted by the engine, and the worlds to count it in plain pandas, one a level."""

    def __init__(self, path, areas, frame, parents):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            made = aggregate(
                read_register(path, crs=3006), "all", by=LEVELS, region="Provet", areas={areas: list(YEARS)},
                constants=CONSTANTS, missing="skip",
            ).table  # fmt: skip
        self.table = made.astype({**dict.fromkeys(made.select_dtypes("category"), "str")})
        years = {year: prepared(part, year) for year, part in frame.groupby("year")}
        self.worlds = {level: World(years, parents[level], low=LOW) for level in LEVELS}
        self.masks = {
            year: {(name, code): mask.to_numpy() for name, of in classes(part).items() for code, mask in of.items()}
            for year, part in years.items()
        }

    def who(self, codes):
        """The members of a class, of any year's persons."""

        def chosen(year):
            inside = np.ones(len(self.worlds["deso"].years[year]), dtype=bool)
            for name, code in zip(BREAKDOWNS, codes, strict=True):
                inside &= True if code == "total" else self.masks[year][name, code]
            return inside

        return chosen


@pytest.fixture(scope="module")
def hand(tmp_path_factory):
    frame = hand_persons()
    path = tmp_path_factory.mktemp("hand") / "persons.csv"
    frame.drop(columns="area").to_csv(path, index=False)
    voting = frame["election_x"].map({easting: CODES[letter] for letter, easting in EAST.items()})
    frame["voting_area"] = voting.fillna(frame["area"])
    parents = {
        "deso": dict.fromkeys(CODES.values()) | {code: code for code in CODES.values()},
        "regso": {CODES["A"]: "1904R002", CODES["B"]: "1904R001", CODES["C"]: "0114R004", CODES["D"]: "0114R004"},
        "kommun": {CODES["A"]: "1904", CODES["B"]: "1904"},
        "region": dict.fromkeys(CODES.values(), "provet"),
    }
    return Compared(path, hand_areas(), frame, parents)


@pytest.fixture(scope="module")
def synthetic(small_synthetic, tmp_path_factory):
    areas = load_areas("deso/2025", where={"kommun": ["1402", "1407", "1419"]})
    frame = pd.concat(
        [pd.read_parquet(small_synthetic / f"year={year}" / "persons.parquet") for year in YEARS], ignore_index=True
    )
    frame["person"] = frame["person"].astype(str)
    inside = _located(frame["x"], frame["y"], areas)
    # Persons without a place are spread by the engine, which is tested elsewhere: here all are placed in all years.
    kept = ~frame["person"].isin(frame["person"][inside == ""])
    frame, inside = frame[kept].reset_index(drop=True), inside[kept].reset_index(drop=True)
    path = tmp_path_factory.mktemp("synthetic") / "persons.parquet"
    frame.drop(columns=["deso"], errors="ignore").to_parquet(path)
    text = frame.copy()
    for name in text.columns:
        if text[name].dtype == bool or str(text[name].dtype) in ("boolean", "object", "category", "str", "string"):
            text[name] = text[name].astype(object).where(text[name].notna(), "").astype(str)
    text = text.replace({"True": "true", "False": "false"})
    text["immigrated"] = pd.to_datetime(frame["immigrated"]).dt.strftime("%Y-%m-%d").fillna("")
    voted = _located(frame["election_x"], frame["election_y"], areas)
    text["area"], text["voting_area"] = inside, np.where(frame["election_x"].notna(), voted, inside)
    codes = list(areas.codes)
    parents = {"deso": dict(zip(codes, codes, strict=True)), "region": dict.fromkeys(codes, "provet")}
    parents |= {level: dict(zip(codes, areas.parent(level), strict=True)) for level in ("regso", "kommun")}
    assert len(frame) > 5_000
    return Compared(path, areas, text, parents)


def _located(x, y, areas):
    """The area of each point by GEOS; empty outside. Of two areas that touch it, the lower code."""
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x.fillna(0), y.fillna(0)), crs=3006)
    polygons = areas.table.set_geometry("geometry").set_crs(3006, allow_override=True)
    found = gpd.sjoin(points, polygons[["code", "geometry"]].dropna(), predicate="intersects")
    return found.groupby(level=0)["code"].min().reindex(points.index).fillna("")


@pytest.mark.parametrize("indicator", INDICATORS)
@pytest.mark.parametrize("register", ["hand", "synthetic"])
def test_every_figure_equals_plain_pandas(register, indicator, request):
    compared = request.getfixturevalue(register)
    mine = compared.table[compared.table["indicator"] == indicator]
    declared = load_indicators()[indicator]
    checked = 0
    for (level, year), part in mine.groupby(["division", "year"]):
        if not declared.applies_to(level) or not declared.in_force(year):
            assert (part["status"] == "not_applicable").all()
        elif _lacks_a_year(declared, year):
            assert (part["status"] == "missing").all()
        elif year > YEARS[0]:  # the first year is there for those that read two
            checked += _compare(compared, indicator, level, year, part)
    assert checked, "nothing was compared"


def _compare(compared, indicator, level, year, part):
    """Every class of a level and year: the areas are all there, and their figures are those of plain pandas."""
    world = compared.worlds[level]
    wide = part.set_index([*BREAKDOWNS, "area"])[["value", "contributors", "status"]].unstack("area")  # noqa: PD010 - one row each
    assert list(wide["value"].columns) == world.codes
    value, number = (wide[name].to_numpy(dtype=float) for name in ("value", "contributors"))
    applies = (wide["status"] != "not_applicable").to_numpy()
    for row, codes in enumerate(wide.index):
        right, persons = values(indicator, world, year, compared.who(codes))
        none = np.isnan(right)
        alike = np.where(none, np.isnan(value[row]), np.abs(value[row] - right) <= 1e-9 * np.maximum(1, np.abs(right)))
        wrong = applies[row] & ~(alike & (none | (number[row] == persons)))
        shown = [(world.codes[i], value[row, i], right[i], number[row, i], persons[i]) for i in np.flatnonzero(wrong)]
        assert not shown, f"{level} {year} {codes}: area, value, right, persons, right: {shown[:3]}"
    return int(applies.sum())


def _lacks_a_year(declared, year):
    """Whether a figure reads a year that the registers here do not have."""
    return (declared.flow and year == YEARS[0]) or (declared.reference == "panel" and year == YEARS[-1])


def test_every_indicator_of_the_library_has_an_oracle():
    assert names() == set(INDICATORS)


@pytest.mark.parametrize("register", ["hand", "synthetic"])
def test_an_index_of_segregation_is_of_areas_that_are_divided(register, request):
    table = request.getfixturevalue(register).table
    mine = table[(table["indicator"] == "housing_segregation_index") & (table["division"].isin(["deso", "regso"]))]
    assert set(mine["status"]) == {"not_applicable"}


def test_crossings_are_given_where_they_are_declared(synthetic):
    table = synthetic.table
    both = table[(table["education"] != "total") & (table["background"] != "total")]
    assert set(both["division"]) == {"regso", "kommun", "region"}
    assert "employed_share" in set(both["indicator"])
    assert "population" not in set(both["indicator"])
