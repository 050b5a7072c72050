"""`crosswalk`: the verb, and what each method needs."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import geopandas as gpd
import numpy as np
import pandas as pd

from gisintegration.areas import AreaDivision
from gisintegration.areas.codes import official_codes
from gisintegration.change.crosswalk import Crosswalk
from gisintegration.change.crosswalk_editions import (
    Editions,
    boundary_hash,
    check_editions,
    figure_codes,
)
from gisintegration.change.crosswalk_grid import read_grid
from gisintegration.change.crosswalk_key import rows_of_key
from gisintegration.change.crosswalk_layers import Spread, Weighed, count_layer, cut_sums, outside_weight
from gisintegration.change.crosswalk_points import Counted, centres, count_points
from gisintegration.change.crosswalk_register import count_register
from gisintegration.change.crosswalk_rows import (
    all_pairs,
    by_ground,
    orphan_note,
    outside_note,
    table_of,
    whole,
)
from gisintegration.change.crosswalk_table import ANY_YEAR
from gisintegration.change.crosswalk_target import count_target
from gisintegration.change.remainder import through_remainders
from gisintegration.errors import InputError
from gisintegration.locate import Places
from gisintegration.progress import Progress, ProgressOption, part, reporter
from gisintegration.registers import Placement, Register

METHODS = ("points", "weights", "target", "grid", "area", "best_fit", "table")
_NOTHING = np.zeros(0, dtype=np.int64)
#: What a method is made from, for messages.
_NEEDS = {
    "points": "places= (gi.places, points or a register)",
    "weights": "weights= (a layer of points or finer polygons)",
    "target": "weights= (the new areas' population, a Series by code)",
    "grid": "weights= (a GeoTIFF, or squares in a CSV or frame)",
    "table": "weights= (a key: source, target, weight)",
}


@dataclass(frozen=True)
class _Asked:
    """What the caller asked for."""

    method: str
    places: Any
    weights: Any
    kinds: Mapping[str, Any] | None
    years: Any
    spread: Spread
    size: float
    progress: Progress


@dataclass(frozen=True, eq=False)
class _Made:
    """The rows of a method, and what is told of them."""

    editions: Editions
    table: pd.DataFrame
    notes: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    raw: bool = False
    centre: pd.Series | None = None


def crosswalk(
    old: AreaDivision | str,
    new: AreaDivision | str,
    *,
    method: str,
    places: Any = None,
    weights: Any = None,
    kinds: Mapping[str, Any] | None = None,
    years: Any = None,
    tolerance: float = 1.0,
    spread: Spread = "area",
    size: float = 1000.0,
    progress: ProgressOption = None,
) -> Crosswalk:
    """What part of each area of one edition goes to each area of another.

    Every method divides the ground that two areas share beyond the tolerance; what is narrower is the same border drawn
    twice, and gets no weight but by persons who live there. A source that lies in one area goes there whole, whatever
    the method. One without a polygon goes where the remainder of its kommun goes, by the log of changes where there is
    one, and a note says so; under ``points`` of a register by the codes that were delivered. Docs:
    ``docs/crosswalks.md``.

    Parameters
    ----------
    old, new
        The editions, EPSG:3006. For ``table`` also their keys, ``"kommun/1999"``.
    method
        ``points``: by the persons who live in each piece, from ``places``; exact for them.
        ``weights``: by a layer of weighted points or finer polygons.
        ``target``: by the new areas' own population, spread evenly over each area's ground within the old edition.
        ``grid``: by a population raster or squares, each spread evenly over its ground.
        ``area``: by ground. ``best_fit``: whole areas, to the one that holds the population-weighted centre (from
        ``places``), else most weight (``weights``: a layer or squares), else most ground.
        A register's go to the area with most persons. ``table``: as a key says.
    places
        ``Places``, ``(Places, number)`` as ``gi.places`` gives them, points as ``gi.locate`` takes them, a register, or
        ``(register, placement)``. A register's persons count by its rules also where only a code was delivered.
    weights
        For ``weights`` a GeoDataFrame or finer ``AreaDivision``; for ``target`` a Series or frame by new code; for
        ``grid`` a GeoTIFF, CSV or frame of squares; for ``table`` a frame, CSV or Parquet file.
    kinds
        Weights of subgroups by name, beside ``population``. Of points: True or False, or a number, for each. Of a
        register: a rule, ``{"age_20_64": {"age": "20-64"}}``. Of layers, squares and figures: the column
        (``{"population": "befolkning_2025"}``), of a raster the band. A source with nobody of a kind goes by its
        population, then that of any year, then by ground; such rows are marked ``fallback``.
    years
        Of points: the data year of each, or one for all. Of a register: the years to use, default all. Else the data
        year of the weights; for ``target`` default the new edition's first.
    tolerance
        m; two areas that share ground nowhere wider share none.
    spread
        Polygons of ``weights``: ``area`` divides each by area, ``point`` puts it where a point inside it lies.
    size
        Side of squares in metres.
    progress
        True, or a callable ``(fraction, message)``.

    Returns
    -------
    Crosswalk
        Raw (internal, never to be published) when made from places or points.

    Raises
    ------
    InputError
        The method is unknown or lacks what it is made from, or what was given cannot be used.
    CodeError
        Codes of a key or of figures are of another edition, of two, or missing.
    CRSError
        Editions, points or weights lie in different places or coordinate reference systems.

    Warns
    -----
    UserWarning
        Areas lie in part outside the new edition: what they have goes whole to the areas inside it.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> old = grid_areas(1, 1, division="district", origin=(0, 0), edition="1")
    >>> new = grid_areas(2, 2, division="district", origin=(0, 0), edition="2", size=500)
    >>> crosswalk(old, new, method="area").table.weight.tolist()
    [0.25, 0.25, 0.25, 0.25]
    >>> crosswalk(old, new, method="points", places=[[100, 100], [200, 100], [900, 900]]).table.n.tolist()
    [2.0, 0.0, 0.0, 1.0]
    """
    report = reporter(progress)
    asked = _Asked(method, places, weights, kinds, years, spread, size, report)
    _check(asked)
    if method == "table":
        return _from_key(old, new, asked)
    old, new = _areas_of(old, method), _areas_of(new, method)
    check_editions(old, new)
    parts: list[_Made] = []

    def make(areas: AreaDivision) -> Crosswalk:
        mine = asked if areas is old else replace(asked, places=_unlocated(asked.places, old.key))
        parts.append(_MAKERS[method](Editions(areas, new, tolerance), mine))
        return _walk(areas, new, mine, parts[-1])

    walk = make(old) if _knows_codes(asked) else through_remainders(old, new, make)
    made = parts[-1]
    if method == "best_fit":
        walk = replace(walk, table=whole(walk.table, made.centre))
    for note in made.outside:
        warnings.warn(note, UserWarning, stacklevel=2)
    report(1.0, f"{old.key} → {new.key} by {method}")
    return walk


def _walk(old: AreaDivision, new: AreaDivision, asked: _Asked, made: _Made) -> Crosswalk:
    return Crosswalk(
        old.key,
        new.key,
        asked.method,
        made.table,
        figure_codes(made.editions.old),
        figure_codes(made.editions.new),
        boundary_hash(old),
        boundary_hash(new),
        _weights_year(asked, new, made.table),
        made.raw,
        (*made.notes, *made.outside, *orphan_note(made.editions, made.table)),
    )


def _knows_codes(asked: _Asked) -> bool:
    """Whether the places themselves tell which area without a polygon they are in: a register's codes do."""
    first = asked.places[0] if isinstance(asked.places, tuple) and asked.places else asked.places
    return isinstance(first, Register)


