"""Recalculation over drawn persons and drawn crosswalks: nothing lost or made, and the truth always within the bounds."""

import math
import random
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gisintegration import Crosswalk, RawTable, protect, recalculate
from gisintegration.tables import ProtectedTable
from gisintegration.testing import example_indicator, example_raw

YEAR, EARLIER = 2021, 2015
EVERYONE = example_indicator("count", name="population")
ADULTS = example_indicator("count", name="adults", population={"age": "20-64"})
WORKING = example_indicator("count", name="working", population={"age": "20-64", "labour_status": "employed"})
SHARE = example_indicator("share", name="working_share", population={"age": "20-64"})
AID = example_indicator("mean", name="aid_mean", population={"age": "20-64"}, variable="social_assistance")
DECLARED = {item.id: item for item in (EVERYONE, ADULTS, WORKING, SHARE, AID)}


@st.composite
def towns(draw):
    density = draw(st.sampled_from([0.25, 0.5, 1.0]))
    return town_of(draw(st.integers(0, 2**32 - 1)), draw(st.integers(1, 5)), draw(st.integers(1, 5)), density)


def town_of(seed, sources, targets, density):
    """Persons with a source, a target, a year and what they are; some pieces empty, some sources of nobody."""
    rng = np.random.default_rng(seed)
    touch = rng.random((sources, targets)) < density
    touch[np.arange(sources), rng.integers(targets, size=sources)] = True
    frames = []
    for year in (EARLIER, YEAR):
        size = int(rng.integers(0, 60))
        place = rng.choice(np.flatnonzero(touch.ravel()), size=size)
        adult = rng.random(size) < 0.6
        works = adult & (rng.random(size) < rng.random(targets)[place % targets])
        aid = np.where(adult, rng.integers(0, 50, size=size) * (rng.random(size) < 0.4), 0)
        frames.append(
            pd.DataFrame(
                {
                    "year": year,
                    "source": place // targets,
                    "target": place % targets,
                    "adult": adult,
                    "works": works,
                    "aid": aid,
                }
            )
        )
    return pd.concat(frames, ignore_index=True), touch


def codes(side, number):
    return tuple(f"{side}{i}" for i in range(number))


def points(persons, touch, kinds=None, years=(EARLIER, YEAR)):
    """The crosswalk of persons' places: a row for each piece, also those that nobody lives in."""
    rows = []
    for kind, member in (kinds or {"population": np.ones(len(persons), dtype=bool)}).items():
        for year in years:
            mine = persons[member & (persons["year"] == year)]
            inside = np.zeros(touch.shape)
            np.add.at(inside, (mine["source"].to_numpy(), mine["target"].to_numpy()), 1)
            for s, t in np.argwhere(touch):
                everyone = inside[s].sum()
                weight = inside[s, t] / everyone if everyone else 1 / touch[s].sum()
                rows.append((kind, year, f"s{s}", f"t{t}", weight, inside[s, t], everyone == 0))
    frame = pd.DataFrame(rows, columns=["kind", "year", "source", "target", "weight", "n", "fallback"])
    return Crosswalk(
        "own/1", "own/2", "points", frame, codes("s", touch.shape[0]), codes("t", touch.shape[1]), raw=True
    )


def sums(persons, side, number):
    """What is true, by area of a side."""
    group = persons[side].to_numpy()
    count = {
        "population": np.ones(len(persons)),
        "adults": persons["adult"].to_numpy(float),
        "working": persons["works"].to_numpy(float),
        "aid": persons["aid"].to_numpy(float),
    }
    return {name: np.bincount(group, weights=values, minlength=number) for name, values in count.items()}


PARTS = {
    "population": ("population", None),
    "adults": ("adults", None),
    "working": ("working", None),
    "working_share": ("working", "adults"),
    "aid_mean": ("aid", "adults"),
}


