"""Names and texts of published layers: safe layer names, titles, aliases, and the sentences every layer carries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Literal

from gisintegration.tables import TOTAL, Areas, Indicator, Labels, Release

Language = Literal["sv", "en"]
LANGUAGES: tuple[Language, ...] = ("sv", "en")

_DIVISIONS: Mapping[str, Mapping[str, str]] = {
    "deso": {"sv": "DeSO {edition}", "en": "DeSO {edition}"},
    "regso": {"sv": "RegSO {edition}", "en": "RegSO {edition}"},
    "kommun": {"sv": "kommuner", "en": "municipalities"},
    "lan": {"sv": "län", "en": "counties"},
    "riket": {"sv": "riket", "en": "Sweden"},
}
_CLASSES: Mapping[str, Mapping[str, str]] = {
    TOTAL: {"sv": "totalt", "en": "total"},
    "women": {"sv": "kvinnor", "en": "women"},
    "men": {"sv": "män", "en": "men"},
}
FIELDS: Mapping[str, Mapping[str, str]] = {
    "fid": {"sv": "Radnummer", "en": "Row number"},
    "code": {"sv": "Kod", "en": "Code"},
    "name": {"sv": "Namn", "en": "Name"},
    "kind": {"sv": "Slag av område", "en": "Kind of area"},
    "members": {"sv": "Områden som ingår", "en": "Areas it holds"},
    "year": {"sv": "År", "en": "Year"},
    "valid_from": {"sv": "Gäller från", "en": "Valid from"},
    "valid_to": {"sv": "Gäller till", "en": "Valid to"},
    "value": {"sv": "Värde", "en": "Value"},
    "numerator": {"sv": "Täljare", "en": "Numerator"},
    "denominator": {"sv": "Nämnare", "en": "Denominator"},
    "status": {"sv": "Status", "en": "Status"},
    "status_text": {"sv": "Status i ord", "en": "Status in words"},
    "method": {"sv": "Metod", "en": "Method"},
    "lower": {"sv": "Lägst", "en": "Lowest"},
    "upper": {"sv": "Högst", "en": "Highest"},
    "se": {"sv": "Medelfel", "en": "Standard error"},
    "exact_share": {"sv": "Andel exakt", "en": "Exact share"},
    "area_key": {"sv": "Nyckel till key_area", "en": "Key to key_area"},
    "regso": {"sv": "RegSO", "en": "RegSO"},
    "kommun": {"sv": "Kommun", "en": "Municipality"},
    "lan": {"sv": "Län", "en": "County"},
    "riket": {"sv": "Riket", "en": "Sweden"},
    "sex": {"sv": "Kön", "en": "Sex"},
    "policy": {"sv": "Skydd", "en": "Protection"},
}
REFERENCE: Mapping[str, Mapping[str, str]] = {
    "31 December": {"sv": "31 december {year}", "en": "31 December {year}"},
    "November": {"sv": "november {year}", "en": "November {year}"},
    "calendar year": {"sv": "kalenderåret {year}", "en": "calendar year {year}"},
    "school year": {"sv": "läsåret som slutar {year}", "en": "school year ending {year}"},
    "election day": {"sv": "valdagen {year}", "en": "election day {year}"},
    "panel": {"sv": "panelen till och med {year}", "en": "panel up to {year}"},
}

COUNTED: Mapping[str, Mapping[str, str]] = {
    "person": {"sv": "Personer", "en": "Persons"},
    "household": {"sv": "Hushåll", "en": "Households"},
    "dwelling": {"sv": "Bostäder", "en": "Dwellings"},
    "pupil": {"sv": "Elever", "en": "Pupils"},
    "voter": {"sv": "Röstberättigade", "en": "Persons entitled to vote"},
    "krona": {"sv": "Kronor", "en": "Kronor"},
    "day": {"sv": "Dagar", "en": "Days"},
}

REMAINDER: Mapping[str, str] = {
    "sv": "återstod av kommun, gränser okända",
    "en": "rest of municipality, borders unknown",
}
ESTIMATED: Mapping[str, str] = {"sv": "uppskattad (omräknad)", "en": "estimated (recalculated)"}


def identifier(text: str) -> str:
    """A text as a name that every database, driver and file system takes: small ASCII letters, digits, underscores.

    Examples
    --------
    >>> identifier("Södra Skåne; drop--table"), identifier("2024"), identifier("ЖЖ")
    ('sodra_skane_drop_table', 'l_2024', 'layer')
    """
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:60] or "layer"
    return name if name[0].isalpha() else f"l_{name}"


def layer_names(release: Release) -> dict[str, str]:
    """A layer name for every edition of the release, ``{"deso/2025": "deso_2025"}``, no two the same.

    The region of what was given is named by its code, as there is one of it: ``region_goteborgsregionen``.
    """
    names: dict[str, str] = {}
    for key in sorted(release.areas):
        areas = release.areas[key]
        detail = str(areas.table["code"].iloc[0]) if areas.division == "region" and len(areas) else areas.edition
        names[key] = distinct(identifier(f"{areas.division}_{detail}"), names.values())
    return names


def distinct(name: str, taken: Iterable[str]) -> str:
    """The name, with a number after it when it is taken.

    Examples
    --------
    >>> distinct("deso", ["deso", "deso_2"])
    'deso_3'
    """
    others, number, given = set(taken), 2, name
    while name in others:
        name, number = f"{given}_{number}", number + 1
    return name


def edition_title(areas: Areas, language: Language) -> str:
    """An edition in few words: ``DeSO 2025``, ``kommuner``, ``Göteborgsregionen``."""
    words = _DIVISIONS.get(areas.division)
    if words:
        return words[language].format(edition=areas.edition)
    return areas.title.get(language) or f"{areas.division} {areas.edition}"


def layer_title(indicator: Indicator, areas: Areas, language: Language) -> str:
    """``Andel sysselsatta, DeSO 2025``."""
    return f"{indicator.title[language]}, {edition_title(areas, language)}"


def unit_text(indicator: Indicator, language: Language) -> str:
    """The unit in few letters: ``%`` for per cent, else as declared."""
    unit = indicator.unit[language]
    return "%" if unit in ("procent", "per cent", "percent") else unit


def class_text(labels: Labels, breakdown: str, code: str, language: Language) -> str:
    """The words for a class of a breakdown; the code itself where none are declared.

    Examples
    --------
    >>> class_text({}, "sex", "total", "sv"), class_text({"age": {"20-24": {"sv": "20–24 år"}}}, "age", "20-24", "sv")
    ('totalt', '20–24 år')
    """
    declared = labels.get(breakdown, {}).get(code, {}).get(language)
    return declared or _CLASSES.get(code, {}).get(language, code)


def is_internal(release: Release) -> bool:
    """Whether nothing was done to protect the figures, so that the words must stand in every title."""
    return "internal" in release.stamps


def marked(title: str, release: Release, language: Language) -> str:
    """The title, with the warning that internal figures carry wherever they are seen."""
    return internal(title, language) if is_internal(release) else title


def internal(title: str, language: Language) -> str:
    """The title of something that must not be published.

    Examples
    --------
    >>> internal("Pieces", "en")
    'INTERNAL: Pieces'
    """
    return f"{ {'sv': 'INTERNT', 'en': 'INTERNAL'}[language] }: {title}"


def sentences(release: Release, language: Language) -> list[str]:
    """What stands under every figure: the source line, how the figures are protected, and the release's notes."""
    return [
        text
        for text in (
            release.source_line(language),
            *(words[language] for _, words in sorted(release.stamps.items())),
            *(note[language] for note in release.notes),
        )
        if text
    ]


def explanation(indicator: Indicator, language: Language) -> list[str]:
    """What a figure means: description, unit, reference time, breaks, assumption."""
    words = {"sv": ("Enhet", "Avser", "Tidsseriebrott"), "en": ("Unit", "Refers to", "Break in series")}[language]
    reference = _REFERENCE[indicator.reference] if language == "sv" else indicator.reference
    return [
        indicator.description[language],
        f"{words[0]}: {indicator.unit[language]}.",
        f"{words[1]}: {reference}.",
        *(f"{words[2]} {item.year}: {getattr(item, language)}" for item in indicator.breaks),
        *([indicator.assumption[language]] if indicator.assumption else []),
    ]


_REFERENCE = {
    "31 December": "31 december",
    "November": "november",
    "calendar year": "kalenderåret",
    "school year": "läsåret",
    "election day": "valdagen",
    "panel": "panelen",
}
