"""A release against the one before it: what was dropped, what was revised."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gisintegration.database.checks.blocks import NO_ROW, Block, blocks
from gisintegration.database.checks.findings import Findings, Number, names
from gisintegration.database.checks.limits import Limits
from gisintegration.tables import Release

Key = tuple[str, str]


def blocks_by_key(made: Release) -> dict[Key, Block]:
    """The grids of a release by indicator and edition."""
    return {(one.indicator.id, one.key): one for given in blocks(made, made.statistics) for one in given}


def check_revisions(
    made: Release, now: Mapping[Key, Block], previous: Release, found: Findings, limits: Limits
) -> None:
    """Indicators, levels, years and areas that are gone, and figures that changed."""
    before = blocks_by_key(previous)
    _check_dropped(now, before, found)
    _check_declarations(made, previous, found)
    policies = [" + ".join(sorted(one.stamps)) for one in (made, previous)]
    found.looked("protection", 1)
    if policies[0] != policies[1]:
        found.add("protection", "warning", value=policies[0], before=policies[1])
    for key in sorted(now.keys() & before.keys()):
        _check_revised(now[key], before[key], found, limits)


def _check_dropped(now: Mapping[Key, Block], before: Mapping[Key, Block], found: Findings) -> None:
    found.looked("dropped", len(before))
    indicators = sorted({indicator for indicator, _ in before} - {indicator for indicator, _ in now})
    editions = sorted({key for _, key in before} - {key for _, key in now})
    for indicator in indicators:
        found.add("dropped", "warning", indicator=indicator, list=indicator)
    for key in editions:
        found.add("dropped", "warning", key=key, list=key)
    for (indicator, key), old in sorted(before.items()):
        if indicator in indicators or key in editions:
            continue
        new = now.get((indicator, key))
        if new is None:
            found.add("dropped", "warning", indicator=indicator, key=key, list=key)
            continue
        years = sorted({int(year) for year in old.years} - {int(year) for year in new.years})
        areas = sorted(_codes(old) - _codes(new))
        classes = sorted({", ".join(cell) for cell in old.classes} - {", ".join(cell) for cell in new.classes})
        for gone in ([str(year) for year in years], areas, classes):
            if gone:
                found.add("dropped", "warning", indicator=indicator, key=key, cells=len(gone), list=names(gone))


def _check_declarations(made: Release, previous: Release, found: Findings) -> None:
    now, before = made.indicators, previous.indicators
    for name in sorted(now.keys() & before.keys()):
        found.looked("redeclared", 1)
        new, old = (item.model_dump(mode="json", by_alias=True) for item in (now[name], before[name]))
        changed = [field for field in new if new[field] != old.get(field)]
        if changed:
            found.add("redeclared", "note", indicator=name, list=names(changed))


def _check_revised(new: Block, old: Block, found: Findings, limits: Limits) -> None:
    years = np.intersect1d(new.years, old.years)
    cells = [cell for cell in new.classes if old.class_at(cell) >= 0]
    codes, here, there = np.intersect1d(new.codes.astype("str"), old.codes.astype("str"), return_indices=True)
    if not (len(years) and cells and len(codes)):
        return
    grids = []
    for block, areas in ((new, here), (old, there)):
        classes = np.array([block.class_at(cell) for cell in cells], dtype=np.intp)
        places = np.ix_(classes, np.searchsorted(block.years, years), np.asarray(areas))
        grids.append((block.value[places], block.shown[places], block.status[places] != NO_ROW))
    (value, shown, rows), (was, was_shown, were) = grids
    common = int((rows & were).sum())
    both = shown & was_shown
    change = np.abs(value - was)[both]
    changed = change > 1e-9
    flips = int((rows & were & (shown != was_shown)).sum())
    found.looked("revised", common)
    n = int(changed.sum())
    if not n and not flips:
        return
    decimals = new.indicator.decimals
    found.add(
        "revised",
        "warning" if 100 * (n + flips) > limits.revised * common else "note",
        indicator=new.indicator.id,
        key=new.key,
        cells=n + flips,
        n=Number(n, 0),
        of=Number(common, 0),
        change=Number(float(change.max()) if n else 0.0, decimals),
        median=Number(float(np.median(change[changed])) if n else 0.0, decimals),
        flips=Number(flips, 0),
    )


def _codes(block: Block) -> set[str]:
    given = (block.status != NO_ROW).any(axis=(0, 1))
    return {str(code) for code in block.codes[given]}
