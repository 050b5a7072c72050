"""Two editions compared, by hand: relations from boundaries, persons who moved, the log beside, and bad input."""

import numpy as np
import pandas as pd
import pytest
import shapely

import gisintegration as gi
from gisintegration.areas.assemble import assemble, objects
from gisintegration.errors import CodeError, CRSError, GeometryError, InputError


def edition(name, shapes, *, division="district", **fields):
    """Areas from ``{code: polygon}``; a pair of numbers is a strip of 1 000 m between two eastings."""
    polygons = [
        shapely.box(shape[0], 0, shape[1], 1000) if isinstance(shape, tuple) else shape for shape in shapes.values()
    ]
    return assemble(division, name, list(shapes), objects(polygons), **fields)


def words(found, side):
    own = found.side(side)
    return dict(zip(own["code"], own["relation"], strict=True))


OLD = edition(
    "1",
    {"same": (0, 100), "code": (100, 200), "split": (200, 300), "m1": (300, 350), "m2": (350, 400), "left": (400, 500),
     "right": (500, 600), "coast": (600, 700), "shared": (700, 800), "heir1": (800, 900), "heir2": (900, 950)},
)  # fmt: skip
NEW = edition(
    "2",
    {"same": (0, 100), "kode": (100, 200), "s1": (200, 260), "s2": (260, 300), "m1": (300, 400), "left": (400, 480),
     "right": (480, 600), "coast": shapely.box(600, -500, 700, 1000), "heir1": shapely.union_all([shapely.box(700, 0, 750, 1000),
     shapely.box(800, 0, 900, 1000)]), "heir2": shapely.union_all([shapely.box(750, 0, 800, 1000),
     shapely.box(900, 0, 950, 1000)])},
)  # fmt: skip


def test_every_relation_from_boundaries():
    found = gi.compare(OLD, NEW)
    assert words(found, "old") == {
        "same": "unchanged", "code": "recoded", "split": "split", "m1": "merged", "m2": "merged", "left": "adjusted",
        "right": "adjusted", "coast": "extended_over_water", "shared": "ended", "heir1": "adjusted",
        "heir2": "adjusted",
    }  # fmt: skip
    assert words(found, "new") == {
        "same": "unchanged", "kode": "recoded", "s1": "split", "s2": "split", "m1": "merged", "left": "adjusted",
        "right": "adjusted", "coast": "extended_over_water", "heir1": "adjusted", "heir2": "adjusted",
    }  # fmt: skip
    assert found.pure_splits == {"split": ("s1", "s2")}
    assert found.pure_merges == {"m1": ("m1", "m2")}
    assert found.codes == {"kept": 7, "ended": 4, "new": 3, "kept_changed": 6}
    assert found.verify().ok
    assert found.noise_pieces == 0
    assert found.raw is False
    assert found.policy == ""


def test_sizes_of_what_is_shared_and_what_moved():
    found = gi.compare(OLD, NEW)
    old, new = (found.side(side).set_index("code") for side in ("old", "new"))
    columns = ["area", "shared_area", "moved_area"]
    assert old.loc["left", columns].tolist() == [100_000, 80_000, 20_000]
    assert new.loc["right", columns].tolist() == [120_000, 100_000, 20_000]
    assert new.loc["coast", columns].tolist() == [150_000, 100_000, 50_000]
    assert old.loc["split", ["counterpart", *columns]].tolist() == ["s1", 100_000, 60_000, 40_000]
    assert new.loc["s2", ["counterpart", *columns]].tolist() == ["split", 40_000, 40_000, 0]
    assert old.loc["shared", ["counterpart", *columns]].tolist() == ["heir1", 100_000, 50_000, 50_000]
    links = found.links.set_index(["old", "new"])
    assert links.loc[("left", "right"), ["shared_area", "old_share"]].tolist() == [20_000, 0.2]
    assert links.loc[("left", "right"), "new_share"] == pytest.approx(1 / 6)
    assert found.areas["persons"].isna().all()


