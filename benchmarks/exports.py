"""How long a release takes to write in each format, how large the files are, and what memory it needs.

Every indicator of the library, DeSO, RegSO and kommuner of Göteborgsregionen, 14 years; totals, sexes and ages. The
figures are drawn; a twentieth of them is protected. Each format is written in a process of its own; the memory told is
what it took beside the release itself. Beside it pandas, which writes the rows as they are: ``to_csv`` all of them, and
``to_excel`` those that Excel and PowerPoint are given here, some indicators by sex.

    python benchmarks/exports.py [--years 14] [--ages 7] [--excel 8] [--formats px,csv,pandas]
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

import gisintegration as gi
from gisintegration.indicators.classes import labels
from gisintegration.project.outputs import FORMATS, export, file_name
from gisintegration.tables import BREAKDOWNS, COLUMNS, TOTAL, Indicator, ProtectedTable, Release, coded, constant

LAST = 2024
POLICY = "scb-share-rule"
PROTECTED = 0.05
EDITIONS = ("deso/2025", "regso/2025", "kommun/2003")
# What readers turn over by hand is given some indicators, totals and sexes.
BY_HAND = ("excel", "powerpoint")
PANDAS = "pandas"


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--years", type=int, default=14)
    parser.add_argument("--ages", type=int, default=7)
    parser.add_argument("--excel", type=int, default=8, help="indicators that Excel is given")
    parser.add_argument("--formats", default=",".join([*FORMATS, PANDAS]), help="with commas between")
    asked = parser.parse_args()
    formats = asked.formats.split(",")
    made = drawn(asked.years, asked.ages)
    rows = made.statistics
    some = gi.select_release(made, indicators=list(made.indicators)[: asked.excel], breakdowns=False)
    few = some.statistics
    print(f"{len(made.indicators)} indicators, {sum(map(len, made.areas.values()))} areas: {len(rows):,} figures")
    print(f"for Excel: {asked.excel} indicators, totals and sexes: {len(few):,} figures")
    print(f"{'':<22}{'figures':>12}{'seconds':>9}{'MB':>8}{'files':>7}{'memory, GB':>12}")
    with tempfile.TemporaryDirectory() as folder:
        for name in (one for one in FORMATS if one in formats):
            release = some if name in BY_HAND else made
            to = Path(folder) / file_name("a", name)
            measured(name, len(release.statistics), to, lambda r=release, t=to, n=name: export(r, t, format=n))
        if PANDAS not in formats:
            return
        to = Path(folder) / "pandas.csv"
        measured("pandas to_csv", len(rows), to, lambda: rows.to_csv(to, index=False))
        book = Path(folder) / "pandas.xlsx"
        measured("pandas to_excel", len(few), book, lambda: few.to_excel(book, index=False, engine="xlsxwriter"))


def measured(name: str, figures: int, to: Path, write: Callable[[], object]) -> None:
    """Write in a forked process, and print what it took."""
    before = resident()
    began = time.perf_counter()
    child = os.fork()
    if not child:
        try:
            write()
        except BaseException as error:  # noqa: BLE001 — told, and the next format is measured
            print(name, error, flush=True)
            os._exit(1)
        os._exit(0)
    _, status, usage = os.wait4(child, 0)
    spent = time.perf_counter() - began
    files = [path for path in ([to] if to.is_file() else to.rglob("*")) if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    memory = max(usage.ru_maxrss / 2**20 - before, 0.0)
    told = "failed" if status else f"{spent:.1f}"
    print(f"{name:<22}{figures:>12,}{told:>9}{size:>8.1f}{len(files):>7}{memory:>12.2f}", flush=True)


def resident() -> float:
    """Memory of this process now, GB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**30


def drawn(years: int, ages: int) -> Release:
    """A release of drawn figures: each indicator in its own years, on the levels where it has a meaning."""
    rng = np.random.default_rng(1)
    areas = {key: gi.load_areas(key) for key in EDITIONS}
    known = gi.load_indicators("all")
    words = labels()
    classes = [TOTAL, *sorted(words["age"])[:ages]]
    cells = [(sex, TOTAL) for sex in (TOTAL, "women", "men")] + [(TOTAL, age) for age in classes[1:]]
    tables = []
    for indicator in known.values():
        within = [year for year in range(LAST - years + 1, LAST + 1) if indicator.in_force(year)]
        frames = [
            table(indicator, one.division, one.edition, [str(code) for code in one.codes], within, cells, rng)
            for one in areas.values()
            if within and indicator.applies_to(one.division)
        ]
        tables += [
            ProtectedTable(frame, {indicator.id: indicator}, words, {POLICY: {"sv": "Primärskydd.", "en": "Primary."}})
            for frame in frames
        ]
    return gi.release(tables, areas=areas, name="Göteborgsregionen", organisation="Prov", source="SCB")


def table(
    indicator: Indicator,
    division: str,
    edition: str,
    codes: list[str],
    years: list[int],
    cells: list[tuple[str, str]],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Figures of one indicator on one edition."""
    shape = (len(codes), len(years), len(cells))
    area, year, cell = (part.reshape(-1) for part in np.indices(shape))
    size = area.size
    top = 1000 if indicator.decimals == 0 else 100
    value = np.round(rng.random(size) * top + 1, indicator.decimals)
    status = (rng.random(size) < PROTECTED).astype(np.int8)
    value[status == 1] = np.nan
    empty = np.full(size, np.nan)
    sexes, ages = (sorted({one[at] for one in cells}) for at in (0, 1))
    by_sex = np.array([sexes.index(sex) for sex, _ in cells], dtype=np.int8)
    by_age = np.array([ages.index(age) for _, age in cells], dtype=np.int8)
    made = dict.fromkeys(BREAKDOWNS, constant(TOTAL, size))
    made |= {
        "indicator": constant(indicator.id, size),
        "division": constant(division, size),
        "edition": constant(edition, size),
        "area": coded(area.astype(np.int16), codes),
        "year": np.array(years, dtype=np.int16)[year],
        "sex": coded(by_sex[cell], sexes),
        "age": coded(by_age[cell], ages),
        **dict.fromkeys(("numerator", "denominator", "lower", "upper", "se"), empty),
        "value": value,
        "status": coded(status, ["shown", "protected"]),
        "reason": coded(status, ["", "primary"]),
        "method": constant("located", size),
        "exact_share": np.ones(size),
        "n_sources": np.ones(size, dtype=np.int32),
        "coordinate_type": constant("address", size),
        "policy": constant(POLICY, size),
        "release": constant("", size),
    }
    return pd.DataFrame(made)[list(COLUMNS)]


if __name__ == "__main__":
    main()
