"""From raw to protected: every kind of measure has a rule, and a kind without one is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.disclosure.policy import Policy, policy_named
from gisintegration.disclosure.scope import check_residual, check_scope
from gisintegration.errors import DisclosureError
from gisintegration.indicators.moves import counts_events
from gisintegration.swedish import round_half_away
from gisintegration.tables import (
    BREAKDOWNS,
    COLUMNS,
    CONTRIBUTORS,
    RAW_BOUNDS,
    TOTAL,
    Indicator,
    Kind,
    ProtectedTable,
    RawTable,
    Reason,
    Release,
    Status,
    coded,
    codes_in,
    constant,
)

Mask = npt.NDArray[np.bool_]
Rule = Callable[[pd.DataFrame, Indicator, Policy], "tuple[Mask, Mask]"]

_STATUSES, _REASONS = list(Status), list(Reason)
_SHOWN = np.isin(_STATUSES, [Status.SHOWN, Status.ZERO])
_MISSING = _STATUSES.index(Status.MISSING)
# Parts of persons are whole numbers of a millionth.
_NEARLY = 1e-7
_CELL = ("division", "edition", "area", "year", *BREAKDOWNS)


def protect(
    tables: RawTable | Sequence[RawTable], policy: str | Policy, *, published: Sequence[Release] = ()
) -> list[ProtectedTable]:
    """Make tables safe under a policy.

    Parameters
    ----------
    tables
        Raw statistics that will be published together.
    policy
        ``scb-share-rule``: a share needs more than 20 persons of whom more than 5 have the property, and none is
        treated as few; a mean, median or ratio more than 20 contributors; a count in a class, or of some, more than 5;
        the total population is always shown; a quotient more than 20 persons in the group of either side, of whom more
        than 5 have what the side asks for; a net flow a mean population of more than 20, and more than 5 of either
        flow, since the one is told by the net and the other; a dissimilarity more than 20 in both groups; an index or
        class needs every component. Primary protection only.
        ``internal``: nothing is done.
    published
        Releases already out, which the new tables must not be subtracted from.

    Returns
    -------
    list of ProtectedTable
        One for each raw table, in order. Values are rounded half away from zero to the indicator's decimals; under a
        policy that hides parts, numerators and denominators are NaN, and so are the bounds of a recalculated table,
        which are made of the parts of single areas; its standard errors are rounded to one decimal more than the
        values. Missing stays missing.

    Raises
    ------
    DisclosureError
        A kind of measure has no rule, the tables hold divisions that can be subtracted from each other, or persons
        kept out of the areas are too few.

    Notes
    -----
    The limits are those of Registerdata för integration: "andelsuppgifter endast för grupper med fler än 20 personer,
    där fler än 5 personer har egenskapen" (SCB, Så här är statistiken om integration uppbyggd).

    Examples
    --------
    >>> from gisintegration.testing import example_raw
    >>> protect(example_raw(numerator=[6, 5, 0], denominator=[21, 21, 20]), "scb-share-rule")[0].table[
    ...     ["value", "status", "reason"]]
       value     status         reason
    0   28.6      shown
    1    NaN  protected  zero_or_small
    2    NaN  protected     small_base
    """
    chosen = policy_named(policy)
    given = [tables] if isinstance(tables, RawTable) else list(tables)
    indicators = [item for raw in given for item in raw.indicators.values()]
    indicators += [item for release in published for item in release.indicators.values()]
    check_scope(
        [*(raw.table for raw in given), *(release.statistics for release in published)],
        chosen,
        flows={item.id for item in indicators if counts_events(item)},
    )
    for raw in given:
        check_residual(raw.residual.items(), chosen)
    frames = [_protected_cells(raw, chosen) for raw in given]
    if chosen.base_above is not None:
        _protect_composites(frames, given)
    return [
        ProtectedTable(
            table=frame.drop(columns=CONTRIBUTORS),
            indicators=raw.indicators,
            labels=raw.labels,
            stamps={chosen.name: chosen.stamp},
        )
        for raw, frame in zip(given, frames, strict=True)
    ]


def _protected_cells(raw: RawTable, policy: Policy) -> pd.DataFrame:
    table = raw.table
    status = codes_in(table["status"], _STATUSES)
    reason = np.zeros(len(table), dtype=np.int8)
    value = table["value"].to_numpy(copy=True)
    indicator = table["indicator"].cat
    used = table[["numerator", "denominator", "value", CONTRIBUTORS, *BREAKDOWNS]]
    for position, name in enumerate(indicator.categories):
        declared = raw.indicators[name]
        rule = _RULES.get(declared.kind)
        if rule is None:
            raise DisclosureError(
                f"Indicator '{name}' is of kind {declared.kind}, for which {policy.name} has no rule.",
                hint="a measure is published only under a rule written for its kind.",
            )
        rows = np.flatnonzero(indicator.codes.to_numpy() == position)
        value[rows] = round_half_away(value[rows], declared.decimals)
        if policy.base_above is None:
            continue
        small_base, small = rule(used.iloc[rows], declared, policy)
        secret = _SHOWN[status[rows]] | _nobody(status[rows], table[CONTRIBUTORS].to_numpy()[rows])
        for mask, why in ((small & ~small_base, Reason.ZERO_OR_SMALL), (small_base, Reason.SMALL_BASE)):
            status[rows[mask & secret]] = _STATUSES.index(Status.PROTECTED)
            reason[rows[mask & secret]] = _REASONS.index(why)
    shown = _SHOWN[status]
    parts = shown & (not policy.hides_parts)
    unknown = np.full(len(table), np.nan)
    frame = table.assign(
        numerator=np.where(parts, table["numerator"], unknown),
        denominator=np.where(parts, table["denominator"], unknown),
        value=np.where(shown, value, unknown),
        **_sureness(raw, policy, shown),
        status=coded(status, _STATUSES),
        reason=coded(reason, _REASONS),
        policy=constant(policy.name, len(table)),
        release=constant("", len(table)),
    )
    return frame[[*COLUMNS, CONTRIBUTORS]]


def _nobody(status: npt.NDArray[np.int16], contributors: npt.NDArray[np.float64]) -> Mask:
    """A quotient without a value because nobody is behind it is a secret; a source that is missing is not."""
    return np.asarray((status == _MISSING) & (contributors >= 0), dtype=np.bool_)


def _sureness(raw: RawTable, policy: Policy, shown: Mask) -> dict[str, npt.NDArray[np.float64]]:
    """Bounds and standard errors of the cells that are shown, where the table has any."""
    table = raw.table
    unknown = np.full(len(table), np.nan)
    made = {name: np.where(shown, table[name], unknown) if name in table else unknown for name in RAW_BOUNDS}
    if policy.hides_parts and "se" in table:
        made |= {"lower": unknown, "upper": unknown, "se": unknown.copy()}
        indicator = table["indicator"].cat
        for position, name in enumerate(indicator.categories):
            rows = shown & (indicator.codes.to_numpy() == position)
            made["se"][rows] = round_half_away(table["se"].to_numpy()[rows], raw.indicators[name].decimals + 1)
    return made


def _share(cells: pd.DataFrame, _indicator: Indicator, policy: Policy) -> tuple[Mask, Mask]:
    return _at_most(cells["denominator"], policy.base_above), _at_most(cells["numerator"], policy.small_up_to)


def _by_contributors(cells: pd.DataFrame, _indicator: Indicator, policy: Policy) -> tuple[Mask, Mask]:
    return _at_most(cells[CONTRIBUTORS], policy.base_above), np.zeros(len(cells), dtype=np.bool_)


def _count(cells: pd.DataFrame, indicator: Indicator, policy: Policy) -> tuple[Mask, Mask]:
    total = np.logical_and.reduce([np.asarray(cells[name] == TOTAL) for name in BREAKDOWNS])
    always = total if not indicator.population else np.zeros(len(cells), dtype=np.bool_)
    return np.zeros(len(cells), dtype=np.bool_), _at_most(cells["value"], policy.small_up_to) & ~always


def _quotient(cells: pd.DataFrame, _indicator: Indicator, policy: Policy) -> tuple[Mask, Mask]:
    few = _at_most(cells["numerator"], policy.small_up_to) | _at_most(cells["denominator"], policy.small_up_to)
    return _at_most(cells[CONTRIBUTORS], policy.base_above), few


def _net(cells: pd.DataFrame, _indicator: Indicator, policy: Policy) -> tuple[Mask, Mask]:
    # Contributors are those of the smaller flow: the net and the larger one would tell how many they are.
    return _at_most(cells["denominator"], policy.base_above), _at_most(cells[CONTRIBUTORS], policy.small_up_to)


def _composite(cells: pd.DataFrame, _indicator: Indicator, _policy: Policy) -> tuple[Mask, Mask]:
    nothing = np.zeros(len(cells), dtype=np.bool_)
    return nothing, nothing


_RULES: Mapping[Kind, Rule] = {
    Kind.SHARE: _share,
    Kind.COUNT: _count,
    Kind.MEAN: _by_contributors,
    Kind.MEDIAN: _by_contributors,
    Kind.RATIO: _by_contributors,
    Kind.QUOTIENT: _quotient,
    Kind.NET: _net,
    Kind.DISSIMILARITY: _by_contributors,
    Kind.INDEX: _composite,
    Kind.CLASS: _composite,
}


def _at_most(values: pd.Series, limit: int | None) -> Mask:
    # An unknown number counts as small: it may be nobody. Of recalculated persons the whole ones count.
    return ~np.asarray(np.floor(values + _NEARLY) > (limit or 0), dtype=np.bool_)


def _protect_composites(frames: list[pd.DataFrame], given: Sequence[RawTable]) -> None:
    """Protect an index or class wherever one of its components is protected, or is not given at all."""
    parts = {name: item.components for raw in given for name, item in raw.indicators.items()}
    composites = {name: _leaves(name, parts) for name, components in parts.items() if components}
    if not composites:
        return
    cells = pd.concat([frame[[*_CELL, "indicator", "status"]].astype("object") for frame in frames])
    open_cells = pd.MultiIndex.from_frame(cells[cells["status"] != Status.PROTECTED].drop(columns="status"))
    for position, frame in enumerate(frames):
        status, reason = codes_in(frame["status"], _STATUSES), codes_in(frame["reason"], _REASONS)
        value = frame["value"].to_numpy(copy=True)
        for name, components in composites.items():
            rows = np.flatnonzero(frame["indicator"] == name)
            keys = [frame[column].iloc[rows].astype("object") for column in _CELL]
            closed = np.zeros(len(rows), dtype=bool)
            for component in components:
                wanted = pd.MultiIndex.from_arrays([*keys, np.full(len(rows), component, dtype=object)])
                closed |= ~wanted.isin(open_cells)
            unsafe = rows[closed & (_SHOWN[status[rows]] | _nobody(status[rows], frame[CONTRIBUTORS].to_numpy()[rows]))]
            status[unsafe], reason[unsafe] = _STATUSES.index(Status.PROTECTED), _REASONS.index(Reason.PRIMARY)
            value[unsafe] = np.nan
        frames[position] = frame.assign(status=coded(status, _STATUSES), reason=coded(reason, _REASONS), value=value)


def _leaves(name: str, parts: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The indicators at the bottom of an index, a class of it, and so on."""
    components = parts.get(name, ())
    return set().union(*(_leaves(component, parts) for component in components)) if components else {name}
