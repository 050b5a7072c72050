"""National constants: figures of the whole country that an indicator compares with or divides by, with their source."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from gisintegration.errors import IndicatorError, InputError


class UnknownConstantWarning(UserWarning):
    """Figures of some years are missing, since a national constant is not known for them."""


@dataclass(frozen=True)
class Constant:
    """One constant: its figure for each year, and where they come from.

    Parameters
    ----------
    name
        As rules and ``per`` write it.
    years
        Year → figure.
    title
        Swedish and English.
    unit, source
        Unit of the figure; the publication it was taken from.
    """

    name: str
    years: Mapping[int, float]
    title: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    source: str = ""


@dataclass(frozen=True)
class Constants:
    """The constants of a run, by name. They are data with a source, never computed from a register of a part.

    Examples
    --------
    >>> load_constants().value("price_base_amount", 2024)
    57300
    """

    by_name: Mapping[str, Constant]

    def has(self, name: str, year: int) -> bool:
        """Whether a constant has a figure for a year; one that there is not has to be asked for to be refused.

        Examples
        --------
        >>> load_constants().has("median_equivalised_income", 2018)
        False
        """
        return name not in self.by_name or year in self.by_name[name].years

    def value(self, name: str, year: int) -> float:
        """The figure of a year.

        Raises
        ------
        IndicatorError
            There is no such constant, or it has no figure for the year; the text says how to supply it.
        """
        if name not in self.by_name:
            raise IndicatorError.unknown("national constant", name, sorted(self.by_name))
        years = self.by_name[name].years
        if year not in years:
            raise IndicatorError(
                f"The national constant {name} has no figure for {year}.",
                hint=f"it is known for {runs(years)}. Supply it in a TOML file given as constants=, with [{name}], "
                f'source = "…" and [{name}.years] {year} = …; for the synthetic register: constants = "synthetic".',
            )
        return years[year]


def load_constants(given: Any = None) -> Constants:
    """The library's constants, with what is given laid over them.

    Parameters
    ----------
    given
        None: the library's, as officially published. ``"synthetic"``: those that the synthetic register was drawn
        with. A path: a TOML file like the library's. A mapping ``{name: {year: figure}}``. A sequence of these, the
        last one winning. A constant that is given replaces the library's for all years, so that no series mixes two
        sources.

    Raises
    ------
    InputError
        A file is missing or is no TOML.
    IndicatorError
        A constant in it has no years, no source, or a figure that is not a number above zero; every fault is listed.

    Examples
    --------
    >>> load_constants({"median_equivalised_income": {2022: 280000}}).value("median_equivalised_income", 2022)
    280000
    """
    if isinstance(given, Constants):
        return given
    layers = given if isinstance(given, list | tuple) else [] if given is None else [given]
    merged = dict(library_sets()[""])
    for layer in layers:
        merged |= _layer(layer)
    return Constants(merged)


def _layer(layer: object) -> Mapping[str, Constant]:
    if isinstance(layer, Constants):
        return layer.by_name
    if isinstance(layer, Mapping):
        declared = {key: {"source": "given", "years": years} for key, years in layer.items()}
        return _checked(declared, "constants")
    if isinstance(layer, str) and layer in library_sets():
        return library_sets()[layer]
    path = Path(str(layer))
    if not path.exists():
        if path.suffix == "":
            raise IndicatorError.unknown("set of constants", layer, sorted(key for key in library_sets() if key))
        raise InputError.missing_file(path)
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not TOML: {error}", hint="write it as the library's constants.toml.") from error
    return _checked(declared, str(path))


@cache
def library_sets() -> Mapping[str, Mapping[str, Constant]]:
    """Sets of the library's constants by name; ``""`` is the official one.

    Examples
    --------
    >>> sorted(library_sets())
    ['', 'synthetic']
    """
    text = files("gisintegration.indicators").joinpath("library/constants.toml").read_text(encoding="utf-8")
    declared = tomllib.loads(text)
    sets = declared.pop("sets", {})
    return {"": _checked(declared, "constants.toml")} | {
        key: _checked(part, f"constants.toml, set {key}") for key, part in sets.items()
    }


def _checked(declared: Mapping[str, Any], where: str) -> dict[str, Constant]:
    made: dict[str, Constant] = {}
    failures: list[dict[str, object]] = []
    for key, entry in declared.items():
        years, wrong = _years(entry)
        failures += [{"file": where, "constant": key, "what": text} for text in wrong]
        if not wrong:
            made[key] = Constant(
                key,
                years,
                title={language: entry[language] for language in ("sv", "en") if language in entry},
                unit=entry.get("unit", ""),
                source=entry["source"],
            )
    if failures:
        raise IndicatorError(
            f"{where}: {len(failures)} faults in national constants.",
            hint='each is [name] with source = "…" and [name.years] with year = figure.',
            failures=failures,
        )
    return made


def _years(entry: object) -> tuple[dict[int, float], list[str]]:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("years"), Mapping) or not entry["years"]:
        return {}, ["has no [years] with figures"]
    wrong = [] if entry.get("source") else ["has no source: say where the figures are published"]
    found: dict[int, float] = {}
    for year, figure in entry["years"].items():
        text = str(year)
        number = isinstance(figure, int | float) and not isinstance(figure, bool) and 0 < figure < float("inf")
        if not (text.isdigit() and len(text) == 4):
            wrong.append(f"'{year}' is not a year")
        elif not number:
            wrong.append(f"{year} = {figure!r} is not a number above zero")
        else:
            found[int(text)] = figure
    return found, wrong


def runs(years: Iterable[int]) -> str:
    """Years as text, runs joined: ``2015, 2019–2020``."""
    parts: list[list[int]] = []
    for year in sorted(years):
        if parts and parts[-1][-1] == year - 1:
            parts[-1].append(year)
        else:
            parts.append([year])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in parts)
