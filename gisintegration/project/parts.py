"""The parts of a project file: every setting, its form and its default."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

STABLE = "stable"
EDITION = r"^[a-z][a-z0-9_]*/[0-9A-Za-z-]+$"
NAME = r"^[a-z][a-z0-9_]*$"

Years = tuple[int, int]
Format = Literal[
    "px", "jsonstat", "csv", "csv-long", "excel", "powerpoint", "parquet", "geoparquet", "gpkg-wide", "shapefile"
]
"""What a release can be exported as."""


def _span(value: object) -> object:
    """``"2018-2023"``, ``2024`` or ``[2018, 2023]`` as (first, last)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value, value
    if isinstance(value, str) and (found := re.fullmatch(r"\s*(\d{4})(?:\s*[-–]\s*(\d{4}))?\s*", value)):
        return int(found[1]), int(found[2] or found[1])
    if isinstance(value, list | tuple) and len(value) == 2:
        return tuple(value)
    raise ValueError('write the years as "2018-2023", or one year as 2024')


def _forward(value: Years) -> Years:
    if value[0] > value[1]:
        raise ValueError(f"the years run backwards: {value[0]}-{value[1]}")
    return value


def _list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _crs(value: object) -> object:
    return f"EPSG:{value}" if isinstance(value, int) and not isinstance(value, bool) else value


