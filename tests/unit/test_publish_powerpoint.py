"""PowerPoint decks of a release, read back: slides, charts whose figures are the release's, notes, pictures, no secrets."""

import io
import re
import zipfile
from dataclasses import replace

import numpy as np
import openpyxl
import pytest
from PIL import Image
from pptx import Presentation
from pptx.util import Inches
from released import AREAS, made, row

from gisintegration.errors import InputError, OutputError
from gisintegration.publish import office
from gisintegration.publish.classes import ramp
from gisintegration.publish.picture import canvas, painted
from gisintegration.publish.powerpoint import write_powerpoint
from gisintegration.publish.qml.symbols import PATTERNS, Fill
from gisintegration.tables import Status
from gisintegration.testing import example_indicator, grid_areas

SHARE = example_indicator(
    "share", title={"sv": "Andel i arbete", "en": "Share in work"}, breaks=[{"year": 2022, "sv": "Ny metod.", "en": "New."}],
    population={"age": "20-64"}, assumption={"sv": "Vi antar.", "en": "We assume."},
)  # fmt: skip


def release(**changes):
    """Three areas and three years; the second area is protected in the middle year, the third always."""
    figures = {AREAS[0]: (12.34, 13.0, 14.0), AREAS[1]: (20.0, None, 21.0), AREAS[2]: (None, None, None)}
    rows = [
        row(value, area=code, year=year, numerator=np.nan, denominator=np.nan)
        for code, series in figures.items()
        for year, value in zip((2021, 2022, 2023), series, strict=True)
    ]
    given = {"indicators": [SHARE], "notes": [{"sv": "Påhittat.", "en": "Invented."}]} | changes
    return made(rows, **given)


def charts(slide):
    """Charts of a slide, within groups too."""
    for shape in slide.shapes:
        inside = shape.shapes if shape.shape_type == 6 else [shape]
        yield from (one.chart for one in inside if getattr(one, "has_chart", False))


def texts(slide):
    """Every text of a slide."""
    for shape in slide.shapes:
        inside = shape.shapes if shape.shape_type == 6 else [shape]
        yield from (one.text_frame.text for one in inside if one.has_text_frame)


@pytest.fixture(scope="module")
def deck(tmp_path_factory):
    return write_powerpoint(release(), tmp_path_factory.mktemp("deck") / "a.pptx", date="22 november 2026")


def test_a_title_then_a_map_and_a_chart_for_each_indicator(deck):
    opened = Presentation(deck)
    assert (opened.slide_width, opened.slide_height) == (Inches(13.333), Inches(7.5))
    title, chart_map, chart = opened.slides
    assert list(texts(title))[:1] == ["Prov"]
    assert "Kommunen\n22 november 2026\nUtgivning " in "\n".join(texts(title))
    assert [shape.shape_type for shape in chart_map.shapes].count(13) == 1
    assert len(list(charts(chart))) == 1


def test_no_placeholder_is_left_empty_and_no_layout_unused(deck):
    opened = Presentation(deck)
    assert [len(list(slide.placeholders)) for slide in opened.slides] == [1, 1, 1]
    assert all(shape.text_frame.text for slide in opened.slides for shape in slide.placeholders)
    assert len(opened.slide_layouts) == 2


def test_everything_lies_within_the_slide_and_can_be_read(deck):
    opened = Presentation(deck)
    for slide in opened.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= opened.slide_width
            assert shape.top + shape.height <= opened.slide_height
            if shape.has_text_frame:
                sizes = [run.font.size.pt for p in shape.text_frame.paragraphs for run in p.runs if run.text]
                assert min(sizes, default=12) >= 9.5


def test_the_chart_has_the_figures_of_the_release_and_gaps_where_they_are_hidden(deck):
    [chart] = charts(Presentation(deck).slides[2])
    assert list(chart.plots[0].categories) == ["2021", "2022", "2023"]
    found = [(series.name, tuple(series.values)) for series in chart.plots[0].series]
    assert found == [
        ("Upplands Väsby Örby", (20.0, None, 21.0)),
        ("Upplands Väsby Åby", (12.3, 13.0, 14.0)),
    ]


def test_the_workbook_behind_the_chart_has_the_same_figures(deck):
    [chart] = charts(Presentation(deck).slides[2])
    sheet = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert [line[0] for line in rows] == [None, "2021", "2022", "2023"]
    for column, series in enumerate(chart.plots[0].series, start=1):
        assert rows[0][column] == series.name
        assert tuple(line[column] for line in rows[1:]) == tuple(series.values)


