"""The project file: its settings, read and checked with every fault in one error."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from gisintegration.areas.codes import other_editions
from gisintegration.errors import ProjectError
from gisintegration.project.parts import (
    STABLE,
    AreasPart,
    IndicatorsPart,
    LevelsPart,
    MapPart,
    MetadataPart,
    OutputPart,
    OwnPart,
    PolicyPart,
    ProjectPart,
    RecalculatePart,
    RegisterPart,
    ReleasePart,
    ReportedPart,
    Settings,
    ValidationPart,
    Years,
)

FILE_NAME = "integration.toml"
_HINT = "gisintegration init writes a commented example with every setting."


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
    def register(self) -> RegisterPart:
        """What the file says of the register.

        Raises
        ------
        ProjectError
            The project has none: its figures come from published tables.
        """
        if self.settings.register_ is None:
            raise ProjectError(
                f"{self.path.name} names no register.", hint='name its files: [register] paths = ["persons.csv"].'
            )
        return self.settings.register_

    @property
    def output(self) -> Path:
        """The folder of outputs."""
        return self.resolve(self.settings.output.folder)

    @property
    def internal(self) -> Path:
        """The folder of what must not leave the organisation."""
        return self.resolve(self.settings.output.internal)

    @property
    def store(self) -> Path:
        """The folder of releases."""
        return self.resolve(self.settings.output.store)


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
    return checked(content, where=where)


def checked(content: Mapping[str, Any], *, where: str = FILE_NAME) -> Settings:
    """The settings in what a project file says.

    Raises
    ------
    ProjectError
        As :func:`read_project`.
    """
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
    faults = _source_faults(settings)
    if not settings.areas and not settings.own:
        faults.append({"key": "areas", "what": 'is missing: name at least one edition, as [areas."deso/2025"]'})
    for number, wanted in enumerate(settings.output.maps):
        known = [*_levels(settings), *settings.own, *(["group"] if settings.groups else [])]
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
    output = settings.output
    if output.folder == output.internal:
        faults.append({"key": "output.internal", "what": "must be another folder than output.folder"})
    if output.store in (output.folder, output.internal):
        faults.append({"key": "output.store", "what": "must be another folder than output.folder and output.internal"})
    return faults


def _source_faults(settings: Settings) -> list[dict[str, str]]:
    """What is wrong with where figures come from and where they go."""
    faults = []
    wanted = settings.recalculate
    if settings.register_ is None and not settings.reported:
        what = "is missing: name a register under [register], or published tables as [reported.<name>]"
        faults.append({"key": "register", "what": what})
    if settings.register_ is not None and settings.reported:
        what = "stands beside [register]: make two projects, one of the register and one of the published tables"
        faults.append({"key": "reported", "what": what})
    if wanted is None:
        return faults
    if settings.reported and wanted.to != STABLE and not (wanted.method or wanted.crosswalk):
        what = 'is missing: "target", "grid", "area", …, or name a crosswalk'
        faults.append({"key": "recalculate.method", "what": what})
    if wanted.method and wanted.crosswalk:
        faults.append({"key": "recalculate.crosswalk", "what": "is given beside a method: give one of the two"})
    if wanted.to == STABLE and len(settings.areas) < 2:
        others = other_editions(settings.areas) or ["deso/2018", "deso/2025"]
        named = " or ".join(f'[areas."{key}"]' for key in others)
        what = f'is "stable", which is what two editions or more agree on: name another, as {named}'
        faults.append({"key": "recalculate.to", "what": what})
    if settings.register_ is not None and (wanted.method or wanted.weights or wanted.crosswalk):
        what = "is not needed with a register: its points are placed on the new areas, which is exact"
        name = next(name for name in ("method", "weights", "crosswalk") if getattr(wanted, name))
        faults.append({"key": f"recalculate.{name}", "what": what})
    return faults


def _levels(settings: Settings) -> list[str]:
    """The divisions that figures are given for."""
    if settings.recalculate is None:
        return list(settings.levels.by)
    target = settings.recalculate.to.split("/")[0]
    # On stable areas, and on areas of another division, the editions' own areas have no figures.
    gone = {key.split("/")[0] for key in settings.areas} if target == STABLE else set()
    return list(dict.fromkeys([target, *(level for level in settings.levels.by if level not in gone)]))


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
        "reported": ReportedPart,
        "recalculate": RecalculatePart,
        "areas": AreasPart,
        "own": OwnPart,
        "levels": LevelsPart,
        "indicators": IndicatorsPart,
        "policy": PolicyPart,
        "release": ReleasePart,
        "validation": ValidationPart,
        "metadata": MetadataPart,
        "output": OutputPart,
        "maps": MapPart,
    }
    names = [step for step in loc if step in parts]
    model = parts[str(names[-1])] if names else Settings
    fields = [field.alias or name for name, field in model.model_fields.items()]
    return [name for name in fields if name != "own" or model is not Settings]
