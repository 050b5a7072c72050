"""`locate` and `nearest`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, overload
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import shapely

from gisintegration.areas import AreaDivision
from gisintegration.errors import InputError
from gisintegration.locate.boundaries import content_hash
from gisintegration.locate.engine import OUTSIDE, Engine, Located
from gisintegration.locate.grid import LARGEST
from gisintegration.locate.inputs import EPSG, columns

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int32]
_engines: WeakKeyDictionary[AreaDivision, Engine] = WeakKeyDictionary()
_hashes: WeakKeyDictionary[AreaDivision, str] = WeakKeyDictionary()


@overload
def locate(points: Any, areas: AreaDivision, *, crs: int | str = EPSG, report: Literal[False] = False) -> Positions: ...
@overload
def locate(points: Any, areas: AreaDivision, *, crs: int | str = EPSG, report: Literal[True]) -> Located: ...
def locate(points: Any, areas: AreaDivision, *, crs: int | str = EPSG, report: bool = False) -> Positions | Located:
    """Place points in areas, exactly as GEOS' ``intersects`` does.

    A point on a border or corner, or where areas overlap, goes to the lowest code of the areas that touch it.
    Areas without a polygon get no points; remainders do. The areas' polygons must not be changed in place afterwards.
    The first call for some areas builds an index of them, or reads it from the user's cache folder.

    Parameters
    ----------
    points
        Easting and northing, or longitude and latitude, in ``crs``: an array of shape (n, 2); a tuple of two arrays; a
        DataFrame or Arrow table with columns ``x`` and ``y``; a GeoSeries or GeoDataFrame of points, whose own
        coordinate reference system is used if it has one. A row that is missing or empty is not finite.
    areas
        One edition, EPSG:3006.
    crs
        Coordinate reference system of ``points``: an EPSG code or anything PROJ takes. Axes are always x, y.
    report
        Tell how many points were on a border, in several areas, outside, and unusable.

    Returns
    -------
    numpy.ndarray or Located
        int32 positions into ``areas.codes``; −1 for points outside all areas, not finite, or from 1e9 m away.
        With ``report``: these and the counts.

    Raises
    ------
    InputError
        ``points`` has not the shape (n, 2), is not numeric or lacks x or y.
    GeometryError
        A geometry is no point.
    CRSError
        ``crs`` is unknown.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> areas = grid_areas(2, 1, origin=(0, 0))
    >>> locate([[500, 500], [1000, 500], [1500, 500], [2500, 500]], areas).tolist()
    [0, 0, 1, -1]
    >>> found = locate([[500, 500], [1000, 500], [1500, 500], [2500, 500]], areas, report=True)
    >>> found.placed, found.on_border, found.outside
    (3, 1, 1)
    """
    x, y = columns(points, crs)
    return located_in(areas, x, y) if report else engine_of(areas).place(x, y).positions


def nearest(
    xy: npt.ArrayLike,
    areas: AreaDivision,
    *,
    kommun: npt.ArrayLike | None = None,
    candidates: npt.ArrayLike | None = None,
    max_distance: float = 500.0,
    crs: int | str = EPSG,
) -> tuple[Positions, Floats]:
    """The nearest area to each point, for points that lie outside all areas.

    Parameters
    ----------
    xy
        Shape (n, 2), as in :func:`locate`.
    kommun
        Code of the kommun each point is registered in: only its areas are candidates. A point without one (None) or
        with a kommun that no area lies in gets −1.
    candidates
        Boolean, one for each area: which may be chosen at all.
    max_distance
        Metres; an area exactly this far away is near enough.

    Returns
    -------
    tuple
        int32 positions into ``areas.codes`` (the lowest code among equally near ones, −1 for none near enough) and
        the distance in metres (NaN for none; 0 in or on the area).

    Raises
    ------
    InputError
        A shape does not fit, the distance is not positive, or the areas have no kommun.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> positions, distance = nearest([[-100, 500], [-600, 500]], grid_areas(2, 1, origin=(0, 0)))
    >>> positions.tolist(), distance.tolist()
    ([0, -1], [100.0, nan])
    """
    points = np.column_stack(columns(xy, crs))
    if not max_distance > 0:
        raise InputError(f"max_distance is {max_distance}.", hint="give a distance in metres above 0.")
    eligible = np.array([polygon is not None for polygon in areas.geometry], dtype=bool)
    if candidates is not None:
        eligible &= _of_length(np.asarray(candidates, dtype=bool), len(areas), "candidates", "areas")
    positions = np.full(len(points), OUTSIDE, dtype=np.int32)
    distance = np.full(len(points), np.nan)
    usable = _usable(points)
    for rows, among in _groups(areas, kommun, usable, eligible):
        point, area, metres = _nearest_among(points[rows], areas.geometry.to_numpy()[among], max_distance)
        positions[rows[point]] = among[area]
        distance[rows[point]] = metres
    return positions, distance


def _groups(
    areas: AreaDivision,
    kommun: npt.ArrayLike | None,
    usable: npt.NDArray[np.bool_],
    eligible: npt.NDArray[np.bool_],
) -> list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Rows of points with the areas they may be given."""
    if kommun is None:
        return [(np.flatnonzero(usable), np.flatnonzero(eligible))]
    if "kommun" not in areas.parents and areas.division != "kommun":
        raise InputError(f"{areas.key} has no kommun for its areas.", hint="leave kommun= out, or give candidates=.")
    registered = _of_length(np.asarray(kommun, dtype=object), len(usable), "kommun", "points")
    owner = areas.codes if areas.division == "kommun" else areas.parent("kommun")
    known = sorted({code for code in registered[usable] if isinstance(code, str)})
    return [
        (np.flatnonzero(usable & (registered == code)), np.flatnonzero(eligible & (owner == code))) for code in known
    ]


def _nearest_among(
    points: Floats, polygons: npt.NDArray[np.object_], max_distance: float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Floats]:
    """Points with a polygon near enough, the first of the nearest polygons, and the distance."""
    # The tree leaves out what is at exactly the distance; one step further takes it in.
    (point, area), metres = shapely.STRtree(polygons).query_nearest(
        shapely.points(points), max_distance=np.nextafter(max_distance, np.inf), return_distance=True
    )
    order = np.lexsort((area, point))
    point, first = np.unique(point[order], return_index=True)
    return point, area[order][first], metres[order][first]


def engine_of(areas: AreaDivision) -> Engine:
    """The engine of some areas: made once, and kept as long as they are."""
    engine = _engines.get(areas)
    if engine is None:
        engine = _engines[areas] = Engine(areas.geometry.to_numpy())
    return engine


def located_in(areas: AreaDivision, x: Floats, y: Floats) -> Located:
    """Where points lie, with the hash of the areas they were placed in."""
    return replace(engine_of(areas).place(x, y), areas=hash_of(areas))


def hash_of(areas: AreaDivision) -> str:
    """Content hash of the codes and polygons of some areas, in their order: made once, and kept as long as they are."""
    found = _hashes.get(areas)
    if found is None:
        found = _hashes[areas] = content_hash(areas.codes, areas.geometry.to_numpy())
    return found


def _usable(points: Floats) -> npt.NDArray[np.bool_]:
    usable: npt.NDArray[np.bool_] = np.all(np.isfinite(points) & (np.abs(points) < LARGEST), axis=1)
    return usable


def _of_length(values: npt.NDArray[Any], n: int, name: str, what: str) -> npt.NDArray[Any]:
    if values.shape != (n,):
        raise InputError(
            f"{name} has the shape {values.shape}; there are {n} {what}.", hint=f"give one for each of the {what}."
        )
    return values
