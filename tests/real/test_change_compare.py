"""DeSO 2018 against 2025 where the old borders are known exactly: Göteborgsregionen, Dalarna, Växjö."""

from pathlib import Path

import geopandas as gpd
import pytest

import gisintegration as gi
from gisintegration.areas.codes import table_of_changes
from gisintegration.change import relations_from_log

DATA = Path(__file__).parent.parent / "data"


def subset(region):
    old = gi.read_areas(DATA / f"{region}_deso_2018_exact.parquet", level="deso", edition=2018)
    new = gi.read_areas(DATA / f"{region}_deso_2025.parquet", level="deso", edition=2025)
    return gi.compare(old, new), gpd.read_parquet(DATA / f"{region}_deso_2018_exact.parquet")


@pytest.fixture(scope="module")
def editions():
    return gi.load_areas("deso/2018"), gi.load_areas("deso/2025")


@pytest.fixture(scope="module")
def gothenburg(editions):
    return gi.compare(*editions)


def log_splits(codes):
    by_log = relations_from_log("deso").pure_splits
    return {code: parts for code, parts in by_log.items() if code in codes}


def test_gothenburg_every_pure_split_and_every_untouched_area(gothenburg):
    old = gothenburg.side("old")
    assert gothenburg.pure_splits == log_splits(set(old["code"]))
    assert len(gothenburg.pure_splits) == 14
    # 529 of the derived areas are untouched or only got water; 1419C1040 is all that remains of its kommun.
    assert (old["relation"] == "unchanged").sum() == 530
    assert gothenburg.codes["kept_changed"] == 0
    assert gothenburg.noise_pieces == 0
    assert gothenburg.verify().ok


def test_gothenburg_areas_without_a_polygon_are_of_unknown_origin(editions, gothenburg):
    areas = editions[0]
    without = set(areas.codes[areas.geometry.isna() & (areas.table["kind"] == "area")])
    assert len(without) == 21
    old, new = gothenburg.side("old"), gothenburg.side("new")
    assert set(old.loc[old["relation"] == "unknown_origin", "code"]) == without
    origin = set(new.loc[new["relation"] == "unknown_origin", "code"])
    log = table_of_changes("deso")
    # By the log each came from areas without a polygon, or has the code of one.
    for code in origin:
        assert (set(log.loc[log["new"] == code, "old"]) | {code}) & without
    assert not origin & {part for parts in gothenburg.pure_splits.values() for part in parts}
    assert new.loc[new["relation"] == "unknown_origin", "agrees"].isna().all()
    links = gothenburg.links
    assert links.loc[links["new"].isin(origin), "old"].str.contains("-rest-").all()


def test_gothenburg_where_the_log_says_otherwise(gothenburg):
    """Areas that only got water have the new polygon in the derived old edition: the log knows, the borders do not."""
    apart = gothenburg.areas[gothenburg.areas["agrees"].fillna(value=True) == False]  # noqa: E712 — not a flag
    assert set(apart["log"]) == {"Utvidgas till territorialvattengräns"}
    assert set(apart["relation"]) == {"unchanged"}
    assert len(apart) == 22


def test_vaxjo_both_splits_all_untouched_and_four_of_unknown_origin():
    found, truth = subset("vaxjo")
    old, new = found.side("old"), found.side("new")
    assert set(found.pure_splits) == set(truth.loc[truth["how"] == "pure_split_union", "deso_2018"])
    assert found.pure_splits == log_splits(set(old["code"]))
    assert len(found.pure_splits) == 2
    assert set(old.loc[old["relation"] == "unchanged", "code"]) == set(
        truth.loc[truth["how"] == "untouched", "deso_2018"]
    )
    assert (new["relation"] == "unknown_origin").sum() == 4
    assert not new["over_water"].any()
    assert found.notes == ("3 areas of deso/2018 in the same kommuner are not in what was given.",)


def test_dalarna_all_untouched_and_the_rest_of_unknown_origin():
    found, truth = subset("dalarna")
    new = found.side("new")
    assert set(found.side("old")["relation"]) == {"unchanged"}
    assert len(found.side("old")) == len(truth) == 161
    assert (new["relation"] == "unknown_origin").sum() == 14
    assert found.pure_splits == {}
    assert found.areas["agrees"].dropna().all()


def test_regso_2020_to_2025_by_the_same_code():
    """Of RegSO 2020 those all of whose DeSO have a polygon can be drawn."""
    old, new = gi.load_areas("regso/2020"), gi.load_areas("regso/2025")
    found = gi.compare(old, new)
    known = found.side("old")[found.side("old")["relation"] != "unknown_origin"]
    assert len(known) > 250
    assert set(known["relation"]) == {"unchanged"}
    assert found.verify().ok


def test_deso_to_regso_and_kommun_are_merges():
    deso = gi.load_areas("deso/2025", where={"kommun": ["1480"]})
    kommun = gi.load_areas("kommun/2003", where={"kommun": ["1480"]})
    found = gi.compare(deso, kommun)
    assert set(found.areas["relation"]) == {"merged"}
    assert len(found.pure_merges["1480"]) == 320


def test_persons_of_a_split_are_counted_on_its_parts(editions, gothenburg):
    old, new = editions
    inside = new.geometry[new.table["code"].isin(["1480C1031", "1480C1032"])].representative_point()
    found = gi.compare(old, new, places=inside.get_coordinates().to_numpy(), persons=[30, 12])
    links = found.links.set_index(["old", "new"])
    assert links.loc["1480C1030", "persons"].to_dict() == {"1480C1031": 30, "1480C1032": 12}
    row = found.side("old").set_index("code").loc["1480C1030"]
    assert (row["persons"], row["moved_persons"], row["counterpart"]) == (42, 12, "1480C1031")
    assert found.areas["relation"].equals(gothenburg.areas["relation"])
