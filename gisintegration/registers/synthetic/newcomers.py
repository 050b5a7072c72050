"""Persons who come from elsewhere in a step between years, and a roof for everyone who moves."""

from __future__ import annotations

import numpy as np

from gisintegration.registers.synthetic import rates
from gisintegration.registers.synthetic.housing import (
    APARTMENT,
    COOPERATIVE,
    HOUSE_UNKNOWN,
    OWNER,
    RENTAL,
    SMALL_HOUSE,
    SPARE_PLACES,
    TENURE_UNKNOWN,
    Units,
)
from gisintegration.registers.synthetic.people import ALONE, CHILD, SWEDEN, People, day_in, first_day
from gisintegration.registers.synthetic.segments import Ints, counts, order, ramp, starts
from gisintegration.registers.synthetic.state import Draft, Region, State


def newcomers(draft: Draft, before: State, region: Region) -> None:
    """Fill each area to its population with persons from elsewhere, made in the likeness of its own mobile ones."""
    target = region.target[draft.year]
    need = target - counts(draft.area, len(target))
    age = np.clip(draft.year - before.people.born[before.person], -1, rates.OLDEST)
    size = np.bincount(before.unit, minlength=len(before.units))
    adult = before.role != CHILD
    likely = rates.ARRIVED if draft.forward else rates.OUT
    weight = np.bincount(before.unit[adult], weights=likely[age[adult]], minlength=len(before.units))
    if not draft.forward:
        weight += np.bincount(
            before.unit[adult], weights=rates.DEATH_WEIGHT_BACK * rates.DEATH[age[adult]], minlength=len(before.units)
        ) * (size == 1)
        gone = (age < 0) | (before.people.immigrated[before.person] >= first_day(np.array(draft.year + 1)))
        weight[before.unit[gone]] = 0
        age = np.where(gone, -1, age)
        weight[np.bincount(before.unit[adult & (age >= 18)], minlength=len(before.units)) == 0] = 0
    unit = np.flatnonzero((size > 0) & (weight > 0))
    swedes = np.bincount(before.unit[before.people.origin[before.person] == SWEDEN], minlength=len(before.units))
    pull = rates.FROM_ABROAD_PULL * (swedes[unit] == 0) if draft.forward else 0.0
    adults = np.bincount(before.unit[adult], minlength=len(before.units))
    key = np.log(weight[unit] / adults[unit]) + pull + draft.rng.gumbel(size=len(unit))
    area = before.units.area[unit]
    sequence = order(area, -key)
    unit, area = unit[sequence], area[sequence]
    running = np.cumsum(size[unit])
    base = np.concatenate([[0], running])[starts(counts(area, len(target)))]
    taken = unit[running - base[area] <= need[area]]
    copies = np.full(len(before.units), -1, dtype=np.int32)
    copies[taken] = np.arange(len(taken))
    rows = np.flatnonzero(copies[before.unit] >= 0)
    group, role = copies[before.unit[rows]], before.role[rows]
    goal = before.units.area[taken].astype(np.int64)
    rest = need - counts(before.units.area[before.unit[rows]], len(target))
    lone, lone_goal = _lone_newcomers(before, age, rest, draft.rng)
    source = np.concatenate([before.person[rows], before.person[lone]])
    group = np.concatenate([group, len(taken) + np.arange(len(lone))])
    goal = np.concatenate([goal, lone_goal])
    role = np.concatenate([role, np.full(len(lone), ALONE, dtype=np.int8)])
    people = _likenesses(draft, before.people.take(source), group, len(goal))
    new = len(draft.people) + np.arange(len(source))
    draft.people = draft.people.extend(people)
    household = region.households + np.arange(len(goal))
    region.households += len(goal)
    unit = house_them(draft, goal, np.bincount(group, minlength=len(goal)), region)
    draft.add(new, household[group], unit[group], role)


