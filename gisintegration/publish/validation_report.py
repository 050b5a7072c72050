"""The report of a validation: a page, the same as JSON, and the coverage table for Excel."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from gisintegration.database.checks.findings import Number
from gisintegration.database.coverage import CROSSED
from gisintegration.database.validation import Validation
from gisintegration.errors import InputError
from gisintegration.publish.csv_text import figure_text, plain_cell
from gisintegration.publish.output import writing
from gisintegration.publish.pages import page
from gisintegration.publish.report_texts import LEGEND, MARKS, TEXTS
from gisintegration.publish.words import (
    LANGUAGES,
    Language,
    class_text,
    edition_title,
    internal,
    is_internal,
    sentences,
)
from gisintegration.tables import BREAKDOWNS, TOTAL, Indicator, Release

LISTED = 200
_STEPS = (50, 80, 95)
_FORMAT = 1


def write_validation(
    validation: Validation,
    coverage: pd.DataFrame,
    folder: str | Path,
    *,
    release: Release,
    language: Language = "sv",
) -> list[Path]:
    """Write ``validation.html``, ``validation.json`` and ``coverage.csv``.

    The page is one file, reads without scripts or a network, and tells the first 200 findings of each severity; the
    JSON has all of them. They are made of protected figures only.

    Parameters
    ----------
    validation, coverage
        From ``gi.validate`` and ``gi.coverage``.
    folder
        Made when it is not there; other files in it are left alone.
    release
        What was validated: for titles, the source line and the sentences about protection.

    Raises
    ------
    InputError
        No such language.
    OutputError
        A file could not be written.
    """
    if language not in LANGUAGES:
        raise InputError.unknown("language", language, LANGUAGES)
    folder = Path(folder)
    with writing(folder / "validation.html") as path:
        path.write_text(_html(validation, coverage, release, language), encoding="utf-8", newline="\n")
    with writing(folder / "validation.json") as path:
        text = json.dumps(_content(validation, coverage), ensure_ascii=False, indent=1, sort_keys=True)
        path.write_text(text + "\n", encoding="utf-8", newline="\n")
    return [
        folder / "validation.html",
        folder / "validation.json",
        write_coverage(coverage, folder / "coverage.csv", release=release, language=language),
    ]


def write_coverage(coverage: pd.DataFrame, path: str | Path, *, release: Release, language: Language = "sv") -> Path:
    """Write the coverage table as a CSV for Excel: UTF-8 with a byte-order mark, semicolons, decimal commas.

    Raises
    ------
    OutputError
        The file could not be written.
    """
    words, titles = TEXTS[language], _titles(release, language)
    why = coverage["why_sv" if language == "sv" else "why"]
    with writing(path) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(words["columns"])
        row: Any
        for row, reason in zip(coverage.itertuples(index=False), why, strict=True):
            share = 100 * row.shown / row.cells if row.cells else float("nan")
            writer.writerow(
                [
                    plain_cell(titles.get(str(row.indicator), str(row.indicator))),
                    row.indicator,
                    row.division,
                    row.edition,
                    _breakdown(str(row.breakdown), language),
                    row.year,
                    words["yes"] if row.given else words["no"],
                    reason,
                    row.cells,
                    row.shown,
                    figure_text(share, 1, language),
                ]
            )
    return Path(path)


def _content(validation: Validation, coverage: pd.DataFrame) -> dict[str, Any]:
    findings = validation.findings.astype(object).where(validation.findings.notna(), None)
    return {
        "format": _FORMAT,
        "release": validation.release,
        "name": validation.name,
        "previous": validation.previous,
        "ok": validation.ok,
        "counts": validation.counts,
        "limits": asdict(validation.limits),
        "checks": validation.checks.to_dict("records"),
        "findings": findings.to_dict("records"),
        "coverage": _series(coverage),
    }


def _series(coverage: pd.DataFrame) -> list[dict[str, Any]]:
    """A row for each indicator, edition and breakdown: the years given, and of the others the reason."""
    found = []
    keys = ["indicator", "division", "edition", "breakdown"]
    for key, rows in coverage.groupby(keys, sort=False):
        given = rows["given"].to_numpy()
        reasons = zip(rows["year"][~given], rows["reason"][~given], strict=True)
        found.append(
            dict(zip(keys, map(str, key), strict=True))
            | {"given": [int(year) for year in rows["year"][given]]}
            | {"not_given": {str(year): str(reason) for year, reason in reasons}}
            | {"cells": int(rows["cells"].sum()), "shown": int(rows["shown"].sum())}
        )
    return found


def _html(validation: Validation, coverage: pd.DataFrame, release: Release, language: Language) -> str:
    words = TEXTS[language]
    name = one_line(release.name)
    return page(
        "validation.html",
        t=words,
        language=language,
        name=name,
        id=validation.release,
        previous=validation.previous,
        ok=validation.ok,
        internal=internal(words["title"], language) if is_internal(release) else "",
        counts=[(words["counts"][key][n != 1], _whole(n, language)) for key, n in validation.counts.items()],
        compared=_whole(int(validation.checks["compared"].sum()), language),
        findings=list(_groups(validation, release, language)),
        checks=[
            {
                "title": row["title_sv" if language == "sv" else "title"],
                "compared": _whole(row["compared"], language),
                "found": [(severity, row[f"{severity}s"]) for severity in ("error", "warning", "note")],
            }
            for row in validation.checks.to_dict("records")
        ],
        levels=list(_levels(coverage, release, language)),
        legend=list(_legend(set(coverage["reason"]), language)),
        sentences=sentences(release, language),
    )


def one_line(text: str) -> str:
    """A name on one line.

    Examples
    --------
    >>> one_line("Norra  Angered ")
    'Norra Angered'
    """
    return " ".join(text.split())


def _groups(validation: Validation, release: Release, language: Language) -> Iterable[dict[str, Any]]:
    words, titles = TEXTS[language], _titles(release, language)
    checks = validation.checks.set_index("check")["title_sv" if language == "sv" else "title"].to_dict()
    for severity, title in zip(("error", "warning", "note"), words["severities"], strict=True):
        mine = validation.findings[validation.findings["severity"] == severity]
        if mine.empty:
            continue
        rows, said = [], ""
        for row in mine.head(LISTED).to_dict("records"):
            do = row["do_sv" if language == "sv" else "do"]
            key = f"{row['division']}/{row['edition']}" if row["division"] else ""
            rows.append(
                {
                    "check": checks.get(row["check"], row["check"]),
                    "indicator": titles.get(row["indicator"], row["indicator"]),
                    "level": edition_title(release.areas[key], language) if key in release.areas else key,
                    "area": _area(release, key, row["area"]),
                    "group": ", ".join(
                        class_text(release.labels, name, row[name], language)
                        for name in BREAKDOWNS
                        if row[name] != TOTAL
                    ),
                    "year": "" if pd.isna(row["year"]) else int(row["year"]),
                    "what": row["what_sv" if language == "sv" else "what"],
                    # What to do is said once for all that follow each other with it.
                    "do": do if do != said else "",
                }
            )
            said = do
        rest = len(mine) - LISTED
        yield {
            "severity": severity,
            "title": title,
            "n": _whole(len(mine), language),
            "rows": rows,
            "rest": words["rest"].format(n=_whole(rest, language)) if rest > 0 else "",
        }


def _area(release: Release, key: str, code: str) -> str:
    if not code or key not in release.areas:
        return code
    table = release.areas[key].table
    name = next(iter(table.loc[table["code"] == code, "name"]), code)
    # A DeSO's name begins with the end of its code.
    plain = one_line(str(name)).removeprefix(f"{code[4:]} · ")
    return code if plain in (code, code[4:]) else f"{code} {plain}"


def _levels(coverage: pd.DataFrame, release: Release, language: Language) -> Iterable[dict[str, Any]]:
    words, titles = TEXTS[language], _titles(release, language)
    sizes = {areas.division: len(areas) for areas in release.areas.values()}
    years = sorted(int(year) for year in coverage["year"].unique())
    for division in sorted(coverage["division"].unique(), key=lambda name: (-sizes.get(name, 0), name)):
        mine = coverage[coverage["division"] == division]
        rows = []
        for (indicator, breakdown), here in mine.groupby(["indicator", "breakdown"], sort=False):
            by_year: dict[int, list[Any]] = {}
            for row in here.itertuples(index=False):
                by_year.setdefault(int(row.year), []).append(row)
            sub = breakdown != TOTAL
            title = titles.get(str(indicator), str(indicator))
            rows.append(
                {
                    "sub": sub,
                    "title": _breakdown(str(breakdown), language) if sub else title,
                    "cells": [_cell(by_year.get(year, []), language) for year in years],
                }
            )
        editions = [areas for key, areas in sorted(release.areas.items()) if areas.division == division]
        total = [cell for row in rows if not row["sub"] for cell in row["cells"]]
        given = sum(cell["css"].startswith("g") for cell in total)
        yield {
            "title": ", ".join(edition_title(areas, language) for areas in editions) or division,
            "given": words["given"].format(given=_whole(given, language), all=_whole(len(total), language)),
            "years": years,
            "rows": rows,
            "has_sub": any(row["sub"] for row in rows),
        }


def _cell(rows: list[Any], language: Language) -> dict[str, str]:
    """One square: the edition that gives a figure, else the reason that says most."""
    given = [row for row in rows if row.given]
    if given:
        cells, shown = sum(row.cells for row in given), sum(row.shown for row in given)
        percent = min(int(100 * shown / cells), 99) if shown < cells else 100
        step = sum(percent >= edge for edge in _STEPS) + 1
        title = TEXTS[language]["of_cells"].format(
            shown=_whole(shown, language), cells=_whole(cells, language), percent=percent
        )
        return {"css": f"g g{step}", "mark": str(percent), "title": title}
    # An edition that is out of its years says least.
    told = sorted(rows, key=lambda row: (row.reason == "edition_years", list(MARKS).index(row.reason)))
    if not told:
        return {"css": "no", "mark": "", "title": ""}
    css = "protected" if told[0].reason == "protected" else "no"
    why = told[0].why_sv if language == "sv" else told[0].why
    return {"css": css, "mark": MARKS[told[0].reason], "title": why}


def _legend(reasons: Collection[str], language: Language) -> Iterable[dict[str, str]]:
    """What the squares mean, of those that occur."""
    occur = {MARKS[reason] for reason in reasons if reason}
    marks = ("49", "79", "94", "100")
    for step, (mark, text) in enumerate(zip(marks, TEXTS[language]["shares"], strict=True), start=1):
        yield {"css": f"g g{step}", "mark": mark, "text": text}
    for mark, text in LEGEND[language]:
        if mark in occur:
            yield {"css": "protected" if mark == ".." else "no", "mark": mark, "text": text}


def _titles(release: Release, language: Language) -> Mapping[str, str]:
    """Titles of the release's indicators, and of those that were asked for and left out."""
    counted = (release.manifest.get("steps") or {}).get("counted") or {}
    left_out = [Indicator.model_validate(item) for item in counted.get("left_out", [])]
    every = {item.id: item for item in left_out} | release.indicators
    return {key: one_line(item.title[language]) for key, item in every.items()}


def _breakdown(name: str, language: Language) -> str:
    words = TEXTS[language]
    parts = []
    for part in name.split(CROSSED):
        column, _, which = part.partition("/")
        plain = words["breakdowns"].get(column, column)
        parts.append(f"{plain} ({words['sets'].get(which, which)})" if which else plain)
    return f" {CROSSED} ".join(parts)


def _whole(value: float, language: Language) -> str:
    return Number(value, 0).text(language)