def _unlocated(places: Any, key: str) -> Any:
    """Places to be located anew in an edition whose remainders are areas now."""
    if isinstance(places, tuple) and len(places) == 2 and isinstance(places[0], Places):
        return (_unlocated(places[0], key), places[1])
    if not isinstance(places, Places):
        return places
    return replace(places, located={name: found for name, found in places.located.items() if name != key})


def _check(asked: _Asked) -> None:
    if asked.method not in METHODS:
        raise InputError.unknown("method", asked.method, METHODS)
    if asked.spread not in get_args(Spread):
        raise InputError.unknown("spread", asked.spread, get_args(Spread))
    given = {"points": asked.places}.get(asked.method, asked.weights)
    if asked.method in _NEEDS and given is None:
        raise InputError(f"Method '{asked.method}' is made from {_NEEDS[asked.method]}.", hint="give it.")
    unused = []
    if asked.places is not None and asked.method not in ("points", "best_fit"):
        unused.append("places")
    if asked.weights is not None and asked.method in ("points", "area"):
        unused.append("weights")
    if asked.kinds is not None and asked.method in ("area", "best_fit", "table"):
        unused += [] if asked.method == "best_fit" and asked.weights is not None else ["kinds"]
    if unused:
        raise InputError(
            f"Method '{asked.method}' does not use {' and '.join(unused)}.",
            hint="leave it out, or choose the method that does: points, weights, target, grid.",
        )
    if asked.method != "points" and asked.years is not None and np.ndim(asked.years):
        raise InputError(f"Method '{asked.method}' takes one year.", hint="make one crosswalk a year: years=2023.")
    if asked.method == "best_fit" and asked.places is not None and asked.weights is not None:
        raise InputError("best_fit was given places and weights.", hint="give one of the two.")
    if isinstance(asked.places, str | Path):
        raise InputError(
            f"places is a path, {asked.places}.",
            hint="read it: gi.read_register(path, crs=…), or a frame with columns x and y.",
        )
    if isinstance(asked.places, Placement):
        raise InputError(
            "A placement alone does not count persons.", hint="give places=(register, placement), or the register."
        )


