"""The store: a release is read as it was put, numbered, told apart; what changed; reading a part; DuckDB's views."""

import shutil
from dataclasses import replace

import duckdb
import pandas as pd
import pytest

from gisintegration.areas import load_areas
from gisintegration.database import open_store, release
from gisintegration.disclosure import protect
from gisintegration.errors import DisclosureError, InputError
from gisintegration.tables import COLUMNS, RawTable
from gisintegration.testing import example_raw, grid_areas

AREAS = grid_areas(3, 1)


def table(*tops, year=2022, kind="share", policy="scb-share-rule", **declared):
    areas = list(AREAS.codes)
    raw = example_raw(kind=kind, numerator=list(tops), denominator=[60, 60, 60], areas=areas, year=year)
    indicators = {key: item.model_copy(update=declared) for key, item in raw.indicators.items()}
    return protect(RawTable(raw.table, indicators=indicators), policy)[0]


def made(*tables, **words):
    return release(list(tables), areas={AREAS.key: AREAS}, **{"name": "Prov", **words})


@pytest.fixture
def store(tmp_path):
    return open_store(tmp_path / "store", create=True)


def test_a_release_is_read_as_it_was_put(store):
    areas = load_areas("deso/2018", where={"kommun": ["1419"]})
    raw = example_raw(numerator=[30, 4, 9], denominator=[60, 60, 60], areas=areas.codes[:3])
    first = release(
        protect(raw, "scb-share-rule"),
        areas={"deso/2018": areas},
        name="Prov",
        organisation="Kommunen",
        notes=[{"sv": "Not.", "en": "Note."}],
        manifest={"inputs": [{"path": "a", "sha256": "1"}]},
    )
    kept = store.keep(first, by="Eva", date="2026-04-01", reason="Nytt register")
    read = open_store(store.folder).read()
    assert (kept.number, read.number, read.id) == (1, 1, first.id)
    pd.testing.assert_frame_equal(read.statistics, first.statistics)
    assert (read.indicators, read.stamps, read.notes) == (first.indicators, first.stamps, first.notes)
    assert (read.name, read.organisation, dict(read.manifest)) == ("Prov", "Kommunen", dict(first.manifest))
    ours, theirs = first.areas["deso/2018"], read.areas["deso/2018"]
    assert ours.table.geometry.geom_equals(theirs.table.geometry).all()
    assert ours.display.geom_equals(theirs.display).all()
    assert [ours.parent(name).tolist() for name in ours.parents] == [
        theirs.parent(name).tolist() for name in ours.parents
    ]
    assert (ours.years, ours.members, ours.title, ours.notes) == (
        theirs.years,
        theirs.members,
        theirs.title,
        theirs.notes,
    )
    info = store.releases[0]
    assert (info.by, info.date, info.reason, info.cells, info.years) == (
        "Eva",
        "2026-04-01",
        "Nytt register",
        3,
        (2022,),
    )


def test_classes_are_read_in_the_order_they_are_declared(store):
    words = {"sv": "a", "en": "a"}
    given = dict.fromkeys(["own_class", "post_secondary", "upper_secondary", "compulsory", "total"], words)
    release(replace(table(30, 30, 30), labels={"education": given}), areas={AREAS.key: AREAS}, store=store)
    (found,) = store.read().tables
    assert list(found.labels["education"]) == [
        "total",
        "compulsory",
        "upper_secondary",
        "post_secondary",
        "own_class",
    ]


def test_protected_cells_are_in_no_file(store):
    store.keep(made(table(30, 4, 9)))
    rows = pd.concat(pd.read_parquet(path) for path in (store.folder / "parts").rglob("*.parquet"))
    assert rows["value"].isna().tolist() == [False, True, False]
    assert rows[["numerator", "denominator"]].isna().all(axis=None)
    assert list(rows.columns) == [name for name in COLUMNS if name != "release"]


def test_the_id_in_memory_is_the_id_in_the_store_and_follows_areas_and_declarations(store):
    first = made(table(30, 4, 9))
    assert store.keep(first).id == first.id
    assert made(table(30, 4, 9), name="Another").id == first.id
    assert made(table(30, 4, 10)).id != first.id
    assert made(table(30, 4, 9, unit={"sv": "%", "en": "%"})).id != first.id
    renamed = AREAS.with_(table=AREAS.table.assign(name=["x", "y", "z"]))
    assert release([table(30, 4, 9)], areas={AREAS.key: renamed}).id != first.id


