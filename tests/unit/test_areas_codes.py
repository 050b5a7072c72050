"""Official code lists, code grammar, history of kommuner, and what messages say of a code."""

import pytest

from gisintegration.areas import (
    describe_code,
    did_not_exist,
    editions_of,
    kommun_events,
    kommun_set,
    not_in_edition,
    official_codes,
    official_names,
    predecessors,
    successors,
)
from gisintegration.areas.codes import GRAMMAR, children, lost_zero, parent_code, regso_key, well_formed
from gisintegration.areas.history import guess_edition, other_edition
from gisintegration.errors import CodeError


@pytest.mark.parametrize(
    ("key", "count"),
    [
        ("deso/2018", 5984),
        ("deso/2025", 6160),
        ("regso/2020", 3363),
        ("regso/2025", 3363),
        ("kommun/1998", 288),
        ("kommun/1999", 289),
        ("kommun/2003", 290),
        ("lan/1998", 21),
        ("riket/1998", 1),
    ],
)
def test_lists_are_complete_and_well_formed(key, count):
    codes = official_codes(key)
    assert len(codes) == count
    division = key.split("/")[0]
    assert all(GRAMMAR[division].fullmatch(code) for code in codes)


def test_deso_2018_by_category_and_regso_of_one_deso():
    letters = [code[4] for code in official_codes("deso/2018")]
    assert (letters.count("A"), letters.count("B"), letters.count("C")) == (1080, 580, 4324)
    sizes = [len(members) for members in children("regso/2020", "deso/2018").values()]
    assert len(sizes) == 3363
    assert sizes.count(1) == 1754
    assert max(sizes) == 13


def test_codes_between_the_editions():
    old, new = official_codes("deso/2018"), official_codes("deso/2025")
    assert (len(old - new), len(new - old), len(old & new)) == (149, 325, 5835)
    assert official_codes("regso/2020") - official_codes("regso/2025") == {"2584R001"}
    assert official_codes("regso/2025") - official_codes("regso/2020") == {"2523R011"}


def test_every_official_child_lies_in_an_official_parent():
    for parent, child in [("kommun/2003", "deso/2018"), ("kommun/2003", "deso/2025"), ("lan/1998", "kommun/2003")]:
        made = children(parent, child)
        assert set(made) == official_codes(parent)
        assert sum(map(len, made.values())) == len(official_codes(child))


def test_known_place():
    assert regso_key("2018")["0180C4040"] == "0180R047"


def test_names():
    names = official_names("regso/2020")
    assert names["0114R001"] == "Upplands Väsby (Bollstanäs)"
    assert len(set(names.values())) == 3363
    assert official_names("deso/2018")["0114C1010"] == "C1010 · Bollstanäs"
    assert official_names("lan/1998")["14"] == "Västra Götalands län"


@pytest.mark.parametrize(
    ("division", "code", "good"),
    [
        ("deso", "0114C1010", True),
        ("deso", "0114D1010", False),
        ("deso", "0114C101", False),
        ("deso", "0114C10100", False),
        ("deso", "0114C1010\n", False),
        ("regso", "0114R001", True),
        ("regso", "0114R01", False),
        ("kommun", "114", False),
        ("kommun", "٠١١٤x", False),
        ("lan", "1", False),
        ("nyko4", "vad som helst", True),
        ("nyko4", "", False),
    ],
)
def test_grammar(division, code, good):
    assert well_formed(division, code) is good


def test_lost_zeros_are_told_and_nothing_else_is():
    assert lost_zero("kommun", "114") == "0114"
    assert lost_zero("kommun", "114.0") == "0114"
    assert lost_zero("lan", "1") == "01"
    assert lost_zero("regso", "114R001") == "0114R001"
    assert lost_zero("deso", "C1010") is None


def test_heby_lies_in_uppsala_in_every_year():
    assert parent_code("kommun", "0331", "lan") == "03"
    for key in ("kommun/1998", "kommun/1999", "kommun/2003"):
        assert "0331" in official_codes(key)
        assert "1917" not in official_codes(key)


@pytest.mark.parametrize(("year", "count"), [(1997, 288), (1998, 289), (2001, 289), (2002, 290), (2025, 290)])
def test_sets_of_kommuner_by_data_year(year, count):
    found = kommun_set(year)
    assert found.count == count == len(official_codes(found.key))


def test_before_a_kommun_was_formed():
    assert did_not_exist("0140", 1997)
    assert not did_not_exist("0140", 1998)
    assert "0140" not in official_codes("kommun/1998")
    assert "0140" in official_codes("kommun/1999")
    assert {"0330"} == official_codes("kommun/2003") - official_codes("kommun/1999")
    with pytest.raises(CodeError, match="1997"):
        kommun_set(1996)


def test_events_name_the_day_and_the_first_data_year():
    knivsta = next(event for event in kommun_events() if event["codes"] == ["0330"])
    assert (str(knivsta["in_force"]), knivsta["first_year"], knivsta["from"]) == ("2003-01-01", 2002, ["0380"])


def test_the_message_of_a_code_that_ended():
    error = not_in_edition("deso", "2025", ["0114C1060"])
    assert str(error) == (
        "DeSO code '0114C1060' ended with edition 2018; it became 0114C1061 and 0114C1062 in edition 2025.\n"
        "Hint: pass edition=2018, or recalculate."
    )


def test_descriptions():
    assert "new in edition 2025" in describe_code("deso", "0114C1062", "2018")
    assert "in no official list" in describe_code("deso", "9999A0010", "2018")
    assert "1883A0030" in describe_code("deso", "1883A0010", "2018")
    assert "2584R002, 2584R006 and 2584R013" in describe_code("regso", "2584R001", "2025")


def test_successors_and_predecessors():
    assert successors("deso", "0114C1060") == ("0114C1061", "0114C1062")
    assert predecessors("deso", "0114C1061") == ("0114C1060",)
    assert successors("deso", "0114A0010") == ("0114A0010",)
    for ended in official_codes("deso/2018") - official_codes("deso/2025"):
        assert successors("deso", ended), ended


def test_editions_told_by_codes():
    assert editions_of("deso", "0114A0010") == ("2018", "2025")
    assert guess_edition("deso", ["0114A0010", "0114C1060"]) == ("2018",)
    assert guess_edition("deso", ["x"]) == ()
    assert other_edition("deso", "2025", ["0114C1060", "9999A0010"]) == ["0114C1060"]
