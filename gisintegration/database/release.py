"""Putting protected tables together into a release."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from gisintegration.disclosure import POLICIES
from gisintegration.disclosure.scope import check_scope
from gisintegration.errors import DisclosureError
from gisintegration.tables import SCHEMA_VERSION, Areas, ProtectedTable, Release, row_keys


def release(
    tables: ProtectedTable | Sequence[ProtectedTable],
    *,
    areas: Mapping[str, Areas],
    name: str = "release",
    organisation: str = "",
    source: str = "",
    notes: Sequence[Mapping[str, str]] = (),
    manifest: Mapping[str, Any] | None = None,
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

    Raises
    ------
    DisclosureError
        A table is not protected, a cell occurs twice, an edition is missing in ``areas``, the tables are under
        different policies, or they hold divisions that the policy keeps apart.
    """
    given = list(tables) if isinstance(tables, Sequence) else [tables]
    for table in given:
        if not isinstance(table, ProtectedTable):
            raise DisclosureError(
                f"A release is made of protected tables, and this is a {type(table).__name__}.",
                hint='gi.protect(table, "scb-share-rule") makes one.',
            )
    policies = sorted({policy for table in given for policy in table.stamps})
    if len(policies) != 1:
        raise DisclosureError(
            f"The tables are under different policies: {', '.join(policies) or 'none'}.",
            hint="protect everything that is published together with one policy.",
        )
    if policies[0] in POLICIES:
        check_scope([table.table for table in given], POLICIES[policies[0]])
    made = Release(
        name=name,
        id=_content_hash(given),
        tables=tuple(given),
        areas={getattr(found, "key", key): found for key, found in areas.items()},
        manifest=dict(manifest or {}),
        organisation=organisation,
        source=source or "; ".join(dict.fromkeys(table.source for table in given if table.source)),
        notes=_distinct([*notes, *(note for table in given for note in table.notes)]),
    )
    _check_rows(made)
    return made


def _distinct(notes: Sequence[Mapping[str, str]]) -> tuple[Mapping[str, str], ...]:
    return tuple({tuple(sorted(note.items())): note for note in notes}.values())


def _check_rows(made: Release) -> None:
    rows = made.statistics
    pairs = rows[["division", "edition"]].drop_duplicates()
    editions = sorted(f"{division}/{edition}" for division, edition in pairs.itertuples(index=False))
    missing = [key for key in editions if key not in made.areas]
    if missing:
        raise DisclosureError(
            f"Figures are given for {', '.join(missing)}, but the areas are not.",
            hint="pass every edition in areas=.",
        )
    keys = row_keys(rows)
    twice = int((keys[1:] == keys[:-1]).sum())
    if twice:
        raise DisclosureError(f"{twice} cells occur more than once in the release.", hint="each figure has one row.")


def _content_hash(tables: Sequence[ProtectedTable]) -> str:
    digest = hashlib.sha256(SCHEMA_VERSION.encode())
    for table in tables:
        for name, column in table.table.items():
            digest.update(f"\n{name}\n".encode())
            if isinstance(column.dtype, pd.CategoricalDtype):
                digest.update("\n".join(column.cat.categories).encode())
                digest.update(column.cat.codes.to_numpy(dtype="<i4").tobytes())
            else:
                digest.update(column.to_numpy(dtype="<f8").tobytes())
        declared = {key: item.model_dump(mode="json") for key, item in sorted(table.indicators.items())}
        digest.update(json.dumps(declared, sort_keys=True, ensure_ascii=False).encode())
    return digest.hexdigest()[:12]
