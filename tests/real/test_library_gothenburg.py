"""Every indicator of the library on a synthetic register of Göteborgsregionen 2010–2024: figures wherever it applies."""

import warnings

import numpy as np
import pandas as pd
import pytest

import gisintegration as gi
from gisintegration.indicators import aggregate, load_indicators
from gisintegration.indicators.panel import years_read
from gisintegration.registers.synthetic import synthetic_register
from gisintegration.tables import Kind

pytestmark = pytest.mark.real

YEARS = range(2010, 2025)
# The region is a part of its county, so riket and län are not complete and cannot be given.
LEVELS = ("deso", "regso", "kommun", "region")

# Where a figure is missing although the declaration gives the indicator, and why.
NO_YEAR_BEFORE = {  # the register has nobody of 31 December 2009
    "stayed_share", "domestic_net_migration", "international_net_migration", "out_migration_risk",
    "employed_movers_quotient",
}  # fmt: skip
NO_YEAR_AFTER = {"still_employed_share", "still_self_employed_share"}  # nor of November 2025
NO_PARTS = {("housing_segregation_index", "deso")}  # compares the finest areas given: each is one of them
NOBODY_OF_FEW = {
    ("upper_secondary_eligible_share", "birth_nordic")
}  # some ten a year; in a fiftieth of the region none

# The whole region, any year, both sexes and all classes together: what would make a reader doubt the figure.
BOUNDS = {
    "population": (1, 2_000_000),
    "employed_share": (70, 90),
    "self_employed_of_employed_share": (4, 14),
    "registered_unemployed_share": (2, 10),
    "openly_unemployed_share": (1, 6),
    "programme_share": (1, 6),
    "long_term_unemployed_share": (1, 7),
    "still_employed_share": (85, 98),
    "still_self_employed_share": (65, 95),
    "manager_share": (3, 9),
    "graduates_occupation_share": (50, 80),
    "graduates_skill_share": (55, 85),
    "owner_house_share": (25, 55),
    "rental_share": (20, 50),
    "cooperative_share": (12, 35),
    "adult_children_at_home_share": (10, 45),
    "stayed_share": (80, 97),
    "overcrowded_share": (4, 25),
    "housing_segregation_index": (15, 60),
    "born_in_sweden_share": (65, 92),
    "foreign_background_share": (12, 40),
    "foreign_born_share": (8, 30),
    "born_nordic_share": (1, 6),
    "born_eu_efta_share": (1, 6),
    "born_other_world_share": (5, 22),
    "children_share": (10, 32),
    "working_age_share": (50, 70),
    "older_share": (12, 26),
    "women_share": (48, 54),
    "turnout_riksdag": (75, 92),
    "turnout_region": (65, 88),
    "turnout_kommun": (65, 88),
    "domestic_net_migration": (-3, 3),
    "international_net_migration": (-1, 3),
    "out_migration_risk": (3, 15),
    "employed_movers_quotient": (0.5, 2),
    "sick_days_mean": (10, 40),
    "sick_days_contributors_share": (8, 25),
    "disposable_income_mean": (4, 9),
    "disposable_income_median": (3.5, 8),
    "only_social_assistance_share": (0.02, 2),
    "only_introduction_benefit_share": (0, 1),
    "only_establishment_benefit_share": (0, 1),
    "low_income_statement_share": (2, 15),
    "low_economic_standard_share": (9, 18),
    "socioeconomic_index": (5, 14),
    "area_type": (1, 5),
    "sickness_benefit_ratio": (0.8, 5),
    "sickness_pay_ratio": (0.3, 3),
    "activity_compensation_ratio": (0.4, 3),
    "unemployment_benefit_ratio": (0.2, 3),
    "social_assistance_ratio": (0.1, 2),
    "introduction_benefit_ratio": (0, 0.5),
    "establishment_benefit_ratio": (0, 0.6),
    "assistance_or_unemployment_share": (2, 12),
    "studying_share": (4, 18),
    "neet_16_19_share": (1, 12),
    "neet_20_25_share": (5, 25),
    "neet_working_age_share": (8, 25),
    "upper_secondary_eligible_share": (72, 97),
    "higher_education_eligible_share": (72, 97),
    "sfi_passed_share": (20, 70),
    "sfi_days_median": (500, 2_000),
    "low_education_share": (5, 20),
    "upper_secondary_share": (28, 50),
    "post_secondary_share": (35, 60),
}


