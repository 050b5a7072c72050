"""What the repository promises of itself: lock files without addresses, a quick import, a facade that is whole."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import gisintegration

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.lock", "requirements-nodeps.lock"]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_names_versions_hashes_and_markers_only(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    requirement = re.compile(r"[a-z0-9-]+==[0-9a-z.+!]+( ; [^\\]+?)?( \\)?")
    for line in text.splitlines():
        if line.startswith("    --hash="):
            assert re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line), line
        else:
            assert requirement.fullmatch(line), line
    assert "//" not in text


def test_every_direct_dependency_is_locked():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*declared["project"]["dependencies"], *declared["build-system"]["requires"]]
    wanted += [item for group in declared["dependency-groups"].values() for item in group]
    names = {re.match(r"[A-Za-z0-9_-]+", item)[0].lower().replace("_", "-") for item in wanted}
    locked = set(re.findall(r"^([a-z0-9-]+)==", "\n".join((ROOT / name).read_text() for name in LOCKS), re.MULTILINE))
    assert names <= locked


def test_the_import_reads_no_other_package_and_no_room():
    code = "import sys, gisintegration; print(sorted({n.split('.')[0] for n in sys.modules} & {'numpy', 'pandas', 'typer'}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_reads_no_heavy_package():
    code = (
        "import sys\nfrom gisintegration.cli import main\nsys.argv = ['gisintegration', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted({n.split('.')[0] for n in sys.modules} & {'numpy', 'pandas', 'geopandas', 'duckdb', 'pydantic'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_facade_names_what_the_type_checker_reads():
    tree = ast.parse(Path(gisintegration.__file__).read_text(encoding="utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    read = {alias.name: item.module for item in guarded.body for alias in item.names}
    assert read == {name: f"gisintegration.{room}" for name, room in gisintegration._HOMES.items()}


@pytest.mark.parametrize("name", sorted(set(gisintegration.__all__) - {"__version__"}))
def test_every_public_name_is_there_and_says_what_it_is(name):
    found = getattr(gisintegration, name)
    assert found.__doc__
    assert found.__name__ == name


def test_a_verb_is_not_hidden_by_the_room_of_its_name():
    code = "import gisintegration.locate.verbs, gisintegration as gi; print(callable(gi.locate), gi.locate.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True locate"


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'read_area'"):
        gisintegration.read_area  # noqa: B018


def test_describe_lists_every_command_with_an_example_and_help_for_each_parameter():
    from typer.testing import CliRunner

    from gisintegration.cli.app import app
    from gisintegration.project.outputs import FORMATS

    found = json.loads(CliRunner().invoke(app, ["describe", "--json"]).stdout.splitlines()[-1])
    names = [command["name"] for command in found["commands"]]
    assert names == sorted(names)
    assert {"demo", "init", "check", "run", "areas list", "areas check", "synthetic", "locate", "export", "map"} < set(
        names
    )
    for command in found["commands"]:
        assert f"Example: gisintegration {command['name']}" in command["help"], command["name"]
        for parameter in command["parameters"]:
            assert parameter["help"], (command["name"], parameter["name"])
            assert parameter["type"] in {"boolean", "text", "integer", "number", "path"}
    export = next(command for command in found["commands"] if command["name"] == "export")
    formats = next(parameter for parameter in export["parameters"] if parameter["name"] == "format")
    assert (formats["required"], formats["choices"]) == (True, list(FORMATS))


def test_the_page_of_commands_is_that_of_the_commands():
    from gisintegration.cli.app import commands_page

    assert (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") == commands_page(), "run make docs"
