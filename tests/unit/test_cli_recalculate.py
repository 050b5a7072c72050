"""`gisintegration recalculate` on small areas: every way in, mixed-up input refused, nothing half-written, kills survived."""

import json
import subprocess
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

from gisintegration.areas import load_areas
from gisintegration.cli.app import app
from gisintegration.files import sha256
from gisintegration.testing import grid_areas

MAPPING = """[source]
title = { sv = "Folkmängd", en = "Population" }
publisher = "SCB"
licence = "CC0 1.0"
[rows]
code = "DeSO"
edition = "EDITION"
adjusted = "none"
[[figure]]
indicator = "population"
value = "Folk {year}"
[[figure]]
indicator = "foreign_born_share"
numerator = "Utrikes {year}"
denominator = "Folk {year}"
"""
KOMMUN = ["1402"]


def call(*arguments):
    return CliRunner().invoke(app, [*map(str, arguments)])


def write_table(folder, codes, years=(2022, 2023), name="table.csv", edition="deso/2018"):
    table = pd.DataFrame({"DeSO": list(codes)})
    for year in years:
        table[f"Folk {year}"] = 1000 + 10 * np.arange(len(table)) + year - 2022
        table[f"Utrikes {year}"] = 100 + np.arange(len(table))
    table.to_csv(folder / name, index=False, sep=";")
    (folder / "mapping.toml").write_text(MAPPING.replace("EDITION", edition), encoding="utf-8")
    return table.set_index("DeSO")


@pytest.fixture(scope="module")
def partille():
    return {key: load_areas(key, where={"kommun": KOMMUN}) for key in ("deso/2018", "deso/2025")}


@pytest.fixture
def folder(tmp_path, partille):
    """A project of one kommun: two of its DeSO 2018 have no polygon."""
    codes = partille["deso/2018"].codes[partille["deso/2018"].table["kind"].to_numpy() == "area"]
    write_table(tmp_path, codes)
    (tmp_path / "integration.toml").write_text(
        '[project]\nname = "Partille"\n[reported.a]\npath = "table.csv"\nmapping = "mapping.toml"\n'
        '[areas."deso/2018"]\nwhere = { kommun = ["1402"] }\n[areas."deso/2025"]\nwhere = { kommun = ["1402"] }\n'
        '[levels]\nby = ["deso", "kommun"]\n',
        encoding="utf-8",
    )
    return tmp_path


def figures(folder, indicator="population"):
    rows = pd.read_parquet(folder / "statistics.parquet")
    rows = rows[(rows["indicator"] == indicator) & (rows["sex"] == "total")]
    return rows.set_index(["division", "year", "area"]).sort_index()


def test_to_stable_areas_every_figure_is_exact(folder, partille):
    result = call("recalculate", "--project", folder, "--to", "stable", "-o", folder / "out", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout.splitlines()[-1])
    assert told["recalculated"][0]["exact"] == told["recalculated"][0]["cells"]
    rows = figures(folder / "out")
    assert set(rows["method"]) == {"summed"}
    table = pd.read_csv(folder / "table.csv", sep=";", index_col="DeSO")
    for year in (2022, 2023):
        assert rows.loc[("stable", year), "value"].sum() == table[f"Folk {year}"].sum()
        assert rows.loc[("kommun", year, "1402"), "value"] == table[f"Folk {year}"].sum()
    # A pure split is one stable area, with the figure of the area that was split.
    assert rows.loc[("stable", 2022, "1402S001"), "value"] == table.loc["1402C1010", "Folk 2022"]


@pytest.mark.parametrize("method", ["area", "best_fit"])
def test_to_an_edition_the_kommun_keeps_its_total(folder, method):
    result = call("recalculate", "--project", folder, "--to", "deso/2025", "--method", method, "-o", folder / "out")
    assert result.exit_code == 0, result.output
    rows = figures(folder / "out")
    table = pd.read_csv(folder / "table.csv", sep=";", index_col="DeSO")
    assert rows.loc[("deso", 2023), "value"].sum() == pytest.approx(table["Folk 2023"].sum(), abs=1e-9)
    assert f"recalculated:{method}" in set(rows["method"]) | {"recalculated:best_fit"}
    shares = figures(folder / "out", "foreign_born_share")
    kommun = shares.loc[("kommun", 2023, "1402")]
    assert kommun["value"] == pytest.approx(100 * table["Utrikes 2023"].sum() / table["Folk 2023"].sum(), abs=0.05)


