"""Crosswalks from a key of codes, and every way in which a key is wrong."""

import numpy as np
import pandas as pd
import pytest

import gisintegration as gi
from gisintegration.errors import CodeError, InputError
from gisintegration.testing import grid_areas


def key(rows, columns=("source", "target", "weight")):
    return pd.DataFrame(rows, columns=list(columns)[: len(rows[0])])


def own(edition, codes):
    areas = grid_areas(len(codes), 1, division="district", edition=edition)
    return areas.with_(table=areas.table.assign(code=codes))


@pytest.fixture
def old():
    return own("1", ["a", "b"])


@pytest.fixture
def new():
    return own("2", ["x", "y"])


def test_a_key_with_weights(old, new):
    made = gi.crosswalk(old, new, method="table", weights=key([("a", "x", 0.3), ("a", "y", 0.7), ("b", "y", 1.0)]))
    assert made.table[["source", "target"]].to_numpy().tolist() == [["a", "x"], ["a", "y"], ["b", "y"]]
    np.testing.assert_allclose(made.table["weight"], [0.3, 0.7, 1.0], atol=1e-15)
    assert made.table["n"].isna().all()
    assert (made.method, made.raw, made.weights_year, made.notes) == ("table", False, None, ())
    assert made.verify().ok


def test_a_key_without_weights_sends_each_area_whole(old, new):
    made = gi.crosswalk(old, new, method="table", weights=key([("a", "y"), ("b", "y")]), years=2024)
    assert made.table["weight"].tolist() == [1.0, 1.0]
    assert made.weights_year == 2024
    assert made.verify().unreached == ("x",)


@pytest.mark.parametrize(
    "names", [("old", "new", "Vikt"), ("district_1", "district_2", "andel"), ("från", "till", "w")]
)
def test_columns_are_known_by_their_usual_names_and_by_the_editions(old, new, names):
    frame = key([("a", "x", "1,0"), ("b", "y", "1,0")], names)
    if names[0] == "från":
        # No usual name: told by the codes that stand there, unless two columns hold codes of the same form.
        same = key([("0114C1060", "0114C1061")], ("från", "till"))
        with pytest.raises(InputError, match="lacks the columns source, target"):
            gi.crosswalk("deso/2018", "deso/2025", method="table", weights=same)
    assert len(gi.crosswalk(old, new, method="table", weights=frame).table) == 2


def test_a_key_from_a_file(old, new, tmp_path):
    path = tmp_path / "nyckel.csv"
    path.write_bytes("﻿old;new;weight\na;x;0,25\na;y;0,75\nb;y;1\n".encode())
    made = gi.crosswalk(old, new, method="table", weights=path)
    assert made.table["weight"].tolist() == [0.25, 0.75, 1.0]
    with pytest.raises(InputError, match="does not exist"):
        gi.crosswalk(old, new, method="table", weights=tmp_path / "none.csv")


def test_weights_written_with_four_decimals_are_made_to_sum_to_1_and_noted(old, new):
    rows = [("a", "x", 0.3333), ("a", "y", 0.6666), ("b", "y", 1.0)]
    with pytest.raises(InputError, match="the weights of 1 areas do not sum to 1"):
        gi.crosswalk(old, new, method="table", weights=key([("a", "x", 0.33), ("a", "y", 0.66), ("b", "y", 1.0)]))
    made = gi.crosswalk(old, new, method="table", weights=key([rows[0], ("a", "y", 0.66666), rows[2]]))
    assert made.table.groupby("source")["weight"].sum().tolist() == [1.0, 1.0]
    assert made.notes == ("Weights of the key were off 1 by up to 4e-05 an area.",)


def test_the_official_key_from_the_names_of_editions_alone():
    from gisintegration.areas.codes import regso_key

    frame = pd.DataFrame(regso_key("2018").items(), columns=["deso_2018", "regso_2020"])
    made = gi.crosswalk("deso/2018", "regso/2020", method="table", weights=frame)
    assert (len(made.sources), len(made.targets), len(made.table)) == (5_984, 3_363, 5_984)
    assert made.verify().ok
    assert made.source_hash == ""


def test_a_key_that_lacks_a_kommun_says_which():
    from gisintegration.areas.codes import regso_key

    frame = pd.DataFrame(regso_key("2018").items(), columns=["source", "target"])
    with pytest.raises(CodeError, match=r"lacks 306 of the 5984 areas of deso/2018, all of kommun 1480") as caught:
        gi.crosswalk("deso/2018", "regso/2020", method="table", weights=frame[~frame["source"].str.startswith("1480")])
    assert caught.value.failures[0] == {"code": "1480A0010", "kommun": "1480"}
    assert "only the areas that it covers" in caught.value.hint


def official(kommun="", **columns):
    """The official key, as published with names of RegSO beside their codes."""
    from gisintegration.areas.codes import official_names, regso_key

    names = official_names("regso/2020")
    rows = [(deso, names[regso], regso) for deso, regso in regso_key("2018").items() if deso.startswith(kommun)]
    return pd.DataFrame(rows, columns=["DeSO_2018", "RegSO_2020", "RegSOkod_2020"])


def test_the_column_of_codes_is_chosen_where_names_stand_beside_it():
    made = gi.crosswalk("deso/2018", "regso/2020", method="table", weights=official())
    assert made.verify().ok
    back = official().rename(columns={"DeSO_2018": "target", "RegSOkod_2020": "kod", "RegSO_2020": "source"})
    with pytest.raises(InputError, match="areas to several without saying"):
        gi.crosswalk("regso/2020", "deso/2018", method="table", weights=back)


