"""Which pieces sources and targets cut each other into, and what is known of each piece in a year."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from gisintegration.change.crosswalk import ANY_YEAR, POPULATION, Crosswalk, positions
from gisintegration.errors import CodeError, InputError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

POINTS = "points"
BEST_FIT = "best_fit"
_SQUARE_KILOMETRE = 1e6
_TOLERANCE = 1e-9
# Pieces are whole numbers of a step, 2 to the second; sums of them are exact while totals are below 2 to the first. Two
# steps only, so that an area's figure does not depend on which others are beside it.
_STEPS = ((33, -20), (43, -10))


@dataclass(frozen=True, eq=False)
class Links:
    """The pieces of one kind of weight and one data year, in the order of :class:`Pairs`.

    Parameters
    ----------
    weight
        Part of the source's figure that goes to the target; 0 where the two touch and nobody is expected there.
    whole
        The source lies in this target alone, as far as is known.
    largest
        The source's piece with the largest weight, which takes what is left when the others are rounded.
    inside, everyone
        Persons in the piece and in its source, counted in the figure's own year; NaN where not known.
    own, own_all
        As these, of the kind of the weights.
    years
        Between weights and figure; NaN where the weights speak of no year.
    base
        Persons in the source in the year of the weights; NaN where not known.
    estimated
        What the weight is made of is known, so that a weight of 0 expects nobody there; not so of ``best_fit``, which
        gives whole sources to others.
    """

    weight: Floats
    whole: Bools
    largest: Bools
    inside: Floats
    everyone: Floats
    own: Floats
    own_all: Floats
    years: float
    base: Floats
    estimated: Bools


class Pairs:
    """Every pair of a source and a target that meet, in some year and for some kind of the crosswalk.

    Notes
    -----
    ``same[t]`` is the source that is the same area as target ``t``, −1 where there is none: each meets only the other.
    The pairs kept in ``source`` and ``target`` are the others; ``target`` counts within ``changed``. ``ground``: km² of
    each source, NaN where not known.
    """

    def __init__(self, crosswalk: Crosswalk) -> None:
        table = crosswalk.table
        self.crosswalk = crosswalk
        self._size = len(crosswalk.targets)
        self._years = table["year"].to_numpy()
        self._weight = table["weight"].to_numpy()
        self._n = table["n"].to_numpy()
        source, target = (_placed(table[name], getattr(crosswalk, f"{name}s"), name) for name in ("source", "target"))
        self._keys = source * self._size + target
        pairs, first = np.unique(self._keys, return_index=True)
        of_source, of_target = pairs // self._size, pairs % self._size
        alone = (np.bincount(of_source)[of_source] == 1) & (np.bincount(of_target)[of_target] == 1)
        self.same = np.full(self._size, -1, dtype=np.int64)
        self.same[of_target[alone]] = of_source[alone]
        self._kept = pairs[~alone]
        self.source: Ints = of_source[~alone]
        self.changed: Ints = np.unique(of_target[~alone])
        self.target: Ints = np.searchsorted(self.changed, of_target[~alone])
        self.only: Bools = np.bincount(of_source)[self.source] == 1
        self.meets: Bools = np.bincount(of_source, minlength=len(crosswalk.sources)) > 0
        area = table["shared_area"].to_numpy()[first]
        self.ground: Floats = np.bincount(of_source, area, minlength=len(crosswalk.sources)) / _SQUARE_KILOMETRE
        number = len(self.source)
        shape = (len(self.changed), number)
        self._sums = sparse.csr_array((np.ones(number), (self.target, np.arange(number))), shape=shape)
        kinds = table["kind"].to_numpy(dtype=object)
        self._by_kind: dict[str, Ints] = {kind: np.flatnonzero(kinds == kind) for kind in crosswalk.kinds}
        self._known_years = {kind: np.unique(self._years[rows]).tolist() for kind, rows in self._by_kind.items()}
        self._known: dict[tuple[str, int], Links] = {}

    def sums(self, values: npt.NDArray[Any]) -> Floats:
        """Of values of the pieces, shape (pieces, cells), the sum by changed target."""
        return np.asarray(self._sums @ np.asarray(values, dtype=np.float64))

    def any(self, mask: Bools) -> Bools:
        """Of marks on the pieces, whether some piece of a changed target has one."""
        return self.sums(mask) > 0

    def of(self, kind: str, year: int) -> Links:
        """The pieces with the weights of a kind that are nearest to a data year."""
        if (kind, year) not in self._known:
            self._known[kind, year] = self._made(kind, year)
        return self._known[kind, year]

    def everyone(self, kind: str, year: int) -> Floats:
        """Persons in each source in the year whose weights a figure of ``year`` takes, NaN where not counted."""
        nearest = self._nearest(kind, year)
        chosen = self._by_kind.get(POPULATION, np.zeros(0, dtype=np.int64))
        rows = chosen[self._years[chosen] == nearest]
        if self.crosswalk.method != POINTS or not len(rows):
            return np.full(len(self.crosswalk.sources), np.nan)
        found = np.bincount(self._keys[rows] // self._size, self._n[rows], minlength=len(self.crosswalk.sources))
        return np.asarray(found, dtype=np.float64)

    def weights_year(self, kind: str, year: int) -> int | None:
        """The data year that the weights taken for a figure of ``year`` speak of; None for none."""
        nearest = self._nearest(kind, year)
        return nearest if nearest != ANY_YEAR else self.crosswalk.weights_year

    def _nearest(self, kind: str, year: int) -> int:
        return int(max(self._known_years[kind], key=lambda known: (-abs(known - year), known)))

    def _made(self, kind: str, year: int) -> Links:
        nearest = self._nearest(kind, year)
        rows = self._by_kind[kind][self._years[self._by_kind[kind]] == nearest]
        weight = self._spread(rows, self._weight, 0.0)
        _check_sums(self._keys[rows] // self._size, self._weight[rows], self.crosswalk)
        same_year = nearest == year and self.crosswalk.method == POINTS
        own = self._spread(rows, self._n, 0.0) if same_year else np.full(len(weight), np.nan)
        inside = self._people(year)
        everyone = self._over_sources(inside)
        whole = self.only | (~np.isnan(everyone) & (inside == everyone) & (everyone > 0))
        speaks_of = self.weights_year(kind, year)
        return Links(
            weight=weight,
            whole=whole,
            largest=self._largest(weight),
            inside=inside,
            everyone=everyone,
            own=own,
            own_all=self._over_sources(own),
            years=np.nan if speaks_of is None else float(abs(year - speaks_of)),
            base=self.everyone(kind, year)[self.source],
            estimated=~np.isnan(self._spread(rows, self._n, np.nan)) & (BEST_FIT not in self.crosswalk.method),
        )

    def _people(self, year: int) -> Floats:
        """Persons in each piece in the year, NaN where the crosswalk did not count them."""
        unknown = np.full(len(self.source), np.nan)
        if self.crosswalk.method != POINTS or POPULATION not in self._by_kind or year == ANY_YEAR:
            return unknown
        rows = self._by_kind[POPULATION][self._years[self._by_kind[POPULATION]] == year]
        return self._spread(rows, self._n, 0.0) if len(rows) else unknown

    def _spread(self, rows: Ints, values: Floats, empty: float) -> Floats:
        """Values of some of the crosswalk's rows on the pieces."""
        found = np.full(len(self._kept), empty)
        place = np.searchsorted(self._kept, self._keys[rows])
        inside = place < len(self._kept)
        inside[inside] = self._kept[place[inside]] == self._keys[rows][inside]
        found[place[inside]] = values[rows[inside]]
        return found

    def _over_sources(self, values: Floats) -> Floats:
        """The sum over each piece's source, on the pieces."""
        total = np.bincount(self.source, values, minlength=len(self.crosswalk.sources))
        return np.asarray(total[self.source], dtype=np.float64)

    def _largest(self, weight: Floats) -> Bools:
        order = np.lexsort((self._kept, -weight, self.source))
        first = np.ones(len(order), dtype=bool)
        first[1:] = self.source[order][1:] != self.source[order][:-1]
        found = np.zeros(len(order), dtype=bool)
        found[order[first]] = True
        return found


