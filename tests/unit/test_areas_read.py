"""Areas from files: formats, coordinate systems, SCB's column names, and every way a file can be wrong."""

import json
import warnings
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely import box

from gisintegration.areas import guess_level, read_areas
from gisintegration.errors import CodeError, CRSError, GeometryError, InputError

EAST, NORTH = 660_000, 6_600_000
OLD, NEW, BOTH = "0114C1060", "0114C1061", "0114A0010"


def square(i, j=0, size=1000):
    return box(EAST + i * size, NORTH + j * size, EAST + (i + 1) * size, NORTH + (j + 1) * size)


def layer(codes, column="desokod", crs=3006, shapes=None, **columns):
    shapes = [square(i) for i in range(len(codes))] if shapes is None else shapes
    return gpd.GeoDataFrame({column: codes, **columns}, geometry=shapes, crs=crs)


def saved(tmp_path, frame, name="areas.gpkg", **options):
    path = tmp_path / name
    if name.endswith(".parquet"):
        frame.to_parquet(path)
    else:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "'crs' was not provided")
            frame.to_file(path, **options)
    return path


def zipped(tmp_path, frame):
    folder = tmp_path / "shape"
    folder.mkdir()
    frame.to_file(folder / "areas.shp")
    path = tmp_path / "areas.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"inner/{file.name}")
    return path


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.shp", "a.parquet"])
def test_formats_keep_codes_order_and_coordinates(tmp_path, name):
    frame = layer(["0114A0020", "0114A0010"], shapes=[square(1), square(0)])
    areas = read_areas(saved(tmp_path, frame, name), level="deso", edition=2018)
    assert areas.codes.tolist() == ["0114A0010", "0114A0020"]
    assert areas.geometry.iloc[0].equals(square(0))
    assert areas.key == "deso/2018"
    assert areas.years == (2010, 2023)


def test_zipped_shapefile_in_a_folder(tmp_path):
    areas = read_areas(zipped(tmp_path, layer(["0114A0010"])), level="deso", edition=2018)
    assert areas.codes.tolist() == ["0114A0010"]


def test_a_folder_with_one_layer_file_is_that_layer(tmp_path):
    zipped(tmp_path, layer(["0114A0010"]))
    (tmp_path / "readme.txt").write_text("not a layer")
    assert read_areas(tmp_path, level="deso", edition=2018).codes.tolist() == ["0114A0010"]
    saved(tmp_path, layer(["0114A0010"]), "more.gpkg")
    with pytest.raises(InputError, match=r"folder with 2 layer files: areas\.zip, more\.gpkg"):
        read_areas(tmp_path, level="deso", edition=2018)


