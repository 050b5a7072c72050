"""What a release exports is read by programs of others: PX by pyaxis, JSON-stat by jsonstat-validator, CSV by pandas."""

import json
import logging

import jsonstat_validator
import pandas as pd
import pytest
from released import AREAS, areas, made, row

from gisintegration.publish import write_jsonstat, write_px, write_tables
from gisintegration.tables import COLUMNS, WORDS, Status

_root = logging.getLogger()
_before = _root.level, list(_root.handlers)

from pyaxis import pyaxis  # noqa: E402  # it sets up logging for everybody when it is imported

_root.setLevel(_before[0])
_root.handlers[:] = _before[1]

ROWS = [
    row(50.0), row(40.1, year=2023), row(0, area=AREAS[1]), row(None, area=AREAS[2]),
    row(51.5, sex="women"), row(None, sex="men"), row(60.0, age="20_24"), row(33.3, background="abroad"),
    row(status="missing", indicator="example_mean"), row(status="not_applicable", indicator="example_mean", year=2023),
    row(status="did_not_exist", indicator="example_mean", area=AREAS[1]), row(7.5, indicator="example_mean", area=AREAS[2]),
]  # fmt: skip
NAMES = ("Åre; norr", 'Älmhult "öst"', "Örebro = störst")


@pytest.fixture(scope="module")
def release():
    return made(ROWS, on=areas(NAMES))


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_pyaxis_finds_every_row_where_it_should_be(release, tmp_path, language, encoding):
    (path,) = write_px(release, tmp_path / "px", language=language, encoding=encoding)
    read = pyaxis.parse(
        str(path), encoding="utf-8-sig" if encoding == "utf-8" else "cp1252", lang=language, null_values=r"^never$",
        sd_values=r"^never$",
    )  # fmt: skip
    table, said = read["DATA"], read["METADATA"]
    assert len(table) == 3 * 3 * 3 * 2 * 2
    area, sex, listed, content, year = table.columns[:5]
    codes = {
        name: dict(zip(said[f"VALUES({name})"], said[f"CODES({name})"], strict=True)) for name in table.columns[:5]
    }
    named = {name: table[name].map(codes[name]) for name in codes}
    assert named[area].notna().all()
    found = {
        key: cell
        for *key, cell in zip(
            named[area], named[sex], named[listed], named[content], named[year], table["DATA"], strict=True
        )
        for key in [tuple(key)]
    }
    for one in ROWS:
        in_list = next((f"{name}_{one[name]}" for name in ("age", "background") if one[name] != "total"), "total")
        cell = found.pop((one["area"], one["sex"], in_list, one["indicator"], str(one["year"])))
        mark = WORDS[Status(one["status"])].px
        assert cell == f'"{mark}"' if mark else float(cell) == one["value"]
    assert set(found.values()) == {'"."', '"..."'}
    assert said["MATRIX"] == ["example_deso_2018"]
    assert said["CONTVARIABLE"] == [content]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_jsonstat_validator_accepts_every_dataset(release, estimated_release, small_release, tmp_path, language):
    number = 0
    for one in (release, estimated_release, small_release):
        for path in write_jsonstat(one, tmp_path / one.id, language=language):
            assert jsonstat_validator.validate_jsonstat(json.loads(path.read_text(encoding="utf-8"))) is True
            number += 1
    assert number == 4


def test_pandas_reads_the_long_table_as_the_rows(release, tmp_path):
    (path,) = write_tables(release, tmp_path / "csv", layout="long")
    read = pd.read_csv(path, sep=";", decimal=",", dtype={"area": "str", "edition": "str"}, encoding="utf-8-sig")
    rows = release.statistics.sort_values(["area"], kind="stable").reset_index(drop=True)
    for name in COLUMNS:
        wanted, got = rows[name].astype("object"), read[name].astype("object")
        if rows[name].dtype == "category":
            assert got.where(got.notna(), "").astype("str").tolist() == wanted.astype("str").tolist(), name
        else:
            assert got.astype("float").equals(wanted.astype("float")), name
    assert read["area_text"].unique().tolist() == list(NAMES)
    assert set(read["status_text"]) == {WORDS[status].sv for status in Status}
    assert set(read["sex_text"]) == {"totalt", "kvinnor", "män"}
    kinds = path.with_suffix(".csvt").read_text(encoding="ascii").strip().split(",")
    assert dict(zip(read.columns, kinds, strict=True))["area"] == '"String"'
    assert dict(zip(read.columns, kinds, strict=True))["value"] == '"Real"'
