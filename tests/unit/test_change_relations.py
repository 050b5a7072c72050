"""What each relation means, by hand, from links, from SCB's logs, from keys and from kommun history."""

import numpy as np
import pandas as pd
import pytest

from gisintegration.areas.codes import table_of_changes
from gisintegration.change.change_log import log_between, relations_from_key, relations_from_log
from gisintegration.change.classify import Links, Relation, classify
from gisintegration.errors import CodeError, InputError


def told(key, **options):
    found = relations_from_key(pd.DataFrame(key, columns=["old", "new"]), **options)
    return {
        side: {
            code: str(word) for code, word in zip(found.side(side)["code"], found.side(side)["relation"], strict=True)
        }
        for side in ("old", "new")
    }


@pytest.mark.parametrize(
    ("key", "old", "new"),
    [
        ([("a", "a")], {"a": "unchanged"}, {"a": "unchanged"}),
        ([("a", "b")], {"a": "recoded"}, {"b": "recoded"}),
        ([("a", "b"), ("a", "c")], {"a": "split"}, {"b": "split", "c": "split"}),
        ([("a", "a"), ("a", "c")], {"a": "split"}, {"a": "split", "c": "split"}),
        ([("a", "c"), ("b", "c")], {"a": "merged", "b": "merged"}, {"c": "merged"}),
        ([("a", "a"), ("b", "a")], {"a": "merged", "b": "merged"}, {"a": "merged"}),
        # b gives a part to a: both keep their code.
        (
            [("a", "a"), ("b", "a"), ("b", "b")],
            {"a": "adjusted", "b": "adjusted"},
            {"a": "adjusted", "b": "adjusted"},
        ),
        # c is made of parts of two that live on.
        (
            [("a", "a"), ("b", "b"), ("a", "c"), ("b", "c")],
            {"a": "adjusted", "b": "adjusted"},
            {"a": "adjusted", "b": "adjusted", "c": "new"},
        ),
        # a is shared out between two that were there; no pure split, as they have ground of their own.
        (
            [("a", "b"), ("a", "c"), ("b", "b"), ("c", "c")],
            {"a": "ended", "b": "adjusted", "c": "adjusted"},
            {"b": "adjusted", "c": "adjusted"},
        ),
        # a splits, but one part gets ground from b too: not pure.
        (
            [("a", "c"), ("a", "d"), ("b", "d"), ("b", "b")],
            {"a": "ended", "b": "adjusted"},
            {"b": "adjusted", "c": "new", "d": "new"},
        ),
        # Codes change places.
        ([("a", "b"), ("b", "a")], {"a": "recoded", "b": "recoded"}, {"a": "recoded", "b": "recoded"}),
        ([("a", ""), ("b", "b")], {"a": "ended", "b": "unchanged"}, {"b": "unchanged"}),
        ([("", "a"), ("b", "b")], {"b": "unchanged"}, {"a": "unknown_origin", "b": "unchanged"}),
    ],
)
def test_every_relation(key, old, new):
    assert told(key) == {"old": old, "new": new}


def links(old, new, same, **flags):
    count_old, count_new = len(same), flags.pop("count_new")
    given = {
        "known_old": np.ones(count_old, dtype=bool),
        "known_new": np.ones(count_new, dtype=bool),
        "gained": np.zeros(count_new, dtype=bool),
        "water": np.zeros(count_new, dtype=bool),
        "lost": np.zeros(count_old, dtype=bool),
    }
    given |= {name: np.array(values, dtype=bool) for name, values in flags.items()}
    return Links(np.array(old), np.array(new), np.array(same), **given)


def words(found):
    return [[str(word) for word in side] for side in classify(found)]


def test_water_extends_and_leaves_a_split_pure():
    assert words(links([0], [0], [0], count_new=1, water=[True])) == [["extended_over_water"]] * 2
    assert words(links([0, 0], [0, 1], [-1], count_new=2, water=[True, False])) == [["split"], ["split", "split"]]


