"""What changed between two editions, from their boundaries, with what SCB's log says beside it."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gisintegration.areas import AreaDivision
from gisintegration.areas.codes import official_codes, parent_code
from gisintegration.areas.history import not_in_edition, other_edition
from gisintegration.change.change_log import log_between, with_log
from gisintegration.change.classify import Links
from gisintegration.change.moved import Moved, count_moved
from gisintegration.change.outside import Outside, on_land, outside
from gisintegration.change.pieces import TOLERANCE, Bools, Pieces
from gisintegration.change.pieces_kept import kept_pieces
from gisintegration.change.relations import Ground, Relations
from gisintegration.change.tabulate import Side, tabulate
from gisintegration.errors import CodeError, InputError
from gisintegration.locate import Places

# Divisions whose areas have names of their own.
_NAMELESS = ("deso",)


def compare(
    old: AreaDivision,
    new: AreaDivision,
    *,
    places: Places | npt.NDArray[np.float64] | None = None,
    persons: npt.ArrayLike | None = None,
    tolerance: float = TOLERANCE,
    log: pd.DataFrame | Literal[False] | None = None,
) -> Relations:
    """What became of each area of one edition in another.

    Ground nowhere wider than ``tolerance`` is a border drawn twice, not change. What each word means is told in
    :class:`Relation` and ``docs/changes.md``. With ``places`` the result counts persons: it is internal.

    Parameters
    ----------
    old, new
        The earlier and the later edition, coverages in EPSG:3006. Areas without a polygon are ``unknown_origin``, and
        so are new areas all of whose ground lay in such or in a remainder.
    places
        Where persons live: ``Places`` located in both editions, or coordinates of shape (n, 2) in EPSG:3006.
    persons
        Persons at each place; without it each place counts as one.
    tolerance
        m.
    log
        A change log with columns ``old``, ``new``, ``change`` to set beside the geometry. None: SCB's, between the
        editions that it speaks of. False: none.

    Raises
    ------
    InputError
        An edition is given twice, the later one first, is empty, or the two share no ground; places are not located in
        both editions; persons are not one number a place, 0 or more.
    CodeError
        A code stands twice, or belongs to another edition than its areas.
    CRSError, GeometryError
        As in :func:`gisintegration.change.pieces.pieces`.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> halves = grid_areas(2, 1, edition="1", division="district")
    >>> whole = grid_areas(1, 1, edition="2", division="district", size=2000)
    >>> found = compare(halves, whole)
    >>> found.side("old")["relation"].tolist()
    ['merged', 'merged']
    """
    _check(old, new)
    cut = kept_pieces(old, new, tolerance=tolerance)
    if not (~cut.noise).any():
        raise InputError(
            f"{old.key} and {new.key} share no ground.", hint="see that both are of the same part of the country."
        )
    grown, shrunk = outside(cut, "new"), outside(cut, "old")
    links = _links(old, new, cut, grown, shrunk)
    moved = None if places is None else count_moved(old, new, cut, places, persons)
    if places is None and persons is not None:
        raise InputError("Persons were given without places.", hint="give places= too.")
    real = ~cut.noise
    areas, pairs = tabulate(
        _side(old, links.known_old, moved, "old"),
        _side(new, links.known_new, moved, "new"),
        links,
        shared=cut.area[real],
        lost=_sizes(shrunk, len(old)),
        gained=_sizes(grown, len(new)),
        persons=None if moved is None else moved.pairs[real],
        persons_lost=None if moved is None else moved.lost,
        persons_gained=None if moved is None else moved.gained,
    )
    found = Relations(
        old.key,
        new.key,
        areas,
        pairs,
        tolerance,
        int(cut.noise.sum() + grown.noise.sum() + shrunk.noise.sum()),
        float(cut.area[cut.noise].sum() + grown.area[grown.noise].sum() + shrunk.area[shrunk.noise].sum()),
        moved is not None,
        _notes(old, new, links, moved),
        Ground(cut, shrunk, grown, old.codes, new.codes),
    )
    rows = log_between(old.key, new.key) if log is None else log if isinstance(log, pd.DataFrame) else None
    return found if rows is None else with_log(found, rows)


def _check(old: AreaDivision, new: AreaDivision) -> None:
    if old.key == new.key:
        raise InputError(
            f"{old.key} was given twice.",
            hint='give two editions; two versions of one are told apart by areas.with_(edition="2025_v2").',
        )
    first, second = old.years[0], new.years[0]
    if old.division == new.division and first is not None and second is not None and first > second:
        raise InputError(f"{old.key} is later than {new.key}.", hint="give the earlier edition first.")
    for areas in (old, new):
        codes = areas.codes
        twice = sorted({str(code) for code in pd.Series(codes)[pd.Series(codes).duplicated()]})
        if twice:
            raise CodeError(
                f"{areas.key}: {len(twice)} codes stand more than once.",
                hint="give each area one row; parts of one area are dissolved by gi.read_areas.",
                failures=[{"code": code} for code in twice],
            )
        foreign = other_edition(areas.division, areas.edition, codes)
        if foreign:
            raise not_in_edition(areas.division, areas.edition, foreign, where=areas.key)


def _links(old: AreaDivision, new: AreaDivision, cut: Pieces, grown: Outside, shrunk: Outside) -> Links:
    real = ~cut.noise
    gained, water, lost = np.zeros(len(new), dtype=bool), np.zeros(len(new), dtype=bool), np.zeros(len(old), dtype=bool)
    wet = _is_water(old, new, grown)
    # An area that shares no ground with any old one is not an old one extended.
    wet &= np.isin(grown.positions, cut.new[real])
    gained[grown.positions[~grown.noise & ~wet]] = True
    water[grown.positions[~grown.noise & wet]] = True
    lost[shrunk.positions[~shrunk.noise]] = True
    return Links(
        cut.old[real],
        cut.new[real],
        pd.Index(new.codes).get_indexer(pd.Index(old.codes)).astype(np.int64),
        _known(old),
        _known(new),
        gained,
        water,
        lost,
    )


def _known(areas: AreaDivision) -> Bools:
    """Areas whose own ground is known: they have a polygon and are no remainder."""
    has = ~shapely.is_missing(np.asarray(areas.geometry, dtype=object))
    return np.asarray(has & (areas.table["kind"] == "area").to_numpy(), dtype=bool)


def _is_water(old: AreaDivision, new: AreaDivision, grown: Outside) -> Bools:
    """Whether ground that lay in no old area is water: by the land mask, else unless a border there is not known."""
    if new.display is not None:
        land = np.asarray(new.display, dtype=object)
        return np.asarray(on_land(grown, land) < 0.5, dtype=bool)
    own, there = kommuner(old), kommuner(new)
    hidden = {group for group, known in zip(own, _known(old), strict=True) if not known}
    hidden |= {parent_code(old.division, code, "kommun") for code in _absent(old)}
    return np.array([there[row] not in hidden for row in grown.positions], dtype=bool)


def _absent(areas: AreaDivision) -> list[str]:
    """Official codes in the kommuner of these areas that are not among them."""
    official = official_codes(areas.key)
    if official is None or areas.division not in ("deso", "regso"):
        return []
    given = set(areas.codes)
    here = {parent_code(areas.division, code, "kommun") for code in given}
    return sorted(code for code in official - given if parent_code(areas.division, code, "kommun") in here)


def kommuner(areas: AreaDivision) -> npt.NDArray[np.object_]:
    """The kommun of each area, None where it is not told."""
    if "kommun" in areas.table.columns:
        return areas.parent("kommun")
    return np.full(len(areas), None, dtype=object)


def _side(areas: AreaDivision, known: Bools, moved: Moved | None, side: str) -> Side:
    polygons = np.asarray(areas.geometry, dtype=object)
    named = areas.division not in _NAMELESS
    names = np.array(
        [name if named and name != code else "" for code, name in zip(areas.codes, areas.names, strict=True)]
    )
    return Side(
        areas.codes,
        areas.names,
        names,
        kommuner(areas),
        (areas.table["kind"] == "area").to_numpy(),
        np.where(known, shapely.area(polygons), np.nan),
        None if moved is None else (moved.old if side == "old" else moved.new),
    )


def _sizes(found: Outside, count: int) -> npt.NDArray[np.float64]:
    sizes = np.zeros(count)
    sizes[found.positions[~found.noise]] = found.area[~found.noise]
    return sizes


def _notes(old: AreaDivision, new: AreaDivision, links: Links, moved: Moved | None) -> tuple[str, ...]:
    notes = []
    for areas, known in ((old, links.known_old), (new, links.known_new)):
        hidden = int((~known & (areas.table["kind"] == "area").to_numpy()).sum())
        if hidden:
            notes.append(f"{hidden} areas of {areas.key} have no polygon: unknown_origin.")
        if absent := _absent(areas):
            notes.append(f"{len(absent)} areas of {areas.key} in the same kommuner are not in what was given.")
    if moved is not None and moved.outside:
        notes.append("Some places lie in no area of one edition or both; they are counted in neither links nor moves.")
    return tuple(notes)