def table_of(persons, number):
    found = sums(persons, "source", number)
    frames = []
    for name, (top, base) in PARTS.items():
        under = found[base] if base else found[top]
        made = example_raw(numerator=found[top], denominator=under, kind=DECLARED[name].kind.value, year=YEAR,
                           areas=codes("s", number), division="own", edition="1")  # fmt: skip
        frames.append(made.table.assign(indicator=name))
    return RawTable(pd.concat(frames), DECLARED)


def truths(persons, number):
    found = sums(persons, "target", number)
    scale = {"working_share": 100}
    for name, (top, base) in PARTS.items():
        with np.errstate(invalid="ignore", divide="ignore"):
            values = found[top] if base is None else found[top] / found[base] * scale.get(name, 1)
        for place, value in enumerate(values):
            yield name, f"t{place}", value


def check_bounds(made, persons, touch, *, slack=1e-9):
    rows = made.table.set_index(["indicator", "area"])
    for name, area, truth in truths(persons[persons["year"] == YEAR], touch.shape[1]):
        found = rows.loc[(name, area)]
        if not np.isnan(found["value"]):
            assert found["lower"] <= found["value"] <= found["upper"] or np.isnan(found["upper"]), (name, area)
        if not np.isnan(truth):
            assert not found["lower"] > truth + slack, (name, area, found["lower"], truth)
            assert not found["upper"] < truth - slack, (name, area, found["upper"], truth)


WAYS = ["same", "earlier", "kinds", "area"]


@settings(max_examples=40, deadline=None)
@given(towns(), st.sampled_from(WAYS))
def test_the_truth_lies_within_the_bounds(town, way):
    check_town(town, way)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(200))
def test_the_truth_of_hundreds_of_towns_lies_within_the_bounds(seed):
    rng = np.random.default_rng(seed)
    town = town_of(seed, int(rng.integers(1, 9)), int(rng.integers(1, 9)), float(rng.choice([0.2, 0.5, 1.0])))
    for way in WAYS:
        check_town(town, way)


def check_town(town, way):
    persons, touch = town
    now = persons[persons["year"] == YEAR]
    table = table_of(now, touch.shape[0])
    if way == "area":
        walk = points(persons, touch, years=(EARLIER,))
        walk = Crosswalk("own/1", "own/2", "area", walk.table.assign(n=np.nan, year=0), walk.sources, walk.targets)
        made = recalculate(table, walk)
    elif way == "kinds":
        members = {"population": np.ones(len(persons), dtype=bool), "adults": persons["adult"].to_numpy()}
        kinds = dict.fromkeys(["adults", "working", "working_share", "aid_mean"], "adults")
        made = recalculate(table, points(persons, touch, members), kinds=kinds)
    else:
        made = recalculate(table, points(persons, touch, years=(EARLIER,) if way == "earlier" else (EARLIER, YEAR)))
    check_bounds(made, persons, touch)
    rows = made.table
    of_persons = ~rows["indicator"].isin(["aid_mean", "working_share"])
    exact = rows[(rows["method"] == "summed") & of_persons & rows["value"].notna()]
    assert (exact["lower"] == exact["upper"]).all()
    assert (exact["se"] == 0).all()
    assert (exact["exact_share"] == 1).all()
    true = {(name, area): value for name, area, value in truths(now, touch.shape[1])}
    for _, found in exact.iterrows():
        assert found["value"] == true[found["indicator"], found["area"]]


@settings(max_examples=40, deadline=None)
@given(towns())
def test_points_of_the_same_year_are_the_truth_for_their_population(town):
    persons, touch = town
    now = persons[persons["year"] == YEAR]
    members = {"population": np.ones(len(persons), dtype=bool), "adults": persons["adult"].to_numpy()}
    made = recalculate(table_of(now, touch.shape[0]), points(persons, touch, members), kinds={"adults": "adults"}).table
    true = sums(now, "target", touch.shape[1])
    reached = {f"t{t}" for t in np.flatnonzero(touch.any(axis=0))}
    for name in ("population", "adults"):
        rows = made[(made["indicator"] == name) & made["area"].isin(reached) & (made["status"] != "missing")]
        wanted = [true[name][int(area[1:])] for area in rows["area"]]
        assert rows["value"].tolist() == wanted
        assert (rows["exact_share"] == 1).all()
        assert (rows["se"] == 0).all()
        assert (rows["lower"] == rows["value"]).all()
        assert (rows["upper"] == rows["value"]).all()


