"""Dwellings of the table year, vacant ones too, their tenure and size, and the places they stand on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gisintegration.registers.synthetic import rates
from gisintegration.registers.synthetic.geography import Geography
from gisintegration.registers.synthetic.margins import TABLE_YEAR, Margins
from gisintegration.registers.synthetic.people import Homes
from gisintegration.registers.synthetic.segments import Flags, Floats, Ints, counts, deal, highest, starts

SMALL_HOUSE, APARTMENT, OTHER_HOUSE, SPECIAL, HOUSE_UNKNOWN = range(5)
RENTAL, COOPERATIVE, OWNER, TENURE_UNKNOWN = range(4)
SPARE_PLACES = 24
MOST_UNITS_ON_PLACE = 48


@dataclass(eq=False)
class Units:
    """Places to live, occupied or not: arrays of one length. ``linked``: it is a dwelling in the dwelling register."""

    area: Ints
    place: Ints
    house: Ints
    tenure: Ints
    rooms: Ints
    living_area: Ints
    built: Ints
    linked: Flags

    def extend(self, more: Units) -> Units:
        """These units followed by others."""
        return Units(**{name: np.concatenate([value, getattr(more, name)]) for name, value in vars(self).items()})

    def __len__(self) -> int:
        return len(self.area)


@dataclass(eq=False)
class Sites:
    """Places before they have coordinates: the cell of each, and where an area's unused places begin."""

    cell: Ints
    spare_first: Ints


def make_units(
    margins: Margins, homes: Homes, house: Ints, geography: Geography, rng: np.random.Generator
) -> tuple[Units, Sites, Ints]:
    """Units of the table year, their sites, and the unit of each household."""
    size = len(margins)
    occupied = len(house)
    dwellings = margins.tenure.sum(axis=1)
    linked = house != HOUSE_UNKNOWN
    beyond = np.maximum(counts(homes.household_area[linked], size) - dwellings, 0)
    rows = np.flatnonzero(linked)
    loose = 3.0 * (house[rows] == SPECIAL) + rng.random(len(rows))
    linked[rows[highest(homes.household_area[rows], loose, beyond)]] = False
    vacant = np.maximum(dwellings - counts(homes.household_area[linked], size), 0)
    like = _draw_within(homes.household_area, np.repeat(np.arange(size), vacant), rng)
    like_house = np.where(house[like] == HOUSE_UNKNOWN, APARTMENT, house[like])
    source = np.concatenate([np.arange(occupied), like])
    area = homes.household_area[source]
    house = np.concatenate([house, like_house]).astype(np.int8)
    linked = np.concatenate([linked, np.ones(len(like), dtype=bool)])
    leaning = 0.5 * homes.household_foreign[source] - 0.6 * homes.household_standing[source]
    tenure = _tenures(margins, area, house, linked, leaning=leaning, rng=rng)
    persons = homes.household_size[source]
    rooms, living_area = _sizes(house, tenure, persons, rng)
    new, cell = _cells(area, house, geography, rng)
    sequence = np.argsort(((area.astype(np.int64) * 65_536 + cell) * 2 + new) * 8 + house, kind="stable")
    place, built, sites = _places(
        area[sequence], cell[sequence], new[sequence], house[sequence], geography=geography, rng=rng
    )
    unit_of = np.empty(len(area), dtype=np.int32)
    unit_of[sequence] = np.arange(len(area), dtype=np.int32)
    units = Units(
        area=area[sequence].astype(np.uint16),
        place=place,
        house=house[sequence],
        tenure=tenure[sequence],
        rooms=rooms[sequence],
        living_area=living_area[sequence],
        built=built,
        linked=linked[sequence],
    )
    return units, sites, unit_of[:occupied]


def _draw_within(group: Ints, wanted: Ints, rng: np.random.Generator) -> Ints:
    """A random row of the wanted group, for rows sorted by group."""
    number = np.bincount(group)
    first = starts(number)
    return first[wanted] + np.floor(rng.random(len(wanted)) * number[wanted]).astype(np.int64)