def test_a_zip_of_several_layers(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    layer(["0114A0010"]).to_file(folder / "one.shp")
    layer(["0114R001"], "regsokod").to_file(folder / "two.gpkg")
    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
        archive.writestr("readme.txt", "text")
    assert read_areas(path, level="regso", edition=2020).codes.tolist() == ["0114R001"]
    assert read_areas(path, level="deso", edition=2018, layer="one").codes.tolist() == ["0114A0010"]
    empty = tmp_path / "empty.zip"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("readme.txt", "text")
    with pytest.raises(InputError, match="holds no layer"):
        read_areas(empty, level="deso", edition=2018)


@pytest.mark.parametrize(
    ("column", "level", "code"),
    [
        ("desokod", "deso", "0114A0010"),
        ("Deso", "deso", "0114A0010"),
        ("deso_2018", "deso", "0114A0010"),
        ("DESO_KOD", "deso", "0114A0010"),
        ("RegSOkod_2020", "regso", "0114R001"),
        ("RegSO_2020", "regso", "0114R001"),
        ("KOM_KOD", "kommun", "0114"),
        ("kommunkod", "kommun", "0114"),
        ("LänsKod", "lan", "01"),
    ],
)
def test_column_names_are_recognised(tmp_path, column, level, code):
    edition = {"deso": 2018, "regso": 2020}.get(level, 2024)
    path = saved(tmp_path, layer([code], column=column))
    assert read_areas(path, level=level, edition=edition).codes.tolist() == [code]


def test_names_and_parents(tmp_path):
    path = saved(tmp_path, layer(["0114R001"], "regsokod", regsonamn=["Bollstanäs "]))
    areas = read_areas(path, level="regso", edition=2025)
    assert areas.names.tolist() == ["Upplands Väsby (Bollstanäs)"]
    assert (areas.parent("kommun")[0], areas.parent("lan")[0], areas.parent("riket")[0]) == ("0114", "01", "00")


def test_regso_of_deso_by_official_key_attribute_and_key_table(tmp_path):
    plain = saved(tmp_path, layer(["0114C1010"]), "plain.gpkg")
    assert read_areas(plain, level="deso", edition=2018).parent("regso").tolist() == ["0114R001"]
    assert read_areas(plain, level="deso", edition=2025).parent("regso").tolist() == [None]
    told = saved(tmp_path, layer(["0114C1010"], RegSOkod_2025=["0114R009"], RegSO_2025=["Namnet"]), "told.gpkg")
    areas = read_areas(told, level="deso", edition=2025)
    assert areas.parent("regso").tolist() == ["0114R009"]
    assert areas.names.tolist() == ["C1010 · Namnet"]
    key = pd.DataFrame(
        {"Kommun": ["0114"], "DeSO_2025": ["0114C1010"], "RegSO_2025": ["X"], "RegSOkod_2025": ["0114R007"]}
    )
    key.to_csv(tmp_path / "key.csv", index=False, encoding="utf-8-sig")
    for given in (key, tmp_path / "key.csv"):
        assert read_areas(told, level="deso", edition=2025, key=given).parent("regso").tolist() == ["0114R007"]


def test_the_suffix_of_the_interface_is_taken_off_and_told(tmp_path):
    path = saved(tmp_path, layer(["0114A0010_DeSO2025"]))
    areas = read_areas(path, level="deso", edition=2025)
    assert areas.codes.tolist() == ["0114A0010"]
    assert "suffix" in areas.notes[0]
    with pytest.raises(CodeError, match="edition 2025, not 2018"):
        read_areas(path, level="deso", edition=2018)


def test_other_coordinate_systems_are_transformed_and_told(tmp_path):
    frame = layer(["0114A0010"]).to_crs(4326)
    areas = read_areas(saved(tmp_path, frame, "wgs.geojson"), level="deso", edition=2018)
    assert areas.table.crs.to_epsg() == 3006
    assert shapely.hausdorff_distance(areas.geometry.iloc[0], square(0)) < 0.01
    assert "WGS 84" in areas.notes[0]


def test_no_crs_is_taken_for_sweref_only_when_it_plainly_is(tmp_path):
    plain = saved(tmp_path, layer(["0114A0010"], crs=None), "a.shp")
    assert "SWEREF 99 TM" in read_areas(plain, level="deso", edition=2018).notes[0]
    rt90 = saved(
        tmp_path, layer(["0114A0010"], crs=None, shapes=[box(1_600_000, 6_600_000, 1_601_000, 6_601_000)]), "b.shp"
    )
    with pytest.raises(CRSError, match="RT 90"):
        read_areas(rt90, level="deso", edition=2018)
    elsewhere = saved(tmp_path, layer(["a"], "kod", crs=None, shapes=[box(0, 0, 1, 1)]), "c.shp")
    with pytest.raises(CRSError, match="declares no coordinate reference system"):
        read_areas(elsewhere, level="district", edition=2024)


def test_geojson_of_sweref_without_a_crs_member(tmp_path):
    path = tmp_path / "a.geojson"
    feature = {
        "type": "Feature",
        "properties": {"desokod": "0114A0010"},
        "geometry": json.loads(shapely.to_geojson(square(0))),
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    areas = read_areas(path, level="deso", edition=2018)
    assert areas.geometry.iloc[0].equals(square(0))
    assert "No coordinate reference system" in areas.notes[0]


def test_a_crs_member_after_the_features(tmp_path):
    frame = layer(["0114A0010"]).to_crs(3011)
    features = [
        {"type": "Feature", "properties": {"desokod": code}, "geometry": json.loads(shapely.to_geojson(shape))}
        for code, shape in zip(frame["desokod"], frame.geometry, strict=True)
    ]
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3011"}}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "pad": "x" * 10_000, "features": features, "crs": named}))
    areas = read_areas(path, level="deso", edition=2018)
    assert shapely.hausdorff_distance(areas.geometry.iloc[0], square(0)) < 0.01
    assert "SWEREF99 18 00" in areas.notes[0]


def test_sweref_with_a_height_system(tmp_path):
    areas = read_areas(saved(tmp_path, layer(["0114A0010"], crs=5845)), level="deso", edition=2018)
    assert shapely.hausdorff_distance(areas.geometry.iloc[0], square(0)) < 1e-6


@pytest.mark.parametrize(
    ("crs", "shape", "says"),
    [
        (3006, box(NORTH, EAST, NORTH + 1, EAST + 1), "northing and easting swapped"),
        (3006, box(1_600_000, 6_600_000, 1_601_000, 6_601_000), "RT 90"),
        (3006, box(18.0, 59.0, 18.1, 59.1), "degrees"),
        (4326, box(EAST, NORTH, EAST + 1, NORTH + 1), "declares WGS 84"),
    ],
)
def test_a_declared_crs_that_contradicts_the_coordinates(tmp_path, crs, shape, says):
    path = saved(tmp_path, layer(["0114A0010"], crs=crs, shapes=[shape]))
    with pytest.raises(CRSError, match=says):
        read_areas(path, level="deso", edition=2018)


def test_integer_codes_are_refused_with_the_codes_they_stand_for(tmp_path):
    path = saved(tmp_path, layer([114, 1480], "kommunkod"))
    with pytest.raises(CodeError, match="holds numbers") as caught:
        read_areas(path, level="kommun", edition=2024)
    assert caught.value.failures == [{"row": 1, "column": "kommunkod", "value": "114", "the code list says": "0114"}]


def test_a_text_column_beside_an_integer_one_is_preferred(tmp_path):
    path = saved(tmp_path, layer([114], "KOMMUNKOD", KOM_KOD=["0114"], KOMMUNNAMN=["Upplands Väsby"]))
    areas = read_areas(path, level="kommun", edition=2024)
    assert areas.codes.tolist() == ["0114"]
    assert areas.names.tolist() == ["Upplands Väsby"]


def test_lost_zeros_are_never_filled_in(tmp_path):
    path = saved(tmp_path, layer(["114A0010", "1480A0010"]))
    with pytest.raises(CodeError, match="lost their leading zero") as caught:
        read_areas(path, level="deso", edition=2018)
    assert caught.value.failures[0]["the code list says"] == "0114A0010"


def test_badly_written_and_missing_codes_are_all_listed(tmp_path):
    path = saved(tmp_path, layer(["0114A0010", "x", "y"]))
    with pytest.raises(CodeError, match="2 values in column desokod") as caught:
        read_areas(path, level="deso", edition=2018)
    assert [failure["row"] for failure in caught.value.failures] == [2, 3]
    path = saved(tmp_path, layer(["0114A0010", None]), "b.gpkg")
    with pytest.raises(CodeError, match="1 rows have no code"):
        read_areas(path, level="deso", edition=2018)


def test_codes_of_the_other_edition(tmp_path):
    path = saved(tmp_path, layer([OLD, BOTH]))
    assert len(read_areas(path, level="deso", edition=2018)) == 2
    with pytest.raises(CodeError, match="it became 0114C1061 and 0114C1062 in edition 2025") as caught:
        read_areas(path, level="deso", edition=2025)
    assert "pass edition=2018" in str(caught.value)


def test_codes_of_both_editions_mixed(tmp_path):
    path = saved(tmp_path, layer([OLD, NEW, BOTH]))
    for edition, wrong in ((2018, NEW), (2025, OLD)):
        with pytest.raises(CodeError, match="two editions are mixed") as caught:
            read_areas(path, level="deso", edition=edition)
        assert wrong in str(caught.value)


def test_the_version_column_tells_editions_apart(tmp_path):
    path = saved(tmp_path, layer([BOTH], version=["2025_v1"]))
    assert guess_level(path) == ("deso", ("2025",))
    with pytest.raises(CodeError, match="version says edition 2025"):
        read_areas(path, level="deso", edition=2018)


def test_codes_in_no_list_are_noted(tmp_path):
    areas = read_areas(saved(tmp_path, layer(["0114A9990"])), level="deso", edition=2018)
    assert areas.notes == ("1 codes are in no official list: 0114A9990.",)


def test_several_layers_and_the_choice_of_one(tmp_path):
    path = saved(tmp_path, layer(["0114A0010"]), layer="one")
    layer(["0114R001"], "regsokod").to_file(path, layer="two", mode="a")
    gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(0, 0)], crs=3006).to_file(path, layer="points", mode="a")
    assert read_areas(path, level="deso", edition=2018).codes.tolist() == ["0114A0010"]
    assert read_areas(path, level="regso", edition=2020).codes.tolist() == ["0114R001"]
    with pytest.raises(InputError, match="several layers: one, two, points"):
        read_areas(path, level="kommun", edition=2024)
    with pytest.raises(InputError, match="no layer 'tow'"):
        read_areas(path, level="deso", edition=2018, layer="tow")
    with pytest.raises(GeometryError, match="no polygon"):
        read_areas(path, level="district", edition=2018, layer="points", code="n")


