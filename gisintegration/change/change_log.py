"""SCB's change logs and key tables as relations, and the log set beside the geometry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.areas.codes import (
    EDITIONS,
    kommun_events,
    kommun_sets,
    official_codes,
    official_names,
    parent_code,
    strip_suffix,
    table_of_changes,
)
from gisintegration.areas.history import not_in_edition
from gisintegration.change.classify import Links, Relation
from gisintegration.change.relations import Relations
from gisintegration.change.tabulate import Side, tabulate
from gisintegration.errors import CodeError, InputError

# The editions that SCB's logs lead from and to.
LOGGED: Mapping[str, tuple[str, str]] = {
    "deso": ("deso/2018", "deso/2025"),
    "regso": ("regso/2020", "regso/2025"),
}
_SINCE = "2025"
_WATER, _GAINS, _LOSES, _RENAMED = "territorialvatt", "Utvidgas", "Minskas", "namnändr"


def relations_from_log(division: str, *, old: str | None = None, new: str | None = None) -> Relations:
    """Relations of all official codes by the official record of changes, without geometry.

    DeSO 2018 → 2025 and RegSO 2020 → 2025 by SCB's logs; kommuner between the sets of 1998, 1999 and 2003 by the record
    of kommuner that were formed. Län have one set for all years since 1997. A code of both editions without a word in
    the record is unchanged.

    Parameters
    ----------
    division
        ``deso``, ``regso`` or ``kommun``.
    old, new
        Keys of editions, for ``kommun``: ``"kommun/1998"``; without them the first and the last.

    Raises
    ------
    CodeError
        There is no record for the division, or not between the editions.

    Examples
    --------
    >>> relations_from_log("deso").codes
    {'kept': 5835, 'ended': 149, 'new': 325, 'kept_changed': 687}
    >>> relations_from_log("kommun").pure_splits
    {'0181': ('0140', '0181'), '0380': ('0330', '0380')}
    """
    if division in LOGGED:
        keys = LOGGED[division]
        if (old or keys[0], new or keys[1]) != keys:
            raise CodeError(f"SCB's log leads from {keys[0]} to {keys[1]}.", hint="leave old= and new= out.")
        return _from_log(table_of_changes(division), *keys)
    if division in ("lan", "riket"):
        raise CodeError(
            f"{division}/1998 stands for all data years since 1997.", hint="there is nothing to compare it with."
        )
    if division != "kommun":
        raise CodeError.unknown("record of changes", division, [*LOGGED, "kommun"])
    known = [f"{division}/{edition}" for edition in EDITIONS[division]]
    first, last = old or known[0], new or known[-1]
    for key in (first, last):
        if key not in known:
            raise CodeError.unknown(f"{division} edition", key, known)
    if known.index(first) >= known.index(last):
        raise CodeError(f"{last} is not later than {first}.", hint="give the earlier edition as old=.")
    return relations_from_key(_kommun_key(first, last), old=first, new=last)


def relations_from_key(
    key: pd.DataFrame | Mapping[str, str],
    *,
    old: str = "key/1",
    new: str = "key/2",
    names: Mapping[str, str] | None = None,
    new_names: Mapping[str, str] | None = None,
) -> Relations:
    """Relations by a key table of old and new codes, without geometry.

    Parameters
    ----------
    key
        Columns ``old`` and ``new``, one row a pair that shares ground (or a mapping old → new). A code without a
        partner has a row of its own with the other column empty: it ended, or its origin is not told.
    old, new
        Keys of the editions. Codes of official editions are checked against the official list; those that the key does
        not name are told in ``notes`` and are not among the areas.
    names, new_names
        Name of each old and new code; else the official ones, else the code.

    Raises
    ------
    InputError
        A column is missing, or a row has neither code.
    CodeError
        A code is not in its official edition, or carries a suffix such as ``_DeSO2025``.

    Examples
    --------
    >>> key = pd.DataFrame({"old": ["a", "a", "b"], "new": ["a1", "a2", "c"]})
    >>> relations_from_key(key).side("old")["relation"].tolist()
    ['split', 'recoded']
    """
    frame = _key_rows(key)
    pairs = frame[(frame["old"] != "") & (frame["new"] != "")]
    first, second = (sorted(set(frame[side]) - {""}) for side in ("old", "new"))
    notes = []
    for edition, codes in ((old, first), (new, second)):
        notes += _against_list(edition, codes)
    nothing: set[str] = set()
    found = _relations(
        (old, first, names), (new, second, new_names), pairs, gained=nothing, water=nothing, lost=nothing
    )
    return replace(found, notes=tuple(notes))


def log_between(old: str, new: str) -> pd.DataFrame | None:
    """SCB's log between two editions, None where it speaks of others.

    Examples
    --------
    >>> len(log_between("regso/2020", "regso/2025")), log_between("deso/2025", "deso/2030")
    (486, None)
    """
    division = old.split("/", 1)[0]
    return _of_edition(table_of_changes(division)) if LOGGED.get(division) == (old, new) else None


def with_log(relations: Relations, log: pd.DataFrame) -> Relations:
    """Relations from geometry with what a log says of each area, and whether the two name the same areas.

    ``agrees`` is missing where the ground of an area, or of one it shares ground with, is not known. Areas that the log
    names and the editions at hand do not have (another part of the country) are left out of the comparison.
    """
    missing = [name for name in ("old", "new", "change") if name not in log.columns]
    if missing:
        raise InputError.missing_columns("The change log", missing, list(log.columns))
    log = _of_edition(log)
    areas, links = relations.areas.copy(), relations.links
    codes = {side: set(relations.side(side)["code"]) for side in ("old", "new")}
    unknown = {
        side: set(links[side]) - codes[side]
        | set(areas.loc[(areas["side"] == side) & (areas["relation"] == Relation.UNKNOWN_ORIGIN.value), "code"])
        for side in ("old", "new")
    }
    kept = codes["old"] & codes["new"]
    given = _partners(links["old"], links["new"])
    own = log[log["old"].isin(codes["old"]) & log["new"].isin(codes["new"])]
    same = pd.Series(sorted(kept), dtype="str")
    told = _partners(pd.concat([own["old"], same]), pd.concat([own["new"], same]))
    wet = set(log.loc[log["change"].str.contains(_WATER), "new"])
    texts = _texts(log)
    verdicts: list[bool | None] = []
    for side, code, over_water in areas[["side", "code", "over_water"]].itertuples(index=False, name=None):
        partners = given[side].get(code, set())
        other = "new" if side == "old" else "old"
        if code in unknown[side] or partners & unknown[other]:
            verdicts.append(None)
            continue
        water = code in wet if side == "new" else bool(wet & told["old"].get(code, set()))
        verdicts.append(partners == told[side].get(code, set()) and over_water == water)
    areas["log"] = pd.Series(
        [texts.get((side, code), "") for side, code in zip(areas["side"], areas["code"], strict=True)], dtype="str"
    )
    areas["agrees"] = pd.array(verdicts, dtype="boolean")
    return replace(relations, areas=areas)


def _of_edition(log: pd.DataFrame) -> pd.DataFrame:
    return log[log["date"] >= _SINCE] if "date" in log.columns else log


def _partners(old: pd.Series, new: pd.Series) -> dict[str, dict[str, set[str]]]:
    found: dict[str, dict[str, set[str]]] = {"old": {}, "new": {}}
    for first, second in zip(old, new, strict=True):
        found["old"].setdefault(first, set()).add(second)
        found["new"].setdefault(second, set()).add(first)
    return found


def _texts(log: pd.DataFrame) -> dict[tuple[str, str], str]:
    """What the log says of each area, in its own words, with the areas it names."""
    said: dict[tuple[str, str], dict[str, list[str]]] = {}
    for old, new, change in sorted(log[["old", "new", "change"]].itertuples(index=False, name=None)):
        said.setdefault(("old", old), {}).setdefault(change, []).append("" if old == new else new)
        said.setdefault(("new", new), {}).setdefault(change, []).append("" if old == new else old)
    arrow = {"old": "→", "new": "←"}
    return {
        key: "; ".join(
            f"{change} {arrow[key[0]]} {', '.join(others)}" if any(others) else change
            for change, others in ((change, [o for o in group if o]) for change, group in changes.items())
        )
        for key, changes in said.items()
    }


def _from_log(log: pd.DataFrame, old: str, new: str) -> Relations:
    log = _of_edition(log)
    first, second = (sorted(official_codes(key) or ()) for key in (old, new))
    same = pd.Series(sorted(set(first) & set(second)), dtype="str")
    pairs = pd.concat([log[["old", "new"]], pd.DataFrame({"old": same, "new": same})]).drop_duplicates()
    own = log[log["old"] == log["new"]]
    told = own["change"]
    wet = set(own.loc[told.str.contains(_WATER), "new"])
    # Areas that the log calls larger or smaller without saying by which other.
    givers, takers = (
        set(pairs.loc[pairs["old"] != pairs["new"], "old"]),
        set(pairs.loc[pairs["old"] != pairs["new"], "new"]),
    )
    gained = set(own.loc[told.str.startswith(_GAINS) & ~told.str.contains(_WATER), "new"]) - takers
    lost = set(own.loc[told.str.startswith(_LOSES), "old"]) - givers
    found = _relations((old, first, None), (new, second, None), pairs, gained=gained, water=wet, lost=lost)
    areas = found.areas.copy()
    areas["renamed"] |= areas["code"].isin(own.loc[told.str.contains(_RENAMED), "new"])
    texts = _texts(log)
    areas["log"] = pd.Series(
        [texts.get((side, code), "") for side, code in zip(areas["side"], areas["code"], strict=True)], dtype="str"
    )
    return replace(found, areas=areas)


def _relations(
    first: tuple[str, list[str], Mapping[str, str] | None],
    second: tuple[str, list[str], Mapping[str, str] | None],
    pairs: pd.DataFrame,
    *,
    gained: set[str],
    water: set[str],
    lost: set[str],
) -> Relations:
    old, new = _side(*first), _side(*second)
    at = pd.Index(old.codes).get_indexer(pd.Index(pairs["old"])).astype(np.int64)
    to = pd.Index(new.codes).get_indexer(pd.Index(pairs["new"])).astype(np.int64)
    links = Links(
        at,
        to,
        pd.Index(new.codes).get_indexer(pd.Index(old.codes)).astype(np.int64),
        np.ones(len(old.codes), dtype=bool),
        np.ones(len(new.codes), dtype=bool),
        np.isin(new.codes, list(gained)),
        np.isin(new.codes, list(water)),
        np.isin(old.codes, list(lost)),
    )
    unknown = np.full(len(at), np.nan)
    areas, table = tabulate(
        old,
        new,
        links,
        shared=unknown,
        lost=np.full(len(old.codes), np.nan),
        gained=np.full(len(new.codes), np.nan),
    )
    return Relations(first[0], second[0], areas, table)


def _side(key: str, codes: list[str], names: Mapping[str, str] | None) -> Side:
    division = key.split("/", 1)[0]
    official = official_names(key) if names is None else names
    own = [official.get(code, "") for code in codes]
    column: npt.NDArray[np.object_] = np.array(codes, dtype=object)
    return Side(
        column,
        np.array([name or code for code, name in zip(codes, own, strict=True)], dtype=object),
        np.array(["" if division == "deso" else name for name in own], dtype=str),
        np.array([parent_code(division, code, "kommun") for code in codes], dtype=object),
        np.ones(len(codes), dtype=bool),
        np.full(len(codes), np.nan),
    )


def _kommun_key(old: str, new: str) -> pd.DataFrame:
    """Kommuner of one set and of a later one: each with itself, and those formed with what they came from."""
    first, second = (official_codes(key) or frozenset() for key in (old, new))
    since = {found.key: found.years[0] for found in kommun_sets()}
    rows = [(code, code) for code in sorted(first & second)]
    for event in kommun_events():
        formed = [code for code in event["codes"] if code in second - first]
        if event["what"] == "formed" and event["first_year"] > since.get(old, 0):
            rows += [(source, code) for code in formed for source in event["from"]]
    return pd.DataFrame(rows, columns=["old", "new"])


def _key_rows(key: pd.DataFrame | Mapping[str, str]) -> pd.DataFrame:
    if isinstance(key, Mapping):
        key = pd.DataFrame({"old": list(key), "new": list(key.values())})
    missing = [name for name in ("old", "new") if name not in key.columns]
    if missing:
        raise InputError.missing_columns("The key", missing, list(key.columns))
    frame = key[["old", "new"]].fillna("").astype("str")
    empty = np.flatnonzero(((frame["old"] == "") & (frame["new"] == "")).to_numpy())
    if len(empty) or frame.empty:
        raise InputError(
            "The key has no rows."
            if frame.empty
            else f"{len(empty)} rows of the key have neither an old nor a new code.",
            hint="give each row an old code, a new code or both.",
            failures=[{"row": int(row) + 1} for row in empty],
        )
    marked = [code for code in pd.unique(frame.to_numpy().ravel()) if strip_suffix(code) != code]
    if marked:
        raise CodeError(
            f"{len(marked)} codes of the key carry the edition's name.",
            hint="take it away with gisintegration.areas.codes.strip_suffix.",
            failures=[{"code": code} for code in sorted(marked)],
        )
    return frame.drop_duplicates(ignore_index=True)


def _against_list(key: str, codes: list[str]) -> list[str]:
    official = official_codes(key)
    if official is None:
        return []
    wrong = [code for code in codes if code not in official]
    if wrong:
        division, edition = key.split("/", 1)
        raise not_in_edition(division, edition, wrong, where="key")
    absent = len(official) - len(codes)
    return [f"{absent} of {len(official)} codes of {key} are not in the key."] if absent else []