def _areas_of(edition: AreaDivision | str, method: str) -> AreaDivision:
    if isinstance(edition, str):
        raise InputError(
            f"'{edition}' is only the name of an edition, and method '{method}' needs its areas.",
            hint="read them with gi.read_areas or gi.load_areas.",
        )
    return edition


def _weights_year(asked: _Asked, new: AreaDivision, table: pd.DataFrame) -> int | None:
    """The year that all weights speak of, if they do of one."""
    if asked.method == "area":
        return None
    if asked.years is not None and np.ndim(asked.years) == 0:
        return int(asked.years)
    if asked.method == "target":
        return new.years[0]
    years = {int(year) for year in table["year"].unique()} - {ANY_YEAR}
    return years.pop() if len(years) == 1 else None


def _from_key(old: AreaDivision | str, new: AreaDivision | str, asked: _Asked) -> Crosswalk:
    keys = [edition if isinstance(edition, str) else edition.key for edition in (old, new)]
    if keys[0] == keys[1]:
        raise InputError(f"Both editions are {keys[0]}.", hint="name the edition the key leads to.")
    rows, notes = rows_of_key(asked.weights, old, new)
    codes = []
    for edition, column in ((old, "source"), (new, "target")):
        official = official_codes(edition) if isinstance(edition, str) else figure_codes(edition)
        codes.append(tuple(sorted(official or set(rows[column]))))
    hashes = ["" if isinstance(edition, str) else boundary_hash(edition) for edition in (old, new)]
    year = None if asked.years is None else int(asked.years)
    asked.progress(1.0, f"{keys[0]} → {keys[1]} by a key")
    return Crosswalk(keys[0], keys[1], "table", rows, codes[0], codes[1], hashes[0], hashes[1], year, False, notes)


def _points(editions: Editions, asked: _Asked) -> _Made:
    editions, counted = _persons(editions, asked)
    asked.progress(0.7, "persons counted")
    pieces = editions.pieces
    pairs = all_pairs(editions, pieces, counted.amounts.old, counted.amounts.new)
    table = table_of(editions, pairs, pairs.spread(counted.amounts, len(editions.new)))
    return _Made(editions, table, counted.notes, outside_note(editions, counted.outside, "persons"), raw=True)