def written(folder, share: float):
    """The folder with a register of that share of the households."""
    earlier, later = gi.load_areas("deso/2018"), gi.load_areas("deso/2025")
    synthetic_register(folder, areas_2018=earlier, areas_2025=later, years=YEARS, share=share)
    return folder


def counted(folder, *, years=YEARS, by=LEVELS, breakdowns=False) -> pd.DataFrame:
    """The raw rows of the whole library."""
    editions = {
        gi.load_areas("deso/2018"): [year for year in years if year <= 2023],
        gi.load_areas("deso/2025"): [year for year in years if year > 2023],
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # years that the register lacks: the exceptions above
        return aggregate(
            gi.read_register(folder, crs=3006),
            "all",
            by=by,
            areas={edition: wanted for edition, wanted in editions.items() if wanted},
            region="Göteborgsregionen",
            constants="synthetic",
            breakdowns=breakdowns,
            missing="skip",
        ).table


@pytest.fixture(scope="module")
def register(tmp_path_factory):
    return written(tmp_path_factory.mktemp("library") / "register", 0.02)


@pytest.fixture(scope="module")
def table(register) -> pd.DataFrame:
    return counted(register)


def expected(item, level: str, year: int) -> bool:
    """Whether there must be a figure."""
    if not item.in_force(year) or not item.applies_to(level) or (item.id, level) in NO_PARTS:
        return False
    return not ((item.id in NO_YEAR_BEFORE and year == YEARS[0]) or (item.id in NO_YEAR_AFTER and year == YEARS[-1]))


def test_the_exceptions_are_those_that_read_a_year_the_register_lacks():
    first, last = YEARS[0], YEARS[-1]
    library = load_indicators("all")
    assert {key for key, item in library.items() if min(years_read(item, first)) < first} == NO_YEAR_BEFORE
    assert {key for key, item in library.items() if max(years_read(item, last)) > last} == NO_YEAR_AFTER
    assert {key for key, item in library.items() if item.kind is Kind.DISSIMILARITY} == {key for key, _ in NO_PARTS}


def test_every_indicator_has_figures_on_every_level_and_in_every_year_where_it_applies(table):
    check_figures(table)


def check_figures(table):
    total = table[(table["sex"] == "total") & table["status"].isin(["shown", "zero"])]
    total = total[total["value"].notna()]
    found = set(total[["indicator", "division", "year"]].drop_duplicates().itertuples(index=False, name=None))
    wanted = {
        (key, level, year)
        for key, item in load_indicators("all").items()
        for level in LEVELS
        for year in YEARS
        if expected(item, level, year)
    }
    assert sorted(wanted - found) == []
    assert sorted(found - wanted) == []


def test_each_indicator_is_more_than_nothing_somewhere(table):
    shown = table[(table["status"] == "shown") & (table["value"] != 0)]
    found = shown.groupby(["indicator", "division"], observed=True).size()
    for key, item in load_indicators("all").items():
        for level in LEVELS:
            if item.applies_to(level) and (key, level) not in NO_PARTS:
                assert found.get((key, level), 0) > 0, (key, level)


def test_both_sexes_have_figures_where_the_total_has(table):
    region = table[(table["division"] == "region") & table["status"].isin(["shown", "zero"])]
    for sex in ("women", "men"):
        found = region.loc[region["sex"] == sex, "indicator"].unique()
        assert set(load_indicators("all")) - set(found) == set()


def test_figures_of_the_region_are_plausible_in_every_year(table):
    check_bounds(table)


def check_bounds(table):
    assert set(BOUNDS) == set(load_indicators("all"))
    region = table[(table["division"] == "region") & (table["sex"] == "total") & table["value"].notna()]
    region = region[region["status"].isin(["shown", "zero"])]
    low = region["indicator"].astype(str).map({key: bounds[0] for key, bounds in BOUNDS.items()})
    high = region["indicator"].astype(str).map({key: bounds[1] for key, bounds in BOUNDS.items()})
    outside = region[(region["value"] < low) | (region["value"] > high)]
    assert outside[["indicator", "year", "value"]].to_dict("records") == []


def test_missing_figures_are_those_of_years_the_register_lacks_or_of_nobody(table):
    """A figure is missing for one of two reasons: a year is lacking, or nobody is in the population (or a group)."""
    missing = table[(table["status"] == "missing") & (table["sex"] == "total")]
    lacking = missing["indicator"].isin(NO_YEAR_BEFORE) & (missing["year"] == YEARS[0])
    lacking |= missing["indicator"].isin(NO_YEAR_AFTER) & (missing["year"] == YEARS[-1])
    rest = missing[~lacking & ~missing["indicator"].isin(["socioeconomic_index", "area_type"])]
    nobody = rest["denominator"].fillna(0) == 0
    nobody |= (rest["indicator"] == "housing_segregation_index") & (rest["numerator"] == 0)
    assert nobody.all()


def test_levels_agree(table):
    """Counts of DeSO add up to those of the region, whatever the edition."""
    people = table[(table["indicator"] == "population") & (table["sex"] == "total")]
    by = people.pivot_table(index="year", columns="division", values="value", aggfunc="sum", observed=True)
    assert list(by.index) == list(YEARS)
    for level in ("deso", "regso", "kommun"):
        assert (by[level] == by["region"]).all()


def test_moves_within_the_region_cancel(table):
    """What moves in somewhere in the region moves out elsewhere: the region's net is of arrivals and departures only."""
    net = table[(table["indicator"] == "domestic_net_migration") & (table["sex"] == "total")]
    net = net[net["year"] > YEARS[0]]
    for year, rows in net.groupby("year"):
        whole = rows.loc[rows["division"] == "region", "numerator"].sum()
        for level in ("deso", "regso", "kommun"):
            assert rows.loc[rows["division"] == level, "numerator"].sum() == pytest.approx(whole), (year, level)


def test_areas_differ(table):
    """A figure that is the same everywhere would tell nothing of where."""
    rows = table[(table["division"] == "kommun") & (table["sex"] == "total") & (table["year"] == 2022)]
    rows = rows[rows["status"].isin(["shown", "zero"])]
    spread = rows.groupby("indicator", observed=True)["value"].agg(lambda values: np.ptp(values.dropna().to_numpy()))
    same = set(spread.index[spread == 0])
    assert same <= {"introduction_benefit_ratio", "only_introduction_benefit_share"}  # ended ten years before


def test_every_class_and_crossing_has_figures_of_somebody(register):
    """One class at a time, in the whole region, in one of three years; of what is crossed, nine in ten pairs."""
    rows = counted(register, years=(2014, 2018, 2022), by=("region",), breakdowns=True)
    check_classes(rows[rows["sex"] == "total"], pairs=0.9, nobody=NOBODY_OF_FEW)


def check_classes(rows, *, pairs, nobody=frozenset()):
    columns = ["background", "age", "education"]
    keys = [rows[name].astype(str) for name in ("indicator", *columns)]
    some = rows["status"].isin(["shown", "zero"]).groupby(keys).any()
    given = (some.index.to_frame()[columns] != "total").sum(axis=1)
    assert {(key, *classes) for key, *classes in some.index[(given <= 1) & ~some]} <= {
        (key, background, "total", "total") for key, background in nobody
    }
    assert some[given == 2].mean() > pairs
    declared = {key for key, item in load_indicators("all").items() if item.breakdowns_on("region")}
    assert set(some.index[given == 1].get_level_values("indicator")) == declared
    crossed = {key for key, item in load_indicators("all").items() if item.crossings_on("region")}
    assert set(some.index[given == 2].get_level_values("indicator")) == crossed


@pytest.mark.soak
def test_the_full_size(tmp_path):
    """All persons of the region in every year."""
    register = written(tmp_path / "register", 1.0)
    rows = counted(register)
    check_figures(rows)
    check_bounds(rows)
    classes = counted(register, years=(2022,), by=("kommun", "region"), breakdowns=True)
    check_classes(classes[(classes["sex"] == "total") & (classes["division"] == "region")], pairs=0.97)
