"""A file of areas checked as it stands, with its level and edition told from its codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gisintegration.areas.assemble import assemble, edition_text, objects
from gisintegration.areas.codes import EDITIONS, official_codes, suffix_edition
from gisintegration.areas.columns import code_column, finest_level, recognised
from gisintegration.areas.coverage import TOLERANCE, CoverageReport, check_coverage
from gisintegration.areas.files import Layer, read_layer
from gisintegration.areas.history import guess_edition, label
from gisintegration.areas.read import declared_edition
from gisintegration.errors import InputError


def check_file(
    path: str | Path,
    *,
    level: str | None = None,
    edition: str | int | None = None,
    code: str | None = None,
    layer: str | None = None,
    overlaps: bool = False,
    tolerance: float = TOLERANCE,
) -> CoverageReport:
    """Check a file of areas without refusing what is wrong with its polygons and codes: see :func:`check_coverage`.

    Unlike :func:`read_areas`, invalid polygons, overlapping rows of one code and codes of another edition are findings
    here. Several rows of one code that do not overlap are parts of an area, and no finding.

    Parameters
    ----------
    level, edition
        Without them they are told from the codes, or from SCB's column ``version``.
    code, layer
        As in :func:`read_areas`.

    Raises
    ------
    InputError
        The file cannot be read, or the level or edition cannot be told.
    CodeError
        Codes are missing, numbers, or not written as the level's codes are.
    CRSError
        No coordinate reference system is declared, or it contradicts the coordinates.
    GeometryError
        A row has no polygon at all.

    Examples
    --------
    >>> import tempfile
    >>> from gisintegration.testing import grid_areas
    >>> file = Path(tempfile.mkdtemp()) / "mine.gpkg"
    >>> grid_areas(2, 1, division="district").table[["code", "geometry"]].to_file(file)
    >>> check_file(file, level="district", edition=2024).clean
    True
    """
    found = read_layer(path, layer=layer, level=level, code=code)
    if level is None:
        guessed = _level_of(found)
        if guessed is None:
            raise InputError(
                f"{found.where}: no column of official codes is recognised.",
                hint="pass level= (any name for your own areas), edition= and code=.",
            )
        level = guessed
    codes = code_column(found.frame, level, where=found.where, column=code).texts
    edition = edition_text(level, _edition_of(found, level, codes) if edition is None else edition)
    kept, polygons = _parts_joined(codes, found.frame.geometry.to_numpy(), tolerance)
    return check_coverage(assemble(level, edition, kept, polygons, overlaps=overlaps), tolerance=tolerance)


def guess_level(path: str | Path, *, layer: str | None = None) -> tuple[str, tuple[str, ...]] | None:
    """The finest official level a file's rows carry codes of, and the editions they may be.

    None when no official code is recognised; several editions when neither codes nor a version tell.
    """
    found = read_layer(path, layer=layer)
    level = _level_of(found)
    if level is None:
        return None
    return level, _editions_of(found, level, code_column(found.frame, level, where=found.where).texts)


def _parts_joined(
    codes: list[str], geometry: npt.NDArray[np.object_], tolerance: float
) -> tuple[list[str], npt.NDArray[np.object_]]:
    """Rows of one code made one area, unless they are invalid or lie on the same ground: then each row stays."""
    kept: list[str] = []
    polygons: list[shapely.Geometry] = []
    rows = pd.Series(np.arange(len(codes))).groupby(codes, sort=True).indices
    for code, these in rows.items():
        parts = geometry[these]
        if len(parts) > 1 and shapely.is_valid(parts).all():
            whole = shapely.union_all(parts)
            if shapely.area(parts).sum() - whole.area <= tolerance:
                parts = np.array([whole], dtype=object)
        kept += [str(code)] * len(parts)
        polygons += list(parts)
    return kept, objects(polygons)


def _level_of(found: Layer) -> str | None:
    return finest_level(found.frame)


def _editions_of(found: Layer, level: str, codes: list[str]) -> tuple[str, ...]:
    declared = declared_edition(found.frame)
    if declared is not None and level in ("deso", "regso"):
        return (declared,)
    column = recognised(found.frame, level)
    named = {suffix_edition(str(value)) for value in found.frame[column]} - {None} if column else set()
    if len(named) == 1:
        return tuple(str(text) for text in named)
    if column is not None and column[-4:] in EDITIONS[level]:
        return (column[-4:],)
    return _fewest_missing(level, codes, guess_edition(level, codes))


def _fewest_missing(level: str, codes: list[str], editions: tuple[str, ...]) -> tuple[str, ...]:
    """Of editions that have as many of the codes, those whose own codes in the same kommuner lack least here."""
    given, places = set(codes), {code[:4] for code in codes}
    lacking = {
        edition: sum(code[:4] in places and code not in given for code in official_codes(f"{level}/{edition}") or ())
        for edition in editions
    }
    return tuple(edition for edition in editions if lacking[edition] == min(lacking.values()))


def _edition_of(found: Layer, level: str, codes: list[str]) -> str:
    editions = _editions_of(found, level, codes)
    if len(editions) == 1 or level not in ("deso", "regso"):
        return (editions or EDITIONS[level])[-1]
    told = f"may be of edition {' or '.join(editions)}" if editions else "are in no official list"
    raise InputError(f"{found.where}: its {label(level)} codes {told}.", hint="pass edition=.")
