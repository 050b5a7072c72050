"""Each kind of measure: what must be summed for it over persons, and the figures made of the sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from gisintegration.engines import Sample
from gisintegration.errors import IndicatorError
from gisintegration.indicators.constants import Constants
from gisintegration.indicators.derived import MOVED
from gisintegration.indicators.moves import COMING, GOING, STAYED, both, of_the_year_before, split
from gisintegration.indicators.rules import compile_sql
from gisintegration.sql import literal, name
from gisintegration.tables import Indicator, Kind, Rule

Array = npt.NDArray[np.float64]
Figures = tuple[Array, Array, Array, Array]
COORDINATES = ("address", "property")


class ByNumber(Protocol):
    """Sums that are picked by their numbers: an array with the sums first, or what reads them when asked."""

    def __getitem__(self, numbers: list[int], /) -> npt.NDArray[np.int64]: ...


class Over(StrEnum):
    """Whom a sum is over."""

    NOW = "now"  # the persons of 31 December of the year, where they are then
    ELECTION = "election"  # the same persons, where they were on the day of the electoral roll
    BEFORE = "before"  # those of 31 December of the year before, where they were then
    CAME = "came"  # of NOW, those who were not in the area at the beginning of the year
    WENT = "went"  # of BEFORE, those who are not in the area at the end of the year


@dataclass(frozen=True)
class Sum:
    """A condition (SQL) that persons are counted by, or whole numbers to be summed; null counts as nothing."""

    over: Over
    expression: str


@dataclass(frozen=True)
class Total:
    """A number that is made of sums, given by their positions: those of ``plus`` less those of ``minus``."""

    plus: tuple[int, ...]
    minus: tuple[int, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """All sums that it is made of."""
        return (*self.plus, *self.minus)

    def of(self, sums: ByNumber) -> Array:
        """The number, from all sums (first axis)."""
        made: Array = sums[list(self.plus)].sum(axis=0).astype(np.float64)
        return made - sums[list(self.minus)].sum(axis=0) if self.minus else made


@dataclass(frozen=True)
class Measure:
    """Where an indicator's sums stand in the question of a year, and what its figures are divided by.

    Parameters
    ----------
    sums
        count: persons. share: those with the property, all. mean: sum, persons. ratio: sum, sum of base, persons.
        quotient: those above, those below, the group of each. net: those in, those out, persons at both ends together.
        dissimilarity: the two groups.
    sample
        median: the values asked for.
    per
        The national constant of the year, else 1.
    limits
        class: the limits between classes, highest first.
    """

    sums: tuple[Total, ...] = ()
    sample: Sample | None = None
    per: float = 1
    limits: tuple[float, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What is asked of an engine for one year. ``coordinates``: where persons by type of coordinate are summed."""

    sums: tuple[Sum, ...]
    samples: tuple[Sample, ...]
    measures: dict[str, Measure]
    coordinates: tuple[int, ...]

    def at(self, over: Over) -> list[int]:
        """The positions of the sums over some persons."""
        return [position for position, item in enumerate(self.sums) if item.over is over]

    def over(self, over: Over) -> tuple[str, ...]:
        """The expressions summed over some persons, in the order of their positions."""
        return tuple(item.expression for item in self.sums if item.over is over)


@dataclass
class _Planning:
    """The sums of a year as they are asked for, each once."""

    year: int
    constants: Constants
    election: bool
    sums: dict[Sum, int] = field(default_factory=dict)

    def place(self, over: Over, expression: str) -> int:
        return self.sums.setdefault(Sum(over, expression), len(self.sums))

    def condition(self, over: Over, rules: Sequence[Rule]) -> str:
        year = self.year - (over in (Over.BEFORE, Over.WENT))
        made = [compile_sql(rule, year, self.constants, of=self.year) for rule in rules]
        return " and ".join(text for text in dict.fromkeys(made) if text != "true") or "true"

    def total(
        self, words: frozenset[str], rules: Sequence[Rule], *, value: str = "", known: Sequence[str] = (),
        over: Over = Over.NOW,
    ) -> Total:  # fmt: skip
        """Persons, or the sum of ``value``, where all of ``rules`` hold and there are values of ``known``.

        ``words``: only of those who moved so; ``over``: the persons where nothing is asked of moves.
        """

        def asked(where: Over, more: Rule) -> int:
            conditions = [self.condition(where, [*rules, more])] + [f"{item} is not null" for item in known]
            condition = " and ".join(text for text in conditions if text != "true") or "true"
            return self.place(where, _amount(condition, value) if value else condition)

        if not words:
            return Total((asked(over, {}),))
        ways = ((Over.CAME, sorted(words & set(COMING))), (Over.WENT, sorted(words & set(GOING))))
        plus = [asked(where, {MOVED: way}) for where, way in ways if way]
        if STAYED not in words:
            return Total(tuple(plus))
        # Those who stayed in an area are those who were there less those who are not there any more.
        return Total((*plus, asked(Over.BEFORE, {})), (asked(Over.WENT, {}),))


def plan(
    indicators: Sequence[Indicator], year: int, constants: Constants, *, coordinates: bool, election: bool = False
) -> Plan:
    """The sums and samples of a year's indicators, each asked for once.

    Parameters
    ----------
    coordinates
        Persons by type of coordinate are summed too.
    election
        Figures of election day stand where persons were then; else where they are on 31 December.

    Raises
    ------
    IndicatorError
        A constant has no figure for the year.
    """
    made = _Planning(year, constants, election)
    measures = {item.id: _measure(item, made) for item in indicators}
    kinds = [f"{name('coordinate_type')} is not distinct from {literal(kind)}" for kind in COORDINATES]
    found = tuple(made.place(Over.NOW, expression) for expression in kinds) if coordinates else ()
    if not any(item.over is Over.NOW for item in made.sums):
        made.place(Over.NOW, "true")
    samples = dict.fromkeys(measure.sample for measure in measures.values() if measure.sample is not None)
    return Plan(tuple(made.sums), tuple(samples), measures, found)


