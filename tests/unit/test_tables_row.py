"""The row: its columns, its order, and the six statuses."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from gisintegration.errors import InputError
from gisintegration.tables import COLUMNS, KEY, WORDS, Reason, Status, codes_in, conform, in_order
from gisintegration.testing import example_indicator


def rows(**columns):
    length = max(len(values) for values in columns.values())
    base = {name: ["x"] * length for name in KEY} | {"year": [2022] * length}
    return pd.DataFrame(base | columns)


def test_the_row_is_the_one_in_the_file_contract():
    assert COLUMNS[:9] == (
        "indicator", "division", "edition", "area", "year", "sex", "background", "age", "education",
    )  # fmt: skip
    assert COLUMNS[-2:] == ("policy", "release")


def test_missing_and_extra_columns_are_named():
    with pytest.raises(InputError, match="lacks the column year"):
        conform(pd.DataFrame({"area": ["1"]}), ("area", "year"))
    with pytest.raises(InputError, match="not part of the row: secret"):
        conform(pd.DataFrame({"area": ["1"], "secret": [3]}), ("area",))


def test_codes_keep_their_leading_zero():
    assert conform(pd.DataFrame({"area": ["0114"]}), ("area",)).area.tolist() == ["0114"]


def test_order_is_by_key_with_totals_first():
    table = in_order(rows(area=["b", "a", "a", "a"], sex=["men", "women", "total", "men"]))
    assert list(zip(table.area, table.sex, strict=True)) == [("a", "total"), ("a", "men"), ("a", "women"), ("b", "men")]


def test_order_does_not_depend_on_the_order_of_categories():
    plain = rows(area=["b", "a"], sex=["total", "total"])
    turned = plain.assign(area=pd.Categorical(plain.area, categories=["b", "a"]))
    assert in_order(turned).area.tolist() == in_order(plain).area.tolist() == ["a", "b"]


def test_an_area_called_total_is_sorted_as_any_other():
    assert in_order(rows(area=["total", "a"])).area.tolist() == ["a", "total"]


def test_every_status_has_words_of_its_own():
    assert set(WORDS) == set(Status)
    assert len({words.sv for words in WORDS.values()}) == len(Status) == len({words.en for words in WORDS.values()})


def test_a_protected_zero_and_a_protected_small_count_have_the_same_reason():
    assert "zero" not in {reason.value for reason in Reason}
    assert Reason.ZERO_OR_SMALL.value == "zero_or_small"


def test_codes_of_unknown_and_missing_values_are_minus_one():
    column = pd.Series(["a", None, "c"], dtype="category")
    assert codes_in(column, ["c", "a"]).tolist() == [1, -1, 0]
    assert codes_in(column, ["c", "a"]).dtype == np.int16


@pytest.mark.parametrize(
    ("kind", "changes", "what"),
    [
        ("share", {"numerator": None}, "needs `numerator`"),
        ("count", {"numerator": {"sex": "men"}}, "has no `numerator`"),
        ("median", {"additive": "areas"}, "median cannot be summed"),
        ("index", {"components": ()}, "components"),
        ("count", {"id": "Ökad"}, "pattern"),
    ],
)
def test_a_declaration_that_contradicts_its_kind_is_refused(kind, changes, what):
    with pytest.raises(ValidationError, match=what):
        example_indicator(kind, **changes)


def test_an_election_is_in_force_in_its_own_years_only():
    turnout = example_indicator("share", only_years=(2018, 2022), years=(2018, None))
    assert [turnout.in_force(year) for year in (2014, 2018, 2019, 2022)] == [False, True, False, True]
