"""From one year to the next, or back: births, deaths, moves, couples, immigration, new building.

Both directions run the same steps on the same kind of state. Backward, a person who moves in when seen forward is one
who is taken away, and one who died or left is one who is added.
"""

from __future__ import annotations

from dataclasses import dataclass, field

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
    Sites,
    Units,
)
from gisintegration.registers.synthetic.people import (
    ALONE,
    CHILD,
    NOT_IMMIGRATED,
    OTHER,
    PARTNER,
    SWEDEN,
    People,
    day_in,
    first_day,
)
from gisintegration.registers.synthetic.segments import Flags, Floats, Ints, counts, order, ramp, starts

STAYS, GONE, WITH_HOUSEHOLD, BY_ITSELF = range(4)


@dataclass(frozen=True, eq=False)
class State:
    """Who is registered at the end of a year, where and with whom; rows ascending by person."""

    year: int
    person: Ints
    household: Ints
    unit: Ints
    role: Ints
    people: People
    units: Units


@dataclass(eq=False)
class Region:
    """What the steps need to know about the areas."""

    kommun: Ints
    target: dict[int, Ints]
    sites: Sites
    mostly_small: Flags
    growing: Flags
    households: int = 0
    opened: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


@dataclass(eq=False)
class _Draft:
    """A year in the making: rows of persons, changed step by step."""

    year: int
    forward: bool
    people: People
    units: Units
    person: Ints
    household: Ints
    unit: Ints
    role: Ints
    rng: np.random.Generator

    def keep(self, rows: Flags | Ints) -> None:
        self.person, self.household = self.person[rows], self.household[rows]
        self.unit, self.role = self.unit[rows], self.role[rows]

    def add(self, person: Ints, household: Ints, unit: Ints, role: Ints) -> None:
        self.person = np.concatenate([self.person, person.astype(np.int32)])
        self.household = np.concatenate([self.household, household.astype(np.int32)])
        self.unit = np.concatenate([self.unit, unit.astype(np.int32)])
        self.role = np.concatenate([self.role, role.astype(np.int8)])

    @property
    def age(self) -> Ints:
        return np.clip(self.year - self.people.born[self.person], 0, rates.OLDEST)

    @property
    def area(self) -> Ints:
        return self.units.area[self.unit]


def step(state: State, year: int, region: Region, rng: np.random.Generator) -> State:
    """The state of the year after or before."""
    forward = year > state.year
    draft = _Draft(
        year, forward, state.people, state.units, state.person, state.household, state.unit, state.role.copy(), rng
    )
    if forward:
        _die(draft)
    else:
        _unborn(draft)
    _close_homes(draft)
    action = _decide(draft)
    _couples(draft, action, region)
    if forward:
        action = _births(draft, action)
    _place_movers(draft, action, region)
    _newcomers(draft, state, region)
    _settle_roles(draft)
    sequence = np.argsort(draft.person, kind="stable")
    draft.keep(sequence)
    return State(year, draft.person, draft.household, draft.unit, draft.role, draft.people, draft.units)


def _die(draft: _Draft) -> None:
    """Deaths during the year, by age and sex."""
    risk = rates.DEATH[draft.age] * np.where(draft.people.sex[draft.person] == 1, 1.15, 0.87)
    draft.keep(draft.rng.random(len(draft.person), dtype=np.float32) >= risk)


def _unborn(draft: _Draft) -> None:
    """Backward: those born or immigrated in the year after are not there; widows have their spouse again."""
    born, immigrated = draft.people.born[draft.person], draft.people.immigrated[draft.person]
    draft.keep((born <= draft.year) & (immigrated < first_day(np.array(draft.year + 1))))
    age = draft.age
    n = len(draft.units)
    alone = np.flatnonzero(
        (draft.role == ALONE) & (age >= 60) & (np.bincount(draft.unit, minlength=n)[draft.unit] == 1)
    )
    risk = rates.DEATH[age[alone]] * 0.75
    widowed = alone[draft.rng.random(len(alone)) < risk]
    spouse = draft.people.take(draft.person[widowed])
    spouse.sex = (1 - spouse.sex).astype(np.int8)
    shift = np.where(spouse.sex == 1, -2, 2) + draft.rng.integers(-2, 3, len(widowed))
    spouse.born = (spouse.born + shift).astype(np.int16)
    new = len(draft.people) + np.arange(len(widowed))
    draft.people = draft.people.extend(spouse)
    draft.role[widowed] = PARTNER
    draft.add(new, draft.household[widowed], draft.unit[widowed], np.full(len(widowed), PARTNER))


