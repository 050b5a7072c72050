"""PX files: one written file compared byte for byte with one made by hand, and the ways real files are written."""

import time
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from cubes import NAN, example

from gisintegration.errors import FormatError
from gisintegration.formats import (
    Dimension,
    Keyword,
    Kind,
    Measure,
    Note,
    read_jsonstat,
    read_px,
    write_jsonstat,
    write_px,
)

GOLDEN = """\
CHARSET="ANSI";
AXIS-VERSION="2013";
CODEPAGE="utf-8";
LANGUAGE="sv";
LANGUAGES="sv","en";
CREATION-DATE="20250201 00:00";
TABLEID="TAB1";
DECIMALS=1;
SHOWDECIMALS=0;
MATRIX="INT01";
AGGREGALLOWED=YES;
SUBJECT-CODE="AA";
SUBJECT-AREA="Ämnesövergripande statistik";
SUBJECT-AREA[en]="General statistics";
COPYRIGHT=NO;
TITLE="Sysselsatta efter region";
TITLE[en]="Employed by region";
CONTENTS="Sysselsatta";
CONTENTS[en]="Employed";
STUB="region","tabellinnehåll";
STUB[en]="region","observations";
HEADING="år";
HEADING[en]="year";
CONTVARIABLE="tabellinnehåll";
CONTVARIABLE[en]="observations";
VARIABLECODE("region")="Region";
VARIABLECODE[en]("region")="Region";
VARIABLECODE("tabellinnehåll")="ContentsCode";
VARIABLECODE[en]("observations")="ContentsCode";
VARIABLECODE("år")="Tid";
VARIABLECODE[en]("year")="Tid";
VALUES("region")="Upplands Väsby","Stockholm";
VALUES[en]("region")="Upplands Väsby","Stockholm";
VALUES("tabellinnehåll")="Antal","Andel";
VALUES[en]("observations")="Number","Share";
VALUES("år")="2023","2024";
VALUES[en]("year")="2023","2024";
TIMEVAL("år")=TLIST(A1),"2023","2024";
TIMEVAL[en]("year")=TLIST(A1),"2023","2024";
CODES("region")="0114","0180";
CODES[en]("region")="0114","0180";
CODES("tabellinnehåll")="AA1","AA2";
CODES[en]("observations")="AA1","AA2";
CODES("år")="2023","2024";
CODES[en]("year")="2023","2024";
VARIABLE-TYPE("region")="G";
VARIABLE-TYPE[en]("region")="G";
VARIABLE-TYPE("år")="T";
VARIABLE-TYPE[en]("year")="T";
MAP("region")="kommun";
MAP[en]("region")="kommun";
PRECISION("tabellinnehåll","Andel")=1;
PRECISION[en]("observations","Share")=1;
LAST-UPDATED="20250301 08:00";
STOCKFA("Antal")="S";
UNITS("Antal")="antal";
UNITS[en]("Number")="number";
UNITS("Andel")="procent";
UNITS[en]("Share")="percent";
CONTACT="Anna#anna@example.org";
REFPERIOD("Antal")="31 december";
REFPERIOD[en]("Number")="31 December";
SOURCE="SCB";
SOURCE[en]="Statistics Sweden";
OFFICIAL-STATISTICS=YES;
NOTEX="Hela tabellen.#Andra raden; med semikolon.";
NOTEX[en]="The whole table.";
NOTE("region")="Efter folkbokföring.";
VALUENOTE("region","Stockholm")="Ny gräns.";
CELLNOTEX("Stockholm","*","2024")="Osäker.";
DATASYMBOL2="..";
DATASYMBOL2[en]="..";
DATANOTECELL("0114","AA2","*")="r";
DATANOTECELL[en]("0114","AA2","*")="r";
DATA=
1234 1300~
12.3 12.5~
".." "-"~
"..." 7.0 ;
""".replace("~", " ")


