"""`Places`: distinct coordinates, each located once in every edition asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gisintegration.areas import AreaDivision
from gisintegration.errors import InputError
from gisintegration.locate.engine import Located
from gisintegration.locate.inputs import EPSG, columns
from gisintegration.locate.verbs import hash_of, located_in
from gisintegration.progress import ProgressOption, reporter

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Places:
    """Distinct coordinates and the area each lies in, an edition a column. Every count after that is a join.

    Parameters
    ----------
    x, y
        EPSG:3006. From :func:`places`: ascending by x, then y; NaN last.
    located
        Edition → where each place lies in it, how many places were on a border, overlapping, outside, unusable, and the
        hash of the areas.
    """

    x: Floats
    y: Floats
    located: Mapping[str, Located]

    def __len__(self) -> int:
        return len(self.x)

    def positions_in(self, areas: AreaDivision) -> npt.NDArray[np.int32]:
        """Where each place lies in some areas, int32 positions into their codes, −1 for none.

        Raises
        ------
        InputError
            The places are not located in the edition, or in one of that name with other codes or boundaries.

        Examples
        --------
        >>> from gisintegration.testing import grid_areas
        >>> two = grid_areas(2, 1, origin=(0, 0))
        >>> places([[1500, 500]], [two])[0].positions_in(two).tolist()
        [1]
        """
        found = self.located.get(areas.key)
        if found is None:
            raise InputError(
                f"The places are not located in {areas.key}, but in {', '.join(self.located) or 'nothing'}.",
                hint="locate them in it too: gi.places(points, [old, new]).",
            )
        beyond = len(found) > 0 and found.positions.max() >= len(areas)
        if beyond or (found.areas and found.areas != hash_of(areas)):
            raise InputError(
                f"The places were located in another {areas.key} than is given here: with other codes, boundaries or "
                "order of rows.",
                hint="locate them in the areas that are given, gi.places(points, [old, new]), or give the areas they "
                "were located in; a second set of boundaries needs an edition name of its own.",
            )
        return found.positions

    @property
    def table(self) -> pa.Table:
        """``place`` (0…n−1), ``x``, ``y``, and one column of int32 positions for each edition, −1 for none."""
        number = np.arange(len(self), dtype=np.int32)
        found = {key: one.positions for key, one in self.located.items()}
        return pa.table({"place": number, "x": self.x, "y": self.y, **found})


def places(
    points: Any,
    editions: Sequence[AreaDivision],
    *,
    crs: int | str = EPSG,
    distinct: bool = False,
    progress: ProgressOption = None,
) -> tuple[Places, npt.NDArray[np.int64]]:
    """The distinct coordinates among some points, located once in each edition, and the place of every point.

    Parameters
    ----------
    points
        As :func:`locate` takes them.
    editions
        To locate the places in.
    crs
        Coordinate reference system of the points.
    distinct
        The points are distinct already: each is a place, in the order given, and nothing is sorted.

    Returns
    -------
    tuple
        The places, and for each point the number of its place.

    Raises
    ------
    InputError
        An edition is given twice, or the points cannot be used, as in :func:`locate`.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> found, number = places([[1500, 500], [500, 500], [1500, 500]], [grid_areas(2, 1, origin=(0, 0))])
    >>> found.table.to_pydict()
    {'place': [0, 1], 'x': [500.0, 1500.0], 'y': [500.0, 500.0], 'deso/2018': [0, 1]}
    >>> number.tolist()
    [1, 0, 1]
    """
    keys = [areas.key for areas in editions]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise InputError(f"{twice[0]} was given twice.", hint="give each edition once.")
    report = reporter(progress)
    x, y = columns(points, crs)
    number = np.arange(len(x), dtype=np.int64)
    if not distinct:
        x, y, number = _distinct(x, y)
    located = {}
    for done, areas in enumerate(editions):
        located[areas.key] = located_in(areas, x, y)
        report((done + 1) / len(keys), f"{len(x)} coordinates located in {areas.key}")
    return Places(x, y, MappingProxyType(located)), number


def _distinct(x: Floats, y: Floats) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    order = np.lexsort((y, x))
    x, y = x[order], y[order]
    new = np.ones(len(x), dtype=bool)
    # NaN is unlike itself: places without a coordinate stay apart, as points do.
    new[1:] = (x[1:] != x[:-1]) | (y[1:] != y[:-1])
    number = np.empty(len(x), dtype=np.int64)
    number[order] = np.cumsum(new) - 1
    return x[new], y[new], number
