"""The synthetic register of Göteborgsregionen against the published tables, area by area, and as a panel."""

import os
import subprocess
import sys

import duckdb
import numpy as np
import pandas as pd
import pytest
import shapely

import gisintegration as gi
from gisintegration.registers import place, placed_sql
from gisintegration.registers.synthetic import synthetic_register
from gisintegration.registers.synthetic.margins import (
    AGES,
    BACKGROUND,
    BORN,
    EDUCATION,
    HOUSE,
    HOUSEHOLDS,
    LABOUR,
    TENURE,
    bundled_tables,
)

pytestmark = pytest.mark.real

YEARS = range(2018, 2025)
MEDIAN_2022 = 293_000
COLUMNS = [
    "age", "birth_region", "background", "education", "labour_status", "house_type", "household", "household_type",
    "equivalised_income", "net_income", "voted_riksdag", "school_eligible",
]  # fmt: skip


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    out = tmp_path_factory.mktemp("gothenburg") / "register"
    areas = gi.load_areas("deso/2018")
    report = synthetic_register(out, areas_2018=areas, areas_2025=gi.load_areas("deso/2025"), years=YEARS)
    con = duckdb.connect(config={"threads": 2})
    con.execute(
        f"create view persons as select * from read_parquet('{out}/year=*/persons.parquet', hive_partitioning = false)"
    )
    # The area is the one the demo counts in: by the polygon, and where its border is not known by the delivered code.
    register = gi.read_register(out, crs=3006)
    placement = place(register, {areas: [2022]})
    con.register("codes", {"area": np.arange(len(areas)), "code": np.asarray(areas.codes, dtype=str)})
    con.execute(
        "create table placed as select * exclude (area, code), code as deso from "
        f"({placed_sql(register, placement, areas, 2022, COLUMNS)}) join codes using (area) where how <> 'unplaced'"
    )
    assert set(con.execute("select how, count(*) from placed group by how").df()["how"]) == {"located", "delivered"}
    con.execute(f"create view places as select * from '{out}/_places.parquet'")
    con.execute(f"create view dwellings as select * from '{out}/_dwellings.parquet'")
    yield con, report
    con.close()


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    return bundled_tables().set_index("deso").sort_index()


def counted(con, expressions: list[str], where: str = "true") -> pd.DataFrame:
    """Counts per area, one column an expression, in the order given."""
    columns = ", ".join(f"count(*) filter ({e}) as c{i}" for i, e in enumerate(expressions))
    found = con.execute(f"select deso, {columns} from placed where {where} group by deso order by deso").df()
    return found.set_index("deso")


def test_population_and_ages_are_exact(region, published):
    con, _ = region
    groups = [f"least(age // 5, 16) = {group}" for group in range(17)]
    assert (counted(con, groups).to_numpy() == published[list(AGES)].to_numpy()).all()
    assert (counted(con, ["true"])["c0"] == published["pop_2022"]).all()


def test_origin_is_exact(region, published):
    con, _ = region
    born = counted(
        con,
        ["birth_region = 'sweden'", "birth_region in ('nordic', 'eu_efta', 'europe_other')", "birth_region = 'world'"],
    )
    assert (born.to_numpy() == published[list(BORN)].to_numpy()).all()
    background = counted(con, ["background = 'swedish'", "background = 'foreign'"])
    assert (background.to_numpy() == published[list(BACKGROUND)].to_numpy()).all()
    (wrong,) = con.execute(
        "select count(*) from persons where background = 'swedish' and birth_region <> 'sweden'"
    ).fetchone()
    assert wrong == 0


def test_houses_and_education_are_exact(region, published):
    con, _ = region
    names = ("small_house", "apartment_block", "other_house", "special", "unknown")
    houses = counted(con, [f"house_type = '{name}'" for name in names])
    assert (houses.to_numpy() == published[list(HOUSE)].to_numpy()).all()
    names = ("compulsory", "upper_secondary", "post_secondary_short", "post_secondary_long", "unknown")
    levels = counted(con, [f"education = '{name}'" for name in names], "age between 25 and 64")
    assert (levels.to_numpy() == published[list(EDUCATION)].to_numpy()).all()


def test_labour_status_is_within_three_persons(region, published):
    con, _ = region
    found = counted(
        con,
        [
            "labour_status = 'employed'",
            "labour_status = 'unemployed'",
            "labour_status = 'outside'",
            "labour_status in ('employed', 'unemployed')",
            "true",
        ],
        "age between 16 and 64",
    )
    assert np.abs(found.to_numpy() - published[list(LABOUR)].to_numpy()).max() <= 3


