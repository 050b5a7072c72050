"""Reading registers: every kind of file, every way in which a row or a whole file can be wrong."""

from pathlib import Path

import duckdb
import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gisintegration.errors import CRSError, GeometryError, InputError, RegisterError
from gisintegration.registers import read_register
from gisintegration.registers.report import ReadReport, TableReport, masked, masked_parts

GOOD = {"person": 1, "year": 2023, "kommun": "0180", "sex": "women", "age": 40, "x": 674032.0, "y": 6580822.0}


def people(count=10, **changes):
    frame = pd.DataFrame([GOOD | {"person": number} for number in range(1, count + 1)])
    for column, values in changes.items():
        frame[column] = values
    return frame


def write(path: Path, frame: pd.DataFrame) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    else:
        frame.to_csv(path, index=False)
    return path


def rows(register, columns=None):
    selects = [register.select(columns or register.variables, year) for year in register.years]
    return duckdb.sql(" union all ".join(selects)).df()


def rejected(register, table=0):
    return dict(register.report.internal[table].rejected)


def test_a_conforming_parquet_is_used_where_it_lies(tmp_path):
    path = write(tmp_path / "persons.parquet", people())
    register = read_register(path, crs=3006)
    assert [piece.parquet for piece in register.pieces] == [str(path)]
    assert register.work is None
    assert register.years == (2023,)
    assert register.variables == ("person", "year", "x", "y", "kommun", "sex", "age")
    assert rows(register).age.sum() == 400


def test_a_folder_by_year_with_the_year_only_in_the_folder(tmp_path):
    for year in (2022, 2023):
        write(tmp_path / f"reg/year={year}/persons.parquet", people(year - 2019).drop(columns="year"))
    (tmp_path / "reg/README.txt").write_text("read me", encoding="utf-8")
    register = read_register(tmp_path / "reg", crs=3006)
    assert register.years == (2022, 2023)
    assert rows(register).groupby("year").size().to_dict() == {2022: 3, 2023: 4}
    assert register.report.notes == ("reg: not read, beside the years: README.txt.",)


def test_a_folder_by_year_in_another_crs_is_staged(tmp_path):
    for year in (2022, 2023):
        frame = people(3, x=1628294.0, y=6580994.0).drop(columns="year")
        write(tmp_path / f"reg/year={year}/persons.parquet", frame)
    register = read_register(tmp_path / "reg", crs=3021)
    found = rows(register)
    assert found.groupby("year").size().to_dict() == {2022: 3, 2023: 3}
    assert found.x.round().unique().tolist() == [674032]


def test_a_row_of_another_year_than_its_folder_is_refused(tmp_path):
    frame = people(4)
    frame.loc[0, "year"] = 2022
    write(tmp_path / "reg/year=2023/persons.parquet", frame)
    assert rejected(read_register(tmp_path / "reg", crs=3006)) == {"year is another than its folder's": 1}


def test_a_file_of_several_years_is_read_a_year_at_a_time(tmp_path):
    path = write(tmp_path / "p.parquet", people(6, year=[2021, 2022, 2023] * 2))
    register = read_register(path, crs=3006)
    assert register.years == (2021, 2022, 2023)
    assert duckdb.sql(register.select(["person"], 2022)).fetchall() == [(2,), (5,)]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("person", None, "person is empty"),
        ("sex", None, "sex is empty"),
        ("sex", "K", "sex is not in the code list"),
        ("kommun", "114", "kommun is not written as [0-9]{4}"),
        ("age", 133, "age is outside 0–120"),
        ("year", 1890, "year is outside 1997–2100"),
        ("x", None, "only one of x and y is given"),
        ("x", float("inf"), "x is not a number"),
    ],
)
@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_one_bad_row_is_refused_and_counted(tmp_path, kind, column, value, reason):
    count = 250
    frame = people(count).astype({column: object})
    frame.loc[2, column] = value
    if column in ("age", "year", "person") and kind == "parquet":
        frame = frame.astype({column: "Int64"})
    if column == "x":
        frame = frame.astype({"x": float})
    path = write(tmp_path / f"p.{kind}", frame)
    register = read_register(path, crs=3006)
    assert rejected(register) == {reason: 1}
    assert sorted(rows(register).person.astype(int)) == [n for n in range(1, count + 1) if n != 3]
    (example,) = register.report.internal[0].examples
    assert (example["row"], example["what"]) == (3, reason)
    assert reason + ": <20" in str(register.report)


