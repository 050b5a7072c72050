"""Aggregation of a register of twelve persons, every figure counted by hand; sums over levels, statuses, methods."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gisintegration.areas import AreaDivision
from gisintegration.areas.assemble import assemble
from gisintegration.errors import IndicatorError, InputError, RegisterError
from gisintegration.indicators import aggregate, load_indicators
from gisintegration.registers import place, read_register
from gisintegration.tables import RawTable
from gisintegration.testing import grid_areas

A, B, C = "0114A0010", "0114A0020", "0114A0030"
PRICE_BASE = 48_300  # 2022

# On 31 December 2022: immigrated 2021-01-01 is 729 days ago, 2020-12-31 730, 2019-01-02 1459, 2019-01-01 1460,
# 2013-01-03 3649 and 2013-01-02 3650. 60 per cent of the synthetic register's median (293 000) is 175 800.
PERSONS = """
person area sex  age birth_region immigrated immigration_reason education labour_status registered_unemployed social_assistance_months unemployment_days disposable_income net_income equivalised_income social_assistance tenure voted_riksdag living_area
1  a women 30 sweden       .          .          compulsory          employed   none      0   0 300000 280000 250000     0 rental      true  60
2  a men   19 sweden       .          .          upper_secondary     employed   none      0   0 100000  90000 175800     0 owner       false 60
3  a men   20 nordic       2021-01-01 other      unknown             unemployed open      0 184 150000 140000 175799     0 rental      .     .
4  a women 64 world        2020-12-31 protection compulsory          outside    none     10   0 120000 100000 150000 90000 rental      .     90
5  a women 65 eu_efta      2013-01-02 other      post_secondary_long outside    none      0   0 240000 230000 300000     0 owner       true  .
6  a men   45 world        2013-01-03 protection upper_secondary     employed   none      9 183 180000 170000 .          0 cooperative false 40
7  a women 50 europe_other 2019-01-02 other      upper_secondary     employed   none     12 200 210000 110000 100000 60000 rental      .     .
8  a men   35 world        2019-01-01 protection post_secondary_short outside   programme 0   0  90000  80000 200000     0 rental      .     .
9  a women 40 world        .          .          post_secondary_long employed   none      0   0 410000 120000 400000     0 cooperative true  .
10 a men    5 sweden       .          .          not_applicable      not_applicable none  0   0      0      0 .          0 unknown     .     .
11 b women 70 sweden       .          .          upper_secondary     outside    none      0   0 200000 200000 200000     0 owner       true  .
12 b men   25 sweden       .          .          upper_secondary     unemployed open      0   0 100000 100000 190000     0 owner       false .
"""

# One of each kind over the persons of the year itself.
PLAIN = [
    "population",
    "foreign_born_share",
    "foreign_background_share",
    "employed_share",
    "registered_unemployed_share",
    "low_education_share",
    "low_economic_standard_share",
    "disposable_income_mean",
    "disposable_income_median",
    "rental_share",
    "turnout_riksdag",
    "social_assistance_ratio",
    "assistance_or_unemployment_share",
]


def persons(text: str = PERSONS, **changes: object) -> pd.DataFrame:
    frame = pd.read_csv(io.StringIO(text), sep=r"\s+", dtype=str, na_values=".", keep_default_na=False)
    easting = frame.pop("area").map({"a": 600_500, "b": 601_500, "c": 602_500, "none": np.nan})
    frame = frame.assign(year="2022", kommun="0114", x=easting, y=np.where(easting.isna(), np.nan, 6_600_500))
    frame["background"] = np.where(frame["birth_region"] == "sweden", "swedish", "foreign")
    frame["coordinate_type"] = "address"
    return frame.assign(**changes)


def register(folder: Path, frame: pd.DataFrame, **options: object):
    path = folder / "persons.csv"
    frame.to_csv(path, index=False)
    return read_register(path, crs=3006, **options)


def raw(
    folder: Path, frame: pd.DataFrame, *, areas: AreaDivision | None = None, years=(2022,), **options: object
) -> RawTable:
    options = {"by": ["deso", "region"], "region": "Provet", "constants": "synthetic"} | options
    unplaced = options.pop("unplaced", "centralort")
    indicators = options.pop("indicators", PLAIN)
    return aggregate(
        register(folder, frame, unplaced=unplaced), indicators, areas={areas or grid_areas(3, 1): years}, **options
    )


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return raw(tmp_path_factory.mktemp("register"), persons()).table


def cell(table: pd.DataFrame, indicator: str, area: str = A, **keys: object) -> pd.Series:
    wanted = (
        {"indicator": indicator, "area": area, "year": 2022}
        | dict.fromkeys(["sex", "background", "age", "education"], "total")
        | keys
    )
    found = table[np.logical_and.reduce([table[name] == value for name, value in wanted.items()])]
    assert len(found) == 1, f"{len(found)} rows of {wanted}"
    return found.iloc[0]


def test_a_count_by_sex_and_class(table):
    counts = {
        key: cell(table, "population", **key_of(key)).value
        for key in ["total", "women", "men", "birth_sweden", "birth_nordic", "birth_eu_efta", "birth_other_world"]
    }
    assert counts == {
        "total": 10,
        "women": 5,
        "men": 5,
        "birth_sweden": 3,
        "birth_nordic": 1,
        "birth_eu_efta": 1,
        "birth_other_world": 5,
    }
    women = {
        age: cell(table, "population", sex="women", age=age).value for age in ("00_19", "20_24", "25_34", "55_64", "65")
    }
    assert women == {"00_19": 0, "20_24": 0, "25_34": 1, "55_64": 1, "65": 1}
    levels = {
        level: cell(table, "population", education=level).value
        for level in ("compulsory", "upper_secondary", "post_secondary", "unknown")
    }
    assert levels == {"compulsory": 2, "upper_secondary": 3, "post_secondary": 3, "unknown": 1}  # the child is in none


def key_of(name: str) -> dict[str, str]:
    if name in ("women", "men"):
        return {"sex": name}
    return {} if name == "total" else {"background": name}


def test_time_in_sweden_is_counted_in_days_to_the_end_of_the_year(table):
    stays = {
        stay: cell(table, "population", background=stay).value
        for stay in ("stay_00_01", "stay_02_03", "stay_04_09", "stay_10")
    }
    assert stays == {"stay_00_01": 1, "stay_02_03": 2, "stay_04_09": 2, "stay_10": 1}


def test_the_overlapping_class_is_the_sum_of_those_that_share_nobody(table):
    assert cell(table, "population", background="foreign_born").value == 7
    assert cell(table, "population", background="reason_protection").value == 3
    assert cell(table, "population", background="reason_other").value == 3  # person 9 has no reason


@pytest.mark.parametrize(
    ("indicator", "numerator", "denominator"),
    [
        ("foreign_born_share", 7, 10),
        ("foreign_background_share", 7, 10),
        ("employed_share", 4, 7),
        ("registered_unemployed_share", 2, 7),
        ("low_education_share", 2, 7),
        ("low_economic_standard_share", 3, 8),
        ("rental_share", 5, 10),
        ("turnout_riksdag", 3, 5),
        ("assistance_or_unemployment_share", 3, 7),
    ],
)
def test_shares(table, indicator, numerator, denominator):
    found = cell(table, indicator)
    assert (found.numerator, found.denominator, found.contributors) == (numerator, denominator, denominator)
    assert found.value == pytest.approx(100 * numerator / denominator)
    assert found.status == "shown"


def test_the_mean_is_in_price_base_amounts(table):
    found = cell(table, "disposable_income_mean")
    assert found.value == pytest.approx(1_700_000 / 8 / PRICE_BASE)
    assert found.contributors == 8
    assert found.numerator / found.denominator == pytest.approx(found.value)


def test_medians_of_even_and_odd_numbers(table):
    median = {
        "all": cell(table, "disposable_income_median"),
        "women": cell(table, "disposable_income_median", sex="women"),
        "men": cell(table, "disposable_income_median", sex="men"),
        "foreign": cell(table, "disposable_income_median", background="foreign_born"),
        "region": cell(table, "disposable_income_median", "provet"),
    }
    kronor = {key: round(found.value * PRICE_BASE) for key, found in median.items()}
    # All: 90 120 150 |180 210| 240 300 410. Region adds 100 and 200: 90 100 120 150 |180 200| 210 240 300 410.
    assert kronor == {"all": 195_000, "women": 240_000, "men": 150_000, "foreign": 180_000, "region": 190_000}
    assert median["women"].contributors == 5
    assert np.isnan(median["all"].numerator)


def test_a_ratio_of_sums(table):
    found = cell(table, "social_assistance_ratio")
    assert (found.numerator, found.denominator, found.value, found.contributors) == (150_000, 1_000_000, 15, 7)


def test_missing_values_do_not_contribute(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "boende.toml").write_text(
        OWN.format(id="living_mean", rest='kind = "mean"\nvariable = "living_area"\nadditive = "areas"')
        + OWN.format(id="living_median", rest='kind = "median"\nvariable = "living_area"\nadditive = "register_only"')
        + OWN.format(
            id="living_unknown", rest='kind = "share"\nnumerator = {living_area = "missing"}\nadditive = "areas"'
        )
        + OWN.format(id="living_small", rest='kind = "share"\nnumerator = {living_area = "< 60"}\nadditive = "areas"')
        + OWN.format(
            id="per_krona",
            rest='kind = "ratio"\nvariable = "living_area"\nbase = "equivalised_income"\nadditive = "areas"',
        ),
        "utf-8",
    )
    own = load_indicators(
        ["living_mean", "living_median", "living_unknown", "living_small", "per_krona"], folders=[tmp_path / "own"]
    )
    found = raw(tmp_path, persons(), indicators=own).table
    assert (cell(found, "living_mean").value, cell(found, "living_mean").contributors) == (62.5, 4)  # 60 60 90 40
    assert cell(found, "living_median").value == 60
    assert cell(found, "living_unknown").value == 60  # 3 5 7 8 9 10
    assert cell(found, "living_small").value == 10  # person 6 of all ten: a missing value is not small
    ratio = cell(found, "per_krona")  # persons 1, 2 and 4 have both
    assert (ratio.numerator, ratio.denominator, ratio.contributors) == (210, 575_800, 3)


OWN = """
[[indicator]]
id = "{id}"
title = {{ sv = "Egen", en = "Own" }}
unit = {{ sv = "m²", en = "m²" }}
description = {{ sv = "Egen.", en = "Own." }}
counted = "person"
reference = "31 December"
register = "Lägenhetsregistret"
{rest}
"""


def test_nobody_a_true_zero_and_a_figure_are_three_things(table):
    nobody = cell(table, "employed_share", C)
    assert (nobody.status, nobody.contributors, nobody.denominator) == ("missing", 0, 0)
    assert np.isnan(nobody.value)
    none_of_one = cell(table, "employed_share", B)
    assert (none_of_one.status, none_of_one.value, none_of_one.contributors) == ("zero", 0, 1)
    assert cell(table, "population", C).status == "zero"
    assert cell(table, "disposable_income_median", C).status == "missing"


def test_levels_and_sexes_add_up(table):
    shared = ["indicator", "year", "sex", "background", "age", "education"]
    summed = table[~table["indicator"].isin(["disposable_income_median"])].assign(value=0.0)
    parts = ["numerator", "contributors"]
    deso = summed[summed["division"] == "deso"].groupby(shared, observed=True)[parts].sum()
    region = summed[summed["division"] == "region"].set_index(shared)[parts]
    pd.testing.assert_frame_equal(deso.sort_index(), region.loc[deso.index].sort_index(), check_dtype=False)
    both = (
        summed[summed["sex"] != "total"]
        .groupby(["indicator", "area", "year", "background", "age", "education"], observed=True)[parts]
        .sum()
    )
    total = summed[summed["sex"] == "total"].set_index(["indicator", "area", "year", "background", "age", "education"])[
        parts
    ]
    pd.testing.assert_frame_equal(both.sort_index(), total.loc[both.index].sort_index(), check_dtype=False)
    assert cell(table, "population", "provet").value == 12


def test_rows_are_complete_and_each_is_there_once(table):
    keys = ["indicator", "division", "edition", "area", "year", "sex", "background", "age", "education"]
    assert not table.duplicated(keys).any()
    sizes = table.groupby(["indicator", "area"], observed=True).size()
    for area in (A, B, C, "provet"):
        assert sizes["population", area] == 3 * (1 + 11 + 9 + 4)
        # Nobody aged 20–64 is under 20 or over 64; on deso nothing is crossed.
        crossed = 4 * (11 + 5) if area == "provet" else 0
        assert sizes["employed_share", area] == 3 * (1 + 11 + 5 + 4 + crossed)


def test_an_indicator_out_of_force_is_not_applicable_in_total_and_by_sex(tmp_path):
    frame = pd.concat([persons(), persons(year="2021", voted_riksdag=np.nan)])
    found = raw(tmp_path, frame, years=(2021, 2022), indicators=["turnout_riksdag", "population"]).table
    gone = found[(found["indicator"] == "turnout_riksdag") & (found["year"] == 2021)]
    assert len(gone) == 4 * 3
    assert set(gone["status"]) == {"not_applicable"}
    assert gone[["numerator", "denominator", "value", "contributors"]].isna().all(axis=None)
    assert cell(found, "turnout_riksdag").value == 60


def test_breakdowns_can_be_left_out(tmp_path):
    assert set(raw(tmp_path, persons(), breakdowns=False).table["background"]) == {"total"}
    some = raw(tmp_path, persons(), breakdowns=["education"])
    assert set(some.table["age"]) == {"total"}
    assert set(some.labels["education"]) == {"total", "compulsory", "upper_secondary", "post_secondary", "unknown"}
    with pytest.raises(IndicatorError, match="There is no breakdown 'ages'"):
        raw(tmp_path, persons(), breakdowns=["ages"])


def test_a_variable_the_register_lacks_is_named(tmp_path):
    poor = persons().drop(columns=["tenure", "immigration_reason"])
    with pytest.raises(IndicatorError, match="lacks variables") as error:
        raw(tmp_path, poor)
    assert {"indicator": "rental_share", "lacks": "tenure"} in error.value.failures
    assert {"class": "reason_protection", "lacks": "immigration_reason"} in error.value.failures
    with pytest.warns(UserWarning, match=r"rental_share \(lacks tenure\)"):
        found = raw(tmp_path, poor, missing="skip")
    assert "rental_share" not in found.indicators
    assert "reason_protection" not in found.labels["background"]
    assert cell(found.table, "population", background="foreign_born").value == 7


def test_a_missing_constant_names_itself_the_year_and_the_way_out(tmp_path):
    with pytest.raises(IndicatorError, match="median_equivalised_income has no figure for 2022") as error:
        raw(tmp_path, persons(), constants=None)
    assert "constants=" in str(error.value)
    given = raw(
        tmp_path,
        persons(),
        constants={"median_equivalised_income": {2022: 200_000}},
        indicators=["low_economic_standard_share"],
    )
    assert cell(given.table, "low_economic_standard_share").numerator == 1  # below 120 000: person 7


def test_a_year_the_register_lacks_is_named(tmp_path):
    with pytest.raises(IndicatorError, match="no persons for 2019"):
        raw(tmp_path, persons(), years=(2019, 2022))


def test_a_level_that_is_not_complete_is_refused_when_nothing_is_left(tmp_path):
    with pytest.raises(IndicatorError, match="None of kommun is complete"):
        raw(tmp_path, persons(), by=["kommun"])
    with pytest.raises(InputError, match="There is no level 'deos'"):
        raw(tmp_path, persons(), by=["deos"])


def test_a_kommun_that_was_not_formed_did_not_exist(tmp_path):
    squares = np.asarray(grid_areas(2, 1).geometry, dtype=object)
    kommuner = assemble("kommun", "2003", ["0140", "0181"], squares)
    frame = persons(year="1997", kommun="0181", voted_riksdag=np.nan)
    found = raw(tmp_path, frame, areas=kommuner, years=(1997,), by=["kommun"], indicators=["population"]).table
    assert set(found[found["area"] == "0140"]["status"]) == {"did_not_exist"}
    assert len(found[found["area"] == "0140"]) == 3
    assert found[found["area"] == "0140"]["value"].isna().all()
    assert cell(found, "population", "0181", year=1997).value == 2


def test_two_editions_give_each_level_above_them_once(tmp_path):
    frame = pd.concat([persons(), persons(year="2024", voted_riksdag=np.nan)])
    old, new = grid_areas(3, 1), grid_areas(3, 1, edition="2025")
    own = register(tmp_path, frame)
    found = aggregate(
        own,
        ["population"],
        by=["deso", "region"],
        areas={old: (2022, 2024), new: (2022, 2024)},
        region="Provet",
        breakdowns=False,
    ).table
    region = found[(found["division"] == "region") & (found["sex"] == "total")]
    assert region["year"].tolist() == [2022, 2024]
    assert region["value"].tolist() == [12, 12]
    deso = found[(found["division"] == "deso") & (found["sex"] == "total")]
    assert deso.groupby(["edition", "year"], observed=True)["value"].sum().tolist() == [12] * 4


def test_areas_without_a_polygon_are_delivered(tmp_path):
    squares = np.asarray(grid_areas(2, 1).geometry, dtype=object)
    polygons = np.array([squares[0], None, squares[1]], dtype=object)
    rest = "0114Z0000"
    areas = assemble(
        "deso",
        "2018",
        [A, B, rest],
        polygons,
        kinds=["area", "area", "remainder"],
        members={rest: (B,)},
        years=(2018, 2023),
    )
    frame = persons().assign(deso=lambda f: np.where(f["x"] > 601_000, B, A))
    found = raw(tmp_path, frame, areas=areas, indicators=["population"], breakdowns=False).table
    totals = found[found["sex"] == "total"].set_index("area")
    assert rest not in totals.index
    assert totals.loc[[A, B, "provet"], "value"].tolist() == [10, 2, 12]
    assert totals.loc[[A, B, "provet"], "method"].tolist() == ["located", "delivered", "located"]


def test_persons_without_a_place_by_policy(tmp_path):
    homeless = persons(PERSONS.replace("12 b", "12 none"))
    drawn = raw(tmp_path, homeless, indicators=["population"], breakdowns=False)
    assert cell(drawn.table, "population", "provet").value == 12
    assert drawn.residual == {}
    apart = raw(tmp_path, homeless, indicators=["population"], breakdowns=False, unplaced="separate")
    assert cell(apart.table, "population", "0114X0000").value == 1
    assert cell(apart.table, "population", "provet").value == 12
    assert apart.residual == {("0114", 2022): 1}
    out = raw(tmp_path, homeless, indicators=["population"], breakdowns=False, unplaced="exclude")
    assert cell(out.table, "population", "provet").value == 11
    assert out.residual == {("0114", 2022): 1}


def test_the_type_of_coordinate_is_told_by_area_and_level(tmp_path):
    frame = persons().assign(coordinate_type=lambda f: np.where(f["x"] > 601_000, "property", "address"))
    found = raw(tmp_path, frame, indicators=["population"], breakdowns=False).table.set_index(["area", "sex"])
    kinds = {area: found.loc[(area, "total"), "coordinate_type"] for area in (A, B, C, "provet")}
    assert kinds == {A: "address", B: "property", C: "", "provet": "mixed"}


def test_a_placement_made_before_gives_the_same(tmp_path, table):
    areas = grid_areas(3, 1)
    own = register(tmp_path, persons())
    placed = place(own, {areas: (2022,)})
    seen: list[float] = []
    again = aggregate(
        own, load_indicators(PLAIN), by=["deso", "region"], areas={areas: (2022,)}, places=placed, region="Provet",
        constants="synthetic", progress=lambda fraction, _: seen.append(fraction),
    )  # fmt: skip
    pd.testing.assert_frame_equal(again.table, table)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_declaration_made_by_hand_is_checked(tmp_path):
    from gisintegration.testing import example_indicator

    wrong = example_indicator("share", numerator={"labour_status": "employd"})
    with pytest.raises(IndicatorError, match="did you mean 'employed'"):
        raw(tmp_path, persons(), indicators={"example_share": wrong})


def test_what_is_asked_for_wrongly_is_told(tmp_path):
    own, areas = register(tmp_path, persons()), grid_areas(3, 1)
    with pytest.raises(IndicatorError, match="areas does not say which years are wanted"):
        aggregate(own, "all", by=["deso"], areas=areas)
    with pytest.raises(IndicatorError, match="No indicator is asked for"):
        aggregate(own, [], by=["deso"], areas={areas: [2022]})
    with pytest.raises(IndicatorError, match="There is no way with missing variables 'drop'"):
        aggregate(own, ["population"], by=["deso"], areas={areas: [2022]}, missing="drop")
    other = grid_areas(3, 1, edition="2025")
    with pytest.raises(RegisterError, match="There is no edition 'deso/2025' in the placement"):
        aggregate(own, ["population"], by=["deso"], areas={other: [2022]}, places=place(own, {areas: (2022,)}))
