"""Statistics before and after protection: two types, so that the one cannot be taken for the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from gisintegration.tables.indicator import Indicator
from gisintegration.tables.row import COLUMNS, RAW_BOUNDS, RAW_COLUMNS, conform, in_order

Labels = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True, eq=False)
class RawTable:
    """Statistics before protection. Cannot be published or shown on the command line.

    Parameters
    ----------
    table
        One row a cell, columns ``RAW_COLUMNS``; recalculated tables also have ``RAW_BOUNDS``. ``numerator`` and
        ``denominator`` are what the kind of measure divides, ``contributors`` the persons behind the denominator; NaN
        where the figure does not apply or exist. A quotient that nobody is behind has value NaN, status ``missing`` and
        contributors 0.
    indicators
        Declaration of every indicator in the table.
    labels
        ``labels[breakdown][class][language]``: the words for every class.
    residual
        Persons kept out of the areas, by (kommun, year): what is left when the areas are taken from their kommun.
    """

    table: pd.DataFrame
    indicators: Mapping[str, Indicator]
    labels: Labels = field(default_factory=dict)
    residual: Mapping[tuple[str, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        bounds = [name for name in RAW_BOUNDS if name in self.table.columns]
        object.__setattr__(self, "table", in_order(conform(self.table, (*RAW_COLUMNS, *bounds))))

    def __repr__(self) -> str:
        return f"<RawTable: {len(self.table)} cells, unprotected; protect(…) makes them safe to show>"

    def _repr_html_(self) -> str:
        return f"<p><strong>RawTable</strong>: {len(self.table)} cells, unprotected. <code>gi.protect</code> first.</p>"


@dataclass(frozen=True, eq=False)
class ProtectedTable:
    """Statistics after a policy, with a status for every cell and the policy's name in every row.

    Made only by ``gi.protect``, ``gi.read_reported`` and ``gi.recalculate``.

    Parameters
    ----------
    table
        One row a cell, columns ``COLUMNS``. Figures are NaN unless status is ``shown`` or ``zero``; what the policy
        hides in shown cells too (the numerator of a share) is NaN everywhere.
    indicators, labels
        As in ``RawTable``.
    stamps
        ``stamps[policy][language]``: the sentence every output carries about how the figures were protected.
    source
        Who published the figures, for the source line: "SCB, tabell TAB6574"; empty for the user's own.
    notes
        Sentences in Swedish and English every output of the figures carries.
    """

    table: pd.DataFrame
    indicators: Mapping[str, Indicator]
    labels: Labels = field(default_factory=dict)
    stamps: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    source: str = ""
    notes: tuple[Mapping[str, str], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", in_order(conform(self.table, COLUMNS)))

    def __repr__(self) -> str:
        return f"<ProtectedTable: {self._summary()}>"

    def _repr_html_(self) -> str:
        return f"<p><strong>ProtectedTable</strong>: {self._summary()}</p>"

    def _summary(self) -> str:
        shares = self.table["status"].value_counts(normalize=True)
        states = ", ".join(f"{share:.1%} {status}" for status, share in shares.items() if share > 0)
        return f"{len(self.table)} cells under {', '.join(self.stamps)}; {states}"
