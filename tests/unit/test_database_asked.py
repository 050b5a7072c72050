"""A part of a release by patterns, lists, levels and years: what fits, and what is told when nothing does."""

import pandas as pd
import pytest

from gisintegration.database import release, select_release
from gisintegration.database.asked import asked_parts, chosen, pieces
from gisintegration.disclosure import protect
from gisintegration.errors import CodeError, InputError
from gisintegration.testing import example_raw, grid_areas

CODES = ["0114", "0180", "0180C1010", "0180C1020", "1480", "Örby"]
# The share is given every year, the mean in two; the division changes edition in 2024.
PARTS = pd.DataFrame(
    [("share", "deso", "2018", year) for year in (2021, 2022, 2023)]
    + [("share", "deso", "2025", 2024), ("share", "kommun", "2003", 2022)]
    + [("mean", "deso", "2018", 2018), ("mean", "deso", "2018", 2022)],
    columns=["indicator", "division", "edition", "year"],
)


def asked(**given):
    kept = PARTS[asked_parts(PARTS, subjects={"share": "arbete", "mean": "inkomst"}, **given)]
    return [f"{i} {d}/{e} {y}" for i, d, e, y in kept.itertuples(index=False)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("0180*", ["0180", "0180C1010", "0180C1020"]),
        ("*0", ["0180", "0180C1010", "0180C1020", "1480"]),
        (["0114", "1480"], ["0114", "1480"]),
        ("1480, 0114", ["0114", "1480"]),
        ("0180c10*", ["0180C1010", "0180C1020"]),
        ("ÖRBY", ["Örby"]),
        ("*", CODES),
    ],
)
def test_names_that_fit(given, expected):
    assert chosen(given, CODES, what="area") == expected


def test_a_dot_or_a_bracket_is_itself():
    assert chosen("a.c", ["abc", "a.c"], what="x") == ["a.c"]
    assert chosen("[ab]*", ["abc", "[ab]c"], what="x") == ["[ab]c"]


def test_one_that_fits_nothing_tells_the_nearest():
    with pytest.raises(InputError, match=r"There is no area '0181'.*\n.*did you mean '0180'"):
        chosen("0180,0181", CODES, what="area")


def test_every_one_that_fits_nothing_is_listed():
    with pytest.raises(CodeError, match="There is no area '0181' or '9\\*'") as caught:
        chosen("0181,9*", CODES, what="area", error=CodeError)
    assert [failure["area"] for failure in caught.value.failures] == ["0181", "9*"]


@pytest.mark.parametrize("given", ["", " , ", []])
def test_nothing_asked_for_is_an_error(given):
    with pytest.raises(InputError, match="Nothing is asked for"):
        pieces(given)


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        (2022, ["share deso/2018 2022", "share kommun/2003 2022", "mean deso/2018 2022"]),
        ("2021,2024", ["share deso/2018 2021", "share deso/2025 2024"]),
        ("2023-2024", ["share deso/2018 2023", "share deso/2025 2024"]),
        ("2023–", ["share deso/2018 2023", "share deso/2025 2024"]),
        ("-2018", ["mean deso/2018 2018"]),
        ([2018, "2021"], ["share deso/2018 2021", "mean deso/2018 2018"]),
        # The latest of each indicator on each division, on whichever edition that year stands.
        ("latest", ["share deso/2025 2024", "share kommun/2003 2022", "mean deso/2018 2022"]),
        ("senaste-1", ["share deso/2018 2023", "share deso/2025 2024", "share kommun/2003 2022",
                       "mean deso/2018 2018", "mean deso/2018 2022"]),
    ],
)  # fmt: skip
def test_years(years, expected):
    assert asked(years=years) == expected


def test_the_shortcuts_for_the_latest_and_all_years_are_the_same():
    assert asked(years="9999") == asked(years="senaste") == asked(years="LATEST") == asked(years=9999)
    assert asked(years="*") == asked() == asked(years="latest-99")