def test_pieces_of_changed_areas_add_up_to_them():
    found = gi.compare(OLD, NEW).pieces
    assert "same" not in set(found["old"])
    assert found[found["new"] == "coast"][["old", "area"]].to_numpy().tolist() == [["", 50_000.0], ["coast", 100_000.0]]
    assert found[found["moved"]][["old", "new"]].to_numpy().tolist() == [
        ["", "coast"], ["left", "right"], ["shared", "heir2"],
    ]  # fmt: skip
    assert found.groupby("new")["area"].sum().drop("kode").to_dict() == {
        code: shape.area for code, shape in zip(NEW.codes, NEW.geometry, strict=True) if code not in ("same", "kode")
    }
    assert np.allclose(found.geometry.area, found["area"])
    assert found.crs.to_epsg() == 3006


def test_a_border_drawn_twice_is_no_change():
    old = edition("1", {"a": (0, 100), "b": (100, 200)})
    wavy = [(100 + 0.4 * (-1) ** i, y) for i, y in enumerate(np.linspace(0, 1000, 41))]
    new = edition(
        "2",
        {
            "a": shapely.Polygon([(0, 0), *wavy, (0, 1000)]),
            "b": shapely.Polygon([*wavy, (200, 1000), (200, 0)]),
        },
    )
    found = gi.compare(old, new)
    assert words(found, "old") == {"a": "unchanged", "b": "unchanged"}
    assert found.noise_pieces > 0
    assert 0 < found.noise_area < 800
    assert found.pieces.empty
    assert found.verify().ok
    strict = gi.compare(old, new, tolerance=0.1)
    assert words(strict, "old") == {"a": "adjusted", "b": "adjusted"}
    assert "nowhere wider than 1 m" in found.summary


def test_noise_at_the_outer_border_is_no_extension():
    old, new = edition("1", {"a": (0, 100)}), edition("2", {"a": (0, 100.5)})
    assert words(gi.compare(old, new), "new") == {"a": "unchanged"}
    assert words(gi.compare(old, new, tolerance=0.2), "new") == {"a": "extended_over_water"}


def deso(name, shapes, **fields):
    return edition(name, shapes, division="deso", **fields)


def test_ground_over_a_kommun_border_is_flagged():
    old = deso("x", {"0114A0010": (0, 100), "0115A0010": (100, 200), "0115A0020": (200, 300)})
    new = deso("y", {"0114A0010": (0, 120), "0115A0010": (120, 200), "0115A0020": (200, 300)})
    found = gi.compare(old, new)
    assert found.side("new")["crossed_kommun"].tolist() == [True, False, False]
    assert found.side("old")["crossed_kommun"].tolist() == [False, True, False]
    assert found.links["crossed_kommun"].tolist() == [False, True, False, False]


def test_land_or_water_is_told_by_the_land_mask():
    shapes = {"a": shapely.box(0, -500, 100, 1000)}
    mask = objects([shapely.box(0, 0, 100, 1000)])
    wet = edition("2", shapes, display=None).with_(display=edition("2", {"a": mask[0]}).geometry)
    assert words(gi.compare(edition("1", {"a": (0, 100)}), wet), "new") == {"a": "extended_over_water"}
    dry = wet.with_(display=wet.geometry)
    assert words(gi.compare(edition("1", {"a": (0, 100)}), dry), "new") == {"a": "adjusted"}


def test_areas_without_a_polygon_and_what_lay_in_them():
    old = edition("1", {"a": (0, 100), "b": None, "c": None, "rest": (100, 300)}, kinds=["area"] * 3 + ["remainder"])
    old = old.with_(members={"rest": ("b", "c")})
    found = gi.compare(old, edition("2", {"a": (0, 100), "b": (100, 220), "c1": (220, 300), "far": (900, 950)}))
    assert words(found, "old") == {"a": "unchanged", "b": "unknown_origin", "c": "unknown_origin"}
    assert words(found, "new") == {
        "a": "unchanged", "b": "unknown_origin", "c1": "unknown_origin", "far": "unknown_origin",
    }  # fmt: skip
    assert found.links[["old", "new"]].to_numpy().tolist() == [["a", "a"], ["rest", "b"], ["rest", "c1"]]
    assert found.links["old_share"].tolist() == [1, 0.6, 0.4]
    assert found.verify().ok
    assert not found.side("new")["over_water"].any()
    assert found.notes == ("2 areas of district/1 have no polygon: unknown_origin.",)


