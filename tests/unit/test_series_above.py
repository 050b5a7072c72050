"""Published tables recalculated: levels above are the target's own, and shares without a denominator are told of."""

import json
import sqlite3

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from gisintegration.areas import load_areas
from gisintegration.areas.codes import official_codes
from gisintegration.cli.app import app

HEAD = """[source]
title = { sv = "Folkmängd", en = "Population" }
publisher = "SCB"
licence = "CC0 1.0"
[rows]
code = "Kod"
edition = "EDITION"
adjusted = "none"
"""
COUNT = '[[figure]]\nindicator = "population"\nvalue = "Folk {year}"\n'
SHARE = '[[figure]]\nindicator = "foreign_born_share"\nvalue = "Andel {year}"\n'
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
method = "area"
[levels]
by = ["deso", "regso", "kommun"]
"""


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def plain(result):
    return " ".join(result.output.split())


def write(folder, name, codes, columns, figures):
    edition = "deso/2025" if name == "later" else "deso/2018"
    table = pd.DataFrame({"Kod": list(codes), **columns})
    table.to_csv(folder / f"{name}.csv", index=False, sep=";")
    (folder / f"{name}.toml").write_text(HEAD.replace("EDITION", edition) + figures, encoding="utf-8")
    return table.set_index("Kod")


@pytest.fixture(scope="module")
def partille():
    return {key: load_areas(key, where={"kommun": ["1402"]}) for key in ("deso/2018", "deso/2025")}


@pytest.fixture
def folder(tmp_path, partille):
    old = partille["deso/2018"]
    codes = old.codes[old.table["kind"].to_numpy() == "area"]
    write(tmp_path, "old", codes, {"Folk 2023": 1000 + np.arange(len(codes))}, COUNT)
    (tmp_path / "integration.toml").write_text(PROJECT, encoding="utf-8")
    return tmp_path


def rows(folder):
    return pd.read_parquet(folder / "output" / "statistics.parquet").query("sex == 'total' and age == 'total'")


def summed(found, partille, year):
    """RegSO 2025 as the sums of the DeSO 2025 in the output."""
    owner = dict(zip(partille["deso/2025"].codes, partille["deso/2025"].parent("regso"), strict=True))
    mine = found.query("division == 'deso' and year == @year")
    return mine.groupby(mine["area"].astype(str).map(owner))["value"].sum().to_dict()


def test_regso_above_deso_2025_is_regso_2025_summed_from_it(folder, partille):
    checked = call("check", "--project", folder)
    assert checked.exit_code == 0
    old = partille["deso/2018"].table["kind"].to_numpy()
    # A remainder is counted apart: areas are as many as the run says.
    assert f"{(old == 'area').sum()} areas (and {(old == 'remainder').sum()} remainder" in plain(checked)
    result = call("run", "--project", folder)
    assert result.exit_code == 0, result.output
    found = rows(folder)
    above = found[found["division"] == "regso"]
    assert set(above["edition"]) == {"2025"}
    values = above.set_index("area")["value"].to_dict()
    assert values == pytest.approx(summed(found, partille, 2023))
    manifest = json.loads((folder / "output" / "manifest.json").read_text(encoding="utf-8"))
    assert [(row["year"], row["en"]) for row in manifest["breaks"] if row["division"] == "deso"] == [
        (2024, "Until 2023 recalculated from DeSO 2018.")
    ]
    with sqlite3.connect(folder / "output" / "partille.gpkg") as con:
        assert (2024, "edition", "deso") in con.execute("select year, kind, division from breaks").fetchall()
        first = con.execute("select first_year from key_edition where division = 'deso'").fetchall()
        assert first == [(2024,)]
    # The kommun is summed from what was published, and holds the same.
    assert found.query("division == 'kommun'")["value"].item() == pytest.approx(sum(values.values()))


def test_the_old_regsos_published_figures_are_not_mixed_in(folder, partille):
    regso = sorted(code for code in official_codes("regso/2020") if code.startswith("1402"))
    table = pd.read_csv(folder / "old.csv", sep=";")
    figures = {"Folk 2023": [*table["Folk 2023"], *[5_000_000] * len(regso)]}
    write(folder, "old", [*table["Kod"], *regso], figures, COUNT)
    mapping = (folder / "old.toml").read_text(encoding="utf-8")
    (folder / "old.toml").write_text(mapping.replace("[rows]", '[rows]\nparents = ["regso"]'), encoding="utf-8")
    new = partille["deso/2025"]
    later = new.codes[new.table["kind"].to_numpy() == "area"]
    write(folder, "later", later, {"Folk 2024": 900 + np.arange(len(later))}, COUNT)
    part = '[reported.later]\npath = "later.csv"\nmapping = "later.toml"\n'
    (folder / "integration.toml").write_text(PROJECT.replace("[recalculate]", f"{part}[recalculate]"))
    result = call("run", "--project", folder)
    assert result.exit_code == 0, result.output
    found = rows(folder)
    above = found[found["division"] == "regso"]
    assert set(above["edition"]) == {"2025"}
    for year in (2023, 2024):
        values = above.query("year == @year").set_index("area")["value"].to_dict()
        assert values == pytest.approx(summed(found, partille, year))
    assert "published on regso/2020 left out: above deso/2025 lies regso/2025" in plain(result)


@pytest.mark.parametrize("use", ["all", "named"])
def test_a_share_without_denominator_is_refused_with_what_to_write(folder, partille, use):
    codes = pd.read_csv(folder / "old.csv", sep=";")["Kod"]
    write(folder, "old", codes, {"Andel 2023": 12.5}, SHARE)
    if use == "named":
        with (folder / "integration.toml").open("a") as stream:
            stream.write('[indicators]\nuse = ["foreign_born_share"]\n')
    for command in ("check", "run"):
        result = call(command, "--project", folder)
        assert result.exit_code == 1
        said = plain(result)
        assert "foreign_born_share cannot be recalculated" in said
        assert "needs its denominator" in said
        assert "[recalculate.denominators] foreign_born_share =" in said
        assert 'its denominator = "column"' in said
        assert "none at all" not in said


def test_of_all_a_share_without_denominator_is_left_out_or_made_of_the_count_named(folder, partille):
    table = pd.read_csv(folder / "old.csv", sep=";")
    columns = {"Folk 2023": table["Folk 2023"], "Andel 2023": 12.5}
    write(folder, "old", table["Kod"], columns, COUNT + SHARE)
    result = call("run", "--project", folder, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout.splitlines()[-1])
    assert any("foreign_born_share" in text and "[recalculate.denominators]" in text for text in told["messages"])
    assert set(rows(folder)["indicator"]) == {"population"}
    with (folder / "integration.toml").open("a") as stream:
        stream.write('[recalculate.denominators]\nforeign_born_share = "population"\n')
    result = call("run", "--project", folder)
    assert result.exit_code == 0, result.output
    shares = rows(folder).query("indicator == 'foreign_born_share'")
    assert set(shares["division"]) == {"deso", "regso", "kommun"}
    assert shares["value"].to_list() == [12.5] * len(shares)
