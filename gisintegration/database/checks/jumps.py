"""Changes between years, against the spread of an indicator's changes on its level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.database.checks.blocks import (
    EVERYONE,
    MISSING,
    NEVER,
    NO_ROW,
    PROTECTED,
    STATUSES,
    Block,
    Bools,
    Floats,
    Positions,
)
from gisintegration.database.checks.findings import Findings, Number, class_of
from gisintegration.database.checks.limits import Limits
from gisintegration.tables import TOTAL, WORDS, Kind, Status

# A standard deviation of a normal distribution is so many median absolute deviations.
_NORMAL = 1.4826
_FEWEST, _FEWEST_YEARS, _FEWEST_AREAS = 8, 4, 20
_NOT_APPLICABLE = STATUSES.index(Status.NOT_APPLICABLE)
# So large a part of the areas must have been shown for their protection to be news.
_SHOWN_BEFORE = 0.2


@dataclass(frozen=True, eq=False)
class Changes:
    """Changes of one class from one year of a block to the next.

    Parameters
    ----------
    change
        Years but the first × areas; NaN where one of both is not shown. Of counts the change of twice the square root,
        whose spread does not depend on the size.
    typical
        Median change of each year.
    spread
        Usual distance of an area's change from its year's median.
    """

    change: Floats
    typical: Floats
    spread: float


def check_years(block: Block, breaks: pd.DataFrame, found: Findings, limits: Limits) -> None:
    """Jumps of single areas and of whole levels, changes beyond the project's limits, and figures that vanish."""
    if len(block.years) < 2:
        return
    told = _told(block, breaks)
    everyone = block.class_at(EVERYONE)
    if everyone >= 0 and block.indicator.kind is not Kind.CLASS:
        _check_jumps(block, everyone, told, found, limits)
    if block.indicator.kind is not Kind.CLASS and limits.shift > 0:
        for position in range(len(block.classes)):
            _check_shift(block, position, told, found, limits)
    if block.indicator.id in limits.changes:
        _check_changes(block, told, found, limits.changes[block.indicator.id])
    _check_vanished(block, found)


def changes_of(block: Block, position: int) -> Changes:
    """The changes of one class."""
    value = np.where(block.shown[position], block.value[position], np.nan)
    if block.indicator.kind is Kind.COUNT:
        value = 2 * np.sqrt(np.maximum(value, 0))
    change = np.diff(value, axis=0)
    typical = medians(change)
    known = np.abs(change - typical[:, None])
    known = known[~np.isnan(known)]
    floor = 1.0 if block.indicator.kind is Kind.COUNT else 10.0**-block.indicator.decimals
    spread = max(_NORMAL * float(np.median(known)), floor) if len(known) else np.nan
    return Changes(change, typical, spread)


