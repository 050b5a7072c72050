"""Where the register's areas lie: which polygons of the later edition make up each area, and points inside them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gisintegration.areas.division import AreaDivision
from gisintegration.errors import CodeError, GeometryError, InputError
from gisintegration.registers.synthetic.segments import Floats, Ints, counts, starts

FROM_BORDER = 0.6
GRID_SIDE = 1000.0
_ROUNDS = 40


@dataclass(frozen=True, eq=False)
class Geography:
    """Cells (polygons of the later edition) and which of them each area of the tables is made of.

    ``cells_first`` and ``cells_number`` point into ``cells``; ``growing`` is the cell that takes the new building of an
    area that was divided, -1 elsewhere.
    """

    codes: npt.NDArray[np.object_]
    cell_codes: npt.NDArray[np.object_]
    polygons: npt.NDArray[np.object_]
    land: npt.NDArray[np.object_]
    cells: Ints
    cells_first: Ints
    cells_number: Ints
    growing: Ints

    @property
    def divided(self) -> npt.NDArray[np.bool_]:
        """Areas divided in the later edition."""
        return self.growing >= 0


def read_geography(
    codes: npt.NDArray[np.object_], earlier: AreaDivision, later: AreaDivision, rng: np.random.Generator
) -> Geography:
    """Find each area's cells.

    Raises
    ------
    CodeError
        The tables hold an area that neither has a polygon nor lies in a remainder, or a polygon lacks tables.
    GeometryError
        An area holds no polygon of the later edition.
    """
    polygons = np.asarray(later.geometry.array, dtype=object)
    earlier_polygons = np.asarray(earlier.geometry.array, dtype=object)
    with_polygon = np.flatnonzero([geometry is not None for geometry in earlier_polygons])
    tree = shapely.STRtree(earlier_polygons[with_polygon])
    cell, hit = tree.query(shapely.point_on_surface(polygons), predicate="within")
    inside: dict[str, list[int]] = {}
    for position, area in sorted(zip(cell.tolist(), with_polygon[hit].tolist(), strict=True)):
        inside.setdefault(str(earlier.codes[area]), []).append(position)
    _check_codes(codes, earlier)
    later_codes = [str(code) for code in later.codes]
    lists = [_cells_of(str(code), earlier, later_codes, inside) for code in codes]
    empty = [{"deso": code} for code, cells in zip(codes, lists, strict=True) if not cells]
    if empty:
        raise GeometryError(
            f"Some areas of {earlier.key} hold no area of {later.key}.",
            hint="both editions must cover the same land.",
            failures=empty,
        )
    number = np.array([len(cells) for cells in lists])
    flat = np.concatenate([np.asarray(cells, dtype=np.int32) for cells in lists])
    first = starts(number)
    own = np.array(
        [all(later_codes[c][:8] == str(code)[:8] for c in cells) for code, cells in zip(codes, lists, strict=True)]
    )
    pick = first + np.floor(rng.random(len(codes)) * number).astype(np.int64)
    growing = np.where((number > 1) & own, flat[pick], -1).astype(np.int32)
    land = polygons if later.display is None else np.asarray(later.display.array, dtype=object)
    return Geography(codes, later.codes, polygons, land, flat, first, number, growing)


def _check_codes(codes: npt.NDArray[np.object_], earlier: AreaDivision) -> None:
    members = {code for group in earlier.members.values() for code in group}
    kinds = np.asarray(earlier.table["kind"], dtype=object)
    drawn = {str(code) for code in earlier.codes[kinds == "area"]}
    given = {str(code) for code in codes}
    failures = [{"deso": code, "wrong": "no polygon, and in no remainder"} for code in sorted(given - drawn - members)]
    failures += [{"deso": code, "wrong": "no row in the tables"} for code in sorted(drawn - given)]
    if failures:
        raise CodeError(
            f"{earlier.key} and the tables of the synthetic register do not hold the same areas.",
            hint="pass the tables of these areas as tables=.",
            failures=failures,
        )


def _cells_of(code: str, earlier: AreaDivision, later_codes: list[str], inside: dict[str, list[int]]) -> list[int]:
    """The cells inside the area; for one without a polygon, those of its remainder that carry its code, or all."""
    remainders = sorted(name for name, group in earlier.members.items() if code in group)
    if not remainders:
        return inside.get(code, [])
    cells = [cell for name in remainders for cell in inside.get(name, [])]
    named = [cell for cell in cells if later_codes[cell] == code]
    return named or [cell for cell in cells if later_codes[cell][:8] == code[:8]] or cells


def read_grid(grid: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Squares as (east, north, population) from the columns e, n and the first that starts with ``befolkning``.

    Raises
    ------
    InputError
        A column is missing.
    """
    weight = [name for name in grid.columns if str(name).startswith("befolkning")][:1]
    missing = [name for name in ("e", "n") if name not in grid.columns] + ([] if weight else ["befolkning"])
    if missing:
        raise InputError.missing_columns("the population grid", missing, [str(name) for name in grid.columns])
    return grid[["e", "n", weight[0]]].to_numpy(np.float64)


