"""Primary protection: every limit from both sides, counted by hand."""

import numpy as np
import pytest

from gisintegration.database import release
from gisintegration.disclosure import INTERNAL, SCB_SHARE_RULE, Policy, protect
from gisintegration.disclosure.protect import _RULES
from gisintegration.errors import DisclosureError
from gisintegration.tables import Kind, RawTable
from gisintegration.testing import example_indicator, example_raw


def protected(**keys):
    return protect(example_raw(**keys), "scb-share-rule")[0].table


@pytest.mark.parametrize(
    ("numerator", "denominator", "status", "reason"),
    [
        (6, 21, "shown", ""),
        (5, 21, "protected", "zero_or_small"),
        (0, 21, "protected", "zero_or_small"),
        (0, 5000, "protected", "zero_or_small"),
        (6, 20, "protected", "small_base"),
        (20, 20, "protected", "small_base"),
        (0, 0, "protected", "small_base"),
        (21, 21, "shown", ""),
    ],
)
def test_share_needs_more_than_20_and_more_than_5(numerator, denominator, status, reason):
    table = protected(numerator=[numerator], denominator=[denominator])
    assert (table.status[0], table.reason[0]) == (status, reason)
    assert np.isnan(table.value[0]) == (status == "protected")


def test_shown_shares_have_one_decimal_and_no_parts():
    table = protected(numerator=[10, 61], denominator=[80, 1000])
    assert table.value.tolist() == [12.5, 6.1]
    assert table[["numerator", "denominator", "lower", "upper", "se"]].isna().all().all()


def test_half_is_rounded_away_from_zero():
    # 49/800 = 6.125 % with one decimal is 6.1; 57/240 = 23.75 % is 23.8.
    assert protected(numerator=[49, 57], denominator=[800, 240]).value.tolist() == [6.1, 23.8]


@pytest.mark.parametrize("kind", ["mean", "median", "ratio"])
def test_money_needs_more_than_20_contributors(kind):
    table = protected(kind=kind, numerator=[2100, 2000], denominator=[21, 20])
    assert table.status.tolist() == ["shown", "protected"]
    assert table.reason.tolist() == ["", "small_base"]


def test_total_population_is_always_shown_and_a_breakdown_only_above_5():
    counts = {"kind": "count", "numerator": [0, 3, 6], "denominator": [0, 3, 6]}
    assert protected(**counts).status.tolist() == ["zero", "shown", "shown"]
    assert protected(**counts, sex="women").status.tolist() == ["protected", "protected", "shown"]


def test_a_count_of_some_is_not_the_total_population():
    raw = example_raw(kind="count", numerator=[3], denominator=[3])
    some = example_indicator("count", population={"age": "20-64"})
    assert protect(RawTable(raw.table, indicators={some.id: some}), "scb-share-rule")[0].table.status[0] == "protected"


def test_of_recalculated_persons_the_whole_ones_count():
    assert protected(numerator=[5.9, 6.0, 9], denominator=[90, 90, 20.9]).status.tolist() == [
        "protected", "shown", "protected"
    ]  # fmt: skip
    counts = protected(kind="count", numerator=[5.4, 6.2], denominator=[5.4, 6.2], sex="women")
    assert counts.status.tolist() == ["protected", "shown"]


@pytest.mark.parametrize("status", ["not_applicable", "did_not_exist"])
def test_what_does_not_apply_or_exist_is_not_made_secret(status):
    raw = example_raw(numerator=[np.nan], denominator=[np.nan])
    table = protect(RawTable(raw.table.assign(status=status), indicators=raw.indicators), "scb-share-rule")[0].table
    assert table.status.tolist() == [status]


def test_a_source_that_is_missing_stays_missing():
    assert protected(numerator=[np.nan], denominator=[np.nan]).status.tolist() == ["missing"]


def test_an_index_is_protected_where_a_component_is_protected_or_not_given():
    shares = example_raw(numerator=[6, 5], denominator=[21, 21], areas=["0114A0010", "0114A0020"])
    index = example_raw(
        kind="index", numerator=[20, 20, 20], denominator=[100] * 3, areas=["0114A0010", "0114A0020", "0114A0030"]
    )
    assert protect([shares, index], "scb-share-rule")[1].table.status.tolist() == ["shown", "protected", "protected"]


def test_a_class_follows_an_index_that_follows_its_share():
    share = example_raw(numerator=[5], denominator=[21])
    index = example_raw(kind="index", numerator=[20], denominator=[100])
    klass = example_raw(kind="class", numerator=[2], denominator=[100])
    for order in ([share, index, klass], [klass, index, share]):
        assert {table.table.status[0] for table in protect(order, "scb-share-rule")} == {"protected"}


def test_every_kind_has_a_rule():
    assert set(_RULES) == set(Kind)


def test_a_kind_without_a_rule_is_refused(monkeypatch):
    monkeypatch.delitem(_RULES, Kind.MEDIAN)
    with pytest.raises(DisclosureError, match="no rule"):
        protected(kind="median", numerator=[2100], denominator=[100])


