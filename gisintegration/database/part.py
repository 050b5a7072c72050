"""Parts: the rows of one indicator, on one edition, of one year; what a release is made of and a store keeps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gisintegration.errors import DisclosureError
from gisintegration.tables import (
    BREAKDOWNS,
    COLUMNS,
    SCHEMA_VERSION,
    TOTAL,
    ProtectedTable,
    conform,
    constant,
    in_order,
    row_keys,
)

#: Columns of a part's file; the release is filled in at reading, since releases share parts.
STORED = tuple(name for name in COLUMNS if name != "release")
_CLASSES = tuple(name for name in BREAKDOWNS if name != "sex")


class PartKey(NamedTuple):
    """What a part holds the rows of.

    Examples
    --------
    >>> PartKey("population", "deso", "2025", 2024).level
    'deso/2025'
    """

    indicator: str
    division: str
    edition: str
    year: int

    @property
    def level(self) -> str:
        """The edition, ``deso/2025``."""
        return f"{self.division}/{self.edition}"

    def __str__(self) -> str:
        return f"{self.indicator} on {self.level}, {self.year}"


@dataclass(frozen=True)
class Part:
    """The rows of one indicator on one edition in one year: what they are, and where they lie.

    Parameters
    ----------
    key
        Whose rows.
    content
        SHA-256 of the rows, the same whoever wrote the file.
    rows, totals
        Number of rows; those of them that are in no breakdown but sex, which stand first in the file.
    statuses
        Number of rows by status.
    policy
        What they are protected under.
    file, sha256, size
        In the store: its name relative to the store, its SHA-256 and bytes. Empty in memory.
    fingerprint
        Hash of everything the rows were made from; empty when not known. Not in the manifest.
    """

    key: PartKey
    content: str
    rows: int
    totals: int
    statuses: Mapping[str, int]
    policy: str
    file: str = ""
    sha256: str = ""
    size: int = 0
    fingerprint: str = field(default="", compare=False)

    def entry(self) -> dict[str, Any]:
        """As a manifest has it."""
        return {
            **self.key._asdict(),
            "content": self.content,
            "rows": self.rows,
            "totals": self.totals,
            "statuses": dict(self.statuses),
            "policy": self.policy,
            "file": self.file,
            "sha256": self.sha256,
            "size": self.size,
        }

    @classmethod
    def of_entry(cls, entry: Mapping[str, Any]) -> Part:
        """Of what a manifest has."""
        key = PartKey(*(entry[name] for name in PartKey._fields))
        return cls(key, **{name: value for name, value in entry.items() if name not in PartKey._fields})


def parts_in(tables: Sequence[ProtectedTable]) -> Iterator[tuple[Part, pd.DataFrame]]:
    """The parts of protected tables with their rows, in the order of their keys.

    Raises
    ------
    DisclosureError
        A cell occurs twice.
    """
    held: dict[PartKey, list[pd.DataFrame]] = {}
    for table in tables:
        for key, rows in _grouped(table.table):
            held.setdefault(key, []).append(rows)
    for key in sorted(held):
        frames = held.pop(key)
        if len(frames) > 1:
            texts = dict.fromkeys((str(name) for name in frames[0].select_dtypes("category")), "str")
            frames = [pd.concat([frame.astype(texts) for frame in frames], ignore_index=True)]
        rows = conform(frames[0], COLUMNS)
        keys = row_keys(rows)
        if (keys[1:] < keys[:-1]).any():
            rows = in_order(rows)
            keys.sort()
        if twice := int((keys[1:] == keys[:-1]).sum()):
            raise DisclosureError(
                f"{twice} cells occur more than once in the release: {key}.", hint="each figure has one row."
            )
        yield part_of(key, rows), rows


def part_of(key: PartKey, rows: pd.DataFrame) -> Part:
    """What a part's rows, in the order of files, are."""
    counts = rows["status"].value_counts(sort=False)
    policies = list(rows["policy"].cat.categories)
    if len(policies) != 1:
        raise DisclosureError(
            f"The tables are under different policies: {', '.join(policies) or 'none'}.",
            hint="protect everything that is published together with one policy.",
        )
    return Part(
        key,
        content=content_hash(rows),
        rows=len(rows),
        totals=int(in_totals(rows).sum()),
        statuses={str(name): int(n) for name, n in sorted(counts.items()) if n},
        policy=str(policies[0]),
    )


