"""The register contract: its declaration, its page, and what it refuses."""

from pathlib import Path

import pandas as pd
import pytest

from gisintegration.errors import RegisterError
from gisintegration.registers import contract, register_page, variables
from gisintegration.registers.contract import chosen, failures, propose, required

ROOT = Path(__file__).parents[2]


def test_the_page_is_up_to_date():
    page = (ROOT / "docs" / "register.md").read_text(encoding="utf-8")
    assert page == register_page(), "run scripts/register_page.py"


def test_the_page_tells_everything_of_every_variable():
    page = register_page()
    for variable in variables().values():
        section = page.partition(f"### {variable.name}\n")[2].partition("\n### ")[0]
        assert f"Svenska: {variable.sv}" in section
        assert f"English: {variable.en}" in section
        assert f"Type: {variable.type}" in section
        assert variable.unit in section
        assert f"Register: {variable.register}. Reference time: {variable.reference}" in section
        assert not variable.listed or f"registers/{variable.listed}" in section
        for code, words in [] if variable.listed else variable.codes.items():
            assert f"| `{code}` | {words['sv']} | {words['en']} |" in section


def test_every_variable_has_words_in_both_languages_and_a_source():
    for variable in variables().values():
        assert variable.sv
        assert variable.en
        assert variable.register
        assert variable.reference
        assert variable.type in {"id", "integer", "real", "code", "boolean", "date"}
        assert variable.empty or not variable.nullable
        assert all(set(words) == {"sv", "en"} for words in variable.codes.values())


def test_required_variables():
    assert required() == ["person", "year", "kommun", "sex", "age"]


def test_proposals_belong_to_one_variable_each():
    seen: dict[str, str] = {}
    for variable in variables().values():
        for name in variable.names:
            assert seen.setdefault(name, variable.name) == variable.name


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("age", "", "age is empty"),
        ("age", "4a", "age is not a whole number"),
        ("age", "40.5", "age is not a whole number"),
        ("age", "121", "age is outside 0–120"),
        ("age", "-1", "age is outside 0–120"),
        ("x", "674 032", "x is not a number"),
        ("x", "1e999", "x is not a number"),
        ("kommun", "114", "kommun is not written as [0-9]{4}"),
        ("kommun", "01140", "kommun is not written as [0-9]{4}"),
        ("sex", "K", "sex is not in the code list"),
        ("sex", "Women", "sex is not in the code list"),
        ("studying", "ja", "studying is not true or false"),
        ("immigrated", "2023-02-30", "immigrated is not a date (YYYY-MM-DD)"),
        ("immigrated", "1/2 2023", "immigrated is not a date (YYYY-MM-DD)"),
    ],
)
def test_what_a_value_can_fail_by(column, value, what):
    found = failures(pd.DataFrame({column: [value]}), contract([column]))
    assert found == [{"row": 0, "column": column, "value": value, "what": what}]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("age", "0"),
        ("age", "120"),
        ("age", "40.0"),
        ("x", ""),
        ("x", "674032.5"),
        ("kommun", "0114"),
        ("deso", None),
        ("deso", "0114C1060"),
        ("studying", "1"),
        ("immigrated", "2024-02-29"),
        ("immigrated", "20240229"),
        ("disposable_income", "-5000"),
    ],
)
def test_what_is_allowed(column, value):
    assert failures(pd.DataFrame({column: [value]}), contract([column])) == []


def test_all_failures_of_all_rows_are_collected_at_once():
    frame = pd.DataFrame({"sex": ["x", "men"], "age": ["200", "y"]}, index=[7, 9])
    assert [(f["row"], f["column"]) for f in failures(frame, contract(["sex", "age"]))] == [
        (7, "sex"),
        (7, "age"),
        (9, "age"),
    ]


def test_swedish_names_are_proposed_in_any_spelling():
    assert propose(["person", "age", "x"], ["Löp-Nr", "ÅLDER", "x_sweref99", "annat"]) == {
        "Löp-Nr": "person",
        "ÅLDER": "age",
        "x_sweref99": "x",
    }


def test_an_unknown_variable_is_named_with_the_nearest():
    with pytest.raises(RegisterError, match="did you mean 'kommun'"):
        chosen(["komun"])
