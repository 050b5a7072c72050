"""A year of the register as an Arrow table: columns in the contract's order, codes as dictionary-encoded text."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gisintegration.registers.synthetic.birthplace import COUNTRIES, regions
from gisintegration.registers.synthetic.events import Trace, arrivals, departures, election_places
from gisintegration.registers.synthetic.housing import HOUSE_UNKNOWN
from gisintegration.registers.synthetic.margins import Margins
from gisintegration.registers.synthetic.money import Money, draw_money
from gisintegration.registers.synthetic.people import NOT_IMMIGRATED
from gisintegration.registers.synthetic.segments import Flags, Floats, Ints
from gisintegration.registers.synthetic.society import (
    EMPTY,
    household_roles,
    household_types,
    school_eligible,
    university_eligible,
    voting,
)
from gisintegration.registers.synthetic.state import State
from gisintegration.registers.synthetic.work import (
    Rows,
    at_employment_service,
    labour_status,
    occupation,
    rows_of,
    studying,
    swedish_for_immigrants,
)

SYNTHETIC = "syntetiskt: personerna finns inte"
SYNTHETIC_EN = "synthetic: these persons do not exist"
METADATA = {
    b"synthetic": b"true",
    b"SYNTHETIC": SYNTHETIC.encode(),
    b"SYNTHETIC_en": SYNTHETIC_EN.encode(),
    b"crs": b"EPSG:3006",
}
ROW_GROUP = 245_760
FIRST_ADDRESS_YEAR = 2018
LAST_EARLIER_YEAR = 2023
_RISING = ("person", "household")
_MANY_VALUES = (*_RISING, "dwelling", "place", "x", "y", "disposable_income", "net_income", "equivalised_income")
_INTEGERS = {
    "year": pa.int16(),
    "age": pa.int16(),
    "skill_level": pa.int8(),
    "ssyk_area": pa.int8(),
    "social_assistance_months": pa.int8(),
    "rooms": pa.int8(),
    "living_area": pa.int16(),
    "unemployment_days": pa.int16(),
    "sick_days": pa.int16(),
}


@dataclass(frozen=True, eq=False)
class Codes:
    """Text of the areas' codes, and the number each is written as."""

    kommuner: list[str]
    kommun_of_area: Ints
    earlier: list[str]
    later: list[str]
    cell_of_place: Ints
    x: Floats
    y: Floats


@dataclass(frozen=True)
class Offsets:
    """Where ids begin, and how far those made by this chain are moved, so that no two chains share one."""

    persons: int
    households: int
    units: int
    moved: int


PERSON_BASE, HOUSEHOLD_BASE, DWELLING_BASE, PLACE_BASE = 10_000_000, 110_000_000, 210_000_000, 310_000_000
CHAIN_STEP = 30_000_000


@cache
def contract() -> dict[str, dict[str, Any]]:
    """The register contract, ``registers/variables.toml``."""
    return tomllib.loads(files("gisintegration").joinpath("registers/variables.toml").read_text(encoding="utf-8"))


def schema() -> pa.Schema:
    """Types and order of the columns of ``persons.parquet``."""
    fields = []
    for name, variable in contract().items():
        kind = variable["type"]
        if kind == "code":
            kind_type: pa.DataType = pa.dictionary(pa.int16(), pa.string())
        elif kind == "real":
            kind_type = pa.float64()
        elif kind == "boolean":
            kind_type = pa.bool_()
        elif kind == "date":
            kind_type = pa.date32()
        elif kind == "id":
            kind_type = pa.int64()
        else:
            kind_type = _INTEGERS.get(name, pa.int32())
        fields.append(pa.field(name, kind_type))
    return pa.schema(fields, metadata=METADATA)


def code_names(variable: str) -> list[str]:
    """The codes of a variable in the contract's order."""
    return list(contract()[variable]["codes"])


@dataclass(frozen=True, eq=False)
class Drawn:
    """What was drawn for a year and is compared with the tables."""

    rows: Rows
    status: Ints
    money: Money
    household_type: Ints


