"""Relations as tables, from links and sizes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.change.classify import Links, Relation, classify
from gisintegration.change.relations import AREA_COLUMNS, LINK_COLUMNS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Side:
    """One edition as a table of relations needs it, one element an area.

    Parameters
    ----------
    codes
        Area codes.
    names
        As shown.
    own_names
        Names that a change of name can be told from; "" where there is none.
    kommun
        None where not known.
    listed
        Whether the area gets a row: remainders do not.
    area
        m², NaN where not known.
    persons
        None without places.
    """

    codes: Texts
    names: Texts
    own_names: npt.NDArray[np.str_]
    kommun: Texts
    listed: Bools
    area: Floats
    persons: Floats | None = None


def tabulate(
    old: Side,
    new: Side,
    links: Links,
    *,
    shared: Floats,
    lost: Floats,
    gained: Floats,
    persons: Floats | None = None,
    persons_lost: Floats | None = None,
    persons_gained: Floats | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables ``areas`` and ``links`` of :class:`Relations`.

    Parameters
    ----------
    shared
        m² of each link, NaN where not known.
    lost, gained
        m² of each old (new) area that lies in no area of the other edition.
    persons
        Of each link; ``persons_lost`` and ``persons_gained`` of each area.
    """
    words = classify(links)
    crossed = _crossed(old, new, links)
    count = np.full(len(shared), np.nan) if persons is None else persons
    frames = []
    for side, own, other, at, to, word, rest, rest_persons in (
        ("old", old, new, links.old, links.new, words[0], lost, persons_lost),
        ("new", new, old, links.new, links.old, words[1], gained, persons_gained),
    ):
        same = links.same if side == "old" else _inverse(links.same, len(own.codes))
        best, stays = _counterparts(at, to, same, shared, len(own.codes))
        crosses = np.bincount(at, crossed, minlength=len(own.codes)) > 0
        frames.append(
            pd.DataFrame(
                {
                    "side": side,
                    "code": own.codes,
                    "name": own.names,
                    "relation": [item.value for item in word],
                    "renamed": _renamed(own, other, best, same, word == Relation.RECODED),
                    "crossed_kommun": crosses,
                    "over_water": _wet(side, links, len(own.codes)),
                    "code_kept": same >= 0,
                    "n_links": np.bincount(at, minlength=len(own.codes)),
                    "counterpart": np.where(best >= 0, other.codes[best], ""),
                    "area": own.area,
                    "shared_area": _total(at[stays], shared[stays], own.area),
                    "moved_area": _total(at[~stays], shared[~stays], own.area)
                    + np.where(word == Relation.UNKNOWN_ORIGIN, np.nan, rest),
                    "persons": np.nan if own.persons is None else own.persons + _nothing(own.area),
                    "moved_persons": _total(at[~stays], count[~stays], own.area)
                    + (np.nan if rest_persons is None else rest_persons),
                    "log": "",
                    "agrees": pd.array([None] * len(own.codes), dtype="boolean"),
                }
            )[own.listed]
        )
    areas = pd.concat(frames, ignore_index=True)[list(AREA_COLUMNS)]
    texts = ["side", "code", "name", "relation", "counterpart", "log"]
    areas = areas.astype(dict.fromkeys(texts, "str") | {"n_links": np.int64})
    return areas, _link_table(old, new, links, shared=shared, persons=count, crossed=crossed)


def _link_table(old: Side, new: Side, links: Links, *, shared: Floats, persons: Floats, crossed: Bools) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "old": old.codes[links.old],
            "new": new.codes[links.new],
            "shared_area": shared,
            "old_share": shared / _whole(old, links.old, shared),
            "new_share": shared / _whole(new, links.new, shared),
            "persons": persons,
            "crossed_kommun": crossed,
        }
    )
    frame = frame.astype({"old": "str", "new": "str"})[list(LINK_COLUMNS)]
    return frame.sort_values(["old", "new"], kind="stable", ignore_index=True)


def _whole(side: Side, at: Ints, shared: Floats) -> Floats:
    """Area to take a share of; what remainders measure is the sum of their pieces."""
    pieces = np.bincount(at, shared, minlength=len(side.codes))
    return np.asarray(np.where(np.isnan(side.area), pieces, side.area)[at], dtype=np.float64)


def _crossed(old: Side, new: Side, links: Links) -> Bools:
    first, second = old.kommun[links.old], new.kommun[links.new]
    told = ~(pd.isna(first) | pd.isna(second))
    return np.asarray(told & (first != second), dtype=bool)


def _inverse(same: Ints, count: int) -> Ints:
    back = np.full(count, -1, dtype=np.int64)
    found = np.flatnonzero(same >= 0)
    back[same[found]] = found
    return back


def _counterparts(at: Ints, to: Ints, same: Ints, shared: Floats, count: int) -> tuple[Ints, Bools]:
    """The counterpart of each area (−1 for none) and whether each link is with it."""
    best = np.full(count, -1, dtype=np.int64)
    # The last written wins: most ground last, then the lowest position, then the same code.
    order = np.lexsort((-to, np.nan_to_num(shared), same[at] == to))
    best[at[order]] = to[order]
    return best, best[at] == to


def _renamed(own: Side, other: Side, best: Ints, same: Ints, recoded: Bools) -> Bools:
    """Whether an area's name differs from its counterpart's, where that has its code or is all of it."""
    theirs = np.where((best >= 0) & ((best == same) | recoded), other.own_names[best], "")
    return np.asarray((own.own_names != "") & (theirs != "") & (own.own_names != theirs), dtype=bool)


def _wet(side: str, links: Links, count: int) -> Bools:
    wet = np.zeros(count, dtype=bool)
    if side == "new":
        wet |= links.water
    else:
        wet[links.old[links.water[links.new]]] = True
    return wet


def _total(at: Ints, values: Floats, area: Floats) -> Floats:
    """Sum by area, NaN for one whose ground is not known."""
    return np.asarray(np.bincount(at, values, minlength=len(area)) + _nothing(area), dtype=np.float64)


def _nothing(area: Floats) -> Floats:
    """0, or NaN where the ground is not known."""
    return np.where(np.isnan(area), np.nan, 0.0)
