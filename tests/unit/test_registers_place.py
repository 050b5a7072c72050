"""Placing persons in areas: every way to an area, by hand on a few squares, and every row accounted for."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import shapely

from gisintegration.areas.assemble import assemble
from gisintegration.areas.own import read_key
from gisintegration.errors import CRSError, GisIntegrationError, RegisterError
from gisintegration.registers import HOW, place, place_by_key, placed_sql, read_register
from gisintegration.registers.draw import central_areas, draw, with_unknown
from gisintegration.registers.placement import PlacementReport, verify
from gisintegration.testing import grid_areas

EAST, NORTH = 600_000.0, 6_600_000.0


def squares(*, remainder=(), edition="2018", years=(None, None)):
    """Five squares of 1 km in a row, two kommuner; the squares in ``remainder`` are one remainder of their kommun.

    0114: C1010, C1020, A0010 at 0, 1, 2 km; 0180: C1010, C1020 at 3 and 4 km.
    """
    codes = ["0114C1010", "0114C1020", "0114A0010", "0180C1010", "0180C1020"]
    shapes = [shapely.box(EAST + 1000 * i, NORTH, EAST + 1000 * (i + 1), NORTH + 1000) for i in range(5)]
    kinds = ["area"] * 5
    members = {}
    if remainder:
        rows = [codes.index(code) for code in remainder]
        whole = shapely.union_all([shapes[row] for row in rows])
        shapes = [None if row in rows else shape for row, shape in enumerate(shapes)]
        key = f"{remainder[0][:4]}-rest-1"
        codes, shapes, kinds = [*codes, key], [*shapes, whole], [*kinds, "remainder"]
        members = {key: tuple(remainder)}
    division = assemble("deso", edition, codes, np.array(shapes, dtype=object))
    table = division.table.copy()
    order = [codes.index(code) for code in table["code"]]
    table["kind"] = [kinds[row] for row in order]
    table["kommun"] = table["code"].str[:4]
    return division.with_(table=table, members=members, parents={"kommun": "kommun/2003"}, years=years)


PERSON = {"year": 2023, "kommun": "0114", "sex": "women", "age": 40, "deso": None}


def at(km, north=500.0):
    return {"x": EAST + 1000 * km, "y": NORTH + north}


def register(tmp_path, *people, name="p.parquet", **options):
    rows = [PERSON | {"x": None, "y": None} | {"person": number} | one for number, one in enumerate(people, 1)]
    frame = pd.DataFrame(rows).astype({"x": float, "y": float, "deso": "str"})
    path = Path(tmp_path) / name
    frame.to_parquet(path, index=False)
    return read_register(path, crs=3006, **options)


def placed(persons, placement, key="deso/2018", year=2023):
    found = duckdb.sql(placed_sql(persons, placement, key, year, ["person"])).df().sort_values("person")
    codes = placement.areas[key].codes
    return [(codes[area] if area >= 0 else None, how) for area, how in zip(found["area"], found["how"], strict=True)]


def counts(placement):
    return placement.report.totals.iloc[0][[*HOW, "rejected", "rows", "mismatch"]].to_dict()


def test_a_point_in_an_area_is_located(tmp_path):
    persons = register(tmp_path, at(0.5), at(2.5), at(3.5) | {"kommun": "0180"})
    placement = place(persons, {squares(): [2023]})
    assert placed(persons, placement) == [
        ("0114C1010", "located"),
        ("0114A0010", "located"),
        ("0180C1010", "located"),
    ]
    assert len(placement.exceptions) == 0


def test_a_point_on_a_border_goes_to_the_lowest_code(tmp_path):
    persons = register(tmp_path, at(1.0), at(2.0))
    placement = place(persons, {squares(): [2023]})
    assert [code for code, _ in placed(persons, placement)] == ["0114C1010", "0114A0010"]


def test_the_point_decides_and_the_other_kommun_is_counted(tmp_path):
    persons = register(tmp_path, at(0.5), at(3.5), at(4.5))
    placement = place(persons, {squares(): [2023]})
    assert [code for code, _ in placed(persons, placement)] == ["0114C1010", "0180C1010", "0180C1020"]
    assert counts(placement)["mismatch"] == 2


REST = ("0114C1010", "0114C1020")


def test_in_a_remainder_the_delivered_code_decides(tmp_path):
    persons = register(
        tmp_path,
        at(0.5) | {"deso": "0114C1020"},  # its point lies in the other one's square: no one can know
        at(1.5) | {"deso": "0114C1020"},
        at(2.5) | {"deso": "0114C1010"},  # not in the remainder: the point decides
        unplaced="exclude",
    )
    placement = place(persons, {squares(remainder=REST): [2023]})
    assert placed(persons, placement) == [
        ("0114C1020", "delivered"),
        ("0114C1020", "delivered"),
        ("0114A0010", "located"),
    ]


@pytest.mark.parametrize("delivered", [None, "0114A0010", "0180C1010"])
def test_in_a_remainder_without_one_of_its_codes_a_person_has_no_place(tmp_path, delivered):
    persons = register(tmp_path, at(0.5) | {"deso": delivered}, unplaced="exclude")
    placement = place(persons, {squares(remainder=REST): [2023]})
    assert placed(persons, placement) == [(None, "unplaced")]
    reasons = placement.report.reasons
    assert reasons[["reason", "persons"]].to_numpy().tolist() == [
        ["in a remainder, and the delivered code is none of its areas", 1]
    ]


def test_a_code_delivered_in_another_edition_is_not_used(tmp_path):
    persons = register(tmp_path, at(0.5) | {"deso": "0114C1020"}, unplaced="exclude")
    placement = place(persons, {squares(remainder=REST, years=(None, 2022)): [2023]})
    assert placed(persons, placement) == [(None, "unplaced")]


def test_a_person_in_a_remainder_is_drawn_in_the_kommun_of_the_point(tmp_path):
    persons = register(tmp_path, at(0.5) | {"kommun": "0180"})
    placement = place(persons, {squares(remainder=REST): [2023]})
    ((code, how),) = placed(persons, placement)
    assert how == "unplaced"
    assert code in REST


def test_outside_all_areas_the_nearest_of_the_registered_kommun(tmp_path):
    persons = register(
        tmp_path,
        at(0.5, north=1499.0),
        at(0.5, north=1501.0),
        at(2.9, north=1100.0) | {"kommun": "0180"},  # nearest of all is 0114A0010, nearest of its kommun 0180C1010
        at(0.5, north=1100.0) | {"kommun": "2584"},
    )
    placement = place(persons, {squares(): [2023]})
    assert placed(persons, placement) == [
        ("0114C1010", "nearest"),
        (None, "outside"),
        ("0180C1010", "nearest"),
        (None, "outside"),
    ]
    assert counts(placement) == {
        "located": 0,
        "delivered": 0,
        "nearest": 2,
        "unplaced": 0,
        "outside": 2,
        "rejected": 0,
        "rows": 4,
        "mismatch": 0,
    }


def test_the_distance_is_a_setting(tmp_path):
    for nearest, how in ((99.0, "outside"), (101.0, "nearest"), (0.0, "outside")):
        persons = register(tmp_path, at(0.5, north=1100.0), nearest=nearest)
        assert placed(persons, place(persons, {squares(): [2023]}))[0][1] == how


def test_near_a_remainder_the_delivered_code_decides(tmp_path):
    persons = register(tmp_path, at(0.5, north=1100.0) | {"deso": "0114C1010"}, at(0.5, north=1100.0))
    placement = place(persons, {squares(remainder=REST): [2023]})
    assert placed(persons, placement)[0] == ("0114C1010", "delivered")
    assert placed(persons, placement)[1][1] == "unplaced"


def test_centralort_draws_among_category_c_of_the_kommun(tmp_path):
    persons = register(tmp_path, *[{} for _ in range(400)])
    placement = place(persons, {squares(): [2023]})
    drawn = pd.Series([code for code, _ in placed(persons, placement)]).value_counts()
    assert set(drawn.index) == {"0114C1010", "0114C1020"}
    # 400 draws of two equally likely areas: a share outside 0.4–0.6 has probability below 1e-4.
    assert drawn.between(160, 240).all()


def test_a_kommun_without_c_gives_b_and_one_without_b_gives_a():
    def centre(codes):
        boxes = [shapely.box(1000 * i, 0, 1000 * i + 1000, 1000) for i in range(len(codes))]
        areas = assemble("deso", "2018", codes, np.array(boxes, dtype=object))
        return [areas.codes[position] for position in central_areas(areas)["0114"]]

    assert centre(["0114A0010", "0114B0010", "0114C0010"]) == ["0114C0010"]
    assert centre(["0114A0010", "0114B0010"]) == ["0114B0010"]
    assert centre(["0114A0010", "0114A0020"]) == ["0114A0010", "0114A0020"]


def test_a_draw_depends_on_the_person_and_the_areas_alone():
    areas = squares()
    kommun = ["0114"] * 50
    drawn = draw(range(50), kommun, areas)
    assert draw([str(number) for number in range(50)], kommun, areas).tolist() == drawn.tolist()
    turned = draw(list(range(50))[::-1], kommun, areas)[::-1]
    assert turned.tolist() == drawn.tolist()
    # Written down once: another machine, another year, another version must draw the same.
    assert "".join(areas.codes[position][7] for position in drawn[:20]) == DRAWN


DRAWN = "22212121121112222222"


def test_a_new_area_takes_only_its_own_share():
    before = grid_areas(10, 1)
    after = grid_areas(11, 1)
    drawn = draw(range(2000), ["0114"] * 2000, before)
    again = draw(range(2000), ["0114"] * 2000, after)
    moved = before.codes[drawn] != after.codes[again]
    assert set(after.codes[again][moved]) == {after.codes[10]}
    assert 0.06 < moved.mean() < 0.12  # a share of 1/11


def test_a_person_keeps_the_area_over_the_years(tmp_path):
    people = [{"person": number, "year": year} for year in (2021, 2022, 2023) for number in range(30)]
    persons = register(tmp_path, *people)
    placement = place(persons, {squares(): [2021, 2022, 2023]})
    first, second, third = (placed(persons, placement, year=year) for year in (2021, 2022, 2023))
    assert first == second == third


def test_a_person_of_a_kommun_without_areas_is_in_none(tmp_path):
    persons = register(tmp_path, {"kommun": "2584"})
    placement = place(persons, {squares(): [2023]})
    assert placed(persons, placement) == [(None, "unplaced")]
    assert not placement.needs_residual


def test_separate_gives_a_row_of_its_own_a_kommun(tmp_path):
    persons = register(tmp_path, {}, {"kommun": "0180"}, at(0.5), unplaced="separate")
    placement = place(persons, {squares(): [2023]})
    assert placed(persons, placement) == [
        ("0114X0000", "unplaced"),
        ("0180X0000", "unplaced"),
        ("0114C1010", "located"),
    ]
    areas = placement.areas["deso/2018"]
    assert list(areas.codes) == sorted(areas.codes)
    assert areas.parent("kommun")[list(areas.codes).index("0180X0000")] == "0180"
    assert placement.needs_residual


def test_exclude_leaves_persons_out_of_all_areas(tmp_path):
    persons = register(tmp_path, {}, at(0.5), unplaced="exclude")
    placement = place(persons, {squares(): [2023]})
    assert placed(persons, placement) == [(None, "unplaced"), ("0114C1010", "located")]
    assert placement.needs_residual


def test_unknown_areas_keep_the_display_geometry_in_step():
    areas = grid_areas(2, 1)
    drawn = with_unknown(areas.with_(display=areas.geometry.buffer(-10)))
    assert len(drawn.display) == len(drawn) == 3
    assert [shape is None for shape in drawn.display] == [kind == "unknown" for kind in drawn.table["kind"]]


def test_two_editions_and_years(tmp_path):
    old, new = squares(edition="2018"), grid_areas(5, 1, edition="2025")
    people = [at(0.5) | {"person": 1, "year": 2023}, at(0.5) | {"person": 1, "year": 2024}, {"person": 2, "year": 2024}]
    persons = register(tmp_path, *people)
    placement = place(persons, {old: [2023], new: [2024, 2023]})
    assert placement.years == {"deso/2018": (2023,), "deso/2025": (2023, 2024)}
    assert list(placement.places.columns) == ["place", "x", "y", "deso/2018", "deso/2025"]
    assert len(placement.places) == 1
    assert [how for _, how in placed(persons, placement, "deso/2025", 2024)] == ["located", "unplaced"]
    with pytest.raises(RegisterError, match="no year '2024'"):
        placed_sql(persons, placement, "deso/2018", 2024, ["age"])
    with pytest.raises(RegisterError, match="no edition 'deso/2019'"):
        placed_sql(persons, placement, "deso/2019", 2024, ["age"])


def test_rejected_rows_are_in_the_identity(tmp_path):
    people = [at(0.5), at(1.5), at(1.5) | {"age": 200}, {}, at(2.5) | {"person": 1}, at(0.5, north=-700.0)]
    persons = register(tmp_path, *people)
    placement = place(persons, {squares(): [2023]})
    assert counts(placement) == {
        "located": 2,
        "delivered": 0,
        "nearest": 0,
        "unplaced": 1,
        "outside": 1,
        "rejected": 2,
        "rows": 6,
        "mismatch": 0,
    }
    text = (
        "deso/2018 2023: <20 rows = <20 located + 0 delivered + 0 nearest + <20 unplaced + <20 outside + <20 rejected"
    )
    assert str(placement.report) == text
    assert placement.report.manifest() == [
        {"edition": "deso/2018", "year": 2023, "rows": "<20", "located": "<20", "delivered": 0, "nearest": 0}
        | {"unplaced": "<20", "outside": "<20", "rejected": "<20", "mismatch": 0}
    ]


def test_a_lost_person_is_an_error():
    table = pd.DataFrame([{"edition": "deso/2018", "year": 2023, "kommun": "0114"} | dict.fromkeys(HOW, 1)])
    table["mismatch"] = 0
    good = PlacementReport(table, pd.DataFrame(), 6, {2023: 1})
    verify(good, {2023: 5})
    with pytest.raises(GisIntegrationError, match="lost or counted twice"):
        verify(good, {2023: 6})
    with pytest.raises(GisIntegrationError, match="edition: register, year: all, rows: 7"):
        verify(PlacementReport(table, pd.DataFrame(), 7, {2023: 1}), {2023: 5})


def test_points_that_mostly_lie_in_another_kommun_are_refused(tmp_path):
    persons = register(tmp_path, *[at(3 + number / 100) for number in range(1, 121)])
    with pytest.raises(CRSError, match="Only 0% of the points"):
        place(persons, {squares(): [2023]})


def test_a_register_without_coordinates_is_placed_by_kommun(tmp_path):
    path = tmp_path / "p.parquet"
    frame = pd.DataFrame([PERSON | {"person": number, "place": "a"} for number in range(3)]).astype({"deso": "str"})
    frame.to_parquet(path)
    persons = read_register(path)
    placement = place(persons, {squares(): [2023]})
    assert {how for _, how in placed(persons, placement)} == {"unplaced"}
    assert counts(placement)["unplaced"] == 3


def test_coordinate_type_is_carried_along(tmp_path):
    persons = register(tmp_path, at(0.5) | {"coordinate_type": "address"}, at(1.5) | {"coordinate_type": "property"})
    placement = place(persons, {squares(): [2023]})
    query = placed_sql(persons, placement, "deso/2018", 2023, ["person"])
    assert duckdb.sql(f"select coordinate_type from ({query}) order by person").fetchall() == [
        ("address",),
        ("property",),
    ]
    plain = register(tmp_path, at(0.5), name="q.parquet")
    without = place(plain, {squares(): [2023]})
    query = placed_sql(plain, without, "deso/2018", 2023, ["person"])
    assert duckdb.sql(f"select coordinate_type from ({query})").fetchall() == [(None,)]


def test_what_cannot_be_placed_is_said(tmp_path):
    persons = register(tmp_path, at(0.5))
    with pytest.raises(RegisterError, match="No areas were given"):
        place(persons, {})
    with pytest.raises(RegisterError, match="no year '2019'"):
        place(persons, {squares(): [2019]})
    with pytest.raises(RegisterError, match="deso/2018 was given twice"):
        place(persons, {squares(): [2023], grid_areas(2, 2): [2023]})


def keyed(tmp_path, **columns):
    people = pd.DataFrame([PERSON | {"person": number} for number in range(1, 6)]).drop(columns="deso")
    path = tmp_path / "k.parquet"
    people.assign(**columns).to_parquet(path)
    return read_register(path)


def test_a_key_table_places_by_property_on_each_level(tmp_path):
    table = pd.DataFrame({"fnr": ["7", "8", "9"], "nyko4": ["a1", "a2", "b1"], "nyko3": ["a", "a", "b"]})
    own = read_key(table, key="fnr", levels=["nyko4", "nyko3"], edition=2024)
    persons = keyed(tmp_path, place=["7", "9", "10", None, "8"])
    placement = place_by_key(persons, own, [2023])
    assert placed(persons, placement, "nyko4/2024") == [
        ("a1", "located"),
        ("b1", "located"),
        (None, "outside"),
        (None, "unplaced"),
        ("a2", "located"),
    ]
    assert [code for code, _ in placed(persons, placement, "nyko3/2024")] == ["a", "b", None, None, "a"]
    assert placement.report.totals["rows"].tolist() == [5, 5]
    assert placement.report.reasons["persons"].tolist() == [1, 1]
    assert len(placement.exceptions) == 0


def test_a_register_without_the_key_is_told_so(tmp_path):
    own = read_key(pd.DataFrame({"fnr": ["7"], "nyko4": ["a1"]}), key="fnr", levels=["nyko4"], edition=2024)
    with pytest.raises(RegisterError, match="no key of property or address"):
        place_by_key(register(tmp_path, at(0.5)), own, [2023])
    with pytest.raises(RegisterError, match="no level 'nyko5'"):
        place_by_key(keyed(tmp_path, place="7"), own, [2023], levels=["nyko5"])
