"""Area divisions from files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gisintegration.areas.assemble import assemble, edition_text
from gisintegration.areas.codes import LEVELS, display_name, official_codes, plain_list, suffix_edition
from gisintegration.areas.columns import Codes, code_column, finest_level, name_column, recognised
from gisintegration.areas.division import AreaDivision
from gisintegration.areas.files import Layer, read_layer
from gisintegration.areas.history import guess_edition, label, not_in_edition, other_edition
from gisintegration.areas.pairs import overlapping
from gisintegration.errors import CodeError, GeometryError, InputError

TOLERANCE = 0.01
_VERSION = re.compile(r"(20\d\d)_v\d+$")
Key = str | Path | pd.DataFrame


def read_areas(
    path: str | Path,
    *,
    level: str,
    edition: str | int,
    code: str | None = None,
    name: str | None = None,
    layer: str | None = None,
    key: Key | None = None,
    overlaps: bool = False,
    years: tuple[int | None, int | None] | None = None,
    title: Mapping[str, str] | None = None,
) -> AreaDivision:
    """Read one edition of a division from a file.

    Rows with the same code are parts of one area and are dissolved; how many is told in ``notes``. Nothing else is
    changed: polygons keep their precision, and what is wrong is an error. Gaps and overlaps between official areas
    are left as they are: see :func:`check_coverage`.

    Parameters
    ----------
    path
        GeoPackage, GeoJSON, Shapefile (also zipped) or GeoParquet, in any coordinate reference system that is
        declared; it is transformed to EPSG:3006.
    level
        ``deso``, ``regso``, ``kommun``, ``lan``, ``riket``, or a name of one's own (``nyko4``, ``district``).
    edition
        ``2018``, ``2025``… For kommuner and län any year from 1998: the set in force on 1 January of it.
    code, name
        Columns of codes and names; without them SCB's usual names are recognised, in capitals or not.
    layer
        Layer of the file; needed when several have polygons of the level.
    key
        DeSO only: table (or its path) of the RegSO each belongs to, such as SCB's key table.
    overlaps
        One's own areas only: they may overlap. Without it an overlap above 0.01 m² is an error.
    years, title
        First and last data year, and title by language; default the catalogue's.

    Returns
    -------
    AreaDivision
        Areas sorted by code, EPSG:3006, with parents by code and RegSO by key, attribute or the official key.

    Raises
    ------
    InputError
        The file or a column is not there, there are several layers, or the rows are of a finer level.
    CodeError
        Codes are missing, numbers, without their leading zero, not well formed, or of another edition.
    CRSError
        No coordinate reference system is declared, or it contradicts the coordinates.
    GeometryError
        A row has no polygon or an invalid one, or two rows of one code overlap.

    Examples
    --------
    >>> import tempfile
    >>> from gisintegration.testing import grid_areas
    >>> file = Path(tempfile.mkdtemp()) / "mine.gpkg"
    >>> grid_areas(2, 1).table[["code", "geometry"]].to_file(file)
    >>> read_areas(file, level="district", edition=2024, code="code").codes.tolist()
    ['0114A0010', '0114A0020']
    """
    edition = edition_text(level, edition)
    found = read_layer(path, layer=layer, level=level, code=code)
    codes = code_column(found.frame, level, where=found.where, column=code)
    _refuse_finer_rows(found, level, codes)
    _refuse_other_version(found, level, edition)
    notes = [*found.notes, *_code_notes(codes, level, edition)]
    _refuse_other_edition(found, level, edition, codes)
    _refuse_invalid(found, codes.texts)
    names = name_column(found.frame, level, where=found.where, column=name, codes=codes.column)
    first, polygons, dissolved = _dissolve_parts(found, codes.texts)
    if dissolved:
        notes.append(dissolved)
    unique = [codes.texts[row] for row in first.tolist()]
    regso, regso_names = _regso(found, level, codes.texts, key)
    fields: dict[str, Any] = {"notes": tuple(notes), "overlaps": overlaps}
    fields |= {} if years is None else {"years": years}
    fields |= {} if title is None else {"title": dict(title)}
    fields |= {} if official_codes(f"{level}/{edition}") else {"source": found.path.name}
    areas = assemble(
        level,
        edition,
        unique,
        polygons,
        names=[
            None if (text := names[row]) is None else display_name(level, unique[i], text)
            for i, row in enumerate(first.tolist())
        ],
        regso=regso,
        regso_names=regso_names,
        **fields,
    )
    if level not in LEVELS and not overlaps:
        _refuse_overlaps(areas, found.where)
    return areas


def _refuse_finer_rows(found: Layer, level: str, codes: Codes) -> None:
    """Rows that are DeSO are not dissolved into kommuner here: a kommun is made only of all its children."""
    finest = finest_level(found.frame)
    if level not in LEVELS or finest is None or LEVELS.index(finest) >= LEVELS.index(level):
        return
    column = recognised(found.frame, finest)
    if column is not None and found.frame[column].nunique() > len(set(codes.texts)):
        raise InputError(
            f"{found.where}: the rows are {label(finest)} (column {column}), not {label(level)}.",
            hint=f"read them with level='{finest}'; levels(areas, ['{level}']) makes those that are complete.",
        )


def _refuse_other_version(found: Layer, level: str, edition: str) -> None:
    """SCB's layers carry their version ("2025_v2"), which tells editions apart that share all their codes."""
    declared = declared_edition(found.frame)
    if level in ("deso", "regso") and declared is not None and declared != edition:
        raise CodeError(
            f"{found.where}: column version says edition {declared}, not {edition}.", hint=f"pass edition={declared}."
        )


