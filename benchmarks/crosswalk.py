"""Crosswalks between two national editions: from located persons, from areas, and from a national grid of squares.

    python benchmarks/crosswalk.py [--areas 6160] [--persons 10500000] [--changed 0.05]

A made-up nation of 1.6 million vertices, and a second edition of it in which a share of the areas is split, merged,
ended or has a border moved. Every crosswalk is checked: weights sum to 1, and persons of a piece are counted again by
another way. Times are the best of some tries, the first try apart, since it cuts the two editions by each other. Not a
test: figures depend on the machine and on what else it does.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
from nation import nation, people, second_edition

import gisintegration as gi
from gisintegration.change import pieces

TRIES = 5
SIDE = 1000


def main() -> None:
    """Measure."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--areas", type=int, default=6_160)
    options.add_argument("--persons", type=int, default=10_500_000)
    options.add_argument("--changed", type=float, default=0.05)
    given = options.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores; load {os.getloadavg()[0]:.1f} at the start")
    old = nation(given.areas)
    new = second_edition(old, given.changed).areas
    xy = people(old, given.persons)
    places, _ = gi.places(xy, [old, new], distinct=True)
    print(f"{len(old)} → {len(new)} areas, {len(xy):,} persons located in both".replace(",", " "))
    rng = np.random.default_rng(3)
    kinds = {"age_20_64": rng.random(len(xy)) < 0.57, "foreign_born": rng.random(len(xy)) < 0.2}
    years = rng.integers(2018, 2025, len(xy))

    cutting, _ = _best(lambda: pieces(old, new), 1)
    first, made = _best(lambda: gi.crosswalk(old, new, method="points", places=places), 1)
    again, made = _best(lambda: gi.crosswalk(old, new, method="points", places=places), TRIES)
    print(f"points, the editions not cut before   {first:6.2f} s, of which the cutting takes {cutting:.2f} s")
    print(f"points, after compare or a crosswalk  {again:6.2f} s   {len(made.table)} rows")
    _recount(made, old, new, places)
    took, made = _best(lambda: gi.crosswalk(old, new, method="points", places=places, kinds=kinds), TRIES)
    print(f"points, population and 2 kinds        {took:6.2f} s   {len(made.table)} rows")
    took, made = _best(lambda: gi.crosswalk(old, new, method="points", places=places, kinds=kinds, years=years), TRIES)
    print(f"points, and 7 years                   {took:6.2f} s   {len(made.table)} rows")
    took, checked = _best(made.verify, 1)
    print(f"verify, these rows                    {took:6.2f} s   ok: {checked.ok}")
    took, _ = _best(lambda: gi.crosswalk(old, new, method="area"), TRIES)
    print(f"area                                  {took:6.2f} s")
    squares = _squares(xy[:300_000])
    took, made = _best(lambda: gi.crosswalk(old, new, method="grid", weights=squares), 1)
    print(f"grid, {len(squares)} squares of 1 km        {took:6.2f} s")


def _recount(made: gi.Crosswalk, old: gi.AreaDivision, new: gi.AreaDivision, places: gi.Places) -> None:
    """Count the persons of each piece by a data frame instead, and compare every one."""
    at = pd.DataFrame({key: one.positions for key, one in places.located.items()})
    at = at[(at >= 0).all(axis=1)]
    counted = at.groupby(list(at.columns)).size()
    first, second = (counted.index.get_level_values(level) for level in (0, 1))
    codes = pd.MultiIndex.from_arrays([old.codes[first], new.codes[second]])
    persons = made.table.set_index(["source", "target"])["n"].reindex(codes).to_numpy()
    wrong = int((persons != counted.to_numpy()).sum())
    print(f"counted again by pandas: {len(counted)} pieces, {wrong} differ; total {counted.sum() - persons.sum():+.0f}")


def _squares(xy: npt.NDArray[np.float64]) -> pd.DataFrame:
    corner = np.floor(xy / SIDE).astype(np.int64) * SIDE
    frame = pd.DataFrame(corner, columns=["west", "south"]).groupby(["west", "south"]).size().rename("population")
    frame = frame.reset_index()
    ids = frame["west"].astype("str") + frame["south"].astype("str")
    return frame.assign(rutid=ids)[["rutid", "population"]]


def _best(function: Callable[[], object], tries: int) -> tuple[float, object]:
    best = float("inf")
    for _ in range(tries):
        start = time.perf_counter()
        answer = function()
        best = min(best, time.perf_counter() - start)
    return best, answer


if __name__ == "__main__":
    main()
