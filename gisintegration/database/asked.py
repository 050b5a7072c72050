"""What an analyst asks a release for, in her own words: names with ``*``, spans of years, the latest year."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import numpy.typing as npt
import pandas as pd

from gisintegration.errors import GisIntegrationError, InputError

Asked = str | Iterable[str]
AskedYears = str | int | Iterable[str | int]
_EVERY = "*"
_LATEST = re.compile(r"(?:latest|senaste|9999)(?:\s*-\s*(\d{1,2}))?", re.IGNORECASE)
_SPAN = re.compile(r"(\d{4})?\s*([-–])\s*(\d{4}|latest|senaste)?|(\d{4})", re.IGNORECASE)
_LAST_YEAR = 9999
_SHOWN = 5


def chosen(
    asked: Asked, known: Iterable[str], *, what: str, error: type[GisIntegrationError] = InputError
) -> list[str]:
    """The known names that fit what was asked for, in their order; capital letters and small ones are the same.

    Parameters
    ----------
    asked
        Names or patterns, where ``*`` stands for any text; one text may hold several, with commas between.
    what
        What the names are of, for the message.

    Raises
    ------
    InputError
        A name or pattern fits nothing (or ``error``, another of the toolkit's); every one is listed, with the nearest
        names.

    Examples
    --------
    >>> chosen("0180*,0114", ["0114", "0180", "0180C1010"], what="area")
    ['0114', '0180', '0180C1010']
    >>> chosen("employed", ["employed_share", "population"], what="indicator")
    Traceback (most recent call last):
    gisintegration.errors.InputError: There is no indicator 'employed'.
    Hint: did you mean 'employed_share'? Known: employed_share, population.
    """
    names = list(dict.fromkeys(known))
    folded = [name.casefold() for name in names]
    kept = np.zeros(len(names), dtype=np.bool_)
    unfit = []
    for pattern in pieces(asked):
        form = re.compile(".*".join(map(re.escape, pattern.casefold().split(_EVERY))), re.DOTALL)
        fits = np.fromiter((form.fullmatch(name) is not None for name in folded), np.bool_, count=len(names))
        if not fits.any():
            unfit.append(pattern)
        kept |= fits
    if len(unfit) == 1:
        raise error.unknown(what, unfit[0], names)
    if unfit:
        raise error(
            f"There is no {what} {' or '.join(repr(one) for one in unfit[:_SHOWN])}.",
            hint="write the names as they are, or with * for any text.",
            failures=[{what: one, "nearest": ", ".join(get_close_matches(one, names, n=3))} for one in unfit],
        )
    return [name for name, fits in zip(names, kept, strict=True) if fits]


def pieces(asked: Asked) -> list[str]:
    """The names in one text with commas, or in several texts.

    Raises
    ------
    InputError
        There is none.

    Examples
    --------
    >>> pieces(["a, b", "c"])
    ['a', 'b', 'c']
    """
    texts = [asked] if isinstance(asked, str) else list(asked)
    found = [piece.strip() for text in texts for piece in str(text).split(",")]
    if not any(found):
        raise InputError("Nothing is asked for: the text is empty.", hint="leave it out, or write * for everything.")
    return [piece for piece in found if piece]


@dataclass(frozen=True)
class _Years:
    """One piece of what was asked for of years: a span, or the latest ``latest``."""

    text: str
    first: int = 0
    last: int = _LAST_YEAR
    latest: int = 0


def _of_years(asked: AskedYears) -> list[_Years]:
    texts = [str(asked)] if isinstance(asked, str | int) else [str(one) for one in asked]
    found = []
    for piece in pieces(texts):
        latest, span = _LATEST.fullmatch(piece), _SPAN.fullmatch(piece)
        if piece == _EVERY:
            found.append(_Years(piece))
        elif latest:
            found.append(_Years(piece, latest=int(latest[1] or 0) + 1))
        elif span and (span[4] or span[1] or span[3]):
            first = int(span[4] or span[1] or 0)
            last = int(span[4] or (span[3] if span[3] and span[3].isdigit() else _LAST_YEAR))
            if first > last:
                raise InputError(f"The years run backwards: {piece}.", hint=f"write {last}-{first}.")
            found.append(_Years(piece, first=first, last=last))
        else:
            raise InputError(
                f"'{piece}' is no year.",
                hint="write 2024, 2018-2024, 2018-, 2018,2020, latest (or senaste, 9999), latest-4 for the five "
                "latest, or * for all.",
            )
    return found


def asked_parts(
    parts: pd.DataFrame,
    *,
    subjects: Mapping[str, str] | None = None,
    indicators: Asked | None = None,
    levels: Asked | None = None,
    years: AskedYears | None = None,
) -> npt.NDArray[np.bool_]:
    """Which parts of a release are asked for.

    Parameters
    ----------
    parts
        ``indicator``, ``division``, ``edition``, ``year``: a row for each that there is.
    subjects
        Subject of each indicator: a subject stands for all its indicators.
    indicators
        Ids or subjects, patterns with ``*``.
    levels
        Divisions, ``deso`` (all its editions), or one edition, ``deso/2025``; patterns with ``*``.
    years
        ``2024``, ``"2018-2024"``, ``"2018-"``, ``"2018,2020"``, ``"*"``; ``"latest"`` (``"senaste"``, ``"9999"``): the
        latest that each indicator has on each division, whatever the edition; ``"latest-4"``: its five latest.

    Raises
    ------
    InputError
        A name or year fits nothing, or all of them together fit nothing.

    Examples
    --------
    >>> parts = pd.DataFrame({"indicator": ["a", "a", "b"], "division": "deso", "edition": ["2018", "2025", "2025"],
    ...                       "year": [2023, 2024, 2022]})
    >>> asked_parts(parts, years="latest").tolist(), asked_parts(parts, indicators="a", years="2020-2023").tolist()
    ([False, True, True], [True, False, False])
    """
    kept = np.ones(len(parts), dtype=np.bool_)
    if indicators is not None:
        kept &= np.isin(_texts(parts["indicator"]), _indicators(indicators, parts, subjects or {}))
    if levels is not None:
        divisions, editions = _texts(parts["division"]), _texts(parts["edition"])
        keys = np.array([f"{one}/{edition}" for one, edition in zip(divisions, editions, strict=True)], dtype=str)
        names = chosen(levels, [*dict.fromkeys(divisions), *dict.fromkeys(keys)], what="level")
        kept &= np.isin(divisions, names) | np.isin(keys, names)
    if not kept.any():
        raise InputError(
            "The release has no figures of these indicators on these levels.",
            hint="the coverage table says which indicator is given on which level.",
        )
    return kept if years is None else kept & _within(parts, kept, _of_years(years))


def _indicators(asked: Asked, parts: pd.DataFrame, subjects: Mapping[str, str]) -> list[str]:
    ids = sorted(set(_texts(parts["indicator"])))
    of_subject: dict[str, list[str]] = {}
    for one in ids:
        if one in subjects:
            of_subject.setdefault(subjects[one], []).append(one)
    names = chosen(asked, [*ids, *sorted(of_subject)], what="indicator")
    return [one for name in names for one in ([name] if name in ids else of_subject[name])]


def _within(parts: pd.DataFrame, asked: npt.NDArray[np.bool_], wanted: list[_Years]) -> npt.NDArray[np.bool_]:
    year = parts["year"].to_numpy(dtype=np.int64)
    # Rank 1 is the latest year of an indicator on a division; both editions of a year have the same.
    mine = pd.DataFrame({"indicator": _texts(parts["indicator"]), "division": _texts(parts["division"]), "year": year})
    rank = mine[asked].groupby(["indicator", "division"])["year"].rank(method="dense", ascending=False)
    rank = rank.reindex(mine.index)
    found = np.zeros(len(parts), dtype=np.bool_)
    unfit = []
    for one in wanted:
        fits = (rank <= one.latest).to_numpy() if one.latest else (year >= one.first) & (year <= one.last)
        if not (fits & asked).any():
            unfit.append(one.text)
        found |= fits
    if unfit:
        there = sorted(set(year[asked].tolist()))
        raise InputError(
            f"There are no figures for {' or '.join(unfit)}.",
            hint=f"those asked for are given for {_shown(there)}; latest is the latest of each.",
        )
    return found & asked


def _shown(years: list[int]) -> str:
    whole = years == list(range(years[0], years[-1] + 1)) and len(years) > 1
    return f"{years[0]}–{years[-1]}" if whole else ", ".join(map(str, years))


def _texts(column: pd.Series) -> npt.NDArray[np.str_]:
    return column.astype("str").to_numpy(dtype=np.str_)
