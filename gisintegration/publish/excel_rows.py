"""The figures of one indicator as a sheet has them: a row for each area and class, years across."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.publish.cells import QUALITY, is_recalculated, outwards
from gisintegration.publish.office import kommun_names, level_order
from gisintegration.publish.words import FIELDS, Language, class_text
from gisintegration.swedish import round_half_away, sort_key
from gisintegration.tables import BREAKDOWNS, TOTAL, Areas, Indicator, Release, Status, method_words

STATUSES = tuple(Status)
ABSENT = -1  # no figure is given: the year stands on another edition, or the class is not given for it
_HEADS: Mapping[str, Mapping[str, str]] = {
    "division": {"sv": "Indelning", "en": "Division"},
    "kommun": FIELDS["kommun"],
    "code": FIELDS["code"],
    "name": FIELDS["name"],
    "sex": FIELDS["sex"],
    "background": {"sv": "Bakgrund", "en": "Background"},
    "age": {"sv": "Ålder", "en": "Age"},
    "education": {"sv": "Utbildning", "en": "Education"},
}


@dataclass(frozen=True)
class Grid:
    """The rows of one sheet.

    Parameters
    ----------
    heads, texts
        What stands before the figures: the columns' names, and for each row its texts.
    years
        Ascending; the columns of every array below.
    values
        Rounded; NaN unless shown or zero.
    status
        Positions in ``STATUSES``, or ``ABSENT``.
    recalculated
        Which figures were recalculated by weights.
    quality
        For recalculated figures, by column of the row: the method in words, bounds rounded outwards, standard error,
        and the exact share in per cent, rounded down. Empty where nothing was recalculated.
    starts
        The first row of each edition.
    """

    heads: Sequence[str]
    texts: Sequence[tuple[str, ...]]
    years: Sequence[int]
    values: npt.NDArray[np.float64]
    status: npt.NDArray[np.int8]
    recalculated: npt.NDArray[np.bool_]
    quality: Mapping[str, npt.NDArray[np.object_]]
    starts: Sequence[int]

    def __len__(self) -> int:
        return len(self.texts)

    def parts(self, limit: int) -> Iterator[slice]:
        """Runs of at most ``limit`` rows, which end between two editions where they can."""
        ends = [*self.starts[1:], len(self)]
        start = 0
        while start < len(self):
            whole = [end for end in ends if start < end <= start + limit]
            end = whole[-1] if whole else start + limit
            yield slice(start, end)
            start = end


def grid(
    rows: pd.DataFrame, release: Release, indicator: Indicator, titles: Mapping[str, str], language: Language
) -> Grid:
    """The sheet of one indicator, from the country to the smallest areas, areas by name with å, ä and ö last.

    A cell that the release lacks is ``missing`` where the edition has figures of that class for the year, and absent
    where it has none.
    """
    years = sorted(int(year) for year in rows["year"].unique())
    texts_of = rows.select_dtypes("category")
    rows = rows.assign(**{str(name): texts_of[name].cat.remove_unused_categories() for name in texts_of})
    keys = ("division", "edition", "area", *BREAKDOWNS)
    codes = {name: rows[name].cat.codes.to_numpy().astype(np.int64) for name in keys}
    names = {name: [str(text) for text in rows[name].cat.categories] for name in keys}
    order = _orders(names, rows, release)
    ranks = {name: order[name][codes[name]] for name in BREAKDOWNS}
    place = order["area"][codes["division"], codes["edition"], codes["area"]]
    combined = place
    for name in BREAKDOWNS:
        combined = combined * len(names[name]) + ranks[name]
    _, first, line = np.unique(combined, return_index=True, return_inverse=True)
    column = np.searchsorted(years, rows["year"].to_numpy())
    shape = (len(first), len(years))
    status = np.full(shape, ABSENT, dtype=np.int8)
    position = np.array([STATUSES.index(Status(str(code))) for code in rows["status"].cat.categories], dtype=np.int8)
    status[line, column] = position[rows["status"].cat.codes.to_numpy()]
    values = np.full(shape, np.nan)
    values[line, column] = round_half_away(rows["value"].to_numpy(dtype=np.float64), indicator.decimals)
    told = np.isin(status, (STATUSES.index(Status.SHOWN), STATUSES.index(Status.ZERO)))
    values[~told] = np.nan
    recalculated = np.zeros(shape, dtype=np.bool_)
    recalculated[line, column] = is_recalculated(rows)
    recalculated &= ~np.isnan(values)
    edition = codes["division"][first] * len(names["edition"]) + codes["edition"][first]
    _fill_missing(status, edition, {name: codes[name][first] for name in BREAKDOWNS})
    heads, texts = _texts(rows.iloc[first], release, titles, language)
    starts = [0, *(np.flatnonzero(np.diff(edition)) + 1).tolist()] if len(first) else []
    quality = _quality(rows, (line, column), values, indicator, language) if recalculated.any() else {}
    return Grid(heads, texts, years, values, status, recalculated, quality, starts)


def _orders(
    names: Mapping[str, Sequence[str]], rows: pd.DataFrame, release: Release
) -> dict[str, npt.NDArray[np.int64]]:
    """Rank of every class, and of every (division, edition, area) that the rows may have."""
    orders: dict[str, npt.NDArray[np.int64]] = {}
    for name in BREAKDOWNS:
        declared = {code: i for i, code in enumerate(release.labels.get(name, {}))}
        told = sorted(
            range(len(names[name])),
            key=[_class_place(code, name, declared) for code in names[name]].__getitem__,
        )
        orders[name] = np.argsort(np.array(told, dtype=np.int64))
    place = np.full([len(names[name]) for name in ("division", "edition", "area")], -1, dtype=np.int64)
    rank = 0
    used = {(str(d), str(e)) for d, e in rows[["division", "edition"]].drop_duplicates().itertuples(index=False)}
    for areas in sorted(release.areas.values(), key=level_order):
        if (areas.division, areas.edition) not in used:
            continue
        here = names["division"].index(areas.division), names["edition"].index(areas.edition)
        positions = {code: i for i, code in enumerate(names["area"])}
        for code in _by_name(areas):
            if code in positions:
                place[(*here, positions[code])] = rank
                rank += 1
    orders["area"] = place
    return orders


def _class_place(code: str, breakdown: str, declared: Mapping[str, int]) -> tuple[bool, bool, int, str]:
    """The total first, women before men, other classes as they are declared, and what is not declared last."""
    if breakdown == "sex":
        return code != TOTAL, code not in ("women", "men"), int(code == "men"), code
    return code != TOTAL, code not in declared, declared.get(code, 0), code


def _by_name(areas: Areas) -> list[str]:
    kommuner = kommun_names(areas)
    pairs = zip(areas.table["code"], areas.table["name"], strict=True)
    keyed = [(sort_key(kommuner.get(str(code), "")), sort_key(str(name)), str(code)) for code, name in pairs]
    return [code for _, _, code in sorted(keyed)]


def _fill_missing(
    status: npt.NDArray[np.int8], edition: npt.NDArray[np.int64], classes: Mapping[str, npt.NDArray[np.int64]]
) -> None:
    group = edition.copy()
    for codes in classes.values():
        group = group * (int(codes.max(initial=0)) + 1) + codes
    _, group = np.unique(group, return_inverse=True)
    given = np.zeros((int(group.max(initial=-1)) + 1, status.shape[1]), dtype=np.bool_)
    np.logical_or.at(given, group, status != ABSENT)
    status[(status == ABSENT) & given[group]] = STATUSES.index(Status.MISSING)


def _texts(
    rows: pd.DataFrame, release: Release, titles: Mapping[str, str], language: Language
) -> tuple[list[str], list[tuple[str, ...]]]:
    keys = [f"{d}/{e}" for d, e in zip(rows["division"], rows["edition"], strict=True)]
    area_names = {
        key: dict(zip(release.areas[key].table["code"], release.areas[key].table["name"], strict=True))
        for key in set(keys)
    }
    kommuner = {key: kommun_names(release.areas[key]) for key in set(keys)}
    areas = [str(code) for code in rows["area"]]
    columns = {
        "division": [titles[key] for key in keys],
        "code": areas,
        "name": [str(area_names[key][code]) for key, code in zip(keys, areas, strict=True)],
    }
    # A kommun stands in its own column too, so that one filter finds it and all that lies in it.
    own = [key.startswith("kommun/") for key in keys]
    columns["kommun"] = [
        name if itself else kommuner[key].get(code, "")
        for key, code, name, itself in zip(keys, areas, columns["name"], own, strict=True)
    ]
    for name in BREAKDOWNS:
        words = {code: class_text(release.labels, name, code, language) for code in rows[name].cat.categories}
        columns[name] = [words[code] for code in rows[name]]
    broken = [name for name in BREAKDOWNS if name == "sex" or (rows[name] != TOTAL).any()]
    kept = ["division", *(["kommun"] if any(kommuner.values()) else []), "code", "name", *broken]
    heads = [_HEADS[name][language] for name in kept]
    return heads, list(zip(*(columns[name] for name in kept), strict=True))


def _quality(
    rows: pd.DataFrame,
    at: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]],
    values: npt.NDArray[np.float64],
    indicator: Indicator,
    language: Language,
) -> dict[str, npt.NDArray[np.object_]]:
    """How each figure was made and how sure it is; empty where there is no figure."""
    line, column = at
    told = ~np.isnan(values[line, column])
    words = {str(code): method_words(str(code), language) for code in rows["method"].cat.categories if str(code)}
    rounded: dict[str, list[object]] = {"method": [words.get(str(code), "") for code in rows["method"]]}
    decimals = indicator.decimals
    lower, upper, se, exact = (rows[name].to_numpy(dtype=np.float64) for name in QUALITY)
    rounded["lower"] = [outwards(float(value), decimals, up=False) for value in lower]
    rounded["upper"] = [outwards(float(value), decimals, up=True) for value in upper]
    rounded["se"] = round_half_away(se, decimals).tolist()
    rounded["exact_share"] = [outwards(100 * float(part), 0, up=False) for part in exact]
    found = {}
    for name, cells in rounded.items():
        made = np.full(values.shape, None, dtype=object)
        made[line[told], column[told]] = np.array(cells, dtype=object)[told]
        found[name] = made
    return found
