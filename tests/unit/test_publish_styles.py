"""Styles: which rules a layer gets, that they cover every cell once, and that hostile texts stay texts."""

from xml.etree import ElementTree as ET

import pytest

from gisintegration.publish.classes import Classes
from gisintegration.publish.qml import style_document
from gisintegration.publish.qml.document import plain_html, quoted
from gisintegration.publish.qml.symbols import PATTERNS
from gisintegration.publish.styles import indicator_style
from gisintegration.tables import Status
from gisintegration.testing import example_indicator

THREE = Classes((10.0, 20.0, 35.0))


def style_of(release, *, classed=THREE, statuses=("shown",), remainders=False, **texts):
    indicator = example_indicator("share", **texts)
    return indicator_style(
        indicator,
        indicator.title["sv"],
        classed,
        release,
        columns=["OGC_FID", "code", "value", "status"],
        aliases={"value": indicator.title["sv"]},
        statuses=statuses,
        remainders=remainders,
        areas=6,
        language="sv",
    )


def labels(style):
    return [rule.label for rule in style.rules]


def test_classes_then_states_then_remainders(small_release):
    style = style_of(small_release, statuses=("missing", "shown", "zero"), remainders=True)
    assert labels(style) == [
        "Exempel (share) (%)",
        "under 20,0",
        "20,0 eller mer",
        "skyddas (för få personer)",
        "noll",
        "uppgift saknas",
        "återstod av kommun, gränser okända",
    ]


def test_outer_classes_are_open_so_that_no_value_falls_outside(small_release):
    shown = "\"kind\" <> 'remainder' and \"status\" = 'shown'"
    filters = [rule.filter for rule in style_of(small_release).rules]
    assert filters[:3] == ["false", f'{shown} and "value" < 20.0', f'{shown} and "value" >= 20.0']


def test_without_any_shown_value_there_is_no_class_and_protected_is_named(small_release):
    assert labels(style_of(small_release, classed=Classes(()), statuses=("protected",))) == [
        "skyddas (för få personer)"
    ]


def test_no_two_states_look_alike():
    fills = [*PATTERNS.by_status.values(), PATTERNS.remainder]
    assert set(PATTERNS.by_status) == set(Status) - {Status.SHOWN}
    assert len({(fill.color, fill.pattern, fill.angle, fill.outline, fill.outline_style) for fill in fills}) == len(
        fills
    )


@pytest.mark.parametrize("title", ["a < b & \"c\" 'd'", "[% eval('1') %]", "ctrl \x07 here", "]]> <script>"])
def test_hostile_titles_stay_text(small_release, title):
    style = style_of(small_release, title={"sv": title, "en": "x"})
    root = ET.fromstring(style_document(style).split("\n", 1)[1])
    shown = title.replace("\x07", "\ufffd")
    assert root.find("aliases/alias[@field='value']").get("name") == shown
    tip = root.find("mapTip").text
    assert plain_html(shown) in tip
    assert tip.count("[%") == style_of(small_release).map_tip.count("[%")


def test_strings_of_expressions_are_closed():
    assert quoted("it's \\ ok") == "'it''s \\\\ ok'"


def test_estimates_are_marked_after_the_states(small_release):
    indicator = example_indicator("share")
    style = indicator_style(
        indicator,
        indicator.title["en"],
        THREE,
        small_release,
        columns=["OGC_FID", "code", "value", "status"],
        aliases={},
        statuses=("shown",),
        remainders=False,
        areas=6,
        language="en",
        estimated='"exact_share" < 1',
        bounds=True,
    )
    assert labels(style)[-2:] == ["protected (too few persons)", "estimated (recalculated)"]
    assert style.rules[-1].filter == '"kind" <> \'remainder\' and "exact_share" < 1'
    assert 'min("upper", "value" + 1.645 * "se")' in style.map_tip
    assert "estimated" not in style_of(small_release).map_tip