def in_totals(rows: pd.DataFrame) -> pd.Series:
    """Whether a row is in no breakdown but sex."""
    found = np.ones(len(rows), dtype=np.bool_)
    for name in _CLASSES:
        found &= np.asarray(rows[name] == TOTAL)
    return pd.Series(found, index=rows.index)


def content_hash(rows: pd.DataFrame) -> str:
    """SHA-256 of a part's rows in the order of files: texts as positions in their sorted list, figures as float64."""
    digest = hashlib.sha256(SCHEMA_VERSION.encode())
    for name in STORED:
        column = rows[name]
        digest.update(f"\n{name}\n".encode())
        if isinstance(column.dtype, pd.CategoricalDtype):
            digest.update("\n".join(column.cat.categories).encode())
            digest.update(column.cat.codes.to_numpy(dtype="<i4").tobytes())
        else:
            figures = column.to_numpy(dtype="<f8") + 0.0  # there is no negative zero
            figures[np.isnan(figures)] = np.nan
            digest.update(figures.tobytes())
    return digest.hexdigest()


def part_bytes(part: Part, rows: pd.DataFrame) -> bytes:
    """A part's rows as a Parquet file: those in no breakdown but sex as row groups of their own, first."""
    simple = in_totals(rows).to_numpy()
    table = pa.Table.from_pandas(rows[list(STORED)], preserve_index=False)
    facts = {"schema_version": SCHEMA_VERSION, "content": part.content, "part": json.dumps(part.key._asdict())}
    table = table.replace_schema_metadata(facts)
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, table.schema, compression="zstd") as writer:
        for keep in (simple, ~simple):
            if keep.any():
                writer.write_table(table.filter(pa.array(keep)))
    return bytes(sink.getvalue())


def read_part(part: Part, path: Path, *, breakdowns: bool = True) -> pa.Table:
    """A part's rows, or those in no breakdown but sex."""
    with pq.ParquetFile(path) as file:
        if breakdowns:
            return file.read()
        groups, rows = [], 0
        for number in range(file.num_row_groups):
            if rows < part.totals:
                groups.append(number)
            rows += file.metadata.row_group(number).num_rows
        return file.read_row_groups(groups)


def rows_of(tables: Sequence[pa.Table]) -> pd.DataFrame:
    """Rows that were read as one frame; the column ``release`` is empty."""
    table = pa.concat_tables(tables, promote_options="permissive").unify_dictionaries()
    frame: pd.DataFrame = table.to_pandas(split_blocks=True, self_destruct=True)
    return frame.assign(release=constant("", len(frame)))


def levels_of(parts: Collection[Part]) -> list[str]:
    """The editions that parts stand on."""
    return sorted({part.key.level for part in parts})


def _grouped(rows: pd.DataFrame) -> Iterator[tuple[PartKey, pd.DataFrame]]:
    code = np.zeros(len(rows), dtype=np.int64)
    names = ("indicator", "division", "edition")
    for name in names:
        code = code * len(rows[name].cat.categories) + rows[name].cat.codes.to_numpy()
    years = rows["year"].to_numpy(dtype=np.int64)
    code = code * 10_000 + years
    order = np.argsort(code, kind="stable")
    sorted_code = code[order]
    starts = np.flatnonzero(np.r_[True, sorted_code[1:] != sorted_code[:-1]]) if len(rows) else np.zeros(0, np.int64)
    for first, last in zip(starts, [*starts[1:], len(rows)], strict=True):
        found = rows.iloc[order[first:last]]
        texts = [str(found[name].iloc[0]) for name in names]
        yield PartKey(texts[0], texts[1], texts[2], int(found["year"].iloc[0])), found