def draw_year(
    state: State,
    beside: tuple[Trace, Trace],
    margins: Margins,
    *,
    codes: Codes,
    offsets: Offsets,
    seed: np.random.SeedSequence,
    exact: bool,
) -> tuple[dict[str, pa.Array], Drawn]:
    """Every column of the year's placed persons, and the arrays the report compares; ``beside``: the years around."""
    work, study, office, sfi, school, vote, purse, job, left, roll = (np.random.default_rng(s) for s in seed.spawn(10))
    rows = rows_of(state)
    units, unit = state.units, state.unit
    status = labour_status(rows, margins, work, exact=exact)
    studies = studying(rows, status, study)
    registered, jobless_days = at_employment_service(rows, status, office)
    own, manager, skill, ssyk = occupation(rows, status, job)
    money = draw_money(rows, status, studies, jobless_days, own_firm=own, margins=margins, rng=purse)
    riksdag, region_vote, kommun_vote = voting(rows, status, margins, vote)
    election_place, election_area = election_places(state, rows, beside[0], roll)
    moved = election_place >= 0
    arrived, departed = arrivals(state, beside[0]), departures(state, rows, beside[1], left)
    drawn = Drawn(rows, status, money, household_types(rows))
    immigrant = rows.immigrated != NOT_IMMIGRATED
    pupil, passed = swedish_for_immigrants(rows, sfi)
    country = state.people.country[state.person]
    place = units.place[unit]
    house, linked = units.house[unit], units.linked[unit]
    known = linked & (house != HOUSE_UNKNOWN)
    edition_codes = codes.earlier if state.year <= LAST_EARLIER_YEAR else codes.later
    delivered = rows.area if state.year <= LAST_EARLIER_YEAR else codes.cell_of_place[place]
    number = len(unit)
    columns = {
        "person": pa.array(_ids(state.person, PERSON_BASE, offsets.persons, offsets.moved)),
        "year": pa.array(np.full(number, state.year, dtype=np.int16)),
        "household": pa.array(_ids(state.household, HOUSEHOLD_BASE, offsets.households, offsets.moved)),
        "dwelling": pa.array(_ids(unit, DWELLING_BASE, offsets.units, offsets.moved), mask=~linked),
        "place": pa.array(place.astype(np.int64) + PLACE_BASE),
        "x": pa.array(codes.x[place]),
        "y": pa.array(codes.y[place]),
        "coordinate_type": _coded(np.full(number, int(state.year >= FIRST_ADDRESS_YEAR)), "coordinate_type"),
        "kommun": _text(codes.kommun_of_area[rows.area], codes.kommuner),
        "deso": _text(delivered, edition_codes),
        "sex": _coded(rows.sex, "sex"),
        "age": pa.array(rows.age),
        "birth_country": _text(country, list(COUNTRIES)),
        "birth_region": _coded(regions(state.year)[country], "birth_region"),
        "background": _coded(rows.foreign, "background"),
        "immigrated": pa.array(rows.immigrated, mask=~immigrant).cast(pa.date32()),
        "immigration_reason": _coded(~rows.protection, "immigration_reason", empty=~immigrant),
        "arrival": _coded(arrived, "arrival", empty=arrived < 0),
        "departure": _coded(departed, "departure", empty=departed < 0),
        "education": _coded(rows.education, "education"),
        "labour_status": _coded(status, "labour_status"),
        "self_employed": pa.array(own),
        "manager": pa.array(manager),
        "skill_level": pa.array(skill, mask=skill == 0),
        "ssyk_area": pa.array(ssyk, mask=ssyk < 0),
        "registered_unemployed": _coded(registered, "registered_unemployed"),
        "unemployment_days": pa.array(jobless_days),
        "studying": pa.array(studies),
        "income_statement": _kronor(money.statement),
        "disposable_income": _kronor(money.disposable),
        "net_income": _kronor(money.net),
        "equivalised_income": _kronor(money.equivalised, rows.new_in_year),
        "social_assistance": _kronor(money.assistance),
        "social_assistance_months": pa.array(money.assistance_months),
        "sickness_benefit": _kronor(money.sickness_pay + money.compensation),
        "sickness_pay": _kronor(money.sickness_pay),
        "activity_compensation": _kronor(money.compensation),
        "unemployment_benefit": _kronor(money.unemployment),
        "establishment_benefit": _kronor(money.establishment),
        "introduction_benefit": _kronor(money.introduction),
        "sick_days": pa.array(money.sick_days),
        "household_type": _coded(drawn.household_type, "household_type"),
        "household_role": _coded(household_roles(rows), "household_role"),
        "tenure": _coded(np.where(linked, units.tenure[unit], 3), "tenure"),
        "house_type": _coded(house, "house_type"),
        "rooms": pa.array(units.rooms[unit], mask=~known),
        "living_area": pa.array(units.living_area[unit], mask=~known),
        "school_eligible": _maybe(school_eligible(rows, margins, school)),
        "university_eligible": _maybe(university_eligible(rows, margins, study)),
        "sfi_pupil": pa.array(pupil),
        "sfi_passed_days": pa.array(passed, mask=passed == 0),
        "voted_riksdag": _maybe(riksdag),
        "voted_region": _maybe(region_vote),
        "voted_kommun": _maybe(kommun_vote),
        "election_x": pa.array(codes.x[election_place], mask=~moved),
        "election_y": pa.array(codes.y[election_place], mask=~moved),
        "election_kommun": _text(codes.kommun_of_area[election_area], codes.kommuner, empty=~moved),
    }
    return columns, drawn


def to_table(columns: dict[str, pa.Array]) -> pa.Table:
    """The columns in the contract's order and types."""
    target = schema()
    return pa.Table.from_arrays([columns[field.name] for field in target], schema=target)


def write(table: pa.Table, path: Path) -> None:
    """Write with fixed settings, so that the same table gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rising = {name: "DELTA_BINARY_PACKED" for name in _RISING if name in table.column_names}
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=1,
        row_group_size=ROW_GROUP,
        use_dictionary=[name for name in table.column_names if name not in _MANY_VALUES],
        column_encoding=rising or None,
    )


def _ids(index: Ints, base: int, own: int, moved: int) -> Ints:
    return index.astype(np.int64) + np.where(index >= own, base + moved, base)


def _coded(values: Ints | Flags, variable: str, *, empty: Flags | None = None) -> pa.Array:
    return _text(values, code_names(variable), empty=empty)


def _text(values: Ints | Flags, names: list[str], *, empty: Flags | None = None) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(values.astype(np.int16), mask=empty), pa.array(names))


def _kronor(values: Ints, empty: Flags | None = None) -> pa.Array:
    return pa.array(values.astype(np.int32), mask=empty)


def _maybe(values: Ints) -> pa.Array:
    return pa.array(values == 1, mask=values == EMPTY)
