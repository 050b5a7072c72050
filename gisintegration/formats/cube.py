"""A table with dimensions, as PX and JSON-stat files hold it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.errors import FormatError

Text = Mapping[str, str]
"""One text in one or more languages: ``{"sv": "Ålder", "en": "Age"}``. An empty text is left out."""

Figures = npt.NDArray[np.float64]
Marks = npt.NDArray[np.str_]
Blocks = Iterable[tuple[npt.ArrayLike, npt.ArrayLike]]
"""The cells of a table a part at a time: figures and marks, as `Cube` has them, in its order."""

MARKS = ("", "-", ".", "..", "...", "....", ".....", "......")
"""What can stand in a cell beside its figure: nothing, a true zero, or one to six dots in place of a figure."""


class Kind(StrEnum):
    """What a dimension is about."""

    CONTENT = "content"
    TIME = "time"
    GEO = "geo"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What is measured: of one value of the content dimension, or of the whole table.

    Parameters
    ----------
    unit
        Unit of measurement.
    decimals
        Decimals shown, 0 to 15 (PX: at most 6).
    reference_time
        When the figures stand: "31 december".
    contact
        Whom to ask.
    base_period
        Base period of an index or of fixed prices.
    updated
        When the figures were last updated, as given; never the clock.
    stock
        ``S`` stock, ``F`` flow, ``A`` average, or nothing.
    prices
        ``C`` current, ``F`` fixed, or nothing.
    """

    unit: Text = field(default_factory=dict)
    decimals: int = 0
    reference_time: Text = field(default_factory=dict)
    contact: Text = field(default_factory=dict)
    base_period: Text = field(default_factory=dict)
    updated: datetime | None = None
    stock: str = ""
    prices: str = ""

    def __post_init__(self) -> None:
        for name in ("unit", "reference_time", "contact", "base_period"):
            object.__setattr__(self, name, _stated(getattr(self, name)))


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """One dimension of a table and its values.

    Parameters
    ----------
    code
        Name of the dimension in programs: ``Region``.
    label
        Its name for people, per language. A language names all dimensions of a table or none.
    codes
        Codes of its values in order, each once.
    labels
        Per language the values' names, as many as codes. The main language must be there.
    kind
        Content, time, geography or other.
    measures
        One per value, for the content dimension only.
    elimination
        Code of the value that stands for all; True if all values add up to it; False if the dimension must be chosen.
    timescale
        ``A1`` year, ``H1`` half-year, ``Q1`` quarter, ``M1`` month, ``W1`` week, or nothing.
    times
        The values as PX writes times (``2024``, ``20241``, ``202401``); nothing means the digits of the codes.
    domain
        Name of the value set that aggregations refer to.
    map
        Name of a map file.
    """

    code: str
    label: Text
    codes: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]
    kind: Kind = Kind.OTHER
    measures: tuple[Measure, ...] = ()
    elimination: str | bool = False
    timescale: str = ""
    times: tuple[str, ...] = ()
    domain: str = ""
    map: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", _stated(self.label))
        object.__setattr__(self, "codes", tuple(self.codes))
        object.__setattr__(self, "labels", {language: tuple(labels) for language, labels in self.labels.items()})
        object.__setattr__(self, "measures", tuple(self.measures))

    def name(self, language: str) -> str:
        """Its name in a language; where that is not given, in the first language it has."""
        return self.label.get(language) or next(iter(self.label.values()), self.code)

    def names(self, language: str) -> tuple[str, ...]:
        """The values' names in a language; where these are not given, in the first language they have."""
        return self.labels.get(language) or next(iter(self.labels.values()), self.codes)


@dataclass(frozen=True, kw_only=True)
class Note:
    """A footnote on the table, a dimension, a value or cells; or a short sign shown beside figures.

    Parameters
    ----------
    text
        The note, with line breaks.
    dimension
        Code of the dimension it is on; nothing for the whole table.
    value
        Code of the value it is on.
    cell
        One code per dimension, None for every value; in place of ``dimension`` and ``value``.
    mandatory
        It must always be shown.
    sign
        It is a sign beside the figure (PX: DATANOTE, DATANOTECELL), not a footnote.
    """

    text: Text
    dimension: str = ""
    value: str = ""
    cell: tuple[str | None, ...] = ()
    mandatory: bool = False
    sign: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", _stated(self.text))
        object.__setattr__(self, "cell", tuple(self.cell))

    @property
    def keyword(self) -> str:
        """The keyword PX has for it."""
        if self.sign:
            return "DATANOTECELL" if self.cell else "DATANOTE"
        kind = "CELLNOTE" if self.cell else "VALUENOTE" if self.value else "NOTE"
        return kind + "X" * self.mandatory


