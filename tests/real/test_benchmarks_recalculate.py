"""The benchmark of recalculation, in its quick form: what it promises holds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.soak
def test_every_verdict_of_the_quick_run_holds():
    run = subprocess.run(
        [sys.executable, BENCHMARKS / "recalculate.py", "--quick"],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    verdicts = [line for line in run.stdout.splitlines() if line.startswith(("holds:", "FAILS:"))]
    assert len(verdicts) >= 15, run.stderr
    assert [line for line in verdicts if line.startswith("FAILS:")] == []
    assert run.returncode == 0
