"""The layer catalogue: complete, in step with the code lists, and clear about what is wrong in a file."""

import pytest

from gisintegration.areas import official_codes
from gisintegration.errors import InputError
from gisintegration.layers import entries, entry, read_entry


def test_every_edition_is_there_with_its_official_count():
    keys = [layer.key for layer in entries()]
    assert keys == ["deso/2018", "deso/2025", "kommun/2003", "lan/1998", "regso/2020", "regso/2025", "riket/1998"]
    for layer in entries():
        assert layer.count == len(official_codes(layer.key)), layer.key
        assert set(layer.title) == {"sv", "en"}
        assert all(parent in keys for parent in layer.parents.values())


def test_years_in_force_meet_without_overlap():
    for division, turn in (("deso", 2023), ("regso", 2023)):
        old, new = sorted((e for e in entries() if e.division == division), key=lambda e: e.edition)
        assert old.years[1] == turn
        assert new.years == (turn + 1, None)


def test_an_unknown_edition_names_the_known():
    with pytest.raises(InputError, match="did you mean 'deso/2018'") as caught:
        entry("deso/2108")
    assert "regso/2025" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("kind = ", "not a TOML file"),
        ('kind = "raster"', "no kind of layer 'raster'"),
        ('kind = "division"\ndivision = "deso"', "edition"),
        ("title = 3", "no kind of layer 'None'"),
    ],
)
def test_a_wrong_file_is_named_with_its_fields(tmp_path, text, says):
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=says) as caught:
        read_entry(path)
    assert "wrong.toml" in str(caught.value)


def test_an_unknown_field_is_refused(tmp_path):
    from gisintegration.layers import catalogue_folder

    text = (catalogue_folder() / "deso_2025.toml").read_text(encoding="utf-8")
    path = tmp_path / "deso.toml"
    path.write_text(text.replace("count = 6160", "count = 6160\ncuont = 6160"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_entry(path)
    assert caught.value.failures == [{"field": "cuont", "problem": "Extra inputs are not permitted"}]
