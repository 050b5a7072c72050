"""Crosswalks for areas whose border is not known: they go where the remainder of their kommun goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import shapely

from gisintegration.areas import AreaDivision
from gisintegration.areas.assemble import assemble, dissolve, objects
from gisintegration.change.change_log import LOGGED, relations_from_log
from gisintegration.change.crosswalk import Crosswalk
from gisintegration.change.crosswalk_editions import REMAINDER, boundary_hash, figure_codes
from gisintegration.change.crosswalk_table import KEY, weights
from gisintegration.change.pieces import pieces

Members = tuple[str, ...]


def through_remainders(old: AreaDivision, new: AreaDivision, make: Callable[[AreaDivision], Crosswalk]) -> Crosswalk:
    """A crosswalk by some method, also for source areas without a polygon that lie in a remainder.

    The remainder of a kommun is divided over the new areas as any area is. Each of the areas that lie in it goes to
    those of them that SCB's log names for it (DeSO 2018 → 2025, RegSO 2020 → 2025), in the remainder's proportions; to
    all of them where there is no log. Where the log names one, the whole area goes there. An area without a polygon
    that no remainder holds goes to the areas that the log names, in proportion to their ground that no old area covers.

    Parameters
    ----------
    old, new
        The editions. Without remainders the crosswalk is what ``make`` gives.
    make
        Makes the crosswalk from an edition in place of ``old``.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from gisintegration.change import crosswalk
    >>> from gisintegration.testing import grid_areas
    >>> whole = grid_areas(3, 1, origin=(0, 0), division="district", edition="1")
    >>> table = whole.table.assign(geometry=[whole.geometry[0], None, None])
    >>> rest = table.iloc[[0]].assign(code="rest", kind="remainder", geometry=[shapely.box(1000, 0, 3000, 1000)])
    >>> table = gpd.GeoDataFrame(pd.concat([table, rest], ignore_index=True), crs=whole.table.crs)
    >>> old = whole.with_(table=table, members={"rest": ("a0002", "a0003")})
    >>> new = grid_areas(6, 2, size=500, origin=(0, 0), division="district", edition="2")
    >>> made = through_remainders(old, new, lambda areas: crosswalk(areas, new, method="area"))
    >>> made.table[made.table["source"] == "a0002"]["weight"].tolist()
    [0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125]
    """
    borderless = set(figure_codes(old)) & set(old.codes[shapely.is_missing(old.geometry.to_numpy())])
    if not borderless:
        return make(old)
    held, told = _held(old), _told(old, new)
    lone = borderless & set(told)
    lone -= {member for members in held.values() for member in members}
    if not held and not lone:
        return make(old)
    made = make(_with_remainders_as_areas(old, held) if held else old)
    rows = made.table
    parts = [rows[~rows["source"].isin([*held, *lone])]]
    for code, members in held.items():
        mine = rows[rows["source"] == code]
        parts += [_of_member(mine, member, told.get(member, frozenset())) for member in members]
    if lone:
        free = dict(zip(new.codes, pieces(old, new).new_outside, strict=True))
        kinds = rows[["kind", "year"]].drop_duplicates()
        parts += [_of_lone(code, told[code], free, kinds) for code in sorted(lone)]
    number = sum(map(len, held.values())) + len(lone)
    note = (
        f"{number} areas of {old.key} without a known border go where what remains of their kommun goes"
        f"{', to the areas that the log of changes names' if told else ''}."
    )
    known = pd.concat(parts, ignore_index=True)
    return replace(
        made,
        table=known,
        sources=figure_codes(old),
        source_hash=boundary_hash(old),
        notes=(*_still_true(made.notes, lone), note),
    )


def _still_true(notes: tuple[str, ...], lone: set[str]) -> tuple[str, ...]:
    """The notes of the method, without the one that says of these areas that nothing tells where they lie."""
    return tuple(note for note in notes if not (lone and "nothing tells where they lie" in note))


def _of_lone(code: str, told: frozenset[str], free: Mapping[str, float], kinds: pd.DataFrame) -> pd.DataFrame:
    """Rows of an area that only the log tells of, for every kind and year."""
    targets = sorted(one for one in told if one in free)
    ground = np.nan_to_num(np.array([free[one] for one in targets], dtype=np.float64))
    share, _ = weights(np.zeros(len(targets), dtype=np.int64), [ground, np.ones(len(targets))])
    one = pd.DataFrame({"source": code, "target": targets, "weight": share, "n": np.nan, "shared_area": np.nan})
    return kinds.merge(one.assign(fallback=False), how="cross")


def _held(areas: AreaDivision) -> dict[str, Members]:
    """The remainders, those that hold the same areas as one, under the code of the first; and what lies in them."""
    kinds = dict(zip(areas.codes, areas.table["kind"], strict=True))
    unknown = set(areas.codes[shapely.is_missing(areas.geometry.to_numpy())])
    found: dict[Members, str] = {}
    for code in sorted(areas.members):
        lying = tuple(sorted(unknown & set(areas.members[code])))
        if kinds.get(code) == REMAINDER and lying:
            found.setdefault(lying, code)
    return {code: members for members, code in found.items()}


def _with_remainders_as_areas(areas: AreaDivision, held: Mapping[str, Members]) -> AreaDivision:
    """The edition without the areas that have no polygon, with the remainder they lie in as one area."""
    polygons = areas.geometry.to_numpy()
    by_code = dict(zip(areas.codes, polygons, strict=True))
    whole = [
        dissolve(objects([by_code[one] for one in sorted(areas.members) if set(members) <= set(areas.members[one])]))
        for members in held.values()
    ]
    known = ~shapely.is_missing(polygons) & (areas.table["kind"].to_numpy() != REMAINDER)
    return assemble(
        areas.division,
        areas.edition,
        [*areas.codes[known], *held],
        objects([*polygons[known], *whole]),
        years=areas.years,
    )


def _told(old: AreaDivision, new: AreaDivision) -> dict[str, frozenset[str]]:
    """Where SCB's log says that the ground of each old area went."""
    if LOGGED.get(old.division) != (old.key, new.key):
        return {}
    links = relations_from_log(old.division).links
    return {str(code): frozenset(partners) for code, partners in links.groupby("old")["new"]}


def _of_member(rows: pd.DataFrame, member: str, told: frozenset[str]) -> pd.DataFrame:
    """The remainder's rows as those of an area in it. Persons and ground of its pieces are not known."""
    own = rows[rows["target"].isin(told)]
    own = (own if len(own) else rows).assign(source=member, n=np.nan, shared_area=np.nan)
    group = own.groupby(["kind", "year"]).ngroup().to_numpy().astype(np.int64)
    share, _ = weights(group, [own["weight"].to_numpy(), np.ones(len(own))])
    return own.assign(weight=share).sort_values(KEY)
