"""Excel workbooks of a release, read back cell by cell: types, numbers, order, statuses, words, bytes, and no secrets."""

import re
import shutil
import subprocess
import zipfile
from xml.etree import ElementTree as ET

import numpy as np
import openpyxl
import pytest
import shapely
from released import made, row

from gisintegration.areas.assemble import assemble
from gisintegration.errors import InputError, OutputError
from gisintegration.publish import office
from gisintegration.publish.excel import sheet_name, write_excel
from gisintegration.publish.excel_rows import ABSENT, Grid
from gisintegration.publish.excel_sheet import FIRST_ROW, HEAD_ROW
from gisintegration.tables import Status
from gisintegration.testing import example_indicator

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
KOMMUNER = ("0114", "0765", "1880", "2321")


def kommuner(names=None):
    squares = np.array([shapely.box(i * 1e3, 0, i * 1e3 + 1e3, 1e3) for i in range(4)], dtype=object)
    return assemble("kommun", "2003", list(KOMMUNER), squares, names=names)


def of_kommuner(**changes):
    shown = zip(KOMMUNER, (62.45, 8.0, None, 0), strict=True)
    rows = [row(v, division="kommun", edition="2003", area=k, year=y) for k, v in shown for y in (2023, 2024)]
    return made(rows, on=kommuner(), **changes)


def table(path, name=None):
    """The header and the rows of a sheet, as openpyxl gives them."""
    book = openpyxl.load_workbook(path)
    sheet = book[name or book.sheetnames[1]]
    head = [cell.value for cell in sheet[HEAD_ROW + 1]]
    return head, list(sheet.iter_rows(min_row=FIRST_ROW + 1)), sheet


def values(path, name=None):
    head, rows, _ = table(path, name)
    return [dict(zip(head, (cell.value for cell in line), strict=True)) for line in rows]


def test_codes_are_text_figures_are_numbers_and_statuses_stand_apart(tmp_path):
    head, rows, sheet = table(write_excel(of_kommuner(), tmp_path / "a.xlsx"))
    assert head == ["Indelning", "Kod", "Namn", "Kön", "2023", "2024", "Status 2023", "Status 2024"]
    by_code = {line[1].value: line for line in rows}
    assert set(by_code) == set(KOMMUNER)
    assert all(line[1].data_type == "s" and line[1].number_format == "@" for line in rows)
    figure = by_code["0114"][4]
    assert (figure.value, figure.data_type, figure.number_format) == (62.5, "n", "#,##0.0")  # a half goes away from 0
    assert by_code["0114"][6].value == "Visas"
    assert (by_code["2321"][4].value, by_code["2321"][6].value) == (0, "Noll")
    hidden = by_code["1880"]
    assert hidden[4].value is None
    assert hidden[4].fill.fill_type == "lightUp"
    assert hidden[6].value == "Skyddas (för få personer)"
    assert sheet.freeze_panes == "D7"
    assert sheet.auto_filter.ref == "A6:H10"


def test_no_green_triangle_on_any_cell(tmp_path):
    path = write_excel(of_kommuner(), tmp_path / "a.xlsx")
    with zipfile.ZipFile(path) as package:
        text = package.read("xl/worksheets/sheet2.xml").decode()
    assert '<ignoredError sqref="A1:H10" numberStoredAsText="1"/>' in text


def test_areas_stand_by_name_with_swedish_letters_last(tmp_path):
    names = [line["Namn"] for line in values(write_excel(of_kommuner(), tmp_path / "a.xlsx"))]
    assert names == ["Upplands Väsby", "Åre", "Älmhult", "Örebro"]


def test_a_lan_keeps_its_leading_zero(tmp_path):
    lan = assemble("lan", "1998", ["01"], np.array([shapely.box(0, 0, 1, 1)], dtype=object))
    path = write_excel(made([row(5, division="lan", edition="1998", area="01")], on=lan), tmp_path / "a.xlsx")
    assert values(path)[0]["Kod"] == "01"


def test_every_status_is_told_and_none_of_them_is_a_nought(tmp_path):
    rows = [row(7.0 if status is Status.SHOWN else None, status=str(status), year=2010 + i) for i, status in
            enumerate(Status) if status is not Status.ZERO]  # fmt: skip
    [line] = values(write_excel(made(rows), tmp_path / "a.xlsx", language="en"))
    told = {year: (line[str(year)], line[f"Status {year}"]) for year in (2010, 2011, 2013, 2014, 2015)}
    assert told == {
        2010: (7.0, "Shown"),
        2011: (None, "Protected (too few persons)"),
        2013: (None, "Not available"),
        2014: (None, "Not applicable"),
        2015: (None, "Did not exist"),
    }


