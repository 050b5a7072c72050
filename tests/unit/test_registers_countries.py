"""Countries of birth: the region of each by year, and registers that name countries otherwise."""

import duckdb
import pandas as pd
import pytest

from gisintegration.errors import RegisterError
from gisintegration.project.coding import code_lines
from gisintegration.registers import read_register
from gisintegration.registers.contract import variables
from gisintegration.registers.countries import birth_region
from gisintegration.registers.synthetic.birthplace import COUNTRIES, REGIONS, regions
from gisintegration.registers.synthetic.margins import TABLE_YEAR
from gisintegration.registers.synthetic.rates import COUNTRIES as WEIGHTS


def test_regions_are_those_of_the_register():
    assert set(birth_region(2022).values()) == set(variables()["birth_region"].codes) == set(REGIONS)


@pytest.mark.parametrize(
    ("country", "before", "after", "year"),
    [
        ("HR", "europe_other", "eu_efta", 2013),
        ("BG", "europe_other", "eu_efta", 2007),
        ("PL", "europe_other", "eu_efta", 2004),
        ("CY", "world", "eu_efta", 2004),
        ("GB", "eu_efta", "europe_other", 2020),
    ],
)
def test_a_country_changes_region_with_its_membership(country, before, after, year):
    assert (birth_region(year - 1)[country], birth_region(year)[country]) == (before, after)


def test_between_2013_and_2019_nobody_changed():
    first = birth_region(2013)
    assert all(birth_region(year) == first for year in range(2014, 2020))


def test_the_nordic_countries_are_their_own_whatever_they_belong_to():
    for year in (1997, 2024):
        nordic = {country for country, region in birth_region(year).items() if region == "nordic"}
        assert nordic == {"AX", "DK", "FI", "FO", "GL", "IS", "NO", "SJ"}


def test_twenty_seven_less_sweden_denmark_and_finland_and_three_of_efta():
    members = {country for country, region in birth_region(2024).items() if region == "eu_efta"}
    efta = {"CH", "LI"}
    assert len(members - efta - {"DD", "CS"}) == 27 - 3
    assert efta <= members


def test_synthetic_persons_are_drawn_from_the_region_of_the_table_year():
    drawn = regions(TABLE_YEAR)
    expected = [0] + [region for region, weights in enumerate(WEIGHTS, start=1) for _ in weights]
    assert drawn.tolist() == expected
    assert len(set(COUNTRIES)) == len(COUNTRIES)


def people(countries):
    rows = {"year": 2022, "kommun": "0180", "sex": "men", "age": 40, "x": 674032.0, "y": 6580822.0}
    return pd.DataFrame([rows | {"person": n, "birth_country": c} for n, c in enumerate(countries)])


def test_an_unknown_country_refuses_the_row_and_an_empty_one_does_not(tmp_path):
    people(["SE"] * 50 + ["QQ", "se", None]).to_parquet(tmp_path / "p.parquet", index=False)
    register = read_register(tmp_path / "p.parquet", crs=3006)
    assert dict(register.report.internal[0].rejected) == {
        "birth_country is not in the code list": 1,
        "birth_country is not written as [A-Z]{2}": 1,
    }
    found = duckdb.sql(register.select(["birth_country"], 2022)).fetchall()
    assert len(found) == 51
    assert found.count((None,)) == 1


def test_countries_written_otherwise_are_told_with_the_setting_that_helps(tmp_path):
    people(["Sverige"] * 50).to_csv(tmp_path / "p.csv", index=False)
    with pytest.raises(RegisterError, match=r'codes = \{birth_country = \{"<your value>"') as error:
        read_register(tmp_path / "p.csv", crs=3006)
    assert len(str(error.value)) < 1000
    told = {"birth_country": {"Sverige": "SE"}}
    assert read_register(tmp_path / "p.csv", crs=3006, codes=told).years == (2022,)


def test_lines_for_the_project_file_do_not_list_every_country():
    assert code_lines("birth_country", ["Sverige"]) == [
        '# "Sverige" = "…"   # the countries of registers/countries.toml, as SE or FI'
    ]
