"""What a release is, without its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gisintegration.database.manifests import Manifest


@dataclass(frozen=True)
class ReleaseInfo:
    """What a release is, without its figures.

    Parameters
    ----------
    number
        In the store; never used for another.
    id
        Hash of its content.
    name, by, date, reason
        As the user gave them.
    cells
        Rows of statistics.
    changed
        Number of parts ``added``, ``changed``, ``removed`` and ``unchanged`` since the release before.
    policy
        What the figures are protected under.
    levels, years, indicators
        What there are figures for.
    """

    number: int
    id: str
    name: str
    by: str
    date: str
    reason: str
    cells: int
    changed: Mapping[str, int]
    policy: str
    levels: tuple[str, ...]
    years: tuple[int, ...]
    indicators: tuple[str, ...]


def info_of(one: Manifest) -> ReleaseInfo:
    """Of what its manifest says."""
    body = one.body
    return ReleaseInfo(
        number=one.number,
        id=body["id"],
        name=body["name"],
        by=body["by"],
        date=body["date"],
        reason=body["reason"],
        cells=sum(part.rows for part in one.parts),
        changed=body["changed"],
        policy=one.parts[0].policy if one.parts else "",
        levels=tuple(sorted({part.key.level for part in one.parts})),
        years=tuple(sorted({part.key.year for part in one.parts})),
        indicators=tuple(sorted({part.key.indicator for part in one.parts})),
    )
