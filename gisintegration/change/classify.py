"""What became of each area, told from the links between two editions and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Relation(StrEnum):
    """What became of an old area, or what a new area came from."""

    UNCHANGED = "unchanged"
    RECODED = "recoded"
    SPLIT = "split"
    MERGED = "merged"
    ADJUSTED = "adjusted"
    EXTENDED_OVER_WATER = "extended_over_water"
    ENDED = "ended"
    NEW = "new"
    UNKNOWN_ORIGIN = "unknown_origin"


@dataclass(frozen=True)
class Links:
    """Two editions and which of their areas share ground: what :func:`classify` needs to know.

    Parameters
    ----------
    old, new
        Positions of the areas of each link.
    same
        For each old area the position of the new area with its code, −1 for none.
    known_old, known_new
        Whether what ground an area covers is known.
    gained
        New areas with ground that lay in no old area, water apart.
    water
        New areas with water that lay in no old area.
    lost
        Old areas with ground that lies in no new area.
    """

    old: Ints
    new: Ints
    same: Ints
    known_old: Bools
    known_new: Bools
    gained: Bools
    water: Bools
    lost: Bools


def classify(links: Links) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """The relation of each old and of each new area.

    An old area all of whose links go to new areas that have no other link is ``split`` (two or more) or ``recoded``
    (one, with another code); ``merged`` is the same the other way round. These hold whatever codes the areas have. Of
    the rest, areas with the same code in both editions that share ground are ``unchanged``, ``extended_over_water`` or
    ``adjusted``; others are ``ended`` and ``new``. Areas whose ground is not known, and new areas that only share
    ground with such, are ``unknown_origin``.

    Examples
    --------
    >>> yes, no = np.ones(2, dtype=bool), np.zeros(2, dtype=bool)
    >>> both, none = np.array([0, 0]), np.array([-1, -1])
    >>> split = Links(both, np.array([0, 1]), none, yes, yes, no, no, no)
    >>> [str(word) for word in classify(split)[1]]
    ['split', 'split']
    """
    shape_old, shape_new = len(links.known_old), len(links.known_new)
    together = links.same[links.old] == links.new
    kept_old, kept_new = np.zeros(shape_old, dtype=bool), np.zeros(shape_new, dtype=bool)
    kept_old[links.old[together]], kept_new[links.new[together]] = True, True
    old_words, new_words = objects_of(shape_old, Relation.ENDED), objects_of(shape_new, Relation.NEW)
    old_words[kept_old], new_words[kept_new] = Relation.ADJUSTED, Relation.ADJUSTED
    _unknown(links, old_words, new_words, kept_new)
    _pure(links, old_words, new_words, together)
    return old_words, new_words


def objects_of(count: int, word: Relation) -> npt.NDArray[np.object_]:
    """An array of one word."""
    words = np.empty(count, dtype=object)
    words[:] = word
    return words


def _unknown(
    links: Links, old_words: npt.NDArray[np.object_], new_words: npt.NDArray[np.object_], kept_new: Bools
) -> None:
    """Areas without known ground, and new areas of which all or an unnamed part comes from such."""
    from_known, from_unknown = np.zeros(len(new_words), dtype=bool), np.zeros(len(new_words), dtype=bool)
    from_known[links.new[links.known_old[links.old]]] = True
    from_unknown[links.new[~links.known_old[links.old]]] = True
    origin = ~links.known_new | ~from_known | (from_unknown & ~kept_new)
    new_words[origin] = Relation.UNKNOWN_ORIGIN
    old_words[~links.known_old] = Relation.UNKNOWN_ORIGIN


def _pure(
    links: Links, old_words: npt.NDArray[np.object_], new_words: npt.NDArray[np.object_], together: Bools
) -> None:
    """Unchanged, recoded, split and merged: a cluster of links that nothing else has to do with."""
    degree_old = np.bincount(links.old, minlength=len(old_words))
    degree_new = np.bincount(links.new, minlength=len(new_words))
    sound = links.known_old[links.old] & links.known_new[links.new]
    sound &= ~links.lost[links.old] & ~links.gained[links.new]
    single_old, single_new = degree_old[links.old] == 1, degree_new[links.new] == 1
    whole_old = np.bincount(links.old, single_new & sound, minlength=len(old_words)) == degree_old
    whole_new = np.bincount(links.new, single_old & sound, minlength=len(new_words)) == degree_new
    one = single_old & single_new & sound
    split = ~single_old & whole_old[links.old]
    merged = ~single_new & whole_new[links.new]
    for which, word in (
        (one & ~together, Relation.RECODED),
        (one & together, Relation.UNCHANGED),
        (one & together & links.water[links.new], Relation.EXTENDED_OVER_WATER),
        (split, Relation.SPLIT),
        (merged, Relation.MERGED),
    ):
        old_words[links.old[which]], new_words[links.new[which]] = word, word
