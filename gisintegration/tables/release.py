"""A release: an immutable set of protected tables with the areas they speak of. The only thing that is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import geopandas as gpd
import pandas as pd
from pandas.api.types import union_categoricals

from gisintegration.tables.indicator import Indicator
from gisintegration.tables.row import constant, in_order
from gisintegration.tables.table import Labels, ProtectedTable


class Areas(Protocol):
    """What a publisher needs to know of an edition; ``areas.AreaDivision`` has it."""

    @property
    def division(self) -> str: ...

    @property
    def edition(self) -> str: ...

    @property
    def table(self) -> gpd.GeoDataFrame: ...

    @property
    def years(self) -> tuple[int | None, int | None]: ...

    @property
    def title(self) -> Mapping[str, str]: ...

    @property
    def parents(self) -> Mapping[str, str]: ...

    @property
    def members(self) -> Mapping[str, tuple[str, ...]]: ...

    @property
    def display(self) -> gpd.GeoSeries | None: ...

    @property
    def source(self) -> str: ...

    @property
    def licence(self) -> str: ...

    @property
    def key(self) -> str: ...

    def __len__(self) -> int: ...


@dataclass(frozen=True, eq=False)
class Release:
    """Protected tables, the areas they speak of, and how they came to be. Made by ``gi.release``.

    Parameters
    ----------
    name
        Short name given by the user; part of file names and titles.
    id
        Content hash over the sorted rows, 12 hexadecimal digits.
    tables
        The protected tables.
    areas
        ``areas["deso/2025"]``: the edition each row's (division, edition) means.
    manifest
        Inputs with hashes, parameters, versions, counts in and out of each step; counts 1–19 as ``"<20"``.
    organisation, source
        For the source line: "Källa: …. Bearbetning: ‹organisation›".
    notes
        Sentences in Swedish and English every output carries (a synthetic register, areas counted by delivered code).
    number
        In the store it is kept in; None: in memory only.
    """

    name: str
    id: str
    tables: tuple[ProtectedTable, ...]
    areas: Mapping[str, Areas]
    manifest: Mapping[str, Any] = field(default_factory=dict)
    organisation: str = ""
    source: str = ""
    notes: tuple[Mapping[str, str], ...] = ()
    number: int | None = None

    @property
    def statistics(self) -> pd.DataFrame:
        """Every row of every table, in the order files have; texts as categories; ``release`` is this release's id."""
        frames = [table.table for table in self.tables]
        merged = frames[0] if len(frames) == 1 else in_order(_stacked(frames))
        return merged.assign(release=constant(self.id, len(merged)))

    @property
    def indicators(self) -> dict[str, Indicator]:
        """Declarations of the indicators in the release, by id in order."""
        found = {key: value for table in self.tables for key, value in table.indicators.items()}
        return {key: found[key] for key in sorted(found)}

    @property
    def labels(self) -> Labels:
        """``labels[breakdown][class][language]`` over all tables."""
        merged: dict[str, dict[str, Mapping[str, str]]] = {}
        for table in self.tables:
            for breakdown, classes in table.labels.items():
                merged.setdefault(breakdown, {}).update(classes)
        return merged

    @property
    def stamps(self) -> dict[str, Mapping[str, str]]:
        """The protection sentences of every policy in the release."""
        return {policy: words for table in self.tables for policy, words in table.stamps.items()}

    def source_line(self, language: str) -> str:
        """The line under every figure, ``Källa: SCB. Bearbetning: Göteborgs Stad.``, in the language asked for."""
        source, made = {"sv": ("Källa", "Bearbetning"), "en": ("Source", "Processed by")}[language]
        parts = [
            f"{source}: {self.source}" if self.source else "",
            f"{made}: {self.organisation}" if self.organisation else "",
        ]
        return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def _stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    categories = [str(column) for column in frames[0].select_dtypes("category")]
    unions = {column: union_categoricals([frame[column] for frame in frames]) for column in categories}
    return pd.concat([frame.drop(columns=categories) for frame in frames], ignore_index=True).assign(**unions)[
        list(frames[0].columns)
    ]
