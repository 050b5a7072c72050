"""Bad input is normal input: one clear message, exit code 1, and no output file."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

from gisintegration.areas import official_codes
from gisintegration.cli.app import app


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def rewrite(folder, change):
    path = folder / "personer.csv"
    change(pd.read_csv(path, dtype={"kommun": str})).to_csv(path, index=False)


def relayer(folder, change):
    path = folder / "deso.gpkg"
    frame = change(gpd.read_file(path))
    path.unlink()
    frame.to_file(path, layer="deso")


def swapped_axes(folder):
    rewrite(folder, lambda frame: frame.rename(columns={"x": "y", "y": "x"}))


def missing_column(folder):
    rewrite(folder, lambda frame: frame.rename(columns={"sex": "sexe"}))


def wrong_crs(folder):
    file = folder / "integration.toml"
    file.write_text(file.read_text().replace("EPSG:3006", "EPSG:3021"))


def near_but_wrong_crs(folder):
    rewrite(folder, lambda frame: frame.assign(x=frame["x"] - 40_000))


def no_crs(folder):
    file = folder / "integration.toml"
    file.write_text(file.read_text().replace('crs = "EPSG:3006"', ""))


def area_codes_without_zeros(folder):
    codes = sorted(official_codes("deso/2025"))[:10]
    assert codes[0].startswith("0")
    relayer(folder, lambda frame: frame.assign(desokod=[code[1:] for code in codes]))


def kommun_codes_without_zeros(folder):
    codes = sorted(official_codes("deso/2025"))[:10]
    relayer(folder, lambda frame: frame.assign(desokod=codes))
    rewrite(folder, lambda frame: frame.assign(kommun=codes[0][1:4]))


def empty_file(folder):
    (folder / "personer.csv").write_text("")


def no_rows(folder):
    rewrite(folder, lambda frame: frame.iloc[:0])


def crossing_polygon(folder):
    def cross(frame):
        x, y = frame.geometry.iloc[0].centroid.coords[0]
        bow = shapely.Polygon([(x, y), (x + 500, y + 500), (x + 500, y), (x, y + 500)])
        return frame.set_geometry([bow, *frame.geometry.iloc[1:]])

    relayer(folder, cross)


def no_register(folder):
    (folder / "personer.csv").unlink()


def wrong_year(folder):
    file = folder / "integration.toml"
    file.write_text(file.read_text().replace("2023-2024", "2021-2024"))


def unknown_indicator(folder):
    file = folder / "integration.toml"
    file.write_text(file.read_text().replace("employed_share", "employd_share"))


def lacking_variable(folder):
    rewrite(folder, lambda frame: frame.drop(columns="labour_status"))


CASES = [
    (swapped_axes, "swap"),
    (missing_column, "personer.csv lacks the column sex."),
    (wrong_crs, "EPSG:3021"),
    (near_but_wrong_crs, "lie in their kommun"),
    (no_crs, "no CRS is declared"),
    (area_codes_without_zeros, "zero"),
    (kommun_codes_without_zeros, "codes without leading zeros: '114' should be '0114'"),
    (empty_file, "personer.csv is empty"),
    (no_rows, "personer.csv is empty"),
    (crossing_polygon, "Self-intersection"),
    (no_register, "personer.csv does not exist"),
    (wrong_year, "asks for 2021, 2022, and the register has 2023, 2024"),
    (unknown_indicator, "did you mean 'employed_share'"),
    (lacking_variable, "labour_status"),
]


@pytest.mark.parametrize(("spoil", "told"), CASES, ids=[spoil.__name__ for spoil, _ in CASES])
def test_run_tells_what_is_wrong_and_writes_nothing(project, spoil, told):
    spoil(project)
    before = sorted(path.name for path in project.iterdir())
    result = call("run", "--project", project)
    assert result.exit_code == 1, result.output
    assert told in result.stderr
    assert result.stderr.count("Error:") == 1
    assert "Traceback" not in result.output
    assert "Hint:" in result.stderr
    after = sorted(path.name for path in project.iterdir())
    assert [name for name in after if name not in before] == [".output.lock"] or after == before


# A missing CRS is what check is there to find.
CHECKED = [case[0] for case in CASES if case[0] is not no_crs]


@pytest.mark.parametrize("spoil", CHECKED, ids=lambda case: case.__name__)
def test_check_finds_it_too(project, spoil):
    spoil(project)
    result = call("check", "--project", project)
    assert result.exit_code == 1, result.output
    assert "WRONG" in result.stdout
    assert "The project cannot run yet." in result.stdout


def test_several_things_that_are_wrong_are_told_together(project):
    crossing_polygon(project)
    empty_file(project)
    unknown_indicator(project)
    result = call("check", "--project", project)
    assert result.exit_code == 1
    assert result.stdout.count("WRONG") == 3


def test_files_of_others_in_the_output_folder_stop_the_run(project):
    output = project / "output"
    output.mkdir()
    (output / "mitt.qgz").write_text("QGIS")
    result = call("run", "--project", project)
    assert result.exit_code == 1
    assert "mitt.qgz" in result.stderr
    assert (output / "mitt.qgz").read_text() == "QGIS"


def test_an_output_folder_that_holds_the_inputs_is_refused(project):
    file = project / "integration.toml"
    file.write_text(file.read_text() + '\n[output]\nfolder = "."\n')
    result = call("run", "--project", project)
    assert result.exit_code == 1
    assert "replaces the whole folder" in result.stderr
    assert (project / "personer.csv").exists()
