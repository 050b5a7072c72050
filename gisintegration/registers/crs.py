"""Which coordinate reference system a register's coordinates are in: checked when declared, proposed when not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import duckdb
import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError as UnknownCRS

from gisintegration.errors import CRSError

TARGET = 3006
#: SWEREF 99 TM, its twelve local zones, RT 90 (2.5 gon V first, then the other zones), WGS 84.
CANDIDATES = (3006, *range(3007, 3019), 3021, 3019, 3020, 3022, 3023, 3024, 4326)
SAMPLE = 20_000
#: Longitude and latitude that hold Sweden with its territorial sea.
SWEDEN = (10.0, 54.8, 25.0, 69.6)
_ZONES = range(3007, 3019)
_RT90, _RT90_ZONES = 3021, range(3019, 3025)
_CHUNK = 500_000

XY = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Candidate:
    """A CRS that a register's coordinates may be in, and how well it fits.

    Parameters
    ----------
    epsg
        EPSG code.
    swapped
        The column called x holds the northing, and y the easting.
    share
        Share of the points that it puts in the kommun they are registered in, 0–1.
    """

    epsg: int
    swapped: bool
    share: float

    @property
    def title(self) -> str:
        """``RT90 2.5 gon V (EPSG:3021), axes swapped``."""
        return f"{describe(self.epsg)}{', axes swapped' if self.swapped else ''}"


def describe(crs: int | str) -> str:
    """A CRS in words and code.

    Examples
    --------
    >>> describe(3021), describe("EPSG:3006")
    ('RT90 2.5 gon V (EPSG:3021)', 'SWEREF99 TM (EPSG:3006)')
    """
    parsed = parse(crs)
    return f"{parsed.name} (EPSG:{parsed.to_epsg()})"


def parse(crs: int | str) -> CRS:
    """A CRS as the user named it: ``3006``, ``"EPSG:3006"`` or a name that PROJ knows.

    Raises
    ------
    CRSError
        It is not known.

    Examples
    --------
    >>> parse(3006).name
    'SWEREF99 TM'
    """
    try:
        return CRS.from_user_input(int(crs) if str(crs).isdecimal() else crs)
    except UnknownCRS as error:
        raise CRSError(
            f"There is no CRS '{crs}'.", hint='name it by its EPSG code: crs = "EPSG:3006" is SWEREF 99 TM.'
        ) from error


def transform(xy: XY, crs: int | str) -> XY:
    """Coordinates in SWEREF 99 TM, rounded to the millimetre so that they are the same on every machine.

    Parameters
    ----------
    xy
        Shape (n, 2): easting and northing, or longitude and latitude, in ``crs``.
    crs
        The CRS they are in.

    Returns
    -------
    array
        Shape (n, 2), metres in EPSG:3006; infinite where PROJ cannot transform the point.

    Examples
    --------
    >>> transform(np.array([[1628294.0, 6580994.0]]), 3021).round().tolist()
    [[674032.0, 6580822.0]]
    """
    if parse(crs).to_epsg() == TARGET:
        return xy
    transformer = _transformer(crs)
    result = np.empty_like(xy)
    for start in range(0, len(xy), _CHUNK):
        part = slice(start, start + _CHUNK)
        result[part] = np.column_stack(transformer.transform(xy[part, 0], xy[part, 1]))
    return np.round(result, 3)


@cache
def _transformer(crs: int | str) -> Transformer:
    return Transformer.from_crs(parse(crs), TARGET, always_xy=True)


@cache
def extent(crs: int | str) -> tuple[float, float, float, float]:
    """The box that holds Sweden in a CRS: least and greatest easting and northing as (x0, y0, x1, y1).

    For a local zone of SWEREF 99 it is the zone itself with three degrees of longitude to either side.

    Examples
    --------
    >>> [round(value, -5) for value in extent(3006)]
    [200000.0, 6100000.0, 1100000.0, 7800000.0]
    """
    west, south, east, north = SWEDEN
    parsed = parse(crs)
    if parsed.to_epsg() in _ZONES and parsed.area_of_use is not None:
        west = max(west, parsed.area_of_use.west - 3.0)
        east = min(east, parsed.area_of_use.east + 3.0)
    to = Transformer.from_crs(4326, parsed, always_xy=True)
    return to.transform_bounds(west, south, east, north, densify_pts=21)


def inside(xy: XY, box: Sequence[float]) -> npt.NDArray[np.bool_]:
    """Which points lie in a box.

    Examples
    --------
    >>> inside(np.array([[1.0, 1.0], [3.0, 1.0]]), (0, 0, 2, 2)).tolist()
    [True, False]
    """
    x, y = xy[:, 0], xy[:, 1]
    result: npt.NDArray[np.bool_] = (x >= box[0]) & (x <= box[2]) & (y >= box[1]) & (y <= box[3])
    return result


def check_extent(
    con: duckdb.DuckDBPyConnection, points: str, crs: int | str, where: str, *, names: tuple[str, str] = ("x", "y")
) -> None:
    """Refuse coordinates that cannot be in the CRS they are declared to be in.

    Parameters
    ----------
    points
        SELECT of ``x`` and ``y``, without empty values.
    crs
        The declared CRS.
    where
        The table, for the message.
    names
        What the contract calls the two columns.

    Raises
    ------
    CRSError
        Most points lie outside Sweden in the declared CRS. The text says whether x and y are swapped, or which
        other CRS the coordinates look like.
    """
    x0, y0, x1, y1 = extent(crs)
    found = con.execute(
        f"select count(*), count(*) filter (x between {x0} and {x1} and y between {y0} and {y1}), "
        f"min(x), max(x), min(y), max(y) from ({points})"
    ).fetchall()[0]
    if found[0] == 0 or found[1] * 2 >= found[0]:
        return
    sample = con.execute(f"select x, y from ({points}) limit {SAMPLE}").fetchnumpy()
    xy = np.column_stack([np.asarray(sample["x"], dtype=float), np.asarray(sample["y"], dtype=float)])
    looks = [c for c in looks_like(xy) if c.epsg == parse(crs).to_epsg()] or looks_like(xy)
    x, y = names
    problem = f"{where}: the coordinates are not in {describe(crs)} as declared: {x} is {found[2]:.2f}–{found[3]:.2f} "
    problem += f"and {y} is {found[4]:.2f}–{found[5]:.2f}, outside Sweden."
    if looks and looks[0].swapped and looks[0].epsg == parse(crs).to_epsg():
        raise CRSError(
            f"{where}: {x} and {y} are swapped: {x} holds {found[2]:.2f}–{found[3]:.2f}, which are northings in "
            f"{describe(crs)}, and {y} the eastings.",
            hint=f'rename them the other way: columns = {{"<northing column>" = "{y}", "<easting column>" = "{x}"}}.',
        )
    likely = " or ".join(candidate.title for candidate in looks[:3])
    raise CRSError(
        problem,
        hint=f"they look like {likely}; leave crs out and run check, which proposes it from the registered kommun."
        if likely
        else f"check the columns that {x} and {y} were read from, their unit (metres) and their decimal mark.",
    )


def looks_like(xy: XY) -> list[Candidate]:
    """The candidates in whose extent most of the points lie, by that share; where they stand in the list decides ties.

    Examples
    --------
    >>> [candidate.title for candidate in looks_like(np.array([[57.7, 11.97]]))]
    ['WGS 84 (EPSG:4326), axes swapped']
    """
    found = []
    for epsg in CANDIDATES:
        for swapped in (False, True):
            share = float(inside(xy[:, ::-1] if swapped else xy, extent(epsg)).mean())
            if share >= 0.5:
                found.append(Candidate(epsg, swapped, share))
    # The zones of RT 90 cover each other's extents: by far the most common one stands for them all.
    if any(candidate.epsg == _RT90 for candidate in found):
        found = [one for one in found if one.epsg == _RT90 or one.epsg not in _RT90_ZONES]
    return sorted(found, key=lambda candidate: -candidate.share)
