"""A run that is killed at any moment leaves the earlier outputs whole, and the next run succeeds."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from gisintegration.files import sha256
from gisintegration.project.folder import only_run


def start(folder):
    return subprocess.Popen(
        [sys.executable, "-m", "gisintegration.cli", "run", "--project", str(folder), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=folder,
    )


def kill_at(process, fraction):
    """End the process the hard way when it has told of that much progress; whether it was still at work."""
    for line in process.stdout:
        told = json.loads(line)
        if told["type"] == "progress" and told["fraction"] >= fraction:
            break
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
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
    killed = [kill_at(start(earlier), fraction) for fraction in (0.0, 0.3, 0.66, 0.8, 0.9, 0.96)]
    assert all(killed)
    assert (sha256(earlier / "output"), sha256(earlier / "internal")) == before
    assert list(earlier.glob(".output.*.part"))
    process = start(earlier)
    result = json.loads(process.stdout.read().splitlines()[-1])
    assert process.wait() == 0
    assert result["ok"] is True
    assert sha256(earlier / "output") != before[0]
    manifest = json.loads((earlier / "output" / "manifest.json").read_text())
    assert all(sha256(earlier / "output" / name) == digest for name, digest in manifest["files"].items())
    assert not list(earlier.glob(".*.part"))


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_killed_while_the_folders_change_places_one_of_them_is_whole(earlier):
    """The swap itself is over in an instant: kills spread over the last moments of a run."""
    old = sha256(earlier / "output")
    for delay in (0.0, 0.05, 0.1, 0.2, 0.4):
        process = start(earlier)
        for line in process.stdout:
            if '"Writing Parquet"' in line:
                break
        time.sleep(delay)
        process.kill()
        process.wait()
        output = earlier / "output"
        if sha256(output) == old:
            continue
        manifest = json.loads((output / "manifest.json").read_text())
        assert all(sha256(output / name) == digest for name, digest in manifest["files"].items())


def test_a_second_run_at_the_same_time_is_refused(ran):
    folder, _ = ran
    before = sha256(folder / "output")
    with only_run(folder / "output"):
        process = start(folder)
        result = json.loads(process.stdout.read().splitlines()[-1])
    assert process.wait() == 1
    assert result["error"] == "OutputError"
    assert "Another run is writing to" in result["message"]
    assert sha256(folder / "output") == before