def points_in_cells(
    geography: Geography,
    cell: Ints,
    seed: np.random.SeedSequence,
    *,
    grid: npt.NDArray[np.float64] | None = None,
    threads: int = 2,
) -> tuple[Floats, Floats]:
    """A coordinate for each row, strictly inside its cell and on its land, in centimetres, all distinct.

    Points gather in clusters, as built-up areas do, or follow the grid's population where it has squares in the cell.
    """
    number = counts(cell, len(geography.polygons))
    used = np.flatnonzero(number)
    children = seed.spawn(len(geography.polygons))
    x, y = np.empty(len(cell)), np.empty(len(cell))
    rows = np.split(np.argsort(cell, kind="stable"), np.cumsum(number)[:-1])

    def place(index: int) -> None:
        polygon, land = geography.polygons[index], geography.land[index]
        found = _scatter(polygon, land, int(number[index]), np.random.default_rng(children[index]), grid)
        x[rows[index]], y[rows[index]] = found.T

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(place, used.tolist()))
    return _distinct(x, y)


def _scatter(
    polygon: shapely.Polygon,
    land: shapely.Geometry | None,
    number: int,
    rng: np.random.Generator,
    grid: npt.NDArray[np.float64] | None,
) -> Floats:
    """Points inside the polygon, at least half a metre from its border, on land if there is any."""
    inner = polygon.buffer(-FROM_BORDER, quad_segs=1)
    inner = polygon if inner.is_empty else inner
    shapely.prepare(inner)
    ground = None if land is None or land.is_empty else land
    if ground is not None:
        shapely.prepare(ground)
    bounds = (polygon if ground is None else ground).bounds
    squares = None if grid is None else _squares(grid, bounds)
    middles = np.empty((0, 2))
    spread = float(np.clip(0.13 * np.sqrt(polygon.area), 25, 350))
    found = [np.empty((0, 2))]
    missing = number
    for attempt in range(_ROUNDS):
        wanted = max(64, int(missing * 1.6))
        if squares is not None and attempt < _ROUNDS // 2:
            chosen = squares[rng.choice(len(squares), wanted, p=squares[:, 2] / squares[:, 2].sum())]
            tried = chosen[:, :2] + (rng.random((wanted, 2)) - 0.5) * GRID_SIDE
        else:
            tried = rng.uniform(bounds[:2], bounds[2:], (wanted, 2))
            if len(middles):
                gathered = middles[rng.integers(0, len(middles), wanted)] + rng.standard_normal((wanted, 2)) * spread
                tried = np.where(rng.random((wanted, 1)) < 0.1, tried, gathered)
        tried = np.round(tried, 2)
        inside = shapely.contains_xy(inner, tried)
        if ground is not None and attempt < _ROUNDS - 10:
            inside &= shapely.contains_xy(ground, tried)
        good = tried[inside]
        if not len(middles) and squares is None:
            middles = good[: max(3, int(np.sqrt(number) / 3))]
            continue
        found.append(good[:missing])
        missing -= len(found[-1])
        if missing <= 0:
            return np.concatenate(found)
    reserve = np.round(np.array(shapely.point_on_surface(inner).coords[0]), 2)
    return np.concatenate([*found, np.tile(reserve, (missing, 1))])


def _squares(grid: npt.NDArray[np.float64], bounds: tuple[float, float, float, float]) -> Floats | None:
    half = GRID_SIDE / 2
    west, south, east, north = bounds
    near = (
        (grid[:, 0] > west - half)
        & (grid[:, 0] < east + half)
        & (grid[:, 1] > south - half)
        & (grid[:, 1] < north + half)
    )
    near &= grid[:, 2] > 0
    return grid[near] if near.any() else None


def _distinct(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Move later ones of equal points by whole centimetres (a few at most) until all are distinct."""
    east, north = np.round(x * 100).astype(np.int64), np.round(y * 100).astype(np.int64)
    for _ in range(100):
        key = east * 10**10 + north
        sequence = np.argsort(key, kind="stable")
        repeated = sequence[1:][key[sequence[1:]] == key[sequence[:-1]]]
        if not len(repeated):
            break
        east[repeated] += np.arange(len(repeated)) % 3 - 1
        north[repeated] += 1
    return east / 100, north / 100
