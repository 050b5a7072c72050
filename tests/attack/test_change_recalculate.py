"""What an attacker can read from a recalculated protected table: nothing that was not there before."""

import numpy as np
import pandas as pd
import pytest

from gisintegration import Crosswalk, RawTable, protect, recalculate
from gisintegration.errors import DisclosureError, IndicatorError
from gisintegration.tables import ProtectedTable
from gisintegration.testing import example_indicator, example_raw

POPULATION = example_indicator("count", name="population")
SHARE = example_indicator("share")
FIGURES = ["numerator", "denominator", "value", "lower", "upper", "se", "exact_share"]


def walk(pairs, sources, targets):
    return Crosswalk(
        "own/1", "own/2", "table", pd.DataFrame(pairs, columns=["source", "target", "weight"]), sources, targets
    )


def protected(top, base, areas):
    share = example_raw(numerator=top, denominator=base, areas=areas, division="own", edition="1")
    count = example_raw(numerator=base, denominator=base, kind="count", areas=areas, division="own", edition="1")
    frame = pd.concat([share.table, count.table.assign(indicator=POPULATION.id)])
    return protect(RawTable(frame, {SHARE.id: SHARE, POPULATION.id: POPULATION}), "scb-share-rule")[0]


def shares(table):
    return table.table[table.table["indicator"] == SHARE.id].set_index("area")


def recalculated(table, crosswalk):
    return recalculate(table, crosswalk, denominators={SHARE.id: POPULATION.id})


# A and C can be shown; B has 4 with the property and D 15 persons.
TABLE = protected([30, 4, 50, 7], [100, 60, 90, 15], list("ABCD"))


def test_a_sum_with_a_protected_part_is_protected():
    made = shares(recalculated(TABLE, walk([("A", "AB", 1), ("B", "AB", 1), ("C", "C", 1), ("D", "D", 1)],
                                           tuple("ABCD"), ("AB", "C", "D"))))  # fmt: skip
    assert made["status"].to_dict() == {"AB": "protected", "C": "shown", "D": "protected"}
    assert made["reason"].to_dict() == {"AB": "secondary", "C": "", "D": "small_base"}
    assert made.loc[["AB", "D"], FIGURES].isna().all().all()
    assert (made.loc[["AB", "D"], "n_sources"] == 0).all()


def test_every_part_of_a_protected_source_is_protected():
    pairs = [
        ("A", "A", 1),
        ("B", "B1", 0.999),
        ("B", "B2", 0.001),
        ("C", "B2", 1),
        ("D", "A", 1e-9),
        ("D", "D", 1 - 1e-9),
    ]
    made = shares(recalculated(TABLE, walk(pairs, tuple("ABCD"), ("A", "B1", "B2", "D"))))
    assert (made["status"] == "protected").all()
    assert made["reason"].to_dict() == {"A": "secondary", "B1": "zero_or_small", "B2": "secondary", "D": "small_base"}
    assert made[FIGURES].isna().all().all()


def test_a_protected_source_that_only_touches_does_not_leak_through_bounds():
    pairs = [("A", "A", 1.0), ("B", "B", 1.0), ("B", "A", 0.0), ("C", "C", 1.0), ("D", "D", 1.0)]
    crosswalk = walk(pairs, tuple("ABCD"), tuple("ABCD"))
    made = shares(recalculated(TABLE, crosswalk))
    assert made.loc["A", "value"] == 30.0
    # B's figure is not in the bounds: any would give the same.
    other = shares(recalculated(protected([30, 5, 50, 7], [100, 60, 90, 15], list("ABCD")), crosswalk))
    pd.testing.assert_frame_equal(made, other)


@pytest.mark.parametrize("seed", range(20))
def test_figures_that_are_shown_depend_on_shown_figures_alone(seed):
    """Two tables that differ only in what the policy hides give the same recalculated table."""
    rng = np.random.default_rng(seed)
    areas = [f"s{i}" for i in range(8)]
    base = rng.integers(21, 200, size=8)
    top = np.where(rng.random(8) < 0.4, rng.integers(0, 6, size=8), np.minimum(rng.integers(6, 60, size=8), base))
    other = np.where(top < 6, rng.integers(0, 6, size=8), top)
    pairs = []
    for area in areas:
        into = rng.choice(6, size=2, replace=False)
        weight = rng.random()
        pairs += [(area, f"t{into[0]}", weight), (area, f"t{into[1]}", 1 - weight)]
    crosswalk = walk(pairs, tuple(areas), tuple(f"t{i}" for i in range(6)))
    one, two = (recalculated(protected(values, base, areas), crosswalk) for values in (top, other))
    pd.testing.assert_frame_equal(one.table, two.table)
    hidden = one.table[~one.table["status"].isin(["shown", "zero"])]
    assert hidden[FIGURES].isna().all().all()
    assert (hidden["n_sources"] == 0).all()


