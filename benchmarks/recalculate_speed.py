"""How long the nation takes: 28 years × 40 indicators × every DeSO 2018 × 6 breakdown classes, carried to DeSO 2025.

The editions and which area goes where are SCB's own (the change log); persons in the pieces are drawn. One table for
each indicator, one after the other, as a project makes them. Beside it: the same counts by pandas merge and groupby,
which gives the sums and nothing of method, bounds or errors.

    python benchmarks/recalculate_speed.py [--indicators 40] [--years 28]
"""

from __future__ import annotations

import argparse
import resource
import time
from itertools import product

import numpy as np
import pandas as pd

import gisintegration as gi
from gisintegration.areas.codes import official_codes, table_of_changes
from gisintegration.change import Crosswalk
from gisintegration.tables import BREAKDOWNS, CONTRIBUTORS, TOTAL, RawTable, coded, constant
from gisintegration.testing import example_indicator

SEXES, AGES = (TOTAL, "men", "women"), (TOTAL, "20_24")
LAST = 2023


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--indicators", type=int, default=40)
    parser.add_argument("--years", type=int, default=28)
    asked = parser.parse_args()
    years = list(range(LAST - asked.years + 1, LAST + 1))
    walk = nation(years)
    print(f"{walk}; years {years[0]}–{years[-1]}")
    rng = np.random.default_rng(1)
    kinds = ["count", "share", "share", "mean"]
    spent, cells, by_pandas = 0.0, 0, 0.0
    for number in range(asked.indicators):
        table = drawn(f"indicator_{number:02d}", kinds[number % len(kinds)], walk, years, rng)
        began = time.perf_counter()
        made = gi.recalculate(table, walk)
        spent += time.perf_counter() - began
        cells += len(made.table)
        if number == 0:
            by_pandas = merged(table, walk)
        check(table, made)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"recalculated: {cells / 1e6:.1f} million figures in {spent:.1f} s; peak memory {peak:.2f} GB")
    print(f"  one table: {spent / asked.indicators:.2f} s; pandas merge and groupby, sums alone: {by_pandas:.2f} s")


def nation(years: list[int]) -> Crosswalk:
    """DeSO 2018 → 2025 by points of every year, with drawn persons in the pieces that SCB's log tells of."""
    sources = tuple(sorted(official_codes("deso/2018") or ()))
    targets = tuple(sorted(official_codes("deso/2025") or ()))
    log = table_of_changes("deso")
    told = log[(log["date"] >= "2025") & log["old"].isin(sources)]
    kept = {(code, code) for code in set(sources) & set(targets)}
    pairs = sorted(kept | set(zip(told["old"], told["new"], strict=True)))
    rng = np.random.default_rng(2)
    frames = []
    for year in years:
        frame = pd.DataFrame(pairs, columns=["source", "target"]).assign(year=year)
        frame["n"] = rng.integers(20, 1500, size=len(frame)).astype(float)
        frame["weight"] = frame["n"] / frame.groupby("source")["n"].transform("sum")
        frames.append(frame)
    return Crosswalk("deso/2018", "deso/2025", "points", pd.concat(frames), sources, targets, raw=True)


def drawn(name: str, kind: str, walk: Crosswalk, years: list[int], rng: np.random.Generator) -> RawTable:
    """A table of one indicator on every DeSO 2018."""
    areas, classes = len(walk.sources), list(product(range(len(SEXES)), range(len(AGES))))
    rows = areas * len(years) * len(classes)
    base = rng.integers(50, 500, size=rows).astype(float)
    top = np.floor(base * rng.random(rows))
    place = np.arange(rows)
    inside = place % len(classes)
    frame = pd.DataFrame(
        {
            "indicator": constant(name, rows),
            "division": constant("deso", rows),
            "edition": constant("2018", rows),
            "area": coded((place // (len(years) * len(classes))).astype(np.int32), walk.sources),
            "year": (years[0] + place // len(classes) % len(years)).astype(np.int16),
            "sex": coded((inside // len(AGES)).astype(np.int8), SEXES),
            "background": constant(TOTAL, rows),
            "age": coded((inside % len(AGES)).astype(np.int8), AGES),
            "education": constant(TOTAL, rows),
            "numerator": top,
            "denominator": np.full(rows, np.nan) if kind == "count" else base,
            "value": top if kind == "count" else top / base * (100 if kind == "share" else 1),
            CONTRIBUTORS: top if kind == "count" else base,
            "status": constant("shown", rows),
            "method": constant("located", rows),
            "exact_share": np.ones(rows),
            "n_sources": np.ones(rows, dtype=np.int32),
            "coordinate_type": constant("address", rows),
        },
        copy=False,
    )
    frame["status"] = coded((top == 0).astype(np.int8), ["shown", "zero"])
    declared = example_indicator(kind, name=name, population={"age": "20-64"})
    return RawTable(frame, {name: declared})


def merged(table: RawTable, walk: Crosswalk) -> float:
    """Seconds that pandas needs for the sums alone."""
    began = time.perf_counter()
    left = table.table[["area", "year", *BREAKDOWNS, "numerator"]].assign(
        area=lambda frame: frame["area"].astype("str")
    )
    right = walk.table[["year", "source", "target", "weight"]]
    joined = left.merge(right, left_on=["area", "year"], right_on=["source", "year"])
    joined["numerator"] *= joined["weight"]
    joined.groupby(["target", "year", *BREAKDOWNS], observed=True)["numerator"].sum()
    return time.perf_counter() - began


def check(table: RawTable, made: RawTable) -> None:
    """Totals are equal to the last unit."""
    for name in ("numerator", "denominator"):
        if table.table[name].sum() != made.table[name].sum():
            raise SystemExit(f"{name} lost: {table.table[name].sum()} became {made.table[name].sum()}")


if __name__ == "__main__":
    main()
