"""Each kind of measure: what must be summed for it over persons, and the figures made of the sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gisintegration.engines import Sample
from gisintegration.errors import IndicatorError
from gisintegration.indicators.constants import Constants
from gisintegration.indicators.rules import compile_sql
from gisintegration.sql import literal, name
from gisintegration.tables import Indicator, Kind

Array = npt.NDArray[np.float64]
COORDINATES = ("address", "property")


@dataclass(frozen=True)
class Measure:
    """Where an indicator's sums stand in the question of a year, and what its figures are divided by.

    Parameters
    ----------
    sums
        count: persons. share: those with the property, all. mean: sum, persons. ratio: sum, sum of base, persons.
    sample
        median: the values asked for.
    per
        The national constant of the year, else 1.
    """

    sums: tuple[int, ...] = ()
    sample: Sample | None = None
    per: float = 1


@dataclass(frozen=True)
class Plan:
    """What is asked of an engine for one year. ``coordinates``: where persons by type of coordinate are summed."""

    sums: tuple[str, ...]
    samples: tuple[Sample, ...]
    measures: dict[str, Measure]
    coordinates: tuple[int, ...]


def plan(indicators: Sequence[Indicator], year: int, constants: Constants, *, coordinates: bool) -> Plan:
    """The sums and samples of a year's indicators, each asked for once.

    Raises
    ------
    IndicatorError
        A constant has no figure for the year, or an index or class is asked for.
    """
    sums: dict[str, int] = {}
    measures = {item.id: _measure(item, year, constants, sums) for item in indicators}
    if not sums:
        sums["1"] = 0
    kinds = [
        f"cast({name('coordinate_type')} is not distinct from {literal(kind)} as utinyint)" for kind in COORDINATES
    ]
    found = tuple(_place(sums, expression) for expression in kinds) if coordinates else ()
    samples = dict.fromkeys(measure.sample for measure in measures.values() if measure.sample is not None)
    return Plan(tuple(sums), tuple(samples), measures, found)


def figures(indicator: Indicator, measure: Measure, sums: npt.NDArray[np.int64]) -> tuple[Array, Array, Array, Array]:
    """Numerator, denominator, value and contributors of a measure of sums, from the sums of ``measure.sums``.

    Where nobody is behind a quotient, or its base adds up to nothing, the value is NaN: there is no such figure.

    Examples
    --------
    >>> from gisintegration.testing import example_indicator
    >>> share = figures(example_indicator("share"), Measure((0, 1)), np.array([[3, 0], [12, 0]]))
    >>> [part.tolist() for part in share]
    [[3.0, 0.0], [12.0, 0.0], [25.0, nan], [12.0, 0.0]]
    """
    parts = sums[list(measure.sums)].astype(np.float64)
    match indicator.kind:
        case Kind.COUNT:
            return parts[0], np.full_like(parts[0], np.nan), parts[0], parts[0]
        case Kind.SHARE:
            return parts[0], parts[1], _quotient(parts[0], parts[1]) * 100, parts[1]
        case Kind.MEAN:
            top = parts[0] / measure.per
            return top, parts[1], _quotient(top, parts[1]), parts[1]
    return parts[0], parts[1], _quotient(parts[0], parts[1]) * 100, parts[2]


def _quotient(top: Array, base: Array) -> Array:
    return np.divide(top, base, out=np.full_like(top, np.nan), where=base > 0)


def _measure(indicator: Indicator, year: int, constants: Constants, sums: dict[str, int]) -> Measure:
    population = compile_sql(indicator.population, year, constants)
    per = constants.value(indicator.per, year) if indicator.per else 1
    if indicator.kind is Kind.COUNT:
        return Measure((_place(sums, _number(population)),))
    if indicator.kind is Kind.SHARE:
        both = f"{population} and {compile_sql(indicator.numerator or {}, year, constants)}"
        return Measure((_place(sums, _number(both)), _place(sums, _number(population))))
    if indicator.variable is None:
        raise IndicatorError(
            f"'{indicator.id}' is made of other indicators: {', '.join(indicator.components)}.",
            hint="aggregate its components, and make the index or class of the result.",
        )
    value = name(indicator.variable)
    if indicator.kind is Kind.MEDIAN:
        return Measure(sample=Sample(population, value), per=per)
    if indicator.base is None:
        known = f"{population} and {value} is not null"
        return Measure((_place(sums, _amount(known, value)), _place(sums, _number(known))), per=per)
    base = name(indicator.base)
    known = f"{population} and {value} is not null and {base} is not null"
    return Measure(
        (_place(sums, _amount(known, value)), _place(sums, _amount(known, base)), _place(sums, _number(known)))
    )


def _number(condition: str) -> str:
    return f"cast({condition} as utinyint)"


def _amount(condition: str, value: str) -> str:
    return f"case when {condition} then cast({value} as bigint) end"


def _place(sums: dict[str, int], expression: str) -> int:
    return sums.setdefault(expression, len(sums))
