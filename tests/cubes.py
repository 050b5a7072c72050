"""The table with dimensions that tests of PX and JSON-stat write and read."""

from dataclasses import replace
from datetime import datetime

from gisintegration.formats import Cube, Dimension, Keyword, Kind, Measure, Note

NAN = float("nan")


def example() -> Cube:
    """Two areas, two contents, two years; sv and en; every kind of note; three marks."""
    area = Dimension(
        code="Region",
        label={"sv": "region", "en": "region"},
        codes=("0114", "0180"),
        labels={"sv": ("Upplands Väsby", "Stockholm"), "en": ("Upplands Väsby", "Stockholm")},
        kind=Kind.GEO,
        map="kommun",
    )
    content = Dimension(
        code="ContentsCode",
        label={"sv": "tabellinnehåll", "en": "observations"},
        codes=("AA1", "AA2"),
        labels={"sv": ("Antal", "Andel"), "en": ("Number", "Share")},
        kind=Kind.CONTENT,
        measures=(
            Measure(
                unit={"sv": "antal", "en": "number"},
                reference_time={"sv": "31 december", "en": "31 December"},
                stock="S",
            ),
            Measure(unit={"sv": "procent", "en": "percent"}, decimals=1),
        ),
    )
    year = Dimension(
        code="Tid",
        label={"sv": "år", "en": "year"},
        codes=("2023", "2024"),
        labels={"sv": ("2023", "2024"), "en": ("2023", "2024")},
        kind=Kind.TIME,
        timescale="A1",
    )
    return Cube(
        dimensions=(area, content, year),
        figures=[1234, 1300, 12.25, 12.5, NAN, 0, NAN, 7],
        marks=["", "", "", "", "..", "-", "...", ""],
        languages=("sv", "en"),
        matrix="INT01",
        table_id="TAB1",
        title={"sv": "Sysselsatta efter region", "en": "Employed by region"},
        contents={"sv": "Sysselsatta", "en": "Employed"},
        subject_code="AA",
        subject_area={"sv": "Ämnesövergripande statistik", "en": "General statistics"},
        source={"sv": "SCB", "en": "Statistics Sweden"},
        measure=Measure(contact={"sv": "Anna\nanna@example.org"}, updated=datetime.fromisoformat("2025-03-01T08:00")),
        created=datetime.fromisoformat("2025-02-01"),
        official=True,
        notes=(
            Note(text={"sv": "Hela tabellen.\nAndra raden; med semikolon.", "en": "The whole table."}, mandatory=True),
            Note(text={"sv": "Efter folkbokföring."}, dimension="Region"),
            Note(text={"sv": "Ny gräns."}, dimension="Region", value="0180"),
            Note(text={"sv": "Osäker."}, cell=("0180", None, "2024"), mandatory=True),
            Note(text={"sv": "r", "en": "r"}, cell=("0114", "AA2", None), sign=True),
        ),
        symbols={"..": {"sv": "..", "en": ".."}},
    )


def without_years() -> Cube:
    """The same areas and contents in one year: half in English, notes in one language, a keyword of its own."""
    whole = example()
    area, content, _ = whole.dimensions
    number, share = content.measures
    area = replace(
        area, label={"sv": "region", "en": "area"}, labels={"sv": area.labels["sv"]}, elimination="0180", map=""
    )
    number = replace(number, reference_time={"sv": "31 december"})
    share = replace(share, unit={"sv": "procent"}, prices="F", base_period={"sv": "2020"})
    return Cube(
        dimensions=(area, replace(content, measures=(number, share))),
        figures=[1234, 12.25, NAN, 0],
        marks=["", "", "..", "-"],
        languages=whole.languages,
        matrix=whole.matrix,
        title={"sv": "Sysselsatta", "en": "Employed"},
        source=whole.source,
        measure=replace(whole.measure, contact={"sv": "Anna"}),
        notes=(
            Note(text={"sv": "Tabellen", "en": "Table"}, mandatory=True),
            Note(text={"sv": "Området"}, dimension="Region"),
            Note(text={"sv": "Gränsen", "en": "Border"}, dimension="Region", value="0180", mandatory=True),
            Note(text={"en": "Cell"}, cell=("0180", None)),
            Note(text={"sv": "r"}, cell=("0114", "AA2"), sign=True),
        ),
        symbols={"..": {"sv": "–"}},
        other=(Keyword(name="LINK", values=("x",), bare=(False,)),),
    )
