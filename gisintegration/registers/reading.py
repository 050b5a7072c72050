"""Reading a register: checked against the contract, in place where it conforms, else staged as Parquet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from gisintegration import sql
from gisintegration.errors import RegisterError
from gisintegration.progress import Progress, ProgressOption, part, reporter
from gisintegration.registers.delivery import Delivery, Options, Paths, open_delivery
from gisintegration.registers.folder import WorkFolder
from gisintegration.registers.in_place import conforms, read_in_place
from gisintegration.registers.register import POLICIES, Piece, Register, Unplaced
from gisintegration.registers.report import ReadReport, TableReport
from gisintegration.registers.resolve import check_options
from gisintegration.registers.stage import stage


def read_register(
    paths: Paths,
    *,
    crs: int | str | None = None,
    unplaced: Unplaced = "centralort",
    columns: Mapping[str, str] | None = None,
    codes: Mapping[str, Mapping[str, str]] | None = None,
    places: str | Path | None = None,
    nearest: float = 500.0,
    encoding: str | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    progress: ProgressOption = None,
) -> Register:
    r"""Read a point register: a row a person and year, checked against the contract (``docs/register.md``).

    A Parquet file or folder that keeps the contract is used where it lies. Anything else is staged through DuckDB as
    Parquet by year in a temporary folder, in streams: a register larger than memory can be read.

    Parameters
    ----------
    paths
        One path or several: Parquet, a folder of Parquet (also ``year=2018/…``), CSV, or GeoPackage points
        (``file.gpkg|layername=…`` if it has several layers). Files with the same columns are one table. Tables with
        different columns are joined on (person, year): the first is the population.
    crs
        CRS of every coordinate, x and y and election_x and election_y (or longitude and latitude): ``"EPSG:3021"``.
        A GeoPackage carries its own. Never guessed.
    unplaced
        Persons without a place: ``centralort`` draws a DeSO of the kommun's main town by the person's key (as SCB
        does), ``separate`` gives them a row of their own a kommun, ``exclude`` leaves them out of all areas.
    columns
        Delivered column → variable of the contract: ``{"kön": "sex"}``.
    codes
        Variable → delivered value → the contract's code: ``{"sex": {"1": "men", "2": "women"}}``. An empty text as
        the code means no value.
    places
        Table of places with the columns place, x, y, and perhaps coordinate_type and year, for a register that has a
        key of property or address and no coordinates.
    nearest
        How far outside all areas, in metres, a point may lie and still go to the nearest area of its kommun.
    encoding, separator, decimal
        How a CSV is written; found in the file and told in the report if not given.
    progress
        True, or a callable ``(fraction, message)``.

    Returns
    -------
    Register
        Its ``report`` counts every row that was refused, by reason. An empty value where the contract allows one stays
        empty; a person without a row in a joined table has empty values there.

    Raises
    ------
    RegisterError
        A column is missing or wrong as a whole, or a file cannot be read as a table.
    CRSError
        No CRS was declared, it is not known, or the coordinates contradict it.
    InputError
        A file is missing, empty or of another kind.

    Examples
    --------
    >>> import tempfile; path = Path(tempfile.mkdtemp()) / "p.csv"
    >>> _ = path.write_text("person;year;kommun;sex;age;x;y\n1;2023;0180;women;40;674032,5;6580822\n", "utf-8")
    >>> register = read_register(path, crs=3006)
    >>> register.years, register.report.notes
    ((2023,), ('p.csv was read as UTF-8, semicolon, decimal comma.',))
    """
    if unplaced not in POLICIES:
        raise RegisterError.unknown("way with unplaced persons", unplaced, POLICIES, where="unplaced")
    if not 0 <= nearest < float("inf"):
        raise RegisterError(f"nearest is {nearest}.", hint="give a distance in metres, 0 or more.")
    if decimal not in (None, ".", ","):
        raise RegisterError.unknown("decimal mark", decimal, [".", ","])
    options = Options(columns or {}, codes or {}, encoding, separator, decimal)
    check_options(options.columns, options.codes)
    report = reporter(progress)
    work = WorkFolder()
    with sql.connect() as con:
        delivery = open_delivery(con, paths, places, work.path, options).with_crs(crs)
        report(0.1, "reading the register")
        pieces, tables, names, notes = _read(con, delivery, options, work.path, part(report, 0.1, 1.0))
    staged = any(str(work.path) in f"{piece.parquet} {piece.rejected}" for piece in pieces)
    report(1.0, "the register is read")
    found = ReadReport(tuple(dict.fromkeys([*delivery.notes, *notes])), tuple(tables))
    return Register(tuple(pieces), tuple(names), unplaced, float(nearest), found, work=work if staged else None)


def _read(
    con: duckdb.DuckDBPyConnection, delivery: Delivery, options: Options, work: Path, progress: Progress
) -> tuple[list[Piece], list[TableReport], list[str], list[str]]:
    if conforms(delivery, options):
        return read_in_place(con, delivery, options, work)
    return stage(con, delivery, options, work, progress)
