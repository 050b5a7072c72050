"""`place_by_key`: persons in areas that are told by a key of property or address instead of by polygons."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gisintegration import sql
from gisintegration.areas.own import KeyDivision
from gisintegration.errors import RegisterError
from gisintegration.registers.counting import Edition, count_placed, placement_report, valid_rows
from gisintegration.registers.folder import WorkFolder
from gisintegration.registers.placement import Placement, PlacementReport, verify
from gisintegration.registers.register import Register

NO_KEY = "no key of property or address"


def place_by_key(
    register: Register, own: KeyDivision, years: Sequence[int], *, levels: Sequence[str] | None = None
) -> Placement:
    """Place every person in areas that a key table tells: fastighetsnyckel → NYKO, adress-id → school district.

    A person's ``place`` is looked up in the table, as text. Persons whose key is not there are ``outside``, persons
    without a key ``unplaced``; neither is drawn to an area, since a key table has no main towns.

    Parameters
    ----------
    register
        A register with the variable ``place``.
    own
        What :func:`gisintegration.areas.own.read_key` gave.
    years
        Data years to place.
    levels
        Levels of the table; default: all.

    Returns
    -------
    Placement
        One edition a level, for :func:`placed_sql`. ``needs_residual`` holds: the levels leave persons out.

    Raises
    ------
    RegisterError
        The register has no ``place`` or no such year.
    InputError
        The table has no such level.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> from gisintegration.areas.own import read_key
    >>> from gisintegration.registers import read_register
    >>> own = read_key(pd.DataFrame({"fnr": ["7"], "nyko4": ["a1"]}), key="fnr", levels=["nyko4"], edition=2024)
    >>> path = Path(tempfile.mkdtemp()) / "p.parquet"
    >>> people = {"person": [1, 2, 3], "year": 2023, "kommun": "0114", "sex": "men", "age": 4, "place": [7, 8, None]}
    >>> pd.DataFrame(people).to_parquet(path)
    >>> place_by_key(read_register(path), own, [2023]).report.totals[["located", "outside", "unplaced"]].to_dict("list")
    {'located': [1], 'outside': [1], 'unplaced': [1]}
    """
    if "place" not in register.variables:
        raise RegisterError(
            "The register has no key of property or address.", hint='name its column: columns = {"…" = "place"}.'
        )
    for year in years:
        if year not in register.years:
            raise RegisterError.unknown("year", year, register.years, where="the register")
    chosen = tuple(sorted(set(years)))
    divisions = {level: own.divisions[level] for level in own.divisions if levels is None or level in levels}
    for level in levels or ():
        if level not in divisions:
            raise RegisterError.unknown("level", level, own.divisions, where="the key table")
    work = WorkFolder()
    with sql.connect() as con:
        rows = " union all ".join(register.select(["place"], year) for year in chosen)
        found = con.execute(
            f"select distinct cast(place as varchar) as place from ({rows}) where place is not null order by place"
        ).df()
        keys = found["place"].to_numpy(dtype=object)
        columns = {division.key: own.positions(keys, level) for level, division in divisions.items()}
        table = pa.table({"place": pa.array(keys, pa.string()), **columns})
        pq.write_table(table, work.path / "places.parquet", compression="zstd")
        empty = PlacementReport(pd.DataFrame(), pd.DataFrame(), 0, {})
        areas = {division.key: division for division in divisions.values()}
        placement = Placement(areas, dict.fromkeys(areas, chosen), empty, needs_residual=True, work=work, keyed=True)
        counts, reasons = [], []
        for division in divisions.values():
            nowhere = np.zeros(len(division), dtype=bool)
            one = Edition(division, chosen, None, nowhere, {})
            for year in chosen:
                counted = count_placed(con, register, placement, one, year)
                counts.append(counted)
                if missing := int(counted["unplaced"].sum()):
                    reasons.append((division.key, year, NO_KEY, missing))
        report = placement_report(register, counts, reasons)
        verify(report, {year: valid_rows(con, register, year) for year in register.years})
    return Placement(areas, placement.years, report, needs_residual=True, work=work, keyed=True)
