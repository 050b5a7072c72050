"""The figures of one indicator and year, carried from the pieces to the targets that changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gisintegration.change import bounds
from gisintegration.change.block import DID_NOT_EXIST, MISSING, NOT_APPLICABLE, PROTECTED, SHOWN, ZERO
from gisintegration.change.bounds import LIKELY, Room
from gisintegration.change.errors import ErrorModel, apart
from gisintegration.change.links import Links, Pairs, shared_out
from gisintegration.change.shares import Figures
from gisintegration.tables import Kind

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]

# Bounds that differ by no more are of one exact figure.
_SAME = 1e-9


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
    total
        Which cells are of no class: of a class that is as large as the kind was counted, nothing was counted.
    everyone
        Which cells are of everyone with weights of everyone.
    persons
        What is counted are persons registered on 31 December, so that a piece's population bounds it.
    signed
        The amounts summed may be negative.
    noise
        Variance of the noise in a published count.
    growth
        Of each source since the year of the weights; NaN where not known.
    adrift
        Persons of each source that the table counts and the crosswalk did not.
    model
        Of errors.
    """

    kind: Kind
    counts_kind: bool
    sure: bool
    total: Bools
    everyone: Bools
    persons: bool
    signed: bool
    noise: float
    growth: Floats
    adrift: Floats
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


@dataclass(frozen=True, eq=False)
class Task:
    """One year's figures to carry.

    Parameters
    ----------
    figures
        Of the sources in the year's cells.
    error, exact
        Standard error and exact share of the sources' own figures, shape (sources, cells); 0 and 1 for what is not
        estimated.
    """

    figures: Figures
    error: Floats
    exact: Floats
    pairs: Pairs
    links: Links
    how: How

    @property
    def of_pieces(self) -> Codes:
        """Status of each piece's source."""
        return self.figures.status[self.pairs.source]

    @property
    def shown(self) -> Bools:
        """Whether each piece's source has a figure."""
        return np.asarray((self.of_pieces == SHOWN) | (self.of_pieces == ZERO))


def carried(task: Task) -> Carried:
    """Carry one year's figures."""
    figures, pairs, links = task.figures, task.pairs, task.links
    gives = np.broadcast_to((links.weight > 0)[:, None], (len(pairs.source), figures.top.shape[1]))
    counted = _counted(task)
    room = _room(task)
    status = _statuses(task, gives, counted | _nobody(task, room))
    known = (status == SHOWN) | (status == ZERO)
    parts = shared_out(figures.top, pairs, links)
    base_parts = parts if figures.base is None else shared_out(figures.base, pairs, links)
    top, base = pairs.sums(parts), pairs.sums(base_parts)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = top if figures.base is None else np.where(base > 0, top / base * figures.scale, np.nan)
        certain = pairs.sums(np.where(room.whole | counted, base_parts, 0.0) * task.exact[pairs.source]) / base
    se = np.sqrt(_variance(task, room.whole | counted | _nobody(task, room), base, value))
    perhaps = _perhaps(task, room, counted)
    low, high = _bounds(task, room, np.where(counted, links.own[:, None], np.nan))
    low, high = _widened(task, (low, high), pairs.sums(gives), base, value)
    low, high = np.minimum(low, value), np.maximum(high, value)
    certain = np.where(perhaps > 0, certain * base / (base + perhaps), certain)
    se = np.where((perhaps > 0) & (se == 0), np.nan, se)
    se = np.where(np.isclose(low, high, rtol=_SAME, atol=_SAME), 0.0, se)
    empty = ~known | np.isnan(value)
    status = np.where(known, np.select([np.isnan(value), value == 0], [MISSING, ZERO], SHOWN), status)
    settled = np.where(low == high, 1.0, 0.0)
    return Carried(
        status=status.astype(np.int8),
        top=np.where(known, top, np.nan),
        base=np.full_like(top, np.nan) if figures.base is None else np.where(known, base, np.nan),
        value=np.where(empty, np.nan, value),
        contributors=np.where(known, _contributors(task, parts), np.nan),
        low=np.where(empty | ~np.isfinite(low), np.nan, low),
        high=np.where(empty | ~np.isfinite(high), np.nan, high),
        se=np.where(empty, np.nan, se),
        exact_share=np.where(empty, np.nan, np.where(base == 0, settled, np.clip(certain, 0.0, 1.0))),
        n_sources=np.where(empty, 0, pairs.sums(gives)).astype(np.int64),
        summed=~pairs.any(~(room.whole | (room.inside + room.adrift == 0))),
        shows_parts=~pairs.any(gives & ~figures.shows_parts[pairs.source] & task.shown),
    )


