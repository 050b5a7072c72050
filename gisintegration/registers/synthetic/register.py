"""The synthetic register as files: persons of each year, places, dwellings, and a note that says what it is."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from gisintegration.areas.division import AreaDivision
from gisintegration.errors import InputError
from gisintegration.files import atomic
from gisintegration.progress import Progress, ProgressOption, reporter
from gisintegration.registers.synthetic.build import Anchor, make_anchor, run_chain
from gisintegration.registers.synthetic.damage import plant
from gisintegration.registers.synthetic.events import Trace, trace
from gisintegration.registers.synthetic.geography import Geography, points_in_cells, read_geography, read_grid
from gisintegration.registers.synthetic.housing import Units
from gisintegration.registers.synthetic.margins import TABLE_YEAR, Margins, bundled_tables, read_margins
from gisintegration.registers.synthetic.report import SyntheticReport, empty_residuals, residuals
from gisintegration.registers.synthetic.segments import Ints
from gisintegration.registers.synthetic.state import State
from gisintegration.registers.synthetic.table import (
    CHAIN_STEP,
    DWELLING_BASE,
    METADATA,
    PLACE_BASE,
    SYNTHETIC,
    SYNTHETIC_EN,
    Codes,
    Offsets,
    code_names,
    draw_year,
    to_table,
    write,
)
from gisintegration.registers.synthetic.unplaced import FIRST_YEAR, Unplaced, make_unplaced, unplaced_columns

EARLIEST, LATEST = 2010, 2025
THREADS = 2
BACKWARD, FORWARD = 1, 2


def synthetic_register(
    out: str | Path,
    *,
    areas_2018: AreaDivision,
    areas_2025: AreaDivision,
    years: Iterable[int] = range(2018, 2025),
    seed: int = 1,
    share: float = 1.0,
    grid: pd.DataFrame | None = None,
    tables: pd.DataFrame | None = None,
    bad_rows: int = 0,
    progress: ProgressOption = None,
) -> SyntheticReport:
    """Write a register of persons who do not exist, whose numbers are the published ones.

    In 2022 the placed persons of every area equal the published population, 17 age groups, region of birth, background,
    type of house and education (25–64); labour status, households, tenure and low economic standard come as near as
    the tables agree with each other. Other years are reached from there by births, deaths, moves and immigration.
    What is drawn, and how, is written in docs/synthetic.md.

    Parameters
    ----------
    out
        Folder to write: ``year=YYYY/persons.parquet``, ``_places.parquet``, ``_dwellings.parquet``, ``README.md``.
        It is replaced whole.
    areas_2018
        The areas of the tables, EPSG:3006. Areas without a polygon must be members of a ``remainder``.
    areas_2025
        The later edition, whose polygons cover the same land; its display geometry, if any, is taken for land.
    years
        Which years to write, within 2010–2025.
    seed
        Same seed, same bytes.
    share
        Part of the households to draw, in (0, 1]; below 1 nothing is exact.
    grid
        Inhabited squares of 1 km: columns ``e`` and ``n`` (centre, metres) and ``befolkning…``. None: clusters.
    tables
        Published tables as in ``data/goteborgsregionen/tables_deso_2018.parquet``, which is the default.
    bad_rows
        How many bad rows to plant, spread over the years; the report lists them.
    progress
        True for a bar, or a callable ``(fraction, message)``.

    Returns
    -------
    SyntheticReport
        Rows and unplaced persons per year, planted rows, and the residual of each margin as ``.table``.

    Raises
    ------
    InputError
        A year, share or count is out of range, or a table or grid lacks a column.
    CodeError, RegisterError, GeometryError
        The tables and the areas do not fit together.

    Examples
    --------
    >>> import tempfile, gisintegration as gi
    >>> report = synthetic_register(
    ...     tempfile.mkdtemp() + "/register", areas_2018=gi.load_areas("deso/2018"),
    ...     areas_2025=gi.load_areas("deso/2025"), years=[2022], share=0.01)
    >>> report.years
    (2022,)
    """
    wanted = _check(years, share, bad_rows)
    report = reporter(progress)
    report(0.0, "reading tables and areas")
    margins = read_margins(bundled_tables() if tables is None else tables)
    squares = None if grid is None else read_grid(grid)
    root = np.random.SeedSequence(seed)
    for_area, for_anchor, for_points, for_back, for_on, for_unplaced, for_years, for_damage = root.spawn(8)
    geography = read_geography(margins.codes, areas_2018, areas_2025, np.random.default_rng(for_area))
    report(0.03, "drawing persons, households and dwellings")
    # A year tells how persons came and left, so the years beside it are made too.
    made = range(wanted[0] - 1, wanted[-1] + 2)
    anchor = make_anchor(margins, geography, made, for_anchor, share=share)
    report(0.12, "placing dwellings")
    x, y = points_in_cells(geography, anchor.sites.cell, for_points, grid=squares, threads=THREADS)
    codes = _codes(margins, geography, anchor, x, y)
    unplaced = make_unplaced(
        codes.kommun_of_area, anchor.target[TABLE_YEAR], len(codes.kommuner), np.random.default_rng(for_unplaced)
    )
    with atomic(out) as folder:
        writer = _Writer(
            folder,
            wanted,
            margins=margins,
            codes=codes,
            anchor=anchor,
            unplaced=unplaced,
            seeds=_per_year(for_years),
            damage=_per_year(for_damage),
            bad_rows=bad_rows,
            exact=share == 1.0,
            report=report,
        )
        units = _run(anchor, geography, wanted, writer, seeds=(for_back, for_on), kommun=codes.kommun_of_area)
        writer.finish(units)
    report(1.0, f"wrote {out}")
    return SyntheticReport(
        path=Path(out),
        years=tuple(wanted),
        rows=dict(sorted(writer.rows.items())),
        unplaced={year: len(unplaced.kommun) for year in wanted},
        planted=tuple(entry for year in wanted for entry in writer.planted.get(year, [])),
        table=writer.residuals,
    )


def _check(years: Iterable[int], share: float, bad_rows: int) -> list[int]:
    wanted = sorted({int(year) for year in years})
    if not wanted or wanted[0] < EARLIEST or wanted[-1] > LATEST:
        raise InputError(
            f"The synthetic register cannot be written for the years {wanted or 'none'}.",
            hint=f"choose years within {EARLIEST}–{LATEST}.",
        )
    if not 0 < share <= 1:
        raise InputError(f"share={share} is not a part of the households.", hint="give a number above 0, at most 1.")
    if bad_rows < 0:
        raise InputError(f"bad_rows={bad_rows} is negative.", hint="give 0 or a number of rows to plant.")
    return wanted


def _codes(margins: Margins, geography: Geography, anchor: Anchor, x: Ints, y: Ints) -> Codes:
    kommuner, kommun = np.unique([str(code)[:4] for code in margins.codes], return_inverse=True)
    return Codes(
        kommuner=[str(code) for code in kommuner],
        kommun_of_area=kommun,
        earlier=[str(code) for code in margins.codes],
        later=[str(code) for code in geography.cell_codes],
        cell_of_place=anchor.sites.cell,
        x=x,
        y=y,
    )


def _per_year(seed: np.random.SeedSequence) -> dict[int, np.random.SeedSequence]:
    """A seed for each year there can be, the same whichever years are written."""
    years = range(FIRST_YEAR, LATEST + 1)
    return dict(zip(years, seed.spawn(len(years)), strict=True))


@dataclass(eq=False)
class _Writer:
    """Turns states into files; called from several threads, one year each."""

    folder: Path
    years: list[int]
    _: KW_ONLY
    margins: Margins
    codes: Codes
    anchor: Anchor
    unplaced: Unplaced
    seeds: dict[int, np.random.SeedSequence]
    damage: dict[int, np.random.SeedSequence]
    bad_rows: int
    exact: bool
    report: Progress
    rows: dict[int, int] = field(default_factory=dict)
    planted: dict[int, list[dict[str, object]]] = field(default_factory=dict)
    residuals: pd.DataFrame = field(default_factory=empty_residuals)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def write_year(self, state: State, beside: tuple[Trace, Trace], chain: int) -> None:
        anchor = self.anchor.state
        offsets = Offsets(
            len(anchor.people), len(self.anchor.homes.household_size), len(anchor.units), chain * CHAIN_STEP
        )
        seeds = self.seeds[state.year].spawn(2)
        columns, drawn = draw_year(
            state, beside, self.margins, codes=self.codes, offsets=offsets, seed=seeds[0], exact=self.exact
        )
        if state.year == TABLE_YEAR and self.exact:
            self.residuals = residuals(self.margins, state, drawn)
        del drawn
        lost = unplaced_columns(self.unplaced, state.year, self.codes, np.random.default_rng(seeds[1]))
        table = pa.concat_tables([to_table(columns), to_table(lost)]).unify_dictionaries()
        number, position = self._bad_rows(state.year)
        table, planted = plant(table, position, number, np.random.default_rng(self.damage[state.year]))
        write(table, self.folder / f"year={state.year}" / "persons.parquet")
        with self.lock:
            self.rows[state.year] = len(table)
            self.planted[state.year] = planted
            self.report(0.2 + 0.75 * len(self.rows) / len(self.years), f"wrote {state.year}")

    def _bad_rows(self, year: int) -> tuple[int, int]:
        index, number = self.years.index(year), len(self.years)
        first = self.bad_rows * index // number
        return self.bad_rows * (index + 1) // number - first, first

    def finish(self, units: dict[int, Units]) -> None:
        codes = self.codes
        area_of_place = _area_of_place(units, len(codes.x))
        used = np.flatnonzero(area_of_place >= 0)
        places = pa.table(
            {
                "place": pa.array(used.astype(np.int64) + PLACE_BASE),
                "x": pa.array(codes.x[used]),
                "y": pa.array(codes.y[used]),
                "kommun": pa.array(
                    [codes.kommuner[k] for k in codes.kommun_of_area[area_of_place[used]]]
                ).dictionary_encode(),
                "deso_2018": pa.array([codes.earlier[a] for a in area_of_place[used]]).dictionary_encode(),
            }
        )
        write(places.replace_schema_metadata(METADATA), self.folder / "_places.parquet")
        write(self._dwellings(units), self.folder / "_dwellings.parquet")
        (self.folder / "README.md").write_text(
            _README.format(first=self.years[0], last=self.years[-1]), encoding="utf-8"
        )

    def _dwellings(self, units: dict[int, Units]) -> pa.Table:
        """Every dwelling of the table year, vacant ones too, those built since, and those that were gone by then."""
        own = len(self.anchor.state.units)
        parts = []
        for chain, stock in sorted(units.items()):
            rows = np.flatnonzero(stock.linked)
            rows = rows if chain == min(units) else rows[rows >= own]
            moved = np.where(rows >= own, chain * CHAIN_STEP, 0)
            parts.append(
                pa.table(
                    {
                        "dwelling": pa.array(rows.astype(np.int64) + DWELLING_BASE + moved),
                        "place": pa.array(stock.place[rows].astype(np.int64) + PLACE_BASE),
                        "deso_2018": _names(stock.area[rows], self.codes.earlier),
                        "tenure": _names(stock.tenure[rows], code_names("tenure")),
                        "house_type": _names(stock.house[rows], code_names("house_type")),
                        "rooms": pa.array(stock.rooms[rows]),
                        "living_area": pa.array(stock.living_area[rows]),
                        "built": pa.array(stock.built[rows], mask=stock.built[rows] == 0),
                        "until": pa.array(
                            np.full(len(rows), TABLE_YEAR - 1, dtype=np.int16), mask=(chain != BACKWARD) | (rows < own)
                        ),
                    }
                )
            )
        return pa.concat_tables(parts).unify_dictionaries().replace_schema_metadata(METADATA)


def _names(values: Ints, names: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(values.astype(np.int16)), pa.array(names))


def _area_of_place(units: dict[int, Units], places: int) -> Ints:
    """The area of each place that has a unit, -1 for the unused."""
    area = np.full(places, -1, dtype=np.int64)
    for _, stock in sorted(units.items()):
        area[stock.place] = stock.area
    return area


def _run(
    anchor: Anchor,
    geography: Geography,
    years: list[int],
    writer: _Writer,
    *,
    seeds: tuple[np.random.SeedSequence, np.random.SeedSequence],
    kommun: Ints,
) -> dict[int, Units]:
    """Step both ways from the table year, writing each wanted year as soon as it and the years beside it are known."""
    back = list(range(TABLE_YEAR - 1, years[0] - 2, -1))
    on = list(range(TABLE_YEAR + 1, years[-1] + 2))
    units = {0: anchor.state.units}
    waiting: dict[int, tuple[State, int]] = {}
    traces: dict[int, Trace] = {}
    written: list[Future[None]] = []
    lock = threading.Lock()
    with ThreadPoolExecutor(THREADS) as pool:

        def known(state: State, chain: int) -> None:
            with lock:
                traces[state.year] = trace(state)
                if state.year in years:
                    waiting[state.year] = (state, chain)
                    units[chain] = state.units
                for year in (state.year - 1, state.year, state.year + 1):
                    if year in waiting and year - 1 in traces and year + 1 in traces:
                        whole, of = waiting.pop(year)
                        beside = traces[year - 1], traces[year + 1]
                        written.append(pool.submit(writer.write_year, whole, beside, of))

        def chain_of(direction: int, stretch: list[int], seed: np.random.SeedSequence) -> None:
            run_chain(anchor, geography, stretch, seed, lambda state: known(state, direction), kommun=kommun)

        known(anchor.state, 0)
        chains = [
            pool.submit(chain_of, direction, stretch, seed)
            for direction, stretch, seed in ((BACKWARD, back, seeds[0]), (FORWARD, on, seeds[1]))
            if stretch
        ]
        for future in chains:
            future.result()
        for each in written:
            each.result()
    return units


_README = f"""{SYNTHETIC.upper()}
{SYNTHETIC_EN.upper()}

Register {{first}}–{{last}}, made by gisintegration. No row describes a person: the persons, households, dwellings and
coordinates are drawn by chance. Per DeSO 2018 the counts of 2022 agree with SCB's published tables (Källa: SCB, CC0);
everything else is invented. What is exact and what is not is written in docs/synthetic.md.

year=YYYY/persons.parquet   one row a person and year, sorted by person; columns as in docs/register.md
_places.parquet             distinct coordinates, EPSG:3006 (SWEREF 99 TM), metres
_dwellings.parquet          dwellings, vacant ones too; built, until: first and last year where not standing all along
"""
