"""The parts that a figure is made of: numerator and denominator apart, rebuilt where only the quotient is published."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gisintegration.change.block import DID_NOT_EXIST, MISSING, NOT_APPLICABLE, PROTECTED, SHOWN, ZERO, Block
from gisintegration.errors import IndicatorError
from gisintegration.tables import CONTRIBUTORS, Indicator, Kind

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]

QUOTIENTS = (Kind.SHARE, Kind.MEAN, Kind.RATIO, Kind.QUOTIENT, Kind.NET)
PERCENT = (Kind.SHARE, Kind.RATIO, Kind.NET)
# Tables of Statistics Sweden that have a denominator, by what stands in the rule of its population.
_TABLES = (
    ("equivalised_income", "TAB6685 (low and high economic standard), its number of persons"),
    ("income", "TAB6683 (net income), its number of persons"),
    ("education", "TAB6534 (education), all levels"),
    ("birth_region", "TAB6571 (population by background)"),
    ("age", "TAB6574 (population by age and sex), the ages summed, or TAB6680 for ages 16–64 and 20–64"),
)


@dataclass(frozen=True, eq=False)
class Figures:
    """What the sources bring, each of shape (sources, cells).

    Parameters
    ----------
    top, base
        Count or numerator; denominator, None for a count. NaN where there is no figure.
    top_low, top_high, base_low, base_high
        Between which they lie for certain: equal unless a published figure was rounded or already estimated.
    low, high
        The same of the figure itself, in its unit.
    status
        With a quotient that nobody is behind as ``ZERO``: its parts are 0 and known.
    contributors
        Persons behind the figure, of a raw table.
    shows_parts
        The table shows numerators and denominators, and so shall the result.
    estimated
        The quotient is itself an estimate, so that its denominator is not known for certain.
    scale
        What the quotient is multiplied by, 100 or 1.
    """

    top: Floats
    base: Floats | None
    top_low: Floats
    top_high: Floats
    base_low: Floats | None
    base_high: Floats | None
    low: Floats
    high: Floats
    status: Codes
    contributors: Floats | None
    shows_parts: Bools
    estimated: Bools
    scale: float

    def of_cells(self, cut: slice) -> Figures:
        """These figures in some of the cells."""
        changes: dict[str, Any] = {
            name: values[:, cut] for name, values in vars(self).items() if isinstance(values, np.ndarray)
        }
        return replace(self, **changes)


def counts(block: Block, *, raw: bool, half: float) -> Figures:
    """The figures of a count.

    Parameters
    ----------
    half
        Half the width that published counts are rounded or adjusted by.
    """
    known = block.known
    top = np.where(known, block.read("value"), np.nan)
    low, high = _own_bounds(block, top)
    low = np.where(np.isnan(low), np.maximum(top - half, 0.0) if half else top, low)
    high = np.where(np.isnan(high), top + half, high)
    return Figures(
        top=top,
        base=None,
        top_low=low,
        top_high=high,
        base_low=None,
        base_high=None,
        low=low,
        high=high,
        status=block.status,
        contributors=block.read(CONTRIBUTORS) if raw else None,
        shows_parts=~np.isnan(block.read("numerator")),
        estimated=np.zeros(top.shape, dtype=bool),
        scale=1.0,
    )


def raw_quotients(block: Block) -> Figures:
    """The parts of a share, mean or ratio of a raw table, which has them."""
    top, base = block.read("numerator"), block.read("denominator")
    known = ~np.isnan(top) & ~np.isnan(base) & ~block.absent
    status = np.where(known & (block.status == MISSING), ZERO, block.status).astype(np.int8)
    status = np.where(~known & ((status == SHOWN) | (status == ZERO)), MISSING, status).astype(np.int8)
    top, base = np.where(known, top, np.nan), np.where(known, base, np.nan)
    value = block.read("value")
    low, high = _own_bounds(block, value)
    scale = 100.0 if block.indicator.kind in PERCENT else 1.0
    return Figures(
        top=top,
        base=base,
        top_low=top,
        top_high=top,
        base_low=base,
        base_high=base,
        low=np.where(np.isnan(low), value, low),
        high=np.where(np.isnan(high), value, high),
        status=status,
        contributors=block.read(CONTRIBUTORS),
        shows_parts=np.ones(block.rows.shape, dtype=bool),
        estimated=low < high,
        scale=scale,
    )


def published_quotients(block: Block, beside: Block | None, *, half: float) -> Figures:
    r"""The parts of a published share, mean or ratio.

    Where the numerator is not published it is rebuilt: :math:`n = p \cdot N`, with the denominator of the row or of
    ``beside``. A figure published as :math:`p` with :math:`d` decimals lies within :math:`p \pm 0.5 \cdot 10^{-d}`, so
    that :math:`n` lies within the same part of :math:`N`, and :math:`N` within ``half`` of what is published.

    Parameters
    ----------
    beside
        The count that is the denominator, None if the rows have their own.
    half
        Half the width that published counts are rounded or adjusted by.

    Raises
    ------
    IndicatorError
        A shown figure has no denominator.
    """
    declared = block.indicator
    value, top, base = block.read("value"), block.read("numerator"), block.read("denominator")
    hidden = np.isnan(base)
    status = block.status
    if beside is not None:
        aligned, its_status = _aligned(block, beside)
        base = np.where(hidden, aligned, base)
        status = _with_denominator(block.status, its_status, hidden)
    known = (status == SHOWN) | (status == ZERO)
    nobody = (status == MISSING) & (base == 0) & np.isnan(value)
    if (known & np.isnan(base)).any():
        raise no_denominator(declared)
    scale = 100.0 if declared.kind in PERCENT else 1.0
    given = ~np.isnan(top) & ~hidden
    top = np.where(given, top, value * base / scale)
    top, base = np.where(nobody, 0.0, top), np.where(nobody, 0.0, base)
    status = np.where(nobody, ZERO, status).astype(np.int8)
    known |= nobody
    width = np.where(given, 0.0, 0.5 * 10.0**-declared.decimals)
    low, high = _own_bounds(block, value)
    estimated = low < high
    exact = np.divide(top * scale, base, out=value.copy(), where=(base > 0) & given)
    low = np.where(np.isnan(low), exact - width, low)
    high = np.where(np.isnan(high), exact + width, high)
    if declared.kind is Kind.SHARE:
        low, high = np.maximum(low, 0.0), np.minimum(high, scale)
    base_low, base_high = np.maximum(base - half, 0.0), base + half
    top_low = np.minimum(low * base_low, low * base_high) / scale
    top_high = np.maximum(high * base_low, high * base_high) / scale
    if declared.kind is Kind.SHARE:
        top_high = np.minimum(top_high, base_high)
    settled = given & (half == 0)
    blank = ~known
    return Figures(
        top=np.where(blank, np.nan, top),
        base=np.where(blank, np.nan, base),
        top_low=np.where(settled | nobody, top, top_low),
        top_high=np.where(settled | nobody, top, top_high),
        base_low=base_low,
        base_high=base_high,
        low=low,
        high=high,
        status=status,
        contributors=None,
        shows_parts=~hidden,
        estimated=estimated,
        scale=scale,
    )


def check_denominator(declared: Indicator, base: Indicator) -> str:
    """What is wrong with a count as the denominator of a quotient; empty if nothing is.

    Examples
    --------
    >>> from gisintegration.testing import example_indicator
    >>> check_denominator(example_indicator("share", population={"age": "20-64"}), example_indicator("count"))
    "its population is {}, not {'age': '20-64'}"
    """
    if base.kind is not Kind.COUNT:
        return f"it is a {base.kind}, not a count"
    if dict(base.population) != dict(declared.population):
        return f"its population is {dict(base.population)}, not {dict(declared.population)}"
    if declared.kind is Kind.SHARE and base.counted != declared.counted:
        return f"it counts '{base.counted}', not '{declared.counted}'"
    if declared.kind is Kind.RATIO and base.counted != "krona":
        return f"it counts '{base.counted}', not what the ratio divides by ({declared.base}, in kronor)"
    return ""


def no_denominator(declared: Indicator) -> IndicatorError:
    """The refusal of a published quotient that nothing published can be multiplied by."""
    said = " ".join([*map(str, declared.population), str(declared.variable or ""), declared.subject, declared.id])
    fetch = next((table for word, table in _TABLES if word in said), "TAB6574 (population by age and sex)")
    who = dict(declared.population) or "everyone"
    whole = f"sums of '{declared.base}'" if declared.kind is Kind.RATIO else f"a count of {who}"
    return IndicatorError(
        f"'{declared.id}' is a published {declared.kind} without its denominator, whose population is {who}: its "
        "numerator cannot be rebuilt, and a quotient is never recalculated itself.",
        hint=f"fetch {whole} by the same area, year and classes (Statistics Sweden: {fetch}), read it into the same "
        f'table as a count of that population, and pass denominators={{"{declared.id}": its id}}.',
        failures=[{"indicator": declared.id, "population": str(who), "fetch": fetch}],
    )


def _own_bounds(block: Block, value: Floats) -> tuple[Floats, Floats]:
    """Bounds that the table itself has, from an earlier recalculation; NaN where it has none."""
    if "lower" not in block.table.columns:
        return np.full(value.shape, np.nan), np.full(value.shape, np.nan)
    return block.read("lower"), block.read("upper")


def _aligned(block: Block, beside: Block) -> tuple[Floats, Codes]:
    """A count's figures and statuses in the cells of the quotient."""
    place = {names: number for number, names in enumerate(_named(beside))}
    found = [place.get(names, -1) for names in _named(block)]
    absent = [number for number, cell in enumerate(found) if cell < 0]
    if absent:
        raise IndicatorError(
            f"'{beside.indicator.id}', the denominator of '{block.indicator.id}', lacks {len(absent)} of its years or "
            "classes.",
            hint="add them to the count, or leave the classes out of the quotient.",
            failures=[block.cells.names(cell) for cell in absent],
        )
    known = beside.known
    values = np.where(known, beside.read("value"), np.nan)
    return values[:, found], beside.status[:, found]


def _named(block: Block) -> list[tuple[object, ...]]:
    cells = block.cells
    return [tuple(cells.names(cell).values()) for cell in range(len(cells))]


def _with_denominator(status: Codes, its: Codes, hidden: Bools) -> Codes:
    """A figure whose denominator is missing or protected is so too."""
    shown = ((status == SHOWN) | (status == ZERO)) & hidden
    made = np.where(shown & (its == MISSING), MISSING, status)
    made = np.where(shown & (its == PROTECTED), PROTECTED, made)
    void = (its == NOT_APPLICABLE) | (its == DID_NOT_EXIST)
    return np.where(shown & void, MISSING, made).astype(np.int8)
