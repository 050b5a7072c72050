"""A redrawn grid is a coverage, its pieces add up to both editions, and its words fit its pieces, whatever is drawn."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gisintegration.areas import check_coverage
from gisintegration.testing import grid_areas, redraw
from gisintegration.testing.redraw_log import OPERATIONS

MANY = dict.fromkeys(OPERATIONS, 0.2)
# A border drawn anew takes and gives at most this much (m) on either side.
SHIFT = 0.5


@st.composite
def redrawn(draw):
    areas = grid_areas(
        draw(st.integers(1, 6)),
        draw(st.integers(1, 6)),
        size=draw(st.sampled_from([40.0, 250.0, 1000.0, 20_000.0])),
        division=draw(st.sampled_from(["deso", "regso", "district"])),
    )
    proportions = draw(st.sampled_from([None, MANY, MANY | {"redigitised": 1.0}, MANY | {"redigitised": 0.0}]))
    return areas, redraw(areas, draw(st.integers(0, 2**32)), proportions=proportions)


@settings(max_examples=40, deadline=None)
@given(redrawn())
def test_a_redrawn_grid(case):
    areas, made = case
    old, new = areas.geometry.to_numpy(), made.areas.geometry.to_numpy()
    assert shapely.is_valid(new).all()
    assert shapely.coverage_is_valid(new)
    assert check_coverage(made.areas).clean
    given = made.pieces.groupby("old")["area"].sum().reindex(areas.codes).to_numpy()
    got = made.pieces.groupby("new")["area"].sum().reindex(made.areas.codes).to_numpy()
    sea = made.sea.set_index("new")["area"].reindex(made.areas.codes).fillna(0.0).to_numpy()
    slack = SHIFT if made.done.get("redigitised") else 0.0
    assert (np.abs(given - shapely.area(old)) <= slack * shapely.length(old) + 1e-3).all()
    assert (np.abs(got + sea - shapely.area(new)) <= slack * shapely.length(new) + 1e-3).all()
    if not slack:
        assert shapely.area(new).sum() - made.sea["area"].sum() == pytest.approx(shapely.area(old).sum(), rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(redrawn())
def test_the_words_fit_the_pieces(case):
    areas, made = case
    told = {side: rows.set_index("code") for side, rows in made.relations.groupby("side")}
    assert told["old"].index.tolist() == areas.codes.tolist()
    assert told["new"].index.tolist() == made.areas.codes.tolist()
    to = made.pieces.groupby("old")["new"].agg(set)
    back = made.pieces.groupby("new")["old"].agg(set)
    for code, word in told["old"]["relation"].items():
        assert (word == "ended") <= (code not in told["new"].index)
        assert (word in ("unchanged", "adjusted", "extended_over_water")) <= (code in to[code])
        assert (word == "split") == (len(to[code]) > 1 and all(back[one] == {code} for one in to[code]))
        assert (word == "recoded") <= (len(to[code]) == 1 and code not in to[code])
    for code, word in told["new"]["relation"].items():
        assert (word == "new") <= (code not in told["old"].index)
        assert (word == "merged") == (len(back[code]) > 1 and all(to[one] == {code} for one in back[code]))
    if made.done.get("sea"):
        assert set(told["new"].index[told["new"]["over_water"]]) == set(made.sea["new"])
