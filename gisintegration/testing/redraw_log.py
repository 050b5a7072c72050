"""How often areas change: the proportions of SCB's change log DeSO 2018 → 2025."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import numpy as np
import pandas as pd

from gisintegration.areas.codes import official_codes, table_of_changes
from gisintegration.errors import InputError

OPERATIONS = (
    "crossed",
    "recoded",
    "ended",
    "merged",
    "rearranged",
    "split",
    "budded",
    "ceded",
    "moved",
    "sea",
    "redigitised",
)
# The log does not tell of borders that were only drawn anew: one area in twenty has all of its borders so.
_REDIGITISED = 0.05


@cache
def log_proportions() -> Mapping[str, float]:
    """Changes of each kind per area of the old edition.

    ``split``: areas that only became new ones, which have no other source. ``rearranged``: areas that ended with
    their ground in new areas of several sources, or in new and old ones. ``ended``: areas all of whose ground went
    to several areas that there were already. ``budded``: areas that gave ground to a new one and live on. ``ceded``
    and ``moved``: ground given to an existing area; the log does not tell a large piece from a moved border, and
    each is half of them. ``merged``: the pair that was merged in 2018. ``crossed``: ground that went to another
    kommun. ``sea``: areas extended to the territorial sea. ``redigitised``: see the module.

    Examples
    --------
    >>> found = log_proportions()
    >>> round(found["sea"] * 5984), round(found["split"] * 5984), round(found["recoded"] * 5984)
    (200, 88, 5)
    """
    log = table_of_changes("deso")
    merged = log[log["date"] < "2025"]
    log = log[log["date"] >= "2025"]
    pure = pure_splits(log)
    ending = log[log["change"].str.startswith("Upphör")]
    to_new = set(ending.loc[ending["change"].str.endswith("nybildad"), "old"])
    changes = Counter(log["change"])
    crossed = int((log["old"].str[:4] != log["new"].str[:4]).sum())
    ceded = (changes["Ger del/delar till befintlig"]) / 2
    counts = {
        "crossed": crossed,
        "recoded": changes["Kodändrad; annat än 20-22"],
        "ended": len(set(ending["old"]) - to_new),
        "merged": merged["new"].nunique(),
        "rearranged": len(to_new - set(pure)),
        "split": len(pure),
        "budded": log.loc[log["change"] == "Ger del till nybildad", "old"].nunique(),
        "ceded": ceded,
        "moved": ceded,
        "sea": changes["Utvidgas till territorialvattengräns"],
    }
    total = len(official_codes("deso/2018") or ())
    return MappingProxyType({name: count / total for name, count in counts.items()} | {"redigitised": _REDIGITISED})


def pure_splits(log: pd.DataFrame) -> dict[str, int]:
    """Number of parts of each area that only became new ones, none of which has another source.

    Examples
    --------
    >>> parts = pure_splits(table_of_changes("deso"))
    >>> parts["0114C1060"], sorted(set(parts.values()))
    (2, [2, 3, 4])
    """
    rows = log.loc[log["old"] != log["new"]]
    became = log.groupby("old")["change"].agg(lambda kinds: set(kinds) == {"Upphör; till nybildad"})
    sources = rows.groupby("new")["old"].nunique()
    alone = rows.assign(alone=rows["new"].map(sources) == 1).groupby("old")["alone"].all()
    parts = rows.groupby("old")["new"].nunique()
    return {str(old): int(parts[old]) for old in parts.index if became[old] and alone[old] and parts[old] > 1}


@cache
def parts_of_splits() -> tuple[tuple[int, ...], tuple[float, ...]]:
    """How many parts areas were split into, and how often each.

    Examples
    --------
    >>> parts_of_splits()[0]
    (2, 3, 4)
    """
    found = Counter(pure_splits(table_of_changes("deso")).values())
    total = sum(found.values())
    numbers = tuple(sorted(found))
    return numbers, tuple(found[number] / total for number in numbers)


def counts(areas: int, proportions: Mapping[str, float] | None) -> dict[str, int]:
    """How many changes of each kind to try: the proportion of the areas, at least one unless it is 0.

    Parameters
    ----------
    proportions
        Changes per area by kind; kinds left out are not made. None: those of the log.

    Raises
    ------
    InputError
        A kind is unknown, or its proportion is not from 0 to 1.

    Examples
    --------
    >>> counts(584, {"split": 0.02, "sea": 0.0})["split"], counts(4, {"split": 0.02})["split"]
    (12, 1)
    """
    given = log_proportions() if proportions is None else proportions
    for name, share in given.items():
        if name not in OPERATIONS:
            raise InputError.unknown("kind of change", name, list(OPERATIONS), where="proportions")
        if not 0.0 <= share <= 1.0:
            raise InputError(f"The proportion of {name} is {share}.", hint="give changes per area, from 0 to 1.")
    return {
        name: max(1, int(np.floor(share * areas + 0.5))) if (share := given.get(name, 0.0)) > 0 else 0
        for name in OPERATIONS
    }