def _statuses(task: Task, gives: Bools, empty: Bools) -> Codes:
    """What the sources make of a target: missing comes first, then protected; what did not exist adds nothing.

    A target that nothing is given to is missing, unless nobody is in its pieces or expected there. One of whose sources
    some have a figure and others cannot have any is missing too: what is there is a part.

    Parameters
    ----------
    empty
        Pieces that nobody is in for certain.
    """
    pairs, of_piece = task.pairs, task.of_pieces
    void = (of_piece == NOT_APPLICABLE) | (of_piece == DID_NOT_EXIST)
    some = pairs.any(gives)
    status = np.full(some.shape, SHOWN, dtype=np.int8)
    status[some & ~pairs.any(gives & ~void)] = NOT_APPLICABLE
    status[some & ~pairs.any(gives & (of_piece != DID_NOT_EXIST))] = DID_NOT_EXIST
    status[pairs.any(gives & (of_piece == PROTECTED))] = PROTECTED
    partial = pairs.any(gives & (of_piece == NOT_APPLICABLE)) & pairs.any(gives & ~void)
    expected = task.shown & (task.links.estimated & (task.links.weight == 0))[:, None]
    unknown = ~some & pairs.any(~empty & ~expected)
    status[partial | unknown | pairs.any(gives & (of_piece == MISSING))] = MISSING
    return status


def _counted(task: Task) -> Bools:
    """Whether the pieces of a source were counted for the very persons of the figure, shape (pieces, cells)."""
    if not task.how.counts_kind or task.figures.base is not None:
        return np.zeros(task.of_pieces.shape, dtype=bool)
    return _agrees(task, task.figures.top)


def _agrees(task: Task, whole: Floats) -> Bools:
    """Whether figures are what was counted in each source; where this is not known beforehand, it must be so in all."""
    own = task.links.own_all[:, None]
    agrees = np.asarray(own == whole[task.pairs.source]) & task.how.total
    if task.how.sure:
        return agrees
    return np.asarray(agrees & (agrees | ~task.shown | np.isnan(own)).all(axis=0) & ~np.isnan(own))


def _nobody(task: Task, room: Room) -> Bools:
    """Pieces without weight where nobody lives, of sources whose figure counts among those who were counted."""
    figures = task.figures
    most = figures.top_high if figures.base_high is None else figures.base_high
    among = _of_sources(task, np.zeros_like(most), most)[1] <= room.everyone + room.adrift
    return np.asarray(among & (room.inside + room.adrift == 0) & (task.links.weight == 0)[:, None])


def _room(task: Task) -> Room:
    links = task.links
    if not task.how.persons:
        unknown = np.full((len(links.weight), 1), np.nan)
        return Room(task.pairs.only[:, None], unknown, unknown)
    inside, everyone = links.inside[:, None], links.everyone[:, None]
    adrift = task.how.adrift[task.pairs.source][:, None]
    whole = task.pairs.only[:, None] | (links.whole[:, None] & (adrift == 0))
    if task.figures.base is not None and task.how.counts_kind:
        # A denominator that was counted itself is known in each piece, and more closely than by everyone there.
        closer = _agrees(task, task.figures.base)
        inside = np.where(closer, links.own[:, None], inside)
        everyone = np.where(closer, links.own_all[:, None], everyone)
        adrift = np.where(closer, 0.0, adrift)
    return Room(whole, inside, everyone, adrift)


def _perhaps(task: Task, room: Room, counted: Bools) -> Floats:
    """What pieces without weight may hold of each target's figure (of a quotient: of its denominator) all the same."""
    figures = task.figures
    least, most = (figures.top_low, figures.top_high) if figures.base is None else (figures.base_low, figures.base_high)
    if least is None or most is None:
        return np.zeros_like(figures.top)
    bound = bounds.in_piece(*_of_sources(task, least, most), room)[1]
    empty = (task.links.weight == 0)[:, None] & ~room.whole & ~counted
    return task.pairs.sums(np.where(empty, np.nan_to_num(np.maximum(bound, 0.0), nan=0.0, posinf=np.inf), 0.0))


def _bounds(task: Task, room: Room, counted: Floats) -> bounds.Interval:
    figures, sums, how = task.figures, task.pairs.sums, task.how
    top = _of_sources(task, figures.top_low, figures.top_high)
    if figures.base_low is None or figures.base_high is None:
        least, most = (np.where(np.isnan(counted), bound, counted) for bound in bounds.in_piece(*top, room))
        return sums(least), sums(most)
    base = _of_sources(task, figures.base_low, figures.base_high)
    if how.kind is Kind.SHARE:
        (low_top, low_rest), (high_top, high_rest) = bounds.share_parts(top, base, room)
        lowest, highest = (sums(low_top), sums(low_rest)), (sums(high_top), sums(high_rest))
        return _between_sources(task, room, bounds.as_share(lowest, highest, figures.scale))
    amount = bounds.amount_in_piece(*top, room, signed=how.signed)
    mean = how.kind in (Kind.MEAN, Kind.NET)
    least, most = bounds.in_piece(*base, room) if mean else bounds.amount_in_piece(*base, room, signed=how.signed)
    fewest, all_of = sums(least), sums(most)
    if mean:
        # A mean is of one person at least.
        fewest = np.maximum(fewest, np.minimum(all_of, 1.0))
    made = bounds.as_quotient((sums(amount[0]), sums(amount[1])), (fewest, all_of), figures.scale)
    return _between_sources(task, room, made)


