"""Which edition a code belongs to and what became of it: for messages that say what to do."""

from __future__ import annotations

from collections.abc import Iterable

from gisintegration.areas.codes import (
    EDITIONS,
    GRAMMAR,
    official_codes,
    plain_list,
    table_of_changes,
)
from gisintegration.errors import CodeError

_NAMES = {"deso": "DeSO", "regso": "RegSO", "kommun": "kommun", "lan": "län", "riket": "riket"}
_FIRST, _LAST = {"deso": "2018", "regso": "2020"}, {"deso": "2025", "regso": "2025"}


def label(division: str) -> str:
    """A division's name in running text.

    Examples
    --------
    >>> label("deso"), label("nyko4")
    ('DeSO', 'nyko4')
    """
    return _NAMES.get(division, division)


def editions_of(division: str, code: str) -> tuple[str, ...]:
    """The editions whose official list has the code.

    Examples
    --------
    >>> editions_of("deso", "0114C1060"), editions_of("deso", "0114C1061"), editions_of("deso", "0114A0010")
    (('2018',), ('2025',), ('2018', '2025'))
    """
    return tuple(e for e in EDITIONS.get(division, ()) if code in (official_codes(f"{division}/{e}") or ()))


def successors(division: str, code: str) -> tuple[str, ...]:
    """Codes of edition 2025 that territory of a DeSO 2018 or RegSO 2020 went to, per SCB's log; itself if unchanged.

    Examples
    --------
    >>> successors("deso", "0114C1060")
    ('0114C1061', '0114C1062')
    """
    log = table_of_changes(division)
    went = set(log.loc[(log["old"] == code) & (log["date"] >= "2025"), "new"])
    if code in (official_codes(f"{division}/{_LAST[division]}") or ()):
        went.add(code)
    return tuple(sorted(went))


def predecessors(division: str, code: str) -> tuple[str, ...]:
    """Codes of DeSO 2018 or RegSO 2020 that a code of edition 2025 took territory from; itself if it was there.

    Examples
    --------
    >>> predecessors("deso", "0114C1062")
    ('0114C1060',)
    """
    log = table_of_changes(division)
    came = set(log.loc[(log["new"] == code) & (log["date"] >= "2025"), "old"])
    if code in (official_codes(f"{division}/{_FIRST[division]}") or ()):
        came.add(code)
    return tuple(sorted(came))


def describe_code(division: str, code: str, edition: str) -> str:
    """One sentence on why a code is not in an edition.

    Examples
    --------
    >>> describe_code("deso", "0114C1060", "2025")
    "DeSO code '0114C1060' ended with edition 2018; it became 0114C1061 and 0114C1062 in edition 2025"
    >>> describe_code("deso", "0114C1061", "2018")
    "DeSO code '0114C1061' is new in edition 2025; in edition 2018 its area lay in 0114C1060"
    >>> describe_code("deso", "0114C9990", "2018")
    "DeSO code '0114C9990' is in no official list"
    """
    name = f"{label(division)} code '{code}'"
    known = editions_of(division, code)
    if edition in known:
        return f"{name} belongs to edition {edition}"
    if division in _FIRST and known == (_FIRST[division],):
        became = successors(division, code)
        return f"{name} ended with edition {known[0]}; it became {plain_list(became)} in edition {_LAST[division]}"
    if division in _FIRST and known == (_LAST[division],):
        lay = predecessors(division, code)
        where = f"; in edition {_FIRST[division]} its area lay in {plain_list(lay)}" if lay else ""
        return f"{name} is new in edition {known[0]}{where}"
    corrected = _corrected(division, code)
    if corrected:
        return f"{name} was corrected before edition 2018 was published as it stands; it became {plain_list(corrected)}"
    return f"{name} belongs to edition {plain_list(known)}" if known else f"{name} is in no official list"


def other_edition(division: str, edition: str, codes: Iterable[str]) -> list[str]:
    """The codes that are not in this edition's official list but are in another's, sorted.

    Examples
    --------
    >>> other_edition("deso", "2025", ["0114A0010", "0114C1060", "0114C9990"])
    ['0114C1060']
    """
    official = official_codes(f"{division}/{edition}")
    if official is None:
        return []
    return sorted(c for c in set(codes) if c not in official and editions_of(division, c))


def not_in_edition(division: str, edition: str, codes: Iterable[str], *, where: str = "") -> CodeError:
    """The error for codes that an edition does not have: what became of each, and the way out.

    Examples
    --------
    >>> print(not_in_edition("deso", "2025", ["0114C1060"]))
    DeSO code '0114C1060' ended with edition 2018; it became 0114C1061 and 0114C1062 in edition 2025.
    Hint: pass edition=2018, or recalculate.
    """
    wrong = sorted(set(codes))
    place = f"{where}: " if where else ""
    others = sorted({e for code in wrong for e in editions_of(division, code)})
    out = (
        f"pass edition={plain_list(others, word='or')}, or recalculate."
        if others
        else f"check the codes: {label(division)} {edition} has {len(official_codes(f'{division}/{edition}') or ())}."
    )
    if len(wrong) == 1:
        return CodeError(f"{place}{describe_code(division, wrong[0], edition)}.", hint=out)
    return CodeError(
        f"{place}{len(wrong)} codes are not in {label(division)} {edition}.",
        hint=out,
        failures=[{"code": code, "what": describe_code(division, code, edition)} for code in wrong],
    )


def guess_edition(division: str, codes: Iterable[str]) -> tuple[str, ...]:
    """The editions that have the most of these codes: one when they tell, several when they do not.

    Examples
    --------
    >>> guess_edition("deso", ["0114A0010", "0114C1061"]), guess_edition("deso", ["0114A0010"])
    (('2025',), ('2018', '2025'))
    """
    if division not in GRAMMAR:
        return ()
    given = set(codes)
    hits = {e: len(given & (official_codes(f"{division}/{e}") or frozenset())) for e in EDITIONS[division]}
    best = max(hits.values())
    return tuple(e for e, n in hits.items() if n == best and n)


def _corrected(division: str, code: str) -> tuple[str, ...]:
    if division != "deso":
        return ()
    log = table_of_changes("deso")
    return tuple(sorted(log.loc[(log["old"] == code) & (log["date"] < "2025"), "new"]))
