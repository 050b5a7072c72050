"""What a synthetic register holds and how near it came to the published tables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gisintegration.registers.synthetic.housing import Units
from gisintegration.registers.synthetic.margins import Margins
from gisintegration.registers.synthetic.segments import Ints, counts
from gisintegration.registers.synthetic.state import State
from gisintegration.registers.synthetic.table import Drawn


@dataclass(frozen=True, eq=False)
class SyntheticReport:
    """What was written.

    Parameters
    ----------
    path
        The register's folder.
    years
        The years written.
    rows
        Rows per year, unplaced and planted ones included.
    unplaced
        Persons without a place per year, beside the published counts.
    planted
        Bad rows planted on demand: person, year, kind.
    table
        A row per margin of the table year: ``margin``, ``areas``, ``published``, ``synthetic``, ``largest``
        (largest difference in a cell), ``cells_off`` and ``within`` (whether it is as near as promised).
        Empty where a share of the households was drawn, or the table year was not written.
    """

    path: Path
    years: tuple[int, ...]
    rows: dict[int, int]
    unplaced: dict[int, int]
    planted: tuple[dict[str, object], ...]
    table: pd.DataFrame

    def verify(self) -> bool:
        """Whether every margin is as near the published one as promised."""
        return bool(self.table["within"].all())

    def _repr_html_(self) -> str:
        span = f"{min(self.years)}–{max(self.years)}"
        return f"<p>Synthetic register, {span}: the persons do not exist.</p>{self.table.to_html()}"


COLUMNS = ("margin", "areas", "published", "synthetic", "largest", "cells_off", "within")


def empty_residuals() -> pd.DataFrame:
    """No margins compared."""
    return pd.DataFrame(columns=list(COLUMNS))


def residuals(margins: Margins, state: State, drawn: Drawn) -> pd.DataFrame:
    """Compare the table year with the published tables, margin by margin."""
    rows, status, kind, money = drawn.rows, drawn.status, drawn.household_type, drawn.money
    size = len(margins)
    group = np.minimum(rows.age // 5, 16)
    born = np.asarray((0, 1, 1, 1, 2))[rows.origin]
    adult = (rows.age >= 25) & (rows.age <= 64)
    working = (rows.age >= 16) & (rows.age <= 64)
    parts = _cross(rows.area[working], status[working], size, 3)
    labour = np.column_stack([parts, parts[:, :2].sum(axis=1), parts.sum(axis=1)])
    _, head = np.unique(state.unit, return_index=True)
    counted = ~rows.new_in_year
    low = counted & (money.equivalised < money.limit)
    people = counts(rows.area[counted], size)
    share = np.floor(100 * counts(rows.area[low], size) / np.maximum(people, 1) + 0.5)
    units: Units = state.units
    dwelling = units.linked
    found = [
        ("population", margins.population, counts(rows.area, size), "exact"),
        ("age", margins.ages, _cross(rows.area, group, size, 17), "exact"),
        ("birth_region", margins.born, _cross(rows.area, born, size, 3), "exact"),
        ("background", margins.background, _cross(rows.area, rows.foreign, size, 2), "exact"),
        ("house_type", margins.house, _cross(rows.area, units.house[state.unit], size, 5), "exact"),
        ("education_25_64", margins.education, _cross(rows.area[adult], rows.education[adult], size, 5), "exact"),
        ("labour_status_16_64", margins.labour_published, labour, "three"),
        ("household_type", margins.households, _cross(rows.area[head], kind[head], size, 5), "two percent"),
        (
            "tenure_dwellings",
            margins.tenure,
            _cross(units.area[dwelling], units.tenure[dwelling], size, 3),
            "two percent",
        ),
        ("low_standard_percent", np.round(margins.low_share * 100), share, "one"),
        ("low_standard_persons", margins.countable, people, "reported"),
    ]
    return pd.DataFrame([_compare(*entry) for entry in found], columns=list(COLUMNS))


def _cross(area: Ints, category: Ints, size: int, categories: int) -> Ints:
    return counts(area.astype(np.int64) * categories + category, size * categories).reshape(size, categories)


def _compare(name: str, published: Ints, synthetic: Ints, rule: str) -> tuple[object, ...]:
    difference = np.abs(synthetic - published)
    allowed = {
        "exact": np.zeros_like(difference),
        "three": np.full_like(difference, 3),
        "one": np.ones_like(difference),
        "two percent": np.maximum(0.02 * published, 1),
        "reported": np.full_like(difference, np.iinfo(np.int32).max),
    }[rule]
    return (
        name,
        len(published),
        int(published.sum()),
        int(synthetic.sum()),
        int(difference.max()),
        int((difference > 0).sum()),
        bool((difference <= allowed).all()),
    )