def test_breaks_are_marked_between_the_years(deck):
    slide = Presentation(deck).slides[2]
    [group] = [shape for shape in slide.shapes if shape.shape_type == 6]
    frame = next(one for one in group.shapes if getattr(one, "has_chart", False))
    [line] = [one for one in group.shapes if one.shape_type == 9]
    place = (line.left - frame.left) / frame.width
    assert place == pytest.approx(0.075 + 0.615 / 3, abs=0.001)
    assert any("1) 2022: Ny metod." in text for text in texts(slide))


def test_titles_source_and_notes(deck):
    _, one, two = Presentation(deck).slides
    assert one.shapes.title.text == "Andel i arbete efter område, 2023"
    assert two.shapes.title.text == "Andel i arbete, 2021–2023"
    for slide in (one, two):
        foot = "\n".join(texts(slide))
        assert "Källa: SCB. Bearbetning: Kommunen." in foot
        assert "Endast primärskydd." in foot
        assert "Påhittat." in foot
        spoken = slide.notes_slide.notes_text_frame.text
        for part in ("Definition: Ett exempel.", "Räknas på: Personer, 20–64 år", "Antagande: Vi antar.",
                     "Tidsseriebrott: 2022: Ny metod.", "Skydd: Endast primärskydd."):  # fmt: skip
            assert part in spoken


def test_the_map_has_a_legend_with_class_edges_and_the_key_figures(deck):
    told = list(texts(Presentation(deck).slides[1]))
    assert "Skyddas (för få personer)" in told
    assert any("eller mer" in text for text in told)
    assert any("2 av 3 områden visas" in text for text in told)


def test_pictures_and_charts_are_told_to_those_who_do_not_see_them(deck):
    with zipfile.ZipFile(deck) as package:
        assert 'descr="Karta: Andel i arbete, DeSO 2018, 2023"' in package.read("ppt/slides/slide2.xml").decode()
        assert 'descr="Diagram: Andel i arbete, 2021–2023"' in package.read("ppt/slides/slide3.xml").decode()


def test_english(tmp_path):
    path = write_powerpoint(release(), tmp_path / "a.pptx", language="en")
    opened = Presentation(path)
    assert [slide.shapes.title.text for slide in opened.slides] == [
        "Prov",
        "Share in work by area, 2023",
        "Share in work, 2021–2023",
    ]
    told = "\n".join(text for slide in opened.slides for text in texts(slide))
    assert "Source: SCB. Processed by: Kommunen." in told
    assert not re.search("[åäöÅÄÖ]", re.sub("Åby|Örby|Ängby|Väsby", "", told))


def test_the_same_release_gives_the_same_bytes_whatever_the_clock(deck, tmp_path, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 4e9)
    path = write_powerpoint(release(), tmp_path / "b.pptx", date="22 november 2026")
    assert path.read_bytes() == deck.read_bytes()


def test_no_figure_of_the_charts_or_texts_is_one_that_is_hidden(tmp_path):
    rows = [row(None, area=AREAS[0], year=y, numerator=np.nan) for y in (2021, 2022)]
    rows += [row(43.21, area=AREAS[1], year=y, numerator=7357.0, denominator=9973.0) for y in (2021, 2022)]
    path = write_powerpoint(made(rows), tmp_path / "a.pptx")
    for name, content in _members(path):
        text = content.decode("utf-8", "replace")
        assert "7357" not in text, name
        assert "9973" not in text, name
        assert "43.21" not in text, name
        if re.fullmatch("ppt/charts/chart[0-9]+.xml", name):
            assert set(re.findall(r"<c:v>([0-9.]+)</c:v>", text)) == {"2021", "2022", "43.2"}


def _members(path):
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            content = package.read(name)
            yield name, content
            if name.endswith(".xlsx"):
                yield from _members(io.BytesIO(content))


def test_figures_that_nothing_protects_say_so_on_every_slide(tmp_path):
    made_ = made([row(5, policy="internal", year=y) for y in (2021, 2022)])
    object.__setattr__(made_.tables[0], "stamps", {"internal": {"sv": "Inget är skyddat.", "en": "Nothing."}})
    slides = Presentation(write_powerpoint(made_, tmp_path / "a.pptx")).slides
    assert [slide.shapes.title.text.startswith("INTERNT: ") for slide in slides] == [True, True, True]


