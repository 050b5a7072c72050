"""What a crosswalk from persons gives away, and what is left when the disk is full, closed, or the writer killed."""

import errno
import json
import os
import re
import subprocess
import sys
import traceback
import warnings

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import gisintegration as gi
from gisintegration import files
from gisintegration.cli.app import app
from gisintegration.errors import GisIntegrationError, OutputError
from gisintegration.testing import grid_areas

# Counts below 20 that no other number here looks like.
SMALL = (17, 13, 19)
DIGITS = re.compile(r"(?<![\d.,<])(17|13|19)(?![\d.])")


@pytest.fixture
def editions():
    return (
        grid_areas(2, 1, division="district", edition="1", origin=(0, 0)),
        grid_areas(4, 2, division="district", edition="2", origin=(0, 0), size=500),
    )


def homes(*, outside=0):
    """17 in one piece, 13 in another, 500 in a third; some outside."""
    rows = [[100, 100]] * 17 + [[900, 100]] * 13 + [[1600, 600]] * 500 + [[-50, -50]] * outside
    return np.array(rows, dtype=float)


def test_no_small_count_stands_in_any_text(editions):
    """Notes, warnings, representation, check, progress: exact counts are in the rows only."""
    said = []

    def listen(_fraction, message):
        said.append(message)

    narrow = editions[1].with_(table=editions[1].table.iloc[[0, 1, 2, 3, 4, 5, 6]].reset_index(drop=True))
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for new in (editions[1], narrow):
            made = gi.crosswalk(
                editions[0],
                new,
                method="points",
                places=homes(outside=19),
                progress=listen,
            )
            said += [repr(made), str(made.verify()), *made.notes, made.verify().table.to_string()]
        turned = made.invert()
        said += [str(turned.verify()), *turned.notes, *(str(one.message) for one in warned)]
    assert made.table["n"].isin(SMALL).sum() == 2
    assert not DIGITS.search("\n".join(said)), said
    assert "<20 of them lie in no area of district/1, and are left out." in said


def test_no_small_count_stands_in_an_error(editions):
    """Whatever goes wrong with a raw crosswalk, its message tells no count."""
    made = gi.crosswalk(*editions, method="points", places=homes())
    wrong = [
        lambda: made.rows("women"),
        lambda: made.save("a.parquet"),
        lambda: made.save("a.internal.csv"),
        lambda: made.compose(made),
        lambda: gi.crosswalk(*editions, method="points", places=homes(), kinds={"a": [1]}),
    ]
    for attempt in wrong:
        with pytest.raises(GisIntegrationError) as caught:
            attempt()
        text = str(caught.value) + json.dumps(caught.value.failures) + "".join(traceback.format_exception(caught.value))
        assert not re.search(r"(?<![\d.:])(17|13)(?=\.0|\s+persons)", text)


def test_the_command_tells_no_small_count(editions, tmp_path):
    layers = []
    for areas in editions:
        layers.append(str(tmp_path / f"{areas.edition}.gpkg"))
        areas.table[["code", "name", "geometry"]].to_file(layers[-1])
    points = tmp_path / "p.csv"
    points.write_text("x,y\n" + "\n".join(f"{x},{y}" for x, y in homes(outside=19)), encoding="utf-8")
    options = ["--level", "district", "--code", "code", "--old-edition", "1", "--new-edition", "2"]
    for more in ([], ["--json"]):
        to = tmp_path / "a.internal.parquet"
        result = CliRunner().invoke(
            app, ["crosswalk", *layers, *options, "--method", "points", "--places", str(points), "-o", str(to), *more]
        )
        assert result.exit_code == 0, result.output
        assert not DIGITS.search(result.output.replace(str(tmp_path), "")), result.output
        assert "INTERNAL" in json.loads(pq.read_schema(to).metadata[b"gisintegration_crosswalk"])["internal"]


# writing


@pytest.fixture
def earlier(editions, tmp_path):
    """A file that stands there already, and a crosswalk to write over it."""
    path = gi.crosswalk(*editions, method="area").save(tmp_path / "out" / "a.parquet")
    return path, path.read_bytes(), gi.crosswalk(*editions, method="best_fit")


def unchanged(path, before):
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_full_disk_leaves_the_earlier_file_whole(earlier, monkeypatch):
    path, before, made = earlier

    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(OutputError, match="The disk is full"):
        made.save(path)
    unchanged(path, before)


def test_a_disk_that_fills_while_it_is_written_leaves_the_earlier_file_whole(tmp_path):
    """A true limit of the size of files, in a process of its own."""
    path = tmp_path / "a.parquet"
    code = f"""
import resource, signal
import pandas as pd, numpy as np
from gisintegration.change import Crosswalk
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
codes = tuple(f"a{{n:06d}}" for n in range(20_000))
def made(seed):
    n = np.random.default_rng(seed).random(20_000)
    table = pd.DataFrame({{"source": codes, "target": codes, "weight": 1.0, "n": n}})
    return Crosswalk("s/1", "s/2", "grid", table, codes, codes)
made(1).save({str(path)!r})
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    made(2).save({str(path)!r})
except OSError as error:
    print("stopped")
except Exception as error:
    print("stopped", type(error).__name__)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("stopped"), done.stderr
    assert gi.load_crosswalk(path).method == "grid"
    assert [one.name for one in tmp_path.iterdir()] == ["a.parquet"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to_is_told(earlier):
    path, before, made = earlier
    path.parent.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            made.save(path)
    finally:
        path.parent.chmod(0o700)
    unchanged(path, before)


def test_a_refusal_of_the_system_is_told(earlier, monkeypatch):
    path, before, made = earlier

    def closed(*_args, **_kwargs):
        raise PermissionError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(files.tempfile, "mkdtemp", closed)
    with pytest.raises(OutputError, match="cannot be written: Read-only file system"):
        made.save(path)
    unchanged(path, before)


def test_a_killed_writer_leaves_the_earlier_file_whole(earlier):
    path, before, _ = earlier
    code = f"""
import os, signal
import pyarrow.parquet as pq
from gisintegration.testing import grid_areas
import gisintegration as gi
whole = pq.write_table
def half(table, where, **options):
    whole(table, where, **options)
    with open(where, "r+b") as file:
        file.truncate(100)
    os.kill(os.getpid(), signal.SIGKILL)
pq.write_table = half
old = grid_areas(2, 1, division="district", edition="1", origin=(0, 0))
new = grid_areas(4, 2, division="district", edition="2", origin=(0, 0), size=500)
gi.crosswalk(old, new, method="best_fit").save({str(path)!r})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == -9
    assert path.read_bytes() == before
    assert gi.load_crosswalk(path).method == "area"
