"""Bad rows planted on demand, to try what checks find; each is listed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

PERSON_BASE = 900_000_000
SEA = (265_000.5, 6_380_000.5)

Row = dict[str, Any]


def _impossible_age(row: Row) -> None:
    row["age"] = 131


def _unknown_code(row: Row) -> None:
    row["sex"] = "okänt"


def _unknown_area(row: Row) -> None:
    row["deso"] = f"{row['kommun']}C9999"


def _at_sea(row: Row) -> None:
    row["x"], row["y"] = SEA


def _half_coordinate(row: Row) -> None:
    row["x"] = float("nan")


def _other_kommun(row: Row) -> None:
    row["kommun"] = "0180" if row["kommun"] != "0180" else "1480"


def _duplicate(row: Row) -> None:
    """The row itself, once more."""


KINDS: tuple[tuple[str, Callable[[Row], None]], ...] = (
    ("duplicate", _duplicate),
    ("impossible age", _impossible_age),
    ("unknown code", _unknown_code),
    ("unknown area", _unknown_area),
    ("point in the sea", _at_sea),
    ("NaN coordinate", _half_coordinate),
    ("kommun mismatch", _other_kommun),
)


def plant(
    table: pa.Table, first: int, number: int, rng: np.random.Generator
) -> tuple[pa.Table, list[dict[str, object]]]:
    """Add ``number`` bad rows, copies of placed persons' rows under new ids (duplicates keep theirs), kind after kind.

    Returns the table, sorted by person as before, and what was planted: person, year, kind.
    """
    if number == 0:
        return table, []
    placed = np.flatnonzero(pc.is_valid(table["x"]).to_numpy(zero_copy_only=False))
    picked = np.sort(rng.choice(placed, number, replace=number > len(placed)))
    rows = table.take(pa.array(picked)).to_pylist()
    planted: list[dict[str, object]] = []
    for position, row in enumerate(rows, start=first):
        kind, change = KINDS[position % len(KINDS)]
        if kind != "duplicate":
            row["person"] = PERSON_BASE + position
        change(row)
        planted.append({"person": row["person"], "year": row["year"], "kind": kind})
    plain = pa.schema(
        [pa.field(f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type) for f in table.schema]
    )
    more = pa.Table.from_pylist(rows, schema=plain).cast(table.schema)
    joined = pa.concat_tables([table, more.replace_schema_metadata(table.schema.metadata)]).unify_dictionaries()
    sequence = np.argsort(joined["person"].to_numpy(), kind="stable")
    return joined.take(pa.array(sequence)).combine_chunks(), planted
