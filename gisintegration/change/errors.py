"""How wrong a recalculated figure may be: the variance of what an estimated weight makes of a source's figure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from gisintegration.errors import InputError

Floats = npt.NDArray[np.float64]
# km² of ground beyond which a source's size changes nothing.
_GROUND = (0.1, 10.0)


@dataclass(frozen=True)
class ErrorModel:
    r"""Variance of the part of a source's figure that goes to a target, when only the weight is known.

    Notes
    -----
    Of ``n`` persons of a source a share ``w`` is expected in the target. Were they drawn one by one, the number there
    would have variance :math:`n w (1 - w)`. Two things make it larger, as in a beta-binomial distribution:

    .. math:: V = n\,w\,(1 - w)\,(1 + (n - 1)\,\rho), \qquad
              \rho = \min(limit,\; own + base \cdot ground^{size} + per\_year \cdot years + per\_growth \cdot growth^2)

    ``own``: a group lives together, so that a piece has more or less of it than of everyone; not so for everyone. The
    rest is common to everyone in the source: the weight itself is wrong, the more so the more years lie between weights
    and figure and the more the source has grown since. Growth is squared: were all of it new building in one part, the
    weights would be wrong by a part of it. What is common moves numerator and denominator together, and so touches a
    share only as far as the source differs from the target.

    Parameters
    ----------
    own, base, per_year, per_growth, limit
        As above. ``base`` is the common part of weights that are wrong from the start, as those by area. ``own`` is NaN
        where nothing is known (``best_fit``); variances are then NaN.
    size
        Exponent of the source's ground in km², taken as 0.1 where it is less and 10 where it is more: squares of a grid
        tell more of a source that is larger than they are.
    unknown_years, unknown_growth
        Taken where years or growth are NaN.
    spread
        Coefficient of variation of an amount between persons.
    source
        Where the parameters come from.
    """

    own: float
    per_year: float
    per_growth: float
    base: float = 0.0
    size: float = 0.0
    unknown_years: float = 0.0
    unknown_growth: float = 0.0
    limit: float = 1.0
    spread: float = 1.0
    source: str = ""

    def common(self, years: npt.ArrayLike, growth: npt.ArrayLike, ground: npt.ArrayLike = np.nan) -> Floats:
        """The part of ρ that everyone in a source shares.

        Parameters
        ----------
        years
            Between weights and figure, 0 and up. NaN: not known.
        growth
            Of the source between the two, as a share (0.1 or −0.1: a tenth). NaN: not known.
        ground
            Of the source, km². NaN: not known, taken as 1.

        Examples
        --------
        >>> ErrorModel(own=0.0, per_year=0.01, per_growth=0.2).common([0, 5], [0, -0.5]).round(3).tolist()
        [0.0, 0.1]
        """
        apart = np.where(np.isnan(years), self.unknown_years, years)
        grown = np.where(np.isnan(growth), self.unknown_growth, growth)
        extent = np.clip(np.where(np.isnan(ground), 1.0, ground), *_GROUND)
        rho = self.base * extent**self.size + self.per_year * apart + self.per_growth * grown**2
        return np.clip(rho, 0.0, max(self.limit - self.own, 0.0))

    def variance(
        self, n: npt.ArrayLike, w: npt.ArrayLike, common: npt.ArrayLike, *, everyone: npt.ArrayLike = False
    ) -> Floats:
        """Variance of what ``n`` persons with weight ``w`` leave in the target. All arguments broadcast.

        Parameters
        ----------
        common
            As the method of that name gives it.
        everyone
            Whether they are all that the weights count, no group among them: ``own`` is then left out.

        Examples
        --------
        >>> ErrorModel(own=0.0, per_year=0.0, per_growth=0.0).variance(100, 0.5, 0.0).tolist()
        25.0
        >>> model = ErrorModel(own=0.1, per_year=0.0, per_growth=0.0)
        >>> model.variance([11, 11], [0.5, 1.0], 0.0).tolist(), model.variance(11, 0.5, 0.0, everyone=True).tolist()
        ([5.5, 0.0], 2.75)
        """
        return self._clustered(n, w, np.where(everyone, 0.0, self.own) + np.asarray(common))

    def quotient_variance(
        self,
        top: npt.ArrayLike,
        rest: npt.ArrayLike,
        quotient: npt.ArrayLike,
        w: npt.ArrayLike,
        common: npt.ArrayLike,
    ) -> Floats:
        r"""One source's part of the variance of a share, times the target's denominator squared (delta method).

        Parameters
        ----------
        top, rest
            Those of the source with the property and those without.
        quotient
            The target's share, 0–1.
        w, common
            As in ``variance``.

        Notes
        -----
        With :math:`x` persons of :math:`X` in the target, :math:`X\,dp = (1 - p)\,dx - p\,d(X - x)`. What is common to
        everyone gives :math:`gap^2\,w(1 - w)\,\rho_{common}`, where :math:`gap` is what the source's persons would add
        beyond the target's share, :math:`(1 - p)\,top - p\,rest`. The groups' own clustering is independent.

        Examples
        --------
        >>> model = ErrorModel(own=0.0, per_year=0.1, per_growth=0.0)
        >>> float(model.quotient_variance(50, 50, 0.5, 0.5, model.common(1, 0)).round(6))
        6.25
        """
        p, weight = np.asarray(quotient), np.asarray(w)
        gap = (1 - p) * np.asarray(top) - p * np.asarray(rest)
        drawn = (1 - p) ** 2 * self._clustered(top, w, self.own) + p**2 * self._clustered(rest, w, self.own)
        moved = gap**2 * weight * (1 - weight) * np.asarray(common)
        return np.asarray(drawn + moved, dtype=np.float64)

    def amount_variance(
        self,
        amount: npt.ArrayLike,
        persons: npt.ArrayLike,
        gap: npt.ArrayLike,
        w: npt.ArrayLike,
        common: npt.ArrayLike,
    ) -> Floats:
        r"""One source's part of the variance of a mean or ratio, times the target's denominator squared.

        Parameters
        ----------
        amount
            The source's sum. Amounts differ between persons with coefficient of variation ``spread``.
        persons
            Behind the sum; 0 where not known, taken as one.
        gap
            ``amount − quotient · denominator`` of the source.

        Examples
        --------
        >>> model = ErrorModel(own=0.0, per_year=0.0, per_growth=0.0, spread=0.5)
        >>> float(model.amount_variance(100.0, 25, 0.0, 0.5, 0.0))
        25.0
        """
        number = np.maximum(np.asarray(persons, dtype=np.float64), 1.0)
        each = np.asarray(amount) / number
        drawn = self._clustered(number, w, self.own) * (self.spread * each) ** 2
        weight = np.asarray(w)
        moved = np.asarray(gap) ** 2 * weight * (1 - weight) * np.asarray(common)
        return np.asarray(drawn + moved, dtype=np.float64)

    @staticmethod
    def _clustered(n: npt.ArrayLike, w: npt.ArrayLike, rho: npt.ArrayLike) -> Floats:
        number, weight = np.asarray(n, dtype=np.float64), np.asarray(w, dtype=np.float64)
        return np.asarray(number * weight * (1 - weight) * (1 + np.maximum(number - 1, 0) * np.asarray(rho)))


def apart(w: npt.ArrayLike, n: npt.ArrayLike) -> Floats:
    r"""Weights at least half a person in ``n + 1`` from 0 and from 1, for the variance of pieces that are not certain.

    Of ``n`` persons of whom none is expected in a piece some may live there all the same: half a person in ``n + 1`` is
    what none seen among ``n`` leaves to expect, with the prior of Jeffreys (1946).

    Parameters
    ----------
    w
        Weights, 0–1.
    n
        Persons that are divided.

    Examples
    --------
    >>> apart([0.0, 0.3, 1.0], 9).tolist()
    [0.05, 0.3, 0.95]
    """
    least = 0.5 / (np.maximum(np.asarray(n, dtype=np.float64), 0.0) + 1)
    return np.asarray(np.clip(w, least, 1 - least))


@cache
def load_error_model(method: str = "default") -> ErrorModel:
    """The error model of a crosswalk's method, with the parameters in ``errors.toml``.

    Parameters
    ----------
    method
        ``points``, ``area``, …; a method that is not listed, and a composed one, has the default parameters.

    Raises
    ------
    InputError
        The file lacks a parameter, or has one that is not known.

    Examples
    --------
    >>> model = load_error_model("points")
    >>> bool((np.diff(model.variance(100, 0.3, model.common(6, [0.0, 0.2]))) > 0).all())
    True
    """
    text = files("gisintegration.change").joinpath("errors.toml").read_text(encoding="utf-8")
    known = tomllib.loads(text)
    source = str(known.pop("source"))
    parameters = known.get(method, known["default"])
    try:
        return ErrorModel(**parameters, source=source)
    except TypeError as error:
        raise InputError(
            f"errors.toml: the parameters of '{method}' are not those of the error model: {error}.",
            hint=f"they are {', '.join(name for name in ErrorModel.__dataclass_fields__ if name != 'source')}.",
        ) from error
