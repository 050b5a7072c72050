"""From what lies in each piece to the rows of a crosswalk: one way for every method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.change.crosswalk_editions import Editions, figure_areas
from gisintegration.change.crosswalk_table import ANY_YEAR, POPULATION, weights
from gisintegration.change.pieces import Pieces

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Kind = tuple[str, int]


@dataclass(frozen=True, eq=False)
class Amounts:
    """What each pair of areas holds: persons, or another weight.

    Parameters
    ----------
    old, new
        Positions in the two editions, each pair once.
    of
        (kind, year) → amount of each pair. Not negative; NaN where it is not known.
    """

    old: Ints
    new: Ints
    of: Mapping[Kind, Floats]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Every pair of areas that shares ground beyond the tolerance, or that somebody lives in.

    Parameters
    ----------
    old, new
        Positions, sorted by old, then new.
    area
        m², NaN where not known.
    ground
        m² to weigh by: 0 for a border drawn twice and where not known.
    """

    old: Ints
    new: Ints
    area: Floats
    ground: Floats

    def spread(self, amounts: Amounts, width: int) -> dict[Kind, Floats]:
        """Amounts in the order of these pairs, 0 where there are none."""
        at = np.searchsorted(self._code(self.old, self.new, width), self._code(amounts.old, amounts.new, width))
        spread = {}
        for kind, values in amounts.of.items():
            spread[kind] = np.zeros(len(self.old))
            spread[kind][at] = values
        return spread

    @staticmethod
    def _code(old: Ints, new: Ints, width: int) -> Ints:
        return old * width + new


def all_pairs(editions: Editions, pieces: Pieces | None, old: Ints, new: Ints) -> Pairs:
    """The pairs of areas that have figures: pieces beyond the tolerance, and those given.

    Parameters
    ----------
    old, new
        Pairs that somebody lives in, which count whatever ground they share.
    """
    width = len(editions.new)
    given = old * width + new
    if pieces is None:
        code = np.unique(given)
        nothing = np.full(len(code), np.nan)
        return Pairs(code // width, code % width, nothing, np.zeros(len(code)))
    with_figures = figure_areas(editions.old)[pieces.old] & figure_areas(editions.new)[pieces.new]
    cut = pieces.old.astype(np.int64) * width + pieces.new
    code = np.union1d(cut[with_figures & ~pieces.noise], given)
    at = np.searchsorted(cut, code)
    found = at < len(cut)
    found[found] = cut[at[found]] == code[found]
    area, ground = np.full(len(code), np.nan), np.zeros(len(code))
    area[found] = pieces.area[at[found]]
    ground[found] = np.where(pieces.noise[at[found]], 0.0, area[found])
    return Pairs(code // width, code % width, area, ground)


def table_of(editions: Editions, pairs: Pairs, amounts: Mapping[Kind, Floats], *, known: bool = True) -> pd.DataFrame:
    """The rows of a crosswalk.

    A source with nobody of a kind goes by its population of the year, then of any year, then by ground. One that none
    of these tells anything of has no rows.

    Parameters
    ----------
    amounts
        (kind, year) → amount of each pair.
    known
        The amounts are of something: ``n`` is filled in. False: they only say how to divide.
    """
    any_year = sum((values for (kind, _), values in amounts.items() if kind == POPULATION), np.zeros(len(pairs.old)))
    sources, targets = editions.old.codes[pairs.old], editions.new.codes[pairs.new]
    parts = []
    for (kind, year), own in amounts.items():
        population = amounts.get((POPULATION, year), own)
        weight, fallback = weights(pairs.old, [own, population, np.asarray(any_year), pairs.ground])
        parts.append(
            pd.DataFrame(
                {
                    "kind": kind,
                    "year": year,
                    "source": sources,
                    "target": targets,
                    "weight": weight,
                    "n": own if known else np.nan,
                    "shared_area": pairs.area,
                    "fallback": fallback,
                }
            )[~np.isnan(weight)]
        )
    return pd.concat(parts, ignore_index=True)


def by_ground(pairs: Pairs) -> dict[Kind, Floats]:
    """Ground as the only kind of amount."""
    return {(POPULATION, ANY_YEAR): pairs.ground}


def outside_note(editions: Editions, share: Floats, what: str) -> tuple[str, ...]:
    """A note on sources of which a part lies outside the new edition: their figures go whole to the areas inside.

    Parameters
    ----------
    share
        Part of each source that lies outside, NaN where not known.
    what
        ``ground`` or ``persons``.
    """
    much = figure_areas(editions.old) & (share > _MUCH) & (share < 1)
    if not much.any():
        return ()
    codes = editions.old.codes[much]
    shown = ", ".join(codes[:_SHOWN]) + (", …" if len(codes) > _SHOWN else "")
    note = (
        f"{len(codes)} areas of {editions.old.key} lie with more than {_MUCH:.0%} of their {what} outside "
        f"{editions.new.key} ({shown}): their figures go whole to the areas inside it."
    )
    return (note,)


def orphan_note(editions: Editions, table: pd.DataFrame) -> tuple[str, ...]:
    """A note on the sources that have no rows."""
    sources = set(editions.old.codes[figure_areas(editions.old)])
    lost = sorted(sources - set(table["source"]))
    if not lost:
        return ()
    shown = ", ".join(lost[:_SHOWN]) + (", …" if len(lost) > _SHOWN else "")
    return (f"{len(lost)} areas of {editions.old.key} have no rows, nothing tells where they lie: {shown}.",)


_MUCH, _SHOWN = 0.1, 5


def whole(table: pd.DataFrame, centre: pd.Series | None = None) -> pd.DataFrame:
    """Rows in which every source goes to one target: where its centre lies, if it is among its own, else the heaviest.

    Parameters
    ----------
    centre
        The new area that holds an old area's centre, by the old area's code; None: the heaviest, the lowest code of
        equals.

    Examples
    --------
    >>> rows = pd.DataFrame({"source": "a", "target": ["x", "y"], "weight": [0.4, 0.6]}).assign(kind="all", year=0)
    >>> whole(rows)["weight"].tolist(), whole(rows, pd.Series({"a": "x"}))["weight"].tolist()
    ([0.0, 1.0], [1.0, 0.0])
    """
    table = table.sort_values(["kind", "year", "source", "target"], kind="stable", ignore_index=True)
    group = table.groupby(["kind", "year", "source"], sort=False)
    best = group["weight"].transform("idxmax").to_numpy()
    if centre is not None:
        here = np.asarray(table["source"].map(centre.to_dict()) == table["target"], dtype=bool)
        rows = pd.Series(np.where(here, np.arange(len(table)), -1), index=table.index)
        own = rows.groupby([table["kind"], table["year"], table["source"]], sort=False).transform("max").to_numpy()
        best = np.where(own >= 0, own, best)
    return table.assign(weight=(np.arange(len(table)) == best).astype(np.float64))