def test_households_and_tenure_are_within_two_percent(region, published):
    con, _ = region
    kinds = ("couple_children", "couple", "single_children", "single", "other")
    columns = ", ".join(f"count(distinct household) filter (household_type = '{kind}')" for kind in kinds)
    homes = con.execute(f"select deso, {columns} from placed group by deso order by deso").df().set_index("deso")
    expected = published[list(HOUSEHOLDS)].to_numpy()
    assert (np.abs(homes.to_numpy() - expected) <= np.maximum(0.02 * expected, 1)).all()
    columns = ", ".join(f"count(*) filter (tenure = '{t}')" for t in ("rental", "cooperative", "owner"))
    stock = con.execute(
        f"select deso_2018, {columns} from dwellings where (built is null or built <= 2022) and until is null"
        " group by 1 order by 1"
    ).df()
    expected = published[list(TENURE)].to_numpy()
    assert (np.abs(stock.iloc[:, 1:].to_numpy() - expected) <= np.maximum(0.02 * expected, 1)).all()
    (strange,) = con.execute(
        "select count(*) from persons p where year in (2018, 2022, 2024) and dwelling is not null and not exists"
        " (select 1 from dwellings d where d.dwelling = p.dwelling and d.place = p.place"
        " and coalesce(d.built, 0) <= p.year and coalesce(d.until, 9999) >= p.year)"
    ).fetchone()
    assert strange == 0


def test_low_economic_standard_rounds_to_the_published_percent(region, published):
    con, _ = region
    low = counted(
        con,
        [f"equivalised_income < {0.6 * MEDIAN_2022}", "true"],
        "equivalised_income is not null",
    )
    percent = np.floor(100 * low["c0"] / low["c1"] + 0.5)
    assert (np.abs(percent - published["lag_ek_std_pct_2022"]) <= 1).all()


def test_report_says_the_same(region):
    _, report = region
    assert report.verify()
    assert report.table.set_index("margin").loc["household_type", "largest"] == 0
    assert report.table.set_index("margin").loc["tenure_dwellings", "largest"] == 0


def test_totals_of_2023_are_the_published_ones(region, published):
    con, _ = region
    found = con.execute(
        "select deso, count(*) as n from persons where year = 2023 and place is not null group by 1 order by 1"
    ).df()
    assert (found.set_index("deso")["n"] == published["pop_2023"]).all()


def test_unplaced_are_a_few_and_counted_apart(region):
    con, report = region
    found = dict(con.execute("select year, count(*) from persons where place is null group by 1").fetchall())
    assert found == report.unplaced
    assert all(0.002 < found[year] / report.rows[year] < 0.004 for year in YEARS)
    (placed,) = con.execute(
        "select count(*) from persons where (x is null) <> (place is null) or (deso is null) <> (place is null)"
    ).fetchone()
    assert placed == 0


def test_places_lie_in_the_area_that_was_delivered(region):
    con, _ = region
    places = con.execute(
        "select distinct deso, x, y from persons where year in (2022, 2024) and place is not null"
    ).df()
    earlier, later = gi.load_areas("deso/2018"), gi.load_areas("deso/2025")
    polygons = dict(zip(later.codes, later.geometry, strict=True))
    polygons |= {
        code: polygon for code, polygon in zip(earlier.codes, earlier.geometry, strict=True) if polygon is not None
    }
    for name, members in earlier.members.items():
        for code in members:
            part = dict(zip(earlier.codes, earlier.geometry, strict=True))[name]
            known = polygons.get(code)
            polygons[code] = part if known is None or code not in set(later.codes) else known
    some = places.iloc[::7]
    points = shapely.points(some["x"], some["y"])
    own = np.array([polygons[code] for code in some["deso"]], dtype=object)
    outside = ~shapely.contains_properly(own, points)
    shared = {code for members in earlier.members.values() for code in members}
    assert set(some["deso"][outside]) <= shared
    inside = ~outside
    assert shapely.distance(shapely.boundary(own[inside][::11]), points[inside][::11]).min() >= 0.5


def test_places_are_distinct_and_not_crowded(region):
    con, _ = region
    twice, crowded = con.execute(
        "select (select count(*) - count(distinct (x, y)) from places),"
        " (select max(n) from (select count(*) as n from persons where place is not null group by year, place))"
    ).fetchone()
    assert twice == 0
    assert crowded <= 300


