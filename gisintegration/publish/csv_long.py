"""Every row of an edition as a CSV, with the texts of its codes beside them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.publish.cells import outwards_each
from gisintegration.publish.csv_text import formed, looked_up
from gisintegration.publish.words import Language, class_text
from gisintegration.swedish import sort_key
from gisintegration.tables import BREAKDOWNS, COLUMNS, WORDS, Areas, Release, Status, method_words

# Columns with a text beside them, called <column>_text; an area's is its name.
_TEXTS = ("indicator", "area", *BREAKDOWNS, "status", "method")
_MEASURED = ("value", "lower", "upper", "se")
_PARTS = ("numerator", "denominator", "exact_share")
_DIGITS = 6
_ROWS = 200_000


def write_long(path: Path, rows: pd.DataFrame, areas: Areas, *, release: Release, language: Language) -> None:
    """Write the rows of one edition, and a ``.csvt`` beside them that says which columns are text.

    Figures have the decimals of their indicator, parts at most six; codes and texts are as in other outputs.
    """
    place = {code: at for at, code in enumerate(sorted({str(code) for code in rows["area"].unique()}, key=sort_key))}
    order = np.argsort(looked_up(rows["area"], {code: str(at).zfill(9) for code, at in place.items()}), kind="stable")
    rows = rows.iloc[order]
    heads: list[str] = []
    for column in COLUMNS:
        heads += [column, f"{column}_text"] if column in _TEXTS else [column]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(heads)
        for first in range(0, len(rows), _ROWS):
            part = _texts(rows.iloc[first : first + _ROWS], areas, release, language)
            writer.writerows(zip(*(part[head].tolist() for head in heads), strict=True))
    kinds = [
        "Real" if one in (*_MEASURED, *_PARTS) else "Integer" if one in ("year", "n_sources") else "String"
        for one in heads
    ]
    path.with_suffix(".csvt").write_text(",".join(f'"{kind}"' for kind in kinds) + "\n", encoding="ascii")


def _texts(rows: pd.DataFrame, areas: Areas, release: Release, language: Language) -> dict[str, npt.NDArray[Any]]:
    names = dict(zip(areas.table["code"], areas.table["name"], strict=True))
    words = {
        "indicator": {code: item.title[language] for code, item in release.indicators.items()},
        "area": {str(code): str(name) for code, name in names.items()},
        "status": {str(code): getattr(WORDS[code], language) for code in Status},
        "method": {str(code): method_words(str(code), language) for code in rows["method"].unique() if str(code)},
    }
    labels = release.labels
    for name in BREAKDOWNS:
        words[name] = {str(code): class_text(labels, name, str(code), language) for code in rows[name].unique()}
    made: dict[str, npt.NDArray[Any]] = {}
    for column in COLUMNS:
        if column in _MEASURED:
            made[column] = _measured(rows, column, release, language)
        elif column in _PARTS:
            values = rows[column].to_numpy(dtype=np.float64)
            values = outwards_each(values, 10.0**_DIGITS, up=False) if column == "exact_share" else values
            made[column] = formed(values, _DIGITS, language, trimmed=True)
        elif column in ("year", "n_sources"):
            made[column] = rows[column].to_numpy()
        else:
            made[column] = looked_up(rows[column], {})
            if column in _TEXTS:
                made[f"{column}_text"] = looked_up(rows[column], words[column])
    return made


def _measured(rows: pd.DataFrame, column: str, release: Release, language: Language) -> npt.NDArray[np.object_]:
    values = rows[column].to_numpy(dtype=np.float64)
    declared = release.indicators
    each = np.array([declared[str(code)].decimals for code in rows["indicator"].cat.categories])
    decimals = each[rows["indicator"].cat.codes.to_numpy()] if len(rows) else np.zeros(0, dtype=np.int64)
    texts = np.full(len(rows), "", dtype=object)
    for number in np.unique(decimals).tolist():
        at = decimals == number
        here = values[at]
        if column in ("lower", "upper"):
            here = outwards_each(here, 10.0**number, up=column == "upper")
        texts[at] = formed(here, number, language)
    return texts
