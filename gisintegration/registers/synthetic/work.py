"""Education, work and study of a year: exact counts per area in the table year, the area's shares in the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gisintegration.registers.synthetic import rates
from gisintegration.registers.synthetic.margins import TABLE_YEAR, Margins
from gisintegration.registers.synthetic.people import EUROPE_OTHER, NOT_IMMIGRATED, SWEDEN, first_day
from gisintegration.registers.synthetic.segments import Flags, Floats, Ints, counts, highest
from gisintegration.registers.synthetic.state import State

EMPLOYED, UNEMPLOYED, OUTSIDE, NOT_IN_AGES = range(4)
NOT_REGISTERED, OPEN, PROGRAMME = range(3)


@dataclass(frozen=True, eq=False)
class Rows:
    """The persons of a year with what the drawing of their variables needs; arrays of one length.

    ``days_in_sweden``: since the latest immigration, at 31 December; very many for those who never immigrated.
    """

    year: int
    area: Ints
    unit: Ints
    role: Ints
    age: Ints
    sex: Ints
    origin: Ints
    foreign: Flags
    immigrated: Ints
    protection: Flags
    education: Ints
    standing: Floats
    luck: Floats
    days_in_sweden: Ints
    units: int
    unit_area: Ints

    @property
    def new_in_year(self) -> Flags:
        """Not registered on 1 January: born or immigrated during the year."""
        new: Flags = (self.age == 0) | (self.days_in_sweden < 365)
        return new


def rows_of(state: State) -> Rows:
    """Look up what the persons of a state are."""
    people, person = state.people, state.person
    age = np.clip(state.year - people.born[person], 0, rates.OLDEST).astype(np.int16)
    immigrated = people.immigrated[person]
    last_day = int(first_day(np.array(state.year + 1))) - 1
    return Rows(
        year=state.year,
        area=state.units.area[state.unit],
        unit=state.unit,
        role=state.role,
        age=age,
        sex=people.sex[person],
        origin=people.origin[person],
        foreign=people.foreign[person],
        immigrated=immigrated,
        days_in_sweden=np.where(immigrated == NOT_IMMIGRATED, 99_999, last_day - immigrated).astype(np.int32),
        protection=people.protection[person],
        education=_education_now(people.education[person], age),
        standing=people.standing[person],
        luck=people.luck[person],
        units=len(state.units),
        unit_area=state.units.area,
    )


def _education_now(final: Ints, age: Ints) -> Ints:
    """The level reached at this age, on the way to the final one (reached by 25)."""
    ceiling = np.full(rates.OLDEST + 1, rates.LONG, dtype=np.int8)
    ceiling[:24], ceiling[:21], ceiling[:19] = rates.SHORT, rates.UPPER_SECONDARY, rates.COMPULSORY
    unknown = (final == rates.UNKNOWN) & (age >= 19)
    level = np.where(unknown, rates.UNKNOWN, np.minimum(np.where(final == rates.UNKNOWN, 0, final), ceiling[age]))
    return np.where(age < 16, rates.TOO_YOUNG, level).astype(np.int8)


def labour_status(rows: Rows, margins: Margins, rng: np.random.Generator, *, exact: bool) -> Ints:
    """Employed, unemployed or outside at ages 16–74."""
    result = np.full(len(rows.age), NOT_IN_AGES, dtype=np.int8)
    number = len(rows.age)
    noise = rng.standard_normal(number, dtype=np.float32)
    at = np.flatnonzero((rows.age >= 16) & (rows.age <= 64))
    area, age = rows.area[at], rows.age[at]
    shares = margins.labour / np.maximum(margins.labour.sum(axis=1), 1)[:, None]
    in_ages = counts(area, len(margins))
    outside = np.round(shares[:, 2] * rates.at_year(rates.OUTSIDE_YEAR, rows.year) * in_ages).astype(np.int64)
    unemployed = np.round(shares[:, 1] * rates.at_year(rates.UNEMPLOYED_YEAR, rows.year) * in_ages).astype(np.int64)
    if exact and rows.year == TABLE_YEAR:
        outside, unemployed = margins.labour[:, 2], margins.labour[:, 1]
    recent = np.exp(-rows.days_in_sweden[at] / 1200.0).astype(np.float32)
    education, origin = rows.education[at], rows.origin[at]
    score = rates.OUTSIDE_AGE[age] + rates.OUTSIDE_EDUCATION[education] * (age >= 22) + rates.OUTSIDE_ORIGIN[origin]
    score = score + 1.6 * recent + 0.12 * (rows.sex[at] == 0) - 1.1 * rows.luck[at] + 0.45 * noise[at]
    out = highest(area, score, outside)
    result[at[out]] = OUTSIDE
    within = ~out
    score = rates.UNEMPLOYED_EDUCATION[education] + rates.UNEMPLOYED_ORIGIN[origin] + 0.8 * recent + 0.5 * (age < 27)
    score = (score - 0.6 * rows.luck[at] + 1.1 * noise[at])[within]
    jobless = highest(area[within], score, unemployed)
    result[at[within]] = np.where(jobless, UNEMPLOYED, EMPLOYED)
    old = np.flatnonzero((rows.age >= 65) & (rows.age <= 74))
    works = 0.9 * rows.luck[old] + 0.4 * rows.standing[old] + 0.35 * noise[old]
    limit = _upper_normal(rates.EMPLOYED_65_74)[rows.age[old]]
    result[old] = np.where(works > limit, EMPLOYED, OUTSIDE)
    return result


def _upper_normal(share: Floats) -> Floats:
    """The value a standard normal exceeds with these chances (Abramowitz & Stegun 26.2.23, error below 5e-4)."""
    low = np.minimum(share, 1 - share)
    t = np.sqrt(-2 * np.log(np.maximum(low, 1e-12)))
    top = 2.515517 + 0.802853 * t + 0.010328 * t**2
    value = t - top / (1 + 1.432788 * t + 0.189269 * t**2 + 0.001308 * t**3)
    result: Floats = np.where(share <= 0.5, value, -value)
    return result


def studying(rows: Rows, status: Ints, rng: np.random.Generator) -> Flags:
    """In education in the autumn term."""
    chance = rates.STUDIES[rows.age] * np.where(status == OUTSIDE, 2.1, np.where(status == EMPLOYED, 0.55, 0.9))
    chance = np.where(rows.age < 19, rates.STUDIES[rows.age], np.minimum(chance, 0.95))
    chance = np.where(
        (rows.days_in_sweden < 1095) & (rows.age >= 20) & (rows.age < 60), np.maximum(chance, 0.3), chance
    )
    return (rng.random(len(rows.age), dtype=np.float32) < chance) & (rows.age >= 16)


def occupation(rows: Rows, status: Ints, rng: np.random.Generator) -> tuple[Flags, Flags, Ints, Ints]:
    """Self-employed, manager, skill level (0: not employed or not known) and major group of SSYK (-1: likewise)."""
    at = np.flatnonzero(status == EMPLOYED)
    draw = rng.random((3, len(at)), dtype=np.float32)
    # Firms and posts last: most years the lot is the person's own lasting one.
    luck, same = rows.luck[at], rng.random(len(at), dtype=np.float32) < rates.SAME_WORK
    for row, step in enumerate((617.0, 431.0)):
        draw[row] = np.where(same, (luck * step) % 1.0, draw[row])
    age, education = rows.age[at], rows.education[at]
    own, manager = np.zeros((2, len(status)), dtype=bool)
    skill = np.zeros(len(status), dtype=np.int8)
    group = np.full(len(status), -1, dtype=np.int8)
    own[at] = draw[0] < rates.SELF_EMPLOYED[age] * np.where(rows.sex[at] == 1, 1.35, 0.65)
    lead = rates.MANAGER_EDUCATION[education] * np.where(age < 30, 0.3, 1.0) * np.where(rows.foreign[at], 0.55, 1.0)
    manager[at] = draw[1] < lead
    below = 1 - rates.SKILL[education].T + 0.1 * (rows.origin[at] >= EUROPE_OTHER)
    level = 1 + (draw[2] > below[0]) + (draw[2] > below[1]) + (draw[2] > below[2])
    level = np.where(manager[at], np.maximum(level, 3), level)
    known = (draw[2] * 997) % 1 > rates.OCCUPATION_UNKNOWN
    skill[at] = np.where(known, level, 0)
    group[at] = np.where(known, _major_group(level, manager[at], rows.sex[at], rng), -1)
    return own, manager, skill, group


def _major_group(level: Ints, manager: Flags, sex: Ints, rng: np.random.Generator) -> Ints:
    """First digit of SSYK 2012: managers 1 (levels 3 and 4), level 4 is 2, 3 is 3, 2 is 4–8, 1 is 9; 0 armed forces."""
    draw = rng.random((2, len(level)), dtype=np.float32)
    limits = np.cumsum(rates.SKILL_2_AREA, axis=1)[:, :-1].astype(np.float32)
    middle = 4 + (draw[0][:, None] > limits[sex]).sum(axis=1)
    group = np.where(level == 2, middle, np.asarray((0, 9, 0, 3, 2))[level])
    return np.where(manager, 1, np.where((level > 1) & (draw[1] < rates.ARMED_FORCES), 0, group)).astype(np.int8)


def at_employment_service(rows: Rows, status: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Registered at 31 December (not, openly, in a programme) and days unemployed in the year."""
    number = len(rows.age)
    draw = rng.random((2, number), dtype=np.float32)
    working_age = (rows.age >= 16) & (rows.age <= 65)
    chance = np.asarray((0.012, 0.86, 0.05, 0.0))[status] * working_age
    registered = np.where(draw[0] < chance * 0.55, OPEN, np.where(draw[0] < chance, PROGRAMME, NOT_REGISTERED))
    at = np.flatnonzero((registered > 0) | ((draw[1] < 0.03) & working_age & (status == EMPLOYED)))
    scale = np.where(registered[at] > 0, rates.JOBLESS_DAYS, 45.0)
    days = np.zeros(number, dtype=np.int16)
    days[at] = np.clip(np.round(rng.gamma(1.7, scale)), 1, 365)
    return registered.astype(np.int8), days


def swedish_for_immigrants(rows: Rows, rng: np.random.Generator) -> tuple[Flags, Ints]:
    """Pupils of the year, and days in Sweden of those who passed, 0 for all others."""
    stay = rows.days_in_sweden
    at = np.flatnonzero((rows.origin > SWEDEN + 1) & (rows.age >= 18) & (rows.age < 65) & (stay > 250) & (stay < 2600))
    passes = at[rng.random(len(at)) < rates.SFI]
    days = np.zeros(len(rows.age), dtype=np.int32)
    days[passes] = np.maximum(stay[passes] - rng.integers(0, 365, len(passes)), 120)
    at = np.flatnonzero((rows.origin > SWEDEN + 1) & (rows.age >= 16) & (rows.age < 66) & (stay < 3650))
    chance = rates.SFI_PUPIL * np.exp(-stay[at] / rates.SFI_STAY)
    pupil = days > 0
    pupil[at] |= rng.random(len(at)) < chance
    return pupil, days
