"""What is written is read by programs of others: PX by pyaxis, JSON-stat by jsonstat-validator."""

import json
import logging
from datetime import datetime

import jsonstat_validator
import pytest

from gisintegration.formats import MARKS, Cube, Dimension, Kind, Measure, Note, write_jsonstat, write_px

_root = logging.getLogger()
_before = _root.level, list(_root.handlers)

from pyaxis import pyaxis  # noqa: E402  # it sets up logging for everybody when it is imported

_root.setLevel(_before[0])
_root.handlers[:] = _before[1]

NAN = float("nan")


def example(*languages: str) -> Cube:
    """Areas with åäö, semicolons and equal signs in names; two contents; quarters; every mark."""

    def said(**text):
        return {language: words for language, words in text.items() if language in languages}

    areas = ("0114 Upplands Väsby", "Åre; Älmhult", "Örebro = störst", "Malmö (Hyllie)")
    shares = ("Antal", "Andel, procent")
    quarters = ("2024K1", "2024K2")
    area = Dimension(
        code="Region", label=said(sv="område", en="area"), codes=("0114", "A", "B", "C"),
        labels=said(sv=areas, en=tuple("E" + name for name in areas)), kind=Kind.GEO, elimination=True,
    )  # fmt: skip
    content = Dimension(
        code="ContentsCode", label=said(sv="tabellinnehåll", en="observations"), codes=("N", "P"),
        labels=said(sv=shares, en=("Number", "Share")), kind=Kind.CONTENT,
        measures=(
            Measure(unit=said(sv="antal", en="number")),
            Measure(unit=said(sv="procent", en="percent"), decimals=1, stock="A", reference_time=said(sv="kvartal", en="q")),
        ),
    )  # fmt: skip
    quarter = Dimension(
        code="Tid", label=said(sv="kvartal", en="quarter"), codes=quarters, labels=said(sv=quarters, en=quarters),
        kind=Kind.TIME, timescale="Q1",
    )  # fmt: skip
    figures = [float(number) for number in range(9)] + [NAN] * 7
    marks = [""] * 8 + list(MARKS)
    figures[8:10] = [8, 0]
    return Cube(
        dimensions=(area, content, quarter), figures=figures, marks=marks, languages=languages, matrix="X1",
        title=said(sv="Sysselsatta; efter område " * 20, en="Employed; by area"), contents=said(sv="A", en="B"),
        subject_code="AA", subject_area=said(sv="Arbete", en="Work"), source=said(sv="SCB", en="Statistics Sweden"),
        measure=Measure(contact=said(sv="Anna", en="Anna"), updated=datetime.fromisoformat("2025-01-02T03:04")),
        notes=(
            Note(text=said(sv="Not", en="Note"), mandatory=True),
            Note(text=said(sv="Not", en="Note"), dimension="Region", value="A"),
            Note(text=said(sv="Not", en="Note"), cell=("A", None, "2024K1")),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
@pytest.mark.parametrize(("languages", "asked"), [(("sv",), "sv"), (("sv", "en"), "sv"), (("sv", "en"), "en")])
def test_pyaxis_reads_the_same_cells(tmp_path, encoding, languages, asked):
    cube = example(*languages)
    path = write_px(cube, tmp_path / "a.px", encoding=encoding)
    read = pyaxis.parse(
        str(path), encoding="utf-8-sig" if encoding == "utf-8" else "cp1252", lang=asked, null_values=r"^never$",
        sd_values=r"^never$",
    )  # fmt: skip
    table = read["DATA"]
    expected = cube.table
    for dimension in cube.dimensions:
        names = dict(zip(dimension.codes, dimension.labels[asked], strict=True))
        assert table[dimension.label[asked]].tolist() == expected[dimension.code].map(names).tolist()
    for cell, figure, mark in zip(table["DATA"], expected["figure"], expected["mark"], strict=True):
        if mark:
            assert cell == f'"{mark}"'
        else:
            assert float(cell) == figure
    said = read["METADATA"]
    assert "".join(said["TITLE"]).replace(" ", "") == cube.title[asked].replace(" ", "")
    assert said["MATRIX"] == ["X1"]
    assert said[f"CODES({cube.dimensions[0].label[asked]})"] == list(cube.dimensions[0].codes)
    assert said[f"UNITS({cube.dimensions[1].labels[asked][1]})"] == [cube.dimensions[1].measures[1].unit[asked]]


@pytest.mark.parametrize(("languages", "asked"), [(("sv",), "sv"), (("sv", "en"), "sv"), (("sv", "en"), "en")])
def test_jsonstat_validator_accepts_it(tmp_path, languages, asked):
    path = write_jsonstat(example(*languages), tmp_path / "a.json", language=asked)
    assert jsonstat_validator.validate_jsonstat(json.loads(path.read_text(encoding="utf-8"))) is True


def test_jsonstat_validator_would_refuse_a_wrong_one(tmp_path):
    document = json.loads(write_jsonstat(example("sv"), tmp_path / "a.json").read_text(encoding="utf-8"))
    document["size"][0] += 1
    with pytest.raises(Exception, match="must equal number of categories"):
        jsonstat_validator.validate_jsonstat(document)
