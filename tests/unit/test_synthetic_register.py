"""The synthetic register of a made-up region: four squares, one divided later, one without a polygon of its own."""

import os
import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from gisintegration.areas.division import AreaDivision
from gisintegration.errors import CodeError, InputError, RegisterError
from gisintegration.files import sha256
from gisintegration.registers.synthetic import synthetic_register
from gisintegration.registers.synthetic.margins import AGES, LABOUR

WEST, SOUTH, SIDE = 300_000.0, 6_400_000.0, 2_000.0


def square(column: float, row: float, width: float = 1.0) -> shapely.Polygon:
    left, bottom = WEST + column * SIDE, SOUTH + row * SIDE
    return shapely.box(left, bottom, left + width * SIDE, bottom + SIDE)


def division(edition: str, rows, **more) -> AreaDivision:
    table = gpd.GeoDataFrame(
        {"code": [r[0] for r in rows], "name": [r[0] for r in rows], "kind": [r[1] for r in rows]},
        geometry=[r[2] for r in rows],
        crs=3006,
    )
    return AreaDivision("deso", edition, table, **more)


def earlier() -> AreaDivision:
    """9901C1020 is divided later; 9901C1030 and 9901C1040 have no border between them: they lie in the remainder."""
    rows = [
        ("9901-rest-1", "remainder", shapely.union_all([square(0, 1), square(1, 1)])),
        ("9901C1010", "area", square(0, 0)),
        ("9901C1020", "area", square(1, 0)),
        ("9901C1030", "area", None),
        ("9901C1040", "area", None),
    ]
    return division("2018", rows, years=(None, 2023), members={"9901-rest-1": ("9901C1030", "9901C1040")})


def later() -> AreaDivision:
    rows = [
        ("9901C1010", "area", square(0, 0)),
        ("9901C1021", "area", square(1, 0, 0.5)),
        ("9901C1022", "area", square(1.5, 0, 0.5)),
        ("9901C1030", "area", square(0, 1)),
        ("9901C1040", "area", square(1, 1)),
    ]
    return division("2025", rows, years=(2024, None))


def tables() -> pd.DataFrame:
    """Each area: 340 persons, 20 in each age group; 160 aged 25–64, 192 aged 16–64 (8 are 15 years old)."""
    one = dict.fromkeys(AGES, 20) | {
        "pop_2022": 340, "pop_2023": 350,
        "svensk_bakgrund_2022": 230, "utlandsk_bakgrund_2022": 110,
        "fodd_sverige_2022": 260, "fodd_europa_2022": 30, "fodd_ovriga_varlden_2022": 50,
        "hh_sambo_barn_2022": 30, "hh_sambo_utan_2022": 35, "hh_ensam_barn_2022": 10, "hh_ensam_utan_2022": 55,
        "hh_ovriga_2022": 12,
        "smahus_2022": 120, "flerbost_2022": 190, "ovriga_hus_2022": 5, "specialbost_2022": 15, "hus_saknas_2022": 10,
        "forgym_2022": 20, "gym_2022": 60, "eftergym_lt3_2022": 30, "eftergym_ge3_2022": 45, "utb_saknas_2022": 5,
        "hyresratt_2022": 60, "bostadsratt_2022": 45, "aganderatt_2022": 45,
        "lag_ek_std_pct_2022": 15, "ek_std_personer_2022": 330, "nettoinkomst_median_tkr_2022": 280.0,
    } | dict(zip(LABOUR, (150, 12, 30, 162, 192), strict=True))  # fmt: skip
    codes = ("9901C1010", "9901C1020", "9901C1030", "9901C1040")
    return pd.DataFrame([{"deso": code} | one for code in codes])


def make(out: Path, **options):
    given = {"areas_2018": earlier(), "areas_2025": later(), "tables": tables(), "years": range(2020, 2025)}
    return synthetic_register(out, **(given | options))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    out = tmp_path_factory.mktemp("synthetic") / "register"
    return out, make(out)


def read(out: Path, year: int) -> pd.DataFrame:
    return frame(out / f"year={year}" / "persons.parquet")


def frame(path: Path) -> pd.DataFrame:
    table = pq.ParquetFile(path).read()
    fields = [pa.field(f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type) for f in table.schema]
    return table.cast(pa.schema(fields)).to_pandas()


