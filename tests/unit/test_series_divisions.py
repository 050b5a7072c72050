"""One code for every division: a register on an edition and on stable areas; RegSO, kommuner, drawn districts, squares."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gisintegration.areas import load_areas, read_areas
from gisintegration.areas.assemble import assemble, objects
from gisintegration.change import crosswalk, series_breaks, stable_areas
from gisintegration.change.recalculate import recalculate
from gisintegration.change.remainder import through_remainders
from gisintegration.project import read_project, recalculate_project, run_project
from gisintegration.reported import read_reported

DATA = Path(__file__).parents[1] / "data"


def published(folder, codes, figures, *, edition, year=2023):
    """A published table of some areas as it is read."""
    folder.mkdir(exist_ok=True)
    pd.DataFrame({"kod": list(codes), "antal": figures}).to_csv(folder / f"{year}.csv", index=False, sep=";")
    mapping = {
        "source": {"title": {"sv": "T", "en": "T"}, "publisher": "SCB", "licence": "CC0 1.0"},
        "rows": {"code": "kod", "edition": edition, "year": year, "adjusted": "none", "years": "1900-2100"},
        "figure": [{"indicator": "population", "value": "antal"}],
    }
    return read_reported(folder / f"{year}.csv", mapping)


def by_area(table, division):
    rows = table.table[table.table["division"] == division]
    return dict(zip(rows["area"].astype(str), rows["value"], strict=True))


@pytest.fixture(scope="module")
def register_project(tmp_path_factory):
    """Persons of one kommun over the change of edition, placed in both editions of its DeSO."""
    folder = tmp_path_factory.mktemp("register")
    new = load_areas("deso/2025", where={"kommun": ["1402"]})
    inside = shapely.point_on_surface(new.geometry.to_numpy())
    rows = [
        (f"{code}-{number}", year, "1402", ["women", "men"][number % 2], 20 + number, point.x, point.y)
        for year in (2022, 2023, 2024)
        for code, point in zip(new.codes, inside, strict=True)
        for number in range(40)
    ]
    names = ["person", "year", "kommun", "sex", "age", "x", "y"]
    pd.DataFrame(rows, columns=names).to_csv(folder / "persons.csv", index=False)
    (folder / "integration.toml").write_text(
        '[project]\nname = "Partille"\n[register]\npaths = ["persons.csv"]\ncrs = 3006\n'
        '[areas."deso/2018"]\nwhere = { kommun = ["1402"] }\n[areas."deso/2025"]\nwhere = { kommun = ["1402"] }\n'
        '[levels]\nby = ["deso", "kommun"]\n[indicators]\nuse = ["population"]\n[output]\ngeopackage = false\n',
        encoding="utf-8",
    )
    return folder, len(new)


def totals(run, division):
    rows = run.release.statistics
    rows = rows[(rows["division"] == division) & (rows["sex"] == "total")]
    for breakdown in ("background", "age", "education"):
        rows = rows[rows[breakdown] == "total"]
    return rows.pivot_table(index="area", columns="year", values="value", observed=True)


def test_a_register_is_placed_on_the_edition_asked_for_in_every_year(register_project):
    folder, areas = register_project
    run = recalculate_project(folder, to="deso/2025", output=folder / "edition")
    rows = run.release.statistics
    assert set(rows.loc[rows["division"] == "deso", "edition"]) == {"2025"}
    assert set(rows["method"]) == {"located"}
    found = totals(run, "deso")
    assert found.shape == (areas, 3)
    assert (found == 40).all(axis=None)
    assert (totals(run, "kommun") == 40 * areas).all(axis=None)
    assert run.breaks.empty


def test_a_register_is_placed_on_stable_areas(register_project):
    folder, areas = register_project
    run = recalculate_project(folder, to="stable", output=folder / "stable")
    found = totals(run, "stable")
    made, _ = stable_areas([load_areas(key, where={"kommun": ["1402"]}) for key in ("deso/2018", "deso/2025")])
    assert list(found.index) == list(made.codes)
    # Two new areas in a pure split: 80 persons in every year, located.
    assert found.loc["1402S001"].to_list() == [80.0, 80.0, 80.0]
    assert set(run.release.statistics["method"]) == {"located"}
    assert (found.sum() == 40 * areas).all()


def test_without_recalculation_the_break_of_edition_is_told(register_project):
    folder, _ = register_project
    run = run_project(read_project(folder), to=folder / "plain")
    assert run.breaks[["year", "kind"]].to_numpy().tolist() == [[2024, "edition"]]
    # Outputs tell of it themselves; it is no note beside.
    assert not any("Tidsseriebrott" in note["sv"] for note in run.release.notes)


@pytest.mark.real
def test_regso_2020_on_regso_2025(tmp_path):
    old, new = load_areas("regso/2020"), load_areas("regso/2025")
    table = published(tmp_path, old.codes, np.arange(len(old)) + 700, edition="regso/2020")
    key = through_remainders(old, new, lambda areas: crosswalk(areas, new, method="area"))
    made = recalculate(table, key)
    before, after = by_area(table, "regso"), by_area(made, "regso")
    assert sum(after.values()) == pytest.approx(sum(before.values()), abs=1e-6)
    same = [code for code in old.codes if code in after]
    assert np.mean([before[code] == after[code] for code in same]) > 0.9
    stable, keys = stable_areas([old, new])
    summed = by_area(recalculate(table, keys["regso/2020"]), "stable")
    assert sum(summed.values()) == sum(before.values())
    assert stable.division == "stable"


def test_kommuner_of_1997_to_2003_on_what_they_all_agree_on(tmp_path):
    sets = {"1998": ["0181", "0380", "1480"], "1999": ["0140", "0181", "0380", "1480"]}
    sets["2003"] = ["0140", "0181", "0330", "0380", "1480"]
    editions = [assemble("kommun", year, codes, objects([None] * len(codes))) for year, codes in sets.items()]
    stable, keys = stable_areas(editions)
    tables = [
        published(tmp_path, codes, [100 + i for i in range(len(codes))], edition=f"kommun/{year}", year=data)
        for (year, codes), data in zip(sets.items(), (1997, 1999, 2003), strict=True)
    ]
    series = [
        by_area(recalculate(table, keys[f"kommun/{year}"]), "stable") for table, year in zip(tables, sets, strict=True)
    ]
    # Södertälje with Nykvarn, Uppsala with Knivsta, and Göteborg by itself.
    assert [one["0140S001"] for one in series] == [100, 100 + 101, 100 + 101]
    assert [one["0330S001"] for one in series] == [101, 102, 102 + 103]
    assert [one["1480"] for one in series] == [102, 103, 104]
    assert "kommun" in set(series_breaks(tables)["kind"])
    assert set(stable.parent("lan")) == {"01", "03", "14"}


def test_deso_on_districts_drawn_by_hand_and_back_to_what_both_agree_on(tmp_path):
    old = load_areas("deso/2025", where={"kommun": ["1419"]})
    west, south, east, north = old.geometry.total_bounds
    middle = (west + east) / 2
    halves = gpd.GeoDataFrame(
        {"kod": ["V", "O"]},
        geometry=shapely.box([west, middle], south, [middle, east], north),
        crs=3006,
    )
    halves.to_file(tmp_path / "stadsdelar.gpkg")
    drawn = read_areas(tmp_path / "stadsdelar.gpkg", level="stadsdel", edition="1", code="kod")
    table = published(tmp_path, old.codes, np.full(len(old), 1000), edition="deso/2025", year=2024)
    made = by_area(recalculate(table, crosswalk(old, drawn, method="area")), "stadsdel")
    assert sum(made.values()) == pytest.approx(1000 * len(old))
    assert min(made.values()) > 0
    # A line across the kommun leaves nothing that both agree on but the whole.
    assert len(stable_areas([old, drawn])[0]) == 1


@pytest.mark.real
def test_squares_on_areas(tmp_path):
    squares = pd.read_csv(DATA / "falun_borlange_population_1km_2025.csv", encoding="utf-8-sig", dtype={"rutid": str})
    e, n = squares["e"].to_numpy(float), squares["n"].to_numpy(float)
    boxes = np.asarray(shapely.box(e - 500, n - 500, e + 500, n + 500), dtype=object)
    old = assemble("ruta", "1", squares["rutid"].tolist(), boxes)
    frame = gpd.read_parquet(DATA / "dalarna_deso_2025.parquet")
    column = next(name for name in ("desokod", "deso", "code") if name in frame.columns)
    mine = frame[frame[column].str[:4].isin(["2080", "2081"])].reset_index(drop=True)
    new = assemble("deso", "2025", mine[column].tolist(), mine.geometry.to_numpy())
    persons = next(name for name in squares.columns if "befolkning" in name.lower() and "65" not in name)
    table = published(tmp_path, squares["rutid"], squares[persons], edition="ruta/1", year=2025)
    # Squares on the border of the two kommuner lie in part outside.
    with pytest.warns(UserWarning, match="outside"):
        key = crosswalk(old, new, method="area")
    made = by_area(recalculate(table, key), "deso")
    assert sum(made.values()) == pytest.approx(float(squares[persons].sum()))
    assert set(made) == set(new.codes)
