"""Persons counted by how they came to their areas, in the rows that the aggregation will read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.areas import AreaDivision
from gisintegration.registers.placement import HOW, Placement, PlacementReport, placed_sql
from gisintegration.registers.register import Register


@dataclass(frozen=True, eq=False)
class Edition:
    """An edition with what placing asks of it, worked out once."""

    areas: AreaDivision
    years: tuple[int, ...]
    kommun: npt.NDArray[np.object_] | None
    remainder: npt.NDArray[np.bool_]
    unknown: dict[str, int]

    @property
    def key(self) -> str:
        return self.areas.key

    @property
    def kommuner(self) -> set[str]:
        return set() if self.kommun is None else {str(code) for code in self.kommun}


def count_placed(
    con: duckdb.DuckDBPyConnection, register: Register, placement: Placement, one: Edition, year: int
) -> pd.DataFrame:
    """Persons of a year by kommun of registration and way of placing, and those in an area of another kommun."""
    placed = placed_sql(register, placement, one.areas, year, ["kommun"])
    found = con.execute(f"select kommun, how, area, count(*) as n from ({placed}) group by all").df()
    table = found.pivot_table(index="kommun", columns="how", values="n", aggfunc="sum", fill_value=0)
    table = table.reindex(columns=list(HOW), fill_value=0).astype(np.int64)
    table["mismatch"] = 0
    table["here"] = 0
    if one.kommun is not None:
        area = found["area"].to_numpy()
        inside = area >= 0
        of_area = np.where(inside, one.kommun[np.maximum(area, 0)], None)
        other = inside & (of_area != found["kommun"].to_numpy(dtype=object))
        with_point = ~found["how"].isin(["unplaced"]).to_numpy()
        table["mismatch"] = found[other].groupby("kommun")["n"].sum().reindex(table.index, fill_value=0)
        table["here"] = (
            found[inside & ~other & with_point].groupby("kommun")["n"].sum().reindex(table.index, fill_value=0)
        )
    table = table.reset_index().rename_axis(columns=None).sort_values("kommun", ignore_index=True)
    table.insert(0, "year", year)
    table.insert(0, "edition", one.key)
    return table


def placement_report(
    register: Register, counts: Sequence[pd.DataFrame], reasons: Sequence[tuple[str, int, str, int]]
) -> PlacementReport:
    """The report of a placement: counts an edition and year, and persons without a place by reason."""
    population = register.report.internal[0]
    columns = ["edition", "year", "kommun", *HOW, "mismatch", "here"]
    internal = pd.concat(counts, ignore_index=True) if counts else pd.DataFrame(columns=columns)
    return PlacementReport(
        internal[columns],
        pd.DataFrame(list(reasons), columns=["edition", "year", "reason", "persons"]),
        population.rows,
        population.rejected_years,
    )


def valid_rows(con: duckdb.DuckDBPyConnection, register: Register, year: int) -> int:
    """Valid rows of a year, counted in the register itself."""
    return int(con.execute(f"select count(*) from ({register.select(['person'], year)})").fetchall()[0][0])