@settings(max_examples=40, deadline=None)
@given(towns())
def test_published_shares_hold_within_their_rounding(town):
    persons, touch = town
    now = persons[persons["year"] == YEAR]
    raw = table_of(now, touch.shape[0])
    safe = protect(RawTable(raw.table[raw.table["indicator"] != "aid_mean"], raw.indicators), "internal")[0]
    share = safe.table["indicator"] == "working_share"
    frame = safe.table.assign(**{
        name: safe.table[name].mask(share) for name in ("numerator", "denominator")
    })  # fmt: skip
    shown = ProtectedTable(frame, safe.indicators, stamps=safe.stamps)
    # As if the persons in the pieces were public: those few of a raw crosswalk would be put together.
    public = replace(points(persons, touch), raw=False)
    made = recalculate(shown, public, denominators={"working_share": "adults"})
    rows = made.table[made.table["indicator"] == "working_share"].set_index("area")
    for name, area, truth in truths(now, touch.shape[1]):
        if name == "working_share" and not np.isnan(truth):
            found = rows.loc[area]
            assert not found["lower"] > truth + 1e-9
            assert not found["upper"] < truth - 1e-9
            assert found["status"] in ("shown", "zero")


@st.composite
def crosswalks(draw, size=None):
    """A crosswalk of splits, merges, border moves and islands, weights of any fraction."""
    sources = draw(st.integers(1, 8)) if size is None else size
    targets = draw(st.integers(1, 8))
    rows = []
    for s in range(sources):
        parts = draw(st.lists(st.integers(0, targets - 1), min_size=1, max_size=4, unique=True))
        amounts = draw(st.lists(st.integers(1, 10**6), min_size=len(parts), max_size=len(parts)))
        rest = 1.0
        for t, amount in zip(parts[:-1], amounts[:-1], strict=True):
            weight = amount / sum(amounts)
            rest -= weight
            rows.append((f"s{s}", f"t{t}", weight))
        rows.append((f"s{s}", f"t{parts[-1]}", rest))
    frame = pd.DataFrame(rows, columns=["source", "target", "weight"])
    return Crosswalk("own/1", "own/2", "table", frame, codes("s", sources), codes("t", targets))


def totals(values):
    """The sum forwards, backwards, shuffled and exactly: all must be one number."""
    known = [float(value) for value in values if not math.isnan(value)]
    mixed = random.Random(1).sample(known, len(known))
    return {sum(known), sum(reversed(known)), sum(mixed), float(np.sum(known)), math.fsum(known)}


@settings(max_examples=60, deadline=None)
@given(st.data(), crosswalks(), st.sampled_from([1, 10**4, 10**7, 10**12]))
def test_totals_are_equal_to_the_last_unit(data, walk, size):
    figures = data.draw(st.lists(st.integers(0, size), min_size=len(walk.sources), max_size=len(walk.sources)))
    raw = example_raw(
        numerator=figures, denominator=figures, kind="count", areas=walk.sources, division="own", edition="1"
    )
    made = recalculate(raw, walk).table
    assert totals(made["value"]) == {float(sum(figures))}
    assert (made["n_sources"] <= len(walk.sources)).all()


