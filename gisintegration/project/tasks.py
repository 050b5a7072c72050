"""What a register is counted on: its project's editions, areas of one's own, groups; before anything is placed."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gisintegration.areas import AreaDivision, KeyDivision, groups, levels, read_areas, read_key
from gisintegration.areas.levels import slug
from gisintegration.errors import CodeError, ProjectError
from gisintegration.project.inputs import Editions, joined, years_asked, years_left_out, years_wanted
from gisintegration.project.parts import OwnPart
from gisintegration.project.plan import plans_of
from gisintegration.project.settings import Project
from gisintegration.registers import Register
from gisintegration.tables import Indicator

Asked = Mapping[AreaDivision, Sequence[int]]


@dataclass(frozen=True)
class Task:
    """Indicators counted on some editions and what lies above them.

    Parameters
    ----------
    areas
        Edition → data years.
    by
        Divisions that figures are given for.
    keyed
        The key table that persons are placed by; None: by their coordinates.
    groups
        Groups of the areas, in lists in which no two share an area; figures are given for them.
    """

    areas: Asked
    by: tuple[str, ...]
    indicators: Mapping[str, Indicator]
    keyed: KeyDivision | None = None
    groups: tuple[Mapping[str, Sequence[str]], ...] = ()

    @property
    def years(self) -> list[int]:
        """Every data year, ascending."""
        return sorted({year for years in self.areas.values() for year in years})

    def of(self, year: int) -> dict[AreaDivision, list[int]]:
        """The editions that are counted in a year."""
        return {areas: [year] for areas, years in self.areas.items() if year in years}


def tasks_of(
    project: Project, register: Register, editions: Editions, indicators: Mapping[str, Indicator]
) -> list[Task]:
    """Everything that a project asks to be counted; years of the register that are not are told of in a warning.

    Raises
    ------
    ProjectError
        The register lacks years that were asked for, or groups name codes that no edition has.
    """
    settings = project.settings
    available = years_wanted(project, register.years)
    plans = plans_of(project, editions, available)
    own = {read_own(project, name, found): years_of(found, available) for name, found in settings.own.items()}
    layers = {areas: years for areas, years in own.items() if isinstance(areas, AreaDivision)}
    tasks: list[Task] = []
    flows = sorted({item.flow for item in indicators.values()})
    for flow in flows:
        chosen = {key: item for key, item in indicators.items() if item.flow is flow}
        for plan in plans:
            asked = years_asked(plan.editions, available, flow=flow, required=not flow or len(flows) == 1)
            if not asked:
                editions_of = ", ".join(areas.key for areas in plan.editions)
                warnings.warn(
                    f"Left out: {', '.join(chosen)}. They count events of a year, on the division of 1 January of it, "
                    f"and {editions_of} is in force for none of the register's years then.",
                    stacklevel=2,
                )
                continue
            tasks.append(Task(asked, tuple(plan.by), chosen))
            if plan.grouped:
                tasks += _group_tasks(settings.groups, asked, chosen)
        tasks += [Task({areas: years}, (areas.division,), chosen) for areas, years in layers.items()]
    for keyed, years in own.items():
        if isinstance(keyed, KeyDivision):
            tasks += [Task({one: years}, (level,), indicators, keyed=keyed) for level, one in keyed.divisions.items()]
    named = next(iter(editions), None)
    counted = [task.years for task in tasks]
    if named and (left := years_left_out(counted, available, example=named.key)):
        warnings.warn(left, stacklevel=2)
    return tasks


def areas_of(tasks: Sequence[Task], region: str | None) -> dict[str, AreaDivision]:
    """Every division that figures are given for, by key."""
    found: dict[str, AreaDivision] = {}
    for task in tasks:
        for drawn in [[with_groups(one, named) for one in task.areas] for named in task.groups] or [list(task.areas)]:
            for key, level in divisions_of(drawn, task.by, region).items():
                older = found.get(key)
                found[key] = level if older is None else joined(older, level)
    return found


def divisions_of(editions: Sequence[AreaDivision], by: Sequence[str], region: str | None) -> dict[str, AreaDivision]:
    """Every division that figures are given for, by key. One met over several editions is drawn as in the newest."""
    found: dict[str, AreaDivision] = {}
    for areas in sorted(editions, key=lambda edition: (edition.division, edition.edition)):
        for level in levels(areas, by, region=region).values():
            older = found.get(level.key)
            found[level.key] = level if older is None else joined(older, level)
    return found


def read_own(project: Project, name: str, own: OwnPart) -> AreaDivision | KeyDivision:
    """Areas of one's own: a layer, or a key table with its levels."""
    path = project.resolve(own.path)
    if own.levels:
        if own.key is None:
            raise ProjectError(
                f"areas.own.{name} names levels and no key.", hint='name the column of keys: key = "fastighetsnyckel".'
            )
        return read_key(path, key=own.key, levels=own.levels, edition=own.edition, years=own.years or (None, None))
    fields: dict[str, Any] = {"title": own.title} if own.title else {}
    return read_areas(
        path,
        level=name,
        edition=own.edition,
        code=own.code,
        name=own.name,
        layer=own.layer,
        overlaps=own.overlaps,
        years=own.years,
        **fields,
    )


def years_of(own: OwnPart, available: Sequence[int]) -> list[int]:
    """The register's years that areas of one's own are valid in."""
    first, last = own.years or (min(available), max(available))
    return [year for year in available if first <= year <= last]


def _group_tasks(named: Mapping[str, Sequence[str]], asked: Asked, indicators: Mapping[str, Indicator]) -> list[Task]:
    """Groups on each edition that has all their codes. Groups that share areas are counted one after the other."""
    tasks = []
    found: set[str] = set()
    for areas, years in asked.items():
        whole = {name: codes for name, codes in named.items() if set(codes) <= set(areas.codes)}
        found |= set(whole)
        if whole:
            tasks.append(Task({areas: years}, ("group",), indicators, groups=tuple(_disjoint(whole))))
    for name in sorted(set(named) - found):
        try:
            for areas in asked:
                groups(areas, {name: named[name]})
        except CodeError as error:
            raise ProjectError(
                f'groups."{name}": no edition has all its codes. {error.message}',
                hint=error.hint,
                failures=error.failures,
            ) from error
    return tasks


def _disjoint(named: Mapping[str, Sequence[str]]) -> list[dict[str, Sequence[str]]]:
    """Groups in as few lists as it takes for no two of a list to share an area, in their order."""
    layers: list[dict[str, Sequence[str]]] = []
    for name, codes in named.items():
        free = (layer for layer in layers if not any(set(codes) & set(others) for others in layer.values()))
        layer = next(free, None)
        if layer is None:
            layers.append({name: codes})
        else:
            layer[name] = codes
    return layers


def with_groups(areas: AreaDivision, named: Mapping[str, Sequence[str]]) -> AreaDivision:
    """The areas with their group as a parent."""
    made = groups(areas, named)
    names = dict(zip(made.codes, made.names, strict=True))
    owner = {code: slug(name) for name, codes in named.items() for code in codes}
    codes = pd.Series([owner.get(code) for code in areas.codes], dtype=object)
    texts = pd.Series([None if code is None else names[code] for code in codes], dtype=object)
    table = areas.table.assign(group=codes, group_name=texts)
    return areas.with_(table=table, parents={**areas.parents, made.division: made.key})
