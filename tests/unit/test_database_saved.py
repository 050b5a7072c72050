"""A kept release is opened as it was, and not at all when anything in it was changed."""

import json

import pandas as pd
import pytest

from gisintegration.areas import load_areas
from gisintegration.database import open_release, release, save_release
from gisintegration.disclosure import protect
from gisintegration.errors import DisclosureError, InputError
from gisintegration.testing import example_raw


@pytest.fixture
def made():
    areas = load_areas("deso/2018", where={"kommun": ["1419"]})
    codes = areas.codes[:3]
    raw = example_raw(numerator=[30, 4, 9], denominator=[60, 60, 60], areas=codes)
    return release(
        protect(raw, "scb-share-rule"),
        areas={"deso/2018": areas},
        name="Prov",
        organisation="Kommunen",
        notes=[{"sv": "Not.", "en": "Note."}],
        manifest={"inputs": {"a": "1"}},
    )


def test_a_release_is_opened_as_it_was_kept(made, tmp_path):
    opened = open_release(save_release(made, tmp_path / "release"))
    assert opened.id == made.id
    pd.testing.assert_frame_equal(opened.statistics, made.statistics)
    assert opened.indicators == made.indicators
    assert opened.stamps == made.stamps
    assert (opened.name, opened.organisation, opened.manifest) == ("Prov", "Kommunen", {"inputs": {"a": "1"}})
    assert opened.source_line("sv") == made.source_line("sv")
    ours, theirs = made.areas["deso/2018"], opened.areas["deso/2018"]
    assert ours.table.geometry.geom_equals(theirs.table.geometry).all()
    assert list(ours.table.columns) == list(theirs.table.columns)
    assert [ours.parent(name).tolist() for name in ours.parents] == [
        theirs.parent(name).tolist() for name in ours.parents
    ]
    assert ours.codes.tolist() == theirs.codes.tolist()
    assert ours.display.geom_equals(theirs.display).all()
    assert (ours.years, ours.parents, ours.members, ours.title, ours.notes) == (
        theirs.years,
        theirs.parents,
        theirs.members,
        theirs.title,
        theirs.notes,
    )


def test_the_same_release_is_the_same_bytes(made, tmp_path):
    first, second = save_release(made, tmp_path / "a"), save_release(made, tmp_path / "b")
    names = sorted(file.name for file in first.iterdir())
    assert names == ["areas_deso_2018.parquet", "release.json", "table_1.parquet"]
    assert [(first / name).read_bytes() for name in names] == [(second / name).read_bytes() for name in names]


def test_protected_cells_are_not_in_the_files(made, tmp_path):
    table = pd.read_parquet(save_release(made, tmp_path / "release") / "table_1.parquet")
    assert table["value"].isna().tolist() == [False, True, False]
    assert table[["numerator", "denominator"]].isna().all(axis=None)


def test_a_changed_figure_is_refused_even_with_its_hash_put_right(made, tmp_path):
    from gisintegration.files import sha256

    folder = save_release(made, tmp_path / "release")
    file = folder / "table_1.parquet"
    table = pd.read_parquet(file)
    table = table.assign(value=table["value"].fillna(6.7), status="shown")
    table.to_parquet(file, index=False)
    with pytest.raises(DisclosureError, match=r"table_1\.parquet is not as it was written"):
        open_release(folder)
    index = json.loads((folder / "release.json").read_text())
    index["files"]["table_1.parquet"] = sha256(file)
    (folder / "release.json").write_text(json.dumps(index))
    with pytest.raises(DisclosureError, match=f"not {made.id}"):
        open_release(folder)


def test_a_missing_file_or_folder_is_told(made, tmp_path):
    with pytest.raises(InputError, match="no release in"):
        open_release(tmp_path)
    folder = save_release(made, tmp_path / "release")
    (folder / "areas_deso_2018.parquet").unlink()
    with pytest.raises(DisclosureError, match=r"areas_deso_2018\.parquet is missing"):
        open_release(folder)


def test_areas_may_be_given_as_levels_gives_them(made):
    again = release(made.tables, areas={"deso": made.areas["deso/2018"]})
    assert list(again.areas) == ["deso/2018"]
    assert again.id == made.id
