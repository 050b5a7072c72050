"""What happened between the years: how persons came into the register and left it, and where they were on the roll."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gisintegration.registers.synthetic import rates
from gisintegration.registers.synthetic.people import first_day
from gisintegration.registers.synthetic.segments import Flags, Ints, highest
from gisintegration.registers.synthetic.state import State
from gisintegration.registers.synthetic.work import Rows

BORN, IMMIGRATED, DOMESTIC_ARRIVAL = range(3)
DIED, EMIGRATED, DOMESTIC_DEPARTURE = range(3)
WAS_THERE = STAYS = NOWHERE = -1


@dataclass(frozen=True, eq=False)
class Trace:
    """Who was there at the end of a neighbouring year, and where; rows ascending by person."""

    person: Ints
    place: Ints
    area: Ints


def trace(state: State) -> Trace:
    """What the years beside it need to know of a state."""
    return Trace(state.person, state.units.place[state.unit], state.units.area[state.unit])


def arrivals(state: State, before: Trace) -> Ints:
    """How each person came into the register in the year, ``WAS_THERE`` for those who were in it a year before."""
    new = ~_among(state.person, before.person)
    year = state.year
    immigrated = state.people.immigrated[state.person]
    came = (immigrated >= first_day(np.array(year))) & (immigrated < first_day(np.array(year + 1)))
    how = np.where(came, IMMIGRATED, np.where(state.people.born[state.person] == year, BORN, DOMESTIC_ARRIVAL))
    return np.where(new, how, WAS_THERE).astype(np.int8)


def departures(state: State, rows: Rows, after: Trace, rng: np.random.Generator) -> Ints:
    """How each person left the register in the year after, ``STAYS`` for those who are in it then.

    As many of each age and sex have died as the death rates say, those who left nobody behind or left alone first; of
    the other homes some went abroad together.
    """
    gone = np.flatnonzero(~_among(state.person, after.person))
    result = np.full(len(state.person), STAYS, dtype=np.int8)
    age, sex, unit = rows.age[gone], rows.sex[gone], rows.unit[gone]
    size = np.bincount(rows.unit, minlength=rows.units)
    leaving = np.bincount(unit, minlength=rows.units)
    together = (leaving[unit] == size[unit]) & (size[unit] > 1)
    group = age.astype(np.int64) * 2 + sex
    groups = 2 * (rates.OLDEST + 1)
    there = np.bincount(rows.age.astype(np.int64) * 2 + rows.sex, minlength=groups)
    risk = np.repeat(rates.DEATH, 2) * np.tile((0.87, 1.15), rates.OLDEST + 1)
    deaths = np.floor(risk * there + rng.random(groups)).astype(np.int64)
    died = highest(group, rng.random(len(gone)) - together, deaths)
    abroad = rng.random(rows.units)[unit] < rates.EMIGRATES[rows.origin[gone]]
    result[gone] = np.where(died, DIED, np.where(abroad, EMIGRATED, DOMESTIC_DEPARTURE))
    return result


def election_places(state: State, rows: Rows, before: Trace, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Place and area on the day of the electoral roll, ``NOWHERE`` where they are those of 31 December.

    Those who moved within the region after the roll was drawn up are on it where they lived a year before.
    """
    number = len(state.person)
    place, area = np.full((2, number), NOWHERE, dtype=np.int64)
    if rows.year not in rates.ELECTIONS:
        return place, area
    draw = rng.random(number, dtype=np.float32)
    at = np.minimum(np.searchsorted(before.person, state.person), len(before.person) - 1)
    late = (before.person[at] == state.person) & (draw < rates.AFTER_ROLL)
    late &= (before.place[at] != state.units.place[state.unit]) & (rows.age >= 18)
    place[late], area[late] = before.place[at[late]], before.area[at[late]]
    return place, area


def _among(person: Ints, others: Ints) -> Flags:
    """Which persons are among others; both are positions in lists that begin alike."""
    there = np.zeros(max(int(person.max(initial=-1)), int(others.max(initial=-1))) + 1, dtype=bool)
    there[others] = True
    return there[person]
