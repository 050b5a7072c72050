"""Map classes: one set of rounded edges for every year, and the colours they are drawn in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from gisintegration.swedish import number, round_half_away

MIN_CLASSES, MAX_CLASSES = 2, 9
_SAMPLE = 800  # order statistics that natural breaks are looked for among: exact for few values, quick for many
_SHIFT = 0.2  # an edge moves at most this part of the distance to its neighbour when it is rounded

# Light to dark, in OKLab between these. Direction is told by hue and not by green against red, which colour-blind
# readers cannot tell apart and which would say more than the figures do.
_ANCHORS = {
    "good": ("#d9eee4", "#7fc3bb", "#2f8b96", "#0d3b52"),
    "bad": ("#f9e5ca", "#eeb083", "#c9604f", "#5a1533"),
    "neutral": ("#dfe8f4", "#9dbbe0", "#4f7fc0", "#172f66"),
}

Words = Literal["sv", "en"]


@dataclass(frozen=True)
class Classes:
    """Classes of a map: class i holds values from ``edges[i]`` up to, but not including, ``edges[i + 1]``.

    Parameters
    ----------
    edges
        Ascending, one more than there are classes. The outer ones are the least and the largest value; a
        value beyond them belongs to the nearest class.
    """

    edges: tuple[float, ...]

    def __len__(self) -> int:
        return max(len(self.edges) - 1, 0)

    def of(self, values: npt.ArrayLike) -> npt.NDArray[np.int8]:
        """Class of each value, 0 … len − 1; −1 for NaN.

        Examples
        --------
        >>> Classes((0.0, 10.0, 20.0)).of([9.9, 10, 20, 25, float("nan")]).tolist()
        [0, 1, 1, 1, -1]
        """
        given = np.asarray(values, dtype=np.float64)
        position = np.searchsorted(np.asarray(self.edges[1:-1]), given, side="right").astype(np.int8)
        return np.where(np.isnan(given), np.int8(-1), position)

    def labels(self, language: Words = "sv", decimals: int = 1) -> list[str]:
        """The words of the legend, lowest class first.

        Parameters
        ----------
        decimals
            Of the values. The upper end of a class is the largest value that can fall in it, so that no value seems
            to belong to two classes.

        Examples
        --------
        >>> Classes((0.0, 10.0, 25.0, 60.0)).labels("sv", 1)
        ['under 10,0', '10,0–24,9', '25,0 eller mer']
        >>> Classes((0.0, 1000.0, 2500.0, 6000.0)).labels("en", 0)
        ['under 1,000', '1,000–2,499', '2,500 or more']
        """
        under, over = {"sv": ("under", "eller mer"), "en": ("under", "or more")}[language]
        if len(self) == 1:
            return [self._span(self.edges[0], self.edges[1], language, decimals)]
        words = []
        for i in range(len(self)):
            low, high = self.edges[i], self.edges[i + 1]
            if i == 0:
                words.append(f"{under} {figure(high, language, decimals)}")
            elif i == len(self) - 1:
                words.append(f"{figure(low, language, decimals)} {over}")
            else:
                words.append(self._span(low, high - 10.0**-decimals, language, decimals))
        return words

    @staticmethod
    def _span(low: float, high: float, language: Words, decimals: int) -> str:
        first, last = figure(low, language, decimals), figure(high, language, decimals)
        if first == last:
            return first
        between = {"sv": " till ", "en": " to "}[language] if low < 0 else "–"
        return f"{first}{between}{last}"


def figure(value: float, language: Words, decimals: int) -> str:
    r"""A figure as text in Swedish or English.

    Examples
    --------
    >>> figure(1234.5, "sv", 1), figure(1234.5, "en", 1), figure(-2, "en", 0)
    ('1\xa0234,5', '1,234.5', '−2')
    """
    if language == "sv":
        return number(value, decimals)
    rounded = float(round_half_away(value, decimals))
    return f"{abs(rounded):,.{decimals}f}" if rounded >= 0 else f"\N{MINUS SIGN}{abs(rounded):,.{decimals}f}"


def classes(values: npt.ArrayLike, *, k: int = 6, decimals: int = 1) -> Classes:
    """Natural breaks of all shown values of all years together, with edges a reader can remember.

    Parameters
    ----------
    values
        The shown values of every year and edition that the map or layer will show; NaN is left out.
    k
        Number of classes wanted, 2–9. There are fewer when the values are few or lie close together: no class is
        empty. Without any value there is no class.
    decimals
        Of the values: no edge has more.

    Returns
    -------
    Classes
        Natural breaks by Fisher's method, each moved to the roundest figure nearby.

    Raises
    ------
    ValueError
        ``k`` is outside 2–9.

    Notes
    -----
    Fisher, W. D. (1958), On grouping for maximum homogeneity, JASA 53. Above 800 values the breaks are looked for
    among the middle values of 800 equal parts, always the same ones for the same values.

    Examples
    --------
    >>> classes([4.1, 4.9, 5.2, 21.0, 22.4, 23.0, 58.1, 61.7], k=3).edges
    (4.1, 15.0, 40.0, 61.7)
    """
    if not MIN_CLASSES <= k <= MAX_CLASSES:
        raise ValueError(f"k is {k}: a map has {MIN_CLASSES}–{MAX_CLASSES} classes")
    given = np.asarray(values, dtype=np.float64).ravel()
    known = np.sort(given[~np.isnan(given)])
    if not len(known):
        return Classes(())
    sample = _sampled(known)
    breaks = _middles(sample, k)
    unit = 10.0**-decimals
    around = [float(sample[0]), *breaks, float(sample[-1])]
    edges = [
        _roundest(middle, _SHIFT * (middle - around[i]), _SHIFT * (around[i + 2] - middle), unit)
        for i, middle in enumerate(breaks)
    ]
    inner = [edge for edge in sorted(set(edges)) if known[0] < edge <= known[-1]]
    kept = [edge for i, edge in enumerate(inner) if _holds(known, edge, [*inner[i + 1 :], math.inf][0])]
    outer = [known[0], *kept, known[-1]]
    return Classes(tuple(float(edge) + 0.0 for edge in outer))  # + 0.0: no negative zero


def ramp(high_is: Literal["good", "bad", "neutral"], k: int) -> list[str]:
    """``k`` colours from light to dark, even steps of lightness to the eye, safe for colour-blind readers.

    Parameters
    ----------
    high_is
        What a high value means: ``good`` sea green to deep teal, ``bad`` sand to wine, ``neutral`` blue.

    Returns
    -------
    list of str
        Hexadecimal sRGB, lowest class first.

    Notes
    -----
    Interpolated in OKLab (Ottosson, 2020, "A perceptual color space for image processing").

    Examples
    --------
    >>> ramp("neutral", 3)
    ['#dfe8f4', '#5c89c6', '#172f66']
    """
    anchors = np.array([_oklab(colour) for colour in _ANCHORS[high_is]])
    lightness = np.linspace(anchors[0, 0], anchors[-1, 0], k) if k > 1 else anchors[1:2, 0]
    # Lightness falls along the anchors: it is the axis that colours are read off.
    mixed = [np.interp(-lightness, -anchors[:, 0], anchors[:, channel]) for channel in (1, 2)]
    return [_hex(np.array(colour)) for colour in zip(lightness, *mixed, strict=True)]


def _sampled(known: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The middle of each of equally many parts, so that an outlier among thousands gets no class of its own."""
    every = len(known) / _SAMPLE
    return known if every <= 1 else known[((np.arange(_SAMPLE) + 0.5) * every).astype(np.intp)]


