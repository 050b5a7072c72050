"""Indices and classes: figures made of other indicators' figures, before anything is rounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from gisintegration.indicators.measures import Figures, Measure
from gisintegration.tables import Indicator, Kind

# A figure is a float: what is less than this below a limit stands on it.
_NEARLY = 1e-9
_PARTS = (Kind.SHARE, Kind.RATIO, Kind.MEAN, Kind.MEDIAN, Kind.QUOTIENT, Kind.NET, Kind.DISSIMILARITY, Kind.INDEX)


def with_components(wanted: Sequence[str], known: Mapping[str, Indicator]) -> list[str]:
    """Ids with those of the indicators they are made of, which stand before them if they are not asked for.

    Examples
    --------
    >>> from gisintegration.testing import example_indicator
    >>> known = {item.id: item for item in map(example_indicator, ("share", "index", "class"))}
    >>> with_components(["example_class"], known)
    ['example_share', 'example_index', 'example_class']
    """
    found: dict[str, None] = {}

    def add(key: str, above: tuple[str, ...]) -> None:
        for part in known[key].components if key in known and key not in above else ():
            if part not in wanted:
                add(part, (*above, key))
        found.setdefault(key)

    for key in wanted:
        add(key, ())
    return list(found)


def faults(indicators: Mapping[str, Indicator]) -> Iterator[tuple[str, str, str]]:
    """What is wrong between indicators: id, field, and what it is.

    Examples
    --------
    >>> from gisintegration.testing import example_indicator
    >>> list(faults({"i": example_indicator("index", name="i", components=("gone",))}))
    [('i', 'components', "names 'gone', which is no indicator")]
    """
    for key, item in indicators.items():
        for part in item.components:
            if part not in indicators:
                yield key, "components", f"names '{part}', which is no indicator"
                continue
            other = indicators[part]
            if item.kind is Kind.INDEX and other.kind not in _PARTS:
                yield key, "components", f"names '{part}', a {other.kind}: an index is a mean of shares and the like"
            if item.kind is Kind.CLASS and other.kind not in (*_PARTS, Kind.COUNT):
                yield key, "components", f"names '{part}', a {other.kind}, which has no mean to be classed by"
            if other.flow is not item.flow:
                yield key, "components", f"names '{part}', whose flow is {str(other.flow).lower()}: both must be alike"
            if item.kind is Kind.INDEX and dict(other.unit) != dict(indicators[item.components[0]].unit):
                yield key, "components", f"names '{part}', whose unit is another than that of '{item.components[0]}'"
        if key in all_below(key, indicators):
            yield key, "components", "is made of itself"


def all_below(key: str, indicators: Mapping[str, Indicator]) -> set[str]:
    """All indicators that an index or class is made of, and those that these are made of."""
    found: set[str] = set()
    left = list(indicators[key].components) if key in indicators else []
    while left:
        part = left.pop()
        if part not in found:
            found.add(part)
            left += indicators[part].components if part in indicators else ()
    return found


def composed(indicator: Indicator, measure: Measure, component: Callable[[str], Figures]) -> Figures:
    """Numerator, denominator, value and contributors of an index or a class, from those of its components.

    The value of an index is the mean of its components' values; that of a class its number, 1 for the first. A value
    on a limit belongs to the class above it. Without a component's figure there is none. Contributors are the fewest
    that a component has; NaN, where a component can have no figure.
    """
    parts = [component(part) for part in indicator.components]
    values = np.stack([part[2] for part in parts])
    contributors = np.min(np.stack([part[3] for part in parts]), axis=0)
    value = values[0]
    if indicator.kind is Kind.INDEX:
        value = values.sum(axis=0) / len(parts)
    else:
        above = sum((value < limit - _NEARLY).astype(np.float64) for limit in measure.limits)
        value = np.where(np.isnan(value), np.nan, 1 + above)
    nothing = np.full_like(value, np.nan)
    return nothing, nothing.copy(), value, contributors