def test_a_row_is_counted_once_but_all_its_failures_are_told(tmp_path):
    frame = people(9)
    frame.loc[4, ["sex", "age"]] = ["Z", 999]
    register = read_register(write(tmp_path / "p.parquet", frame), crs=3006)
    assert rejected(register) == {"sex is not in the code list": 1}
    assert [(e["row"], e["column"], e["value"]) for e in register.report.internal[0].examples] == [
        (5, "sex", "Z"),
        (5, "age", "999"),
    ]


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_later_rows_of_a_person_and_year_are_refused(tmp_path, kind):
    frame = people(6)
    more = pd.DataFrame([GOOD | {"person": 2}, GOOD | {"person": 2, "age": 41}, GOOD | {"person": 3, "year": 2022}])
    register = read_register(write(tmp_path / f"p.{kind}", pd.concat([frame, more])), crs=3006)
    assert rejected(register) == {
        "duplicate (person, year), same values": 1,
        "duplicate (person, year), other values": 1,
    }
    kept = rows(register)
    assert len(kept) == 7
    assert kept[kept.person.astype(str) == "2"].age.tolist() == [40]
    assert register.report.internal[0].rejected_years == {2023: 2}


def test_duplicates_between_files_of_a_year_are_found(tmp_path):
    write(tmp_path / "reg/year=2023/a.parquet", people(3))
    write(tmp_path / "reg/year=2023/b.parquet", people(2, person=[3, 4]))
    register = read_register(tmp_path / "reg", crs=3006)
    assert rejected(register) == {"duplicate (person, year), same values": 1}
    assert sorted(rows(register).person) == [1, 2, 3, 4]


HEADER = ["LopNr", "år", "Kommun", "Kön", "Ålder", "xkoord", "ykoord"]
COLUMNS = {
    "LopNr": "person",
    "år": "year",
    "Kommun": "kommun",
    "Kön": "sex",
    "Ålder": "age",
    "xkoord": "y",
    "ykoord": "x",
}
CODES = {"sex": {"1": "men", "2": "women"}}
# 6 580 994 N, 1 628 294 E in RT 90 2.5 gon V is 6 580 822 N, 674 032 E in SWEREF 99 TM (to a metre).
RT90 = [
    ["1", "2023", "0180", "1", "40", "6580994,5", "1628294,0"],
    ["2", "2023", "0180", "2", "41", "6580994", "1628294"],
]


def text_of(separator=";", lines=RT90, header=HEADER):
    return "".join(separator.join(line) + "\r\n" for line in [header, *lines])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_rt90_with_decimal_commas_in_every_encoding(tmp_path, encoding, separator):
    path = tmp_path / "leverans.csv"
    path.write_bytes(text_of(separator).encode(encoding))
    register = read_register(path, crs="EPSG:3021", columns=COLUMNS, codes=CODES)
    found = rows(register)
    assert found.sex.tolist() == ["men", "women"]
    assert found.x.round().tolist() == [674032, 674032]
    assert found.y.tolist() == pytest.approx([6580822.4, 6580821.9], abs=0.1)
    names = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 with byte order mark", "cp1252": "cp1252", "utf-16": "UTF-16"}
    words = {";": "semicolon", "\t": "tab", "|": "bar"}
    assert register.report.notes == (
        f"leverans.csv was read as {names[encoding]}, {words[separator]}, decimal comma.",
        "Coordinates were transformed from EPSG:3021 to EPSG:3006.",
    )


