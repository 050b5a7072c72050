"""Published tables of each form, small enough to check by hand: wide and long, codes and names, marks, years, editions."""

import tomllib
import unicodedata
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

import gisintegration as gi
from gisintegration.areas.assemble import assemble
from gisintegration.errors import ReportedError
from gisintegration.reported import load_mapping

SOURCE = {"title": {"sv": "Folkmängd", "en": "Population"}, "publisher": "SCB", "table": "T1", "licence": "CC0 1.0"}
# The whole kommun of Bjurholm and of Dorotea: two DeSO each.
BJURHOLM, DOROTEA = ("2403A0010", "2403C1010"), ("2425A0010", "2425C1010")


def mapping(*figures, **rows):
    parts = {name: rows.pop(name) for name in ("file", "by", "indicator", "class") if name in rows}
    return {
        "source": SOURCE,
        "rows": {"code": "deso", "edition": "deso/2018", "adjusted": "none"} | rows,
        "figure": list(figures),
        **parts,
    }


def write(folder, text, *, name="t.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def read(path, said, **options):
    """The rows, without what is told of them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return gi.read_reported(path, said, **options).table


def values(table, column="value"):
    return dict(zip(table["area"].astype(str), table[column].astype(object), strict=True))


def refusal(path, said, **options):
    with pytest.raises(ReportedError) as caught:
        gi.read_reported(path, said, **options)
    return caught.value


POPULATION = {"indicator": "population", "value": "pop_{year}"}


def squares(codes, division="deso", edition="2018", **options):
    boxes = np.array([shapely.box(i, 0, i + 1, 1) for i in range(len(codes))], dtype=object)
    return assemble(division, edition, list(codes), boxes, **options)


def test_a_wide_table_has_its_years_in_the_names(tmp_path):
    path = write(tmp_path, "deso,pop_2022,pop_2023,other\n2403A0010,5,6,x\n2403C1010,7,8,y\n")
    table = read(path, mapping(POPULATION))
    assert table[["area", "year", "value", "numerator", "status", "method"]].to_numpy().tolist() == [
        ["2403A0010", 2022, 5, 5, "shown", "reported"],
        ["2403A0010", 2023, 6, 6, "shown", "reported"],
        ["2403C1010", 2022, 7, 7, "shown", "reported"],
        ["2403C1010", 2023, 8, 8, "shown", "reported"],
    ]
    assert (set(table["division"]), set(table["edition"])) == ({"deso"}, {"2018"})


def test_a_long_table_has_its_years_and_classes_in_columns(tmp_path):
    path = write(
        tmp_path,
        "deso;år;kön;antal\n2403A0010;2022;1+2;9\n2403A0010;2022;1;4\n2403A0010;2022;2;5\n2403A0010;2023;1+2;11\n",
    )
    said = mapping(
        {"indicator": "population", "value": "antal", "by": ["kön"]},
        year_column="år",
        by={"kön": {"breakdown": "sex", "codes": {"1+2": "total", "1": "men", "2": "women"}}},
    )
    table = read(path, said)
    found = {(row.year, row.sex): (row.value, row.status) for row in table.itertuples()}
    assert found[2022, "total"] == (9, "shown")
    assert found[2022, "men"] == (4, "shown")
    assert found[2022, "women"] == (5, "shown")
    assert found[2023, "total"] == (11, "shown")
    # 2023 has no row for men: missing, and not 0.
    assert np.isnan(found[2023, "men"][0])
    assert found[2023, "men"][1] == "missing"


def test_a_share_stands_in_several_rows_of_a_long_table(tmp_path):
    path = write(tmp_path, "deso,född,Antal 2023\n2403A0010,Sverige,60\n2403A0010,totalt,80\n")
    total, sweden = (
        {"columns": f"{sign}Antal {{year}}", "where": {"född": text}}
        for sign, text in (("", "totalt"), ("-", "Sverige"))
    )
    said = mapping({"indicator": "foreign_born_share", "numerator": [total, sweden], "denominator": total})
    row = read(path, said).iloc[0]
    assert (row["numerator"], row["denominator"], row["value"], row["method"]) == (20, 80, 25.0, "derived")


def test_a_sum_of_columns(tmp_path):
    path = write(tmp_path, "deso,a,b\n2403A0010,3,4\n2403C1010,3,..\n")
    table = read(path, mapping({"indicator": "population", "value": ["a", "b"]}, year=2023))
    assert table["value"].tolist()[0] == 7
    assert table["method"].tolist() == ["derived", "reported"]
    assert table["status"].tolist() == ["shown", "protected"]


def test_marks_in_place_of_figures(tmp_path):
    marks = ["..", ".", "-", "…", "", "NA", "x", "0", "7"]
    codes = [f"0114C10{n}0" for n in (1, 2, 3, 5, 7, 8, 9)] + ["0114C1040", "0114C1060"]
    path = write(
        tmp_path, "deso;pop_2023\n" + "".join(f"{code};{mark}\n" for code, mark in zip(codes, marks, strict=True))
    )
    table = read(path, mapping(POPULATION, marks={"x": "small_base"})).set_index("area").loc[codes]
    assert table["status"].tolist() == [
        "protected", "not_applicable", "zero", "missing", "missing", "missing", "protected", "zero", "shown",
    ]  # fmt: skip
    assert table["reason"].tolist() == ["primary", "", "", "", "", "", "small_base", "", ""]
    assert table["value"].isna().tolist() == [True, True, False, True, True, True, True, False, False]


def test_a_mark_can_mean_something_else(tmp_path):
    path = write(tmp_path, "deso;pop_2023\n2403A0010;..\n2403C1010;5\n")
    assert read(path, mapping(POPULATION, marks={"..": "missing"}))["status"].tolist() == ["missing", "shown"]
    error = refusal(path, mapping(POPULATION, marks={"..": "secret"}))
    assert "meaning of a mark 'secret'" in str(error)


def test_a_quotient_of_nobody_is_missing_and_of_none_is_zero(tmp_path):
    path = write(tmp_path, "deso,n,N\n2403A0010,0,0\n2403C1010,0,9\n")
    said = mapping({"indicator": "foreign_born_share", "numerator": "n", "denominator": "N"}, year=2023)
    table = read(path, said)
    assert table["status"].tolist() == ["missing", "zero"]
    assert table["denominator"].tolist()[1] == 9


def test_shares_are_rounded_half_away_from_zero_once(tmp_path):
    path = write(tmp_path, "deso,n,N\n2403A0010,1,16\n2403C1010,1,10000\n")
    said = mapping({"indicator": "foreign_born_share", "numerator": "n", "denominator": "N"}, year=2023)
    table = read(path, said)
    assert table["value"].tolist() == [6.3, 0.0]
    assert table["status"].tolist() == ["shown", "shown"]
    said["figure"][0]["decimals"] = 2
    assert read(path, said)["value"].tolist() == [6.25, 0.01]


@pytest.mark.parametrize(
    ("text", "value"),
    [("1 234,5", 1234.5), ("1\N{NO-BREAK SPACE}234,5", 1234.5), ("1.234,5", 1234.5), ("−3,25", -3.25), ("12,50", 12.5)],
)
def test_swedish_numbers(tmp_path, text, value):
    path = write(tmp_path, f"deso;v\n2403A0010;{text}\n2403C1010;0,5\n")
    said = mapping({"indicator": "disposable_income_mean", "value": "v"}, year=2022)
    assert read(path, said)["value"].tolist() == [value, 0.5]


def test_english_numbers(tmp_path):
    said = mapping({"indicator": "disposable_income_mean", "value": "v"}, year=2022)
    path = write(tmp_path, 'deso,v\n2403A0010,"1,234.5"\n2403C1010,"2,345"\n')
    assert read(path, said)["value"].tolist() == [1234.5, 2345]


def test_marks_of_decimals_do_not_mix(tmp_path):
    said = mapping({"indicator": "disposable_income_mean", "value": "v"}, year=2022)
    error = refusal(write(tmp_path, "deso;v\n2403A0010;12.5\n2403C1010;12,5\n"), said)
    assert len(error.failures) == 1


def test_a_number_that_can_be_read_in_two_ways_is_asked_about(tmp_path):
    path = write(tmp_path, "deso;pop_2023\n2403A0010;1,234\n")
    assert "'1,234' in t.csv can be read in two ways" in str(refusal(path, mapping(POPULATION)))
    assert read(path, mapping(POPULATION, file={"decimal": "."}))["value"].tolist() == [1234]
    assert read(path, mapping(POPULATION, file={"decimal": ","}))["value"].tolist() == [1.234]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_any_encoding_and_separator(tmp_path, encoding, separator):
    lines = [["region", "Folkmängd 2023"], ["Örebro (Örebro söder)", "5"], ["Åre (Åre)", "6"]]
    path = write(tmp_path, "\r\n".join(separator.join(line) for line in lines), encoding=encoding)
    said = mapping(
        {"indicator": "population", "value": "Folkmängd {year}"}, code=None, name="region", edition="regso/2020"
    )
    assert sorted(values(read(path, said)).values()) == [5, 6]


def test_names_may_carry_blanks_and_other_dashes(tmp_path):
    path = write(tmp_path, "region,pop_2023\nBotkyrka (Tuna ),5\n  Sotenäs (Kungshamn-Smögen-Hovenäset-Väjern) ,6\n")
    table = read(path, mapping(POPULATION, code=None, name="region", edition="regso/2020"))
    assert values(table) == {"0127R017": 5, "1427R002": 6}


def test_titles_before_the_names_and_footnotes_after_the_figures(tmp_path):
    text = 'Folkmängd efter region och år\n\n"deso","pop_2023"\n2403A0010,5\n2403C1010,6\n\n"Källa: SCB, 2024"\nSenast ändrad,\n'
    with pytest.warns(UserWarning, match="t.csv: 3 lines of footnotes after the figures left out"):
        table = gi.read_reported(write(tmp_path, text), mapping(POPULATION)).table
    assert values(table) == {"2403A0010": 5, "2403C1010": 6}


def test_a_title_of_two_lines_and_the_line_of_excel_before_the_names(tmp_path):
    text = 'sep=;\n"Folkmängd\nefter år"\n\ndeso;pop_2023;\n2403A0010;5;\n2403C1010;6;\n'
    assert values(read(write(tmp_path, text), mapping(POPULATION))) == {"2403A0010": 5, "2403C1010": 6}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_any_line_end_and_the_lines_are_counted_as_an_editor_does(tmp_path, end):
    path = write(tmp_path, end.join(["deso,pop_2023", "2403A0010,5", "2403C1010,x", ""]))
    assert refusal(path, mapping(POPULATION)).failures[0]["line"] == "3"


def test_letters_in_two_parts(tmp_path):
    """A Mac may write ä as a and two dots."""
    text = unicodedata.normalize("NFD", "område,folkmängd\nUpplands Väsby (Bollstanäs),5\n")
    figure = {"indicator": "population", "value": "folkmängd"}
    said = mapping(figure, code=None, name="område", edition="regso/2020", year=2023)
    assert values(read(write(tmp_path, text), said)) == {"0114R001": 5}


def test_a_code_may_be_followed_by_its_name(tmp_path):
    path = write(tmp_path, "region;pop_2023\n0114 Upplands Väsby;5\n0115 Vallentuna;6\n")
    assert values(read(path, mapping(POPULATION, code="region", edition="kommun/2003"))) == {"0114": 5, "0115": 6}


def test_rows_of_levels_above(tmp_path):
    path = write(
        tmp_path, "region;pop_2023\n00 Riket;100\n24 Västerbottens län;50\n2403;11\n2403A0010;5\n2403C1010;6\n"
    )
    with pytest.warns(UserWarning, match="t.csv") as told:
        table = gi.read_reported(path, mapping(POPULATION, code="region")).table
    assert values(table) == {"2403A0010": 5, "2403C1010": 6}
    assert [str(one.message).split(";")[0] for one in told] == [
        f"t.csv: 1 row of {level} left out" for level in ("kommun", "lan", "riket")
    ]
    table = read(path, mapping(POPULATION, code="region", parents=["kommun", "riket"]))
    assert values(table) == {"2403A0010": 5, "2403C1010": 6, "2403": 11, "00": 100}
    assert set(zip(table["division"], table["edition"], strict=True)) == {
        ("deso", "2018"), ("kommun", "2003"), ("riket", "1998"),
    }  # fmt: skip


# --- years and editions


def test_years_outside_the_edition_are_not_applicable_whatever_is_written(tmp_path):
    path = write(tmp_path, "deso,pop_2009,pop_2023,pop_2024\n2403A0010,0,5,0\n2403C1010,..,6,.\n")
    table = read(path, mapping(POPULATION))
    by_year = table.groupby("year")["status"].agg(set).to_dict()
    assert by_year == {2009: {"not_applicable"}, 2023: {"shown"}, 2024: {"not_applicable"}}
    assert table.loc[table["year"] != 2023, "value"].isna().all()


def test_a_figure_outside_the_edition_s_years_is_refused(tmp_path):
    path = write(tmp_path, "deso,pop_2023,pop_2024\n2403A0010,5,5\n2403C1010,6,0\n")
    error = refusal(path, mapping(POPULATION))
    assert error.failures == [
        {"area": "2403A0010", "year": "2024", "column": "pop_2024", "what": "has a figure outside the edition's years"}
    ]
    assert "rows.years" in error.hint
    # A municipality that placed a later year on the old areas says so.
    assert read(path, mapping(POPULATION, years="2018-2024"))["status"].tolist() == ["shown", "shown", "shown", "zero"]


def test_both_editions_in_one_table_by_the_suffix(tmp_path):
    path = write(
        tmp_path,
        "deso,år,antal\n0114A0010,2023,5\n0114A0010,2024,0\n0114A0010_DeSO2025,2023,0\n0114A0010_DeSO2025,2024,7\n",
    )
    said = mapping(
        {"indicator": "population", "value": "antal"},
        edition={"": "deso/2018", "_DeSO2025": "deso/2025"},
        year_column="år",
    )
    table = read(path, said)
    assert table[["edition", "year", "status"]].to_numpy().tolist() == [
        ["2018", 2023, "shown"],
        ["2018", 2024, "not_applicable"],
        ["2025", 2023, "not_applicable"],
        ["2025", 2024, "shown"],
    ]
    assert set(table["area"]) == {"0114A0010"}


def test_the_edition_stands_in_a_column(tmp_path):
    path = write(tmp_path, "deso,version,pop_2023,pop_2024\n0114A0010,gammal,5,0\n0114A0010,ny,0,7\n")
    said = mapping(
        POPULATION,
        edition=None,
        edition_column={"column": "version", "codes": {"gammal": "deso/2018", "ny": "deso/2025"}},
    )
    table = read(path, said)
    assert table.loc[table["status"] == "shown", ["edition", "year", "value"]].to_numpy().tolist() == [
        ["2018", 2023, 5], ["2025", 2024, 7],
    ]  # fmt: skip
    error = refusal(write(tmp_path, "deso,version,pop_2023\n0114A0010,äldre,5\n"), said)
    assert "There is no edition 'äldre' in column version" in str(error)
    error = refusal(write(tmp_path, "deso,version,pop_2023\n0114A0010,,5\n0114C1010,ny,0\n"), said)
    assert [failure["what"] for failure in error.failures] == ["has no edition in its column"]


def test_zeros_outside_the_years_say_nothing_of_adjustment(tmp_path):
    """The zeros that SCB writes for 2024 are no sign that 1 and 2 were taken away."""
    path = write(tmp_path, "deso,år,antal\n2403A0010,2023,5\n2403A0010,2024,0\n2403C1010,2023,6\n2403C1010,2024,0\n")
    said = mapping({"indicator": "population", "value": "antal"}, year_column="år", adjusted="detect")
    table = gi.read_reported(path, said)
    assert table.notes == ()
    assert table.table["status"].tolist() == ["shown", "not_applicable"] * 2


def test_a_kommun_that_was_not_formed_did_not_exist(tmp_path):
    path = write(tmp_path, "kommun,pop_2001,pop_2002\n0330,0,5\n0380,7,8\n")
    table = read(path, mapping(POPULATION, code="kommun", edition="kommun/2003"))
    assert table["status"].tolist() == ["did_not_exist", "shown", "shown", "shown"]


# --- the publisher's adjustment


@pytest.mark.parametrize(
    ("adjusted", "figures", "statuses"),
    [
        ("detect", (0, 3), ["protected", "shown"]),
        ("detect", (0, 1), ["zero", "shown"]),
        ("detect", (0, 2), ["zero", "shown"]),
        ("detect", (0, 0), ["protected", "protected"]),
        ("detect", (4, 5), ["shown", "shown"]),
        ("none", (0, 3), ["zero", "shown"]),
        ("0-3", (0, 1), ["protected", "shown"]),
    ],
)
def test_zeros_of_a_column_without_1_and_2(tmp_path, adjusted, figures, statuses):
    path = write(
        tmp_path, "deso,pop_2023\n" + "".join(f"{code},{n}\n" for code, n in zip(BJURHOLM, figures, strict=True))
    )
    table = read(path, mapping(POPULATION, adjusted=adjusted))
    assert table["status"].tolist() == statuses
    assert set(table.loc[table["status"] == "protected", "reason"]) <= {"zero_or_small"}


def test_adjustment_is_told_and_carried_as_a_note(tmp_path):
    path = write(tmp_path, "deso,pop_2023\n2403A0010,0\n2403C1010,3\n")
    with pytest.warns(UserWarning, match=r"a 0 was read as protected \(0–2\) in pop_2023"):
        table = gi.read_reported(path, mapping(POPULATION, adjusted="detect"))
    assert (
        table.notes[0]["sv"]
        == "Folkmängd: 1 och 2 förekommer aldrig i pop_2023; en nolla där kan vara 0–2 och visas inte."
    )


def test_one_column_of_a_sum_that_may_be_small_leaves_the_sum_protected(tmp_path):
    path = write(tmp_path, "deso,a,b,N\n2403A0010,0,9,20\n2403C1010,3,9,20\n")
    said = mapping(
        {"indicator": "foreign_born_share", "numerator": ["a", "b"], "denominator": "N"}, year=2023, adjusted="detect"
    )
    table = read(path, said)
    assert table["status"].tolist() == ["protected", "shown"]
    assert table["reason"].tolist() == ["zero_or_small", ""]


def test_a_published_share_of_zero_is_zero(tmp_path):
    """Only numbers of persons are adjusted to 0 or 3; a share of 0 per cent is what it says."""
    path = write(tmp_path, "deso,p,N\n2403A0010,0,20\n2403C1010,7,20\n")
    said = mapping(
        {"indicator": "low_economic_standard_share", "value": "p", "denominator": "N"}, year=2023, adjusted="detect"
    )
    assert read(path, said)["status"].tolist() == ["zero", "shown"]


@pytest.mark.parametrize(("texts", "decimals"), [(("7", "8"), 0), (("7,5", "8"), 1), (("7,25", "8,00"), 2)])
def test_published_values_tell_how_they_were_rounded(tmp_path, texts, decimals):
    path = write(tmp_path, "deso;p\n" + "".join(f"{code};{text}\n" for code, text in zip(BJURHOLM, texts, strict=True)))
    said = mapping({"indicator": "low_economic_standard_share", "value": "p"}, year=2023)
    assert gi.read_reported(path, said).indicators["low_economic_standard_share"].decimals == decimals
    said["figure"][0]["decimals"] = 3
    assert gi.read_reported(path, said).indicators["low_economic_standard_share"].decimals == 3


# --- areas


def test_areas_choose_and_miss(tmp_path):
    areas = squares([*BJURHOLM, "2425A0010"])
    path = write(tmp_path, "deso,pop_2023\n2403A0010,5\n2425A0010,6\n2425C1010,7\n")
    with pytest.warns(UserWarning, match="t.csv") as told:
        table = gi.read_reported(path, mapping(POPULATION), areas=areas).table
    assert values(table, "status") == {"2403A0010": "shown", "2403C1010": "missing", "2425A0010": "shown"}
    messages = [str(one.message) for one in told]
    assert messages == [
        "t.csv: 1 area of deso/2018 outside the areas asked for left out.",
        "t.csv: no row for 1 area of deso/2018, whose figures are missing: 2403C1010.",
    ]


def test_a_kommun_without_any_row_is_refused_unless_allowed(tmp_path):
    areas = squares([*BJURHOLM, *DOROTEA])
    path = write(tmp_path, "deso,pop_2023\n2403A0010,5\n2403C1010,6\n")
    error = refusal(path, mapping(POPULATION), areas=areas)
    assert error.failures == [{"kommun": "2425", "areas": "2"}]
    table = read(path, mapping(POPULATION, missing_kommun="allow"), areas=areas)
    assert table["status"].tolist() == ["shown", "shown", "missing", "missing"]


def test_levels_above_are_those_of_the_areas(tmp_path):
    areas = gi.load_areas("deso/2025", where={"kommun": ["1415"]})
    rows = "".join(f"{code},1\n" for code in [*areas.codes, "1415", "1407", "14", "00"])
    path = write(tmp_path, "deso,pop_2024\n" + rows)
    said = mapping(POPULATION, edition="deso/2025", parents=["kommun", "lan", "riket"])
    with pytest.warns(UserWarning, match="1 area of kommun/2003 outside"):
        table = gi.read_reported(path, said, areas=areas).table
    assert set(table["area"]) - set(areas.codes) == {"1415", "14", "00"}


def test_areas_of_another_edition_are_refused(tmp_path):
    path = write(tmp_path, "deso,pop_2023\n2403A0010,5\n")
    error = refusal(path, mapping(POPULATION), areas=squares(BJURHOLM, edition="2025"))
    assert "The table is on deso/2018, and the areas are deso/2025" in str(error)
    assert "recalculate" in error.hint


def test_one_s_own_areas_by_code_and_by_name(tmp_path):
    areas = squares(["N1", "N2"], "nyko4", "2024", names=["Norra höjden", "Södra sidan"])
    path = write(tmp_path, "kod,namn,pop_2015\nN1,Norra höjden,5\nN2,Södra sidan ,6\n")
    said = mapping(POPULATION, code="kod", edition="nyko4/2024")
    assert values(read(path, said, areas=areas)) == {"N1": 5, "N2": 6}
    said = mapping(POPULATION, code=None, name="namn", edition="nyko4/2024")
    assert values(read(path, said, areas=areas)) == {"N1": 5, "N2": 6}
    assert "The names of nyko4/2024 are not known" in str(refusal(path, said))


def test_a_kommun_of_which_a_part_is_there_is_told(tmp_path):
    path = write(tmp_path, "deso,pop_2023\n2403A0010,5\n2425A0010,6\n2425C1010,7\n")
    with pytest.warns(UserWarning, match="no row for 1 area of deso/2018 in kommuner with rows of other areas: 2403"):
        gi.read_reported(path, mapping(POPULATION))


# --- Parquet, own declarations, the release


def test_parquet_with_numbers_and_nothing(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"deso": [*BJURHOLM], "pop_2023": [5.0, None], "pop_2022": [0, 7]}), path)
    table = read(path, mapping(POPULATION))
    assert table["status"].tolist() == ["zero", "shown", "shown", "missing"]


def test_parquet_with_the_texts_of_a_categorical(tmp_path):
    path = tmp_path / "t.parquet"
    frame = pd.DataFrame({"deso": [*BJURHOLM], "pop_2023": ["1 005", ".."]}).astype("category")
    frame.to_parquet(path)
    assert read(path, mapping(POPULATION))["status"].tolist() == ["shown", "protected"]


OWN = {
    "id": "library_cards_share",
    "title": {"sv": "Andel med lånekort", "en": "Share with a library card"},
    "unit": {"sv": "procent", "en": "per cent"},
    "description": {"sv": "Andel med lånekort.", "en": "Share with a library card."},
    "kind": "share",
    "counted": "person",
    "reference": "31 December",
    "additive": "areas",
    "register": "Biblioteket",
}


def test_a_declaration_and_a_class_of_one_s_own(tmp_path):
    path = write(tmp_path, "deso,n,N\n2403A0010,5,10\n2403C1010,6,10\n")
    said = mapping(
        {"indicator": "library_cards_share", "age": "16_18", "numerator": "n", "denominator": "N"},
        year=2023,
        indicator=[OWN],
        **{"class": [{"breakdown": "age", "code": "16_18", "sv": "16–18 år", "en": "ages 16–18"}]},
    )
    table = gi.read_reported(path, said)
    assert table.indicators["library_cards_share"].title["sv"] == "Andel med lånekort"
    assert table.labels["age"]["16_18"] == {"sv": "16–18 år", "en": "ages 16–18"}
    assert table.table["value"].tolist() == [50, 60]


def test_source_and_notes_reach_the_release(tmp_path):
    path = write(tmp_path, "deso,pop_2023\n2403A0010,0\n2403C1010,3\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = gi.read_reported(path, mapping(POPULATION, adjusted="detect"))
    made = gi.release([table], areas={"deso/2018": squares(BJURHOLM)}, organisation="Bjurholms kommun")
    assert made.source_line("sv") == "Källa: SCB, tabell T1. Bearbetning: Bjurholms kommun."
    assert [note["en"].split(":")[0] for note in made.notes] == ["Population"]
    assert made.stamps["as-published"]["sv"].startswith("Källuppgifterna är tagna som utgivaren publicerat dem")
    store = gi.open_store(tmp_path / "kept", create=True)
    store.keep(made)
    opened = store.read()
    assert (opened.id, opened.source_line("sv"), opened.notes) == (made.id, made.source_line("sv"), made.notes)


def test_a_released_table_is_drawn_and_written(tmp_path):
    path = write(tmp_path, "deso,pop_2022,pop_2023\n2403A0010,5,6\n2403C1010,7,..\n")
    table = gi.read_reported(path, mapping(POPULATION))
    made = gi.release([table], areas={"deso/2018": squares(BJURHOLM)})
    gi.write_geopackage(made, tmp_path / "t.gpkg")
    gi.write_parquet(made, tmp_path / "t.parquet")
    assert (tmp_path / "t.gpkg").exists()


def test_progress_is_told(tmp_path):
    path = write(tmp_path, "deso,pop_2023\n2403A0010,5\n2403C1010,6\n")
    seen = []
    gi.read_reported(path, mapping(POPULATION), progress=lambda fraction, message: seen.append(fraction))
    assert seen == sorted(seen)
    assert seen[-1] == 1


# --- the page


def test_the_page_names_every_field_and_every_ready_mapping():
    from gisintegration.reported.mapping import Figure, File, Rows, Source

    page = (Path(__file__).parents[2] / "docs" / "reported.md").read_text(encoding="utf-8")
    names = [name for model in (Source, File, Rows, Figure) for name in model.model_fields]
    assert [name for name in [*names, *gi.ready_mappings()] if f"`{name}`" not in page] == []


def test_the_examples_of_the_page_are_mappings():
    page = (Path(__file__).parents[2] / "docs" / "reported.md").read_text(encoding="utf-8")
    first, second, third = (tomllib.loads(part.split("```")[0]) for part in page.split("```toml")[1:])
    assert load_mapping(first).said.source.line == "SCB, tabell TAB1234"
    assert load_mapping(second | {"source": SOURCE}).said.by["Kon"].codes["1"] == "men"
    figure = {"indicator": "library_cards_share", "age": "16_18", "value": "p"}
    assert load_mapping(mapping(figure) | third).indicators["library_cards_share"].kind == "share"