def declared_edition(frame: pd.DataFrame) -> str | None:
    """The edition that a column ``version`` names in every row, as in SCB's layers; None if there is none.

    Examples
    --------
    >>> declared_edition(pd.DataFrame({"version": ["2025_v2", "2025_v1"]}))
    '2025'
    """
    for column in frame.columns:
        if str(column).lower() == "version":
            found = {match.group(1) if (match := _VERSION.match(str(value))) else None for value in frame[column]}
            return found.pop() if len(found) == 1 else None
    return None


def _code_notes(codes: Codes, level: str, edition: str) -> list[str]:
    notes = []
    if codes.suffixed:
        notes.append(f"The edition's suffix was taken off the codes in column {codes.column}.")
    if codes.numeric:
        notes.append(f"Numbers in column {codes.column} were taken as codes in text.")
    official = official_codes(f"{level}/{edition}")
    unknown = sorted(set(codes.texts) - official) if official else []
    if unknown:
        shown = plain_list(unknown[:5]) + (", …" if len(unknown) > 5 else "")
        notes.append(f"{len(unknown)} codes are in no official list: {shown}.")
    return notes


def _refuse_other_edition(found: Layer, level: str, edition: str, codes: Codes) -> None:
    named = {suffix_edition(str(value).strip()) for value in found.frame[codes.column]} - {None, edition}
    if codes.suffixed and named and level in ("deso", "regso"):
        raise CodeError(
            f"{found.where}: the codes in column {codes.column} say edition {plain_list(sorted(map(str, named)))}, "
            f"not {edition}.",
            hint="pass the edition that the codes name, and split a file that holds both.",
        )
    wrong = other_edition(level, edition, codes.texts)
    if not wrong:
        return
    where = f"{found.where}, column {codes.column}"
    error = not_in_edition(level, edition, wrong, where=where)
    mine = [c for c in set(codes.texts) - set(wrong) if len(guess_edition(level, [c])) == 1]
    if any(guess_edition(level, [c]) == (edition,) for c in mine):
        error = CodeError(
            error.message,
            hint="codes of two editions are mixed in one column: split the file by edition, and read each on its own.",
            failures=error.failures,
        )
    raise error


def _refuse_invalid(found: Layer, codes: Sequence[str]) -> None:
    geometry = found.frame.geometry.to_numpy()
    wrong = np.flatnonzero(~shapely.is_valid(geometry))
    if len(wrong):
        raise GeometryError(
            f"{found.where}: {len(wrong)} polygons are invalid.",
            hint="correct them where the layer was made (QGIS: Check validity shows each); nothing is repaired.",
            failures=[
                {"code": codes[row], "row": row + 1, "problem": shapely.is_valid_reason(geometry[row])}
                for row in wrong.tolist()
            ],
        )


