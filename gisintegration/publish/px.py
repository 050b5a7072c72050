"""A release as PX files for PxWeb, PX-Win and SuperCross: one for each subject and edition."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from gisintegration.errors import FormatError
from gisintegration.formats import Encoding, write_px_blocks
from gisintegration.progress import ProgressOption, reporter
from gisintegration.publish.cubes import Layout, StatTable, stat_tables
from gisintegration.publish.office import checked
from gisintegration.publish.output import writing
from gisintegration.publish.words import Language
from gisintegration.tables import Release

# What PX cannot hold: a quotation mark anywhere, and in notes the sign that means a line break there.
SUBSTITUTES = {'"': "”", "#": "nr "}


def write_px(
    release: Release,
    folder: str | Path,
    *,
    language: Language = "sv",
    encoding: Encoding = "utf-8",
    layout: Layout = "list",
    region_suffix: bool = False,
    contact: str = "",
    progress: ProgressOption = None,
) -> list[Path]:
    """Write a PX file for each subject and edition: its indicators as contents, for every area, class and year.

    Both languages stand in the file. Figures have the decimals of their indicator; in place of a figure stands the mark
    of its status (`docs/px.md`). Definitions, reference times, assumptions, breaks in the series, how the figures are
    protected, the source and the notes of the release stand as notes; contents that were recalculated have bounds,
    standard error and exact share beside them. Written a part at a time: there is no limit on the number of cells.

    Parameters
    ----------
    folder
        Replaced as a whole.
    language
        The main language.
    encoding
        ``utf-8``, or ``windows-1252`` for PX-Win and older programs.
    layout
        ``list``: breakdowns that are never given together share one dimension, as SCB's list "Bakgrund" does.
        ``apart``: a dimension for each.
    region_suffix
        Codes of DeSO and RegSO with their edition, as SCB writes them: ``0114A0010_DeSO2025``.
    contact
        Whom to ask; the release's organisation when not said.

    Returns
    -------
    list of Path
        The files, by name.

    Raises
    ------
    InputError
        No such language, or figures for areas that their edition lacks.
    FormatError
        A text cannot be written in PX, or not in the code page; every one is listed. Nothing was written.
    OutputError
        The folder could not be written. What stood there is whole.

    Examples
    --------
    >>> import tempfile
    >>> from gisintegration.database import release
    >>> from gisintegration.disclosure import protect
    >>> from gisintegration.testing import example_raw, grid_areas
    >>> areas = grid_areas(3, 2)
    >>> raw = example_raw(numerator=[50, 4, 30, 0, 75, 20], denominator=[100, 90, 60, 80, 100, 18])
    >>> made = release(protect([raw], "scb-share-rule"), areas={areas.key: areas})
    >>> (path,) = write_px(made, Path(tempfile.mkdtemp()) / "px")
    >>> path.name
    'example_deso_2018.px'
    >>> path.read_text(encoding="utf-8-sig").splitlines()[-6:]
    ['50.0 ', '".." ', '50.0 ', '".." ', '75.0 ', '".." ;']
    """
    tables = stat_tables(
        release, language=checked(language), layout=layout, region_suffix=region_suffix, contact=contact
    )

    def write(table: StatTable, to: Path) -> Path:
        return write_px_blocks(
            table.frame, table.blocks(), to / f"{table.name}.px", encoding=encoding, substitute=SUBSTITUTES
        )

    return write_each(tables, folder, write, progress=progress)


def write_each(
    tables: Iterator[StatTable],
    folder: str | Path,
    write: Callable[[StatTable, Path], Path],
    *,
    progress: ProgressOption,
) -> list[Path]:
    """Write every table with ``write``, into a folder that is replaced when all are written.

    Raises
    ------
    FormatError
        A table cannot be written; its name is told, not where it was being written.
    """
    report, written = reporter(progress), []
    with writing(folder) as temporary:
        temporary.mkdir()
        for table in tables:
            report(0.0, f"table {table.name}")
            try:
                written.append(write(table, temporary).name)
            except FormatError as error:
                message = error.message.replace(f"{temporary}", f"{folder}")
                raise FormatError(message, hint=_HINT, failures=error.failures) from error
    report(1.0, f"{len(written)} tables are written")
    return sorted(Path(folder) / name for name in written)


_HINT = "change the name or text in the areas or declarations; letters that a code page lacks need encoding='utf-8'."
