"""locate equals asking GEOS about every point and every polygon, on random polygons and on points made to touch them."""

import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gisintegration.areas.assemble import assemble, objects
from gisintegration.locate import grid, locate, nearest
from gisintegration.locate.engine import Engine

sys.path.insert(0, str(Path(__file__).parents[1]))
from geos import lowest

SMALL = st.integers(0, 12)
POINT = st.tuples(SMALL, SMALL)


@st.composite
def polygons(draw):
    """Up to six valid polygons on a small lattice, that touch, overlap and contain each other."""
    made = []
    for corners in draw(st.lists(st.lists(POINT, min_size=3, max_size=7, unique=True), min_size=1, max_size=6)):
        hull = shapely.convex_hull(shapely.multipoints(corners))
        if hull.geom_type == "Polygon":
            made.append(hull)
    if len(made) > 1 and draw(st.booleans()):
        rest = shapely.difference(made[0], made[1])
        made[0] = rest if rest.geom_type in ("Polygon", "MultiPolygon") and not rest.is_empty else made[0]
    return objects([*made, None])


def touching(shapes, draw_points):
    """Lattice points, every vertex, and the middle of every edge."""
    vertices = shapely.get_coordinates(shapes)
    middles = (vertices[1:] + vertices[:-1]) / 2 if len(vertices) > 1 else vertices
    return np.vstack([np.array(draw_points, dtype=float).reshape(-1, 2), vertices, middles])


@settings(max_examples=300, deadline=None)
@given(polygons(), st.lists(POINT, min_size=1, max_size=40))
def test_locate_is_geos_and_the_lowest_code(shapes, points):
    areas = assemble("district", "1", [f"a{i}" for i in range(len(shapes))], shapes, overlaps=True)
    xy = touching(shapes, points)
    assert locate(xy, areas).tolist() == lowest(xy, shapes).tolist()