def medians(rows: Floats) -> Floats:
    """Median of each row's figures; NaN for a row without any.

    Examples
    --------
    >>> medians(np.array([[3.0, 1.0, np.nan], [np.nan, np.nan, np.nan]])).tolist()
    [2.0, nan]
    """
    ordered = np.sort(rows, axis=-1)
    number = np.count_nonzero(~np.isnan(rows), axis=-1)
    every = np.arange(len(rows))
    low, high = np.maximum((number - 1) // 2, 0), np.minimum(number // 2, rows.shape[-1] - 1)
    middle: Floats = np.where(number > 0, (ordered[every, low] + ordered[every, high]) / 2, np.nan)
    return middle


def _told(block: Block, breaks: pd.DataFrame) -> dict[int, list[tuple[str, dict[str, str]]]]:
    """Known breaks by the position of the first year after them: which area they are of ("" for all), and in words."""
    mine = breaks[
        breaks["indicator"].isin(["", block.indicator.id])
        & breaks["division"].isin(["", block.areas.division])
        & (breaks["kind"] != "lan")
    ]
    found: dict[int, list[tuple[str, dict[str, str]]]] = {}
    first = np.searchsorted(block.years, mine["year"].to_numpy(dtype=np.int64))
    for after, area, sv, en in zip(first, mine["area"], mine["sv"], mine["en"], strict=True):
        if 0 < after < len(block.years):
            found.setdefault(int(after), []).append((str(area), {"sv": str(sv), "en": str(en)}))
    return found


def _check_jumps(
    block: Block, position: int, told: dict[int, list[tuple[str, dict[str, str]]]], found: Findings, limits: Limits
) -> None:
    made = changes_of(block, position)
    known = int((~np.isnan(made.change)).sum())
    if limits.jump <= 0 or known < _FEWEST:
        return
    found.looked("jump", known)
    times = np.abs(made.change - made.typical[:, None]) / made.spread
    with np.errstate(invalid="ignore"):
        year, area = np.nonzero(times > limits.jump)
    excused = _excused(block, told, year, area)
    for after in np.unique(year[excused]):
        _note(block, told, int(after) + 1, int((year[excused] == after).sum()), found)
    year, area = year[~excused], area[~excused]
    at = ((position * len(block.years)) + year + 1) * len(block.codes) + area
    value = block.value[position]

    def say(i: int) -> dict[str, object]:
        return {
            "before": Number(value[year[i], area[i]], block.indicator.decimals),
            "value": Number(value[year[i] + 1, area[i]], block.indicator.decimals),
            "times": Number(times[year[i], area[i]], 0),
        }

    found.add_cells("jump", "warning", block, at, say)


def _check_shift(
    block: Block,
    position: int,
    told: dict[int, list[tuple[str, dict[str, str]]]],
    found: Findings,
    limits: Limits,
) -> None:
    made = changes_of(block, position)
    number = np.count_nonzero(~np.isnan(made.change), axis=1)
    # Classes of few areas move by chance.
    fewest = 1 if block.classes[position] == EVERYONE else _FEWEST_AREAS
    if (number < fewest).all():
        return
    typical = np.where(number >= fewest, made.typical, np.nan)
    known = typical[~np.isnan(typical)]
    if len(known) < _FEWEST_YEARS:
        return
    found.looked("shift", len(known))
    usual = float(np.median(known))
    spread = max(made.spread, _NORMAL * float(np.median(np.abs(known - usual))))
    with np.errstate(invalid="ignore"):
        years = np.flatnonzero(np.abs(typical - usual) > limits.shift * spread)
    for y in years:
        if y + 1 in told:
            _note(block, told, int(y) + 1, int(number[y]), found)
            continue
        shown = np.diff(np.where(block.shown[position], block.value[position], np.nan)[[y, y + 1]], axis=0)
        found.add(
            "shift",
            "warning",
            indicator=block.indicator.id,
            key=block.key,
            year=int(block.years[y + 1]),
            cell=block.classes[position],
            cells=int(number[y]),
            change=Number(float(medians(shown)[0]), block.indicator.decimals),
            before=str(block.years[y]),
            times=Number(abs(typical[y] - usual) / spread, 0),
        )


def _check_changes(
    block: Block, told: dict[int, list[tuple[str, dict[str, str]]]], found: Findings, limit: float
) -> None:
    for position, cell in enumerate(block.classes):
        if cell[1:] != (TOTAL, TOTAL, TOTAL):
            continue
        value = np.where(block.shown[position], block.value[position], np.nan)
        change = np.diff(value, axis=0)
        found.looked("change", int((~np.isnan(change)).sum()))
        with np.errstate(invalid="ignore"):
            year, area = np.nonzero(np.abs(change) > limit)
        excused = _excused(block, told, year, area)
        year, area = year[~excused], area[~excused]
        at = ((position * len(block.years)) + year + 1) * len(block.codes) + area

        figures = value[year, area], value[year + 1, area], change[year, area], np.full(len(year), limit)
        say = partial(_changed, figures, block.indicator.decimals)
        found.add_cells("change", "warning", block, at, say)


def _changed(figures: Sequence[Floats], decimals: int, i: int) -> dict[str, object]:
    names = ("before", "value", "change", "high")
    return {name: Number(column[i], decimals) for name, column in zip(names, figures, strict=True)}


def _excused(
    block: Block, told: dict[int, list[tuple[str, dict[str, str]]]], year: Positions, area: Positions
) -> Bools:
    """Of each change, by its position among the changes, whether a known break explains it."""
    known = (_excuse(block, told, int(y) + 1, int(a)) is not None for y, a in zip(year, area, strict=True))
    return np.fromiter(known, dtype=np.bool_, count=len(year))


def _excuse(
    block: Block, told: dict[int, list[tuple[str, dict[str, str]]]], after: int, area: int
) -> dict[str, str] | None:
    """The known break that explains a change of an area; one of a kommun explains its areas."""
    code = str(block.codes[area])
    for of, words in told.get(after, []):
        if of in ("", code) or (len(of) == 4 and code.startswith(of)):
            return words
    return None


def _note(
    block: Block, told: dict[int, list[tuple[str, dict[str, str]]]], after: int, cells: int, found: Findings
) -> None:
    words = told[after][0][1]
    seen = {"check": "break", "indicator": block.indicator.id, "year": int(block.years[after])}
    division, _, edition = block.key.partition("/")
    seen |= {"division": division, "edition": edition}
    if any(all(row[name] == value for name, value in seen.items()) for row in found.rows):
        return
    found.add(
        "break",
        "note",
        indicator=block.indicator.id,
        key=block.key,
        year=int(block.years[after]),
        cells=cells,
        n=Number(cells, 0),
        text_=words,
    )


def _check_vanished(block: Block, found: Findings) -> None:
    shown = block.shown.sum(axis=2)
    rows = (block.status != NO_ROW).sum(axis=2)
    never = ((block.status == NEVER) | (block.status == _NOT_APPLICABLE)).sum(axis=2)
    missing, protected = ((block.status == code).sum(axis=2) for code in (MISSING, PROTECTED))
    found.looked("vanished", shown[:, 1:].size)
    gone = (shown[:, :-1] > 0) & (shown[:, 1:] == 0) & (rows[:, 1:] > never[:, 1:])
    # Classes of few persons come and go; that everyone's figure goes, or a class does in many areas, is news.
    everyone = np.array([cell == EVERYONE for cell in block.classes])[:, None]
    many = shown[:, :-1] >= _SHOWN_BEFORE * np.maximum(rows[:, :-1], 1)
    of_class = (missing[:, 1:] > protected[:, 1:]) & (shown[:, :-1] >= _FEWEST_AREAS)
    news = many & (everyone | of_class)
    for y in np.flatnonzero((gone & news).any(axis=0)):
        for status, more in ((Status.MISSING, missing > protected), (Status.PROTECTED, missing <= protected)):
            groups: npt.NDArray[np.intp] = np.flatnonzero(gone[:, y] & news[:, y] & more[:, y + 1])
            if not len(groups):
                continue
            first = block.classes[int(groups[0])]
            found.add(
                "vanished",
                "warning",
                indicator=block.indicator.id,
                key=block.key,
                year=int(block.years[y + 1]),
                cell=first if class_of(first) and len(groups) == 1 else EVERYONE,
                cells=int(rows[groups, y + 1].sum()),
                before=str(block.years[y]),
                n=Number(len(groups), 0),
                status={"sv": WORDS[status].sv, "en": WORDS[status].en},
            )
