"""What a declaration means by what it does not say: unit by kind, time and register by what its rules read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gisintegration.indicators.grammar import known_variables
from gisintegration.indicators.rules import Reads, reads
from gisintegration.tables import Kind

_RULES = ("population", "numerator", "denominator")
_PER_CENT = {"sv": "procent", "en": "per cent"}
_UNITS: Mapping[str, Mapping[str, str]] = {
    Kind.COUNT: {"sv": "antal", "en": "number"},
    Kind.SHARE: _PER_CENT,
    Kind.RATIO: _PER_CENT,
    Kind.NET: _PER_CENT,
    Kind.QUOTIENT: {"sv": "kvot", "en": "quotient"},
    Kind.DISSIMILARITY: {"sv": "index 0–100", "en": "index 0–100"},
}
_NOT_ADDED = (Kind.MEDIAN, Kind.QUOTIENT, Kind.NET, Kind.DISSIMILARITY, Kind.INDEX, Kind.CLASS)
_IN_ENGLISH = {"kr": "kronor", "dagar": "days", "månader": "months", "år": "years", "personer": "persons"}


def with_defaults(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A declaration with what it does not say filled in; what it says is kept, right or wrong.

    ``description`` is the title. ``unit``: per cent for a share, ratio or net, number for a count, the variable's own
    for a mean or median that is divided by nothing. ``counted``: person. ``reference``: panel where a rule reads the
    year after, calendar year for a flow, else 31 December. ``additive``: ``areas``, but ``register_only`` for what
    cannot be added or reads moves. ``register``: those of the variables that are read.

    Examples
    --------
    >>> made = with_defaults({"kind": "share", "title": {"sv": "A", "en": "S"}, "numerator": {"tenure": "rental"}})
    >>> made["unit"]["en"], made["reference"], made["additive"], made["register"]
    ('per cent', '31 December', 'areas', 'Lägenhetsregistret')
    """
    asked = _asked(entry)
    kind = str(entry.get("kind", ""))
    flow = bool(entry.get("flow"))
    filled: dict[str, Any] = {
        "counted": "person",
        "reference": "panel" if asked.next else "calendar year" if flow else "31 December",
        "additive": "register_only" if asked.moved or kind in _NOT_ADDED else "areas",
        "register": _registers(asked),
    }
    if "title" in entry:
        filled["description"] = entry["title"]
    if unit := _unit(entry, kind):
        filled["unit"] = unit
    return {**filled, **entry}


def _asked(entry: Mapping[str, Any]) -> Reads:
    named = (entry.get(field) for field in ("variable", "base"))
    found = Reads(frozenset(name for name in named if isinstance(name, str)))
    for field in _RULES:
        if isinstance(entry.get(field), Mapping):
            found |= reads(entry[field])
    return found


def _unit(entry: Mapping[str, Any], kind: str) -> Mapping[str, str] | None:
    if kind not in (Kind.MEAN, Kind.MEDIAN):
        return _UNITS.get(kind)
    variable = known_variables().get(str(entry.get("variable")))
    if entry.get("per") or variable is None or not variable.unit:
        return None
    return {"sv": variable.unit, "en": _IN_ENGLISH.get(variable.unit, variable.unit)}


def _registers(asked: Reads) -> str:
    names = asked.this | asked.next | asked.previous
    found = {known_variables()[name].register for name in names if name in known_variables()}
    # That of the population itself is named where nothing else is read.
    return ", ".join(sorted(found - {"RTB"})) or "RTB"