def test_commas_between_fields_and_points_in_numbers(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(text_of(",", [[field.replace(",", ".") for field in line] for line in RT90]), encoding="utf-8")
    register = read_register(path, crs=3021, columns=COLUMNS, codes=CODES)
    assert register.report.notes[0] == "p.csv was read as UTF-8, comma."
    assert len(rows(register)) == 2


def test_commas_between_fields_and_in_quoted_numbers(tmp_path):
    lines = [[f'"{field}"' for field in line] for line in RT90]
    (tmp_path / "p.csv").write_text(text_of(",", lines), encoding="utf-8")
    register = read_register(tmp_path / "p.csv", crs=3021, columns=COLUMNS, codes=CODES)
    assert register.report.notes[0] == "p.csv was read as UTF-8, comma, decimal comma."


def test_the_line_that_excel_writes_before_the_header(tmp_path):
    (tmp_path / "p.csv").write_text("sep=;\r\n" + text_of(), encoding="utf-8")
    assert len(rows(read_register(tmp_path / "p.csv", crs=3021, columns=COLUMNS, codes=CODES))) == 2


def test_lines_with_too_few_or_too_many_fields_are_counted(tmp_path):
    lines = [*RT90, ["3", "2023"], [*RT90[0], "9", "9"], ["4", *RT90[0][1:]]]
    (tmp_path / "p.csv").write_text(text_of(lines=lines), encoding="utf-8")
    register = read_register(tmp_path / "p.csv", crs=3021, columns=COLUMNS, codes=CODES)
    assert rejected(register) == {"line with too few or too many fields": 2}
    assert register.report.internal[0].rows == 5
    assert len(rows(register)) == 3


def test_both_decimal_marks_are_refused_unless_one_is_named(tmp_path):
    lines = [RT90[0], ["2", "2023", "0180", "2", "41", "6580994.5", "1628294,0"], ["3", *RT90[0][1:]]]
    (tmp_path / "p.csv").write_text(text_of(lines=lines), encoding="utf-8")
    with pytest.raises(RegisterError, match="5 numbers have a decimal comma and 1 a decimal point"):
        read_register(tmp_path / "p.csv", crs=3021, columns=COLUMNS, codes=CODES)
    register = read_register(tmp_path / "p.csv", crs=3021, columns=COLUMNS, codes=CODES, decimal=",")
    assert rejected(register) == {"y is not a number": 1}
    assert [(e["row"], e["value"]) for e in register.report.internal[0].examples] == [(2, "6580994.5")]


def test_without_names_the_columns_are_proposed_and_nothing_is_guessed(tmp_path):
    (tmp_path / "p.csv").write_bytes(text_of().encode("cp1252"))
    with pytest.raises(RegisterError) as error:
        read_register(tmp_path / "p.csv", crs=3021)
    assert "lacks the columns person, year, kommun, sex, age, x, y" in str(error.value)
    assert '"LopNr" = "person", "år" = "year", "Kommun" = "kommun", "Kön" = "sex", "Ålder" = "age"' in str(error.value)


def test_without_codes_the_list_is_told(tmp_path):
    (tmp_path / "p.csv").write_text(text_of(), encoding="utf-8")
    with pytest.raises(RegisterError) as error:
        read_register(tmp_path / "p.csv", crs=3021, columns=COLUMNS)
    assert "values: '1', '2'" in str(error.value)
    assert "women = kvinnor, men = män" in str(error.value)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_codes_without_leading_zeros_are_one_clear_error(tmp_path, kind):
    frame = people(20, kommun=[114, 180] * 10)
    with pytest.raises(RegisterError, match="column kommun: codes without leading zeros: '114' should be '0114'"):
        read_register(write(tmp_path / f"p.{kind}", frame), crs=3006)


def test_lost_zeros_are_seen_even_where_most_kommuner_have_none(tmp_path):
    frame = people(20, kommun=[180] + [1480] * 19)
    with pytest.raises(RegisterError, match="'180' should be '0180'"):
        read_register(write(tmp_path / "p.parquet", frame), crs=3006)


def test_a_single_short_code_among_whole_ones_is_a_bad_row(tmp_path):
    frame = people(20, kommun=["180"] + ["0180"] * 19)
    register = read_register(write(tmp_path / "p.parquet", frame), crs=3006)
    assert rejected(register) == {"kommun is not written as [0-9]{4}": 1}


def test_four_digit_codes_stored_as_numbers_are_the_same_codes(tmp_path):
    register = read_register(write(tmp_path / "p.parquet", people(3, kommun=1480)), crs=3006)
    assert set(rows(register).kommun) == {"1480"}


def test_whole_numbers_stored_as_reals_are_whole_numbers(tmp_path):
    frame = people(3, age=[40.0, 41.0, 42.0], household=[1.0, None, 3.0])
    found = rows(read_register(write(tmp_path / "p.parquet", frame), crs=3006))
    assert found.age.tolist() == [40, 41, 42]
    assert found.household.fillna("none").tolist() == ["1", "none", "3"]


def test_every_wrong_column_is_in_one_error(tmp_path):
    frame = people(5, sex="K", age=400)
    with pytest.raises(RegisterError, match="whole columns are wrong") as error:
        read_register(write(tmp_path / "p.parquet", frame), crs=3006)
    assert [failure["column"] for failure in error.value.failures] == ["sex", "age"]


def test_not_a_number_is_no_coordinate(tmp_path):
    duckdb.sql(
        "copy (select 1 as person, 2023 as year, '0180' as kommun, 'men' as sex, 4 as age, 'nan'::double as x, "
        f"'nan'::double as y) to '{tmp_path / 'p.parquet'}'"
    )
    register = read_register(tmp_path / "p.parquet", crs=3006)
    assert rows(register).x.isna().all()
    assert rejected(register) == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\r\n\r\n", "is empty"),
        (b"person;year\n", "is empty"),
        (b"person\n1\n2\n", "No separator found"),
        (b"person;person\n1;2\n", "has the column person more than once"),
        (b"person;;x\n1;2;3\n", "Column 2 of p.csv has no name"),
        (b"1;2023;0180\n2;2023;0180\n", "holds figures, not column names"),
        (b"person;year\n\x81\x8d;1\n", "neither UTF-8 nor cp1252"),
    ],
)
def test_text_files_that_are_no_table(tmp_path, content, message):
    (tmp_path / "p.csv").write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_register(tmp_path / "p.csv", crs=3006)


