"""The index: holes, islands, T-junctions, overlaps, gaps; its counts, what it takes for points, threads, and the cache."""

import logging
import os
import subprocess
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from shapely import MultiPolygon, Point, Polygon, box

from gisintegration.areas.assemble import assemble, objects
from gisintegration.errors import GeometryError, InputError
from gisintegration.locate import boundaries, engine, grid, locate, places, store
from gisintegration.testing import grid_areas


def areas_of(*polygons):
    return assemble(
        "district", "1", [f"a{i:02d}" for i in range(len(polygons))], objects(list(polygons)), overlaps=True
    )


def place(points, *polygons):
    return locate(np.array(points, dtype=float), areas_of(*polygons), report=True)


def test_a_hole_an_island_in_it_and_a_lake_on_the_island():
    sea = box(0, 0, 100, 100) - box(20, 20, 80, 80)
    island = box(20, 20, 80, 80) - box(40, 40, 60, 60)
    found = place([[10, 10], [30, 30], [50, 50], [20, 50], [40, 50], [60, 60]], sea, island)
    assert found.positions.tolist() == [0, 1, -1, 0, 1, 1]
    assert (found.on_border, found.outside, found.placed) == (3, 1, 5)


def test_an_area_in_several_parts_with_another_between():
    parts = MultiPolygon([box(0, 0, 10, 10), box(20, 0, 30, 10)])
    found = place([[5, 5], [25, 5], [15, 5], [10, 5], [20, 5]], box(10, 0, 20, 10), parts)
    assert found.positions.tolist() == [1, 1, 0, 0, 0]


def test_a_t_junction_whose_neighbours_have_different_vertices():
    """The long side of 0 has no vertex at (10, 7), where 1 and 2 meet; nor has 0's slanted side those of 3."""
    west = Polygon([(0, 0), (10, 0), (10, 21), (0, 14)])
    found = place(
        [[10, 7], [10, 3], [10, 9], [10.000001, 6.999999], [10.000001, 7], [9.999999, 7], [5, 17.5], [5, 17.6]],
        west,
        box(10, 0, 20, 7),
        box(10, 7, 20, 21),
        Polygon([(0, 14), (5, 17.5), (10, 21), (10, 30), (0, 30)]),
    )
    assert found.positions.tolist() == [0, 0, 0, 1, 1, 0, 0, 3]


def test_overlaps_and_what_is_wholly_covered_are_the_lowest_code_and_counted():
    found = place(
        [[5, 5], [45, 45], [55, 55], [95, 95], [50, 20]], box(40, 40, 60, 60), box(0, 0, 100, 100), box(0, 0, 50, 50)
    )
    assert found.positions.tolist() == [1, 0, 0, 1, 1]
    # (5, 5) is in 1 and 2, (45, 45) in all, (55, 55) in 0 and 1; (50, 20) is inside 1 and on the border of 2.
    assert (found.overlapping, found.on_border) == (3, 1)


def test_an_overlap_of_cells_without_any_edge():
    """Two areas that are the same everywhere: every cell is covered twice."""
    random = np.random.default_rng(0).uniform(1, 99, (1000, 2))
    found = place(random, box(0, 0, 100, 100), box(0, 0, 100, 100), box(-900, -900, -800, -800))
    assert (found.positions == 0).all()
    assert found.overlapping == 1000


def test_a_gap_is_outside():
    found = place([[10.5, 5], [10, 5], [11, 5]], box(0, 0, 10, 10), box(11, 0, 20, 10))
    assert found.positions.tolist() == [-1, 0, 1]


def test_rings_that_touch_at_a_point():
    pinched = Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [[(0, 5), (5, 2), (5, 8)]])
    bow = MultiPolygon([Polygon([(20, 0), (25, 5), (20, 10)]), Polygon([(25, 5), (30, 0), (30, 10)])])
    found = place([[0, 5], [3, 5], [0, 4], [1, 9], [25, 5], [25, 6], [24, 5], [26, 5]], pinched, bow)
    assert found.positions.tolist() == [0, -1, 0, 0, 1, -1, 1, 1]


