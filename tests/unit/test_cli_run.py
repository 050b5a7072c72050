"""The command line on a small project: texts and JSON lines, exit codes, what is written, and what is read again."""

import json
import subprocess
import sys

import pandas as pd
import pyogrio
from typer.testing import CliRunner

from gisintegration.cli.app import app


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def said(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_with_json_every_line_is_an_object_and_the_result_is_last(ran):
    _, result = ran
    found = said(result)
    assert {line["type"] for line in found} == {"progress", "result"}
    assert [line["type"] for line in found].count("result") == 1
    assert found[-1]["type"] == "result"
    assert found[-1]["ok"] is True
    fractions = [line["fraction"] for line in found[:-1]]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_people_read_the_summary_on_standard_error_beside_json(ran):
    _, result = ran
    assert "Rows in = located + delivered + nearest + unplaced + outside + rejected" in result.stderr
    assert "Primary protection only" in result.stderr
    assert "prov.gpkg" in result.stderr


def test_rows_in_are_the_sum_of_what_became_of_them(ran):
    _, result = ran
    rows = said(result)[-1]["rows"]
    assert [(row["edition"], row["year"]) for row in rows] == [("deso/2025", 2023), ("deso/2025", 2024)]
    for row in rows:
        parts = ("located", "delivered", "nearest", "unplaced", "outside", "rejected")
        assert row["rows"] == sum(row[name] for name in parts) == 400


def test_levels_are_those_asked_for_and_no_row_is_a_lan_or_the_country(ran):
    folder, result = ran
    assert [row["level"] for row in said(result)[-1]["levels"]] == ["deso/2025", "kommun/2003"]
    table = pd.read_parquet(folder / "output" / "statistics.parquet")
    assert set(table["division"]) == {"deso", "kommun"}
    assert not set(table["area"]) & {"00", "13", "14"}
    total = table.query("indicator == 'population' and division == 'kommun' and sex == 'total' and age == 'total'")
    assert total["value"].tolist() == [400.0, 400.0]


def test_every_output_is_named_with_its_hash_and_the_geopackage_has_the_views(ran):
    from gisintegration.files import sha256

    folder, _ = ran
    output = folder / "output"
    manifest = json.loads((output / "manifest.json").read_text())
    assert all(sha256(output / name) == digest for name, digest in manifest["files"].items())
    there = {file.relative_to(output).as_posix() for file in output.rglob("*") if file.is_file()}
    assert there == {*manifest["files"], "manifest.json"}
    layers = {str(name) for name, _ in pyogrio.list_layers(output / "prov.gpkg")}
    assert {"deso_2025", "deso_2025_display", "statistics"} <= layers
    assert str(folder) not in json.dumps(manifest)


def test_the_internal_log_is_apart_and_says_so(ran):
    folder, _ = ran
    internal = folder / "internal"
    assert "MUST NOT BE RELEASED" in (internal / "README.txt").read_text()
    placed = pd.read_csv(internal / "placed.csv", sep=";", dtype={"kommun": str})
    assert placed[["kommun", "year", "located"]].to_dict("records") == [
        {"kommun": "1419", "year": 2023, "located": 400},
        {"kommun": "1419", "year": 2024, "located": 400},
    ]
    assert not list((folder / "output").rglob("placed.csv"))


def test_export_and_map_come_from_the_kept_release(ran, tmp_path, monkeypatch):
    folder, _ = ran
    for name, path in [("csv", "csv"), ("shapefile", "shp"), ("geoparquet", "gp"), ("gpkg-wide", "wide.gpkg")]:
        result = call("export", "--project", folder, "--format", name, "--to", tmp_path / path)
        assert result.exit_code == 0, result.output
        assert (tmp_path / path).exists()
    assert (tmp_path / "csv" / "deso_2025__employed_share.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    monkeypatch.chdir(tmp_path)
    assert call("export", "--project", folder, "--format", "csv").exit_code == 0
    assert (tmp_path / "tables" / "deso_2025__population.csv").exists()
    target = tmp_path / "m.html"
    result = call("map", "--project", folder, "--indicator", "employed_share", "--to", target)
    assert result.exit_code == 0, result.output
    assert "1419" in target.read_text(encoding="utf-8")


def test_an_export_never_replaces_what_it_was_not_told_to(ran, tmp_path):
    folder, _ = ran
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.docx").write_text("years of work")
    result = call("export", "--project", folder, "--format", "csv", "--to", mine)
    assert result.exit_code == 1
    assert "exists already" in result.stderr
    assert (mine / "thesis.docx").read_text() == "years of work"


def test_a_run_on_one_kommun_elsewhere_leaves_the_outputs_alone(ran, tmp_path):
    from gisintegration.files import sha256

    folder, _ = ran
    before = sha256(folder / "output")
    result = call("run", "--project", folder, "--kommun", "1419", "--to", tmp_path / "part", "--json")
    assert result.exit_code == 0, result.output
    assert said(result)[-1]["folder"] == str(tmp_path / "part")
    assert sha256(folder / "output") == before
    assert (tmp_path / "part-internal" / "README.txt").exists()
    result = call("run", "--project", folder, "--kommun", "1480", "--to", tmp_path / "other")
    assert result.exit_code == 1
    assert "1480" in result.stderr
    assert not (tmp_path / "other").exists()


def test_a_kommun_that_is_not_there_is_told(ran, tmp_path):
    folder, _ = ran
    result = call("export", "--project", folder, "--format", "csv", "--to", tmp_path / "x", "--kommun", "1480")
    assert result.exit_code == 1
    assert "There is no kommun '1480'" in result.stderr
    assert not (tmp_path / "x").exists()


def test_a_changed_release_is_not_published(ran, tmp_path):
    import shutil

    folder = tmp_path / "copy"
    shutil.copytree(ran[0], folder)
    for part in (folder / "store" / "parts" / "employed_share" / "deso_2025").iterdir():
        part.write_bytes(part.read_bytes()[:-1] + b"x")
    result = call("map", "--project", folder, "--indicator", "employed_share", "--to", tmp_path / "m.html")
    assert result.exit_code == 1
    assert "employed_share on deso/2025, 2023 is not as it was written" in result.stderr


def test_locate_writes_each_person_once_a_year_and_says_it_is_internal(project, tmp_path):
    result = call("locate", "-o", tmp_path / "located.parquet", "--project", project)
    assert result.exit_code == 0, result.output
    assert "Internal: not to be released" in result.stdout
    table = pd.read_parquet(tmp_path / "located.parquet")
    assert len(table) == 800
    assert not table.duplicated(["person", "year"]).any()
    assert (table["person"].str.rpartition("-")[0] == table["area"]).all()


def test_locate_a_file_in_two_editions(tmp_path):
    (tmp_path / "p.csv").write_text("id;x;y\na;319000,5;6400000\nb;;\nc;0;0\n", encoding="utf-8")
    command = ["locate", tmp_path / "p.csv", "--areas", "deso/2018", "--areas", "deso/2025", "--json"]
    result = call(*command, "-o", tmp_path / "o.parquet")
    assert result.exit_code == 0, result.output
    last = said(result)[-1]
    assert last["rows"] == 3
    counts = {"placed": 1, "outside": 1, "unusable": 1, "on_border": 0, "overlapping": 0}
    assert last["editions"] == {"deso/2018": counts, "deso/2025": counts}
    table = pd.read_parquet(tmp_path / "o.parquet")
    assert list(table.columns) == ["id", "x", "y", "deso_2018", "deso_2025"]
    assert table["deso_2025"].str[:4].fillna("").tolist() == ["1480", "", ""]


def test_locate_wants_areas_for_a_file_and_none_for_a_project(project, tmp_path):
    assert call("locate", tmp_path / "p.csv", "-o", tmp_path / "o.parquet").exit_code == 2
    assert call("locate", "--areas", "deso/2025", "-o", tmp_path / "o.parquet", "--project", project).exit_code == 2


def test_the_nearest_project_upward_is_found(ran, monkeypatch):
    folder, _ = ran
    monkeypatch.chdir(folder / "output" / "validation")
    result = call("map", "--indicator", "employed_shaer", "--to", "m.html")
    assert result.exit_code == 1
    assert "did you mean 'employed_share'" in result.stderr


def test_without_a_project_the_way_to_one_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = call("run")
    assert result.exit_code == 1
    assert "gisintegration init writes one" in result.stderr


def test_wrong_usage_is_exit_code_2():
    assert call("run", "--colour").exit_code == 2
    assert call("export").exit_code == 2


def test_an_unexpected_error_is_one_line_and_a_traceback_only_with_debug(project):
    command = [sys.executable, "-c", BROKEN, "run", "--project", str(project)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-2:] == [
        "Unexpected error: ZeroDivisionError: division by zero",
        "Hint: run the same command with --debug and report what it prints.",
    ]
    assert "Traceback" not in done.stderr
    debugged = subprocess.run([*command, "--debug"], capture_output=True, text=True, check=False)
    assert "Traceback" in debugged.stderr
    told = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
    assert json.loads(told.stdout.splitlines()[-1])["error"] == "ZeroDivisionError"


BROKEN = """
import gisintegration.project.counting as run
from gisintegration.cli import main
run.protect = lambda *_: 1 / 0
main()
"""


def test_the_demo_does_not_write_over_a_project_of_ones_own(project):
    before = (project / "integration.toml").read_bytes()
    result = call("demo", "--folder", project)
    assert result.exit_code == 1
    assert "is a project of your own" in result.stderr
    assert (project / "integration.toml").read_bytes() == before
    assert not (project / "register").exists()
