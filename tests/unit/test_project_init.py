"""A new project file: commented, filled in with what files tell, never over another."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gisintegration.errors import InputError, ProjectError
from gisintegration.project.init import _areas, init_project
from gisintegration.project.settings import parse, read_project


def test_without_files_it_is_a_whole_example(tmp_path):
    settings = read_project(init_project(tmp_path / "ny")).settings
    assert settings.project.name == "ny"
    assert list(settings.areas) == ["deso/2018", "deso/2025"]


def test_level_edition_and_swedish_columns_are_told_from_the_files(tmp_path, tjorn):
    register = tmp_path / "personer.csv"
    register.write_bytes("LopNr;År;Kommunkod;Kön;Ålder;N;E\n1;2024;1419;1;40;6436000;300000\n".encode("cp1252"))
    tjorn.table[["code", "geometry"]].rename(columns={"code": "desokod"}).to_file(tmp_path / "omr.gpkg")
    path = init_project(tmp_path, register=[register], areas=[tmp_path / "omr.gpkg"], name="Tjörn")
    settings = read_project(path).settings
    assert settings.project.name == "Tjörn"
    assert settings.register_.paths == ["personer.csv"]
    assert settings.areas["deso/2025"].path == "omr.gpkg"
    wanted = {"År": "year", "Kommunkod": "kommun", "Kön": "sex", "Ålder": "age"}
    assert wanted.items() <= settings.register_.columns.items()


def test_a_layer_without_official_codes_is_an_area_of_ones_own(tmp_path, tjorn):
    layer = tjorn.table[["geometry"]].assign(stadsdel=[f"S{i}" for i in range(len(tjorn))])
    layer.to_file(tmp_path / "Stadsdelar väst.gpkg")
    settings = read_project(init_project(tmp_path, areas=[tmp_path / "Stadsdelar väst.gpkg"])).settings
    assert settings.own["stadsdelar_vast"].path == "Stadsdelar väst.gpkg"


def test_a_project_that_is_there_is_left_alone(tmp_path):
    (tmp_path / "integration.toml").write_text("mine")
    with pytest.raises(ProjectError, match="exists already"):
        init_project(tmp_path)
    assert (tmp_path / "integration.toml").read_text() == "mine"


def test_a_file_that_is_not_there_is_told_and_nothing_is_written(tmp_path):
    with pytest.raises(InputError, match=r"personer\.csv does not exist"):
        init_project(tmp_path / "ny", register=["personer.csv"])
    assert not (tmp_path / "ny").exists()


def test_a_synthetic_register_says_so_and_its_helper_tables_are_no_columns(tmp_path):
    schema = pa.schema(
        [("person", pa.int64()), ("year", pa.int32()), ("kommun", pa.string()), ("deso", pa.string())],
        metadata={"SYNTHETIC": "syntetiskt: personerna finns inte"},
    )
    persons = pa.table([[1], [2024], ["1419"], ["1419A0010"]], schema=schema)
    (tmp_path / "reg" / "year=2024").mkdir(parents=True)
    pq.write_table(persons, tmp_path / "reg" / "year=2024" / "persons.parquet")
    helper = pa.table({"place": [1], "deso_2018": ["1419A0010"], "built": [1990], "until": [2010]})
    pq.write_table(helper, tmp_path / "reg" / "_places.parquet")
    path = init_project(tmp_path / "ny", register=[tmp_path / "reg"])
    text = path.read_text(encoding="utf-8")
    assert '"deso_2018" = ' not in text
    assert '"built"' not in text
    settings = read_project(path).settings
    assert settings.project.synthetic
    assert settings.indicators.constants == "synthetic"
    # A register that does not say so is of real persons.
    pq.write_table(persons.replace_schema_metadata(None), tmp_path / "real.parquet")
    settings = read_project(init_project(tmp_path / "real", register=[tmp_path / "real.parquet"])).settings
    assert not settings.project.synthetic
    assert settings.indicators.constants is None


def test_the_edition_to_recalculate_to_stands_as_an_example_and_is_the_one_named(tmp_path):
    text, _ = _areas(tmp_path, [], ["deso/2018"])
    assert text.splitlines()[0] == '[areas."deso/2018"]'
    assert '# [areas."deso/2025"]' in text
    project = '[project]\nname = "A"\n[reported.a]\npath = "a.csv"\nmapping = "a.toml"\n[areas."deso/2018"]\n'
    with pytest.raises(ProjectError, match=r'name another, as \[areas\."deso/2025"\]'):
        parse(project + '[recalculate]\nto = "stable"\n')
