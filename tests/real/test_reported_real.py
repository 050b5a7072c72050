"""SCB's own tables, read by the mappings that come with the toolkit: totals, sums by key, names, marks and 0/3 columns."""

import lzma
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gisintegration as gi
from gisintegration.areas.codes import official_codes, regso_key
from gisintegration.reported import load_mapping, ready_mappings

TABLES = Path(__file__).parents[1] / "data" / "scb_tables"
REGION = Path(gi.__file__).parent / "data" / "goteborgsregionen" / "tables_deso_2018.parquet"
FILES = {
    "deso_2018_age_2022": "deso_2018_age_2022.csv",
    "deso_2018_education_2022": "deso_2018_education_2022.csv",
    "deso_2018_foreignborn_2022": "deso_2018_foreignborn_2022.csv",
    "deso_2018_tables_2022_2023": "deso_2018_tables_2022_2023.csv",
    "deso_population_tab6574": "population_deso_2024.csv",
    "regso_2020_area_types": "regso_2020_area_types_2022.csv",
    "regso_2020_born_in_sweden": "regso_2020_born_in_sweden_2020_2023.csv",
    "regso_2020_income": "regso_2020_income_2020_2023.csv",
    "regso_2020_tenure": "regso_2020_tenure_2020_2023.csv",
}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scb")
    for name in FILES.values():
        (folder / name).write_bytes(lzma.decompress((TABLES / f"{name}.xz").read_bytes()))
    return folder


@pytest.fixture(scope="module")
def read(unpacked):
    """Each table with what was told of it, read once."""
    done = {}

    def table(mapping):
        if mapping not in done:
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                path = REGION if mapping == "deso_2018_goteborgsregionen" else unpacked / FILES[mapping]
                done[mapping] = (gi.read_reported(path, mapping), [str(one.message) for one in told])
        return done[mapping]

    return table


def cells(table, indicator, **wanted):
    rows = table.table.astype({"area": "str"})
    classes = dict.fromkeys(("sex", "background", "age", "education"), "total") | wanted
    for name, value in ({"indicator": indicator} | classes).items():
        rows = rows[rows[name] == value]
    return rows.set_index("area")


def test_every_ready_mapping_is_read_here():
    assert set(ready_mappings()) == {*FILES, "deso_2018_goteborgsregionen"}


@pytest.mark.parametrize("mapping", sorted([*FILES, "deso_2018_goteborgsregionen"]))
def test_a_table_is_whole_and_its_words_are_there(read, mapping):
    table, _ = read(mapping)
    assert set(table.stamps) == {"as-published"}
    assert set(table.table["policy"]) == {"as-published"}
    assert table.source.startswith("SCB")
    assert set(table.table["indicator"]) == set(table.indicators)
    for breakdown in ("sex", "background", "age", "education"):
        assert set(table.table[breakdown]) <= set(table.labels[breakdown])
    assert not (table.table["status"] == "missing").any()
    figure = table.table["status"].isin(["shown", "zero"])
    assert table.table.loc[figure, "value"].notna().all()
    assert table.table.loc[~figure, ["numerator", "denominator", "value"]].isna().all(axis=None)


def test_the_population_of_the_country(read):
    table, _ = read("deso_2018_tables_2022_2023")
    people = cells(table, "population")
    assert people.groupby("year")["value"].sum().to_dict() == {2022: 10_521_556, 2023: 10_551_707}
    assert set(people.index) == official_codes("deso/2018")


@pytest.mark.parametrize("year", [2022, 2023])
def test_deso_summed_by_the_key_equal_regso_in_every_area(read, year):
    deso = cells(read("deso_2018_tables_2022_2023")[0], "population", year=year)["value"]
    regso = cells(read("regso_2020_born_in_sweden")[0], "population", year=year)["value"].sort_index()
    summed = deso.groupby(pd.Series(regso_key("2018"))).sum().sort_index()
    assert len(regso) == 3363
    assert summed.index.tolist() == regso.index.tolist()
    assert (summed.to_numpy() == regso.to_numpy()).all()