NOTE_KEYWORDS = ("NOTEX", "NOTE", "VALUENOTEX", "VALUENOTE", "CELLNOTEX", "CELLNOTE", "DATANOTECELL", "DATANOTE")


@dataclass(frozen=True, kw_only=True)
class Keyword:
    """A PX keyword that `Cube` has no place of its own for, kept as it stood in the file.

    ``bare`` says of each value that it stood without quotation marks.
    """

    name: str
    language: str = ""
    keys: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    bare: tuple[bool, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Frame:
    """All that a table says but its cells: for a table whose cells are too many to hold, written a part at a time.

    Parameters
    ----------
    dimensions
        In the order of the figures; the last of them runs fastest.
    heading
        How many of the last dimensions stand in the heading; the others stand in the stub.
    languages
        The main language first. Texts are in these languages and in no other.
    measure
        Unit, contact and so on of the whole table. Where there is a content dimension each of its values has a measure
        of its own, and ``measure.decimals`` is the smallest of theirs.
    symbols
        What is shown for a mark where that is not the mark itself: ``{"..": {"sv": "–"}}``.
    stored_decimals
        Decimals that figures are written with, where these are more than are shown.
    notes
        Kept in the order PX has for them.
    other
        Keywords of a PX file that have no place of their own here.

    Raises
    ------
    FormatError
        The parts contradict each other, or a text holds characters no file can; every failure is listed.

    Examples
    --------
    >>> year = Dimension(code="Tid", label={"sv": "år"}, codes=("2023", "2024"), labels={"sv": ("2023", "2024")})
    >>> Frame(dimensions=(year,))
    <Frame: Tid 2 = 2 cells, sv>
    """

    dimensions: tuple[Dimension, ...]
    heading: int = 1
    languages: tuple[str, ...] = ("sv",)
    matrix: str = ""
    table_id: str = ""
    title: Text = field(default_factory=dict)
    contents: Text = field(default_factory=dict)
    description: Text = field(default_factory=dict)
    subject_code: str = ""
    subject_area: Text = field(default_factory=dict)
    source: Text = field(default_factory=dict)
    survey: Text = field(default_factory=dict)
    database: Text = field(default_factory=dict)
    measure: Measure = field(default_factory=Measure)
    notes: tuple[Note, ...] = ()
    symbols: Mapping[str, Text] = field(default_factory=dict)
    created: datetime | None = None
    next_update: datetime | None = None
    update_frequency: str = ""
    official: bool = False
    copyright: bool = False
    aggregation: bool = True
    stored_decimals: int | None = None
    other: tuple[Keyword, ...] = ()

    def __post_init__(self) -> None:
        from gisintegration.formats.check import failures  # noqa: PLC0415  # the checks read the finished object

        keep = object.__setattr__
        keep(self, "dimensions", tuple(self.dimensions))
        keep(self, "languages", tuple(self.languages))
        for name in TEXTS:
            keep(self, name, _stated(getattr(self, name)))
        symbols = {mark: stated for mark, text in self.symbols.items() if (stated := _stated(text))}
        keep(self, "symbols", symbols)
        if self.content and self.content.measures:
            smallest = min(measure.decimals for measure in self.content.measures)
            keep(self, "measure", replace(self.measure, decimals=smallest))
        keep(self, "other", tuple(self.other))
        found = failures(self)
        if found:
            raise FormatError("The table cannot be made as it is described.", failures=found)
        keep(self, "notes", tuple(sorted(self.notes, key=self._place)))

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values of each dimension."""
        return tuple(len(dimension.codes) for dimension in self.dimensions)

    @property
    def cells(self) -> int:
        """Number of cells."""
        return prod(self.shape)

    @property
    def content(self) -> Dimension | None:
        """The content dimension, if the table has one."""
        return next((one for one in self.dimensions if one.kind is Kind.CONTENT), None)

    def decimals(self, first: int, last: int) -> npt.NDArray[np.int64]:
        """The decimals that the figures of cells ``first`` to ``last`` (without it) are written with.

        Examples
        --------
        >>> year = Dimension(code="Tid", label={"sv": "år"}, codes=("2024",), labels={"sv": ("2024",)})
        >>> Frame(dimensions=(year,), measure=Measure(decimals=2)).decimals(0, 1).tolist()
        [2]
        """
        if self.stored_decimals is not None:
            return np.full(last - first, self.stored_decimals)
        if self.content is None:
            return np.full(last - first, self.measure.decimals)
        each = np.array([measure.decimals for measure in self.content.measures])
        inner = prod(self.shape[self.dimensions.index(self.content) + 1 :])
        found: npt.NDArray[np.int64] = each[np.arange(first, last) // inner % each.size]
        return found

    def __repr__(self) -> str:
        size = " × ".join(f"{one.code} {len(one.codes)}" for one in self.dimensions)
        return f"<{type(self).__name__}: {size} = {self.cells} cells, {', '.join(self.languages)}>"

    def _place(self, note: Note) -> tuple[int, int, int, tuple[str, ...]]:
        codes = [one.code for one in self.dimensions]
        dimension = codes.index(note.dimension) if note.dimension else -1
        value = self.dimensions[dimension].codes.index(note.value) if note.value else -1
        # Notes on the same cells stand together, as the reader finds them.
        return NOTE_KEYWORDS.index(note.keyword), dimension, value, tuple(code or "" for code in note.cell)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Cube(Frame):
    """A table with dimensions: what a PX file or a JSON-stat dataset says, whichever it was read from.

    Parameters
    ----------
    figures
        One per cell, row by row. NaN where a mark of dots stands in place of a figure.
    marks
        One per cell: ``""`` a figure, ``"-"`` a true zero (its figure is 0), ``"."`` to ``"......"`` no figure.
        `gisintegration.tables.status.WORDS` says which status has which mark. None: figures in every cell.

    The others as in `Frame`.

    Raises
    ------
    FormatError
        The parts contradict each other, or a text holds characters no file can; every failure is listed.

    Examples
    --------
    >>> area = Dimension(code="Region", label={"sv": "region"}, codes=("0114", "0180"),
    ...                  labels={"sv": ("Upplands Väsby", "Stockholm")}, kind=Kind.GEO)
    >>> year = Dimension(code="Tid", label={"sv": "år"}, codes=("2023", "2024"), labels={"sv": ("2023", "2024")},
    ...                  kind=Kind.TIME, timescale="A1")
    >>> cube = Cube(dimensions=(area, year), figures=[1, 2, 0, float("nan")], marks=["", "", "-", ".."])
    >>> cube
    <Cube: Region 2 × Tid 2 = 4 cells, sv>
    >>> cube.table
      Region   Tid  figure mark
    0   0114  2023     1.0
    1   0114  2024     2.0
    2   0180  2023     0.0    -
    3   0180  2024     NaN   ..
    """

    figures: Figures
    marks: Marks | None = None

    def __post_init__(self) -> None:
        keep = object.__setattr__
        keep(self, "figures", _flat(np.asarray(self.figures, dtype=np.float64)))
        keep(self, "marks", _flat(as_marks(np.zeros(self.figures.size, "<U6") if self.marks is None else self.marks)))
        super().__post_init__()

    @property
    def table(self) -> pd.DataFrame:
        """One row per cell: a column of codes per dimension, the figure, and the mark."""
        positions = np.unravel_index(np.arange(self.figures.size), self.shape)
        columns: dict[str, Any] = {
            dimension.code: pd.Series(np.array(dimension.codes, dtype=object)[position], dtype="str")
            for dimension, position in zip(self.dimensions, positions, strict=True)
        }
        columns["figure"] = self.figures
        columns["mark"] = pd.Series(self.marks, dtype="str")
        return pd.DataFrame(columns)

    def cell_decimals(self) -> npt.NDArray[np.int64]:
        """The decimals that each cell's figure is written with."""
        return self.decimals(0, self.figures.size)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cube):
            return NotImplemented
        plain = [one.name for one in fields(self) if one.name not in {"figures", "marks"}]
        return (
            all(getattr(self, name) == getattr(other, name) for name in plain)
            and np.array_equal(self.figures, other.figures, equal_nan=True)
            and np.array_equal(np.asarray(self.marks), np.asarray(other.marks))
        )

    __hash__ = None  # type: ignore[assignment]  # figures are an array


TEXTS = ("title", "contents", "description", "subject_area", "source", "survey", "database")


def repeated(items: tuple[str, ...]) -> list[str]:
    """Those that stand more than once, each once, sorted."""
    ordered = sorted(items)
    return sorted({first for first, second in pairwise(ordered) if first == second})


def _stated(text: Text) -> dict[str, str]:
    return {language: words for language, words in text.items() if words}


def _flat(values: npt.ArrayLike) -> npt.NDArray[Any]:
    array = np.array(values).reshape(-1)
    array.setflags(write=False)
    return array


def as_marks(marks: npt.ArrayLike) -> Marks:
    """Marks as an array of texts, whatever their length."""
    array = np.asarray(marks).astype(np.str_)
    longest = len(MARKS[-1])
    # A longer mark must not be cut down to one that is allowed: the check shall see it.
    return array.astype(f"<U{longest}") if np.strings.str_len(array).max(initial=0) <= longest else array
