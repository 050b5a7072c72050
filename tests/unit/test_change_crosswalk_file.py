"""Crosswalks on disk: the same after reading, the same bytes twice, and what is said of files that are not whole."""

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import gisintegration as gi
from gisintegration.change.crosswalk_open import read_places, read_weights
from gisintegration.cli.app import app
from gisintegration.errors import InputError, OutputError
from gisintegration.testing import grid_areas

KEY = b"gisintegration_crosswalk"


@pytest.fixture
def editions():
    return (
        grid_areas(2, 1, division="district", edition="1", origin=(0, 0)),
        grid_areas(4, 2, division="district", edition="2", origin=(0, 0), size=500),
    )


@pytest.fixture
def raw(editions):
    return gi.crosswalk(*editions, method="points", places=[[100, 100], [900, 100], [1600, 600]], years=2023)


@pytest.fixture
def by_area(editions):
    return gi.crosswalk(*editions, method="area")


def facts(path):
    return json.loads(pq.read_schema(path).metadata[KEY])


def with_facts(path, **changes):
    table = pq.read_table(path)
    pq.write_table(table.replace_schema_metadata({KEY: json.dumps(facts(path) | changes).encode()}), path)
    return path


def test_what_is_read_is_what_was_written(by_area, raw, tmp_path):
    for one, name in ((by_area, "area.parquet"), (raw, "points.internal.parquet")):
        path = one.save(tmp_path / name)
        back = gi.load_crosswalk(path)
        pd.testing.assert_frame_equal(back.table, one.table)
        assert back.id == one.id == facts(path)["id"]
        for field in ("source", "target", "sources", "targets", "source_hash", "weights_year", "raw", "notes"):
            assert getattr(back, field) == getattr(one, field)


def test_the_same_crosswalk_is_the_same_bytes(by_area, editions, tmp_path):
    first = by_area.save(tmp_path / "a.parquet").read_bytes()
    again = gi.crosswalk(*editions, method="area").save(tmp_path / "b.parquet").read_bytes()
    assert first == again


def test_the_file_says_what_it_is(by_area, raw, tmp_path):
    told = facts(raw.save(tmp_path / "a.internal.parquet"))
    assert told["schema_version"] == 1
    assert told["internal"].startswith("INTERNAL")
    assert (told["method"], told["weights_year"], told["source"]) == ("points", 2023, "district/1")
    assert "internal" not in facts(by_area.save(tmp_path / "b.parquet"))


def test_a_raw_crosswalk_goes_only_where_the_name_says_internal(raw, tmp_path):
    for name in ("a.parquet", "internal.parquet", "open/a.parquet"):
        with pytest.raises(OutputError, match="made from persons' places") as caught:
            raw.save(tmp_path / name)
        assert ".internal.parquet" in caught.value.hint
        assert not (tmp_path / name).exists()
    assert raw.save(tmp_path / "internal" / "a.parquet").exists()


def test_what_is_made_of_raw_stays_so_on_disk(raw, tmp_path):
    with pytest.warns(UserWarning, match="inverse crosswalk"):
        back = raw.invert()
    with pytest.raises(OutputError):
        back.save(tmp_path / "a.parquet")
    with pytest.raises(OutputError):
        raw.compose(back).save(tmp_path / "a.parquet")


def test_another_ending_is_refused(by_area, tmp_path):
    with pytest.raises(InputError, match=r"should end in \.parquet"):
        by_area.save(tmp_path / "a.csv")


def test_files_that_are_no_crosswalk_are_told_apart(by_area, tmp_path):
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "other.parquet")
    (tmp_path / "text.parquet").write_text("source;target\n")
    (tmp_path / "empty.parquet").touch()
    by_area.save(tmp_path / "half.parquet")
    (tmp_path / "half.parquet").write_bytes((tmp_path / "half.parquet").read_bytes()[:-40])
    for name, message in [
        ("none.parquet", "does not exist"),
        ("other.parquet", "is Parquet but no crosswalk"),
        ("text.parquet", "cannot be read as Parquet"),
        ("empty.parquet", "cannot be read as Parquet"),
        ("half.parquet", "cannot be read as Parquet"),
    ]:
        with pytest.raises(InputError, match=message):
            gi.load_crosswalk(tmp_path / name)


def test_a_file_that_was_changed_is_refused(by_area, tmp_path):
    path = by_area.save(tmp_path / "a.parquet")
    table = pq.read_table(path)
    weight = pa.array([0.2, 0.3, *[0.25] * 6])
    changed = table.set_column(table.column_names.index("weight"), "weight", weight)
    for one in (
        changed,
        table.slice(0, 7),
        table.drop_columns(["n"]),
        table.append_column("extra", weight),
        table.set_column(4, "weight", pa.array([None, *[0.25] * 7], pa.float64())),
        table.replace_schema_metadata({KEY: b"{"}),
    ):
        pq.write_table(one, path)
        with pytest.raises(InputError, match="is damaged"):
            gi.load_crosswalk(path)


