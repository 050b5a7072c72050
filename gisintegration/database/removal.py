"""Removing from a store what no release names, and, when the user asks for it, old releases."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gisintegration.database.manifests import FORMAT, Manifest, write_manifest
from gisintegration.database.numbers import named_by
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


def collect(store: Store, *, keep: int | None, give_up: Collection[int], dry_run: bool) -> Removal:
    """As :meth:`Store.collect`."""
    if keep is not None and keep < 1:
        raise InputError(f"At least one release is kept, and keep is {keep}.", hint="name how many to keep.")
    if dry_run:
        _check_chain(store, give_up)
        gone, files = _unnamed(store, keep)
        return _removal(store, [*give_up, *(one.number for one in gone)], files, done=False)
    with writing(store, "removing what no release names"):
        _check_chain(store, give_up)
        gone, files = _unnamed(store, keep)
        found = _removal(store, [*give_up, *(one.number for one in gone)], files, done=True)
        # The releases first: one whose files are gone must not be there.
        for number in give_up:
            write_manifest(store.folder, _given_up(store, number))
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


def _check_chain(store: Store, give_up: Collection[int]) -> None:
    """Refuse while it is not known what a release names, unless it is given up; and to give up one that is whole."""
    broken = {one.number for one in store.damaged} | set(store.lost)
    if whole := sorted(set(give_up) - broken):
        raise InputError(
            f"Release {', '.join(map(str, whole))} is not given up: only one whose manifest is damaged or missing is.",
            hint="keep=… (--keep) removes old releases.",
        )
    if left := sorted(broken - set(give_up)):
        listed = ", ".join(map(str, left))
        raise InputError(
            f"The manifest of release {listed} is damaged or missing: which files it names is not known.",
            hint="put it back from a copy of the store; or give the release up: gisintegration release gc "
            + " ".join(f"--give-up {number}" for number in left),
        )


def _unnamed(store: Store, keep: int | None) -> tuple[list[Manifest], list[Path]]:
    """Releases beyond those to keep, and files that those to keep do not name."""
    there = [one for one in store.manifests if not one.removed]
    gone = [] if keep is None else there[:-keep]
    first = there[-keep].number if gone and keep is not None else 0
    named = {part.file for one in there if one.number >= first for part in one.parts}
    for one in there:
        if one.number >= first:
            named |= {entry["file"] for entry in one.body["areas"]}
            if one.body["revisions"] is not None:
                named.add(one.body["revisions"]["file"])
    files = [path for folder in ("parts", "areas", REVISIONS) for path in (store.folder / folder).rglob("*.parquet")]
    return gone, sorted(path for path in files if path.relative_to(store.folder).as_posix() not in named)


def _removal(store: Store, gone: list[int], files: list[Path], *, done: bool) -> Removal:
    names = tuple(path.relative_to(store.folder).as_posix() for path in files)
    return Removal(tuple(sorted(gone)), names, sum(path.stat().st_size for path in files), done)


def _tombstone(one: Manifest) -> dict[str, object]:
    """What is kept of a release that was removed: its number is not used again, and the chain holds."""
    return {"format": FORMAT, "removed": True, "was": one.sha256, **{name: one.body[name] for name in _KEPT}}


def _given_up(store: Store, number: int) -> dict[str, object]:
    """What stands in the place of a manifest that is damaged or lost; its hash is what a later one says of it."""
    named = named_by(number, store.manifests)
    said = dict.fromkeys(_KEPT, "") | {"number": number, "previous": None, "reason": "Given up"}
    return {"format": FORMAT, "removed": True, "was": named[1] if named else "", **said}
