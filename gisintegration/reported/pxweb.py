"""A table of a PxWeb database, SCB's above all, fetched whole into one file that is then read as any other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from math import prod
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from gisintegration.errors import FormatError, OutputError, ReportedError
from gisintegration.formats import Cube, Dimension, read_jsonstat, write_jsonstat
from gisintegration.progress import ProgressOption, reporter
from gisintegration.reported.cube_table import JSON_ENDING

_LATEST = ("latest", "9999")
_MOST = 100_000_000


@dataclass(frozen=True)
class Fetched:
    """A table that was fetched.

    Parameters
    ----------
    path
        The file, JSON-stat 2.
    table, title
        Its id and name in the database.
    updated
        When the publisher last updated it, as the database says; empty if it does not.
    sizes
        Number of values fetched of each variable.
    calls
        Number of calls for data.
    """

    path: Path
    table: str
    title: str
    updated: str
    sizes: Mapping[str, int]
    calls: int

    @property
    def cells(self) -> int:
        """Number of cells."""
        return prod(self.sizes.values())


def fetch_pxweb(
    table: str,
    to: str | Path,
    *,
    values: Mapping[str, str | Sequence[str]] | None = None,
    code_lists: Mapping[str, str] | None = None,
    api: str = "scb",
    language: str = "sv",
    overwrite: bool = False,
    progress: ProgressOption = None,
) -> Fetched:
    """Fetch a table through the PxWeb API, version 2, into a JSON-stat file that :func:`read_reported` reads.

    The marks of cells without a figure are kept, and the number of cells and calls that the database allows.

    Parameters
    ----------
    table
        Its id, ``TAB6574``.
    to
        File to write, ``.json``.
    values
        Variable → codes wanted: ``{"Region": "0180*", "Tid": ["2022", "2023"]}``. ``*`` and ``?`` stand for any
        characters, ``latest`` (or ``9999``) for the last value. A variable that is not named is fetched whole.
    code_lists
        Variable → a list of codes of the database: ``{"Region": "vs_DeSO2025"}``.
    api
        A name that pxwebpy knows (``scb``, ``ssb``), or the address of an API.
    language
        Of names and notes.
    overwrite
        Replace the file if it is there.
    progress
        True, or a callable ``(fraction, message)``.

    Raises
    ------
    ReportedError
        The database cannot be reached or refuses, it has no such table, variable, list or code, or pxwebpy is not
        there.
    OutputError
        The file is there already, or cannot be written.

    Examples
    --------
    >>> fetch_pxweb("TAB6574", "tab6574.csv")
    Traceback (most recent call last):
    gisintegration.errors.ReportedError: tab6574.csv does not end in .json.
    Hint: the table is kept as JSON-stat 2, with the marks of its cells.
    """
    to = Path(to)
    if to.suffix.lower() != JSON_ENDING:
        raise ReportedError(
            f"{to.name} does not end in {JSON_ENDING}.",
            hint="the table is kept as JSON-stat 2, with the marks of its cells.",
        )
    if to.exists() and not overwrite:
        raise OutputError(f"{to} exists already.", hint="choose another name, or give overwrite: it is replaced.")
    report = reporter(progress)
    report(0.0, f"Asking for table {table}")
    database = _Database(api, language)
    wanted = _wanted(database, table, values or {}, code_lists or {})
    cells = prod(len(codes) for codes in wanted.values())
    if cells > _MOST:
        raise ReportedError(
            f"{table}: {cells:,} cells are asked for; at most {_MOST:,} are fetched.",
            hint="choose values, or fetch the table in parts.",
        )
    queries = list(_queries(wanted, int(database.config["maxDataCells"])))
    parts = []
    for number, query in enumerate(queries):
        report(number / len(queries), f"Fetching {table}, {number + 1} of {len(queries)}")
        parts.append(database.data(table, query, code_lists or {}))
    whole = _joined(parts, wanted, table)
    write_jsonstat(whole, to)
    report(1.0, f"{table} is fetched")
    updated = "" if whole.measure.updated is None else whole.measure.updated.isoformat()
    return Fetched(
        to,
        table,
        whole.title.get(whole.languages[0], ""),
        updated,
        {name: len(codes) for name, codes in wanted.items()},
        len(queries),
    )


class _Database:
    """The API, spoken to through pxwebpy, which keeps to the number of calls it allows."""

    def __init__(self, api: str, language: str) -> None:
        try:
            from pxweb import PxApi  # noqa: PLC0415 — an extra: most users fetch nothing
        except ImportError as error:
            raise ReportedError("Fetching needs pxwebpy.", hint='pip install "gisintegration[scb]"') from error
        self._name = api
        self._px = self._asked(lambda: PxApi(api, language=language, disable_cache=True, max_workers=1))

    @property
    def config(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._px.get_config()
        return found

    def variables(self, table: str) -> dict[str, list[str]]:
        """The codes of each variable of a table."""
        found = self._asked(lambda: self._px.get_table_variables(table), table=table)
        return {name: list(entry["category"].get("label", {})) for name, entry in found.items()}

    def codes(self, code_list: str) -> list[str]:
        found = self._asked(lambda: self._px.get_code_list(code_list), code_list=code_list)
        return [str(entry["code"]) for entry in found["values"]]

    def data(self, table: str, codes: Mapping[str, Sequence[str]], code_lists: Mapping[str, str]) -> Cube:
        """The cells of a selection, with their marks."""
        query = {
            "selection": [
                {"variableCode": name, "valueCodes": list(chosen)}
                | ({"codelist": code_lists[name]} if name in code_lists else {})
                for name, chosen in codes.items()
            ]
        }
        # pxwebpy's own reading of the answer drops the status of cells: the answer itself is asked for.
        answer = self._asked(
            lambda: self._px._client.call(endpoint=f"/tables/{table}/data", query=query),  # noqa: SLF001
            table=table,
        )
        with TemporaryDirectory(prefix="gisintegration-") as folder:
            path = Path(folder) / "answer.json"
            path.write_text(json.dumps(answer), encoding="utf-8")
            try:
                return read_jsonstat(path)
            except FormatError as error:
                raise ReportedError(
                    f"{self._name} answered with no JSON-stat: {error.message}", hint=error.hint
                ) from error

    def _asked(self, question: Any, **about: str) -> Any:
        from requests.exceptions import HTTPError, RequestException  # noqa: PLC0415 — comes with pxwebpy

        what = "".join(f" {key.replace('_', ' ')} {value}" for key, value in about.items())
        try:
            return question()
        except HTTPError as error:
            lines = [line for line in str(error).splitlines() if not line.endswith("None")]
            raise ReportedError(
                f"{self._name} refused{what}: {'; '.join(lines)}.",
                hint="check the id; the database's own pages tell it.",
            ) from error
        except (RequestException, ValueError, KeyError) as error:
            raise ReportedError(
                f"{self._name} cannot be reached{what}: {type(error).__name__}: {str(error)[:200]}",
                hint="check the network and the address of the API, or save the table from the database's own pages.",
            ) from error


def _wanted(
    database: _Database, table: str, values: Mapping[str, str | Sequence[str]], code_lists: Mapping[str, str]
) -> dict[str, list[str]]:
    """The codes asked for of every variable, in the database's order."""
    known = database.variables(table)
    for name in [*values, *code_lists]:
        if name not in known:
            raise ReportedError.unknown("variable", name, known, where=table)
    wanted = {}
    for name, codes in known.items():
        there = database.codes(code_lists[name]) if name in code_lists else codes
        given = values.get(name, "*")
        wanted[name] = _chosen(name, [given] if isinstance(given, str) else list(given), there)
    return wanted