def _middles(sample: npt.NDArray[np.float64], k: int) -> list[float]:
    """Midway between the last value of a class and the first of the next, so that rounding may go either way."""
    distinct = np.unique(sample)
    upper = np.array(natural_breaks(sample, min(k, len(distinct))), dtype=np.float64)
    following = distinct[np.searchsorted(distinct, upper, side="right")]
    return [float(edge) for edge in (upper + following) / 2]


def natural_breaks(values: npt.NDArray[np.float64], k: int) -> list[float]:
    """Largest value of every class but the last, so that the squares within ``k`` classes are as small as can be.

    Parameters
    ----------
    values
        Ascending, with at least ``k`` distinct ones.

    Notes
    -----
    Fisher (1958), by dynamic programming over all pairs. The same as mapclassify's ``FisherJenks``, whose import
    takes longer (seconds: matplotlib, scikit-learn, a compilation) than everything else a map needs.

    Examples
    --------
    >>> natural_breaks(np.array([1.0, 2.0, 3.0, 11.0, 12.0, 30.0]), 3)
    [3.0, 12.0]
    """
    n = len(values)
    centred = values - values.mean()
    sums, squares = (np.concatenate([[0.0], np.cumsum(power)]) for power in (centred, centred**2))
    first, last = np.arange(n)[:, None], np.arange(n)[None, :]
    size = np.maximum(last - first + 1, 1)
    within = squares[last + 1] - squares[first] - (sums[last + 1] - sums[first]) ** 2 / size
    within = np.where(first <= last, within, np.inf)
    best, cuts = within[0], []
    for _ in range(k - 1):
        # The classes so far end at the row's value, and the next one begins after it.
        options = best[:-1, None] + within[1:]
        cuts.append(options.argmin(axis=0))
        best = options.min(axis=0)
    ends, end = [], n - 1
    for cut in reversed(cuts):
        end = int(cut[end])
        ends.append(float(values[end]))
    return ends[::-1]


def _roundest(value: float, down: float, up: float, unit: float) -> float:
    """The figure with the coarsest unit within [value − down, value + up]; never finer than ``unit``."""
    exponent = math.ceil(math.log10(max(down + up, unit))) + 1
    while (scale := 10.0**exponent) >= unit / 1.5:
        for size in (5.0, 2.0, 1.0):
            nearest = float(round_half_away(value / (size * scale))) * size * scale
            if size * scale >= unit / 1.5 and -down <= nearest - value <= up:
                return round(nearest, 10)
        exponent -= 1
    return round(float(round_half_away(value / unit)) * unit, 10)


def _holds(known: npt.NDArray[np.float64], low: float, high: float) -> bool:
    return bool(np.searchsorted(known, high) > np.searchsorted(known, low))


def _oklab(colour: str) -> npt.NDArray[np.float64]:
    srgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    lab: npt.NDArray[np.float64] = _LMS_TO_LAB @ np.cbrt(_RGB_TO_LMS @ linear)
    return lab


def _hex(lab: npt.NDArray[np.float64]) -> str:
    linear = np.clip(np.linalg.inv(_RGB_TO_LMS) @ (np.linalg.inv(_LMS_TO_LAB) @ lab) ** 3, 0, 1)
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(float(channel) * 255):02x}" for channel in np.clip(srgb, 0, 1))


_RGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
