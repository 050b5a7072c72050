"""Coverage: what is given says so, and what is not says why."""

import pandas as pd

from gisintegration.database.coverage import coverage
from gisintegration.disclosure import protect
from gisintegration.tables import Release
from gisintegration.testing import example_indicator, example_raw, grid_areas

DESO = "deso/2018"


def made(indicator, *, years=(2020, 2021), numerators=(30, 40), register=None, manifest=None, valid=(None, None)):
    areas = grid_areas(2, 1).with_(years=valid)
    tables = []
    for year in years:
        raw = example_raw(numerator=numerators, denominator=[100, 100], year=year, areas=list(areas.codes))
        raw = type(raw)(raw.table.assign(indicator=indicator.id), indicators={indicator.id: indicator})
        tables += protect(raw, "scb-share-rule")
    steps = {"steps": {"register": register, "counted": {}}} if register else {}
    return Release(name="a", id="b", tables=tuple(tables), areas={DESO: areas}, manifest=steps | (manifest or {}))


def why(release, breakdown="total", **keys):
    found = coverage(release)
    found = found[found["breakdown"] == breakdown]
    for name, value in keys.items():
        found = found[found[name] == value]
    return dict(zip(found["year"].tolist(), found["reason"], strict=True))


def test_what_is_shown_is_given():
    found = coverage(made(example_indicator("share")))
    total = found[found["breakdown"] == "total"]
    assert total[["given", "cells", "shown"]].to_numpy().tolist() == [[True, 2, 2], [True, 2, 2]]
    assert total["why"].tolist() == ["", ""]


def test_all_protected():
    assert why(made(example_indicator("share"), numerators=(3, 2))) == {2020: "protected", 2021: "protected"}
    # One figure is enough.
    assert why(made(example_indicator("share"), numerators=(3, 30))) == {2020: "", 2021: ""}


def test_years_of_the_indicator_and_elections():
    years = {"years": [2018, 2019, 2020, 2021], "variables": ["age", "sex", "labour_status"]}
    limited = example_indicator("share", years=(2020, None))
    assert why(made(limited, register=years)) == {2018: "indicator_years", 2019: "indicator_years", 2020: "", 2021: ""}
    turnout = example_indicator("share", only_years=(2018, 2020), reference="election day")
    assert why(made(turnout, years=(2018,), register=years)) == {
        2018: "",
        2019: "election",
        2020: "not_in",
        2021: "election",
    }


def test_years_of_the_edition():
    register = {"years": [2020, 2021, 2024], "variables": ["labour_status"]}
    share = example_indicator("share")
    assert why(made(share, register=register))[2024] == "not_in"
    ended = made(share, register=register, valid=(2018, 2023))
    found = coverage(ended)
    assert found.loc[found["year"] == 2024, "why"].iloc[0] == "outside the edition's years (2018–2023)"


def test_a_year_that_needs_the_one_beside_it():
    still = example_indicator("share", numerator={"next.labour_status": "employed"})
    register = {"years": [2020, 2021], "variables": ["labour_status"]}
    release = made(still, years=(2020,), register=register)
    found = coverage(release)
    assert found.loc[found["year"] == 2021, "why"].iloc[0] == "needs the register of 2022"


def test_a_variable_that_the_register_lacks_and_a_constant_that_is_not_known():
    share = example_indicator("share")
    left_out = example_indicator("mean").model_dump(mode="json", by_alias=True)
    steps = {
        "register": {"years": [2020, 2021], "variables": ["labour_status"]},
        "counted": {"left_out": [left_out], "constants": {"example_share": {"price_base_amount": [2021]}}},
    }
    found = coverage(made(share, years=(2020,), manifest={"steps": steps}))
    by = found[found["breakdown"] == "total"].set_index(["indicator", "year"])["why"]
    assert by["example_mean", 2020] == "the register lacks disposable_income"
    assert by["example_share", 2021] == "the national constant price_base_amount is not known for the year"
    assert by["example_share", 2020] == ""


def test_breakdowns_declared_for_another_level_only():
    levels = {"kommun": {"breakdowns": ["education"]}, "deso": {"breakdowns": ["age"]}}
    declared = example_indicator("share", breakdowns=["background"], levels=levels)
    release = made(declared)
    assert why(release, "background")[2020] == why(release, "education")[2020] == "not_declared"
    assert why(release, "age")[2020] == "not_in"


def test_a_level_without_meaning_and_one_that_is_not_whole():
    release = made(
        example_indicator("share", levels={"lan": "not_applicable"}),
        manifest={"parameters": {"levels": {"by": ["deso", "kommun", "lan"]}}},
    )
    assert set(why(release, division="kommun").values()) == {"incomplete"}
    assert set(why(release, division="lan").values()) == {"no_meaning"}


def test_a_crossing_is_told_apart_from_its_breakdowns():
    indicator = example_indicator("share", breakdowns=["age"], crossings=[("education", "age")])
    areas = grid_areas(1, 1)
    raw = example_raw(numerator=[30, 30], denominator=[90, 90], areas=list(areas.codes) * 2, age=["20_24", "25_34"])
    table = protect(
        type(raw)(raw.table.assign(indicator=indicator.id), indicators={indicator.id: indicator}), "internal"
    )
    found = coverage(Release(name="a", id="b", tables=tuple(table), areas={DESO: areas}))
    assert found.set_index("breakdown")["given"].to_dict() == {
        "total": False,
        "sex": False,
        "age": True,
        "education×age": False,
    }


def test_the_table_is_sorted_and_typed():
    found = coverage(made(example_indicator("share", breakdowns=["age", "background"])))
    assert found["breakdown"].drop_duplicates().tolist() == ["total", "sex", "age", "background"]
    assert isinstance(found, pd.DataFrame)
    assert found["given"].dtype == bool