def test_a_point_a_hair_from_a_slanted_edge():
    """(0, 0) to (3e6, 1e6 + 1): the float next to the edge is told from the edge, where the plain product is 0."""
    area = Polygon([(600_000, 6_400_000), (600_003.3, 6_400_001.1), (600_000, 6_400_001.1)])
    x = 600_000 + 3.3 * np.arange(1, 1000) / 1000
    y = 6_400_000 + 1.1 * np.arange(1, 1000) / 1000
    points = np.vstack([np.column_stack([x, towards]) for towards in (y, np.nextafter(y, 0), np.nextafter(y, np.inf))])
    placed = locate(points, areas_of(area))
    assert (placed == np.where(shapely.intersects_xy(area, points[:, 0], points[:, 1]), 0, -1)).all()
    assert 0 < (placed == 0).sum() < len(points)


def test_far_and_tiny_areas_in_one_division():
    """One cell holds every area but one; a leaf then has many edges, and the answers are the same."""
    near = [box(x, 0, x + 1, 1) for x in range(50)]
    found = place([[x + 0.5, 0.5] for x in range(50)] + [[9e8 + 0.5, 0.5], [51.5, 0.5]], *near, box(9e8, 0, 9e8 + 1, 1))
    assert found.positions.tolist() == [*range(51), -1]


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e8])
def test_the_scale_does_not_matter(scale):
    shapes = [shapely.transform(box(i, 0, i + 1, 1), lambda xy: xy * scale) for i in range(4)]
    found = place(np.array([[0.5, 0.5], [1, 0.5], [3.999, 0.999], [4.001, 0.5]]) * scale, *shapes)
    assert found.positions.tolist() == [0, 0, 3, -1]


def test_every_row_is_counted_once():
    areas = grid_areas(2, 1, origin=(0, 0), size=10)
    points = [[5, 5], [10, 5], [-5, 5], [np.nan, 5], [5, -np.inf], [1e9, 5], [5, -1e9], [np.nextafter(1e9, 0), 5]]
    found = locate(points, areas, report=True)
    assert (len(found), found.placed, found.outside, found.unusable, found.on_border) == (8, 2, 2, 4, 1)
    nothing = locate(points, areas_of(None), report=True)
    assert (nothing.placed, nothing.outside, nothing.unusable) == (0, 4, 4)


def test_what_points_come_in():
    areas = grid_areas(2, 1, origin=(0, 0), size=10)
    x, y = np.array([5.0, 15.0, 25.0]), np.array([5.0, 5.0, 5.0])
    expected = [0, 1, -1]
    frame = pd.DataFrame({"id": [1, 2, 3], "y": y, "x": x}, index=[7, 7, 9])
    forms = [
        np.column_stack([x, y]),
        np.asfortranarray(np.column_stack([x, y])),
        (x, y),
        (pd.Series(x), pd.Series(y, index=[3, 2, 1])),
        frame,
        frame.astype({"x": "int32", "y": "float32"}),
        gpd.GeoSeries(gpd.points_from_xy(x, y)),
        gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y, crs=3006)),
        pa.table({"x": x, "y": y}),
        pa.table({"x": pa.chunked_array([x[:1], x[1:]]), "y": pa.chunked_array([y[:2], y[2:]])}),
        pa.record_batch({"x": x, "y": y}),
        [(5, 5), (15, 5), (25, 5)],
        ((5, 5), (15, 5), (25, 5)),
    ]
    for form in forms:
        assert locate(form, areas).tolist() == expected
    assert locate(((5, 5), (15, 5)), areas).tolist() == [0, 1]


def test_missing_points_are_unusable():
    areas = grid_areas(1, 1, origin=(0, 0), size=10)
    series = gpd.GeoSeries([Point(5, 5), None, Point()])
    table = pa.table({"x": pa.array([5.0, None, 5.0]), "y": pa.array([5, 5, None])})
    frame = pd.DataFrame({"x": pd.array([5, None, 5], dtype="Int64"), "y": [5.0, 5.0, np.nan]})
    for form in (series, table, frame):
        found = locate(form, areas, report=True)
        assert found.positions.tolist() == [0, -1, -1]
        assert found.unusable == 2


