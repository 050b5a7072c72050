"""Points to areas: this engine and its peers in one run, on the same points; what they answer is compared one by one.

    python benchmarks/locate.py [--points 10000000] [--sample 1000000]

Peers that are slow get a sample of the points, and the report says so; their rates are per point either way. Peers get their
points made beforehand, and the time for that is told apart. This engine's times are the best of some tries, since they
are short; a peer's is of one. Not a test: figures depend on the
machine and on what else it does.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="bench-locate-")

import geopandas as gpd
import numba
import numpy as np
import numpy.typing as npt
import shapely
from nation import nation, people

import gisintegration as gi
from gisintegration.locate import boundaries, grid, store
from gisintegration.locate.engine import Engine

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
THREADS = grid.threads()


@numba.njit(nogil=True)
def _read_a_cell(px, py, cells, x0, y0, inverse, width, height, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for index in range(len(px)):
        i, j = int((px[index] - x0) * inverse), int((py[index] - y0) * inverse)
        out[index] = cells[j * width + i] if 0 <= i < width and 0 <= j < height else -1


def main() -> None:
    """Measure on the nation and on the region."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--points", type=int, default=10_000_000)
    options.add_argument("--sample", type=int, default=1_000_000)
    given = options.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, {THREADS} threads; load {os.getloadavg()[0]:.1f} at the start"
    )
    began = time.perf_counter()
    made = nation()
    xy = people(made, given.points)
    print(f"\nA made-up nation (in {time.perf_counter() - began:.1f} s)")
    measure(made, xy, given.sample)
    region = gi.load_areas("deso/2025")
    west, south, east, north = region.geometry.total_bounds
    print("\nGöteborgsregionen, DeSO 2025; points spread evenly over its bounds")
    rng = np.random.default_rng(3)
    measure(region, np.round(rng.uniform((west, south), (east, north), (given.points, 2))), given.sample)


# ruff: noqa: E501 — one line of output is one line here
def measure(areas: gi.AreaDivision, xy: Floats, sample: int) -> None:
    """Build, place, the floor, and the peers."""
    polygons = areas.geometry.to_numpy()
    bounds = boundaries.boundaries(polygons)
    print(f"{len(areas)} areas, {len(bounds.vertices):,} vertices, {len(xy):,} points in random order")
    Engine(shapely.box([0.0], [0.0], [1.0], [1.0])).place(xy[:1, 0], xy[:1, 1])  # compiled, or compiled code read
    build = min(_time(lambda: grid.build(boundaries.boundaries(polygons))) for _ in range(3))
    memory = _extra_memory(lambda: grid.build(boundaries.boundaries(polygons)))
    index = grid.build(bounds)
    print(
        f"build {build:.2f} s, boundaries read included; index {index.nbytes / 1e6:.0f} MB; most memory while building {memory}"
    )
    file = Path(os.environ["XDG_CACHE_HOME"]) / "bench.grid"
    store.save(index, file)
    load = _time(lambda: store.load(file))
    hashed = _time(lambda: boundaries.boundaries(polygons).digest())
    print(f"load {load:.2f} s, checked whole; boundaries read and hashed to find it {hashed:.2f} s")
    engine = Engine.__new__(Engine)
    engine.grid = store.load(file)
    engine.place(xy[:, 0], xy[:, 1])
    took = min(_time(lambda: engine.place(xy[:, 0], xy[:, 1])) for _ in range(5))
    memory = _extra_memory(lambda: engine.place(xy[:, 0], xy[:, 1]))
    found = engine.place(xy[:, 0], xy[:, 1])
    print(
        f"locate {took:.2f} s, {len(xy) / took / 1e6:.1f} M points/s; memory beyond the points {memory}, "
        f"{found.positions.nbytes / 1e6:.0f} MB of it the answer; {found.placed:,} placed, {found.on_border:,} on a border"
    )
    ordered = xy[np.lexsort((xy[:, 0] // 512, xy[:, 1] // 512))]
    sorted_took = min(_time(lambda: engine.place(ordered[:, 0], ordered[:, 1])) for _ in range(2))
    print(f"locate, points sorted by 512 m cell {sorted_took:.2f} s, {len(xy) / sorted_took / 1e6:.1f} M points/s")
    floor = _floor(index, xy)
    print(
        f"floor (cell computed, one int32 read, {THREADS} threads) {floor:.2f} s: locate takes {took / floor:.1f} times that"
    )
    rate, with_build = len(xy) / took, len(xy) / (took + build)
    for name, peer in PEERS.items():
        _against(name, peer, polygons, xy, sample, found.positions, rate, with_build)


def _against(
    name: str,
    peer: Callable[..., tuple[Ints, float, float] | None],
    polygons: npt.NDArray[np.object_],
    xy: Floats,
    sample: int,
    positions: npt.NDArray[np.int32],
    rate: float,
    with_build: float,
) -> None:
    points = xy[:sample]
    answer = peer(polygons, points)
    if answer is None:
        print(f"{name}: not installed")
        return
    placed, prepared, took = answer
    mine = positions[: len(points)]
    differing = np.flatnonzero(placed != mine)
    # Peers say nothing or several areas for a point on a border, as their predicate has it.
    border = np.zeros(len(points), dtype=bool)
    if len(differing):
        tree = shapely.STRtree(shapely.boundary(polygons))
        near = shapely.points(points[differing])
        border[differing[np.unique(tree.query(near, predicate="dwithin", distance=0.0)[0])]] = True
    wrong = int((~border[differing]).sum())
    theirs = len(points) / took
    print(
        f"{name}: {len(points):,} points in {took:.2f} s ({theirs / 1e6:.2f} M points/s; points made in {prepared:.2f} s); "
        f"disagrees on {wrong} points and {len(differing) - wrong} on borders; "
        f"this engine {rate / theirs:.0f} times as fast, {with_build / theirs:.1f} with the build"
    )


def _sjoin(polygons: npt.NDArray[np.object_], xy: Floats) -> tuple[Ints, float, float]:
    start = time.perf_counter()
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1], crs=3006))
    made = time.perf_counter() - start
    frame = gpd.GeoDataFrame(geometry=polygons, crs=3006)
    start = time.perf_counter()
    joined = gpd.sjoin(points, frame, predicate="within", how="inner")
    took = time.perf_counter() - start
    return _lowest(joined.index.to_numpy(), joined["index_right"].to_numpy(), len(xy)), made, took


