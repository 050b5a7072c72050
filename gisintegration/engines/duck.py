"""Counting with DuckDB: it reads a year's persons once, as small whole numbers, and they are summed area by area."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from gisintegration.engines.cube import SEXES, Answer, Lists, Question, Values
from gisintegration.engines.middle import grouping_order
from gisintegration.engines.summing import add_amounts, add_marks

_ROWS = 1 << 16
# What is summed as a mark of one byte; everything else is an amount of eight.
_MARKS = ("BOOLEAN", "UTINYINT")

Bytes = npt.NDArray[np.uint8]
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Persons:
    """The persons of a question, a row each: group (area and sex), class in each list, marks and amounts to sum."""

    group: npt.NDArray[np.int32]
    slots: tuple[Bytes, ...]
    marks: Bytes
    amounts: Longs
    values: tuple[tuple[npt.NDArray[np.int32], Longs], ...]


def count(con: duckdb.DuckDBPyConnection, question: Question) -> Answer:
    """The answer to a question, the same for any number of threads.

    Examples
    --------
    >>> from gisintegration.sql import connect
    >>> tables = (((), (0, 1)), ((0,), (1,)))
    >>> question = Question("select 0 as area, 30 as age", 1, "0", (("age < 20", "age >= 20"),), ("1", "age"), tables)
    >>> with connect() as con:
    ...     answer = count(con, question)
    >>> answer.sums[(), 1].tolist(), answer.sums[(0,), 1].tolist()
    ([[30, 0]], [[[0, 30, 0], [0, 0, 0]]])
    """
    marks = _marks(con, question)
    threads = int(con.execute("select current_setting('threads')").fetchall()[0][0])
    persons = _read(con, question, marks)
    groups = question.areas * SEXES
    order = grouping_order(persons.group, groups)
    # A group is summed by one thread only: no two write to the same place.
    ends = np.searchsorted(persons.group, np.linspace(0, groups, threads + 1)[1:-1], sorter=order)
    shares = np.split(order, ends)
    sums: dict[tuple[Lists, int], Longs] = {}
    with ThreadPoolExecutor(threads) as pool:
        for lists, numbers in question.tables:
            sizes = [len(question.lists[i]) + 1 for i in lists]
            place = persons.group.astype(np.int64)
            for i, size in zip(lists, sizes, strict=True):
                place = place * size + persons.slots[i]
            for kind, rows in ((True, persons.marks), (False, persons.amounts)):
                columns = [number for number, mark in enumerate(marks) if mark is kind]
                mine = [number for number in numbers if marks[number] is kind]
                if mine:
                    chosen = rows if mine == columns else rows[:, [columns.index(number) for number in mine]]
                    made = np.zeros((groups * int(np.prod(sizes)), len(mine)), dtype=np.int64)
                    add = partial(add_marks if kind else add_amounts, place, np.ascontiguousarray(chosen), made)
                    list(pool.map(add, shares))
                    shaped = made.reshape(question.areas, SEXES, *sizes, len(mine))
                    sums |= {(lists, number): np.ascontiguousarray(shaped[..., k]) for k, number in enumerate(mine)}
    values = {
        sample: Values(
            area=persons.group[at] // SEXES,
            sex=(persons.group[at] % SEXES).astype(np.uint8),
            classes=tuple(slot[at] for slot in persons.slots),
            value=value,
        )
        for sample, (at, value) in zip(question.samples, persons.values, strict=True)
    }
    return Answer(sums, values)


def _marks(con: duckdb.DuckDBPyConnection, question: Question) -> list[bool]:
    """Which sums are of marks, told from their types."""
    columns = ", ".join(f"{expression} as s{i}" for i, expression in enumerate(question.sums))
    types = con.execute(f"describe select {columns} from ({question.source})").fetchall()
    return [row[1] in _MARKS for row in types]


@dataclass
class _Growing:
    """Rows of columns that arrive batch by batch, kept in pieces and put together one column at a time."""

    pieces: list[np.ndarray] = field(default_factory=list)

    def whole(self, shape: tuple[int, ...], dtype: Any) -> Any:
        made = np.concatenate(self.pieces) if self.pieces else np.zeros((0, *shape), dtype=dtype)
        self.pieces.clear()
        return made


def _read(con: duckdb.DuckDBPyConnection, question: Question, marks: list[bool]) -> _Persons:
    lists, samples = len(question.lists), len(question.samples)
    of_marks = [i for i, mark in enumerate(marks) if mark]
    of_amounts = [i for i, mark in enumerate(marks) if not mark]
    group, marked, amount = _Growing(), _Growing(), _Growing()
    slots = [_Growing() for _ in range(lists)]
    values = [(_Growing(), _Growing()) for _ in range(samples)]
    seen = 0
    for batch in _batches(con, question, marks):
        rows = batch.num_rows
        group.pieces.append(np.array(batch["g"]))
        for i, kept in enumerate(slots):
            kept.pieces.append(np.array(batch[f"c{i}"]))
        for numbers, growing, dtype in ((of_marks, marked, np.uint8), (of_amounts, amount, np.int64)):
            block = np.empty((rows, len(numbers)), dtype=dtype)
            for place, number in enumerate(numbers):
                block[:, place] = batch[f"s{number}"]
            growing.pieces.append(block)
        for i, (at, value) in enumerate(values):
            given = batch[f"v{i}"]
            here = np.flatnonzero(np.asarray(given.is_valid()))
            at.pieces.append((here + seen).astype(np.int32))
            value.pieces.append(np.asarray(given.drop_null()))
        seen += rows
    return _Persons(
        group=group.whole((), np.int32),
        slots=tuple(kept.whole((), np.uint8) for kept in slots),
        marks=marked.whole((len(of_marks),), np.uint8),
        amounts=amount.whole((len(of_amounts),), np.int64),
        values=tuple((at.whole((), np.int32), value.whole((), np.int64)) for at, value in values),
    )


def _batches(con: duckdb.DuckDBPyConnection, question: Question, marks: list[bool]) -> Iterator[Any]:
    """One row a placed person: group, class in each list (behind the last: in none), numbers to sum, values."""
    columns = [f"cast(area * {SEXES} + ({question.sex})::integer as integer) as g"]
    columns += [f"{_class(conditions)} as c{i}" for i, conditions in enumerate(question.lists)]
    columns += [
        f"coalesce(cast({expression} as {'utinyint' if mark else 'bigint'}), 0) as s{i}"
        for i, (expression, mark) in enumerate(zip(question.sums, marks, strict=True))
    ]
    columns += [
        f"case when {sample.condition} then cast({sample.value} as bigint) end as v{i}"
        for i, sample in enumerate(question.samples)
    ]
    made = con.sql(f"select {', '.join(columns)} from ({question.source}) where area >= 0")
    yield from made.to_arrow_reader(_ROWS)


def _class(conditions: tuple[str, ...]) -> str:
    cases = " ".join(f"when {condition} then {i}" for i, condition in enumerate(conditions))
    return f"cast(case {cases} else {len(conditions)} end as utinyint)"