def px(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "table.px"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


SMALL = 'LANGUAGE="sv";STUB="kön";HEADING="år";VALUES("kön")="män","kvinnor";VALUES("år")="2023","2024";'


def test_the_file_is_this_to_the_byte(tmp_path):
    path = write_px(example(), tmp_path / "a.px")
    assert path.read_bytes() == b"\xef\xbb\xbf" + GOLDEN.replace("\n", "\r\n").encode()


def test_what_was_written_is_read_back_whole(tmp_path):
    cube = example()
    back = read_px(write_px(cube, tmp_path / "a.px"))
    rounded = replace(cube, figures=[1234, 1300, 12.3, 12.5, NAN, 0, NAN, 7])
    assert back == rounded
    assert back.dimensions == cube.dimensions
    assert back.other == ()


def test_windows_1252_differs_in_two_places(tmp_path):
    path = write_px(example(), tmp_path / "a.px", encoding="windows-1252")
    expected = GOLDEN.replace("\n", "\r\n").replace('CODEPAGE="utf-8"', 'CODEPAGE="windows-1252"').encode("cp1252")
    assert path.read_bytes() == expected
    assert read_px(path).title["sv"] == "Sysselsatta efter region"


def test_lines_are_folded_at_256_and_joined_again(tmp_path):
    names = tuple(f"Område nummer {number} med ett långt namn" for number in range(60))
    area = Dimension(code="a", label={"sv": "a"}, codes=tuple(map(str, range(60))), labels={"sv": names})
    note = "En lång not med många ord; och semikolon, = likhetstecken. " * 20 + "x" * 600
    wide = Dimension(
        code="b", label={"sv": "b"}, codes=tuple(map(str, range(90))), labels={"sv": tuple(map(str, range(90)))}
    )
    cube = replace(
        example(), languages=("sv",), title={"sv": "T" * 255}, contents={"sv": "C"}, subject_area={"sv": "A"},
        source={}, symbols={}, notes=(Note(text={"sv": note}),), dimensions=(area, wide),
        figures=np.arange(5400) * 1000, marks=None, measure=Measure(unit={"sv": "antal"}),
    )  # fmt: skip
    path = write_px(cube, tmp_path / "a.px")
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert max(map(len, lines)) == 256
    assert read_px(path) == cube
    data = lines[lines.index("DATA=") + 1 :]
    assert all(line.endswith(" ") for line in data[:-1])
    assert not any("Område" in line and line.count('"') % 2 for line in lines)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"matrix": ""}, "MATRIX"),
        ({"title": {"en": "x"}}, "TITLE"),
        ({"title": {"sv": 'a "quoted" word'}}, "a quotation mark in 'a \"quoted\" word'"),
        ({"title": {"sv": "two\nlines"}}, "a line break"),
        ({"notes": (Note(text={"sv": "https://x.example/#a"}),)}, "'#' in 'https://x.example/#a'"),
        ({"figures": [1e15, 1300, 12.25, 12.5, NAN, 0, NAN, 7]}, "cannot be written to the unit"),
    ],
)
def test_what_px_cannot_hold_is_refused_and_the_old_file_stays(tmp_path, change, said):
    path = px(tmp_path, "old")
    with pytest.raises(FormatError, match="cannot be written as a PX file") as caught:
        write_px(replace(example(), **change), path)
    assert said in str(caught.value)
    assert path.read_text() == "old"


def test_every_failure_is_told_at_once(tmp_path):
    with pytest.raises(FormatError) as caught:
        write_px(replace(example(), matrix="", subject_code="", contents={}), tmp_path / "a.px")
    assert [failure["keyword"] for failure in caught.value.failures] == ["MATRIX", "SUBJECT-CODE", "CONTENTS"]


def test_a_substitute_stands_for_what_px_cannot_hold(tmp_path):
    cube = replace(example(), title={"sv": 'a "b"'}, notes=(Note(text={"sv": 'see #1 "x"\nnext'}),))
    path = write_px(cube, tmp_path / "a.px", substitute={'"': "”", "#": "nr "})
    back = read_px(path)
    assert back.title == {"sv": "a ”b”"}
    assert back.notes[0].text == {"sv": "see nr 1 ”x”\nnext"}


def test_letters_outside_the_code_page_are_named(tmp_path):
    with pytest.raises(FormatError, match="does not exist in windows-1252"):
        write_px(replace(example(), title={"sv": "Ångström Łódź"}), tmp_path / "a.px", encoding="windows-1252")


def test_a_label_that_two_values_share_may_not_be_named(tmp_path):
    area = replace(example().dimensions[0], labels={"sv": ("Centrum", "Centrum"), "en": ("a", "b")})
    cube = replace(example(), dimensions=(area, *example().dimensions[1:]))
    with pytest.raises(FormatError, match="PX names value 0180 of Region by its label 'Centrum'"):
        write_px(cube, tmp_path / "a.px")
    back = read_px(write_px(replace(cube, notes=()), tmp_path / "b.px"))
    assert back.dimensions[0] == area


