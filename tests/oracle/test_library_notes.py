"""What is assumed reaches the reader: every file of a release tells the assumption of its indicator, in its language."""

import json
import sqlite3
import sys
from pathlib import Path

import pandas as pd
import pytest

import gisintegration as gi

sys.path.insert(0, str(Path(__file__).parents[1]))
from hand_register import hand_areas, hand_persons

INDICATOR = "overcrowded_share"
ASSUMED = gi.load_indicators([INDICATOR])[INDICATOR].assumption
# Enough of it to be told from any other text, and without what formats write in a way of their own.
PIECES = {"sv": "Ensamboende är aldrig trångbodda", "en": "One-person households are never overcrowded"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("notes") / "persons.csv"
    hand_persons().drop(columns="area").to_csv(path, index=False)
    areas = hand_areas()
    raw = gi.aggregate(
        gi.read_register(path, crs=3006), [INDICATOR], by=["deso"], areas={areas: [2022]}, breakdowns=False
    )
    return gi.release(gi.protect([raw], "internal"), areas={areas.key: areas}, organisation="Provet")


def test_the_pieces_are_of_the_assumption():
    assert all(piece in ASSUMED[language] for language, piece in PIECES.items())


@pytest.mark.parametrize("language", ["sv", "en"])
def test_csv_px_and_json_stat(made, tmp_path, language):
    gi.write_tables(made, tmp_path / "csv", language=language)
    gi.write_px(made, tmp_path / "px")
    gi.write_jsonstat(made, tmp_path / "json")
    csv = " ".join(path.read_text(encoding="utf-8-sig") for path in (tmp_path / "csv").rglob("*.txt"))
    px = " ".join(_px_text(path) for path in (tmp_path / "px").rglob("*.px"))
    stat = " ".join(json.dumps(json.loads(p.read_text("utf-8")), ensure_ascii=False) for p in tmp_path.rglob("*.json"))
    for name, text in (("csv", csv), ("px", px), ("json", stat)):
        assert PIECES[language] in text, name


def _px_text(path):
    text = path.read_bytes()
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            # Long texts are strings on lines of their own.
            return text.decode(encoding).replace('"\r\n"', "").replace('"\n"', "")
        except UnicodeDecodeError:
            continue
    raise AssertionError(path)


def test_geopackage_and_web_map(made, tmp_path):
    gi.write_geopackage(made, tmp_path / "out.gpkg")
    with sqlite3.connect(tmp_path / "out.gpkg") as con:
        told = pd.read_sql("select * from key_indicator", con)
    assert told["assumption_sv"].tolist() == [ASSUMED["sv"]]
    assert told["assumption_en"].tolist() == [ASSUMED["en"]]
    for language, piece in PIECES.items():
        page = tmp_path / f"{language}.html"
        gi.write_map(made, page, indicator=INDICATOR, level="deso", language=language)
        assert piece in page.read_text(encoding="utf-8")


def test_excel_tells_it_in_a_sheet(made, tmp_path):
    pytest.importorskip("xlsxwriter")
    from openpyxl import load_workbook

    for language, piece in PIECES.items():
        gi.write_excel(made, tmp_path / f"{language}.xlsx", language=language)
        book = load_workbook(tmp_path / f"{language}.xlsx", read_only=True)
        cells = (str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row)
        assert any(piece in text for text in cells)


def test_powerpoint_tells_it_on_a_slide_or_in_its_notes(made, tmp_path):
    pptx = pytest.importorskip("pptx")
    from gisintegration.publish.powerpoint import write_powerpoint

    for language, piece in PIECES.items():
        path = tmp_path / f"{language}.pptx"
        write_powerpoint(made, path, language=language)
        slides = pptx.Presentation(str(path)).slides
        texts = [shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame]
        texts += [slide.notes_slide.notes_text_frame.text for slide in slides if slide.has_notes_slide]
        assert any(piece in text for text in texts)
