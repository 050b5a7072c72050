"""PowerPoint decks: a map with key figures, and a chart that can be edited, for each indicator."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from gisintegration.errors import InputError
from gisintegration.progress import ProgressOption, reporter
from gisintegration.publish.cells import check_areas, common_classes, totals
from gisintegration.publish.classes import Classes
from gisintegration.publish.office import checked, chosen, extra
from gisintegration.publish.output import writing
from gisintegration.publish.powerpoint_chart import add_chart
from gisintegration.publish.powerpoint_figures import story
from gisintegration.publish.powerpoint_map import Maps, add_map, can_draw
from gisintegration.publish.powerpoint_parts import DEEP, HEIGHT, INK, LEFT, PALE, Deck, without_effects
from gisintegration.publish.powerpoint_words import release_line
from gisintegration.publish.words import Language, marked, sentences
from gisintegration.tables import Release


def write_powerpoint(
    release: Release,
    path: str | Path,
    *,
    indicators: Collection[str] | None = None,
    level: str | None = None,
    areas: Collection[str] | None = None,
    language: Language = "sv",
    date: str = "",
    progress: ProgressOption = None,
) -> Path:
    """Write a 16:9 deck that can be shown as it is: a title slide, then a map and a chart for each indicator.

    The map slide has a picture of the latest year in the classes and colours of the layers, a pattern for every state
    that is not a figure, a legend with the class edges, and the key figures. The chart slide has a native chart that
    can be edited, with the figures behind it, for some areas with what they lie in; breaks in the series are marked
    between the years and told at the foot. Every slide has the source line, how the figures are protected, and notes
    to the speaker with definition, population, reference time and assumptions. A figure that is not shown is nowhere in
    the file.

    Parameters
    ----------
    path
        A name that ends in ``.pptx``.
    indicators
        Ids; default all that the release has.
    level
        The division of maps and charts; default RegSO where an indicator has it, else the smallest areas.
    areas
        Codes of the latest edition for the chart; default the five most populous areas with a figure, or, where the
        release has no ``population``, those with the highest figures.
    language
        ``sv`` or ``en``: every word of the deck.
    date
        For the title slide, as it is to be read there; never taken from a clock.
    progress
        True for a bar, or a callable ``(fraction, message)``.

    Returns
    -------
    Path
        Where the file was written. The same release gives the same bytes.

    Raises
    ------
    InputError
        No such language, indicator, level or area; the release is empty; there is nothing to show.
    OutputError
        A package of the extra ``office`` is not installed, or the file could not be written; what stood there is whole.

    Examples
    --------
    >>> import tempfile
    >>> from gisintegration.database import release
    >>> from gisintegration.disclosure import protect
    >>> from gisintegration.testing import example_raw, grid_areas
    >>> areas = grid_areas(2, 1)
    >>> tables = protect(example_raw(numerator=[30, 2], denominator=[60, 40]), "scb-share-rule")
    >>> made = release(tables, areas={areas.key: areas})
    >>> write_powerpoint(made, Path(tempfile.mkdtemp()) / "figures.pptx").name
    'figures.pptx'
    """
    spoken = checked(language)
    for package in ("pptx", "xlsxwriter"):
        extra(package)
    made = chosen(release, indicators=indicators)
    rows = totals(made.statistics)
    check_areas(rows, made)
    divisions = sorted(set(rows["division"].astype("str")))
    if level is not None and level not in divisions:
        raise InputError.unknown("level", level, divisions, where=f"release {release.name}")
    report, maps, classed = reporter(progress), Maps(), common_classes(rows, made)
    deck = Deck(
        spoken,
        title=marked(made.name, made, spoken),
        author=made.organisation,
        subject=made.source_line(spoken),
    )
    _title_slide(deck, made, date, spoken)
    declared = made.indicators
    for i, indicator in enumerate(declared.values()):
        report(i / len(declared), indicator.title[spoken])
        # The sizes of areas come from the whole release, whichever indicators are shown.
        told = story(release, indicator, level=level, areas=areas, language=spoken)
        if told is None:
            continue
        if can_draw(told):
            classes = classed.get((indicator.id, told.now.areas.division), Classes(()))
            add_map(deck, told, made, classes, maps, language=spoken)
        if told.series:
            add_chart(deck, told, made, language=spoken)
    if len(deck.presentation.slides) == 1:
        raise InputError(
            "There is nothing to show.", hint="choose a level that has polygons or figures that are shown."
        )
    with writing(path, suffix=".pptx") as temporary:
        deck.save(temporary)
    report(1.0, f"{Path(path).name} is written")
    return Path(path)


def _title_slide(deck: Deck, release: Release, date: str, language: Language) -> None:
    slide = deck.slide(marked(release.name, release, language), first=True)
    band = slide.shapes.add_shape(1, 0, 0, deck.inches(0.22), deck.inches(HEIGHT))
    band.fill.solid()
    band.fill.fore_color.rgb = extra("pptx.dml.color").RGBColor.from_string(DEEP)
    band.line.fill.background()
    without_effects(band)
    about = [text for text in (release.organisation, date) if text]
    lines = [[(text, {"size": 20, "color": INK})] for text in about]
    lines.append([(release_line(release, language), {"size": 14, "color": PALE})])
    deck.text(slide, lines, (LEFT, 3.85, 11.5, 1.2))
    told = [text for text in sentences(release, language) if len(text) <= 200]
    deck.text(slide, [[(text, {"size": 12, "color": PALE})] for text in told], (LEFT, 5.6, 11.9, 1.5), bottom=True)
    deck.notes(slide, sentences(release, language))
