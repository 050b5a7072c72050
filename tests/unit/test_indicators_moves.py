"""Moves of a dozen persons over three years, each counted by hand on blocks, towns and the region of both."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gisintegration.errors import IndicatorError, RegisterError
from gisintegration.indicators import aggregate
from gisintegration.indicators.declare import faults, lacking
from gisintegration.registers import place
from gisintegration.testing import example_indicator

sys.path.insert(0, str(Path(__file__).parents[1]))
from four_areas import counted, flow, four_areas, people, register, row, values

# 31 Dec 2019 → 31 Dec 2020
# p1  a → a      stays
# p2  a → b      moves inside town north
# p3  a → c      moves from town north to town south
# p4  b → far    moves out of the areas, still in the register
# p5  far → d    moves into the areas, was in the register
# p6  – → d      arrival domestic: came from outside the register
# p7  – → a      immigrated
# p8  – → b      born
# p9  c → –      died
# p10 c → –      emigrated
# p11 d → –      departure domestic: moved to a part of Sweden outside the register
# p12 . → c      without a place in 2019, in the register
# 31 Dec 2020 → 31 Dec 2021: p1 a → d, everybody else stays.
PERSONS = """
person year area sex   age labour_status arrival   departure immigrated
1      2019 a    women 30  employed      .         .         .
2      2019 a    men   40  employed      .         .         .
3      2019 a    women 50  outside       .         .         .
4      2019 b    men   35  employed      .         .         .
5      2019 far  women 28  employed      .         .         .
9      2019 c    men   90  outside       .         died      .
10     2019 c    women 45  employed      .         emigrated .
11     2019 d    men   60  employed      .         domestic  .
12     2019 .    men   33  outside       .         .         .
1      2020 a    women 31  employed      .         .         .
2      2020 b    men   41  outside       .         .         .
3      2020 c    women 51  employed      .         .         .
4      2020 far  men   36  employed      .         .         .
5      2020 d    women 29  employed      .         .         .
6      2020 d    men   22  employed      domestic  .         .
7      2020 a    women 37  outside       immigrated .        2020-05-01
8      2020 b    men   0   not_applicable born     .         .
12     2020 c    men   34  employed      .         .         .
1      2021 d    women 32  employed      .         .         .
2      2021 b    men   42  outside       .         .         .
3      2021 c    women 52  employed      .         .         .
4      2021 far  men   37  employed      .         .         .
5      2021 d    women 30  employed      .         .         .
6      2021 d    men   23  employed      .         .         .
7      2021 a    women 38  outside       .         .         2020-05-01
8      2021 b    men   1   not_applicable .        .         .
12     2021 c    men   35  employed      .         .         .
"""
EMPLOYED = {"labour_status": "employed"}
MOVES = [
    *(flow(word, population={"moved": word}) for word in ("in", "out", "immigrated", "emigrated", "stayed")),
    flow("births", population={"age": 0}),
    flow("deaths", population={"departure": "died"}),
    flow("changed", population={"moved": ["in", "out"]}),
    flow("net", "net", numerator={"moved": "in"}, denominator={"moved": "out"}),
    flow("abroad", "net", numerator={"moved": "immigrated"}, denominator={"moved": "emigrated"}),
    flow("natural", "net", numerator={"age": 0}, denominator={"departure": "died"}),
    flow("risk", "share", numerator={"moved": "out"}),
    flow("new", "share", numerator={"moved": "in"}),
    flow("stayed_share", "share", population={"moved": ["stayed", "out", "emigrated"]}, numerator={"moved": "stayed"}),
    flow("employed_in", "share", population={"moved": "in"}, numerator=EMPLOYED),
    flow("quotient", "quotient", numerator={"moved": "in", **EMPLOYED}, denominator={"moved": "out", **EMPLOYED}),
    flow("age_in", "mean", population={"moved": "in"}, variable="age"),
    flow("age_stayed", "mean", population={"moved": "stayed"}, variable="age"),
]  # fmt: skip


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    with pytest.warns(UserWarning, match="no figures for 2019, since they read persons of 2018"):
        return counted(tmp_path_factory.mktemp("r"), PERSONS, MOVES, [2019, 2020, 2021])


def places(*expected):
    return dict(zip(["a", "b", "c", "d", "north", "south", "provet"], expected, strict=True))


@pytest.mark.parametrize(
    ("indicator", "expected"),
    [
        # in: p2 to b, p3 and p12 to c, p5 and p6 to d. Of town north p2 is none; of the region only p5, p6, p12 are.
        ("in", places(0, 1, 2, 2, 0, 4, 3)),
        # out: p2 and p3 from a, p4 from b, p11 from d; p2 not from town north, p3 not from the region.
        ("out", places(2, 1, 0, 1, 2, 1, 2)),
        ("immigrated", places(1, 0, 0, 0, 1, 0, 1)),
        ("emigrated", places(0, 0, 1, 0, 0, 1, 1)),
        # stayed: p1 in a; in town north p1 and p2; in the region p3 too.
        ("stayed", places(1, 0, 0, 0, 2, 0, 3)),
        ("births", places(0, 1, 0, 0, 1, 0, 1)),
        ("deaths", places(0, 0, 1, 0, 0, 1, 1)),
        ("changed", places(2, 2, 2, 3, 2, 5, 5)),
    ],
)
def test_who_moved_in_2020_depends_on_the_level(raw, indicator, expected):
    assert values(raw, indicator, 2020) == expected


def test_a_net_flow_is_of_the_mean_population(raw):
    # Persons 31 Dec 2019: a 3, b 1, c 2, d 1; 31 Dec 2020: a 2, b 2, c 2, d 2. Mean: 2.5, 1.5, 2, 1.5; towns 4 and 3.5.
    net = values(raw, "net", 2020)
    assert net == places(-80, 0, 100, pytest.approx(100 / 1.5), -50, pytest.approx(300 / 3.5), pytest.approx(100 / 7.5))
    assert row(raw, "net", "b", 2020)["status"] == "zero"  # one in, one out: a true zero
    cell = row(raw, "net", "south", 2020)
    assert (cell.numerator, cell.denominator, cell.contributors) == (3, 3.5, 1)  # 4 in, 1 out


def test_births_and_deaths_make_a_net_too(raw):
    assert values(raw, "natural", 2020) == places(
        0, pytest.approx(100 / 1.5), -50, 0, 25, pytest.approx(-100 / 3.5), 0
    )  # fmt: skip
    assert values(raw, "abroad", 2020)["c"] == -50


def test_the_risk_of_leaving_is_a_share_of_those_who_were_there(raw):
    assert values(raw, "risk", 2020) == places(
        pytest.approx(200 / 3), 100, 0, 100, 50, pytest.approx(100 / 3), pytest.approx(200 / 7)
    )  # fmt: skip
    cell = row(raw, "risk", "north", 2020)
    assert (cell.numerator, cell.denominator, cell.contributors) == (2, 4, 4)


def test_who_moved_in_is_a_share_of_those_who_were_there(raw):
    cell = row(raw, "new", "south", 2020)
    assert (cell.numerator, cell.denominator) == (4, 3)


def test_those_who_died_are_not_among_those_who_could_stay(raw):
    # Town south 2019: p9 died, p10 emigrated, p11 left. Region: p1, p2, p3 stayed; p4, p11 out, p10 emigrated.
    assert values(raw, "stayed_share", 2020) == places(
        pytest.approx(100 / 3), 0, 0, 0, pytest.approx(200 / 4), 0, 50
    )  # fmt: skip


def test_variables_are_of_the_end_at_which_the_mover_is_in_the_area(raw):
    # In of town south in 2020: p3, p5, p6, p12, all employed at its end. Out of town north: p3 outside, p4 employed,
    # both as at its beginning.
    cell = row(raw, "quotient", "south", 2020)
    assert (cell.numerator, cell.denominator, cell.value) == (4, 1, 4)  # out of south: p11, employed
    assert cell.contributors == 1  # four moved in, one moved out
    north = row(raw, "quotient", "north", 2020)
    assert (north.numerator, north.denominator, north.value) == (0, 1, 0)
    assert row(raw, "quotient", "c", 2020)["status"] == "missing"  # nobody left c for Sweden
    assert values(raw, "employed_in", 2020, "b c south") == {"b": 0, "c": 100, "south": 100}


def test_means_of_movers(raw):
    assert values(raw, "age_in", 2020, "c south") == {"c": 42.5, "south": 34}  # 51, 34; 51, 29, 22, 34
    assert values(raw, "age_stayed", 2020, "a north provet") == {"a": 30, "north": 35, "provet": 40}


def test_by_sex(raw):
    counts = {sex: row(raw, "in", "south", 2020, sex=sex)["value"] for sex in ("women", "men", "total")}
    assert counts == {"women": 2, "men": 2, "total": 4}


def test_the_year_after(raw):
    assert values(raw, "in", 2021) == places(0, 0, 0, 1, 0, 1, 0)
    assert values(raw, "stayed", 2021) == places(1, 2, 2, 2, 3, 4, 8)


def test_moves_of_the_first_year_are_missing_and_births_are_not(raw):
    assert set(values(raw, "net", 2019).values()) == {"missing"}
    assert set(values(raw, "births", 2019).values()) == {0}


def test_a_register_of_stock_only_tells_by_the_date_of_immigration_and_the_age(tmp_path):
    frame = people(PERSONS).drop(columns=["arrival", "departure"])
    words = [flow(word, population={"moved": word}) for word in ("in", "out", "immigrated")]
    raw = aggregate(
        register(tmp_path, frame), {item.id: item for item in words}, by=["block"], areas={four_areas(): [2020]},
        breakdowns=False,
    )  # fmt: skip
    # p6 was not in the register, did not immigrate in 2020 and is not newborn: from outside. p11 is gone without a word.
    assert values(raw, "in", 2020, "a b c d") == {"a": 0, "b": 1, "c": 2, "d": 2}
    assert values(raw, "immigrated", 2020, "a b c d") == {"a": 1, "b": 0, "c": 0, "d": 0}
    assert values(raw, "out", 2020, "a b c d") == {"a": 2, "b": 1, "c": 0, "d": 0}


def test_what_a_register_must_say_of_moves():
    moves = {word: flow(word, population={"moved": word}) for word in ("in", "out", "immigrated", "emigrated")}
    assert lacking(moves, {"person", "age"}) == {
        "in": ["arrival"], "immigrated": ["arrival"], "emigrated": ["departure"]
    }  # fmt: skip
    assert lacking(moves, {"immigrated", "departure"}) == {}


def test_the_placement_must_cover_the_year_before(tmp_path):
    persons = register(tmp_path, people(PERSONS))
    areas = four_areas()
    with pytest.raises(RegisterError, match="lacks years that moves are told by") as error:
        aggregate(
            persons, {"net": MOVES[8]}, by=["block"], areas={areas: [2020]}, places=place(persons, {areas: [2020]})
        )
    assert error.value.failures == [{"edition": "block/2020", "year": 2019}]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"flow": False, "population": {"moved": "in"}}, "flow"),
        ({"population": {"any": [{"moved": "in"}, {"age": 0}]}}, "population"),
        ({"population": {"moved": "in"}, "additive": "areas"}, "additive"),
        ({"population": {"moved": "inwards"}}, "population"),
        ({"kind": "net", "numerator": {"moved": "in"}, "denominator": {"moved": "out"}, "flow": False}, "flow"),
        (
            {
                "kind": "net",
                "numerator": {"moved": "in"},
                "denominator": {"moved": "out"},
                "population": {"moved": "in"},
            },
            "population",
        ),
        ({"kind": "share", "population": {"moved": "in"}, "numerator": {"moved": "out"}}, "numerator"),
        ({"kind": "median", "population": {"moved": "in"}, "variable": "age"}, "population"),
    ],
)
def test_a_declaration_that_cannot_be_counted_is_refused(changes, field):
    wrong = flow("wrong", **{"kind": "count", **changes})
    assert field in [where for where, _ in faults(wrong)]
    with pytest.raises(IndicatorError):
        aggregate(None, {"wrong": wrong}, by=["block"], areas={four_areas(): [2020]})


def test_a_net_of_flows_may_be_added_over_areas():
    net = example_indicator("net", additive="areas")
    assert list(faults(net)) == []
