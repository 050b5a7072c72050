"""Persons registered on a kommun but on no place in it: about three in a thousand, beside the published counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from gisintegration.registers.synthetic import rates
from gisintegration.registers.synthetic.birthplace import COUNTRIES, draw_countries, regions
from gisintegration.registers.synthetic.events import DOMESTIC_ARRIVAL, DOMESTIC_DEPARTURE, EMIGRATED
from gisintegration.registers.synthetic.people import NOT_IMMIGRATED, SWEDEN, WORLD, day_in
from gisintegration.registers.synthetic.segments import Flags, Ints
from gisintegration.registers.synthetic.table import Codes, code_names, schema

FIRST_YEAR, LAST_YEAR = 2009, 2026
PERSON_BASE = 105_000_000


@dataclass(frozen=True, eq=False)
class Unplaced:
    """Slots in kommuner and the spells of persons who hold them, one after the other."""

    kommun: Ints
    spell: Ints
    born: Ints
    sex: Ints
    origin: Ints
    country: Ints
    arrival: Ints
    status: Ints
    emigrates: Flags


def make_unplaced(kommun: Ints, population: Ints, kommuner: int, rng: np.random.Generator) -> Unplaced:
    """Draw slots for each kommun and the spells in them over all years."""
    number = np.round(rates.UNPLACED * np.bincount(kommun, population, minlength=kommuner)).astype(np.int64)
    slots, years = int(number.sum()), LAST_YEAR - FIRST_YEAR + 1
    begins = rng.random((slots, years)) >= rates.UNPLACED_STAYS
    start = np.where(begins, np.arange(years), 0)
    started = np.maximum.accumulate(start, axis=1)
    age = np.clip(np.round(rng.normal(41, 14, (slots, years))), 19, 88).astype(np.int64)
    abroad = rng.random((slots, years)) < 0.36
    origin = np.where(abroad, 1 + np.floor(rng.random((slots, years)) ** 0.5 * 4).astype(np.int64), SWEDEN)
    stay = np.minimum(1 + np.floor(rng.gamma(1.4, 8.0, (slots, years))), age - 1).astype(np.int64)
    first = FIRST_YEAR + np.arange(years)[None, :]
    shared = rng.random(slots * years, dtype=np.float32)
    country = draw_countries(origin.ravel(), shared, rng)
    arrival = np.where(abroad, day_in(first - stay, rng.random((slots, years))), NOT_IMMIGRATED)
    return Unplaced(
        kommun=np.repeat(np.arange(kommuner), number),
        spell=np.arange(slots)[:, None] * years + started,
        born=(first - age).ravel(),
        sex=(rng.random(slots * years) < 0.71).astype(np.int8),
        origin=origin.ravel().astype(np.int8),
        country=country,
        arrival=arrival.ravel().astype(np.int32),
        status=np.searchsorted([0.24, 0.42], rng.random(slots * years)).astype(np.int8),
        emigrates=rng.random(slots * years) < rates.UNPLACED_EMIGRATES,
    )


def unplaced_columns(unplaced: Unplaced, year: int, codes: Codes, rng: np.random.Generator) -> dict[str, pa.Array]:
    """The year's rows: no place, no household, no dwelling; everything else drawn simply."""
    spell = unplaced.spell[:, year - FIRST_YEAR]
    number = len(spell)
    new = spell != unplaced.spell[:, year - FIRST_YEAR - 1]
    leaves = spell != unplaced.spell[:, year - FIRST_YEAR + 1]
    country = unplaced.country[spell]
    age = np.clip(year - unplaced.born[spell], 0, rates.OLDEST)
    origin, arrival, status = unplaced.origin[spell], unplaced.arrival[spell], unplaced.status[spell]
    income = np.round(np.asarray((190_000, 110_000, 85_000))[status] * np.exp(0.3 * rng.standard_normal(number)))
    immigrant = arrival != NOT_IMMIGRATED
    pensioner = age > 74
    values: dict[str, Any] = {
        "person": PERSON_BASE + spell,
        "year": np.full(number, year),
        "kommun": (unplaced.kommun, codes.kommuner),
        "sex": (unplaced.sex[spell], code_names("sex")),
        "age": age,
        "birth_country": (country, list(COUNTRIES)),
        "birth_region": (regions(year)[country], code_names("birth_region")),
        "background": ((origin != SWEDEN).astype(np.int8), code_names("background")),
        "immigrated": pa.array(arrival, mask=~immigrant).cast(pa.date32()),
        "arrival": _some(np.full(number, DOMESTIC_ARRIVAL), "arrival", new),
        "departure": _some(np.where(unplaced.emigrates[spell], EMIGRATED, DOMESTIC_DEPARTURE), "departure", leaves),
        "education": (np.where(origin == WORLD, 4, rng.integers(0, 3, number)), code_names("education")),
        "labour_status": (np.where(pensioner, 3, status), code_names("labour_status")),
        "registered_unemployed": ((status == 1) & (age < 66), code_names("registered_unemployed")),
        "unemployment_days": np.where((status == 1) & (age < 66), rng.integers(30, 360, number), 0),
        "income_statement": np.where((status == 0) & ~pensioner, np.round(income * 0.0125) * 100, 0),
        "disposable_income": income,
        "net_income": np.round(income * 0.97),
        "equivalised_income": income,
        "tenure": (np.full(number, 3), code_names("tenure")),
        "house_type": (np.full(number, 4), code_names("house_type")),
    }
    reason = (rng.random(number) >= 0.4).astype(np.int16)
    values["immigration_reason"] = _some(reason, "immigration_reason", immigrant)
    return {field.name: _column(values.get(field.name), field, number) for field in schema()}


def _some(values: Ints, variable: str, given: Flags) -> pa.Array:
    codes = pa.array(values.astype(np.int16), mask=~given)
    return pa.DictionaryArray.from_arrays(codes, pa.array(code_names(variable)))


def _column(value: Any, field: pa.Field, number: int) -> pa.Array:
    if value is None:
        nothing = field.name in _ZERO_WHERE_NOTHING
        return pa.array(np.zeros(number, dtype=np.int8)).cast(field.type) if nothing else pa.nulls(number, field.type)
    if isinstance(value, tuple):
        return pa.DictionaryArray.from_arrays(pa.array(np.asarray(value[0]).astype(np.int16)), pa.array(value[1]))
    if isinstance(value, pa.Array):
        return value
    return pa.array(value).cast(field.type)


_ZERO_WHERE_NOTHING = frozenset(
    (
        "self_employed",
        "manager",
        "studying",
        "social_assistance",
        "social_assistance_months",
        "sickness_benefit",
        "unemployment_benefit",
        "establishment_benefit",
        "sick_days",
        "sickness_pay",
        "activity_compensation",
        "introduction_benefit",
        "sfi_pupil",
    )
)
