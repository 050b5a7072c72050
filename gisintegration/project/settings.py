"""The project file: its settings, read and checked with every fault in one error."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from gisintegration.errors import ProjectError

FILE_NAME = "integration.toml"
_HINT = "gisintegration init writes a commented example with every setting."

Years = tuple[int, int]


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


def _crs(value: object) -> object:
    return f"EPSG:{value}" if isinstance(value, int) and not isinstance(value, bool) else value


Span = Annotated[Years, BeforeValidator(_span), AfterValidator(_forward)]
Codes = dict[str, list[str]]


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


class AreasPart(_Part):
    """``[areas."deso/2025"]``: one edition; without ``path`` the one that comes with the toolkit."""

    path: str | None = None
    layer: str | None = None
    code: str | None = None
    name: str | None = None
    key: str | None = None
    years: Span | None = None
    land: str | None = None
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
    """``[indicators]``: which of the library's, and from which further folders."""

    use: Literal["all"] | list[str] = "all"
    folders: list[str] = Field(default_factory=list)
    constants: str | list[str] | None = None


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
    geopackage: bool = True
    parquet: bool = True
    breakdowns: bool = False
    formats: list[Literal["csv", "geoparquet", "gpkg-wide", "shapefile"]] = Field(default_factory=list)
    maps: list[MapPart] = Field(default_factory=list)


class Settings(_Part):
    """Everything a project file may say."""

    project: ProjectPart
    register_: Annotated[RegisterPart, Field(alias="register")]
    areas: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*/[0-9A-Za-z-]+$")], AreasPart] = Field(
        default_factory=dict
    )
    own: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], OwnPart] = Field(default_factory=dict)
    groups: Codes = Field(default_factory=dict)
    levels: LevelsPart = LevelsPart()
    indicators: IndicatorsPart = IndicatorsPart()
    policy: PolicyPart = PolicyPart()
    output: OutputPart = OutputPart()


@dataclass(frozen=True)
class Project:
    """A project file that has been read.

    Parameters
    ----------
    path
        The file; paths in it are relative to its folder.
    settings
        What it says, with defaults filled in.
    """

    path: Path
    settings: Settings

    @property
    def folder(self) -> Path:
        """The folder that paths in the file are relative to."""
        return self.path.parent

    def resolve(self, path: str) -> Path:
        """A path of the file as one that can be opened; a layer after ``|`` is kept.

        Examples
        --------
        >>> Project(Path("/data/integration.toml"), None).resolve("register/2024.csv").as_posix()  # type: ignore
        '/data/register/2024.csv'
        """
        return self.folder / Path(path).expanduser()

    @property
    def output(self) -> Path:
        """The folder of outputs."""
        return self.resolve(self.settings.output.folder)

    @property
    def internal(self) -> Path:
        """The folder of what must not leave the organisation."""
        return self.resolve(self.settings.output.internal)


def read_project(path: str | Path) -> Project:
    r"""Read a project file.

    Raises
    ------
    ProjectError
        The file is missing or no TOML (with the line), or settings are unknown, missing or of the wrong form: every
        one is listed, with what was probably meant.

    Examples
    --------
    >>> import tempfile; path = Path(tempfile.mkdtemp()) / "integration.toml"
    >>> _ = path.write_text('[project]\nname = "A"\n[register]\npaths = ["a.csv"]\n[areas."deso/2025"]')
    >>> read_project(path).settings.areas["deso/2025"].years is None
    True
    """
    path = Path(path)
    if path.is_dir():
        path = path / FILE_NAME
    return Project(path.absolute(), parse(_read_text(path), where=path.name))


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ProjectError(
            f"There is no project file {path}.", hint="gisintegration init writes one; --project names another."
        ) from error
    except UnicodeDecodeError as error:
        raise ProjectError(
            f"{path} is not UTF-8 text: byte {error.start + 1} cannot be read.", hint="save the file as UTF-8."
        ) from error


def parse(text: str, *, where: str = FILE_NAME) -> Settings:
    r"""The settings in the text of a project file.

    Raises
    ------
    ProjectError
        As :func:`read_project`.

    Examples
    --------
    >>> parse('[project]\nnmae = "A"\n[register]\npaths = []')
    Traceback (most recent call last):
    gisintegration.errors.ProjectError: integration.toml: 3 settings cannot be used.
      - key: project.name, what: is missing
      - key: project.nmae, what: is not a setting; did you mean name?
      - key: register.paths, what: must not be empty
    Hint: gisintegration init writes a commented example with every setting.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProjectError(f"{where} is not TOML: {error}.", hint="correct the line it names.") from error
    content, faults = _lifted(content)
    try:
        settings = Settings.model_validate(content)
    except ValidationError as error:
        found = [_fault(item["loc"], item) for item in error.errors()]
        # A value that fits none of several forms fails by each: the first says enough.
        faults += {fault["key"]: fault for fault in reversed(found)}.values()
        faults.sort(key=lambda fault: fault["key"])
        raise _refusal(where, faults) from error
    faults += _contradictions(settings)
    if faults:
        raise _refusal(where, faults)
    return settings


def _lifted(content: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """``[areas.own.x]`` as a part of its own: the areas' other keys are editions."""
    lifted = dict(content)
    faults = []
    if "own" in lifted:
        lifted.pop("own")
        faults.append({"key": "own", "what": "is not a setting; write [areas.own.<name>]"})
    areas = lifted.get("areas")
    if isinstance(areas, dict) and "own" in areas:
        lifted["areas"] = {key: value for key, value in areas.items() if key != "own"}
        lifted["own"] = areas["own"]
    return lifted, faults


