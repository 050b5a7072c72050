"""Where the persons of a register belong: places, exceptions, and how many of each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gisintegration import sql
from gisintegration.areas import AreaDivision
from gisintegration.errors import GisIntegrationError, RegisterError
from gisintegration.registers.folder import WorkFolder
from gisintegration.registers.register import Register
from gisintegration.registers.report import masked_all, masked_parts, plain

Time = Literal["31 December", "election"]
#: How a person came to an area, in the order of the identity.
HOW = ("located", "delivered", "nearest", "unplaced", "outside")
_NO_EXCEPTIONS = pa.schema(
    {
        "edition": pa.string(),
        "year": pa.int32(),
        "person": pa.null(),
        "area": pa.int32(),
        "how": pa.string(),
        "reason": pa.string(),
    }
).empty_table()


@dataclass(frozen=True)
class PlacementReport:
    """How many persons came to their areas in which way. Text and manifest show counts 1–19 as ``<20``.

    Where some of the ways has so few, the largest is told as ``≥`` a multiple of 20: all ways make up the rows, so the
    few would be what is left.

    Parameters
    ----------
    internal
        One row an edition, year and kommun of registration with exact counts: ``edition``, ``year``, ``kommun``,
        the columns of :data:`HOW`, and ``mismatch``: persons whose area lies in another kommun than they are
        registered in (they are among the others). For the run's internal log only.
    reasons
        Persons without a place by reason, exact: ``edition``, ``year``, ``reason``, ``persons``.
    rows, rejected
        Rows of the register's population that were read, and those of them that were refused, by year (None: the
        year cannot be read).
    """

    internal: pd.DataFrame
    reasons: pd.DataFrame
    rows: int
    rejected: Mapping[int | None, int]

    @property
    def totals(self) -> pd.DataFrame:
        """Exact counts an edition and year, with ``rejected`` and ``rows`` = all of them."""
        grouped = self.internal.groupby(["edition", "year"], as_index=False)[[*HOW, "mismatch"]].sum()
        grouped["rejected"] = [self.rejected.get(int(year), 0) for year in grouped["year"]]
        grouped["rows"] = grouped[[*HOW, "rejected"]].sum(axis=1)
        return grouped

    def manifest(self) -> list[dict[str, Any]]:
        """Totals an edition and year for the run's manifest, 1–19 as ``"<20"`` and then the largest as ``"≥380"``."""
        return [
            {"edition": row["edition"], "year": int(row["year"])}
            | masked_all({"rows": int(row["rows"])})
            | masked_parts({name: int(row[name]) for name in (*HOW, "rejected")})
            | masked_all({"mismatch": int(row["mismatch"])})
            for row in self.totals.to_dict("records")
        ]

    def __str__(self) -> str:
        lines = []
        for row in self.manifest():
            parts = " + ".join(f"{plain(row[name])} {name}" for name in (*HOW, "rejected"))
            lines.append(f"{row['edition']} {row['year']}: {plain(row['rows'])} rows = {parts}")
            if row["mismatch"]:
                lines.append(f"  {plain(row['mismatch'])} in another kommun than registered")
        if unread := self.rejected.get(None, 0):
            lines.append(f"rejected without a readable year: {plain(unread)}")
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class Placement:
    """Every coordinate of a register in its areas, and the persons whose area does not follow from their coordinate.

    Made by :func:`place`. What it holds is raw: it gives away where persons live.

    Parameters
    ----------
    areas
        Edition key → the edition that positions refer to. Under ``separate`` it has a row more for each kommun.
    years
        Edition key → the data years placed in it.
    report
        How many persons came to their areas in which way.
    needs_residual
        Persons without a place are in no area of their kommun (``separate``, ``exclude``): what is left when the
        areas are taken from the kommun is those persons. Only the policy ``internal``, or one that the residual
        passes, may publish it.
    keyed
        Persons were placed by their key of property or address instead of by coordinates (:func:`place_by_key`).
    at
        ``31 December`` of the year, or the day of the ``election``: whose coordinates persons were placed by.
    """

    areas: Mapping[str, AreaDivision]
    years: Mapping[str, tuple[int, ...]]
    report: PlacementReport
    needs_residual: bool
    work: WorkFolder = field(repr=False)
    keyed: bool = False
    at: Time = "31 December"

    @property
    def places(self) -> pd.DataFrame:
        """Distinct coordinates ``x``, ``y`` (metres, EPSG:3006), ascending, and an int32 column for each edition key.

        A position in the edition's codes, or −1 outside all areas. Placed by key: ``place`` instead of x and y.
        """
        table: pd.DataFrame = pq.read_table(self.places_file).to_pandas()
        return table

    @property
    def exceptions(self) -> pa.Table:
        """Persons whose area does not follow from their coordinate alone: edition, year, person, area, how, reason."""
        tables = [_NO_EXCEPTIONS]
        for key, years in self.years.items() if not self.keyed else []:
            for year in years:
                table = pq.read_table(self.exceptions_file(key, year))
                table = table.add_column(0, "year", pa.array([year] * len(table), pa.int32()))
                tables.append(table.add_column(0, "edition", pa.array([key] * len(table), pa.string())))
        return pa.concat_tables(tables, promote_options="permissive")

    @property
    def places_file(self) -> str:
        """Parquet file of :attr:`places`."""
        return str(self.work.path / "places.parquet")

    def exceptions_file(self, key: str, year: int) -> str:
        """Parquet file of the exceptions of an edition and year: person, area, how, reason; ascending by person."""
        return str(self.work.path / f"exceptions-{key.replace('/', '-')}-{year}.parquet")


