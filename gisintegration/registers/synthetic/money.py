"""Incomes and benefits of a year: the share with low economic standard follows the area's published share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gisintegration.registers.synthetic import rates
from gisintegration.registers.synthetic.margins import Margins
from gisintegration.registers.synthetic.people import WORLD, first_day
from gisintegration.registers.synthetic.segments import Flags, Floats, Ints, counts, fill, order, starts
from gisintegration.registers.synthetic.work import EMPLOYED, OUTSIDE, UNEMPLOYED, Rows

#: 1 December 2010, in days since 1970: who came before has introduction benefit, who came after establishment benefit.
INTRODUCTION_ENDS = int(first_day(np.array(2011))) - 31


@dataclass(frozen=True, eq=False)
class Money:
    """Kronor of the year, a row a person; ``equivalised`` is for those registered both 1 January and 31 December."""

    disposable: Ints
    statement: Ints
    net: Ints
    equivalised: Ints
    limit: float
    assistance: Ints
    assistance_months: Ints
    sickness_pay: Ints
    compensation: Ints
    sick_days: Ints
    unemployment: Ints
    establishment: Ints
    introduction: Ints


def draw_money(
    rows: Rows,
    status: Ints,
    studies: Flags,
    jobless_days: Ints,
    *,
    own_firm: Flags,
    margins: Margins,
    rng: np.random.Generator,
) -> Money:
    """Draw every amount of the year."""
    price = rates.at_year(rates.PRICE_LEVEL, rows.year)
    limit = 0.6 * rates.at_year(rates.MEDIAN_STANDARD, rows.year)
    own = _own_income(rows, status, studies, price, rng)
    units = _consumption_units(rows)
    total = np.bincount(rows.unit, weights=own, minlength=rows.units)
    standard = (total / np.maximum(units, 1.0)).astype(np.float32)
    living = np.bincount(rows.unit, minlength=rows.units) > 0
    low = _low_standard(rows, standard, living, limit, margins)
    level = _area_level(rows, own, margins, price)
    new = standard * level[rows.unit_area]
    bottom, top = rates.LOW_REACH
    chance = rng.random(rows.units, dtype=np.float32)
    poor = limit * (bottom + (top - bottom) * np.sqrt(chance))
    new = np.where(low, poor, np.maximum(new, limit * (rates.ABOVE_LIMIT + 0.12 * chance)))
    factor = np.where(standard > 0, new / np.maximum(standard, 1.0), 1.0)
    disposable = np.round(own * factor[rows.unit]).astype(np.int64)
    summed = np.bincount(rows.unit, weights=disposable, minlength=rows.units)
    equivalised = np.round(summed / np.maximum(units, 1.0)).astype(np.int64)[rows.unit]
    sick_days, fully_sick = _sick_days(rows, status, rng)
    assistance, months = _assistance(rows, status, low, price, rng)
    net = np.round(disposable * (0.985 - 0.03 * rng.random(len(own), dtype=np.float32))).astype(np.int64)
    most = np.maximum(net * 0.9, 0)
    draw = rng.random(len(own), dtype=np.float32)
    insured = (status != OUTSIDE) & (draw < 0.62) & (jobless_days > 0)
    newly = rows.protection & (rows.days_in_sweden < 1100) & (status != EMPLOYED) & (rows.age >= 20) & (rows.age < 65)
    sickness = np.minimum(np.round(sick_days * (rates.SICK_DAY * price)), most).astype(np.int64)
    support = np.where(newly & (draw < 0.7), np.minimum(np.round(rates.ESTABLISHMENT * (0.3 + draw)), most), 0)
    unemployment = np.where(insured, np.minimum(np.round(jobless_days * (rates.JOBLESS_DAY * price)), most), 0)
    may = (status != EMPLOYED) & (sickness + unemployment == 0)
    net = _benefits_alone(net, may, support=support, assistance=assistance, months=months, rng=rng)
    earlier = rows.immigrated < INTRODUCTION_ENDS
    return Money(
        disposable=disposable,
        statement=_statements(rows, status, net, jobless_days, own_firm=own_firm, price=price, rng=rng),
        net=net,
        equivalised=equivalised,
        limit=limit,
        assistance=assistance,
        assistance_months=months,
        sickness_pay=np.where(fully_sick, 0, sickness),
        compensation=np.where(fully_sick, sickness, 0),
        sick_days=sick_days,
        unemployment=unemployment.astype(np.int64),
        establishment=np.where(earlier, 0, support).astype(np.int64),
        introduction=np.where(earlier, support, 0).astype(np.int64),
    )


def _benefits_alone(
    net: Ints, may: Flags, *, support: Floats, assistance: Ints, months: Ints, rng: np.random.Generator
) -> Ints:
    """Net income, which for some without work is the benefit of newcomers or a year's assistance and nothing else."""
    at = np.flatnonzero(((support > 0) | ((assistance > 0) & (months >= 10))) & may)
    draw = rng.random(len(at), dtype=np.float32)
    newcomer = support[at] > 0
    alone = draw < np.where(newcomer, rates.ONLY_NEWCOMER, rates.ONLY_ASSISTANCE)
    benefit = np.where(newcomer, support[at], assistance[at]).astype(np.int64)
    result = net.copy()
    result[at[alone]] = benefit[alone]
    return result


