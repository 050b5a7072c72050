"""Years without a national constant: figures are missing, the others are given, and run, manifest and check say so."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from gisintegration.cli.app import app

TOLD = "low_economic_standard_share: no figures for 2021, for which the national constant median_equivalised_income"


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def incomes(project):
    """2020, whose median income is known, and 2021, whose is not."""
    persons = pd.read_csv(project / "personer.csv", dtype={"kommun": str})
    persons["year"] = persons["year"].map({2023: 2020, 2024: 2021})
    persons.assign(equivalised_income=200_000).to_csv(project / "personer.csv", index=False)
    return project


def settle(folder, *, use, years):
    path = folder / "integration.toml"
    lines = [
        line
        for line in path.read_text().splitlines()
        if not line.startswith(("use =", "years =", "maps =", "formats ="))
    ]
    text = "\n".join(lines).replace("[indicators]", f"[indicators]\nuse = {use}")
    path.write_text(text.replace('[areas."deso/2025"]', f'[areas."deso/2025"]\nyears = "{years}"'))


@pytest.mark.parametrize("use", ['"all"', '["low_economic_standard_share", "population"]'])
def test_the_years_without_a_constant_are_missing_and_told(incomes, use):
    settle(incomes, use=use, years="2020-2021")
    checked = call("check", "--project", incomes)
    assert checked.exit_code == 0, checked.output
    assert TOLD in " ".join(checked.output.split())
    ran = call("run", "--project", incomes)
    assert ran.exit_code == 0, ran.output
    assert TOLD in " ".join(ran.output.split())
    manifest = json.loads((incomes / "output" / "manifest.json").read_text())
    assert [text for text in manifest["messages"] if TOLD in text and "[indicators] constants" in text]
    rows = pd.read_parquet(incomes / "output" / "statistics.parquet").query(
        "indicator == 'low_economic_standard_share' and division == 'deso' and sex == 'total' and age == 'total'"
    )
    assert set(rows.query("year == 2021")["status"]) == {"missing"}
    assert rows.query("year == 2021")["value"].isna().all()
    assert not rows.query("year == 2020")["status"].eq("missing").any()
    population = pd.read_parquet(incomes / "output" / "statistics.parquet").query("indicator == 'population'")
    assert not population["status"].eq("missing").any()


def test_an_indicator_without_a_year_is_left_out_of_all_and_refused_by_name(incomes):
    settle(incomes, use='"all"\nyears = "2021-2021"', years="2021")
    ran = call("run", "--project", incomes)
    assert ran.exit_code == 0, ran.output
    assert TOLD in " ".join(ran.output.split())
    indicators = set(pd.read_parquet(incomes / "output" / "statistics.parquet")["indicator"])
    assert "population" in indicators
    assert "low_economic_standard_share" not in indicators
    path = incomes / "integration.toml"
    path.write_text(path.read_text().replace('use = "all"', 'use = ["low_economic_standard_share"]'))
    for command in ("check", "run"):
        refused = call(command, "--project", incomes)
        assert refused.exit_code == 1
        assert "not known for 2021" in " ".join(refused.output.split())
