"""The CRS of a register's coordinates: told from the registered kommun, each candidate with axes either way."""

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

from gisintegration.errors import CRSError
from gisintegration.registers import examine, propose_crs, read_register
from gisintegration.registers.crs import CANDIDATES, extent, looks_like, transform
from gisintegration.testing import grid_areas

# One kommun of 400 squares of 1 km, west of Uppsala.
AREAS = grid_areas(20, 20, origin=(600_000, 6_600_000))


def sample(epsg=3006, *, swapped=False, count=400, kommun="0114"):
    generator = np.random.default_rng(1)
    xy = np.array([600_000, 6_600_000]) + generator.uniform(100, 19_900, (count, 2))
    x, y = Transformer.from_crs(3006, epsg, always_xy=True).transform(xy[:, 0], xy[:, 1])
    return pd.DataFrame({"x": y if swapped else x, "y": x if swapped else y, "kommun": kommun})


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("epsg", CANDIDATES)
def test_each_candidate_is_found(epsg, swapped):
    chosen = propose_crs(sample(epsg, swapped=swapped), AREAS).chosen
    assert (chosen.epsg, chosen.swapped) == (epsg, swapped)
    assert chosen.share >= 0.99


def test_the_candidates_are_those_that_swedish_registers_use():
    assert {3006, *range(3007, 3019), 3021, 4326} <= set(CANDIDATES)


def test_points_all_over_the_place_are_not_guessed_at():
    frame = sample()
    frame.loc[:9, "x"] += 100_000  # 2.5 % elsewhere
    proposal = propose_crs(frame, AREAS)
    assert proposal.candidates[0].share == pytest.approx(0.975)
    with pytest.raises(CRSError, match=r"the best, SWEREF99 TM \(EPSG:3006\), puts 97.5% there"):
        proposal.chosen  # noqa: B018 — the property raises


def test_persons_registered_elsewhere_do_not_count():
    frame = pd.concat([sample(3021), sample(3021, kommun="1480")])
    assert propose_crs(frame, AREAS).points == 400
    with pytest.raises(CRSError, match="No point is registered in a kommun"):
        propose_crs(sample(kommun="1480"), AREAS)


def test_areas_without_kommuner_cannot_tell():
    with pytest.raises(CRSError, match="no column of kommuner"):
        propose_crs(sample(), grid_areas(2, 2, division="district"))


def test_the_extents_hold_sweden():
    # Smygehuk, Treriksröset, Nordkoster and the easternmost point of Haparanda.
    corners = np.array([[13.36, 55.34], [20.55, 69.06], [10.98, 58.92], [24.16, 65.82]])
    for epsg in (3006, 3021, 4326):
        x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(corners[:, 0], corners[:, 1])
        box = extent(epsg)
        assert (x > box[0]).all()
        assert (x < box[2]).all()
        assert (y > box[1]).all()
        assert (y < box[3]).all()


def test_rt90_stands_for_what_looks_like_it():
    titles = [candidate.title for candidate in looks_like(np.array([[1628294.0, 6580994.0]]))]
    assert titles == ["RT90 2.5 gon V (EPSG:3021)"]


def test_transformation_agrees_with_scb():
    # A vertex of DeSO 1280C1070 as SCB's service gives it in WGS 84 and in SWEREF 99 TM.
    xy = transform(np.array([[13.09577306, 55.5417832]]), 4326)
    assert xy[0].tolist() == pytest.approx([379844.1709, 6156729.8055], abs=0.01)


def delivery(tmp_path, frame):
    people = frame.assign(person=range(len(frame)), year=2023, sex="men", age=40)
    path = tmp_path / "p.csv"
    people.rename(columns={"x": "xkoord", "y": "ykoord"}).to_csv(path, index=False, sep=";", decimal=",")
    return path


def test_a_delivery_is_examined_and_then_read_as_it_was_told(tmp_path):
    path = delivery(tmp_path, sample(3021, swapped=True))
    told = {"xkoord": "x", "ykoord": "y"}
    found = examine(path, AREAS, columns=told)
    assert found.notes == ("p.csv was read as UTF-8, semicolon, decimal comma.",)
    assert found.settings == {"crs": "EPSG:3021", "columns": {"xkoord": "y", "ykoord": "x"}}
    with pytest.raises(CRSError, match="swapped"):
        read_register(path, crs=found.settings["crs"], columns=told)
    register = read_register(path, crs=found.settings["crs"], columns=told | found.settings["columns"])
    assert register.years == (2023,)


def test_coordinates_in_a_table_of_places_are_examined_too(tmp_path):
    frame = sample(4326)
    places = tmp_path / "places.csv"
    frame[["x", "y"]].assign(place=range(400)).to_csv(places, index=False)
    persons = frame[["kommun"]].assign(person=range(400), year=2023, sex="men", age=40, place=range(400))
    persons.to_parquet(tmp_path / "p.parquet", index=False)
    found = examine(tmp_path / "p.parquet", AREAS, places=places)
    assert found.settings == {"crs": "EPSG:4326"}
