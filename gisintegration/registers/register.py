"""A register that has been read: its valid rows as SQL, and what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from gisintegration import sql
from gisintegration.errors import RegisterError
from gisintegration.registers.contract import variables
from gisintegration.registers.folder import WorkFolder
from gisintegration.registers.report import ReadReport

Unplaced = Literal["centralort", "separate", "exclude"]
POLICIES: tuple[Unplaced, ...] = ("centralort", "separate", "exclude")


@dataclass(frozen=True)
class Piece:
    """The rows of one year in one Parquet file.

    Parameters
    ----------
    parquet
        Path of the file.
    year
        The year.
    whole
        The file holds no other year.
    columns
        SQL of each contract column in the file.
    rejected
        Parquet file of the rows that are not valid, ``file_row_number`` counted from 0; None: all are valid.
    """

    parquet: str
    year: int
    whole: bool
    columns: Mapping[str, str]
    rejected: str | None = None

    def select(self, columns: Sequence[str]) -> str:
        """SELECT of columns over the valid rows of the year."""
        return self._select(", ".join(f"{self.columns[name]} as {sql.name(name)}" for name in columns))

    def rows(self, source: int) -> str:
        """SELECT of all columns, with ``source`` as given and ``row`` in the file, counted from 0."""
        wanted = [f"{expression} as {sql.name(name)}" for name, expression in self.columns.items()]
        return self._select(f'{source} as source, file_row_number as "row", {", ".join(wanted)}')

    def _select(self, wanted: str) -> str:
        where = "" if self.whole else f" where {self.columns['year']} = {self.year}"
        rows = f"read_parquet({sql.literal(self.parquet)}, file_row_number = true, hive_partitioning = false)"
        if self.rejected is not None:
            refused = f"read_parquet({sql.literal(self.rejected)})"
            rows = f"(from {rows}) r anti join {refused} e on r.file_row_number = e.file_row_number"
        return f"select {wanted} from {rows}{where}"


@dataclass(frozen=True, eq=False)
class Register:
    """A point register that keeps the contract: one valid row a person and year, coordinates in EPSG:3006.

    Made by :func:`read_register`. The rows stay on disk; :meth:`select` gives them to DuckDB.

    Parameters
    ----------
    pieces
        Where the rows lie, by year.
    variables
        The contract's columns it has, in the contract's order.
    unplaced
        What becomes of persons without a place: ``centralort``, ``separate`` or ``exclude``.
    nearest
        How far outside all areas a point may lie and still go to the nearest area of its kommun, metres.
    report
        What reading found.
    crs
        Always ``EPSG:3006``.
    work
        The folder of staged files, removed with the register; None if the user's own files are read in place.
    """

    pieces: tuple[Piece, ...]
    variables: tuple[str, ...]
    unplaced: Unplaced
    nearest: float
    report: ReadReport
    crs: str = "EPSG:3006"
    work: WorkFolder | None = field(default=None, repr=False)

    @property
    def years(self) -> tuple[int, ...]:
        """Years with at least one valid row, ascending."""
        return tuple(sorted({piece.year for piece in self.pieces}))

    @property
    def has_points(self) -> bool:
        """Whether the register has coordinates, its own or by a table of places."""
        return "x" in self.variables

    @property
    def knows_election_place(self) -> bool:
        """Whether the register says where persons lived on the day of the electoral roll."""
        return self.has_points and {"election_x", "election_y"} <= set(self.variables)

    def on_election_day(self) -> Register:
        """The same persons where they lived on the day of the electoral roll; as on 31 December where it does not say.

        The key of a place and the delivered area speak of 31 December: who lived elsewhere on election day has none.
        """
        if not self.knows_election_place:
            return self
        return replace(self, pieces=tuple(_on_election_day(piece) for piece in self.pieces))

    def coded(self) -> Register:
        r"""The same register with the codes of a list as numbers (ENUM), which DuckDB joins and compares faster.

        Examples
        --------
        >>> import tempfile; from pathlib import Path
        >>> from gisintegration.registers import read_register
        >>> path = Path(tempfile.mkdtemp()) / "persons.csv"
        >>> _ = path.write_text("person,year,kommun,sex,age,x,y\n1,2023,0114,women,40,600500,6600500\n", "utf-8")
        >>> register = read_register(path, crs=3006).coded()
        >>> with sql.connect() as con:
        ...     con.execute(f"select typeof(sex) from ({register.select(['sex'], 2023)})").fetchone()
        ("ENUM('women', 'men')",)
        """
        lists = {name: variables()[name].codes for name in self.variables if variables()[name].codes}
        kinds = {name: f"enum({', '.join(map(sql.literal, codes))})" for name, codes in lists.items()}
        pieces = [
            replace(
                piece,
                columns={
                    **piece.columns,
                    **{name: f"cast({piece.columns[name]} as {kind})" for name, kind in kinds.items()},
                },
            )
            for piece in self.pieces
        ]
        return replace(self, pieces=tuple(pieces))

    def select(self, columns: Sequence[str], year: int) -> str:
        """SELECT of some columns over the valid rows of one year. Runs on any DuckDB connection.

        Parameters
        ----------
        columns
            Variables of the contract that the register has.
        year
            One of ``years``.

        Raises
        ------
        RegisterError
            The register has no such column or year.
        """
        for name in columns:
            if name not in self.variables:
                raise RegisterError.unknown("column", name, self.variables, where="the register")
        pieces = [piece for piece in self.pieces if piece.year == year]
        if not pieces:
            raise RegisterError.unknown("year", year, self.years, where="the register")
        return " union all ".join(piece.select(columns) for piece in pieces)


def _on_election_day(piece: Piece) -> Piece:
    own = piece.columns
    if "election_x" not in own or "election_y" not in own:
        return piece
    elsewhere = f"(({own['election_x']}) is not null and ({own['election_y']}) is not null)"
    changed = {
        axis: f"case when {elsewhere} then {own[f'election_{axis}']} else {own[axis]} end" for axis in ("x", "y")
    }
    if "election_kommun" in own:
        changed["kommun"] = (
            f"case when {elsewhere} then coalesce({own['election_kommun']}, {own['kommun']}) else {own['kommun']} end"
        )
    for key in ("deso", "place"):
        if key in own:
            changed[key] = f"case when not {elsewhere} then {own[key]} end"
    return replace(piece, columns={**own, **changed})
