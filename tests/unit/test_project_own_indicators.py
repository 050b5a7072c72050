"""An analyst's own indicator in ten lines: `check` takes it as it is, and explains what she is likely to get wrong."""

import json

import pytest
from typer.testing import CliRunner

from gisintegration.cli.app import app

GOOD = """[[indicator]]
id = "young_adults_share"
title = { sv = "Andel unga vuxna", en = "Share of young adults" }
kind = "share"
population = { age = { "-2022" = "16-64", "2023-" = "16-65" } }
numerator = { age = "16-29" }
breakdowns = ["age/housing"]
levels.regso = { breakdowns = [] }
high_is = "neutral"
years = "2010-"
"""
MISTAKES = {
    "a variable misspelt": (
        ('{ age = "16-29" }', '{ agee = "16-29" }'), "numerator", "there is no variable 'agee': did you mean 'age'?",
    ),
    "a set of classes that is not there": (
        ("age/housing", "age/house"), "breakdowns", "there is no set of classes 'age/house': did you mean 'age/housing'?",
    ),
    "a gap between years": (
        ('"2023-"', '"2024-"'), "population", "age says nothing of 2023: its spans of years leave a gap after 2022",
    ),
    "a rule as a sentence": (
        ('{ age = "16-29" }', '"age 16-29"'), "numerator", 'is a table of conditions, as { age = "20-64" }',
    ),
    "one language only": (
        (', en = "Share of young adults"', ""), "title", "has no text in en",
    ),
    "a field misspelt": (
        ("breakdowns =", "breakdown ="), "breakdown", "is not a field of an indicator: did you mean `breakdowns`?",
    ),
    "a division with a capital": (
        ("levels.regso", "levels.RegSO"), "levels.RegSO", "is not a division: they are written with the letters a–z",
    ),
    "a numerator outside the population": (
        ('numerator = { age = "16-29" }', 'numerator = { age = "0-15" }'), "numerator", "can hold for nobody",
    ),
    "years that a rule does not reach": (
        ('"-2022"', '"2015-2022"'), "population", "age has no value for 2010–2014, for which the indicator is given",
    ),
    "moves without being a flow": (
        ('{ age = "16-29" }', '{ moved = "in" }'), "flow", "is true where a rule says `moved`",
    ),
    "a crossing of one": (
        ("levels.regso = { breakdowns = [] }", 'crossings = [["education"]]'), "crossings", "two or three different breakdowns",
    ),
}  # fmt: skip


def checked(project, text):
    (project / "egna").mkdir()
    (project / "egna" / "unga.toml").write_text(text, encoding="utf-8")
    path = project / "integration.toml"
    settings = path.read_text()
    assert "[indicators]" in settings
    kept = [line for line in settings.splitlines() if not line.startswith(("use =", "maps ="))]
    own = '[indicators]\nuse = ["young_adults_share"]\nfolders = ["egna"]'
    path.write_text("\n".join(kept).replace("[indicators]", own))
    return CliRunner().invoke(app, ["check", "--project", str(project), "--json"])


def test_ten_lines_are_enough(project):
    assert len(GOOD.splitlines()) == 10
    found = checked(project, GOOD)
    assert found.exit_code == 0, found.output


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_is_wrong_is_told_in_words(project, mistake):
    (before, after), field, words = MISTAKES[mistake]
    assert before in GOOD
    found = checked(project, GOOD.replace(before, after))
    assert found.exit_code == 1
    told = json.dumps(
        [json.loads(line) for line in found.stdout.splitlines() if line.startswith("{")], ensure_ascii=False
    )
    plain = told.replace('\\"', '"')
    assert "young_adults_share" in plain
    assert field in plain
    assert words in plain
