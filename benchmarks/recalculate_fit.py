"""The error model's parameters, found where the truth is known: errors of figures, and what each cause has in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from recalculate_compare import Way
from recalculate_truth import INDICATORS, LAST, OWN, POPULATION, Case
from scipy.optimize import minimize

Floats = npt.NDArray[np.float64]
# The 90 % interval is 1.645 standard errors each way.
LEVEL, TIMES = 0.9, 1.6448536269514722
CAUSES = ("own", "base", "per_year", "per_growth")
# Exponents of the source's ground in the common part, and the km² it is held within: squares of 1 km tell more of
# larger areas. Tried: −1, −0.75 … 0.75 for each method; only for the grid was another than 0 better.
SIZE = {"grid": -0.5}
GROUND = (0.1, 10.0)
# A source that grew by less has hardly grown.
STILL = 0.05
_TERMS = ["drawn", *CAUSES]


def contributions(case: Case, way: Way) -> pd.DataFrame:
    """What each cause would add to the variance of each inexact figure, were its parameter 1, and the figure's error.

    One row an indicator, new area and year. ``drawn`` and ``CAUSES`` as in
    :class:`gisintegration.change.errors.ErrorModel`; ``error`` and ``figure`` in persons, as a share, or in kronor;
    ``what``: count, share or mean. Of a mean, ``drawn`` and ``own`` are to be multiplied by the square of ``spread``.
    """
    return pd.concat([_of_year(case, way, year) for year in way.years], ignore_index=True)


def _of_year(case: Case, way: Way, year: int) -> pd.DataFrame:
    made = [_figures(case, way, year, name) for name in INDICATORS]
    made = [frame.assign(indicator=name) for name, frame in zip(INDICATORS, made, strict=True) if len(frame)]
    frame = pd.concat(made, ignore_index=True).assign(year=year, distance=way.distance(year))
    return frame.assign(case=case.name, seed=case.seed, way=way.label).dropna(subset=["error"])


def _figures(case: Case, way: Way, year: int, name: str) -> pd.DataFrame:
    top, base, own_kind = INDICATORS[name]
    kind = own_kind if own_kind in way.walk.kinds else POPULATION
    rows = way.walk.rows(kind, way.walk.nearest_year(year))
    source, target, w = rows["source"], rows["target"].to_numpy(), rows["weight"].to_numpy()
    before, after = case.before[year], case.after[year]
    growth = pd.Series(0.0, index=before.index)
    if way.distance(year) > 0:
        later = case.before[LAST]["persons"]
        growth = (before["persons"] / later - 1).where(later > 0, 0.0)
    g2, q = source.map(growth).to_numpy() ** 2, w * (1 - w)
    n = source.map(before[top]).to_numpy()
    of = n if base is None else source.map(before[base]).to_numpy()
    sums = pd.DataFrame({"top": w * n, "base": w * of}).groupby(target).sum()
    truth = after[top].reindex(sums.index)
    scale, figure, what = 1.0, sums["top"], "count"
    if base is None:
        left = np.clip(1 - n / source.map(before[OWN[kind]]).to_numpy(), 0, 1) if way.same_year else np.ones(len(n))
        left = np.nan_to_num(left)
        drawn, own, common = n * q * left, _pairs(n) * q * left, _pairs(n) * q * left
        own = own * (top != "persons" or kind != POPULATION)
    else:
        scale, figure, truth = sums["base"] ** 2, sums["top"] / sums["base"], truth / after[base].reindex(sums.index)
        quotient = figure.reindex(target).to_numpy()
        common = (n - quotient * of) ** 2 * q
        if top == "income":
            what, each = "mean", np.divide(n, of, out=np.zeros(len(n)), where=of > 0)
            drawn, own = of * q * each**2, _pairs(of) * q * each**2
        else:
            what, rest = "share", of - n
            drawn = q * ((1 - quotient) ** 2 * n + quotient**2 * rest)
            own = q * ((1 - quotient) ** 2 * _pairs(n) + quotient**2 * _pairs(rest))
    ground = rows.groupby("source")["shared_area"].transform("sum").to_numpy() / 1e6
    extent = np.clip(ground, *GROUND) ** SIZE.get(way.walk.method, 0.0)
    parts = {"drawn": drawn, "own": own, "base": common * extent, "per_year": common * way.distance(year)}
    parts["per_growth"] = common * g2
    frame = pd.DataFrame(parts, index=rows.index).groupby(target).sum().div(scale, axis=0)
    frame = frame.assign(error=figure - truth, figure=figure, what=what)
    exact = way.same_year and OWN[kind] == top and base is None
    return frame[(frame["drawn"] > 0) & (not exact)].rename_axis("area").reset_index()


def _pairs(n: Floats) -> Floats:
    return n * np.maximum(n - 1, 0)


@dataclass(frozen=True)
class Fit:
    """Parameters of the error model."""

    own: float = 0.0
    base: float = 0.0
    per_year: float = 0.0
    per_growth: float = 0.0
    spread: float = 1.0

    def errors(self, rows: pd.DataFrame) -> Floats:
        """Standard errors."""
        mean = np.where(rows["what"] == "mean", self.spread**2, 1.0)
        people = mean * (rows["drawn"] + self.own * rows["own"])
        moved = sum(getattr(self, cause) * rows[cause] for cause in CAUSES[1:])
        return np.sqrt(people + moved).to_numpy()


def drift(rows: pd.DataFrame) -> float:
    """``per_year`` of points: what everyone drifts in a year where the source has hardly grown.

    Fitted together with growth it would be 0, since growth tells more; but areas of the same size change too.
    """
    far = (rows["way"] == "points") & (rows["indicator"] == "population") & (rows["distance"] > 0)
    still = rows[far & (rows["per_growth"] < STILL**2 * rows["base"])]
    excess = (still["error"] / TIMES) ** 2 - still["drawn"]
    return max(float((excess / still["per_year"]).quantile(LEVEL)), 0.0)


def fitted(rows: pd.DataFrame, *, free: Sequence[str] = CAUSES, per_year: float = 0.0) -> Fit:
    """The parameters whose 90 % intervals are shortest for how often they miss (the interval score, a proper one).

    Quantiles are matched, not moments, since errors have heavy tails. Each figure counts in units of what drawing
    persons one by one, and a hundredth of the variance of moving all together, would give; a kommun counts by the
    square root of its figures: neither large areas nor large kommuner decide alone. ``spread`` is then the one that
    covers 90 % of the means.
    """
    some = rows[rows["what"] != "mean"]
    table, error = some[_TERMS].to_numpy(), some["error"].abs().to_numpy()
    unit = np.sqrt(table[:, 0] + 0.01 * table[:, 2])
    kommun = some["area"].str[:4]
    weight = kommun.map(1 / np.sqrt(kommun.value_counts())).to_numpy()
    places = [_TERMS.index(name) for name in free]

    def score(logs: Floats) -> float:
        factors = np.zeros(len(_TERMS))
        factors[0], factors[_TERMS.index("per_year")] = 1.0, per_year
        factors[places] = np.exp(logs)
        reach = TIMES * np.sqrt(table @ factors)
        return float(np.average((reach + np.maximum(error - reach, 0) / (1 - LEVEL)) / unit, weights=weight))

    starts = ([-6.0] * len(places), [-4.0, -5.0, -7.0, 0.5][: len(places)])
    options = {"maxiter": 1500, "xatol": 1e-3, "fatol": 1e-7}
    tries = [minimize(score, start, method="Nelder-Mead", options=options) for start in starts]
    best = min(tries, key=lambda tried: tried.fun)
    found = dict.fromkeys(CAUSES, 0.0) | {"per_year": per_year}
    found |= {name: float(np.exp(x)) if x > -9 else 0.0 for name, x in zip(free, best.x, strict=True)}
    means = rows[rows["what"] == "mean"]
    people = (means["drawn"] + found["own"] * means["own"]).to_numpy()
    moved = sum(found[cause] * means[cause] for cause in CAUSES[1:])
    needed = np.sqrt(np.maximum((means["error"] / TIMES) ** 2 - moved, 0.0) / people)
    return Fit(**found, spread=float(np.quantile(needed, LEVEL)))


def coverage(rows: pd.DataFrame, errors: Floats) -> pd.Series:
    """Share of truths within 1.645 standard errors, per cent, and the median width of the interval by the figure."""
    reach = TIMES * errors
    relative = 2 * reach / rows["figure"].where(rows["figure"] > 0)
    return pd.Series(
        {
            "figures": len(rows),
            "coverage": 100 * float((rows["error"].abs() <= reach + 1e-9).mean()),
            "width": 100 * float(relative.median()),
        }
    )


def halves(areas: Sequence[str], seed: int) -> frozenset[str]:
    """The kommuner that are fitted on: by region, one of every two that come after each other by number of areas.

    Which of the two is drawn by seed, so that both halves hold large kommuner and small ones of both regions.
    """
    number = pd.Series([code[:4] for code in areas]).value_counts()
    rng, chosen = np.random.default_rng(seed), []
    for _, region in number.groupby(number.index.str[:2]):
        ordered = sorted(region.index, key=lambda kommun: (-region[kommun], kommun))
        for place in range(0, len(ordered), 2):
            pair = ordered[place : place + 2]
            chosen.append(pair[int(rng.integers(0, 2)) % len(pair)] if len(pair) == 2 else "")
    return frozenset(chosen) - {""}


# How much a source has grown is known from points alone: the others do not tell its population in their year.
WITHOUT_GROWTH = ("own", "base", "per_year")
# The ways that each method's parameters are fitted on, and which of them may be above 0.
FAMILIES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "points": (("points, same year", "points"), ("own", "base", "per_growth")),
    "target": (("target",), WITHOUT_GROWTH),
    "grid": (("grid",), WITHOUT_GROWTH),
    "area": (("area",), ("own", "base")),
}
_WHERE = (
    "Göteborgsregionen and Dalarna: the change of 2025 and made second editions, synthetic population of 2018, 2021, "
    "2023 and 2024"
)
_SAME = {"weights": "grid", "default": "area"}
_HEAD = """\
# Parameters of the error model by the method of the crosswalk; `default` for one that is not listed. Written by
# `python benchmarks/recalculate.py --write`. How they were found: docs/recalculation.md, "How it was fitted".
# own, base, per_year, per_growth: parts of rho; size: exponent of ground. unknown_years, unknown_growth: taken where
# these are not known. spread: coefficient of variation of an amount (an income) between persons.
# weights: as grid, not fitted itself: a layer may be as coarse. default: as area. best_fit sends whole areas: how wrong
# it is cannot be told from a weight of 0 or 1, and its figures have bounds and no standard error.
"""


def fit_all(rows: pd.DataFrame) -> dict[str, Fit]:
    """The parameters of each method, fitted on the figures given."""
    made = {}
    for method, (labels, free) in FAMILIES.items():
        some = rows[rows["way"].isin(labels)]
        made[method] = fitted(some, free=free, per_year=drift(some) if method == "points" else 0.0)
    return made


def written(fits: Mapping[str, Fit], rows: pd.DataFrame) -> str:
    """The parameters as the toolkit reads them."""
    points = rows[rows["way"] == "points"]
    far = points[points["distance"] == points["distance"].max()]
    typical = float(np.sqrt((far["per_growth"] / far["base"])[far["base"] > 0].mean()))
    seeds = ", ".join(map(str, sorted(rows["seed"].unique())[:1]))
    lines = [
        _HEAD,
        f'source = "Fitted on half of the kommuner of {_WHERE}, seed {seeds}."',
    ]
    for method, fit in {**fits, **{name: fits[as_of] for name, as_of in _SAME.items()}}.items():
        parameters = {name: getattr(fit, name) for name in (*CAUSES, "spread")}
        if SIZE.get(_SAME.get(method, method)):
            parameters["size"] = SIZE[_SAME.get(method, method)]
        parameters |= {"unknown_years": 6.0 if fit.per_year else 0.0, "unknown_growth": round(typical, 2), "limit": 1.0}
        lines += ["", f"[{method}]", *(f"{name} = {float(f'{value:.3g}')}" for name, value in parameters.items())]
    lines += ["", "[best_fit]", "own = nan", "per_year = 0.0", "per_growth = 0.0"]
    return "\n".join(lines) + "\n"