def _strtree(polygons: npt.NDArray[np.object_], xy: Floats) -> tuple[Ints, float, float]:
    start = time.perf_counter()
    points = shapely.points(xy)
    made = time.perf_counter() - start
    start = time.perf_counter()
    point, area = shapely.STRtree(polygons).query(points, predicate="intersects")
    took = time.perf_counter() - start
    return _lowest(point, area, len(xy)), made, took


def _sedonadb(polygons: npt.NDArray[np.object_], xy: Floats) -> tuple[Ints, float, float] | None:
    if find_spec("sedonadb") is None:
        return None
    import sedonadb  # noqa: PLC0415 — installed or not

    con = sedonadb.connect()
    start = time.perf_counter()
    frame = gpd.GeoDataFrame({"point": np.arange(len(xy))}, geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]))
    con.create_data_frame(frame).to_view("points")
    made = time.perf_counter() - start
    con.create_data_frame(gpd.GeoDataFrame({"area": np.arange(len(polygons))}, geometry=polygons)).to_view("areas")
    start = time.perf_counter()
    query = "select p.point, a.area from points p join areas a on st_within(p.geometry, a.geometry)"
    joined = con.sql(query).to_arrow_table()
    took = time.perf_counter() - start
    return _lowest(joined["point"].to_numpy(), joined["area"].to_numpy(), len(xy)), made, took


def _duckdb(polygons: npt.NDArray[np.object_], xy: Floats) -> tuple[Ints, float, float] | None:
    import duckdb  # noqa: PLC0415 — beside the other peers

    con = duckdb.connect(config={"autoinstall_known_extensions": False})
    try:
        con.execute("load spatial")
    except duckdb.Error:
        return None
    con.register("wkb", {"area": np.arange(len(polygons)), "shape": shapely.to_wkb(polygons)})
    con.execute("create table areas as select area, st_geomfromwkb(shape) as shape from wkb")
    con.register("xy", {"point": np.arange(len(xy)), "x": xy[:, 0], "y": xy[:, 1]})
    start = time.perf_counter()
    con.execute("create table points as select point, st_point(x, y) as shape from xy")
    made = time.perf_counter() - start
    start = time.perf_counter()
    query = "select p.point, a.area from points p join areas a on st_intersects(a.shape, p.shape)"
    joined = con.execute(query).fetchnumpy()
    took = time.perf_counter() - start
    return _lowest(joined["point"], joined["area"], len(xy)), made, took


PEERS: dict[str, Callable[..., tuple[Ints, float, float] | None]] = {
    "geopandas.sjoin within": _sjoin,
    "shapely STRtree intersects": _strtree,
    "SedonaDB st_within": _sedonadb,
    "DuckDB spatial st_intersects": _duckdb,
}


def _lowest(point: Ints, area: Ints, count: int) -> Ints:
    lowest = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(lowest, point, area)
    return np.where(lowest == np.iinfo(np.int64).max, -1, lowest)


def _floor(index: grid.Grid, xy: Floats) -> float:
    """What a loop takes that computes the cell of each point and reads one int32, with as many threads."""
    x0, y0, step, width = index.frame[:4]
    out = np.empty(len(xy), dtype=np.int32)
    height = len(index.top) // int(width)

    def read(piece: slice) -> None:
        _read_a_cell(
            xy[piece, 0], xy[piece, 1], index.top, x0, y0, 1 / (step * grid.STEPS), int(width), height, out[piece]
        )

    read(slice(0, 1))
    pieces = [slice(start, start + 500_000) for start in range(0, len(xy), 500_000)]
    with ThreadPoolExecutor(THREADS) as pool:
        return min(_time(lambda: list(pool.map(read, pieces))) for _ in range(5))


def _time(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def _extra_memory(function: Callable[[], object]) -> str:
    """Most memory beyond what was held before, while the function ran; Linux tells."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return "not known"
    before = _status("VmRSS")
    function()
    return f"{_status('VmHWM') - before:.0f} MB"


def _status(name: str) -> float:
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1e3


if __name__ == "__main__":
    main()
