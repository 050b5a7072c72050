"""Points to areas: borders, corners, overlaps, points that cannot be placed, other coordinate systems, and the nearest."""

import gc

import numpy as np
import pytest
from pyproj import Transformer
from shapely import box

from gisintegration.areas.assemble import assemble, objects
from gisintegration.errors import CRSError, InputError
from gisintegration.locate import engine, locate, nearest, verbs
from gisintegration.testing import grid_areas

GRID = grid_areas(2, 2, origin=(0, 0), size=10)  # 0 1 below, 2 3 above


@pytest.mark.parametrize(
    ("point", "position"),
    [
        ((5, 5), 0),
        ((15, 5), 1),
        ((5, 15), 2),
        ((15, 15), 3),
        ((10, 5), 0),
        ((5, 10), 0),
        ((10, 15), 2),
        ((15, 10), 1),
        ((10, 10), 0),
        ((0, 0), 0),
        ((20, 20), 3),
        ((20, 10), 1),
        ((-1e-9, 5), -1),
        ((20.000001, 5), -1),
        ((np.nan, 5), -1),
        ((5, np.inf), -1),
        ((1e9, 5), -1),
        ((-1e12, 5), -1),
    ],
)
def test_each_point_and_the_lowest_code_on_borders(point, position):
    placed = locate([point], GRID)
    assert placed.tolist() == [position]
    assert placed.dtype == np.int32


def test_overlaps_go_to_the_lowest_code_whatever_the_order_given():
    shapes = objects([box(5, 0, 15, 10), box(0, 0, 10, 10)])
    areas = assemble("district", "1", ["b", "a"], shapes, overlaps=True)
    assert areas.codes[locate([[7, 5], [12, 5], [2, 5]], areas)].tolist() == ["a", "b", "a"]


def test_holes_and_areas_without_a_polygon():
    areas = assemble(
        "district", "1", ["a", "b", "c"], objects([None, box(0, 0, 10, 10) - box(4, 4, 6, 6), box(4, 4, 6, 6)])
    )
    assert locate([[5, 5], [4, 5], [1, 1]], areas).tolist() == [2, 1, 1]
    nothing = assemble("district", "1", ["a"], objects([None]))
    assert locate([[5, 5]], nothing).tolist() == [-1]


def test_shapes_of_input():
    assert locate([], GRID).shape == (0,)
    assert locate(np.empty((0, 2)), GRID).shape == (0,)
    assert locate(np.array([[5, 5]], dtype=np.int64), GRID).tolist() == [0]
    for wrong in ([1, 2], [[1, 2, 3]], np.zeros((2, 2, 2))):
        with pytest.raises(InputError, match="shape"):
            locate(wrong, GRID)
    with pytest.raises(InputError, match="not numbers"):
        locate([["a", "b"]], GRID)


def test_other_coordinate_systems():
    areas = grid_areas(1, 1)
    centre = (600_500.0, 6_600_500.0)
    for crs in (4326, 3021, "EPSG:3011"):
        x, y = Transformer.from_crs(3006, crs, always_xy=True).transform(*centre)
        assert locate([[x, y]], areas, crs=crs).tolist() == [0]
        assert locate([[x, y]], areas).tolist() == [-1]
    assert locate([[np.nan, 1.0]], areas, crs=4326).tolist() == [-1]
    with pytest.raises(CRSError, match="99999"):
        locate([centre], areas, crs=99999)


def test_chunks_give_what_one_piece_gives(monkeypatch):
    points = np.random.default_rng(0).uniform(-2, 22, (5000, 2))
    whole = locate(points, GRID)
    monkeypatch.setattr(engine, "_PIECE", 37)
    assert (locate(points, GRID) == whole).all()


def test_the_engine_goes_with_its_areas():
    areas = grid_areas(1, 1)
    locate([[0, 0]], areas)
    gc.collect()
    before = len(verbs._engines)
    del areas
    gc.collect()
    assert len(verbs._engines) == before - 1


def test_nearest_within_the_distance_and_the_lowest_code_of_equals():
    positions, metres = nearest([[-5, 5], [-5.1, 5], [25, 10], [5, 5], [np.nan, 0]], GRID, max_distance=5)
    assert positions.tolist() == [0, -1, 1, 0, -1]
    assert metres[[0, 2, 3]].tolist() == [5, 5, 0]
    assert np.isnan(metres[[1, 4]]).all()


def test_nearest_among_candidates():
    positions, _ = nearest([[5, 5]], GRID, candidates=[False, True, True, True])
    assert positions.tolist() == [1]
    positions, _ = nearest([[5, 5]], GRID, candidates=np.zeros(4, dtype=bool))
    assert positions.tolist() == [-1]


def test_nearest_of_the_registered_kommun():
    areas = assemble("deso", "2018", ["0114A0010", "0115A0010"], objects([box(0, 0, 10, 10), box(20, 0, 30, 10)]))
    points = [[12, 5], [12, 5], [12, 5], [12, 5]]
    positions, metres = nearest(points, areas, kommun=["0114", "0115", "1480", None])
    assert positions.tolist() == [0, 1, -1, -1]
    assert metres[:2].tolist() == [2, 8]


def test_wrong_use_of_nearest():
    with pytest.raises(InputError, match="there are 1 points"):
        nearest([[0, 0]], GRID, kommun=["0114", "0114"])
    with pytest.raises(InputError, match="there are 4 areas"):
        nearest([[0, 0]], GRID, candidates=[True])
    with pytest.raises(InputError, match="max_distance"):
        nearest([[0, 0]], GRID, max_distance=0)
    with pytest.raises(InputError, match="no kommun"):
        nearest([[0, 0]], grid_areas(1, 1, division="district"), kommun=["0114"])
