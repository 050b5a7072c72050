"""Population grids: squares of a table and cells of a GeoTIFF, divided exactly over the pieces."""

import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio.transform import Affine

import gisintegration as gi
from gisintegration.change.crosswalk_grid import read_grid, squares
from gisintegration.errors import CRSError, InputError
from gisintegration.testing import grid_areas

WEST, SOUTH = 600_000.0, 6_600_000.0
BOUNDS = (WEST, SOUTH, WEST + 2000, SOUTH + 2000)


def district(nx, ny, size, edition, origin=(WEST, SOUTH)):
    return grid_areas(nx, ny, size=size, division="district", edition=edition, origin=origin)


@pytest.fixture
def editions():
    """One square of 2 km; two strips of it, 500 and 1,500 m wide, so that a square of 1 km lies half in each."""
    import shapely

    old, new = district(1, 1, 2000.0, "1"), district(2, 1, 1000.0, "2")
    table = new.table.copy()
    table["geometry"] = [
        shapely.box(WEST, SOUTH, WEST + 500, SOUTH + 2000),
        shapely.box(WEST + 500, SOUTH, WEST + 2000, SOUTH + 2000),
    ]
    return old, new.with_(table=table)


FOUR = pd.DataFrame(
    {
        "rutid": ["6000006600000", "6010006600000", "6000006601000", "6010006601000"],
        "befolkning": [10, 30, 6, 4],
    }
)


def test_squares_are_divided_by_the_part_that_lies_in_each(editions):
    made = gi.crosswalk(*editions, method="grid", weights=FOUR, years=2025)
    assert made.table["n"].tolist() == [8.0, 42.0]
    np.testing.assert_allclose(made.table["weight"], [0.16, 0.84], atol=1e-15)
    assert (made.raw, made.weights_year) == (False, 2025)
    assert made.notes == ("4 squares of 1000 m.",)


def test_squares_may_come_by_their_centre_and_rounded():
    frame = pd.DataFrame({"e": [600_499.999, 601_500.001], "n": [6_600_500.0, 6_600_499.998], "antal": ["1", "2,5"]})
    found = squares(frame, kinds=None, size=1000)
    assert [shape.bounds for shape in found.shapes] == [
        (600_000, 6_600_000, 601_000, 6_601_000),
        (601_000, 6_600_000, 602_000, 6_601_000),
    ]
    assert dict(found.values)["population", 0].tolist() == [1.0, 2.5]


def test_squares_may_be_of_several_sizes_as_in_towns():
    frame = pd.DataFrame({"Ruta": ["6000006600000", "6010006600250"], "storlek": [1000, 250], "vikt": [1, 2]})
    found = squares(frame, kinds=None, size=1000)
    assert found.shapes[1].bounds == (601_000, 6_600_250, 601_250, 6_600_500)
    assert found.notes == ("2 squares of 250, 1000 m.",)


def test_a_file_as_the_statistical_office_delivers_it(editions, tmp_path):
    path = tmp_path / "rutor.csv"
    path.write_bytes("﻿rutid;befolkning_2025\n6000006600000;10\n6010006600000;30\n".encode())
    made = gi.crosswalk(*editions, method="grid", weights=path, kinds={"population": "befolkning_2025"})
    assert made.table["n"].tolist() == [5.0, 35.0]


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        (FOUR.iloc[:0], {}, "is empty"),
        (FOUR.drop(columns="rutid"), {}, "neither an id of 13 digits"),
        (FOUR.drop(columns="befolkning"), {}, "does not tell its weights"),
        (FOUR.assign(befolkning=-1), {}, "below 0"),
        (FOUR.assign(rutid="60000066"), {}, "4 ids are not 13 digits"),
        (FOUR.assign(rutid="6.000E+12"), {}, "not 13 digits"),
        (pd.concat([FOUR, FOUR]), {}, "4 squares stand more than once"),
        (FOUR.assign(rutid=["6002506600000", *FOUR["rutid"][1:]]), {}, "1 squares are not of the size given"),
        (FOUR, {"size": 0}, "the size of a square is 0"),
        (FOUR.assign(e=1.0, n=1.0), {}, "their id and centre"),
        (pd.DataFrame({"e": [600_000], "n": [6_600_000], "vikt": [1]}), {}, "as lower left corners are, not centres"),
        (pd.DataFrame({"e": ["x"], "n": [6_600_000], "vikt": [1]}), {}, "1 values of e are missing or no numbers"),
    ],
)
def test_squares_that_cannot_be_are_refused(editions, frame, options, message):
    with pytest.raises(InputError, match=message):
        gi.crosswalk(*editions, method="grid", weights=frame, **options)


def test_squares_elsewhere_are_refused(editions):
    away = FOUR.assign(rutid=FOUR["rutid"].str.replace("66", "71", n=1))
    with pytest.raises(CRSError, match="The weights lie in no area"):
        gi.crosswalk(*editions, method="grid", weights=away)


# rasters


def geotiff(path, data, *, cell=1000.0, crs="EPSG:3006", nodata=None, origin=(WEST, SOUTH + 2000), transform=None):
    data = np.asarray(data)
    bands = data if data.ndim == 3 else data[None]
    profile = {"driver": "GTiff", "height": bands.shape[1], "width": bands.shape[2], "count": len(bands)}
    profile |= {"dtype": bands.dtype.name, "nodata": nodata, "crs": crs}
    where = transform or Affine(cell, 0, origin[0], 0, -cell, origin[1])
    with rasterio.open(path, "w", transform=where, **profile) as dataset:
        dataset.write(bands)
    return path


