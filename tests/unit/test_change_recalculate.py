"""Recalculation, by hand: nine squares of which two merge, one is split and one border moves; and what is refused."""

import numpy as np
import pandas as pd
import pytest

from gisintegration import Crosswalk, RawTable, protect, recalculate
from gisintegration.errors import CodeError, DisclosureError, GisIntegrationError, IndicatorError, InputError
from gisintegration.tables import ProtectedTable
from gisintegration.testing import example_indicator, example_raw, grid_areas

# old:  7 8 9    new:  7   8   9     1 and 2 merge to 12; 5 is split into 51 and 52; a strip of 9 goes to 8.
#       4 5 6          4 51|52 6     Of the 1 000 persons of 5, 600 live in 51; of the 800 of 9, 40 live in the strip.
#       1 2 3           12     3
OLD = tuple("123456789")
NEW = ("12", "3", "4", "51", "52", "6", "7", "8", "9")
PIECES = [
    ("1", "12", 900), ("2", "12", 1100), ("3", "3", 1000), ("4", "4", 800), ("5", "51", 600), ("5", "52", 400),
    ("6", "6", 1200), ("7", "7", 700), ("8", "8", 1200), ("9", "8", 40), ("9", "9", 760),
]  # fmt: skip
POPULATION = [900, 1100, 1000, 800, 1000, 1200, 700, 1200, 800]
FOREIGN = [90, 330, 100, 80, 200, 60, 70, 240, 200]
EVERYONE = example_indicator("count", name="population")
BORN_ABROAD = example_indicator("count", name="born_abroad", population={"birth_region": "world"})


def nine_walk(method="points", year=2021, **options):
    rows = pd.DataFrame(PIECES, columns=["source", "target", "n"])
    rows["weight"] = rows["n"] / rows.groupby("source")["n"].transform("sum")
    return Crosswalk("own/1", "own/2", method, rows.assign(year=year), OLD, NEW, raw=method == "points", **options)


def nine(top=FOREIGN, base=POPULATION, *, kind="share", year=2021, areas=OLD, indicator=None, **keys):
    made = example_raw(
        numerator=top, denominator=base, kind=kind, areas=areas, division="own", edition="1", year=year, **keys
    )
    if indicator is None:
        return made
    return RawTable(made.table.assign(indicator=indicator.id), {indicator.id: indicator})


def row(table, area, **keys):
    frame = table.table
    mask = frame["area"] == area
    for name, value in {"edition": "2", **keys}.items():
        mask &= frame[name] == value
    found = frame[mask]
    assert len(found) == 1
    return found.iloc[0]


def test_counts_of_the_nine_squares():
    made = recalculate(nine(FOREIGN, FOREIGN, kind="count"), nine_walk())
    figures = made.table.set_index("area")
    assert figures["value"].round(9).to_dict() == {
        "12": 420, "3": 100, "4": 80, "51": 120, "52": 80, "6": 60, "7": 70, "8": 250, "9": 190
    }  # fmt: skip
    assert figures["method"].to_dict() == dict.fromkeys(NEW, "summed") | dict.fromkeys(
        ["51", "52", "8", "9"], "recalculated:points"
    )
    assert figures["exact_share"].round(9).to_dict() == dict.fromkeys(NEW, 1) | {"51": 0, "52": 0, "8": 0.96, "9": 0}
    assert figures["n_sources"].to_dict() == dict.fromkeys(NEW, 1) | {"12": 2, "8": 2}
    assert math_sum(made) == sum(FOREIGN)


def math_sum(made):
    return float(made.table["value"].sum())


@pytest.mark.parametrize(
    ("area", "known", "unknown"),
    [
        ("8", (240, 280), (240, 440)),
        ("9", (160, 200), (0, 200)),
        ("51", (0, 200), (0, 200)),
        ("12", (420, 420), (420, 420)),
    ],
)
def test_bounds_of_counts_with_and_without_the_persons_of_a_piece(area, known, unknown):
    table = nine(FOREIGN, FOREIGN, kind="count")
    same = row(recalculate(table, nine_walk()), area)
    assert (same.lower, same.upper) == known
    for other in (nine_walk(year=2018), nine_walk("weights"), nine_walk("area", year=0)):
        far = row(recalculate(table, other), area)
        assert (far.lower, far.upper) == unknown


def test_a_share_is_made_of_its_parts_with_bounds_of_both_together():
    made = recalculate(nine(), nine_walk())
    eight = row(made, "8")
    assert (eight.numerator, eight.denominator, eight.contributors) == (250, 1240, 1240)
    assert eight.value == pytest.approx(250 / 1240 * 100)
    assert [round(eight.lower, 2), round(eight.upper, 2)] == [19.35, 22.58]
    far = row(recalculate(nine(), nine_walk(year=2015)), "8")
    assert [round(far.lower, 2), round(far.upper, 2)] == [13.33, 31.43]
    assert row(made, "12").value == pytest.approx(21.0)
    assert (row(made, "12").se, row(made, "12").lower) == (0, row(made, "12").upper)


