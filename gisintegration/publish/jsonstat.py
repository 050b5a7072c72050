"""A release as JSON-stat datasets, for scripts and web pages: one for each subject and edition."""

from __future__ import annotations

from pathlib import Path

from gisintegration.formats import write_jsonstat_blocks
from gisintegration.progress import ProgressOption
from gisintegration.publish.cubes import Layout, StatTable, stat_tables
from gisintegration.publish.office import checked
from gisintegration.publish.px import write_each
from gisintegration.publish.words import Language
from gisintegration.tables import Release


def write_jsonstat(
    release: Release,
    folder: str | Path,
    *,
    language: Language = "sv",
    layout: Layout = "list",
    region_suffix: bool = False,
    contact: str = "",
    progress: ProgressOption = None,
) -> list[Path]:
    """Write a JSON-stat 2.0 dataset for each subject and edition: the same tables as :func:`write_px`.

    Figures are values, and their marks are statuses: a protected figure is null with the status ``..``. The other
    language stands in an extension.

    Parameters
    ----------
    folder
        Replaced as a whole.
    language, layout, region_suffix, contact
        As in :func:`write_px`.

    Returns
    -------
    list of Path
        The files, by name.

    Raises
    ------
    InputError
        No such language, or figures for areas that their edition lacks.
    OutputError
        The folder could not be written. What stood there is whole.

    Examples
    --------
    >>> import tempfile
    >>> from gisintegration.database import release
    >>> from gisintegration.disclosure import protect
    >>> from gisintegration.formats import read_jsonstat
    >>> from gisintegration.testing import example_raw, grid_areas
    >>> areas = grid_areas(2, 1)
    >>> raw = example_raw(numerator=[50, 4], denominator=[100, 90])
    >>> made = release(protect([raw], "scb-share-rule"), areas={areas.key: areas})
    >>> (path,) = write_jsonstat(made, Path(tempfile.mkdtemp()) / "jsonstat")
    >>> read_jsonstat(path).table[["Region", "Tid", "figure", "mark"]].to_numpy().tolist()
    [['0114A0010', '2022', 50.0, ''], ['0114A0020', '2022', nan, '..']]
    """
    tables = stat_tables(
        release, language=checked(language), layout=layout, region_suffix=region_suffix, contact=contact
    )

    def write(table: StatTable, to: Path) -> Path:
        return write_jsonstat_blocks(table.frame, table.blocks(), to / f"{table.name}.json")

    return write_each(tables, folder, write, progress=progress)
