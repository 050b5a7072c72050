"""Names of layers and columns: whatever comes in, what goes out is safe, short and unique."""

import re

from hypothesis import given
from hypothesis import strategies as st

from gisintegration.publish.layers import short_names
from gisintegration.publish.words import distinct, identifier

INDICATORS = st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True), unique=True, min_size=1, max_size=40)


@given(st.text())
def test_identifiers_are_plain(text):
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,61}", identifier(text))


@given(st.lists(st.text(max_size=5), max_size=20))
def test_layers_never_share_a_name(texts):
    names = []
    for text in texts:
        names.append(distinct(identifier(text), names))
    assert len(set(names)) == len(texts)


@given(INDICATORS)
def test_short_names_are_unique_and_at_most_ten_characters(indicators):
    columns = ["code", *(name for item in indicators for name in (item, f"{item}_status"))]
    columns = list(dict.fromkeys(columns))
    names = short_names(columns)
    assert list(names) == columns
    assert max(map(len, names.values())) <= 10
    assert len({name.lower() for name in names.values()}) == len(columns)