def test_what_was_counted_in_the_pieces_is_exact():
    table = nine(POPULATION, POPULATION, kind="count", indicator=EVERYONE)
    made = recalculate(table, nine_walk()).table
    assert made["value"].tolist() == [2000, 1000, 800, 600, 400, 1200, 700, 1240, 760]
    assert (made["exact_share"] == 1).all()
    assert (made["se"] == 0).all()
    assert (made["lower"] == made["value"]).all()
    assert (made["upper"] == made["value"]).all()
    later = recalculate(table, nine_walk(year=2018))
    assert row(later, "51").se > 0
    assert row(later, "51").exact_share == 0


def test_a_kind_that_counts_the_very_group_makes_it_exact():
    rows = nine_walk().table
    group = {("5", "51"): 50.0, ("5", "52"): 150.0, ("9", "8"): 30.0, ("9", "9"): 170.0}
    of_group = [group.get(pair, FOREIGN[OLD.index(pair[0])]) for pair in zip(rows.source, rows.target, strict=True)]
    kind = rows.assign(kind="foreign_born", n=of_group)
    kind["weight"] = kind["n"] / kind.groupby("source")["n"].transform("sum")
    walk = Crosswalk("own/1", "own/2", "points", pd.concat([rows, kind]), OLD, NEW)
    counted = nine(FOREIGN, FOREIGN, kind="count")
    made = recalculate(counted, walk, kinds={"example_count": "foreign_born"})
    assert (row(made, "51").value, row(made, "51").exact_share, row(made, "51").lower, row(made, "51").se) == (
        50,
        1,
        50,
        0,
    )
    # A kind that is not the figure's own population is only a better weight.
    other = nine([n - 1 for n in FOREIGN], FOREIGN, kind="count")
    made = recalculate(other, walk, kinds={"example_count": "foreign_born"})
    assert row(made, "51").exact_share == 0
    assert row(made, "51").se > 0


def test_persons_without_a_place_may_live_in_any_piece():
    """The table counts them in their area; a crosswalk of places does not know them."""
    more = [n + 10 * (code == "9") for n, code in zip(POPULATION, OLD, strict=True)]
    group = nine(FOREIGN, FOREIGN, kind="count", indicator=BORN_ABROAD)
    people = nine(more, more, kind="count", indicator=EVERYONE)
    both = RawTable(pd.concat([group.table, people.table]), {**group.indicators, **people.indicators})
    made = recalculate(both, nine_walk())
    # 40 persons and perhaps the ten live in the strip: of 200 born abroad at least 200 − (800 − 40 + 10) = 0 and 50.
    strip = row(made, "8", indicator=BORN_ABROAD.id)
    assert (strip.lower, strip.upper) == (240, 240 + 50)
    rest = row(made, "9", indicator=BORN_ABROAD.id)
    assert (rest.lower, rest.upper) == (200 - 40 - 10, 200)
    assert row(made, "51", indicator="population").exact_share == 1
    nine_itself = row(made, "9", indicator="population")
    assert (nine_itself.exact_share, nine_itself.lower, nine_itself.upper) == (0, 760, 770)


def test_a_mean_is_made_of_its_sum_and_its_persons():
    made = recalculate(nine([200.0] * 9, [100] * 9, kind="mean"), nine_walk("area", year=0))
    eight = row(made, "8")
    assert (eight.numerator, eight.denominator, eight.value) == (210, 105, 2)
    # Incomes may be negative: there is no bound, but an error.
    assert np.isnan(eight.lower)
    assert eight.se > 0
    assert (row(made, "12").lower, row(made, "12").se) == (2, 0)


def test_missing_stays_missing_and_nobody_is_not_missing():
    top, base = [float(n) for n in FOREIGN], [float(n) for n in POPULATION]
    top[8], base[8] = np.nan, np.nan
    top[4], base[4] = 0.0, 0.0
    made = recalculate(nine(top, base), nine_walk())
    for area in ("8", "9"):
        assert row(made, area).status == "missing"
        assert np.isnan(row(made, area).value)
        assert row(made, area).n_sources == 0
    assert row(made, "51").status == "missing"
    assert row(made, "51").contributors == 0
    top[1], base[1] = 0.0, 0.0
    merged = row(recalculate(nine(top, base), nine_walk()), "12")
    assert (merged.value, merged.status) == (10, "shown")


def with_status(table, **changed):
    frame = table.table.copy()
    frame["status"] = frame["status"].astype(str)
    for area, status in changed.items():
        at = frame["area"] == area.removeprefix("a")
        frame.loc[at, "status"] = status
        frame.loc[at, ["value", "numerator", "denominator", "contributors"]] = np.nan
    return RawTable(frame, table.indicators)


