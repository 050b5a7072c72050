"""The two editions of a crosswalk: whether they go together, what they share, and the hash of their boundaries."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import shapely

from gisintegration.areas import AreaDivision
from gisintegration.change.pieces import Pieces, check_pair
from gisintegration.change.pieces_kept import kept_pieces
from gisintegration.change.same_shape import fingerprints
from gisintegration.errors import CRSError, InputError

Bools = npt.NDArray[np.bool_]
REMAINDER = "remainder"

_hashes: WeakKeyDictionary[AreaDivision, str] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Editions:
    """Two editions that a crosswalk leads between.

    Parameters
    ----------
    old, new
        Where figures come from and where they go.
    tolerance
        m; a piece nowhere wider is a border drawn twice.
    """

    old: AreaDivision
    new: AreaDivision
    tolerance: float

    @cached_property
    def pieces(self) -> Pieces | None:
        """What ground each old area shares with each new one; None if an edition has no polygon at all."""
        if not (has_polygons(self.old) and has_polygons(self.new)):
            return None
        return kept_pieces(self.old, self.new, tolerance=self.tolerance)

    def needs_pieces(self, method: str) -> Pieces:
        """The pieces, for a method that cannot do without.

        Raises
        ------
        InputError
            An edition has no polygons, or the two share no ground.
        """
        found = self.pieces
        if found is None:
            lacking = self.new if has_polygons(self.old) else self.old
            raise InputError(
                f"{lacking.key} has no polygons, and method '{method}' needs them.",
                hint="read the edition's boundaries with gi.read_areas, or use method 'points' with a register that "
                "has delivered codes, or 'table' with a key.",
            )
        if found.noise.all():
            raise CRSError(
                f"{self.old.key} and {self.new.key} share no ground.",
                hint="they are of different parts of the country, or one of them is in another CRS than it says.",
            )
        return found


def figure_areas(areas: AreaDivision) -> Bools:
    """Whether each area has figures; a remainder, drawn only, has none.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> figure_areas(grid_areas(2, 1)).tolist()
    [True, True]
    """
    return np.asarray(areas.table["kind"] != REMAINDER, dtype=bool)


def figure_codes(areas: AreaDivision) -> tuple[str, ...]:
    """Codes of the areas that have figures."""
    return tuple(areas.codes[figure_areas(areas)].tolist())


def has_polygons(areas: AreaDivision) -> bool:
    """Whether any area's border is known."""
    polygons = areas.geometry.to_numpy()
    return bool((~shapely.is_missing(polygons) & ~shapely.is_empty(polygons)).any())


def boundary_hash(areas: AreaDivision) -> str:
    """Content hash of an edition's codes and polygons, 16 hexadecimal digits; empty if it has no polygon.

    Where a ring begins and which way it runs does not matter, nor do names, parents and the display geometry.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> boundary_hash(grid_areas(2, 1)) == boundary_hash(grid_areas(2, 1, size=999.0))
    False
    """
    if areas in _hashes:
        return _hashes[areas]
    polygons = areas.geometry.to_numpy()
    known = ~shapely.is_missing(polygons) & ~shapely.is_empty(polygons)
    if not known.any():
        return ""
    digest = hashlib.sha256("\n".join(areas.codes).encode())
    digest.update(known.tobytes())
    digest.update(fingerprints(polygons[known]).tobytes())
    _hashes[areas] = digest.hexdigest()[:16]
    return _hashes[areas]


def check_editions(old: AreaDivision, new: AreaDivision) -> None:
    """Refuse two editions that no crosswalk can lead between.

    Raises
    ------
    InputError
        One is empty, the two are the same edition, a code stands twice, or areas overlap.
    CRSError
        The two are in different coordinate reference systems.
    """
    check_pair(old, new)
    for areas in (old, new):
        twice = sorted(areas.table.loc[areas.table["code"].duplicated(), "code"])
        if twice:
            raise InputError(
                f"{areas.key} has {len(twice)} codes more than once.",
                hint="read it with gi.read_areas, which tells what they are.",
                failures=[{"code": code} for code in twice],
            )
    if old.key == new.key:
        raise InputError(
            f"Both editions are {old.key}.",
            hint="an area is known by division, edition and code: read one of the two as another edition.",
        )
