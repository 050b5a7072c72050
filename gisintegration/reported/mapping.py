"""What a published table holds, said in TOML: its source, its areas, its years, and which column is which figure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from gisintegration.errors import ReportedError
from gisintegration.indicators.classes import SEXES, labels
from gisintegration.indicators.declare import declared, load_indicators
from gisintegration.tables import BREAKDOWNS, TOTAL, Indicator

Adjusted = Literal["detect", "none", "0-3"]
Texts = Mapping[Literal["sv", "en"], str]
# Nobody computes a published figure: what only a computation needs may be left out.
_UNCOMPUTED: Mapping[str, Mapping[str, Any]] = {
    "share": {"numerator": {}},
    "ratio": {"variable": "", "base": ""},
    "mean": {"variable": ""},
    "median": {"variable": ""},
    "quotient": {"numerator": {}, "denominator": {}},
    "net": {"numerator": {}, "denominator": {}},
    "dissimilarity": {"numerator": {}, "denominator": {}},
}
_CLASS_CODE = r"^[a-z0-9_]+$"


def _as_terms(value: Any) -> Any:
    """A column, several, or tables of columns and where they stand, as a list of such tables."""
    parts = value if isinstance(value, list | tuple) else [value]
    return tuple({"columns": (part,)} if isinstance(part, str) else part for part in parts)


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _as_years(value: Any) -> Any:
    """``"2010-2023"``, ``"2024-"`` and ``"2024"`` as first and last."""
    if not isinstance(value, str):
        return value
    first, dash, last = (part.strip() for part in value.partition("-"))
    return (first or None, last or None) if dash else (first, first)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Part):
    """Who published the table."""

    title: Texts
    publisher: str
    table: str = ""
    licence: str
    text: str = ""

    @property
    def line(self) -> str:
        """For the source line: ``SCB, tabell TAB6574``."""
        return self.text or (f"{self.publisher}, tabell {self.table}" if self.table else self.publisher)


class File(_Part):
    """How the file is written; what is not said is found in it."""

    encoding: str | None = None
    separator: str | None = None
    decimal: Literal[".", ","] | None = None
    sheet: str | None = None
    header_rows: Annotated[int, Field(ge=1, le=10)] = 1
    fill_down: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = ()


class EditionColumn(_Part):
    """A column that says which edition a row's area is of."""

    column: str
    codes: Mapping[str, str]


class Rows(_Part):
    """Which areas and years the rows speak of.

    Parameters
    ----------
    code, name
        The column of codes, or of names as SCB writes them: "Upplands Väsby (Bollstanäs)". ``"column 1"`` is the first
        column, for one without a name.
    edition
        ``"deso/2018"``; for a table of several: ``{ "" = "deso/2018", "_DeSO2025" = "deso/2025" }`` by the suffix of
        the code, or ``edition_column``.
    year, year_column
        One year for the whole table, or the column of years. Neither where ``{year}`` stands in the columns' names.
    years
        The data years whose figures count, when not the edition's own: ``"2018-2024"``.
    parents
        Levels above that have rows of their own in the table and are wanted: kommun, lan, riket.
    adjusted
        ``0-3``: the publisher made 1 and 2 into 0 or 3, so that a 0 may be 0–2. ``none``: a 0 is nobody. ``detect``: a
        column in which 0 occurs and 1 and 2 never do is taken as adjusted.
    marks
        What a text in place of a figure means: a status, or a reason for protection.
    missing_kommun
        ``refuse``: every kommun of the areas asked for must be in the table. ``allow``: its figures are missing.
    """

    code: str | None = None
    name: str | None = None
    edition: str | Mapping[str, str] | None = None
    edition_column: EditionColumn | None = None
    year: int | None = None
    year_column: str | None = None
    years: Annotated[tuple[int | None, int | None] | None, BeforeValidator(_as_years)] = None
    parents: tuple[Literal["regso", "kommun", "lan", "riket"], ...] = ()
    adjusted: Adjusted = "detect"
    marks: Mapping[str, str] = Field(default_factory=dict)
    missing_kommun: Literal["refuse", "allow"] = "refuse"

    @property
    def key(self) -> str:
        """The column that names the areas."""
        return self.code or self.name or ""

    @property
    def editions(self) -> Mapping[str, str]:
        """The editions the rows can be of, by suffix or by what the column of editions says."""
        if self.edition_column is not None:
            return self.edition_column.codes
        return {"": self.edition or ""} if not isinstance(self.edition, Mapping) else self.edition


class By(_Part):
    """A column whose values are classes of a breakdown; a value that is not named here is not read."""

    breakdown: Literal["sex", "background", "age", "education"]
    codes: Mapping[str, str]


