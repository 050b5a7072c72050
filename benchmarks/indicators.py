"""All indicators of the library for one year of a nation: 10.5 million persons already placed, five levels.

The register is made up (``register.py``), with the years before and after, which moves and panel figures read. What is
measured is the counting and the making of every table, one after the other, as a store takes them. Beside it, a handful
of indicators by pandas and polars from a table that already lies in memory with each person's area; their figures are
compared with ours. Figures depend on the machine and on what else it does.

    python benchmarks/indicators.py [--persons 10500000] [--folder register] [--peers-persons 10500000]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from register import squares, write_register

from gisintegration.areas import AreaDivision
from gisintegration.indicators import aggregate, aggregate_parts, counting, load_indicators
from gisintegration.registers import Placement, Register, place, placed_sql, read_register
from gisintegration.sql import connect

YEARS = (2021, 2022, 2023)
YEAR = YEARS[1]
LEVELS = ("deso", "regso", "kommun", "lan", "riket")
HANDFUL = (
    "employed_share",
    "rental_share",
    "low_education_share",
    "disposable_income_mean",
    "disposable_income_median",
)
CLASSES = {
    "age": ("00_19", "20_24", "25_34", "35_44", "45_54", "55_64", "65"),
    "education": ("compulsory", "upper_secondary", "post_secondary", "unknown"),
}


def main() -> None:
    """Measure, compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=10_500_000)
    parser.add_argument("--folder", type=Path, help="keep the register here, or use the one that is there")
    parser.add_argument("--without-peers", action="store_true")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    with tempfile.TemporaryDirectory() as made:
        folder = asked.folder or Path(made) / "register"
        areas = squares()
        if not folder.exists():
            # In a process of its own: what it takes is not what counting takes.
            writer = multiprocessing.get_context("spawn").Process(
                target=write_register, args=(folder, areas, asked.persons, YEARS)
            )
            writer.start()
            writer.join()
        began = time.perf_counter()
        register = read_register(folder, crs=3006)
        placed = place(register, {areas: YEARS[:2]})
        voting = place(register, {areas: YEARS[1:2]}, at="election")
        print(f"read and placed in {time.perf_counter() - began:.1f} s (not counted below)")
        everything(register, areas, placed, voting)
        if not asked.without_peers:
            peers(register, areas, placed)


def everything(register: Register, areas: AreaDivision, placed: Placement, voting: Placement) -> None:
    """All indicators on all levels."""
    indicators = load_indicators()
    forget_peak()
    cells, by_level = 0, dict.fromkeys(LEVELS, 0)
    began, used = time.perf_counter(), time.process_time()
    with timed() as medians:
        for table in aggregate_parts(
            register, indicators, by=LEVELS, areas={areas: [YEAR]}, places=placed, election_places=voting,
            constants="synthetic", missing="skip",
        ):  # fmt: skip
            cells += len(table.table)
            by_level[str(table.table["division"].iloc[0])] += len(table.table)
    spent, processor = time.perf_counter() - began, time.process_time() - used
    print(
        f"{len(indicators)} indicators: {cells / 1e6:.1f} million cells in {spent:.1f} s "
        f"({processor:.1f} s of processor)"
    )
    print("  " + ", ".join(f"{level} {number / 1e6:.2f} million" for level, number in by_level.items()))
    print(f"  of which medians {medians[0]:.1f} s; peak memory {peak():.2f} GB")


def peers(register: Register, areas: AreaDivision, placed: Placement) -> None:
    """A handful of indicators by sex, age and education on every level, by three ways."""
    began = time.perf_counter()
    table = aggregate(
        register, HANDFUL, by=LEVELS, areas={areas: [YEAR]}, places=placed, constants="synthetic",
        breakdowns=["age", "education"],
    ).table  # fmt: skip
    print(f"a handful ({', '.join(HANDFUL)}): {time.perf_counter() - began:.1f} s from files, {len(table)} cells")
    columns = ["sex", "age", "education", "labour_status", "tenure", "disposable_income"]
    with connect() as con:
        frame = con.execute(
            f"select * exclude (how, coordinate_type) from ({placed_sql(register, placed, areas, YEAR, columns)})"
        ).to_arrow_table()
    levels = parents(areas)
    ways: dict[str, tuple[Callable[..., Any], Any]] = {
        "polars": (with_polars, pl.from_arrow(frame)),
        "pandas": (with_pandas, frame.to_pandas()),
    }
    single = (table["age"] == "total") | (table["education"] == "total")
    ours = table[single].astype(dict.fromkeys(("indicator", "area", "sex", "age", "education", "division"), "str"))
    for name, (way, persons) in ways.items():
        began = time.perf_counter()
        theirs = way(persons, levels)
        spent = time.perf_counter() - began
        print(f"  {name}: {spent:.1f} s from memory; {compared(ours, theirs)} cells compared, all equal")


def parents(areas: AreaDivision) -> dict[str, np.ndarray]:
    """The code of each level above every area."""
    own = {"deso": np.asarray(areas.codes, dtype=object)}
    return own | {level: np.asarray(areas.parent(level), dtype=object) for level in LEVELS[1:]}


