"""The wheel, in an empty environment outside the repository, makes the demo."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


def test_it_holds_the_catalogue_the_styles_the_demo_region_and_the_licence(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for file in (ROOT / "layers").rglob("*.*"):
        assert f"gisintegration/layers/catalogue/{file.relative_to(ROOT / 'layers').as_posix()}" in names
    for file in (ROOT / "gisintegration").rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            assert file.relative_to(ROOT).as_posix() in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    outside = {name.split("/")[0] for name in names} - {"gisintegration"}
    assert all(name.endswith(".dist-info") for name in outside)


def test_it_makes_the_demo_outside_the_repository(wheel, tmp_path):
    home = tmp_path / "environment"
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(subprocess.run([python, "-c", where], capture_output=True, text=True, check=True).stdout.strip())
    # What the wheel depends on is read from the environment of the tests: a path, so that nothing of ours comes along.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    outside = tmp_path / "work"
    outside.mkdir()
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    code = "import gisintegration; print(gisintegration.__file__)"
    loaded = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True, cwd=outside, env=clean)
    assert Path(loaded.stdout.strip()).is_relative_to(site)
    command = [python.with_name("gisintegration"), "demo", "--share", "0.02"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=outside, env=clean)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "demo/output/goteborgsregionen.gpkg" in done.stdout
    rows = pd.read_parquet(outside / "demo" / "output" / "statistics.parquet", columns=["division", "edition", "area"])
    editions = set(rows["division"].astype(str) + "/" + rows["edition"].astype(str))
    deso = {"deso/2018", "deso/2025", "regso/2020", "regso/2025"}
    assert editions == {*deso, "kommun/2003", "region/given"}
    assert not {"00", "13", "14"} & set(rows["area"])
    assert len(list((outside / "demo" / "output" / "maps").glob("*.html"))) == 3
