"""Any release is the same after PX and after JSON-stat: every row, every status, and nothing that was not there."""

import math

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from released import AREAS, LABELS, areas, cells, made, row

from gisintegration.formats import read_jsonstat, read_px
from gisintegration.publish import write_jsonstat, write_px
from gisintegration.tables import BREAKDOWNS, Status

quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
letters = st.characters(
    codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Co", "Zl", "Zp"), exclude_characters="\ufeff"
)
names = st.text(st.one_of(st.sampled_from("åäöÅÄÖ;=,#()[]\"' -.*"), letters), min_size=1, max_size=60)
keys = st.tuples(
    st.sampled_from(["example_share", "example_mean", "example_count"]), st.sampled_from(AREAS), st.integers(2019, 2022),
    st.sampled_from(["total", "women", "men"]),
    *(st.sampled_from(["total", *LABELS[name]]) for name in BREAKDOWNS[1:]),
)  # fmt: skip
figures = st.integers(-(10**7), 10**7).filter(bool)


@st.composite
def releases(draw):
    rows = []
    for key in draw(st.lists(keys, min_size=1, max_size=25, unique=True)):
        status = draw(st.sampled_from([str(one) for one in Status]))
        whole = draw(figures)
        value = 0.0 if status == "zero" else float(whole) if key[0] == "example_count" else whole / 10
        columns = ("indicator", "area", "year", *BREAKDOWNS)
        rows.append(row(value, status=status, **dict(zip(columns, key, strict=True))))
    return made(rows, on=areas(draw(st.tuples(names, names, names))))


@quick
@given(release=releases(), layout=st.sampled_from(["list", "apart"]), language=st.sampled_from(["sv", "en"]))
def test_the_same_cells_come_back(tmp_path, release, layout, language):
    (px,) = write_px(release, tmp_path / "px", layout=layout, language=language)
    (js,) = write_jsonstat(release, tmp_path / "js", layout=layout, language=language)
    for cube in (read_px(px), read_jsonstat(js)):
        found, left = cells(release, cube)
        assert not left
        for key, ((figure, mark), (wanted, wanted_mark)) in found.items():
            assert mark == wanted_mark, key
            assert figure == wanted or (math.isnan(figure) and math.isnan(wanted)), key
