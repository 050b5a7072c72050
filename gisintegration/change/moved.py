"""How many persons live on each piece: a count of places by where they lie in both editions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gisintegration.areas import AreaDivision
from gisintegration.change.pieces import Pieces
from gisintegration.errors import InputError
from gisintegration.locate import Places
from gisintegration.locate import places as locate_places

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Moved:
    """Persons by where they live in two editions. Raw: internal.

    Parameters
    ----------
    pairs
        On each piece.
    old, new
        In each area.
    lost, gained
        In each old (new) area, but in no area of the other edition.
    outside
        In no area of one edition or of both.
    """

    pairs: Floats
    old: Floats
    new: Floats
    lost: Floats
    gained: Floats
    outside: float


def count_moved(
    old: AreaDivision,
    new: AreaDivision,
    cut: Pieces,
    places: Places | npt.NDArray[np.float64],
    persons: npt.ArrayLike | None,
) -> Moved:
    """Count persons.

    Raises
    ------
    InputError
        Places are not located in both editions, or in other areas of their names; persons are not one number a place,
        0 or more.
    """
    at, to = _located(old, new, places)
    weight = _weights(persons, len(at))
    inside = (at >= 0) & (to >= 0)
    keys = cut.old * len(new) + cut.new
    place = at[inside] * len(new) + to[inside]
    # A pair that is no piece: a place on a border. It counts in its areas and as moved by nobody.
    found = np.minimum(np.searchsorted(keys, place), len(keys) - 1)
    hit = keys[found] == place
    left, came = (at >= 0) & (to < 0), (to >= 0) & (at < 0)
    return Moved(
        _count(found[hit], weight[inside][hit], len(keys)),
        _count(at[at >= 0], weight[at >= 0], len(old)),
        _count(to[to >= 0], weight[to >= 0], len(new)),
        _count(at[left], weight[left], len(old)),
        _count(to[came], weight[came], len(new)),
        float(weight[~inside].sum()),
    )


def _count(at: Ints, weight: Floats, areas: int) -> Floats:
    return np.asarray(np.bincount(at, weight, minlength=areas), dtype=np.float64)


def _located(old: AreaDivision, new: AreaDivision, places: Places | npt.NDArray[np.float64]) -> tuple[Ints, Ints]:
    if not isinstance(places, Places):
        places, _ = locate_places(places, [old, new], distinct=True)
    missing = [areas.key for areas in (old, new) if areas.key not in places.located]
    if missing:
        raise InputError(
            f"The places are not located in {' and '.join(missing)}, but in {', '.join(places.located) or 'nothing'}.",
            hint="gi.places(points, [old, new]) locates them in both.",
        )
    return places.positions_in(old).astype(np.int64), places.positions_in(new).astype(np.int64)


def _weights(persons: npt.ArrayLike | None, count: int) -> Floats:
    if persons is None:
        return np.ones(count)
    given = np.asarray(persons, dtype=np.float64)
    if given.shape != (count,):
        raise InputError(f"There are {count} places and {given.size} numbers of persons.", hint="give one a place.")
    if not (np.isfinite(given) & (given >= 0)).all():
        raise InputError("Some numbers of persons are missing or below 0.", hint="give 0 or more for each place.")
    return given
