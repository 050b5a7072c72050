"""A register of a dozen persons over three years on four areas in two towns, for figures counted by hand."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd

from gisintegration.areas import AreaDivision
from gisintegration.indicators import aggregate
from gisintegration.registers import Register, read_register
from gisintegration.tables import BREAKDOWNS, Indicator, RawTable
from gisintegration.testing import example_indicator, grid_areas

# a0001 and a0002 are town north, a0003 and a0004 town south; "far" lies outside all of them, "." has no place.
TOWNS = {"a0001": "north", "a0002": "north", "a0003": "south", "a0004": "south"}
EAST = {"a": 600_500, "b": 601_500, "c": 602_500, "d": 603_500, "far": 690_000}
NORTH = 6_600_500


def four_areas() -> AreaDivision:
    """Four squares in a row, with their towns above them."""
    areas = grid_areas(4, 1, division="block", edition="2020")
    table = areas.table.assign(town=[TOWNS[code] for code in areas.codes])
    table["town_name"] = table["town"]
    return areas.with_(table=table, parents={"town": "town/2020"})


def people(text: str) -> pd.DataFrame:
    """Persons of a table in words; ``area`` becomes a coordinate, ``voted_in`` that of election day, ``.`` is empty."""
    frame = pd.read_csv(io.StringIO(text), sep=r"\s+", dtype=str, na_values=".", keep_default_na=False)
    for column, (x, y, kommun) in {
        "area": ("x", "y", "kommun"),
        "voted_in": ("election_x", "election_y", "election_kommun"),
    }.items():
        if column in frame:
            frame[x] = frame[column].map(EAST)
            frame[y] = np.where(frame[x].isna(), np.nan, NORTH)
            frame[kommun] = "0114" if kommun == "kommun" else np.where(frame[x].isna(), None, "0114")
            del frame[column]
    return frame


def register(folder: Path, frame: pd.DataFrame) -> Register:
    """The persons as a register that leaves those without a place out of every area."""
    path = folder / "persons.csv"
    frame.to_csv(path, index=False)
    return read_register(path, crs=3006, unplaced="exclude", nearest=0)


def counted(folder: Path, text: str, indicators: list[Indicator], years: list[int], **options: object) -> RawTable:
    """The figures of the persons on blocks, towns and the region of both."""
    return aggregate(
        register(folder, people(text)),
        {item.id: item for item in indicators},
        areas={four_areas(): years},
        **{"by": ["block", "town", "region"], "region": "Provet", "breakdowns": False, **options},
    )


def row(raw: RawTable, indicator: str, area: str, year: int, **keys: str) -> pd.Series:
    """The row of a cell; the areas are a, b, c, d, their towns, and the region ``provet``."""
    code = dict(zip("abcd", TOWNS, strict=True)).get(area, area)
    wanted = {"indicator": indicator, "area": code, "year": year} | dict.fromkeys(BREAKDOWNS, "total") | keys
    found = raw.table[np.logical_and.reduce([raw.table[name] == value for name, value in wanted.items()])]
    assert len(found) == 1, f"{len(found)} rows of {wanted}"
    return found.iloc[0]


def values(raw: RawTable, indicator: str, year: int, places: str = "a b c d north south provet") -> dict[str, object]:
    """Values by place; the status where there is no value."""
    found = {}
    for place in places.split():
        cell = row(raw, indicator, place, year)
        found[place] = cell["value"] if cell["status"] in ("shown", "zero") else str(cell["status"])
    return found


def flow(name: str, kind: str = "count", **changes: object) -> Indicator:
    """An indicator of moves."""
    fields = {"flow": True, "reference": "calendar year", "additive": "register_only"} | changes
    return example_indicator(kind, name=name, **fields)
