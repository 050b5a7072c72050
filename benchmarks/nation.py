"""A made-up nation to measure on: areas with crooked, shared borders in 290 kommuner, and points where people are.

Towns are dense and the north is sparse. The same seed gives the same nation. Nothing in it is real.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import Voronoi, cKDTree

from gisintegration.areas import AreaDivision
from gisintegration.areas.assemble import assemble
from gisintegration.testing import redraw
from gisintegration.testing.redrawn import Redrawn

Floats = npt.NDArray[np.float64]
WEST, SOUTH, WIDTH, HEIGHT = 266_000.0, 6_132_000.0, 654_000.0, 1_545_000.0
KOMMUNER = 290
# Shares of each kind of change among the areas that change first; with their neighbours twice as many are touched.
KINDS = {
    "split": 0.25,
    "merged": 0.05,
    "ended": 0.02,
    "recoded": 0.03,
    "ceded": 0.15,
    "moved": 0.15,
    "sea": 0.05,
    "redigitised": 0.1,
}


def nation(areas: int = 6_160, *, seed: int = 1, levels: int = 6) -> AreaDivision:
    """Areas whose borders are fractal lines between Voronoi corners, of up to 2**levels edges each."""
    rng = np.random.default_rng(seed)
    seeds = _seeds(areas, rng)
    diagram = Voronoi(np.vstack([seeds, _ring(areas)]))
    ridges = np.array(diagram.ridge_vertices)
    between = diagram.ridge_points
    kept = (ridges >= 0).all(axis=1) & (between < areas).any(axis=1)
    lines = _crooked(diagram, ridges[kept], between[kept], rng, levels)
    length = np.hypot(*(lines[:, -1] - lines[:, 0]).T)
    short = length < np.quantile(length, 2 / 3)
    # Shorter borders have half as many vertices.
    faces = shapely.get_parts(
        shapely.polygonize([*shapely.linestrings(lines[~short]), *shapely.linestrings(lines[short, ::2])])
    )
    face, seed_in = shapely.STRtree(faces).query(shapely.points(seeds), predicate="within")[::-1]
    polygons = np.empty(areas, dtype=object)
    polygons[seed_in] = faces[face]
    _, kommun = cKDTree(seeds[rng.choice(areas, KOMMUNER, replace=False)]).query(seeds)
    codes = [f"{101 + kommun[i]:04d}C{i:05d}" for i in range(areas)]
    return assemble("district", "1", codes, polygons)


def second_edition(old: AreaDivision, changed: float) -> Redrawn:
    """The nation redrawn: about the share ``changed`` of its areas are others."""
    return redraw(old, 1, proportions={kind: share * changed for kind, share in KINDS.items()})


def people(nation_: AreaDivision, count: int, *, seed: int = 2) -> Floats:
    """Whole-metre points in random order, as many in each area as in any other, give or take; a few lie outside."""
    rng = np.random.default_rng(seed)
    bounds = shapely.bounds(nation_.geometry.to_numpy())
    middle, size = (bounds[:, :2] + bounds[:, 2:]) / 2, (bounds[:, 2:] - bounds[:, :2]) / 4
    area = rng.integers(0, len(nation_), count)
    xy = middle[area]
    xy += rng.standard_normal((count, 2)) * size[area]
    return np.round(xy)


def _seeds(count: int, rng: np.random.Generator) -> Floats:
    """Nine in ten in towns, of which the first are the largest and widest; the rest anywhere."""
    towns = 400
    south = rng.beta(1.2, 2.8, towns)
    centre = np.column_stack([WEST + WIDTH * rng.uniform(0.08, 0.92, towns), SOUTH + HEIGHT * (0.02 + 0.96 * south)])
    rank = np.arange(1, towns + 1)
    town = rng.choice(towns, count, p=(1 / rank) / (1 / rank).sum())
    spread = 1_500 + 9_000 / np.sqrt(rank[town])
    seeds = centre[town] + rng.standard_normal((count, 2)) * spread[:, None]
    rural = rng.random(count) < 0.1
    seeds[rural, 0] = WEST + WIDTH * rng.random(rural.sum())
    seeds[rural, 1] = SOUTH + HEIGHT * rng.beta(1.2, 2.0, rural.sum())
    seeds[:, 0] = np.clip(seeds[:, 0], WEST + 2_000, WEST + WIDTH - 2_000)
    seeds[:, 1] = np.clip(seeds[:, 1], SOUTH + 2_000, SOUTH + HEIGHT - 2_000)
    return seeds


def _ring(count: int) -> Floats:
    """Points around the country, that bound its areas."""
    along = np.linspace(-0.05, 1.05, int(np.sqrt(count)) + 8)
    west, east = np.full_like(along, -0.05), np.full_like(along, 1.05)
    x = np.concatenate([along, along, west, east])
    y = np.concatenate([west, east, along, along])
    return np.column_stack([WEST + WIDTH * x, SOUTH + HEIGHT * y])


def _crooked(
    diagram: Voronoi,
    ridges: npt.NDArray[np.int64],
    between: npt.NDArray[np.int64],
    rng: np.random.Generator,
    levels: int,
) -> Floats:
    """Each ridge as 2**levels edges, pulled towards the seed of one side or the other.

    They stay in the triangles between the ridge and the two seeds, and go forward along the ridge, so that none cross.
    """
    start, end = diagram.vertices[ridges[:, 0]], diagram.vertices[ridges[:, 1]]
    offset = np.zeros((len(ridges), 2))
    for level in range(levels):
        middle = (offset[:, :-1] + offset[:, 1:]) / 2
        middle += rng.uniform(-1, 1, middle.shape) * 0.15 * 0.55**level
        merged = np.empty((len(ridges), 2 ** (level + 1) + 1))
        merged[:, ::2], merged[:, 1::2] = offset, middle
        offset = merged
    share = np.linspace(0, 1, offset.shape[1])[None, :, None]
    straight = start[:, None, :] + share * (end - start)[:, None, :]
    seed = np.where((offset > 0)[:, :, None], diagram.points[between[:, :1]], diagram.points[between[:, 1:]])
    length = np.hypot(*(end - start).T)[:, None]
    away = np.hypot(seed[:, :, 0] - straight[:, :, 0], seed[:, :, 1] - straight[:, :, 1])
    pull = np.minimum(np.abs(offset) * length / np.maximum(away, 1e-3), 0.45)[:, :, None]
    lines = straight + pull * (seed - straight)
    lines[:, 0], lines[:, -1] = start, end
    return lines
