"""What the coverage check finds on coverages that a reader can draw."""

import geopandas as gpd
import pytest
import shapely
from shapely import box

from gisintegration.areas import check_coverage, check_file, display_geometry, official_codes, with_land
from gisintegration.areas.assemble import assemble, objects
from gisintegration.areas.display import matched
from gisintegration.errors import InputError
from gisintegration.testing import grid_areas

LEFT = box(0, 0, 100, 100)


def areas(*shapes, codes=None, division="district", edition="2024", **fields):
    return assemble(division, edition, codes or [f"a{i}" for i in range(len(shapes))], objects(list(shapes)), **fields)


def found(report):
    return [
        (kind, codes, round(m2, 6)) for kind, codes, m2 in report.table[["kind", "codes", "m2"]].itertuples(index=False)
    ]


def test_a_grid_is_a_coverage():
    report = check_coverage(grid_areas(5, 4, division="district"))
    assert report.clean
    assert report.table.empty
    assert sum(report.counts.values()) == 0
    assert "form a coverage" in report.summary


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        ([LEFT, box(99, 0, 200, 100)], [("overlap", "a0 a1", 100.0)]),
        ([LEFT - box(40, 40, 60, 60), box(100, 0, 200, 100)], [("gap", "a0", 400.0)]),
        ([LEFT, box(100, 0, 200, 100) - box(100, 10, 100.2, 90)], [("sliver", "a0 a1", 16.0)]),
        ([LEFT, box(100.1, 0, 200, 100)], [("sliver", "a0 a1", 10.0)]),
        ([LEFT, shapely.MultiPolygon([box(100, 0, 200, 100), box(300, 0, 300.1, 100)])], [("sliver", "a1", 10.0)]),
        ([LEFT, box(100, 100, 200, 200)], []),
        ([LEFT, box(150, 0, 200, 100)], []),
    ],
)
def test_overlaps_gaps_and_slivers(shapes, expected):
    assert found(check_coverage(areas(*shapes))) == expected


def test_small_shapes_are_no_slivers():
    assert check_coverage(areas(box(0, 0, 1, 1), box(1, 0, 2, 1))).clean
    ring = areas(box(0, 0, 3, 3) - box(1, 1, 2, 2))
    assert found(check_coverage(ring)) == [("gap", "a0", 1.0)]


def test_below_the_tolerance_it_is_noise_of_each_area():
    shapes = [LEFT, box(99.9999, 0, 200, 50), box(100, 50, 200, 100)]
    report = check_coverage(areas(*shapes))
    assert [(kind, codes) for kind, codes, _ in found(report)] == [("noise", "a0"), ("noise", "a1"), ("noise", "a2")]
    assert report.clean
    assert len(report.overlaps) == 1
    assert report.overlaps["m2"].sum() == pytest.approx(0.005)
    assert check_coverage(areas(*shapes), tolerance=0.001).counts["overlap"] == 1


def test_declared_overlaps_are_no_findings():
    report = check_coverage(areas(LEFT, box(50, 0, 150, 100), overlaps=True))
    assert report.clean
    assert report.overlaps["m2"].tolist() == [5000.0]


def test_an_invalid_polygon_is_found_and_kept_out_of_the_rest():
    bow = shapely.Polygon([(200, 0), (210, 10), (210, 0), (200, 10)])
    report = check_coverage(areas(LEFT, bow))
    assert report.table[["kind", "codes", "note"]].values.tolist() == [["invalid", "a1", "Self-intersection[205 5]"]]


def test_duplicates_are_found():
    report = check_coverage(areas(LEFT, LEFT, codes=["a", "a"]))
    assert [(kind, codes) for kind, codes, _ in found(report)] == [("duplicate", "a"), ("overlap", "a a")]


def test_codes_against_the_official_list():
    nykvarn = sorted(code for code in official_codes("deso/2018") if code.startswith("0140"))
    given = [*nykvarn[1:], "0181C1010", "0140C9990"]
    shapes = [box(10 * i, 0, 10 * i + 10, 10) for i in range(len(given))]
    report = check_coverage(areas(*shapes, codes=given, division="deso", edition="2018"))
    assert [(kind, codes) for kind, codes, _ in found(report)] == [
        ("foreign_area", "0181C1010"),
        ("missing_code", nykvarn[0]),
        ("unknown_code", "0140C9990"),
    ]
    assert not report.clean
    assert report.table["geometry"].isna().tolist() == [False, True, False]


def test_a_few_areas_of_one_kommun_are_not_foreign():
    report = check_coverage(areas(LEFT, codes=["0180C4040"], division="deso", edition="2018"))
    assert report.clean


def test_an_area_without_a_polygon_is_told():
    report = check_coverage(areas(LEFT, None))
    assert found(report) == [("no_polygon", "a1", 0.0)]


