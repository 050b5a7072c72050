"""A crosswalk: what part of each source area goes to each target area."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from gisintegration.change import crosswalk_file
from gisintegration.change.crosswalk_algebra import composed, inverted, refuse_mismatch
from gisintegration.change.crosswalk_check import CrosswalkCheck, checked
from gisintegration.change.crosswalk_select import Partial, selected
from gisintegration.change.crosswalk_table import ANY_YEAR, COLUMNS, POPULATION, TEXTS, conform
from gisintegration.errors import InputError

_SHOWN = 20
__all__ = ["ANY_YEAR", "COLUMNS", "POPULATION", "Crosswalk", "load_crosswalk", "positions"]


@dataclass(frozen=True, eq=False)
class Crosswalk:
    """What part of each source area goes to each target area, for one or several kinds of weight.

    Made by ``gi.crosswalk``.

    Parameters
    ----------
    source, target
        Keys of the editions, ``"deso/2018"``.
    method
        ``points``, ``weights``, ``target``, ``grid``, ``area``, ``best_fit`` or ``table``; composed ones are joined by
        ``+``.
    table
        One row a kind, year, source and target, sorted so. ``kind``: whom the weights count (``population``, or a name
        such as ``age_20_64``). ``year``: the data year the weights speak of, 0 for any. ``source``, ``target``: codes
        (str). ``weight``: float64, in [0, 1], summing to exactly 1 over the targets of a source; 0 where the two share
        ground beyond the tolerance and nobody of the kind lives there: such a row moves no figure, but bounds need it.
        ``n``: the persons (or other weight) of the piece, NaN where the method has none. ``shared_area``: m², NaN where
        not known. ``fallback``: the kind has nobody in the source, and the weights are another kind's, year's or the
        area's.
    sources, targets
        Every code of the two editions that the crosswalk speaks of, ascending: also those without a row.
    source_hash, target_hash
        Content hash of each edition's boundaries; empty for an edition without polygons.
    weights_year
        The data year that weights for any year speak of; None if they speak of none (``area``, ``table``).
    raw
        Made from persons' places: internal, never to be published.
    notes
        What was done or taken for granted. Counts of persons 1–19 stand as ``<20``.
    """

    source: str
    target: str
    method: str
    table: pd.DataFrame
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    source_hash: str = ""
    target_hash: str = ""
    weights_year: int | None = None
    raw: bool = False
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", conform(self.table))

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of weight, ascending."""
        return tuple(sorted({str(kind) for kind in self.table["kind"].unique()}))

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The data years that weights are known for, ascending; (0,) if one set stands for all."""
        return tuple(sorted(int(year) for year in self.table["year"].unique()))

    @cached_property
    def id(self) -> str:
        """Content hash of editions, boundaries, codes and rows, 12 hexadecimal digits."""
        head = (self.source, self.target, self.method, self.source_hash, self.target_hash, self.weights_year, self.raw)
        parts = ["\n".join(map(str, head)), "\n".join(self.sources), "\n".join(self.targets)]
        digest = hashlib.sha256("\n\n".join(parts).encode())
        for column in COLUMNS:
            if column in TEXTS:
                digest.update("\n".join(self.table[column].astype(str)).encode())
            else:
                digest.update(np.ascontiguousarray(self.table[column].to_numpy()).tobytes())
        return digest.hexdigest()[:12]

    @cached_property
    def whole(self) -> frozenset[str]:
        """Sources that lie wholly in one target: a single row for every kind and year, and no ground elsewhere.

        What such a source gives is exact, whatever the weights are made of. Under ``best_fit`` a weight is 1 without
        the source being whole.
        """
        pairs = self.table[["source", "target"]].drop_duplicates()["source"]
        return frozenset(pairs[~pairs.duplicated(keep=False)])

    def matrix(self, kind: str = POPULATION, year: int = ANY_YEAR) -> sparse.csr_array:
        """Weights as a sparse matrix, shape (targets, sources), so that ``matrix @ figures`` recalculates.

        Raises
        ------
        InputError
            There are no weights of the kind and year.

        Examples
        --------
        >>> table = pd.DataFrame({"source": ["a", "a"], "target": ["x", "y"], "weight": [0.25, 0.75]})
        >>> one = Crosswalk("s/1", "s/2", "table", table, ("a",), ("x", "y"))
        >>> (one.matrix() @ np.array([8.0])).tolist()
        [2.0, 6.0]
        """
        rows = self.rows(kind, year)
        at = (positions(rows["target"], self.targets), positions(rows["source"], self.sources))
        shape = (len(self.targets), len(self.sources))
        return sparse.csr_array((rows["weight"].to_numpy(), at), shape=shape)

    def rows(self, kind: str = POPULATION, year: int = ANY_YEAR) -> pd.DataFrame:
        """The rows of one kind and year; for year 0 (any) those of the only year, if there is one only.

        Raises
        ------
        InputError
            There are none.
        """
        only = self.years[0] if year == ANY_YEAR and len(self.years) == 1 else year
        found = self._parts.get((kind, only))
        if found is None:
            raise InputError(
                f"The crosswalk {self.source} → {self.target} has no weights of kind '{kind}' for year {year}.",
                hint=f"it has {', '.join(self.kinds)} for {', '.join(map(str, self.years))}.",
            )
        return found

    def nearest_year(self, year: int) -> int:
        """The year whose weights to use for a figure's year: its own, else the nearest, the later of two as near."""
        return max(self.years, key=lambda known: (-abs(known - year), known))

    def compose(self, other: Crosswalk) -> Crosswalk:
        """Put another crosswalk after this one: A → B and B → C make A → C.

        Kinds and years are matched: a kind that one of the two lacks goes by its ``population``, a year by its nearest.
        ``n`` and ``shared_area`` are known only where an area of B lies wholly in C, or wholly in A (``n`` then only if
        both count the same population: by one method, of one kind, in one year that both state).

        Parameters
        ----------
        other
            A crosswalk that begins with the edition this one ends with, on the same boundaries.

        Returns
        -------
        Crosswalk
            Method ``a+b``. A source whose weight goes all to areas without rows in ``other`` has no rows either.

        Raises
        ------
        InputError
            ``other`` begins with another edition or other boundaries, or part of a source would be lost.

        Examples
        --------
        >>> first = pd.DataFrame({"source": ["a", "a"], "target": ["x", "y"], "weight": [0.25, 0.75]})
        >>> second = pd.DataFrame({"source": ["x", "y"], "target": ["a", "a"], "weight": [1.0, 1.0]})
        >>> there = Crosswalk("s/1", "s/2", "table", first, ("a",), ("x", "y"))
        >>> there.compose(Crosswalk("s/2", "s/1", "table", second, ("x", "y"), ("a",))).table.weight.tolist()
        [1.0]
        """
        refuse_mismatch(self, other)
        parts, lost = [], set[str]()
        years = sorted({*self.years, *other.years} - {ANY_YEAR}) or [ANY_YEAR]
        for kind in sorted({*self.kinds, *other.kinds}):
            for year in years:
                counted = _counted(self, kind, year)
                same = counted is not None and counted == _counted(other, kind, year)
                rows, orphans = composed(
                    _like(self, kind, year), _like(other, kind, year), through=self.target, same_population=same
                )
                parts.append(rows.assign(kind=kind, year=year))
                lost.update(orphans)
        known = [year for year in (self.weights_year, other.weights_year) if year is not None]
        notes = [*self.notes, *other.notes]
        if lost:
            notes.append(f"{len(lost)} areas of {self.source} have no rows: {self.target} → {other.target} has none.")
        if len(set(known)) > 1:
            notes.append(f"Weights of {known[0]} and then of {known[1]}; they count as of {min(known)}.")
        return Crosswalk(
            self.source,
            other.target,
            f"{self.method}+{other.method}",
            pd.concat(parts),
            self.sources,
            other.targets,
            self.source_hash,
            other.target_hash,
            min(known, default=None),
            self.raw or other.raw,
            tuple(dict.fromkeys(notes)),
        )

    def invert(self) -> Crosswalk:
        """The crosswalk back: what part of each target came from each source.

        Weights are the persons of each piece over those of the target; without persons (``area``), its m². Where the
        persons of only some pieces of a target are known, its weights are by m² too, marked ``fallback`` and told in
        ``notes``. A target with one source needs neither.

        Raises
        ------
        InputError
            A target has several sources and the crosswalk has neither persons nor areas of all of them.

        Warns
        -----
        UserWarning
            Always: the inverse holds for the year and population of the weights only.

        Examples
        --------
        >>> table = pd.DataFrame({"source": ["a", "b"], "target": "x", "weight": 1.0, "n": [30.0, 10.0]})
        >>> with warnings.catch_warnings(action="ignore"):
        ...     back = Crosswalk("s/1", "s/2", "points", table, ("a", "b"), ("x",)).invert()
        >>> back.table[["source", "target", "weight"]].values.tolist()
        [['x', 'a', 0.75], ['x', 'b', 0.25]]
        """
        of = "of no year (areas or a key)" if self.weights_year is None else f"of {self.weights_year}"
        of = of if self.years == (ANY_YEAR,) else "each of its own year"
        warnings.warn(
            f"{self.target} → {self.source} is an inverse crosswalk: it holds only for the population its weights were "
            f"made from, {of}. Make it from places in that direction if you can.",
            UserWarning,
            stacklevel=2,
        )
        parts, by_area = [], set[str]()
        for (kind, year), rows in self._parts.items():
            found, codes = inverted(rows)
            parts.append(found.assign(kind=kind, year=year))
            by_area.update(codes)
        table = pd.concat(parts) if parts else self.table
        turned = (self.targets, self.sources, self.target_hash, self.source_hash)
        notes = (*self.notes, f"The inverse of {self.source} → {self.target}: for the population of its weights only.")
        if by_area:
            shown = ", ".join(sorted(by_area)[:_SHOWN]) + (" and more" if len(by_area) > _SHOWN else "")
            notes += (
                f"{len(by_area)} areas go by ground, since the persons of some of their parts are not known: {shown}.",
            )
        return Crosswalk(self.target, self.source, self.method, table, *turned, self.weights_year, self.raw, notes)

    def select(self, sources: Collection[str], *, partial: Partial = "refuse") -> Crosswalk:
        """The crosswalk of some of its sources only, as for a table of one region.

        Parameters
        ----------
        sources
            Codes to keep.
        partial
            Targets that also get ground or persons from other sources would lack a part of their figures: ``refuse``
            them, or ``keep`` them and name them in a note.

        Returns
        -------
        Crosswalk
            Its targets are those that these sources reach. It has no hash of boundaries, as they are no whole edition.

        Raises
        ------
        CodeError
            A code is none of the sources, or targets would be partial.
        InputError
            No sources are named.

        Examples
        --------
        >>> table = pd.DataFrame({"source": ["a", "b", "c"], "target": ["x", "y", "y"], "weight": 1.0})
        >>> walk = Crosswalk("s/1", "s/2", "table", table, ("a", "b", "c"), ("x", "y"))
        >>> walk.select(["a"]).targets
        ('x',)
        >>> walk.select(["b"], partial="keep").notes[-1]
        'Partial: 1 areas of s/2 lack what other areas of s/1 give them: y.'
        """
        both = (self.sources, self.targets)
        found = selected(self.table, both, sources, partial=partial, keys=(self.source, self.target))
        return replace(
            self,
            table=found.table,
            sources=found.sources,
            targets=found.targets,
            source_hash="",
            target_hash="",
            notes=(*self.notes, *found.notes),
        )

    def verify(self) -> CrosswalkCheck:
        """Check that weights sum to 1, that every source has rows, and which targets get nothing.

        Examples
        --------
        >>> table = pd.DataFrame({"source": ["a"], "target": ["x"], "weight": [1.0]})
        >>> print(Crosswalk("s/1", "s/2", "table", table, ("a", "b"), ("x", "y")).verify())
        Weights sum to 1 for every source with rows (largest error 0).
        1 sources have no rows; their figures go nowhere: b.
        gi.recalculate refuses to lose them: complete the key or the areas, or leave them out by select().
        1 targets get nothing from any source: y.
        """
        return checked(self.table, self.sources, self.targets)

    def save(self, path: str | Path) -> Path:
        """Write the crosswalk as Parquet, with what it is in the file's metadata (see ``docs/crosswalks.md``).

        Parameters
        ----------
        path
            A name that ends in ``.parquet``; of a raw crosswalk in ``.internal.parquet``, or in a folder ``internal``.

        Raises
        ------
        InputError
            The name has another ending.
        OutputError
            The crosswalk is raw and the name does not say so, or the file cannot be written. What stood there is whole.
        """
        facts = {name: getattr(self, name) for name in _FACTS}
        return crosswalk_file.write(self.table, {**facts, "id": self.id}, Path(path), raw=self.raw)

    @cached_property
    def _parts(self) -> dict[tuple[str, int], pd.DataFrame]:
        """Rows by kind and year."""
        found = self.table.groupby(["kind", "year"], sort=True)
        return {(str(key[0]), int(key[1])): rows for key, rows in cast("Iterable[tuple[tuple[str, int], Any]]", found)}

    def __repr__(self) -> str:
        pieces = len(self.table.drop_duplicates(["source", "target"]))
        return f"<Crosswalk: {self.source} → {self.target} by {self.method}, {pieces} pieces>"


