"""Countries of birth: drawn once for a person; the region they belong to follows membership of the EU and EFTA."""

from __future__ import annotations

from functools import cache

import numpy as np

from gisintegration.registers.countries import birth_region
from gisintegration.registers.synthetic import rates
from gisintegration.registers.synthetic.segments import Floats, Ints

REGIONS = ("sweden", "nordic", "eu_efta", "europe_other", "world")
#: Every country that can be drawn, Sweden first; a person's ``country`` is a position here.
COUNTRIES = ("SE", *(country for weights in rates.COUNTRIES for country in weights))


@cache
def regions(year: int) -> Ints:
    """Position in ``REGIONS`` of each country of ``COUNTRIES`` in a year.

    Examples
    --------
    >>> croatia = COUNTRIES.index("HR")
    >>> int(regions(2012)[croatia]), int(regions(2013)[croatia])
    (3, 2)
    """
    of = birth_region(year)
    return np.array([REGIONS.index(of[country]) for country in COUNTRIES], dtype=np.int8)


def draw_countries(origin: Ints, shared: Floats, rng: np.random.Generator) -> Ints:
    """A country for each person within the region of birth, which is the one of the table year.

    ``shared`` is a number in [0, 1) that a household has in common: most of its members have its country.

    Examples
    --------
    >>> drawn = draw_countries(np.array([0, 4, 4]), np.array([0.5, 0.1, 0.1]), np.random.default_rng(1))
    >>> [COUNTRIES[country] for country in drawn]
    ['SE', 'IQ', 'IQ']
    """
    own = rng.random((2, len(origin)), dtype=np.float32)
    value = np.where(own[0] < rates.SAME_COUNTRY, shared, own[1])
    country = np.zeros(len(origin), dtype=np.int16)
    first = 1
    for region, weights in enumerate(rates.COUNTRIES, start=1):
        rows = np.flatnonzero(origin == region)
        limits = np.cumsum(list(weights.values()))
        drawn = np.searchsorted(limits / limits[-1], value[rows], side="right")
        country[rows] = first + np.minimum(drawn, len(weights) - 1)
        first += len(weights)
    return country