def test_hostile_names_are_texts(tmp_path):
    path = write_powerpoint(release(name="=1+1\x0b<a>&"), tmp_path / "a.pptx")
    assert Presentation(path).slides[0].shapes.title.text == "=1+1<a>&"


def test_chosen_areas_are_the_lines(tmp_path):
    path = write_powerpoint(
        release(), tmp_path / "a.pptx", areas=[AREAS[1]], level="deso", indicators=["example_share"]
    )
    [chart] = charts(Presentation(path).slides[2])
    assert [tuple(series.values) for series in chart.plots[0].series] == [(20.0, None, 21.0)]


def test_one_year_is_columns(tmp_path):
    path = write_powerpoint(made([row(5), row(6, area=AREAS[1])]), tmp_path / "a.pptx")
    [chart] = charts(Presentation(path).slides[2])
    assert chart.chart_type.name == "COLUMN_CLUSTERED"


def test_the_same_border_joins_two_editions_and_another_does_not(tmp_path):
    old, new = grid_areas(2, 1, edition="2018"), grid_areas(2, 1, edition="2025")
    moved = new.table.geometry.to_numpy().copy()
    moved[1] = moved[1].buffer(-100, join_style="mitre")
    new = new.with_(table=new.table.set_geometry(moved, crs=new.table.crs))
    rows = [row(10.0 + i, area=code, year=2023, edition="2018") for i, code in enumerate(old.codes)]
    rows += [row(20.0 + i, area=code, year=2024, edition="2025") for i, code in enumerate(new.codes)]
    first, last = made(rows[:2], on=old), made(rows[2:], on=new)
    both = replace(first, tables=(*first.tables, *last.tables), areas={**first.areas, **last.areas})
    [chart] = charts(Presentation(write_powerpoint(both, tmp_path / "a.pptx")).slides[2])
    assert {tuple(series.values) for series in chart.plots[0].series} == {(10.0, 20.0), (None, 21.0)}


@pytest.mark.parametrize(
    "wrong", [{"language": "no"}, {"indicators": ["x"]}, {"level": "lan"}, {"areas": ["0114A9990"]}]
)
def test_what_is_not_there_is_told(tmp_path, wrong):
    with pytest.raises(InputError, match="There is no"):
        write_powerpoint(release(), tmp_path / "a.pptx", **wrong)
    assert not list(tmp_path.iterdir())


def test_a_release_with_nothing_to_show_is_refused(tmp_path):
    areas = grid_areas(3, 1)
    areas = areas.with_(table=areas.table.set_geometry(np.array([None] * 3, dtype=object), crs=areas.table.crs))
    with pytest.raises(InputError, match="nothing to show"):
        write_powerpoint(made([row(None)], on=areas), tmp_path / "a.pptx")


def test_a_missing_package_is_told_with_the_command(tmp_path, monkeypatch):
    def absent(name):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(office, "import_module", absent)
    with pytest.raises(OutputError, match=r"python-pptx.*\n.*pip install gisintegration\[office\]"):
        write_powerpoint(release(), tmp_path / "a.pptx")


def test_a_picture_has_its_colours_where_the_areas_are():
    areas = grid_areas(2, 1)
    drawn = canvas(areas.table.geometry, inches=(2.0, 1.0))
    png = painted(drawn, [Fill("#ff0000"), PATTERNS.by_status[Status.PROTECTED]])
    image = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))
    assert image.shape[1] == pytest.approx(2 * image.shape[0], rel=0.02)
    rows, columns = image.shape[:2]
    assert image[rows // 2, columns // 4].tolist() == [255, 0, 0, 255]
    hatched = image[rows // 4 : -rows // 4, columns * 5 // 8 : columns * 7 // 8, :3].reshape(-1, 3)
    assert len(np.unique(hatched, axis=0)) > 1
    assert hatched.min() > 100
    assert painted(drawn, [Fill("#ff0000"), PATTERNS.by_status[Status.PROTECTED]]) == png


def test_the_colours_of_a_picture_are_exactly_those_of_the_legend():
    areas = grid_areas(6, 1)
    colours = ramp("good", 6)
    image = np.asarray(
        Image.open(io.BytesIO(painted(canvas(areas.table.geometry, inches=(3.0, 0.5)), [Fill(c) for c in colours])))
    )
    middle = image[image.shape[0] // 2]
    found = ["#" + bytes(middle[int((i + 0.5) * image.shape[1] / 6), :3].tolist()).hex() for i in range(6)]
    assert found == colours
