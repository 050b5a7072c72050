"""Validation: each check has a case that trips it and one beside it that must not."""

import numpy as np
import pandas as pd
import pytest

from gisintegration.database.validation import Limits, validate
from gisintegration.disclosure import POLICIES
from gisintegration.errors import ValidationError
from gisintegration.tables import BREAKDOWNS, COLUMNS, ProtectedTable, Release
from gisintegration.testing import example_indicator, grid_areas

CHILD, PARENT = "block/1", "ward/1"


def areas(nx=4):
    """Blocks a0001 … in a row, the first half in ward a0001 and the rest in a0002."""
    blocks = grid_areas(nx, 1, division="block", edition=1)
    owner = ["a0001"] * (nx // 2) + ["a0002"] * (nx - nx // 2)
    blocks = blocks.with_(table=blocks.table.assign(ward=owner), parents={"ward": PARENT})
    return {CHILD: blocks, PARENT: grid_areas(2, 1, division="ward", edition=1)}


def cell(area, value, *, key=CHILD, year=2020, indicator="example_count", status=None, policy="internal", **more):
    division, edition = key.split("/")
    hidden = value is None
    row = dict.fromkeys(COLUMNS, np.nan) | dict.fromkeys(BREAKDOWNS, "total")
    row |= {"indicator": indicator, "division": division, "edition": edition, "area": area, "year": year}
    row |= {"value": np.nan if hidden else float(value), "method": "located", "exact_share": 1.0, "n_sources": 1}
    row |= {"status": status or ("protected" if hidden else "zero" if value == 0 else "shown"), "reason": ""}
    row |= {"coordinate_type": "address", "policy": policy, "release": ""}
    return row | more


def made(cells, *, kind="count", found=None, policy="internal", name="prov", manifest=None, **changes):
    indicator = example_indicator(kind, **changes)
    stamp = POLICIES[policy].stamp if policy in POLICIES else {"sv": policy, "en": policy}
    table = ProtectedTable(pd.DataFrame(cells), indicators={indicator.id: indicator}, stamps={policy: stamp})
    return Release(name=name, id="0" * 12, tables=(table,), areas=found or areas(), manifest=manifest or {})


def told(release, *, check=None, limits=None, previous=None):
    findings = validate(release, limits=limits, previous=previous).findings
    # Most cases give figures for some of the areas only.
    kept = findings[findings["check"] != "never_given"] if check is None else findings[findings["check"] == check]
    return [(row.severity, row.check, row.area) for row in kept.itertuples()]


def row(values, **more):
    return [cell(f"a{i + 1:04d}", value, **more) for i, value in enumerate(values)]


def both(children, parents, **more):
    return made([*row(children, **more), *row(parents, key=PARENT, **more)])


# Totals across levels


def test_levels_that_add_up_are_silent():
    assert told(both([10, 20, 5, 6], [30, 11])) == []


def test_a_sum_that_is_one_off_is_an_error_that_says_what_and_where():
    found = validate(both([10, 20, 5, 6], [30, 12])).findings
    assert found[["severity", "check", "division", "area", "year"]].to_numpy().tolist() == [
        ["error", "totals", "ward", "a0002", 2020]
    ]
    assert found["what"][0] == "Count: 2 areas of block/1 give 11, ward/1 has 12."
    assert found["what_sv"][0] == "Antal: 2 områden i block/1 ger 11, ward/1 har 12."


@pytest.mark.parametrize(
    ("parent", "trips"),
    [(9, True), (10, False), (15, False), (16, True)],  # 10 is shown; the protected one is 0 to 5
)
def test_protected_children_are_bounded_by_the_policy(parent, trips):
    children = [cell("a0001", 10, policy="scb-share-rule"), cell("a0002", None, policy="scb-share-rule")]
    children[1]["reason"] = "zero_or_small"
    cells = [*children, cell("a0001", parent, key=PARENT, policy="scb-share-rule")]
    found = told(made(cells, policy="scb-share-rule"), check="totals")
    assert found == ([("error", "totals", "a0001")] if trips else [])


def test_a_child_protected_for_another_reason_is_only_bounded_from_below():
    secondary = cell("a0002", None, reason="secondary")
    assert told(made([cell("a0001", 10), secondary, cell("a0001", 999, key=PARENT)]), check="totals") == []
    assert told(made([cell("a0001", 10), secondary, cell("a0001", 9, key=PARENT)]), check="totals")[0][0] == "error"


def test_a_published_table_may_be_off_by_what_small_numbers_were_adjusted_by():
    def published(children, parents):
        cells = [*row(children, policy="as-published"), *row(parents, key=PARENT, policy="as-published")]
        return made(cells, policy="as-published")

    assert told(published([3, 20], [24]), check="totals") == [("warning", "totals", "a0001")]
    assert told(published([3, 20], [28]), check="totals") == [("error", "totals", "a0001")]
    within = Limits(tolerance={"as-published": 2})
    assert told(published([3, 20], [28]), check="totals", limits=within) == []


def test_noise_that_is_declared_is_let_pass_as_far_as_it_goes():
    release = both([100, 200, 0, 0], [309, 0])
    assert told(release, check="totals")[0][0] == "error"
    # Three figures of variance 4 have a standard error of 3.5: 9 is within five of them, 18 within ten, 40 is not.
    noise = Limits(perturbation={"internal": 4})
    assert told(release, check="totals", limits=noise) == []
    assert told(both([100, 200, 0, 0], [318, 0]), check="totals", limits=noise)[0][0] == "warning"
    assert told(both([100, 200, 0, 0], [340, 0]), check="totals", limits=noise)[0][0] == "error"


def test_persons_kept_apart_from_the_areas_may_be_in_the_whole():
    apart = {"parameters": {"register": {"unplaced": "separate"}}}
    cells = [*row([10, 20]), cell("a0001", 35, key=PARENT)]
    assert told(made(cells), check="totals") != []
    assert told(made(cells, manifest=apart), check="totals") == []
    cells[-1] = cell("a0001", 29, key=PARENT)
    assert told(made(cells, manifest=apart), check="totals")[0][0] == "error"


def test_what_does_not_add_up_over_areas_is_not_added():
    cells = [*row([10, 20]), cell("a0001", 12, key=PARENT)]
    assert told(made(cells, additive="register_only"), check="totals") == []
    assert told(made(cells, flow=True, population={"moved": "in"}), check="totals") == []


def test_shares_lie_between_those_of_their_parts():
    def shares(parent, **more):
        cells = [
            *row([20, 30], indicator="example_share"),
            cell("a0001", parent, key=PARENT, indicator="example_share"),
        ]
        return made(cells, kind="share", **more)

    assert told(shares(25)) == told(shares(30.1)) == []
    assert told(shares(30.3)) == [("error", "between", "a0001")]
    # A part without a figure may hold what pulls the whole out.
    cells = [cell("a0001", 20, indicator="example_share"), cell("a0002", None, indicator="example_share")]
    cells.append(cell("a0001", 60, key=PARENT, indicator="example_share"))
    assert told(made(cells, kind="share")) == []


def test_numerators_and_denominators_add_up_too():
    def shares(denominator):
        parts = [(6, 30), (9, 30)]
        cells = [
            cell(f"a{i + 1:04d}", 100 * n / d, indicator="example_share", numerator=n, denominator=d)
            for i, (n, d) in enumerate(parts)
        ]
        whole = round(100 * 15 / denominator, 1)
        return made(
            [
                *cells,
                cell("a0001", whole, key=PARENT, indicator="example_share", numerator=15, denominator=denominator),
            ],
            kind="share",
        )

    assert told(shares(60)) == []
    found = validate(shares(61)).findings
    assert found.loc[found["check"] == "totals", "what"].tolist() == [
        "Denominator: 2 areas of block/1 give 60, ward/1 has 61."
    ]


def test_sexes_add_up():
    def sexes(total):
        return made([cell("a0001", total), cell("a0001", 4, sex="men"), cell("a0001", 6, sex="women")])

    assert told(sexes(10)) == []
    assert told(sexes(11)) == [("error", "sexes", "a0001")]


def test_classes_do_not_exceed_their_total_and_sums_are_sums():
    def classes(total, foreign):
        return made(
            [
                cell("a0001", total),
                cell("a0001", 4, background="birth_nordic"),
                cell("a0001", 5, background="birth_eu_efta"),
                cell("a0001", 6, background="birth_other_world"),
                cell("a0001", foreign, background="foreign_born"),
            ]
        )

    assert told(classes(15, 15)) == told(classes(40, 15)) == []  # the region of birth may be unknown
    assert told(classes(14, 15)) == [("error", "classes", "a0001")]
    assert told(classes(40, 16)) == [("error", "classes", "a0001")]


def test_net_moves_of_some_classes_may_exceed_the_whole_and_their_persons_may_not():
    def moves(persons):
        more = {"indicator": "example_net"}
        return made(
            [
                cell("a0001", -2.0, numerator=-20, denominator=1000, **more),
                cell("a0001", 1.0, numerator=5, denominator=persons, background="reason_other", **more),
            ],
            kind="net",
            additive="register_only",
            numerator={"moved": "in"},
            denominator={"moved": "out"},
            flow=True,
        )

    assert told(moves(500)) == []
    assert told(moves(1001)) == [("error", "classes", "a0001")]


def test_ages_that_span_the_population_add_up_in_the_years_they_do():
    ages = {"00_19": 3, "20_64": 4, "65": 5}

    def housing(total):
        return [cell("a0001", total), *(cell("a0001", n, age=code) for code, n in ages.items())]

    assert told(made(housing(12))) == []
    assert told(made(housing(13))) == [("error", "classes", "a0001")]
    # Of a population that goes further than its classes somebody may be in none.
    some = [one for one in housing(13) if one["age"] != "65"]
    assert told(made(some)) == []


def test_two_editions_of_a_year_have_the_same_kommun():
    old = grid_areas(2, 1)
    kommun = {"kommun": ["0114"] * 2}
    old = old.with_(table=old.table.assign(**kommun), parents={"kommun": "kommun/own"})
    new = old.with_(edition="2025")
    cells = [cell(code, 10, key=key) for key in ("deso/2018", "deso/2025") for code in old.codes]
    found = {"deso/2018": old, "deso/2025": new}
    assert told(made(cells, found=found), check="editions") == []
    cells[0] = cell(old.codes[0], 11, key="deso/2018")
    assert told(made(cells, found=found), check="editions") == [("warning", "editions", "0114")]


# Impossible figures


@pytest.mark.parametrize(
    ("kind", "value", "trips"),
    [
        ("share", 100.0, False),
        ("share", 100.1, True),
        ("share", -0.1, True),
        ("count", -1, True),
        ("mean", -3.0, False),
        ("mean", np.inf, True),
        ("ratio", 120.0, False),
    ],
)
def test_figures_that_cannot_be(kind, value, trips):
    release = made([cell("a0001", value, indicator=f"example_{kind}")], kind=kind)
    assert told(release) == ([("error", "range", "a0001")] if trips else [])


@pytest.mark.parametrize(
    ("rules", "value", "found"),
    [
        ({"numerator": {"moved": "in"}}, 300.0, []),
        ({"numerator": {"moved": ["immigrated", "in"]}}, 300.0, []),
        ({"numerator": {"moved": "in"}}, 1000.1, [("warning", "plausible", "a0001")]),
        ({"numerator": {"moved": "in"}}, np.inf, [("error", "range", "a0001")]),
        ({"numerator": {"moved": "in"}}, -0.1, [("error", "range", "a0001")]),
        ({"numerator": {"moved": "out"}}, 100.1, [("error", "range", "a0001")]),
        ({"population": {"moved": ["in", "out"]}, "numerator": {"moved": "in"}}, 100.1, [("error", "range", "a0001")]),
    ],
)
def test_a_new_housing_area_gets_more_persons_than_it_had(rules, value, found):
    release = made([cell("a0001", value, indicator="example_share")], kind="share", flow=True, **rules)
    assert told(release) == found


def test_a_range_of_the_project_takes_the_place_of_what_is_plausible_of_those_who_came():
    cells = [cell("a0001", 3000.0, indicator="example_share")]
    release = made(cells, kind="share", flow=True, numerator={"moved": "in"})
    assert told(release, limits=Limits(ranges={"example_share": (0, 5000)})) == []


def test_a_class_is_one_of_its_classes():
    words = [{"sv": "a", "en": "a"}] * 3

    def classed(value):
        cells = [cell("a0001", value, indicator="example_class")]
        return made(cells, kind="class", cuts=(1.0, 0.0), classes=words)

    assert told(classed(3)) == []
    assert told(classed(4)) == told(classed(1.5)) == [("error", "class_value", "a0001")]


def test_statuses_and_figures_agree():
    assert told(made([cell("a0001", 3, status="zero")])) == [("error", "zero", "a0001")]
    assert told(made([cell("a0001", None, status="shown")])) == [("error", "figure_missing", "a0001")]
    assert told(made([cell("a0001", 3, status="protected")])) == [("error", "figure_hidden", "a0001")]
    assert told(made([cell("a0001", None, numerator=3)])) == [("error", "figure_hidden", "a0001")]
    assert told(made([cell("a0001", 0), cell("a0002", None), cell("a0003", None, status="missing")])) == []


def test_what_a_policy_hides_is_an_error_when_given():
    given = {"indicator": "example_share", "policy": "scb-share-rule"}
    hidden = made([cell("a0001", 30, **given)], kind="share", policy="scb-share-rule")
    open_ = made([cell("a0001", 30, denominator=100, **given)], kind="share", policy="scb-share-rule")
    assert told(hidden) == []
    assert told(open_) == [("error", "parts_given", "a0001")]


def test_the_figure_is_numerator_over_denominator():
    def share(value, policy="internal"):
        cells = [cell("a0001", value, indicator="example_share", numerator=1, denominator=3, policy=policy)]
        return made(cells, kind="share", policy=policy)

    assert told(share(33.3)) == []
    assert told(share(33.4)) == [("error", "parts", "a0001")]
    assert told(share(33.4, "as-published")) == [("warning", "parts", "a0001")]


def test_bounds_hold_their_figure():
    assert told(made([cell("a0001", 10, lower=9, upper=12, se=1)])) == []
    assert told(made([cell("a0001", 10, lower=12, upper=13)])) == [("error", "bounds", "a0001")]
    assert told(made([cell("a0001", 10, se=-1)])) == [("error", "bounds", "a0001")]


def test_a_plausible_range_is_a_warning():
    limits = Limits(ranges={"example_count": (5, 20)})
    assert told(made(row([5, 20])), limits=limits) == []
    assert told(made(row([4, 20])), limits=limits) == [("warning", "plausible", "a0001")]


# Identity and missing areas


def test_a_cell_twice_and_unknown_codes_are_errors():
    assert told(made([cell("a0001", 1), cell("a0001", 2)]), check="duplicate") == [("error", "duplicate", "a0001")]
    assert told(made([cell("a9999", 1)])) == [("error", "unknown_area", "a9999")]
    assert told(made([cell("a0001", 1, key="other/1")])) == [("error", "unknown_edition", "")]


def test_an_area_without_a_row_is_a_warning_when_others_have_one():
    cells = [*row([1, 2, 3, 4]), *row([1, 2, 3], year=2021)]
    assert told(made(cells)) == [("warning", "missing_areas", "a0004")]
    assert told(made([*row([1, 2, 3, 4]), *row([1, 2, 3, 4], year=2021)])) == []
    # Areas that never have a figure are not meant: a note.
    assert told(made(row([1, 2, 3])), check="never_given")[0] == ("note", "never_given", "")


def test_a_kommun_that_is_missing_whole_is_told_once():
    deso = grid_areas(4, 1)
    deso = deso.with_(
        table=deso.table.assign(kommun=["0114", "0114", "0115", "0115"]), parents={"kommun": "kommun/own"}
    )
    cells = [cell(code, 5, key="deso/2018", year=year) for year in (2020, 2021) for code in deso.codes]
    found = {"deso/2018": deso}
    assert told(made(cells, found=found)) == []
    findings = validate(made(cells[:-2], found=found)).findings
    assert findings[["check", "year", "cells"]].to_numpy().tolist() == [["missing_kommun", 2021, 2]]


def test_a_year_left_out_between_others_is_a_warning():
    share, count = example_indicator("share"), example_indicator("count")
    cells = [cell("a0001", 5, year=year) for year in (2019, 2020, 2021)]
    cells += [cell("a0001", 5, year=year, indicator="example_share") for year in (2019, 2021)]
    table = ProtectedTable(pd.DataFrame(cells), indicators={"example_share": share, "example_count": count})
    release = Release(name="a", id="b", tables=(table,), areas=areas())
    findings = validate(release).findings
    assert findings.loc[findings["check"] == "gap", ["indicator", "year"]].to_numpy().tolist() == [
        ["example_share", 2020]
    ]


# Changes between years


def series(changes, **more):
    """Twenty blocks with a share that wavers by one from year to year, and one more whose changes are given."""
    cells = []
    for i in range(20):
        cells += [
            cell(f"a{i + 1:04d}", 50 + ((i + year) % 2), year=year, indicator="example_share")
            for year in range(2015, 2022)
        ]
    value = 50.0
    for year, change in zip(range(2015, 2022), changes, strict=True):
        value += change
        cells.append(cell("a0021", value, year=year, indicator="example_share"))
    return made(cells, kind="share", found=areas(22), **more)


def test_a_jump_is_seen_against_the_usual_spread():
    assert told(series([0, 1, -1, 2, -2, 1, 0]), check="jump") == []
    assert told(series([0, 1, -1, 20, 0, 1, 0]), check="jump") == [("warning", "jump", "a0021")]
    assert told(series([0, 1, -1, 20, 0, 1, 0]), check="jump", limits=Limits(jump=0)) == []
    assert told(series([0, 1, -1, 20, 0, 1, 0]), check="jump", limits=Limits(jump=100)) == []


def test_a_known_break_is_a_note():
    broken = {"year": 2018, "sv": "Ny definition.", "en": "New definition."}
    release = series([0, 1, -1, 20, 0, 1, 0], breaks=[broken])
    assert told(release, check="jump") == []
    assert told(release, check="break") == [("note", "break", "")]
    assert "New definition." in validate(release).findings["what"].iloc[-1]


def test_a_limit_of_the_project_is_absolute():
    release = series([0, 1, -1, 3, 0, 1, 0])
    assert told(release, check="change", limits=Limits(changes={"example_share": 3})) == []
    assert told(release, check="change", limits=Limits(changes={"example_share": 2.9})) == [
        ("warning", "change", "a0021")
    ]


def test_a_level_that_shifts_as_a_whole():
    def shifting(step):
        cells = [
            cell(f"a{i + 1:04d}", 50 + ((i + year) % 2) + step * (year >= 2018), year=year, indicator="example_share")
            for i in range(24)
            for year in range(2013, 2022)
        ]
        return made(cells, kind="share", found=areas(24))

    assert told(shifting(1), check="shift") == []
    assert told(shifting(20), check="shift") == [("warning", "shift", "")]
    assert told(shifting(20), check="jump") == []  # it is told once, for all areas


def test_a_level_whose_figures_vanish():
    cells = [*row([1, 2, 3, 4]), *row([None] * 4, year=2021, status="missing")]
    assert told(made(cells), check="vanished") == [("warning", "vanished", "")]
    assert told(made([*row([1, 2, 3, 4]), *row([None, None, None, 4], year=2021)]), check="vanished") == []


# Against the previous release


def test_what_the_previous_release_had_and_this_has_not():
    before = made([*row([1, 2, 3, 4]), *row([1, 2, 3, 4], year=2021)])
    assert told(before, previous=before) == []
    assert told(made(row([1, 2, 3, 4])), previous=before) == [("warning", "dropped", "")]
    other = validate(made(row([1, 2, 3])), previous=made(row([1, 2, 3, 4]))).findings
    assert other.loc[other["check"] == "dropped", "what"].tolist() == [
        "Was in the previous release and is gone: a0004."
    ]


def test_revisions_are_notes_up_to_the_limit():
    before, after = made(row([10, 20, 30, 40])), made(row([10, 20, 30, 44]))
    findings = validate(after, previous=before, limits=Limits(revised=25)).findings
    assert findings[["severity", "check", "cells"]].to_numpy().tolist() == [["note", "revised", 1]]
    assert findings["what"][0].startswith("1 of 4 figures are changed; largest change 4 (median 4).")
    assert told(after, previous=before) == [("warning", "revised", "")]


def test_a_figure_that_was_shown_and_is_hidden_is_not_told():
    before, after = made(row([10, 20, 30, 48151])), made(row([10, 20, 30, None]))
    findings = validate(after, previous=before).findings
    assert findings["check"].tolist() == ["revised"]
    assert "48151" not in findings.to_csv().replace("\N{NO-BREAK SPACE}", "")


def test_another_protection_and_another_definition_are_told():
    before = made(row([10, 20, 30, 40]))
    after = made(row([10, 20, 30, 40], policy="as-published"), policy="as-published", decimals=1)
    assert told(after, previous=before) == [("warning", "protection", ""), ("note", "redeclared", "")]


# The whole


def test_errors_refuse_and_warnings_do_not():
    refused = validate(both([10, 20, 5, 6], [30, 12]))
    assert not refused.ok
    with pytest.raises(ValidationError, match="1 error in totals; the whole report is") as caught:
        refused.verify(report="internal/validation.html")
    assert caught.value.failures[0]["area"] == "a0002"
    warned = validate(made([*row([1, 2, 3, 4]), *row([1, 2, 3], year=2021)]))
    assert warned.ok
    assert warned.verify() is warned
    assert warned.summary.startswith("0 errors, 1 warning, 0 notes in ")


def test_of_many_cells_the_first_are_told_and_the_rest_counted():
    release = made(row([-1] * 30), found=areas(30))
    findings = validate(release).findings
    assert len(findings) == 21
    assert findings["cells"].sum() == 30
    assert findings["what"].iloc[-1] == "… and 10 more cells."


def test_the_order_of_rows_and_tables_does_not_matter():
    cells = [*row([10, -20, 5, 6]), *row([30, 12], key=PARENT)]
    one, other = validate(made(cells)).findings, validate(made(cells[::-1])).findings
    pd.testing.assert_frame_equal(one, other)


def test_an_empty_table_is_no_error():
    release = made(row([1]))
    empty = Release(
        name="a", id="b", tables=(ProtectedTable(release.tables[0].table.iloc[:0], indicators={}),), areas={}
    )
    assert validate(empty).ok