@settings(max_examples=40, deadline=None)
@given(st.data(), crosswalks())
def test_missing_sources_take_only_their_targets_along(data, walk):
    number = len(walk.sources)
    figures = data.draw(st.lists(st.integers(0, 10**6), min_size=number, max_size=number))
    gone = data.draw(st.lists(st.booleans(), min_size=number, max_size=number))
    values = [math.nan if lost else float(n) for n, lost in zip(figures, gone, strict=True)]
    raw = example_raw(
        numerator=values, denominator=values, kind="count", areas=walk.sources, division="own", edition="1"
    )
    made = recalculate(raw, walk).table.set_index("area")
    for target in walk.targets:
        into = walk.table[(walk.table["target"] == target) & (walk.table["weight"] > 0)]
        lost = any(gone[int(code[1:])] for code in into["source"]) or into.empty
        assert (made.loc[target, "status"] == "missing") == lost
    # What reaches targets without a missing source adds up with what the same sources send elsewhere.
    whole = recalculate(
        example_raw(
            numerator=figures, denominator=figures, kind="count", areas=walk.sources, division="own", edition="1"
        ),
        walk,
    ).table.set_index("area")
    kept = made["status"] != "missing"
    assert made.loc[kept, "value"].tolist() == whole.loc[kept, "value"].tolist()


@settings(max_examples=60, deadline=None)
@given(st.data(), crosswalks())
def test_totals_hold_over_two_crosswalks_and_their_composition(data, first):
    second = data.draw(crosswalks(size=len(first.targets)))
    rows = second.table.assign(
        source=second.table["source"].str.replace("s", "t"), target="u" + second.table["target"].str[1:]
    )
    second = Crosswalk("own/2", "own/3", "table", rows, first.targets, codes("u", len(second.targets)))
    number = len(first.sources)
    figures = data.draw(st.lists(st.integers(0, 10**6), min_size=number, max_size=number))
    raw = example_raw(
        numerator=figures, denominator=figures, kind="count", areas=first.sources, division="own", edition="1"
    )
    between = recalculate(raw, first)
    reached = set(between.table.loc[between.table["status"] != "missing", "area"])
    cut = second.table[second.table["source"].isin(reached)]
    second = Crosswalk("own/2", "own/3", "table", cut, tuple(t for t in first.targets if t in reached), second.targets)
    kept = RawTable(between.table[between.table["area"].isin(reached)], between.indicators)
    assert math.fsum(recalculate(kept, second).table["value"].dropna()) == sum(figures)
    first = Crosswalk(
        "own/1", "own/2", "table", first.table, first.sources, tuple(t for t in first.targets if t in reached)
    )
    assert totals(recalculate(raw, first.compose(second)).table["value"]) == {float(sum(figures))}


@settings(max_examples=40, deadline=None)
@given(st.data(), crosswalks())
def test_a_share_stays_between_its_sources(data, walk):
    number = len(walk.sources)
    base = data.draw(st.lists(st.integers(0, 10**4), min_size=number, max_size=number))
    top = [data.draw(st.integers(0, n)) for n in base]
    raw = example_raw(numerator=top, denominator=base, areas=walk.sources, division="own", edition="1")
    made = recalculate(raw, walk).table
    before = raw.table.set_index("area")["value"]
    for _, found in made[made["status"] != "missing"].iterrows():
        into = walk.table[(walk.table["target"] == found["area"]) & (walk.table["weight"] > 0)]["source"]
        within = before[into].dropna()
        # Pieces are put on steps of 2⁻²⁰ persons.
        slack = 1e-6 + 100 * 8 * 2.0**-20 / found["denominator"]
        assert within.min() - slack <= found["value"] <= within.max() + slack
        assert found["lower"] <= found["value"] <= found["upper"]
    assert totals(made["numerator"]) == {float(sum(top))}
    assert totals(made["denominator"]) == {float(sum(base))}


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_rows_does_not_matter(order):
    rows = pd.DataFrame(
        {"source": ["s0", "s0", "s1", "s1"], "target": ["t0", "t1", "t0", "t1"], "weight": [1 / 3, 2 / 3, 0.1, 0.9]}
    )
    walk = Crosswalk("own/1", "own/2", "table", rows[::order], codes("s", 2), codes("t", 2))
    raw = example_raw(numerator=[10, 7], denominator=[20, 9], areas=codes("s", 2), division="own", edition="1")
    made = recalculate(RawTable(raw.table[::order], raw.indicators), walk).table
    straight = recalculate(raw, Crosswalk("own/1", "own/2", "table", rows, codes("s", 2), codes("t", 2))).table
    pd.testing.assert_frame_equal(made, straight)
