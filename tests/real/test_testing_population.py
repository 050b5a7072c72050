"""The benchmark's population: new building in at least half of the areas that are split, in one part, after a year."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gisintegration as gi
from gisintegration.testing import redraw

pytestmark = pytest.mark.real
FILE = Path(__file__).parents[2] / "benchmarks" / "population.py"
YEARS = (2018, 2021, 2024)


@pytest.fixture(scope="module")
def benchmark():
    spec = importlib.util.spec_from_file_location("benchmark_population", FILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def case(benchmark):
    areas = benchmark.region_areas("dalarna")
    made = redraw(areas, 1, proportions={"split": 0.05, "moved": 0.02})
    before = benchmark.population("dalarna", YEARS, 1, share=0.2)
    return areas, made, before


def test_new_building(benchmark, case):
    areas, made, before = case
    after, built = benchmark.with_new_building(before, areas, made, 1)
    splits = (made.relations["relation"] == "split") & (made.relations["side"] == "old")
    mine = built[built["split"]]
    assert splits.sum() == 9
    assert (mine["share_of_area"] >= 0.2).sum() >= splits.sum() / 2
    assert (mine["share"] >= mine["share_of_area"]).all()
    assert (~built["split"]).sum() > 0
    assert built.loc[~built["split"], "share_of_area"].max() < 0.25

    # Nobody is lost in the last year, and none but those who moved in are left out before.
    last = [frame[frame["year"] == YEARS[-1]].reset_index(drop=True) for frame in (before, after)]
    assert last[0]["person"].tolist() == last[1]["person"].tolist()
    moved = last[1].loc[(last[0]["x"] != last[1]["x"]) | (last[0]["y"] != last[1]["y"]), "person"]
    assert len(moved) == built["persons"].sum()
    gone = before.merge(after[["person", "year"]], how="left", indicator=True).query("_merge == 'left_only'")
    assert set(gone["person"]) <= set(moved)
    assert (gone["year"] < YEARS[-1]).all()

    # They stay in the area they were in, and the new houses stand in the part that is told.
    now = last[1][last[1]["person"].isin(moved)]
    was = last[0][last[0]["person"].isin(moved)]
    at, stood = (gi.locate(frame[["x", "y"]].to_numpy(), areas) for frame in (now, was))
    assert (at == stood).all()
    parts = gi.locate(now[["x", "y"]].to_numpy(), made.areas)
    counts = pd.Series(made.areas.codes[parts]).value_counts()
    assert counts.to_dict() == built.groupby("new")["persons"].sum().to_dict()

    # Nobody lives at a new address in the first year.
    first = after[after["year"] == YEARS[0]]
    address = set(zip(now["x"], now["y"], strict=True))
    assert not address & set(zip(first["x"], first["y"], strict=True))


def test_the_same_seed_builds_the_same(benchmark, case):
    areas, made, before = case
    one, same, other = (benchmark.with_new_building(before, areas, made, seed)[0] for seed in (3, 3, 4))
    assert one.equals(same)
    assert not np.array_equal(one["x"], other["x"])