def test_published_counts_of_the_table_year_are_met(written):
    out, report = written
    persons = read(out, 2022).dropna(subset="place")
    one = persons[persons["deso"] == "9901C1030"]
    assert len(one) == 340
    assert (one["age"] // 5).clip(upper=16).value_counts().eq(20).all()
    assert one["background"].value_counts().to_dict() == {"swedish": 230, "foreign": 110}
    assert (one["birth_region"] == "sweden").sum() == 260
    assert (one["birth_region"] == "world").sum() == 50
    assert (one["house_type"] == "special").sum() == 15
    working = one[one["age"].between(16, 64)]
    assert working["labour_status"].value_counts().to_dict() == {"employed": 150, "outside": 30, "unemployed": 12}
    assert report.table.set_index("margin")["largest"].drop("low_standard_persons").eq(0).all()
    assert report.verify()


def test_dwellings_have_the_published_tenures(written):
    out, _ = written
    dwellings = frame(out / "_dwellings.parquet")
    standing = dwellings[dwellings["until"].isna() & ~(dwellings["built"] > 2022)]
    per_area = pd.crosstab(standing["deso_2018"], standing["tenure"])
    assert (per_area[["rental", "cooperative", "owner"]] == [60, 45, 45]).all().all()


def test_columns_follow_the_contract(written):
    out, _ = written
    contract = tomllib.loads(files("gisintegration").joinpath("registers/variables.toml").read_text(encoding="utf-8"))
    table = pq.ParquetFile(out / "year=2023" / "persons.parquet").read()
    assert table.column_names == list(contract)
    assert pa.types.is_int64(table.schema.field("person").type)
    for name, variable in contract.items():
        column = table[name].to_pandas()
        if not variable.get("nullable"):
            assert column.notna().all(), name
        if codes := variable.get("codes"):
            assert set(column.dropna()) <= set(codes), name
        if bounds := variable.get("range"):
            assert column.dropna().between(*bounds).all(), name


def test_files_say_that_the_persons_do_not_exist(written):
    out, _ = written
    for name in ("year=2022/persons.parquet", "_places.parquet", "_dwellings.parquet"):
        metadata = pq.read_schema(out / name).metadata
        assert metadata[b"SYNTHETIC"].decode() == "syntetiskt: personerna finns inte"
    assert "PERSONERNA FINNS INTE" in (out / "README.md").read_text(encoding="utf-8")


def test_places_lie_inside_their_areas_and_differ(written):
    out, _ = written
    places = frame(out / "_places.parquet")
    assert not places.duplicated(["x", "y"]).any()
    points = shapely.points(places["x"], places["y"])
    lookup = dict(zip(earlier().codes, earlier().geometry, strict=True))
    rest = lookup["9901-rest-1"]
    polygons = [lookup[code] or rest for code in places["deso_2018"]]
    assert shapely.contains_properly(polygons, points).all()
    assert shapely.distance(shapely.boundary(polygons), points).min() >= 0.5
    assert np.allclose(places[["x", "y"]] * 100, np.round(places[["x", "y"]] * 100), atol=1e-6)


def test_delivered_code_is_of_the_edition_in_force(written):
    out, _ = written
    assert set(read(out, 2023)["deso"].dropna()) == {"9901C1010", "9901C1020", "9901C1030", "9901C1040"}
    assert set(read(out, 2024)["deso"].dropna()) == set(later().codes)


def test_persons_are_the_same_through_the_years(written):
    out, _ = written
    years = {year: read(out, year) for year in range(2020, 2025)}
    for year in range(2020, 2024):
        both = years[year].merge(years[year + 1], on="person", suffixes=("", "_next"))
        assert len(both) > 0.7 * len(years[year])
        assert (both["age_next"] == both["age"] + 1).all()
        for name in ("sex", "birth_country", "background"):
            assert (both[name].astype(str) == both[f"{name}_next"].astype(str)).all()
        assert years[year]["person"].is_monotonic_increasing
        assert years[year]["person"].is_unique
    assert len(years[2023].dropna(subset="place")) == 4 * 350


def test_immigrants_came_before_the_year_was_over_and_after_they_were_born(written):
    out, _ = written
    for year in range(2020, 2025):
        came = read(out, year).dropna(subset="immigrated")
        when = pd.to_datetime(came["immigrated"]).dt.year
        assert (when <= year).all()
        assert (when >= year - came["age"]).all()
        assert (came["birth_region"] != "sweden").all()


def test_households_share_place_and_income_and_children_have_grown_ups(written):
    out, _ = written
    persons = read(out, 2022).dropna(subset="household")
    homes = persons.groupby("household")
    assert (homes["place"].min() == homes["place"].max()).all()
    assert (homes["equivalised_income"].max() - homes["equivalised_income"].min()).dropna().eq(0).all()
    assert (homes["age"].max() >= 18).all()
    assert (persons.groupby("place").size() <= 300).all()


def test_new_building_takes_most_of_a_divided_areas_growth(written):
    out, _ = written
    persons = read(out, 2024).dropna(subset="place")
    dwellings = frame(out / "_dwellings.parquet")
    new = set(dwellings.loc[dwellings["built"] > 0, "dwelling"])
    divided = persons[persons["deso"].isin(["9901C1021", "9901C1022"])]
    share = divided["dwelling"].isin(new).groupby(divided["deso"].astype(str)).sum() / len(divided)
    assert share.max() >= 0.2
    assert share.min() < 0.05


def test_unplaced_are_extra_and_without_place(tmp_path):
    many = tables()
    counted = [
        name for name in many if name != "deso" and name not in ("lag_ek_std_pct_2022", "nettoinkomst_median_tkr_2022")
    ]
    many[counted] *= 3
    report = make(tmp_path / "r", tables=many, years=[2022])
    persons = read(tmp_path / "r", 2022)
    lost = persons[persons["place"].isna()]
    assert len(persons) == report.rows[2022] == 4 * 3 * 340 + report.unplaced[2022]
    assert len(lost) == report.unplaced[2022] == round(0.003 * 4 * 3 * 340)
    assert lost[["x", "y", "deso", "household", "dwelling"]].isna().all().all()
    assert (lost["kommun"] == "9901").all()


def test_bad_rows_are_planted_and_listed(tmp_path):
    clean = make(tmp_path / "clean", years=[2021, 2022])
    report = make(tmp_path / "bad", years=[2021, 2022], bad_rows=14)
    assert clean.planted == ()
    assert len(report.planted) == 14
    assert sum(report.rows.values()) == sum(clean.rows.values()) + 14
    kinds = {entry["kind"] for entry in report.planted}
    assert len(kinds) == 7
    bad = read(tmp_path / "bad", 2022)
    assert (bad["age"] == 131).sum() == 1
    assert bad["person"].duplicated().sum() == 1
    assert (bad["sex"] == "okänt").sum() == 1
    assert (bad["x"].isna() & bad["y"].notna()).sum() == 1
    assert report.verify()


def test_grid_says_where_people_live(tmp_path):
    grid = pd.DataFrame({"e": [WEST + 500.0], "n": [SOUTH + 500.0], "befolkning_2025": [10]})
    make(tmp_path / "r", years=[2022], grid=grid)
    places = frame(tmp_path / "r" / "_places.parquet")
    one = places[places["deso_2018"] == "9901C1010"]
    assert one["x"].between(WEST, WEST + 1000).all()
    assert one["y"].between(SOUTH, SOUTH + 1000).all()


def test_a_share_of_the_households_is_smaller_and_promises_nothing(tmp_path):
    report = make(tmp_path / "r", years=[2022], share=0.5)
    assert 400 < report.rows[2022] < 960
    assert report.table.empty


def test_seed_changes_everything_and_nothing_else_does(tmp_path):
    first, again, other = (
        make(tmp_path / name, seed=seed) and sha256(tmp_path / name) for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert first == again != other


def test_a_year_has_the_same_bytes_whichever_years_are_written_with_it(tmp_path, written):
    make(tmp_path / "r", years=[2022])
    assert sha256(tmp_path / "r" / "year=2022") == sha256(written[0] / "year=2022")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"years": [2009]}, "2010–2025"),
        ({"years": []}, "none"),
        ({"share": 0}, "share=0"),
        ({"bad_rows": -1}, "negative"),
        ({"tables": tables().drop(columns="smahus_2022")}, "smahus_2022"),
        ({"grid": pd.DataFrame({"e": [1.0]})}, "befolkning"),
    ],
)
def test_wrong_options_are_named(tmp_path, options, text):
    with pytest.raises(InputError, match=text):
        make(tmp_path / "r", **options)
    assert not (tmp_path / "r").exists()