def test_by_a_grid_and_by_weights_of_the_new_areas(folder, partille):
    west, south, east, north = partille["deso/2025"].geometry.total_bounds
    e, n = np.meshgrid(np.arange(west, east + 500, 500), np.arange(south, north + 500, 500))
    pd.DataFrame({"e": e.ravel(), "n": n.ravel(), "size": 500, "population": 7}).to_csv(
        folder / "squares.csv", index=False
    )
    result = call(
        "recalculate", "--project", folder, "--to", "deso/2025", "--method", "grid",
        "--weights", folder / "squares.csv", "-o", folder / "grid",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    later = pd.DataFrame({"code": partille["deso/2025"].codes, "population": "1 000"})
    later.to_csv(folder / "later.csv", index=False, sep=";")
    later.assign(population=1000).to_csv(folder / "later.csv", index=False, sep=";")
    result = call(
        "recalculate", "--project", folder, "--to", "deso/2025", "--method", "target",
        "--weights", folder / "later.csv", "-o", folder / "target",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    rows = figures(folder / "target")
    halves = rows.loc[[("deso", 2022, "1402C1011"), ("deso", 2022, "1402C1012")], "value"]
    table = pd.read_csv(folder / "table.csv", sep=";", index_col="DeSO")
    assert halves.to_list() == [table.loc["1402C1010", "Folk 2022"] / 2] * 2


def test_a_table_without_a_project(tmp_path, monkeypatch):
    """Areas and figures of one's own: two squares, of which one is split."""
    old = grid_areas(2, 1, division="deso")
    codes = list(old.codes)
    new = gpd.GeoDataFrame(
        {"kod": ["a", "b", "c"]},
        geometry=shapely.box([600_000, 600_500, 601_000], 6_600_000, [600_500, 601_000, 602_000], 6_601_000),
        crs=3006,
    )
    monkeypatch.chdir(tmp_path)
    old.table[["code", "geometry"]].rename(columns={"code": "kod"}).to_file("old.gpkg")
    new.to_file("new.gpkg")
    write_table(tmp_path, codes, edition="ruta/1")
    result = call(
        "recalculate", "table.csv", "--mapping", "mapping.toml", "--from", "ruta/1=old.gpkg", "--to", "delar/2=new.gpkg",
        "--method", "area", "--indicator", "population", "--years", "2022", "-o", "out",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    rows = figures(tmp_path / "out")
    assert rows.loc[("delar", 2022), "value"].to_list() == [500.0, 500.0, 1010.0]
    assert rows.loc[("delar", 2022), "exact_share"].to_list() == [0.0, 0.0, 1.0]
    assert (tmp_path / "out" / "maps" / "population_delar.html").is_file()
    assert not (tmp_path / "out-internal" / "placed.csv").exists()


def test_to_districts_of_ones_own_in_a_project(folder, partille):
    west, south, east, north = partille["deso/2025"].geometry.total_bounds
    middle = (south + north) / 2
    halves = gpd.GeoDataFrame(
        {"kod": ["N", "S"]}, geometry=shapely.box(west, [middle, south], east, [north, middle]), crs=3006
    )
    halves.to_file(folder / "stadsdelar.gpkg")
    text = (folder / "integration.toml").read_text(encoding="utf-8")
    own = '[areas.own.stadsdel]\npath = "stadsdelar.gpkg"\ncode = "kod"\n'
    (folder / "integration.toml").write_text(text.replace("[levels]", f"{own}[levels]"), encoding="utf-8")
    result = call(
        "recalculate", "--project", folder, "--to", "stadsdel/1", "--from", "deso/2018", "--method", "area",
        "-o", folder / "out",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    table = pd.read_csv(folder / "table.csv", sep=";", index_col="DeSO")
    assert figures(folder / "out").loc[("stadsdel", 2022), "value"].sum() == pytest.approx(table["Folk 2022"].sum())


def test_a_saved_crosswalk_is_used_and_refused_for_other_boundaries(folder, partille):
    from gisintegration.change import crosswalk
    from gisintegration.change.remainder import through_remainders

    old, new = partille["deso/2018"], partille["deso/2025"]
    made = through_remainders(old, new, lambda areas: crosswalk(areas, new, method="area"))
    made.save(folder / "key.parquet")
    arguments = ("recalculate", "--project", folder, "--to", "deso/2025", "--crosswalk", folder / "key.parquet")
    assert call(*arguments, "-o", folder / "out").exit_code == 0
    text = (folder / "integration.toml").read_text(encoding="utf-8")
    (folder / "integration.toml").write_text(text.replace('kommun = ["1402"]', 'kommun = ["1402", "1407"]'), "utf-8")
    codes = load_areas("deso/2018", where={"kommun": ["1402", "1407"]})
    write_table(folder, codes.codes[codes.table["kind"].to_numpy() == "area"])
    result = call(*arguments, "-o", folder / "other")
    assert result.exit_code == 1
    assert "key.parquet was made of other boundaries of deso/2018" in result.stderr
    assert not (folder / "other").exists()


def spoiled(codes, how):
    codes = list(codes)
    if how == "an area of the other edition":
        codes[0] = "1402C1011"
    elif how == "codes of both editions":
        codes += ["1402C1011", "1402C1012"]
    elif how == "a suffix of another edition":
        codes = [f"{code}_DeSO2025" for code in codes]
    elif how == "a lost zero":
        codes[0] = codes[0][1:]
    return codes


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("an area of the other edition", ["1402C1011", "2025"]),
        ("codes of both editions", ["1402C1011", "2025"]),
        ("a suffix of another edition", ["DeSO2025", "deso/2018"]),
        ("a lost zero", ["402C"]),
    ],
)
def test_mixed_up_codes_are_refused_with_the_code_and_nothing_is_written(folder, partille, how, told):
    codes = partille["deso/2018"].codes[partille["deso/2018"].table["kind"].to_numpy() == "area"]
    write_table(folder, spoiled(codes, how))
    result = call("recalculate", "--project", folder, "--to", "deso/2025", "--method", "area", "-o", folder / "out")
    assert result.exit_code == 1
    for text in told:
        assert text in result.stderr
    assert "Hint:" in result.stderr
    assert not (folder / "out").exists()
    assert not (folder / "out-internal").exists()


def test_a_kommun_that_is_missing_is_refused_by_its_code(folder):
    text = (folder / "integration.toml").read_text(encoding="utf-8")
    (folder / "integration.toml").write_text(text.replace('kommun = ["1402"]', 'kommun = ["1402", "1407"]'), "utf-8")
    result = call("recalculate", "--project", folder, "--to", "stable", "-o", folder / "out")
    assert result.exit_code == 1
    assert "1407" in result.stderr
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--to", "deso/2025"], 'recalculate.method is missing: "target", "grid", "area"'),
        (["--to", "deso/2025", "--method", "grid"], 'method "grid" needs weights'),
        (["--to", "deso/2025", "--method", "target"], 'method "target" needs weights'),
        (["--to", "deso/2025", "--method", "target", "--weights", "nothing.csv"], "does not exist"),
        (["--to", "deso/2030", "--method", "area"], "deso/2030"),
        (["--to", "deso/2025", "--from", "deso/2020", "--method", "area"], "There is no edition 'deso/2020'"),
        (["--method", "area"], "does not say what to recalculate to"),
        (["--to", "stable", "--indicator", "populaton"], "did you mean 'population'"),
        (["--to", "stable", "--years", "2001-2002"], "no figures for the years asked for 2001–2002"),
    ],
)
def test_what_cannot_be_done_is_told_with_the_way_out(folder, options, told):
    result = call("recalculate", "--project", folder, *options, "-o", folder / "out")
    assert result.exit_code == 1, result.output
    assert told in result.stderr
    assert not (folder / "out").exists()


