"""The figures of one indicator and year, carried from the pieces to the targets that changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gisintegration.change import bounds
from gisintegration.change.block import DID_NOT_EXIST, MISSING, NOT_APPLICABLE, PROTECTED, SHOWN, ZERO
from gisintegration.change.bounds import LIKELY, Room
from gisintegration.change.errors import ErrorModel
from gisintegration.change.links import Links, Pairs, shared_out
from gisintegration.change.shares import Figures
from gisintegration.tables import Kind

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class How:
    """What decides how an indicator's figures are carried.

    Parameters
    ----------
    kind
        Of measure.
    counts_kind
        The kind of weight may count the very population of the figure: a count, or a quotient's denominator.
    sure
        It does, whatever the figures say: everyone, with weights of everyone.
    everyone
        Which cells it does so in: the totals, not the classes of a breakdown.
    persons
        What is counted are persons registered on 31 December, so that a piece's population bounds it.
    signed
        The amounts summed may be negative.
    noise
        Variance of the noise in a published count.
    growth
        Of each source since the year of the weights; NaN where not known.
    model
        Of errors.
    """

    kind: Kind
    counts_kind: bool
    sure: bool
    everyone: Bools
    persons: bool
    signed: bool
    noise: float
    growth: Floats
    model: ErrorModel


@dataclass(frozen=True, eq=False)
class Carried:
    """Figures of the changed targets, shape (targets, cells)."""

    status: Codes
    top: Floats
    base: Floats
    value: Floats
    contributors: Floats
    low: Floats
    high: Floats
    se: Floats
    exact_share: Floats
    n_sources: npt.NDArray[np.int64]
    summed: Bools
    shows_parts: Bools


def carried(figures: Figures, error: Floats, exact: Floats, pairs: Pairs, links: Links, how: How) -> Carried:
    """Carry one year's figures.

    Parameters
    ----------
    figures
        Of the sources in the year's cells.
    error, exact
        Standard error and exact share of the sources' own figures, shape (sources, cells); 0 and 1 for what is not
        estimated.
    """
    gives = np.broadcast_to((links.weight > 0)[:, None], (len(pairs.source), figures.top.shape[1]))
    status = _statuses(figures, pairs, gives)
    known = (status == SHOWN) | (status == ZERO)
    parts = shared_out(figures.top, pairs, links)
    base_parts = parts if figures.base is None else shared_out(figures.base, pairs, links)
    top, base = pairs.sums(parts), pairs.sums(base_parts)
    counted = _counted(figures, pairs, links, how)
    room = _room(figures, pairs, links, how)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = top if figures.base is None else np.where(base > 0, top / base * figures.scale, np.nan)
        certain = pairs.sums(np.where(room.whole | counted, base_parts, 0.0) * exact[pairs.source]) / base
    se = np.sqrt(_variance(figures, error, pairs, links, how, room.whole | counted, (base, value)))
    low, high = _bounds(figures, pairs, room, how, np.where(counted, links.own[:, None], np.nan))
    low, high = _widened(how, figures, low, high, pairs.sums(gives), base, value)
    low, high = np.minimum(low, value), np.maximum(high, value)
    empty = ~known | np.isnan(value)
    status = np.where(known, np.select([np.isnan(value), value == 0], [MISSING, ZERO], SHOWN), status)
    settled = np.where(low == high, 1.0, 0.0)
    return Carried(
        status=status.astype(np.int8),
        top=np.where(known, top, np.nan),
        base=np.where(known, base, np.nan),
        value=np.where(empty, np.nan, value),
        contributors=np.where(known, _contributors(figures, pairs, links, parts), np.nan),
        low=np.where(empty | ~np.isfinite(low), np.nan, low),
        high=np.where(empty | ~np.isfinite(high), np.nan, high),
        se=np.where(empty, np.nan, se),
        exact_share=np.where(empty, np.nan, np.where(base == 0, settled, np.clip(certain, 0.0, 1.0))),
        n_sources=np.where(empty, 0, pairs.sums(gives)).astype(np.int64),
        summed=~pairs.any(~(room.whole | (room.inside == 0))),
        shows_parts=~pairs.any(gives & ~figures.shows_parts[pairs.source] & _has_figure(figures)[pairs.source]),
    )


def _statuses(figures: Figures, pairs: Pairs, gives: Bools) -> Codes:
    """What the sources make of a target: a missing one hides it, then a protected one; what did not exist adds nothing."""
    of_piece = figures.status[pairs.source]
    void = (of_piece == NOT_APPLICABLE) | (of_piece == DID_NOT_EXIST)
    some = pairs.any(gives)
    status = np.full(some.shape, SHOWN, dtype=np.int8)
    status[some & ~pairs.any(gives & ~void)] = NOT_APPLICABLE
    status[some & ~pairs.any(gives & (of_piece != DID_NOT_EXIST))] = DID_NOT_EXIST
    status[pairs.any(gives & (of_piece == PROTECTED))] = PROTECTED
    status[pairs.any(gives & (of_piece == MISSING)) | ~some] = MISSING
    return status


def _has_figure(figures: Figures) -> Bools:
    return (figures.status == SHOWN) | (figures.status == ZERO)


def _counted(figures: Figures, pairs: Pairs, links: Links, how: How) -> Bools:
    """Whether the pieces of a source were counted for the very persons of the figure, shape (pieces, cells)."""
    if not how.counts_kind or figures.base is not None:
        return np.zeros((len(pairs.source), figures.top.shape[1]), dtype=bool)
    return _agrees(figures, figures.top, pairs, links, how)


def _agrees(figures: Figures, whole: Floats, pairs: Pairs, links: Links, how: How) -> Bools:
    """Whether figures are what was counted in each source; where this is not known beforehand, it must be so in all."""
    agrees = np.asarray(links.own_all[:, None] == whole[pairs.source])
    if how.sure:
        return agrees
    return np.asarray(agrees & (agrees | ~_has_figure(figures)[pairs.source]).all(axis=0))


def _room(figures: Figures, pairs: Pairs, links: Links, how: How) -> Room:
    if not how.persons:
        unknown = np.full((len(pairs.source), 1), np.nan)
        return Room(pairs.only[:, None], unknown, unknown)
    whole, inside, everyone = links.whole[:, None], links.inside[:, None], links.everyone[:, None]
    if figures.base is not None and how.counts_kind:
        # A denominator that was counted itself is known in each piece, and more closely than by everyone there.
        closer = _agrees(figures, figures.base, pairs, links, how)
        inside = np.where(closer, links.own[:, None], inside)
        everyone = np.where(closer, links.own_all[:, None], everyone)
    return Room(whole, inside, everyone)


def _bounds(figures: Figures, pairs: Pairs, room: Room, how: How, counted: Floats) -> bounds.Interval:
    top = _of_sources(figures, pairs, figures.top_low, figures.top_high)
    if figures.base is None or figures.base_low is None or figures.base_high is None:
        least, most = bounds.in_piece(*top, room)
        return (
            pairs.sums(np.where(np.isnan(counted), least, counted)),
            pairs.sums(np.where(np.isnan(counted), most, counted)),
        )
    base = _of_sources(figures, pairs, figures.base_low, figures.base_high)
    if how.kind is Kind.SHARE:
        (low_top, low_rest), (high_top, high_rest) = bounds.share_parts(top, base, room)
        lowest, highest = (pairs.sums(low_top), pairs.sums(low_rest)), (pairs.sums(high_top), pairs.sums(high_rest))
        return bounds.as_share(lowest, highest, figures.scale)
    amount = bounds.amount_in_piece(*top, room, signed=how.signed)
    if how.kind is Kind.MEAN:
        least, most = bounds.in_piece(*base, room)
        # Whoever has all of a source's sum is one person at least.
        least = np.where(room.whole, least, np.maximum(least, np.minimum(most, 1.0)))
    else:
        least, most = bounds.amount_in_piece(*base, room, signed=how.signed)
    sums = (pairs.sums(amount[0]), pairs.sums(amount[1])), (pairs.sums(least), pairs.sums(most))
    return bounds.as_quotient(*sums, figures.scale)


def _of_sources(figures: Figures, pairs: Pairs, low: Floats, high: Floats) -> bounds.Interval:
    """Bounds of each piece's source: nothing for what did not exist, anything for what is missing or protected."""
    void = (figures.status == NOT_APPLICABLE) | (figures.status == DID_NOT_EXIST)
    hidden = (figures.status == MISSING) | (figures.status == PROTECTED)
    least = np.where(void | hidden, 0.0, low)
    most = np.where(void, 0.0, np.where(hidden, np.inf, high))
    return least[pairs.source], most[pairs.source]


