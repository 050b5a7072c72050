"""Counting with DuckDB: one pass over a year's persons, all lists of classes at once, sums of whole numbers."""

from __future__ import annotations

from typing import Any, TypeVar

import duckdb
import numpy as np
import numpy.typing as npt

from gisintegration.engines.cube import SEXES, Answer, Question, Values

Number = TypeVar("Number", bound=np.integer)


def count(con: duckdb.DuckDBPyConnection, question: Question) -> Answer:
    """The answer to a question, the same for any number of threads.

    Examples
    --------
    >>> from gisintegration.sql import connect
    >>> question = Question("select 0 as area, 30 as age", 1, "0", (("age < 20", "age >= 20"),), ("1", "age"))
    >>> with connect() as con:
    ...     answer = count(con, question)
    >>> answer.totals[:, 0, 0].tolist(), answer.by_class[0][1, 0, 0].tolist()
    ([1, 30], [0, 30])
    """
    con.execute(f"create or replace temp table persons as {_persons(question)}")
    sizes = [len(conditions) for conditions in question.lists]
    blocks = [np.zeros((len(question.sums), question.areas, SEXES, size + 1), dtype=np.int64) for size in sizes or [0]]
    for which, (area, sex, slot), sums in _grouped(con, question):
        blocks[which][:, area, sex, slot] = sums
    values = {sample: _values(con, i, sizes) for i, sample in enumerate(question.samples)}
    con.execute("drop table persons")
    return Answer(
        totals=blocks[0].sum(axis=-1),
        by_class=tuple(block[..., :size] for block, size in zip(blocks, sizes, strict=bool(sizes))),
        values=values,
    )


Positions = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]


def _grouped(con: duckdb.DuckDBPyConnection, question: Question) -> list[tuple[int, Positions, npt.NDArray[np.int64]]]:
    """For each list: where its groups stand, (area, sex, class), the last class for those in none, and their sums."""
    lists = len(question.lists)
    sums = [f"cast(coalesce(sum(s{i}), 0) as bigint) as t{i}" for i in range(len(question.sums))]
    slots = [f"c{i}" for i in range(lists)]
    sets = [f"(area, sex, {slot})" for slot in slots] or ["(area, sex)"]
    which = f"grouping_id({', '.join(slots)})" if slots else "0"
    rows = con.execute(
        f"select {which} as which, {', '.join(['area', 'sex', *slots, *sums])} from persons "
        f"group by grouping sets ({', '.join(sets)})"
    ).fetchnumpy()
    found = []
    for i in range(max(lists, 1)):
        # grouping_id has a 1 for every column that is not grouped by, the first column in the highest place.
        wanted = (2**lists - 1) ^ (1 << (lists - 1 - i)) if lists else 0
        here = np.flatnonzero(np.asarray(rows["which"]) == wanted)
        area, sex = (_filled(rows[name], np.int64)[here] for name in ("area", "sex"))
        slot = _filled(rows[f"c{i}"], np.int64)[here] if lists else np.zeros(len(here), dtype=np.int64)
        values = np.stack([_filled(rows[f"t{k}"], np.int64)[here] for k in range(len(sums))])
        found.append((i, (area, sex, slot), values))
    return found


def _persons(question: Question) -> str:
    """One row a placed person: area, sex, class in each list (behind the last: in none), numbers to sum, values."""
    columns = ["cast(area as integer) as area", f"cast({question.sex} as tinyint) as sex"]
    columns += [f"{_class(conditions)} as c{i}" for i, conditions in enumerate(question.lists)]
    columns += [f"{expression} as s{i}" for i, expression in enumerate(question.sums)]
    columns += [
        f"case when {sample.condition} then cast({sample.value} as bigint) end as v{i}"
        for i, sample in enumerate(question.samples)
    ]
    return f"select {', '.join(columns)} from ({question.source}) where area >= 0"


def _values(con: duckdb.DuckDBPyConnection, which: int, sizes: list[int]) -> Values:
    slots = [f"c{i}" for i in range(len(sizes))]
    value = f"v{which}"
    rows = con.execute(
        f"select {', '.join(['area', 'sex', *slots, value])} from persons where {value} is not null"
    ).fetchnumpy()
    member = [_filled(rows[slot], np.int8) for slot in slots]
    return Values(
        area=_filled(rows["area"], np.int32),
        sex=_filled(rows["sex"], np.int8),
        classes=tuple(np.where(of == size, np.int8(-1), of) for of, size in zip(member, sizes, strict=True)),
        value=_filled(rows[value], np.int64),
    )


def _class(conditions: tuple[str, ...]) -> str:
    cases = " ".join(f"when {condition} then {i}" for i, condition in enumerate(conditions))
    return f"cast(case {cases} else {len(conditions)} end as tinyint)"


def _filled(values: Any, kind: type[Number]) -> npt.NDArray[Number]:
    # DuckDB hands back a masked array where a column could hold null; none of these do.
    return np.ma.getdata(values).astype(kind, copy=False)
