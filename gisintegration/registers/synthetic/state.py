"""Who is registered at the end of a year, and a year in the making."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gisintegration.registers.synthetic import rates
from gisintegration.registers.synthetic.housing import Sites, Units
from gisintegration.registers.synthetic.people import People
from gisintegration.registers.synthetic.segments import Flags, Ints


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
class Draft:
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
        """Go on with these rows only."""
        self.person, self.household = self.person[rows], self.household[rows]
        self.unit, self.role = self.unit[rows], self.role[rows]

    def add(self, person: Ints, household: Ints, unit: Ints, role: Ints) -> None:
        """Go on with these rows too."""
        self.person = np.concatenate([self.person, person.astype(np.int32)])
        self.household = np.concatenate([self.household, household.astype(np.int32)])
        self.unit = np.concatenate([self.unit, unit.astype(np.int32)])
        self.role = np.concatenate([self.role, role.astype(np.int8)])

    @property
    def age(self) -> Ints:
        """Age at the end of the year being made."""
        age: Ints = np.clip(self.year - self.people.born[self.person], 0, rates.OLDEST)
        return age

    @property
    def area(self) -> Ints:
        """Area of each row."""
        return self.units.area[self.unit]
