"""Writing a CRS into a project file: the line that is meant, and nothing else."""

import pytest

from gisintegration.errors import ProjectError
from gisintegration.project.edit import with_setting, write_crs
from gisintegration.project.init import init_project
from gisintegration.project.settings import parse, read_project

BASE = (
    '[project]\nname = "A"   # namnet\n\n# registret\n[register]\npaths = ["a.csv"]\n\n# områden\n[areas."deso/2025"]\n'
)


def test_the_commented_example_of_a_new_project_becomes_the_setting(tmp_path):
    path = init_project(tmp_path)
    before = path.read_text(encoding="utf-8").splitlines()
    write_crs(path, "EPSG:3021")
    after = path.read_text(encoding="utf-8").splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 1
    assert changed[0][1].startswith('crs = "EPSG:3021"')
    assert read_project(path).settings.register_.crs == "EPSG:3021"


def test_swapped_columns_are_written_beside_it(tmp_path):
    path = tmp_path / "integration.toml"
    path.write_text(BASE, encoding="utf-8")
    write_crs(path, "EPSG:3021", {"X-koord": "y", "Y": "x"})
    settings = read_project(path).settings
    assert settings.register_.columns == {"X-koord": "y", "Y": "x"}
    assert "# områden\n[areas" in path.read_text(encoding="utf-8")


def test_columns_that_are_there_are_changed_in_place():
    text = BASE + '[register.columns]\n"Kön" = "sex"\nX = "x" # norr\n'
    assert '\nX = "y" # norr\n' in with_setting(text, "register.columns", "X", "y")


def test_a_crs_on_the_wrong_table_is_not_touched():
    text = '[project]\nname = "A"\n[register]\npaths = ["a"]\n[output]\nfolder = "crs"\n'
    assert with_setting(text, "register", "crs", "EPSG:3006").splitlines()[3] == 'crs = "EPSG:3006"'


@pytest.mark.parametrize(
    "text",
    [
        'register = { paths = ["a.csv"] }\nproject = { name = "A" }\n[areas."deso/2025"]\n',
        'project.name = "A"\nregister.paths = ["a.csv"]\n[areas."deso/2025"]\n',
    ],
)
def test_a_layout_that_is_not_understood_is_left_as_it_is(tmp_path, text):
    path = tmp_path / "integration.toml"
    path.write_text(text)
    parse(text)
    with pytest.raises(ProjectError, match='crs = "EPSG:3006"'):
        write_crs(path, "EPSG:3006")
    assert path.read_text() == text
