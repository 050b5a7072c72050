"""Areas that are missing, unknown or given twice."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

from gisintegration.database.checks.blocks import EVERYONE, NO_ROW, Block, Bools
from gisintegration.database.checks.findings import LISTED, Findings, Number
from gisintegration.tables import BREAKDOWNS, Release, row_keys


def check_identity(made: Release, statistics: pd.DataFrame, found: Findings) -> None:
    """Cells that occur twice, editions without areas, and codes that an edition lacks: all errors."""
    keys = row_keys(statistics)
    found.looked("duplicate", len(keys))
    twice = np.flatnonzero(keys[1:] == keys[:-1])
    for position in twice[:LISTED]:
        row = statistics.iloc[int(position)]
        found.add(
            "duplicate",
            "error",
            indicator=str(row["indicator"]),
            key=f"{row['division']}/{row['edition']}",
            area=str(row["area"]),
            year=int(row["year"]),
            cell=tuple(str(row[name]) for name in BREAKDOWNS),  # type: ignore[arg-type]
            n=Number(int((keys == keys[position]).sum()), 0),
        )
    if len(twice) > LISTED:
        found.add("duplicate", "error", cells=len(twice) - LISTED, text="more", n=Number(len(twice) - LISTED, 0))
    _check_codes(made, statistics, found)


def _check_codes(made: Release, statistics: pd.DataFrame, found: Findings) -> None:
    parts = [statistics[name].cat for name in ("division", "edition", "area")]
    code = np.zeros(len(statistics), dtype=np.int64)
    for part in parts:
        code = code * len(part.categories) + part.codes.to_numpy()
    counts = np.bincount(code) if len(code) else np.zeros(0, dtype=np.int64)
    by_key: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for number in np.flatnonzero(counts):
        rest, place = divmod(int(number), len(parts[2].categories))
        division, edition = divmod(rest, len(parts[1].categories))
        key = f"{parts[0].categories[division]}/{parts[1].categories[edition]}"
        by_key[key].append((str(parts[2].categories[place]), int(counts[number])))
    for key, given in sorted(by_key.items()):
        found.looked("unknown_edition", 1)
        if key not in made.areas:
            cells = sum(n for _, n in given)
            found.add("unknown_edition", "error", key=key, cells=cells, which=key)
            continue
        table = made.areas[key].table
        known = set(table.loc[table["kind"] == "area", "code"])
        found.looked("unknown_area", len(given))
        unknown = [(area, n) for area, n in given if area not in known]
        for area, n in unknown[:LISTED]:
            found.add("unknown_area", "error", key=key, area=area, cells=n, which=key)
        if len(unknown) > LISTED:
            rest_cells = sum(n for _, n in unknown[LISTED:])
            found.add("unknown_area", "error", key=key, cells=rest_cells, text="more", n=Number(rest_cells, 0))


class Given:
    """Areas of each edition that have figures of some indicator in some year."""

    def __init__(self) -> None:
        self.ever: dict[str, Bools] = {}
        self.years: dict[str, set[int]] = defaultdict(set)

    def see(self, block: Block) -> None:
        """Take a block into account."""
        here = (block.status != NO_ROW).any(axis=(0, 1))
        self.ever[block.key] = here | self.ever.get(block.key, np.zeros(len(here), dtype=np.bool_))
        self.years[block.key] |= {int(year) for year in block.years}


def check_missing(block: Block, given: Given, found: Findings) -> None:
    """Areas without a row where others have one, kommuner missing whole, and years left out between others."""
    rows = (block.status != NO_ROW).any(axis=0)
    usual = given.ever[block.key] & block.is_area
    found.looked("missing_areas", int(usual.sum()) * len(block.years))
    kommun = _kommuner(block)
    everyone = block.class_at(EVERYONE)
    for y, year in enumerate(block.years):
        missing = usual & ~rows[y]
        if not missing.any():
            continue
        left = np.flatnonzero(missing)
        for code in sorted({kommun[i] for i in left if kommun[i]}):
            members = np.flatnonzero((kommun == code) & usual)
            if len(members) > 1 and missing[members].all():
                left = np.setdiff1d(left, members)
                found.add(
                    "missing_kommun",
                    "warning",
                    indicator=block.indicator.id,
                    key=block.key,
                    year=int(year),
                    cells=len(members),
                    kommun=code,
                    n=Number(len(members), 0),
                )
        others = Number(int((usual & rows[y]).sum()), 0)
        at = (max(everyone, 0) * len(block.years) + y) * len(block.codes) + left
        found.add_cells("missing_areas", "warning", block, at, lambda _, others=others: {"n": others})  # type: ignore[misc]
    _check_gaps(block, given, found)


def check_never_given(made: Release, given: Given, found: Findings) -> None:
    """How many areas of each edition have no figures at all; a note, as a part of an edition may be meant."""
    for key, ever in sorted(given.ever.items()):
        is_area = np.asarray(made.areas[key].table["kind"] == "area", dtype=np.bool_)
        found.looked("never_given", int(is_area.sum()))
        never = int((is_area & ~ever).sum())
        if never:
            found.add("never_given", "note", key=key, cells=never, n=Number(never, 0), of=Number(int(is_area.sum()), 0))


def _check_gaps(block: Block, given: Given, found: Findings) -> None:
    first, last = int(block.years[0]), int(block.years[-1])
    expected = [year for year in sorted(given.years[block.key]) if first < year < last]
    found.looked("gap", len(expected))
    for year in expected:
        if year not in block.years and block.indicator.in_force(year):
            found.add("gap", "warning", indicator=block.indicator.id, key=block.key, year=year)


def _kommuner(block: Block) -> np.ndarray:
    table = block.areas.table
    if "kommun" not in table.columns or block.areas.division == "kommun":
        return np.full(len(table), "", dtype=object)
    return np.array(["" if pd.isna(code) else str(code) for code in table["kommun"]], dtype=object)
