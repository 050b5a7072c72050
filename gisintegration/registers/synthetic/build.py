"""The chain of years around the table year, and how many persons each area has in each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gisintegration.registers.synthetic import rates
from gisintegration.registers.synthetic.geography import Geography
from gisintegration.registers.synthetic.housing import SMALL_HOUSE, Sites, make_units
from gisintegration.registers.synthetic.margins import TABLE_YEAR, Margins
from gisintegration.registers.synthetic.panel import step
from gisintegration.registers.synthetic.people import Homes, fill_houses, make_people
from gisintegration.registers.synthetic.segments import Ints, counts
from gisintegration.registers.synthetic.state import Region, State


@dataclass(eq=False)
class Anchor:
    """The table year, and what the chains start from."""

    state: State
    sites: Sites
    target: dict[int, Ints]
    homes: Homes


def make_anchor(
    margins: Margins, geography: Geography, years: range, seed: np.random.SeedSequence, *, share: float = 1.0
) -> Anchor:
    """Everyone and every dwelling of the table year; with ``share`` below one, that part of the households."""
    for_people, for_houses, for_units, for_share, for_targets = (np.random.default_rng(s) for s in seed.spawn(5))
    people, homes = make_people(margins, for_people)
    house = fill_houses(margins, homes, for_houses)
    units, sites, unit_of = make_units(margins, homes, house, geography, for_units)
    area = homes.area.astype(np.int64)
    person = np.arange(len(people), dtype=np.int32)
    household = homes.household.astype(np.int32)
    target = targets(margins, geography, years, for_targets)
    if share < 1.0:
        kept = (for_share.random(len(unit_of)) < share)[household]
        rows = np.flatnonzero(kept)
        ratio = counts(area[rows], len(margins)) / np.maximum(counts(area, len(margins)), 1)
        target = {year: np.round(number * ratio).astype(np.int64) for year, number in target.items()}
        homes.area, homes.role = homes.area[rows], homes.role[rows]
        people, person, household = people.take(rows), np.arange(len(rows), dtype=np.int32), household[rows]
    state = State(TABLE_YEAR, person, household, unit_of[household], homes.role, people, units)
    return Anchor(state, sites, target, homes)


def targets(margins: Margins, geography: Geography, years: range, rng: np.random.Generator) -> dict[int, Ints]:
    """Persons per area and year: published for 2022 and 2023, by documented growth for the others."""
    size = len(margins)
    before = rates.REGION_GROWTH_BEFORE + 0.006 * rng.standard_normal(size)
    after = rates.REGION_GROWTH_AFTER + 0.006 * rng.standard_normal(size)
    divided = geography.divided
    after = np.where(divided, rates.SPLIT_GROWTH_AFTER + 0.5 * np.abs(after), after)
    span = TABLE_YEAR - rates.SPLIT_FIRST_YEAR + 1
    yearly = np.mean(rates.SPLIT_NEW_SHARE) / span * 0.85
    result = {TABLE_YEAR: margins.population, TABLE_YEAR + 1: margins.population_next}
    for year in range(min(*years, TABLE_YEAR), TABLE_YEAR):
        back = TABLE_YEAR - year
        plain = (1 + before) ** -back
        result[year] = np.floor(
            margins.population * np.where(divided, 1 - yearly * min(back, span), plain) + 0.5
        ).astype(np.int64)
    for year in range(TABLE_YEAR + 2, max(years) + 1):
        result[year] = np.floor(margins.population_next * (1 + after) ** (year - TABLE_YEAR - 1) + 0.5).astype(np.int64)
    return result


def run_chain(
    anchor: Anchor,
    geography: Geography,
    years: list[int],
    seed: np.random.SeedSequence,
    each: Callable[[State], None],
    *,
    kommun: Ints,
) -> None:
    """Step through ``years`` (one direction, from the table year) and hand each state on."""
    units = anchor.state.units
    small = counts(units.area[units.house == SMALL_HOUSE], len(kommun)) * 2 > counts(units.area, len(kommun))
    region = Region(
        kommun=kommun,
        target=anchor.target,
        sites=anchor.sites,
        mostly_small=small,
        growing=geography.divided,
        households=len(anchor.homes.household_size),
        opened=np.zeros(len(kommun), dtype=np.int64),
    )
    state = anchor.state
    for year, child in zip(years, seed.spawn(len(years)), strict=True):
        state = step(state, year, region, np.random.default_rng(child))
        each(state)