def test_it_is_a_panel(region):
    con, _ = region
    pairs, ages, others, moved = con.execute(
        "select count(*), count(*) filter (b.age <> a.age + 1), count(*) filter (a.sex <> b.sex or"
        " a.birth_country <> b.birth_country or a.background <> b.background), avg((a.place <> b.place)::int)"
        " from persons a join persons b on a.person = b.person and b.year = a.year + 1"
    ).fetchone()
    assert pairs > 5_500_000
    assert ages == others == 0
    assert 0.06 < moved < 0.16
    (repeated,) = con.execute("select count(*) - count(distinct (person, year)) from persons").fetchone()
    assert repeated == 0
    (late,) = con.execute(
        "select count(*) from persons where year(immigrated) > year or year(immigrated) < year - age"
    ).fetchone()
    assert late == 0


def test_it_looks_like_a_swedish_city_region(region):
    con, _ = region
    for year in YEARS:
        size, employed, women, foreign_born, births = con.execute(
            "select count(*) filter (household is not null) / count(distinct household),"
            " avg((labour_status = 'employed')::int) filter (age between 20 and 64), avg((sex = 'women')::int),"
            " avg((birth_region <> 'sweden')::int), avg((age = 0)::int) from persons where year = ?",
            [year],
        ).fetchone()
        assert 2.1 <= size <= 2.3
        assert 0.78 <= employed <= 0.86
        assert 0.49 < women < 0.52
        assert 0.18 < foreign_born < 0.25
        assert 0.009 < births < 0.014
    (children,) = con.execute(
        "select count(*) from (select max(age) as oldest from persons where household is not null"
        " group by year, household) where oldest < 18"
    ).fetchone()
    assert children == 0
    world, sweden = (
        con.execute(
            "select avg((labour_status = 'employed')::int), median(net_income) from placed"
            " where age between 25 and 64 and birth_region = ?",
            [origin],
        ).fetchone()
        for origin in ("world", "sweden")
    )
    assert world[0] < sweden[0] - 0.15
    assert world[1] < sweden[1]


def test_area_figures_follow_the_published_ones(region, published):
    con, _ = region
    found = con.execute(
        "select deso, median(net_income) filter (age >= 20 and equivalised_income is not null) as income,"
        " avg(voted_riksdag::int) as turnout, avg(school_eligible::int) as eligible from placed group by 1 order by 1"
    ).df()
    income = np.corrcoef(found["income"], published["nettoinkomst_median_tkr_2022"])[0, 1]
    turnout = np.corrcoef(found["turnout"], published["lag_ek_std_pct_2022"])[0, 1]
    eligible = np.corrcoef(found["eligible"], published["lag_ek_std_pct_2022"])[0, 1]
    assert income > 0.95
    assert turnout < -0.8
    assert eligible < -0.3


def test_divided_areas_grew_by_new_building_in_one_part(region):
    con, _ = region
    found = con.execute(
        "with here as (select p.deso, w.deso_2018, d.built from persons p join places w using (place)"
        " left join dwellings d on d.dwelling = p.dwelling where year = 2024 and p.place is not null)"
        " select deso_2018, deso, count(*) filter (built is not null) as new, count(*) as n from here group by 1, 2"
    ).df()
    parts = found[found["n"] > 150].groupby("deso_2018")["deso"].nunique()
    divided = parts.index[parts > 1]
    total = found.groupby("deso_2018")["n"].sum()
    most = found.groupby("deso_2018")["new"].max()
    assert len(divided) >= 14
    assert (most[divided] / total[divided] >= 0.2).mean() >= 0.5


def test_folder_is_read_as_a_register(region):
    _, report = region
    assert gi.read_register(report.path, crs=3006) is not None


SCRIPT = """
import sys
import gisintegration as gi
from gisintegration.files import sha256
from gisintegration.registers.synthetic import register
register.THREADS = int(sys.argv[2])
register.synthetic_register(
    sys.argv[1], areas_2018=gi.load_areas("deso/2018"), areas_2025=gi.load_areas("deso/2025"),
    years=[2021, 2022], share=0.03, bad_rows=9,
)
print(sha256(sys.argv[1]))
"""


def test_bytes_do_not_depend_on_threads_or_hash_seed(tmp_path):
    def run(threads: str, hash_seed: str) -> str:
        environment = os.environ | {"OMP_NUM_THREADS": threads, "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", SCRIPT, str(tmp_path / threads), threads]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    assert run("1", "5") == run("2", "6")