def test_a_wrong_encoding_is_told_with_the_likely_one(tmp_path):
    (tmp_path / "p.csv").write_bytes(text_of().encode("cp1252"))
    with pytest.raises(RegisterError, match="looks like cp1252"):
        read_register(tmp_path / "p.csv", crs=3021, encoding="utf-8")
    with pytest.raises(RegisterError, match="no encoding 'klingon'"):
        read_register(tmp_path / "p.csv", crs=3021, encoding="klingon")


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_register(tmp_path / "no.parquet", crs=3006)
    (tmp_path / "p.xlsx").write_bytes(b"PK")
    with pytest.raises(InputError, match="save an Excel sheet as CSV"):
        read_register(tmp_path / "p.xlsx", crs=3006)
    (tmp_path / "p.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        read_register(tmp_path / "p.parquet", crs=3006)
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="is empty"):
        read_register(tmp_path / "folder", crs=3006)
    with pytest.raises(InputError, match="is empty"):
        read_register(write(tmp_path / "none.parquet", people(3).iloc[:0]), crs=3006)


def test_options_that_name_what_does_not_exist(tmp_path):
    path = write(tmp_path / "p.parquet", people(3))
    with pytest.raises(RegisterError, match="no column 'kön'"):
        read_register(path, crs=3006, columns={"kön": "sex"})
    with pytest.raises(RegisterError, match="no register variable 'sexx'"):
        read_register(path, crs=3006, columns={"sex": "sexx"})
    with pytest.raises(RegisterError, match="no code of sex 'woman'"):
        read_register(path, crs=3006, codes={"sex": {"2": "woman"}})
    with pytest.raises(RegisterError, match="unplaced"):
        read_register(path, crs=3006, unplaced="spread")
    with pytest.raises(RegisterError, match="nearest is -1"):
        read_register(path, crs=3006, nearest=-1)
    with pytest.raises(RegisterError, match="are both age"):
        read_register(write(tmp_path / "q.parquet", people(3, alder=3)), crs=3006, columns={"alder": "age"})


def test_several_tables_are_joined_on_person_and_year(tmp_path):
    first = write(tmp_path / "persons.csv", people(5))
    income = pd.DataFrame({"person": [1, 2, 3, 9, 2], "year": 2023, "net_income": [10, 20, -5, 90, 21]})
    schooling = pd.DataFrame({"person": [1, 2], "year": 2023, "education": ["compulsory", "PhD"]})
    more = pd.DataFrame({"person": [3, 4, 5], "year": 2023, "education": ["unknown"] * 3})
    register = read_register(
        [
            first,
            write(tmp_path / "income.parquet", income),
            write(tmp_path / "edu1.csv", schooling),
            write(tmp_path / "edu2.csv", more),
        ],
        crs=3006,
    )
    found = rows(register).assign(person=lambda f: f.person.astype(int)).sort_values("person")
    assert found.net_income.fillna(-1).tolist() == [10, 20, -5, -1, -1]
    assert found.education.fillna("").tolist() == ["compulsory", "", "unknown", "unknown", "unknown"]
    persons, incomes, education = register.report.internal
    assert (persons.rows, persons.rejected) == (5, {})
    assert incomes.rejected == {"duplicate (person, year), other values": 1}
    assert incomes.unmatched == {
        "rows without a person in the population": 1,
        "persons of the population without a row": 2,
    }
    assert (education.rows, education.rejected) == (5, {"education is not in the code list": 1})


