"""The keywords of a PX file by what they are about, whatever language names it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from gisintegration.errors import FormatError
from gisintegration.formats.cube import Dimension, Keyword, Note
from gisintegration.formats.px_keywords import WITH_LINE_BREAKS
from gisintegration.formats.px_text import Entry

Place = tuple[int | None, ...]
"""What a keyword is about: () the table, (dimension,), (dimension, value), or a value or None for each dimension."""

_BY_CONTENT = frozenset(
    {"UNITS", "CONTACT", "REFPERIOD", "BASEPERIOD", "LAST-UPDATED", "STOCKFA", "CFPRICES", "DAYADJ", "SEASADJ"}
)
_BY_CELL = frozenset({"CELLNOTE", "CELLNOTEX", "DATANOTECELL"})
_MOMENTS = ("%Y%m%d %H:%M", "%Y%m%d %H:%M:%S", "%Y%m%d")


@dataclass
class Found:
    """Keywords that have not been used yet. What is left when all is read has no place in a `Cube`."""

    path: Path
    languages: tuple[str, ...]
    entries: dict[tuple[str, str, tuple[str, ...]], list[Entry]]
    placed: dict[tuple[str, Place], dict[str, list[Entry]]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry], path: Path, language: str) -> Found:
        """All keywords, with the languages the file says or uses."""
        grouped: dict[tuple[str, str, tuple[str, ...]], list[Entry]] = {}
        for entry in entries:
            grouped.setdefault((entry.name, entry.language, entry.keys), []).append(entry)
        found = cls(path, (language,), grouped)
        main, stated = found.take("LANGUAGE"), found.take("LANGUAGES")
        languages = [*(main.values if main else ()), *(stated.values if stated else ())] or [language]
        used = [written for _, written, _ in grouped]
        found.languages = tuple(one for one in dict.fromkeys([*languages, *used]) if one)
        for name in ("CHARSET", "CODEPAGE", "AXIS-VERSION"):
            found.take(name)
        return found

    def take(self, name: str, language: str = "", keys: tuple[str, ...] = ()) -> Entry | None:
        """The keyword, which may stand once only, as it is written in the file. No language is the main one."""
        main = self.languages[0]
        written = ("", main) if language in {"", main} else (language,)
        same = [entry for one in written for entry in self.entries.pop((name, one, keys), [])]
        self._refuse_doubles(same)
        return same[0] if same else None

    def place(self, dimensions: Sequence[Dimension], content: int | None) -> None:
        """Find out what every keyword is about. Those about nothing in the table stay as they are."""
        names = _Names(dimensions, self.languages)
        stay = {}
        for key, entries in self.entries.items():
            place = names.place(entries[0], content)
            if place is None:
                stay[key] = entries
                continue
            same = self.placed.setdefault((key[0], place), {})
            same.setdefault(key[1] or self.languages[0], []).extend(entries)
        self.entries = stay

    def text(self, name: str, place: Place = ()) -> dict[str, str]:
        """A text in all its languages."""
        said = self.placed.get((name, place), {})
        if any(len(entries) > 1 or len(entries[0].values) > 1 for entries in said.values()):
            for entries in said.values():
                self._refuse_doubles(entries)
            return {}
        self.placed.pop((name, place), None)
        return {language: _broken(entries[0], 0) for language, entries in said.items()}

    def word(self, name: str, place: Place = ()) -> str:
        """A word that is the same in all languages; empty if it is not there."""
        return next(iter(self.text(name, place).values()), "")

    def number(self, name: str, place: Place = ()) -> int | None:
        """A whole number from 0 to 99."""
        words = self.word(name, place)
        if words and not (words.isascii() and words.isdigit() and len(words) < 3):
            raise FormatError(f"{self.path}: {name} is '{words[:40]}', not a number.")
        return int(words) if words else None

    def flag(self, name: str, *, default: bool) -> bool:
        """YES or NO."""
        words = self.word(name).upper()
        if words not in {"", "YES", "NO"}:
            raise FormatError(f"{self.path}: {name} is '{words[:40]}', neither YES nor NO.")
        return words == "YES" if words else default

    def moment(self, name: str, place: Place = ()) -> datetime | None:
        """A date and time; one that cannot be read is left where it is."""
        said = self.placed.get((name, place), {})
        for entries in said.values():
            for form in _MOMENTS:
                try:
                    moment = datetime.strptime(entries[0].values[0], form)  # noqa: DTZ007  # PX knows no time zones
                except ValueError:
                    continue
                self.word(name, place)
                return moment
        return None

    def is_bare(self, name: str, place: Place) -> bool:
        """Whether the value stands without quotation marks."""
        return any(entries[0].bare[0] for entries in self.placed.get((name, place), {}).values())

    def notes(self, dimensions: Sequence[Dimension]) -> list[Note]:
        """Footnotes and signs. The first of each language belong together, the second, and so on."""
        notes = []
        for name, place in list(self.placed):
            kind = name.removesuffix("X")
            if kind not in {"NOTE", "VALUENOTE", "CELLNOTE", "DATANOTE", "DATANOTECELL"}:
                continue
            said = self.placed.pop((name, place))
            for number in range(max(map(len, said.values()))):
                text = {lang: _broken(entries[number], 0) for lang, entries in said.items() if number < len(entries)}
                if any(text.values()):
                    notes.append(_note(name, place, text, dimensions))
        return notes

    def rest(self) -> tuple[Keyword, ...]:
        """What was not used, in the order of the file."""
        left = [entry for said in self.placed.values() for entries in said.values() for entry in entries]
        unplaced = [entry for entries in self.entries.values() for entry in entries]
        ordered = sorted([*unplaced, *left], key=lambda entry: entry.line)
        main = self.languages[0]
        return tuple(
            Keyword(
                name=entry.name,
                language="" if entry.language == main else entry.language,
                keys=entry.keys,
                values=entry.values,
                bare=entry.bare,
            )
            for entry in ordered
        )

    def _refuse_doubles(self, same: Sequence[Entry]) -> None:
        if any(entry.values != same[0].values for entry in same):
            lines = " and ".join(str(entry.line) for entry in same[:2])
            raise FormatError(f"{self.path}: {same[0]} stands twice with different values, on lines {lines}.")


def _broken(entry: Entry, number: int) -> str:
    text = entry.values[number]
    return text.replace("#", "\n") if entry.name in WITH_LINE_BREAKS else text


def _note(name: str, place: Place, text: dict[str, str], dimensions: Sequence[Dimension]) -> Note:
    sign, mandatory = name.startswith("DATANOTE"), name.endswith("X")
    if name in _BY_CELL:
        pairs = zip(place, dimensions, strict=True)
        cell = tuple(None if at is None else dimension.codes[at] for at, dimension in pairs)
        return Note(text=text, cell=cell, sign=sign, mandatory=mandatory)
    if not place or place[0] is None:
        return Note(text=text, sign=sign, mandatory=mandatory)
    dimension = dimensions[place[0]]
    value = dimension.codes[place[1]] if len(place) > 1 and place[1] is not None else ""
    return Note(text=text, dimension=dimension.code, value=value, sign=sign, mandatory=mandatory)


class _Names:
    """Dimensions and values by their names in a language, else in the main language, else by their codes."""

    def __init__(self, dimensions: Sequence[Dimension], languages: Sequence[str]) -> None:
        self.dimensions, self.main = dimensions, languages[0]
        self.known: dict[tuple[str, int], dict[str, int]] = {}

    def place(self, entry: Entry, content: int | None) -> Place | None:
        language, keys = entry.language or self.main, entry.keys
        if entry.name in _BY_CELL:
            return self._cell(entry.name, language, keys)
        if not keys:
            return ()
        if entry.name in _BY_CONTENT:
            value = None if content is None or len(keys) > 1 else self._value(language, content, keys[0])
            return None if value is None else (content, value)
        dimension = self._dimension(language, keys[0])
        if dimension is None or len(keys) > 2:
            return None
        if len(keys) == 1:
            return (dimension,)
        value = self._value(language, dimension, keys[1])
        return None if value is None else (dimension, value)

    def _cell(self, name: str, language: str, keys: tuple[str, ...]) -> Place | None:
        if len(keys) != len(self.dimensions):
            return None
        place: list[int | None] = []
        for position, key in enumerate(keys):
            if key.strip() == "*":
                place.append(None)
                continue
            # DATANOTECELL names codes where the other two name labels.
            value = self._code(position, key) if name == "DATANOTECELL" else None
            value = self._value(language, position, key) if value is None else value
            if value is None:
                return None
            place.append(value)
        return tuple(place)

    def _dimension(self, language: str, name: str) -> int | None:
        for wanted in (language, self.main):
            for position, dimension in enumerate(self.dimensions):
                if dimension.label.get(wanted) == name:
                    return position
        return None

    def _value(self, language: str, dimension: int, name: str) -> int | None:
        for wanted in (language, self.main):
            value = self._lookup(wanted, dimension).get(name)
            if value is not None:
                return None if value < 0 else value
        return self._code(dimension, name)

    def _code(self, dimension: int, name: str) -> int | None:
        return self._lookup("", dimension).get(name)

    def _lookup(self, language: str, dimension: int) -> dict[str, int]:
        """Positions by name; -1 where two values have the same name."""
        if (language, dimension) not in self.known:
            one = self.dimensions[dimension]
            names = one.labels.get(language, ()) if language else one.codes
            positions: dict[str, int] = {}
            for position, name in enumerate(names):
                positions[name] = -1 if name in positions else position
            self.known[language, dimension] = positions
        return self.known[language, dimension]
