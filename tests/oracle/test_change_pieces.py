"""Shared areas against geopandas.overlay and tobler.area_interpolate, on real polygons and on a random coverage."""

import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from tobler.area_weighted import area_interpolate

from gisintegration.areas import load_areas
from gisintegration.change.pieces import pieces
from gisintegration.testing import redraw

# m² up to which tobler's float32 tells a quarter of a m².
FLOAT32 = 4e6


@pytest.fixture(scope="module")
def editions():
    old = load_areas("deso/2025", where={"kommun": ["1401", "1402", "1407", "1481", "1482"]})
    return old, redraw(old, 11).areas


def test_the_same_pairs_and_areas_as_overlay(editions):
    old, new = editions
    cut = gpd.overlay(
        old.table[["code", "geometry"]].rename(columns={"code": "old"}),
        new.table[["code", "geometry"]].rename(columns={"code": "new"}),
        how="intersection",
        keep_geom_type=True,
    )
    theirs = cut.geometry.area.groupby([cut["old"], cut["new"]]).sum()
    found = pieces(old, new)
    mine = pd.Series(found.area, index=pd.MultiIndex.from_arrays([old.codes[found.old], new.codes[found.new]]))
    whole = mine.index.union(theirs.index)
    apart = (mine.reindex(whole).fillna(0.0) - theirs.reindex(whole).fillna(0.0)).abs()
    assert len(whole) > 150
    assert (~found.identical).sum() > 40
    assert apart.max() < 0.01


def test_the_same_shares_as_tobler(editions):
    old, new = editions
    found = pieces(old, new)
    size = old.geometry.area.to_numpy()
    count = np.random.default_rng(1).uniform(500, 2500, len(old))
    source = gpd.GeoDataFrame({"count": count}, geometry=old.geometry.to_numpy(), crs=3006)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = area_interpolate(
            source, new.table[["geometry"]].copy(), extensive_variables=["count"], allocate_total=False
        )
    mine = np.bincount(found.new, count[found.old] * found.area / size[found.old], minlength=len(new))
    assert np.abs(theirs["count"].to_numpy() - mine).max() < 0.01


def test_the_same_m2_as_tobler(editions):
    old, new = editions
    found = pieces(old, new)
    source = gpd.GeoDataFrame({"size": old.geometry.area.to_numpy()}, geometry=old.geometry.to_numpy(), crs=3006)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = area_interpolate(
            source, new.table[["geometry"]].copy(), extensive_variables=["size"], allocate_total=False
        )
    mine = np.bincount(found.new, found.area, minlength=len(new))
    small = mine < FLOAT32
    assert small.sum() > 50
    assert np.abs(theirs["size"].to_numpy() - mine)[small].max() < 1.0
