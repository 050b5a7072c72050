"""Everybody of a region by year, as points: what the recalculation of tables is tried on.

Nobody here exists. What is drawn, and from what:

- **The persons** come from ``gi.synthetic_register``: in 2022 the published counts per DeSO 2018, other years by
  births, deaths, moves and immigration (docs/synthetic.md). Places lie in clusters in Göteborgsregionen, and by the
  population of a 1 km grid in Dalarna. The areas of Dalarna are those of DeSO 2025 in both editions: both have the same
  175 codes, and 14 of their borders moved a little.
- **New building** is added by :func:`with_new_building` for a made second edition (``gisintegration.testing.redraw``):
  in at least half of the areas that it splits, households move into new houses, clustered in one of the parts, in
  years that are drawn. Before that year they lived outside the region and are left out. A few other areas get a
  little. So neither the register's addresses nor its growth know of the new borders, and the new houses do.

Use::

    areas = region_areas("dalarna")
    made = redraw(areas, seed)
    persons = population("dalarna", (2018, 2021, 2023, 2024), seed)
    persons, built = with_new_building(persons, areas, made, seed)
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.dataset as ds
import shapely

import gisintegration as gi
from gisintegration.areas import AreaDivision
from gisintegration.testing import Redrawn

REGIONS = ("goteborgsregionen", "dalarna")
COLUMNS = (
    "person",
    "household",
    "year",
    "x",
    "y",
    "sex",
    "age",
    "birth_region",
    "background",
    "education",
    "labour_status",
    "disposable_income",
    "equivalised_income",
)
DATA = Path(__file__).parent / "data"
TEST_DATA = Path(__file__).parents[1] / "tests" / "data"

# Part of the splits that get new building, and the part of the area's population of the last year that lives there.
SPLITS_BUILT, SHARE_BUILT = 0.75, (0.25, 0.45)
# The same for areas that were not split.
OTHERS_BUILT, OTHERS_SHARE = 0.1, (0.02, 0.12)
# Persons a new house, houses a cluster, and how far (m) houses stand from the middle of it.
_HOUSE, _CLUSTER, _SPREAD = 25, 12, 60.0
# Less ground (m²) than this is not built on.
_LEAST_GROUND = 5_000.0


def region_areas(region: str) -> AreaDivision:
    """DeSO 2025 of a region, 584 areas of Göteborgsregionen or 175 of Dalarna."""
    if region == "goteborgsregionen":
        return gi.load_areas("deso/2025")
    return gi.read_areas(TEST_DATA / "dalarna_deso_2025.parquet", level="deso", edition=2025)


def population(region: str, years: Iterable[int], seed: int, *, share: float = 1.0) -> pd.DataFrame:
    """Everybody with a place, a row a person and year, sorted by year and person.

    Parameters
    ----------
    region
        One of ``REGIONS``.
    years
        Within 2010–2025.
    share
        Part of the households to draw, for a quick try.

    Returns
    -------
    pandas.DataFrame
        ``COLUMNS``, as docs/register.md has them; ``x``, ``y`` in EPSG:3006.
    """
    areas = region_areas(region)
    if region == "goteborgsregionen":
        options = {"areas_2018": gi.load_areas("deso/2018")}
    else:
        options = {
            "areas_2018": areas.with_(edition="2018"),
            "tables": pd.read_parquet(DATA / "dalarna_tables_deso_2018.parquet"),
            "grid": pd.read_parquet(DATA / "dalarna_population_grid_1km_2025.parquet"),
        }
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "register"
        gi.synthetic_register(folder, areas_2025=areas, years=years, seed=seed, share=share, **options)
        files = sorted(folder.glob("year=*/persons.parquet"))
        table = ds.dataset(files).to_table(columns=list(COLUMNS), filter=ds.field("x").is_valid())
        return table.to_pandas()


def with_new_building(
    persons: pd.DataFrame, areas: AreaDivision, made: Redrawn, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same persons after new building in areas that ``made`` splits, and in a few that it does not.

    Drawn: which areas (three quarters of the splits, a tenth of the others), the part each new estate stands in, what
    share of the area's last year's population lives there (25–45 %, elsewhere 2–12 %), which of the area's households
    (the young rather than the old), where the houses stand (in clusters of about 300 persons, within 150 m), and the
    year each cluster was built (after the first year given, at the latest the last).

    Returns
    -------
    persons
        As given, with new ``x`` and ``y`` for those in the new houses from the year these were built. Their earlier
        rows in the area are left out: they moved in from outside the region.
    built
        One row an estate: ``old``, ``new`` (codes; the part it stands in), ``split``, ``persons`` (in the last year),
        ``share`` (of the part's population then), ``share_of_area`` (of the old area's).
    """
    rng = np.random.default_rng(seed)
    years = np.unique(persons["year"])
    row = gi.locate(persons[["x", "y"]].to_numpy(), areas)
    last = persons["year"].to_numpy() == years[-1]
    people = np.bincount(row[last & (row >= 0)], minlength=len(areas))
    estates = [
        estate
        for area, share in _sites(areas, made, people, rng)
        if (estate := _estate(areas, made, area, share * people[area], years, rng))
    ]
    x, y = persons["x"].to_numpy().copy(), persons["y"].to_numpy().copy()
    keep = np.ones(len(persons), dtype=bool)
    order = np.argsort(row, kind="stable")
    for estate in estates:
        here = order[
            np.searchsorted(row, estate.area, sorter=order) : np.searchsorted(row, estate.area, "right", sorter=order)
        ]
        _move_in(persons, here, estate, years, rng, x=x, y=y, keep=keep)
    after = persons.assign(x=x, y=y)[keep].reset_index(drop=True)
    return after, _told(after, areas, made, estates, years[-1])


