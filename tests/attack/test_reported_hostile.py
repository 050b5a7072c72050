"""Published files and mappings as they should not be: each is refused with what is wrong, where, and the way out."""

import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import gisintegration as gi
from gisintegration.errors import GisIntegrationError, ReportedError
from gisintegration.reported import load_mapping

GOOD = "deso,pop_2023\n2403A0010,5\n2403C1010,6\n"


def said(**rows):
    figure = rows.pop("figure", {"indicator": "population", "value": "pop_{year}"})
    return {
        "source": {"title": {"sv": "x", "en": "x"}, "publisher": "SCB", "licence": "CC0 1.0"},
        "file": rows.pop("file", {}),
        "rows": {"code": "deso", "edition": "deso/2018", "adjusted": "none"} | rows,
        "figure": figure if isinstance(figure, list) else [figure],
    }


def refusal(folder, content, mapping=None, *, name="t.csv", **options):
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ReportedError) as caught:
        gi.read_reported(path, mapping or said(), **options)
    assert caught.value.hint
    return caught.value


# --- files that are no table


def test_no_file(tmp_path):
    with pytest.raises(ReportedError, match="does not exist"):
        gi.read_reported(tmp_path / "none.csv", said())


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ReportedError, match="does not exist"):
        gi.read_reported(tmp_path, said())


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", "  \r\n"])
def test_an_empty_file(tmp_path, content):
    assert "is empty" in str(refusal(tmp_path, content))


def test_names_and_no_rows(tmp_path):
    assert "is empty" in str(refusal(tmp_path, "deso,pop_2023\n"))


def test_blank_rows_and_no_areas(tmp_path):
    assert "is empty" in str(refusal(tmp_path, "deso,pop_2023\n,\n,\n"))


def test_nul_bytes(tmp_path):
    error = refusal(tmp_path, GOOD.replace("6", "\0"))
    assert "NUL byte on line 3" in str(error)


def test_utf_16_without_a_mark(tmp_path):
    assert "utf-16-le" in refusal(tmp_path, GOOD.encode("utf-16-le")).hint


def test_a_binary_file(tmp_path):
    noise = random.Random(1).randbytes(4096)
    refusal(tmp_path, noise)


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n"])
def test_another_kind_of_file_under_a_csv_s_name(tmp_path, start):
    refusal(tmp_path, start + bytes(range(1, 250)) * 20)


def test_a_line_of_ten_megabytes(tmp_path):
    error = refusal(tmp_path, GOOD + "2403A0010," + "9" * 10_000_000 + "\n")
    assert "Line 4 of t.csv is longer than 1,000,000 characters" in str(error)


def test_a_first_line_of_ten_megabytes(tmp_path):
    assert "Line 1 of t.csv is longer" in str(refusal(tmp_path, "x" * 10_000_000))


def test_a_quotation_mark_that_is_not_closed(tmp_path):
    error = refusal(tmp_path, 'deso,pop_2023\n2403A0010,"5\n2403C1010,6\n')
    assert error.failures[0]["line"] == "2"


def test_a_quotation_mark_that_swallows_rows_in_a_column_that_is_not_read(tmp_path):
    content = 'deso,remark,pop_2023\n2403A0010,"x,5\n2403C1010,y",6\n'
    error = refusal(tmp_path, content)
    assert [(failure["line"], failure["column"]) for failure in error.failures] == [("2", "remark")]


def test_a_very_long_field_among_the_first_lines(tmp_path):
    error = refusal(tmp_path, "title\n" + "x" * 500_000 + ";\n" + GOOD)
    assert "t.csv lacks the column deso" in str(error)


@pytest.mark.parametrize("name", ["t.xls", "t.ods", "t", "t.csv.gz"])
def test_a_format_that_is_not_read(tmp_path, name):
    error = refusal(tmp_path, GOOD, name=name)
    assert ".csv" in error.hint


@pytest.mark.parametrize("name", ["t.xlsx", "t.px", "t.json"])
def test_a_text_under_the_name_of_another_format(tmp_path, name):
    assert name in str(refusal(tmp_path, GOOD, name=name))


def test_parquet_that_is_cut_off(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"deso": ["2403A0010"], "pop_2023": [5]}), path)
    refusal(tmp_path, path.read_bytes()[:-20], name="t.parquet")
    refusal(tmp_path, b"PAR1", name="t.parquet")