def with_pandas(persons: pd.DataFrame, levels: dict[str, np.ndarray]) -> pd.DataFrame:
    """The handful, by groupby of each level and breakdown."""
    age = persons["age"].to_numpy()
    persons = pd.DataFrame({
        "sex": persons["sex"].astype("category"), "age": pd.Categorical.from_codes(_age(age), CLASSES["age"]),
        "education": _education(persons["education"].to_numpy()), "working": (age >= 20) & (age <= 64),
        "grown": age >= 20,
        "employed": (persons["labour_status"] == "employed").to_numpy(), "one": np.ones(len(age), dtype=bool),
        "rental": (persons["tenure"] == "rental").to_numpy(), "income": persons["disposable_income"].to_numpy(),
        "low": (persons["education"] == "compulsory").to_numpy(), "area": persons["area"].to_numpy(),
    })  # fmt: skip
    found = []
    for level, codes in levels.items():
        persons["code"] = pd.Categorical(codes)[persons["area"].to_numpy()]
        for breakdown in ("total", "age", "education"):
            for sex in ("total", "sex"):
                keys = ["code", *([sex] if sex != "total" else []), *([breakdown] if breakdown != "total" else [])]
                for name, who, value, how in _asked():
                    values = persons.loc[persons[who], [*keys, value]].groupby(keys, observed=True)[value].agg(how)
                    found.append(_laid(values.reset_index(), name, level))
    return pd.concat(found)


def with_polars(persons: pl.DataFrame, levels: dict[str, np.ndarray]) -> pd.DataFrame:
    """The handful, by lazy group_by of each level and breakdown."""
    age = pl.col("age")
    ends = (19, 24, 34, 44, 54, 64)
    cut = pl.lit(CLASSES["age"][-1])
    for end, code in reversed(list(zip(ends, CLASSES["age"], strict=False))):
        cut = pl.when(age <= end).then(pl.lit(code)).otherwise(cut)
    told = pl.col("education").cast(pl.String)
    persons = persons.select(
        pl.col("sex").cast(pl.Categorical), cut.cast(pl.Categorical).alias("age"),
        pl.when(told.str.starts_with("post")).then(pl.lit("post_secondary")).when(told != "not_applicable").then(told)
        .cast(pl.Categorical).alias("education"),
        age.is_between(20, 64).alias("working"), (age >= 20).alias("grown"), pl.lit(True).alias("one"),
        (pl.col("labour_status").cast(pl.String) == "employed").alias("employed"),
        (pl.col("tenure").cast(pl.String) == "rental").alias("rental"), pl.col("disposable_income").alias("income"),
        (told == "compulsory").alias("low"), pl.col("area"),
    )  # fmt: skip
    found = []
    for level, codes in levels.items():
        kinds, positions = np.unique(codes, return_inverse=True)
        own = persons.with_columns(pl.Series("code", positions.astype(np.int32))[persons["area"]])
        for breakdown in ("total", "age", "education"):
            for sex in ("total", "sex"):
                keys = ["code", *([sex] if sex != "total" else []), *([breakdown] if breakdown != "total" else [])]
                figures = [
                    getattr(pl.col(value).filter(pl.col(who)), how)().alias(name) for name, who, value, how in _asked()
                ]
                rows = own.lazy().group_by(keys).agg(figures).collect().to_pandas()
                rows["code"] = kinds[rows["code"].to_numpy()]
                found += [
                    _laid(rows[[*keys, name]].rename(columns={name: value}), name, level)
                    for name, _, value, _ in _asked()
                ]
    return pd.concat(found)


def _asked() -> list[tuple[str, str, str, str]]:
    return [
        ("employed_share", "working", "employed", "mean"), ("rental_share", "one", "rental", "mean"),
        ("low_education_share", "working", "low", "mean"), ("disposable_income_mean", "grown", "income", "mean"),
        ("disposable_income_median", "grown", "income", "median"),
    ]  # fmt: skip


def _laid(rows: pd.DataFrame, name: str, level: str) -> pd.DataFrame:
    rows = rows.rename(columns={rows.columns[-1]: "theirs", "code": "area"})
    for key in ("sex", "age", "education"):
        rows[key] = rows[key].astype("str") if key in rows else "total"
    return rows.assign(indicator=name, division=level, area=rows["area"].astype("str"))


def _age(age: np.ndarray) -> np.ndarray:
    return np.searchsorted([20, 25, 35, 45, 55, 65], age, side="right").astype(np.int8)


def _education(told: np.ndarray) -> pd.Categorical:
    kinds = {"compulsory": 0, "upper_secondary": 1, "post_secondary_short": 2, "post_secondary_long": 2, "unknown": 3}
    return pd.Categorical.from_codes(pd.Series(told).map(kinds).fillna(-1).astype(np.int8), CLASSES["education"])


def compared(ours: pd.DataFrame, theirs: pd.DataFrame) -> int:
    """How many cells both gave, of which all are equal."""
    keys = ["indicator", "division", "area", "sex", "age", "education"]
    both = ours.merge(theirs, on=keys, how="inner")
    scale = np.where(both["indicator"].str.endswith("share"), 100, 1 / 48_300)
    value = both["theirs"].astype(float) * scale
    given = both["value"].notna() & value.notna()
    off = both[given & ~np.isclose(both["value"], value, rtol=1e-9)]
    if len(off) or not given.any():
        raise SystemExit(f"{len(off)} cells differ:\n{off.head()}")
    return int(given.sum())


@contextmanager
def timed() -> Iterator[list[float]]:
    """The time that medians take, told apart."""
    spent, kept = [0.0], {}

    def around(function: Callable[..., Any]) -> Callable[..., Any]:
        def timing(*given: Any, **options: Any) -> Any:
            began = time.perf_counter()
            try:
                return function(*given, **options)
            finally:
                spent[0] += time.perf_counter() - began

        return timing

    for name in ("groupings", "middles"):
        kept[name] = getattr(counting, name)
        setattr(counting, name, around(kept[name]))
    try:
        yield spent
    finally:
        for name, function in kept.items():
            setattr(counting, name, function)


def forget_peak() -> None:
    """Have the system measure the peak of memory from now on."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak() -> float:
    """The peak of memory in GB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 2**20


if __name__ == "__main__":
    main()
