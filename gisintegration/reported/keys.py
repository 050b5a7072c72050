"""Which area each row speaks of: codes and names as they are published, checked against the official lists."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gisintegration.areas import AreaDivision
from gisintegration.areas.codes import (
    EDITIONS,
    GRAMMAR,
    KOMMUN,
    LAN,
    LEVELS,
    REGSO_OF_DESO,
    RIKET,
    lost_zero,
    official_codes,
    official_names,
    strip_suffix,
    suffix_edition,
    table_of_changes,
    well_formed,
)
from gisintegration.areas.history import describe_code
from gisintegration.errors import ReportedError
from gisintegration.reported.figures import text_of
from gisintegration.reported.mapping import Rows

NO_AREA = -1
_ABOVE: Mapping[str, str] = MappingProxyType({"kommun": KOMMUN, "lan": LAN, "riket": RIKET})
_FORMULA = "="

Unit = tuple[str, str, str]


@dataclass(frozen=True, eq=False)
class Keys:
    """The areas of a table.

    Parameters
    ----------
    units
        (division, edition, code) of every area that has a row, sorted.
    rows
        Position in ``units`` of each row; -1 for a row without an area (blank, or not wanted).
    wrong
        Rows whose text is no area of the edition: row, text, what is wrong.
    unasked
        Rows of levels above that the mapping does not ask for, by level.
    """

    units: tuple[Unit, ...]
    rows: npt.NDArray[np.int32]
    wrong: tuple[tuple[int, str, str], ...]
    unasked: Mapping[str, int]


def find_areas(columns: pa.Table, said: Rows, areas: AreaDivision | None) -> Keys:
    """The area of every row.

    Raises
    ------
    ReportedError
        The column of editions says something that the mapping does not name.
    """
    texts, codes = _distinct(columns[said.key])
    editions, tags = _editions(columns, said)
    names = _names(said, areas) if said.name is not None else {}
    pairs = codes.astype(np.int64) * len(editions) + tags
    there = np.flatnonzero(np.bincount(pairs, minlength=len(texts) * len(editions))).tolist()
    found = {
        int(pair): _told(texts[pair // len(editions)], editions[pair % len(editions)], said, names) for pair in there
    }
    wanted = {unit for unit in found.values() if isinstance(unit, tuple) and _is_wanted(unit, said)}
    units = tuple(sorted(wanted))
    place = {unit: number for number, unit in enumerate(units)}
    rows = np.full(len(texts) * len(editions), NO_AREA, dtype=np.int32)
    faulty, above = np.zeros(len(rows), dtype=np.bool_), np.zeros(len(rows), dtype=np.bool_)
    for pair, unit in found.items():
        rows[pair] = place.get(unit, NO_AREA) if isinstance(unit, tuple) else NO_AREA
        faulty[pair], above[pair] = isinstance(unit, str), isinstance(unit, tuple) and unit not in wanted
    wrong = tuple((int(row), texts[codes[row]], str(found[int(pairs[row])])) for row in np.flatnonzero(faulty[pairs]))
    levels: dict[str, int] = {}
    for pair in pairs[above[pairs]].tolist():
        level = (found[pair] or ("",))[0]
        levels[level] = levels.get(level, 0) + 1
    return Keys(units, rows[pairs], wrong, levels)


def _told(text: str, edition: str | None, said: Rows, names: Mapping[str, Unit]) -> Unit | str | None:
    """The area that a text names, what is wrong with it, or None for no text."""
    words = " ".join(text.split())
    if edition == "" and words:
        return "has no edition in its column"
    return _area(words, edition, said, names) if words else None


def _distinct(column: pa.ChunkedArray) -> tuple[list[str], npt.NDArray[np.int32]]:
    encoded = text_of(column).combine_chunks().dictionary_encode()
    return [str(text) for text in encoded.dictionary.to_pylist()], encoded.indices.to_numpy(zero_copy_only=False)


def plain_name(name: str) -> str:
    """A name without what differs between SCB's own tables: blanks before a bracket, long and short dashes.

    Examples
    --------
    >>> plain_name("Botkyrka (Tuna )"), plain_name("Sotenäs (Kungshamn–Smögen)")
    ('Botkyrka (Tuna)', 'Sotenäs (Kungshamn-Smögen)')
    """
    return unicodedata.normalize("NFC", " ".join(name.split())).replace("( ", "(").replace(" )", ")").replace("–", "-")


def looks_like_area(text: str) -> bool:
    """Whether a text is meant as a code or a RegSO's name: such a row is never taken for a footnote.

    Examples
    --------
    >>> looks_like_area("114C1010"), looks_like_area("Kiruna (Triangeln)"), looks_like_area("Källa: SCB")
    (True, True, False)
    """
    plain = strip_suffix(text.strip())
    code = plain.split(" ")[0]
    return (
        any(well_formed(level, code) or lost_zero(level, code) for level in LEVELS if level != "riket")
        or re.fullmatch(r"[A-ZÅÄÖ][^().:]{1,30} \([^()]+\)", plain) is not None
        or plain.startswith(_FORMULA)
    )


def _editions(columns: pa.Table, said: Rows) -> tuple[Sequence[str | None], npt.NDArray[np.int32]]:
    """The editions that a column tells, and each row's position among them; None where no column tells."""
    if said.edition_column is None:
        return [None], np.zeros(len(columns), dtype=np.int32)
    known = said.edition_column.codes
    texts, codes = _distinct(columns[said.edition_column.column])
    unknown = [text for text in texts if text and text not in known]
    if unknown:
        raise ReportedError.unknown("edition", unknown[0], known, where=f"column {said.edition_column.column}")
    return [known.get(text, "") for text in texts], codes


