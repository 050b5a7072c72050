"""Places located in other areas than the edition they are used with: other borders, other rows, other codes."""

import numpy as np
import pytest
import shapely

import gisintegration as gi
from gisintegration.errors import InputError
from gisintegration.locate import Located, Places
from gisintegration.locate.verbs import hash_of
from gisintegration.testing import grid_areas

POINTS = np.array([[100, 500], [600, 500], [1500, 500]])


def areas(edition, nx=2, size=1000.0):
    return grid_areas(nx, 1, size=size, origin=(0, 0), division="district", edition=edition)


OLD = areas("1")


def moved(edition):
    """Two areas with the border between them 500 m further west."""
    one = areas(edition)
    shapes = shapely.box([0, 500], 0, [500, 2000], 1000)
    return one.with_(table=one.table.assign(geometry=shapes))


def swapped(edition):
    """The same two polygons in the other order of rows."""
    one = areas(edition)
    return one.with_(table=one.table.assign(geometry=one.geometry.to_numpy()[::-1]))


def recoded(edition):
    one = areas(edition)
    return one.with_(table=one.table.assign(code=["a0002", "a0003"]))


USES = {
    "crosswalk": lambda new, found: gi.crosswalk(OLD, new, method="points", places=found),
    "crosswalk with numbers": lambda new, found: gi.crosswalk(OLD, new, method="points", places=(found, np.arange(3))),
    "compare": lambda new, found: gi.compare(OLD, new, places=found),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("other", [moved, swapped, recoded])
def test_places_of_other_areas_of_the_same_name_are_refused(use, other):
    found, _ = gi.places(POINTS, [OLD, areas("2")], distinct=True)
    with pytest.raises(InputError, match=r"located in another district/2[\s\S]*gi\.places\(points"):
        use(other("2"), found)


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_the_same_areas_read_again_are_the_same(use):
    found, _ = gi.places(POINTS, [OLD, moved("2")], distinct=True)
    made = use(moved("2"), found)
    persons = made.links["persons"] if isinstance(made, gi.Relations) else made.table["n"]
    assert persons.tolist() == [1, 1, 1]


def test_names_parents_and_drawing_do_not_matter():
    one = areas("2")
    other = one.with_(table=one.table.assign(name=["x", "y"]), display=one.geometry.buffer(-10), years=(2020, None))
    assert hash_of(one) == hash_of(other)
    assert len({hash_of(item) for item in (one, moved("2"), swapped("2"), recoded("2"), areas("2", nx=3))}) == 5


def test_positions_of_an_unknown_origin_are_taken_as_they_are():
    given = Places(POINTS[:, 0] * 1.0, POINTS[:, 1] * 1.0, {"district/2": Located(np.array([0, 1, 1], np.int32))})
    assert given.positions_in(moved("2")).tolist() == [0, 1, 1]
    with pytest.raises(InputError, match="not located in district/1, but in district/2"):
        given.positions_in(OLD)
    with pytest.raises(InputError, match="located in another district/2"):
        given.positions_in(areas("2", nx=1))


def test_a_report_of_locate_says_which_areas_it_is_of():
    assert gi.locate(POINTS, OLD, report=True).areas == hash_of(OLD)
