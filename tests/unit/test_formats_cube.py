"""The table with dimensions: what it refuses, in one list."""

from dataclasses import replace

import numpy as np
import pytest

from gisintegration.errors import FormatError
from gisintegration.formats import Cube, Dimension, Keyword, Kind, Measure, Note
from gisintegration.formats.cells import cell_texts, rounded

NAN = float("nan")
SEX = Dimension(code="Kon", label={"sv": "kön"}, codes=("1", "2"), labels={"sv": ("män", "kvinnor")})
YEAR = Dimension(code="Tid", label={"sv": "år"}, codes=("2023",), labels={"sv": ("2023",)}, kind=Kind.TIME)


def cube(**change):
    return Cube(**{"dimensions": (SEX, YEAR), "figures": [1, 2], **change})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"figures": [1]}, "1 figures and 2 marks|1 figures and 1 marks"),
        ({"figures": [1, NAN]}, "cell Kon 2, Tid 2023, what: there is neither a figure nor a mark"),
        ({"figures": [1, float("inf")]}, "neither a figure nor a mark"),
        ({"marks": ["", ".."]}, "a figure stands behind the mark"),
        ({"marks": ["", "-"]}, "the mark '-' says zero"),
        ({"marks": ["", "x"]}, "'x' is not a mark"),
        ({"marks": ["", "......."], "figures": [1, NAN]}, "'.......' is not a mark"),
        ({"dimensions": ()}, "there are 0"),
        ({"dimensions": (SEX, SEX)}, "the code 'Kon' stands twice"),
        ({"heading": 3}, "3 of 2 dimensions"),
        ({"languages": ()}, "there is none"),
        ({"languages": ("sv", "sv")}, "'sv' stands twice"),
        ({"languages": ('sv"];',)}, "is not a language code"),
        ({"languages": ("en",)}, "no label in the main language en"),
        ({"title": {"en": "a"}}, "language 'en' is not among sv"),
        ({"title": {"sv": "a\ud800"}}, "half a letter"),
        ({"title": {"sv": "a\0"}}, "control character"),
        ({"notes": (Note(text={}),)}, "it has no text"),
        ({"notes": (Note(text={"sv": "a"}, dimension="X"),)}, "no dimension 'X'"),
        ({"notes": (Note(text={"sv": "a"}, value="1"),)}, "is of no dimension"),
        ({"notes": (Note(text={"sv": "a"}, dimension="Kon", value="3"),)}, "'3' is not a code"),
        ({"notes": (Note(text={"sv": "a"}, cell=("1",)),)}, "for each of 2 dimensions"),
        ({"notes": (Note(text={"sv": "a"}, cell=("3", None)),)}, "'3' is not a code of dimension Kon"),
        ({"notes": (Note(text={"sv": "a"}, sign=True, mandatory=True),)}, "a sign cannot be mandatory"),
        ({"measure": Measure(decimals=16)}, "16 is not between 0 and 15"),
        ({"measure": Measure(stock="X")}, "stock 'X'"),
        ({"stored_decimals": 0}, "0 is not more than the 0 shown"),
        ({"other": (Keyword(name="DATA", values=("1",), bare=(True,)),)}, "not a keyword's name"),
        ({"other": (Keyword(name='A="x";B', values=("1",), bare=(True,)),)}, "not a keyword's name"),
        ({"other": (Keyword(name="A", values=('1;TITLE="x"',), bare=(True,)),)}, "without quotation marks"),
        ({"other": (Keyword(name="A", values=('"',), bare=(True,)),)}, "without quotation marks"),
        ({"other": (Keyword(name="A", language="en", values=("1",), bare=(True,)),)}, "language 'en' is not among"),
        ({"other": (Keyword(name="A", values=("1",)),)}, "1 values and 0 words"),
        ({"symbols": {"x": {"sv": "y"}}}, "'x' is not a mark"),
        ({"dimensions": (replace(SEX, codes=("1", "1")), YEAR)}, "the code '1' stands twice"),
        ({"dimensions": (replace(SEX, codes=("", "1")), YEAR)}, "empty code"),
        ({"dimensions": (replace(SEX, labels={"sv": ("a",)}), YEAR)}, "2 codes but 1 labels"),
        ({"dimensions": (replace(SEX, labels={"sv": ("a", "")}), YEAR)}, "value '2' has an empty label"),
        ({"dimensions": (replace(SEX, elimination="3"), YEAR)}, "elimination value '3'"),
        ({"dimensions": (replace(SEX, kind=Kind.CONTENT), YEAR)}, "has 0 measures"),
        ({"dimensions": (replace(SEX, measures=(Measure(),)), YEAR)}, "has 1 measures"),
        ({"dimensions": (SEX, replace(YEAR, timescale="D1"))}, "timescale 'D1'"),
        ({"dimensions": (replace(SEX, timescale="A1"), YEAR)}, "kind is not time"),
        ({"dimensions": (SEX, replace(YEAR, times=("2023",)))}, "no timescale"),
        ({"dimensions": (SEX, replace(YEAR, label={"sv": "kön"}))}, "the label 'kön' stands twice"),
    ],
)
def test_contradictions_are_refused(change, said):
    with pytest.raises(FormatError, match=said):
        cube(**change)


def test_all_failures_come_at_once():
    with pytest.raises(FormatError) as caught:
        cube(marks=["", ".."], title={"en": "a"}, stored_decimals=99)
    assert len(caught.value.failures) == 3


def test_a_cube_cannot_be_changed():
    one = cube()
    with pytest.raises(ValueError, match="read-only"):
        one.figures[0] = 5


def test_notes_stand_in_the_order_of_px():
    notes = (
        Note(text={"sv": "value 2"}, dimension="Kon", value="2"),
        Note(text={"sv": "value 1"}, dimension="Kon", value="1"),
        Note(text={"sv": "table"}),
        Note(text={"sv": "mandatory"}, mandatory=True),
    )
    assert [note.text["sv"] for note in cube(notes=notes).notes] == ["mandatory", "table", "value 1", "value 2"]


def test_figures_are_rounded_half_away_from_zero_per_content():
    content = replace(SEX, kind=Kind.CONTENT, measures=(Measure(), Measure(decimals=1)))
    one = cube(dimensions=(content, YEAR), figures=[2.5, -2.25])
    assert rounded(one).tolist() == [3, -2.3]
    assert cell_texts(one) == ["3", "-2.3"]
    assert one.measure.decimals == 0


def test_zero_has_no_sign():
    assert cell_texts(cube(figures=[-0.4, -0.0])) == ["0", "0"]


def test_equal_when_all_is_equal():
    marked = {"figures": [NAN, 1], "marks": ["..", ""]}
    assert cube(**marked) == cube(**marked)
    assert cube(**marked) != cube(figures=[NAN, 1], marks=["...", ""])
    assert cube() != cube(matrix="a")
    assert cube() != "cube"


def test_the_table_is_row_by_row():
    table = cube().table
    assert table.to_dict("list") == {"Kon": ["1", "2"], "Tid": ["2023", "2023"], "figure": [1, 2], "mark": ["", ""]}
    assert table["Kon"].dtype == np.dtype("O") or str(table["Kon"].dtype) == "str"
