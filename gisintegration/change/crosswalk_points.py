"""Crosswalk weights from persons' places: how many live in each piece, by year and kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.areas import AreaDivision
from gisintegration.change.crosswalk_editions import Editions, figure_areas
from gisintegration.change.crosswalk_rows import Amounts, Kind
from gisintegration.change.crosswalk_table import ANY_YEAR, POPULATION
from gisintegration.errors import CRSError, InputError
from gisintegration.locate import Places, locate
from gisintegration.locate.inputs import columns
from gisintegration.registers.report import masked

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_FIRST, _LAST = 1900, 2100


@dataclass(frozen=True, eq=False)
class Counted:
    """Persons by pair of areas.

    Parameters
    ----------
    amounts
        Persons of each pair, by kind and year.
    outside
        Part of each old area's persons that is in no new area, NaN for an area with nobody.
    notes
        How many persons, and how many outside. Counts 1–19 as ``<20``.
    """

    amounts: Amounts
    outside: Floats
    notes: tuple[str, ...]


def count_points(editions: Editions, places: Any, *, kinds: Mapping[str, Any] | None, years: Any) -> Counted:
    """Persons by pair of areas, from points.

    Parameters
    ----------
    places
        ``Places``; ``(Places, number)`` as ``gi.places`` gives them, one number a person; or points as ``gi.locate``
        takes them.
    kinds
        Name → for each point, whether it is of the kind, or how many of its persons are. ``population`` says how many
        persons each point stands for; default 1.
    years
        Data year of each point; or one year for all.

    Raises
    ------
    InputError
        There are no points, a column does not fit them, or places are located in other areas than the editions'.
    CRSError
        No point lies in both editions.
    """
    old, new = (_positions(places, areas) for areas in (editions.old, editions.new))
    if not len(old):
        raise InputError("There are no points to weigh with.", hint="check the file and the filter it was read with.")
    width = len(editions.new) + 1
    # One number a pair: 0 of either stands for outside.
    code = _numbered(old, width, len(editions.old)) + (new + np.int32(1))
    pair, found = pd.factorize(code)
    labels = _years(years, len(old))
    counted = _by_kind(pair, len(found), kinds or {}, labels, len(old))
    codes = found.astype(np.int64)
    return counts(editions, codes // width - 1, codes % width - 1, counted)


def counts(editions: Editions, old: Ints, new: Ints, of: Mapping[Kind, Floats]) -> Counted:
    """Amounts of the pairs inside both editions, and what is told of those outside.

    Parameters
    ----------
    old, new
        Positions, −1 outside, each pair once.
    of
        Persons of each pair.

    Raises
    ------
    CRSError
        No pair lies in both editions.
    """
    in_old = (old >= 0) & figure_areas(editions.old)[old]
    in_new = (new >= 0) & figure_areas(editions.new)[new]
    inside = in_old & in_new
    everybody = np.asarray(sum(values for (kind, _), values in of.items() if kind == POPULATION))
    if not everybody[inside].any():
        raise CRSError(
            f"None of the points lies in both {editions.old.key} and {editions.new.key}.",
            hint="x and y may be in another CRS or each other's columns, or the areas are elsewhere.",
        )
    total = np.bincount(old[in_old], everybody[in_old], minlength=len(editions.old))
    lost = np.bincount(old[in_old & ~in_new], everybody[in_old & ~in_new], minlength=len(editions.old))
    outside = np.divide(lost, total, out=np.full(len(total), np.nan), where=total > 0)
    amounts = Amounts(old[inside], new[inside], {key: values[inside] for key, values in of.items()})
    return Counted(amounts, outside, _notes(editions, everybody, in_old, in_new))


def _notes(
    editions: Editions, everybody: Floats, in_old: npt.NDArray[np.bool_], in_new: npt.NDArray[np.bool_]
) -> tuple[str, ...]:
    lines = [f"Made from the places of {plain(everybody.sum())} persons (one a year)."]
    for key, lost in ((editions.old.key, ~in_old), (editions.new.key, in_old & ~in_new)):
        if outside := everybody[lost].sum():
            also = "" if key == editions.old.key else f", though in one of {editions.old.key}"
            lines.append(f"{plain(outside)} of them lie in no area of {key}{also}, and are left out.")
    return tuple(lines)


def _positions(places: Any, areas: AreaDivision) -> npt.NDArray[np.int32]:
    if _with_numbers(places):
        found, number = places
        return np.asarray(_positions(found, areas)[np.asarray(number)])
    if not isinstance(places, Places):
        return locate(places, areas)
    if areas.key not in places.located:
        return locate((places.x, places.y), areas)
    return places.positions_in(areas)


def _with_numbers(places: Any) -> bool:
    return isinstance(places, tuple) and len(places) == 2 and isinstance(places[0], Places)


def _numbered(old: npt.NDArray[np.int32], width: int, height: int) -> npt.NDArray[Any]:
    """(old + 1) × width, in 32 bits where they are enough: half the memory, and twice as quick to look up."""
    if (height + 1) * width < np.iinfo(np.int32).max:
        return np.asarray((old + np.int32(1)) * np.int32(width))
    return np.asarray((old.astype(np.int64) + 1) * width)


def _years(years: Any, count: int) -> npt.NDArray[np.int64] | int:
    if years is None:
        return ANY_YEAR
    if np.ndim(years) == 0:
        return int(_labels(np.asarray([years]))[0])
    given = np.asarray(years)
    if given.shape != (count,):
        raise InputError(
            f"years has the shape {given.shape}, and there are {count} points.", hint="give one year for each point."
        )
    return _labels(given)


def _labels(given: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    try:
        labels = given.astype(np.int64)
    except (TypeError, ValueError) as error:
        raise InputError(f"years holds what is no year: {error}.", hint="give whole numbers.") from error
    if len(labels) and not (labels.min() >= _FIRST and labels.max() <= _LAST):
        raise InputError(
            f"years goes from {labels.min()} to {labels.max()}.", hint="give data years, as 2023; none may be missing."
        )
    return labels


def _by_kind(
    pair: npt.NDArray[np.intp], width: int, kinds: Mapping[str, Any], years: npt.NDArray[np.int64] | int, count: int
) -> dict[Kind, Floats]:
    """Persons of each kind and year by pair, the population first."""
    known: tuple[int, ...] = (years,) if isinstance(years, int) else ()
    if not isinstance(years, int):
        number, labels = pd.factorize(years, sort=True)
        known = tuple(int(year) for year in labels)
        pair = pair + number * width
    size = width * len(known)
    made: dict[Kind, Floats] = {}
    for kind in [POPULATION, *(name for name in kinds if name != POPULATION)]:
        each = _amount(kind, kinds[kind], count) if kind in kinds else None
        found = np.bincount(pair, each, minlength=size).astype(np.float64)
        for at, year in enumerate(known):
            made[kind, year] = found[at * width : (at + 1) * width]
    return made


def _amount(kind: str, given: Any, count: int) -> Floats:
    try:
        values = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"Kind '{kind}' is {type(given).__name__}, no column of the points.",
            hint="give True or False, or a number of persons, for each point; conditions are for a register.",
        ) from error
    if values.shape != (count,):
        raise InputError(
            f"Kind '{kind}' has the shape {values.shape}, and there are {count} points.",
            hint="give True or False, or a number of persons, for each point.",
        )
    if not np.isfinite(values).all() or (len(values) and values.min() < 0):
        raise InputError(
            f"Kind '{kind}' has numbers that are missing, endless or below 0.",
            hint="give 0 where nobody of the kind lives.",
        )
    return values


def point_sums(points: Any, editions: Editions, values: Mapping[Kind, Floats]) -> tuple[Amounts, float]:
    """Weights of points by pair of areas, and the weight in no pair.

    Parameters
    ----------
    points
        As ``gi.locate`` takes them.
    values
        Weight of each point.
    """
    x, y = columns(points)
    old, new = (locate((x, y), areas) for areas in (editions.old, editions.new))
    inside = (old >= 0) & (new >= 0)
    inside &= figure_areas(editions.old)[old] & figure_areas(editions.new)[new]
    width = len(editions.new)
    pair, found = pd.factorize(old[inside].astype(np.int64) * width + new[inside])
    size = len(found)
    sums = {key: np.bincount(pair, of[inside], minlength=size).astype(np.float64) for key, of in values.items()}
    outside = sum(float(of[~inside].sum()) for (kind, _), of in values.items() if kind == POPULATION)
    return Amounts(found // width, found % width, sums), outside


def centres(editions: Editions, places: Any) -> npt.NDArray[np.int32]:
    """The new area that holds the middle of each old area's points; −1 for none, and for an area without points."""
    old = _positions(places, editions.old)
    found = places[0] if _with_numbers(places) else places
    x, y = (found.x, found.y) if isinstance(found, Places) else columns(found)
    if _with_numbers(places):
        x, y = x[np.asarray(places[1])], y[np.asarray(places[1])]
    inside = old >= 0
    size = len(editions.old)
    persons = np.bincount(old[inside], minlength=size).astype(np.float64)
    west, south, _, _ = editions.old.geometry.total_bounds
    # Within the country's corner, so that sums of coordinates of seven digits lose nothing.
    with np.errstate(invalid="ignore"):
        middle = [
            corner + np.bincount(old[inside], at[inside] - corner, minlength=size) / persons
            for at, corner in ((x, west), (y, south))
        ]
    return locate((middle[0], middle[1]), editions.new)


def plain(count: float) -> str:
    """A count as it may stand in notes: 1–19 as ``<20``."""
    return masked(round(count)).replace("\N{NO-BREAK SPACE}", " ")