def test_the_six_statuses_do_not_mix():
    table = nine(FOREIGN, FOREIGN, kind="count")
    made = recalculate(with_status(table, a5="did_not_exist", a9="not_applicable", a1="did_not_exist"), nine_walk())
    assert [row(made, area).status for area in ("51", "52", "9")] == [
        "did_not_exist",
        "did_not_exist",
        "not_applicable",
    ]
    # What did not exist adds nothing to what did; where a figure cannot be, the rest is only a part.
    assert row(made, "12").value == 330
    assert (row(made, "8").status, np.isnan(row(made, "8").value)) == ("missing", True)
    made = recalculate(with_status(table, a1="did_not_exist", a2="not_applicable"), nine_walk())
    assert row(made, "12").status == "not_applicable"
    zeros = [0 if n in (0, 1) else FOREIGN[n] for n in range(9)]
    made = recalculate(nine(zeros, zeros, kind="count"), nine_walk())
    assert (row(made, "12").status, row(made, "12").value) == ("zero", 0)
    both = protect(with_status(table, a1="missing"), "internal")[0]
    assert row(recalculate(both, nine_walk()), "12").status == "missing"


def test_a_target_that_no_source_leads_to_is_missing():
    walk = nine_walk()
    wider = Crosswalk(walk.source, walk.target, "points", walk.table, OLD, (*NEW, "99"))
    made = row(recalculate(nine(), wider), "99")
    assert (made.status, made.n_sources, np.isnan(made.value)) == ("missing", 0, True)


def two_pieces(n=(5.0, 0.0), *, method="points", year=2021, **options):
    """One source, cut in x and y."""
    rows = pd.DataFrame({"source": "a", "target": ["x", "y"], "n": n})
    rows["weight"] = rows["n"] / rows["n"].sum()
    return Crosswalk("own/1", "own/2", method, rows.assign(year=year), ("a",), ("x", "y"), **options)


def test_where_nobody_was_counted_there_is_nobody():
    table = nine([5], [5], kind="count", areas=["a"], indicator=EVERYONE)
    nobody = row(recalculate(table, two_pieces()), "y")
    assert (nobody.status, nobody.value, nobody.lower, nobody.upper) == ("zero", 0, 0, 0)
    assert (nobody.exact_share, nobody.se) == (1, 0)


def test_where_nobody_is_expected_the_figure_is_zero_and_not_certain():
    table = nine([5], [5], kind="count", areas=["a"], indicator=EVERYONE)
    for walk in (two_pieces(year=2020), two_pieces(method="target"), two_pieces(method="grid")):
        nobody = row(recalculate(table, walk), "y")
        assert (nobody.status, nobody.value, nobody.lower, nobody.upper) == ("zero", 0, 0, 5)
        assert nobody.exact_share == 0
        assert nobody.se > 0
    assert row(recalculate(table, two_pieces(method="best_fit")), "y").status == "missing"
    unknown = recalculate(with_status(table, aa="missing"), two_pieces(year=2020))
    assert row(unknown, "y").status == "missing"


def test_nobody_is_of_any_class_where_nobody_lives():
    table = nine([5, 3, 2], [5, 5, 5], kind="count", areas=["a"] * 3, indicator=EVERYONE, sex=["total", "men", "women"])
    made = recalculate(table, two_pieces())
    for sex, whole in (("total", 5), ("men", 3), ("women", 2)):
        here, nobody = (row(made, area, sex=sex) for area in "xy")
        assert (here.value, here.lower, here.upper, here.se) == (whole, whole, whole, 0)
        assert (nobody.status, nobody.value, nobody.upper, nobody.se) == ("zero", 0, 0, 0)


def test_a_class_as_large_as_the_kind_was_not_counted():
    """10 of 20 persons are women, and 10 are of the kind: which pieces the women live in is not known."""
    pieces = pd.concat([two_pieces((10.0, 10.0)).table, two_pieces((6.0, 4.0)).table.assign(kind="age_20_64")])
    walk = Crosswalk("own/1", "own/2", "points", pieces, ("a",), ("x", "y"))
    table = nine([20, 10, 10], [1] * 3, kind="count", areas=["a"] * 3, indicator=BORN_ABROAD,
                 sex=["total", "men", "women"])  # fmt: skip
    women = row(recalculate(table, walk, kinds={"born_abroad": "age_20_64"}), "x", sex="women")
    assert (women.value, women.lower, women.upper, women.exact_share) == (6, 0, 10, 0)
    assert women.se > 0
    kind = nine([10, 7, 3], [1] * 3, kind="count", areas=["a"] * 3, indicator=BORN_ABROAD,
                sex=["total", "men", "women"])  # fmt: skip
    counted = row(recalculate(kind, walk, kinds={"born_abroad": "age_20_64"}), "x", sex="total")
    assert (counted.value, counted.lower, counted.upper, counted.se) == (6, 6, 6, 0)


