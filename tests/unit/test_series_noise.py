"""Published tables with noise and rounding, and kinds of weight, in a project: what the project file says is passed on."""

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from gisintegration.areas import load_areas
from gisintegration.cli.app import app

PROJECT = """[project]
name = "Partille"
[reported.old]
path = "old.csv"
mapping = "old.toml"
[areas."deso/2018"]
where = { kommun = ["1402"] }
[areas."deso/2025"]
where = { kommun = ["1402"] }
[recalculate]
to = "deso/2025"
method = "target"
weights = "new.csv"
columns = { population = "Alla", age_20_64 = "Vuxna" }
kinds = { population = "age_20_64" }
[levels]
by = ["deso", "kommun"]
"""
MAPPING = """[source]
title = { sv = "Folkmängd", en = "Population" }
publisher = "SCB"
licence = "CC0 1.0"
[rows]
code = "Kod"
edition = "deso/2018"
adjusted = "none"
[[figure]]
indicator = "population"
value = "Folk {year}"
"""


def made(folder, more=""):
    """The rows of a run, by area."""
    text = PROJECT.replace("[levels]", f"{more}[levels]")
    (folder / "integration.toml").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["run", "--project", str(folder)])
    assert result.exit_code == 0, result.output
    return pd.read_parquet(folder / "output" / "statistics.parquet").set_index("area")


@pytest.fixture
def folder(tmp_path):
    for name, key, columns in (("old", "deso/2018", ["Folk 2023"]), ("new", "deso/2025", ["Alla", "Vuxna"])):
        areas = load_areas(key, where={"kommun": ["1402"]})
        codes = areas.codes[areas.table["kind"].to_numpy() == "area"]
        table = pd.DataFrame({"Kod": codes, **{column: 1000 + np.arange(len(codes)) for column in columns}})
        table.to_csv(tmp_path / f"{name}.csv", index=False, sep=";")
    (tmp_path / "old.toml").write_text(MAPPING, encoding="utf-8")
    return tmp_path


def test_sums_above_are_made_where_a_kind_of_weight_is_named(folder):
    """A key to the kommun knows no ages: it takes every area whole."""
    rows = made(folder)
    table = pd.read_csv(folder / "old.csv", sep=";")
    assert rows.loc["1402", "value"] == table["Folk 2023"].sum()
    assert rows.loc[rows["division"] == "deso", "value"].sum() == pytest.approx(table["Folk 2023"].sum())


def test_noise_and_rounding_of_the_project_file_widen_bounds_and_errors(folder):
    plain = made(folder)
    rounded = made(folder, "rounding = { population = 2 }\n")
    kommun = plain.loc["1402", "value"]
    areas = len(pd.read_csv(folder / "old.csv", sep=";"))
    assert (plain.loc["1402", "lower"], plain.loc["1402", "upper"]) == (kommun, kommun)
    assert rounded.loc["1402", "upper"] == kommun + 2 * areas
    assert rounded.loc["1402", "lower"] == kommun - 2 * areas
    noisy = made(folder, "perturbation = { as-published = 4 }\n")
    # The variance of a sum of as many figures, each with the variance 4.
    assert noisy.loc["1402", "se"] == pytest.approx(np.sqrt(4 * areas))
    assert noisy.loc["1402", "upper"] == pytest.approx(kommun + 2 * np.sqrt(4 * areas))


@pytest.mark.parametrize("more", ["rounding = { population = -1 }\n", "perturbation = { as-published = inf }\n"])
def test_a_width_or_variance_that_is_none_is_refused(folder, more):
    text = PROJECT.replace("[levels]", f"{more}[levels]")
    (folder / "integration.toml").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["check", "--project", str(folder)])
    assert result.exit_code != 0
    assert more.split(" ")[0] in result.output
