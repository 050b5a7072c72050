"""Göteborgsregionen, Uppsala, Dalarna and the 290 kommuner: parents, remainders, coverage, places."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from gisintegration.areas import (
    check_coverage,
    check_file,
    display_geometry,
    levels,
    load_areas,
    official_codes,
    read_areas,
)
from gisintegration.errors import CodeError, InputError
from gisintegration.locate import locate

pytestmark = pytest.mark.real
DATA = Path(__file__).parents[1] / "data"
UPPSALA = DATA / "uppsala_deso_2018_population_2016.zip"


@pytest.fixture(scope="module")
def deso_2025():
    return load_areas("deso/2025")


@pytest.fixture(scope="module")
def deso_2018():
    return load_areas("deso/2018")


def test_gothenburg_2025_and_its_parents(deso_2025):
    by = ["deso", "regso", "kommun", "lan", "riket", "region"]
    made = levels(deso_2025, by, region="Göteborgsregionen")
    assert {name: len(areas) for name, areas in made.items()} == {"deso": 584, "regso": 300, "kommun": 13, "region": 1}
    assert not set(made["region"].codes) & {"00", "13", "14"}
    total = deso_2025.geometry.area.sum()
    for areas in made.values():
        assert areas.geometry.area.sum() == pytest.approx(total, abs=1e-3)
        assert areas.geometry.is_valid.all()
        assert len(areas.display) == len(areas)
        assert not areas.display.isna().any()
    assert made["kommun"].names.tolist()[:2] == ["Kungsbacka", "Härryda"]
    assert made["regso"].codes.tolist() == sorted(set(deso_2025.parent("regso")))


def test_gothenburg_2018_areas_without_polygon_and_remainders(deso_2018, deso_2025):
    table = deso_2018.table
    area = table["kind"] == "area"
    assert (area.sum(), (area & table.geometry.notna()).sum(), (area & table.geometry.isna()).sum()) == (565, 544, 21)
    assert set(table["code"][area]) == {c for c in official_codes("deso/2018") if c[:4] in set(table["kommun"])}
    assert table.geometry[table["code"] == "1419C1040"].notna().all()
    rests = table[~area]
    assert sorted(set(rests["kommun"])) == ["1384", "1402", "1440", "1441", "1480", "1482"]
    assert len(rests) == 8
    assert set(rests["code"]) == set(deso_2018.members)
    assert {c for members in deso_2018.members.values() for c in members} == set(
        table["code"][area & table.geometry.isna()]
    )
    assert all(member[:4] == rest[:4] for rest, members in deso_2018.members.items() for member in members)
    assert rests["regso"].tolist() == [None] * 8
    assert table["regso"][area].notna().all()
    # Together they cover what edition 2025 covers, and nothing twice.
    assert table.geometry.area.sum() == pytest.approx(deso_2025.geometry.area.sum(), abs=1e-3)
    report = check_coverage(deso_2018)
    assert {kind: n for kind, n in report.counts.items() if n} == {"no_polygon": 21, "noise": 9}


def test_gothenburg_2018_parents(deso_2018):
    made = levels(deso_2018, ["regso", "kommun", "lan"])
    assert list(made) == ["regso", "kommun"]
    assert made["kommun"].geometry.notna().all()
    regso = made["regso"]
    unknown = {deso_2018.parent("regso")[i] for i in np.flatnonzero(deso_2018.geometry.isna())}
    assert set(regso.codes[regso.geometry.isna()]) == unknown


def test_drawn_geometry_lies_within_the_true_and_misses_nobody(deso_2025, deso_2018):
    outside = shapely.difference(deso_2025.display.to_numpy(), deso_2025.geometry.to_numpy())
    assert shapely.area(outside).max() < 1e-3
    assert deso_2025.display.area.min() > 20_000
    for areas in (deso_2025, deso_2018):
        drawn = display_geometry(areas, 25)
        known = drawn.notna()
        assert known.tolist() == areas.geometry.notna().tolist()
        assert shapely.coverage_is_valid(drawn[known].to_numpy())
        assert drawn[known].is_valid.all()
        share = drawn[known].area / areas.display[known].area
        assert share.between(0.9, 1.1).all()
        assert shapely.get_num_coordinates(drawn.to_numpy()).sum() < 50_000


def test_where_keeps_whole_rows(deso_2025):
    part = load_areas("deso/2025", where={"kommun": ["1480"]})
    rows = np.flatnonzero(deso_2025.parent("kommun") == "1480")
    assert part.codes.tolist() == deso_2025.codes[rows].tolist()
    assert part.display.geom_equals(deso_2025.display.iloc[rows].reset_index(drop=True)).all()
    assert list(levels(part, ["regso", "kommun"])) == ["regso", "kommun"]
    old = load_areas("deso/2018", where={"kommun": ["1402", "1407"]})
    assert set(old.members) == {"1402-rest-1"}


def test_what_is_not_bundled_is_refused_with_a_way_out():
    with pytest.raises(CodeError, match="elsewhere in the country") as caught:
        load_areas("deso/2025", where={"kommun": ["0180"]})
    assert "only Göteborgsregionen is bundled" in str(caught.value)
    assert "read_areas(path" in str(caught.value)
    with pytest.raises(CodeError, match="became"):
        load_areas("deso/2025", where={"deso": ["0114C1060"]})
    with pytest.raises(InputError, match="lan/1998 is not bundled"):
        load_areas("lan/1998")
    with pytest.raises(InputError, match="no division edition"):
        load_areas("deso/2024")
    with pytest.raises(InputError, match="no division 'komun'"):
        load_areas("deso/2025", where={"komun": ["1480"]})
    with pytest.raises(InputError, match="is one text"):
        load_areas("deso/2025", where={"kommun": "1480"})


def test_the_other_bundled_editions():
    assert {key: len(load_areas(key)) for key in ("regso/2020", "regso/2025", "kommun/2003")} == {
        "regso/2020": 300,
        "regso/2025": 300,
        "kommun/2003": 13,
    }


def test_uppsala_foreign_areas_and_overlaps():
    report = check_file(UPPSALA)
    assert (report.division, report.areas) == ("deso/2018", 262)
    assert report.counts["foreign_area"] == 24
    assert not report.table.loc[report.table["kind"] == "foreign_area", "codes"].str.startswith("03").any()
    assert (len(report.overlaps), round(report.overlaps["m2"].sum(), 1)) == (94, 106.9)
    own = report.overlaps[~report.overlaps["foreign"]]
    assert (len(own), round(own["m2"].sum(), 1)) == (58, 46.9)
    assert report.counts["missing_code"] == report.counts["invalid"] == report.counts["duplicate"] == 0
    assert "94 pairs above 1e-06 m², 106.9 m² in all; 58 pairs, 46.9 m²" in report.summary
    assert check_file(UPPSALA, tolerance=1e-6).counts["overlap"] == 94


def test_uppsala_parents_are_the_county_without_its_neighbours():
    areas = read_areas(UPPSALA, level="deso", edition=2018)
    made = levels(areas, ["kommun", "lan"])
    assert made["lan"].codes.tolist() == ["03"]
    assert len(made["kommun"]) == 8
    assert "0331" in made["kommun"].codes


def test_dalarna_is_clean_and_complete():
    path = DATA / "dalarna_deso_2025.parquet"
    report = check_file(path)
    assert (report.division, report.areas, len(report.table), len(report.overlaps)) == ("deso/2025", 175, 0, 0)
    made = levels(read_areas(path, level="deso", edition=2025), ["regso", "kommun", "lan"])
    assert (len(made["kommun"]), made["lan"].names.tolist()) == (15, ["Dalarnas län"])
    with pytest.raises(CodeError, match="version says edition 2025"):
        read_areas(path, level="deso", edition=2018)


def test_gothenburg_has_noise_in_eleven_areas_and_nothing_above_the_tolerance(deso_2025):
    report = check_coverage(deso_2025)
    assert report.clean
    assert {kind: n for kind, n in report.counts.items() if n} == {"noise": 11}
    assert report.table["m2"].max() < 0.01


def test_the_kommuner_of_the_overview_map():
    path = DATA / "municipalities_overview_map.zip"
    areas = read_areas(path, level="kommun", edition=2024)
    assert (len(areas), areas.key) == (290, "kommun/2003")
    assert areas.notes == ("328 rows are parts of 290 areas; 27 areas have several.",)
    made = levels(areas, ["lan", "riket"])
    assert (len(made["lan"]), len(made["riket"])) == (21, 1)
    with pytest.raises(CodeError, match="holds numbers") as caught:
        read_areas(path, level="kommun", edition=2024, code="KOMMUNKOD")
    assert caught.value.failures[0] == {
        "row": 1,
        "column": "KOMMUNKOD",
        "value": "862",
        "the code list says": "0862",
    }


def test_every_vertex_and_many_points_are_where_geos_says(deso_2025):
    polygons = deso_2025.geometry.to_numpy()
    west, south, east, north = deso_2025.geometry.total_bounds
    random = np.random.default_rng(7).uniform((west, south), (east, north), (20_000, 2))
    vertices = shapely.get_coordinates(polygons)[::9]
    points = np.vstack([random, vertices])
    placed = locate(points, deso_2025)
    point, area = shapely.STRtree(polygons).query(shapely.points(points), predicate="intersects")
    expected = np.full(len(points), len(polygons))
    np.minimum.at(expected, point, area)
    assert (placed == np.where(expected == len(polygons), -1, expected)).all()
    assert (placed[len(random) :] >= 0).all()


def test_every_vertex_of_the_region_lies_in_one_of_its_own_areas(deso_2025, deso_2018):
    for areas in (deso_2025, deso_2018):
        known = areas.geometry.notna().to_numpy().nonzero()[0]
        polygons = areas.geometry.to_numpy()
        vertices, owner = shapely.get_coordinates(polygons[known], return_index=True)
        found = locate(vertices, areas, report=True)
        # The lowest code that touches the vertex: its own area's, or a lower one's.
        assert (found.positions >= 0).all()
        assert (found.positions <= known[owner]).all()
        assert shapely.intersects_xy(polygons[found.positions], vertices[:, 0], vertices[:, 1]).all()
        assert found.on_border == len(vertices)


def test_a_known_place_falls_in_its_area_of_both_editions(deso_2018, deso_2025):
    inner = shapely.get_coordinates(shapely.point_on_surface(deso_2025.geometry.to_numpy()))
    new, old = locate(inner, deso_2025), locate(inner, deso_2018)
    assert new.tolist() == list(range(584))
    assert (old >= 0).all()
    assert (deso_2018.parent("kommun")[old] == deso_2025.parent("kommun")).all()
