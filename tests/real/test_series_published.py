"""A project without a register, end to end: SCB's tables and boundaries in, a series, layers and a map out."""

import json
import lzma
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from gisintegration.areas import load_areas
from gisintegration.cli.app import app

TABLES = Path(__file__).parents[1] / "data" / "scb_tables"
NAME = "deso_2018_tables_2022_2023"
COLUMN = {2022: "pop_2022_totalt", 2023: "pop_2023"}

PROJECT = f"""[project]
name = "Göteborgsregionen"
organisation = "Prov"

[reported.tables]
path = "{NAME}.csv"
mapping = "{NAME}"

[reported.later]
path = "population_2024.csv"
mapping = "population_2024.toml"

[areas."deso/2018"]
[areas."deso/2025"]

[recalculate]
to = "deso/2025"
method = "target"

[levels]
by = ["deso", "kommun", "region"]
region = "Göteborgsregionen"

[indicators]
use = ["population", "foreign_born_share", "employed_share_16_64"]

[output]
maps = [{{ indicator = "population", level = "deso" }}]
"""

MAPPING = """[source]
title = { sv = "Påhittad folkmängd", en = "Invented population" }
publisher = "Ingen"
licence = "CC0 1.0"
[rows]
code = "DeSO"
edition = "deso/2025"
adjusted = "none"
[[figure]]
indicator = "population"
value = "Folkmängd {year}"
"""


@pytest.fixture(scope="module")
def series(tmp_path_factory):
    """The project, run by the command."""
    folder = tmp_path_factory.mktemp("series")
    (folder / f"{NAME}.csv").write_bytes(lzma.decompress((TABLES / f"{NAME}.csv.xz").read_bytes()))
    codes = load_areas("deso/2025").codes
    later = pd.DataFrame(
        {"DeSO": [f"{code}_DeSO2025" for code in codes], "Folkmängd 2024": 1000 + np.arange(len(codes))}
    )
    later.to_csv(folder / "population_2024.csv", index=False, sep=";")
    (folder / "population_2024.toml").write_text(MAPPING, encoding="utf-8")
    (folder / "integration.toml").write_text(PROJECT, encoding="utf-8")
    result = CliRunner().invoke(app, ["run", "--project", str(folder), "--json"])
    assert result.exit_code == 0, result.output
    return folder, json.loads(result.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def rows(series):
    return pd.read_parquet(series[0] / "output" / "statistics.parquet")


@pytest.fixture(scope="module")
def published():
    table = pd.read_csv(TABLES / f"{NAME}.csv.xz", dtype={"deso_2018": str, "deso": str})
    return table.set_index(next(name for name in ("deso", "deso_2018") if name in table.columns))


def total(rows, indicator, division, year):
    mine = rows[(rows["indicator"] == indicator) & (rows["division"] == division) & (rows["year"] == year)]
    for breakdown in ("sex", "background", "age", "education"):
        mine = mine[mine[breakdown] == "total"]
    return mine.set_index("area")


def test_every_year_is_on_one_edition(rows):
    deso = rows[rows["division"] == "deso"]
    assert set(deso["edition"]) == {"2025"}
    assert set(total(rows, "population", "deso", 2022).index) == set(load_areas("deso/2025").codes)
    assert sorted(deso.loc[deso["indicator"] == "population", "year"].unique()) == [2022, 2023, 2024]


def test_kommuner_and_the_region_keep_their_totals(rows, published):
    region = set(load_areas("deso/2025").parent("kommun"))
    codes = sorted(code for code in published.index if code[:4] in region)
    for year in (2022, 2023):
        truth = published.loc[codes, COLUMN[year]].groupby(lambda code: code[:4]).sum()
        kommuner = total(rows, "population", "kommun", year)["value"]
        assert kommuner.to_dict() == truth.to_dict()
        small = total(rows, "population", "deso", year)["value"]
        assert small.groupby(lambda code: code[:4]).sum().to_dict() == pytest.approx(truth.to_dict(), abs=1e-6)
        assert total(rows, "population", "region", year)["value"].to_list() == [truth.sum()]


def test_untouched_areas_are_exact_and_split_ones_are_estimates_within_bounds(rows, published):
    now = total(rows, "population", "deso", 2023)
    untouched = now.loc["1480C1010"]
    assert untouched["value"] == published.loc["1480C1010", COLUMN[2023]]
    assert (untouched["method"], untouched["exact_share"], untouched["lower"]) == ("summed", 1.0, untouched["value"])
    whole = published.loc["1480C3220", COLUMN[2023]]
    parts = now.loc[["1480C3221", "1480C3222"]]
    assert parts["value"].sum() == pytest.approx(whole, abs=1e-9)
    # By the new areas' own population in their first year, which is invented here.
    later = total(rows, "population", "deso", 2024).loc[parts.index, "value"]
    assert parts["value"].to_list() == pytest.approx((whole * later / later.sum()).to_list())
    assert set(parts["method"]) == {"recalculated:target"}
    assert (parts["exact_share"] == 0).all()
    assert ((parts["lower"] <= parts["value"]) & (parts["value"] <= parts["upper"])).all()
    assert (parts["se"] > 0).all()


def test_areas_without_a_known_border_go_where_the_log_says(rows, published):
    # Neither 1402C1140 nor 1402C1150 has a polygon. SCB's log: parts of both make up 1402C1151, the rest of the second
    # is 1402C1152.
    now = total(rows, "population", "deso", 2023)
    truth = published[COLUMN[2023]]
    after = now.loc[["1402C1140", "1402C1151", "1402C1152"], "value"]
    assert after.sum() == pytest.approx(truth["1402C1140"] + truth["1402C1150"])
    assert now.loc["1402C1152", "value"] < truth["1402C1150"]
    # It has none either, and the log names no change in what it gave away: all of it is where it was.
    assert now.loc["1384C1280", "lower"] >= truth["1384C1280"]


def test_the_later_year_is_as_published_and_the_break_is_marked(series, rows):
    folder, told = series
    now = total(rows, "population", "deso", 2024)
    assert set(now["method"]) == {"reported"}
    kinds = [(row["year"], row["kind"]) for row in told["breaks"]]
    assert (2024, "edition") in kinds
    manifest = json.loads((folder / "output" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["breaks"] == told["breaks"]
    assert manifest["steps"]["recalculated"][0]["method"] == "target"
    with sqlite3.connect(folder / "output" / "goteborgsregionen.gpkg") as con:
        found = con.execute("select year, kind from breaks").fetchall()
        assert con.execute("select count(*) from deso_2025").fetchone() == (584,)
    assert (2024, "edition") in found


def test_the_map_says_how_figures_were_made(series):
    page = (series[0] / "output" / "maps" / "population_deso.html").read_text(encoding="utf-8")
    assert "omräknad till nya gränser efter de nya områdenas folkmängd" in page
    assert "Före 2024 är talen omräknade till de här gränserna." in page
    assert "Bearbetning: Prov." in page
    assert "Källuppgifterna är tagna som utgivaren publicerat dem" in page
    assert "Uppgifterna är som utgivaren" not in page
    # What part of each figure is exact, for the panel of an area; methods in order: recalculated, reported, summed.
    assert '"exact":[' in page
    assert '"estimated":[1,0,0]' in page


def test_crosswalks_are_kept_beside_the_outputs_and_not_among_them(series):
    folder, _ = series
    assert (folder / "internal" / "crosswalk_deso_2018_deso_2025.internal.parquet").is_file()
    assert not list((folder / "output").rglob("*crosswalk*"))
