"""The figures of a project with a register: read, placed, counted and protected."""

from __future__ import annotations

import warnings

from gisintegration.disclosure import protect
from gisintegration.indicators.declare import years_without
from gisintegration.progress import Progress, part
from gisintegration.project.counting import count_all
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


def from_register(project: Project, where: Where | None, report: Progress) -> Made:
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
    # What lacks variables is left out, and told, where it is counted.
    indicators = {key: item for key, item in indicators.items() if key in poor or key in kept}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        counted = count_all(project, register, editions, indicators, constants, progress=part(report, 0.16, 0.95))
    report(0.95, "Protecting the figures")
    areas = counted.areas
    delivered = without_polygon(areas)
    finest = {found.key for found in editions}
    given = {key for table in counted.tables for key in table.indicators}
    return Made(
        tables=protect(counted.tables, project.settings.policy.name),
        areas=areas,
        steps={
            "register": {
                **register.report.manifest(),
                "years": list(register.years),
                "variables": sorted(register.variables),
            },
            "placed": [row for one in counted.placed for row in one.manifest()],
            "counted": {
                "cells": sum(len(table.table) for table in counted.tables),
                "indicators": sorted(given),
                # For the coverage table: what was asked for, and what became nothing.
                "left_out": [asked[key].model_dump(mode="json", by_alias=True) for key in sorted(asked.keys() - given)],
                "constants": years_without(asked, constants, register.years),
            },
        },
        messages=tuple(dict.fromkeys([*(str(one.message) for one in caught if one.category is UserWarning), *told])),
        notes=tuple(delivered_notes({areas[key]: codes for key, codes in delivered.items() if key in finest})),
        delivered=delivered,
        placed=tuple(counted.placed),
        read=register.report,
    )
