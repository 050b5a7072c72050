"""Which delivered column is which variable: the user's names and codes, never a guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gisintegration.errors import RegisterError
from gisintegration.registers.contract import POINTS, propose, required, variables
from gisintegration.registers.sources import Table

PLACE_COLUMNS = ("place", "x", "y", "coordinate_type", "year")
KEYS = ("person", "year")


@dataclass(frozen=True)
class Resolved:
    """A table with its columns named as the contract names them.

    Parameters
    ----------
    table
        The delivered table.
    columns
        Variable → delivered column, in the contract's order.
    unused
        Delivered columns that are not used.
    """

    table: Table
    columns: Mapping[str, str]
    unused: tuple[str, ...]


def check_options(columns: Mapping[str, str], codes: Mapping[str, Mapping[str, str]]) -> None:
    """Refuse ``columns`` and ``codes`` that name what the contract does not have.

    Raises
    ------
    RegisterError
        A variable is not in the contract, or two columns are named as the same variable.

    Examples
    --------
    >>> check_options({"kön": "sexx"}, {})
    Traceback (most recent call last):
    gisintegration.errors.RegisterError: There is no register variable 'sexx' in columns.
    Hint: did you mean 'sex'? Known: ...
    """
    known = variables()
    for target in columns.values():
        if target not in known:
            raise RegisterError.unknown("register variable", target, known, where="columns")
    for name, mapping in codes.items():
        if name not in known:
            raise RegisterError.unknown("register variable", name, known, where="codes")
        wrong = [new for new in mapping.values() if known[name].codes and new and new not in known[name].codes]
        if wrong:
            raise RegisterError.unknown(f"code of {name}", wrong[0], known[name].codes, where="codes")


def resolve(
    tables: Sequence[Table], columns: Mapping[str, str], *, wanted: Sequence[str] | None = None
) -> list[Resolved]:
    """Each table's columns as variables of the contract; the first table that has a variable gives it.

    Parameters
    ----------
    tables
        The population first.
    columns
        Delivered column → variable. Other columns must have the contract's own name.
    wanted
        Variables to take; default: all of the contract.

    Raises
    ------
    RegisterError
        A renamed column does not exist, or two columns of a table are the same variable.
    """
    found = {name for table in tables for name in table.columns}
    absent = [name for name in columns if name not in found]
    if absent:
        raise RegisterError.unknown("column", absent[0], sorted(found), where=", ".join(t.name for t in tables))
    taken: set[str] = set()
    resolved = []
    for table in tables:
        named = _named(table, columns)
        mine = {
            name: named[name]
            for name in variables()
            if name in named and (wanted is None or name in wanted) and (name in KEYS or name not in taken)
        }
        taken |= set(mine)
        used = set(mine.values())
        resolved.append(Resolved(table, mine, tuple(name for name in table.columns if name not in used)))
    return resolved


def _named(table: Table, columns: Mapping[str, str]) -> dict[str, str]:
    known = variables()
    named: dict[str, str] = {}
    for name in table.columns:
        target = columns.get(name, name)
        if target not in known:
            continue
        if target in named:
            raise RegisterError(
                f"{table.name}: the columns {named[target]} and {name} are both {target}.",
                hint="keep one of them in columns.",
            )
        named[target] = name
    return named


def check_present(resolved: Sequence[Resolved], *, with_places: bool) -> None:
    """Refuse tables that lack what the contract requires.

    Raises
    ------
    RegisterError
        With, for each column that is missing, the delivered column that by its name is likely to be it.
    """
    here = {name for table in resolved for name in table.columns}
    missing = [(resolved[0], name) for name in required() if name not in here]
    missing += [(table, key) for table in resolved for key in KEYS if key not in table.columns and key in here]
    if with_places and "place" not in here:
        missing.append((resolved[0], "place"))
    if with_places and here & {"x", "y"}:
        raise RegisterError(
            "The register has coordinates of its own and a table of places was given too.",
            hint="leave places out, or take x and y out of columns.",
        )
    if not with_places and "place" not in here:
        missing += [(resolved[0], name) for name in ("x", "y") if name not in here]
    for pair in POINTS:
        if len(here & set(pair)) == 1:
            missing += [(resolved[0], name) for name in pair if name not in here]
    if missing:
        raise missing_columns(missing)


def missing_columns(missing: Sequence[tuple[Resolved, str]]) -> RegisterError:
    """The error for columns that were not found: where, and which delivered column each may be."""
    names = list(dict.fromkeys(name for _, name in missing))
    tables = list(dict.fromkeys(table.table.name for table, _ in missing))
    available = [name for table, _ in missing[:1] for name in table.unused]
    likely = propose(names, available)
    words = {name: f"{variables()[name].sv} / {variables()[name].en}" for name in names}
    hint = f"columns found: {', '.join(missing[0][0].table.columns)}."
    if likely:
        pairs = ", ".join(f'"{column}" = "{name}"' for column, name in likely.items())
        hint = f"is it columns = {{{pairs}}}? {hint[0].upper()}{hint[1:]}"
    return RegisterError(
        f"{', '.join(tables)} lacks the column{'s' if len(names) > 1 else ''} {', '.join(names)}.",
        hint=hint,
        failures=[{"column": name, "is": words[name]} for name in names],
    )
