"""Export on the command line: what is asked for is what is written, and what is not there is told."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from gisintegration.cli.app import app
from gisintegration.formats import read_jsonstat, read_px


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def export(ran, *words):
    """Export of the project that was run, with --json; the result."""
    result = call("export", "--project", ran[0], *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout.splitlines()[-1])


def refused(ran, *words, code=1):
    result = call("export", "--project", ran[0], *words)
    assert result.exit_code == code, result.output
    return " ".join(result.stderr.split())


def test_px_of_an_indicator_a_level_and_the_latest_year(ran, tmp_path):
    said = export(
        ran,
        "--format",
        "px",
        "--indicator",
        "employed*",
        "--level",
        "deso",
        "--years",
        "latest",
        "--to",
        tmp_path / "px",
    )
    assert said["files"] == ["arbetsmarknad_deso_2025.px"]
    cube = read_px(tmp_path / "px" / said["files"][0])
    assert cube.dimensions[-1].codes == ("2024",)
    assert cube.content.codes == ("employed_share",)
    assert said["cells"] > 0
    assert said["bytes"] == (tmp_path / "px" / said["files"][0]).stat().st_size
    plain = call(
        "export", "--project", ran[0], "--format", "jsonstat", "--indicator", "population", "--to", tmp_path / "js"
    )
    assert "figures in 2 files" in plain.stdout


def test_lists_may_be_repeated_or_have_commas(ran, tmp_path):
    one = export(ran, "--format", "csv-long", "--level", "deso,kommun", "--years", "2023,2024", "--to", tmp_path / "a")
    two = export(
        ran, "--format", "csv-long", "--level", "deso", "--level", "kommun", "--years", "2023", "--years", "9999",
        "--to", tmp_path / "b",
    )  # fmt: skip
    assert (one["files"], one["cells"], one["bytes"]) == (two["files"], two["cells"], two["bytes"])


def test_areas_by_pattern_and_without_breakdowns(ran, tmp_path):
    said = export(
        ran, "--format", "csv-long", "--area", "1419A00*", "--no-breakdowns", "--years", "2024", "--to", tmp_path / "t"
    )
    table = pd.read_csv(
        tmp_path / "t" / "deso_2025.csv", sep=";", decimal=",", dtype={"area": "str"}, encoding="utf-8-sig"
    )
    assert table["area"].str.startswith("1419A00").all()
    assert set(table["age"]) == {"total"}
    assert set(table["sex"]) == {"total", "women", "men"}
    assert len(table) == said["cells"]


@pytest.mark.parametrize(
    ("format_", "name"),
    [
        ("px", "px"),
        ("jsonstat", "jsonstat"),
        ("csv-long", "tables_long"),
        ("excel", "prov.xlsx"),
        ("parquet", "prov.parquet"),
    ],
)
def test_default_names(ran, tmp_path, monkeypatch, format_, name):
    monkeypatch.chdir(tmp_path)
    said = export(ran, "--format", format_, "--level", "kommun")
    assert said["path"] == name
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert "exists already" in refused(ran, "--format", format_, "--level", "kommun")
    export(ran, "--format", format_, "--level", "kommun", "--overwrite")


def test_a_part_as_parquet_and_as_layers(ran, tmp_path):
    said = export(ran, "--format", "parquet", "--indicator", "population", "--to", tmp_path / "a.parquet")
    rows = pd.read_parquet(tmp_path / "a.parquet")
    assert set(rows["indicator"]) == {"population"}
    assert len(rows) == said["cells"]
    said = export(ran, "--format", "geoparquet", "--level", "deso", "--years", "2024", "--to", tmp_path / "g")
    assert said["files"] == ["deso_2025_2024.parquet"]


def test_english_and_codes_as_scb_writes_them(ran, tmp_path):
    said = export(
        ran, "--format", "jsonstat", "--level", "deso", "--region-suffix", "--language", "en", "--to", tmp_path / "j"
    )
    cube = read_jsonstat(tmp_path / "j" / said["files"][0])
    assert cube.languages[0] == "en"
    assert all(code.endswith("_DeSO2025") for code in cube.dimensions[0].codes)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--indicator", "employed"], "There is no indicator 'employed'. Hint: did you mean 'employed_share'?"),
        (["--level", "regso"], "There is no level 'regso'"),
        (["--years", "2030"], "There are no figures for 2030. Hint: those asked for are given for 2023–2024"),
        (["--years", "last"], "'last' is no year"),
        (["--years", "2024-2023"], "run backwards"),
        (["--kommun", "1480"], "There is no kommun '1480'"),
        (["--area", "1480*"], "There is no area '1480*'"),
        (["--indicator", ""], "Nothing is asked for"),
        (["--encoding", "windows-1252", "--format", "csv"], "Only px is written in another encoding"),
        (["--region-suffix", "--format", "csv"], "Only px and jsonstat have codes with a suffix"),
    ],
)
def test_what_is_not_there_is_told(ran, tmp_path, words, told):
    given = words if "--format" in words else [*words, "--format", "px"]
    assert told in refused(ran, *given, "--to", tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_format_that_there_is_not(ran, tmp_path):
    said = refused(ran, "--format", "xls", "--to", tmp_path / "x", code=2)
    assert "'xls' is not one of" in said
    assert "jsonstat" in said


def test_a_file_that_should_be_named_otherwise(ran, tmp_path):
    assert "should end in .xlsx" in refused(ran, "--format", "excel", "--to", tmp_path / "x.xls")
