"""Files that were made to bring a reader down: refused with a reason, quickly, and without taking memory."""

import json
import time
import tracemalloc
from contextlib import contextmanager

import pytest

from gisintegration.errors import FormatError
from gisintegration.formats import read_jsonstat, read_px


@contextmanager
def cheap(*, megabytes=60, seconds=20):
    tracemalloc.start()
    began = time.monotonic()
    try:
        yield
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < megabytes * 1e6
    assert time.monotonic() - began < seconds


def px(tmp_path, text):
    path = tmp_path / "a.px"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def dataset(tmp_path, **change):
    plain = {"version": "2.0", "class": "dataset", "id": ["a"], "size": [1], "dimension": {}, "value": [1]} | change
    path = tmp_path / "a.json"
    path.write_text(json.dumps(plain))
    return path


def test_a_billion_cells_are_declared_and_one_is_there(tmp_path):
    values = ",".join(f'"{number}"' for number in range(1000))
    head = 'LANGUAGE="sv";STUB="a","b","c";' + "".join(f'VALUES("{name}")={values};' for name in "abc")
    with cheap(), pytest.raises(FormatError, match="3 dimensions make 1000 × 1000 × 1000 cells"):
        read_px(px(tmp_path, head + "DATA=1;"))
    with cheap(), pytest.raises(FormatError, match="the data hold 1 cells"):
        read_px(px(tmp_path, head + "DATA=1;"), max_cells=10**10)
    keys = "".join(f'KEYS("{name}")=VALUES;' for name in "abc")
    with cheap(), pytest.raises(FormatError, match="at most"):
        read_px(px(tmp_path, head + keys + 'DATA="1","1","1",1;'))


def test_thousands_of_dimensions(tmp_path):
    names = [f"d{number}" for number in range(2000)]
    listed = ",".join(f'"{name}"' for name in names)
    values = "".join(f'VALUES("{name}")="a","b";' for name in names)
    with cheap(), pytest.raises(FormatError, match="2000 dimensions"):
        read_px(px(tmp_path, f'LANGUAGE="sv";STUB={listed};{values}DATA=1;'))
    with cheap(), pytest.raises(FormatError, match="2000 dimensions"):
        read_jsonstat(dataset(tmp_path, id=names, size=[10**9] * 2000))
    with cheap(), pytest.raises(FormatError, match="2000 dimensions"):
        read_jsonstat(dataset(tmp_path, id=names, size=[1] * 2000))


@pytest.mark.parametrize("size", [10**9, 10**18, 2**64, 10**4000])
def test_sizes_that_overflow(tmp_path, size):
    with cheap(), pytest.raises(FormatError, match="cells; at most"):
        read_jsonstat(dataset(tmp_path, size=[size], value={}))
    with cheap(), pytest.raises(FormatError, match="cells; at most"):
        read_jsonstat(dataset(tmp_path, id=["a", "b"], size=[size, size], value={}))


def test_numbers_without_end(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"class":"dataset","id":["a"],"size":[1],"dimension":{},"value":[' + "9" * 10000 + "]}")
    with pytest.raises(FormatError, match=r"a\.json"):
        read_jsonstat(path)
    path.write_text('{"class":"dataset","id":["a"],"size":[1],"dimension":{},"value":[1e999]}')
    with pytest.raises(FormatError, match="not a finite number"):
        read_jsonstat(path)
    with cheap(), pytest.raises(FormatError, match="is neither a number"):
        read_px(px(tmp_path, 'LANGUAGE="sv";STUB="a";VALUES("a")="x","y";DATA=1 ' + "9" * 1_000_000 + ";"))


def test_one_long_cell_among_many_does_not_widen_them_all(tmp_path):
    head = 'LANGUAGE="sv";STUB="a","b";' + "".join(
        f'VALUES("{name}")=' + ",".join(f'"{number}"' for number in range(300)) + ";" for name in "ab"
    )
    with cheap(), pytest.raises(FormatError, match="is neither a number"):
        read_px(px(tmp_path, head + "DATA=" + "1 " * 89_999 + "1" * 100_000 + ";"))


def test_deep_nesting(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("[" * 200_000 + "]" * 200_000)
    with pytest.raises(FormatError, match="nested too deeply"):
        read_jsonstat(path)
    path.write_text('{"a":' * 100_000 + "1" + "}" * 100_000)
    with pytest.raises(FormatError, match="nested too deeply"):
        read_jsonstat(path)
    with cheap(), pytest.raises(FormatError):
        read_px(px(tmp_path, "A(" * 100_000))


@pytest.mark.parametrize(
    "text",
    [
        b'LANGUAGE="sv";\0STUB="a";VALUES("a")="b";DATA=1;',
        b'LANGUAGE="sv";STUB="a";VALUES("a")="b\0";DATA=1;',
        b'LANGUAGE="sv";STUB="a";VALUES("a")="b";DATA=1\0;',
        b'CODEPAGE="utf-8";STUB="a";VALUES("a")="\xed\xa0\x80";DATA=1;',
        b'LANGUAGE="sv";STUB="a";VALUES("a")="b\x07";DATA=1;',
        b"\xff\xfe" + 'STUB="a";VALUES("a")="b";DATA=1;'.encode("utf-16-le") + b"\x00\xd8",
    ],
)
def test_nul_control_characters_and_half_letters(tmp_path, text):
    with pytest.raises(FormatError, match=r"a\.px"):
        read_px(px(tmp_path, text))


def test_half_letters_in_json(tmp_path):
    half = json.loads('"\\ud800"')
    category = {"category": {"index": ["x"], "label": {"x": half}}}
    with pytest.raises(FormatError, match="half a letter"):
        read_jsonstat(dataset(tmp_path, dimension={"a": category}))
    with pytest.raises(FormatError, match="control characters"):
        read_jsonstat(dataset(tmp_path, dimension={"a": {"category": {"index": [half]}}}))


@pytest.mark.parametrize(
    "text",
    [
        'A("' * 100_000,
        "A" * 500_000,
        'A="' + "x" * 500_000,
        "A=" + '"x"' * 200_000,
        "A=" + "," * 200_000,
        "\n" * 500_000 + "DATA=1;",
        ("DATA=" + '"') * 100_000,
        "A(" + '"x",' * 100_000,
        'A="x"\n' * 100_000,
        "A[" * 100_000,
        "A=1;" * 50_000 + "DATA=1;",
        'NOTE="' + ";\n" * 100_000 + '";DATA=1;',
        'NOTE="' + ";\nAAAAAAAA[" * 50_000 + '";DATA=1;',
    ],
)
def test_texts_that_are_slow_to_match(tmp_path, text):
    with cheap(megabytes=200, seconds=10), pytest.raises(FormatError):
        read_px(px(tmp_path, text))


def test_a_file_too_large_to_read(tmp_path):
    path = tmp_path / "a.px"
    with path.open("wb") as stream:
        stream.truncate(3 << 30)  # sparse: it takes no room on the disk
    with cheap(), pytest.raises(FormatError, match="at most"):
        read_px(path)
    with cheap(), pytest.raises(FormatError, match="at most"):
        read_jsonstat(path)
