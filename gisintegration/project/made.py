"""What a run makes before it writes: protected tables, the areas they speak of, and how they came to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gisintegration.areas import AreaDivision
from gisintegration.change import Crosswalk
from gisintegration.database.part import Part
from gisintegration.publish.words import LANGUAGES, edition_title
from gisintegration.registers import PlacementReport, ReadReport
from gisintegration.tables import Indicator, Labels

Texts = Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Made:
    """Figures that are safe to publish, from a register or from published tables.

    Parameters
    ----------
    parts
        In the store, under one policy.
    indicators, labels, stamps, empty
        Of the parts, as in a :class:`gisintegration.database.draft.Draft`.
    areas
        Every edition the parts stand on, by key.
    steps
        What was done, for the manifest; counts 1–19 of persons as ``"<20"``.
    messages
        What was left out, and why.
    notes
        Sentences that every output carries.
    delivered
        Areas without a polygon, by edition.
    placed, read
        Of a register: how persons came to their areas, and how it was read.
    source
        Who published the figures; empty for the user's own.
    recalculated
        One row a crosswalk used: source, target, method, its id, areas.
    crosswalks
        Those made here; from persons' places they are internal.
    reused, counted
        Of a register: how many parts the store had, and how many indicators were counted now, by year.
    """

    parts: Sequence[Part]
    indicators: Mapping[str, Indicator]
    labels: Labels
    stamps: Mapping[str, Texts]
    areas: Mapping[str, AreaDivision]
    steps: Mapping[str, Any]
    empty: Sequence[str] = ()
    source: str = ""
    messages: tuple[str, ...] = ()
    notes: tuple[Texts, ...] = ()
    delivered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    placed: tuple[PlacementReport, ...] = ()
    read: ReadReport | None = None
    recalculated: tuple[Mapping[str, Any], ...] = ()
    crosswalks: tuple[Crosswalk, ...] = ()
    reused: int = 0
    counted: Mapping[int, int] = field(default_factory=dict)


def without_polygon(areas: Mapping[str, AreaDivision]) -> dict[str, tuple[str, ...]]:
    """Codes of the areas whose border is not known, by edition; editions that have none are left out."""
    found = {key: tuple(str(code) for code in one.codes[one.geometry.isna().to_numpy()]) for key, one in areas.items()}
    return {key: codes for key, codes in found.items() if codes}


def delivered_notes(delivered: Mapping[AreaDivision, Sequence[str]]) -> list[Texts]:
    """A sentence for each edition with areas whose border is not known: they are counted by delivered code."""
    notes: list[Texts] = []
    for division, codes in delivered.items():
        named = ", ".join(codes)
        title = {language: edition_title(division, language) for language in LANGUAGES}
        notes.append(
            {
                "sv": f"{title['sv']}: {len(codes)} områden utan känd gräns räknas efter levererad kod: {named}.",
                "en": f"{title['en']}: {len(codes)} areas without known borders, counted by delivered code: {named}.",
            }
        )
    return notes
