"""`place`: every person of a register in an area, and every row accounted for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.parquet as pq

from gisintegration import sql
from gisintegration.areas import AreaDivision
from gisintegration.errors import CRSError, RegisterError
from gisintegration.locate import nearest, places
from gisintegration.progress import ProgressOption, part, reporter
from gisintegration.registers.counting import Edition, count_placed, placement_report, valid_rows
from gisintegration.registers.draw import draw, with_unknown
from gisintegration.registers.folder import WorkFolder
from gisintegration.registers.placement import Placement, PlacementReport, Time, verify
from gisintegration.registers.propose import kommuner
from gisintegration.registers.register import Register

NO_COORDINATE = "no coordinate"
OTHER_CODE = "in a remainder, and the delivered code is none of its areas"
_ENOUGH = 100
Floats = npt.NDArray[np.float64]


def place(
    register: Register,
    areas: Mapping[AreaDivision, Sequence[int]],
    *,
    at: Time = "31 December",
    progress: ProgressOption = None,
) -> Placement:
    r"""Place every person of a register in the areas of one or more editions.

    Each distinct coordinate is located once an edition (:func:`gisintegration.locate.places`). A person's area then
    follows from the coordinate, but for those

    * in a ``remainder``: the area is the delivered ``deso`` code if that is one of the remainder's areas and the
      edition is the one in force that year (``delivered``); else the person is treated as without a place, in the
      remainder's kommun;
    * outside all areas: the nearest area of the registered kommun within ``register.nearest`` metres (``nearest``),
      else in none (``outside``);
    * without a coordinate: by ``register.unplaced`` (``unplaced``).

    The point decides every level, so that levels add up; persons registered in another kommun are counted.

    Parameters
    ----------
    register
        What :func:`read_register` gave.
    areas
        Edition → data years to place in it.
    at
        ``31 December`` of the year, or ``election``: where they lived on the day of the electoral roll, as far as the
        register says (``election_x``, ``election_y``, ``election_kommun``), else as on 31 December.
    progress
        True, or a callable ``(fraction, message)``.

    Returns
    -------
    Placement
        Its report holds rows in = located + delivered + nearest + unplaced + outside + rejected, checked a year and
        in all.

    Raises
    ------
    RegisterError
        No edition, an edition twice, or a year that the register does not have.
    CRSError
        Fewer than half of the points lie in the kommun their persons are registered in.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> from gisintegration.registers import read_register
    >>> from gisintegration.testing import grid_areas
    >>> areas = grid_areas(2, 1)
    >>> x, y = areas.geometry.iloc[1].centroid.coords[0]
    >>> path = Path(tempfile.mkdtemp()) / "p.csv"
    >>> head, kommun = "person,year,kommun,sex,age,x,y", areas.parent("kommun")[0]
    >>> _ = path.write_text(f"{head}\n1,2023,{kommun},men,40,{x},{y}\n2,2023,{kommun},men,40,,\n", "utf-8")
    >>> placement = place(read_register(path, crs=3006), {areas: [2023]})
    >>> placement.report.totals[["located", "unplaced", "rejected", "rows"]].to_dict("records")
    [{'located': 1, 'unplaced': 1, 'rejected': 0, 'rows': 2}]
    """
    report = reporter(progress)
    given = register
    if at == "election":
        register = register.on_election_day()
    editions = _editions(register, areas)
    work = WorkFolder()
    with sql.connect() as con:
        xy = _coordinates(con, register, sorted({year for one in editions for year in one.years}))
        report(0.2, "distinct coordinates")
        found_places, _ = places(xy, [one.areas for one in editions], distinct=True, progress=part(report, 0.2, 0.5))
        columns = {key: one.positions for key, one in found_places.located.items()}
        pq.write_table(found_places.table, work.path / "places.parquet", compression="zstd")
        placement = Placement(
            {one.key: one.areas for one in editions},
            {one.key: one.years for one in editions},
            PlacementReport(pd.DataFrame(), pd.DataFrame(), 0, {}),
            register.unplaced != "centralort",
            work,
            at=at,
        )
        counts, reasons = [], []
        for number, one in enumerate(editions):
            span = part(report, 0.5 + 0.5 * number / len(editions), 0.5 + 0.5 * (number + 1) / len(editions))
            reasons += _exceptions(con, register, one, xy=xy, position=columns[one.key], placement=placement)
            counts += [count_placed(con, given, placement, one, year) for year in one.years]
            span(1.0, f"persons placed in {one.key}")
        found = placement_report(register, counts, reasons)
        valid = {year: valid_rows(con, register, year) for year in register.years}
    verify(found, valid)
    _check_kommun(found, editions)
    return replace(placement, report=found)


def _editions(register: Register, areas: Mapping[AreaDivision, Sequence[int]]) -> list[Edition]:
    if not areas:
        raise RegisterError("No areas were given to place the persons in.", hint="give at least one edition.")
    keys = [one.key for one in areas]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise RegisterError(f"{twice[0]} was given twice.", hint="give each edition once, with all its years.")
    editions = []
    for given, years in areas.items():
        if not len(given):
            raise RegisterError(f"{given.key} has no areas.", hint="check the file and the filter it was read with.")
        for year in years:
            if year not in register.years:
                raise RegisterError.unknown("year", year, register.years, where="the register")
        one = with_unknown(given) if register.unplaced == "separate" else given
        kind = np.asarray(one.table["kind"])
        kommun = kommuner(one)
        rows = np.flatnonzero(kind == "unknown")
        unknown = {} if kommun is None else {str(kommun[row]): int(row) for row in rows}
        editions.append(Edition(one, tuple(sorted(set(years))), kommun, kind == "remainder", unknown))
    return editions


def _coordinates(con: duckdb.DuckDBPyConnection, register: Register, years: Sequence[int]) -> Floats:
    if not register.has_points or not years:
        return np.empty((0, 2))
    rows = " union all ".join(register.select(["x", "y"], year) for year in years)
    found = con.execute(f"select distinct x, y from ({rows}) where x is not null order by x, y").fetchnumpy()
    return np.column_stack([np.asarray(found["x"], dtype=np.float64), np.asarray(found["y"], dtype=np.float64)])


def _exceptions(
    con: duckdb.DuckDBPyConnection,
    register: Register,
    one: Edition,
    *,
    xy: Floats,
    position: npt.NDArray[np.int32],
    placement: Placement,
) -> list[tuple[str, int, str, int]]:
    """Write the exceptions of an edition, a file a year. Returns persons without a place by reason."""
    in_remainder = np.flatnonzero((position >= 0) & one.remainder[np.maximum(position, 0)])
    outside = np.flatnonzero(position < 0)
    _table(con, "outside", {"x": xy[outside, 0], "y": xy[outside, 1]})
    _table(con, "odd", {"x": xy[in_remainder, 0], "y": xy[in_remainder, 1], "at": position[in_remainder]})
    _table(con, "near", _near(con, register, one))
    reasons = []
    for year in one.years:
        persons = con.execute(_odd_persons(register, year)).df()
        table, why = _resolve(register, one, year, persons)
        con.register("exception_rows", table)
        con.execute(
            "copy (select * from exception_rows order by person) to "
            f"{sql.literal(placement.exceptions_file(one.key, year))} (format parquet, compression zstd)"
        )
        con.unregister("exception_rows")
        reasons += [(one.key, year, reason, number) for reason, number in why.items()]
    return reasons


def _table(con: duckdb.DuckDBPyConnection, name: str, columns: object) -> None:
    con.register("given", columns)
    con.execute(f"create or replace temp table {name} as select * from given")
    con.unregister("given")


def _near(con: duckdb.DuckDBPyConnection, register: Register, one: Edition) -> pd.DataFrame:
    """Coordinates outside all areas, with a kommun of registration that has an area near enough."""
    empty = pd.DataFrame({"x": [0.0], "y": [0.0], "kommun": [""], "at": np.zeros(1, dtype=np.int32)}).iloc[:0]
    if not register.has_points or register.nearest == 0 or one.kommun is None or not one.years:
        return empty
    rows = " union all ".join(register.select(["x", "y", "kommun"], year) for year in one.years)
    found = con.execute(
        f"select distinct x, y, r.kommun from ({rows}) r semi join outside using (x, y) order by all"
    ).df()
    found = found[found["kommun"].isin(one.kommuner)].reset_index(drop=True)
    if found.empty:
        return empty
    at, _ = nearest(
        found[["x", "y"]].to_numpy(dtype=np.float64),
        one.areas,
        kommun=found["kommun"].to_numpy(dtype=object),
        max_distance=register.nearest,
    )
    return found.assign(at=at)[at >= 0]


def _odd_persons(register: Register, year: int) -> str:
    """SELECT of the persons of a year without a coordinate, in a remainder, or near an area."""
    delivered = "r.deso" if "deso" in register.variables else "null::varchar"
    columns = ["person", "kommun", *(["deso"] if "deso" in register.variables else [])]
    if not register.has_points:
        rows = register.select(columns, year)
        return f"select person, kommun, {delivered} as deso, -1 as at, 'none' as why from ({rows}) r order by person"
    rows = register.select([*columns, "x", "y"], year)
    return (
        f"select r.person, r.kommun, {delivered} as deso, coalesce(odd.at, near.at, -1) as at, "
        "case when r.x is null then 'none' when odd.at is null then 'near' else 'remainder' end as why "
        f"from ({rows}) r left join odd on r.x = odd.x and r.y = odd.y "
        "left join near on r.x = near.x and r.y = near.y and r.kommun = near.kommun "
        "where r.x is null or odd.at is not null or near.at is not null order by r.person"
    )


def _resolve(register: Register, one: Edition, year: int, persons: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    at = persons["at"].to_numpy(dtype=np.int64)
    why = persons["why"].to_numpy(dtype=object)
    area = np.where(why == "near", at, -1).astype(np.int32)
    how = np.where(why == "near", "nearest", "unplaced").astype(object)
    # A point in or near a remainder: only the delivered code says which of its areas it is in.
    unknown = np.flatnonzero((at >= 0) & one.remainder[np.maximum(at, 0)])
    area[unknown], how[unknown] = -1, "unplaced"
    member = _members(one, year)
    codes = persons["deso"].to_numpy(dtype=object)
    delivered = np.array([member.get((at[row], codes[row]), -1) for row in unknown], dtype=np.int32)
    area[unknown[delivered >= 0]] = delivered[delivered >= 0]
    how[unknown[delivered >= 0]] = "delivered"
    lost = np.flatnonzero(how == "unplaced")
    reason = np.where(at[lost] < 0, NO_COORDINATE, OTHER_CODE)
    kommun = persons["kommun"].to_numpy(dtype=object)[lost]
    if one.kommun is not None:
        kommun = np.where(at[lost] >= 0, one.kommun[np.maximum(at[lost], 0)], kommun)
    area[lost] = _without_place(register, one, persons["person"].to_numpy(dtype=object)[lost], kommun)
    because = np.full(len(persons), None, dtype=object)
    because[lost] = reason
    table = pd.DataFrame({"person": persons["person"], "area": area, "how": how, "reason": because})
    table = table.astype({"how": "str", "reason": "str"})
    counted, numbers = np.unique(reason.astype(str), return_counts=True)
    return table, dict(zip(counted.tolist(), numbers.tolist(), strict=True))


def _members(one: Edition, year: int) -> dict[tuple[int, str], int]:
    """(position of a remainder, delivered code) → position of the area, where delivered codes are of this edition."""
    if one.areas.division != "deso" or not one.areas.in_force(year):
        return {}
    where = {str(code): position for position, code in enumerate(one.areas.codes)}
    return {
        (where[remainder], code): where[code]
        for remainder, codes in one.areas.members.items()
        for code in codes
        if code in where
    }


def _without_place(
    register: Register, one: Edition, persons: npt.NDArray[np.object_], kommun: npt.NDArray[np.object_]
) -> npt.NDArray[np.int32]:
    if register.unplaced == "centralort":
        return draw(persons, kommun, one.areas)
    if register.unplaced == "separate":
        return np.array([one.unknown.get(str(code), -1) for code in kommun], dtype=np.int32)
    return np.full(len(persons), -1, dtype=np.int32)


def _check_kommun(report: PlacementReport, editions: Sequence[Edition]) -> None:
    """Refuse points that mostly lie elsewhere than in the kommun of registration: the CRS is wrong."""
    for one in editions:
        table = report.internal[(report.internal["edition"] == one.key) & report.internal["kommun"].isin(one.kommuner)]
        points = int(table[["located", "delivered", "nearest", "outside"]].to_numpy().sum())
        here = int(table["here"].sum())
        if points >= _ENOUGH and here * 2 < points:
            raise CRSError(
                f"Only {here / points:.0%} of the points registered in the kommuner of {one.key} lie in their kommun.",
                hint="the declared CRS is wrong, or x and y are of other columns; leave crs out and run check, which "
                "tries each one.",
            )
