"""Pieces of two editions, by hand: identical polygons however written, touching, noise, outside, what is refused."""

from itertools import pairwise

import numpy as np
import pytest
import shapely

from gisintegration.areas.assemble import assemble, objects
from gisintegration.change.outside import outside
from gisintegration.change.pieces import pieces, polygonal, thin
from gisintegration.change.same_shape import fingerprints
from gisintegration.errors import CRSError, GeometryError, InputError


def edition(name, shapes, *, division="district", **fields):
    """Areas from ``{code: polygon}``; a pair of numbers is a strip of 1 000 m between two eastings."""
    polygons = [
        shapely.box(shape[0], 0, shape[1], 1000) if isinstance(shape, tuple) else shape for shape in shapes.values()
    ]
    return assemble(division, name, list(shapes), objects(polygons), **fields)


def pairs(found):
    return list(zip(found.old.tolist(), found.new.tolist(), found.area.tolist(), strict=True))


def test_a_border_that_moved():
    found = pieces(edition("1", {"a": (0, 100), "b": (100, 200)}), edition("2", {"a": (0, 120), "b": (120, 200)}))
    assert pairs(found) == [(0, 0, 100_000.0), (1, 0, 20_000.0), (1, 1, 80_000.0)]
    assert not found.noise.any()
    assert not found.identical.any()
    assert found.outside_old(np.array([0, 1])).tolist() == [0, 0]


def test_the_same_polygon_is_paired_without_being_cut_whatever_its_rings_begin_with():
    hole = shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(1, 1), (2, 1), (2, 2)], [(4, 4), (5, 4), (5, 5)]])
    again = shapely.Polygon([(9, 9), (9, 0), (0, 0), (0, 9)], [[(5, 5), (4, 4), (5, 4)], [(2, 1), (2, 2), (1, 1)]])
    found = pieces(edition("1", {"a": hole}), edition("2", {"a": again}))
    assert found.identical.tolist() == [True]
    assert found.shapes()[0] is again or shapely.equals(found.shapes()[0], again)
    parts = [shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)]
    first, second = fingerprints(np.array([shapely.MultiPolygon(parts), shapely.MultiPolygon(parts[::-1])]))
    assert first == second


def test_fingerprints_tell_polygons_apart():
    made = [
        shapely.box(0, 0, 1, 1),
        shapely.box(0, 0, 1, 2),
        shapely.Polygon([(0, 0), (1, 0), (1, 1), (0.5, 1), (0, 1)]),  # a vertex more
        shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]),  # the same vertices in another order
        shapely.box(-1, -1, 0, 0),
        shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)]),
        shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 4)]),
    ]
    assert len(set(fingerprints(np.array(made)))) == len(made)
    assert len(fingerprints(np.array([], dtype=object))) == 0
    negative = shapely.Polygon([(-0.0, 0.0), (1, 0), (1, 1)])
    assert len(set(fingerprints(np.array([negative, shapely.Polygon([(0.0, -0.0), (1, 0), (1, 1)])])))) == 1


def test_areas_that_only_touch_share_nothing():
    corner = shapely.union_all([shapely.box(0, 0, 100, 100), shapely.box(100, 100, 200, 200)])
    found = pieces(edition("1", {"a": corner}), edition("2", {"b": shapely.box(100, 0, 200, 100), "c": (300, 400)}))
    assert pairs(found) == []
    assert found.outside_old(0) == 10_000
    assert found.outside_new(0) == 20_000


@pytest.mark.parametrize(("moved", "noise"), [(0.4, True), (0.999, True), (1.5, False), (10.0, False)])
def test_a_border_drawn_twice_is_noise_up_to_the_tolerance(moved, noise):
    old = edition("1", {"a": (0, 100), "b": (100, 200)})
    new = edition("2", {"a": (0, 100 + moved), "b": (100 + moved, 200)})
    found = pieces(old, new)
    assert found.noise.tolist() == [False, noise, False]
    assert not pieces(old, new, tolerance=0).noise.any()
    assert pieces(old, new, tolerance=20).noise.tolist() == [False, True, False]


def test_a_wide_place_makes_a_long_thin_piece_real():
    needle = shapely.union_all([shapely.box(0, 0, 1000, 0.5), shapely.box(500, 0, 503, 3)])
    assert thin(np.array([needle, shapely.box(0, 0, 1000, 0.5)]), 1.0).tolist() == [False, True]