def _close_homes(draft: _Draft) -> None:
    """Where no adult role is left, grown children keep the home; minors leave it, and the region."""
    n = len(draft.units)
    headless = np.bincount(draft.unit[draft.role != CHILD], minlength=n) == 0
    orphans = (draft.role == CHILD) & headless[draft.unit]
    grown = orphans & (draft.age >= 18)
    draft.role[grown] = OTHER
    has_grown = np.bincount(draft.unit[grown], minlength=n) > 0
    draft.role[orphans & ~grown] = np.where(has_grown[draft.unit[orphans & ~grown]], OTHER, CHILD)
    draft.keep(~(orphans & ~has_grown[draft.unit]))


def _head_age(draft: _Draft) -> Ints:
    """Mean age of the adults of each unit, 0 where there are none."""
    n = len(draft.units)
    rows = np.flatnonzero(draft.role != CHILD)
    unit = draft.unit[rows]
    number = np.maximum(np.bincount(unit, minlength=n), 1)
    return (np.bincount(unit, weights=draft.age[rows], minlength=n) / number).astype(np.int64)


def _decide(draft: _Draft) -> Ints:
    """What each person does: stays, leaves the region, moves with the household or by itself."""
    rng, n = draft.rng, len(draft.units)
    head = _head_age(draft)
    chance = rng.random(n, dtype=np.float32)
    out, move = rates.OUT[head], rates.MOVE[head]
    by_unit = np.where(chance < out, GONE, np.where(chance < out + move, WITH_HOUSEHOLD, STAYS)).astype(np.int8)
    if not draft.forward:
        by_unit[(draft.units.built > draft.year) & (by_unit == STAYS)] = WITH_HOUSEHOLD
    action = by_unit[draft.unit]
    if draft.forward:
        leaves = (draft.role == CHILD) & (rng.random(len(action), dtype=np.float32) < rates.LEAVE_HOME[draft.age])
        action[leaves & (action != GONE)] = BY_ITSELF
    partner = np.flatnonzero((draft.role == PARTNER) & (action == STAYS))
    parting = rng.random(n, dtype=np.float32)[draft.unit[partner]] < rates.SEPARATE
    partner = partner[parting]
    _, first = np.unique(draft.unit[partner], return_index=True)
    action[partner[first]] = BY_ITSELF
    return action


def _couples(draft: _Draft, action: Ints, region: Region) -> None:
    """Persons living alone in the same area move together; backward, young people move home again."""
    n = len(draft.units)
    size = np.bincount(draft.unit, minlength=n)
    age, area, sex = draft.age, draft.area, draft.people.sex[draft.person]
    alone = (draft.role == ALONE) & (size[draft.unit] == 1) & (action == STAYS)
    willing = alone & (age >= 20) & (age < 75) & (draft.rng.random(len(age), dtype=np.float32) < rates.PAIR_UP * 1.2)
    man, woman = _match(willing & (sex == 1), willing & (sex == 0), area, age, 2, len(region.kommun))
    _move_in(draft, woman, man, PARTNER)
    draft.role[man] = PARTNER
    if draft.forward:
        return
    young = alone & (draft.role == ALONE) & (age < 24) & (draft.rng.random(len(age), dtype=np.float32) < 0.3)
    parent = (
        (draft.role == PARTNER) & (action == STAYS) & (sex == 0) & (age >= 42) & (age < 60) & (size[draft.unit] == 2)
    )
    child, mother = _match(young, parent, area, age, 31, len(region.kommun))
    _move_in(draft, child, mother, CHILD)


def _match(first: Flags, second: Flags, area: Ints, age: Ints, gap: int, size: int) -> tuple[Ints, Ints]:
    """Pair rows of two kinds within areas, in order of age, keeping pairs whose ages differ by about ``gap``."""
    rows = []
    for flags in (first, second):
        found = np.flatnonzero(flags)
        rows.append(found[order(area[found], (age[found] - 50) * 0.2)])
    ones, others = rows
    pairs = np.minimum(counts(area[ones], size), counts(area[others], size))
    ones = ones[ramp(counts(area[ones], size)) < pairs[area[ones]]]
    others = others[ramp(counts(area[others], size)) < pairs[area[others]]]
    near = np.abs(age[others].astype(np.int64) - age[ones] - (gap if gap > 10 else 0)) <= (9 if gap > 10 else 8)
    return ones[near], others[near]