def _is_wanted(unit: Unit, said: Rows) -> bool:
    return f"{unit[0]}/{unit[1]}" in said.editions.values() or unit[0] in said.parents


def _area(text: str, edition: str | None, said: Rows, names: Mapping[str, Unit]) -> Unit | str:
    """The area that a text names, or what is wrong with it."""
    if said.name is not None:
        return names.get(plain_name(text)) or _no_such_name(text, names)
    keys = list(said.editions.values()) if edition is None else [edition]
    suffixed = re.search(r"_(DeSO|RegSO)\d{4}$", text, re.IGNORECASE)
    if isinstance(said.edition, Mapping):
        suffix = suffixed.group(0) if suffixed else ""
        known = {name.casefold(): key for name, key in said.edition.items()}
        if suffix.casefold() not in known:
            return _above(text, keys[0]) or f"has the suffix '{suffix}', which the mapping does not name"
        keys = [known[suffix.casefold()]]
    elif suffixed and suffix_edition(text) not in {key.split("/")[1] for key in keys}:
        return f"is of edition {suffix_edition(text)} by its suffix, and the mapping says {', '.join(keys)}"
    division, number = keys[0].split("/", 1)
    code = strip_suffix(text)
    if division not in GRAMMAR:
        return division, number, code
    first = code.split(" ", 1)[0]
    if first in _official(keys[0]) and (first == code or well_formed(division, first)):
        return division, number, first
    return _above(code, keys[0]) or _what_is_wrong(code, division, number)


def _above(text: str, key: str) -> Unit | None:
    """The area of a level above that a code, or a code and a name, is."""
    division, edition = key.split("/", 1)
    first = text.split(" ", 1)[0]
    above = dict(_ABOVE)
    if division == "deso" and edition in REGSO_OF_DESO:
        above["regso"] = f"regso/{REGSO_OF_DESO[edition]}"
    for level, owner in above.items():
        if level != division and first in _official(owner):
            return level, owner.split("/", 1)[1], first
    return None


def _what_is_wrong(code: str, division: str, edition: str) -> str:
    if code.startswith(_FORMULA):
        return "is a formula, not a code"
    padded = lost_zero(division, code)
    if padded in _official(f"{division}/{edition}"):
        return f"has lost its leading zero: it was {padded}"
    if not well_formed(division, code):
        return f"is not a code of {division}"
    if not any(code in _official(f"{division}/{other}") for other in EDITIONS[division]) and code not in _log(division):
        return f"is in no official list of {division}"
    what = describe_code(division, code, edition)
    return what[what.index("' ") + 2 :]


def _no_such_name(text: str, names: Mapping[str, Unit]) -> str:
    if text.startswith(_FORMULA):
        return "is a formula, not a name"
    hint = ReportedError.unknown("area", text, _alike(text, names)).hint or ""
    near = re.match(r"did you mean ('.+?')\?", hint)
    return f"is no name of an area{f': did you mean {near[1]}?' if near else ''}"


def _alike(text: str, names: Mapping[str, Unit]) -> Iterable[str]:
    """Names that begin alike: a search among all of them for each of thousands of wrong ones would take minutes."""
    return [name for name in names if name[:3].casefold() == text[:3].casefold()]


def _names(said: Rows, areas: AreaDivision | None) -> dict[str, Unit]:
    found: dict[str, Unit] = {}
    keys = set(said.editions.values())
    for key in (RIKET, LAN, KOMMUN, *sorted(keys)):
        division, edition = key.split("/", 1)
        for code, name in official_names(key).items():
            if key in keys or plain_name(name) not in found:
                found[plain_name(name)] = (division, edition, code)
    if areas is not None and areas.key in keys:
        for code, name in zip(areas.codes, areas.names, strict=True):
            found.setdefault(plain_name(str(name)), (areas.division, areas.edition, str(code)))
    if not any(f"{unit[0]}/{unit[1]}" in keys for unit in found.values()):
        raise ReportedError(
            f"The names of {', '.join(sorted(keys))} are not known.", hint="pass areas=, or map a column of codes."
        )
    return found


@cache
def _official(key: str) -> frozenset[str]:
    return official_codes(key) or frozenset()


@cache
def _log(division: str) -> frozenset[str]:
    """Codes that SCB's log of changes names as earlier ones."""
    return frozenset(table_of_changes(division)["old"]) if division in ("deso", "regso") else frozenset()
