"""locate_register: rows and columns as they were, codes for each edition, and what cannot be located is told."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from shapely import Point

from gisintegration import locate_register
from gisintegration.errors import CRSError, InputError, RegisterError
from gisintegration.registers import locating
from gisintegration.testing import grid_areas

OLD = grid_areas(2, 1, origin=(0, 0), size=10)
NEW = grid_areas(4, 1, origin=(0, 0), size=5, edition="2025")
ROWS = {"id": ["a", "b", "c", "d"], "x": [1.0, 10.0, 17.0, np.nan], "y": [3.0, 3.0, 3.0, 3.0]}
CODES = {
    "deso_2018": ["0114A0010", "0114A0010", "0114A0020", None],
    "deso_2025": ["0114A0010", "0114A0020", "0114A0040", None],
}


def codes(path):
    table = pq.read_table(path)
    return {name: table.column(name).to_pylist() for name in CODES}


@pytest.mark.parametrize("kind", ["parquet", "csv", "gpkg"])
def test_every_kind_of_file(tmp_path, kind):
    frame, path = pd.DataFrame(ROWS), tmp_path / f"p.{kind}"
    if kind == "parquet":
        frame.to_parquet(path)
    elif kind == "csv":
        frame.to_csv(path, sep=";", decimal=",", index=False)
    else:
        points = gpd.points_from_xy(frame["x"], frame["y"])
        points[3] = None
        gpd.GeoDataFrame(frame[["id"]], geometry=points, crs=3006).to_file(path)
    told = locate_register(path, tmp_path / "o.parquet", areas=[OLD, NEW])
    assert codes(tmp_path / "o.parquet") == CODES
    assert pq.read_table(tmp_path / "o.parquet").column("id").to_pylist() == ROWS["id"]
    assert told.rows == 4
    assert told.editions["deso/2018"] == {"placed": 3, "outside": 0, "unusable": 1, "on_border": 1, "overlapping": 0}
    assert told.editions["deso/2025"] == {"placed": 3, "outside": 0, "unusable": 1, "on_border": 1, "overlapping": 0}


def test_batches_and_row_groups_change_nothing(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    table = pa.table({"x": rng.uniform(-1, 21, 1000), "y": rng.uniform(-1, 11, 1000), "sex": ["men", "women"] * 500})
    pq.write_table(table, tmp_path / "p.parquet", row_group_size=170)
    locate_register(tmp_path / "p.parquet", tmp_path / "whole.parquet", areas=[OLD])
    monkeypatch.setattr(locating, "_BATCH", 64)
    locate_register(tmp_path / "p.parquet", tmp_path / "parts.parquet", areas=[OLD])
    whole, parts = (pq.read_table(tmp_path / f"{name}.parquet") for name in ("whole", "parts"))
    assert whole.equals(parts)
    assert whole.drop_columns(["deso_2018"]).equals(table)


def test_a_folder_of_years(tmp_path):
    for year in (2023, 2024):
        (tmp_path / "r" / f"year={year}").mkdir(parents=True)
        pd.DataFrame(ROWS).to_parquet(tmp_path / "r" / f"year={year}" / "p.parquet")
    told = locate_register(tmp_path / "r", tmp_path / "o.parquet", areas=[OLD])
    assert told.rows == 8
    assert pq.read_table(tmp_path / "o.parquet").column("year").to_pylist() == [2023] * 4 + [2024] * 4


def test_text_that_is_no_number_is_told_with_its_row(tmp_path):
    (tmp_path / "p.csv").write_text("id,x,y\na,1,5\nb,west,5\n", encoding="utf-8")
    with pytest.raises(RegisterError, match="no number") as caught:
        locate_register(tmp_path / "p.csv", tmp_path / "o.parquet", areas=[OLD])
    assert caught.value.failures == [{"row": 2, "column": "x", "value": "west"}]
    assert not (tmp_path / "o.parquet").exists()


def test_what_is_refused(tmp_path):
    frame, path, to = pd.DataFrame(ROWS), tmp_path / "p.parquet", tmp_path / "o.parquet"
    frame.to_parquet(path)
    with pytest.raises(InputError, match=r"end in \.parquet"):
        locate_register(path, tmp_path / "o.csv", areas=[OLD])
    with pytest.raises(InputError, match="No areas"):
        locate_register(path, to, areas=[])
    with pytest.raises(InputError, match="given twice"):
        locate_register(path, to, areas=[OLD, OLD])
    with pytest.raises(InputError, match="lacks the columns easting, northing"):
        locate_register(path, to, areas=[OLD], x="easting", y="northing")
    with pytest.raises(InputError, match="does not exist"):
        locate_register(tmp_path / "q.parquet", to, areas=[OLD])
    with pytest.raises(CRSError, match="None of the 4 rows"):
        locate_register(path, to, areas=[grid_areas(1, 1)])
    with pytest.raises(InputError, match="of type"):
        locate_register(path, to, areas=[OLD], x="when") if frame.assign(when=pd.Timestamp("2020-01-01")).to_parquet(
            path
        ) is None else None
    frame.assign(deso_2018="x").to_parquet(path)
    with pytest.raises(InputError, match="has a column deso_2018 already"):
        locate_register(path, to, areas=[OLD])
    assert not to.exists()


def test_a_layer_and_another_crs(tmp_path):
    gpd.GeoDataFrame({"id": [1]}, geometry=gpd.points_from_xy([1.0], [5.0]), crs=3006).to_file(tmp_path / "p.gpkg")
    with pytest.raises(CRSError, match="by its own account"):
        locate_register(tmp_path / "p.gpkg", tmp_path / "o.parquet", areas=[OLD], crs=3021)


def test_a_layer_with_an_empty_point(tmp_path):
    points = [Point(1, 5), Point(), None]
    gpd.GeoDataFrame({"id": [1, 2, 3]}, geometry=points, crs=3006).to_file(tmp_path / "p.gpkg")
    told = locate_register(tmp_path / "p.gpkg", tmp_path / "o.parquet", areas=[OLD])
    assert (told.editions["deso/2018"]["placed"], told.editions["deso/2018"]["unusable"]) == (1, 2)
