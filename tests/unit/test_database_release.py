"""Releases: made of protected tables only, each cell once, the same id for the same content."""

import pandas as pd
import pytest

from gisintegration.database import release
from gisintegration.disclosure import protect
from gisintegration.errors import DisclosureError
from gisintegration.tables import RawTable
from gisintegration.testing import example_raw


def shares(numerators, **keys):
    raw = example_raw(numerator=numerators, denominator=[100] * len(numerators), **keys)
    return protect(raw, "scb-share-rule")[0]


def test_a_raw_table_is_refused():
    with pytest.raises(DisclosureError, match="RawTable"):
        release(example_raw(numerator=[6], denominator=[21]), areas={"deso/2018": None})


def test_a_missing_edition_is_named():
    with pytest.raises(DisclosureError, match="deso/2018"):
        release(shares([10]), areas={})


def test_a_cell_twice_is_refused():
    with pytest.raises(DisclosureError, match="1 cells occur more than once"):
        release([shares([10]), shares([10])], areas={"deso/2018": None})


def test_two_policies_are_refused():
    internal = protect(example_raw(numerator=[6], denominator=[21], year=2021), "internal")
    with pytest.raises(DisclosureError, match="internal, scb-share-rule"):
        release([shares([10]), *internal], areas={"deso/2018": None})


def test_id_follows_the_content_and_not_the_order_of_rows():
    first = release(shares([10, 20], areas=["0114A0010", "0114A0020"]), areas={"deso/2018": None})
    turned = release(shares([20, 10], areas=["0114A0020", "0114A0010"]), areas={"deso/2018": None})
    other = release(shares([10, 21], areas=["0114A0010", "0114A0020"]), areas={"deso/2018": None})
    assert first.id == turned.id != other.id
    assert set(first.statistics.release) == {first.id}


def test_statistics_of_several_tables_are_one_ordered_table():
    made = release([shares([10], year=2022), shares([30], year=2021)], areas={"deso/2018": None})
    assert made.statistics.year.tolist() == [2021, 2022]
    assert made.statistics.value.tolist() == [30.0, 10.0]
    assert isinstance(made.statistics.area.dtype, pd.CategoricalDtype)


def test_the_source_line_names_source_and_maker():
    made = release(shares([10]), areas={"deso/2018": None}, source="SCB", organisation="Göteborgs Stad.")
    assert made.source_line("sv") == "Källa: SCB. Bearbetning: Göteborgs Stad."
    assert made.source_line("en") == "Source: SCB. Processed by: Göteborgs Stad."


def test_a_raw_table_shows_no_figure():
    raw = example_raw(numerator=[6], denominator=[24])
    assert isinstance(raw, RawTable)
    assert "25" not in repr(raw) + raw._repr_html_()
