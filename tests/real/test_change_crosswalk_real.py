"""Real boundaries: DeSO 2018 → 2025 of Göteborgsregionen and Växjö, real squares of 1 km, and redrawn editions."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gisintegration as gi
from gisintegration.areas.codes import regso_key, table_of_changes
from gisintegration.change.relations import Relations
from gisintegration.testing import redraw

pytestmark = pytest.mark.real
DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def gothenburg():
    return gi.load_areas("deso/2018"), gi.load_areas("deso/2025")


@pytest.fixture(scope="module")
def people(gothenburg):
    """A place in every 200 m, the same for both editions."""
    west, south, east, north = gothenburg[1].geometry.total_bounds
    x, y = np.meshgrid(np.arange(west, east, 200.0), np.arange(south, north, 200.0))
    return gi.places(np.column_stack([x.ravel(), y.ravel()]), gothenburg)[0]


def without_polygon(areas):
    return areas.table[areas.table["geometry"].isna()]["code"].tolist()


def test_the_pure_splits_of_gothenburg_and_the_areas_that_were_not_touched(gothenburg, people):
    made = gi.crosswalk(*gothenburg, method="points", places=people)
    weight = made.table[(made.table["weight"] > 0) & ~made.table["source"].isin(without_polygon(gothenburg[0]))]
    divided = weight[weight["source"].duplicated(keep=False)]
    log = table_of_changes("deso")
    by_log = log[(log["change"].str.startswith("Upphör; till nybildad")) & log["old"].isin(divided["source"])]
    assert set(zip(divided["source"], divided["target"], strict=True)) == set(
        zip(by_log["old"], by_log["new"], strict=True)
    )
    assert divided["source"].nunique() == 14
    whole = weight[~weight["source"].duplicated(keep=False)]
    assert (whole["weight"] == 1.0).all()
    assert (whole["source"] == whole["target"]).all()


def test_the_areas_without_a_polygon_go_where_the_log_says(gothenburg):
    made = gi.crosswalk(*gothenburg, method="area")
    unknown = without_polygon(gothenburg[0])
    assert len(unknown) == 21
    assert made.verify().orphans == ()
    assert not any("-rest-" in code for code in (*made.sources, *made.targets))
    rows = made.table[made.table["source"].isin(unknown) & (made.table["weight"] > 0)]
    log = table_of_changes("deso")
    known = set(zip(log["old"], log["new"], strict=True)) | {(code, code) for code in unknown}
    assert set(rows["source"]) == set(unknown)
    assert set(zip(rows["source"], rows["target"], strict=True)) <= known


def test_the_new_population_divides_the_splits(gothenburg):
    """Half of each new area's people more in its first part: the target's weights follow them."""
    old, new = gothenburg
    population = pd.Series(1000.0, index=new.codes)
    population[[code for code in new.codes if code.endswith("1")]] = 3000.0
    made = gi.crosswalk(old, new, method="target", weights=population)
    rows = made.table[made.table["source"] == "1480C3220"].set_index("target")["weight"]
    assert rows.to_dict() == pytest.approx({"1480C3221": 0.75, "1480C3222": 0.25})
    assert made.weights_year == 2024


def test_deso_to_regso_to_deso_by_the_official_key(gothenburg):
    key = pd.DataFrame(regso_key("2018").items(), columns=["source", "target"])
    up = gi.crosswalk("deso/2018", "regso/2020", method="table", weights=key)
    assert (up.matrix() @ np.ones(5_984)).sum() == 5_984
    assert up.verify().ok


def test_vaxjo_splits_in_both_directions():
    old = gi.read_areas(DATA / "vaxjo_deso_2018_exact.parquet", level="deso", edition=2018)
    new = gi.read_areas(DATA / "vaxjo_deso_2025.parquet", level="deso", edition=2025)
    made = gi.crosswalk(old, new, method="area")
    divided = made.table[made.table["source"].duplicated(keep=False)]
    assert divided["source"].nunique() == 2
    assert made.verify().ok
    with pytest.warns(UserWarning, match="inverse crosswalk"):
        back = made.invert()
    assert (back.table["weight"] == 1.0).all()


@pytest.fixture(scope="module")
def dalarna():
    areas = gi.read_areas(DATA / "dalarna_deso_2025.parquet", level="deso", edition=2025)
    return areas, redraw(areas, 3)


SQUARES = DATA / "falun_borlange_population_1km_2025.csv"
KINDS = {"population": "befolkning_2025", "age_65": "befolkning_65_plus_2025"}


def two_kommuner(areas):
    table = areas.table[areas.table["code"].str[:4].isin(["2080", "2081"])].reset_index(drop=True)
    return areas.with_(table=table, display=None)


def test_the_squares_of_falun_and_borlange_fall_on_their_deso(dalarna):
    """A square's people are told to be of one DeSO; most of that DeSO's come out on it, and the total is theirs."""
    old, made = dalarna
    squares = pd.read_csv(SQUARES, dtype={"rutid": str})
    own = two_kommuner(old)
    whole = gi.crosswalk(own, made.areas, method="grid", weights=SQUARES, kinds=KINDS, years=2025)
    assert "822 squares of 1000 m." in whole.notes
    total = whole.rows("population")["n"].sum()
    assert 0.98 * squares["befolkning_2025"].sum() < total <= squares["befolkning_2025"].sum()
    assert whole.verify().ok
    by_deso = whole.rows("population").groupby("source")["n"].sum()
    told = squares.groupby("desokod")["befolkning_2025"].sum().reindex(by_deso.index).fillna(0)
    # Squares of town lie over several small areas, so only the sum of a kommun is near.
    for kommun in ("2080", "2081"):
        here = by_deso.index.str.startswith(kommun)
        assert by_deso[here].sum() == pytest.approx(told[here].sum(), rel=0.02)


def test_centres_and_ids_give_the_same_crosswalk(dalarna):
    old, made = dalarna
    own = two_kommuner(old)
    frame = pd.read_csv(SQUARES, dtype={"rutid": str})
    by_id = gi.crosswalk(own, made.areas, method="grid", weights=frame, kinds=KINDS)
    by_centre = gi.crosswalk(own, made.areas, method="grid", weights=frame.drop(columns="rutid"), kinds=KINDS)
    assert by_id.id == by_centre.id


@pytest.mark.parametrize("seed", [1, 2])
def test_on_redrawn_gothenburg_area_weights_are_the_true_pieces(seed):
    old = gi.load_areas("deso/2025")
    made = redraw(old, seed)
    found = gi.crosswalk(old, made.areas, method="area", tolerance=1.0)
    assert found.verify().ok
    true = made.pieces.set_index(["old", "new"])["area"]
    mine = found.table.set_index(["source", "target"])["shared_area"]
    assert set(mine.index) == set(true.index)
    # Borders drawn anew give and take up to half a metre along them.
    off = (mine - true.loc[mine.index]).abs() / old.table.set_index("code").geometry.length.loc[
        mine.index.get_level_values(0)
    ].to_numpy()
    assert off.max() < 1.0


def test_points_recover_the_truth_of_a_redrawn_edition_exactly():
    old = gi.load_areas("deso/2025", where={"kommun": ["1480", "1481"]})
    new = redraw(old, 4).areas
    rng = np.random.default_rng(4)
    west, south, east, north = old.geometry.total_bounds
    places, _ = gi.places(np.round(rng.uniform((west, south), (east, north), (200_000, 2))), [old, new], distinct=True)
    made = gi.crosswalk(old, new, method="points", places=places)
    at = {key: one.positions for key, one in places.located.items()}
    both = (at[old.key] >= 0) & (at[new.key] >= 0)
    before = np.bincount(at[old.key][both], minlength=len(old)).astype(float)
    after = np.bincount(at[new.key][both], minlength=len(new))
    carried = made.matrix() @ before
    assert np.array_equal(np.round(carried), after)
    assert np.abs(carried - after).max() < 1e-9


def test_whole_areas_are_those_that_the_comparison_says_lie_in_one(gothenburg):
    old, new = gothenburg
    relations = gi.compare(old, new)
    assert isinstance(relations, Relations)
    links = relations.links[relations.links["old"].isin(gi.crosswalk(old, new, method="area").sources)]
    in_one = links[~links["old"].duplicated(keep=False)]["old"]
    assert gi.crosswalk(old, new, method="area").whole - set(without_polygon(old)) == set(in_one)


def test_a_register_leads_from_every_area_by_the_codes_that_were_delivered(gothenburg, tmp_path):
    """The 21 areas without a polygon are no orphans: who lives in them came with their code."""
    old, new = gothenburg
    folder = tmp_path / "register"
    gi.synthetic_register(folder, areas_2018=old, areas_2025=new, years=range(2023, 2024), share=0.1)
    register = gi.read_register(folder, crs=3006)
    made = gi.crosswalk(old, new, method="points", places=register, kinds={"grown": {"age": "20-64"}})
    assert made.verify().ok
    assert made.verify().unreached == ()
    assert any("persons without a place in one of the editions are left out" in note for note in made.notes)
    by_log = table_of_changes("deso")
    log = set(zip(by_log["old"], by_log["new"], strict=True))
    moved = made.table[(made.table["source"] != made.table["target"]) & (made.table["n"] > 0)]
    assert set(zip(moved["source"], moved["target"], strict=True)) <= log
    grown, everybody = (made.rows(kind, 2023)["n"].sum() for kind in ("grown", "population"))
    assert 0.5 < grown / everybody < 0.65
