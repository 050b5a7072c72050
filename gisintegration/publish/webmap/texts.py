"""The words of the page, in Swedish and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from gisintegration.errors import InputError
from gisintegration.publish.webmap.choose import LETTERS, REMAINDER
from gisintegration.publish.words import ESTIMATED, FIELDS
from gisintegration.publish.words import REMAINDER as REMAINDER_WORDS
from gisintegration.tables import WORDS as STATUS_WORDS

Language = Literal["sv", "en"]

COORDINATES: Mapping[str, Mapping[str, str]] = {
    "property": {"sv": "fastighetens mittpunkt", "en": "the property's centre"},
    "address": {"sv": "adressens punkt", "en": "the address point"},
}

WORDS: Mapping[str, Mapping[str, str]] = {
    "area": {"sv": "Område", "en": "Area"},
    "areas": {"sv": "områden", "en": "areas"},
    "code": {"sv": "Kod", "en": "Code"},
    "kommun": {"sv": "Kommun", "en": "Municipality"},
    "value": {"sv": "Värde", "en": "Value"},
    "status": {"sv": "Status", "en": "Status"},
    "method": {"sv": "Metod", "en": "Method"},
    "year": {"sv": "År", "en": "Year"},
    "sex": {"sv": "Kön", "en": "Sex"},
    "unit": {"sv": "Enhet", "en": "Unit"},
    "indicator": {"sv": "Indikator", "en": "Indicator"},
    "division": {"sv": "Indelning", "en": "Division"},
    "edition": {"sv": "Utgåva", "en": "Edition"},
    "policy": {"sv": "Skydd", "en": "Protection"},
    "release": {"sv": "Utgivning", "en": "Release"},
    "interval": {"sv": "Osäkerhet", "en": "Uncertainty"},
    "bounds": {"sv": "Kan ligga mellan {lower} och {upper}", "en": "Can lie between {lower} and {upper}"},
    "bounds_certain": {"sv": "Säkert mellan {lower} och {upper}", "en": "Certainly between {lower} and {upper}"},
    "probable": {
        "sv": "Sannolikt mellan {lower} och {upper} (90 %)",
        "en": "Probably between {lower} and {upper} (90%)",
    },
    "estimated": {language: text[:1].upper() + text[1:] for language, text in ESTIMATED.items()},
    **{name: FIELDS[name] for name in ("lower", "upper", "se", "exact_share")},
    "all_estimated": {"sv": "Hela talet är uppskattat", "en": "The whole figure is estimated"},
    "exact": {
        "sv": "{n} % av talet kommer från hela områden, resten är uppskattat",
        "en": "{n} % of the figure comes from whole areas, the rest is estimated",
    },
    "map": {"sv": "Karta", "en": "Map"},
    "map_help": {
        "sv": "Karta över {title}. Piltangenter flyttar kartan, plus och minus zoomar. "
        "Alla värden finns också i tabellen.",
        "en": "Map of {title}. Arrow keys move the map, plus and minus zoom. Every value is also in the table.",
    },
    "search": {"sv": "Sök område", "en": "Find an area"},
    "search_hint": {"sv": "Namn, kommun eller kod", "en": "Name, municipality or code"},
    "search_none": {"sv": "Inget område heter så", "en": "No area has that name"},
    "search_count": {"sv": "{n} träffar", "en": "{n} matches"},
    "legend": {"sv": "Teckenförklaring", "en": "Legend"},
    "legend_percent": {"sv": "Procent", "en": "Per cent"},
    "legend_count": {"sv": "Områden", "en": "Areas"},
    "legend_hint": {"sv": "Välj en klass för att framhäva dess områden", "en": "Choose a class to bring out its areas"},
    "play": {"sv": "Spela upp åren", "en": "Play the years"},
    "pause": {"sv": "Pausa", "en": "Pause"},
    "zoom_in": {"sv": "Zooma in", "en": "Zoom in"},
    "zoom_out": {"sv": "Zooma ut", "en": "Zoom out"},
    "zoom_all": {"sv": "Visa hela kartan", "en": "Show the whole map"},
    "zoom_area": {"sv": "Zooma hit", "en": "Zoom to area"},
    "close": {"sv": "Stäng", "en": "Close"},
    "pin": {"sv": "Jämför med …", "en": "Compare with …"},
    "pin_hint": {"sv": "Välj nu ett område till att jämföra med.", "en": "Now choose another area to compare with."},
    "unpin": {"sv": "Sluta jämföra", "en": "Stop comparing"},
    "swap": {"sv": "Byt plats", "en": "Swap"},
    "pinned": {"sv": "Jämförs med", "en": "Compared with"},
    "selected": {"sv": "Valt område", "en": "Selected area"},
    "history": {"sv": "Utveckling", "en": "Over time"},
    "in_year": {"sv": "Läget {year}", "en": "In {year}"},
    "rank": {
        "sv": "Plats {rank} av {n}, räknat från högst värde",
        "en": "Rank {rank} of {n}, counted from the highest",
    },
    "rank_about": {
        "sv": "Ungefär plats {rank} av {n}, räknat från högst värde",
        "en": "Rank about {rank} of {n}, counted from the highest",
    },
    "points_above": {"sv": "{n} procentenheter över", "en": "{n} percentage points above"},
    "points_below": {"sv": "{n} procentenheter under", "en": "{n} percentage points below"},
    "above": {"sv": "{n} över", "en": "{n} above"},
    "below": {"sv": "{n} under", "en": "{n} below"},
    "equal": {"sv": "lika", "en": "equal"},
    "not_drawn": {
        "sv": "Områdets gräns är inte känd. Det ligger i {where}, som är markerad på kartan.",
        "en": "The area's border is not known. It lies in {where}, which is marked on the map.",
    },
    "remainder": {
        "sv": "Det som återstår av kommunen när de områden vars gränser är kända tagits bort. "
        "Här ligger områden med egna värden:",
        "en": "What is left of the municipality when the areas with known borders are taken away. "
        "Areas with figures of their own lie here:",
    },
    "gone": {"sv": "{code} fanns inte i {edition}.", "en": "{code} did not exist in {edition}."},
    "here_then": {"sv": "På platsen låg {name}", "en": "The place lay in {name}"},
    "table": {"sv": "Tabell", "en": "Table"},
    "to_table": {"sv": "Till tabellen med alla värden", "en": "To the table with every value"},
    "table_title": {"sv": "Alla områden {year}", "en": "All areas {year}"},
    "table_filter": {"sv": "Filtrera tabellen", "en": "Filter the table"},
    "sort_by": {"sv": "Sortera efter {column}", "en": "Sort by {column}"},
    "by_kommun": {"sv": "Kommunerna", "en": "Municipalities"},
    "csv_year": {"sv": "CSV, {year}", "en": "CSV, {year}"},
    "csv_all": {"sv": "CSV, alla år", "en": "CSV, all years"},
    "csv_hint": {
        "sv": "För svenska Excel: semikolon och decimalkomma",
        "en": "For Excel with Swedish settings: semicolons and decimal commas",
    },
    "print": {"sv": "Skriv ut", "en": "Print"},
    "about": {"sv": "Om statistiken", "en": "About the statistics"},
    "definition": {"sv": "Definition", "en": "Definition"},
    "population": {"sv": "Räknas på", "en": "Counted"},
    "ages": {"sv": "{ages} år", "en": "ages {ages}"},
    "reference": {"sv": "Avser", "en": "Refers to"},
    "breaks": {"sv": "Brott i tidsserien", "en": "Breaks in the series"},
    "assumption": {"sv": "Antagande", "en": "Assumption"},
    "protection": {"sv": "Skydd", "en": "Protection"},
    "notes": {"sv": "Observera", "en": "Note"},
    "source": {"sv": "Källa", "en": "Source"},
    "borders": {"sv": "Områden", "en": "Areas"},
    "borders_text": {
        "sv": "{titles}. Förenklade gränser, bara för kartan. Koordinatsystem: {crs}.",
        "en": "{titles}. Simplified borders, for the map only. Coordinate system: {crs}.",
    },
    "break_edition": {
        "sv": "{edition} från {year}. Ett område med samma kod kan ha fått nya gränser.",
        "en": "{edition} from {year}. An area with the same code may have new borders.",
    },
    "same_borders": {
        "sv": "{edition} från {year}. Det här området har samma gränser som förut.",
        "en": "{edition} from {year}. This area has the same borders as before.",
    },
    "break_coordinates": {
        "sv": "Personer räknas från {year} i {coordinate}.",
        "en": "From {year} persons are placed at {coordinate}.",
    },
    "break_recalculated": {
        "sv": "Före {year} är talen omräknade till de här gränserna.",
        "en": "Before {year} the figures are recalculated to these boundaries.",
    },
    "break_recalculated_from": {
        "sv": "Från {year} är talen omräknade till de här gränserna.",
        "en": "From {year} the figures are recalculated to these boundaries.",
    },
    "break_short": {"sv": "Tidsseriebrott", "en": "Break in series"},
    "internal": {"sv": "INTERNT", "en": "INTERNAL"},
    "no_values": {"sv": "Inga värden visas", "en": "No values are shown"},
    "start": {
        "sv": "Välj ett område på kartan, i sökrutan eller i tabellen.",
        "en": "Choose an area on the map, in the search box or in the table.",
    },
    "needs_script": {
        "sv": "Kartan ritas av ett skript i den här filen. Tillåt skript för att se den.",
        "en": "The map is drawn by a script in this file. Allow scripts to see it.",
    },
    "no_sex": {"sv": "totalt", "en": "total"},
}


def words(language: Language) -> dict[str, str]:
    """Every word of the page in one language.

    Examples
    --------
    >>> words("en")["search"]
    'Find an area'
    """
    return {key: texts[language] for key, texts in WORDS.items()}


def status_words(language: Language) -> dict[str, str]:
    """The words for every letter a cell's status has in the page.

    Examples
    --------
    >>> status_words("sv")["p"]
    'Skyddas (för få personer)'
    """
    found = {letter: getattr(STATUS_WORDS[status], language) for status, letter in LETTERS.items()}
    found[REMAINDER] = REMAINDER_WORDS[language]
    return {letter: text[:1].upper() + text[1:] for letter, text in found.items()}


def checked_language(language: str) -> Language:
    """The language, if the page can speak it.

    Raises
    ------
    InputError
        It is neither ``sv`` nor ``en``.
    """
    if language == "sv":
        return "sv"
    if language == "en":
        return "en"
    raise InputError.unknown("language", language, ("sv", "en"))
