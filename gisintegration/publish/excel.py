"""Excel workbooks: a sheet that tells what the figures are, and one for each indicator."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from gisintegration.errors import InputError
from gisintegration.progress import ProgressOption, reporter
from gisintegration.publish.cells import check_areas, is_code
from gisintegration.publish.excel_about import write_about
from gisintegration.publish.excel_rows import Grid, grid
from gisintegration.publish.excel_sheet import FIRST_ROW, Look, Page, write_sheet
from gisintegration.publish.office import WORDS, checked, chosen, extra, level_titles, made_at, policies
from gisintegration.publish.output import writing
from gisintegration.publish.words import Language, is_internal, marked
from gisintegration.tables import Indicator, Release

MAX_ROWS = 1_048_576
_NAME, _FORBIDDEN = 31, set("[]:*?/\\'")
# A name that Excel keeps for itself.
_KEPT = "history"


def write_excel(
    release: Release,
    path: str | Path,
    *,
    language: Language = "sv",
    indicators: Collection[str] | None = None,
    levels: Collection[str] | None = None,
    progress: ProgressOption = None,
) -> Path:
    """Write a release as an Excel workbook that can be read, filtered, calculated on and printed as it is.

    The first sheet says what the figures are: definition, population, reference time, breaks, assumptions, protection,
    source, what each status means, and a link to every sheet. Then a sheet for each indicator, from the country to the
    smallest areas: a row for each area and class, the years' figures side by side, and their statuses, one column a
    year, after them. Figures are numbers, rounded half away from zero, in the reader's own decimal sign; codes are
    text. A figure that is not shown is an empty cell with a pattern, never a nought, and its status says why. Figures
    recalculated by weights are in blue italics, with their method, bounds (rounded outwards), standard error and exact
    share in columns of their own. An empty status means that the year is not given on that edition.

    Parameters
    ----------
    path
        A name that ends in ``.xlsx``.
    language
        ``sv`` or ``en``: every word in the workbook.
    indicators, levels
        Ids of indicators and divisions (``deso``) to write; default all that the release has.
    progress
        True for a bar, or a callable ``(fraction, message)``.

    Returns
    -------
    Path
        Where the file was written. The same release gives the same bytes.

    Raises
    ------
    InputError
        No such language, indicator or level; the release is empty; figures for areas that their edition lacks.
    OutputError
        The package xlsxwriter is not installed, or the file could not be written; what stood there is whole.

    Examples
    --------
    >>> import tempfile
    >>> from gisintegration.database import release
    >>> from gisintegration.disclosure import protect
    >>> from gisintegration.testing import example_raw, grid_areas
    >>> areas = grid_areas(2, 1)
    >>> tables = protect(example_raw(numerator=[30, 2], denominator=[60, 40]), "scb-share-rule")
    >>> made = release(tables, areas={areas.key: areas})
    >>> write_excel(made, Path(tempfile.mkdtemp()) / "figures.xlsx").name
    'figures.xlsx'
    """
    spoken = checked(language)
    xlsxwriter = extra("xlsxwriter")
    made = chosen(release, indicators=indicators, levels=levels)
    rows = made.statistics
    check_areas(rows, made)
    report = reporter(progress)
    titles = level_titles(made, spoken)
    with writing(path, suffix=".xlsx") as temporary:
        options = {
            "constant_memory": True,
            "tmpdir": str(temporary.parent),
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        }
        workbook = xlsxwriter.Workbook(str(temporary), options)
        try:
            _properties(workbook, made, spoken)
            about = workbook.add_worksheet(WORDS["about"][spoken])
            look = Look(workbook)
            pages, taken = [], [WORDS["about"][spoken]]
            declared = made.indicators
            for i, (code, indicator) in enumerate(declared.items()):
                report(i / len(declared), indicator.title[spoken])
                mine = rows[is_code(rows["indicator"], code)]
                whole = grid(mine, made, indicator, titles, spoken)
                notes = [made.source_line(spoken), *policies(made, mine, spoken)]
                for name, part in _parts(whole, indicator, taken, spoken):
                    page = Page(name, marked(indicator.title[spoken], made, spoken), indicator, whole, part)
                    sheet = workbook.add_worksheet(name)
                    if is_internal(made):
                        sheet.set_tab_color("#b3261e")
                    write_sheet(sheet, page, look, notes=[note for note in notes if note], language=spoken)
                    pages.append(page)
            write_about(about, made, pages, rows, look, language=spoken)
        finally:
            workbook.close()
    report(1.0, f"{Path(path).name} is written")
    return Path(path)


def sheet_name(title: str, taken: Sequence[str]) -> str:
    r"""A name that Excel takes for a sheet: at most 31 characters, none of ``[]:*?/\'``, in no case taken.

    Examples
    --------
    >>> sheet_name("Andel med bistånd och/eller arbetslösa, 20–64 år", [])
    'Andel med bistånd och eller'
    >>> sheet_name("Folkmängd", ["folkmängd"]), sheet_name("[History]", []), sheet_name("???", [])
    ('Folkmängd (2)', 'History_', '_')
    """
    plain = "".join(" " if letter in _FORBIDDEN or not letter.isprintable() else letter for letter in title)
    plain = " ".join(plain.split()) or "_"
    name, number = _shortened(plain, _NAME), 2
    if name.casefold() == _KEPT:
        name = f"{name}_"
    used = {other.casefold() for other in taken}
    while name.casefold() in used:
        end = f" ({number})"
        name, number = _shortened(plain, _NAME - len(end)) + end, number + 1
    return name


def _shortened(text: str, length: int) -> str:
    """The text cut between two words where that leaves most of it."""
    if len(text.encode("utf-16-le")) // 2 <= length:
        return text
    cut = text.encode("utf-16-le")[: 2 * length].decode("utf-16-le", "ignore")
    words = cut.rpartition(" ")[0] if text[len(cut) : len(cut) + 1] != " " else cut
    return (words if len(words) > length // 2 else cut).rstrip(" ,.;–-")


def _parts(whole: Grid, indicator: Indicator, taken: list[str], language: Language) -> Iterator[tuple[str, slice]]:
    """The sheets of one indicator: one, unless it has more rows than a sheet holds."""
    if len(whole.heads) + len(whole.years) * (2 + len(whole.quality)) > 16_384:
        raise InputError(
            f"{indicator.id} has {len(whole.years)} years: more columns than a sheet holds.", hint="name fewer years."
        )
    for part in whole.parts(MAX_ROWS - FIRST_ROW):
        taken.append(sheet_name(indicator.title[language], taken))
        yield taken[-1], part


def _properties(workbook: Any, release: Release, language: Language) -> None:
    workbook.set_properties(
        {
            "title": marked(release.name, release, language),
            "author": release.organisation,
            "company": release.organisation,
            "comments": release.source_line(language),
            "created": made_at(),
        }
    )
    workbook.set_size(24_000, 14_000)