class Term(_Part):
    """Columns to add, a name with ``-`` before it to take away, in the rows where other columns say something."""

    columns: Annotated[tuple[str, ...], Field(min_length=1), BeforeValidator(_as_tuple)]
    where: Mapping[str, str] = Field(default_factory=dict)


Terms = Annotated[tuple[Term, ...], Field(min_length=1), BeforeValidator(_as_terms)]


class Figure(_Part):
    """Which columns one indicator's figures stand in."""

    indicator: str
    value: Terms | None = None
    numerator: Terms | None = None
    denominator: Terms | None = None
    sex: str = TOTAL
    background: str = TOTAL
    age: str = TOTAL
    education: str = TOTAL
    year: int | None = None
    where: Mapping[str, str] = Field(default_factory=dict)
    by: tuple[str, ...] = ()
    decimals: Annotated[int | None, Field(ge=0, le=4)] = None
    adjusted: Adjusted | None = None


class Class(_Part):
    """A class of a breakdown that the library does not have."""

    breakdown: Literal["background", "age", "education"]
    code: Annotated[str, Field(pattern=_CLASS_CODE)]
    sv: str
    en: str


class Said(_Part):
    """The whole mapping as it is written."""

    source: Source
    file: File = File()
    rows: Rows
    by: Mapping[str, By] = Field(default_factory=dict)
    figure: Annotated[tuple[Figure, ...], Field(min_length=1)]
    indicator: tuple[Mapping[str, Any], ...] = ()
    class_: Annotated[tuple[Class, ...], Field(alias="class")] = ()


@dataclass(frozen=True)
class ReportedMapping:
    """A checked mapping: what it says, with the declarations and words of what it speaks of."""

    name: str
    said: Said
    indicators: Mapping[str, Indicator]
    labels: Mapping[str, Mapping[str, Mapping[str, str]]]


def ready_mappings() -> dict[str, str]:
    """The mappings that come with the toolkit: name → English title of the published table.

    Examples
    --------
    >>> ready_mappings()["deso_2018_age_2022"]
    'Population by age, DeSO 2018, 2022'
    """
    found = {}
    for item in sorted(files("gisintegration.reported").joinpath("mappings").iterdir(), key=lambda file: file.name):
        if item.name.endswith(".toml"):
            read = tomllib.loads(item.read_text(encoding="utf-8"))
            found[item.name.removesuffix(".toml")] = str(read["source"]["title"]["en"])
    return found


def load_mapping(mapping: str | Path | Mapping[str, Any]) -> ReportedMapping:
    """A mapping, read and checked as a whole.

    Parameters
    ----------
    mapping
        The path of a TOML file, the name of a ready mapping, or what such a file holds as a dict.

    Raises
    ------
    ReportedError
        There is no such mapping, it is not TOML, or something in it is wrong; every fault is listed.

    Examples
    --------
    >>> load_mapping("deso_2018_age_2022").said.rows.edition
    'deso/2018'
    """
    name, content = _content(mapping)
    failures: list[dict[str, str]] = []
    try:
        said = Said.model_validate(content)
    except ValidationError as error:
        failures = [
            {"field": ".".join(str(part) for part in item["loc"]), "what": _words(item)} for item in error.errors()
        ]
        raise _faulty(name, failures) from error
    library = {**load_indicators(), **published_indicators()}
    known = library | _declared(name, said.indicator, library, failures)
    words = _labels(said, failures)
    failures += _contradictions(said, known, words)
    if failures:
        raise _faulty(name, failures)
    used = {figure.indicator for figure in said.figure}
    return ReportedMapping(name, said, {key: known[key] for key in sorted(used)}, words)


