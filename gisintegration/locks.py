"""One writer at a time: a lock that ends with the process that holds it, whatever becomes of the process."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

from gisintegration.errors import OutputError


class HeldError(OutputError):
    """Another process holds the lock."""


def hold(lock: Path, *, refusal: str, hint: str) -> IO[str]:
    """The lock's file, open and held until it is closed or the process ends.

    Parameters
    ----------
    lock
        File to lock; made if it is not there.
    refusal, hint
        What is said when another process holds it.

    Raises
    ------
    HeldError
        Another process holds it.
    OutputError
        It cannot be made, or the file system has no locks.
    """
    while True:
        try:
            lock.parent.mkdir(parents=True, exist_ok=True)
            stream = lock.open("a", encoding="utf-8")
        except OSError as error:
            raise OutputError(
                f"{lock.parent} cannot be written to: {error.strerror}.", hint="choose another folder."
            ) from error
        try:
            held = _locked(stream)
        except OSError as error:
            stream.close()
            raise OutputError(
                f"{lock} cannot be locked: {error.strerror}.",
                hint="the file system has no locks: choose a folder on another.",
            ) from error
        if not held:
            stream.close()
            raise HeldError(refusal, hint=hint)
        if _is_still(lock, stream):
            return stream
        stream.close()


def _is_still(lock: Path, stream: IO[str]) -> bool:
    """Whether the path names the file that is held: its last holder removes it, perhaps while we waited for it."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), lock.stat())
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def let_go(lock: Path, stream: IO[str]) -> None:
        """Remove the lock. An open file cannot be removed: it is, once closed, unless another process opened it."""
        stream.close()
        with suppress(OSError):
            lock.unlink()

    def _locked(stream: IO[str]) -> bool:
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

else:
    import fcntl

    def let_go(lock: Path, stream: IO[str]) -> None:
        """Remove the lock while it is held: whoever opened it before finds out that the path is another file's."""
        if _is_still(lock, stream):
            lock.unlink()
        stream.close()

    def _locked(stream: IO[str]) -> bool:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):  # over a network a lock that is held may be the latter
            return False
        return True
