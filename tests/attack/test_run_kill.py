"""A run that is killed at any moment leaves the earlier outputs whole, and the next run succeeds."""

import json
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager

import pandas as pd
import pytest

from gisintegration.files import sha256
from gisintegration.project.folder import only_run


@contextmanager
def running(folder):
    with subprocess.Popen(
        [sys.executable, "-m", "gisintegration.cli", "run", "--project", str(folder), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=folder,
    ) as process:
        yield process


def killed_at(folder, message, delay=0.0):
    """Run until it says what it is doing, and end it the hard way; whether it was still at work."""
    with running(folder) as process:
        for line in process.stdout:
            if message in json.loads(line).get("message", ""):
                break
        time.sleep(delay)
        alive = process.poll() is None
        process.kill()
    return alive


@pytest.fixture
def earlier(ran, tmp_path):
    """A copy of a project that was run, with a register that has changed since."""
    folder = tmp_path / "prov"
    shutil.copytree(ran[0], folder)
    register = pd.read_csv(folder / "personer.csv", dtype={"kommun": str})
    register.assign(labour_status="employed").to_csv(folder / "personer.csv", index=False)
    return folder


def test_killed_at_any_moment_the_outputs_are_the_earlier_ones_and_the_next_run_succeeds(earlier):
    before = sha256(earlier / "output"), sha256(earlier / "internal")
    for moment in ("Reading the areas", "Counting", "reading every layer back"):
        assert killed_at(earlier, moment)
    assert (sha256(earlier / "output"), sha256(earlier / "internal")) == before
    assert list(earlier.glob(".output.*.part"))
    with running(earlier) as process:
        result = json.loads(process.stdout.read().splitlines()[-1])
    assert process.returncode == 0
    assert result["ok"] is True
    assert sha256(earlier / "output") != before[0]
    manifest = json.loads((earlier / "output" / "manifest.json").read_text())
    assert all(sha256(earlier / "output" / name) == digest for name, digest in manifest["files"].items())
    assert not list(earlier.glob(".*.part"))


def test_killed_while_the_folders_change_places_one_of_them_is_whole(earlier):
    """The swap itself is over in an instant: kills spread over the last moments of a run."""
    old = sha256(earlier / "output")
    for delay in (0.05, 0.15, 0.3):
        killed_at(earlier, "Writing Parquet", delay)
        output = earlier / "output"
        if sha256(output) == old:
            continue
        manifest = json.loads((output / "manifest.json").read_text())
        assert all(sha256(output / name) == digest for name, digest in manifest["files"].items())


def test_a_second_run_at_the_same_time_is_refused(ran):
    folder, _ = ran
    before = sha256(folder / "output")
    with only_run(folder / "output"), running(folder) as process:
        result = json.loads(process.stdout.read().splitlines()[-1])
    assert process.returncode == 1
    assert result["error"] == "HeldError"
    assert "Another run is writing to" in result["message"]
    assert sha256(folder / "output") == before
