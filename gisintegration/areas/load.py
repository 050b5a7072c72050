"""Areas that come with the toolkit: the demo region."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib.resources import files

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from gisintegration.areas.assemble import assemble, dissolve, objects
from gisintegration.areas.codes import KOMMUN, LEVELS, display_name, official_codes, official_names, regso_key
from gisintegration.areas.display import land_twin
from gisintegration.areas.division import CRS, AreaDivision
from gisintegration.areas.history import describe_code
from gisintegration.areas.levels import levels
from gisintegration.errors import CodeError, InputError
from gisintegration.layers import Bundled, DivisionLayer, entry

REGION = "Göteborgsregionen"
_PATH_HINT = "read the layer from a file: read_areas(path, level='{level}', edition={edition})."
# A part of a remainder smaller than this (m²), or thinner than this (m), is noise along a border.
_NOISE_AREA, _NOISE_WIDTH = 1.0, 0.5


def load_areas(key: str, *, where: Mapping[str, Collection[str]] | None = None, borders: bool = True) -> AreaDivision:
    """An edition from the catalogue's own data: Göteborgsregionen, 13 kommuner; or the whole country without borders.

    Editions ``deso/2018``, ``deso/2025``, ``regso/2020``, ``regso/2025`` and ``kommun/2003``. Of DeSO 2018 543 areas
    have a polygon and one more is all that remains of its kommun; the other 21 have none (geometry None), and what
    remains of their 6 kommuner is added as areas of kind ``remainder``, with ``members`` telling which may lie there.

    Parameters
    ----------
    key
        Division and edition, ``"deso/2025"``.
    where
        Codes to keep, by the division itself or a parent: ``{"kommun": ["1480"]}``. Several conditions all hold.
    borders
        False: every area of the country by the official code list, with names and parents and without polygons. For
        tables; nothing can be placed in them or drawn.

    Returns
    -------
    AreaDivision
        EPSG:3006, with land-clipped ``display`` geometry.

    Raises
    ------
    InputError
        The catalogue has no such edition, it is not bundled, or ``where`` names an unknown division.
    CodeError
        A code in ``where`` is not in the bundled region.

    Examples
    --------
    >>> len(load_areas("deso/2025")), len(load_areas("deso/2025", where={"kommun": ["1480"]}))
    (584, 320)
    >>> len(load_areas("deso/2025", borders=False))
    6160
    """
    layer = entry(key)
    if not borders:
        areas = _by_code(layer)
    elif layer.bundled is not None:
        areas = _load_2018(layer) if key == "deso/2018" else _load_2025(layer)
    else:
        areas = _made_of(layer)
    return areas if where is None else select(areas, where)


def select(areas: AreaDivision, where: Mapping[str, Collection[str]]) -> AreaDivision:
    """The areas whose own code or whose parent's code is among those given.

    Raises
    ------
    InputError
        ``where`` names a division that is neither the areas' own nor a parent.
    CodeError
        No area has one of the codes.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> select(grid_areas(2, 2), {"deso": ["0114A0010"]}).codes.tolist()
    ['0114A0010']
    """
    keep = np.ones(len(areas), dtype=bool)
    for division, codes in where.items():
        if division not in (areas.division, "code", *areas.parents):
            raise InputError.unknown("division", division, [areas.division, *areas.parents], where=areas.key)
        if isinstance(codes, str):
            raise InputError(f"where: {division} = '{codes}' is one text.", hint=f"give a list: ['{codes}'].")
        own = areas.codes if division in (areas.division, "code") else areas.parent(division)
        _refuse_absent(areas, division, own, codes)
        keep &= np.isin(own.astype(str), list(codes))
    return take(areas, np.flatnonzero(keep))


def take(areas: AreaDivision, rows: npt.NDArray[np.intp]) -> AreaDivision:
    """The areas in some rows, ascending, with their display geometry and members.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> len(take(grid_areas(2, 2), np.array([0, 3])))
    2
    """
    table = areas.table.iloc[rows].reset_index(drop=True)
    display = None if areas.display is None else areas.display.iloc[rows].reset_index(drop=True)
    kept = set(table["code"])
    members = {code: owned for code, owned in areas.members.items() if code in kept}
    return areas.with_(table=table, display=display, members=members)


def _refuse_absent(areas: AreaDivision, division: str, own: npt.NDArray[np.object_], codes: Collection[str]) -> None:
    absent = sorted(set(codes) - {code for code in own if code is not None})
    if not absent:
        return
    parent = areas.key if division in (areas.division, "code") else areas.parents[division]
    official = official_codes(parent) or frozenset()
    elsewhere = [code for code in absent if code in official]
    raise CodeError(
        f"{len(absent)} of the codes asked for are not in these areas ({areas.key}, {len(areas)} areas).",
        hint=(
            f"only {REGION} is bundled; " + _PATH_HINT.format(level=areas.division, edition=areas.edition)
            if elsewhere
            else "check the codes: they are text, with leading zeros."
        ),
        failures=[
            {"code": code, "what": "elsewhere in the country" if code in official else _what(parent, code)}
            for code in absent
        ],
    )


def _what(parent: str, code: str) -> str:
    division, edition = parent.split("/", 1)
    return describe_code(division, code, edition) if division in LEVELS else "not among the areas"


def _load_2025(layer: DivisionLayer) -> AreaDivision:
    frame = _read(layer.bundled)
    names = {
        owner: display_name("regso", owner, text)
        for owner, text in zip(frame["regsokod"], frame["RegSO_2025"], strict=True)
    }
    display, whole = land_twin(_read(layer.land).geometry.to_numpy(), frame.geometry.to_numpy())
    return assemble(
        "deso",
        "2025",
        frame["code"].tolist(),
        frame.geometry.to_numpy(),
        regso=dict(zip(frame["code"], frame["regsokod"], strict=True)),
        regso_names=names,
        display=display,
        notes=(f"{whole} areas of which the land mask leaves next to nothing are drawn whole.",),
    )


def _load_2018(layer: DivisionLayer) -> AreaDivision:
    newer = _load_2025(entry("deso/2025"))
    known = _read(layer.bundled)
    polygons = dict(zip(known["code"], known.geometry.to_numpy(), strict=True))
    kommuner = sorted(set(newer.parent("kommun")))
    codes = sorted(code for code in regso_key("2018") if code[:4] in set(kommuner))
    members: dict[str, tuple[str, ...]] = {}
    for kommun in kommuner:
        missing = [code for code in codes if code[:4] == kommun and code not in polygons]
        if not missing:
            continue
        parts = _remainder(newer, kommun, [polygons[c] for c in codes if c[:4] == kommun and c in polygons])
        if len(missing) == 1 == len(parts):
            polygons[missing[0]] = parts[0]
            continue
        for number, part in enumerate(parts, start=1):
            polygons[f"{kommun}-rest-{number}"] = part
            members[f"{kommun}-rest-{number}"] = tuple(missing)
    every = sorted([*codes, *members])
    geometry = objects([polygons.get(code) for code in every])
    return assemble(
        "deso",
        "2018",
        every,
        geometry,
        names=[_rest_name(code) if code in members else None for code in every],
        kinds=["remainder" if code in members else "area" for code in every],
        members=members,
        display=_twin(geometry, newer),
        notes=newer.notes,
    )


def _rest_name(code: str) -> str:
    return f"{official_names(KOMMUN)[code[:4]]}, återstoden ({code.rsplit('-', 1)[1]})"


def _remainder(newer: AreaDivision, kommun: str, known: list[shapely.Geometry]) -> list[shapely.Geometry]:
    """The connected parts of a kommun outside its known areas, largest first; noise along borders is none."""
    whole = dissolve(newer.geometry.to_numpy()[newer.parent("kommun") == kommun])
    rest = shapely.get_parts(shapely.difference(whole, shapely.union_all(known)))
    rest = [part for part in rest if part.area > _NOISE_AREA and 2 * part.area / part.length > _NOISE_WIDTH]
    return sorted(rest, key=lambda part: -part.area)


def _twin(polygons: npt.NDArray[np.object_], newer: AreaDivision) -> gpd.GeoSeries:
    """Display geometry of unions of another edition's areas: the union of those areas' display geometry."""
    inner = shapely.point_on_surface(newer.geometry.to_numpy())
    owner, child = shapely.STRtree(inner).query(polygons, predicate="contains")
    land = np.asarray(newer.display if newer.display is not None else newer.geometry, dtype=object)
    twin = np.empty(len(polygons), dtype=object)
    for row in np.unique(owner):
        twin[row] = dissolve(land[np.sort(child[owner == row])])
    return gpd.GeoSeries(twin, crs=CRS)


def _made_of(layer: DivisionLayer) -> AreaDivision:
    made = levels(load_areas(layer.made_of), [layer.division]) if layer.made_of else {}
    if layer.division not in made:
        raise InputError(
            f"{layer.key} is not bundled: of the country only {REGION} is, and none of its areas lies wholly there.",
            hint=_PATH_HINT.format(level=layer.division, edition=layer.edition),
        )
    return made[layer.division]


def _by_code(layer: DivisionLayer) -> AreaDivision:
    codes = sorted(official_codes(layer.key) or ())
    return assemble(layer.division, layer.edition, codes, objects([None] * len(codes)))


def _read(bundled: Bundled | None) -> gpd.GeoDataFrame:
    if bundled is None:
        raise InputError("The catalogue entry names no bundled file.", hint="give a path to read_areas.")
    frame = gpd.read_parquet(str(files("gisintegration").joinpath("data", *bundled.file.split("/"))))
    frame = frame.assign(code=frame[bundled.code_column].astype("str"))
    return frame.sort_values("code", kind="stable").reset_index(drop=True)
