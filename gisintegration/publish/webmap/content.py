"""What the page's script is given: figures, shapes, classes and words, as one plain value that becomes JSON."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.areas import official_names
from gisintegration.publish.cells import RECALCULATED
from gisintegration.publish.classes import classes, ramp
from gisintegration.publish.webmap.choose import LETTERS, Figures, figures_of_level
from gisintegration.publish.webmap.shapes import drawn, label_points, shape, unchanged
from gisintegration.publish.webmap.texts import COORDINATES, Language, status_words, words
from gisintegration.publish.words import REFERENCE, class_text, edition_title, identifier, unit_text
from gisintegration.tables import Areas, Indicator, Kind, Release, Status, method_words

# Further out than its kommun an area is compared with the first of these that has figures.
_WIDER = ("region", "lan", "riket")
_MOST_LABELS = 400
# Whose intervals are no certain bounds: those that rest on figures published with noise say so in a note.
_LIKELY = "likely ranges"


@dataclass(frozen=True)
class Drawn:
    """The years of a page, the editions they stand on, and these editions' polygons, simplified (metres)."""

    frames: Sequence[Figures]
    editions: Sequence[Areas]
    polygons: Sequence[gpd.GeoSeries]
    tolerance: float


@dataclass(frozen=True)
class Break:
    """A year from which figures are not comparable with those before, and why."""

    frame: int
    kind: str
    text: str


def content(
    rows: pd.DataFrame,
    release: Release,
    indicator: Indicator,
    *,
    level: str,
    sex: str,
    language: Language,
    years: Collection[int] | None,
) -> dict[str, Any]:
    """Everything a page shows that changes with the reader's choices."""
    frames = figures_of_level(rows, release, level, years=years)
    editions = _editions(frames)
    polygons, tolerance = drawn(editions)
    all_drawn = Drawn(frames, editions, polygons, tolerance)
    position = {areas.key: i for i, areas in enumerate(editions)}
    values = [value for figures in frames for value in figures.numbers if value is not None]
    steps = classes(np.array(values, dtype=np.float64) / 10**indicator.decimals, decimals=indicator.decimals)
    methods = sorted({method for figures in frames for method in figures.methods if method})
    above = _above(rows, release, all_drawn, level)
    return {
        "release": release.id,
        "reference": REFERENCE[indicator.reference][language],
        "indicator": indicator.id,
        "title": indicator.title[language],
        "file": identifier(f"{indicator.id}_{level}_{sex}"),
        "language": language,
        "decimals": indicator.decimals,
        "unit": unit_text(indicator, language),
        "comparable": int(indicator.kind is not Kind.COUNT),
        "certain": int(indicator.kind is Kind.COUNT and not any(_LIKELY in note["en"] for note in release.notes)),
        "level": level,
        "sex": class_text(release.labels, "sex", sex, language),
        "policies": sorted(release.stamps),
        "classes": {
            "edges": list(steps.edges),
            "labels": steps.labels(language, indicator.decimals),
            "colours": ramp(indicator.high_is, len(steps)) if len(steps) else [],
        },
        "editions": [_edition(all_drawn, i, above, language) for i in range(len(editions))],
        "frames": [_frame(figures, position[figures.areas.key], methods) for figures in frames],
        "above": above,
        "methods": [method_words(method, language) for method in methods],
        "estimated": [int(method.startswith(RECALCULATED)) for method in methods],
        "breaks": [vars(item) for item in breaks(frames, indicator, language)],
        "status": status_words(language),
        "words": words(language),
        "labels": _labels(all_drawn, above),
    }


def breaks(frames: Sequence[Figures], indicator: Indicator, language: Language) -> list[Break]:
    """Every break between the years shown: of the division, of the declared series, of the kind of coordinate."""
    found: list[Break] = []
    said = words(language)
    for i, (before, after) in enumerate(pairwise(frames), start=1):
        if before.areas.key != after.areas.key:
            title = edition_title(after.areas, language)
            found.append(Break(i, "edition", said["break_edition"].format(edition=title, year=after.year)))
        elif _recalculated(before) != _recalculated(after):
            way = "break_recalculated" if _recalculated(before) else "break_recalculated_from"
            found.append(Break(i, "recalculated", said[way].format(year=after.year)))
        if before.coordinates != after.coordinates and after.coordinates:
            places = {"sv": " eller ", "en": " or "}[language].join(
                COORDINATES.get(kind, {}).get(language, kind) for kind in after.coordinates
            )
            found.append(Break(i, "coordinates", said["break_coordinates"].format(coordinate=places, year=after.year)))
        found += [
            Break(i, "series", f"{item.year}: {item.sv if language == 'sv' else item.en}")
            for item in indicator.breaks
            if before.year < item.year <= after.year
        ]
    return found


def _recalculated(figures: Figures) -> bool:
    return any(method.startswith(RECALCULATED) for method in figures.methods)


def breaks_by_text(data: Mapping[str, Any]) -> list[str]:
    """The texts of a page's breaks, each once, in the order of the years."""
    return list(dict.fromkeys(str(item["text"]) for item in data["breaks"]))


def _editions(frames: Sequence[Figures]) -> list[Areas]:
    found: dict[str, Areas] = {}
    for figures in frames:
        found.setdefault(figures.areas.key, figures.areas)
    return list(found.values())


