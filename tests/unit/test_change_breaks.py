"""Breaks in series: each kind where it belongs, none where nothing broke, in both languages."""

import pandas as pd
import pytest

from gisintegration.change.breaks import KINDS, break_notes, series_breaks
from gisintegration.indicators import load_indicators
from gisintegration.tables import RawTable
from gisintegration.testing import example_raw

LIBRARY = load_indicators()


def raw(years, *, indicator="population", area="0114A0010", division="deso", edition="2018", **columns):
    """A table of one indicator over some years."""
    declared = LIBRARY[indicator] if isinstance(indicator, str) else indicator
    frames = []
    for year in years:
        table = example_raw(
            numerator=[6], denominator=[24], areas=[area], division=division, edition=edition, year=year
        ).table.assign(indicator=declared.id, coordinate_type="", **columns)
        frames.append(table.astype(dict.fromkeys(table.select_dtypes("category"), "str")))
    return RawTable(pd.concat(frames), {declared.id: declared})


def kinds(tables):
    made = series_breaks(tables)
    return list(zip(made["year"], made["kind"], made["indicator"], strict=True))


def test_another_edition_breaks_every_indicator_and_is_told_once():
    tables = [
        raw(years, indicator=name, edition=edition)
        for name in ("population", "foreign_born_share")
        for edition, years in (("2018", [2022, 2023]), ("2025", [2024]))
    ]
    made = series_breaks(tables)
    assert made[["indicator", "division", "year", "kind"]].to_numpy().tolist() == [["", "deso", 2024, "edition"]]
    assert made["sv"].tolist() == ["DeSO 2025 i stället för DeSO 2018."]


def test_years_that_are_recalculated_beside_years_that_are_not():
    tables = [raw([2022, 2023], edition="2025", method="recalculated:area"), raw([2024], edition="2025")]
    made = series_breaks(tables)
    assert made["en"].tolist() == ["Before 2024 recalculated from other boundaries than DeSO 2025."]
    # Sums of whole areas are exact: nothing broke.
    assert kinds([raw([2023], edition="2025", method="summed"), raw([2024], edition="2025")]) == []


def test_registers_and_definitions_within_the_years_only():
    assert kinds(raw([2018, 2019, 2021, 2022], indicator="employed_share")) == [
        (2019, "definition", "employed_share"),
        (2022, "register", "employed_share"),
    ]
    assert kinds(raw([2019, 2020, 2021], indicator="employed_share")) == []
    assert kinds(raw([1999, 2000], indicator="low_education_share")) == [(2000, "register", "low_education_share")]


def test_a_register_s_break_holds_for_indicators_that_do_not_declare_it():
    own = LIBRARY["employed_share"].model_copy(update={"id": "own", "breaks": ()})
    made = series_breaks(raw([2021, 2022], indicator=own))
    assert made[["year", "kind", "sv"]].to_numpy().tolist() == [[2022, "register", "BAS ersätter RAMS."]]


def test_the_kind_of_coordinate_of_the_rows_or_else_what_is_known_of_it():
    made = series_breaks([_typed(raw([2016]), "property"), _typed(raw([2017, 2018]), "address")])
    assert made[["year", "en"]].to_numpy().tolist() == [
        [2017, "Persons are placed by address, before that by property."]
    ]
    assert kinds(raw([2016, 2017, 2018])) == [(2018, "coordinate_type", "")]
    # Kommuner are told without coordinates.
    assert kinds(raw([2016, 2018], division="kommun", edition="2003", area="0114")) == []


def _typed(table, kind):
    return RawTable(table.table.assign(coordinate_type=kind), table.indicators)


def test_published_figures_change_protection_and_age_limits():
    def published(years, indicator="employed_share"):
        return _with_policy(raw(years, indicator=indicator))

    assert kinds(published([2022, 2023, 2024, 2025])) == [
        (2023, "age_limits", "employed_share"),
        (2025, "protection", ""),
    ]
    assert kinds(raw([2022, 2023, 2024, 2025], indicator="employed_share")) == [(2023, "age_limits", "employed_share")]
    fixed = LIBRARY["employed_share"].model_copy(update={"id": "fixed", "population": {"age": "20-64"}, "breaks": ()})
    assert kinds(published([2022, 2023], fixed)) == [(2023, "age_limits", "fixed")]
    assert kinds(raw([2022, 2023], indicator=fixed)) == []