def figures(indicator: Indicator, measure: Measure, sums: ByNumber) -> Figures:
    """Numerator, denominator, value and contributors of a measure of sums, from all sums of the year.

    Where nobody is behind a quotient, or its base adds up to nothing, the value is NaN: there is no such figure.
    A dissimilarity is not made of sums of larger areas (:mod:`gisintegration.indicators.dissimilarity`).

    Examples
    --------
    >>> from gisintegration.testing import example_indicator
    >>> share = figures(example_indicator("share"), Measure((Total((0,)), Total((1,)))), np.array([[3, 0], [12, 0]]))
    >>> [part.tolist() for part in share]
    [[3.0, 0.0], [12.0, 0.0], [25.0, nan], [12.0, 0.0]]
    """
    parts = [total.of(sums) for total in measure.sums]
    match indicator.kind:
        case Kind.COUNT:
            return parts[0], np.full_like(parts[0], np.nan), parts[0], parts[0]
        case Kind.SHARE:
            return parts[0], parts[1], _quotient(parts[0], parts[1]) * 100, parts[1]
        case Kind.MEAN:
            top = parts[0] / measure.per
            return top, parts[1], _quotient(top, parts[1]), parts[1]
        case Kind.QUOTIENT:
            return parts[0], parts[1], _quotient(parts[0], parts[1]), np.minimum(parts[2], parts[3])
        case Kind.NET:
            net, mean = parts[0] - parts[1], parts[2] / 2
            return net, mean, _quotient(net, mean) * 100, np.minimum(parts[0], parts[1])
    return parts[0], parts[1], _quotient(parts[0], parts[1]) * 100, parts[2]


def _quotient(top: Array, base: Array) -> Array:
    return np.divide(top, base, out=np.full_like(top, np.nan), where=base > 0)


def _measure(indicator: Indicator, made: _Planning) -> Measure:
    per = made.constants.value(indicator.per, made.year) if indicator.per else 1
    population, numerator, denominator = indicator.population, indicator.numerator or {}, indicator.denominator or {}
    of_all, everyone = split(population)
    gone = indicator.flow and of_the_year_before(population, numerator)
    over = Over.BEFORE if gone else Over.NOW
    if indicator.reference == "election day" and made.election:
        over = Over.ELECTION
    match indicator.kind:
        case Kind.COUNT:
            return Measure((made.total(of_all, [everyone], over=over),))
        case Kind.SHARE:
            words, rules = both(population, numerator)
            base = Over.BEFORE if words and not of_all else over
            return Measure((made.total(words, rules, over=over), made.total(of_all, [everyone], over=base)))
        case Kind.QUOTIENT:
            above, below = both(population, numerator), both(population, denominator)
            sides = [made.total(*side, over=over) for side in (above, below)]
            return Measure((*sides, *(made.total(words, [everyone], over=over) for words, _ in (above, below))))
        case Kind.NET:
            return Measure((*_flows(indicator, made), _at_both_ends(made, everyone)))
        case Kind.DISSIMILARITY:
            groups = (both(population, rule)[1] for rule in (numerator, denominator))
            return Measure(tuple(made.total(frozenset(), rules, over=over) for rules in groups))
        case Kind.CLASS:
            return Measure(limits=_limits(indicator, made))
        case Kind.INDEX:
            return Measure()
    value = name(str(indicator.variable))
    if indicator.kind is Kind.MEDIAN:
        return Measure(sample=Sample(made.condition(Over.NOW, [everyone]), value), per=per)
    if indicator.base is None:
        summed: tuple[str, ...] = (value,)
    else:
        summed = (value, name(indicator.base))
    sums = (made.total(of_all, [everyone], value=item, known=summed, over=over) for item in (*summed, ""))
    return Measure(tuple(sums), per=per)


def _flows(indicator: Indicator, made: _Planning) -> tuple[Total, Total]:
    """Those who come and those who go, each by the persons of the end at which they are in the area."""

    def flow(rule: Rule) -> Total:
        words, rules = both(indicator.population, rule)
        return made.total(words, rules, over=Over.BEFORE if of_the_year_before(rule) else Over.NOW)

    return flow(indicator.numerator or {}), flow(indicator.denominator or {})


def _at_both_ends(made: _Planning, rule: Rule) -> Total:
    ends = [made.total(frozenset(), [rule], over=over) for over in (Over.BEFORE, Over.NOW)]
    return Total(tuple(position for total in ends for position in total.plus))


def _limits(indicator: Indicator, made: _Planning) -> tuple[float, ...]:
    of = indicator.components[0]
    names = [f"{of}_mean", f"{of}_deviation"]
    if absent := [name for name in names if name not in made.constants.by_name]:
        raise IndicatorError(
            f"'{indicator.id}' is classed by national constants that are not known: {', '.join(absent)}.",
            hint=f'supply it in a TOML file given as constants=, with [{absent[0]}], source = "…" and '
            f"[{absent[0]}.years] {made.year} = …, or leave the class out.",
        )
    mean, deviation = (made.constants.value(name, made.year) for name in names)
    return tuple(mean + cut * deviation for cut in indicator.cuts)


def _amount(condition: str, value: str) -> str:
    return f"case when {condition} then cast({value} as bigint) end"
