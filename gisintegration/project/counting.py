"""Counting everything a project asks for: its editions, its own areas, its groups."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from gisintegration.areas import AreaDivision, KeyDivision, groups, levels, read_areas, read_key
from gisintegration.areas.levels import slug
from gisintegration.errors import CodeError, ProjectError
from gisintegration.indicators import Constants, aggregate
from gisintegration.indicators.placing import place_voters, with_years_before
from gisintegration.progress import Progress, part
from gisintegration.project.inputs import Editions, joined, years_asked, years_left_out, years_wanted
from gisintegration.project.parts import OwnPart
from gisintegration.project.plan import plans_of
from gisintegration.project.settings import Project
from gisintegration.registers import Placement, PlacementReport, Register, place, place_by_key
from gisintegration.tables import Indicator, RawTable

Asked = Mapping[AreaDivision, Sequence[int]]


@dataclass
class Counted:
    """Raw tables with the areas they speak of, and how persons came to them."""

    tables: list[RawTable] = field(default_factory=list)
    areas: dict[str, AreaDivision] = field(default_factory=dict)
    placed: list[PlacementReport] = field(default_factory=list)


@dataclass(frozen=True)
class _Task:
    """One call of ``aggregate``."""

    placement: Placement
    areas: Asked
    by: Sequence[str]
    indicators: Mapping[str, Indicator]


def count_all(
    project: Project,
    register: Register,
    editions: Editions,
    indicators: Mapping[str, Indicator],
    constants: Constants,
    *,
    progress: Progress,
) -> Counted:
    """Place the register in everything the project names, and count.

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
    by_flow = {
        flow: {key: item for key, item in indicators.items() if item.flow is flow}
        for flow in sorted({item.flow for item in indicators.values()})
    }
    asked = {flow: [years_asked(plan.editions, available, flow=flow) for plan in plans] for flow in by_flow}
    wanted = _united([*(years for found in asked.values() for years in found), layers])
    everything = with_years_before(indicators, wanted, register.years)
    counted = Counted()
    named = next(iter(editions), None)
    if named and (left := years_left_out([*wanted.values(), *own.values()], available, example=named.key)):
        warnings.warn(left, stacklevel=2)
    tasks: list[_Task] = []
    voters: Placement | None = None
    if everything:
        placement = place(register, everything, progress=part(progress, 0.0, 0.4))
        counted.placed.append(placement.report)
        voters = place_voters(register, indicators, wanted)
        for flow, chosen in by_flow.items():
            for plan, mine in zip(plans, asked[flow], strict=True):
                tasks.append(_Task(placement, mine, plan.by, chosen))
                if plan.grouped:
                    tasks += _group_tasks(settings.groups, mine, placement, chosen)
            tasks += [_Task(placement, {areas: years}, [areas.division], chosen) for areas, years in layers.items()]
    for keyed, years in own.items():
        if isinstance(keyed, KeyDivision):
            levels_of = dict.fromkeys(keyed.divisions.values(), years)
            read = with_years_before(indicators, levels_of, register.years)
            placement = place_by_key(register, keyed, sorted({year for found in read.values() for year in found}))
            counted.placed.append(placement.report)
            tasks += [_Task(placement, {areas: years}, [level], indicators) for level, areas in keyed.divisions.items()]
    for number, task in enumerate(tasks):
        span = part(progress, 0.4 + 0.6 * number / len(tasks), 0.4 + 0.6 * (number + 1) / len(tasks))
        region = settings.levels.region
        counted.tables.append(
            aggregate(
                register,
                task.indicators,
                by=task.by,
                areas=task.areas,
                places=task.placement,
                election_places=None if task.placement.keyed else voters,
                region=region,
                constants=constants,
                missing="skip",
                progress=span,
            )
        )
        for key, level in divisions_of(list(task.areas), task.by, region).items():
            older = counted.areas.get(key)
            counted.areas[key] = level if older is None else joined(older, level)
    return counted


def _united(asked: Sequence[Asked]) -> dict[AreaDivision, list[int]]:
    """Every edition with all the years asked for on it."""
    found: dict[AreaDivision, set[int]] = {}
    for one in asked:
        for areas, years in one.items():
            found.setdefault(areas, set()).update(years)
    return {areas: sorted(years) for areas, years in found.items()}


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


def _group_tasks(
    named: Mapping[str, Sequence[str]], asked: Asked, placement: Placement, indicators: Mapping[str, Indicator]
) -> list[_Task]:
    """Groups on each edition that has all their codes. Groups that share areas are counted one after the other."""
    tasks = []
    found: set[str] = set()
    for areas, years in asked.items():
        whole = {name: codes for name, codes in named.items() if set(codes) <= set(areas.codes)}
        found |= set(whole)
        for layer in _disjoint(whole):
            grouped = _with_groups(placement.areas[areas.key], layer)
            tasks.append(_Task(replace(placement, areas={areas.key: grouped}), {grouped: years}, ["group"], indicators))
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


def _with_groups(areas: AreaDivision, named: Mapping[str, Sequence[str]]) -> AreaDivision:
    """The areas with their group as a parent."""
    made = groups(areas, named)
    names = dict(zip(made.codes, made.names, strict=True))
    owner = {code: slug(name) for name, codes in named.items() for code in codes}
    codes = pd.Series([owner.get(code) for code in areas.codes], dtype=object)
    texts = pd.Series([None if code is None else names[code] for code in codes], dtype=object)
    table = areas.table.assign(group=codes, group_name=texts)
    return areas.with_(table=table, parents={**areas.parents, made.division: made.key})
