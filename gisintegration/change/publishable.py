"""What published figures may be recalculated with: a crosswalk of persons' places that tells of no few persons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from gisintegration.change.crosswalk import POPULATION, Crosswalk, positions
from gisintegration.errors import DisclosureError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Key = tuple[str, int]

FEW = 20
NOTE: Mapping[str, str] = {
    "sv": f"Delar av områden där färre än {FEW} personer bor är räknade till områdets största del.",
    "en": f"Parts of areas where fewer than {FEW} persons live are counted with the area’s largest part.",
}


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Of one kind and year, by pair of areas: weight and persons, 0 where there is no row."""

    weight: Floats
    persons: Floats


@lru_cache(maxsize=4)
def publishable(crosswalk: Crosswalk) -> Crosswalk:
    """A crosswalk whose weights tell of no piece of 1–19 persons; one that is not raw is given back as it is.

    Parameters
    ----------
    crosswalk
        Where it is raw, ``n`` holds the persons of each piece.

    Returns
    -------
    Crosswalk
        For each kind and year a piece with 1–19 persons of the kind, or of the population, gives its weight to the
        source's largest piece, and stays as a row of weight 0: nothing tells it from a piece where nobody lives. Where
        a kind is part of another and the two differ by 1–19 persons in a piece, the source goes by the other's weights.
        ``n`` is empty.

    Raises
    ------
    DisclosureError
        The persons of a piece are not known, as after ``compose``: nothing tells whether they are few.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"source": "a", "target": ["x", "y"], "weight": [0.99, 0.01], "n": [99.0, 1.0]})
    >>> publishable(Crosswalk("s/1", "s/2", "points", rows, ("a",), ("x", "y"), raw=True)).table["weight"].tolist()
    [1.0, 0.0]
    """
    if not crosswalk.raw:
        return crosswalk
    table = crosswalk.table
    weight, persons = table["weight"].to_numpy(), table["n"].to_numpy()
    _refuse_unknown(crosswalk, np.isnan(persons) & (weight > 0) & (weight < 1))
    size = len(crosswalk.targets)
    pairs, pair = np.unique(
        positions(table["source"], crosswalk.sources) * size + positions(table["target"], crosswalk.targets),
        return_inverse=True,
    )
    kinds, years = table["kind"].to_numpy(dtype=object), table["year"].to_numpy()
    every = (
        (kind, year, np.flatnonzero((kinds == kind) & (years == year)))
        for kind in crosswalk.kinds
        for year in crosswalk.years
    )
    groups = {(kind, year): rows for kind, year, rows in every if len(rows)}
    given = {key: _placed(rows, pair, weight, persons, len(pairs)) for key, rows in groups.items()}
    made = weight.copy()
    for year in crosswalk.years:
        found = _of_year(given, year, pairs // size)
        for kind, pieces in found.items():
            rows = groups[kind, year]
            made[rows] = pieces.weight[pair[rows]]
    return replace(crosswalk, table=table.assign(weight=made, n=np.nan))


def _refuse_unknown(crosswalk: Crosswalk, unknown: Bools) -> None:
    if unknown.any():
        raise DisclosureError(
            f"{int(unknown.sum())} pieces of the raw crosswalk {crosswalk.source} → {crosswalk.target} do not say how "
            "many persons live there: published figures divided by them might tell of fewer than 20.",
            hint="of a composed crosswalk, recalculate by its first part and then by its second; or recalculate the "
            "raw table and protect what comes back.",
        )


def _placed(rows: Ints, pair: Ints, weight: Floats, persons: Floats, size: int) -> _Pieces:
    found = _Pieces(np.zeros(size), np.zeros(size))
    found.weight[pair[rows]] = weight[rows]
    found.persons[pair[rows]] = np.nan_to_num(persons[rows])
    return found


def _of_year(given: Mapping[Key, _Pieces], year: int, source: Ints) -> dict[str, _Pieces]:
    """The kinds of one year, each told from no larger kind that it is part of by few persons."""
    own = {kind: pieces for (kind, at), pieces in given.items() if at == year}
    everybody = own[POPULATION].persons if POPULATION in own else np.zeros(len(source))
    few = _few(everybody)
    few_ever = np.logical_or.reduce([few, *(_few(of.persons) for (kind, _), of in given.items() if kind == POPULATION)])
    made: dict[str, _Pieces] = {}
    for kind in sorted(own, key=lambda kind: (kind != POPULATION, -own[kind].persons.sum(), kind)):
        pieces = own[kind]
        # Nobody of the kind in the source: the weights are those of the population, of the year or of any.
        lent = (np.bincount(source, pieces.persons)[source] == 0) & (pieces.weight > 0)
        of_any = lent & (np.bincount(source, everybody)[source] == 0)
        small = (pieces.weight > 0) & (_few(pieces.persons) | few | (of_any & few_ever))
        found = _gathered(pieces, small, source)
        for larger, other in made.items():
            if (own[larger].persons >= pieces.persons).all():
                told = np.bincount(source, _few(other.persons - found.persons))[source] > 0
                found = _Pieces(*(np.where(told, a, b) for a, b in zip(_of(other), _of(found), strict=True)))
        made[kind] = found
    return made


def _gathered(pieces: _Pieces, small: Bools, source: Ints) -> _Pieces:
    """Small pieces put to the largest of their source: one that is not small itself, where there is one."""
    order = np.lexsort((-pieces.weight, small, source))
    first = np.ones(len(order), dtype=bool)
    first[1:] = source[order][1:] != source[order][:-1]
    largest = order[first]
    moved = small.copy()
    moved[largest] = False
    made = []
    for values in _of(pieces):
        kept = np.where(moved, 0.0, values)
        kept[largest] += np.bincount(source, np.where(moved, values, 0.0), minlength=int(source.max()) + 1)[
            source[largest]
        ]
        made.append(kept)
    return _Pieces(*made)


def _of(pieces: _Pieces) -> tuple[Floats, Floats]:
    return pieces.weight, pieces.persons


def _few(persons: Floats) -> Bools:
    return np.asarray((persons > 0) & (persons < FEW))