def _contradictions(settings: Settings) -> list[dict[str, str]]:
    faults = []
    if not settings.areas and not settings.own:
        faults.append({"key": "areas", "what": 'is missing: name at least one edition, as [areas."deso/2025"]'})
    for number, wanted in enumerate(settings.output.maps):
        known = [*settings.levels.by, *settings.own, *(["group"] if settings.groups else [])]
        if wanted.level not in known:
            faults.append(
                {"key": f"output.maps[{number}].level", "what": f"'{wanted.level}' is not among {', '.join(known)}"}
            )
    if "region" in settings.levels.by and not settings.levels.region:
        faults.append({"key": "levels.region", "what": "is missing: the region in levels.by needs a name"})
    for division, spans in _spans(settings).items():
        for (first, one), (second, other) in pairwise(spans):
            if other[0] <= one[1]:
                faults.append(
                    {"key": f'areas."{second}".years', "what": f"{division} {first} has the year {other[0]} already"}
                )
    if settings.output.folder == settings.output.internal:
        faults.append({"key": "output.internal", "what": "must be another folder than output.folder"})
    return faults


def _spans(settings: Settings) -> dict[str, list[tuple[str, Years]]]:
    """Declared years of each division's editions, by first year."""
    found: dict[str, list[tuple[str, Years]]] = {}
    for key, part in settings.areas.items():
        if part.years is not None:
            found.setdefault(key.split("/")[0], []).append((key, part.years))
    return {division: sorted(spans, key=lambda item: item[1]) for division, spans in found.items()}


def _refusal(where: str, faults: list[dict[str, str]]) -> ProjectError:
    if len(faults) == 1:
        return ProjectError(
            f"{where}: {faults[0]['key']} {faults[0]['what']}.",
            hint=_HINT,
        )
    return ProjectError(
        f"{where}: {len(faults)} settings cannot be used.",
        hint=_HINT,
        failures=faults,
    )


def _fault(loc: tuple[str | int, ...], item: Mapping[str, Any]) -> dict[str, str]:
    kind, given = item["type"], item["input"]
    if kind == "extra_forbidden":
        near = get_close_matches(str(loc[-1]), _known(loc[:-1]), n=1)
        what = "is not a setting; " + (f"did you mean {near[0]}?" if near else f"known: {', '.join(_known(loc[:-1]))}")
    elif kind == "missing":
        what = "is missing"
    elif kind in ("too_short", "string_too_short"):
        what = "must not be empty"
    elif kind == "literal_error":
        near = get_close_matches(str(given), re.findall(r"'([^']*)'", item["ctx"]["expected"]), n=1)
        what = f"is '{given}'; it must be {item['ctx']['expected']}" + (f" (did you mean '{near[0]}'?)" if near else "")
    elif kind == "string_pattern_mismatch":
        what = f"""'{given}' is not a name: an edition is written [areas."deso/2025"], one's own in small letters"""
    elif kind == "value_error":
        what = f"is {given!r}: {item['ctx']['error']}"
    else:
        what = f"is {given!r}: {item['msg'][0].lower()}{item['msg'][1:]}"
    return {"key": _key(loc), "what": what}


def _key(loc: Iterable[str | int]) -> str:
    text = ""
    for step in loc:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step == "[key]" or step.startswith(("function-", "literal[", "list[")):
            continue
        else:
            shown = step if re.fullmatch(r"[A-Za-z0-9_-]+", step) else f'"{step}"'
            text += f".{shown}" if text else shown
    return re.sub(r"^own\b", "areas.own", text)


def _known(loc: Iterable[str | int]) -> list[str]:
    """Names of the settings at a place in the file."""
    parts: dict[str, type[BaseModel]] = {
        "project": ProjectPart,
        "register": RegisterPart,
        "areas": AreasPart,
        "own": OwnPart,
        "levels": LevelsPart,
        "indicators": IndicatorsPart,
        "policy": PolicyPart,
        "output": OutputPart,
        "maps": MapPart,
    }
    names = [step for step in loc if step in parts]
    model = parts[str(names[-1])] if names else Settings
    fields = [field.alias or name for name, field in model.model_fields.items()]
    return [name for name in fields if name != "own" or model is not Settings]
