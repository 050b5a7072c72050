"""locate equals asking GEOS about every point and every polygon, on random polygons and on points made to touch them."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gisintegration.areas.assemble import assemble, objects
from gisintegration.locate import locate, nearest

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


def slowly(points, shapes):
    """The first polygon that intersects each point."""
    placed = np.full(len(points), -1)
    for position in range(len(shapes) - 1, -1, -1):
        if shapes[position] is not None:
            placed[shapely.intersects(shapes[position], shapely.points(points))] = position
    return placed


@settings(max_examples=300, deadline=None)
@given(polygons(), st.lists(POINT, min_size=1, max_size=40))
def test_locate_is_geos_and_the_lowest_code(shapes, points):
    areas = assemble("district", "1", [f"a{i}" for i in range(len(shapes))], shapes, overlaps=True)
    xy = touching(shapes, points)
    assert locate(xy, areas).tolist() == slowly(xy, shapes).tolist()


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