@pytest.mark.parametrize("change", [{"codes": ("*", "0180")}, {"labels": {"sv": ("*", "b"), "en": ("a", "b")}}])
def test_a_value_called_star_in_a_note_on_cells(tmp_path, change):
    area = replace(example().dimensions[0], **change)
    code = area.codes[0]
    notes = (Note(text={"sv": "x"}, cell=(code, None, None)),)
    cube = replace(example(), dimensions=(area, *example().dimensions[1:]), notes=notes)
    with pytest.raises(FormatError, match=r"'\*' is a value of Region, but would mean every value"):
        write_px(cube, tmp_path / "a.px")


@pytest.mark.parametrize(
    ("scale", "codes", "times"),
    [
        ("Q1", ("2024K1", "2024K2"), '"20241","20242"'),
        ("M1", ("2024M01", "2024M12"), '"202401","202412"'),
        ("W1", ("2024V01", "2024V53"), '"202401","202453"'),
        ("H1", ("2024H1", "2024H2"), '"20241","20242"'),
    ],
)
def test_times_are_the_digits_of_codes(tmp_path, scale, codes, times):
    year = replace(example().dimensions[2], codes=codes, timescale=scale)
    path = write_px(replace(example(), dimensions=(*example().dimensions[:2], year), notes=()), tmp_path / "a.px")
    assert f'TIMEVAL("år")=TLIST({scale}),{times};' in path.read_text(encoding="utf-8-sig")
    assert read_px(path).dimensions[2] == year


def test_a_school_year_is_no_time_of_px(tmp_path):
    year = replace(example().dimensions[2], codes=("2023/24", "2024/25"))
    cube = replace(example(), dimensions=(*example().dimensions[:2], year), notes=())
    with pytest.raises(FormatError, match="'202324' is not a time of scale A1"):
        write_px(cube, tmp_path / "a.px")
    plain = replace(cube, dimensions=(*cube.dimensions[:2], replace(year, timescale="")))
    assert read_px(write_px(plain, tmp_path / "a.px")).dimensions[2].kind is Kind.TIME


@pytest.mark.parametrize("elimination", [True, False, "0114"])
def test_elimination(tmp_path, elimination):
    area = replace(example().dimensions[0], elimination=elimination)
    path = write_px(replace(example(), dimensions=(area, *example().dimensions[1:])), tmp_path / "a.px")
    assert read_px(path).dimensions[0].elimination == elimination


def test_a_value_called_yes_is_a_value(tmp_path):
    answer = Dimension(code="s", label={"sv": "svar"}, codes=("1", "2"), labels={"sv": ("YES", "NO")}, elimination="1")
    cube = replace(
        example(), languages=("sv",), dimensions=(answer,), figures=[1, 2], marks=None, notes=(), symbols={}, heading=0,
        measure=Measure(unit={"sv": "antal"}), title={"sv": "a"}, contents={"sv": "a"}, subject_area={"sv": "a"}, source={},
    )  # fmt: skip
    assert read_px(write_px(cube, tmp_path / "a.px")) == cube


def test_several_notes_keep_their_languages_together(tmp_path):
    notes = tuple(Note(text=text) for text in ({"sv": "ett"}, {"sv": "två", "en": "two"}, {"en": "three"}))
    back = read_px(write_px(replace(example(), notes=notes), tmp_path / "a.px"))
    assert back.notes == notes


def test_keywords_without_a_place_are_kept(tmp_path):
    other = (
        Keyword(name="LINK", values=("https://example.org/x",), bare=(False,)),
        Keyword(name="HIERARCHIES", keys=("region",), values=('"A","A":"B"',), bare=(True,)),
        Keyword(name="INFOFILE", language="en", values=("a", "b"), bare=(False, False)),
    )
    back = read_px(write_px(replace(example(), other=other), tmp_path / "a.px"))
    assert sorted(back.other, key=str) == sorted(other, key=str)


