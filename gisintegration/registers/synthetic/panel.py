"""From one year to the next, or back: births, deaths, moves, couples, immigration, new building.

Both directions run the same steps on the same kind of state. Backward, a person who moves in when seen forward is one
who is taken away, and one who died or left is one who is added.
"""

from __future__ import annotations

import numpy as np

from gisintegration.registers.synthetic import rates
from gisintegration.registers.synthetic.newcomers import house_them, newcomers
from gisintegration.registers.synthetic.people import (
    ALONE,
    CHILD,
    NOT_IMMIGRATED,
    OTHER,
    PARTNER,
    SWEDEN,
    first_day,
)
from gisintegration.registers.synthetic.segments import Flags, Ints, counts, order, ramp, starts
from gisintegration.registers.synthetic.state import Draft, Region, State

STAYS, GONE, WITH_HOUSEHOLD, BY_ITSELF = range(4)


def step(state: State, year: int, region: Region, rng: np.random.Generator) -> State:
    """The state of the year after or before."""
    forward = year > state.year
    draft = Draft(
        year, forward, state.people, state.units, state.person, state.household, state.unit, state.role.copy(), rng
    )
    if forward:
        _die(draft)
    else:
        _unborn(draft)
    _close_homes(draft)
    action = _decide(draft)
    _couples(draft, action, region)
    _no_minors_alone(draft, action)
    if forward:
        action = _births(draft, action)
    _place_movers(draft, action, region)
    newcomers(draft, state, region)
    _settle_roles(draft)
    sequence = np.argsort(draft.person, kind="stable")
    draft.keep(sequence)
    return State(year, draft.person, draft.household, draft.unit, draft.role, draft.people, draft.units)


def _die(draft: Draft) -> None:
    """Deaths during the year, by age and sex."""
    risk = rates.DEATH[draft.age] * np.where(draft.people.sex[draft.person] == 1, 1.15, 0.87)
    draft.keep(draft.rng.random(len(draft.person), dtype=np.float32) >= risk)


def _unborn(draft: Draft) -> None:
    """Backward: those born or immigrated in the year after are not there; widows have their spouse again."""
    born, immigrated = draft.people.born[draft.person], draft.people.immigrated[draft.person]
    draft.keep((born <= draft.year) & (immigrated < first_day(np.array(draft.year + 1))))
    age = draft.age
    n = len(draft.units)
    alone = np.flatnonzero(
        (draft.role == ALONE) & (age >= 60) & (np.bincount(draft.unit, minlength=n)[draft.unit] == 1)
    )
    risk = rates.DEATH[age[alone]] * 0.5
    widowed = alone[draft.rng.random(len(alone)) < risk]
    spouse = draft.people.take(draft.person[widowed])
    spouse.sex = (1 - spouse.sex).astype(np.int8)
    shift = np.where(spouse.sex == 1, -2, 2) + draft.rng.integers(-2, 3, len(widowed))
    spouse.born = (spouse.born + shift).astype(np.int16)
    new = len(draft.people) + np.arange(len(widowed))
    draft.people = draft.people.extend(spouse)
    draft.role[widowed] = PARTNER
    draft.add(new, draft.household[widowed], draft.unit[widowed], np.full(len(widowed), PARTNER))


def _close_homes(draft: Draft) -> None:
    """Where no adult role is left, grown children keep the home; minors leave it, and the region."""
    n = len(draft.units)
    headless = np.bincount(draft.unit[draft.role != CHILD], minlength=n) == 0
    orphans = (draft.role == CHILD) & headless[draft.unit]
    grown = orphans & (draft.age >= 18)
    draft.role[grown] = OTHER
    has_grown = np.bincount(draft.unit[grown], minlength=n) > 0
    draft.role[orphans & ~grown] = np.where(has_grown[draft.unit[orphans & ~grown]], OTHER, CHILD)
    draft.keep(~(orphans & ~has_grown[draft.unit]))


def _head_age(draft: Draft) -> Ints:
    """Mean age of the adults of each unit, 0 where there are none."""
    n = len(draft.units)
    rows = np.flatnonzero(draft.role != CHILD)
    unit = draft.unit[rows]
    number = np.maximum(np.bincount(unit, minlength=n), 1)
    return (np.bincount(unit, weights=draft.age[rows], minlength=n) / number).astype(np.int64)


