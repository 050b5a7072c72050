"""Figures of one edition on the areas of another, each saying how it was made and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.areas import AreaDivision
from gisintegration.change.asked import (
    check_boundaries,
    check_complete,
    check_kinds,
    cut_to,
    on_source,
    places_of,
    recalculable,
)
from gisintegration.change.block import MISSING, SHOWN, ZERO, Block, laid_out
from gisintegration.change.carry import Task, carried
from gisintegration.change.crosswalk import POPULATION, Crosswalk
from gisintegration.change.how import Options, how_carried, populations
from gisintegration.change.links import Links, Pairs, pairs_of
from gisintegration.change.marks import coordinate_types, methods, policies, reasons
from gisintegration.change.publishable import publishable
from gisintegration.change.result import Result, frame_of, notes_of, of_same, stacked
from gisintegration.change.shares import (
    QUOTIENTS,
    Figures,
    check_denominator,
    counts,
    no_denominator,
    published_quotients,
    raw_quotients,
)
from gisintegration.change.whole import whole_numbers
from gisintegration.errors import CodeError, DisclosureError, IndicatorError, InputError
from gisintegration.tables import COLUMNS, Indicator, Kind, ProtectedTable, RawTable, Status, row_keys
from gisintegration.tables.row import RAW_BOUNDS, RAW_COLUMNS

Floats = npt.NDArray[np.float64]
Table = TypeVar("Table", bound=RawTable | ProtectedTable)


def recalculate(
    table: Table,
    crosswalk: Crosswalk,
    *,
    kinds: Mapping[str, str] | None = None,
    denominators: Mapping[str, str] | None = None,
    register_only: Literal["refuse", "leave_out"] = "refuse",
    whole: bool = False,
    perturbation: Mapping[str, float] | None = None,
    rounding: Mapping[str, float] | None = None,
    areas: AreaDivision | None = None,
) -> Table:
    r"""Figures on the source edition of a crosswalk, on its target edition.

    Rows on other editions (kommun, riket, another DeSO) pass unchanged: a kommun's figure is its own row's, never the
    sum of recalculated areas.

    Parameters
    ----------
    table
        Raw or protected; the same kind comes back. There is no way from raw to protected here: protect what comes back.
    crosswalk
        Leads from the edition the figures stand on. Where its weights are of several years, each figure takes the
        nearest.
    kinds
        Indicator id → kind of weight; ``population`` for those not named. A kind that counts the very population of an
        indicator, in the same year, makes it exact.
    denominators
        Of a protected table: id of a share, mean or ratio → id of a count in the table that is its denominator, where
        the rows do not have one.
    register_only
        What to do with medians, indices, classes and what is declared so: ``refuse``, or ``leave_out`` with a warning.
    whole
        Round counts to whole numbers, so that every sum stays one: classes to their total, areas to their kommun and
        all (:func:`gisintegration.change.whole.whole_numbers`).
    perturbation
        Policy → variance of the noise that its counts were published with (Cell Key). It widens bounds, which then are
        likely ranges of two standard deviations, and standard errors by :math:`\sum w^2 V`.
    rounding
        Indicator id of a count → half the width it was rounded or adjusted by when published: 2 where 1 and 2 were
        made 0 or 3.
    areas
        The areas that the figures stand on, to make sure that the crosswalk was made of the same boundaries. Of fewer
        areas than a key (a region, ``where=``), the crosswalk is cut to them (``Crosswalk.select``).

    Returns
    -------
    RawTable or ProtectedTable
        With the rows of the source edition replaced by those of the target edition. Where the table has a row of the
        target edition that is ``not_applicable``, as published tables have for the years before it, the recalculated
        one stands instead.

        ``numerator``, ``denominator``, ``contributors``
            :math:`\sum_s w_s n_s`, each apart; ``value`` is a count, or made of the two. Of a protected table quotients
            are rounded to their decimals; counts are not, unless ``whole``. Pieces of a source add up to it exactly,
            and totals of whole numbers are equal to the last unit.
        ``status``
            ``missing`` where a contributing source is, where ``not_applicable`` ones stand beside others, or where none
            contributes and nothing says that nobody is there; else ``protected`` where one is, with that source's
            reason if all sources are protected for the same one, else ``secondary``; ``did_not_exist`` or
            ``not_applicable`` where all are; ``zero`` where the sum is 0, or nobody is counted or expected there.
        ``method``
            ``summed`` where every source lies wholly in the target, else ``recalculated:`` and the crosswalk's method.
        ``exact_share``
            Part of the figure (of a quotient: of its denominator) from sources that lie wholly inside; 1 where the
            pieces were counted for the figure's own population and year.
        ``n_sources``
            Contributing sources, those with a weight above 0.
        ``lower``, ``upper``
            Sources wholly inside, and those that touch; see :mod:`gisintegration.change.bounds`. With the year's
            persons of a piece known, each source is bounded by them. Numerator and denominator of a share are bounded
            together. A share rebuilt from a published one lies within its rounding. NaN where there is no bound: means
            and ratios of amounts that may be negative.
        ``se``
            See :class:`gisintegration.change.errors.ErrorModel`; 0 for what is exact. A weight of 0 or 1 of an area
            that touches others is not (:func:`gisintegration.change.errors.apart`).

        What is not ``shown`` or ``zero`` has NaN for all of these, and no sources.

    Raises
    ------
    InputError
        No rows stand on the crosswalk's source, rows are missing or twice, or the boundaries are others.
    CodeError
        Codes of another edition, unknown codes, or areas of the crosswalk that the table lacks.
    IndicatorError
        An indicator is only the register's, a published share has no denominator, or a kind is unknown.
    DisclosureError
        The table is protected, and the raw crosswalk does not say how many persons live in its pieces.

    Notes
    -----
    A figure that depends on a protected one is protected, so that nothing can be read from a recalculated protected
    table that could not be read from the table itself and the crosswalk. A crosswalk made of persons' places tells how
    many live in each piece: for protected tables pieces of 1–19 persons are put to their source's largest, and bounds
    and exactness do not use the persons (:func:`gisintegration.change.publishable.publishable`).

    Examples
    --------
    >>> from gisintegration.testing import example_raw
    >>> rows = {"source": ["0114A0010", "0114A0020", "0114A0020"], "target": ["0114A0010", "0114A0010", "0114A0020"]}
    >>> key = pd.DataFrame({**rows, "weight": [1.0, 0.25, 0.75]})
    >>> codes = ("0114A0010", "0114A0020")
    >>> walk = Crosswalk("deso/2018", "deso/2025", "table", key, codes, codes)
    >>> made = recalculate(example_raw(numerator=[30, 20], denominator=[60, 40]), walk)
    >>> made.table[["edition", "area", "numerator", "denominator", "value", "lower", "upper", "n_sources"]].round(1)
      edition       area  numerator  denominator  value  lower  upper  n_sources
    0    2025  0114A0010       35.0         70.0   50.0   37.5   62.5          2
    1    2025  0114A0020       15.0         30.0   50.0    0.0  100.0          1
    """
    raw = _is_raw(table)
    crosswalk = crosswalk if raw else publishable(crosswalk)
    frame = table.table
    mask = on_source(frame, crosswalk)
    check_boundaries(areas, crosswalk)
    crosswalk = cut_to(crosswalk, areas)
    kept = frame if mask.all() else frame[mask]
    here = {name: table.indicators[name] for name in sorted({str(name) for name in kept["indicator"].unique()})}
    chosen = recalculable(here, crosswalk, register_only)
    check_kinds(kinds or {}, chosen, crosswalk)
    blocks = _blocks(kept, {name: here[name] for name in sorted(chosen)}, crosswalk)
    _check_named(table, blocks, perturbation or {}, rounding or {}, denominators or {})
    options = Options(
        crosswalk=crosswalk,
        pairs=pairs_of(crosswalk),
        raw=raw,
        kinds=kinds or {},
        denominators=denominators or {},
        whole=whole,
        perturbation=perturbation or {},
        rounding=rounding or {},
        populations=populations(blocks, raw=raw),
    )
    _check_parts(blocks, options)
    frames = [frame_of(_made(blocks, name, options), crosswalk, raw=raw) for name in blocks]
    columns = (*RAW_COLUMNS, *RAW_BOUNDS) if raw else COLUMNS
    if mask.all():
        made = stacked(frames, columns)
    else:
        made = _without_doubles(stacked([*frames, frame[~mask]], columns), crosswalk)
    named = {str(name) for name in made["indicator"].unique()}
    indicators = {name: item for name, item in table.indicators.items() if name in named or name not in here}
    if isinstance(table, RawTable):
        return cast("Table", RawTable(made, indicators, table.labels, table.residual))
    notes = notes_of(crosswalk, likely=bool(perturbation))
    said = (*table.notes, *(note for note in notes if note not in table.notes))
    return cast("Table", ProtectedTable(made, indicators, table.labels, table.stamps, table.source, said))


def _is_raw(table: object) -> bool:
    if not isinstance(table, RawTable | ProtectedTable):
        raise InputError(
            f"A table of type {type(table).__name__} cannot be recalculated.",
            hint="pass what gi.aggregate, gi.protect or gi.read_reported gave; of a release, one of its tables.",
        )
    return isinstance(table, RawTable)


def _blocks(rows: pd.DataFrame, indicators: Mapping[str, Indicator], crosswalk: Crosswalk) -> dict[str, Block]:
    """The rows of each indicator, as areas × cells."""
    column = rows["indicator"].astype("category").cat
    names = [str(name) for name in column.categories]
    place = places_of(rows["area"], crosswalk)
    made = {}
    for name, declared in indicators.items():
        mine = column.codes.to_numpy() == names.index(name)
        everything = bool(mine.all())
        at = place if everything else place[mine]
        check_complete(np.flatnonzero(np.bincount(at)).tolist(), name, crosswalk)
        made[name] = laid_out(rows if everything else rows[mine], declared, at, crosswalk)
    return made


def _check_named(
    table: RawTable | ProtectedTable,
    blocks: Mapping[str, Block],
    perturbation: Mapping[str, float],
    rounding: Mapping[str, float],
    denominators: Mapping[str, str],
) -> None:
    known = [] if isinstance(table, RawTable) else sorted({str(name) for name in table.table["policy"].unique()})
    for policy in perturbation:
        if policy not in known:
            raise DisclosureError.unknown("policy", policy, known, where="the table")
    for name in (*rounding, *denominators, *denominators.values()):
        if name not in blocks:
            raise IndicatorError.unknown("indicator", name, blocks, where="the recalculated rows")


def _check_parts(blocks: Mapping[str, Block], options: Options) -> None:
    """Refuse quotients without a denominator, all of them at once."""
    failures: list[dict[str, object]] = []
    refused: list[IndicatorError] = []
    for name, block in blocks.items():
        if options.raw or block.indicator.kind not in QUOTIENTS:
            continue
        of = options.denominators.get(name)
        if of is not None:
            wrong = check_denominator(block.indicator, blocks[of].indicator)
            if wrong:
                failures.append({"indicator": name, "denominator": of, "what": wrong})
        elif (block.known & np.isnan(block.read("denominator"))).any():
            refused.append(no_denominator(block.indicator))
    if failures:
        raise IndicatorError(
            "A denominator must count the population of its share, mean or ratio.",
            hint="name a count that is declared with the same population.",
            failures=failures,
        )
    if len(refused) == 1:
        raise refused[0]
    if refused:
        raise IndicatorError(
            f"{len(refused)} published quotients have no denominator: their numerators cannot be rebuilt, and a "
            "quotient is never recalculated itself.",
            hint="fetch a count of the same population, area, year and classes for each, read it into the same table, "
            "and pass denominators={quotient: count}.",
            failures=[failure for error in refused for failure in error.failures],
        )


def _made(blocks: Mapping[str, Block], name: str, options: Options) -> Result:
    """One indicator on the target edition."""
    block, pairs = blocks[name], options.pairs
    figures = _figures(blocks, name, options)
    noise = policies(block, options.perturbation) if not options.raw else np.zeros(len(block.cells))
    error, exact = _own_quality(block)
    kind = options.kinds.get(name, POPULATION)
    _check_orphans(block, pairs)
    result = of_same(block, figures, pairs.same, (error, exact), noise)
    giving: dict[int, Links] = {}
    for year in block.cells.years:
        at = np.flatnonzero(block.cells.year == year)
        links = pairs.of(kind, year)
        giving[year] = links
        how = how_carried(
            block, options, links, year, noise=float(noise[at].max(initial=0.0)), total=block.cells.total[at]
        )
        cut = slice(int(at[0]), int(at[-1]) + 1)
        if len(pairs.changed):
            task = Task(figures.of_cells(cut), error[:, cut], exact[:, cut], pairs, links, how)
            result.put(pairs.changed, cut, carried(task))
    result.marks["method"] = methods(block, pairs, giving, result, options.crosswalk.method)
    result.marks["coordinate_type"] = coordinate_types(block, pairs, giving)
    if not options.raw:
        result.marks["reason"] = reasons(block, figures, pairs, giving)
        if block.indicator.kind is not Kind.COUNT:
            result.round_quotients(pairs.changed)
    if options.whole and block.indicator.kind is Kind.COUNT:
        result.make_whole(whole_numbers(result.value, block.cells, options.crosswalk))
    return result


def _figures(blocks: Mapping[str, Block], name: str, options: Options) -> Figures:
    block = blocks[name]
    if block.indicator.kind is Kind.COUNT:
        return counts(block, raw=options.raw, half=options.rounding.get(name, 0.0))
    if options.raw:
        return raw_quotients(block)
    of = options.denominators.get(name)
    half = options.rounding.get(of, 0.0) if of is not None else options.rounding.get(name, 0.0)
    return published_quotients(block, blocks[of] if of is not None else None, half=half)


def _own_quality(block: Block) -> tuple[Floats, Floats]:
    """Standard error and exact share of the sources' figures, from an earlier recalculation; else 0 and 1."""
    exact = block.read("exact_share")
    error = block.read("se") if "se" in block.table.columns else np.zeros(block.rows.shape)
    return np.nan_to_num(error), np.where(np.isnan(exact), 1.0, exact)


