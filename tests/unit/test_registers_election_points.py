"""Where persons were on the day of the electoral roll: the same CRS and the same checks as where they live."""

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gisintegration.errors import CRSError, RegisterError
from gisintegration.registers import read_register
from gisintegration.registers.contract import propose, variables
from gisintegration.registers.crs import transform

# Two points of Stockholm in RT 90, and where they are in SWEREF 99 TM.
RT90 = np.array([[1628294.0, 6580994.0], [1629294.0, 6581994.0]])
HERE, THERE = transform(RT90, 3021)


def people(count=8, *, at=RT90[0]):
    """Persons at one point; the first voted at the other, the second at the same one, the rest say nothing."""
    frame = pd.DataFrame({"person": range(1, count + 1), "year": 2022, "kommun": "0180", "sex": "men", "age": 40})
    frame["x"], frame["y"] = at
    frame["election_x"] = [RT90[1][0], RT90[0][0]] + [np.nan] * (count - 2)
    frame["election_y"] = [RT90[1][1], RT90[0][1]] + [np.nan] * (count - 2)
    frame["election_kommun"] = ["0184", "0180"] + [None] * (count - 2)
    return frame


def read(path, **options):
    register = read_register(path, **({"crs": 3021} | options))
    columns = ["person", "x", "y", "election_x", "election_y", "election_kommun"]
    return duckdb.sql(f"select * from ({register.select(columns, 2022)}) order by person").df(), register


def check(rows):
    assert rows[["x", "y"]].to_numpy().tolist() == [HERE.tolist()] * len(rows)
    assert rows[["election_x", "election_y"]].to_numpy()[:2].tolist() == [THERE.tolist(), HERE.tolist()]
    assert rows.loc[2:, ["election_x", "election_y", "election_kommun"]].isna().all().all()
    assert rows.loc[:1, "election_kommun"].tolist() == ["0184", "0180"]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_both_points_are_transformed_each_once(tmp_path, suffix):
    path = tmp_path / f"p.{suffix}"
    frame = people()
    frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path, index=False)
    check(read(path)[0])


def test_in_a_table_of_their_own(tmp_path):
    frame = people()
    own = ["election_x", "election_y", "election_kommun"]
    frame.drop(columns=own).to_csv(tmp_path / "p.csv", index=False)
    frame.loc[:1, ["person", "year", *own]].to_csv(tmp_path / "roll.csv", index=False)
    check(read([tmp_path / "p.csv", tmp_path / "roll.csv"])[0])


def test_beside_a_table_of_places(tmp_path):
    frame = people()
    frame[["x", "y"]].drop_duplicates().assign(place=7).to_csv(tmp_path / "places.csv", index=False)
    frame.drop(columns=["x", "y"]).assign(place=7).to_csv(tmp_path / "p.csv", index=False)
    check(read(tmp_path / "p.csv", places=tmp_path / "places.csv")[0])


def test_in_sweref_nothing_is_moved_or_copied(tmp_path):
    frame = people(at=HERE)
    frame.loc[:1, ["election_x", "election_y"]] = [THERE.tolist(), HERE.tolist()]
    frame.to_parquet(tmp_path / "p.parquet", index=False)
    rows, register = read(tmp_path / "p.parquet", crs=3006)
    check(rows)
    assert register.work is None


def test_a_layer_carries_the_crs_of_both(tmp_path):
    frame = people().drop(columns=["x", "y"])
    layer = gpd.GeoDataFrame(frame, geometry=[shapely.Point(RT90[0])] * len(frame), crs=3021)
    layer.to_file(tmp_path / "p.gpkg", layer="p")
    check(read(tmp_path / "p.gpkg", crs=None)[0])


def test_half_a_point_refuses_the_row(tmp_path):
    frame = people(100)
    frame.loc[1, "election_y"] = np.nan
    frame.to_parquet(tmp_path / "p.parquet", index=False)
    rows, register = read(tmp_path / "p.parquet")
    assert len(rows) == 99
    assert dict(register.report.internal[0].rejected) == {"only one of election_x and election_y is given": 1}


def test_half_a_pair_of_columns_is_missing(tmp_path):
    people().drop(columns="election_y").to_csv(tmp_path / "p.csv", index=False)
    with pytest.raises(RegisterError, match="lacks the column election_y"):
        read_register(tmp_path / "p.csv", crs=3021)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_swapped_axes_are_told_by_name(tmp_path, suffix):
    frame = people(at=HERE)
    frame.loc[:1, ["election_y", "election_x"]] = [THERE.tolist(), HERE.tolist()]
    path = tmp_path / f"p.{suffix}"
    frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path, index=False)
    with pytest.raises(CRSError, match="election_x and election_y are swapped") as error:
        read_register(path, crs=3006)
    assert '"election_y", "<easting column>" = "election_x"' in str(error.value)


def test_a_layer_and_a_table_in_other_crs_are_not_mixed(tmp_path):
    frame = people()
    own = ["election_x", "election_y", "election_kommun"]
    plain = frame.drop(columns=["x", "y", *own])
    layer = gpd.GeoDataFrame(plain, geometry=[shapely.Point(HERE)] * len(frame), crs=3006)
    layer.to_file(tmp_path / "p.gpkg", layer="p")
    frame[["person", "year", *own]].to_csv(tmp_path / "roll.csv", index=False)
    with pytest.raises(CRSError, match="election_x is"):
        read_register([tmp_path / "p.gpkg", tmp_path / "roll.csv"])


def test_election_points_alone_need_a_crs_too(tmp_path):
    frame = people().drop(columns=["x", "y"]).assign(place=7)
    frame.to_csv(tmp_path / "p.csv", index=False)
    with pytest.raises(CRSError, match="no CRS is declared for election_x and election_y"):
        read_register(tmp_path / "p.csv")
    register = read_register(tmp_path / "p.csv", crs=3021)
    assert duckdb.sql(register.select(["election_x"], 2022)).fetchall()[0][0] == THERE[0]
    assert not register.has_points


def test_new_variables_are_proposed_by_their_swedish_names():
    delivered = ["Fodelseland", "Kontrolluppgift", "Sjukpenning", "HushStallning", "Ssyk1", "RostadeRegion", "Annat"]
    wanted = ["birth_country", "income_statement", "sickness_pay", "household_role", "ssyk_area", "voted_region"]
    assert propose(wanted, delivered) == dict(zip(delivered, wanted, strict=False))


def test_what_a_column_is_likely_to_be_is_said_once():
    """Two variables that share a usual name would each claim the column."""
    seen: dict[str, str] = {}
    for variable in variables().values():
        for name in (variable.name, *variable.names):
            assert seen.setdefault(name.replace("_", ""), variable.name) == variable.name, name
