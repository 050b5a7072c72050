"""Totals: what is counted and protected adds up whatever was protected, and one person moved in one cell is seen."""

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gisintegration.database.validation import validate
from gisintegration.disclosure import protect
from gisintegration.tables import RawTable, Release
from gisintegration.testing import example_indicator, example_raw, grid_areas

BLOCKS = 6
counts = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=BLOCKS, max_size=BLOCKS
)  # men and women of each block
owners = st.lists(st.sampled_from(["a0001", "a0002"]), min_size=BLOCKS, max_size=BLOCKS)


def release_of(people, owner, policy):
    """Men, women and both, in blocks and in the wards that hold them, counted and protected."""
    blocks = grid_areas(BLOCKS, 1, division="key2", edition=1)
    blocks = blocks.with_(table=blocks.table.assign(key1=owner), parents={"key1": "key1/1"})
    wards = grid_areas(2, 1, division="key1", edition=1)
    frame = pd.DataFrame(people, columns=["men", "women"]).assign(block=blocks.codes, ward=owner)
    frame["total"] = frame["men"] + frame["women"]
    indicator = example_indicator("count", population={"age": ">= 0"})
    tables = []
    for areas, column in ((blocks, "block"), (wards, "ward")):
        for sex in ("total", "men", "women"):
            sums = frame.groupby(column)[sex].sum()
            raw = example_raw(
                kind="count",
                numerator=sums.to_numpy(dtype=float),
                denominator=np.full(len(sums), np.nan),
                areas=list(sums.index),
                division=areas.division,
                edition="1",
                sex=sex,
            )
            tables.append(RawTable(raw.table, indicators={indicator.id: indicator}))
    found = {blocks.key: blocks, wards.key: wards}
    return Release(name="a", id="b", tables=tuple(protect(tables, policy)), areas=found)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(people=counts, owner=owners, policy=st.sampled_from(["internal", "scb-share-rule"]))
def test_what_was_counted_together_adds_up(people, owner, policy):
    found = validate(release_of(people, owner, policy))
    assert found.ok, found.findings["what"].tolist()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(people=counts, owner=owners, block=st.integers(0, BLOCKS - 1), by=st.sampled_from([-1, 1]))
def test_one_person_too_many_or_few_is_seen(people, owner, block, by):
    made = release_of(people, owner, "internal")
    tables = []
    for table in made.tables:
        frame = table.table.copy()
        changed = (frame["division"] == "key2") & (frame["sex"] == "total") & (frame["area"] == f"a{block + 1:04d}")
        frame.loc[changed & (frame["value"] + by > 0), "value"] += by
        frame["status"] = np.where(frame["value"] == 0, "zero", "shown")
        tables.append(type(table)(frame, indicators=table.indicators, stamps=table.stamps))
    touched = any(
        not one.table["value"].equals(other.table["value"]) for one, other in zip(tables, made.tables, strict=True)
    )
    found = validate(Release(name="a", id="b", tables=tuple(tables), areas=made.areas))
    assert found.ok is not touched
    if touched:
        assert set(found.findings.loc[found.findings["severity"] == "error", "check"]) == {"totals", "sexes"}