@pytest.mark.parametrize("change", [{"raw": True}, {"target": "district/9"}, {"sources": ["a0001"]}, {"id": ""}])
def test_facts_that_were_changed_are_refused(by_area, tmp_path, change):
    path = with_facts(by_area.save(tmp_path / "a.parquet"), **change)
    with pytest.raises(InputError, match="is damaged"):
        gi.load_crosswalk(path)


def test_a_later_version_is_told(by_area, tmp_path):
    path = with_facts(by_area.save(tmp_path / "a.parquet"), schema_version=2)
    with pytest.raises(InputError, match="is written as version 2"):
        gi.load_crosswalk(path)


# what it is made from


def test_points_from_a_file_with_year_and_kinds(editions, tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("x;y;year;vuxen;rum\n100,0;100,0;2022;ja;1\n", encoding="utf-8")
    with pytest.raises(InputError, match="1 rows have no number in column vuxen"):
        read_places(path, editions, kinds={"adults": "vuxen"})
    path.write_text("x;y;year;vuxen;rum\n100,0;100,0;2022;True;1\n1600;600;2023;false;2,5\n", encoding="utf-8")
    read = read_places(path, editions, year="year", kinds={"adults": "vuxen", "rooms": "rum"})
    assert read.years.tolist() == [2022, 2023]
    assert {kind: values.tolist() for kind, values in read.kinds.items()} == {"adults": [1, 0], "rooms": [1, 2.5]}
    assert read.places.located["district/2"].positions.tolist() == [0, 7]
    with pytest.raises(InputError, match="lacks the column år"):
        read_places(path, editions, year="år")


def test_weights_from_files(tmp_path, editions):
    _, new = editions
    new.table.to_file(tmp_path / "lager.gpkg")
    new.table.to_parquet(tmp_path / "lager.parquet")
    (tmp_path / "tabell.csv").write_text("code,population\n01,2\n")
    assert len(read_weights(tmp_path / "lager.gpkg", "weights")) == 8
    assert len(read_weights(tmp_path / "lager.parquet", "best_fit")) == 8
    assert read_weights(tmp_path / "tabell.csv", "target")["code"].tolist() == ["01"]
    assert read_weights(tmp_path / "tabell.csv", "grid") == tmp_path / "tabell.csv"
    (tmp_path / "trasig.gpkg").write_bytes(b"no layer")
    with pytest.raises(InputError, match="cannot be read as a layer"):
        read_weights(tmp_path / "trasig.gpkg", "weights")
    with pytest.raises(InputError, match="does not exist"):
        read_weights(tmp_path / "none.gpkg", "weights")


# the command


def run(*args):
    result = CliRunner().invoke(app, ["crosswalk", *map(str, args)])
    return result.exit_code, result.output


@pytest.fixture
def layers(editions, tmp_path):
    paths = []
    for areas in editions:
        path = tmp_path / f"{areas.edition}.gpkg"
        areas.table[["code", "name", "geometry"]].to_file(path)
        paths.append(path)
    options = ["--level", "district", "--code", "code", "--old-edition", "1", "--new-edition", "2"]
    return [*paths, *options]


def test_the_command_writes_a_crosswalk(tmp_path):
    path = tmp_path / "a.parquet"
    code, text = run("deso/2018", "deso/2025", "--method", "area", "-o", path)
    assert code == 0, text
    assert "Crosswalk: deso/2018 → deso/2025 by area, 594 pieces" in text
    assert "have no rows" not in text
    assert "21 areas of deso/2018 without a known border go where what remains of their kommun goes" in text
    assert gi.load_crosswalk(path).target == "deso/2025"


def test_the_command_says_all_for_programs(layers, by_area, tmp_path):
    code, text = run(*layers, "--method", "area", "-o", tmp_path / "a.parquet", "--json")
    assert code == 0, text
    told = json.loads(text.splitlines()[-1])
    assert (told["type"], told["ok"], told["complete"], told["internal"]) == ("result", True, True, False)
    assert told["id"] == by_area.id
    assert (told["rows"], told["orphans"], told["kinds"]) == (8, [], ["population"])


def test_the_command_from_a_file_of_points(layers, raw, tmp_path):
    points = tmp_path / "p.csv"
    points.write_text("x,y,year,grown\n100,100,2022,1\n900,100,2022,0\n1600,600,2023,1\n")
    to = tmp_path / "a.internal.parquet"
    code, text = run(*layers, "--method", "points", "--places", points, "-o", to, "--year", "2023")
    assert code == 0, text
    assert "Internal: not to be released." in text
    assert gi.load_crosswalk(to).id == raw.id
    code, text = run(
        *layers, "--method", "points", "--places", points, "-o", to, "--year-column", "year", "--kind", "adults=grown"
    )
    assert code == 0, text
    found = gi.load_crosswalk(to)
    assert (found.kinds, found.years) == (("adults", "population"), (2022, 2023))


def test_the_command_from_the_projects_register(project, tmp_path):
    to = tmp_path / "a.internal.parquet"
    rule = '{age = "20-39"}'
    code, text = run(
        project / "deso.gpkg", "deso/2018", "--old-edition", 2025, "--method", "points", "--project", project, "--year", 2023,
        "--kind", f"grown={rule}", "-o", to,
    )  # fmt: skip
    assert code == 0, text
    made = gi.load_crosswalk(to)
    assert made.kinds == ("grown", "population")
    assert made.rows("grown", 2023)["n"].sum() * 2 == made.rows("population", 2023)["n"].sum() > 0
    code, text = run(
        "deso/2025", "deso/2018", "--method", "points", "--project", project, "--kind", "grown=x", "-o", to
    )
    assert code == 1
    assert "is no rule" in text


def test_the_command_from_weights(layers, tmp_path):
    squares = tmp_path / "rutor.csv"
    squares.write_text("e,n,size,folk\n125,125,250,3\n875,125,250,5\n")
    to = tmp_path / "a.parquet"
    code, text = run(*layers, "--method", "grid", "--weights", squares, "--kind", "population=folk", "-o", to)
    assert code == 0, text
    assert gi.load_crosswalk(to).table["n"].sum() == 8
    figures = tmp_path / "folk.csv"
    figures.write_text("code,population\n" + "".join(f"a{number:04d},{number}\n" for number in range(1, 9)))
    code, text = run(*layers, "--method", "target", "--weights", figures, "--year", 2024, "-o", to)
    assert code == 0, text
    assert gi.load_crosswalk(to).weights_year == 2024


def test_the_command_from_a_key_needs_no_areas(tmp_path):
    codes = tmp_path / "key.csv"
    codes.write_text("old,new\na,x\nb,x\n")
    code, text = run("bydel/1", "bydel/2", "--method", "table", "--weights", codes, "-o", tmp_path / "a.parquet")
    assert code == 0, text
    assert gi.load_crosswalk(tmp_path / "a.parquet").sources == ("a", "b")


def test_the_command_refuses_and_says_what_to_do(layers, tmp_path):
    points = tmp_path / "p.csv"
    points.write_text("x,y\n100,100\n")
    for args, exit_code, text in [
        (["--method", "points", "--places", points, "-o", tmp_path / "a.parquet"], 1, ".internal.parquet"),
        (["--method", "area", "--places", points, "-o", tmp_path / "a.parquet"], 2, "points or best_fit"),
        (["--method", "area", "--year", 2020, "-o", tmp_path / "a.parquet"], 2, "--year and --kind go with"),
        (["--method", "grid", "-o", tmp_path / "a.parquet"], 1, "is made from weights="),
        (["--method", "grid", "--weights", tmp_path / "none.tif", "-o", tmp_path / "a.parquet"], 1, "does not exist"),
        (
            ["--method", "weights", "--weights", layers[1], "--kind", "n", "-o", tmp_path / "a.parquet"],
            2,
            "NAME=COLUMN",
        ),
        (["--method", "centroid", "-o", tmp_path / "a.parquet"], 2, "centroid"),
    ]:
        code, said = run(*layers, *args)
        assert (code, text in said) == (exit_code, True), said
    assert not list(tmp_path.glob("a*.parquet"))


def test_the_example_of_the_page_runs(tmp_path, monkeypatch):
    page = Path(__file__).parents[2] / "docs" / "crosswalks.md"
    monkeypatch.chdir(tmp_path)
    example = page.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    names = {}
    exec(example, names)
    assert names["walk"].target == "deso/2025"


def test_the_command_takes_a_key_of_one_kommun(tmp_path):
    from gisintegration.areas.codes import regso_key

    rows = [f"{deso},{regso}" for deso, regso in regso_key("2018").items() if deso.startswith("1402")]
    (tmp_path / "key.csv").write_text("\n".join(["deso_2018,regso_2020", *rows]), encoding="utf-8")
    options = ("deso/2018", "regso/2020", "--method", "table", "--weights", tmp_path / "key.csv")
    code, text = run(*options, "--kommun", "1402", "-o", tmp_path / "a.parquet")
    assert code == 0, text
    assert len(gi.load_crosswalk(tmp_path / "a.parquet").sources) == len(rows)
    code, text = run(*options, "-o", tmp_path / "b.parquet")
    assert code == 1
    assert "and 279 more" in text
