"""The lock of an output folder: held by one run, gone afterwards, and safe against one that was removed meanwhile."""

import errno
import subprocess
import sys

import pytest

from gisintegration.errors import OutputError
from gisintegration.locks import HeldError, hold
from gisintegration.project.folder import only_run


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def test_no_lock_is_left_by_a_run_that_ends_fails_or_is_refused(tmp_path):
    with only_run(tmp_path / "out"):
        assert left(tmp_path) == [".out.lock"]
        with pytest.raises(OutputError, match="Another run is writing"), only_run(tmp_path / "out"):
            pass
        assert left(tmp_path) == [".out.lock"]
    assert left(tmp_path) == []
    with pytest.raises(ZeroDivisionError), only_run(tmp_path / "out"):
        raise ZeroDivisionError
    assert left(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="an open file is not removed there")
def test_a_lock_that_was_replaced_is_another_run_s_and_is_left_to_it(tmp_path):
    with only_run(tmp_path / "out"):
        (tmp_path / ".out.lock").unlink()
        with only_run(tmp_path / "out"):
            assert left(tmp_path) == [".out.lock"]
        (tmp_path / ".out.lock").write_text("")
    assert left(tmp_path) == [".out.lock"]


def test_of_many_runs_at_once_one_at_a_time_is_inside(tmp_path):
    text = """
import sys, time
from pathlib import Path
from gisintegration.errors import OutputError
from gisintegration.project.folder import only_run
folder, inside = Path(sys.argv[1]) / "out", Path(sys.argv[1]) / "inside"
end, times = time.monotonic() + 2, 0
while time.monotonic() < end:
    try:
        with only_run(folder):
            inside.mkdir()
            inside.rmdir()
            times += 1
    except OutputError:
        pass
print(times)
"""
    runs = [
        subprocess.Popen([sys.executable, "-c", text, tmp_path], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    told = [int(run.communicate(timeout=120)[0]) for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0]
    assert sum(told) > 3
    assert left(tmp_path) == []


def test_the_package_is_the_command():
    told = subprocess.run(
        [sys.executable, "-m", "gisintegration", "--version"], capture_output=True, text=True, check=True
    )
    assert told.stdout.startswith("gisintegration ")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_stop_before_a_command_has_begun_is_one_line():
    text = "import gisintegration.cli.app as app\ndef stop(*_, **__): raise KeyboardInterrupt\n"
    text += "app.app = stop\nfrom gisintegration.cli import main\nmain()"
    told = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (130, "Stopped. What was there before is untouched.\n")


@pytest.mark.skipif(sys.platform == "win32", reason="flock is POSIX")
def test_a_file_system_without_locks_is_told(tmp_path, monkeypatch):
    import fcntl

    def without(stream, how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", without)
    with pytest.raises(OutputError, match=r"cannot be locked: No locks available") as refused:
        hold(tmp_path / ".lock", refusal="held", hint="wait")
    assert not isinstance(refused.value, HeldError)
