"""The recalculated figures of an indicator, laid out as targets × cells, and the rows they become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import union_categoricals

from gisintegration.change.block import MISSING, SHOWN, STATUSES, ZERO, Block
from gisintegration.change.bounds import LIKELY
from gisintegration.change.carry import Carried
from gisintegration.change.crosswalk import Crosswalk
from gisintegration.change.marks import Marks, policy_marks
from gisintegration.change.publishable import NOTE
from gisintegration.change.shares import Figures
from gisintegration.swedish import round_half_away
from gisintegration.tables import BREAKDOWNS, CONTRIBUTORS, coded, constant

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]

# Bounds that differ by no more are of one exact figure.
_SAME = 1e-9
_FIGURES = ("numerator", "denominator", "value", CONTRIBUTORS, "lower", "upper", "se", "exact_share", "n_sources")


@dataclass(eq=False)
class Result:
    """One indicator on the target edition, each array of shape (targets, cells).

    Parameters
    ----------
    figures
        The figures by the name of their column.
    summed
        Made of sources that lie wholly inside.
    marks
        The texts by the name of their column.
    """

    block: Block
    status: Codes
    figures: dict[str, npt.NDArray[Any]]
    summed: Bools
    marks: dict[str, Marks]

    @property
    def value(self) -> Floats:
        """The figures themselves."""
        return self.figures["value"]

    @property
    def shape(self) -> tuple[int, int]:
        """Targets, cells."""
        return self.value.shape[0], self.value.shape[1]

    def put(self, targets: Ints, cut: slice, part: Carried) -> None:
        """Enter one year's figures of the changed targets."""
        parts = {
            "numerator": np.where(part.shows_parts, part.top, np.nan),
            "denominator": np.where(part.shows_parts, part.base, np.nan),
            "value": part.value,
            CONTRIBUTORS: part.contributors,
            "lower": part.low,
            "upper": part.high,
            "se": part.se,
            "exact_share": part.exact_share,
            "n_sources": part.n_sources,
        }
        for name, values in parts.items():
            self.figures[name][targets, cut] = values
        self.status[targets, cut] = part.status
        self.summed[targets, cut] = part.summed

    def round_quotients(self, changed: Ints) -> None:
        """Round a published quotient as it was published, and its bounds outward to one decimal more.

        A figure that is exact has itself for bounds.
        """
        decimals, value = self.block.indicator.decimals, self.value
        value[changed] = round_half_away(value[changed], decimals)
        low, high = self.figures["lower"], self.figures["upper"]
        sure = np.isclose(low, high, rtol=_SAME, atol=_SAME)
        self.figures["lower"] = np.where(sure, value, np.minimum(_floor(low, decimals + 1), value))
        self.figures["upper"] = np.where(sure, value, np.maximum(-_floor(-high, decimals + 1), value))
        made = value[changed]
        status = self.status[changed]
        seen = (status == SHOWN) | (status == ZERO)
        self.status[changed] = np.where(seen, np.where(made == 0, ZERO, SHOWN), status)

    def make_whole(self, value: Floats) -> None:
        """Replace the figures of a count by whole numbers."""
        seen = (self.status == SHOWN) | (self.status == ZERO)
        for name in ("value", "numerator", CONTRIBUTORS):
            given = self.figures[name]
            self.figures[name] = np.where(np.isnan(given), given, value)
        self.figures["lower"] = np.minimum(self.figures["lower"], value)
        self.figures["upper"] = np.maximum(self.figures["upper"], value)
        self.status = np.where(seen, np.where(value == 0, ZERO, SHOWN), self.status).astype(np.int8)


def _floor(values: Floats, decimals: int) -> Floats:
    """The number of some decimals at or below each; one that is only by the last bits of float64 below it is it."""
    shifted = values * 10.0**decimals
    nearest = np.rint(shifted)
    with np.errstate(invalid="ignore"):
        whole = np.abs(shifted - nearest) <= _SAME * np.maximum(np.abs(shifted), 1.0)
    return np.where(whole, nearest, np.floor(shifted)) / 10.0**decimals


def of_same(block: Block, figures: Figures, same: Ints, quality: tuple[Floats, Floats], noise: Floats) -> Result:
    """The figures of targets that are the same area as a source: the source's own. Other targets are missing.

    Parameters
    ----------
    same
        The source of each target, −1 where there is none.
    quality
        Standard error and exact share of the sources' own figures.
    noise
        Variance of the noise in each cell's counts.
    """
    known = same >= 0
    at = same[known]
    shape = (len(same), len(block.cells))

    def taken(values: npt.NDArray[Any], empty: float) -> npt.NDArray[Any]:
        made = np.full(shape, empty, dtype=values.dtype)
        made[known] = values[at]
        return made

    error, exact = quality
    blank = np.where(block.known, 0.0, np.nan)
    value = block.read("value") + blank
    low, high, noisy = _own_range(figures, noise)
    contributors = block.read(CONTRIBUTORS) if figures.contributors is not None else blank
    columns = {
        "numerator": block.read("numerator"),
        "denominator": block.read("denominator"),
        "value": value,
        CONTRIBUTORS: contributors,
        "lower": low + blank,
        "upper": high + blank,
        "se": np.hypot(error, noisy) + blank,
        "exact_share": exact + blank,
    }
    made = {name: taken(values, np.nan) for name, values in columns.items()}
    made["n_sources"] = taken(block.known.astype(np.int32), 0)
    summed = np.repeat(known[:, None], len(block.cells), axis=1)
    return Result(block, taken(block.status, MISSING), made, summed, {})