def _statements(
    rows: Rows,
    status: Ints,
    net: Ints,
    jobless_days: Ints,
    *,
    own_firm: Flags,
    price: float,
    rng: np.random.Generator,
) -> Ints:
    """Earnings by statement of income, in hundreds of kronor: of the employed, and odd jobs of others; 0 for none."""
    number = len(rows.age)
    draw = rng.random((2, number), dtype=np.float32)
    part = np.where(rows.age >= 67, 0.45, 1.0) * (0.94 + 0.12 * draw[0])
    wage = np.maximum(net, 5_000) * rates.GROSS * part
    works = (status == EMPLOYED) & ~(own_firm & (draw[1] < rates.WITHOUT_STATEMENT))
    odd = (status != EMPLOYED) & (rows.age >= 16) & (rows.age < 70) & (draw[1] < rates.ODD_JOB) & (jobless_days < 330)
    amount = np.where(works, wage, np.where(odd, rates.ODD_JOB_PAY * price * -np.log(1 - 0.999 * draw[0]), 0.0))
    return (np.round(amount / 100) * 100).astype(np.int64)


def _own_income(rows: Rows, status: Ints, studies: Flags, price: float, rng: np.random.Generator) -> Floats:
    """What each person would have before the area's level is set."""
    age = rows.age
    noise = rng.standard_normal(len(age), dtype=np.float32)
    spread = np.exp(0.2 * noise + 0.16 * rows.standing + 0.13 * rows.luck)
    wage = rates.WAGE * rates.WAGE_EDUCATION[rows.education] * rates.WAGE_AGE[age] * np.where(rows.sex == 1, 1.09, 0.93)
    outside = np.where(studies & (age < 45), rates.STUDENT, rates.OUTSIDE_INCOME)
    amount = np.where(status == EMPLOYED, wage, np.where(status == UNEMPLOYED, rates.JOBLESS, outside))
    pension = rates.PENSION * (0.82 + 0.28 * rates.WAGE_EDUCATION[rows.education]) * np.where(rows.sex == 1, 1.12, 0.92)
    amount = np.where(age >= 65, pension + 0.45 * np.where(status == EMPLOYED, wage, 0), amount)
    amount = np.where(
        age < 20, np.where(status == EMPLOYED, np.maximum(rates.TEEN[age], 0.6 * wage), rates.TEEN[age]), amount
    )
    amount = np.where(rows.days_in_sweden < 365, 0.5 * amount, amount)
    rich = rng.random(len(age), dtype=np.float32)
    spread *= np.where(rich < rates.RICH, 1 - rates.RICHER * np.log(np.maximum(rich, 1e-7) / rates.RICH), 1.0)
    return (np.where(age < 16, 0, np.maximum(amount, 1_000)) * spread * price).astype(np.float32)


def _consumption_units(rows: Rows) -> Floats:
    """SCB's scale: one adult 1.00, the second 0.51, more 0.60; children 0–19: the first 0.52, the others 0.42."""
    adult = rows.age >= 20
    adults = np.bincount(rows.unit[adult], minlength=rows.units)
    children = np.bincount(rows.unit[~adult], minlength=rows.units)
    grown = np.where(adults > 0, 1 + 0.51 * (adults > 1) + 0.6 * np.maximum(adults - 2, 0), 0)
    young = 0.52 * (children > 0) + 0.42 * np.maximum(children - 1, 0)
    return np.where(adults > 0, grown + young, 1 + 0.42 * np.maximum(children - 1, 0))