@pytest.mark.parametrize(
    "data",
    [
        'DATA=1 2 3 "..";',
        'DATA=\r\n1 2 \r\n3 ".." \r\n;\r\n',
        "DATA= 1,2,3,..;",
        'DATA=1;2;3;"..";',
        "DATA=\t1\t2\n+3.0E0\t..;\x1a",
        'data\n=\n1 2 3 ".." ;',
        "DATA=1.0 0.2e1 3 ..;\n\n",
    ],
)
def test_data_are_written_in_many_ways(tmp_path, data):
    cube = read_px(px(tmp_path, SMALL + "\n" + data))
    assert cube.figures.tolist()[:3] == [1, 2, 3]
    assert cube.marks.tolist() == ["", "", "", ".."]


def test_all_marks_and_numbers(tmp_path):
    head = 'LANGUAGE="sv";HEADING="a";VALUES("a")=' + ",".join(f'"{n}"' for n in range(13)) + ";DATA="
    cells = '"." ".." "..." "...." "....." "......" "-" . - -0 -1.5 .5 1.5E3'
    cube = read_px(px(tmp_path, head + cells + ";"))
    assert cube.marks.tolist() == [".", "..", "...", "....", ".....", "......", "-", ".", "-", "", "", "", ""]
    assert cube.figures[6:].tolist()[:1] == [0]
    assert cube.figures[9:].tolist() == [0, -1.5, 0.5, 1500]


def test_keys_form_leaves_out_rows_of_zero(tmp_path):
    head = SMALL + 'CODES("kön")="1","2";KEYS("kön")=CODES;\nDATA=\n'
    cube = read_px(px(tmp_path, head + '"2",7 ".."\n;'))
    assert cube.figures.tolist()[:3] == [0, 0, 7]
    assert cube.marks.tolist() == ["", "", "", ".."]
    by_label = SMALL + 'KEYS("kön")=VALUES;DATA="kvinnor",7 8 "män",5 6;'
    assert read_px(px(tmp_path, by_label)).figures.tolist() == [5, 6, 7, 8]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ('"3",7 8;', "line 2: '3' is not a value of kön"),
        ('"2",7 8\n"2",1 2;', "stands twice"),
        ('"2",7\n"1",1 2;', "line 3: the row before has fewer than 2 cells"),
        ('"2",7;', "the last row has fewer than 2 cells"),
        ('"2",7 x;', "'x' is neither a number nor a mark"),
        ("7 8;", "'7' is not a value of kön"),
    ],
)
def test_keys_form_errors(tmp_path, rows, said):
    head = SMALL + 'CODES("kön")="1","2";KEYS("kön")=CODES;DATA=\n'
    with pytest.raises(FormatError, match=said):
        read_px(px(tmp_path, head + rows))


def test_any_order_folded_texts_and_semicolons_in_texts(tmp_path):
    text = (
        'TITLE="Första delen; med DATA=1 i "\r\n   "sig";\r\nVALUES("år")="2023",\r\n"2024";\r\n'
        'NOTE="a#b";NOTE="c";\r\nHEADING="år";\r\nSUBJECT-AREA="x=y";UNITS="antal";LANGUAGE="sv";\r\n'
        'TIMEVAL("år")=TLIST(A1, "2023"-"2024");\r\nDATA=1 2;'
    )
    cube = read_px(px(tmp_path, text))
    assert cube.title == {"sv": "Första delen; med DATA=1 i sig"}
    assert cube.dimensions[0].timescale == "A1"
    assert [note.text["sv"] for note in cube.notes] == ["a\nb", "c"]
    assert cube.subject_area == {"sv": "x=y"}
    assert cube.heading == 1


@pytest.mark.parametrize(
    ("first", "last", "codes", "scale"),
    [
        ("20234", "20242", ("2023K4", "2024K1", "2024K2"), "Q1"),
        ("202311", "202401", ("2023M11", "2023M12", "2024M01"), "M1"),
        ("2023", "2025", ("2023", "2024", "2025"), "A1"),
    ],
)
def test_a_range_of_times(tmp_path, first, last, codes, scale):
    values = ",".join(f'"{code}"' for code in codes)
    text = f'LANGUAGE="sv";HEADING="t";VALUES("t")={values};TIMEVAL("t")=TLIST({scale},"{first}"-"{last}");DATA=1 2 3;'
    time = read_px(px(tmp_path, text)).dimensions[0]
    assert (time.kind, time.timescale, time.times) == (Kind.TIME, scale, ())


