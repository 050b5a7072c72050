"""What became of each area, by the words that comparing two editions uses, told from what was done."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from gisintegration.areas import AreaDivision


def relations(old: AreaDivision, new: AreaDivision, pieces: pd.DataFrame, sea: set[str]) -> pd.DataFrame:
    """The relation of every area of both editions, from the pieces that truly went from one to the other.

    Parameters
    ----------
    pieces
        Columns ``old`` and ``new``: a row for each pair that shares ground.
    sea
        New areas with ground that lay in no old one.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> links = pd.DataFrame({"old": ["a0001", "a0002"], "new": ["a0001", "a0001"]})
    >>> areas = grid_areas(2, 1, division="district")
    >>> relations(areas, grid_areas(1, 1, division="district"), links, set())["relation"].tolist()
    ['merged', 'merged', 'merged']
    """
    targets, sources = defaultdict(set), defaultdict(set)
    for source, target in zip(pieces["old"], pieces["new"], strict=True):
        targets[source].add(target)
        sources[target].add(source)
    words: dict[tuple[str, str], str] = {}
    for code in sorted(targets):
        words["old", code] = _word(code, targets, sources, sea, otherwise="ended", apart="split", together="merged")
    for code in sorted(sources):
        words["new", code] = _word(code, sources, targets, sea, otherwise="new", apart="merged", together="split")
    kommun = {("old", code): at for code, at in _kommun(old)} | {("new", code): at for code, at in _kommun(new)}
    crossed = set()
    for source, target in zip(pieces["old"], pieces["new"], strict=True):
        if kommun["old", source] != kommun["new", target]:
            crossed |= {("old", source), ("new", target)}
    rows = sorted(words, key=lambda key: (key[0] == "new", key[1]))
    return pd.DataFrame(
        {
            "side": pd.array([side for side, _ in rows], dtype="str"),
            "code": pd.array([code for _, code in rows], dtype="str"),
            "relation": pd.array([words[key] for key in rows], dtype="str"),
            "crossed_kommun": [key in crossed for key in rows],
            "over_water": [code in sea if side == "new" else bool(targets[code] & sea) for side, code in rows],
        }
    )


def _word(
    code: str,
    to: dict[str, set[str]],
    back: dict[str, set[str]],
    sea: set[str],
    *,
    otherwise: str,
    apart: str,
    together: str,
) -> str:
    """The word for one area, whose ground went ``to`` others, which have theirs ``back`` from some."""
    mine = to[code]
    if all(back[other] == {code} for other in mine):
        if len(mine) > 1:
            return apart
        (other,) = mine
        if other != code:
            return "recoded"
        return "extended_over_water" if code in sea else "unchanged"
    if len(mine) == 1:
        (other,) = mine
        if all(to[one] == {other} for one in back[other]):
            return together
    return "adjusted" if code in mine else otherwise


def _kommun(areas: AreaDivision) -> list[tuple[str, str | None]]:
    if "kommun" not in areas.parents:
        return [(str(code), None) for code in areas.codes]
    return list(zip(areas.codes.astype(str), areas.parent("kommun"), strict=True))
