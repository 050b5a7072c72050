"""The synthetic register person by person: how people come and leave, where from, with whom, on what money."""

import duckdb
import pytest

from gisintegration.registers.countries import birth_region


@pytest.fixture(scope="module")
def con(small_synthetic):
    con = duckdb.connect(config={"threads": 2})
    con.execute(
        f"create table p as select * from read_parquet('{small_synthetic}/year=*/persons.parquet', "
        "hive_partitioning = false)"
    )
    yield con
    con.close()


def number(con, query):
    return con.execute(query).fetchone()[0]


def shares(con, expression, where="true", by="year"):
    """The mean of an expression by year."""
    return dict(con.execute(f"select {by}, avg({expression}) from p where {where} group by 1").fetchall())


NEXT = "from p a left join p b on a.person = b.person and b.year = a.year + 1"
BEFORE = "from p b left join p a on a.person = b.person and b.year = a.year + 1"


def test_departure_is_given_to_those_who_are_not_there_a_year_later_and_only_them(con):
    assert number(con, f"select count(*) {NEXT} where a.year < 2024 and a.departure is null and b.person is null") == 0
    assert number(con, f"select count(*) {NEXT} where a.departure is not null and b.person is not null") == 0


def test_arrival_is_given_to_those_who_were_not_there_a_year_before_and_only_them(con):
    assert number(con, f"select count(*) {BEFORE} where b.year > 2010 and b.arrival is null and a.person is null") == 0
    assert number(con, f"select count(*) {BEFORE} where b.arrival is not null and a.person is not null") == 0


def test_the_first_and_the_last_year_tell_it_too(con):
    assert 0.03 < shares(con, "(arrival is not null)::int")[2010] < 0.12
    assert 0.03 < shares(con, "(departure is not null)::int")[2024] < 0.12


def test_arrivals_agree_with_age_and_date_of_immigration(con):
    wrong = (
        "(arrival = 'born' and (age > 0 or year(immigrated) = year)) or "
        "(arrival = 'immigrated') <> coalesce(arrival is not null and year(immigrated) = year, false) or "
        "(age = 0 and arrival not in ('born', 'immigrated'))"
    )
    assert number(con, f"select count(*) from p where place is not null and ({wrong})") == 0


def test_rates_are_of_the_right_size(con):
    for variable, code, low, high in [
        ("arrival", "born", 0.006, 0.016), ("arrival", "immigrated", 0.001, 0.03),
        ("arrival", "domestic", 0.025, 0.075), ("departure", "died", 0.004, 0.014),
        ("departure", "emigrated", 0.001, 0.012), ("departure", "domestic", 0.025, 0.075),
    ]:  # fmt: skip
        for year, share in shares(con, f"coalesce({variable} = '{code}', false)::int").items():
            assert low < share < high, (variable, code, year)
    died = shares(con, "coalesce(departure = 'died', false)::int", by="least(age // 20, 4)")
    assert died[0] < 0.002
    assert died[4] > 0.05


def test_one_in_ten_moves_within_the_region_or_beyond_in_a_year(con):
    moved = con.execute(
        f"select a.year, avg((b.person is null or b.place <> a.place)::int) {NEXT} "
        "where a.year < 2024 and a.place is not null and coalesce(a.departure <> 'died', true) group by 1"
    ).fetchall()
    assert all(0.09 < share < 0.19 for _, share in moved), moved


def test_nobody_changes_sex_year_of_birth_or_country(con):
    changes = (
        "select count(*) from (select 1 from p group by person having count(distinct sex) > 1 "
        "or count(distinct year - age) > 1 or count(distinct birth_country) > 1 or count(birth_country) < count(*))"
    )
    assert number(con, changes) == 0


def test_region_of_birth_follows_the_country_and_the_year(con):
    for year in range(2010, 2025):
        found = con.execute(
            "select distinct birth_country::varchar, birth_region::varchar from p where year = ?", [year]
        ).fetchall()
        assert dict(found).items() <= birth_region(year).items()
        assert len(found) == len(dict(found))
    changed = con.execute(
        "select distinct b.birth_country::varchar, b.year, b.birth_region::varchar "
        "from p a join p b on a.person = b.person and b.year = a.year + 1 where a.birth_region <> b.birth_region"
    ).fetchall()
    assert sorted(changed) == [("GB", 2020, "europe_other"), ("HR", 2013, "eu_efta")]


def test_children_live_at_home_and_grown_ones_leave(con):
    for year in (2010, 2016, 2022, 2024):
        at = dict(
            con.execute(
                "select least(age // 5, 7) * 5, avg((household_role = 'child')::int) from p "
                "where year = ? and household is not null group by 1",
                [year],
            ).fetchall()
        )
        assert at[0] == at[5] == at[10] == 1
        assert at[15] > 0.9
        assert 0.25 < at[20] < 0.87
        assert 0.02 < at[25] < 0.45
        assert at[30] < 0.15
        assert at[35] < 0.02
    assert number(con, "select count(*) from p where (household_role is null) <> (household is null)") == 0


