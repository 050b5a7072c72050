"""Recalculation of net flows and quotients, by hand, and of what only the register tells, refused with its reason."""

from __future__ import annotations

import pandas as pd
import pytest

from gisintegration import Crosswalk, RawTable, protect, recalculate
from gisintegration.errors import IndicatorError
from gisintegration.testing import example_indicator, example_raw

# Areas 1 and 2 become 12; of the 1 000 persons of 3, 600 come to 31 and 400 to 32.
PIECES = [("1", "12", 900), ("2", "12", 1100), ("3", "31", 600), ("3", "32", 400)]


def walk():
    rows = pd.DataFrame(PIECES, columns=["source", "target", "n"])
    rows["weight"] = rows["n"] / rows.groupby("source")["n"].transform("sum")
    return Crosswalk("own/1", "own/2", "points", rows.assign(year=2021), ("1", "2", "3"), ("12", "31", "32"), raw=True)


def raw(kind, numerator, denominator, contributors):
    made = example_raw(
        kind=kind, numerator=numerator, denominator=denominator, contributors=contributors, areas=("1", "2", "3"),
        division="own", edition="1", year=2021,
    )  # fmt: skip
    (indicator,) = made.indicators.values()
    return RawTable(made.table, {indicator.id: indicator.model_copy(update={"additive": "areas"})})


def test_a_net_flow_keeps_its_sign_and_adds_over_areas():
    made = recalculate(raw("net", [30, -90, -50], [900, 1100, 1000], [40, 60, 25]), walk()).table.set_index("area")
    # 30 − 90 of 2 000; −50 of 1 000 in both parts of 3.
    assert made["value"].round(9).to_dict() == {"12": -3, "31": -5, "32": -5}
    assert made["numerator"].round(9).to_dict() == {"12": -60, "31": -30, "32": -20}
    assert made["denominator"].round(9).to_dict() == {"12": 2000, "31": 600, "32": 400}
    assert made["contributors"].round(9).to_dict() == {"12": 100, "31": 15, "32": 10}
    assert made.loc["12", "method"] == "summed"


def test_bounds_of_an_estimated_net_flow_hold_both_signs():
    made = recalculate(raw("net", [30, -90, -50], [900, 1100, 1000], [40, 60, 25]), walk()).table.set_index("area")
    assert made.loc["12", ["lower", "upper"]].tolist() == [-3, -3]
    low, high = (made.loc["31", side] for side in ("lower", "upper"))
    assert not low > -5
    assert not high < -5


def test_flows_that_outweigh_each_other_are_a_true_zero():
    made = recalculate(raw("net", [90, -90, 0], [900, 1100, 1000], [40, 60, 25]), walk()).table.set_index("area")
    assert made["status"].astype(str).to_dict() == {"12": "zero", "31": "zero", "32": "zero"}


def test_a_quotient_of_counts_is_made_anew_of_its_sides():
    made = recalculate(raw("quotient", [300, 100, 50], [100, 400, 200], [120, 90, 60]), walk()).table.set_index("area")
    # Not the mean of 3 and 0.25, and not per cent.
    assert made["value"].round(9).to_dict() == {"12": 0.8, "31": 0.25, "32": 0.25}


def test_what_is_recalculated_is_protected_by_the_same_rule():
    made = recalculate(raw("net", [3, -1, -5], [900, 1100, 1000], [2, 2, 9]), walk())
    table = protect(made, "scb-share-rule")[0].table.set_index("area")
    # Smaller flows: 4 in 12, 5.4 and 3.6 in the parts of 3.
    assert set(table["status"].astype(str)) == {"protected"}


@pytest.mark.parametrize(
    ("indicator", "why"),
    [
        (example_indicator("dissimilarity"), "does not follow from those of its parts"),
        (example_indicator("index"), "made anew of its recalculated components"),
        (example_indicator("class"), "made anew of the recalculated index"),
        (example_indicator("net", additive="register_only"), "changes when areas merge or divide"),
        (example_indicator("quotient", additive="register_only"), "changes when areas merge or divide"),
    ],
)
def test_what_only_the_register_tells_is_refused(indicator, why):
    table = raw("share", [30, 90, 50], [900, 1100, 1000], [900, 1100, 1000]).table.assign(indicator=indicator.id)
    with pytest.raises(IndicatorError, match="only the register tells them") as error:
        recalculate(RawTable(table, {indicator.id: indicator}), walk())
    assert why in error.value.failures[0]["why"]
