"""What figures were made from is told by their fingerprint: nothing that a figure reads may change unseen."""

import pandas as pd
import pytest

import gisintegration as gi
from gisintegration.project import fingerprints

CAME = """[[indicator]]
id = "came"
title = { sv = "Inflyttade", en = "Came" }
kind = "count"
population = { moved = "in" }
flow = true
"""
NEXT = """[[indicator]]
id = "poor_next"
title = { sv = "Fattig", en = "Poor" }
kind = "share"
numerator = { "next.equivalised_income" = "< 0.6 * median_equivalised_income" }
reference = "panel"
"""
CONSTANTS = """[median_equivalised_income]
title = {{ sv = "Median", en = "Median" }}
unit = {{ sv = "kr", en = "kr" }}
source = "Prov"
[median_equivalised_income.years]
2023 = 100000
2024 = {of_2024}
"""


@pytest.fixture(autouse=True)
def same_code(monkeypatch):
    """The toolkit does not change between two runs of a test."""
    monkeypatch.setattr(fingerprints, "_code", lambda: "one version")


def declare(project, name, text, *, more=""):
    (project / "egna").mkdir()
    (project / "egna" / "egna.toml").write_text(text, "utf-8")
    path = project / "integration.toml"
    used = f'use = ["{name}"]\nfolders = ["egna"]\n{more}\n[policy]\nname = "internal"\n'
    path.write_text(path.read_text("utf-8").replace('use = ["population", "employed_share"]', used), "utf-8")


def write(project, register):
    register.to_csv(project / "personer.csv", index=False)


def figures(run, name, year):
    table = run.release.statistics
    rows = table[(table["indicator"] == name) & (table["year"] == year) & (table["division"] == "kommun")]
    return rows.loc[(rows[["sex", "age", "background", "education"]] == "total").all(axis=1), "value"].tolist()


def test_newcomers_who_turn_out_to_be_born_in_the_year_are_counted_anew(project):
    """Without ``arrival``, a newcomer aged 0 was born and one of any other age moved in."""
    register = pd.read_csv(project / "personer.csv", dtype={"kommun": str}).assign(immigrated="")
    register.loc[0, "immigrated"] = "2010-01-01"
    new = register[register["year"] == 2024].head(30)
    new = new.assign(person=[f"new-{i}" for i in range(30)], age=0, labour_status="not_applicable")
    declare(project, "came", CAME)
    write(project, pd.concat([register, new]))
    assert figures(gi.run_project(project), "came", 2024) == [0]
    write(project, pd.concat([register, new.assign(age=5)]))
    again = gi.run_project(project)
    assert 2024 in again.counted
    assert figures(again, "came", 2024) == [30]


def test_a_constant_of_the_year_after_that_changed_is_counted_anew(project):
    register = pd.read_csv(project / "personer.csv", dtype={"kommun": str})
    write(project, register.assign(equivalised_income=[50_000 + 2000 * (i % 40) for i in range(len(register))]))
    declare(project, "poor_next", NEXT, more='constants = "k.toml"')
    (project / "k.toml").write_text(CONSTANTS.format(of_2024=100_000), "utf-8")
    # Incomes are 50, 52 … 128 thousand: five of forty are below 60, all but four below 120.
    assert figures(gi.run_project(project), "poor_next", 2023) == [12.5]
    (project / "k.toml").write_text(CONSTANTS.format(of_2024=200_000), "utf-8")
    again = gi.run_project(project)
    assert 2023 in again.counted
    assert figures(again, "poor_next", 2023) == [87.5]
