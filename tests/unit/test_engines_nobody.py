"""The engine where there is nobody: a year without persons, a level that no move crosses, areas without anyone."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from gisintegration.engines import Question, Sample
from gisintegration.engines.duck import count
from gisintegration.sql import connect

sys.path.insert(0, str(Path(__file__).parents[1]))
from four_areas import counted, values

from gisintegration.testing import example_indicator

PERSONS = "(values (0, 'men', 10, 5), (1, 'women', 30, 7)) as t(area, sex, age, money)"
SAMPLE = Sample("true", "money")
LISTS = (("age < 20", "age >= 20"), ("money > 6",))
TABLES = (((), (0, 1)), ((0,), (0, 1)), ((0, 1), (1,)))


@pytest.mark.parametrize("nobody", ["age > 200", "area < 0", "area is null"])
@pytest.mark.parametrize("threads", [1, 4])
def test_lists_crossings_and_samples_of_nobody(nobody, threads):
    question = Question(
        f"select * from {PERSONS} where {nobody}", 3, "sex = 'women'", LISTS, ("true", "money"), TABLES, (SAMPLE,)
    )
    with connect() as con:
        con.execute(f"set threads = {threads}")
        answer = count(con, question)
    shapes = {(): (3, 2), (0,): (3, 2, 3), (0, 1): (3, 2, 3, 2)}
    assert {key: found.shape for key, found in answer.sums.items()} == {
        (lists, number): shapes[lists] for lists, numbers in TABLES for number in numbers
    }
    assert all(found.dtype == np.int64 and not found.any() for found in answer.sums.values())
    found = answer.values[SAMPLE]
    assert [len(found.value), len(found.area), len(found.sex), *map(len, found.classes)] == [0] * 5


def test_more_conditions_than_a_word_holds_of_nobody():
    conditions = tuple(f"age > {age}" for age in range(150))
    question = Question(f"select * from {PERSONS} where false", 2, "0", (), conditions, (((), tuple(range(150))),))
    with connect() as con:
        answer = count(con, question)
    assert len(answer.sums) == 150
    assert not any(found.any() for found in answer.sums.values())


def test_a_level_that_no_move_crosses(tmp_path):
    """Person 0 moves from a to b, within town north: movers are asked for on towns too, and there are none."""
    rows = [f"{i} {year} {'abcd'[i % 4]} women {30 + i} {i}000 ." for year in (2019, 2020) for i in range(8)]
    rows[8] = "0 2020 b women 30 0 ."
    persons = "\n".join(["person year area sex age disposable_income arrival", *rows])
    asked = [
        example_indicator("count", name="came", flow=True, population={"moved": "in"}, additive="register_only"),
        example_indicator("share", name="left", flow=True, numerator={"moved": "out"}, additive="register_only"),
        example_indicator("median", name="middle", variable="disposable_income", additive="register_only"),
    ]
    raw = counted(tmp_path, persons, asked, [2020])
    assert values(raw, "came", 2020, "a b north provet") == {"a": 0, "b": 1, "north": 0, "provet": 0}
    assert values(raw, "left", 2020, "a b north provet") == {"a": 50, "b": 0, "north": 0, "provet": 0}
    # Of a: person 4. Of b: persons 0, 1 and 5.
    assert values(raw, "middle", 2020, "a b") == {"a": 4000, "b": 1000}
