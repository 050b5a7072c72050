"""A crosswalk: what part of each source area goes to each target area."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from gisintegration.errors import InputError

POPULATION = "population"
ANY_YEAR = 0
COLUMNS = ("kind", "year", "source", "target", "weight", "n", "shared_area", "fallback")
_KEY = ["kind", "year", "source", "target"]


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
        One row a kind, year, source and target with a weight above 0, sorted so. ``kind``: whom the weights count
        (``population``, or a name such as ``age_20_64``). ``year``: the data year the weights speak of, 0 for any.
        ``source``, ``target``: codes (str). ``weight``: float64, in (0, 1], summing to 1 over the targets of a source.
        ``n``: the persons (or other weight) of the piece, NaN where the method has none. ``shared_area``: m², NaN where
        not known. ``fallback``: the kind has nobody in the source, and the weights are another kind's.
    sources, targets
        Every code of the two editions that the crosswalk speaks of, ascending: also those without a row.
    source_hash, target_hash
        Content hash of each edition's boundaries; empty for an edition without polygons.
    weights_year
        The data year that weights for any year speak of; None if they speak of none (``area``, ``table``).
    raw
        Made from persons' places: internal, never to be published.
    notes
        What was done or taken for granted.
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
        object.__setattr__(self, "table", _conform(self.table))

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of weight, ascending."""
        return tuple(sorted({str(kind) for kind in self.table["kind"].unique()}))

    @property
    def years(self) -> tuple[int, ...]:
        """The data years that weights are known for, ascending; (0,) if one set stands for all."""
        return tuple(sorted(int(year) for year in self.table["year"].unique()))

    @cached_property
    def id(self) -> str:
        """Content hash of editions, boundaries and rows, 12 hexadecimal digits."""
        digest = hashlib.sha256(
            f"{self.source}\n{self.target}\n{self.method}\n{self.source_hash}\n{self.target_hash}".encode()
        )
        for column in COLUMNS:
            values = self.table[column]
            if column in ("kind", "source", "target"):
                digest.update("\n".join(values.astype(str)).encode())
            else:
                digest.update(np.ascontiguousarray(values.to_numpy()).tobytes())
        return digest.hexdigest()[:12]

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
        place = {code: number for number, code in enumerate(self.sources)}
        goes = {code: number for number, code in enumerate(self.targets)}
        at = (rows["target"].map(goes).to_numpy(np.intp), rows["source"].map(place).to_numpy(np.intp))
        shape = (len(self.targets), len(self.sources))
        return sparse.csr_array((rows["weight"].to_numpy(), at), shape=shape)

    def rows(self, kind: str = POPULATION, year: int = ANY_YEAR) -> pd.DataFrame:
        """The rows of one kind and year.

        Raises
        ------
        InputError
            There are none.
        """
        found = self.table[(self.table["kind"] == kind) & (self.table["year"] == year)]
        if found.empty:
            raise InputError(
                f"The crosswalk {self.source} → {self.target} has no weights of kind '{kind}' for year {year}.",
                hint=f"it has {', '.join(self.kinds)} for {', '.join(map(str, self.years))}.",
            )
        return found

    def nearest_year(self, year: int) -> int:
        """The year whose weights to use for a figure's year: its own, else the nearest, the later of two as near."""
        return max(self.years, key=lambda known: (-abs(known - year), known))

    def __repr__(self) -> str:
        pieces = len(self.table.drop_duplicates(["source", "target"]))
        return f"<Crosswalk: {self.source} → {self.target} by {self.method}, {pieces} pieces>"


def _conform(table: pd.DataFrame) -> pd.DataFrame:
    given: dict[str, Any] = {
        "kind": POPULATION,
        "year": ANY_YEAR,
        "n": np.nan,
        "shared_area": np.nan,
        "fallback": False,
    }
    missing = [name for name in ("source", "target", "weight") if name not in table.columns]
    if missing:
        raise InputError.missing_columns("The crosswalk", missing, list(table.columns))
    frame = table.assign(**{name: value for name, value in given.items() if name not in table.columns})[list(COLUMNS)]
    types: dict[str, str] = {"kind": "str", "source": "str", "target": "str", "fallback": "bool"}
    frame = frame.astype({"year": np.int16, "weight": np.float64, "n": np.float64, "shared_area": np.float64, **types})
    frame = frame.sort_values(_KEY, kind="stable", ignore_index=True)
    if frame.duplicated(_KEY).any():
        twice = frame.loc[frame.duplicated(_KEY)].iloc[0]
        raise InputError(
            f"The crosswalk has {twice['source']} → {twice['target']} twice for {twice['kind']}, {twice['year']}.",
            hint="give each pair once, with its whole weight.",
        )
    return frame


def positions(codes: Sequence[str], among: Sequence[str]) -> npt.NDArray[np.int64]:
    """Place of each code in a list of codes, −1 for one that is not in it.

    Examples
    --------
    >>> positions(["b", "c"], ["a", "b"]).tolist()
    [1, -1]
    """
    return pd.Index(among).get_indexer(pd.Index(codes)).astype(np.int64)
