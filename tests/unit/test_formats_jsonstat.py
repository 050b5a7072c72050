"""JSON-stat: what is written, and the ways publishers write it."""

import json
from dataclasses import replace

import pytest
from cubes import NAN, without_years

from gisintegration.errors import FormatError
from gisintegration.formats import Kind, Measure, Note, read_jsonstat, write_jsonstat


def document(tmp_path, **change):
    """A plain dataset with two cells, with changes."""
    plain = {
        "version": "2.0",
        "class": "dataset",
        "id": ["sex"],
        "size": [2],
        "dimension": {"sex": {"label": "Sex", "category": {"index": ["M", "F"], "label": {"M": "men", "F": "women"}}}},
        "value": [1, 2],
    }
    path = tmp_path / "a.json"
    path.write_text(json.dumps(plain | change), encoding="utf-8")
    return path


def test_a_dataset_as_pxweb_writes_it(tmp_path):
    path = write_jsonstat(without_years(), tmp_path / "a.json")
    written = json.loads(path.read_text(encoding="utf-8"))
    assert list(written)[:6] == ["version", "class", "label", "source", "updated", "note"]
    assert written["id"] == ["Region", "ContentsCode"]
    assert written["size"] == [2, 2]
    assert written["role"] == {"geo": ["Region"], "metric": ["ContentsCode"]}
    assert written["value"] == [1234, 12.3, None, 0]
    assert written["status"] == {"2": "..", "3": "-"}
    assert written["updated"] == "2025-03-01T08:00:00"
    assert written["dimension"]["Region"]["category"]["index"] == {"0114": 0, "0180": 1}
    assert written["dimension"]["Region"]["extension"]["eliminationValueCode"] == "0180"
    assert written["dimension"]["ContentsCode"]["category"]["unit"]["AA2"] == {"base": "procent", "decimals": 1}
    assert written["dimension"]["ContentsCode"]["extension"]["refperiod"] == {"AA1": "31 december"}
    assert written["extension"]["px"]["matrix"] == "INT01"
    assert written["extension"]["translation"]["en"]["label"] == "Employed"


@pytest.mark.parametrize("language", ["sv", None])
def test_what_was_written_is_read_back_whole(tmp_path, language):
    cube = without_years()
    back = read_jsonstat(write_jsonstat(cube, tmp_path / "a.json", language=language))
    assert back.dimensions == cube.dimensions
    assert back == replace(cube, figures=[1234, 12.3, NAN, 0])


def test_the_other_language_needs_labels_in_it(tmp_path):
    with pytest.raises(FormatError, match="dimensions without labels in language en"):
        write_jsonstat(without_years(), tmp_path / "a.json", language="en")
    with pytest.raises(FormatError, match="There is no language 'fi'"):
        write_jsonstat(without_years(), tmp_path / "a.json", language="fi")


def test_in_the_other_language_and_back(tmp_path):
    cube = without_years()
    dimensions = tuple(
        replace(one, label={"sv": "s" + one.code, "en": "e" + one.code}, labels={"en": one.codes, "sv": one.codes})
        for one in cube.dimensions
    )
    cube = replace(cube, dimensions=dimensions, figures=[1, 2, NAN, 0])
    path = write_jsonstat(cube, tmp_path / "a.json", language="en")
    assert json.loads(path.read_text(encoding="utf-8"))["label"] == "Employed"
    assert read_jsonstat(path) == cube


@pytest.mark.parametrize("value", [[1, None], {"0": 1}, {"0": 1, "1": None}])
@pytest.mark.parametrize("status", [{"1": ".."}, ["", ".."], [None, ".."]])
def test_sparse_and_dense(tmp_path, value, status):
    cube = read_jsonstat(document(tmp_path, value=value, status=status))
    assert cube.marks.tolist() == ["", ".."]
    assert cube.figures[0] == 1


def test_null_without_status_is_missing(tmp_path):
    path = document(tmp_path, value=[1, None])
    assert read_jsonstat(path).marks.tolist() == ["", "..."]
    assert read_jsonstat(path, missing=".").marks.tolist() == ["", "."]


def test_a_publishers_own_status_words(tmp_path):
    path = document(tmp_path, value=[1, None], status={"0": "p", "1": "c"})
    with pytest.raises(FormatError, match="the status words c, p are no marks"):
        read_jsonstat(path)
    assert read_jsonstat(path, marks={"p": "", "c": ".."}).marks.tolist() == ["", ".."]
    with pytest.raises(FormatError, match="\\?\\? are no marks"):
        read_jsonstat(path, marks={"p": "", "c": "??"})


def test_pxweb_writes_a_zero_mark_with_null(tmp_path):
    cube = read_jsonstat(document(tmp_path, value=[1, None], status={"1": "-"}))
    assert (cube.figures.tolist(), cube.marks.tolist()) == ([1, 0], ["", "-"])


def test_index_as_object_gives_the_order(tmp_path):
    category = {"index": {"F": 1, "M": 0}, "label": {"F": "women"}}
    cube = read_jsonstat(document(tmp_path, dimension={"sex": {"category": category}}))
    assert cube.dimensions[0].codes == ("M", "F")
    assert cube.dimensions[0].labels == {"und": ("M", "women")}