def _low_standard(rows: Rows, standard: Floats, living: Flags, limit: float, margins: Margins) -> Flags:
    """Which households fall below the limit: those with least, as many persons as the area's published share says."""
    counted = np.flatnonzero(~rows.new_in_year)
    weight = np.bincount(rows.unit[counted], minlength=rows.units)
    target = np.floor(margins.low_share * counts(rows.area[counted], len(margins)) + 0.5).astype(np.int64)
    at = np.flatnonzero(living & (weight > 0))
    score = -4.0 * np.log(np.maximum(standard[at], 1.0) / limit)
    chosen = fill(rows.unit_area[at], weight[at], score, target, np.round(0.3 * target).astype(np.int64))
    low = np.zeros(rows.units, dtype=bool)
    low[at[chosen]] = True
    return low


def _area_level(rows: Rows, own: Floats, margins: Margins, price: float) -> Floats:
    """The factor that brings the area's median of persons 20 and older near the published median net income."""
    at = np.flatnonzero(rows.age >= 20)
    sequence = order(rows.area[at], np.log(np.maximum(own[at], 1.0)) - 12.0, limit=4.0)
    number = counts(rows.area[at], len(margins))
    middle = np.minimum(starts(number) + number // 2, max(len(at) - 1, 0))
    median = np.where(number > 0, own[at][sequence][middle], 1.0) if len(at) else np.ones(len(margins))
    return margins.net_income * price / np.maximum(median, 1.0) / 0.97


def _sick_days(rows: Rows, status: Ints, rng: np.random.Generator) -> tuple[Ints, Flags]:
    """Net days in the year, and who has compensation: few long spells among the many, some outside the labour force."""
    at = np.flatnonzero((rows.age >= 18) & (rows.age <= 65) & (rows.days_in_sweden > 365))
    draw = rng.random((2, len(at)), dtype=np.float32)
    women = np.where(rows.sex[at] == 0, 1.35, 0.7)
    ill = np.exp(-0.25 * rows.luck[at] - 0.2 * rows.standing[at])
    fully = (status[at] == OUTSIDE) & (draw[0] < rates.FULLY_SICK[rows.age[at]] * ill)
    some = draw[1] < rates.SICK[rows.age[at]] * women * ill
    spell = np.clip(np.round(rng.gamma(0.75, 85.0, len(at))), 1, 365)
    days = np.zeros(len(rows.age), dtype=np.int16)
    days[at] = np.where(fully, np.where(draw[1] < 0.3, 182, 365), np.where(some, spell, 0))
    compensated = np.zeros(len(days), dtype=bool)
    compensated[at] = fully
    return days, compensated


def _assistance(rows: Rows, status: Ints, low: Flags, price: float, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Social assistance: kronor to one adult of the household, months to all its adults."""
    adult = (rows.age >= 18) & (rows.age < 66)
    idle = np.bincount(rows.unit[adult & (status != EMPLOYED)], minlength=rows.units) > 0
    working = np.bincount(rows.unit[adult & (status == EMPLOYED)], minlength=rows.units)
    world = np.bincount(rows.unit[adult & (rows.origin == WORLD)], minlength=rows.units) > 0
    children = np.bincount(rows.unit[rows.age < 18], minlength=rows.units)
    chance = rates.ASSISTANCE * low * idle * np.where(world, 1.7, 0.8) * np.where(working > 0, 0.35, 1.0)
    draw = rng.random((2, rows.units), dtype=np.float32)
    gets = draw[0] < chance
    months = np.where(
        draw[1] < rates.ASSISTANCE_LONG,
        10 + np.floor(draw[1] / rates.ASSISTANCE_LONG * 3),
        1 + np.floor((draw[1] - rates.ASSISTANCE_LONG) / (1 - rates.ASSISTANCE_LONG) * 9),
    )
    months = np.where(gets, months, 0).astype(np.int8)
    amount = np.round(months * (6_400 + 2_100 * children) * price)
    person_months = np.where(adult, months[rows.unit], 0).astype(np.int8)
    first = np.full(rows.units, -1, dtype=np.int64)
    eligible = np.flatnonzero(adult)[::-1]
    first[rows.unit[eligible]] = eligible
    kronor = np.zeros(len(rows.age), dtype=np.int64)
    paid = np.flatnonzero((months > 0) & (first >= 0))
    kronor[first[paid]] = amount[paid]
    return kronor, person_months