def test_persons_on_31_december_are_no_bound_of_those_who_moved_in_the_year():
    """12 moved out of a in 2021; all may have lived in y, where 2 live at the end of the year."""
    moves = example_indicator("count", name="left", flow=True)
    stays = example_indicator("count", name="left")
    walk = two_pieces((18.0, 2.0))
    for item, upper in ((moves, 12), (stays, 2)):
        made = row(recalculate(nine([12], [12], kind="count", areas=["a"], indicator=item), walk), "y")
        assert (made.lower, made.upper) == (0, upper)
    same = nine([20], [20], kind="count", areas=["a"], indicator=moves)
    made = row(recalculate(same, walk), "y")
    assert (made.lower, made.upper, made.exact_share) == (0, 20, 0)
    assert made.se > 0


@pytest.mark.parametrize("method", ["target", "grid", "points"])
def test_weights_of_zero_and_one_are_not_certain(method):
    """Source a goes to x, as far as is known, and touches y, which holds all of b."""
    rows = pd.DataFrame({"source": ["a", "a", "b"], "target": ["x", "y", "y"], "weight": [1.0, 0.0, 1.0],
                         "n": [50.0, 0.0, 70.0], "year": 2020})  # fmt: skip
    walk = Crosswalk("own/1", "own/2", method, rows, ("a", "b"), ("x", "y"))
    made = recalculate(nine([50, 70], [50, 70], kind="count", areas=["a", "b"], indicator=EVERYONE), walk)
    for area, value, low, high in (("x", 50, 0, 50), ("y", 70, 70, 120)):
        figure = row(made, area)
        assert (figure.value, figure.lower, figure.upper) == (value, low, high)
        assert figure.exact_share < 1
        assert figure.se > 0
    share = row(recalculate(nine([10, 20], [50, 70], areas=["a", "b"]), walk), "y")
    assert share.lower < share.value < share.upper
    assert share.se > 0


def test_no_piece_is_below_nothing():
    """A millionth of a person among a hundred pieces: rounded each by itself they would be more than there is."""
    targets = tuple(f"t{n:03d}" for n in range(101))
    rows = pd.DataFrame({"source": "a", "target": targets, "weight": [0.00999] * 100 + [0.001], "year": 0})
    rows.loc[100, "weight"] = 1 - rows["weight"][:100].sum()
    walk = Crosswalk("own/1", "own/2", "area", rows, ("a",), targets)
    table = nine([60 * 2.0**-20], [1], kind="count", areas=["a"], indicator=BORN_ABROAD)
    made = recalculate(table, walk).table
    assert (made["value"] >= 0).all()
    assert made["value"].sum() == 60 * 2.0**-20


def test_other_editions_pass_as_they_are():
    kommun = example_raw(
        numerator=[1370], denominator=[8700], areas=["0114"], division="kommun", edition="2003", year=2021
    )
    both = RawTable(pd.concat([nine().table, kommun.table]), kommun.indicators)
    made = recalculate(both, nine_walk()).table
    passed = made[made["division"] == "kommun"]
    assert passed["value"].tolist() == kommun.table["value"].tolist()
    assert (passed["method"].tolist(), len(made)) == (["located"], 10)
    assert made[made["division"] == "own"]["numerator"].sum() == 1370


def test_figures_take_the_weights_of_the_nearest_year():
    early, late = nine_walk(year=2015).table, nine_walk(year=2021).table.copy()
    late.loc[late["source"] == "5", "weight"] = [0.5, 0.5]
    walk = Crosswalk("own/1", "own/2", "points", pd.concat([early, late]), OLD, NEW)
    table = RawTable(pd.concat([nine(year=year).table for year in (2017, 2018, 2030)]), nine().indicators)
    made = recalculate(table, walk)
    assert [row(made, "51", year=year).numerator for year in (2017, 2018, 2030)] == [120, 100, 100]
    assert row(made, "8", year=2030).se > row(made, "8", year=2018).se


def test_the_error_grows_with_years_and_growth():
    table = nine(FOREIGN, FOREIGN, kind="count", indicator=BORN_ABROAD)
    errors = [row(recalculate(table, nine_walk(year=year)), "51").se for year in (2021, 2019, 2015)]
    assert errors == sorted(errors)
    assert len(set(errors)) == 3
    both = {**table.indicators, EVERYONE.id: EVERYONE}
    grown = []
    for people in (POPULATION, [n * 1.2 for n in POPULATION], [n * 1.5 for n in POPULATION]):
        beside = nine(people, people, kind="count", indicator=EVERYONE).table
        made = recalculate(RawTable(pd.concat([table.table, beside]), both), nine_walk(year=2019))
        grown.append(row(made, "51", indicator=BORN_ABROAD.id).se)
    assert grown == sorted(grown)
    assert len(set(grown)) == 3


