"""What decides how an indicator's figures are carried: whom they count, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gisintegration.change.block import Block, Bools
from gisintegration.change.carry import How
from gisintegration.change.crosswalk import POPULATION, Crosswalk
from gisintegration.change.errors import load_error_model
from gisintegration.change.links import POINTS, Links, Pairs
from gisintegration.change.shares import QUOTIENTS
from gisintegration.registers.contract import variables
from gisintegration.tables import Indicator, Kind

Floats = npt.NDArray[np.float64]

# Who is counted on 31 December, so that the persons of a piece are a bound.
_PERSONS = ("person", "pupil", "voter")
_STOCK = ("31 December", "November", "calendar year")


@dataclass(frozen=True, eq=False)
class Options:
    """What was asked for, as in :func:`gisintegration.recalculate`; and everyone in each source by year."""

    crosswalk: Crosswalk
    pairs: Pairs
    raw: bool
    kinds: Mapping[str, str]
    denominators: Mapping[str, str]
    whole: bool
    perturbation: Mapping[str, float]
    rounding: Mapping[str, float]
    populations: Mapping[int, Floats]


def how_carried(block: Block, options: Options, links: Links, year: int, *, noise: float, total: Bools) -> How:
    """How a block's figures of one year are carried.

    Parameters
    ----------
    noise
        Variance of the noise in the year's counts.
    total
        Which of the year's cells are of no class.
    """
    indicator, walk = block.indicator, options.crosswalk
    name = indicator.id
    everyone = _counts_everyone(indicator, raw=options.raw)
    stated = name in options.kinds
    quotient = indicator.kind in QUOTIENTS
    counted = indicator.counted in _PERSONS or (quotient and indicator.counted == "krona")
    kind = options.kinds.get(name, POPULATION)
    sure = everyone and kind == POPULATION and indicator.kind is Kind.COUNT
    return How(
        kind=indicator.kind,
        counts_kind=walk.method == POINTS and not indicator.flow and (stated or everyone),
        sure=sure,
        total=total,
        everyone=total & sure,
        persons=counted and not indicator.flow and indicator.reference in _STOCK,
        signed=indicator.kind is Kind.NET
        or (quotient and indicator.kind is not Kind.SHARE and _may_be_negative(indicator)),
        noise=noise,
        growth=_growth(options, links, kind, year),
        adrift=_adrift(options, year),
        model=load_error_model(walk.method),
    )


def _counts_everyone(indicator: Indicator, *, raw: bool) -> bool:
    """Whether everybody at one time is counted. Of published figures only the name says so: rules may be empty."""
    plain = (
        not indicator.population and indicator.counted in _PERSONS and not indicator.flow and not indicator.denominator
    )
    quotient = indicator.kind in QUOTIENTS
    return plain and (raw or quotient or indicator.id == POPULATION)


def _may_be_negative(indicator: Indicator) -> bool:
    known = variables()
    names = [name for name in (indicator.variable, indicator.base) if name is not None]
    ranges = [known[name].range if name in known else None for name in names]
    return any(span is None or span[0] < 0 for span in ranges)


def populations(blocks: Mapping[str, Block], *, raw: bool) -> dict[int, Floats]:
    """Everyone in each source by year, from a count of everyone that the table has."""
    found: dict[int, Floats] = {}
    for _, block in sorted(blocks.items(), key=lambda named: (named[0] != POPULATION, named[0])):
        item = block.indicator
        if item.kind is Kind.COUNT and item.counted == "person" and _counts_everyone(item, raw=raw):
            values = np.where(block.known, block.read("value"), np.nan)
            for cell in np.flatnonzero(block.cells.total):
                found.setdefault(int(block.cells.year[cell]), values[:, cell])
    return found


def _growth(options: Options, links: Links, kind: str, year: int) -> Floats:
    """How much each source has grown between the year of the weights and the figure's, NaN where not known."""
    size = len(options.crosswalk.sources)
    if links.years == 0:
        return np.zeros(size)
    then = options.pairs.everyone(kind, year)
    of_weights = options.pairs.weights_year(kind, year)
    if of_weights is not None and np.isnan(then).all():
        then = options.populations.get(of_weights, then)
    now = options.populations.get(year, np.full(size, np.nan))
    with np.errstate(invalid="ignore", divide="ignore"):
        grown = now / then - 1
    return np.where(np.isfinite(grown), grown, np.nan)


def _adrift(options: Options, year: int) -> Floats:
    """Persons of each source that the table counts and the crosswalk of the same year did not; 0 where not known."""
    nobody = np.zeros(len(options.crosswalk.sources))
    pairs = options.pairs
    if POPULATION not in options.crosswalk.kinds or pairs.weights_year(POPULATION, year) != year:
        return nobody
    beside = options.populations.get(year, nobody) - pairs.everyone(POPULATION, year)
    return np.where(beside > 0, beside, 0.0)