def test_parquet_with_columns_that_are_no_figures(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"deso": ["2403A0010", "2403C1010"], "pop_2023": [True, False]}), path)
    with pytest.raises(ReportedError) as caught:
        gi.read_reported(path, said())
    assert len(caught.value.failures) == 2


def test_parquet_with_infinity_and_lists(tmp_path):
    for values in ([float("inf"), 5.0], [[1], [2]]):
        pq.write_table(pa.table({"deso": ["2403A0010", "2403C1010"], "pop_2023": values}), tmp_path / "t.parquet")
        with pytest.raises(ReportedError):
            gi.read_reported(tmp_path / "t.parquet", said())


# --- encodings


def test_a_wrong_encoding_that_was_told(tmp_path):
    content = "deso,född\n2403A0010,5\n".encode("cp1252")
    error = refusal(tmp_path, content, said(file={"encoding": "utf-8"}))
    assert "looks like cp1252" in error.hint


def test_an_encoding_that_does_not_exist(tmp_path):
    assert "There is no encoding 'utf-9'" in str(refusal(tmp_path, GOOD, said(file={"encoding": "utf-9"})))


@pytest.mark.parametrize(("written", "read_as"), [("utf-8", "cp1252"), ("cp850", None)])
def test_letters_that_were_read_in_another_encoding(tmp_path, written, read_as):
    content = "region,pop_2023\nUpplands Väsby (Bollstanäs),5\nÄlmhult (Älmhult),6\n".encode(written)
    mapping = said(code=None, name="region", edition="regso/2020", file={"encoding": read_as} if read_as else {})
    error = refusal(tmp_path, content, mapping)
    assert f'file.encoding = "{written}"' in error.hint


# --- codes


def test_every_wrong_code_is_named_with_its_line(tmp_path):
    rows = [
        "2403A0010,5",
        "403C1010,6",
        "0114C1061,7",
        "2403A9990,8",
        "=2403A0010,9",
        "Bjurholm,10",
        "2403C1010_DeSO2025,11",
    ]
    error = refusal(tmp_path, "deso,pop_2023\n" + "\n".join(rows) + "\n")
    assert [(failure["line"], failure["what"]) for failure in error.failures] == [
        ("3", "is not a code of deso"),
        ("4", "is new in edition 2025; in edition 2018 its area lay in 0114C1060"),
        ("5", "is in no official list of deso"),
        ("6", "is a formula, not a code"),
        ("7", "is not a code of deso"),
        ("8", "is of edition 2025 by its suffix, and the mapping says deso/2018"),
    ]


def test_a_figure_without_an_area(tmp_path):
    error = refusal(tmp_path, GOOD + ",7\nKälla: SCB,\n")
    assert error.failures == [{"line": "4", "column": "deso", "text": "", "what": "names no area for a figure"}]


def test_codes_that_lost_their_leading_zero(tmp_path):
    error = refusal(tmp_path, "deso,pop_2023\n114A0010,5\n114C1010,6\n")
    assert error.failures[0]["what"] == "has lost its leading zero: it was 0114A0010"
    assert "codes are text" in error.hint
    kommun = said(code="kommun", edition="kommun/2003")
    pq.write_table(pa.table({"kommun": [114, 115], "pop_2023": [5, 6]}), tmp_path / "t.parquet")
    with pytest.raises(ReportedError, match="it was 0114"):
        gi.read_reported(tmp_path / "t.parquet", kommun)


def test_codes_of_both_editions_in_one_column(tmp_path):
    error = refusal(tmp_path, "deso,pop_2023\n0114A0010,5\n0114C1060,6\n0114C1061,7\n0114C1062,8\n")
    assert [failure["text"] for failure in error.failures] == ["0114C1061", "0114C1062"]
    assert "rows.edition by suffix" in error.hint


def test_a_table_on_the_other_edition(tmp_path):
    error = refusal(tmp_path, "deso,pop_2024\n0114C1060,6\n0114C1050,7\n", said(edition="deso/2025"))
    assert error.failures[0]["what"] == "ended with edition 2018; it became 0114C1061 and 0114C1062 in edition 2025"


def test_the_same_area_twice(tmp_path):
    error = refusal(tmp_path, GOOD + "2403A0010,7\n")
    assert error.failures == [
        {
            "line": "4",
            "area": "2403A0010",
            "year": "2023",
            "what": "stands on line 2 too; say which rows by where or by, if they differ in another column",
        }
    ]