def test_recalculating_twice_keeps_what_was_estimated():
    there = recalculate(nine(FOREIGN, FOREIGN, kind="count"), nine_walk())
    rows = pd.DataFrame({"source": NEW, "target": "x", "weight": 1.0})
    everything = recalculate(there, Crosswalk("own/2", "own/3", "table", rows, NEW, ("x",))).table.iloc[0]
    assert (everything.value, everything.method) == (1370, "recalculated:points")
    assert everything.exact_share == pytest.approx((1370 - 120 - 80 - 10 - 190) / 1370)
    assert everything.lower <= 1370 <= everything.upper
    assert everything.se > 0
    rows = pd.DataFrame({"source": [*NEW, "8"], "target": ["y"] * 10, "weight": [*[1.0] * 7, 0.5, 1.0, 0.5]})
    rows.loc[9, "target"] = "z"
    half = recalculate(there, Crosswalk("own/2", "own/3", "area", rows, NEW, ("y", "z")))
    assert row(half, "z", edition="3").method == "recalculated:points+area"


# Three areas of which two merge, with moves between them counted by hand: A→B 5, B→C 3, C→A 2.
MOVES = example_indicator("count", name="moved_out", additive="register_only")


def test_gross_moves_are_refused_without_the_register_and_right_with_it():
    table = example_raw(numerator=[5, 3, 2], denominator=[5, 3, 2], kind="count", areas=list("ABC"), division="own",
                        edition="1")  # fmt: skip
    rows = pd.DataFrame({"source": list("ABC"), "target": ["AB", "AB", "C"], "weight": 1.0})
    walk = Crosswalk("own/1", "own/2", "table", rows, tuple("ABC"), ("AB", "C"))
    moves = RawTable(table.table.assign(indicator=MOVES.id), {MOVES.id: MOVES})
    with pytest.raises(IndicatorError, match=r"moved_out.*moves") as refused:
        recalculate(moves, walk)
    assert "gi.aggregate" in str(refused.value)
    # The register knows who moved where: the five who moved from A to B moved within AB.
    persons = pd.DataFrame({"before": list("AAAAABBBCC"), "after": list("BBBBBCCCAA")})
    joined = {"A": "AB", "B": "AB", "C": "C"}
    before, after = persons["before"].map(joined), persons["after"].map(joined)
    out = before[before != after].value_counts()
    assert out.to_dict() == {"AB": 3, "C": 2}
    assert table.table["value"].sum() == 10 != out.sum()


@pytest.mark.parametrize(("kind", "word"), [("median", "median"), ("index", "components"), ("class", "index")])
def test_what_only_the_register_tells_is_refused_or_left_out(kind, word):
    alone = nine(kind=kind)
    with pytest.raises(IndicatorError, match=f"example_{kind}.*{word}"):
        recalculate(alone, nine_walk())
    with pytest.raises(IndicatorError):
        recalculate(alone, nine_walk(), register_only="leave_out")
    both = RawTable(pd.concat([alone.table, nine().table]), {**alone.indicators, **nine().indicators})
    with pytest.warns(UserWarning, match=f"example_{kind}"):
        made = recalculate(both, nine_walk(), register_only="leave_out")
    assert set(made.table["indicator"]) == set(made.indicators) == {"example_share"}


def published(**columns):
    """Shares as their publisher shows them, without parts; the population beside them."""
    share = protect(nine(), "internal")[0].table.assign(numerator=np.nan, denominator=np.nan, policy="as-published")
    count = protect(nine(POPULATION, POPULATION, kind="count", indicator=EVERYONE), "internal")[0].table
    frame = pd.concat([share, count.assign(policy="as-published")]).assign(**columns)
    declared = {**nine().indicators, EVERYONE.id: EVERYONE}
    return ProtectedTable(frame, declared, stamps={"as-published": {"sv": "", "en": ""}}, source="SCB")


def test_a_published_share_is_rebuilt_with_the_width_of_its_rounding():
    made = recalculate(published(), nine_walk(year=2015), denominators={"example_share": "population"})
    merged = row(made, "12", indicator="example_share")
    # 10.0 % of 900 and 30.0 % of 1 100, each within 0.05.
    assert (merged.value, merged.method, merged.status) == (21.0, "summed", "shown")
    assert (round(merged.lower, 6), round(merged.upper, 6)) == (20.95, 21.05)
    assert np.isnan(merged.numerator)
    eight = row(made, "8", indicator="example_share")
    assert eight.value == 20.2
    # 13.297 and outward to one decimal more than the share is published with.
    assert round((1200 * 0.1995) / (1200 + 800 * (1 - 0.2495)) * 100, 3) == 13.297
    assert eight.lower == 13.29
    assert made.source == "SCB"
    assert "deso" not in made.notes[0]["en"]
    assert "own/2 (points)" in made.notes[0]["en"]


def test_an_exact_share_has_itself_for_bounds_and_others_are_rounded_outward():
    """205 of 2 887 is 7.100797 %, published as 7.1."""
    whole, parts = [2887] * 9, [205] * 9
    made = recalculate(protect(nine(parts, whole), "internal")[0], nine_walk(year=2018))
    for area in ("3", "12"):
        exact = row(made, area)
        assert (exact.value, exact.lower, exact.upper, exact.exact_share) == (7.1, 7.1, 7.1, 1)
    eight = row(made, "8")
    low, high = 205 / (2887 + 2682) * 100, 410 / (2887 + 205) * 100
    assert (eight.lower, eight.upper) == (np.floor(low * 100) / 100, np.ceil(high * 100) / 100)
    again = recalculate(made, same_walk())
    assert row(again, "8", edition="3").lower == eight.lower


