"""What recalculated figures say beside their value: method, reason, policy, type of coordinate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from gisintegration.change.block import PROTECTED, Block
from gisintegration.change.links import Links, Pairs
from gisintegration.change.shares import Figures
from gisintegration.errors import InputError
from gisintegration.tables import Method, Reason

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MIXED = "mixed"
_ESTIMATED = ("recalculated", "modelled", Method.WEIGHTED_SAMPLE.value)


@dataclass(frozen=True, eq=False)
class Marks:
    """A column of texts, as positions in words, shape (targets, cells)."""

    codes: Ints
    words: list[str]


class Summed(Protocol):
    """Which figures of the changed targets are sums of whole areas."""

    @property
    def summed(self) -> Bools: ...


def policies(block: Block, perturbation: Mapping[str, float]) -> Floats:
    """The variance of the noise in each cell's counts, by the policy they were published under.

    Raises
    ------
    InputError
        Areas of one year and class stand under different policies.
    """
    codes, words = block.codes("policy")
    highest, lowest = (
        codes.max(axis=0, initial=-1),
        np.where(codes < 0, len(words), codes).min(axis=0, initial=len(words)),
    )
    mixed = np.flatnonzero((highest != lowest) & (highest >= 0))
    if len(mixed):
        cell = int(mixed[0])
        raise InputError(
            f"'{block.indicator.id}' stands under {words[lowest[cell]]} in some areas and {words[highest[cell]]} in "
            f"others, in {len(mixed)} years and classes: a sum of both is under neither.",
            hint="give one policy for each year.",
            failures=[block.cells.names(int(one)) for one in mixed],
        )
    known = np.array([*(perturbation.get(word, 0.0) for word in words), 0.0])
    return np.asarray(known[highest], dtype=np.float64)


def policy_marks(block: Block, targets: int) -> Marks:
    """The policy of each cell, the same in all areas."""
    codes, words = block.codes("policy")
    return Marks(np.broadcast_to(codes.max(axis=0, initial=-1), (targets, len(block.cells))), words)


def reasons(block: Block, figures: Figures, pairs: Pairs, links: Mapping[int, Links]) -> Marks:
    """Why targets are protected: as their sources, where all are so for one reason; else ``secondary``."""
    words = [str(reason) for reason in Reason]
    codes, given = block.codes("reason")
    place = np.array([*(words.index(word) for word in given), 0])
    of_source = np.where(block.status == PROTECTED, place[codes], 0)
    hidden = figures.status == PROTECTED
    of_source = np.where(hidden & (of_source == 0), words.index(Reason.SECONDARY), of_source)
    made = _copied(of_source, pairs)
    if not hidden.any():
        return Marks(made, words)
    for cut, gives in _years(block, pairs, links):
        here, part = hidden[:, cut][pairs.source], of_source[:, cut][pairs.source]
        found = np.where(pairs.any(gives & here), words.index(Reason.SECONDARY), 0)
        for code in np.unique(part[here]):
            alone = pairs.any(gives & (part == code)) & ~pairs.any(gives & (part != code))
            found = np.where(alone, code, found)
        made[pairs.changed, cut] = found
    return Marks(made, words)


def methods(block: Block, pairs: Pairs, links: Mapping[int, Links], result: Summed, method: str) -> Marks:
    """How targets were made; what an earlier estimate went into stays an estimate."""
    codes, given = block.codes("method")
    words = [Method.SUMMED.value, f"recalculated:{method}"]
    made = np.where(result.summed, 0, 1).astype(np.int64)
    earlier = [word for word in given if word.partition(":")[0] in _ESTIMATED]
    for word in earlier:
        before = codes == given.index(word)
        touched = _copied(before, pairs)
        for cut, gives in _years(block, pairs, links):
            touched[pairs.changed, cut] = pairs.any(gives & before[:, cut][pairs.source])
        both = f"{word}+{method}" if word.startswith("recalculated:") else f"recalculated:{method}"
        made = np.where(touched, np.where(result.summed, len(words), len(words) + 1), made)
        words += [word, both]
    return _without_doubles(made, words)


def coordinate_types(block: Block, pairs: Pairs, links: Mapping[int, Links]) -> Marks:
    """What kind of coordinates placed the persons: the sources' own, or ``mixed``."""
    codes, words = block.codes("coordinate_type")
    made = _copied(codes, pairs, empty=-1)
    held = np.unique(codes[codes >= 0])
    if len(held) == 1:
        made[pairs.changed] = held[0]
        return Marks(made, words)
    words = words if MIXED in words else [*words, MIXED]
    for cut, gives in _years(block, pairs, links):
        part = codes[:, cut][pairs.source]
        number = np.zeros((len(pairs.changed), part.shape[1]), dtype=np.int64)
        found = np.full_like(number, -1)
        for code in held:
            here = pairs.any(gives & (part == code))
            number += here
            found = np.where(here, code, found)
        made[pairs.changed, cut] = np.where(number > 1, words.index(MIXED), found)
    return Marks(made, words)


def _years(block: Block, pairs: Pairs, links: Mapping[int, Links]) -> Iterator[tuple[slice, Bools]]:
    """For each year the cells it has, and which pieces give something."""
    for year, one in links.items():
        at = np.flatnonzero(block.cells.year == year)
        cut = slice(int(at[0]), int(at[-1]) + 1)
        yield cut, np.broadcast_to((one.weight > 0)[:, None], (len(pairs.source), len(at)))


def _copied(of_source: npt.NDArray[np.generic], pairs: Pairs, *, empty: int = 0) -> Ints:
    made = np.full((len(pairs.same), of_source.shape[1]), empty, dtype=np.int64)
    known = pairs.same >= 0
    made[known] = of_source[pairs.same[known]]
    return made


def _without_doubles(codes: Ints, words: list[str]) -> Marks:
    distinct = list(dict.fromkeys(words))
    place = np.array([distinct.index(word) for word in words])
    return Marks(place[codes], distinct)
