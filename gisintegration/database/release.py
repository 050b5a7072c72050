"""Putting protected tables together into a release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gisintegration.database.draft import Draft, check_parts, release_id
from gisintegration.database.part import Part, parts_in
from gisintegration.errors import DisclosureError
from gisintegration.tables import Areas, Indicator, Labels, ProtectedTable, Release

if TYPE_CHECKING:
    from gisintegration.database.store import Store


def release(
    tables: ProtectedTable | Sequence[ProtectedTable],
    *,
    areas: Mapping[str, Areas],
    name: str = "release",
    organisation: str = "",
    source: str = "",
    notes: Sequence[Mapping[str, str]] = (),
    manifest: Mapping[str, Any] | None = None,
    store: Store | None = None,
    by: str = "",
    date: str = "",
    reason: str = "",
) -> Release:
    """An immutable, content-hashed set of protected tables, ready to publish.

    Parameters
    ----------
    tables
        From ``gi.protect``; under one policy.
    areas
        Every edition the rows speak of, as ``gi.levels`` gives them or by key: ``{"deso/2025": …}``.
    source
        For the source line; those of the tables when not said.
    notes
        Sentences (sv, en) every output carries, beside those of the tables.
    store
        Where it is kept under a number, as ``gi.open_store`` gave it; None: in memory only. The id is the same.
    by, date, reason
        Who made it, when and why, for the store; as given, never from a clock.

    Raises
    ------
    DisclosureError
        A table is not protected, a cell occurs twice, an edition is missing in ``areas``, the tables are under
        different policies, or they hold divisions that the policy keeps apart.

    Examples
    --------
    >>> from gisintegration.disclosure import protect
    >>> from gisintegration.testing import example_raw, grid_areas
    >>> areas = grid_areas(2, 1)
    >>> made = release(protect(example_raw(numerator=[30], denominator=[60]), "scb-share-rule"),
    ...                areas={"deso/2018": areas})
    >>> len(made.id), made.number is None
    (12, True)
    """
    given = [tables] if isinstance(tables, ProtectedTable) else _sequence(tables)
    for table in given:
        if not isinstance(table, ProtectedTable):
            raise DisclosureError(
                f"A release is made of protected tables, and this is a {type(table).__name__}.",
                hint='gi.protect(table, "scb-share-rule") makes one.',
            )
    keyed = {getattr(found, "key", key): found for key, found in areas.items()}
    parts = tuple(part for part, _ in parts_in(given))
    check_parts(parts, keyed, declared(given))
    made = Release(
        name=name,
        id=release_id(parts, keyed, declared(given)),
        tables=tuple(given),
        areas=keyed,
        manifest=dict(manifest or {}),
        organisation=organisation,
        source=source or joined_source(given),
        notes=distinct([*notes, *(note for table in given for note in table.notes)]),
    )
    return made if store is None else store.keep(made, by=by, date=date, reason=reason)


def draft_of(made: Release, parts: Sequence[Part]) -> Draft:
    """A release in memory as what a store keeps, with its parts in the store."""
    return Draft(
        parts=tuple(parts),
        areas=made.areas,
        indicators=made.indicators,
        labels=made.labels,
        stamps=made.stamps,
        name=made.name,
        organisation=made.organisation,
        source=made.source,
        notes=made.notes,
        manifest=made.manifest,
    )


def declared(tables: Iterable[ProtectedTable]) -> dict[str, Indicator]:
    """Declarations of the indicators in tables, by id in order."""
    found = {key: value for table in tables for key, value in table.indicators.items()}
    return {key: found[key] for key in sorted(found)}


def joined_labels(many: Iterable[Labels]) -> dict[str, dict[str, Mapping[str, str]]]:
    """Labels of several tables; of the same class the last is used."""
    merged: dict[str, dict[str, Mapping[str, str]]] = {}
    for labels in many:
        for breakdown, classes in labels.items():
            merged.setdefault(breakdown, {}).update(classes)
    return merged


def joined_source(tables: Iterable[ProtectedTable]) -> str:
    """Who published the figures, each once."""
    return "; ".join(dict.fromkeys(table.source for table in tables if table.source))


def distinct(notes: Iterable[Mapping[str, str]]) -> tuple[Mapping[str, str], ...]:
    """Notes, each once."""
    return tuple({tuple(sorted(note.items())): note for note in notes}.values())


def _sequence(tables: Any) -> list[Any]:
    return list(tables) if isinstance(tables, Sequence) else [tables]
