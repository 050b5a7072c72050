"""A JSON-stat 2.0 dataset as a table with dimensions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite, prod
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from gisintegration.errors import FormatError, InputError
from gisintegration.formats.cells import all_decimals, cells_within
from gisintegration.formats.cube import MARKS, Cube, Figures, Marks
from gisintegration.formats.jsonstat_words import Words, dimensions_of, measure_of, notes_of
from gisintegration.formats.px_read import MAX_CELLS
from gisintegration.formats.px_text import LARGEST_FILE

MISSING = "..."


def read_jsonstat(
    path: str | Path,
    *,
    language: str = "und",
    marks: Mapping[str, str] | None = None,
    missing: str = MISSING,
    max_cells: int = MAX_CELLS,
) -> Cube:
    """Read a JSON-stat 2.0 dataset: SCB's, Eurostat's, or one that `write_jsonstat` wrote.

    Parameters
    ----------
    path
        The file.
    language
        The language of a dataset that does not say; ``und`` is undetermined.
    marks
        What a publisher's own status words mean, as marks: ``{"c": "..", ":": "...", "p": ""}``. PX's marks are known.
    missing
        The mark of a null without a status.
    max_cells
        A dataset that declares more cells is refused before memory is taken for them.

    Raises
    ------
    FormatError
        The file is not a JSON-stat 2.0 dataset, contradicts itself, or has a status that ``marks`` does not explain.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.json"
    >>> _ = path.write_text('{"version":"2.0","class":"dataset","id":["sex"],"size":[2],"dimension":{"sex":{"category":'
    ...                     '{"index":["M","F"]}}},"value":{"0":7},"status":{"1":"c"}}', encoding="utf-8")
    >>> read_jsonstat(path, marks={"c": ".."}).table
      sex  figure mark
    0   M     7.0
    1   F     NaN   ..
    """
    path = Path(path)
    document = _dataset(_parsed(path), path)
    shape = _shape(document, path, max_cells)
    explained = {mark: mark for mark in MARKS} | dict(marks or {})
    figures, signs = _cells(document, prod(shape), explained, missing, path)
    words = Words.of(document, language, path)
    dimensions = dimensions_of(words, shape)
    px = words.px
    try:
        cube = Cube(
            dimensions=dimensions,
            figures=figures,
            marks=signs,
            heading=len(words.listed(px, "heading")) if "heading" in px else min(1, len(dimensions)),
            languages=words.languages,
            matrix=words.word(px, "matrix"),
            table_id=words.word(px, "tableid"),
            title=words.text("label"),
            contents=words.text("px", "contents"),
            description=words.text("px", "description"),
            subject_code=words.word(px, "subject-code"),
            subject_area=words.text("px", "subject-area"),
            source=words.text("source"),
            survey=words.text("px", "survey"),
            database=words.text("px", "database"),
            measure=measure_of(words, dimensions),
            notes=notes_of(words, dimensions),
            symbols=words.symbols(),
            created=words.moment(px, "created"),
            next_update=words.moment(px, "nextUpdate"),
            update_frequency=words.word(px, "updateFrequency"),
            official=px.get("official-statistics") is True,
            copyright=px.get("copyright") is True,
            aggregation=px.get("aggregallowed") is not False,
            stored_decimals=words.number(px, "storedDecimals"),
            other=words.keywords(),
        )
    except FormatError as error:
        raise FormatError(f"{path}: {error.message}", hint=error.hint, failures=error.failures) from error
    return all_decimals(cube)


def _parsed(path: Path) -> Any:
    if not path.is_file():
        raise InputError.missing_file(path)
    if path.stat().st_size > LARGEST_FILE:
        raise FormatError(f"{path} has {path.stat().st_size} bytes; at most {LARGEST_FILE} are read.")
    try:
        return json.loads(
            path.read_bytes().decode("utf-8-sig"), parse_constant=_refuse_constant, object_pairs_hook=_once
        )
    except UnicodeDecodeError as error:
        raise FormatError(f"{path}: byte {error.start} is not UTF-8.", hint="JSON is written in UTF-8.") from error
    except RecursionError as error:
        raise FormatError(f"{path} is nested too deeply to be a JSON-stat dataset.") from error
    except json.JSONDecodeError as error:
        raise FormatError(
            f"{path}, line {error.lineno}: {error.msg}.", hint="the file is not JSON, or not whole."
        ) from error
    except ValueError as error:
        raise FormatError(f"{path}: {error}") from error


def _refuse_constant(name: str) -> NoReturn:
    message = f"{name} is not a number in JSON."
    raise ValueError(message)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        double = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        message = f"the name '{double[:60]}' stands twice in one object."
        raise ValueError(message)
    return result


def _dataset(document: Any, path: Path) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise FormatError(f"{path} is not a JSON-stat dataset: it is not a JSON object.")
    kind = document.get("class")
    if kind == "collection":
        raise FormatError(
            f"{path} is a JSON-stat collection: a list of links, without figures.",
            hint="fetch the datasets that it links to.",
        )
    if kind == "dimension":
        raise FormatError(f"{path} is a JSON-stat dimension: codes and labels, without figures.")
    if kind not in (None, "dataset") or "value" not in document or not {"id", "size", "dimension"} <= document.keys():
        raise FormatError(
            f"{path} is not a JSON-stat 2.0 dataset: class, id, size, dimension or value is missing.",
            hint="a bundle of version 1 has these one level down; ask the publisher for json-stat2.",
        )
    return document


def _shape(document: Mapping[str, Any], path: Path, max_cells: int) -> tuple[int, ...]:
    names, sizes = document["id"], document["size"]
    if not (isinstance(names, list) and all(isinstance(name, str) for name in names) and len(set(names)) == len(names)):
        raise FormatError(f"{path}: id is not a list of names, each once.")
    if not (
        isinstance(sizes, list) and len(sizes) == len(names) and all(type(size) is int and size > 0 for size in sizes)
    ):
        raise FormatError(f"{path}: size is not a list of {len(names)} numbers of values, all above 0.")
    cells = cells_within(sizes, max_cells, path)
    value = document["value"]
    if isinstance(value, list) and len(value) != cells:
        raise FormatError(f"{path}: value has {len(value)} cells, but size makes {cells}.")
    if not isinstance(value, list | dict):
        raise FormatError(f"{path}: value is neither a list nor an object.")
    return tuple(sizes)


def _cells(
    document: Mapping[str, Any], cells: int, explained: Mapping[str, str], missing: str, path: Path
) -> tuple[Figures, Marks]:
    figures = _figures(document["value"], cells, path)
    words = _status(document.get("status"), cells, path)
    unknown = sorted({word for word in words.values() if word not in explained})
    wrong = sorted({mark for mark in (*explained.values(), missing) if mark not in MARKS})
    if unknown or wrong:
        raise FormatError(
            f"{path}: the status words {', '.join(one[:20] for one in unknown[:20] or wrong)} are no marks.",
            hint=f'say what they mean: marks={{"{(unknown or wrong)[0][:20]}": ".."}}; "" leaves the figure as it is.',
        )
    signs = np.zeros(cells, dtype=f"<U{len(MARKS[-1])}")
    places = np.fromiter(words, dtype=np.int64, count=len(words))
    signs[places] = np.array([explained[word] for word in words.values()], dtype=signs.dtype)
    signs[np.isnan(figures) & (signs == "")] = missing
    figures[np.isnan(figures) & (signs == "-")] = 0.0
    return figures, signs


def _figures(value: list[Any] | dict[str, Any], cells: int, path: Path) -> Figures:
    figures = np.full(cells, np.nan)
    pairs = (
        enumerate(value) if isinstance(value, list) else ((_index(at, cells, path), one) for at, one in value.items())
    )
    for position, one in pairs:
        if one is None:
            continue
        if type(one) not in {int, float} or not isfinite(one) or abs(one) > 1e300:  # near float's end
            raise FormatError(f"{path}: value {position} is {str(one)[:40]!r}, not a finite number or null.")
        figures[position] = one
    return figures + 0.0


def _status(status: Any, cells: int, path: Path) -> dict[int, str]:
    if status is None:
        return {}
    if isinstance(status, str):
        found: dict[int, Any] = dict.fromkeys(range(cells), status)
    elif isinstance(status, list):
        if len(status) not in {1, cells}:
            raise FormatError(f"{path}: status has {len(status)} words for {cells} cells.")
        found = dict(enumerate(status * (cells if len(status) == 1 else 1)))
    elif isinstance(status, dict):
        found = {_index(at, cells, path): word for at, word in status.items()}
    else:
        raise FormatError(f"{path}: status is neither a word, a list nor an object.")
    if not all(word is None or isinstance(word, str) for word in found.values()):
        raise FormatError(f"{path}: a status is not a word.")
    return {at: word for at, word in found.items() if word}


def _index(name: str, cells: int, path: Path) -> int:
    if not (name.isascii() and name.isdigit() and len(name) < 19 and str(int(name)) == name and int(name) < cells):
        raise FormatError(f"{path}: '{name[:40]}' is not a position among {cells} cells.")
    return int(name)
