"""An indicator of one's own in ten lines: the example of docs/own_indicator.md runs; and the library's edges of years."""

import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import shapely

from gisintegration.areas import official_codes
from gisintegration.areas.assemble import assemble
from gisintegration.disclosure import protect
from gisintegration.errors import IndicatorError
from gisintegration.indicators import aggregate, load_indicators
from gisintegration.indicators.definitions import definitions_page
from gisintegration.registers import read_register

sys.path.insert(0, str(Path(__file__).parents[1]))
from hand_register import A, B, hand_areas, hand_persons

DOCS = Path(__file__).parents[2] / "docs"
OWN = DOCS / "own_indicators"


def counted(folder, indicators, frame, *, years=(2022,), **options):
    path = folder / "persons.csv"
    frame.drop(columns="area").to_csv(path, index=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return aggregate(
            read_register(path, crs=3006), indicators, by=["deso"], areas={hand_areas(): list(years)},
            constants="synthetic", missing="skip", **options,
        )  # fmt: skip


def figure(made, indicator, area=A, **keys):
    table = made.table
    keys = {"indicator": indicator, "area": area, "sex": "total", "background": "total"} | keys
    keys |= {"age": "total", "education": "total"}
    for name, value in keys.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_the_example_is_ten_lines_and_stands_in_the_page():
    text = (OWN / "hushall.toml").read_text(encoding="utf-8")
    assert len(text.splitlines()) == 10
    assert f"```toml\n{text}```" in (DOCS / "own_indicator.md").read_text(encoding="utf-8")


def test_the_example_runs(tmp_path):
    found = load_indicators(["overcrowded_households_share"], folders=[OWN])
    made = counted(tmp_path, found, hand_persons())
    # In A the households h1 h2 h3 h4 h5 h7 h8 are known, of which h5 has 59 m² for three; in B h9 of two, three in two rooms.
    assert figure(made, "overcrowded_households_share")["numerator"] == 1
    assert figure(made, "overcrowded_households_share")["denominator"] == 7
    assert figure(made, "overcrowded_households_share", B)["value"] == 50


def test_a_fault_in_an_own_indicator_is_told_with_file_field_and_remedy(tmp_path):
    text = (OWN / "hushall.toml").read_text(encoding="utf-8")
    (tmp_path / "mitt.toml").write_text(text.replace("overcrowded = true", "overcroded = true"), encoding="utf-8")
    with pytest.raises(IndicatorError) as error:
        load_indicators(folders=[tmp_path])
    (told,) = error.value.failures
    assert told["file"].endswith("mitt.toml")
    assert told["indicator"] == "overcrowded_households_share"
    assert told["field"] == "numerator"
    assert "did you mean 'overcrowded'?" in told["what"]


def test_croatia_is_in_the_eu_from_2013(tmp_path):
    frame = hand_persons().query("year == 2022 and person == '5'")
    both = [frame.assign(year=year, immigrated="2010-01-01", election_x="", election_y="") for year in (2012, 2013)]
    for year, one in zip((2012, 2013), both, strict=True):
        made = counted(tmp_path, ["born_eu_efta_share", "born_other_world_share"], one, years=[year])
        assert figure(made, "born_eu_efta_share")["value"] == (100 if year == 2013 else 0)
        assert figure(made, "born_other_world_share")["value"] == (0 if year == 2013 else 100)


def nation(folder, frame, indicators, *, edition, years):
    """Figures of län and the country of persons who live in squares named as kommuner."""
    codes = sorted(official_codes(f"kommun/{edition}"))
    squares = [shapely.box(300_000 + 1000 * i, 6_600_000, 301_000 + 1000 * i, 6_601_000) for i in range(len(codes))]
    at = {code: 300_500 + 1000 * place for place, code in enumerate(codes)}
    path = folder / "persons.csv"
    frame.assign(x=frame["kommun"].map(at), y=6_600_500, election_x="", election_y="").to_csv(path, index=False)
    areas = assemble("kommun", edition, codes, np.array(squares, dtype=object))
    return aggregate(
        read_register(path, crs=3006), indicators, by=["lan", "riket"], areas={areas: years}, breakdowns=False
    )


def test_heby_lies_in_uppsala_lan_in_1997(tmp_path):
    frame = hand_persons().query("year == 2022").head(3).drop(columns="area").assign(year=1997, immigrated="")
    frame["kommun"] = ["0331", "0331", "1980"]
    found = nation(tmp_path, frame, ["population"], edition="1998", years=[1997])
    assert figure(found, "population", "03")["value"] == 2
    assert figure(found, "population", "19")["value"] == 1


def test_moves_within_the_country_have_no_meaning_for_the_country(tmp_path):
    both = hand_persons().query("year in (2021, 2022) and person in ('5', '7', '8', '14')").drop(columns="area")
    both["kommun"] = np.where(both["person"].eq("5") & both["year"].eq(2021), "0180", "1480")
    wanted = ["domestic_net_migration", "international_net_migration", "stayed_share", "employed_movers_quotient"]
    found = nation(tmp_path, both, wanted, edition="2003", years=[2022])
    # 5 moves from Stockholm to Göteborg, 7 immigrates, 14 emigrates: in Göteborg two persons, then three.
    assert figure(found, "domestic_net_migration", "14")["value"] == 100 * 1 / 2.5
    assert figure(found, "domestic_net_migration", "01")["value"] == -100 * 1 / 0.5
    assert figure(found, "international_net_migration", "00")["status"] == "zero"
    for name in wanted:
        assert (figure(found, name, "00")["status"] == "not_applicable") == (name != "international_net_migration")


@pytest.mark.parametrize(
    ("persons", "having", "status"), [(20, 10, "protected"), (21, 5, "protected"), (21, 6, "shown")]
)
def test_a_share_of_twenty_is_not_shown_and_one_of_twenty_one_is(tmp_path, persons, having, status):
    one = hand_persons().query("year == 2022 and person == '17'")
    frame = one.loc[one.index.repeat(persons)].assign(person=[str(number) for number in range(persons)])
    frame["tenure"] = ["rental"] * having + ["owner"] * (persons - having)
    (safe,) = protect([counted(tmp_path, ["rental_share"], frame)], "scb-share-rule")
    assert figure(safe, "rental_share", B)["status"] == status


def test_the_page_of_definitions_is_up_to_date_and_tells_every_assumption():
    page = (DOCS / "definitions.md").read_text(encoding="utf-8")
    assert page == definitions_page(), "run scripts/definitions_page.py"
    page = page.replace("\\|", "|")
    for item in load_indicators().values():
        assert f"| `{item.id}`<br>{item.title['sv']}" in page
        assert item.assumption is None or all(item.assumption[language] in page for language in ("sv", "en"))


@pytest.mark.parametrize("item", load_indicators().values(), ids=lambda item: item.id)
def test_what_the_library_says_of_an_indicator(item):
    assert item.stated_by in ("SCB", "Boverket")
    assert item.counted in ("person", "pupil", "voter", "krona", "day")
    assert item.register_
    by_year = [rule["age"] for rule in (item.population, item.numerator or {}) if isinstance(rule.get("age"), dict)]
    if by_year:  # an age that changes is a break, and our inference
        assert any(entry.year == 2023 for entry in item.breaks)
        assert "2023" in item.assumption["sv"]
        assert "2023" in item.assumption["en"]
    for texts in (item.title, item.unit, item.description, item.unknown or item.title):
        assert set(texts) == {"sv", "en"}
