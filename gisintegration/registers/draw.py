"""Persons without a place: an area of their kommun, drawn by the person's key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.areas import AreaDivision
from gisintegration.registers.propose import kommuner

Positions = npt.NDArray[np.int32]
_CATEGORIES = "CBA"
_UNKNOWN = "okänt område / unknown area"


def draw(persons: Iterable[object], kommun: Iterable[object], areas: AreaDivision) -> Positions:
    """An area for each person who has no place, in the main town of the kommun.

    As SCB does, a person who cannot be placed below the kommun is given a DeSO of category C of the kommun; of
    category B, then A, where the kommun has none. Divisions without categories give any area of the kommun. Among
    these the person gets the one with the highest 64-bit mix of person key and area code (rendezvous hashing), each
    area being as likely as the next. So a person keeps the area for as long as the kommun and the area exist, in any
    order of rows, on any machine, and in a new edition all keep theirs but those whose area is gone or who now rank a
    new one higher.

    Parameters
    ----------
    persons
        Person keys; the whole number 12 and the text "12" are the same key.
    kommun
        Kommun each is to be placed in.
    areas
        The edition.

    Returns
    -------
    array
        int32 positions into ``areas.codes``; −1 where the division has no area in the kommun, or no kommuner.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> areas = grid_areas(2, 2)
    >>> kommun = areas.parent("kommun")[0]
    >>> draw([12, "12", 7], [kommun, kommun, "9999"], areas).tolist()[2]
    -1
    """
    candidates = central_areas(areas)
    registered = np.array(list(kommun), dtype=object)
    drawn: Positions = np.full(len(registered), -1, dtype=np.int32)
    keys = _hashes(persons)
    codes = _hashes(areas.codes)
    for code in sorted({str(one) for one in registered} & set(candidates)):
        rows = np.flatnonzero(registered == code)
        among = candidates[code]
        best = np.zeros(len(rows), dtype=np.uint64)
        chosen = np.full(len(rows), among[0], dtype=np.int32)
        for position in among:
            score = _mix(keys[rows] ^ codes[position])
            higher = score > best
            best[higher] = score[higher]
            chosen[higher] = position
        drawn[rows] = chosen
    return drawn


def central_areas(areas: AreaDivision) -> dict[str, list[int]]:
    """Positions of the areas that persons without a place are drawn to, by kommun.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> {len(positions) > 0 for positions in central_areas(grid_areas(2, 2)).values()}
    {True}
    """
    kommun = kommuner(areas)
    if kommun is None:
        return {}
    by_kommun: dict[str, list[int]] = {}
    for position in np.flatnonzero(np.asarray(areas.table["kind"]) == "area"):
        by_kommun.setdefault(str(kommun[position]), []).append(int(position))
    if areas.division not in ("deso", "stable"):
        return by_kommun
    return {code: _most_central(positions, areas) for code, positions in by_kommun.items()}


def _most_central(positions: list[int], areas: AreaDivision) -> list[int]:
    """Those of the most central category there is; a stable area is of every category that a DeSO in it is of."""
    codes = [str(areas.codes[position]) for position in positions]
    letters = [{member[4:5] for member in areas.members.get(code, (code,))} for code in codes]
    for category in _CATEGORIES:
        if found := [position for position, own in zip(positions, letters, strict=True) if category in own]:
            return found
    return positions


def with_unknown(areas: AreaDivision) -> AreaDivision:
    """The edition with one row more for each kommun, kind ``unknown`` and no polygon: persons without a place.

    Its code is the kommun's with ``X`` and four zeros, ``1480X0000``, which no official area has.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> areas = with_unknown(grid_areas(2, 2))
    >>> str(areas.codes[-1])[4:], areas.table["kind"].iloc[-1]
    ('X0000', 'unknown')
    """
    kommun = kommuner(areas)
    if kommun is None:
        return areas
    table = areas.table
    codes = sorted({str(code) for code in kommun})
    rows = table.iloc[[0] * len(codes)].copy()
    for column in rows.columns:
        rows[column] = None
    rows["code"] = [f"{code}X0000" for code in codes]
    rows["name"] = [f"{code} {_UNKNOWN}" for code in codes]
    rows["kind"] = "unknown"
    for parent in areas.parents:
        if parent in ("kommun", "lan", "riket"):
            known = dict(zip(kommun, areas.parent(parent), strict=True))
            rows[parent] = [known[code] for code in codes]
    joined = pd.concat([table, rows], ignore_index=True)
    order = joined["code"].argsort(kind="stable")
    extended = gpd.GeoDataFrame(joined.iloc[order].reset_index(drop=True), geometry="geometry", crs=table.crs)
    if areas.display is None:
        return areas.with_(table=extended)
    drawn = np.append(np.asarray(areas.display, dtype=object), [None] * len(codes))[order]
    return areas.with_(table=extended, display=gpd.GeoSeries(drawn, crs=areas.display.crs))


def _hashes(keys: Iterable[object]) -> npt.NDArray[np.uint64]:
    digests = b"".join(hashlib.blake2b(str(key).encode(), digest_size=8).digest() for key in keys)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def _mix(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Splitmix64's finaliser (Steele, Lea and Flood 2014): every input bit reaches every output bit."""
    mixed = values ^ (values >> np.uint64(30))
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed
