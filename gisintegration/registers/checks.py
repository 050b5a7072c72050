"""Rows that break the contract: counted by reason, explained with examples, refused when it is a whole column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from gisintegration import sql
from gisintegration.errors import RegisterError
from gisintegration.registers.contract import code_list, contract, failures, variables
from gisintegration.registers.convert import Check, Conversion

_EXAMPLES = 5


@dataclass(frozen=True)
class Counted:
    """Rows of one file that failed.

    Parameters
    ----------
    checks
        What can be wrong.
    counts
        Rows by position in ``checks`` and year (None: the year cannot be read).
    rows
        Numbers of the failing rows (from 1) and the position of their first failure, ascending.
    """

    checks: tuple[Check, ...]
    counts: Mapping[tuple[int, int | None], int]
    rows: Mapping[str, npt.NDArray[np.int64]]

    @property
    def total(self) -> int:
        """Rows that failed."""
        return sum(self.counts.values())

    @property
    def first(self) -> dict[int, int]:
        """Some failing rows: the first few of each reason, with the position of the reason."""
        found: dict[int, int] = {}
        for reason in sorted({reason for reason, _ in self.counts}):
            of_reason = self.rows["row"][self.rows["reason"] == reason][:_EXAMPLES]
            found |= dict.fromkeys((int(row) for row in of_reason), reason)
        return dict(sorted(found.items()))


def count(con: duckdb.DuckDBPyConnection, rows: str, checks: tuple[Check, ...]) -> Counted:
    """Rows that fail, by their first failure and by year, read once.

    Parameters
    ----------
    rows
        SELECT with ``row``, ``reason`` (a position in ``checks``) and perhaps ``year``.
    """
    described = [row[0] for row in con.execute(f"describe {rows}").fetchall()]
    year = 'case when "year" between 1000 and 9999 then "year" end' if "year" in described else "null"
    con.execute(
        f'create or replace temp table failing as select cast("row" as bigint) as "row", reason, '
        f"cast({year} as integer) as of_year from ({rows}) where reason is not null"
    )
    found = con.execute("select reason, of_year, count(*) from failing group by all order by all").fetchall()
    numbers = con.execute('select "row", reason from failing order by "row"').fetchnumpy()
    con.execute("drop table failing")
    arrays = {name: np.asarray(column, dtype=np.int64) for name, column in numbers.items()}
    return Counted(checks, {(reason, of_year): number for reason, of_year, number in found}, arrays)


def by_reason(counted: Sequence[Counted]) -> dict[str, int]:
    """Rows that failed, by reason in words, in the contract's order."""
    result: dict[str, int] = {}
    for one in counted:
        for (reason, _), number in sorted(one.counts.items(), key=lambda item: item[0][0]):
            what = one.checks[reason].what
            result[what] = result.get(what, 0) + number
    return result


def by_year(counted: Sequence[Counted]) -> dict[int | None, int]:
    """Rows that failed, by year."""
    result: dict[int | None, int] = {}
    for one in counted:
        for (_, year), number in one.counts.items():
            result[year] = result.get(year, 0) + number
    return result


def explain(
    con: duckdb.DuckDBPyConnection, name: str, counted: Sequence[Counted], conversions: Sequence[Conversion]
) -> list[dict[str, Any]]:
    """Examples of failures: all of what is wrong with some failing rows of each file, at most five a reason.

    The rows are validated anew with the pandera contract, which is declared apart from the SQL that found them.

    Parameters
    ----------
    conversions
        Of the failing rows in :attr:`Counted.first` of each file, with their texts.
    """
    shown: list[dict[str, Any]] = []
    kept: dict[str, int] = {}
    for one, conversion in zip(counted, conversions, strict=True):
        for failure in _explained(con, one, conversion) if one.total else []:
            kept[failure["what"]] = kept.get(failure["what"], 0) + 1
            if kept[failure["what"]] <= _EXAMPLES:
                shown.append({"table": name, **failure})
    return shown


def _explained(con: duckdb.DuckDBPyConnection, counted: Counted, conversion: Conversion) -> list[dict[str, Any]]:
    frame = con.execute(f'{conversion.select} order by "row"').df()
    texts = {column.removeprefix("text_"): column for column in frame.columns if column.startswith("text_")}
    values = frame.set_index("row")[list(texts.values())].set_axis(list(texts), axis=1)
    found = failures(values, contract(list(texts)))
    explained = {failure["row"] for failure in found}
    for row, reason in counted.first.items():
        check = conversion.checks[reason]
        if row not in explained:
            value = values.loc[row, check.column] if check.column in values else None
            found.append({"row": row, "column": check.column, "value": value, "what": check.what})
    return sorted(({**failure, "row": int(failure["row"])} for failure in found), key=lambda failure: failure["row"])