def test_cells_are_divided_as_squares_are(editions, tmp_path):
    path = geotiff(tmp_path / "folk.tif", np.array([[6.0, 4.0], [10.0, 30.0]]))
    by_raster = gi.crosswalk(*editions, method="grid", weights=path)
    by_squares = gi.crosswalk(*editions, method="grid", weights=FOUR)
    assert by_raster.table["n"].tolist() == by_squares.table["n"].tolist()
    assert "folk.tif: 4 inhabited cells; each holds a number of persons." in by_raster.notes
    with rasterio.open(path) as dataset:
        assert gi.crosswalk(*editions, method="grid", weights=dataset).id == by_raster.id


def test_no_data_and_nan_are_nobody(editions, tmp_path):
    path = geotiff(tmp_path / "a.tif", np.array([[6.0, -9999.0], [np.nan, 30.0]]), nodata=-9999.0)
    assert gi.crosswalk(*editions, method="grid", weights=path).table["n"].tolist() == [3.0, 33.0]
    whole = geotiff(tmp_path / "b.tif", np.array([[6, 255], [255, 30]], dtype=np.uint8), nodata=255)
    assert gi.crosswalk(*editions, method="grid", weights=whole).table["n"].tolist() == [3.0, 33.0]


def test_cells_below_0_without_a_declared_no_data_are_refused(editions, tmp_path):
    path = geotiff(tmp_path / "a.tif", np.array([[6.0, -9999.0], [1.0, 30.0]]))
    with pytest.raises(InputError, match="cells below 0, the lowest -9999") as caught:
        gi.crosswalk(*editions, method="grid", weights=path)
    assert "a_nodata" in caught.value.hint


def test_bands_are_kinds(editions, tmp_path):
    path = geotiff(tmp_path / "a.tif", np.array([[[6, 4], [10, 30]], [[0, 0], [0, 8]]], dtype=np.int32))
    made = gi.crosswalk(*editions, method="grid", weights=path, kinds={"population": 1, "old": "2"})
    assert made.rows("old")["n"].tolist() == [0.0, 8.0]
    for kinds, message in [
        (None, "has 2 bands"),
        ({"population": 3}, "names the band '3', and there are 2"),
        ({"old": 1}, "kind 'population' names the band ''"),
        ({"population": "befolkning"}, "names the band 'befolkning'"),
    ]:
        with pytest.raises(InputError, match=message):
            gi.crosswalk(*editions, method="grid", weights=path, kinds=kinds)


def test_small_cells_far_from_the_areas_are_not_read(editions, tmp_path):
    data = np.zeros((60, 60), dtype=np.float32)
    data[0, 0], data[41, 20], data[41, 21] = 500, 7, 3
    path = geotiff(tmp_path / "a.tif", data, cell=500.0, origin=(WEST - 10_000, SOUTH + 22_000))
    made = gi.crosswalk(*editions, method="grid", weights=path)
    assert made.table["n"].tolist() == [7.0, 3.0]
    assert "a.tif: 2 inhabited cells; each holds a number of persons." in made.notes


def test_a_raster_in_another_crs_is_turned_cell_by_cell_and_no_one_is_lost(editions, tmp_path):
    from pyproj import Transformer

    x, y = Transformer.from_crs(3006, 32634, always_xy=True).transform(WEST + 1000, SOUTH + 1000)
    path = geotiff(tmp_path / "utm.tif", np.full((4, 4), 5.0), cell=100.0, crs="EPSG:32634", origin=(x, y))
    made = gi.crosswalk(*editions, method="grid", weights=path)
    assert made.table["n"].sum() == pytest.approx(80.0)
    assert made.table["n"].tolist() == pytest.approx([0.0, 80.0])
    assert any("the corners of its cells were transformed from WGS 84 / UTM zone 34N" in note for note in made.notes)


def test_a_turned_raster_is_read_by_its_corners(editions, tmp_path):
    side = 400 / 2**0.5
    turned = Affine(side, -side, WEST + 1000, side, side, SOUTH + 300)
    path = geotiff(tmp_path / "a.tif", np.array([[9.0]]), transform=turned)
    (shape,) = read_grid(path, BOUNDS, kinds=None, size=1000).shapes
    assert shape.area == pytest.approx(160_000)
    assert shape.centroid.coords[0] == pytest.approx((WEST + 1000, SOUTH + 300 + side))
    assert gi.crosswalk(*editions, method="grid", weights=path).table["n"].sum() == pytest.approx(9.0)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_rasters_without_place_elsewhere_empty_and_broken_are_refused(editions, tmp_path):
    data = np.ones((2, 2))
    cases = [
        (geotiff(tmp_path / "nowhere.tif", data, crs=None), CRSError, "no coordinate reference system or no place"),
        (geotiff(tmp_path / "away.tif", data, origin=(300_000, 6_200_000)), CRSError, "lies outside the areas"),
        (geotiff(tmp_path / "empty.tif", data * 0), InputError, "is 0 or no data"),
        (tmp_path / "none.tif", InputError, "does not exist"),
        (42, InputError, "The grid is int"),
    ]
    broken = tmp_path / "broken.tif"
    broken.write_bytes(b"II*\0 no raster")
    for given, error, message in [*cases, (broken, InputError, "cannot be read as a raster")]:
        with pytest.raises(error, match=message):
            gi.crosswalk(*editions, method="grid", weights=given)
