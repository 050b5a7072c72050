"""What is damaged in a store: looked for quickly when it is opened, and file by file when it is verified."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from gisintegration.database.catalogue import CATALOGUE, CatalogueBusyError, kept_number, kept_state, problems, state_of
from gisintegration.database.manifests import Manifest, manifest_name
from gisintegration.database.numbers import named_by, read_used
from gisintegration.database.writing import HOLDER, note_used, refresh, writing
from gisintegration.errors import GisIntegrationError, OutputError
from gisintegration.files import sha256
from gisintegration.locks import HeldError
from gisintegration.progress import Progress

if TYPE_CHECKING:
    from gisintegration.database.store import Store

_SHOWN = 5
_DO = "put the file back from a copy of the store, or run the project again: what is damaged is made anew"


@dataclass(frozen=True, eq=False)
class StoreCheck:
    """What a verification found.

    Parameters
    ----------
    table
        One row a problem: ``release`` (0: of none), ``indicator``, ``level``, ``year`` (0: not of one), ``file``,
        ``what`` is wrong, and what to ``do``.
    files
        Number of files that were read and compared with their hashes.
    releases
        Number of releases whose manifests are whole.
    """

    table: pd.DataFrame
    files: int
    releases: int

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.table.empty

    def verify(self) -> StoreCheck:
        """Itself, when nothing is wrong.

        Raises
        ------
        GisIntegrationError
            Each problem is listed.
        """
        if self.ok:
            return self
        listed = self.table.drop(columns="do").to_dict("records")
        raise GisIntegrationError(
            f"The store has {len(self.table)} problems; what is not listed is whole.",
            hint=str(self.table["do"].iloc[0]),
            failures=[{str(name): value for name, value in row.items()} for row in listed],
        )

    def __repr__(self) -> str:
        found = "whole" if self.ok else f"{len(self.table)} problems"
        return f"<StoreCheck of {self.releases} releases, {self.files} files: {found}>"


def inspect(store: Store) -> None:
    """Look over a store that was opened: tell of damage, remove what killed writers left, mend the catalogue."""
    # Before it is made anew, the catalogue tells of a release whose manifest was lost.
    store.said = max(store.said, kept_number(store.folder))
    before = kept_or_none(store)
    stale = before != state_of(store.folder, store.manifests)
    unsaid = store.used != read_used(store.folder)
    if stale or unsaid or (store.folder / HOLDER).is_file() or any(store.folder.glob(".*.part")):
        try:
            with writing(store, "opening the store"):
                note_used(store)
                refresh(store)
        except HeldError:
            pass  # whoever writes brings the catalogue up to date
        except OutputError as error:
            if stale and store.manifests:
                store.messages += (f"{CATALOGUE} is not up to date: {error.message}",)
    if store.manifests and not before:
        what = "damaged" if before is None else "missing"
        if kept_or_none(store) == state_of(store.folder, store.manifests):
            store.messages += (f"{CATALOGUE} was {what} and was made anew; no figure is lost.",)
        else:
            store.messages += (f"{CATALOGUE} is {what}; it is made anew by the next that may write to the store.",)
    store.messages += tuple(_told([*_quick(store), *_chain(store)]))


def kept_or_none(store: Store) -> str | None:
    """What the catalogue says of itself; as up to date when another program writes to it."""
    try:
        return kept_state(store.folder)
    except CatalogueBusyError:
        return state_of(store.folder, store.manifests)


def verify(store: Store, report: Progress) -> StoreCheck:
    """Read every file and compare."""
    store.reload()
    rows = [_of_manifest(one.number, one.why) for one in store.damaged]
    rows += list(_chain(store))
    named = {file: entry for one in store.manifests if not one.removed for file, entry in _files(one).items()}
    bad: dict[str, str] = {}
    for done, (file, entry) in enumerate(named.items()):
        report(done / (len(named) + 1), "Reading every file")
        path = store.folder / file
        if not path.is_file():
            bad[file] = "is missing"
        elif sha256(path) != entry["sha256"]:
            bad[file] = "is not as it was written"
    rows += [
        _problem(one.number, file, f"the file {bad[file]}", entry)
        for one in store.manifests
        if not one.removed
        for file, entry in _files(one).items()
        if file in bad
    ]
    try:
        rows += [
            _problem(
                0, CATALOGUE, f"the catalogue {what}", do="open the store again: it is made anew from the manifests"
            )
            for what in problems(store.folder, store.manifests)
        ]
    except CatalogueBusyError:
        store.messages += (f"{CATALOGUE} is open in another program and was not compared.",)
    report(1.0, "Verified")
    table = pd.DataFrame(rows, columns=["release", "indicator", "level", "year", "file", "what", "do"])
    return StoreCheck(table, len(named), len([one for one in store.manifests if not one.removed]))


def _chain(store: Store) -> Iterator[dict[str, Any]]:
    """Manifests that are gone, and those that are not the one that a later release names."""
    for number in store.lost:
        named = named_by(number, store.manifests)
        said = f", and release {named[0]} names it" if named else ""
        yield _of_manifest(number, f"is missing{said}")
    hashes = {one.number: {one.sha256, str(one.body.get("was", one.sha256))} for one in store.manifests}
    for one in store.manifests:
        if one.previous is not None and one.previous[1] not in hashes.get(one.previous[0], {one.previous[1]}):
            yield _of_manifest(one.previous[0], f"is not the one that release {one.number} names")


def _quick(store: Store) -> Iterator[dict[str, Any]]:
    """What is seen without reading files: manifests that are damaged, files that are gone or cut."""
    for lost in store.damaged:
        yield _of_manifest(lost.number, lost.why)
    seen: dict[str, str] = {}
    for one in store.manifests:
        for file, entry in _files(one).items() if not one.removed else ():
            if file not in seen:
                path = store.folder / file
                try:
                    size = path.stat().st_size
                    seen[file] = "is cut or has grown" if size != entry.get("size", size) else ""
                except OSError:
                    seen[file] = "is missing"
            if seen[file]:
                yield _problem(one.number, file, f"the file {seen[file]}", entry)


def _told(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Problems as sentences: the first few of each release."""
    by_release: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_release.setdefault(int(row["release"]), []).append(row)
    for number, found in by_release.items():
        listed = "; ".join(_words(row) for row in found[:_SHOWN])
        more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        yield f"Release {number} is damaged: {listed}{more}. What is not named is whole. To mend it, {found[0]['do']}."


def _words(row: Mapping[str, Any]) -> str:
    where = f"{row['indicator']} on {row['level']}, {row['year']}: " if row["indicator"] else ""
    return f"{where}{row['what']} ({row['file']})"


def _files(one: Manifest) -> dict[str, Mapping[str, Any]]:
    """Every file that a release names."""
    revised = one.body["revisions"]
    entries = [*one.body["parts"], *one.body["areas"], *([] if revised is None else [revised])]
    return {entry["file"]: entry for entry in entries}


def _of_manifest(number: int, why: str) -> dict[str, Any]:
    do = f"put the file back from a copy of the store, or give it up: gisintegration release gc --give-up {number}"
    return _problem(number, manifest_name(number), f"the manifest {why}", do=do)


def _problem(
    release: int, file: str, what: str, entry: Mapping[str, Any] | None = None, do: str = _DO
) -> dict[str, Any]:
    said = entry or {}
    level = f"{said['division']}/{said['edition']}" if "indicator" in said else str(said.get("key", ""))
    return {
        "release": release,
        "indicator": said.get("indicator", ""),
        "level": level,
        "year": said.get("year", 0),
        "file": file,
        "what": what,
        "do": do,
    }