def refuse_systematic(
    con: duckdb.DuckDBPyConnection, name: str, conversions: Sequence[Conversion], rows: int, counted: Sequence[Counted]
) -> None:
    """Refuse a table in which a whole column is wrong, with every such column in one error.

    A column is wrong when most rows fail by it, or when its kommun codes have lost their leading zeros.

    Raises
    ------
    RegisterError
        What is wrong with which column, with values found there.
    """
    failing = sum(one.total for one in counted)
    if failing == 0:
        return
    zeros = _lost_zeros(con, conversions, counted, rows)
    if failing * 2 <= rows and zeros is None:
        return
    per_check: dict[tuple[str, str, str], int] = {}
    for conversion in conversions:
        tests = ", ".join(f"count(*) filter ({check.condition})" for check in conversion.checks)
        numbers = con.execute(f"select {tests} from ({conversion.inner})").fetchall()[0]
        for check, number in zip(conversion.checks, numbers, strict=True):
            key = (check.column, check.key, check.what)
            per_check[key] = per_check.get(key, 0) + int(number)
    wrong = {key: number for key, number in per_check.items() if number * 2 > rows}
    if zeros is not None:
        wrong = {key: number for key, number in wrong.items() if key[0] != "kommun"}
    if not wrong and zeros is None:
        reasons = [{"what": what, "rows": number} for what, number in by_reason(counted).items()]
        raise RegisterError(
            f"{name}: most rows break the register contract ({failing} of {rows}).",
            hint="see docs/register.md for what each column must hold.",
            failures=reasons,
        )
    problems = [_problem(con, key, number, rows, conversions) for key, number in wrong.items()]
    hints = [hint for _, hint in problems]
    failures_ = [failure for failure, _ in problems]
    if zeros is not None:
        failures_.insert(0, {"column": "kommun", "what": zeros})
        hints.insert(0, "codes are text: export the column as text, or as four digits")
    first = failures_[0]
    message = (
        f"{name}, column {first['column']}: {first['what']}."
        if len(failures_) == 1
        else f"{name}: whole columns are wrong."
    )
    raise RegisterError(
        message,
        hint="; ".join(dict.fromkeys(hint for hint in hints if hint)) + ".",
        failures=failures_ if len(failures_) > 1 else [first] if "values" in first else (),
    )


def _lost_zeros(
    con: duckdb.DuckDBPyConnection, conversions: Sequence[Conversion], counted: Sequence[Counted], rows: int
) -> str | None:
    """Words for kommun codes whose leading zeros were lost, or None. A single short code is only a bad row."""
    short = by_reason(counted).get(variables()["kommun"].failures["pattern"], 0)
    if short * 100 <= rows:
        return None
    lost, whole, example = 0, 0, None
    for conversion in conversions:
        found = con.execute(
            "select count(*) filter (regexp_full_match(kommun, '[1-9][0-9]{2}')), "
            "count(*) filter (kommun like '0%'), min(kommun) filter (regexp_full_match(kommun, '[1-9][0-9]{2}')) "
            f"from ({conversion.select})"
        ).fetchall()[0]
        lost, whole, example = lost + found[0], whole + found[1], example or found[2]
    if example is None or whole or lost * 100 <= rows:
        return None
    return f"codes without leading zeros: '{example}' should be '0{example}'"


def _problem(
    con: duckdb.DuckDBPyConnection,
    key: tuple[str, str, str],
    number: int,
    rows: int,
    conversions: Sequence[Conversion],
) -> tuple[dict[str, Any], str]:
    column, check, what = key
    variable = variables()[column]
    texts: dict[str, None] = {}
    for conversion in conversions:
        condition = next((one.condition for one in conversion.checks if (one.column, one.key) == (column, check)), None)
        if condition is None:
            continue
        value = f"coalesce(cast({sql.name('cell_' + column)} as varchar), '')"
        shown = con.execute(
            f"select distinct {value} as v from ({conversion.inner}) where {condition} order by v limit 5"
        ).fetchall()
        texts |= dict.fromkeys(f"'{row[0]}'" for row in shown)
    failure = {"column": column, "what": f"{what} in {number} of {rows} rows", "values": ", ".join(list(texts)[:5])}
    if check == "codes" or (check == "pattern" and variable.listed):
        return failure, f'give codes = {{{column} = {{"<your value>" = "<code>", …}}}}; codes: {code_list(variable)}'
    if check == "empty":
        return failure, f"{column} must have a value in every row"
    if check == "type":
        return failure, f"check the columns setting, the decimal mark and thousands separators of {column}"
    return failure, f"check that {column} was read from the right column and unit"


def no_valid_rows(name: str, reasons: Mapping[str, int]) -> RegisterError:
    """The error for a table none of whose rows keeps the contract."""
    return RegisterError(
        f"{name} has no row that keeps the register contract.",
        hint="see docs/register.md for what each column must hold.",
        failures=[{"what": what, "rows": number} for what, number in reasons.items()],
    )