def test_parts_of_one_area_are_dissolved_and_counted(tmp_path):
    path = saved(tmp_path, layer(["0114", "0114", "0115"], "kommunkod", shapes=[square(0), square(5), square(1)]))
    areas = read_areas(path, level="kommun", edition=2024)
    assert areas.geometry.area.tolist() == [2e6, 1e6]
    assert areas.notes == ("3 rows are parts of 2 areas; 1 areas have several.",)


def test_the_same_ground_twice_is_no_part(tmp_path):
    path = saved(tmp_path, layer(["0114", "0114"], "kommunkod", shapes=[square(0), square(0)]))
    with pytest.raises(GeometryError, match="polygons overlap") as caught:
        read_areas(path, level="kommun", edition=2024)
    assert caught.value.failures == [{"code": "0114", "rows": "1, 2"}]


def test_a_polygon_that_crosses_itself_is_named_with_its_place(tmp_path):
    bow = shapely.Polygon([(EAST, NORTH), (EAST + 10, NORTH + 10), (EAST + 10, NORTH), (EAST, NORTH + 10)])
    path = saved(tmp_path, layer(["0114A0010", "0114A0020"], shapes=[square(1), bow]))
    with pytest.raises(GeometryError, match="1 polygons are invalid") as caught:
        read_areas(path, level="deso", edition=2018)
    assert caught.value.failures == [
        {"code": "0114A0020", "row": 2, "problem": f"Self-intersection[{EAST + 5} {NORTH + 5}]"}
    ]


