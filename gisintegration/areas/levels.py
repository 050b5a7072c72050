"""Parent divisions made of their children: only those whose children are all there, and the sum of what was given."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from gisintegration.areas.assemble import assemble, dissolve, objects
from gisintegration.areas.codes import LEVELS, children, official_codes, parent_code
from gisintegration.areas.division import CRS, AreaDivision
from gisintegration.errors import InputError

REGION_EDITION = "given"


def levels(areas: AreaDivision, by: Sequence[str], *, region: str | None = None) -> dict[str, AreaDivision]:
    """The divisions that an edition's areas add up to.

    A parent area is made only when every one of its children per the official code list is in ``areas``; otherwise
    it is not there, and a division none of whose areas is complete is absent from the result. It has a polygon only
    when all its children have one, or lie in a remainder with one. Holes below 0.01 m² between children are closed.

    Parameters
    ----------
    areas
        The finest division at hand.
    by
        Names of divisions: ``areas.division`` itself, its parents (``regso``, ``kommun``, ``lan``, ``riket``, or
        the coarser levels of a key system), and ``region``.
    region
        What the user calls the sum of everything given, as "Göteborgsregionen". It becomes division ``region``,
        edition ``given``, with the name as code (``goteborgsregionen``): never the code of a län or of the country.

    Returns
    -------
    dict
        Division name → edition, in the order of ``by``.

    Raises
    ------
    InputError
        A name in ``by`` is no parent of these areas, or ``region`` is asked for and has no name.

    Examples
    --------
    >>> from gisintegration.areas import load_areas
    >>> made = levels(load_areas("deso/2025"), ["regso", "kommun", "lan", "region"], region="Göteborgsregionen")
    >>> {division: len(areas) for division, areas in made.items()}
    {'regso': 300, 'kommun': 13, 'region': 1}
    """
    known = [areas.division, *areas.parents, "region"]
    made: dict[str, AreaDivision] = {}
    for division in by:
        if division not in known:
            raise InputError.unknown("level", division, known, where=f"what lies above {areas.key}")
        if division == areas.division:
            made[division] = areas
        elif division == "region":
            made[division] = region_of(areas, region)
        elif codes := complete_parents(areas, division):
            made[division] = _parent_division(areas, division, codes)
    return made


def region_of(areas: AreaDivision, name: str | None) -> AreaDivision:
    """The sum of everything given, as one area under the user's name.

    Raises
    ------
    InputError
        The name is missing, or gives the code of a län, a kommun or the country.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> region_of(grid_areas(2, 1), "Mitt område").codes.tolist()
    ['mitt-omrade']
    """
    code = slug(name or "")
    if not code or code.isdigit():
        raise InputError(
            "The region has no name." if not code else f"'{name}' cannot name a region: it looks like an area code.",
            hint="name the sum of what is given, as region = 'Göteborgsregionen'.",
        )
    rows = np.arange(len(areas))
    return assemble(
        "region",
        REGION_EDITION,
        [code],
        objects([_polygon(areas, rows)]),
        names=[name],
        title={"sv": name, "en": name},
        display=_display(areas, [rows]),
        source=areas.source,
        licence=areas.licence,
        years=areas.years,
    )


def complete_parents(areas: AreaDivision, division: str) -> list[str]:
    """Codes of the parents in ``division`` whose children are all in ``areas``, ascending.

    RegSO 2025 has no nationwide list of its DeSO at hand: one is complete when its kommun is, or when the bundled key
    names its DeSO. Parents of a user's own key system are complete by declaration.

    Examples
    --------
    >>> from gisintegration.areas import load_areas
    >>> part = load_areas("deso/2025", where={"regso": ["1480R072"]})
    >>> complete_parents(part, "regso"), complete_parents(part, "kommun")
    (['1480R072'], [])
    """
    parent = areas.parents[division]
    is_area = np.asarray(areas.table["kind"] == "area")
    given = set(areas.codes[is_area])
    owners = areas.parent(division)[is_area]
    named = {code for code in owners if code is not None}
    if division not in LEVELS or official_codes(parent) is None:
        return sorted(named)
    if areas.key == "deso/2025" and division == "regso":
        return sorted(named & _complete_regso_2025(areas, given, owners))
    members = children(parent, areas.key) or {}
    return sorted(code for code in named if code in members and members[code] <= given)


def parent_positions(areas: AreaDivision, parent: AreaDivision) -> npt.NDArray[np.int32]:
    """For each area its row in ``parent.codes``, −1 where its parent is not there; 0 for all in a region.

    Examples
    --------
    >>> from gisintegration.areas import load_areas
    >>> deso = load_areas("deso/2025")
    >>> made = levels(deso, ["kommun", "region"], region="Göteborgsregionen")
    >>> np.bincount(parent_positions(deso, made["kommun"])).sum(), set(parent_positions(deso, made["region"]).tolist())
    (np.int64(584), {0})
    """
    if parent.key == areas.key:
        return np.arange(len(areas), dtype=np.int32)
    if parent.division == "region":
        return np.zeros(len(areas), dtype=np.int32)
    if areas.parents.get(parent.division) != parent.key:
        raise InputError(f"{areas.key} does not lie in {parent.key}.", hint=f"its parents: {dict(areas.parents)}.")
    rows = {code: row for row, code in enumerate(parent.codes)}
    return np.array([rows.get(code, -1) for code in areas.parent(parent.division)], dtype=np.int32)


def slug(name: str) -> str:
    """A name as a code: small letters without accents, digits and hyphens.

    Examples
    --------
    >>> slug("Göteborgsregionen"), slug("Södra Skåne (öst)")
    ('goteborgsregionen', 'sodra-skane-ost')
    """
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _parent_division(areas: AreaDivision, division: str, codes: Sequence[str]) -> AreaDivision:
    owners = areas.parent(division)
    rows = {code: np.flatnonzero(owners == code) for code in codes}
    edition = areas.parents[division].split("/", 1)[1]
    extra = {
        column: [areas.parent(column)[rows[code][0]] for code in codes]
        for column in areas.parents
        if division not in LEVELS and _contains(areas, column, division)
    }
    return assemble(
        division,
        edition,
        list(codes),
        objects([_polygon(areas, rows[code]) for code in codes]),
        names=_given_names(areas, division, codes, rows),
        columns=extra,
        display=_display(areas, [rows[code] for code in codes]),
        source=areas.source,
        licence=areas.licence,
    )


def _given_names(
    areas: AreaDivision, division: str, codes: Sequence[str], rows: Mapping[str, npt.NDArray[np.intp]]
) -> list[str | None] | None:
    """Names that the layer itself gave its parents, kept in a column ``<division>_name``."""
    column = f"{division}_name"
    if column not in areas.table:
        return None
    values = areas.table[column].to_numpy(dtype=object)
    return [values[rows[code][0]] for code in codes]


def _contains(areas: AreaDivision, column: str, division: str) -> bool:
    """Whether ``column`` lies above ``division``: each of the latter's codes has one code in it."""
    if column == division:
        return False
    pairs = set(zip(areas.parent(division), areas.parent(column), strict=True))
    return len(pairs) == len({first for first, _ in pairs})


