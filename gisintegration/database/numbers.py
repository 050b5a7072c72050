"""Numbers of releases: which were ever used, and which of them have lost their manifest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from gisintegration.database.manifests import Damaged, Manifest, manifest_name
from gisintegration.files import atomic

NUMBERS = "numbers.json"


def read_used(store: Path) -> int:
    """The highest number that the store says was used; 0 when its file is lost or damaged."""
    try:
        return int(json.loads((store / NUMBERS).read_text(encoding="utf-8"))["used"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def write_used(store: Path, used: int) -> None:
    """Say so.

    Raises
    ------
    OutputError
        The disk is full, or the store cannot be written to.
    """
    with atomic(store / NUMBERS) as temporary:
        temporary.write_text(f"{json.dumps({'used': used})}\n", encoding="utf-8", newline="\n")


def highest(said: int, manifests: Sequence[Manifest], damaged: Sequence[Damaged]) -> int:
    """The highest number that was ever used: as was said, or as manifests have it, or name it as the one before."""
    named = [one.previous[0] for one in manifests if one.previous]
    return max([said, *named, *(one.number for one in manifests), *(one.number for one in damaged)])


def lost(store: Path, used: int, manifests: Sequence[Manifest], damaged: Sequence[Damaged]) -> tuple[int, ...]:
    """Numbers whose manifest is not there: they are given without a gap, and those removed leave a manifest too."""
    there = {one.number for one in manifests} | {one.number for one in damaged}
    # Another process may have written one since the manifests were read.
    return tuple(
        number for number in range(1, used + 1) if number not in there and not (store / manifest_name(number)).exists()
    )


def named_by(number: int, manifests: Sequence[Manifest]) -> tuple[int, str] | None:
    """Which later release names this one as the one before it, and with which hash."""
    found = ((one.number, one.previous[1]) for one in manifests if one.previous and one.previous[0] == number)
    return next(found, None)
