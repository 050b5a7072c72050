"""Whatever a register holds: every row is accounted for, placing equals brute force, and SQL refuses what pandera does."""

import tempfile
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gisintegration.areas.assemble import assemble
from gisintegration.registers import HOW, contract, place, placed_sql, read_register
from gisintegration.registers.contract import failures
from gisintegration.registers.draw import draw

EAST, NORTH = 600_000.0, 6_600_000.0
LIMITS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

CODES = ["0114A0010", "0114C0010", "0114C0020", "0180C0010"]
REMAINDER = "0180-rest-1"
MEMBERS = ("0180C0020", "0180C0030")


def areas():
    """Four known squares in a row and a remainder of two areas east of them."""
    shapes = [shapely.box(EAST + 1000 * i, NORTH, EAST + 1000 * (i + 1), NORTH + 1000) for i in range(5)]
    codes = [*CODES, REMAINDER, *MEMBERS]
    division = assemble("deso", "2018", codes, np.array([*shapes, None, None], dtype=object))
    table = division.table.copy()
    table["kind"] = ["remainder" if code == REMAINDER else "area" for code in table["code"]]
    table["kommun"] = table["code"].str[:4]
    return division.with_(table=table, members={REMAINDER: MEMBERS}, parents={"kommun": "kommun/2003"})


AREAS = areas()
person = st.fixed_dictionaries(
    {
        "person": st.integers(1, 12),
        "year": st.sampled_from([2022, 2023]),
        "kommun": st.sampled_from(["0114", "0180", "1480"]),
        "deso": st.sampled_from([None, *CODES, *MEMBERS]),
        "sex": st.sampled_from(["men", "women", "women", "women", "K"]),
        "age": st.sampled_from([0, 40, 120, 121]),
        # Multiples of 250 m put points on borders, inside, just outside and far outside.
        "at": st.none() | st.tuples(st.integers(-4, 26), st.integers(-4, 8)),
    }
)


def brute_force(row):
    """One person, by the rules as they are written, without SQL and without an index."""
    geometry = dict(zip(AREAS.codes, AREAS.geometry, strict=True))

    def remainder_or(code, how):
        if code != REMAINDER:
            return code, how
        return (row["deso"], "delivered") if row["deso"] in MEMBERS else without_place("0180")

    def without_place(kommun):
        (position,) = draw([row["person"]], [kommun], AREAS)
        return (AREAS.codes[position] if position >= 0 else None), "unplaced"

    if row["x"] is None:
        return without_place(row["kommun"])
    point = shapely.Point(row["x"], row["y"])
    touching = [code for code in AREAS.codes if geometry[code] is not None and geometry[code].intersects(point)]
    if touching:
        return remainder_or(min(touching), "located")
    near = [
        (geometry[code].distance(point), code)
        for code in AREAS.codes
        if geometry[code] is not None and code[:4] == row["kommun"] and geometry[code].distance(point) <= 500
    ]
    return remainder_or(min(near)[1], "nearest") if near else (None, "outside")


def as_frame(people):
    rows = []
    for one in people:
        x, y = (None, None) if one["at"] is None else (EAST + 250.0 * one["at"][0], NORTH + 250.0 * one["at"][1])
        rows.append({key: value for key, value in one.items() if key != "at"} | {"x": x, "y": y})
    return pd.DataFrame(rows).astype({"x": float, "y": float, "deso": "str"})


@LIMITS
@given(st.lists(person, min_size=1, max_size=25), st.sampled_from(["parquet", "csv"]))
def test_every_row_is_accounted_for_and_placed_as_by_hand(people, kind):
    frame = as_frame(people)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"p.{kind}"
        frame.to_parquet(path) if kind == "parquet" else frame.to_csv(path, index=False)
        valid = frame[(frame["sex"] != "K") & (frame["age"] <= 120)]
        assume(len(valid) * 2 >= len(frame))  # else whole columns are wrong, and the register is refused
        register = read_register(path, crs=3006)
        placement = place(register, {AREAS: register.years})
        kept = valid.drop_duplicates(["person", "year"])
        totals = placement.report.totals
        assert totals[[*HOW]].to_numpy().sum() == len(kept)
        assert totals["rows"].sum() + register.report.internal[0].rejected_years.get(None, 0) <= len(frame)
        for year in register.years:
            query = placed_sql(register, placement, AREAS, year, ["person"])
            found = {
                int(number): (AREAS.codes[area] if area >= 0 else None, how)
                for number, area, how, _ in duckdb.sql(query).fetchall()
            }
            expected = {
                row["person"]: brute_force(row | ({"x": None} if np.isnan(row["x"]) else {}))
                for row in kept[kept["year"] == year].to_dict("records")
            }
            assert found == expected


NUMBERS = ["0", "1", "40", "120", "121", "-1", "40.0", "40.5", "1e3", "+7", "7.", ".5", "inf", "nan"]
DATES = ["2023", "2023-02-29", "2024-02-29", "20240229", "20230230"]
text = st.sampled_from([*NUMBERS, *DATES, "", " ", "x", "0114", "114", "1480", "men", "women", "true", "FALSE"])


@LIMITS
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "kommun": st.sampled_from(["0114", "0180"]) | text,
                "sex": st.sampled_from(["men", "women"]) | text,
                "age": st.sampled_from(["1", "40"]) | text,
                "studying": st.sampled_from(["0", "true"]) | text,
                "immigrated": st.just("") | text,
                "net_income": st.sampled_from(["10", "-10"]) | text,
            }
        ),
        min_size=1,
        max_size=12,
    )
)
def test_sql_refuses_the_rows_that_pandera_refuses(rows):
    good = {"kommun": "0114", "sex": "men", "age": "4", "studying": "0", "immigrated": "", "net_income": "1"}
    frame = pd.DataFrame([*rows, *[good] * (4 * len(rows))]).astype("str")
    frame = frame.assign(person=np.arange(1, len(frame) + 1).astype(str), year="2023", x="600000.0", y="6600000.0")
    stripped = frame.apply(lambda column: column.str.strip())
    refused = {failure["row"] for failure in failures(stripped, contract(list(frame.columns)))}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.csv"
        frame.to_csv(path, index=False)
        register = read_register(path, crs=3006)
        kept = duckdb.sql(register.select(["person"], 2023)).fetchall()
    assert {int(number) - 1 for (number,) in kept} == set(range(len(frame))) - refused
