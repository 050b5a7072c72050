"""What a project file names, read: areas with their years, the register, the indicators."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from gisintegration.areas import AreaDivision, load_areas, read_areas, select, take, with_land
from gisintegration.errors import InputError, ProjectError
from gisintegration.indicators import Constants, load_constants, load_indicators
from gisintegration.indicators.composite import all_below
from gisintegration.indicators.declare import lacking as lacked
from gisintegration.indicators.declare import words_without, years_without
from gisintegration.progress import ProgressOption
from gisintegration.project.parts import Years
from gisintegration.project.settings import Project
from gisintegration.registers import Register, read_register
from gisintegration.tables import Indicator

_CONSTANTS = (
    'supply it as [indicators] constants = "constants.toml" (docs/indicators.md); '
    'for a register of gisintegration synthetic, constants = "synthetic".'
)
Where = Mapping[str, Sequence[str]]
Editions = Mapping[AreaDivision, Years | None]


def read_editions(project: Project, *, where: Where | None = None) -> Editions:
    """Every edition of the project file, and the data years asked for on it (None: its own).

    Parameters
    ----------
    where
        Codes to keep, by division: ``{"kommun": ["1480"]}``.
    """
    found: dict[AreaDivision, Years | None] = {}
    for key, part in project.settings.areas.items():
        division, edition = key.split("/", 1)
        if part.path is None:
            areas = load_areas(key, borders=part.borders)
        else:
            areas = read_areas(
                project.resolve(part.path),
                level=division,
                edition=edition,
                code=part.code,
                name=part.name,
                layer=part.layer,
                key=None if part.key is None else project.resolve(part.key),
            )
        if part.land is not None:
            areas = with_land(areas, project.resolve(part.land))
        for conditions in (part.where, where):
            if conditions:
                areas = select(areas, conditions)
        found[areas] = part.years
    return found


def read_project_register(project: Project, *, progress: ProgressOption = None) -> Register:
    """The register of the project file."""
    part = project.register
    return read_register(
        register_paths(project),
        crs=part.crs,
        unplaced=part.unplaced,
        columns=part.columns,
        codes=part.codes,
        places=None if part.places is None else project.resolve(part.places),
        nearest=part.nearest,
        encoding=part.encoding,
        separator=part.separator,
        decimal=part.decimal,
        progress=progress,
    )


def register_paths(project: Project) -> list[Path]:
    """The register's files, with patterns such as ``register/*/persons.parquet`` written out in sorted order.

    Raises
    ------
    InputError
        A pattern fits no file.
    """
    found: list[Path] = []
    for path in project.register.paths:
        resolved = project.resolve(path)
        if not re.search(r"[*?\[]", path) or resolved.exists():
            found.append(resolved)
            continue
        anchor = Path(Path(path).anchor or project.folder)
        fitting = sorted(anchor.glob(path.removeprefix(Path(path).anchor)))
        if not fitting:
            raise InputError(f"register.paths: no file fits {path}.", hint="check the pattern and the folder.")
        found += fitting
    return found


def years_asked(
    editions: Editions, available: Sequence[int], *, flow: bool = False, required: bool = True
) -> dict[AreaDivision, list[int]]:
    """The years of a register that figures are made for on each edition.

    Parameters
    ----------
    flow
        The figures count events of the year, which stand on the division of 1 January of it. Years that the project
        file asks for are counted on the edition it names, flow or not.
    required
        That there is nothing to make figures for is an error.

    Raises
    ------
    ProjectError
        Years were asked for that the register does not have, or there is nothing to make figures for.
    """
    asked: dict[AreaDivision, list[int]] = {}
    for areas, span in editions.items():
        if span is None:
            years = [year for year in available if areas.in_force(year, flow=flow)]
        else:
            years = list(range(span[0], span[1] + 1))
        absent = [year for year in years if year not in available]
        if absent:
            raise ProjectError(
                f'areas."{areas.key}".years asks for {_listed(absent)}, and the register has {_listed(available)}.',
                hint="ask for years that the register has.",
            )
        if years:
            asked[areas] = years
    if not asked and required:
        own = "; ".join(f"{areas.key}: {areas.years[0] or '…'}-{areas.years[1] or '…'}" for areas in editions)
        raise ProjectError(
            f"The register has {_listed(available)}, and no edition is in force in these years ({own}).",
            hint="say which years to count on which edition: "
            f'[areas."{next(iter(editions)).key}"] years = "{available[0]}-{available[-1]}".',
        )
    return asked


def years_wanted(project: Project, available: Sequence[int]) -> list[int]:
    """The data years that figures are wanted for, of those that there are.

    Raises
    ------
    ProjectError
        ``[indicators] years`` has none of them.
    """
    span = project.settings.indicators.years
    found = [year for year in available if span is None or span[0] <= year <= span[1]]
    if not found:
        wanted = "" if span is None else f" {span[0]}–{span[1]}"
        raise ProjectError(
            f"There are no figures for the years asked for{wanted}: there are {_listed(available)}.",
            hint="ask for years that there are, as [indicators] years.",
        )
    return found


def years_left_out(asked: Iterable[Sequence[int]], available: Sequence[int], *, example: str) -> str:
    """Words for the years of a register that no area is counted in; empty when there are none.

    Examples
    --------
    >>> print(years_left_out([[2024]], [2023, 2024], example="deso/2025"))
    Nothing is counted for 2023, which the register has: no edition asked for is in force then.
    To count it: [areas."deso/2025"] years = "2023-2024".
    """
    counted = {year for years in asked for year in years}
    left = [year for year in available if year not in counted]
    if not left:
        return ""
    return (
        f"Nothing is counted for {_listed(left)}, which the register has: no edition asked for is in force then. "
        f'To count it: [areas."{example}"] years = "{available[0]}-{available[-1]}".'
    )


def project_indicators(project: Project) -> tuple[dict[str, Indicator], Constants]:
    """The indicators and national constants of the project file."""
    part = project.settings.indicators
    indicators = load_indicators(part.use, folders=[project.resolve(folder) for folder in part.folders])
    if not part.crossings:
        indicators = {key: uncrossed(item) for key, item in indicators.items()}
    named = [part.constants] if isinstance(part.constants, str) else part.constants or []
    given = [str(project.resolve(name)) if name.endswith(".toml") else name for name in named]
    return indicators, load_constants(given)


def unused(project: Project) -> list[str]:
    """Ids of indicators in the project's own folders that it does not ask for."""
    part = project.settings.indicators
    if part.use == "all" or not part.folders:
        return []
    everything = load_indicators(folders=[project.resolve(folder) for folder in part.folders])
    return sorted(set(everything) - set(load_indicators()) - set(part.use))


