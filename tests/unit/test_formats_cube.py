"""The table with dimensions: what it refuses, in one list."""

from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest

from gisintegration.errors import FormatError
from gisintegration.formats import (
    Cube,
    Dimension,
    Frame,
    Keyword,
    Kind,
    Measure,
    Note,
    write_jsonstat,
    write_jsonstat_blocks,
    write_px,
    write_px_blocks,
)
from gisintegration.formats.cells import cell_texts, in_order

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
    ((figures, marks, decimals),) = in_order(one, [(one.figures, one.marks)])
    assert figures.tolist() == [3, -2.3]
    assert cell_texts(figures, marks, decimals) == ["3", "-2.3"]
    assert one.measure.decimals == 0


def test_zero_has_no_sign():
    ((figures, marks, decimals),) = in_order(cube(), [([-0.4, -0.0], ["", ""])])
    assert cell_texts(figures, marks, decimals) == ["0", "0"]


def area_by_year():
    """Three areas, two contents with 0 and 1 decimals, two years: twelve cells, a row of four for each area."""
    area = Dimension(code="Region", label={"sv": "region"}, codes=("1", "2", "3"), labels={"sv": ("a", "b", "c")})
    content = replace(
        SEX, code="C", kind=Kind.CONTENT,
        measures=(Measure(unit={"sv": "antal"}), Measure(unit={"sv": "procent"}, decimals=1)),
    )  # fmt: skip
    year = replace(YEAR, codes=("2023", "2024"), labels={"sv": ("2023", "2024")})
    return Cube(
        dimensions=(area, replace(content, label={"sv": "innehåll"}), year), heading=2,
        figures=[7, 8, 1.25, NAN, 0, NAN, 9.04, 3, 1, 2, 3.5, 4], marks=["", "", "", "..", "-", ".", *[""] * 6],
        matrix="M", title={"sv": "T"}, contents={"sv": "C"}, subject_code="S", subject_area={"sv": "A"},
    )  # fmt: skip


def test_decimals_of_a_part_are_those_of_the_whole():
    one = area_by_year()
    assert one.cell_decimals().tolist() == [0, 0, 1, 1] * 3
    assert one.decimals(3, 7).tolist() == [1, 0, 0, 1]


@pytest.mark.parametrize("sizes", [[12], [4, 4, 4], [8, 0, 4]])
def test_cells_a_part_at_a_time_give_the_same_bytes(tmp_path, sizes):
    one = area_by_year()
    ends = np.cumsum([0, *sizes])
    blocks = [(one.figures[a:b], one.marks[a:b]) for a, b in pairwise(ends)]
    frame = Frame(**{item.name: getattr(one, item.name) for item in fields(Frame)})
    for whole, part, name in ((write_px, write_px_blocks, "a.px"), (write_jsonstat, write_jsonstat_blocks, "a.json")):
        assert (
            part(frame, iter(blocks), tmp_path / f"part_{name}").read_bytes()
            == whole(one, tmp_path / name).read_bytes()
        )


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ([4, 4], "hold 8 cells, but the dimensions make 12"),
        ([12, 4], "16 figures"),
        ([6, 6], "6 cells cuts a row of 4"),
    ],
)
def test_blocks_that_are_not_the_table_leave_no_file(tmp_path, sizes, said):
    one = area_by_year()
    frame = Frame(**{item.name: getattr(one, item.name) for item in fields(Frame)})
    (tmp_path / "a.px").write_text("earlier")
    blocks = [(np.resize(one.figures, size), np.resize(one.marks, size)) for size in sizes]
    with pytest.raises(FormatError, match=said):
        write_px_blocks(frame, iter([*blocks]), tmp_path / "a.px")
    assert (tmp_path / "a.px").read_text() == "earlier"


def test_a_figure_behind_a_mark_is_refused_in_any_block(tmp_path):
    one = area_by_year()
    frame = Frame(**{item.name: getattr(one, item.name) for item in fields(Frame)})
    blocks = [([1] * 8, [""] * 8), ([1] * 4, ["", "", "..", ""])]
    for write in (write_px_blocks, write_jsonstat_blocks):
        with pytest.raises(FormatError, match="cell Region 3, C 2, Tid 2023, what: a figure stands behind"):
            write(frame, iter(blocks), tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


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


def test_notes_on_the_same_cells_stand_together():
    notes = [
        Note(text={"sv": text}, cell=cell)
        for text, cell in (("a", ("1", None)), ("b", (None, None)), ("c", ("1", None)))
    ]
    assert [note.text["sv"] for note in cube(notes=notes).notes] == ["b", "a", "c"]
