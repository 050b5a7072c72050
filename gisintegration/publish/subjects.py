"""The subjects of indicators: their titles, and the subject codes that SCB's statistical database has for them."""

from __future__ import annotations

from collections.abc import Mapping

# Across subjects: what Registerdata för integration itself has.
_ACROSS = "AA"
_SUBJECTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "arbetsmarknad": ("AM", {"sv": "Arbetsmarknad", "en": "Labour market"}),
    "boende": ("BO", {"sv": "Boende", "en": "Housing"}),
    "demografi": ("BE", {"sv": "Demografi", "en": "Population"}),
    "demokrati": ("ME", {"sv": "Demokrati", "en": "Democracy"}),
    "flyttmonster": ("BE", {"sv": "Flyttmönster", "en": "Moves"}),
    "halsa": ("HS", {"sv": "Hälsa", "en": "Health"}),
    "inkomst": ("HE", {"sv": "Inkomst", "en": "Income"}),
    "transfereringar": ("SO", {"sv": "Transfereringar", "en": "Transfers"}),
    "utbildning": ("UF", {"sv": "Utbildning", "en": "Education"}),
}


def subject_title(subject: str) -> Mapping[str, str]:
    """The title of a subject; of one's own, its name with a capital letter.

    Examples
    --------
    >>> subject_title("halsa"), subject_title("kultur")
    ({'sv': 'Hälsa', 'en': 'Health'}, {'sv': 'Kultur', 'en': 'Kultur'})
    """
    own = subject[:1].upper() + subject[1:]
    return _SUBJECTS[subject][1] if subject in _SUBJECTS else {"sv": own, "en": own}


def subject_code(subject: str) -> str:
    """SCB's code of the subject area.

    Examples
    --------
    >>> subject_code("inkomst"), subject_code("kultur")
    ('HE', 'AA')
    """
    return _SUBJECTS[subject][0] if subject in _SUBJECTS else _ACROSS