def _own_range(figures: Figures, noise: Floats) -> tuple[Floats, Floats, Floats]:
    """Bounds of the sources' figures with room for the noise in them, and its standard deviation."""
    if not noise.any():
        return figures.low, figures.high, np.zeros(1)
    noisy = np.broadcast_to(np.sqrt(noise), figures.low.shape)
    if figures.base is not None:
        with np.errstate(invalid="ignore", divide="ignore"):
            part = figures.top / figures.base
            noisy = np.nan_to_num(noisy * np.sqrt(1 + part**2) / figures.base * figures.scale, posinf=0.0)
    return np.maximum(figures.low - LIKELY * noisy, 0.0), figures.high + LIKELY * noisy, noisy


def frame_of(result: Result, crosswalk: Crosswalk, *, raw: bool) -> pd.DataFrame:
    """The rows of an indicator, in order, with the columns of their kind of table."""
    targets, cells = result.shape
    rows = targets * cells
    division, _, edition = crosswalk.target.partition("/")
    # A slice where the targets stand in order, as they do: the figures are then not copied.
    order = np.argsort(np.asarray(crosswalk.targets, dtype=object), kind="stable")
    places = slice(None) if (np.diff(order) == 1).all() else order
    block = result.block
    columns: dict[str, Any] = {
        "indicator": constant(block.indicator.id, rows),
        "division": constant(division, rows),
        "edition": constant(edition, rows),
        "area": coded(np.repeat(np.arange(targets, dtype=np.int32), cells), [crosswalk.targets[i] for i in order]),
        "year": np.tile(block.cells.year.astype(np.int16), targets),
    }
    for name in BREAKDOWNS:
        codes = block.cells.classes[name].astype(np.int16)
        columns[name] = coded(np.tile(codes, targets), block.cells.words[name])
    columns |= {name: result.figures[name][places].reshape(-1) for name in _FIGURES}
    columns["status"] = coded(result.status[places].reshape(-1), STATUSES)
    marks = dict(result.marks)
    if not raw:
        del columns[CONTRIBUTORS]
        marks["policy"] = policy_marks(block, targets)
        columns["release"] = constant("", rows)
    for name, mark in marks.items():
        columns[name] = coded(mark.codes[places].reshape(-1), mark.words)
    return pd.DataFrame(columns, copy=False)


def stacked(frames: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    """Frames one after the other; a column of figures that one lacks is NaN there."""
    if len(frames) == 1:
        return frames[0][list(columns)]
    texts = [name for name in columns if isinstance(frames[0][name].dtype, pd.CategoricalDtype)]
    words = {name: union_categoricals([frame[name].astype("category") for frame in frames]) for name in texts}
    rest = [
        pd.DataFrame({name: frame.get(name, np.nan) for name in columns if name not in texts}, index=frame.index)
        for frame in frames
    ]
    return pd.concat(rest, ignore_index=True).assign(**words)[list(columns)]


def notes_of(crosswalk: Crosswalk, *, likely: bool) -> tuple[Mapping[str, str], ...]:
    """What every output of recalculated published figures says.

    Examples
    --------
    >>> rows = pd.DataFrame({"source": ["a"], "target": ["x"], "weight": 1.0})
    >>> walk = Crosswalk("s/1", "s/2", "area", rows, ("a",), ("x",))
    >>> notes_of(walk, likely=False)[0]["en"]
    'Figures on s/1 are recalculated to s/2 (area): where areas were divided they are estimates, not the publisher’s.'
    """
    how = f"{crosswalk.source} {{}} {crosswalk.target} ({crosswalk.method})"
    notes: list[Mapping[str, str]] = [
        {
            "sv": f"Uppgifter på {how.format('är omräknade till')}: där områden delats är de skattningar, inte "
            "utgivarens egna.",
            "en": f"Figures on {how.format('are recalculated to')}: where areas were divided they are estimates, not "
            "the publisher’s.",
        }
    ]
    if crosswalk.raw:
        notes.append(NOTE)
    if likely:
        notes.append(
            {
                "sv": "Intervallen är troliga intervall: underlaget är publicerat med slumpmässig störning.",
                "en": "The intervals are likely ranges: the figures they rest on were published with random noise.",
            }
        )
    return tuple(notes)
