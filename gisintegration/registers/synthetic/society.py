"""School results, voting and type of household of a year."""

from __future__ import annotations

import numpy as np

from gisintegration.registers.synthetic import rates
from gisintegration.registers.synthetic.margins import Margins
from gisintegration.registers.synthetic.people import ALONE, CHILD, EU_EFTA, NORDIC, OTHER, PARTNER, SWEDEN
from gisintegration.registers.synthetic.segments import Floats, Ints
from gisintegration.registers.synthetic.work import EMPLOYED, Rows

EMPTY = 2
COUPLE_CHILDREN, COUPLE, SINGLE_CHILDREN, SINGLE, OTHER_HOUSEHOLD = range(5)


def school_eligible(rows: Rows, margins: Margins, rng: np.random.Generator) -> Ints:
    """Eligible for upper secondary school, among those who turn 16 in the year; EMPTY for all others."""
    result = np.full(len(rows.age), EMPTY, dtype=np.int8)
    at = np.flatnonzero(rows.age == 16)
    recent = np.exp(-rows.days_in_sweden[at] / 1500.0)
    score = 2.75 + 0.75 * rows.standing[at] - 3.2 * margins.low_share[rows.area[at]] - 2.4 * recent
    score += np.where(rows.sex[at] == 0, 0.15, -0.12)
    result[at] = rng.random(len(at)) < _chance(score)
    return result


def university_eligible(rows: Rows, margins: Margins, rng: np.random.Generator) -> Ints:
    """Eligible for higher education, among those who leave upper secondary school in the year; EMPTY for all others.

    Everyone leaves at most once: in which year is settled by the person's own lasting figure.
    """
    result = np.full(len(rows.age), EMPTY, dtype=np.int8)
    before = 0.0
    lot = (rows.luck * 1000.0) % 1.0
    leaves = np.zeros(len(rows.age), dtype=bool)
    for age, until in rates.LEAVES_SCHOOL.items():
        leaves |= (rows.age == age) & (lot >= before) & (lot < until)
        before = until
    at = np.flatnonzero(leaves & (rows.days_in_sweden > 180))
    recent = np.exp(-rows.days_in_sweden[at] / 1500.0)
    score = 2.45 + 0.75 * rows.standing[at] - 2.6 * margins.low_share[rows.area[at]] - 1.8 * recent
    score += np.where(rows.sex[at] == 0, 0.25, -0.2)
    result[at] = rng.random(len(at)) < _chance(score)
    return result


def voting(rows: Rows, status: Ints, margins: Margins, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Voted for parliament, region and kommun; EMPTY where not entitled or no election was held."""
    number = len(rows.age)
    riksdag, region, kommun = np.full((3, number), EMPTY, dtype=np.int8)
    if rows.year not in rates.ELECTIONS:
        return riksdag, region, kommun
    draw = rng.random((2, number), dtype=np.float32)
    years = rows.days_in_sweden / 365.25
    citizen = (rows.origin == SWEDEN) | (draw[1] < np.minimum(np.maximum(years - 3.5, 0) * 0.09, 0.86))
    adult = rows.age >= 18
    neighbours = (rows.origin == NORDIC) | (rows.origin == EU_EFTA)
    local = adult & (citizen | neighbours | (years >= 3))
    score = rates.TURNOUT[rows.age] + 0.55 * rows.standing + 0.2 * rows.luck - 1.7 * margins.low_share[rows.area]
    score = score + 0.25 * (status == EMPLOYED) + np.asarray((-0.45, 0.0, 0.25, 0.55, -0.7, 0.0))[rows.education]
    score = score - 0.35 * rows.foreign - 0.5 * (rows.origin != SWEDEN) - 1.0 * np.exp(-years / 8)
    score = score + 0.08 * (rows.sex == 0)
    votes = draw[0] < _chance(score)
    votes_local = draw[0] < _chance(score - 0.16 - 1.1 * ~citizen)
    entitled = adult & citizen
    riksdag[entitled] = votes[entitled]
    kommun[local] = votes_local[local]
    otherwise = rng.random(number, dtype=np.float32) < rates.OTHER_REGION_VOTE * np.where(votes_local, 1.0, 0.6)
    region[local] = (votes_local ^ otherwise)[local]
    return riksdag, region, kommun


def household_types(rows: Rows) -> Ints:
    """Type of household of each person, from the roles under its roof."""
    per_role = [np.bincount(rows.unit[rows.role == role], minlength=rows.units) for role in range(4)]
    partners, alone, children, others = per_role[PARTNER], per_role[ALONE], per_role[CHILD], per_role[OTHER]
    couple = np.where(children > 0, COUPLE_CHILDREN, COUPLE)
    lone = np.where(children > 0, SINGLE_CHILDREN, SINGLE)
    plain = (others == 0) & (((partners == 2) & (alone == 0)) | ((partners == 0) & (alone == 1)))
    kind = np.where(plain, np.where(partners == 2, couple, lone), OTHER_HOUSEHOLD)
    return kind.astype(np.int8)[rows.unit]


def household_roles(rows: Rows) -> Ints:
    """Role in the household: adult, child of the home whatever the age, other.

    Those under 20 in households of other kinds live with an elder, who is taken for a parent.
    """
    child = (rows.role == CHILD) | ((rows.role == OTHER) & (rows.age < 20))
    return np.where(child, 1, np.where(rows.role == OTHER, 2, 0)).astype(np.int8)


def _chance(score: Floats) -> Floats:
    return 1 / (1 + np.exp(-score))
