"""Spatial views: one indicator on one edition, with a row for every area and year and no geometry written twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from gisintegration import sql
from gisintegration.publish.cells import PARTS, QUALITY, is_code, is_estimated, of_edition
from gisintegration.publish.geopackage.geometry import EditionLayers, aliases
from gisintegration.publish.geopackage.schema import GEOMETRY, ROW_NUMBER, Layer
from gisintegration.publish.geopackage.statistics import Keys
from gisintegration.publish.words import Language, explanation, layer_title, marked, unit_text
from gisintegration.tables import BREAKDOWNS, Indicator, Release

_COLUMNS = {
    "code": "text",
    "name": "text",
    "kind": "text",
    "year": "year",
    "valid_from": "date",
    "valid_to": "date",
    "value": "real",
    "status": "text",
    "status_text": "text",
    "method": "text",
}


@dataclass(frozen=True)
class IndicatorView:
    """A view, and what its style has to know.

    Parameters
    ----------
    edition, indicator
        Whose figures it shows.
    statuses
        Those that occur in it.
    remainders
        Whether remainders are drawn in it.
    areas
        Number of areas drawn.
    estimated
        Whether some figures are estimated. It then has columns that say how sure they are.
    """

    layer: Layer
    edition: str
    indicator: str
    statuses: tuple[str, ...]
    remainders: bool
    areas: int
    estimated: bool = False


def write_views(
    con: sqlite3.Connection,
    release: Release,
    rows: pd.DataFrame,
    edition: EditionLayers,
    keys: Keys,
    *,
    language: Language,
) -> list[IndicatorView]:
    """Make the views of one edition, for the indicators that have figures on it; none without polygons.

    Parameters
    ----------
    rows
        Totals of the release.
    """
    if edition.display is None:
        return []
    here = of_edition(rows, edition.areas)
    remainders = bool((edition.areas.table["kind"] == "remainder").any())
    made = []
    for indicator in release.indicators:
        mine = here[is_code(here["indicator"], indicator)]
        if mine.empty:
            continue
        estimated = bool(is_estimated(mine).any())
        parts = [part for part in PARTS if mine[part].notna().any()] + (list(QUALITY) if estimated else [])
        layer = _declared(release, edition, indicator, parts, language)
        where = {"indicator": keys.texts["indicator"][indicator], **keys.total}
        display = edition.display.name
        con.execute(_statement(layer, display, where, parts=parts, language=language, remainders=remainders))
        statuses = tuple(sorted(str(status) for status in mine["status"].unique()))
        drawn = edition.display.rows or 0
        made.append(IndicatorView(layer, edition.key, indicator, statuses, remainders, drawn, estimated))
    return made


def write_readable(con: sqlite3.Connection, language: Language) -> Layer:
    """Make ``statistics_text``: the long table with every key written out, for those who read it as it is."""
    keyed = {"status": "text", "reason": "text", "method": "text", "policy": "text"}
    columns = {
        "indicator": "text", "division": "text", "edition": "text", "area": "text", "name": "text", "year": "year",
        **dict.fromkeys(BREAKDOWNS, "text"), "numerator": "real", "denominator": "real", "value": "real", **keyed,
    }  # fmt: skip
    classes = " ".join(f"join key_class c_{name} on c_{name}.id = s.{name}" for name in BREAKDOWNS)
    marks = " ".join(f"left join key_{name} k_{name} on k_{name}.id = s.{name}" for name in keyed)
    chosen = ", ".join(
        [
            f"s.id as {ROW_NUMBER}", "i.code as indicator", "e.division as division", "e.edition as edition",
            "a.code as area", "a.name as name", "s.year as year", *(f"c_{name}.code as {name}" for name in BREAKDOWNS),
            "s.numerator as numerator", "s.denominator as denominator", "s.value as value",
            *(f"k_{name}.code as {name}" for name in keyed),
        ]
    )  # fmt: skip
    con.execute(
        f"create view statistics_text as select {chosen} from statistics s join key_indicator i on i.id = s.indicator "
        f"join key_area a on a.id = s.area join key_edition e on e.id = a.edition {classes} {marks}"
    )
    text = {"sv": "Alla uppgifter med texter i stället för nycklar.", "en": "Every figure, with texts for keys."}
    return Layer("statistics_text", "statistics_text", columns, description=text[language], view=True)


def _declared(release: Release, edition: EditionLayers, indicator: str, parts: list[str], language: Language) -> Layer:
    item = release.indicators[indicator]
    columns = dict(_COLUMNS)
    for part in parts:
        columns[part] = "real"
    return Layer(
        f"{edition.true.name}__{indicator}",
        marked(layer_title(item, edition.areas, language), release, language),
        columns,
        description=" ".join(explanation(item, language)),
        aliases=view_aliases(columns, item, language),
        spatial=True,
        view=True,
        extent=edition.display.extent if edition.display else None,
    )


def view_aliases(columns: Mapping[str, str], indicator: Indicator, language: Language) -> dict[str, str]:
    """What a view's columns are called; the value after its indicator."""
    value = f"{indicator.title[language]} ({unit_text(indicator, language)})"
    return aliases(columns, language) | {"value": value}


def _statement(
    layer: Layer, display: str, where: Mapping[str, int], *, parts: Sequence[str], language: Language, remainders: bool
) -> str:
    """The view's SQL. Columns are taken as they are, for an expression loses its type and QGIS then sees text."""
    drawn = f"d.{GEOMETRY} as {GEOMETRY}, d.code as code, d.name as name, d.kind as kind"
    told = (
        "s.year as year, y.valid_from as valid_from, y.valid_to as valid_to, s.value as value, "
        f"t.code as status, t.{language} as status_text, m.code as method"
    )
    joins = (
        f"join {sql.name(display)} d on d.area_key = s.area join years y on y.year = s.year "
        "join key_status t on t.id = s.status left join key_method m on m.id = s.method"
    )
    figures = "".join(f", s.{part} as {part}" for part in parts)
    # In a view of two parts both must have the same columns: a remainder's parts are its value, which is always empty.
    nothing = "".join(f", s.value as {part}" for part in parts)
    text = (
        f"create view {sql.name(layer.name)} as select s.id as {ROW_NUMBER}, {drawn}, {told}{figures} "
        f"from statistics s {joins} "
        f"where {' and '.join(f's.{name} = {number}' for name, number in where.items())}"
    )
    if remainders:
        text += f" union all select s.id as {ROW_NUMBER}, {drawn}, {told}{nothing} from remainders s {joins}"
    return text
