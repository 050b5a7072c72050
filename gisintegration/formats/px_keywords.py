"""What is known of PX's keywords: their order, and what their values mean."""

from __future__ import annotations

import re

from gisintegration.formats.cube import NOTE_KEYWORDS, Dimension

ORDER = (
    *("CHARSET", "AXIS-VERSION", "CODEPAGE", "LANGUAGE", "LANGUAGES", "CREATION-DATE", "NEXT-UPDATE", "PX-SERVER"),
    *("DIRECTORY-PATH", "UPDATE-FREQUENCY", "TABLEID", "SYNONYMS", "DEFAULT-GRAPH", "DECIMALS", "SHOWDECIMALS"),
    *("ROUNDING", "MATRIX", "AGGREGALLOWED", "AUTOPEN", "SUBJECT-CODE", "SUBJECT-AREA", "CONFIDENTIAL", "COPYRIGHT"),
    *("DESCRIPTION", "TITLE", "DESCRIPTIONDEFAULT", "CONTENTS", "STUB", "HEADING", "CONTVARIABLE", "VARIABLECODE"),
    *("VALUES", "TIMEVAL", "CODES", "DOUBLECOLUMN", "PRESTEXT", "DOMAIN", "VARIABLE-TYPE", "HIERARCHIES"),
    *("HIERARCHYLEVELS", "HIERARCHYLEVELSOPEN", "HIERARCHYNAMES", "MAP", "PARTITIONED", "ELIMINATION", "PRECISION"),
    *("LAST-UPDATED", "STOCKFA", "CFPRICES", "DAYADJ", "SEASADJ", "UNITS", "CONTACT", "REFPERIOD", "BASEPERIOD"),
    *("DATABASE", "SOURCE", "SURVEY", "LINK", "INFOFILE", "FIRST-PUBLISHED", "META-ID", "OFFICIAL-STATISTICS", "INFO"),
    *NOTE_KEYWORDS[:6],
    *(f"DATASYMBOL{dots}" for dots in range(1, 7)),
    *("DATASYMBOLSUM", "DATASYMBOLNIL", "DATANOTECELL", "DATANOTESUM", "DATANOTE", "KEYS"),
    *("ATTRIBUTE-ID", "ATTRIBUTE-TEXT", "ATTRIBUTES"),
)
"""The order recommended in section 3.4 of the PX file format specification, axis version 2013.

VARIABLECODE is younger than the specification; it stands where Statistics Denmark and PxWeb write it. UNITS stands
after CONTVARIABLE, since with a content dimension it is written once per value.
"""

WITH_LINE_BREAKS = frozenset({*NOTE_KEYWORDS[:6], "CONTACT", "INFO"})
"""Keywords in whose texts ``#`` means a line break."""

TIME = {
    "A1": re.compile(r"\d{4}"),
    "H1": re.compile(r"\d{4}[12]"),
    "Q1": re.compile(r"\d{4}[1-4]"),
    "M1": re.compile(r"\d{4}(0[1-9]|1[0-2])"),
    "W1": re.compile(r"\d{4}(0[1-9]|[1-4]\d|5[0-3])"),
}
"""Per timescale, how TIMEVAL writes one time."""


def times_of(dimension: Dimension) -> tuple[str, ...]:
    """The times of a time dimension as TIMEVAL writes them; by default the digits of its codes.

    Examples
    --------
    >>> quarters = Dimension(code="Tid", label={"sv": "kvartal"}, codes=("2024K1", "2024K2"),
    ...                      labels={"sv": ("2024K1", "2024K2")}, timescale="Q1")
    >>> times_of(quarters)
    ('20241', '20242')
    """
    return dimension.times or digits(dimension.codes)


def digits(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The digits of codes.

    Examples
    --------
    >>> digits(("2024K1",))
    ('20241',)
    """
    return tuple(re.sub(r"[^0-9]", "", code) for code in codes)
