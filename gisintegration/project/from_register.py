"""The figures of a project with a register: read, placed, counted and protected."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

from gisintegration.database import Store
from gisintegration.indicators.classes import class_sets
from gisintegration.indicators.declare import years_without
from gisintegration.indicators.panel import words_lacking, years_lacking
from gisintegration.indicators.rules import variables_in
from gisintegration.progress import Progress, part
from gisintegration.project.counting import count_all
from gisintegration.project.fingerprints import sets_of
from gisintegration.project.inputs import (
    Where,
    lacking,
    project_indicators,
    read_editions,
    read_project_register,
    refuse_lacking,
    without_constants,
)
from gisintegration.project.made import Made, delivered_notes, without_polygon
from gisintegration.project.settings import Project
from gisintegration.project.tasks import Task, areas_of, tasks_of
from gisintegration.registers import Register
from gisintegration.tables import Indicator


def from_register(project: Project, where: Where | None, store: Store, report: Progress) -> Made:
    """Read, place, aggregate and protect, as the project file says.

    Raises
    ------
    ProjectError, InputError
        The project file or an input cannot be used.
    DisclosureError
        The policy refuses what was asked for.
    """
    indicators, constants = project_indicators(project)
    editions = read_editions(project, where=where)
    register = read_project_register(project, progress=part(report, 0.02, 0.16))
    refuse_lacking(project, register, indicators)
    poor = lacking(register, indicators)
    able = {key: item for key, item in indicators.items() if key not in poor}
    asked = dict(indicators)
    kept, told = without_constants(project, able, constants, register.years)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        tasks = tasks_of(project, register, editions, kept)
        counted = count_all(project, register, tasks, constants, store, progress=part(report, 0.16, 1.0))
    areas = areas_of(tasks, project.settings.levels.region)
    delivered = without_polygon(areas)
    finest = {found.key for found in editions}
    told = [*left_out(register, indicators), *told, *_lacking_years(register, kept, tasks)]
    return Made(
        parts=counted.parts,
        indicators=counted.indicators,
        labels=counted.labels,
        stamps=counted.stamps,
        empty=counted.empty,
        areas=areas,
        steps={
            "register": {
                **register.report.manifest(),
                "years": list(register.years),
                "variables": sorted(register.variables),
            },
            "placed": counted.rows,
            "counted": {
                "cells": sum(one.rows for one in counted.parts),
                "indicators": sorted(counted.indicators),
                # For the coverage table: what was asked for, and what became nothing.
                "left_out": [
                    asked[key].model_dump(mode="json", by_alias=True)
                    for key in sorted(asked.keys() - counted.indicators)
                ],
                "constants": years_without(asked, constants, register.years),
            },
        },
        messages=tuple(dict.fromkeys([*(str(one.message) for one in caught if one.category is UserWarning), *told])),
        notes=tuple(delivered_notes({areas[key]: codes for key, codes in delivered.items() if key in finest})),
        delivered=delivered,
        placed=tuple(counted.placed),
        read=register.report,
        reused=counted.reused,
        counted=counted.years,
    )


def left_out(register: Register, indicators: Mapping[str, Indicator]) -> list[str]:
    """What is told of indicators and classes that the register lacks the variables of."""
    has = set(register.variables)
    lacks = {key: ", ".join(absent) for key, absent in lacking(register, indicators).items()}
    used = {name for key, item in indicators.items() if key not in lacks for name in sets_of(item)}
    classes = {one.code: one for name in sorted(used) for one in class_sets()[name]}
    lacks |= {
        code: ", ".join(absent)
        for code, one in classes.items()
        if (absent := sorted(variables_in(one.rule, has) - has))
    }
    if not lacks:
        return []
    told = "; ".join(f"{name} (lacks {absent})" for name, absent in lacks.items())
    return [f"Left out, since the register lacks variables: {told}."]


def _lacking_years(register: Register, indicators: Mapping[str, Indicator], tasks: Sequence[Task]) -> list[str]:
    """What is told of years that figures cannot be given for, since they read a year the register does not have."""
    years = {year for task in tasks for year in task.years}
    return words_lacking(years_lacking(indicators, register.years, years))
