"""What becomes a release: parts, the areas they stand on, and words; its id, and what changed since the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from gisintegration.database.areas_file import areas_hash, plain
from gisintegration.database.part import Part, PartKey
from gisintegration.disclosure import POLICIES
from gisintegration.disclosure.scope import check_scope
from gisintegration.errors import DisclosureError
from gisintegration.indicators.moves import counts_events
from gisintegration.tables import SCHEMA_VERSION, Areas, Indicator, Labels

Texts = Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Draft:
    """A release before it has a number: parts that a store keeps, and what is said of them.

    Parameters
    ----------
    parts
        In the order of their keys.
    areas
        Every edition the parts stand on.
    indicators, labels, stamps
        As in a protected table, of all parts.
    name, organisation, source, notes, manifest
        As in a release.
    empty
        Fingerprints of what was counted and gave no row.
    """

    parts: tuple[Part, ...]
    areas: Mapping[str, Areas]
    indicators: Mapping[str, Indicator]
    labels: Labels
    stamps: Mapping[str, Texts]
    name: str = "release"
    organisation: str = ""
    source: str = ""
    notes: tuple[Texts, ...] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)
    empty: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Content hash: 12 hexadecimal digits over parts, areas and declarations."""
        return release_id(self.parts, self.areas, self.indicators)

    @property
    def words(self) -> str:
        """SHA-256 of what outputs say beside the figures."""
        said = [self.name, self.organisation, self.source, plain(self.notes), plain(self.labels), plain(self.stamps)]
        return hashlib.sha256(_text(said).encode()).hexdigest()


def release_id(parts: Iterable[Part], areas: Mapping[str, Areas], indicators: Mapping[str, Indicator]) -> str:
    """Twelve hexadecimal digits over sorted part keys and content hashes, areas and declarations."""
    digest = hashlib.sha256(SCHEMA_VERSION.encode())
    for part in sorted(parts, key=lambda part: part.key):
        digest.update(_text([*part.key, part.content]).encode())
    for key in sorted(areas):
        digest.update(_text([key, areas_hash(areas[key])]).encode())
    for name in sorted(indicators):
        digest.update(_text(indicators[name].model_dump(mode="json", by_alias=True)).encode())
    return digest.hexdigest()[:12]


def check_parts(parts: Sequence[Part], areas: Mapping[str, Areas], indicators: Mapping[str, Indicator]) -> None:
    """Refuse parts that may not be released together.

    Raises
    ------
    DisclosureError
        They are under different policies, stand on an edition that is not in ``areas``, one occurs twice, or their
        divisions are kept apart by the policy.
    """
    policies = sorted({part.policy for part in parts})
    if len(policies) != 1:
        raise DisclosureError(
            f"The tables are under different policies: {', '.join(policies) or 'none'}.",
            hint="protect everything that is published together with one policy.",
        )
    if policies[0] in POLICIES:
        keys = pd.DataFrame([part.key for part in parts], columns=list(PartKey._fields))
        flows = {item.id for item in indicators.values() if counts_events(item)}
        check_scope([keys], POLICIES[policies[0]], flows=flows)
    missing = sorted({part.key.level for part in parts} - set(areas))
    if missing:
        raise DisclosureError(
            f"Figures are given for {', '.join(missing)}, but the areas are not.",
            hint="pass every edition in areas=.",
        )
    seen: set[PartKey] = set()
    for part in parts:
        if part.key in seen:
            raise DisclosureError(f"There are two parts of {part.key}.", hint="each figure has one row.")
        seen.add(part.key)


def changes(parts: Iterable[Part], before: Iterable[Part]) -> dict[str, list[PartKey]]:
    """Which parts were added, changed, removed, and which are as they were."""
    now, then = ({part.key: part.content for part in of} for of in (parts, before))
    return {
        "added": sorted(set(now) - set(then)),
        "changed": sorted(key for key in now if key in then and now[key] != then[key]),
        "removed": sorted(set(then) - set(now)),
        "unchanged": sorted(key for key in now if now[key] == then.get(key)),
    }


def by_indicator(keys: Iterable[PartKey]) -> list[dict[str, Any]]:
    """Parts as one row an indicator and edition, with the years.

    Examples
    --------
    >>> by_indicator([PartKey("population", "deso", "2025", year) for year in (2023, 2024)])
    [{'indicator': 'population', 'level': 'deso/2025', 'years': [2023, 2024]}]
    """
    found: dict[tuple[str, str], list[int]] = {}
    for key in sorted(keys):
        found.setdefault((key.indicator, key.level), []).append(key.year)
    return [{"indicator": name, "level": level, "years": years} for (name, level), years in found.items()]


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
