"""Göteborgsregionen and Dalarna redrawn: as many changes as SCB's log has, a coverage, and the words that were meant."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from gisintegration.areas import levels, load_areas, read_areas
from gisintegration.testing import redraw
from gisintegration.testing.redraw_log import log_proportions

pytestmark = pytest.mark.real
DATA = Path(__file__).parents[1] / "data"
MEANT = {
    "split": {"split"},
    "merged": {"merged"},
    "recoded": {"recoded"},
    "ended": {"ended"},
    "rearranged": {"ended"},
    "budded": {"split", "adjusted"},
    "ceded": {"adjusted"},
    "moved": {"adjusted"},
    "crossed": {"adjusted"},
    "sea": {"extended_over_water", "adjusted"},
}


def region(name):
    if name == "goteborgsregionen":
        return load_areas("deso/2025")
    return read_areas(DATA / "dalarna_deso_2025.parquet", level="deso", edition=2025)


def unmatched(geometry):
    return int((~shapely.is_empty(shapely.coverage_invalid_edges(geometry))).sum())


@pytest.mark.parametrize("name", ["goteborgsregionen", "dalarna"])
def test_a_redrawn_region(name):
    areas = region(name)
    made = redraw(areas, 5)
    old, new = areas.geometry.to_numpy(), made.areas.geometry.to_numpy()
    assert shapely.is_valid(new).all()
    assert unmatched(new) <= unmatched(old)
    holes = shapely.get_num_interior_rings(shapely.get_parts(shapely.union_all(new))).sum()
    assert holes == shapely.get_num_interior_rings(shapely.get_parts(shapely.union_all(old))).sum()
    drawn_anew = 0.5 * shapely.length(shapely.union_all(old))
    assert abs(shapely.area(new).sum() - made.sea["area"].sum() - shapely.area(old).sum()) <= drawn_anew
    for kind, share in log_proportions().items():
        assert abs(len(made.done[kind]) - max(1, share * len(areas))) <= 1
    word = made.relations[made.relations["side"] == "old"].set_index("code")["relation"]
    for kind, meant in MEANT.items():
        assert set(word[list(made.done[kind])]) <= meant
    kept = word[word.isin(["adjusted", "extended_over_water"])]
    assert 0.05 <= len(kept) / len(areas) <= 0.20  # 687 of 5,984 in the log: 11.5 %
    assert made.relations["crossed_kommun"].sum() >= 2


def test_parents_and_display_follow():
    areas = load_areas("deso/2025")
    made = redraw(areas, 1).areas
    assert made.parent("kommun").tolist() == [code[:4] for code in made.codes]
    assert set(made.parent("regso")) <= set(areas.parent("regso"))
    assert dict(made.parents) == dict(areas.parents) | {"regso": "regso/redrawn-1"}
    assert len(levels(made, ["regso"])["regso"]) == len(set(made.parent("regso")))
    kept = np.isin(made.codes, areas.codes)
    same = dict(zip(areas.codes, areas.parent("regso"), strict=True))
    agree = [same[code] == regso for code, regso in zip(made.codes[kept], made.parent("regso")[kept], strict=True)]
    assert np.mean(agree) > 0.99
    assert len(made.display) == len(made)
    beyond = shapely.area(shapely.difference(made.display.to_numpy(), made.geometry.to_numpy()))
    within = shapely.area(shapely.difference(areas.display.to_numpy(), areas.geometry.to_numpy()))
    assert beyond.sum() <= within.sum() + 10_000


@pytest.mark.parametrize("key", ["regso/2025", "kommun/2003"])
def test_coarser_divisions(key):
    areas = load_areas(key)
    made = redraw(areas, 1)
    assert unmatched(made.areas.geometry.to_numpy()) <= unmatched(areas.geometry.to_numpy())
    assert len(made.done) >= 7