def _chosen(variable: str, patterns: Sequence[str], codes: Sequence[str]) -> list[str]:
    found: set[str] = set()
    for pattern in patterns:
        if pattern in _LATEST and codes and pattern not in codes:
            fitting = [codes[-1]]
        else:
            fitting = [code for code in codes if fnmatchcase(code, pattern)]
        if not fitting:
            raise ReportedError.unknown("value", pattern, codes, where=variable)
        found.update(fitting)
    return [code for code in codes if code in found]


def _queries(wanted: Mapping[str, Sequence[str]], most: int) -> Iterator[dict[str, list[str]]]:
    """Selections of at most so many cells, that together are all: the variable of most values is divided."""
    cells = prod(len(codes) for codes in wanted.values())
    name = max(wanted, key=lambda key: len(wanted[key]), default="")
    if cells <= most or not name or len(wanted[name]) == 1:
        yield {key: list(codes) for key, codes in wanted.items()}
        return
    size = max(1, most // (cells // len(wanted[name])))
    for first in range(0, len(wanted[name]), size):
        yield from _queries({**wanted, name: wanted[name][first : first + size]}, most)


def _joined(parts: Sequence[Cube], wanted: Mapping[str, Sequence[str]], table: str) -> Cube:
    """One table of the parts, whose cells are told apart by their codes."""
    first = parts[0]
    names = [dimension.code for dimension in first.dimensions]
    lacking = [name for name in wanted if name not in names]
    if lacking:
        raise ReportedError(
            f"{table}: the answer lacks the variable {', '.join(lacking)}.", hint="name its values, as Tid=*."
        )
    dimensions = tuple(_whole(position, parts, wanted[name]) for position, name in enumerate(names))
    shape = tuple(len(dimension.codes) for dimension in dimensions)
    figures, marks = np.full(shape, np.nan), np.full(shape, "...", dtype="<U6")
    filled = np.zeros(shape, dtype=np.bool_)
    places = [{code: place for place, code in enumerate(dimension.codes)} for dimension in dimensions]
    for part in parts:
        at = np.ix_(
            *([place[code] for code in axis.codes] for place, axis in zip(places, part.dimensions, strict=True))
        )
        figures[at], marks[at] = part.figures.reshape(part.shape), np.asarray(part.marks).reshape(part.shape)
        filled[at] = True
    if not filled.all():
        raise ReportedError(f"{table}: the answers lack {int((~filled).sum())} cells.", hint="fetch it again.")
    notes = tuple(
        {
            (note.keyword, note.dimension, note.value, note.cell, str(note.text)): note
            for part in parts
            for note in part.notes
        }.values()
    )
    decimals = [part.stored_decimals for part in parts if part.stored_decimals is not None]
    return replace(
        first,
        dimensions=dimensions,
        figures=figures.reshape(-1),
        marks=marks.reshape(-1),
        notes=notes,
        table_id=first.table_id or table,
        stored_decimals=max(decimals, default=None),
    )


def _whole(position: int, parts: Sequence[Cube], codes: Sequence[str]) -> Dimension:
    """A dimension with the values of every part, in the order asked for."""
    seen: dict[str, tuple[Dimension, int]] = {}
    for part in parts:
        dimension = part.dimensions[position]
        for place, code in enumerate(dimension.codes):
            seen.setdefault(code, (dimension, place))
    ordered = [code for code in codes if code in seen] + [code for code in seen if code not in set(codes)]
    first = parts[0].dimensions[position]
    found = [seen[code] for code in ordered]
    return replace(
        first,
        codes=tuple(ordered),
        labels={language: tuple(one.labels[language][at] for one, at in found) for language in first.labels},
        measures=tuple(one.measures[at] for one, at in found) if first.measures else (),
        times=tuple(one.times[at] for one, at in found) if first.times else (),
        elimination=first.elimination if not isinstance(first.elimination, str) or first.elimination in seen else False,
    )
