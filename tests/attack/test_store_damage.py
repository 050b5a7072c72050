"""A full disk, two writers at once, and files that are cut, turned over or gone: the store opens, and tells of it."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from gisintegration.database import open_store, reading, release, writing
from gisintegration.database.release import draft_of
from gisintegration.disclosure import protect
from gisintegration.errors import DisclosureError, InputError, OutputError
from gisintegration.locks import HeldError
from gisintegration.testing import example_raw, grid_areas

AREAS = grid_areas(3, 2)


def made(*tops, years=(2021, 2022)):
    raws = [
        example_raw(numerator=[top] * 6, denominator=[90] * 6, areas=list(AREAS.codes), year=year)
        for top, year in zip(tops, years, strict=True)
    ]
    return release(protect(raws, "internal"), areas={AREAS.key: AREAS}, name="Prov")


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """A store of three releases: 2021 is the same in all, 2022 is revised each time. Not to be changed."""
    folder = tmp_path_factory.mktemp("three") / "store"
    store = open_store(folder, create=True)
    for top in (30, 40, 50):
        store.keep(made(20, top), reason=f"{top}")
    return folder


@pytest.fixture
def store(three, tmp_path):
    shutil.copytree(three, tmp_path / "store")
    open_store(tmp_path / "store")  # it was moved: its views are made anew
    return tmp_path / "store"


def part_of(store, number, year):
    return next(part for part in open_store(store).manifest(number).parts if part.key.year == year)


def cut(path):
    path.write_bytes(path.read_bytes()[:-20])


def flipped(path):
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(bytes(raw))


def removed(path):
    path.unlink()


@pytest.mark.parametrize("damage", [cut, flipped, removed])
def test_a_damaged_part_is_told_and_the_other_releases_are_whole(store, damage):
    damage(store / part_of(store, 2, 2022).file)
    opened = open_store(store)
    if damage is not flipped:  # which is seen when the file is read
        assert any("Release 2 is damaged: example_share on deso/2018, 2022" in text for text in opened.messages)
    found = opened.verify()
    assert found.table[["release", "indicator", "level", "year"]].to_numpy().tolist() == [
        [2, "example_share", "deso/2018", 2022]
    ]
    with pytest.raises(DisclosureError, match=r"Release 2 cannot be read whole: example_share on deso/2018, 2022"):
        opened.read(2)
    assert opened.read(2, years=2021).statistics["value"].tolist() == [22.2] * 6
    assert opened.read(1).statistics["value"].tolist() == [22.2, 33.3] * 6
    assert opened.read(3).number == 3


@pytest.mark.parametrize("damage", [cut, flipped, removed])
def test_what_is_damaged_is_mended_when_the_same_figures_are_put_again(store, damage):
    damage(store / part_of(store, 3, 2022).file)
    opened = open_store(store)
    opened.keep(made(20, 50))
    assert len(opened.releases) == 3
    assert opened.verify().ok


@pytest.mark.parametrize("damage", [cut, flipped])
def test_a_damaged_manifest_is_told_and_its_number_is_not_used_again(store, damage):
    damage(store / "releases" / "0003.json")
    opened = open_store(store)
    assert [one.number for one in opened.releases] == [1, 2]
    assert any("Release 3 is damaged: the manifest" in text for text in opened.messages)
    with pytest.raises(InputError, match="The manifest of release 3"):
        opened.read(3)
    assert opened.read().number == 2
    assert opened.keep(made(20, 60)).number == 4
    assert opened.verify().table["release"].tolist() == [3]
    with pytest.raises(InputError, match="manifest of release 3 is damaged"):
        opened.collect(dry_run=False)


def test_a_manifest_that_is_gone_breaks_the_chain_and_is_told(store):
    (store / "releases" / "0002.json").unlink()
    opened = open_store(store)
    assert [one.number for one in opened.releases] == [1, 3]
    assert opened.verify().table[["release", "what"]].to_numpy().tolist() == [
        [2, "the manifest is missing, and release 3 names it"]
    ]
    assert opened.keep(made(20, 60)).number == 4


@pytest.mark.parametrize("known_by", ["numbers.json", "store.duckdb"])
def test_the_latest_manifest_that_is_gone_is_told_and_its_number_is_not_used_again(store, known_by):
    (store / "releases" / "0003.json").unlink()
    for other in {"numbers.json", "store.duckdb"} - {known_by}:
        (store / other).unlink()
    for opened in (open_store(store), open_store(store)):  # the catalogue is made anew by the first
        assert [one.number for one in opened.releases] == [1, 2]
        assert any(
            "Release 3 is damaged: the manifest is missing (releases/0003.json)" in text
            and "gisintegration release gc --give-up 3" in text
            for text in opened.messages
        )
    with pytest.raises(InputError, match="The manifest of release 3 is missing"):
        opened.read(3)
    assert opened.keep(made(20, 60)).number == 4
    again = open_store(store)
    assert again.verify().table[["release", "what"]].to_numpy().tolist() == [[3, "the manifest is missing"]]
    with pytest.raises(InputError, match="manifest of release 3 is damaged or missing"):
        again.collect(dry_run=False)


@pytest.mark.parametrize("damage", [cut, removed])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_nothing_is_removed_while_a_release_is_lost_unless_it_is_given_up(store, damage, number):
    before = set(store.rglob("*.parquet"))
    only_its = store / part_of(store, number, 2022).file
    damage(store / "releases" / f"000{number}.json")
    opened = open_store(store)
    assert any(f"Release {number} is damaged: the manifest" in text for text in opened.messages)
    for give_up in ((), (number % 3 + 1,), (7,)):
        with pytest.raises(InputError):
            opened.collect(give_up=give_up, dry_run=False)
    assert set(store.rglob("*.parquet")) == before
    told = opened.collect(give_up=[number])
    assert (told.releases, told.done) == ((number,), False)
    assert only_its.relative_to(store).as_posix() in told.files
    opened.collect(give_up=[number], dry_run=False)
    again = open_store(store)
    assert again.messages == ()
    assert not only_its.exists()
    assert again.verify().ok
    assert [one.number for one in again.releases] == [one for one in (1, 2, 3) if one != number]
    with pytest.raises(InputError, match=f"Release {number} was removed"):
        again.read(number)
    assert again.keep(made(20, 60)).number == 4
    assert again.verify().ok


def test_a_manifest_that_is_put_back_is_whole_again(store):
    path = store / "releases" / "0003.json"
    raw = path.read_bytes()
    path.unlink()
    open_store(store).keep(made(20, 60))
    path.write_bytes(raw)
    opened = open_store(store)
    assert [one.number for one in opened.releases] == [1, 2, 3, 4]
    assert opened.verify().ok


def test_parts_that_were_removed_before_they_were_released_are_not_released(store):
    opened = open_store(store)
    new = made(20, 70)
    parts = opened.put(new.tables)
    assert len(open_store(store).collect(dry_run=False).files) == 1
    with pytest.raises(InputError, match="1 parts of what is to be released are not in the store") as refused:
        opened.commit(draft_of(new, parts))
    assert refused.value.failures[0]["part"] == "example_share on deso/2018, 2022"
    parts = opened.put(new.tables)
    flipped(store / parts[1].file)
    with pytest.raises(InputError, match="1 parts"):
        opened.commit(draft_of(new, parts))
    assert [one.number for one in open_store(store).releases] == [1, 2, 3]
    assert opened.commit(draft_of(new, opened.put(new.tables))).number == 4
    assert opened.verify().ok


@pytest.mark.parametrize("damage", [cut, flipped, removed])
def test_what_is_whole_of_a_damaged_release_is_read_for_comparison(store, damage):
    damage(store / part_of(store, 3, 2022).file)
    opened = open_store(store)
    read = opened.read_whole(3)
    assert set(read.statistics["year"]) == {2021}
    assert any("2022 is " in text and "left out of the comparison" in text for text in opened.messages)
    damage(next((store / "areas").iterdir()))
    assert opened.read_whole(3) is None


def test_a_file_that_is_removed_while_it_is_read_is_told(store, monkeypatch):
    opened, read = open_store(store), reading.read_part

    def gone(part, path, **options):
        path.unlink()
        return read(part, path, **options)

    monkeypatch.setattr(reading, "read_part", gone)
    with pytest.raises(DisclosureError, match="2021 is missing"):
        opened.read(3)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="what is synced is told by /proc")
def test_the_folders_of_what_a_release_names_last_before_its_manifest(tmp_path, monkeypatch):
    synced, sync = [], os.fsync

    def told(descriptor):
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        return sync(descriptor)

    monkeypatch.setattr(os, "fsync", told)
    folder = tmp_path / "above" / "store"
    open_store(folder, create=True).keep(made(20, 30))
    manifest = next(i for i, path in enumerate(synced) if path.name == "0001.json")
    before, after = set(synced[:manifest]), synced[manifest + 1 :]
    assert {tmp_path, folder.parent, folder, folder / "parts", folder / "areas"} <= before
    assert folder in synced[synced.index(folder / "parts") : manifest]
    assert folder / "releases" in after


def test_a_release_that_may_not_outlast_a_power_cut_is_told(store, monkeypatch):
    opened, sync = open_store(store), writing.sync_folder

    def failing(folder):
        if folder.name == "releases":
            raise OutputError("The disk is failing.")
        sync(folder)

    monkeypatch.setattr(writing, "sync_folder", failing)
    assert opened.keep(made(20, 60)).number == 4
    assert any("Release 4 is written, but it is not certain" in text for text in opened.messages)


def test_a_catalogue_that_cannot_be_made_anew_is_not_said_to_be(store):
    writer = open_store(store)
    with writer.writing("a run"):
        (store / "store.duckdb").unlink()
        assert open_store(store).messages == (
            "store.duckdb is missing; it is made anew by the next that may write to the store.",
        )
    assert open_store(store).messages == ("store.duckdb was missing and was made anew; no figure is lost.",)


def test_a_manifest_that_was_written_by_hand_is_not_believed(store):
    path = store / "releases" / "0003.json"
    path.write_text(path.read_text("utf-8").replace('"reason": "50"', '"reason": "51"'), "utf-8")
    assert any("its hash differs" in text for text in open_store(store).messages)


@pytest.mark.parametrize("damage", [cut, flipped, removed])
def test_damaged_areas_and_revisions_are_told(store, damage):
    damage(next((store / "areas").iterdir()))
    damage(store / "revisions" / "0002.parquet")
    found = open_store(store).verify().table
    assert sorted(set(found["level"])) == ["", "deso/2018"]
    assert found["release"].tolist() == [1, 2, 2, 3]


def halved(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(path):
    path.write_bytes(b"")


def garbled(path):
    path.write_bytes(b"x" * 20_000)


@pytest.mark.parametrize("damage", [halved, removed, emptied, garbled])
def test_a_damaged_catalogue_is_made_anew(store, damage):
    damage(store / "store.duckdb")
    opened = open_store(store)
    assert any("was made anew; no figure is lost" in text for text in opened.messages)
    assert opened.verify().ok
    with duckdb.connect(str(store / "store.duckdb"), read_only=True) as con:
        assert con.execute("select count(*) from statistics_at(2)").fetchone() == (12,)
        assert con.execute("select count(*) from revisions").fetchone() == (12,)


def test_a_catalogue_that_says_other_things_is_found_by_verify(store):
    with duckdb.connect(str(store / "store.duckdb")) as con:
        con.execute("update releases set reason = 'other' where number = 1")
    assert open_store(store).verify().table["what"].tolist() == [
        "the catalogue says other things of releases than the manifests"
    ]


def test_a_catalogue_that_another_program_writes_to_is_left_and_told(store):
    text = "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", text, str(store / "store.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "open\n"
        opened = open_store(store)
        assert opened.keep(made(20, 60)).number == 4
        assert any("store.duckdb is open in another program" in text for text in opened.messages)
        other.stdin.close()
    assert open_store(store).verify().ok


def test_the_second_writer_is_told_who_holds_the_store(store):
    first, second = open_store(store), open_store(store)
    before = second.releases
    with first.writing("gisintegration run of integration.toml"):
        told = rf"written to by gisintegration run of integration.toml, process {os.getpid()} on "
        with pytest.raises(HeldError, match=told):
            second.keep(made(20, 60))
        assert open_store(store).releases == before
    assert second.keep(made(20, 60)).number == 4


def test_the_store_of_a_writer_that_died_is_free_and_what_it_left_is_removed(store):
    (store / ".writer.json").write_text(json.dumps({"process": 1, "host": "h", "what": "a run"}))
    (store / ".lock").write_text("")
    left = store / "parts" / "example_share" / ".x.parquet.abc.part"
    left.mkdir()
    (left / "x.parquet").write_bytes(b"half")
    opened = open_store(store)
    assert opened.messages == (
        "A writer ended before it was done (a run, process 1 on h): what it left was removed. Every release is whole.",
    )
    assert not left.exists()
    assert opened.keep(made(20, 60)).number == 4


@pytest.mark.parametrize("number", range(1, 12))
def test_a_disk_that_is_full_at_any_write_loses_nothing(store, number, monkeypatch):
    opened, sync, calls = open_store(store), os.fsync, iter(range(1, 100))

    def full(descriptor):
        if next(calls) >= number:
            raise OSError(errno.ENOSPC, "No space left on device")
        return sync(descriptor)

    before = {one.number: one.id for one in opened.releases}
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        try:
            opened.keep(made(25, 60))
        except OutputError as error:
            assert "The disk is full" in str(error)  # noqa: PT017 — whether it is reached depends on the write
    again = open_store(store)
    assert again.verify().ok
    assert before.items() <= {one.number: one.id for one in again.releases}.items()
    assert again.keep(made(25, 60)).number == 4


@pytest.mark.skipif(sys.platform == "win32", reason="limits of files are POSIX")
@pytest.mark.parametrize("limit", [0, 100, 3_000, 9_000, 60_000, 400_000])
def test_a_process_that_may_write_no_more_loses_nothing(store, limit):
    text = f"""
import resource, signal, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import test_store_damage as here
from gisintegration.errors import OutputError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
new = here.made(25, 60)
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    here.open_store(sys.argv[1]).keep(new)
except OutputError as error:
    sys.stderr.write(str(error))
"""
    done = subprocess.run([sys.executable, "-c", text, str(store)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    again = open_store(store)
    assert again.verify().ok
    assert [one.number for one in again.releases][:3] == [1, 2, 3]
    assert again.keep(made(25, 60)).number == 4


def test_a_folder_that_holds_something_else_is_no_store(tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(InputError, match="holds something else than a store"):
        open_store(tmp_path, create=True)
    with pytest.raises(InputError, match="There is no store in"):
        open_store(tmp_path / "none")
