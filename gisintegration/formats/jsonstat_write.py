"""A table with dimensions as a JSON-stat 2.0 dataset."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import numpy as np

from gisintegration.errors import FormatError
from gisintegration.files import atomic
from gisintegration.formats.cells import each_once, in_order
from gisintegration.formats.cube import Blocks, Cube, Dimension, Frame, Kind, Measure, Note

_SPOOLED = 1 << 26
ROLES = {"time": Kind.TIME, "geo": Kind.GEO, "metric": Kind.CONTENT}
STOCK = {"S": "Stock", "F": "Flow", "A": "Average", "": "Other"}
PRICES = {"C": "Current", "F": "Fixed", "": "NotApplicable"}


def write_jsonstat(cube: Cube, path: str | Path, *, language: str | None = None) -> Path:
    """Write a table as a JSON-stat 2.0 dataset, with the extensions that PxWeb writes, and return its path.

    A dataset speaks one language; the others stand under ``extension.translation`` in the same form. Marks stand in
    ``status``: a cell with dots has the value null, a zero with the mark ``-`` has the value 0. The same table gives
    the same bytes.

    Parameters
    ----------
    cube
        The table. Figures are rounded half away from zero to their decimals, and nowhere before.
    path
        The file; it is replaced when the new one is complete.
    language
        One of the cube's languages; its main language by default.

    Raises
    ------
    FormatError
        The language is not one of the cube's, or a dimension has no labels in it.

    Examples
    --------
    >>> import tempfile
    >>> from gisintegration.formats import Cube, Dimension
    >>> sex = Dimension(code="Kon", label={"sv": "kön"}, codes=("1", "2"), labels={"sv": ("män", "kvinnor")})
    >>> cube = Cube(dimensions=(sex,), figures=[7, float("nan")], marks=["", ".."])
    >>> path = write_jsonstat(cube, Path(tempfile.mkdtemp()) / "a.json")
    >>> document = json.loads(path.read_text(encoding="utf-8"))
    >>> document["value"], document["status"]
    ([7, None], {'1': '..'})
    """
    return write_jsonstat_blocks(cube, [(cube.figures, np.asarray(cube.marks))], path, language=language)


def write_jsonstat_blocks(frame: Frame, blocks: Blocks, path: str | Path, *, language: str | None = None) -> Path:
    """Write a table whose cells are too many to hold, a part at a time; the same bytes as :func:`write_jsonstat`.

    Parameters
    ----------
    frame
        All that the table says but its cells.
    blocks
        Figures and marks of cells one after another, together all of them.
    path, language
        As in :func:`write_jsonstat`.

    Raises
    ------
    FormatError
        As :func:`write_jsonstat`, or the blocks do not make the table. What stood at ``path`` is whole.

    Examples
    --------
    >>> import tempfile
    >>> from gisintegration.formats import Dimension, Frame
    >>> year = Dimension(code="Tid", label={"sv": "år"}, codes=("2023", "2024"), labels={"sv": ("2023", "2024")})
    >>> blocks = [([7], [""]), ([float("nan")], [".."])]
    >>> path = write_jsonstat_blocks(Frame(dimensions=(year,)), blocks, Path(tempfile.mkdtemp()) / "a.json")
    >>> path.read_text(encoding="utf-8").strip()[-37:]
    '"value":[7,null],"status":{"1":".."}}'
    """
    path = Path(path)
    main = language or frame.languages[0]
    if main not in frame.languages:
        raise FormatError.unknown("language", main, frame.languages, where="the table")
    lacking = [{"dimension": one.code} for one in frame.dimensions if main not in one.labels or main not in one.label]
    if lacking:
        raise FormatError(f"{path}: dimensions without labels in language {main}.", failures=lacking)
    head = json.dumps(_document(frame, main), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    with atomic(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(head.removesuffix("}") + ',"value":[')
        with SpooledTemporaryFile(_SPOOLED, "w+", encoding="ascii") as status:
            _write_cells(stream, status, frame, blocks)
            stream.write("]")
            if status.tell():
                status.seek(0)
                stream.write(',"status":{')
                shutil.copyfileobj(status, stream)
                stream.write("}")
        stream.write("}\n")
    return path


def _write_cells(stream: IO[str], status: IO[str], frame: Frame, blocks: Blocks) -> None:
    """Values to the one stream, statuses to the other, since they stand after all the values."""
    first = 0
    for figures, marks, _ in in_order(frame, blocks):
        if not figures.size:
            continue
        stream.write(("," if first else "") + ",".join(each_once(figures, _value).tolist()))
        marked = np.flatnonzero(marks != "")
        told = [
            f'"{position}":"{mark}"'
            for position, mark in zip((marked + first).tolist(), marks[marked].tolist(), strict=True)
        ]
        if told:
            status.write(("," if status.tell() else "") + ",".join(told))
        first += figures.size


def _value(figure: float) -> str:
    return "null" if figure != figure else str(int(figure)) if figure.is_integer() else repr(figure)  # noqa: PLR0124  # NaN


def _document(cube: Frame, main: str) -> dict[str, Any]:
    said = _words(cube, main)
    dimensions = {one.code: _dimension(one, said["dimension"][one.code], cube) for one in cube.dimensions}
    roles = {role: [one.code for one in cube.dimensions if one.kind is kind] for role, kind in ROLES.items()}
    moments = [one.updated for one in (cube.measure, *(cube.content.measures if cube.content else ())) if one.updated]
    others = [language for language in cube.languages if language != main]
    extension = {
        "px": _px(cube, main, said["px"]),
        "noteMandatory": _mandatory(_table_notes(cube)),
        "contact": said["contact"],
        "translation": {language: _pruned(_words(cube, language)) for language in others},
    }
    return _pruned(
        {
            "version": "2.0",
            "class": "dataset",
            "label": said["label"],
            "source": said["source"],
            "updated": max(moment.isoformat() for moment in moments) if moments else "",
            "note": said["note"] if any(said["note"]) else [],
            "role": {role: codes for role, codes in roles.items() if codes},
            "id": [one.code for one in cube.dimensions],
            "size": list(cube.shape),
            "dimension": dimensions,
            "extension": _pruned(extension),
        }
    )


def _words(cube: Frame, language: str) -> dict[str, Any]:
    """All that is said in one language, in the form of a dataset."""
    measure = cube.measure
    px = {
        "contents": cube.contents,
        "description": cube.description,
        "subject-area": cube.subject_area,
        "survey": cube.survey,
        "database": cube.database,
        "units": measure.unit,
        "refperiod": measure.reference_time,
        "baseperiod": measure.base_period,
    }
    said: dict[str, Any] = {name: text.get(language, "") for name, text in px.items()}
    said["symbols"] = {mark: text[language] for mark, text in cube.symbols.items() if language in text}
    said["cellnotes"] = [_cell_note(note, language, cube) for note in cube.notes if note.cell or note.sign]
    contact = measure.contact.get(language)
    return {
        "label": cube.title.get(language, ""),
        "source": cube.source.get(language, ""),
        "note": [note.text.get(language, "") for note in _table_notes(cube)],
        "contact": [{"raw": contact}] if contact else [],
        "dimension": {one.code: _dimension_words(one, language, cube) for one in cube.dimensions},
        "px": _pruned(said),
    }


def _dimension_words(dimension: Dimension, language: str, cube: Frame) -> dict[str, Any]:
    labels = dimension.labels.get(language, ())
    notes = [note.text.get(language, "") for note in _own_notes(dimension, cube)]
    of_values = {
        code: [note.text.get(language, "") for note in found] for code, found in _value_notes(dimension, cube).items()
    }
    category: dict[str, Any] = {"label": dict(zip(dimension.codes, labels, strict=True)) if labels else {}}
    category["note"] = of_values
    if dimension.kind is Kind.CONTENT:
        pairs = list(zip(dimension.codes, dimension.measures, strict=True))
        category["unit"] = {code: {"base": one.unit.get(language, ""), "decimals": one.decimals} for code, one in pairs}
        said = {
            "refperiod": {code: one.reference_time.get(language, "") for code, one in pairs},
            "basePeriod": {code: one.base_period.get(language, "") for code, one in pairs},
            "contact": {code: one.contact.get(language, "") for code, one in pairs},
        }
        extension = _pruned({name: _pruned(texts) for name, texts in said.items()})
    else:
        extension = {}
    return _pruned(
        {
            "label": dimension.label.get(language, ""),
            "note": notes if any(notes) else [],
            "category": _pruned(category),
            "extension": extension,
        }
    )


def _dimension(dimension: Dimension, said: Mapping[str, Any], cube: Frame) -> dict[str, Any]:
    category = {"index": {code: position for position, code in enumerate(dimension.codes)}, **said["category"]}
    if dimension.elimination is True or dimension.elimination is False:
        elimination: dict[str, Any] = {"elimination": dimension.elimination}
    else:
        elimination = {"elimination": True, "eliminationValueCode": dimension.elimination}
    extension = {
        **elimination,
        **said.get("extension", {}),
        **_measures(dimension),
        "noteMandatory": _mandatory(_own_notes(dimension, cube)),
        "categoryNoteMandatory": _pruned(
            {code: _mandatory(notes) for code, notes in _value_notes(dimension, cube).items()}
        ),
        "timescale": dimension.timescale,
        "times": list(dimension.times),
        "domain": dimension.domain,
        "map": dimension.map,
    }
    note = {"note": said["note"]} if "note" in said else {}
    return {"label": said["label"], **note, "category": category, "extension": _pruned(extension)}


def _measures(dimension: Dimension) -> dict[str, Any]:
    pairs = list(zip(dimension.codes, dimension.measures, strict=True)) if dimension.measures else []
    return {
        "measuringType": {code: STOCK[one.stock] for code, one in pairs},
        "priceType": {code: PRICES[one.prices] for code, one in pairs},
        "updated": {code: one.updated.isoformat() for code, one in pairs if one.updated},
    }


def _px(cube: Frame, main: str, said: Mapping[str, Any]) -> dict[str, Any]:
    split = len(cube.dimensions) - cube.heading
    codes = [one.code for one in cube.dimensions]
    measure: Measure = cube.measure
    stated = {
        "tableid": cube.table_id,
        "matrix": cube.matrix,
        "language": main,
        "languages": list(cube.languages),
        "subject-code": cube.subject_code,
        **said,
        "decimals": measure.decimals,
        "storedDecimals": cube.stored_decimals,
        "official-statistics": cube.official,
        "copyright": cube.copyright,
        "aggregallowed": cube.aggregation,
        "created": cube.created.isoformat() if cube.created else "",
        "updated": measure.updated.isoformat() if measure.updated else "",
        "nextUpdate": cube.next_update.isoformat() if cube.next_update else "",
        "updateFrequency": cube.update_frequency,
        "measuringType": STOCK[measure.stock] if measure.stock else "",
        "priceType": PRICES[measure.prices] if measure.prices else "",
        "keywords": [asdict(keyword) for keyword in cube.other],
    }
    return _pruned(stated) | {"stub": codes[:split], "heading": codes[split:]}


def _cell_note(note: Note, language: str, cube: Frame) -> dict[str, Any]:
    codes = (one.code for one in cube.dimensions)
    cell = {code: at for code, at in zip(codes, note.cell, strict=False) if at is not None}
    return {
        "text": note.text.get(language, ""),
        "cell": cell if note.cell else None,
        "dimension": note.dimension,
        "value": note.value,
        "mandatory": note.mandatory,
        "sign": note.sign,
    }


def _table_notes(cube: Frame) -> list[Note]:
    return [note for note in cube.notes if not (note.cell or note.sign or note.dimension)]


def _own_notes(dimension: Dimension, cube: Frame) -> list[Note]:
    return [n for n in cube.notes if n.dimension == dimension.code and not (n.value or n.sign)]


def _value_notes(dimension: Dimension, cube: Frame) -> dict[str, list[Note]]:
    found: dict[str, list[Note]] = {}
    for note in cube.notes:
        if note.dimension == dimension.code and note.value and not note.sign:
            found.setdefault(note.value, []).append(note)
    return found


def _mandatory(notes: list[Note]) -> dict[str, bool]:
    return {str(position): True for position, note in enumerate(notes) if note.mandatory}


def _pruned(stated: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in stated.items() if value is False or value == 0 or value}
