"""What parts were made from, by fingerprint: a help that may be lost, after which everything is counted once more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gisintegration.database.part import Part, PartKey
from gisintegration.files import atomic

REMEMBERED = "fingerprints.json"
# Commits after which what was not used is forgotten.
_KEPT = 5

Content = tuple[PartKey, str]


@dataclass(frozen=True)
class Remembered:
    """Fingerprint → the keys and contents of the parts that were made, and at which commit it was used last.

    Parameters
    ----------
    commit
        Number of the last commit, new release or not.
    """

    commit: int = 0
    made: Mapping[str, tuple[int, tuple[Content, ...]]] = field(default_factory=dict)

    def with_(self, parts: Iterable[Part], empty: Iterable[str]) -> Remembered:
        """The same after a commit of these parts; what was not used for long is forgotten."""
        now = self.commit + 1
        fresh: dict[str, list[Content]] = {name: [] for name in empty}
        for part in parts:
            if part.fingerprint:
                fresh.setdefault(part.fingerprint, []).append((part.key, part.content))
        kept = {name: entry for name, entry in self.made.items() if entry[0] > now - _KEPT}
        return Remembered(now, kept | {name: (now, tuple(sorted(found))) for name, found in fresh.items()})


def read_remembered(store: Path) -> Remembered:
    """What is remembered in a store; nothing, when the file is lost or damaged."""
    try:
        said = json.loads((store / REMEMBERED).read_text(encoding="utf-8"))
        made = {
            name: (int(at), tuple((PartKey(*key), content) for *key, content in found))
            for name, (at, found) in said["made"].items()
        }
        return Remembered(int(said["commit"]), made)
    except (OSError, ValueError, KeyError, TypeError):
        return Remembered()


def write_remembered(store: Path, remembered: Remembered) -> None:
    """Write it, in the order of fingerprints."""
    made = {
        name: [at, [[*key, content] for key, content in found]] for name, (at, found) in sorted(remembered.made.items())
    }
    with atomic(store / REMEMBERED) as temporary:
        text = json.dumps({"commit": remembered.commit, "made": made}, ensure_ascii=False)
        temporary.write_text(f"{text}\n", encoding="utf-8", newline="\n")
