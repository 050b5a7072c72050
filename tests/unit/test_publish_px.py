"""A release as PX and JSON-stat: which tables there are, what stands in each cell, and what is told beside it."""

import json
import math

import pytest
from released import AREAS, areas, cells, made, row

from gisintegration.errors import FormatError, InputError, OutputError
from gisintegration.formats import Kind, read_jsonstat, read_px
from gisintegration.publish import write_jsonstat, write_px
from gisintegration.publish.cubes import stat_tables
from gisintegration.tables import WORDS, Status
from gisintegration.testing import example_indicator

STATUSES = ("shown", "protected", "zero", "missing", "not_applicable", "did_not_exist")
# Sex and age, education and background one at a time; and one cell of each status.
ONE_AT_A_TIME = [
    row(50.0), row(40.1, area=AREAS[1]), row(0, year=2023), row(year=2023, area=AREAS[1]),
    row(51.5, sex="women"), row(48.5, sex="men"), row(60.0, age="20_24"), row(61.0, age="25_34", sex="women"),
    row(12.0, education="unknown"), row(55.0, background="sweden"), row(33.0, background="abroad", area=AREAS[2]),
    *(row(7.0 if status == "shown" else 0.0, status=status, year=2021, area=AREAS[at % 3], indicator="example_mean",
          sex=("women", "men")[at // 3]) for at, status in enumerate(STATUSES)),
]  # fmt: skip


def px(tmp_path, release, **options):
    (path,) = write_px(release, tmp_path / "px", **options)
    return read_px(path)


def same(pair):
    (figure, mark), (wanted, wanted_mark) = pair
    return mark == wanted_mark and (figure == wanted or (math.isnan(figure) and math.isnan(wanted)))


def all_there(release, cube):
    found, left = cells(release, cube)
    assert not left
    assert [key for key, pair in found.items() if not same(pair)] == []
    return len(found)


def test_every_cell_with_its_status(tmp_path):
    release = made(ONE_AT_A_TIME)
    cube = px(tmp_path, release)
    assert all_there(release, cube) == 3 * 3 * 6 * 2 * 3
    (path,) = write_jsonstat(release, tmp_path / "jsonstat")
    assert all_there(release, read_jsonstat(path)) == cube.cells


def test_the_six_statuses_have_six_marks():
    assert len({WORDS[status].px for status in Status}) == 6


def test_breakdowns_one_at_a_time_share_the_list_bakgrund(tmp_path):
    area, sex, listed, content, year = px(tmp_path, made(ONE_AT_A_TIME)).dimensions
    assert [one.code for one in (area, sex, listed)] == ["Region", "Kon", "Bakgrund"]
    assert sex.codes == ("total", "women", "men")
    assert listed.codes == (
        "total", "age_20_24", "age_25_34", "education_unknown", "background_sweden", "background_abroad",
    )  # fmt: skip
    assert listed.labels["sv"][1:4] == ("20–24 år", "25–34 år", "uppgift saknas")
    assert (listed.elimination, sex.elimination, area.elimination) == ("total", "total", False)
    assert (area.kind, content.kind, year.kind, year.timescale) == (Kind.GEO, Kind.CONTENT, Kind.TIME, "A1")
    assert (area.domain, area.map) == ("DeSO2018", "deso_2018")


def test_what_is_crossed_stands_apart(tmp_path):
    """As in SCB's tables: education is crossed with ages and with backgrounds, which share a list."""
    rows = [row(50.0), row(1.0, education="unknown", age="20_24"), row(2.0, education="unknown", background="abroad")]
    release = made(rows)
    cube = px(tmp_path, release)
    assert [one.code for one in cube.dimensions] == ["Region", "Bakgrund", "Utbildning", "ContentsCode", "Tid"]
    assert cube.dimensions[1].codes == ("total", "age_20_24", "background_abroad")
    all_there(release, cube)


def test_a_dimension_for_each_breakdown_on_request(tmp_path):
    release = made(ONE_AT_A_TIME)
    cube = px(tmp_path, release, layout="apart")
    assert [one.code for one in cube.dimensions][1:5] == ["Kon", "Alder", "Utbildning", "Bakgrund"]
    all_there(release, cube)


def test_totals_only_have_neither_sex_nor_list(tmp_path):
    cube = px(tmp_path, made([row(50.0), row(None, area=AREAS[1])]))
    assert [one.code for one in cube.dimensions] == ["Region", "ContentsCode", "Tid"]
    assert cube.table["mark"].tolist() == ["", "..", "..."]


def test_a_table_for_each_subject_and_edition(tmp_path):
    other = example_indicator("share", name="own_share", subject="halsa")
    rows = [row(50.0), row(1.0, indicator="own_share"), row(2.0, indicator="own_share", year=2020)]
    release = made(rows, indicators=[other])
    assert [path.name for path in write_px(release, tmp_path / "px")] == ["example_deso_2018.px", "halsa_deso_2018.px"]
    health = read_px(tmp_path / "px" / "halsa_deso_2018.px")
    assert (health.subject_code, health.subject_area) == ("HS", {"sv": "Hälsa", "en": "Health"})
    assert health.dimensions[-1].codes == ("2020", "2022")
    assert health.title["sv"] == "Hälsa, DeSO 2018, efter region, tabellinnehåll och år, 2020–2022"
    assert len(health.matrix) <= 20


def test_a_dimension_has_the_decimals_of_each_content(tmp_path):
    whole = example_indicator("count")
    cube = px(tmp_path, made([row(50.25), row(7, indicator="example_count")], indicators=[whole]))
    assert [one.decimals for one in cube.dimensions[-2].measures] == [0, 1]
    assert cube.figures[:2].tolist() == [7, 50.3]
    assert cube.measure.decimals == 0
    assert cube.stored_decimals is None


def test_both_languages_and_english_first(tmp_path):
    release = made(ONE_AT_A_TIME)
    swedish, english = px(tmp_path, release), px(tmp_path, release, language="en")
    assert swedish.languages == ("sv", "en")
    assert english.languages == ("en", "sv")
    assert swedish.dimensions[1].labels == {"sv": ("totalt", "kvinnor", "män"), "en": ("total", "women", "men")}
    assert english.title == swedish.title
    assert english.title["en"].startswith("Example, DeSO 2018, by region, sex, background, observations and year")
    (path,) = write_jsonstat(release, tmp_path / "jsonstat", language="en")
    assert json.loads(path.read_text(encoding="utf-8"))["dimension"]["Kon"]["label"] == "sex"
    with pytest.raises(InputError, match="There is no language 'fi'"):
        write_px(release, tmp_path / "px", language="fi")


def test_what_is_told_beside_the_figures(tmp_path):
    told = example_indicator(
        "share",
        assumption={"sv": "Vi antar det.", "en": "We assume so."},
        breaks=[{"year": 2022, "sv": "Nytt register.", "en": "New register."}],
        unknown={"sv": "Räknas inte.", "en": "Not counted."},
    )
    release = made([row(50.0)], indicators=[told], notes=[{"sv": "Påhittat.", "en": "Invented."}])
    cube = px(tmp_path, release)
    assert cube.source == {"sv": "SCB. Bearbetning: Kommunen.", "en": "SCB. Processed by: Kommunen."}
    measure = cube.dimensions[1].measures[0]
    assert (measure.contact["sv"], measure.stock) == ("Kommunen", "S")
    assert measure.reference_time == {"sv": "31 december 2022", "en": "31 December 2022"}
    whole = [note for note in cube.notes if not note.dimension]
    assert [note.text["sv"] for note in whole if note.mandatory] == ["Endast primärskydd.", "Påhittat."]
    assert ".. skyddas (för få personer), ... uppgift saknas, .... fanns inte" in whole[2].text["sv"]
    assert f"Utgivning: Prov, {release.id}" in [note.text["sv"] for note in whole]
    must, means = (note.text["sv"].splitlines() for note in cube.notes if note.dimension == "ContentsCode")
    assert must == ["Antagande: Vi antar det.", "Tidsseriebrott: 2022: Nytt register."]
    assert means[0] == "Definition: Ett exempel."
    assert "Uppgift saknas: Räknas inte." in means


def test_classes_are_told_in_words(tmp_path):
    cube = px(tmp_path, made([row(1, indicator="example_class"), row(2, indicator="example_class", area=AREAS[1])]))
    text = next(note.text["sv"] for note in cube.notes if note.value == "example_class")
    assert text.splitlines()[-2:] == ["1 = högt", "2 = lågt"]


def test_figures_that_are_not_published_say_so(small_release, make_release, tmp_path):
    title = px(tmp_path, make_release(policy="internal")).title
    assert title["sv"].startswith("INTERNT: ")
    assert title["en"].startswith("INTERNAL: ")


def test_codes_with_the_edition_as_scb_writes_them(tmp_path):
    release = made([row(50.0)])
    cube = px(tmp_path, release, region_suffix=True)
    assert cube.dimensions[0].codes[0] == "0114A0010_DeSO2018"
    all_there(release, cube)


def test_remainders_are_no_areas(small_release, tmp_path):
    assert "0114-rest-1" not in px(tmp_path, small_release).dimensions[0].codes


def test_areas_of_the_same_name_are_told_apart(tmp_path):
    area = px(tmp_path, made([row(50.0)], on=areas(["Centrum", "Centrum", "Norr"]))).dimensions[0]
    assert area.labels["sv"] == ("0114A0010 Centrum", "0114A0020 Centrum", "0114A0030 Norr")


def test_what_was_recalculated_is_told_with_its_bounds(estimated_release, tmp_path):
    (deso,) = (one for one in write_px(estimated_release, tmp_path / "px") if "deso" in one.name)
    cube = read_px(deso)
    count = [code for code in cube.dimensions[1].codes if code.startswith("example_count")]
    assert count == ["example_count", *(f"example_count.{part}" for part in ("lower", "upper", "se", "exact_share"))]
    assert cube.dimensions[1].labels["sv"][1].endswith(": lägst")
    table = cube.table.set_index(["Region", "ContentsCode", "Tid"])
    rows = estimated_release.statistics
    of = rows[(rows["indicator"] == "example_count") & (rows["division"] == "deso")].set_index(["area", "year"])
    for code, part in ((count[1], math.floor), (count[2], math.ceil)):
        column = code.rpartition(".")[2]
        assert table.loc[("0114A0010", code, "2022"), "figure"] == part(round(of.loc[("0114A0010", 2022), column], 6))
    assert table.loc[("0114A0010", count[4], "2022"), "figure"] == 0
    assert table.loc[("0114A0020", count[4], "2022"), "figure"] == 40
    # What was published as it is has nothing to be unsure of.
    assert table.loc[("0114A0010", count[4], "2023"), "mark"] == "."
    said = [note for note in cube.notes if "omräknad" in note.text["sv"]]
    assert [note.mandatory for note in said] == [True, True]
    assert (said[1].dimension, said[1].value) == ("Tid", "2022")


HOSTILE = ['Norra "x"', "a;b=(c),#d", "Ändlöst " + "långt " * 30]


def test_hostile_names_are_only_names(tmp_path):
    release = made([row(50.0), row(40.0, area=AREAS[2])], on=areas(HOSTILE))
    cube = px(tmp_path, release)
    assert cube.dimensions[0].labels["sv"] == ("Norra ”x”", HOSTILE[1], HOSTILE[2].strip())
    all_there(release, cube)
    (path,) = write_jsonstat(release, tmp_path / "jsonstat")
    assert read_jsonstat(path).dimensions[0].labels["sv"][0] == 'Norra "x"'


def test_a_line_break_in_a_name_is_a_blank(tmp_path):
    assert px(tmp_path, made([row(1.0)], on=areas(["a\r\nb", "c\td", "e"]))).dimensions[0].labels["sv"] == (
        "a b",
        "c d",
        "e",
    )


def test_a_name_that_no_line_can_hold_is_refused(tmp_path):
    with pytest.raises(FormatError, match="has 300 characters; at most 253") as caught:
        write_px(made([row(1.0)], on=areas(["x" * 300, "b", "c"])), tmp_path / "px")
    assert ".part" not in str(caught.value)
    assert not (tmp_path / "px").exists()


def test_windows_1252_holds_swedish_and_refuses_what_it_lacks(tmp_path):
    release = made([row(50.0)], on=areas(["Åre – norr", "Älmhult", "Örebro"]))
    cube = px(tmp_path, release, encoding="windows-1252")
    assert cube.dimensions[0].labels["sv"] == ("Åre – norr", "Älmhult", "Örebro")
    with pytest.raises(FormatError, match="'Č' in 'Česká' does not exist in windows-1252"):
        write_px(made([row(50.0)], on=areas(["Česká", "b", "c"])), tmp_path / "other", encoding="windows-1252")
    assert px(tmp_path, made([row(50.0)], on=areas(["Česká", "b", "c"]))).dimensions[0].labels["sv"][0] == "Česká"


def test_a_control_character_is_refused(tmp_path):
    with pytest.raises(FormatError, match="control character"):
        write_px(made([row(50.0)], on=areas(["a\x00b", "b", "c"])), tmp_path / "px")


def test_the_same_release_gives_the_same_bytes_and_no_clock(tmp_path, monkeypatch):
    release = made(ONE_AT_A_TIME)
    for write in (write_px, write_jsonstat):
        (first,), (again,) = write(release, tmp_path / "a"), write(release, tmp_path / "b")
        assert first.read_bytes() == again.read_bytes()
    assert px(tmp_path, release).created is None
    dated = made(ONE_AT_A_TIME, manifest={"date": "2026-03-01"})
    assert px(tmp_path, dated).created.isoformat() == "2026-03-01T00:00:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert px(tmp_path, dated).dimensions[-2].measures[0].updated.isoformat() == "2023-11-14T22:13:00"


def test_a_part_at_a_time_is_the_same_table():
    (table,) = stat_tables(made(ONE_AT_A_TIME))
    whole, parts = list(table.blocks()), list(table.blocks(1))
    assert (len(whole), len(parts)) == (1, 3)
    for at in (0, 1):
        joined = [cell for part in parts for cell in part[at].tolist()]
        assert str(joined) == str(whole[0][at].tolist())


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path):
    folder = tmp_path / "px"
    write_px(made([row(50.0)]), folder)
    (folder / "left.px").write_text("x")
    with pytest.raises(FormatError):
        write_px(made([row(1.0)], on=areas(["x" * 300, "b", "c"])), folder)
    assert sorted(path.name for path in folder.iterdir()) == ["example_deso_2018.px", "left.px"]
    write_px(made([row(50.0)]), folder)
    assert [path.name for path in folder.iterdir()] == ["example_deso_2018.px"]
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OutputError):
        write_px(made([row(50.0)]), tmp_path / "file" / "px")
