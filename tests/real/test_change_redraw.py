"""Relations of a second edition whose truth is known, as SCB changes areas: Göteborgsregionen and Dalarna."""

from pathlib import Path

import numpy as np
import pytest

import gisintegration as gi
from gisintegration.change.pieces import thin
from gisintegration.testing import redraw

DALARNA = Path(__file__).parent.parent / "data" / "dalarna_deso_2025.parquet"
SEEDS = range(1, 21)


@pytest.fixture(scope="module")
def regions():
    return {
        "goteborgsregionen": gi.load_areas("deso/2025"),
        "dalarna": gi.read_areas(DALARNA, level="deso", edition=2025),
    }


def wrong(areas, made):
    """Relations, flags and links that differ from the truth, and the comparison."""
    found = gi.compare(areas, made.areas)
    both = found.areas.merge(made.relations, on=["side", "code"], how="outer", suffixes=("", "_true"), indicator=True)
    off = (both["_merge"] != "both").sum()
    relations = (both["relation"] != both["relation_true"]).sum() + off
    flags = sum((both[flag] != both[f"{flag}_true"]).sum() for flag in ("crossed_kommun", "over_water"))
    links = found.links.merge(made.pieces, on=["old", "new"], how="outer", indicator=True)
    invented = (links["_merge"] == "left_only").sum()
    missed = (links["_merge"] == "right_only").sum()
    apart = (links["shared_area"] - links["area"]).abs().max()
    return {
        "relations": relations, "of": len(both), "flags": flags, "invented": invented, "missed": missed, "apart": apart,
    }, found  # fmt: skip


def check(areas, made):
    off, found = wrong(areas, made)
    assert off["relations"] <= 0.01 * off["of"], off
    assert off["flags"] <= 0.01 * off["of"], off
    assert off["invented"] == 0, off
    assert off["missed"] <= 0.01 * off["of"], off
    assert off["apart"] < 1.0, off
    assert found.verify().ok
    # Borders drawn anew were there to be taken for change, and were not.
    assert found.noise_pieces > 20
    cut = found.ground.cut
    assert thin(cut.geometry[cut.noise], found.tolerance).all()
    return off


@pytest.fixture(scope="module")
def dalarna(regions):
    return regions["dalarna"], redraw(regions["dalarna"], 2)


def test_relations_of_dalarna_redrawn(dalarna):
    assert check(*dalarna)["relations"] == 0


def test_relations_of_goteborgsregionen_redrawn(regions):
    areas = regions["goteborgsregionen"]
    assert check(areas, redraw(areas, 1))["relations"] == 0


@pytest.mark.soak
@pytest.mark.parametrize("region", ["goteborgsregionen", "dalarna"])
def test_relations_of_twenty_redrawn_editions(regions, region):
    told = [check(regions[region], redraw(regions[region], seed)) for seed in SEEDS]
    right = 1 - sum(one["relations"] for one in told) / sum(one["of"] for one in told)
    assert right >= 0.99, told


def test_without_a_tolerance_the_same_borders_drawn_anew_would_be_change(dalarna):
    """What the noise test guards against is there: at tolerance 0 the redrawn areas count as adjusted."""
    areas, made = dalarna
    strict = gi.compare(areas, made.areas, tolerance=0)
    loose = gi.compare(areas, made.areas)
    assert (strict.areas["relation"] == "unchanged").sum() < (loose.areas["relation"] == "unchanged").sum() - 10
    assert np.isfinite(loose.noise_area)