def _move_in(draft: _Draft, who: Ints, where: Ints, role: int) -> None:
    draft.unit[who] = draft.unit[where]
    draft.household[who] = draft.household[where]
    draft.role[who] = role


def _births(draft: _Draft, action: Ints) -> Ints:
    """Children born during the year to mothers who are there at its end; what everyone does, with them."""
    age = draft.age
    women = (draft.people.sex[draft.person] == 0) & (draft.role != CHILD) & (action != GONE)
    rate = rates.FERTILITY[age] * np.where(draft.role == PARTNER, rates.FERTILITY_PARTNER, rates.FERTILITY_ALONE)
    mothers = np.flatnonzero(women & (draft.rng.random(len(age), dtype=np.float32) < rate))
    n = len(draft.units)
    parent = draft.role != CHILD
    swedish = np.bincount(draft.unit[parent & (draft.people.origin[draft.person] == SWEDEN)], minlength=n)
    child = draft.people.take(draft.person[mothers])
    number = len(mothers)
    child.born = np.full(number, draft.year, dtype=np.int16)
    child.sex = (draft.rng.random(number) < 0.514).astype(np.int8)
    child.origin = np.zeros(number, dtype=np.int8)
    child.foreign = swedish[draft.unit[mothers]] == 0
    child.immigrated = np.full(number, NOT_IMMIGRATED, dtype=np.int32)
    child.protection = np.zeros(number, dtype=bool)
    child.luck = draft.rng.standard_normal(number, dtype=np.float32)
    new = len(draft.people) + np.arange(number)
    draft.people = draft.people.extend(child)
    draft.add(new, draft.household[mothers], draft.unit[mothers], np.full(number, CHILD))
    along = np.where(action[mothers] == WITH_HOUSEHOLD, WITH_HOUSEHOLD, STAYS).astype(np.int8)
    return np.concatenate([action, along])


def _place_movers(draft: _Draft, action: Ints, region: Region) -> None:
    """Send movers to areas with room, the rest out of the region; then trim areas that are too full."""
    moving = np.flatnonzero((action == WITH_HOUSEHOLD) | (action == BY_ITSELF))
    alone = action[moving] == BY_ITSELF
    group = np.where(alone, len(draft.units) + np.arange(len(moving)), draft.unit[moving])
    _, first, group = np.unique(group, return_index=True, return_inverse=True)
    size = np.bincount(group)
    origin = draft.area[moving[first]]
    staying = np.flatnonzero(action == STAYS)
    target = region.target[draft.year]
    need = target - counts(draft.area[staying], len(target))
    goal = _destinations(origin, np.maximum(need, 0), region.kommun, draft.rng)
    sequence = order(goal, draft.rng.random(len(goal)))
    running = np.cumsum(size[sequence])
    numbers = counts(goal, len(target))
    base = np.concatenate([[0], running])[starts(numbers)]
    room = np.floor(np.maximum(need, 0) * rates.MOVERS_FROM_REGION)
    accepted = np.zeros(len(goal), dtype=bool)
    accepted[sequence] = running - base[goal[sequence]] <= room[goal[sequence]]
    rows = moving[accepted[group]]
    old = draft.person[rows], draft.household[rows], draft.role[rows], alone[accepted[group]]
    index = np.cumsum(accepted)[group[accepted[group]]] - 1
    draft.keep(staying)
    _trim(draft, target)
    person, household, role, single = old
    fresh = np.flatnonzero(single)
    household[fresh] = region.households + np.arange(len(fresh))
    region.households += len(fresh)
    role[fresh] = ALONE
    unit = _house(draft, goal[accepted], size[accepted], region)[index]
    draft.add(person, household, unit, role)


def _destinations(origin: Ints, need: Ints, kommun: Ints, rng: np.random.Generator) -> Ints:
    """An area for each mover, by room; most stay in their kommun."""
    by_kommun = np.argsort(kommun, kind="stable")
    running = np.cumsum(need[by_kommun]).astype(np.float64)
    of = kommun[by_kommun]
    low = np.concatenate([[0], running])[np.searchsorted(of, kommun[origin], side="left")]
    high = running[np.searchsorted(of, kommun[origin], side="right") - 1]
    inside = (rng.random(len(origin)) < rates.WITHIN_KOMMUN) & (high > low)
    low, high = np.where(inside, low, 0), np.where(inside, high, max(running[-1], 1))
    at = np.searchsorted(running, low + rng.random(len(origin)) * (high - low), side="right")
    return by_kommun[np.minimum(at, len(by_kommun) - 1)]