def test_the_same_again_makes_no_new_release_and_other_words_do(store):
    store.keep(made(table(30, 4, 9)))
    store.keep(made(table(30, 4, 9)), reason="again")
    assert len(store.releases) == 1
    assert store.messages == ("Nothing is new: release 1 says the same, and no new one was made.",)
    store.keep(made(table(30, 4, 9), notes=[{"sv": "Not.", "en": "Note."}]))
    assert [one.number for one in store.releases] == [1, 2]
    assert store.releases[0].id == store.releases[1].id
    assert store.releases[1].changed == {"added": 0, "changed": 0, "removed": 0, "unchanged": 1}


def test_releases_share_the_parts_that_are_the_same(store):
    store.keep(made(table(30, 9, 9), table(20, 20, 20, year=2021)))
    store.keep(made(table(31, 9, 9), table(20, 20, 20, year=2021), table(9, 9, 9, year=2023)))
    assert len(list((store.folder / "parts").rglob("*.parquet"))) == 4
    assert len(list((store.folder / "areas").iterdir())) == 1
    assert store.releases[1].changed == {"added": 1, "changed": 1, "removed": 0, "unchanged": 1}
    assert store.read(1).statistics["release"].unique().tolist() == [store.releases[0].id]
    assert store.read(2, years=2021).statistics["release"].unique().tolist() == [store.releases[1].id]


def test_the_same_release_is_the_same_bytes(tmp_path):
    stores = [open_store(tmp_path / name, create=True) for name in ("a", "b")]
    for one in stores:
        one.keep(made(table(30, 9, 9)), reason="x")
        one.keep(made(table(31, 9, 9)), reason="y")
    files = [
        {
            path.relative_to(one.folder): path.read_bytes()
            for path in one.folder.rglob("*")
            if path.suffix in (".parquet", ".json")
        }
        for one in stores
    ]
    assert files[0] == files[1]
    assert len(files[0]) == 8


def test_only_what_is_asked_for_is_read(store):
    store.keep(made(table(30, 9, 9), table(8, 9, 10, kind="mean"), table(20, 20, 20, year=2021)))
    read = store.read(indicators="example_share", years="latest")
    assert read.statistics[["indicator", "year"]].drop_duplicates().to_numpy().tolist() == [["example_share", 2022]]
    assert list(read.indicators) == ["example_share"]
    for path in (store.folder / "parts" / "example_mean").rglob("*.parquet"):
        path.unlink()
    assert len(store.read(indicators="example_share").statistics) == 6
    with pytest.raises(DisclosureError, match="example_mean on deso/2018, 2022 is missing"):
        store.read()
    with pytest.raises(InputError, match="did you mean 'example_share'"):
        store.read(indicators="exampel_share")


def test_totals_and_sexes_are_read_without_the_breakdowns(store):
    raw = example_raw(numerator=[30, 9, 9], denominator=[60, 60, 60], areas=list(AREAS.codes))
    rows = pd.concat([raw.table, raw.table.assign(age="20_24"), raw.table.assign(sex="women")], ignore_index=True)
    raw = type(raw)(rows, indicators=raw.indicators, labels=raw.labels)
    store.keep(made(protect(raw, "scb-share-rule")[0]))
    assert len(store.read().statistics) == 9
    assert sorted(set(store.read(breakdowns=False).statistics["sex"])) == ["total", "women"]
    assert set(store.read(breakdowns=False).statistics["age"]) == {"total"}


def test_a_difference_tells_cells_statuses_and_sizes(store):
    store.keep(made(table(30, 9, 4), table(20, 20, 20, year=2020)))
    store.keep(made(table(36, 12, 12), table(20, 20, 20, year=2021)), reason="Rättat")
    found = store.diff("previous", "latest")
    assert found.table[["year", "change"]].to_numpy().tolist() == [
        [2020, "removed"],
        [2021, "added"],
        [2022, "changed"],
    ]
    changed = found.table.iloc[2]
    assert changed[["figures_changed", "statuses_changed", "areas", "max_change", "mean_change"]].tolist() == [
        3,
        1,
        3,
        10,
        7.5,
    ]
    assert changed["relative_change"] == pytest.approx(10 / 32.5)
    cells = found.cells
    assert cells["value"].tolist() == [60, 20, 20]
    assert cells["status_before"].tolist() == ["shown", "shown", "protected"]
    assert found.largest(1)["difference"].tolist() == [10]
    assert store.diff(2, 2).table.empty
    assert store.diff(2, 2).unchanged == 2