def test_times_that_are_not_in_the_codes_are_kept(tmp_path):
    text = 'LANGUAGE="sv";HEADING="t";VALUES("t")="i fjol","i år";TIMEVAL("t")=TLIST(A1),"2023","2024";DATA=1 2;'
    assert read_px(px(tmp_path, text)).dimensions[0].times == ("2023", "2024")


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("", "cp850"),
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
        ('CHARSET="ANSI";', "cp1252"),
        ('CHARSET="ANSI";CODEPAGE="iso-8859-1";', "latin-1"),
        ('CODEPAGE="iso-8859-15";', "iso8859-15"),
        ('CODEPAGE="Windows-1252";', "cp1252"),
        ('CODEPAGE="850";', "cp850"),
        ('CHARSET="ANSI";CODEPAGE="utf-8";', "utf-8"),
    ],
)
def test_code_pages(tmp_path, head, encoding):
    cube = read_px(px(tmp_path, head + SMALL.replace("kvinnor", "kvinnor åäö") + "DATA=1 2 3 4;", encoding))
    assert cube.dimensions[0].codes == ("män", "kvinnor åäö")


def test_the_windows_dash_in_a_file_that_says_iso_8859_1(tmp_path):
    text = b'CODEPAGE="iso-8859-1";LANGUAGE="sv";HEADING="a";VALUES("a")="0\x9619","20";DATA=1 2;'
    assert read_px(px(tmp_path, text)).dimensions[0].codes == ("0–19", "20")


def test_languages_of_a_second_kind_of_names(tmp_path):
    text = (
        'LANGUAGE="sv";LANGUAGES="sv","en";STUB="kön";STUB[en]="sex";VALUES("kön")="män","kvinnor";'
        'VALUES[en]("sex")="men","women";CODES("kön")="1","2";ELIMINATION("kön")=YES;ELIMINATION[en]("sex")=YES;'
        'VALUENOTE("kön","kvinnor")="a";VALUENOTE[en]("sex","women")="b";UNITS="antal";UNITS[en]="number";DATA=1 2;'
    )
    cube = read_px(px(tmp_path, text))
    assert cube.dimensions[0].labels == {"sv": ("män", "kvinnor"), "en": ("men", "women")}
    assert cube.notes == (Note(text={"sv": "a", "en": "b"}, dimension="kön", value="2"),)
    assert cube.measure.unit == {"sv": "antal", "en": "number"}
    assert cube.dimensions[0].elimination is True
    assert cube.other == ()


def test_languages_in_a_block_of_their_own_at_the_end(tmp_path):
    text = (
        'CHARSET="ANSI";AXIS-VERSION="2010";CODEPAGE="iso-8859-1";LANGUAGE="en";LANGUAGES="en","sv";DECIMALS=0;\n'
        'STUB="waste";HEADING="contents","year";CONTVARIABLE="contents";VARIABLECODE("waste")="W";\n'
        'VALUES("waste")="oils","Total";VALUES("contents")="Tonnes","Share";VALUES("year")="2016";\n'
        'TIMEVAL("year")=TLIST(A1),"2016";CODES("waste")="01","TOT";CODES("contents")="T","S";\n'
        'PRESTEXT("year")=0;PRECISION("contents","Share")=1;UNITS="tonnes";DAYADJ("Tonnes")=NO;\n'
        'LAST-UPDATED("Tonnes")="20230525 16:13";STOCKFA("Tonnes")="F";UNITS("Tonnes")="t";UNITS("Share")="%";\n'
        'CONTACT("Tonnes")="Test#Tel: 08##Test2"\n"son";ELIMINATION("waste")="Total";VARIABLE-TYPE("waste")="V";\n'
        'STUB[sv]="avfall";HEADING[sv]="innehåll","år";CONTVARIABLE[sv]="innehåll";VARIABLECODE[sv]("avfall")="W";\n'
        'VALUES[sv]("avfall")="oljor","Totalt";VALUES[sv]("innehåll")="Ton","Andel";VALUES[sv]("år")="2016";\n'
        'CODES[sv]("avfall")="01","TOT";UNITS[sv]="ton";LAST-UPDATED[sv]("Ton")="20230525 16:13";STOCKFA[sv]("Ton")="F";\n'
        'UNITS[sv]("Ton")="ton";PRECISION[sv]("innehåll","Andel")=1;ELIMINATION[sv]("avfall")="Totalt";\n'
        "DATA=\n1 2.5 \n3 4 \n;"
    )
    cube = read_px(px(tmp_path, text, "latin-1"))
    waste, contents, year = cube.dimensions
    assert (waste.code, waste.elimination, waste.labels["sv"]) == ("W", "TOT", ("oljor", "Totalt"))
    assert (year.codes, year.timescale) == (("2016",), "A1")
    assert contents.measures[0] == Measure(
        unit={"en": "t", "sv": "ton"}, stock="F", contact={"en": "Test\nTel: 08\n\nTest2son"},
        updated=datetime.fromisoformat("2023-05-25T16:13"),
    )  # fmt: skip
    assert contents.measures[1] == Measure(unit={"en": "%"}, decimals=1)
    assert cube.measure.unit == {"en": "tonnes", "sv": "ton"}
    assert [(one.name, one.values) for one in cube.other] == [
        ("PRESTEXT", ("0",)),
        ("DAYADJ", ("NO",)),
        ("VARIABLE-TYPE", ("V",)),
    ]


