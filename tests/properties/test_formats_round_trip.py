"""Any table with dimensions is the same after PX and after JSON-stat; nothing that is read brings the reader down."""

import contextlib
import json
import math
from datetime import datetime

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gisintegration.errors import GisIntegrationError
from gisintegration.formats import (
    MARKS,
    Cube,
    Dimension,
    Kind,
    Measure,
    Note,
    read_jsonstat,
    read_px,
    write_jsonstat,
    write_px,
)

LANGUAGES = ("sv", "en")
NAN = float("nan")
quick = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)

# All that PX can hold in a text; quotation marks and, in notes, # are the two it cannot.
letters = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Co"), exclude_characters='"\ufeff')
words = st.text(st.one_of(st.sampled_from("åäöÅÄÖ;=,#()[]' -.*'"), letters), min_size=1, max_size=20)
names = words.filter(lambda text: text != "*")
lines = st.lists(words.map(lambda text: text.replace("#", "+")), min_size=1, max_size=3).map("\n".join)
long_lines = st.one_of(lines, lines.map(lambda text: text * 30))
dates = st.none() | st.datetimes(datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2100-01-01")).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)


def texts(strategy, *, main=False):
    second = st.none() | strategy
    first = strategy if main else st.none() | strategy
    return st.tuples(first, second).map(lambda pair: {k: v for k, v in zip(LANGUAGES, pair, strict=True) if v})


def measures(decimals):
    return st.builds(
        Measure, unit=texts(words, main=True), decimals=decimals, reference_time=texts(words), contact=texts(lines),
        base_period=texts(words), updated=dates, stock=st.sampled_from(["", "S", "F", "A"]),
        prices=st.sampled_from(["", "C", "F"]),
    )  # fmt: skip


@st.composite
def dimensions(draw, code, label, other, kind):
    codes = tuple(draw(st.lists(names, min_size=1, max_size=4, unique=True)))
    size = len(codes)
    labels = {"sv": tuple(draw(st.lists(names, min_size=size, max_size=size, unique=True)))}
    if draw(st.booleans()):
        labels["en"] = tuple(draw(st.lists(names, min_size=size, max_size=size, unique=True)))
    scale = {}
    if kind is Kind.TIME and draw(st.booleans()):
        codes = tuple(f"{2000 + number}" for number in range(size))
        scale = {
            "timescale": "A1",
            "times": tuple(f"{1990 + number}" for number in range(size)) if draw(st.booleans()) else (),
        }
    return Dimension(
        code=code, label={"sv": label} | ({"en": other} if other else {}), codes=codes, labels=labels, kind=kind,
        measures=tuple(draw(measures(st.integers(0, 6))) for _ in codes) if kind is Kind.CONTENT else (),
        elimination=draw(st.one_of(st.booleans(), st.sampled_from(codes))), domain=draw(st.just("") | words),
        map=draw(words) if kind is Kind.GEO else "", **scale,
    )  # fmt: skip


@st.composite
def cubes(draw):
    count = draw(st.integers(1, 4))
    kinds = draw(st.permutations([Kind.CONTENT, Kind.TIME, Kind.GEO, Kind.OTHER, Kind.OTHER]))[:count]
    codes = draw(st.lists(names, min_size=count, max_size=count, unique=True))
    labels = draw(st.lists(names, min_size=2 * count, max_size=2 * count, unique=True))
    other = draw(st.booleans())
    made = tuple(
        draw(dimensions(codes[at], labels[at], labels[count + at] if other else "", kind))
        for at, kind in enumerate(kinds)
    )
    shape = [len(one.codes) for one in made]
    cells = math.prod(shape)
    marks = draw(st.lists(st.sampled_from(MARKS), min_size=cells, max_size=cells))
    measure = draw(measures(st.integers(0, 6)))
    content = next((one for one in made if one.kind is Kind.CONTENT), None)
    shown = [one.decimals for one in content.measures] if content else [measure.decimals]
    stored = draw(st.none() | st.integers(max(shown) + 1, 7))
    axis = made.index(content) if content else 0
    figures = []
    for position, mark in enumerate(marks):
        own = shown[np.unravel_index(position, shape)[axis]] if content else shown[0]
        whole = draw(st.integers(-(10**9), 10**9))
        figures.append({"": whole / 10 ** (own if stored is None else stored), "-": 0}.get(mark, NAN))
    return Cube(
        dimensions=made, figures=figures, marks=marks, heading=draw(st.integers(0, count)), languages=LANGUAGES,
        matrix=draw(words), table_id=draw(st.just("") | words), title=draw(texts(words, main=True)),
        contents=draw(texts(words, main=True)), description=draw(texts(words)), subject_code=draw(words),
        subject_area=draw(texts(words, main=True)), source=draw(texts(words)), survey=draw(texts(words)),
        database=draw(texts(words)), measure=measure, notes=draw(st.lists(notes(made), max_size=6)),
        symbols=draw(st.dictionaries(st.sampled_from(MARKS[1:]), texts(words, main=True), max_size=3)),
        created=draw(dates), next_update=draw(dates), update_frequency=draw(st.just("") | words),
        official=draw(st.booleans()), copyright=draw(st.booleans()), aggregation=draw(st.booleans()),
        stored_decimals=stored,
    )  # fmt: skip


def notes(made):
    text = texts(long_lines, main=True)
    signs = texts(words, main=True)
    one = st.sampled_from(made)
    value = one.flatmap(lambda dim: st.tuples(st.just(dim.code), st.sampled_from(dim.codes)))
    cell = st.tuples(*(st.none() | st.sampled_from(dim.codes) for dim in made))
    flag = st.booleans()
    return st.one_of(
        st.builds(lambda text, must: Note(text=text, mandatory=must), text, flag),
        st.builds(lambda text, dim, must: Note(text=text, dimension=dim.code, mandatory=must), text, one, flag),
        st.builds(
            lambda text, at, must: Note(text=text, dimension=at[0], value=at[1], mandatory=must), text, value, flag
        ),
        st.builds(lambda text, at, must: Note(text=text, cell=at, mandatory=must), text, cell, flag),
        st.builds(lambda text, at: Note(text=text, cell=at, sign=True), signs, cell),
        st.builds(lambda text, at: Note(text=text, dimension=at[0], value=at[1], sign=True), signs, value),
        st.builds(lambda text: Note(text=text, sign=True), signs),
    )


@quick
@given(cube=cubes())
def test_px_and_back(tmp_path, cube):
    back = read_px(write_px(cube, tmp_path / "a.px"))
    assert back == cube
    assert back.other == ()


@quick
@given(cube=cubes())
def test_jsonstat_and_back(tmp_path, cube):
    assert read_jsonstat(write_jsonstat(cube, tmp_path / "a.json")) == cube


@quick
@given(cube=cubes())
def test_lines_are_short_and_the_bytes_are_the_same_again(tmp_path, cube):
    path = write_px(cube, tmp_path / "a.px")
    first = path.read_bytes()
    assert write_px(read_px(path), path).read_bytes() == first
    for line in first.decode("utf-8-sig").removesuffix("\r\n").split("\r\n"):
        assert len(line) <= 256
        assert line.count('"') % 2 == 0


@quick
@given(cube=cubes(), data=st.data())
def test_a_damaged_px_file_is_refused_or_read(tmp_path, cube, data):
    path = write_px(cube, tmp_path / "a.px")
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(
            st.binary(max_size=3) | st.sampled_from([b'"', b";", b"=", b"("])
        )
        if not raw:
            raw = bytearray(b"x")
    path.write_bytes(raw)
    with contextlib.suppress(GisIntegrationError):
        read_px(path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


@quick
@given(cube=cubes(), data=st.data())
def test_a_damaged_dataset_is_refused_or_read(tmp_path, cube, data):
    path = write_jsonstat(cube, tmp_path / "a.json")
    document = json.loads(path.read_text(encoding="utf-8"))
    holder = document
    while True:
        key = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
        inner = holder[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            break
        holder = inner
    holder[key] = data.draw(json_values)
    path.write_text(json.dumps(document), encoding="utf-8")
    with contextlib.suppress(GisIntegrationError):
        read_jsonstat(path)