def test_parts_that_the_policy_hides_stay_hidden():
    made = shares(recalculated(TABLE, walk([(a, f"{a}{i}", 0.5) for a in "ABCD" for i in (1, 2)], tuple("ABCD"),
                                           tuple(f"{a}{i}" for a in "ABCD" for i in (1, 2)))))  # fmt: skip
    assert made["status"].value_counts().to_dict() == {"shown": 4, "protected": 4}
    assert made[["numerator", "denominator"]].isna().all().all()
    assert made["value"].dropna().tolist() == [30.0, 30.0, 55.6, 55.6]


def test_without_a_denominator_nothing_is_averaged():
    with pytest.raises(IndicatorError, match="never recalculated itself"):
        recalculate(TABLE, walk([(a, a, 1.0) for a in "ABCD"], tuple("ABCD"), tuple("ABCD")))


def test_protection_does_not_end_by_recalculating_there_and_back():
    there = walk(
        [("A", "X", 1), ("B", "X", 0.5), ("B", "Y", 0.5), ("C", "Y", 1), ("D", "Z", 1)], tuple("ABCD"), tuple("XYZ")
    )
    rows = pd.DataFrame([("X", "A", 0.6), ("X", "B", 0.4), ("Y", "B", 0.4), ("Y", "C", 0.6), ("Z", "D", 1.0)],
                        columns=["source", "target", "weight"])  # fmt: skip
    back = Crosswalk("own/2", "own/3", "table", rows, tuple("XYZ"), tuple("ABCD"))
    made = recalculated(recalculated(TABLE, there), back)
    assert (shares(made)["status"] == "protected").all()


def test_small_bounds_of_a_raw_table_are_not_published():
    """Lower is what sources wholly inside have: of a raw table perhaps three persons."""
    raw = example_raw(numerator=[3, 40], denominator=[30, 90], areas=list("AB"), division="own", edition="1")
    crosswalk = walk([("A", "T", 1), ("B", "T", 0.5), ("B", "U", 0.5)], tuple("AB"), tuple("TU"))
    safe = protect(recalculate(raw, crosswalk), "scb-share-rule")[0].table
    assert safe["status"].tolist() == ["shown", "shown"]
    assert safe[["lower", "upper", "numerator", "denominator"]].isna().all().all()
    assert (safe["se"].round(2) == safe["se"]).all()
    assert protect(recalculate(raw, crosswalk), "internal")[0].table["lower"].notna().all()


def test_a_table_of_two_policies_is_refused():
    frame = TABLE.table.assign(policy=np.where(TABLE.table["area"] == "A", "internal", "scb-share-rule"))
    mixed = ProtectedTable(frame, TABLE.indicators, stamps=TABLE.stamps)
    with pytest.raises(Exception, match="internal in some areas and scb-share-rule in others"):
        recalculated(mixed, walk([(a, "T", 1.0) for a in "ABCD"], tuple("ABCD"), ("T",)))


# -- a crosswalk of persons' places ------------------------------------------------------------------------------------

KINDS = {"population": "population", "young": "young"}
NOTE = "Parts of areas where fewer than 20 persons live are counted with the area’s largest part."


def counted_walk(*kinds, method="points", year=2022, target=None):
    """A raw crosswalk of kind → {(source, target): persons}, with weights by them."""
    parts = []
    for name, pieces in kinds:
        rows = pd.DataFrame([(*pair, n) for pair, n in pieces.items()], columns=["source", "target", "n"])
        rows["weight"] = rows["n"] / rows.groupby("source")["n"].transform("sum")
        parts.append(rows.assign(kind=name, year=year))
    table = pd.concat(parts)
    sources, targets = (tuple(sorted(set(table[side]))) for side in ("source", "target"))
    return Crosswalk("own/1", target or "own/2", method, table, sources, targets, raw=True)


def published(figures, *, year=2022):
    """Published counts: id → {area: count}."""
    frames, known = [], {}
    for name, of in figures.items():
        known[name] = example_indicator("count", name=name, population={} if name == "population" else {"age": "0-19"})
        values = list(of.values())
        table = example_raw(
            numerator=values, denominator=values, kind="count", areas=list(of), division="own", edition="1", year=year
        ).table
        frames.append(table.assign(indicator=name))
    return protect(RawTable(pd.concat(frames), known), "internal")[0]


def given(made, name="population"):
    """What a reader sees of an indicator, by area."""
    return made.table[made.table["indicator"] == name].set_index("area")


