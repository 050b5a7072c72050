r"""Whole numbers of recalculated counts, with every sum kept (controlled rounding, Cox 1987).

Each figure becomes the whole number below or above it. Among all choices that keep the sums, the one with the least sum
of squared changes is taken. Where areas are added one way and classes the other, as by sex, there always is one; with
several breakdowns at once there may not be, and figures may then move by up to 2, which is said.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

from gisintegration.areas.codes import parent_code
from gisintegration.change.block import Cells
from gisintegration.change.crosswalk import Crosswalk
from gisintegration.change.links import step_of
from gisintegration.errors import InputError
from gisintegration.indicators.classes import classes
from gisintegration.tables import BREAKDOWNS, TOTAL

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Pieces are whole numbers of a step, a millionth of a person, so that sums of classes differ by a few of them.
_STEPS = 100
_BEYOND = 100.0
_TIE = 1e-5


@dataclass(eq=False)
class _Problem:
    """Which figures go up: one unknown for each that is not whole, and the sums they must keep."""

    floor: Floats
    place: Ints
    at: list[int] = field(default_factory=list)
    of: list[int] = field(default_factory=list)
    sign: list[float] = field(default_factory=list)
    least: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)

    def keep(self, members: Ints, signs: Floats, least: float, most: float) -> None:
        """Keep a signed sum of the figures at ``members`` between two whole numbers."""
        unknown = self.place[members]
        free = unknown >= 0
        if not free.any():
            return
        known = float((signs * self.floor[members]).sum())
        self.at += [len(self.least)] * int(free.sum())
        self.of += unknown[free].tolist()
        self.sign += signs[free].tolist()
        self.least.append(least - known)
        self.most.append(most - known)


@dataclass(frozen=True, eq=False)
class _Relation:
    """A cell that is the sum of others: the areas where it is, how many of them have any, and where it is not."""

    total: int
    members: list[int]
    holds: Bools
    some: int
    off: int
    words: str = ""


def whole_numbers(values: Floats, cells: Cells, crosswalk: Crosswalk) -> Floats:
    """Whole numbers that keep sums over classes and over areas.

    Parameters
    ----------
    values
        Figures of the target's areas, shape (targets, cells); NaN for what is not shown, which no sum counts.
    cells
        Their years and classes.

    Returns
    -------
    ndarray
        Each within 1 of ``values`` (2, with a warning, where no nearer ones keep the sums), none below 0 that was not.
        In each area where the classes of a breakdown add up to their total they still do. For every kommun and for all
        areas together each cell's sum is the same if it was whole, else the whole number below or above. The same
        figures always give the same numbers.

    Warns
    -----
    UserWarning
        Classes add up to their total in some areas and not in all, as after random noise: what cannot be kept there.

    Raises
    ------
    InputError
        No whole numbers keep the sums.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"source": ["a"] * 3, "target": ["x", "y", "z"], "weight": [0.25, 0.25, 0.5]})
    >>> walk = Crosswalk("s/1", "s/2", "table", rows, ("a",), ("x", "y", "z"))
    >>> words = {name: ["total", "men", "women"] if name == "sex" else ["total"] for name in BREAKDOWNS}
    >>> none = np.zeros(3, dtype=np.int64)
    >>> sex = Cells(none + 2020, {name: np.arange(3) if name == "sex" else none for name in BREAKDOWNS}, words)
    >>> people = np.array([[2.5, 1.25, 1.25], [2.5, 1.25, 1.25], [5.0, 2.5, 2.5]])
    >>> made = whole_numbers(people, sex, walk)
    >>> made.sum(axis=0).tolist(), bool((made[:, 0] == made[:, 1] + made[:, 2]).all())
    ([10.0, 5.0, 5.0], True)
    """
    made = values.copy()
    groups = list(_groups(crosswalk))
    for year in cells.years:
        at = np.flatnonzero(cells.year == year)
        here = values[:, at]
        nearly = _STEPS * step_of(float(np.nansum(np.abs(here), axis=0).max(initial=0.0)))
        made[:, at] = _rounded(here, list(_relations(cells, at, here, nearly)), groups, year, nearly)
    return made


def _rounded(
    values: Floats, relations: Sequence[_Relation], groups: Sequence[Ints], year: int, nearly: float
) -> Floats:
    floor = np.floor(values + nearly)
    part = np.where(np.isnan(values), 0.0, values - floor)
    free = part > nearly
    if not free.any():
        return np.where(np.isnan(values), values, floor)
    place = np.where(free, np.cumsum(free.ravel()).reshape(free.shape) - 1, -1).ravel()
    problem = _Problem(np.nan_to_num(floor).ravel(), place)
    _keep_classes(problem, values, relations)
    _keep_areas(problem, values, groups, nearly)
    _tell_of_others(relations, year)
    up = _solved(problem, part[free], year)
    made = np.where(np.isnan(values), values, floor)
    made[free] += up
    return made


def _keep_classes(problem: _Problem, values: Floats, relations: Sequence[_Relation]) -> None:
    width = values.shape[1]
    for relation in relations:
        cells = np.array([relation.total, *relation.members])
        signs = np.array([-1.0, *np.ones(len(relation.members))])
        free = (problem.place.reshape(values.shape)[:, cells] >= 0).any(axis=1)
        for area in np.flatnonzero(free & relation.holds):
            problem.keep(area * width + cells, signs, 0.0, 0.0)


def _tell_of_others(relations: Sequence[_Relation], year: int) -> None:
    told = [f"{one.words} in {one.off} of {one.off + int(one.holds.sum())} areas" for one in relations if one.off]
    if told:
        warnings.warn(
            f"For {year} classes do not add up to their total before rounding, and do not after it: "
            f"{'; '.join(dict.fromkeys(told))}.",
            UserWarning,
            stacklevel=5,
        )


def _keep_areas(problem: _Problem, values: Floats, groups: Sequence[Ints], nearly: float) -> None:
    width = values.shape[1]
    for group in groups:
        for cell in range(width):
            shown = group[~np.isnan(values[group, cell])]
            total = math.fsum(values[shown, cell])
            near = round(total)
            least, most = (near, near) if abs(total - near) <= nearly else (math.floor(total), math.ceil(total))
            problem.keep(shown * width + cell, np.ones(len(shown)), least, most)


def _solved(problem: _Problem, part: Floats, year: int) -> Floats:
    """Which figures go up: by integer programming (HiGHS), which for sums along two lines needs no search."""
    number = len(part)
    cost = 1 - 2 * part + _TIE * np.arange(number) / number
    sums = sparse.csr_array((problem.sign, (problem.at, problem.of)), shape=(len(problem.least), number))
    found = _optimum(cost, sums, problem, np.ones(number))
    if found is not None:
        return found
    warnings.warn(
        f"For {year} no whole numbers within 1 of the figures keep all sums: some move by up to 2.",
        UserWarning,
        stacklevel=6,
    )
    # Beyond the nearest two whole numbers, at a high price.
    wide = sparse.hstack([sums, sums, -sums], format="csr")
    beyond = _BEYOND + np.arange(number) * _TIE / number
    # What lies between 0 and 1 does not go below 0.
    room = np.concatenate([np.ones(2 * number), problem.floor[problem.place >= 0] != 0])
    found = _optimum(np.concatenate([cost, beyond + 1, beyond + 1]), wide, problem, room)
    if found is None:
        raise InputError(
            f"No whole numbers near the figures of {year} keep all sums.",
            hint="leave whole off, or recalculate one breakdown at a time.",
        )
    return found[:number] + found[number : 2 * number] - found[2 * number :]


def _optimum(cost: Floats, sums: sparse.csr_array, problem: _Problem, most: Floats) -> Floats | None:
    answer = optimize.milp(
        cost,
        integrality=np.ones(len(cost)),
        bounds=optimize.Bounds(0, most),
        constraints=optimize.LinearConstraint(sums, problem.least, problem.most),
        options={"mip_rel_gap": 0.0},
    )
    return None if answer.x is None else np.rint(np.asarray(answer.x, dtype=np.float64))


def _groups(crosswalk: Crosswalk) -> Iterator[Ints]:
    """The targets of each kommun, and all of them."""
    division = crosswalk.target.partition("/")[0]
    kommuner: dict[str, list[int]] = {}
    for number, code in enumerate(crosswalk.targets):
        kommun = parent_code(division, code, "kommun")
        if kommun is not None:
            kommuner.setdefault(kommun, []).append(number)
    for _, members in sorted(kommuner.items()):
        yield np.array(members, dtype=np.int64)
    yield np.arange(len(crosswalk.targets), dtype=np.int64)


def _relations(cells: Cells, at: Ints, values: Floats, nearly: float) -> Iterator[_Relation]:
    """Which cells of a year are sums of others: positions among ``at``, and the areas where they are."""
    lists = _lists()
    for breakdown in BREAKDOWNS:
        words = cells.words[breakdown]
        others = [name for name in BREAKDOWNS if name != breakdown]
        alike: dict[tuple[int, ...], dict[str, int]] = {}
        for number, cell in enumerate(at):
            rest = tuple(int(cells.classes[name][cell]) for name in others)
            alike.setdefault(rest, {})[words[cells.classes[breakdown][cell]]] = number
        for _, named in sorted(alike.items()):
            known = [(whole, members) for whole, members in lists.get(breakdown, []) if {whole, *members} <= set(named)]
            every = tuple(word for word in named if word != TOTAL)
            if TOTAL in named and TOTAL not in dict(known):
                known.append((TOTAL, every))
            for whole, members in known:
                found = _adding_up(values, named[whole], [named[word] for word in members], nearly)
                if len(members) > 1 and found.some:
                    yield replace(found, words=f"{', '.join(members)} ({breakdown})")


def _adding_up(values: Floats, total: int, parts: list[int], nearly: float) -> _Relation:
    """The areas where classes add up to a total, and the number of those where they do not."""
    off = np.abs(values[:, parts].sum(axis=1) - values[:, total])
    known = ~np.isnan(off)
    holds = known & (off <= nearly)
    some = int((holds & (values[:, total] != 0)).sum())
    return _Relation(total, parts, holds, some, int((known & ~holds).sum()))


def _lists() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """The classes that share no person, by breakdown, and the classes that are sums of others."""
    found: dict[str, dict[str, list[str]]] = {}
    sums: list[tuple[str, str, tuple[str, ...]]] = []
    for item in classes():
        if item.list:
            found.setdefault(item.breakdown, {}).setdefault(item.list, []).append(item.code)
        if item.sum_of:
            sums.append((item.breakdown, item.code, item.sum_of))
    made = {name: [(TOTAL, tuple(members)) for members in lists.values()] for name, lists in found.items()}
    for name, code, members in sums:
        made.setdefault(name, []).append((code, members))
    return made
