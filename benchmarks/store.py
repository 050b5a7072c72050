"""What a year more costs a store: putting, releasing, opening; then reading one indicator, a difference, verifying.

Figures of drawn indicators on the 5,984 areas of DeSO 2018, by sex and age. Every year is a release of its own, with
all the years before in it; the last release revises one year of one indicator.

    python benchmarks/store.py [--years 14] [--indicators 10] [--ages 7]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

import gisintegration as gi
from gisintegration.database.draft import Draft
from gisintegration.database.part import Part
from gisintegration.disclosure import protect
from gisintegration.tables import RAW_COLUMNS, Indicator, ProtectedTable, RawTable, coded, constant
from gisintegration.testing import example_raw

LAST = 2024
SEXES = ("men", "total", "women")
T = TypeVar("T")


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--years", type=int, default=14)
    parser.add_argument("--indicators", type=int, default=10)
    parser.add_argument("--ages", type=int, default=7)
    given = parser.parse_args()
    areas = gi.load_areas("deso/2018", borders=False)
    years = range(LAST - given.years + 1, LAST + 1)
    with tempfile.TemporaryDirectory() as folder:
        store = gi.open_store(Path(folder) / "store", create=True)
        _say(f"{len(areas)} areas, {given.indicators} indicators, {3 * (given.ages + 1)} cells an area")
        _say(f"{'year':>6} {'figures':>12} {'put s':>8} {'release s':>10} {'open s':>8}")
        parts: tuple[Part, ...] = ()
        drafts: list[Draft] = []
        for year in years:
            table = drawn(areas, year, given.indicators, given.ages)
            put, made = _timed(partial(store.put, [table]))
            parts = (*parts, *made)
            draft = Draft(parts, {areas.key: areas}, table.indicators, table.labels, table.stamps)
            released, _ = _timed(partial(store.commit, draft))
            opened, store = _timed(partial(gi.open_store, store.folder))
            drafts.append(draft)
            _say(f"{year:>6} {len(table.table):>12,} {put:>8.2f} {released:>10.2f} {opened:>8.2f}")
        revised = store.put([drawn(areas, LAST, 1, given.ages, seed=1)])
        kept = tuple(one for one in parts if one.key != revised[0].key)
        seconds, _ = _timed(partial(store.commit, replace(drafts[-1], parts=(*kept, *revised))))
        _say(f"release that revises one indicator in one year: {seconds:.2f} s")
        for what, work in {
            "read one indicator, all years": lambda: store.read(indicators="drawn_00"),
            "read one indicator, totals and sexes": lambda: store.read(indicators="drawn_00", breakdowns=False),
            "read one indicator, latest year": lambda: store.read(indicators="drawn_00", years="latest"),
            "difference of the last two releases": lambda: store.diff("previous").largest(),
            "verify": lambda: store.verify().verify(),
        }.items():
            seconds, _ = _timed(work)
            _say(f"{what}: {seconds:.2f} s")
        size = sum(path.stat().st_size for path in store.folder.rglob("*") if path.is_file())
        _say(f"the store: {size / 1e6:.0f} MB, {len(list(store.folder.rglob('*.parquet')))} files")


def drawn(areas: gi.AreaDivision, year: int, indicators: int, ages: int, *, seed: int = 0) -> ProtectedTable:
    """Shares of drawn persons, by sex and age, protected."""
    pattern = example_raw(numerator=[1], denominator=[2], areas=[str(areas.codes[0])])
    declared = next(iter(pattern.indicators.values()))
    names = [f"drawn_{number:02}" for number in range(indicators)]
    classes = [f"{20 + 5 * age}_{24 + 5 * age}" for age in range(ages)] + ["total"]
    shape = (indicators, len(areas), 3, len(classes))
    where = [index.ravel() for index in np.indices(shape, dtype=np.int32)]
    rng = np.random.default_rng(10 * year + seed)
    below = rng.integers(0, 400, where[0].size).astype(np.float64)
    above = rng.binomial(below.astype(np.int64), 0.6).astype(np.float64)
    size = where[0].size
    with np.errstate(invalid="ignore"):
        value = 100 * above / below
    frame = pd.DataFrame(
        {
            "indicator": coded(where[0], names),
            "division": constant(areas.division, size),
            "edition": constant(areas.edition, size),
            "area": coded(where[1], [str(code) for code in areas.codes]),
            "year": np.full(size, year, dtype=np.int16),
            "sex": coded(where[2], SEXES),
            "background": constant("total", size),
            "age": coded(where[3], classes),
            "education": constant("total", size),
            "numerator": above,
            "denominator": below,
            "value": value,
            "contributors": below,
            "status": coded((below > 0).astype(np.int8), ["missing", "shown"]),
            "method": constant("located", size),
            "exact_share": np.ones(size),
            "n_sources": np.ones(size, dtype=np.int32),
            "coordinate_type": constant("address", size),
        }
    )[list(RAW_COLUMNS)]
    known: dict[str, Indicator] = {name: declared.model_copy(update={"id": name}) for name in names}
    return protect(RawTable(frame, indicators=known), "scb-share-rule")[0]


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    started = time.perf_counter()
    made = work()
    return time.perf_counter() - started, made


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