def test_more_decimals_than_the_file_says_are_kept(tmp_path):
    cube = read_px(px(tmp_path, SMALL + "DECIMALS=0;DATA=1 2.125 3 4;"))
    assert (cube.measure.decimals, cube.stored_decimals) == (0, 3)


def test_cells_are_the_same_whatever_the_size_of_blocks(tmp_path, monkeypatch):
    path = write_px(example(), tmp_path / "a.px")
    whole = read_px(path)
    for size in range(1, 30):
        monkeypatch.setattr("gisintegration.formats.cells._BLOCK", size)
        assert read_px(path) == whole


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_the_line_of_a_wrong_cell_in_any_block(tmp_path, monkeypatch, size):
    monkeypatch.setattr("gisintegration.formats.cells._BLOCK", size)
    with pytest.raises(FormatError, match="line 4: '3x' is neither"):
        read_px(px(tmp_path, SMALL + '\nDATA=\n1 ".." \n3x 4y;'))


def test_a_quarter_of_a_million_cells_in_seconds(tmp_path):
    size = 500
    area = Dimension(
        code="a", label={"sv": "a"}, codes=tuple(map(str, range(size))), labels={"sv": tuple(map(str, range(size)))}
    )
    cube = replace(
        example(), languages=("sv",), dimensions=(area, replace(area, code="b", label={"sv": "b"})), notes=(), symbols={},
        title={"sv": "a"}, contents={"sv": "a"}, subject_area={"sv": "a"}, source={},
        figures=np.arange(size * size) / 10, marks=None, measure=Measure(unit={"sv": "antal"}, decimals=1),
    )  # fmt: skip
    began = time.monotonic()
    assert read_px(write_px(cube, tmp_path / "a.px")) == cube
    assert read_jsonstat(write_jsonstat(cube, tmp_path / "a.json")) == cube
    assert time.monotonic() - began < 30


def test_a_note_on_a_value_that_is_not_there_is_kept(tmp_path):
    cube = read_px(px(tmp_path, SMALL + 'VALUENOTE("kön","båda")="a";DATA=1 2 3 4;'))
    assert cube.other == (Keyword(name="VALUENOTE", keys=("kön", "båda"), values=("a",), bare=(False,)),)


