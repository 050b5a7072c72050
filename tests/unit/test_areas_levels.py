"""Parents made only of all their children; the region; groups and key tables."""

import numpy as np
import pandas as pd
import pytest
from shapely import box

from gisintegration.areas import complete_parents, groups, levels, official_codes, parent_positions, read_key, region_of
from gisintegration.areas.assemble import assemble, objects
from gisintegration.errors import CodeError, InputError
from gisintegration.testing import grid_areas

KOMMUN = "0140"  # Nykvarn has five DeSO and four RegSO of edition 2018/2020


def strip(codes, division="deso", edition="2018", **fields):
    shapes = objects([box(600_000 + 10 * i, 6_600_000, 600_010 + 10 * i, 6_600_010) for i in range(len(codes))])
    return assemble(division, edition, codes, shapes, **fields)


def nykvarn():
    return sorted(code for code in official_codes("deso/2018") if code.startswith(KOMMUN))


def test_a_kommun_is_there_when_all_its_areas_are():
    made = levels(strip(nykvarn()), ["deso", "regso", "kommun", "lan", "riket"])
    assert list(made) == ["deso", "regso", "kommun"]
    assert made["kommun"].codes.tolist() == [KOMMUN]
    assert made["kommun"].names.tolist() == ["Nykvarn"]
    assert made["kommun"].key == "kommun/2003"
    assert made["kommun"].geometry.area.tolist() == [100.0 * len(nykvarn())]
    assert made["regso"].key == "regso/2020"


def test_one_area_less_and_neither_it_nor_its_regso_is():
    lost, *kept = nykvarn()
    made = levels(strip(kept), ["regso", "kommun"])
    assert "kommun" not in made
    assert not any(lost in members for members in [made["regso"].codes.tolist()])
    assert len(made["regso"]) == len(levels(strip(nykvarn()), ["regso"])["regso"]) - 1


def test_a_code_beyond_the_official_list_does_not_stand_in_for_one():
    kept = [*nykvarn()[1:], f"{KOMMUN}C9990"]
    assert complete_parents(strip(kept), "kommun") == []


def test_the_country_of_all_kommuner_and_not_of_289():
    codes = sorted(official_codes("kommun/2003"))
    made = levels(strip(codes, "kommun", "2003"), ["lan", "riket"])
    assert (len(made["lan"]), made["riket"].codes.tolist()) == (21, ["00"])
    made = levels(strip(codes[1:], "kommun", "2003"), ["lan", "riket"])
    assert (len(made["lan"]), "riket" in made) == (20, False)


def test_heby_in_uppsala_lan():
    codes = sorted(official_codes("kommun/1998"))
    areas = strip(codes, "kommun", "1998")
    assert areas.parent("lan")[codes.index("0331")] == "03"
    assert len(levels(areas, ["lan"])["lan"]) == 21


def test_a_parent_has_a_polygon_only_when_all_its_children_have():
    codes = nykvarn()
    shapes = objects([None, *(box(i, 0, i + 1, 1) for i in range(1, len(codes)))])
    made = levels(assemble("deso", "2018", codes, shapes), ["kommun"])
    assert made["kommun"].geometry.tolist() == [None]


def test_a_remainder_fills_in_for_its_members():
    first, *codes = nykvarn()
    rest = f"{KOMMUN}-rest-1"
    shapes = objects([None, *(box(i, 0, i + 1, 1) for i in range(len(codes))), box(-2, 0, 0, 1)])
    areas = assemble(
        "deso",
        "2018",
        [first, *codes, rest],
        shapes,
        kinds=["area"] * (len(codes) + 1) + ["remainder"],
        members={rest: (first,)},
    )
    made = levels(areas, ["regso", "kommun"])
    assert made["kommun"].geometry.area.tolist() == [len(codes) + 2.0]
    assert areas.parent("regso")[areas.codes == rest].tolist() == [None]
    assert made["regso"].geometry.isna().sum() == 1


def test_deso_2025_without_a_regso_key_is_told_by_kommun():
    codes = sorted(code for code in official_codes("deso/2025") if code.startswith(KOMMUN))
    key = {code: f"{KOMMUN}R00{i % 2}" for i, code in enumerate(codes)}
    assert "regso" not in levels(strip(codes, edition="2025"), ["regso"])
    assert len(levels(strip(codes, edition="2025", regso=key), ["regso"])["regso"]) == 2
    assert "regso" not in levels(strip(codes[1:], edition="2025", regso=key), ["regso"])
    partial = {code: regso for code, regso in key.items() if code != codes[0]}
    assert "regso" not in levels(strip(codes, edition="2025", regso=partial), ["regso"])


def test_the_region_has_the_users_name_and_no_official_code():
    region = region_of(grid_areas(2, 2), "Göteborgsregionen")
    assert (region.key, region.codes.tolist(), region.names.tolist()) == (
        "region/given",
        ["goteborgsregionen"],
        ["Göteborgsregionen"],
    )
    for name in (None, "", "14", "00", " 13 ", "!"):
        with pytest.raises(InputError):
            levels(grid_areas(1, 1), ["region"], region=name)


def test_unknown_levels():
    with pytest.raises(InputError, match="did you mean 'kommun'"):
        levels(grid_areas(1, 1), ["komun"])


def test_positions_in_parents():
    areas = strip(nykvarn())
    made = levels(areas, ["kommun", "region"], region="X")
    assert parent_positions(areas, made["kommun"]).tolist() == [0] * len(areas)
    assert parent_positions(areas, made["region"]).tolist() == [0] * len(areas)
    assert parent_positions(areas, areas).tolist() == list(range(len(areas)))
    with pytest.raises(InputError, match="does not lie in"):
        parent_positions(made["kommun"], areas)


