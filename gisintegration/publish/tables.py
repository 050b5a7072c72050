"""Tables for Excel: CSV with a byte-order mark, semicolons and decimal commas, one for each indicator and edition."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Literal, get_args

import pandas as pd

from gisintegration.errors import InputError
from gisintegration.progress import ProgressOption, reporter
from gisintegration.publish.cells import QUALITY, check_areas, is_code, is_recalculated, of_edition, outwards, totals
from gisintegration.publish.csv_long import write_long
from gisintegration.publish.csv_text import figure_text, plain_cell
from gisintegration.publish.output import writing
from gisintegration.publish.parquet import file_facts
from gisintegration.publish.words import (
    FIELDS,
    LANGUAGES,
    Language,
    class_text,
    edition_title,
    explanation,
    layer_names,
)
from gisintegration.swedish import sort_key
from gisintegration.tables import TOTAL, WORDS, Areas, Indicator, Release, Status, method_words

CsvLayout = Literal["wide", "long"]
LAYOUTS: tuple[CsvLayout, ...] = get_args(CsvLayout)
_QUALITY = ("method", *QUALITY)


def write_tables(
    release: Release,
    folder: str | Path,
    *,
    language: Language = "sv",
    layout: CsvLayout = "wide",
    progress: ProgressOption = None,
) -> list[Path]:
    """Write a CSV for each indicator and edition: a row for each area and sex, and for each year its value and status.

    With ``layout="long"`` instead a CSV for each edition: a row for each figure, breakdowns and all, with every column
    of the row (`docs/format.md`), and the texts of its codes beside them.

    In wide tables, where some figures were recalculated by weights, each year also has the method in words, the bounds
    (rounded outwards), the standard error, and the per cent of the figure that is exact (rounded down).

    Files open in Excel by a double click: UTF-8 with a byte-order mark, semicolons, decimal commas. A ``.csvt`` beside
    each tells GIS programs that codes are text. ``about.txt`` says what the indicators mean, and holds the source
    line, how the figures are protected, and the notes. Values are empty unless shown or zero; the status says why.

    Parameters
    ----------
    folder
        Replaced as a whole.
    language
        Of headings and words. The columns of long tables have the same names in both.
    layout
        ``wide``: years beside each other, totals and sexes. ``long``: every figure in a row of its own.

    Returns
    -------
    list of Path
        The CSV files, by name.

    Raises
    ------
    InputError
        No such language or layout, or figures for areas that their edition lacks.
    OutputError
        The folder could not be written. What stood there is whole.
    """
    if language not in LANGUAGES:
        raise InputError.unknown("language", language, LANGUAGES)
    if layout not in LAYOUTS:
        raise InputError.unknown("layout", layout, LAYOUTS)
    statistics = release.statistics
    rows = totals(statistics, sexes=True) if layout == "wide" else statistics
    check_areas(rows, release)
    report, written = reporter(progress), []
    names = layer_names(release)
    with writing(folder) as temporary:
        temporary.mkdir()
        for i, (key, name) in enumerate(sorted(names.items())):
            report(i / len(names), f"tables of {key}")
            areas = release.areas[key]
            here = of_edition(rows, areas)
            if layout == "long" and len(here):
                written.append(f"{name}.csv")
                write_long(temporary / written[-1], here, areas, release=release, language=language)
                continue
            for code, indicator in release.indicators.items():
                mine = here[is_code(here["indicator"], code)]
                if not mine.empty:
                    written.append(f"{name}__{code}.csv")
                    _write(temporary / written[-1], mine, areas, indicator, release=release, language=language)
        _write_about(temporary / "about.txt", release, language)
    report(1.0, f"{len(written)} tables are written")
    return sorted(Path(folder) / name for name in written)


def _write(
    path: Path, rows: pd.DataFrame, areas: Areas, indicator: Indicator, *, release: Release, language: Language
) -> None:
    years = sorted(int(year) for year in rows["year"].unique())
    status = {code: getattr(WORDS[code], language) for code in Status}
    names = dict(zip(areas.table["code"], areas.table["name"], strict=True))
    figures = rows["value"].to_numpy()
    texts = [figure_text(value, indicator.decimals, language) for value in figures]
    recalculated = bool(is_recalculated(rows).any())
    sure = _quality(rows, indicator, language) if recalculated else [()] * len(rows)
    cells = {
        (str(area), str(sex), int(year)): (text, status[Status(str(state))], *more)
        for area, sex, year, text, state, more in zip(
            rows["area"], rows["sex"], rows["year"], texts, rows["status"], sure, strict=True
        )
    }
    sexes = sorted({sex for _, sex, _ in cells}, key=lambda sex: (sex != TOTAL, sex))
    pairs = {(area, sex) for area, sex, _ in cells}
    policy = ", ".join(sorted(release.stamps))
    heads = [FIELDS[name][language] for name in ("code", "name", "sex")]
    marks = ("status", *(_QUALITY if recalculated else ()))
    told_of = [FIELDS[name][language] + (" (%)" if name == "exact_share" else "") for name in marks]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", quoting=csv.QUOTE_MINIMAL)
        writer.writerow(
            [
                *heads,
                *(head for year in years for head in (year, *(f"{mark} {year}" for mark in told_of))),
                FIELDS["policy"][language],
            ]
        )
        for area in sorted({area for area, _ in pairs}, key=sort_key):
            for sex in sexes:
                if (area, sex) in pairs:
                    missing = ("", status[Status.MISSING], *([""] * (len(marks) - 1)))
                    told = [text for year in years for text in cells.get((area, sex, year), missing)]
                    who = class_text(release.labels, "sex", sex, language)
                    writer.writerow([plain_cell(area), plain_cell(str(names[area])), who, *told, policy])
    more = ["String"] + ["Real"] * len(QUALITY) if recalculated else []
    types = ["String"] * 3 + ["Real", "String", *more] * len(years) + ["String"]
    path.with_suffix(".csvt").write_text(",".join(f'"{kind}"' for kind in types) + "\n", encoding="ascii")


def _quality(rows: pd.DataFrame, indicator: Indicator, language: Language) -> list[tuple[str, ...]]:
    """How each figure was made and how sure it is; empty where there is no figure."""
    methods = {str(code): method_words(str(code), language) for code in rows["method"].unique() if str(code)}
    return [
        (
            methods.get(str(method), ""),
            figure_text(outwards(lower, indicator.decimals, up=False), indicator.decimals, language),
            figure_text(outwards(upper, indicator.decimals, up=True), indicator.decimals, language),
            figure_text(se, indicator.decimals, language),
            figure_text(outwards(100 * part, 0, up=False), 0, language),
        )
        if not math.isnan(value)
        else ("",) * len(_QUALITY)
        for value, method, lower, upper, se, part in zip(
            rows["value"], rows["method"], *(rows[name] for name in QUALITY), strict=True
        )
    ]


def _write_about(path: Path, release: Release, language: Language) -> None:
    lines = [release.name, *(part.decode() for part in file_facts(release, language).values()), ""]
    lines += [f"{edition_title(item, language)}: {item.source}, {item.licence}" for item in release.areas.values()]
    for code, indicator in release.indicators.items():
        lines += ["", f"{code}: {indicator.title[language]}", *explanation(indicator, language)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