def test_rows_of_a_finer_level_are_not_made_into_kommuner(tmp_path):
    path = saved(tmp_path, layer(["0114A0010", "0114A0020"], kommunkod=["0114", "0114"]))
    with pytest.raises(InputError, match="the rows are DeSO") as caught:
        read_areas(path, level="kommun", edition=2024)
    assert "level='deso'" in str(caught.value)


def test_rows_without_a_polygon(tmp_path):
    path = saved(tmp_path, layer(["0114A0010", "0114A0020"], shapes=[square(0), None]))
    with pytest.raises(GeometryError, match="1 of 2 rows have no polygon") as caught:
        read_areas(path, level="deso", edition=2018)
    assert caught.value.failures == [{"row": 2, "geometry": "none"}]


def test_heights_are_left_out_and_told(tmp_path):
    path = saved(tmp_path, layer(["0114A0010"], shapes=[shapely.force_3d(square(0), 7.0)]))
    areas = read_areas(path, level="deso", edition=2018)
    assert not areas.geometry.has_z.any()
    assert areas.notes == ("Heights were left out.",)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("no.gpkg", None, "does not exist"),
        ("text.gpkg", "hello", "cannot be read as a layer"),
        ("cut.geojson", '{"type": "FeatureCollection", "features": [{"type": "Fea', "cannot be read as a layer"),
        ("text.parquet", "hello", "cannot be read as a layer"),
        ("text.zip", "hello", "cannot be read as a layer"),
        ("none.geojson", '{"type": "FeatureCollection", "features": []}', "is empty"),
    ],
)
def test_files_that_are_no_layer(tmp_path, name, content, says):
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match=says):
        read_areas(path, level="deso", edition=2018)


def test_a_table_without_polygons(tmp_path):
    pd.DataFrame({"desokod": ["0114A0010"]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputError, match="without polygons"):
        read_areas(tmp_path / "a.parquet", level="deso", edition=2018)


def test_missing_columns_name_the_candidates(tmp_path):
    path = saved(tmp_path, layer(["0114A0010"], "omr"))
    with pytest.raises(InputError, match="Columns found: omr"):
        read_areas(path, level="deso", edition=2018)
    with pytest.raises(InputError, match="did you mean 'omr'"):
        read_areas(path, level="deso", edition=2018, code="omrr")
    assert read_areas(path, level="deso", edition=2018, code="omr").codes.tolist() == ["0114A0010"]


def test_unknown_editions(tmp_path):
    path = saved(tmp_path, layer(["0114A0010"]))
    with pytest.raises(CodeError, match="no deso edition '2020'"):
        read_areas(path, level="deso", edition=2020)
    assert (
        read_areas(saved(tmp_path, layer(["0114"], "kommunkod"), "k.gpkg"), level="kommun", edition=2001).edition
        == "1999"
    )


def test_own_areas_anywhere_and_their_overlaps(tmp_path):
    shapes = [box(0, 0, 10, 10), box(9, 0, 20, 10)]
    path = saved(tmp_path, layer(["Ö 1", "a/2"], "kod", shapes=shapes, namn=["Norr", None]))
    with pytest.raises(GeometryError, match="1 pairs of areas overlap") as caught:
        read_areas(path, level="district", edition="2024-01")
    assert caught.value.failures == [{"codes": "a/2 and Ö 1", "m2": 10.0}]
    areas = read_areas(
        path, level="district", edition="2024-01", overlaps=True, years=(2018, None), title={"sv": "Egna"}
    )
    assert areas.codes.tolist() == ["a/2", "Ö 1"]
    assert areas.names.tolist() == ["a/2", "Norr"]
    assert (areas.overlaps, areas.years, areas.key, dict(areas.parents)) == (True, (2018, None), "district/2024-01", {})


def test_own_integer_codes_are_taken_as_text_and_told(tmp_path):
    areas = read_areas(saved(tmp_path, layer([7, 12], "id")), level="district", edition=2024)
    assert areas.codes.tolist() == ["12", "7"]
    assert "Numbers in column id" in areas.notes[0]
