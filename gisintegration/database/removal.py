"""Removing from a store what no release names, and, when the user asks for it, old releases."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gisintegration.database.manifests import FORMAT, Manifest, write_manifest
from gisintegration.database.writing import REVISIONS, refresh, writing
from gisintegration.errors import InputError

if TYPE_CHECKING:
    from gisintegration.database.store import Store

_KEPT = ("number", "id", "previous", "name", "by", "date", "reason")


@dataclass(frozen=True)
class Removal:
    """What was removed, or would be.

    Parameters
    ----------
    releases
        Numbers of the releases.
    files
        Files that no release that is kept names, relative to the store.
    size
        Their bytes.
    done
        Whether it was done.
    """

    releases: tuple[int, ...]
    files: tuple[str, ...]
    size: int
    done: bool


def collect(store: Store, *, keep: int | None, dry_run: bool) -> Removal:
    """As :meth:`Store.collect`."""
    if keep is not None and keep < 1:
        raise InputError(f"At least one release is kept, and keep is {keep}.", hint="name how many to keep.")
    if dry_run:
        gone, files = _unnamed(store, keep)
        return _removal(store, gone, files, done=False)
    with writing(store, "removing what no release names"):
        gone, files = _unnamed(store, keep)
        found = _removal(store, gone, files, done=True)
        # The releases first: one whose files are gone must not be there.
        for one in gone:
            write_manifest(store.folder, _tombstone(one))
        store.reload()
        refresh(store)
        for file in files:
            file.unlink(missing_ok=True)
        for folder in sorted((path for path in store.folder.rglob("*") if path.is_dir()), reverse=True):
            if folder.parent != store.folder and not any(folder.iterdir()):
                folder.rmdir()
    return found


def _unnamed(store: Store, keep: int | None) -> tuple[list[Manifest], list[Path]]:
    """Releases beyond those to keep, and files that those to keep do not name."""
    there = [one for one in store.manifests if not one.removed]
    gone = [] if keep is None else there[:-keep]
    first = there[-keep].number if gone and keep is not None else 0
    if broken := [one.number for one in store.damaged]:
        raise InputError(
            f"The manifest of release {', '.join(map(str, broken))} is damaged: which files it names is not known.",
            hint="put it back from a copy of the store; or remove it by hand if the release is given up.",
        )
    named = {part.file for one in there if one.number >= first for part in one.parts}
    for one in there:
        if one.number >= first:
            named |= {entry["file"] for entry in one.body["areas"]}
            if one.body["revisions"] is not None:
                named.add(one.body["revisions"]["file"])
    files = [path for folder in ("parts", "areas", REVISIONS) for path in (store.folder / folder).rglob("*.parquet")]
    return gone, sorted(path for path in files if path.relative_to(store.folder).as_posix() not in named)


def _removal(store: Store, gone: list[Manifest], files: list[Path], *, done: bool) -> Removal:
    names = tuple(path.relative_to(store.folder).as_posix() for path in files)
    return Removal(tuple(one.number for one in gone), names, sum(path.stat().st_size for path in files), done)


def _tombstone(one: Manifest) -> dict[str, object]:
    """What is kept of a release that was removed: its number is not used again, and the chain holds."""
    return {"format": FORMAT, "removed": True, "was": one.sha256, **{name: one.body[name] for name in _KEPT}}
