"""Delivered columns as the contract's values, in SQL, and the conditions under which a row is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gisintegration import sql
from gisintegration.registers.contract import PATTERNS, POINTS, Variable

_INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
_REALS = {"DOUBLE", "FLOAT"}
_INT32 = 2**31 - 1


@dataclass(frozen=True)
class Check:
    """A way in which a row can fail: its column, the contract's key of the check, words, and the SQL condition."""

    column: str
    key: str
    what: str
    condition: str


@dataclass(frozen=True)
class Cell:
    """A delivered column made ready for the contract.

    Parameters
    ----------
    variable
        What it is to become.
    raw
        SQL of the delivered column.
    type
        DuckDB's type of it.
    mapping
        The user's code values → the contract's.
    comma
        Numbers are written with a decimal comma.
    """

    variable: Variable
    raw: str
    type: str
    mapping: Mapping[str, str]
    comma: bool = False

    @property
    def native(self) -> bool:
        """Whether the values are of the contract's own type and need no reading."""
        return not self.mapping and self.type in native_types(self.variable)

    @property
    def cell(self) -> str:
        """SQL of the value before it is read: as it is if native, else as trimmed text, empty text for no value."""
        if self.native:
            return f"case when isnan({self.raw}) then null else {self.raw} end" if self.type in _REALS else self.raw
        text = f"coalesce(trim({self._as_text}), '')"
        if self.mapping:
            cases = " ".join(f"when {sql.literal(old)} then {sql.literal(new)}" for old, new in self.mapping.items())
            text = f"case {text} {cases} else {text} end"
        return text

    def text(self, cell: str) -> str:
        """SQL of what stood there, numbers with a decimal point."""
        return f"replace({cell}, ',', '.')" if self._comma else f"cast({cell} as varchar)"

    @property
    def _comma(self) -> bool:
        return self.comma and not self.native and self.variable.type in ("integer", "real")

    @property
    def _as_text(self) -> str:
        if self.type in _REALS or self.type.startswith("DECIMAL"):
            # 2018.0 is the year 2018: columns with empty values become reals in many tools.
            whole = f"{self.raw} = floor({self.raw}) and abs({self.raw}) < 1e15"
            nothing = f"when isnan({self.raw}) then null" if self.type in _REALS else ""
            return (
                f"case {nothing} when {whole} then cast(cast({self.raw} as bigint) as varchar) "
                f"else cast({self.raw} as varchar) end"
            )
        return f"cast({self.raw} as varchar)"

    def value(self, cell: str) -> str:
        """SQL of the contract's value, of the contract's type; null where there is none or it cannot be read."""
        kind = self.variable.type
        if self.native:
            return f"cast({cell} as {storage(self.variable)})" if kind in ("integer", "real", "date") else cell
        if kind in ("id", "code"):
            return f"nullif({cell}, '')"
        readable = f"regexp_full_match({self.text(cell)}, {sql.literal(PATTERNS[kind])})"
        if self._comma:
            readable += f" and not contains({cell}, '.')"
            cell = self.text(cell)
        read = {
            "integer": f"try_cast(split_part({cell}, '.', 1) as {storage(self.variable)})",
            "real": f"case when isfinite(try_cast({cell} as double)) then try_cast({cell} as double) end",
            "boolean": f"lower({cell}) in ('true', '1')",
            "date": f"coalesce(try_cast(try_strptime({cell}, '%Y-%m-%d') as date), "
            f"try_cast(try_strptime({cell}, '%Y%m%d') as date))",
        }[kind]
        return f"case when {readable} then {read} end"

    def checks(self, cell: str, value: str) -> list[Check]:
        """How a row can fail by this variable, in the order in which the first failure is named.

        Parameters
        ----------
        cell, value
            Names of the columns that hold what :attr:`cell` and :meth:`value` gave.
        """
        variable = self.variable
        empty = f"{cell} is null" if self.native else f"{cell} = ''"
        conditions = {
            "empty": empty,
            "type": f"{value} is null and not ({empty})",
            "range": f"{value} not between {variable.range[0]} and {variable.range[1]}" if variable.range else "",
            "pattern": f"not regexp_full_match({value}, {sql.literal(variable.pattern)})" if variable.pattern else "",
            "codes": f"{value} not in ({', '.join(sql.literal(code) for code in variable.codes)})",
        }
        skipped = {"type"} if self.native and variable.type != "real" else set()
        if variable.type == "real" and self.native:
            conditions["type"] = f"isinf({value})"
        return [
            Check(variable.name, key, what, conditions[key])
            for key, what in variable.failures.items()
            if key not in skipped
        ]