def _tenures(
    margins: Margins, area: Ints, house: Ints, linked: Flags, *, leaning: Floats, rng: np.random.Generator
) -> Ints:
    """Tenure of each dwelling, exact per area: houses are owned first, then the better-off own their flats."""
    result = np.full(len(area), TENURE_UNKNOWN, dtype=np.int8)
    rows = np.flatnonzero(linked)
    score = np.asarray((-4.0, 1.0, 2.0, 4.0, 0.0))[house[rows]] + leaning[rows]
    score += rng.standard_normal(len(rows), dtype=np.float32)
    order_of = margins.tenure[:, [2, 1, 0]]
    result[rows] = np.asarray((OWNER, COOPERATIVE, RENTAL), dtype=np.int8)[deal(area[rows], score, order_of)]
    return result


def _sizes(house: Ints, tenure: Ints, persons: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Rooms besides the kitchen, and living area in m²."""
    base = np.asarray((4.3, 2.1, 2.6, 1.0, 2.5))[house] + np.where(tenure == RENTAL, -0.25, 0.0)
    pull = np.where(house == SPECIAL, 0.0, 0.42) * (np.minimum(persons, 6) - 2)
    rooms = np.clip(np.round(base + pull + 0.85 * rng.standard_normal(len(house))), 1, 10).astype(np.int8)
    metres = 14 + 22.5 * rooms + np.where(house == SMALL_HOUSE, 12, 0)
    area = np.clip(np.round(metres * np.exp(0.13 * rng.standard_normal(len(house)))), 16, 420).astype(np.int16)
    return rooms, area


def _cells(area: Ints, house: Ints, geography: Geography, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Which units of divided areas are new building, and the cell each unit lies in."""
    size = len(geography.codes)
    low, high = rates.SPLIT_NEW_SHARE
    share = np.where(geography.divided, low + (high - low) * rng.random(size), 0.0)
    wanted = np.round(share * counts(area, size)).astype(np.int64)
    score = rng.random(len(area)) + 0.5 * (house == HOUSE_UNKNOWN) + 0.3 * (house == APARTMENT)
    new = highest(area, score, wanted)
    choice = np.floor(rng.random(len(area)) * geography.cells_number[area]).astype(np.int64)
    cell = geography.cells[geography.cells_first[area] + choice]
    return new, np.where(new, geography.growing[area], cell).astype(np.int32)


def _places(
    area: Ints, cell: Ints, new: Flags, house: Ints, *, geography: Geography, rng: np.random.Generator
) -> tuple[Ints, Ints, Sites]:
    """Group neighbouring units onto places: a villa alone, flats in blocks of a size typical of the area."""
    size = len(geography.codes)
    block = np.exp(rng.uniform(np.log(7), np.log(32), size))
    mean = np.stack([np.full(size, 1.04), block, np.full(size, 4.0), np.full(size, 26.0), np.full(size, 2.5)], axis=1)
    change = np.ones(len(area), dtype=bool)
    for key in (area, cell, new, house):
        change[1:] &= key[1:] == key[:-1]
    change[0] = False
    start = ~change | (rng.random(len(area)) < 1 / mean[area, house])
    run = np.cumsum(start) - 1
    within = np.arange(len(area)) - np.flatnonzero(start)[run]
    start |= within % MOST_UNITS_ON_PLACE == 0
    place = (np.cumsum(start) - 1).astype(np.int32)
    first = np.flatnonzero(start)
    place_built = np.where(new[first], rng.integers(rates.SPLIT_FIRST_YEAR, TABLE_YEAR + 1, len(first)), 0)
    spare_area = np.repeat(np.arange(size), SPARE_PLACES)
    choice = np.floor(rng.random(len(spare_area)) * geography.cells_number[spare_area]).astype(np.int64)
    spare = geography.cells[geography.cells_first[spare_area] + choice]
    growing = geography.growing[spare_area]
    spare = np.where(growing >= 0, growing, spare)
    sites = Sites(
        cell=np.concatenate([cell[first], spare]).astype(np.int32),
        spare_first=(len(first) + np.arange(size) * SPARE_PLACES).astype(np.int32),
    )
    return place, place_built[place].astype(np.int16), sites
