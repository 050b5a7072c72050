"""What a JSON-stat dataset says in words: labels, units, notes, and the extensions PxWeb writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gisintegration.errors import FormatError
from gisintegration.formats.cube import Dimension, Keyword, Kind, Measure, Note
from gisintegration.formats.jsonstat_write import PRICES, ROLES, STOCK

_STOCK = {word.lower(): letter for letter, word in STOCK.items()}
_PRICES = {word.lower(): letter for letter, word in PRICES.items()}


@dataclass(frozen=True)
class Words:
    """A dataset's words per language, the main language first, all in the form of the dataset itself."""

    document: Mapping[str, Any]
    by_language: Mapping[str, Mapping[str, Any]]
    languages: tuple[str, ...]
    path: Path

    @classmethod
    def of(cls, document: Mapping[str, Any], language: str, path: Path) -> Words:
        """The dataset's own language, and those under ``extension.translation``."""
        bare = cls(document, {}, (), path)
        extension = bare.under(document, "extension")
        px = bare.under(extension, "px")
        main = bare.word(px, "language") or language
        own = {**document, "px": px, "contact": extension.get("contact")}
        translation = bare.under(extension, "translation")
        languages = tuple(dict.fromkeys([*bare.listed(px, "languages"), main, *translation]))
        said = {one: own if one == main else bare.under(translation, one) for one in languages}
        return cls(document, said, languages, path)

    @property
    def px(self) -> Mapping[str, Any]:
        """The extension that PxWeb writes for the table."""
        return self.under(self.under(self.document, "extension"), "px")

    def under(self, holder: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
        """An object within an object; an empty one if it is not there."""
        for name in names:
            found = holder.get(name)
            if found is None:
                return {}
            if not isinstance(found, dict):
                raise FormatError(f"{self.path}: {name} is not an object.")
            holder = found
        return holder

    def listed(self, holder: Mapping[str, Any], name: str) -> list[str]:
        """A list of words; an empty one if it is not there."""
        found = holder.get(name)
        if found is None:
            return []
        if not (isinstance(found, list) and all(isinstance(one, str) for one in found)):
            raise FormatError(f"{self.path}: {name} is not a list of words.")
        return found

    def word(self, holder: Mapping[str, Any], name: str) -> str:
        """A word; an empty one if it is not there."""
        found = holder.get(name)
        if found is None:
            return ""
        if not isinstance(found, str):
            raise FormatError(f"{self.path}: {name} is not a word.")
        return found

    def number(self, holder: Mapping[str, Any], name: str) -> int | None:
        """A small whole number."""
        found = holder.get(name)
        if found is not None and (type(found) is not int or not 0 <= found < 100):  # of decimals
            raise FormatError(f"{self.path}: {name} is not a number of decimals.")
        return found

    def moment(self, holder: Mapping[str, Any], name: str) -> datetime | None:
        """A date and time in ISO 8601."""
        words = self.word(holder, name)
        try:
            return datetime.fromisoformat(words) if words else None
        except ValueError as error:
            raise FormatError(f"{self.path}: {name} '{words[:40]}' is not a date of ISO 8601.") from error

    def text(self, *names: str) -> dict[str, str]:
        """A text in all its languages."""
        said = {
            language: self.word(self.under(self.by_language[language], *names[:-1]), names[-1])
            for language in self.languages
        }
        return {language: words for language, words in said.items() if words}

    def symbols(self) -> dict[str, dict[str, str]]:
        """What is shown for marks."""
        marks = [mark for words in self.by_language.values() for mark in self.under(words, "px", "symbols")]
        return {mark: self.text("px", "symbols", mark) for mark in dict.fromkeys(marks)}

    def keywords(self) -> tuple[Keyword, ...]:
        """PX keywords without a place of their own."""
        found = []
        for one in self.objects(self.px, "keywords"):
            bare = one.get("bare")
            if not (isinstance(bare, list) and all(isinstance(flag, bool) for flag in bare)):
                raise FormatError(f"{self.path}: bare of a keyword is not a list of true and false.")
            name, language = self.word(one, "name"), self.word(one, "language")
            keys, values = tuple(self.listed(one, "keys")), tuple(self.listed(one, "values"))
            found.append(Keyword(name=name, language=language, keys=keys, values=values, bare=tuple(bare)))
        return tuple(found)

    def objects(self, holder: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
        """A list of objects; an empty one if it is not there."""
        found = holder.get(name)
        if found is None:
            return []
        if not (isinstance(found, list) and all(isinstance(one, dict) for one in found)):
            raise FormatError(f"{self.path}: {name} is not a list of objects.")
        return found


def dimensions_of(words: Words, shape: Sequence[int]) -> tuple[Dimension, ...]:
    """The dimensions, in the order of ``id``."""
    roles = words.under(words.document, "role")
    kinds = {code: kind for role, kind in ROLES.items() for code in words.listed(roles, role)}
    return tuple(
        _dimension(words, code, size, kinds.get(code, Kind.OTHER))
        for code, size in zip(words.document["id"], shape, strict=True)
    )


def _dimension(words: Words, code: str, size: int, kind: Kind) -> Dimension:
    own = words.under(words.document, "dimension", code)
    category = words.under(own, "category")
    if not category:
        raise FormatError(
            f"{words.path}: dimension {code} has no category.", hint="one that is only linked to (href) is not fetched."
        )
    codes = _codes(words, code, category, size)
    labels = {}
    for language in words.languages:
        given = words.under(words.by_language[language], "dimension", code, "category", "label")
        if language == words.languages[0] or given:
            labels[language] = tuple(words.word(given, one) or one for one in codes)
    extension = words.under(own, "extension")
    value = words.word(extension, "eliminationValueCode")
    label = words.text("dimension", code, "label")
    return Dimension(
        code=code,
        label=label if words.languages[0] in label else {words.languages[0]: code, **label},
        codes=codes,
        labels=labels,
        kind=kind,
        measures=_measures(words, code, codes) if kind is Kind.CONTENT else (),
        elimination=value or extension.get("elimination") is True,
        timescale=words.word(extension, "timescale"),
        times=tuple(words.listed(extension, "times")),
        domain=words.word(extension, "domain"),
        map=words.word(extension, "map"),
    )


def _codes(words: Words, code: str, category: Mapping[str, Any], size: int) -> tuple[str, ...]:
    index = category.get("index")
    if index is None:
        codes = list(words.under(category, "label"))
    elif isinstance(index, dict):
        if sorted(index.values(), key=str) != sorted(range(len(index)), key=str):
            raise FormatError(f"{words.path}: category.index of {code} does not number its values from 0.")
        codes = sorted(index, key=index.__getitem__)
    else:
        codes = words.listed(category, "index")
    if len(codes) != size:
        raise FormatError(f"{words.path}: dimension {code} has {len(codes)} values, but size says {size}.")
    return tuple(codes)


def _measures(words: Words, code: str, codes: Sequence[str]) -> tuple[Measure, ...]:
    own = words.under(words.document, "dimension", code)
    extension = words.under(own, "extension")
    units = words.under(own, "category", "unit")
    default = words.number(words.px, "decimals") or 0
    place = ("dimension", code, "extension")
    measures = []
    for one in codes:
        decimals = words.number(words.under(units, one), "decimals")
        unit = words.text("dimension", code, "category", "unit", one, "label")
        measures.append(
            Measure(
                unit=words.text("dimension", code, "category", "unit", one, "base") or unit,
                decimals=default if decimals is None else decimals,
                reference_time=words.text(*place, "refperiod", one),
                contact=words.text(*place, "contact", one),
                base_period=words.text(*place, "basePeriod", one),
                updated=words.moment(words.under(extension, "updated"), one),
                stock=_STOCK.get(words.word(words.under(extension, "measuringType"), one).lower(), ""),
                prices=_PRICES.get(words.word(words.under(extension, "priceType"), one).lower(), ""),
            )
        )
    return tuple(measures)


def measure_of(words: Words, dimensions: Sequence[Dimension]) -> Measure:
    """The measure of the whole table. A date of PxWeb's stands for the whole table unless the values have their own."""
    contact = {}
    for language in words.languages:
        persons = words.objects(words.by_language[language], "contact")
        lines = [words.word(one, "raw") or _person(words, one) for one in persons]
        if any(lines):
            contact[language] = "\n\n".join(lines)
    dated = any(measure.updated for one in dimensions for measure in one.measures)
    updated = words.moment(words.px, "updated")
    return Measure(
        unit=words.text("px", "units"),
        decimals=words.number(words.px, "decimals") or 0,
        reference_time=words.text("px", "refperiod"),
        contact=contact,
        base_period=words.text("px", "baseperiod"),
        updated=updated if updated or dated else words.moment(words.document, "updated"),
        stock=_STOCK.get(words.word(words.px, "measuringType").lower(), ""),
        prices=_PRICES.get(words.word(words.px, "priceType").lower(), ""),
    )


def _person(words: Words, person: Mapping[str, Any]) -> str:
    parts = (words.word(person, name) for name in ("name", "organization", "phone", "mail"))
    return ", ".join(part for part in parts if part)


def notes_of(words: Words, dimensions: Sequence[Dimension]) -> tuple[Note, ...]:
    """Footnotes on the table, dimensions, values and cells, and signs."""
    extension = words.under(words.document, "extension")
    notes = list(_paired(words, ("note",), words.under(extension, "noteMandatory")))
    for one in dimensions:
        place = ("dimension", one.code)
        own = words.under(words.document, *place, "extension")
        notes += _paired(words, (*place, "note"), words.under(own, "noteMandatory"), dimension=one.code)
        of_values = words.under(own, "categoryNoteMandatory")
        for code in one.codes:
            where = (*place, "category", "note", code)
            notes += _paired(words, where, words.under(of_values, code), dimension=one.code, value=code)
    return (*notes, *_cell_notes(words, dimensions))


def _paired(
    words: Words, where: tuple[str, ...], mandatory: Mapping[str, Any], *, dimension: str = "", value: str = ""
) -> Iterator[Note]:
    said = {
        language: words.listed(words.under(words.by_language[language], *where[:-1]), where[-1])
        for language in words.languages
    }
    for number in range(max(map(len, said.values()))):
        text = {language: notes[number] for language, notes in said.items() if number < len(notes)}
        if any(text.values()):
            demanded = mandatory.get(str(number)) is True
            yield Note(text=text, dimension=dimension, value=value, mandatory=demanded)


def _cell_notes(words: Words, dimensions: Sequence[Dimension]) -> Iterator[Note]:
    said = {
        language: words.objects(words.under(words.by_language[language], "px"), "cellnotes")
        for language in words.languages
    }
    main = words.objects(words.px, "cellnotes")
    for number, one in enumerate(main):
        text = {language: words.word(notes[number], "text") for language, notes in said.items() if number < len(notes)}
        cell = words.under(one, "cell")
        unknown = sorted(set(cell) - {dimension.code for dimension in dimensions})
        if unknown:
            raise FormatError(
                f"{words.path}: a note on cells names the dimension '{unknown[0][:40]}', which is not there."
            )
        yield Note(
            text=text,
            dimension=words.word(one, "dimension"),
            value=words.word(one, "value"),
            cell=tuple(words.word(cell, code) or None for code in words.document["id"])
            if "cell" in one and one["cell"] is not None
            else (),
            mandatory=one.get("mandatory") is True,
            sign=one.get("sign") is True,
        )
