"""areas compare: catalogue keys and files, what it prints, what it writes, what it refuses."""

import json

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from typer.testing import CliRunner

from gisintegration.areas.assemble import assemble, objects
from gisintegration.cli.app import app

RUN = CliRunner()


def call(*arguments):
    done = RUN.invoke(app, ["areas", "compare", *map(str, arguments)])
    return done.exit_code, done.output


def result(*arguments):
    done = RUN.invoke(app, ["areas", "compare", *map(str, arguments), "--json"])
    (line,) = [json.loads(text) for text in done.stdout.splitlines() if '"result"' in text]
    return done.exit_code, line


def write(path, strips, column="kod"):
    shapes = [shapely.box(600_000 + west, 6_600_000, 600_000 + east, 6_601_000) for west, east in strips.values()]
    areas = assemble("district", "1", list(strips), objects(shapes))
    areas.table[["code", "geometry"]].rename(columns={"code": column}).to_file(path)
    return path


@pytest.fixture
def layers(tmp_path):
    old = write(tmp_path / "d2020.gpkg", {"a": (0, 100), "b": (100, 200), "c": (200, 300)})
    new = write(tmp_path / "d2024.gpkg", {"a": (0, 100), "b": (100, 220), "c1": (220, 260), "c2": (260, 300)})
    return old, new


OWN = ("--level", "district", "--code", "kod")


def test_the_bundled_editions(tmp_path):
    code, told = result("deso/2018", "deso/2025", "-o", tmp_path / "out")
    assert code == 0
    assert told["relations"]["split"] == {"old": 14, "new": 28}
    assert told["relations"]["unknown_origin"] == {"old": 21, "new": 26}
    assert told["codes"] == {"kept": 547, "ended": 18, "new": 37, "kept_changed": 0}
    assert told["log_disagrees"] == 22
    assert told["policy"] == ""
    assert "persons" not in told
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "areas.csv", "areas.csvt", "changes.gpkg", "links.csv", "links.csvt",
    ]  # fmt: skip
    assert len(pyogrio.read_dataframe(tmp_path / "out" / "changes.gpkg", layer="changed_areas")) == 54


def test_files_of_ones_own(layers, tmp_path):
    code, text = call(*layers, *OWN, "-o", tmp_path / "out", "--table", "parquet", "--language", "en")
    assert code == 0, text
    assert "district/d2020 → district/d2024: 3 and 4 areas." in text
    assert "Left aside as noise (nowhere wider than 1 m): 0 pieces, 0 m²." in text
    areas = pd.read_parquet(tmp_path / "out" / "areas.parquet")
    assert areas[areas["side"] == "new"]["relation"].tolist() == ["unchanged", "adjusted", "new", "new"]


def test_the_tolerance_is_the_users(layers):
    assert result(*layers, *OWN, "--tolerance", "25")[1]["relations"]["split"] == {"old": 1, "new": 2}


def test_persons_are_told_as_fewer_than_twenty(layers, tmp_path):
    xy = np.array([[600_150, 6_600_500], [600_210, 6_600_500], [600_250, 6_600_500]])
    points = tmp_path / "p.csv"
    pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1], "antal": [300, 7, 4]}).to_csv(points, index=False)
    code, told = result(*layers, *OWN, "--places", points, "--persons", "antal", "-o", tmp_path / "out")
    assert code == 0, told
    assert told["policy"] == "internal"
    assert told["persons"] == {"persons": 311, "moved": "<20"}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "areas.internal.csv", "areas.internal.csvt", "changes.internal.gpkg", "links.internal.csv",
        "links.internal.csvt",
    ]  # fmt: skip
    code, text = call(*layers, *OWN, "--places", points, "-o", tmp_path / "again")
    assert "The files are internal, as their names say" in text
    code, text = call(*layers, *OWN, "--places", points)
    assert "The files are internal" not in text
    assert "INTERNAL" in text
    assert "Persons: <20, of whom <20 moved." in text
    assert "311" not in text
    titles = pyogrio.read_info(tmp_path / "out" / "changes.internal.gpkg", layer="pieces")["layer_metadata"]
    assert titles["IDENTIFIER"].startswith("INTERNT: ")


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("deso/2018", "deso/2018"), "deso/2018 was given twice"),
        (("deso/2025", "deso/2018"), "deso/2025 is later than deso/2018"),
        (("deso/2018", "nowhere.gpkg"), "nowhere.gpkg is neither a file nor an edition"),
        (("deso/2018", "deso/2019"), "deso/2019"),
        (("kommun/1998", "kommun/2003"), "kommun/1998"),
    ],
)
def test_what_cannot_be_compared_is_refused(arguments, wanted):
    code, text = call(*arguments)
    assert code == 1
    assert wanted in text
    assert "Hint:" in text


def test_a_file_without_official_codes_needs_its_level(layers):
    code, text = call(*layers)
    assert code == 1
    assert "no column of official codes is recognised" in text
    assert "--level" in text


def test_an_edition_that_the_codes_do_not_tell_is_asked_for(tmp_path):
    file = write(tmp_path / "x.gpkg", {"0115A0010": (0, 100)}, column="deso")
    code, text = call("deso/2018", file)
    assert code == 1
    assert "may be of edition 2018 or 2025" in text
    assert "--new-edition" in text


def test_a_layer_of_the_wrong_edition_is_refused_with_what_became_of_it(tmp_path):
    file = write(tmp_path / "x.gpkg", {"0114C1060": (0, 100)}, column="deso")
    code, text = call("deso/2018", file, "--new-edition", "2025")
    assert code == 1
    assert "it became 0114C1061 and 0114C1062" in text


def test_persons_without_places_is_wrong_usage(layers):
    code, text = call(*layers, *OWN, "--persons", "antal")
    assert code == 2
    assert "--persons goes with --places" in text


def test_a_file_of_persons_that_cannot_be_counted_is_refused(layers, tmp_path):
    points = tmp_path / "p.csv"
    points.write_text("x,y,antal\n600150,6600500,3\n600210,6600500,många\n")
    code, text = call(*layers, *OWN, "--places", points, "--persons", "antal")
    assert code == 1
    assert "1 rows have no number in column antal" in text
    assert "row: 2" in text
    code, text = call(*layers, *OWN, "--places", points, "--persons", "personer")
    assert code == 1
    assert "lacks the column personer" in text


def test_it_is_described_for_programs():
    done = RUN.invoke(app, ["describe", "--json"])
    (command,) = [one for one in json.loads(done.stdout)["commands"] if one["name"] == "areas compare"]
    kinds = {one["name"]: (one["type"], one["required"]) for one in command["parameters"]}
    assert kinds["old"] == ("text", True)
    assert kinds["tolerance"] == ("number", False)
    assert kinds["to"] == ("path", False)