def test_a_renamed_area_is_unchanged_and_flagged():
    old = edition("1", {"a": (0, 100), "b": (100, 200)}, names=["Berga", "Dal"])
    new = edition("2", {"a": (0, 100), "b": (100, 200)}, names=["Berga", "Dalen"])
    found = gi.compare(old, new)
    assert found.side("new")[["relation", "renamed"]].to_numpy().tolist() == [["unchanged", False], ["unchanged", True]]
    assert "1 renamed" in found.summary


XY = np.array([[50, 500], [450, 500], [490, 500], [495, 500], [495, 501], [650, -250], [5000, 5000], [np.nan, 1]])


@pytest.mark.parametrize("located", [False, True])
def test_persons_are_counted_where_they_live(located):
    given = gi.places(XY, [OLD, NEW], distinct=True)[0] if located else XY
    found = gi.compare(OLD, NEW, places=given)
    old, new = (found.side(side).set_index("code") for side in ("old", "new"))
    assert old.loc["left", ["persons", "moved_persons"]].tolist() == [4, 3]
    assert new.loc["right", ["persons", "moved_persons"]].tolist() == [3, 3]
    assert new.loc["coast", ["persons", "moved_persons"]].tolist() == [1, 1]
    assert old.loc["coast", "persons"] == 0
    assert found.links.set_index(["old", "new"]).loc[("left", "right"), "persons"] == 3
    assert found.raw
    assert found.policy == "internal"
    assert found.summary.startswith("INTERNAL")
    assert "Persons: <20, of whom <20 moved." in found.summary
    assert "in no area of one edition or both" in found.summary


def test_persons_at_each_place():
    found = gi.compare(OLD, NEW, places=XY, persons=[1000, 7, 0, 20, 1, 0, 5, 5])
    old = found.side("old").set_index("code")
    assert old.loc["left", ["persons", "moved_persons"]].tolist() == [28, 21]
    assert "Persons: 1\xa0028, of whom 21 moved." in found.summary


def test_persons_on_noise_did_not_move():
    old = edition("1", {"a": (0, 100), "b": (100, 200)})
    new = edition("2", {"a": (0, 100.5), "b": (100.5, 200)})
    found = gi.compare(old, new, places=np.array([[100.2, 500], [50, 500], [150, 500]]))
    assert found.side("old")["persons"].tolist() == [1, 2]
    assert found.side("new")["persons"].tolist() == [2, 1]
    assert found.areas["moved_persons"].sum() == 0


def test_bad_places_and_persons_are_refused():
    elsewhere = gi.places(XY, [OLD], distinct=True)[0]
    with pytest.raises(InputError, match=r"not located in district/2, but in district/1[\s\S]*gi.places"):
        gi.compare(OLD, NEW, places=elsewhere)
    with pytest.raises(InputError, match="8 places and 2 numbers"):
        gi.compare(OLD, NEW, places=XY, persons=[1, 2])
    with pytest.raises(InputError, match="missing or below 0"):
        gi.compare(OLD, NEW, places=XY, persons=[-1] * 8)
    with pytest.raises(InputError, match="without places"):
        gi.compare(OLD, NEW, persons=[1])
    many = edition("2", {f"x{i}": (i, i + 1) for i in range(30)})
    with pytest.raises(InputError, match="located in another district/2"):
        gi.compare(OLD, NEW.with_(table=NEW.table.iloc[:2]), places=gi.places([[25.5, 5]], [OLD, many])[0])


def test_the_wrong_editions_are_refused():
    with pytest.raises(InputError, match=r"district/1 was given twice[\s\S]*with_"):
        gi.compare(OLD, OLD)
    with pytest.raises(InputError, match=r"deso/2025 is later than deso/2018[\s\S]*earlier edition first"):
        gi.compare(gi.load_areas("deso/2025"), gi.load_areas("deso/2018"))
    with pytest.raises(InputError, match=r"share no ground"):
        gi.compare(OLD, edition("2", {"a": (90_000, 91_000)}))
    with pytest.raises(InputError, match="has no areas"):
        gi.compare(OLD, edition("2", {}))