def test_other_vertices_on_the_same_border_leave_no_noise_and_one_pair():
    old = edition("1", {"a": (0, 100), "b": (100, 200)})
    more = shapely.Polygon([(0, 0), (100, 0), (100, 333), (100, 1000), (0, 1000)])
    found = pieces(old, edition("2", {"a": more, "b": (100, 200)}))
    assert pairs(found) == [(0, 0, 100_000.0), (1, 1, 100_000.0)]
    assert found.identical.tolist() == [False, True]


def test_ground_outside_the_other_edition():
    found = pieces(edition("1", {"a": (0, 100), "gone": (500, 600)}), edition("2", {"a": (0, 150), "far": (800, 900)}))
    assert found.outside_old(np.array([0, 1])).tolist() == [50_000, 100_000]
    assert found.outside_new(np.array([0, 1])).tolist() == [0, 100_000]
    grown = outside(found, "new")
    assert grown.positions.tolist() == [0, 1]
    assert grown.geometry[0].equals(shapely.box(100, 0, 150, 1000))
    assert grown.noise.tolist() == [False, False]


def test_areas_without_a_polygon_take_no_part():
    found = pieces(edition("1", {"a": (0, 100), "b": None}), edition("2", {"a": (0, 100), "b": shapely.Polygon()}))
    assert pairs(found) == [(0, 0, 100_000.0)]
    assert np.isnan(found.outside_new(1))


def test_lines_and_points_are_dropped_from_what_is_cut():
    mixed = shapely.GeometryCollection(
        [shapely.Point(0, 0), shapely.box(0, 0, 1, 1), shapely.MultiPolygon([shapely.box(2, 2, 3, 3)])]
    )
    kept = polygonal(np.array([mixed, shapely.LineString([(0, 0), (1, 1)]), None], dtype=object))
    assert kept[0].area == 2
    assert kept[1].is_empty
    assert kept[2].is_empty


def test_the_order_of_areas_and_the_number_of_threads_change_nothing(monkeypatch):
    rng = np.random.default_rng(1)
    cuts = np.sort(rng.uniform(0, 10_000, 400))
    strips = {f"a{i:03d}": (low, high) for i, (low, high) in enumerate(pairwise(cuts))}
    other = {f"b{i:03d}": (low + 3, high + 3) for i, (low, high) in enumerate(pairwise(cuts))}
    answers = []
    for threads in ("1", "2", "7"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        found = pieces(edition("1", strips), edition("2", other))
        answers.append(
            (found.old.tobytes(), found.area.tobytes(), found.noise.tobytes(), shapely.to_wkb(found.shapes()).tolist())
        )
    assert answers[0] == answers[1] == answers[2]


def test_neighbours_drawn_apart_may_overlap_by_the_tolerance():
    found = pieces(edition("1", {"a": (0, 200)}), edition("2", {"a": (0, 100.4), "b": (100, 200)}))
    assert found.area.tolist() == [100_400.0, 100_000.0]
    assert found.outside_new(0) == 0


def test_what_cannot_be_cut_is_refused():
    good = edition("1", {"a": (0, 100)})
    bowtie = shapely.Polygon([(0, 0), (100, 1000), (100, 0), (0, 1000)])
    with pytest.raises(
        GeometryError, match=r"1 polygons of district/2 are invalid[\s\S]*code: b[\s\S]*Self-intersection"
    ):
        pieces(good, edition("2", {"b": bowtie}))
    with pytest.raises(GeometryError, match="the same polygon as another"):
        pieces(good, edition("2", {"a": (0, 100), "b": (0, 100)}))
    with pytest.raises(
        GeometryError, match=r"district/2: 1 pairs of areas overlap[\s\S]*code: a, other: b, m2: 40000.0"
    ):
        pieces(good, edition("2", {"a": (0, 90), "b": (50, 100)}))
    with pytest.raises(GeometryError, match=r"district/1: 1 pairs of areas overlap"):
        pieces(edition("1", {"a": (0, 90), "b": (50, 100)}), edition("2", {"a": (0, 100)}))
    with pytest.raises(InputError, match="declares that its areas overlap"):
        pieces(good, edition("2", {"a": (0, 90)}, overlaps=True))
    with pytest.raises(InputError, match="has no areas"):
        pieces(good, edition("2", {}))
    with pytest.raises(InputError, match="No area of district/2 has a polygon"):
        pieces(good, edition("2", {"a": None}))
    with pytest.raises(InputError, match="tolerance is -1"):
        pieces(good, edition("2", {"b": (0, 90)}), tolerance=-1)
    elsewhere = good.with_(edition="2", table=good.table.set_crs("EPSG:3011", allow_override=True))
    with pytest.raises(CRSError, match=r"district/1 is in EPSG:3006, district/2 in EPSG:3011[\s\S]*read_areas"):
        pieces(good, elsewhere)
