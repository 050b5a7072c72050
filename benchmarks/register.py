"""A made-up register of a nation with every variable of the contract, drawn in pieces and written as Parquet by year.

Random but plausible: ages, incomes and statuses of the right size, households of one to six, one in ten who moves in a
year. The same persons and seed give the same register. Nothing in it is real.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from gisintegration.areas import AreaDivision
from gisintegration.areas.assemble import assemble
from gisintegration.areas.codes import official_codes
from gisintegration.registers.countries import birth_region

PIECE = 500_000
ADDRESSES = 300  # in an area
SIDE = 2_000  # metres
REGIONS = ("sweden", "nordic", "eu_efta", "europe_other", "world")
Rng = np.random.Generator
Array = npt.NDArray[Any]


def squares() -> AreaDivision:
    """The official DeSO of 2025, each as a square, in the RegSO of their kommun: their codes are SCB's, no more."""
    codes = sorted(official_codes("deso/2025") or ())
    larger = sorted(official_codes("regso/2025") or ())
    regso: dict[str, str] = {}
    for kommun in sorted({code[:4] for code in codes}):
        own, above = ([code for code in of if code[:4] == kommun] for of in (codes, larger))
        regso |= {code: above[i * len(above) // len(own)] for i, code in enumerate(own)}
    west, south = np.divmod(np.arange(len(codes)), 80)
    west, south = 300_000 + SIDE * west, 6_200_000 + SIDE * south
    boxes = np.asarray(shapely.box(west, south, west + SIDE, south + SIDE), dtype=object)
    return assemble("deso", "2025", codes, boxes, regso=regso)


def write_register(folder: Path, areas: AreaDivision, persons: int, years: tuple[int, int, int]) -> Path:
    """The register of about ``persons`` a year in three years, the middle one the year that is counted."""
    kommun = np.array([code[:4] for code in areas.codes])
    for year in years:
        (folder / f"year={year}").mkdir(parents=True)
    for piece in range(0, persons, PIECE):
        size = min(PIECE, persons - piece)
        fixed = _people(np.random.default_rng([1, piece]), size, piece, len(areas), years[1])
        for year in years:
            table = _year(np.random.default_rng([2, piece, year]), fixed, year, years, kommun)
            pq.write_table(table, folder / f"year={year}" / f"{piece:09d}.parquet", compression="zstd")
    return folder


def _people(rng: Rng, size: int, first: int, areas: int, year: int) -> dict[str, Array]:
    """What does not change: who lives with whom, born when and where, and where the household is each year."""
    household = np.repeat(np.arange(size), rng.choice(6, size, p=[0.4, 0.3, 0.12, 0.12, 0.04, 0.02]) + 1)[:size]
    place = np.cumsum(np.diff(household, prepend=household[0]) != 0)
    inside = np.arange(size) - np.searchsorted(household, household)
    age = np.where(inside < 2, rng.integers(18, 95, size), rng.integers(0, 25, size))
    region = rng.choice(5, size, p=[0.79, 0.025, 0.045, 0.05, 0.09])
    countries = birth_region(year)
    by_region = [np.array([code for code, of in countries.items() if of == name]) for name in REGIONS]
    country = np.array(["SE"] * size)
    for which in range(1, 5):
        here = np.flatnonzero(region == which)
        country[here] = rng.choice(by_region[which], len(here))
    moves = [np.full(size, -1) for _ in range(3)]
    moves[0] = rng.integers(0, areas, size)[place]
    for i in (1, 2):
        moved = (rng.random(size) < 0.1)[place]
        moves[i] = np.where(moved, rng.integers(0, areas, size)[place], moves[i - 1])
    return {
        "person": np.arange(first, first + size), "household": household + first, "inside": inside, "age": age,
        "region": region, "country": country, "area0": moves[0], "area1": moves[1], "area2": moves[2],
        "address": rng.integers(0, ADDRESSES, size)[place], "sex": rng.integers(0, 2, size),
        "came": rng.random(size), "days": rng.integers(0, 9_000, size), "rooms": rng.integers(1, 6, size)[place],
        "tenure": rng.integers(0, 4, size)[place], "members": np.bincount(place)[place],
    }  # fmt: skip


def _year(rng: Rng, fixed: dict[str, Array], year: int, years: tuple[int, int, int], kommun: Array) -> pa.Table:
    """The persons of one year: some come in the middle year, some are gone after the first."""
    step = years.index(year)
    arrived, gone = fixed["came"] < 0.02, fixed["came"] > 0.985
    here = np.flatnonzero(~(arrived & (step == 0)) & ~(gone & (step > 0)))
    one = {name: values[here] for name, values in fixed.items()}
    size, area = len(here), one[f"area{step}"]
    age = np.clip(one["age"] + step - 1, 0, 110)
    grown, working, foreign = age >= 20, (age >= 16) & (age <= 74), one["region"] > 0
    west, south = np.divmod(area, 80)
    x = 300_000.0 + SIDE * west + 50 + (one["address"] % 20) * 90
    y = 6_200_000.0 + SIDE * south + 50 + (one["address"] // 20) * 90
    employed = working & (rng.random(size) < np.where(foreign, 0.6, 0.78))
    income = np.where(grown, rng.lognormal(12.35, 0.5, size), 0).astype(np.int64)
    single = one["members"] == 1

    def code(positions: Array, *names: str | None) -> pa.DictionaryArray:
        kinds = [name for name in names if name is not None]
        lost = np.array([name is None for name in names])[positions]
        places = np.array([kinds.index(name) if name is not None else 0 for name in names], dtype=np.int32)[positions]
        return pa.DictionaryArray.from_arrays(pa.array(places, mask=lost), pa.array(kinds))

    def some(share: float, amount: int) -> Array:
        return np.where(rng.random(size) < share, rng.integers(1, amount, size), 0)

    def whether(share: float, known: Array | None = None) -> pa.Array:
        return pa.array(rng.random(size) < share, mask=None if known is None else ~known)

    sickness, activity = some(0.08, 90_000), some(0.04, 150_000)
    election = year == years[1]
    entitled = (age >= 18) & election
    columns = {
        "person": one["person"],
        "year": np.full(size, year),
        "household": one["household"],
        "dwelling": one["household"],
        "x": x,
        "y": y,
        "coordinate_type": code(one["address"] % 10 // 9, "address", "property"),
        "kommun": code(np.unique(kommun, return_inverse=True)[1][area], *np.unique(kommun)),
        "sex": code(one["sex"], "men", "women"),
        "age": age,
        "birth_country": pa.array(one["country"]).dictionary_encode(),
        "birth_region": code(one["region"], *REGIONS),
        "background": code((foreign | (rng.random(size) < 0.06)).astype(int), "swedish", "foreign"),
        "immigrated": pa.array(
            np.datetime64(f"{year}-12-31") - one["days"].astype("timedelta64[D]"), type=pa.date32(), mask=~foreign
        ),
        "immigration_reason": code(np.where(foreign, 1 + (one["days"] % 3 > 0), 0), None, "protection", "other"),
        "arrival": code(
            np.where((step == 1) & (one["came"] < 0.02), 1 + (one["came"] * 1e4).astype(int) % 2, 0),
            None,
            "immigrated",
            "domestic",
        ),
        "departure": code(
            np.where((step == 0) & (one["came"] > 0.985), 1 + (one["came"] * 1e5).astype(int) % 3, 0),
            None,
            "died",
            "emigrated",
            "domestic",
        ),
        "education": code(
            np.where(age < 16, 5, rng.choice(5, size, p=[0.15, 0.42, 0.15, 0.25, 0.03])),
            "compulsory",
            "upper_secondary",
            "post_secondary_short",
            "post_secondary_long",
            "unknown",
            "not_applicable",
        ),
        "labour_status": code(
            np.where(~working, 3, np.where(employed, 0, 1 + (rng.random(size) < 0.7))),
            "employed",
            "unemployed",
            "outside",
            "not_applicable",
        ),
        "self_employed": employed & (rng.random(size) < 0.09),
        "manager": employed & (rng.random(size) < 0.07),
        "skill_level": pa.array(rng.integers(1, 5, size), mask=~employed),
        "ssyk_area": pa.array(rng.integers(0, 10, size), mask=~employed),
        "registered_unemployed": code(
            np.where(working & ~employed, rng.choice(3, size, p=[0.6, 0.2, 0.2]), 0), "none", "open", "programme"
        ),
        "unemployment_days": np.where(working & ~employed, rng.integers(0, 366, size), 0),
        "studying": (age > 15) & (age < 40) & (rng.random(size) < 0.25),
        "income_statement": np.where(employed, income, 0),
        "disposable_income": income,
        "net_income": income + some(0.5, 50_000),
        "equivalised_income": pa.array(rng.lognormal(12.5, 0.45, size).astype(np.int64), mask=rng.random(size) < 0.02),
        "social_assistance": some(0.03, 120_000),
        "social_assistance_months": some(0.03, 13),
        "sickness_benefit": sickness + activity,
        "sickness_pay": sickness,
        "activity_compensation": activity,
        "unemployment_benefit": some(0.03, 90_000),
        "establishment_benefit": some(0.01, 80_000),
        "introduction_benefit": some(0.005, 60_000),
        "sick_days": some(0.1, 367),
        "household_type": code(
            np.where(single, 3, np.where(one["members"] == 2, 1, 0)),
            "couple_children",
            "couple",
            "single_children",
            "single",
        ),
        "household_role": code((one["inside"] > 1).astype(int), "adult", "child"),
        "tenure": code(one["tenure"], "rental", "cooperative", "owner", "unknown"),
        "house_type": code(one["tenure"], "apartment_block", "apartment_block", "small_house", "unknown"),
        "rooms": pa.array(one["rooms"], mask=one["address"] % 20 == 0),
        "living_area": pa.array(one["rooms"] * 22 + 10, mask=one["address"] % 40 == 0),
        "school_eligible": whether(0.85, age == 16),
        "university_eligible": whether(0.7, age == 19),
        "sfi_pupil": foreign & (one["days"] < 2_000) & grown,
        "sfi_passed_days": pa.array(one["days"], mask=~(foreign & (rng.random(size) < 0.05))),
        "voted_riksdag": whether(0.84, entitled & (rng.random(size) < 0.95)),
        "voted_region": whether(0.8, entitled),
        "voted_kommun": whether(0.8, entitled),
        "election_x": pa.array(np.zeros(size), mask=np.ones(size, dtype=bool)),
        "election_y": pa.array(np.zeros(size), mask=np.ones(size, dtype=bool)),
        "election_kommun": pa.array([None] * size, pa.string()),
    }
    return pa.table({name: values for name, values in columns.items() if name != "year"})