def test_a_layers_own_coordinate_system_is_used():
    areas = grid_areas(1, 1)
    points = gpd.GeoSeries([Point(600_500, 6_600_500)], crs=3006).to_crs(4326)
    assert locate(points, areas).tolist() == [0]


def test_what_cannot_be_points():
    areas = grid_areas(1, 1)
    with pytest.raises(GeometryError, match="no points; the first is in row 1"):
        locate(gpd.GeoSeries([Point(0, 0), box(0, 0, 1, 1)]), areas)
    with pytest.raises(InputError, match="lacks the column x"):
        locate(pd.DataFrame({"easting": [1.0], "y": [1.0]}), areas)
    with pytest.raises(InputError, match="lacks the column y"):
        locate(pa.table({"x": [1.0]}), areas)
    with pytest.raises(InputError, match="not numbers"):
        locate(pd.DataFrame({"x": ["west"], "y": ["north"]}), areas)
    with pytest.raises(InputError, match="same length"):
        locate((np.zeros(3), np.zeros(2)), areas)


def test_the_input_is_neither_changed_nor_copied_back():
    points = np.random.default_rng(0).uniform(0, 20, (1000, 2))
    points.flags.writeable = False
    assert (locate(points, grid_areas(2, 2, origin=(0, 0), size=10)) >= 0).all()


def crooked(n=12, seed=0):
    """A coverage of crooked quadrilaterals with vertices in common, and points over it."""
    rng = np.random.default_rng(seed)
    nodes = np.stack(np.meshgrid(np.arange(n + 1.0), np.arange(n + 1.0)), axis=-1) * 100 + rng.uniform(
        -30, 30, (n + 1, n + 1, 2)
    )
    cells = [
        Polygon([nodes[j, i], nodes[j, i + 1], nodes[j + 1, i + 1], nodes[j + 1, i]])
        for j in range(n)
        for i in range(n)
    ]
    return shapely.segmentize(np.array(cells, dtype=object), 1.0), rng.uniform(-50, 100 * n + 50, (20_000, 2))


def test_threads_change_nothing(monkeypatch):
    polygons, points = crooked()
    bounds = boundaries.boundaries(polygons)
    built = {}
    for threads in ("1", "2", "5"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        monkeypatch.setattr(engine, "_PIECE", 777)
        one = grid.build(bounds)
        placed = engine.Engine(polygons).place(points[:, 0], points[:, 1])
        built[threads] = [part.tobytes() for part in (one.top, one.leaves, one.records, placed.positions)]
    assert built["1"] == built["2"] == built["5"]


def test_the_order_of_polygons_changes_the_positions_only():
    polygons, points = crooked(6)
    order = np.random.default_rng(1).permutation(len(polygons))
    placed = engine.Engine(polygons).place(points[:, 0], points[:, 1]).positions
    other = engine.Engine(polygons[order]).place(points[:, 0], points[:, 1]).positions
    assert (np.where(other >= 0, order[other], -1) == placed).all()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "WORTH_KEEPING", 10)
    monkeypatch.setattr(store, "cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


def test_an_index_is_kept_and_used_again(cache, monkeypatch):
    polygons, points = crooked(4)
    first = engine.Engine(polygons).place(points[:, 0], points[:, 1])
    (file,) = cache.glob("*.grid")
    monkeypatch.setattr(store, "build", lambda bounds: pytest.fail("built again"))
    again = engine.Engine(polygons)
    assert not again.grid.records.flags.writeable
    assert (again.place(points[:, 0], points[:, 1]).positions == first.positions).all()
    assert file.stat().st_size < again.grid.nbytes + 10_000


def test_other_boundaries_have_another_index(cache):
    polygons, _ = crooked(4)
    engine.Engine(polygons)
    engine.Engine(polygons[::-1])
    moved = polygons.copy()
    moved[3] = shapely.transform(moved[3], lambda xy: np.nextafter(xy, np.inf))
    engine.Engine(moved)
    assert len(list(cache.glob("*.grid"))) == 3


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: data[:-100] + bytes([data[-100] ^ 1]) + data[-99:],
        lambda data: b"x" + data[1:],
        lambda data: data.replace(b'"format": 1', b'"format": 0'),
        lambda data: data.replace(b'"parts": [[', b'"parts": {[', 1),
        lambda data: data.replace(b'"leaves", ', b'"leaves", 9', 1),
        lambda data: data.replace(b'"leaves"', b'"fleas" ', 1),
    ],
    ids=["half", "empty", "a bit", "no index", "version", "no JSON", "longer", "name"],
)
def test_a_harmed_index_is_built_anew_with_a_message(cache, caplog, harm):
    polygons, points = crooked(4)
    expected = engine.Engine(polygons).place(points[:, 0], points[:, 1]).positions
    (file,) = cache.glob("*.grid")
    whole = file.read_bytes()
    file.write_bytes(harm(whole))
    with caplog.at_level(logging.WARNING):
        placed = engine.Engine(polygons).place(points[:, 0], points[:, 1]).positions
    assert (placed == expected).all()
    assert "is built anew" in caplog.text
    assert file.read_bytes() == whole