def same_walk():
    rows = pd.DataFrame({"source": NEW, "target": NEW, "weight": 1.0})
    return Crosswalk("own/2", "own/3", "table", rows, NEW, NEW)


def test_a_piece_where_nobody_lived_then_leaves_a_figure_inexact():
    """Nobody of 9 lived in the strip in 2018: by those weights 8 has its own 240, but it may have up to 440."""
    pieces = [(s, t, 0 if (s, t) == ("9", "8") else n) for s, t, n in PIECES]
    rows = pd.DataFrame(pieces, columns=["source", "target", "n"])
    rows["weight"] = rows["n"] / rows.groupby("source")["n"].transform("sum")
    table = nine(FOREIGN, FOREIGN, kind="count")
    for year, share, upper in ((2018, 240 / 440, 440), (2021, 1, 240)):
        walk = Crosswalk("own/1", "own/2", "points", rows.assign(year=year), OLD, NEW, raw=True)
        eight = row(recalculate(table, walk), "8")
        assert (eight.value, eight.lower, eight.upper) == (240, 240, upper)
        assert eight.exact_share == pytest.approx(share)
        assert (eight.se == 0) == (year == 2021)


def test_a_crosswalk_is_cut_to_some_sources():
    walk = nine_walk()
    cut = walk.select(["1", "2", "3", "5"])
    assert (cut.sources, cut.targets) == (("1", "2", "3", "5"), ("12", "3", "51", "52"))
    assert (cut.verify().ok, cut.source_hash, cut.raw) == (True, "", True)
    with pytest.raises(
        CodeError, match="2 areas of own/2 get a part from areas of own/1 that are not chosen"
    ) as caught:
        walk.select(["1", "9"])
    assert caught.value.failures == [{"target": "12", "lacks": "2"}, {"target": "8", "lacks": "8"}]
    kept = walk.select(["1", "9"], partial="keep")
    assert "Partial: 2 areas of own/2 lack what other areas of own/1 give them: 12, 8." in kept.notes
    for wrong, error in (([], InputError), (["x"], CodeError)):
        with pytest.raises(error):
            walk.select(wrong)
    with pytest.raises(InputError, match="way with partial targets"):
        walk.select(["1"], partial="drop")


def test_a_crosswalk_of_more_areas_is_cut_to_the_areas_of_the_table():
    three = grid_areas(3, 1, division="own", edition="1")
    three = three.with_(table=three.table.assign(code=["1", "2", "3"]))
    table = nine(FOREIGN[:3], POPULATION[:3], areas=OLD[:3])
    made = recalculate(table, nine_walk(), areas=three)
    assert made.table["area"].tolist() == ["12", "3"]
    with pytest.raises(CodeError, match="lacks 6 areas") as caught:
        recalculate(table, nine_walk())
    assert "crosswalk.select(codes)" in caught.value.hint
    assert recalculate(table, nine_walk().select(OLD[:3])).table.equals(made.table)
    two = three.with_(table=three.table.iloc[1:].reset_index(drop=True))
    with pytest.raises(CodeError, match="get a part from areas of own/1 that are not chosen"):
        recalculate(nine(FOREIGN[1:3], POPULATION[1:3], areas=OLD[1:3]), nine_walk(), areas=two)


def test_a_rounded_denominator_widens_the_bounds():
    plain = recalculate(published(), nine_walk(), denominators={"example_share": "population"})
    wide = recalculate(
        published(), nine_walk(), denominators={"example_share": "population"}, rounding={"population": 2}
    )
    one, two = (row(made, "12", indicator="example_share") for made in (plain, wide))
    assert two.lower < one.lower < one.upper < two.upper
    assert (row(wide, "3", indicator="population").lower, row(wide, "3", indicator="population").upper) == (998, 1002)


def test_a_published_share_without_denominator_is_refused():
    with pytest.raises(IndicatorError, match="TAB6574") as refused:
        recalculate(published(), nine_walk())
    assert "example_share" in str(refused.value)
    assert "denominators=" in str(refused.value)


def test_a_denominator_of_another_population_is_refused():
    table = published()
    other = example_indicator("share", population={"age": "20-64"})
    adults = ProtectedTable(table.table, {**table.indicators, other.id: other}, stamps=table.stamps)
    with pytest.raises(IndicatorError, match="20-64"):
        recalculate(adults, nine_walk(), denominators={"example_share": "population"})


