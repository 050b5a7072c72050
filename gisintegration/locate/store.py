"""Indexes kept in the user's cache folder, by the hash of the boundaries, and read by memory map."""

from __future__ import annotations

import hashlib
import json
import logging
import mmap
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from platformdirs import user_cache_path

from gisintegration.errors import OutputError
from gisintegration.files import atomic
from gisintegration.locate.boundaries import Boundaries
from gisintegration.locate.grid import Grid, build, spread

# Changes whenever an index made before would not be read rightly by the kernels of today.
FORMAT = 1
# A smaller index is built in less time than a file takes.
WORTH_KEEPING = 50_000
LARGEST_CACHE = 2_000_000_000
_MAGIC = b"gisintegration.locate\n"
_HEAD = 4096
_PARTS = {"frame": "f8", "top": "i4", "leaves": "i4", "records": "i4", "vertices": "f8"}
_log = logging.getLogger(__name__)


def cache_folder() -> Path:
    """Where indexes are kept: ``$XDG_CACHE_HOME/gisintegration/locate`` and its like on other systems."""
    return user_cache_path("gisintegration") / "locate"


def grid_of(bounds: Boundaries) -> Grid:
    """The index of some boundaries: from the cache if it is there and whole, else built, and kept if it can be."""
    if len(bounds.vertices) < WORTH_KEEPING:
        return build(bounds)
    file = cache_folder() / f"{bounds.digest()}-{FORMAT}.grid"
    try:
        grid = load(file)
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        _log.warning("The index %s cannot be used and is built anew: %s.", file, error)
    else:
        with suppress(OSError):
            file.touch()  # used now, for the tidying
        return grid
    grid = build(bounds)
    try:
        save(grid, file)
        _tidy(file)
    except (OSError, OutputError) as error:
        _log.info("The index is not kept for the next time: %s", error)
    return grid


def save(grid: Grid, file: Path) -> None:
    """Write an index: a head with the parts' lengths and hashes, then the parts.

    Raises
    ------
    OutputError, OSError
        The file cannot be written.
    """
    parts = [np.ascontiguousarray(getattr(grid, name)) for name in _PARTS]
    hashes = spread(_hash, parts)
    head = {
        "format": FORMAT,
        "parts": [[name, part.size, digest] for name, part, digest in zip(_PARTS, parts, hashes, strict=True)],
    }
    with atomic(file) as temporary, temporary.open("wb") as stream:
        stream.write((_MAGIC + json.dumps(head).encode()).ljust(_HEAD))
        for part in parts:
            stream.write(part.data)
            stream.write(bytes(-part.nbytes % 64))


def load(file: Path) -> Grid:
    """Map an index into memory. Its parts are read-only.

    Raises
    ------
    ValueError
        The file is of another version or damaged.
    OSError
        It cannot be read.
    """
    with file.open("rb") as stream:
        told = _told(stream.read(_HEAD))
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    parts = {}
    start = _HEAD
    for name, size, _ in told:
        part = np.frombuffer(mapped, dtype=_PARTS[name], count=size, offset=start)
        parts[name] = part.reshape(-1, 2) if name == "vertices" else part
        start += part.nbytes + -part.nbytes % 64
    if spread(_hash, [parts[name] for name in _PARTS]) != [digest for _, _, digest in told]:
        raise ValueError("its content is not what was written")
    return Grid(**parts)


def _told(head: bytes) -> list[tuple[str, int, str]]:
    """Name, length and hash of each part, from a file's head."""
    if not head.startswith(_MAGIC) or len(head) < _HEAD:
        raise ValueError("it is no index")
    told = json.loads(head.removeprefix(_MAGIC))
    try:
        if told["format"] != FORMAT:
            raise ValueError(f"it is of version {told['format']}, not {FORMAT}")
        parts = [(str(name), int(size), str(digest)) for name, size, digest in told["parts"]]
    except (KeyError, TypeError) as error:
        raise ValueError("its head is damaged") from error
    if [name for name, _, _ in parts] != list(_PARTS):
        raise ValueError("its head is damaged")
    return parts


def _hash(part: npt.NDArray[Any]) -> str:
    return hashlib.sha256(part.data if part.flags.c_contiguous else part.tobytes()).hexdigest()


def _tidy(newest: Path) -> None:
    """Delete indexes, those unused for the longest time first, until the folder is small enough."""
    files = sorted(newest.parent.glob("*.grid"), key=lambda file: file.stat().st_mtime, reverse=True)
    total = newest.stat().st_size
    for file in files:
        if file != newest:
            total += file.stat().st_size
            if total > LARGEST_CACHE:
                file.unlink(missing_ok=True)
