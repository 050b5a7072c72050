"""Persons and households of the table year: ages, households, origin and education, exact in every area."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gisintegration.registers.synthetic import rates
from gisintegration.registers.synthetic.birthplace import draw_countries
from gisintegration.registers.synthetic.margins import TABLE_YEAR, Margins
from gisintegration.registers.synthetic.segments import (
    Flags,
    Floats,
    Ints,
    counts,
    deal,
    fill,
    highest,
    order,
    ramp,
    rank,
    starts,
)

PARTNER, ALONE, CHILD, OTHER = 0, 1, 2, 3
SWEDEN, NORDIC, EU_EFTA, EUROPE_OTHER, WORLD = range(5)
NOT_IMMIGRATED = np.int32(-999_999)


@dataclass(eq=False)
class People:
    """Everyone who ever lives in the region: what does not change from year to year. Arrays of one length."""

    born: Ints
    sex: Ints
    origin: Ints
    country: Ints
    foreign: Flags
    immigrated: Ints
    protection: Flags
    education: Ints
    standing: Floats
    luck: Floats

    def take(self, rows: Ints | Flags) -> People:
        """The persons at these rows, as new arrays."""
        return People(**{name: value[rows] for name, value in vars(self).items()})

    def extend(self, more: People) -> People:
        """These persons followed by others."""
        return People(**{name: np.concatenate([value, getattr(more, name)]) for name, value in vars(self).items()})

    def __len__(self) -> int:
        return len(self.born)


@dataclass(eq=False)
class Homes:
    """Who lives with whom in the table year: rows as in `People`, sorted by area and household."""

    area: Ints
    household: Ints
    role: Ints
    household_area: Ints
    household_type: Ints
    household_size: Ints
    household_foreign: Floats
    household_standing: Floats
    household_age: Floats


def make_people(margins: Margins, rng: np.random.Generator) -> tuple[People, Homes]:
    """Draw the population of the table year."""
    area, age = _ages(margins, rng)
    role, child_slots = _roles(margins, area, age, rng)
    household, kind = _households(margins, area, age, role, slots=child_slots, rng=rng)
    sequence = np.argsort(household, kind="stable")
    area, age, role, household = area[sequence], age[sequence], role[sequence], household[sequence]
    sex = _sexes(age, role, household, kind, rng)
    n = len(kind)
    adult = role != CHILD
    adults = np.maximum(counts(household[adult], n), 1)
    homes = Homes(
        area=area,
        household=household,
        role=role,
        household_area=area[starts(counts(household, n))],
        household_type=kind,
        household_size=counts(household, n),
        household_foreign=rng.standard_normal(n, dtype=np.float32),
        household_standing=rng.standard_normal(n, dtype=np.float32),
        household_age=(np.bincount(household[adult], age[adult], minlength=n) / adults).astype(np.float32),
    )
    origin, foreign = _origins(margins, homes, age, rng)
    homes.household_standing -= 0.5 * np.bincount(household, foreign, minlength=n) / homes.household_size
    immigrated, protection = _immigration(margins, area, age, origin, rng)
    (for_country,) = rng.spawn(1)
    shared = for_country.random(n, dtype=np.float32)[household]
    standing = (0.75 * homes.household_standing[household] + 0.6 * rng.standard_normal(len(age))).astype(np.float32)
    people = People(
        born=(TABLE_YEAR - age).astype(np.int16),
        sex=sex,
        origin=origin,
        country=draw_countries(origin, shared, for_country),
        foreign=foreign,
        immigrated=immigrated,
        protection=protection,
        education=_education(margins, area, age, origin=origin, immigrated=immigrated, standing=standing, rng=rng),
        standing=standing,
        luck=rng.standard_normal(len(age), dtype=np.float32),
    )
    return people, homes


def _ages(margins: Margins, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Single years of age: exact in the published groups, exact 15-year-olds, even within the other groups."""
    groups = margins.ages
    size = len(margins)
    area = np.repeat(np.arange(size, dtype=np.uint16), groups.sum(axis=1))
    start = np.tile(np.arange(17) * 5, size)
    age = np.repeat(start, groups.ravel())
    step = rng.integers(0, 5, len(age))
    old = age == 80
    step[old] = rng.choice(len(rates.AGES_80_PLUS), int(old.sum()), p=rates.AGES_80_PLUS)
    teens = np.flatnonzero(age == 15)
    fifteen = groups[:, 3:13].sum(axis=1) - margins.labour.sum(axis=1)
    youngest = ramp(groups[:, 3]) < fifteen[area[teens]]
    step[teens] = np.where(youngest, 0, 1 + rng.integers(0, 4, len(teens)))
    return area, (age + step).astype(np.int16)


