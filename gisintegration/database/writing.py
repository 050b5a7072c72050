"""Writing to a store: one writer at a time, every file whole or not there, the manifest last."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from gisintegration import sql
from gisintegration.database.areas_file import areas_bytes, areas_hash, plain, plain_fields
from gisintegration.database.catalogue import CATALOGUE, CatalogueBusyError, kept_state, state_of, write_catalogue
from gisintegration.database.diff import cells_sql
from gisintegration.database.draft import Draft, by_indicator, changes, check_parts
from gisintegration.database.manifests import FOLDER, FORMAT, Manifest, write_manifest
from gisintegration.database.numbers import NUMBERS, read_used, write_used
from gisintegration.database.part import Part, part_bytes, parts_in
from gisintegration.database.remembered import read_remembered, write_remembered
from gisintegration.errors import InputError, OutputError
from gisintegration.files import atomic, sha256
from gisintegration.locks import hold, let_go
from gisintegration.tables import KEY, SCHEMA_VERSION, Areas, ProtectedTable

if TYPE_CHECKING:
    import pandas as pd

    from gisintegration.database.store import Store

LOCK = ".lock"
HOLDER = ".writer.json"
REVISIONS = "revisions"


@contextmanager
def writing(store: Store, what: str) -> Iterator[None]:
    """Hold the store; within a block that holds it already, nothing more is done.

    Raises
    ------
    HeldError
        Another process holds it.
    """
    if store.held:
        yield
        return
    lock, holder = store.folder / LOCK, store.folder / HOLDER
    refusal = f"The store {store.folder} is being written to by {_holder(holder) or 'another process'}."
    stream = hold(lock, refusal=refusal, hint="wait until it has ended, and try again.")
    store.held = True
    try:
        store.messages += tuple(clean(store.folder))
        with atomic(holder) as temporary:
            temporary.write_text(json.dumps({"process": os.getpid(), "host": platform.node(), "what": what}), "utf-8")
        store.reload()
        yield
    finally:
        store.held = False
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        let_go(lock, stream)


def clean(folder: Path) -> list[str]:
    """Remove what a writer that was killed left; the store must be held. Tells of it."""
    left = [path for path in folder.rglob(".*.part") if path.is_dir()]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    if died := _holder(folder / HOLDER):
        return [f"A writer ended before it was done ({died}): what it left was removed. Every release is whole."]
    return []


def put(store: Store, tables: Sequence[ProtectedTable], fingerprints: Mapping[str, str]) -> tuple[Part, ...]:
    """Write the parts of tables that the store does not have."""
    made = []
    for part, rows in parts_in(tables):
        known = store.known.get((part.key, part.content))
        kept = known if known is not None and store.whole(known) else _write(store.folder, part, rows)
        made.append(replace(kept, fingerprint=fingerprints.get(part.key.indicator, "")))
    return tuple(made)


def commit(store: Store, draft: Draft, *, by: str, date: str, reason: str) -> Manifest:
    """Write what the draft needs beside its parts, and then its manifest."""
    check_parts(draft.parts, draft.areas, draft.indicators)
    _check_there(store, draft.parts)
    there = [one for one in store.manifests if not one.removed]
    latest = there[-1] if there else None
    identity, words = draft.id, draft.words
    if latest is not None and (latest.body["id"], latest.body["words"]) == (identity, words):
        _remember(store, draft)
        store.messages += (f"Nothing is new: release {latest.number} says the same, and no new one was made.",)
        return latest
    areas = [_areas(store.folder, draft.areas[key]) for key in sorted(draft.areas)]
    changed = changes(draft.parts, latest.parts if latest else ())
    before = store.manifests[-1] if store.manifests else None
    number = store.next_number
    revised = _revisions(store, number, draft.parts, latest.parts if latest else ())
    body: dict[str, Any] = {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "number": number,
        "id": identity,
        "words": words,
        "previous": None if before is None else {"number": before.number, "sha256": before.sha256},
        "name": draft.name,
        "by": by,
        "date": date,
        "reason": reason,
        "organisation": draft.organisation,
        "source": draft.source,
        "notes": plain(draft.notes),
        "stamps": plain(draft.stamps),
        "changed": {name: len(keys) for name, keys in changed.items()},
        "changes": {name: by_indicator(changed[name]) for name in ("added", "changed", "removed")},
        "revisions": revised,
        "made": plain(draft.manifest),
        "labels": plain(draft.labels),
        "indicators": {
            name: item.model_dump(mode="json", by_alias=True) for name, item in sorted(draft.indicators.items())
        },
        "areas": areas,
        "parts": [part.entry() for part in sorted(draft.parts, key=lambda part: part.key)],
    }
    for folder in ("parts", "areas", REVISIONS):
        _sync_folders(store.folder / folder)
    sync_folder(store.folder)
    made = write_manifest(store.folder, body)
    try:
        sync_folder(store.folder / FOLDER)
    except OutputError as error:  # the release is there
        store.messages += (
            f"Release {number} is written, but it is not certain that it outlasts a power cut: {error.message}",
        )
    store.reload()
    note_used(store)
    _remember(store, draft)
    refresh(store)
    return made


def note_used(store: Store) -> None:
    """Write down the highest number that was used, so that it is not used again should its manifest be lost."""
    if store.used == read_used(store.folder):
        return
    try:
        write_used(store.folder, store.used)
    except OutputError as error:
        store.messages += (f"{NUMBERS} was not written, and is when the store is opened next: {error.message}",)


def _check_there(store: Store, parts: Sequence[Part]) -> None:
    """Refuse parts that are not in the store, as they may have been removed since they were put."""
    released = {part.file for part in store.known.values()}
    # Those that a release has were read, or will be, against their hash; what is new has only been put.
    gone = [part for part in parts if not (_same_size(store, part) if part.file in released else store.whole(part))]
    if gone:
        raise InputError(
            f"{len(gone)} parts of what is to be released are not in the store {store.folder} as they were put.",
            hint="put the tables again, and commit before the store is let go: with store.writing(): …",
            failures=[{"part": str(part.key), "file": part.file} for part in gone],
        )


def _same_size(store: Store, part: Part) -> bool:
    try:
        return (store.folder / part.file).stat().st_size == part.size
    except OSError:
        return False


def _remember(store: Store, draft: Draft) -> None:
    with suppress(OutputError):  # a help that may be lost
        write_remembered(store.folder, read_remembered(store.folder).with_(draft.parts, draft.empty))


def _revisions(store: Store, number: int, parts: Sequence[Part], before: Sequence[Part]) -> dict[str, Any] | None:
    """The figures that differ from the release before, with the old ones, as a file of the release's own."""
    then = {part.key: part for part in before}
    # What is damaged cannot be compared: the parts say that they changed, and the old figures are lost.
    pairs = [
        (store.folder / then[part.key].file, store.folder / part.file)
        for part in parts
        if part.key in then and then[part.key].content != part.content and store.whole(then[part.key])
    ]
    if not pairs:
        return None
    name = f"{REVISIONS}/{number:04d}.parquet"
    with atomic(store.folder / name) as temporary, _full_disk(name), sql.connect() as con:
        con.execute(
            f"copy (select * from ({cells_sql(pairs)}) order by {', '.join(KEY)}) to {sql.literal(temporary)} "
            "(format parquet, compression zstd)"
        )
        count = con.execute(f"select count(*) from {sql.parquet([temporary])}").fetchone()
        digest = sha256(temporary)
    return {"file": name, "sha256": digest, "rows": int(count[0]) if count else 0}