def test_a_file_without_language_is_undetermined(tmp_path):
    text = 'STUB="a";VALUES("a")="b";DATA=1;'
    assert read_px(px(tmp_path, text)).languages == ("und",)
    assert read_px(px(tmp_path, text), language="sv").languages == ("sv",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('TITLE="a;\nSTUB="b";DATA=1;', r"line 1: a quotation mark is missing in TITLE"),
        ('LANGUAGE="sv";\nVALUES("a")="x,"y","z";DATA=1;', r"line 2: a quotation mark is missing in VALUES"),
        ('LANGUAGE="sv";\nNOTE="a;\nNOTE="";\nDATA=1;', r"line 2: a quotation mark is missing in NOTE"),
        ('LANGUAGE="sv";\n\nTITLE a;DATA=1;', "line 3: 'TITLE a;' is not a PX keyword"),
        ('LANGUAGE="sv";TITLE="a";', "has no DATA"),
        ('LANGUAGE="sv";TITLE="a;', "does not end with a semicolon, or a quotation mark is missing"),
        ('LANGUAGE="sv";DATA=1;', "neither STUB nor HEADING"),
        ('LANGUAGE="sv";STUB="a";DATA=1;', r'VALUES\("a"\) is missing'),
        (SMALL + "DATA=1 2 3;", "the data hold 3 cells, but the dimensions make 2 × 2 = 4"),
        (SMALL + "DATA=1 2 3 4 5;", "the data hold more cells"),
        (SMALL + "DATA=1 2 3 4", "does not end with a semicolon"),
        (SMALL + "\nDATA=\n1 2\n3 x;", "line 4: 'x' is neither a number"),
        (SMALL + "\nDATA=\n1 2\n3 1.2.3;", "line 4: '1.2.3' is neither a number"),
        (SMALL + "DATA=1 2 3 nan;", "'nan' is neither"),
        (SMALL + "DATA=1 2 3 inf;", "'inf' is neither"),
        (SMALL + "DATA=1 2 3 1e999;", "'1e999' is neither"),
        (SMALL + "DATA=1 2 3 1_0;", "'1_0' is neither"),
        (SMALL + "DATA=1 2 3 :;", "':' is neither"),
        (SMALL + "DATA=1 2 3 .......;", "is neither"),
        (SMALL + 'DATA=1 2 3 "..;', "a quotation mark is missing in the data"),
        (SMALL + 'TITLE="a";\nTITLE="b";DATA=1 2 3 4;', "TITLE stands twice with different values, on lines 1 and 2"),
        (SMALL + 'VALUES("kön")="a","b";DATA=1 2 3 4;', "VALUES stands twice"),
        (SMALL + 'CODES("kön")="1","1";DATA=1 2 3 4;', "the code '1' stands twice"),
        (SMALL + 'CODES("kön")="1";DATA=1 2 3 4;', "1 codes but 2 labels"),
        (SMALL + 'CONTVARIABLE="x";DATA=1 2 3 4;', "stands in neither STUB nor HEADING"),
        (SMALL + 'TIMEVAL("år")=TLIST(A1),"2023";DATA=1 2 3 4;', "TIMEVAL of år has 1 times for 2 values"),
        (SMALL + 'TIMEVAL("år")=2023;DATA=1 2 3 4;', "not TLIST"),
        (SMALL + "DECIMALS=many;DATA=1 2 3 4;", "DECIMALS is 'many', not a number"),
        (SMALL + "COPYRIGHT=MAYBE;DATA=1 2 3 4;", "neither YES nor NO"),
        (SMALL + 'NOTE(x="a";DATA=1 2 3 4;', "is not a PX keyword|no DATA"),
        (SMALL + 'KEYS("kön")=SOME;DATA=1 2 3 4;', "neither VALUES nor CODES"),
        (SMALL + 'STUB[en]="a","b";HEADING[en]="c";DATA=1 2 3 4;', "2 dimensions in language sv, 3 in en"),
        ('CODEPAGE="klingon";DATA=1;', "the code page 'klingon' is unknown"),
        ('CODEPAGE="zip";DATA=1;', "the code page 'zip' is unknown"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, text, said):
    with pytest.raises(FormatError, match=said) as caught:
        read_px(px(tmp_path, text))
    assert "table.px" in str(caught.value)


def test_bytes_of_another_code_page(tmp_path):
    path = px(tmp_path, b'CODEPAGE="utf-8";\nTITLE="\xe5";DATA=1;')
    with pytest.raises(FormatError, match="line 2: byte 0xe5 is not utf-8"):
        read_px(path)


def test_no_file(tmp_path):
    with pytest.raises(Exception, match="does not exist"):
        read_px(tmp_path / "none.px")
    with pytest.raises(FormatError, match="is empty"):
        read_px(px(tmp_path, ""))


def test_stored_decimals(tmp_path):
    cube = replace(example(), stored_decimals=3, figures=[1.2345, 2, 3.0005, 4, NAN, 0, NAN, 1])
    path = write_px(cube, tmp_path / "a.px")
    assert "DECIMALS=3;" in path.read_text(encoding="utf-8-sig")
    back = read_px(path)
    assert back.stored_decimals == 3
    assert back.figures[:4].tolist() == [1.235, 2, 3.001, 4]
