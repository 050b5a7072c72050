"""The worked example of docs/recalculation.md, computed by the toolkit: every figure on the page is what comes out."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

import gisintegration as gi
from gisintegration.areas.assemble import assemble
from gisintegration.testing import example_indicator, example_raw, grid_areas

PAGE = (Path(__file__).parents[2] / "docs" / "recalculation.md").read_text(encoding="utf-8")
POPULATION = {"1": 900, "2": 1100, "3": 1000, "4": 800, "5": 1000, "6": 1200, "7": 700, "8": 1200, "9": 800}
BORN_ABROAD = {"1": 90, "2": 330, "3": 100, "4": 80, "5": 200, "6": 60, "7": 70, "8": 240, "9": 200}
IN_2024 = {"12": 2000, "3": 1000, "4": 800, "51": 620, "52": 480, "6": 1200, "7": 700, "8": 1300, "9": 760}
YEAR = 2021
SHARE = example_indicator("share", name="born_abroad_share")
COUNT = example_indicator("count", name="born_abroad", population={"birth_region": ["world"]})
EVERYONE = example_indicator("count", name="population")


def box(west, south, east, north):
    return shapely.box(600_000 + west, 6_600_000 + south, 600_000 + east, 6_600_000 + north)


SQUARES = grid_areas(3, 3, division="district")
OLD = assemble("district", "2018", list(POPULATION), SQUARES.geometry.to_numpy())
NEW_POLYGONS = {
    "12": box(0, 0, 2000, 1000), "3": box(2000, 0, 3000, 1000), "4": box(0, 1000, 1000, 2000),
    "51": box(1000, 1000, 1300, 2000), "52": box(1300, 1000, 2000, 2000), "6": box(2000, 1000, 3000, 2000),
    "7": box(0, 2000, 1000, 3000), "8": box(1000, 2000, 2200, 3000), "9": box(2200, 2000, 3000, 3000),
}  # fmt: skip
NEW = assemble("district", "2025", list(NEW_POLYGONS), np.array(list(NEW_POLYGONS.values()), dtype=object))


def homes():
    """A point a person: in 5 and 9 on either side of the new border, elsewhere in the middle of the square."""
    at = {code: [((i % 3) * 1000 + 500, (i // 3) * 1000 + 500)] * POPULATION[code] for i, code in enumerate(POPULATION)}
    at["5"] = [(1150, 1500)] * 600 + [(1700, 1500)] * 400
    at["9"] = [(2100, 2500)] * 40 + [(2600, 2500)] * 760
    return np.array([point for points in at.values() for point in points]) + np.array([600_000, 6_600_000])


WALKS = {
    "points": gi.crosswalk(OLD, NEW, method="points", places=homes(), years=np.full(sum(POPULATION.values()), YEAR)),
    "area": gi.crosswalk(OLD, NEW, method="area"),
    "target": gi.crosswalk(OLD, NEW, method="target", weights=pd.Series(IN_2024, name="population"), years=2024),
}


def table(top, base, indicator, kind):
    made = example_raw(
        numerator=list(top.values()), denominator=list(base.values()), kind=kind, areas=list(POPULATION),
        division="district", edition="2018", year=YEAR,
    )  # fmt: skip
    return gi.RawTable(made.table.assign(indicator=indicator.id), {indicator.id: indicator})


def recalculated(method, which):
    tables = {
        "population": (POPULATION, POPULATION, EVERYONE, "count"),
        "born abroad": (BORN_ABROAD, BORN_ABROAD, COUNT, "count"),
        "share": (BORN_ABROAD, POPULATION, SHARE, "share"),
    }
    return gi.recalculate(table(*tables[which]), WALKS[method]).table.set_index("area")


def rows_of(heading):
    """Cells of the table on the page whose first column has this heading."""
    lines = PAGE.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def result(cell):
    """The number a cell ends with."""
    plain = cell.replace("\N{NO-BREAK SPACE}", "")
    plain = re.sub(r"(?<=\d) (?=\d{3}\b)", "", plain).replace("**", "").replace("%", "")
    return float(re.findall(r"-?\d+(?:\.\d+)?", plain)[-1])


def test_what_the_old_areas_had():
    (population, born_abroad) = rows_of("old area")
    assert [result(cell) for cell in population[1:]] == [*POPULATION.values(), sum(POPULATION.values())]
    assert [result(cell) for cell in born_abroad[1:]] == [*BORN_ABROAD.values(), sum(BORN_ABROAD.values())]


@pytest.mark.parametrize("row", rows_of("piece"), ids=lambda row: row[0])
def test_weights(row):
    source, target = row[0].split(" → ")
    for method, cell in zip(("points", "area", "target"), row[1:], strict=True):
        rows = WALKS[method].table.set_index(["source", "target"])
        assert rows.loc[(source, target), "weight"] == pytest.approx(result(cell), abs=5e-5)


@pytest.mark.parametrize("row", rows_of("new area")[:-1], ids=lambda row: row[0])
def test_figures(row):
    code, population, born_abroad, share, method, exact, sources = row
    everyone, some = recalculated("points", "population").loc[code], recalculated("points", "born abroad").loc[code]
    assert everyone.value == pytest.approx(result(population))
    assert some.value == pytest.approx(result(born_abroad))
    assert recalculated("points", "share").loc[code, "value"] == pytest.approx(result(share), abs=0.005)
    assert f"`{some.method}`" == method
    assert some.exact_share == pytest.approx(result(exact))
    assert some.n_sources == result(sources)
    assert (everyone.exact_share, everyone.se) == (1, 0)


def test_what_did_not_change():
    for code in ("3", "4", "6", "7"):
        some = recalculated("points", "born abroad").loc[code]
        assert (some.value, some.method, some.exact_share, some.n_sources) == (BORN_ABROAD[code], "summed", 1, 1)


def test_totals_and_what_area_says():
    assert recalculated("points", "population").value.sum() == 8700
    assert recalculated("points", "born abroad").value.sum() == 1370
    assert recalculated("area", "population").loc[["51", "52"], "value"].tolist() == [300, 700]
    assert "By `area` 51 would have 300 persons and 52 would have 700: wrong by 300." in PAGE


@pytest.mark.parametrize("row", rows_of("born abroad in"), ids=lambda row: row[0])
def test_bounds(row):
    code, lower, upper, known = row
    plain, told = recalculated("area", "born abroad").loc[code], recalculated("points", "born abroad").loc[code]
    assert (plain.lower, plain.upper) == (result(lower), result(upper))
    low, high = (result(part) for part in known.split("=")[-1].split("…"))
    assert (told.lower, told.upper) == (low, high)


def test_joint_bounds_of_the_share():
    shares = {"points": (19.35, 22.58), "area": (13.33, 31.43)}
    for method, bounds in shares.items():
        made = recalculated(method, "share").loc["8"]
        assert (made.lower, made.upper) == pytest.approx(bounds, abs=0.005)
        for bound in bounds:
            assert f"**{bound:.2f} %**" in PAGE.replace("\N{NO-BREAK SPACE}", " ")