def test_the_born_in_sweden_of_regso_equal_those_of_deso(read):
    deso = cells(read("deso_2018_tables_2022_2023")[0], "population", background="birth_sweden", year=2022)["value"]
    regso = cells(read("regso_2020_born_in_sweden")[0], "population", background="birth_sweden", year=2022)["value"]
    summed = deso.groupby(pd.Series(regso_key("2018"))).sum()
    assert (summed.sort_index().to_numpy() == regso.sort_index().to_numpy()).all()


def test_the_tenure_of_regso_equals_that_of_deso(read):
    deso = cells(read("deso_2018_tables_2022_2023")[0], "dwellings_rental_share", year=2022)
    regso = cells(read("regso_2020_tenure")[0], "dwellings_rental_share", year=2022)
    for part in ("numerator", "denominator"):
        # The share of an area without a rented dwelling is a true zero: its numerator is 0, not missing.
        summed = deso[part].groupby(pd.Series(regso_key("2018"))).sum().sort_index()
        assert (summed.to_numpy() == regso[part].sort_index().to_numpy()).all()


def test_two_publications_of_the_same_figures_agree(read):
    wide, _ = read("deso_2018_tables_2022_2023")
    for mapping, classes in (
        ("deso_2018_age_2022", {"age": "05_09"}),
        ("deso_2018_foreignborn_2022", {"background": "foreign_background"}),
    ):
        other, _ = read(mapping)
        first, second = (cells(table, "population", year=2022, **classes)["value"] for table in (wide, other))
        assert first.sort_index().equals(second.sort_index())
    other, _ = read("deso_2018_education_2022")
    first, second = (cells(table, "low_education_share_25_64", year=2022) for table in (wide, other))
    assert first[["numerator", "denominator", "value"]].equals(second[["numerator", "denominator", "value"]])


def test_the_age_groups_add_up_to_the_population(read):
    table, _ = read("deso_2018_age_2022")
    rows = table.table
    ages = rows[rows["age"] != "total"].groupby("area", observed=True)["value"].sum()
    assert ages.sum() == 10_521_556
    assert rows["age"].nunique() == 18
    assert (ages.sort_index() == cells(table, "population")["value"].sort_index()).all()


def test_types_of_area_and_their_footnotes(read):
    table, told = read("regso_2020_area_types")
    assert table.table["value"].value_counts().sort_index().tolist() == [160, 289, 855, 1770, 289]
    assert told == ["regso_2020_area_types_2022.csv: 50 lines of footnotes after the figures left out."]
    assert len(table.table) == 3363
    # 29 of the names have a blank before the bracket, and one has short dashes where the list of codes has long.
    assert set(table.table["area"]) == official_codes("regso/2020")


def test_columns_without_1_and_2_have_no_zeros(read):
    table, told = read("deso_2018_tables_2022_2023")
    houses = cells(table, "house_other_share", year=2022)
    assert (houses["status"] == "protected").sum() == 2721
    assert set(houses.loc[houses["status"] == "protected", "reason"]) == {"zero_or_small"}
    assert not (houses["status"] == "zero").any()
    unemployed = cells(table, "unemployed_share_16_64", year=2022)
    assert (unemployed["status"] == "protected").sum() == 6
    assert "arbetslosa_1664_2022" in told[0]
    assert "0–2" in table.notes[0]["sv"]
    # Tenure has 1 and 2: its zeros are nobody.
    owned = cells(table, "dwellings_owner_share", year=2022)
    assert (owned["status"] == "zero").sum() == 965
    assert not (owned["status"] == "protected").any()