def test_persons_without_a_row_where_something_required_stands_are_refused(tmp_path):
    keys = ["person", "year", "x", "y", "kommun"]
    first = write(tmp_path / "a.parquet", people(4)[keys])
    second = write(tmp_path / "b.parquet", people(3)[["person", "year", "sex", "age"]])
    register = read_register([first, second], crs=3006)
    assert rejected(register) == {"no row in b.parquet, which gives sex, age": 1}
    assert register.report.internal[0].rejected_years == {2023: 1}
    assert len(rows(register)) == 3


def test_coordinates_from_a_table_of_places(tmp_path):
    persons = people(5).drop(columns=["x", "y"]).assign(place=["A1", "A1", "B2", None, "C3"])
    places = tmp_path / "places.csv"
    places.write_text("fastighet;n;e\nA1;6580994,5;1628294\nB2;;\nA1;6580994,5;1628294\n", encoding="utf-8")
    register = read_register(
        write(tmp_path / "p.parquet", persons),
        places=places,
        crs=3021,
        columns={"fastighet": "place", "n": "y", "e": "x"},
    )
    found = rows(register)
    assert found.x.round().fillna(0).tolist() == [674032, 674032, 0, 0, 0]
    table = register.report.internal[1]
    assert table.rejected == {"duplicate (place), same values": 1}
    assert table.unmatched == {
        "persons without a key of place": 1,
        "persons whose key is not in the table of places": 1,
        "persons whose place has no coordinates": 1,
    }


def test_a_table_of_places_beside_own_coordinates_is_refused(tmp_path):
    path = write(tmp_path / "p.parquet", people(2, place=["a", "b"]))
    places = write(tmp_path / "places.parquet", pd.DataFrame({"place": ["a"], "x": [674032.0], "y": [6580822.0]}))
    with pytest.raises(RegisterError, match="coordinates of its own"):
        read_register(path, places=places, crs=3006)


def geopackage(path, frame, crs=3006, geometry=None):
    points = geometry or [shapely.Point(x, y) if pd.notna(x) else None for x, y in zip(frame.x, frame.y, strict=True)]
    gpd.GeoDataFrame(frame.drop(columns=["x", "y"]), geometry=points, crs=crs).to_file(path, layer="persons")
    return path


def test_geopackage_points_bring_their_crs(tmp_path):
    frame = people(3)
    frame.loc[1, ["x", "y"]] = None
    frame.loc[[0, 2], ["x", "y"]] = [18.0686, 59.3293]
    register = read_register(geopackage(tmp_path / "p.gpkg", frame, crs=4326))
    found = rows(register)
    assert found.x.round().fillna(0).tolist() == [674572, 0, 674572]
    assert register.report.notes == (
        "p.gpkg: CRS EPSG:4326.",
        "Coordinates were transformed from EPSG:4326 to EPSG:3006.",
    )
    with pytest.raises(CRSError, match="by its own account"):
        read_register(tmp_path / "p.gpkg", crs=3006)


def test_geopackage_of_other_geometries_is_refused(tmp_path):
    path = geopackage(tmp_path / "p.gpkg", people(2), geometry=[shapely.box(0, 0, 1, 1)] * 2)
    with pytest.raises(GeometryError, match="row: 1, geometry: Polygon"):
        read_register(path)


