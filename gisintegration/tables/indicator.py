"""The declaration of an indicator: what is counted, among whom, when, and how it may be summed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Rule = Mapping[str, Any]
# A breakdown, or one of its sets of classes: "age", "age/voters".
ClassSet = Annotated[str, Field(pattern=r"^(background|age|education)(/[a-z_]+)?$")]
Texts = Mapping[Literal["sv", "en"], str]


class Kind(StrEnum):
    """The kind of measure, which decides how it is computed, summed and protected."""

    COUNT = "count"
    SHARE = "share"
    MEAN = "mean"
    MEDIAN = "median"
    RATIO = "ratio"
    QUOTIENT = "quotient"
    NET = "net"
    DISSIMILARITY = "dissimilarity"
    INDEX = "index"
    CLASS = "class"


class LevelRule(BaseModel):
    """What is given on one division, where it differs from what the indicator says for all of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    breakdowns: tuple[ClassSet, ...] | None = None
    crossings: tuple[tuple[ClassSet, ...], ...] | None = None


class Break(BaseModel):
    """A year from which figures are not comparable with the years before, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    year: int
    sv: str
    en: str


class Indicator(BaseModel):
    """A declared measure.

    Rules (``population``, ``numerator``, ``denominator``) are tables of register variables: every line must hold.
    A value is a code, a list of codes, true or false, a span of whole numbers ``"20-64"``, or a comparison
    ``">= 10"``, ``"< 0.6 * median_equivalised_income"`` with a number or a national constant; ``"known"`` and
    ``"missing"`` ask whether there is a value. ``any`` holds a list of rules of which one must hold. Instead of a
    value, a table of values by year: ``{ "-2022" = "20-64", "2023-" = "20-65" }``. ``next.`` before a variable asks for
    it a year later, ``previous.`` a year earlier, of the same person; who is not in the register then has no value.
    ``moved`` says how the year's moves look from an area: ``in``, ``out`` (from and to the rest of Sweden),
    ``immigrated``, ``emigrated``, ``stayed``.

    Parameters
    ----------
    id
        ``employed_share``; lower-case letters, digits and underscores.
    title, unit, description
        Swedish and English.
    kind
        count: number in ``population``. share: those of ``population`` for whom ``numerator`` holds, per cent.
        mean, median: of ``variable`` over ``population``. ratio: sum of ``variable`` over sum of ``base``, per cent.
        quotient: number with ``numerator`` over number with ``denominator``. net: number with ``numerator`` less number
        with ``denominator``, per cent of the mean population of the year's two ends. dissimilarity: of those with
        ``numerator`` and those with ``denominator`` over the finest areas given, 0–100. index: mean of ``components``.
        class: 1, 2, … by ``cuts`` of its one component.
    counted
        The counted object: person, household, dwelling, pupil, voter, krona, day.
    components
        For an index or a class: the indicators it is made of.
    cuts, classes
        For a class: limits in standard deviations from the mean, highest first (the national constants
        ``<component>_mean`` and ``<component>_deviation`` of the year; a value on a limit belongs to the class above
        it), and the words for each class, one more than the cuts.
    per
        A national constant of the year that the value is divided by (``price_base_amount``).
    decimals
        Of published values, 0–4; 1 when not said, and 0 for a count.
    breakdowns
        Which of background, age and education figures are given for, one at a time, beside sex and the total. A set of
        classes after a slash, ``age/voters``; without one the standard set.
    crossings
        Breakdowns given together: ``[["education", "background"]]``.
    levels
        Division → breakdowns and crossings that differ there, or ``"not_applicable"`` where the indicator has no
        meaning.
    reference
        What time the figure speaks of.
    flow
        It counts events of the year (births, moves), not those who are there at its end. Flows of year t stand on the
        division of 1 January t, everything else on that of 1 January t + 1.
    additive
        ``areas``: numerator and denominator of areas add up. ``register_only``: only from the register.
    years
        First and last data year; None: open.
    only_years
        The data years, where there is not one every year (elections); empty: every year within ``years``.
    unknown
        What becomes of those whose information is missing; said by the kind of measure when empty.
    stated_by
        Who states the definition ("SCB"); what that source leaves open stands in ``assumption``.
    assumption
        What we assumed where the source says nothing; printed as a note in every output.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
    title: Texts
    unit: Texts
    description: Texts
    subject: str
    kind: Kind
    counted: str
    population: Rule = Field(default_factory=dict)
    numerator: Rule | None = None
    denominator: Rule | None = None
    variable: str | None = None
    base: str | None = None
    components: tuple[str, ...] = ()
    cuts: tuple[float, ...] = ()
    classes: tuple[Texts, ...] = ()
    per: str | None = None
    decimals: Annotated[int, Field(ge=0, le=4)] = 1
    breakdowns: tuple[ClassSet, ...] = ()
    crossings: tuple[tuple[ClassSet, ...], ...] = ()
    levels: Mapping[str, LevelRule | Literal["not_applicable"]] = Field(default_factory=dict)
    reference: Literal["31 December", "November", "calendar year", "school year", "election day", "panel"]
    flow: bool = False
    additive: Literal["areas", "register_only"]
    register_: Annotated[str, Field(alias="register")]
    years: tuple[int | None, int | None] = (None, None)
    only_years: tuple[int, ...] = ()
    breaks: tuple[Break, ...] = ()
    high_is: Literal["good", "bad", "neutral"] = "neutral"
    code: str = ""
    unknown: Texts | None = None
    stated_by: str = ""
    assumption: Texts | None = None

    @model_validator(mode="before")
    @classmethod
    def _counts_are_whole(cls, declared: Any) -> Any:
        whole = isinstance(declared, Mapping) and declared.get("kind") == Kind.COUNT
        return {"decimals": 0, **declared} if whole else declared

    @model_validator(mode="after")
    def _parts_fit_the_kind(self) -> Indicator:
        needed = {
            Kind.SHARE: ("numerator",),
            Kind.MEAN: ("variable",),
            Kind.MEDIAN: ("variable",),
            Kind.RATIO: ("variable", "base"),
            Kind.QUOTIENT: ("numerator", "denominator"),
            Kind.NET: ("numerator", "denominator"),
            Kind.DISSIMILARITY: ("numerator", "denominator"),
        }.get(self.kind, ())
        for part in ("numerator", "denominator", "variable", "base"):
            given = getattr(self, part) is not None
            if given != (part in needed):
                raise ValueError(f"a {self.kind} {'needs' if part in needed else 'has no'} `{part}`")
        if bool(self.components) != (self.kind in (Kind.INDEX, Kind.CLASS)):
            raise ValueError("an index or a class names its `components`, and nothing else does")
        if bool(self.cuts) != (self.kind is Kind.CLASS) or len(self.classes) != len(self.cuts) + bool(self.cuts):
            raise ValueError(
                "a class has `cuts`, and words in `classes` for one class more than cuts; nothing else has"
            )
        if self.kind is Kind.CLASS and (len(self.components) != 1 or list(self.cuts) != sorted(self.cuts)[::-1]):
            raise ValueError("a class has one component, and its cuts stand highest first")
        if self.kind in (Kind.MEDIAN, Kind.DISSIMILARITY, Kind.INDEX, Kind.CLASS) and self.additive == "areas":
            raise ValueError(f"a {self.kind} cannot be summed over areas: additive is 'register_only'")
        return self

    def in_force(self, year: int) -> bool:
        """Whether the indicator exists for data year ``year``."""
        first, last = self.years
        within = (first is None or year >= first) and (last is None or year <= last)
        return within and (not self.only_years or year in self.only_years)

    def applies_to(self, division: str) -> bool:
        """Whether the indicator has a meaning on a division."""
        return self.levels.get(division) != "not_applicable"

    def breakdowns_on(self, division: str) -> tuple[ClassSet, ...]:
        """The breakdowns given one at a time on a division."""
        rule = self.levels.get(division)
        return self.breakdowns if not isinstance(rule, LevelRule) or rule.breakdowns is None else rule.breakdowns

    def crossings_on(self, division: str) -> tuple[tuple[ClassSet, ...], ...]:
        """The breakdowns given together on a division."""
        rule = self.levels.get(division)
        return self.crossings if not isinstance(rule, LevelRule) or rule.crossings is None else rule.crossings