def test_a_piece_of_one_person_is_not_told():
    """100 persons are published, and one of them lives in Y: nothing of it reaches the recalculated table."""
    made = recalculate(
        published({"population": {"A": 100}}), counted_walk(("population", {("A", "X"): 99, ("A", "Y"): 1}))
    )
    figures = given(made)
    assert figures.loc["X", ["value", "lower", "upper", "exact_share"]].tolist() == [100, 0, 100, 0]
    assert figures.loc["X", "se"] > 0
    assert figures.loc["Y", "status"] == "missing"
    assert figures.loc["Y", FIGURES].isna().all()
    assert NOTE in [note["en"] for note in made.notes]


def test_the_same_figures_whatever_lives_in_the_small_pieces():
    """Crosswalks that differ only in pieces of 0–19 persons give the same table, to the last digit."""
    table = published({"population": {"A": 100, "B": 50}})
    made = []
    for few, other in [(1, 1), (19, 2), (7, 0), (0, 19)]:
        pieces = {("A", "X"): 60 - few, ("A", "Y"): few, ("A", "Z"): 40, ("B", "Y"): 50 - other, ("B", "Z"): other}
        made.append(recalculate(table, counted_walk(("population", pieces))).table)
    for one in made[1:]:
        pd.testing.assert_frame_equal(made[0], one)
    assert made[0]["value"].tolist() == [60, 50, 40]


@pytest.mark.parametrize("seed", range(20))
def test_no_ratio_difference_bound_or_error_tells_a_small_piece(seed):
    """Of what a reader works out, per kind, from values and published totals, every number is 0 or 20 and more."""
    rng = np.random.default_rng(seed)
    pieces = {
        (a, t): int(n) for a in "ABC" for t, n in zip("TUVW", rng.choice([0, 1, 5, 19, 20, 21, 80], 4), strict=True)
    }
    pieces |= {(a, "T"): pieces[a, "T"] + 25 for a in "ABC"}
    young = {pair: int(rng.integers(0, n + 1)) if rng.random() < 0.5 else max(n - 3, 0) for pair, n in pieces.items()}
    young |= {(a, "T"): max(young[a, "T"], 1) for a in "ABC"}
    # One published area at a time, so that every value is one piece.
    for area in "ABC":
        own, its = ({pair: n for pair, n in of.items() if pair[0] == area} for of in (pieces, young))
        totals = {"population": {area: sum(own.values())}, "young": {area: sum(its.values())}}
        made = recalculate(published(totals), counted_walk(("population", own), ("young", its)), kinds=KINDS)
        everybody, some = given(made), given(made, "young")
        told, told_young = (of["value"].fillna(0).to_numpy() for of in (everybody, some))
        assert not ((told > 0) & (told < 20)).any()
        if not np.allclose(told_young / told_young.sum(), told / told.sum()):
            assert not ((told_young > 0) & (told_young < 20) & (told_young < told_young.sum())).any()
            beside = told - told_young
            assert not ((beside > 0) & (beside < 20)).any()
        for figures, total in ((everybody, sum(own.values())), (some, sum(its.values()))):
            shown = figures[figures["value"].notna()]
            assert (shown["lower"] == 0).all()
            assert (shown["upper"] == total).all()
            assert (shown["exact_share"] == 0).all()
            assert (shown["se"] > 0).all()


def test_groups_that_differ_by_few_are_divided_alike():
    """40 of 41 persons in Y are young: the 41st is not told by the difference of the two counts."""
    pieces, young = {("A", "X"): 100, ("A", "Y"): 41}, {("A", "X"): 50, ("A", "Y"): 40}
    table = published({"population": {"A": 141}, "young": {"A": 90}})
    made = recalculate(table, counted_walk(("population", pieces), ("young", young)), kinds=KINDS)
    assert given(made)["value"].round().tolist() == [100, 41]
    assert given(made, "young")["value"].tolist() == pytest.approx([90 * 100 / 141, 90 * 41 / 141])
    apart = {("A", "X"): 50, ("A", "Y"): 21}
    table = published({"population": {"A": 141}, "young": {"A": 71}})
    made = recalculate(table, counted_walk(("population", pieces), ("young", apart)), kinds=KINDS)
    assert given(made, "young")["value"].round().tolist() == [50, 21]


def test_a_raw_crosswalk_that_tells_no_persons_is_refused_for_published_figures():
    first = counted_walk(("population", {("A", "X"): 99, ("A", "Y"): 1}))
    second = walk([("X", "P", 0.5), ("X", "Q", 0.5), ("Y", "Q", 1)], ("X", "Y"), ("P", "Q"))
    second = Crosswalk("own/2", "own/3", "table", second.table, second.sources, second.targets)
    table = published({"population": {"A": 100}})
    with pytest.raises(DisclosureError, match="do not say how many persons"):
        recalculate(table, first.compose(second))
    twice = recalculate(recalculate(table, first), second)
    assert (given(twice)["status"] == "missing").loc["Q"]