def test_tables_that_contradict_themselves_are_refused(tmp_path):
    wrong = tables()
    wrong.loc[0, "smahus_2022"] += 1
    wrong.loc[1, ["svensk_bakgrund_2022", "utlandsk_bakgrund_2022"]] = [300, 40]
    with pytest.raises(RegisterError) as error:
        make(tmp_path / "r", tables=wrong)
    assert [failure["deso"] for failure in error.value.failures] == ["9901C1010", "9901C1020"]


def test_areas_and_tables_must_be_the_same(tmp_path):
    wrong = tables()
    wrong.loc[0, "deso"] = "9901C9990"
    with pytest.raises(CodeError) as error:
        make(tmp_path / "r", tables=wrong)
    assert {failure["deso"] for failure in error.value.failures} == {"9901C9990", "9901C1010"}


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
import test_synthetic_register as here
from pathlib import Path
from gisintegration.files import sha256
here.make(Path(sys.argv[2]))
print(sha256(sys.argv[2]))
"""


def test_bytes_do_not_depend_on_threads_or_hash_seed(tmp_path):
    def run(threads: str, hash_seed: str) -> str:
        out = tmp_path / threads
        environment = os.environ | {"OMP_NUM_THREADS": threads, "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", SCRIPT, str(Path(__file__).parent), str(out)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    assert run("1", "1") == run("2", "77")
