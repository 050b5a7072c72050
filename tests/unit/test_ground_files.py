"""Whole-file writing: what was there before survives every failure."""

import errno
import os
import signal
import subprocess
import sys
import time

import pytest

from gisintegration.errors import OutputError
from gisintegration.files import atomic, sha256


def test_a_failure_leaves_the_old_file_and_no_litter(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(RuntimeError), atomic(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_replaces_a_folder_whole(tmp_path):
    for content in ("first", "second"):
        with atomic(tmp_path / "out") as temporary:
            temporary.mkdir()
            (temporary / content).write_text(content)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["second"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_replaces_a_folder_where_the_system_cannot_exchange(tmp_path, monkeypatch):
    monkeypatch.setattr("gisintegration.files._exchange", lambda first, second: False)
    test_a_folder_replaces_a_folder_whole(tmp_path)


def test_a_full_disk_is_a_clear_error(tmp_path):
    with pytest.raises(OutputError, match="disk is full"), atomic(tmp_path / "a"):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"), atomic(tmp_path / "a"):
        raise PermissionError(errno.EACCES, "Permission denied")


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX systems")
def test_a_kill_leaves_the_old_file(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    program = (
        "import sys, time; from gisintegration.files import atomic\n"
        "with atomic(sys.argv[1]) as p:\n  p.write_text('half'); print('in', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(target)], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"in\n"
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    time.sleep(0.01)
    assert target.read_text() == "old"


def test_the_hash_of_a_folder_sees_names_and_contents(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_text("x")
    assert sha256(tmp_path / "one") == sha256(tmp_path / "two")
    (tmp_path / "two" / "a").rename(tmp_path / "two" / "b")
    assert sha256(tmp_path / "one") != sha256(tmp_path / "two")


@pytest.mark.skipif(sys.platform == "win32", reason="flags of files are POSIX")
def test_what_is_synced_may_be_written_to_as_windows_wants(tmp_path, monkeypatch):
    import fcntl

    synced = []

    def as_windows(descriptor):
        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, "Bad file descriptor")
        synced.append(descriptor)

    monkeypatch.setattr(os, "fsync", as_windows)
    with atomic(tmp_path / "a.txt") as temporary:
        temporary.write_text("whole")
    assert len(synced) == 1
