"""Writers of a store and whole runs, killed at random moments: the store opens, and every earlier release is whole."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

KILLER = Path(__file__).parents[1] / "store_killer.py"

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="writers are forked, which this system cannot")


def started(kind, folder, seed, kills):
    command = [sys.executable, str(KILLER), kind, str(folder), str(seed), str(kills)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def found_by(process):
    out, errors = process.communicate()
    assert process.returncode == 0, errors
    return json.loads(out.splitlines()[-1])


def kill(kind, folder, seed, kills):
    return found_by(started(kind, folder, seed, kills))


def test_two_hundred_writers_are_killed_and_no_release_is_lost(tmp_path):
    # Two processes kill a hundred each, in stores of their own.
    both = [started("writers", tmp_path / str(seed), seed, 100) for seed in (20, 21)]
    found = [found_by(one) for one in both]
    assert [one["wrong"] for one in found] == [[], []]
    # Some were killed before they were done, and some had made releases: else nothing was tried.
    assert all(one["killed"] > 50 and one["committed"] > 50 for one in found)


def test_ten_runs_are_killed_and_no_release_is_lost(project):
    found = kill("runs", project, 10, 10)
    assert found["wrong"] == []
    assert found["killed"] >= 5


@pytest.mark.soak
def test_two_hundred_runs_are_killed_and_no_release_is_lost(project):
    found = kill("runs", project, 200, 200)
    assert found["wrong"] == []
    assert found["killed"] >= 100
