"""Reports and metadata of a release: the same bytes each time, nothing hidden in them, read by independent readers."""

import json
from html import unescape
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from gisintegration.database import release
from gisintegration.database.coverage import coverage
from gisintegration.database.validation import validate
from gisintegration.disclosure import protect
from gisintegration.errors import InputError
from gisintegration.publish.metadata import About, write_metadata
from gisintegration.publish.validation_report import write_validation
from gisintegration.testing import example_raw, grid_areas

HIDDEN = 4_815_162  # persons behind protected cells: nobody may find the number
HOSTILE = '<script>alert(1)</script> & "Väst" {{7*7}}'
ABOUT = About(
    contact="Statistikenheten",
    email="statistik@example.org",
    publisher="https://example.org/id/kommunen",
    licence="CC-BY-4.0",
    landing_page="https://example.org/integration",
    download="https://example.org/integration/data",
    published="2026-04-01",
)


def made(*, policy="scb-share-rule", name="Prov", placed=None):
    areas = grid_areas(4, 1)
    tables = []
    for year in (2020, 2021):
        raw = example_raw(
            numerator=[30, 40, 3, HIDDEN], denominator=[100, 90, 100, HIDDEN * 2], year=year, areas=list(areas.codes)
        )
        # The last area has its secret behind it: far too few persons contribute.
        table = raw.table.assign(contributors=[100, 90, 100, 3])
        hidden = table["area"] == areas.codes[3]
        table.loc[hidden, "denominator"] = [7]
        table["value"] = 100 * table["numerator"] / table["denominator"]
        tables += protect(type(raw)(table, indicators=raw.indicators), policy)
    manifest = {"steps": {"placed": placed}} if placed else {}
    return release(
        tables, areas={areas.key: areas}, name=name, organisation="Kommunen", source="SCB", manifest=manifest
    )


def written(folder, found, **about):
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "prov.gpkg").write_bytes(b"GeoPackage")
    (folder / "data" / "tables").mkdir()
    (folder / "data" / "tables" / "a.csv").write_text("a")
    files = write_metadata(found, folder / "metadata", outputs=folder / "data", **about)
    files += write_validation(validate(found), coverage(found), folder / "validation", release=found, language="sv")
    return {file.name: file for file in files}


def test_the_files(tmp_path):
    assert sorted(written(tmp_path, made(), about=ABOUT)) == [
        "coverage.csv",
        "dcat.jsonld",
        "dcat.rdf",
        "dcat.ttl",
        "iso19115_en.xml",
        "iso19115_sv.xml",
        "kvalitetsdeklaration.html",
        "kvalitetsdeklaration.md",
        "quality_declaration.html",
        "quality_declaration.md",
        "validation.html",
        "validation.json",
    ]


def test_the_same_release_gives_the_same_bytes(tmp_path):
    one, other = (written(tmp_path / name, made(), about=ABOUT) for name in "ab")
    assert {name: file.read_bytes() for name, file in one.items()} == {
        name: file.read_bytes() for name, file in other.items()
    }


def test_no_hidden_figure_is_in_any_of_them(tmp_path):
    secret = {str(HIDDEN), str(HIDDEN * 2), f"{100 * HIDDEN / 7:.1f}"}
    for name, file in written(tmp_path, made(), about=ABOUT).items():
        text = file.read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", "").replace(",", "")
        assert not [number for number in secret if number in text], name


def test_a_hidden_cell_that_carries_a_figure_is_refused_without_telling_it(tmp_path):
    found = made()
    table = found.tables[0]
    broken = table.table.assign(numerator=np.where(table.table["status"] == "protected", HIDDEN, np.nan))
    wrong = type(found)(
        name="a",
        id="b",
        tables=(type(table)(broken, indicators=table.indicators, stamps=table.stamps),),
        areas=found.areas,
    )
    validation = validate(wrong)
    assert not validation.ok
    assert set(validation.findings["check"]) == {"figure_hidden"}
    for file in write_validation(validation, coverage(wrong), tmp_path, release=wrong):
        assert str(HIDDEN) not in file.read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", "")


def test_names_are_text_and_nothing_runs(tmp_path):
    for name, file in written(tmp_path, made(name=HOSTILE), about=ABOUT).items():
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".html":
            assert "default-src 'none'" in unescape(text)
            assert "<script" not in text, name
            assert "49" not in text.partition("<h1>")[2].partition("</h1>")[0]
    assert json.loads((tmp_path / "validation" / "validation.json").read_text(encoding="utf-8"))["name"] == HOSTILE


def test_internal_figures_are_stamped_on_every_page(tmp_path):
    for name, file in written(tmp_path, made(policy="internal"), about=ABOUT).items():
        if file.suffix in (".html", ".md", ".xml", ".ttl"):
            assert "INTERN" in file.read_text(encoding="utf-8"), name


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # by rdflib, in its own reader of JSON-LD
def test_the_three_forms_of_dcat_are_the_same_triples(tmp_path):
    rdflib = pytest.importorskip("rdflib", reason="rdflib is not installed")
    files = written(tmp_path, made(name=HOSTILE), about=ABOUT)
    forms = {"dcat.ttl": "turtle", "dcat.jsonld": "json-ld", "dcat.rdf": "xml"}
    first, *others = (rdflib.Graph().parse(files[name], format=form) for name, form in forms.items())
    isomorphic = pytest.importorskip("rdflib.compare").isomorphic
    assert all(isomorphic(first, other) for other in others)


