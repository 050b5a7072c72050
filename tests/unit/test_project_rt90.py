"""A user's own delivery: RT 90, northing called X, decimal commas, cp1252, Swedish headers — runs after check."""

import json

import pytest
from pyproj import Transformer
from typer.testing import CliRunner

from gisintegration.cli.app import app
from gisintegration.project.settings import read_project


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def delivered(tmp_path, tjorn, tjorn_register):
    """The file and layer as delivered, and a project file from init."""
    east, north = Transformer.from_crs(3006, 3021, always_xy=True).transform(tjorn_register["x"], tjorn_register["y"])
    frame = tjorn_register.assign(
        x=north.round(2), y=east.round(2), sex=tjorn_register["sex"].map({"men": 1, "women": 2})
    )
    frame.columns = ["LopNr", "År", "Kommunkod", "Kön", "Ålder", "labour_status", "X", "Y"]
    frame.to_csv(tmp_path / "Befolkning.csv", sep=";", decimal=",", encoding="cp1252", index=False)
    tjorn.table[["code", "geometry"]].rename(columns={"code": "Deso"}).to_file(
        tmp_path / "omraden.shp", encoding="UTF-8"
    )
    result = call("init", tmp_path, "--register", tmp_path / "Befolkning.csv", "--areas", tmp_path / "omraden.shp")
    assert result.exit_code == 0, result.output
    return tmp_path


def set_line(folder, old, new):
    file = folder / "integration.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_check_tells_what_it_found_and_run_counts_every_person(delivered):
    columns = read_project(delivered).settings.register_.columns
    assert columns == {
        "LopNr": "person",
        "År": "year",
        "Kommunkod": "kommun",
        "Kön": "sex",
        "Ålder": "age",
        "X": "x",
        "Y": "y",
    }
    set_line(
        delivered,
        '# [register.codes.sex]\n# "1" = "men"\n# "2" = "women"',
        '[register.codes.sex]\n"1" = "men"\n"2" = "women"',
    )
    set_line(delivered, "# years", "years")
    set_line(delivered, '"2018-2023"', '"2023-2024"')
    before = call("run", "--project", delivered)
    assert before.exit_code == 1
    assert "no CRS is declared" in before.stderr
    found = call("check", "--project", delivered)
    assert found.exit_code == 0, found.output
    assert "RT90 2.5 gon V (EPSG:3021), axes swapped: 100.0%" in found.stdout
    assert "read as cp1252, semicolon, decimal comma" in found.stdout
    settings = read_project(delivered).settings.register_
    assert settings.crs == "EPSG:3021"
    assert (settings.columns["X"], settings.columns["Y"]) == ("y", "x")
    text = (delivered / "integration.toml").read_text(encoding="utf-8")
    assert "# Your column = the toolkit's variable" in text
    result = call("run", "--project", delivered, "--json")
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout.splitlines()[-1])["rows"]
    assert [(row["year"], row["rows"], row["located"]) for row in rows] == [(2023, 400, 400), (2024, 400, 400)]
    # The edition's own years leave 2023 out: said, and written down.
    set_line(delivered, 'years = "2023-2024"', '# years = "2023-2024"')
    left = "Nothing is counted for 2023, which the register has"
    assert left in call("check", "--project", delivered).stdout.replace("\n", " ").replace("  ", "")
    ended = json.loads(call("run", "--project", delivered, "--json").stdout.splitlines()[-1])
    assert [row["year"] for row in ended["rows"]] == [2024]
    assert any(left in message for message in ended["messages"])
    manifest = json.loads((delivered / "output" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["messages"] == ended["messages"]


def test_check_without_writing_leaves_the_file_alone(delivered):
    set_line(
        delivered,
        '# [register.codes.sex]\n# "1" = "men"\n# "2" = "women"',
        '[register.codes.sex]\n"1" = "men"\n"2" = "women"',
    )
    set_line(delivered, "# years", "years")
    set_line(delivered, '"2018-2023"', '"2023-2024"')
    before = (delivered / "integration.toml").read_bytes()
    result = call("check", "--project", delivered, "--no-write")
    assert result.exit_code == 0, result.output
    assert "EPSG:3021" in result.stdout
    assert (delivered / "integration.toml").read_bytes() == before


def test_what_check_cannot_know_it_asks_for(delivered):
    result = call("check", "--project", delivered)
    assert result.exit_code == 1
    assert "sex is not in the code list" in result.stdout