@pytest.mark.parametrize(
    ("column", "adjusted"),
    [("ovriga_hus_2022", True), ("arbetslosa_1664_2022", True), ("hyresratt_2022", False), ("utb_saknas_2022", False)],
)
def test_what_the_mapping_says_of_columns_is_what_detection_finds(unpacked, column, adjusted):
    mapping = {
        "source": {"title": {"sv": "x", "en": "x"}, "publisher": "SCB", "licence": "CC0"},
        "rows": {"code": "deso", "edition": "deso/2018"},
        "figure": [{"indicator": "population", "value": column, "year": 2022}],
    }
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        table = gi.read_reported(unpacked / FILES["deso_2018_tables_2022_2023"], mapping)
    assert [column in str(one.message) for one in told] == ([True] if adjusted else [])
    assert ("protected" in set(table.table["status"])) is adjusted
    assert ("zero" in set(table.table["status"])) is not adjusted


def test_published_shares_keep_the_decimals_they_have(read):
    table, _ = read("deso_2018_tables_2022_2023")
    assert table.indicators["low_economic_standard_share"].decimals == 0
    assert table.indicators["net_income_median"].decimals == 1
    assert table.indicators["net_income_median"].additive == "register_only"
    poor = cells(table, "low_economic_standard_share").loc["0114A0010"]
    assert (poor["value"], poor["denominator"], poor["method"]) == (7, 843, "reported")
    assert np.isnan(poor["numerator"])


def test_computed_shares_keep_their_parts(read):
    table, _ = read("deso_2018_tables_2022_2023")
    born = cells(table, "foreign_born_share").loc["0114A0010"]
    assert (born["numerator"], born["denominator"], born["value"], born["method"]) == (144, 863, 16.7, "derived")


def test_every_column_of_the_wide_table_is_mapped(unpacked):
    header = (unpacked / FILES["deso_2018_tables_2022_2023"]).read_text("utf-8").split("\n", 1)[0].split(",")
    said = load_mapping("deso_2018_tables_2022_2023").said
    named = {
        name.lstrip("-").replace("{year}", year)
        for figure in said.figure
        for part in (figure.value, figure.numerator, figure.denominator)
        for term in part or ()
        for name in term.columns
        for year in ("2022", "2023")
    }
    # The two totals that only repeat the population of another table are read as denominators.
    assert set(header) - named == {"deso"}


def test_the_population_of_dalarna_on_edition_2025(read):
    table, told = read("deso_population_tab6574")
    people = cells(table, "population")
    assert len(people) == 175
    assert set(people["edition"]) == {"2025"}
    assert people["value"].sum() == 286_546
    assert set(people.index) <= official_codes("deso/2025")
    assert any("Alder" in message for message in told)


def test_the_copy_of_the_region_is_the_country_s_figures(read):
    country, _ = read("deso_2018_tables_2022_2023")
    region, _ = read("deso_2018_goteborgsregionen")
    keys = ["indicator", "area", "year", "sex", "background", "age", "education"]
    both = region.table.astype("object").merge(
        country.table.astype("object"), on=keys, suffixes=("", "_country"), how="left", indicator=True
    )
    shared = both[both["_merge"] == "both"]
    assert len(both) - len(shared) == 565 * 12  # the twelve age groups that only the region's copy has
    for column in ("value", "numerator", "denominator", "status", "reason"):
        first, second = shared[column], shared[f"{column}_country"]
        assert ((first == second) | (first.isna() & second.isna())).all(), column


def test_the_region_is_taken_from_the_country_s_table(unpacked, read):
    areas = gi.load_areas("deso/2018")
    with pytest.warns(UserWarning, match="5419 areas of deso/2018 outside the areas asked for left out"):
        table = gi.read_reported(
            unpacked / FILES["deso_2018_foreignborn_2022"], "deso_2018_foreignborn_2022", areas=areas
        )
    assert cells(table, "population")["value"].sum() == 1_070_935
    assert len(cells(table, "population")) == 565


def test_the_same_file_gives_the_same_rows(unpacked, read):
    again = gi.read_reported(unpacked / FILES["regso_2020_income"], "regso_2020_income")
    pd.testing.assert_frame_equal(again.table, read("regso_2020_income")[0].table)