def native_types(variable: Variable) -> set[str]:
    """DuckDB types that hold a variable's values without any reading.

    Examples
    --------
    >>> from gisintegration.registers.contract import variables
    >>> sorted(native_types(variables()["voted_riksdag"]))
    ['BOOLEAN']
    """
    return {
        "id": {"VARCHAR", *_INTEGERS},
        "integer": _INTEGERS,
        "real": {*_REALS, *_INTEGERS},
        "code": {"VARCHAR"},
        "boolean": {"BOOLEAN"},
        "date": {"DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"},
    }[variable.type]


def storage(variable: Variable) -> str:
    """DuckDB type in which a variable is kept.

    Examples
    --------
    >>> from gisintegration.registers.contract import variables
    >>> storage(variables()["age"]), storage(variables()["net_income"])
    ('INTEGER', 'BIGINT')
    """
    if variable.type == "integer":
        return "INTEGER" if variable.range and variable.range[1] <= _INT32 else "BIGINT"
    return {"id": "VARCHAR", "real": "DOUBLE", "code": "VARCHAR", "boolean": "BOOLEAN", "date": "DATE"}[variable.type]


@dataclass(frozen=True)
class Conversion:
    """A delivered file as the contract's columns.

    Parameters
    ----------
    select
        SELECT of ``row`` (from 1), the contract's columns, ``reason`` (position in ``checks``, null: the row is good)
        and, if only some rows were asked for, what stood in each column as ``text_<name>``.
    inner
        SELECT of ``row``, ``cell_<name>`` (what stood in each column) and the contract's columns, without a reason.
    checks
        What can be wrong, in the order in which a row's first failure is named.
    """

    select: str
    inner: str
    checks: tuple[Check, ...]


def conversion(
    parquet: str, cells: Sequence[Cell], *, folder_year: int | None = None, only: Sequence[int] | None = None
) -> Conversion:
    """The SQL that turns one file into the contract's columns.

    Parameters
    ----------
    parquet
        Path of the file.
    cells
        Its columns that are used.
    folder_year
        Year of the file's folder; a row of another year is refused.
    only
        Only these rows (from 1), with the text of every column beside its value, to explain a failure with.
    """
    names = [cell.variable.name for cell in cells]
    checks = [check for cell in cells for check in cell.checks(_cell(cell), sql.name(cell.variable.name))]
    if folder_year is not None and "year" in names:
        checks.append(Check("year", "folder", "year is another than its folder's", f'"year" <> {folder_year}'))
    for x, y in POINTS:
        if x in names and y in names:
            only_one = f"({sql.name(x)} is null) <> ({sql.name(y)} is null)"
            checks.append(Check(x, "pair", f"only one of {x} and {y} is given", only_one))
    delivered = ", ".join(f"{cell.cell} as {_cell(cell)}" for cell in cells)
    values = ", ".join(f"{cell.value(_cell(cell))} as {sql.name(cell.variable.name)}" for cell in cells)
    extra = ""
    if folder_year is not None and "year" not in names:
        extra = f', {folder_year}::integer as "year"'
    shown = "".join(f", {c.text(_cell(c))} as {sql.name('text_' + c.variable.name)}" for c in cells)
    shown = "" if only is None else shown
    cases = " ".join(f"when {check.condition} then {position}" for position, check in enumerate(checks))
    reason = f"cast(case {cases} end as smallint)" if cases else "null::smallint"
    columns = ", ".join([*map(sql.name, names), *(['"year"'] if extra else [])])
    some = "" if only is None else f" where file_row_number in ({', '.join(str(row - 1) for row in only) or -1})"
    inner = (
        f'select *, {values}{extra} from (select file_row_number + 1 as "row", {delivered} '
        f"from read_parquet({sql.literal(parquet)}, file_row_number = true, hive_partitioning = false){some})"
    )
    return Conversion(f'select "row", {columns}, {reason} as reason{shown} from ({inner})', inner, tuple(checks))


def _cell(cell: Cell) -> str:
    return sql.name("cell_" + cell.variable.name)