def test_the_same_area_twice_once_with_the_suffix(tmp_path):
    mapping = said(edition={"": "deso/2018", "_DeSO2018": "deso/2018"})
    error = refusal(tmp_path, "deso,pop_2023\n2403A0010,5\n2403A0010_DeSO2018,5\n", mapping)
    assert "stands on line 2 too" in str(error)


def test_an_unknown_suffix_of_several(tmp_path):
    mapping = said(edition={"_DeSO2025": "deso/2025"})
    error = refusal(tmp_path, "deso,pop_2024\n2403A0010_DeSO2031,5\n2403C1010,6\n", mapping)
    assert [failure["what"] for failure in error.failures] == [
        "has the suffix '_DeSO2031', which the mapping does not name",
        "has the suffix '', which the mapping does not name",
    ]


def test_an_unknown_name_with_the_nearest(tmp_path):
    mapping = said(code=None, name="region", edition="regso/2020")
    error = refusal(tmp_path, "region,pop_2023\nUpplands Väsby (Bollstanas),5\n", mapping)
    assert error.failures[0]["what"] == "is no name of an area: did you mean 'Upplands Väsby (Bollstanäs)'?"


def test_a_wrong_code_in_the_last_row_is_no_footnote(tmp_path):
    for last in ("2403A0020,", "114A0010,..", "2403C1010_DeSO2025,"):
        error = refusal(tmp_path, GOOD + last + "\nKälla: SCB,\n")
        assert [failure["line"] for failure in error.failures] == ["4"]


def test_a_wrong_key_with_a_figure_in_the_last_row_is_no_footnote(tmp_path):
    assert refusal(tmp_path, GOOD + "Okänt område,3\n").failures[0]["line"] == "4"


# --- figures


def test_texts_and_formulas_among_figures(tmp_path):
    content = "deso;pop_2022;pop_2023\n2403A0010;cirka 5;=1+1\n2403C1010;6 st;@SUM(A1)\n"
    error = refusal(tmp_path, content)
    assert [(failure["line"], failure["column"], failure["what"]) for failure in error.failures] == [
        ("2", "pop_2022", "is no figure and no known mark"),
        ("2", "pop_2023", "is a formula, not a figure"),
        ("3", "pop_2022", "is no figure and no known mark"),
        ("3", "pop_2023", "is no figure and no known mark"),
    ]


@pytest.mark.parametrize("text", ["1e5", "inf", "0x10", "1_000", "12 34", "1,2,3", "५", "5%", "--5", "1 23", "1.2.3"])
def test_numbers_as_python_would_have_them_are_no_figures(tmp_path, text):
    error = refusal(tmp_path, f"deso;pop_2023\n2403A0010;{text}\n2403C1010;0,5\n")
    assert error.failures[0]["text"] == text


def test_a_line_with_another_number_of_fields(tmp_path):
    error = refusal(tmp_path, "deso,pop_2023\n2403A0010,5,9\n2403C1010,6\n")
    assert error.failures == [
        {"line": "2", "text": "2403A0010,5,9", "what": "has another number of fields than the 2 names"}
    ]


@pytest.mark.parametrize(("indicator", "text"), [("population", "-5"), ("low_economic_standard_share", "100,5")])
def test_impossible_figures(tmp_path, indicator, text):
    mapping = said(figure={"indicator": indicator, "value": "pop_{year}"})
    error = refusal(tmp_path, f"deso;pop_2023\n2403A0010;{text}\n2403C1010;0,5\n", mapping)
    assert error.failures[0]["area"] == "2403A0010"


def test_a_year_that_is_none(tmp_path):
    mapping = said(figure={"indicator": "population", "value": "n"}, year_column="år")
    error = refusal(tmp_path, "deso,år,n\n2403A0010,2023,5\n2403C1010,tjugo,6\n2403A0010,20222,6\n", mapping)
    assert [failure["what"] for failure in error.failures] == ["is no year", "is no year"]


def test_five_thousand_faults_are_all_listed_and_twenty_are_shown(tmp_path):
    rows = "".join(f"9999A{n:04d},x\n" for n in range(5000))
    error = refusal(tmp_path, GOOD + rows.replace(",x", ",5"))
    assert len(error.failures) == 5000
    assert "… and 4980 more" in str(error)


