"""What the metadata of a release say of it: where, when, of what, how it was made, protected and recalculated."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pyproj import Transformer

from gisintegration.areas import official_names
from gisintegration.change import series_breaks
from gisintegration.publish.cells import is_code, is_recalculated
from gisintegration.publish.words import Language, edition_title
from gisintegration.swedish import sort_key
from gisintegration.tables import Areas, Indicator, Release, Status, method_words

_KOMMUN = "kommun/2003"
_STEPS = 1e4  # a box is told in so many parts of a degree, outwards


@dataclass(frozen=True)
class About:
    """What the publisher says of a release.

    Parameters
    ----------
    contact, email
        Who answers questions.
    publisher
        IRI of the organisation.
    licence
        ``CC0-1.0``, ``CC-BY-4.0``, or an IRI; empty: none is stated.
    landing_page
        Page about the release.
    download
        Address of the folder that the files lie in.
    published
        Date of publication, ``2026-04-01``; empty: not stated. The clock is never asked.
    """

    contact: str = ""
    email: str = ""
    publisher: str = ""
    licence: str = ""
    landing_page: str = ""
    download: str = ""
    published: str = ""


@dataclass(frozen=True)
class Level:
    """One edition in a release: its areas, years and cells, and how many are shown and protected."""

    key: str
    title: Mapping[str, str]
    areas: int
    years: tuple[int, int]
    cells: int
    shown: int
    protected: int


@dataclass(frozen=True)
class Recalculated:
    """Figures recalculated by weights: how many, how exact, and how wide they are.

    Parameters
    ----------
    cells
        With a figure.
    exact
        Median share of a figure that comes from areas that were carried over whole.
    error
        Median standard error in per cent of the figure; NaN where none is told.
    methods
        In words.
    """

    cells: int
    exact: float
    error: float
    methods: Mapping[str, str]


@dataclass(frozen=True)
class Facts:
    """What a release says of itself. Made of its protected tables, its areas and its manifest.

    Parameters
    ----------
    box
        West, south, east, north in degrees (WGS 84), outwards to four decimals; None without a polygon.
    places
        Kommuner that its areas lie in, by name.
    years
        First and last.
    placed
        Rows of the run's placement, 1–19 as ``"<20"``; empty for published tables.
    """

    box: tuple[float, float, float, float] | None
    places: tuple[str, ...]
    years: tuple[int, int]
    levels: tuple[Level, ...]
    recalculated: Recalculated | None
    breaks: pd.DataFrame
    placed: tuple[Mapping[str, Any], ...]


def facts_of(release: Release) -> Facts:
    """The facts of a release."""
    rows = release.statistics
    placed = (release.manifest.get("steps") or {}).get("placed") or []
    return Facts(
        box=box_of(release),
        places=places_of(release),
        years=years_of(release),
        levels=tuple(_levels(release, rows)),
        recalculated=_recalculated(rows),
        breaks=series_breaks(release.tables),
        placed=tuple(placed),
    )


def box_of(release: Release) -> tuple[float, float, float, float] | None:
    """West, south, east, north of the areas in degrees, outwards; None when no border is known."""
    boxes = [areas.table.geometry.dropna().total_bounds for areas in release.areas.values()]
    known = np.array([box for box in boxes if np.isfinite(box).all()])
    if not len(known):
        return None
    low, high = known[:, :2].min(axis=0), known[:, 2:].max(axis=0)
    to_degrees = Transformer.from_crs("EPSG:3006", "EPSG:4326", always_xy=True)
    west, south, east, north = to_degrees.transform_bounds(*low, *high)
    down = tuple(math.floor(value * _STEPS) / _STEPS for value in (west, south))
    up = tuple(math.ceil(value * _STEPS) / _STEPS for value in (east, north))
    return (down[0], down[1], up[0], up[1])


def places_of(release: Release) -> tuple[str, ...]:
    """Names of the kommuner that the areas lie in, in Swedish order."""
    codes = {str(code) for areas in release.areas.values() for code in _kommuner(areas)}
    names = official_names(_KOMMUN)
    return tuple(sorted((names[code] for code in codes if code in names), key=sort_key))


def years_of(release: Release) -> tuple[int, int]:
    """First and last data year."""
    spans = [(int(table.table["year"].min()), int(table.table["year"].max())) for table in release.tables]
    return min(first for first, _ in spans), max(last for _, last in spans)


def subjects_of(release: Release) -> dict[str, list[Indicator]]:
    """The indicators by subject, both in order."""
    found: dict[str, list[Indicator]] = {}
    for indicator in sorted(release.indicators.values(), key=lambda item: sort_key(item.title["sv"])):
        found.setdefault(indicator.subject, []).append(indicator)
    return dict(sorted(found.items(), key=lambda item: sort_key(item[0])))


def registers_of(release: Release) -> list[str]:
    """The registers that the indicators name, each once, in Swedish order."""
    named = (re.split(r", (?![^()]*\))", item.register_) for item in release.indicators.values())
    return sorted({name.strip() for names in named for name in names}, key=sort_key)


def methods_of(release: Release, language: Language) -> list[str]:
    """How the figures were made, in words."""
    found = {str(text) for table in release.tables for text in table.table["method"].unique()}
    return [method_words(text, language) for text in sorted(found) if text]


def _kommuner(areas: Areas) -> Iterable[Any]:
    column = "code" if areas.division == "kommun" else "kommun"
    return list(areas.table[column].dropna()) if column in areas.table.columns else []


def _levels(release: Release, rows: pd.DataFrame) -> Iterable[Level]:
    status = [is_code(rows["status"], name) for name in (Status.SHOWN, Status.ZERO, Status.PROTECTED)]
    years = rows["year"].to_numpy()
    found = []
    for key, areas in sorted(release.areas.items()):
        here = is_code(rows["division"], areas.division) & is_code(rows["edition"], areas.edition)
        if not here.any():
            continue
        found.append(
            Level(
                key=key,
                title={"sv": edition_title(areas, "sv"), "en": edition_title(areas, "en")},
                areas=int((areas.table["kind"] == "area").sum()),
                years=(int(years[here].min()), int(years[here].max())),
                cells=int(here.sum()),
                shown=int((here & (status[0] | status[1])).sum()),
                protected=int((here & status[2]).sum()),
            )
        )
    return sorted(found, key=lambda level: (-level.areas, level.key))


def _recalculated(rows: pd.DataFrame) -> Recalculated | None:
    made = rows[is_recalculated(rows) & rows["value"].notna().to_numpy()]
    if made.empty:
        return None
    size = made["value"].abs().to_numpy()
    error = made["se"].to_numpy()[size > 0] / size[size > 0]
    methods = sorted({str(text) for text in made["method"].unique()})
    return Recalculated(
        cells=len(made),
        exact=float(made["exact_share"].median()),
        error=float(100 * np.median(error[~np.isnan(error)])) if (~np.isnan(error)).any() else math.nan,
        methods={"sv": "; ".join(method_words(text, "sv") for text in methods)}
        | {"en": "; ".join(method_words(text, "en") for text in methods)},
    )