def test_codes_of_both_editions_in_one_layer_are_refused_by_code_and_way_out():
    mixed = deso("2018", {"0114C1050": (0, 100), "0114C1061": (100, 200)})
    new = deso("2025", {"0114C1050": (0, 100), "0114C1061": (100, 200)})
    with pytest.raises(CodeError, match=r"deso/2018: DeSO code '0114C1061' is new in edition 2025.*0114C1060"):
        gi.compare(mixed, new)
    with pytest.raises(CodeError, match=r"'0114C1060' ended with edition 2018[\s\S]*recalculate"):
        gi.compare(deso("2018", {"0114C1060": (0, 200)}), deso("2025", {"0114C1060": (0, 200)}))


def test_broken_layers_are_refused():
    twice = NEW.with_(table=pd.concat([NEW.table, NEW.table.iloc[:1]], ignore_index=True))
    with pytest.raises(CodeError, match=r"district/2: 1 codes stand more than once[\s\S]*code: coast"):
        gi.compare(OLD, twice)
    with pytest.raises(GeometryError, match="1 pairs of areas overlap"):
        gi.compare(OLD, edition("2", {"a": (0, 90), "b": (50, 100)}))
    with pytest.raises(CRSError):
        gi.compare(OLD, NEW.with_(table=NEW.table.set_crs("EPSG:4326", allow_override=True)))


LOG = pd.DataFrame(
    {
        "old": ["split", "split", "code", "left", "same"],
        "new": ["s1", "s2", "kode", "left", "same"],
        "change": [
            "Upphör; till nybildad",
            "Upphör; till nybildad",
            "Kodändrad",
            "Minskas",
            "Utvidgas till territorialvattengräns",
        ],
    }
)


def test_where_log_and_boundaries_disagree_both_are_shown():
    found = gi.compare(OLD, NEW, log=LOG)
    old, new = (found.side(side).set_index("code") for side in ("old", "new"))
    assert old.loc["split", ["relation", "log", "agrees"]].tolist() == ["split", "Upphör; till nybildad → s1, s2", True]
    assert new.loc["kode", ["log", "agrees"]].tolist() == ["Kodändrad ← code", True]
    # The log has left smaller but does not say that right got it.
    assert old.loc["left", ["relation", "log", "agrees"]].tolist() == ["adjusted", "Minskas", False]
    assert new.loc["right", ["relation", "log", "agrees"]].tolist() == ["adjusted", "", False]
    # The log has water where the boundaries have none, and none where they have some.
    assert new.loc["same", ["relation", "agrees"]].tolist() == ["unchanged", False]
    assert new.loc["coast", ["relation", "agrees"]].tolist() == ["extended_over_water", False]
    assert "disagree on 11 of 21 rows" in found.summary
    assert gi.compare(OLD, NEW, log=False).areas["agrees"].isna().all()
    with pytest.raises(InputError, match="The change log lacks the column change"):
        gi.compare(OLD, NEW, log=LOG[["old", "new"]])


def test_the_log_says_nothing_of_ground_that_is_not_known():
    old = edition("1", {"a": (0, 100), "b": None})
    found = gi.compare(old, edition("2", {"a": (0, 100), "b": (100, 200)}), log=LOG)
    assert found.areas.set_index(["side", "code"])["agrees"].isna().to_dict() == {
        ("old", "a"): False, ("old", "b"): True, ("new", "a"): False, ("new", "b"): True,
    }  # fmt: skip


def test_the_same_input_gives_the_same_tables(monkeypatch):
    answers = []
    for threads in ("1", "3"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        found = gi.compare(OLD, NEW, places=XY)
        answers.append((found.areas.to_csv(), found.links.to_csv(), found.pieces.to_wkt().to_csv()))
    assert answers[0] == answers[1]


def test_divisions_of_any_kind_are_compared_by_the_same_code():
    squares = assemble(
        "ruta",
        "1km",
        [f"r{i}" for i in range(4)],
        objects([shapely.box(250 * i, 0, 250 * i + 250, 1000) for i in range(4)]),
    )
    found = gi.compare(squares, edition("2", {"a": (0, 500), "b": (500, 1000)}))
    assert words(found, "old") == dict.fromkeys(["r0", "r1", "r2", "r3"], "merged")
    assert repr(found) == "<Relations ruta/1km → district/2: 6 of 6 areas changed>"
