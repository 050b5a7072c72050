"""Our natural breaks are those of mapclassify's Fisher–Jenks."""

import mapclassify
import numpy as np
import pytest

from gisintegration.publish.classes import natural_breaks


@pytest.mark.parametrize("k", [2, 3, 5, 7])
@pytest.mark.parametrize("seed", range(4))
def test_natural_breaks_equal_fisher_jenks(seed, k):
    values = np.sort(np.random.default_rng(seed).gamma(2, 10, 500).round(1))
    theirs = mapclassify.FisherJenks(values, k=k).bins[:-1]
    assert natural_breaks(values, k) == pytest.approx(theirs.tolist())