@dataclass(frozen=True, eq=False)
class _Estate:
    """New houses in one part of an area: where each stands, and from what year."""

    area: int
    part: str
    split: bool
    persons: float
    xy: npt.NDArray[np.float64]
    built: npt.NDArray[np.int64]


def _sites(
    areas: AreaDivision, made: Redrawn, people: npt.NDArray[np.int64], rng: np.random.Generator
) -> list[tuple[int, float]]:
    """The areas that get new building, and for what share of their people."""
    told = made.relations[made.relations["side"] == "old"].set_index("code")["relation"]
    split = (told.reindex(areas.codes) == "split").to_numpy() & (people > 0)
    chosen: list[tuple[int, float]] = []
    for rows, part, share in (
        (np.flatnonzero(split), SPLITS_BUILT, SHARE_BUILT),
        (np.flatnonzero(~split & (people > 0)), OTHERS_BUILT, OTHERS_SHARE),
    ):
        some = rng.permutation(rows)[: int(np.ceil(part * len(rows)))]
        chosen += [(int(area), float(rng.uniform(*share))) for area in np.sort(some)]
    return chosen


def _estate(
    areas: AreaDivision,
    made: Redrawn,
    area: int,
    persons: float,
    years: npt.NDArray[np.int64],
    rng: np.random.Generator,
) -> _Estate | None:
    """Houses for so many persons in one part of the area; None where no part has ground to build on."""
    code = str(areas.codes[area])
    parts = made.pieces.loc[made.pieces["old"] == code, "new"].to_numpy(dtype=object)
    for part in rng.permutation(parts):
        target = int(np.searchsorted(made.areas.codes, part))
        ground, new = areas.geometry.iloc[area], made.areas.geometry.iloc[target]
        ground = ground if ground.equals_exact(new) else shapely.intersection(ground, new)
        if areas.display is not None:
            land = shapely.intersection(ground, areas.display.iloc[area])
            ground = land if land.area > 0.1 * ground.area else ground
        if ground.area < _LEAST_GROUND:
            continue
        houses = max(1, round(persons / _HOUSE))
        clusters = -(-houses // _CLUSTER)
        middle = _inside(ground, clusters, rng)
        of = np.minimum(np.arange(houses) // _CLUSTER, clusters - 1)
        xy = np.vstack([_around(ground, middle[c], int((of == c).sum()), rng) for c in range(clusters)])
        built = rng.choice(years[1:], clusters)[of] if len(years) > 1 else np.full(houses, years[0])
        split = made.relations.query("side == 'old' and code == @code")["relation"].iloc[0] == "split"
        return _Estate(area, str(part), bool(split), persons, np.round(xy, 2), built)
    return None


def _inside(ground: shapely.Geometry, number: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Points drawn evenly over some ground."""
    west, south, east, north = ground.bounds
    found = np.empty((0, 2))
    shapely.prepare(ground)
    while len(found) < number:
        xy = np.column_stack([rng.uniform(west, east, 4 * number), rng.uniform(south, north, 4 * number)])
        found = np.vstack([found, xy[shapely.contains_xy(ground, xy)]])
    return found[:number]


def _around(
    ground: shapely.Geometry, middle: npt.NDArray[np.float64], number: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Points around a middle that lie on the ground, at most 2.5 spreads away; the middle itself where none do."""
    offsets = np.clip(rng.standard_normal((20 * number, 2)), -1.7, 1.7) * _SPREAD
    xy = middle + offsets
    xy = xy[shapely.contains_xy(ground, xy)][:number]
    return np.vstack([xy, np.tile(middle, (number - len(xy), 1))])


def _move_in(
    persons: pd.DataFrame,
    here: npt.NDArray[np.int64],
    estate: _Estate,
    years: npt.NDArray[np.int64],
    rng: np.random.Generator,
    *,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    keep: npt.NDArray[np.bool_],
) -> None:
    """Let households of an area live in the new houses from the year these stand; ``x``, ``y``, ``keep`` change."""
    mine = persons.iloc[here][["person", "household", "year", "age"]]
    now = mine[mine["year"] == years[-1]]
    households = now.groupby("household").agg(size=("person", "size"), age=("age", "mean"))
    key = rng.random(len(households)) ** np.clip(households["age"].to_numpy() / 25.0, 0.5, 4.0)
    households = households.iloc[np.argsort(-key, kind="stable")]
    reached = np.cumsum(households["size"].to_numpy())
    households = households[reached - households["size"].to_numpy() < estate.persons]
    place = np.minimum(
        np.cumsum(households["size"].to_numpy()) * len(estate.xy) // int(households["size"].sum() + 1),
        len(estate.xy) - 1,
    )
    house = pd.Series(place, index=households.index)
    movers = now[now["household"].isin(households.index)]
    home = pd.Series(house.loc[movers["household"]].to_numpy(), index=movers["person"])
    moving = mine["person"].isin(home.index).to_numpy()
    at = home.loc[mine["person"].to_numpy()[moving]].to_numpy()
    rows, stands = here[moving], mine["year"].to_numpy()[moving] >= estate.built[at]
    x[rows[stands]], y[rows[stands]] = estate.xy[at[stands]].T
    keep[rows[~stands]] = False


def _told(after: pd.DataFrame, areas: AreaDivision, made: Redrawn, estates: list[_Estate], year: int) -> pd.DataFrame:
    xy = after.loc[after["year"] == year, ["x", "y"]].to_numpy()
    old, new = gi.locate(xy, areas), gi.locate(xy, made.areas)
    rows = []
    for estate in estates:
        living = int(np.isin(xy @ [1.0, 1.0j], estate.xy @ [1.0, 1.0j]).sum())
        part = int((new == np.searchsorted(made.areas.codes, estate.part)).sum())
        rows.append(
            {
                "old": str(areas.codes[estate.area]),
                "new": estate.part,
                "split": estate.split,
                "persons": living,
                "share": living / part,
                "share_of_area": living / int((old == estate.area).sum()),
            }
        )
    return pd.DataFrame(rows)
