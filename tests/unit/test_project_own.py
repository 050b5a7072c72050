"""Areas of one's own, by layer and by key table, and groups: counted beside or above the official ones."""

import json

import pandas as pd
from typer.testing import CliRunner

from gisintegration.cli.app import app


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def add(project, text, replace=()):
    file = project / "integration.toml"
    whole = file.read_text()
    for old, new in replace:
        assert old in whole
        whole = whole.replace(old, new)
    file.write_text(whole + text)


def table(project):
    return pd.read_parquet(project / "output" / "statistics.parquet")


def population(rows, division):
    rows = rows.query("indicator == 'population' and division == @division and sex == 'total' and age == 'total'")
    return rows.astype({"area": str}).set_index(["area", "year"])["value"].to_dict()


def halves(project, tjorn):
    layer = tjorn.table.assign(half=["A" if i < 5 else "B" for i in range(len(tjorn))])
    layer[["half", "geometry"]].dissolve("half").reset_index().to_file(project / "halvor.gpkg")


OWN = '\n[areas.own.halva]\npath = "halvor.gpkg"\ncode = "half"\n'
INTERNAL = '\n[policy]\nname = "internal"\n'


def test_groups_are_summed_and_may_share_areas(project, tjorn):
    a, b, c = tjorn.codes[:3]
    add(project, f'\n[groups]\n"Mitt område" = ["{a}", "{b}"]\n"Grannen" = ["{b}", "{c}"]\n')
    result = call("run", "--project", project)
    assert result.exit_code == 0, result.output
    found = population(table(project), "group")
    assert found == {(name, year): 80.0 for name in ("mitt-omrade", "grannen") for year in (2023, 2024)}


def test_a_group_with_a_code_of_no_edition_is_told(project, tjorn):
    add(project, f'\n[groups]\n"Mitt område" = ["{tjorn.codes[0]}", "1419C9999"]\n')
    result = call("run", "--project", project)
    assert result.exit_code == 1
    assert "1419C9999" in result.stderr
    assert "Mitt område" in result.stderr
    assert not (project / "output").exists()


def test_own_areas_beside_deso_are_refused_by_check_and_run(project, tjorn):
    halves(project, tjorn)
    add(project, OWN)
    for command in ("check", "run"):
        result = call(command, "--project", project)
        assert result.exit_code == 1, result.output
        assert "internal" in result.output
    assert not (project / "output").exists()


def test_own_areas_are_counted_beside_deso_under_internal(project, tjorn):
    halves(project, tjorn)
    add(project, OWN + INTERNAL)
    result = call("run", "--project", project, "--json")
    assert result.exit_code == 0, result.output
    assert population(table(project), "halva") == {(half, year): 200.0 for half in "AB" for year in (2023, 2024)}
    rows = json.loads(result.stdout.splitlines()[-1])["rows"]
    assert {row["edition"] for row in rows} == {"deso/2025", "halva/1"}
    assert "INTERNAL" in result.stderr


def test_own_areas_alone_are_published_under_the_share_rule(project, tjorn):
    halves(project, tjorn)
    deso = '[areas."deso/2025"]\npath = "deso.gpkg"\nyears = "2023-2024"\n'
    add(project, OWN, [(deso, ""), ('by = ["deso", "kommun"]', 'by = ["halva"]')])
    result = call("run", "--project", project)
    assert result.exit_code == 0, result.output
    assert set(table(project)["division"]) == {"halva"}


def test_a_key_table_places_by_property(project):
    register = pd.read_csv(project / "personer.csv", dtype={"kommun": str})
    register["place"] = register["person"].str.partition("-")[0]
    register.to_csv(project / "personer.csv", index=False)
    places = sorted(register["place"].unique())
    key = pd.DataFrame({"fnr": places, "nyko2": ["1", "2"] * 5, "nyko1": "1"})
    key.to_csv(project / "nyckel.csv", index=False)
    add(project, f'\n[areas.own.nyko]\npath = "nyckel.csv"\nkey = "fnr"\nlevels = ["nyko2", "nyko1"]\n{INTERNAL}')
    result = call("run", "--project", project)
    assert result.exit_code == 0, result.output
    found = table(project)
    assert population(found, "nyko2") == {(code, year): 200.0 for code in "12" for year in (2023, 2024)}
    assert population(found, "nyko1") == {("1", year): 400.0 for year in (2023, 2024)}
