"""The rule language: what it accepts, what it says of faults, and the SQL's three-valued logic on real rows."""

from __future__ import annotations

import pytest

from gisintegration.errors import IndicatorError
from gisintegration.indicators.constants import load_constants
from gisintegration.indicators.derived import with_derived
from gisintegration.indicators.rules import (
    compile_sql,
    constants_in,
    exclude_each_other,
    parse,
    reads,
    variables_in,
    years_not_covered,
)
from gisintegration.sql import connect

ROWS = """(values
    (1, 19, 'sweden', true, 3, 175799, null::date, 'employed', null, null),
    (2, 20, 'nordic', false, 4, 175800, date '2021-01-01', 'outside', 150000, 'in'),
    (3, 64, 'world', null, null, null, date '2020-12-31', null, null, 'out'),
    (4, 65, 'sweden', null, 1, 0, null, 'employed', 165000, 'stayed')
) as t(id, age, birth_region, voted_riksdag, skill_level, equivalised_income, immigrated, "next.labour_status",
    "previous.equivalised_income", moved)"""


COLUMNS = ["age", "birth_region", "voted_riksdag", "skill_level", "equivalised_income", "immigrated"]


def holds(rule: dict, year: int = 2022) -> list[int]:
    condition = compile_sql(rule, year, load_constants("synthetic"))
    persons = with_derived(f"select * from {ROWS}", reads(rule).this, year=year, has=set(COLUMNS))
    with connect() as con:
        rows = con.execute(f"select id, {condition} from ({persons}) order by id").fetchall()
    assert all(isinstance(value, bool) for _, value in rows), "a rule is true or false, never null"
    return [row for row, value in rows if value]


@pytest.mark.parametrize(
    ("rule", "who"),
    [
        ({}, [1, 2, 3, 4]),
        ({"age": "20-64"}, [2, 3]),
        ({"age": 20}, [2]),
        ({"age": [19, 65]}, [1, 4]),
        ({"age": ">= 64"}, [3, 4]),
        ({"age": "< 20"}, [1]),
        ({"birth_region": "sweden"}, [1, 4]),
        ({"birth_region": ["nordic", "world"], "age": "> 20"}, [3]),
        ({"voted_riksdag": True}, [1]),
        ({"voted_riksdag": False}, [2]),
        ({"voted_riksdag": "known"}, [1, 2]),
        ({"voted_riksdag": "missing"}, [3, 4]),
        ({"skill_level": "< 4"}, [1, 4]),
        ({"skill_level": [1, 3]}, [1, 4]),
        ({"any": [{"skill_level": "> 3"}, {"age": "65-120"}]}, [2, 4]),
        ({"any": [{"skill_level": ">= 1"}, {"skill_level": "missing"}]}, [1, 2, 3, 4]),
        ({"age": ">= 60", "any": [{"voted_riksdag": False}, {"birth_region": "sweden"}]}, [4]),
        ({"equivalised_income": "< 0.6 * median_equivalised_income"}, [1, 4]),
        ({"equivalised_income": "> median_equivalised_income"}, []),
        ({"days_in_sweden": "0-729"}, [2]),
        ({"days_in_sweden": "730-1459"}, [3]),
        ({"days_in_sweden": "missing"}, [1, 4]),
        ({"next.labour_status": "employed"}, [1, 4]),
        ({"next.labour_status": "employed", "age": "< 20"}, [1]),
        ({"next.labour_status": "missing"}, [3]),
        ({"previous.equivalised_income": "known"}, [2, 4]),
        ({"moved": ["in", "out"]}, [2, 3]),
        ({"moved": "stayed"}, [4]),
        ({"age": {"-2021": "20-64", "2022-": "20-65"}}, [2, 3, 4]),
        ({"age": {"-2022": "20-64", "2023-": "20-65"}}, [2, 3]),
        ({"any": [{"age": {"2022": 19, "2023-": 20}}, {"birth_region": {"-9999": "world"}}]}, [1, 3]),
    ],
)
def test_who_satisfies_a_rule(rule, who):
    assert holds(rule) == who


def test_days_are_counted_to_the_year_of_the_figure():
    assert holds({"days_in_sweden": "0-364"}, 2021) == [2]


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ({"aeg": "20-64"}, "there is no variable 'aeg': did you mean 'age'?"),
        ({"labour_status": "employd"}, "labour_status has no code 'employd': did you mean 'employed'?"),
        ({"labour_status": []}, "labour_status has an empty list: no one could satisfy it"),
        ({"labour_status": 1}, "labour_status is a code, written as text, not 1"),
        ({"kommun": "180"}, "kommun is written as [0-9]{4}, not '180'"),
        ({"age": "64-20"}, "age has the span '64-20', whose first number is the larger"),
        ({"age": "20–64"}, "age = '20–64' is not understood"),
        ({"age": True}, "age = True is not understood"),
        ({"age": "1; drop table x"}, "is not understood"),
        ({"voted_riksdag": "yes"}, "voted_riksdag is true or false, not 'yes'"),
        ({"immigrated": "2020-01-01"}, 'immigrated can only be asked for as "known" or "missing"'),
        ({"any": {"age": 3}}, "`any` holds a list of rules"),
        ({"any": []}, "`any` holds a list of rules"),
        ({"any": [{"sexe": "men"}]}, "there is no variable 'sexe': did you mean 'sex'?"),
        ({"next.labour": "employed"}, "there is no variable 'labour' (next.labour)"),
        ({"after.age": "known"}, "before the dot stands `next` or `previous`, not 'after'"),
        ({"next.moved": "in"}, "moved is of the year itself, it has no `next`"),
        ({"moved": "inn"}, "moved has no code 'inn': did you mean 'in'?"),
        ({"next.labour_status": "employd"}, "labour_status has no code 'employd'"),
        ({"age": {"-2022": "20-64", "2025-": "20-65"}}, "says nothing of 2023–2024: its spans of years leave a gap"),
        ({"age": {"-2022": "20-64", "2022-": "20-65"}}, "age has two values for 2022: its spans of years overlap"),
        ({"age": {"before 2022": "20-64"}}, "'before 2022' is not years"),
        ({"age": {"2022-2020": "20-64"}}, "'2022-2020' is not years"),
        ({"age": {"-": "20-64"}}, "'-' is not years"),
        ({"age": {}}, "age has an empty table of years"),
        ({"age": {"-2022": "20-64", "2023-": "gammal"}}, "age = 'gammal' is not understood"),
    ],
)
def test_faults_say_what_to_do(rule, text):
    wrong = parse(rule)[1]
    assert len(wrong) == 1
    assert text in wrong[0]


