"""QGIS draws estimates as a class with hairlines over it, in the years and layers that have any."""

import numpy as np
import pytest

from gisintegration.publish import write_geopackage

pytestmark = pytest.mark.qgis
VIEW, WIDE = "deso_2018__example_count", "deso_2018_wide"


@pytest.fixture(scope="module")
def opened(ask_qgis, estimated_release, tmp_path_factory):
    package = write_geopackage(estimated_release, tmp_path_factory.mktemp("gpkg") / "prov.gpkg")
    return ask_qgis(package, [{"layer": VIEW, "years": [2022, 2023]}, {"layer": WIDE}])


def colours_of_first_area(folder, year):
    """Pixels well inside 0114A0010, the square below to the left."""
    from matplotlib.image import imread

    image = np.round(imread(folder / f"{VIEW}_{year}.png")[..., :3] * 255).astype(int)
    return np.unique(image[560:740, 60:240].reshape(-1, 3), axis=0)


def test_the_layers_are_whole_and_the_legend_names_estimates(opened):
    told, _ = opened
    assert told["messages"] == []
    for layer in told["layers"].values():
        assert layer["bad_filters"] == []
        assert layer["rules"][-1]["label"] == "uppskattad (omräknad)"
    assert [told["layers"][VIEW]["fields"][name] for name in ("lower", "upper", "se", "exact_share")] == [
        ["Real", "Lägst"],
        ["Real", "Högst"],
        ["Real", "Medelfel"],
        ["Real", "Andel exakt"],
    ]


def test_the_map_tip_tells_the_probable_and_the_bounds(opened):
    tip = opened[0]["layers"][VIEW]["tip"].replace("\xa0", " ")
    assert "uppskattad (omräknad)<br>sannolikt 338 till 514 (90 %)<br>lägst 191, högst 853<br>" in tip
    assert "<br>uppskattad (omräknad)<br><small>" in opened[0]["layers"][WIDE]["tip"]


def test_lines_lie_over_the_class_in_the_year_that_is_estimated(opened):
    _, folder = opened
    assert len(colours_of_first_area(folder, 2023)) == 1
    lined = colours_of_first_area(folder, 2022)
    assert len(lined) > 3
    assert lined.min() < 150  # the dark line
    assert lined.max() > 235  # and the light one
