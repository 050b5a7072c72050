"""The long statistics table and the small tables its integer keys point into."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration import sql
from gisintegration.change import series_breaks
from gisintegration.publish.cells import is_code
from gisintegration.publish.geopackage.schema import SQL_TYPES, Layer
from gisintegration.publish.words import LANGUAGES, class_text
from gisintegration.tables import BREAKDOWNS, SCHEMA_VERSION, TOTAL, WORDS, Reason, Release, Status, method_words

KEYED = ("indicator", "area", *BREAKDOWNS, "status", "reason", "method", "coordinate_type", "policy", "release")
REALS = ("numerator", "denominator", "value", "lower", "upper", "se", "exact_share")
ORDER = (
    "indicator", "area", "year", *BREAKDOWNS, "numerator", "denominator", "value", "lower", "upper", "se", "status",
    "reason", "method", "exact_share", "n_sources", "coordinate_type", "policy", "release",
)  # fmt: skip
COLUMNS = {name: "real" if name in REALS else "year" if name == "year" else "integer" for name in ORDER}
_CHUNK = 50_000


@dataclass(frozen=True)
class Keys:
    """The integer behind every text.

    Parameters
    ----------
    areas
        Edition → key of each of its areas, in their order.
    texts
        Column of the row → text → key, for all columns but ``area``.
    """

    areas: Mapping[str, npt.NDArray[np.int64]]
    texts: Mapping[str, Mapping[str, int]]

    @property
    def total(self) -> dict[str, int]:
        """The key that says "not broken down" in each breakdown."""
        return {name: self.texts[name][TOTAL] for name in BREAKDOWNS}


def make_keys(release: Release, rows: pd.DataFrame) -> Keys:
    """Number every text of the release: editions, areas and indicators in order, classes with ``total`` first."""
    areas, first = {}, 1
    for key in sorted(release.areas):
        areas[key] = np.arange(first, first + len(release.areas[key]))
        first += len(release.areas[key])
    texts: dict[str, dict[str, int]] = {}
    number = 1
    for name in BREAKDOWNS:
        codes = [TOTAL, *(code for code in _used(rows[name]) if code != TOTAL)]
        texts[name] = {code: number + i for i, code in enumerate(codes)}
        number += len(codes)
    texts["indicator"] = _numbered(list(release.indicators))
    texts["status"] = _numbered([str(status) for status in Status])
    texts["reason"] = _numbered([str(reason) for reason in Reason if reason])
    for name in ("method", "coordinate_type", "policy"):
        texts[name] = _numbered([text for text in _used(rows[name]) if text])
    texts["release"] = {release.id: 1}
    return Keys(areas, texts)


def write_keys(con: sqlite3.Connection, release: Release, keys: Keys, layers: Mapping[str, str]) -> list[Layer]:
    """Write the small tables.

    Parameters
    ----------
    layers
        Edition → name of its layer.
    """
    tables = {
        "key_release": _release_rows(release),
        "key_edition": _edition_rows(release, layers),
        "key_area": _area_rows(release, keys),
        "key_indicator": _indicator_rows(release, keys),
        "key_class": _class_rows(release, keys),
        "key_status": [
            {"id": number, "code": code, **{lang: getattr(WORDS[Status(code)], lang) for lang in LANGUAGES}}
            for code, number in keys.texts["status"].items()
        ],
        "key_reason": [{"id": number, "code": code} | _REASONS[code] for code, number in keys.texts["reason"].items()],
        "key_method": [
            {"id": number, "code": code, **{lang: method_words(code, lang) for lang in LANGUAGES}}
            for code, number in keys.texts["method"].items()
        ],
        "key_coordinate_type": [{"id": number, "code": code} for code, number in keys.texts["coordinate_type"].items()],
        "key_policy": [
            {"id": number, "code": code, **{lang: release.stamps.get(code, {}).get(lang, "") for lang in LANGUAGES}}
            for code, number in keys.texts["policy"].items()
        ],
        "breaks": [
            {"id": number, **{name: value or None for name, value in row.items()}}
            for number, row in enumerate(_breaks(release), start=1)
        ],
    }
    return [_write_small(con, name, rows) for name, rows in tables.items()]


def write_years(con: sqlite3.Connection, rows: pd.DataFrame) -> Layer:
    """Write ``years``: the first and last day each data year speaks of, for tools that play time."""
    years = sorted(int(year) for year in rows["year"].unique())
    columns = {"valid_from": "date", "valid_to": "date"}
    con.execute("create table years (year INTEGER primary key not null, valid_from DATE, valid_to DATE)")
    con.executemany("insert into years values (?, ?, ?)", [(y, f"{y:04d}-01-01", f"{y:04d}-12-31") for y in years])
    return Layer("years", "years", columns, description="First and last day of every data year.", rows=len(years))


def write_statistics(con: sqlite3.Connection, rows: pd.DataFrame, release: Release, keys: Keys) -> Layer:
    """Write the long table in the order of the rows, and its index on (indicator, area, year)."""
    columns = ", ".join(f"{name} {SQL_TYPES[kind]}" for name, kind in COLUMNS.items())
    con.execute(f"create table statistics (id INTEGER primary key not null, {columns})")
    insert = f"insert into statistics values ({', '.join('?' * (len(COLUMNS) + 1))})"
    numbers = {name: _numbers(rows, name, release, keys) for name in KEYED}
    for start in range(0, len(rows), _CHUNK):
        part = slice(start, start + _CHUNK)
        arrays = [
            _keys_or_none(numbers[name][part]) if name in numbers else _figures_or_none(rows[name].to_numpy()[part])
            for name in COLUMNS
        ]
        con.executemany(insert, zip(range(start + 1, start + 1 + len(arrays[0])), *arrays, strict=True))
    con.execute("create index statistics_indicator_area_year on statistics (indicator, area, year)")
    return Layer(
        "statistics", "statistics", COLUMNS, description="Every figure; integer keys into key_*.", rows=len(rows)
    )


def write_remainders(con: sqlite3.Connection, rows: pd.DataFrame, release: Release, keys: Keys) -> Layer | None:
    """Write ``remainders``: what is drawn of a kommun where the areas' borders are not known, for every year.

    They have no figures. Their numbers go on where those of ``statistics`` end, so that a view can hold both.
    """
    found = []
    for key in sorted(release.areas):
        areas = release.areas[key]
        mine = rows[is_code(rows["division"], areas.division) & is_code(rows["edition"], areas.edition)]
        years = sorted(int(year) for year in mine["year"].unique())
        is_rest = areas.table["kind"].to_numpy() == "remainder"
        found += [(int(area), year) for area in keys.areas[key][is_rest] for year in years]
    if not found:
        return None
    columns = {"area": "integer", "year": "year", "value": "real", "status": "integer", "method": "integer"}
    listed = ", ".join(f"{name} {SQL_TYPES[kind]}" for name, kind in columns.items())
    con.execute(f"create table remainders (id INTEGER primary key not null, {listed})")
    status = keys.texts["status"][Status.NOT_APPLICABLE]
    con.executemany(
        "insert into remainders values (?, ?, ?, null, ?, null)",
        [(len(rows) + 1 + i, area, year, status) for i, (area, year) in enumerate(found)],
    )
    con.execute("create index remainders_area on remainders (area)")
    text = "What is left of a kommun where the areas' borders are not known: drawn, never given figures."
    return Layer("remainders", "remainders", columns, description=text, rows=len(found))


def _numbers(rows: pd.DataFrame, name: str, release: Release, keys: Keys) -> npt.NDArray[np.int64]:
    if name == "area":
        return _area_numbers(rows, release, keys)
    category = rows[name].cat
    lookup = np.array([keys.texts[name].get(str(text), 0) for text in category.categories] + [0], dtype=np.int64)
    numbers: npt.NDArray[np.int64] = lookup[category.codes.to_numpy()]
    return numbers


def _area_numbers(rows: pd.DataFrame, release: Release, keys: Keys) -> npt.NDArray[np.int64]:
    numbers = np.zeros(len(rows), dtype=np.int64)
    category = rows["area"].cat
    codes = category.codes.to_numpy()
    for key in sorted(release.areas):
        areas = release.areas[key]
        here = is_code(rows["division"], areas.division) & is_code(rows["edition"], areas.edition)
        position = {code: int(number) for code, number in zip(areas.table["code"], keys.areas[key], strict=True)}
        lookup = np.array([position.get(str(code), 0) for code in category.categories] + [0], dtype=np.int64)
        numbers[here] = lookup[codes[here]]
    return numbers


def _keys_or_none(values: npt.NDArray[np.int64]) -> list[object]:
    """Keys as plain numbers; None for 0, which is the key of no text."""
    return [key or None for key in values.tolist()]


def _figures_or_none(values: npt.NDArray[np.generic]) -> list[object]:
    """Figures as plain numbers; None for NaN."""
    found: list[object] = values.tolist()
    if values.dtype.kind == "f" and np.isnan(values).any():
        return [None if figure != figure else figure for figure in found]  # noqa: PLR0124  NaN differs from itself
    return found


def _release_rows(release: Release) -> list[dict[str, object]]:
    words = {f"notes_{lang}": "\n".join(note[lang] for note in release.notes) for lang in LANGUAGES}
    return [
        {
            "id": 1,
            "code": release.id,
            "name": release.name,
            "schema_version": SCHEMA_VERSION,
            **{f"source_{lang}": release.source_line(lang) for lang in LANGUAGES},
            **words,
        }
    ]


def _breaks(release: Release) -> list[dict[str, object]]:
    """The breaks that the release was made with, else those its tables tell."""
    known = release.manifest.get("breaks")
    found = series_breaks(release.tables).to_dict("records") if known is None else known
    return [{str(name): value for name, value in row.items()} for row in found]


def _edition_rows(release: Release, layers: Mapping[str, str]) -> list[dict[str, object]]:
    return [
        {
            "id": number,
            "division": areas.division,
            "edition": areas.edition,
            "title_sv": areas.title.get("sv", key),
            "title_en": areas.title.get("en", key),
            "first_year": areas.years[0],
            "last_year": areas.years[1],
            "layer": layers[key],
            "source": areas.source,
            "licence": areas.licence,
        }
        for number, (key, areas) in enumerate(sorted(release.areas.items()), start=1)
    ]


def _area_rows(release: Release, keys: Keys) -> list[dict[str, object]]:
    return [
        {"id": int(number), "edition": edition, "code": code, "name": name, "kind": kind}
        for edition, (key, areas) in enumerate(sorted(release.areas.items()), start=1)
        for number, code, name, kind in zip(
            keys.areas[key], areas.table["code"], areas.table["name"], areas.table["kind"], strict=True
        )
    ]


def _indicator_rows(release: Release, keys: Keys) -> list[dict[str, object]]:
    rows = []
    for code, number in keys.texts["indicator"].items():
        item = release.indicators[code]
        texts = {
            f"{part}_{lang}": getattr(item, part)[lang]
            for part in ("title", "unit", "description")
            for lang in LANGUAGES
        }
        rows.append(
            {
                "id": number,
                "code": code,
                **texts,
                "subject": item.subject,
                "kind": str(item.kind),
                "counted": item.counted,
                "reference": item.reference,
                "additive": item.additive,
                "decimals": item.decimals,
                "high_is": item.high_is,
                "register": item.register_,
                "breaks": json.dumps([part.model_dump() for part in item.breaks], ensure_ascii=False),
                **{f"assumption_{lang}": (item.assumption or {}).get(lang, "") for lang in LANGUAGES},
            }
        )
    return rows


def _class_rows(release: Release, keys: Keys) -> list[dict[str, object]]:
    return [
        {
            "id": number,
            "breakdown": breakdown,
            "code": code,
            **{lang: class_text(release.labels, breakdown, code, lang) for lang in LANGUAGES},
        }
        for breakdown in BREAKDOWNS
        for code, number in keys.texts[breakdown].items()
    ]


def _write_small(con: sqlite3.Connection, name: str, rows: Sequence[Mapping[str, object]]) -> Layer:
    columns = _KEY_COLUMNS[name]
    listed = ", ".join(f"{column} {SQL_TYPES[kind]}" for column, kind in columns.items())
    con.execute(f"create table {sql.name(name)} (id INTEGER primary key not null, {listed})")
    marks = ", ".join("?" * (len(columns) + 1))
    con.executemany(
        f"insert into {sql.name(name)} values ({marks})",
        [(row["id"], *(row[column] for column in columns)) for row in rows],
    )
    return Layer(name, name, columns, rows=len(rows))


def _texts(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "text")


_KEY_COLUMNS: dict[str, dict[str, str]] = {
    "key_release": _texts("code", "name", "schema_version", "source_sv", "source_en", "notes_sv", "notes_en"),
    "key_edition": _texts("division", "edition", "title_sv", "title_en")
    | {"first_year": "year", "last_year": "year"}
    | _texts("layer", "source", "licence"),
    "key_area": {"edition": "integer"} | _texts("code", "name", "kind"),
    "key_indicator": _texts(
        "code", "title_sv", "title_en", "unit_sv", "unit_en", "description_sv", "description_en", "subject", "kind",
        "counted", "reference", "additive",
    )
    | {"decimals": "integer"}
    | _texts("high_is", "register", "breaks", "assumption_sv", "assumption_en"),
    "key_class": _texts("breakdown", "code", "sv", "en"),
    "key_status": _texts("code", "sv", "en"),
    "key_reason": _texts("code", "sv", "en"),
    "key_method": _texts("code", "sv", "en"),
    "key_coordinate_type": _texts("code"),
    "key_policy": _texts("code", "sv", "en"),
    "breaks": {"year": "year"} | _texts("kind", "indicator", "division", "area", "sv", "en", "source"),
}  # fmt: skip

_REASONS = {
    "primary": {"sv": "för få personer", "en": "too few persons"},
    "secondary": {"sv": "skyddar en annan uppgift", "en": "protects another figure"},
    "small_base": {"sv": "för få personer i gruppen", "en": "too few persons in the group"},
    "zero_or_small": {"sv": "ingen eller för få med egenskapen", "en": "none or too few with the property"},
}


def _used(column: pd.Series) -> list[str]:
    return sorted(str(text) for text in column.cat.remove_unused_categories().cat.categories)


def _numbered(texts: Sequence[str]) -> dict[str, int]:
    return {text: number for number, text in enumerate(texts, start=1)}