def test_duckdb_reads_figures_releases_and_revisions(store):
    store.keep(made(table(30, 9, 4)))
    store.keep(made(table(36, 12, 12)), reason="Rättat")
    with duckdb.connect(str(store.folder / "store.duckdb"), read_only=True) as con:
        values = "select list(value order by area) from "
        assert con.execute(f"{values} statistics").fetchone()[0] == [60, 20, 20]
        assert con.execute(f"{values} statistics_at(1)").fetchone()[0] == [50, 15, None]
        assert [one[0] for one in con.execute("describe statistics").fetchall()] == list(COLUMNS)
        revised = con.execute(
            "select release, reason_given, value_before, value, status_before from revisions order by area"
        )
        assert revised.fetchall() == [
            (2, "Rättat", 50, 60, "shown"),
            (2, "Rättat", 15, 20, "shown"),
            (2, "Rättat", None, 20, "protected"),
        ]


def test_a_store_that_was_moved_works_where_it_is(store, tmp_path):
    store.keep(made(table(30, 9, 4)))
    shutil.move(store.folder, tmp_path / "elsewhere")
    moved = open_store(tmp_path / "elsewhere")
    assert moved.messages == ()
    assert moved.verify().ok
    with duckdb.connect(str(moved.folder / "store.duckdb"), read_only=True) as con:
        assert con.execute("select count(*) from statistics").fetchone() == (3,)


def test_old_releases_are_removed_when_asked_for_and_their_numbers_are_not_used_again(store):
    for top in (30, 31, 32):
        store.keep(made(table(top, 9, 9), table(20, 20, 20, year=2021)))
    assert store.collect().files == ()
    told = store.collect(keep=1)
    assert (told.releases, len(told.files), told.done) == ((1, 2), 3, False)
    assert len(store.releases) == 3
    done = store.collect(keep=1, dry_run=False)
    assert done.done
    assert [one.number for one in store.releases] == [3]
    assert store.verify().ok
    with pytest.raises(InputError, match="Release 1 was removed"):
        store.read(1)
    assert store.read(3).number == 3
    store.collect(keep=1, dry_run=False)
    assert store.keep(made(table(30, 9, 9))).number == 4
    with pytest.raises(InputError, match="At least one release is kept"):
        store.collect(keep=0)


def test_what_was_put_and_never_released_is_removed(store):
    store.keep(made(table(30, 9, 9)))
    store.put([table(40, 9, 9)])
    found = store.collect(dry_run=False)
    assert len(found.files) == 1
    assert "40" not in found.files[0]
    assert store.verify().ok


def test_releases_are_named_by_number_id_latest_and_previous(store):
    store.keep(made(table(30, 9, 9)))
    with pytest.raises(InputError, match="no previous release"):
        store.read("previous")
    second = store.keep(made(table(31, 9, 9)))
    assert [store.read(name).number for name in (None, "latest", "previous", "1", second.id)] == [2, 2, 1, 1, 2]
    with pytest.raises(InputError, match="There is no release '7'"):
        store.read(7)


def test_what_a_policy_keeps_apart_is_refused_in_the_store_too(store):
    parts = store.put([table(30, 9, 9)])
    other = AREAS.with_(edition="2025")
    raw = example_raw(numerator=[30, 9, 9], denominator=[60, 60, 60], areas=list(AREAS.codes), edition="2025")
    more = store.put(protect(raw, "scb-share-rule"))
    from gisintegration.database.draft import Draft

    both = made(table(30, 9, 9))
    draft = Draft((*parts, *more), {AREAS.key: AREAS, other.key: other}, both.indicators, {}, both.stamps)
    with pytest.raises(DisclosureError, match="Two editions of deso for 2022"):
        store.commit(draft)
    assert store.releases == ()


def test_parts_are_found_by_what_they_were_made_from(store):
    from gisintegration.database.release import draft_of

    one = made(table(30, 9, 9), table(20, 20, 20, year=2021))
    parts = store.put(one.tables[:1], fingerprints={"example_share": "a" * 64})
    parts += store.put(one.tables[1:], fingerprints={"example_share": "b" * 64})
    store.commit(draft_of(one, parts))
    found = open_store(store.folder).find(["a" * 64, "c" * 64])
    assert [(name, [part.key.year for part in kept], number) for name, (kept, number) in found.items()] == [
        ("a" * 64, [2022], 1)
    ]
    (store.folder / parts[0].file).write_bytes(b"")
    assert open_store(store.folder).find(["a" * 64]) == {}


def test_what_was_found_is_found_as_long_as_it_is_used(store):
    from gisintegration.database.release import draft_of

    parts, tables = (), []
    for year in range(2015, 2023):
        found = store.find(str(one.key.year) for one in parts)
        assert sorted(found) == [str(old) for old in range(2015, year)]
        tables.append(table(year - 2000, 9, 9, year=year))
        new = store.put(tables[-1:], fingerprints={"example_share": str(year)})
        parts = (*(one for kept, _ in found.values() for one in kept), *new)
        store.commit(draft_of(made(*tables), parts))
    assert [one.number for one in store.releases] == list(range(1, 9))