def test_a_national_key_is_cut_to_the_areas_given():
    old, new = (gi.load_areas(key, where={"kommun": ["1402"]}) for key in ("deso/2018", "regso/2020"))
    made = gi.crosswalk(old, new, method="table", weights=official())
    assert set(made.sources) == set(official("1402")["DeSO_2018"])
    assert made.verify().ok
    assert made.notes[0] == f"Cut to {len(made.sources)} of 5984 areas of deso/2018."
    of_kommun = gi.crosswalk(old, new, method="table", weights=official("1402"))
    pd.testing.assert_frame_equal(of_kommun.table, made.table)
    with pytest.raises(CodeError, match="has none of the"):
        gi.crosswalk(old, new, method="table", weights=official("1480"))


def test_areas_whose_target_gets_a_part_from_elsewhere_are_refused():
    old = gi.load_areas("deso/2018", where={"kommun": ["1402"]})
    merged = official().assign(RegSOkod_2020="1402R001")
    with pytest.raises(CodeError, match="1 areas of regso/2020 get a part from areas of deso/2018 that are not chosen"):
        gi.crosswalk(old, "regso/2020", method="table", weights=merged)


def test_many_missing_kommuner_are_told_in_brief():
    with pytest.raises(CodeError, match=r"all of kommun 0114, 0115, .* and 279 more") as caught:
        gi.crosswalk("deso/2018", "regso/2020", method="table", weights=official("1402"))
    assert len(caught.value.message) < 200
    assert 'where={"kommun": ["1402"]}' in caught.value.hint


def test_codes_of_both_editions_in_one_column_are_refused():
    frame = key([("0114C1060", "0114C1061"), ("0114C1061", "0114C1061")])
    with pytest.raises(CodeError, match=r"column source mixes codes of two editions: DeSO code '0114C1061' is new in"):
        gi.crosswalk("deso/2018", "deso/2025", method="table", weights=frame)


def test_a_whole_column_of_the_wrong_edition_is_refused_with_what_became_of_each():
    frame = key([("0114C1060", "0114C1060")])
    with pytest.raises(CodeError, match="column target: DeSO code '0114C1060' ended with edition 2018; it became"):
        gi.crosswalk("deso/2018", "deso/2025", method="table", weights=frame)


def test_the_suffix_of_the_interface_is_taken_off_or_refused():
    old = own("1", ["a"])
    frame = key([("a", "0114A0010_DeSO2025")])
    assert gi.crosswalk(old, "deso/2025", method="table", weights=frame).table["target"].item() == "0114A0010"
    with pytest.raises(CodeError, match="codes name edition 2018 in their suffix, and deso/2025 was asked for"):
        gi.crosswalk(old, "deso/2025", method="table", weights=key([("a", "0114A0010_DeSO2018")]))


def test_codes_that_lost_a_zero_are_recognised():
    old = own("1", ["a"])
    with pytest.raises(CodeError, match="1 codes are missing or no text") as caught:
        gi.crosswalk(old, "kommun/2003", method="table", weights=key([("a", 114)]))
    assert "as 0114" in caught.value.hint
    with pytest.raises(CodeError, match="1 codes are not in kommun/2003") as caught:
        gi.crosswalk(old, "kommun/2003", method="table", weights=key([("a", "114")]))
    assert caught.value.failures == [{"code": "114", "perhaps": "0114"}]


def test_codes_of_the_edition_that_were_not_given_are_told_apart():
    old = own("1", ["a"])
    part = gi.load_areas("deso/2025", where={"kommun": ["1419"]})
    with pytest.raises(CodeError, match=r"1 codes of deso/2025 are not among the \d+ areas given"):
        gi.crosswalk(old, part, method="table", weights=key([("a", "0114A0010")]))


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        ([("a", "x", 1.0), ("a", "x", 0.0), ("b", "x", 1.0)], InputError, "1 pairs more than once"),
        ([("a", "x", 1.5), ("a", "y", -0.5), ("b", "x", 1.0)], InputError, "1 weights in weight are missing, below 0"),
        ([("a", "x", np.nan), ("b", "x", 1.0)], InputError, "1 weights in weight are missing"),
        ([("a", "x", 0.5), ("b", "x", 1.0)], InputError, "weights of 1 areas do not sum to 1"),
        ([("a", "x", 30), ("a", "y", 70), ("b", "x", 100)], InputError, "weights of 2 areas do not sum to 1"),
        ([("a", "x"), ("a", "y"), ("b", "x")], InputError, "sends 1 areas to several without saying"),
        ([("a", "x", 1.0)], CodeError, "lacks 1 of the 2 areas of district/1"),
        ([("a", None, 1.0), ("b", "x", 1.0)], CodeError, "1 codes are missing or no text"),
        ([("a", "x", 1.0), ("b", "x", 1.0), ("c", "x", 1.0)], CodeError, "1 codes are not in district/1"),
    ],
)
def test_a_key_that_would_lose_or_invent_is_refused(old, new, rows, error, message):
    with pytest.raises(error, match=message) as caught:
        gi.crosswalk(old, new, method="table", weights=key(rows))
    assert caught.value.failures
    if "30" in str(rows):
        assert "per cent" in caught.value.hint


def test_an_empty_key_and_the_same_edition_twice_are_refused(old, new):
    with pytest.raises(InputError, match="is empty"):
        gi.crosswalk(old, new, method="table", weights=key([("a", "x")]).iloc[:0])
    with pytest.raises(InputError, match="Both editions are district/1"):
        gi.crosswalk(old, old, method="table", weights=key([("a", "a"), ("b", "b")]))
