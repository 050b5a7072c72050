"""Files written whole or not at all, and their hashes."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gisintegration.errors import OutputError

#: What the name of an internal file, or of the folder it lies in, says.
INTERNAL = "internal"


@contextmanager
def atomic(path: str | Path) -> Iterator[Path]:
    """A path to write to, beside ``path``, that replaces ``path`` when the block ends well.

    Works for a file and for a folder. If the block fails, or the process is killed inside it, what stood at ``path``
    is untouched. Suffixes are kept, since drivers choose their format by them.

    Raises
    ------
    OutputError
        The disk is full, or the folder cannot be written to.

    Examples
    --------
    >>> import tempfile; folder = Path(tempfile.mkdtemp())
    >>> with atomic(folder / "a.txt") as temporary:
    ...     _ = temporary.write_text("whole")
    >>> (folder / "a.txt").read_text()
    'whole'
    """
    path = Path(path)
    folder = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent))
        temporary = folder / path.name
        yield temporary
        _sync(temporary)
        _replace(temporary, path, folder)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise OutputError(
                f"The disk is full: {path} was not written.", hint="free space; the earlier file is untouched."
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise OutputError(
                f"{path} cannot be written: {error.strerror}.",
                hint="close the file in other programs, or choose another output folder.",
            ) from error
        raise
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def sha256(path: str | Path) -> str:
    """SHA-256 of a file, or of a folder's files with their relative names, in hexadecimal.

    Examples
    --------
    >>> import tempfile; file = Path(tempfile.mkdtemp()) / "a"; _ = file.write_bytes(b"")
    >>> sha256(file)[:12]
    'e3b0c44298fc'
    """
    path = Path(path)
    if path.is_dir():
        digest = hashlib.sha256()
        for file in sorted(p for p in path.rglob("*") if p.is_file()):
            digest.update(f"{file.relative_to(path).as_posix()}\0{sha256(file)}\n".encode())
        return digest.hexdigest()
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def says_internal(path: str | Path) -> bool:
    """Whether a file tells by its name, or by that of its folder, that it is not to be released.

    Examples
    --------
    >>> [says_internal(name) for name in ("a.gpkg", "a.internal.gpkg", "internal/a.gpkg")]
    [False, True, True]
    """
    path = Path(path)
    return path.stem.endswith(f".{INTERNAL}") or path.parent.name == INTERNAL


def internal_name(path: str | Path) -> Path:
    """The name of a file that says that it is internal: the one given if it does.

    Examples
    --------
    >>> internal_name("a.gpkg").name, internal_name("a.internal.gpkg").name
    ('a.internal.gpkg', 'a.internal.gpkg')
    """
    path = Path(path)
    return path if says_internal(path) else path.with_suffix(f".{INTERNAL}{path.suffix}")


def refuse_open_name(path: str | Path, what: str) -> None:
    """Refuse to write what is internal under a name that does not say so.

    Parameters
    ----------
    what
        What the file would hold, as a sentence without its full stop.

    Raises
    ------
    OutputError
        Neither the name nor the folder says it.
    """
    path = Path(path)
    if not says_internal(path):
        named = internal_name(path)
        raise OutputError(
            f"{path}: {what}.",
            hint=f"end the name in {''.join(named.suffixes[-2:])} ({named.name}), or write it to a folder named "
            f"{INTERNAL}.",
        )


def _sync(path: Path) -> None:
    for file in path.rglob("*") if path.is_dir() else [path]:
        if file.is_file():
            # Windows syncs only what may be written to.
            with file.open("r+b" if os.access(file, os.W_OK) else "rb") as stream:
                os.fsync(stream.fileno())


def _replace(temporary: Path, path: Path, folder: Path) -> None:
    if path.is_dir() and not _exchange(temporary, path):
        # A folder cannot be renamed over a folder that holds files: the old one steps aside first.
        path.rename(folder / ".old")
    if temporary.exists() and not path.is_dir():
        temporary.replace(path)


def _exchange(first: Path, second: Path) -> bool:
    """Swap two folders in one step, so that no moment exists without either. Linux only."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    here, exchange = -100, 2
    return bool(rename(here, os.fsencode(first), here, os.fsencode(second), exchange) == 0)
