"""The project file: what may be written, and every fault told at once with what was meant."""

import pytest

from gisintegration.errors import ProjectError
from gisintegration.project.settings import parse, read_project

BASE = '[project]\nname = "A"\n[register]\npaths = ["a.csv"]\n[areas."deso/2025"]\n'


def faults(text):
    with pytest.raises(ProjectError) as caught:
        parse(text)
    error = caught.value
    return error.failures or [error.message]


@pytest.mark.parametrize(
    ("written", "span"),
    [('"2018-2023"', (2018, 2023)), ("2024", (2024, 2024)), ('"2024"', (2024, 2024)), ("[2018, 2020]", (2018, 2020))],
)
def test_years_are_written_in_several_ways(written, span):
    assert parse(f"{BASE}years = {written}").areas["deso/2025"].years == span


def test_a_crs_is_a_number_or_a_text():
    assert parse(BASE.replace("[areas", "crs = 3021\n[areas")).register_.crs == "EPSG:3021"


def test_what_is_left_out_is_the_documented_default():
    settings = parse(BASE)
    assert (settings.register_.unplaced, settings.register_.nearest) == ("centralort", 500)
    assert (settings.policy.name, settings.levels.by, settings.output.folder) == ("scb-share-rule", ["deso"], "output")


def test_every_fault_is_told_at_once_with_the_key_and_the_near_name():
    text = '[projekt]\nname = "A"\n[register]\npaths = ["a.csv"]\nunplaced = "centrlort"\n[output]\nfolders = "x"\n'
    assert faults(text) == [
        {"key": "output.folders", "what": "is not a setting; did you mean folder?"},
        {"key": "project", "what": "is missing"},
        {"key": "projekt", "what": "is not a setting; did you mean project?"},
        {
            "key": "register.unplaced",
            "what": "is 'centrlort'; it must be 'centralort', 'separate' or 'exclude' (did you mean 'centralort'?)",
        },
    ]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('years = "2023-2018"', "run backwards"),
        ('years = "18-23"', 'write the years as "2018-2023"'),
        ("years = [1]", 'write the years as "2018-2023"'),
        ('[indicators]\nuse = "al"', "it must be 'all'"),
        ('[areas.deso]\npath = "x"', "an edition is written"),
        ('[levels]\nby = ["deso", "region"]', "levels.region is missing"),
        ("[levels]\nby = []", "levels.by must not be empty"),
        ('[output]\nmaps = [{ indicator = "a", level = "regso" }]', "'regso' is not among deso"),
        ('[output]\nmaps = [{ indicator = "a" }]', "output.maps[0].level is missing"),
        ('[output]\nfolder = "a"\ninternal = "a"', "must be another folder"),
        ("[own]\na = 1", "write [areas.own.<name>]"),
        ('[areas.own.x]\npat = "x"', "did you mean path?"),
        ("[register.codes]\nsex = 1", "register.codes.sex"),
    ],
)
def test_a_fault_is_one_sentence_that_says_where(more, told):
    assert any(told in str(fault) for fault in faults(f"{BASE}{more}"))


def test_the_same_year_on_two_editions_is_refused():
    text = f'{BASE}years = "2020-2024"\n[areas."deso/2018"]\nyears = "2018-2023"'
    assert "deso deso/2018 has the year 2020 already" in str(faults(text))


def test_no_areas_at_all_is_told():
    assert "areas is missing" in str(faults('[project]\nname = "A"\n[register]\npaths = ["a.csv"]'))


def test_a_syntax_error_names_the_line():
    with pytest.raises(ProjectError, match="line 2"):
        parse("[project]\nname = A\n")


def test_a_file_that_is_missing_or_in_another_encoding_is_told(tmp_path):
    with pytest.raises(ProjectError, match="no project file"):
        read_project(tmp_path)
    (tmp_path / "integration.toml").write_bytes('[project]\nname = "Göteborg"'.encode("cp1252"))
    with pytest.raises(ProjectError, match="not UTF-8 text"):
        read_project(tmp_path)


def test_a_byte_order_mark_from_an_editor_does_no_harm(tmp_path):
    (tmp_path / "integration.toml").write_text(BASE, encoding="utf-8-sig")
    assert read_project(tmp_path).settings.project.name == "A"


def test_paths_are_relative_to_the_file(tmp_path):
    (tmp_path / "integration.toml").write_text(BASE)
    project = read_project(tmp_path)
    assert project.resolve("a/b.csv") == tmp_path / "a" / "b.csv"
    assert project.resolve("/elsewhere/b.csv").as_posix() == "/elsewhere/b.csv"
    assert project.output == tmp_path / "output"