def test_a_cache_that_cannot_be_written_is_no_error(cache):
    cache.parent.joinpath("cache").write_text("a file where the folder should be")
    polygons, points = crooked(4)
    assert (engine.Engine(polygons).place(points[:, 0], points[:, 1]).positions >= -1).all()


def test_old_indexes_make_room(cache, monkeypatch):
    polygons, _ = crooked(4)
    kept = []
    for start in range(4):
        engine.Engine(polygons[start:])
        kept += [file for file in cache.glob("*.grid") if file not in kept]
        os.utime(kept[-1], (start, start))
    monkeypatch.setattr(store, "LARGEST_CACHE", 2 * max(file.stat().st_size for file in kept))
    engine.Engine(polygons)  # the oldest, used again
    engine.Engine(polygons[5:])
    left = set(cache.glob("*.grid"))
    assert kept[0] in left
    assert not left & set(kept[1:])
    assert len(left) == 2


def test_compiled_code_that_can_be_kept_nowhere_is_no_error(tmp_path):
    """Neither beside the package, nor in the home folder, nor where the environment says: kernels are compiled anew."""
    script = (
        "import numba.core.caching as caching\n"
        "def refuse(self): raise OSError('read-only')\n"
        "caching._CacheLocator.ensure_cache_path = refuse\n"
        "from gisintegration.locate.compiled import FLOAT, kernel\n"
        "made = kernel(FLOAT)(eval('lambda x: x + 1.0'))\n"
        "print(made(1.0))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "2.0", done.stderr


def test_numba_is_imported_by_the_first_point_only():
    script = (
        "import sys, gisintegration as gi, gisintegration.cli.app\n"
        "from gisintegration.testing import grid_areas\n"
        "gi.locate; areas = grid_areas(1, 1); before = 'numba' in sys.modules\n"
        "gi.locate([[0, 0]], areas); print(before, 'numba' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["False", "True"], done.stderr


def test_places_are_distinct_and_every_point_has_its_own():
    areas, coarse = grid_areas(4, 1, origin=(0, 0), size=10), grid_areas(2, 1, origin=(0, 0), size=20, edition="2025")
    points = np.array([[35, 5], [5, 5], [35, 5], [np.nan, 5], [5, 5], [15, 5], [np.nan, 5]])
    found, number = places(points, [areas, coarse])
    assert len(found) == 5
    assert found.table.column_names == ["place", "x", "y", "deso/2018", "deso/2025"]
    assert (
        found.located["deso/2018"].positions[number].tolist()
        == locate(points, areas).tolist()
        == [3, 0, 3, -1, 0, 1, -1]
    )
    assert found.located["deso/2025"].positions[number].tolist() == [1, 0, 1, -1, 0, 0, -1]
    assert found.x[number[0]] == 35
    with pytest.raises(InputError, match="given twice"):
        places(points, [areas, areas])