def test_a_rule_with_faults_is_not_compiled():
    with pytest.raises(IndicatorError, match="there is no variable 'aeg'"):
        compile_sql({"aeg": "20-64"}, 2022, load_constants())


def test_every_fault_of_a_rule_is_told():
    assert len(parse({"aeg": 1, "sex": "female", "any": [{"age": "old"}]})[1]) == 3


def test_what_a_rule_reads():
    rule = {
        "age": "20-64",
        "any": [{"days_in_sweden": "< 730"}, {"equivalised_income": "< 0.6 * median_equivalised_income"}],
    }
    assert variables_in(rule) == {"age", "immigrated", "equivalised_income"}
    assert constants_in(rule) == {"median_equivalised_income"}


def test_what_a_rule_reads_of_the_years_beside_it():
    found = reads({"age": "20-64", "next.days_in_sweden": "< 730", "any": [{"previous.age": "known", "moved": "in"}]})
    assert (found.this, found.next, found.previous) == ({"age"}, {"days_in_sweden"}, {"age"})
    assert found.moved
    assert not reads({"age": "20-64"}).moved
    assert variables_in({"age": "20-64", "next.sex": "men", "moved": "in"}) == {"age"}


def test_a_rule_that_says_nothing_of_a_year_is_not_compiled_for_it():
    rule = {"next.age": {"2012-2020": "20-64"}}
    with pytest.raises(IndicatorError, match=r"says nothing of next\.age for 2021"):
        compile_sql(rule, 2021, load_constants())
    assert years_not_covered(rule, 2011, 2021) == {"next.age": [2011, 2021]}
    assert years_not_covered(rule, 2012, 2020) == {}


def test_what_is_asked_of_another_year_is_compared_with_that_years_constant():
    constants = load_constants({"median_equivalised_income": {2021: 100, 2022: 200, 2023: 300}})
    rule = {"next.equivalised_income": "< median_equivalised_income"}
    assert '"next.equivalised_income" < 300' in compile_sql(rule, 2022, constants)
    rule = {"previous.equivalised_income": "< median_equivalised_income"}
    assert '"previous.equivalised_income" < 100' in compile_sql(rule, 2022, constants)


def test_a_limit_has_no_floats_error():
    # 0.7 × 3 is 2.0999999999999996 as a float.
    constants = load_constants({"median_equivalised_income": {2022: 3}})
    assert '"equivalised_income" < 2.1)' in compile_sql(
        {"equivalised_income": "< 0.7 * median_equivalised_income"}, 2022, constants
    )


def test_a_limit_without_a_figure_is_refused():
    with pytest.raises(IndicatorError, match="no figure for 2009"):
        compile_sql({"equivalised_income": "< median_equivalised_income"}, 2009, load_constants())


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        ({"age": "20-64"}, {"age": "0-19"}, True),
        ({"age": ">= 18"}, {"age": "0-19"}, False),
        ({"age": ">= 20"}, {"age": "0-19"}, True),
        ({"age": "> 19"}, {"age": "0-19"}, True),
        ({"age": "< 20"}, {"age": ">= 20"}, True),
        ({"age": 3}, {"age": 4}, True),
        ({"age": [3, 30]}, {"age": "40-50"}, True),
        ({"age": [3, 30]}, {"age": "30-50"}, False),
        ({"birth_region": "sweden"}, {"birth_region": ["nordic", "world"]}, True),
        ({"birth_region": "sweden"}, {"age": "0-19"}, False),
        ({"voted_riksdag": "known"}, {"voted_riksdag": "missing"}, True),
        ({"voted_riksdag": "known"}, {"voted_riksdag": True}, False),
        ({}, {"age": 3}, False),
        ({"next.age": 3}, {"age": 4}, False),
        ({"age": {"-2022": "20-64", "2023-": "20-65"}}, {"age": ">= 66"}, True),
        ({"age": {"-2022": "20-64", "2023-": "20-65"}}, {"age": ">= 65"}, False),
    ],
)  # fmt: skip
def test_rules_that_nobody_can_satisfy_both_of(first, second, apart):
    assert exclude_each_other(first, second) is apart
    assert exclude_each_other(second, first) is apart


def test_rules_apart_in_one_year_and_not_in_another():
    ages = {"age": {"-2022": "20-64", "2023-": "20-65"}}
    assert exclude_each_other(ages, {"age": ">= 65"}, 2022)
    assert not exclude_each_other(ages, {"age": ">= 65"}, 2023)
