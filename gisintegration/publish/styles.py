"""The default styles of published layers: classes common to all years, a pattern for every state, map tips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gisintegration.publish.cells import NORMAL_90
from gisintegration.publish.classes import Classes, ramp
from gisintegration.publish.qml.document import Rule, Style, plain_html, quoted
from gisintegration.publish.qml.symbols import INK, PATTERNS, Fill
from gisintegration.publish.words import ESTIMATED, REMAINDER, Language, sentences, unit_text
from gisintegration.tables import WORDS, Indicator, Release, Status

_BETWEEN: Mapping[Language, Sequence[Sequence[str]]] = {
    "sv": (
        ("<br>sannolikt ", "{low}", " till ", "{high}", " (90 %)"),
        ("<br>lägst ", "{lower}", ", högst ", "{upper}"),
    ),
    "en": (("<br>probably ", "{low}", " to ", "{high}", " (90%)"), ("<br>lowest ", "{lower}", ", highest ", "{upper}")),
}
_IS_AREA = "\"kind\" <> 'remainder'"


def indicator_style(
    indicator: Indicator,
    title: str,
    classed: Classes,
    release: Release,
    *,
    columns: Sequence[str],
    aliases: Mapping[str, str],
    statuses: Sequence[str],
    remainders: bool,
    areas: int,
    language: Language,
    value: str = "value",
    status: str = "status",
    estimated: str = "",
    bounds: bool = False,
    temporal: bool = True,
) -> Style:
    """The style of one indicator: its classes, and a rule for each state that occurs in the layer.

    Parameters
    ----------
    title
        Heads the legend and the map tip.
    classed
        Classes of shown values of every year.
    statuses
        Those that occur in the layer. Protected areas are named in the legend whether there are any or not.
    value, status
        The columns they stand in.
    estimated
        The QGIS expression of estimated figures, which are marked over their class; empty: there are none.
    bounds
        Whether the layer has columns ``lower`` and ``upper``, which the map tip then tells of estimated figures.
    """
    occurring = {Status.PROTECTED, *(Status(code) for code in statuses)} - {Status.SHOWN}
    rules = []
    if len(classed.edges):
        rules.append(Rule(f"{title} ({unit_text(indicator, language)})", "false"))
        shown = f"{_IS_AREA} and \"{status}\" = 'shown'"
        rules += _class_rules(indicator, classed, value, language, shown=shown)
    for code in Status:
        if code in occurring:
            text = WORDS[code].sv if language == "sv" else WORDS[code].en
            rules.append(Rule(text, f'{_IS_AREA} and "{status}" = {quoted(code)}', PATTERNS.by_status[code]))
    if estimated:
        rules.append(Rule(ESTIMATED[language], f"{_IS_AREA} and {estimated}", PATTERNS.estimated))
    if remainders:
        rules.append(Rule(REMAINDER[language], "\"kind\" = 'remainder'", PATTERNS.remainder))
    sure = _sureness(indicator, estimated, language, bounds=bounds) if estimated else ""
    return Style(
        tuple(rules),
        tuple(columns),
        aliases=aliases,
        map_tip=_map_tip(indicator, title, release, language, value=value, status=status, temporal=temporal, sure=sure),
        areas=areas,
        temporal=temporal,
    )


def plain_style(
    *,
    columns: Sequence[str],
    aliases: Mapping[str, str],
    title: str,
    remainders: bool,
    areas: int,
    language: Language,
    filled: bool,
) -> Style:
    """The style of areas without figures: pale with thin borders, remainders hatched with the codes they hold."""
    fill = Fill("#eceae4", outline=INK) if filled else Fill("", outline="#5f5f5b")
    rules = [Rule(title, _IS_AREA, fill)]
    if remainders:
        rules.append(Rule(REMAINDER[language], "\"kind\" = 'remainder'", PATTERNS.remainder))
    tip = '<b>[% "name" %]</b><br>[% "code" %][% coalesce(\'<br>\' || "members", \'\') %]'
    return Style(tuple(rules), tuple(columns), aliases=aliases, map_tip=tip, areas=areas)


def _class_rules(indicator: Indicator, classed: Classes, value: str, language: Language, *, shown: str) -> list[Rule]:
    colors = ramp(indicator.high_is, max(len(classed), 1))
    labels = classed.labels(language, indicator.decimals)
    inner = [None, *classed.edges[1:-1], None]
    rules = []
    for i, (color, label) in enumerate(zip(colors, labels, strict=True)):
        low, high = inner[i], inner[i + 1]
        limits = [
            shown,
            *([f'"{value}" >= {low!r}'] if low is not None else []),
            *([f'"{value}" < {high!r}'] if high is not None else []),
        ]
        rules.append(Rule(label, " and ".join(limits), Fill(color)))
    return rules


def _sureness(indicator: Indicator, estimated: str, language: Language, *, bounds: bool) -> str:
    """What the map tip says of an estimated figure: that it is one, between what it probably lies, and its bounds."""
    told = quoted(f"<br>{ESTIMATED[language]}")
    if bounds:
        tens = 10**indicator.decimals
        margin = f'{NORMAL_90} * "se"'
        # Bounds are rounded outwards, so that they still are bounds.
        ends = {
            "low": f'max("lower", "value" - {margin})',
            "high": f'min("upper", "value" + {margin})',
            "lower": f'floor("lower" * {tens}) / {tens}',
            "upper": f'ceil("upper" * {tens}) / {tens}',
        }
        shown = {name: f"format_number({end}, {indicator.decimals}, {quoted(language)})" for name, end in ends.items()}
        for text in _BETWEEN[language]:
            # A part that is not known is left out: without a standard error there is no probable interval.
            parts = [shown[part[1:-1]] if part.startswith("{") else quoted(part) for part in text]
            told += f" || coalesce({' || '.join(parts)}, '')"
    return f"[% case when {estimated} then {told} else '' end %]"


def _map_tip(
    indicator: Indicator,
    title: str,
    release: Release,
    language: Language,
    *,
    value: str,
    status: str,
    temporal: bool,
    sure: str,
) -> str:
    unit = unit_text(indicator, language)
    figure = f'format_number("{value}", {indicator.decimals}, {quoted(language)}) || {quoted(chr(160) + unit)}'
    states = " ".join(
        f'when "{status}" = {quoted(code)} then {quoted(WORDS[code].sv if language == "sv" else WORDS[code].en)}'
        for code in Status
        if code not in (Status.SHOWN, Status.ZERO)
    )
    rest = f"when \"kind\" = 'remainder' then {quoted(REMAINDER[language])}"
    when = ', [% "year" %]' if temporal else ""
    small = "<br>".join(plain_html(text) for text in sentences(release, language))
    return (
        f'<b>[% "name" %]</b> ([% "code" %])<br>{plain_html(title)}{when}<br>'
        f"<b>[% case {rest} {states} else {figure} end %]</b>{sure}<br><small>{small}</small>"
    )