def test_a_constant_dimension_needs_no_index(tmp_path):
    cube = read_jsonstat(
        document(tmp_path, id=["c"], size=[1], value=[5], dimension={"c": {"category": {"label": {"x": "X"}}}})
    )
    assert cube.dimensions[0].codes == ("x",)


def test_roles_units_notes_and_pxwebs_extension(tmp_path):
    dimension = {
        "c": {
            "label": "contents",
            "category": {
                "index": {"a": 0},
                "label": {"a": "A"},
                "unit": {"a": {"label": "persons", "decimals": 1}},
                "note": {"a": ["n"]},
            },
            "extension": {"categoryNoteMandatory": {"a": {"0": True}}, "measuringType": {"a": "Flow"}},
        },
        "t": {"category": {"index": ["2024"]}},
    }
    cube = read_jsonstat(
        document(
            tmp_path, id=["c", "t"], size=[1, 1], value=[5], dimension=dimension, role={"metric": ["c"], "time": ["t"]},
            extension={"px": {"language": "en", "subject-code": "BE", "heading": ["t"], "decimals": 0},
                       "contact": [{"name": "Anna", "mail": "a@example.org"}]},
            updated="2024-02-22T07:00:00Z",
        )
    )  # fmt: skip
    assert [one.kind for one in cube.dimensions] == [Kind.CONTENT, Kind.TIME]
    assert cube.dimensions[0].measures[0] == Measure(unit={"en": "persons"}, decimals=1, stock="F")
    assert cube.notes == (Note(text={"en": "n"}, dimension="c", value="a", mandatory=True),)
    assert cube.subject_code == "BE"
    assert cube.measure.contact == {"en": "Anna, a@example.org"}
    assert cube.measure.updated.isoformat() == "2024-02-22T07:00:00+00:00"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"class": "collection"}, "is a JSON-stat collection"),
        ({"class": "dimension"}, "is a JSON-stat dimension"),
        ({"class": "bundle"}, "is not a JSON-stat 2.0 dataset"),
        ({"size": [3]}, "value has 2 cells, but size makes 3"),
        ({"size": [2, 1]}, "size is not a list of 1"),
        ({"size": [0]}, "all above 0"),
        ({"size": [True]}, "all above 0"),
        ({"id": ["sex", "sex"]}, "each once"),
        ({"id": "sex"}, "id is not a list"),
        ({"value": [1, "2"]}, "value 1 is '2', not a finite number"),
        ({"value": [1, True]}, "value 1 is 'True'"),
        ({"value": [1, [2]]}, "not a finite number"),
        ({"value": 5}, "neither a list nor an object"),
        ({"value": {"2": 1}}, "'2' is not a position among 2 cells"),
        ({"value": {"01": 1}}, "'01' is not a position"),
        ({"value": {"-1": 1}}, "'-1' is not a position"),
        ({"status": {"5": ".."}}, "'5' is not a position"),
        ({"status": ["..", "..", ".."]}, "3 words for 2 cells"),
        ({"status": 5}, "neither a word, a list nor an object"),
        ({"status": {"0": 5}}, "a status is not a word"),
        ({"status": {"0": ".."}}, "a figure stands behind the mark"),
        ({"dimension": {}}, "dimension sex has no category"),
        ({"dimension": []}, "dimension is not an object"),
        ({"dimension": {"sex": {"href": "https://example.org"}}}, "only linked to"),
        ({"dimension": {"sex": {"category": {"index": ["M"]}}}}, "has 1 values, but size says 2"),
        ({"dimension": {"sex": {"category": {"index": {"M": 0, "F": 2}}}}}, "does not number its values from 0"),
        ({"dimension": {"sex": {"category": {"index": ["M", "M"]}}}}, "the code 'M' stands twice"),
        ({"dimension": {"sex": {"category": {"index": [1, 2]}}}}, "index is not a list of words"),
        ({"role": {"time": "sex"}}, "time is not a list of words"),
        ({"extension": {"px": {"decimals": "two"}}}, "decimals is not a number"),
        ({"updated": "yesterday"}, "updated 'yesterday' is not a date"),
        ({"label": 5}, "label is not a word"),
        ({"note": "a"}, "note is not a list of words"),
    ],
)
def test_what_is_wrong_is_told(tmp_path, change, said):
    with pytest.raises(FormatError, match=said) as caught:
        read_jsonstat(document(tmp_path, **change))
    assert "a.json" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1]", "it is not a JSON object"),
        ('{"a":1,"a":2}', "the name 'a' stands twice"),
        ('{"value":[NaN]}', "NaN is not a number in JSON"),
        ('{"value":[-Infinity]}', "Infinity is not a number"),
        ('{"a":\n', "line 2"),
        ('{"dataset":{"value":[1]}}', "a bundle of version 1"),
    ],
)
def test_what_is_no_dataset(tmp_path, text, said):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(FormatError, match=said):
        read_jsonstat(path)
