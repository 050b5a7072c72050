"""Which areas of several editions share ground, by their polygons, and where they have none by what is told of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gisintegration.areas import AreaDivision
from gisintegration.change.change_log import LOGGED, relations_from_log
from gisintegration.change.pieces import TOLERANCE
from gisintegration.change.pieces_kept import kept_pieces
from gisintegration.change.relations import Relations
from gisintegration.errors import InputError

Ints = npt.NDArray[np.int64]
Link = tuple[int, int]


class Nodes:
    """Every area of every edition, numbered through."""

    def __init__(self, editions: Sequence[AreaDivision]) -> None:
        self.editions = editions
        self.starts = np.cumsum([0, *(len(areas) for areas in editions)])
        self._places = [pd.Index(areas.codes) for areas in editions]

    def __len__(self) -> int:
        return int(self.starts[-1])

    def at(self, edition: int, rows: npt.ArrayLike) -> Ints:
        """Numbers of an edition's rows."""
        return np.asarray(rows, dtype=np.int64) + int(self.starts[edition])

    def coded(self, edition: int, codes: Iterable[str]) -> Ints:
        """Numbers of an edition's codes, −1 for one that it does not have."""
        found = self._places[edition].get_indexer(pd.Index(list(codes), dtype=object))
        return np.where(found >= 0, found + self.starts[edition], -1).astype(np.int64)


def links(nodes: Nodes, told: Sequence[Relations]) -> Iterator[Link]:
    """Pairs of areas of different editions that belong together, and of areas with the remainder they lie in.

    Parameters
    ----------
    told
        Relations for areas without a polygon, by their editions.
    """
    linked: list[list[set[int]]] = [[] for _ in nodes.editions]
    for first, second in pairwise(range(len(nodes.editions))):
        pairs = list(_by_relations(nodes, first, second, told))
        linked[first].append({one for one, _ in pairs})
        linked[second].append({other for _, other in pairs})
        yield from pairs
    resolved: set[int] = set()
    for edition, sets in enumerate(linked):
        for holder, members in _remainders(nodes, edition):
            untold = members.difference(sets[0].intersection(*sets[1:]))
            yield from ((holder, one) for one in untold)
            if not untold:
                resolved.add(holder)
    for first, second in combinations(range(len(nodes.editions)), 2):
        if _drawn(nodes.editions[first]) and _drawn(nodes.editions[second]):
            pairs = _by_polygons(nodes, first, second)
            yield from (pair for pair in pairs if resolved.isdisjoint(pair))


def _drawn(areas: AreaDivision) -> bool:
    return bool(areas.geometry.notna().any())


def _by_polygons(nodes: Nodes, first: int, second: int) -> list[Link]:
    """Areas that share more than a border drawn twice; one that shares nothing else, with what it shares most with."""
    found = kept_pieces(nodes.editions[first], nodes.editions[second], tolerance=TOLERANCE)
    kept = ~found.noise
    for side in (found.old, found.new):
        largest = np.lexsort((-found.area, side))
        _, leads = np.unique(side[largest], return_index=True)
        best = largest[leads]
        kept[best[~np.isin(side[best], side[kept])]] = True
    return list(zip(nodes.at(first, found.old[kept]).tolist(), nodes.at(second, found.new[kept]).tolist(), strict=True))


def _by_relations(nodes: Nodes, first: int, second: int, told: Sequence[Relations]) -> Iterator[Link]:
    """Links that relations or a log tell, for areas of which one has no polygon.

    The log is asked where no relations are given: for areas that no remainder holds either.
    """
    old, new = nodes.editions[first], nodes.editions[second]
    given = next((one for one in told if (one.old, one.new) == (old.key, new.key)), None)
    found = given if given is not None else _logged(old, new)
    if found is None:
        return
    one, other = nodes.coded(first, found.links["old"]), nodes.coded(second, found.links["new"])
    lost = np.concatenate([_without_place(areas, held=given is None) for areas in nodes.editions])
    here = (one >= 0) & (other >= 0)
    here[here] &= lost[one[here]] | lost[other[here]]
    yield from zip(one[here].tolist(), other[here].tolist(), strict=True)


def _without_place(areas: AreaDivision, *, held: bool) -> npt.NDArray[np.bool_]:
    """Areas without a polygon; with ``held``, only those that lie in no remainder."""
    missing: npt.NDArray[np.bool_] = shapely.is_missing(areas.geometry.to_numpy())
    kinds = dict(zip(areas.codes, areas.table["kind"], strict=True))
    lying = {one for code, members in areas.members.items() if kinds.get(code) == "remainder" for one in members}
    return missing & ~np.isin(areas.codes.astype(str), list(lying)) if held else missing


def _logged(old: AreaDivision, new: AreaDivision) -> Relations | None:
    """What SCB's logs and the history of kommuner tell between two editions."""
    logged = LOGGED.get(old.division) == (old.key, new.key)
    if logged or (old.division == new.division and old.division in ("kommun", "lan")):
        return relations_from_log(old.division, old=old.key, new=new.key)
    return None


def _remainders(nodes: Nodes, edition: int) -> Iterator[tuple[int, set[int]]]:
    """Each remainder of an edition with the areas that may lie in it."""
    areas = nodes.editions[edition]
    kinds = dict(zip(areas.codes, areas.table["kind"], strict=True))
    for code, members in areas.members.items():
        if kinds.get(code) == "remainder":
            yield int(nodes.coded(edition, [code])[0]), {int(one) for one in nodes.coded(edition, members) if one >= 0}


def refuse_alone(nodes: Nodes, group: npt.NDArray[np.int32]) -> None:
    """Refuse areas without a polygon that nothing tells where they lie.

    Raises
    ------
    InputError
        There are some; each is listed.
    """
    size = np.bincount(group)
    failures = []
    for edition, areas in enumerate(nodes.editions):
        missing = np.flatnonzero(shapely.is_missing(areas.geometry.to_numpy()))
        alone = missing[size[group[nodes.at(edition, missing)]] == 1]
        failures += [{"edition": areas.key, "code": code} for code in areas.codes[alone]]
    if failures:
        raise InputError(
            f"{len(failures)} areas have no polygon and lie in no remainder: what they became cannot be told.",
            hint="give their borders, or relations= from a key table (relations_from_key).",
            failures=failures,
        )