def _lone_newcomers(before: State, age: Ints, rest: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Rows of persons who come by themselves, so that the area's number comes out even."""
    rows = np.flatnonzero((age >= 20) & (age < 90) & (before.role != CHILD))
    area = before.units.area[before.unit[rows]]
    rows = rows[order(area, rng.random(len(rows)))]
    area = before.units.area[before.unit[rows]]
    rest = np.maximum(rest, 0)
    chosen = ramp(counts(area, len(rest))) < rest[area]
    return rows[chosen], area[chosen].astype(np.int64)


def _likenesses(draft: Draft, people: People, group: Ints, number: int) -> People:
    """Other persons than those copied: of nearly their ages, and some immigrated in the year."""
    rng = draft.rng
    age = draft.year - people.born
    shift = np.where(age >= 22, rng.integers(-1, 2, len(people)), 0)
    people.born = (people.born - shift).astype(np.int16)
    people.luck = rng.standard_normal(len(people), dtype=np.float32)
    floor = day_in(people.born.astype(np.int64), np.full(len(people), 0.9))
    abroad = people.origin != SWEDEN
    floor = np.minimum(floor, first_day(np.array(draft.year + 1)) - 1)
    people.immigrated = np.where(abroad, np.maximum(people.immigrated, floor), people.immigrated).astype(np.int32)
    if draft.forward:
        all_abroad = np.bincount(group[~abroad], minlength=number) == 0
        fresh = all_abroad & (rng.random(number) < rates.FROM_ABROAD)
        when = day_in(np.full(len(people), draft.year), rng.random(number)[group])
        people.immigrated = np.where(fresh[group], when, people.immigrated).astype(np.int32)
    return people


def house_them(draft: Draft, goal: Ints, size: Ints, region: Region) -> Ints:
    """A free unit in the goal area for each household, larger ones to larger; new units where there are too few."""
    units, rng = draft.units, draft.rng
    areas = len(region.kommun)
    taken = np.zeros(len(units), dtype=bool)
    taken[draft.unit] = True
    free = np.flatnonzero(~taken & (units.built <= draft.year))
    wanted = counts(goal, areas)
    free = free[order(units.area[free], rng.random(len(free)))]
    free_area = units.area[free]
    reserve = np.where(region.growing, np.round(wanted * 0.5).astype(np.int64), 0) if draft.forward else 0
    missing = np.maximum(wanted - counts(free_area, areas), np.minimum(reserve, wanted))
    free = free[ramp(counts(free_area, areas)) < (wanted - missing)[free_area]]
    built = np.repeat(np.arange(areas), missing)
    fresh = len(units) + np.arange(len(built))
    if len(built):
        draft.units = units.extend(_new_units(draft, built, region))
    free = np.concatenate([free, fresh])
    rooms = draft.units.rooms[free] + 1.2 * rng.standard_normal(len(free))
    free = free[order(draft.units.area[free], rooms)]
    chosen = order(goal, size + 0.8 * rng.standard_normal(len(goal)))
    result = np.empty(len(goal), dtype=np.int32)
    result[chosen] = free
    return result


def _new_units(draft: Draft, area: Ints, region: Region) -> Units:
    """Newly built units on the area's spare places."""
    rng, number = draft.rng, len(area)
    small = region.mostly_small[area] & (rng.random(number) < 0.7)
    unknown = rng.random(number) < 0.12
    house = np.where(unknown, HOUSE_UNKNOWN, np.where(small, SMALL_HOUSE, APARTMENT)).astype(np.int8)
    tenure = np.where(small, OWNER, np.where(rng.random(number) < 0.5, RENTAL, COOPERATIVE))
    position = region.opened[area] + ramp(counts(area, len(region.kommun)))
    region.opened += counts(area, len(region.kommun))
    place = region.sites.spare_first[area] + position % SPARE_PLACES
    rooms = np.clip(np.round(np.where(small, 4.4, 2.4) + 0.8 * rng.standard_normal(number)), 1, 8).astype(np.int8)
    return Units(
        area=area.astype(np.uint16),
        place=place.astype(np.int32),
        house=house,
        tenure=np.where(unknown, TENURE_UNKNOWN, tenure).astype(np.int8),
        rooms=rooms,
        living_area=(16 + 22 * rooms.astype(np.int16) + np.where(small, 12, 0)).astype(np.int16),
        built=np.full(number, draft.year if draft.forward else 0, dtype=np.int16),
        linked=~unknown,
    )