def _content(mapping: str | Path | Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    if isinstance(mapping, Mapping):
        return "the mapping", mapping
    path = Path(mapping)
    if path.suffix.lower() == ".toml":
        if not path.is_file():
            raise ReportedError.missing_file(path)
        return path.name, _parsed(path.name, path.read_bytes())
    ready = ready_mappings()
    if str(mapping) not in ready:
        raise ReportedError.unknown("ready mapping", mapping, ready)
    file = files("gisintegration.reported").joinpath("mappings", f"{mapping}.toml")
    return file.name, _parsed(file.name, file.read_bytes())


def _parsed(name: str, content: bytes) -> Mapping[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ReportedError(f"{name} is not a TOML file: {error}.", hint="correct the line it names.") from error


def _faulty(name: str, failures: Sequence[Mapping[str, str]]) -> ReportedError:
    return ReportedError(
        f"{name} has {len(failures)} fault{'s' if len(failures) > 1 else ''}.",
        hint="docs/reported.md shows the format and every field.",
        failures=failures,
    )


def _words(item: Any) -> str:
    if item["type"] == "extra_forbidden":
        return "is not a field of a mapping"
    return "is missing" if item["type"] == "missing" else str(item["msg"]).removeprefix("Value error, ")


@cache
def _published() -> Mapping[str, Any]:
    return tomllib.loads(files("gisintegration.reported").joinpath("published.toml").read_text(encoding="utf-8"))


@cache
def published_indicators() -> Mapping[str, Indicator]:
    """Declarations of figures that SCB publishes and the library does not compute, for any mapping to use.

    Examples
    --------
    >>> published_indicators()["employed_share_16_64"].title["sv"]
    'Andel sysselsatta, 16–64 år'
    """
    failures: list[dict[str, str]] = []
    made = _declared("published.toml", _published()["indicator"], {}, failures)
    if failures:
        raise _faulty("published.toml", failures)
    return made


def _declared(
    name: str, entries: Iterable[Mapping[str, Any]], known: Mapping[str, Indicator], failures: list[dict[str, str]]
) -> dict[str, Indicator]:
    made: dict[str, Indicator] = {}
    for entry in entries:
        found = declared(
            name, "reported", {**_UNCOMPUTED.get(str(entry.get("kind")), {}), **entry}, failures, computed=False
        )
        if found is not None and (found.id in known or found.id in made):
            failures.append({"field": f"indicator {found.id}", "what": "is already declared: choose another id"})
        elif found is not None:
            made[found.id] = found
    return made


def _labels(said: Said, failures: list[dict[str, str]]) -> dict[str, dict[str, Mapping[str, str]]]:
    words = {breakdown: dict(classes) for breakdown, classes in labels().items()}
    published = [Class.model_validate(item) for item in _published()["class"]]
    for item in (*published, *said.class_):
        text = {"sv": item.sv, "en": item.en}
        known = words[item.breakdown].setdefault(item.code, text)
        if known != text:
            failures.append(
                {"field": f"class {item.code}", "what": f"is a class of the library: '{known['en']}'; choose a code"}
            )
    return words


def _contradictions(
    said: Said, known: Mapping[str, Indicator], words: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, str]]:
    """What fits the form of a mapping and still cannot be meant."""
    found: list[tuple[str, str]] = []
    rows = said.rows
    if (rows.code is None) == (rows.name is None):
        found.append(("rows", "says the column of codes (code) or of names (name), one of them"))
    if (rows.edition is None) == (rows.edition_column is None):
        found.append(("rows", "says the edition of the areas, as edition or edition_column"))
    found += [
        ("rows.edition", f"'{key}' is not written division/edition: deso/2018")
        for key in rows.editions.values()
        if key and (key.count("/") != 1 or not all(key.split("/")))
    ]
    if rows.year is not None and rows.year_column is not None:
        found.append(("rows", "says year or year_column, not both"))
    for column, by in said.by.items():
        found += _unknown_classes(f"by.{column}", by.breakdown, by.codes.values(), words)
    for position, figure in enumerate(said.figure, start=1):
        where = f"figure {position} ({figure.indicator})"
        found += [(where, what) for what in _figure_faults(figure, said, known)]
        for breakdown in BREAKDOWNS:
            found += _unknown_classes(where, breakdown, [getattr(figure, breakdown)], words)
    return [{"field": field, "what": what} for field, what in found]


def _unknown_classes(
    where: str, breakdown: str, codes: Any, words: Mapping[str, Mapping[str, Any]]
) -> list[tuple[str, str]]:
    known = {TOTAL, *(SEXES if breakdown == "sex" else words[breakdown])}
    return [
        (where, f"{ReportedError.unknown(f'class of {breakdown}', code, sorted(known)).message} Declare a [[class]]")
        for code in codes
        if code not in known
    ]


def _figure_faults(figure: Figure, said: Said, known: Mapping[str, Indicator]) -> list[str]:
    found = [f"by: there is no [by.{column}]" for column in figure.by if column not in said.by]
    if figure.indicator not in known:
        unknown = ReportedError.unknown("indicator", figure.indicator, known)
        return [*found, f"{unknown.message} {unknown.hint} Or declare it as [[indicator]]"]
    kind = known[figure.indicator].kind
    quotient = kind in ("share", "ratio", "mean")
    if figure.value is None and not (quotient and figure.numerator and figure.denominator):
        found.append(f"a {kind} needs {'value, or numerator and denominator' if quotient else 'value'}")
    if kind == "count" and (figure.numerator or figure.denominator):
        found.append("a count has value alone")
    if kind in ("median", "index", "class") and figure.numerator:
        found.append(f"a {kind} has no numerator")
    return found
