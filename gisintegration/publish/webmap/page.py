"""The page around the map: folium's figure, our element in it, and every script, style and font put inside."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import folium
from branca.element import Element, MacroElement
from jinja2 import Environment, StrictUndefined, Template

from gisintegration.errors import OutputError
from gisintegration.publish.webmap.content import breaks_by_text
from gisintegration.publish.webmap.texts import Language, words
from gisintegration.publish.words import COUNTED, REFERENCE, class_text, edition_title, is_internal
from gisintegration.tables import TOTAL, Indicator, Release

_HERE = files("gisintegration.publish.webmap")
_SCRIPTS = (
    "tools.js", "model.js", "layers.js", "legend.js", "time.js", "chart.js", "panel.js", "search.js", "table.js",
    "main.js",
)  # fmt: skip
_STYLES = ("page.css", "parts.css", "phone_and_print.css")
# Nothing may be fetched, whatever stands in the page.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_FONT = (
    "@font-face{{font-family:'Source Sans 3';font-weight:200 900;font-display:block;"
    "src:url(data:font/woff2;base64,{font}) format('woff2')}}"
)
# A map is made with these before our script runs.
_CALM = (
    "if(matchMedia('(prefers-reduced-motion: reduce)').matches)"
    "L.Map.mergeOptions({zoomAnimation:false,fadeAnimation:false,markerZoomAnimation:false,inertia:false});"
)
_EXTERNAL = re.compile(r"""(?:\b(?:src|href)\s*=\s*["']?|url\(\s*["']?|@import\s+["'])(?:https?:)?//""", re.IGNORECASE)
# Characters of a note beyond which its list is folded away.
_LONG_NOTE = 160


class StatisticsMap(MacroElement):
    """Our part of a folium map. It holds places only: what is put there never passes folium's templates.

    branca renders what an element has written once more as a template, so that a name like ``{{ 7 * 7 }}`` would be
    computed; therefore names, figures and scripts are put in after rendering.
    """

    _template = Template(
        "{% macro header(this, kwargs) %}<!--gisintegration:style-->{% endmacro %}"
        "{% macro html(this, kwargs) %}<!--gisintegration:body-->{% endmacro %}"
        "{% macro script(this, kwargs) %}gisintegration({{ this._parent.get_name() }});{% endmacro %}"
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca types a part of itself
        self._name = "StatisticsMap"


def page(data: Mapping[str, Any], release: Release, indicator: Indicator, *, language: Language) -> str:
    """The whole page as text, with nothing in it that is fetched.

    Raises
    ------
    OutputError
        folium wrote a reference to another file: its version is not one this page was made for.
    """
    west, south, east, north = _bounds(data)
    figure = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        crs="Simple",
        tiles=None,
        zoom_start=-6,
        zoom_control=False,
        attributionControl=False,
        minZoom=-12,
        maxZoom=2,
        zoomSnap=0.25,
        zoomDelta=0.75,
        wheelPxPerZoomLevel=90,
    )
    # Of what folium loads only Leaflet is used, and that is put in below.
    figure.default_js, figure.default_css = [], []
    figure.add_child(StatisticsMap())
    _fix_ids(figure.get_root())
    text = _document(figure.get_root().render(), language)
    if found := _EXTERNAL.search(text):
        raise OutputError(f"folium {version('folium')} loads {text[found.start() : found.start() + 80]!r}.")
    places = {
        "style": _head(data),
        "body": _body(data, release, indicator, language),
    }
    for place, filling in places.items():
        before, mark, after = text.partition(f"<!--gisintegration:{place}-->")
        if not mark:
            raise OutputError(f"folium {version('folium')} left no place for the page's {place}.")
        text = before + filling + after
    return text


def _fix_ids(root: Element) -> None:
    """Name the elements, which branca names by chance: the same release must give the same bytes."""
    waiting, number = [root], 0
    while waiting:
        element = waiting.pop(0)
        element._id = f"{number:02d}"  # noqa: SLF001  branca has no other way to say it
        number += 1
        waiting += list(element._children.values())  # noqa: SLF001  as above
        waiting += [getattr(element, name) for name in ("header", "html", "script") if hasattr(element, name)]


def _document(rendered: str, language: Language) -> str:
    rendered = rendered.replace("<html>", f'<html lang="{language}">', 1)
    # folium forbids zooming the text, which a reader with weak sight needs.
    return re.sub(
        r'<meta name="viewport"[^>]*>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        rendered,
        count=1,
    )


