"""Fingerprints: hashes of everything a year's figures of an indicator are made from, to tell what is new."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import gisintegration
from gisintegration import sql
from gisintegration.areas import AreaDivision
from gisintegration.database.areas_file import areas_hash
from gisintegration.disclosure import POLICIES
from gisintegration.indicators import Constants
from gisintegration.indicators.classes import class_sets
from gisintegration.indicators.composite import all_below
from gisintegration.indicators.declare import constants_of, variables_of
from gisintegration.indicators.moves import columns_at_ends
from gisintegration.indicators.panel import years_read
from gisintegration.indicators.rules import constants_in, variables_in
from gisintegration.project.settings import Project
from gisintegration.project.tasks import Task
from gisintegration.registers import Register, variables
from gisintegration.tables import SCHEMA_VERSION, Indicator, LevelRule

# What decides where a person is counted, and how it is told.
_PLACING = ("kommun", "deso", "place", "x", "y", "coordinate_type")
_ELECTION = ("election_x", "election_y", "election_kommun")
# Years whose constants a figure can be made with: `previous.` of those who left (the year before's own), to `next.`.
_NEAR = (-2, -1, 0, 1)
# Rooms whose code makes figures.
_ROOMS = ("tables", "areas", "locate", "registers", "engines", "indicators", "disclosure", "sql.py", "swedish.py")


def column_hashes(register: Register, year: int) -> dict[str, str]:
    """A hash of each variable's values in a year with the persons they are of, whatever the order of the rows.

    One pass over the year, in DuckDB.
    """
    columns = [name for name in register.variables if name not in ("person", "year")]
    person = _value("person")
    wanted = ", ".join(
        f"bit_xor(hash({person}, {_value(name)})), sum(hash({person}, {_value(name)}))" for name in columns
    )
    rows = register.select(register.variables, year)
    with sql.connect() as con:
        found = con.execute(f"select count(*), bit_xor(hash({person})), {wanted or '0'} from ({rows})").fetchone()
    values = list(found or ())
    whole = f"{values[0]} {values[1]}"
    return {name: f"{whole} {values[2 * i + 2]} {values[2 * i + 3]}" for i, name in enumerate(columns)}


def _value(name: str) -> str:
    """A variable as SQL of one type, whatever the file's: a program that saves it anew may make 7 into 7.0."""
    column, kind = sql.name(name), variables()[name].type
    if kind == "id":
        whole = f"cast(try_cast({column} as hugeint) as varchar)"
        return f"case when typeof({column}) in ('DOUBLE', 'FLOAT') then {whole} else cast({column} as varchar) end"
    types = {"integer": "bigint", "real": "double", "boolean": "boolean", "date": "date", "code": "varchar"}
    return f"cast({column} as {types[kind]})"


@dataclass(eq=False)
class Fingerprints:
    """Makes the fingerprints of a run.

    Parameters
    ----------
    project, register, constants
        What figures are made from.
    """

    project: Project
    register: Register
    constants: Constants
    _columns: dict[int, dict[str, str]] = field(default_factory=dict)
    _areas: dict[AreaDivision, str] = field(default_factory=dict)

    def of(self, task: Task, name: str, year: int) -> str:
        """The fingerprint of an indicator's figures of a year on the levels of a task."""
        item = task.indicators[name]
        parts = [item, *(task.indicators[key] for key in sorted(all_below(name, task.indicators)))]
        said = {
            "made_by": [gisintegration.__version__, SCHEMA_VERSION, _code(), metadata.version("duckdb")],
            "policy": repr(POLICIES.get(self.project.settings.policy.name)),
            "declared": [one.model_dump(mode="json", by_alias=True) for one in parts],
            "classes": [repr(class_sets()[key]) for one in parts for key in sets_of(one)],
            "constants": [self._constants(one, year) for one in parts],
            "columns": [self._read(one, year) for one in parts],
            "areas": sorted(self._edition(areas) for areas in task.of(year)),
            "by": list(task.by),
            "region": self.project.settings.levels.region,
            "groups": [{key: list(codes) for key, codes in named.items()} for named in task.groups],
            "keyed": "" if task.keyed is None else _table_hash(task),
            "placing": [self.register.unplaced, self.register.nearest],
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()

    def _read(self, item: Indicator, year: int) -> dict[str, Any]:
        """The columns that an indicator reads, in the years it reads, with their hashes."""
        has = self.register.variables
        names = {"sex", *_PLACING, *variables_of(item, has)}
        names |= {name for key in sets_of(item) for one in class_sets()[key] for name in variables_in(one.rule, has)}
        names |= set(_ELECTION) if item.reference == "election day" else set()
        names |= frozenset().union(*columns_at_ends(has)) if item.flow else set()
        read: dict[str, Any] = {}
        for other in years_read(item, year):
            if other not in self.register.years:
                read[str(other)] = None
                continue
            if other not in self._columns:
                self._columns[other] = column_hashes(self.register, other)
            read[str(other)] = {name: self._columns[other].get(name) for name in sorted(names)}
        return read

    def _constants(self, item: Indicator, year: int) -> dict[str, list[float | None]]:
        """The constants that an indicator or its classes need, of every year that a rule can ask of: see `_NEAR`."""
        classes = [one for key in sets_of(item) for one in class_sets()[key]]
        names = constants_of(item).union(*(constants_in(one.rule) for one in classes))
        return {name: [self._constant(name, year + away) for away in _NEAR] for name in sorted(names)}

    def _constant(self, name: str, year: int) -> float | None:
        known = name in self.constants.by_name and self.constants.has(name, year)
        return self.constants.value(name, year) if known else None

    def _edition(self, areas: AreaDivision) -> str:
        if areas not in self._areas:
            self._areas[areas] = f"{areas.key} {areas_hash(areas)}"
        return self._areas[areas]


def sets_of(item: Indicator) -> list[str]:
    """The sets of classes that an indicator is given for on some level."""
    rules = [rule for rule in item.levels.values() if isinstance(rule, LevelRule)]
    alone: list[Collection[str]] = [item.breakdowns, *(rule.breakdowns or () for rule in rules)]
    crossed: list[Sequence[Collection[str]]] = [item.crossings, *(rule.crossings or () for rule in rules)]
    names = {name for many in alone for name in many}
    return sorted(names | {name for many in crossed for pair in many for name in pair})


def _table_hash(task: Task) -> str:
    keyed = task.keyed
    return "" if keyed is None else hashlib.sha256(keyed.table.to_csv(index=False).encode()).hexdigest()


@cache
def _code() -> str:
    """Hash of the code and data that make figures: another version of the toolkit makes them anew."""
    package = Path(gisintegration.__file__).parent
    digest = hashlib.sha256()
    for room in _ROOMS:
        path = package / room
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.suffix in (".py", ".toml") and "synthetic" not in file.parts:
                digest.update(f"{file.relative_to(package).as_posix()}\0".encode() + file.read_bytes())
    return digest.hexdigest()