def _edition(all_drawn: Drawn, position: int, above: Sequence[Mapping[str, Any]], language: Language) -> dict[str, Any]:
    areas = all_drawn.editions[position]
    drawing = shape(all_drawn.polygons[position], tolerance=all_drawn.tolerance)
    codes = [str(code) for code in areas.table["code"]]
    row = {code: i for i, code in enumerate(codes)}
    holders = {row[member]: row[code] for code in areas.members for member in areas.members[code] if member in row}
    return {
        "key": areas.key,
        "title": edition_title(areas, language),
        "edition": areas.edition,
        "codes": codes,
        "names": [str(name) for name in areas.table["name"]],
        "topology": drawing.topology,
        "points": [None if point is None else list(point) for point in drawing.points],
        "holders": {str(member): holder for member, holder in sorted(holders.items())},
        "above": [_positions(areas, item) for item in above],
        "same": [int(same) for same in unchanged(all_drawn.editions[position - 1], areas)] if position else [],
    }


def _frame(figures: Figures, edition: int, methods: Sequence[str]) -> dict[str, Any]:
    index = {method: i for i, method in enumerate(methods)} | {"": -1}
    used = [index[method] for method in figures.methods]
    frame: dict[str, Any] = {
        "year": figures.year,
        "edition": edition,
        "values": figures.numbers,
        "status": figures.status,
        "method": used[0] if len(set(used)) == 1 else used,
    }
    if any(value is not None for value in (*figures.lower, *figures.upper)):
        frame |= {"lower": figures.lower, "upper": figures.upper}
    for name in ("se", "exact", "low", "high"):
        if any(value is not None for value in getattr(figures, name)):
            frame[name] = getattr(figures, name)
    return frame


def _above(rows: pd.DataFrame, release: Release, all_drawn: Drawn, level: str) -> list[dict[str, Any]]:
    """What an area is shown beside: its kommun, and the region, län or country."""
    divisions = set(rows["division"].astype("str"))
    chosen = ["kommun"] if level != "kommun" and any("kommun" in areas.parents for areas in all_drawn.editions) else []
    chosen += [division for division in _WIDER if division in divisions and division != level][:1]
    return [_series(rows, release, all_drawn, division) for division in chosen]


def _series(rows: pd.DataFrame, release: Release, all_drawn: Drawn, division: str) -> dict[str, Any]:
    held = division in set(rows["division"].astype("str"))
    by_year = {figures.year: figures for figures in figures_of_level(rows, release, division)} if held else {}
    owners = [_owners(areas, division) for areas in all_drawn.editions]
    given = [str(code) for figures in by_year.values() for code in figures.areas.table["code"]]
    codes = sorted({*given, *(code for owner in owners for code in owner if code is not None)})
    names = _names(release, all_drawn.editions, division)
    cells = [_cells(by_year.get(figures.year), codes) for figures in all_drawn.frames]
    points = label_points(all_drawn.polygons, owners, codes) if division == "kommun" else [None] * len(codes)
    return {
        "division": division,
        "codes": codes,
        "names": [names.get(code, code) for code in codes],
        "values": [values for values, _ in cells],
        "status": [status for _, status in cells],
        "points": [None if point is None else list(point) for point in points],
    }


def _cells(figures: Figures | None, codes: Sequence[str]) -> tuple[list[int | None], str]:
    if figures is None:
        return [None] * len(codes), LETTERS[Status.MISSING] * len(codes)
    row = {str(code): i for i, code in enumerate(figures.areas.table["code"])}
    values = [figures.numbers[row[code]] if code in row else None for code in codes]
    missing = LETTERS[Status.DID_NOT_EXIST]
    return values, "".join(figures.status[row[code]] if code in row else missing for code in codes)


def _names(release: Release, editions: Sequence[Areas], division: str) -> dict[str, str]:
    official = {key for areas in editions for name, key in areas.parents.items() if name == division}
    names = {code: name for key in sorted(official) for code, name in official_names(key).items()}
    for areas in release.areas.values():
        if areas.division == division:
            names |= {str(code): str(name) for code, name in zip(areas.table["code"], areas.table["name"], strict=True)}
    return names


def _owners(areas: Areas, division: str) -> npt.NDArray[np.object_]:
    if division in areas.table:
        return np.asarray(areas.table[division], dtype=object)
    return np.full(len(areas), None, dtype=object)


def _positions(areas: Areas, item: Mapping[str, Any]) -> list[int]:
    if item["division"] == "region":
        return [0] * len(areas)
    row = {code: i for i, code in enumerate(item["codes"])}
    return [row.get(code, -1) for code in _owners(areas, item["division"])]


def _labels(all_drawn: Drawn, above: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Names written on the map: of kommuner, or of the areas themselves when they are larger than that."""
    for item in above:
        if item["division"] == "kommun":
            pairs = zip(item["names"], item["points"], strict=True)
            return [{"name": name, "at": point} for name, point in pairs if point is not None]
    last, series = all_drawn.editions[-1], all_drawn.polygons[-1]
    if len(last) > _MOST_LABELS:
        return []
    codes = last.table["code"].to_numpy(dtype=object)
    points = label_points([series], [codes], list(codes))
    return [
        {"name": str(name), "at": list(point)}
        for name, point in zip(last.table["name"], points, strict=True)
        if point is not None
    ]