def _dissolve_parts(
    found: Layer, codes: Sequence[str]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.object_], str | None]:
    """First row and polygon of each code in order of appearance, and a note of how many rows became one."""
    geometry = found.frame.geometry.to_numpy()
    labels, first = np.unique(np.asarray(codes, dtype=str), return_index=True)
    polygons = geometry[first]
    if len(labels) == len(codes):
        return first, polygons, None
    rows = pd.Series(np.arange(len(codes))).groupby(list(codes), sort=True).indices
    merged, doubled = 0, []
    for i, text in enumerate(labels):
        parts = geometry[rows[text]]
        if len(parts) == 1:
            continue
        polygons[i] = shapely.union_all(parts)
        merged += 1
        if shapely.area(parts).sum() - polygons[i].area > TOLERANCE:
            doubled.append({"code": str(text), "rows": ", ".join(str(row + 1) for row in rows[text])})
    if doubled:
        raise GeometryError(
            f"{found.where}: {len(doubled)} codes stand in several rows whose polygons overlap.",
            hint="a code may have several parts, but not the same ground twice: remove the duplicates.",
            failures=doubled,
        )
    return first, polygons, f"{len(codes)} rows are parts of {len(labels)} areas; {merged} areas have several."


def _regso(found: Layer, level: str, codes: Sequence[str], key: Key | None) -> tuple[dict[str, str], dict[str, str]]:
    """RegSO of each DeSO and the RegSO's names, from the key table, else from the layer's own columns."""
    if level != "deso":
        if key is not None:
            raise InputError("key= tells the RegSO of DeSO only.", hint="for one's own areas use read_key.")
        return {}, {}
    frame: pd.DataFrame = found.frame if key is None else read_table(key)
    where = found.where if key is None else "the key table"
    if key is not None:
        codes = code_column(frame, "deso", where=where).texts
    elif recognised(frame, "regso") is None:
        return {}, {}
    owners = code_column(frame, "regso", where=where)
    names = name_column(frame, "regso", where=where, column=None, codes=owners.column)
    return dict(zip(codes, owners.texts, strict=True)), {
        owner: display_name("regso", owner, text) for owner, text in zip(owners.texts, names, strict=True) if text
    }


def read_table(source: Key) -> pd.DataFrame:
    """A table of text from a frame, CSV (separator detected) or Parquet file.

    Raises
    ------
    InputError
        The file does not exist or cannot be read.

    Examples
    --------
    >>> read_table(pd.DataFrame({"DeSO_2018": ["0114C1010"]})).columns.tolist()
    ['DeSO_2018']
    """
    if isinstance(source, pd.DataFrame):
        return source
    path = Path(source)
    if not path.exists():
        raise InputError.missing_file(path)
    try:
        if path.suffix.lower() == ".parquet":
            return pd.read_parquet(path)
        text = _decoded(path)
        separator = max(";,\t", key=text.split("\n", 1)[0].count)
        return pd.read_csv(path, sep=separator, dtype=str, encoding=_encoding(path), keep_default_na=False)
    except (ValueError, OSError) as error:
        raise InputError(f"{path} cannot be read as a table: {error}.", hint="give CSV or Parquet.") from error


def _encoding(path: Path) -> str:
    try:
        path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _decoded(path: Path) -> str:
    return path.read_bytes().decode(_encoding(path), errors="replace")


def _refuse_overlaps(areas: AreaDivision, where: str) -> None:
    first, second, size = overlapping(areas.geometry.to_numpy(), above=TOLERANCE)
    if len(size):
        codes = areas.codes
        raise GeometryError(
            f"{where}: {len(size)} pairs of areas overlap by more than {TOLERANCE} m².",
            hint="correct the layer, or declare overlaps=True (a point is then placed in the lowest code).",
            failures=[
                {"codes": f"{codes[i]} and {codes[j]}", "m2": round(float(s), 3)}
                for i, j, s in zip(first, second, size, strict=True)
            ],
        )
