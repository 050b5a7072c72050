"""A release of all of SCB's tables, the whole country: exported to PX, JSON-stat, CSV and Excel, and read back."""

import json
import lzma
import warnings
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from jsonstat_validator import validate_jsonstat
from pyaxis import pyaxis

import gisintegration as gi
from gisintegration.database import select_release, stack_tables
from gisintegration.formats import read_jsonstat, read_px
from gisintegration.tables import WORDS

TABLES = Path(__file__).parents[1] / "data" / "scb_tables"
MAPPINGS = {
    "deso_2018_tables_2022_2023": "deso_2018_tables_2022_2023",
    "deso_2018_age_2022": "deso_2018_age_2022",
    "deso_2018_education_2022": "deso_2018_education_2022",
    "deso_2018_foreignborn_2022": "deso_2018_foreignborn_2022",
    "regso_2020_area_types_2022": "regso_2020_area_types",
    "regso_2020_born_in_sweden_2020_2023": "regso_2020_born_in_sweden",
    "regso_2020_income_2020_2023": "regso_2020_income",
    "regso_2020_tenure_2020_2023": "regso_2020_tenure",
}
CLASSES = ["sex", "background", "age", "education"]
KEY = ["indicator", "edition", "area", "year", *CLASSES]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scb")
    tables = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, mapping in MAPPINGS.items():
            (folder / f"{name}.csv").write_bytes(lzma.decompress((TABLES / f"{name}.csv.xz").read_bytes()))
            tables.append(gi.read_reported(folder / f"{name}.csv", mapping))
    table, _ = stack_tables(tables)
    areas = {key: gi.load_areas(key, borders=False) for key in ("deso/2018", "regso/2020")}
    return gi.release([table], areas=areas, name="SCB", organisation="Länsstyrelsen")


@pytest.fixture(scope="module")
def figures(made):
    """Every row of the release by its key: value and status."""
    return keyed(made.statistics)


def keyed(rows):
    plain = rows[[*KEY, "value", "status"]].astype(dict.fromkeys([k for k in KEY if k != "year"], "str"))
    return plain.set_index(KEY).sort_index().assign(status=lambda frame: frame["status"].astype("str"))


def same(found, expected):
    """The same cells, the same statuses, the same figures to the last decimal."""
    assert found.index.is_unique
    assert len(found) == len(expected)
    assert found.index.equals(expected.index)
    assert (found["status"] == expected["status"]).all()
    np.testing.assert_array_equal(found["value"].to_numpy(), expected["value"].to_numpy())


def of_cube(cube, edition, code_of):
    """A cube's cells as rows of the release: the list of classes is taken apart by the words of the classes."""
    table = cube.table
    breakdowns = [one for one in cube.dimensions if one.code not in ("Region", "ContentsCode", "Tid", "Kon")]
    made = pd.DataFrame(
        {
            "indicator": table["ContentsCode"],
            "edition": edition,
            "area": table["Region"],
            "year": table["Tid"].astype("int16"),
            **dict.fromkeys(CLASSES, "total"),
            "value": table["figure"],
            "status": table["mark"].map(
                {"": "shown", "-": "zero", "..": "protected", "...": "missing", ".": "not_applicable"}
            ),
        }
    )
    for one in breakdowns:
        for code in one.codes:
            breakdown, plain = code_of[code]
            if breakdown:
                made.loc[table[one.code] == code, breakdown] = plain
    return made


def class_codes(made, cube):
    """What each code of the breakdown dimensions means, by the words that stand beside it."""
    words = {
        texts["sv"]: (breakdown, code)
        for breakdown, classes in made.labels.items()
        for code, texts in classes.items()
        if breakdown != "sex" and code != "total"
    }
    found = {}
    for one in cube.dimensions:
        if one.code not in ("Region", "ContentsCode", "Tid", "Kon"):
            for code, text in zip(one.codes, one.names("sv"), strict=True):
                found[code] = words.get(text, ("", ""))
    return found


def back(made, files, read):
    parts = []
    for file in files:
        cube = read(file)
        edition = "2018" if "deso_2018" in file.name else "2020"
        parts.append(of_cube(cube, edition, class_codes(made, cube)))
    rows = pd.concat(parts, ignore_index=True)
    return rows.astype(dict.fromkeys([k for k in KEY if k != "year"], "str")).set_index(KEY).sort_index()


