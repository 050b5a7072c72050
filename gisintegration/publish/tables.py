"""Tables for Excel: CSV with a byte-order mark, semicolons and decimal commas, one for each indicator and edition."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.errors import InputError
from gisintegration.progress import ProgressOption, reporter
from gisintegration.publish.cells import (
    QUALITY,
    check_areas,
    is_code,
    is_recalculated,
    of_edition,
    outwards_each,
    positions,
    totals,
)
from gisintegration.publish.csv_long import write_long
from gisintegration.publish.csv_text import formed, looked_up, plain_cell
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
    names = dict(zip(areas.table["code"], areas.table["name"], strict=True))
    codes = sorted({str(code) for code in rows["area"].unique()}, key=sort_key)
    sexes = sorted({str(sex) for sex in rows["sex"].unique()}, key=lambda sex: (sex != TOTAL, sex))
    line = positions(rows["area"], codes) * len(sexes) + positions(rows["sex"], sexes)
    there, line = np.unique(line, return_inverse=True)
    year = np.searchsorted(years, rows["year"].to_numpy())
    told = _told(rows, indicator, language)
    absent = getattr(WORDS[Status.MISSING], language)
    cells = np.full((len(there), len(years), len(told)), "", dtype=object)
    for at, (name, texts) in enumerate(told.items()):
        cells[:, :, at] = absent if name == "status" else ""
        cells[line, year, at] = texts
    policy = ", ".join(sorted(release.stamps))
    who = {sex: class_text(release.labels, "sex", sex, language) for sex in sexes}
    heads = [FIELDS[name][language] for name in ("code", "name", "sex")]
    told_of = [FIELDS[name][language] + (" (%)" if name == "exact_share" else "") for name in told if name != "value"]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", quoting=csv.QUOTE_MINIMAL)
        writer.writerow(
            [
                *heads,
                *(head for year in years for head in (year, *(f"{mark} {year}" for mark in told_of))),
                FIELDS["policy"][language],
            ]
        )
        for position, across in zip(there.tolist(), cells.reshape(len(there), -1).tolist(), strict=True):
            area, sex = codes[position // len(sexes)], sexes[position % len(sexes)]
            writer.writerow([plain_cell(area), plain_cell(str(names[area])), who[sex], *across, policy])
    kinds = ["String" if name in ("status", "method") else "Real" for name in told]
    types = ["String"] * 3 + kinds * len(years) + ["String"]
    path.with_suffix(".csvt").write_text(",".join(f'"{kind}"' for kind in types) + "\n", encoding="ascii")


def _told(rows: pd.DataFrame, indicator: Indicator, language: Language) -> dict[str, npt.NDArray[np.object_]]:
    """What stands in each year's columns: figure and status; of a recalculated table also how sure each figure is."""
    decimals = indicator.decimals
    values = rows["value"].to_numpy(dtype=np.float64)
    words = {str(code): getattr(WORDS[code], language) for code in Status}
    told = {"value": formed(values, decimals, language), "status": looked_up(rows["status"], words)}
    if not is_recalculated(rows).any():
        return told
    methods = {str(code): method_words(str(code), language) for code in rows["method"].unique() if str(code)}
    told["method"] = looked_up(rows["method"], methods)
    lower, upper, se, exact = (rows[name].to_numpy(dtype=np.float64) for name in QUALITY)
    scale = 10.0**decimals
    told["lower"] = formed(outwards_each(lower, scale, up=False), decimals, language)
    told["upper"] = formed(outwards_each(upper, scale, up=True), decimals, language)
    told["se"] = formed(se, decimals, language)
    told["exact_share"] = formed(outwards_each(100 * exact, 1.0, up=False), 0, language)
    for name in ("method", *QUALITY):
        told[name][np.isnan(values)] = ""
    return told


def _write_about(path: Path, release: Release, language: Language) -> None:
    lines = [release.name, *(part.decode() for part in file_facts(release, language).values()), ""]
    lines += [f"{edition_title(item, language)}: {item.source}, {item.licence}" for item in release.areas.values()]
    for code, indicator in release.indicators.items():
        lines += ["", f"{code}: {indicator.title[language]}", *explanation(indicator, language)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