def _trim(draft: _Draft, target: Ints) -> None:
    """Areas with more persons than they shall have lose whole households, drawn by chance."""
    excess = counts(draft.area, len(target)) - target
    if not (excess > 0).any():
        return
    size = np.bincount(draft.unit, minlength=len(draft.units))
    unit = np.flatnonzero((size > 0) & (excess[draft.units.area] > 0))
    area = draft.units.area[unit]
    unit = unit[order(area, draft.rng.random(len(unit)))]
    area = draft.units.area[unit]
    running = np.cumsum(size[unit])
    base = np.concatenate([[0], running])[starts(counts(area, len(target)))]
    leaves = np.zeros(len(draft.units), dtype=bool)
    leaves[unit[running - base[area] - size[unit] < excess[area]]] = True
    draft.keep(~leaves[draft.unit])


def _newcomers(draft: _Draft, before: State, region: Region) -> None:
    """Fill each area to its population with persons from elsewhere, made in the likeness of its own mobile ones."""
    target = region.target[draft.year]
    need = target - counts(draft.area, len(target))
    age = np.clip(draft.year - before.people.born[before.person], -1, rates.OLDEST)
    size = np.bincount(before.unit, minlength=len(before.units))
    adult = before.role != CHILD
    weight = np.bincount(before.unit[adult], weights=(rates.OUT + rates.MOVE)[age[adult]], minlength=len(before.units))
    if not draft.forward:
        weight += np.bincount(before.unit[adult], weights=rates.DEATH[age[adult]], minlength=len(before.units)) * (
            size == 1
        )
        gone = (age < 0) | (before.people.immigrated[before.person] >= first_day(np.array(draft.year + 1)))
        weight[before.unit[gone]] = 0
    unit = np.flatnonzero((size > 0) & (weight > 0))
    key = np.log(weight[unit] / size[unit]) + draft.rng.gumbel(size=len(unit))
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
    unit = _house(draft, goal, np.bincount(group, minlength=len(goal)), region)
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


def _likenesses(draft: _Draft, people: People, group: Ints, number: int) -> People:
    """Other persons than those copied: of nearly their ages, and some immigrated in the year."""
    rng = draft.rng
    age = draft.year - people.born
    shift = np.where(age >= 22, rng.integers(-1, 2, len(people)), 0)
    people.born = (people.born - shift).astype(np.int16)
    people.luck = rng.standard_normal(len(people), dtype=np.float32)
    floor = day_in(people.born.astype(np.int64), np.full(len(people), 0.9))
    abroad = people.origin != SWEDEN
    people.immigrated = np.where(abroad, np.maximum(people.immigrated, floor), people.immigrated).astype(np.int32)
    if draft.forward:
        all_abroad = np.bincount(group[~abroad], minlength=number) == 0
        fresh = all_abroad & (rng.random(number) < rates.FROM_ABROAD)
        when = day_in(np.full(len(people), draft.year), rng.random(number)[group])
        people.immigrated = np.where(fresh[group], when, people.immigrated).astype(np.int32)
    return people


def _house(draft: _Draft, goal: Ints, size: Ints, region: Region) -> Ints:
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


def _new_units(draft: _Draft, area: Ints, region: Region) -> Units:
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
        living_area=(16 + 22 * rooms + np.where(small, 12, 0)).astype(np.int16),
        built=np.full(number, draft.year if draft.forward else 0, dtype=np.int16),
        linked=~unknown,
    )


def _settle_roles(draft: _Draft) -> None:
    """A partner left alone lives alone; two who live alone under one roof are other; couples are two."""
    n = len(draft.units)
    partners = np.bincount(draft.unit[draft.role == PARTNER], minlength=n)[draft.unit]
    draft.role[(draft.role == PARTNER) & (partners == 1)] = ALONE
    others = np.bincount(draft.unit[draft.role == OTHER], minlength=n)[draft.unit]
    size = np.bincount(draft.unit, minlength=n)[draft.unit]
    draft.role[(draft.role == OTHER) & (others == 1) & (size == 1)] = ALONE
