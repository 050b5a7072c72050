"""The finest areas that several editions agree on: what a series can stand on without any estimate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import sparse

from gisintegration.areas import AreaDivision
from gisintegration.areas.assemble import assemble, objects
from gisintegration.areas.codes import plain_list
from gisintegration.areas.division import CRS
from gisintegration.areas.history import label
from gisintegration.change.crosswalk import Crosswalk
from gisintegration.change.crosswalk_editions import boundary_hash
from gisintegration.change.relations import Relations
from gisintegration.change.stable_links import Link, Nodes, links, refuse_alone
from gisintegration.change.stable_part import Part, Side
from gisintegration.errors import InputError

STABLE = "stable"
_NAMES_SHOWN = 3
# Ground that one edition has and another lacks, as a part of a stable area, above which it is told.
_LARGER = 0.01


def stable_areas(
    editions: Sequence[AreaDivision], *, relations: Relations | Sequence[Relations] | None = None
) -> tuple[AreaDivision, dict[str, Crosswalk]]:
    """The finest division that every edition can be summed to exactly, and how.

    Areas of different editions that share ground (more than a border drawn twice) belong together, and so do those
    that they share ground with: each such group is one stable area. An area that no edition changed is a stable area
    of its own. Figures of any edition, summed by its crosswalk, speak of the same ground in every year.

    Parameters
    ----------
    editions
        Two or more, oldest first: any divisions, official or drawn by hand. Areas without a polygon belong to the
        remainder of their kommun: they and what else lies there are one stable area.
    relations
        What became of each area (``gi.compare``, ``relations_from_log``, ``relations_from_key``), for those without a
        polygon: they are then told apart, where a remainder cannot. Between official editions without any polygons
        SCB's logs are taken.

    Returns
    -------
    AreaDivision
        Division ``stable``, edition after those given (``deso-2018-2025``), EPSG:3006. The code is the area's own where
        it is one area in every edition, else its kommun, S and a number (``0114S001``), else S and a number. ``name``
        lists names of the newest edition. ``members`` has the codes of all editions, for those of more than one area.
        The polygon is the union in the newest edition that has all of them. ``notes`` tell of stable areas that an
        edition lacks, or whose ground is larger in one than in another (areas extended over water).
    dict
        Key of the edition → Crosswalk of method ``table``: every weight is 1, so that sums are exact.

    Raises
    ------
    InputError
        Fewer than two editions, the same one twice, or areas that have no polygon, no remainder and no relation.

    Examples
    --------
    >>> import shapely
    >>> from gisintegration.testing import grid_areas
    >>> old = grid_areas(3, 1, origin=(0, 0), edition="1", division="district")
    >>> moved = shapely.box([0, 1000, 1500], 0, [1000, 1500, 3000], 1000)
    >>> new = old.with_(edition="2", table=old.table.assign(geometry=moved))
    >>> areas, crosswalks = stable_areas([old, new])
    >>> areas.codes.tolist(), areas.members, areas.geometry.area.tolist()
    (['S001', 'a0001'], {'S001': ('a0002', 'a0003')}, [2000000.0, 1000000.0])
    >>> crosswalks["district/1"].table[["source", "target", "weight"]].to_numpy().tolist()
    [['a0001', 'a0001', 1.0], ['a0002', 'S001', 1.0], ['a0003', 'S001', 1.0]]
    """
    given = list(editions)
    _check(given)
    nodes = Nodes(given)
    told = [relations] if isinstance(relations, Relations) else list(relations or ())
    parts = _parts(nodes, [*links(nodes, told)])
    named = _coded(parts)
    stable = _division(given, named)
    return stable, {areas.key: _crosswalk(areas, at, stable, named) for at, areas in enumerate(given)}


def _check(editions: Sequence[AreaDivision]) -> None:
    keys = [areas.key for areas in editions]
    if len(keys) < 2:
        raise InputError(
            f"Stable areas are asked for of {', '.join(keys) or 'nothing'}.", hint="give two or more editions."
        )
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise InputError(f"{', '.join(twice)} is given more than once.", hint="give each edition once, oldest first.")


def _parts(nodes: Nodes, found: Sequence[Link]) -> list[Part]:
    """The connected groups of areas; a remainder alone, which has no figures, is left out."""
    one, other = (np.array([link[side] for link in found], dtype=np.int64) for side in (0, 1))
    graph = sparse.coo_array((np.ones(len(found), dtype=np.int8), (one, other)), shape=(len(nodes), len(nodes)))
    _, group = sparse.csgraph.connected_components(graph, directed=False)
    refuse_alone(nodes, group)
    sides = [Side.of(areas) for areas in nodes.editions]
    order = np.argsort(group, kind="stable")
    bounds = np.flatnonzero(np.diff(group[order])) + 1
    parts = []
    for members in np.split(order, bounds):
        rows = tuple(
            members[(members >= start) & (members < end)] - start for start, end in pairwise(nodes.starts.tolist())
        )
        part = Part(sides, rows)
        if any(part.codes):
            parts.append(part)
    return parts


def _coded(parts: Sequence[Part]) -> dict[str, Part]:
    """Each stable area under its code."""
    found: dict[str, Part] = {}
    numbers: dict[str, int] = {}
    for part in sorted(parts, key=lambda part: (part.kommun, min(part.codes[part.newest]))):
        if part.single:
            code = part.codes[part.newest][0]
        else:
            numbers[part.kommun] = numbers.get(part.kommun, 0) + 1
            code = f"{part.kommun}S{numbers[part.kommun]:03d}"
        found[code] = part
    return {code: found[code] for code in sorted(found)}


def _division(editions: Sequence[AreaDivision], named: Mapping[str, Part]) -> AreaDivision:
    newest = editions[-1]
    display = None
    if any(areas.display is not None for areas in editions):
        display = gpd.GeoSeries(objects([part.polygon(drawn=True) for part in named.values()]), crs=CRS)
    made = assemble(
        STABLE,
        _edition(editions),
        list(named),
        objects([part.polygon(drawn=False) for part in named.values()]),
        names=[_name(part) for part in named.values()],
        members={code: codes for code, part in named.items() if (codes := part.members(code))},
        display=display,
        years=_years(editions),
        title=_title(editions),
        source=newest.source,
        licence=newest.licence,
        notes=tuple(_notes(editions, named)),
    )
    parents = _parents(editions)
    table = made.table.assign(
        **{name: pd.Series([part.parent(name) for part in named.values()], dtype=object) for name in parents}
    )
    return made.with_(table=table[[*made.table.columns[:3], *parents, "geometry"]], parents=parents)


def _edition(editions: Sequence[AreaDivision]) -> str:
    """``deso-2018-2025``; ``deso-2018-district-1`` when divisions differ."""
    if len({areas.division for areas in editions}) == 1:
        return "-".join([editions[0].division, *(areas.edition for areas in editions)])
    return "-".join(f"{areas.division}-{areas.edition}" for areas in editions)


def _title(editions: Sequence[AreaDivision]) -> dict[str, str]:
    divisions = list(dict.fromkeys(areas.division for areas in editions))
    of = [
        f"{label(division)} {plain_list([one.edition for one in editions if one.division == division], word=word)}"
        for word in ("och", "and")
        for division in divisions
    ]
    half = len(divisions)
    return {"sv": f"Oförändrade områden, {', '.join(of[:half])}", "en": f"Stable areas, {', '.join(of[half:])}"}


def _years(editions: Sequence[AreaDivision]) -> tuple[int | None, int | None]:
    first = [areas.years[0] for areas in editions]
    last = [areas.years[1] for areas in editions]
    return (
        None if None in first else min(year for year in first if year is not None),
        None if None in last else max(year for year in last if year is not None),
    )


def _name(part: Part) -> str:
    """Names of the areas in the newest edition; DeSO of one RegSO as ``C1061 + C1062 · Bollstanäs``."""
    names = part.names
    split = [re.fullmatch(r"([ABC]\d{4}) · (.+)", name) for name in names]
    tails = {found[2] for found in split if found}
    one_tail = len(names) > 1 and all(split) and len(tails) == 1
    heads = [found[1] for found in split if found] if one_tail else names
    shown = " + ".join(heads[:_NAMES_SHOWN]) + (" + …" if len(heads) > _NAMES_SHOWN else "")
    return f"{shown} · {tails.pop()}" if one_tail else shown


def _parents(editions: Sequence[AreaDivision]) -> dict[str, str]:
    """Parents that every edition stands under in the same edition."""
    common = dict(editions[0].parents)
    for areas in editions[1:]:
        common = {name: key for name, key in common.items() if areas.parents.get(name) == key}
    return common


def _notes(editions: Sequence[AreaDivision], named: Mapping[str, Part]) -> Iterator[str]:
    for at, areas in enumerate(editions):
        lacking = [code for code, part in named.items() if not part.codes[at]]
        if lacking:
            yield f"{len(lacking)} stable areas have no area in {areas.key}: {_listed(lacking)}."
    larger = [code for code, part in named.items() if (size := part.ground()) and min(size) < max(size) * (1 - _LARGER)]
    if larger:
        yield (
            f"{len(larger)} stable areas are more than 1 % larger in one edition than in another, by ground that no "
            f"area of the other covers, as when areas are extended over water: {_listed(larger)}."
        )


def _listed(codes: Sequence[str], most: int = 20) -> str:
    return ", ".join(codes[:most]) + (f" and {len(codes) - most} more" if len(codes) > most else "")


def _crosswalk(areas: AreaDivision, at: int, stable: AreaDivision, named: Mapping[str, Part]) -> Crosswalk:
    rows = [(source, code) for code, part in named.items() for source in part.codes[at]]
    size = dict(zip(areas.codes, areas.geometry.area, strict=True))
    table = pd.DataFrame(
        {
            "source": [source for source, _ in rows],
            "target": [target for _, target in rows],
            "weight": 1.0,
            "shared_area": [size[source] for source, _ in rows],
        }
    )
    return Crosswalk(
        source=areas.key,
        target=stable.key,
        method="table",
        table=table,
        sources=tuple(sorted(source for source, _ in rows)),
        targets=tuple(named),
        source_hash=boundary_hash(areas),
        target_hash=boundary_hash(stable),
        notes=("Every area is part of one stable area: sums are exact.",),
    )