def test_a_share_whose_denominator_is_protected_is_protected():
    table = published()
    hidden = (table.table["indicator"] == "population") & (table.table["area"] == "9")
    frame = table.table.astype({"status": str, "reason": str})
    frame.loc[hidden, ["status", "reason", "value", "numerator"]] = ["protected", "primary", np.nan, np.nan]
    made = recalculate(
        ProtectedTable(frame, table.indicators, stamps=table.stamps),
        nine_walk(),
        denominators={"example_share": "population"},
    )
    assert row(made, "8", indicator="example_share").status == "protected"
    assert row(made, "8", indicator="example_share").reason == "secondary"
    assert row(made, "9", indicator="population").reason == "primary"


def test_noise_in_published_counts_widens_bounds_and_errors():
    table = protect(nine(FOREIGN, FOREIGN, kind="count"), "internal")[0]
    still = recalculate(table, nine_walk())
    noisy = recalculate(table, nine_walk(), perturbation={"internal": 4.0})
    # Two sources of variance 4: the range is two standard deviations of their sum to each side.
    assert row(noisy, "12").upper == pytest.approx(420 + 2 * np.sqrt(8))
    assert row(noisy, "12").se == pytest.approx(np.sqrt(8))
    assert row(noisy, "3").se == pytest.approx(2)
    assert row(noisy, "51").se == pytest.approx(np.sqrt(row(still, "51").se ** 2 + 0.36 * 4))
    assert "likely ranges" in noisy.notes[-1]["en"]
    assert "likely" not in " ".join(note["en"] for note in still.notes)
    with pytest.raises(DisclosureError, match="cell-key"):
        recalculate(table, nine_walk(), perturbation={"cell-key": 4.0})


def test_the_kind_of_table_comes_back_and_protects():
    table = RawTable(nine().table, nine().indicators, residual={("0114", 2021): 30})
    made = recalculate(table, nine_walk())
    assert isinstance(made, RawTable)
    assert made.residual == table.residual
    safe = protect(made, "scb-share-rule")[0]
    eight = row(safe, "8")
    assert (eight.value, eight.method) == (20.2, "recalculated:points")
    assert np.isnan(eight.lower)
    assert eight.se > 0
    inside = protect(made, "internal")[0]
    assert row(inside, "8").lower == row(made, "8").lower
    small = recalculate(nine([6, 6] + [30] * 7, [12, 12] + [100] * 7), nine_walk())
    assert row(protect(small, "scb-share-rule")[0], "12").status == "shown"
    assert isinstance(recalculate(protect(table, "internal")[0], nine_walk()), ProtectedTable)
    with pytest.raises(InputError, match="DataFrame"):
        recalculate(table.table, nine_walk())


# -- mixed-up input ----------------------------------------------------------------------------------------------------

DESO = ("0114A0010", "0114C1060")
LATER = ("0114A0010", "0114C1061", "0114C1062")


def deso_walk(**options):
    rows = {"source": [DESO[0], DESO[1], DESO[1]], "target": LATER, "weight": [1.0, 0.25, 0.75]}
    return Crosswalk("deso/2018", "deso/2025", "area", pd.DataFrame(rows), DESO, LATER, **options)


def deso(areas=DESO, edition="2018"):
    return example_raw(numerator=[10.0] * len(areas), denominator=[40.0] * len(areas), areas=areas, edition=edition)


def test_a_table_on_another_edition_is_refused():
    with pytest.raises(InputError, match=r"deso/2018.*deso/2025.*already"):
        recalculate(deso(LATER, "2025"), deso_walk())
    with pytest.raises(InputError, match="own/1"):
        recalculate(nine(), deso_walk())


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("0114C1061", "is a code of deso/2025"),
        ("0114C1060_DeSO2025", "suffix of edition 2025; the code is 0114C1060"),
        ("0114C9990", "in no official list"),
        ("0180C4040", "the crosswalk does not have it"),
    ],
)
def test_codes_that_are_not_the_sources_are_refused_by_code_and_edition(code, says):
    with pytest.raises(CodeError, match="deso/2018") as refused:
        recalculate(deso((*DESO, code)), deso_walk())
    assert (refused.value.failures[0]["code"], says in refused.value.failures[0]["what"]) == (code, True)
    assert refused.value.hint


def test_missing_areas_and_kommuner_are_refused():
    with pytest.raises(CodeError, match="0114C1060"):
        recalculate(deso(DESO[:1]), deso_walk())
    walk = deso_walk()
    far = pd.concat([walk.table, walk.table[:1].assign(source="1480C1010", target="1480C1010")])
    wider = Crosswalk("deso/2018", "deso/2025", "area", far, (*DESO, "1480C1010"), (*LATER, "1480C1010"))
    with pytest.raises(CodeError) as refused:
        recalculate(deso(), wider)
    assert refused.value.failures == [{"kommun": "1480", "what": "all 1 areas are missing"}]
    assert "where=" in refused.value.hint