def _with_policy(table):
    """As a table that has been protected: with a policy in its rows, which is all that breaks ask of it."""
    from gisintegration.disclosure import protect

    made = protect(table, "internal")[0]
    object.__setattr__(made, "table", made.table.assign(policy="as-published").astype({"policy": "category"}))
    return made


def test_a_class_of_eu_efta_follows_membership():
    years = [2012, 2013]
    assert kinds(raw(years)) == []
    assert kinds(raw(years, background="eu_efta")) == [(2013, "definition", "population")]
    assert kinds(raw(years, indicator="born_eu_efta_share")) == [(2013, "definition", "born_eu_efta_share")]


@pytest.mark.parametrize(
    ("area", "years", "expected"),
    [
        ("0330", [2000, 2001, 2002], [(2002, "kommun", "")]),  # Knivsta
        ("0330", [1999, 2000], [(2002, "kommun", "")]),  # not yet there in any of the years
        ("0330", [2002, 2003], []),
        ("0140", [1997, 1998], [(1998, "kommun", "")]),  # Nykvarn
        ("0187", [2009, 2010], [(2010, "kommun", "")]),  # Vaxholm gave a part to Lidingö
        ("0187", [2007, 2008], []),
        ("0331", [2005, 2006], [(2006, "lan", "")]),  # Heby
        ("0331", [2006, 2007], []),
        ("1480", [1997, 2017], []),
    ],
)
def test_the_history_of_kommuner(area, years, expected):
    assert kinds(raw(years, division="kommun", edition="2003", area=area)) == expected


def test_the_kommun_of_smaller_areas_is_told_too():
    made = series_breaks(raw([2001, 2002], area="0330C1010"))
    assert made["area"].tolist() == ["0330"]
    assert made["sv"].tolist() == ["Knivsta (0330) bildades 2003-01-01 ur Uppsala (0380): fanns inte före 2002."]


def test_flows_meet_a_new_kommun_a_year_later_than_stocks():
    births = LIBRARY["population"].model_copy(update={"id": "births", "flow": True})
    table = raw([2001, 2002, 2003], indicator=births, division="kommun", edition="2003", area="0330")
    assert kinds(table) == [(2003, "kommun", "births")]


def test_heby_is_told_and_breaks_nothing():
    made = series_breaks(raw([2005, 2007], division="kommun", edition="2003", area="0331"))
    assert break_notes(made, LIBRARY)[0]["sv"] == (
        "Heby (0331) kom till Uppsala län 2007-01-01 och räknas dit i alla år."
    )


def test_notes_name_the_indicators():
    made = series_breaks(raw([2021, 2022], indicator="employed_share"))
    assert break_notes(made, LIBRARY) == [
        {
            "sv": "Tidsseriebrott 2022 (Andel sysselsatta): "
            "BAS ersätter RAMS; före 2022 heter måttet andel förvärvsarbetande.",
            "en": "Break in the series in 2022 (Share of employed): "
            "BAS replaces RAMS; before 2022 the measure is the share gainfully employed.",
        }
    ]


def test_every_kind_is_one_that_is_listed():
    tables = [raw(range(1997, 2026), indicator=name, area="0330C1010") for name in ("employed_share", "population")]
    made = series_breaks(tables)
    assert set(made["kind"]) <= set(KINDS)
    assert list(made["year"]) == sorted(made["year"])
    assert series_breaks(raw([2024])).empty


def test_a_series_that_ends_before_the_edition_s_own_years_says_until_when_it_is_recalculated():
    made = series_breaks(raw([2022, 2023], edition="2025", method="recalculated:area"))
    assert made[["indicator", "division", "year", "kind", "sv", "en"]].to_numpy().tolist() == [
        [
            "",
            "deso",
            2024,
            "edition",
            "Till och med 2023 omräknat från DeSO 2018.",
            "Until 2023 recalculated from DeSO 2018.",
        ]
    ]
    # Beside an indicator that goes on, it is told of the one that ends.
    both = [
        raw([2022, 2023], edition="2025", method="recalculated:area", indicator="foreign_born_share"),
        raw([2022, 2023], edition="2025", method="recalculated:area"),
        raw([2024], edition="2025"),
    ]
    assert kinds(both) == [(2024, "edition", ""), (2024, "edition", "foreign_born_share")]
    # Sums of whole areas, and areas of one's own, have no such year.
    assert kinds(raw([2022, 2023], edition="2025", method="summed")) == []
    assert kinds(raw([2022, 2023], division="nyko4", edition="2", method="recalculated:area")) == []