@pytest.mark.parametrize(
    ("years", "said"),
    [
        ("2030", "no figures for 2030.*\n.*given for 2018, 2021, 2022, 2023, 2024"),
        ("2018,1999", "no figures for 1999"),
        ("2024-2018", "run backwards: 2024-2018.*\n.*2018-2024"),
        ("newest", "'newest' is no year"),
        ("20244", "'20244' is no year"),
        ("-", "'-' is no year"),
    ],
)
def test_years_that_there_are_not(years, said):
    with pytest.raises(InputError, match=f"(?s){said}"):
        asked(years=years)


def test_levels_with_their_editions_or_one_edition():
    assert {text.split()[1] for text in asked(levels="deso")} == {"deso/2018", "deso/2025"}
    assert asked(levels="deso/2025") == ["share deso/2025 2024"]
    assert asked(levels="kom*") == ["share kommun/2003 2022"]
    with pytest.raises(InputError, match="There is no level 'deos'"):
        asked(levels="deos")


def test_a_subject_stands_for_its_indicators():
    assert asked(indicators="inkomst") == asked(indicators="mean") == asked(indicators="m*")


def test_what_is_given_but_not_together():
    with pytest.raises(InputError, match="no figures of these indicators on these levels"):
        asked(indicators="mean", levels="kommun")
    with pytest.raises(InputError, match="no figures for 2024"):
        asked(indicators="mean", years="2024")


@pytest.fixture(scope="module")
def made():
    deso = grid_areas(3, 2)
    kommun = grid_areas(1, 1, size=3000.0, division="kommun", edition="2003")
    kommun = kommun.with_(table=kommun.table.assign(code=pd.array(["0114"], dtype="str")))
    counts = {"numerator": [50.0] * 6, "denominator": [100.0] * 6}
    tables = [example_raw(**counts, year=year) for year in (2021, 2022)]
    tables.append(example_raw(**counts, age="20-24"))
    tables.append(example_raw(kind="mean", numerator=[9e6] * 6, denominator=[50.0] * 6, year=2021))
    tables.append(
        example_raw(numerator=[300], denominator=[600], areas=["0114"], division="kommun", edition="2003", year=2022)
    )
    return release(protect(tables, "scb-share-rule"), areas={one.key: one for one in (deso, kommun)})


def cells(part):
    rows = part.statistics
    return len(rows), sorted(part.areas), sorted(part.indicators)


def test_a_release_keeps_only_what_is_asked_for(made):
    assert cells(select_release(made)) == (25, ["deso/2018", "kommun/2003"], ["example_mean", "example_share"])
    assert cells(select_release(made, levels="kommun")) == (1, ["kommun/2003"], ["example_share"])
    assert cells(select_release(made, indicators="*mean")) == (6, ["deso/2018"], ["example_mean"])
    assert cells(select_release(made, areas="0114A001*"))[:2] == (4, ["deso/2018"])
    assert cells(select_release(made, breakdowns=False))[0] == 19
    assert select_release(made, years="latest").id == made.id


def test_figures_are_the_same_in_a_part(made):
    whole, part = made.statistics, select_release(made, years="latest", areas="*10").statistics
    columns = [name for name in whole.columns if name != "release"]
    both = part[columns].astype("str").merge(whole[columns].astype("str"), how="left", indicator=True)
    assert len(part) == 3
    assert (both["_merge"] == "both").all()


def test_areas_that_lie_in_codes_by_pattern(made):
    assert cells(select_release(made, {"kommun": "01*"}))[0] == 25
    assert cells(select_release(made, {"deso": ["0114A0010", "0114A0020"]}))[:2] == (8, ["deso/2018"])


def test_a_wrong_code_among_right_ones_is_told(made):
    with pytest.raises(CodeError, match="There is no kommun '0180'"):
        select_release(made, {"kommun": ["0114", "0180"]})
    with pytest.raises(CodeError, match="There is no area '0115\\*'"):
        select_release(made, areas="0114*,0115*")
    with pytest.raises(InputError, match="No division of the release lies in distrikt"):
        select_release(made, {"distrikt": ["0114"]})