def test_a_class_that_only_some_areas_have_is_refused():
    table = deso()
    women = example_raw(numerator=[5.0], denominator=[20.0], areas=DESO[:1], sex="women").table
    with pytest.raises(InputError, match="lacks 1 rows") as refused:
        recalculate(RawTable(pd.concat([table.table, women]), table.indicators), deso_walk())
    assert refused.value.failures[0] | {"area": "0114C1060", "sex": "women"} == refused.value.failures[0]


def test_a_kommun_not_yet_formed_has_no_classes_and_needs_none():
    codes = ("0184", "0186")
    rows = [example_raw(numerator=[9.0, np.nan], denominator=[9.0, np.nan], kind="count", areas=codes, division="own",
                        edition="1").table.assign(status=["shown", "did_not_exist"])]  # fmt: skip
    rows.append(example_raw(numerator=[4.0], denominator=[4.0], kind="count", areas=codes[:1], division="own", edition="1",
                            sex="women").table)  # fmt: skip
    walk = Crosswalk(
        "own/1", "own/2", "table", pd.DataFrame({"source": codes, "target": codes, "weight": 1.0}), codes, codes
    )
    made = recalculate(RawTable(pd.concat(rows), {"example_count": example_indicator("count")}), walk)
    assert made.table["status"].tolist() == ["shown", "shown", "did_not_exist", "did_not_exist"]


def test_a_crosswalk_of_other_boundaries_is_refused():
    areas = grid_areas(2, 1, division="own", edition="1")
    codes = tuple(areas.codes)
    rows = pd.DataFrame({"source": codes, "target": codes, "weight": 1.0})
    walk = Crosswalk("own/1", "own/2", "area", rows, codes, codes, source_hash="0123456789abcdef")
    table = nine([1.0, 2.0], [3.0, 4.0], areas=codes)
    with pytest.raises(InputError, match="other boundaries of own/1"):
        recalculate(table, walk, areas=areas)
    with pytest.raises(InputError, match="own/7"):
        recalculate(table, walk, areas=grid_areas(2, 1, division="own", edition="7"))
    from gisintegration.change.crosswalk_editions import boundary_hash

    same = Crosswalk("own/1", "own/2", "area", rows, codes, codes, source_hash=boundary_hash(areas))
    assert len(recalculate(table, same, areas=areas).table) == 2


def test_unknown_kinds_and_names_are_refused():
    with pytest.raises(IndicatorError, match="age_20_64"):
        recalculate(nine(), nine_walk(), kinds={"example_share": "age_20_64"})
    with pytest.raises(IndicatorError, match="exampel"):
        recalculate(nine(), nine_walk(), kinds={"exampel_share": "population"})
    with pytest.raises(IndicatorError, match="nothing"):
        recalculate(published(), nine_walk(), denominators={"example_share": "nothing"})
    other = Crosswalk("own/1", "own/2", "points", nine_walk().table.assign(kind="adults"), OLD, NEW)
    with pytest.raises(IndicatorError, match="kinds="):
        recalculate(nine(), other)
    with pytest.raises(IndicatorError, match="drop"):
        recalculate(nine(), nine_walk(), register_only="drop")


def test_figures_that_would_be_lost_are_refused():
    walk = nine_walk()
    less = walk.table[walk.table["source"] != "3"]
    with pytest.raises(CodeError, match="would be lost") as refused:
        recalculate(nine(), Crosswalk("own/1", "own/2", "points", less, OLD, NEW))
    assert refused.value.failures == [{"code": "3"}]
    short = walk.table.assign(weight=walk.table["weight"] * 0.9)
    with pytest.raises(InputError, match="do not sum to 1"):
        recalculate(nine(), Crosswalk("own/1", "own/2", "points", short, OLD, NEW))


def test_figures_that_stand_on_both_editions_are_refused():
    later = recalculate(nine(), nine_walk())
    both = RawTable(pd.concat([nine().table, later.table.drop(columns=["lower", "upper", "se"])]), later.indicators)
    with pytest.raises(GisIntegrationError, match="own/2 already"):
        recalculate(both, nine_walk())


def test_years_that_a_publisher_leaves_empty_on_either_edition_are_no_figures():
    """Statistics Sweden has both editions in one table, each with every year."""
    old = with_status(RawTable(pd.concat([nine().table, nine(year=2025).table]), nine().indicators))
    frame = old.table.astype({"status": str})
    void = frame["year"] == 2025
    frame.loc[void, ["numerator", "denominator", "value", "contributors"]] = np.nan
    frame.loc[void, "status"] = "not_applicable"
    later = recalculate(nine(year=2025), nine_walk()).table.drop(columns=["lower", "upper", "se"])
    before = later.assign(year=2021, status="not_applicable", value=np.nan, numerator=np.nan, denominator=np.nan)
    made = recalculate(RawTable(pd.concat([frame, later, before]), old.indicators), nine_walk()).table
    assert made.groupby("year", observed=True).size().to_dict() == {2021: 9, 2025: 9}
    assert set(made["status"]) == {"shown"}
    assert set(made.loc[made["year"] == 2021, "method"]) == {"summed", "recalculated:points"}