def _persons(editions: Editions, asked: _Asked) -> tuple[Editions, Counted]:
    register, placement = asked.places, None
    if isinstance(register, tuple) and len(register) == 2 and isinstance(register[0], Register):
        register, placement = register
    if isinstance(register, Register):
        span = part(asked.progress, 0.0, 0.7)
        return count_register(
            editions, register, kinds=asked.kinds, years=asked.years, placement=placement, progress=span
        )
    return editions, count_points(editions, asked.places, kinds=asked.kinds, years=asked.years)


def _area(editions: Editions, asked: _Asked) -> _Made:
    pieces = editions.needs_pieces(asked.method)
    pairs = all_pairs(editions, pieces, _NOTHING, _NOTHING)
    table = table_of(editions, pairs, by_ground(pairs), known=False)
    return _Made(editions, table, outside=_ground_outside(editions))


def _ground_outside(editions: Editions) -> tuple[str, ...]:
    """A note on areas of which much lies outside the new edition."""
    pieces = editions.needs_pieces("area")
    ground = np.bincount(pieces.old, pieces.area, minlength=len(editions.old)) + pieces.old_outside
    share = np.divide(pieces.old_outside, ground, out=np.full(len(ground), np.nan), where=ground > 0)
    return outside_note(editions, share, "ground")


def _weights(editions: Editions, asked: _Asked) -> _Made:
    if not isinstance(asked.weights, gpd.GeoDataFrame | AreaDivision):
        raise InputError(
            f"weights is {type(asked.weights).__name__}, no layer.",
            hint="give a GeoDataFrame of points or finer polygons; squares of a CSV are method 'grid'.",
        )
    pieces = editions.needs_pieces(asked.method)
    found = count_layer(editions, pieces, asked.weights, kinds=asked.kinds, spread=asked.spread)
    return _of_weights(editions, found)


def _of_weights(editions: Editions, found: Weighed) -> _Made:
    pairs = all_pairs(editions, editions.pieces, found.amounts.old, found.amounts.new)
    table = table_of(editions, pairs, pairs.spread(found.amounts, len(editions.new)))
    return _Made(editions, table, found.notes, _ground_outside(editions), found.raw)


def _grid(editions: Editions, asked: _Asked) -> _Made:
    return _of_weights(editions, _weigh_grid(editions, asked))


def _weigh_grid(editions: Editions, asked: _Asked) -> Weighed:
    pieces = editions.needs_pieces(asked.method)
    west, south, east, north = (float(edge) for edge in editions.old.geometry.total_bounds)
    grid = read_grid(asked.weights, (west, south, east, north), kinds=asked.kinds, size=asked.size)
    asked.progress(0.4, f"{len(grid.shapes)} squares read")
    amounts, outside = cut_sums(editions, pieces, grid.shapes, grid.values)
    return Weighed(amounts, (*grid.notes, *outside_weight(outside, grid.values)))


def _target(editions: Editions, asked: _Asked) -> _Made:
    pieces = editions.needs_pieces(asked.method)
    pairs = all_pairs(editions, pieces, _NOTHING, _NOTHING)
    amounts, notes = count_target(editions, pairs, asked.weights, kinds=asked.kinds)
    return _Made(editions, table_of(editions, pairs, amounts), notes, _ground_outside(editions))


def _best_fit(editions: Editions, asked: _Asked) -> _Made:
    if asked.places is not None:
        made = _points(editions, asked)
        if _knows_codes(asked):
            return made
        at = centres(editions, asked.places)
        inside = at >= 0
        return replace(made, centre=pd.Series(editions.new.codes[at[inside]], index=editions.old.codes[inside]))
    if asked.weights is not None:
        layer = isinstance(asked.weights, gpd.GeoDataFrame | AreaDivision)
        return _weights(editions, asked) if layer else _grid(editions, asked)
    return _area(editions, asked)


_MAKERS = {
    "points": _points,
    "weights": _weights,
    "grid": _grid,
    "target": _target,
    "area": _area,
    "best_fit": _best_fit,
}
