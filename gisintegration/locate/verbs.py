"""`locate` and `nearest`."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer
from pyproj.exceptions import CRSError as ProjCRSError

from gisintegration.areas import AreaDivision
from gisintegration.errors import CRSError, InputError
from gisintegration.locate.engine import OUTSIDE, Engine

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int32]
EPSG = 3006
# No coordinate of a place on Earth in metres is as large; registers use such values for "not known".
LARGEST = 1e9
_engines: WeakKeyDictionary[AreaDivision, Engine] = WeakKeyDictionary()


def locate(xy: npt.ArrayLike, areas: AreaDivision, *, crs: int | str = EPSG) -> Positions:
    """Place points in areas, exactly as GEOS' ``intersects`` does.

    A point on a border or corner, or where areas overlap, goes to the lowest code of the areas that touch it.
    Areas without a polygon get no points; remainders do. The areas' polygons must not be changed in place afterwards.

    Parameters
    ----------
    xy
        Shape (n, 2): easting and northing, or longitude and latitude, in ``crs``.
    areas
        One edition, EPSG:3006.
    crs
        Coordinate reference system of ``xy``: an EPSG code or anything PROJ takes. Axes are always x, y.

    Returns
    -------
    numpy.ndarray
        int32 positions into ``areas.codes``; −1 for points outside all areas, not finite, or from 1e9 m away.

    Raises
    ------
    InputError
        ``xy`` has not the shape (n, 2) or is not numeric.
    CRSError
        ``crs`` is unknown.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> areas = grid_areas(2, 1, origin=(0, 0))
    >>> locate([[500, 500], [1000, 500], [1500, 500], [2500, 500]], areas).tolist()
    [0, 0, 1, -1]
    """
    points = _points(xy, crs)
    usable = np.flatnonzero(_usable(points))
    placed = np.full(len(points), OUTSIDE, dtype=np.int32)
    if len(usable) and len(areas):
        placed[usable] = _engine(areas).place(points[usable])
    return placed


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
    points = _points(xy, crs)
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


def _engine(areas: AreaDivision) -> Engine:
    engine = _engines.get(areas)
    if engine is None:
        engine = _engines[areas] = Engine(areas.geometry.to_numpy())
    return engine


def _points(xy: npt.ArrayLike, crs: int | str) -> Floats:
    try:
        points = np.ascontiguousarray(xy, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"The coordinates are not numbers: {error}.", hint="give an (n, 2) array of numbers."
        ) from error
    if points.size == 0:
        points = points.reshape(0, 2)
    if points.ndim != 2 or points.shape[1] != 2:
        raise InputError(
            f"The coordinates have the shape {points.shape}, not (n, 2).", hint="give a row a point: easting, northing."
        )
    if str(crs).upper().removeprefix("EPSG:") == str(EPSG):
        return points
    try:
        transformer = Transformer.from_crs(crs, EPSG, always_xy=True)
    except ProjCRSError as error:
        raise CRSError(f"'{crs}' is no coordinate reference system: {error}.", hint="give an EPSG code.") from error
    return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))


def _usable(points: Floats) -> npt.NDArray[np.bool_]:
    usable: npt.NDArray[np.bool_] = np.all(np.isfinite(points) & (np.abs(points) < LARGEST), axis=1)
    return usable


def _of_length(values: npt.NDArray[Any], n: int, name: str, what: str) -> npt.NDArray[Any]:
    if values.shape != (n,):
        raise InputError(
            f"{name} has the shape {values.shape}; there are {n} {what}.", hint=f"give one for each of the {what}."
        )
    return values
