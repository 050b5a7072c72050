"""The engine: sums and samples by list of classes; medians of many groups."""

from __future__ import annotations

import numpy as np

from gisintegration.engines import Question, Sample
from gisintegration.engines.duck import count
from gisintegration.engines.middle import medians
from gisintegration.sql import connect

SOURCE = """select * from (values
    (0, 'men', 10, 5), (0, 'women', 30, 7), (1, 'women', 30, null), (1, 'women', 70, 11), (-1, 'men', 30, 100), (null, 'men', 30, 100)
) as t(area, sex, age, money)"""


def ask(**changes: object):
    parts = {
        "source": SOURCE,
        "areas": 3,
        "sex": "sex = 'women'",
        "lists": (("age < 20", "age < 40"), ("money > 6",)),
        "sums": ("true", "money"),
        "tables": (((), (0, 1)), ((0,), (0,)), ((1,), (1,)), ((0, 1), (0,))),
        "samples": (),
    }
    with connect() as con:
        return count(con, Question(**(parts | changes)))


def test_totals_and_classes():
    sums = ask().sums
    assert sums[(), 0].tolist() == [[1, 1], [0, 2], [0, 0]]
    assert sums[(), 1].tolist() == [[5, 7], [0, 11], [0, 0]]
    young, grown, neither = np.moveaxis(sums[(0,), 0], -1, 0)
    assert young.tolist() == [[1, 0], [0, 0], [0, 0]]
    assert grown.tolist() == [[0, 1], [0, 1], [0, 0]]
    assert neither.tolist() == [[0, 0], [0, 1], [0, 0]]  # the person of 70
    assert sums[(1,), 1][..., 0].tolist() == [[0, 7], [0, 11], [0, 0]]


def test_lists_are_crossed():
    # The woman of 30 in area 0 has 7; of those in area 1 the one of 30 has no known money, the one of 70 has 11.
    crossed = ask().sums[(0, 1), 0]
    assert crossed.shape == (3, 2, 3, 2)
    assert {tuple(cell) for cell in np.argwhere(crossed).tolist()} == {
        (0, 0, 0, 1),
        (0, 1, 1, 0),
        (1, 1, 1, 1),
        (1, 1, 2, 0),
    }


def test_without_lists_there_are_totals():
    answer = ask(lists=(), tables=(((), (0, 1)),))
    assert list(answer.sums) == [((), 0), ((), 1)]
    assert answer.sums[(), 1].tolist() == [[5, 7], [0, 11], [0, 0]]


def test_a_sample_leaves_out_those_without_a_value():
    sample = Sample("age >= 30", "money")
    found = ask(samples=(sample,)).values[sample]
    assert sorted(zip(found.area.tolist(), found.sex.tolist(), found.value.tolist(), strict=True)) == [
        (0, 1, 7),
        (1, 1, 11),
    ]
    # In the list of ages the second class, and behind the last: in none.
    assert sorted(found.classes[0].tolist()) == [1, 2]


def test_medians_of_more_groups_than_sixteen_bits_hold():
    rng = np.random.default_rng(1)
    groups = 70_000
    group, value = rng.integers(-1, groups, 200_000), np.sort(rng.integers(-100, 10**10, 200_000))
    sex = rng.integers(0, 2, len(value)).astype(np.uint8)
    middle, number = medians(value, group, sex, groups)
    for one in (0, 1, 65_535, 65_536, 69_999):
        for column, who in enumerate((sex >= 0, sex == 0, sex == 1)):
            mine = value[(group == one) & who]
            assert number[one, column] == len(mine)
            found = middle[one, column]
            assert (found == np.median(mine)) if len(mine) else np.isnan(found)