def test_the_report_opens_as_a_layer(tmp_path):
    report = check_coverage(areas(LEFT, box(99, 0, 200, 100)))
    layer = gpd.read_file(report.write(tmp_path / "report.gpkg"), layer="coverage")
    assert layer[["kind", "codes", "m2"]].values.tolist() == [["overlap", "a0 a1", 100.0]]
    assert layer.crs.to_epsg() == 3006
    assert layer.geometry.iloc[0].equals(box(99, 0, 100, 100))
    with pytest.raises(InputError, match="gpkg"):
        report.write(tmp_path / "report.shp")


def test_an_empty_report_is_written_too(tmp_path):
    path = check_coverage(areas(LEFT)).write(tmp_path / "report.gpkg")
    assert len(gpd.read_file(path)) == 0


def test_a_wrong_tolerance():
    for tolerance in (-1, float("nan")):
        with pytest.raises(InputError, match="tolerance"):
            check_coverage(areas(LEFT), tolerance=tolerance)


def test_a_file_is_checked_as_it_stands(tmp_path):
    bow = shapely.Polygon([(600_200, 6_600_000), (600_210, 6_600_010), (600_210, 6_600_000), (600_200, 6_600_010)])
    shape = box(600_000, 6_600_000, 600_100, 6_600_100)
    far = box(600_300, 6_600_000, 600_400, 6_600_100)
    frame = gpd.GeoDataFrame(
        {"deso": ["0114C1060", "0114C1060", "0114A0010", "0114C1070", "0114C1070"]},
        geometry=[shape, shape, bow, far, shapely.affinity.translate(far, 200)],
        crs=3006,
    )
    frame.to_file(tmp_path / "a.gpkg")
    report = check_file(tmp_path / "a.gpkg")
    assert report.division == "deso/2018"
    assert report.areas == 4
    assert {kind: n for kind, n in report.counts.items() if n} == {"invalid": 1, "duplicate": 1, "overlap": 1}
    other = check_file(tmp_path / "a.gpkg", edition=2025)
    assert "became 0114C1061" in other.table.loc[other.table["kind"] == "unknown_code", "note"].iloc[0]


def test_a_file_without_official_codes_needs_a_level(tmp_path):
    gpd.GeoDataFrame({"x": ["a"]}, geometry=[LEFT], crs=3006).to_file(tmp_path / "a.gpkg")
    with pytest.raises(InputError, match="pass level="):
        check_file(tmp_path / "a.gpkg")
    assert check_file(tmp_path / "a.gpkg", level="district", edition=2024, code="x").clean


def test_unmatched_borders_are_matched_for_drawing():
    shapes = objects([LEFT, box(100, 0, 200, 50), box(100, 50, 200, 100)])
    assert not shapely.coverage_is_valid(shapes)
    made = matched(shapes)
    assert shapely.coverage_is_valid(made)
    assert shapely.equals(made, shapes).all()
    overlapping = matched(objects([LEFT, box(90, 0, 200, 100)]))
    assert shapely.area(overlapping).tolist() == [10000.0, 10000.0]


def test_display_keeps_order_unknown_areas_and_shared_borders():
    wavy = shapely.LineString([(100 + (i % 2) * 5, i) for i in range(101)])
    left, right = sorted(shapely.ops.split(box(0, 0, 200, 100), wavy).geoms, key=lambda part: part.centroid.x)
    drawn = display_geometry(areas(right, None, left), 20)
    assert drawn.iloc[1] is None
    assert shapely.coverage_is_valid(drawn.iloc[[0, 2]].to_numpy())
    assert shapely.get_num_coordinates(drawn.iloc[0]) < 10 < shapely.get_num_coordinates(right)
    assert drawn.iloc[0].centroid.x > drawn.iloc[2].centroid.x
    assert display_geometry(areas(right, None, left), 0).iloc[0].equals(right)
    with pytest.raises(InputError):
        display_geometry(areas(left), -1)


def test_land_from_a_mask_and_from_twins(tmp_path):
    two = grid_areas(2, 1, division="district")
    west, south, _, north = two.geometry.total_bounds
    gpd.GeoDataFrame(geometry=[box(west, south, west + 500, north)], crs=3006).to_file(tmp_path / "mask.gpkg")
    made = with_land(two, tmp_path / "mask.gpkg")
    assert made.display.area.tolist() == [500_000.0, 1_000_000.0]
    assert "1 areas of which the land mask leaves next to nothing" in made.notes[0]
    twin = gpd.GeoDataFrame({"kod": ["a0002"]}, geometry=[two.geometry.iloc[1].buffer(-100)], crs=3006)
    twin.to_file(tmp_path / "twin.gpkg")
    made = with_land(two, tmp_path / "twin.gpkg", code="kod")
    assert made.display.area.tolist() == [1_000_000.0, 640_000.0]
    twin.assign(kod="x").to_file(tmp_path / "other.gpkg")
    with pytest.raises(InputError, match="shares no code"):
        with_land(two, tmp_path / "other.gpkg", code="kod")