def test_internal_does_nothing_and_says_so():
    table = protect(example_raw(numerator=[0, 1], denominator=[3, 3]), "internal")[0]
    assert table.table.numerator.tolist() == [0, 1]
    assert table.table.status.tolist() == ["zero", "shown"]
    assert "INTERNT" in table.stamps["internal"]["sv"]
    assert set(table.table.policy) == {"internal"}


def test_unknown_policy_names_the_known_ones():
    with pytest.raises(DisclosureError, match="scb-share-rule"):
        protect(example_raw(numerator=[1], denominator=[3]), "scb-share-rul")


def two(first, second):
    cells = {"numerator": [6], "denominator": [21]}
    return [example_raw(**cells, **first), example_raw(**cells, **second)]


@pytest.mark.parametrize(
    "pair",
    [
        two({"edition": "2018"}, {"edition": "2025"}),
        two({"division": "deso"}, {"division": "district", "edition": "own"}),
        two({"division": "regso"}, {"division": "nyko4", "edition": "own"}),
        two({"division": "nyko1", "edition": "own"}, {"division": "school", "edition": "own"}),
    ],
)
def test_divisions_that_cut_across_each_other_are_refused(pair):
    with pytest.raises(DisclosureError, match="does not protect"):
        protect(pair, SCB_SHARE_RULE)
    assert len(protect(pair, INTERNAL)) == 2


@pytest.mark.parametrize(
    "pair",
    [
        two({"edition": "2018", "year": 2023}, {"edition": "2025", "year": 2024}),
        two({"division": "deso"}, {"division": "regso", "edition": "2020"}),
        two({"division": "nyko1", "edition": "own"}, {"division": "nyko2", "edition": "own"}),
        two({"division": "district", "edition": "own"}, {"division": "kommun", "edition": "2003"}),
    ],
)
def test_divisions_that_nest_or_are_of_different_years_are_let_through(pair):
    assert len(protect(pair, SCB_SHARE_RULE)) == 2


def test_what_is_already_published_counts_too():
    old, new = two({"edition": "2018"}, {"edition": "2025"})
    out = release(protect(old, SCB_SHARE_RULE), areas={"deso/2018": None})
    with pytest.raises(DisclosureError, match="Two editions of deso for 2022"):
        protect(new, SCB_SHARE_RULE, published=[out])


@pytest.mark.parametrize(("persons", "refused"), [(0, False), (1, True), (20, True), (21, False)])
def test_few_persons_outside_the_areas_are_refused(persons, refused):
    raw = example_raw(numerator=[6], denominator=[21])
    apart = RawTable(raw.table, indicators=raw.indicators, residual={("0114", 2022): persons})
    if refused:
        with pytest.raises(DisclosureError, match="centralort"):
            protect(apart, SCB_SHARE_RULE)
    else:
        assert protect(apart, SCB_SHARE_RULE)
    assert protect(apart, INTERNAL)


def test_the_complement_of_a_policy_is_data():
    strict = Policy("strict", 100, 5, hides_parts=True, one_edition=True, stamp={"sv": "s", "en": "s"})
    assert protect(example_raw(numerator=[50], denominator=[100]), strict)[0].table.status[0] == "protected"


# Data year 2024 with flows on the division of 1 January 2024 and stocks on that of 1 January 2025.
_EVENTS = [
    ({"population": {"moved": "in"}}, "count", True),
    ({"numerator": {"moved": "out"}}, "share", True),
    ({"numerator": {"moved": "in"}, "denominator": {"moved": "out"}}, "net", True),
    ({"numerator": {"departure": "died"}}, "share", True),
    ({}, "count", False),
    ({"population": {"age": 0}}, "count", False),
    ({"numerator": {"labour_status": "employed"}}, "share", False),
    ({"numerator": {"moved": "in"}, "denominator": {"age": "20-64"}}, "quotient", False),
    ({"numerator": {"age": 0}, "denominator": {"departure": "died"}}, "net", False),
]


@pytest.mark.parametrize(("rules", "kind", "let_through"), _EVENTS)
def test_only_flows_of_other_persons_stand_on_the_older_edition_beside_stocks(rules, kind, let_through):
    """A user's own flow of the persons of 31 December, on the old edition, is subtracted from them on the new one."""
    flow = example_raw(edition="2018", year=2024, numerator=[30], denominator=[60])
    declared = {"example_share": example_indicator(kind, name="example_share", flow=True, **rules)}
    flow = RawTable(flow.table, declared, flow.labels)
    stock = example_raw(kind="count", edition="2025", year=2024, numerator=[30], denominator=[60])
    if let_through:
        made = protect([flow, stock], SCB_SHARE_RULE)
        release(made, areas={"deso/2018": None, "deso/2025": None})
        return
    with pytest.raises(DisclosureError, match="Two editions of deso for 2024"):
        protect([flow, stock], SCB_SHARE_RULE)
    # Each by itself is let through, and they may not be released together either.
    apart = [protect(one, SCB_SHARE_RULE)[0] for one in (flow, stock)]
    with pytest.raises(DisclosureError, match="Two editions of deso for 2024"):
        release(apart, areas={"deso/2018": None, "deso/2025": None})
