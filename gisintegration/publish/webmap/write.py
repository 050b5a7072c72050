"""Writing the page: folium lays the map out, our element fills it, and everything it needs is put inside."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from gisintegration.errors import InputError
from gisintegration.progress import ProgressOption, reporter
from gisintegration.publish.output import writing
from gisintegration.publish.webmap.choose import chosen_rows
from gisintegration.publish.webmap.content import content
from gisintegration.publish.webmap.page import page
from gisintegration.publish.webmap.texts import checked_language
from gisintegration.tables import Release


def write_map(
    release: Release,
    path: str | Path,
    *,
    indicator: str,
    level: str = "deso",
    language: str = "sv",
    sex: str = "total",
    years: Collection[int] | None = None,
    progress: ProgressOption = None,
) -> Path:
    """A map of one indicator with a slider over its years, in one HTML file that makes no network call.

    The file opens from a disk, on a phone and on paper; it holds the figures of the release and nothing else. Where a
    level has several editions, each year is drawn on its own, and the break is marked. Classes are common to all
    years. A protected figure is hatched and told in words, and is nowhere in the file. Borders are simplified
    (``display`` geometry, 15 m or coarser) in the coordinate system of the areas, EPSG:3006; no figure is computed
    from them.

    Parameters
    ----------
    indicator
        Id of an indicator of the release.
    level
        Division that is drawn, ``deso``.
    language
        ``sv`` or ``en``: every text of the page.
    sex
        ``total``, ``women`` or ``men``.
    years
        Data years to show; default all the release has on that level.
    progress
        True for a bar, or a callable ``(fraction, message)``.

    Returns
    -------
    Path
        Where the file was written. The same release gives the same bytes.

    Raises
    ------
    InputError
        The release has no such indicator, level, sex or year; the language is unknown; ``path`` is no ``.html``.
    OutputError
        The file could not be written; what stood there before is whole.

    Examples
    --------
    >>> import tempfile
    >>> from gisintegration.database import release
    >>> from gisintegration.disclosure import protect
    >>> from gisintegration.testing import example_raw, grid_areas
    >>> areas = grid_areas(2, 1)
    >>> tables = protect(example_raw(numerator=[30, 2], denominator=[60, 40]), "scb-share-rule")
    >>> made = release(tables, areas={areas.key: areas})
    >>> file = write_map(made, Path(tempfile.mkdtemp()) / "map.html", indicator="example_share")
    >>> "Skyddas (för få personer)" in file.read_text(encoding="utf-8")
    True
    """
    path = Path(path)
    spoken = checked_language(language)
    report = reporter(progress)
    if not release.tables:
        raise InputError("The release is empty.", hint="release at least one protected table.")
    report(0.0, "choosing figures")
    rows = chosen_rows(release.statistics, release, indicator=indicator, sex=sex)
    declared = release.indicators[indicator]
    report(0.2, "drawing areas")
    data: Mapping[str, Any] = content(
        rows, release, declared, level=level, sex=sex, language=spoken, years=sorted(set(years)) if years else None
    )
    report(0.8, "writing the page")
    text = page(data, release, declared, language=spoken)
    with writing(path, suffix=".html") as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    report(1.0, "done")
    return path