def test_ground_from_nowhere_and_to_nowhere_is_no_unchanged_area():
    assert words(links([0], [0], [0], count_new=1, gained=[True])) == [["adjusted"]] * 2
    assert words(links([0], [0], [0], count_new=1, lost=[True])) == [["adjusted"]] * 2
    assert words(links([0], [0], [-1], count_new=1, lost=[True])) == [["ended"], ["new"]]
    assert words(links([0, 0], [0, 1], [-1], count_new=2, gained=[True, False])) == [["ended"], ["new", "new"]]


def test_what_lay_in_ground_that_is_not_known():
    # A remainder (old 1) that new 1 and 2 lie in; the known old 0 stays as it was.
    found = links([0, 1, 1], [0, 1, 2], [0, -1], count_new=3, known_old=[True, False])
    assert words(found) == [["unchanged", "unknown_origin"], ["unchanged", "unknown_origin", "unknown_origin"]]
    # One that lies alone in the remainder is not the remainder under another name.
    assert words(links([0], [0], [-1], count_new=1, known_old=[False])) == [["unknown_origin"]] * 2
    # A known area that got a part of the remainder was adjusted.
    found = links([0, 1, 1], [0, 0, 1], [0, -1], count_new=2, known_old=[True, False])
    assert words(found) == [["adjusted", "unknown_origin"], ["adjusted", "unknown_origin"]]


def test_deso_by_the_log():
    found = relations_from_log("deso")
    assert found.codes == {"kept": 5835, "ended": 149, "new": 325, "kept_changed": 687}
    assert (len(found.side("old")), len(found.side("new"))) == (5984, 6160)
    kept = found.side("new")[found.side("new")["code_kept"]]
    assert kept["relation"].value_counts().to_dict() == {
        "unchanged": 5148, "adjusted": 499, "extended_over_water": 188,
    }  # fmt: skip
    assert found.verify().ok
    assert found.tolerance is None
    assert found.pieces.empty


def test_pure_splits_are_those_that_the_log_tells_row_by_row():
    """Every row of the old code is "Upphör; till nybildad", and no part has another source."""
    log = table_of_changes("deso")
    log = log[log["date"] >= "2025"]
    pure, sources = {}, log.groupby("new")["old"].agg(set)
    for code, rows in log.groupby("old"):
        parts = sorted(rows["new"])
        if set(rows["change"]) == {"Upphör; till nybildad"} and all(sources[part] == {code} for part in parts):
            pure[code] = tuple(parts)
    assert len(pure) == 88
    found = relations_from_log("deso")
    assert found.pure_splits == pure
    assert not set(pure) & set(found.side("new")["code"])


def test_the_log_of_deso_in_single_cases():
    found = relations_from_log("deso")
    old, new = (found.side(side).set_index("code") for side in ("old", "new"))
    assert old.loc["0114C1060", "relation"] == "split"
    assert old.loc["0114C1060", "log"] == "Upphör; till nybildad → 0114C1061, 0114C1062"
    assert new.loc["0586B2010", ["relation", "log"]].tolist() == ["recoded", "Kodändrad; annat än 20-22 ← 0586C2010"]
    assert new.loc["0120A0010", "over_water"]
    assert found.pure_merges == {"2523C1090": ("2523C1060", "2523C1070", "2523C1080")}
    crossed = found.links[found.links["crossed_kommun"]]
    assert crossed[["old", "new"]].to_numpy().tolist() == [
        ["0182C1030", "0138C1170"], ["0184C1180", "0180C5261"], ["0184C1180", "0180C5263"],
    ]  # fmt: skip


def test_regso_by_the_same_code():
    found = relations_from_log("regso")
    assert found.codes["kept"] == 3362
    counts = found.counts
    changed = counts.loc[["adjusted", "ended"], "old"].sum() + counts.loc["new", "new"]
    # SCB counts 288 RegSO with a changed boundary; water that was added is none.
    assert (changed, 3363 - changed) == (288, 3075)
    codes = found.areas[found.areas["relation"].isin(["adjusted", "ended", "new"])]["code"]
    assert codes.nunique() == 288
    assert found.side("new").set_index("code").loc["2584R015", "renamed"]