def _check_orphans(block: Block, pairs: Pairs) -> None:
    """Refuse to lose the figures of sources that the crosswalk sends nowhere."""
    figure = (block.status == SHOWN) | (block.status == MISSING) | ((block.status != ZERO) & ~block.absent)
    lost = np.flatnonzero(~pairs.meets & figure.any(axis=1))
    if len(lost):
        walk = pairs.crosswalk
        raise CodeError(
            f"{len(lost)} areas of {walk.source} have figures of '{block.indicator.id}' and no row in the crosswalk: "
            "they would be lost.",
            hint="make the crosswalk again (gi.crosswalk leads areas without a polygon through the remainder of their "
            "kommun, points of a register by delivered codes), or of a key that has them; or leave these areas out of "
            "the table and of the crosswalk: crosswalk.select(codes). crosswalk.verify() lists them.",
            failures=[{"code": walk.sources[place]} for place in lost],
        )


def _without_doubles(made: pd.DataFrame, crosswalk: Crosswalk) -> pd.DataFrame:
    """The rows without those that say a figure cannot be, where there is one: a table may hold both editions' years."""
    keys = row_keys(made)
    void = np.asarray(made["status"] == Status.NOT_APPLICABLE)
    order = np.lexsort((void, keys))
    again = np.zeros(len(keys), dtype=bool)
    again[order[1:]] = keys[order[1:]] == keys[order[:-1]]
    twice = int((again & ~void).sum())
    if twice:
        raise InputError(
            f"The table has figures on {crosswalk.target} already, for {twice} of the cells that are recalculated.",
            hint="keep one of the two: recalculate the years that stand on the source edition alone.",
        )
    return made[~again] if again.any() else made