def test_a_cell_without_a_row_is_missing_where_its_class_is_given_and_empty_where_not(tmp_path):
    rows = [row(5, area="0114A0010", year=2022), row(6, area="0114A0020", year=2023), row(7, sex="women", year=2023)]
    found = values(write_excel(made(rows), tmp_path / "a.xlsx"))
    told = [(line["Kod"], line["Kön"], line["Status 2022"], line["Status 2023"]) for line in found]
    assert told == [
        ("0114A0010", "totalt", "Visas", "Uppgift saknas"),
        ("0114A0010", "kvinnor", None, "Visas"),
        ("0114A0020", "totalt", "Uppgift saknas", "Visas"),
    ]


def test_women_come_before_men_and_classes_as_they_are_declared(tmp_path):
    rows = [row(5, sex=sex) for sex in ("men", "total", "women")]
    rows += [row(5, background=code) for code in ("abroad", "sweden")]
    found = values(write_excel(made(rows), tmp_path / "a.xlsx"))
    assert [(line["Kön"], line["Bakgrund"]) for line in found] == [
        ("totalt", "totalt"),
        ("totalt", "födelseregion: Sverige"),
        ("totalt", "utrikes födda"),
        ("kvinnor", "totalt"),
        ("män", "totalt"),
    ]


def test_names_that_look_like_formulas_are_texts(tmp_path):
    hostile = ("=1+1", "@SUM(A1)", "<r><t>x</t></r>", "-2+3\x01")
    path = write_excel(
        made([row(5, division="kommun", edition="2003", area=code) for code in KOMMUNER], on=kommuner(hostile),
             name="=cmd()", organisation="+1", source="@x"), tmp_path / "a.xlsx")  # fmt: skip
    book = openpyxl.load_workbook(path)
    assert not [c for sheet in book for line in sheet.iter_rows() for c in line if c.data_type == "f"]
    with zipfile.ZipFile(path) as package:
        assert not [name for name in package.namelist() if b"<f>" in package.read(name)]
    found = {line["Namn"].strip() for line in values(path)}
    assert {"=1+1", "@SUM(A1)", "<r><t>x</t></r>"} <= found


def test_recalculated_figures_are_marked_and_have_their_bounds(tmp_path):
    estimated = {"method": "recalculated:points", "exact_share": 0.505, "lower": 40.04, "upper": 60.01, "se": 2.25}
    rows = [row(50.0, year=2022, **estimated), row(51.0, year=2023)]
    path = write_excel(made(rows), tmp_path / "a.xlsx")
    [line] = values(path)
    assert line["Metod 2022"] == "omräknad till nya gränser efter var personer bor"
    assert (line["Lägst 2022"], line["Högst 2022"], line["Medelfel 2022"]) == (40.0, 60.1, 2.3)
    assert line["Andel exakt (%) 2022"] == 50
    head, [cells], _ = table(path)
    assert [cells[head.index(year)].font.italic for year in ("2022", "2023")] == [True, False]


def test_the_first_sheet_tells_what_the_figures_are_and_links_to_every_sheet(tmp_path):
    declared = example_indicator(
        "share", description={"sv": "Andel i arbete.", "en": "Share in work."}, population={"age": "20-64"},
        assumption={"sv": "Vi antar.", "en": "We assume."}, unknown={"sv": "Räknas inte.", "en": "Left out."},
        stated_by="SCB", breaks=[{"year": 2019, "sv": "Ny metod.", "en": "New method."}],
    )  # fmt: skip
    note = {"sv": "Observera detta.", "en": "Note this."}
    release = made([row(5)], indicators=[declared], notes=[note])
    for language, words in {
        "sv": ("Om tabellen", "Andel i arbete.", "Personer, 20–64 år", "31 december 2022", "Vi antar.", "Räknas inte.",
               "SCB", "2019: Ny metod.", "Endast primärskydd.", "Observera detta.", "SCB. Bearbetning: Kommunen."),
        "en": ("About", "Share in work.", "Persons, ages 20–64", "31 December 2022", "We assume.", "Left out.",
               "SCB", "2019: New method.", "Primary protection only.", "Note this.", "SCB. Processed by: Kommunen."),
    }.items():  # fmt: skip
        book = openpyxl.load_workbook(write_excel(release, tmp_path / "a.xlsx", language=language))
        assert book.sheetnames[0] == words[0]
        sheet = book[words[0]]
        told = [cell.value for line in sheet.iter_rows() for cell in line]
        assert set(words[1:]) <= set(told)
        assert release.id in told
        links = [cell.hyperlink.location for line in sheet.iter_rows() for cell in line if cell.hyperlink]
        assert links == [f"'{name}'!A1" for name in book.sheetnames[1:]]