def test_no_crs_and_wrong_crs_and_swapped_axes(tmp_path):
    path = write(tmp_path / "p.parquet", people(3))
    with pytest.raises(CRSError, match="run check"):
        read_register(path)
    with pytest.raises(CRSError, match=r"look like SWEREF99 TM \(EPSG:3006\)"):
        read_register(path, crs=4326)
    with pytest.raises(CRSError, match="no CRS 'EPSG:99999999'"):
        read_register(path, crs="EPSG:99999999")
    turned = write(tmp_path / "q.parquet", people(3, x=6580822.0, y=674032.0))
    with pytest.raises(CRSError, match="x and y are swapped"):
        read_register(turned, crs=3006)
    degrees = write(tmp_path / "d.parquet", people(3, x=18.07, y=59.33))
    with pytest.raises(CRSError, match=r"look like WGS 84 \(EPSG:4326\)"):
        read_register(degrees, crs=3006)


def test_coordinates_in_single_precision_are_told(tmp_path):
    frame = people(2).astype({"x": "float32", "y": "float32"})
    register = read_register(write(tmp_path / "p.parquet", frame), crs=3006)
    assert register.report.notes == ("p.parquet: x and y are in single precision, good to about half a metre.",)


def test_a_register_of_no_valid_row_is_refused(tmp_path):
    frame = people(4)
    frame.loc[[0, 1], "sex"] = "K"
    frame.loc[[2, 3], "age"] = 200
    with pytest.raises(RegisterError, match="most rows break the register contract"):
        read_register(write(tmp_path / "p.parquet", frame), crs=3006)


def test_nothing_small_stands_outside_the_internal_report(tmp_path):
    frame = people(19)
    frame.loc[0, "sex"] = "K"
    report = read_register(write(tmp_path / "p.parquet", frame), crs=3006).report
    assert "19" not in str(report).replace(str(tmp_path), "")
    assert report.manifest()["tables"][0] | {"name": ""} == {
        "name": "",
        "rows": "<20",
        "rejected": {"sex is not in the code list": "<20"},
        "unmatched": {},
    }
    assert [masked(n) for n in (0, 1, 19, 20)] == ["0", "<20", "<20", "20"]


def test_few_are_not_what_is_left_of_the_sum():
    """Told with the sum: whatever the few are, all that is told is the same, so that nobody can tell which."""
    told = {str(masked_parts({"located": 400 - few, "outside": 0, "unplaced": few})) for few in range(1, 20)}
    assert told == {"{'located': '≥380', 'outside': 0, 'unplaced': '<20'}"}
    # Of a small sum too, where either may be the larger.
    told = [masked_parts({"located": 23 - few, "unplaced": few}) for few in range(4, 20)]
    assert {tuple(sorted(map(str, one.values()))) for one in told} == {("<20", "≥0")}


def test_few_of_several_kinds_widen_what_the_largest_is_told_as():
    assert masked_parts({"a": 1000, "b": 30, "c": 5, "d": 1}) == {"a": "≥960", "b": 30, "c": "<20", "d": "<20"}
    assert masked_parts({"a": 1000, "b": 30, "c": 0}) == {"a": 1000, "b": 30, "c": 0}
    assert masked_parts({"a": 12, "b": 7}) == {"a": "<20", "b": "<20"}
    assert masked_parts({}) == {}


def test_reasons_of_rejection_do_not_give_few_rows_away():
    report = ReadReport((), (TableReport("p.csv", 400, {"age is empty": 27, "sex is empty": 3}),))
    assert str(report).splitlines() == ["p.csv: 400 rows, 30 rejected", "  age is empty: ≥0", "  sex is empty: <20"]
    assert report.manifest()["tables"][0]["rejected"] == {"age is empty": "≥0", "sex is empty": "<20"}


def test_the_work_folder_goes_with_the_register(tmp_path):
    path = tmp_path / "p.csv"
    write(path, people(3))
    register = read_register(path, crs=3006)
    folder = register.work.path
    assert folder.is_dir()
    del register
    assert not folder.exists()


def test_select_names_what_is_missing(tmp_path):
    register = read_register(write(tmp_path / "p.parquet", people(3)), crs=3006)
    with pytest.raises(RegisterError, match="no column 'ages'"):
        register.select(["ages"], 2023)
    with pytest.raises(RegisterError, match="no year '1999'"):
        register.select(["age"], 1999)


def test_progress_reaches_the_end(tmp_path):
    seen = []
    read_register(write(tmp_path / "p.csv", people(3)), crs=3006, progress=lambda f, m: seen.append(f))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
