"""The published tables the synthetic register is built from, one row an area."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.errors import InputError, RegisterError

TABLE_YEAR = 2022
AGE_STARTS = tuple(range(0, 85, 5))
AGES = (*(f"alder_{a}_{a + 4}_2022" for a in AGE_STARTS[:-1]), "alder_80_plus_2022")
BORN = ("fodd_sverige_2022", "fodd_europa_2022", "fodd_ovriga_varlden_2022")
BACKGROUND = ("svensk_bakgrund_2022", "utlandsk_bakgrund_2022")
HOUSE = ("smahus_2022", "flerbost_2022", "ovriga_hus_2022", "specialbost_2022", "hus_saknas_2022")
EDUCATION = ("forgym_2022", "gym_2022", "eftergym_lt3_2022", "eftergym_ge3_2022", "utb_saknas_2022")
HOUSEHOLDS = ("hh_sambo_barn_2022", "hh_sambo_utan_2022", "hh_ensam_barn_2022", "hh_ensam_utan_2022", "hh_ovriga_2022")
TENURE = ("hyresratt_2022", "bostadsratt_2022", "aganderatt_2022")
LABOUR = (
    "sysselsatta_1664_2022",
    "arbetslosa_1664_2022",
    "utanfor_1664_2022",
    "arbetskraft_1664_2022",
    "totalt_1664_2022",
)
LABOUR_REACH = 4

Table = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Margins:
    """Published counts per area, rows in the order of ``codes``.

    ``labour`` is the fitted (employed, unemployed, outside): parts and totals as published differ by up to eight
    persons, and the fit keeps the largest difference to any published cell as small as whole numbers allow.
    """

    codes: npt.NDArray[np.object_]
    population: Table
    population_next: Table
    ages: Table
    born: Table
    background: Table
    house: Table
    education: Table
    households: Table
    tenure: Table
    labour: Table
    labour_published: Table
    low_share: npt.NDArray[np.float64]
    countable: Table
    net_income: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.codes)


def bundled_tables() -> pd.DataFrame:
    """SCB's tables for the 565 DeSO 2018 of Göteborgsregionen, 2022 (population also 2023)."""
    path = files("gisintegration").joinpath("data/goteborgsregionen/tables_deso_2018.parquet")
    with path.open("rb") as stream:
        return pd.read_parquet(stream)


def read_margins(tables: pd.DataFrame) -> Margins:
    """Check the tables and turn them into arrays.

    Raises
    ------
    InputError
        A column is missing.
    RegisterError
        The exact margins of an area do not add up to its population, or contradict each other.
    """
    needed = (
        "deso",
        "pop_2022",
        "pop_2023",
        *AGES,
        *BORN,
        *BACKGROUND,
        *HOUSE,
        *EDUCATION,
        *HOUSEHOLDS,
        *TENURE,
        *LABOUR,
        "lag_ek_std_pct_2022",
        "ek_std_personer_2022",
        "nettoinkomst_median_tkr_2022",
    )
    missing = [name for name in needed if name not in tables.columns]
    if missing:
        raise InputError.missing_columns("the tables of the synthetic register", missing, list(tables.columns))
    tables = tables.sort_values("deso", ignore_index=True)
    block = {
        name: tables[list(columns)].to_numpy(np.int64)
        for name, columns in (
            ("ages", AGES),
            ("born", BORN),
            ("background", BACKGROUND),
            ("house", HOUSE),
            ("education", EDUCATION),
            ("households", HOUSEHOLDS),
            ("tenure", TENURE),
            ("labour_published", LABOUR),
        )
    }
    population = tables["pop_2022"].to_numpy(np.int64)
    codes = np.asarray(tables["deso"], dtype=object)
    _check(codes, population, block)
    fitted = fit_labour(block["labour_published"], block["ages"])
    return Margins(
        codes=codes,
        population=population,
        population_next=tables["pop_2023"].to_numpy(np.int64),
        labour=fitted,
        low_share=tables["lag_ek_std_pct_2022"].to_numpy(np.float64) / 100,
        countable=tables["ek_std_personer_2022"].to_numpy(np.int64),
        net_income=tables["nettoinkomst_median_tkr_2022"].to_numpy(np.float64) * 1000,
        **block,
    )


def fit_labour(published: Table, ages: Table) -> Table:
    """Employed, unemployed and outside whose largest difference to the five published cells is the least possible.

    Ties go to the smallest sum of differences. The total must leave room for the area's 15-year-olds.

    Examples
    --------
    >>> ages = np.zeros((1, 17), dtype=np.int64); ages[0, 3:13] = 20
    >>> fit_labour(np.array([[90, 5, 90, 97, 187]]), ages).tolist()
    [[91, 6, 90]]
    """
    reach = np.arange(-LABOUR_REACH, LABOUR_REACH + 1)
    offsets = np.stack(np.meshgrid(reach, reach, reach, indexing="ij"), axis=-1).reshape(-1, 3)
    parts = published[:, None, :3] + offsets[None]
    force = parts[..., 0] + parts[..., 1]
    total = force + parts[..., 2]
    worst = np.maximum.reduce(
        [
            np.broadcast_to(np.abs(offsets).max(axis=1), force.shape),
            np.abs(force - published[:, 3:4]),
            np.abs(total - published[:, 4:5]),
        ]
    )
    spread = np.abs(offsets).sum(axis=1) + np.abs(force - published[:, 3:4]) + np.abs(total - published[:, 4:5])
    teens, adults = ages[:, 3:4], ages[:, 3:13].sum(axis=1, keepdims=True)
    impossible = (parts < 0).any(axis=2) | (total > adults) | (total < adults - teens)
    cost = worst * 1000 + spread + impossible * 1_000_000
    best = cost.argmin(axis=1)
    fitted: Table = parts[np.arange(len(parts)), best]
    return fitted


def _check(codes: npt.NDArray[np.object_], population: Table, block: dict[str, Table]) -> None:
    wrong = []
    duplicated = pd.Series(codes).duplicated().to_numpy()
    wrong += [{"deso": code, "table": "deso", "is": "given twice"} for code in codes[duplicated]]
    for name, table in block.items():
        expected = {"education": block["ages"][:, 5:13].sum(axis=1)}.get(name, population)
        if name in ("households", "tenure", "labour_published"):
            continue
        for row in np.flatnonzero((table.sum(axis=1) != expected) | (table < 0).any(axis=1)):
            wrong.append(
                {"deso": codes[row], "table": name, "is": int(table[row].sum()), "should be": int(expected[row])}
            )
    for row in np.flatnonzero(block["born"][:, 0] < block["background"][:, 0]):
        wrong.append(
            {"deso": codes[row], "table": "background", "is": "more of Swedish background than born in Sweden"}
        )
    if wrong:
        raise RegisterError(
            "The tables of the synthetic register contradict themselves.",
            hint="each margin must add up to the population of its area (education: to the ages 25–64).",
            failures=wrong,
        )