def placed_sql(
    register: Register, placement: Placement, areas: AreaDivision | str, year: int, columns: Sequence[str]
) -> str:
    """SELECT of the persons of one year with the area they belong to.

    Runs on any DuckDB connection, for as long as ``register`` and ``placement`` exist.

    Parameters
    ----------
    register, placement
        A register and where its persons belong.
    areas
        The edition, or its key ``"deso/2025"``.
    year
        One of the years placed in it.
    columns
        Variables of the register.

    Returns
    -------
    str
        A SELECT of ``columns`` and then ``area`` (int32, position in ``placement.areas[key].codes``; −1 in none),
        ``how`` (one of :data:`HOW`) and ``coordinate_type`` (null where the register does not say).

    Raises
    ------
    RegisterError
        The edition or year was not placed, or the register lacks a column.
    """
    key = areas if isinstance(areas, str) else areas.key
    if placement.at == "election":
        register = register.on_election_day()
    if key not in placement.years:
        raise RegisterError.unknown("edition", key, placement.years, where="the placement")
    if year not in placement.years[key]:
        raise RegisterError.unknown("year", year, placement.years[key], where=f"the placement on {key}")
    found_by = ["x", "y"] if register.has_points else []
    needed = ["place"] if placement.keyed else ["person", *found_by]
    kind = ["coordinate_type"] if "coordinate_type" in register.variables else []
    rows = register.select(list(dict.fromkeys([*columns, *needed, *kind])), year)
    wanted = "".join(f"r.{sql.name(name)}, " for name in columns)
    coordinate_type = ", r.coordinate_type" if kind else ", null::varchar as coordinate_type"
    if "coordinate_type" in columns:
        coordinate_type = ""
    places = f"(select *, {sql.name(key)} as area from read_parquet({sql.literal(placement.places_file)}))"
    if placement.keyed:
        return (
            f"select {wanted}coalesce(p.area, -1)::integer as area, case when r.place is null then 'unplaced' "
            f"when coalesce(p.area, -1) < 0 then 'outside' else 'located' end as how{coordinate_type} "
            f"from ({rows}) r left join {places} p on cast(r.place as varchar) = p.place"
        )
    exceptions = f"left join read_parquet({sql.literal(placement.exceptions_file(key, year))}) e on r.person = e.person"
    if not register.has_points:
        return (
            f"select {wanted}coalesce(e.area, -1)::integer as area, 'unplaced' as how{coordinate_type} "
            f"from ({rows}) r {exceptions}"
        )
    return (
        f"select {wanted}coalesce(e.area, p.area, -1)::integer as area, coalesce(e.how, case when r.x is null "
        f"then 'unplaced' when p.area < 0 then 'outside' else 'located' end) as how{coordinate_type} "
        f"from ({rows}) r left join {places} p on r.x = p.x and r.y = p.y {exceptions}"
    )


def verify(report: PlacementReport, valid: Mapping[int, int]) -> None:
    """Check that every row of the register is accounted for, a year and in all.

    Parameters
    ----------
    valid
        Valid rows of each year, counted in the register itself.

    Raises
    ------
    GisIntegrationError
        Rows in ≠ located + delivered + nearest + unplaced + outside + rejected. This is a defect of the toolkit.
    """
    wrong = [
        {"edition": row["edition"], "year": int(row["year"]), "rows": valid[int(row["year"])], "placed": placed}
        for row in report.totals.to_dict("records")
        if (placed := sum(int(row[name]) for name in HOW)) != valid[int(row["year"])]
    ]
    everything = sum(valid.values()) + sum(report.rejected.values())
    if everything != report.rows:
        wrong.append({"edition": "register", "year": "all", "rows": report.rows, "placed": everything})
    if wrong:
        raise GisIntegrationError(
            "Persons were lost or counted twice while they were placed in areas.",
            hint="this is a defect of the toolkit; please report it with this table.",
            failures=wrong,
        )
