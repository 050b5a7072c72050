"""The contract of a point register: its variables, and what a value of each must look like."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from gisintegration.errors import RegisterError

if TYPE_CHECKING:
    import pandera.pandas as pa

Kind = Literal["id", "integer", "real", "code", "boolean", "date"]
Text = Mapping[str, str]

#: How a value of each type is written as text; CSV is read by these, and Parquet is compared with them.
PATTERNS: Mapping[str, str] = {
    "integer": r"[+-]?[0-9]{1,18}(\.0+)?",
    "real": r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?",
    "boolean": r"([Tt]rue|[Ff]alse|TRUE|FALSE|0|1)",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}",
}
#: The points of a row, easting and northing: where the person lived on 31 December, and by the electoral roll.
#: All of them are in the CRS that is declared.
POINTS: tuple[tuple[str, str], ...] = (("x", "y"), ("election_x", "election_y"))
NOT_READABLE: Mapping[str, str] = {
    "integer": "is not a whole number",
    "real": "is not a number",
    "boolean": "is not true or false",
    "date": "is not a date (YYYY-MM-DD)",
}


@dataclass(frozen=True)
class Variable:
    """One variable of the register contract.

    Parameters
    ----------
    name
        The column's name in a conforming register.
    type
        ``id`` (integer or text), ``integer``, ``real``, ``code``, ``boolean`` or ``date``.
    sv, en
        The variable in words.
    register, reference
        The register it comes from, and the time its values refer to.
    required
        The register is refused without the column.
    nullable
        An empty value is allowed and means what ``empty`` says.
    unit
        Unit of a number; empty if it has none.
    range
        Smallest and largest value, both allowed.
    pattern
        Regular expression that a code must match from end to end.
    codes
        The code list: code → words in ``sv`` and ``en``.
    listed
        The file that holds the code list, whose codes have no words; empty if it is in the declaration.
    names
        Names the column often has in Swedish deliveries. Proposed in an error message, never assumed.
    """

    name: str
    type: Kind
    sv: str
    en: str
    register: str
    reference: str
    required: bool = False
    nullable: bool = False
    empty: str = ""
    unit: str = ""
    range: tuple[int, int] | None = None
    pattern: str | None = None
    codes: Mapping[str, Text] = field(default_factory=dict)
    listed: str = ""
    names: tuple[str, ...] = ()

    @property
    def failures(self) -> dict[str, str]:
        """What can be wrong with a value: key of the check → words for the report.

        Examples
        --------
        >>> variables()["age"].failures["range"]
        'age is outside 0–120'
        """
        found = {}
        if not self.nullable:
            found["empty"] = f"{self.name} is empty"
        if self.type in NOT_READABLE:
            found["type"] = f"{self.name} {NOT_READABLE[self.type]}"
        elif self.type == "id":
            found["type"] = f"{self.name} is not a whole number"
        if self.range:
            found["range"] = f"{self.name} is outside {self.range[0]}–{self.range[1]}"
        if self.pattern:
            found["pattern"] = f"{self.name} is not written as {self.pattern.strip('^$')}"
        if self.codes:
            found["codes"] = f"{self.name} is not in the code list"
        return found


@cache
def variables() -> Mapping[str, Variable]:
    """Every variable of the contract, in its order.

    Examples
    --------
    >>> variables()["sex"].codes["women"]["sv"]
    'kvinnor'
    """
    folder = files("gisintegration.registers")
    declared = tomllib.loads((folder / "variables.toml").read_text(encoding="utf-8"))
    names = tomllib.loads((folder / "names.toml").read_text(encoding="utf-8"))
    return {name: _variable(name, entry, names.get(name, [])) for name, entry in declared.items()}


def _variable(name: str, entry: Mapping[str, Any], names: Iterable[str]) -> Variable:
    fields = dict(entry)
    if "range" in fields:
        fields["range"] = tuple(fields["range"])
    if "listed" in fields:
        listed = tomllib.loads((files("gisintegration.registers") / fields["listed"]).read_text(encoding="utf-8"))
        fields["codes"] = {code: {"sv": code, "en": code} for code in listed}
    return Variable(name=name, names=tuple(names), **fields)


def chosen(names: Iterable[str]) -> list[Variable]:
    """The variables of these names, in the contract's order.

    Raises
    ------
    RegisterError
        A name is not in the contract.

    Examples
    --------
    >>> [variable.name for variable in chosen(["age", "person"])]
    ['person', 'age']
    """
    wanted = list(names)
    known = variables()
    for name in wanted:
        if name not in known:
            raise RegisterError.unknown("register variable", name, known)
    return [variable for variable in known.values() if variable.name in set(wanted)]


def required() -> list[str]:
    """Names of the variables without which a register is refused.

    Examples
    --------
    >>> required()
    ['person', 'year', 'kommun', 'sex', 'age']
    """
    return [variable.name for variable in variables().values() if variable.required]


def contract(names: Iterable[str] | None = None) -> pa.DataFrameSchema:
    """The contract as a pandera schema over values written as text.

    A register reaches the toolkit as CSV, Parquet or GeoPackage; what a value must look like is therefore declared
    over its text (``"1480"``, ``"2023-12-31"``, ``"0"``), None or an empty text being an empty value. Every check is
    named as in :attr:`Variable.failures`, so that all failures of a chunk are collected at once.

    Parameters
    ----------
    names
        Variables the schema covers; default: all. Columns beside them are allowed.

    Raises
    ------
    RegisterError
        A name is not in the contract.

    Examples
    --------
    >>> schema = contract(["sex", "age"])
    >>> failures(pd.DataFrame({"sex": ["women", "f"], "age": ["130", "x"]}), schema)
    ... # doctest: +NORMALIZE_WHITESPACE
    [{'row': 0, 'column': 'age', 'value': '130', 'what': 'age is outside 0–120'},
     {'row': 1, 'column': 'sex', 'value': 'f', 'what': 'sex is not in the code list'},
     {'row': 1, 'column': 'age', 'value': 'x', 'what': 'age is not a whole number'}]
    """
    import pandera.pandas as pa  # noqa: PLC0415 — 0.6 s of import that only registers with failing rows need

    covered = chosen(variables() if names is None else names)
    return pa.DataFrameSchema(
        {variable.name: pa.Column(None, _checks(variable, pa), nullable=True) for variable in covered},
        name="register",
        description="Point register of persons: one row a person and year.",
    )


def failures(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> list[dict[str, Any]]:
    """Every failure of every row of a chunk, by row and then by the contract's order of columns.

    Parameters
    ----------
    frame
        Values as text, a column each variable. The index names the rows.
    schema
        What :func:`contract` returned.

    Returns
    -------
    list
        ``row``, ``column``, ``value`` and ``what`` was wrong with it.
    """
    import pandera.errors  # noqa: PLC0415 — see contract

    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
    else:
        return []
    order = {name: position for position, name in enumerate(variables())}
    rows = {label: position for position, label in enumerate(frame.index)}
    known = variables()
    found = [
        {"row": row, "column": column, "value": frame.loc[row, column], "what": known[column].failures[check]}
        for column, check, row in zip(cases["column"], cases["check"], cases["index"], strict=True)
    ]
    return sorted(found, key=lambda failure: (rows[failure["row"]], order[failure["column"]], failure["what"]))


def _checks(variable: Variable, pa: Any) -> list[pa.Check]:
    tests: dict[str, Callable[[pd.Series], pd.Series]] = {}
    if not variable.nullable:
        tests["empty"] = lambda text: text != ""
    if variable.type in PATTERNS:
        tests["type"] = lambda text: (text == "") | _readable(text, variable.type)
    if variable.range:
        low, high = variable.range
        tests["range"] = lambda text: (
            (text == "") | ~_readable(text, variable.type) | pd.to_numeric(text, errors="coerce").between(low, high)
        )
    if variable.pattern:
        pattern = variable.pattern
        tests["pattern"] = lambda text: (text == "") | text.str.fullmatch(pattern)
    if variable.codes:
        tests["codes"] = lambda text: text.isin(["", *variable.codes])
    return [pa.Check(_over_text(test), name=name, ignore_na=False) for name, test in tests.items()]


def _over_text(test: Callable[[pd.Series], pd.Series]) -> Callable[[pd.Series], pd.Series]:
    def check(values: pd.Series) -> pd.Series:
        return test(values.astype("str").fillna("")).astype(bool)

    return check


def _readable(text: pd.Series, kind: str) -> pd.Series:
    matches: pd.Series = text.str.fullmatch(PATTERNS[kind])
    if kind == "date":
        return matches & pd.to_datetime(text.where(matches), format="ISO8601", errors="coerce").notna()
    if kind == "real":
        return matches & pd.to_numeric(text.where(matches), errors="coerce").abs().lt(float("inf"))
    return matches


def code_list(variable: Variable, language: str = "sv") -> str:
    """The code list in one line: ``women = kvinnor, men = män``.

    Examples
    --------
    >>> code_list(variables()["sex"], "en")
    'women = women, men = men'
    >>> code_list(variables()["birth_country"])
    'the countries of registers/countries.toml, as SE or FI'
    """
    if variable.listed:
        return f"the {variable.listed.removesuffix('.toml')} of registers/{variable.listed}, as SE or FI"
    return ", ".join(f"{code} = {words[language]}" for code, words in variable.codes.items())


def propose(missing: Iterable[str], available: Iterable[str]) -> dict[str, str]:
    """Columns that by their Swedish name are likely to be the missing variables: ``{"kön": "sex"}``.

    Examples
    --------
    >>> propose(["sex", "kommun"], ["Kön", "KommunKod", "annat"])
    {'Kön': 'sex', 'KommunKod': 'kommun'}
    """
    by_name = {_plain(name): column for column in reversed(list(available)) if (name := column)}
    found = {}
    for name in missing:
        for candidate in (name, *variables()[name].names):
            column = by_name.get(_plain(candidate))
            if column is not None:
                found[column] = name
                break
    return found


def _plain(name: str) -> str:
    letters = str.maketrans("åäöÅÄÖ", "aaoAAO")
    return re.sub(r"[^a-z0-9]", "", name.translate(letters).casefold())
