"""What init and check say of codes: proposed where words tell, listed where they do not; the CRS told in any case."""

import json

import pytest
from typer.testing import CliRunner

from gisintegration.cli.app import app
from gisintegration.project.coding import code_lines, meaning
from gisintegration.project.init import init_project
from gisintegration.project.settings import read_project
from gisintegration.registers import variables

ROWS = (
    "LopNr;År;Kommunkod;Kön;Ålder;X;Y;Upplåtelseform;Utbildning;Egen\n"
    "1;2024;1419;1;40;300000;6436000;Hyresrätt;3;a\n"
    "2;2024;1419;2;41;300100;6436100;bostadsrätt;Gymnasial;b\n"
)


def call(*arguments):
    return CliRunner().invoke(app, [*map(str, arguments)])


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("tenure", "Hyresrätt", "rental"),
        ("tenure", "HYRESRATT", "rental"),
        ("education", "gymnasial", "upper_secondary"),
        ("education", "eftergymnasial", None),  # two codes begin so
        ("education", "3", None),
        ("birth_region", "Sverige", "sweden"),
        ("sex", "1", None),  # usual, and not said in words
        ("labour_status", "sysselsatt", "employed"),
    ],
)
def test_a_value_means_a_code_when_its_words_say_so(variable, value, code):
    assert meaning(variables()[variable], value) == code


def test_what_is_only_usual_is_a_comment_in_a_new_project_and_a_line_to_paste_in_a_check():
    assert code_lines("sex", ["1", "x"]) == ['# "1" = "men"', '# "x" = "…"   # women or men']
    assert code_lines("sex", ["1", "x"], sure=False) == ['"1" = "men"', '"x" = "…"   # women or men']


def test_init_proposes_codes_for_every_coded_column_and_lists_columns_it_does_not_know(tmp_path):
    register = tmp_path / "personer.csv"
    register.write_bytes(ROWS.encode("cp1252"))
    path = init_project(tmp_path, register=[register])
    text = path.read_text(encoding="utf-8")
    codes = read_project(path).settings.register_.codes
    assert codes["tenure"] == {"Hyresrätt": "rental", "bostadsrätt": "cooperative"}
    assert codes["education"] == {"Gymnasial": "upper_secondary"}
    assert '# [register.codes.sex]\n# "1" = "men"\n# "2" = "women"' in text
    assert '# "3" = "…"   # compulsory, upper_secondary, ' in text
    assert '# Not used, since no variable is told from the name:\n# "Egen" = "…"' in text


def test_init_takes_the_published_tables_it_knows_in_the_folder(tmp_path):
    header = "Region;Folkmängd"
    (tmp_path / "okänd.csv").write_text(f"{header}\n0114;1\n", encoding="utf-8")
    settings = read_project(init_project(tmp_path)).settings
    assert settings.register_ is not None
    assert settings.reported == {}


def test_init_names_the_ready_mapping_of_a_table(tmp_path):
    from importlib.resources import files

    table = files("gisintegration").joinpath("data", "goteborgsregionen", "tables_deso_2018.parquet")
    (tmp_path / "tables.parquet").write_bytes(table.read_bytes())
    (tmp_path / "other.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    settings = read_project(init_project(tmp_path)).settings
    assert settings.register_ is None
    assert {name: part.mapping for name, part in settings.reported.items()} == {"tables": "deso_2018_goteborgsregionen"}
    assert list(settings.areas) == ["deso/2018"]
    # Named, a table that no mapping fits is kept, with a mapping to write.
    named = read_project(init_project(tmp_path / "two", reported=[tmp_path / "other.csv"])).settings
    assert named.reported["other"].mapping == "my_table.toml"


def test_check_tells_every_wrong_column_by_itself_with_lines_to_paste_and_the_crs(project):
    """The project's own register with the codes of sex and status as a delivery has them, and no CRS declared."""
    register = (project / "personer.csv").read_text(encoding="utf-8")
    register = (
        register.replace("women", "2").replace(",men,", ",1,").replace("employed", "Sysselsatt").replace("outside", "9")
    )
    (project / "personer.csv").write_text(register, encoding="utf-8")
    text = (project / "integration.toml").read_text(encoding="utf-8")
    (project / "integration.toml").write_text(text.replace('crs = "EPSG:3006"\n', ""), encoding="utf-8")
    result = call("check", "--project", project, "--json")
    assert result.exit_code == 1
    findings = json.loads(result.stdout.splitlines()[-1])["findings"]
    wrong = {one["where"]: one for one in findings if one["level"] == "wrong"}
    assert set(wrong) == {"register.columns.sex", "register.columns.labour_status"}
    assert '[register.codes.sex]\n"1" = "men"\n"2" = "women"' in wrong["register.columns.sex"]["hint"]
    pasted = wrong["register.columns.labour_status"]["hint"]
    assert '"9" = "…"   # employed, unemployed, outside or not_applicable' in pasted
    assert '"Sysselsatt" = "employed"' in pasted
    crs = next(one for one in findings if one["where"] == "register.crs")
    assert "SWEREF99 TM (EPSG:3006)" in crs["what"]
    # With the lines pasted, the project can run.
    lines = [one["hint"].partition("\n")[2].replace('"…"', '"outside"') for one in wrong.values()]
    text = (project / "integration.toml").read_text(encoding="utf-8")
    assert 'crs = "EPSG:3006"' in text
    (project / "integration.toml").write_text(text + "\n" + "\n".join(lines) + "\n", encoding="utf-8")
    again = call("check", "--project", project)
    assert again.exit_code == 0, again.output
