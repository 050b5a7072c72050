"""Published tables as PX, JSON-stat and Excel files: the same figures and marks as the same table in text."""

import json
import warnings

import openpyxl
import pytest

import gisintegration as gi
from gisintegration.errors import ReportedError
from gisintegration.formats import Cube, Dimension, Kind, Measure, write_jsonstat, write_px

SOURCE = {"title": {"sv": "Folkmängd", "en": "Population"}, "publisher": "SCB", "licence": "CC0 1.0"}
# (kommun, sex, year) → population, share employed. "-" is a true zero.
CELLS = {
    ("0114", "1", "2022"): ("10", "1.5"),
    ("0114", "1", "2023"): ("11", ".."),
    ("0114", "2", "2022"): ("20", "2.5"),
    ("0114", "2", "2023"): ("21", "2.0"),
    ("0115", "1", "2022"): ("-", "."),
    ("0115", "1", "2023"): ("31", "3.5"),
    ("0115", "2", "2022"): ("40", "..."),
    ("0115", "2", "2023"): ("41", "1.234"),
}


def cube():
    def side(code, label, codes, labels, kind=Kind.OTHER, **more):
        return Dimension(code=code, label={"sv": label}, codes=codes, labels={"sv": labels}, kind=kind, **more)

    dimensions = (
        side("Region", "region", ("0114", "0115"), ("Upplands Väsby", "Vallentuna"), Kind.GEO),
        side("Kon", "kön", ("1", "2"), ("män", "kvinnor")),
        side(
            "ContentsCode",
            "tabellinnehåll",
            ("BE1", "AW"),
            ("Folkmängd", "Andel sysselsatta"),
            Kind.CONTENT,
            measures=(Measure(unit={"sv": "antal"}), Measure(unit={"sv": "procent"}, decimals=3)),
        ),
        side("Tid", "år", ("2022", "2023"), ("2022", "2023"), Kind.TIME, timescale="A1"),
    )
    order = [
        CELLS[region, sex, year][content]
        for region in ("0114", "0115")
        for sex in "12"
        for content in (0, 1)
        for year in ("2022", "2023")
    ]
    figures = [0.0 if text == "-" else float("nan") if set(text) == {"."} else float(text) for text in order]
    marks = [text if text == "-" or set(text) == {"."} else "" for text in order]
    return Cube(
        dimensions=dimensions,
        figures=figures,
        marks=marks,
        heading=1,
        matrix="T1",
        title={"sv": "Folkmängd"},
        contents={"sv": "Folkmängd"},
        subject_code="BE",
        subject_area={"sv": "Befolkning"},
    )


def mapping(population="BE1", share="AW", *, file=None, **rows):
    return {
        "source": SOURCE,
        "file": file or {},
        "rows": {"code": "Region", "edition": "kommun/2003", "year_column": "Tid", "adjusted": "none"} | rows,
        "by": {"Kon": {"breakdown": "sex", "codes": {"1": "men", "2": "women"}}},
        "figure": [
            {"indicator": "population", "value": population, "by": ["Kon"]},
            {"indicator": "employed_share", "value": share, "by": ["Kon"], "decimals": 3},
        ],
    }


def rows(path, said):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = gi.read_reported(path, said).table
    columns = ["indicator", "area", "year", "sex", "status"]
    return {
        tuple(map(str, key)): value for *key, value in table[[*columns, "value"]].fillna(-1).itertuples(index=False)
    }


def by_hand():
    words = {"..": "protected", ".": "not_applicable", "...": "missing", "-": "zero"}
    found = {}
    for (region, sex, year), texts in CELLS.items():
        for indicator, text in zip(("population", "employed_share"), texts, strict=True):
            value = -1.0 if set(text) == {"."} else 0.0 if text == "-" else float(text)
            found[indicator, region, year, {"1": "men", "2": "women"}[sex], words.get(text, "shown")] = value
    return found


@pytest.mark.parametrize("names", [("BE1", "AW"), ("Folkmängd", "Andel sysselsatta")])
def test_px_and_jsonstat_give_the_figures_and_marks_that_stand_in_them(tmp_path, names):
    px, json_ = write_px(cube(), tmp_path / "t.px"), write_jsonstat(cube(), tmp_path / "t.json")
    assert rows(px, mapping(*names)) == by_hand()
    assert rows(json_, mapping(*names)) == by_hand()