def _decide(draft: Draft) -> Ints:
    """What each person does: stays, leaves the region, moves with the household or by itself."""
    rng, n = draft.rng, len(draft.units)
    head = _head_age(draft)
    chance = rng.random(n, dtype=np.float32)
    out, move = (rates.OUT if draft.forward else rates.ARRIVED)[head], rates.MOVE[head]
    by_unit = np.where(chance < out, GONE, np.where(chance < out + move, WITH_HOUSEHOLD, STAYS)).astype(np.int8)
    if not draft.forward:
        by_unit[(draft.units.built > draft.year) & (by_unit == STAYS)] = WITH_HOUSEHOLD
    action = by_unit[draft.unit]
    if draft.forward:
        leaves = (draft.role == CHILD) & (rng.random(len(action), dtype=np.float32) < rates.LEAVE_HOME[draft.age])
        action[leaves & (action != GONE)] = BY_ITSELF
    partner = np.flatnonzero((draft.role == PARTNER) & (action == STAYS))
    at_home = np.bincount(draft.unit[draft.role == CHILD], minlength=n) > 0
    childless = np.where(at_home, 0.0, rates.SEPARATE_BACK[head])
    risk = np.full(n, rates.SEPARATE) if draft.forward else childless
    risk[np.bincount(draft.unit[draft.role == PARTNER], minlength=n) != 2] = 0.0
    parting = (rng.random(n, dtype=np.float32) < risk)[draft.unit[partner]]
    partner = partner[parting]
    _, first = np.unique(draft.unit[partner], return_index=True)
    action[partner[first]] = BY_ITSELF
    return action


def _couples(draft: Draft, action: Ints, region: Region) -> None:
    """Persons living alone in the same area move together; backward, young people move home again."""
    n = len(draft.units)
    size = np.bincount(draft.unit, minlength=n)
    age, area, sex = draft.age, draft.area, draft.people.sex[draft.person]
    alone = (draft.role == ALONE) & (size[draft.unit] == 1) & (action == STAYS)
    pull = rates.PAIR_UP[age] * (1.0 if draft.forward else rates.PAIR_UP_BACK)
    willing = alone & (age >= 20) & (draft.rng.random(len(age), dtype=np.float32) < pull)
    man, woman = _match(willing & (sex == 1), willing & (sex == 0), area, age, gap=2, size=len(region.kommun))
    _move_in(draft, woman, man, PARTNER)
    draft.role[man] = PARTNER
    if draft.forward:
        return
    young = alone & (draft.role == ALONE) & (age < 30)
    young &= (draft.rng.random(len(age), dtype=np.float32) < rates.RETURN_HOME_BACK) | (age < 19)
    parent = (draft.role <= ALONE) & (action == STAYS) & (sex == 0) & (age >= 42) & (age < 62)
    parent &= (draft.role == PARTNER) | (size[draft.unit] > 1)
    parent &= draft.rng.random(len(age), dtype=np.float32) < rates.MOTHERS_ASKED_BACK
    child, mother = _match(young, parent, area, age, gap=31, size=len(region.kommun))
    _move_in(draft, child, mother, CHILD)


def _match(first: Flags, second: Flags, area: Ints, age: Ints, *, gap: int, size: int) -> tuple[Ints, Ints]:
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


def _move_in(draft: Draft, who: Ints, where: Ints, role: int) -> None:
    draft.unit[who] = draft.unit[where]
    draft.household[who] = draft.household[where]
    draft.role[who] = role


def _no_minors_alone(draft: Draft, action: Ints) -> None:
    """Backward, those too young to have a home of their own, or to be a partner, had not moved here yet.

    So had many of the youngest who live alone.
    """
    age, n = draft.age, len(draft.units)
    grown = np.bincount(draft.unit[(age >= 18) & (draft.role != CHILD)], minlength=n) > 0
    action[~grown[draft.unit] | ((age < 18) & (draft.role <= ALONE))] = GONE
    if not draft.forward:
        single = (draft.role == ALONE) & (np.bincount(draft.unit, minlength=n)[draft.unit] == 1)
        action[single & (draft.rng.random(len(age), dtype=np.float32) < rates.NOT_YET_HERE_BACK[age])] = GONE


def _births(draft: Draft, action: Ints) -> Ints:
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
    child.country = np.zeros(number, dtype=np.int16)
    child.foreign = swedish[draft.unit[mothers]] == 0
    child.immigrated = np.full(number, NOT_IMMIGRATED, dtype=np.int32)
    child.protection = np.zeros(number, dtype=bool)
    child.luck = draft.rng.standard_normal(number, dtype=np.float32)
    new = len(draft.people) + np.arange(number)
    draft.people = draft.people.extend(child)
    draft.add(new, draft.household[mothers], draft.unit[mothers], np.full(number, CHILD))
    along = np.where(action[mothers] == WITH_HOUSEHOLD, WITH_HOUSEHOLD, STAYS).astype(np.int8)
    return np.concatenate([action, along])


def _place_movers(draft: Draft, action: Ints, region: Region) -> None:
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
    unit = house_them(draft, goal[accepted], size[accepted], region)[index]
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
    area: Ints = by_kommun[np.minimum(at, len(by_kommun) - 1)]
    return area


def _trim(draft: Draft, target: Ints) -> None:
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


def _settle_roles(draft: Draft) -> None:
    """A partner left alone lives alone; two who live alone under one roof are other; couples are two."""
    n = len(draft.units)
    partners = np.bincount(draft.unit[draft.role == PARTNER], minlength=n)[draft.unit]
    draft.role[(draft.role == PARTNER) & (partners == 1)] = ALONE
    others = np.bincount(draft.unit[draft.role == OTHER], minlength=n)[draft.unit]
    size = np.bincount(draft.unit, minlength=n)[draft.unit]
    draft.role[(draft.role == OTHER) & (others == 1) & (size == 1)] = ALONE
