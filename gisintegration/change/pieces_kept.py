"""The pieces of the last pair of editions that were cut by each other, for whatever is made of them next."""

from __future__ import annotations

from weakref import WeakKeyDictionary, ref

from gisintegration.areas import AreaDivision
from gisintegration.change.pieces import Pieces, pieces

_kept: WeakKeyDictionary[AreaDivision, tuple[ref[AreaDivision], Pieces]] = WeakKeyDictionary()


def kept_pieces(old: AreaDivision, new: AreaDivision, *, tolerance: float) -> Pieces:
    """The pieces of two editions: as kept, else cut now and kept for as long as the old edition is.

    Those of an earlier pair with it are let go. The polygons must not be changed in place.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> old, new = (grid_areas(2, 1, edition=edition, division="district") for edition in "12")
    >>> kept_pieces(old, new, tolerance=1.0) is kept_pieces(old, new, tolerance=1.0)
    True
    """
    found = _kept.get(old)
    if found is not None and found[0]() is new and found[1].tolerance == tolerance:
        return found[1]
    made = pieces(old, new, tolerance=tolerance)
    _kept[old] = (ref(new), made)
    return made
