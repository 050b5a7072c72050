"""What differs between two releases: figures, statuses, cells, and by how much."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from gisintegration import sql
from gisintegration.database.draft import changes
from gisintegration.database.part import STORED, Part, PartKey
from gisintegration.tables import KEY

_MARKS = tuple(name for name in STORED if name not in KEY)
_PAIRS = ("value", "numerator", "denominator", "status", "reason", "method")
_COUNTS = (
    "figures_changed",
    "statuses_changed",
    "other_changed",
    "cells_added",
    "cells_removed",
    "areas",
    "max_change",
    "mean_change",
    "relative_change",
)
#: Columns of :attr:`ReleaseDiff.table`.
TABLE = ("indicator", "division", "edition", "year", "change", "cells_before", "cells", *_COUNTS)


@dataclass(frozen=True, eq=False)
class ReleaseDiff:
    """What differs between an earlier and a later release.

    Parameters
    ----------
    before, after
        Numbers of the releases.
    table
        One row an indicator, edition and year that differs. ``change``: added, removed or changed. ``figures_changed``:
        cells whose value differs (shown, zero); ``statuses_changed``; ``other_changed``: cells in which something else
        differs; ``areas``: number of areas with any such cell. ``max_change`` and ``mean_change``: absolute, in the
        unit of the indicator, over cells with a value in both; ``relative_change``: the largest change over the mean
        absolute value before. NaN where no cell has a value in both.
    unchanged
        Number of indicators on an edition and year that are the same in both.
    files
        Pairs of files, before and after, of what is in both and differs.
    """

    before: int
    after: int
    table: pd.DataFrame
    unchanged: int
    files: tuple[tuple[Path, Path], ...]

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Every cell that differs, of indicators, editions and years that are in both releases.

        The key; ``what``: changed, added or removed; ``value``, ``numerator``, ``denominator``, ``status``, ``reason``
        and ``method`` with ``_before`` and without; ``difference`` of the values. Ordered by key.
        """
        return self._query(f"select * from ({cells_sql(self.files)}) order by {', '.join(KEY)}")

    def largest(self, n: int = 20) -> pd.DataFrame:
        """The cells that changed most, over the mean absolute value of their indicator, level and year before."""
        scale = "avg(abs(value_before)) over (partition by indicator, division, edition, year)"
        return self._query(
            f"select * exclude (scale) from (select *, {scale} as scale from ({cells_sql(self.files)})) "
            f"where abs(difference) > 0 order by abs(difference) / scale desc, {', '.join(KEY)} limit {int(n)}"
        )

    def __repr__(self) -> str:
        kinds = self.table["change"].value_counts()
        told = ", ".join(f"{n} {kind}" for kind, n in kinds.items()) or "nothing differs"
        return f"<ReleaseDiff {self.before} → {self.after}: {told}>"

    def _query(self, text: str) -> pd.DataFrame:
        with sql.connect() as con:
            return con.execute(text).df()


def diff_parts(store: Path, before: Sequence[Part], after: Sequence[Part], numbers: tuple[int, int]) -> ReleaseDiff:
    """The difference of two lists of parts whose files are whole."""
    changed = changes(after, before)
    old, new = ({part.key: part for part in of} for of in (before, after))
    files = tuple((store / old[key].file, store / new[key].file) for key in changed["changed"])
    rows = [
        _row(key, change, old.get(key), new.get(key))
        for change in ("added", "removed", "changed")
        for key in changed[change]
    ]
    table = pd.DataFrame(rows, columns=list(TABLE[:7]))
    counted = _counted(files) if files else pd.DataFrame(columns=[*PartKey._fields, *_COUNTS])
    table = table.merge(counted, how="left", on=list(PartKey._fields))
    whole = [name for name in _COUNTS if "change" not in name or name.endswith("_changed")]
    for name in whole:
        table[name] = table[name].fillna(0).astype("int64")
    added, gone = table["change"].eq("added"), table["change"].eq("removed")
    table.loc[added, "cells_added"] = table.loc[added, "cells"]
    table.loc[gone, "cells_removed"] = table.loc[gone, "cells_before"]
    table = table.sort_values(list(PartKey._fields), ignore_index=True)[list(TABLE)]
    return ReleaseDiff(*numbers, table, len(changed["unchanged"]), files)


def cells_sql(files: Iterable[tuple[Path, Path]]) -> str:
    """SELECT of the cells that differ between pairs of files of the same indicator, edition and year."""
    pairs = list(files)
    old, new = (sql.parquet([pair[side] for pair in pairs]) for side in (0, 1)) if pairs else ("", "")
    if not pairs:
        columns = ", ".join(
            f"null as {name}" for name in (*KEY, "what", *(f"{name}_before" for name in _PAIRS), *_PAIRS)
        )
        return f"select {columns}, null::double as difference where false"
    keys = ", ".join(f"coalesce(b.{name}, a.{name}) as {name}" for name in KEY)
    figures = ", ".join(f"a.{name} as {name}_before, b.{name} as {name}" for name in _PAIRS)
    same = " and ".join(f"a.{name} = b.{name}" for name in KEY)
    differs = " or ".join(f"a.{name} is distinct from b.{name}" for name in _MARKS)
    return (
        f"select {keys}, case when a.indicator is null then 'added' when b.indicator is null then 'removed' "
        f"else 'changed' end as what, {figures}, b.value - a.value as difference "
        f"from {old} a full join {new} b on {same} where {differs} or a.indicator is null or b.indicator is null"
    )


def _counted(files: Sequence[tuple[Path, Path]]) -> pd.DataFrame:
    both = "what = 'changed'"
    value, status = "value is distinct from value_before", "status is distinct from status_before"
    old = sql.parquet([pair[0] for pair in files])
    key = ", ".join(PartKey._fields)
    with sql.connect() as con:
        return con.execute(
            f"""
            select {key},
              count(*) filter ({both} and {value}) as figures_changed,
              count(*) filter ({both} and {status}) as statuses_changed,
              count(*) filter ({both} and not ({value}) and not ({status})) as other_changed,
              count(*) filter (what = 'added') as cells_added,
              count(*) filter (what = 'removed') as cells_removed,
              count(distinct area) as areas,
              max(abs(difference)) as max_change,
              avg(abs(difference)) filter (difference <> 0) as mean_change,
              max(abs(difference)) / nullif(any_value(scale), 0) as relative_change
            from ({cells_sql(files)}) join
              (select {key}, avg(abs(value)) as scale from {old} group by all) using ({key})
            group by {key}
            """
        ).df()


def _row(key: PartKey, change: str, old: Part | None, new: Part | None) -> tuple[object, ...]:
    return (*key, change, old.rows if old else 0, new.rows if new else 0)