def _roles(margins: Margins, area: Ints, age: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Partner, living alone (or lone parent), child or other for each person; and the children's slots per area."""
    couples_children, couples, lone, single, other = margins.households.T
    size = len(margins)
    minors = counts(area[age < 18], size)
    rest = margins.population - 2 * couples_children - 2 * couples - lone - single
    in_other = np.clip(np.round(rates.PERSONS_IN_OTHER * other).astype(np.int64), 2 * other, None)
    slots = np.maximum(rest - in_other, couples_children + lone)
    slots = np.where(slots < minors, np.minimum(minors, rest - 2 * other), slots)
    at_home = rates.LIVES_AT_HOME[age]
    score = np.log(at_home / (1 - at_home)) + rng.logistic(size=len(age)).astype(np.float32) * 0.9
    score[age < 18] = 14 - 0.02 * age[age < 18]
    child = highest(area, score, slots)
    role = np.where(child, CHILD, OTHER).astype(np.int8)
    free = ~child & (age >= 18)
    for weights, number, name in (
        (rates.PARENT, 2 * couples_children + lone, PARTNER),
        (rates.COUPLE, 2 * couples, PARTNER + 10),
        (rates.SINGLE, single, ALONE),
    ):
        rows = np.flatnonzero(free)
        key = np.log(weights[age[rows]]) + rng.gumbel(size=len(rows)).astype(np.float32)
        chosen = rows[highest(area[rows], key, number)]
        role[chosen] = name
        free[chosen] = False
    return role, slots


def _households(
    margins: Margins, area: Ints, age: Ints, role: Ints, *, slots: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Household number of each person (ascending with area) and type of each household; roles are completed."""
    size = len(margins)
    types = margins.households
    first = starts(types.ravel()).reshape(types.shape)
    household = np.full(len(age), -1, dtype=np.int32)
    kind = np.repeat(np.tile(np.arange(5, dtype=np.int8), size), types.ravel())

    parents = np.flatnonzero(role == PARTNER)
    lone = parents[highest(area[parents], rng.random(len(parents), dtype=np.float32), types[:, 2])]
    role[lone] = ALONE
    household[lone] = first[area[lone], 2] + ramp(types[:, 2])
    for mark, column in ((PARTNER, 0), (PARTNER + 10, 1)):
        rows = np.flatnonzero(role == mark)
        gap = rng.standard_normal(len(rows)) * rates.COUPLE_AGE_GAP
        rows = rows[order(area[rows], (age[rows] + gap - 50) * 0.2)]
        household[rows] = first[area[rows], column] + ramp(2 * types[:, column]) // 2
        role[rows] = PARTNER
    alone = np.flatnonzero((role == ALONE) & (household < 0))
    household[alone] = first[area[alone], 3] + ramp(types[:, 3])

    others = np.flatnonzero(role == OTHER)
    score = (age[others] < 18) * 4 + rng.random(len(others))
    others = others[order(area[others], score)]
    place, homes = ramp(counts(area[others], size)), types[area[others], 4]
    spread = (rng.random(len(others)) * homes).astype(np.int64)
    household[others] = first[area[others], 4] + np.where(place < 2 * homes, place % np.maximum(homes, 1), spread)
    _children(area, age, role, household, kind, margins=margins, slots=slots, rng=rng)
    return household, kind


def _children(
    area: Ints,
    age: Ints,
    role: Ints,
    household: Ints,
    kind: Ints,
    *,
    margins: Margins,
    slots: Ints,
    rng: np.random.Generator,
) -> None:
    """Give every child a family: each family one first, then more; older children to older parents."""
    families = np.flatnonzero((kind == 0) | (kind == 2))
    family_area = np.repeat(np.arange(len(margins)), margins.households[:, 0] + margins.households[:, 2])
    adults = role != CHILD
    sums = np.bincount(household[adults], age[adults], minlength=len(kind))
    numbers = np.bincount(household[adults], minlength=len(kind))
    parent_age = sums[families] / numbers[families]
    depth = len(rates.MORE_CHILDREN) + 1
    score = np.empty((len(families), depth), dtype=np.float32)
    score[:, 0] = 15
    wish = np.log(np.asarray(rates.MORE_CHILDREN))[None, :] - 0.8 * (kind[families] == 2)[:, None]
    wish = wish - 0.004 * (parent_age[:, None] - 41) ** 2 / 2
    score[:, 1:] = wish + rng.gumbel(size=(len(families), depth - 1))
    slot_area = np.repeat(family_area, depth)
    taken = highest(slot_area, score.ravel(), slots)
    slot_family = np.repeat(np.arange(len(families)), depth)[taken]
    noise = rng.standard_normal(len(slot_family)) * rates.SIBLING_GAP
    slot_order = order(family_area[slot_family], (parent_age[slot_family] + noise - 45) * 0.3)
    children = np.flatnonzero(role == CHILD)
    children = children[order(area[children], (age[children] - 15) * 0.3)]
    household[children] = families[slot_family[slot_order]]


def _sexes(age: Ints, role: Ints, household: Ints, kind: Ints, rng: np.random.Generator) -> Ints:
    """0 women, 1 men. In couples the elder is more often a man; few couples are of one sex."""
    women = np.where(role == CHILD, 0.486, 0.47)
    alone = role == ALONE
    women[alone] = np.where(kind[household[alone]] == 2, 0.77, rates.WOMEN_ALONE[age[alone]])
    men = (rng.random(len(age)) >= women).astype(np.int8)
    partners = np.flatnonzero(role == PARTNER)
    first, second = partners[0::2], partners[1::2]
    elder_man = rng.random(len(first)) < 0.68
    same = rng.random(len(first)) < rates.SAME_SEX
    first_man = np.where(age[first] >= age[second], elder_man, ~elder_man)
    men[first] = first_man
    men[second] = np.where(same, first_man, ~first_man)
    return men


def _origins(margins: Margins, homes: Homes, age: Ints, rng: np.random.Generator) -> tuple[Ints, Flags]:
    """Region of birth and background, exact per area, alike within households, children after their parents."""
    area, household = homes.area, homes.household
    abroad = margins.born[:, 1] + margins.born[:, 2]
    latent = homes.household_foreign[household]
    noise = rng.standard_normal(len(age), dtype=np.float32)
    score = latent * rates.ORIGIN_ALIKE + 0.45 * noise + rates.BORN_ABROAD[age]
    immigrant = highest(area, score, abroad)
    n = len(homes.household_size)
    parent = homes.role < CHILD
    parents = counts(household[parent], n)
    parents_abroad = counts(household[parent & immigrant], n)
    child = homes.role == CHILD
    all_abroad = (parents_abroad == parents) & (parents > 0)
    tie = np.where(child, np.where(all_abroad[household], 7.0, -5.0), rates.SECOND_GENERATION[age] + 0.5 * latent)
    rows = np.flatnonzero(~immigrant)
    second = rows[highest(area[rows], tie[rows] + 0.8 * noise[rows], margins.born[:, 0] - margins.background[:, 0])]
    foreign = immigrant.copy()
    foreign[second] = True

    rows = np.flatnonzero(immigrant)
    world = 1.2 * rng.standard_normal(n, dtype=np.float32)[household[rows]] - 0.03 * age[rows]
    world += 0.4 * noise[rows]
    outside = deal(area[rows], world, margins.born[:, 1:])
    origin = np.zeros(len(age), dtype=np.int8)
    origin[rows] = np.where(outside == 1, WORLD, 0)
    europe = rows[outside == 0]
    share = rng.random(n, dtype=np.float32)[household[europe]]
    nordic = np.clip(0.05 + 0.006 * (age[europe] - 15), 0.05, 0.5)
    origin[europe] = np.where(
        share < nordic, NORDIC, np.where(share < nordic + 0.36 * (1 - nordic) / 0.8, EU_EFTA, EUROPE_OTHER)
    )
    return origin, foreign


def _immigration(margins: Margins, area: Ints, age: Ints, origin: Ints, rng: np.random.Generator) -> tuple[Ints, Flags]:
    """Date of the latest immigration (days since 1970) and whether it was for protection."""
    size = len(margins)
    rows = np.flatnonzero(origin != SWEDEN)
    newborn = counts(area[age == 0], size)
    foreign_born = counts(area[rows], size)
    fresh = np.clip(margins.population - margins.countable - newborn, 0, foreign_born // 2)
    score = rng.gumbel(size=len(rows)) + rates.IMMIGRANT_AGE[age[rows]]
    recent = highest(area[rows], score, fresh)
    stay = 1 + np.floor(rng.gamma(rates.STAY_SHAPE, rates.STAY_SCALE, len(rows))).astype(np.int64)
    longest = age[rows].astype(np.int64)
    stay = np.where(stay > longest, np.floor(rng.random(len(rows)) * longest).astype(np.int64) + 1, stay)
    stay = np.where(recent, 0, np.clip(stay, np.minimum(1, longest), longest))
    immigrated = np.full(len(age), NOT_IMMIGRATED, dtype=np.int32)
    year = TABLE_YEAR - stay
    immigrated[rows] = day_in(year, rng.random(len(rows)))
    protection = np.zeros(len(age), dtype=bool)
    protection[rows] = rng.random(len(rows)) < np.asarray(rates.PROTECTION)[origin[rows]]
    return immigrated, protection


def day_in(year: Ints, fraction: Floats) -> Ints:
    """A day of the year, in days since 1970-01-01.

    Examples
    --------
    >>> day_in(np.array([1970, 1971]), np.array([0.0, 0.999])).tolist()
    [0, 729]
    """
    first = first_day(year)
    days: Ints = (first + np.floor(fraction * 365)).astype(np.int32)
    return days


def first_day(year: Ints) -> Ints:
    """1 January of the year in days since 1970-01-01."""
    years = (np.asarray(year, dtype=np.int64) - 1970).astype("datetime64[Y]")
    days: Ints = years.astype("datetime64[D]").astype(np.int64)
    return days


def _education(
    margins: Margins,
    area: Ints,
    age: Ints,
    *,
    origin: Ints,
    immigrated: Ints,
    standing: Floats,
    rng: np.random.Generator,
) -> Ints:
    """The level reached in the end: exact among those aged 25–64, drawn from the area's distribution for the others."""
    size = len(margins)
    in_ages = (age >= 25) & (age <= 64)
    recent = (immigrated > first_day(np.array(TABLE_YEAR - 3))) & (origin != SWEDEN)
    noise = rng.standard_normal(len(age), dtype=np.float32)
    level = standing + 0.55 * noise - 0.012 * np.abs(age - 36) * (age > 36)
    result = np.empty(len(age), dtype=np.int8)
    rows = np.flatnonzero(in_ages)
    blank = 2.6 * recent[rows] + 1.1 * (origin[rows] != SWEDEN) + 0.8 * rng.standard_normal(len(rows), dtype=np.float32)
    unknown = highest(area[rows], blank, margins.education[:, 4])
    result[rows[unknown]] = rates.UNKNOWN
    known = rows[~unknown]
    result[known] = deal(area[known], level[known] - 0.25 * (origin[known] == WORLD), margins.education[:, :4])
    rows = np.flatnonzero(~in_ages)
    shares = np.cumsum(margins.education[:, :4], axis=1) / np.maximum(margins.education[:, :4].sum(axis=1), 1)[:, None]
    place = (rank(area[rows], level[rows], size) + 0.5) / counts(area[rows], size)[area[rows]]
    place = np.where(age[rows] >= 65, place**rates.OLD_EDUCATION, place)
    result[rows] = (place[:, None] > shares[area[rows]][:, :3]).sum(axis=1)
    return result


def fill_houses(margins: Margins, homes: Homes, rng: np.random.Generator) -> Ints:
    """Type of house of each household, so that the persons in each type are exact in every area."""
    n = len(homes.household_size)
    size = len(margins)
    age, kind = homes.household_age, homes.household_type
    noise = rng.standard_normal((4, n), dtype=np.float32)
    house = np.full(n, 1, dtype=np.int8)
    left = np.arange(n)
    total = margins.households.sum(axis=1)
    need = np.maximum(total - margins.tenure.sum(axis=1), 0)
    singles_share = counts(homes.household_area[homes.household_size == 1], size) / total
    young, old = age < 27, age >= 82
    scores = {
        4: noise[0] - 0.02 * np.abs(age - 35),
        3: 2.0 * old + 1.5 * young + 1.2 * (homes.household_size == 1) + 0.7 * noise[1],
        2: noise[2],
        0: (kind == 0) * 1.4 + (kind == 1) * 0.7 - 1.5 * young - 0.02 * np.abs(age - 52) - 0.5 * homes.household_foreign
        + 0.5 * homes.household_standing + 0.9 * noise[3],
    }  # fmt: skip
    singles = {
        4: np.maximum((2.9 * need - margins.house[:, 4]) / 1.9 + 2, margins.house[:, 4] * 0.16).astype(np.int64),
        3: (margins.house[:, 3] * 0.7).astype(np.int64),
        2: (margins.house[:, 2] * 0.2).astype(np.int64),
        0: (margins.house[:, 0] * 0.25 * singles_share).astype(np.int64),
    }
    for category in (4, 3, 2, 0):
        target = margins.house[:, category]
        chosen = fill(
            homes.household_area[left],
            homes.household_size[left],
            scores[category][left],
            target,
            np.clip(singles[category], 0, target),
        )
        house[left[chosen]] = category
        left = left[~chosen]
    return house
