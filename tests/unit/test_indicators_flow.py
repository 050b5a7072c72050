"""Stock at 31 December stands on the division of 1 January after, flows on that of 1 January of the year."""

import numpy as np
import pandas as pd
import pytest
import shapely

from gisintegration.areas.assemble import assemble
from gisintegration.indicators import aggregate, load_indicators
from gisintegration.project.inputs import years_asked
from gisintegration.registers import read_register
from gisintegration.testing import grid_areas


@pytest.fixture
def stock_and_flow():
    population = load_indicators(["population"])["population"]
    births = population.model_copy(update={"id": "births", "flow": True})
    return {"births": births, "population": population}


def test_nykvarn_formed_in_1999_is_in_stocks_of_1998_and_not_in_flows_of_1998(tmp_path, stock_and_flow):
    # In force 1 January 1999: the stock of 31 December 1998 stands on it, the births of 1998 stand on Södertälje.
    nykvarn = assemble("kommun", "2003", ["0140"], np.array([shapely.box(600_000, 6_550_000, 601_000, 6_551_000)]))
    rows = [(f"p{year}", year, "0140", "women", 40, 600_500, 6_550_500) for year in (1997, 1998, 1999)]
    path = tmp_path / "persons.csv"
    pd.DataFrame(rows, columns=["person", "year", "kommun", "sex", "age", "x", "y"]).to_csv(path, index=False)
    raw = aggregate(
        read_register(path, crs=3006),
        stock_and_flow,
        by=["kommun"],
        areas={nykvarn: [1997, 1998, 1999]},
        breakdowns=False,
    ).table
    raw = raw[raw["sex"] == "total"]
    states = {
        name: raw[raw["indicator"] == name].set_index("year")["status"].to_dict() for name in ("population", "births")
    }
    assert states["population"] == {1997: "did_not_exist", 1998: "shown", 1999: "shown"}
    assert states["births"] == {1997: "did_not_exist", 1998: "did_not_exist", 1999: "shown"}


def test_a_flow_of_2024_stands_on_the_edition_of_the_stock_of_2023():
    old, new = grid_areas(2, 1, edition="2018"), grid_areas(2, 1, edition="2025")
    stock = years_asked(
        {old.with_(years=(2018, 2023)): None, new.with_(years=(2024, None)): None}, [2022, 2023, 2024, 2025]
    )
    flow = years_asked(
        {old.with_(years=(2018, 2023)): None, new.with_(years=(2024, None)): None}, [2022, 2023, 2024, 2025], flow=True
    )
    assert list(stock.values()) == [[2022, 2023], [2024, 2025]]
    assert list(flow.values()) == [[2022, 2023, 2024], [2025]]


def test_years_that_are_asked_for_are_counted_where_they_are_asked_for():
    new = grid_areas(2, 1, edition="2025").with_(years=(2024, None))
    assert list(years_asked({new: (2023, 2024)}, [2023, 2024], flow=True).values()) == [[2023, 2024]]