# --- mappings


def test_a_column_that_is_not_there_with_the_nearest(tmp_path):
    error = refusal(tmp_path, GOOD, said(code="desokod"))
    assert "did you mean 'deso'?" in error.hint
    error = refusal(tmp_path, GOOD, said(figure={"indicator": "population", "value": "popp_{year}"}))
    assert "popp_{year}" in str(error)
    assert "pop_2023" in str(error)


def test_names_that_occur_twice(tmp_path):
    assert "pop_2023 more than once" in str(refusal(tmp_path, "deso,pop_2023,pop_2023\n2403A0010,5,6\n"))


def test_a_value_that_never_occurs(tmp_path):
    mapping = said(figure={"indicator": "population", "value": "n", "where": {"kön": "totalt"}}, year=2023)
    error = refusal(tmp_path, "deso,kön,n\n2403A0010,total,5\n", mapping)
    assert "did you mean 'total'?" in error.hint


def test_classes_that_never_occur(tmp_path):
    mapping = said(figure={"indicator": "population", "value": "n", "by": ["kön"]}, year=2023)
    mapping["by"] = {"kön": {"breakdown": "sex", "codes": {"1": "men", "2": "women"}}}
    error = refusal(tmp_path, "deso,kön,n\n2403A0010,M,5\n", mapping)
    assert "Column kön of t.csv has none of '1', '2'" in str(error)


def test_no_year_anywhere(tmp_path):
    error = refusal(tmp_path, "deso,n\n2403A0010,5\n", said(figure={"indicator": "population", "value": "n"}))
    assert "The year is not said" in str(error)


def test_a_cell_that_is_mapped_twice(tmp_path):
    figure = {"indicator": "population", "value": "pop_{year}"}
    assert "several times" in str(refusal(tmp_path, GOOD, said(figure=[figure, figure])))


def test_every_fault_of_a_mapping_is_listed():
    mapping = said(figure=[
        {"indicator": "populaton", "value": "n"},
        {"indicator": "population", "age": "12_13", "value": "n"},
        {"indicator": "foreign_born_share", "numerator": "n"},
        {"indicator": "population", "value": "n", "by": ["kön"]},
    ], name="region", edition="deso")  # fmt: skip
    with pytest.raises(ReportedError) as caught:
        load_mapping(mapping)
    text = str(caught.value)
    for words in (
        "one of them",
        "'deso' is not written division/edition",
        "did you mean 'population'?",
        "There is no class of age '12_13'",
        "a share needs value, or numerator and denominator",
        "there is no [by.kön]",
    ):
        assert words in text, words


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sorce": {}}, "is not a field of a mapping"),
        ({"source": {"publisher": "SCB"}}, "source.title, what: is missing"),
        ({"figure": []}, "figure"),
        ({"rows": {"code": "deso", "edition": "deso/2018", "adjusted": "0/3"}}, "rows.adjusted"),
        ({"class": [{"breakdown": "age", "code": "65", "sv": "x", "en": "y"}]}, "is a class of the library"),
        ({"indicator": [{"id": "population", "kind": "count"}]}, "title"),
    ],
)
def test_a_mapping_of_another_form(change, says):
    with pytest.raises(ReportedError) as caught:
        load_mapping(said() | change)
    assert says in str(caught.value)


def test_a_mapping_file_that_is_not_there_or_not_toml(tmp_path):
    with pytest.raises(ReportedError, match="does not exist"):
        load_mapping(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes(b"rows = [\xff")
    with pytest.raises(ReportedError, match="is not a TOML file"):
        load_mapping(tmp_path / "bad.toml")
    with pytest.raises(ReportedError, match="did you mean 'deso_2018_age_2022'"):
        load_mapping("deso_2018_age_2021")


def test_no_file_ends_in_another_error(tmp_path):
    """Whatever bytes stand in the file, what is raised is an error of the toolkit's."""
    chance = random.Random(7)
    good = (GOOD * 3).encode()
    for _ in range(150):
        broken = bytearray(good)
        for _ in range(chance.randrange(1, 6)):
            place = chance.randrange(len(broken))
            broken[place : place + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
        (tmp_path / "t.csv").write_bytes(bytes(broken))
        try:
            gi.read_reported(tmp_path / "t.csv", said())
        except (GisIntegrationError, UserWarning):
            continue
