"""Checking the register of a project: its files, its coordinate system, its codes, where its persons come to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gisintegration.errors import GisIntegrationError, RegisterError
from gisintegration.indicators import Constants
from gisintegration.progress import Progress, part
from gisintegration.project.coding import code_lines, header, values
from gisintegration.project.edit import write_crs
from gisintegration.project.findings import Findings
from gisintegration.project.inputs import (
    Editions,
    lacking,
    read_project_register,
    register_paths,
    without_constants,
    years_asked,
    years_left_out,
    years_wanted,
)
from gisintegration.project.plan import plans_of
from gisintegration.project.settings import Project
from gisintegration.registers import Register, examine, place, variables
from gisintegration.tables import Indicator

Wanted = tuple[Mapping[str, Indicator], Constants]
_NOT_A_CODE = "is not in the code list"


def check_register(
    found: Findings,
    project: Project,
    editions: Editions,
    wanted: Wanted,
    report: Progress,
    *,
    write: bool,
) -> dict[str, Any]:
    """Tell what is right and wrong with the register; the settings of its CRS, where it was found.

    Whole columns that are wrong are told one by one, with the lines to paste where their codes are unknown; the CRS is
    looked for in any case.
    """
    written: dict[str, Any] = {}
    if project.register.crs is None:
        written = found.attempt("register", lambda: _find_crs(found, project, editions, write=write)) or {}
    if found.wrong("register") or any(row.where.startswith("register.column") for row in found.rows):
        return written
    settled = _with_crs(project, written)
    try:
        register = read_project_register(settled, progress=part(report, 0.1, 0.95))
    except RegisterError as error:
        _tell_columns(found, project, error)
        return written
    except GisIntegrationError as error:
        found.refused("register", error)
        return written
    found.attempt("register", lambda: _tell_register(found, settled, register, editions, wanted))
    return written


def _find_crs(found: Findings, project: Project, editions: Editions, *, write: bool) -> dict[str, Any]:
    """The settings that say which CRS the register is in, written to the project file."""
    part_ = project.register
    with_kommun = [areas for areas in editions if "kommun" in areas.parents or areas.division == "kommun"]
    if not with_kommun:
        return {}
    examined = examine(
        register_paths(project),
        with_kommun[-1],
        columns=part_.columns,
        codes=part_.codes,
        places=None if part_.places is None else project.resolve(part_.places),
        encoding=part_.encoding,
        separator=part_.separator,
        decimal=part_.decimal,
        refuse=False,
    )
    if examined.wrong is not None:
        _tell_columns(found, project, examined.wrong)
    if examined.chosen is None:
        return {}
    settings = examined.settings
    what = (
        f"the coordinates are in {examined.chosen.title}: {examined.chosen.share:.1%} lie in their registered kommun."
    )
    found.add("ok", "register.crs", what)
    if write:
        write_crs(project.path, settings["crs"], settings.get("columns"))
        also = f" and columns {settings['columns']}" if "columns" in settings else ""
        found.add("note", project.path.name, f'crs = "{settings["crs"]}"{also} was written under [register].')
    return settings


def _tell_columns(found: Findings, project: Project, error: RegisterError) -> None:
    """Each column that is wrong as a line of its own; for unknown codes, the lines to paste."""
    rows = [row for row in error.failures if "column" in row and "what" in row]
    if not rows:
        found.refused("register", error)
        return
    for row in rows:
        name, what = str(row["column"]), str(row["what"])
        shown = f": {row['values']}" if row.get("values") else ""
        hint = _paste(project, name) if _NOT_A_CODE in what else error.hint if len(rows) == 1 else ""
        found.add("wrong", f"register.columns.{name}", f"{what}{shown}.", hint or "")


def _paste(project: Project, name: str) -> str:
    """The table of a variable's codes, with every value of its column."""
    given = project.register.codes.get(name, {})
    texts: set[str] = set()
    for path in register_paths(project):
        columns = [column for column in header(path) if project.register.columns.get(column, column) == name]
        for mine in values(path, columns).values():
            texts.update(mine)
    lines = code_lines(name, sorted(texts - set(given)), sure=False)
    if "" in texts and "" not in given and not variables()[name].nullable:
        lines.append('"" = "…"   # what an empty value means')
    table = [f"[register.codes.{name}]", *(f'"{old}" = "{new}"' for old, new in given.items()), *lines]
    return "say what the values mean, in the project file:\n" + "\n".join(table)


def _with_crs(project: Project, written: Mapping[str, Any]) -> Project:
    if not written:
        return project
    part_ = project.register
    changed = part_.model_copy(
        update={"crs": written["crs"], "columns": {**part_.columns, **written.get("columns", {})}}
    )
    return Project(project.path, project.settings.model_copy(update={"register_": changed}))


def _tell_register(
    found: Findings,
    project: Project,
    register: Register,
    editions: Editions,
    wanted: Wanted,
) -> None:
    indicators, constants = wanted
    years = f"{register.years[0]}–{register.years[-1]}" if len(register.years) > 1 else str(register.years[0])
    found.add("ok", "register", f"years {years}; variables: {', '.join(register.variables)}.")
    for line in str(register.report).splitlines():
        found.add("note", "register", line.strip())
    available = found.attempt("indicators", lambda: years_wanted(project, register.years)) or []
    plans = found.attempt("recalculate", lambda: plans_of(project, editions, available)) if available else None
    for plan in plans or []:
        _tell_plan(found, register, plan.editions, available)
    poor = lacking(register, indicators)
    for key, absent in poor.items():
        what = f"{key} needs {', '.join(absent)}, which the register lacks"
        left_out = project.settings.indicators.use == "all"
        found.add("note" if left_out else "wrong", "indicators", what + (": left out." if left_out else "."))
    able = {key: item for key, item in indicators.items() if key not in poor}
    told = (
        found.attempt("indicators", lambda: without_constants(project, able, constants, available))
        if available
        else None
    )
    for text in told[1] if told else []:
        found.add("note", "indicators", text)


def _tell_plan(found: Findings, register: Register, editions: Editions, available: list[int]) -> None:
    asked = found.attempt("areas", lambda: years_asked(editions, available))
    if asked and (left := years_left_out(asked.values(), available, example=next(iter(editions)).key)):
        found.add("note", "areas", left)
    placed = found.attempt("register", lambda: place(register, asked)) if asked else None
    for line in str(placed.report).splitlines() if placed else []:
        found.add("note", "register", line.strip())