def test_kommuner_by_the_same_code():
    assert relations_from_log("kommun").pure_splits == {"0181": ("0140", "0181"), "0380": ("0330", "0380")}
    first = relations_from_log("kommun", old="kommun/1998", new="kommun/1999")
    assert first.pure_splits == {"0181": ("0140", "0181")}
    assert len(first.side("new")) == 289
    second = relations_from_log("kommun", old="kommun/1999")
    assert second.pure_splits == {"0380": ("0330", "0380")}
    assert not first.areas["renamed"].any()


def test_a_log_for_other_editions_is_refused():
    with pytest.raises(CodeError, match="There is no record of changes 'nyko4'"):
        relations_from_log("nyko4")
    with pytest.raises(CodeError, match=r"leads from deso/2018 to deso/2025"):
        relations_from_log("deso", old="deso/2025")
    with pytest.raises(CodeError, match="is not later than kommun/2003"):
        relations_from_log("kommun", old="kommun/2003", new="kommun/1998")
    with pytest.raises(CodeError, match="all data years since 1997"):
        relations_from_log("lan")
    with pytest.raises(CodeError, match="There is no kommun edition 'kommun/2010'"):
        relations_from_log("kommun", new="kommun/2010")
    assert log_between("deso/2018", "regso/2025") is None
    assert log_between("district/1", "district/2") is None


def test_a_key_as_a_mapping_and_its_names():
    found = relations_from_key(
        {"a": "x", "b": "y"}, names={"a": "Alfa", "b": "Beta"}, new_names={"x": "Alfa", "y": "Gamma"}
    )
    assert found.side("new")["renamed"].tolist() == [False, True]
    assert found.side("old")["name"].tolist() == ["Alfa", "Beta"]
    assert found.links[["old", "new"]].to_numpy().tolist() == [["a", "x"], ["b", "y"]]


def test_a_bad_key_is_refused_with_the_code_and_the_way_out():
    with pytest.raises(InputError, match=r"The key lacks the column new[\s\S]*Columns found: old, nytt"):
        relations_from_key(pd.DataFrame({"old": ["a"], "nytt": ["b"]}))
    with pytest.raises(InputError, match="no rows"):
        relations_from_key({})
    with pytest.raises(InputError, match=r"1 rows of the key have neither[\s\S]*row: 2"):
        relations_from_key(pd.DataFrame({"old": ["a", None], "new": ["b", ""]}))
    with pytest.raises(CodeError, match=r"carry the edition's name[\s\S]*0114A0010_DeSO2025"):
        relations_from_key({"0114A0010": "0114A0010_DeSO2025"}, old="deso/2018", new="deso/2025")
    with pytest.raises(CodeError, match=r"0114C1060' ended with edition 2018; it became 0114C1061 and 0114C1062"):
        relations_from_key({"0114A0010": "0114C1060"}, old="deso/2018", new="deso/2025")
    partial = relations_from_key({"0114A0010": "0114A0010"}, old="deso/2018", new="deso/2025")
    assert partial.notes == (
        "5983 of 5984 codes of deso/2018 are not in the key.",
        "6159 of 6160 codes of deso/2025 are not in the key.",
    )


def test_verify_finds_a_code_that_stands_twice():
    found = relations_from_key({"a": "x"})
    doubled = type(found)(found.old, found.new, pd.concat([found.areas, found.areas]), found.links)
    assert not doubled.verify().ok
    assert set(doubled.verify().table["what"]) == {"stands more than once"}


def test_verify_finds_links_that_cannot_be():
    found = relations_from_key({"a": "x", "b": "y"})
    links = found.links.assign(old=["a", "stranger"], new_share=[1.5, 1.0], persons=[7.0, 0.0])
    areas = found.areas.assign(persons=[6.0, 0.0, 7.0, 0.0])
    told = type(found)(found.old, found.new, areas, links).verify().table
    assert told[["side", "code", "what"]].to_numpy().tolist() == [
        ["old", "stranger", "is linked and no area"],
        ["old", "a", "its links have more persons than the area"],
        ["new", "x", "its links cover more than the area"],
    ]


def test_counts_have_every_word_in_its_order():
    counts = relations_from_key({"a": "x"}).counts
    assert counts.index.tolist() == [word.value for word in Relation]
    assert counts.loc["recoded"].tolist() == [1, 1]
    assert counts.to_numpy().sum() == 2
