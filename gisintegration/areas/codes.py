"""Area codes: how they are written, the official lists of every edition, and which area lies in which.

The lists are data in ``gisintegration/data/codes`` (SCB, CC0); see ``SOURCES.md`` there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from gisintegration.errors import CodeError

LEVELS = ("deso", "regso", "kommun", "lan", "riket")
GRAMMAR: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "deso": re.compile(r"\d{4}[ABC]\d{4}"),
        "regso": re.compile(r"\d{4}R\d{3}"),
        "kommun": re.compile(r"\d{4}"),
        "lan": re.compile(r"\d{2}"),
        "riket": re.compile(r"00"),
    }
)
FORM: Mapping[str, str] = MappingProxyType(
    {
        "deso": "four digits, A, B or C, four digits: 0114C1010",
        "regso": "four digits, R, three digits: 0114R001",
        "kommun": "four digits: 0114",
        "lan": "two digits: 01",
        "riket": "00",
    }
)
EDITIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "deso": ("2018", "2025"),
        "regso": ("2020", "2025"),
        "kommun": ("1998", "1999", "2003"),
        "lan": ("1998",),
        "riket": ("1998",),
    }
)
REGSO_OF_DESO: Mapping[str, str] = MappingProxyType({"2018": "2020", "2025": "2025"})
KOMMUN, LAN, RIKET = "kommun/2003", "lan/1998", "riket/1998"
_REDRAWN = ("deso", "regso")
_SUFFIX = re.compile(r"_(DeSO|RegSO)(\d{4})$", re.IGNORECASE)


@dataclass(frozen=True)
class KommunSet:
    """One set of kommuner (or län) and the data years it stands for.

    Examples
    --------
    >>> kommun_set(1999).key, kommun_set(2024).count
    ('kommun/1999', 290)
    """

    key: str
    years: tuple[int, int | None]
    count: int
    note: str


def official_codes(key: str) -> frozenset[str] | None:
    """Every code of an edition per the official list; None when there is no list, as for the user's own areas.

    Examples
    --------
    >>> [len(official_codes(key)) for key in ("deso/2018", "deso/2025", "regso/2020", "regso/2025")]
    [5984, 6160, 3363, 3363]
    >>> official_codes("nyko4/2024") is None
    True
    """
    names = _lists().get(key)
    return None if names is None else frozenset(names)


def official_names(key: str) -> Mapping[str, str]:
    """Name of each code of an edition, as it is shown; codes whose name is not known are absent.

    Examples
    --------
    >>> official_names("kommun/2003")["1480"], official_names("regso/2020")["0114R001"]
    ('Göteborg', 'Upplands Väsby (Bollstanäs)')
    """
    return MappingProxyType({code: name for code, name in _lists().get(key, {}).items() if name})


@cache
def regso_key(edition: str) -> Mapping[str, str]:
    """RegSO code of each DeSO code: all of edition 2018; of edition 2025 the bundled region only.

    Parameters
    ----------
    edition
        The DeSO edition, ``"2018"`` (giving RegSO 2020) or ``"2025"`` (giving RegSO 2025).

    Examples
    --------
    >>> regso_key("2018")["0180C4040"], len(regso_key("2025"))
    ('0180R047', 584)
    """
    name = {"2018": "deso_2018", "2025": "deso_2025_regso_2025_goteborgsregionen"}.get(edition)
    if name is None:
        return MappingProxyType({})
    frame = _table(name)
    return MappingProxyType(dict(zip(frame["deso"], frame["regso"], strict=True)))


def strip_suffix(code: str) -> str:
    """The code without the edition that SCB's interface adds to it.

    Examples
    --------
    >>> strip_suffix("0114A0010_DeSO2025"), strip_suffix("0114R001")
    ('0114A0010', '0114R001')
    """
    return _SUFFIX.sub("", code)


def suffix_edition(code: str) -> str | None:
    """The edition that SCB's suffix names, None without one.

    Examples
    --------
    >>> suffix_edition("0114A0010_DeSO2025")
    '2025'
    """
    found = _SUFFIX.search(code)
    return found.group(2) if found else None


def well_formed(division: str, code: str) -> bool:
    """Whether a code is written as its division's codes are; any text will do for the user's own areas.

    Examples
    --------
    >>> well_formed("deso", "0114C1010"), well_formed("kommun", "114"), well_formed("nyko4", "A 1")
    (True, False, True)
    """
    pattern = GRAMMAR.get(division)
    return bool(code) if pattern is None else pattern.fullmatch(code) is not None


def lost_zero(division: str, code: str) -> str | None:
    """What the code was before its leading zero was lost, None if that is not what is wrong with it.

    Examples
    --------
    >>> lost_zero("kommun", "114"), lost_zero("deso", "114C1010"), lost_zero("kommun", "0114")
    ('0114', '0114C1010', None)
    """
    pattern = GRAMMAR.get(division)
    text = code.removesuffix(".0")
    if pattern is None or pattern.fullmatch(code):
        return None
    padded = text if pattern.fullmatch(text) else "0" + text
    return padded if pattern.fullmatch(padded) else None


def parent_code(division: str, code: str, parent: str) -> str | None:
    """The code of the parent that a code itself tells; None where it does not tell.

    Heby (0331) lies in Uppsala län (03) in all years, as in SCB's integration statistics.

    Examples
    --------
    >>> parent_code("deso", "1480C1010", "kommun"), parent_code("deso", "1480C1010", "lan")
    ('1480', '14')
    >>> parent_code("deso", "1480C1010", "regso") is None
    True
    """
    if division not in LEVELS or parent not in LEVELS or LEVELS.index(parent) <= LEVELS.index(division):
        return None
    return {"kommun": code[:4], "lan": code[:2], "riket": "00"}.get(parent)


@cache
def children(parent: str, child: str) -> Mapping[str, frozenset[str]] | None:
    """The official list of what each area of one edition consists of, in codes of a finer edition.

    None when no such list is at hand; RegSO 2025 has one for the bundled region only and is then told by
    kommun (see :func:`gisintegration.areas.levels.levels`).

    Examples
    --------
    >>> sorted(children("regso/2020", "deso/2018")["0114R001"])
    ['0114C1010', '0114C1030', '0114C1050']
    >>> len(children("lan/1998", "kommun/2003")["14"])
    49
    """
    codes = official_codes(child)
    parents = official_codes(parent)
    if codes is None or parents is None:
        return None
    level, of = parent.split("/", 1)[0], child.split("/", 1)
    found: dict[str, set[str]] = {}
    for code in codes:
        owner = regso_key(of[1]).get(code) if level == "regso" else parent_code(of[0], code, level)
        if owner in parents:
            found.setdefault(owner, set()).add(code)
    return MappingProxyType({code: frozenset(members) for code, members in sorted(found.items())})


@cache
def kommun_sets() -> tuple[KommunSet, ...]:
    """The sets of kommuner since data year 1997: 288, 289 and 290 of them.

    Examples
    --------
    >>> [(s.key, s.count) for s in kommun_sets()]
    [('kommun/1998', 288), ('kommun/1999', 289), ('kommun/2003', 290)]
    """
    rows = [row for row in _history()["edition"] if "kommuner" in row]
    return tuple(
        KommunSet(
            row["key"],
            (row["years"][0], None if row["years"][1] == 9999 else row["years"][1]),
            row["kommuner"],
            row["note"],
        )
        for row in rows
    )


def kommun_set(year: int) -> KommunSet:
    """The set of kommuner that figures of a data year stand on (stock at 31 December).

    Raises
    ------
    CodeError
        The year is before 1997.

    Examples
    --------
    >>> kommun_set(1997).count, kommun_set(2001).count, kommun_set(2002).count
    (288, 289, 290)
    """
    for found in kommun_sets():
        first, last = found.years
        if year >= first and (last is None or year <= last):
            return found
    raise CodeError(
        f"No set of kommuner is known for data year {year}.", hint="the history begins with data year 1997."
    )


def kommun_events() -> list[dict[str, Any]]:
    """Changes of kommuner and län since 1997, each with the day in force, first data year, codes and a note.

    Examples
    --------
    >>> [event["note"] for event in kommun_events() if event["codes"] == ["0330"]]
    ['Knivsta from Uppsala.']
    """
    return [dict(event) for event in _history()["event"]]


def did_not_exist(kommun: str, year: int) -> bool:
    """Whether a kommun of today was not yet formed in a data year.

    Examples
    --------
    >>> did_not_exist("0330", 2001), did_not_exist("0330", 2002)
    (True, False)
    """
    first = _kommun_table().get(kommun, ("", "", ""))[2]
    return bool(first) and year < int(first)


def display_name(division: str, code: str, name: str | None) -> str:
    """An area's name as it is shown: RegSO as "Kommun (name)", anything without a name as its code.

    Examples
    --------
    >>> display_name("regso", "0114R001", "Bollstanäs "), display_name("deso", "0114C1010", None)
    ('Upplands Väsby (Bollstanäs)', '0114C1010')
    """
    text = (name or "").strip()
    if not text:
        return code
    if division != "regso":
        return text
    kommun = _kommun_table().get(code[:4], ("", "", ""))[0]
    return text if not kommun or text.startswith(f"{kommun} (") else f"{kommun} ({text})"


def deso_name(code: str, regso_name: str | None) -> str:
    """A DeSO as it is shown: "C4040 · RegSO name", its code when the RegSO is not known.

    Examples
    --------
    >>> deso_name("0180C4040", "Stockholm (Gamla stan)")
    'C4040 · Gamla stan'
    """
    if not regso_name:
        return code
    inner = re.fullmatch(r".+? \((.+)\)", regso_name.strip())
    return f"{code[4:]} · {inner.group(1) if inner else regso_name.strip()}"


def plain_list(items: Iterable[str], *, word: str = "and") -> str:
    """Items as running text.

    Examples
    --------
    >>> plain_list(["a", "b", "c"])
    'a, b and c'
    """
    texts = list(items)
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} {word} {texts[-1]}" if texts else "nothing"


def table_of_changes(division: str) -> pd.DataFrame:
    """SCB's change log, DeSO 2018 → 2025 or RegSO 2020 → 2025: columns old, new, change (as SCB words it), date.

    Examples
    --------
    >>> len(table_of_changes("deso"))
    1234
    """
    if division not in ("deso", "regso"):
        raise CodeError.unknown("change log", division, ["deso", "regso"])
    return _table(f"{division}_changes").copy()


def _data(name: str) -> str:
    return str(files("gisintegration").joinpath("data", "codes", name))


@cache
def _table(name: str) -> pd.DataFrame:
    return pd.read_parquet(_data(f"{name}.parquet"))


@cache
def _history() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(Path(_data("history.toml")).read_text(encoding="utf-8"))


@cache
def _kommun_table() -> dict[str, tuple[str, str, str]]:
    frame = pd.read_csv(_data("kommun.csv"), dtype=str, keep_default_na=False)
    return {row[0]: row[1:] for row in frame.itertuples(index=False, name=None)}


@cache
def _lists() -> Mapping[str, Mapping[str, str]]:
    kommun = _kommun_table()
    lan = pd.read_csv(_data("lan.csv"), dtype=str, keep_default_na=False)
    old = dict(_table("regso_2020").itertuples(index=False, name=None))
    lists: dict[str, dict[str, str]] = {
        "deso/2018": {code: deso_name(code, old[regso]) for code, regso in regso_key("2018").items()},
        "deso/2025": dict.fromkeys(_table("deso_2025")["deso"], ""),
        "regso/2020": {code: display_name("regso", code, name) for code, name in old.items()},
        "regso/2025": _regso_2025(old),
        "lan/1998": dict(zip(lan["lan"], lan["name"], strict=True)),
        "riket/1998": {"00": "Riket"},
    }
    for found in kommun_sets():
        year = found.years[0]
        lists[found.key] = {code: row[0] for code, row in kommun.items() if not row[2] or int(row[2]) <= year}
    return MappingProxyType(lists)


def _regso_2025(old: Mapping[str, str]) -> dict[str, str]:
    log = _table("regso_changes")
    ended = set(log.loc[log["change"].str.startswith("Upphör"), "old"])
    codes: Sequence[str] = sorted((set(old) - ended) | set(log["new"]))
    bundled = _table("deso_2025_regso_2025_goteborgsregionen")
    names = {row[1]: display_name("regso", row[1], row[2]) for row in bundled.itertuples(index=False, name=None)}
    # Ten RegSO were renamed and the list of them is not at hand: a name of 2020 is not used for 2025.
    return {code: names.get(code, "") for code in codes}


def other_editions(keys: Iterable[str]) -> list[str]:
    """The other editions of divisions that were drawn anew, of those that some are named of.

    Examples
    --------
    >>> other_editions(["deso/2018", "kommun/2003"]), other_editions(["deso/2018", "deso/2025"])
    (['deso/2025'], [])
    """
    named = list(keys)
    divisions = [name for name in _REDRAWN if any(key.startswith(f"{name}/") for key in named)]
    found = [f"{name}/{edition}" for name in divisions for edition in EDITIONS[name]]
    return [key for key in found if key not in named]
