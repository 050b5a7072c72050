"""For any values: every value has a class, no class is empty, and the labels tell where a value falls."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gisintegration.publish.classes import classes

VALUES = st.lists(st.integers(-(10**7), 10**7), min_size=1, max_size=120)


@given(VALUES, st.integers(2, 9), st.integers(0, 2))
def test_every_value_has_a_class_and_no_class_is_empty(whole, k, decimals):
    values = np.array(whole) / 10**decimals
    made = classes(values, k=k, decimals=decimals)
    assert 1 <= len(made) <= k
    assert list(made.edges) == sorted(made.edges)
    assert np.bincount(made.of(values), minlength=len(made)).min() > 0
    assert all(round(edge, decimals) == edge for edge in made.edges)
    assert len(set(made.labels("sv", decimals))) == len(made)


@given(VALUES, st.randoms())
def test_the_order_of_the_values_does_not_matter(values, random):
    shuffled = values[:]
    random.shuffle(shuffled)
    assert classes(values).edges == classes(shuffled).edges