def test_groups_are_dissolved_and_may_overlap():
    areas = grid_areas(3, 1, origin=(0, 0), size=10)
    one, two, three = areas.codes
    made = groups(areas, {"Östra": [two, three], "Hela": [one, two, three]})
    assert made.codes.tolist() == ["hela", "ostra"]
    assert made.geometry.area.tolist() == [300.0, 200.0]
    assert made.members == {"ostra": (two, three), "hela": (one, two, three)}
    assert (made.overlaps, made.key) == (True, "group/deso-2018")
    assert not groups(areas, {"a": [one], "b": [two]}).overlaps


@pytest.mark.parametrize(
    ("edition", "named", "error", "says"),
    [
        ("2025", {"a": ["0114C1060"]}, CodeError, "group 'a': DeSO code '0114C1060' ended with edition 2018"),
        ("2018", {"a": ["1480C1010"]}, CodeError, "not among the 2 areas"),
        ("2018", {"a": ["0114A0010", "0114A0010"]}, CodeError, "more than once"),
        ("2018", {"a": []}, InputError, "no list of codes"),
        ("2018", {"a": "0114A0010"}, InputError, "no list of codes"),
        ("2018", {"Å": ["0114A0010"], "a": ["0114A0010"]}, InputError, "as 'Å' does"),
        ("2018", {}, InputError, "No group"),
    ],
)
def test_wrong_groups(edition, named, error, says):
    with pytest.raises(error, match=says):
        groups(grid_areas(2, 1, edition=edition), named)


def key_table(**changes):
    return pd.DataFrame(
        {
            "fnr": ["30", "10", "20"],
            "nyko4": ["b1", "a1", "a2"],
            "nyko3": ["b", "a", "a"],
            "namn": ["Norr", "Söder", None],
        }
        | changes
    )


def test_a_key_table_gives_areas_without_polygons_and_places_keys():
    own = read_key(
        key_table(), key="fnr", levels=["nyko4", "nyko3"], edition=2024, names={"nyko4": "namn"}, years=(2018, None)
    )
    fine = own.divisions["nyko4"]
    assert fine.codes.tolist() == ["a1", "a2", "b1"]
    assert fine.names.tolist() == ["Söder", "a2", "Norr"]
    assert fine.geometry.isna().all()
    assert (dict(fine.parents), fine.years) == ({"nyko3": "nyko3/2024"}, (2018, None))
    assert own.positions(["10", " 20 ", 30, "x", None, np.nan], "nyko4").tolist() == [0, 1, 2, -1, -1, -1]
    assert own.positions([30.0, "10"], "nyko3").tolist() == [1, 0]
    made = levels(fine, ["nyko4", "nyko3", "region"], region="Kommunen")
    assert {name: len(areas) for name, areas in made.items()} == {"nyko4": 3, "nyko3": 2, "region": 1}
    assert made["nyko3"].geometry.tolist() == [None, None]
    assert parent_positions(fine, own.divisions["nyko3"]).tolist() == [0, 0, 1]


def test_levels_that_do_not_nest_are_no_parents():
    own = read_key(
        key_table(skola=["s", "s", "t"]), key="fnr", levels={"nyko4": "nyko4", "skola": "skola"}, edition=2024
    )
    assert dict(own.divisions["nyko4"].parents) == {"skola": "skola/2024"}
    own = read_key(key_table(skola=["s", "s", "t"]), key="fnr", levels=["nyko3", "skola"], edition=2024)
    assert dict(own.divisions["nyko3"].parents) == {}


def test_a_place_without_an_area_is_nowhere():
    own = read_key(key_table(nyko4=["b1", None, "a2"]), key="fnr", levels=["nyko4"], edition=2024)
    assert own.positions(["10", "20"], "nyko4").tolist() == [-1, 0]


def test_repeated_rows_are_counted_once_and_told():
    own = read_key(pd.concat([key_table(), key_table()]), key="fnr", levels=["nyko4"], edition=2024)
    assert len(own) == 3
    assert own.notes == ("3 rows repeat another row and were counted once.",)


def test_wrong_key_tables(tmp_path):
    with pytest.raises(InputError, match="different codes") as caught:
        read_key(key_table(fnr=["1", "1", "2"]), key="fnr", levels=["nyko4"], edition=2024)
    assert len(caught.value.failures) == 2
    with pytest.raises(InputError, match="did you mean 'nyko4'"):
        read_key(key_table(), key="fnr", levels=["niko4"], edition=2024)
    with pytest.raises(InputError, match="1 rows have no fnr"):
        read_key(key_table(fnr=["1", None, "2"]), key="fnr", levels=["nyko4"], edition=2024)
    with pytest.raises(InputError, match="does not exist"):
        read_key(tmp_path / "no.csv", key="fnr", levels=["nyko4"], edition=2024)
    with pytest.raises(InputError, match="no level"):
        read_key(key_table(), key="fnr", levels=[], edition=2024)


def test_a_key_table_from_a_cp1252_csv(tmp_path):
    path = tmp_path / "nyckel.csv"
    path.write_bytes("fastighet;nyko4;namn\n007;01;Öster\n".encode("cp1252"))
    own = read_key(path, key="fastighet", levels=["nyko4"], edition=2024, names={"nyko4": "namn"})
    assert own.divisions["nyko4"].codes.tolist() == ["01"]
    assert own.divisions["nyko4"].names.tolist() == ["Öster"]
    assert own.positions(["007", "7"], "nyko4").tolist() == [0, -1]
