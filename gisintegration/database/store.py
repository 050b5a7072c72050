"""The store: numbered releases in a folder, made of parts that are written once and never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from gisintegration.database.asked import Asked, AskedYears, asked_parts
from gisintegration.database.diff import ReleaseDiff, diff_parts
from gisintegration.database.draft import Draft
from gisintegration.database.info import ReleaseInfo, info_of
from gisintegration.database.inspection import StoreCheck, inspect, verify
from gisintegration.database.manifests import FOLDER, Damaged, Manifest, read_manifests
from gisintegration.database.numbers import highest, lost, read_used
from gisintegration.database.part import Part, PartKey
from gisintegration.database.reading import checked, read_draft, read_release, read_whole
from gisintegration.database.release import draft_of
from gisintegration.database.remembered import read_remembered
from gisintegration.database.removal import Removal, collect
from gisintegration.database.writing import commit, make_folder, put, writing
from gisintegration.errors import InputError
from gisintegration.files import sha256
from gisintegration.progress import ProgressOption, reporter
from gisintegration.tables import Indicator, ProtectedTable, Release

Number = int | str
LATEST, PREVIOUS = "latest", "previous"


class Store:
    """Releases kept in a folder. Opened by :func:`open_store`.

    Parameters
    ----------
    folder
        Where it lies. It may be moved as a whole.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.messages: tuple[str, ...] = ()
        self.held = False
        self.said = 0
        self.manifests: list[Manifest] = []
        self.damaged: list[Damaged] = []
        self.reload()

    def __repr__(self) -> str:
        n = len(self.releases)
        return f"<Store: {n} release{'' if n == 1 else 's'}{f', latest {self.releases[-1].number}' if n else ''}>"

    def reload(self) -> None:
        """Read the manifests again, as another process may have written some."""
        self.said = max(self.said, read_used(self.folder))  # first: another process may write both
        self.manifests, self.damaged = read_manifests(self.folder)
        self.__dict__.pop("known", None)

    @property
    def releases(self) -> tuple[ReleaseInfo, ...]:
        """Every release that is whole and was not removed, oldest first."""
        return tuple(info_of(one) for one in self.manifests if not one.removed)

    @cached_property
    def known(self) -> dict[tuple[PartKey, str], Part]:
        """Every part that a release names, by key and content."""
        return {(part.key, part.content): part for one in self.manifests if not one.removed for part in one.parts}

    def manifest(self, number: Number | None = None) -> Manifest:
        """What a release is made of.

        Raises
        ------
        InputError
            There is no such release, or its manifest is damaged.
        """
        there = [one for one in self.manifests if not one.removed]
        if number in (None, LATEST, PREVIOUS):
            back = 2 if number == PREVIOUS else 1
            if len(there) < back:
                raise InputError(f"There is no {number or LATEST} release in {self.folder}.", hint="gisintegration run")
            return there[-back]
        found = {str(one.number): one for one in there} | {str(one.body["id"]): one for one in there}
        broken = {str(one.number): one.why for one in self.damaged}
        if str(number) in broken:
            raise InputError(
                f"The manifest of release {number} {broken[str(number)]}.",
                hint="put the file back from a copy of the store; the other releases are whole.",
            )
        if str(number) in map(str, self.lost):
            raise InputError(
                f"The manifest of release {number} is missing.",
                hint="put the file back from a copy of the store; the other releases are whole.",
            )
        if str(number) in {str(one.number) for one in self.manifests if one.removed}:
            raise InputError(
                f"Release {number} was removed.", hint="gisintegration release list shows those there are."
            )
        if str(number) not in found:
            raise InputError.unknown("release", number, [one.number for one in there], where=str(self.folder))
        return found[str(number)]

    def read(
        self,
        number: Number | None = None,
        *,
        indicators: Asked | None = None,
        levels: Asked | None = None,
        years: AskedYears | None = None,
        breakdowns: bool = True,
    ) -> Release:
        """A release, or a part of one; only what is asked for is read.

        Parameters
        ----------
        number
            Of the release, or its id, ``"latest"`` or ``"previous"``; None: the latest.
        indicators, levels, years
            As for :func:`gisintegration.select_release`.
        breakdowns
            False: totals and sexes only.

        Raises
        ------
        InputError
            There is no such release, or it has nothing of what is asked for.
        DisclosureError
            A file of it is not as it was written: what cannot be shown to have been protected is not published.
        """
        found = self.manifest(number)
        body = found.body
        declared = {name: Indicator.model_validate(item) for name, item in body["indicators"].items()}
        keys = pd.DataFrame([part.key for part in found.parts], columns=list(PartKey._fields))
        subjects = {name: item.subject for name, item in declared.items()}
        kept = asked_parts(keys, subjects=subjects, indicators=indicators, levels=levels, years=years)
        parts = [part for part, keep in zip(found.parts, kept, strict=True) if keep]
        return read_release(self.folder, found, parts, levels=levels, breakdowns=breakdowns)

    def read_whole(self, number: Number | None = None) -> Release | None:
        """What is whole of a release, for comparison; ``messages`` tell what is not. None when nothing is.

        Raises
        ------
        InputError
            There is no such release.
        """
        found, broken = read_whole(self.folder, self.manifest(number))
        self.messages += tuple(f"{text} It is left out of the comparison with the release before." for text in broken)
        return found

    def draft(self, made: Draft, *, number: int | None = None, breakdowns: bool = True) -> Release:
        """What a draft will be as a release, read from the parts that were put into the store."""
        return read_draft(self.folder, made, number=number, breakdowns=breakdowns)

    def checked(self, file: Part | str, digest: str = "", where: str = "") -> Path:
        """Path of a file of the store that is as it was written.

        Raises
        ------
        DisclosureError
            It is not, or is not there.
        """
        return checked(self.folder, file, digest, where)

    def whole(self, part: Part) -> bool:
        """Whether a part's file is as it was written."""
        path = self.folder / part.file
        try:
            return path.stat().st_size == part.size and sha256(path) == part.sha256
        except OSError:
            return False

    def find(self, fingerprints: Iterable[str]) -> dict[str, tuple[tuple[Part, ...], int]]:
        """What releases have that was made from the same as fingerprints tell, and is whole.

        Returns
        -------
        dict
            Fingerprint → its parts (there may be none), and the newest release that has them.
        """
        remembered = read_remembered(self.folder).made
        held = {(part.key, part.content): one.number for one in self.manifests if not one.removed for part in one.parts}
        whole: dict[str, bool] = {}
        found: dict[str, tuple[tuple[Part, ...], int]] = {}
        for name in sorted(set(fingerprints) & remembered.keys()):
            _, contents = remembered[name]
            if not self.releases or any(content not in held for content in contents):
                continue
            parts = tuple(replace(self.known[content], fingerprint=name) for content in contents)
            for part in parts:
                if part.file not in whole:
                    whole[part.file] = self.whole(part)
            if all(whole[part.file] for part in parts):
                found[name] = parts, max((held[content] for content in contents), default=self.releases[-1].number)
        return found

    @property
    def next_number(self) -> int:
        """The number of the next release: one more than any that was ever used."""
        return self.used + 1

    @property
    def used(self) -> int:
        """The highest number that was ever used, also by a release whose manifest is lost."""
        return highest(self.said, self.manifests, self.damaged)

    @property
    def lost(self) -> tuple[int, ...]:
        """Numbers of releases whose manifest is gone, though it was neither removed nor given up."""
        return lost(self.folder, self.used, self.manifests, self.damaged)

    def number_of(self, draft: Draft) -> int:
        """The number that a draft has in the store, or will have."""
        latest = next((one for one in reversed(self.manifests) if not one.removed), None)
        same = latest is not None and (latest.body["id"], latest.body["words"]) == (draft.id, draft.words)
        return latest.number if latest is not None and same else self.next_number

    @contextmanager
    def writing(self, what: str = "a program") -> Iterator[None]:
        """Hold the store for writing; what killed writers left is removed.

        Raises
        ------
        HeldError
            Another process holds it; it is named.
        """
        with writing(self, what):
            yield

    def put(
        self, tables: Sequence[ProtectedTable], *, fingerprints: Mapping[str, str] | None = None
    ) -> tuple[Part, ...]:
        """Write the parts of protected tables; no release names them yet.

        Parameters
        ----------
        fingerprints
            Indicator → hash of everything its rows were made from, to find them by.

        Raises
        ------
        OutputError
            The disk is full, or the store cannot be written to. Every release is whole.
        """
        with self.writing():
            return put(self, tables, fingerprints or {})

    def commit(self, draft: Draft, *, by: str = "", date: str = "", reason: str = "") -> ReleaseInfo:
        """Give a draft a number; one that says the same as the latest release makes no new one.

        Parameters
        ----------
        by, date, reason
            Who made it, when and why; as given, never from a clock.

        Returns
        -------
        ReleaseInfo
            The new release, or the latest when nothing is new.

        Raises
        ------
        InputError
            Parts of it are not in the store any more, as after ``collect`` in between.
        OutputError
            The disk is full, or the store cannot be written to. Every earlier release is whole.
        """
        with self.writing():
            return info_of(commit(self, draft, by=by, date=date, reason=reason))

    def diff(self, before: Number, after: Number = LATEST) -> ReleaseDiff:
        """What differs between two releases: figures, areas, size of change, statuses, cells.

        Raises
        ------
        InputError
            There is no such release.
        DisclosureError
            A file of what differs is not as it was written.
        """
        old, new = self.manifest(before), self.manifest(after)
        same = {part.file for part in old.parts} & {part.file for part in new.parts}
        for one in (old, new):
            for part in one.parts:
                if part.file not in same:
                    self.checked(part, where=f"Release {one.number}")
        return diff_parts(self.folder, old.parts, new.parts, (old.number, new.number))

    def verify(self, *, progress: ProgressOption = None) -> StoreCheck:
        """Read every file of every release and compare it with its hash, and the catalogue with the manifests."""
        return verify(self, reporter(progress))

    def collect(self, *, keep: int | None = None, give_up: Collection[int] = (), dry_run: bool = True) -> Removal:
        """Remove what no release names; with ``keep``, all releases but the last so many first.

        Parameters
        ----------
        keep
            How many releases to keep, 1 or more; None: all. The numbers of those removed are never used again.
        give_up
            Numbers of releases whose manifest is damaged or missing, and will not be put back: what only they named is
            removed.
        dry_run
            Only tell what would be removed.

        Raises
        ------
        InputError
            ``keep`` is below 1; a manifest is damaged or missing, so that what it names is not known, and the release
            is not given up; or one that is given up is whole.
        """
        return collect(self, keep=keep, give_up=give_up, dry_run=dry_run)

    def keep(self, made: Release, *, by: str = "", date: str = "", reason: str = "") -> Release:
        """Put a release that was made in memory into the store, and give it its number."""
        with self.writing():
            info = self.commit(draft_of(made, self.put(made.tables)), by=by, date=date, reason=reason)
        return replace(made, number=info.number)


def open_store(folder: str | Path, *, create: bool = False) -> Store:
    """Open the store in a folder; what was found and mended is told in ``messages``.

    Parameters
    ----------
    create
        Make one where there is none.

    Raises
    ------
    InputError
        There is no store in the folder.
    """
    folder = Path(folder).absolute()
    if not (folder / FOLDER).is_dir():
        if not create:
            raise InputError(f"There is no store in {folder}.", hint="gisintegration run makes one.")
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError(
                f"{folder} holds something else than a store.", hint='name another folder: [output] store = "store".'
            )
        make_folder(folder / FOLDER)
    store = Store(folder)
    inspect(store)
    return store
