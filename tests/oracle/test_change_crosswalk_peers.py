"""Crosswalks against tobler's area table, a recount of points by GEOS, and rasterized fractions of cells."""

import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from tobler.area_weighted import area_interpolate

import gisintegration as gi
from gisintegration.change.crosswalk_layers import cut_sums
from gisintegration.change.pieces import pieces
from gisintegration.testing import redraw


@pytest.fixture(scope="module")
def editions():
    old = gi.load_areas("deso/2025", where={"kommun": ["1401", "1402", "1407", "1481"]})
    return old, redraw(old, 5).areas


def test_area_weights_are_toblers(editions):
    """Tobler keeps its table in float32: its figures are right to 1e-6 of themselves."""
    old, new = editions
    figures = np.random.default_rng(1).uniform(500, 2500, len(old))
    source = gpd.GeoDataFrame({"n": figures}, geometry=old.geometry.to_numpy(), crs=3006)
    target = gpd.GeoDataFrame(geometry=new.geometry.to_numpy(), crs=3006)
    with warnings.catch_warnings(action="ignore"):
        theirs = area_interpolate(source, target, extensive_variables=["n"], allocate_total=True)["n"].to_numpy()
    made = gi.crosswalk(old, new, method="area", tolerance=0)
    mine = made.matrix() @ figures
    assert (made.table["weight"] < 1).sum() > 50
    np.testing.assert_allclose(mine, theirs, rtol=2e-6, atol=1e-3)
    assert abs(mine.sum() - figures.sum()) < 1e-8 < abs(theirs.sum() - figures.sum()) + 1e-8


def test_points_are_counted_as_geopandas_joins_them(editions):
    old, new = editions
    rng = np.random.default_rng(2)
    west, south, east, north = old.geometry.total_bounds
    xy = np.round(rng.uniform((west, south), (east, north), (20_000, 2))) + 0.25
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T, crs=3006))
    at = {}
    for side, areas in (("source", old), ("target", new)):
        joined = gpd.sjoin(points, areas.table[["code", "geometry"]], predicate="within")
        at[side] = joined["code"].groupby(level=0).min()
    counted = pd.DataFrame(at).dropna().value_counts().sort_index()
    made = gi.crosswalk(old, new, method="points", places=xy)
    mine = made.table[made.table["n"] > 0].set_index(["source", "target"])["n"].sort_index()
    assert len(counted) > len(old)
    assert mine.astype(int).to_dict() == counted.to_dict()
    share = counted / counted.groupby(level="source").transform("sum")
    weight = made.table.set_index(["source", "target"])["weight"]
    np.testing.assert_allclose(weight.loc[share.index], share, rtol=0, atol=1e-15)


def test_parts_of_squares_are_those_of_a_plain_overlay(editions):
    old, new = editions
    west, south, east, north = old.geometry.total_bounds
    x, y = np.meshgrid(np.arange(west, east, 2000.0), np.arange(south, north, 2000.0))
    shapes = shapely.box(x.ravel(), y.ravel(), x.ravel() + 2000, y.ravel() + 2000)
    value = np.random.default_rng(3).integers(0, 100, len(shapes)).astype(float)
    cut = pieces(old, new)
    from gisintegration.change.crosswalk_editions import Editions

    amounts, outside = cut_sums(Editions(old, new, 1.0), cut, shapes, {("population", 0): value})
    frame = gpd.GeoDataFrame({"piece": np.arange(len(cut))}, geometry=cut.shapes(), crs=3006)[~cut.noise]
    grid = gpd.GeoDataFrame({"value": value}, geometry=shapes, crs=3006)
    overlaid = gpd.overlay(frame, grid, keep_geom_type=True)
    theirs = (overlaid["value"] * overlaid.area / 4e6).groupby(overlaid["piece"]).sum()
    mine = pd.Series(amounts.of["population", 0], index=np.flatnonzero(~cut.noise))
    np.testing.assert_allclose(mine.loc[theirs.index], theirs, rtol=1e-9, atol=1e-9)
    assert outside == pytest.approx(value.sum() - theirs.sum())
