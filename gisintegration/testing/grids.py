"""Small coverages of squares."""

from __future__ import annotations

import numpy as np
import shapely

from gisintegration.areas import AreaDivision
from gisintegration.areas.assemble import assemble


def grid_areas(
    nx: int,
    ny: int,
    *,
    size: float = 1000.0,
    origin: tuple[float, float] = (600_000.0, 6_600_000.0),
    edition: str | int = "2018",
    division: str = "deso",
    kommun: str = "0114",
) -> AreaDivision:
    """A coverage of ``nx`` × ``ny`` squares, codes ascending eastwards and then northwards.

    Parameters
    ----------
    size
        Side in metres.
    origin
        Lower left corner, easting and northing in EPSG:3006.
    division
        ``deso`` and ``regso`` get codes written as theirs are (not all in the official lists), others ``a0001``, ….

    Examples
    --------
    >>> grid_areas(2, 2).codes.tolist()
    ['0114A0010', '0114A0020', '0114A0030', '0114A0040']
    """
    patterns = {"deso": kommun + "{letter}{serial:03d}0", "regso": kommun + "R{number:03d}"}
    pattern = patterns.get(division, "a{number:04d}")
    codes = [pattern.format(letter="ABC"[i // 999], serial=i % 999 + 1, number=i + 1) for i in range(nx * ny)]
    west, south = np.meshgrid(origin[0] + size * np.arange(nx), origin[1] + size * np.arange(ny))
    squares = shapely.box(west.ravel(), south.ravel(), west.ravel() + size, south.ravel() + size)
    return assemble(division, str(edition), codes, np.asarray(squares, dtype=object))
