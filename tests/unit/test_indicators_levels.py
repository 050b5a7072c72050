"""What is given on each level: other breakdowns and crossings, or nothing, which is said so and is not nought."""

from __future__ import annotations

import pandas as pd
import pytest

from gisintegration.indicators import aggregate
from gisintegration.registers import read_register
from gisintegration.testing import example_indicator, grid_areas

LEVELS = {
    "deso": {"breakdowns": ["education"]},
    "region": {"breakdowns": ["age"], "crossings": [["education", "age/housing"]]},
}


@pytest.fixture
def own(tmp_path):
    rows = [("1", "women", 30, "compulsory", "employed"), ("2", "men", 50, "unknown", "outside")]
    frame = pd.DataFrame(rows, columns=["person", "sex", "age", "education", "labour_status"])
    frame = frame.assign(year=2022, kommun="0114", x=600_500, y=6_600_500, birth_region="sweden")
    frame.to_csv(tmp_path / "p.csv", index=False)
    return read_register(tmp_path / "p.csv", crs=3006)


def counted(own, indicator):
    table = aggregate(
        own, {indicator.id: indicator}, by=["deso", "region"], areas={grid_areas(2, 1): [2022]}, region="Provet"
    ).table
    return dict(list(table.groupby(table["division"].astype("str"))))


def test_a_level_has_its_own_breakdowns_and_crossings(own):
    found = counted(own, example_indicator("share", breakdowns=("education", "age"), levels=LEVELS))
    assert set(found["deso"]["education"]) == {"total", "compulsory", "upper_secondary", "post_secondary", "unknown"}
    assert set(found["deso"]["age"]) == {"total"}
    assert len(found["deso"]) == 2 * 3 * 5
    # On the region: the standard ages one at a time, and education only together with ages of housing.
    assert len(found["region"]) == 3 * (1 + 9 + 4 * 3)
    crossed = found["region"][found["region"]["education"] != "total"]
    assert set(crossed["age"]) == {"00_19", "20_64", "65"}
    assert crossed.loc[(crossed["education"] == "unknown") & (crossed["sex"] == "men") & (crossed["age"] == "20_64"),
                       "denominator"].tolist() == [1]  # fmt: skip


def test_what_has_no_meaning_on_a_level_is_not_applicable_in_total_and_by_sex(own):
    share = example_indicator("share", breakdowns=("education",), levels={"deso": "not_applicable"})
    found = counted(own, share)
    assert len(found["deso"]) == 2 * 3
    assert set(found["deso"]["status"]) == {"not_applicable"}
    assert found["deso"][["numerator", "denominator", "value", "contributors"]].isna().all(axis=None)
    assert len(found["region"]) == 3 * 5
    assert found["region"]["value"].iloc[0] == 50


def test_levels_add_up_though_they_are_broken_down_differently(own):
    found = counted(own, example_indicator("count", breakdowns=("age",), levels=LEVELS))
    totals = {
        level: rows.loc[(rows["education"] == "total") & (rows["age"] == "total") & (rows["sex"] == "total"), "value"].sum()
        for level, rows in found.items()
    }  # fmt: skip
    assert totals == {"deso": 2, "region": 2}