_TUPLES = ("sources", "targets", "notes")
_FACTS = ("source", "target", "method", "source_hash", "target_hash", "weights_year", "raw", *_TUPLES)


def load_crosswalk(path: str | Path) -> Crosswalk:
    """Read a crosswalk that ``Crosswalk.save`` wrote.

    Raises
    ------
    InputError
        There is no such file, it is no crosswalk, of a version not known here, or was changed after it was written.

    Examples
    --------
    >>> import tempfile
    >>> table = pd.DataFrame({"source": ["a"], "target": ["x"], "weight": [1.0]})
    >>> made = Crosswalk("s/1", "s/2", "table", table, ("a",), ("x",))
    >>> load_crosswalk(made.save(Path(tempfile.mkdtemp()) / "key.parquet")).id == made.id
    True
    """
    path = Path(path)
    table, facts = crosswalk_file.read(path)
    try:
        values: dict[str, Any] = {name: facts[name] for name in _FACTS}
        found = Crosswalk(table=table, **{**values, **{name: tuple(values[name]) for name in _TUPLES}})
    except (KeyError, TypeError, ValueError, InputError) as error:
        raise crosswalk_file.damaged(path) from error
    if found.id != facts.get("id"):
        raise crosswalk_file.damaged(path)
    return found


def positions(codes: Sequence[str] | pd.Series, among: Sequence[str]) -> npt.NDArray[np.int64]:
    """Place of each code in a list of codes, −1 for one that is not in it.

    Examples
    --------
    >>> positions(["b", "c"], ["a", "b"]).tolist()
    [1, -1]
    """
    return pd.Index(among).get_indexer(pd.Index(codes)).astype(np.int64)


def _like(one: Crosswalk, kind: str, year: int) -> pd.DataFrame:
    """The rows of a kind and year, or of what stands for them."""
    if kind in one.kinds:
        return one.rows(kind, one.nearest_year(year))
    instead = POPULATION if POPULATION in one.kinds else one.kinds[0]
    return one.rows(instead, one.nearest_year(year)).assign(fallback=True)


def _counted(one: Crosswalk, kind: str, year: int) -> tuple[str, int] | None:
    """What the persons of :func:`_like` are counted by and in which year; None if that is not known."""
    found = one.nearest_year(year) or one.weights_year
    return None if found is None or kind not in one.kinds else (one.method, found)