def there(found, figures):
    """The cells that the release has; the table's others cannot occur or are missing, and say so."""
    others = found[~found.index.isin(figures.index)]
    assert others["value"].isna().all()
    assert set(others["status"]) <= {"not_applicable", "missing"}
    return found[found.index.isin(figures.index)]


def test_the_release_is_all_that_the_tables_say(made, figures):
    assert len(figures) == 534_311
    assert figures.groupby(level="edition").size().to_dict() == {"2018": 382_976, "2020": 151_335}
    population = figures.xs("population", level="indicator")["value"].xs("2018", level="edition")
    total = population.xs(("total",) * 4, level=CLASSES)
    assert total.groupby(level="year").sum().to_dict() == {2022: 10_521_556, 2023: 10_551_707}


def test_px_has_every_cell(made, figures, tmp_path):
    files = gi.write_px(made, tmp_path / "px")
    same(there(back(made, files, read_px), figures), figures)
    # An independent reader: marks stand as they are, a blank before the code of PX is not its own.
    income = next(file for file in files if file.name == "inkomst_regso_2020.px")
    rows = pyaxis.parse(str(income), encoding="utf-8-sig")["DATA"]
    assert len(rows) == 3363 * 4 * 2
    assert set(rows["DATA"]) >= {"1", "2", "3", "4", "5"}


def test_jsonstat_has_every_cell(made, figures, tmp_path):
    files = gi.write_jsonstat(made, tmp_path / "json")
    same(there(back(made, files, read_jsonstat), figures), figures)
    for file in files:
        if "regso" in file.name:
            assert validate_jsonstat(json.loads(file.read_text(encoding="utf-8")))


def test_csv_has_every_cell(made, figures, tmp_path):
    folder = gi.export(made, tmp_path / "csv", format="csv-long")
    read = [
        pd.read_csv(file, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig")
        for file in sorted(folder.glob("*.csv"))
    ]
    rows = pd.concat(read, ignore_index=True)
    found = pd.DataFrame({name: rows[name] for name in [*KEY, "status"]})
    found["year"] = found["year"].astype("int16")
    found["value"] = pd.to_numeric(rows["value"].str.replace(",", "."), errors="coerce")
    same(found.set_index(KEY).sort_index(), figures)


def of_sheet(lines, made):
    """A sheet's cells as rows of the release; statuses in words."""
    header = next(i for i, line in enumerate(lines) if line[0] == "Indelning")
    wide = pd.DataFrame(lines[header + 1 :], columns=lines[header])
    words = {
        "Kön": made.labels["sex"],
        "Bakgrund": made.labels["background"],
        "Ålder": made.labels["age"],
        "Utbildning": made.labels["education"],
    }
    classes = {}
    for breakdown, column in zip(CLASSES, words, strict=True):
        codes = {texts["sv"]: code for code, texts in words[column].items()}
        given = next((name for name in wide.columns if str(name).startswith(column)), None)
        classes[breakdown] = "total" if given is None else wide[given].map(codes)
    assert wide["Kod"].map(type).eq(str).all()
    for year in (name for name in wide.columns if str(name).isdigit()):
        yield pd.DataFrame(
            {
                "edition": wide["Indelning"].str[-4:],
                "area": wide["Kod"],
                "year": np.int16(year),
                **classes,
                "value": wide[year].astype("float64"),
                "status": wide[f"Status {year}"],
            }
        )


def excel_has_every_cell(made, path):
    figures = keyed(made.statistics)
    gi.write_excel(made, path)
    book = openpyxl.load_workbook(path, read_only=True)
    titles = {indicator.title["sv"]: key for key, indicator in made.indicators.items()}
    parts = []
    for name in book.sheetnames[1:]:
        lines = list(book[name].iter_rows(values_only=True))
        parts += [part.assign(indicator=titles[lines[0][0]]) for part in of_sheet(lines, made)]
    found = pd.concat(parts, ignore_index=True)
    found = found[found["status"].notna()].set_index(KEY).sort_index()
    words = {WORDS[status].sv.split(" (")[0]: str(status) for status in WORDS}
    found["status"] = found["status"].str.lower().str.split(" (", regex=False).str[0].map(words)
    same(there(found, figures), figures)


def test_excel_has_every_cell_of_a_lan(made, tmp_path):
    excel_has_every_cell(select_release(made, {"lan": ["23"]}), tmp_path / "t.xlsx")


@pytest.mark.soak
def test_excel_has_every_cell(made, tmp_path):
    excel_has_every_cell(made, tmp_path / "t.xlsx")