def test_occupation_agrees_with_skill_level(con):
    wrong = (
        "(ssyk_area is null) <> (skill_level is null) or (ssyk_area is not null and labour_status <> 'employed') "
        "or (manager and skill_level is not null) <> (coalesce(ssyk_area, 0) = 1) or (ssyk_area = 2 and skill_level <> 4) "
        "or (ssyk_area = 3 and skill_level <> 3) or (ssyk_area between 4 and 8 and skill_level <> 2) "
        "or (ssyk_area = 9 and skill_level <> 1) or (ssyk_area = 1 and skill_level < 3)"
    )
    assert number(con, f"select count(*) from p where {wrong}") == 0
    assert number(con, "select count(distinct ssyk_area) from p") == 10


def test_benefits_add_up_and_follow_the_reform_of_2010(con):
    assert number(con, "select count(*) from p where sickness_benefit <> sickness_pay + activity_compensation") == 0
    assert number(con, "select count(*) from p where sickness_pay > 0 and sick_days = 0") == 0
    assert number(con, "select least(sum(sickness_pay), sum(activity_compensation)) from p") > 0
    assert number(con, "select count(*) from p where introduction_benefit > 0 and immigrated >= '2010-12-01'") == 0
    assert number(con, "select count(*) from p where establishment_benefit > 0 and immigrated < '2010-12-01'") == 0
    by = dict(con.execute("select year, sum(introduction_benefit) from p group by 1").fetchall())
    assert by[2010] > 0
    assert all(by[year] == 0 for year in range(2014, 2025))
    by = dict(con.execute("select year, sum(establishment_benefit) from p group by 1").fetchall())
    assert all(by[year] > 0 for year in range(2012, 2025))


def test_some_live_on_one_benefit_alone(con):
    for benefit in ("social_assistance", "establishment_benefit"):
        found = number(
            con, f"select avg((net_income <= {benefit})::int) from p where {benefit} > 0 and age between 20 and 64"
        )
        assert 0.05 < found < 0.6, benefit
    assert number(con, "select avg((social_assistance > 0 and net_income <= social_assistance)::int) from p") < 0.02


def test_statements_of_income_are_of_those_who_work_and_some_others(con):
    works = shares(con, "(income_statement > 0)::int", "labour_status = 'employed' and age between 20 and 64")
    others = shares(con, "(income_statement > 0)::int", "labour_status = 'outside' and age between 20 and 64")
    assert all(0.9 < share <= 1 for share in works.values())
    assert all(0.1 < share < 0.5 for share in others.values())
    assert 300_000 < number(con, "select median(income_statement) from p where year = 2022 and income_statement > 0 "
                                 "and labour_status = 'employed'") < 600_000  # fmt: skip


def test_pupils_of_sfi_hold_those_who_passed_and_only_newcomers(con):
    assert number(con, "select count(*) from p where sfi_passed_days is not null and not sfi_pupil") == 0
    assert number(con, "select count(*) from p where sfi_pupil and birth_region in ('sweden', 'nordic')") == 0
    passed = number(con, "select avg((sfi_passed_days is not null)::int) from p where sfi_pupil")
    assert 0.1 < passed < 0.8


def test_upper_secondary_school_is_left_once_at_about_nineteen(con):
    assert number(con, "select count(*) from p where university_eligible is not null and age not in (19, 20, 21)") == 0
    twice = "select 1 from p where university_eligible is not null group by person having count(*) > 1"
    assert number(con, f"select count(*) from ({twice})") == 0
    assert 0.75 < number(con, "select avg(university_eligible::int) from p") < 0.97
    leavers = number(con, "select count(university_eligible) / count(*) filter (age = 19) from p")
    assert 0.75 < leavers <= 1


@pytest.mark.parametrize("year", [2010, 2014, 2018, 2022])
def test_elections_have_three_votes_of_the_same_voters(con, year):
    riksdag, region, kommun, only = con.execute(
        "select avg(voted_riksdag::int), avg(voted_region::int), avg(voted_kommun::int), "
        "count(*) filter ((voted_region is null) <> (voted_kommun is null)) from p where year = ?",
        [year],
    ).fetchone()
    assert 0.7 < kommun < riksdag < 0.95
    assert abs(region - kommun) < 0.02
    assert only == 0


def test_only_election_years_have_an_electoral_roll(con):
    found = con.execute(
        "select year, count(election_x), count(election_y), count(election_kommun), count(voted_region) from p group by 1"
    ).fetchall()
    for year, x, y, kommun, voted in found:
        assert x == y == kommun
        assert (x > 0) == (voted > 0) == (year in (2010, 2014, 2018, 2022))


def test_the_roll_has_late_movers_where_they_lived_a_year_before(con):
    joined = f"{BEFORE} where b.election_x is not null and b.year > 2010"
    total, elsewhere, old, adult = con.execute(
        "select count(*), count(*) filter (b.election_x <> b.x or b.election_y <> b.y), count(*) filter "
        "(b.election_x = a.x and b.election_y = a.y and b.election_kommun = a.kommun), count(*) filter (b.age >= 18) "
        + joined
    ).fetchone()
    assert total == elsewhere == old == adult
    for year, share in shares(con, "(election_x is not null)::int", "age >= 18 and voted_region is not null").items():
        assert 0.01 < share < 0.06, year


def test_persons_without_a_place_come_and_leave_too(con):
    spells = con.execute(
        "select count(*), count(arrival), count(departure) from p where place is null and year between 2011 and 2023"
    ).fetchone()
    assert 0 < spells[1] < spells[0]
    assert 0 < spells[2] < spells[0]
