"""Random coverages cut by each other: pieces add up, nothing is invented, direction and order do not matter."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gisintegration.areas.assemble import assemble
from gisintegration.change.change_log import relations_from_key
from gisintegration.change.comparison import compare
from gisintegration.change.pieces import pieces

SIDE = 1000.0
BOX = shapely.box(0, 0, SIDE, SIDE)


def coverage(seed, count, name, *, islands=0.0):
    """Voronoi cells of random points in a square; some are left out as sea."""
    rng = np.random.default_rng(seed)
    points = shapely.MultiPoint(rng.uniform(0, SIDE, (count, 2)))
    cells = shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(points, extend_to=BOX)), BOX)
    cells = cells[rng.random(len(cells)) >= islands] if islands else cells
    return assemble("district", name, [f"{name}{i:03d}" for i in range(len(cells))], cells)


numbers = st.integers(0, 2**32 - 1)
counts = st.integers(2, 30)


@settings(max_examples=30, deadline=None)
@given(numbers, counts, numbers, counts, st.sampled_from([0.0, 0.3]))
def test_pieces_and_what_lies_outside_add_up_to_every_area(seed, count, other, many, islands):
    old, new = coverage(seed, count, "a"), coverage(other, many, "b", islands=islands)
    if not len(new):
        return
    found = pieces(old, new)
    for areas, at, outside in ((old, found.old, found.old_outside), (new, found.new, found.new_outside)):
        own = np.bincount(at, found.area, minlength=len(areas)) + outside
        assert np.allclose(own, shapely.area(areas.geometry.to_numpy()), rtol=1e-9, atol=1e-6)
    assert np.allclose(shapely.area(found.shapes()), found.area)
    assert (np.diff(found.old * len(new) + found.new) > 0).all()
    covered = shapely.union_all(new.geometry.to_numpy()).area
    assert np.isclose(found.area.sum(), covered)
    assert np.isclose(found.old_outside.sum(), SIDE**2 - covered, atol=1e-3)


@settings(max_examples=20, deadline=None)
@given(numbers, counts, numbers, counts)
def test_the_other_way_round_gives_the_same_pieces(seed, count, other, many):
    old, new = coverage(seed, count, "a"), coverage(other, many, "b")
    there, back = pieces(old, new), pieces(new, old)
    mine = {(i, j): size for i, j, size in zip(there.old, there.new, there.area, strict=True) if size > 1e-6}
    theirs = {(j, i): size for i, j, size in zip(back.old, back.new, back.area, strict=True) if size > 1e-6}
    assert mine.keys() == theirs.keys()
    assert np.allclose([mine[key] for key in mine], [theirs[key] for key in mine])


@settings(max_examples=20, deadline=None)
@given(numbers, counts, st.randoms(use_true_random=False))
def test_an_edition_written_otherwise_is_unchanged(seed, count, random):
    old = coverage(seed, count, "a")
    again = []
    for polygon in old.geometry:
        ring = list(polygon.exterior.coords)[:-1]
        turn = random.randrange(len(ring))
        ring = ring[turn:] + ring[:turn]
        again.append(shapely.Polygon(ring[::-1] if random.random() < 0.5 else ring))
    order = list(range(len(old)))
    random.shuffle(order)
    new = assemble("district", "2", [old.codes[i] for i in order], np.array(again)[order])
    found = compare(old, new)
    assert set(found.areas["relation"]) == {"unchanged"}
    assert found.ground.cut.identical.all()
    assert found.noise_pieces == 0
    assert found.areas["moved_area"].sum() == 0


@settings(max_examples=15, deadline=None)
@given(numbers, st.integers(2, 20), st.floats(0.05, 0.45))
def test_borders_drawn_anew_within_the_tolerance_are_no_change(seed, count, shift):
    """Every border gets vertices of its own, all pulled the same way: it lies within half the tolerance of the old one."""
    old = coverage(seed, count, "a")
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0, 2 * np.pi)
    by = shift * np.array([np.cos(angle), np.sin(angle)])
    dense = shapely.segmentize(old.geometry.to_numpy(), 37.0)
    new = assemble("district", "2", list(old.codes), shapely.transform(dense, lambda xy: xy + by))
    found = compare(old, new)
    assert set(found.areas["relation"]) == {"unchanged"}
    assert found.pieces.empty
    assert found.verify().ok


@settings(max_examples=20, deadline=None)
@given(numbers, st.integers(4, 25), numbers)
def test_relations_of_unions_are_those_of_the_key_they_were_made_by(seed, count, other):
    """Areas united at random: what boundaries tell is what a key of the same codes tells."""
    fine = coverage(seed, count, "a")
    rng = np.random.default_rng(other)
    groups = rng.integers(0, max(2, count // 2), len(fine))
    codes = [f"u{group}" for group in np.unique(groups)]
    united = [shapely.union_all(fine.geometry.to_numpy()[groups == group]) for group in np.unique(groups)]
    coarse = assemble("district", "2", codes, np.array(united))
    found = compare(fine, coarse)
    told = relations_from_key({code: f"u{group}" for code, group in zip(fine.codes, groups, strict=True)})
    assert found.areas[["side", "code", "relation"]].equals(told.areas[["side", "code", "relation"]])
    assert found.links[["old", "new"]].equals(told.links[["old", "new"]])
