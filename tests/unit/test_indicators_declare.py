"""Declarations and constants: the library's content, a user's folder, and every fault told at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gisintegration.errors import IndicatorError, InputError
from gisintegration.indicators import load_constants, load_indicators
from gisintegration.indicators.cells import axis_of
from gisintegration.indicators.classes import class_sets, classes, labels
from gisintegration.indicators.constants import library_sets
from gisintegration.indicators.page import indicators_page
from gisintegration.indicators.rules import exclude_each_other, parse
from gisintegration.registers.synthetic import rates
from gisintegration.tables import Kind

GOOD = """
[[indicator]]
id = "{id}"
title = {{ sv = "Studerande", en = "Students" }}
unit = {{ sv = "procent", en = "per cent" }}
description = {{ sv = "Andel studerande.", en = "Share of students." }}
kind = "share"
counted = "person"
population = {{ age = "16-64" }}
numerator = {{ studying = true }}
reference = "31 December"
additive = "areas"
register = "Studiedeltagande"
{more}
"""


def own(folder: Path, text: str, name: str = "egna.toml") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_library_has_every_kind():
    library = load_indicators()
    assert len(library) == 66
    assert {item.kind for item in library.values()} == set(Kind)
    assert library["turnout_riksdag"].only_years == (1998, 2002, 2006, 2010, 2014, 2018, 2022)
    assert [entry.year for entry in library["employed_share"].breaks] == [2019, 2022, 2023]
    assert library["low_economic_standard_share"].years == (2011, None)
    assert library["population"].subject == "demografi"


def test_names_are_chosen_in_the_order_asked_for():
    assert list(load_indicators(["rental_share", "population"])) == ["rental_share", "population"]
    with pytest.raises(IndicatorError, match=r"no indicator 'employed_shar'\.\nHint: did you mean 'employed_share'"):
        load_indicators(["employed_shar"])
    with pytest.raises(IndicatorError, match="There are no indicators 'a', 'b'"):
        load_indicators(["a", "b"])


def test_a_folder_of_the_users_own_comes_after_the_library(tmp_path):
    folder = own(tmp_path / "own", GOOD.format(id="own_share", more='years = "2005-2020"'))
    found = load_indicators(folders=[folder])
    assert list(found)[-1] == "own_share"
    assert (found["own_share"].subject, found["own_share"].years) == ("egna", (2005, 2020))


@pytest.mark.parametrize(("text", "years"), [("2011-", (2011, None)), ("-2011", (None, 2011)), ("2011", (2011, 2011))])
def test_years(tmp_path, text, years):
    folder = own(tmp_path / "own", GOOD.format(id="mine", more=f'years = "{text}"'))
    assert load_indicators(["mine"], folders=[folder])["mine"].years == years


def test_every_fault_of_every_file_is_told_at_once(tmp_path):
    folder = own(tmp_path / "own", GOOD.format(id="population", more=""), "a.toml")
    own(
        folder,
        GOOD.format(id="wrong", more='variabel = "age"').replace("studying = true", 'studing = true, sex = "m"'),
        "b.toml",
    )
    own(
        folder,
        GOOD.format(id="untold", more="").replace(', en = "Students"', "") + GOOD.format(id="Caps", more=""),
        "c.toml",
    )
    own(folder, "[[indicator]\n", "d.toml")
    own(folder, "title = 3\n", "e.toml")
    own(folder, GOOD.format(id="later", more="").replace("studying = true", 'studing = true, sex = "m"'), "f.toml")
    with pytest.raises(IndicatorError, match="8 faults") as error:
        load_indicators(folders=[folder])
    told = [
        (Path(item["file"]).name, item.get("indicator"), item.get("field"), item["what"])
        for item in error.value.failures
    ]
    assert told[:2] == [
        ("a.toml", "population", "id", "is already taken: choose another id"),
        ("b.toml", "wrong", "variabel", "is not a field of an indicator: did you mean `variable`?"),
    ]
    assert told[2][:3] == ("c.toml", "untold", "title")
    assert told[3][:3] == ("c.toml", "Caps", "id")
    assert "is not TOML" in told[4][3]
    assert told[5][3] == "holds [[indicator]] entries and nothing else"
    assert told[6] == ("f.toml", "later", "numerator", "there is no variable 'studing': did you mean 'studying'?")
    assert told[7][3].startswith("sex has no code 'm'")


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (('kind = "share"', 'kind = "mean"\nvariable = "income"'), "a mean has no `numerator`"),
        (("numerator = { studying = true }", ""), "a share needs `numerator`"),
        (("numerator = { studying = true }", "numerator = {}"), "is empty: say who has the property"),
        (('kind = "share"', 'kind = "procent"'), "'count', 'share', 'mean', 'median', 'ratio'"),
        (('additive = "areas"', 'additive = "areas"\nper = "price_base_amount"'), "only a mean or a median is divided"),
        (('additive = "areas"', 'additive = "areas"\nyears = "2020-2011"'), "ends before it begins"),
        (('additive = "areas"', 'additive = "areas"\nyears = "sedan 2011"'), "sedan 2011"),
        (("studying = true", 'net_income = "< 3 * basbelopp"'), "there is no national constant 'basbelopp'"),
    ],
)
def test_a_declaration_that_does_not_hold_together(tmp_path, change, text):
    folder = own(tmp_path / "own", GOOD.format(id="mine", more="").replace(*change))
    with pytest.raises(IndicatorError) as error:
        load_indicators(folders=[folder])
    assert text in str(error.value)


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("incom", "There is no variable 'incom'"),
        ("x", "is not a whole number of the register"),
        ("sex", "is not a whole number"),
        ("days_in_sweden", None),
    ],
)
def test_a_mean_is_of_whole_numbers(tmp_path, variable, text):
    changed = GOOD.format(id="mine", more=f'variable = "{variable}"').replace("numerator = { studying = true }", "")
    folder = own(tmp_path / "own", changed.replace('kind = "share"', 'kind = "mean"'))
    if text is None:
        assert load_indicators(["mine"], folders=[folder])["mine"].variable == variable
        return
    with pytest.raises(IndicatorError, match=re.escape(text)):
        load_indicators(folders=[folder])


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(IndicatorError, match="is not a folder of indicators"):
        load_indicators(folders=[tmp_path / "none"])


def test_classes_of_one_list_share_nobody_and_sums_are_of_one_list():
    lists = axis_of(["background", "age", "education"]).lists
    assert [len(members) for members in lists] == [4, 2, 4, 8, 4]  # ages are cut at 65 and at 66
    for members in lists:
        for i, first in enumerate(members):
            assert parse(first.rule)[1] == []
            assert all(exclude_each_other(first.rule, second.rule) for second in members[i + 1 :])
    codes = {item.code: item for item in classes()}
    for item in classes():
        if item.sum_of:
            assert len({codes[code].list for code in item.sum_of}) == 1
    assert len(codes) == len(classes())


@pytest.mark.parametrize(("name", "youngest"), [("age", 0), ("age/housing", 0), ("age/voters", 18)])
def test_ages_cover_every_age_once(name, youngest):
    ages = [item.rule for item in class_sets()[name] if item.given(2021)]
    for age in range(youngest, 121):
        assert sum(not exclude_each_other(rule, {"age": f"{age}-{age}"}) for rule in ages) == 1


def test_every_class_has_words_in_both_languages():
    for breakdown in labels().values():
        for words in breakdown.values():
            assert words["sv"]
            assert words["en"]


def test_price_base_amounts_agree_with_the_increased_ones():
    # SCB's series of förhöjt prisbasbelopp: the same index on a base of 37 144 instead of 36 396, both to hundreds.
    increased = {
        1997: 37_000, 1998: 37_100, 1999: 37_200, 2000: 37_300, 2001: 37_700, 2002: 38_700, 2003: 39_400, 2004: 40_100,
        2005: 40_300, 2006: 40_500, 2007: 41_100, 2008: 41_800, 2009: 43_600, 2010: 43_300, 2011: 43_700, 2012: 44_900,
        2013: 45_400, 2014: 45_300, 2015: 45_400, 2016: 45_200, 2017: 45_700, 2018: 46_500, 2019: 47_400, 2020: 48_300,
        2021: 48_600,
    }  # fmt: skip
    series = load_constants().by_name["price_base_amount"].years
    assert sorted(series) == list(range(1997, 2027))
    for year, amount in increased.items():
        assert abs(series[year] * 37_144 / 36_396 - amount) <= 105


def test_the_synthetic_set_is_what_the_register_is_drawn_with():
    made_up = library_sets()["synthetic"]["median_equivalised_income"]
    assert made_up.years == {year: round(rates.at_year(rates.MEDIAN_STANDARD, year)) for year in made_up.years}
    assert set(range(2018, 2026)) <= set(made_up.years)
    assert "made up" in made_up.source


def test_a_constant_given_replaces_the_whole_series(tmp_path):
    file = tmp_path / "constants.toml"
    file.write_text(
        '[median_equivalised_income]\nsource = "SCB, mejl"\n[median_equivalised_income.years]\n2022 = 281000\n', "utf-8"
    )
    found = load_constants(["synthetic", file])
    assert found.value("median_equivalised_income", 2022) == 281_000
    with pytest.raises(IndicatorError, match="no figure for 2020"):
        found.value("median_equivalised_income", 2020)
    assert found.value("price_base_amount", 2022) == 48_300


def test_faults_in_constants_are_told_at_once(tmp_path):
    file = tmp_path / "constants.toml"
    file.write_text("[a]\n[a.years]\n2022 = 3\n[b]\nsource = 'x'\n[b.years]\n22 = 3\n2023 = '4'\n2024 = -1\n", "utf-8")
    with pytest.raises(IndicatorError) as error:
        load_constants(file)
    assert [item["constant"] for item in error.value.failures] == ["a", "b", "b", "b"]
    with pytest.raises(InputError, match="does not exist"):
        load_constants(tmp_path / "none.toml")
    with pytest.raises(IndicatorError, match="no set of constants 'syntetic'"):
        load_constants("syntetic")
    file.write_text("[a", "utf-8")
    with pytest.raises(InputError, match="is not TOML"):
        load_constants(file)


def test_an_unknown_constant_names_those_there_are():
    with pytest.raises(IndicatorError, match="There is no national constant 'price_base'"):
        load_constants().value("price_base", 2022)


def test_the_page_is_up_to_date():
    page = Path(__file__).parents[2] / "docs" / "indicators.md"
    assert page.read_text(encoding="utf-8") == indicators_page(), "run scripts/indicators_page.py"
