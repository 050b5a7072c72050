"""What a cell says when it is not a plain figure: six states that never collapse into an empty cell or a zero."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """The state of a cell."""

    SHOWN = "shown"
    PROTECTED = "protected"
    ZERO = "zero"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    DID_NOT_EXIST = "did_not_exist"


class Reason(StrEnum):
    """Why a cell is protected; empty for every other status.

    ``zero_or_small`` is one reason for 0 and for small counts, so that the reason does not tell them apart.
    """

    NONE = ""
    PRIMARY = "primary"
    SECONDARY = "secondary"
    SMALL_BASE = "small_base"
    ZERO_OR_SMALL = "zero_or_small"


class Method(StrEnum):
    """How a figure was made. ``recalculated:<weights>`` and ``modelled:<model>`` are written with their kind."""

    LOCATED = "located"
    DELIVERED = "delivered"
    SUMMED = "summed"
    REPORTED = "reported"
    DERIVED = "derived"
    WEIGHTED_SAMPLE = "weighted_sample"


@dataclass(frozen=True)
class Words:
    """How one status is shown: mark in PX and text tables, pattern on maps, words in Swedish and English."""

    px: str
    pattern: str
    sv: str
    en: str


WORDS: dict[Status, Words] = {
    Status.SHOWN: Words(px="", pattern="fill", sv="visas", en="shown"),
    Status.PROTECTED: Words(px="..", pattern="hatch", sv="skyddas (för få personer)", en="protected (too few persons)"),
    Status.ZERO: Words(px="-", pattern="fill", sv="noll", en="zero"),
    Status.MISSING: Words(px="...", pattern="dots", sv="uppgift saknas", en="not available"),
    Status.NOT_APPLICABLE: Words(px=".", pattern="none", sv="kan inte förekomma", en="not applicable"),
    Status.DID_NOT_EXIST: Words(px="....", pattern="none", sv="fanns inte", en="did not exist"),
}

METHOD_WORDS: dict[str, dict[str, str]] = {
    "located": {"sv": "räknad från koordinater", "en": "counted from coordinates"},
    "delivered": {"sv": "räknad efter levererad områdeskod", "en": "counted by the delivered area code"},
    "summed": {"sv": "summa av hela områden", "en": "sum of whole areas"},
    "reported": {"sv": "publicerad uppgift", "en": "published figure"},
    "derived": {"sv": "härledd", "en": "derived"},
    "weighted_sample": {"sv": "uppräknat urval", "en": "weighted sample"},
    "recalculated": {"sv": "omräknad till nya gränser", "en": "recalculated to new boundaries"},
    "modelled": {"sv": "modellskattad", "en": "modelled"},
}
# What figures were recalculated by; composed crosswalks join theirs by a plus sign.
WEIGHT_WORDS: dict[str, dict[str, str]] = {
    "points": {"sv": "efter var personer bor", "en": "by where persons live"},
    "weights": {"sv": "efter ett finare skikt", "en": "by a finer layer"},
    "target": {"sv": "efter de nya områdenas folkmängd", "en": "by the new areas' population"},
    "grid": {"sv": "efter befolkningsrutor", "en": "by a population grid"},
    "area": {"sv": "efter yta", "en": "by area"},
    "best_fit": {"sv": "hela områden, bäst passande", "en": "whole areas, best fit"},
    "table": {"sv": "efter nyckel", "en": "by a key"},
}


def method_words(method: str, language: str) -> str:
    """The words for a method, with what follows its colon.

    Examples
    --------
    >>> method_words("recalculated:points", "sv"), method_words("modelled:eblup", "en")
    ('omräknad till nya gränser efter var personer bor', 'modelled (eblup)')
    """
    kind, _, detail = method.partition(":")
    words = METHOD_WORDS[kind][language]
    parts = detail.split("+")
    if detail and all(part in WEIGHT_WORDS for part in parts):
        return f"{words} {', '.join(WEIGHT_WORDS[part][language] for part in parts)}"
    return f"{words} ({detail})" if detail else words