def _head(data: Mapping[str, Any]) -> str:
    title = f"{data['title']} {_span(data)}"
    font = base64.b64encode((_HERE / "vendor" / "source-sans-3.woff2").read_bytes()).decode("ascii")
    leaflet = re.sub(r"url\((?:images|#default)[^)]*\)", "none", _read("vendor", "leaflet.css"))
    styles = [_FONT.format(font=font), leaflet, *(_read("app", name) for name in _STYLES)]
    scripts = [_read("vendor", "leaflet.js"), _read("vendor", "topojson-client.js"), _CALM]
    return "\n".join(
        [
            f"<title>{html.escape(title)}</title>",
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="color-scheme" content="light">',
            *(f"<style>{style}</style>" for style in styles),
            *(f"<script>{_script(text)}</script>" for text in scripts),
        ]
    )


def _body(data: Mapping[str, Any], release: Release, indicator: Indicator, language: Language) -> str:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    shown = environment.from_string(_read("app", "page.html")).render(
        t=words(language),
        data=data,
        release=release,
        indicator=indicator,
        language=language,
        internal=is_internal(release),
        sex="" if data["sex"] == class_text(release.labels, "sex", TOTAL, language) else data["sex"],
        facts=_facts(data, release, indicator, language),
        notes=[_folded(note[language]) for note in release.notes],
        stamps=[stamp[language] for _, stamp in sorted(release.stamps.items())],
        source=release.source_line(language),
    )
    plain = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    safe = plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    safe = safe.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    program = "\n".join(_read("app", name) for name in _SCRIPTS)
    return (
        f'{shown}\n<script type="application/json" id="gi-data">{safe}</script>\n'
        f'<script>const gisintegration=(()=>{{"use strict";\n{_script(program)}\nreturn start;}})();</script>'
    )


def _folded(note: str) -> tuple[str, str]:
    """A note as what is always shown, and what is unfolded: the list after its last colon, where it is long."""
    head, _, rest = note.rpartition(": ")
    return (head, rest) if head and len(note) > _LONG_NOTE else (note, "")


def _facts(
    data: Mapping[str, Any], release: Release, indicator: Indicator, language: Language
) -> list[tuple[str, Sequence[str]]]:
    """The heads and texts of "About the statistics"."""
    t = words(language)
    ages = indicator.population.get("age")
    counted = COUNTED.get(indicator.counted, {}).get(language, indicator.counted)
    of_age = [t["ages"].format(ages=str(ages).replace("-", "–"))] if isinstance(ages, str) and "-" in ages else []
    reference = REFERENCE[indicator.reference][language].format(year=_span(data))
    editions = [release.areas[item["key"]] for item in data["editions"]]
    titles = ", ".join(areas.title.get(language) or edition_title(areas, language) for areas in editions)
    origin = ", ".join(dict.fromkeys(f"{a.source} ({a.licence})" if a.licence else a.source for a in editions))
    crs = "SWEREF 99 TM (EPSG:3006)"
    facts: list[tuple[str, Sequence[str]]] = [
        (t["definition"], [indicator.description[language]]),
        (t["population"], [", ".join([counted, *of_age])]),
        (t["unit"], [indicator.unit[language]]),
        (t["reference"], [reference]),
        (t["breaks"], breaks_by_text(data)),
        (t["assumption"], [indicator.assumption[language]] if indicator.assumption else []),
        (t["protection"], [stamp[language] for _, stamp in sorted(release.stamps.items())]),
        (t["borders"], [t["borders_text"].format(titles=titles, crs=crs), *([origin] if origin else [])]),
        (t["source"], [release.source_line(language)] if release.source_line(language) else []),
        (t["release"], [f"{release.name} · {release.id}"]),
    ]
    return [(head, texts) for head, texts in facts if texts]


def _span(data: Mapping[str, Any]) -> str:
    first, last = data["frames"][0]["year"], data["frames"][-1]["year"]
    return str(last) if first == last else f"{first}–{last}"


def _bounds(data: Mapping[str, Any]) -> tuple[float, float, float, float]:
    boxes = [edition["topology"]["bbox"] for edition in data["editions"]]
    first, last = [min(box[i] for box in boxes) for i in (0, 1)], [max(box[i] for box in boxes) for i in (2, 3)]
    return first[0], first[1], last[0], last[1]


def _script(text: str) -> str:
    return text.replace("</script", "<\\/script")


def _read(folder: str, name: str) -> str:
    return (_HERE / folder / name).read_text(encoding="utf-8")
