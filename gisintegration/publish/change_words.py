"""Words and colours of boundary change: relations, columns, layers, in Swedish and English."""

from __future__ import annotations

from collections.abc import Mapping

from gisintegration.change import Relation
from gisintegration.publish.qml.symbols import INK, PATTERNS, Fill

RELATIONS: Mapping[Relation, Mapping[str, str]] = {
    Relation.UNCHANGED: {"sv": "oförändrad", "en": "unchanged"},
    Relation.RECODED: {"sv": "bytt kod, samma gräns", "en": "recoded, same border"},
    Relation.SPLIT: {"sv": "delad", "en": "split"},
    Relation.MERGED: {"sv": "sammanslagen", "en": "merged"},
    Relation.ADJUSTED: {"sv": "ändrad gräns", "en": "border adjusted"},
    Relation.EXTENDED_OVER_WATER: {"sv": "utvidgad i vatten", "en": "extended over water"},
    Relation.ENDED: {"sv": "upphörd, fördelad på flera", "en": "ended, shared out"},
    Relation.NEW: {"sv": "nybildad av flera", "en": "new, made of several"},
    Relation.UNKNOWN_ORIGIN: {"sv": "okänt ursprung: gräns saknas", "en": "unknown origin: no border known"},
}
FILLS: Mapping[Relation, Fill] = {
    Relation.RECODED: Fill("#d9cf6b"),
    Relation.SPLIT: Fill("#7ba6d6"),
    Relation.MERGED: Fill("#a98bc9"),
    Relation.ADJUSTED: Fill("#eaa94f"),
    Relation.EXTENDED_OVER_WATER: Fill("#a9dbe0"),
    Relation.ENDED: Fill("#c96a63"),
    Relation.NEW: Fill("#69ad7c"),
    Relation.UNKNOWN_ORIGIN: PATTERNS.remainder,
}
CROSSED = Fill("", outline="#1f1f1d", outline_style="dash")
CROSSED_WORDS: Mapping[str, str] = {"sv": "ändring över kommungräns", "en": "change across a kommun border"}
STAYS = Fill("#eceae4", outline=INK)
# What a piece of an area that changed is, in the order of the legend.
PIECES: Mapping[str, tuple[Mapping[str, str], Fill]] = {
    "split": ({"sv": "del av delat område", "en": "part of a split area"}, FILLS[Relation.SPLIT]),
    "merged": ({"sv": "del av sammanslaget", "en": "part of a merged area"}, FILLS[Relation.MERGED]),
    "moved": ({"sv": "flyttad till annat område", "en": "moved to another area"}, FILLS[Relation.ADJUSTED]),
    "added": (
        {"sv": "låg inte i något gammalt område", "en": "lay in no old area"},
        FILLS[Relation.EXTENDED_OVER_WATER],
    ),
    "dropped": ({"sv": "ligger inte i något nytt område", "en": "lies in no new area"}, FILLS[Relation.ENDED]),
    "stays": ({"sv": "kvar i sitt område", "en": "stays in its area"}, STAYS),
    "unknown_origin": (RELATIONS[Relation.UNKNOWN_ORIGIN], FILLS[Relation.UNKNOWN_ORIGIN]),
}
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "side": {"sv": "Upplaga", "en": "Edition"},
    "code": {"sv": "Kod", "en": "Code"},
    "name": {"sv": "Namn", "en": "Name"},
    "relation": {"sv": "Relation (nyckelord)", "en": "Relation (keyword)"},
    "relation_text": {"sv": "Relation", "en": "Relation"},
    "renamed": {"sv": "Bytt namn", "en": "Renamed"},
    "crossed_kommun": {"sv": "Över kommungräns", "en": "Crossed a kommun border"},
    "over_water": {"sv": "Utvidgad i vatten", "en": "Extended over water"},
    "code_kept": {"sv": "Koden finns kvar", "en": "Code kept"},
    "n_links": {"sv": "Antal områden den delar mark med", "en": "Areas it shares ground with"},
    "counterpart": {"sv": "Motsvarighet", "en": "Counterpart"},
    "area": {"sv": "Area (m²)", "en": "Area (m²)"},
    "shared_area": {"sv": "Gemensam area (m²)", "en": "Shared area (m²)"},
    "moved_area": {"sv": "Flyttad area (m²)", "en": "Moved area (m²)"},
    "persons": {"sv": "Personer", "en": "Persons"},
    "moved_persons": {"sv": "Personer som bytte område", "en": "Persons whose area changed"},
    "log": {"sv": "SCB:s ändringslogg", "en": "SCB's change log"},
    "agrees": {"sv": "Logg och geometri stämmer", "en": "Log and geometry agree"},
    "old": {"sv": "Gammal kod", "en": "Old code"},
    "new": {"sv": "Ny kod", "en": "New code"},
    "old_share": {"sv": "Del av gamla området", "en": "Share of the old area"},
    "new_share": {"sv": "Del av nya området", "en": "Share of the new area"},
    "piece": {"sv": "Slag av delyta", "en": "Kind of piece"},
}
SIDES: Mapping[str, Mapping[str, str]] = {"old": {"sv": "gammal", "en": "old"}, "new": {"sv": "ny", "en": "new"}}
YES_NO: Mapping[str, tuple[str, str]] = {"sv": ("nej", "ja"), "en": ("no", "yes")}
NOTE: Mapping[str, str] = {
    "sv": "Personer räknade från deras platser, inget skydd: får inte publiceras.",
    "en": "Persons counted from their places, nothing protected: not to be published.",
}
DESCRIPTION: Mapping[str, Mapping[str, str]] = {
    "changed": {
        "sv": "Nya områden som skiljer sig från den äldre upplagan; mark smalare än {tolerance} m räknas inte.",
        "en": "New areas that differ from the older edition; ground narrower than {tolerance} m does not count.",
    },
    "ended": {
        "sv": "Gamla områden som delats, slagits samman, ändrats eller upphört.",
        "en": "Old areas that were split, merged, adjusted or ended.",
    },
    "pieces": {
        "sv": "Den mark som varje ändrat gammalt område delar med varje nytt.",
        "en": "The ground that each changed old area shares with each new one.",
    },
}
