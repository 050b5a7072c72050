"""What a reader who knows the rules can work out of protected figures of every kind, by trying all there could be.

A group of at most five is safe when what is published would look the same with any of 0, 1, … 5 in its place.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import numpy as np
import pytest

from gisintegration.disclosure import SCB_SHARE_RULE, protect
from gisintegration.tables import CONTRIBUTORS, RawTable
from gisintegration.testing import example_indicator, example_raw

FEW = set(range(6))


def seen(*tables: RawTable) -> list[str]:
    """What is published of each area, all figures together, in the order of the areas."""
    columns = ["value", "numerator", "denominator", "status", "reason"]
    made = [table.table[columns].itertuples(index=False) for table in protect(list(tables), SCB_SHARE_RULE)]
    return ["; ".join(" ".join(map(str, figure)) for figure in area) for area in zip(*made, strict=True)]


def named(raw: RawTable, name: str, **changes: object) -> RawTable:
    """The same figures as those of another indicator."""
    (kind,) = raw.indicators.values()
    indicator = kind.model_copy(update={"id": name, **changes})
    return RawTable(raw.table.assign(indicator=name), indicators={name: indicator})


def possible(published: list[str], truth: list[int]) -> list[set[int]]:
    """For each area, the numbers that it could have: those of every area of which the same is published."""
    alike: dict[str, set[int]] = defaultdict(set)
    for text, number in zip(published, truth, strict=True):
        alike[text].add(number)
    return [alike[text] for text in published]


def some(name: str, numbers: list[int], areas: list[str]) -> RawTable:
    """A count of some: who moved, who works."""
    raw = example_raw(kind="count", numerator=numbers, denominator=numbers, areas=areas)
    return named(raw, name, population={"age": "20-64"})


@pytest.mark.parametrize("persons", [60, 100, 1000])
def test_net_and_population_and_one_flow_do_not_give_the_other(persons):
    pairs = list(product(range(31), repeat=2))
    came, went = ([pair[side] for pair in pairs] for side in (0, 1))
    areas = [f"a{i:04d}" for i in range(len(pairs))]
    net = example_raw(
        kind="net",
        numerator=[one - other for one, other in pairs],
        denominator=[persons] * len(pairs),
        contributors=[min(pair) for pair in pairs],
        areas=areas,
    )
    risk = example_raw(numerator=went, denominator=[persons] * len(pairs), areas=areas)
    published = seen(net, some("came", came, areas), some("went", went, areas), risk)
    for truth in (came, went):
        for number, could_be in zip(truth, possible(published, truth), strict=True):
            assert number > 5 or could_be >= FEW


def test_a_net_of_nobody_and_of_few_look_the_same():
    raw = example_raw(kind="net", numerator=[0, 0, 3], denominator=[100, 100, 100], contributors=[0, 5, 2])
    table = protect(raw, SCB_SHARE_RULE)[0].table
    assert set(zip(table["status"], table["reason"], strict=True)) == {("protected", "zero_or_small")}


def test_a_net_of_twenty_persons_is_not_told():
    raw = example_raw(kind="net", numerator=[3, 3, -3, 0], denominator=[20, 20.5, 21, 21], contributors=[6, 6, 6, 6])
    table = protect(raw, SCB_SHARE_RULE)[0].table
    assert table["status"].tolist() == ["protected", "protected", "shown", "zero"]
    assert table["value"].tolist()[2:] == [-14.3, 0]


def test_a_quotient_and_the_count_of_one_side_do_not_give_the_other():
    pairs = list(product(range(26), repeat=2))
    areas = [f"a{i:04d}" for i in range(len(pairs))]
    above, below = ([pair[side] for pair in pairs] for side in (0, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        quotient = example_raw(
            kind="quotient", numerator=above, denominator=below, contributors=[40] * len(pairs), areas=areas
        )
    published = seen(quotient, some("above", above, areas), some("below", below, areas))
    for truth in (above, below):
        for number, could_be in zip(truth, possible(published, truth), strict=True):
            assert number > 5 or could_be >= FEW


@pytest.mark.parametrize(
    ("above", "below", "group", "status"),
    [
        (6, 6, 21, "shown"),
        (6, 6, 20, "protected"),  # the smaller of the two groups has 20
        (5, 30, 40, "protected"),
        (30, 5, 40, "protected"),
        (30, 0, 40, "protected"),  # in the raw table it has no value
        (0, 30, 40, "protected"),
    ],
)
def test_a_quotient_needs_more_than_five_of_more_than_twenty_on_both_sides(above, below, group, status):
    raw = example_raw(kind="quotient", numerator=[above], denominator=[below], contributors=[group])
    assert protect(raw, SCB_SHARE_RULE)[0].table["status"][0] == status


def test_a_dissimilarity_of_a_group_of_twenty_is_the_same_however_they_live():
    # Two small areas: how twenty of one group divide over them must not be seen from how the other group does.
    first = list(range(21))
    spread = [abs(a / 20 - 0.5) * 100 for a in first]
    raw = example_raw(
        kind="dissimilarity", numerator=[20] * 21, denominator=[400] * 21, contributors=[20] * 21,
        areas=[f"a{i:04d}" for i in first],
    )  # fmt: skip
    raw = RawTable(raw.table.assign(value=spread), indicators=raw.indicators)
    assert possible(seen(raw), first) == [set(first)] * 21
    more = RawTable(raw.table.assign(**{CONTRIBUTORS: 21.0}), indicators=raw.indicators)
    assert set(protect(more, SCB_SHARE_RULE)[0].table["status"]) == {"shown"}


@pytest.mark.parametrize("kind", ["dissimilarity", "quotient", "net", "mean", "median", "ratio", "share"])
def test_that_there_is_nobody_is_not_told(kind):
    raw = example_raw(kind=kind, numerator=[0], denominator=[0], contributors=[0])
    assert raw.table["status"].tolist() == ["missing"]
    table = protect(raw, SCB_SHARE_RULE)[0].table
    assert table["status"].tolist() == ["protected"]


@pytest.mark.parametrize("kind", ["mean", "median", "ratio"])
@pytest.mark.parametrize("counted", ["krona", "day"])
def test_days_and_kronor_of_twenty_persons_are_not_told(kind, counted):
    raw = example_raw(kind=kind, numerator=[7300, 7300], denominator=[365, 365], contributors=[20, 21])
    table = protect(named(raw, "days", counted=counted), SCB_SHARE_RULE)[0].table
    assert table["status"].tolist() == ["protected", "shown"]


def test_an_index_beside_two_of_its_shares_does_not_give_the_third():
    # Twelve areas: the third share is of 0, 1, … 11 persons. Index and class stand beside the two others.
    third = list(range(12))
    areas = [f"a{i:04d}" for i in third]
    first = named(example_raw(numerator=[40] * 12, denominator=[100] * 12, areas=areas), "first")
    second = named(example_raw(numerator=[30] * 12, denominator=[100] * 12, areas=areas), "second")
    small = named(example_raw(numerator=third, denominator=[100] * 12, areas=areas), "small")
    parts = ("first", "second", "small")
    index = composite("index", [(40 + 30 + number) / 3 for number in third], areas, components=parts)
    # The limit of the class lies between three and four persons.
    klass = composite("class", [1.0 if number > 3 else 2.0 for number in third], areas)
    published = seen(first, second, small, index, klass)
    for number, could_be in zip(third, possible(published, third), strict=True):
        assert number > 5 or could_be >= FEW
    assert published[6].count("shown") == 5


def test_a_class_alone_tells_no_more_than_its_interval():
    # Published without its index: areas of one class look the same. The limits are public, and so is the interval.
    values = [12.0, 14.9, 15.0, 31.0]
    areas = [f"a{i:04d}" for i in range(4)]
    shares = [example_raw(numerator=[40] * 4, denominator=[100] * 4, areas=areas)]
    index = composite("index", values, areas)
    klass = composite("class", [2.0, 2.0, 1.0, 1.0], areas)
    alone = protect([*shares, index, klass], SCB_SHARE_RULE)[2].table
    assert alone["value"].tolist() == [2, 2, 1, 1]
    without = protect([*shares, klass], SCB_SHARE_RULE)[1].table
    assert set(without["status"]) == {"protected"}


def test_that_nobody_is_behind_a_component_is_not_told_by_the_index():
    areas = ["a0001"]
    share = example_raw(numerator=[0], denominator=[0], areas=areas)
    index = composite("index", [np.nan], areas, contributors=0.0)
    klass = composite("class", [np.nan], areas, contributors=0.0)
    assert index.table["status"].tolist() == ["missing"]
    assert {str(table.table["status"][0]) for table in protect([share, index, klass], SCB_SHARE_RULE)} == {"protected"}


def test_counts_in_crossings_of_few_and_of_nobody_look_the_same():
    keys = {"kind": "count", "sex": "women", "age": "20_24", "education": "compulsory"}
    numbers = list(range(8))
    raw = example_raw(numerator=numbers, denominator=numbers, **keys)
    assert possible(seen(raw), numbers) == [FEW] * 6 + [{6}, {7}]


def composite(
    kind: str, values: list[float], areas: list[str], *, contributors: float = 100.0, **changes: object
) -> RawTable:
    """An index or class with these values."""
    raw = example_raw(kind="share", numerator=[1] * len(values), denominator=[100] * len(values), areas=areas)
    indicator = example_indicator(kind, **changes)
    status = np.where(np.isnan(values), "missing", "shown")
    table = raw.table.assign(
        indicator=indicator.id, value=values, numerator=np.nan, denominator=np.nan, status=status,
        **{CONTRIBUTORS: contributors},
    )  # fmt: skip
    return RawTable(table, indicators={indicator.id: indicator})