def _between_sources(task: Task, room: Room, bound: bounds.Interval) -> bounds.Interval:
    """A quotient of whole sources lies between theirs, however wrong their denominators are."""
    figures, pairs = task.figures, task.pairs
    if not figures.estimated.any():
        return bound
    least, most = np.full(bound[0].shape, np.inf), np.full(bound[0].shape, -np.inf)
    gives = (task.links.weight > 0)[:, None] & task.shown
    np.minimum.at(least, pairs.target, np.where(gives, figures.low[pairs.source], np.inf))
    np.maximum.at(most, pairs.target, np.where(gives, figures.high[pairs.source], -np.inf))
    whole = ~pairs.any(~np.broadcast_to(room.whole | (room.inside + room.adrift == 0), gives.shape))
    return np.where(whole, np.fmax(bound[0], least), bound[0]), np.where(whole, np.fmin(bound[1], most), bound[1])


def _of_sources(task: Task, low: Floats, high: Floats) -> bounds.Interval:
    """Bounds of each piece's source: nothing for what did not exist, anything for what is missing or protected."""
    of_piece, source = task.of_pieces, task.pairs.source
    void = (of_piece == NOT_APPLICABLE) | (of_piece == DID_NOT_EXIST)
    hidden = (of_piece == MISSING) | (of_piece == PROTECTED)
    if task.figures.base is not None:
        hidden |= task.figures.estimated[source]
    least = np.where(void | hidden, 0.0, low[source])
    return least, np.where(void, 0.0, np.where(hidden, np.inf, high[source]))


def _variance(task: Task, certain: Bools, base: Floats, value: Floats) -> Floats:
    figures, pairs, links, how = task.figures, task.pairs, task.links, task.how
    weight = links.weight[:, None]
    common = how.model.common(links.years, how.growth, pairs.ground)[pairs.source][:, None]
    top = np.nan_to_num(figures.top)[pairs.source]
    noise = how.noise * pairs.sums(np.broadcast_to(weight**2, top.shape))
    own = np.nan_to_num(task.error)[pairs.source] * weight
    if figures.base is None:
        drawn = how.model.variance(top, apart(weight, top), common, everyone=how.everyone) * _left_out(task, top)
        return pairs.sums(np.where(certain, 0.0, drawn)) + pairs.sums(own**2) + noise
    under = np.nan_to_num(figures.base)[pairs.source]
    quotient = np.nan_to_num(value / figures.scale)
    of_target = quotient[pairs.target]
    if how.kind is Kind.SHARE:
        rest = np.maximum(under - top, 0.0)
        drawn = how.model.quotient_variance(top, rest, of_target, apart(weight, under), common)
    else:
        persons = under if how.kind in (Kind.MEAN, Kind.NET) else _persons(task)
        drawn = how.model.amount_variance(top, persons, top - of_target * under, apart(weight, persons), common)
    squares = pairs.sums(np.where(certain, 0.0, drawn)) + pairs.sums((own / figures.scale * under) ** 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((squares + noise * (1 + quotient**2)) / base**2 * figures.scale**2)


def _left_out(task: Task, top: Floats) -> Floats:
    """The part of those counted that a figure leaves out: of all who were counted there is nothing to draw."""
    if not task.how.persons:
        return np.ones_like(top)
    kind = task.links.own_all
    counted = kind if task.how.counts_kind and (kind[:, None] >= top).all() else task.links.everyone
    with np.errstate(invalid="ignore", divide="ignore"):
        left = 1 - top / counted[:, None]
        return np.where(np.isfinite(left), np.clip(left, 0.5 / (counted[:, None] + 1), 1.0), 1.0)


def _persons(task: Task) -> Floats:
    if task.figures.contributors is not None:
        return np.nan_to_num(task.figures.contributors)[task.pairs.source]
    return np.broadcast_to(np.nan_to_num(task.links.base)[:, None], task.of_pieces.shape)


def _widened(task: Task, bound: bounds.Interval, sources: Floats, base: Floats, value: Floats) -> bounds.Interval:
    """Bounds with room for the noise in the published counts, and a share's within 0 and 1."""
    (low, high), how, scale = bound, task.how, task.figures.scale
    if how.noise > 0:
        noisy = LIKELY * np.sqrt(how.noise * sources)
        if task.figures.base is not None:
            with np.errstate(invalid="ignore", divide="ignore"):
                noisy = noisy * np.sqrt(1 + (value / scale) ** 2) / base * scale
        low, high = low - noisy, high + noisy
        low = low if how.signed else np.maximum(low, 0.0)
    if how.kind is Kind.SHARE:
        low, high = np.clip(low, 0.0, scale), np.clip(high, 0.0, scale)
    return low, high


def _contributors(task: Task, parts: Floats) -> Floats:
    figures = task.figures
    if figures.contributors is None or figures.base is None:
        return task.pairs.sums(parts)
    return task.pairs.sums(shared_out(figures.contributors, task.pairs, task.links))