def test_wrong_usage_is_exit_code_2(folder):
    assert call("recalculate", folder / "table.csv", "--to", "stable").exit_code == 2
    assert call("recalculate", "--project", folder, "--to", "deso/2025=x.gpkg").exit_code == 2
    assert call("recalculate", "--project", folder, "--mapping", "x").exit_code == 2


def test_check_says_what_a_run_would_do(folder):
    text = (folder / "integration.toml").read_text(encoding="utf-8")
    (folder / "integration.toml").write_text(
        text + '[recalculate]\nto = "deso/2025"\nmethod = "area"\n', encoding="utf-8"
    )
    result = call("check", "--project", folder, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout.splitlines()[-1])
    found = {finding["where"]: finding["what"] for finding in told["findings"] if finding["level"] == "ok"}
    assert "figures of 2 indicators on deso/2018, 2022–2023" in found["reported.a"]
    assert found["recalculate"].startswith("deso/2018 → deso/2025 by area: ")
    write_table(folder, ["1402C9990"])
    result = call("check", "--project", folder)
    assert result.exit_code == 1
    assert "1402C9990" in result.stdout


def test_same_input_same_bytes(folder):
    for name in ("one", "two"):
        assert call("recalculate", "--project", folder, "--to", "stable", "-o", folder / name).exit_code == 0
    assert sha256(folder / "one") == sha256(folder / "two")


def test_killed_while_it_recalculates_the_earlier_output_is_whole(folder):
    text = (folder / "integration.toml").read_text(encoding="utf-8")
    (folder / "integration.toml").write_text(text + '[recalculate]\nto = "stable"\n', encoding="utf-8")
    assert call("run", "--project", folder).exit_code == 0
    before = sha256(folder / "output"), sha256(folder / "internal")
    with subprocess.Popen(
        [sys.executable, "-m", "gisintegration.cli", "run", "--project", str(folder), "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder,
    ) as process:  # fmt: skip
        for line in process.stdout:
            if "statistics" in json.loads(line).get("message", ""):
                break
        process.kill()
    assert (sha256(folder / "output"), sha256(folder / "internal")) == before
    assert call("run", "--project", folder).exit_code == 0