def _variance(
    figures: Figures,
    error: Floats,
    pairs: Pairs,
    links: Links,
    how: How,
    certain: Bools,
    made: tuple[Floats, Floats],
) -> Floats:
    base, value = made
    weight, growth = links.weight[:, None], how.growth[pairs.source][:, None]
    top = np.nan_to_num(figures.top)[pairs.source]
    noise = how.noise * pairs.sums(np.broadcast_to(weight**2, top.shape))
    own = np.nan_to_num(error)[pairs.source] * weight
    if figures.base is None:
        drawn = how.model.variance(top, weight, links.years, growth, everyone=how.everyone)
        drawn = drawn * _not_everyone(top, links, how)
        return pairs.sums(np.where(certain, 0.0, drawn)) + pairs.sums(own**2) + noise
    under = np.nan_to_num(figures.base)[pairs.source]
    quotient = np.nan_to_num(value / figures.scale)
    of_target = quotient[pairs.target]
    gap = top - of_target * under
    if how.kind is Kind.SHARE:
        drawn = how.model.quotient_variance(
            top, np.maximum(under - top, 0.0), gap, of_target, weight, links.years, growth
        )
    else:
        persons = under if how.kind is Kind.MEAN else _persons(figures, pairs, links)
        drawn = how.model.amount_variance(top, persons, gap, weight, links.years, growth)
    squares = pairs.sums(np.where(certain, 0.0, drawn)) + pairs.sums((own / figures.scale * under) ** 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((squares + noise * (1 + quotient**2)) / base**2 * figures.scale**2)


def _not_everyone(top: Floats, links: Links, how: How) -> Floats:
    """Of everyone counted in a piece there is nothing to draw: the part of a source that the figure leaves out."""
    if not how.persons:
        return np.ones_like(top)
    with np.errstate(invalid="ignore", divide="ignore"):
        left = 1 - top / links.everyone[:, None]
    return np.where(np.isfinite(left), np.clip(left, 0.0, 1.0), 1.0)


def _persons(figures: Figures, pairs: Pairs, links: Links) -> Floats:
    if figures.contributors is not None:
        return np.nan_to_num(figures.contributors)[pairs.source]
    return np.broadcast_to(np.nan_to_num(links.base)[:, None], (len(pairs.source), figures.top.shape[1]))


def _widened(
    how: How, figures: Figures, low: Floats, high: Floats, sources: Floats, base: Floats, value: Floats
) -> bounds.Interval:
    """Bounds with room for the noise in the published counts, and a share's within 0 and 1."""
    if how.noise > 0:
        noisy = LIKELY * np.sqrt(how.noise * sources)
        if figures.base is not None:
            with np.errstate(invalid="ignore", divide="ignore"):
                noisy = noisy * np.sqrt(1 + (value / figures.scale) ** 2) / base * figures.scale
        low, high = low - noisy, high + noisy
        low = low if how.signed else np.maximum(low, 0.0)
    if how.kind is Kind.SHARE:
        low, high = np.clip(low, 0.0, figures.scale), np.clip(high, 0.0, figures.scale)
    return low, high


def _contributors(figures: Figures, pairs: Pairs, links: Links, parts: Floats) -> Floats:
    if figures.contributors is None or figures.base is None:
        return pairs.sums(parts)
    return pairs.sums(shared_out(figures.contributors, pairs, links))