def test_the_same_release_gives_the_same_bytes_whatever_the_clock(tmp_path, monkeypatch):
    first = write_excel(of_kommuner(), tmp_path / "a.xlsx").read_bytes()
    monkeypatch.setattr("time.time", lambda: 4e9)
    assert write_excel(of_kommuner(), tmp_path / "b.xlsx").read_bytes() == first
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert write_excel(of_kommuner(), tmp_path / "c.xlsx").read_bytes() != first


def test_no_number_is_in_the_package_that_is_not_shown(tmp_path):
    rows = [row(None, area=code, year=year, numerator=np.nan) for code in ("0114A0010", "0114A0020") for year in (1, 2)]
    rows += [row(43.21, area="0114A0030", year=year, numerator=7357.0, denominator=9973.0) for year in (1, 2)]
    path = write_excel(made(rows), tmp_path / "a.xlsx")
    with zipfile.ZipFile(path) as package:
        sheets = [name for name in package.namelist() if re.search("sheet[0-9]+.xml$", name)]
        texts = {name: package.read(name).decode("utf-8", "replace") for name in package.namelist()}
    numbers = [
        float(cell.find(f"{MAIN}v").text)
        for name in sheets
        for cell in ET.fromstring(texts[name]).iter(f"{MAIN}c")
        if cell.get("t") is None and cell.find(f"{MAIN}v") is not None
    ]
    assert numbers == [43.2, 43.2]
    assert not [name for name, text in texts.items() if "7357" in text or "9973" in text]


def test_figures_that_nothing_protects_say_so_wherever_they_are_seen(tmp_path):
    release = made([row(5, policy="internal")])
    stamps = {"internal": {"sv": "Inget är skyddat.", "en": "Nothing is protected."}}
    object.__setattr__(release.tables[0], "stamps", stamps)
    book = openpyxl.load_workbook(write_excel(release, tmp_path / "a.xlsx"))
    assert [sheet["A1"].value.startswith("INTERNT: ") for sheet in book] == [True, True]


def test_only_what_is_asked_for_is_written(tmp_path):
    release = made([row(5), row(6, indicator="example_mean")])
    path = write_excel(release, tmp_path / "a.xlsx", indicators=["example_mean"], levels=["deso"])
    assert openpyxl.load_workbook(path).sheetnames == ["Om tabellen", "Exempel (mean)"]


@pytest.mark.parametrize("wrong", [{"language": "no"}, {"indicators": ["exmple_share"]}, {"levels": ["lan"]}])
def test_what_is_not_there_is_told(tmp_path, wrong):
    with pytest.raises(InputError, match="There is no"):
        write_excel(made([row(5)]), tmp_path / "a.xlsx", **wrong)
    assert not list(tmp_path.iterdir())


def test_a_file_of_another_kind_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"\.xlsx"):
        write_excel(made([row(5)]), tmp_path / "a.xls")


def test_a_missing_package_is_told_with_the_command(tmp_path, monkeypatch):
    def absent(name):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(office, "import_module", absent)
    with pytest.raises(OutputError, match=r"pip install gisintegration\[office\]"):
        write_excel(made([row(5)]), tmp_path / "a.xlsx")


def test_sheet_names_are_what_excel_takes():
    taken = []
    titles = ["a/b:c*d?e[f]g\\h", "'", "", "history", "x" * 40, "X" * 41, "\U0001f600" * 20, *["Samma titel"] * 12]
    for title in titles:
        taken.append(sheet_name(title, taken))
    assert len({name.casefold() for name in taken}) == len(titles)
    for name in taken:
        assert 1 <= len(name.encode("utf-16-le")) // 2 <= 31
        assert not set("[]:*?/\\'") & set(name)
        assert name.casefold() != "history"


def test_more_rows_than_a_sheet_holds_are_split_between_editions():
    empty = np.zeros((10, 1))
    whole = Grid((), [()] * 10, [1], empty, np.full((10, 1), ABSENT, np.int8), empty > 0, {}, [0, 3, 9])
    assert [(part.start, part.stop) for part in whole.parts(4)] == [(0, 3), (3, 7), (7, 10)]
    assert [(part.start, part.stop) for part in whole.parts(100)] == [(0, 10)]


def test_libreoffice_opens_it(tmp_path):
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    path = write_excel(of_kommuner(), tmp_path / "a.xlsx")
    # A profile of its own: a running office would otherwise answer for this one.
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [soffice, profile, "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,2",
               "--outdir", str(tmp_path), str(path)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    [text] = [file.read_text(encoding="utf-8") for file in tmp_path.glob("*.csv")]
    lines = [line.split(";") for line in text.splitlines()]
    assert ["Kommuner", "0114", "Upplands Väsby", "totalt", "62.5", "62.5", "Visas", "Visas"] in lines