@contextmanager
def _full_disk(name: str) -> Iterator[None]:
    try:
        yield
    except duckdb.IOException as error:
        raise OutputError(
            f"{name} could not be written: {error}", hint="free space; every release is as it was."
        ) from error


def refresh(store: Store) -> None:
    """Make the catalogue that of the manifests, unless another program has it open."""
    try:
        if kept_state(store.folder) != state_of(store.folder, store.manifests):
            store.messages += tuple(write_catalogue(store.folder, store.manifests))
    except (CatalogueBusyError, OutputError, duckdb.Error) as error:
        why = "is open in another program" if isinstance(error, CatalogueBusyError) else "could not be written"
        store.messages += (f"{CATALOGUE} {why}; it is brought up to date when the store is opened next.",)


def _write(folder: Path, part: Part, rows: pd.DataFrame) -> Part:
    stem = f"parts/{part.key.indicator}/{part.key.division}_{part.key.edition}/{part.key.year}-{part.content[:12]}"
    raw = part_bytes(part, rows)
    file, digest = _keep(folder, stem, raw)
    return replace(part, file=file, sha256=digest, size=len(raw))


def _areas(folder: Path, areas: Areas) -> dict[str, Any]:
    content = areas_hash(areas)
    file, digest = _keep(folder, f"areas/{areas.division}_{areas.edition}-{content[:12]}", areas_bytes(areas))
    return {"key": areas.key, "content": content, "file": file, "sha256": digest, "said": plain_fields(areas)}


def _keep(folder: Path, stem: str, raw: bytes) -> tuple[str, str]:
    """A file named by its content and its bytes: one that is there already is left, and mended if it is damaged."""
    digest = hashlib.sha256(raw).hexdigest()
    name = f"{stem}-{digest[:8]}.parquet"
    path = folder / name
    if not (path.is_file() and sha256(path) == digest):
        with atomic(path) as temporary:
            temporary.write_bytes(raw)
    return name, digest


def make_folder(folder: Path) -> None:
    """Make a folder that lasts through a power cut, with those above it that are not there."""
    above = [one.parent for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True)
    for one in above:
        sync_folder(one)


def _sync_folders(folder: Path) -> None:
    """Make the names of new files in a folder and those below it last through a power cut."""
    if folder.is_dir():
        for one in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
            sync_folder(one)


def sync_folder(folder: Path) -> None:
    """Make the names of new files in a folder last through a power cut, where the system can.

    Raises
    ------
    OutputError
        The disk is full or failing.
    """
    if os.name != "posix":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EACCES):  # cannot be done to a folder, or by us
            raise OutputError(
                f"The disk is full, or failing: {folder}: {error.strerror}.", hint="every release is as it was."
            ) from error


def _holder(path: Path) -> str:
    """Who holds the store, or held it last, as its file says; empty when nobody is named."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return f"{said['what']}, process {said['process']} on {said['host']}"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
