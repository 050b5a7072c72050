"""What every test may use: a small project of real polygons and invented persons; and no silent skips where required."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

REQUIRED = {name for name in os.environ.get("GISINTEGRATION_REQUIRE", "").split(",") if name}


def pytest_ignore_collect(collection_path):
    """Scripts that tests run in another Python (QGIS's) are no modules to look for doctests in."""
    script = collection_path.suffix == ".py" and not collection_path.name.startswith(("test_", "conftest"))
    return True if script else None


def _required(node):
    folders = {part.name for part in node.path.parents}
    return any(node.get_closest_marker(name) or name in folders for name in REQUIRED)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A test that needs what is required here fails when it is skipped."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and _required(item):
        report.outcome = "failed"
        report.longrepr = f"Skipped, and required here: {report.longrepr[-1]}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """The same for a module that skips itself."""
    report = yield
    if report.skipped and _required(collector):
        report.outcome = "failed"
        report.longrepr = f"Skipped, and required here: {report.longrepr}"
    return report


PROJECT = """[project]
name = "Prov"
organisation = "Kommunen"

[register]
# Personerna
paths = ["personer.csv"]   # en rad per person och år
crs = "EPSG:3006"

[areas."deso/2025"]
path = "deso.gpkg"
years = "2023-2024"

[levels]
by = ["deso", "kommun"]

[indicators]
use = ["population", "employed_share"]
"""


def persons(areas, *, each=40, years=(2023, 2024), seed=3):
    """A register: ``each`` persons an area and year at points inside it, in SWEREF 99 TM."""
    rng = np.random.default_rng(seed)
    inside = shapely.point_on_surface(areas.geometry.to_numpy())
    rows = []
    for year in years:
        for code, kommun, point in zip(areas.codes, areas.parent("kommun"), inside, strict=True):
            for number in range(each):
                person = f"{code}-{number}"
                age = 20 + (number % 45)
                status = "employed" if rng.random() < 0.6 else "outside"
                rows.append((person, year, kommun, ["women", "men"][number % 2], age, status, point.x, point.y))
    names = ["person", "year", "kommun", "sex", "age", "labour_status", "x", "y"]
    return pd.DataFrame(rows, columns=names)


@pytest.fixture(scope="session")
def tjorn_register(tjorn):
    """The register of the small project."""
    return persons(tjorn)


@pytest.fixture(scope="session")
def tjorn():
    """Tjörn's DeSO 2025, which all have polygons."""
    from gisintegration.areas import load_areas

    return load_areas("deso/2025", where={"kommun": ["1419"]})


@pytest.fixture(scope="session")
def small_synthetic(tmp_path_factory):
    """Folder of a synthetic register of three kommuner 2010–2024 with every variable. Not to be changed."""
    from gisintegration.testing import small_register

    return small_register(tmp_path_factory.mktemp("small") / "register").path


def _write_project(folder, tjorn):
    folder.mkdir()
    layer = tjorn.table[["code", "name", "geometry"]].rename(columns={"code": "desokod"})
    layer.to_file(folder / "deso.gpkg", layer="deso")
    persons(tjorn).to_csv(folder / "personer.csv", index=False)
    (folder / "integration.toml").write_text(PROJECT, encoding="utf-8")
    return folder


@pytest.fixture
def project(tmp_path, tjorn) -> Path:
    """A project folder: own polygons, own CSV, two indicators."""
    return _write_project(tmp_path / "prov", tjorn)


@pytest.fixture(scope="session")
def ran(tmp_path_factory, tjorn):
    """Such a project, run once, and what the command said with ``--json``. Not to be changed."""
    from typer.testing import CliRunner

    from gisintegration.cli.app import app

    folder = _write_project(tmp_path_factory.mktemp("ran") / "prov", tjorn)
    result = CliRunner().invoke(app, ["run", "--project", str(folder), "--json"])
    assert result.exit_code == 0, result.output
    return folder, result


def rest_areas():
    """Six DeSO of which the last has no polygon: it lies in a remainder, which is drawn."""
    import geopandas as gpd

    from gisintegration.testing import grid_areas

    areas = grid_areas(3, 2)
    table = areas.table.copy()
    names = ["Åby", "Örby O'Hara", "Ängby", 'Norra "x"', "a;b", "Utan gräns"]
    table["name"] = pd.array(names, dtype="str")
    rest = table.iloc[[5]].assign(code="0114-rest-1", name="Väsby, återstoden (1)", kind="remainder", regso=None)
    unknown = table.geometry.to_numpy(copy=True)
    unknown[5] = None
    table = table.set_geometry(gpd.GeoSeries(unknown, crs=table.crs))
    both = pd.concat([rest, table], ignore_index=True)
    return areas.with_(table=gpd.GeoDataFrame(both, crs=table.crs), members={"0114-rest-1": ("0114A0060",)})


def example_release(areas=None, *, policy="scb-share-rule", name="Prov", shares=None, **changes):
    """Three years (2021–2023) of a share, and one year (2022) of a mean, on :func:`rest_areas`."""
    from gisintegration.database import release
    from gisintegration.disclosure import protect
    from gisintegration.testing import example_raw

    areas = areas or rest_areas()
    codes = [code for code, kind in zip(areas.codes, areas.table["kind"], strict=True) if kind == "area"]
    tops = shares or [50, 4, 30, 0, 75, 20]
    raws = [
        example_raw(numerator=tops, denominator=[100, 90, 60, 80, 100, 18], areas=codes, year=year)
        for year in (2021, 2022, 2023)
    ]
    raws.append(
        example_raw(
            kind="mean",
            numerator=[8_000_000.0, 7_770_133.0, 100.0, 6_000_000.0, 9_000_000.0, 5_000_000.0],
            denominator=[40, 12, 50, 30, 30, 25],
            areas=codes,
            year=2022,
        )
    )
    made = {"organisation": "Väsby kommun", "source": "SCB", "notes": [{"sv": "Påhittat.", "en": "Invented."}]}
    return release(protect(raws, policy), areas={areas.key: areas}, name=name, **(made | changes))


@pytest.fixture(scope="session")
def small_release():
    """:func:`example_release`, for those who only read it."""
    return example_release()


@pytest.fixture
def make_release():
    """:func:`example_release` itself."""
    return example_release


@pytest.fixture
def make_rest_areas():
    """:func:`rest_areas` itself."""
    return rest_areas


@pytest.fixture(scope="session")
def estimated_release():
    """A count and a share of six DeSO and a count of their kommun; in 2022 two DeSO are estimated, 2023 is published.

    Of 0114A0010 nothing is exact, of 0114A0020 40 per cent; the others were summed of whole areas.
    """
    from gisintegration.database import release
    from gisintegration.disclosure import protect
    from gisintegration.tables import ProtectedTable
    from gisintegration.testing import example_raw, grid_areas

    areas = grid_areas(3, 2)
    kommun = grid_areas(1, 1, size=3000.0, division="kommun", edition="2003")
    kommun = kommun.with_(table=kommun.table.assign(code=pd.array(["0114"], dtype="str")))

    def as_if(raw, *, estimated):
        (table,) = protect(raw, "internal")
        frame = table.table
        sure = [1.0] * len(frame)
        if estimated:
            sure = [0.0, 0.4, 1.0, 1.0, 1.0, 1.0]
        unsure = [part < 1 for part in sure]
        frame = frame.assign(
            method=pd.Categorical(
                ["recalculated:target" if one else "summed" if estimated else "reported" for one in unsure]
            ),
            exact_share=sure,
            lower=[value * 0.45 if one else value for value, one in zip(frame["value"], unsure, strict=True)],
            upper=[value * 2.001 if one else value for value, one in zip(frame["value"], unsure, strict=True)],
            se=[value / 8 if one else 0.0 for value, one in zip(frame["value"], unsure, strict=True)],
            policy=pd.Categorical(["as-published"] * len(frame)),
        )
        stamps = {"as-published": {"sv": "Tagna som de publicerats.", "en": "Taken as published."}}
        number = {"unit": {"sv": "antal", "en": "number"}}
        indicators = {
            code: item.model_copy(update=number) if item.kind == "count" else item
            for code, item in table.indicators.items()
        }
        return ProtectedTable(frame, indicators, table.labels, stamps, "SCB")

    counts, bases = [426.0, 1001.0, 602.0, 700.0, 801.0, 905.0], [1000.0] * 6
    made = [
        as_if(example_raw(kind=kind, numerator=counts, denominator=bases, year=year), estimated=year == 2022)
        for kind in ("count", "share")
        for year in (2022, 2023)
        if (kind, year) != ("share", 2023)
    ]
    made += [
        as_if(
            example_raw(
                kind="count",
                numerator=[50_000.0],
                denominator=[1.0],
                areas=list(kommun.codes),
                division="kommun",
                edition=kommun.edition,
                year=year,
            ),
            estimated=False,
        )
        for year in (2022, 2023)
    ]
    return release(made, areas={part.key: part for part in (areas, kommun)}, name="Prov", source="SCB")