def test_dcat_says_what_the_profile_demands(tmp_path):
    rdflib = pytest.importorskip("rdflib", reason="rdflib is not installed")
    graph = rdflib.Graph().parse(written(tmp_path, made(), about=ABOUT)["dcat.ttl"])
    dcat, terms = rdflib.DCAT, rdflib.DCTERMS
    (whole,), (data,) = (list(graph.subjects(rdflib.RDF.type, kind)) for kind in (dcat.Catalog, dcat.Dataset))
    for node, wanted in (
        (whole, (terms.title, terms.description, terms.publisher, terms.license, dcat.dataset)),
        (data, (terms.title, terms.description, terms.publisher, dcat.contactPoint, dcat.theme, terms.temporal)),
    ):
        for name in wanted:
            assert list(graph.objects(node, name)), name
    given = {str(graph.value(one, terms.title)): one for one in graph.objects(data, dcat.distribution)}
    assert sorted(given) == ["CSV: tables/", "GeoPackage: prov.gpkg"]
    package = given["GeoPackage: prov.gpkg"]
    assert str(graph.value(package, dcat.accessURL)) == "https://example.org/integration/data/prov.gpkg"
    assert int(graph.value(package, dcat.byteSize)) == len(b"GeoPackage")
    assert str(graph.value(package, terms.license)) == "https://creativecommons.org/licenses/by/4.0/"
    assert str(graph.value(package, dcat.mediaType)).endswith("application/geopackage+sqlite3")
    period = graph.value(data, terms.temporal)
    assert str(graph.value(period, dcat.startDate)) == "2020-01-01"
    contact = graph.value(data, dcat.contactPoint)
    assert "mailto:statistik@example.org" in {str(item) for item in graph.objects(contact)}


def test_without_settings_dcat_has_names_of_its_own_and_claims_no_licence(tmp_path):
    rdflib = pytest.importorskip("rdflib", reason="rdflib is not installed")
    graph = rdflib.Graph().parse(written(tmp_path, made())["dcat.ttl"])
    assert not list(graph.subject_objects(rdflib.DCTERMS.license))
    assert all(str(node).startswith("urn:uuid:") for node in graph.subjects(rdflib.RDF.type, rdflib.DCAT.Dataset))


def test_iso_19115_has_its_elements_in_the_schemas_order(tmp_path):
    gmd, gco = "{http://www.isotc211.org/2005/gmd}", "{http://www.isotc211.org/2005/gco}"
    root = ET.parse(written(tmp_path, made(), about=ABOUT)["iso19115_sv.xml"]).getroot()
    assert [child.tag.removeprefix(gmd) for child in root] == [
        "fileIdentifier",
        "language",
        "characterSet",
        "hierarchyLevel",
        "contact",
        "dateStamp",
        "metadataStandardName",
        "metadataStandardVersion",
        "referenceSystemInfo",
        "identificationInfo",
        "distributionInfo",
        "dataQualityInfo",
    ]
    (west,) = root.iterfind(f".//{gmd}westBoundLongitude/{gco}Decimal")
    (south,) = root.iterfind(f".//{gmd}southBoundLatitude/{gco}Decimal")
    # The lower left corner of the squares is 600 000, 6 600 000 in SWEREF 99 TM: 16.77° E, 59.52° N.
    assert (float(west.text), float(south.text)) == pytest.approx((16.77, 59.52), abs=0.01)
    assert "statistik@example.org" in ET.tostring(root, encoding="unicode")


def test_the_declaration_has_scbs_five_headings(tmp_path):
    text = written(tmp_path, made(), about=ABOUT)["kvalitetsdeklaration.md"].read_text(encoding="utf-8")
    assert [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")] == [
        "Relevans",
        "Tillförlitlighet",
        "Aktualitet och punktlighet",
        "Tillgänglighet och tydlighet",
        "Jämförbarhet och samanvändbarhet",
    ]
    # Of eight cells four are protected.
    assert "| DeSO 2018 | 4 | 8 | 50,0\N{NO-BREAK SPACE}% |" in text


def test_persons_without_a_place_are_told_as_the_manifest_masks_them(tmp_path):
    placed = [{"edition": "deso/2018", "year": 2021, "rows": 4000, "unplaced": "<20", "outside": 0, "rejected": 25}]
    text = written(tmp_path, made(placed=placed))["kvalitetsdeklaration.md"].read_text(encoding="utf-8")
    assert "2021: av 4\N{NO-BREAK SPACE}000 rader saknade \\<20 koordinat" in text


def test_the_report_tells_two_hundred_and_counts_the_rest(tmp_path):
    areas = grid_areas(30, 10)
    raw = example_raw(numerator=[150.0] * 300, denominator=[100] * 300, areas=list(areas.codes))
    found = release(protect(raw, "internal"), areas={areas.key: areas})
    validation = validate(found)
    html, file, _ = write_validation(validation, coverage(found), tmp_path, release=found, language="en")
    assert "and 280 more cells." in html.read_text(encoding="utf-8")
    content = json.loads(file.read_text(encoding="utf-8"))
    assert content["ok"] is False
    assert content["counts"]["error"] == 21
    assert content["coverage"][0]["given"] == [2022]


def test_coverage_for_excel(tmp_path):
    file = written(tmp_path, made())["coverage.csv"]
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].split(";")[:6] == ["Indikator", "Kod", "Nivå", "Indelning", "Redovisning", "År"]
    assert lines[1].split(";") == [
        "Exempel (share)",
        "example_share",
        "deso",
        "2018",
        "totalt",
        "2020",
        "ja",
        "",
        "4",
        "2",
        "50,0",
    ]


def test_an_unknown_language_is_refused(tmp_path):
    found = made()
    with pytest.raises(InputError, match="language"):
        write_validation(validate(found), coverage(found), tmp_path, release=found, language="fi")
