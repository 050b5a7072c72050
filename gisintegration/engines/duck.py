"""Counting with DuckDB: it reads a year's persons once, as small whole numbers, and they are summed area by area."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gisintegration.engines.cube import SEXES, Answer, Lists, Question, Sample, Values
from gisintegration.engines.middle import grouping_order
from gisintegration.engines.summing import add_amounts, add_bits

_ROWS = 1 << 16
_BITS = 64

Words = npt.NDArray[np.uint64]
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Layout:
    """Where the sums of a question stand in what is read: conditions are bits of words, amounts are columns."""

    conditions: tuple[int, ...]
    amounts: tuple[int, ...]

    @property
    def words(self) -> list[tuple[int, ...]]:
        """The conditions of each word, the lowest bit first."""
        return [self.conditions[i : i + _BITS] for i in range(0, len(self.conditions), _BITS)]


@dataclass(frozen=True, eq=False)
class _Persons:
    """The persons of a question in the order of their groups (area and sex): class in each list, and what is summed."""

    group: npt.NDArray[np.int32]
    slots: tuple[npt.NDArray[np.uint8], ...]
    words: tuple[Words, ...]
    amounts: tuple[Longs, ...]


def count(con: duckdb.DuckDBPyConnection, question: Question) -> Answer:
    """The answer to a question, the same for any number of threads.

    Examples
    --------
    >>> from gisintegration.sql import connect
    >>> tables = (((), (0, 1)), ((0,), (1,)))
    >>> ages = (("age < 20", "age >= 20"),)
    >>> question = Question("select 0 as area, 30 as age", 1, "0", ages, ("true", "age"), tables)
    >>> with connect() as con:
    ...     answer = count(con, question)
    >>> answer.sums[(), 1].tolist(), answer.sums[(0,), 1].tolist()
    ([[30, 0]], [[[0, 30, 0], [0, 0, 0]]])
    """
    layout = _layout(con, question)
    threads = int(con.execute("select current_setting('threads')").fetchall()[0][0])
    with ThreadPoolExecutor(threads) as pool:
        persons, values = _read(con, question, layout, pool)
        # A group is summed by one thread only: no two write to the same place.
        edges = np.linspace(0, question.areas * SEXES, threads + 1).round()
        ends = np.searchsorted(persons.group, edges).tolist()
        shares = [slice(*pair) for pair in pairwise(ends)]

        def add(kernel: Callable[..., None], columns: tuple[np.ndarray, ...], sums: Longs, *more: np.ndarray) -> Longs:
            list(pool.map(lambda share: kernel(*(column[share] for column in columns), sums, *more), shares))
            return sums

        sums: dict[tuple[Lists, int], Longs] = {}
        for lists, numbers in question.tables:
            sizes = [len(question.lists[i]) + 1 for i in lists]
            place = persons.group.astype(np.int64)
            for i, size in zip(lists, sizes, strict=True):
                place *= size
                place += persons.slots[i]
            shape = (question.areas, SEXES, *sizes)
            places = int(np.prod(shape))
            for word, conditions in zip(persons.words, layout.words, strict=True):
                bits = [(bit, number) for bit, number in enumerate(conditions) if number in numbers]
                if bits:
                    which = np.array([bit for bit, _ in bits], dtype=np.uint64)
                    made = add(add_bits, (place, word), np.zeros((places, len(bits)), dtype=np.int64), which).T
                    sums |= {(lists, number): made[k].reshape(shape) for k, (_, number) in enumerate(bits)}
            for amount, number in zip(persons.amounts, layout.amounts, strict=True):
                if number in numbers:
                    made = add(add_amounts, (place, amount), np.zeros(places, dtype=np.int64))
                    sums[lists, number] = made.reshape(shape)
    return Answer(sums, values)


def _layout(con: duckdb.DuckDBPyConnection, question: Question) -> _Layout:
    columns = ", ".join(f"{expression} as s{i}" for i, expression in enumerate(question.sums))
    types = [row[1] for row in con.execute(f"describe select {columns} from ({question.source})").fetchall()]
    found = [tuple(i for i, of in enumerate(types) if (of == "BOOLEAN") is kind) for kind in (True, False)]
    return _Layout(*found)


def _read(
    con: duckdb.DuckDBPyConnection, question: Question, layout: _Layout, pool: ThreadPoolExecutor
) -> tuple[_Persons, dict[Sample, Values]]:
    """The persons, each column put in the order of the groups, and the values of the samples."""
    columns = _arrived(con, question, layout)
    group = columns.pop("g")
    slots = [columns.pop(f"c{i}") for i in range(len(question.lists))]
    values = {}
    for i, sample in enumerate(question.samples):
        at = columns.pop(f"a{i}")
        values[sample] = Values(
            area=group[at] // SEXES,
            sex=(group[at] % SEXES).astype(np.uint8),
            classes=tuple(slot[at] for slot in slots),
            value=columns.pop(f"v{i}"),
        )
    order = grouping_order(group, question.areas * SEXES)
    words = [columns.pop(f"w{i}") for i in range(len(layout.words))]
    amounts = [columns.pop(f"s{i}") for i in layout.amounts]
    for some in (slots, words, amounts):
        some[:] = pool.map(lambda column: column[order], some)
    return _Persons(group[order], tuple(slots), tuple(words), tuple(amounts)), values


def _arrived(con: duckdb.DuckDBPyConnection, question: Question, layout: _Layout) -> dict[str, Any]:
    """Columns of the persons as they come; of a sample, the places of those who have a value (a…), and those (v…)."""
    pieces: dict[str, list[np.ndarray]] = {}
    seen = 0
    reader = con.sql(_persons_sql(question, layout)).to_arrow_reader(_ROWS)
    # Of nobody there is no batch; an empty one tells the columns.
    nobody = pa.RecordBatch.from_arrays([pa.array([], item.type) for item in reader.schema], schema=reader.schema)
    for batch in chain([nobody], reader):
        for i, conditions in enumerate(layout.words):
            pieces.setdefault(f"w{i}", []).append(_packed(batch, conditions))
        for name in batch.schema.names:
            column = batch[name]
            if name[0] == "b":
                continue
            if name[0] == "v":
                here = np.flatnonzero(np.asarray(column.is_valid()))
                pieces.setdefault(f"a{name[1:]}", []).append((here + seen).astype(np.int32))
                column = column.drop_null()
            pieces.setdefault(name, []).append(np.array(column))
        seen += batch.num_rows
    made = {}
    for name in list(pieces):
        made[name] = np.concatenate(pieces.pop(name))
    return made


def _packed(batch: pa.RecordBatch, conditions: Sequence[int]) -> Words:
    """A word a person, with a bit for each of at most 64 conditions: DuckDB would take longer for it."""
    octets = np.zeros((batch.num_rows, _BITS // 8), dtype=np.uint8)
    for bit, number in enumerate(conditions):
        octets[:, bit // 8] |= np.asarray(batch[f"b{number}"]) << np.uint8(bit % 8)
    return octets.view("<u8")[:, 0]


def _persons_sql(question: Question, layout: _Layout) -> str:
    """One row a placed person: group, class in each list (behind the last: in none), conditions, amounts, values."""
    columns = [f"cast(area * {SEXES} + ({question.sex})::integer as integer) as g"]
    columns += [f"{_class(conditions)} as c{i}" for i, conditions in enumerate(question.lists)]
    columns += [f"coalesce(cast({question.sums[i]} as utinyint), 0) as b{i}" for i in layout.conditions]
    columns += [f"coalesce(cast({question.sums[i]} as bigint), 0) as s{i}" for i in layout.amounts]
    columns += [
        f"case when {sample.condition} then cast({sample.value} as bigint) end as v{i}"
        for i, sample in enumerate(question.samples)
    ]
    return f"select {', '.join(columns)} from ({question.source}) where area >= 0"


def _class(conditions: tuple[str, ...]) -> str:
    cases = " ".join(f"when {condition} then {i}" for i, condition in enumerate(conditions))
    return f"cast(case {cases} else {len(conditions)} end as utinyint)"
