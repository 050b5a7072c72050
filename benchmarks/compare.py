"""Two national editions compared: this toolkit, geopandas.overlay and tobler.area_interpolate in one run.

    python benchmarks/compare.py [--areas 6160] [--changed 0.05] [--skip-peers]

A made-up nation of 1.6 million vertices and a second edition of it in which a share of the areas is split, merged,
ended or has a border moved. What the three say of common ground is compared pair by pair. Not a test: figures depend on the
machine and on what else it does.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
import warnings
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from nation import nation, second_edition
from tobler.area_weighted import area_interpolate

from gisintegration import AreaDivision, compare
from gisintegration.change import Pieces, pieces
from gisintegration.locate import grid

TRIES = 5
# m² up to which float32 is right to a quarter of a m².
FLOAT32 = 4e6


# ruff: noqa: E501 — one line of output is one line here
def main() -> None:
    """Measure."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--areas", type=int, default=6160)
    options.add_argument("--changed", type=float, default=0.05)
    options.add_argument("--skip-peers", action="store_true")
    given = options.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, {grid.threads()} threads; load {os.getloadavg()[0]:.1f} at the start"
    )
    old = nation(given.areas)
    made = second_edition(old, given.changed)
    new = made.areas
    vertices = [int(shapely.get_num_coordinates(areas.geometry.to_numpy()).sum()) for areas in (old, new)]
    touched = made.relations[made.relations["side"] == "old"]["relation"].ne("unchanged").mean()
    print(
        f"{len(old)} and {len(new)} areas, {vertices[0]:,} and {vertices[1]:,} vertices, {touched:.1%} of the old changed"
    )
    # A copy each time: the pieces of editions that were compared are kept.
    took = [_time(lambda: compare(old.with_(), new)) for _ in range(TRIES)]
    only = [_time(lambda: pieces(old, new)) for _ in range(TRIES)]
    print(
        f"gi.compare {min(took):.2f} s, worst of {TRIES} {max(took):.2f} s; of it pieces {min(only):.2f} s, worst {max(only):.2f} s"
    )
    _truth(old, made.areas, made.relations)
    if not given.skip_peers:
        found = pieces(old, new)
        _against("geopandas.overlay", _overlay, old, new, found, max(took))
        _against("tobler.area_interpolate", _tobler, old, new, found, max(took))


def _truth(old: AreaDivision, new: AreaDivision, true: pd.DataFrame) -> None:
    found = compare(old, new)
    both = found.areas.merge(true, on=["side", "code"], suffixes=("", "_true"), validate="one_to_one")
    right = (both["relation"] == both["relation_true"]).sum()
    print(f"relations right: {right} of {len(true)}; {found.noise_pieces} pieces left aside as noise")


def _against(
    name: str,
    peer: Callable[[AreaDivision, AreaDivision, Pieces], tuple[float, str]],
    old: AreaDivision,
    new: AreaDivision,
    found: Pieces,
    mine: float,
) -> None:
    took, apart = peer(old, new, found)
    print(f"{name} {took:.2f} s: gi.compare, at its worst, {took / mine:.1f} times as fast; {apart}")


def _overlay(old: AreaDivision, new: AreaDivision, found: Pieces) -> tuple[float, str]:
    first = old.table[["code", "geometry"]].rename(columns={"code": "old"})
    second = new.table[["code", "geometry"]].rename(columns={"code": "new"})
    start = time.perf_counter()
    cut = gpd.overlay(first, second, how="intersection", keep_geom_type=True)
    sizes = cut.geometry.area
    took = time.perf_counter() - start
    theirs = sizes.groupby([cut["old"], cut["new"]]).sum()
    key = pd.MultiIndex.from_arrays([old.codes[found.old], new.codes[found.new]])
    mine = pd.Series(found.area, index=key)
    whole = mine.index.union(theirs.index)
    apart = (mine.reindex(whole).fillna(0.0) - theirs.reindex(whole).fillna(0.0)).abs()
    return took, f"{len(whole):,} pairs differ by at most {apart.max():.2g} m²"


def _tobler(old: AreaDivision, new: AreaDivision, found: Pieces) -> tuple[float, str]:
    """Area weights applied to the area itself: what each new area shares with the old ones.

    tobler keeps shared areas as float32, which tells m² apart only up to some km².
    """
    first, second = old.table[["geometry"]].copy(), new.table[["geometry"]].copy()
    first["size"] = first.geometry.area
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = time.perf_counter()
        theirs = area_interpolate(first, second, extensive_variables=["size"], allocate_total=False)
        took = time.perf_counter() - start
    mine = np.bincount(found.new, found.area, minlength=len(new))
    apart = np.abs(theirs["size"].to_numpy() - mine)
    small = mine < FLOAT32
    return took, (
        f"{small.sum()} areas below {FLOAT32 / 1e6:.0f} km² differ by at most {apart[small].max():.2g} m², "
        f"all by at most {(apart / mine).max():.1g} of the area, as float32 does"
    )


def _time(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
