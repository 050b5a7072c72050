"""What a delivery is, before it is read: how its files are written, and which CRS its coordinates are in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from gisintegration import sql
from gisintegration.areas import AreaDivision
from gisintegration.errors import RegisterError
from gisintegration.registers import checks
from gisintegration.registers.crs import SAMPLE, Candidate
from gisintegration.registers.delivery import Delivery, Options, Paths, conversions, open_delivery
from gisintegration.registers.folder import WorkFolder
from gisintegration.registers.propose import Proposal, propose_crs
from gisintegration.registers.resolve import Resolved, check_options

_PLACING = ("person", "year", "kommun", "place", "x", "y")


@dataclass(frozen=True)
class Examination:
    """What was found in a delivery that declares no CRS.

    Parameters
    ----------
    notes
        How the files are written, in words.
    crs
        The layer's own CRS, if the format carries one.
    proposal
        The CRS told from the registered kommun; None where the layer carries one or there are no coordinates.
    coordinates
        Names of the delivered columns of x and y.
    wrong
        Whole columns that are wrong; None if there are none, or if they were refused.
    """

    notes: tuple[str, ...]
    crs: str | None
    proposal: Proposal | None
    coordinates: tuple[str, str] | None
    wrong: RegisterError | None = None

    @property
    def chosen(self) -> Candidate | None:
        """The candidate that was found.

        Raises
        ------
        CRSError
            The coordinates do not tell.
        """
        return self.proposal.chosen if self.proposal is not None else None

    @property
    def settings(self) -> dict[str, Any]:
        """What to write to the project file: ``crs``, and ``columns`` where x and y are the other way round.

        Raises
        ------
        CRSError
            The coordinates do not tell.
        """
        if self.chosen is None or self.coordinates is None:
            return {}
        found: dict[str, Any] = {"crs": f"EPSG:{self.chosen.epsg}"}
        if self.chosen.swapped:
            found["columns"] = {self.coordinates[0]: "y", self.coordinates[1]: "x"}
        return found


def examine(
    paths: Paths,
    areas: AreaDivision,
    *,
    columns: Mapping[str, str] | None = None,
    codes: Mapping[str, Mapping[str, str]] | None = None,
    places: str | Path | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    refuse: bool = True,
) -> Examination:
    """Find how a register's files are written and which CRS its coordinates are in, without reading it in.

    Parameters
    ----------
    paths, columns, codes, places, encoding, separator, decimal
        As for :func:`read_register`.
    areas
        Areas with kommuner, EPSG:3006, that cover the register or part of it.
    refuse
        Refuse a register with whole columns that are wrong; False: tell of them in the result, and find the CRS by
        the columns that are right.

    Returns
    -------
    Examination
        Its ``settings`` are what the project file should say.

    Raises
    ------
    RegisterError, InputError
        As :func:`read_register`: a file, a column or a whole column's values are wrong.
    CRSError
        The areas have no kommun, or none that a person is registered in.
    """
    options = Options(columns or {}, codes or {}, encoding, separator, decimal)
    check_options(options.columns, options.codes)
    work = WorkFolder()
    with sql.connect() as con:
        delivery = open_delivery(con, paths, places, work.path, options)
        wrong = _wrong_columns(con, delivery, options)
        if wrong is not None and refuse:
            raise wrong
        located = delivery.located
        if located is None:
            return Examination(delivery.notes, None, None, None, wrong)
        names = (located.columns["x"], located.columns["y"])
        if located.table.crs is not None:
            return Examination(delivery.notes, located.table.crs, None, names, wrong)
        sample = _sample(con, delivery, located, options)
    return Examination(delivery.notes, None, propose_crs(sample, areas), names, wrong)


def _wrong_columns(con: duckdb.DuckDBPyConnection, delivery: Delivery, options: Options) -> RegisterError | None:
    """The first table's whole columns that are wrong."""
    for table in [*delivery.resolved, *([delivery.places] if delivery.places else [])]:
        made = conversions(table, options, comma=delivery.comma[table.table.name])
        counted = [checks.count(con, one.select, one.checks) for one in made]
        try:
            checks.refuse_systematic(con, table.table.name, made, table.table.rows, counted)
        except RegisterError as error:
            return error
    return None


def _sample(con: duckdb.DuckDBPyConnection, delivery: Delivery, located: Resolved, options: Options) -> pd.DataFrame:
    """Coordinates and kommun of every n-th row."""
    points = _rows(delivery, located, options)
    total = con.execute(f"select count(*) from ({points}) where x is not null").fetchall()[0][0]
    step = -(-total // SAMPLE) or 1
    points = f'select * from ({points}) where x is not null and "row" % {step} = 0'
    if "kommun" in located.columns:
        return con.execute(f"select x, y, kommun from ({points})").df()
    giver = next(table for table in delivery.resolved if "kommun" in table.columns)
    keys = ["place"] if located is delivery.places else ["person", "year"]
    on = " and ".join(f"cast(a.{sql.name(key)} as varchar) = cast(b.{sql.name(key)} as varchar)" for key in keys)
    return con.execute(
        f"select a.x, a.y, b.kommun from ({points}) a join ({_rows(delivery, giver, options)}) b on {on} limit {SAMPLE}"
    ).df()


def _rows(delivery: Delivery, table: Resolved, options: Options) -> str:
    # Only what the CRS is told from: a row with another fault still says where it lies.
    columns = {name: column for name, column in table.columns.items() if name in _PLACING}
    made = conversions(replace(table, columns=columns), options, comma=delivery.comma[table.table.name])
    union = " union all by name ".join(one.select for one in made)
    return f"select * from ({union}) where reason is null"