def _polygon(areas: AreaDivision, rows: npt.NDArray[np.intp]) -> object:
    """The union of the rows' polygons, None if one is unknown and lies in no remainder among them."""
    polygons = areas.geometry.to_numpy()[rows]
    if not areas.members and any(polygon is None for polygon in polygons):
        return None
    codes = areas.codes[rows]
    covered = {member for code in codes for member in areas.members.get(code, ())}
    if any(polygon is None and code not in covered for code, polygon in zip(codes, polygons, strict=True)):
        return None
    return dissolve(polygons[[polygon is not None for polygon in polygons]])


def _display(areas: AreaDivision, groups: Sequence[npt.NDArray[np.intp]]) -> gpd.GeoSeries | None:
    if areas.display is None:
        return None
    twin = areas.with_(table=areas.table.set_geometry(areas.display.to_numpy(), crs=CRS))
    return gpd.GeoSeries([_polygon(twin, rows) for rows in groups], crs=CRS)


def _complete_regso_2025(
    areas: AreaDivision,
    given: set[str],
    owners: npt.NDArray[np.object_],
) -> set[str]:
    unknown = {code[:4] for code, owner in zip(areas.codes, areas.parent("regso"), strict=True) if owner is None}
    kommuner = set(complete_parents(areas, "kommun")) - unknown
    key = children("regso/2025", "deso/2025") or {}
    by_kommun = {code for code in owners if code is not None and parent_code("regso", code, "kommun") in kommuner}
    return by_kommun | {code for code, members in key.items() if members <= given}
