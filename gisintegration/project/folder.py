"""The output folder: one run at a time, all of it replaced in one step, and nobody else's files in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gisintegration.errors import OutputError
from gisintegration.files import atomic
from gisintegration.locks import hold, let_go

MANIFEST = "manifest.json"
# What QGIS, SQLite and file managers leave beside a layer that was opened.
_BESIDE = (".gpkg-wal", ".gpkg-shm", ".gpkg-journal", ".aux.xml", ".qmd", ".qix", ".cpg", ".ds_store", "thumbs.db")


@contextmanager
def only_run(folder: Path, *beside: Path) -> Iterator[None]:
    """Hold the output folder's lock, and remove what killed runs left beside it and beside other folders of theirs.

    Raises
    ------
    OutputError
        Another run writes to the folder, or its place cannot be written to.
    """
    lock = folder.parent / f".{folder.name}.lock"
    stream = hold(
        lock,
        refusal=f"Another run is writing to {folder}.",
        hint="wait until it has ended, or choose another output folder.",
    )
    try:
        for one in (folder, *beside):
            for left in one.parent.glob(f".{one.name}.*.part"):
                shutil.rmtree(left, ignore_errors=True)
        yield
    finally:
        let_go(lock, stream)


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """A new folder that takes the place of ``folder`` when the block ends well.

    Raises
    ------
    OutputError
        The folder holds files that a run did not write, which would be lost.
    """
    refuse_foreign(folder)
    with atomic(folder) as temporary:
        temporary.mkdir()
        yield temporary


def refuse_foreign(folder: Path) -> None:
    """Refuse an output folder with files in it that no run wrote.

    Raises
    ------
    OutputError
        Some are; each is listed.

    Examples
    --------
    >>> import tempfile; folder = Path(tempfile.mkdtemp()); _ = (folder / "mine.qgz").write_text("")
    >>> refuse_foreign(folder)
    Traceback (most recent call last):
    gisintegration.errors.OutputError: ... holds 1 file that no run wrote, and a run replaces the whole folder.
      - file: mine.qgz
    ...
    """
    if folder.is_file():
        raise OutputError(f"{folder} is a file.", hint="choose another output folder.")
    if not folder.is_dir():
        return
    ours = {MANIFEST, *_written(folder)}
    foreign = sorted(
        name
        for file in folder.rglob("*")
        if file.is_file()
        and (name := file.relative_to(folder).as_posix()) not in ours
        and not name.lower().endswith(_BESIDE)
    )
    if foreign:
        noun = "file" if len(foreign) == 1 else "files"
        raise OutputError(
            f"{folder} holds {len(foreign)} {noun} that no run wrote, and a run replaces the whole folder.",
            hint="move them elsewhere, or choose another output folder.",
            failures=[{"file": name} for name in foreign],
        )


def _written(folder: Path) -> list[str]:
    """Files that the last run's manifest names."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    files = manifest.get("files") if isinstance(manifest, dict) else None
    return list(files) if isinstance(files, dict) else []
