"""The limits of a validation: what is noticed, and what is let pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Limits:
    """How far figures may lie from what is expected before a finding is made.

    Parameters
    ----------
    jump
        A change between years is noticed when it lies so many times the usual spread (a standard deviation made of the
        median absolute deviation of that indicator's changes on that level) from the median change of the year.
        0: never.
    shift
        As ``jump``, of the median change of a whole level.
    changes
        Indicator → largest change between two years, in the indicator's unit.
    ranges
        Indicator → lowest and highest plausible figure, in the indicator's unit.
    revised
        Per cent of an indicator's figures on a level that may change from one release to the next without a warning.
    tolerance
        Indicator or policy → how far a published figure may lie from the true one, in its unit: half of what counts
        were rounded to, the most that they were adjusted by.
    perturbation
        Policy → variance of the noise that was added to each count (cell key method).

    Examples
    --------
    >>> Limits(changes={"employed_share": 10}).jump
    10.0
    """

    jump: float = 10.0
    shift: float = 4.0
    changes: Mapping[str, float] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    revised: float = 5.0
    tolerance: Mapping[str, float] = field(default_factory=dict)
    perturbation: Mapping[str, float] = field(default_factory=dict)
