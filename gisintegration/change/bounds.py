r"""Between what a recalculated figure must lie, from what is known of each piece.

A source wholly inside the target brings all it has; of one that only touches it, any part may lie inside. With ``M``
persons in the piece and ``N`` in its source, counted in the figure's own year, at least ``max(0, n − (N − M))`` and at
most ``min(n, M)`` of ``n`` persons lie in the piece (Fréchet 1951; the bounds that NHGIS gives with its time series
tables are those without ``M``). A target's bounds are the sums over its sources.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Interval = tuple[Floats, Floats]

# A likely range is this many standard deviations of the noise to each side.
LIKELY = 2.0


@dataclass(frozen=True, eq=False)
class Room:
    """What is known of pieces, shape (pieces, 1) or (pieces, cells).

    Parameters
    ----------
    whole
        The source lies in this target alone.
    inside, everyone
        Persons in the piece and in its source in the figure's year; NaN where not known.
    adrift
        Persons of the source beside those, who may live in any of its pieces: the table counts them and the crosswalk
        did not, as they have no place.
    """

    whole: Bools
    inside: Floats
    everyone: Floats
    adrift: Floats | float = 0.0


def in_piece(low: Floats, high: Floats, room: Room) -> Interval:
    """Between what a piece's number of persons lies, when its source has ``low`` to ``high`` of them.

    Parameters
    ----------
    low, high
        Of the source. A source whose figure is hidden has 0 and infinity.

    Notes
    -----
    A source that has more of them than persons was not counted among the same persons; the piece may then hold any
    part.

    Examples
    --------
    >>> room = Room(whole=np.array([False]), inside=np.array([40.0]), everyone=np.array([800.0]))
    >>> [bound.tolist() for bound in in_piece(np.array([200.0]), np.array([200.0]), room)]
    [[0.0], [40.0]]
    >>> [bound.tolist() for bound in in_piece(np.array([790.0]), np.array([790.0]), room)]
    [[30.0], [40.0]]
    """
    hidden = np.isinf(high)
    told = ~np.isnan(room.inside) & (hidden | (high <= room.everyone + room.adrift))
    outside = room.everyone - room.inside + room.adrift
    least = np.where(told, np.maximum(low - outside, 0.0), 0.0)
    most = np.where(told, np.minimum(high, room.inside + room.adrift), high)
    return np.where(room.whole, low, least), np.where(room.whole, high, most)


def amount_in_piece(low: Floats, high: Floats, room: Room, *, signed: bool) -> Interval:
    """The same for a sum of amounts: anything from nothing to all of it, or any figure where amounts may be negative.

    Examples
    --------
    >>> room = Room(whole=np.array([False]), inside=np.array([np.nan]), everyone=np.array([np.nan]))
    >>> [bound.tolist() for bound in amount_in_piece(np.array([5.0]), np.array([5.0]), room, signed=True)]
    [[-inf], [inf]]
    """
    nobody = room.inside + room.adrift == 0
    least, most = (np.full_like(low, -np.inf), np.full_like(high, np.inf)) if signed else (np.zeros_like(low), high)
    part = np.where(nobody, 0.0, least), np.where(nobody, 0.0, most)
    return np.where(room.whole, low, part[0]), np.where(room.whole, high, part[1])


def share_parts(top: Interval, base: Interval, room: Room) -> tuple[Interval, Interval]:
    r"""For each piece the numbers with and without the property that make a target's share lowest and highest.

    Parameters
    ----------
    top, base
        Persons with the property, and all, of the sources: least and most.

    Returns
    -------
    tuple
        ``(top, rest)`` for the lowest share and ``(top, rest)`` for the highest.

    Notes
    -----
    Of :math:`m` persons in a piece :math:`x \le \min(n, m)` have the property. A person who has it raises the share and
    one who lacks it lowers it, so that the highest share has :math:`m` as near :math:`n` as :math:`m` can be, and the
    lowest has it as near :math:`N - n`. Numerator and denominator are thus never at bounds that exclude each other.

    Examples
    --------
    >>> room = Room(whole=np.array([False]), inside=np.array([np.nan]), everyone=np.array([np.nan]))
    >>> n, everyone = np.array([200.0]), np.array([800.0])
    >>> lowest, highest = share_parts((n, n), (everyone, everyone), room)
    >>> [part.tolist() for part in lowest], [part.tolist() for part in highest]
    ([[0.0], [600.0]], [[200.0], [0.0]])
    """
    least, most = in_piece(base[0], base[1], room)
    rest = np.maximum(base[0] - top[1], 0.0), base[1] - np.where(np.isinf(base[1]), 0.0, top[0])
    high_top, high_rest = np.minimum(top[1], most), np.maximum(least - top[1], 0.0)
    low_rest, low_top = np.minimum(rest[1], most), np.maximum(least - rest[1], 0.0)
    lowest = np.where(room.whole, top[0], low_top), np.where(room.whole, rest[1], low_rest)
    highest = np.where(room.whole, top[1], high_top), np.where(room.whole, rest[0], high_rest)
    return lowest, highest


def as_share(lowest: Interval, highest: Interval, scale: float) -> Interval:
    """Bounds of a share from the sums over a target's pieces that :func:`share_parts` gave.

    Where only persons with the property need be inside the lowest share is all of them, and the other way round.

    Examples
    --------
    >>> low, high = as_share((np.array([240.0]), np.array([1560.0])), (np.array([440.0]), np.array([960.0])), 100.0)
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([13.33], [31.43])
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        low = lowest[0] / (lowest[0] + lowest[1])
        high = highest[0] / (highest[0] + highest[1])
    low = np.where(np.isinf(lowest[1]), 0.0, np.where(lowest[0] + lowest[1] == 0, 1.0, low))
    high = np.where(np.isinf(highest[0]), 1.0, np.where(highest[0] + highest[1] == 0, 0.0, high))
    return low * scale, high * scale


def as_quotient(top: Interval, base: Interval, scale: float) -> Interval:
    """Bounds of a mean or ratio from the sums over a target's pieces; NaN where there are none.

    Examples
    --------
    >>> low, high = as_quotient((np.array([10.0]), np.array([30.0])), (np.array([0.0]), np.array([5.0])), 1.0)
    >>> low.tolist(), high.tolist()
    ([2.0], [nan])
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        low = np.where(top[0] >= 0, top[0] / base[1], top[0] / base[0]) * scale
        high = np.where(top[1] >= 0, top[1] / base[0], top[1] / base[1]) * scale
    return np.where(np.isfinite(low), low, np.nan), np.where(np.isfinite(high), high, np.nan)