Span = Annotated[Years, BeforeValidator(_span), AfterValidator(_forward)]
Codes = dict[str, list[str]]
Method = Literal["points", "weights", "target", "grid", "area", "best_fit", "table"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ProjectPart(_Part):
    """``[project]``: what every output says of itself."""

    name: str = Field(min_length=1)
    organisation: str = ""
    source: str = ""
    language: Literal["sv", "en"] = "sv"
    synthetic: bool = False


class RegisterPart(_Part):
    """``[register]``: where the register lies and how it is written."""

    paths: list[str] = Field(min_length=1)
    crs: Annotated[str | None, BeforeValidator(_crs)] = None
    unplaced: Literal["centralort", "separate", "exclude"] = "centralort"
    nearest: float = Field(default=500.0, ge=0, allow_inf_nan=False)
    columns: dict[str, str] = Field(default_factory=dict)
    codes: dict[str, dict[str, str]] = Field(default_factory=dict)
    places: str | None = None
    encoding: str | None = None
    separator: str | None = None
    decimal: Literal[".", ","] | None = None


class ReportedPart(_Part):
    """``[reported.<name>]``: a published table, and the mapping that says what is in it."""

    path: str
    mapping: str


class RecalculatePart(_Part):
    """``[recalculate]``: the boundaries that every year is given on.

    Parameters
    ----------
    to
        An edition, ``deso/2025``, or ``stable``: the finest areas on which all editions agree.
    from_
        The editions to recalculate; those of the same division when left out.
    method, weights, columns
        Of the crosswalk, for published tables: ``weights`` is the file that the method divides by, and ``columns`` the
        column of each kind of weight.
    year_column
        The column of data years in a file of points: each figure is then divided by those of its own year.
    crosswalk
        A saved crosswalk instead of a method.
    kinds
        Indicator → the kind of weight its persons are divided by.
    denominators
        Share or mean → the count in the same table that it is a share of.
    whole
        Whole numbers that keep every margin.
    perturbation
        Policy → variance of the noise that its counts were published with.
    rounding
        Count → half the width that it was rounded by when published.
    """

    to: Annotated[str, Field(pattern=rf"^stable$|{EDITION}")]
    from_: Annotated[list[str], BeforeValidator(_list), Field(alias="from")] = Field(default_factory=list)
    method: Method | None = None
    weights: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    year_column: str | None = None
    crosswalk: str | None = None
    kinds: dict[str, str] = Field(default_factory=dict)
    denominators: dict[str, str] = Field(default_factory=dict)
    whole: bool = False
    perturbation: dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(default_factory=dict)
    rounding: dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(default_factory=dict)


class AreasPart(_Part):
    """``[areas."deso/2025"]``: one edition; without ``path`` the one that comes with the toolkit.

    ``borders = false``: every area of the country by its code, without polygons, for tables.
    """

    path: str | None = None
    layer: str | None = None
    code: str | None = None
    name: str | None = None
    key: str | None = None
    years: Span | None = None
    land: str | None = None
    borders: bool = True
    where: Codes = Field(default_factory=dict)


class OwnPart(_Part):
    """``[areas.own.stadsdel]``: areas of one's own, a layer or a table of keys with ``key`` and ``levels``."""

    path: str
    key: str | None = None
    levels: dict[str, str] | list[str] = Field(default_factory=list)
    edition: str | int = "1"
    layer: str | None = None
    code: str | None = None
    name: str | None = None
    years: Span | None = None
    overlaps: bool = False
    title: dict[Literal["sv", "en"], str] = Field(default_factory=dict)


class LevelsPart(_Part):
    """``[levels]``: the divisions that figures are given for."""

    by: list[str] = Field(default=["deso"], min_length=1)
    region: str | None = None


class IndicatorsPart(_Part):
    """``[indicators]``: which of the library's (or of the published tables'), for which data years.

    ``crossings = false``: one breakdown at a time, whatever the indicators declare.
    """

    use: Literal["all"] | list[str] = "all"
    folders: list[str] = Field(default_factory=list)
    crossings: bool = True
    constants: str | list[str] | None = None
    years: Span | None = None


class PolicyPart(_Part):
    """``[policy]``: how figures are made safe."""

    name: str = "scb-share-rule"


class MapPart(_Part):
    """One web map: an indicator on a level."""

    indicator: str
    level: str


class OutputPart(_Part):
    """``[output]``: what is written, and where."""

    folder: str = "output"
    internal: str = "internal"
    store: str = "store"
    geopackage: bool = True
    parquet: bool = True
    breakdowns: bool = False
    formats: list[Format] = Field(default_factory=list)
    maps: list[MapPart] = Field(default_factory=list)


Positive = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Range = tuple[float, float]


class ValidationPart(_Part):
    """``[validation]``: how far figures may lie from what is expected, as :class:`gisintegration.Limits` says."""

    jump: Positive = 10.0
    shift: Positive = 4.0
    changes: dict[str, Positive] = Field(default_factory=dict)
    ranges: dict[str, Range] = Field(default_factory=dict)
    revised: Annotated[float, Field(ge=0, le=100)] = 5.0
    tolerance: dict[str, Positive] = Field(default_factory=dict)
    perturbation: dict[str, Positive] = Field(default_factory=dict)


class MetadataPart(_Part):
    """``[metadata]``: what data portals ask of a release: who answers for it, its terms, where it lies.

    Parameters
    ----------
    contact, email
        Who answers questions: a name of a unit and its address.
    publisher
        IRI of the organisation; a portal tells publishers apart by it.
    licence
        ``CC0-1.0``, ``CC-BY-4.0``, or an IRI.
    landing_page
        Page about the release.
    download
        Address of the folder that the files lie in.
    published
        Date of publication, ``2026-04-01``; the clock is never asked.
    """

    contact: str = ""
    email: Annotated[str, Field(pattern=r"^$|^[^@\s]+@[^@\s]+\.[^@\s]+$")] = ""
    publisher: Annotated[str, Field(pattern=r"^$|^https?://\S+$")] = ""
    licence: Annotated[str, Field(pattern=r"^$|^CC0-1\.0$|^CC-BY-4\.0$|^https?://\S+$")] = ""
    landing_page: Annotated[str, Field(pattern=r"^$|^https?://\S+$")] = ""
    download: Annotated[str, Field(pattern=r"^$|^https?://\S+$")] = ""
    published: Annotated[str, Field(pattern=r"^$|^\d{4}-\d{2}-\d{2}$")] = ""


def _day(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else value


class ReleasePart(_Part):
    """``[release]``: who makes the release, when and why, as its manifest says; the clock is never asked."""

    by: str = ""
    date: Annotated[str, BeforeValidator(_day), Field(pattern=r"^$|^\d{4}-\d{2}-\d{2}$")] = ""
    reason: str = ""


class Settings(_Part):
    """Everything a project file may say."""

    project: ProjectPart
    register_: Annotated[RegisterPart | None, Field(alias="register")] = None
    reported: dict[Annotated[str, Field(pattern=NAME)], ReportedPart] = Field(default_factory=dict)
    recalculate: RecalculatePart | None = None
    areas: dict[Annotated[str, Field(pattern=EDITION)], AreasPart] = Field(default_factory=dict)
    own: dict[Annotated[str, Field(pattern=NAME)], OwnPart] = Field(default_factory=dict)
    groups: Codes = Field(default_factory=dict)
    levels: LevelsPart = LevelsPart()
    indicators: IndicatorsPart = IndicatorsPart()
    policy: PolicyPart = PolicyPart()
    release: ReleasePart = ReleasePart()
    validation: ValidationPart = ValidationPart()
    metadata: MetadataPart = MetadataPart()
    output: OutputPart = OutputPart()