@settings(max_examples=100, deadline=None)
@given(polygons(), st.lists(POINT, min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_order_of_points_does_not_matter(shapes, points, random):
    areas = assemble("district", "1", [f"a{i}" for i in range(len(shapes))], shapes, overlaps=True)
    xy = touching(shapes, points)
    order = list(range(len(xy)))
    random.shuffle(order)
    assert locate(xy[order], areas).tolist() == locate(xy, areas)[order].tolist()


@settings(max_examples=100, deadline=None)
@given(polygons(), st.lists(POINT, min_size=1, max_size=20), st.integers(1, 6))
def test_nearest_is_the_least_distance(shapes, points, limit):
    areas = assemble("district", "1", [f"a{i}" for i in range(len(shapes))], shapes, overlaps=True)
    positions, metres = nearest(points, areas, max_distance=limit)
    for point, position, distance in zip(points, positions, metres, strict=True):
        away = [np.inf if shape is None else shapely.Point(point).distance(shape) for shape in shapes]
        if min(away) <= limit:
            assert distance == min(away)
            assert position == away.index(min(away))
        else:
            assert (position, np.isnan(distance)) == (-1, True)


@st.composite
def coverages(draw):
    """A coverage of up to thirty areas anywhere in the plane, and what divisions are made of besides.

    Parts of an area in several places, lakes, gaps, overlaps, vertices that neighbours do not share, tiny and large.
    """
    count = draw(st.integers(2, 30))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    scale, shift = draw(st.sampled_from([0.01, 1.0, 1e3, 1e5])), draw(st.sampled_from([0.0, 1e3, 6.6e6]))
    seeds = rng.uniform(0, scale, (count, 2)) + shift
    shapes = np.array(list(shapely.voronoi_polygons(shapely.multipoints(seeds)).geoms), dtype=object)
    change = draw(st.sampled_from(["none", "overlap", "lakes", "parts", "gaps", "turned"]))
    some = rng.random(len(shapes)) < 0.4
    if change == "overlap":
        shapes[some] = shapely.buffer(shapes[some], scale / 20)
    elif change == "lakes":
        shapes[some] = shapely.difference(shapes[some], shapely.buffer(shapely.centroid(shapes[some]), scale / 50))
    elif change == "parts":
        part_of = rng.integers(0, max(2, count // 3), len(shapes))
        shapes = np.array([shapely.union_all(shapes[part_of == one]) for one in np.unique(part_of)], dtype=object)
    elif change == "gaps":
        shapes = shapes[~some] if (~some).any() else shapes
    elif change == "turned":
        # Vertices are put on edges, and everything turned: they are then a rounding off their edges.
        shapes = shapely.segmentize(shapes, scale / 30)
        angle = rng.uniform(0, 2 * np.pi)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        shapes = shapely.transform(shapes, lambda xy: (xy - shift) @ turn + shift)
    return shapes, scale, rng


def hard_points(shapes, scale, rng):
    """Points anywhere, on and beside vertices and edges, level with vertices, and on the index's own lines."""
    vertices = shapely.get_coordinates(shapes)
    start = rng.integers(0, len(vertices) - 1, 200)
    on_edges = vertices[start] + rng.random((200, 1)) * (vertices[start + 1] - vertices[start])
    low, high = vertices.min(axis=0) - scale / 10, vertices.max(axis=0) + scale / 10
    level = np.column_stack([rng.choice(vertices[:, 0], 100), rng.choice(vertices[:, 1], 100)])
    frame = Engine(shapes).grid.frame
    lines = frame[:2] + rng.integers(0, 256 * int(frame[3]) + 1, (100, 2)) * frame[2]
    beside = [np.nextafter(vertices, np.inf), np.nextafter(vertices, -np.inf)]
    near = on_edges + rng.uniform(-1e-9, 1e-9, on_edges.shape)
    return np.vstack([rng.uniform(low, high, (500, 2)), vertices, *beside, on_edges, near, level, lines])


@settings(max_examples=150, deadline=None)
@given(coverages(), st.sampled_from([(0.05, 0.1), (2.5, 8.0), (30.0, 100.0)]))
def test_coverages_of_every_kind(made, fineness):
    """Whatever the cells' size: coarse cells have many edges each, fine ones are mostly without."""
    shapes, scale, rng = made
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grid, "CELLS", fineness[0])
        patch.setattr(grid, "LEAVES", fineness[1])
        xy = hard_points(shapes, scale, rng)
        found = Engine(shapes).place(xy[:, 0], xy[:, 1])
    expected = lowest(xy, shapes)
    assert found.positions.tolist() == expected.tolist()
    assert found.outside == (expected < 0).sum()


@settings(max_examples=60, deadline=None)
@given(coverages())
def test_borders_and_overlaps_are_counted(made):
    """Against GEOS: a point in two interiors overlaps, one that touches without being inside is on a border."""
    shapes, scale, rng = made
    xy = hard_points(shapes, scale, rng)
    found = Engine(shapes).place(xy[:, 0], xy[:, 1])
    touched, inside = (
        np.array([hits(shape, xy[:, 0], xy[:, 1]) for shape in shapes])
        for hits in (shapely.intersects_xy, shapely.contains_xy)
    )
    assert found.overlapping == (inside.sum(axis=0) > 1).sum()
    assert found.on_border == (touched & ~inside).any(axis=0).sum()


def test_five_million_points():
    """A fixed coverage with crooked borders, lakes and parts; points at random, on vertices and on edges."""
    rng = np.random.default_rng(11)
    seeds = rng.uniform(0, 30_000, (150, 2)) + np.array([300_000, 6_400_000])
    shapes = np.array(list(shapely.voronoi_polygons(shapely.multipoints(seeds)).geoms), dtype=object)
    shapes = shapely.segmentize(shapes, 40.0)
    # The same shift for the same vertex: borders stay shared.
    bend = 9.0
    shapes = shapely.transform(shapes, lambda xy: xy + bend * np.sin(xy[:, ::-1] / 7.0))
    lakes = shapely.buffer(shapely.point_on_surface(shapes[::3]), 150.0)
    shapes[::3] = shapely.difference(shapes[::3], lakes)
    shapes = np.array(
        [shapely.union_all(pair) for pair in zip(shapes[: len(shapes) // 2], shapes[::-1], strict=False)], dtype=object
    )
    vertices = shapely.get_coordinates(shapes)
    start = rng.integers(0, len(vertices) - 1, 500_000)
    on_edges = vertices[start] + rng.random((len(start), 1)) * (vertices[start + 1] - vertices[start])
    near = on_edges + rng.uniform(-1e-9, 1e-9, on_edges.shape)
    anywhere = rng.uniform(vertices.min(axis=0) - 100, vertices.max(axis=0) + 100, (4_000_000, 2))
    anywhere[::2] = anywhere[::2].round()
    xy = np.vstack([anywhere, vertices, on_edges, near])
    assert len(xy) > 5_000_000
    found = Engine(shapes).place(xy[:, 0], xy[:, 1])
    assert (found.positions == lowest(xy, shapes)).all()
    assert found.on_border >= len(vertices)