@lru_cache(maxsize=4)
def pairs_of(crosswalk: Crosswalk) -> Pairs:
    """The pairs of a crosswalk, kept for the tables that come next."""
    return Pairs(crosswalk)


def shared_out(values: Floats, pairs: Pairs, links: Links) -> Floats:
    r"""What each piece gets of its source's figure, shape (pieces, cells). NaN counts as nothing.

    Notes
    -----
    A piece gets :math:`n \cdot w`, rounded to a step of :math:`2^{-20}`, a millionth of a person (:math:`2^{-10}` where
    a total is above :math:`2^{33}`, as sums of kronor are). The source's largest piece takes what the others leave. So
    the pieces of a source add up to it exactly; and where the figures are whole numbers all sums of pieces are exact,
    in any order, and so are all totals. A figure that is a whole number of persons in each piece comes out as that
    number. Where the others would take more than there is, all are rounded towards 0, so that no piece is below it.
    """
    given = np.nan_to_num(values, nan=0.0)
    step = step_of(float(np.abs(given).sum(axis=0).max(initial=0.0)))
    pieces = given[pairs.source]
    split = links.weight < 1
    owner, rest = pairs.source[split], links.largest[split]
    part = np.rint(pieces[split] * links.weight[split, None] / step) * step
    part[rest] = 0.0
    taken = np.zeros_like(given)
    np.add.at(taken, owner, part)
    # Of a figure of a few steps many pieces may round up to more than there is.
    beyond = np.abs(taken) > np.abs(given)
    if beyond.any():
        down = np.trunc(pieces[split] * links.weight[split, None] / step) * step
        down[rest] = 0.0
        part = np.where(beyond[owner], down, part)
        taken[:] = 0.0
        np.add.at(taken, owner, part)
    part[rest] = (given - taken)[owner[rest]]
    pieces[split] = part
    return pieces


def step_of(total: float) -> float:
    """The step that pieces of figures are whole numbers of, for the largest sum of all sources.

    Examples
    --------
    >>> step_of(1e6) == 2**-20, step_of(1e12) == 2**-10
    (True, True)
    """
    size = int(np.frexp(total)[1])
    return float(2.0 ** next((finest for below, finest in _STEPS if size <= below), size - 53))


def _placed(codes: pd.Series, among: tuple[str, ...], side: str) -> Ints:
    place = positions(codes.tolist(), among)
    if (place < 0).any():
        unknown = sorted(set(codes[place < 0]))
        raise CodeError(
            f"The crosswalk has {side} codes that are not among its {side}s: {', '.join(unknown[:5])}.",
            hint=f"list every code of the edition in {side}s.",
        )
    return place


def _check_sums(source: Ints, weight: Floats, crosswalk: Crosswalk) -> None:
    total = np.bincount(source, weight)
    wrong = np.flatnonzero((np.bincount(source) > 0) & (np.abs(total - 1) > _TOLERANCE))
    if len(wrong):
        raise InputError(
            f"The weights of {len(wrong)} areas of {crosswalk.source} do not sum to 1: figures would be lost or made.",
            hint="make the crosswalk with gi.crosswalk, or check the table with its verify().",
            failures=[{"source": crosswalk.sources[place], "weights": float(total[place])} for place in wrong],
        )
