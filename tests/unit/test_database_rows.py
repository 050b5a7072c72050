"""Some rows of a protected table, and several tables as one: nothing is changed, nothing stands twice."""

import pytest

from gisintegration.database import select_rows, stack_tables
from gisintegration.disclosure import protect
from gisintegration.errors import InputError
from gisintegration.testing import example_raw


def table(kind="share", policy="internal", **options):
    return protect(example_raw(kind=kind, numerator=[6, 8], denominator=[24, 32], **options), policy)[0]


def test_rows_are_left_out_and_their_indicators_with_them():
    made = select_rows(table(), [True, False])
    assert made.table["value"].tolist() == [25.0]
    assert list(made.indicators) == ["example_share"]
    assert select_rows(table(), [False, False]).indicators == {}


def test_tables_are_stacked_and_the_first_is_used_where_both_have_a_cell():
    first, second = table(), protect(example_raw(numerator=[9, 9, 9], denominator=[90, 90, 90]), "internal")[0]
    made, left = stack_tables([first, second, table("mean")])
    assert left.tolist() == [0, 2, 0]
    shares = made.table[made.table["indicator"] == "example_share"]
    assert shares["value"].tolist() == [25.0, 25.0, 10.0]
    assert set(made.indicators) == {"example_mean", "example_share"}


def test_tables_under_two_policies_are_not_stacked():
    with pytest.raises(InputError, match="under 2 policies: internal, scb-share-rule"):
        stack_tables([table(), table(policy="scb-share-rule")])