def uncrossed(indicator: Indicator) -> Indicator:
    """The indicator with one breakdown at a time, on every level.

    Examples
    --------
    >>> bool(load_indicators()["employed_share"].crossings), uncrossed(load_indicators()["employed_share"]).crossings
    (True, ())
    """
    levels = {
        division: rule if isinstance(rule, str) else rule.model_copy(update={"crossings": None})
        for division, rule in indicator.levels.items()
    }
    return indicator.model_copy(update={"crossings": (), "levels": levels})


def lacking(register: Register, indicators: Mapping[str, Indicator]) -> dict[str, list[str]]:
    """Indicators that need variables the register does not have, and which those are."""
    return lacked(indicators, register.variables)


def refuse_lacking(project: Project, register: Register, indicators: Mapping[str, Indicator]) -> None:
    """Refuse indicators asked for by name that the register cannot give; of ``all``, they are left out and told.

    Raises
    ------
    ProjectError
        Some cannot be made; each is listed with the variables it needs.
    """
    without = lacking(register, indicators)
    if without and (project.settings.indicators.use != "all" or len(without) == len(indicators)):
        raise ProjectError(
            "The register lacks variables that indicators need.",
            hint="name the columns that hold them under [register.columns], or choose other indicators.",
            failures=[{"indicator": key, "lacks": ", ".join(absent)} for key, absent in without.items()],
        )


def without_constants(
    project: Project, indicators: Mapping[str, Indicator], constants: Constants, available: Sequence[int]
) -> tuple[dict[str, Indicator], list[str]]:
    """The indicators that the national constants suffice for in some year, and what is told of years they do not.

    Of ``use = "all"``, an indicator that no year has the constants of is left out.

    Raises
    ------
    ProjectError
        Such an indicator is asked for by name; each is listed.
    """
    years = years_wanted(project, available)
    absent = years_without(indicators, constants, years)
    gone = {key for key, of in absent.items() if {year for lost in of.values() for year in lost} >= set(years)}
    gone |= {key for key in indicators if all_below(key, indicators) & gone}
    if gone and project.settings.indicators.use != "all":
        raise ProjectError(
            f"National constants that indicators need are not known for {_listed(years)}.",
            hint=_CONSTANTS,
            failures=[
                {"indicator": key, "lacks": ", ".join(absent.get(key, all_below(key, indicators) & gone))}
                for key in sorted(gone)
            ],
        )
    told = [f"{text} {_CONSTANTS[0].upper()}{_CONSTANTS[1:]}" for text in words_without(absent)]
    return {key: item for key, item in indicators.items() if key not in gone}, told


def joined(older: AreaDivision, newer: AreaDivision) -> AreaDivision:
    """One division met by two roads (kommuner over DeSO 2018 and over DeSO 2025): the newer, and what it lacks.

    Examples
    --------
    >>> from gisintegration.testing import grid_areas
    >>> areas = grid_areas(2, 1)
    >>> len(joined(areas, take(areas, [0])))
    2
    """
    known = set(newer.codes)
    more = take(older, [row for row, code in enumerate(older.codes) if code not in known])  # type: ignore[arg-type]
    if not len(more):
        return newer
    table = pd.concat([newer.table, more.table], ignore_index=True)
    order = table["code"].argsort(kind="stable")
    display = None
    if newer.display is not None and more.display is not None:
        display = pd.concat([newer.display, more.display], ignore_index=True).iloc[order].reset_index(drop=True)
    return newer.with_(
        table=table.iloc[order].reset_index(drop=True), display=display, members={**more.members, **newer.members}
    )


def _listed(years: Sequence[int]) -> str:
    return ", ".join(map(str, years)) or "no year"