def test_the_names_of_values_are_columns_of_their_own(tmp_path):
    px = write_px(cube(), tmp_path / "t.px")
    said = mapping()
    said["by"] = {"Kon (text)": {"breakdown": "sex", "codes": {"män": "men", "kvinnor": "women"}}}
    for figure in said["figure"]:
        figure["by"] = ["Kon (text)"]
    assert rows(px, said) == by_hand()


def test_a_cube_without_contents_has_its_figures_as_value(tmp_path):
    region = Dimension(code="Region", label={"sv": "region"}, codes=("0114",), labels={"sv": ("Upplands Väsby",)})
    year = Dimension(code="Tid", label={"sv": "år"}, codes=("2023",), labels={"sv": ("2023",)}, kind=Kind.TIME)
    path = write_jsonstat(Cube(dimensions=(region, year), figures=[7]), tmp_path / "t.json")
    said = mapping()
    said["figure"] = [{"indicator": "population", "value": "value"}]
    del said["by"]
    assert rows(path, said) == {("population", "0114", "2023", "total", "shown"): 7}


def book(path, lines, *, title="Blad1"):
    made = openpyxl.Workbook()
    made.active.title = "Om tabellen"
    made.active.append(["Folkmängd efter region"])
    sheet = made.create_sheet(title)
    for line in lines:
        sheet.append(line)
    made.save(path)
    return path


def number(text):
    return text if text == "-" or set(text) == {"."} else float(text)


def test_a_sheet_with_titles_names_over_two_rows_blanks_below_and_footnotes(tmp_path):
    lines = [
        ["Folkmängd och sysselsatta"],
        [],
        [None, None, "Folkmängd", None, "Andel", None],
        ["region", "kön", 2022, 2023, 2022, 2023],
    ]
    for region in ("0114", "0115"):
        for sex, word in (("1", "män"), ("2", "kvinnor")):
            pairs = [CELLS[region, sex, year] for year in ("2022", "2023")]
            lines.append([region if sex == "1" else None, word, *(number(pair[i]) for i in (0, 1) for pair in pairs)])
    lines += [[], ["Källa: SCB"]]
    said = mapping("Folkmängd {year}", "Andel {year}", file={"header_rows": 2, "fill_down": "region"}, code="region")
    del said["rows"]["year_column"]
    said["by"] = {"kön": {"breakdown": "sex", "codes": {"män": "men", "kvinnor": "women"}}}
    for figure in said["figure"]:
        figure["by"] = ["kön"]
    path = book(tmp_path / "t.xlsx", lines)
    with pytest.warns(UserWarning, match="footnotes"):
        gi.read_reported(path, said)
    assert rows(book(tmp_path / "u.xlsx", lines[:-2]), said) == by_hand()


def test_a_workbook_is_refused_with_what_is_wrong_in_it(tmp_path):
    said = mapping("n", "s", code="kod")
    del said["by"], said["rows"]["year_column"]
    said["rows"]["year"] = 2023
    said["figure"] = [{"indicator": "population", "value": "n"}]
    lines = [["kod", "n"], [114, 5]]
    with pytest.raises(ReportedError, match="114"):
        gi.read_reported(book(tmp_path / "zeros.xlsx", lines), said)
    with pytest.raises(ReportedError, match=r"lacks|columns"):
        gi.read_reported(book(tmp_path / "names.xlsx", [["code", "n"], ["0114", 5]]), said)
    with pytest.raises(ReportedError, match="'Blad9'"):
        gi.read_reported(book(tmp_path / "sheet.xlsx", lines), said | {"file": {"sheet": "Blad9"}})
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    with pytest.raises(ReportedError, match=r"broken\.xlsx is not an Excel workbook"):
        gi.read_reported(tmp_path / "broken.xlsx", said)
    with pytest.raises(ReportedError, match="12,5"):
        gi.read_reported(book(tmp_path / "comma.xlsx", [["kod", "n"], ["0114", "12,5"]]), said)


def test_a_damaged_cube_is_refused_by_name(tmp_path):
    px = write_px(cube(), tmp_path / "t.px")
    px.write_text(px.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    with pytest.raises(ReportedError, match=r"t\.px cannot be read"):
        gi.read_reported(px, mapping())
    (tmp_path / "t.json").write_text(json.dumps({"class": "collection"}), encoding="utf-8")
    with pytest.raises(ReportedError, match=r"t\.json cannot be read"):
        gi.read_reported(tmp_path / "t.json", mapping())
